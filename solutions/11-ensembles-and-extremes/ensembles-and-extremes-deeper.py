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
# # 11 · Ensembles and extremes, deeper: which specialist, which detector, which guide?
#
# **At the end you can**
#
# - say what more negatives do to a regularised model, and how an Isolation Forest measures oddness;
# - compare the special ensembles at the sizes of their library, and say when RUSBoost fails;
# - judge a detector on real images, an ensemble by its bill, and a guide line by line.
#
# **Time** 35 minutes, optional: nothing is graded here. **You need** pandas and scikit-learn.
# **Builds on** the core of lesson 11.

# %% [markdown] covers="E94"
# ## Do more negatives harm?
#
# "Is my data too imbalanced for machine learning?" Keep 30 positives, and add negatives from 1:1 up to 1:100. The ratio
# gets worse and worse. Three models meet it:

# %%
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from imbalance_lab import plots
from imbalance_lab.datasets import make_gauss
from imbalance_lab.experiments import interval

TAME = {"num_leaves": 8, "min_child_weight": 1.0, "reg_lambda": 1.0, "n_estimators": 50}
TAMED = LGBMClassifier(**TAME, n_jobs=1, random_state=0, verbosity=-1)

# %%
more = {
    "forest, leaves of 5": RandomForestClassifier(40, min_samples_leaf=5, random_state=0),
    "logistic regression": LogisticRegression(C=0.1),
    "tamed boosting": TAMED,
}


def with_more_negatives(seed):
    X, y = make_gauss(3030, prevalence=30 / 3030, random_state=seed)
    X_new, y_new = make_gauss(4000, prevalence=0.02, random_state=1000 + seed)
    rare, common = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    found = {}
    for each in (1, 10, 100):
        rows = np.concatenate([rare, common[: 30 * each]])
        for name, model in more.items():
            p = model.fit(X[rows], y[rows]).predict_proba(X_new)[:, 1]
            found[name, each] = average_precision_score(y_new, p)
    return found


# %% [markdown]
# **Predict:** by how much does the average precision on new rows change?

# %%
my_prediction = None  # such as +0.02 or -0.02

# %%
negatives = pd.DataFrame([with_more_negatives(seed) for seed in range(6)])
added = {
    f"{name}, 1:{each}": interval(negatives[name, each] - negatives[name, 1])
    for name in more
    for each in (10, 100)
}
print("you predicted:", my_prediction)
plots.intervals(
    added,
    xlabel="average precision − that of the same model at 1:1, six draws",
    title="Ten and a hundred negatives for each positive, against one",
    baseline=0.0,
    decimals=2,
)

# %% [markdown]
# The ratio got a hundred times worse, and if anything the ranking gained, because each negative shows where positives are
# *not*. This holds for these regularised models, up to 1:100. The core begins with trees that have too much freedom
# at 1:200. So does the laboratory's study `count`, from 1:49 to 1:499 with 40 positives: boosting at its defaults
# ranked far worse with the negatives, a logistic regression did not. The second notebook of lesson 01 has the picture,
# and shows that a penalty mends it.

# %%
from imbalance_lab.claims import Claim
from imbalance_lab.evidence import study

boosted = study("count").interval("ratio-learning-gauss", model="boosting").mean
Claim(
    "Data can be too imbalanced for machine learning; severe imbalance needs every remedy at once.",
    verdict="holds only if",
    because=(
        "the model keeps more freedom than its positives can use: with 40 positives and ten times the negatives, the"
        f" ROC AUC of boosting at its defaults changed by {boosted:+.2f}. The remedy is a tamer model, not all remedies:"
        " with 30 positives and no other remedy, going from 1:1 to 1:100 changed average precision by"
        f" {added['forest, leaves of 5, 1:100']:+.2f} for a forest with leaves of 5,"
        f" {added['logistic regression, 1:100']:+.2f} for logistic regression and"
        f" {added['tamed boosting, 1:100']:+.2f} for boosting with small trees."
    ),
    reference="weiss2004",
    evidence="E92 E94",
)


# %% [markdown]
# ## How many cuts until a point is alone?
#
# The **[Isolation Forest](../../docs/glossary.md#isolation-forest)** (Liu, Ting and Zhou 2008) cuts at random: choose a
# feature, choose a value uniformly between its smallest and largest, split, and go on until every point is alone. Take
# ten points on a line, nine at 0 to 8 and one at 20. The first cut falls into the gap from 8 to 20 with probability
# 12/20, and then 20 is alone after one cut. The expected number of cuts, by going through the gaps:

# %%
from itertools import pairwise


def expected_cuts(points, x):
    """Return how many random cuts it takes on average until x is alone."""
    if len(points) == 1:
        return 0.0
    total = 1.0
    for i, (a, b) in enumerate(pairwise(points), start=1):
        side = points[:i] if x <= a else points[i:]
        total += (b - a) / (points[-1] - points[0]) * expected_cuts(side, x)
    return total


ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 20]
cuts = [expected_cuts(ten, x) for x in ten]
with plots.picture(
    title="The far point is alone after few cuts",
    xlabel="position of the point",
    ylabel="expected number of cuts",
    alt=f"Expected cuts: {cuts[0]:.1f} at 0, {cuts[4]:.1f} at 4, {cuts[-1]:.1f} at 20.",
) as ax:
    ax.bar(ten, cuts)

# %% [markdown]
# The paper's score is $s = 2^{-E[h]/c(n)}$, with $E[h]$ the mean number of cuts over the trees and
# $c(n) = 2\sum_{k=1}^{n-1} \frac1k - \frac{2(n-1)}{n}$, about what an average point of $n$ needs. A score near 1 is odd;
# 0.5 and below is ordinary.

# %% [markdown]
# ## The specialists at library sizes, on another family
#
# RUSBoost can fail outright. Its tree learns from a balanced sample and is then judged on *all* rows with their boosting
# weights. If it does worse there than a coin, the chain ends, and at the first tree that is an error:

# %%
from imblearn.ensemble import RUSBoostClassifier

refused = 0
for seed in range(10):
    X, y = make_gauss(3000, prevalence=0.02, random_state=seed)
    try:
        RUSBoostClassifier(n_estimators=10, random_state=seed).fit(X, y)
    except ValueError:  # "... worse than random, ensemble can not be fit"
        refused += 1
print(f"RUSBoost with its default trees failed on {refused} of 10 data sets")

# %% [markdown]
# Below it gets trees of depth 6 and smaller steps, which worked on our data. Its boosting weights are rounded to whole
# numbers with a mean of 1,000: in a small node many cuts are equally good, and with unrounded weights the last bit of a
# sum picks one, so that another processor grows other trees.

# %%
from imblearn.ensemble import BalancedRandomForestClassifier, EasyEnsembleClassifier
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

from imbalance_lab.datasets import make_nonlinear


class WholeWeights(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight):
        return super().fit(X, y, np.round(1000 * sample_weight / sample_weight.mean()))


def ranked(model, seed):
    X, y = make_nonlinear(1600, prevalence=0.03, random_state=seed)
    X_new, y_new = make_nonlinear(2000, prevalence=0.03, random_state=1000 + seed)
    return average_precision_score(y_new, model.fit(X, y).predict_proba(X_new)[:, 1])


# %%
specialists = {
    "balanced forest": BalancedRandomForestClassifier(100, random_state=0),
    "RUSBoost": RUSBoostClassifier(
        WholeWeights(max_depth=6), n_estimators=50, learning_rate=0.1, random_state=0
    ),
    "forest": RandomForestClassifier(100, random_state=0),
    "forest, leaves of 5": RandomForestClassifier(100, min_samples_leaf=5, random_state=0),
}
runs = {name: np.array([ranked(m, s) for s in range(4)]) for name, m in specialists.items()}

# %%
boosted = AdaBoostClassifier(WholeWeights(max_depth=1), n_estimators=50, random_state=0)
easy = EasyEnsembleClassifier(10, estimator=boosted, random_state=0)
runs["EasyEnsemble"] = np.array([ranked(easy, seed) for seed in range(4)])
rivals = {
    n: interval(r - runs["forest, leaves of 5"]) for n, r in runs.items() if "leaves" not in n
}
plots.intervals(
    rivals,
    xlabel="average precision − that of a forest with leaves of 5, four data sets",
    title="On the nonlinear family: who ranks better than a regularised forest?",
    baseline=0.0,
    decimals=2,
)

# %% [markdown]
# Nobody is clearly ahead, and the intervals are wide. EasyEnsemble's mean lies farthest behind: its members add up
# cuts on single features, and in this family the product of two features decides. Four data sets show no more than that.
# The laboratory's study `ensembles` has four simulated families and 46 real sets, tuned and untuned:

# %%
study("ensembles").plot("easy-ensemble-ranks-forest")

# %% [markdown]
# EasyEnsemble is at best a little ahead where a line nearly fits, and far behind here and where positives sit in small dense groups.
# Balanced forests rank like plain ones nearly everywhere, and for small dense groups it is open whether they rank better.
# RUSBoost fell behind everywhere, by 0.13 to 0.27, but in some runs it could not be fitted at all, so the study gives it no verdict.

# %% [markdown] covers="E31 E32"
# ## What a class weight does inside a forest
#
# In a forest a class weight acts on no loss, but on the draw, on the splits and on the leaves. Lesson 07 found the
# recall of full trees at 0.5 about three times as high with `class_weight="balanced"`. Here are leaves of five, and
# `"balanced_subsample"`, beside it:

# %%
from sklearn.metrics import recall_score


def recall_of_forest(leaf, weight, seed):
    X, y = make_gauss(1600, prevalence=0.03, random_state=seed)
    X_new, y_new = make_gauss(2000, prevalence=0.03, random_state=1000 + seed)
    forest = RandomForestClassifier(
        40, min_samples_leaf=leaf, class_weight=weight, random_state=0, n_jobs=1
    )
    return recall_score(y_new, forest.fit(X, y).predict(X_new))


kinds = [(leaf, weight) for leaf in (1, 5) for weight in (None, "balanced", "balanced_subsample")]
recalls = {kind: [recall_of_forest(*kind, seed) for seed in range(4)] for kind in kinds}

# %%
plots.intervals(
    {f"leaves of {n}, {how or 'no weight'}": interval(runs) for (n, how), runs in recalls.items()},
    xlabel="recall at 0.5, mean of four data sets",
    ylabel="forest and class weight",
    title="In a forest, what a weight does to recall depends on the leaves",
    decimals=2,
)

# %% [markdown]
# Compare the rows within each kind of leaf. The leaves of full trees are pure, so a weight acts on the draw at most:
# `balanced` multiplies a tiny recall, and `balanced_subsample` does not raise it. In leaves of five, positives and
# negatives are mixed, the weight decides the vote, and recall rises from nothing. So no single factor describes what a
# class weight does in a forest.

# %% [markdown]
# ## On real data: a digit that looks like a digit
#
# A rare class in practice is seldom strange from head to foot. The digit 8 is one among ten kinds, and no stranger than
# a 4. Half of the images are for learning, with 5 or 20 eights, half for judging, in eight random splits:

# %%
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import train_test_split
from sklearn.svm import OneClassSVM

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8)
DETECTORS = {
    "Isolation Forest": IsolationForest(random_state=0),
    "one-class SVM": OneClassSVM(nu=0.1),
}


def digit_race(seed):
    X, X_new, y, y_new = train_test_split(
        X_digits / 16, y_digits, test_size=0.5, stratify=y_digits, random_state=seed
    )
    ordinary, eights = X[y == 0], X[y == 1]
    scores = {n: -d.fit(ordinary).score_samples(X_new) for n, d in DETECTORS.items()}
    for k in (5, 20):
        rows, labels = np.vstack([ordinary, eights[:k]]), np.repeat([0, 1], [len(ordinary), k])
        linear = LogisticRegression(max_iter=300).fit(rows, labels)
        scores[f"logistic regression, {k} eights"] = linear.decision_function(X_new)
    return {name: average_precision_score(y_new, score) for name, score in scores.items()}


# %%
digits = pd.DataFrame([digit_race(seed) for seed in range(8)])
plots.intervals(
    {name: interval(found) for name, found in digits.items()},
    xlabel="average precision, mean of eight splits",
    title="Five labelled eights are worth more than any picture of what is ordinary",
    baseline=y_digits.mean(),
    baseline_label="random order",
    decimals=2,
)

# %%
svm_lead = digits["one-class SVM"] - digits["logistic regression, 5 eights"]
print(f"one-class SVM minus logistic regression with five eights: {svm_lead.mean():+.2f}")

# %% [markdown]
# Both detectors are worse than random order: among digits an 8 looks more ordinary than most. Five labels make all the
# difference, so that they are few is no reason to throw them away. (Splits of one set share their rows, so read these intervals as the
# scatter over splits, not as what other digits would bring; lesson 04.)
#
# And one set is one set. The laboratory's study `detectors` takes all its real sets with fewer than 60 positives, so fewer
# than 30 to learn from, of 18 sources. In the simulated worlds of the core somebody had decided how rarity looks;
# here nobody did:

# %%
study("detectors").plot("one-class-svm-logistic-few")

# %% [markdown]
# Tuning helps the detector a little, and it stays far behind. The Isolation Forest and the local
# outlier factor do no better, neither against a forest nor with many positives: all twelve verdicts of the study are "does
# not hold". If your rare class is odd by its nature, a broken sensor say, it may be otherwise: then try both.

# %% [markdown]
# ## What does it cost?
#
# Back to the transactions. A review costs €4, a missed fraud its amount plus €15. Each model learns from the
# earlier days. Its score is multiplied by the amount plus 15, what is at stake, and a limit for this product is tuned on
# the last quarter of those days. Then come the later days of four companies. The amount alone, without a model, takes
# part, and so does each model at 0.5.

# %%
from imbalance_lab.datasets import (
    cost_of_decisions,
    make_transactions,
    split_by_time,
    transaction_encoder,
)

shop = {
    "regularised forest": RandomForestClassifier(60, min_samples_leaf=10, random_state=0),
    "balanced forest": BalancedRandomForestClassifier(60, random_state=0),
    "tamed boosting": TAMED,
}


def cost(rows, flagged):
    return cost_of_decisions(rows["is_fraud"], flagged.astype(int), rows["amount"]) / len(rows)


def at_its_limit(tune, p_tune, later, p):
    """Tune a limit for score times stake; return what it costs on later days."""
    known, stake = p_tune * (tune["amount"] + 15), p * (later["amount"] + 15)
    limits = np.quantile(known, np.linspace(0.5, 0.999, 60))
    bills = [cost(tune, known >= limit) for limit in limits]
    return cost(later, stake >= limits[np.argmin(bills)])


# %%
def one_company(seed):
    earlier, later = split_by_time(make_transactions(10_000, random_state=seed))
    learn, tune = earlier[: int(0.75 * len(earlier))], earlier[int(0.75 * len(earlier)) :]
    encoder = transaction_encoder().fit(learn)
    found = {"amount alone, own limit": at_its_limit(tune, 1.0, later, 1.0)}
    for name, model in shop.items():
        model.fit(encoder.transform(learn), learn["is_fraud"])
        p_tune, p = (model.predict_proba(encoder.transform(t))[:, 1] for t in (tune, later))
        found[f"{name}, at 0.5"] = cost(later, p >= 0.5)
        found[f"{name}, own limit"] = at_its_limit(tune, p_tune, later, p)
    return found | {"flag nobody": cost(later, np.zeros(len(later)))}


# %%
bills = pd.DataFrame([one_company(seed) for seed in range(4)])
plots.intervals(
    {name: interval(bill) for name, bill in bills.items()},
    xlabel="cost, euros for each transaction, mean of four companies",
    title="At 0.5 one compares thresholds; at limits of their own, models",
    decimals=2,
)

# %% [markdown]
# At 0.5 the balanced forest looks like another class of model. With limits of their own, all three models cost less than
# that on average, and with four companies the intervals are too wide to name a winner. The amount alone, without any
# model, saves more than half of what flagging nobody costs, because large losses are in large amounts. A shop that
# compares its old model at 0.5 with a balanced one at 0.5 measures its threshold.

# %% [markdown] covers="E79 E90 E91 E92 E93"
# ## What the usual guides say, line by line
#
# Guides like to sort remedies by the class ratio. Here are their lines, and what was found in this course:
#
# | the guide | what was found | where |
# | --- | --- | --- |
# | *mild: weights suffice* | weights move the threshold; the ranking seldom needs them | 07 |
# | *moderate: weights, good metrics, perhaps SMOTE or a threshold* | metrics and a threshold, yes; look at the rest beside a free threshold | 02, 05 to 07 |
# | *severe: all of it together, plus anomaly detection* | on tame trees weights did harm; a detector helps where rare looks odd | 11 |
# | *extreme: specialised ensembles* | recall at 0.5 rises; a better ranking is not shown | 11 |
# | *extreme: calibrated probabilities and costs* | useful at every ratio | 07, 09, 10 |
# | *SMOTE when the minority is small and dense* | it depends on the model: see the cases of lesson 06 | 06 |

# %% [markdown]
# ## A guide by questions
#
# A guide by *questions* fits better to what this course has found:
#
# 1. How many positives are there to judge with? If there are too few for the interval that you need, collect.
# 2. How many are there to learn from, and do they look odd? If they are very few and odd, let a detector compete.
# 3. Which regularisation ranks best on validation data? Try this before any balancing.
# 4. What do mistakes cost? Put the costs into the threshold, once.
# 5. Only then: does a special ensemble or a weight beat all this, in paired runs?

# %% [markdown]
# ## Take away
#
# - More negatives did regularised models no harm.
# - Compare special ensembles at their library's size, with a regularised rival beside them.
# - A handful of labels beats a description of what is ordinary where rare looks typical.
#
# **Now try it on real data.** `fetch_public("mammography")` of `imbalance_lab.datasets`: 11,183 spots on
# X-ray pictures, 260 of them calcifications (downloaded once; without a network a message says so). Show a
# classifier ten of the calcifications and an Isolation Forest none. Which finds more of the rest, and so
# does rare mean odd there?
#
# ## Further reading
#
# - Liu et al. (2008). [*Isolation forest*](../../docs/bibliography.md#liu2008).
# - Seiffert et al. (2010). [*RUSBoost: a hybrid approach to alleviating class
#   imbalance*](../../docs/bibliography.md#seiffert2010).
# - Weiss (2004). [*Mining with rarity: a unifying
#   framework*](../../docs/bibliography.md#weiss2004): why absolute rarity and relative rarity are
#   different problems.
#
# **Next:** lesson 12, the capstone: catch fraud with what you have learned, and prove what it saves.
