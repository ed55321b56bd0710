"""Attacks on the marking page: by what a student writes, and by whoever can reach the port."""

from __future__ import annotations

import contextlib
import html
import http.client
import json
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from class_run_helpers import Course
from marking_helpers import Client, grade, served, with_a_scheme, write_unclean
from test_feedback import PIXEL

from imbalance_grader.texts import harmless, typeset

TAGS = harmless.TAGS | {"img"} | typeset._TAGS
ATTRIBUTES = {"href", "rel", "src", "alt", "colspan", "rowspan", "scope", "title"}
ATTRIBUTES |= {name for names in typeset._ATTRIBUTES.values() for name in names}

HOSTILE = {
    "script": "Well.\n\n<script>fetch('/x')</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "javascript": "[x](javascript:alert(1)) <a href='jAvAsCrIpT&colon;alert(1)'>y</a>",
    "data-link": "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "data-picture": "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "style": "<style>body{display:none}</style><p style='position:fixed'>x</p>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://evil.test'>",
    "base": "<base href='https://evil.test/'><link rel=stylesheet href=//evil.test/x.css>",
    "frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object>",
    "form": "<form action='//evil.test'><button name=points value=3>More</button></form>",
    "picture": "![x](https://evil.test/x.png)",
    "mathml": "<math><a href='javascript:alert(1)' xlink:href='javascript:alert(1)'>x</a></math>",
    "mathml-mutated": (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x "
        "onerror=alert(1)&gt;'>"
    ),
    "tex-link": "$\\href{javascript:alert(1)}{x}$ $\\url{javascript:alert(1)}$",
    "tex-text": "$\\text{<script>alert(1)</script><img src=x onerror=alert(1)>}$",
    "tex-closes": "$\\text{</mtext></math><img src=x onerror=alert(1)><math>}$",
    "tex-style": "$\\style{position:fixed}{x} \\class{button}{y} \\cssId{desk}{z}$",
    "tex-wide": "$\\hspace{100000em} x \\kern{-9999em}$",
    "tex-without-braces": "$\\href x y \\style a b \\raise{-500em}{x} \\rule{900em}{900em}$",
    "tex-of-katex": "$\\htmlData{x=1}{x} \\htmlStyle{position:fixed}{y} \\htmlId{desk}{z}$",
    "tex-loads": "$\\require{action} \\toggle{x}{\\href\n{javascript:alert(1)}{y}}\\endtoggle$",
    "svg-animation": "<svg><animate onbegin=alert(1) attributeName=x dur=1s><set to=javascript:x>",
    "mutated": '<svg></p><style><a id="</style><img src=x onerror=alert(1)>">',
    "popover": "<div popover id=keys>x</div><dialog open>x</dialog><div class='top give'>x</div>",
    "tex-in-alt": '![$\\text{" onerror=alert(1) x="}$](data:image/png;base64,AAAA)',
    "tex-in-title": "[x](https://a.test '$\\text{\" onclick=alert(1) \"}$')",
    "fence": "```\n</code></pre><script>alert(1)</script>\n```",
    "id": "<p id=desk data-xsrf=x>x</p>\n\n# alarm",
    "attachment": "![x](attachment:none.png) ![y](attachment:../../x)",
    "controls": "a\x00b\x1b]0;title\x07\u202egnp.exe \u2066 \ud800 \ufeff",
    "open": "<div><blockquote><table><tr><td>",
    "closes": "</div></section></main></body></html>",
    "comment": "<!-- --><!--><script>alert(1)</script>-->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]> <?xml x?> <!DOCTYPE html>",
    "template": "<template><script>alert(1)</script></template><noscript><p title='</noscript>x'>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#x3C;script&#x3E;",
    "jinja": "{{ 7 * 7 }} {% include 'report.css' %}",
    "name": "formula-00000000000000000000000000000000-0. \x02",
}
BOMBS = {
    "long": "x" * (1 << 20),
    "tags": "<b>" * 20_000,
    "math": "\\\\(" * 60_000,
    "formula": "$" + "{" * 900 + "}" * 900 + "$",
    "roots": "$" + "\\sqrt{" * 300 + "x" + "}" * 300 + "$",
    "formulas": "$\\frac{a}{b}$ " * 3_500,
}


@pytest.fixture(scope="module")
def course(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("attacked") / "course"
    course = Course(Path(shutil.copytree(registered, root)))
    with_a_scheme(root)
    for name in ("ada", "bela", "long"):
        course.submit(name, reflection=f"An answer of {name}'s.")
    grade(root)
    return course


@pytest.fixture(scope="module")
def server(course: Course):
    with served(course.root) as client:
        yield client


@pytest.fixture
def client(server: Client) -> Client:
    """Someone who has entered."""
    client = Client(server.door)
    client.enter()
    return client


@pytest.fixture
def stranger(server: Client) -> Client:
    return Client(server.door)


# --- by what is written --------------------------------------------------------------------------


def acts(page: BeautifulSoup) -> list[str]:
    """Return what of some HTML is on no list, or leads elsewhere than to the web."""
    found = []
    for tag in page.find_all(True):
        if tag.name not in TAGS:
            found.append(str(tag))
        for name, value in tag.attrs.items():
            plain = html.unescape(" ".join(value) if isinstance(value, list) else value).strip()
            if (
                name not in ATTRIBUTES
                or (name == "href" and not re.match(r"https?://|mailto:|#", plain))
                or (
                    name == "src" and not re.match(r"data:image/(png|jpeg|gif|webp);base64,", plain)
                )
                or (name == "width" and len(plain) > 8)
            ):
                found.append(f"{tag.name} {name}={plain}")
    return found


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_a_student_writes_acts(text: str):
    page = BeautifulSoup(typeset.answer(text, {}), "html.parser")
    assert acts(page) == []
    assert acts(BeautifulSoup(typeset.shown(text.replace("\ud800", "")), "html.parser")) == []


def test_hostile_answers_leave_the_page_its_own(client: Client, course: Course):
    # All at once, and in the place where nbgrader alone would leave them.
    parts = [text for name, text in HOSTILE.items() if name not in ("controls", "open", "closes")]
    for text in ("\n\n".join(parts), HOSTILE["closes"], HOSTILE["open"], HOSTILE["controls"]):
        write_unclean(course, "ada", text.replace("\ud800", ""))
        reply = client.get("answer/1")
        assert reply.status == 200
        assert [str(tag) for tag in reply.page.find_all("script")] == [
            f'<script defer="" src="{client.door.base}mark.js"></script>'
        ]
        everything = reply.page.find_all(True)
        assert not [tag for tag in everything if any(key.startswith("on") for key in tag.attrs)]
        assert not [tag for tag in everything if "style" in tag.attrs]
        assert not reply.page.find_all(["iframe", "object", "embed", "form", "base", "style"])
        assert len(reply.page.find_all(id="desk")) == 1
        assert reply.page.find(id="comment") is not None  # nothing closed the page early
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", reply.text)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_makes_a_small_page_and_the_next_one_comes(
    client: Client, course: Course, name: str
):
    write_unclean(course, "long", BOMBS[name])
    number = client.number_of("long")
    reply = client.get(f"answer/{number}")
    assert reply.status == 200
    assert len(reply.text) < 3_000_000
    assert reply.answer.get_text(strip=True)
    assert client.get("answer/1").status == 200  # and the next one is shown


def test_harmless_text_formulas_and_pictures_are_shown():
    text = (
        "**Bold**, `a < b`, [a link](https://example.org), $p(y=1 \\mid x) \\le \\frac{1}{2}$:\n\n"
        "$$\\begin{matrix}1 & 2\\\\3 & 4\\end{matrix}$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "\\begin{align}a &= b\\\\c &= d\\end{align}\n\n![a plot](attachment:plot.png)"
    )
    page = BeautifulSoup(typeset.answer(text, {"plot.png": {"image/png": PIXEL}}), "html.parser")
    assert acts(page) == []
    assert page.strong.text == "Bold"
    assert page.code.text == "a < b"
    assert page.a["href"] == "https://example.org"
    assert len(page.find_all("math")) == 3
    assert len(page.find_all("mtr")) == 4
    assert page.td.text == "1"
    assert page.img["src"] == f"data:image/png;base64,{PIXEL}"
    assert page.img["alt"] == "a plot"


@pytest.mark.parametrize("tex", ["\\frac{", "\\left(", "x^^2", "\\begin{matrix}", "_", "}", "\\"])
def test_a_formula_that_is_none_is_shown_as_typed_or_set(tex: str):
    made = BeautifulSoup(typeset.formula(tex, "inline"), "html.parser")
    assert [tag.name for tag in made.contents if tag.name] in (["code"], ["math"])
    assert acts(made) == []


# --- by whoever reaches the port -----------------------------------------------------------------


def test_without_the_key_there_is_nothing(stranger: Client):
    base = stranger.door.base
    tried = [
        *(base, f"{base}?token=", f"{base}?token=wrong", f"{base}?token={stranger.door.key[:-1]}"),
        *(f"{base}answer/1", f"{base}answer/1?token={stranger.door.key}", f"{base}mark.js"),
        *("/", "/answer/1", "/mark.js", "/favicon.ico", f"/?token={stranger.door.key}"),
    ]
    for path in tried:
        reply = stranger.ask("GET", path)
        assert reply.status == 403, path
        assert "ada" not in reply.text
        assert stranger.cookies == {}
        # Whoever guesses does not learn the word of the path.
        assert stranger.door.word in path or stranger.door.word not in reply.text
    stranger.cookies = {stranger.door.cookie: "wrong"}
    assert stranger.get().status == 403
    for method in ("POST", "PUT", "ODD"):
        reply = stranger.ask(method, "/")
        assert reply.status in (403, 405)
        assert stranger.door.word not in reply.text


def test_the_key_is_good_for_a_cookie_that_stays_here(stranger: Client):
    reply = stranger.enter()
    kept = reply.headers["Set-Cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept
    assert f"Path={stranger.door.base}" in kept
    assert stranger.door.key not in reply.text
    assert f"url={stranger.door.base}" in reply.text
    assert stranger.get().status == 200


def test_another_server_of_this_machine_shuts_nobody_out(client: Client):
    """It may set cookies for all ports; a browser sends them after those of a longer path."""
    client.open(1)  # brings the second cookie, against forged requests
    guessed = {name.replace(client.door.word, ""): "wrong" for name in client.cookies}
    guessed |= {name.replace("--", "-").rstrip("-"): "wrong" for name in guessed}
    sent = "; ".join(f"{k}={v}" for k, v in [*client.cookies.items(), *guessed.items()])
    assert client.door.word in client.door.cookie
    assert all(client.door.word in name for name in client.cookies)
    assert client.get(Cookie=sent).status == 200
    assert client.post(client.open(1), {}, Cookie=sent).status == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "", None]
)
def test_under_another_name_there_is_nothing(client: Client, host):
    name = host and host.format(port=client.door.port)
    for reply in (client.get(Host=name), client.get("answer/1", Host=name)):
        assert reply.status in (400, 403)
        assert "ada" not in reply.text


def test_localhost_is_the_same_machine(client: Client):
    assert client.get(Host=f"localhost:{client.door.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": None},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.test"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"X_XSRFToken": None},
        {"X_XSRFToken": "wrong"},
        {"X_XSRFToken": ""},
        {"Cookie": None},
        {"Host": "evil.test"},
    ],
    ids=str,
)
def test_a_forged_change_changes_nothing(client: Client, course: Course, headers):
    before = course.gradebook()
    sheet = client.open(1)
    sent = {k: v and v.format(port=client.door.port) for k, v in headers.items()}
    reply = client.post(sheet, {"points": 3}, **sent)
    assert reply.status == 403
    assert "Saved" not in reply.text
    assert course.gradebook() == before


def test_a_form_of_another_page_changes_nothing(client: Client, course: Course):
    before = course.gradebook()
    sheet = client.open(1)
    body = json.dumps({"seen": sheet["seen"], "points": 3}).encode()
    kind = "application/x-www-form-urlencoded"
    for path in ("answer/1", "answer/1?_xsrf=x", f"answer/1?_xsrf={client.door.key}"):
        sent = client.ask("POST", f"{client.door.base}{path}", body, Content_Type=kind)
        assert sent.status == 403
    assert course.gradebook() == before


def test_to_look_changes_nothing(client: Client, course: Course):
    before = course.gradebook()
    sheet = client.open(1)
    asked = f"answer/1?points=3&comment=x&_xsrf={sheet['xsrf']}"
    assert client.get(asked).status == 200
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        more = {"X_XSRFToken": sheet["xsrf"]}
        reply = client.ask(method, f"{client.door.base}answer/1", **more)
        assert reply.status in (400, 403, 405), method
    assert course.gradebook() == before


@pytest.mark.parametrize(
    "path",
    [
        *("../", "..%2f", "%2e%2e/", "./", "/", "//", "\\", "answer", "answer/", "answer/0"),
        *("answer/-1", "answer/01", "answer/1/", "answer/1.0", "answer/1%00", "answer/%D9%A3"),
        *("answer/9999999", "answer/99999999999999999999", "answer/1/../../../etc/passwd"),
        *("mark.js/", "mark.js%00.css", "mark.jsx", "../mark.js", "mark.css/../mark.js"),
        *("report.css", "mark.html.j2", "..%2f..%2fgradebook.db", "%2fetc%2fpasswd"),
    ],
)
def test_path_tricks_find_nothing(client: Client, path: str):
    reply = client.get(path)
    assert reply.status in (400, 403, 404)
    assert "root:" not in reply.text
    assert "SQLite" not in reply.text


def test_every_reply_forbids_scripts_frames_and_strangers(client: Client, stranger: Client):
    replies = [client.get(), client.get("answer/1"), client.get("mark.js"), client.get("nothing")]
    replies += [stranger.get(), client.enter(), client.post(client.open(1), {"points": 99})]
    for reply in replies:
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in reply.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["img-src"] == "data:"
        assert policy["form-action"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Dns-Prefetch-Control"] == "off"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in reply.headers
        assert "Server" not in reply.headers
    assert replies[2].headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_too_much_is_not_read(client: Client, course: Course):
    before = course.gradebook()
    sheet = client.open(1)
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        assert client.post(sheet, {"comment": "x" * (1 << 20)}).status in (400, 413)
    deep = f'{{"seen": {"[" * 60_000}'.encode()
    more = {"Content_Type": "application/json", "X_XSRFToken": sheet["xsrf"]}
    reply = client.ask("POST", f"{client.door.base}answer/1", deep, **more)
    assert (reply.status, reply.json["error"]) == (400, "This is no mark.")
    assert course.gradebook() == before
    assert client.get().status == 200
