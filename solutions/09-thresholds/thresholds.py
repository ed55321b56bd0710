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
# - derive the threshold that costs imply, and say when the formula holds;
# - find the cheapest threshold where scores are no probabilities;
# - serve a promised recall, a small team, and costs that differ from case to case;
# - choose a threshold though nobody knows exactly what a mistake will cost;
# - say when a second correction does harm.
#
# **Time** 85 minutes. **You need** NumPy, and `fit` and `predict_proba` of scikit-learn.
# **Builds on** lessons 01 to 04: costs, precision and recall, ranking, honest validation.

# %% [markdown]
# ## One model, seven bills
#
# A company's card transactions again. A logistic regression learns from the earlier ones and gives each later one
# a probability of fraud. A review costs €4, and a fraud that nobody reviews costs its amount plus €15. `predict`
# flags a transaction if its probability is at least 0.5.

# %% covers="E69 E71"
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder


def inputs(part):
    return part.drop(columns="is_fraud")


past, later = split_by_time(make_transactions(random_state=0))
model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
model.fit(inputs(past), past["is_fraud"])
p_later, y_later = model.predict_proba(inputs(later))[:, 1], later["is_fraud"].to_numpy()

# %% [markdown]
# **Predict before you run.** The threshold may move to 0.3, 0.2, 0.1, 0.05, 0.02 or 0.01. At which of the seven
# is the bill lowest?

# %%
my_prediction = None  # one of the seven

# %%
from imbalance_lab import plots
from imbalance_lab.datasets import cost_of_decisions

CUTS = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)
bills = [cost_of_decisions(y_later, p_later >= cut, later["amount"]) for cut in CUTS]
print("you predicted:", my_prediction)
with plots.picture(
    title="The same model, seven bills",
    xlabel="threshold",
    ylabel="bill for the later days (€)",
    alt="; ".join(f"threshold {cut}: {bill:,.0f} euros" for cut, bill in zip(CUTS, bills)),
) as ax:
    ax.bar([str(cut) for cut in CUTS], bills)

# %% [markdown]
# The model knows the same in every bar, and the bill falls by two fifths. The best threshold is a tenth of 0.5,
# and one that is too low costs as much as one that is too high. Nobody chose 0.5 for this company: it is the
# default of `predict`. (For models that give *[decision values](../../docs/glossary.md#decision-value)* instead,
# such as support vector machines, it is 0.)

# %% [markdown]
# ## A threshold makes decisions
#
# A **threshold** turns scores into decisions: a sample is flagged if its score is *at or above* it. The equality
# matters, since scores often repeat. Ten samples for this lesson:

# %%
y_toy = np.array([1, 0, 1, 1, 0, 0, 0, 1, 0, 0])
score_toy = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1])

# %% [markdown]
# Lower the threshold step by step. Whoever was flagged stays flagged, and others join. So hits and false alarms
# can only become more, and recall can't fall. Precision goes up and down: on the ten samples it is 1.00, then
# 0.50, 0.67, 0.75.
#
# **Predict:** in how many of 100 test sets does precision *rise* from a threshold of 0.5 to 0.3?

# %%
my_prediction = None  # from 0 to 100

# %% covers="E70 E71"
from imbalance_lab.datasets import make_gauss


def down_the_ladder(seed):
    _, y, p = make_gauss(2000, prevalence=0.02, return_proba=True, random_state=seed)
    flags = [p >= cut for cut in (0.5, 0.3, 0.2, 0.1, 0.05)]
    return [(f[y == 1].mean(), y[f].mean() if f.any() else np.nan) for f in flags]


steps = np.diff([down_the_ladder(seed) for seed in range(200)], axis=1)
rises = (steps[:, :, 1] > 0).mean(axis=0)
names = ["0.5 to 0.3", "0.3 to 0.2", "0.2 to 0.1", "0.1 to 0.05"]
print(f"you predicted: {my_prediction}; steps on which recall fell: {(steps[:, :, 0] < 0).sum()}")
with plots.picture(
    title="How often precision rises when the threshold falls",
    xlabel="step of the threshold",
    ylabel="share of 200 test sets",
    alt="; ".join(f"{n}: {share:.1%}" for n, share in zip(names, rises)),
) as ax:
    ax.bar(names, rises)

# %% [markdown]
# That recall never falls is a law. That precision falls is a tendency: at the top of the list it rests on a handful
# of samples.

# %% [markdown] covers="E72"
# ## The threshold that the costs imply
#
# Take a single sample that is positive with probability $p$. With two decisions and two truths there are [four
# costs](../../docs/glossary.md#cost-matrix):
#
# | the case is | flagged | passed |
# | --- | --- | --- |
# | **truly positive** | $c_{TP}$ | $c_{FN}$ |
# | **truly negative** | $c_{FP}$ | $c_{TN}$ |
#
# Where right decisions are free, lesson 07 has the answer. To flag costs $(1-p)\,c_{FP}$ on average, to pass costs
# $p\,c_{FN}$. So flag if $(1-p)\,c_{FP} \le p\,c_{FN}$, and solved for $p$ that is (Elkan 2001)
#
# $$p \ge t^* = \frac{c_{FP}}{c_{FP} + c_{FN}} .$$
#
# Only the *ratio* of the costs matters: 1 to 20 is €4 to €80. Read backwards, a threshold is a price list: it
# says that a miss costs as much as $(1-t)/t$ false alarms.
#
# | threshold | 0.5 | 0.3 | 0.2 | 1/11 | 1/101 |
# | --- | --- | --- | --- | --- | --- |
# | a miss costs as many false alarms as | 1 | 2.3 | 4 | 10 | 100 |

# %% [markdown] covers="E74"
# You may read that 0.2 or 0.3 is right for cancer detection. That says that to miss a cancer is as bad as two to
# four needless follow-ups. If it is ten times as bad, the threshold is 0.09. A threshold follows from prices, and
# not from a field.
#
# The formula holds under four conditions:
#
# 1. **The probabilities are right**: of all samples with $p = 0.1$, one in ten is positive (lesson 10).
# 2. **The costs are known**, at least their ratio.
# 3. **One decision does not touch another**: no queue fills up.
# 4. **The prevalence at work is that of the data.** It is contained in $p$.
#
# Where right decisions cost or earn something, the same comparison has four terms instead of two. And if a wrong
# decision costs no more than the right one for the same truth, there is no threshold to compute.

# %% [markdown]
# ### Exercise 1: the threshold of a cost matrix


# %% answer="bayes-threshold"
def bayes_threshold(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    """Return the probability at which flagging a sample begins to be the cheaper decision.

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
# Here is a test with 2% positives. A false alarm costs 1 and a miss 20, so $t^* = 1/21$. A model learns from
# 6,000 samples, and 10,000 new ones judge it. 6,000 more are
# **[validation](../../docs/glossary.md#validation-samples)** samples, on which a threshold may be tuned.

# %%
T_STAR = 1 / (1 + 20)


def draw(seed, family=make_gauss, prevalence=0.02):
    """Return samples to learn from, to tune on and to judge on."""
    sizes = enumerate((6000, 6000, 10_000))
    return [family(n, prevalence=prevalence, random_state=1000 * k + seed) for k, n in sizes]


def cost_per_sample(y, flagged, price=20):
    return np.mean(np.where(y == 1, price * ~flagged, 1.0 * flagged))


# %%
grid = np.geomspace(0.005, 0.6, 25)
curves = []
for seed in range(12):
    (X, y), _, (X_new, y_new) = draw(seed)
    p_new = LogisticRegression().fit(X, y).predict_proba(X_new)[:, 1]
    curves.append([cost_per_sample(y_new, p_new >= cut) for cut in grid])
mean = np.mean(curves, axis=0)
lowest, half, double = np.interp([T_STAR, T_STAR / 2, 2 * T_STAR], grid, mean)
print(f"half of t* costs {half / lowest - 1:+.0%}, double {double / lowest - 1:+.0%}")
with plots.picture(
    title="The formula finds the bottom of a wide valley",
    xlabel="threshold (logarithmic scale)",
    ylabel="cost per sample (false alarm = 1)",
    alt=f"A wide valley: the mean of 12 data sets is {lowest:.2f} at t* and {mean[-1]:.2f} at 0.6.",
) as ax:
    ax.plot(grid, np.transpose(curves), color="#bbbbbb", linewidth=0.8, linestyle="-")
    ax.semilogx(grid, mean, label="mean of 12 data sets")
    ax.axvline(T_STAR, color="black", linestyle=":", label="t* = 1/21")
    ax.axvline(0.5, color="#D55E00", linestyle="--", label="0.5")

# %% [markdown]
# The formula knew only two prices, and it lies at the bottom. The bottom is flat: half of $t^*$ or double costs a
# tenth more. So know the *order of magnitude* of your costs rather than their cents.

# %% [markdown]
# ## The threshold that was cheapest
#
# The formula needs right probabilities. Weights, resampling and boosting often give scores that are none (lessons
# 07 and 10). Then let the data choose: compute the cost at every threshold on samples with known truth. Only the
# distinct scores have to be tried, and one choice more, which flags nobody.
#
# From one threshold to the next only the samples with the next score change sides. So sort once and add up: each
# negative that joins the flagged adds $c_{FP}$, each positive takes $c_{FN}$ away. On the ten samples with
# $c_{FP} = 1$ and $c_{FN} = 5$:
#
# | threshold | nobody | 0.9 | 0.8 | 0.7 | 0.6 | 0.5 | 0.4 | 0.3 | 0.1 |
# | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
# | truth of those who join | | 1 | 0 | 1 | 1 | 0 | 0 | 0 and 1 | 0 and 0 |
# | cost | 20 | 15 | 16 | 11 | 6 | 7 | 8 | **4** | 6 |

# %% [markdown]
# ### Exercise 2: the cheapest threshold


# %% answer="min-cost-threshold"
def min_cost_threshold(y_true, y_score, cost_fp, cost_fn):
    """Return the threshold of least total cost. Right decisions are free.

    Sort once and add up: an answer that counts again at each threshold is right too, and takes
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

# %% [markdown] covers="E09 E10 E68"
# ## Correct once
#
# [Weights](../../docs/glossary.md#class-weight) count each miss 20 times (lesson 07), [SMOTE](../../docs/glossary.md#smote)
# invents positives (lesson 06). Guides advise using everything together, since "fixing one thing is not enough". Five
# models meet three thresholds: 0.5, $t^* = 1/21$, and the one that was cheapest on the validation samples. *Better
# regularised* is the plain model with its penalty cross-validated.
#
# **Predict:** which of the 15 pairs costs most?

# %%
my_prediction = None  # such as "SMOTE at 0.5"

# %%
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline as resampling_pipeline
from sklearn.model_selection import GridSearchCV

PLAIN, WEIGHTED = LogisticRegression(), LogisticRegression(class_weight={0: 1, 1: 20})
MODELS = {
    "untouched": PLAIN,
    "better regularised": GridSearchCV(PLAIN, {"C": [0.003, 0.03, 0.3]}, scoring="neg_log_loss"),
    "weights from costs": WEIGHTED,
    "SMOTE": resampling_pipeline(SMOTE(random_state=0), PLAIN),
    "SMOTE and weights": resampling_pipeline(SMOTE(random_state=0), WEIGHTED),
}

# %%
TRIED = 1 / (1 + np.exp(-np.linspace(-6, 7, 131)))


def three_costs(model, parts, price=20):
    """Return the cost per new sample at 0.5, at t* and at the tuned threshold."""
    train, (X_valid, y_valid), (X_new, y_new) = parts
    model.fit(*train)
    p_valid, p_new = (model.predict_proba(X)[:, 1] for X in (X_valid, X_new))
    tuned = min(TRIED, key=lambda cut: cost_per_sample(y_valid, p_valid >= cut, price))
    return [cost_per_sample(y_new, p_new >= cut, price) for cut in (0.5, 1 / (1 + price), tuned)]


# %%
costs = {n: np.array([three_costs(m, draw(k)) for k in range(10)]) for n, m in MODELS.items()}
print("you predicted:", my_prediction)
with plots.picture(
    title="Five models, each at three thresholds",
    xlabel="cost per new sample, mean of 10 data sets",
    ylabel="model",
    alt="Cost at 0.5, at t* and tuned: "
    + "; ".join(f"{n} {c.mean(axis=0).round(2).tolist()}" for n, c in costs.items()),
) as ax:
    for column, rule, marker in [(2, "tuned", "o"), (0, "at 0.5", "s"), (1, "at t*", "x")]:
        ax.plot([c[:, column].mean() for c in costs.values()], list(costs), marker, label=rule)
    ax.axvline(0.4, color="#555555", linestyle=":", label="flag nobody")
    ax.invert_yaxis()
    ax.legend(loc="upper right")

# %% [markdown]
# Look at the circles first: with a tuned threshold all five models cost nearly the same. The corrections hardly
# changed *who ranks above whom*; they moved the probabilities, and a tuned threshold moves along. Then the
# squares: at 0.5 a correction helps, because it does the work of a lower threshold. And the crosses: at $t^*$ the
# untouched model is right, and every correction before it is one too many. So begin with what costs least to try:
#
# 1. **costs and metric**;
# 2. a **threshold** on the untouched model;
# 3. **a better model**: features, regularisation, positives;
# 4. **weights or resampling**, which have to beat 1 to 3.

# %% [markdown]
# ### When the model cannot fit
#
# In this test a logistic regression can be exactly right. Where it can't, lesson 07 saw weights at 0.5 beat the
# threshold that the prices imply. Bach, Heckerman and Horvitz (2006) vary both, weights and threshold. Does the
# lead remain if both tune their threshold? Here a miss costs 100:

# %%
from imbalance_lab.datasets import make_bent
from imbalance_lab.experiments import interval


def change_by_weights(family, seed):
    parts = draw(seed, family, prevalence=0.05)
    pair = PLAIN, LogisticRegression(class_weight={0: 1, 1: 100})
    plain, weighted = (three_costs(model, parts, price=100)[2] for model in pair)
    return weighted / plain - 1


families = {"a line is right": make_gauss, "the log odds bend": make_bent}
changes = {n: interval([change_by_weights(f, k) for k in range(10)]) for n, f in families.items()}
plots.intervals(
    changes,
    title="With weights and without, both with a tuned threshold",
    xlabel="change of the bill by weights, as a share (10 draws)",
    ylabel="data",
    baseline=0.0,
    decimals=2,
)

# %% [markdown]
# So "weights only move the threshold" is right only for a model that fits. Both pictures are demonstrations on
# simulated data. Where the laboratory tuned the penalty too, it is not sure of the lead.

# %% [markdown]
# ## When nobody names a price
#
# Look at all prices. Let a found positive count 1. A threshold $t$ says that a false alarm costs $t/(1-t)$ of
# that, so what it brings in per sample is the **[net benefit](../../docs/glossary.md#net-benefit)** (Vickers and
# Elkin 2006)
#
# $$\text{NB}(t) = \frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1-t} .$$
#
# Drawn over all $t$ it is a **[decision curve](../../docs/glossary.md#decision-curve)**. A model is worth using
# at the prices where its curve lies above both "flag nobody", which is 0, and "flag everybody". At
# which prices is the fraud detector worth it, on later days?

# %%
prices = np.geomspace(0.001, 0.5, 60)
benefit = [np.mean((p_later >= t) * np.where(y_later == 1, 1, -t / (1 - t))) for t in prices]
everybody = y_later.mean() - (1 - y_later.mean()) * prices / (1 - prices)
with plots.picture(
    title="The decision curve of the fraud detector",
    xlabel="threshold, which is a price list (logarithmic scale)",
    ylabel="net benefit (found frauds per transaction)",
    alt=f"The model brings in {benefit[0]:.4f} at 0.001, flagging everybody {everybody[0]:.4f}."
    f" It is above both lines at all prices above {prices[benefit > np.maximum(everybody, 0)].min():.4f}.",
) as ax:
    ax.plot(prices, benefit, label="model")
    ax.plot(prices, everybody, linestyle="--", label="flag everybody")
    ax.axhline(0, color="#555555", linestyle=":", label="flag nobody")
    ax.set(xscale="log", ylim=(-0.002, 0.01))

# %% [markdown]
# Wherever the threshold is above 0.002. Below that, flag everybody.
#
# ### A recall that is promised
#
# *"We must find at least 90% of the cases."* Every threshold that is low enough keeps this promise, so take the
# highest one that does: with 180 validation positives, the score of the 162nd. Will it find 90% of *new*
# positives? **Predict** in how many of 100 cases.

# %%
my_prediction = None  # from 0 to 100

# %%
from imbalance_lab.evidence import study

print("you predicted:", my_prediction)
study("intervals").plot("as-counted")

# %% [markdown]
# The picture shows the share of cases in which the promise is kept, minus 0.95. It is kept in fewer than half,
# and with 20 positives in a third: $0.95 - 0.63$. No model is to blame: this threshold *just* reaches the recall
# on its own sample. What share the score of the $r$-th of $n$ positives finds has a beta distribution, so you can
# compute a safe rank. One row of the study, live:

# %%
from scipy import stats

for rank, n in ((162, 180), (165, 180), (168, 180), (169, 180), (20, 20)):
    kept = stats.beta.sf(0.9, rank, n + 1 - rank)
    print(f"threshold at positive {rank} of {n}: 90% is kept in {kept:.1%}")

# %% [markdown]
# The 169th is safe, so aim at 94% to promise 90%. Of 20 positives none is.

# %% [markdown]
# ## When a team sets the limit
#
# Three reviewers read 100 alerts a day and no more, which is their
# **[capacity](../../docs/glossary.md#capacity)**. Now one alert takes the place of another, and the formula's
# third condition fails. Take the **lowest** threshold that raises no more alerts than can be read. Mind the ties,
# for a threshold flags all samples of a score or none: with room for 7 of the ten samples six get flagged, since
# the seventh and the eighth have the same score.

# %% [markdown]
# ### Exercise 3: alerts within capacity


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

# %% [markdown] covers="E72"
# ## Every transaction has its own threshold
#
# A fraud of €500 is a greater loss than one of €8, so why should both be flagged at the same probability? Write
# $a$ for the amount. A review costs €4 whether it finds a fraud or not, and to pass costs $p\,(a + 15)$ on
# average. So flag if $p\,(a+15) \ge 4$, that is at or above
#
# $$t(a) = \frac{4}{a + 15} .$$
#
# For €5 that is 0.20, for €25 0.10, for €500 0.008. Nothing has to be learned again: the model says how likely,
# the amount says how bad. Correa Bahnsen and others (2013) used this rule on real card payments. Here are six
# simulated companies, each with an untouched model and one with balanced weights:


# %%
def flags_of(known, last, class_weight):
    model[-1].set_params(class_weight=class_weight, solver="newton-cholesky")  # it is quick
    p = model.fit(inputs(known), known["is_fraud"]).predict_proba(inputs(last))[:, 1]
    average = known.loc[known["is_fraud"] == 1, "amount"].mean()
    one, own = (4 / (amount + 15) for amount in (average, last["amount"].to_numpy()))
    return {"0.5": p >= 0.5, "one threshold": p >= one, "own thresholds": p >= own}


# %%
bills = []
for seed in range(6):
    known, last = split_by_time(make_transactions(20_000, random_state=seed))
    flags = flags_of(known, last, None)
    flags |= {f"{rule}, weights": f for rule, f in flags_of(known, last, "balanced").items()}
    fraud, amount, n = last["is_fraud"], last["amount"], len(last) / 1000
    bills.append({rule: cost_of_decisions(fraud, f, amount) / n for rule, f in flags.items()})
rules = [rule for rule in bills[0] if rule != "own thresholds"]
plots.intervals(
    {rule: interval([bill[rule] - bill["own thresholds"] for bill in bills]) for rule in rules},
    title="A threshold for each amount beats one for all",
    xlabel="€ per 1,000 transactions more than with own thresholds (6 companies)",
    ylabel="rule",
    baseline=0.0,
    baseline_label="own thresholds",
    decimals=0,
)

# %% [markdown]
# One threshold from the average loss saves a large part, and a threshold for each amount saves more. Balanced
# weights *before* a computed threshold correct twice, and cost most of all.

# %% [markdown]
# ## Costs that nobody knows exactly
#
# Ask what a missed fraud costs, and you hear a range: *"Between €0.80 and €34, most likely about €1."* Such an
# answer is often taken for a triangle with its tip at the most likely value.

# %%
from imbalance_lab.exercises.ranges import CURVE, team

one = team(0)
print(f"{one.y_true.sum()} frauds; alarms cost {one.cost_fp}, misses {one.cost_fn}")

# %% [markdown]
# Every day has its own costs, drawn from two such triangles, and one threshold has to serve for 60 days. The
# scores of some teams are probabilities, of some they come from a model with balanced weights, of some they are
# log odds. You have 5,000 labelled transactions of each. A threshold is worth the share of the bill that it saves
# on *later* days, against flagging nobody or everybody, whichever is cheaper.

# %%
plots.points_curve(CURVE, title="Points for choosing thresholds")

# %% [markdown]
# ### Exercise 4: a threshold for uncertain costs
#
# The graded cell asks for six teams of the same kinds as the hidden ones, and adds up. No threshold is worth less
# than −1. `team(7).worth(t)` is what a threshold `t` would have been worth to team 7. Points are rounded down to
# halves.


# %% answer="choose-threshold"
def choose_threshold(y_true, y_score, cost_fp, cost_fn):
    """Return the threshold that a team should use on its later days.

    Parameters
    ----------
    y_true : ndarray of shape (n_samples,)
        Labels, 0 or 1, of transactions that the team's detector has not learned from.
    y_score : ndarray of shape (n_samples,)
        Their scores: of any size, and not always probabilities.
    cost_fp, cost_fn : tuple of three floats
        Lowest, most likely and highest cost of a false alarm, and of a miss, in euros. The costs
        of a day are drawn from a triangular distribution with these three numbers, as
        `numpy.random.Generator.triangular` draws. Right decisions are free.

    Returns
    -------
    float
        A transaction is flagged if its score is at or above it. `math.inf` flags nobody.

    Example by hand: y_true = [1, 0], y_score = [0.6, 0.7]. If a miss costs (1, 2, 3) and a false
    alarm (8, 9, 10), flagging both costs 8 to 10 and flagging nobody at most 3: math.inf.
    """
    ### BEGIN SOLUTION
    from sklearn.metrics import confusion_matrix_at_thresholds

    mean_fp, mean_fn = np.mean(cost_fp), np.mean(cost_fn)
    _, fp, fn, _, cuts = confusion_matrix_at_thresholds(y_true, y_score)
    bills = mean_fp * fp + mean_fn * fn
    nobody = mean_fn * np.sum(y_true)
    return float(cuts[bills.argmin()]) if bills.min() < nobody else float("inf")
    ### END SOLUTION


# %% try="choose-threshold"
choose_threshold(*one[:4])

# %% graded="choose-threshold" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranges import judge
from imbalance_lab.exercises.thresholds import CHOOSE_THRESHOLD, PRACTICE

by = judge(PRACTICE, "for six teams to practise on")
check(choose_threshold, CHOOSE_THRESHOLD).earns(5, by=by, on=by.calls, says="a threshold")
### BEGIN HIDDEN TESTS
from imbalance_oracles.thresholds import hidden_teams

by = judge(hidden_teams(), "for six hidden teams")
check(choose_threshold, CHOOSE_THRESHOLD).earns(5, by=by, on=by.calls, says="a threshold")
### END HIDDEN TESTS

# %% [markdown]
# ## Never on the test rows
#
# To choose a threshold on the rows that judge is the leak of lesson 04. So **[threshold
# tuning](../../docs/glossary.md#threshold-tuning)** has three parts: fit on one, tune on the second, judge on the
# third. With probabilities that you trust and known costs, compute the threshold. With some hundred positives,
# tune it. With neither, calibrate first (lesson 10) or collect positives.
#
# In scikit-learn `FixedThresholdClassifier` keeps a computed threshold, and `TunedThresholdClassifierCV` finds
# one by a *[scorer](../../docs/glossary.md#scorer)*, inside the training rows: see the second notebook.

# %% [markdown]
# ## Move it yourself
#
# Here are the later days, priced at the average loss of *earlier* frauds, which were smaller, less the €4 of a
# review. Jump to the least cost, then walk to half and to double of that. What does the
# best F1 cost?

# %%
from imbalance_lab.explorers import threshold_explorer

loss = round(float(past.loc[past["is_fraud"] == 1, "amount"].mean()) + 15 - 4)
threshold_explorer(y_later, p_later, cost_fp=4, cost_fn=loss)

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

plain, both = costs["untouched"], costs["SMOTE and weights"]
Claim(
    "Adjusting the threshold helps with imbalanced classes.",
    verdict=study("threshold").verdict_on("own-threshold"),
    because=(
        "a flag pays at all. In the laboratory a threshold of its own instead of 0.5 changed the bill of tuned models by"
        f" {study('threshold').interval('own-threshold'):+.0%}. Here 1/21 changed it by {interval(plain[:, 1] - plain[:, 0]):+.2f}"
        f" per sample; weights at 0.5 came within {interval(costs['weights from costs'][:, 0] - plain[:, 1]):+.3f} of that."
    ),
    reference="elkan2001",
    evidence="E95 E72",
)

# %%
bill = study("plans").interval
Claim(
    "For severe imbalance use all strategies together; fixing one thing is not enough.",
    verdict="holds only if",
    because=(
        "it is enough that they cost no more, and your data are like the laboratory's small dense groups. There the plan of this course cost"
        f" {bill('card-everything', world='dense'):+.0%} compared with everything at once, on two other families {bill('card-everything', world='gauss'):+.0%} and {bill('card-everything', world='nonlinear'):+.0%}; 46 real"
        " sets differ too much to tell. Here SMOTE, weights and a threshold from the costs changed the cost of the threshold alone by"
        f" {interval(both[:, 1] - plain[:, 1]):+.2f} per sample, and with tuned thresholds by {interval(both[:, 2] - plain[:, 2]):+.3f}."
        f" Where the model could not fit, weights changed the bill of a tuned threshold by {changes['the log odds bend']:+.0%}."
    ),
    reference="bach2006",
    evidence="E68 E10 E09",
)

# %%
Claim(
    "Lowering the threshold raises recall and lowers precision.",
    verdict="holds only if",
    because=(
        "“raises” is read as “does not lower” and precision is meant on average. In 200 test sets recall never"
        f" fell; precision rose in {max(rises):.0%} of them on one step and in {min(rises):.0%} on another."
    ),
    reference="manning2008",
    evidence="E70 E71",
)

# %%
Claim(
    "In cancer detection a threshold of 0.2 to 0.3 is right.",
    verdict="does not hold",
    because=(
        f"This prices a miss at {0.7 / 0.3:.1f} to {0.8 / 0.2:.1f} false alarms. If it is ten times as bad the"
        f" threshold is {1 / 11:.2f}, and where weights or resampling have moved the probabilities, another."
    ),
    reference="elkan2001",
    evidence="E74",
)

# %% [markdown]
# ## Quiz
#
# **1.** A false alarm costs €5, a miss €95, right decisions nothing. The probabilities are right, the prevalence
# is 1%. At which probability do you begin to flag?
#
# - a) 0.5
# - b) 0.053
# - c) 0.05
# - d) 0.01
#
# **2.** Look at the picture of the ladder. On which step did precision rise most often?
#
# - a) 0.5 to 0.3
# - b) 0.3 to 0.2
# - c) 0.2 to 0.1
# - d) 0.1 to 0.05
#
# **3.** A colleague trains with weights of 1 to 50 because a miss costs 50, and flags at 1/51 or above because a
# miss costs 50. The model fits well. He decides as if a miss cost how many false alarms?
#
# - a) 50
# - b) 51
# - c) 100
# - d) 2,500
#
# **4.** Among 1,000 patients 20 are ill. At a threshold of 0.1 a model finds 15 of them and flags 90 others. What
# is its net benefit?
#
# - a) 0.005
# - b) 0.006
# - c) 0.015
# - d) −0.075
#
# **5.** A payment of €65 has a probability of fraud of 0.06, one of €25 has 0.08. Which do you send to a
# review at €4?
#
# - a) Both
# - b) Only the one of €65
# - c) Only the one of €25
# - d) Neither

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "a", 3: "d", 4: "a", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.thresholds import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A hospital has a model that predicts which patients will fall ill with sepsis; 2% do. A memo says: *"We
# oversampled with SMOTE, trained with balanced weights, and set the threshold to 0.3 because recall on the test
# set was then 0.95. The nurses can see 30 patients a day."* Answer in five to eight sentences: what is wrong, and
# how would you choose the threshold?

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
# - 0.5 says that a miss and a false alarm cost the same. State your prices and compute the threshold.
# - No prices? Draw the decision curve, or promise a recall or a number of alerts, with a margin.
# - Costs that differ by case give each case its own threshold.
# - Correct once, unless the model can't fit.
# - Tune on validation rows, never on test rows.
#
# **New words:** *cost matrix*, *decision value*, *validation samples*, *net benefit*, *decision curve*,
# *capacity*, *threshold tuning*, *scorer*.
#
# ## Further reading
#
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
# - Bach et al. (2006). [*Considering cost asymmetry in learning
#   classifiers*](../../docs/bibliography.md#bach2006).
# - Correa Bahnsen et al. (2013). [*Cost sensitive credit card fraud detection using Bayes minimum
#   risk*](../../docs/bibliography.md#correabahnsen2013).
# - Manning et al. (2008). [*Introduction to information
#   retrieval*](../../docs/bibliography.md#manning2008).
# - Vickers & Elkin (2006). [*Decision curve analysis: a novel method for evaluating prediction
#   models*](../../docs/bibliography.md#vickers2006).
#
# **Next:** lesson 10 asks whether probabilities deserve the trust that the formula puts in them.
