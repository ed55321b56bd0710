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
# - tell a setting that ranks better from one that only says yes sooner;
# - draw the rows of a balanced forest, and say what its relatives do with theirs;
# - decide between an anomaly detector and a supervised model;
# - compute how many positives a recall needs, and decide what to do when there are too few.
#
# **Time** 85 minutes. **You need** a first idea of decision trees and boosting.
# **Builds on** lesson 02 (Wilson's interval, the bootstrap), 03 (average precision), 04 (paired runs),
# 05 (undersampling) and 07 (weights).

# %% [markdown] covers="E75"
# ## An imbalance problem that was none
#
# [Boosted trees](../../docs/glossary.md#boosting) are said to cope well with rare classes. Take LightGBM on a
# nonlinear problem where 5 rows in 1,000 are positive, with 20,000 rows to learn from. Try two standard cures,
# undersampling to one positive in eleven rows and balanced weights. A third change leaves the classes alone and *tames*
# the trees: at most 8 leaves instead of 31, leaves that must hold some evidence, and a penalty on large leaf values.

# %%
from imblearn.under_sampling import RandomUnderSampler
from lightgbm import LGBMClassifier
from sklearn.metrics import average_precision_score

from imbalance_lab.datasets import make_nonlinear

TAME = {"num_leaves": 8, "min_child_weight": 1.0, "reg_lambda": 1.0}
BALANCED = {"class_weight": "balanced"}


def boosting(**settings):
    common = {"n_estimators": 50, "n_jobs": 1, "random_state": 0, "verbosity": -1}
    return LGBMClassifier(**common | settings)


# %% [markdown]
# **Predict before you run.** Each cure is compared with the defaults on six data sets, by
# [average precision](../../docs/glossary.md#average-precision) on 12,000 new rows. Which change gains most: undersampled,
# balanced weights, tamed, or tamed with balanced weights?

# %%
my_prediction = None  # one of the four

# %%
import pandas as pd


def cures(seed):
    X, y = make_nonlinear(20_000, prevalence=0.005, random_state=seed)
    X_new, y_new = make_nonlinear(12_000, prevalence=0.005, random_state=1000 + seed)
    few = RandomUnderSampler(sampling_strategy=0.1, random_state=seed).fit_resample(X, y)
    fitted = {"default": boosting().fit(X, y), "undersampled": boosting().fit(*few)}
    for name, settings in {"balanced": BALANCED, "tamed": TAME, "both": TAME | BALANCED}.items():
        fitted[name] = boosting(**settings).fit(X, y)
    scores = {name: model.predict_proba(X_new)[:, 1] for name, model in fitted.items()}
    return {name: average_precision_score(y_new, score) for name, score in scores.items()}


# %%
from imbalance_lab import plots
from imbalance_lab.experiments import interval

cured = pd.DataFrame([cures(seed) for seed in range(6)])
print("you predicted:", my_prediction)
plots.intervals(
    {name: interval(runs - cured["default"]) for name, runs in cured.items() if name != "default"},
    xlabel="average precision − that of the defaults, 6 data sets",
    title="Four changes, each against the defaults",
    baseline=0.0,
    decimals=2,
)

# %% [markdown]
# Look at the two cures alone, and balancing seems to help. The third row takes this story apart. The tamed model has
# seen every row, without weights, and gains at least as much. About 100 positives
# were too few for 31 leaves in every tree. Fewer rows, or other weights, also keep the trees from growing wild:
# **[regularisation](../../docs/glossary.md#regularisation) by accident**. And with balanced weights on top, the tame trees
# gained less, as the last row shows. (The sizes depend on the number of trees.)
#
# So keep two questions apart: *does it order the rows better?* (average precision) and *does it say yes sooner?* (recall
# at 0.5). And the rival of every special method is the same kind of model, well regularised, at a sensible threshold.

# %% [markdown]
# ### How tame is tame enough?
#
# The [laboratory](../../docs/laboratory.md) compared boosting with a logistic regression on transactions, from 3,000
# rows with some 30 frauds up to 192,000. Here is boosting with 8 leaves, small steps and a strong penalty, minus the
# logistic regression, over 15 draws each:

# %%
from imbalance_lab.evidence import study

sizes = study("sizes")
sizes.plot("regularised")

# %% [markdown]
# With 48,000 rows or more the tamed boosting is clearly ahead, with 12,000 about level, and with 3,000 it loses 0.14.
# There even the defaults lose less, 0.09 [0.06, 0.11]: a penalty that suits 2,000 frauds hardly lets a tree grow from 30.
# So no setting is right for every count. Try a few on validation rows (lesson 04). One row, run again with models of
# your choice:

# %%
for model in ("lightgbm", "lightgbm num_leaves=4 learning_rate=0.05", "logistic"):
    print(f"{model:42s} {sizes.rerun(1, model=model)['average_precision']:.2f}")

# %% [markdown] covers="E76"
# ## A bootstrap for each tree
#
# A widely copied example fits a forest with `class_weight="balanced"` to 98 negatives and 2 positives, and shows its
# predictions *on the same rows*: 98 and 2, perfect. Try it on pure noise:

# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier

rng = np.random.default_rng(0)
noise, coin = rng.normal(size=(100, 5)), np.repeat([0, 1], [98, 2])
parrot = RandomForestClassifier(40, class_weight="balanced", random_state=0).fit(noise, coin)
print("flags on its training rows:", int(parrot.predict(noise).sum()), "of 100, both positives")
flagged = parrot.predict(rng.normal(size=(1000, 5)))
print("flags on new noise:        ", int(flagged.sum()), "of 1000")

# %% [markdown]
# There is nothing to learn in these rows, and the forest recites them, since trees that grow until their leaves are pure
# remember. What helps them is company. Call
# the variance of one tree's score $\sigma^2$ and the correlation of two trees' scores $\rho$. The mean of $B$ trees
# has the variance
#
# $$\frac{1}{B^2}\bigl(B\sigma^2 + B(B-1)\rho\sigma^2\bigr) = \rho\,\sigma^2 + \frac{1-\rho}{B}\,\sigma^2 .$$
#
# More trees remove the second part; only trees that *differ* remove the first. A
# [random forest](../../docs/glossary.md#random-forest) makes them differ in two ways: every tree gets a **bootstrap**,
# as many rows as there are, drawn with replacement, and every split looks at a few random features (Breiman 2001).
#
# With a rare class the bootstrap has a weak spot. Of ten rows, two are positive: one draw misses both with probability
# 0.8, so all ten draws do with probability $0.8^{10} = 0.11$. Of a thousand rows with two positives it is 0.14, so
# every seventh tree has nothing to find. The **[balanced bootstrap](../../docs/glossary.md#balanced-bootstrap)** of Chen,
# Liaw and Breiman (2004) draws within each class instead: as many rows of the rare class as it has, with replacement, and
# equally many of the common class, with replacement.
#
# Is most of the common class thrown away, as in lesson 05? Each tree draws its own. With 50 positives and 950 negatives, a
# negative is missed by one tree with probability $(949/950)^{50}$ and by $B$ trees with the $B$-th power of that:

# %%
print("trees and seen negatives:", {B: f"{1 - (949 / 950) ** (50 * B):.0%}" for B in (1, 10, 100)})

# %% [markdown]
# A hundred trees have seen nearly every negative. Ten have not, so a fair comparison gives a balanced forest a hundred.

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
# ## The specialists, and two questions
#
# Four [ensembles](../../docs/glossary.md#ensemble) of imbalanced-learn are built on this idea:
#
# | name | each member learns from | a member is |
# | --- | --- | --- |
# | [`BalancedBaggingClassifier`](../../docs/glossary.md#bagging) | a bootstrap, then undersampled to 1:1 | a full tree |
# | [`BalancedRandomForestClassifier`](../../docs/glossary.md#balanced-random-forest) | a balanced draw | a tree with random features |
# | [`EasyEnsembleClassifier`](../../docs/glossary.md#easyensemble) | all positives, as many random negatives | a boosted model ([AdaBoost](../../docs/glossary.md#adaboost)) |
# | [`RUSBoostClassifier`](../../docs/glossary.md#rusboost) | a fresh undersample in *every boosting round* | one small tree of a single chain |
#
# The members of EasyEnsemble (Liu, Wu and Zhou 2009) work side by side, those of RUSBoost one
# after the other, each on rows that were weighed by the mistakes before it.
#
# Cross the remedy with its rival: {plain, balanced} forest × {full trees, leaves of at
# least five rows}, with 100 trees each, on four data sets with 3% positives. Each forest also gets a threshold of its
# own, the best for F1 on 1,000 tuning rows.

# %%
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.metrics import f1_score, precision_recall_curve, precision_score, recall_score

from imbalance_lab.datasets import make_gauss


def judged(forest, seed):
    sizes = {1600: seed, 1000: 500 + seed, 2000: 1000 + seed}
    learn, tune, new = (make_gauss(n, prevalence=0.03, random_state=s) for n, s in sizes.items())
    forest.fit(*learn)
    p_tune, p = (forest.predict_proba(X)[:, 1] for X, _ in (tune, new))
    precision, recall, thresholds = precision_recall_curve(tune[1], p_tune)
    best = thresholds[np.argmax((precision * recall / np.maximum(precision + recall, 1e-9))[:-1])]
    at_half = [f(new[1], p >= 0.5, zero_division=0) for f in (recall_score, precision_score)]
    return [*at_half, average_precision_score(new[1], p), f1_score(new[1], p >= best)]


# %% [markdown]
# **Predict before you run.** Which of the four forests has the best recall at 0.5? And which has the best average precision?

# %%
my_prediction = None  # two of the four names

# %%
larger = {"min_samples_leaf": 5, "random_state": 0}
forests = {
    "plain": RandomForestClassifier(100, random_state=0),
    "plain, leaves of 5": RandomForestClassifier(100, **larger),
    "balanced": BalancedRandomForestClassifier(100, random_state=0),
    "balanced, leaves of 5": BalancedRandomForestClassifier(100, **larger),
}
contest = {name: np.array([judged(f, s) for s in range(4)]) for name, f in forests.items()}

# %%
print("you predicted:", my_prediction)
MEASURES = ("recall at 0.5", "precision at 0.5", "average precision", "F1, own threshold")
with plots.picture(
    title="Four forests, judged by three measures",
    xlabel="value on each set", ylabel="forest",
    panels=(MEASURES[0], MEASURES[2], MEASURES[3]), sharey=True,
    alt="; ".join(f"{n}: " + ", ".join(f"{m} {v:.2f}" for m, v in zip(MEASURES, runs.mean(axis=0)))
                  for n, runs in contest.items()),
) as axes:  # fmt: skip
    for ax, column in zip(axes, (0, 2, 3)):
        for name, runs in contest.items():
            ax.plot(runs[:, column], [name] * 4, "o", alpha=0.5)
            ax.plot(runs[:, column].mean(), name, "k|", markersize=18)
        ax.set_xlim(-0.05, 0.95)
    axes[0].invert_yaxis()

# %% [markdown]
# (The bar is the mean.) Left, the balanced forests are far ahead: they catch about 7 of 10 positives at 0.5, where the plain ones flag next to
# nobody. The price is a precision of 0.14, so six flags in seven are false alarms. In the middle, and on the
# right with a threshold of its own for each, the lead is gone. A balanced forest was shown a world in which every second row is
# positive, so it raises all scores, and 0.5 lies lower in much the same list.
#
# Four data sets can't tell whether the small differences in the middle are real. Over 46 real ones (study `ensembles`) balanced forests rank like plain ones, EasyEnsemble no better, RUSBoost worse where it could be fitted.

# %% [markdown] covers="E78"
# ## Odd, or typical-looking?
#
# With five or ten positives, says the advice, give up on classifiers and look for
# **[anomalies](../../docs/glossary.md#anomaly-detection)**: describe what is ordinary, flag what is not. The
# **[Isolation Forest](../../docs/glossary.md#isolation-forest)** (Liu, Ting and Zhou 2008) cuts at random places until
# every point is alone, and calls those odd that are alone soon. The
# **[one-class SVM](../../docs/glossary.md#one-class-svm)** (Schölkopf and others 2001) draws a smooth boundary around
# the training rows. Neither looks at a label, and both have a trap in scikit-learn. Here are nine points at 0 to 8 and an
# odd one at 20:

# %%
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

line, is_odd = np.array([*range(9), 20.0]).reshape(-1, 1), [0] * 9 + [1]
isolation = IsolationForest(random_state=0).fit(line)
print("ROC AUC of score_samples:", roc_auc_score(is_odd, isolation.score_samples(line)))

# %% [markdown]
# A ROC AUC of 0 is a perfect ranking, upside down. `score_samples` is minus the paper's score, so it is *high for
# ordinary* rows, and so is `decision_function`. Take the minus before you rank.
#
# A detector of anomalies can find a rare class only if rare *looks* unusual. So test it in two worlds of ten
# features. In the **odd** world the positives are spread three times as far on three features, in all directions. In
# the **typical-looking** world they are shifted by one standard deviation on three features, well within the crowd.


# %%
def draw(world, n_positives, n_negatives, rng):
    X = rng.standard_normal((n_negatives + n_positives, 10))
    rare = slice(n_negatives, None)
    X[rare, :3] = X[rare, :3] * 3 if world == "odd" else X[rare, :3] + 1
    return X, np.repeat([0, 1], [n_negatives, n_positives])


WORLDS = ("odd", "typical-looking")
with plots.picture(
    title="Rare can look odd, or ordinary", panels=WORLDS,
    xlabel="feature 0 (standard deviations)", ylabel="feature 1 (standard deviations)",
    alt="Odd: most positives lie outside the cloud of negatives, in every direction."
    " Typical-looking: the positives lie inside the cloud, a little to the upper right.",
) as axes:  # fmt: skip
    for ax, world in zip(axes, WORLDS):
        X, y = draw(world, 30, 600, np.random.default_rng(0))
        ax.scatter(*X[y == 0, :2].T, s=6, alpha=0.4, label="negative")
        ax.scatter(*X[y == 1, :2].T, s=28, marker="^", label="positive")

# %% [markdown]
# The detectors learn from 400 negatives, the classifiers from these and 5, 10, 30 or 200 positives. One of them also
# gets the square of each feature, which says how far out a value is. There are 3,100 new rows, in four runs. **Predict:** in which world does a detector win, and up to how many positives?

# %%
my_prediction = None  # such as "both, up to 10"

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.svm import OneClassSVM

COUNTS, MODELS = (5, 10, 30, 200), ("logistic, squares", "logistic", "forest")
DETECTORS = {"one-class SVM": OneClassSVM(nu=0.1), "Isolation Forest": isolation}


def fit_and_score(model, X, y, X_new):
    if model == "forest":
        return RandomForestClassifier(100, random_state=0).fit(X, y).predict_proba(X_new)[:, 1]
    if model == "logistic, squares":
        X, X_new = np.hstack([X, X**2]), np.hstack([X_new, X_new**2])
    return LogisticRegression(C=0.1).fit(X, y).decision_function(X_new)


# %%
def race(world, seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = draw(world, 200, 400, rng), draw(world, 100, 3000, rng)
    scores = {(n, 0): -d.fit(X[y == 0]).score_samples(X_new) for n, d in DETECTORS.items()}
    for model in MODELS:
        for k in COUNTS:
            scores[model, k] = fit_and_score(model, X[: 400 + k], y[: 400 + k], X_new)
    return {key: average_precision_score(y_new, score) for key, score in scores.items()}


# %%
races = {"odd": pd.DataFrame([race("odd", seed) for seed in range(4)])}

# %%
races["typical-looking"] = pd.DataFrame([race("typical-looking", seed) for seed in range(4)])

# %%
print("you predicted:", my_prediction)
with plots.picture(
    title="Detectors and classifiers in two worlds",
    xlabel="positives to learn from", ylabel="average precision, mean of four runs",
    panels=WORLDS, sharey=True,
    alt="; ".join(f"{w}: " + ", ".join(f"{n} ({k}) {runs[n, k].mean():.2f}" for n, k in runs)
                  for w, runs in races.items()),
) as axes:  # fmt: skip
    for ax, runs in zip(axes, races.values()):
        for model, marker in zip(MODELS, "^so"):
            ax.plot([runs[model, k].mean() for k in COUNTS], marker=marker, label=model)
        for detector, style in (("one-class SVM", "--"), ("Isolation Forest", ":")):
            level = runs[detector, 0].mean()
            ax.axhline(level, color="black", linestyle=style, label=detector)
        ax.set_xticks(range(len(COUNTS)), COUNTS)

# %% [markdown]
# Look first at the logistic regression with squares in the odd world. With five positives it leads the one-class SVM,
# because it was *told* where oddness shows. Without squares a straight line is the wrong shape, and the forest, which
# must find the shape itself, stays behind the one-class SVM. The Isolation Forest cuts through all ten features
# although three matter.
#
# In the typical-looking world both detectors reach 0.08, a random order 0.03, and five positives beat none. So how
# the positives look decides, not that they are few. These worlds are made up; the laboratory's study `anomaly` agrees.
# On real sets all detectors stand far behind, with few positives too: see the second notebook.

# %% [markdown]
# ### Exercise 2: at how many positives does the supervised model win?
#
# Turn such curves into an answer, the [crossover](../../docs/glossary.md#crossover). One lucky lead is not enough: ask
# for a clear lead of the paired differences at this count and at every larger one.


# %% answer="crossover"
from imbalance_lab.experiments import interval


def crossover(n_positives, supervised, anomaly):
    """Return the number of positives at which the supervised model begins to win clearly.

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
print(f"beats the one-class SVM where rare is odd, of {COUNTS}:")
for model in MODELS:
    ours = [races["odd"][model, k] for k in COUNTS]
    print(
        f"  {model}: from",
        crossover(COUNTS, ours, [races["odd"]["one-class SVM", 0]] * len(COUNTS)),
    )

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
# ## How many positives are enough?
#
# To *judge* a detector there is an exact answer, since a recall is a share of the positives in the test set, and lesson
# 02 has Wilson's interval for a share. (To *learn* from there is none: think in events per parameter, lesson 10.)

# %%
from statsmodels.stats.proportion import proportion_confint

n_positives = np.arange(5, 251, 5)
low, high = proportion_confint(0.8 * n_positives, n_positives, method="wilson")
with plots.picture(
    title="A recall of 0.8 means little on few positives",
    xlabel="positives in the test set", ylabel="95% interval of the recall (Wilson)",
    alt=f"For a recall of 0.8: from {low[0]:.2f} to {high[0]:.2f} with 5 positives, from"
    f" {low[9]:.2f} to {high[9]:.2f} with 50, from {low[-1]:.2f} to {high[-1]:.2f} with 250.",
) as ax:  # fmt: skip
    ax.fill_between(n_positives, low, high, alpha=0.3)
    ax.axhline(0.8, color="black", linestyle=":")

# %% [markdown]
# Four of five caught can be anything from a recall of 0.38 to a nearly perfect one. The interval narrows slowly, so before a
# study begins, find the smallest number of positives at which it is as narrow as you need. For a recall of 0.8 and a
# width of 0.2, 59 positives are just too few, with 0.2012. With 60 the width is 0.1995.

# %% [markdown]
# ### Exercise 3: enough positives


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
# At 1 positive in 1,000, these 60 take 60,000 labelled test rows.

# %% [markdown]
# ## Who is better, and what if nobody can tell?
#
# Two detectors run side by side, with equally many alarms. Suppose that B alone will catch 20 frauds in 100, A alone 10,
# and both or neither the others, so B is better by ten points of recall. **Predict:** among *ten* frauds, how often does
# B have the higher number?

# %%
my_prediction = None  # a share between 0 and 1

# %%
counted = (5, 10, 20, 40, 80, 160, 320)
rng = np.random.default_rng(0)
shares = {"B ahead": [], "level": [], "A ahead": []}
for n in counted:
    b, a, _ = rng.multinomial(n, [0.2, 0.1, 0.7], size=20_000).T
    for name, share in zip(shares, (np.mean(b > a), np.mean(b == a), np.mean(b < a))):
        shares[name].append(share)
print("you predicted:", my_prediction)
with plots.picture(
    title="Which of two detectors comes out ahead",
    xlabel="frauds that were counted", ylabel="share of 20,000 trials",
    alt="; ".join(f"{n}: {s[0]:.2f} with 5, {s[1]:.2f} with 10, {s[4]:.2f} with 80 frauds"
                  for n, s in shares.items()),
) as ax:  # fmt: skip
    for (name, share), marker in zip(shares.items(), "o^s"):
        ax.plot(share, marker=marker, label=name)
    ax.set_xticks(range(len(counted)), counted)

# %% [markdown]
# In about six trials of ten, and in about every fifth the *worse* detector is ahead. No metric, resampler or ensemble
# repairs that. You can **say it** ("4 of 5 caught, 95% interval 0.38 to 0.96"), **get positives** by reviewing the top
# of any list and a random part, **use what is known**, such as an expert's rule, or **wait** for labels.
#
# Waiting has a price, and so has a mistake. Say that recall higher by 1 would be worth €100,000 (the *gain*), so a point
# of recall €1,000. To put B into A's place costs €1,000, to keep A nothing. To wait costs €500, and then everybody knows
# who is better. Suppose that B's lead is −0.02, 0.02 or 0.06, each as likely:
#
# | choice | lead −0.02 | lead 0.02 | lead 0.06 | on average |
# | --- | ---: | ---: | ---: | ---: |
# | keep A | 0 | 0 | 0 | 0 |
# | switch to B | −3,000 | 1,000 | 5,000 | 1,000 |
# | wait | −500 | 500 | 4,500 | 1,500 |
#
# Waiting is worth most, although B is probably better, because it avoids a switch that loses €3,000. If it cost
# €1,200, you would switch. What counts is how likely each lead is. The last column, for any leads:


# %%
def average_worth(leads, gain, switch, wait):  # of each choice, if all leads are equally likely
    switched = gain * np.asarray(leads) - switch
    return {"A": 0, "B": switched.mean(), "wait": np.maximum(switched, 0).mean() - wait}


worth = average_worth([-0.02, 0.02, 0.06], gain=100_000, switch=1000, wait=500)
print({choice: round(value) for choice, value in worth.items()})

# %% [markdown]
# ### Sixty-four pairs
#
# In the next exercise, 64 pairs of detectors were tried on a dozen or on hundreds of frauds among transactions. Your
# choices are worth what they would have brought, by the recall over thousands of frauds. The
# reference weighs all leads that are plausible after what was counted. *A clear lead, or wait* asks whether a 95%
# interval excludes the lead that pays for a switch:

# %%
from imbalance_lab.exercises.contests import CURVE, contests

plots.points_curve(CURVE, xlabel="worth of the choices, as a share of the reference's")

# %% [markdown]
# One of 32 pairs to practise on, and what turned out later:

# %%
one = contests(9, 2)[10]
print(f"A caught {one.caught_a.sum()} and B {one.caught_b.sum()} of {len(one.caught_a)} frauds")
print(f"a switch costs €{one.switch}, waiting €{one.wait}; recall of B − A later: {one.ahead:+.2f}")
print("worth:", {choice: round(one.worth(choice)) for choice in ("A", "B", "wait")})

# %% [markdown]
# ### Exercise 4: switch, keep, or wait?


# %% answer="switch-or-wait"
def switch_or_wait(caught_a, caught_b, gain, switch, wait):
    """Return whether to keep A, to switch to B, or to wait for more labels.

    Parameters
    ----------
    caught_a, caught_b : ndarray of int of shape (n_frauds,)
        For each fraud that was counted, 1 if the detector caught it, else 0. The same place is the
        same fraud. From 8 to 400 frauds.
    gain : int
        What a recall that is higher by 1 is worth, in euros.
    switch, wait : int
        What it costs to switch to B, and to wait, in euros.

    Returns
    -------
    str
        "A", "B" or "wait". With d, the true recall of B minus that of A, they are worth 0,
        gain * d - switch, and the better of these two minus wait.
    """
    ### BEGIN SOLUTION
    won = np.asarray(caught_b, dtype=float) - np.asarray(caught_a, dtype=float)
    won = np.append(won, [1, -1])  # a fraud more for each: ties among few prove little
    leads = np.random.default_rng(0).choice(won, size=(2000, len(won))).mean(axis=1)
    worth = average_worth(leads, gain, switch, wait)
    return max(worth, key=worth.get)
    ### END SOLUTION


# %% try="switch-or-wait"
switch_or_wait(*one[:5])

# %% graded="switch-or-wait" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.ensembles_and_extremes import SWITCH_OR_WAIT, practice

judge = practice()
check(switch_or_wait, SWITCH_OR_WAIT).earns(5, by=judge, on=judge.calls, says="choices")
### BEGIN HIDDEN TESTS
from imbalance_oracles.ensembles_and_extremes import hidden_contests

hidden = hidden_contests()
check(switch_or_wait, SWITCH_OR_WAIT).earns(5, by=hidden, on=hidden.calls, says="choices")
### END HIDDEN TESTS

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

under, tame = (interval(cured[name] - cured["default"]) for name in ("undersampled", "tamed"))
Claim(
    "Tree ensembles such as random forests, XGBoost and LightGBM cope well with imbalance.",
    verdict="holds only if",
    because=(
        "they are regularised for the number of positives. LightGBM's defaults reached an average"
        f" precision of {cured['default'].mean():.2f} with about 100 positives; undersampling"
        f" changed it by {under:+.2f}, and taming the trees, with all rows, by {tame:+.2f}."
    ),
    reference="chen2004",
    evidence="E75",
)

# %%
wide = study("ensembles").interval
Claim(
    "Balanced forests, EasyEnsemble and RUSBoost are the better choice for rare classes.",
    verdict="not shown",
    because=(
        f"Two of the three rank no better: {wide('balanced-forest-ranks-forest'):+.3f} in average precision (balanced forest)"
        f" and {wide('easy-ensemble-ranks-forest'):+.3f} (EasyEnsemble). RUSBoost stays open: worse, where it could be fitted."
        f" A balanced forest's recall at 0.5, here {contest['balanced'][:, 0].mean():.2f}, comes from where 0.5 lies."
    ),
    reference="carriero2025",
    evidence="E77",
)


# %%
def lead(world, model):
    return interval(races[world]["one-class SVM", 0] - races[world][model, 5])


Claim(
    "With five or ten positives, anomaly detection is more effective than a classifier.",
    verdict="holds only if",
    because=(
        "the rare class looks odd and you cannot say how. With five positives, one-class SVM minus a"
        f" classifier in average precision: {lead('odd', 'forest'):+.2f} (forest) and"
        f" {lead('odd', 'logistic, squares'):+.2f} (logistic regression with squares) if rare meant far"
        f" out, {lead('typical-looking', 'logistic'):+.2f} (plain) if a small shift. With up to 30, on"
        f" real sets: {study('detectors').interval('one-class-svm-logistic-few'):+.2f} (plain)."
    ),
    reference="liu2008",
    evidence="E78 E79",
)

# %% [markdown]
# ## Quiz
#
# **1.** A forest of 200 trees learns from 300 rows, 3 of them positive, with ordinary bootstraps. About how many trees
# have never seen a positive?
#
# - a) None
# - b) 2
# - c) 10
# - d) 66
#
# **2.** Of 200 positives, a balanced forest catches 70% at 0.5, with a precision of 0.14. The plain forest ranks just as
# well. How many false alarms are there, and what else would catch as many?
#
# - a) 140, and nothing else.
# - b) 860, and the plain forest at a lower threshold.
# - c) 860, and nothing else.
# - d) 1,000, and the plain forest at 0.5.
#
# **3.** In the picture of the study `sizes`, at how many rows does the interval first lie beyond 0.02?
#
# - a) 3,000
# - b) 12,000
# - c) 48,000
# - d) 192,000
#
# **4.** A report says: recall 0.9, measured on 10 positives among 5,000 rows. Which 95% interval fits?
#
# - a) about 0.60 to 0.98
# - b) about 0.89 to 0.91
# - c) about 0.71 to 1.09
# - d) none is needed if the split is repeated
#
# **5.** B's lead is −0.05, 0 or 0.08, each as likely. Recall higher by 1 is worth €100,000, a switch costs nothing,
# waiting €1,500. What is worth most on average, and how much?
#
# - a) Keep A, 0
# - b) Switch, €1,000
# - c) Wait, about €1,170
# - d) Wait, about €2,670

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "c", 4: "a", 5: "c"}
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
# - Plan the number of positives from the width that you need.
# - An anomaly detector wins only where rare looks odd; a few labels are worth a lot.
# - With too few to rank two models, weigh a mistake against the price of waiting.
#
# **New words:** *ensemble*, *bagging*, *balanced bootstrap*, *balanced random forest*, *EasyEnsemble*, *RUSBoost*,
# *anomaly detection*, *Isolation Forest*, *one-class SVM*, *crossover*.
#
# ## Further reading
#
# - Breiman (2001). [*Random forests*](../../docs/bibliography.md#breiman2001).
# - Chen et al. (2004). [*Using random forest to learn imbalanced
#   data*](../../docs/bibliography.md#chen2004): balanced forests.
# - Liu et al. (2009). [*Exploratory undersampling for class-imbalance
#   learning*](../../docs/bibliography.md#liu2009): EasyEnsemble.
# - Carriero et al. (2025). [*The harms of class imbalance corrections for machine learning based
#   prediction models: a simulation study*](../../docs/bibliography.md#carriero2025).
# - Liu et al. (2008). [*Isolation forest*](../../docs/bibliography.md#liu2008).
# - Schölkopf et al. (2001). [*Estimating the support of a high-dimensional
#   distribution*](../../docs/bibliography.md#scholkopf2001).
#
# **Next:** lesson 12, the capstone: catch fraud with what you have learned, and prove what it saves.
