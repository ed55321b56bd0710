"""Every exercise is fair: right answers pass, wrong ones fail, and known mistakes are named.

The graded cells run here as they stand in the sources, hidden tests included.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import io
import math
import os
import pkgutil
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import answers as collected
import pytest
from answers import Answer
from drawn import commit, drawn

from imbalance_builder.course import Course
from imbalance_builder.source import read_source
from imbalance_lab.checks import CheckFailed, Exercise, Quiz, check
from imbalance_lab.checks.check import LIBRARY_CALL
from imbalance_lab.checks.recorded import VARIABLE
from imbalance_lab.exercises.warm_up import SHARE_OF
from imbalance_oracles import secret
from imbalance_oracles.registry import keys, quizzes

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    (
        importlib.import_module(f"answers.{found.name}")
        for found in pkgutil.iter_modules(collected.__path__)
    ),
    key=lambda module: module.answers.notebook,
)


MISTAKE = re.compile(r"This looks like a known\s+mistake:\s+(.*?)\.\n", re.DOTALL)


@dataclass
class Graded:
    """What a graded cell made of an answer; it passed with full points only."""

    passed: bool
    mistake: str = ""
    message: str = ""
    value: Any = None


@cache
def cells(notebook: str) -> dict[str, str]:
    """Return the source of each cell of an exercise by its grade id."""
    source = read_source(ROOT / "solutions" / f"{notebook}.py")
    return {
        c.metadata.nbgrader.grade_id: c.source for c in source.cells if "nbgrader" in c.metadata
    }


@cache
def points(notebook: str) -> dict[str, float]:
    """Return the points of each graded cell by its grade id."""
    source = read_source(ROOT / "solutions" / f"{notebook}.py")
    marked = [c.metadata.nbgrader for c in source.cells if "nbgrader" in c.metadata]
    return {cell.grade_id: cell.points for cell in marked if cell.grade}


def catalogue(notebook: str) -> dict[str, Any]:
    """Return the exercises and the quiz that the lesson's graded cells import."""
    topic = Path(notebook).name.replace("-", "_")
    module = importlib.import_module(f"imbalance_lab.exercises.{topic}")
    found = {e.name: e for e in vars(module).values() if isinstance(e, Exercise)}
    quizzes = [q for q in vars(module).values() if isinstance(q, Quiz)]
    return found | ({"quiz": quizzes[0]} if quizzes else {})


HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)


def grade(notebook: str, exercise: str, value: Any, hidden: bool = True) -> Graded:
    """Run the graded cell of an exercise on an answer, as a kernel would."""
    name = exercise.replace("_", "-") + "-check"
    code = cells(notebook)[name]
    tree = ast.parse(code if hidden else HIDDEN.sub("", code))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    # What else of the student's the cell uses is right.
    others = {a.exercise: a.value for a in reversed(answers_of(notebook)) if a.right}
    names = others | {exercise: value}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(compile(tree, exercise, "exec"), names)
            shown = last and eval(compile(ast.Expression(last.value), exercise, "eval"), names)
        except CheckFailed as failure:
            return Graded(False, failure.mistake, str(failure))
    if isinstance(shown, int | float) and shown < points(notebook)[name]:
        told = printed.getvalue()
        found = MISTAKE.search(told)
        return Graded(False, " ".join(found[1].split()) if found else "", told, shown)
    return Graded(True, value=shown)


def param(notebook: str, *values: Any, id: str, long: bool = False) -> Any:
    """Return a test's parameters; those of a PyTorch notebook are marked, so CI must run them."""
    marks = [pytest.mark.torch] if notebook.endswith("-pytorch") else []
    marks += [pytest.mark.long] if long else []
    return pytest.param(notebook, *values, id=id, marks=marks)


# Right answers that go the way of another one with many more fits.
SLOW = {"by_adam", "none_or_all_of_the_costs", "nine_numbers_in_three_draws"}


def every(right: bool | None = None) -> list[Any]:
    return [
        param(
            module.answers.notebook,
            answer,
            id=f"{answer.exercise}-{answer.name}",
            long=answer.name in SLOW,
        )
        for module in MODULES
        for answer in module.answers.all
        if right is None or answer.right is right
    ]


def exercises() -> list[Any]:
    return [
        param(module.answers.notebook, name, id=name)
        for module in MODULES
        for name in catalogue(module.answers.notebook)
        if name != "quiz"
    ]


def answers_of(notebook: str) -> list[Answer]:
    (module,) = [m for m in MODULES if m.answers.notebook == notebook]
    return list(module.answers.all)


def of_exercise(notebook: str, exercise: str) -> list[Answer]:
    return [answer for answer in answers_of(notebook) if answer.exercise == exercise]


@pytest.mark.parametrize(("notebook", "answer"), every(right=True))
def test_a_right_answer_passes(notebook: str, answer: Answer) -> None:
    graded = grade(notebook, answer.exercise, answer.value)
    assert graded.passed, graded.message


@pytest.mark.parametrize(("notebook", "answer"), every(right=False))
def test_a_wrong_answer_fails_and_a_known_mistake_is_named(notebook: str, answer: Answer) -> None:
    graded = grade(notebook, answer.exercise, answer.value)
    assert not graded.passed, f"{answer.name} passes"
    # On a few clients that were drawn, another way can choose just what a known mistake chooses.
    chance = IS_VARIANT and answer.exercise in JUDGED and graded.mistake
    assert chance or graded.mistake == answer.mistake, graded.message
    assert "came" in graded.message
    assert "Read again" in graded.message


IS_VARIANT = VARIABLE in os.environ  # as `test_variant` runs these tests
# Decisions have no key: they are judged by what they are worth, see the tests of each.
JUDGED = {
    name.removesuffix("-check").replace("-", "_")
    for module in MODULES
    for name, code in cells(module.answers.notebook).items()
    if ".earns(" in code
}
KEYED = [p for p in exercises() if p.values[1] not in JUDGED]


@pytest.mark.parametrize(("notebook", "exercise"), KEYED)
def test_the_visible_check_tries_the_contract(notebook: str, exercise: str) -> None:
    key = keys()[exercise]
    beyond = len(key.visible()) - len(key.by_hand)
    assert beyond >= 8
    assert len(key.hidden()) - len(key.by_hand) >= 8
    code = cells(notebook)[exercise.replace("_", "-") + "-check"]
    visible = HIDDEN.sub("", code)
    assert "keeps_its_contract()" in visible
    assert "imbalance_oracles" not in visible


@pytest.mark.parametrize(
    "notebook", [pytest.param(m.answers.notebook, id=m.__name__) for m in MODULES]
)
def test_a_wrong_answer_fails_where_the_student_sees_it(notebook: str) -> None:
    """At least 95% of the wrong answers of each lesson fail in the visible check."""
    tried = (a for a in answers_of(notebook) if a.exercise not in JUDGED)
    wrong = [answer for answer in tried if not answer.right]
    unseen = [a for a in wrong if grade(notebook, a.exercise, a.value, hidden=False).passed]
    assert len(unseen) <= 0.05 * len(wrong), [f"{a.exercise}: {a.name}" for a in unseen]


NOTEBOOKS = [module.answers.notebook for module in MODULES]


def misjudged(notebook: str) -> dict[str, str]:
    """Return which answers are not judged as what they are and how."""
    tried = [a for a in answers_of(notebook) if a.exercise in keys() and a.exercise not in JUDGED]
    found = {}
    for answer in tried:
        graded = grade(notebook, answer.exercise, answer.value)
        if (graded.passed, graded.mistake) != (answer.right, answer.mistake):
            found[f"{answer.exercise}: {answer.name}"] = graded.message or "passes"
    return found


@pytest.mark.parametrize(
    ("notebook", "of"),
    [
        *(param(one, commit(), id=f"{one}-drawn") for one in drawn(NOTEBOOKS, 1, "inputs")),
        *(
            pytest.param(*p.values, marks=[pytest.mark.long, *p.marks], id=p.id)
            for one in NOTEBOOKS
            for p in (param(one, f"class {n}", id=f"{one}-{n}") for n in range(20))
        ),
    ],
)
def test_whatever_inputs_are_drawn_each_answer_is_judged_as_what_it_is(
    notebook: str, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No class gets inputs on which a right answer fails, or a mistake is not or wrongly named."""
    monkeypatch.setenv(secret.VARIABLE, of)
    monkeypatch.setattr(
        sys.modules["imbalance_lab.checks.check"], "recorded", lambda name: keys()[name].visible(of)
    )
    assert misjudged(notebook) == {}


@pytest.mark.long
@pytest.mark.parametrize("of", ["a", "b", "c", "d", "e"])
@pytest.mark.parametrize(
    ("notebook", "answer"), [each for each in every() if each.values[1].exercise in JUDGED]
)
def test_a_class_with_hidden_data_of_its_own_is_judged_the_same(
    notebook: str, answer: Answer, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, f"a class of its own, {of}")
    graded = grade(notebook, answer.exercise, answer.value)
    assert graded.passed is answer.right, graded.message


def test_no_right_answer_stands_in_the_catalogue_of_mistakes() -> None:
    """What a mistake gives is recorded as values; only the warm-up, which is solved, computes."""
    for module in MODULES:
        for name, exercise in catalogue(module.answers.notebook).items():
            if name != "quiz":
                computed = [mistake.name for mistake in exercise.known if mistake.wrong]
                assert not computed, f"{name}: {computed}"


LAZY = {
    "nothing": lambda *args, **kwargs: None,
    "nan": lambda *args, **kwargs: math.nan,
    "infinite": lambda *args, **kwargs: math.inf,
    "text": lambda *args, **kwargs: "text",
    "zero": lambda *args, **kwargs: 0,
    "one": lambda *args, **kwargs: 1.0,
    "empty": lambda *args, **kwargs: [],
    "object": lambda *args, **kwargs: object(),
    "echo": lambda *args, **kwargs: args[0] if args else kwargs,
    "generator": lambda *args, **kwargs: (x for x in args),
    "raises": lambda *args, **kwargs: 1 / 0,
    "exits": lambda *args, **kwargs: exit(0),
    "recursion": lambda *args, **kwargs: LAZY["recursion"](*args, **kwargs),
    "not a function": 0.5,
}


@pytest.mark.parametrize("lazy", LAZY)
@pytest.mark.parametrize(("notebook", "exercise"), exercises())
def test_a_lazy_answer_fails_with_a_reason(notebook: str, exercise: str, lazy: str) -> None:
    graded = grade(notebook, exercise, LAZY[lazy])
    assert not graded.passed
    assert "not right yet" in graded.message


SLIPS = {
    "another name for a parameter": TypeError("got an unexpected keyword argument 'k'"),
    "a parameter too many": TypeError("missing 1 required positional argument: 'k'"),
    "None is not thought of": TypeError("'NoneType' object is not iterable"),
    "a number is called": TypeError("'int' object is not callable"),
    "nothing is left": ValueError("max() arg is an empty sequence"),
    "an import is missing": NameError("name 'np' is not defined"),
    "a name is misspelt": AttributeError("module 'numpy' has no attribute 'meen'"),
}


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param(slip, marks=[] if slip in drawn(list(SLIPS), 1, "slips") else pytest.mark.long)
        for slip in SLIPS
    ],
)
@pytest.mark.parametrize(("notebook", "exercise"), exercises())
def test_a_slip_of_the_hand_is_not_taken_for_a_mistake_of_thought(
    notebook: str, exercise: str, slip: str
) -> None:
    """It fails on every input, whatever that is, so no kind of input explains it."""

    def slips(*args: Any, **kwargs: Any) -> Any:
        raise SLIPS[slip]

    graded = grade(notebook, exercise, slips)
    assert (graded.passed, graded.mistake) == (False, "")
    assert str(SLIPS[slip]) in graded.message


def right_one(notebook: str, exercise: str) -> Any:
    return next(a.value for a in of_exercise(notebook, exercise) if a.right)


def options_of(answer: Any) -> list[str]:
    """Return the arguments that an answer may be called without."""
    parameters = inspect.signature(answer).parameters.items() if callable(answer) else ()
    return [name for name, parameter in parameters if parameter.default is not parameter.empty]


def with_options() -> list[Any]:
    """Return the exercises whose answer may be called with less than all arguments."""
    return [each for each in exercises() if options_of(right_one(*each.values))]


def test_many_answers_may_be_called_with_less_than_all_arguments() -> None:
    names = {each.values[1] for each in with_options()}
    assert {"imbalance_ratio", "wilson_interval", "focal_loss", "smote"} <= names


@pytest.mark.parametrize("renamed", [False, True], ids=["required", "renamed"])
@pytest.mark.parametrize(("notebook", "exercise"), with_options())
def test_a_slip_that_only_some_inputs_meet_is_not_taken_for_one_of_thought(
    notebook: str, exercise: str, renamed: bool
) -> None:
    """Who makes an option required, or renames it, fails on the inputs that need it as it was."""
    right = right_one(notebook, exercise)
    signature, options = inspect.signature(right), options_of(right)
    failed = []

    def slips(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        wrong = [name for name in options if (name in kwargs if renamed else name not in given)]
        if wrong:
            failed.append(wrong)
            said = (
                "got an unexpected keyword argument" if renamed else "missing 1 required argument:"
            )
            raise TypeError(f"{exercise}() {said} {wrong[0]!r}")
        return right(*args, **kwargs)

    graded = grade(notebook, exercise, slips)
    assert (graded.passed, graded.mistake) == (not failed, "")


@pytest.mark.parametrize("slip", SLIPS.values())
def test_a_slip_in_the_exercise_that_is_solved_together_is_none_of_thought(slip: Exception) -> None:
    def share_of(y: Any, label: Any) -> float:
        raise slip

    with pytest.raises(CheckFailed) as failed:
        check(share_of, SHARE_OF).on(["ok", "ok", "fraud", "ok"], "fraud").gives(0.25)
    assert (failed.value.mistake, str(slip) in str(failed.value)) == ("", True)


@pytest.mark.parametrize(("notebook", "exercise"), exercises())
def test_an_answer_that_copies_the_worked_example_fails(notebook: str, exercise: str) -> None:
    right = right_one(notebook, exercise)
    first: list[Any] = []

    def copied(*args: Any, **kwargs: Any) -> Any:
        if not first:
            first.append(right(*args, **kwargs))
        return first[0]

    assert not grade(notebook, exercise, copied).passed


@pytest.mark.parametrize(("notebook", "exercise"), exercises())
def test_an_exercise_has_enough_answers_of_each_kind(notebook: str, exercise: str) -> None:
    given = of_exercise(notebook, exercise)
    assert sum(answer.right for answer in given) >= 2
    wrong = [answer for answer in given if not answer.right]
    assert len(wrong) >= 4
    assert any(not answer.mistake for answer in wrong), "one wrong answer is merely plausible"
    found = catalogue(notebook)[exercise]
    known = {mistake.name for mistake in found.known}
    if found.from_scratch:
        known.add(LIBRARY_CALL)
    assert {answer.mistake for answer in wrong} - {""} == known, "one for each named mistake"


@pytest.mark.parametrize(
    "notebook", [pytest.param(m.answers.notebook, id=m.__name__) for m in MODULES]
)
def test_a_quiz_scores_each_right_letter_and_explains_each_wrong_one(notebook: str) -> None:
    if "quiz-check" not in cells(notebook):
        assert "pytorch" in notebook, "every lesson has a quiz"
        return
    questions = quizzes()[catalogue(notebook)["quiz"].lesson]
    assert 3 <= len(questions) <= 5
    right = {number: question.right for number, question in questions.items()}
    assert grade(notebook, "quiz", right).value == len(right)
    assert not grade(notebook, "quiz", None).passed
    for number, question in questions.items():
        assert len(question.mistakes) >= 2
        assert question.section in headings(notebook)
        for letter, says in question.mistakes.items():
            assert letter != question.right
            assert len(says) > 20
            assert grade(notebook, "quiz", right | {number: letter}).value == len(right) - 1


@cache
def headings(notebook: str) -> frozenset[str]:
    """Return the headings of a lesson."""
    source = read_source(ROOT / "solutions" / f"{notebook}.py")
    return frozenset(
        line.lstrip("# ").strip()
        for cell in source.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("#")
    )


def test_every_lesson_has_answers() -> None:
    notebooks = {str(lesson) for lesson in Course(ROOT).lessons() if not lesson.is_deeper}
    assert notebooks == {module.answers.notebook for module in MODULES}


@pytest.mark.parametrize(
    "notebook", [pytest.param(m.answers.notebook, id=m.__name__) for m in MODULES]
)
def test_the_catalogue_and_the_notebook_name_the_same_exercises(notebook: str) -> None:
    asked = {name.removesuffix("-check").replace("-", "_") for name in cells(notebook)}
    written = {name for name in asked if f"{name.replace('_', '-')}-check" not in cells(notebook)}
    assert asked - written == set(catalogue(notebook))


@pytest.mark.parametrize(("notebook", "exercise"), exercises())
def test_the_section_to_read_again_is_a_heading_of_the_lesson(notebook: str, exercise: str) -> None:
    found = catalogue(notebook)[exercise]
    sections = [found.section, *(m.section for m in found.known if m.section)]
    assert set(sections) <= headings(notebook)
