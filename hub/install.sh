#!/bin/sh
# Set up JupyterHub with the course on this machine: docs/hub.md says how. As root, in the course's
# repository, after `make handout`; again after either has changed. Students' homes, the gradebook
# and what was handed in are never touched.
#
#     sh hub/install.sh                       everything
#     sh hub/install.sh accounts files        only these steps
set -eu
umask 022
cd "$(dirname "$0")/.."

opt=/opt/imbalance-lab
srv=/srv/imbalance-lab
handout=$srv/handout # its folder `instructor` is the course: gradebook, solutions, submissions
owner=imbalance-course
uv=.venv/bin/uv

fail() {
    echo "error: $1" >&2
    exit 1
}

# The account that owns the course has no password: only root and the hub become it.
accounts() {
    for group in imbalance-students imbalance-instructors; do
        getent group "$group" >/dev/null || groupadd --system "$group"
    done
    getent passwd "$owner" >/dev/null ||
        useradd --system --user-group --create-home -K HOME_MODE=0700 \
            --home-dir "/var/lib/$owner" --shell /bin/bash "$owner"
}

# Three environments: the hub's is root's, the instructors' is the course's, the students' has no
# answer and is the only one that everybody reads.
environments() {
    [ -x "$uv" ] || fail "no $uv: run make .venv/.installed first"
    make_environment hub -r hub/requirements.txt
    cp hub/package.json hub/package-lock.json "$opt/hub/"
    (cd "$opt/hub" && PATH="$opt/hub/bin:$PATH" npm ci --loglevel=error --no-audit --no-fund --ignore-scripts)
    make_environment students -r "$handout/imbalance-lab/requirements.txt" \
        "$handout/imbalance-lab" jupyterhub
    make_environment instructors ".[grading]" ./instructor jupyterhub
    "$opt/students/bin/python" -c 'import matplotlib.font_manager'
}

make_environment() {
    name=$1
    shift
    echo "installing the environment of the $name"
    [ -e "$opt/$name/pyvenv.cfg" ] || "$uv" venv --quiet --allow-existing --python "${PYTHON:-python3}" "$opt/$name"
    "$uv" pip install --quiet --python "$opt/$name/bin/python" --compile-bytecode \
        --constraint requirements.txt --constraint hub/requirements.txt "$@"
}

# Configuration, what is handed out, the course and the exchange, each with its owner and rights.
files() {
    [ -d "$handout/instructor" ] || fail "no hand-out: run make handout OUTPUT=$handout first"
    install -d -m 755 "$opt" "$srv" /etc/imbalance-lab
    install -d -m 700 "$opt/hub" /var/lib/imbalance-lab-hub
    install -d -m 755 "$opt/students"
    install -d -m 750 -g "$owner" "$opt/instructors"
    install -m 600 hub/jupyterhub_config.py "$opt/hub/"
    [ -e /etc/imbalance-lab/hub.toml ] || install -m 600 hub/hub.toml /etc/imbalance-lab/
    for who in students instructors; do
        etc="$opt/$who/etc/jupyter"
        install -d "$opt/$who/bin" "$etc/jupyter_server_config.d" "$etc/labconfig"
        install -m 755 hub/start-server "$opt/$who/bin/"
        install -m 644 hub/nbgrader_config.py "$etc/"
        install -m 644 hub/server_config.json "$etc/jupyter_server_config.json"
    done
    install -m 644 hub/students_server.json \
        "$opt/students/etc/jupyter/jupyter_server_config.d/zz-students.json"
    install -m 644 hub/students_page.json "$opt/students/etc/jupyter/labconfig/page_config.json"
    # A student's package hides the instructor's tools; here they are wanted.
    install -m 644 instructor/jupyter/labconfig/page_config.json \
        "$opt/instructors/etc/jupyter/labconfig/page_config.json"

    chmod 700 "$handout"
    chown -hR "$owner:$owner" "$handout"
    rm -rf "$opt/handout"
    install -d -m 755 "$opt/handout"
    (cd "$handout/imbalance-lab" && cp -r lessons docs LICENSE* "$opt/handout/")
    chmod -R u=rwX,go=rX "$opt/handout"

    # Sticky: nobody moves away what another one made, and the course's folders are there before
    # anybody else could make them.
    install -d -m 1777 -o "$owner" -g "$owner" "$srv/exchange"
    install -d -m 755 -o "$owner" -g "$owner" "$srv/exchange/imbalance-lab"
    install -d -m 3733 -o "$owner" -g "$owner" "$srv/exchange/imbalance-lab/inbound"
}

service() {
    install -m 644 hub/imbalance-lab-hub.service /etc/systemd/system/
    systemctl daemon-reload
    echo "to start it, now and with the machine: systemctl enable --now imbalance-lab-hub"
}

[ "$(id -u)" = 0 ] || fail "this makes accounts and folders of the machine: run it as root"
[ "$#" -gt 0 ] || set -- accounts files environments service
for step in "$@"; do
    case $step in
    accounts | environments | files | service) "$step" ;;
    *) fail "no step $step (there are: accounts files environments service)" ;;
    esac
done
