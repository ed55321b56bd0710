#!/bin/sh
# The whole test suite, as `make test` runs it. JOBS says how many workers; with CI=true, what
# cannot be tested for want of an installed program is a failure instead of a remark.
set -u
cd "$(dirname "$0")/.." || exit 1

jobs=${JOBS:-2}
status=0
selection="not long"
ignored=""
failed=""

# One thread in every numerical library and a fixed hash seed, as when the notebooks were built.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONHASHSEED=0

# Tests start hundreds of programs: each module is compiled once for all of them.
unset PYTHONDONTWRITEBYTECODE

leave_out() {
    if [ "${CI:-}" = true ]; then
        echo "error: $1, and CI must run everything" >&2
        exit 1
    fi
    echo "left out: $1"
}

find_chromium() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -n "$name" ] && command -v "$name"; then return; fi
    done
    return 1
}

if CHROMIUM=$(find_chromium); then
    export CHROMIUM
else
    leave_out "the browser tests, because no Chromium is installed"
    selection="$selection and not browser"
fi

if ! python -c 'import torch' 2>/dev/null && ls solutions/*/*-pytorch.py >/dev/null 2>&1; then
    leave_out "the PyTorch notebooks, because torch is not installed (pip install torch==2.13.0)"
    selection="$selection and not torch"
    ignored="--ignore-glob=*-pytorch.ipynb"
fi

if [ "$(id -u)" != 0 ] || ! command -v bwrap >/dev/null || [ ! -e build/hub/.installed ]; then
    leave_out "the tests of JupyterHub, which need root, bubblewrap and make build/hub/.installed"
    selection="$selection and not hub"
fi

step() {
    title=$1
    shift
    echo
    echo "== $title"
    "$@" && return
    status=1
    failed="${failed}failed: $title
"
}

notebooks() {
    workers=$(((jobs + 1) / 2))
    # NumPy leaves the order of ties open, and processors differ in it: here it is drawn (random_ties.py).
    step "every solution, ties sorted at random, its stored outputs compared" \
        env RANDOM_TIES=0 python -m pytest solutions -n "$workers" --dist loadfile $ignored \
        --nbval --nbval-sanitize-with tests/nbval.cfg
    # Second notebooks have no exercise, so their cells have just run as the solution's
    # (tests/test_lessons.py compares them).
    step "every lesson, unsolved, from top to bottom" \
        python -m pytest lessons -n "$workers" --dist loadfile $ignored \
        --ignore-glob='*-deeper.ipynb' --nbval-lax
    # What nbval cannot see: the source behind each notebook, and the lesson released from it.
    step "every notebook, built again from its source around its outputs and compared" \
        python -m imbalance_builder --check --stored
    # Numbers of the laboratory: rows that belong to the code, results that belong to the rows, and
    # a sample of rows, another one for each commit, that comes out again.
    step "every kept row and result of the studies" python -m imbalance_evidence check
    step "a sample of the studies' rows, run again and compared" \
        python -m imbalance_evidence check-sample --seconds 20
    printf %s "$failed"
    return "$status"
}

# The tests wait as much as they compute, for kernels, browsers and time limits: so there is one
# worker more than cores, and the notebooks run beside them. What they print comes after the tests.
mkdir -p build
notebooks >build/notebooks.log 2>&1 &
beside=$!
trap 'trap - INT TERM; kill 0' INT TERM  # Ctrl-C does not reach what runs beside
step "tests of the package, the exercises, grading and the browser" \
    python -m pytest tests -n "$((jobs + 1))" --dist loadgroup -m "$selection" --durations 25
wait "$beside" || status=1
cat build/notebooks.log

echo
if [ "$status" = 0 ]; then echo "everything passed"; else echo "${failed}something failed: see above"; fi
exit "$status"
