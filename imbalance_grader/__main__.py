"""Run the grading command: ``python -m imbalance_grader``."""

import sys

from imbalance_grader.cli import main

if __name__ == "__main__":  # Dask's worker processes import this module under another name
    sys.exit(main())
