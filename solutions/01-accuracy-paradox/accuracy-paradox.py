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
# # 01 · The accuracy paradox: how can 99% be terrible?
#
# **At the end you can**
#
# - say what accuracy a model gets for free, and what it adds to that;
# - show that a model with lower accuracy can be worth more, and compute by how much;
# - explain why a model that never says "fraud" is not broken;
# - tell two kinds of rarity apart, and say which of them makes learning hard.
#
# **Time** 85 minutes. **You need** pandas, and `fit` and `predict` of scikit-learn.
# **Builds on** lesson 00 (how exercises are solved and validated).

# %% [markdown]
# ## A detector that is right 99 times in 100
#
# A payment company records 40,000 card transactions in 90 days. Some are frauds. The data are
# synthetic: `make_transactions` draws them, and its documentation says how. Its costs are those
# of the whole course: checking a transaction by hand costs €4, and a fraud that nobody checks
# costs its amount plus €15 of paperwork.

# %%
from imbalance_lab.datasets import make_transactions, split_by_time

transactions = make_transactions(random_state=0)
train, test = split_by_time(transactions)
print(f"{len(train)} transactions to learn from, {len(test)} later ones to be judged on")
transactions[["amount", "hour", "merchant", "channel", "new_device", "is_fraud"]].head(4)

# %% [markdown]
# We learn from the earlier transactions and judge on the later ones. Before any machine learning,
# look at how many of each class there are.

# %%
counts = train["is_fraud"].value_counts()
shares = train["is_fraud"].value_counts(normalize=True)
print(f"legitimate: {counts[0]:6d}  {shares[0]:6.2%}")
print(f"fraud:      {counts[1]:6d}  {shares[1]:6.2%}")

# %% [markdown]
# **Predict before you run.** The simplest "detector" calls every transaction legitimate. It has
# learned nothing. What share of the test transactions will it get right? Write your guess into the
# next cell. It is not graded; guessing first is what makes the answer stick.

# %%
my_prediction = 0.50  # your guess, between 0 and 1

# %%
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score

y_train, y_test = train["is_fraud"], test["is_fraud"]
X_train, X_test = train.drop(columns="is_fraud"), test.drop(columns="is_fraud")
always_legitimate = DummyClassifier(strategy="most_frequent").fit(X_train, y_train)
print(f"you predicted {my_prediction:.3f}")
print(f"accuracy is   {accuracy_score(y_test, always_legitimate.predict(X_test)):.3f}")

# %% [markdown]
# A model that knows nothing is right more than 99 times in 100. Now two models that have learned
# something: a logistic regression, used in two ways. *Careful* [flags](../../docs/glossary.md#flag)
# a transaction when its predicted probability of fraud is at least 0.5, which is what `predict`
# does. *Nervous* flags it from 0.05 on.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import transaction_encoder

model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
model.fit(X_train, y_train)
probability = model.predict_proba(X_test)[:, 1]
flagged_by = {
    "always legitimate": always_legitimate.predict(X_test),
    "careful": (probability >= 0.5).astype(int),
    "nervous": (probability >= 0.05).astype(int),
}

# %% [markdown]
# **Predict before you run.** Which of the three has the highest
# [accuracy](../../docs/glossary.md#accuracy)? Which one costs the company least?

# %%
import pandas as pd

from imbalance_lab.datasets import cost_of_decisions

rows = {
    name: {
        "accuracy": accuracy_score(y_test, flagged),
        "flagged": int(flagged.sum()),
        "frauds caught": int(flagged[y_test == 1].sum()),
        "cost (€)": cost_of_decisions(y_test, flagged, X_test["amount"]),
    }
    for name, flagged in flagged_by.items()
}
comparison = pd.DataFrame.from_dict(rows, orient="index")
print(f"frauds in the test period: {y_test.sum()}")
comparison.round({"accuracy": 3, "cost (€)": 0})

# %% [markdown]
# Accuracy puts the model that the company should want in last place. It catches more than half of
# the frauds and costs about half of what doing nothing costs, while the most accurate model saves
# little. The rest of this lesson is about how that can be, what accuracy does measure, and what
# follows from it.

# %% [markdown] covers="E01 E26"
# ## Where the 99% come from
#
# Call the share of the rare class $\pi$, its **[prevalence](../../docs/glossary.md#prevalence)**.
# Whoever always answers with the common class is wrong on exactly the rare cases, so
#
# $$\text{accuracy of the constant answer} = 1 - \pi .$$
#
# Nothing was learned, and the number says nothing about a model. It describes the data. Check it
# on ten transactions, two of them frauds:

# %%
import numpy as np

y_toy = pd.Series(["ok", "ok", "fraud", "ok", "ok", "ok", "ok", "fraud", "ok", "ok"])
print("prevalence of fraud:", (y_toy == "fraud").mean())
print("accuracy of always ok:", np.mean(y_toy == "ok"))

# %% [markdown]
# ### Exercise 1: the accuracy that comes for free
#
# Write the function that every report on a classifier should begin with.


# %% answer="majority-accuracy"
def majority_accuracy(y):
    """Return the accuracy of the best constant answer.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind: numbers, strings, booleans; two or more classes.
        Any class may be the common one.

    Returns
    -------
    float
        Between 0 and 1.

    Example by hand: of ["ok", "ok", "fraud", "ok"] three of four are "ok",
    so the best constant answer has accuracy 0.75.
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(np.asarray(y), return_counts=True)
    return float(counts.max() / counts.sum())
    ### END SOLUTION


# %% try="majority-accuracy"
majority_accuracy(["ok", "ok", "fraud", "ok"])

# %% graded="majority-accuracy" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import MAJORITY_ACCURACY

check(majority_accuracy, MAJORITY_ACCURACY).on(["ok", "ok", "fraud", "ok"]).gives(0.75)
check(majority_accuracy, MAJORITY_ACCURACY).on([1, 1, 1, 0, 1]).gives(0.8)
check(majority_accuracy, MAJORITY_ACCURACY).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(majority_accuracy, MAJORITY_ACCURACY).keeps_its_contract(keys.MAJORITY_ACCURACY.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## What a model adds
#
# If 0.990 is free, a model with 0.991 has closed a tenth of the gap to perfection, and one with
# 0.988 is worse than no model. To see that, measure from the free accuracy, the
# **[baseline](../../docs/glossary.md#baseline)** $b$:
#
# $$\text{skill} = \frac{a - b}{1 - b}$$
#
# for a model with accuracy $a$. [Skill](../../docs/glossary.md#skill) 1 is perfect, 0 is as good as
# the constant answer, below 0 is worse. The same idea under other names: Cohen's kappa compares
# with chance agreement, $R^2$ with the mean, and forecasters call it a skill score.

# %% [markdown]
# ### Exercise 2: skill


# %% answer="skill"
def skill(accuracy, baseline):
    """Return the share of the gap between the baseline and perfection that a model closes.

    Parameters
    ----------
    accuracy : float
        Accuracy of the model, between 0 and 1.
    baseline : float
        Accuracy of the best constant answer on the same data, at least 0 and below 1.

    Returns
    -------
    float
        1 for a perfect model, 0 for one that is as good as the baseline,
        negative for one that is worse.

    Raises
    ------
    ValueError
        If `baseline` is 1: then there is no gap to close.

    Example by hand: from a baseline of 0.90, accuracy 0.95 closes half of the gap: 0.5.
    """
    ### BEGIN SOLUTION
    if baseline >= 1:
        raise ValueError(f"baseline must be below 1, got {baseline!r}")
    return (accuracy - baseline) / (1 - baseline)
    ### END SOLUTION


# %% try="skill"
round(skill(0.95, 0.90), 3)

# %% graded="skill" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import SKILL

check(skill, SKILL).on(0.95, 0.90).gives(0.5)
check(skill, SKILL).on(0.9, 1.0).refuses(ValueError)
check(skill, SKILL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(skill, SKILL).keeps_its_contract(keys.SKILL.hidden())
### END HIDDEN TESTS

# %% [markdown]
# With `skill` in mind, look at the three models again. (This cell computes the formula itself, so
# that it runs whether or not you have solved the exercise.)

# %%
baseline = comparison.loc["always legitimate", "accuracy"]
for name, accuracy in comparison["accuracy"].items():
    print(
        f"{name:18s} accuracy {accuracy:.3f}  skill {(accuracy - baseline) / (1 - baseline):+.2f}"
    )

# %% [markdown]
# Skill unmasks the high numbers: next to nothing was gained. But it still calls the model that
# saves the company most money by far the worst. So a better baseline alone does not help: accuracy
# counts something that nobody here wants counted. What exactly?

# %% [markdown] covers="E12"
# ## Four kinds of outcome, not two
#
# Accuracy knows right and wrong. A decision about a rare event has four outcomes. Call the rare
# class **[positive](../../docs/glossary.md#positive)** (label 1), the other
# **[negative](../../docs/glossary.md#negative)** (label 0):
#
# | | flagged (predicted 1) | passed (predicted 0) |
# | --- | --- | --- |
# | **fraud** (truly 1) | [true positive](../../docs/glossary.md#true-positive), TP: caught | [false negative](../../docs/glossary.md#false-negative), FN: missed |
# | **legitimate** (truly 0) | [false positive](../../docs/glossary.md#false-positive), FP: false alarm | [true negative](../../docs/glossary.md#true-negative), TN: left in peace |
#
# Accuracy is $(TP + TN) / n$, and when positives are rare, $TN$ drowns everything else.

# %%
from imbalance_lab import plots

plots.confusion_matrix(
    y_test,
    {name: flagged_by[name] for name in ("always legitimate", "nervous")},
    labels=[0, 1],
    class_names={0: "legitimate", 1: "fraud"},
)

# %% [markdown]
# Nearly all of either model's accuracy sits in one cell, top left. The decisions that matter are
# in the bottom row.

# %% [markdown]
# ### Exercise 3: the four counts of a constant answer
#
# Before you count for real models (lesson 02), count for the simplest: one that gives the same
# answer to everybody.


# %% answer="confusion-of-constant"
def confusion_of_constant(y, label):
    """Count the four outcomes when everybody gets the same answer.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels, 0 (negative) or 1 (positive). A class may be absent.
    label : int
        The constant answer, 0 or 1.

    Returns
    -------
    tuple of int
        The counts (tn, fp, fn, tp), in this order.

    Example by hand: y = [0, 0, 0, 1] and label = 0 give three true negatives
    and one missed positive: (3, 0, 1, 0).
    """
    ### BEGIN SOLUTION
    y = np.asarray(y)
    negatives, positives = int((y == 0).sum()), int((y == 1).sum())
    return (negatives, 0, positives, 0) if label == 0 else (0, negatives, 0, positives)
    ### END SOLUTION


# %% try="confusion-of-constant"
confusion_of_constant([0, 0, 0, 1], 0)

# %% graded="confusion-of-constant" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import CONFUSION_OF_CONSTANT

check(confusion_of_constant, CONFUSION_OF_CONSTANT).on([0, 0, 0, 1], 0).gives((3, 0, 1, 0))
check(confusion_of_constant, CONFUSION_OF_CONSTANT).on([0, 0, 0, 1], 1).gives((0, 3, 0, 1))
check(confusion_of_constant, CONFUSION_OF_CONSTANT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(confusion_of_constant, CONFUSION_OF_CONSTANT).keeps_its_contract(
    keys.CONFUSION_OF_CONSTANT.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Put a price on each mistake
#
# Accuracy prices a missed fraud and a false alarm alike. Give them their own prices and the
# verdict changes. With $c_{FP}$ for a false alarm and $c_{FN}$ for a missed positive:
#
# $$\text{cost} = c_{FP} \cdot FP + c_{FN} \cdot FN$$
#
# By hand, on ten transactions, with $c_{FP} = 4$ and $c_{FN} = 60$:

# %%
toy = pd.DataFrame(
    {
        "truth": [0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        "model A": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "model B": [1, 1, 1, 0, 0, 0, 0, 0, 1, 1],
    }
)
for name in ("model A", "model B"):
    missed = ((toy["truth"] == 1) & (toy[name] == 0)).sum()
    alarms = ((toy["truth"] == 0) & (toy[name] == 1)).sum()
    print(
        f"{name}: accuracy {(toy[name] == toy['truth']).mean():.1f}, cost {4 * alarms + 60 * missed}"
    )

# %% [markdown]
# Model A is the more accurate one and costs ten times as much. No data set is needed to see it: two
# misses at 60 outweigh three alarms at 4.

# %% [markdown]
# ### Exercise 4: the cost of decisions


# %% answer="cost-of"
def cost_of(y_true, y_pred, cost_fp, cost_fn):
    """Return the total cost of the wrong decisions. Right decisions cost nothing.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True labels and decisions, 0 (negative) or 1 (positive).
    cost_fp : float
        Cost of one false alarm, in any currency.
    cost_fn : float
        Cost of one missed positive, in the same currency.

    Returns
    -------
    float
        The total over all samples, not the mean.

    Example by hand: y_true = [0, 0, 1, 1, 1], y_pred = [1, 0, 1, 0, 0] has one false alarm
    and two misses. With cost_fp = 1 and cost_fn = 10 they cost 1 + 20 = 21.
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    n_fp = np.sum((y_true == 0) & (y_pred == 1))
    n_fn = np.sum((y_true == 1) & (y_pred == 0))
    return float(cost_fp * n_fp + cost_fn * n_fn)
    ### END SOLUTION


# %% try="cost-of"
cost_of([0, 0, 1, 1, 1], [1, 0, 1, 0, 0], cost_fp=1, cost_fn=10)

# %% graded="cost-of" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import COST_OF

check(cost_of, COST_OF).on([0, 0, 1, 1, 1], [1, 0, 1, 0, 0], cost_fp=1, cost_fn=10).gives(21)
check(cost_of, COST_OF).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(cost_of, COST_OF).keeps_its_contract(keys.COST_OF.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E02 E03"
# ## It is not a bug
#
# Is the learning algorithm at fault for the model that never flags? Suppose that you know the
# probability $p$ that one transaction is a fraud. If you flag it you are right with probability
# $p$, if you pass it with probability $1 - p$. So *for accuracy* the best decision is
#
# $$\text{flag} \iff p > \tfrac{1}{2} .$$
#
# Where fraud is rare and looks much like anything else, no transaction reaches $\tfrac12$, and the
# best possible decision, made with perfect knowledge, is to flag nobody. `make_gauss` draws data
# for which we do know the true probabilities, so we can look.

# %%
from imbalance_lab.datasets import make_gauss

X, y, true_probability = make_gauss(
    30_000, prevalence=0.01, separation=0.7, return_proba=True, random_state=0
)
perfect = (true_probability > 0.5).astype(int)
print(f"share of positives:                      {y.mean():.4f}")
print(f"highest true probability of any sample:  {true_probability.max():.2f}")
print(f"flagged with perfect knowledge:          {perfect.sum()} of {len(y)}")
print(f"positives caught:                        {perfect[y == 1].sum()} of {y.sum()}")
print(f"accuracy with perfect knowledge:         {accuracy_score(y, perfect):.4f}")

# %% [markdown]
# Nobody can have a higher expected accuracy on these data than this decision, and it catches almost
# none of the positives. The algorithm gave what was asked for. The question was wrong.
#
# And the knowledge is not worthless. Sort the samples by their probability and look at the top of
# the list:


# %%
def caught_in_top(y, score, share):
    """Return the share of all positives among the highest-scored samples."""
    top = score >= np.quantile(score, 1 - share)
    return y[top].sum() / y.sum()


for share in (0.01, 0.05, 0.20):
    print(f"checking the top {share:3.0%} finds {caught_in_top(y, true_probability, share):.0%}")

# %%
plots.score_distributions(
    y, true_probability, threshold=0.5, class_names={0: "negative", 1: "positive"}
)

# %% [markdown]
# All but a handful of the probabilities lie left of 0.5, those of the positives too, yet the
# positives lie clearly further right. A team that can check a twentieth of the cases finds several
# times as many positives as it would by picking at random. Where to draw the line is a decision
# about costs, and lesson 09 derives it. Try it already: move the
# [threshold](../../docs/glossary.md#threshold) and watch what is caught, what is falsely flagged
# and what it costs. Here it is the logistic regression from the beginning, on the later
# transactions; each miss is priced at the average loss of a missed fraud.

# %%
from imbalance_lab.explorers import threshold_explorer

average_loss = round(float(X_test.loc[y_test == 1, "amount"].mean()) + 15)
threshold_explorer(y_test, probability, cost_fp=4, cost_fn=average_loss)

# %% [markdown]
# Find the threshold with the lowest cost. Then find the one with the highest accuracy (the largest
# sum of the two cells on the diagonal). They are far apart: that distance is the accuracy paradox.

# %% [markdown]
# ### The symptoms
#
# Three things that people report when a class is rare, in one small experiment: 400 samples, 4% of
# them positive, in five **[folds](../../docs/glossary.md#fold)**: five parts of equal size, dealt
# by chance, each of which judges a model that has learned from the other four.

# %%
from sklearn.model_selection import KFold

X_small, y_small = make_gauss(400, prevalence=0.04, random_state=0)
for fold, (learn, judge) in enumerate(KFold(5, shuffle=True, random_state=0).split(X_small), 1):
    p = LogisticRegression().fit(X_small[learn], y_small[learn]).predict_proba(X_small[judge])[:, 1]
    positive = y_small[judge] == 1
    in_top_fifth = np.sum(positive & (p >= np.quantile(p, 0.8)))
    print(
        f"fold {fold}: {np.sum(positive)} positives, {np.sum(p[positive] >= 0.5)} caught at 0.5,"
        f" {in_top_fifth} in the top fifth, highest probability {p.max():.2f}"
    )

# %% [markdown]
# In no fold is more than one positive caught, hardly a probability crosses 0.5, and the result jumps
# from fold to fold; one fold has no positive to judge by at all. The first two symptoms are the
# decision rule that you have just derived. The third has another cause: a handful of positives in
# each fold. Fewer negatives would not have cured it.

# %% [markdown] covers="E07 E08"
# ## Two kinds of rarity
#
# *[Relative](../../docs/glossary.md#relative-rarity)* rarity is the share of positives.
# *[Absolute](../../docs/glossary.md#absolute-rarity)* rarity is how many there are. They get
# confused because in one data set they move together. So separate them: train a logistic regression
# on 20 or 200 positives, each with 10 or 100 negatives for every positive, and see what share of
# new positives is found in the top 5% of its list. **Predict first:** which of the four is worst?
# Which matters more, ten times the positives or ten times the negatives?

# %%
from imbalance_lab.experiments import interval


def found_after_training_on(n_positives, negatives_each, seed):
    n_samples = n_positives * (1 + negatives_each)
    X, y = make_gauss(n_samples, prevalence=n_positives / n_samples, random_state=seed)
    X_new, y_new = make_gauss(10_000, prevalence=0.02, random_state=1000 + seed)
    model = LogisticRegression().fit(X, y)
    return caught_in_top(y_new, model.decision_function(X_new), 0.05)


found = {
    (n_positives, negatives): [
        found_after_training_on(n_positives, negatives, seed) for seed in range(20)
    ]
    for n_positives in (20, 200)
    for negatives in (10, 100)
}
for (n_positives, negatives), runs in found.items():
    print(f"{n_positives:3d} positives, 1:{negatives:<3d}  found {interval(runs):.3f}")

# %% [markdown]
# Each line is the mean of 20 runs on fresh data with its 95%
# [confidence interval](../../docs/glossary.md#interval). Compare the pairs that change one thing
# only:

# %%
runs = {key: np.array(values) for key, values in found.items()}
more_positives = interval(runs[200, 10] - runs[20, 10])
more_negatives = interval(runs[20, 100] - runs[20, 10])
print(f"ten times the positives, same ratio:     {more_positives:+.3f}")
print(f"ten times the negatives, worse ratio:    {more_negatives:+.3f}")

# %%
plots.intervals(
    {f"{n} positives, 1:{k}": interval(values) for (n, k), values in runs.items()},
    xlabel="share of new positives found in the top 5%",
    ylabel="training set",
    title="How many positives you have matters more than their share",
)

# %% [markdown]
# Ten times the positives is a clear gain. Making the ratio ten times *worse* by adding negatives
# did no harm here. When somebody tells you "my data are 1 to 1000", the next question is: "and how
# many positives is that?"
#
# Rules of thumb nevertheless grade imbalance by its ratio: roughly *mild* down to one in ten,
# *moderate* down to one in a hundred, *severe* below. The words are useful to talk, if the count
# goes with them.

# %% [markdown]
# ### Exercise 5: diagnose a data set


# %% answer="diagnose"
def diagnose(y):
    """Say how imbalanced two-class labels are, in relative and in absolute terms.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of exactly two classes, of any kind. Either may be the rarer one.

    Returns
    -------
    severity : str
        By the share of the rarer class: "balanced" above 30%, "mild" above 10% and up to 30%,
        "moderate" above 1% and up to 10%, "severe" up to 1%.
    n_rare : int
        How many samples the rarer class has.

    Example by hand: 5 frauds in 100 transactions are a share of 5%: ("moderate", 5).
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(np.asarray(y), return_counts=True)
    n_rare = int(counts.min())
    share = n_rare / counts.sum()
    if share > 0.30:
        severity = "balanced"
    elif share > 0.10:
        severity = "mild"
    elif share > 0.01:
        severity = "moderate"
    else:
        severity = "severe"
    return severity, n_rare
    ### END SOLUTION


# %% try="diagnose"
diagnose([0] * 95 + [1] * 5)

# %% graded="diagnose" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import DIAGNOSE

check(diagnose, DIAGNOSE).on([0] * 95 + [1] * 5).gives(("moderate", 5))
check(diagnose, DIAGNOSE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(diagnose, DIAGNOSE).keeps_its_contract(keys.DIAGNOSE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## On real data
#
# Two data sets that ship with scikit-learn. In the first, the digit 8 is the rare class among
# 1,797 scanned digits. In the second, malignant tumours are thinned out until they are 5% of all.
# Twenty random splits each, with an interval for what the model adds to the constant answer.

# %%
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_breast_cancer, load_rare_digits


def one_split(X, y, seed):
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X_a, y_a)
    y_pred = fitted.predict(X_b)
    return {
        "accuracy": np.mean(y_pred == y_b),
        "free": np.mean(y_b == 0),
        "caught": np.mean(y_pred[y_b == 1]),
    }


real = {"digits, 8": load_rare_digits(8), "breast cancer": load_rare_breast_cancer(random_state=0)}
for name, (X_real, y_real) in real.items():
    results = pd.DataFrame([one_split(X_real, np.asarray(y_real), seed) for seed in range(20)])
    print(f"{name}: {int(np.sum(y_real))} positives of {len(y_real)}")
    for column in results:
        print(f"  {column:9s} {interval(results[column]):.3f}")

# %% [markdown]
# These classes are easier to tell apart than fraud, so the accuracies *are* better than what comes
# free. But look how little room is left for the number to move: on both sets the free accuracy is
# above 0.9, and the share of positives that is caught, on its own line, tells the two apart far
# better than the accuracy does.

# %% [markdown]
# ## Claims, tested
#
# Each lesson puts pieces of popular advice to the test. First: *"Standard training just predicts
# the majority class for everything."* Eight training sets from each of two families, one linear,
# one not, two models, both used at the usual 0.5.

# %%
from sklearn.ensemble import HistGradientBoostingClassifier

from imbalance_lab.datasets import make_nonlinear


def flags_and_expects(make, learner, prevalence, seed):
    X, y = make(6000, prevalence=prevalence, random_state=seed)
    X_a, X_b, y_a, y_b = train_test_split(X, y, stratify=y, random_state=seed)
    p = learner.fit(X_a, y_a).predict_proba(X_b)[:, 1]
    return {"flagged": np.sum(p >= 0.5), "positives": y_b.sum(), "expected": p.sum()}


learners = {
    "logistic regression": LogisticRegression(),
    "boosting": HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=8, random_state=0),
}
summary = {
    (name, make.__name__): pd.DataFrame(
        [flags_and_expects(make, learner, 0.05, seed) for seed in range(8)]
    )
    for name, learner in learners.items()
    for make in (make_gauss, make_nonlinear)
}

# %%
for (name, family), runs_of in summary.items():
    flagged = interval(runs_of["flagged"] / runs_of["positives"])
    ratio = interval(runs_of["expected"] / runs_of["positives"])
    print(f"{name:20s} {family:15s} flagged per positive {flagged:.2f}")
    print(f"{'':20s} {'':15s} expected per positive {ratio:.2f}")

# %% [markdown]
# *Flagged per positive* is the number of flags divided by the number of positives; 0 would be
# "predicts the majority for everything". *Expected per positive* is the sum of the predicted
# probabilities divided by the number of positives: 1 means that the model expects as many positives
# as there are.

# %%
from imbalance_lab.claims import Claim

by_family = {family: runs_of for (name, family), runs_of in summary.items() if "log" in name}
gauss_flags = interval(by_family["make_gauss"]["flagged"] / by_family["make_gauss"]["positives"])
nonlinear_flags = by_family["make_nonlinear"]["flagged"].sum()
Claim(
    "Standard training predicts the majority class for everything.",
    verdict="holds only if",
    because=(
        "the classes overlap so much that few samples have a probability above 0.5. Logistic"
        f" regression raised {gauss_flags:.2f} flags per positive on one family of data, and"
        f" {nonlinear_flags} in all on the other, which it cannot fit. Neither is a failure to"
        " learn: it is the 0.5."
    ),
    reference="elkan2001",
    evidence="E02",
)

# %%
expected = interval(by_family["make_gauss"]["expected"] / by_family["make_gauss"]["positives"])
Claim(
    "With rare classes, learning algorithms optimise the wrong thing: their probabilities are weak.",
    verdict="does not hold",
    because=(
        f"Logistic regression expected {expected:.2f} positives for each one that came. It"
        " minimises the log loss, which asks for honest probabilities; the misleading step is to"
        " turn them into decisions at 0.5. Lesson 10 looks at models for which this is less true."
    ),
    reference="vandengoorbergh2022",
    evidence="E03 E04",
)

# %%
Claim(
    "The ratio of the classes says how hard the problem is.",
    verdict="does not hold",
    because=(
        f"Ten times the negatives changed the share found by {more_negatives:+.3f}; ten times the"
        f" positives at the same ratio by {more_positives:+.3f}. Count the positives."
    ),
    reference="weiss2004",
    evidence="E07 E08",
)

# %%
cost = comparison["cost (€)"]
Claim(
    "Stop using accuracy.",
    verdict="holds",
    because=(
        "To choose between models it misled: the most accurate of three cost"
        f" €{cost[comparison['accuracy'].idxmax()]:,.0f}, the least accurate"
        f" €{cost[comparison['accuracy'].idxmin()]:,.0f}. Keep one use: the accuracy of the constant"
        " answer tells a reader at once what any other number has to be compared with."
    ),
    reference="provost1998",
    evidence="E01 E12 E26",
)

# %% [markdown]
# ## Quiz
#
# **1.** A model for a disease that 2% of people have reaches an accuracy of 97%. What do you know?
#
# - a) It is a good model: it errs on 3 people in 100 only.
# - b) It is less accurate than telling everyone that they are healthy.
# - c) It finds 97% of the ill.
# - d) It must have been trained wrongly, since its accuracy is below 98%.
#
# **2.** A well-trained model of a rare event never predicts it. The most likely reason:
#
# - a) The learning algorithm has a bug that shows with rare classes.
# - b) It did not see enough negatives.
# - c) No sample has a probability above 0.5, and `predict` asks for that.
# - d) The model has learned nothing about the event.
#
# **3.** Data set P has 50 positives among 500 samples, Q has 500 among 50,000. In which is it
# easier to learn what positives look like, other things being equal?
#
# - a) P: its ratio is better.
# - b) Q: it has more positives.
# - c) Both alike: P has the ratio, Q the size, and they cancel.
# - d) Neither: first both must be balanced.
#
# **4.** Model A has 60 false alarms and 5 misses, model B 10 false alarms and 10 misses, on the
# same data. A false alarm costs 1, a miss costs 20. Which is better?
#
# - a) B: it makes fewer mistakes.
# - b) A: its mistakes cost less.
# - c) Equal: what A gains on misses it loses on alarms.
# - d) It can't be said without their accuracies.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a"}
### BEGIN SOLUTION
quiz = {1: "b", 2: "c", 3: "b", 4: "b"}
### END SOLUTION

# %% graded="quiz" points=4
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.accuracy_paradox import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague writes: *"Our new detector for failing machines has 99.6% accuracy. I propose to roll
# it out."* One machine in 250 fails in a month. Answer in four to eight sentences: what the number
# does and does not tell you, what you would ask the colleague for, and how you would decide.

# %% [markdown] written="reflection" points=3
# One machine in 250 is 0.4%, so calling every machine sound has an accuracy of 99.6% as well: the
# number is what comes for free, and the detector may do nothing at all. It does not say how many
# failures are caught nor how many false alarms are raised, and many detectors share that accuracy. I
# would ask for the four counts on machines that the detector has not seen, for the number of
# failures among them, since a rate from five failures means little, and for the price of a missed
# failure and of an unneeded inspection. Then I would compare the cost of the detector's decisions
# with that of inspecting nothing and of inspecting everything, also at other thresholds, and roll
# it out if it clearly beats both.
#
# ### BEGIN MARK SCHEME
# 1 point: compares with the constant answer, and sees that its accuracy is 99.6% too.
#
# 1 point: asks for the kinds of mistakes (misses and false alarms, or the four counts), on unseen
# data, or for the number of failures behind the figures.
#
# 1 point: decides by costs or by consequences and against a baseline, not by another single score
# alone.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - The constant answer has accuracy $1 - \pi$. Report it first, or measure skill from it.
# - Accuracy prices all mistakes alike. Costs do not, and they can reverse the ranking of models.
# - A model that never says "positive" may be perfect at what it was asked: be right most often.
# - Count the positives. Their number limits what can be learned; their share mostly does not.
#
# **New words:** *prevalence* (share of the positive class), *baseline*, *skill*, *positive* and
# *negative*, *true positive*, *false positive*, *true negative* and *false negative*, *threshold*
# (the probability from which on we flag), *relative rarity* and *absolute rarity*.
#
# ## Further reading
#
# - Provost et al. (1998). [*The case against accuracy estimation for comparing induction
#   algorithms*](../../docs/bibliography.md#provost1998): an early and thorough case, with ROC
#   analysis as what to do instead.
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001): where the threshold 0.5 comes from, and which
#   one your costs ask for.
# - Weiss (2004). [*Mining with rarity: a unifying
#   framework*](../../docs/bibliography.md#weiss2004): a survey that tells rare classes from rare
#   cases.
# - He & Garcia (2009). [*Learning from imbalanced data*](../../docs/bibliography.md#he2009): a
#   survey of the remedies.
# - van den Goorbergh et al. (2022). [*The harm of class imbalance corrections for risk prediction
#   models: illustration and simulation using logistic
#   regression*](../../docs/bibliography.md#vandengoorbergh2022): balancing spoiled the
#   probabilities and did not improve the ranking.
#
# **Next:** lesson 02 turns the four counts into measures that say what accuracy hides.
