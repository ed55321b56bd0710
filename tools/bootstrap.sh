#!/bin/sh
# Make the environment of the course: the pinned versions and the package, bytecode compiled.
# Called by make as: bootstrap.sh VENV BIN, with PYTHON naming an interpreter if one is wanted.
set -eu

venv=$1
python=$2/python
start=$(date +%s)

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$(${PYTHON:-python3} --version 2>/dev/null || echo "no Python")
    echo "Python 3.11 to 3.14 is needed; found $found (another one: make PYTHON=/path/to/python)" >&2
    exit 1
}

# An environment that is whole and of a supported version is brought up to date, else made anew.
if ! supported "$python"; then
    base=$(find_python)
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$base cannot make environments: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2
        exit 1
    fi
    echo "1/4 making $venv with $("$base" --version)"
    "$base" -m venv --clear "$venv"
else
    echo "1/4 bringing $venv up to date ($("$python" --version))"
fi

echo "2/4 getting the installer"
uv=$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.txt)
PIP_NO_WARN_SCRIPT_LOCATION=1 "$python" -m pip install --quiet --disable-pip-version-check "$uv"

echo "3/4 installing $(grep -c '^[a-z0-9].*==' requirements.txt) pinned packages (about 350 MB to download; minutes the first time)"
if "$python" -m uv pip install --python "$python" --compile-bytecode --requirement requirements.txt; then
    :
else
    echo "    uv could not install them; trying pip, which knows this machine's pip settings"
    "$python" -m pip install --disable-pip-version-check --requirement requirements.txt
fi

echo "4/4 installing the package and warming its caches"
"$python" -m uv pip install --quiet --python "$python" --no-deps --no-build-isolation \
    --editable . --editable ./instructor
"$python" -m compileall -q imbalance_*
"$python" -c 'import matplotlib.font_manager'
echo "ready in $(($(date +%s) - start)) s"
