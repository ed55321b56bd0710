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
# # 04 · Honest validation: can a model predict a coin?
#
# **At the end you can**
#
# - find the leak in a validation that looks too good, and say by how much it flatters;
# - keep scaler, sampler and model in one pipeline;
# - compute how likely a fold without a positive is, and know what stratifying changes;
# - split by group and by time where rows know each other or the world changes;
# - put an interval on the difference of two models that is not too narrow.
#
# **Time** 80 minutes. **You need** pandas and scikit-learn.
# **Builds on** lesson 02 (precision, recall, F1) and lesson 03 (ROC AUC, average precision).

# %% [markdown]
# ## A model of pure noise
#
# Take 800 rows with 20 features, all noise. The labels are drawn at random: 40 rows are called
# positive. To predict them is to predict a coin toss.
#
# The positive class is rare, so follow advice that is often given: make both classes equal in size,
# then split, then fit. `RandomOverSampler` copies rare rows until they are (lesson 05).

# %%
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from sklearn.model_selection import train_test_split

from imbalance_lab import plots


def draw_noise(seed, n_samples=800, n_positives=40):
    """Return features and labels that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [n_positives, n_samples - n_positives])
    return rng.normal(size=(n_samples, 20)), rng.permutation(y)


X, y = draw_noise(seed=0)
X_balanced, y_balanced = RandomOverSampler(random_state=0).fit_resample(X, y)
parts = train_test_split(X_balanced, y_balanced, stratify=y_balanced, random_state=0)
X_train, X_test, y_train, y_test = parts

# %% [markdown]
# **Predict before you run.** A random forest learns from the train part and is judged on the test part.
# What will its ROC AUC be?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

forest = RandomForestClassifier(50, random_state=0).fit(X_train, y_train)
X_tomorrow, y_tomorrow = draw_noise(seed=1, n_samples=8000, n_positives=400)
print("you predicted:", my_prediction)
print(f"test part:     {roc_auc_score(y_test, forest.predict_proba(X_test)[:, 1]):.2f}")
print(f"tomorrow:      {roc_auc_score(y_tomorrow, forest.predict_proba(X_tomorrow)[:, 1]):.2f}")

# %% [markdown]
# The forest predicts the test part perfectly, and guesses tomorrow's rows. Something went from the test part
# into the training. This is a
# **[leak](../../docs/glossary.md#leak)**: knowledge that the model had when it was judged, and will not
# have when it works. Its size is
#
# $$\text{leak} = \text{score measured} - \text{score on rows that are really new}.$$
#
# On noise you know the second term beforehand, a ROC AUC of 0.5, so noise is an instrument to test a
# validation with. **If your procedure finds something in noise, the procedure is broken.**

# %% [markdown]
# ## What leaked: twins
#
# Here is the smallest case: ten rows on a line, at 1, 2, …, 10, of which those at 4 and at 8 are positive.
# The **nearest neighbour** rule gives a row the label of the closest training row. The row at 4 has its
# neighbours at 3 and 5, so it is missed, and so is the row at 8: recall is 0.
#
# Now make three copies of each positive first, and hold out 4 of the 16 rows at random. A held-out positive
# is recognised if one of its three **twins** is in the training part. All three are held out with it in only
# one of $\binom{15}{3} = 455$ choices, so recall rises to $1 - 1/455 \approx 0.998$:

# %%
from sklearn.neighbors import KNeighborsClassifier

position = np.arange(1, 11).reshape(-1, 1)
label = np.isin(position.ravel(), [4, 8]).astype(int)
copied = np.concatenate([np.arange(10), [3, 3, 3, 7, 7, 7]])  # three copies of each positive
recognised = []
for seed in range(60):
    a, b, c, d = train_test_split(position[copied], label[copied], test_size=4, random_state=seed)
    recognised += list(KNeighborsClassifier(1).fit(a, c).predict(b)[d == 1])
print(f"recall with copies: {np.mean(recognised):.3f} in 60 splits; expected {1 - 1 / 455:.3f}")

# %% [markdown]
# ### Exercise 1: measure the leak
#
# Write the instrument that tells a good order from a bad one.


# %% answer="leak-size"
def leak_size(X, y, random_state):
    """Return by how much copies made before the split raise the ROC AUC of a nearest neighbour.

    Two runs with the same tools, in two orders:

    - leaky: RandomOverSampler on all rows, then split, fit on the train part, score the test part;
    - honest: split the rows as they came, RandomOverSampler on the train part only, fit on it,
      score the untouched test part.

    Tools: `RandomOverSampler(random_state=random_state)`; `train_test_split` with
    `test_size=0.25`, stratified by the labels being split, and `random_state=random_state`;
    `KNeighborsClassifier(n_neighbors=1)`; `roc_auc_score` of the probability of class 1.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        Labels 0 (common) and 1 (rare).
    random_state : int
        Passed to the sampler and to the split.

    Returns
    -------
    float
        ROC AUC of the leaky run minus that of the honest run.

    Example by hand: among many negatives lie four positives, each far from the other positives and
    close to a few negatives. Honest: the nearest training row of every test row is negative, so
    the AUC is 0.5. Leaky: every test row is judged by a twin or by a row of its own class, so it
    is 1. Leak: 0.5.
    """
    ### BEGIN SOLUTION
    from sklearn.neighbors import KNeighborsClassifier

    def split(X, y):
        return train_test_split(X, y, test_size=0.25, stratify=y, random_state=random_state)

    def auc(X_train, X_test, y_train, y_test):
        nearest = KNeighborsClassifier(n_neighbors=1).fit(X_train, y_train)
        return roc_auc_score(y_test, nearest.predict_proba(X_test)[:, 1])

    sampler = RandomOverSampler(random_state=random_state)
    leaky = auc(*split(*sampler.fit_resample(X, y)))
    X_train, X_test, y_train, y_test = split(X, y)
    X_train, y_train = sampler.fit_resample(X_train, y_train)
    return float(leaky - auc(X_train, X_test, y_train, y_test))
    ### END SOLUTION


# %% try="leak-size"
round(leak_size(*draw_noise(seed=3), random_state=0), 2)

# %% graded="leak-size" points=2
import numpy as np

from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import LEAK_SIZE

near = np.array([0, -2, -1.9, -1.8, 1.8, 1.9, 2])
lonely = np.concatenate([near + centre for centre in (10, 20, 30, 40)]).reshape(-1, 1)
check(leak_size, LEAK_SIZE).on(lonely, np.tile([1, 0, 0, 0, 0, 0, 0], 4), 0).gives(0.5)
check(leak_size, LEAK_SIZE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(leak_size, LEAK_SIZE).keeps_its_contract(keys.LEAK_SIZE.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E80"
# ### Which models leak, and how much?
#
# The [laboratory](../../docs/laboratory.md) measured the leak 30 times for three models, on noise
# (*no signal*) and on data with a signal. Each row is what five folds promised minus what new rows gave,
# with its 95% interval; within the grey band a difference would not matter.

# %%
from imbalance_lab.evidence import study

leaks = study("leaks")
leaks.plot("copies")

# %% [markdown]
# On noise the forest finds 0.50, all that can be found, and nearest neighbours nearly as much, because both
# remember single rows. A logistic regression remembers little and still finds 0.17. With a signal the leak is
# smaller, since the honest score leaves less room above it.
#
# [SMOTE](../../docs/glossary.md#smote) places new rows between neighbouring rare rows (lesson 06). These
# siblings leak too: for the forest on noise the study found 0.50 again.

# %% [markdown] covers="E82"
# ## Split first, then resample
#
# **Whatever learns from rows may see training rows only, and the test part stays
# as the world delivers it.** A [sampler](../../docs/glossary.md#sampler) learns from rows. And precision on a
# balanced test part describes a world in which every second row is positive.
#
# Split [stratified](../../docs/glossary.md#stratified), with `stratify=y`, so that both parts get the same
# share of positives, here in 150 splits of each kind:


# %% covers="E89"
def held_out_positives(stratify):
    options = {"test_size": 0.2, "stratify": stratify}
    return [train_test_split(y, random_state=seed, **options)[1].sum() for seed in range(150)]


by_chance, by_class = held_out_positives(None), held_out_positives(y)
with plots.picture(
    title=f"Positives in a test part: {min(by_chance)} to {max(by_chance)}; stratified {by_class[0]}",
    xlabel="positives in the test part of 160 rows",
    ylabel="number of splits",
    alt=f"Positives in the test part over 150 splits: by chance from {min(by_chance)} to"
    f" {max(by_chance)}; stratified from {min(by_class)} to {max(by_class)}.",
) as ax:
    ax.hist([by_chance, by_class], bins=np.arange(0.5, 17), label=["by chance", "stratified"])

# %% [markdown]
# A recall that rests on three positives says less than one that rests on twelve.

# %% [markdown]
# ## A pipeline keeps the order
#
# In [cross-validation](../../docs/glossary.md#cross-validation) the right order has to be kept in
# every [fold](../../docs/glossary.md#fold). A [pipeline](../../docs/glossary.md#pipeline) keeps it
# for you:
#
# | step | in `fit` (training rows) | in `predict_proba` (test rows) |
# | --- | --- | --- |
# | scaler | learns mean and deviation, scales | scales with what it has learned |
# | sampler | adds copies of rare rows | **is skipped** |
# | model | learns from the larger table | predicts |
#
# scikit-learn's own `Pipeline` refuses a step that changes the number of rows, so take imbalanced-learn's:

# %% covers="E83"
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import StratifiedKFold, cross_val_score

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8, prevalence=0.03, random_state=0)
smote_forest = make_pipeline(SMOTE(random_state=42), RandomForestClassifier(10, random_state=42))
cv = StratifiedKFold(5, shuffle=True, random_state=42)
scores = cross_val_score(smote_forest, X_digits, y_digits, scoring="average_precision", cv=cv)
print(f"{y_digits.sum()} images of the digit 8 among {len(y_digits)}")
print(f"average precision in five folds: {np.round(scores, 2)}")
print(f"their mean: {scores.mean():.2f}")

# %% [markdown]
# You need not sort your steps into those that leak much and those that hardly do (a scaler): in a pipeline
# none of them leaks.

# %% [markdown]
# ## How likely is a fold without a positive?
#
# In a fold without a positive, recall is 0 divided by 0. How often does that happen, if rows are dealt without
# regard to their class?
#
# **Toy.** 9 rows, 3 positives, 3 folds of 3 rows. There are $\binom{9}{3} = 84$ ways to choose which rows
# are positive.
#
# - *One given fold is empty* if all three positives are among the other six rows: $\binom{6}{3} = 20$ ways.
# - *Some fold is empty*: adding up gives $3 \cdot 20 = 60$ ways, but counts a way in which two folds are empty
#   twice. Two given folds are empty in $\binom{3}{3} = 1$ way, and there are 3 pairs, so subtract 3. All three
#   can't be empty. That leaves 57 ways of 84, or 0.679.
#
# Add the single folds, subtract the pairs, add the triples, and so on: this is the rule of **inclusion and
# exclusion**.

# %%
from math import comb

print(comb(9, 3), comb(6, 3), comb(3, 3))

# %% [markdown]
# ### Exercise 2: the exact probability


# %% answer="probability-of-empty-fold"
def probability_of_empty_fold(n_samples, n_positives, n_folds):
    """Return the exact probability that at least one fold has no positive.

    The rows are dealt at random, without regard to their class, into folds of equal size.

    Parameters
    ----------
    n_samples : int
        Number of rows, a multiple of `n_folds`.
    n_positives : int
        Number of positive rows, from 1 to `n_samples`.
    n_folds : int
        Number of folds, 2 to 20.

    Returns
    -------
    float
        Between 0 and 1, exact up to rounding (not from a simulation).

    Example by hand: 9 rows, 3 positives, 3 folds: 57 of 84 ways, 57 / 84 = 0.678571...
    With fewer positives than folds it is 1.
    """
    ### BEGIN SOLUTION
    from math import comb

    size = n_samples // n_folds
    ways = sum(
        (-1) ** (j + 1) * comb(n_folds, j) * comb(n_samples - j * size, n_positives)
        for j in range(1, n_folds + 1)
    )
    return ways / comb(n_samples, n_positives)
    ### END SOLUTION


# %% try="probability-of-empty-fold"
round(probability_of_empty_fold(9, 3, 3), 3)

# %% graded="probability-of-empty-fold" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import PROBABILITY_OF_EMPTY_FOLD as EXACT

check(probability_of_empty_fold, EXACT).on(9, 3, 3).gives(57 / 84)
check(probability_of_empty_fold, EXACT).on(20, 3, 5).gives(1.0)
check(probability_of_empty_fold, EXACT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(probability_of_empty_fold, EXACT).keeps_its_contract(keys.PROBABILITY_OF_EMPTY_FOLD.hidden())
### END HIDDEN TESTS

# %% [markdown]
# For 1,000 rows here is the same from a quick simulation. **Predict first:** with 10 positives in 5 folds, in how
# many of 100 shuffles does some fold have none?

# %%
my_prediction = None  # your guess, between 0 and 100


# %% covers="E87"
def share_with_empty_fold(n_positives, n_folds, n_samples=1000, n_runs=5000):
    rng = np.random.default_rng(n_positives)
    sizes = [n_samples // n_folds] * n_folds
    dealt = rng.multivariate_hypergeometric(sizes, n_positives, size=n_runs)
    return (dealt == 0).any(axis=1).mean()


counts = [5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60]
shares = {k: [share_with_empty_fold(n, k) for n in counts] for k in (5, 10)}
print("you predicted:", my_prediction)
with plots.picture(
    title="How likely an empty fold is, by the number of positives",
    xlabel="number of positives among 1,000 rows",
    ylabel="probability of an empty fold",
    alt="; ".join(f"{k} folds: {v[2]:.2f} with 10, {v[7]:.2f} with 30" for k, v in shares.items()),
) as ax:
    for n_folds, curve in shares.items():
        ax.plot(counts, curve, marker="o", label=f"{n_folds} folds")

# %% [markdown]
# In nearly half of the shuffles. The number of positives *per fold* decides: with ten it
# practically never happens.

# %% [markdown] covers="E85 E86"
# ## Stratified folds
#
# The cure is to deal each class on its own. `StratifiedKFold` does this, and with `shuffle=True` not
# in the order of the table.

# %%
X_ten, y_ten = np.arange(20).reshape(10, 2), np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
for fold, (learn, judge) in enumerate(StratifiedKFold(n_splits=2).split(X_ten, y_ten), 1):
    print(f"fold {fold}: train {np.bincount(y_ten[learn])}, test {np.bincount(y_ten[judge])}")

cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=42)
f1_scores = cross_val_score(smote_forest, X_digits, y_digits, cv=cv, scoring="f1")
print(f"F1 in five folds of the digits: {np.round(f1_scores, 2)}")

# %% [markdown] covers="E88"
# Ten positives in each fold, and F1 still jumps. Yet wildly varying scores are said to be a sign of missing
# stratification. **Predict first:** by what share does stratifying reduce the scatter of F1 over the folds (its
# standard deviation)?

# %%
my_prediction = None  # your guess, such as 0.5 for half of it

# %%
print("you predicted:", my_prediction)
folds = study("folds")
folds.plot("spread-f1")

# %% [markdown]
# By about a third. Stratifying evens out *how many* positives are in a fold, not *which*: the scatter of average
# precision shrank by only 7%. So stratify, but few positives stay few. Is the *mean* over the folds right, at
# least?

# %%
folds.plot("bias")

# %% [markdown]
# This is average precision promised minus what new rows gave. With 20 positives in ten folds it is
# 0.15 too much, though nothing leaks! The reason is the measure, which is too high on average for
# few positives. For random scores it should be the prevalence, here 2%:

# %%
from sklearn.metrics import average_precision_score

rng = np.random.default_rng(0)
for n_pos in (2, 10, 50):
    truth = np.repeat([1, 0], [n_pos, 49 * n_pos])
    at_random = [average_precision_score(truth, rng.random(len(truth))) for _ in range(300)]
    print(f"{n_pos:2d} positives: average precision of random scores {np.mean(at_random):.3f}")

# %% [markdown]
# So compare average precisions on the same folds only. ROC AUC has no such excess.

# %% [markdown]
# ## Groups: rows that know each other
#
# Copies are not the only twins. Five X-rays of one patient resemble each other more than those of strangers. If a
# **[group](../../docs/glossary.md#group)** is on both sides of a split, a model can recognise the patient instead
# of the disease.
#
# **Toy.** Patient A is ill, B is not, four rows of each, with the shape of an ear as the feature. Split the rows,
# and the ear predicts the illness perfectly. Split the *patients*, and after seeing only A no model can say
# anything about B.
#
# Now take 120 patients with five rows each, 12 of them ill at random:

# %%
from sklearn.model_selection import StratifiedGroupKFold

from imbalance_lab.experiments import interval


def auc_on_noise(splitter, seed):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(120), 5)
    y = (rng.permutation(120) < 12).astype(int)[patient]
    X = rng.normal(size=(120, 8))[patient] + rng.normal(scale=0.5, size=(600, 8))
    groups = patient if splitter is StratifiedGroupKFold else None
    folds = splitter(3, shuffle=True, random_state=seed).split(X, y, groups)
    return cross_val_score(KNeighborsClassifier(), X, y, cv=folds, scoring="roc_auc").mean()


# %%
SPLITTERS = {"folds of rows": StratifiedKFold, "folds of patients": StratifiedGroupKFold}
group_runs = {n: interval([auc_on_noise(s, k) for k in range(6)]) for n, s in SPLITTERS.items()}
plots.intervals(
    group_runs,
    title="On noise, folds of rows recognise the patients",
    xlabel="ROC AUC on noise, mean of 6 draws",
    ylabel="split",
    baseline=0.5,
    baseline_label="all there is to find",
    decimals=2,
)

# %% [markdown]
# Folds of rows are nearly as wrong as the copies were. Ask of any split: **when the model works, will it have seen
# this patient (machine, customer) before?** If not, split by it.

# %% [markdown]
# ### A report
#
# Hospitals have three or four slides of each patient, and a detector for new patients. (The patients are real
# tumours of the Wisconsin data, the slides are simulated, and in some hospitals labels were mixed up, so
# there is nothing to learn.) Each reports a ROC AUC that this code has computed:

# %%
from sklearn.preprocessing import StandardScaler

from imbalance_lab.exercises.hospitals import CURVE, hospital


def report(X, y, patient):
    X = StandardScaler().fit_transform(X)
    X, y = RandomOverSampler(random_state=0).fit_resample(X, y)
    model, folds = KNeighborsClassifier(5), StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(model, X, y, cv=folds, scoring="roc_auc").mean()


one = hospital(10)
print(f"reported: ROC AUC {report(one.X, one.y, one.patient):.2f}")

# %% [markdown]
# Find what leaks, repair it, and return the ROC AUC to expect. An exact audit is worth 0.25; each
# hundredth that it is off takes a hundredth away. Points are for what your audits of six hidden
# hospitals are worth together, as a share of what a careful audit (the reference) is worth there:

# %%
plots.points_curve(
    CURVE, title="Points for audits", xlabel="worth of the audits, as a share of the reference's"
)

# %% [markdown]
# ### Exercise 3: audit a report


# %% answer="honest-auc"
def honest_auc(X, y, patient):
    """Return the ROC AUC that the detector will reach on patients that nobody has seen.

    Parameters
    ----------
    X : ndarray of shape (n_slides, 2)
        Features of each slide, not scaled.
    y : ndarray of int of shape (n_slides,)
        1 for a slide of a patient who is ill, else 0; about a fifth of the patients are ill.
    patient : ndarray of int of shape (n_slides,)
        Number of the patient whose slide it is.

    Returns
    -------
    float
        An estimate for the detector of the report: `StandardScaler()`,
        `RandomOverSampler(random_state=0)`, `KNeighborsClassifier(5)`, fitted on such data.
    """
    ### BEGIN SOLUTION
    detector = make_pipeline(
        StandardScaler(), RandomOverSampler(random_state=0), KNeighborsClassifier(5)
    )
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(detector, X, y, groups=patient, cv=folds, scoring="roc_auc")
    return float(scores.mean())
    ### END SOLUTION


# %% try="honest-auc"
print(f"audited: ROC AUC {honest_auc(one.X, one.y, one.patient):.2f}")

# %% [markdown]
# The graded cell first asks for four hospitals to practise on, of the same kind and size as the hidden ones. Later
# patients of hospital 7 are `hospital(7).X_new` and `.y_new`: with them you can test an audit.

# %% graded="honest-auc" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import HONEST_AUC, PRACTICE
from imbalance_lab.exercises.hospitals import audit

judge = audit(PRACTICE, "at four hospitals to practise on")
check(honest_auc, HONEST_AUC).earns(5, by=judge, on=judge.calls, says="audits of reports")
### BEGIN HIDDEN TESTS
from imbalance_oracles.honest_validation import hidden_hospitals

hidden = audit(hidden_hospitals(), "at six hidden hospitals")
check(honest_auc, HONEST_AUC).earns(5, by=hidden, on=hidden.calls, says="audits of reports")
### END HIDDEN TESTS

# %% [markdown]
# ## Time: the future may not help
#
# If fraud changes with time (**[drift](../../docs/glossary.md#drift)**), a random split lets a model learn next
# month's fraud before it is asked to find it. And recent labels are not known yet. So a split by time has three parts. With $t$ the day of a row, $T$ *today* and $d$
# [the days that a label needs to become final](../../docs/glossary.md#label-delay), rows with $t + d \le T$ train,
# later ones up to today are unused, and rows with $t > T$ test.
#
# How much does a random split flatter? Here is the average precision that it promised on the day of training minus
# what the next month brought, for companies whose fraud drifts one way, the other, or not:

# %%
backtests = study("backtests")
backtests.plot("random-split")

# %% [markdown]
# [Boosting](../../docs/glossary.md#boosting) with a drift of 1 promised 0.08 too much; in no other
# row is it shown to flatter. Going back to a day whose next month is final by now, with only the
# labels known then, is a **[backtest](../../docs/glossary.md#rehearsal)**. It promised 0.03 too
# *little* on average, and was no nearer to the truth (0.006 [-0.009, 0.021] farther). Then why
# split by time? Because a backtest errs for a reason that you know, fewer rows to learn from, while
# a random split errs with a drift that you can't see yet. The difference of the two tells you how
# fast your world moves.

# %% [markdown]
# ## How sure is a difference?
#
# Two models that were judged on the same splits give *pairs* of scores, so look at the $J$ differences. It is tempting
# to treat them as independent, with $s^2 / J$ as the variance of their mean. But any two training parts share most of
# their rows. The laboratory took 600 data sets, ten splits of each, and two models that are equally good by
# construction. How often does a 95% interval hold the true difference, 0? The picture shows that share minus 0.95:

# %%
study("intervals").plot("naive")

# %% [markdown]
# In about 66 of 100 sets. More splits narrow it, but the data do not grow. Nadeau and Bengio (2003)
# worked out what the sharing does, from a simple guess at the correlation of scores. With $n_1$ rows in each training
# part and $n_2$ in each test part, the variance of the mean is about
#
# $$s^2 \left( \frac{1}{J} + \frac{n_2}{n_1} \right) .$$
#
# The second term does not shrink with more splits. With it, the
# **[corrected interval](../../docs/glossary.md#corrected-interval)** held 0 in 96 of 100 sets.
# On each side it is as wide as the root of this
# variance times a quantile of Student's t distribution, which is larger for few splits:

# %%
from scipy import stats

for splits in (2, 5, 10, 50):
    print(f"{splits:2d} splits: {stats.t.ppf(0.975, splits - 1):5.2f}")

# %% [markdown]
# ### Exercise 4: is B better than A?


# %% answer="compare-models"
def compare_models(scores_a, scores_b, n_train, n_test):
    """Return the corrected 95% interval of how much better B is than A.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_splits,)
        Score of each model on each split, at least 2 splits. The same place is the same split,
        whatever index a Series has. Not all differences are equal.
    n_train, n_test : int
        Number of rows in each training part and in each test part.

    Returns
    -------
    low, high : float
        For the mean of B minus A over the splits: this mean minus and plus t times the square root
        of its corrected variance. The variance of the J differences has the denominator J − 1; t is
        the 0.975 quantile of Student's t distribution with J − 1 degrees of freedom.

    Example by hand: A has [0.5, 0.7], B has [0.6, 1.0]. The differences 0.1 and 0.3 have mean 0.2
    and variance 0.02. With n_train = 100 and n_test = 25 the corrected variance of the mean is
    0.02 (1/2 + 1/4) = 0.015, its root 0.1225, and t with 1 degree of freedom is 12.706: so
    0.2 ± 1.556, or (-1.356, 1.756). Two splits say little.
    """
    ### BEGIN SOLUTION
    differences = np.asarray(scores_b, dtype=float) - np.asarray(scores_a, dtype=float)
    J = len(differences)
    variance = differences.var(ddof=1) * (1 / J + n_test / n_train)
    half = stats.t.ppf(0.975, J - 1) * np.sqrt(variance)
    return float(differences.mean() - half), float(differences.mean() + half)
    ### END SOLUTION


# %% try="compare-models"
np.round(compare_models([0.5, 0.7], [0.6, 1.0], n_train=100, n_test=25), 3)

# %% graded="compare-models" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import COMPARE_MODELS

two_splits = check(compare_models, COMPARE_MODELS).on([0.5, 0.7], [0.6, 1.0], 100, 25)
two_splits.gives((-1.356, 1.756), abs_=0.001)
check(compare_models, COMPARE_MODELS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(compare_models, COMPARE_MODELS).keeps_its_contract(keys.COMPARE_MODELS.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E11"
# ## Choosing is learning too
#
# From here on a method has to beat two rivals in every lesson: the
# *[untouched](../../docs/glossary.md#untouched-model)* model with a better threshold than 0.5, and the same model
# *better [regularised](../../docs/glossary.md#regularisation)* (such as by a stronger
# [penalty](../../docs/glossary.md#penalty)). Both contain a choice, and a choice made with test rows is a leak.
# **Predict first:** forty candidates that know nothing are tried on 20 positives. What ROC AUC does the best have?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
truth = np.repeat([1, 0], [20, 380])
coins = np.array([[roc_auc_score(truth, rng.random(400)) for _ in range(40)] for _ in range(30)])
best = np.maximum.accumulate(coins, axis=1).mean(axis=0)
print("you predicted:", my_prediction)
with plots.picture(
    title="The best of many coins",
    xlabel="number of candidates that were tried on the same test part",
    ylabel="ROC AUC of the best, mean of 30 runs",
    alt=f"ROC AUC of the best: of 1 coin {best[0]:.2f}, of 10 {best[9]:.2f}, of 40 {best[39]:.2f}.",
) as ax:
    ax.plot(range(1, 41), best, marker=".")

# %% [markdown]
# So choose inside, on training rows, and judge outside, by
# **[nested](../../docs/glossary.md#nested-cross-validation)** cross-validation:

# %%
from sklearn.model_selection import TunedThresholdClassifierCV

tuned = TunedThresholdClassifierCV(smote_forest[-1], scoring="f1", cv=3, thresholds=20)
f1_tuned = cross_val_score(tuned, X_digits, y_digits, cv=cv, scoring="f1")
print(f"untouched forest, threshold chosen inside: F1 {f1_tuned.mean():.2f}")
print(f"SMOTE and forest, threshold at 0.5:        F1 {f1_scores.mean():.2f}")

# %% [markdown]
# On these folds they hardly differ: SMOTE has not beaten its rival.
#
# Three rules make a comparison fair. **Equal budgets**: the rival gets as many tries as your
# method, and a remedy is tuned together with its model. **The smallest difference that matters** is
# named beforehand: an interval inside this range says "no matter", one beyond it "better", all else
# is "not shown". **Many comparisons**: of twenty intervals for differences that are 0, one excludes
# it on average, so say beforehand which one counts. There is no universal recipe, only this
# procedure.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim
from imbalance_lab.experiments import Interval


def told(found):
    return f"{Interval(found['mean'], found['low'], found['high']):+.3f}"


forest_leak, linear_leak = (leaks.facts("copies")["conditions"][row] for row in (1, 3))
Claim(
    "Never oversample before the split: it leaks.",
    verdict="holds",
    because=(
        f"On pure noise, copies made before the split added {told(forest_leak)} to the ROC AUC of a"
        f" forest and {told(linear_leak)} to that of a logistic regression. How much depends on how"
        " well the model can remember single rows."
    ),
    reference="vandewiele2021",
    evidence="E80 E82",
)

# %%
Claim(
    "Without stratification a fold may have no positive at all.",
    verdict="holds only if",
    because=(
        "there are few positives for each fold. In 1,000 rows and 5 folds, an empty fold came in"
        f" {share_with_empty_fold(5, 5):.0%} of shuffles with 5 positives, in"
        f" {share_with_empty_fold(10, 5):.0%} with 10 and in {share_with_empty_fold(50, 5):.1%}"
        " with 50."
    ),
)

# %%
# What the laboratory found
f1, ap = (folds.facts(name)["overall"] for name in ("spread-f1", "spread-ap"))
Claim(
    "Scores that vary wildly from fold to fold are calmed by stratified folds.",
    verdict="holds",
    because=(
        f"With 20 to 100 positives in 5 or 10 folds, stratifying changed the scatter of F1 by"
        f" {f1['mean']:+.0%} [{f1['low']:+.0%}, {f1['high']:+.0%}]. That of average precision changed by"
        f" {ap['mean']:+.0%} [{ap['low']:+.0%}, {ap['high']:+.0%}], which may be less than a tenth. Few"
        " positives are the cause, and they stay few."
    ),
    reference="kohavi1995",
    evidence="E88",
)

# %%
# What the laboratory found
conditions = backtests.facts("random-split")["conditions"]
Claim(
    "A random split is good enough to judge a model.",
    verdict="holds only if",
    because=(
        "rows are strangers to each other and the world stands still. With drift, boosting promised"
        f" {told(conditions[2])} average precision more than came, without drift {told(conditions[1])};"
        " on noise with five rows for each patient, folds of rows gave a ROC AUC of"
        f" {group_runs['folds of rows']:.2f}."
    ),
    reference="kaufman2012",
)

# %% [markdown]
# ## Quiz
#
# **1.** Ten rows, two of them positive. Two copies are made of each positive, then 3 of the 14 rows are held out at
# random. How likely does a held-out positive have a twin in the training part?
#
# - a) 2 of 3
# - b) 11 of 14
# - c) 77 of 78
# - d) 455 of 456
#
# **2.** Look at the picture of what copies leak. On data *with* a signal, how many times as large is the leak for
# nearest neighbours as for the logistic regression?
#
# - a) About 1.2 times
# - b) About 3 times
# - c) About 7 times
# - d) About 20 times
#
# **3.** 6 positives among very many rows, dealt by chance to 2 folds. How likely is a fold without a positive?
#
# - a) 1 in 64
# - b) 1 in 32
# - c) 1 in 6
# - d) 1 in 2
#
# **4.** Ten splits, 700 rows to train and 300 to test. How many times as wide is the corrected interval?
#
# - a) 1.2
# - b) 2.3
# - c) 3.2
# - d) 5.3
#
# **5.** Twenty readings each of 200 machines, 10 of which broke. The model will watch *new* machines. Which five folds
# are right, and how many broken machines are in each?
#
# - a) Of readings, stratified; 10.
# - b) Of machines, stratified; 2.
# - c) Of consecutive days; 10.
# - d) Of readings, repeated; 10.

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "c", 3: "b", 4: "b", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.honest_validation import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A report says: *"We collected 3,000 recordings from 300 patients, 15 of whom gave birth too early.
# After SMOTE had balanced the classes we used 10-fold cross-validation and reached an average
# precision of 0.97."* In five to eight sentences: what may be wrong with this number, how would you
# find out without new patients, and how would you validate instead?

# %% [markdown] written="reflection" points=3
# Three things can have lifted the number. SMOTE ran before the folds were made, so rows built from
# test rows were in the training part. The ten recordings of a patient were spread over the folds,
# so a model may have recognised patients. And the folds were balanced, while average precision
# depends on the prevalence, so even without a leak 0.97 would say nothing about 5% positives. To find
# out, I would shuffle the labels among the patients and run the same procedure: on such noise it
# should give what guessing gives, and if it still gives a high number, the procedure leaks.
# Instead I would put scaler, SMOTE and model into a pipeline, fold by patient (stratified by
# outcome), leave the test folds as they came, and compare with the untouched model and a tuned
# threshold. With 15 positive patients I would use few folds, repeat them and report a corrected
# interval, which will be wide.
#
# ### BEGIN MARK SCHEME
# 1 point: sees that resampling came before the folds and says what leaks by it (or that test folds
# lost their prevalence).
#
# 1 point: sees that recordings of one patient are on both sides, and folds by patient.
#
# 1 point: names a way to find out (permuted labels or noise, or the same run with the pipeline and
# group folds), or speaks of the uncertainty with 15 positive patients.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Whatever learns, chooses or resamples sees training rows only.
# - Test your procedure on noise. It should find nothing.
# - Stratify to avoid empty folds; it makes no positives.
# - Split by group and by time where the model will meet strangers and the future.
# - Compare in pairs, with a corrected interval and a smallest difference named beforehand.
#
# **New words:** *leak*, *fold*, *stratified*, *pipeline*, *sampler*, *group*, *drift*, *label
# delay*, *nested cross-validation*, *corrected interval*.
#
# ## Further reading
#
# - Vandewiele et al. (2021). [*Overly optimistic prediction results on imbalanced data: a case
#   study of flaws and benefits when applying over-sampling*](../../docs/bibliography.md#vandewiele2021).
# - Kaufman et al. (2012). [*Leakage in data mining: formulation, detection, and
#   avoidance*](../../docs/bibliography.md#kaufman2012).
# - Kohavi (1995). [*A study of cross-validation and bootstrap for accuracy estimation and model
#   selection*](../../docs/bibliography.md#kohavi1995).
# - Nadeau & Bengio (2003). [*Inference for the generalization
#   error*](../../docs/bibliography.md#nadeau2003).
#
# **Next:** lesson 05 asks what the sampler is good for.
