"""What a student wrote or showed: is it harmless in the pages that people open?

formgrader shows a written answer as nbconvert makes HTML of it, which lets every tag through, and
lets MathJax read the page. So an answer is rendered here in the same way, and is harmless if all
tags that come out are on a list, in a form that leaves a browser nothing to interpret; if it links
to nothing but the web; and if no command of its formulas does more than set them. Harmless text
stays as it was written. All functions take time in proportion, or are ended (see
`imbalance_grader.aside`).
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
import urllib.parse
from collections.abc import Iterable
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
_EMPTY_CELLS = {"colspan": re.compile(r"\d{1,3}"), "rowspan": re.compile(r"\d{1,3}")}

# A tag with all its attributes in quotes, without anything that could end it early.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-z-]+=\"[^\"<>]*\")*) ?/?>")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_TICK = re.compile(r"<input class=\"task-list-item-checkbox\" type=\"checkbox\" disabled( checked)?/>")
_ADDRESS = re.compile(r"(?:https?://|mailto:|#|\.\./\.\./docs/[\w./-]*(?:#|$))[^\x00-\x20]*")
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
# What MathJax or KaTeX do beside setting a formula: open an address, load code, name or style an
# element of the page, and define commands, which the rest of the page would then be set with.
_COMMAND = re.compile(
    r"\\(href|url|require|unicode|class|cssId|style|html\w*|data|includegraphics|input|include"
    r"|def|gdef|edef|xdef|let|futurelet|global|csname|(?:re|provide)?newcommand|renewcommand"
    r"|providecommand|(?:re)?newenvironment|DeclareMathOperator|mmlToken|bbox|action|mathtip"
    r"|texttip|toggle|special|write|begingroup|endgroup)(?![A-Za-z])"
)


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
    found = _COMMAND.search(text) or _COMMAND.search(html.unescape(re.sub(r"<[^<>]*>", "", text)))
    return f"the command \\{found[1]} in a formula" if found else ""


def _acting_tag(page: str, names: set[str]) -> str:
    """Return the first tag that is not harmless, in a few words, "" if all of them are."""
    problems: list[str] = []

    def check(tag: re.Match[str]) -> str:
        problem = _problem(tag[2].lower(), tag[3], names)
        if problem:
            problems.append(problem)
        return ""

    rest = _TAG.sub(check, _TICK.sub("", page))
    if problems:
        return problems[0]
    place = rest.find("<")
    return f"the HTML {rest[place : place + 40].strip()!r}" if place >= 0 else ""


def _problem(tag: str, attributes: str, names: set[str]) -> str:
    for name, written in _ATTRIBUTE.findall(attributes):
        value = html.unescape(written)
        if not _is_harmless(tag, name, value, names):
            return f"the HTML <{tag} {name}={value[:40]!r}>"
    return "" if tag in TAGS or (tag == "img" and " src=" in attributes) else f"the HTML <{tag}>"


def _is_harmless(tag: str, name: str, value: str, names: set[str]) -> bool:
    match tag, name:
        case "a", "href":
            return bool(_ADDRESS.fullmatch(value))
        case "img", "src":
            return bool(_DATA.fullmatch(value))
        case ("a" | "img"), "title" | "alt":
            return True
        case _, "class":  # those of highlighted code, and what Markdown's own lists are given
            return bool(re.fullmatch(r"[a-z]{1,2}\d?|highlight|anchor-link|task-list-item", value))
        case ("th" | "td"), "style":
            return bool(re.fullmatch(r"text-align:(left|center|right)", value))
        case ("th" | "td"), "colspan" | "rowspan":
            return bool(re.fullmatch(r"\d{1,3}", value))
        case "ol", "start":
            return bool(re.fullmatch(r"\d{1,9}", value))
        case ("h1" | "h2" | "h3" | "h4" | "h5" | "h6"), "id":
            return value not in names
    return False


def cleaned(page: str) -> str:
    """Return HTML without scripts, handlers, styles, forms, frames, and all that loads something.

    Parameters
    ----------
    page : str

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
            "img": {"src", "alt"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
        },
        attribute_filter=_kept_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _ADDRESS.fullmatch(value) else None
    return value if name != "src" or _DATA.fullmatch(value) else None


def cleaned_output(page: str) -> str:
    """Return HTML that a cell showed, `cleaned`; "" if what is left has formulas that act."""
    clean = cleaned(page)
    return "" if acting_command(clean) else clean


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


def attached(content: bytes, grade_id: str, text: str, names: Iterable[str]) -> str:
    """Find the pictures that a written answer shows among the attachments of the submission.

    Parameters
    ----------
    content : bytes
        The notebook that was handed in.
    grade_id, text : str
        Of the answer.
    names : iterable of str
        As the answer names them.

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
            if kind := picture_kind(data):
                found[name] = {kind: "".join(data.split())}
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
