"""Losses for networks and boosting: cross-entropy or focal, weighted or not, from either start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler

from imbalance_lab.evidence.data import Sample, draw, family, parse, seed_of
from imbalance_lab.evidence.scores import MEASURES as MEASURES
from imbalance_lab.evidence.scores import all_scores, best_thresholds

Float = NDArray[np.float64]
Int = NDArray[np.int64]

#: Packages that not every environment of the course has.
NEEDS = ("torch",)
HIDDEN = 32
GAMMAS = (0.5, 1.0, 2.0, 5.0)
RATES = (0.003, 0.01, 0.03, 0.1)
PENALTIES = (0.0, 0.01)

#: Gamma, learning rate, penalty on the size of weights or leaves.
Dials = tuple[float, float, float]
_STEP = 1e-4


def focal_slope(log_odds: Float, y: Int, gamma: float) -> Float:
    """Return the derivative of the focal loss with respect to the log odds."""
    sign = np.where(y == 1, 1.0, -1.0)
    p = np.clip(expit(sign * log_odds), 1e-12, 1.0)
    return np.asarray(sign * (1 - p) ** gamma * (gamma * p * np.log(p) - (1 - p)))


def _boost(sample: Any, dials: Dials, weight: float, start: float, frame: Any) -> Any:
    """Boost trees on the focal loss; with gamma 0 it is the cross-entropy."""
    import lightgbm

    X, y = sample.fit
    (gamma, rate, penalty), (length, seed, _) = dials, frame
    weights = np.where(y == 1, weight, 1.0)

    def objective(log_odds: Float, data: Any) -> tuple[Float, Float]:
        z = log_odds + start
        slope = focal_slope(z, y, gamma)
        above, below = (focal_slope(z + e, y, gamma) for e in (_STEP, -_STEP))
        curve = np.maximum((above - below) / (2 * _STEP), 1e-6)
        return weights * slope, weights * curve

    parameters = {
        "objective": objective,
        "learning_rate": rate,
        "num_leaves": 8,
        "lambda_l2": 1000 * penalty,
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
        "seed": seed,
    }
    trees = lightgbm.train(parameters, lightgbm.Dataset(X, y), num_boost_round=length)
    return lambda rows: np.asarray(trees.predict(rows, raw_score=True)) + start


def _train(sample: Any, dials: Dials, weight: float, start: float, frame: Any) -> Any:
    """Train a network with one hidden layer on the focal loss; with gamma 0 on cross-entropy."""
    import torch

    (gamma, rate, penalty), (length, seed, batch) = dials, frame
    torch.set_num_threads(1)
    draws = torch.Generator().manual_seed(seed)
    scaler = StandardScaler().fit(sample.fit[0])
    X = torch.tensor(scaler.transform(sample.fit[0]), dtype=torch.float32)
    y = torch.tensor(sample.fit[1], dtype=torch.float32)
    torch.manual_seed(seed)
    last = torch.nn.Linear(HIDDEN, 1)
    torch.nn.init.constant_(last.bias, start)
    net = torch.nn.Sequential(torch.nn.Linear(X.shape[1], HIDDEN), torch.nn.ReLU(), last)
    steps = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=penalty)
    for _ in range(length):
        rows = torch.randint(len(X), (batch,), generator=draws) if batch else slice(None)
        z, target = net(X[rows])[:, 0], y[rows]
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(z, target, reduction="none")
        losses = (1 - torch.exp(-entropy)).clamp(min=1e-7) ** gamma * entropy
        steps.zero_grad()
        (losses * torch.where(target == 1, weight, 1.0)).mean().backward()
        steps.step()

    def log_odds(rows: Float) -> Float:
        with torch.no_grad():
            inputs = torch.tensor(scaler.transform(rows), dtype=torch.float32)
            return np.asarray(net(inputs)[:, 0].numpy(), dtype=float)

    return log_odds


LEARNERS: dict[str, Callable[..., Any]] = {"network": _train, "boosting": _boost}


def losses(
    data: str,
    learner: str,
    loss: str = "entropy",
    weights: str = "none",
    start: str = "zero",
    length: int = 200,
    batch: int = 0,
    *,
    repeat: int = 0,
) -> dict[str, float]:
    """Train one learner with one loss.

    Both losses try eight settings on the validation rows and keep the best by average precision:
    four learning rates with and without a penalty, or four values of gamma with two rates.

    Parameters
    ----------
    data : str
        As in a trial.
    learner : {"network", "boosting"}
    loss : str, default="entropy"
        "entropy", "focal", or "focal gamma=2".
    weights : {"none", "balanced"}
    start : {"zero", "prior"}
        The log odds at which training begins: 0, or those of the prevalence.
    length : int, default=200
        Steps or trees.
    batch : int, default=0
        Rows of a step; 0 takes all.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        As in a trial.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    if learner not in LEARNERS:
        raise ValueError(f"learner must be one of {sorted(LEARNERS)}, got {learner!r}")
    sample, seed = draw(data, repeat), seed_of(data, repeat) % 2**31
    y = sample.fit[1]
    prior = float(np.log(y.mean() / (1 - y.mean()))) if start == "prior" else 0.0
    weight = float((y == 0).sum() / (y == 1).sum()) if weights == "balanced" else 1.0
    return best_of(
        (LEARNERS[learner](sample, d, weight, prior, (length, seed, batch)) for d in _to_try(loss)),
        sample,
    )


def best_of(scorers: Iterable[Callable[[Any], Any]], sample: Sample) -> dict[str, float]:
    """Return the scores of the model that ranks the validation rows best, the first of equals.

    Parameters
    ----------
    scorers : iterable of callable
        Each gives log odds for rows of features.
    sample : Sample
    """
    X, y = sample.valid
    best = max(scorers, key=lambda scorer: average_precision_score(y, scorer(X)))
    valid, test = (expit(best(rows)) for rows, _ in (sample.valid, sample.test))
    thresholds = best_thresholds(y, valid, sample.price)
    return all_scores(sample.test[1], test, test, thresholds, sample.price)


def _to_try(loss: str) -> list[Dials]:
    """Return eight settings for a loss, whichever it is."""
    name, settings = parse(loss)
    if name not in ("entropy", "focal"):
        raise ValueError(f"loss must be 'entropy' or 'focal gamma=2', got {loss!r}")
    if name == "focal" and "gamma" not in settings:
        return [(gamma, rate, 0.0) for gamma in GAMMAS for rate in RATES[::2]]
    gamma = float(settings.get("gamma", 0.0))
    return [(gamma, rate, penalty) for rate in RATES for penalty in PENALTIES]


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [losses, LEARNERS[cell["learner"]], family(cell["data"])]
