"""A variant of the course for one class: what differs, what does not, and that it is graded so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from released import ROOT, solution_cells
from test_handout import files_of, found_in, made

from imbalance_builder.course import Course
from imbalance_builder.handout.make import Handout
from imbalance_builder.handout.variant import vary
from imbalance_grader.journal import Journal
from imbalance_lab.checks.recorded import VARIABLE, read_trials
from imbalance_oracles import secret
from imbalance_oracles.registry import keys, quizzes

FIRST = "00-start-here"
OPTION = re.compile(r"^- [a-z]\) (.*)", re.MULTILINE)


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Handout:
    return made(tmp_path_factory.mktemp("variant") / "handout", "--variant", "--lessons", "00")


def quiz_of(path: Path) -> tuple[str, str, str]:
    """Return text, answer and graded cell of a notebook's quiz."""
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (graded,) = [s for s in sources if "score_quiz(" in s]
    return next(s for s in sources if "- a) " in s), sources[sources.index(graded) - 1], graded


def in_a_kernel(handout: Handout, answer: str, graded: str, **environment: str) -> str:
    """Run the cells of a quiz with the package that students got, and return what they print."""
    scored = graded.replace("score_quiz(quiz", "print(score_quiz(quiz") + ")"
    run = subprocess.run(
        [sys.executable, "-P", "-c", f"{answer}\n{scored}"],
        cwd=handout.student,
        env=os.environ | {"PYTHONPATH": str(handout.student)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


def test_visible_inputs_are_the_classs_own_and_of_the_same_kinds(handout):
    recorded = handout.student / "imbalance_lab" / "exercises" / "recorded"
    lesson = [name for name, key in keys().items() if key.exercise.lesson == "00"]
    assert len(lesson) >= 2
    for name in lesson:
        own = (recorded / f"{name}.json").read_text(encoding="utf-8")
        course = (ROOT / "imbalance_lab/exercises/recorded" / f"{name}.json").read_text("utf-8")
        assert own != course
        assert len(read_trials(own)) == len(read_trials(course))
        assert own == (handout.course / "variant" / f"{name}.json").read_text(encoding="utf-8")


def test_other_lessons_are_as_published(handout):
    recorded = Path("imbalance_lab", "exercises", "recorded")
    for path in (ROOT / recorded).glob("*.json"):
        if path.name not in {p.name for p in (handout.course / "variant").iterdir()}:
            assert path.read_bytes() == (handout.student / recorded / path.name).read_bytes()


def test_a_quiz_has_the_same_options_in_another_order(handout):
    text, _, _ = quiz_of(handout.student / "lessons" / FIRST / "start-here.ipynb")
    published, _, _ = quiz_of(ROOT / "lessons" / FIRST / "start-here.ipynb")
    assert sorted(OPTION.findall(text)) == sorted(OPTION.findall(published))
    assert OPTION.findall(text) != OPTION.findall(published)
    assert text.count("\n") == published.count("\n")


def test_the_shuffled_letters_are_right_and_the_published_ones_are_not(handout):
    _, answer, graded = quiz_of(handout.course / "solutions" / FIRST / "start-here.ipynb")
    assert in_a_kernel(handout, answer, graded).split()[-1] == str(len(quizzes()["00"]))
    published = solution_cells(f"{FIRST}/start-here")["quiz"]
    assert int(in_a_kernel(handout, published, graded).split()[-1]) < len(quizzes()["00"])


def test_with_another_package_a_quiz_says_so(handout):
    _, answer, graded = quiz_of(handout.course / "solutions" / FIRST / "start-here.ipynb")
    said = in_a_kernel(handout, answer, graded, PYTHONPATH=str(ROOT))
    assert "did not come with this notebook" in said


def test_the_grader_grades_it_as_it_was_handed_out(handout):
    """One student answers the variant's quiz, one has copied the letters of the published one."""
    quiz = f"{FIRST}/start-here"
    for student in ("own", "copied"):
        notebook = nbformat.read(handout.course / "solutions" / f"{quiz}.ipynb", as_version=4)
        if student == "copied":
            marked = {
                c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata
            }
            marked["quiz"].source = solution_cells(quiz)["quiz"]
        folder = handout.course / "submitted" / student / FIRST
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "start-here.ipynb")
    run = subprocess.run(
        [sys.executable, "-m", "imbalance_grader", "assignment", FIRST, "--json"],
        cwd=handout.course,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lost = {}
    for record in Journal(handout.course / "grading" / FIRST).all():
        cells = [cell for notebook in record.notebooks for cell in notebook.cells]
        missed = [
            (c.grade_id, c.kind) for c in cells if c.points is None or c.points < c.max_points
        ]
        lost[record.student] = [grade_id for grade_id, kind in missed if kind != "written"]
    assert lost == {"own": [], "copied": ["quiz-check"]}


def test_no_answer_and_no_secret_is_in_it(handout):
    own = secret.read(handout.course)
    assert len(own) >= 32
    for name, content in files_of(handout.student).items():
        assert found_in(content) == [], name
        assert own.encode() not in content, name


def test_it_stays_the_variant_when_it_is_made_again(handout, tmp_path_factory):
    before = {n: c for n, c in files_of(handout.course).items() if "variant" in n}
    own = secret.read(handout.course)
    made(handout.folder, "--again", "--lessons", "01")
    after = files_of(handout.course)
    assert before.items() <= after.items()
    assert any(name.startswith("variant/quiz-01-") for name in after)
    assert secret.read(handout.course) == own
    recorded = handout.student / "imbalance_lab" / "exercises" / "recorded"
    for name in before:  # students keep what the lessons that they have need
        assert (recorded / Path(name).name).exists()


@pytest.mark.parametrize("lesson", Course(ROOT).lessons(), ids=str)
def test_every_quiz_can_be_shuffled(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr("imbalance_builder.handout.variant.keys", dict)
    topic = tmp_path / lesson.topic
    topic.mkdir()
    (topic / f"{lesson.name}.ipynb").write_bytes(lesson.solution.read_bytes())
    (tmp_path / "variant").mkdir()
    vary(topic, tmp_path / "variant", "a secret")
    written = [path.name for path in (tmp_path / "variant").glob("quiz-*")]
    assert len(written) == (0 if lesson.optional else 1)
    if written:
        text, answer, _ = quiz_of(topic / f"{lesson.name}.ipynb")
        published, _, _ = quiz_of(lesson.solution)
        given = answer.partition("BEGIN SOLUTION")[2]
        letters = {int(n): letter for n, letter in re.findall(r'(\d+): "([a-z])"', given)}
        right = {number: question.right for number, question in quizzes()[topic.name[:2]].items()}
        assert chosen(text, letters) == chosen(published, right)
        assert letters != right


def chosen(text: str, letters: dict[int, str]) -> list[str]:
    """Return the options that some letters choose in the text of a quiz."""
    parts = re.split(r"^\*\*\d+\.\*\* ", text, flags=re.MULTILINE)[1:]
    return [
        OPTION.findall(part)["abcd".index(letters[number])] for number, part in enumerate(parts, 1)
    ]


@pytest.mark.long
def test_the_proof_of_the_exercises_holds_for_a_variant(tmp_path):
    """Right answers pass, wrong ones fail, and mistakes are named, on a variant's inputs too."""
    from imbalance_lab.checks.recorded import write_trials

    own = secret.draw(tmp_path).read_text(encoding="utf-8").strip()
    folder = tmp_path / "variant"
    folder.mkdir()
    for name, key in keys().items():
        (folder / f"{name}.json").write_text(write_trials(key.visible(own)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_exercises.py", "-q", "-m", "not long"],
        cwd=ROOT,
        env=os.environ | {VARIABLE: str(folder), secret.VARIABLE: own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:]
