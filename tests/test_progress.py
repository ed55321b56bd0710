"""Progress is kept by a student's own checks, never lost, never evaluated, and nowhere else."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config
from warm_kernels import forked_kernels

from imbalance_builder.course import Course
from imbalance_builder.execute import kernel_sockets
from imbalance_builder.listing import LIST, list_of
from imbalance_lab.progress import keeper as keeping
from imbalance_lab.progress import record, view
from imbalance_lab.progress.course import course, digest, find
from imbalance_lab.progress.record import Entry

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "01-accuracy-paradox"
KEY = f"{TOPIC}/accuracy-paradox/majority-accuracy"
EARLY, LATE = "2026-01-01T10:00:00+00:00", "2026-02-01T10:00:00+00:00"
RIGHT = """def majority_accuracy(y):
    labels = list(y)
    return max(map(labels.count, labels)) / len(labels)"""
WRONG = "def majority_accuracy(y):\n    return 100 * max(map(list(y).count, y)) / len(y)"
STUB = "def majority_accuracy(y):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def graded_cell(name: str) -> str:
    lesson = nbformat.read(ROOT / "lessons" / TOPIC / "accuracy-paradox.ipynb", as_version=4)
    return next(cell.source for cell in lesson.cells if cell.id == f"{name}-check")


def run(
    folder: Path,
    *sources: str,
    student: bool = True,
    replies: list[dict] | None = None,
    **environment: str,
) -> list[list[str]]:
    """Run cells as a front end does, in a kernel that starts in a folder; return what they show.

    The kernel's replies to each cell are added to a list, if one is given.
    """

    def replied(cell: object, cell_index: int, execute_reply: dict) -> None:
        if replies is not None:
            replies.append(execute_reply["content"])

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    with kernel_sockets() as config, forked_kernels():
        if student:
            config.merge(Config(Session={"metadata": {"cellId": "some-cell"}}))
        client = NotebookClient(
            notebook,
            allow_errors=True,
            kernel_name="python3",
            on_cell_executed=replied,
            config=config,
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute(env=os.environ | environment)
    return [[_text(output) for output in cell.outputs] for cell in notebook.cells]


def _text(output: nbformat.NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.get("data", {}).get("text/plain", output.get("ename", "")))


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    folder = tmp_path / "course" / "lessons" / TOPIC
    folder.mkdir(parents=True)
    return folder


def kept(lesson: Path) -> record.Record:
    return record.read(lesson.parents[1] / record.NAME)


def test_the_list_of_exercises_is_what_the_sources_give() -> None:
    assert LIST.read_text(encoding="utf-8") == list_of(Course(ROOT))


def test_a_lesson_stands_before_what_is_optional_beside_it() -> None:
    first = {notebook.topic: notebook for notebook in reversed(course())}
    assert [notebook.name for notebook in first.values() if notebook.optional] == []
    assert any(notebook.optional for notebook in course())


def test_every_check_that_students_have_is_known_by_its_text() -> None:
    known = {}
    for notebook in course():
        built = nbformat.read(ROOT / "lessons" / f"{notebook.name}.ipynb", as_version=4)
        for cell in built.cells:
            grading = cell.metadata.get("nbgrader", {})
            if grading.get("grade") and cell.cell_type == "code":
                found = find(cell.source)
                assert found is not None, cell.source
                assert found[1].key == f"{notebook.name}/{grading.grade_id.removesuffix('-check')}"
                known[found[1].key] = found[1].points == grading.points
    assert all(known.values())
    assert set(known) == {task.key for notebook in course() for task in notebook.tasks}


def test_the_way_on_leads_to_the_first_exercise_that_is_not_solved() -> None:
    for notebook in course():
        lesson = nbformat.read(ROOT / "lessons" / f"{notebook.name}.ipynb", as_version=4)
        record_so_far: record.Record = {}
        for task in notebook.tasks:
            link = view._onward(notebook, record_so_far)
            place = re.search(r'href="([^"#]+)#cell-id=([\w-]+)"', link)
            assert place is not None, link
            assert f"{notebook.topic}/{place[1]}" == f"{notebook.name}.ipynb"
            assert f"{notebook.name}/{place[2]}" == task.key
            assert place[2] in [cell.id for cell in lesson.cells]
            assert html.escape(task.title) in link
            record_so_far[task.key] = Entry(task.points)
        assert view._onward(notebook, record_so_far) == ""


def test_the_notebook_at_hand_is_the_one_that_counts(
    lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = lesson.parent / "07-class-weights"
    for name, number in (("class-weights-pytorch", 2), ("class-weights", 5), ("my-copy", 5)):
        file = place / f"{name}.ipynb"
        monkeypatch.setattr(keeping, "notebook_file", lambda file=file: file)
        at_hand = keeping.Keeper(place).notebook
        assert at_hand is not None
        assert len(at_hand.tasks) == number


def test_layout_and_comments_of_a_check_do_not_matter_but_its_code_does() -> None:
    assert digest("# x\na = 1\n\nb  # y") == digest("a = 1\nb")
    assert digest("a = 1") != digest("a = 2")


def test_a_check_leaves_its_trace_and_the_last_cell_shows_it(lesson: Path) -> None:
    show = "from imbalance_lab.progress import progress\nprogress()"
    check = graded_cell("majority-accuracy")
    shown = run(lesson, show, STUB, check, WRONG, check, RIGHT, check)
    line = "Lesson 01: 1 of 5 solved, 1 of 13 points by your own checks."
    assert shown[0][0].startswith(line)  # the first cell changed when the check passed
    assert "all" in shown[0][0]
    assert shown[2] == ["majority_accuracy: not written yet."]
    assert shown[4][0] == "CheckFailed"
    assert shown[6][-1] == line
    entry = kept(lesson)[KEY]
    assert (entry.points, entry.failed, len(entry.answer)) == (1, True, 12)
    again = run(lesson, show, WRONG, check)  # another kernel, another day
    assert again[0][0].startswith(line)
    assert kept(lesson)[KEY] == entry


def test_partial_credit_counts_as_what_it_is(lesson: Path) -> None:
    quiz = 'quiz = {1: "b", 2: "a", 3: "b", 4: "a"}'
    shown = run(lesson, quiz, graded_cell("quiz"))
    assert "Lesson 01: 0 of 5 solved, 2 of 13 points by your own checks." in shown[1]
    assert kept(lesson)[f"{TOPIC}/accuracy-paradox/quiz"].points == 2


@pytest.mark.parametrize("how", ["program", "off", "elsewhere"])
def test_nothing_is_kept_where_it_is_not_wanted(lesson: Path, how: str) -> None:
    folder = lesson.parent if how == "elsewhere" else lesson
    off = {"IMBALANCE_LAB_PROGRESS": "off"} if how == "off" else {}
    show = "from imbalance_lab.progress import progress\nprogress()"
    shown = run(
        folder, RIGHT, graded_cell("majority-accuracy"), show, student=how != "program", **off
    )
    assert not list(lesson.parents[1].rglob("*my-progress*"))
    if how == "program":
        assert shown[2] == []
    elif how == "off":
        assert shown[1:] == [
            [
                "majority_accuracy: right on this input.\n" * 2,
                "majority_accuracy: right on all 12 inputs.",
            ],
            ["Progress is switched off here."],
        ]
    else:
        assert "1 of 5 solved" in shown[2][0]
        assert "It is not kept" in shown[2][0]


def entry(points: float = 1, when: str = EARLY, failed: bool = False, hints: int = 0) -> Entry:
    return Entry(points, when, "0123456789ab", failed, hints)


def test_of_two_records_the_better_state_of_each_exercise_is_taken() -> None:
    one = {"a/b/c": entry(1, LATE, failed=True), "a/b/d": entry(2)}
    other = {"a/b/c": entry(1, EARLY, hints=2), "a/b/e": entry(0, "")}
    both = record.merged(one, other)
    assert both == record.merged(other, one)
    assert both["a/b/c"] == entry(1, EARLY, failed=True, hints=2)
    assert set(both) == {"a/b/c", "a/b/d", "a/b/e"}
    assert record.merged(both, one) == both


def test_what_is_written_is_read_again_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / record.NAME
    record.add(path, {KEY: entry(0.5, LATE, failed=True, hints=1)})
    assert record.read(path) == {KEY: entry(0.5, LATE, failed=True, hints=1)}
    assert '"points": 0.5' in path.read_text(encoding="utf-8")
    assert {p.name for p in tmp_path.iterdir()} <= {record.NAME, f".{record.NAME}.lock"}


def foreign(**changes: object) -> str:
    value = {"points": 1, "when": EARLY, "answer": "ab", "failed": False, "hints": 0}
    return json.dumps({"version": 1, "exercises": {KEY: value | changes}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        '{"exercises": {}}',
        '{"version": 2, "exercises": {}}',
        '{"version": 1, "exercises": []}',
        '{"version": 1, "exercises": {"../../x": {}}}',
        foreign(points=1e9),
        foreign(points=float("nan")),
        foreign(points=True),
        foreign(when="<img src=x onerror=alert(1)>"),
        foreign(answer="__import__('os').system('true')"),
        foreign(hints=3),
        foreign(extra=1),
        " " * (1 << 20) + foreign(),
        "<<<<<<< a\n" * 1000 + f"=======\n{foreign()}\n>>>>>>> b\n" * 1000,  # merges within merges
    ],
)
def test_a_file_that_no_check_has_written_is_set_aside_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / record.NAME
    path.write_text(text, encoding="utf-8")
    found, remark = record.add(path, {KEY: entry()})
    assert found == {KEY: entry()} == record.read(path)
    (aside,) = tmp_path.glob("my-progress-set-aside-*.json")
    assert aside.read_text(encoding="utf-8") == text
    assert f"set aside as {aside.name}" in remark


@pytest.mark.parametrize("options", [[], ["--diff3"]])
def test_a_file_that_git_half_merged_is_the_better_state_of_both(
    tmp_path: Path, options: list[str]
) -> None:
    other = KEY.replace("majority-accuracy", "cost-of")
    states = {
        "base": {KEY: Entry(failed=True)},
        "mine": {KEY: entry(1, LATE, failed=True)},
        "theirs": {KEY: entry(1, EARLY, failed=True, hints=2), other: entry(2)},
    }
    for name, state in states.items():
        record.add(tmp_path / name, state)
    command = ["git", "merge-file", *options, "mine", "base", "theirs"]
    assert subprocess.run(command, cwd=tmp_path).returncode > 0  # as many as they could not settle
    path = tmp_path / "mine"
    assert ">>>>>>>" in path.read_text(encoding="utf-8")
    both = record.merged(states["mine"], states["theirs"])
    assert record.read(path) == both
    found, remark = record.add(path, {KEY: Entry(failed=True)})
    assert (found, remark) == (both, "")


def test_two_kernels_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / record.NAME
    code = (
        "import sys; from pathlib import Path\n"
        "from imbalance_lab.progress.record import add, Entry\n"
        "for i in range(20): add(Path(sys.argv[1]), {f'a/{sys.argv[2]}/n{i}': Entry(1)})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("one", "two")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(record.read(path)) == 40


def test_a_folder_that_cannot_be_written_to_costs_the_student_nothing(
    lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(keeping, "add", refuse)
    kept = keeping.Keeper(lesson)
    assert kept.keep(KEY, entry()) == {KEY: entry()} == kept.record
    assert "It is not kept" in kept.remark


def test_in_the_courses_folder_the_table_is_open_and_leads_to_every_lesson(
    lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for notebook in course():
        file = lesson.parent / f"{notebook.name}.ipynb"
        file.parent.mkdir(exist_ok=True)
        file.touch()
    record.add(lesson.parents[1] / record.NAME, {KEY: entry()})
    for start, opened, leads in ((lesson.parents[1], True, "lessons/"), (lesson, False, "../")):
        monkeypatch.setattr(view, "START", start)
        monkeypatch.setattr(view, "keeper", lambda start=start: keeping.Keeper(start))
        text, markup = view._texts()
        assert re.search(r"01 · The accuracy paradox +1 of 5 +1 of 13", text)
        assert markup.startswith("<details open>") == opened
        links = re.findall(r'<th scope="row"[^>]*><a href="([^"]+)">', markup)
        assert links == [f"{leads}{notebook.name}.ipynb" for notebook in course()]
    monkeypatch.setattr(view, "START", lesson.parents[2])  # a lesson that is not there is no link
    assert "<a " not in view._texts()[1].split("</table>")[0]


def test_the_table_says_what_is_left_for_every_lesson(
    lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = keeping.Keeper(lesson)
    for task in course()[0].tasks:
        mine.keep(task.key, entry(task.points))
    mine.keep(KEY, entry())
    monkeypatch.setattr(view, "keeper", lambda: mine)
    text, markup = view._texts()
    rows = dict(line.split("  ", 1) for line in text.splitlines() if " · " in line)
    assert len(rows) == len(course())
    assert rows["00 · Start here"].endswith("  nothing: done")
    assert rows["01 · The accuracy paradox"].endswith("Exercise 2, 3, 4, Quiz")
    assert markup.count("<tr>") == len(course()) + 1
    assert markup.count('scope="row"') == len(course())
