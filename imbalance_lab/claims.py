"""The "claims, tested" boxes: a piece of popular advice, what the notebook measured, a verdict.

The page of all claims is built from what these boxes leave in the executed notebooks.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

VERDICTS = ("holds", "holds only if", "does not hold", "not shown")
SIGNS = {"holds": "✓", "holds only if": "◐", "does not hold": "✗", "not shown": "○"}
MIME_TYPE = "application/vnd.imbalance-lab.claim+json"

_COLOURS = {
    "holds": "#009e73",
    "holds only if": "#e69f00",
    "does not hold": "#d55e00",
    "not shown": "#767676",
}


@dataclass(frozen=True)
class Claim:
    """A piece of popular advice put to the test. As the last value of a cell it shows a box.

    Parameters
    ----------
    advice : str
        The advice as it is commonly given, in our own words.
    verdict : {"holds", "holds only if", "does not hold", "not shown"}
        Not shown: the runs leave it open. What they do not find, they have not refuted.
    because : str
        The condition, or what the measurement showed, with the numbers formatted from the
        notebook's own variables.
    reference : str, default=""
        Key of a paper to read on, which need not agree, in the bibliography, such as "elkan2001";
        the box names it.
    evidence : str, default=""
        Row or rows of the coverage table, such as "E02 E03".

    Raises
    ------
    ValueError
        If `verdict` is none of the four, or `evidence` is not written like "E02 E03".
    """

    advice: str
    verdict: str
    because: str
    reference: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict must be one of {VERDICTS}, got {self.verdict!r}")
        if not re.fullmatch(r"(E\d\d( E\d\d)*)?", self.evidence):
            raise ValueError(f"evidence must read like 'E02 E03', got {self.evidence!r}")

    def __str__(self) -> str:
        return f"Claim: {self.advice}\nVerdict: {self.found.lower()} {self.because}"

    @property
    def found(self) -> str:
        """The verdict as the beginning of `because`, which goes on with the condition or anew."""
        return self.verdict.capitalize() + ("" if self.verdict == "holds only if" else ".")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": str(self), "text/html": self._box(), MIME_TYPE: asdict(self)}

    def _box(self) -> str:
        colour, sign = _COLOURS[self.verdict], SIGNS[self.verdict]
        advice, because = html.escape(self.advice), html.escape(self.because)
        papers = json.loads((files("imbalance_lab") / "papers.json").read_text("utf-8"))
        paper = html.escape(papers.get(self.reference, self.reference))
        read_on = f"<p>Read on: {paper}, see <em>Further reading</em>.</p>" if paper else ""
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.4em 1em; margin: 0.5em 0">'
            f"<p><strong>Claim:</strong> {advice}</p>"
            # The sign is not read aloud: the word beside it says the same.
            f'<p><strong><span aria-hidden="true">{sign}</span> {self.found}</strong> {because}</p>'
            f"{read_on}</div>"
        )
