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
# # 09 · Threshold tuning: who chose 0.5?
#
# **At the end you can**
#
# - derive the threshold that a table of costs implies, and say when the formula holds;
# - find the cheapest threshold on data, and thresholds for a promised recall, for a promised
#   precision and for a team of limited size;
# - decide with costs that differ from case to case;
# - tune without cheating, and say how sure a tuned threshold is;
# - explain why two corrections at once are worse than one.
#
# **Time** 125 minutes. **You need** NumPy, and `fit` and `predict_proba` of scikit-learn.
# **Builds on** lessons 01 to 04: costs, precision and recall, ranking, honest validation. (Lessons
# 05 to 08 treat resampling, SMOTE, weights and focal loss; what is needed of them is said here.)

# %% [markdown]
# ## One model, seven bills
#
# Back to the card transactions. A logistic regression learns from the earlier ones and gives each
# later one a probability of fraud. To have a transaction reviewed costs €4, a fraud that nobody
# reviews costs its amount plus €15. `predict` flags from a probability of 0.5 on.
#
# **Predict before you run.** You may put the threshold at 0.5, 0.3, 0.2, 0.1, 0.05, 0.02 or 0.01.
# Nothing else changes. Where is the bill lowest?

# %%
my_prediction = 0.3  # your guess: one of the seven thresholds

# %% covers="E69 E71"
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder


def inputs(part):
    return part.drop(columns="is_fraud")


past, later = split_by_time(make_transactions(random_state=0))
model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
model.fit(inputs(past), past["is_fraud"])
p_later, y_later = model.predict_proba(inputs(later))[:, 1], later["is_fraud"].to_numpy()

decision_value = model.decision_function(inputs(later))
same = (model.predict(inputs(later)) == (p_later >= 0.5)) & (
    (decision_value >= 0) == (p_later >= 0.5)
)
print(f"predict flags from a probability of 0.5, or a decision value of 0, on: {same.all()}")

# %%
import pandas as pd

from imbalance_lab.datasets import cost_of_decisions

rows = {}
for cut in (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
    flagged = p_later >= cut
    rows[cut] = {
        "flagged": flagged.sum(),
        "false alarms": (flagged & (y_later == 0)).sum(),
        "recall": flagged[y_later == 1].mean(),
        "precision": y_later[flagged].mean(),
        "bill (€)": round(cost_of_decisions(y_later, flagged, later["amount"]), -2),
    }
bills = pd.DataFrame.from_dict(rows, orient="index").rename_axis("threshold")
print(f"you predicted {my_prediction}, the lowest bill is at {bills['bill (€)'].idxmin()}")
bills.round(2)

# %% [markdown]
# The same model, the same knowledge, and the bill nearly halves. The best of these seven thresholds is
# a tenth of 0.5, and a threshold that is too low costs as much as one that is too high. Nobody chose
# 0.5 for this company. It is the default of `predict`: for probabilities 0.5, and for models that give
# *[decision values](../../docs/glossary.md#decision-value)* instead, such as support vector
# machines, 0. This lesson is about choosing.
#
# (We have just looked at the later days to find a good threshold. As an exhibit that is fine, as a
# method it is not: see *Never on the test rows*.)

# %% [markdown]
# ## A threshold makes decisions
#
# A **threshold** $t$ turns scores into decisions: flag a sample if and only if its score is *at or
# above* $t$. The equality matters more than it seems. Scores often repeat (a forest of 100 trees
# knows only 101 of them), and scikit-learn's curves give you, as thresholds, scores that occur in
# the data.
#
# Ten samples will go with us through the lesson, highest score first:

# %%
import numpy as np

y_toy = np.array([1, 0, 1, 1, 0, 0, 0, 1, 0, 0])
score_toy = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1])

# %% [markdown]
# ### Exercise 1: apply a threshold


# %% answer="apply-threshold"
def apply_threshold(y_score, threshold):
    """Turn scores into decisions.

    Parameters
    ----------
    y_score : array-like of shape (n_samples,)
        Scores of any size: probabilities, decision values. Higher speaks for the positive class.
    threshold : float
        A sample is flagged if its score is at or above it.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        1 for flagged, 0 for passed.

    Example by hand: the scores [0.2, 0.5, 0.7] with threshold 0.5 give [0, 1, 1].
    """
    ### BEGIN SOLUTION
    return (np.asarray(y_score) >= threshold).astype(int)
    ### END SOLUTION


# %% try="apply-threshold"
apply_threshold(score_toy, 0.5)

# %% graded="apply-threshold" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import APPLY_THRESHOLD

check(apply_threshold, APPLY_THRESHOLD).on([0.2, 0.5, 0.7], 0.5).gives([0, 1, 1])
check(apply_threshold, APPLY_THRESHOLD).on([-1.5, 3.0, 0.6], 2).gives([0, 1, 0])
check(apply_threshold, APPLY_THRESHOLD).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

check(apply_threshold, APPLY_THRESHOLD).keeps_its_contract(keys.APPLY_THRESHOLD.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E70 E71"
# ### What moves which way
#
# Lower the threshold step by step. Whoever was flagged stays flagged, and others come in addition. So
# TP and FP can only grow, and with TP grows recall. That is certain, on every data set. Raise the
# threshold, and false alarms can only become fewer. Precision, TP / (TP + FP), is a race between
# the two:

# %%
for cut in np.unique(score_toy)[::-1]:
    flagged = score_toy >= cut
    tp, fp = (flagged & (y_toy == 1)).sum(), (flagged & (y_toy == 0)).sum()
    print(
        f"threshold {cut:.1f}: TP {tp}, FP {fp}, recall {tp / 4:.2f}, precision {tp / (tp + fp):.2f}"
    )

# %% [markdown]
# From 0.9 down, precision falls, rises twice, and falls again. How often does the usual advice
# ("lower the threshold: more recall, less precision") fail on one data set? Draw 200 test sets of
# 2,000 samples with 2% positives, with their true probabilities, and walk down a ladder.

# %%
from imbalance_lab.datasets import make_gauss

LADDER = (0.5, 0.3, 0.2, 0.1, 0.05)


def down_the_ladder(seed):
    """Return false alarms, recall and precision at each threshold of the ladder."""
    _, y, p = make_gauss(2000, prevalence=0.02, return_proba=True, random_state=seed)
    flags = [p >= cut for cut in LADDER]
    return [
        (np.sum(f & (y == 0)), f[y == 1].mean(), y[f].mean() if f.any() else np.nan) for f in flags
    ]


steps = np.diff([down_the_ladder(seed) for seed in range(200)], axis=1)
print("share of 200 test sets in which the step down the ladder")
for place in range(len(LADDER) - 1):
    fewer_alarms, less_recall, _ = (steps[:, place] < 0).mean(axis=0)
    more_precision = (steps[:, place, 2] > 0).mean()
    print(
        f"{LADDER[place]} to {LADDER[place + 1]}: lowered false alarms {fewer_alarms:.0%}, lowered"
        f" recall {less_recall:.0%}, raised precision {more_precision:.0%}"
    )

# %% [markdown]
# That false alarms and recall never fall is a law. That precision falls is a tendency: it fails now and
# then at the top of the list, where precision rests on a handful of samples, and hardly ever further
# down. So raising the threshold far enough is no safe way to a high precision.

# %% [markdown] covers="E73"
# ### A demonstration that shows nothing
#
# A popular demonstration of [threshold tuning](../../docs/glossary.md#threshold-tuning) trains with
# `class_weight="balanced"` on classes that lie far apart, and compares 0.50 with 0.30 on the
# training rows. Something like this:

# %%
from imbalance_lab.datasets import make_two_clouds

X_far, y_far = make_two_clouds(100, prevalence=0.04, separation=8, random_state=0)
balanced_far = LogisticRegression(class_weight="balanced").fit(X_far, y_far)
p_far = balanced_far.predict_proba(X_far)[:, 1]
for cut in (0.50, 0.30):
    print(f"threshold {cut:.2f}: flagged {np.sum(p_far >= cut)}, passed {np.sum(p_far < cut)}")
print(f"scores between the two thresholds: {np.sum((p_far >= 0.30) & (p_far < 0.50))}")

# %% [markdown]
# The two lines agree, because no score lies between 0.30 and 0.50. A threshold matters where the
# classes overlap, that is in every interesting problem; it is judged on rows that the model has not
# seen; and the weights had already moved the probabilities before the threshold was touched.

# %% [markdown] covers="E72"
# ## The threshold that the costs imply
#
# Which threshold, then? Ask it for one sample. Its probability of being positive is $p$, and there
# are two possible decisions and two possible truths, so
# [four costs](../../docs/glossary.md#cost-matrix):
#
# | the case is | flagged | passed |
# | --- | --- | --- |
# | **truly positive** | $c_{TP}$ | $c_{FN}$ |
# | **truly negative** | $c_{FP}$ | $c_{TN}$ |
#
# Flagging costs $p\,c_{TP} + (1-p)\,c_{FP}$ on average, passing $p\,c_{FN} + (1-p)\,c_{TN}$. So flag
# if and only if
#
# $$p\,\underbrace{(c_{FN} - c_{TP})}_{\text{what a miss costs extra}} \;\ge\;
# (1-p)\,\underbrace{(c_{FP} - c_{TN})}_{\text{what a false alarm costs extra}}$$
#
# and, solved for $p$ (Elkan 2001),
#
# $$p \ge t^* = \frac{c_{FP} - c_{TN}}{(c_{FP} - c_{TN}) + (c_{FN} - c_{TP})}
# \qquad\text{or, if right decisions are free,}\qquad t^* = \frac{c_{FP}}{c_{FP} + c_{FN}} .$$
#
# Both differences must be positive: a wrong decision costs more than the right one for the same
# truth. If one is not, the same decision is best for everybody and no threshold is needed. Costs may
# be negative, which makes them gains. Only differences matter: to add the same amount to both
# decisions for the positives changes nothing. And only their *ratio*: 1 to 20 is €4 to €80.

# %% [markdown] covers="E74"
# Read backwards, a threshold is a price list: it says that a miss costs as much as $(1-t)/t$ false
# alarms.

# %%
for cut in (0.5, 0.3, 0.2, 1 / 11, 1 / 101):
    print(f"threshold {cut:.3f}: a miss costs as much as {(1 - cut) / cut:5.1f} false alarms")

# %% [markdown]
# It is often advised to use 0.2 or 0.3 in cancer detection. That says that to miss a cancer is about as
# bad as two to four needless follow-ups. If it is ten times as bad, the threshold is $1/11$, about
# 0.09. There is no threshold for a field, only one for a price list.
#
# The formula holds under four conditions:
#
# 1. **The probabilities are right**: of all samples with $p = 0.1$, one in ten is positive. Lesson 10
#    is about testing and mending that.
# 2. **The costs are known**, at least their ratio.
# 3. **One decision does not touch another**: no queue that fills up, no shared budget.
# 4. **The prevalence at work is that of the data.** It does not occur in the formula, because $p$
#    contains it; if it changes, $p$ has to be corrected (lesson 10).

# %% [markdown]
# ### Exercise 2: the threshold of a cost matrix


# %% answer="bayes-threshold"
def bayes_threshold(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    """Return the probability from which on flagging a sample is expected to be the cheaper decision.

    Parameters
    ----------
    cost_fp, cost_fn, cost_tn, cost_tp : float
        What one false positive, false negative, true negative and true positive costs, in the
        same unit. A negative cost is a gain.

    Returns
    -------
    float
        Between 0 and 1. At this probability both decisions cost the same on average.

    Raises
    ------
    ValueError
        If a wrong decision does not cost more than the right one for the same truth, that is
        if cost_fp <= cost_tn or cost_fn <= cost_tp.

    Example by hand: cost_fp = 6, cost_fn = 49, cost_tn = 1, cost_tp = 4. At probability 0.1
    flagging costs 0.1 * 4 + 0.9 * 6 = 5.8, and passing 0.1 * 49 + 0.9 * 1 = 5.8. So: 0.1.
    """
    ### BEGIN SOLUTION
    if cost_fp <= cost_tn or cost_fn <= cost_tp:
        raise ValueError("a wrong decision must cost more than the right one")
    return (cost_fp - cost_tn) / (cost_fp - cost_tn + cost_fn - cost_tp)
    ### END SOLUTION


# %% try="bayes-threshold"
bayes_threshold(cost_fp=6, cost_fn=49, cost_tn=1, cost_tp=4)

# %% graded="bayes-threshold" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import BAYES_THRESHOLD

check(bayes_threshold, BAYES_THRESHOLD).on(6, 49, 1, 4).gives(0.1)
check(bayes_threshold, BAYES_THRESHOLD).on(4, 4, cost_tp=4).refuses(ValueError)
check(bayes_threshold, BAYES_THRESHOLD).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

check(bayes_threshold, BAYES_THRESHOLD).keeps_its_contract(keys.BAYES_THRESHOLD.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Does it come out?
#
# A controlled test: 2% positives, right decisions free, a false alarm costs 1 and a miss 20, so
# $t^* = 1/21$. A logistic regression learns from 6,000 samples and is judged on 10,000 new ones, on
# 12 data sets, at 25 thresholds. We keep what these runs know for later: predictions on 6,000 more
# samples, the **[validation](../../docs/glossary.md#validation-samples)** samples, on which
# thresholds may be tuned.

# %%
from sklearn.metrics import log_loss

COST_FP, COST_FN = 1, 20
T_STAR = COST_FP / (COST_FP + COST_FN)


def cost_per_sample(y, flagged):
    return np.mean(np.where(y == 1, COST_FN * ~flagged, COST_FP * flagged))


def gauss_parts(seed):
    """Return samples to learn from, to tune on and to judge on."""
    sizes = {"train": 6000, "valid": 6000, "new": 10_000}
    return {
        name: make_gauss(size, prevalence=0.02, random_state=1000 * number + seed)
        for number, (name, size) in enumerate(sizes.items())
    }


def probabilities(model, parts):
    return {name: model.predict_proba(parts[name][0])[:, 1] for name in ("valid", "new")}


# %%
from imbalance_lab.experiments import interval

grid = np.geomspace(0.005, 0.6, 25)
runs = []
for seed in range(12):
    parts = gauss_parts(seed)
    plain = LogisticRegression().fit(*parts["train"])
    runs.append((parts, probabilities(plain, parts)))
curves = np.array(
    [[cost_per_sample(parts["new"][1], p["new"] >= cut) for cut in grid] for parts, p in runs]
)
at_t_star = [cost_per_sample(parts["new"][1], p["new"] >= T_STAR) for parts, p in runs]
at_half = [cost_per_sample(parts["new"][1], p["new"] >= 0.5) for parts, p in runs]
print(f"cost per sample at 0.5:     {interval(at_half):.3f}")
print(f"cost per sample at t*:      {interval(at_t_star):.3f}")
print(f"the least of the mean curve {curves.mean(axis=0).min():.3f}")

# %%
from imbalance_lab import plots

cheapest_cut = grid[curves.mean(axis=0).argmin()]
with plots.picture(
    title="The formula finds the bottom of the valley, and the bottom is wide",
    xlabel="threshold (logarithmic scale)",
    ylabel="cost per sample (false alarm = 1)",
    alt=f"Cost against the threshold for 12 data sets: a wide valley whose mean is lowest near"
    f" {cheapest_cut:.2f}. The threshold from the formula, {T_STAR:.3f}, lies at the bottom; 0.5 lies"
    f" far up on the right, close to the cost of flagging nobody, 0.40.",
) as ax:
    ax.plot(grid, curves.T, color="#bbbbbb", linewidth=0.8, linestyle="-")
    ax.plot(grid, curves.mean(axis=0), label="mean of 12 data sets")
    ax.axvline(T_STAR, color="black", linestyle=":", label="t* = 1/21")
    ax.axvline(0.5, color="#D55E00", linestyle="--", label="0.5")
    ax.set_xscale("log")
    ax.set_xticks([0.01, 0.02, 0.05, 0.1, 0.2, 0.5], ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5"])
    ax.legend()

# %% [markdown]
# The formula knew nothing but two prices, and no threshold does clearly better. Note how flat the
# bottom is: half of $t^*$ or double costs little more, ten times as much costs a lot. You need to
# know the *order of magnitude* of your costs, not their cents.

# %% [markdown]
# ## The threshold that was cheapest
#
# The formula needs right probabilities. Weights, resampling, boosting and support vector machines
# often give scores that are none (lessons 07 and 10). Then let the data choose: on samples with known
# truth, compute the cost at every threshold and take the least. Only the distinct scores have to be
# tried, and one choice more: a threshold above all scores, which flags nobody.
#
# To count anew at each of $n$ thresholds takes about $n^2$ steps. But from one threshold to the next
# only the samples with the next score change sides. So sort once ($n \log n$ steps) and add up: each
# negative that you pass on the way down adds $c_{FP}$, each positive takes $c_{FN}$ away. On the ten
# samples with $c_{FP} = 1$, $c_{FN} = 5$, starting from "nobody" at $4 \cdot 5 = 20$:
#
# | threshold | nobody | 0.9 | 0.8 | 0.7 | 0.6 | 0.5 | 0.4 | 0.3 | 0.1 |
# | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
# | truth of those who join | | 1 | 0 | 1 | 1 | 0 | 0 | 0 and 1 | 0 and 0 |
# | cost | 20 | 15 | 16 | 11 | 6 | 7 | 8 | **4** | 6 |

# %% [markdown]
# ### Exercise 3: the cheapest threshold


# %% answer="min-cost-threshold"
def min_cost_threshold(y_true, y_score, cost_fp, cost_fn):
    """Return the threshold of least total cost. Right decisions are free.

    Sort once and add up: an answer that counts anew at each threshold is right too, and takes
    very long where the samples are many.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 or 1, in any order. Both occur.
    y_score : array-like of shape (n_samples,)
        Scores. Samples at or above the threshold are flagged. Scores may repeat.
    cost_fp, cost_fn : float
        Cost of one false alarm and of one miss, above 0.

    Returns
    -------
    float
        One of the scores, or `math.inf` for "flag nobody". If several thresholds cost the same,
        the highest of them.

    Example by hand: the ten samples above with costs 1 and 5 give 0.3. For y_true = [0, 0, 1],
    y_score = [0.9, 0.8, 0.1] and costs 5 and 1 it is cheapest to flag nobody: math.inf.
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    order = np.argsort(-y_score, kind="stable")
    truth, cuts = y_true[order], y_score[order]
    change = np.where(truth == 1, -cost_fn, cost_fp)
    cost = np.append(0, np.cumsum(change))  # compared with flagging nobody
    # A threshold is possible where the score changes, after all samples of the same score.
    possible = np.append(True, np.append(cuts[1:] != cuts[:-1], True))
    best = np.argmin(np.where(possible, cost, np.inf))
    return float("inf") if best == 0 else float(cuts[best - 1])
    ### END SOLUTION


# %% try="min-cost-threshold"
min_cost_threshold(y_toy, score_toy, cost_fp=1, cost_fn=5)

# %% graded="min-cost-threshold" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import MIN_COST_THRESHOLD

y, s = [1, 0, 1, 1, 0, 0, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1]
check(min_cost_threshold, MIN_COST_THRESHOLD).on(y, s, cost_fp=1, cost_fn=5).gives(0.3)
nobody = check(min_cost_threshold, MIN_COST_THRESHOLD).on([0, 0, 1], [0.9, 0.8, 0.1], 5, 1)
nobody.gives(float("inf"))
check(min_cost_threshold, MIN_COST_THRESHOLD).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

check(min_cost_threshold, MIN_COST_THRESHOLD).keeps_its_contract(keys.MIN_COST_THRESHOLD.hidden())
### END HIDDEN TESTS

# %% [markdown]
# scikit-learn counts for you: `confusion_matrix_at_thresholds` returns all four counts at every
# distinct score. From here on we use it.

# %%
from sklearn.metrics import confusion_matrix_at_thresholds


def tuned_threshold(y, score):
    """Return a threshold of least cost among the scores."""
    _, fp, fn, _, cuts = confusion_matrix_at_thresholds(y, score)
    return cuts[np.argmin(COST_FP * fp + COST_FN * fn)]


# %% [markdown] covers="E09 E10 E68"
# ## Correct once
#
# Guides for severe imbalance often advise to use all means together: resample *and* weight *and* lower
# the threshold, since "fixing one thing is not enough". You now have what it takes to test that. A
# miss costs 20. Six models meet three ways to decide: 0.5, the formula's $t^* = 1/21$, and the
# threshold that was cheapest on the validation samples. *Better regularised* is the plain model with
# the strength of its penalty chosen there as well.
#
# **Predict:** which of the 18 combinations is dearest? Which column hardly depends on the model?

# %%
from imblearn.over_sampling import SMOTE

PRICES = {0: COST_FP, 1: COST_FN}


def six_models(parts, seed):
    """Return six fitted models of the same training samples."""
    X, y = parts["train"]
    X_smote, y_smote = SMOTE(random_state=seed).fit_resample(X, y)
    penalised = [LogisticRegression(C=C).fit(X, y) for C in (0.003, 0.03, 0.3)]
    X_valid, y_valid = parts["valid"]
    return {
        "untouched": LogisticRegression().fit(X, y),
        "better regularised": min(
            penalised, key=lambda m: log_loss(y_valid, m.predict_proba(X_valid)[:, 1])
        ),
        "weights from costs": LogisticRegression(class_weight=PRICES).fit(X, y),
        "balanced weights": LogisticRegression(class_weight="balanced").fit(X, y),
        "SMOTE": LogisticRegression().fit(X_smote, y_smote),
        "SMOTE and weights": LogisticRegression(class_weight=PRICES).fit(X_smote, y_smote),
    }


# %%
RULES = ("at 0.5", "at t*", "tuned")
results = {}
for seed, (parts, _) in enumerate(runs):
    for name, fitted in six_models(parts, seed).items():
        p = probabilities(fitted, parts)
        cuts = (0.5, T_STAR, tuned_threshold(parts["valid"][1], p["valid"]))
        for rule, cut in zip(RULES, cuts):
            bill = cost_per_sample(parts["new"][1], p["new"] >= cut)
            results.setdefault((name, rule), []).append(bill)
table = pd.Series({key: np.mean(values) for key, values in results.items()}).unstack(sort=False)
print("mean cost per sample over 12 data sets; flagging nobody costs 0.40, everybody 0.98")
table[list(RULES)].round(2)

# %%
best = np.array(results["untouched", "at t*"])
print("extra cost per sample against the untouched model at t*, paired")
for name, rule in [
    ("untouched", "tuned"),
    ("better regularised", "at t*"),
    ("weights from costs", "at 0.5"),
    ("SMOTE", "at 0.5"),
    ("SMOTE", "at t*"),
    ("SMOTE and weights", "at t*"),
    ("SMOTE and weights", "tuned"),
]:
    print(f"{name + ' ' + rule:26s} {interval(np.array(results[name, rule]) - best):+.3f}")

# %% [markdown]
# Read the table by columns.
#
# - **Tuned**: all six models cost nearly the same. The corrections had hardly changed *who ranks above
#   whom*; they had moved the probabilities, and a tuned threshold moves along with them.
# - **At 0.5**: a correction helps, since it does the work of a lower threshold. Best are the weights
#   from the costs, because they correct by the right amount.
# - **At $t^*$**: the untouched model is right. Every correction before it is now one too many, and
#   costs more than flagging nobody. Two of them lead to flagging almost everybody.
#
# So one correction is enough, and a second one is harm, unless you tune on data after all of
# them: then they are merely of no use. Metrics, weights, resampling and the threshold are sometimes called
# four lines of defence. They are not four walls, one behind the other. Take them in this order:
#
# 1. **Costs and metric**: what is a mistake worth?
# 2. **Threshold** on the untouched model.
# 3. **A better model**: features, regularisation, more positives.
# 4. **Weights or resampling** as hypotheses that have to beat 1 to 3 on validation data.

# %% [markdown]
# ## When a promise replaces the price
#
# Often nobody names a price. Instead: *"We must find at least 90% of the cases."* Every threshold that
# is low enough keeps the promise, so take the **highest** one that does: it raises the fewest
# alarms. On the ten samples the positives have the scores 0.9, 0.7, 0.6 and 0.3. A recall of at least
# 0.5 needs two of them: 0.7. A recall of 0.8 needs all four: 0.3.

# %% [markdown]
# ### Exercise 4: a threshold for a recall


# %% answer="threshold-for-recall"
def threshold_for_recall(y_true, y_score, min_recall):
    """Return the highest threshold that reaches a recall.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 or 1. Both occur.
    y_score : array-like of shape (n_samples,)
        Scores. Samples at or above the threshold are flagged. Scores may repeat.
    min_recall : float
        The recall that is to be reached, or exceeded. Above 0, up to 1.

    Returns
    -------
    float
        The highest of the scores whose recall is at least `min_recall`.

    Example by hand: the ten samples above give 0.7 for min_recall = 0.5, and 0.3 for 0.8.
    """
    ### BEGIN SOLUTION
    found = np.sort(np.asarray(y_score)[np.asarray(y_true) == 1])[::-1]
    recall = np.arange(1, len(found) + 1) / len(found)
    return float(found[np.argmax(recall >= min_recall)])
    ### END SOLUTION


# %% try="threshold-for-recall"
threshold_for_recall(y_toy, score_toy, min_recall=0.5)

# %% graded="threshold-for-recall" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import THRESHOLD_FOR_RECALL

ten = [1, 0, 1, 1, 0, 0, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1]
check(threshold_for_recall, THRESHOLD_FOR_RECALL).on(*ten, min_recall=0.5).gives(0.7)
check(threshold_for_recall, THRESHOLD_FOR_RECALL).on(*ten, min_recall=0.8).gives(0.3)
check(threshold_for_recall, THRESHOLD_FOR_RECALL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

check(threshold_for_recall, THRESHOLD_FOR_RECALL).keeps_its_contract(
    keys.THRESHOLD_FOR_RECALL.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# ### Will the promise be kept?
#
# The threshold reaches the recall on the samples it was tuned on, by construction. On new ones? Tune
# for 90% on validation samples with 20, 60 or 180 positives, and measure on many new samples, 40
# times.


# %%
def recall_on_new(n_positives, seed, target=0.9):
    """Return the recall on new samples at a threshold that reached the target on few."""
    n = 50 * n_positives
    _, y, p = make_gauss(n, prevalence=0.02, return_proba=True, random_state=seed)
    _, y_new, p_new = make_gauss(5000, prevalence=0.02, return_proba=True, random_state=500 + seed)
    positives = np.sort(p[y == 1])[::-1]
    cut = positives[int(np.ceil(target * n_positives)) - 1]
    return np.mean(p_new[y_new == 1] >= cut)


for n_positives in (20, 60, 180):
    recalls = np.array([recall_on_new(n_positives, seed) for seed in range(40)])
    print(
        f"{n_positives:3d} positives: recall on new samples {recalls.mean():.2f}, from"
        f" {recalls.min():.2f} to {recalls.max():.2f}; below 0.9 in {np.mean(recalls < 0.9):.0%}"
    )

# %% [markdown]
# With 180 positives the promise is broken in a good part of the runs, with 20 in most of them, and then
# sometimes badly. That is no fault of the model: these are the true probabilities. A threshold that *just* reaches a recall
# on a sample has that recall only on average, at best. If the promise is binding, tune for more than
# you promise, and compute Wilson's interval (lesson 02) to see how much more.

# %% [markdown]
# ### A promise of precision
#
# *"At least one alarm in five must be right."* Precision is not monotone, so the thresholds that keep
# such a promise need not lie side by side: on the ten samples, a precision of at least 0.7 holds at
# 0.9, fails at 0.8 and 0.7, and holds again at 0.6. Of all that keep it, take the one with the
# highest recall, which is the **lowest**. On the transactions, tuned on the last of the earlier days:

# %%
fit_part, validation = split_by_time(past, train=0.7, gap=0.0)
model.fit(inputs(fit_part), fit_part["is_fraud"])
y_valid = validation["is_fraud"].to_numpy()
p_valid = model.predict_proba(inputs(validation))[:, 1]
p_test = model.predict_proba(inputs(later))[:, 1]

_, fp, _, tp, cuts = confusion_matrix_at_thresholds(y_valid, p_valid)
keeps = tp / (tp + fp) >= 0.2
cut = cuts[keeps].min()
print(f"positives in the validation days: {y_valid.sum()}")
print(
    f"lowest threshold that keeps it: {cut:.2f}, where recall is {tp[keeps].max() / y_valid.sum():.2f}"
)
flagged = p_test >= cut
print(
    f"on the later days: precision {y_later[flagged].mean():.2f}, recall {flagged[y_later == 1].mean():.2f}"
)

# %% [markdown]
# On later days the precision is lower than promised. Chance is one reason, since the threshold was the
# last that just kept the promise. Another is time: what fraudsters do changes. Promise less than you
# measured, and measure again every month.

# %% [markdown]
# ## When a team sets the limit
#
# A third kind of limit: three reviewers read 100 alerts a day and no more. Here the third condition
# of the formula fails, since one alert takes the place of another. Take the alerts with the highest
# scores. As a threshold: the **lowest** one that raises at most as many alerts as can be read.
#
# Mind the ties: a threshold flags all samples of a score or none. With room for 7 of the ten samples,
# six get flagged, since the seventh and the eighth have the same score.

# %% [markdown]
# ### Exercise 5: alerts within capacity


# %% answer="alerts-within-capacity"
def alerts_within_capacity(y_score, capacity):
    """Flag as many samples as a threshold can, and at most `capacity`.

    Parameters
    ----------
    y_score : array-like of shape (n_samples,)
        Scores. Higher ones come first. Scores may repeat.
    capacity : int
        The highest number of alerts, from 0 to n_samples.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        1 for flagged, 0 for passed, in the order of the input. Samples of equal score are
        treated alike, so that there may be fewer alerts than `capacity`.

    Example by hand: [0.9, 0.7, 0.7, 0.2] with capacity 2 gives [1, 0, 0, 0], since the two
    samples at 0.7 do not both fit in. With capacity 3 it gives [1, 1, 1, 0].
    """
    ### BEGIN SOLUTION
    y_score = np.asarray(y_score)
    ordered = np.sort(y_score)[::-1]
    if capacity >= len(ordered):
        return np.ones(len(ordered), dtype=int)
    # The first score that does not fit in, and all that equal it, stay out.
    return (y_score > ordered[capacity]).astype(int)
    ### END SOLUTION


# %% try="alerts-within-capacity"
alerts_within_capacity(score_toy, capacity=7)

# %% graded="alerts-within-capacity" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import ALERTS_WITHIN_CAPACITY

alerts = check(alerts_within_capacity, ALERTS_WITHIN_CAPACITY)
alerts.on([0.9, 0.7, 0.7, 0.2], 2).gives([1, 0, 0, 0])
alerts.on([0.1, 0.9, 0.4], 2).gives([0, 1, 1])
alerts.keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

alerts.keeps_its_contract(keys.ALERTS_WITHIN_CAPACITY.hidden())
### END HIDDEN TESTS

# %% [markdown]
# What is [capacity](../../docs/glossary.md#capacity) worth? Each reviewer's alerts have a price (€4
# each) and a return. Sort the validation days by probability and give the team 3 alerts a day, then
# 6, 12, 25, 50, 100:

# %%
days = np.ptp(validation["time"])
order = np.argsort(-p_valid, kind="stable")
saved = np.cumsum(np.where(y_valid == 1, validation["amount"] + 15, 0)[order]) - 4 * np.arange(
    1, len(order) + 1
)
for alerts in (3, 6, 12, 25, 50, 100):
    n_flagged = int(alerts * days)
    print(
        f"{alerts:3d} alerts a day save about €{round(saved[n_flagged - 1] / days, -1):.0f} a day"
    )

# %% [markdown]
# The first alerts are worth most, further ones less and less, and at some point an alert costs more
# than it saves. That point is the least-cost threshold. A capacity below it is a bottleneck whose price you can
# now name; one above it should not be used up.

# %% [markdown]
# ## The threshold of the best F1
#
# Lesson 02 derived it: F1 prices a miss like $2/F_1 - 1$ false alarms, and with right probabilities
# its best threshold is half of the best F1 (Lipton, Elkan and Naryanaswamy 2014). So $F_1^*/2$ is no third method
# but the formula of this lesson with prices that F1 picks. Two things follow: the threshold of the
# best F1 never exceeds one half, and if tuning puts it elsewhere than at $F_1^*/2$, the
# probabilities are off.

# %%
from sklearn.metrics import precision_recall_curve


def best_f1(y, score):
    """Return the best F1 and its threshold."""
    precision, recall, cuts = precision_recall_curve(y, score)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return f1[:-1].max(), cuts[f1[:-1].argmax()]


for name, weight in (("untouched", None), ("balanced", "balanced")):
    found = []
    for parts, _ in runs:
        fitted = LogisticRegression(class_weight=weight).fit(*parts["train"])
        found.append(best_f1(parts["new"][1], fitted.predict_proba(parts["new"][0])[:, 1]))
    half, at = np.array(found).T / [[2], [1]]
    print(f"{name:10s} half of the best F1 {interval(half):.2f}, its threshold {interval(at):.2f}")

# %% [markdown] covers="E72"
# ## Every transaction has its own threshold
#
# A fraud of €500 is a greater loss than one of €8. So why should both be flagged from the same
# probability on? Write $a$ for the amount. A review costs €4 whether it finds a fraud or not, so
# $c_{FP} = c_{TP} = 4$, $c_{TN} = 0$ and $c_{FN} = a + 15$. The general formula gives
#
# $$t(a) = \frac{4}{4 + (a + 15 - 4)} = \frac{4}{a + 15} .$$

# %%
for amount in (5, 25, 100, 500):
    print(f"€{amount:3d}: flag from a probability of {4 / (amount + 15):.3f} on")

# %% [markdown]
# The threshold of a small payment is twenty times that of a large one. Nothing has to be learned
# again: the model says how likely, the amount says how bad. Correa Bahnsen and others (2013) used
# this rule on real card payments under the name *Bayes minimum risk*.
#
# The realistic test: six simulated companies. Fit on the first days, tune on the next, judge on the
# last 30% of the period. Beside our rules stand the better regularised model and balanced weights.


# %%
def company(seed):
    """Return the parts of one company's data, and models fitted on the first."""
    past, later = split_by_time(make_transactions(20_000, random_state=seed))
    fit_part, validation = split_by_time(past, train=0.7, gap=0.0)

    def fitted(**options):
        model = make_pipeline(
            transaction_encoder(), LogisticRegression(solver="newton-cholesky", **options)
        )
        return model.fit(inputs(fit_part), fit_part["is_fraud"])

    penalised = [fitted(C=C) for C in (0.01, 0.1)]
    models = {"untouched": fitted(), "balanced": fitted(class_weight="balanced")}
    models["regularised"] = min(
        [*penalised, models["untouched"]],
        key=lambda m: log_loss(validation["is_fraud"], m.predict_proba(inputs(validation))[:, 1]),
    )
    p = {
        n: [m.predict_proba(inputs(d))[:, 1] for d in (validation, later)]
        for n, m in models.items()
    }
    return fit_part, validation, later, p


# %%
CUTS = np.geomspace(0.003, 0.5, 40)


def company_bills(seed):
    """Return the bill of each rule on the last days, in euros per 1,000 transactions."""
    fit_part, validation, later, p = company(seed)
    loss = fit_part.loc[fit_part["is_fraud"] == 1, "amount"].mean() + 15
    (p_valid, p_new), own = p["untouched"], 4 / (later["amount"].to_numpy() + 15)

    def bill(part, flagged):
        total = cost_of_decisions(part["is_fraud"], flagged, part["amount"])
        return 1000 * total / len(part)

    tuned = min(CUTS, key=lambda cut: bill(validation, p_valid >= cut))
    flagged = {
        "flag nobody": p_new > 1,
        "0.5": p_new >= 0.5,
        "balanced weights, 0.5": p["balanced"][1] >= 0.5,
        "one threshold, formula": p_new >= 4 / loss,
        "one threshold, tuned": p_new >= tuned,
        "own thresholds": p_new >= own,
        "own thresholds, regularised": p["regularised"][1] >= own,
        "own thresholds, balanced": p["balanced"][1] >= own,
    }
    return {name: bill(later, flags) for name, flags in flagged.items()}


# %%
companies = pd.DataFrame([company_bills(seed) for seed in range(6)])
# %%
plots.intervals(
    {name: interval(companies[name]) for name in companies},
    xlabel="bill, € per 1,000 transactions; mean of 6 companies",
    title="The decision rule is worth more than the model's make-up",
    decimals=0,
)

# %%
own = companies["own thresholds"]
for name in companies.columns.drop("own thresholds"):
    print(f"{name:28s} minus own thresholds: {interval(companies[name] - own):+5.0f} € per 1,000")

# %% [markdown]
# Leaving 0.5 for one better threshold saves a large part of the bill, computed or tuned, and a threshold
# for each amount saves clearly more. Better regularisation adds little here. Balanced weights at 0.5
# beat the untouched model at 0.5, and lose to the untouched model with either formula. And weights
# *before* own thresholds correct twice: that bill is higher than that of flagging nobody.

# %% [markdown]
# ## Move it yourself
#
# The validation days again. The costs are set to €4 and the average loss of a fraud. Take your time:
#
# 1. Start at 0.5 and lower the threshold with the arrow keys. Watch the three points move together:
#    down the cost curve, up the ROC curve, to the right on the precision-recall curve. Does precision
#    ever rise?
# 2. Jump to the least cost. Compare with the formula, printed above the explorer. Then walk to half
#    and to double of it: how much dearer does it get?
# 3. Type 12 as the cost of a false negative. Where does the valley go? And at 1,200?
# 4. Jump to the best F1. Which price list does F1 assume here? ($2/F_1 - 1$.) What does it cost at yours?
# 5. Find the highest threshold with a recall of at least 0.8. How many rows does it flag for each
#    fraud that it finds?

# %%
from imbalance_lab.explorers import threshold_explorer

loss = round(float(fit_part.loc[fit_part["is_fraud"] == 1, "amount"].mean()) + 15)
print(f"a fraud costs €{loss} on average, a review €4: the formula says {4 / (4 + loss):.3f}")
threshold_explorer(y_valid, p_valid, cost_fp=4, cost_fn=loss)

# %% [markdown]
# ## scikit-learn tunes it for you
#
# Two wrappers make a threshold part of an estimator, so that `predict` uses it and a pipeline, a
# cross-validation or a colleague can't forget it. `FixedThresholdClassifier` is for a threshold that
# you have *computed*:

# %%
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

fixed = FixedThresholdClassifier(
    make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000)),
    threshold=4 / (4 + loss),
)
fixed.fit(inputs(past), past["is_fraud"])
print(f"flagged later: {fixed.predict(inputs(later)).sum()} of {len(later)}")

# %% [markdown]
# `TunedThresholdClassifierCV` is for one that is *found*. It splits the training rows as `cv` says,
# fits on each part, looks for the threshold with the best score on the held-out rows, and finally
# fits on all rows. What is "best" is said by a *[scorer](../../docs/glossary.md#scorer)*, which is
# something to be maximised: a cost is declared with `greater_is_better=False`.

# %%
from sklearn.metrics import make_scorer
from sklearn.model_selection import TimeSeriesSplit


def money_lost(y_true, y_pred):
    return 4 * np.sum(y_pred > y_true) + loss * np.sum(y_pred < y_true)


tuned = TunedThresholdClassifierCV(
    make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000)),
    scoring=make_scorer(money_lost, greater_is_better=False),
    cv=TimeSeriesSplit(4),
)
tuned.fit(inputs(past), past["is_fraud"])
print(f"threshold: {tuned.best_threshold_:.2f}, formula: {4 / (4 + loss):.2f}")

# %% [markdown]
# Three things to know. Without `scoring` it maximises *balanced accuracy*, whose hidden price of a
# miss you met in lesson 02. `cv` must split as your data demand: by time here, by group elsewhere
# (lesson 04). And for a model that is fitted already, `cv="prefit"` with `refit=False` tunes on the
# rows that you give it, which must then be validation rows.
#
# Where does tuning beat the formula? Where probabilities are not to be trusted. Here are 775 samples of
# five kinds, and a model with balanced weights, whose probabilities are far too high:

# %%
kinds = [(400, 4), (200, 12), (100, 15), (50, 20), (25, 20)]  # samples, positives among them
samples = [(kind, i < k) for kind, (n, k) in enumerate(kinds) for i in range(n)]
samples = np.random.default_rng(0).permutation(samples)
X_kinds, y_kinds = samples[:, :1], samples[:, 1]
inflated = LogisticRegression(class_weight="balanced").fit(X_kinds, y_kinds)
print("kind                  ", *[f"{kind:6d}" for kind in range(5)])
print("share of positives    ", *[f"{k / n:6.2f}" for n, k in kinds])
says = inflated.predict_proba(np.arange(5).reshape(-1, 1))[:, 1]
print("what the model says   ", *[f"{p:6.2f}" for p in says])

# %% [markdown]
# With $c_{FP} = 1$ and $c_{FN} = 3$ it pays to flag kind 3 (30 false alarms cost 30, 20 misses would
# cost 60) and kind 4, but not kind 2 (85 against 45). The formula's threshold, 0.25, would flag kinds 1
# and 2 as well.

# %% [markdown]
# ### Exercise 6: a classifier that tunes itself


# %% answer="tuned-classifier"
def tuned_classifier(cost_fp, cost_fn):
    """Return an unfitted classifier that learns its model and its threshold from the same rows.

    The model is `LogisticRegression(class_weight="balanced")`. Its threshold is chosen by
    cross-validation inside `fit`, so that the total cost of the decisions on held-out rows,
    cost_fp for each false alarm and cost_fn for each miss, is least.

    Parameters
    ----------
    cost_fp, cost_fn : float
        Cost of one false alarm and of one miss, above 0. Right decisions are free.

    Returns
    -------
    estimator
        With `fit(X, y)`, which returns the estimator itself, `predict(X)`, which returns labels
        0 and 1, and `predict_proba(X)`, the probabilities of the model with its balanced weights.
        Here y has the labels 0 and 1 too.

    Example by hand: fitted on the 775 samples above with costs 1 and 3, it predicts
    [0, 0, 0, 1, 1] for the five kinds.
    """
    ### BEGIN SOLUTION
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import make_scorer
    from sklearn.model_selection import TunedThresholdClassifierCV

    def cost(y_true, y_pred):
        return cost_fp * np.sum(y_pred > y_true) + cost_fn * np.sum(y_pred < y_true)

    return TunedThresholdClassifierCV(
        LogisticRegression(class_weight="balanced"),
        scoring=make_scorer(cost, greater_is_better=False),
    )
    ### END SOLUTION


# %% try="tuned-classifier"
tuned_classifier(1, 3).fit(X_kinds, y_kinds).predict(np.arange(5).reshape(-1, 1))

# %% graded="tuned-classifier" points=3
import numpy as np

from imbalance_lab.checks import check
from imbalance_lab.exercises.thresholds import TUNED_CLASSIFIER

kinds = [(400, 4), (200, 12), (100, 15), (50, 20), (25, 20)]
rows = [(kind, i < k) for kind, (n, k) in enumerate(kinds) for i in range(n)]
rows = np.random.default_rng(0).permutation(rows)
asked = check(tuned_classifier, TUNED_CLASSIFIER).on(1, 3).then("fit", rows[:, :1], rows[:, 1])
asked.then("predict", np.arange(5).reshape(-1, 1)).gives([0, 0, 0, 1, 1])
check(tuned_classifier, TUNED_CLASSIFIER).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import thresholds as keys

check(tuned_classifier, TUNED_CLASSIFIER).keeps_its_contract(keys.TUNED_CLASSIFIER.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Never on the test rows
#
# A threshold is a choice, and choosing on the rows that judge is the leak of lesson 04. For costs:
# take the threshold that is cheapest on 1,000 test samples, and report its cost there. Then use it
# on many new samples.


# %%
def tune_on(n_samples, seed):
    """Return the cost where the threshold was tuned, and on new samples, tuned and at t*."""
    _, y, p = make_gauss(n_samples, prevalence=0.02, return_proba=True, random_state=seed)
    _, y_new, p_new = make_gauss(6000, prevalence=0.02, return_proba=True, random_state=900 + seed)
    cut = tuned_threshold(y, p)
    return {
        "reported": cost_per_sample(y, p >= cut),
        "tuned": cost_per_sample(y_new, p_new >= cut),
        "t*": cost_per_sample(y_new, p_new >= T_STAR),
    }


by_size = {
    n: pd.DataFrame([tune_on(n, seed) for seed in range(30)]) for n in (500, 1000, 3000, 10_000)
}
small = by_size[1000]
print(f"cost reported on the tuning samples  {interval(small['reported']):.3f}")
print(f"cost on new samples                  {interval(small['tuned']):.3f}")
print(f"promised too much                    {interval(small['tuned'] - small['reported']):+.3f}")

# %% [markdown]
# With 20 positives the report is too good by about a tenth or more. Three parts do it right: fit on one, tune
# on the second, judge on the third; or let `TunedThresholdClassifierCV` make the first two out of the
# training rows.

# %% [markdown]
# ## How sure is a tuned threshold?
#
# Ask the **bootstrap** of lesson 02: draw the validation samples again, each class with replacement,
# tune again, and see where the threshold lands. Here for one data set with 60 positives among 3,000:

# %%
_, y_once, p_once = make_gauss(3000, prevalence=0.02, return_proba=True, random_state=7)
rng = np.random.default_rng(0)
groups = [np.flatnonzero(y_once == label) for label in (0, 1)]
landed = []
for _ in range(300):
    drawn = np.concatenate([rng.choice(group, len(group)) for group in groups])
    landed.append(tuned_threshold(y_once[drawn], p_once[drawn]))
low, high = np.quantile(landed, [0.025, 0.975])
print(
    f"tuned threshold {tuned_threshold(y_once, p_once):.3f}, bootstrap 95% {low:.3f} to {high:.3f}"
)
print(f"formula         {T_STAR:.3f}")

# %% [markdown]
# A factor of two or more between the ends: the data say little about where the bottom of a flat valley is. That is bad
# news for whoever wants to interpret the threshold, and good news for the bill, since in a flat valley
# it matters little. How little depends on the number of positives:

# %%
penalty = {n: interval(frame["tuned"] - frame["t*"]) for n, frame in by_size.items()}
plots.intervals(
    {f"{round(0.02 * n)} positives": penalty[n] for n in penalty},
    xlabel="extra cost per sample of the tuned threshold against t* (30 runs)",
    title="A tuned threshold needs positives; a computed one needs none",
    ylabel="tuned on",
    baseline=0.0,
    baseline_label="as good as t*",
)

# %% [markdown]
# With ten positives, tuning costs something; with two hundred, hardly anything. These are the
# *true* probabilities, the best case for the formula. So:
#
# - probabilities that you trust, and known costs: **compute** the threshold;
# - probabilities that you don't trust and some hundred positives: **tune** it, and give its interval;
# - neither: calibrate first (lesson 10), or collect positives.
#
# Sheng and Ling (2006) compared the two on real data sets: on almost all of them a threshold tuned on
# the training rows cost less than the formula's. Probabilities have to earn the trust.

# %% [markdown]
# ## Claims, tested
#
# Three claims were tested above. The fourth: *does the threshold help, or is resampling needed?* In
# the measure that advocates of resampling mostly use, F1: the untouched model with a threshold
# tuned for F1 on the validation samples, against SMOTE as it is commonly used, at 0.5.

# %%
f1_runs = []
for seed, (parts, p) in enumerate(runs):
    y_new = parts["new"][1]
    X_smote, y_smote = SMOTE(random_state=seed).fit_resample(*parts["train"])
    p_smote = probabilities(LogisticRegression().fit(X_smote, y_smote), parts)
    decisions = {
        "untouched, 0.5": p["new"] >= 0.5,
        "untouched, tuned": p["new"] >= best_f1(parts["valid"][1], p["valid"])[1],
        "SMOTE, 0.5": p_smote["new"] >= 0.5,
        "SMOTE, tuned": p_smote["new"] >= best_f1(parts["valid"][1], p_smote["valid"])[1],
    }
    counted = {
        n: 2 * np.sum(f & (y_new == 1)) / (f.sum() + y_new.sum()) for n, f in decisions.items()
    }
    f1_runs.append(counted)
f1_runs = pd.DataFrame(f1_runs)
for name in f1_runs:
    print(f"{name:17s} F1 {interval(f1_runs[name]):.2f}")

# %%
from imbalance_lab.claims import Claim

gain = interval(f1_runs["untouched, tuned"] - f1_runs["SMOTE, 0.5"])
both = interval(f1_runs["SMOTE, tuned"] - f1_runs["untouched, tuned"])
saving = interval(np.array(at_half) - at_t_star)
Claim(
    "Adjusting the threshold helps with imbalanced classes.",
    verdict="holds",
    because=(
        f"Against 0.5 the threshold 1/21 saved {saving:.2f} of {np.mean(at_half):.2f} per sample. In F1,"
        f" tuning the untouched model beat SMOTE at 0.5 by {gain:+.2f}, and SMOTE before tuning changed"
        f" {both:+.3f}. It needs no new training, and it is the strongest lever of those tested here."
    ),
    reference="elkan2001",
    evidence="E95 E72",
)

# %%
double = interval(np.array(results["SMOTE and weights", "at t*"]) - best)
idle = interval(np.array(results["SMOTE and weights", "tuned"]) - best)
Claim(
    "For severe imbalance use all strategies together; fixing one thing is not enough.",
    verdict="does not hold",
    because=(
        "SMOTE, weights from the costs and the threshold from the costs together cost"
        f" {double:+.2f} per sample more than the threshold alone, which cost {np.mean(best):.2f}. Each"
        f" corrects for the same thing. With a tuned threshold after them they were of no use ({idle:+.3f})."
    ),
    reference="elkan2001",
    evidence="E68 E10 E09",
)

# %%
rises = [(steps[:, place, 2] > 0).mean() for place in range(4)]
Claim(
    "Lowering the threshold raises recall and lowers precision.",
    verdict="holds only if",
    because=(
        "“raises” is read as “does not lower” and precision is meant on average. Recall never fell in"
        f" 200 test sets. Precision rose in {max(rises):.0%} of them on one step of the ladder and in"
        f" {min(rises):.0%} on another."
    ),
    evidence="E70 E71",
)

# %%
ten_to_one = 1 / 11
Claim(
    "In cancer detection a threshold of 0.2 to 0.3 is right.",
    verdict="does not hold",
    because=(
        f"No field has a threshold. This one prices a miss at {(1 - 0.3) / 0.3:.1f} to {(1 - 0.2) / 0.2:.1f} false alarms. If a"
        f" miss is ten times as bad the threshold is {ten_to_one:.2f}, and for probabilities that"
        " weights or resampling have moved no fixed number means anything."
    ),
    reference="elkan2001",
    evidence="E74",
)

# %% [markdown]
# ## Quiz
#
# **1.** A false alarm costs €5, a miss €95, right decisions nothing. The probabilities are right and
# the prevalence is 1%. From which probability on do you flag?
#
# - a) 0.5
# - b) 0.053
# - c) 0.05
# - d) 0.01
#
# **2.** You lower the threshold from 0.4 to 0.3. What can *not* be excluded?
#
# - a) Nothing of what follows: recall rises and precision falls, for sure.
# - b) Precision rises.
# - c) Recall falls.
# - d) There are fewer false alarms.
#
# **3.** A colleague trains with weights of 1 to 50 because a miss costs 50, and flags from 1/51 on
# because a miss costs 50. What happens?
#
# - a) Both together work better than one of them.
# - b) Nothing, as long as the weights come first.
# - c) It is right only for severe imbalance.
# - d) The cost is accounted for twice, and far too much is flagged.
#
# **4.** On which rows do you choose a threshold?
#
# - a) On rows that neither the model nor the final judgement uses, or by cross-validation inside the
#   training rows.
# - b) On the test rows: they are the most honest ones.
# - c) On the training rows: there are most of them.
# - d) On none: 0.5 is what probabilities mean.
#
# **5.** A threshold reaches a recall of exactly 0.95 on 20 validation positives. What recall do you
# expect on new data?
#
# - a) At least 0.95: that is how it was chosen.
# - b) Around 0.95 or a little less, and it may well be 0.85.
# - c) 0.95, give or take a percentage point.
# - d) Nothing can be said.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "d", 4: "a", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.thresholds import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A hospital has a model that predicts which patients will fall ill with sepsis; 2% do. A memo says:
# *"We oversampled with SMOTE, trained with balanced weights, and set the threshold to 0.3 because
# recall on the test set was then 0.95. The nurses can see 30 patients a day."* Answer in five to
# eight sentences: what is wrong, and how would you choose the threshold?

# %% [markdown] written="reflection" points=3
# The imbalance was corrected by SMOTE already, so the balanced weights have nothing left to do, and
# the probabilities after SMOTE are far too high: a threshold of 0.3 on them is not a probability of
# 0.3, and no price list can be read from it. The threshold was chosen on the test set, so the recall
# of 0.95 is too good, and if it rests on few positives its interval is wide. And the number of alerts
# was not looked at: if the threshold flags more than 30 patients a day, the recall is never reached.
# I would train the model without corrections and check its calibration. Then I would ask what a missed
# sepsis costs in needless visits, compute the threshold from that, and compare the number of alerts
# with the 30 a day; if there are more, take the 30 with the highest probability, and tell the
# hospital what is missed for lack of nurses. If a threshold is tuned, then on validation patients,
# with a bootstrap interval, and the recall is reported on patients that took no part in it.
#
# ### BEGIN MARK SCHEME
# 1 point: sees that corrections were stacked or that the probabilities have been moved, so that 0.3
# has no meaning as a probability.
#
# 1 point: sees that the threshold was tuned on the test set, or that the recall is uncertain; proposes
# separate rows, cross-validation or an interval.
#
# 1 point: chooses by costs or by the capacity of 30 a day, and says how (formula, least cost on
# validation data, or the highest 30), instead of by a recall alone.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - 0.5 says that a miss and a false alarm cost the same. State your prices: $t^* = c_{FP}/(c_{FP} +
#   c_{FN})$, or the general form if right decisions cost or earn something.
# - No prices? Promise a recall, a precision or a number of alerts, each with its own threshold.
# - Costs that differ by case give each case its own threshold, from the same probabilities.
# - Correct once. Weights, resampling and threshold do the same work; together they overdo it.
# - Tune on validation rows, never on test rows, and give the number of positives or an interval.
#
# **New words:** *cost matrix*, *price list* (of a threshold), *decision value*, *validation samples*,
# *capacity*, *threshold tuning*, *scorer*.
#
# ## Further reading
#
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001): the formula, when costs make sense, and why
#   not to balance instead.
# - Lipton et al. (2014). [*Optimal thresholding of classifiers to maximize F1
#   measure*](../../docs/bibliography.md#lipton2014).
# - Sheng & Ling (2006). [*Thresholding for making classifiers
#   cost-sensitive*](../../docs/bibliography.md#sheng2006): tuning the threshold for costs, compared
#   with the formula and with other methods.
# - Correa Bahnsen et al. (2013). [*Cost sensitive credit card fraud detection using Bayes minimum
#   risk*](../../docs/bibliography.md#correabahnsen2013): costs that differ from payment to payment.
# - scikit-learn developers (2024). [*Tuning the decision threshold for class
#   prediction*](../../docs/bibliography.md#sklearn2024): the two classes of this lesson, with
#   examples.
#
# **Next:** lesson 10 asks whether probabilities deserve the trust that the formula puts in them.
