"""What students get: nothing of the solution, nothing that was run, nothing out of step.

The search takes every secret piece of every source (solutions, hidden tests, mark schemes, model
answers, printed results) and looks for it in every text under ``lessons/``, metadata and ids too.
A second test plants leaks and wants each to be found, so a clean result means something.
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image, ImageChops

from imbalance_builder.course import Course, Lesson
from imbalance_lab.claims import MIME_TYPE
from imbalance_lab.datasets import PUBLIC, fetch_public
from imbalance_lab.plots.words import sentences

ROOT = Path(__file__).resolve().parents[1]
LESSONS = Course(ROOT).lessons()
REGION = re.compile(
    r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)(?P<inside>.*?)### END", flags=re.DOTALL
)
# Shorter lines, such as "return x", say nothing about a solution.
TELLING = 12
MAX_IGNORED_SHARE = 0.05

named = pytest.mark.parametrize("lesson", LESSONS, ids=str)


def squeeze(text: str) -> str:
    """Return a text without white space, so that indents and line ends do not hide a leak."""
    return re.sub(r"\s+", "", text)


def strings(value: Any) -> Iterator[str]:
    """Yield every string of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)


def secret_texts(lesson: Lesson) -> list[str]:
    """Return what of a lesson only the instructor may see: regions and model answers."""
    texts = []
    for cell in nbformat.read(lesson.solution, as_version=4).cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade") and nbgrader.get("solution"):
            texts.append(cell.source)
        else:
            texts += [match["inside"] for match in REGION.finditer(cell.source)]
    return texts


def public_text(lesson: Lesson) -> str:
    """Return what of a lesson's source everybody may read, squeezed."""
    texts = []
    for cell in nbformat.read(lesson.solution, as_version=4).cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if not (nbgrader.get("grade") and nbgrader.get("solution")):
            texts.append(REGION.sub("", cell.source))
    return squeeze("\n".join(texts))


def printed_lines(lesson: Lesson) -> Iterator[str]:
    """Yield the lines that the solved notebook prints or shows."""
    for cell in nbformat.read(lesson.solution, as_version=4).cells:
        for output in cell.get("outputs", []):
            yield from output.get("text", "").splitlines()
            yield from output.get("data", {}).get("text/plain", "").splitlines()


def secrets(lessons: list[Lesson]) -> dict[str, str]:
    """Return the telling secret lines, squeezed, each with the lesson that it belongs to."""
    public = "\n".join(map(public_text, lessons))
    found = {}
    for lesson in lessons:
        lines = [line for text in secret_texts(lesson) for line in text.splitlines()]
        lines += [line for line in printed_lines(lesson) if len(squeeze(line)) >= 2 * TELLING]
        for line in map(squeeze, lines):
            if len(line) >= TELLING and line not in public:
                found[line] = str(lesson)
    return found


def leaks(text: str, hidden: dict[str, str]) -> list[str]:
    """Return the secrets that a squeezed text holds."""
    return [f"{owner}: {line}" for line, owner in hidden.items() if line in text]


@pytest.fixture(scope="module")
def hidden() -> dict[str, str]:
    return secrets(LESSONS)


def released_text(path: Path) -> str:
    """Return every text of a file under lessons/, squeezed."""
    if path.suffix != ".ipynb":
        return squeeze(path.read_text(encoding="utf-8", errors="replace"))
    return squeeze("\n".join(strings(json.loads(path.read_text(encoding="utf-8")))))


class TestNothingLeaks:
    @named
    def test_each_lesson_has_secrets_to_look_for(self, lesson, hidden):
        own = [line for line, owner in hidden.items() if owner == str(lesson)]
        cells = nbformat.read(lesson.solution, as_version=4).cells
        assert len(own) >= sum("nbgrader" in cell.metadata for cell in cells) / 2

    @named
    def test_no_secret_of_any_lesson_is_in_it(self, lesson, hidden):
        assert leaks(released_text(lesson.release), hidden) == []

    @named
    def test_no_solution_stands_in_the_open_text_of_its_source(self, lesson):
        public = public_text(lesson)
        regions = [text for text in secret_texts(lesson) if len(text.strip().splitlines()) > 1]
        assert [text for text in regions if squeeze(text) in public] == []

    @named
    def test_no_marker_and_no_output_is_left(self, lesson):
        assert not re.search(
            r"(BEGIN|END) (SOLUTION|HIDDEN|MARK)", lesson.release.read_text(encoding="utf-8")
        )
        for cell in nbformat.read(lesson.release, as_version=4).cells:
            assert cell.get("outputs", []) == []
            assert cell.get("execution_count") is None
            assert "attachments" not in cell

    def test_only_notebooks_with_a_source_and_their_data_are_released(self):
        expected = {lesson.release for lesson in LESSONS}
        for path in (ROOT / "lessons").rglob("*"):
            if path.is_dir() or ".ipynb_checkpoints" in path.parts:
                continue
            twin = ROOT / "solutions" / path.relative_to(ROOT / "lessons")
            assert path in expected or (path.suffix not in (".py", ".ipynb") and twin.exists())
            if path.suffix != ".ipynb":
                assert leaks(released_text(path), secrets(LESSONS)) == []

    @pytest.mark.parametrize("place", ["text", "metadata", "output", "id", "other lesson"])
    def test_a_planted_leak_is_found(self, hidden, tmp_path, place):
        secret = next(line for line in hidden if re.fullmatch(r"[\x20-\x7e]+", line))
        notebook = nbformat.read(LESSONS[0].release, as_version=4)
        cell = notebook.cells[-1]
        if place in ("text", "other lesson"):
            cell.source += "\n    " + "  ".join(secret)
        elif place == "metadata":
            cell.metadata["note"] = {"deep": [secret]}
        elif place == "output":
            output = nbformat.v4.new_output("stream", text=secret)
            notebook.cells.append(nbformat.v4.new_code_cell("1", outputs=[output]))
        else:
            cell.id = secret
        path = tmp_path / "planted.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        owner = hidden[secret]
        assert leaks(released_text(path), hidden) == [f"{owner}: {secret}"]

    def test_a_solution_shown_in_the_prose_is_found(self, tmp_path):
        cells = [
            nbformat.v4.new_markdown_cell("Write `total = sum(values)`\nand `return total / 2`"),
            nbformat.v4.new_code_cell("### BEGIN SOLUTION\ntotal = sum(values)\n### END SOLUTION"),
        ]
        lesson = Lesson(tmp_path, "01-toy", "toy")
        lesson.solution.parent.mkdir(parents=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), lesson.solution)
        assert squeeze(secret_texts(lesson)[0].replace("###", "")) in public_text(lesson)


class TestNotebooks:
    def test_few_outputs_are_left_uncompared(self):
        cells = [
            cell
            for lesson in LESSONS
            for cell in nbformat.read(lesson.solution, as_version=4).cells
            if cell.cell_type == "code"
        ]
        ignored = [
            cell
            for cell in cells
            if "nbval-ignore-output" in cell.metadata.get("tags", [])
            or "NBVAL_IGNORE_OUTPUT" in cell.source
        ]
        assert len(ignored) <= MAX_IGNORED_SHARE * len(cells)

    @named
    def test_no_comment_switches_nbval_off(self, lesson):
        assert not re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", lesson.source.read_text("utf-8"))

    @named
    def test_every_cell_that_may_fail_unsolved_belongs_to_an_exercise(self, lesson):
        solved = {c.id: c for c in nbformat.read(lesson.solution, as_version=4).cells}
        for cell in nbformat.read(lesson.release, as_version=4).cells:
            tags = cell.metadata.get("tags", [])
            if "raises-exception" in tags:
                on_purpose = "raises-exception" in solved[cell.id].metadata.get("tags", [])
                assert on_purpose or "try-it" in tags or "nbgrader" in cell.metadata

    @named
    def test_an_exercise_finds_the_package_there(self, lesson):
        """Without it, what is not written yet is a red traceback and not a grey line."""
        cells = nbformat.read(lesson.release, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        first = next((i for i, text in enumerate(code) if "NotImplementedError()" in text), 0)
        assert not first or any("from imbalance_lab" in text for text in code[:first])

    @named
    def test_solved_and_released_notebooks_have_the_same_cells(self, lesson):
        solved, released = (
            [cell.id for cell in nbformat.read(path, as_version=4).cells]
            for path in (lesson.solution, lesson.release)
        )
        assert solved == released


@named
class TestOutputs:
    """What a reader without a kernel sees: GitHub, nbconvert, another editor."""

    def test_each_is_text_too_and_needs_no_script(self, lesson):
        for data in shown(lesson):
            assert "text/plain" in data
            assert set(data) <= {"text/plain", "text/html", MIME_TYPE}
            assert not re.search(r"<script|<iframe|\bon\w+=", data.get("text/html", ""))

    def test_a_picture_fits_the_text_and_has_words(self, lesson):
        for data in shown(lesson):
            pictures = re.findall(r"<img ([^>]*)>", data.get("text/html", ""))
            for attributes in pictures:
                alt = html.unescape(re.search(r'alt="([^"]{20,})"', attributes)[1])
                assert alt == sentences(alt)
                assert not re.match(r"[a-z]", alt), "a list of values, and nobody says of what"
                width = int(re.search(r'width="(\d+)"', attributes)[1])
                png = base64.b64decode(re.search(r"base64,([^\"]*)", attributes)[1])
                assert int.from_bytes(png[16:20], "big") in {width, 2 * width}
                assert width <= 814

    def test_no_word_of_a_picture_is_cut_off_at_its_edge(self, lesson):
        for data in shown(lesson):
            page = data.get("text/html", "")
            pictures = (
                re.findall(r"base64,([^\"]*)", page),
                re.findall(r'<img [^>]*width="(\d+)"', page),
            )
            for png, width in zip(*pictures, strict=True):
                picture = Image.open(io.BytesIO(base64.b64decode(png)))
                blank, fine = round_the_edge(picture), picture.width > int(width)
                assert min(blank) >= (3 if fine else 1), (data["text/plain"][:60], blank)

    def test_no_zero_has_a_minus(self, lesson):
        texts = [data["text/plain"] for data in shown(lesson)]
        cells = nbformat.read(lesson.solution, as_version=4).cells
        texts += [o.text for cell in cells for o in cell.get("outputs", []) if "text" in o]
        # A bound of an interval may say by its sign on which side of zero it lies.
        minus = re.compile(r"(?<![\w.\[])[-−]0\.?0*(?![\d.\]])")
        assert [text for text in texts if minus.search(text)] == []


def shown(lesson: Lesson) -> Iterator[dict[str, str]]:
    """Yield what the cells of the solved notebook show, but for plain printed text."""
    for cell in nbformat.read(lesson.solution, as_version=4).cells:
        yield from (output.data for output in cell.get("outputs", []) if "data" in output)


def round_the_edge(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return how many pixels are as the first one at the left, top, right and bottom edge."""
    picture = picture.convert("RGB")
    paper = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    drawn = ImageChops.difference(picture, paper).convert("L").point(lambda x: 255 * (x > 20))
    left, top, right, bottom = drawn.getbbox()
    return left, top, picture.width - right, picture.height - bottom


@pytest.mark.parametrize("lesson", [one for one in LESSONS if one.is_deeper], ids=str)
def test_a_second_notebook_is_its_solution_cell_by_cell(lesson: Lesson) -> None:
    """So it need not run once more: `run.sh` runs the solution, and compares its outputs."""
    solved, released = (
        [cell.source for cell in nbformat.read(path, as_version=4).cells if is_code(cell)]
        for path in (lesson.solution, lesson.release)
    )
    assert released == solved


@pytest.mark.parametrize("lesson", [one for one in LESSONS if one.is_deeper], ids=str)
def test_a_second_notebook_ends_with_real_data_to_try_it_on(lesson: Lesson) -> None:
    last = nbformat.read(lesson.solution, as_version=4).cells[-1].source
    (name,) = re.findall(r'Now try it on real data\.\*\* `fetch_public\("(\w+)"\)`', last)
    assert name in PUBLIC
    rows, rare = re.findall(r": ([\d,]+) .+?, (\d+) of them", " ".join(last.split()))[0]
    assert f"{rare} of {rows}" in " ".join(str(fetch_public.__doc__).split())


def is_code(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.cell_type == "code")
