"""Teams that choose a model for their capacity: what they have to choose from, and the curve.

Used in lesson 03. Nothing here knows a good choice, see `imbalance_lab.exercises.choices`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.checks import Call, Curve, Worth
from imbalance_lab.datasets import make_transactions, transaction_encoder
from imbalance_lab.exercises import choices
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.draws import random_state

#: Names of the models. Which one is sharp at the top and which one deep differs from team to team.
MODELS = tuple("ABCDE")
#: The curve of `choose_model`. On the teams that count, the model of the highest average precision,
#: chosen for all of them, is worth 0.7 to 0.88 of the reference.
CURVE = Curve(
    {
        "the worst model for each": (0.4, 0.0),
        "by average precision, at best": (0.88, 1.5),
        "nearly the reference": (0.95, 5.0),
    }
)
#: Mistakes that the choices for all teams together show.
WHOLE_LIST = "a measure that has never heard of the capacity chooses for all teams"
POOLED = "the capacity of one day is taken for all days together"
LOWEST = "the cases with the lowest scores are looked at"
#: What a model recognises: a share of the frauds, among so many others that this is its precision.
_RECALLS = (0.15, 0.32, 0.52, 0.76, 0.97)
_PRECISIONS = (0.95, 0.65, 0.36, 0.19, 0.09)
#: How many of about 160 cases a day a team can look at: there is one team of each kind.
_CAPACITIES = ((1, 1), (3, 4), (9, 13), (25, 35), (75, 90))
_DAYS = 30  # of training, of practice, and of judging


class Team(NamedTuple):
    """A team, and what is known of the models.

    Attributes
    ----------
    days : DataFrame
        Cases of 30 days to practise on: ``day`` (0 to 29), ``is_fraud``, and each model's scores.
    capacity : int
        Cases that the team can look at on one day.
    later : DataFrame
        The 30 days after these, as `days`: they judge.
    """

    days: pd.DataFrame
    capacity: int
    later: pd.DataFrame

    @property
    def call(self) -> Call:
        """What the student's function is asked."""
        return Call((self.days, self.capacity))


@cache
def teams(seed: int) -> tuple[Team, ...]:
    """Return the teams of a seed, which may be of any length: the regions of one bank."""
    rng = np.random.default_rng(seed)
    state = random_state(rng)
    table = make_transactions(72_000, fraud_rate=0.05, n_days=3 * _DAYS, random_state=state)
    known = pd.DataFrame({"day": table["time"].astype(int) - _DAYS, "is_fraud": table["is_fraud"]})
    suspicion = _suspicion(table, known["day"] < 0)
    region = rng.permutation(len(table)) % len(_CAPACITIES)
    letters = rng.permutation(list(MODELS))
    drawn = []
    for place, (low, high) in enumerate(_CAPACITIES):
        rows = ((region == place) & (known["day"] >= 0)).to_numpy()
        cases = known[rows].reset_index(drop=True)
        # Each letter is as sharp as one team needs, and suits the others less and less.
        scored = _scored(rng, cases, suspicion[rows], np.roll(letters, 2 * place))
        later = scored["day"] >= _DAYS
        after = scored[later].reset_index(drop=True)
        after["day"] -= _DAYS
        drawn.append(Team(scored[~later], int(rng.integers(low, high + 1)), after))
    return tuple(drawn[place] for place in rng.permutation(len(drawn)))


def _suspicion(table: pd.DataFrame, past: pd.Series) -> NDArray[np.float64]:
    """Return the log odds of fraud, standardised, as learned from some of the past rows."""
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=300))
    learned = table[past][:8000]
    odds = model.fit(learned, learned["is_fraud"]).decision_function(table)
    return np.asarray((odds - odds.mean()) / odds.std())


def _scored(
    rng: np.random.Generator,
    cases: pd.DataFrame,
    suspicion: NDArray[np.float64],
    letters: NDArray[np.str_],
) -> pd.DataFrame:
    """Return the cases with five models' scores, which are probabilities, sharpest letter first."""
    y = cases["is_fraud"].to_numpy() == 1
    for place, letter in enumerate(letters):
        recall, precision = _RECALLS[place], _PRECISIONS[place]
        caught = int(recall * y.sum())
        looks = suspicion + rng.normal(size=len(y))
        recognised = np.zeros(len(y), dtype=bool)
        for among, many in ((y, caught), (~y, int(caught * (1 - precision) / precision))):
            rows = np.flatnonzero(among)
            recognised[rows[np.argsort(-looks[rows], kind="stable")[:many]]] = True
        rest = y[~recognised].mean()
        odds = logit(np.where(recognised, precision, rest)) + 0.3 * rng.normal(size=len(y))
        cases[str(letter)] = expit(odds)
    return cases[["day", "is_fraud", *MODELS]]


def judge(seed: int, told: Told, where: str) -> Worth:
    """Return the judge of choices for the teams of a seed."""
    calls = [team.call for team in teams(seed)]
    return choices.judge(calls, told, CURVE, where, "average precision")


def two_days() -> pd.DataFrame:
    """Return the days of the example by hand: two models, four cases on each of two days."""
    return pd.DataFrame(
        {
            "day": [0, 0, 0, 0, 1, 1, 1, 1],
            "is_fraud": [1, 0, 1, 0, 0, 1, 0, 0],
            "A": [0.9, 0.5, 0.1, 0.2, 0.3, 0.8, 0.4, 0.1],
            "B": [0.6, 0.1, 0.7, 0.2, 0.5, 0.4, 0.3, 0.1],
        }
    )
