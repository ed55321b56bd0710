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
# # 04 · Honest validation, deeper: what else can flatter a score?
#
# **At the end you can**
#
# - say what choosing on the test part, a balanced test part and a drifting world do to a score;
# - tune a model together with its remedy inside a cross-validation, with equal budgets;
# - compare two methods over many data sets.
#
# **Time** 35 minutes, optional: nothing is graded here. **You need** pandas and scikit-learn.
# **Builds on** the core of lesson 04.

# %% [markdown]
# ## WRONG and RIGHT
#
# You may meet the rule "split first, then resample" as two snippets like these. Read them before
# you run them. Is WRONG wrong for the intended reason? Is RIGHT right?

# %% covers="E81"
import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(0)
X, y = rng.normal(size=(800, 20)), rng.permutation(np.repeat([1, 0], [40, 760]))
try:  # WRONG
    X_res, y_res = RandomOverSampler(random_state=42).fit_resample(X, y)
    X_train, X_test = train_test_split(X_res, y_res, test_size=0.2)
except ValueError as error:
    print(f"WRONG does not run: {error}")

# RIGHT
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
X_res, y_res = RandomOverSampler(random_state=42).fit_resample(X_train, y_train)
print(f"RIGHT runs: {y_test.mean():.1%} positive in the test part, {y.mean():.1%} in all rows")

# %% [markdown]
# WRONG, in this form, stops with an error before it can leak: `train_test_split` returns four parts. RIGHT has the
# right order, but it does not stratify, so chance decides how many positives are left to judge by.

# %% [markdown] covers="E84"
# A pipeline keeps the order, but it can't make positives. Suppose that a snippet puts scaler, SMOTE and logistic
# regression into a pipeline and stops at `fit`. Cross-validate it on a table of its size: ten rows, two
# positives, two folds. Every training part then has one positive, and SMOTE looks in vain for its neighbours.

# %%
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.preprocessing import StandardScaler

X_tiny, y_tiny = np.arange(20.0).reshape(10, 2), np.array([0] * 8 + [1] * 2)
shown = make_pipeline(StandardScaler(), SMOTE(random_state=42), LogisticRegression())
try:
    cross_val_score(shown, X_tiny, y_tiny, cv=StratifiedKFold(2), error_score="raise")
except ValueError as error:
    print(*str(error).split(", but "), sep=",\nbut ")

# %% [markdown]
# And which other steps really leak? A scaler learns a mean and a deviation, and a selection of
# features learns which of them differ between the classes. In this study the 2 of 20 features that
# differ most were kept before the folds:

# %%
from imbalance_lab.evidence import study

leaks = study("leaks")
leaks.plot("selection")

# %%
leaks.plot("scaling")

# %% [markdown]
# On noise, and with a model that uses all it is given, the selection leaks 0.10; elsewhere the leak is small or left
# open. For the scaler, which never looks at the labels, the mean is about 0, and the intervals are too wide to exclude
# a hundredth. So do not dismiss a result because its scaler saw all rows.

# %% [markdown]
# ## A threshold chosen on the test part
#
# The core lets forty coins compete on one test part. Varma and Simon (2006) measured how far such a choice
# flatters on data without any signal, and Kapoor and Narayanan (2023) found leaks of many kinds in 17 fields of
# science. A threshold is a choice of the same kind. Choose the one
# with the best F1 once on the test part itself, and once on the training rows by an inner
# cross-validation, on twelve draws.

# %%
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from sklearn.model_selection import cross_val_predict

from imbalance_lab import plots
from imbalance_lab.datasets import make_gauss
from imbalance_lab.experiments import interval


def best_f1_threshold(y_true, p):
    precision, recall, thresholds = precision_recall_curve(y_true, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return thresholds[np.argmax(f1[:-1])]


def f1_of_three_choices(seed):
    X, y = make_gauss(1500, prevalence=0.05, random_state=seed)
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
    cv = StratifiedKFold(5, shuffle=True, random_state=seed)
    inner = cross_val_predict(LogisticRegression(), X_a, y_a, cv=cv, method="predict_proba")[:, 1]
    p = LogisticRegression().fit(X_a, y_a).predict_proba(X_b)[:, 1]
    thresholds = 0.5, best_f1_threshold(y_a, inner), best_f1_threshold(y_b, p)
    return [f1_score(y_b, p >= threshold) for threshold in thresholds]


# %%
choices = np.array([f1_of_three_choices(seed) for seed in range(12)])
names = ("left at 0.5", "chosen inside", "chosen on the test part")
plots.intervals(
    {name: interval(choices[:, column]) for column, name in enumerate(names)},
    xlabel="F1 on the test part, 12 draws",
    ylabel="threshold",
    title="A choice made on the test part flatters",
    decimals=2,
)

# %% [markdown]
# Tuning the threshold is worth a lot. Tuning it on the test part adds to the number, but nothing to
# what the detector does.

# %% [markdown]
# ## A test part that was balanced
#
# Nothing leaks if only the test part is balanced, by dropping negatives from it. Look at what the same
# model seems to be worth, once as the world delivers its rows, and once on the balanced ones:

# %%
from sklearn.metrics import precision_score, recall_score, roc_auc_score

MEASURES = {
    "average precision": average_precision_score,
    "precision at 0.1": lambda y, p: precision_score(y, p >= 0.1),
    "recall at 0.1": lambda y, p: recall_score(y, p >= 0.1),
    "ROC AUC": roc_auc_score,
}


def natural_and_balanced(seed):
    X, y = make_gauss(4000, prevalence=0.03, random_state=seed)
    X_new, y_new = make_gauss(6000, prevalence=0.03, random_state=500 + seed)
    p = LogisticRegression().fit(X, y).predict_proba(X_new)[:, 1]
    negatives = np.random.default_rng(seed).permutation(np.flatnonzero(y_new == 0))
    kept = np.concatenate([np.flatnonzero(y_new == 1), negatives[: y_new.sum()]])
    return [(f(y_new, p), f(y_new[kept], p[kept])) for f in MEASURES.values()]


# %%
both = np.array([natural_and_balanced(seed) for seed in range(8)])
rows = {}
for measure, name in enumerate(MEASURES):
    rows[f"{name}, natural"] = interval(both[:, measure, 0])
    rows[f"{name}, balanced"] = interval(both[:, measure, 1])
plots.intervals(
    rows,
    xlabel="value, mean of 8 draws",
    ylabel="measure and test part",
    title="Balancing the test part changes what precision means",
    decimals=2,
)

# %% [markdown]
# Recall and ROC AUC stay, as they must. Precision and average precision speak of another world: on the
# balanced rows nearly every flag is right, while at work most are false alarms. If the test part was
# balanced before you got it, correct the precision by Bayes' rule, as in lesson 02.

# %% [markdown]
# ## What a library does with an empty fold

# %%
import warnings

nobody, score = np.zeros(5, dtype=int), np.array([0.1, 0.4, 0.2, 0.3, 0.05])
for metric in (roc_auc_score, average_precision_score):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = metric(nobody, score)
    print(f"{metric.__name__} without a positive: {value}, {len(caught)} warning")

# %% [markdown]
# An undefined fold makes the mean undefined, so you notice it. A fold that counts as 0, though nothing was
# there to find, lowers the mean, and if warnings are switched off nobody sees why.
#
# And average precision? The core says that its scatter over the folds hardly shrinks. Here is the study:

# %%
study("folds").plot("spread-ap")

# %% [markdown]
# All means lie left of 0, and for all but one of them it is open whether they reach a tenth.

# %% [markdown]
# ## Drift, with a dial
#
# A random split lets the model learn from other rows of the days on which it is judged. So
# keep the judge fixed, half of the future's rows, and train twice on equally many rows: once on the past
# alone, and once on rows drawn from the past and from the other half of the future. This is a live
# demonstration on seven draws; the laboratory's study is in the core.

# %%
from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder


def mixed_and_past(drift, seed):
    drawn = make_transactions(10_000, fraud_rate=0.03, drift=drift, random_state=seed)
    past, future = split_by_time(drawn)
    encoder = transaction_encoder()  # one for both trainings, learned from the past alone
    X_past, X_future = encoder.fit_transform(past), encoder.transform(future)
    y_past, y_future = past["is_fraud"].to_numpy(), future["is_fraud"].to_numpy()
    X_known, X_test, y_known, y_test = train_test_split(
        X_future, y_future, test_size=0.5, stratify=y_future, random_state=seed
    )
    X_both, y_both = np.concatenate([X_past, X_known]), np.concatenate([y_past, y_known])
    mixed = np.random.default_rng(seed).permutation(len(y_both))[: len(y_past)]
    scores = []
    for X, y in ((X_both[mixed], y_both[mixed]), (X_past, y_past)):
        model = LogisticRegression(solver="newton-cholesky").fit(X, y)
        scores.append(average_precision_score(y_test, model.predict_proba(X_test)[:, 1]))
    return scores[0] - scores[1]


# %%
plots.intervals(
    {
        f"drift {drift}": interval([mixed_and_past(drift, seed) for seed in range(7)])
        for drift in (0, 1, 2)
    },
    xlabel="average precision: trained on a mix − trained on the past",
    ylabel="strength of the drift",
    title="A mix of past and future flatters where fraud drifts",
    baseline=0,
    decimals=2,
)

# %% [markdown]
# ## Customers who come back
#
# The core kept a patient's rows together, because the next patient will be a new one. A bank's
# customers stay. A split by customer therefore asks how the model does with strangers, whom it will
# hardly meet; a split of rows puts payments of one theft on both sides. The study `customers`
# simulates 600 customers with habits of their own, and asks of each split how much more it promises
# than next month brings:

# %%
customers = study("customers")
customers.plot("rows")

# %%
customers.plot("customers")

# %% [markdown]
# For forests and boosting, a split of rows promises too much: they can learn single thefts by
# heart, which a straight line can't. A split by customer promises too *little* on average over all
# six, though one cannot be sure of the 0.03 that would matter. A split by time is off by about 0 on
# average, as one would wish, but its intervals are too wide for a verdict.
#
# Such data hold something better than any remedy: what this customer did before. Here a model knows the
# customer's usual amount, merchants and pace, and its rival is given SMOTE instead:

# %%
customers.plot("history-or-smote")

# %% [markdown]
# Against weights and undersampling the lead is as large. And once the model knows the history, none of the three
# makes it rank better still. All this is simulated, by people who believe in habits; whether *your*
# customers have them, only your data can tell.

# %% [markdown]
# ## Do intervals hold what they promise? Try it
#
# The study of the core compares two models. Here is the same for one score: draw 60 data sets of 300 rows,
# cross-validate each, and count how often the interval holds the mean ROC AUC that such models have on
# very many new rows. The model is a plain linear one, fitted by least squares to the labels 0 and 1: it ranks
# well, and 900 fits are quick.

# %%
from scipy import stats
from sklearn.model_selection import RepeatedStratifiedKFold


def scores_of_one_data_set(seed):
    """Return 15 cross-validated scores, and that of one of the models on many new rows."""
    X, y = make_gauss(300, prevalence=0.1, random_state=seed)
    X_new, y_new = make_gauss(5000, prevalence=0.1, random_state=9000 + seed)
    scores = []
    for learn, judge in RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=seed).split(
        X, y
    ):
        with_constant = np.column_stack([X[learn], np.ones(len(learn))])
        weights = np.linalg.lstsq(with_constant, y[learn], rcond=None)[0][:-1]
        scores.append(roc_auc_score(y[judge], X[judge] @ weights))
    return scores, roc_auc_score(y_new, X_new @ weights)


repeated = [scores_of_one_data_set(seed) for seed in range(60)]
all_scores = np.array([scores for scores, _ in repeated])
truth = np.mean([new for _, new in repeated])


# %%
def share_that_hold(scores, correction):
    J = scores.shape[1]
    half = stats.t.ppf(0.975, J - 1) * np.sqrt(scores.var(axis=1, ddof=1) * (1 / J + correction))
    return np.mean(np.abs(scores.mean(axis=1) - truth) <= half)


held = {
    name: [share_that_hold(all_scores[:, : 5 * n], correction) for n in (1, 2, 3)]
    for name, correction in (("as if independent", 0), ("corrected", 60 / 240))
}
with plots.picture(
    title="An interval that assumes independence gets too narrow with repeats",
    xlabel="repeats of five folds",
    ylabel="share of 60 sets whose interval holds the truth",
    alt="; ".join(f"{name}: " + ", ".join(f"{h:.0%}" for h in hs) for name, hs in held.items())
    + " with one, two and three repeats. It should be 95%.",
) as ax:
    for name, hs in held.items():
        ax.plot([1, 2, 3], hs, marker="o", label=name)
    ax.axhline(0.95, color="black", linestyle=":", label="promised")
    ax.set_xticks([1, 2, 3])

# %% [markdown]
# Repeats are good for the mean, which then depends less on one lucky shuffle. But repeats are not
# new data. The correction was made for repeated random splits; for repeated cross-validation it is
# a widely used rule of thumb (Bouckaert and Frank 2004).

# %% [markdown]
# ## Tune model and remedy together
#
# A remedy has settings, and it changes which settings its model needs. More rows, for example, make the
# penalty of a regression weaker. So search both at once, inside the cross-validation, and give the rival
# without the remedy just as many tries. Here each of two plans for the digits tries eight settings, by
# average precision in three inner folds; four outer folds judge.

# %%
from sklearn.model_selection import GridSearchCV

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8, prevalence=0.03, random_state=0)
model = LogisticRegression(max_iter=500)
C, ratios = "logisticregression__C", "randomoversampler__sampling_strategy"
plans = {
    "untouched": (make_pipeline(StandardScaler(), model), {C: np.geomspace(1e-4, 1, 8)}),
    "copies": (
        make_pipeline(StandardScaler(), RandomOverSampler(random_state=0), model),
        {C: np.geomspace(1e-4, 1, 4), ratios: [0.2, 1.0]},
    ),
}
outer = StratifiedKFold(4, shuffle=True, random_state=1)
nested = {
    name: cross_val_score(
        GridSearchCV(plan, grid, cv=3, scoring="average_precision"),
        X_digits, y_digits, cv=outer, scoring="average_precision",
    )
    for name, (plan, grid) in plans.items()
}  # fmt: skip

# %%
from imbalance_lab.experiments import Interval


def corrected(differences, ratio):
    """Return the interval of exercise 4, for differences of splits of one data set."""
    J = len(differences)
    half = stats.t.ppf(0.975, J - 1) * np.sqrt(np.var(differences, ddof=1) * (1 / J + ratio))
    return Interval(np.mean(differences), np.mean(differences) - half, np.mean(differences) + half)


for name, scores in nested.items():
    print(f"{name:9s} average precision in four folds: {np.round(scores, 2)}")
print(f"copies minus untouched: {corrected(nested['copies'] - nested['untouched'], 1 / 3):+z.2f}")

# %% [markdown]
# Read the interval with the smallest difference that matters to you, say 0.01. If it lies beyond
# that, one plan is better; if it lies inside, they are equal for your purpose; if neither, as is
# usual with four folds of a small set, the answer is "not shown".

# %% [markdown]
# ## Many data sets
#
# One set says little about a method. Over many sets, take *one* number for each, the mean difference of its
# splits, and treat the sets as the sample. Demšar (2006) recommends Wilcoxon's signed-rank test for two
# methods. Here are two simulated
# families and two real sets, with copies against the same model with a tuned threshold, by F1:

# %%
from imbalance_lab.datasets import load_rare_breast_cancer, make_nonlinear


def copies_minus_threshold(X, y, seed):
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    copies = make_pipeline(StandardScaler(), RandomOverSampler(random_state=seed), plain[-1])
    cv = StratifiedKFold(3, shuffle=True, random_state=seed)
    inner = cross_val_predict(plain, X_a, y_a, cv=cv, method="predict_proba")[:, 1]
    p = plain.fit(X_a, y_a).predict_proba(X_b)[:, 1]
    tuned = f1_score(y_b, p >= best_f1_threshold(y_a, inner))
    return f1_score(y_b, copies.fit(X_a, y_a).predict(X_b)) - tuned


X_cancer, y_cancer = load_rare_breast_cancer(random_state=0)
data_sets = {
    "digits, 8": (X_digits, y_digits),
    "breast cancer": (X_cancer.to_numpy(), y_cancer.to_numpy()),
    "gauss": make_gauss(1500, prevalence=0.05, random_state=1),
    "nonlinear": make_nonlinear(1500, prevalence=0.06, random_state=1),
}

# %%
differences = {
    name: [copies_minus_threshold(X, y, seed) for seed in range(5)]
    for name, (X, y) in data_sets.items()
}
plots.intervals(
    {name: corrected(found, 0.3 / 0.7) for name, found in differences.items()},
    xlabel="F1: copies at 0.5 − untouched with a tuned threshold",
    ylabel="data set",
    title="Five splits of each set, corrected intervals",
    baseline=0,
    decimals=2,
)

# %% [markdown]
# With four sets a signed-rank test can't reach 5% whatever happens: its smallest two-sided p-value is
# $2 / 2^4 = 0.125$. That is why the laboratory takes as many real sets as it can get, and why its
# verdict is often "not shown".

# %% [markdown]
# ## Take away
#
# - A choice on the test part flatters; a balanced test part changes what precision means.
# - Where customers come back, split by time, and tell the model what each did before.
# - Search model and remedy together, inside, and give the rival as many tries.
# - Over many data sets, take one number for each; the sets are the sample.
#
# **Now try it on real data.** `fetch_public("mammography")` of `imbalance_lab.datasets`: 11,183 spots on
# X-ray pictures, 260 of them calcifications (downloaded once; without a network a message says so).
# Cross-validate a small and a large forest there. Does the corrected interval of their difference exclude
# 0?
#
# ## Further reading
#
# - Bouckaert & Frank (2004). [*Evaluating the replicability of significance tests for comparing
#   learning algorithms*](../../docs/bibliography.md#bouckaert2004): how much a significance test
#   depends on the shuffle.
# - Demšar (2006). [*Statistical comparisons of classifiers over multiple data
#   sets*](../../docs/bibliography.md#demsar2006): which test for how many methods and sets.
# - Kapoor & Narayanan (2023). [*Leakage and the reproducibility crisis in machine-learning-based
#   science*](../../docs/bibliography.md#kapoor2023): leakage in 17 fields of science, and a
#   taxonomy of its kinds.
# - Varma & Simon (2006). [*Bias in error estimation when using cross-validation for model
#   selection*](../../docs/bibliography.md#varma2006): how far tuning flatters a score where there
#   is nothing to find.
#
# **Next:** lesson 05 asks what the sampler is good for, once it stands in the right place.
