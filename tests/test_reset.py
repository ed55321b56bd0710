"""An exercise is brought back to how it was handed out, and the old text is kept."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest
from test_mending import a_check_is_gone, solved
from test_progress import RIGHT, TOPIC, graded_cell, lesson, run  # noqa: F401

from imbalance_lab.lessons.copies import keep_copy
from imbalance_lab.lessons.released import answers, text_of
from imbalance_lab.progress.record import Entry, add
from imbalance_lab.work import pack_work, take_up_work

NAME = "accuracy-paradox"
IMPORT = "import imbalance_lab"  # as whatever a lesson imports first does
BROKEN = "def majority_accuracy(y:\n    return ("
GIVEN = text_of(answers([f"{TOPIC}/{NAME}"])["majority-accuracy"])


def payloads(replies: list[dict]) -> list[list[str]]:
    """Return by what each cell asks the front end to replace its text."""
    return [
        [part["text"] for part in reply["payload"] if part["source"] == "set_next_input"]
        for reply in replies
    ]


def kept(lesson: Path) -> list[Path]:  # noqa: F811
    return sorted(lesson.parents[1].rglob("my-copies/**/*.py"), key=lambda p: p.stat().st_mtime_ns)


def test_an_exercise_starts_over_and_its_old_text_is_kept(lesson):  # noqa: F811
    check, replies = graded_cell("majority-accuracy"), []
    cells = {
        "right": f"%%start_over\n{RIGHT}",
        "check": check,
        "right again": RIGHT,
        "broken": BROKEN,
        "check that": check,
        "no Python": f"%%start_over\n{BROKEN}",
        "named": "%%start_over cost_of\nx = 1",
        "untouched": f"%%start_over\n{GIVEN}",
        "released": GIVEN,
        "check again": check,
        "no exercise": "%%start_over\nx = 1",
    }
    shown = run(lesson, IMPORT, RIGHT, check, *cells.values(), replies=replies)
    shown = dict(zip(cells, shown[3:], strict=True))
    asked = dict(zip(cells, payloads(replies)[3:], strict=True))
    assert asked["right"] == asked["no Python"] == asked["untouched"] == [GIVEN]
    assert asked["named"][0].startswith("def cost_of(")
    assert asked["no exercise"] == []
    assert all(p["replace"] for r in replies for p in r["payload"])
    copies = kept(lesson)
    assert [copy.read_text().strip() for copy in copies] == [RIGHT, BROKEN, "x = 1"]
    assert {copy.parent for copy in copies} == {lesson.parents[1] / "my-copies" / TOPIC}
    told = "majority_accuracy is as it was handed out."
    place = f"../../my-copies/{TOPIC}/{copies[0].name}"
    assert shown["right"][0] == f"{told} Your text is kept in {place}."
    assert shown["right"][1].endswith(GIVEN)  # for a front end that replaces nothing
    assert shown["untouched"][0] == told
    assert shown["check"] == ["NameError"]  # it does not go on with the old answer
    assert shown["check that"] == ["NameError"]  # nor where the new text is no Python
    assert shown["check again"] == ["majority_accuracy: not written yet."]
    assert shown["no exercise"] == [
        "Which exercise? Write %%start_over and its name. There are: majority_accuracy, cost_of,"
        " cheapest_rule, diagnose, quiz, reflection."
    ]


def test_without_a_copy_nothing_is_replaced(lesson):  # noqa: F811
    (lesson.parents[1] / "my-copies").write_text("a file where the folder should be")
    replies: list[dict] = []
    (lesson / "my own.ipynb").write_text("{}")
    commands = {
        f"%%start_over\n{RIGHT}": "No work of yours was lost.",
        "from imbalance_lab.lessons import mend; mend('other.ipynb')": "No work of yours was lost.",
        "from imbalance_lab.lessons import mend; mend()": "try mend('my own.ipynb')",
        "from imbalance_lab.progress import hint; hint('x')": "hint has nothing for 'x'",
        "from imbalance_lab.work import take_up_work; take_up_work()": "zip: upload it first",
    }
    shown = run(lesson, IMPORT, *commands, replies=replies)
    assert shown[1][0] in ("FileExistsError", "NotADirectoryError")
    assert "payload" not in replies[1] or payloads(replies)[1] == []
    for reply, words in zip(replies[1:], commands.values(), strict=True):
        (line,) = reply["traceback"]  # what is in the way, and nothing of how it was found
        assert words in line


def test_where_no_person_runs_the_cell_nothing_happens(lesson):  # noqa: F811
    replies: list[dict] = []
    shown = run(lesson, IMPORT, f"%%start_over\n{RIGHT}", student=False, replies=replies)
    assert (shown[1], payloads(replies)[1], kept(lesson)) == ([], [], [])


def test_on_a_full_disk_no_half_of_anything_stays(tmp_path):
    course = tmp_path / "course"
    place = course / "lessons" / TOPIC / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text("mine, and long" * 1000)
    pack_work(course)
    archive = (course / "my-work.zip").rename(tmp_path / "my-work.zip")
    place.write_text("another state")
    few = 100  # bytes that a file may have
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    failing = [
        lambda: keep_copy(place.parent, "diagnose", ".py", b"x" * 10 * few),
        lambda: pack_work(course),
        lambda: take_up_work(archive, course),
        lambda: add(course / "my-progress.json", {f"{TOPIC}/{NAME}/diagnose": Entry(1)}),
    ]
    for attempt in failing:
        resource.setrlimit(resource.RLIMIT_FSIZE, (few, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                attempt()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    left = [path for path in course.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert {path.read_text() for path in left} == {"another state"}
    assert place in left


def test_a_copy_never_takes_the_place_of_another(tmp_path):
    copies = [keep_copy(tmp_path, "diagnose", ".py", bytes([n])) for n in range(5)]
    assert [copy.read_bytes() for copy in copies] == [bytes([n]) for n in range(5)]
    assert copies[0].parent == tmp_path / "my-copies"


def test_damage_is_told_of_in_the_lesson_once(lesson):  # noqa: F811
    notebook = solved()
    a_check_is_gone(notebook["cells"])
    (lesson / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    (lesson.parents[1] / "docs").mkdir()  # else the first line says that links lead nowhere
    show = "from imbalance_lab.progress import progress\nprogress()"
    mend = "from imbalance_lab.lessons import mend; mend()"
    server = {"JPY_SESSION_NAME": f"lessons/{TOPIC}/{NAME}.ipynb"}
    shown = run(lesson, show, show, mend, show, **server)
    assert shown[0][1] == (
        "This notebook is damaged: the cell cost-of-check was missing. To mend it, with all your"
        f" answers, save it and run in a new cell: {mend}"
    )
    assert len(shown[1]) == len(shown[3]) == 1
    assert f"{NAME}.ipynb is mended:\n- the cell cost-of-check was missing" in shown[2][0]
