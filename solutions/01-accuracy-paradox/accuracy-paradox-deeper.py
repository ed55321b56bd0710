# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 · The accuracy paradox, deeper: what else does a rare class do to a model?
#
# **At the end you can**
#
# - say when a model that was trained as usual flags nobody, and when it does not;
# - say which models learn worse from more negatives;
# - tell whether a model expects as many positives as come, and whether its probabilities are too
#   extreme;
# - read an accuracy on real data beside what comes for free.
#
# **Time** 20 minutes, and nothing is graded. **You need** what lesson 01 needs.
# **Builds on** lesson 01.

# %% [markdown]
# ## Does a model always predict the common class?
#
# *"Standard training just predicts the [majority class](../../docs/glossary.md#minority) for
# everything"*, many guides say. In lesson
# 01 you have seen data on which that is even the best that can be done for accuracy. Is it always so?
# Take two families of data with 5% positives. In the first, `make_gauss`, a straight line is the right
# model. In the second, `make_nonlinear`, no straight line is. Two models, both used at 0.5, six data
# sets of each family. We count the flags for each positive: 0 means that nobody is flagged.

# %%
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from imbalance_lab.datasets import make_gauss, make_nonlinear
from imbalance_lab.experiments import interval


def flags_per_positive(make, learner, seed):
    X, y = make(6000, prevalence=0.05, random_state=seed)
    X_a, X_b, y_a, y_b = train_test_split(X, y, stratify=y, random_state=seed)
    return learner.fit(X_a, y_a).predict(X_b).sum() / y_b.sum()


boosting = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=8, random_state=0)
flags = {}
for name, learner in {"logistic": LogisticRegression(), "boosting": boosting}.items():
    for family, make in {"gauss": make_gauss, "nonlinear": make_nonlinear}.items():
        values = np.array([flags_per_positive(make, learner, seed) for seed in range(6)])
        flags[f"{name}, {family}"] = values.mean(), values.min(), values.max()

# %%
from imbalance_lab import plots

plots.intervals(
    flags,
    xlabel="flags at 0.5 for each positive; mean, lowest and highest of 6 data sets",
    ylabel="model and data",
    title="Who flags nobody?",
    decimals=2,
)

# %% [markdown]
# Only the logistic regression on data that it cannot fit flags nobody: to it, all rows look alike.
# The others flag some rows, though fewer than there are positives. What decides is not the training
# but how far the classes overlap, as the model sees them.

# %%
from imbalance_lab.claims import Claim
from imbalance_lab.evidence import study

half = study("threshold")
found = [
    half.interval("finds-nothing-at-half", model=model, world="real sets").mean
    for model in ("logistic", "neighbours", "forest", "boosting")
]
Claim(
    "Standard training predicts the majority class for everything.",
    verdict="holds only if",
    because=(
        "the classes overlap so much, as the model sees them, that no sample has a probability above"
        f" 0.5. Logistic regression raised {flags['logistic, gauss'][0]:.2f} flags for each positive"
        f" on one family of data, and {flags['logistic, nonlinear'][0]:.2f} on the other, which it"
        " cannot fit. On 46 real sets of the laboratory four models at their defaults found"
        f" {min(found):.0%} to {max(found):.0%} of the positives at 0.5."
    ),
    reference="elkan2001",
    evidence="E02",
)

# %% [markdown]
# ## Does the ratio matter for learning after all?
#
# In lesson 01 a logistic regression found as many positives with 1:100 as with 1:10. The
# [laboratory](../../docs/laboratory.md) asked the same of models with more freedom, each at its
# defaults: 40 positives among 2,000 rows, and then among 20,000. How well a model ranks is measured by
# ROC AUC, the probability that it scores a positive higher than a negative (lesson 03), which the
# ratio of the new rows cannot change.

# %%
from imbalance_lab.evidence import study

study("count").plot("ratio-learning-gauss")

# %%
study("count").plot("ratio-learning-nonlinear")

# %% [markdown]
# Left of the grey band a model ranks worse because of the negatives that were added. The logistic
# regression stays inside it on the first family, and hardly moves on the second, where it is less
# sure. Boosting falls far on both, and the 25 nearest neighbours do on the first.
#
# For boosting the cause is known. A leaf takes a step that is divided by how many positives it expects.
# Where positives are rare that number is close to zero, so a few of them make a huge step. A penalty
# (`l2_regularization`) bounds it. One draw of the study again, without it and with it:

# %%
for model in ("boosting", "boosting l2_regularization=1.0"):
    few, many = (
        study("count").rerun(0, data=f"gauss {size}", model=model, repeat=1)["roc_auc"]
        for size in ("n=2000 prevalence=0.02", "n=20000 prevalence=0.002")
    )
    print(f"{model:30s}  2,000 rows: {few:.1f}  20,000 rows: {many:.1f}")

# %% [markdown]
# With the penalty this draw loses nothing. So where negatives seem to do harm, look at the model before
# you throw them away; lesson 11 comes back to how much freedom a model can use.

# %% [markdown] covers="E04"
# ## Are its probabilities weak?
#
# The [log loss](../../docs/glossary.md#log-loss), which logistic regression minimises, asks for
# honest probabilities: it is smallest, on average, at the true ones. So a rare class alone is no reason
# for bad probabilities. A handful of positives may be. A model whose probabilities are right is called
# [calibrated](../../docs/glossary.md#calibrated). Two things can go wrong, and they need two numbers:
#
# - E/O, [expected over observed](../../docs/glossary.md#expected-over-observed): the sum of the
#   predicted probabilities, divided by the number of positives that come. At 1 the level is right.
# - The [calibration slope](../../docs/glossary.md#calibration-slope): how far the log odds have to be
#   stretched to fit what comes. At 1 they are right. Below 1 the probabilities are too extreme: the
#   high ones too high, the low ones too low.
#
# Train on 400 positives with 10 features, and on 20 positives with 30 features; 2% are positive in
# both. **Predict:** which of the two numbers will notice the difference?

# %%
my_prediction = None  # "E/O" or "slope"


# %%
def level_and_slope(n_positives, n_features, seed):
    made = {"prevalence": 0.02, "n_features": n_features}
    X, y = make_gauss(50 * n_positives, random_state=seed, **made)
    X_new, y_new = make_gauss(20_000, random_state=1000 + seed, **made)
    model = LogisticRegression(max_iter=500).fit(X, y)
    log_odds = model.decision_function(X_new)[:, None]
    slope = LogisticRegression(C=1e6).fit(log_odds, y_new).coef_[0, 0]
    return model.predict_proba(X_new)[:, 1].sum() / y_new.sum(), slope


few = np.transpose([level_and_slope(20, 30, seed) for seed in range(20)])
many = np.transpose([level_and_slope(400, 10, seed) for seed in range(20)])
print(f"you predicted {my_prediction}")

# %%
plots.intervals(
    {
        "E/O, 400 positives": interval(many[0]),
        "E/O, 20 positives": interval(few[0]),
        "slope, 400 positives": interval(many[1]),
        "slope, 20 positives": interval(few[1]),
    },
    xlabel="E/O and calibration slope on new data; mean of 20 runs, 95% interval",
    ylabel="measure and training set",
    title="Level and slope, with many positives and with few",
    decimals=2,
    baseline=1.0,
    baseline_label="right",
)

# %% [markdown]
# The level is right in both cases. For a logistic regression with an intercept that is no surprise: on
# its training rows E/O is 1 by construction. The slope tells the two apart. With 20 positives and 30
# features the model is far too sure of itself, and that is the number of positives again, not their
# share. Lesson 10 is about such errors and how to correct them.

# %%
Claim(
    "With rare classes, learning algorithms optimise the wrong thing: their probabilities are weak.",
    verdict="holds only if",
    because=(
        "there are few positives for what has to be learned. With 400 positives and 10 features the"
        f" calibration slope was {interval(many[1]):.2f}, with 20 positives and 30 features"
        f" {interval(few[1]):.2f}; the share of positives was the same, and E/O was"
        f" {interval(few[0]):.2f} even then. What is optimised, the log loss, asks for honest"
        " probabilities."
    ),
    reference="king2001",
    evidence="E03 E04",
)

# %% [markdown]
# ## On real data
#
# Two data sets that ship with scikit-learn. In the first, the digit 8 is the rare class among
# 1,797 scanned digits. In the second, malignant tumours are thinned out until they are 5% of all.
# We look at twenty random splits of each. They share their rows, so an
# [interval](../../docs/glossary.md#interval) for the mean would be
# too short (lesson 04 says why); the lines reach from the lowest to the highest of the splits.

# %%
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_breast_cancer, load_rare_digits


def one_split(X, y, seed):
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X_a, y_a)
    y_pred = fitted.predict(X_b)
    return np.mean(y_pred == y_b), np.mean(y_pred[y_b == 1])


real = {"digit 8": load_rare_digits(8), "tumours": load_rare_breast_cancer(random_state=0)}
lines = {}
for name, (X, y) in real.items():
    accuracy, caught = np.transpose([one_split(X, np.asarray(y), seed) for seed in range(20)])
    for what, values in (("accuracy", accuracy), ("positives caught", caught)):
        lines[f"{name}, {what}"] = (values.mean(), values.min(), values.max())
    print(f"{name}: {int(np.sum(y))} positives of {len(y)}; {1 - np.mean(y):.2f} is free")

# %%
plots.intervals(
    lines,
    xlabel="share; mean, lowest and highest of 20 splits",
    ylabel="data and measure",
    title="Accuracy has little room left to move",
    decimals=2,
)

# %% [markdown]
# These classes are easier to tell apart than fraud, so the accuracies *are* better than what comes
# free. But see how little room is left for the number to move, because so much of it is free. The
# share of positives that is caught can use the whole axis, and says directly what you want to know.

# %% [markdown]
# ## Take away
#
# - A model flags nobody at 0.5 where the classes overlap for it; training has not failed.
# - With few positives, more negatives can harm a model that has much freedom at its defaults.
# - The log loss asks for honest probabilities. Few positives for many features make them too extreme.
# - E/O alone does not notice that; the calibration slope does.
#
# **New words:** *expected over observed* and *calibration slope*.
#
# **Now try it on real data.** `fetch_public("mammography")` of `imbalance_lab.datasets`: 11,183 spots on
# X-ray pictures, 260 of them calcifications (downloaded once; without a network a message says so). What
# is the accuracy of the constant answer, and how many calcifications does a logistic regression flag at
# 0.5?
#
# ## Further reading
#
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001): where the threshold 0.5 comes from.
# - King & Zeng (2001). [*Logistic regression in rare events
#   data*](../../docs/bibliography.md#king2001): with few events its estimates are biased, and how to
#   correct them.
#
# **Next:** lesson 02 turns the four counts into measures that say what accuracy hides.
