"""Whatever a class draws, the inputs of an exercise obey its contract and tell mistakes apart.

Each was found by trying thousands of classes; `test_exercises` tries one more with each commit.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from imbalance_lab.checks import Call
from imbalance_lab.datasets import make_gauss
from imbalance_oracles import secret
from imbalance_oracles.registry import keys


def drawn(exercise: str, classes: int = 50) -> Iterator[list[Call]]:
    """Yield what is tried in each of some classes."""
    key = keys()[exercise]
    assert key.inputs is not None
    for number in range(classes):
        yield list(key.inputs(secret.generator(f"class {number}", exercise)))


def test_differences_of_two_models_are_never_all_equal() -> None:
    for calls in drawn("compare_models", 150):
        for call in calls:
            a, b = (np.asarray(scores, dtype=float) for scores in call.args[:2])
            assert np.ptp(b - a) > 0.001


def test_some_labels_begin_with_a_rare_one_and_1_is_now_rare_and_now_common() -> None:
    for calls in drawn("majority_accuracy"):
        columns = [list(call.args[0]) for call in calls]
        assert any(2 * y.count(y[0]) < len(y) for y in columns)
        shares = [np.mean(y) for y in columns if set(y) == {0, 1}]
        assert min(shares) < 0.5 < max(shares)


@pytest.mark.parametrize("exercise", ["confusion_counts", "precision_recall"])
def test_series_that_are_put_together_by_their_index_give_something_else(exercise: str) -> None:
    for calls in drawn(exercise):
        pairs = [call.args for call in calls if len(call.args) == 3]
        assert len(pairs) == 2
        for truth, flagged, label in pairs:
            both = ((truth == label) & (flagged == label)).sum()
            assert both != sum((truth == label).to_numpy() & (flagged == label).to_numpy())


def test_a_series_never_comes_with_room_for_no_review() -> None:
    for calls in drawn("reviews_of_the_day"):
        capacities = {call.args[2] for call in calls if isinstance(call.args[0], pd.Series)}
        assert min(capacities) > 0


def test_that_a_lead_is_never_clear_is_asked_of_arrays_and_of_lists() -> None:
    right = keys()["crossover"].right
    assert right is not None
    for calls in drawn("crossover", 20):
        never = {type(call.args[0]) for call in calls if right(*call.args) is None}
        assert never == {list, np.ndarray}


@pytest.mark.parametrize("loss", ["binary", "by class"])
def test_with_the_decay_of_the_key_pytorchs_loss_stands_still_where_scikit_learn_has_stopped(
    loss: str,
) -> None:
    X, y = make_gauss(300, prevalence=0.2, random_state=0)
    w0, w1, C = 0.6, 7.0, 0.05
    model = LogisticRegression(C=C, tol=1e-10, class_weight={0: w0, 1: w1}).fit(X, y)
    slopes = model.coef_[0]
    pulls = np.where(y == 1, w1, w0) * (model.predict_proba(X)[:, 1] - y)
    # As PyTorch documents its means: by the rows, with pos_weight, or by the weights of the rows.
    divisor = w0 * len(y) if loss == "binary" else np.where(y == 1, w1, w0).sum()
    decay = keys()["matching_decay"].right
    assert decay is not None
    assert X.T @ pulls / divisor == pytest.approx(-decay(y, w0, w1, C, loss) * slopes, abs=1e-6)


# --- seeds of decisions ---------------------------------------------------------------------------


def look(seed: int, missing: list[str]) -> tuple[str, str] | None:
    kind = "odd" if seed % 2 else "even"
    return None if seed % 5 == 0 or kind not in missing else (kind, f"of {seed}")


def test_the_eldest_of_one_kind_after_the_other_gives_way() -> None:
    tried: list[list[int]] = []

    def suits(drawn: dict[int, str]) -> bool:
        tried.append(list(drawn))
        return 7 in drawn

    drawn = secret.of_each_kind(iter(range(99)), {"even": 2, "odd": 1}, look, suits)
    assert tried == [[2, 4, 1], [4, 6, 1], [4, 6, 7]]
    assert drawn == {4: "of 4", 6: "of 6", 7: "of 7"}


def test_those_give_way_that_are_named() -> None:
    tried: list[list[int]] = []

    def suits(drawn: dict[int, str]) -> bool:
        tried.append(list(drawn))
        return len(tried) == 3

    def gives_way(drawn: dict[int, str]) -> list[int]:
        return [4] if len(tried) == 1 else list(drawn)

    secret.of_each_kind(iter(range(99)), {"even": 2, "odd": 1}, look, suits, gives_way)
    assert tried == [[2, 4, 1], [2, 6, 1], [8, 12, 7]]


@pytest.mark.parametrize(
    ("topic", "seeds"),
    [
        ("calibration", "2a6e0f1080f735f6"),
        ("focal_loss", "5ec19c9396cd4c68"),
        ("honest_validation", "970d1af8a1041540"),
        pytest.param("class_weights", "009f8e43ba40d0a7", marks=pytest.mark.long),
        pytest.param("resampling", "c4f12b4579b2bc7a", marks=pytest.mark.long),
    ],
)
def test_the_published_secret_draws_what_it_always_drew(topic: str, seeds: str) -> None:
    """A class that is graded again after an update is judged on the same hidden data."""
    drawn = importlib.import_module(f"imbalance_oracles.{topic}")._drawn(secret.PUBLISHED)
    said = " ".join(map(str, drawn))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == seeds
