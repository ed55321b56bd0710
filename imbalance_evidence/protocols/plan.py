"""Ways to proceed as a whole, from the data to the decisions, and what following each costs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from imbalance_lab.evidence import trial as trials
from imbalance_lab.evidence.data import Sample, draw, seed_of
from imbalance_lab.evidence.scores import best_thresholds, cost_per_case, f1
from imbalance_lab.evidence.trial import best_arm, score

Float = NDArray[np.float64]
#: A fitted arm, the threshold for the cost and the one for F1.
Decision = tuple[Any, float, float]

MEASURES = ("cost", "f1", "average_precision", "seconds_to_fit")
MODELS = ("logistic", "forest", "boosting")


def _search(sample: Sample, seed: int, treatments: tuple[str, ...]) -> Decision:
    """Tune three models under some treatments, keep the best, and choose its thresholds."""
    best: tuple[float, Any, Float] | None = None
    for model in MODELS:
        for treatment in treatments:
            arm, scores = best_arm(sample, model, treatment, True, seed)
            value = float(average_precision_score(sample.valid[1], scores))
            if best is None or value > best[0]:
                best = value, arm, scores
    assert best is not None
    return best[1], *best_thresholds(sample.valid[1], best[2], sample.price)


def _fixed(sample: Sample, seed: int, model: str, treatment: str, cut: float) -> Decision:
    arm, _ = best_arm(sample, model, treatment, False, seed)
    return arm, cut, cut


def _default(sample: Sample, seed: int) -> Decision:
    """Boosting as it comes, at 0.5."""
    return _fixed(sample, seed, "boosting", "nothing", 0.5)


def _smote_first(sample: Sample, seed: int) -> Decision:
    """SMOTE, then a forest, at 0.5."""
    return _fixed(sample, seed, "forest", "smote", 0.5)


def _weights_first(sample: Sample, seed: int) -> Decision:
    """Balanced weights, then a forest, at 0.5."""
    return _fixed(sample, seed, "forest", "weights", 0.5)


def _undersample_first(sample: Sample, seed: int) -> Decision:
    """As many negatives as positives, then a forest, at 0.5."""
    return _fixed(sample, seed, "forest", "undersample", 0.5)


def _everything(sample: Sample, seed: int) -> Decision:
    """SMOTE and edited neighbours, balanced trees, and a lower threshold on top."""
    return _fixed(sample, seed, "balanced_forest", "smote_enn", 0.3)


def _formula(sample: Sample, seed: int) -> Decision:
    """Boosting as it comes, at the threshold of the formula."""
    cut = 1 / (1 + sample.price)
    return _fixed(sample, seed, "boosting", "nothing", cut)


def _card(sample: Sample, seed: int) -> Decision:
    """Follow the decision card: untouched models, regularised, a threshold for the costs."""
    return _search(sample, seed, ("nothing",))


def _search_all(sample: Sample, seed: int) -> Decision:
    """Search like the card, with remedies among the candidates, at four times the time."""
    return _search(sample, seed, ("nothing", "weights", "smote", "undersample"))


PLANS: dict[str, Callable[[Sample, int], Decision]] = {
    "card": _card,
    "search_all": _search_all,
    "default": _default,
    "formula": _formula,
    "smote_first": _smote_first,
    "weights_first": _weights_first,
    "undersample_first": _undersample_first,
    "everything": _everything,
}


def plan(data: str, plan: str, *, repeat: int = 0) -> dict[str, float]:
    """Follow a plan on the rows to fit and to validate on, and judge its decisions.

    Parameters
    ----------
    data : str
        As in a trial.
    plan : str
        One of `PLANS`.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        Cost per case and F1, each at the plan's threshold for it; average precision; seconds.
    """
    if plan not in PLANS:
        raise ValueError(f"plan must be one of {sorted(PLANS)}, got {plan!r}")
    sample, seed = draw(data, repeat), seed_of(data, repeat)
    started = time.thread_time()
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        arm, for_cost, for_f1 = PLANS[plan](sample, seed)
        seconds = time.thread_time() - started
        scores, _ = score(arm, sample.test[0])
    y = sample.test[1]
    return {
        "cost": cost_per_case(y, scores >= for_cost, sample.price),
        "f1": f1(y, scores >= for_f1),
        "average_precision": float(average_precision_score(y, scores)),
        "seconds_to_fit": seconds,
    }


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    used = ("forest", "boosting", "logistic", "balanced_forest")
    arms = [
        part
        for model in used
        for part in trials.parts({"data": cell["data"], "model": model, "treatment": "smote_enn"})
    ]
    return [plan, PLANS[cell["plan"]], *arms]
