"""Plans of lesson 07: clients who need a weight and a threshold, and what a plan is worth to them.

Nothing here knows a good plan: what the reference's plan saves a client comes in as a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_bent, make_gauss, make_transactions
from imbalance_lab.exercises.choices import one_number
from imbalance_lab.exercises.draws import random_state

#: The curve of `weights_or_threshold`: for each rung its worth as a share of what the reference is
#: worth, and its points; straight lines lie between. All but the last are means over many
#: clients, rounded; tests/test_plans.py computes them again.
CURVE = Curve(
    {
        "balanced weights, everywhere": (0.1, 0.0),
        "the costs as weights, everywhere": (0.64, 1.0),
        "never any weights": (0.74, 1.5),
        "by a formula, without the rows": (0.81, 2.0),
        "nearly the reference": (0.88, 5.0),
    }
)
#: Mistakes that all plans together show.
BALANCED, NEVER = "balanced weights for every client", "no weights for any client"
COSTS, TWICE = "the costs as weights for every client", "the costs are corrected for twice"
FORMULA = "the client's software decides, whatever the data say"
FORMULA_TOO = "as well"  # the same mistake, with the other choice where the threshold is free

LABELS, PRICES, FREE = "labels", "prices", "free"  # who sets the threshold
LATER = 10_000  # rows that judge
_SKEWED = ("amount", "amount_ratio", "distance")


class _Kind(NamedTuple):
    """A kind of client: data, rows, share of positives, price of a miss in false alarms, use."""

    data: str
    rows: int
    prevalence: float
    ratio: float
    use: str


KINDS = (
    _Kind("gauss", 3000, 0.02, 10, LABELS),
    _Kind("gauss", 700, 0.05, 90, FREE),
    _Kind("gauss", 3000, 0.04, 10, PRICES),
    _Kind("gauss", 500, 0.06, 80, FREE),
    _Kind("bent", 4000, 0.1, 30, FREE),
    _Kind("bent", 4000, 0.05, 45, FREE),
    _Kind("bent", 3000, 0.03, 5, FREE),
    _Kind("transactions", 1000, 0.05, 40, FREE),
)


class Client(NamedTuple):
    """What a client knows today, and the rows that come later.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        Features, standardised.
    y : ndarray of int of shape (n_samples,)
    cost_fp, cost_fn : float
        What a false alarm and a miss cost, in euros.
    threshold : float or None
        The threshold that the client's software applies, None where it is yours to choose.
    X_new, y_new : ndarray
        Later rows.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    cost_fp: float
    cost_fn: float
    threshold: float | None
    X_new: NDArray[np.float64]
    y_new: NDArray[np.int64]

    @property
    def call(self) -> Call:
        """What the student's function is asked."""
        return Call((self.X, self.y, self.cost_fp, self.cost_fn, self.threshold))


@lru_cache(maxsize=64)
def client(seed: int) -> Client:
    """Return a client; its seed, of any length, decides of which of `KINDS` it is."""
    kind = KINDS[seed % len(KINDS)]
    rng = random_state(seed)
    X, y = _draw(kind, rng)
    X = (X - X[: kind.rows].mean(axis=0)) / X[: kind.rows].std(axis=0)
    cost_fp = float(rng.choice([2, 4, 5, 10]))
    cost_fn = float(round(cost_fp * kind.ratio * rng.uniform(0.85, 1.15)))
    threshold = {LABELS: 0.5, PRICES: cost_fp / (cost_fp + cost_fn), FREE: None}[kind.use]
    n = kind.rows
    return Client(X[:n], y[:n], cost_fp, cost_fn, threshold, X[n:], y[n:])


def _draw(kind: _Kind, rng: np.random.RandomState) -> tuple[Any, Any]:
    rows = kind.rows + LATER
    if kind.data == "gauss":
        return make_gauss(rows, prevalence=kind.prevalence, random_state=rng)
    if kind.data == "bent":
        return make_bent(rows, prevalence=kind.prevalence, random_state=rng)
    table = make_transactions(rows, fraud_rate=kind.prevalence, drift=0, random_state=rng)
    X = table.drop(columns=["time", "merchant", "channel", "is_fraud"]).to_numpy(dtype=float)
    X = np.where(table.columns[1:10].isin(_SKEWED), np.log1p(X), X)
    return X, table["is_fraud"].to_numpy()


def judge(references: Mapping[int, float], where: str = "") -> Worth:
    """Return the judge of plans for some clients; each client counts the same.

    Parameters
    ----------
    references : mapping of int to float
        By the seed of each client: the share of its bill that the reference's plan saves.
    where : str, default=""
        What to call these clients.
    """
    clients = [client(seed) for seed in references]
    cases = [
        Case(
            one.call,
            lambda plan, one=one, best=best: saved(one, plan) / best,
            1.0,
            {name: saved(one, known_plans(one)[name]) / best for name in (BALANCED, NEVER)},
        )
        for one, best in zip(clients, references.values(), strict=True)
    ]
    return Worth(cases, CURVE, where, lambda plans: known_mistake(plans, clients))


def known_plans(one: Client) -> dict[str, tuple[float, float]]:
    """Return what the known mistakes plan for a client."""
    ratio, fixed = one.cost_fn / one.cost_fp, one.threshold
    half, price = (0.5, 1 / (1 + ratio)) if fixed is None else (fixed, fixed)
    return {
        BALANCED: (float(np.sum(one.y == 0) / np.sum(one.y == 1)), half),
        NEVER: (1.0, price),
        COSTS: (ratio, half),
        TWICE: (ratio, price),
        FORMULA: (ratio, 0.5) if fixed == 0.5 else (1.0, price),
        FORMULA_TOO: (1.0, price) if fixed not in (None, 0.5) else (ratio, 0.5),
    }


def known_mistake(plans: Sequence[Any], clients: Sequence[Client]) -> str:
    """Return the name of the mistake that all plans together show, "" if they show none."""
    known = [known_plans(one) for one in clients]
    for name in known[0]:
        if np.allclose([tuple(plan) for plan in plans], [each[name] for each in known], rtol=0.02):
            return FORMULA if name == FORMULA_TOO else name
    return ""


def saved(one: Client, plan: Any) -> float:
    """Return what a plan saves later, as a share of the cheaper bill of flagging nobody or all.

    It is 0 where the plan costs more than that: the client would switch it off.

    Raises
    ------
    TypeError, ValueError
        If it is no plan for this client.
    """
    w1, threshold = _checked(plan, one.threshold)
    flagged = _fitted(one, w1) >= threshold
    bill = one.cost_fp * np.sum(flagged & (one.y_new == 0))
    bill += one.cost_fn * np.sum(~flagged & (one.y_new == 1))
    nobody, all_rows = one.cost_fn * np.sum(one.y_new == 1), one.cost_fp * np.sum(one.y_new == 0)
    return max(0.0, 1 - float(bill) / float(min(nobody, all_rows)))


def _fitted(one: Client, w1: float) -> Any:
    model = LogisticRegression(class_weight={0: 1, 1: w1}, max_iter=1000).fit(one.X, one.y)
    return model.predict_proba(one.X_new)[:, 1]


def _checked(plan: Any, fixed: float | None) -> tuple[float, float]:
    if not isinstance(plan, tuple | list) or len(plan) != 2:
        raise TypeError(
            f"a plan is a pair: the weight of a positive, and a threshold; got {plan!r}"
        )
    w1 = one_number(plan[0], "the weight of a positive", 0.001, 10_000)
    threshold = one_number(plan[1], "the threshold of a plan", 0, 1)
    if fixed is not None and not math.isclose(threshold, fixed):
        raise ValueError(
            f"this client's software applies {fixed:.3g}, the plan says {threshold:.3g}"
        )
    return w1, threshold
