"""Turn transactions into numbers that any scikit-learn classifier can take."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

#: Columns of `make_transactions` that are scaled.
NUMERIC = (
    "amount",
    "amount_ratio",
    "hour",
    "tenure",
    "transactions_24h",
    "declines_1h",
    "distance",
    "new_device",
    "abroad",
)
#: Columns of `make_transactions` that get one column per category.
CATEGORICAL = ("merchant", "channel")


def transaction_encoder() -> ColumnTransformer:
    """Return an unfitted encoder for the columns of `make_transactions`.

    Numbers are scaled to mean 0 and variance 1, each category becomes a column of zeros and
    ones. ``time`` and the label are dropped: a model that is used on later days cannot learn
    from the clock.

    Returns
    -------
    ColumnTransformer
        Its output is a dense array of shape (n_samples, 22), and it keeps categories that it
        has not seen as zeros.

    Examples
    --------
    >>> from imbalance_lab.datasets import make_transactions
    >>> frame = make_transactions(1000, random_state=0)
    >>> transaction_encoder().fit_transform(frame).shape
    (1000, 22)
    """
    return ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(NUMERIC)),
            (
                "categories",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                list(CATEGORICAL),
            ),
        ]
    )
