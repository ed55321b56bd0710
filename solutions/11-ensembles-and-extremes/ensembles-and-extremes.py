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
# # 11 · Ensembles and extremes: which forest, and what if there are only ten positives?
#
# **At the end you can**
#
# - say what balanced forests, EasyEnsemble and RUSBoost do to the rows, and write two of them;
# - tell a setting that ranks better from one that only says yes sooner;
# - decide between an anomaly detector and a supervised model, by how many positives there are and by
#   what they look like;
# - compute how many positives you need before a recall means anything, and say so when there are
#   too few.
#
# **Time** 120 minutes. **You need** a first idea of decision trees and boosting.
# **Builds on** lesson 02 (Wilson's interval), 03 (average precision), 04 (paired runs), 05
# (undersampling) and 07 (weights).

# %% [markdown] covers="E75"
# ## An imbalance problem that was none
#
# [Boosted trees](../../docs/glossary.md#boosting) are said to cope well with rare classes. Take
# one: LightGBM with 25 trees and otherwise its defaults, on a nonlinear problem where 5 rows in 1,000
# are positive. 20,000 rows to learn from, 12,000 new ones to be judged on, four data sets. Next to it
# the two standard cures: undersampling to one positive in eleven rows, and balanced weights.

# %%
from imblearn.under_sampling import RandomUnderSampler
from lightgbm import LGBMClassifier
from sklearn.metrics import average_precision_score

from imbalance_lab.datasets import make_nonlinear


def boosting(**settings):
    common = {"n_estimators": 25, "n_jobs": 1, "random_state": 0, "verbosity": -1}
    return LGBMClassifier(**common | settings)


TAME = {"num_leaves": 8, "min_child_weight": 1.0, "reg_lambda": 1.0}


# %%
def cures(seed):
    X, y = make_nonlinear(20_000, prevalence=0.005, random_state=seed)
    X_new, y_new = make_nonlinear(12_000, prevalence=0.005, random_state=1000 + seed)
    few = RandomUnderSampler(sampling_strategy=0.1, random_state=seed).fit_resample(X, y)
    fitted = {
        "default": boosting().fit(X, y),
        "undersampled": boosting().fit(*few),
        "balanced weights": boosting(class_weight="balanced").fit(X, y),
        "tamed, all rows": boosting(**TAME).fit(X, y),
    }
    return {
        k: average_precision_score(y_new, m.predict_proba(X_new)[:, 1]) for k, m in fitted.items()
    }


# %% [markdown]
# The last line *tames* the trees and leaves the class ratio alone: at most 8 leaves instead of 31,
# leaves that must hold some evidence, and a small penalty on extreme leaf values. **Predict before
# you run.** Average precision of the default is about 0.2. What will undersampling reach, and what
# will taming alone reach?

# %%
my_prediction = {"undersampled": 0.30, "tamed, all rows": 0.25}  # your guesses

# %%
import pandas as pd

from imbalance_lab.experiments import interval

cure_runs = pd.DataFrame([cures(seed) for seed in range(4)])
print(f"you predicted {my_prediction}")
for name, runs in cure_runs.items():
    change = interval(runs - cure_runs["default"])
    print(f"{name:20s} average precision {runs.mean():.2f}, against default {change:+z.2f}")

# %% [markdown]
# Read the two cures alone and a story suggests itself: the classes were imbalanced, and balancing
# helps, on average if not every time. Read the last line and the story falls apart. The tamed model
# has seen every row, with no weight and no resampling, and gains more than either. About 100
# positives were too few for 31 leaves in every tree. What the cures gain, they gain because fewer
# rows, or other weights, keep the trees from growing so wild: **regularisation by accident**.
#
# So keep two questions apart in this lesson. *Does it order the rows better?* is asked with average
# precision. *Does it say yes sooner?* is asked with recall at 0.5. And the rival of every special
# method is not the default; it is the same kind of model, well regularised, at a sensible threshold.

# %% [markdown] covers="E76"
# ## A bootstrap for each tree
#
# A decision tree that grows until its leaves are pure remembers its training rows. A widely copied
# example fits a forest with `class_weight="balanced"` to 98 negatives and 2 positives, and shows its
# predictions *on the same rows*: 98 and 2, perfect. Try it on pure noise:

# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier

rng = np.random.default_rng(0)
noise, coin = rng.normal(size=(100, 5)), np.repeat([0, 1], [98, 2])
parrot = RandomForestClassifier(40, class_weight="balanced", random_state=0).fit(noise, coin)
new_noise = rng.normal(size=(1000, 5))
print("flags on its training rows:", int(parrot.predict(noise).sum()), "of 100, both positives")
print("flags on new noise:        ", int(parrot.predict(new_noise).sum()), "of 1000")

# %% [markdown]
# There is nothing to learn in these rows, and the forest recites them. Predictions on training rows
# show memory, not skill (lesson 04).
#
# What helps a tree that remembers is company. Call the variance of one tree's score $\sigma^2$ and
# the correlation of two trees' scores $\rho$. The mean of $B$ trees has the variance
#
# $$\frac{1}{B^2}\bigl(B\sigma^2 + B(B-1)\rho\sigma^2\bigr) = \rho\,\sigma^2 + \frac{1-\rho}{B}\,\sigma^2 .$$
#
# More trees remove the second part; only trees that *differ* remove the first. A
# [random forest](../../docs/glossary.md#random-forest) makes them differ in two ways: every tree
# gets a **bootstrap**, as many rows as there are, drawn with replacement; and every split looks at
# a few random features only (Breiman 2001).
#
# With a rare class the bootstrap has a weak spot. Ten rows, two of them positive: a draw misses both
# with probability $0.8$, so ten draws with probability $0.8^{10}$. More generally, with $n_1$
# positives among $n$ rows:

# %%
for n, n_positives in ((10, 2), (1000, 2), (1000, 5), (1000, 10)):
    none = (1 - n_positives / n) ** n
    print(f"{n_positives:2d} positives in {n:4d} rows: {none:5.1%} of the trees see none")

# %% [markdown]
# Two positives in a thousand: every seventh tree has no positive at all. The
# **[balanced bootstrap](../../docs/glossary.md#balanced-bootstrap)** of Chen, Liaw and Breiman
# (2004) draws within each class: $n_1$ rows of the rare class with replacement, and $n_1$ rows of
# the common class with replacement. Every tree sees both classes equally often.
#
# Lesson 05 counted what undersampling throws away. Here no row is thrown away for good, because each
# tree draws anew. A given negative is missed by one tree with probability $(1 - 1/n_0)^{n_1}$, so by
# all $B$ trees with probability $(1 - 1/n_0)^{n_1 B}$:

# %%
n_0, n_1 = 950, 50
for trees in (1, 10, 50, 200):
    seen = 1 - (1 - 1 / n_0) ** (n_1 * trees)
    print(f"{trees:3d} trees of {2 * n_1} rows have together seen {seen:4.0%} of the negatives")

# %% [markdown]
# ### Exercise 1: a balanced bootstrap


# %% answer="balanced-bootstrap"
def balanced_bootstrap(y, random_state=0):
    """Return the row positions of one balanced bootstrap.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of exactly two classes, of any kind, in any order. The class with fewer rows is
        the rare one, and has n_rare rows, at least 2. A Series may have any index.
    random_state : int, default=0
        Seed. The same int gives the same rows in the same order; over many ints every row gets
        its chance. Which rows an int gives is up to you: only these properties are checked.

    Returns
    -------
    ndarray or list of int
        2 * n_rare positions from 0 to n_samples - 1, in any order: n_rare draws with replacement
        from the rows of the rare class, and n_rare draws with replacement from the rows of the
        common class.

    Example by hand: of 8 "ok" and 3 "fraud", six positions come: three of "ok" rows and three of
    "fraud" rows. The same position may come twice.
    """
    ### BEGIN SOLUTION
    y, rng = np.asarray(y), np.random.default_rng(random_state)
    labels, counts = np.unique(y, return_counts=True)
    return np.concatenate(
        [rng.choice(np.flatnonzero(y == label), counts.min()) for label in labels]
    )
    ### END SOLUTION


# %% try="balanced-bootstrap"
balanced_bootstrap(["ok"] * 4 + ["fraud"] + ["ok"] * 4 + ["fraud"] * 2, random_state=0)

# %% graded="balanced-bootstrap" points=2
from imbalance_lab.checks import Call, check
from imbalance_lab.exercises.ensembles_and_extremes import BALANCED_BOOTSTRAP, drawn_as

labels = ["ok"] * 4 + ["fraud"] + ["ok"] * 4 + ["fraud"] * 2
drawn = check(balanced_bootstrap, BALANCED_BOOTSTRAP)
drawn.satisfies(drawn_as(ok=3, fraud=3), on=[Call((labels,))], says="3 ok, 3 fraud")
drawn.keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ensembles_and_extremes as keys

check(balanced_bootstrap, BALANCED_BOOTSTRAP).keeps_its_contract(keys.BALANCED_BOOTSTRAP.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E77"
# ## EasyEnsemble and RUSBoost
#
# Four [ensembles](../../docs/glossary.md#ensemble) of imbalanced-learn are built on this idea:
#
# | name | each member learns from | a member is |
# | --- | --- | --- |
# | [`BalancedBaggingClassifier`](../../docs/glossary.md#bagging) | a bootstrap, then undersampled to 1:1 | a full tree |
# | [`BalancedRandomForestClassifier`](../../docs/glossary.md#balanced-random-forest) | a balanced draw | a tree with random features |
# | `EasyEnsembleClassifier` | all positives and as many random negatives | a boosted model ([AdaBoost](../../docs/glossary.md#adaboost)) |
# | `RUSBoostClassifier` | a fresh undersample in *every boosting round* | one small tree of a single chain |
#
# In **[EasyEnsemble](../../docs/glossary.md#easyensemble)** (Liu, Wu and Zhou 2009) the members
# work side by side and their scores are averaged. In
# **[RUSBoost](../../docs/glossary.md#rusboost)** (Seiffert and others 2010) they work one after the
# other: AdaBoost, which gives more weight to the rows that the tree before got wrong, with an
# undersample before each tree.

# %% [markdown]
# ### Exercise 2: EasyEnsemble
#
# Given the subsets, the ensemble is four lines long. `AdaBoostClassifier` is scikit-learn's. By hand
# it is easy in one case: when a single cut separates a member's rows, boosting stops after one step,
# and the score is $1/(1+e^{-2}) = 0.881$ on the positive side and $0.119$ on the other.


# %% answer="easy-ensemble-scores"
from sklearn.ensemble import AdaBoostClassifier


def easy_ensemble_scores(X, y, X_new, subsets):
    """Return the scores of an ensemble with one boosted member for each subset of the rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        Labels 0 and 1. A Series may have any index.
    X_new : array-like of shape (n_new, n_features)
    subsets : list of lists of int
        Row positions of each member's training rows. Both classes occur in each.

    Returns
    -------
    ndarray of shape (n_new,)
        For each new row the mean, over the members, of the probability of class 1. A member is
        AdaBoostClassifier(n_estimators=10, random_state=0), fitted on the rows of its subset.

    Example by hand: X = [[0], [2], [4], [6], [8], [10], [7.4]], y = [0, 0, 0, 0, 1, 1, 0] and the
    subsets [2, 3, 4, 5] (which cuts at 7) and [0, 1, 4, 5] (which cuts at 5). The new rows
    [[1], [6], [7.5], [9]] get 0.119, 0.500 (the members disagree), 0.881 and 0.881.
    """
    ### BEGIN SOLUTION
    X, y = np.asarray(X), np.asarray(y)
    scores = [
        AdaBoostClassifier(n_estimators=10, random_state=0)
        .fit(X[rows], y[rows])
        .predict_proba(X_new)[:, 1]
        for rows in subsets
    ]
    return np.mean(scores, axis=0)
    ### END SOLUTION


# %% try="easy-ensemble-scores"
X_line, y_line = [[0], [2], [4], [6], [8], [10], [7.4]], [0, 0, 0, 0, 1, 1, 0]
easy_ensemble_scores(X_line, y_line, [[1], [6], [7.5], [9]], [[2, 3, 4, 5], [0, 1, 4, 5]]).round(3)

# %% graded="easy-ensemble-scores" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.ensembles_and_extremes import EASY_ENSEMBLE_SCORES

rows, labels = [[0], [2], [4], [6], [8], [10], [7.4]], [0, 0, 0, 0, 1, 1, 0]
asked = (rows, labels, [[1], [6], [7.5], [9]], [[2, 3, 4, 5], [0, 1, 4, 5]])
mean = check(easy_ensemble_scores, EASY_ENSEMBLE_SCORES)
mean.on(*asked).gives([0.119, 0.500, 0.881, 0.881], abs_=1e-3)
mean.keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ensembles_and_extremes as keys

mean.keeps_its_contract(keys.EASY_ENSEMBLE_SCORES.hidden())
### END HIDDEN TESTS

# %% [markdown]
# RUSBoost can fail outright. Its tree learns from the balanced sample and is then judged on *all*
# rows with their boosting weights; if it does worse there than a coin, the chain ends, and at the
# first tree that is an error. With its default trees of one split, on ten data sets:

# %%
from imblearn.ensemble import RUSBoostClassifier

from imbalance_lab.datasets import make_gauss

refused = 0
for seed in range(10):
    X, y = make_gauss(3000, prevalence=0.02, random_state=seed)
    try:
        RUSBoostClassifier(n_estimators=10, random_state=seed).fit(X, y)
    except ValueError:  # "... worse than random, ensemble can not be fit"
        refused += 1
print(f"RUSBoost with its defaults could not be fitted on {refused} of 10 data sets")

# %% [markdown]
# Below it gets trees of depth 6 and smaller steps, which worked on all our data sets. It also gets
# its boosting weights as whole numbers, with a mean of 1,000. In a small node many cuts are equally
# good, and with unrounded weights the last bit of a sum picks one of them: another processor grows
# other trees, and the average precision of a single run moves by up to 0.04.

# %%
from sklearn.tree import DecisionTreeClassifier


class TreeOfWholeWeights(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight):
        return super().fit(X, y, np.round(1000 * sample_weight / sample_weight.mean()))


# %% [markdown]
# ## Thirteen models, two questions
#
# Now the comparison. A random forest, the four specialists, LightGBM and XGBoost. The boosting
# libraries have imbalance settings of their own: `scale_pos_weight` multiplies the weight of the
# positives (lesson 07), and XGBoost's documentation also suggests `max_delta_step=1`, which limits
# the step of each leaf. And three models that only are **better regularised**: leaves of at least
# five rows in the forest, small penalised trees in the boosting.

# %%
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
)
from sklearn.ensemble import AdaBoostClassifier

ensembles = {
    "random forest": RandomForestClassifier(10, random_state=0),
    "forest, regularised": RandomForestClassifier(10, min_samples_leaf=5, random_state=0),
    "balanced bagging": BalancedBaggingClassifier(n_estimators=10, random_state=0),
    "balanced forest": BalancedRandomForestClassifier(10, random_state=0),
    "EasyEnsemble": EasyEnsembleClassifier(
        3, estimator=AdaBoostClassifier(n_estimators=10, random_state=0), random_state=0
    ),
    "RUSBoost": RUSBoostClassifier(
        TreeOfWholeWeights(max_depth=6), n_estimators=10, learning_rate=0.1, random_state=0
    ),
}

# %%
from xgboost import XGBClassifier


def xgb(**settings):
    return XGBClassifier(**{"n_estimators": 15, "n_jobs": 1, "random_state": 0} | settings)


ensembles |= {
    "LightGBM": boosting(n_estimators=15),
    "LightGBM, scale_pos_weight": boosting(n_estimators=15, scale_pos_weight=32),
    "LightGBM, regularised": boosting(n_estimators=15, **TAME),
    "XGBoost": xgb(),
    "XGBoost, scale_pos_weight": xgb(scale_pos_weight=32),
    "XGBoost, max_delta_step": xgb(max_delta_step=1),
    "XGBoost, regularised": xgb(max_depth=3, reg_lambda=5),
}
REGULARISED = ["forest, regularised", "LightGBM, regularised", "XGBoost, regularised"]
SPECIAL = ["balanced bagging", "balanced forest", "EasyEnsemble", "RUSBoost"]
WEIGHTED = ["LightGBM, scale_pos_weight", "XGBoost, scale_pos_weight"]

# %% [markdown]
# Two families of data, 3% positives, four data sets each: 1,600 rows to learn from, 1,000 to tune a
# threshold for F1 on, 2,000 to be judged on. **Predict:** which of the thirteen has the best recall at
# 0.5? Which has the best average precision?

# %%
from sklearn.base import clone
from sklearn.metrics import precision_recall_curve


def recall_and_f1(y, flagged):
    caught = np.sum(flagged & (y == 1))
    return caught / y.sum(), 2 * caught / (y.sum() + flagged.sum())


def judged(model, learn, tune, judge):
    p = clone(model).fit(*learn).predict_proba(np.vstack([tune[0], judge[0]]))[:, 1]
    (p, p_new), y_new = np.split(p, [len(tune[0])]), judge[1]
    precision, recall, thresholds = precision_recall_curve(tune[1], p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    recall_at_half, f1_at_half = recall_and_f1(y_new, p_new >= 0.5)
    return {
        "AP": average_precision_score(y_new, p_new),
        "recall at 0.5": recall_at_half,
        "F1 at 0.5": f1_at_half,
        "F1 tuned": recall_and_f1(y_new, p_new >= thresholds[np.argmax(f1[:-1])])[1],
        "expected": p_new.sum() / y_new.sum(),
    }


# %%
def contest(make, seed, models):
    sizes = {1600: seed, 1000: 500 + seed, 2000: 1000 + seed}
    parts = [make(n, prevalence=0.03, random_state=s) for n, s in sizes.items()]
    return {name: judged(model, *parts) for name, model in models.items()}


# %%
contests = {"gauss": [contest(make_gauss, seed, ensembles) for seed in range(4)]}

# %%
contests["nonlinear"] = [contest(make_nonlinear, seed, ensembles) for seed in range(4)]


def runs_of(family, name, measure):
    return np.array([run[name][measure] for run in contests[family]])


def table_of(family):
    measures = ("AP", "recall at 0.5", "F1 at 0.5", "F1 tuned", "expected")
    rows = {n: {m: runs_of(family, n, m).mean() for m in measures} for n in ensembles}
    return pd.DataFrame.from_dict(rows, orient="index").round(2)


table_of("gauss")

# %%
table_of("nonlinear")

# %% [markdown]
# *Expected* is the sum of the predicted probabilities over the number of positives (lesson 01): 1 for
# an honest model. Look at one column at a time.
#
# - **Recall at 0.5.** The specialists win by a mile, and the F1 at 0.5 shows at what price. They
#   expect ten times as many positives as come: in the balanced world that they were shown, they are
#   right.
# - **Average precision.** The specialists' lead is gone. Differences, paired, against the regularised
#   LightGBM:

# %%
rivals = {}
for name in (
    SPECIAL + WEIGHTED + ["random forest", "LightGBM", "XGBoost", "XGBoost, max_delta_step"]
):
    for family in contests:
        ours, tamed = (runs_of(family, n, "AP") for n in (name, "LightGBM, regularised"))
        rivals[f"{name} ({family})"] = interval(ours - tamed)
from imbalance_lab import plots

plots.intervals(
    rivals,
    xlabel="difference in average precision, mean of 4 data sets",
    title="Against a regularised LightGBM: what ranks better?",
    baseline=0.0,
    baseline_label="LightGBM, regularised",
    decimals=2,
)

# %% [markdown]
# Left of the line, the regularised model ranks better. Hardly an interval lies right of it. Where
# a specialist comes close, as EasyEnsemble does on the first family, look at its members: ten
# boosted stumps are a strongly regularised model too. The weights of the boosting libraries do not
# rank better than their defaults in a way that regularising would not beat.
#
# - **F1 tuned.** Once every model may choose its threshold, the recall story is over: what the
#   specialists gained at 0.5 was the threshold.
#
# So sort the settings by what they do:
#
# | helps ranking | mostly moves the scores past 0.5 |
# | --- | --- |
# | larger leaves, fewer leaves, penalties, smaller steps | balanced draws and undersamples in each tree |
# | more trees, averaging (up to a point) | `class_weight`, `scale_pos_weight`, `is_unbalance` |
# | more positives | the threshold itself, which does it at no cost |

# %% [markdown] covers="E31 E32"
# ### What a class weight does inside a forest
#
# Lesson 07 took forests apart: class weights do not act on a loss there, since a forest minimises
# none, but on the draw, on the splits and on the leaves, and where they act depends on the version of
# scikit-learn. That balanced weights "double or triple recall" in a forest therefore depends on the
# model. On the rows of the first family, with full trees and with leaves of five, beside the two
# forests without weights from above:

# %%
weighted = {
    f"leaves of {leaf}, {weight}": RandomForestClassifier(
        10, min_samples_leaf=leaf, class_weight=weight, random_state=0
    )
    for leaf in (1, 5)
    for weight in ("balanced", "balanced_subsample")
}
as_before = {"random forest": "leaves of 1", "forest, regularised": "leaves of 5"}
forest_runs = [
    {f"{leaves}, no weights": contests["gauss"][seed][name] for name, leaves in as_before.items()}
    | contest(make_gauss, seed, weighted)
    for seed in range(4)
]

# %%
means = {
    name: [np.mean([run[name][m] for run in forest_runs]) for m in ("recall at 0.5", "AP")]
    for name in sorted(forest_runs[0])
}
pd.DataFrame.from_dict(means, orient="index", columns=["recall at 0.5", "AP"]).round(2)

# %% [markdown]
# Weights change recall at 0.5 little in full trees and a lot where leaves are mixed. Average
# precision hardly moves by comparison. For the mechanism, see lesson 07.

# %% [markdown] covers="E94"
# ## More imbalance helps
#
# "Is my data too imbalanced for machine learning?" Lesson 01 answered for logistic regression. For
# forests, which are said to suffer most: keep 30 positives and add negatives, from 1:1 to 1:100, so
# that the ratio gets worse and worse. **Predict:** will the ranking of new rows suffer?

# %%
from sklearn.linear_model import LogisticRegression

more = {
    "forest, regularised": RandomForestClassifier(10, min_samples_leaf=5, random_state=0),
    "logistic regression": LogisticRegression(C=0.1),
}


def with_more_negatives(seed):
    X, y = make_gauss(3030, prevalence=30 / 3030, random_state=seed)
    X_new, y_new = make_gauss(4000, prevalence=0.02, random_state=1000 + seed)
    rare, common = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    found = {}
    for each in (1, 10, 100):
        rows = np.concatenate([rare, common[: 30 * each]])
        for name, model in more.items():
            p = clone(model).fit(X[rows], y[rows]).predict_proba(X_new)[:, 1]
            found[name, each] = average_precision_score(y_new, p)
    return found


# %%
negatives = pd.DataFrame([with_more_negatives(seed) for seed in range(6)])
for name in more:
    for each in (10, 100):
        change = interval(negatives[name, each] - negatives[name, 1])
        print(
            f"{name:20s} 1:1 {negatives[name, 1].mean():.2f} -> 1:{each:<3d} change {change:+z.2f}"
        )

# %% [markdown]
# The hundred times worse ratio did no harm; if anything, the ranking gained. Every negative shows where
# the positives are *not*. The ratio is not the problem. What is scarce is positives, and the next
# sections are about having very few of them.

# %% [markdown] covers="E78"
# ## Isolation: how many cuts until a point is alone?
#
# With five or ten positives, goes the advice, give up on supervised learning and look for
# **[anomalies](../../docs/glossary.md#anomaly-detection)**: describe what is ordinary, and flag
# what is not. Two detectors are common.
#
# The **[Isolation Forest](../../docs/glossary.md#isolation-forest)** (Liu, Ting and Zhou 2008) cuts
# at random: choose a feature, choose a value uniformly between its smallest and largest, split, and
# go on until every point is alone. Points far from the rest are alone soon. Ten points on a line,
# nine at 0 to 8 and one at 20: the first cut falls into the gap from 8 to 20 with probability
# 12/20, and then 20 is alone after one cut. The point 4 needs at least two. The expected number of
# cuts, exactly, by going through the gaps:


# %%
from itertools import pairwise


def expected_cuts(points, x):
    """Return how many random cuts it takes on average until x is alone."""
    points = sorted(points)
    if len(points) == 1:
        return 0.0
    total = 1.0
    for i, (a, b) in enumerate(pairwise(points), start=1):
        side = points[:i] if x <= a else points[i:]
        total += (b - a) / (points[-1] - points[0]) * expected_cuts(side, x)
    return total


ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 20]
average_cuts = 2 * sum(1 / k for k in range(1, 10)) - 2 * 9 / 10
for x in (4, 0, 20):
    cuts = expected_cuts(ten, x)
    print(f"x = {x:2d}: {cuts:.2f} cuts, anomaly score {2 ** (-cuts / average_cuts):.2f}")

# %% [markdown]
# The score of the paper is $s = 2^{-E[h]/c(n)}$, with $E[h]$ the mean number of cuts over the trees
# and $c(n) = 2\sum_{k=1}^{n-1} \frac1k - \frac{2(n-1)}{n}$ what an average point of $n$ would need.
# Near 1 is odd; 0.5 and below is ordinary.
#
# The **[one-class SVM](../../docs/glossary.md#one-class-svm)** (Schölkopf and others 2001) draws a
# smooth boundary around the training rows such that a share of about $\nu$ is left outside; its
# score is the distance to that boundary.
#
# Neither looks at a label. And both have a trap in scikit-learn: `score_samples` and
# `decision_function` are *high for ordinary* rows.

# %% [markdown]
# ### Exercise 3: a score that points the right way


# %% answer="anomaly-scores"
from sklearn.ensemble import IsolationForest


def anomaly_scores(X, X_new, random_state=0):
    """Return the anomaly score of new rows: the higher, the less they look like `X`.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Ordinary rows, from which IsolationForest(n_estimators=25) learns.
    X_new : array-like of shape (n_new, n_features)
        Rows to score.
    random_state : int, default=0
        Seed of the forest.

    Returns
    -------
    ndarray of shape (n_new,)
        The score of the paper, between 0 and 1: near 1 is odd, 0.5 and below is ordinary, with no
        offset taken off.

    Example: from X = [[0], [1], ..., [8]], the new row [20] gets 0.596 and [4], in the middle of
    them, 0.465.
    """
    ### BEGIN SOLUTION
    forest = IsolationForest(n_estimators=25, random_state=random_state).fit(np.asarray(X))
    return -forest.score_samples(np.asarray(X_new))
    ### END SOLUTION


# %% try="anomaly-scores"
np.round(anomaly_scores([[k] for k in range(9)], [[4], [20]], random_state=0), 2)

# %% graded="anomaly-scores" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.ensembles_and_extremes import ANOMALY_SCORES

line = [[k] for k in range(9)]
check(anomaly_scores, ANOMALY_SCORES).on(line, [[4], [20]]).gives([0.465, 0.596], abs_=1e-3)
check(anomaly_scores, ANOMALY_SCORES).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ensembles_and_extremes as keys

check(anomaly_scores, ANOMALY_SCORES).keeps_its_contract(keys.ANOMALY_SCORES.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Odd, or typical-looking?
#
# An anomaly detector can find a rare class only if rare *looks* unusual. So test it in two worlds of
# ten features. In the **odd** world the positives are spread three times as far on three features:
# they lie on the outside, in all directions. In the **typical-looking** world they are shifted by one
# standard deviation on three features: a little to the side, well within the crowd.


# %%
def draw(world, n_positives, n_negatives, rng):
    X = rng.standard_normal((n_negatives + n_positives, 10))
    rare = slice(n_negatives, None)
    X[rare, :3] = X[rare, :3] * 3 if world == "odd" else X[rare, :3] + 1
    return X, np.repeat([0, 1], [n_negatives, n_positives])


picture_rng = np.random.default_rng(0)
with plots.picture(
    title="Rare can look odd, or ordinary",
    xlabel="feature 0",
    ylabel="feature 1",
    panels=("odd", "typical-looking"),
    ncols=2,
    alt=(
        "Two scatter plots. Odd: most positives lie outside the cloud of negatives, in every"
        " direction. Typical-looking: the positives lie inside the cloud, a little to the upper"
        " right."
    ),
) as axes:
    for ax, world in zip(axes, ("odd", "typical-looking")):
        X, y = draw(world, 30, 600, picture_rng)
        ax.scatter(*X[y == 0, :2].T, s=6, alpha=0.4, label="negative")
        ax.scatter(*X[y == 1, :2].T, s=28, marker="^", label="positive")

# %% [markdown]
# The detectors learn from 400 negatives, a clean picture of what is ordinary. The supervised models
# learn from the same negatives and 5, 10, 30 or 200 positives. All are judged on 3,100 new rows by
# average precision, five runs. One of the three supervised models gets the squares of the features as
# well, since a square says how far out a value is. **Predict:** in which world does the detector win,
# and up to how many positives?

# %%
from sklearn.ensemble import IsolationForest
from sklearn.svm import OneClassSVM

COUNTS = (5, 10, 30, 200)


def with_squares(X):
    return np.hstack([X, X**2])


# %%
def race(world, seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = draw(world, 200, 400, rng), draw(world, 100, 3000, rng)
    isolation = IsolationForest(n_estimators=25, random_state=seed).fit(X[:400])
    one_class = OneClassSVM(nu=0.1, gamma="scale").fit(X[:400])
    found = {("Isolation Forest", 0): -isolation.score_samples(X_new)}
    found["one-class SVM", 0] = -one_class.score_samples(X_new)
    for k in COUNTS:
        rows, labels = X[: 400 + k], y[: 400 + k]
        forest = RandomForestClassifier(10, min_samples_leaf=3, random_state=seed)
        found["forest", k] = forest.fit(rows, labels).predict_proba(X_new)[:, 1]
        linear = LogisticRegression(C=0.1).fit(rows, labels)
        found["logistic", k] = linear.decision_function(X_new)
        curved = LogisticRegression(C=0.1).fit(with_squares(rows), labels)
        found["logistic, squares", k] = curved.decision_function(with_squares(X_new))
    return {key: average_precision_score(y_new, score) for key, score in found.items()}


# %%
MODELS = ("forest", "logistic", "logistic, squares")
races = {
    world: pd.DataFrame([race(world, seed) for seed in range(5)])
    for world in ("odd", "typical-looking")
}

# %%
for world, runs in races.items():
    print(world)
    for detector in ("Isolation Forest", "one-class SVM"):
        print(f"  {detector:20s} {runs[detector, 0].mean():.2f} without any positive")
    for model in MODELS:
        means = ", ".join(f"{runs[model, k].mean():.2f} ({k})" for k in COUNTS)
        print(f"  {model:20s} {means}")

# %%
odd, typical = races["odd"], races["typical-looking"]
with plots.picture(
    title="A detector needs no positives, and helps only where rare looks odd",
    xlabel="positives to learn from",
    ylabel="average precision",
    panels=("odd", "typical-looking"),
    ncols=2,
    sharey=True,
    alt=(
        "Average precision against the number of positives. Odd: the one-class SVM stays at"
        f" {odd['one-class SVM', 0].mean():.2f}, the forest climbs from"
        f" {odd['forest', 5].mean():.2f} to {odd['forest', 200].mean():.2f}. Typical-looking: both"
        " detectors lie at the bottom, and logistic regression is above them from five positives."
    ),
) as axes:
    for ax, runs in zip(axes, races.values()):
        for model, marker in zip(MODELS, "os^"):
            means = [runs[model, k].mean() for k in COUNTS]
            ax.plot(range(len(COUNTS)), means, marker=marker, label=model)
        for detector, style in (("one-class SVM", "--"), ("Isolation Forest", ":")):
            level = runs[detector, 0].mean()
            ax.plot(range(len(COUNTS)), [level] * len(COUNTS), style, label=detector)
        ax.set_xticks(range(len(COUNTS)), COUNTS)
        ax.set_ylim(0, 1.2)  # room for the legend

# %% [markdown]
# In the odd world the one-class SVM, which has seen no label, beats the forest and the linear model.
# (A straight line is the wrong shape here: the positives lie on all sides.) But look at the logistic
# regression with squares: it keeps up with the detector from five positives on and then leaves it
# behind, because it was *told* where oddness shows and had only to learn which features matter. The
# Isolation Forest, which cuts through all ten features although three matter, does no better than
# the ordinary forest does with five positives, and falls behind it. So which detector you take
# matters, and so does what you know.
#
# In the typical-looking world both detectors are close to the prevalence of 3%, which is what random
# order would give, and five positives are better than none. What decides is how the positives look,
# not that they are few.

# %% [markdown]
# ### Exercise 4: at how many positives does the supervised model win?
#
# Turn such tables into an answer. One lucky lead is not enough: ask for a clear lead of the paired
# differences, [at this count and at every larger one](../../docs/glossary.md#crossover).


# %% answer="crossover"
from imbalance_lab.experiments import interval


def crossover(n_positives, supervised, anomaly):
    """Return from how many positives on the supervised model clearly beats the detector.

    Parameters
    ----------
    n_positives : array-like of shape (n_counts,)
        Numbers of positives, in increasing order.
    supervised, anomaly : array-like of shape (n_counts, n_runs)
        Results of both methods, higher is better. Row i belongs to n_positives[i]; the same
        column of both tables is one run, on the same data.

    Returns
    -------
    int or None
        The smallest entry of n_positives at which, and at every larger entry, the 95% interval of
        the paired differences supervised - anomaly (imbalance_lab.experiments.interval) lies
        wholly above 0. None if there is no such entry.

    Example by hand: mean differences of +10 (clear) at 5 positives, -2 at 10, +6 (an interval
    that holds 0) at 20, +10 (clear) at 40 and +31 (clear) at 80 give 40.
    """
    ### BEGIN SOLUTION
    differences = np.asarray(supervised) - np.asarray(anomaly)
    answer = None
    for count, runs in zip(list(n_positives)[::-1], differences[::-1]):
        if not interval(runs).low > 0:
            break
        answer = int(count)
    return answer
    ### END SOLUTION


# %% try="crossover"
tables = [[odd["logistic, squares", k] for k in COUNTS], [odd["one-class SVM", 0]] * len(COUNTS)]
print("odd world, squares against the one-class SVM:", crossover(COUNTS, *tables))

# %% graded="crossover" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.ensembles_and_extremes import CROSSOVER

ours = [[30, 32, 31], [30, 35, 31], [40, 45, 50], [50, 60, 70], [80, 82, 81]]
theirs = [[20, 21, 22], [33, 40, 30], [41, 35, 40], [40, 51, 59], [50, 51, 50]]
check(crossover, CROSSOVER).on([5, 10, 20, 40, 80], ours, theirs).gives(40)
check(crossover, CROSSOVER).on([5, 10, 20, 40, 80], theirs, ours).gives(None)
check(crossover, CROSSOVER).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ensembles_and_extremes as keys

check(crossover, CROSSOVER).keeps_its_contract(keys.CROSSOVER.hidden())
### END HIDDEN TESTS

# %% [markdown]
# All pairs of a supervised model and a detector, in both worlds (computed here directly, so that the
# cell runs whether or not you have solved the exercise):


# %%
def first_lasting_lead(runs, model, detector):
    answer = None
    for k in COUNTS[::-1]:
        if not interval(runs[model, k] - runs[detector, 0]).low > 0:
            break
        answer = k
    return "never" if answer is None else f"from {answer}"


pd.DataFrame(
    {
        (world, detector): {m: first_lasting_lead(runs, m, detector) for m in MODELS}
        for world, runs in races.items()
        for detector in ("Isolation Forest", "one-class SVM")
    }
).T

# %% [markdown]
# ### On real data: a digit that looks like a digit
#
# A rare class in practice is seldom strange from head to foot. The digit 8 is one among ten kinds of
# digits, and it is not stranger than a 4. Half of the pictures are for learning, with 5 or 20
# eights, half for judging; eight random splits.

# %%
from sklearn.model_selection import train_test_split

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8)


def digit_race(seed):
    X, X_new, y, y_new = train_test_split(
        X_digits / 16, y_digits, test_size=0.5, stratify=y_digits, random_state=seed
    )
    ordinary, eights = X[y == 0], X[y == 1]
    isolation = IsolationForest(n_estimators=25, random_state=seed).fit(ordinary)
    found = {"Isolation Forest": -isolation.score_samples(X_new)}
    one_class = OneClassSVM(nu=0.1, gamma="scale").fit(ordinary)
    found["one-class SVM"] = -one_class.score_samples(X_new)
    for k in (5, 20):
        rows, labels = np.vstack([ordinary, eights[:k]]), np.repeat([0, 1], [len(ordinary), k])
        linear = LogisticRegression(max_iter=300).fit(rows, labels)
        found[f"logistic regression, {k} eights"] = linear.decision_function(X_new)
    return {name: average_precision_score(y_new, score) for name, score in found.items()}


# %%
digits = pd.DataFrame([digit_race(seed) for seed in range(8)])
print(f"prevalence among the new pictures: {y_digits.mean():.2f}")
for name, runs in digits.items():
    print(f"{name:30s} average precision {interval(runs):.2f}")

# %% [markdown]
# Five labelled eights are worth far more than any description of what is ordinary. That labels are few
# is no reason to throw them away.

# %% [markdown]
# ## A realistic task: what does it cost?
#
# Back to the transactions. A review costs €4, a missed fraud its amount plus €15. Each model learns
# from the earlier days. Its score is multiplied by the amount plus 15, what is at stake, and a limit
# for this product is tuned on the last quarter of those days; so every model gets the threshold that
# suits it. Then come the later days of four companies. An Isolation Forest of the
# legitimate rows takes part, and so does the amount alone, with no model.

# %%
from imbalance_lab.datasets import (
    cost_of_decisions,
    make_transactions,
    split_by_time,
    transaction_encoder,
)

shop = {
    "forest, regularised": RandomForestClassifier(20, min_samples_leaf=10, random_state=0),
    "balanced forest": ensembles["balanced forest"],
    "EasyEnsemble": ensembles["EasyEnsemble"],
    "LightGBM": boosting(),
    "LightGBM, regularised": boosting(**TAME),
}


BLIND = ["Isolation Forest", "amount alone"]  # neither sees a label


def cheapest_limit(y, stake, amount):
    limits = np.quantile(stake, np.linspace(0.5, 0.999, 60))
    passed = np.asarray(stake)[:, None] < limits  # one column for each limit
    costs = 4 * np.sum(~passed, axis=0) + np.asarray(y * (amount + 15)) @ passed
    return limits[np.argmin(costs)]


# %%
def one_firm(seed):
    data, judge = split_by_time(make_transactions(10_000, random_state=seed))
    cut = int(0.75 * len(data))
    learn, tune = data.iloc[:cut], data.iloc[cut:]
    encoder = transaction_encoder().fit(learn.drop(columns="is_fraud"))
    parts = [(encoder.transform(p.drop(columns="is_fraud")), p) for p in (learn, tune, judge)]
    costs = {"flag nobody": cost_of_decisions(judge["is_fraud"], [0] * len(judge), judge["amount"])}
    for name in [*shop, *BLIND]:
        if name in shop:
            model = clone(shop[name]).fit(parts[0][0], learn["is_fraud"])
            scores = [model.predict_proba(X)[:, 1] for X, _ in parts[1:]]
            at_half = (scores[1] >= 0.5).astype(int)
            costs[name, 0.5] = cost_of_decisions(judge["is_fraud"], at_half, judge["amount"])
        elif name == "Isolation Forest":
            ordinary = parts[0][0][learn["is_fraud"].to_numpy() == 0]
            model = IsolationForest(n_estimators=25, random_state=0).fit(ordinary)
            scores = [-model.score_samples(X) for X, _ in parts[1:]]
        else:
            scores = [1.0, 1.0]
        stakes = [s * (p["amount"] + 15) for s, (_, p) in zip(scores, parts[1:])]
        limit = cheapest_limit(tune["is_fraud"], stakes[0], tune["amount"])
        flagged = (stakes[1] >= limit).astype(int)
        costs[name, "tuned"] = cost_of_decisions(judge["is_fraud"], flagged, judge["amount"])
    return {key: cost / len(judge) for key, cost in costs.items()}


# %%
firms = pd.DataFrame([one_firm(seed) for seed in range(4)])
print(f"flag nobody: {firms['flag nobody'].mean():.2f} € a transaction")
for name in [*shop, *BLIND]:
    at_half = f"{firms[name, 0.5].mean():.2f} €" if name in shop else "      "
    print(f"{name:22s} at 0.5: {at_half}   tuned: {firms[name, 'tuned'].mean():.2f} €")

# %%
change = {
    name: interval(firms[name, "tuned"] - firms["LightGBM, regularised", "tuned"])
    for name in [*shop, *BLIND]
    if name != "LightGBM, regularised"
}
for name, difference in change.items():
    print(f"{name:22s} against regularised LightGBM, both tuned: {difference:+z.2f} €")

# %% [markdown]
# At 0.5 the balanced models look like another class of model, and the cheapest. Tuned, every ensemble
# costs less than the best of them at 0.5, and with four companies the intervals between the
# ensembles are too wide to name a winner. Read the last line too: a limit on the *amount alone*, with
# no model at all, already saves a good part, because large losses are in large amounts. The detector
# has to be compared with that, and so has every model. A shop that compares its old model at 0.5 with
# a balanced one at 0.5 measures its threshold, not its model.

# %% [markdown]
# ## How many positives are enough?
#
# Enough for what? To *learn*, more is better, and the curves above say how much. To *judge*, there
# is an exact answer, since recall is a share of the positives in the test set. Wilson's interval
# (lesson 02) of a recall $r$ measured on $n$ positives has the width
#
# $$W(n) = \frac{2z}{1 + z^2/n} \sqrt{\frac{r(1-r)}{n} + \frac{z^2}{4n^2}} ,$$
#
# which shrinks as $n$ grows. So there is a smallest $n$ at which it is as narrow as you need. By
# hand for a recall of 0.8 and 95% ($z = 1.96$): $n = 60$ gives a width just below 0.2, $n = 59$ just
# above.

# %%
from statsmodels.stats.proportion import proportion_confint

for n in (5, 10, 59, 60, 245):
    low, high = proportion_confint(0.8 * n, n, method="wilson")
    print(f"recall 0.8 on {n:3d} positives: {low:.2f} to {high:.2f}, width {high - low:.4f}")

# %% [markdown]
# ### Exercise 5: enough positives


# %% answer="enough-positives"
from scipy.stats import norm


def enough_positives(recall, width, confidence=0.95):
    """Return the smallest number of positives at which Wilson's interval is narrow enough.

    Parameters
    ----------
    recall : float
        The recall to plan with, from 0 to 1. The interval is computed for this very share,
        also where recall * n is no whole number.
    width : float
        Greatest width allowed, from the lower to the upper end, between 0 and 1, exclusive.
    confidence : float, default=0.95
        Of the two-sided interval, between 0 and 1, exclusive.

    Returns
    -------
    int
        The smallest n of at least 1 whose interval has at most this width. (A width that comes
        out equal but for rounding is not tested.)

    Example by hand: recall 0.8 and width 0.2 need 60 positives.
    """
    ### BEGIN SOLUTION
    z, n = norm.ppf((1 + confidence) / 2), 1
    while 2 * z * np.sqrt(recall * (1 - recall) / n + z**2 / (4 * n**2)) / (1 + z**2 / n) > width:
        n += 1
    return n
    ### END SOLUTION


# %% try="enough-positives"
enough_positives(0.8, 0.2)

# %% graded="enough-positives" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.ensembles_and_extremes import ENOUGH_POSITIVES

check(enough_positives, ENOUGH_POSITIVES).on(0.8, 0.2).gives(60)
check(enough_positives, ENOUGH_POSITIVES).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ensembles_and_extremes as keys

check(enough_positives, ENOUGH_POSITIVES).keeps_its_contract(keys.ENOUGH_POSITIVES.hidden())
### END HIDDEN TESTS

# %% [markdown]
# What that means in rows, at different prevalences. To know a recall of about 0.8 within ±0.1 takes
# 60 positives in the *test* set:

# %%
for prevalence in (0.1, 0.01, 0.001):
    print(f"prevalence {prevalence:5.1%}: about {60 / prevalence:8,.0f} random test rows")

# %% [markdown]
# ## When there is too little to say anything
#
# Two models, of which one is truly better: A knows all ten features, B only the first seven, and so
# lacks one of the four that matter. We know it from a very large test set. How often would a *small*
# test set have shown it? Draw 400 test sets with 5, 20 or 80 positives, and ten times as many
# negatives. (The ROC AUC is the share of the pairs in the right order, lesson 03, so all the pairs of
# all the test sets can be compared in one line.)

# %%
from sklearn.metrics import roc_auc_score

X, y = make_gauss(10_000, prevalence=0.1, random_state=0)
X_pool, y_pool = make_gauss(30_000, prevalence=0.1, random_state=1)
kept = [0, 1, 2, 4, 5, 6]
p_a = LogisticRegression().fit(X, y).decision_function(X_pool)
p_b = LogisticRegression().fit(X[:, kept], y).decision_function(X_pool[:, kept])
pool = np.flatnonzero(y_pool == 1), np.flatnonzero(y_pool == 0)
print(f"ROC AUC: A {roc_auc_score(y_pool, p_a):.3f}, B {roc_auc_score(y_pool, p_b):.3f}")

# %%
wins = {}
for k in (5, 20, 80):
    rng = np.random.default_rng(k)
    found, others = rng.choice(pool[0], (400, k, 1)), rng.choice(pool[1], (400, 1, 10 * k))
    aucs = [np.mean(p[found] > p[others], axis=(1, 2)) for p in (p_a, p_b)]
    wins[k] = np.mean(aucs[0] > aucs[1])
    low, high = proportion_confint(round(0.8 * k), k, method="wilson")
    print(
        f"{k:3d} positives: A wins {wins[k]:4.0%} of the test sets; recall 0.8 is {low:.2f} to {high:.2f}"
    )

# %% [markdown]
# With five positives the better model does not win in many of the test sets, although both share them, and a
# recall of four in five can be anything from a coin's to nearly perfect. No metric, resampler or
# ensemble repairs that. What can be said and done then:
#
# - **Say it.** Give the counts and the interval ("4 of 5 caught, 95% interval 0.38 to 0.96") and no
#   ranking of models.
# - **Get positives.** Let people review the top of any sensible list, plus a random part: the top
#   finds positives, the random part keeps you honest about what the list does not see.
# - **Use what is known.** A rule from an expert needs no positives; a strongly regularised model with
#   few features needs few.
# - **Use an anomaly detector** if there is a reason to think that the event *looks* odd, and check it
#   on the positives that you have.
# - **Wait, or join data**, and fix beforehand how many positives you will wait for: Exercise 5.

# %% [markdown] covers="E79 E90 E91 E92 E93"
# ## What the usual guides say, line by line
#
# Guides like to sort remedies by the class ratio. Here are their lines and what was found in this
# course:
#
# | the guide | what was found | where |
# | --- | --- | --- |
# | *mild: weights suffice* | for ranking nothing was needed; weights move the threshold | 07 |
# | *moderate: weights, good metrics, perhaps SMOTE or a threshold* | metrics and threshold, yes; the rest gains little once the threshold is free | 02, 05 to 07 |
# | *severe: all of it together, plus anomaly detection* | stacked corrections cost more than none; a detector helps only where rare looks odd | 07, here |
# | *extreme: specialised ensembles* | recall at 0.5 rises, ranking seldom does | here |
# | *extreme: calibrated probabilities and costs* | holds, at every ratio | 07, 09, 10 |
# | *SMOTE when the minority is small and dense* | not supported by what was measured | 06 |
#
# A guide by *questions* holds better than one by ratio:
#
# 1. How many positives are there to judge with? Too few for the interval that you need: collect.
# 2. How many to learn from, and do they look odd? Very few and odd: let a detector compete.
# 3. Which regularisation ranks best on validation data? Try this before any balancing.
# 4. What do mistakes cost? Put the costs into the threshold, once.
# 5. Only then: does a special ensemble or a weight beat all this, in paired runs?

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

gain_tame = interval(cure_runs["tamed, all rows"] - cure_runs["default"])
gain_under = interval(cure_runs["undersampled"] - cure_runs["default"])
Claim(
    "Tree ensembles such as random forests, XGBoost and LightGBM cope well with imbalance.",
    verdict="holds only if",
    because=(
        "they are regularised for the number of positives. LightGBM's default reached an average"
        f" precision of {cure_runs['default'].mean():.2f} with about 100 positives; undersampling"
        f" changed it by {gain_under:+.2f}, and taming the trees, with all rows, by {gain_tame:+.2f}."
    ),
    reference="chen2004",
    evidence="E75",
)

# %%
pairs = {
    (name, family): interval(
        runs_of(family, name, "AP") - runs_of(family, "LightGBM, regularised", "AP")
    )
    for name in SPECIAL
    for family in contests
}
ahead = sum(difference.low > 0 for difference in pairs.values())
behind = sum(difference.high < 0 for difference in pairs.values())
at_half = np.mean([runs_of(f, n, "recall at 0.5").mean() for n, f in pairs])
tame_half = np.mean([runs_of(f, "LightGBM, regularised", "recall at 0.5").mean() for f in contests])
Claim(
    "Balanced forests, EasyEnsemble and RUSBoost are the better choice for rare classes.",
    verdict="does not hold",
    because=(
        f"Their mean recall at 0.5 was {at_half:.2f} against {tame_half:.2f} of a regularised"
        f" LightGBM, but of {len(pairs)} paired comparisons of average precision they were clearly"
        f" ahead in {ahead} and clearly behind in {behind}. What they move is the threshold."
    ),
    reference="carriero2025",
    evidence="E77",
)

# %%
odd_lead = interval(odd["one-class SVM", 0] - odd["forest", 5])
told_lead = interval(odd["one-class SVM", 0] - odd["logistic, squares", 5])
typical_lead = interval(typical["one-class SVM", 0] - typical["logistic", 5])
digit_lead = interval(digits["one-class SVM"] - digits["logistic regression, 5 eights"])
Claim(
    "With five or ten positives, anomaly detection is more effective than a classifier.",
    verdict="holds only if",
    because=(
        "the rare class looks odd and you cannot say how. With five positives, one-class SVM against the supervised model"
        f" in average precision: where rare meant far out {odd_lead:+.2f} (forest) and {told_lead:+.2f}"
        f" (logistic regression that is given squares); {typical_lead:+.2f} where"
        f" it meant a small shift, {digit_lead:+.2f} on the digits."
    ),
    reference="liu2008",
    evidence="E78 E79",
)

# %%
forest_gain = interval(negatives["forest, regularised", 100] - negatives["forest, regularised", 1])
linear_gain = interval(negatives["logistic regression", 100] - negatives["logistic regression", 1])
Claim(
    "Data can be too imbalanced for machine learning; severe imbalance needs every remedy at once.",
    verdict="does not hold",
    because=(
        "The number of positives limits, not the ratio. With 30 positives, going from 1:1 to 1:100"
        f" changed average precision by {forest_gain:+z.2f} for a forest and {linear_gain:+z.2f} for"
        f" logistic regression. With five positives in the test set, though, the better of two"
        f" models won only {wins[5]:.0%} of the comparisons."
    ),
    reference="weiss2004",
    evidence="E92 E94",
)

# %% [markdown]
# ## Quiz
#
# **1.** A balanced random forest has recall 0.7 at 0.5, the ordinary forest 0.05. Their average
# precisions are 0.16 and 0.20. What has balancing done?
#
# - a) It has made the forest better at finding positives.
# - b) It has let the forest learn more from the rare class.
# - c) It has raised the scores, so that 0.5 lies lower in the list.
# - d) Nothing at all.
#
# **2.** Undersampling doubles the average precision of boosting with 50 positives. What do you try
# before you believe that the ratio was the problem?
#
# - a) Wait for more positives: nothing else can help.
# - b) The same boosting on all rows, with fewer leaves and stronger penalties.
# - c) More undersampling, to 1:1.
# - d) `scale_pos_weight`, which keeps all rows.
#
# **3.** You have five positives. When is an anomaly detector the better bet?
#
# - a) Always: five are too few for a classifier.
# - b) When the positives are rarer than 1 in 1,000.
# - c) When the detector may use the five labels.
# - d) When there is reason to think that positives look unlike everything else.
#
# **4.** A report says: recall 0.9, measured on 10 positives among 5,000 rows. Which interval fits?
#
# - a) about 0.60 to 0.98
# - b) about 0.89 to 0.91
# - c) exactly 0.9
# - d) none is needed if the split is repeated
#
# **5.** 200 positives, 2 million negatives. What is the sound first step?
#
# - a) Give up the ratio: drop negatives until it is 1:1.
# - b) A regularised model, a threshold from the costs, and an interval from the positives.
# - c) SMOTE, weights and a low threshold together.
# - d) Anomaly detection, since 1 in 10,000 is extreme.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "d", 4: "a", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.ensembles_and_extremes import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A hospital has 12 cases of a rare complication among 8,000 operations. A supplier offers a *balanced
# ensemble with anomaly detection, built for extreme imbalance*, and reports "recall 0.83 instead of
# 0.17 with our method, on your own data". The test set held 6 of the 12 cases. Answer in five to
# eight sentences: what can and cannot be concluded, which comparisons you would ask for, and what
# the hospital should do next.

# %% [markdown] written="reflection" points=3
# On six cases, 0.83 is five and 0.17 is one; Wilson's intervals are about 0.44 to 0.97 and 0.03 to
# 0.56, so the report says very little about either recall. That the balanced method flags more at 0.5
# is what balancing does: it raises all scores. The number of false alarms is missing, and both
# recalls belong to one threshold. I would ask for the ordinary model, well regularised, at a threshold
# that gives as many alarms as the supplier's, judged on the same cases, with average precision and
# counts. An anomaly detector helps only if the complication looks unusual in the data; that can be
# checked by where the twelve cases stand in its list. Next the hospital should collect cases, from
# earlier years or from partner hospitals, and fix beforehand how many are needed: about 60 in the
# test set for a recall of 0.8 within ±0.1. Until then an expert's rule, or a review of the top of a
# simple model's list, is as well supported as the ensemble.
#
# ### BEGIN MARK SCHEME
# 1 point: says that six test cases support no conclusion about recall, with counts or an interval.
#
# 1 point: says that recall at 0.5 rises by moving the scores, and asks for a fair comparison (same
# number of alarms or tuned threshold, and a regularised ordinary model), or for the false alarms.
#
# 1 point: names a sensible next step (collect cases up to a computed number, expert rule, review of
# the top of a list) or the condition under which an anomaly detector helps.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Before you blame the ratio, regularise for the number of positives.
# - Balanced ensembles raise recall at 0.5; compare them at tuned thresholds and by their ranking.
# - Negatives do no harm. Positives are what is scarce: count them.
# - An anomaly detector wins only where rare looks odd; a few labels are worth a lot.
# - Plan the number of test positives from the width that you need; below it, say that you don't know.
#
# **New words:** *ensemble*, *bagging*, *balanced bootstrap*, *balanced random forest*,
# *EasyEnsemble*, *RUSBoost*, *regularisation*, *anomaly detection*, *Isolation Forest*, *one-class
# SVM*, *crossover*.
#
# ## Further reading
#
# - Breiman (2001). [*Random forests*](../../docs/bibliography.md#breiman2001).
# - Chen et al. (2004). [*Using random forest to learn imbalanced
#   data*](../../docs/bibliography.md#chen2004): cost-sensitive and balanced forests, by the
#   inventor of forests and others.
# - Liu et al. (2009). [*Exploratory undersampling for class-imbalance
#   learning*](../../docs/bibliography.md#liu2009).
# - Seiffert et al. (2010). [*RUSBoost: a hybrid approach to alleviating class
#   imbalance*](../../docs/bibliography.md#seiffert2010).
# - Carriero et al. (2025). [*The harms of class imbalance corrections for machine learning based
#   prediction models: a simulation study*](../../docs/bibliography.md#carriero2025): a simulation
#   in which RUSBoost and EasyEnsemble take part.
# - Weiss (2004). [*Mining with rarity: a unifying
#   framework*](../../docs/bibliography.md#weiss2004).
# - Liu et al. (2008). [*Isolation forest*](../../docs/bibliography.md#liu2008).
# - Schölkopf et al. (2001). [*Estimating the support of a high-dimensional
#   distribution*](../../docs/bibliography.md#scholkopf2001).
#
# **Next:** lesson 12, the capstone: catch fraud with what you have learned, and prove what it saves.
