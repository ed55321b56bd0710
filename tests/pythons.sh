#!/bin/sh
# Install the course with each supported Python that is here, as make lab does, and run the tests of
# the package and every solution there. PYTHONS names interpreters that are not on the path:
#     PYTHONS="/opt/python3.13/bin/python3" sh tests/pythons.sh
# The environments stay in build/, so a second run only brings them up to date. Ends with a table
# for docs/machines.md, and with code 1 if something failed.
set -u
cd "$(dirname "$0")/.." || exit 1

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONHASHSEED=0
jobs=${JOBS:-2}
make=${MAKE:-make}
status=0
table="| Python | NumPy, SciPy, scikit-learn | tests of the package | solutions |
| --- | --- | --- | --- |"

passed() {
    if env PATH="$PWD/$folder/bin:$PATH" "$@" >&2; then echo passed; else echo failed; fi
}

for python in ${PYTHONS:-python3.11 python3.12 python3.13 python3.14}; do
    if ! version=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null); then
        table="$table
| $python | not on this machine | | |"
        continue
    fi
    folder=build/python-$version
    echo "== Python $version in $folder"
    if ! $make VENV="$folder" PYTHON="$python" "$folder/.installed"; then
        table="$table
| $version | could not be installed | | |"
        status=1
        continue
    fi
    versions=$("$folder/bin/python" -c 'import numpy, scipy, sklearn
print(*(module.__version__ for module in (numpy, scipy, sklearn)), sep=", ")')
    tests=$(passed python -m pytest -q -n "$jobs" --dist loadgroup \
        -m "not long and not browser and not torch" tests/test_checks.py tests/test_exercises.py \
        tests/test_datasets.py tests/test_plots.py tests/test_random_ties.py)
    solutions=$(passed RANDOM_TIES=0 python -m pytest -q -n "$jobs" --dist loadfile solutions \
        --ignore-glob="*-pytorch.ipynb" --nbval --nbval-sanitize-with tests/nbval.cfg)
    case "$tests$solutions" in *failed*) status=1 ;; esac
    table="$table
| $version | $versions | $tests | $solutions |"
done

echo
date +%Y-%m-%d
echo "$table"
exit "$status"
