"""No small change of a solution passes the visible check, unless it changes nothing.

`make test` tries a drawn share of the mutants, another one for each commit; `make long` tries all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cache
from unittest import mock

import mutants
import pytest
from cosmic_ray.mutating import MutationVisitor
from drawn import drawn
from mutants import (
    DropKeyword,
    DropStatement,
    Mutant,
    NeverEnds,
    answer_of,
    equivalent,
    mutants_of,
    namespace,
    time_limit,
)
from test_exercises import JUDGED, MODULES, Graded, grade

NOTEBOOKS = [
    pytest.param(
        module.answers.notebook,
        id=module.__name__.removeprefix("answers."),
        marks=[pytest.mark.torch] if module.answers.notebook.endswith("-pytorch") else [],
    )
    for module in MODULES
]
DRAWN = 8  # mutants of each notebook in `make test`


@cache
def of_the_solution(notebook: str, exercise: str) -> Graded:
    """Return what the visible check says of the solution."""
    return grade(notebook, exercise, namespace(notebook)[exercise], hidden=False)


def survives(mutant: Mutant) -> bool:
    """Return whether the visible check passes a mutant."""
    # Now all is imported that an answer needs, late parts of PyTorch too, which takes longer than a
    # mutant may; an alarm that meets an import also leaves half of a module behind.
    of_the_solution(mutant.notebook, mutant.exercise)
    try:
        with time_limit():
            answer = answer_of(mutant)
            return grade(mutant.notebook, mutant.exercise, answer, hidden=False).passed
    except (Exception, NeverEnds):  # the cell itself fails, or never ends
        return False


def survivors(mutants: list[Mutant]) -> list[str]:
    return [m.name for m in mutants if m.name not in equivalent() and survives(m)]


def keyed(notebook: str) -> list[Mutant]:
    return [m for m in mutants_of(notebook) if m.exercise not in JUDGED]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_drawn_mutants_are_noticed(notebook: str) -> None:
    assert not survivors(drawn(keyed(notebook), DRAWN, notebook))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_solution_itself_passes(notebook: str) -> None:
    """What fails of a mutant is then its change, not what its cell lacks."""
    for exercise in {mutant.exercise for mutant in keyed(notebook)}:
        graded = of_the_solution(notebook, exercise)
        assert graded.passed, graded.message


@pytest.mark.long
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_mutant_is_noticed(notebook: str) -> None:
    assert not survivors(keyed(notebook))


def test_what_is_listed_as_equivalent_is_a_mutant_and_has_a_reason() -> None:
    known = {m.name for p in NOTEBOOKS for m in mutants_of(str(p.values[0]))}
    assert set(equivalent()) <= known
    assert all(len(reason) > 20 for reason in equivalent().values())


@pytest.mark.parametrize("operator", [DropStatement, DropKeyword])
def test_our_own_operators_do_what_their_examples_say(operator: type) -> None:
    for example in operator.examples():
        changed = MutationVisitor.mutate_code(example.pre_mutation_code, operator(), 0)
        assert changed.split() == example.post_mutation_code.split()


def test_a_hole_in_a_check_is_noticed() -> None:
    """Of a loop that is left out, a comparison and a constant each gives mutants."""
    mutants = mutants_of("01-accuracy-paradox/accuracy-paradox")
    names = [m.name for m in mutants if m.exercise == "diagnose"]
    assert "diagnose: if share > 0.30: -> if share >= 0.30:" in names
    assert any("0.01" in name and "1.01" in name for name in names)
    assert any(name.endswith("-> pass") for name in names)


def test_what_never_ends_is_stopped_though_a_check_goes_on() -> None:
    """A check takes an exception for the answer's own and asks the next input."""
    code = "def diagnose(*args, **kwargs):\n    while True:\n        pass\n"
    endless = Mutant("01-accuracy-paradox/accuracy-paradox", "diagnose", "", "", code)
    with mock.patch.object(mutants, "SECONDS", 0.2):
        assert not survives(endless)


def test_no_alarm_meets_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solution is graded first, and without a limit: it imports what its mutants import."""
    seen: list[tuple[bool, bool]] = []
    limited = False

    @contextlib.contextmanager
    def limit() -> Iterator[None]:
        nonlocal limited
        limited = True
        yield
        limited = False

    def seen_grade(notebook: str, exercise: str, answer: object, hidden: bool) -> Graded:
        seen.append((answer is namespace(notebook)[exercise], limited))
        return Graded(False)

    monkeypatch.setitem(globals(), "time_limit", limit)
    monkeypatch.setitem(globals(), "grade", seen_grade)
    monkeypatch.setitem(globals(), "of_the_solution", cache(of_the_solution.__wrapped__))
    survives(mutants_of("01-accuracy-paradox/accuracy-paradox")[0])
    assert seen == [(True, False), (False, True)]
