"""Answers to lesson 00."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from answers import Answers

answers = Answers("00-start-here/start-here")


@answers.right("class_table")
def with_counter(y):
    counts = Counter(list(y))
    order = sorted(counts, key=lambda label: (counts[label], label))
    return pd.DataFrame(
        {
            "count": [counts[label] for label in order],
            "share": [counts[label] / len(y) for label in order],
        },
        index=order,
    )


@answers.right("class_table")
def with_value_counts(y):
    y = pd.Series(list(y))
    counts = y.value_counts().sort_index().sort_values(kind="stable")
    return pd.DataFrame({"count": counts, "share": counts / len(y)})


@answers.right("class_table")
def with_groupby(y):
    frame = pd.DataFrame({"label": list(y), "count": 1}).groupby("label").sum()
    frame["share"] = frame["count"] / frame["count"].sum()
    return frame.reset_index().sort_values(["count", "label"]).set_index("label")


@answers.wrong("class_table", "the counts are in the wrong order")
def plain_value_counts(y):
    y = pd.Series(list(y))
    return pd.DataFrame({"count": y.value_counts(), "share": y.value_counts(normalize=True)})


@answers.wrong("class_table", "the labels are a column, not the index")
def labels_in_a_column(y):
    return with_counter(y).rename_axis("label").reset_index()


@answers.wrong("class_table", "percentages instead of shares")
def percent(y):
    return with_counter(y).assign(share=lambda table: 100 * table["share"])


@answers.wrong("class_table", "classes of equal count are not in the order of their labels")
def ties_as_they_come(y):
    y = pd.Series(list(y))
    counts = y.value_counts(ascending=True)
    return pd.DataFrame({"count": counts, "share": counts / len(y)})


@answers.wrong("class_table", "it fails for labels that are strings")
def by_bincount(y):
    counts = np.bincount(np.asarray(y))
    table = pd.DataFrame({"count": counts, "share": counts / counts.sum()})
    return table.sort_values("count", kind="stable")


@answers.wrong("class_table", "it works for a pandas Series only")
def series_method(y):
    counts = y.value_counts().sort_index().sort_values(kind="stable")
    return pd.DataFrame({"count": counts, "share": counts / len(y)})


@answers.wrong("class_table")
def columns_swapped(y):
    return with_counter(y)[["share", "count"]]


@answers.wrong("class_table")
def a_dict(y):
    return with_counter(y)["count"].to_dict()


@answers.wrong("class_table")
def rounded(y):
    return with_counter(y).round(2)


@answers.right("imbalance_ratio")
def ratio_of_counts(y, classes=None):
    counts = Counter(list(y))
    sizes = [counts[label] for label in (counts if classes is None else classes)]
    return max(sizes) / min(sizes) if min(sizes) else math.inf


@answers.right("imbalance_ratio")
def with_reindex(y, classes=None):
    counts = pd.Series(list(y)).value_counts()
    if classes is not None:
        counts = counts.reindex(list(classes), fill_value=0)
    with np.errstate(divide="ignore"):
        return np.float64(counts.max()) / counts.min()


@answers.wrong("imbalance_ratio", "the ratio is inverted")
def inverted(y, classes=None):
    return 1 / ratio_of_counts(y)


@answers.wrong("imbalance_ratio", "the share of the rarest class")
def share(y, classes=None):
    return pd.Series(list(y)).value_counts(normalize=True).min()


@answers.wrong("imbalance_ratio", "all samples are compared with the rarest class")
def one_in_how_many(y, classes=None):
    return len(y) / min(Counter(list(y)).values())


@answers.wrong("imbalance_ratio", "a class that is absent was divided by")
def divides_by_zero(y, classes=None):
    counts = Counter(list(y))
    sizes = [counts[label] for label in (counts if classes is None else classes)]
    return max(sizes) / min(sizes)


@answers.wrong("imbalance_ratio", "a class that is absent was overlooked")
def overlooks(y, classes=None):
    counts = pd.Series(list(y)).value_counts()
    return counts.max() / counts.min()


@answers.wrong("imbalance_ratio", "it fails for labels that are strings")
def integers_only(y, classes=None):
    counts = np.bincount(np.asarray(y) - np.min(np.asarray(y)))
    counts = counts[counts > 0]
    return counts.max() / counts.min()


@answers.wrong("imbalance_ratio")
def two_largest(y, classes=None):
    counts = Counter(list(y)).most_common(2)
    return counts[0][1] / counts[-1][1] if classes is None else math.inf


@answers.wrong("imbalance_ratio")
def zero_where_absent(y, classes=None):
    ratio = ratio_of_counts(y, classes)
    return 0.0 if ratio == math.inf else ratio


@answers.wrong("imbalance_ratio")
def whole_numbers(y, classes=None):
    ratio = ratio_of_counts(y, classes)
    return ratio if ratio == math.inf else ratio // 1
