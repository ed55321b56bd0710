"""What acts in a page is found, and what is harmless stays to the letter."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import subprocess
import sys

import pytest
from PIL import Image

from imbalance_grader.texts.aside import Aside, TooMuch
from imbalance_grader.texts.harmless import cleaned_output, look, picture_kind

NAMES = ["reflection", "reflection-comment"]

HARMLESS = [
    "The accuracy is 99 %, and a < b while c > d & so on.",
    "# Why\n\n## My answer\n\n**b** _i_ ~~s~~ `x<y`\n\n- a\n- b\n\n3. x\n4. y\n\n> q",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n\nTerm\n: meaning\n\n- [ ] open\n- [x] done",
    "```python\nif x < 3:\n    print('<b>')\n```\n\n    <script>as code</script>",
    "```\nplain\n```\n\n```unknown\nx\n```",
    "$\\frac{a}{b} < c$, $$\\begin{aligned} p &= 1 \\\\ q &= 2 \\end{aligned}$$ and \\\\(x\\\\)",
    "$\\int\\!\\!\\!\\int f \\negthinspace dx$, $\\skewed$, $\\sqrt[3]{x}$, $\\overlap$",
    "$a\\hspace{1em}b$, $\\begin{matrix} 1 \\\\[4pt] 2 \\end{matrix}$, $\\mu - 2$ in all, $x-3$ em",
    "[a](https://a.org/?q=1#x) <https://b.org> https://c.org [m](mailto:m@x.org) [t](#top)",
    "as in [precision](../../docs/glossary.md#precision)",
    "H<sub>2</sub>O<br>E=mc<sup>2</sup> <kbd>Enter</kbd> &amp; &lt;b&gt;",
    "<!-- my notes -->\n\nHere.",
    "C:\\data\\include\\style.css and \\\\server\\class",
    "![the plot](attachment:plot.png)",
    "张伟 Größe é 👩\u200d💻",
]
ACTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' onerror='alert(1)'>",
    "`a` <img\nsrc=x\nonerror=alert(1)>",
    "<b onclick=alert(1)>x</b>",
    '<b style="position:fixed">x</b>',
    '<p title="</p><img src=x onerror=alert(1)>">',
    '<a href="https://x\nonclick=">x</a>',
    "<<script>alert(1)//<</script>",
    "<iframe src=https://evil.test></iframe>",
    "<svg onload=alert(1)></svg>",
    '<math href="javascript:alert(1)">x</math>',
    "<form action=https://evil.test><input></form>",
    "<details open ontoggle=alert(1)>x</details>",
    "<style>@import 'https://evil.test'</style>",
    "<base href=https://evil.test>",
    "<meta http-equiv=refresh content=0>",
    "<object data=x></object>",
    "<template><script>1</script></template>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    '<a href="&#106;avascript:alert(1)">x</a>',
    "[x](data:text/html,<script>1</script>)",
    "[x](vbscript:x)",
    "[x](/hub/logout)",
    "[x](../../docs/../../../hub/logout)",
    "[x](../../docs/a/../../../../hub/logout#x)",
    '<a href="../../docs/&#46;./../hub/logout">x</a>',
    "[x](//evil.test)",
    "[x](../../formgrader)",
    "![x](https://evil.test/seen.png)",
    "![x](../../other/student.png)",
    "![x](data:image/svg+xml;base64,AAAA)",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\href {javascript:alert(1)}{x}$",
    "\\\\( \\\\href{javascript:alert(1)}{x} \\\\)",
    "\\\\( \\\\hr<!-- -->ef{javascript:alert(1)}{x} \\\\)",
    "&#92;href{javascript:alert(1)}{x}",
    "$\\require{action}$",
    "$\\unicode{x41}$",
    "$\\cssId{reflection}{x}$",
    "$\\def\\frac#1#2{1}$",
    "$\\newcommand{\\a}{b}$",
    "$\\Newextarrow{\\frac}{5,5}{0x2192}$",
    # What is set outside of its place, over the marks and buttons of other cells.
    "$\\smash{\\begin{array}{c} a \\\\ b \\end{array}}$",
    "$\\raise 10em{\\rule{60em}{60em}}$",
    "$\\lower9em x$",
    "$\\begin{array}{c} a \\\\[-40em] b \\end{array}$",
    "$\\hspace{ -40em} x$",
    "$\\kern-30em x$",
    "$\\rule{50em}{-9em}$",
    "$\\Space{0em}{-9em}{-9em} x$",
    "$\\hspace{&#45;40em} x$",
    "$\\llap{\\text{over what stands left}}$",
    "$\\mathclap{\\text{over both sides}}$",
    "$\\sqrt[\\uproot{-900} \\text{over what stands below}]{x}$",
    "$\\root \\leftroot{-900} x \\of y$",
    "$\\moveleft 30em \\hbox{x}$",
    "$\\skew{900}\\hat{x}$",
    "$" + "\\!" * 41 + " x$",
    "$" + "\\negthinspace{}" * 20 + " x$ and $" + "&#92;!" * 21 + " x$",
    # What takes in, or hides, the rest of the page.
    "</div></div></div>",
    "<div>",
    "<s>",
    "<table><tr><td>",
    "<div/>",
    "<textarea>",
    "<plaintext>",
    "<xmp>",
    # A name that the page's own script looks for.
    "# reflection",
    "reflection-comment\n===",
]


def seen(text: str) -> dict:
    return json.loads(look(text, NAMES))


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless(text):
    assert seen(text)["acts"] == ""


@pytest.mark.parametrize("text", ACTS)
def test_acts(text):
    assert seen(text)["acts"] != ""


def test_attachments_are_named():
    assert seen("![a](attachment:plot.png) ![b](attachment:my%20b.png)") == {
        "acts": "",
        "pictures": ["plot.png", "my%20b.png"],
    }


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='/hub/logout'>x</a>",
        "<a href='../../docs/../../../hub/logout'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<input class='score tabbable' id='reflection'>",
        "<b id='reflection' class='help' data-link='x'>x</b>",
        "<img src='https://evil.test/x.png'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "$\\href{javascript:alert(1)}{x}$",
    ],
)
def test_nothing_that_acts_is_left_of_an_output(page):
    clean = cleaned_output(f"<table><tr><td>7</td></tr></table>{page}")
    for sign in ("script", "onerror", "href", "src", "id=", "class=", "data-", "<input", "<svg"):
        assert sign not in clean


def test_it_says_that_something_was_left_out():
    assert "left out here" in cleaned_output("<b>x</b><script>alert(1)</script>")


def test_tables_and_pictures_of_an_output_stay():
    page = '<table><tbody><tr><td colspan="2">7</td></tr></tbody></table>'
    assert cleaned_output(page) == page
    assert "left out" not in cleaned_output("<style>td { color: red }</style>" + page)
    picture = f'<img width="704" src="data:image/png;base64,{made_picture("PNG")}" alt="a">'
    assert cleaned_output(picture) == picture  # as wide as it was shown, however fine it is
    assert "width" not in cleaned_output(picture.replace("704", "calc(9999px)"))


def made_picture(kind: str, size: tuple[int, int] = (2, 2)) -> str:
    file = io.BytesIO()
    Image.new("L", size).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def test_a_picture_is_what_its_bytes_say():
    assert picture_kind(made_picture("PNG")) == "image/png"
    assert picture_kind(made_picture("JPEG")) == "image/jpeg"
    assert picture_kind(made_picture("GIF")) == "image/gif"
    assert picture_kind(made_picture("TIFF")) == ""
    assert picture_kind(made_picture("PNG", (20_000, 20_000))) == ""  # a bomb of a few kB
    for no_picture in ("", "?", "AAAA", base64.b64encode(b"<svg onload=alert(1)>").decode()):
        assert picture_kind(no_picture) == ""


def test_a_picture_in_a_text_is_one_and_of_a_bearable_size():
    good, bomb = made_picture("PNG"), made_picture("PNG", (20_000, 20_000))
    for text in ("![x](data:image/png;base64,{})", '<img src="data:image/png;base64,{}" alt="x">'):
        assert seen(text.format(good))["acts"] == ""
        assert seen(text.format(bomb))["acts"] != ""
        assert seen(text.format("AAAA"))["acts"] != ""
    picture = '<img src="data:image/png;base64,{}">'
    assert good in cleaned_output(picture.format(good))
    for bad in (
        picture.format(bomb),
        picture.format("AAAA"),
        picture.format(good).replace("png", "gif"),
    ):
        assert "data:" not in cleaned_output(bad)


# --- the process apart ---------------------------------------------------------------------------


def shout(text: str) -> str:
    return text.upper()


def linger(_: str) -> str:
    while True:
        pass


def hoard(_: str) -> str:
    return "x" * (8 << 30)


def leave(_: str) -> str:
    import os

    os._exit(3)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (linger, "took more than"),
        (hoard, "MemoryError"),
        (leave, "ended"),
        (sum, "TypeError"),
    ],
)
def test_what_takes_too_much_ends_and_the_next_is_answered(function, why):
    with Aside(__name__, seconds=1.0) as aside:
        assert aside(shout, "a") == "A"
        with pytest.raises(TooMuch, match=why):
            aside(function, "a")
        assert aside(shout, "é\ud800") == "É\\ud800"


def test_texts_are_looked_at_where_the_name_of_the_temporary_folder_is_long(tmp_path):
    """As a batch system's is; the socket to what forks the process has a name that has a limit."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    script = (
        "from imbalance_grader.texts.aside import Aside\n"
        "from imbalance_grader.texts.harmless import look\n"
        "with Aside('imbalance_grader.texts.harmless') as aside:\n"
        "    print(aside(look, 'plain', []))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout or "null") == {"acts": "", "pictures": []}, done.stderr


@pytest.mark.parametrize(
    "text",
    ["\\\\(" * 16_000, "\\begin{a}" * 5_000, "<b>" * 16_000, "> " * 25_000, " " * 49_000],
)
def test_every_text_is_answered_in_time(text):
    with Aside("imbalance_grader.texts.harmless", seconds=3.0) as aside:
        with contextlib.suppress(TooMuch):
            assert json.loads(aside(look, text, NAMES))
        assert json.loads(aside(look, "next", NAMES)) == {"acts": "", "pictures": []}
