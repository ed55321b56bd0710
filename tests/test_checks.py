"""The checks: what they accept, what they refuse, and what they say."""

from __future__ import annotations

import enum
import math
import sys
import tracemalloc
import warnings
from collections import Counter, OrderedDict, namedtuple
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from IPython.core.interactiveshell import InteractiveShell
from scipy import sparse

from imbalance_lab.checks import (
    Call,
    Case,
    CheckFailed,
    Credit,
    Curve,
    Exercise,
    Mistake,
    Outcome,
    Question,
    Raised,
    Returned,
    StandIn,
    Trial,
    Trials,
    Unusable,
    Worth,
    check,
    raises,
    score_quiz,
)
from imbalance_lab.checks.calls import perform
from imbalance_lab.checks.compare import difference
from imbalance_lab.checks.plain import NotPlainError, plain
from imbalance_lab.checks.quiz import Quiz, QuizError, seal
from imbalance_lab.checks.show import show

TOTAL = Exercise(
    "total",
    lesson="00",
    section="Adding up",
    arguments=("values",),
    mistakes=(
        Mistake("the mean", "It was divided.", wrong=lambda values: sum(values) / len(values)),
        Mistake("the length", "It was counted.", wrong=len, section="Counting"),
        Mistake("text is not handled", "Numbers may be text.", when=raises("TypeError")),
    ),
)


def failure(answer: Any, *args: Any, expected: Any = 6, **kwargs: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check(answer, TOTAL).on(*(args or ([1, 2, 3],)), **kwargs).gives(expected)
    return caught.value


def tried(right: Callable[..., Any], calls: Sequence[Call]) -> Trials:
    return Trials(tuple(Trial(call, right(*call.args, **call.kwargs)) for call in calls))


def test_a_right_answer_passes_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    check(sum, TOTAL).on([1, 2, 3]).gives(6)
    check(sum, TOTAL).keeps_its_contract(tried(np.sum, [Call(([1],)), Call(([2, 3],))]))
    assert capsys.readouterr().out == (
        "total: right on this input.\ntotal: right on all 2 inputs.\n"
    )


def test_a_wrong_answer_is_shown_with_input_expected_value_and_section() -> None:
    text = str(failure(lambda values: 7))
    assert "on        values=[1, 2, 3]" in text
    assert "expected  6" in text
    assert "came      7" in text
    assert "Read again: lesson 00, “Adding up”." in text


def test_a_known_mistake_is_named_with_its_own_section() -> None:
    found = failure(len)
    assert (found.mistake, found.exercise) == ("the length", "total")
    assert "Read again: lesson 00, “Counting”." in str(found)


def test_a_mistake_is_named_only_if_it_explains_every_value() -> None:
    calls = [Call(([1, 2, 3],)), Call(([4, 5],))]

    def the_mean_once(values: Sequence[int]) -> float:
        return sum(values) / len(values) if len(values) == 3 else 0

    with pytest.raises(CheckFailed) as caught:
        check(the_mean_once, TOTAL).keeps_its_contract(tried(sum, calls))
    assert caught.value.mistake == ""


def test_a_mistake_can_be_known_by_its_exception() -> None:
    assert failure(sum, ["1", "5"]).mistake == "text is not handled"


def test_a_mistake_needs_one_way_to_be_known() -> None:
    with pytest.raises(ValueError, match="takes one of wrong=, when= and only_on="):
        Mistake("both", "", wrong=len, when=raises("TypeError"))


def test_the_shortest_failing_input_is_shown() -> None:
    calls = [Call((list(range(50)),)), Call(([4, 5],)), Call((list(range(1, 30)),))]
    with pytest.raises(CheckFailed, match=r"on        values=\[4, 5\]") as caught:
        check(lambda values: -1, TOTAL).keeps_its_contract(tried(sum, calls))
    assert "wrong on 3 of 3 inputs" in str(caught.value)


def test_an_exception_is_shown_short_with_the_students_own_line() -> None:
    def divides(values: Sequence[int]) -> float:
        return sum(values) / 0

    text = str(failure(divides))
    assert "came      ZeroDivisionError: division by zero" in text
    assert "return sum(values) / 0" in text
    assert "Traceback" not in text


def test_an_unwritten_answer_says_so() -> None:
    def unwritten(values: Sequence[int]) -> float:
        raise NotImplementedError

    assert str(failure(unwritten)) == "total: not written yet."


def test_where_work_is_graded_an_unwritten_answer_is_explained_in_full() -> None:
    class Unwritten(StandIn):
        def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
            return [Raised(("NotImplementedError", "RuntimeError"), "")] * len(calls)

        def value(self) -> Outcome:
            raise AssertionError

    text = str(failure(Unwritten()))
    assert "expected  6" in text
    assert "nothing is written yet" in text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "nothing was returned"),
        (math.nan, "nan is not a number"),
        (math.inf, "the value is infinite"),
        ([6], "expected a number, not a list of 1 values"),
        ("6", "expected a number, not a str"),
        (True, "expected a number, not a bool"),
        ((x for x in "6"), "turn it into a list"),
        (sum, "are the brackets of the call missing"),
        (sparse.csr_array([[6]]), "turn it into plain values first, by its method `toarray`"),
        (np.ma.array([6]), "turn it into plain values first, by its method `tolist`"),
        (Fraction(10**400), "too large"),
        (object(), "an object of type object"),
    ],
)
def test_an_unfit_value_gets_a_reason(value: Any, reason: str) -> None:
    assert reason in str(failure(lambda values: value))


def test_warnings_and_prints_stay_out_of_the_graded_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def noisy(values: Sequence[int]) -> int:
        warnings.warn("noise", stacklevel=1)
        print("noise", file=sys.stderr)
        print("noise")
        np.float64(1) / np.float64(0)
        return sum(values)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(noisy, TOTAL).on([1, 2, 3]).gives(6)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("total: right on this input.\n", "")


def test_an_answer_that_changes_its_input_does_not_change_the_check() -> None:
    def clears(values: list[int]) -> int:
        result = sum(values)
        values.clear()
        return result

    calls = [Call(([1, 2],)), Call(([3],))]
    check(clears, TOTAL).keeps_its_contract(tried(sum, calls))
    assert calls[0].args == ([1, 2],)


def test_a_check_without_inputs_is_refused() -> None:
    with pytest.raises(ValueError, match="could not fail"):
        check(sum, TOTAL).keeps_its_contract(tried(sum, []))
    with pytest.raises(ValueError, match="could not fail"):
        check(sum, TOTAL).satisfies(lambda value, values: True, on=[])


def test_a_law_that_is_broken_is_told() -> None:
    def grows(value: Any, values: Sequence[int]) -> bool | str:
        return value >= max(values) or "smaller than the largest"

    check(sum, TOTAL).satisfies(grows, on=[Call(([1, 2],))])
    with pytest.raises(CheckFailed, match="smaller than the largest") as caught:
        check(min, TOTAL).satisfies(grows, on=[Call(([1, 2],))], says="at least the largest")
    assert "expected  at least the largest" in str(caught.value)
    with pytest.raises(CheckFailed, match="of another kind"):
        check(lambda values: "text", TOTAL).satisfies(grows, on=[Call(([1, 2],))])


def test_a_refusal_can_be_asked_for() -> None:
    def strict(values: Sequence[int]) -> int:
        if not values:
            raise ValueError("empty")
        return sum(values)

    check(strict, TOTAL).on([]).refuses(ValueError)
    with pytest.raises(CheckFailed, match="expected  a ValueError"):
        check(sum, TOTAL).on([]).refuses(ValueError)


def test_an_estimator_is_asked_through_its_methods() -> None:
    class Mean:
        def fit(self, values: Sequence[float]) -> Mean:
            self.mean = sum(values) / len(values)
            return self

        def predict(self, n: int) -> list[float]:
            return [self.mean] * n

    made = check(lambda values: Mean(), TOTAL).on([0]).then("fit", [1, 2, 6]).then("predict", 2)
    made.gives([3, 3])
    with pytest.raises(CheckFailed, match=r"then \.fit\(\.\.\.\)\.predict\(\.\.\.\)"):
        made.gives([3, 4])


class Echo(StandIn):
    """Stands in for `sum` in a far process; keeps what it was sent."""

    def __init__(self) -> None:
        self.messages: list[Sequence[Call]] = []

    def outcomes(self, calls: Sequence[Call]) -> list[Any]:
        self.messages.append(calls)
        return [perform(sum, call) for call in calls]

    def value(self) -> Any:
        return Returned({1: "b"})


def test_a_stand_in_is_asked_all_cases_in_one_message() -> None:
    far = Echo()
    check(far, TOTAL).keeps_its_contract(tried(np.sum, [Call(([n],)) for n in range(30)]))
    assert [len(message) for message in far.messages] == [30]


QUIZ = seal("00", {1: Question("b", {"a": "Because a is another letter."}, "Letters")})


def test_long_text_among_many_values_takes_no_more_memory_than_it_has() -> None:
    """As an array, each of the values would be as long as the longest."""
    tracemalloc.start()
    try:
        assert difference([0.5] * 400, ["a" * 1_000_000] + [""] * 399) is not None
        assert difference([[0.5]] * 400, [[np.array("a" * 1_000_000)]] + [[""]] * 399) is not None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 << 20


@pytest.mark.parametrize("expected", [{"a": 1}, {1}, [1], pd.Series([1]), pd.DataFrame({"a": [1]})])
def test_an_array_without_a_dimension_is_a_difference_and_no_crash(expected: Any) -> None:
    assert str(difference(expected, np.array(1.0))).endswith(", not a float")


def test_a_mistake_is_not_named_where_what_came_is_of_another_kind() -> None:
    """A pair of two lengths in place of rows: no array can be made of it."""
    many = Mistake("too many", "Fewer.", when=lambda call, _, came: np.asarray(came.value).size > 2)
    rows = Exercise("rows", "05", "Rows", ("n",), (many,))
    with pytest.raises(CheckFailed, match="rows: not right yet") as failure:
        check(lambda n: ([[0.0, 1.0]] * n, [0] * n), rows).on(2).gives([0, 1])
    assert failure.value.mistake == ""
    with pytest.raises(CheckFailed, match="known mistake: too many"):
        check(lambda n: [0] * 3, rows).on(2).gives([0, 1])


@pytest.mark.parametrize("got", [np.array(3.0), np.float64(3.0), 3])
def test_one_number_in_place_of_several_is_a_difference_and_no_crash(got: Any) -> None:
    assert "expected 2 values, not a" in str(difference([3.0, 4.0], got))
    assert difference(3.0, got) is None


def test_a_quiz_scores_and_explains(capsys: pytest.CaptureFixture[str]) -> None:
    assert score_quiz({1: "b"}, QUIZ) == 1
    assert score_quiz({1: " B "}, QUIZ) == 1
    assert score_quiz(Echo(), QUIZ) == 1
    capsys.readouterr()
    assert score_quiz({1: "a"}, QUIZ) == 0
    assert "Because a is another letter." in capsys.readouterr().out
    for other in ({}, {1: "z"}, {1: None}, {"1": "b"}):
        assert score_quiz(other, QUIZ) == 0
        assert "choose one of a, b" in capsys.readouterr().out
    for unfit in (None, "b", object()):
        with pytest.raises(CheckFailed, match="expected a dict"):
            score_quiz(unfit, QUIZ)


def test_a_sealed_quiz_shows_no_letter_to_the_eye() -> None:
    text = QUIZ.to_json()
    assert "Because" not in text
    assert "Letters" not in text
    assert (
        len({len(sealed) for letters in QUIZ.sealed.values() for sealed in letters.values()}) == 1
    )
    with pytest.raises(QuizError, match="shorten"):
        seal("00", {1: Question("b", {"a": "long " * 300}, "Letters")})
    with pytest.raises(QuizError, match="no quiz is recorded for lesson 99"):
        score_quiz({}, Quiz("99"))


def test_ipython_shows_the_message_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell.instance()
    shell.push({"check": check, "TOTAL": TOTAL})
    shell.run_cell("check(len, TOTAL).on([1, 2, 3]).gives(6)")
    printed = "".join(capsys.readouterr())
    assert "This looks like a known mistake: the length" in printed
    assert "Traceback" not in printed
    assert "_judge" not in printed


class AlwaysEqual(float):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class LyingList(list[Any]):
    def __iter__(self) -> Any:
        return iter([1, 2, 3])

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize(
    "number",
    [
        np.array(2.5),
        np.where(True, 2.5, 1),
        np.array(np.longdouble(2.5)),
        Fraction(5, 2),
        Decimal("2.5"),
    ],
    ids=range(5),
)
def test_a_number_is_right_however_it_is_held(number: Any) -> None:
    assert (plain(number), type(plain(number))) == (2.5, float)
    assert plain({"a": [number]}) == {"a": [2.5]}
    check(lambda values: number, TOTAL).on([1, 1.5]).gives(2.5)


def test_subclasses_are_rebuilt_or_refused() -> None:
    assert plain(LyingList([9])) == [9]
    assert type(plain(Counter("aab"))) is dict
    assert type(plain(OrderedDict(a=1))) is dict
    assert plain(namedtuple("Pair", "a b")(1, 2)) == (1, 2)
    assert plain(range(3)) == [0, 1, 2]
    assert plain(np.array("fraud")) == "fraud"
    assert type(plain(np.float64(1))) is float
    for refused in (
        AlwaysEqual(1),
        enum.IntEnum("E", "a")(1),
        np.ma.array([1]),
        pd.array([1, None]),
    ):
        with pytest.raises(NotPlainError):
            plain(refused)


def test_a_value_nested_without_end_or_too_long_is_refused() -> None:
    knot: list[Any] = []
    knot.append(knot)
    with pytest.raises(NotPlainError, match="nested deeper"):
        plain(knot)
    with pytest.raises(NotPlainError, match="more than the"):
        plain(np.zeros(5_000_001, dtype=bool))
    with pytest.raises(NotPlainError, match="more than the"):
        plain([range(3_000_000), {"a": pd.RangeIndex(3_000_000)}])
    with pytest.raises(NotPlainError, match="more than the"):
        plain(range(10**30))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (2.0, "2.0"),
        (-0.0, "-0.0"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1e+20"),
        (math.nan, "nan"),
        (np.float64(2), "2.0"),
        ([np.int64(0), 2.0], "[0, 2.0]"),
        (np.array([1.0, 2.5]), "array([1.0, 2.5])"),
        (pd.Series([1, 2], index=[np.int64(3), 4]), "Series([1, 2], index=[3, 4])"),
        ({np.int64(0): 1.0, np.str_("fraud"): None}, "{0: 1.0, 'fraud': None}"),
        ({np.int64(7)}, "{7}"),
        ({"b", "c", "a"}, "{'a', 'b', 'c'}"),
        (dict.fromkeys(range(9)), f"{{{', '.join(f'{n}: None' for n in range(8))}, ...}}"),
        (set(), "set()"),
    ],
)
def test_a_value_is_shown_as_what_it_is_without_the_names_of_types(value: Any, text: str) -> None:
    """A label 2.0 is no 2; who sees ``np.int64(0)`` looks for a mistake that is none."""
    assert show(value) == text


def test_a_table_in_a_message_stands_below_its_label_and_right_of_it() -> None:
    table = pd.DataFrame({"amount": [10.5, 2000.0], "merchant": ["fuel", "gift_cards"]})
    exercise = Exercise("cleaned", lesson="12", section="Data", arguments=("table", "k"))
    with pytest.raises(CheckFailed) as failed:
        check(lambda table, k: table.head(k), exercise).on(table, k=1).gives(table.tail(1))
    lines = str(failed.value).splitlines()
    shown = lines[2 : lines.index("", 2)]
    labelled = [line.split()[0] for line in shown if line[:12].strip()]
    assert labelled == ["on", "expected", "came"]
    assert {line[11:12] for line in shown if len(line) > 12} == {" "}
    assert f"{' ' * 12}1    2000  gift_cards" in shown  # and no comma, as if it were one of a cell
    assert f"{' ' * 12}k=1" in shown


def test_pandas_objects_keep_values_index_and_names() -> None:
    frame = pd.DataFrame({"n": [1, 2], "share": [0.5, 0.5]}, index=["a", "b"])
    pd.testing.assert_frame_equal(plain(frame), frame, check_dtype=False, check_index_type=False)
    series = pd.Series(["x", None], name="s", index=[3, 4])
    assert list(plain(series).index) == [3, 4]
    assert plain(series).name == "s"
    assert plain(pd.Series(["a"], dtype="category"))[0] == "a"


@pytest.mark.parametrize(
    ("expected", "got", "reason"),
    [
        ((1, 2), [1, 2], None),
        ([1.0, 2.0], np.array([1, 2]), None),
        ([1, 2], pd.Series([1, 2], index=[5, 6]), None),
        (0.1 + 0.2, 0.3, None),
        (1, np.float64(1), None),
        ([True, False], np.array([True, False]), None),
        ([True, False], [1, 0], "at position 0: expected a bool, not an int"),
        ([1, 2], [1, 2, 3], "expected 2 values, not 3"),
        ([[1, 2]], [1], "expected shape (1, 2), not (1,)"),
        ([1, 2, 3, 4], [1, 2, 3, 5], "1 of 4 values differ, the first at position 3"),
        ([1.0, 2.0], [1.0, math.nan], "1 of 2 values are nan"),
        ([1.0, 2.0], [1.0, math.inf], "1 of 2 values are infinite"),
        ([math.nan], [math.nan], None),
        (math.nan, math.nan, None),
        (math.nan, 1.0, ""),
        ("a", "b", ""),
        ("a", 1, "expected a str, not an int"),
        ({"a": 1}, {"a": 1.0}, None),
        ({"a": 1}, {"b": 1}, "the keys should be"),
        ({"a": 1}, {"a": 2}, "at key 'a'"),
        ({"a": 1}, [1], "expected a dict"),
        ({1, 2}, {2, 1}, None),
        ({1, 2}, {1}, ""),
        (pd.Series([1], ["a"]), pd.Series([1], ["b"]), "the index should be"),
        (pd.Series([1]), [1], "expected a Series"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), "the columns should be"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]}), "in column 'a'"),
        (pd.DataFrame({"a": [1]}), [[1]], "expected a DataFrame"),
        (1, 1 + 1e-3, ""),
    ],
)
def test_values_are_compared_by_meaning(expected: Any, got: Any, reason: str | None) -> None:
    found = difference(expected, plain(got))
    assert found is None if reason is None else found is not None and reason in found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_every_plain_value_equals_itself(value: Any) -> None:
    assert difference(value, plain(value)) is None


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2), elements=st.floats(-1e6, 1e6)))
def test_a_changed_array_is_noticed(array: np.ndarray) -> None:
    changed = array.copy()
    changed.flat[-1] += 1 + abs(changed.flat[-1])
    assert difference(array, plain(array)) is None
    assert difference(array, plain(changed)) is not None


def test_exceptions_are_described_even_if_they_cannot_be_printed() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def raises_mute() -> None:
        raise Mute

    outcome = perform(raises_mute, Call())
    assert isinstance(outcome, Raised)
    assert outcome.error[:2] == ("Mute", "Exception")
    assert isinstance(perform(lambda: object(), Call()), Unusable)
    assert isinstance(perform(sys.exit, Call()), Raised)


# Partial credit


def mean_of(values: list[Any]) -> Credit:
    return Credit(float(np.mean(values)), f"the mean is {np.mean(values):.2f}", [1.0] * len(values))


def earned(answer: Any, up_to: float = 8) -> float:
    return check(answer, TOTAL).earns(up_to, by=mean_of, on=[Call(([1],)), Call(([1, 2],))])


def test_an_answer_earns_its_share_rounded_down_to_half_points() -> None:
    assert earned(lambda values: 0.5) == 4
    assert earned(lambda values: 0.49) == 3.5


@pytest.mark.parametrize("share", [1.0, 1.0000001, 7.5, math.inf])
def test_nobody_earns_more_than_all(share: float) -> None:
    assert Credit(share).points(3) == 3
    assert Credit(share).points(2.7) == 2.7


@pytest.mark.parametrize("share", [0.0, -0.5, -math.inf, math.nan])
def test_nothing_is_earned_below_zero_or_for_no_number(share: float) -> None:
    assert Credit(share).points(3) == 0


def test_points_never_exceed_the_maximum_nor_fall_as_the_share_grows() -> None:
    points = [Credit(share).points(2.7) for share in np.linspace(-0.2, 1.2, 500)]
    assert points == sorted(points)
    assert max(points) == 2.7
    assert Credit(0.7).points(10) == 7  # 2 * 10 * 0.7 is a little below 14


def test_what_earns_nothing_fails_like_any_other_wrong_answer() -> None:
    for answer in (lambda values: 0.0, lambda values: math.nan, lambda values: "much"):
        with pytest.raises(CheckFailed, match="not right yet"):
            earned(answer)
    with pytest.raises(CheckFailed, match="in your line"):
        earned(lambda values: values[7])
    with pytest.raises(CheckFailed, match="brackets of the call"):
        earned(lambda values: len)


def test_part_of_the_points_comes_with_the_reason_and_the_known_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    halves = check(lambda values: sum(values) / len(values) / 2, TOTAL)
    assert halves.earns(8, by=mean_of, on=[Call(([1],))]) == 4
    told = capsys.readouterr().out
    assert told.startswith("total: 4 of 8 points.")
    assert "the mean is 0.50" in told
    assert "Read again: lesson 00" in told
    check(len, TOTAL).earns(8, by=lambda v: Credit(0.5, expected=[9]), on=[Call(([1, 5],))])
    assert "This looks like a known mistake: the length" in capsys.readouterr().out


def test_all_points_are_the_last_value_of_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert earned(lambda values: 1.0) == 8
    assert capsys.readouterr().out == "total: the mean is 1.00\n"


class TestWorth:
    curve = Curve({"nothing": (0, 0), "half of it": (0.5, 1), "nearly all": (0.9, 3)})

    @staticmethod
    def cases(*references: float) -> list[Case]:
        """Cases in which a decision is worth what it says, and is asked for by the reference."""

        def worth(value: object) -> float:
            if not isinstance(value, int | float):
                raise ValueError("a decision is a number")
            return value

        return [Case(Call((one,)), worth, one, {"half": one / 2}) for one in references]

    @pytest.mark.parametrize(("share", "points"), [(-1, 0), (0.5, 1), (0.7, 2), (0.9, 3), (2, 3)])
    def test_points_lie_on_straight_lines_between_the_rungs(self, share: float, points: float):
        assert self.curve.points(share) == pytest.approx(points)
        assert self.curve.most == 3

    @pytest.mark.parametrize(
        "rungs", [{}, {"one": (0, 0)}, {"a": (0, 0), "b": (0, 1)}, {"a": (0, 1), "b": (1, 0)}]
    )
    def test_a_curve_that_does_not_rise_is_refused(self, rungs: dict[str, tuple[float, float]]):
        with pytest.raises(ValueError, match="rungs must be two or more, and rise"):
            Curve(rungs)

    def test_what_decisions_are_worth_over_all_cases_earns_points(
        self, capsys: pytest.CaptureFixture[str]
    ):
        judge = Worth(self.cases(10, 30), self.curve, "on two sets")
        answer = check(lambda best: 0.7 * best, TOTAL)
        assert answer.earns(3, by=judge, on=judge.calls, says="euros") == 2
        said = capsys.readouterr().out
        assert "on two sets worth 70% of the reference (half: 50%)" in said
        full = check(lambda best: best, TOTAL).earns(3, by=judge, on=judge.calls)
        assert full == 3

    def test_a_case_with_little_to_gain_does_not_decide(self):
        credit = Worth(self.cases(1, 99), self.curve)([-1, 99])
        assert credit.points(3) == 3

    def test_what_is_no_decision_earns_nothing_and_is_told_so(self):
        judge = Worth(self.cases(10), self.curve)
        with pytest.raises(CheckFailed, match="a decision is a number"):
            check(lambda best: "all", TOTAL).earns(3, by=judge, on=judge.calls)

    def test_a_mistake_that_all_decisions_show_together_is_named(self):
        judge = Worth(self.cases(10), self.curve, mistake=lambda values: "too few")
        assert judge([5]).mistake == "too few"
        assert judge([10]).mistake == ""
