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
# - count the four outcomes for any labels, and turn them into precision, recall, specificity,
#   F-beta, balanced accuracy, G-mean, Matthews correlation and likelihood ratio;
# - say which question each of them answers, which price list it hides, and what prevalence does
#   to it;
# - give a recall from twenty positives an interval that can be believed;
# - pool F1 over folds, and average it over classes, the right way.
#
# **Time** 125 minutes. **You need** NumPy, and `fit` and `predict` of scikit-learn.
# **Builds on** lesson 01 (prevalence, the four outcomes, costs). Each number here judges
# *decisions*; lesson 03 judges the scores behind them.

# %% [markdown]
# ## A detector with two good numbers
#
# A vendor offers a fraud detector. On independent tests it **finds 90% of all frauds** and **leaves
# 95% of the legitimate transactions in peace**. One transaction in a hundred is a fraud.
#
# **Predict before you run.** The detector raises an alarm. How likely is it that the alarm is a
# fraud? Write your guess into the next cell.

# %%
my_prediction = 0.80  # your guess, between 0 and 1

# %%
n_samples = 10_000
frauds = n_samples // 100
legitimate = n_samples - frauds
caught = round(0.90 * frauds)
false_alarms = round(0.05 * legitimate)
print(
    f"{caught} of {frauds} frauds raise an alarm, and so do {false_alarms} of {legitimate} others"
)
print(f"you predicted              {my_prediction:.2f}")
print(f"alarms that are frauds     {caught / (caught + false_alarms):.2f}")
print(f"accuracy of the detector   {(caught + legitimate - false_alarms) / n_samples:.2f}")

# %% [markdown]
# The vendor did not lie: 5% of a great many is more than 90% of a few. If you guessed far higher, you
# took a number about the *frauds* for a number about the *alarms*. All four numbers (90%, 95% and
# the two in the output) are right, and each answers a question of its own. This lesson is about
# which one answers yours.

# %% [markdown]
# ## Four counts, and which class is which
#
# Everything in this lesson is made of the four counts of lesson 01: true negatives (TN), false
# positives (FP), false negatives (FN) and true positives (TP). Here are ten transactions to count
# by hand. Three are frauds, five were flagged:
#
# | | passed (predicted "ok") | flagged (predicted "fraud") |
# | --- | --- | --- |
# | **truly "ok"** | TN = 4 | FP = 3 |
# | **truly "fraud"** | FN = 1 | TP = 2 |

# %% covers="E22"
import numpy as np
from sklearn.metrics import confusion_matrix

truth = ["ok"] * 7 + ["fraud"] * 3
flags = ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2
matrix = confusion_matrix(truth, flags, labels=["ok", "fraud"])
print(matrix)
print("cm[i][j] is truly i, predicted j: missed frauds are matrix[1][0] =", matrix[1][0])
tn, fp, fn, tp = matrix.ravel()
print(f"unpacked row by row: TN {tn}, FP {fp}, FN {fn}, TP {tp}")

# %% [markdown]
# `ravel` reads the [matrix](../../docs/glossary.md#confusion-matrix) row by row, hence the order
# TN, FP, FN, TP that you will meet everywhere. It is right only because we gave `labels` in the
# order negative, positive. Without it the labels are *sorted*, and "fraud" comes before "ok":

# %%
unnamed = confusion_matrix(truth, flags)
print(unnamed)
tn_wrong, fp_wrong, fn_wrong, tp_wrong = unnamed.ravel()
print(
    f"the same line of code now claims TN {tn_wrong}, FP {fp_wrong}, FN {fn_wrong}, TP {tp_wrong}"
)

# %% [markdown]
# No error, no warning: the two classes have changed places. The same happens with the labels −1 and
# 1 if the rare class was given −1, or in scikit-learn's breast cancer data, where *malignant* is 0.
# So say which class is positive, in every call: `pos_label="fraud"` for a measure,
# `labels=["ok", "fraud"]` for a matrix.

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
# matters where an alarm is expensive or attention is scarce: a blocked customer, a good e-mail in
# the spam folder, a team that stops reading its alarms.
# **[Recall](../../docs/glossary.md#recall)**: *of what was there to be found, which share did I
# find?* It matters where a miss is expensive: an illness, a failing brake, an intruder. Recall is
# also called
# *sensitivity* or *true positive rate*, precision *positive predictive value*.
#
# The same question as recall, asked of the other class, is
# **[specificity](../../docs/glossary.md#specificity)**, and its complement is the
# *[false positive rate](../../docs/glossary.md#false-positive-rate)*:
#
# $$\text{specificity} = \frac{TN}{TN + FP} \qquad \text{false positive rate} = \frac{FP}{TN + FP}$$
#
# The vendor gave recall and specificity. The team that reads the alarms lives with precision.

# %%
from sklearn.metrics import precision_score, recall_score

print(
    f"precision    2 of 5 alarms are right   {precision_score(truth, flags, pos_label='fraud'):.3f}"
)
print(f"recall       2 of 3 frauds are found   {recall_score(truth, flags, pos_label='fraud'):.3f}")
print(f"specificity  4 of 7 others are spared  {recall_score(truth, flags, pos_label='ok'):.3f}")
print(f"wrong class  precision for 'ok'        {precision_score(truth, flags, pos_label='ok'):.3f}")

# %% [markdown]
# Specificity is the recall of the negative class, which is how scikit-learn computes it. The last
# line is what you get when the positive class is mixed up: a good-looking number about the wrong
# thing.
#
# Either of the two alone comes for free. Flag everybody and recall is 1. Flag only the one case that
# you are surest of, and precision is most likely 1. So a report needs both.
#
# Flag *nobody*, and precision has no value at all: 0 alarms, of which 0 are right. A library has to
# return something. scikit-learn returns 0 with a warning, and `zero_division` sets the value:

# %%
nobody = ["ok"] * 10
for value in (0.0, 1.0):
    precision = precision_score(truth, nobody, pos_label="fraud", zero_division=value)
    print(f"zero_division={value}: precision of flagging nobody is {precision:.1f}")

# %% [markdown]
# Neither value was measured. With rare classes this is no corner case: it takes only a cautious model
# and a small test set. Say which convention you use. In this lesson it is 0.

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
# Why did two good numbers give a poor precision? Before the alarm the
# [odds](../../docs/glossary.md#odds) of fraud were $\pi/(1-\pi)$: 1 to 99. The alarm multiplies
# them by the
# **[likelihood ratio](../../docs/glossary.md#likelihood-ratio)**, the rate of alarms among frauds
# divided by the rate of alarms among the others:
#
# $$\underbrace{\frac{\text{precision}}{1-\text{precision}}}_{\text{odds after the alarm}}
# = \underbrace{\frac{\pi}{1-\pi}}_{\text{odds before}} \times
# \underbrace{\frac{\text{recall}}{1-\text{specificity}}}_{LR_+}$$
#
# This is Bayes' rule. To see it, write each factor in counts: $\frac{TP}{FP} = \frac{TP+FN}{FP+TN}
# \times \frac{TP/(TP+FN)}{FP/(FP+TN)}$. For passed cases $LR_- = (1-\text{recall}) /
# \text{specificity}$ does the same.

# %%
from sklearn.metrics import class_likelihood_ratios

counts = {"sample_weight": [9405, 495, 10, 90]}  # TN, FP, FN, TP of the vendor's detector
lr_plus, lr_minus = class_likelihood_ratios([0, 0, 1, 1], [0, 1, 0, 1], **counts)
print(f"an alarm multiplies the odds of fraud by {lr_plus:.1f}, a pass by {lr_minus:.2f}")
for prevalence in (0.5, 0.1, 0.01, 0.001):
    odds = prevalence / (1 - prevalence) * lr_plus
    print(
        f"prevalence {prevalence:5.3f}: odds after the alarm {odds:6.3f}, precision {odds / (1 + odds):.3f}"
    )

# %% [markdown]
# A factor of 18 is a good detector. At a prevalence of one half it makes an alarm nearly certain; at
# one in a thousand it lifts almost nothing to almost nothing. The factor belongs to the detector,
# the odds before it to the place where it is used. When somebody quotes a precision, the next
# question is: at which prevalence? (In a test set that was balanced for convenience, the answer is
# "at one that does not exist".)

# %% [markdown] covers="E15"
# ## One number out of two
#
# To choose between models one number is handy. The mean of precision and recall will not do: flag
# everybody at $\pi = 0.01$ and it is $(0.01 + 1)/2$, above one half. The **harmonic** mean is small
# as soon as *either* is small:
#
# $$F_1 = \frac{2}{\frac{1}{\text{precision}} + \frac{1}{\text{recall}}}
# = \frac{2 \cdot \text{precision} \cdot \text{recall}}{\text{precision} + \text{recall}}
# = \frac{2\,TP}{2\,TP + FP + FN}$$
#
# To make recall $\beta$ [times as important](../../docs/glossary.md#f-beta), give it the weight
# $\beta^2$ in the mean:
#
# $$F_\beta = \frac{(1+\beta^2) \cdot \text{precision} \cdot \text{recall}}
# {\beta^2 \cdot \text{precision} + \text{recall}}
# = \frac{(1+\beta^2)\,TP}{(1+\beta^2)\,TP + \beta^2 FN + FP}$$
#
# Why the square? With it, a small step of precision and one of recall are worth the same exactly
# where recall $= \beta \cdot$ precision. $F_2$ leans towards recall, $F_{0.5}$ towards precision.

# %% covers="E25"
from sklearn.metrics import f1_score, fbeta_score

print(f"F1 of the ten transactions    {f1_score(truth, flags, pos_label='fraud'):.3f}")
for beta in (0.5, 2, 100):
    print(
        f"F-beta with beta = {beta:<5}      {fbeta_score(truth, flags, beta=beta, pos_label='fraud'):.3f}"
    )

# %% [markdown]
# By hand: $F_1 = 2 \cdot 2 / (2 \cdot 2 + 3 + 1) = 0.5$. With a large β only recall is left.

# %% [markdown]
# ### Exercise 3: F-beta


# %% answer="f-beta"
def f_beta(precision, recall, beta=1.0):
    """Return F-beta, the weighted harmonic mean of precision and recall.

    Parameters
    ----------
    precision, recall : float
        Between 0 and 1.
    beta : float, default=1.0
        Above 0. Above 1 it favours recall, below 1 precision.

    Returns
    -------
    float
        Between 0 and 1; 0.0 if precision and recall are both 0.

    Example by hand: precision 0.3, recall 0.8 and beta 2 give
    5 * 0.24 / (4 * 0.3 + 0.8) = 1.2 / 2 = 0.6.
    """
    ### BEGIN SOLUTION
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below > 0 else 0.0
    ### END SOLUTION


# %% try="f-beta"
round(f_beta(0.3, 0.8, beta=2), 3)

# %% graded="f-beta" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import F_BETA

check(f_beta, F_BETA).on(0.3, 0.8, beta=2).gives(0.6)
check(f_beta, F_BETA).on(0.0, 0.0).gives(0.0)
check(f_beta, F_BETA).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(f_beta, F_BETA).keeps_its_contract(keys.F_BETA.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### What F1 depends on
#
# [F1](../../docs/glossary.md#f1) is often said to "balance both". Look at what it says about one
# and the same knowledge. As in lesson 01, `make_gauss` tells us the *true* probability of every
# sample, so nothing better can be known. Only the prevalence and the threshold change. **Predict
# first:** at a prevalence of 1%, what is the F1 of perfect knowledge, used at the threshold 0.5?


# %%
from sklearn.metrics import confusion_matrix_at_thresholds

from imbalance_lab.datasets import make_gauss


def f1_curve(y, score):
    """Return all thresholds, and F1 at each."""
    _, fp, fn, tp, thresholds = confusion_matrix_at_thresholds(y, score)
    return thresholds, 2 * tp / (2 * tp + fp + fn)


def f1_of_true_probabilities(prevalence, seed):
    _, y, p = make_gauss(20_000, prevalence=prevalence, return_proba=True, random_state=seed)
    _, y_new, p_new = make_gauss(
        20_000, prevalence=prevalence, return_proba=True, random_state=1000 + seed
    )
    thresholds, f1 = f1_curve(y, p)
    best = thresholds[f1.argmax()]
    at_half, at_best = (f1_score(y_new, p_new >= cut, zero_division=0) for cut in (0.5, best))
    return {"at 0.5": at_half, "at the best threshold": at_best, "best threshold": best}


# %%
import pandas as pd

from imbalance_lab.experiments import interval

f1_runs = {
    prevalence: pd.DataFrame([f1_of_true_probabilities(prevalence, seed) for seed in range(12)])
    for prevalence in (0.5, 0.1, 0.01)
}
for prevalence, results in f1_runs.items():
    print(
        f"prevalence {prevalence}: flagging everybody has F1 {2 * prevalence / (1 + prevalence):.2f}"
    )
    for column in results:
        print(f"   {column:22s} {interval(results[column]):.2f}")

# %% [markdown]
# The best threshold was chosen on one sample and F1 measured on another, 12 times. The same
# knowledge earns an F1 of about 0.8 or of less than a tenth. At 1% the threshold 0.5 throws most of
# it away, and even the best threshold leaves F1 at a level that would look poor in a report on
# balanced data. So an F1 is comparable only with another F1 on the *same* data, with both models at
# thresholds that were *chosen*. And it is measured not from zero, but from the F1 of flagging
# everybody, $2\pi/(1+\pi)$.

# %%
from imbalance_lab import plots

best_at = {pi: interval(runs["best threshold"]).mean for pi, runs in f1_runs.items()}
alt = (
    "F1 against the threshold rises to one peak and falls. The peak moves left with prevalence: "
    + (", ".join(f"about {best_at[pi]:.1f} at prevalence {pi:g}" for pi in best_at) + ".")
)
with plots.picture(
    title="The best threshold for F1 moves with the prevalence",
    xlabel="threshold on the true probability",
    ylabel="F1",
    alt=alt,
) as ax:
    for prevalence in f1_runs:
        _, y_drawn, p_drawn = make_gauss(
            20_000, prevalence=prevalence, return_proba=True, random_state=0
        )
        thresholds, f1 = f1_curve(y_drawn, p_drawn)
        (line,) = ax.plot(thresholds, f1, label=f"prevalence {prevalence:g}")
        ax.plot(thresholds[f1.argmax()], f1.max(), "o", color=line.get_color())
    ax.axvline(0.5, color="#555555", linestyle=":", label="the usual 0.5")
    ax.set_ylim(0, 1.15)
    ax.legend(loc="upper left", ncols=2)

# %% [markdown]
# There is a law behind the peaks. Write $P$ for the number of positives: $F_1 = 2\,TP/(TP + FP + P)$.
# Suppose that you may catch one positive more at the price of $x$ further false alarms. F1 stays as
# it is exactly if
#
# $$\frac{2\,(TP + 1)}{TP + 1 + FP + x + P} = F_1 \quad\Longleftrightarrow\quad 2 = F_1 (1 + x)
# \quad\Longleftrightarrow\quad x = \frac{2}{F_1} - 1 .$$
#
# So F1 has a [price list](../../docs/glossary.md#price-list): **a miss costs as much as $2/F_1 - 1$
# false alarms.** Flagging a case with probability $p$ is worth it if $p\,x > 1 - p$, that is if
# $p > F_1/2$. With probabilities that are right, the best threshold is half of the best F1 (Lipton,
# Elkan and Naryanaswamy 2014):

# %%
for prevalence, results in f1_runs.items():
    found, half = results["best threshold"], results["at the best threshold"] / 2
    print(
        f"prevalence {prevalence:4}: best threshold {interval(found):.2f}, half of F1 {interval(half):.2f}"
    )

# %% [markdown]
# Try it on the transactions: a logistic regression, judged on later days. Move the threshold and watch
# precision, recall and F1; then let it jump to the best F1, and from there to the least cost. Which
# way does it move, and what happens to recall?

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
average_loss = round(float(later.loc[later["is_fraud"] == 1, "amount"].mean()) + 15)
threshold_explorer(later["is_fraud"], probability, cost_fp=4, cost_fn=average_loss)

# %% [markdown] covers="E16"
# ## Both classes in one number
#
# F1 ignores the true negatives. Three measures use all four counts.
#
# **[Balanced accuracy](../../docs/glossary.md#balanced-accuracy)** is the mean of the two recalls.
# A constant answer gets one right, one wrong: $\tfrac12$, whatever the prevalence.
#
# $$\text{balanced accuracy} = \frac{\text{recall} + \text{specificity}}{2}$$
#
# The **[G-mean](../../docs/glossary.md#g-mean)** is the geometric mean
# $\sqrt{\text{recall} \cdot \text{specificity}}$: 0 as soon as one class is given up entirely.
#
# The **[Matthews correlation](../../docs/glossary.md#matthews-correlation)** (MCC) is the plain
# correlation between truth and prediction, both coded 0 and 1. Their covariance is
# $(TP \cdot TN - FP \cdot FN)/n^2$, and dividing by both standard deviations gives
#
# $$\text{MCC} = \frac{TP \cdot TN - FP \cdot FN}
# {\sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}}$$
#
# 1 is perfect, 0 is guessing, −1 is always wrong. Where a factor under the root is zero, one side
# does not vary and a correlation does not exist; by convention it is 0.

# %%
from imblearn.metrics import geometric_mean_score
from sklearn.metrics import balanced_accuracy_score, matthews_corrcoef

as_numbers = [np.array(labels) == "fraud" for labels in (truth, flags)]
print(f"balanced accuracy     {balanced_accuracy_score(truth, flags):.3f}")
print(f"G-mean                {geometric_mean_score(truth, flags, pos_label='fraud'):.3f}")
print(f"Matthews correlation  {matthews_corrcoef(truth, flags):.3f}")
print(f"plain correlation     {np.corrcoef(*as_numbers)[0, 1]:.3f}")

# %% [markdown]
# By hand: recall $2/3$ and specificity $4/7$ have the mean $13/21$, and the correlation is
# $(2 \cdot 4 - 3 \cdot 1)/\sqrt{5 \cdot 3 \cdot 7 \cdot 5}$.

# %% [markdown]
# ### Exercise 4: balanced accuracy and Matthews correlation


# %% answer="balanced-accuracy-and-mcc"
def balanced_accuracy_and_mcc(tn, fp, fn, tp):
    """Return two measures that use all four counts.

    Parameters
    ----------
    tn, fp, fn, tp : int
        Counts of the four outcomes. Both classes are present: tn + fp > 0 and fn + tp > 0.

    Returns
    -------
    balanced_accuracy : float
        Between 0 and 1.
    mcc : float
        Matthews correlation, between -1 and 1; 0.0 if its denominator is 0.

    Write both from the counts; scikit-learn's functions for them are not accepted here.

    Example by hand: (tn, fp, fn, tp) = (4, 3, 1, 2) gives recall 2/3 and specificity 4/7, so
    13/21, and 5 divided by the square root of 525: (0.6190..., 0.2182...).
    """
    ### BEGIN SOLUTION
    balanced = (tp / (tp + fn) + tn / (tn + fp)) / 2
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return balanced, (tp * tn - fp * fn) / below**0.5 if below else 0.0
    ### END SOLUTION


# %% try="balanced-accuracy-and-mcc"
np.round(balanced_accuracy_and_mcc(4, 3, 1, 2), 3)

# %% graded="balanced-accuracy-and-mcc" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import BALANCED_ACCURACY_AND_MCC as EXERCISE

check(balanced_accuracy_and_mcc, EXERCISE).on(4, 3, 1, 2).gives((13 / 21, 5 / 525**0.5))
check(balanced_accuracy_and_mcc, EXERCISE).on(8, 0, 2, 0).gives((0.5, 0.0))
check(balanced_accuracy_and_mcc, EXERCISE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(balanced_accuracy_and_mcc, EXERCISE).keeps_its_contract(
    keys.BALANCED_ACCURACY_AND_MCC.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# ### The same detector, rarer and rarer frauds
#
# "Balanced accuracy is unaffected by class proportions" is repeated as praise. Test it. One detector
# scores negatives around 0 and positives around 1.8, both with standard deviation 1, and flags above
# 0.9. Only the prevalence changes. **Predict first:** which measures move, and which way?


# %%
def measures(tn, fp, fn, tp):
    """Return measures of four counts, computed by the libraries."""
    four = {"y_true": [0, 0, 1, 1], "y_pred": [0, 1, 0, 1], "sample_weight": [tn, fp, fn, tp]}
    return {
        "accuracy": (tn + tp) / (tn + fp + fn + tp),
        "recall": recall_score(**four),
        "balanced accuracy": balanced_accuracy_score(**four),
        "G-mean": geometric_mean_score(**four),
        "Matthews correlation": matthews_corrcoef(**four),
        "F1": f1_score(**four),
        "precision": precision_score(**four),
    }


def same_detector(prevalence, seed, n_samples=100_000):
    rng = np.random.default_rng(seed)
    positives = round(prevalence * n_samples)
    tp = np.sum(rng.normal(1.8, 1, positives) > 0.9)
    fp = np.sum(rng.normal(0.0, 1, n_samples - positives) > 0.9)
    return measures(n_samples - positives - fp, fp, positives - tp, tp)


# %%
prevalences = (0.5, 0.1, 0.01, 0.001)
by_prevalence = {
    prevalence: pd.DataFrame([same_detector(prevalence, seed) for seed in range(10)])
    for prevalence in prevalences
}
means = pd.DataFrame({f"π = {pi:g}": runs.mean() for pi, runs in by_prevalence.items()})
means.round(2)

# %%
with plots.picture(
    title="One detector, four prevalences: what moves and what does not",
    xlabel="prevalence (log scale)",
    ylabel="value (mean of 10 runs)",
    alt="Between a prevalence of 0.5 and 0.001 balanced accuracy stays at "
    f"{means.loc['balanced accuracy'].iloc[0]:.2f}, Matthews correlation falls from "
    f"{means.loc['Matthews correlation'].iloc[0]:.2f} to {means.loc['Matthews correlation'].iloc[-1]:.2f}, "
    f"and F1 and precision fall from {means.loc['precision'].iloc[0]:.2f} to about 0.01.",
) as ax:
    for name in ("balanced accuracy", "Matthews correlation", "F1", "precision"):
        ax.plot(prevalences, means.loc[name], marker="o", label=name)
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set_ylim(0, 1)

# %% [markdown]
# The praise is deserved, and it is the catch. Recall, specificity and all that is made of them stay
# where they are. Precision falls to almost nothing: at one in a thousand, fewer than one alarm in a
# hundred is right, and balanced accuracy does not say so.
#
# So there are two families. Recall, specificity, balanced accuracy and G-mean describe the
# *detector*, and travel with it (as long as frauds still look like those frauds, and the rest like
# that rest). Precision, F1 and Matthews correlation describe the detector *in its place*. That
# Matthews correlation is often recommended for classes of very different size does not make it
# comparable between data sets of different prevalence: here it fell by more than nine tenths while
# the detector stayed the same. Which family you want depends on the question. Whoever has to live
# with the alarms needs the second.

# %% [markdown] covers="E12"
# ## Every measure has a price list
#
# A measure that ranks models says, somewhere, how many false alarms it would accept for one miss
# less. For F1 you have derived it. For the others it is as quick: write $P$ and $N$ for the numbers
# of positives and negatives, and ask which $x$ leaves the measure unchanged. For balanced accuracy,
# one catch more adds $\frac{1}{2P}$ and $x$ false alarms take away $\frac{x}{2N}$, so $x = N/P$.
#
# | measure | a miss costs as much as … false alarms | so the price depends on |
# | --- | --- | --- |
# | accuracy | $1$ | nothing |
# | $F_\beta$ | $(1+\beta^2)/F_\beta - 1$ | β, and how good the model is |
# | balanced accuracy | $N/P = (1-\pi)/\pi$ | the prevalence |
# | cost | $c_{FN}/c_{FP}$ | what the mistakes cost you |
#
# At $\pi = 0.01$ accuracy prices a miss at 1 false alarm, and balanced accuracy at 99. Neither asked
# what they cost. That is the real trouble with accuracy, and a "better metric" does not cure it by
# being better known. Only the last line holds *your* prices.
#
# Does it matter? Let each measure choose the threshold of the same model on the first half of the
# later transactions, and pay for its choice on the second half. A review costs €4 also where it
# finds a fraud, so catching one more fraud is worth its loss minus 4, and the true price of a miss
# is (loss − 4)/4 false alarms. First, what each measure sees at every threshold:

# %%
from imbalance_lab.datasets import cost_of_decisions


def measure_curves(y, p, loss):
    """Return all thresholds, and the value of each measure at each."""
    tn, fp, fn, tp, thresholds = confusion_matrix_at_thresholds(y, p)
    return thresholds, {
        "accuracy": (tn + tp) / len(y),
        "F1": 2 * tp / (2 * tp + fp + fn),
        "F2": 5 * tp / (5 * tp + 4 * fn + fp),
        "balanced accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "cost": -(4 * (tp + fp) + loss * fn),
    }


# %% [markdown]
# Then the choice, the price list behind it, and the bill, for ten simulated companies:


# %%
def prices_and_costs(seed):
    later, p = fraud_probabilities(40_000, seed)
    y, amount = later["is_fraud"].to_numpy(), later["amount"].to_numpy()
    first = np.arange(len(y)) < len(y) // 2
    loss = amount[first & (y == 1)].mean() + 15
    thresholds, curves = measure_curves(y[first], p[first], loss)
    prices = {
        "accuracy": 1,
        "F1": 2 / curves["F1"].max() - 1,
        "F2": 5 / curves["F2"].max() - 1,
        "balanced accuracy": 1 / y[first].mean() - 1,
        "cost": (loss - 4) / 4,
    }
    cuts = {name: thresholds[curve.argmax()] for name, curve in curves.items()}
    cuts["flag nobody"] = np.inf
    y, p, amount = y[~first], p[~first], amount[~first]
    bills = {k: 1000 / len(y) * cost_of_decisions(y, p >= cut, amount) for k, cut in cuts.items()}
    return prices, bills


# %%
prices, bills = (
    pd.DataFrame(rows) for rows in zip(*[prices_and_costs(seed) for seed in range(10)], strict=True)
)
print(f"flagging nobody costs {interval(bills['flag nobody']):.0f} € per 1,000 transactions")
for name in prices:
    extra = interval(bills[name] - bills["cost"])
    print(
        f"{name:17s} prices a miss at {prices[name].mean():3.0f} false alarms,"
        f" bill {bills[name].mean():4.0f} €"
        + ("" if name == "cost" else f", {extra:+.0f} against choosing by cost")
    )

# %% [markdown]
# The same model, the same probabilities, and the bill depends on which number was put in charge. It
# is the higher, the further the hidden price is from the true one, which stands in the last line
# (as a factor: half of it is as far off as twice).
# Balanced accuracy does well *here* because its price happens to be of the right size; at another
# prevalence it would not be. Where costs can be named, even roughly, choose by cost, and use the
# other measures to describe what was chosen. Lesson 09 does this properly.

# %% [markdown] covers="E05"
# ### Which measure for which problem
#
# Rare-event problems differ in what a mistake costs, and so in what to look at:
#
# | problem | a false alarm costs | a miss costs | look at |
# | --- | --- | --- | --- |
# | card fraud | a review, an annoyed customer | the amount | cost; precision for the review team |
# | disease screening | a second test, worry | a late diagnosis | recall, with precision at the real prevalence |
# | spam filter | a lost letter: worse than the miss | a nuisance | precision, or $F_{0.5}$ |
# | defects in production | a good part thrown away | a faulty part delivered | recall at a false positive rate that you can pay for |
# | failing machines | an inspection | a stopped line | cost; $F_2$ if prices are unknown |
# | intrusion | minutes of an analyst, thousands of times a day | a breach | recall within the alarms that can be read |
#
# If you must report one number to people who do not know the costs, report the two that it is made
# of beside it, and the prevalence.

# %% [markdown]
# ## How sure is a recall from twenty positives?
#
# A test set has 20 frauds and 18 are caught: recall 0.90. Another 20 frauds, and it might have been
# 15 or 20. **Predict first:** between which values would you look for the true recall?
#
# The textbook [interval](../../docs/glossary.md#interval), named after Wald, is
# $\hat p \pm z \sqrt{\hat p (1-\hat p)/n}$ with $z = 1.96$ for 95%. Note that $n$ is the number of
# *positives*, however many negatives there are.

# %%
from statsmodels.stats.proportion import proportion_confint

for caught_of_20 in (10, 18, 20):
    wald_low, wald_high = proportion_confint(caught_of_20, 20, method="normal")
    half = 1.96 * np.sqrt(caught_of_20 / 20 * (1 - caught_of_20 / 20) / 20)
    print(
        f"{caught_of_20} of 20: {caught_of_20 / 20:.2f} ± {half:.2f}, shown as {wald_low:.2f} to {wald_high:.2f}"
    )

# %% [markdown]
# For 18 of 20 it reaches above 1 (libraries cut it off), and for 20 of 20 it claims certainty. The
# mistake is to take the spread from $\hat p$, the very number that is uncertain. Ask the other way
# round: *which true recalls $p$ would make $\hat p$ unsurprising?* Those with
#
# $$|\hat p - p| \le z \sqrt{\frac{p\,(1-p)}{n}} .$$
#
# Here the spread belongs to $p$. Squared, this is a quadratic inequality in $p$:
# $(\hat p - p)^2 \le \frac{z^2}{n}\, p(1-p)$. Its two roots are
# [Wilson's interval](../../docs/glossary.md#wilson-interval) (1927):
#
# $$\frac{1}{1 + z^2/n} \left( \hat p + \frac{z^2}{2n} \;\pm\;
# z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}} \right)$$
#
# Its centre is drawn towards one half, and it never leaves 0 to 1. For another confidence $1-\alpha$
# take $z$ as the $1 - \alpha/2$ quantile of the normal distribution, `scipy.stats.norm.ppf`.

# %% [markdown]
# ### Exercise 5: Wilson's interval


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
# An interval keeps its promise if, over many test sets, 95% of the intervals hold the true recall.
# The share that does is called its **[coverage](../../docs/glossary.md#coverage)**. With 20
# positives it can be computed exactly: only the counts 0 to 20 can occur, each with its binomial
# probability.


# %%
from scipy.stats import binom


def coverage(true_recall, n_positives, method):
    """Return the probability that the interval holds the true recall."""
    caught = np.arange(n_positives + 1)
    low, high = proportion_confint(caught, n_positives, method=method)
    inside = (low <= true_recall) & (true_recall <= high)
    return binom.pmf(caught, n_positives, true_recall)[inside].sum()


recalls = np.linspace(0.5, 0.98, 97)
covered = {
    name: np.array([coverage(r, 20, method) for r in recalls])
    for name, method in (("Wald", "normal"), ("Wilson", "wilson"))
}
for name, values in covered.items():
    print(f"{name:7s} average {values.mean():.2f}, worst {values.min():.2f}")

# %%
with plots.picture(
    title="With 20 positives, Wald's 95% interval often misses",
    xlabel="true recall",
    ylabel="share of intervals that hold it",
    alt=f"Coverage with 20 positives, for true recalls from 0.5 to 0.98: Wald's interval falls to "
    f"{covered['Wald'].min():.2f} as recall nears 1, Wilson's stays between "
    f"{covered['Wilson'].min():.2f} and {covered['Wilson'].max():.2f}.",
) as ax:
    for name, values in covered.items():
        ax.plot(recalls, values, label=name)
    ax.axhline(0.95, color="#555555", linestyle=":", label="promised 95%")
    ax.set_ylim(0, 1.02)

# %% [markdown]
# Wald's interval breaks down exactly where good detectors live, near a recall of 1. Wilson's wobbles
# around the promise, since with so few whole counts it cannot hit 95% everywhere, but it never falls
# far below. Brown, Cai and DasGupta (2001) compare many intervals; for small $n$ they recommend this
# one, or one by Jeffreys that is much like it.
#
# **The [rule of three](../../docs/glossary.md#rule-of-three).** If none of $n$ positives was
# missed, what is the largest miss rate that is still plausible? The one that would go unseen with
# probability 5%: $(1-q)^n = 0.05$, so $q = 1 - 0.05^{1/n} \approx 3/n$.

# %%
for n_positives in (10, 20, 100, 1000):
    exact = 1 - 0.05 ** (1 / n_positives)
    print(
        f"0 misses in {n_positives:4d}: miss rate up to {exact:.3f}, rule of three {3 / n_positives:.3f}"
    )

# %% [markdown]
# "It missed none of our 20" is compatible with a detector that misses one in eight.
#
# ### Measures without a formula: the stratified bootstrap
#
# Recall is a share, so it has a formula. F1 is not a share: FP and FN come from different classes.
# Then let the data stand for the world: draw a new test set *from the test set*, with replacement,
# compute the measure, repeat: a **[bootstrap](../../docs/glossary.md#bootstrap)**. The middle 95%
# of the values are the interval. Draw
# **within each class** ([stratified](../../docs/glossary.md#stratified-bootstrap)), so that every
# new set has as many positives as yours. Here for real tumours, 19 malignant ones among 376, each
# predicted by a model that has not seen it:

# %%
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler
from sklearn.utils import resample

from imbalance_lab.datasets import load_rare_breast_cancer

X_cancer, y_cancer = load_rare_breast_cancer(random_state=0)
pipeline = make_pipeline(StandardScaler(), LogisticRegression())
predicted = cross_val_predict(pipeline, X_cancer, y_cancer, cv=5)


def stratified_bootstrap(y, y_pred, measure, n_repeats=200):
    y, y_pred, values = np.asarray(y), np.asarray(y_pred), []
    for seed in range(n_repeats):
        drawn = resample(np.arange(len(y)), stratify=y, random_state=seed)
        values.append(measure(y[drawn], y_pred[drawn]))
    return np.quantile(values, [0.025, 0.975])


# %%
n_positive = int(y_cancer.sum())
n_caught = int(predicted[y_cancer == 1].sum())
low, high = proportion_confint(n_caught, n_positive, method="wilson")
print(
    f"recall {n_caught} of {n_positive} = {n_caught / n_positive:.2f}, Wilson {low:.2f} to {high:.2f}"
)
low, high = stratified_bootstrap(y_cancer, predicted, f1_score)
print(f"F1 {f1_score(y_cancer, predicted):.2f}, stratified bootstrap {low:.2f} to {high:.2f}")
for few in (3, 5, 19):
    none = (1 - few / len(y_cancer)) ** len(y_cancer)
    print(f"with {few:2d} positives, {none:.3f} of unstratified draws would have none at all")

# %% [markdown]
# An impressive recall, and an interval that reaches from mediocre to nearly perfect. If two models
# differ by less than such a width, their values alone have not told them apart: compare them on the
# same test set, case by case, or find more positives. The last lines show why to stratify: with very
# few positives, some plain draws would have none, and nothing to measure.
#
# Does this interval keep its promise? Draw a thousand test sets from a detector whose F1 we know, and
# see how often it is inside. (Drawing rows of one class with replacement and counting the flags is a
# binomial draw, which makes it quick.)


# %%
def bootstrap_coverage(n_positives, recall=0.9, fp_rate=0.003, n_sets=1000):
    rng, n_negatives, held = np.random.default_rng(0), 19 * n_positives, 0
    true_f1 = 2 * recall * n_positives / ((1 + recall) * n_positives + fp_rate * n_negatives)
    for _ in range(n_sets):
        tp, fp = rng.binomial([n_positives, n_negatives], [recall, fp_rate])
        new_tp = rng.binomial(n_positives, tp / n_positives, 300)
        new_fp = rng.binomial(n_negatives, fp / n_negatives, 300)
        f1 = 2 * new_tp / (new_tp + new_fp + n_positives)
        low, high = np.quantile(f1, [0.025, 0.975])
        held += low <= true_f1 <= high
    return held / n_sets


for n_positives in (10, 20, 50, 200):
    print(
        f"{n_positives:3d} positives: {bootstrap_coverage(n_positives):.2f} of the intervals hold F1"
    )

# %% [markdown]
# With ten positives it falls well short: the bootstrap can only draw the positives that you have, and
# if none of them was missed, no draw will miss one. From some dozens on it can be relied on. For
# recall itself, whatever the number, prefer Wilson.

# %% [markdown]
# ## Ten folds, one F1
#
# [Cross-validation](../../docs/glossary.md#cross-validation) gives ten test folds. Accuracy is an
# average over samples, so the mean over folds of equal size *is* the accuracy over all samples. F1
# is not. Two folds, by hand:
#
# | | TP | FP | FN | F1 |
# | --- | --- | --- | --- | --- |
# | fold 1 | 1 | 0 | 0 | 1 |
# | fold 2 | 1 | 9 | 4 | 2/15 |
# | mean over folds | | | | 0.57 |
# | **[pooled](../../docs/glossary.md#pooling)**: counts added first | 2 | 9 | 4 | 4/17 = 0.24 |
#
# Which one is right? Take two detectors whose true F1 we know, because we choose their rates, and
# choose them so that both have the *same*. A cautious one catches 30% of the positives and flags one
# negative in a thousand; an eager one catches 80% and flags about thirteen in a thousand. Judge each
# on 5,000 samples with 30 positives in ten folds, a thousand times.


# %%
def f1_of_counts(tp, fp, fn):
    """Return F1 of arrays of counts; 0 where there is no true positive."""
    return 2 * tp / np.maximum(2 * tp + fp + fn, 1)


def ten_folds(recall, fp_rate, stratified, seed, n_repeats=1000):
    """Return the mean over folds of F1 and the F1 of the pooled counts, for each repeat."""
    rng = np.random.default_rng(seed)
    positives = np.full((n_repeats, 10), 3)
    if not stratified:
        positives = rng.multivariate_hypergeometric([500] * 10, 30, size=n_repeats)
    tp = rng.binomial(positives, recall)
    fp = rng.binomial(500 - positives, fp_rate)
    fn = positives - tp
    pooled = f1_of_counts(tp.sum(axis=1), fp.sum(axis=1), fn.sum(axis=1))
    return f1_of_counts(tp, fp, fn).mean(axis=1), pooled


rates = {"cautious": (0.3, 0.001), "eager": (0.8, 0.01274)}
for name, (recall, fp_rate) in rates.items():
    print(f"{name:9s} true F1 {f1_of_counts(30 * recall, 4970 * fp_rate, 30 * (1 - recall)):.3f}")

# %%
fold_bias = {}
for name, (recall, fp_rate) in rates.items():
    true_f1 = f1_of_counts(30 * recall, 4970 * fp_rate, 30 * (1 - recall))
    for split in ("stratified", "shuffled"):
        averaged, pooled = ten_folds(recall, fp_rate, split == "stratified", seed=0)
        fold_bias[f"{name}, {split}, mean of folds"] = interval(averaged - true_f1)
        fold_bias[f"{name}, {split}, pooled"] = interval(pooled - true_f1)
plots.intervals(
    fold_bias,
    xlabel="estimated F1 minus true F1",
    ylabel="detector, folds, method",
    title="The mean of F1 over folds is biased; pooled counts are not, or hardly",
    baseline=0.0,
    baseline_label="no bias",
)

# %% [markdown]
# The pooled value is right to within about a percentage point. The mean over folds is not, and worse:
# its bias has another size, even another sign, for another detector. Of two equal detectors it calls
# the eager one better. [Stratified](../../docs/glossary.md#stratified) folds help, but do not cure
# it: in a fold with three positives one catch more or less moves F1 by a lot, and not
# symmetrically. Forman and Scholz (2010) compared the ways to compute F1 in cross-validation and
# found all but one biased, most of all when positives are rare. The one: **add the counts over the
# folds, then compute F1 once.** In scikit-learn: `cross_val_predict`, then one `f1_score` on all
# predictions, as we did with the tumours; `cross_val_score(scoring="f1")` returns the fold values.

# %% [markdown]
# ## More than two classes
#
# With several classes, each one in turn is "positive" against the rest and gets its precision,
# recall and F1. The question is how to put them together. Ten cases of three classes:

# %% covers="E24"
from sklearn.metrics import classification_report

kinds = ["a"] * 6 + ["b"] * 3 + ["c"]
guesses = ["a"] * 5 + ["b"] + ["a"] + ["b"] * 2 + ["a"]
print(classification_report(kinds, guesses, zero_division=0))

# %% [markdown]
# [`support`](../../docs/glossary.md#support) is the number of true cases. Class a has TP = 5, FP =
# 2 and FN = 1, so $F_1 = 10/13$; class b has 2, 1, 1, so $4/6$; class c was never predicted: 0.
# From these
#
# - **[macro](../../docs/glossary.md#macro-average)** average: the plain mean,
#   $(10/13 + 4/6 + 0)/3$. Every *class* has one vote.
# - **[weighted](../../docs/glossary.md#weighted-average)** average: weights 6, 3, 1. The common
#   classes decide.
# - **[micro](../../docs/glossary.md#micro-average)** average: add up TP, FP and FN over the
#   classes, then compute. Each mistake is one class's FP and another's FN, so it is the share of
#   right answers: *accuracy*. The report prints it under that name.
#
# Beware of a double meaning: some papers call the F1 of the averaged precision and the averaged
# recall "macro F1" as well. It is never smaller, and can rank models differently (Opitz and Burst
# 2019). scikit-learn averages the F1 values.

# %% [markdown]
# ### Exercise 6: macro F1


# %% answer="macro-f1"
def macro_f1(y_true, y_pred):
    """Return the mean of the classes' F1 values, each class with the same weight.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels of any number of classes. Rows belong together by their
        position, whatever index a Series has.

    Returns
    -------
    float
        Mean over every class that occurs in `y_true` or in `y_pred`. A class without a true
        positive has F1 = 0.

    Write it from counts; scikit-learn's functions for F1 are not accepted here.

    Example by hand: the ten cases above have F1 values 10/13, 4/6 and 0, so 0.4786...
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    values = []
    for label in np.union1d(y_true, y_pred):
        tp = np.sum((y_true == label) & (y_pred == label))
        values.append(2 * tp / (np.sum(y_true == label) + np.sum(y_pred == label)))
    return float(np.mean(values))
    ### END SOLUTION


# %% try="macro-f1"
round(macro_f1(kinds, guesses), 3)

# %% graded="macro-f1" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.metrics import MACRO_F1

ten = list("aaaaaabbbc"), list("aaaaababba")
check(macro_f1, MACRO_F1).on(*ten).gives((10 / 13 + 4 / 6 + 0) / 3)
check(macro_f1, MACRO_F1).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import metrics as keys

check(macro_f1, MACRO_F1).keeps_its_contract(keys.MACRO_F1.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### On real data: a long tail of digits
#
# Keep 170 pictures of the digit 0, and of each next digit about a quarter fewer, down to nine
# pictures of the 9. Twenty random splits:

# %%
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

pixels, digit = load_digits(return_X_y=True)
sizes = (170 * 0.72 ** np.arange(10)).round().astype(int)
kept = np.concatenate([np.flatnonzero(digit == d)[:size] for d, size in enumerate(sizes)])
pixels, digit = pixels[kept] / 16, digit[kept]


def averages(seed):
    X_a, X_b, y_a, y_b = train_test_split(
        pixels, digit, test_size=0.5, stratify=digit, random_state=seed
    )
    y_pred = LogisticRegression(max_iter=500).fit(X_a, y_a).predict(X_b)
    means = {kind: f1_score(y_b, y_pred, average=kind) for kind in ("micro", "weighted", "macro")}
    return means | {"recall of 7, 8, 9": np.mean(y_pred[y_b >= 7] == y_b[y_b >= 7])}


digit_runs = pd.DataFrame([averages(seed) for seed in range(20)])
print("pictures of each digit:", *sizes)
for name in digit_runs:
    print(f"{name:18s} {interval(digit_runs[name]):.2f}")

# %% [markdown]
# A quarter of the rare digits is missed. The micro and the weighted average, which hardly differ, know
# nothing of it; the macro average shows a part. "Weighted" sounds like the careful choice for
# imbalanced classes, but its weights *are* the imbalance. And no average replaces the column of
# recalls, class by class.

# %% [markdown]
# ## Claims, tested
#
# Three claims were put to the test above; the fourth is tested here. *"`classification_report` gives
# the complete view."* For each of 20 samples take perfect knowledge (the true probabilities), and a
# spoiled copy: all probabilities below 0.5 are shuffled among themselves. Can a report tell the two
# apart?


# %%
def report_and_cost(seed, cost_fn=20):
    _, y, p = make_gauss(10_000, prevalence=0.05, return_proba=True, random_state=seed)
    spoiled, low = p.copy(), np.flatnonzero(p < 0.5)
    spoiled[low] = np.random.default_rng(seed).permutation(p[low])
    reports, least = [], []
    for score in (p, spoiled):
        _, fp, fn, _, _ = confusion_matrix_at_thresholds(y, score)
        reports.append(classification_report(y, score >= 0.5, digits=6))
        least.append((fp + cost_fn * fn).min() / len(y))
    return {"same report": reports[0] == reports[1], "true": least[0], "spoiled": least[1]}


twins = pd.DataFrame([report_and_cost(seed) for seed in range(20)])
print(f"reports equal to the sixth decimal: {twins['same report'].sum()} of {len(twins)}")
print(f"least cost per case, true probabilities {interval(twins['true']):.2f}")
print(f"least cost per case, spoiled copy       {interval(twins['spoiled']):.2f}")

# %%
from imbalance_lab.claims import Claim

rare = by_prevalence[0.001]
moved = interval(rare["balanced accuracy"] - by_prevalence[0.5]["balanced accuracy"])
Claim(
    "Balanced accuracy is unaffected by class proportions.",
    verdict="holds",
    because=(
        f"From a prevalence of 0.5 to 0.001 it changed by {moved:+.3f}. For that very reason it hides"
        f" what rarity does to alarms: precision fell from {means.loc['precision'].iloc[0]:.2f} to"
        f" {means.loc['precision'].iloc[-1]:.3f}. Its hidden price of a miss, (1 − π)/π false alarms,"
        " does change with the proportions."
    ),
    reference="brodersen2010",
    evidence="E16",
)

# %%
gain = interval(f1_runs[0.01]["at the best threshold"] - f1_runs[0.01]["at 0.5"])
extra_f1 = interval(bills["F1"] - bills["cost"])
Claim(
    "F1 balances precision and recall, so it is the metric for imbalanced data.",
    verdict="holds only if",
    because=(
        "one miss costs you 2/F1 − 1 false alarms, and if the threshold was chosen. With perfect"
        f" knowledge at 1% prevalence, leaving 0.5 was worth {gain:+.2f} of F1. On the transactions,"
        f" choosing by F1 instead of by cost changed the bill by {extra_f1:+.0f} € per 1,000."
    ),
    reference="lipton2014",
    evidence="E15 E25",
)

# %%
cautious, eager = (ten_folds(*rates[name], True, seed=1)[0] for name in ("cautious", "eager"))
Claim(
    "The F1 of a cross-validation is the mean over its folds.",
    verdict="does not hold",
    because=(
        "Two detectors with the same true F1 differed by"
        f" {interval(eager - cautious):+.3f} in the mean over ten stratified folds with three"
        " positives each. Pool the counts and compute F1 once."
    ),
    reference="forman2010",
    evidence="E15 E25",
)

# %%
worse = interval(twins["spoiled"] - twins["true"])
Claim(
    "classification_report gives the complete view of an imbalanced problem.",
    verdict="does not hold",
    because=(
        f"In {twins['same report'].sum()} of {len(twins)} samples it printed the same for perfect"
        f" knowledge and for a copy whose least cost was {worse:+.2f} higher per case, at 20 for a"
        " miss. It describes one threshold: no ranking, no calibration, no cost, no interval."
    ),
    reference="provost1998",
    evidence="E24",
)

# %% [markdown]
# ## Quiz
#
# **1.** A test for a disease has recall 0.95 and specificity 0.95. The disease is in 1% of those who
# are tested. Somebody's result is positive. How likely is the disease?
#
# - a) About 95%: recall says so.
# - b) About 95%: specificity says so.
# - c) About one in six.
# - d) It can't be said.
#
# **2.** A clinic's test moves to a nationwide screening, where the disease is 50 times rarer.
# Recall and specificity stay the same. Which measure falls?
#
# - a) Precision.
# - b) Balanced accuracy, since the classes are less balanced.
# - c) Balanced accuracy and precision.
# - d) The G-mean.
#
# **3.** A miss costs 20 times as much as a false alarm, at a prevalence of 1%. By which measure
# should you choose between two models?
#
# - a) F1: it balances both.
# - b) Accuracy: it counts all mistakes.
# - c) Balanced accuracy: it is made for imbalance.
# - d) The total cost.
#
# **4.** A test set has 10 positives and 100,000 negatives. All 10 are caught. What can be said of
# the recall?
#
# - a) It is 1.
# - b) A recall of 0.8 is still plausible.
# - c) It is known precisely, from 100,010 samples.
# - d) Nothing at all.
#
# **5.** Ten-fold cross-validation, a few positives in each fold. How do you report F1?
#
# - a) The mean of the ten values.
# - b) One F1, from the counts added over all folds.
# - c) The mean over the folds in which something was flagged.
# - d) The best fold.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "a", 3: "d", 4: "b", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.metrics import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague reports on a new detector for defective parts: *"F1 has improved from 0.61 to 0.66
# (mean over ten folds, 40 defects among 8,000 parts), so we switch."* A missed defect costs about
# 50 times as much as a part that is inspected for nothing. Answer in five to eight sentences: what
# can be concluded, what you would want to see instead, and how you would decide.

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
# - Recall, specificity and balanced accuracy describe the detector; precision, F1 and Matthews
#   correlation describe it at one prevalence.
# - Every measure hides a price of a miss. If you know yours, choose by cost.
# - Count the positives and give an interval: Wilson for a share, stratified bootstrap for the rest.
# - Add counts over folds before computing F1; average over classes with equal votes.
#
# **New words:** *precision*, *recall*, *specificity*, *false positive rate*, *likelihood ratio*,
# *F1*, *F-beta*, *balanced accuracy*, *G-mean*, *Matthews correlation*, *Wilson interval*,
# *coverage*, *rule of three*, *stratified bootstrap*, *pooling*, *macro average*, *micro average*
# and *weighted average*, *support*.
#
# ## Further reading
#
# - Provost et al. (1998). [*The case against accuracy estimation for comparing induction
#   algorithms*](../../docs/bibliography.md#provost1998).
# - Wilson (1927). [*Probable inference, the law of succession, and statistical
#   inference*](../../docs/bibliography.md#wilson1927).
# - Brown et al. (2001). [*Interval estimation for a binomial
#   proportion*](../../docs/bibliography.md#brown2001): how badly the textbook interval fails, and
#   what to use instead.
# - Hanley & Lippman-Hand (1983). [*If nothing goes wrong, is everything all right? Interpreting
#   zero numerators*](../../docs/bibliography.md#hanley1983): the rule of three, for physicians.
# - Forman & Scholz (2010). [*Apples-to-apples in cross-validation studies: pitfalls in classifier
#   performance measurement*](../../docs/bibliography.md#forman2010): short, and of use to everybody
#   who cross-validates F1.
# - Lipton et al. (2014). [*Optimal thresholding of classifiers to maximize F1
#   measure*](../../docs/bibliography.md#lipton2014).
# - Brodersen et al. (2010). [*The balanced accuracy and its posterior
#   distribution*](../../docs/bibliography.md#brodersen2010): balanced accuracy with an interval.
# - Chicco & Jurman (2020). [*The advantages of the Matthews correlation coefficient (MCC) over F1
#   score and accuracy in binary classification evaluation*](../../docs/bibliography.md#chicco2020):
#   a plea for one measure; read it with the table of price lists in mind.
# - Opitz & Burst (2019). [*Macro F1 and macro F1*](../../docs/bibliography.md#opitz2019): two
#   measures under one name, and how far apart they can be.
#
# **Next:** lesson 03 looks behind the decisions, at the scores, and asks how well they *rank*.
