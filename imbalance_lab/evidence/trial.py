"""The fair trial: every arm gets the same rows, the same budget and its own threshold.

An arm is a model, a treatment of the imbalance, and whether it was tuned. It is fitted on its rows,
chooses its settings and its threshold on validation rows, and is judged on test rows. A tuned arm
tries eight settings, the first of them the default, the others drawn at random from the space of
its model and its treatment together; the best by average precision on the validation rows is kept.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from sklearn.model_selection import ParameterSampler
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from imbalance_lab.evidence.arms import MODELS, TREATMENTS, find, pipeline, weight_of_positives
from imbalance_lab.evidence.data import Sample, draw, family, seed_of
from imbalance_lab.evidence.scores import MEASURES as SCORES
from imbalance_lab.evidence.scores import all_scores, best_thresholds

Float = NDArray[np.float64]
Settings = dict[str, dict[str, Any]]

#: What a trial returns.
MEASURES = (*SCORES, "seconds_to_fit")
#: Settings that a tuned arm may try.
BUDGET = 8


def settings_to_try(model: str, treatment: str, tuned: bool, seed: int) -> list[Settings]:
    """Return the settings of an arm: those that its lines give, and if it is tuned, seven more.

    What a line sets itself, as in ``"forest min_samples_leaf=5"``, is not tuned.
    """
    sides = {"model": find(model, MODELS, "model")}
    sides["treatment"] = find(treatment, TREATMENTS, "treatment")
    given: Settings = {side: settings for side, (_, settings) in sides.items()}
    space = {
        (side, key): values
        for side, (arm, settings) in sides.items()
        for key, values in arm.space.items()
        if key not in settings
    }
    if not tuned or not space:
        return [given]
    size = min(BUDGET - 1, math.prod(map(len, space.values())))
    return [
        given,
        *(
            {side: given[side] | {k: v for (s, k), v in one.items() if s == side} for side in given}
            for one in ParameterSampler(space, size, random_state=seed)
        ),
    ]


def fit_arm(sample: Sample, model: str, treatment: str, chosen: Settings, seed: int) -> Any:
    """Return a pipeline fitted on the rows to fit on."""
    X, y = sample.fit
    kind, treated = find(model, MODELS, "model")[0], find(treatment, TREATMENTS, "treatment")[0]
    arm = pipeline(
        (kind, chosen["model"]),
        (treated, chosen["treatment"]),
        seed % 2**31,
        X.shape[1],
        sample.categorical,
    )
    if not treated.weights:
        return arm.fit(X, y)
    if not has_fit_parameter(arm[-1], "sample_weight"):
        raise ValueError(f"the model {model!r} takes no weights, so no {treatment!r}")
    weight = weight_of_positives(treated, y, sample.price, chosen["treatment"])
    return arm.fit(X, y, model__sample_weight=np.where(y == 1, weight, 1.0))


def score(arm: Any, X: Float) -> tuple[Float, Float | None]:
    """Return an arm's scores, and its probabilities if it has any."""
    if hasattr(arm, "predict_proba"):
        proba = np.asarray(arm.predict_proba(X)[:, 1], dtype=float)
        return proba, proba
    return np.asarray(arm.decision_function(X), dtype=float), None


def trial(
    data: str,
    model: str,
    treatment: str = "nothing",
    tuned: bool = False,
    *,
    repeat: int = 0,
) -> dict[str, float]:
    """Run one arm on one draw of the data.

    Parameters
    ----------
    data : str
        Such as ``"nonlinear n=8000 prevalence=0.01"``; see `imbalance_lab.evidence.data`.
    model, treatment : str
        Such as ``"forest"`` and ``"smote k_neighbors=3"``; see `imbalance_lab.evidence.arms`.
    tuned : bool, default=False
        Whether settings are chosen on the validation rows.
    repeat : int, default=0
        Arms with the same data and repeat see the same rows.

    Returns
    -------
    dict of str to float
        The measures of `imbalance_lab.evidence.scores`, and ``seconds_to_fit``, of all settings
        that were tried.

    Raises
    ------
    ValueError
        If a line is unknown, or the model cannot take the treatment.
    """
    sample = draw(data, repeat)
    seed = seed_of(data, repeat)
    for name, (_, y) in zip(("fit", "validation", "test"), sample[:3], strict=True):
        if not 0 < y.sum() < len(y):
            raise ValueError(f"{data!r}, repeat {repeat}: the {name} rows hold only one class")
    started = time.thread_time()
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # of convergence; the row says how good the arm is
        arm, valid_score = best_arm(sample, model, treatment, tuned, seed)
        seconds = time.thread_time() - started
        test_score, proba = score(arm, sample.test[0])
    thresholds = best_thresholds(sample.valid[1], valid_score, sample.price)
    measured = all_scores(sample.test[1], test_score, proba, thresholds, sample.price)
    return measured | {"seconds_to_fit": seconds}


def best_arm(
    sample: Sample, model: str, treatment: str, tuned: bool, seed: int
) -> tuple[Any, Float]:
    """Return the best arm by average precision on the validation rows, and its scores there."""
    X, y = sample.valid
    best: tuple[float, Any, Float] | None = None
    for chosen in settings_to_try(model, treatment, tuned, seed):
        arm = fit_arm(sample, model, treatment, chosen, seed)
        scores, _ = score(arm, X)
        value = float(average_precision_score(y, scores))
        if best is None or value > best[0]:
            best = value, arm, scores
    assert best is not None
    return best[1], best[2]


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row of this trial is made, for its fingerprint."""
    arms = find(cell["model"], MODELS, "model"), find(cell["treatment"], TREATMENTS, "treatment")
    return [trial, family(cell["data"]), *(repr(arm) for arm, _ in arms)]
