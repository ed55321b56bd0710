"""Run the grading command: ``python -m imbalance_lab.grading``."""

import sys

from imbalance_lab.grading.cli import main

if __name__ == "__main__":  # Dask's worker processes import this module under another name
    sys.exit(main())
