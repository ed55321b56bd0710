"""Whether what a student wrote or showed is harmless in the pages that people open.

formgrader shows a written answer as nbconvert makes HTML of it, which lets every tag through, and
lets MathJax read the page. So an answer is rendered here in the same way, and is harmless if all
tags that come out are on a list, in a form that leaves a browser nothing to interpret; if it links
to nothing but the web; and if no command of its formulas does more than set them. Harmless text
stays as it was written. All functions take time in proportion, or are ended (see
`imbalance_grader.texts.aside`).
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "kbd", "li", "mark", "ol", "p", "pre", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
LARGEST_PICTURE = 5 << 20
_MOST_PIXELS = 50_000_000

# A tag with all its attributes in quotes, without anything that could end it early.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-z-]+=\"[^\"<>]*\")*) ?/?>")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
# What Markdown makes of "- [ ]", and comments.
_ASIDE = re.compile(
    r"<input class=\"task-list-item-checkbox\" type=\"checkbox\" disabled(?: checked)?/>"
    r"|<!--[^<>-]*-->"
)
# The lessons' own links lead into docs/, and not out of it again.
_ADDRESS = re.compile(
    r"(?:https?://|mailto:|#|\.\./\.\./docs/(?:(?!\.\.)[\w./-])*(?:#|$))[^\x00-\x20]*"
)
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
_NUMBER, _ANY = re.compile(r"\d{1,9}"), re.compile(r"[^\x00]*")
_VALUES = {
    # Those of highlighted code, and what Markdown itself gives.
    ("*", "class"): re.compile(
        r"[a-z]{1,2}\d?|highlight|anchor-link|task-list-item|language-[\w+#.-]+"
    ),
    ("a", "href"): _ADDRESS,
    ("a", "title"): _ANY,
    ("img", "alt"): _ANY,
    ("img", "title"): _ANY,
    ("ol", "start"): _NUMBER,
    **{(cell, "colspan"): _NUMBER for cell in ("td", "th")},
    **{(cell, "rowspan"): _NUMBER for cell in ("td", "th")},
    **{(cell, "style"): re.compile(r"text-align:(left|center|right)") for cell in ("td", "th")},
}
# Parts of HTML that are there to act, or to look like the page around them.
_ACTING = re.compile(
    r"<(?:script|iframe|svg|math|form|input|button|object|embed|link|meta|base|audio|video)\b"
    r"|\bon[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)
_LEFT_OUT = "<p>[parts that could act on a page are left out here]</p>"
# What MathJax or KaTeX do beside setting a formula: open an address, load code, name or style an
# element of the page, define commands, which the rest of the page would then be set with, and set
# something outside of the formula's place, where it covers marks and buttons.
_COMMAND = re.compile(
    r"\\(?:(href|url|require|unicode|class|cssId|style|html\w*|data|includegraphics|input|include"
    r"|mmlToken|bbox|action|mathtip|texttip|toggle|special|DeclareMathOperator)\s*\*?\s*[\[{]"
    r"|(def|gdef|edef|xdef|let|futurelet|csname|newcommand|renewcommand|providecommand"
    r"|newenvironment|renewenvironment|begingroup|endgroup|Newextarrow"
    r"|smash|raise|lower|raisebox|(?:math)?[lrc]lap|moveleft|moveright|uproot|leftroot|skew)"
    r"(?![A-Za-z]))"
)
# A measure that leads back, as in \\hspace{-9em}, \\\\[-9em] or \\rule[-9em]{1em}{1em}.
_BACK = re.compile(
    r"\\(?:[a-zA-Z]+|\\)\*?(?:\s*[\[{][^\[\]{}]{0,40}[\]}]){0,2}\s*(?:[\[{]\s*)?"
    r"-\s*[\d.,]+\s*(?:em|ex|p[tcx]|in|cm|mm|mu)(?![A-Za-z])"
)
# One leads back by a sixth of a letter, many to where other things stand.
_STEP_BACK = re.compile(r"\\(?:!|neg(?:thin|med|thick)space(?![A-Za-z]))")
_MOST_STEPS_BACK = 40
_EMPTY = {"br", "hr", "img"}  # tags that nothing stands in


class _Attachments(dict[str, dict[str, str]]):
    """Has every attachment, and remembers which were asked for."""

    def __contains__(self, name: object) -> bool:
        self.setdefault(str(name), {"image/png": ""})
        return True


def look(text: str, names: Iterable[str]) -> str:
    """Say whether a written answer is harmless in formgrader.

    Parameters
    ----------
    text : str
        Markdown.
    names : iterable of str
        Names that elements of the page have, which no heading of the answer may take.

    Returns
    -------
    str
        JSON: ``acts``, why it is not harmless or "", and ``pictures``, the names of the
        attachments that it shows.
    """
    wanted = _Attachments()
    page = rendered(text, wanted)
    acts = _acting_tag(page, set(names)) or acting_command(text + page)
    return json.dumps({"acts": acts, "pictures": list(wanted)})


def rendered(text: str, attachments: dict[str, dict[str, str]]) -> str:
    """Return Markdown as HTML, as formgrader makes it: nothing is removed."""
    renderer = IPythonRenderer(escape=False, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(text))


def acting_command(text: str) -> str:
    """Return why formulas of a text do more than set themselves, "" if they do not.

    Tags are left out of the page before, as MathJax may read over them.
    """
    for form in (text, html.unescape(re.sub(r"<[^<>]*>", "", text))):
        if found := _COMMAND.search(form):
            return f"the command \\{found[1] or found[2]} in a formula"
        if found := _BACK.search(form):
            return f"the measure {found[0]} in a formula"
        if len(steps := _STEP_BACK.findall(form)) > _MOST_STEPS_BACK:
            return f"{len(steps)} steps back in formulas"
    return ""


def _acting_tag(page: str, names: set[str]) -> str:
    """Return the first tag that is not harmless, in a few words, "" if all of them are."""
    page = _ASIDE.sub("", page)
    inside: list[str] = []
    place = 0
    while (place := page.find("<", place)) >= 0:
        tag = _TAG.match(page, place)
        if not tag or not _is_good(tag, inside, names):
            return f"the HTML {page[place : place + 60].splitlines()[0]!r}"
        place = tag.end()
    return f"the HTML <{inside[-1]}>, which is not closed" if inside else ""


def _is_good(tag: re.Match[str], inside: list[str], names: set[str]) -> bool:
    """Return whether a tag is harmless where it stands, and keep account of what is open.

    What is left open, or closed without having been opened, would take in the rest of the page.
    """
    closes, name = bool(tag[1]), tag[2].lower()
    attributes = _ATTRIBUTE.findall(tag[3])
    if name not in TAGS | {"img"} or (closes and attributes):
        return False
    if closes:
        return bool(inside) and inside.pop() == name
    if name not in _EMPTY:
        inside.append(name)
    return all(_is_harmless(name, key, html.unescape(value), names) for key, value in attributes)


def _is_harmless(tag: str, name: str, value: str, names: set[str]) -> bool:
    if name == "id":
        return bool(re.fullmatch(r"h[1-6]", tag)) and value not in names
    if (tag, name) == ("img", "src"):
        return _is_picture(value)
    allowed = _VALUES.get(("*", name)) or _VALUES.get((tag, name))
    return bool(allowed and allowed.fullmatch(value))


def cleaned(page: str, keeps: Callable[[str], bool] = lambda value: True) -> str:
    """Return HTML without scripts, handlers, styles, forms, frames, and all that loads something.

    Parameters
    ----------
    page : str
    keeps : callable, optional
        Says of the value of an attribute whether it may stay; by default all may that are allowed.

    Returns
    -------
    str
        Text tags, tables and pictures that are in the page; links to the web only.
    """
    return nh3.clean(
        page,
        tags=TAGS | {"img"},
        clean_content_tags={"script", "style", "svg", "math", "iframe", "object", "template"},
        attributes={
            "a": {"href"},
            "img": {"src", "alt", "width"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
        },
        attribute_filter=lambda tag, name, value: (
            _kept_attribute(tag, name, value) if keeps(value) else None
        ),
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _ADDRESS.fullmatch(value) else None
    if name == "width":  # a picture may be finer than it is to be shown
        return value if re.fullmatch(r"\d{1,4}", value) else None
    return value if name != "src" or _is_picture(value) else None


def _is_picture(address: str) -> bool:
    """Return whether an address holds a picture as it says, and of a bearable size, or nothing.

    A small file may unfold to more pixels than a browser has memory for.
    """
    if not _DATA.fullmatch(address):
        return False
    kind, _, data = address.removeprefix("data:").partition(";base64,")
    return not data or picture_kind(data) == kind


def cleaned_output(page: str) -> str:
    """Return HTML that a cell showed, `cleaned`; "" if what is left has formulas that act."""
    clean = cleaned(page)
    if acting_command(clean):
        return ""
    return clean + _LEFT_OUT if _ACTING.search(page) else clean


def colours(code: str) -> str:
    """Colour code as formgrader does, to see that it can be done."""
    highlight(code, get_lexer_by_name("ipython3"), HtmlFormatter())
    return ""


def picture_kind(text: str) -> str:
    """Return the type of a picture in base64, "" if it is none that is kept."""
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
        with Image.open(io.BytesIO(raw), formats=list(PICTURES.values())) as picture:
            small = len(raw) <= LARGEST_PICTURE and picture.width * picture.height <= _MOST_PIXELS
            return Image.MIME[str(picture.format)] if small else ""
    except Exception:  # whatever a made-up file does to the reader, it is no picture
        return ""


def attached(content: bytes, grade_id: str, text: str, names: Iterable[str], most: int) -> str:
    """Find the pictures that a written answer shows among the attachments of the submission.

    Parameters
    ----------
    content : bytes
        The notebook that was handed in.
    grade_id, text : str
        Of the answer.
    names : iterable of str
        As the answer names them.
    most : int
        How many letters all of them may have: an answer may show one picture by many names.

    Returns
    -------
    str
        JSON: by name the attachment as the notebook format has it; those that are no PNG, JPEG,
        GIF or WebP are not there.
    """
    cells = json.loads(content.decode(json.detect_encoding(content)))["cells"]
    have: dict[str, Any] = {}
    for cell in cells:
        if isinstance(cell, dict) and _is_part(cell, grade_id, text):
            have |= cell["attachments"]
    found = {}
    for name in names:
        bundle = have.get(name) or have.get(urllib.parse.unquote(name)) or {}
        for picture in bundle.values() if isinstance(bundle, dict) else ():
            data = "".join(picture) if isinstance(picture, list) else str(picture)
            data = "".join(data.split())
            if len(data) <= most and (kind := picture_kind(data)):
                most -= len(data)
                found[name] = {kind: data}
    return json.dumps(found)


def _is_part(cell: dict[str, Any], grade_id: str, text: str) -> bool:
    """Return whether a cell with attachments is the answer, or one that went into it."""
    if not isinstance(cell.get("attachments"), dict):
        return False
    source = cell.get("source", "")
    source = "".join(source) if isinstance(source, list) else str(source)
    meta = cell.get("metadata")
    about = meta.get("nbgrader") if isinstance(meta, dict) else None
    own = isinstance(about, dict) and about.get("grade_id") == grade_id
    return own or (bool(source.strip()) and source.strip() in text)
