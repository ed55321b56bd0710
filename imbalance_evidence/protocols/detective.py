"""A classifier that is to tell SMOTE's rows from real ones, their parents met or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from imbalance_lab.evidence.arms import MODELS
from imbalance_lab.evidence.data import parse, seed_of

Float = NDArray[np.float64]

MEASURES = ("roc_auc", "variance")


def _invented(real: Float, seed: int) -> Float:
    """Return as many rows as there are real ones, invented from them."""
    others = np.full((2 * len(real), real.shape[1]), 1e6)  # far off; SMOTE looks at one class
    X = np.vstack([real, others])
    y = np.repeat([1, 0], [len(real), len(others)])
    made, _ = SMOTE(random_state=seed).fit_resample(X, y)
    return np.asarray(made[len(X) :])


def _labelled(real: Float, invented: Float) -> tuple[Float, NDArray[np.int64]]:
    return np.vstack([real, invented]), np.repeat([0, 1], [len(real), len(invented)])


def detective(data: str, parents: str, *, repeat: int = 0) -> dict[str, float]:
    """Train a forest to tell invented rows from real ones, and test it on others of both.

    Parameters
    ----------
    data : str
        Such as ``"normal n=200 features=10"``: standard normal positives.
    parents : {"same", "met", "other"}
        Whose children the invented rows of the test are. Same: of the parents of the training's,
        and these parents are the real rows, as after a random split of rows. Met: of the same
        parents, and all real rows are strangers. Other: of parents of their own.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        ROC AUC (0.5: nothing gives the inventions away), and the variance of an invented feature,
        where a real one has 1.
    """
    name, settings = parse(data)
    if name != "normal" or parents not in ("same", "met", "other"):
        raise ValueError(
            "data must read like 'normal n=200 features=10' and parents be 'same', 'met' or "
            f"'other', got {data!r} and {parents!r}"
        )
    seed = seed_of(data, repeat) % 2**31
    rng = np.random.default_rng(seed)
    first, second = rng.standard_normal((2, settings["n"], settings["features"]))
    fresh = rng.standard_normal(second.shape)
    invented = _invented(first, seed)
    half = len(invented) // 2
    if parents == "same":
        fit = _labelled(first[:half], invented[:half])
        test = _labelled(first[half:], invented[half:])
    elif parents == "met":
        fit = _labelled(second, invented)
        test = _labelled(fresh, _invented(first, seed + 1))
    else:
        fit = _labelled(first, invented)
        test = _labelled(fresh, _invented(second, seed))
    forest = MODELS["forest"].build(seed, {"n_jobs": 1}).fit(*fit)
    auc = float(roc_auc_score(test[1], forest.predict_proba(test[0])[:, 1]))
    return {"roc_auc": auc, "variance": float(invented.var())}


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [detective, repr(MODELS["forest"])]
