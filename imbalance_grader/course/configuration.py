"""The course's configuration, read as nbgrader reads it, and refused where it cannot be meant.

nbgrader leaves out a file with an error in it, prints a traceback and goes on with what it has by
default: with another course. An option that does not exist it passes over.
"""

from __future__ import annotations

import difflib
import logging
import traceback
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader

FILE = "nbgrader_config.py"
_OURS = {"ImbalanceLab": ["optional_notebooks"]}


def configured(root: Path) -> NbGrader:
    """Load the configuration of a course, whatever the working folder.

    Raises
    ------
    ValueError
        Saying what cannot be read, where, or what is misspelt.
    """
    app = NbGrader()
    app.load_cwd_config = False
    app.log_level = logging.ERROR
    app.raise_config_file_errors = app.log.disabled = True  # what is wrong is said once
    try:
        app.initialize([], root=str(root))
    except (Exception, SystemExit) as error:
        raise ValueError(f"{_said(error, root / FILE)}: mend it, nothing was done") from error
    app.log.disabled = False
    _refuse_misspelt(app)
    return app


def _said(error: BaseException, file: Path) -> str:
    """Say what went wrong, and in which line."""
    if isinstance(error, SystemExit) and error.__context__ is not None:  # nbgrader ends so
        error = error.__context__
    if isinstance(error, SyntaxError):
        return f"{error.filename or file}, line {error.lineno or '?'}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{f.filename}, line {f.lineno}" for f in frames if Path(f.filename).name == FILE]
    return f"{lines[-1] if lines else file}: {type(error).__name__}: {error}"


def _refuse_misspelt(app: NbGrader) -> None:
    """Refuse what is nearly the name of an option, and none."""
    known = dict(_OURS)
    for each in app.all_configurable_classes():
        known[each.__name__] = each.class_trait_names(config=True)
    for section, options in app.config.items():
        if section in known:
            for option in sorted(set(options) - set(known[section])):
                _refuse(f"c.{section}.{option}", option, known[section])
        elif not section.endswith("App"):  # other commands' own
            _refuse(f"c.{section}", section, list(known))


def _refuse(what: str, name: str, known: list[str]) -> None:
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.9):
        raise ValueError(f"{FILE} sets {what}, which is no option: is {near[0]} meant?")
