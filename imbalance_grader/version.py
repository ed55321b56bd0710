"""The version of the course, which ``pyproject.toml`` alone says."""

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "of an unknown version"


def course_version() -> str:
    """Return the version of the course that is installed here, such as ``"1.0.0"``."""
    try:
        return version("imbalance-lab")
    except PackageNotFoundError:  # run from a folder, with nothing installed
        return UNKNOWN
