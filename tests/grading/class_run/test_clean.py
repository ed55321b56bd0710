"""What a person opens is clean: the graded notebook holds nothing of a student's that acts."""

from __future__ import annotations

import base64
import io
import itertools
import json

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_output
from nbgrader.server_extensions.formgrader import handlers
from PIL import Image
from test_feedback import PIXEL, Drawing, pasted

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.texts.aside import Aside
from imbalance_grader.texts.clean import Cleaner


def graded(course, engine=None, student="ann"):
    classroom = Classroom(course.root)
    assignment = classroom.assignment(ASSIGNMENT)
    grade_class(classroom, assignment, crew_of(engine or PretendedEngine()), Options())
    path = course.root / "autograded" / student / ASSIGNMENT / "toy.ipynb"
    return nbformat.read(path, as_version=4)


def written(course, text: str) -> str:
    course.submit("ann", reflection=text)
    return graded(course).cells[-1].source


def outputs(course, *shown):
    course.submit("ann")
    engine = Drawing()
    engine.outputs = shown
    return graded(course, engine).cells[2].outputs


def test_harmless_answers_stay_to_the_letter(course):
    text = "# Why\n\n**99 %** of `0 < x`, $a_{1} < b$:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n* 伟"
    code = "def double(x):\n\t# <b>é</b> 'a' < \"b\" & c\n\n    return 2 * x"
    path = course.submit("ann", reflection=text, double=code)
    before = path.read_bytes()
    cells = graded(course).cells
    assert (cells[-1].source, cells[2].source) == (text, code)
    assert "attachments" not in cells[-1]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "Well.\n\n<script>alert(1)</script>",
        "[here](javascript:alert(1))",
        "$\\href{javascript:alert(1)}{x}$",
        "```\n</code></pre><script>alert(1)</script>\n```\n<img src=x onerror=alert(1)>",
    ],
)
def test_an_answer_that_acts_is_shown_as_text(course, text):
    shown = written(course, text)
    fence = shown.splitlines()[0]
    assert shown.startswith(f"{fence}\n[shown as text, because of ")
    assert shown.endswith(f"\n\n{text}\n{fence}")
    assert set(fence) == {"`"}
    assert fence not in text


def test_what_turns_text_or_controls_a_terminal_is_written_out(course):
    course.submit(
        "ann", double="def double(x):\n    return 2 * x  # \u202e\x1b[31m", reflection="a\x00b"
    )
    cells = graded(course).cells
    assert cells[2].source.endswith("# \\u202e")
    assert cells[-1].source == "a\\x00b"


def test_the_instructors_own_text_stays(course):
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells[0].source = "# How can a toy be graded?\n\n<div style='color:red'>own</div>"
    nbformat.write(notebook, source)
    course.submit("ann")
    assert graded(course).cells[0].source == notebook.cells[0].source


def test_pictures_and_tables_stay(course):
    table = "<table><tbody><tr><td>7</td></tr></tbody></table>"
    drawn, shown = outputs(
        course,
        new_output("display_data", data={"image/png": PIXEL + "\n", "text/plain": "<Figure>"}),
        new_output("execute_result", data={"text/html": table, "text/plain": "7"}),
    )
    assert drawn.data == {"image/png": PIXEL, "text/plain": "<Figure>"}
    assert shown.data == {"text/html": table, "text/plain": "7"}


SVG = "<svg onload=alert(1)><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("mime", "text"),
    [
        ("application/javascript", "alert(1)"),
        ("application/vnd.jupyter.widget-view+json", "{}"),
        ("image/svg+xml", SVG),
        ("image/png", '"><script>alert(1)</script>'),
        ("image/jpeg", base64.b64encode(SVG.encode()).decode()),
        ("text/latex", "$\\href{javascript:alert(1)}{x}$"),
        ("text/markdown", "<script>alert(1)</script>"),
        ("text/markdown", "![x](attachment:x)"),
        ("text/markdown", "# reflection"),  # formgrader would take it for the box of the marks
        ("text/markdown", "reflection-comment\n==="),
        ("text/html", "$\\href{javascript:alert(1)}{x}$"),
    ],
)
def test_forms_of_an_output_that_act_are_left_out_and_said(course, mime, text):
    (shown,) = outputs(course, new_output("display_data", data={mime: text, "text/plain": "it"}))
    assert list(shown.data) == ["text/plain"]
    assert shown.data["text/plain"].startswith("it\n[left out, as it could act on a page")
    assert mime in shown.data["text/plain"]


def test_html_is_cleaned_and_harmless_markdown_and_formulas_stay(course):
    shown = outputs(
        course,
        new_output("display_data", data={"text/html": "<b>x</b><script>alert(1)</script>"}),
        new_output("display_data", data={"text/markdown": "**x**", "text/latex": "$x$"}),
        new_output("stream", text="</pre><script>\x1b]0;t\x07"),
        new_output("error", ename="E\x1b[0m", evalue="\ud800", traceback=["a\x07", "b"]),
    )
    assert shown[0].data["text/html"].startswith("<b>x</b><p>[parts that could act")
    assert shown[1].data == {"text/markdown": "**x**", "text/latex": "$x$"}
    assert shown[2].text == "</pre><script>\\x1b]0;t\\x07"
    assert shown[3].traceback == ["a\\x07", "b"]
    assert shown[3].evalue == "\\ud800"


class Patient:
    """Looks at a text for two seconds, less than would be too long, and finds all well."""

    spent = 0.0

    def __init__(self):
        self.asked = 0

    def __call__(self, *question):
        self.asked += 1
        self.spent += 1.9
        return "<b>x</b>"


def of_many(cells: int, outputs: int, shown: dict[str, str]) -> nbformat.NotebookNode:
    output = {"output_type": "display_data", "metadata": {}, "data": shown}
    code = {"cell_type": "code", "metadata": {}, "source": "1", "execution_count": None}
    return nbformat.from_dict(
        {"cells": [code | {"outputs": [output] * outputs, "id": f"c{n}"} for n in range(cells)]}
    )


def test_many_texts_that_each_take_nearly_too_long_do_not_hold_the_class_up():
    aside = Patient()
    notebook = of_many(3, 100, {"text/html": "<b>x</b>", "text/plain": "x"})
    for count in (1, 2):  # the next notebook has as much time as the first
        cells = Cleaner(aside).clean(notebook, set()).cells
        assert aside.asked == 5 * count
    assert [set(output.data) for output in cells[0].outputs[4:6]] == [
        {"text/html", "text/plain"},
        {"text/plain"},
    ]


def test_outputs_of_many_cells_are_bounded_together():
    cells = Cleaner(Patient()).clean(of_many(300, 150, {"text/plain": "y"}), set()).cells
    assert sum(len(cell.outputs) for cell in cells) == 1000 + 294  # a note in each that lost some
    assert cells[6].outputs[100].data["text/plain"] == "[left out: 50 more outputs]"
    long = Cleaner(Patient()).clean(of_many(5, 100, {"text/plain": "y" * 40_000}), set())
    texts = [output.data["text/plain"] for cell in long.cells for output in cell.outputs]
    assert sum(len(text) == 40_000 for text in texts) == 250


def test_one_picture_by_many_names_does_not_swell_the_notebook():
    file = io.BytesIO()
    Image.new("L", (1600, 1600)).save(file, "PNG", compress_level=0)
    large = base64.b64encode(file.getvalue()).decode()
    # Each letter may be written as its number, and the name is the same.
    names = ["".join(letters) for letters in itertools.product(("a", "%61"), repeat=4)]
    text = " ".join(f"![x](attachment:{name})" for name in names)
    cell = {"cell_type": "markdown", "source": text, "attachments": {"aaaa": {"image/png": large}}}
    notebook = nbformat.from_dict({"cells": [cell | {"metadata": {}}]})
    with Aside("imbalance_grader.texts.harmless", 20) as aside:
        content = json.dumps({"cells": [cell]}).encode()
        (shown,) = Cleaner(aside).clean(notebook, set(), [content]).cells
    kept = [bundle["image/png"] == large for bundle in shown.attachments.values()]
    assert sum(kept) == (20 << 20) // len(large) == 6
    assert len(kept) == 16
    assert "a picture is not there, is too large" in shown.source


def test_a_pasted_picture_is_kept_and_others_are_not(course):
    pasted(course, "ann", "attachment:plot.png", {"plot.png": {"image/png": PIXEL}})
    cell = graded(course).cells[-1]
    assert cell.attachments == {"plot.png": {"image/png": PIXEL}}
    assert cell.source == "As seen here: ![plot](attachment:plot.png)"
    pasted(course, "ann", "attachment:my%20plot.png", {"my plot.png": {"image/png": PIXEL}})
    assert graded(course).cells[-1].attachments == {"my%20plot.png": {"image/png": PIXEL}}
    svg = base64.b64encode(SVG.encode()).decode()
    pasted(course, "ann", "attachment:plot.png", {"plot.png": {"image/svg+xml": svg}})
    cell = graded(course).cells[-1]
    assert svg not in str(cell)
    assert list(cell.attachments) == ["plot.png"]  # without it, formgrader's page would fail
    assert cell.source.endswith("\n\nAs seen here: ![plot](attachment:plot.png)")
    assert "a picture is not there" in cell.source.split("As seen here")[0]


def test_an_answer_cannot_take_the_name_of_anothers_box(course):
    assert "[shown as text" in written(course, "# test-double\n\nHere are my points.")
    assert written(course, "# Double\n\nWell.") == "# Double\n\nWell."


@pytest.mark.parametrize(
    "answers",
    [
        {"reflection": "\\\\(" * 60_000},
        {"reflection": "\\begin{a}" * 20_000},
        {"reflection": "<b>" * 60_000},
        {"reflection": " " * 190_000 + "."},
        {"double": "x = 1\n" + "\n " * 90_000},
        {"double": "1." * 90_000},
    ],
    ids=["math", "environments", "tags", "spaces", "blank lines", "numbers"],
)
def test_a_text_made_to_take_long_is_cut_and_formgrader_can_show_it(course, answers):
    course.submit("ann", **answers)
    notebook = graded(course)
    assert all(len(cell.source) < 60_000 for cell in notebook.cells)
    # Of what was handed in, nbconvert makes no page in minutes; the test would not end.
    exporter = HTMLExporter(
        template_name="formgrade", extra_template_basedirs=[handlers.template_path]
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"index": 0, "total": 1})
    assert 'id="reflection"' in page


def test_outputs_are_bounded(course):
    shown = outputs(
        course,
        new_output("stream", text="x" * 200_000),
        *[new_output("display_data", data={"text/plain": "y"})] * 300,
    )
    assert len(shown[0].text) < 60_000
    assert "cut off here" in shown[0].text
    assert len(shown) == 201
    assert "101 more outputs" in shown[-1].data["text/plain"]
