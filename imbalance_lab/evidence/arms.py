"""The arms of a trial: models, what is done about the imbalance, and what may be tuned.

Both are named in one line, such as ``"forest min_samples_leaf=5"`` and ``"smote k_neighbors=3"``;
what is not named keeps the library's default, but that forests have 200 trees. A space lists the
values from which a tuned arm may draw, those of the model and those of the treatment together.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from imblearn.pipeline import Pipeline
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.compose import ColumnTransformer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from imbalance_lab.evidence.data import parse

Labels = NDArray[np.int64]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Arm:
    """A model or a treatment: a class "module:name", its settings, the values tuning may try.

    A `detector` is fitted on the common class alone. A treatment without a class weighs the rows by
    `weights` ("balanced", "price") or does nothing; `before_encoding` is for categories as codes.
    """

    made_by: str = ""
    settings: Settings = field(default_factory=dict)
    space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    detector: bool = False
    weights: str = ""
    before_encoding: bool = False

    def build(self, seed: int, settings: Settings) -> Any:
        """Return the object, with the seed if it takes one."""
        module, _, name = self.made_by.partition(":")
        kind = getattr(import_module(module), name)
        takes = inspect.signature(kind).parameters
        seeded = {"random_state": seed} if "random_state" in takes else {}
        return kind(**seeded, **(dict(self.settings) | dict(settings)))


class Detector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """A detector of the odd as a classifier: fitted on the negatives, its score is oddness."""

    def __init__(self, detector: Any) -> None:
        self.detector = detector

    def fit(self, X: NDArray[np.float64], y: Labels) -> Detector:
        """Fit on the rows of the common class alone."""
        self.detector_ = self.detector.fit(X[y == 0])
        return self

    def decision_function(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how odd each row is: higher is odder."""
        return -np.asarray(self.detector_.score_samples(X), dtype=float)


class Neighbours(KNeighborsClassifier):  # type: ignore[misc]
    """Nearest neighbours; who asks for more of them than there are rows to fit on gets all."""

    def fit(self, X: NDArray[np.float64], y: Labels) -> Neighbours:
        """Fit; resampling may have left few rows, and the setting was drawn before."""
        self.set_params(n_neighbors=min(self.n_neighbors, len(X)))
        super().fit(X, y)
        return self


_TREES = {"n_estimators": 200}
_FOREST = {"min_samples_leaf": (1, 2, 5, 10, 20, 50), "max_features": ("sqrt", 0.3, 0.6)}
_RATES = (0.02, 0.05, 0.1, 0.2)
_ROUNDS, _LEAVES, _RIDGE = (50, 100, 200), (4, 8, 31), (0.0, 1.0, 10.0)
_BOOSTING = {
    "learning_rate": _RATES,
    "max_iter": _ROUNDS,
    "max_leaf_nodes": _LEAVES,
    "min_samples_leaf": (5, 20, 60),
    "l2_regularization": _RIDGE,
}
_LIGHTGBM = {
    "learning_rate": _RATES,
    "n_estimators": _ROUNDS,
    "num_leaves": _LEAVES,
    "min_child_samples": (1, 5, 20, 60),
    "min_child_weight": (0.001, 1.0),
    "reg_lambda": _RIDGE,
}
_NETWORK = {
    "alpha": (1e-4, 1e-2, 1.0),
    "max_iter": (20, 50, 100),
    "learning_rate_init": (1e-3, 1e-2),
}
_GAMMAS = ("scale", 0.01, 0.1, 1.0)

MODELS: dict[str, Arm] = {
    "logistic": Arm(
        "sklearn.linear_model:LogisticRegression",
        {"max_iter": 1000},
        {"C": (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)},
    ),
    "bayes": Arm(
        "sklearn.naive_bayes:GaussianNB", space={"var_smoothing": (1e-9, 1e-6, 1e-3, 1e-2, 0.1)}
    ),
    "tree": Arm(
        "sklearn.tree:DecisionTreeClassifier", space={"min_samples_leaf": (1, 5, 10, 20, 50, 100)}
    ),
    "neighbours": Arm(
        f"{__name__}:Neighbours", space={"n_neighbors": (1, 3, 5, 11, 25, 51, 101, 201)}
    ),
    "svm": Arm(
        "sklearn.svm:SVC", {"cache_size": 500}, {"C": (0.1, 1.0, 10.0, 100.0), "gamma": _GAMMAS}
    ),
    "forest": Arm("sklearn.ensemble:RandomForestClassifier", _TREES, _FOREST),
    "boosting": Arm(
        "sklearn.ensemble:HistGradientBoostingClassifier", {"early_stopping": False}, _BOOSTING
    ),
    "lightgbm": Arm(
        "lightgbm:LGBMClassifier", {"n_jobs": 1, "verbose": -1, "deterministic": True}, _LIGHTGBM
    ),
    "network": Arm(
        "sklearn.neural_network:MLPClassifier",
        {"hidden_layer_sizes": (32,), "max_iter": 100},
        _NETWORK,
    ),
    "balanced_forest": Arm("imblearn.ensemble:BalancedRandomForestClassifier", _TREES, _FOREST),
    "easy_ensemble": Arm(
        "imblearn.ensemble:EasyEnsembleClassifier", {"n_jobs": 1}, {"n_estimators": (5, 10, 20)}
    ),
    "rusboost": Arm(
        "imblearn.ensemble:RUSBoostClassifier",
        _TREES,
        {"n_estimators": _ROUNDS, "learning_rate": (0.03, 0.1, 0.3, 1.0)},
    ),
    "isolation_forest": Arm(
        "sklearn.ensemble:IsolationForest", _TREES, {"max_samples": (64, 256, 1.0)}, detector=True
    ),
    "one_class_svm": Arm(
        "sklearn.svm:OneClassSVM",
        {"nu": 0.05},
        {"nu": (0.01, 0.05, 0.2), "gamma": _GAMMAS},
        detector=True,
    ),
    "outlier_factor": Arm(
        "sklearn.neighbors:LocalOutlierFactor",
        {"novelty": True},
        {"n_neighbors": (5, 10, 20, 50, 100)},
        detector=True,
    ),
}

_RATIO = {"ratio": 1.0}
_RATIOS = {"ratio": (1.0, 2.0, 5.0, 10.0)}
_SMOTE = {**_RATIOS, "k_neighbors": (1, 3, 5, 10)}
_OVER, _UNDER = "imblearn.over_sampling:", "imblearn.under_sampling:"

TREATMENTS: dict[str, Arm] = {
    "nothing": Arm(),
    "weights": Arm(
        weights="balanced", settings={"power": 1.0}, space={"power": (0.25, 0.5, 0.75, 1.0)}
    ),
    "price_weights": Arm(weights="price"),
    "copies": Arm(_OVER + "RandomOverSampler", _RATIO, _RATIOS),
    "undersample": Arm(_UNDER + "RandomUnderSampler", _RATIO, _RATIOS),
    "smote": Arm(_OVER + "SMOTE", _RATIO, _SMOTE),
    "borderline": Arm(_OVER + "BorderlineSMOTE", _RATIO, _SMOTE),
    "svm_smote": Arm(_OVER + "SVMSMOTE", _RATIO, _SMOTE),
    # Its own threshold refuses sets whose positives gather in no cluster, as rare ones do.
    "kmeans_smote": Arm(_OVER + "KMeansSMOTE", {"cluster_balance_threshold": 0.001}),
    "adasyn": Arm(_OVER + "ADASYN", space={"n_neighbors": (3, 5, 10)}),
    "tomek": Arm(_UNDER + "TomekLinks"),
    "enn": Arm(_UNDER + "EditedNearestNeighbours", space={"kind_sel": ("all", "mode")}),
    "smote_tomek": Arm("imblearn.combine:SMOTETomek"),
    "smote_enn": Arm("imblearn.combine:SMOTEENN"),
    "smote_nc": Arm(_OVER + "SMOTENC", space={"k_neighbors": (3, 5, 10)}, before_encoding=True),
}


def wanted_counts(y: Labels, ratio: float, under: bool) -> dict[int, int]:
    """Return a class's rows after resampling to `ratio` negatives for each positive.

    Undersampling never adds a negative, and oversampling never drops a positive.
    """
    negatives, positives = int((y == 0).sum()), int((y == 1).sum())
    if under:
        return {0: min(negatives, round(ratio * positives))}
    return {1: max(positives, round(negatives / ratio))}


def weight_of_positives(arm: Arm, y: Labels, price: float, settings: Settings) -> float:
    """Return what a positive weighs: the classes' ratio to a power, or the price of a miss."""
    if arm.weights == "price":
        return float(price)
    power = (dict(arm.settings) | dict(settings))["power"]
    return float(((y == 0).sum() / (y == 1).sum()) ** power)


def find(line: str, known: Mapping[str, Arm], what: str) -> tuple[Arm, dict[str, Any]]:
    """Return the arm that a line names and the settings that it gives.

    Raises
    ------
    ValueError
        If the line names none; it lists those there are.
    """
    name, settings = parse(line)
    if name not in known:
        raise ValueError(f"{what} must begin with one of {sorted(known)}, got {line!r}")
    return known[name], settings


def _sampler(treatment: tuple[Arm, Settings], seed: int, codes: list[int]) -> Any:
    arm = treatment[0]
    chosen = dict(arm.settings) | dict(treatment[1])
    if (ratio := chosen.pop("ratio", None)) is not None:
        under = arm.made_by.startswith(_UNDER)
        chosen["sampling_strategy"] = partial(wanted_counts, ratio=ratio, under=under)
    if arm.before_encoding:
        chosen["categorical_features"] = codes
    return Arm(arm.made_by).build(seed, chosen)


def pipeline(
    model: tuple[Arm, Settings],
    treatment: tuple[Arm, Settings],
    seed: int,
    n_features: int,
    categorical: tuple[int, ...] = (),
) -> Pipeline:
    """Return an unfitted pipeline: scale, perhaps resample, encode, perhaps resample, model.

    Parameters
    ----------
    model, treatment : (Arm, settings)
    seed : int
        For the resampler and the model.
    n_features : int
        Columns of X.
    categorical : tuple of int, optional
        Those that hold codes of categories; they are not scaled, but encoded one-hot.

    Returns
    -------
    Pipeline
        From imbalanced-learn, so that resampling meets the rows to fit on alone.
    """
    numeric = [i for i in range(n_features) if i not in categorical]
    codes = list(range(len(numeric), n_features))  # where scaling leaves them
    kept = ("keep", "passthrough", list(categorical))
    steps: list[tuple[str, Any]] = [
        ("scale", ColumnTransformer([("scale", StandardScaler(), numeric), kept]))
    ]
    if codes:
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        encode = ColumnTransformer([("one-hot", one_hot, codes)], remainder="passthrough")
        steps.append(("encode", encode))
    if treatment[0].made_by:
        place = 1 if treatment[0].before_encoding else len(steps)
        steps.insert(place, ("resample", _sampler(treatment, seed, codes)))
    built = model[0].build(seed, model[1])
    steps.append(("model", Detector(built) if model[0].detector else built))
    return Pipeline(steps)
