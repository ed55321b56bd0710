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
# # 02 · Metrics that tell the truth: which number answers your question?
#
# **At the end you can**
#
# - turn decisions into counts, and counts into precision, recall and their relatives;
# - say what prevalence does to a measure, and which price of a miss it hides;
# - choose the detector that a client needs, and show why;
# - give a recall from twenty positives an interval that can be believed.
#
# **Time** 80 minutes. **You need** NumPy, pandas, and `fit` and `predict` of scikit-learn.
# **Builds on** lesson 01 (prevalence, the four outcomes, costs). Each number here judges
# *decisions*; lesson 03 judges the scores behind them.

# %% [markdown]
# ## A detector with two good numbers
#
# A vendor offers a fraud detector. On independent tests it **finds 90% of all frauds** and **leaves
# 95% of the legitimate transactions in peace**. One transaction in a hundred is a fraud.

# %%
from imbalance_lab import plots

frauds, others = 100, 9_900  # among 10,000 transactions

# %% [markdown]
# **Predict before you run.** The detector raises an alarm. How likely is it that the alarm is a
# fraud?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
caught, false_alarms = round(0.90 * frauds), round(0.05 * others)
share = caught / (caught + false_alarms)
print(f"{caught} of {frauds} frauds raise an alarm, and so do {false_alarms} of {others:,} others")
print(f"you predicted {my_prediction}; of the alarms, {share:.2f} are frauds")

# %% [markdown]
# The vendor did not lie: 5% of 9,900 is more than 90% of 100. If you guessed far higher, you
# took a number about the *frauds* for a number about the *alarms*. Each answers a question of its own.

# %% [markdown]
# ## Four counts, and which class is which
#
# Everything here is made of true negatives (TN), false positives (FP), false negatives (FN) and true
# positives (TP). Of these ten transactions three are frauds, and five were flagged. The
# [matrix](../../docs/glossary.md#confusion-matrix) has a row for each true class and a column for each
# decision.

# %% covers="E22"
import numpy as np
from sklearn.metrics import confusion_matrix

truth = ["ok"] * 7 + ["fraud"] * 3
flags = ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2
plots.confusion_matrix(truth, flags, pos_label="fraud", title="Ten transactions")

# %% [markdown]
# In scikit-learn `matrix[1][0]` is truly class 1, predicted class 0, and `ravel` reads row by row: TN,
# FP, FN, TP. That is right only if you name the classes, negative first. Otherwise they are *sorted*,
# and "fraud" comes before "ok":

# %%
matrix = confusion_matrix(truth, flags, labels=["ok", "fraud"])
print("missed frauds, matrix[1][0]:", matrix[1][0])
print("TN, FP, FN, TP with labels:   ", *matrix.ravel())
print("TN, FP, FN, TP without labels:", *confusion_matrix(truth, flags).ravel())

# %% [markdown]
# In the last line the classes have changed places, without a warning. So name the positive class in
# every call: `pos_label="fraud"` for a measure, `labels` for a matrix. (In scikit-learn's breast
# cancer data, *malignant* is 0.)

# %% [markdown]
# ### Exercise 1: count them


# %% answer="confusion-counts"
def confusion_counts(y_true, y_pred, pos_label):
    """Count the four outcomes, seen from one class.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels of any kind, of two classes or more. Rows belong together by
        their position, whatever index a Series has.
    pos_label : label
        The positive class. All other labels together are the negative class. It may be absent
        from `y_true`, from `y_pred`, or from both.

    Returns
    -------
    tuple of int
        The counts (tn, fp, fn, tp), in this order. A library may do the counting.

    Example by hand: the ten transactions above, with pos_label="fraud", give (4, 3, 1, 2).
    """
    ### BEGIN SOLUTION
    truth, flagged = np.asarray(y_true) == pos_label, np.asarray(y_pred) == pos_label
    tn, fp = np.sum(~truth & ~flagged), np.sum(~truth & flagged)
    fn, tp = np.sum(truth & ~flagged), np.sum(truth & flagged)
    return int(tn), int(fp), int(fn), int(tp)
    ### END SOLUTION


# %% try="confusion-counts"
confusion_counts(truth, flags, pos_label="fraud")

# %% graded="confusion-counts" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import CONFUSION_COUNTS

ten = ["ok"] * 7 + ["fraud"] * 3, ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2
check(confusion_counts, CONFUSION_COUNTS).on(*ten, pos_label="fraud").gives((4, 3, 1, 2))
check(confusion_counts, CONFUSION_COUNTS).on([0, 0], [0, 0], pos_label=1).gives((2, 0, 0, 0))
check(confusion_counts, CONFUSION_COUNTS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(confusion_counts, CONFUSION_COUNTS).keeps_its_contract(keys.CONFUSION_COUNTS.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E13 E14"
# ## Two questions, two denominators
#
# You can ask about the alarms, or about the frauds:
#
# $$\text{precision} = \frac{TP}{TP + FP} \qquad \text{recall} = \frac{TP}{TP + FN}$$
#
# **[Precision](../../docs/glossary.md#precision)**: *of what I flagged, which share is right?* It
# matters where alarms are expensive, such as blocked customers.
# **[Recall](../../docs/glossary.md#recall)**: *of what was there to be found, which share did I
# find?* It matters where a miss is expensive, such as an illness. Recall is also called *sensitivity*
# or *true positive rate*, precision *positive predictive value*.
#
# About the other class,
# **[specificity](../../docs/glossary.md#specificity)** is the share of the negatives that were left
# in peace, and the **[false positive rate](../../docs/glossary.md#false-positive-rate)** is 1 minus
# specificity.

# %%
from sklearn.metrics import precision_score, recall_score

for positive in ("fraud", "ok"):
    precision = precision_score(truth, flags, pos_label=positive)
    recall = recall_score(truth, flags, pos_label=positive)
    print(f"positive class {positive!r:7}: precision {precision:.2f}, recall {recall:.2f}")

# %% [markdown]
# Two of five alarms are right, and two of three frauds were found. The second line calls the wrong
# class positive: its recall is the specificity, and its good precision is about the wrong thing.
#
# Each alone comes for free: flag everybody, and recall is 1. Flag only the surest case, and precision
# likely is. Flag *nobody*, and precision is 0 of 0: it has no value, and a library has to
# return something.

# %%
nobody = ["ok"] * 10
for value in (0.0, 1.0):
    undefined = precision_score(truth, nobody, pos_label="fraud", zero_division=value)
    print(f"zero_division={value}: precision of flagging nobody is {undefined:.1f}")

# %% [markdown]
# Neither value was measured, so say which convention you use. In this lesson it is 0.

# %% [markdown]
# ### Exercise 2: precision and recall


# %% answer="precision-recall"
def precision_recall(y_true, y_pred, pos_label=1):
    """Return precision and recall of one class.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels of any kind. Rows belong together by their position, whatever
        index a Series has.
    pos_label : label, default=1
        The positive class. All other labels are negative.

    Returns
    -------
    precision : float
        Share of the flagged samples that are positive; 0.0 if nothing was flagged.
    recall : float
        Share of the positive samples that were flagged; 0.0 if there is no positive.

    Write both from counts; scikit-learn's functions of these names are not accepted here.

    Example by hand: the ten transactions above have 2 right alarms among 5, and 2 found frauds
    among 3, so pos_label="fraud" gives (0.4, 0.6666...).
    """
    ### BEGIN SOLUTION
    truth, flagged = np.asarray(y_true) == pos_label, np.asarray(y_pred) == pos_label
    tp, n_flagged, n_positive = (int(np.sum(found)) for found in (truth & flagged, flagged, truth))
    precision = tp / n_flagged if n_flagged else 0.0
    recall = tp / n_positive if n_positive else 0.0
    return precision, recall
    ### END SOLUTION


# %% try="precision-recall"
np.round(precision_recall(truth, flags, pos_label="fraud"), 3)

# %% graded="precision-recall" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import PRECISION_RECALL

ten = ["ok"] * 7 + ["fraud"] * 3, ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2
check(precision_recall, PRECISION_RECALL).on(*ten, pos_label="fraud").gives((0.4, 2 / 3))
check(precision_recall, PRECISION_RECALL).on([0, 0, 1], [0, 0, 0]).gives((0.0, 0.0))
check(precision_recall, PRECISION_RECALL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(precision_recall, PRECISION_RECALL).keeps_its_contract(keys.PRECISION_RECALL.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### What an alarm adds to what you knew
#
# Why did two good numbers give a poor precision? Before the alarm there was 1 fraud for 99 others:
# those are the [odds](../../docs/glossary.md#odds). Frauds raise an alarm with probability 0.90,
# others with 0.05, so an alarm is 18 times as likely from a fraud. This factor, recall divided by the
# false positive rate, is the **[likelihood ratio](../../docs/glossary.md#likelihood-ratio)** of an
# alarm. It multiplies the odds (Bayes' rule): 18 frauds for 99 others, a precision of $18/117=0.15$.
#
# At a prevalence of one half it is 18 to 1, or 0.95; at one in a thousand 18 to 999, or 0.02. The
# detector is the same. When somebody quotes a precision, ask: at which prevalence?

# %% [markdown] covers="E15"
# ## One number out of two
#
# To choose between models one number is handy. The plain mean of precision and recall will not do:
# flag everybody at a prevalence of 0.01, and it is above one half. The *harmonic* mean is small as
# soon as either is small. It is called [F1](../../docs/glossary.md#f1):
#
# $$F_1=\frac{2\cdot\text{precision}\cdot\text{recall}}{\text{precision}+\text{recall}}=\frac{2\,TP}{2\,TP+FP+FN}$$
#
# For the ten transactions it is $4/(4+3+1)=0.5$. [F-beta](../../docs/glossary.md#f-beta) leans towards
# recall for β above 1, towards precision below.
#
# Look at what F1 says about one and the same knowledge. As in lesson 01, `make_gauss` tells the *true*
# probability of every sample: nothing better can be known. **Predict:** at a prevalence of 1%, what is
# the F1 of perfect knowledge at the threshold 0.5?

# %%
my_prediction = None  # your guess, between 0 and 1

# %% covers="E25"
from sklearn.metrics import confusion_matrix_at_thresholds

from imbalance_lab.datasets import make_gauss

curves, best_f1, best_cut, f1_at_half = {}, {}, {}, {}
for pi in (0.5, 0.1, 0.01):
    _, y, p = make_gauss(200_000, prevalence=pi, return_proba=True, random_state=0)
    _, fp, fn, tp, cuts = confusion_matrix_at_thresholds(y, p)
    f1 = 2 * tp / (2 * tp + fp + fn)
    curves[pi] = cuts, f1
    best_f1[pi], best_cut[pi], f1_at_half[pi] = f1.max(), cuts[f1.argmax()], f1[cuts >= 0.5][-1]
print(f"you predicted {my_prediction}; at 1% and the threshold 0.5, F1 is {f1_at_half[0.01]:.2f}")

# %%
with plots.picture(
    title="The best threshold for F1 moves with the prevalence",
    xlabel="threshold on the true probability",
    ylabel="F1",
    alt="F1 against the threshold rises to one peak and falls. The peak: "
    + "; ".join(f"F1 {best_f1[pi]:.2f} at {best_cut[pi]:.2f}, prevalence {pi:g}" for pi in curves),
) as ax:
    for pi, (cuts, f1) in curves.items():
        (line,) = ax.plot(cuts[::50], f1[::50], label=f"prevalence {pi:g}")
        ax.plot(best_cut[pi], best_f1[pi], "o", color=line.get_color())
    ax.axvline(0.5, color="#555555", linestyle=":", label="the usual 0.5")
    ax.set_ylim(0, 1.15)
    ax.legend(loc="upper left", ncols=2)

# %% [markdown]
# The same knowledge earns an F1 of about 0.8, or of less than 0.1. So compare an F1 only with
# another F1 on the *same* data, both at thresholds that were *chosen*.
#
# There is a law behind the peaks. Suppose that, of $P$ positives, you may catch one more at the price
# of $x$ further false alarms. F1 stays the same if
#
# $$\frac{2\,(TP+1)}{TP+1+FP+x+P}=F_1,$$
#
# that is, if $2=F_1(1+x)$, or $x=2/F_1-1$.
# So F1 has a [price list](../../docs/glossary.md#price-list): **a miss costs as much as $2/F_1-1$
# false alarms.** A case with probability $p$ is worth flagging if $p\,x>1-p$, that is if $p>F_1/2$.
# With right probabilities the best threshold is half of the best F1 (Lipton, Elkan and Naryanaswamy
# 2014). Check it on the dots of the picture.
#
# Try it on the transactions, priced as in lesson 01. Let the threshold jump to the best F1, then to the
# least cost. Which way does it move, and what happens to recall?

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder
from imbalance_lab.explorers import threshold_explorer


def fraud_probabilities(n_samples, seed):
    """Return the later transactions and their probabilities from a model of the earlier ones."""
    train, later = split_by_time(make_transactions(n_samples, random_state=seed))
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    model.fit(train.drop(columns="is_fraud"), train["is_fraud"])
    return later, model.predict_proba(later.drop(columns="is_fraud"))[:, 1]


later, probability = fraud_probabilities(40_000, seed=0)
average_loss = round(float(later.loc[later["is_fraud"] == 1, "amount"].mean()) + 15 - 4)
threshold_explorer(later["is_fraud"], probability, cost_fp=4, cost_fn=average_loss)

# %% [markdown] covers="E16"
# ## Both classes in one number
#
# F1 ignores the true negatives. Three measures use all four counts.
# **[Balanced accuracy](../../docs/glossary.md#balanced-accuracy)** is the mean of recall and
# specificity; a constant answer gets one half. The **[G-mean](../../docs/glossary.md#g-mean)** is the
# root of their product. The **[Matthews correlation](../../docs/glossary.md#matthews-correlation)**
# (MCC) is the correlation between truth and decision, both coded 0 and 1; 0 is guessing:
#
# $$\text{MCC}=\frac{TP\cdot TN-FP\cdot FN}{\sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}}$$
#
# "Balanced accuracy is unaffected by class proportions" is often said in its praise. Take one detector and
# let frauds get rarer. **Predict:** of balanced accuracy, MCC, F1 and precision, which fall?

# %%
my_prediction = None  # your guess, some of these names

# %%
import pandas as pd
from scipy.stats import norm

# Scores of negatives lie around 0, of positives around 1.8; what is above 0.9 is flagged.
recall, specificity = norm.sf(0.9 - 1.8), norm.cdf(0.9)
pi = np.logspace(-3, np.log10(0.5), 100)
odds = pi / (1 - pi) * recall / (1 - specificity)
flagged = pi * recall + (1 - pi) * (1 - specificity)
measures = {
    "balanced accuracy": np.full(100, (recall + specificity) / 2),
    "Matthews correlation": (recall + specificity - 1)
    * np.sqrt(pi * (1 - pi) / (flagged * (1 - flagged))),
    "F1": 2 * pi * recall / (flagged + pi),
    "precision": odds / (1 + odds),
}

# %%
ends = [f"{name} from {v[-1]:.2f} to {v[0]:.3f}" for name, v in measures.items()]
with plots.picture(
    title="One detector, every prevalence: what moves and what does not",
    xlabel="prevalence (log scale)",
    ylabel="value",
    alt=f"Between a prevalence of 0.5 and 0.001: {', '.join(ends)}.",
) as ax:
    pd.DataFrame(measures, index=pi).plot(ax=ax, logx=True, ylim=(0, 1))
print("you predicted that these fall:", my_prediction)

# %% [markdown]
# Three of the four fall. Balanced accuracy stays where it is by construction: recall and
# specificity look at one class each. It does not say that, at one in a thousand, fewer than one
# alarm in a hundred is right.
#
# So there are two families. Recall, specificity, balanced accuracy and G-mean describe the *detector*,
# while frauds still look like those frauds. Precision, F1 and MCC describe it *at one prevalence*.
# Whoever has to live with the alarms needs the second family.

# %% [markdown] covers="E12"
# ## Every measure has a price list
#
# A measure that ranks models says how many false alarms it would accept to avoid one miss. You know
# F1's. For balanced accuracy one catch more adds $\frac{1}{2P}$, and $x$ false alarms among $N$
# negatives take away $\frac{x}{2N}$, so it stands still at $x=N/P$.
#
# |measure|price of a miss, in false alarms|depends on|
# |---|---|---|
# |accuracy|$1$|nothing|
# |$F_\beta$|$(1+\beta^2)/F_\beta-1$|β, and how good the model is|
# |balanced accuracy|$N/P=(1-\pi)/\pi$|the prevalence|
# |cost|$c_{FN}/c_{FP}$|what the mistakes cost you|
#
# Only the last line holds *your* prices. Does it matter? In this demonstration each measure chooses the
# threshold of the same model on the first half of the later transactions, and you pay for its choice
# on the second. A review costs €4, a missed fraud its amount and €15.

# %%
from imbalance_lab.datasets import cost_of_decisions


def favourite_thresholds(y, p, loss):
    """Return the threshold at which each measure is highest."""
    _, fp, fn, tp, cuts = confusion_matrix_at_thresholds(y, p)
    values = {
        "accuracy": tp - fp,
        "F1": 2 * tp / (2 * tp + fp + fn),
        "F2": 5 * tp / (5 * tp + 4 * fn + fp),
        "balanced accuracy": tp / y.sum() - fp / (1 - y).sum(),
        "cost": -(4 * (tp + fp) + loss * fn),
    }
    return {name: cuts[value.argmax()] for name, value in values.items()}


# %%
def bills(seed):
    """Return the bill of each measure's choice, in euros per 1,000 transactions."""
    later, p = fraud_probabilities(40_000, seed)
    y, amount = later["is_fraud"].to_numpy(), later["amount"].to_numpy()
    first = np.arange(len(y)) < len(y) // 2
    miss = amount[first & (y == 1)].mean() + 15
    chosen = favourite_thresholds(y[first], p[first], miss)
    y, p, amount = y[~first], p[~first], amount[~first]
    paid = {m: 1000 / len(y) * cost_of_decisions(y, p >= cut, amount) for m, cut in chosen.items()}
    return paid | {"a miss, in reviews": miss / 4}


# %%
from imbalance_lab.experiments import interval

paid = pd.DataFrame([bills(seed) for seed in range(10)])
print(f"a missed fraud costs as much as {paid.pop('a miss, in reviews').mean():.0f} reviews")
extra = {name: interval(paid[name] - paid["cost"]) for name in paid if name != "cost"}
plots.intervals(
    extra,
    title="What a measure's favourite threshold costs, ten simulated companies",
    xlabel="€ per 1,000 transactions more than if the cost chooses",
    ylabel="measure in charge",
    baseline=0.0,
    baseline_label="the cost chooses",
    decimals=0,
)

# %% [markdown]
# The model is the same in every row, and the bill depends on which number was put in charge. Where a
# missed fraud costs 36 reviews, accuracy prices it at 1, F1 at 3 to 4 and F2 at about 10, so they flag
# too little. Balanced accuracy, at about 88, comes closest *here*; at another prevalence it would not. Where costs can be named, even roughly, choose by cost (lesson
# 09).

# %% [markdown]
# ## A detector for each client
#
# Now put the pieces together for somebody who has to buy. Two detectors were tested on 1,000
# labelled transactions, 100 of them frauds. The client has 1 fraud in 100 transactions; a false alarm
# costs €10, a miss €200.
#
# ||caught of 100 frauds|flagged of 900 others|F1 on the test set|
# |---|---|---|---|
# |A|60|9 (1%)|0.71|
# |B|80|63 (7%)|0.66|
#
# Count for 10,000 of *the client's* transactions, 100 frauds and 9,900 others. A misses 40 and raises
# 99 false alarms, which is €8,990. B misses 20 and raises 693: €10,930. The client needs A. On the
# test set as it stands B would look cheaper, with €4,630 against €8,090. And the price decides:

# %%
price = np.array([0, 600])
with plots.picture(
    title="Which detector is cheaper depends on the client's price of a miss",
    xlabel="price of a miss (€)",
    ylabel="bill for 10,000 transactions (€)",
    alt="Two straight lines: A is cheaper below a price of 297 euros for a miss, B above it.",
) as ax:
    ax.plot(price, 990 + 40 * price, label="A: 40 misses, 99 false alarms")
    ax.plot(price, 6930 + 20 * price, label="B: 20 misses, 693 false alarms")
    ax.axvline(297, color="#555555", linestyle=":", label="both cost the same, at €297")

# %% [markdown]
# Now five clients choose among six detectors. Each has a test set with one fraud in ten rows, and
# its own prices and prevalence. Write the rule that chooses. It is judged by the share of the loss
# that your choices save on *later* transactions; the loss is what all frauds cost if nobody is
# flagged.

# %%
from imbalance_lab.exercises.clients import CURVE

plots.points_curve(CURVE, title="Points for choosing detectors")

# %% [markdown]
# ### Exercise 3: choose for five clients
#
# The highest F1 for every client gets 0.5 to 0.8 of the reference; other measures get less. Points
# are rounded down to halves.


# %% answer="choose-detector"
def choose_detector(test, prevalence, cost_fp, cost_fn):
    """Return the name of the detector that a client should use.

    Parameters
    ----------
    test : DataFrame
        Labelled transactions: the column `is_fraud` (1 or 0), and for each detector a column of
        its name, which is 1 where it flagged and 0 elsewhere. Every detector has flagged somebody.
    prevalence : float
        Share of frauds among the client's own transactions, above 0 and below 1. It differs from
        that in `test`.
    cost_fp, cost_fn : float
        What a false alarm and a miss cost the client, in euros. A caught fraud costs nothing.

    Returns
    -------
    str
        The name of one of the detectors.

    Example by hand: the two detectors above, with prevalence 0.01, cost_fp 10 and cost_fn 200,
    give "A", and with cost_fn 1000 they give "B".
    """
    ### BEGIN SOLUTION
    frauds, others = test[test["is_fraud"] == 1], test[test["is_fraud"] == 0]
    bill = {
        name: prevalence * (1 - frauds[name].mean()) * cost_fn
        + (1 - prevalence) * others[name].mean() * cost_fp
        for name in test.columns.drop("is_fraud")
    }
    return min(bill, key=bill.get)
    ### END SOLUTION


# %% try="choose-detector"
from imbalance_lab.exercises.metrics import two_detectors

[choose_detector(two_detectors(), 0.01, 10, cost_fn) for cost_fn in (200, 1000)]

# %% graded="choose-detector" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import CHOOSE_DETECTOR, practice_clients

judge = practice_clients()
check(choose_detector, CHOOSE_DETECTOR).earns(5, by=judge, on=judge.calls, says="a detector")
### BEGIN HIDDEN TESTS
from imbalance_oracles.metrics import hidden_clients

judge = hidden_clients()
check(choose_detector, CHOOSE_DETECTOR).earns(5, by=judge, on=judge.calls, says="a detector")
### END HIDDEN TESTS

# %% [markdown]
# ## How sure is a recall from twenty positives?
#
# A test set has 20 frauds and 18 are caught: recall 0.90. Of another 20 it might have been 15.
# **Predict:** between which values would you look for the true recall?

# %%
my_prediction = None  # your guess, such as (0.85, 0.95)

# %% [markdown]
# The textbook [interval](../../docs/glossary.md#interval), named after Wald, is $\hat p\pm
# z\sqrt{\hat p(1-\hat p)/n}$ with $z=1.96$ for 95%. Note that $n$ is the number of *positives*, however
# many negatives there are.

# %%
for caught in (18, 20):
    p_hat = caught / 20
    print(f"{caught} of 20: {p_hat:.2f} ± {1.96 * np.sqrt(p_hat * (1 - p_hat) / 20):.2f}")
print("you predicted for 18 of 20:", my_prediction)

# %% [markdown]
# The first reaches above 1, and the second claims certainty. The mistake is to take the spread from
# $\hat p$, the very number that is uncertain. Ask instead: *which true recalls $p$ would make $\hat p$
# unsurprising?* Those with
#
# $$|\hat p-p|\le z\sqrt{p\,(1-p)/n}.$$
#
# Squared, this is a quadratic inequality in $p$. Its two roots are [Wilson's
# interval](../../docs/glossary.md#wilson-interval) (1927):
#
# $$\frac{1}{1+z^2/n}\left(\hat p+\frac{z^2}{2n}\;\pm\;z\sqrt{\frac{\hat p(1-\hat p)}{n}+\frac{z^2}{4n^2}}\right)$$
#
# Its centre is drawn towards one half, and it never leaves 0 to 1. For another confidence $1-\alpha$
# take $z$ as the $1-\alpha/2$ quantile of the normal distribution, `scipy.stats.norm.ppf`.

# %% [markdown]
# ### Exercise 4: Wilson's interval


# %% answer="wilson-interval"
from scipy.stats import norm


def wilson_interval(n_successes, n, confidence=0.95):
    """Return Wilson's two-sided confidence interval of a share.

    Parameters
    ----------
    n_successes : int
        How many of the trials succeeded, from 0 to n. For recall: the positives that were caught.
    n : int
        Number of trials, at least 1. For recall: all positives.
    confidence : float, default=0.95
        Between 0 and 1, exclusive.

    Returns
    -------
    low, high : float

    Write it from the formula; `norm.ppf` gives the quantile z, but a library's function for the
    whole interval is not accepted here.

    Example by hand: for 0 of 20 at 95%, z * z is 3.84. The observed share is 0, so the two terms
    inside the brackets are both z * z / 40, and the interval runs from 0 to 3.84 / 23.84 = 0.161.
    """
    ### BEGIN SOLUTION
    z = float(norm.ppf((1 + confidence) / 2))
    share = n_successes / n
    centre = share + z**2 / (2 * n)
    half_width = z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    shrink = 1 + z**2 / n
    return (centre - half_width) / shrink, (centre + half_width) / shrink
    ### END SOLUTION


# %% try="wilson-interval"
np.round(wilson_interval(18, 20), 3)

# %% graded="wilson-interval" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import WILSON_INTERVAL

check(wilson_interval, WILSON_INTERVAL).on(0, 20).gives((0.0, 0.161), abs_=1e-3)
check(wilson_interval, WILSON_INTERVAL).on(18, 20).gives((0.699, 0.972), abs_=1e-3)
check(wilson_interval, WILSON_INTERVAL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(wilson_interval, WILSON_INTERVAL).keeps_its_contract(keys.WILSON_INTERVAL.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Does "95%" mean 95%?
#
# Of many such intervals, 95% should hold the true recall. The share that does is the
# **[coverage](../../docs/glossary.md#coverage)**. With 20 positives it can be computed exactly: only
# the counts 0 to 20 occur, each with its binomial probability. A third interval, by Clopper and
# Pearson, is built never to cover less than it says.

# %%
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

recalls, counts = np.linspace(0.5, 0.999, 2001), np.arange(21)
coverage = {}
for name, method in {"Wald": "normal", "Wilson": "wilson", "Clopper-Pearson": "beta"}.items():
    low, high = proportion_confint(counts, 20, method=method)
    chance = binom.pmf(counts, 20, recalls[:, None])
    held = (low <= recalls[:, None]) & (recalls[:, None] <= high)
    coverage[name] = (chance * held).sum(axis=1)

# %%
lowest = {name: (v.min(), recalls[v.argmin()]) for name, v in coverage.items()}
with plots.picture(
    title="20 positives: how often a 95% interval holds the true recall",
    xlabel="true recall",
    ylabel="coverage",
    alt="Lowest coverage for true recalls from 0.5 to 0.999: "
    + ", ".join(f"{name} {least:.2f} at {recall:.3f}" for name, (least, recall) in lowest.items()),
) as ax:
    ax.axhline(0.95, color="#555555", linestyle=":", label="95%")
    pd.DataFrame(coverage, index=recalls).plot(ax=ax, ylim=(0.7, 1.01), legend=False)
pd.DataFrame(lowest, ["lowest coverage", "at recall"]).T.round(3)

# %% [markdown]
# Wald's interval breaks down near a recall of 1, where good detectors live. Wilson's wobbles around
# 95%, and just before 1 it dips too. Clopper and Pearson's stays above, and pays with wider intervals.
# Do more positives help? The [laboratory](../../docs/laboratory.md) computed the lowest coverage for
# 20, 50 and 100:

# %%
from imbalance_lab.evidence import study

study("intervals").plot("wilson")

# %% [markdown]
# A row is the lowest coverage in a range of recalls, minus 0.95. Up to a recall of 0.95 Wilson's
# interval stays within the grey band of ±0.05. Above, it falls to 0.84, with 100 positives as with 20.
# So use Wilson's interval, which Brown, Cai and DasGupta (2001) recommend for few cases; if nearly all
# positives were caught, give Clopper and Pearson's (`method="beta"`).
#
# For that case there is also the **[rule of three](../../docs/glossary.md#rule-of-three)**. A miss rate
# $q$ leaves none of $n$ positives missed with a chance of $(1-q)^n$. That is 5% at $q\approx 3/n$: "it
# missed none of our 20" is compatible with missing one in seven.
#
# F1 is not a share and has no such formula; the second notebook draws an interval for it.

# %% [markdown]
# ## Ten folds, one F1
#
# [Cross-validation](../../docs/glossary.md#cross-validation) gives ten test folds. The mean of their
# accuracies *is* the accuracy over all samples. F1 is not like that. Two folds, by hand:
#
# || TP | FP | FN | F1 |
# |---|---|---|---|---|
# | fold 1 | 1 | 0 | 0 | 1 |
# | fold 2 | 1 | 9 | 4 | 2/15 |
# | mean of folds |||| 0.57 |
# | **[pooled](../../docs/glossary.md#pooling)**: counts added | 2 | 9 | 4 | 0.24 |
#
# With few positives in a fold, one catch moves F1 by a lot, and not symmetrically. Forman and Scholz
# (2010) compared the ways to compute F1 in cross-validation and found all but one biased:
# **add the counts over the folds, then compute F1 once.** In scikit-learn that is `cross_val_predict`
# and one `f1_score`; `cross_val_score` returns the fold values.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

Claim(
    "Balanced accuracy is unaffected by class proportions.",
    verdict="holds",
    because=(
        "It is made of two rates within a class, so it is the same at every prevalence by"
        " construction. It therefore hides what rarity does to alarms: in the picture precision fell"
        f" from {measures['precision'][-1]:.2f} to {measures['precision'][0]:.3f}. The price that it"
        " puts on a miss, (1 − π)/π false alarms, does change with the proportions."
    ),
    reference="brodersen2010",
    evidence="E16",
)

# %%
Claim(
    "F1 balances precision and recall, so it is the metric for imbalanced data.",
    verdict="holds only if",
    because=(
        "one miss costs you 2/F1 − 1 false alarms, and if the threshold was chosen. Perfect knowledge"
        f" at 1% prevalence has F1 {f1_at_half[0.01]:.2f} at 0.5 and {best_f1[0.01]:.2f} at its best"
        " threshold. On the transactions, choosing by F1 instead of by cost changed the bill by"
        f" {extra['F1']:+.0f} € per 1,000."
    ),
    reference="lipton2014",
    evidence="E15 E25",
)

# %%
# The lowest coverage in the study
dip = study("intervals").table("wilson").query("answer == 'no'")["mean"].min()
Claim(
    "Wilson's interval is the one for a share of few cases.",
    verdict=study("intervals").verdict_on("wilson"),
    because=(
        "the true recall is not close to 1: up to 0.95 its coverage stayed within 0.05 of 95%, for"
        f" recalls of 0.95 to 0.999 it fell as low as {0.95 + dip:.2f}. There, take Clopper and"
        " Pearson's."
    ),
    reference="brown2001",
)

# %% [markdown]
# ## Quiz
#
# **1.** A test has recall 0.80 and specificity 0.90. Of those tested, 5% are ill. Somebody's result is
# positive. How likely is the illness?
#
# - a) 0.90
# - b) 0.80
# - c) 0.30
# - d) 0.05
#
# **2.** In the picture *One detector, every prevalence*, which measure is about 0.16 at a prevalence
# of 0.01?
#
# - a) F1
# - b) Matthews correlation
# - c) precision
# - d) balanced accuracy
#
# **3.** A model's probabilities are right, and its best F1 is 0.40. Which threshold gives it, and how
# many false alarms is a miss worth there?
#
# - a) 0.50; 1
# - b) 0.40; 1.5
# - c) 0.20; 2.5
# - d) 0.20; 4
#
# **4.** Detector P has recall 0.60 and flags 1% of the negatives; Q has 0.80 and flags 5%. The
# prevalence is 1%. From which price of a miss, in false alarms, is Q cheaper?
#
# - a) 2
# - b) 20
# - c) 99
# - d) at no price
#
# **5.** All 60 positives of a test set were caught. Which miss rate is still plausible, at 95%?
#
# - a) up to 5%
# - b) up to 1.7%
# - c) up to 17%
# - d) only 0

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "d", 4: "b", 5: "a"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.metrics import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague reports on a new detector for defective parts: *"F1 has improved from 0.61 to 0.66
# (mean over ten folds, 40 defects among 8,000 parts), so we switch."* A missed defect costs 50 times
# as much as an inspection for nothing. Answer in five to eight sentences: what can be concluded, what
# would you want to see instead, and how would you decide?

# %% [markdown] written="reflection" points=3
# Little can be concluded yet. With 40 defects a recall of 0.7 alone has an interval from about 0.55
# to 0.82, so a difference of 0.05 may be luck; the two detectors should be compared on the same
# parts, with an interval for the difference. The mean of F1 over ten folds with four defects each is
# biased, and differently for different detectors, so I would ask for the counts added over all folds
# and one F1 from them. More important, F1 at 0.66 prices a miss like two false alarms, and here it
# costs 50: a detector with a lower F1 and a higher recall may be far cheaper. I would ask for the four
# counts of both detectors and compute 50 times the misses plus the false alarms, at a threshold that
# was chosen for this cost. Then I would switch if the paired difference in cost is clearly below
# zero, and otherwise keep the old one and collect more defects.
#
# ### BEGIN MARK SCHEME
# 1 point: sees the uncertainty: 40 positives (or four in a fold) are few; asks for an interval or a
# paired comparison.
#
# 1 point: sees that the mean of F1 over folds is biased, and asks for pooled counts.
#
# 1 point: sees that F1 does not hold the price of 50, and decides by cost (or by precision and recall
# read with that price), at a chosen threshold.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Name the positive class. Report precision *and* recall, with the prevalence beside them.
# - Recall and specificity describe the detector; precision, F1 and MCC describe it at one prevalence.
# - Every measure hides a price of a miss. If you know yours, choose by cost at your own prevalence.
# - Give an interval: Wilson's, or Clopper and Pearson's near a recall of 1.
# - Add counts over folds before you compute F1.
#
# **New words:** *precision*, *recall*, *specificity*, *false positive rate*, *likelihood ratio*,
# *F1*, *F-beta*, *balanced accuracy*, *G-mean*, *Matthews correlation*, *price list*, *Wilson
# interval*, *coverage*, *rule of three*, *pooling*.
#
# ## Further reading
#
# - Wilson (1927). [*Probable inference, the law of succession, and statistical
#   inference*](../../docs/bibliography.md#wilson1927).
# - Brown et al. (2001). [*Interval estimation for a binomial
#   proportion*](../../docs/bibliography.md#brown2001).
# - Forman & Scholz (2010). [*Apples-to-apples in cross-validation studies: pitfalls in classifier
#   performance measurement*](../../docs/bibliography.md#forman2010).
# - Lipton et al. (2014). [*Optimal thresholding of classifiers to maximize F1
#   measure*](../../docs/bibliography.md#lipton2014).
# - Brodersen et al. (2010). [*The balanced accuracy and its posterior
#   distribution*](../../docs/bibliography.md#brodersen2010).
#
# **Next:** lesson 03 looks behind the decisions, at the scores, and asks how well they *rank*.
