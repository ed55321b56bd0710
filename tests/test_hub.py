"""JupyterHub with the course: what `hub/` installs, started for real, and attacked by a student.

The hub, its proxy, its log-in and its servers are real, and so are the accounts; they exist only on
a machine inside this one (`imbalance_hub.machine`). What it lacks of a machine for a class is
systemd, and with it the limits of memory and processors.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from released import ROOT

from imbalance_hub.machine import HUB, open_machine
from imbalance_hub.visitor import Visitor

pytestmark = pytest.mark.hub

LESSON = "00-start-here"
NOTEBOOK = f"lessons/{LESSON}/start-here.ipynb"
COURSE = "imbalance-course"
SECRET = "what bela wrote"
# What a student may ask of the one who starts her server; nothing of it may be done.
OPTIONS = {
    "cmd": ["/bin/sh"],
    "environment": {"LD_PRELOAD": "/tmp/x.so"},
    "notebook_dir": "/",
    "uid": 0,
    "username": "bela",
}


@pytest.fixture(scope="module")
def hub() -> Iterator[SimpleNamespace]:
    """Yield a hub at which everybody works, and its people."""
    names = ("turing", "ada", "bela")
    with open_machine(names, lessons=("00",)) as machine:
        turing, ada, bela = (Visitor(machine.address, name) for name in names)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda who: who.log_in(who.name), (turing, ada, bela)))
            started = [
                pool.submit(turing.start_server, COURSE),
                pool.submit(ada.start_server, "", OPTIONS),
                pool.submit(bela.start_server),
            ]
            try:
                for each in started:
                    each.result()
            except Exception as error:
                pytest.fail(f"{error}\n{machine.log}")
        everybody = SimpleNamespace(machine=machine, turing=turing, ada=ada, bela=bela)
        everybody.srv = machine.folder / "srv" / "imbalance-lab"
        everybody.kernel, everybody.belas = ada.kernel(), bela.kernel()
        everybody.belas.run(f"open('lessons/mine.txt', 'w').write('{SECRET}')")
        yield everybody


@pytest.fixture(scope="module")
def kernel(hub):
    """Yield ada's kernel."""
    return hub.kernel


class TestOpen:
    @pytest.mark.parametrize("name", ["ada", COURSE, "root", "nobody"])
    def test_a_wrong_password_or_another_account_is_refused(self, hub, name):
        stranger = Visitor(hub.machine.address, name)
        assert stranger.log_in("wrong").status_code == 403
        assert stranger.token == ""

    def test_a_student_arrives_in_the_first_lesson(self, hub):
        page = hub.ada.visit("/")
        assert (page.status_code, page.url.path) == (200, f"/user/ada/lab/tree/{NOTEBOOK}")

    def test_the_lesson_is_there_and_its_cells_run(self, hub, kernel):
        lesson = hub.ada.ask("GET", f"/user/ada/api/contents/{NOTEBOOK}").json()["content"]
        handout = hub.srv / "handout" / "imbalance-lab"
        released = nbformat.read(handout / NOTEBOOK, as_version=4)
        assert [cell["source"] for cell in lesson["cells"]] == [c.source for c in released.cells]
        code = [cell["source"] for cell in lesson["cells"] if cell["cell_type"] == "code"]
        assert "Error" not in kernel.run(f"import imbalance_lab\n{code[0]}")
        where = kernel.run("import getpass; print(getpass.getuser(), imbalance_lab.__file__)")
        user, place = where.split()
        assert user == "ada"
        assert place.startswith("/opt/imbalance-lab/students/lib/")

    def test_an_instructor_is_led_to_formgrader(self, hub):
        asked = hub.turing.visit("/")
        assert "Authorize" in asked.text  # once: the server is not her own
        page = hub.turing.authorize(asked)
        assert (page.status_code, page.url.path) == (
            200,
            f"/user/{COURSE}/formgrader/manage_assignments",
        )
        assert "formgrader" in page.text.lower()
        shown = hub.turing.terminal("pwd; command -v imbalance-lab-grade", COURSE)
        assert "/srv/imbalance-lab/handout/instructor" in shown
        assert "/opt/imbalance-lab/instructors/bin/imbalance-lab-grade" in shown
        listed = hub.turing.ask("GET", f"/user/{COURSE}/formgrader/api/assignments").json()
        assert [each["name"] for each in listed] == [LESSON]


# Tried by ada's own kernel, with all that she may do.
READS = """
import os
def tried(path):
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            open(path, "rb").read(1)
    except OSError as error:
        return type(error).__name__
    return "READ"
for path in {paths!r}:
    print(tried(path), path)
"""
PRIVATE = [
    "/home/bela/imbalance-lab",
    "/home/bela/imbalance-lab/lessons/mine.txt",
    "/opt/imbalance-lab/hub",
    "/opt/imbalance-lab/hub/jupyterhub_config.py",
    "/opt/imbalance-lab/instructors",
    "/opt/imbalance-lab/instructors/source/solutions",
    "/opt/imbalance-lab/instructors/source/imbalance_oracles/key.py",
    "/srv/imbalance-lab/handout",
    "/srv/imbalance-lab/handout/instructor/gradebook.db",
    f"/srv/imbalance-lab/handout/instructor/solutions/{LESSON}/start-here.ipynb",
    "/srv/imbalance-lab/exchange/imbalance-lab/inbound",
    "/var/lib/imbalance-lab-hub",
    "/var/lib/imbalance-lab-hub/cookie_secret",
    "/var/lib/imbalance-course",
    "/etc/imbalance-lab/hub.toml",
    "/etc/shadow",
]


class TestStudentsAreApart:
    def test_no_file_of_anybody_else_can_be_read(self, hub, kernel):
        said = kernel.run(READS.format(paths=PRIVATE)).splitlines()
        assert [line for line in said if not line.startswith(("PermissionError", "FileNot"))] == []
        there = [p for p in PRIVATE if (hub.machine.folder / p[1:]).exists()]
        assert len(there) > len(PRIVATE) - 4  # what is refused is there to be read

    def test_nor_by_the_contents_of_ones_own_server(self, hub, kernel):
        kernel.run("os.symlink('/home/bela', 'b'); os.symlink('/srv/imbalance-lab/handout', 'h')")
        for path in ("b/imbalance-lab/lessons/mine.txt", "../bela/imbalance-lab", "h/instructor"):
            for place in ("api/contents", "files"):
                assert hub.ada.ask("GET", f"/user/ada/{place}/{path}").status_code >= 400
        kernel.run("os.unlink('b'); os.unlink('h')")

    def test_nor_by_a_terminal(self, hub):
        mine = "/home/bela/imbalance-lab/lessons/mine.txt"
        shown = hub.ada.terminal(
            f"id -un; command -v nbgrader; cat {mine}; sudo -n id; su -c id </dev/null"
        )
        assert "ada" in shown
        assert "/opt/imbalance-lab/students/bin/nbgrader" in shown
        assert "Permission denied" in shown
        assert SECRET not in shown
        assert "uid=0" not in shown

    def test_no_answer_is_on_the_machine_for_them(self, hub, kernel):
        modules = [f"imbalance_{name}" for name in ("builder", "grader", "oracles", "sandbox")]
        found = kernel.run(
            f"import importlib.util as u; print([u.find_spec(name) for name in {modules}])"
        )
        assert found.strip() == "[None, None, None, None]"
        shown = hub.ada.terminal(
            "find / -path /proc -prune -o -path /usr -prune -o "
            "\\( -name 'imbalance_oracles*' -o -name solutions -o -name gradebook.db \\) -print "
            "2>/dev/null | sed 's/^/found /'"
        )
        assert re.findall(r"^found (.+)", shown, re.MULTILINE) == []

    def test_nobody_opens_another_ones_server(self, hub):
        assert hub.bela.visit("/user/bela/lab").status_code == 200
        for path in ("/user/bela/lab", f"/user/{COURSE}/formgrader"):
            assert hub.ada.visit(path).status_code == 403
        for base in ("/user/bela", f"/user/{COURSE}"):
            for path in ("contents", "kernels", "terminals", "sessions"):
                assert hub.ada.ask("GET", f"{base}/api/{path}").status_code == 403
        assert hub.ada.visit("/user/ada/formgrader").status_code == 404
        # Not even an instructor: a page on a student's server could act in her name.
        assert hub.turing.visit("/user/ada/lab").status_code == 403

    def test_nor_by_its_port_or_the_token_in_the_environment(self, hub, kernel):
        kernel.run(PORTS)
        said = kernel.run(
            "for token in ('', os.environ['JUPYTERHUB_API_TOKEN']):\n"
            "    print(asked('bela', '/user/bela/api/contents', token))"
        )
        assert said.split() == ["403", "403"]

    def test_nobody_hears_what_anothers_kernel_prints(self, hub, kernel):
        kernel.run(PORTS)
        kernel.run(
            "import zmq\near = zmq.Context().socket(zmq.SUB)\near.subscribe(b'')\n"
            "for port in ports('bela'): ear.connect(f'tcp://127.0.0.1:{port}')"
        )
        assert SECRET in hub.belas.run("print(open('lessons/mine.txt').read())")
        assert kernel.run("print(ear.poll(1000), ear.close(0))").strip() == "0 None"

    def test_the_hub_does_nothing_for_a_student_but_her_own(self, hub, kernel):
        kernel.run(PORTS)
        asked = [
            ("GET", "users"),
            ("GET", "users/bela"),
            ("POST", "users/bela/tokens"),
            ("DELETE", "users/bela/server"),
            ("POST", f"users/{COURSE}/server"),
            ("POST", "users/mallory"),
            ("GET", "proxy"),
            ("GET", "services"),
            ("POST", "shutdown"),
            ("POST", "groups/instructors/users"),
        ]
        for method, path in asked:
            answer = hub.ada.ask(method, f"/hub/api/{path}", json={"users": ["ada"]})
            assert answer.status_code in (403, 404), (method, path, answer.text)
        secrets = kernel.run("print([k for k in os.environ if 'PROXY' in k or 'CRYPT' in k])")
        assert secrets.strip() == "[]"
        assert hub.ada.ask("GET", "/hub/api/user").json()["groups"] == []

    def test_what_she_asks_of_the_spawner_is_not_done(self, kernel):
        said = kernel.run("print(os.getuid() > 0, os.getcwd(), os.environ.get('LD_PRELOAD'))")
        assert said.split() == ["True", "/home/ada/imbalance-lab", "None"]


PORTS = """
import http.client, os, pwd
def ports(name):
    uid = str(pwd.getpwnam(name).pw_uid)
    rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[7] == uid]
def asked(name, path, token):
    for port in ports(name):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        try:
            line.request("GET", path, headers={"Authorization": "token " + token} if token else {})
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            pass  # a kernel's own port, for what its children print: it takes, and says nothing
"""
# A newer submission in bela's name, whose notebook is a link to the solution.
FORGED = f"""
inbound = "/srv/imbalance-lab/exchange/imbalance-lab/inbound"
forged = inbound + "/bela+{LESSON}+2099-01-01 00:00:00.000000 UTC+abc"
os.mkdir(forged)
os.symlink(
    "/srv/imbalance-lab/handout/instructor/solutions/{LESSON}/start-here.ipynb",
    forged + "/start-here.ipynb",
)
open(forged + "/timestamp.txt", "w").write("2099-01-01 00:00:00.000000 UTC")
os.mkdir(inbound + "/x+{LESSON}+never+x")
for name in ("imbalance-lab", "imbalance-lab/inbound", "imbalance-lab/outbound"):
    try:
        os.rename("/srv/imbalance-lab/exchange/" + name, "/srv/imbalance-lab/exchange/mine")
        print("MOVED", name)
    except OSError:
        pass
"""


class TestExchange:
    def test_what_a_student_submits_is_collected_and_nothing_else(self, hub, kernel):
        api = f"/user/{COURSE}/formgrader/api/assignment/{LESSON}"
        released = hub.turing.ask("POST", f"{api}/release").json()
        assert released["success"], released
        wanted = {"assignment_id": LESSON, "course_id": "imbalance-lab"}
        for who, mark in ((hub.ada, "adas"), (hub.bela, SECRET)):
            place = f"/user/{who.name}/api/contents/{NOTEBOOK}"
            model = who.ask("GET", place).json()
            model["content"]["cells"][0]["source"] += mark
            written = {key: model[key] for key in ("type", "format", "content")}
            assert who.ask("PUT", place, json=written).status_code == 200
            done = who.ask("POST", f"/user/{who.name}/assignments/submit", params=wanted).json()
            assert done["success"], done
        assert kernel.run(FORGED) == ""
        collected = hub.turing.ask("POST", f"{api}/collect").json()
        assert collected["success"], collected
        submitted = hub.srv / "handout" / "instructor" / "submitted"
        assert sorted(path.name for path in submitted.iterdir()) == ["ada", "bela"]
        for name, mark in (("ada", "adas"), ("bela", SECRET)):
            text = (submitted / name / LESSON / "start-here.ipynb").read_text(encoding="utf-8")
            assert mark in text
        assert "it is ada's, not bela's" in collected["log"]


# --- what needs no machine: settings and pins ----------------------------------------------------

LOADS = """
import contextlib, io, json, sys
from pathlib import Path
from traitlets.config import PyFileConfigLoader
config, settings = map(Path, sys.argv[1:])
for text in json.load(sys.stdin):
    settings.write_text(text)
    try:
        found = PyFileConfigLoader(str(config)).load_config()
        spawner = found.JupyterHub.spawner_class.__mro__[2].__name__
        hub = found.JupyterHub
        print(json.dumps([spawner, found.Spawner.mem_limit, hub.get("subdomain_host", "")]))
    except SystemExit as refused:
        print(json.dumps(refused.code))
"""


class TestSettings:
    def loaded(self, tmp_path: Path, *texts: str) -> list[object]:
        """Return what the hub makes of each text of its settings."""
        config = (ROOT / "hub" / "jupyterhub_config.py").read_text(encoding="utf-8")
        settings, own = tmp_path / "hub.toml", tmp_path / "jupyterhub_config.py"
        own.write_text(config.replace("/etc/imbalance-lab/hub.toml", str(settings)))
        done = subprocess.run(
            [HUB / "bin" / "python", "-c", LOADS, own, settings],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_limits_hold_unless_told_otherwise_and_passwords_are_encrypted(self, tmp_path):
        safe = 'address = "https://0.0.0.0:443"\ncertificate = "c"\nkey = "k"\n'
        given, encrypted, free, *refused = self.loaded(
            tmp_path,
            (ROOT / "hub" / "hub.toml").read_text(encoding="utf-8"),
            safe + 'domain = "hub.example.edu"\nmemory = "3G"\nprocessors = 1',
            "limits = false",
            'memmory = "3G"',
            "memory = 3",
            'address = "http://0.0.0.0:8000"',
            'address = "https://0.0.0.0:443"',
            'address = "hub.example.edu"',
        )
        assert given == ["SystemdSpawner", "2G", ""]
        assert encrypted == ["SystemdSpawner", "3G", "https://hub.example.edu"]
        assert free == ["LocalProcessSpawner", "2G", ""]
        said = ["there is no memmory", "memory wants a str", *["address wants"] * 3]
        assert [each in why for each, why in zip(said, refused, strict=True)] == [True] * 5

    def test_the_settings_that_are_installed_are_the_defaults(self):
        text = (ROOT / "hub" / "jupyterhub_config.py").read_text(encoding="utf-8")
        defaults = re.search(r"^DEFAULTS = (\{.*?^\})", text, re.MULTILINE | re.DOTALL)[1]
        installed = tomllib.loads((ROOT / "hub" / "hub.toml").read_text(encoding="utf-8"))
        assert installed == eval(defaults)


def test_hub_and_course_pin_the_same_versions():
    def pins(path: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / path).read_text(), re.MULTILINE))

    course, hub = pins("requirements.txt"), pins("hub/requirements.txt")
    assert {name: hub[name] for name in hub if course.get(name, hub[name]) != hub[name]} == {}
    assert "jupyterhub" not in course
