"""Six candidates, and the number by which one of them is chosen: what each choice costs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, average_precision_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

from imbalance_lab.evidence import trial as trials
from imbalance_lab.evidence.data import draw, seed_of
from imbalance_lab.evidence.scores import best_thresholds, cost_per_case, f1
from imbalance_lab.evidence.trial import best_arm, score

Float = NDArray[np.float64]
Int = NDArray[np.int64]

MODELS = ("logistic", "forest", "boosting")
TREATMENTS = ("nothing", "weights")


def _accuracy(y: Int, proba: Float, price: float) -> float:
    return float(accuracy_score(y, proba >= 0.5))


def _balanced_accuracy(y: Int, proba: Float, price: float) -> float:
    return float(balanced_accuracy_score(y, proba >= 0.5))


def _f1(y: Int, proba: Float, price: float) -> float:
    return f1(y, proba >= 0.5)


def _average_precision(y: Int, proba: Float, price: float) -> float:
    return float(average_precision_score(y, proba))


def _cost(y: Int, proba: Float, price: float) -> float:
    return -cost_per_case(y, proba >= 0.5, price)


def _cost_at_best(y: Int, proba: Float, price: float) -> float:
    return -cost_per_case(y, proba >= best_thresholds(y, proba, price)[0], price)


#: What may choose, by labels and probabilities on the validation rows; higher is better.
RULES: dict[str, Callable[[Int, Float, float], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
    "average_precision": _average_precision,
    "cost": _cost,
    "cost_at_best": _cost_at_best,
}
#: For each rule, the cost per case of what it chose: used at 0.5, and at a threshold of its own.
MEASURES = tuple(f"{use}_by_{rule}" for rule in RULES for use in ("half", "own"))


def choice(data: str, *, repeat: int = 0) -> dict[str, float]:
    """Fit three models with and without balanced weights, and let each rule choose one.

    Parameters
    ----------
    data : str
        As in a trial.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        The cost per test case of each rule's choice: ``half_by_accuracy`` for decisions at 0.5,
        ``own_by_accuracy`` for the threshold with the lowest cost on the validation rows.
    """
    sample, seed = draw(data, repeat), seed_of(data, repeat)
    y, (X_test, y_test), price = sample.valid[1], sample.test, sample.price
    found: list[tuple[Float, float, float]] = []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for model in MODELS:
            for treatment in TREATMENTS:
                arm, valid = best_arm(sample, model, treatment, False, seed)
                test, cut = score(arm, X_test)[0], best_thresholds(y, valid, price)[0]
                half, own = (cost_per_case(y_test, test >= t, price) for t in (0.5, cut))
                found.append((valid, half, own))
    result: dict[str, float] = {}
    for name, rule in RULES.items():
        chosen = found[int(np.argmax([rule(y, one[0], price) for one in found]))]
        result |= {f"half_by_{name}": chosen[1], f"own_by_{name}": chosen[2]}
    return result


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    arms = [
        part
        for model in MODELS
        for part in trials.parts({"data": cell["data"], "model": model, "treatment": "weights"})
    ]
    return [choice, *RULES.values(), *arms]
