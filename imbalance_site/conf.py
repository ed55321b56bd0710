"""How Sphinx builds the site: nothing is run, and nothing is loaded from another host."""

import re
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx

from imbalance_site import ROOT

project = html_title = "Imbalance Lab"
author = "The Imbalance Lab authors"
project_copyright = "The Imbalance Lab authors: text CC BY 4.0, code BSD-3-Clause"
language = "en"

extensions = ["myst_nb", "imbalance_site.crosslinks"]
# Of MathJax is taken what reads TeX and writes HTML; the other ways are five times as large.
UNUSED = ("sre", "output/svg", "input/mml", "*-svg*", "*mml*", "*full*", "adaptors")
exclude_patterns = ["downloads", *(f"mathjax/{name}" for name in UNUSED)]
nb_execution_mode = "off"
nb_render_error_lexer = "text"  # a check's message is no traceback
nb_ipywidgets_js: dict[str, str] = {}  # no explorer lives here; its picture is shown
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
# Of two lessons with one number the shorter name is the main notebook.
lesson_pages = {
    path.parent.name[:2]: f"lessons/{path.parent.name}/{path.stem}"
    for path in sorted(ROOT.glob("lessons/*/*.ipynb"), key=lambda path: -len(path.stem))
}

# What Markdown makes of a table's first cell when nothing stands in it.
EMPTY_HEADING = re.compile(r"<th\b[^>]*>(?:\s|</?p>)*</th>")

html_theme = "furo"
pygments_dark_style = (
    "a11y-dark"  # the pair of the theme's light one; nothing in code is underlined
)
html_copy_source = html_show_sourcelink = False
html_css_files = ["site.css"]
html_search_scorer = str(Path(__file__).with_name("search.js"))
html_js_files = [("scrollable.js", {"defer": "defer"})]
html_favicon = "static/mark.svg"
mathjax = find_spec("sphinx-mathjax-offline")
assert mathjax is not None
assert mathjax.origin is not None
html_static_path = ["static", str(Path(mathjax.origin).with_name("static"))]
mathjax_path = "mathjax/tex-chtml.js"
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}


def name_level_of_captions(
    _: Sphinx, __: str, ___: str, context: dict[str, str], *____: object
) -> None:
    """Say of the captions among the contents which level of heading they are, as ARIA wants it."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def make_no_heading_of_a_corner(
    _: Sphinx, __: str, ___: str, context: dict[str, str], *____: object
) -> None:
    """Leave the corner of a table empty, and not as a heading that says nothing."""
    context["body"] = EMPTY_HEADING.sub("<td></td>", context.get("body", ""))


def setup(app: Sphinx) -> None:
    """Let the lessons' pictures, which were put beside their pages, be copied as they are."""
    app.config.html_static_path.append(str(app.srcdir / "_pictures"))
    app.connect("html-page-context", name_level_of_captions, priority=900)
    app.connect("html-page-context", make_no_heading_of_a_corner)
