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
# # 02 · Metrics, deeper: what else can one number hide?
#
# **At the end you can**
#
# - give F1 an interval, and compute it over folds without bias;
# - average a measure over several classes, and say which classes decide the average;
# - move the decision of a model with many classes towards the rare ones;
# - say what a classification report leaves out.
#
# Nothing here is graded, and no later lesson needs it.
#
# **Time** 30 minutes. **You need** NumPy, pandas and scikit-learn.
# **Builds on** lesson 02 (precision, recall, F1, coverage, price lists).

# %% [markdown]
# ## Why β is squared
#
# F-beta gives recall the weight $\beta^2$ in a harmonic mean:
#
# $$F_\beta = \frac{(1+\beta^2) \cdot \text{precision} \cdot \text{recall}}
# {\beta^2 \cdot \text{precision} + \text{recall}}
# = \frac{(1+\beta^2)\,TP}{(1+\beta^2)\,TP + \beta^2 FN + FP}$$
#
# Why the square? With it, a small step of precision and one of recall are worth the same exactly
# where recall $= \beta \cdot$ precision. Precision 0.3 and recall 0.8 by hand, with $\beta = 2$:
# $5 \cdot 0.24 / (4 \cdot 0.3 + 0.8) = 0.6$. A very large β leaves only recall.

# %%
import numpy as np

from imbalance_lab import plots

betas = np.logspace(-1.5, 1.5, 100)
with plots.picture(
    title="Precision 0.3 and recall 0.8: what F-beta makes of them",
    xlabel="β (log scale)",
    ylabel="F-beta",
    alt="F-beta rises from 0.30, which is precision, to 0.80, which is recall, as β grows. F1 is "
    "0.44 and F2 is 0.60.",
) as ax:
    ax.plot(betas, (1 + betas**2) * 0.24 / (betas**2 * 0.3 + 0.8))
    ax.plot([1, 2], [0.48 / 1.1, 0.6], "o", color="black", label="F1 and F2")
    ax.set(xscale="log", ylim=(0, 1))

# %% [markdown]
# Neither 1 nor 2 is a price. If you know what the two mistakes cost, use the costs; if you know
# them roughly, try both ends of the range.

# %% [markdown]
# ## An interval for F1: the bootstrap
#
# Recall is a share, so it has a formula. F1 is not: its FP and FN come from different classes. Then
# let the data stand for the world. Draw a new test set *from the test set*, with replacement and of
# the same size, compute the measure, and repeat: a **[bootstrap](../../docs/glossary.md#bootstrap)**.
# The middle 95% of the values are the interval. Here for real tumours, 19 malignant ones among 376,
# each predicted by a model that has not seen it. **Predict:** how wide is the interval?

# %%
my_prediction = None  # your guess: its upper end minus its lower end

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_breast_cancer

X_cancer, y_cancer = load_rare_breast_cancer(random_state=0)
pipeline = make_pipeline(StandardScaler(), LogisticRegression())
predicted = cross_val_predict(pipeline, X_cancer, y_cancer, cv=5)

rng = np.random.default_rng(0)
rows = rng.integers(len(y_cancer), size=(1000, len(y_cancer)))
y, flagged = y_cancer.to_numpy()[rows], predicted[rows]
drawn = 2 * (y * flagged).sum(axis=1) / (y.sum(axis=1) + flagged.sum(axis=1))
low, high = np.quantile(drawn, [0.025, 0.975])
print(f"you predicted a width of {my_prediction}")
print(f"F1 {f1_score(y_cancer, predicted):.2f}, bootstrap interval {low:.2f} to {high:.2f}")

# %%
alt = f"Histogram of 1,000 bootstrap values of F1; the middle 95% lie from {low:.2f} to {high:.2f}."
with plots.picture(
    title="F1 of 1,000 drawn test sets", xlabel="F1", ylabel="drawn test sets", alt=alt
) as ax:
    ax.hist(drawn, bins=np.linspace(0.7, 1, 31))
    for end, label in ((low, "the middle 95%"), (high, None)):
        ax.axvline(end, color="black", linestyle=":", label=label)

# %% [markdown]
# An excellent F1, and an interval wide enough for two rather different detectors. It is about these
# models, on new patients: it does not include that another training sample would have given other
# models.
#
# Some guides advise the **[stratified bootstrap](../../docs/glossary.md#stratified-bootstrap)**, which
# draws within each class, so that every drawn set has as many positives as yours. But a new test set
# would *not* have as many, and where false alarms matter that is a part of the uncertainty. The
# laboratory drew many test sets from detectors whose F1 is known:

# %%
from imbalance_lab.evidence import study

study("bootstrap").plot("stratified")

# %%
study("bootstrap").plot("plain")

# %% [markdown]
# Each row is the share of intervals that hold the true F1, minus 0.95. Drawing all rows comes within
# 0.03 on average; drawing each class by itself covers less. With 20 positives and hardly an
# alarm both fall short: if nobody was missed, no draw can miss anybody. So draw all rows, take an
# interval from 20 positives to be too narrow, and for recall prefer one with a formula. (Draw each class
# by itself only if your test set was collected that way.)

# %% [markdown]
# ## How far the mean over folds is off
#
# Choose the rates of two detectors so that both have the *same* true F1 of 0.41. A cautious one
# catches 30% of the positives and flags one negative in a thousand; an eager one catches 80% and flags
# about thirteen in a thousand. Judge each on 5,000 samples with 30 positives, in ten folds of three
# positives each, a thousand times. **Predict:** which one does the mean over folds prefer?

# %%
my_prediction = None  # your guess: "cautious", "eager" or "neither"

# %%
from imbalance_lab.experiments import interval


def f1_of(tp, fp, fn):
    """Return F1 of arrays of counts; 0 where there is no true positive."""
    return 2 * tp / np.maximum(2 * tp + fp + fn, 1)


errors, averages = {}, {}
for name, (recall, fp_rate) in {"cautious": (0.3, 0.001), "eager": (0.8, 0.01274)}.items():
    rng = np.random.default_rng(0)
    tp, fp = rng.binomial(3, recall, (1000, 10)), rng.binomial(497, fp_rate, (1000, 10))
    averages[name] = f1_of(tp, fp, 3 - tp).mean(axis=1)
    pooled = f1_of(tp.sum(axis=1), fp.sum(axis=1), 30 - tp.sum(axis=1))
    true_f1 = f1_of(30 * recall, 4970 * fp_rate, 30 * (1 - recall))
    errors[f"{name}, mean of folds"] = interval(averages[name] - true_f1)
    errors[f"{name}, pooled"] = interval(pooled - true_f1)

# %%
print("you predicted that the mean over folds prefers:", my_prediction)
plots.intervals(
    errors,
    title="Two ways to compute F1 from ten folds",
    xlabel="estimated F1 minus true F1",
    ylabel="detector, method",
    baseline=0.0,
    baseline_label="no bias",
)

# %% [markdown]
# The pooled value is right to about a percentage point. The mean over folds is off by a different
# amount for each detector, and of two that are equally good it prefers the eager one. In a fold
# with three positives one catch more or less moves F1 by a lot, and not symmetrically (Forman and
# Scholz 2010).

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
# - the **[macro average](../../docs/glossary.md#macro-average)** is the plain mean,
#   $(10/13 + 4/6 + 0)/3$: every *class* has one vote;
# - the **[weighted average](../../docs/glossary.md#weighted-average)** has the weights 6, 3, 1: the
#   common classes decide;
# - the **[micro average](../../docs/glossary.md#micro-average)** adds up TP, FP and FN over the
#   classes first. Each mistake is one class's FP and another's FN, so it is the share of right
#   answers, and the report prints it as *accuracy*.
#
# Beware of a double meaning: some papers call the F1 of the averaged precision and the averaged
# recall "macro F1" as well. It is never smaller, and can rank models differently (Opitz and Burst
# 2019). scikit-learn averages the F1 values.
#
# Now real pictures of digits with a long tail: 170 of the digit 0, and of each next digit about a
# quarter fewer, down to nine of the digit 9. **Predict:** the share of right answers is about 0.97.
# What share of the 7, 8 and 9 is right?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split

pixels, digit = load_digits(return_X_y=True)
sizes = (170 * 0.72 ** np.arange(10)).round().astype(int)
kept = np.concatenate([np.flatnonzero(digit == d)[:size] for d, size in enumerate(sizes)])
pixels, digit = pixels[kept] / 16, digit[kept]


def halves(seed):
    """Return the truth of one half, and probabilities from a model of the other half."""
    X_a, X_b, y_a, y_b = train_test_split(
        pixels, digit, test_size=0.5, stratify=digit, random_state=seed
    )
    return y_b, LogisticRegression(max_iter=500).fit(X_a, y_a).predict_proba(X_b)


tested = [halves(seed) for seed in range(20)]

# %%
summary = pd.DataFrame(
    [
        {"micro F1": f1_score(y, p.argmax(axis=1), average="micro")}
        | {"weighted F1": f1_score(y, p.argmax(axis=1), average="weighted")}
        | {"macro F1": f1_score(y, p.argmax(axis=1), average="macro")}
        | {"recall of 7, 8, 9": np.mean(p.argmax(axis=1)[y >= 7] == y[y >= 7])}
        for y, p in tested
    ]
).mean()
print("you predicted:", my_prediction)
values = ", ".join(f"{name} {value:.2f}" for name, value in summary.items())
with plots.picture(
    title="Digits with a long tail: the averages and the tail",
    xlabel="mean over 20 splits",
    ylabel="measure",
    alt=f"Means over 20 splits: {values}.",
    height=2.6,
) as ax:
    ax.barh(summary.index[::-1], summary[::-1])
    ax.set_xlim(0, 1)

# %% [markdown]
# About a quarter of the rare digits are missed. The micro and the weighted average, which hardly
# differ, show nothing of it; the macro average shows a part. "Weighted" sounds like the careful
# choice for imbalanced classes, but its weights *are* the imbalance. No average replaces the
# recalls, class by class. (The splits share their pictures, so there is no honest interval here;
# that takes lesson 04.)

# %% [markdown]
# ## One threshold for each class
#
# With two classes you move a threshold. With ten, the usual decision takes the most probable class,
# which is right if all mistakes cost the same. If you want the mean *recall* to be highest, every
# class with one vote, an unlikely answer can be the better bet: a right 9 is worth nineteen right 0s.
# So divide each probability by the prevalence $\pi_k$ of its class, and take the largest. On log
# probabilities that is a subtraction, called **[logit
# adjustment](../../docs/glossary.md#logit-adjustment)** (Menon and others 2021):
#
# $$\text{decision} = \arg\max_k \left[ \log p_k - \tau \log \pi_k \right]$$
#
# $\tau = 0$ is the usual decision and $\tau = 1$ the one for equal votes. For two classes $\tau = 1$
# puts the threshold at the prevalence. Any vector of offsets in place of $\tau \log \pi_k$ is a
# threshold for each class, and with costs they follow from the costs (lesson 09). **Predict:** what
# does $\tau = 1$ do to the recall of the common 0, 1 and 2?

# %%
my_prediction = None  # your guess: by how much it falls

# %%
log_prior = np.log(sizes / sizes.sum())
recalls = {
    tau: np.mean(
        [
            recall_score(y, (np.log(p) - tau * log_prior).argmax(axis=1), average=None)
            for y, p in tested
        ],
        axis=0,
    )
    for tau in (0, 1)
}
gain = recalls[1] - recalls[0]
print("you predicted:", my_prediction)
print(f"0, 1 and 2: {gain[:3].mean():+.2f}; 7, 8 and 9: {gain[7:].mean():+.2f}")

# %%
with plots.picture(
    title="Logit adjustment: the same probabilities, another decision",
    xlabel="digit (and its number of pictures)",
    ylabel="recall, mean over 20 splits",
    alt="Recall of each digit. Without adjustment it is "
    f"{recalls[0][:3].mean():.2f} for 0 to 2 and {recalls[0][7:].mean():.2f} for 7 to 9; with it "
    f"{recalls[1][:3].mean():.2f} and {recalls[1][7:].mean():.2f}.",
) as ax:
    ax.plot(recalls[0], "o-", label="most probable class (τ = 0)")
    ax.plot(recalls[1], "s--", label="logit adjustment (τ = 1)")
    ax.set_xticks(range(10), [f"{d}\n({size})" for d, size in enumerate(sizes)])
    ax.set_ylim(0, 1.05)

# %% [markdown]
# The rare digits gain much, and the common ones pay little. No model was trained again. Whether the
# trade is worth it is again a question of prices: it is if a mistake on a 9 costs as much as
# nineteen mistakes on a 0. Probabilities that are far from right, as those of large networks often
# are, have to be corrected first (lesson 10).

# %% [markdown] covers="E05"
# ## Which measure for which problem
#
# Rare-event problems differ in what a mistake costs, and so in what to look at:
#
# | problem | a false alarm costs | a miss costs | look at |
# | --- | --- | --- | --- |
# | card fraud | a review, an annoyed customer | the amount | cost; precision for the review team |
# | disease screening | a second test, worry | a late diagnosis | recall, with precision at the real prevalence |
# | spam filter | a lost letter | a nuisance | precision first |
# | defective parts | a good part thrown away | a faulty part delivered | recall at a false positive rate that you can pay for |
# | failing machines | an inspection | a stopped line | cost, over a range of prices if they are uncertain |
# | intrusion | minutes of an analyst | a breach | recall within the alarms that can be read |

# %% [markdown]
# ## Claims, tested
#
# Two more pieces of advice. The second is tested here. For each of 20 samples take perfect knowledge
# (the true probabilities), and a spoiled copy: all probabilities below 0.5 are shuffled among
# themselves. Can a report tell the two apart?

# %%
from sklearn.metrics import confusion_matrix_at_thresholds

from imbalance_lab.datasets import make_gauss


def least_cost(y, score):
    """Return the least cost per case over all thresholds, at 20 for a miss."""
    _, fp, fn, _, _ = confusion_matrix_at_thresholds(y, score)
    return (fp + 20 * fn).min() / len(y)


same, extra = 0, []
for seed in range(20):
    _, y, p = make_gauss(10_000, prevalence=0.05, return_proba=True, random_state=seed)
    spoiled, low = p.copy(), np.flatnonzero(p < 0.5)
    spoiled[low] = np.random.default_rng(seed).permutation(p[low])
    reports = [classification_report(y, score >= 0.5, digits=6) for score in (p, spoiled)]
    same += reports[0] == reports[1]
    extra.append(least_cost(y, spoiled) - least_cost(y, p))
print(f"{same} of 20 reports are equal")
print(f"cost per case, spoiled copy minus perfect: {interval(extra):+.2f}")

# %%
from imbalance_lab.claims import Claim

Claim(
    "The F1 of a cross-validation is the mean over its folds.",
    verdict="does not hold",
    because=(
        "Two detectors with the same true F1 differed by"
        f" {interval(averages['eager'] - averages['cautious']):+.3f} in the mean over ten stratified"
        " folds with three positives each. Pool the counts and compute F1 once."
    ),
    reference="forman2010",
    evidence="E15 E25",
)

# %%
Claim(
    "classification_report gives the complete view of an imbalanced problem.",
    verdict="does not hold",
    because=(
        f"In {same} of 20 samples it printed the same for perfect knowledge and for a copy whose"
        f" least cost was {interval(extra):+.2f} higher per case, at 20 for a miss. It describes one"
        " threshold: no ranking, no calibration, no cost, no interval."
    ),
    reference="provost1998",
    evidence="E24",
)

# %% [markdown]
# ## Take away
#
# - Draw all rows for a bootstrap interval of F1, a thousand times, and trust it from some dozens of
#   positives.
# - Add counts over folds; average over classes with equal votes, and look at each class.
# - Dividing probabilities by the prevalences of their classes turns the most probable class into the
#   decision for equal votes.
# - A report describes one threshold.
#
# **New words:** *bootstrap*, *stratified bootstrap*, *macro average*, *micro average*, *weighted
# average*, *support*, *logit adjustment*.
#
# **Now try it on real data.** `fetch_public("mammography")` of `imbalance_lab.datasets`: 11,183 spots on
# X-ray pictures, 260 of them calcifications (downloaded once; without a network a message says so). Which
# recall does a forest reach there at 0.5, and within which interval?
#
# ## Further reading
#
# - Provost et al. (1998). [*The case against accuracy estimation for comparing induction
#   algorithms*](../../docs/bibliography.md#provost1998).
# - Forman & Scholz (2010). [*Apples-to-apples in cross-validation studies: pitfalls in classifier
#   performance measurement*](../../docs/bibliography.md#forman2010).
# - Opitz & Burst (2019). [*Macro F1 and macro F1*](../../docs/bibliography.md#opitz2019): two
#   measures under one name, and how far apart they can be.
# - Menon et al. (2021). [*Long-tail learning via logit adjustment*](../../docs/bibliography.md#menon2021).
# - Chicco & Jurman (2020). [*The advantages of the Matthews correlation coefficient (MCC) over F1
#   score and accuracy in binary classification evaluation*](../../docs/bibliography.md#chicco2020):
#   a plea for one measure; read it with the price lists of lesson 02 in mind.
# - Hanley & Lippman-Hand (1983). [*If nothing goes wrong, is everything all right? Interpreting
#   zero numerators*](../../docs/bibliography.md#hanley1983): the rule of three, for physicians.
#
# **Next:** lesson 03 looks behind the decisions, at the scores, and asks how well they *rank*.
