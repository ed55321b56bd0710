"""The course as a web page: whole, closed in itself, and without a right answer."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, sync_playwright
from released import ROOT
from sphinx.search.en import SearchEnglish

from imbalance_builder.bases import read_bases
from imbalance_builder.course import Course
from imbalance_builder.source import read_source
from imbalance_lab.evidence import Result, studies, study
from imbalance_site.advice import QUESTIONS, questions
from imbalance_site.lessons import outputs_to_show
from imbalance_site.sources import assemble
from imbalance_site.studies import has_numbers, page_of, rerun_of, verdict_of

pytestmark = pytest.mark.timeout(900)  # the first test builds the site, on whatever machine

FOUND = "search.html?q=does+SMOTE+help"
PAGES = [
    "advice.html",
    "lessons/09-thresholds/thresholds.html",
    "studies/folds.html",
    FOUND,
    "index.html",
    "lessons/index.html",
    "docs/glossary.html",
]
# Each page is seen in one width and scheme, the four in turn; the rest is for the long tests.
SEEN = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]
LOOKS = [
    pytest.param(name, *look, marks=[] if place % 4 == number else [pytest.mark.long])
    for place, name in enumerate(PAGES)
    for number, look in enumerate(SEEN)
]
# A build that reaches for the network ends with an error.
OFFLINE = """
import runpy, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError(f"the site reaches for {arguments}")
sys.addaudithook(refuse)
runpy.run_module("imbalance_site", run_name="__main__", alter_sys=True)
"""
REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)


def build(folder: Path, seed: str = "0") -> Path:
    """Build the site as `make site` does, and return where its pages are."""
    result = subprocess.run(
        [sys.executable, "-c", OFFLINE, "--folder", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert str(folder / "html" / "index.html") in result.stdout
    return folder / "html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Every page by its address below the site."""
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in sorted(site.rglob("*.html"))
    }


class TestWhole:
    def test_every_lesson_has_a_page_and_a_notebook_to_download_and_run(self, pages, site):
        for lesson in Course(ROOT).lessons():
            links = [a["href"] for a in pages[f"lessons/{lesson}.html"].select("article a[href]")]
            assert any(f"lessons%2F{lesson.topic}%2F{lesson.name}.ipynb" in x for x in links)
            [notebook] = site.glob(f"_downloads/*/{lesson.name}.ipynb")
            assert notebook.read_bytes() == lesson.release.read_bytes()
            assert any(link.endswith(f"{notebook.parent.name}/{notebook.name}") for link in links)

    def test_every_picture_and_claim_of_the_lessons_is_shown(self, pages):
        for lesson in Course(ROOT).lessons():
            shown = outputs_to_show(nbformat.read(lesson.solution, as_version=4))
            outputs = [o for kept in shown.values() for o in kept or []]
            pictures = [o for o in outputs if "imbalance-lab-picture" in str(o.get("data"))]
            page = pages[f"lessons/{lesson}.html"]
            assert len(page.select("figure.imbalance-lab-picture img")) == len(pictures)
            claims = [o for o in outputs if "claim+json" in str(o.get("data"))]
            assert page.get_text().count("Claim:") == len(claims)

    def test_every_guide_is_there(self, pages):
        names = {path.stem for path in (ROOT / "docs").glob("*.md")}
        assert {f"docs/{name}.html" for name in names} < set(pages)
        assert "CHANGELOG.html" in pages

    def test_notes_for_whoever_teaches_are_not(self, pages):
        assert not [name for name in pages if "teaching" in name]
        assert "teaching notes" in pages["docs/syllabus.html"].get_text()

    @pytest.mark.parametrize("name", studies())
    def test_a_study_has_a_page_with_all_its_comparisons(self, pages, name):
        found, page = study(name), pages[f"studies/{name}.html"]
        words = squeezed(page.get_text())
        assert squeezed(found.question) in squeezed(page.h1.get_text())
        for comparison in found.comparisons:
            facts = found.facts(comparison)
            assert squeezed(facts["advice"]) in words
            drawn = page.select(f'img[src$="/{name}-{comparison}.svg"]')
            assert len(drawn) == has_numbers(facts)
        assert f"make evidence STUDY={name}" in page.get_text()
        assert "STUDY = Study(" in page.get_text()

    def test_the_page_of_claims_and_the_laboratorys_lead_to_the_studies(self, pages):
        for name in ("claims", "laboratory"):
            links = {a["href"] for a in pages[f"docs/{name}.html"].select("article a[href]")}
            assert len({link for link in links if link.startswith("../studies/")}) > 10

    def test_every_study_has_its_question_among_the_answers(self, pages):
        asked = questions()
        assert sorted(asked) == studies()
        headings = [squeezed(h.get_text()) for h in pages["advice.html"].select("h2")]
        assert headings == [squeezed(question) + "¶" for question in asked.values()]

    def test_no_line_ends_between_a_number_of_verdicts_and_its_sign(self, pages):
        rows = pages["advice.html"].select_one("article table").select("tbody tr")
        counts = [cell.get_text() for row in rows for cell in row.select("td")[1:]]
        assert len(rows) == len(questions())
        assert [c for c in counts if not re.fullmatch(r"(\d+\xa0[✓◐✗○]( · )?)*", c)] == []

    def test_no_question_is_asked_of_a_study_that_is_gone(self):
        assert set(QUESTIONS) <= set(studies())

    def test_a_claim_stands_below_the_study_that_tests_it(self, pages):
        words = squeezed(pages["advice.html"].get_text())
        tested = [basis for basis in read_bases(ROOT).values() if basis.study]
        assert len(tested) > 15
        assert [b.advice for b in tested if squeezed(b.advice) not in words] == []

    def test_where_a_text_names_another_lesson_it_leads_there(self, pages):
        page = pages["lessons/01-accuracy-paradox/accuracy-paradox.html"]
        assert page.select('p a[href="../02-metrics/metrics.html"]')
        assert not page.select('article a[href="accuracy-paradox.html"]')
        contents = page.select('article a[href="../index.html"]')
        assert [link.text for link in contents] == ["all lessons"] * 2  # above and below
        listed = pages["lessons/index.html"].select("article table a")
        assert "12-capstone/capstone.html" in [a["href"] for a in listed]

    def test_nobody_is_asked_to_write_on_a_page(self, pages):
        asked = [name for name, page in pages.items() if "Double-click here" in page.text]
        assert asked == []


class TestClosedInItself:
    def test_no_link_is_dead(self, pages, site):
        ids = {name: {x["id"] for x in page.select("[id]")} for name, page in pages.items()}
        dead = []
        for name, page in pages.items():
            for link in [
                *page.select("a[href]"),
                *page.select("img[src], link[href], script[src]"),
            ]:
                target = urlsplit(link.get("href") or link.get("src"))
                if target.scheme or target.netloc:
                    continue
                path = (site / name).parent / unquote(target.path) if target.path else site / name
                path = path.resolve()
                if not path.is_file():
                    dead.append((name, target.geturl()))
                elif path.suffix == ".html" and target.fragment:
                    known = ids[path.relative_to(site).as_posix()]
                    dead += [(name, target.geturl())] * (unquote(target.fragment) not in known)
        assert dead == []

    def test_nothing_is_loaded_from_another_host(self, pages, site):
        loaded = [
            element.get("src") or element.get("href")
            for page in pages.values()
            for element in page.select("img, script[src], link[href], iframe, video, audio, source")
        ]
        assert len(loaded) > 500
        assert [x for x in loaded if urlsplit(x).netloc] == []
        sheets = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", sheets) == []
        assert not any("require" in x or "embed-amd" in x for x in loaded)

    def test_pictures_have_words_and_a_size(self, pages):
        pictures = [(name, img) for name, page in pages.items() for img in page.select("img")]
        assert len(pictures) > 50
        assert [(n, i["src"]) for n, i in pictures if len(i.get("alt", "")) < 20] == []
        inside = [img for _, img in pictures if "_static/pictures" in img["src"]]
        assert all(int(img["width"]) > 100 and int(img["height"]) > 100 for img in inside)

    def test_headings_are_in_order(self, pages):
        for name, page in pages.items():
            levels = [int(h.name[1]) for h in page.select("article :is(h1, h2, h3, h4, h5, h6)")]
            assert levels.count(1) <= 1, name
            assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False)), name

    @pytest.mark.parametrize("where", [".output", ".table-wrapper"])
    def test_no_heading_of_a_table_is_empty(self, pages, where):
        headings = [(name, th) for name, page in pages.items() for th in page.select(f"{where} th")]
        assert len(headings) > 100
        assert [name for name, th in headings if not th.get_text(strip=True)] == []


def squeezed(text: str) -> str:
    """Return a text without blanks and quotes, in which a page differs from its source."""
    return re.sub(r"[\s“”‘’'\"]", "", text)  # noqa: RUF001


def secrets() -> list[str]:
    """Return what no student may see: each line of a solution, hidden test or note for instructors.

    Lines that stand in the released course too, such as ``return result``, are none.
    """
    public = [path.read_text("utf-8") for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))]
    hidden = [path.read_text("utf-8") for path in ROOT.glob("docs/teaching/*.md")]
    for lesson in Course(ROOT).lessons():
        public += [cell.source for cell in nbformat.read(lesson.release, as_version=4).cells]
        for cell in read_source(lesson.source).cells:
            if cell.cell_type == "markdown" and "nbgrader" in cell.metadata:
                hidden.append(cell.source)
            hidden += [found[2] for found in REGION.finditer(cell.source)]
    known = squeezed("".join(public))
    lines = {squeezed(line) for region in hidden for line in region.splitlines()}
    return sorted(line for line in lines if len(line) > 11 and line not in known)


@functools.cache
def text_of(path: Path) -> str:
    """Return all words of a generated file, those of code without its markup."""
    if path.suffix == ".html":
        return BeautifulSoup(path.read_text("utf-8"), "html.parser").get_text()
    if path.suffix == ".ipynb":
        return "\n".join(c.source for c in nbformat.read(path, as_version=4).cells)
    if path.suffix == ".svg":
        return re.sub(r'\sd="[^"]*"', "", path.read_text("utf-8"))  # the strokes of its letters
    content = path.read_bytes()
    if path.name == "objects.inv":
        return zlib.decompress(content.split(b"\n", 4)[4]).decode()
    text = content.decode("utf-8", errors="ignore")
    return text.replace('\\"', '"').replace("\\n", "\n") if path.suffix == ".js" else text


def leaks(files: list[Path], secret: list[str]) -> list[tuple[str, str]]:
    """Return each secret line with the name of the file that holds it."""
    texts = [(path.name, squeezed(text_of(path))) for path in files]
    return [(name, line) for name, text in texts for line in secret if line in text]


@pytest.fixture(scope="module")
def secret() -> list[str]:
    return secrets()


class TestNoAnswer:
    def test_what_is_searched_for_is_found_where_it_stands(self, secret):
        assert len(secret) > 500
        assert squeezed('quiz = {1: "b", 2: "c", 3: "b", 4: "b"}') in secret
        solved = squeezed("".join(p.read_text("utf-8") for p in ROOT.glob("solutions/*/*.py")))
        in_code = [line for line in secret if line in solved]
        assert len(in_code) > 500

    def test_no_generated_file_holds_a_line_of_it(self, secret, site):
        files = [p for p in site.rglob("*") if p.is_file() and "mathjax" not in p.parts]
        assert {".html", ".js", ".ipynb", ".inv", ".svg", ".css"} <= {p.suffix for p in files}
        assert leaks(files, secret) == []

    def test_a_line_that_leaks_is_found_in_whatever_file(self, secret, site, tmp_path):
        page = site / "lessons" / "01-accuracy-paradox" / "accuracy-paradox.html"
        marked_up = '<pre><span class="n">quiz</span> = {<span class="mi">1</span>: &quot;b&quot;, '
        marked_up += "2: &quot;c&quot;, 3: &quot;b&quot;, 4: &quot;b&quot;}</pre></body>"
        leaky = tmp_path / "page.html"
        leaky.write_text(page.read_text("utf-8").replace("</body>", marked_up), "utf-8")
        script = tmp_path / "index.js"
        script.write_text(json.dumps({"text": 'quiz = {1: "b", 2: "c", 3: "b", 4: "b"}'}))
        assert {name for name, _ in leaks([leaky, script], secret)} == {"page.html", "index.js"}

    def test_the_search_index_knows_no_word_that_no_page_has(self, site):
        index = (site / "searchindex.js").read_text("utf-8")
        index = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
        read = [f"{p.read_text('utf-8')} {text_of(p)}".lower() for p in site.rglob("*.html")]
        words = {word for page in read for word in re.findall(r"\w+", page)}
        stem = SearchEnglish({}).stem
        stems = words | {stem(word) for word in words}
        assert len(index["terms"]) > 2000
        terms = {term.lower() for term in (*index["terms"], *index["titleterms"])}
        assert {term for term in terms - stems if stem(term) not in stems} == set()

    def test_an_output_that_hangs_on_an_answer_is_not_shown(self):
        cells = [
            nbformat.v4.new_code_cell("def answer(y):\n    total = 1\n    return total"),
            nbformat.v4.new_code_cell("print(answer(1))"),
            nbformat.v4.new_code_cell("def twice(y):\n    return 2 * answer(y)"),
            nbformat.v4.new_code_cell("total = 3\ntwice(total)"),
            nbformat.v4.new_code_cell("for total in range(3):\n    print(total)"),
            nbformat.v4.new_code_cell("answer = len\nanswer([1])"),
        ]
        cells[0].metadata["nbgrader"] = {"solution": True}
        cells[1].metadata["tags"] = ["try-it"]
        for number, cell in enumerate(cells):
            cell.id = str(number)
            cell.outputs = [nbformat.v4.new_output("stream", text=str(number))]
        shown = outputs_to_show(nbformat.v4.new_notebook(cells=cells))
        assert {key: kept and kept[0].text for key, kept in shown.items()} == {
            "2": None,
            "3": None,
            "4": "4",
            "5": "5",
        }


def comparison(answers: tuple[str, ...], verdict: str, **changes: object) -> dict:
    """Return a finished comparison of some conditions, as a result holds it."""
    interval = {"mean": 0.031, "low": 0.024, "high": 0.038}
    conditions = [
        {"where": {"model": f"model_{i}"}, "n": 20, "answer": a, "cells": [], **interval}
        for i, a in enumerate(answers)
    ]
    facts = {"name": "helps", "advice": "It helps | *much*.", "measure": "average_precision"}
    facts |= {"arm": {"treatment": "smote"}, "against": {"treatment": "nothing"}, "margin": 0.02}
    facts |= {"expects": "more", "relative": False, "finished": True, "pairs": [40, 40]}
    facts |= {"verdict": verdict, "overall": {"answer": answers[0], **interval}}
    return facts | {"conditions": conditions} | changes


class TestWords:
    def test_a_verdict_waits_for_all_runs(self):
        facts = comparison(("yes",), "not shown", finished=False, pairs=[3, 1200])
        assert verdict_of(facts).startswith("○ **Not shown yet**: 3 of 1,200 pairs")
        assert "none of 1,200" in verdict_of(facts | {"pairs": [0, 1200]})

    @pytest.mark.parametrize(
        ("verdict", "start"),
        [
            ("holds", "✓ **Holds.** The mean over all conditions is +0.031"),
            ("does not hold", "✗ **Does not hold.** The mean"),
            ("not shown", "○ **Not shown.** The mean"),
        ],
    )
    def test_a_finished_verdict_says_what_it_rests_on(self, verdict, start):
        words = verdict_of(comparison(("yes", "yes"), verdict))
        assert words.startswith(start)
        assert ("too wide to tell" in words) == (verdict == "not shown")

    def test_a_condition_is_named(self):
        words = verdict_of(comparison(("yes", "no", "open"), "holds only if"))
        assert "It holds: model 0. It does not hold: model 1." in words

    def test_a_finished_study_has_picture_and_table(self, tmp_path, monkeypatch):
        found = study("smote")._found["smote-ranks"]
        made = found | comparison(("yes", "no"), "holds only if", name="smote-ranks")
        first = {"columns": [], "values": []}
        result = {"name": "smote", "question": "Does it?", "protocol": "trial", "rows": [40, 40]}
        result |= {"comparisons": [made], "first": first}
        monkeypatch.setattr("imbalance_site.studies.study", lambda name: Result(result))
        page = page_of("smote", tmp_path)
        assert "| model 0 | +0.031 \\[+0.024, +0.038\\] | 20 | holds |" in page
        assert "![It helps \\| \\*much" in page
        drawing = (tmp_path / "smote-smote-ranks.svg").read_text("utf-8")
        assert drawing.startswith("<?xml")
        assert "<dc:date>" not in drawing
        page_of("smote", tmp_path)
        assert (tmp_path / "smote-smote-ranks.svg").read_text("utf-8") == drawing

    @pytest.mark.parametrize("name", studies())
    def test_the_line_that_reruns_a_row_is_code_for_this_study(self, name, monkeypatch):
        calls = []
        monkeypatch.setattr(Result, "rerun", lambda self, row: calls.append((self.name, row)))
        code = re.search(r"```python\n(.*?)```", rerun_of(name), re.DOTALL)[1]
        exec(code, {})
        [(called, row)] = calls
        assert called == name
        columns = list(study(name).rows.columns)
        assert list(row) == columns[: columns.index("repeat") + 1]


def test_the_line_that_reruns_a_row_runs():
    code = re.search(r"```python\n(.*?)```", rerun_of("count"), re.DOTALL)[1]
    values: dict = {}
    exec(code.replace("study(", "found = study(", 1), values)
    assert 0 < values["found"]["average_precision"] <= 1


def files_of(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.long
def test_the_same_course_gives_the_same_sources(tmp_path, site):
    assemble(tmp_path / "again", Course(ROOT))
    first, again = files_of(site.parent / "source"), files_of(tmp_path / "again")
    assert list(first) == list(again)
    assert [name for name in first if first[name] != again[name]] == []


@pytest.mark.long
def test_the_same_course_gives_the_same_pages(tmp_path, site):
    first, again = files_of(site), files_of(build(tmp_path, seed="1"))
    assert list(first) == list(again)
    assert [name for name in first if first[name] != again[name]] == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.mark.browser
class TestInTheBrowser:
    @pytest.mark.parametrize(("name", "width", "scheme"), LOOKS)
    def test_a_page_fits_and_is_without_errors(self, chromium, address, name, width, scheme):
        page = chromium.new_page(viewport={"width": width, "height": 850}, color_scheme=scheme)
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}{name}", wait_until="networkidle")
        if name == FOUND:
            page.wait_for_selector("ul.search li")
            page.wait_for_load_state("networkidle")  # each hit fetches its page for a summary
        elif "thresholds" in name:
            page.wait_for_selector("mjx-container")
        file = f"site-{name.partition('.')[0].replace('/', '-')}-{width}-{scheme}.png"
        page.screenshot(path=ROOT / "test-results" / file)  # for whoever wants to look
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0
        assert said == []
        assert [url for url in asked if not url.startswith((address, "data:"))] == []
        dark = (
            page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        )
        assert dark == (scheme == "dark")
        found = Axe().run(page, {"include": ["article"]}).response["violations"]
        assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
        page.close()

    def test_a_search_finds_the_lesson(self, chromium, address):
        page = chromium.new_page()
        page.goto(f"{address}index.html")
        page.get_by_placeholder("Search").fill("smote")
        page.keyboard.press("Enter")
        page.wait_for_selector("ul.search li")
        page.wait_for_load_state("networkidle")  # each hit fetches its page for a summary
        assert page.locator('ul.search a[href*="06-smote"]').count() > 0
        page.close()

    @pytest.mark.parametrize(
        ("word", "first"),
        [
            ("calibration", "lessons/10-calibration/calibration.html"),
            ("threshold", "lessons/09-thresholds/thresholds.html"),
            ("Glossary", "docs/glossary.html"),
            ("average precision", "docs/glossary.html#average-precision"),
            ("does SMOTE help", "advice.html"),
            ("should I use focal loss", "lessons/08-focal-loss/focal-loss.html"),
        ],
    )
    def test_the_page_that_is_about_the_word_comes_first(self, chromium, address, word, first):
        page = chromium.new_page()
        page.goto(f"{address}search.html?q={word}")
        page.wait_for_selector("ul.search li")
        page.wait_for_load_state("networkidle")
        found = page.locator("ul.search li > a").first.get_attribute("href")
        assert (found if "#" in first else found.split("#")[0]) == first
        page.close()

    def test_a_summary_has_its_formulas_in_letters(self, chromium, address):
        page = chromium.new_page()
        page.goto(f"{address}search.html?q=smote")
        page.wait_for_selector("ul.search li")
        page.wait_for_load_state("networkidle")
        summaries = page.locator("ul.search p.context").all_inner_texts()
        assert len(summaries) > 20
        assert [text for text in summaries if "\\" in text] == []
        page.close()

    def test_a_summary_is_of_what_the_page_says_in_whole_words(self, chromium, address, pages):
        page = chromium.new_page()
        page.goto(f"{address}search.html?q=calibration")
        page.wait_for_selector("ul.search li")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        hits = page.locator("ul.search li")
        name = "lessons/10-calibration/calibration-deeper.html"
        lesson = hits.filter(has=page.locator(f'a[href="{name}"]'))
        summary = lesson.locator("p.context").inner_text()
        # Not the title once more, nor how to run it.
        assert summary.startswith("At the end you can")
        assert summary.endswith(" …")
        assert set(summary.split()[:-1]) <= set(pages[name].get_text().split())
        texts = page.locator("ul.search p.context").all_inner_texts()
        assert [t for t in texts if "keeps_its_contract" in t or "reading a copy" in t] == []
        page.close()
