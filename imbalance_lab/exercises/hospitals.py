"""The audit of lesson 04: hospitals whose report has to be put right, and what an audit is worth.

A hospital is drawn from a real set, the Wisconsin breast cancer data: its patients are real
tumours, and the slides of one patient are her measurements with a little error. Its judge knows no
good audit: what came on new patients, and what known routes say, comes in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import load_rare_breast_cancer
from imbalance_lab.exercises.choices import one_number

#: Patients of a hospital before the report, well and ill; all others of the set come after it.
WELL, ILL = 160, 40
FEATURES = 2
#: Error of a slide, in standard deviations of a feature.
ERROR = 0.1
#: What an audit without any error is worth; each hundredth that it is off takes a hundredth away.
WORTH = 0.25
#: The curve of `honest_auc`: for each rung its worth as a share of what the reference is worth, and
#: its points; straight lines lie between. The first three shares are means over 24 hospitals,
#: rounded; tests/test_audit.py computes them again.
CURVE = Curve(
    {
        "the report, believed": (0.1, 0.0),
        "0.75 for every hospital": (0.4, 1.0),
        "patients on both sides": (0.5, 1.5),
        "the report minus 0.2": (0.65, 2.0),
        "nearly the reference": (0.88, 5.0),
    }
)

#: By name, what known routes say of a hospital, and what came.
Routes = Mapping[str, float]
REPORT, ROWS, MEMORY = "the report, believed", "patients on both sides", "the rows of training"
REFERENCE, CAME = "reference", "new patients"
SAME, LEAK = "the same number for every hospital", "the leak instead of the score"


class Hospital(NamedTuple):
    """What was there for the report, and the patients that came later.

    Attributes
    ----------
    X : ndarray of shape (n_slides, 2)
    y : ndarray of int of shape (n_slides,)
        1 for a slide of a patient who is ill.
    patient : ndarray of int of shape (n_slides,)
        Number of the patient.
    X_new, y_new : ndarray
        Slides of later patients.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    patient: NDArray[np.int64]
    X_new: NDArray[np.float64]
    y_new: NDArray[np.int64]


def hospital(seed: int) -> Hospital:
    """Draw a hospital: two features, three or four slides a patient.

    In two hospitals of five the labels were mixed up among the patients, so that there is nothing
    to be learned.

    Parameters
    ----------
    seed : int
        0 or more, of any length.
    """
    rng = np.random.default_rng(seed)
    table, target = load_rare_breast_cancer(prevalence=None)
    known = table.to_numpy()[:, rng.choice(table.shape[1], FEATURES, replace=False)]
    known = (known - known.mean(axis=0)) / known.std(axis=0)
    ill = target.to_numpy()
    order = [rng.permutation(np.flatnonzero(ill == label)) for label in (0, 1)]
    before = np.concatenate([order[0][:WELL], order[1][:ILL]])
    after = np.concatenate([order[0][WELL:], order[1][ILL:]])
    if rng.random() < 0.4:
        ill = ill.copy()
        ill[before], ill[after] = rng.permutation(ill[before]), rng.permutation(ill[after])
    slides = int(rng.integers(3, 5))
    X, y, patient = _slides(rng, known[before], ill[before], slides)
    X_new, y_new, _ = _slides(rng, known[after], ill[after], slides)
    return Hospital(X, y, patient, X_new, y_new)


def _slides(rng: np.random.Generator, known: Any, ill: Any, slides: int) -> tuple[Any, Any, Any]:
    patient = rng.permutation(np.repeat(np.arange(len(ill)), slides))
    error = rng.normal(scale=ERROR, size=(len(patient), FEATURES))
    return known[patient] + error, ill[patient], patient


def audit(routes: Mapping[int, Routes], where: str = "") -> Worth:
    """Return the judge of audits of some hospitals.

    Parameters
    ----------
    routes : mapping of int to mapping of str to float
        By the seed of each hospital: what each known route says, and what came.
    where : str, default=""
        What to call these hospitals.
    """
    return Worth(
        [_case(seed, said) for seed, said in routes.items()],
        CURVE,
        where,
        lambda values: known_mistake(values, list(routes.values())),
    )


def _case(seed: int, said: Routes) -> Case:
    X, y, patient, *_ = hospital(seed)

    def worth(value: Any) -> float:
        return WORTH - abs(one_number(value, "an audit, a ROC AUC,", 0, 1) - said[CAME])

    beside = {name: worth(said[name]) for name in (REPORT, ROWS)}
    return Case(Call((X, y, patient)), worth, worth(said[REFERENCE]), beside)


def known_mistake(values: list[Any], routes: list[Routes]) -> str:
    """Return the name of the mistake that all audits together show, "" if they show none."""
    found = np.array(values, dtype=float)
    said = {name: np.array([one[name] for one in routes]) for name in routes[0]}
    if len(found) > 1 and np.ptp(found) < 1e-3:
        return SAME
    away = {name: np.abs(found - said[name]).mean() for name in (REPORT, ROWS, MEMORY)}
    away[LEAK] = np.abs(found - (said[REPORT] - said[REFERENCE])).mean()
    nearest = min(away, key=lambda name: float(away[name]))
    # The leak hangs on the folds of the student's own audit, and nothing else is as small.
    return nearest if away[nearest] < (0.06 if nearest == LEAK else 0.02) else ""
