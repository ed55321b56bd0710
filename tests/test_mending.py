"""A damaged lesson is noticed and mended: no answer is lost, and what was before is kept."""

from __future__ import annotations

import copy
import functools
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import CheckCellMetadata
from released import ROOT, fill_in, solution_cells

from imbalance_builder.handout.make import NOTEBOOKS
from imbalance_grader.notebook.arrange import arrange
from imbalance_grader.notebook.intake import cells_of
from imbalance_grader.notebook.source import read_source
from imbalance_lab.__main__ import main
from imbalance_lab.lessons import files, notice
from imbalance_lab.lessons.damage import Mended
from imbalance_lab.lessons.released import names, plain, released, text_of

TOPIC, NAME = "01-accuracy-paradox", "accuracy-paradox"
LESSON = f"{TOPIC}/{NAME}"
WORDS = "My own words about the paradox, in two sentences. This is the second."
DEEP = b'{"cells": [' + b'{"a": ' * 700 + b"1" + b"}" * 700 + b"]}"
OWN = "my_own_cell = 1  # which is nobody else's"


def solved() -> dict:
    """Return the lesson as a student has solved it, with a cell of her own and an edited text."""
    notebook = fill_in(LESSON, None, {"reflection": WORDS})
    cells = json.loads(nbformat.writes(notebook))["cells"]
    for cell in cells:
        cell["source"] = text_of(cell)
    at = place(cells, "majority-accuracy") + 1
    cells.insert(at, {"cell_type": "code", "id": "own", "metadata": {}, "source": OWN})
    cells[at] |= {"outputs": [], "execution_count": None}
    text = next(c for c in cells if c["cell_type"] == "markdown" and len(c["source"]) > 300)
    text["source"] += "\n\nA remark of mine."
    return released(LESSON) | {"cells": cells}


def place(cells: list[dict], name: str) -> int:
    (found,) = (n for n, cell in enumerate(cells) if grading(cell).get("grade_id") == name)
    return found


def grading(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})


def exercises(notebook: dict) -> list[tuple]:
    """Return what nbgrader knows of a notebook: each cell's kind, lock, points and name."""
    cells = [cell for cell in notebook["cells"] if grading(cell)]
    return [(c["cell_type"], c["metadata"].get("editable"), c["id"], grading(c)) for c in cells]


def a_check_is_gone(cells):
    del cells[place(cells, "cost-of-check")]


def names_are_gone(cells):
    for cell in cells:
        cell["metadata"] = {}


def names_and_ids_are_gone(cells):
    names_are_gone(cells)
    for number, cell in enumerate(cells):
        cell["id"] = f"other-{number}"


def old_notebooks_have_no_ids(cells):
    names_are_gone(cells)
    for cell in cells:
        del cell["id"]


def an_attempt_was_pasted_above(cells):
    at = place(cells, "cost-of")
    other = copy.deepcopy(cells[at])
    other["source"] = "def cost_of(*args):\n    return 'an earlier attempt'"
    cells.insert(at, other | {"id": "pasted"})


def the_untouched_cell_was_pasted_below(cells):
    at = place(cells, "cost-of")
    given = next(c for c in released(LESSON)["cells"] if c["id"] == "cost-of")
    cells.insert(at + 1, given | {"id": "pasted"})


def the_same_cell_was_pasted(cells):
    at = place(cells, "cost-of")
    cells.insert(at, cells[at] | {"id": "pasted"})
    at = place(cells, "reflection")
    cells.insert(at, cells[at] | {"id": "pasted too"})


def an_answer_was_split(cells):
    at = place(cells, "cost-of")
    first, line, second = cells[at]["source"].partition("### BEGIN SOLUTION\n")
    cells.insert(at + 1, copy.deepcopy(cells[at]) | {"id": "second", "source": second})
    cells[at]["source"] = first + line.rstrip("\n")


def a_helper_was_split_off(cells):
    at = place(cells, "cost-of")
    helper = copy.deepcopy(cells[at]) | {"id": "helper", "source": "PRICE = 1"}
    cells.insert(at + 1, helper)


def a_written_answer_was_split(cells):
    at = place(cells, "reflection")
    first, second = WORDS.split(" This")
    cells.insert(at + 1, copy.deepcopy(cells[at]) | {"id": "second", "source": "This" + second})
    cells[at]["source"] = first


def kinds_were_changed(cells):
    changed = {"cost-of": "markdown", "diagnose-check": "raw", "reflection": "code"}
    for name, kind in changed.items():
        cells[place(cells, name)]["cell_type"] = kind


def a_check_was_changed(cells):
    cells[place(cells, "cost-of-check")]["source"] = "print('all is well')"


def points_were_changed(cells):
    about = grading(cells[place(cells, "cost-of-check")])
    about |= {"points": 100, "locked": False}


def a_cell_of_another_lesson_was_pasted(cells):
    cells.append(next(c for c in released("02-metrics/metrics")["cells"] if grading(c)))


def an_answers_cell_is_gone_and_its_text_in_an_own_one(cells):
    at = place(cells, "cost-of")
    cells[at] = cells[at] | {"id": "other", "metadata": {}}


DAMAGE: dict[Callable, str] = {
    a_check_is_gone: "the cell cost-of-check was missing",
    names_are_gone: "the cell majority-accuracy had lost what nbgrader knows it by",
    names_and_ids_are_gone: "the cell reflection had lost what nbgrader knows it by",
    old_notebooks_have_no_ids: "the cell quiz had lost what nbgrader knows it by",
    an_attempt_was_pasted_above: "2 cells had the name cost-of",
    the_untouched_cell_was_pasted_below: "2 cells had the name cost-of",
    the_same_cell_was_pasted: "2 cells had the name reflection",
    an_answer_was_split: "2 cells had the name cost-of",
    a_helper_was_split_off: "2 cells had the name cost-of",
    a_written_answer_was_split: "2 cells had the name reflection",
    kinds_were_changed: "the cell cost-of was no code cell any more",
    a_check_was_changed: "the cell cost-of-check, which is a check, had been changed",
    points_were_changed: "the cell cost-of-check had lost what nbgrader knows it by",
    a_cell_of_another_lesson_was_pasted: "1 cells had names that this lesson does not have",
    an_answers_cell_is_gone_and_its_text_in_an_own_one: "had lost what nbgrader knows it by",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "course" / "lessons" / TOPIC / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    return path


def copies(file: Path) -> list[Path]:
    return sorted((file.parents[2] / "my-copies").rglob("*.ipynb"))


@pytest.mark.parametrize("harm", DAMAGE, ids=lambda harm: harm.__name__)
def test_damage_is_noticed_and_mended_and_nothing_of_the_students_is_lost(harm, file, capsys):
    notebook = solved()
    harm(notebook["cells"])
    file.write_text(json.dumps(notebook))
    before = file.read_bytes()
    assert DAMAGE[harm] in " ".join(files.look(file))
    files.mend(file)
    said = capsys.readouterr().out
    assert DAMAGE[harm] in said
    (kept,) = copies(file)
    assert kept.read_bytes() == before
    assert kept.name in said

    mended = json.loads(file.read_text(encoding="utf-8"))
    nbformat.validate(mended)
    assert exercises(mended) == exercises(released(LESSON))
    assert files.look(file) == []
    texts = [text_of(cell) for cell in mended["cells"]]
    whole = "\n".join(texts).replace("\n\nThis is", " This is")
    wanted = [*(t for n, t in solution_cells(LESSON).items() if n != "reflection"), WORDS, OWN]
    wanted += ["A remark of mine."]
    written = [text_of(cell) for cell in notebook["cells"]]
    assert [text for text in wanted if text not in whole] == []
    given = {text_of(cell) for cell in released(LESSON)["cells"]}
    assert [text for text in written if text not in whole and text not in given] == []
    answers = {grading(c)["grade_id"]: text_of(c) for c in mended["cells"] if grading(c)}
    assert answers["cost-of"] == solution_cells(LESSON)["cost-of"]
    assert answers["reflection"].replace("\n\n", " ") == WORDS
    assert len([text for text in texts if text == answers["cost-of"]]) == 1
    assert texts.index(answers["cost-of"]) < texts.index(answers["cost-of-check"])


@functools.cache
def source() -> tuple:
    return read_source(ROOT / "solutions" / f"{LESSON}.ipynb").cells


@pytest.mark.parametrize("harm", DAMAGE, ids=lambda harm: harm.__name__)
def test_grading_and_validate_read_from_the_mended_notebook_what_they_read_before(harm):
    notebook = solved()
    harm(notebook["cells"])
    mended = Mended(notebook, LESSON).notebook
    before, after = (
        arrange(cells_of(json.dumps(book).encode()), source()) for book in (notebook, mended)
    )
    assert not before.untouched
    assert not after.untouched
    assert set(after.texts) == set(before.texts)
    for name, text in after.texts.items():
        assert "".join(text.split()) in "".join(before.texts[name].split())
        if name != "reflection":
            assert text == solution_cells(LESSON)[name]
    assert not any(after.notes.values())
    CheckCellMetadata().preprocess(nbformat.from_dict(mended), {})


@pytest.mark.parametrize("name", names())
def test_a_lesson_in_order_is_left_alone_untouched_or_solved(name):
    given = json.loads((ROOT / "lessons" / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert given == released(name)
    full = json.loads(nbformat.writes(fill_in(name, None)))
    for notebook in (given, full):
        mended = Mended(notebook, name)
        assert (mended.damage, mended.missing, mended.notebook) == ([], 0, notebook)


def test_outputs_and_the_order_of_cells_stay(file):
    notebook = solved()
    cells = notebook["cells"]
    at = place(cells, "majority-accuracy")
    output = {"output_type": "stream", "name": "stdout", "text": ["mine\n"]}
    cells[at] |= {"outputs": [output], "execution_count": 7}
    a_check_is_gone(cells)
    order = [cell["id"] for cell in cells]
    mended = Mended(notebook, LESSON).notebook["cells"]
    assert [cell["id"] for cell in mended if cell["id"] != "cost-of-check"] == order
    assert mended[at]["outputs"] == [output]
    assert mended[at]["execution_count"] == 7


def test_a_text_that_was_deleted_is_no_damage_and_comes_back_when_the_lesson_is_mended(file):
    notebook = solved()
    gone = notebook["cells"].pop(5)
    assert not gone["metadata"].get("nbgrader")
    file.write_text(json.dumps(notebook))
    assert files.look(file) == []
    files.mend(file)
    assert gone["source"] in map(text_of, json.loads(file.read_text(encoding="utf-8"))["cells"])


@pytest.mark.parametrize("share", [0.95, 0.6])
def test_of_a_file_that_was_cut_off_the_cells_are_saved(share, file, capsys):
    whole = json.dumps(solved(), indent=1)
    file.write_text(whole[: int(len(whole) * share)])
    assert "no notebook any more" in files.look(file)[0]
    files.mend(file)
    assert "cells could be read from it" in capsys.readouterr().out
    mended = json.loads(file.read_text(encoding="utf-8"))
    assert exercises(mended) == exercises(released(LESSON))
    texts = list(map(text_of, mended["cells"]))
    assert solution_cells(LESSON)["majority-accuracy"] in texts
    assert OWN in texts


def half_merged(base: str, mine: str, theirs: str, folder: Path, *options: str) -> str:
    """Return what git leaves of a file that two have changed."""
    for name, text in {"base": base, "mine": mine, "theirs": theirs}.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = ["git", "merge-file", "-p", *options, "mine", "base", "theirs"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.parametrize("options", [[], ["--diff3"]])
def test_of_two_versions_that_git_half_merged_both_answers_stay(options, file, tmp_path, capsys):
    base, mine, theirs = released(LESSON), solved(), solved()
    other = "def cost_of(y_true, y_pred, cost_fp, cost_fn):\n    return 'of another computer'"
    at = place(theirs["cells"], "cost-of")
    theirs["cells"][at]["source"] = other
    theirs["cells"][at]["execution_count"] = 7
    del theirs["cells"][place(theirs["cells"], "quiz")]["outputs"]
    texts = [json.dumps(book, indent=1) for book in (base, mine, theirs)]
    met = half_merged(*texts, tmp_path, *options)
    assert met.count("<<<<<<<") > 0
    file.write_text(met, encoding="utf-8")
    files.mend(file)
    assert "two versions that git had half merged" in capsys.readouterr().out
    mended = json.loads(file.read_text(encoding="utf-8"))
    assert exercises(mended) == exercises(released(LESSON))
    cells = list(map(text_of, mended["cells"]))
    assert cells[place(mended["cells"], "cost-of")] == solution_cells(LESSON)["cost-of"]
    assert cells[place(mended["cells"], "cost-of") - 1] == other
    assert OWN in cells
    assert copies(file)[0].read_text(encoding="utf-8") == met


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[]", b'{"cells": 3}', b"[" * 100_000, DEEP]
)
def test_where_nothing_can_be_read_jupyterlabs_copy_or_the_released_lesson_is_taken(content, file):
    file.write_bytes(content)
    files.mend(file)
    assert json.loads(file.read_text(encoding="utf-8")) == released(LESSON)
    assert copies(file)[0].read_bytes() == content
    file.write_bytes(content)
    checkpoint = file.parent / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text(json.dumps(solved()))
    files.mend(file)
    mended = json.loads(file.read_text(encoding="utf-8"))
    assert OWN in map(text_of, mended["cells"])
    assert len(copies(file)) == 2  # one second may have both, and neither is overwritten


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_a_notebook_in_another_encoding_keeps_its_answers(encoding, file, capsys):
    worked = solved()
    worked["cells"][place(worked["cells"], "reflection")]["source"] = "½ of them, 不平衡"
    content = json.dumps(worked, ensure_ascii=False).encode(encoding)
    file.write_bytes(content)
    files.mend(file)
    assert "- the file was not in UTF-8" in capsys.readouterr().out
    mended = json.loads(file.read_bytes().decode("utf-8"))["cells"]
    assert list(map(text_of, mended)) == list(map(text_of, worked["cells"]))
    assert copies(file)[0].read_bytes() == content


def test_a_renamed_notebook_is_known_and_one_that_is_none_of_the_courses_is_left_alone(file):
    notebook = solved()
    a_check_is_gone(notebook["cells"])
    renamed = file.with_name("accuracy-paradox (1).ipynb")
    renamed.write_text(json.dumps(notebook))
    files.mend(renamed)
    assert files.look(renamed) == []
    other = file.with_name("mine.ipynb")
    other.write_text(json.dumps(notebook | {"cells": notebook["cells"][-1:]}))
    with pytest.raises(ValueError, match=r"mine\.ipynb is no notebook of this course"):
        files.mend(other)
    wrong = file.parents[1] / "02-metrics" / "metrics.ipynb"
    wrong.parent.mkdir()
    wrong.write_text(json.dumps(notebook))
    with pytest.raises(ValueError, match="holds another lesson, 01-accuracy-paradox"):
        files.mend(wrong)


def test_strange_cells_do_not_stop_it(file):
    notebook = solved()
    a_check_is_gone(notebook["cells"])
    strange = [None, 3, {}, {"cell_type": "odd", "source": "mine", "metadata": None, "id": 3}]
    notebook["cells"] += strange
    notebook["cells"].append({"cell_type": "code", "metadata": {"nbgrader": 3}, "source": ["a", 1]})
    file.write_text(json.dumps(notebook))
    files.mend(file)
    mended = nbformat.read(file, as_version=4)
    nbformat.validate(mended)
    assert [cell.source for cell in mended.cells[-2:]] == ["mine", "a1"]


def loop(path: Path) -> None:
    path.symlink_to(path)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 30)


def many_cells(path: Path) -> None:
    path.write_text(json.dumps({"cells": [{}] * 5001}))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkfifo, "is no file"),
        (lambda path: path.symlink_to("/dev/zero"), "is no file"),
        (loop, "Too many levels of symbolic links"),
        (huge, "larger than any lesson"),
        (many_cells, "more cells than any lesson"),
    ],
    ids=["pipe", "device", "loop", "huge", "many"],
)
def test_what_has_no_end_is_refused(make, words, file):
    file.unlink(missing_ok=True)
    make(file)
    with pytest.raises((ValueError, OSError), match=words):
        files.mend(file)


def test_nothing_is_said_to_be_mended_before_it_is(file, monkeypatch, capsys):
    monkeypatch.chdir(file.parents[2])
    file.write_text("{")
    Path("my-copies").write_text("in the way")
    assert main(["mend"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "Not a directory" in told.err
    assert file.read_text() == "{"


def test_the_command_looks_mends_and_resets(file, monkeypatch, capsys):
    monkeypatch.chdir(file.parents[2])
    notebook = solved()
    a_check_is_gone(notebook["cells"])
    file.write_text(json.dumps(notebook))
    file.with_name("notes.ipynb").write_text("{}")
    path = f"lessons/{LESSON}.ipynb"
    assert main(["look"]) == 1
    assert f"{path}:\n- the cell cost-of-check was missing" in capsys.readouterr().out
    assert main(["mend"]) == 0
    assert main(["look", path]) == 0
    assert main(["reset", "cost_of", path]) == 0
    answers = {c["id"]: text_of(c) for c in json.loads(file.read_text(encoding="utf-8"))["cells"]}
    given = {c["id"]: text_of(c) for c in released(LESSON)["cells"]}
    assert answers["cost-of"] == given["cost-of"]
    assert answers["majority-accuracy"] == solution_cells(LESSON)["majority-accuracy"]
    assert main(["reset", "no_such", path]) == 1
    assert "(it has: majority_accuracy," in capsys.readouterr().err
    assert main(["look", "lessons/nowhere.ipynb"]) == 1


HOSTILE = "\x1b]0;owned\x07\u202e\x9b2J\r\nerror: none.ipynb"


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [(DEEP[:99], 1, "is no notebook of this course"), (None, 0, "is mended:")],
    ids=["strange", "damaged"],
)
def test_a_hostile_name_does_nothing_to_a_terminal(content, code, says, file, monkeypatch, capsys):
    path = file.with_name(HOSTILE)
    damaged = solved()
    a_check_is_gone(damaged["cells"])
    path.write_bytes(content or json.dumps(damaged).encode())
    monkeypatch.chdir(file.parents[2])
    for command in (["look", str(path)], ["reset", "no_such", str(path)], ["mend", str(path)]):
        last = main(command)
    with pytest.raises(SystemExit):
        main(["reset", "cost_of", str(path), str(path)])  # as of a shell's *
    assert last == code
    said = "".join(capsys.readouterr())
    assert says in said
    assert not re.search(r"[^\n\x20-\x7e]", said)
    assert "\nerror: none" not in said


def test_the_command_has_help_and_nothing_is_printed_twice_or_by_a_traceback(tmp_path):
    run = [sys.executable, "-m", "imbalance_lab"]
    told = subprocess.run([*run, "--help"], capture_output=True, text=True, check=True).stdout
    assert "my-copies/" in told
    lost = subprocess.run([*run, "mend"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (lost.returncode, lost.stderr) == (2, "")


def harm_at_random(cells: list[dict], rng: random.Random) -> None:
    """Do to one cell, or to all, what people and programs do; delete no answer."""
    at = rng.randrange(len(cells))
    cell, other = cells[at], rng.randrange(len(cells))
    lines = text_of(cell).splitlines(keepends=True)
    cut = rng.randint(0, len(lines))
    match rng.randrange(8):
        case 0 if not grading(cell).get("solution"):
            del cells[at]
        case 1:
            cells.insert(other, copy.deepcopy(cell))
        case 2:
            cell["metadata"] = {}
        case 3:
            cell["cell_type"] = rng.choice(["code", "markdown", "raw"])
        case 4:
            cells[at], cells[other] = cells[other], cells[at]
        case 5:
            cells.insert(at + 1, copy.deepcopy(cell) | {"source": "".join(lines[cut:])})
            cell["source"] = "".join(lines[:cut])
        case 6:
            for each in cells:
                each.pop(rng.choice(["id", "metadata"]), None)
                each.setdefault("metadata", {})
        case 7:
            cell["source"] = f"{text_of(cell)}\n# mine: {rng.randrange(99)}"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(300))
def test_whatever_happened_nothing_is_lost_and_once_is_enough(seed):
    rng = random.Random(seed)
    name = rng.choice(names())
    notebook = json.loads(nbformat.writes(fill_in(name, None)))
    for _ in range(rng.randint(1, 8)):
        harm_at_random(notebook["cells"], rng)
    given = {plain(text_of(cell)) for cell in released(name)["cells"]}
    written = {plain(text_of(cell)) for cell in notebook["cells"]} - given
    mended = Mended(notebook, name).notebook
    nbformat.validate(nbformat.from_dict(mended))
    again = Mended(mended, name)
    assert (again.damage, again.missing, again.notebook) == ([], 0, mended)
    by_name = [sorted(map(repr, map(grading, b["cells"]))) for b in (mended, released(name))]
    assert [x for x in by_name[0] if x != "{}"] == [x for x in by_name[1] if x != "{}"]
    whole = "".join("".join(text_of(cell).split()) for cell in mended["cells"])
    assert [text for text in written if "".join(text.split()) not in whole] == []


OUTSIDE = ("x/y/01-z", "x/01-z", "", "x/lessons/01-z")


@pytest.mark.parametrize(("place", "told"), [*((p, 1) for p in OUTSIDE), ("lessons/01-z", 0)])
def test_a_notebook_outside_of_its_course_says_that_links_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, told: int
) -> None:
    said: list[str] = []
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(notice, "students_shell", lambda: "shell")
    monkeypatch.setattr(notice, "notebook_file", lambda: tmp_path / place / "z.ipynb")
    monkeypatch.setattr(notice, "show_quietly", lambda shell, text: said.append(text))
    notice.offer()
    assert said == [notice.OUTSIDE] * told


def test_notebooks_that_lie_beside_the_lessons_are_not_outside(monkeypatch, tmp_path):
    templates = ROOT / "imbalance_builder" / "handout" / "templates"
    assert {f"{name}.md" for name in notice.BESIDE} == set(NOTEBOOKS)
    said: list[str] = []
    monkeypatch.setattr(notice, "students_shell", lambda: "shell")
    monkeypatch.setattr(notice, "show_quietly", lambda shell, text: said.append(text))
    for name in notice.BESIDE:
        assert "](" not in (templates / f"{name}.md").read_text("utf-8")
        monkeypatch.setattr(notice, "notebook_file", lambda name=name: tmp_path / f"{name}.ipynb")
        notice.offer()
    assert said == []
