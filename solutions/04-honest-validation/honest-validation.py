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
# - find the leak in a validation that looks too good, and measure its size;
# - put scaler, sampler and model into one pipeline, so that nothing is learned from test rows;
# - compute how likely a fold without a single positive is, and build folds that cannot have one;
# - split by group and by time where rows know each other or the world changes;
# - put an interval on a cross-validated score, and on the difference of two models, that is not too
#   narrow.
#
# **Time** 130 minutes. **You need** pandas and scikit-learn.
# **Builds on** lesson 02 (precision, recall, F1) and lesson 03 (ROC AUC, average precision).

# %% [markdown]
# ## A perfect model of nothing
#
# 800 rows with 20 features. All the features are noise. The labels are drawn by lot: 40 of the 800
# rows, 5%, are called positive, whatever their features. Whoever predicts these labels predicts a
# coin.
#
# The rare class is rare, so we follow advice that is given everywhere: first make the classes equal
# in size, then split into train and test, then fit. `RandomOverSampler` of imbalanced-learn makes
# copies of rare rows until both classes are of equal size; lesson 05 is about it, here it is only a
# tool.

# %%
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from sklearn.model_selection import train_test_split


def draw_noise(seed, n_samples=800, n_positives=40):
    """Return features and labels that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(n_samples, dtype=int)
    labels[:n_positives] = 1
    return rng.normal(size=(n_samples, 20)), rng.permutation(labels)


X, y = draw_noise(seed=0)
X_balanced, y_balanced = RandomOverSampler(random_state=0).fit_resample(X, y)
X_train, X_test, y_train, y_test = train_test_split(
    X_balanced, y_balanced, stratify=y_balanced, random_state=0
)
print(f"before: {len(y)} rows, {y.sum()} positive")
print(f"after:  {len(y_balanced)} rows, {y_balanced.sum()} positive")

# %% [markdown]
# **Predict before you run.** A random forest learns from the train part and is judged on the test
# part, whose rows it has not been given. What will its ROC AUC be? (0.5 is guessing, 1 is perfect.)

# %%
my_prediction = 0.50  # your guess, between 0 and 1

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, roc_auc_score

forest = RandomForestClassifier(25, random_state=0).fit(X_train, y_train)
print(f"you predicted {my_prediction:.2f}")
print(f"ROC AUC on the test part: {roc_auc_score(y_test, forest.predict_proba(X_test)[:, 1]):.2f}")
print(f"F1 on the test part:      {f1_score(y_test, forest.predict(X_test)):.2f}")

# %% [markdown]
# The coin is predicted perfectly. Now let the same forest predict labels that are drawn tomorrow:

# %%
X_tomorrow, y_tomorrow = draw_noise(seed=1, n_samples=8000, n_positives=400)
chance = forest.predict_proba(X_tomorrow)[:, 1]
print(f"ROC AUC on new rows: {roc_auc_score(y_tomorrow, chance):.2f}")
print(f"F1 on new rows:      {f1_score(y_tomorrow, forest.predict(X_tomorrow)):.2f}")

# %% [markdown]
# Nothing was learned, and nobody would have noticed from the test score. Something went from the
# test part into the training. This is called a **[leak](../../docs/glossary.md#leak)**: knowledge
# that the model will not have when it works, but had when it was judged. Its size is
#
# $$\text{leak} = \text{score measured} - \text{score on rows that are really new}.$$
#
# On noise we know the second term before we look: a ROC AUC of 0.5. That makes noise the best
# instrument there is to test a validation with. **If your procedure finds something in noise, the
# procedure is broken.**

# %% [markdown] covers="E80"
# One seed can be luck. So: eight data sets of noise, two models, two
# [samplers](../../docs/glossary.md#sampler), and two orders of the same steps. (`SMOTE` does not
# copy rare rows, it places new ones between neighbouring rare rows; lesson 06 derives it.)

# %%
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from imbalance_lab.experiments import interval


def two_orders(make_sampler, model, seed):
    """Return the ROC AUC with the sampler before the split, and after it."""
    X, y = draw_noise(seed, n_samples=600, n_positives=30)
    X_all, y_all = make_sampler(random_state=seed).fit_resample(X, y)
    a, b, c, d = train_test_split(X_all, y_all, stratify=y_all, random_state=seed)
    before = roc_auc_score(d, model.fit(a, c).predict_proba(b)[:, 1])
    a, b, c, d = train_test_split(X, y, stratify=y, random_state=seed)
    a, c = make_sampler(random_state=seed).fit_resample(a, c)
    return before, roc_auc_score(d, model.fit(a, c).predict_proba(b)[:, 1])


# %%
models = {
    "logistic regression": LogisticRegression(),
    "forest": RandomForestClassifier(10, random_state=0),
}
noise_runs = {
    (name, sampler.__name__): np.round([two_orders(sampler, model, s) for s in range(8)], 4)
    for name, model in models.items()
    for sampler in (RandomOverSampler, SMOTE)
}
for (name, sampler), runs in noise_runs.items():
    print(f"{name}, {sampler}")
    print(f"  sampler before the split: {interval(runs[:, 0]):.2f}")
    print(f"  sampler after the split:  {interval(runs[:, 1]):.2f}")

# %% [markdown]
# Each line is a mean over eight data sets with its 95% interval. In the wrong order both models
# find something in noise, the forest nearly everything. In the right order all intervals lie around
# 0.5. The order of two lines of code decides.

# %% [markdown]
# ## What leaked: twins
#
# Ten rows on a line, at 1, 2, …, 10. The rows at 4 and at 8 are positive. The model is the simplest
# one with a memory: the **nearest neighbour** rule gives a row the label of the training row that is
# closest to it.
#
# Judge each row by the other nine. The neighbours of the row at 4 are at 3 and 5, both negative. So
# it is called negative, and so is the row at 8: recall is 0.
#
# Now make copies first, three of each positive. There are 16 rows, and a positive has three
# **twins** at distance 0. Hold out 4 of the 16 rows at random. A positive among them is called
# positive if one of its twins is in the training part, whatever the features mean. All three twins
# are held out together with it in only one of $\binom{15}{3} = 455$ choices. So
#
# $$P(\text{a twin is in the training part}) = 1 - \tfrac{1}{455} \approx 0.998 .$$
#
# Recall rises from 0 to almost 1, and nothing was learned but the rows themselves.

# %%
from math import comb

from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

position = np.arange(1, 11).reshape(-1, 1)
label = np.isin(position.ravel(), [4, 8]).astype(int)
said = cross_val_predict(KNeighborsClassifier(1), position, label, cv=LeaveOneOut())
print(f"by hand, ten rows: recall {said[label == 1].mean():.2f}")

copied = np.concatenate([np.arange(10), [3, 3, 3, 7, 7, 7]])  # three copies of each positive
X_toy, y_toy = position[copied], label[copied]
caught = []
for seed in range(60):
    a, b, c, d = train_test_split(X_toy, y_toy, test_size=4, random_state=seed)
    caught += list(KNeighborsClassifier(1).fit(a, c).predict(b)[d == 1])
print(f"copies first: recall {np.mean(caught):.3f}, by hand {1 - 1 / comb(15, 3):.3f}")

# %% [markdown]
# The same count in the hook. `sample_indices_` of the sampler says which original row each row is a
# copy of, so we can ask how many test positives have a twin in the training part.

# %%
sampler = RandomOverSampler(random_state=0)
sampler.fit_resample(X, y)
origin_train, origin_test, _, labels_test = train_test_split(
    sampler.sample_indices_, y_balanced, stratify=y_balanced, random_state=0
)
has_twin = np.isin(origin_test[labels_test == 1], origin_train)
print(f"test positives with a twin in the training part: {has_twin.mean():.1%} of {len(has_twin)}")

# %% [markdown]
# To be judged on rows that one has learned by heart is no test.
# [SMOTE](../../docs/glossary.md#smote)'s new rows are no exact twins but siblings that lie between
# two originals, and that is near enough.
#
# Why ROC AUC as the measure here? Because balancing has a second effect: it changes the share of
# positives in the test part, which moves precision and F1 by itself (lesson 03). ROC AUC does not
# depend on that share, so what rises in it is the leak alone. We come to the second effect below.

# %% [markdown]
# ### Exercise 1: measure the leak
#
# Write the instrument that tells a good order of steps from a bad one.


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
    the AUC is 0.5. Leaky: every test row is judged by a twin or by its like, so it is 1. Leak: 0.5.
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

# %% [markdown] covers="E82"
# ## Split first, then resample
#
# The rule that follows: **whatever learns from rows may see training rows only, and the test part
# stays as the world delivers it.** A sampler learns from rows: it decides which rows exist.
#
# You will find the rule in most tutorials, often as a pair of snippets called WRONG and RIGHT, much
# like these two. Read them before you run the cell. Is WRONG wrong for the reason it is meant to
# be? Is RIGHT right?

# %% covers="E81"
try:  # WRONG
    X_res, y_res = RandomOverSampler(random_state=42).fit_resample(X, y)
    X_train, X_test = train_test_split(X_res, y_res, test_size=0.2)
except ValueError as error:
    print(f"WRONG does not even run: ValueError: {error}")

# RIGHT
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
X_res, y_res = RandomOverSampler(random_state=42).fit_resample(X_train, y_train)
print(f"RIGHT runs: {y_test.mean():.1%} positive in the test part, {y.mean():.1%} in all rows")

# %% [markdown]
# WRONG, in this common form, stops with an error before it can leak: `train_test_split` returns
# four parts, not two. And RIGHT has the right order, but neither of them
# [stratifies](../../docs/glossary.md#stratified), so chance decides how many positives are left to
# judge by. With `stratify=y` both parts get the same share. How much does that matter? 150 splits
# of each kind:


# %% covers="E89"
def held_out_positives(stratify):
    return np.array(
        [
            train_test_split(y, test_size=0.2, stratify=stratify, random_state=seed)[1].sum()
            for seed in range(150)
        ]
    )


by_chance, by_class = held_out_positives(None), held_out_positives(y)
for name, counts in {"split by chance": by_chance, "stratified": by_class}.items():
    print(f"{name:16s} positives in the test part: {counts.min()} to {counts.max()}")

# %% [markdown]
# By chance the test part can lose most of its positives, or get nearly twice as many as it should.
# Recall then rests on a handful of rows, and the prevalence that precision depends on is wrong.
# Stratifying costs one argument. Use it whenever rows are drawn by chance anyway. (Where they are
# not, in [groups](../../docs/glossary.md#group) or in time, other splits come first; see below.)

# %% [markdown]
# ## A pipeline keeps the order
#
# With one split the right order is two lines. With
# [cross-validation](../../docs/glossary.md#cross-validation) it has to be kept anew in every
# [fold](../../docs/glossary.md#fold), and then by hand it goes wrong. A
# [pipeline](../../docs/glossary.md#pipeline) keeps it for you. Each fold calls `fit` with its
# training rows and `predict_proba` with its test rows, and the steps do this:
#
# | step | in `fit` (training rows) | in `predict_proba` (test rows) |
# | --- | --- | --- |
# | scaler | learns mean and deviation, scales | scales with what it has learned |
# | sampler | adds copies of rare rows | **is skipped** |
# | model | learns from the larger table | predicts |
#
# scikit-learn's own `Pipeline` has no notion of a step that changes the number of rows and refuses
# it. imbalanced-learn's `Pipeline` is the same class with that notion added.

# %%
import sklearn.pipeline
from imblearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

steps = (StandardScaler(), RandomOverSampler(random_state=0), LogisticRegression())
try:
    sklearn.pipeline.make_pipeline(*steps).fit(X_train, y_train)
except TypeError as error:
    print(f"scikit-learn: TypeError: {str(error).split(' and ')[0]} …")

pipeline = make_pipeline(*steps).fit(X_train, y_train)
print(f"imbalanced-learn: fitted on {len(X_train)} rows, {y_train.sum()} of them positive")
print(f"predictions for {len(X_test)} test rows: {len(pipeline.predict(X_test))}")

# %% [markdown]
# In `fit` the rare rows were copied, in `predict` nothing was: 160 rows in, 160 predictions out.
# Now any tool that validates works as it should, since it only knows one estimator. Here it is
# `cross_val_score` on real data, with folds from `StratifiedKFold`, which you will build below.

# %% covers="E83"
from sklearn.model_selection import StratifiedKFold, cross_val_score

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8, prevalence=0.03, random_state=0)
smote_forest = make_pipeline(SMOTE(random_state=42), RandomForestClassifier(10, random_state=42))
cv = StratifiedKFold(5, shuffle=True, random_state=42)
scores = cross_val_score(smote_forest, X_digits, y_digits, scoring="average_precision", cv=cv)
print(f"{y_digits.sum()} images of the digit 8 among {len(y_digits)}")
print(f"average precision in five folds: {np.round(scores, 2)}, mean {scores.mean():.2f}")

# %% [markdown] covers="E84"
# A pipeline keeps the order of the steps, but it can't make positives. A published example puts
# scaler, SMOTE and logistic regression into a pipeline and stops at `fit`. Let us cross-validate it
# on a table of its size: ten rows, two positives, two folds. Every training part then has one
# positive, and SMOTE looks for that one's neighbours.

# %%
X_tiny = np.arange(20.0).reshape(10, 2)
y_tiny = np.array([0] * 8 + [1] * 2)
published = make_pipeline(StandardScaler(), SMOTE(random_state=42), LogisticRegression())
try:
    cross_val_score(published, X_tiny, y_tiny, cv=StratifiedKFold(2), error_score="raise")
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# ### Which steps leak, and how much?
#
# The rule covers the scaler as well, since it learns a mean and a standard deviation. Does it leak
# as badly? Measure, again on noise: a scaler that sees all rows before cross-validation, and a
# feature selection (the 10 of 300 features that differ most between the classes) that does.

# %%
from sklearn.feature_selection import SelectKBest


def outside_and_inside(step, n_features, seed):
    """Return the cross-validated ROC AUC on noise with a step before it, and within it."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(300, n_features)), np.repeat([0, 1], [270, 30])
    cv = StratifiedKFold(3, shuffle=True, random_state=seed)
    model = LogisticRegression()
    outside = cross_val_score(model, step.fit_transform(X, y), y, cv=cv, scoring="roc_auc")
    inside = cross_val_score(make_pipeline(step, model), X, y, cv=cv, scoring="roc_auc")
    return outside.mean(), inside.mean()


for step, n_features in ((StandardScaler(), 20), (SelectKBest(k=10), 300)):
    runs = np.array([outside_and_inside(step, n_features, seed) for seed in range(6)])
    print(f"{type(step).__name__}: outside {interval(runs[:, 0]):.2f}")
    print(f"{'':14s} inside  {interval(runs[:, 1]):.2f}")
    leak = (runs[:, 0] - runs[:, 1]).round(3)
    print(f"{'':14s} leak    {interval(leak):+z.2f}")

# %% [markdown]
# The scaler's leak is too small to be seen here, and it would be unkind to call a result worthless
# for it. A step that looks at the labels, such as the selection, or at which rows exist, such as a
# sampler, leaks in earnest. You need not sort the steps into harmless and harmful ones: in a
# pipeline none of them leaks.

# %% [markdown]
# ### Exercise 2: an honest pipeline
#
# What cross-validation does with one fold, done by you.


# %% answer="honest-pipeline"
def honest_pipeline(X, y, train, random_state):
    """Return scaler, sampler and model as one estimator that has learned from some rows only.

    Steps in this order: `StandardScaler()`, `RandomOverSampler(random_state=random_state)`,
    `LogisticRegression(max_iter=1000)`.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        All rows, those of the test part too. Not scaled.
    y : ndarray of shape (n_samples,)
        Labels 0 and 1.
    train : list of int
        Positions of the rows that may be learned from.
    random_state : int
        For the sampler.

    Returns
    -------
    estimator
        Fitted. Its `predict_proba` takes rows that are not scaled. When it is fitted again on
        other rows, as cross-validation does, all three steps learn from those.

    Example by hand: X = [[0], [0], [0], [2], [9]], y = [0, 0, 0, 1, 1],
    train = [0, 1, 2, 3]. The one positive at 2 is copied until there are three, as many as there
    are negatives at 0, so half-way between them, at 1, both classes have probability 0.5.
    """
    ### BEGIN SOLUTION
    pipeline = make_pipeline(
        StandardScaler(),
        RandomOverSampler(random_state=random_state),
        LogisticRegression(max_iter=1000),
    )
    return pipeline.fit(X[train], y[train])
    ### END SOLUTION


# %% try="honest-pipeline"
five, labels = np.array([[0], [0], [0], [2], [9]]), np.array([0, 0, 0, 1, 1])
honest_pipeline(five, labels, [0, 1, 2, 3], random_state=0).predict_proba([[1]]).round(3)

# %% graded="honest-pipeline" points=2
import numpy as np

from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import HONEST_PIPELINE

five = (np.array([[0], [0], [0], [2], [9]]), np.array([0, 0, 0, 1, 1]), [0, 1, 2, 3], 0)
fitted = check(honest_pipeline, HONEST_PIPELINE).on(*five)
fitted.then("predict_proba", np.array([[1.0]])).gives([[0.5, 0.5]], abs_=1e-4)
check(honest_pipeline, HONEST_PIPELINE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(honest_pipeline, HONEST_PIPELINE).keeps_its_contract(keys.HONEST_PIPELINE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## How likely is a fold without a positive?
#
# Cross-validation deals the rows into $k$ **folds**, and each fold is the test part once. If
# positives are rare, a fold can end up with none. Then recall is 0 divided by 0, and ROC AUC and
# average precision have no positive to rank. How often does that happen when rows are dealt
# without regard to their class?
#
# **Toy.** 9 rows, 3 positives, 3 folds of 3 rows. There are $\binom{9}{3} = 84$ ways to choose
# which rows are positive, all equally likely.
#
# - *One given fold is empty* if all three positives are among the other six rows:
#   $\binom{6}{3} = 20$ of 84 ways. (With $n$ rows, $P$ positives and folds of $m$ rows, that is
#   $\binom{n-m}{P} / \binom{n}{P}$: the hypergeometric distribution.)
# - *Some fold is empty* is more likely, since there are three folds. Adding up gives
#   $3 \cdot 20 = 60$ ways, but a way in which two folds are empty is then counted twice. Two given
#   folds are empty in $\binom{3}{3} = 1$ way, and there are 3 pairs of folds, so we subtract 3.
#   All three can't be empty. That leaves $60 - 3 = 57$ ways of 84, or 0.679.
#
# Add the single folds, subtract the pairs, add the triples, and so on: this is the rule of
# **inclusion and exclusion**. A shuffle agrees:

# %%
rng = np.random.default_rng(0)
fold_of_row = np.repeat([0, 1, 2], 3)
is_empty = []
for _ in range(4000):
    folds_with_positives = fold_of_row[rng.choice(9, size=3, replace=False)]
    is_empty.append(len(set(folds_with_positives)) < 3)
print(f"by hand {57 / 84:.3f}, in 4,000 shuffles {np.mean(is_empty):.2f}")

# %% [markdown]
# ### Exercise 3: the exact probability


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
# For data of the usual size, here by a quick simulation (your exact function gives the same curves
# without noise): 1,000 rows in 5 or 10 folds.


# %% covers="E87"
def share_with_empty_fold(n_positives, n_folds, n_samples=1000, n_runs=30_000):
    rng = np.random.default_rng(n_positives)
    sizes = [n_samples // n_folds] * n_folds
    dealt = rng.multivariate_hypergeometric(sizes, n_positives, size=n_runs)
    return (dealt == 0).any(axis=1).mean()


for n_positives, n_folds in ((5, 5), (10, 5), (20, 10), (50, 5)):
    share = share_with_empty_fold(n_positives, n_folds)
    print(
        f"{n_positives:2d} positives, {n_folds:2d} folds: an empty fold in {share:.1%} of shuffles"
    )

# %%
from imbalance_lab import plots

counts = [5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60]
with plots.picture(
    title="An empty fold is likely until there are several positives for each fold",
    xlabel="number of positives among 1,000 rows",
    ylabel="probability of an empty fold",
    alt="Probability that at least one fold has no positive, falling with the number of positives."
    " With 5 folds it falls below one half near 10 positives and is near zero at 30; with 10 folds"
    " it is still above three quarters at 20 positives and near zero only beyond 50.",
) as ax:
    for n_folds in (5, 10):
        shares = [share_with_empty_fold(n, n_folds, n_runs=5000) for n in counts]
        ax.plot(counts, shares, marker="o", label=f"{n_folds} folds")

# %% [markdown]
# The number of positives *per fold* decides, not the share of positives: with two per fold an empty
# fold is common, with ten per fold it practically never happens. What does a library do with an
# empty fold? It warns and goes on:

# %%
import warnings

from sklearn.metrics import average_precision_score

nobody, score = np.zeros(5, dtype=int), np.array([0.1, 0.4, 0.2, 0.3, 0.05])
for metric in (roc_auc_score, average_precision_score):
    with warnings.catch_warnings(record=True) as caught_warnings:
        warnings.simplefilter("always")
        value = metric(nobody, score)
    print(f"{metric.__name__} without a positive: {value}, {len(caught_warnings)} warning")

# %% [markdown]
# An undefined fold makes the mean undefined, which at least is noticed. A fold that counts as 0,
# though nothing was there to find, is averaged in silently and lowers the result.

# %% [markdown]
# ## Stratified folds
#
# The cure is to deal each class on its own, like cards: shuffle the positives and deal them to the
# folds in turn, then do the same with the negatives. Then the numbers of positives in any two folds
# differ by at most one, and with at least as many positives as folds none is empty.
#
# Shuffle, because tables are sorted more often than one thinks: by date, by customer, by the
# machine that wrote them. Dealt in the order in which they come, folds inherit that order.

# %% [markdown]
# ### Exercise 4: stratified folds from scratch


# %% answer="stratified-folds"
def stratified_folds(y, n_folds, random_state):
    """Assign every row to a fold, each class spread evenly and by chance.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind; two or more classes.
    n_folds : int
        Number of folds, at least 2.
    random_state : int
        The same number gives the same folds, another number other ones.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        For each row the number of its fold, from 0 to `n_folds` − 1. Of every class, the counts in
        any two folds differ by at most one. Chance decides which rows of a class go to which fold.

    Deal the rows yourself; scikit-learn's splitters for this are not accepted here.

    Example by hand: y = [0, 0, 0, 0, 0, 0, 1, 1, 1] in 3 folds: each fold gets two rows of class 0
    and one of class 1, for instance [2, 0, 1, 1, 0, 2, 1, 0, 2].
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(random_state)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        fold[rows] = np.arange(len(rows)) % n_folds
    return fold
    ### END SOLUTION


# %% try="stratified-folds"
stratified_folds([0, 0, 0, 0, 0, 0, 1, 1, 1], 3, random_state=0)

# %% graded="stratified-folds" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import STRATIFIED_FOLDS

check(stratified_folds, STRATIFIED_FOLDS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(stratified_folds, STRATIFIED_FOLDS).keeps_its_contract(keys.STRATIFIED_FOLDS.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E85 E86"
# In daily work, `StratifiedKFold` does this. Without `shuffle=True` it deals the rows in the order
# in which they come, which is only safe if that order means nothing. Two snippets that you will
# meet often: one prints how many of each class a fold gets, the other scores F1 in five folds. Both
# are sound.

# %%
y_ten = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
for fold, (learn, judge) in enumerate(StratifiedKFold(n_splits=2).split(X_tiny, y_ten), 1):
    print(f"fold {fold}: train {np.bincount(y_ten[learn])}, test {np.bincount(y_ten[judge])}")

cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=42)
digit_model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
f1_scores = cross_val_score(digit_model, X_digits, y_digits, cv=cv, scoring="f1")
print(f"F1 in five folds: {np.round(f1_scores, 2)}")

# %% [markdown]
# Five stratified folds with ten positives each, and F1 still jumps from fold to fold. Is it not
# said that scores which vary wildly are a sign of missing stratification? **Predict first:** by how
# much does stratifying reduce the spread (the standard deviation over the folds) of average
# precision, with 50 positives in 5 folds?

# %%
from sklearn.model_selection import KFold

from imbalance_lab.datasets import make_gauss


def f1_of(y_true, flagged):
    """Return F1 by its definition: quicker than `f1_score`, and needed often below."""
    return 2 * (flagged & (y_true == 1)).sum() / (flagged.sum() + y_true.sum())


def spread_over_folds(cv, X, y):
    """Return the standard deviation over the folds of average precision and of F1."""
    scores, model = [], LogisticRegression()
    for learn, judge in cv.split(X, y):
        p = model.fit(X[learn], y[learn]).predict_proba(X[judge])[:, 1]
        scores.append((average_precision_score(y[judge], p), f1_of(y[judge], p >= 0.2)))
    return np.std(scores, axis=0, ddof=1)


# %%
spreads = []
for seed in range(16):
    X_run, y_run = make_gauss(1000, prevalence=0.05, random_state=seed)
    plain = spread_over_folds(KFold(5, shuffle=True, random_state=seed), X_run, y_run)
    even = spread_over_folds(StratifiedKFold(5, shuffle=True, random_state=seed), X_run, y_run)
    spreads.append((*plain, *even))
spreads = np.array(spreads)

for column, name in enumerate(("average precision", "F1")):
    plain, even = spreads[:, column], spreads[:, column + 2]
    print(f"{name}: spread over folds, plain      {interval(plain):.3f}")
    print(f"{'':{len(name)}s}                    stratified {interval(even):.3f}")
    print(f"{'':{len(name)}s}                    difference {interval(even - plain):+z.3f}")

# %% [markdown]
# Sixteen pairs leave much open, so the [laboratory](../../docs/laboratory.md) ran 1,200: three shares
# of positives, 5 and 10 folds. Left of the grey band, stratified folds scatter less by over a tenth.

# %%
from imbalance_lab.evidence import study

folds = study("folds")
folds.plot("spread-f1")

# %%
folds.plot("spread-ap")

# %% [markdown]
# Stratifying evens out *how many* positives there are in a fold, not *which*. F1 at a threshold
# depends on how many, so it calms down by a third. Average precision hardly does: its spread shrank
# by less than a tenth, or by little more. So stratify: it also rules out empty folds and costs
# nothing. But ten positives stay few, and calm comes from more of them, or from averaging over more
# splits.

# %% [markdown]
# ## Groups: rows that know each other
#
# Copies are not the only twins. Five X-rays of one patient, twenty readings of one machine, all
# purchases of one customer: such rows resemble each other more than rows of strangers do. If some
# of a **group** are in the training part and others in the test part, a model can recognise the
# patient instead of the disease.
#
# **Toy.** Two patients, four rows each; patient A is ill, patient B is not. Every patient has a
# feature, say the shape of an ear, that has nothing to do with the illness. Split the rows, and the
# ear predicts the illness perfectly. Split the *patients*, and no model can say anything about B
# after seeing only A.
#
# The simulation: 120 patients with 5 rows each, 12 of them called ill by lot. The features describe
# the patient and nothing else. The honest ROC AUC is 0.5.

# %%
from sklearn.model_selection import StratifiedGroupKFold


def row_and_group_folds(seed):
    """Return the ROC AUC on noise, with folds of rows and with folds of patients."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(120), 5)
    y = (rng.permutation(120) < 12).astype(int)[patient]
    X = rng.normal(size=(120, 8))[patient] + rng.normal(scale=0.5, size=(600, 8))
    results = []
    for splitter in (StratifiedKFold, StratifiedGroupKFold):
        cv = splitter(3, shuffle=True, random_state=seed)
        groups = patient if splitter is StratifiedGroupKFold else None
        model = KNeighborsClassifier(5)
        scores = cross_val_score(model, X, y, cv=cv, groups=groups, scoring="roc_auc")
        results.append(scores.mean())
    return results


group_runs = np.array([row_and_group_folds(seed) for seed in range(6)])
print(f"folds of rows:     {interval(group_runs[:, 0]):.2f}")
print(f"folds of patients: {interval(group_runs[:, 1]):.2f}")

# %% [markdown]
# Nothing was resampled here, every fold was stratified, and the result is nearly as wrong as in the
# hook. The question to ask of any split: **when the model works, will it have seen this patient (machine,
# customer, street) before?** If not, split by it: `GroupKFold`, or `StratifiedGroupKFold`, which
# evens out the classes as far as whole groups allow.

# %% [markdown]
# ## Time: the future may not help
#
# A fraud detector is trained on what has happened and judged by what comes. If fraud changes with
# time, **[drift](../../docs/glossary.md#drift)**, then a random split lets the model learn next
# month's fraud before it is asked to find it. And there is a second trap: on the day of training,
# recent labels are not known yet, since a fraud becomes one only when the customer complains.
#
# So a split by time has three parts. With $t$ the day of a row, $T$ *today*, and $d$
# [the days that a label needs to become final](../../docs/glossary.md#label-delay):
#
# - train: rows whose label is final today, $t + d \le T$;
# - unused: rows after that, up to today. They have happened, but their labels are not known;
# - test: rows after today, up to as far ahead as the model will be in use before it is retrained.
#
# By hand, with $T = 6$ and $d = 2$, testing on the next 4 days: rows of days 1, 3 and 4 train, day
# 5 is unused, days 7 and 10 test, day 11 is beyond.

# %% [markdown]
# ### Exercise 5: a split by time


# %% answer="time-split"
def time_split(time, today, label_delay, horizon):
    """Return which rows to train on today, and which later ones to test on.

    Parameters
    ----------
    time : array-like of shape (n_samples,)
        Day of each row. The rows may come in any order, a Series with any index.
    today : float
        The day on which the model is trained.
    label_delay : float
        Days until a label is final, at least 0.
    horizon : float
        Days after today during which the model is used, above 0.

    Returns
    -------
    train, test : ndarray of int
        Positions of rows, ascending. Train: `time` + `label_delay` is at most `today`. Test: `time`
        is later than `today`, and at most `today` + `horizon`. Either part may be empty.

    Example by hand: time = [3, 10, 1, 5, 7, 11, 4], today = 6, label_delay = 2, horizon = 4.
    Train on days 3, 1 and 4, at positions [0, 2, 6]; test on days 10 and 7, at positions [1, 4].
    """
    ### BEGIN SOLUTION
    time = np.asarray(time, dtype=float)
    train = np.flatnonzero(time + label_delay <= today)
    test = np.flatnonzero((time > today) & (time <= today + horizon))
    return train, test
    ### END SOLUTION


# %% try="time-split"
time_split([3, 10, 1, 5, 7, 11, 4], today=6, label_delay=2, horizon=4)

# %% graded="time-split" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.honest_validation import TIME_SPLIT

days = [3, 10, 1, 5, 7, 11, 4]
check(time_split, TIME_SPLIT).on(days, 6, 2, 4).gives(([0, 2, 6], [1, 4]))
check(time_split, TIME_SPLIT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import honest_validation as keys

check(time_split, TIME_SPLIT).keeps_its_contract(keys.TIME_SPLIT.hidden())
### END HIDDEN TESTS

# %% [markdown]
# How much does a random split flatter? What it does is to let the model learn from *other rows of
# the days it is judged on*. So hold the judge fixed, half of the future's rows, and train twice on
# equally many rows: once on the past alone, and once on rows drawn from the past and the other half
# of the future, as a random split would. Drift is a dial here, so the claim can be tested where it
# should be true and where it should be false. (The transactions of lesson 01, with more fraud, so
# that scores are less noisy.)

# %%
import pandas as pd

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

fraud_model = LogisticRegression(solver="newton-cholesky")


def mixed_and_past(drift, seed):
    """Return the average precision on the same future rows, after a mixed and a past training."""
    drawn = make_transactions(12_000, fraud_rate=0.03, drift=drift, random_state=seed)
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
        p = fraud_model.fit(X, y).predict_proba(X_test)[:, 1]
        scores.append(average_precision_score(y_test, p))
    return scores


# %%
time_runs = {
    drift: np.array([mixed_and_past(drift, seed) for seed in range(7)]) for drift in (0, 2)
}
for drift, runs in time_runs.items():
    print(f"drift {drift}: average precision, trained on a mix  {interval(runs[:, 0]):.2f}")
    print(f"                            trained on the past {interval(runs[:, 1]):.2f}")
    print(
        f"                            the mix flatters by {interval(runs[:, 0] - runs[:, 1]):+z.2f}"
    )

# %% [markdown]
# Without drift it makes next to no difference. With strong drift the mix promises clearly more than
# the future keeps. You cannot know beforehand in which of the two worlds you live, so split by time
# whenever rows have a time, and let the difference of the two scores tell you how fast your world
# moves. `split_by_time`, used since lesson 01, is a cousin of your function that cuts by shares of
# the period.

# %% [markdown]
# ## The test set keeps its natural prevalence
#
# The second effect of balancing before the split, set aside above: the test part becomes half
# positive. Nothing leaks by that alone. But look at what a fixed, honest model seems to be worth
# when only the test part is balanced, by dropping negatives from it.

# %%
from sklearn.metrics import precision_score, recall_score

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


prevalence_runs = np.array([natural_and_balanced(seed) for seed in range(8)])
for name, runs in zip(MEASURES, prevalence_runs.transpose(1, 0, 2)):
    natural, balanced = interval(runs[:, 0]), interval(runs[:, 1])
    print(f"{name:18s} natural {natural:.2f}   balanced {balanced:.2f}")

# %% [markdown]
# Recall and ROC AUC stay, as they must. Precision and average precision are in another world: on
# the balanced rows nearly every flag is right, in the world to come most are false alarms. Keep the
# test part as it comes. If it was balanced before you got it, correct the precision by Bayes' rule,
# as in lesson 03.

# %% [markdown]
# ## How sure is a cross-validated score?
#
# Repeat cross-validation with other shuffles and you get as many scores as you like. It is tempting
# to treat them like independent experiments and write mean ± t × s / √J for J scores, with their
# standard deviation s and the 0.975 quantile t of Student's t distribution. But they come from the
# *same* rows: any two training parts share most of them. More repeats make this interval
# as narrow as you want, and the data do not grow.
#
# Nadeau and Bengio (2003) worked out what the sharing does, from a simple guess at how strongly the
# scores are correlated. With $s^2$ the variance of the $J$ scores, $n_1$ rows in each training part
# and $n_2$ in each test part, the variance of their mean is not $s^2 / J$ but about
#
# $$s^2 \left( \frac{1}{J} + \frac{n_2}{n_1} \right) .$$
#
# The second term does not shrink with more repeats. In 5 folds it is ¼, as if you had never had
# more than four independent scores. They had repeated random splits in mind; for repeated
# cross-validation it is a widely used rule of thumb (Bouckaert and Frank 2004).
#
# Does it help? A test: draw 60 data sets of 300 rows, cross-validate each, and count how often the
# interval holds the true value, that is the mean ROC AUC, on very many new rows, of models trained
# on so many rows. An honest 95% interval holds it in about 95 of 100 cases. The model is a plain
# linear one, fitted by least squares to the labels 0 and 1: it ranks well, and 900 fits are quick.

# %%
from scipy import stats
from sklearn.model_selection import RepeatedStratifiedKFold


def auc_by_ranks(y, score):
    """Return the ROC AUC by the ranks of the positives: quicker where it is needed often."""
    n_pos, n_neg = y.sum(), len(y) - y.sum()
    return (stats.rankdata(score)[y == 1].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)


def scores_of_one_data_set(seed):
    """Return 15 cross-validated scores, and that of one of the models on many new rows."""
    X, y = make_gauss(300, prevalence=0.1, random_state=seed)
    X_new, y_new = make_gauss(5000, prevalence=0.1, random_state=9000 + seed)
    cv = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=seed)
    scores = []
    for learn, judge in cv.split(X, y):
        with_constant = np.column_stack([X[learn], np.ones(len(learn))])
        weights = np.linalg.lstsq(with_constant, y[learn], rcond=None)[0][:-1]
        scores.append(auc_by_ranks(y[judge], X[judge] @ weights))
    return scores, auc_by_ranks(y_new, X_new @ weights)


# %%
repeated = [scores_of_one_data_set(seed) for seed in range(60)]
all_scores = np.array([scores for scores, _ in repeated])
truth = np.mean([new for _, new in repeated])


def held_and_width(scores, correction):
    """Return how often the interval holds the truth, and its mean width."""
    J = scores.shape[1]
    spread = np.sqrt(scores.var(axis=1, ddof=1) * (1 / J + correction))
    half = stats.t.ppf(0.975, J - 1) * spread
    return np.mean(np.abs(scores.mean(axis=1) - truth) <= half), 2 * half.mean()


for repeats in (1, 2, 3):
    naive, naive_width = held_and_width(all_scores[:, : 5 * repeats], 0)
    fair, fair_width = held_and_width(all_scores[:, : 5 * repeats], 60 / 240)
    print(
        f"5 folds × {repeats}: uncorrected holds the truth in {naive:.0%}, width {naive_width:.2f}"
    )
    print(f"             corrected holds the truth in {fair:.0%}, width {fair_width:.2f}")

# %% [markdown]
# The uncorrected interval misses the truth more and more often as you repeat more. Repeats are good
# for the mean, which depends less on one lucky shuffle. They are no new data. The
# [corrected interval](../../docs/glossary.md#corrected-interval) stays near what it promises, and
# it is wide, because 30 positives say only so much.
#
# (When a simulation draws *fresh* data in each run, as in this lesson's other experiments, the runs
# are independent and `interval` is right without a correction.)

# %% [markdown]
# ### Exercise 6: is B better than A?
#
# Two models were judged on the same splits, so that each split gives a *pair* of scores. A split
# that is hard for one is mostly hard for the other as well. So look at the differences within the
# pairs, as the experiments of this course do, and put the corrected interval around their mean.


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

# %% [markdown]
# ## Choosing is learning too
#
# From here on a method has to beat two rivals in every lesson: the
# *[untouched](../../docs/glossary.md#untouched-model)* model with a better threshold than 0.5, and
# the same model *better [regularised](../../docs/glossary.md#regularisation)*: held back more, so
# that it follows single rows less. For a logistic regression that is a stronger
# [penalty](../../docs/glossary.md#penalty) on large coefficients, in scikit-learn a smaller `C`.
# Both rivals contain a choice, the threshold and the strength of the penalty, and a choice made
# with the help of test rows is a leak like any other. How large? Choose the threshold with the
# highest F1 once on the test part itself, and once on the training rows by an inner
# cross-validation.

# %%
from sklearn.metrics import precision_recall_curve


def best_f1_threshold(y_true, p):
    """Return the threshold with the highest F1 on these rows."""
    precision, recall, thresholds = precision_recall_curve(y_true, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return thresholds[np.argmax(f1[:-1])]


def f1_of_two_choices(seed):
    X, y = make_gauss(1500, prevalence=0.05, random_state=seed)
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
    cv = StratifiedKFold(5, shuffle=True, random_state=seed)
    inner = cross_val_predict(LogisticRegression(), X_a, y_a, cv=cv, method="predict_proba")
    p = LogisticRegression().fit(X_a, y_a).predict_proba(X_b)[:, 1]
    on_test = f1_of(y_b, p >= best_f1_threshold(y_b, p))
    return f1_of(y_b, p >= 0.5), f1_of(y_b, p >= best_f1_threshold(y_a, inner[:, 1])), on_test


choice_runs = np.array([f1_of_two_choices(seed) for seed in range(12)])
for name, runs in zip(("left at 0.5", "chosen inside", "chosen on test"), choice_runs.T):
    print(f"threshold {name:14s}: F1 on the test part {interval(runs):.2f}")
print(f"leak of choosing on test: {interval(choice_runs[:, 2] - choice_runs[:, 1]):+.3f}")

# %% [markdown]
# To tune the threshold is worth a lot. To tune it on the test part adds half as much again on paper,
# and nothing in the world. scikit-learn packs the honest way into one estimator, with an inner
# cross-validation of its own. It is an estimator like any other, so it can be cross-validated in
# turn: choices inside, judgement outside. That is called
# **[nested](../../docs/glossary.md#nested-cross-validation)** cross-validation.

# %%
from sklearn.model_selection import TunedThresholdClassifierCV

X_one, y_one = make_gauss(1500, prevalence=0.05, random_state=0)
X_a, X_b, y_a, y_b = train_test_split(X_one, y_one, stratify=y_one, random_state=0)
tuned = TunedThresholdClassifierCV(
    LogisticRegression(), scoring="f1", cv=3, thresholds=20, random_state=0
).fit(X_a, y_a)
print(f"threshold chosen inside: {tuned.best_threshold_:.2f}")
print(f"F1 on the test part:     {f1_score(y_b, tuned.predict(X_b)):.2f}")

# %% [markdown]
# ## On real data, with rivals
#
# Now all of it together. Two real data sets, made rare, and two simulated ones; four ways to use a
# logistic regression, all of them chosen and fitted on the training part alone:
#
# - *as it comes*, used at 0.5;
# - *threshold*: the same model, with the threshold of the best F1 from an inner cross-validation;
# - *regularised*: the penalty, as it is or about thirty times as strong, chosen inside as well, by
#   average precision;
# - *copies*: scaler, `RandomOverSampler` and the model in a pipeline, used at 0.5.


# %% covers="E11"
def four_ways(X, y, seed):
    """Return the F1 of four ways on one stratified split, and the average precision of three."""
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
    cv = StratifiedKFold(3, shuffle=True, random_state=seed)
    inner, p = {}, {}
    for C in (0.03, 1.0):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500))
        inner[C] = cross_val_predict(model, X_a, y_a, cv=cv, method="predict_proba")[:, 1]
        p[C] = model.fit(X_a, y_a).predict_proba(X_b)[:, 1]
    best = max(inner, key=lambda C: average_precision_score(y_a, inner[C]))
    copies = make_pipeline(StandardScaler(), RandomOverSampler(random_state=seed), model[-1])
    p_copies = copies.fit(X_a, y_a).predict_proba(X_b)[:, 1]
    return {
        "as it comes": f1_of(y_b, p[1.0] >= 0.5),
        "threshold": f1_of(y_b, p[1.0] >= best_f1_threshold(y_a, inner[1.0])),
        "regularised": f1_of(y_b, p[best] >= best_f1_threshold(y_a, inner[best])),
        "copies": f1_of(y_b, p_copies >= 0.5),
        "AP as it comes": average_precision_score(y_b, p[1.0]),
        "AP regularised": average_precision_score(y_b, p[best]),
        "AP copies": average_precision_score(y_b, p_copies),
    }


# %%
from imbalance_lab.datasets import load_rare_breast_cancer, make_nonlinear

X_cancer, y_cancer = load_rare_breast_cancer(random_state=0)
data_sets = {
    "digits, 8": (X_digits, y_digits),
    "breast cancer": (X_cancer.to_numpy(), y_cancer.to_numpy()),
    "gauss": make_gauss(1500, prevalence=0.05, random_state=1),
    "nonlinear": make_nonlinear(1500, prevalence=0.06, random_state=1),
}
ways = {
    name: pd.DataFrame([four_ways(X_set, y_set, seed) for seed in range(5)])
    for name, (X_set, y_set) in data_sets.items()
}
table = pd.DataFrame({name: runs.mean() for name, runs in ways.items()}).T
print("F1 on the test part, mean of five splits")
table[["as it comes", "threshold", "regularised", "copies"]].round(2)

# %%
print("average precision, which knows no threshold")
table[["AP as it comes", "AP regularised", "AP copies"]].round(2)

# %% [markdown]
# F1 first. No way is best everywhere. On the digits the model as it comes is already about as good
# as any of the others. On the simulated sets it misses most positives until the threshold moves.
# And a choice needs positives to choose by: on breast cancer, where all the models rank almost
# perfectly, a threshold tuned on 13 positives is no gain. Then the average precision: on each line
# the three are close to each other, and the copies are not clearly ahead anywhere. Whatever F1 the
# copies gain over *as it comes* they gain by moving the decisions, which a threshold does without
# them. Lessons 05 to 07 look for the cases in which there is more to it.
#
# How sure are the differences? The five splits of one data set share rows, so the corrected
# interval applies, with $n_2 / n_1 = 0.3 / 0.7$:

# %%
from imbalance_lab.experiments import Interval


def corrected(differences, ratio=0.3 / 0.7):
    J = len(differences)
    half = stats.t.ppf(0.975, J - 1) * np.sqrt(np.var(differences, ddof=1) * (1 / J + ratio))
    return f"{Interval(mean := np.mean(differences), mean - half, mean + half):+z.2f}"


print("F1, copies at 0.5 minus the untouched model with a tuned threshold:")
for name, runs in ways.items():
    print(f"  {name:14s} {corrected(runs['copies'] - runs['threshold'])}")

# %% [markdown]
# There is no universal recipe. There is a procedure that tells you, on your own data, which of the
# candidates to take, and how sure you can be. That procedure is what this lesson was about, and all
# lessons that follow rest on it.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

forest_runs = noise_runs["forest", "RandomOverSampler"]
linear_runs = noise_runs["logistic regression", "RandomOverSampler"]
Claim(
    "Never oversample before the split: it leaks.",
    verdict="holds",
    because=(
        "On pure noise, copies made before the split added"
        f" {interval(forest_runs[:, 0] - forest_runs[:, 1]):+.2f} to the ROC AUC of a forest and"
        f" {interval(linear_runs[:, 0] - linear_runs[:, 1]):+.2f} to that of a logistic regression."
        " How much depends on how well the model can remember single rows."
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
    reference="forman2010",
    evidence="E87 E89",
)

# %% covers="E88"
f1, ap = (folds.facts(name)["overall"] for name in ("spread-f1", "spread-ap"))
Claim(
    "Scores that vary wildly from fold to fold are calmed by stratified folds.",
    verdict="holds",
    because=(
        f"With 20 to 100 positives in 5 or 10 folds, stratifying changed the spread of F1 by"
        f" {f1['mean']:+.0%} [{f1['low']:+.0%}, {f1['high']:+.0%}]. That of average precision changed by"
        f" {ap['mean']:+.0%} [{ap['low']:+.0%}, {ap['high']:+.0%}], which need not be a tenth. Few positives"
        " are the cause, and they stay few."
    ),
    evidence="E88",
)

# %%
shuffle_leak = {drift: interval(runs[:, 0] - runs[:, 1]) for drift, runs in time_runs.items()}
Claim(
    "A random split is good enough to judge a model.",
    verdict="holds only if",
    because=(
        "rows are strangers to each other and the world stands still. Training on other rows of"
        f" the test days added {shuffle_leak[0]:+z.2f} to the average precision without drift and"
        f" {shuffle_leak[2]:+.2f} with strong drift;"
        f" on noise with five rows for each patient it gave a ROC AUC of"
        f" {interval(group_runs[:, 0]):.2f}."
    ),
    reference="kaufman2012",
)

# %% [markdown]
# ## Quiz
#
# **1.** On labels drawn by lot, a forest reaches a test ROC AUC of 0.99, after the data were
# oversampled and then split. Why?
#
# - a) Forests are good at rare classes once these are balanced.
# - b) A forest looks at the test rows while it is trained.
# - c) Copies of test rows were in the training part, so it only had to recognise them.
# - d) The test part was balanced, and that lifts ROC AUC.
#
# **2.** In an imbalanced-learn pipeline of scaler, sampler and model under 5-fold
# cross-validation, when does the sampler run?
#
# - a) In `fit` and in `predict`, so that both parts are balanced alike.
# - b) In `fit` only, on the training rows of each fold.
# - c) Once, on all rows, before the folds are made.
# - d) In `predict` only, on the test rows.
#
# **3.** You have 8 positives in 1,000 rows and use 5 stratified folds. What does stratifying give
# you?
#
# - a) Every fold has a positive, so that its scores are defined.
# - b) Scores that hardly differ from fold to fold.
# - c) A clearly smaller spread of average precision.
# - d) Nothing: with 8 positives an empty fold was impossible anyway.
#
# **4.** Twenty readings each of 200 machines, 10 of which broke. The model will watch *new*
# machines. Which folds?
#
# - a) Stratified folds of readings.
# - b) Folds of consecutive days.
# - c) Repeated stratified folds of readings, with a corrected interval.
# - d) Folds of machines, stratified as far as possible.
#
# **5.** You try 50 thresholds on the test part and report the best F1. What is wrong?
#
# - a) Nothing: the model itself never saw the test part.
# - b) The choice has used the test part. Choose on other rows, then judge once.
# - c) One must not tune thresholds; 0.5 is what probabilities mean.
# - d) The test part should have been balanced first.

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "a", 4: "d", 5: "b"}
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
# - Whatever learns, chooses or resamples sees training rows only. A pipeline sees to that.
# - Test your procedure on noise. If it finds something, it is broken.
# - Stratify to avoid empty folds. It makes no positives and little calm.
# - Split by group and by time where the model will meet strangers and the future.
# - The test part keeps its prevalence. Repeats are no new data: correct the interval.
#
# **New words:** *leak*, *fold*, *stratified*, *pipeline*, *sampler*, *group*, *drift*, *label
# delay*, *nested cross-validation*, *corrected interval*.
#
# ## Further reading
#
# - Vandewiele et al. (2021). [*Overly optimistic prediction results on imbalanced data: a case
#   study of flaws and benefits when applying
#   over-sampling*](../../docs/bibliography.md#vandewiele2021): published near-perfect results,
#   computed again with the mistake and without it.
# - Kapoor & Narayanan (2023). [*Leakage and the reproducibility crisis in machine-learning-based
#   science*](../../docs/bibliography.md#kapoor2023): leakage in 17 fields of science, and a
#   taxonomy of its kinds.
# - Kaufman et al. (2012). [*Leakage in data mining: formulation, detection, and
#   avoidance*](../../docs/bibliography.md#kaufman2012): what leakage is, how to notice it, and how
#   to keep it out.
# - Nadeau & Bengio (2003). [*Inference for the generalization
#   error*](../../docs/bibliography.md#nadeau2003).
# - Bouckaert & Frank (2004). [*Evaluating the replicability of significance tests for comparing
#   learning algorithms*](../../docs/bibliography.md#bouckaert2004): how much a significance test
#   depends on the shuffle.
# - Varma & Simon (2006). [*Bias in error estimation when using cross-validation for model
#   selection*](../../docs/bibliography.md#varma2006): how far tuning flatters a score where there
#   is nothing to find.
# - Forman & Scholz (2010). [*Apples-to-apples in cross-validation studies: pitfalls in classifier
#   performance measurement*](../../docs/bibliography.md#forman2010).
#
# **Next:** lesson 05 takes the sampler that was only a tool here and asks what resampling is good
# for.
