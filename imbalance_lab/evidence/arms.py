"""The arms of a trial: models, what is done about the imbalance, and what may be tuned.

Both are named in one line, such as ``"forest min_samples_leaf=5"`` and ``"smote k_neighbors=3"``;
what is not named keeps the library's default, but that a forest has 200 trees. A space lists the
values from which a tuned arm may draw, those of the model and those of the treatment together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from imblearn import ensemble as balanced
from imblearn import over_sampling, under_sampling
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.pipeline import Pipeline
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, OneClassSVM
from sklearn.tree import DecisionTreeClassifier

from imbalance_lab.evidence.data import parse

Labels = NDArray[np.int64]
Space = Mapping[str, tuple[Any, ...]]

TREES = 200


@dataclass(frozen=True)
class Model:
    """How to build a model from a seed and settings, and the values that tuning may try."""

    build: Callable[..., Any]
    space: Space = field(default_factory=dict)


@dataclass(frozen=True)
class Treatment:
    """What is done about the imbalance before or while a model is fitted.

    `sampler` builds a resampler from a seed and settings; `weight` returns what a positive weighs
    from the labels, the price of a miss and settings. Neither: nothing is done.
    """

    sampler: Callable[..., Any] | None = None
    weight: Callable[..., float] | None = None
    space: Space = field(default_factory=dict)
    before_encoding: bool = False


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


def _logistic(seed: int, **settings: Any) -> Any:
    return LogisticRegression(max_iter=1000, **settings)


def _bayes(seed: int, **settings: Any) -> Any:
    return GaussianNB(**settings)


def _tree(seed: int, **settings: Any) -> Any:
    return DecisionTreeClassifier(random_state=seed, **settings)


def _neighbours(seed: int, **settings: Any) -> Any:
    return KNeighborsClassifier(**settings)


def _svm(seed: int, **settings: Any) -> Any:
    return SVC(cache_size=500, **settings)


def _forest(seed: int, **settings: Any) -> Any:
    return RandomForestClassifier(
        n_jobs=1, random_state=seed, **({"n_estimators": TREES} | settings)
    )


def _boosting(seed: int, **settings: Any) -> Any:
    return HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **settings)


def _lightgbm(seed: int, **settings: Any) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_jobs=1, verbose=-1, deterministic=True, random_state=seed, **settings)


def _network(seed: int, **settings: Any) -> Any:
    chosen = {"hidden_layer_sizes": (32,), "max_iter": 100} | settings
    return MLPClassifier(random_state=seed, **chosen)


def _balanced_forest(seed: int, **settings: Any) -> Any:
    chosen = {"n_estimators": TREES} | settings
    return balanced.BalancedRandomForestClassifier(n_jobs=1, random_state=seed, **chosen)


def _easy_ensemble(seed: int, **settings: Any) -> Any:
    return balanced.EasyEnsembleClassifier(n_jobs=1, random_state=seed, **settings)


def _rusboost(seed: int, **settings: Any) -> Any:
    chosen = {"n_estimators": TREES} | settings
    return balanced.RUSBoostClassifier(random_state=seed, **chosen)


def _isolation_forest(seed: int, **settings: Any) -> Any:
    return Detector(IsolationForest(random_state=seed, **({"n_estimators": TREES} | settings)))


def _one_class_svm(seed: int, **settings: Any) -> Any:
    return Detector(OneClassSVM(**({"nu": 0.05} | settings)))


def _outlier_factor(seed: int, **settings: Any) -> Any:
    return Detector(LocalOutlierFactor(novelty=True, **settings))


_LEAVES = {"min_samples_leaf": (1, 2, 5, 10, 20, 50)}
_BOOSTED = {"learning_rate": (0.02, 0.05, 0.1, 0.2)}

MODELS: dict[str, Model] = {
    "logistic": Model(_logistic, {"C": (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)}),
    "bayes": Model(_bayes, {"var_smoothing": (1e-9, 1e-6, 1e-3, 1e-2, 1e-1)}),
    "tree": Model(_tree, {"min_samples_leaf": (1, 5, 10, 20, 50, 100)}),
    "neighbours": Model(_neighbours, {"n_neighbors": (1, 3, 5, 11, 25, 51, 101, 201)}),
    "svm": Model(_svm, {"C": (0.1, 1.0, 10.0, 100.0), "gamma": ("scale", 0.01, 0.1)}),
    "forest": Model(_forest, {**_LEAVES, "max_features": ("sqrt", 0.3, 0.6)}),
    "boosting": Model(
        _boosting,
        {
            **_BOOSTED,
            "max_iter": (50, 100, 200),
            "max_leaf_nodes": (4, 8, 31),
            "min_samples_leaf": (5, 20, 60),
            "l2_regularization": (0.0, 1.0, 10.0),
        },
    ),
    "lightgbm": Model(
        _lightgbm,
        {
            **_BOOSTED,
            "n_estimators": (50, 100, 200),
            "num_leaves": (4, 8, 31),
            "min_child_samples": (1, 5, 20, 60),
            "min_child_weight": (0.001, 1.0),
            "reg_lambda": (0.0, 1.0, 10.0),
        },
    ),
    "network": Model(
        _network,
        {"alpha": (1e-4, 1e-2, 1.0), "max_iter": (20, 50, 100), "learning_rate_init": (1e-3, 1e-2)},
    ),
    "balanced_forest": Model(_balanced_forest, {**_LEAVES, "max_features": ("sqrt", 0.3, 0.6)}),
    "easy_ensemble": Model(_easy_ensemble, {"n_estimators": (5, 10, 20)}),
    "rusboost": Model(
        _rusboost, {"n_estimators": (50, 100, 200), "learning_rate": (0.03, 0.1, 0.3, 1.0)}
    ),
    "isolation_forest": Model(_isolation_forest, {"max_samples": (64, 256, 1.0)}),
    "one_class_svm": Model(
        _one_class_svm, {"nu": (0.01, 0.05, 0.2), "gamma": ("scale", 0.01, 0.1, 1.0)}
    ),
    "outlier_factor": Model(_outlier_factor, {"n_neighbors": (5, 10, 20, 50, 100)}),
}


def _fewer_negatives(y: Labels, ratio: float) -> dict[int, int]:
    """Return how many negatives are left at `ratio` of them for each positive."""
    return {0: min(int((y == 0).sum()), round(ratio * int((y == 1).sum())))}


def _more_positives(y: Labels, ratio: float) -> dict[int, int]:
    """Return how many positives there are to be at `ratio` negatives for each of them."""
    return {1: max(int((y == 1).sum()), round(int((y == 0).sum()) / ratio))}


def _undersample(seed: int, ratio: float = 1.0) -> Any:
    left = partial(_fewer_negatives, ratio=ratio)
    return under_sampling.RandomUnderSampler(sampling_strategy=left, random_state=seed)


def _copies(seed: int, ratio: float = 1.0) -> Any:
    wanted = partial(_more_positives, ratio=ratio)
    return over_sampling.RandomOverSampler(sampling_strategy=wanted, random_state=seed)


def _smote(seed: int, ratio: float = 1.0, **settings: Any) -> Any:
    wanted = partial(_more_positives, ratio=ratio)
    return over_sampling.SMOTE(sampling_strategy=wanted, random_state=seed, **settings)


def _borderline(seed: int, ratio: float = 1.0, **settings: Any) -> Any:
    wanted = partial(_more_positives, ratio=ratio)
    return over_sampling.BorderlineSMOTE(sampling_strategy=wanted, random_state=seed, **settings)


def _svm_smote(seed: int, ratio: float = 1.0, **settings: Any) -> Any:
    wanted = partial(_more_positives, ratio=ratio)
    return over_sampling.SVMSMOTE(sampling_strategy=wanted, random_state=seed, **settings)


def _kmeans_smote(seed: int, **settings: Any) -> Any:
    # Its own threshold refuses sets whose positives gather in no cluster, as rare ones do.
    chosen = {"cluster_balance_threshold": 0.001} | settings
    return over_sampling.KMeansSMOTE(random_state=seed, **chosen)


def _adasyn(seed: int, **settings: Any) -> Any:
    return over_sampling.ADASYN(random_state=seed, **settings)


def _tomek(seed: int) -> Any:
    return under_sampling.TomekLinks()


def _enn(seed: int, **settings: Any) -> Any:
    return under_sampling.EditedNearestNeighbours(**settings)


def _smote_tomek(seed: int) -> Any:
    return SMOTETomek(random_state=seed)


def _smote_enn(seed: int) -> Any:
    return SMOTEENN(random_state=seed)


def _smote_nc(seed: int, categorical: tuple[int, ...] = (), **settings: Any) -> Any:
    return over_sampling.SMOTENC(categorical, random_state=seed, **settings)


def _balanced_weight(y: Labels, price: float, power: float = 1.0) -> float:
    """Return the ratio of the classes, raised to a power that tuning may lower."""
    return float(((y == 0).sum() / (y == 1).sum()) ** power)


def _price_weight(y: Labels, price: float) -> float:
    """Return the price of a miss: training with the costs at which it will be used."""
    return float(price)


_RATIOS = {"ratio": (1.0, 2.0, 5.0, 10.0)}
_SMOTES = {**_RATIOS, "k_neighbors": (1, 3, 5, 10)}

TREATMENTS: dict[str, Treatment] = {
    "nothing": Treatment(),
    "weights": Treatment(weight=_balanced_weight, space={"power": (0.25, 0.5, 0.75, 1.0)}),
    "price_weights": Treatment(weight=_price_weight),
    "copies": Treatment(_copies, space=_RATIOS),
    "undersample": Treatment(_undersample, space=_RATIOS),
    "smote": Treatment(_smote, space=_SMOTES),
    "borderline": Treatment(_borderline, space=_SMOTES),
    "svm_smote": Treatment(_svm_smote, space=_SMOTES),
    "kmeans_smote": Treatment(_kmeans_smote),
    "adasyn": Treatment(_adasyn, space={"n_neighbors": (3, 5, 10)}),
    "tomek": Treatment(_tomek),
    "enn": Treatment(_enn, space={"kind_sel": ("all", "mode")}),
    "smote_tomek": Treatment(_smote_tomek),
    "smote_enn": Treatment(_smote_enn),
    "smote_nc": Treatment(_smote_nc, space={"k_neighbors": (3, 5, 10)}, before_encoding=True),
}


def find(line: str, known: Mapping[str, Any], what: str) -> tuple[Any, dict[str, Any]]:
    """Return the entry that a line names and the settings that it gives.

    Raises
    ------
    ValueError
        If the line names none; it lists those there are.
    """
    name, settings = parse(line)
    if name not in known:
        raise ValueError(f"{what} must begin with one of {sorted(known)}, got {line!r}")
    return known[name], settings


def pipeline(
    model: str,
    treatment: str,
    seed: int,
    n_features: int,
    categorical: tuple[int, ...] = (),
    model_settings: Mapping[str, Any] | None = None,
    treatment_settings: Mapping[str, Any] | None = None,
) -> Pipeline:
    """Return an unfitted pipeline: scale, perhaps resample, encode, perhaps resample, model.

    Parameters
    ----------
    model, treatment : str
        Lines such as ``"forest"`` and ``"smote k_neighbors=3"``.
    seed : int
        For the resampler and the model.
    n_features : int
        Columns of X.
    categorical : tuple of int, optional
        Those that hold codes of categories; they are not scaled, but encoded one-hot.
    model_settings, treatment_settings : mapping, optional
        Settings that come before those of the lines, as tuning chooses them.

    Returns
    -------
    Pipeline
        From imbalanced-learn, so that resampling meets the rows to fit on alone.
    """
    kind, settings = find(model, MODELS, "model")
    treated, dials = find(treatment, TREATMENTS, "treatment")
    numeric = [i for i in range(n_features) if i not in categorical]
    codes = tuple(range(len(numeric), n_features))
    scale = ColumnTransformer(
        [("scale", StandardScaler(), numeric), ("keep", "passthrough", list(categorical))]
    )
    encode = ColumnTransformer(
        [("one-hot", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(codes))],
        remainder="passthrough",
    )
    steps: list[tuple[str, Any]] = [("scale", scale)]
    if codes:
        steps.append(("encode", encode))
    if treated.sampler is not None:
        dials = dials | dict(treatment_settings or {})
        if treated.before_encoding:
            dials["categorical"] = codes
        steps.insert(
            1 if treated.before_encoding else len(steps),
            ("resample", treated.sampler(seed, **dials)),
        )
    steps.append(("model", kind.build(seed, **(settings | dict(model_settings or {})))))
    return Pipeline(steps)
