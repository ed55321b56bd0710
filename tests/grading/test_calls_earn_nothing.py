"""A submission that only calls what is installed, or copies what can be read there, earns nothing.

What the check refuses or lets pass is found at home, with all functions of the course and of the
libraries that lessons use, turned to fit each contract (`installed`). What came furthest is then
handed in, and graded where a submission is graded; so is a program that looks for an answer in all
that it can import and read there, and a table of the values that are recorded for visible checks.
Each run tries the quickest notebook, `make long` all.
"""

from __future__ import annotations

import base64
import pickle
from pathlib import Path
from typing import Any

import installed
import nbformat
import pytest
from installed import Candidate
from mutants import NeverEnds
from released import ROOT, fill_in, solution_cells
from test_exercises import JUDGED, MODULES, catalogue, grade

from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import State
from imbalance_lab.checks import Call, Refusal, Returned
from imbalance_lab.checks.calls import returned
from imbalance_lab.checks.check import LIBRARY_CALL
from imbalance_lab.checks.recorded import recorded
from imbalance_oracles.registry import keys

NOTEBOOKS = [module.answers.notebook for module in MODULES]
# Of seconds; others take minutes, as every function there is has to be turned to each contract.
QUICK = "00-start-here/start-here"
NOTEBOOK = pytest.mark.parametrize(
    "notebook",
    [
        pytest.param(
            one,
            marks=[
                *([] if one == QUICK else [pytest.mark.long]),
                *([pytest.mark.torch] if one.endswith("-pytorch") else []),
            ],
        )
        for one in NOTEBOOKS
    ],
)

#: Where a contract lets a call do the whole exercise on purpose, and which.
ALLOWED: dict[str, set[str]] = {}
#: Where one choice for all, which looks at nothing, can earn something by luck; of five points.
BLIND = {"choose_model": 1.0}


def keyed(notebook: str) -> list[str]:
    """Return the exercises of a notebook that have one right answer, or laws."""
    return [one for one in catalogue(notebook) if one not in {"quiz", *JUDGED}]


def judged(notebook: str) -> list[str]:
    return [one for one in catalogue(notebook) if one in JUDGED]


@NOTEBOOK
def test_no_call_answers_an_exercise_unless_the_contract_lets_it(notebook: str) -> None:
    for exercise in keyed(notebook):
        most = len(keys()[exercise].visible())
        whole = [one for count, one in installed.found(exercise) if count == most]
        passing = {one for one in whole if grade(notebook, exercise, one.function).passed}
        assert {f"{one.module}.{one.name}" for one in passing} == ALLOWED.get(exercise, set())


@pytest.mark.long
@pytest.mark.parametrize("notebook", [one for one in NOTEBOOKS if judged(one)])
def test_no_call_of_the_course_earns_anything_for_a_decision(notebook: str) -> None:
    for exercise in judged(notebook):
        found = earned(notebook, exercise)
        assert max(found.values(), default=0) <= BLIND.get(exercise, 0), found


def earned(notebook: str, exercise: str) -> dict[Candidate, float]:
    """Return what calls of the course's own functions earn for a decision, each choice once."""
    tried: set[str] = set()
    found = {}
    for candidate, value in installed.on(asked(notebook, exercise), course_only=True):
        outcome = returned(value)
        choice = repr(outcome)
        fits = isinstance(outcome, Returned) or hasattr(value, "predict_proba")
        if not fits or choice in tried:
            continue
        tried.add(choice)
        try:
            with installed.limited(30):
                graded = grade(notebook, exercise, candidate.function)
        except NeverEnds:
            continue
        if graded.passed or graded.value:
            found[candidate] = float(graded.value)
    assert len(tried) > 5, "hardly any call was tried"
    return found


def asked(notebook: str, exercise: str) -> Call:
    """Return the first thing that a decision is asked in the visible check."""
    calls: list[Call] = []

    def probe(*args: object, **kwargs: object) -> None:
        calls.append(Call(args, kwargs))
        raise ValueError

    grade(notebook, exercise, probe, hidden=False)
    return calls[0]


# --- handed in ------------------------------------------------------------------------------------

#: Looks for an answer in all that can be imported and read where it is graded.
SEARCH = """
import functools, gc, importlib, os, pkgutil, re, sys, types


@functools.cache
def everything():
    found = [one for one in gc.get_objects() if isinstance(one, types.FunctionType)]
    for package in ("imbalance_oracles", "imbalance_grader", "imbalance_builder", "imbalance_lab"):
        try:
            whole = importlib.import_module(package)
        except ModuleNotFoundError:
            continue
        for info in pkgutil.walk_packages(whole.__path__, package + ".", lambda name: None):
            if info.name.endswith("__main__"):
                continue
            try:
                found += vars(importlib.import_module(info.name)).values()
            except Exception:
                pass
    return found


@functools.cache
def texts():
    tops = {os.path.dirname(os.path.dirname(sys.modules[name].__file__))
            for name in ("imbalance_lab", "imbalance_sandbox") if name in sys.modules}
    read = []
    for top in {*tops, os.getcwd()}:
        for folder, inside, files in os.walk(top):
            inside[:] = [one for one in inside if not one.startswith((".", "__"))]
            for file in files:
                if file.endswith((".py", ".ipynb", ".json")):
                    try:
                        read.append(open(os.path.join(folder, file)).read())
                    except OSError:
                        pass
    return read


def searched(name):
    for one in everything():
        try:
            if getattr(getattr(one, "exercise", None), "name", None) == name and one.right:
                return one.right
            wrong = [m.wrong for m in one.mistakes if m.wrong] if one.name == name else []
            if wrong:
                return wrong[0]
        except AttributeError:
            pass
        if getattr(one, "__name__", None) == name and callable(one):
            return one
    for text in texts():
        match = re.search(rf"^def {name}\\(.*?(?=^\\S)", text + "\\nend", re.M | re.S)
        if match:
            scope = {}
            exec(match[0], scope)
            return scope[name]
    raise LookupError(name)
"""
LETTERS = """
from imbalance_lab.checks import Quiz

sealed = Quiz({lesson!r}).sealed
quiz = {{
    number: next(x for x in letters if not Quiz({lesson!r}).opened(number, x)["says"])
    for number, letters in sealed.items()
}}
"""
TABLE = """
import base64, pickle

_KNOWN_{name} = pickle.loads(base64.b64decode({data!r}))


def {name}(*args, **kwargs):
    told = _KNOWN_{name}.get(repr((args, kwargs)))
    if told is None or told[0] == "refuse":
        raise ValueError(told)
    return told[1]
"""


def as_called(notebook: str) -> dict[str, str]:
    """Answer with the call of the course that comes furthest, and with what a quiz opens to."""
    answers = {}
    for exercise in keyed(notebook):
        right = (one for _, one in installed.found(exercise) if one.module.startswith("imbalance"))
        runs = (one for one, _ in installed.on(installed.first_call(keys()[exercise])))
        answers[exercise] = next(right, None) or next(runs)
    for exercise in judged(notebook):
        runs = installed.on(asked(notebook, exercise), course_only=True)
        plain = (one for one, value in runs if isinstance(returned(value), Returned))
        answers[exercise] = next(plain)
    return {name: one.code(name) for name, one in answers.items()} | quiz_of(notebook)


def quiz_of(notebook: str) -> dict[str, str]:
    found = catalogue(notebook).get("quiz")
    return {"quiz": LETTERS.format(lesson=found.lesson)} if found else {}


def as_found(notebook: str) -> dict[str, str]:
    """Answer with whatever a search of all that is there finds."""
    exercises = [*keyed(notebook), *judged(notebook)]
    return {one: f"{SEARCH}\n\n{one} = searched({one!r})\n" for one in exercises} | quiz_of(
        notebook
    )


def as_recorded(notebook: str) -> dict[str, str]:
    """Answer with a table of the values that are recorded for the visible check."""
    answers = {}
    for exercise in keyed(notebook):
        known = {}
        for trial in recorded(exercise).values:
            refused = isinstance(trial.expected, Refusal)
            told = ("refuse", trial.expected.error) if refused else ("value", trial.expected)
            known[repr((trial.call.args, dict(trial.call.kwargs)))] = told
        data = base64.b64encode(pickle.dumps(known)).decode()
        answers[exercise] = TABLE.format(name=exercise, data=data)
    return answers


ROUTES = {"calls": as_called, "searches": as_found, "copies values": as_recorded}


@NOTEBOOK
def test_what_is_installed_and_readable_earns_nothing(
    notebook: str, engine: Engine, tmp_path: Path
) -> None:
    assignment, name = notebook.split("/")
    source = ROOT / "solutions" / f"{notebook}.ipynb"
    blind = {f"{one.replace('_', '-')}-check": most for one, most in BLIND.items()}
    for route, answer in ROUTES.items():
        answers = {one.replace("_", "-"): code for one, code in answer(notebook).items()}
        assert answers.keys() <= solution_cells(notebook).keys()
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(fill_in(notebook, answers=answers), path)
        result = engine.grade(source, path, assignment, "ada").result
        assert (result.state, result.detail) == (State.GRADED, ""), route
        paid = {c.grade_id: c.points for c in result.cells if c.kind == "graded" and c.points}
        lucky = {one for one in paid if paid[one] <= blind.get(one, 0)}
        assert paid.keys() == lucky, f"who {route} earns {paid}"


# --- what finds nothing would find it, if it were there ---------------------------------------


@pytest.mark.long
def test_a_call_that_does_it_all_is_found_and_refused_by_name() -> None:
    most = len(keys()["average_precision"].visible())
    whole = [one for count, one in installed.found("average_precision") if count == most]
    assert {one.name for one in whole} == {
        "PrecisionRecallDisplay",
        "average_precision_score",
        "get_scorer",
        "label_ranking_average_precision_score",
    }
    for one in whole:
        graded = grade("03-ranking/ranking", "average_precision", one.function)
        assert (graded.passed, graded.mistake) == (False, LIBRARY_CALL), one


def test_the_search_finds_what_can_be_imported() -> None:
    scope: dict[str, Any] = {}
    exec(SEARCH, scope)
    found = scope["searched"]("imbalance_ratio")
    assert grade("00-start-here/start-here", "imbalance_ratio", found).passed


def test_the_letters_of_a_quiz_open_at_home() -> None:
    scope: dict[str, Any] = {}
    exec(LETTERS.format(lesson="00"), scope)
    assert grade("00-start-here/start-here", "quiz", scope["quiz"]).value == 4


def test_a_table_of_recorded_values_is_right_where_they_are_tried() -> None:
    notebook = "00-start-here/start-here"
    scope: dict[str, Any] = {}
    exec(as_recorded(notebook)["imbalance_ratio"], scope)
    table = scope["imbalance_ratio"]
    assert grade(notebook, "imbalance_ratio", table, hidden=False).passed
    assert not grade(notebook, "imbalance_ratio", table).passed
