"""Which notebook of an assignment a file is, by what is in it and not by its name.

The text is a stranger's, so this is called in a process of its own, see `texts.aside`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from imbalance_grader.notebook.arrange import arrange
from imbalance_grader.notebook.intake import Malformed, cells_of
from imbalance_grader.notebook.source import Source


@dataclass(frozen=True)
class Recognised:
    """What a file is.

    Parameters
    ----------
    notebook : str
        Name of the instructor's notebook without its ending, "" where it is none of them.
    worked : bool
        Whether any answer was given.
    why : str
        Why it is none of them.
    """

    notebook: str = ""
    worked: bool = False
    why: str = ""

    @classmethod
    def from_text(cls, text: str) -> Recognised:
        """Return what `recognise` wrote as text."""
        return cls(**json.loads(text))


def recognise(data: bytes, name: str, sources: Sequence[Source]) -> str:
    """Return, as text, which of some notebooks a file is.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file; the instructor's notebook that it speaks of is tried first.
    sources : sequence of Source
    """
    why = ""
    by_name = sorted(sources, key=lambda s: len(s.notebook) * (s.notebook in name), reverse=True)
    try:
        cells = cells_of(data)
        for source in by_name:
            try:
                script = arrange(cells, source.cells)
            except Malformed as error:
                why = why or str(error)
                continue
            return json.dumps(asdict(Recognised(source.notebook, script.is_worked)))
    except Malformed as error:
        why = str(error)
    return json.dumps(asdict(Recognised(why=why)))
