"""Checks that try the contract: recorded trials, keys, named mistakes, refused library calls."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from answers import smote
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from sklearn.metrics import f1_score as renamed

from imbalance_lab.checks import (
    Call,
    CheckFailed,
    Exercise,
    Law,
    Mistake,
    Refusal,
    StandIn,
    Step,
    Trial,
    Trials,
    check,
)
from imbalance_lab.checks import recorded as recording
from imbalance_lab.checks.compare import difference
from imbalance_lab.checks.library import names_in, names_used_by
from imbalance_lab.checks.recorded import read, read_trials, recorded, write, write_trials
from imbalance_lab.exercises.smote import SMOTE
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key, WrongKey
from imbalance_oracles.registry import keys


def _has_text(call: Call) -> bool:
    return any(isinstance(item, str) for item in call.args[0])


def _is_sorted(value: Any, items: Any) -> bool | str:
    return True if list(value) == sorted(items) else "it is not in order"


TOTAL = Exercise(
    "total",
    lesson="00",
    section="Adding up",
    arguments=("values",),
    mistakes=(
        Mistake("the mean", "It was divided."),
        Mistake("it fails for text", "Numbers may be text.", only_on=_has_text),
    ),
    from_scratch=("fsum",),
)
ORDER = Exercise(
    "order", lesson="00", section="Order", laws={"in order": Law(_is_sorted, "sorted values")}
)


def total(values: Any) -> float:
    if not len(values):
        raise ValueError("nothing to add")
    return sum(float(value) for value in values)


def mean(values: Any) -> float:
    return total(values) / len(values)


def lists(rng: np.random.Generator) -> list[Call]:
    numbers = [Call((rng.integers(1, 9, size=n).tolist(),)) for n in range(2, 8)]
    return [*numbers, Call((["1", "2"],)), Call(([],))]


KEY = Key(TOTAL, right=total, inputs=lists, by_hand=[Call(([1, 2],))], wrong={"the mean": mean})


TOY = read_trials(write_trials(KEY.visible()))


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record the toy exercise for the visible check."""

    def toy(exercise: str) -> Trials:
        return TOY if exercise == "total" else recorded(exercise)

    # The package's name `check` is the function, not the module.
    monkeypatch.setattr(sys.modules["imbalance_lab.checks.check"], "recorded", toy)


def failure(answer: Any, trials: Trials | None = None) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check(answer, TOTAL).keeps_its_contract(trials)
    return caught.value


def test_a_right_answer_keeps_the_visible_and_the_hidden_contract(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check(total, TOTAL).keeps_its_contract()
    check(total, TOTAL).keeps_its_contract(KEY.hidden())
    assert capsys.readouterr().out == "total: right on all 9 inputs.\n" * 2


def test_a_mistake_is_told_by_recorded_values_alone() -> None:
    assert failure(mean).mistake == "the mean"
    with pytest.raises(CheckFailed) as caught:
        check(mean, TOTAL).on([1, 2]).gives(3)
    assert caught.value.mistake == "the mean"


def test_a_mistake_is_named_only_where_it_explains_every_input() -> None:
    def mean_of_few(values: Any) -> float:
        return mean(values) if len(values) < 4 else 0

    assert failure(mean_of_few).mistake == ""
    with pytest.raises(CheckFailed) as caught:  # what is recorded tells against it
        check(mean_of_few, TOTAL).on([1, 2]).gives(3)
    assert caught.value.mistake == ""


def test_a_mistake_is_named_also_where_the_answer_refuses_what_it_must() -> None:
    """The mistake alone gives a value on what has to be refused; an answer may do both."""
    asked = Call(([],))
    refused = Trial(asked, Refusal("ValueError"), {"the mean": 0.0})
    both = Trials((Trial(Call(([1, 2],)), 3, {"the mean": 1.5}), refused))

    def mean_of_some(values: Any) -> float:
        if not values:
            raise ValueError
        return sum(values) / len(values)

    assert failure(mean_of_some, both).mistake == "the mean"


def test_a_mistake_is_named_also_where_python_raises_and_numpy_gives_nan() -> None:
    given = Trials((Trial(Call(([],)), 0, {"the mean": math.nan}),))
    assert failure(lambda values: sum(values) / len(values), given).mistake == "the mean"
    assert failure(lambda values: values[0], given).mistake == ""


def test_an_input_that_must_be_refused_is_tried() -> None:
    text = str(failure(lambda values: sum(map(float, values))))
    assert "expected  a ValueError" in text
    assert "came      0" in text


def test_a_mistake_of_one_kind_of_input_needs_all_others_to_be_right() -> None:
    def numbers_only(values: Any) -> float:
        return total(values) if not _has_text(Call((values,))) else sum(values)

    def misspelt(numbers: Any) -> float:
        return sum(numbers, start="")  # type: ignore[call-overload]

    def one_for_text(values: Any) -> float:
        return 1 if _has_text(Call((values,))) else total(values)

    def wrong_on_an_edge(values: Any) -> float:
        return total(values) if len(values) else 0

    assert failure(numbers_only).mistake == "it fails for text"
    assert failure(one_for_text).mistake == "it fails for text"
    assert failure(misspelt).mistake == ""
    assert failure(wrong_on_an_edge).mistake == ""


def test_hidden_inputs_differ_from_visible_ones_and_from_secret_to_secret() -> None:
    visible, hidden, other = (
        [trial.call.args for trial in trials.values[1:]]
        for trials in (KEY.visible(), KEY.hidden(), KEY.hidden("another"))
    )
    assert visible != hidden != other
    assert [len(a[0]) for a in visible] == [len(a[0]) for a in hidden]


def test_the_course_s_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    published = repr(KEY.hidden().values)
    monkeypatch.setenv(secret.VARIABLE, "ours")
    assert repr(KEY.hidden().values) == repr(KEY.hidden("ours").values) != published


def test_a_hidden_input_and_its_value_are_not_told() -> None:
    hidden = KEY.hidden()
    text = str(failure(lambda values: total(values) + 0.125, hidden))
    assert "an input that is kept back: values: list of" in text
    assert "expected" not in text
    for trial in hidden.values[1:4]:
        assert str(trial.call.args[0]) not in text


def test_a_law_is_tried_on_the_recorded_calls() -> None:
    key = Key(ORDER, laws={"in order": lambda rng: [Call((rng.random(5).tolist(),))] * 3})
    check(sorted, ORDER).keeps_its_contract(key.visible())
    with pytest.raises(CheckFailed, match="it is not in order"):
        check(lambda items: sorted(items)[::-1], ORDER).keeps_its_contract(key.hidden())


def test_a_broken_law_names_the_mistake_that_it_shows_where_the_value_shows_no_other() -> None:
    short = Mistake("too short", "All of them.", when=lambda call, _, came: came.value == [])
    law = Law(_is_sorted, "sorted values", shows=Mistake("nothing is sorted", "Sort them."))
    exercise = replace(ORDER, mistakes=(short,), laws={"in order": law})
    trials = Key(exercise, laws={"in order": lambda rng: [Call(([2, 1],))]}).visible()
    assert [mistake.name for mistake in exercise.known] == ["too short", "nothing is sorted"]

    def named(answer: Any) -> str:
        with pytest.raises(CheckFailed) as caught:
            check(answer, exercise).keeps_its_contract(trials)
        return caught.value.mistake

    assert named(lambda items: list(items)) == "nothing is sorted"
    assert named(lambda items: []) == "too short"
    assert named(lambda items: 5) == ""


def test_nothing_to_try_is_an_error_of_the_author() -> None:
    with pytest.raises(LookupError, match="nothing is recorded for the exercise 'order'"):
        check(sorted, ORDER).keeps_its_contract()
    with pytest.raises(ValueError, match="could not fail"):
        check(sorted, ORDER).keeps_its_contract(Trials())


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"wrong": {}}, "differ in \\['the mean'\\]"),
        ({"wrong": {"the mean": mean, "the median": mean}}, "the median"),
        ({"laws": {"in order": lists}}, "laws of key and exercise differ"),
        ({"inputs": None}, "belong together"),
    ],
)
def test_a_key_that_contradicts_its_exercise_is_refused(parts: dict[str, Any], says: str) -> None:
    whole = {"right": total, "inputs": lists, "wrong": {"the mean": mean}}
    with pytest.raises(WrongKey, match=says):
        Key(TOTAL, **(whole | parts))


def test_a_key_that_fails_itself_is_refused() -> None:
    key = Key(TOTAL, right=lambda values: 1 / 0, inputs=lists, wrong={"the mean": mean})
    with pytest.raises(WrongKey, match="the key itself fails"):
        key.visible()


# --- library calls --------------------------------------------------------------------------------


def test_a_library_call_that_does_it_all_is_refused_with_a_reason() -> None:
    from math import fsum

    def through_helper(values: Any) -> float:
        return fsum(values)

    for answer in (fsum, lambda values: math.fsum(values), through_helper):
        found = failure(answer)
        assert found.mistake == "a library call does the whole exercise"
        assert "asks you to write it yourself" in " ".join(str(found).split())


def by_helper(y: Any, p: Any) -> float:
    return renamed(y, p)


def test_names_are_followed_through_helpers_and_other_names() -> None:
    assert "f1_score" in names_used_by(by_helper)
    assert "f1_score" in names_used_by(lambda y: by_helper(y, y))
    assert "f1_score" in names_used_by(f1_score)
    assert "f1_score" not in names_used_by(total)


def test_names_are_read_off_code_that_is_not_run() -> None:
    code = "from sklearn.metrics import f1_score as f\ndef g(y):\n    return [f(x) for x in y]"
    assert {"f1_score", "g"} <= names_in(code)
    assert "quad" in names_in("import scipy.integrate as i\nh = lambda f: i.quad(f, 0, 1)")
    assert names_in("def broken(") == frozenset()


class Elsewhere(StandIn):
    names = frozenset({"fsum"})

    def outcomes(self, calls: Any) -> Any:
        raise AssertionError("it is refused before it is asked")

    value = outcomes  # type: ignore[assignment]


def test_an_answer_in_another_process_is_refused_by_its_names() -> None:
    assert failure(Elsewhere()).mistake == "a library call does the whole exercise"


# --- what is recorded -----------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_plain_values_come_back_the_same(value: Any) -> None:
    assert repr(read(write(value))) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        np.array([[1, 2], [3, 4]]),
        np.array([1.5, np.nan, np.inf]),
        np.array([True, False]),
        np.array(["ok", "fraud"]),
        np.array(["ok", 3, None], dtype=object),
        np.array([["a", 1], ["b", 2]], dtype=object),
        np.zeros((0, 3)),
        pd.Series([3, 1], index=[7, 2], name="y"),
        pd.Series(["a", "b"]),
        pd.Series([1.5, None]),
        pd.DataFrame({"amount": [1.5, 2.0], "kind": ["a", "b"]}, index=[4, 2]),
        {1, 2},
        frozenset({"a"}),
        np.float64(2.5),
    ],
    ids=repr,
)
def test_arrays_and_frames_come_back_the_same(value: Any) -> None:
    back = read(write(value))
    assert type(back) is type(value) or isinstance(value, np.generic)
    assert difference(value, back) is None
    if isinstance(value, np.ndarray):
        assert (back.dtype, back.shape) == (value.dtype, value.shape)
    if isinstance(value, pd.Series | pd.DataFrame):
        assert back.index.equals(value.index)


def test_trials_come_back_the_same() -> None:
    steps = (Step("fit", ([[1.0]], [0])), Step("predict", ([[1.0]],), {"x": 1}))
    trials = Trials(
        (
            Trial(
                Call((1,), {"k": [2]}, steps), 3.0, {"a": 4, "b": 3.0, "c": Refusal("TypeError")}
            ),
            Trial(Call(([],)), Refusal("ValueError"), rel=1e-3, abs_=0.1),
        ),
        (("law", (Call(("x",)),)),),
    )
    assert read_trials(write_trials(trials)) == trials


def test_what_is_not_plain_is_not_recorded() -> None:
    with pytest.raises(TypeError, match="a value of type object cannot be recorded"):
        write(object())
    with pytest.raises(LookupError, match="nothing is recorded"):
        recording.recorded("no such exercise")


# --- fresh inputs ---------------------------------------------------------------------------------


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_fresh_inputs_are_the_same_for_a_seed_and_vary_within_it() -> None:
    for make in (fresh.labels, fresh.predictions, fresh.scores):
        assert repr(make(_rng(3))) == repr(make(_rng(3)))
        assert repr(make(_rng(3))) != repr(make(_rng(4)))
        assert len({len(call.args[0]) for call in make(_rng(3))}) > 5
    kinds = {type(call.args[0]) for call in fresh.labels(_rng(1), n_cases=40)}
    assert kinds == {list, np.ndarray, pd.Series}
    values = {frozenset(map(str, call.args[0])) for call in fresh.labels(_rng(1), n_cases=60)}
    assert len(values) == 6


def test_fresh_inputs_hold_every_class_options_and_ties() -> None:
    for call in fresh.labels(_rng(5), n_classes=[2, 3, 4], ratio=[1, 2]):
        assert 2 <= len(set(call.args[0])) <= 4
        assert call.kwargs["ratio"] in (1, 2)
    asked = [call.kwargs["pos_label"] for call in fresh.predictions(_rng(5), pos_label=True)]
    assert len(set(map(str, asked))) > 3
    scores = [call.args[1] for call in fresh.scores(_rng(5))]
    assert any(len(set(s)) < len(s) for s in scores)
    assert any(len(set(s)) == len(s) for s in scores)
    assert all(((s >= 0) & (s <= 1)).all() for s in scores)


@pytest.mark.parametrize("of", [f"class {n}" for n in range(20)])
def test_whatever_is_drawn_it_shows_that_smote_never_starts_at_the_last_row(of: str) -> None:
    """A line between two rows that are neighbours of each other may have begun at either."""
    trials = keys()["smote"].visible(of)
    with pytest.raises(CheckFailed, match=r"some\s+rows\s+or\s+neighbours\s+never\s+get"):
        check(smote.never_the_last_row, SMOTE).keeps_its_contract(trials)
