"""The course as a web page: a folder of sources for Sphinx, put together from what is built.

Lessons come from the released notebooks, pages of studies from the laboratory's results, the rest
from ``docs/``. Nothing is run and nothing is fetched; ``make site`` builds it.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/imbalance-lab/imbalance-lab"
BINDER = "https://mybinder.org/v2/gh/imbalance-lab/imbalance-lab/HEAD"
