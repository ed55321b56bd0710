"""A variant of the course for a class, and for each student: what differs, and its grading."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from distributed import LocalCluster
from released import ROOT, solution_cells
from test_handout import files_of, found_in, made
from test_quiz_numbers import assert_the_key_is_right, is_right, parts

from imbalance_builder.course import Course
from imbalance_builder.handout.make import Handout
from imbalance_builder.handout.variant import vary
from imbalance_grader.class_run import cluster
from imbalance_grader.copies import HandedOut, make_copy
from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.formgrader import RefuseCopies
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.catalogue import quiz_choices
from imbalance_grader.notebook.intake import StudentCell
from imbalance_grader.notebook.results import Limits
from imbalance_lab.checks import Quiz, score_quiz
from imbalance_lab.checks.recorded import PRACTICE, VARIABLE, read_trials, write, write_trials
from imbalance_oracles import accuracy_paradox, secret, shuffled
from imbalance_oracles.practice import DRAWN, draw_practice
from imbalance_oracles.quiz_numbers import NUMBERS
from imbalance_oracles.registry import keys, quizzes

FIRST = "00-start-here"
QUIZ = f"{FIRST}/start-here"
CACHE = "__pycache__"  # of what has run in a copy
STUDENTS = ("ada", "Zoë Łuk", "張三")  # who have copies of their own
OPTION = re.compile(r"^- [a-z]\) (.*)", re.MULTILINE)


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Handout:
    return made(tmp_path_factory.mktemp("variant") / "handout", "--variant", "--lessons", "00")


def grader(
    handout: Handout, *command: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "imbalance_grader", *command],
        cwd=cwd or handout.course,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copies(handout: Handout, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Handout]:
    """What students find in their archives, each in a folder like the class's."""
    done = grader(handout, "copies", *STUDENTS, "--jobs", "1", "--json")
    assert done.returncode == 0, done.stderr
    found = {}
    for student, archive in json.loads(done.stdout)["copies"].items():
        found[student] = Handout(tmp_path_factory.mktemp("copy"))
        zipfile.ZipFile(archive).extractall(found[student].folder)
    assert tuple(found) == STUDENTS
    return found


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


def test_a_quiz_has_other_numbers_and_its_options_in_another_order(handout):
    text, _, _ = quiz_of(handout.student / "lessons" / FIRST / "start-here.ipynb")
    published, _, _ = quiz_of(ROOT / "lessons" / FIRST / "start-here.ipynb")
    found, before = parts(text), parts(published)
    for number in (1, 3, 4):
        assert sorted(found[number][1].values()) == sorted(before[number][1].values())
    assert not {*found[2][1].values()} & {*list(before[2][1].values())[:3]}
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


def solved(handout: Handout, lesson: Path, letters: str) -> nbformat.NotebookNode:
    """Return a notebook that students got, with all answers, and these letters in its quiz."""
    answers = nbformat.read(handout.course / "solutions" / f"{QUIZ}.ipynb", as_version=4).cells
    notebook = nbformat.read(lesson, as_version=4)
    for cell, answer in zip(notebook.cells, answers, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = letters if "quiz = {" in answer.source else answer.source
    return notebook


def own_letters(handout: Handout, lesson: Path) -> str:
    """Return the answer to the quiz of a copy, as somebody finds it who knows what is right."""
    theirs, answer, _ = quiz_of(handout.course / "solutions" / f"{QUIZ}.ipynb")
    right = {int(number): letter for number, letter in re.findall(r'(\d+): "([a-z])"', answer)}
    wanted, own = parts(theirs), parts(quiz_of(lesson)[0])
    return f"quiz = { ({n: letter_of(own[n], wanted[n][1][right[n]], n) for n in right}) }"


def letter_of(question: tuple[str, dict[str, str]], wanted: str, number: int) -> str:
    """Return the letter of the right option: by its numbers, or by its words."""
    asked, options = question
    if number in NUMBERS["00"]:
        (found,) = [x for x, words in options.items() if is_right("00", number, asked, words)]
    else:
        (found,) = [letter for letter, words in options.items() if words == wanted]
    return found


def lesson_of(handout: Handout) -> Path:
    return handout.student / "lessons" / f"{QUIZ}.ipynb"


@pytest.fixture(scope="module")
def graded(handout: Handout, copies: Mapping[str, Handout]) -> dict[str, Any]:
    """What the grader says of each student, all of whose answers are right where they were given.

    Two have no copies: one solved the class's notebook, one knows the letters of the published
    course. Of those who have, one used her own copy, one that of hers, one the class's notebook.
    """
    _, of_class, _ = quiz_of(handout.course / "solutions" / f"{QUIZ}.ipynb")
    ada, class_lesson = lesson_of(copies["ada"]), lesson_of(handout)
    handed_in = {
        "own": (class_lesson, of_class),
        "copied": (class_lesson, solution_cells(QUIZ)["quiz"]),
        "ada": (ada, own_letters(handout, ada)),
        "Zoë Łuk": (ada, own_letters(handout, ada)),
        "張三": (class_lesson, of_class),
    }
    for student, (lesson, letters) in handed_in.items():
        folder = handout.course / "submitted" / student / FIRST
        folder.mkdir(parents=True)
        nbformat.write(solved(handout, lesson, letters), folder / "start-here.ipynb")
    run = grader(handout, "assignment", FIRST, "--json")
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    return {one["student"]: one for one in said["submissions"]} | {"": said}


def test_it_is_graded_by_what_its_student_had_before_her(graded):
    """Also where that was not what she was handed: a mistaken archive costs nobody points."""
    lost = {}
    for student in filter(None, graded):
        cells = [cell for notebook in graded[student]["notebooks"] for cell in notebook["cells"]]
        lost[student] = [
            cell["grade_id"]
            for cell in cells
            if cell["kind"] != "written" and cell["points"] < cell["max_points"]
        ]
    assert [(student, cells) for student, cells in lost.items() if cells] == [
        ("copied", ["quiz-check"])
    ]
    assert len(lost) == 2 + len(STUDENTS)


def test_whose_copy_a_notebook_was_made_from_is_said(handout, copies, graded):
    names = {
        student: graded[student]["notebooks"][0]["variant"] for student in filter(None, graded)
    }
    whose = {student: graded[student]["notebooks"][0]["made_from"] for student in names}
    assert whose == {
        "own": "",
        "copied": "",
        "ada": "",
        "Zoë Łuk": "ada",
        "張三": variant.THE_CLASS,
    }
    assert names["own"] == names["copied"] == names["張三"] == graded[""]["variant"]
    assert names["ada"] == names["Zoë Łuk"] != graded[""]["variant"]
    # A student reads this in her feedback, so that it tells of nobody else.
    assert "made from another student's copy" in graded["Zoë Łuk"]["detail"]
    assert "ada" not in graded["Zoë Łuk"]["detail"]
    assert "made from the class's notebook" in graded["張三"]["detail"]
    assert graded["ada"]["detail"] == graded["own"]["detail"] == ""
    report = Path(graded[""]["report"]).read_text(encoding="utf-8")
    assert "2 submissions were not made from what that student was handed." in report
    assert "<bdi>Zoë Łuk</bdi>: made from <bdi>ada</bdi>" in report
    shown = handout.course / "autograded" / "ada" / FIRST / "start-here.ipynb"
    assert quiz_of(shown)[0] == quiz_of(lesson_of(copies["ada"]))[0]


class TestCopies:
    def test_each_has_inputs_and_an_order_of_its_own(self, handout, copies):
        recorded = Path("imbalance_lab", "exercises", "recorded")
        texts = {quiz_of(lesson_of(x))[0] for x in [handout, *copies.values()]}
        assert len(texts) == 1 + len(STUDENTS)
        for name, key in keys().items():
            if key.exercise.lesson == "00":
                made = [(x.student / recorded / f"{name}.json") for x in copies.values()]
                every = {
                    path.read_bytes() for path in [*made, handout.course / f"variant/{name}.json"]
                }
                assert len(every) == 1 + len(STUDENTS)

    def test_nothing_else_differs_and_nothing_secret_is_in_it(self, handout, copies):
        given, own = (
            {name: content for name, content in files_of(made.student).items() if CACHE not in name}
            for made in (handout, copies["ada"])
        )
        quiz = "imbalance_lab/exercises/recorded/quiz-00-"
        same = {n for n in given if given[n] == own.get(n)}
        assert {name for name in {*given, *own} - same if not name.startswith(quiz)} == {
            "README.md",
            f"lessons/{QUIZ}.ipynb",
            f"imbalance_lab/lessons/kept/{QUIZ}.json",
            "imbalance_lab/exercises/recorded/variant.json",
            *(
                f"imbalance_lab/exercises/recorded/{name}.json"
                for name, key in keys().items()
                if key.exercise.lesson == "00"
            ),
        }
        assert own[f"lessons/{QUIZ}.ipynb"] == own[f"imbalance_lab/lessons/kept/{QUIZ}.json"]
        for name in own.keys() - same:
            assert found_in(own[name]) == [], name
            assert secret.read(handout.course).encode() not in own[name]
            assert b"Zo\xc3\xab" not in own[name]

    def test_its_package_scores_its_quiz(self, handout, copies):
        lesson = lesson_of(copies["ada"])
        said = in_a_kernel(copies["ada"], own_letters(handout, lesson), quiz_of(lesson)[2])
        assert said.split()[-1] == str(len(quizzes()["00"]))

    def test_it_is_the_same_when_it_is_made_again_or_for_one_alone(self, handout, copies):
        hand_out = HandedOut(handout.course)
        own = handout.course / "variant" / "students" / "ada"
        before = (hand_out.copies / "ada.zip").read_bytes(), files_of(own)
        for kept in (True, False):
            if not kept:
                (own / "00" / variant.NAME).write_text('{"name": "x", "of": "of another lesson"}')
            make_copy(hand_out, "ada")
            assert ((hand_out.copies / "ada.zip").read_bytes(), files_of(own)) == before

    def test_who_has_one_is_not_graded_by_nbgrader_alone(self, handout, copies, monkeypatch):
        monkeypatch.setenv(VARIABLE, str(handout.course / "variant"))
        about = {"student": "ada", "assignment": FIRST}
        with pytest.raises(Exception, match="grade with imbalance-lab-grade assignment"):
            RefuseCopies().preprocess(nbformat.v4.new_notebook(), {"nbgrader": about})
        notebook = nbformat.v4.new_notebook(), {"nbgrader": about | {"student": "own"}}
        assert RefuseCopies().preprocess(*notebook) == notebook

    def test_it_travels_to_the_workers_of_a_cluster(self, handout, copies, monkeypatch):
        monkeypatch.setenv(VARIABLE, str(handout.course / "variant"))
        here = variant.Copies.of("Zoë Łuk", FIRST)
        assert {*here.names.values()} == {"", *STUDENTS}
        sent = pickle.dumps(cluster.EnginePlugin(FIRST, {}, Limits(), False, None))
        monkeypatch.delenv(VARIABLE)
        found = []

        @contextlib.contextmanager
        def engine_with_its_judges(*_, **__):
            found.append(variant.Copies.of("Zoë Łuk", FIRST))
            yield

        monkeypatch.setattr(cluster, "Engine", engine_with_its_judges)
        plugin = pickle.loads(sent)
        plugin.setup(SimpleNamespace(state=SimpleNamespace(nthreads=1)))
        (there,) = found
        assert (there.student, there.own, there.names) == (here.student, here.own, here.names)
        assert files_of(there.recorded("ada")) == files_of(here.recorded("ada"))
        plugin.teardown(None)

    def test_others_folders_are_looked_into_only_where_something_is_amiss(
        self, handout, copies, monkeypatch
    ):
        """Or a class of many would take squared time."""
        monkeypatch.setenv(VARIABLE, str(handout.course / "variant"))
        looked = []
        real = variant._quizzes
        monkeypatch.setattr(variant, "_quizzes", lambda *a: (looked.append(a[0]), real(*a))[1])
        for whose, looks in (("ada", 1), ("張三", 2 + len(STUDENTS))):
            cells = [StudentCell(True, quiz_of(lesson_of(copies[whose]))[2])]
            assert variant.Copies.of("ada", FIRST).made_from(cells).whose == whose
            assert len(looked) == looks

    def test_what_cannot_be_copied_is_said(self, handout, copies, tmp_path, monkeypatch):
        for course, words in ((tmp_path, "VARIANT=yes"), (handout.course, "put that one back")):
            monkeypatch.setattr(secret, "read", lambda _: "of another class")
            with pytest.raises(ClassroomError, match=words):
                HandedOut(course).refuse_unless_it_can_be_copied()
        monkeypatch.undo()
        (tmp_path / "course").symlink_to(handout.course)
        with pytest.raises(ClassroomError, match="put back what make"):
            HandedOut(tmp_path / "course").refuse_unless_it_can_be_copied()


def test_the_report_names_what_was_chosen_by_the_classs_letters(
    handout, copies, monkeypatch, capsys
):
    """Whichever order a student had: letters of a copy would mean something else there."""
    place = handout.course / "variant"
    ours = shuffled.opened(next(place.glob("quiz-00-*")).read_text(), "00", variant.name(place))
    (sealed,) = copies["ada"].student.rglob("quiz-00-*")
    own = sealed.stem.removeprefix("quiz-")
    hers = shuffled.opened(sealed.read_text(), *own.split("-"))
    wrong = {number: min(question.mistakes) for number, question in hers.items()}
    letters = {int(number): given for number, given in json.loads(sealed.read_text()).items()}
    assert score_quiz(wrong, Quiz(own, letters)) == 0
    monkeypatch.setenv(VARIABLE, str(place))
    found = quiz_choices("00", capsys.readouterr().out)
    assert [(f.exercise, f.says) for f in found] == [
        (f"Question {n}", hers[n].mistakes[letter]) for n, letter in wrong.items()
    ]
    assert all(ours[n].mistakes[f.name] == f.says for n, f in enumerate(found, 1))


def test_no_answer_and_no_secret_is_in_it(handout):
    own = secret.read(handout.course)
    assert len(own) >= 32
    for name, content in files_of(handout.student).items():
        assert found_in(content) == [], name
        assert own.encode() not in content, name
        assert "changes" not in name  # by them the published letters would tell the right ones
    assert (handout.course / "variant" / shuffled.changes_of("00")).is_file()


def test_it_stays_the_variant_when_it_is_made_again(handout, copies):
    before = {n: c for n, c in files_of(handout.course).items() if "variant" in n}
    own = secret.read(handout.course)
    made(handout.folder, "--again", "--lessons", "01")
    after = files_of(handout.course)
    assert before.items() <= after.items()
    assert any(name.startswith("variant/quiz-01-") for name in after)
    assert secret.read(handout.course) == own
    said = in_a_kernel(
        handout,
        "from imbalance_lab.exercises.rules import PRACTICE, company\n"
        "quiz = sum(seed > 2**64 and len(company(seed).past) > 3000 for seed in PRACTICE)",
        "score_quiz = lambda nine, own: nine == len(own)\nscore_quiz(quiz, PRACTICE)",
    )
    assert said.split() == ["True"]
    recorded = handout.student / "imbalance_lab" / "exercises" / "recorded"
    for name in before:  # students keep what the lessons that they have need
        if name.count("/") == 1:
            assert (recorded / Path(name).name).exists()
    archive = zipfile.ZipFile(make_copy(HandedOut(handout.course), "ada"))
    assert sum(name.endswith("accuracy-paradox.ipynb") for name in archive.namelist()) == 1
    practice = next(name for name in archive.namelist() if name.endswith("practice-01.json"))
    assert archive.read(practice) == (recorded / "practice-01.json").read_bytes()
    own = handout.course / "variant" / "students" / "ada" / "01" / "practice-01.json"
    assert archive.read(practice) == own.read_bytes()
    quizzes_in_it = {name.split("quiz-")[1] for name in archive.namelist() if "/quiz-0" in name}
    hers = {path.name for path in copies["ada"].student.rglob("quiz-00-*")}
    assert len(hers) == 1
    assert {f"quiz-{name}" for name in quizzes_in_it if name.startswith("00-")} == hers
    assert {f"quiz-{name}" for name in quizzes_in_it if name.startswith("01-")} == {
        name.replace("quiz-00", "quiz-01") for name in hers
    }


@pytest.mark.parametrize("lesson", Course(ROOT).lessons(), ids=str)
def test_every_quiz_can_be_changed(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr("imbalance_builder.handout.variant.keys", dict)
    monkeypatch.setattr("imbalance_builder.handout.variant.draw_practice", lambda *_: None)
    topic = tmp_path / lesson.topic
    topic.mkdir()
    (topic / f"{lesson.name}.ipynb").write_bytes(lesson.solution.read_bytes())
    (tmp_path / "variant").mkdir()
    vary(topic, tmp_path / "variant", "a secret")
    written = [path.name for path in (tmp_path / "variant").glob("quiz-*")]
    assert len(written) == (0 if lesson.optional else 1)
    if written:
        number, (file,) = topic.name[:2], (tmp_path / "variant").glob("quiz-*")
        text, answer, graded = quiz_of(topic / f"{lesson.name}.ipynb")
        key = shuffled.opened(file.read_text(), number, shuffled.named_in(graded))
        assert_the_key_is_right(number, text, key)
        given = answer.partition("BEGIN SOLUTION")[2]
        letters = {int(n): letter for n, letter in re.findall(r'(\d+): "([a-z])"', given)}
        assert letters == {n: question.right for n, question in key.items()}
        assert letters != {n: question.right for n, question in quizzes()[number].items()}


def test_the_guide_says_of_each_lesson_what_varies():
    text = (ROOT / "docs" / "grading.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) \| ([\d, ]+|none) \| ([^|]*) \|$", text, re.MULTILINE)
    assert {lesson: asked for lesson, asked, _ in rows} == {
        lesson: ", ".join(map(str, NUMBERS.get(lesson, {}))) or "none" for lesson in quizzes()
    }
    assert {lesson for lesson, _, practised in rows if practised == "drawn anew"} == {*DRAWN}
    vary, asked = (sum(map(len, each.values())) for each in (NUMBERS, quizzes()))
    assert f"({vary} of {asked})" in text


@pytest.mark.parametrize(
    ("lesson", "words"),
    {
        "05": "company(seed).known for seed in (0, 4, 11)",
        "08": "`bank(0)` to `bank(5)`",
        "10": "`client` of\n# 10, 16, 2, 3 and 4",
        "11": "One of 32 pairs to practise on",
    }.items(),
)
def test_what_is_practised_on_stays_only_where_the_text_shows_it(lesson, words):
    (source,) = [
        path
        for path in (ROOT / "solutions").glob(f"{lesson}-*/*.py")
        if path.stem == path.parent.name.partition("-")[2]
    ]
    assert words in source.read_text(encoding="utf-8")
    assert draw_practice(lesson, "a secret") is None


def test_what_is_practised_on_is_drawn_from_the_secret_and_is_not_what_is_hidden(monkeypatch):
    own = draw_practice("01", "a secret")
    assert own == draw_practice("01", "a secret") != draw_practice("01", "another")
    monkeypatch.setenv(secret.VARIABLE, "a secret")
    assert not own.keys() & accuracy_paradox.hidden_companies().keys()


@pytest.mark.long
@pytest.mark.parametrize("lesson", DRAWN)
def test_right_answers_earn_all_on_what_a_class_practises_on(tmp_path, lesson):
    """Luck decides there as little as on the hidden data."""
    (tmp_path / PRACTICE.format(lesson)).write_text(json.dumps(write(draw_practice(lesson, "one"))))
    run = subprocess.run(
        [sys.executable, "-c", RIGHT_ON_PRACTICE, lesson],
        cwd=ROOT / "tests",
        env=os.environ | {VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) == {"True"}


RIGHT_ON_PRACTICE = """
import sys, test_exercises as exercises
for module in exercises.MODULES:
    notebook = module.answers.notebook
    for one in module.answers.all if notebook[:2] == sys.argv[1] else ():
        if one.right and one.exercise in exercises.JUDGED:
            print(exercises.grade(notebook, one.exercise, one.value, hidden=False).passed)
"""


@pytest.mark.long
def test_several_are_made_at_a_time(handout, copies, tmp_path):
    (tmp_path / "multiprocessing.py").write_text("a student's, who is no part of it")
    archives = [HandedOut(handout.course).copies / f"{student}.zip" for student in STUDENTS]
    make_copy(HandedOut(handout.course), STUDENTS[-1])  # lessons may have come since
    alone = archives[-1].read_bytes()
    options = ("--jobs", "2", "--json", "--course", str(handout.course))
    done = grader(handout, "copies", *STUDENTS, *options, cwd=tmp_path)
    assert list(json.loads(done.stdout)["copies"].values()) == [str(path) for path in archives]
    assert archives[-1].read_bytes() == alone


@pytest.mark.long
def test_a_cluster_grades_it_the_same(handout, graded):
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as workers:
        where = ("--scheduler", workers.scheduler_address, "--insecure-scheduler")
        run = grader(handout, "assignment", FIRST, "--json", "--force", *where)
    assert run.returncode == 0, run.stderr
    told = {one["student"]: one for one in json.loads(run.stdout)["submissions"]}
    for student, one in told.items():
        for field in ("raw_score", "detail"):
            assert one[field] == graded[student][field]
        for field in ("variant", "made_from"):
            assert one["notebooks"][0][field] == graded[student]["notebooks"][0][field]
    assert len(told) == len(graded) - 1


@pytest.mark.long
@pytest.mark.parametrize("lesson", sorted(quizzes()))
@pytest.mark.parametrize("student", ["", "ada"])
def test_the_proof_of_the_exercises_holds_for_a_variant(tmp_path, student, lesson):
    """Right answers pass, wrong ones fail, and mistakes are named, on a variant's inputs too."""
    own = secret.draw(tmp_path).read_text(encoding="utf-8").strip()
    folder = tmp_path / "variant"
    folder.mkdir()
    for name, key in keys().items():
        if key.exercise.lesson == lesson:
            trials = key.visible(f"{own}/{student}" if student else own)
            (folder / f"{name}.json").write_text(write_trials(trials), encoding="utf-8")
    if practice := draw_practice(lesson, own):
        (folder / PRACTICE.format(lesson)).write_text(json.dumps(write(practice)), "utf-8")
    asked = ["-k", " or ".join(names_of(lesson)), "-m", "not long", "-n", "0", "-q"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_exercises.py", *asked],
        cwd=ROOT,
        env=os.environ | {VARIABLE: str(folder), secret.VARIABLE: own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:]


def names_of(lesson: str) -> list[str]:
    """Return what the tests of a lesson's exercises are called by: its notebooks and exercises."""
    listed = json.loads(files("imbalance_lab.exercises").joinpath("course.json").read_bytes())
    found = [each for each in listed if each["name"].startswith(lesson)]
    keys_ = [each["name"] for each in found] + [x["key"] for each in found for x in each["tasks"]]
    names = {key.rpartition("/")[2].replace("-", "_") for key in keys_}
    return sorted(names - {"quiz", "reflection"})
