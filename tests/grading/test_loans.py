"""One slip costs once: what uses a wrong answer is judged with the right one in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from released import ROOT, fill_in

from imbalance_grader.notebook import loans
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import CellResult, NotebookResult
from imbalance_lab.checks import Call, CheckFailed, NotWrittenYet, Raised, Returned, check
from imbalance_lab.exercises.metrics import CONFUSION_COUNTS, PRECISION_RECALL
from imbalance_sandbox import questions, wire

LESSON = "02-metrics/metrics"
COUNTS = """\
def confusion_counts(y_true, y_pred, pos_label=1):
    pairs = [(t == pos_label, p == pos_label) for t, p in zip(y_true, y_pred)]
    kinds = (False, False), (False, True), (True, False), (True, True)
    return tuple(sum(pair == kind for pair in pairs) for kind in kinds)
"""
SWAPPED = COUNTS.replace("(False, True), (True, False)", "(True, False), (False, True)")
USES_IT = """\
def precision_recall(y_true, y_pred, pos_label=1):
    tn, fp, fn, tp = confusion_counts(y_true, y_pred, pos_label)
    return tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0
"""
WRONG_ITSELF = USES_IT.replace("tp / (tp + fn)", "fn / (tp + fn)")
SPIES = USES_IT.replace("    tn,", "    print('borrowed', confusion_counts)\n    tn,")


def graded(engine: Engine, folder: Path, counts: str, uses: str) -> NotebookResult:
    answers = {"confusion-counts": counts, "precision-recall": uses}
    path = folder / "submitted" / "ada" / "02-metrics" / "metrics.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(fill_in(LESSON, answers=answers), path)
    return engine.grade(ROOT / "solutions" / f"{LESSON}.ipynb", path, "02-metrics", "ada").result


def cell(result: NotebookResult, name: str) -> CellResult:
    return next(c for c in result.cells if c.grade_id == f"{name}-check")


def test_what_uses_a_wrong_answer_is_judged_with_the_right_one(
    engine: Engine, tmp_path: Path
) -> None:
    result = graded(engine, tmp_path, SWAPPED, USES_IT)
    assert cell(result, "confusion-counts").points == 0
    using = cell(result, "precision-recall")
    assert using.points == using.max_points
    assert "uses confusion_counts, which is not right yet" in using.message
    assert "one slip costs once" in using.message


def test_a_loan_reaches_through_a_helper_in_a_cell_of_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    helper = "def counted(*labels):\n    return confusion_counts(*labels)\n"
    through_it = USES_IT.replace("confusion_counts", "counted")
    path = tmp_path / "submitted" / "ada" / "02-metrics" / "metrics.ipynb"
    path.parent.mkdir(parents=True)
    answers = {"confusion-counts": SWAPPED, "precision-recall": through_it}
    notebook = fill_in(LESSON, answers=answers)
    place = next(
        n
        for n, one in enumerate(notebook.cells)
        if one.metadata.get("nbgrader", {}).get("grade_id") == "precision-recall"
    )
    notebook.cells.insert(place, nbformat.v4.new_code_cell(helper))
    nbformat.write(notebook, path)
    source = ROOT / "solutions" / f"{LESSON}.ipynb"
    result = engine.grade(source, path, "02-metrics", "ada").result
    using = cell(result, "precision-recall")
    assert (using.points, cell(result, "confusion-counts").points) == (using.max_points, 0)


def test_a_slip_of_its_own_still_costs(engine: Engine, tmp_path: Path) -> None:
    using = cell(graded(engine, tmp_path, SWAPPED, WRONG_ITSELF), "precision-recall")
    assert using.points == 0
    assert using.message.startswith("Your answer uses confusion_counts, which is not right yet")
    assert "mend that first" in using.message


def test_a_loan_earns_nothing_for_the_exercise_that_is_lent(engine: Engine, tmp_path: Path) -> None:
    result = graded(engine, tmp_path, SWAPPED, SPIES)
    assert cell(result, "confusion-counts").points == 0
    assert cell(result, "precision-recall").points == 2
    assert "borrowed" not in str(result.to_json())


BACKWARDS = """\
def confusion_counts(y_true, y_pred, pos_label=1):
    counts = [0, 0, 0, 0]
    for t, p in zip(list(y_true), list(y_pred)):
        precision, recall = precision_recall([t, pos_label], [p, pos_label], pos_label)
        right = (t == pos_label) == (p == pos_label)
        counts[(0 if p != pos_label else 3) if right else (1 if precision < 1 else 2)] += 1
    return tuple(counts)
"""


def test_nothing_is_lent_of_what_comes_later(engine: Engine, tmp_path: Path) -> None:
    """Or each of several exercises could be had from the next, and only the last were lost."""
    later = "def precision_recall(y_true, y_pred, pos_label=1):\n    return 0.0, 0.0\n"
    result = graded(engine, tmp_path, BACKWARDS, later)
    assert cell(result, "confusion-counts").points == 0
    assert cell(result, "precision-recall").points == 0


def test_nothing_is_lent_where_nothing_is_wrong(engine: Engine, tmp_path: Path) -> None:
    result = graded(engine, tmp_path, COUNTS, USES_IT)
    assert cell(result, "confusion-counts").points == 1
    assert cell(result, "precision-recall").message == ""


LENT = "bayes_threshold"  # it refuses what it must


def borrowed(lender: loans.Lender, name: Any, *args: Any) -> Any:
    call = questions.write_calls([Call(args)])
    reply = lender({"borrow": name, "call": call})
    assert reply is not None
    return questions.read_outcome(wire.decode(reply["lent"]))


def test_a_lender_gives_values_refusals_and_nothing_else() -> None:
    lender = loans.Lender([LENT])
    assert borrowed(lender, LENT, 1, 9) == Returned(pytest.approx(0.1))
    refused = borrowed(lender, LENT, 1, 0)
    assert isinstance(refused, Raised)
    assert refused.error[0] == "ValueError"
    assert lender({"outcomes": []}) is None


@pytest.mark.parametrize(
    "reply",
    [
        {"borrow": "class_table", "call": questions.write_calls([Call(([1, 2],))])},
        {"borrow": [LENT], "call": None},
        {"borrow": LENT, "call": "nonsense"},
        {
            "borrow": LENT,
            "call": questions.write_calls([Call((np.zeros(10**6), 0.5))]),
        },
        {"borrow": LENT, "call": questions.write_calls([Call((1, 0)), Call((1, 0))])},
    ],
    ids=["not lent", "no name", "no call", "too large", "two calls"],
)
def test_a_hostile_question_gets_a_refusal(reply: dict[str, Any]) -> None:
    answer = loans.Lender([LENT])(reply)
    assert answer is not None
    assert isinstance(questions.read_outcome(wire.decode(answer["lent"])), Raised)


def test_a_right_answer_that_takes_long_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loans, "_SECONDS", 0.05)
    lender = loans.Lender(["majority_accuracy"])  # counts each label among all
    assert isinstance(borrowed(lender, "majority_accuracy", list(range(4_900))), Raised)
    assert borrowed(lender, "majority_accuracy", [0, 0, 1, 0]) == Returned(0.75)


def test_all_loans_together_are_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or who asks often would use up the time in which the answer itself is judged."""
    monkeypatch.setattr(loans, "_MOST_SECONDS", 0.02)
    lender = loans.Lender(["majority_accuracy"])
    given = [borrowed(lender, "majority_accuracy", list(range(400))) for _ in range(200)]
    assert isinstance(given[0], Returned)
    assert isinstance(given[-1], Raised)


def test_the_visible_check_points_to_the_earlier_exercise() -> None:
    scope: dict[str, Any] = {}
    exec(SWAPPED + USES_IT, scope)
    with pytest.raises(CheckFailed, match="uses `confusion_counts`, which is not right yet"):
        check(scope["precision_recall"], PRECISION_RECALL).keeps_its_contract()


def test_an_answer_that_uses_one_that_is_not_begun_is_called_written() -> None:
    scope: dict[str, Any] = {}
    exec(
        "def confusion_counts(y_true, y_pred, pos_label=1):\n    raise NotImplementedError()\n"
        + USES_IT,
        scope,
    )
    with pytest.raises(CheckFailed, match="uses `confusion_counts`, which is not right yet"):
        check(scope["precision_recall"], PRECISION_RECALL).keeps_its_contract()
    with pytest.raises(NotWrittenYet, match=r"^confusion_counts: not written yet\.$"):
        check(scope["confusion_counts"], CONFUSION_COUNTS).keeps_its_contract()


def test_a_library_call_that_does_it_all_is_refused_in_grading_too(
    engine: Engine, tmp_path: Path
) -> None:
    calls_it = (
        "from sklearn.metrics import precision_recall_fscore_support as all_of_it\n"
        "def precision_recall(y_true, y_pred, pos_label=1):\n"
        "    return all_of_it(y_true, y_pred, pos_label=pos_label, average='binary')[:2]\n"
    )
    result = cell(graded(engine, tmp_path, COUNTS, calls_it), "precision-recall")
    assert (result.points, result.mistake) == (0, "a library call does the whole exercise")
