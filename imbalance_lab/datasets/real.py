"""Real data that ships with scikit-learn, made rare by leaving positives out.

Nothing is downloaded. Leaving rows out changes the prevalence and nothing else: every row that
is kept is as it was measured, and the negatives are always complete.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.utils import check_random_state

from imbalance_lab.validation import PREVALENCE, SEED, Seed, checked, whole

_PREVALENCE_OR_NONE = [*PREVALENCE, None]


def _rows_to_keep(
    y: NDArray[np.int64],
    prevalence: float | None,
    random_state: Seed,
) -> NDArray[np.intp]:
    """Choose all negatives and as many random positives as the prevalence asks for."""
    if prevalence is None:
        return np.arange(len(y))
    negatives, positives = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
    n_keep = round(len(negatives) * prevalence / (1 - prevalence))
    if not 1 <= n_keep <= len(positives):
        lowest, highest = 1 / (len(negatives) + 1), len(positives) / len(y)
        raise ValueError(
            f"prevalence={prevalence} would need {n_keep} positives beside the "
            f"{len(negatives)} negatives; the data have {len(positives)}. Choose a prevalence "
            f"between {lowest:.4f} and {highest:.4f}, or None to keep every row."
        )
    kept = check_random_state(random_state).choice(positives, n_keep, replace=False)
    return np.sort(np.concatenate([negatives, kept]))


@checked(
    digit=whole(0, 9),
    prevalence=_PREVALENCE_OR_NONE,
    random_state=SEED,
)
def load_rare_digits(
    digit: int = 8,
    *,
    prevalence: float | None = None,
    random_state: Seed = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Load handwritten digits as one digit against the other nine.

    The source is :func:`sklearn.datasets.load_digits`: 1,797 pictures of 8 by 8 pixels, each
    digit about a tenth of them (for the digit 8: 174, or 9.7%).

    Parameters
    ----------
    digit : int from 0 to 9, default=8
        The digit that is the positive class.
    prevalence : float in (0, 1) or None, default=None
        Share of positives to reach by leaving out random pictures of ``digit``. The other
        digits are all kept, so the number of positives is
        ``round(n_negatives * prevalence / (1 - prevalence))``; for the digit 8 and 0.01
        that is 16 beside 1,623. ``None`` keeps every picture.
    random_state : int, RandomState instance or None, default=None
        Decides which positives stay. Pass an int for the same ones in every call.

    Returns
    -------
    X : ndarray of shape (n_samples, 64)
        Brightness of each pixel from 0 to 16; ``X[i].reshape(8, 8)`` is the picture.
    y : ndarray of shape (n_samples,)
        1 for the chosen digit, 0 for the others, in the order of the source.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or the data hold too few positives for
        ``prevalence``.
    """
    X, target = load_digits(return_X_y=True)
    y = (target == digit).astype(np.int64)
    rows = _rows_to_keep(y, prevalence, random_state)
    return X[rows], y[rows]


@checked(prevalence=_PREVALENCE_OR_NONE, random_state=SEED)
def load_rare_breast_cancer(
    *,
    prevalence: float | None = 0.05,
    random_state: Seed = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Load the Wisconsin breast cancer data with malignant as a rare positive class.

    The source is :func:`sklearn.datasets.load_breast_cancer`: 569 tumours, 357 benign and 212
    malignant (37.3%). There malignant is coded 0; here it is 1, the class to find.

    Parameters
    ----------
    prevalence : float in (0, 1) or None, default=0.05
        Share of positives to reach by leaving out random malignant tumours. The 357 benign
        ones are all kept, so the number of positives is
        ``round(357 * prevalence / (1 - prevalence))``: 19 at 0.05, so that 193 are left out.
        ``None`` keeps all 569.
    random_state : int, RandomState instance or None, default=None
        Decides which positives stay. Pass an int for the same ones in every call.

    Returns
    -------
    X : DataFrame of shape (n_samples, 30)
        Measurements of cell nuclei, with their names, in the order of the source.
    y : Series of shape (n_samples,), named "malignant"
        1 for malignant, 0 for benign, with the index of ``X``.

    Raises
    ------
    ValueError
        If ``prevalence`` is outside its range, or the data hold too few positives for it.
    """
    X, target = load_breast_cancer(return_X_y=True, as_frame=True)
    y = (1 - target).astype(np.int64).rename("malignant")
    rows = _rows_to_keep(y.to_numpy(), prevalence, random_state)
    return X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)
