"""Lessons read in viewers that cannot be run here: what these do to a notebook is done to ours.

GitHub cleans HTML by a list that it has published, in html-pipeline's filter. VS Code reads texts
with markdown-it, and takes for a formula what its plugin for KaTeX takes for one; the rules of
`mdit_py_plugins` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nh3
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert import HTMLExporter
from released import ROOT

SOLVED = sorted(ROOT.glob("solutions/*/*.ipynb"))
every_lesson = pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
TAGS = set(
    """h1 h2 h3 h4 h5 h6 h7 h8 br b i strong em a pre code img tt div ins del sup sub p ol ul table
    thead tbody tfoot blockquote dl dt dd kbd q samp var hr ruby rt rp li tr td th s strike summary
    details""".split()  # noqa: SIM905
)
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src"}, "*": {"alt", "height", "scope", "width"}}
# What VS Code takes to be a text's: "$5 and $6" is no formula, "$5$" is one.
VSCODE = MarkdownIt("js-default", {"html": True, "linkify": False}).use(
    dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True
)
# A formula that KaTeX, which VS Code and Colab draw with, has no word for.
UNKNOWN = re.compile(
    r"\\(label|ref|eqref|require|newcommand|def|cases\b|mbox|hbox|bbox|class|style)\b"
)


def cells(path: Path) -> list[nbformat.NotebookNode]:
    return list(nbformat.read(path, as_version=4).cells)


def shown(path: Path) -> Iterator[dict[str, str]]:
    """Yield the outputs that are more than a printed text."""
    for cell in cells(path):
        yield from (o.data for o in cell.get("outputs", []) if "data" in o)


def words(markup: str) -> str:
    page = BeautifulSoup(markup, "html.parser")
    for style in page.find_all("style"):
        style.decompose()
    return "".join(page.get_text().split())


def cleaned(markup: str) -> str:
    """Return HTML as GitHub leaves it: no style, no class, no name, no script."""
    return nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def tokens(text: str) -> Iterator[Token]:
    for token in VSCODE.parse(text):
        yield token
        yield from token.children or []


@every_lesson
class TestOnGitHub:
    def test_an_output_says_the_same_without_styles_and_classes(self, path):
        for data in shown(path):
            markup = data.get("text/html", "")
            left = cleaned(markup)
            assert words(left) == words(markup)
            before, after = (BeautifulSoup(html, "html.parser") for html in (markup, left))
            for name, kept in {"img": ("src", "alt", "width", "height"), "th": ("scope",)}.items():
                wanted, found = (
                    [[tag.get(key) for key in kept] for tag in page.find_all(name)]
                    for page in (before, after)
                )
                assert wanted == found
            assert len(after.find_all("td")) == len(before.find_all("td"))

    def test_nothing_is_hidden_by_a_style(self, path):
        for data in shown(path):
            assert not re.search(r"display:\s*none|visibility:", inline_styles(data))


def inline_styles(data: dict[str, str]) -> str:
    page = BeautifulSoup(data.get("text/html", ""), "html.parser")
    return "; ".join(tag["style"] for tag in page.find_all(style=True))


@every_lesson
class TestInVSCode:
    def test_a_text_is_markdown_and_no_html(self, path):
        for cell in cells(path):
            if cell.cell_type == "markdown":
                kinds = {token.type for token in tokens(cell.source)}
                assert not {"html_block", "html_inline"} & kinds, cell.source
                # A fence is code; what draws diagrams or boxes of it is JupyterLab's.
                fences = [t.info for t in tokens(cell.source) if t.type == "fence"]
                assert set(fences) <= {"", "python"}, cell.source
                assert ":::" not in cell.source
                assert "attachment:" not in cell.source

    def test_every_formula_is_found_and_no_price_is_taken_for_one(self, path):
        for cell in cells(path):
            if cell.cell_type == "markdown":
                for token in tokens(cell.source):
                    if token.type.startswith("math"):
                        assert token.content.count("{") == token.content.count("}")
                        assert not UNKNOWN.search(token.content), token.content
                    elif token.type == "text":
                        assert "$" not in token.content, token.content

    def test_every_link_leads_to_a_file_beside_the_notebook(self, path):
        for cell in cells(path):
            if cell.cell_type == "markdown":
                for token in tokens(cell.source):
                    link = str(token.attrGet("href") or token.attrGet("src") or "")
                    if link and not re.match("https?:|mailto:|#", link):
                        assert (path.parent / link.partition("#")[0]).exists(), link


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_nbconvert_shows_pictures_with_words_tables_and_claims(template):
    path = ROOT / "solutions/01-accuracy-paradox/accuracy-paradox.ipynb"
    body, _ = HTMLExporter(template_name=template, embed_images=True).from_filename(str(path))
    page = BeautifulSoup(body, "html.parser")
    pictures = [
        picture
        for data in shown(path)
        for picture in BeautifulSoup(data.get("text/html", ""), "html.parser").find_all("img")
    ]
    assert len(pictures) > 8
    assert [i["alt"] for i in page.find_all("img")] == [i["alt"] for i in pictures]
    assert page.get_text().count("Claim: ") == sum(
        "Claim: " in d["text/plain"] for d in shown(path)
    )
    assert "Run this cell in Jupyter to move the controls." in page.get_text()
    assert "model not found" not in body
