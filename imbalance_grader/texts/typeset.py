"""Safe HTML of Markdown, with its formulas set as MathML, which browsers show without a library.

A student's text passes three walls. What would act is shown as it was typed, as everywhere in this
package (`texts.harmless`). Of the rest only tags on a list stay. And formulas take no
part in either: a name nobody can guess stands in their place, until what was made of each of them
has been cleaned by a list of its own. (The library that makes it copies the text in a formula as
it is, tags included.) Runs in a process apart, see `imbalance_grader.texts.aside`.
"""

from __future__ import annotations

import html
import json
import re
import secrets

import nh3
from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from imbalance_grader.texts import harmless
from imbalance_grader.texts.clean import as_text, cut
from imbalance_lab.printable import printable

_LONGEST_FORMULA = 2_000  # characters
_MOST_TAGS = 3_000  # of one formula: more would be a weight on the browser
_TAGS = {
    "math", "mfrac", "mi", "mn", "mo", "mover", "mroot", "mrow", "mspace", "msqrt", "mstyle",
    "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip
_WORD = re.compile(r"[a-z-]{1,20}")
_VALUES = {
    "width": re.compile(r"-?[0-3](\.\d{1,3})?em"),
    "linethickness": re.compile(r"0"),
    "columnalign": re.compile(r"(left|center|right)( (left|center|right)){0,20}"),
}
_ATTRIBUTES = {
    "math": {"display"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "form"},
    "mspace": {"width"},
    "mstyle": {"displaystyle"},
    "mtable": {"columnalign", "displaystyle"},
    "mtd": {"columnalign"},
}


def answer(text: str, attachments: dict[str, dict[str, str]]) -> str:
    """Return a student's answer as HTML.

    Parameters
    ----------
    text : str
        Markdown.
    attachments : dict
        The pictures of the cell, as the notebook format has them.
    """
    text = cut(printable(text))
    acts = json.loads(harmless.look(text, ()))["acts"]
    return shown(as_text(text, acts) if acts else text, attachments)


def shown(text: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Return Markdown as HTML in which nothing acts."""
    renderer = _Setting(_pictures(text, attachments or {}))
    page = MarkdownWithMath(renderer=renderer).render(text)
    clean = harmless.cleaned(str(page), keeps=renderer.keeps)
    return renderer.set_formulas(clean)


class _Setting(IPythonRenderer):
    """Renders Markdown and keeps its formulas apart."""

    def __init__(self, attachments: dict[str, dict[str, str]]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self._name = f"formula-{secrets.token_hex(16)}-"
        self._formulas: list[str] = []

    def block_math(self, body: str) -> str:
        return self._put_aside(body, "block")

    def inline_math(self, body: str) -> str:
        return self._put_aside(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        return self._put_aside(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def _put_aside(self, tex: str, display: str) -> str:
        self._formulas.append(formula(tex, display))
        return f"{self._name}{len(self._formulas) - 1}."

    def keeps(self, value: str) -> bool:
        """Return whether an attribute is free of formulas, which stand in text alone."""
        return self._name not in value

    def set_formulas(self, page: str) -> str:
        """Put the formulas where they belong."""
        return re.sub(self._name + r"(\d+)\.", lambda found: self._formulas[int(found[1])], page)


def _pictures(text: str, have: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return what each attachment that a text shows is: a picture, or nothing."""
    wanted = json.loads(harmless.look(text, ()))["pictures"]
    found = {}
    for name in wanted:
        bundle = have.get(name)
        forms = bundle.items() if isinstance(bundle, dict) else ()
        good = {kind: data for kind, data in forms if harmless.picture_kind(str(data)) == kind}
        found[name] = good or {"image/png": ""}
    return found


def formula(tex: str, display: str) -> str:
    """Return a formula as MathML, or as it was typed where that cannot be."""
    typed = f"<code>{html.escape(tex)}</code>"
    if len(tex) > _LONGEST_FORMULA:
        return typed
    try:
        made = nh3.clean(
            convert(tex, display=display),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            clean_content_tags={"script", "style"},
            attribute_filter=_kept,
            link_rel=None,
        )
    except Exception:  # of the library's many, and of a formula too deep for it
        return typed
    whole = made.startswith("<math") and made.endswith("</math>") and made.count("<math") == 1
    shows = re.sub(r"<[^<>]*>", "", made).strip()  # or it would be passed over in silence
    return made if whole and shows and made.count("<") <= _MOST_TAGS else typed


def _kept(tag: str, name: str, value: str) -> str | None:
    return value if _VALUES.get(name, _WORD).fullmatch(value) else None
