"""Data for the lessons: simulated transactions, small toys, and real sets made rare.

Everything works offline except `fetch_public`.
"""

from imbalance_lab.datasets.company import (
    CAPACITY,
    LAST_DAY,
    TODAY,
    Company,
    make_company,
    read_in_time,
    share_saved,
)
from imbalance_lab.datasets.encoding import CATEGORICAL, NUMERIC, transaction_encoder
from imbalance_lab.datasets.families import make_bent, make_dense
from imbalance_lab.datasets.public import PUBLIC, DatasetUnavailable, fetch_public
from imbalance_lab.datasets.real import load_rare_breast_cancer, load_rare_digits
from imbalance_lab.datasets.toy import make_gauss, make_nonlinear, make_two_clouds
from imbalance_lab.datasets.transactions import (
    CHANNELS,
    CHARGEBACK_WINDOW,
    COST_PER_REVIEW,
    FRAUD_KINDS,
    HANDLING_COST,
    MERCHANTS,
    TRUTH_COLUMNS,
    cost_of_decisions,
    make_transactions,
    split_by_time,
)

__all__ = [
    "CAPACITY",
    "CATEGORICAL",
    "CHANNELS",
    "CHARGEBACK_WINDOW",
    "COST_PER_REVIEW",
    "FRAUD_KINDS",
    "HANDLING_COST",
    "LAST_DAY",
    "MERCHANTS",
    "NUMERIC",
    "PUBLIC",
    "TODAY",
    "TRUTH_COLUMNS",
    "Company",
    "DatasetUnavailable",
    "cost_of_decisions",
    "fetch_public",
    "load_rare_breast_cancer",
    "load_rare_digits",
    "make_bent",
    "make_company",
    "make_dense",
    "make_gauss",
    "make_nonlinear",
    "make_transactions",
    "make_two_clouds",
    "read_in_time",
    "share_saved",
    "split_by_time",
    "transaction_encoder",
]
