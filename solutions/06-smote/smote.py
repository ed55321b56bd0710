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
# # 06 · SMOTE from first principles: are invented positives worth more than copies?
#
# **At the end you can**
#
# - derive SMOTE, write it, and prove that your version is one;
# - say exactly what the invented rows keep of the real ones, and what they lose;
# - name what its relatives change (Borderline-SMOTE, SVM-SMOTE, K-means SMOTE, ADASYN, SMOTE-NC,
#   SMOTE-N), and where each of them breaks;
# - test whether it beats copies, weights, regularisation and another threshold on your data.
#
# **Time** 140 minutes. **You need** NumPy, and `fit` and `predict_proba` of scikit-learn.
# **Builds on** lessons 03 (average precision), 04 (resample the training rows only) and 05 (random
# oversampling, which copies rows).

# %% [markdown]
# ## Frauds that never happened
#
# Lesson 05 filled up the rare class with copies. Copies bring nothing new, so why not invent
# positives that resemble the real ones? That is [SMOTE](../../docs/glossary.md#smote), the
# *synthetic minority over-sampling technique*. It is one line of imbalanced-learn. Here it is on
# the transactions, encoded as before: numbers scaled, and one column of zeros and ones for each
# merchant category and each channel.

# %%
import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

# %% covers="E53"
train, test = split_by_time(make_transactions(random_state=0))
y_train, y_test = train["is_fraud"].to_numpy(), test["is_fraud"].to_numpy()
encoder = transaction_encoder().set_output(transform="pandas").fit(train)
X_train, X_test = encoder.transform(train), encoder.transform(test)
X_more, y_more = SMOTE(random_state=0).fit_resample(X_train, y_train)
print(f"before: {np.sum(y_train == 0)} legitimate, {np.sum(y_train == 1)} frauds")
print(f"after:  {np.sum(y_more == 0)} legitimate, {np.sum(y_more == 1)} frauds")

# %% [markdown]
# `fit_resample` puts the new rows under the old ones. Each of the
# [invented frauds](../../docs/glossary.md#synthetic-row) should be a transaction that could have
# happened: it has one merchant and one channel.
#
# **Predict before you run.** What share of the invented frauds is *impossible*, such as one that
# was made 30% at a petrol station and 70% in an online shop?

# %%
my_prediction = 0.05  # your guess, between 0 and 1

# %%
invented = X_more.iloc[len(X_train) :]
merchant = invented.filter(like="merchant_")
channel = invented.filter(like="channel_")
possible = merchant.isin([0, 1]).all(axis=1) & channel.isin([0, 1]).all(axis=1)
print(f"you predicted {my_prediction:.2f}")
print(f"impossible    {1 - possible.mean():.2f}")
one = merchant[~possible].iloc[0]
shares = [f"{share:.0%} {name.split('merchant_')[1]}" for name, share in one[one > 0].items()]
print("one of them:", ", ".join(shares))

# %% [markdown]
# Most of the "frauds" that a model is about to learn from could not exist. Does it matter? The same
# logistic regression, with and without them, on the later transactions:

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_score, recall_score

rows = {"real frauds": (X_train, y_train), "SMOTE": (X_more, y_more)}
scores = {
    name: LogisticRegression(max_iter=1000).fit(X, y).predict_proba(X_test)[:, 1]
    for name, (X, y) in rows.items()
}
flagged = {f"{name} at 0.5": p >= 0.5 for name, p in scores.items()}
# The untouched model, with the threshold at which it flags as many as SMOTE does.
lower = np.sort(scores["real frauds"])[-np.sum(scores["SMOTE"] >= 0.5)]
flagged[f"real frauds at {lower:.2f}"] = scores["real frauds"] >= lower
for name, y_pred in flagged.items():
    print(
        f"{name:20s} recall {recall_score(y_test, y_pred):.2f}"
        f"  precision {precision_score(y_test, y_pred):.3f}"
    )
for name, p in scores.items():
    print(
        f"{name:20s} average precision {average_precision_score(y_test, p):.2f},"
        f" frauds expected for each real one: {p.sum() / y_test.sum():.0f}"
    )

# %% [markdown]
# Recall at the usual threshold of 0.5 rises steeply, which is what makes SMOTE popular, and precision
# collapses. But the model that saw only real frauds finds about as many when it is allowed to flag
# as many: a lower threshold does the same, without one invented row. The ranking (average precision)
# is not better with SMOTE, and that model expects many times more frauds than there are.
#
# This is one split and one model. The lesson takes the method apart, so that you can tell what comes
# from the idea and what from its use.

# %% [markdown] covers="E52"
# ## The idea: a step towards a neighbour
#
# Take a row $x_i$ of the [minority](../../docs/glossary.md#minority) and one of its neighbours
# $x_{nn}$, also of the minority. If both are frauds, perhaps everything on the straight line
# between them is a fraud too. So walk a random part $\lambda$ of the way:
#
# $$x_{new} = x_i + \lambda\,(x_{nn} - x_i), \qquad \lambda \sim U(0, 1).$$
#
# $\lambda$ is *one* number for all features, drawn evenly between 0 and 1. At $\lambda = 0$ you are
# at the row, at 1 at the neighbour, at ½ in the middle. That is the whole invention of Chawla and
# others (2002). By hand, from $(1, 1)$ a quarter of the way to $(5, 2)$:

# %%
start, neighbour = np.array([1.0, 1.0]), np.array([5.0, 2.0])
for lam in (0, 0.25, 0.5, 1):
    print(f"lambda {lam:<4}  {start + lam * (neighbour - start)}")

# %% [markdown]
# ### Exercise 1: interpolate
#
# Many rows at once, each with its own neighbour and its own λ. Mind how NumPy lines up a column of
# λs with a table: a table with as many rows as columns hides a mistake that others reveal.


# %% answer="interpolate"
def interpolate(X, X_neighbour, lam):
    """Walk from each row a part of the way to its neighbour.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_features)
        The rows to start from.
    X_neighbour : array-like of shape (n_rows, n_features)
        Row r is the neighbour that row r of X walks towards.
    lam : array-like of shape (n_rows,)
        The part of the way for each row, between 0 and 1, both included. One number a row:
        all features of a row share it.

    Returns
    -------
    ndarray of shape (n_rows, n_features)

    Raises
    ------
    ValueError
        If any λ lies outside [0, 1].

    Example by hand: from (0, 0) half of the way to (2, 4), and from (1, 1) a quarter of the
    way to (5, 1), are (1, 2) and (2, 1).
    """
    ### BEGIN SOLUTION
    X, X_neighbour, lam = (np.asarray(a, dtype=float) for a in (X, X_neighbour, lam))
    if lam.min() < 0 or lam.max() > 1:
        raise ValueError(f"lam must lie between 0 and 1, got {lam.min()} to {lam.max()}")
    return X + lam[:, np.newaxis] * (X_neighbour - X)
    ### END SOLUTION


# %% try="interpolate"
interpolate([[0, 0], [1, 1]], [[2, 4], [5, 1]], [0.5, 0.25])

# %% graded="interpolate" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.smote import INTERPOLATE

start, end = [[0, 0], [1, 1]], [[2, 4], [5, 1]]
check(interpolate, INTERPOLATE).on(start, end, [0.5, 0.25]).gives([[1, 2], [2, 1]])
check(interpolate, INTERPOLATE).on(start, end, [0.5, 1.5]).refuses(ValueError)
check(interpolate, INTERPOLATE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(interpolate, INTERPOLATE).keeps_its_contract(keys.INTERPOLATE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Neighbours among the minority only
#
# Towards whom may a row walk? If any nearby row would do, a fraud could walk towards a legitimate
# transaction, and the new "fraud" would lie among the legitimate ones. So the **neighbours** of a
# minority row are the $k$ nearest *other* rows *of the minority* (5 by default). Ten points, four
# of them frauds:

# %%
toy = pd.DataFrame(
    {
        "name": list("EAFBJCGDHI"),
        "x1": [3, 1, 6, 2, 2, 5, 6, 7, 7, 8],
        "x2": [3, 1, 1, 3, 6, 2, 7, 6, 8, 6],
        "fraud": [0, 1, 0, 1, 0, 1, 0, 1, 0, 0],
    }
)
X_toy, y_toy = toy[["x1", "x2"]].to_numpy(float), toy["fraud"].to_numpy()
frauds = toy[toy["fraud"] == 1].set_index("name")[["x1", "x2"]]
squared = ((frauds.to_numpy()[:, None] - frauds.to_numpy()[None]) ** 2).sum(axis=2)
pd.DataFrame(squared, index=frauds.index, columns=frauds.index)

# %%
from imbalance_lab import plots

with plots.picture(
    title="Ten points, four frauds, and the lines that SMOTE may use (k = 2)",
    xlabel="x₁",
    ylabel="x₂",
    alt="Ten points in the plane. Lines run from each of the four frauds A, B, C and D to its two"
    " nearest other frauds. A, B and C are near one another; D, far from them and in the midst of"
    " legitimate points, is joined to C and B by two long lines that cross empty and legitimate"
    " territory.",
    height=3.6,
) as ax:
    for i, near in {1: (3, 5), 3: (1, 5), 5: (3, 1), 7: (5, 3)}.items():
        for j in near:
            ax.plot(*X_toy[[i, j]].T, color="#999999", linestyle="-", linewidth=1)
    ax.plot(*X_toy[y_toy == 0].T, "o", color=plots.PALETTE["blue"], label="legitimate")
    ax.plot(*X_toy[y_toy == 1].T, "^", color=plots.PALETTE["vermillion"], ms=9, label="fraud")
    for name, x1, x2 in zip(toy["name"], toy["x1"], toy["x2"], strict=True):
        ax.annotate(name, (x1, x2), (6, 5), textcoords="offset points")

# %% [markdown]
# The table has the squared distances between the frauds. The nearest other fraud to A is B (at
# $\sqrt 5$), then C. To D, all are far away, but two of them have to be its neighbours: the lines
# from D are long. Keep D in mind.
#
# Distances depend on units. An amount in cents instead of euros makes every difference in amount a
# hundred times as large, and then only the amount decides who is near whom. So scale first, then
# resample, both inside the pipeline of lesson 04.

# %% [markdown]
# ### Exercise 2: the neighbours


# %% answer="minority-neighbours"
def minority_neighbours(X, y, minority, k):
    """Find the k nearest other minority rows of each minority row.

    A library may search the neighbours for you.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        All rows, of both classes. Distances are Euclidean; no tie decides who is a neighbour.
    y : array-like of shape (n_samples,)
        Labels of two classes.
    minority : label
        The label of the minority class.
    k : int
        How many neighbours, at least 1.

    Returns
    -------
    array of int of shape (n_minority, k)
        One line for each minority row, in the order of X. It holds the row numbers in X,
        counted from 0, of that row's k nearest other minority rows, the nearest first.

    Raises
    ------
    ValueError
        If the minority has fewer than k + 1 rows.

    Example by hand: on the ten points above with k = 2, the frauds are the rows 1 (A), 3 (B),
    5 (C) and 7 (D), and their neighbours [[3, 5], [1, 5], [3, 1], [5, 3]].
    """
    ### BEGIN SOLUTION
    from sklearn.neighbors import NearestNeighbors

    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    if len(rows) < k + 1:
        raise ValueError(f"{k} neighbours need {k + 1} minority rows, got {len(rows)}")
    # Without an argument, kneighbors leaves each row out of its own neighbours.
    near = NearestNeighbors(n_neighbors=k).fit(X[rows]).kneighbors(return_distance=False)
    return rows[near]
    ### END SOLUTION


# %% try="minority-neighbours"
minority_neighbours(X_toy, y_toy, 1, 2)

# %% graded="minority-neighbours" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.smote import MINORITY_NEIGHBOURS

X = [[3, 3], [1, 1], [6, 1], [2, 3], [2, 6], [5, 2], [6, 7], [7, 6], [7, 8], [8, 6]]
y, near = [0, 1, 0, 1, 0, 1, 0, 1, 0, 0], [[3, 5], [1, 5], [3, 1], [5, 3]]
check(minority_neighbours, MINORITY_NEIGHBOURS).on(X, y, 1, 2).gives(near)
check(minority_neighbours, MINORITY_NEIGHBOURS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(minority_neighbours, MINORITY_NEIGHBOURS).keeps_its_contract(
    keys.MINORITY_NEIGHBOURS.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# ## The whole algorithm
#
# Everything is there. To invent $n_{new}$ rows of the minority, repeat $n_{new}$ times:
#
# 1. draw a minority row $x_i$, each with the same chance;
# 2. draw one of its $k$ nearest [minority neighbours](../../docs/glossary.md#minority-neighbours)
#    $x_{nn}$, each with the same chance;
# 3. draw $\lambda$ from $U(0, 1)$ and take $x_i + \lambda (x_{nn} - x_i)$.
#
# To balance the classes, $n_{new}$ is the difference of their counts; another `sampling_strategy`
# (lesson 05) asks for fewer.

# %% [markdown]
# ### Exercise 3: your own SMOTE
#
# No two correct answers draw the same numbers, so the check does not compare yours with others. It
# tests what every SMOTE has: the number of rows, that each lies between a minority row and one of
# its $k$ nearest, that λ is spread evenly, that all pairs get used, and that `random_state` decides.
# You may call your functions from exercises 1 and 2.


# %% answer="smote"
def smote(X, y, minority, n_new, k=5, random_state=0):
    """Invent rows of the minority class by SMOTE.

    Write it yourself, from simpler steps than a sampler of imbalanced-learn. Your functions from
    exercises 1 and 2 may be among them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        All rows, of both classes, as numbers.
    y : array-like of shape (n_samples,)
        Labels.
    minority : label
        The class to invent rows of. It has at least k + 1 rows.
    n_new : int
        How many rows to invent, at least 1.
    k : int, default=5
        Number of neighbours to choose from.
    random_state : int, default=0
        The same number gives the same rows again, another number gives others.

    Returns
    -------
    ndarray of shape (n_new, n_features)
        The new rows only, in any order.

    Example by hand: if the minority has the two rows (0, 0) and (4, 2) and k = 1, every new row
    (a, b) lies between them: b = a / 2, and a between 0 and 4.
    """
    ### BEGIN SOLUTION
    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    neighbours = minority_neighbours(X, y, minority, k)
    rng = np.random.default_rng(random_state)
    which = rng.integers(len(rows), size=n_new)
    partner = neighbours[which, rng.integers(k, size=n_new)]
    return interpolate(X[rows[which]], X[partner], rng.random(n_new))
    ### END SOLUTION


# %% try="smote"
smote([[0, 0], [1, 0], [4, 2], [3, 1]], ["fraud", "ok", "fraud", "ok"], "fraud", 3, k=1).round(2)

# %% graded="smote" points=3
from imbalance_lab.checks import Call, check
from imbalance_lab.exercises.smote import SMOTE as SMOTE_EXERCISE
from imbalance_lab.exercises.smote import on_the_line

given = ([[0, 0], [1, 0], [4, 2], [3, 1]], ["fraud", "ok", "fraud", "ok"], "fraud", 20, 1, 7)
says = "20 rows (a, b) with b = a / 2 and a between 0 and 4"
check(smote, SMOTE_EXERCISE).satisfies(on_the_line, on=[Call(given)], says=says)
check(smote, SMOTE_EXERCISE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(smote, SMOTE_EXERCISE).keeps_its_contract(keys.SMOTE.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E54"
# ### Two traps of the one-line version
#
# A popular example shows SMOTE on a table with two positives. Its default of five neighbours then
# has nobody to choose from; with `k_neighbors=1` it runs. **Predict before you run:** 98 negatives
# with the values 0 to 97 in one integer column, two positives at 97 and 98. What are the 96 invented
# values?

# %%
values = np.append(np.arange(98), [97, 98]).reshape(-1, 1)
labels = np.append(np.zeros(98, dtype=int), [1, 1])
try:
    SMOTE(random_state=0).fit_resample(values, labels)
except ValueError as error:
    print("five neighbours:", str(error).split(",")[0])
for column in (values, values.astype(float)):
    more, _ = SMOTE(k_neighbors=1, random_state=0).fit_resample(column, labels)
    new = more[len(values) :, 0]
    print(f"{column.dtype}: {len(np.unique(new))} different values, {np.sum(new == 97)} are 97")

# %% [markdown]
# In a column of integers the result is cut to integers again: every point between 97 and 98 becomes
# 97, and SMOTE has turned into copying. Counts (declines in the last hour, number of devices) are
# such columns. Convert them to floats, and then ask whether 0.4 declines is a thing to learn from.

# %% [markdown]
# ## What the new rows keep, and what they lose
#
# Look at one feature. Suppose first that row and partner are two *independent* draws $x, x'$ from
# the minority, each with mean $\mu$ and variance $\sigma^2$, and $\lambda$ a third independent draw.
# Write the new value as $(1 - \lambda) x + \lambda x'$. Given $\lambda$,
#
# $$E[x_{new} \mid \lambda] = (1 - \lambda)\mu + \lambda\mu = \mu, \qquad
# \mathrm{Var}(x_{new} \mid \lambda) = \big((1 - \lambda)^2 + \lambda^2\big)\,\sigma^2 .$$
#
# The **mean is kept**, whatever λ is. So the variance of the conditional mean is zero, and the
# total variance is the average of the conditional one over $\lambda \sim U(0, 1)$:
#
# $$\mathrm{Var}(x_{new}) = \sigma^2 \int_0^1 (1 - \lambda)^2 + \lambda^2 \, d\lambda
# = \sigma^2\Big(\tfrac13 + \tfrac13\Big) = \tfrac23\,\sigma^2 .$$
#
# **Two thirds of the variance**, in every feature (Blagus and Lusa 2013). Check it by simulation,
# with partners drawn at random. Twenty runs, each with its own 2000 pairs:

# %%
from imbalance_lab.experiments import interval


def random_partners(seed):
    rng = np.random.default_rng(seed)
    x, partner = rng.normal(loc=3, size=(2, 2000))
    lam = rng.random(2000)
    new = x + lam * (partner - x)
    return new.mean() - 3, new.var()  # sigma is 1


shift, ratio = np.transpose([random_partners(seed) for seed in range(20)])
print(f"mean of the new rows minus mu: {interval(shift):+z.2f}")
print(f"variance divided by sigma²:    {interval(ratio):.2f}")

# %% [markdown]
# But SMOTE does not take a random partner. It takes a near one, and near rows are alike: row and
# partner are correlated. In one dimension with many rows the partner is almost the row itself, and
# little is lost. Which of the two describes your data? That depends on the number of features.


# %%
def invented_rows(X_rare, n_new, seed):
    """Return the rows that SMOTE adds to X_rare, facing a majority that it never looks at."""
    crowd = np.zeros((len(X_rare) + n_new, X_rare.shape[1]))
    y = np.repeat([0, 1], [len(crowd), len(X_rare)])
    X_both = np.vstack([crowd, X_rare])
    return SMOTE(random_state=seed).fit_resample(X_both, y)[0][len(X_both) :]


kept = {}
for n_features in (1, 2, 5, 10, 30, 100, 300):
    runs = []
    for seed in range(10):
        X_rare = np.random.default_rng(seed).normal(size=(100, n_features))
        new = invented_rows(X_rare, 1000, seed)
        runs.append(np.mean(new.var(axis=0) / X_rare.var(axis=0)))
    kept[n_features] = interval(runs)
    print(f"{n_features:3d} features: share of the variance kept {kept[n_features]:.2f}")

# %%
with plots.picture(
    title="The more features, the nearer to two thirds of the variance",
    xlabel="number of features (log scale)",
    ylabel="share of the variance kept",
    alt="The share of the variance that SMOTE's rows keep falls from about 0.95 with one feature to"
    " two thirds from about 100 features on, for 100 independent normal rows and k = 5.",
    height=3.4,
) as ax:
    means = [found.mean for found in kept.values()]
    ax.plot(list(kept), means, "o-", color=plots.PALETTE["vermillion"], label="SMOTE, k = 5")
    ax.axhline(2 / 3, color="#555555", linestyle="--", linewidth=1.4, label="2/3")
    ax.set(xscale="log", ylim=(0.6, 1))
    ax.set_xticks(list(kept), list(kept))
    ax.minorticks_off()

# %% [markdown]
# Where rows are dense, neighbours are close and SMOTE nearly copies; this is what theory says for
# many rows and few features (Sakho, Malherbe and Scornet 2024). In high dimension all rows are
# about equally far apart, "nearest" means little, and the exact two thirds appear. The loss at 2 to
# 10 features has a second cause: rows at the rim have no neighbours further out, so their steps lead
# inwards.

# %% [markdown]
# ### Exercise 4: how much variance is kept
#
# Generalise the derivation. Row and partner have the same mean and the same variance $\sigma^2$, and
# now a correlation $\rho$, so their covariance is $\rho\sigma^2$. λ is drawn evenly between two
# numbers of your choice. Two facts: $\mathrm{Var}(a x + b x') = a^2 \sigma^2 + b^2 \sigma^2 + 2ab\,
# \rho\sigma^2$, and for $\lambda \sim U(l, h)$ the averages are $E[\lambda] = (l + h)/2$ and
# $E[\lambda^2] = (l^2 + lh + h^2)/3$.


# %% answer="variance-ratio"
def variance_ratio(correlation, low=0.0, high=1.0):
    """Return the variance of an invented feature divided by that of the real one.

    Row and partner have equal means and equal variances; λ is independent of both.

    Parameters
    ----------
    correlation : float
        Correlation between row and partner, between -1 and 1.
    low, high : float, default=0.0 and 1.0
        λ is drawn evenly between them, 0 <= low <= high <= 1. Where they are equal, λ is that
        number.

    Returns
    -------
    float

    Examples by hand: variance_ratio(0) is 2/3, as derived above. With correlation 1 the partner is
    the row, and the ratio is 1. With correlation 0.4 and λ in [0, 1] it is 4/5. With correlation 0
    and λ in [0, 0.2], E[λ] = 0.1 and E[λ²] = 0.04/3, and it is 62/75.
    """
    ### BEGIN SOLUTION
    mean = (low + high) / 2
    mean_square = (low**2 + low * high + high**2) / 3
    return 1 - 2 * mean + 2 * mean_square + 2 * (mean - mean_square) * correlation
    ### END SOLUTION


# %% try="variance-ratio"
np.round([variance_ratio(0), variance_ratio(0.4), variance_ratio(0, low=0, high=0.2)], 3)

# %% graded="variance-ratio" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.smote import VARIANCE_RATIO

check(variance_ratio, VARIANCE_RATIO).on(0.4).gives(4 / 5)
check(variance_ratio, VARIANCE_RATIO).on(0, low=0, high=0.2).gives(62 / 75)
check(variance_ratio, VARIANCE_RATIO).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(variance_ratio, VARIANCE_RATIO).keeps_its_contract(keys.VARIANCE_RATIO.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E56"
# ### Do they blend in?
#
# If the new rows looked like real ones, nobody could tell them apart. So hire a detective: a random
# forest that learns to tell invented rows from *fresh real* ones, which SMOTE has not seen. An area
# under the ROC curve (lesson 03) of 0.5 means that they blend in; 1 means that each is recognised.

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split


def detective(n_features, seed):
    rng = np.random.default_rng(seed)
    new = invented_rows(rng.normal(size=(100, n_features)), 400, seed)
    X = np.vstack([rng.normal(size=(400, n_features)), new])
    is_invented = np.repeat([0, 1], 400)
    X_a, X_b, y_a, y_b = train_test_split(X, is_invented, stratify=is_invented, random_state=seed)
    forest = RandomForestClassifier(8, min_samples_leaf=3, random_state=seed).fit(X_a, y_a)
    return roc_auc_score(y_b, forest.predict_proba(X_b)[:, 1])


recognised = {p: interval([detective(p, seed) for seed in range(5)]) for p in (2, 10, 50)}
for n_features, area in recognised.items():
    print(f"{n_features:2d} features: ROC AUC of the detective {area:.2f}")

# %% [markdown]
# Already with 10 features the detective is seldom wrong about a pair of an invented and a real row,
# and with 50 more seldom still. The invented ones lie too far inside, and on lines between the same few rows. A flexible model has the same eyes as the detective: it can learn
# "positive" from the marks of the invention.

# %% [markdown]
# ## See it
#
# Move $k$, the range of λ and the number of mislabelled rows. Grey lines are the walks that may be
# taken. Look for three things: what $k = 1$ does to the variety, what happens to the ellipse (one
# standard deviation) when λ may go up to 1 or beyond, and how much territory *one* mislabelled row
# conquers.

# %%
from imbalance_lab.datasets import make_two_clouds
from imbalance_lab.explorers import smote_explorer

X_clouds, y_clouds = make_two_clouds(240, prevalence=0.1, separation=3.5, random_state=1)
smote_explorer(X_clouds, y_clouds)

# %% [markdown]
# A mislabelled row, deep among the common ones, is hardly ever chosen as a neighbour, but it has $k$
# neighbours itself, most of them far away. Each walk crosses the common class. More neighbours make it worse.

# %% [markdown] covers="E64"
# ## Where classes overlap
#
# Popular advice warns that SMOTE "creates noisy regions if the classes overlap". When is that so,
# and for which model? Two clouds at three distances; the change in average precision that SMOTE
# brings, over five samples. **Predict first:** at which distance does it hurt most, and whom?

# %%
from imblearn.pipeline import make_pipeline


def change_in_ap(model, make, seed):
    """Return how much SMOTE changes the average precision of a model, and what it was without."""
    X, y = make(seed)
    half = len(X) // 4
    without, with_smote = (
        average_precision_score(
            y[half:], pipe.fit(X[:half], y[:half]).predict_proba(X[half:])[:, 1]
        )
        for pipe in (model, make_pipeline(SMOTE(random_state=seed), model))
    )
    return with_smote - without, without


models = {
    "logistic": LogisticRegression(),
    "forest": RandomForestClassifier(6, random_state=0),
}


# %%
def clouds(distance):
    """Return a function that draws two clouds at this distance, by seed."""
    return lambda seed: make_two_clouds(
        2400, prevalence=0.06, separation=distance, random_state=seed
    )


overlap = {}
for distance in (0.5, 2.5, 5.0):
    for name, model in models.items():
        runs = [change_in_ap(model, clouds(distance), seed) for seed in range(5)]
        changes, before = np.transpose(runs)
        overlap[name, distance] = interval(changes)
        print(
            f"distance {distance}  {name:9s} average precision {before.mean():.2f},"
            f" change {overlap[name, distance]:+z.2f}"
        )

# %% [markdown]
# The warning is half right. The logistic regression does not care at any distance: its straight
# line averages over all rows. The forest, which can follow each invented point, loses clearly at
# moderate overlap. Where the classes are almost the same there was little to lose, and where they
# lie far apart there is no contested ground to fill with wrong rows.

# %% [markdown]
# ## The relatives
#
# Each relative changes one step of the algorithm: *where to start*, *how many rows each start gets*,
# or *what [interpolation](../../docs/glossary.md#interpolation) means*.
#
# | method | what it changes | imbalanced-learn |
# | --- | --- | --- |
# | [Borderline-SMOTE](../../docs/glossary.md#borderline-smote) (Han and others 2005) | starts only from rows [in danger](../../docs/glossary.md#in-danger) | `BorderlineSMOTE` |
# | SVM-SMOTE (Nguyen and others 2011) | starts from the support vectors of an SVM; walks outwards where the minority prevails | `SVMSMOTE` |
# | K-means SMOTE (Last and others 2017) | clusters first; only clusters with enough minority, the sparse ones more | `KMeansSMOTE` |
# | [ADASYN](../../docs/glossary.md#adasyn) (He and others 2008) | more rows where more neighbours are of the majority | `ADASYN` |
# | [SMOTE-NC](../../docs/glossary.md#smote-nc), [SMOTE-N](../../docs/glossary.md#smote-n) (Chawla and others 2002) | categories vote instead of walking | `SMOTENC`, `SMOTEN` |
#
# ### Borderline-SMOTE: start where it is contested
#
# Count, for each minority row, how many of its $m$ nearest neighbours *among all rows* are of the
# majority, and call the count $m'$:
#
# - $m' < m/2$: the row is **[safe](../../docs/glossary.md#safe)**;
# - $m/2 \le m' < m$: the row is **in danger**;
# - $m' = m$: the row is surrounded, and taken for **[noise](../../docs/glossary.md#noise)**.
#
# New rows start from rows in danger only. On the ten points with $m = 3$: A has 1 legitimate
# neighbour of 3 (safe), B and C have 2 (in danger), and D, with 3, is noise. So the long lines that
# start from D are not used, though a row in danger may still walk towards D.

# %% [markdown]
# ### Exercise 5: who is in danger?


# %% answer="danger-mask"
def danger_mask(X, y, minority, m):
    """Say which minority rows are in danger, in the sense of Borderline-SMOTE.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        All rows. Distances are Euclidean; no tie decides who is a neighbour.
    y : array-like of shape (n_samples,)
        Labels of two classes.
    minority : label
        The label of the minority class.
    m : int
        Number of neighbours among all other rows, of either class; at least 1 and less than
        n_samples.

    Returns
    -------
    array of bool of shape (n_minority,)
        One value for each minority row, in the order of X: whether the number of majority rows
        among its m neighbours is at least m / 2 and less than m.

    Example by hand: the ten points above with m = 3 give [False, True, True, False] for A, B, C
    and D.
    """
    ### BEGIN SOLUTION
    from sklearn.neighbors import NearestNeighbors

    X, y = np.asarray(X, dtype=float), np.asarray(y)
    near = NearestNeighbors(n_neighbors=m).fit(X).kneighbors(return_distance=False)
    strangers = (y[near[y == minority]] != minority).sum(axis=1)
    return (strangers >= m / 2) & (strangers < m)
    ### END SOLUTION


# %% try="danger-mask"
danger_mask(X_toy, y_toy, 1, 3)

# %% graded="danger-mask" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.smote import DANGER_MASK

X = [[3, 3], [1, 1], [6, 1], [2, 3], [2, 6], [5, 2], [6, 7], [7, 6], [7, 8], [8, 6]]
y = [0, 1, 0, 1, 0, 1, 0, 1, 0, 0]
check(danger_mask, DANGER_MASK).on(X, y, 1, 3).gives([False, True, True, False])
check(danger_mask, DANGER_MASK).on(X, y, 1, 2).gives([True, True, False, False])
check(danger_mask, DANGER_MASK).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(danger_mask, DANGER_MASK).keeps_its_contract(keys.DANGER_MASK.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E60"
# ### ADASYN: more where the majority is near
#
# ADASYN gives each minority row a share of the new rows in proportion to $m'/m$, the share of
# strangers among its neighbours. It is often said to invent rows "where the model struggles". There
# is no model in it: it counts neighbours. A row that is surrounded gets the *most*, where
# Borderline-SMOTE would give it none.
#
# **Predict before you run.** 40 positives form a clear cluster, and three of 800 negatives carry the
# wrong label. What share of the invented rows lies outside the cluster?

# %% covers="E60"
from imblearn.over_sampling import ADASYN, BorderlineSMOTE, KMeansSMOTE, SVMSMOTE


def mislabelled(seed):
    """Return a dense rare cluster around (5, 0), and three negatives with the wrong label."""
    X, y = make_two_clouds(840, prevalence=40 / 840, separation=5, spread=0.7, random_state=seed)
    rng = np.random.default_rng(seed)
    wrong = rng.choice(np.flatnonzero((y == 0) & (X[:, 0] < 1)), 3, replace=False)
    y[wrong] = 1
    return X, y


def share_outside(sampler, seed):
    X, y = mislabelled(seed)
    new = sampler.set_params(random_state=seed).fit_resample(X, y)[0][len(X) :]
    return np.mean(np.linalg.norm(new - [5, 0], axis=1) > 3 * 0.7)


outside = {}
for sampler in (SMOTE(), SVMSMOTE(), ADASYN()):
    runs = [share_outside(sampler, seed) for seed in range(12)]
    outside[type(sampler).__name__] = interval(runs)
    print(f"{type(sampler).__name__:9s} outside the cluster {interval(runs):.2f}")

# %% [markdown]
# Three wrong labels in 43 attract about three quarters of ADASYN's rows. Plain SMOTE spreads its
# starts evenly and wastes few.

# %%
samplers = {
    "SMOTE": SMOTE(random_state=0),
    "BorderlineSMOTE": BorderlineSMOTE(random_state=0),
    "SVMSMOTE": SVMSMOTE(random_state=0),
    "KMeansSMOTE": KMeansSMOTE(kmeans_estimator=8, cluster_balance_threshold=0.05, random_state=0),
    "ADASYN": ADASYN(random_state=0),
}

# %%
X_two, y_two = make_two_clouds(240, prevalence=0.1, separation=2.5, random_state=5)
with plots.picture(
    title="One sample, five ways to fill up the rare class",
    xlabel="x₁",
    ylabel="x₂",
    panels=list(samplers),
    alt="Five panels of the same two clouds with the invented rows of each method as dots between"
    " the real rare rows, drawn as triangles. SMOTE's dots fill the whole rare cloud."
    " BorderlineSMOTE and ADASYN leave its far side empty and crowd where the clouds meet;"
    " SVMSMOTE also goes a little beyond the outermost rare rows; KMeansSMOTE makes separate clumps.",
    ncols=5,
    height=5.2,
    sharex=True,
    sharey=True,
) as axes:
    for ax, sampler in zip(axes, samplers.values(), strict=True):
        new = sampler.fit_resample(X_two, y_two)[0][len(X_two) :]
        ax.plot(*X_two[y_two == 0].T, "o", color=plots.PALETTE["sky"], ms=3, alpha=0.5, mew=0)
        ax.plot(*new.T, "o", color=plots.PALETTE["orange"], ms=3.5, alpha=0.7, mew=0)
        ax.plot(*X_two[y_two == 1].T, "^", mfc="none", mec="black", ms=6)
    axes[0].set(xlim=(-1.5, 5.2))

# %% [markdown]
# Blue dots are common rows, black triangles the real rare ones, orange dots the invented ones. Each
# looks reasonable. Which is best? A fair test lets each train the same model on the same rows. Three
# kinds of data: `make_gauss` (a straight boundary), `make_nonlinear` (none), and the digit 8 made
# rare. Each with the model that suits it, on five samples.

# %%
from functools import cache

from sklearn.base import clone
from sklearn.utils import shuffle

from imbalance_lab.datasets import load_rare_digits, make_gauss, make_nonlinear


def cut_at_40_percent(X, y):
    cut = 2 * len(X) // 5
    return X[:cut], y[:cut], X[cut:], y[cut:]


def drawn(make, n):
    return lambda seed: cut_at_40_percent(*make(n, prevalence=0.06, random_state=seed))


@cache
def rare_digits(seed):
    X, y = load_rare_digits(8, prevalence=0.05, random_state=seed)
    X, y = shuffle(np.asarray(X, dtype=float), np.asarray(y), random_state=seed)
    return cut_at_40_percent(X, y)


# %%
def forests(n_trees):
    """Return a forest of fully grown trees, and the same with larger leaves."""
    fully_grown = RandomForestClassifier(n_trees, random_state=0)
    return fully_grown, clone(fully_grown).set_params(min_samples_leaf=8)


tasks = {
    "gauss": (drawn(make_gauss, 2500), LogisticRegression(), LogisticRegression(C=0.01)),
    "nonlinear": (drawn(make_nonlinear, 2000), *forests(10)),
    "digits": (rare_digits, *forests(12)),
}

# %% [markdown]
# Each plan trains on the first 40% of a sample and scores the rest. The last comparison of this
# lesson will ask for some of these scores again, and for two more plans (copies and weights), so one
# function serves both, and `@cache` keeps what it returned. (If you change a task, run that cell
# again too: it empties the memory.)

# %%
from imblearn.over_sampling import RandomOverSampler


@cache
def labels_and_scores(task, plan, seed):
    """Return y_true and y_score of the rows that a plan has not trained on."""
    draw, model, regularised = tasks[task]
    X, y, X_rest, y_rest = draw(seed)
    sampler = (samplers | {"copies": RandomOverSampler()}).get(plan)
    if sampler is not None:
        X, y = clone(sampler).set_params(random_state=seed).fit_resample(X, y)
    if plan == "regularised":
        model = regularised
    elif plan == "weights":
        model = clone(model).set_params(class_weight="balanced")
    return y_rest, model.fit(X, y).predict_proba(X_rest)[:, 1]


def compare_samplers(task):
    plans = ["untouched", "regularised", *samplers]
    scored = {plan: [labels_and_scores(task, plan, seed) for seed in range(5)] for plan in plans}
    return pd.DataFrame(
        {plan: [average_precision_score(y, p) for y, p in runs] for plan, runs in scored.items()}
    )


# %%
family = {"gauss": compare_samplers("gauss")}

# %%
family["nonlinear"] = compare_samplers("nonlinear")

# %%
family["digits"] = compare_samplers("digits")
pd.DataFrame({task: runs.mean() for task, runs in family.items()}).round(2)

# %% covers="E59"
against = {
    task: {name: interval(runs[name] - runs["SMOTE"]) for name in list(samplers)[1:]}
    for task, runs in family.items()
}
for task, rows in against.items():
    for name, difference in rows.items():
        print(f"{task:9s} {name:15s} minus SMOTE {difference:+z.2f}")
wins = [runs.mean().idxmax() for runs in family.values()]
print("best on each task:", ", ".join(f"{t}: {w}" for t, w in zip(family, wins, strict=True)))

# %% [markdown]
# Average precision needs no threshold, so the untouched model could not gain by another one. No
# relative is best everywhere. For the straight boundary none of them makes a difference, and where the
# boundary is curved, larger leaves do more for the forest than any of the five. The digits are the
# exception: there are few positives in 64 features, what lies between two eights is nearly an eight,
# and oversampling helps the forest. Keep that in mind for later.
#
# One more thing to know about the relatives: where classes are well separated no row is in danger,
# and `BorderlineSMOTE` returns the data unchanged without a word, while `ADASYN` raises an error.

# %%
X_far, y_far = make_two_clouds(2040, prevalence=40 / 2040, separation=12, random_state=0)
_, y_same = BorderlineSMOTE(random_state=0).fit_resample(X_far, y_far)
print("BorderlineSMOTE:", np.bincount(y_far), "->", np.bincount(y_same))
try:
    ADASYN(random_state=0).fit_resample(X_far, y_far)
except RuntimeError as error:
    print("ADASYN:", str(error).split(".")[0])

# %% [markdown]
# ## SMOTE-NC: numbers walk, categories vote
#
# Back to the impossible frauds. A category cannot be interpolated, so SMOTE-NC (nominal and
# continuous) treats the two kinds of columns apart:
#
# - the distance is Euclidean over the numbers, plus a fixed penalty for each category that differs
#   (in the original paper, the median of the standard deviations of the minority's numbers,
#   squared);
# - numbers walk: $x_i + \lambda(x_{nn} - x_i)$ as before;
# - each categorical column takes the value that is **most frequent among the k neighbours**.
#
# SMOTE-N, for tables with categories only, keeps the vote and measures distances by how differently
# the classes use a value.

# %% [markdown]
# ### Exercise 6: the vote


# %% answer="smote-nc-categories"
def smote_nc_categories(neighbours):
    """Return the categories of one invented row by the vote of its neighbours.

    Parameters
    ----------
    neighbours : array-like of shape (k, n_categorical)
        The categories of the k nearest minority neighbours, the nearest first. Names, not
        numbers. The row itself is not among them and has no vote.

    Returns
    -------
    list of str of length n_categorical
        For each column the most frequent category. In a tie, the one of the tied categories that
        comes first, that is the one of the nearer neighbour.

    Example by hand: of five neighbours, three have the channel "web" and two "store"; "gaming"
    and "travel" come twice each as the merchant, "gaming" with a nearer neighbour, and "fuel"
    once. The result is ["web", "gaming"].
    """
    ### BEGIN SOLUTION
    from collections import Counter

    # most_common keeps the order of first appearance among equals.
    return [Counter(column).most_common(1)[0][0] for column in zip(*neighbours)]
    ### END SOLUTION


# %% try="smote-nc-categories"
voters = [["web", "fuel"], ["store", "gaming"], ["store", "gaming"]]
smote_nc_categories([*voters, ["web", "travel"], ["web", "travel"]])

# %% graded="smote-nc-categories" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.smote import SMOTE_NC_CATEGORIES

votes = [["web", "fuel"], ["store", "gaming"], ["store", "gaming"], ["web", "travel"]]
check(smote_nc_categories, SMOTE_NC_CATEGORIES).on([*votes, votes[3]]).gives(["web", "gaming"])
check(smote_nc_categories, SMOTE_NC_CATEGORIES).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import smote as keys

check(smote_nc_categories, SMOTE_NC_CATEGORIES).keeps_its_contract(
    keys.SMOTE_NC_CATEGORIES.hidden()
)
### END HIDDEN TESTS

# %% [markdown] covers="E58"
# ### What the vote does to fraud
#
# `SMOTENC` needs to be told which columns are categories. A popular snippet passes it columns of
# continuous numbers. Then every number is a category of its own, and the "most frequent" of five
# different ones is just one of them:

# %% covers="E58"
from imblearn.over_sampling import SMOTENC

X_small, y_small = make_gauss(300, prevalence=0.1, random_state=0)
more, _ = SMOTENC(categorical_features=[0], random_state=0).fit_resample(X_small, y_small)
invented_values = more[len(X_small) :, 0]
print(f"column 0 has {len(np.unique(X_small[:, 0]))} 'categories' in {len(X_small)} rows")
print(f"invented values that are copies: {np.isin(invented_values, X_small[:, 0]).mean():.0%}")

# %% [markdown]
# Told properly, here with merchant, channel and the two yes-or-no columns, does it give honest
# frauds? A majority vote favours what is common already. **Predict first:** if a quarter of the real
# frauds come from a new device, how many of the invented ones?

# %% covers="E58"
from imbalance_lab.datasets import CATEGORICAL, NUMERIC

columns = [*NUMERIC, *CATEGORICAL]
switches = ["new_device", "abroad"]
smote_nc = SMOTENC(categorical_features=[*CATEGORICAL, *switches], random_state=0)


def with_and_without_vote(seed):
    early, late = split_by_time(make_transactions(3000, fraud_rate=0.05, random_state=seed))
    X, y = early[columns], early["is_fraud"]
    more, y_voted = smote_nc.fit_resample(X, y)
    encoder = transaction_encoder().fit(X)
    X_late = encoder.transform(late[columns])
    found = {"real": X[y == 1], "invented": more.iloc[len(X) :]}
    shares = {f"{c}, {who}": rows[c].mean() for c in switches for who, rows in found.items()}
    plans = {"untouched": (X, y, 1), "regularised": (X, y, 0.01), "SMOTE-NC": (more, y_voted, 1)}
    for who, (X_a, y_a, C) in plans.items():
        model = LogisticRegression(C=C, solver="newton-cholesky").fit(encoder.transform(X_a), y_a)
        p = model.predict_proba(X_late)[:, 1]
        shares[f"AP, {who}"] = average_precision_score(late["is_fraud"], p)
    return shares


# %%
voted = pd.DataFrame([with_and_without_vote(seed) for seed in range(5)])
for name in voted:
    print(f"{name:21s} {interval(voted[name]):.2f}")
nc_change = interval(voted["AP, SMOTE-NC"] - voted["AP, untouched"])
print(f"{'change in AP':21s} {nc_change:+z.2f}")

# %% [markdown]
# The rows are possible now, and wrong in another way. A new device is a sign of fraud, but most
# frauds come without one; when five neighbours vote, the minority among the frauds is outvoted, and
# the invented frauds look more like legitimate traffic than the real ones do. The ranking suffers.

# %% [markdown]
# ## High dimension
#
# 400 rows, 40 of them positive, 1000 features of which 20 carry a signal. A nearest-neighbour
# classifier, as it is and after SMOTE. **Predict first:** what will recall be, and what specificity
# (the share of negatives that are passed)?

# %%
from sklearn.neighbors import KNeighborsClassifier


@cache
def wide(seed, n_features=1000, n_samples=400):
    return make_gauss(
        n_samples, prevalence=0.1, n_features=n_features, n_informative=20, random_state=seed
    )


def recall_and_specificity(model, seed):
    model.fit(*wide(seed))
    X_new, y_new = wide(1000 + seed)
    flagged = model.predict(X_new)
    return np.mean(flagged[y_new == 1]), np.mean(flagged[y_new == 0] == 0)


wide_runs = {}
for name, steps in {"untouched": [], "SMOTE": [SMOTE(random_state=0)]}.items():
    knn = make_pipeline(*steps, KNeighborsClassifier(5))
    wide_runs[name] = np.transpose([recall_and_specificity(knn, seed) for seed in range(5)])
    recall, specificity = map(interval, wide_runs[name])
    print(f"{name:9s} recall {recall:.2f}  specificity {specificity:.2f}")

# %% [markdown]
# The accuracy paradox, turned upside down: with SMOTE the classifier calls *everybody* positive.
# The two thirds explain it. In high dimension a squared distance is a sum of variances. Between two
# real rows it is about $2\sigma^2$ for each feature; between a real row and an invented one about
# $\sigma^2 + \tfrac23\sigma^2$. So to *any* new row, the nearest rows are invented ones, and those
# are all positive. Nothing was learned about the class.

# %% [markdown] covers="E65"
# ### Does PCA help?
#
# Usual advice: in high dimension reduce to 20 to 50
# [principal components](../../docs/glossary.md#principal-components) first, then apply SMOTE.
# Principal components are the directions of largest variance. So test two kinds of data: in the one
# the signal lies in directions of large variance, in the other it does not.

# %%
from sklearn.decomposition import PCA

wide_models = {
    "neighbours": KNeighborsClassifier(5),
    # Newton's method needs about ten steps here, where the usual solver needs a hundred.
    "logistic": LogisticRegression(solver="newton-cholesky"),
    "regularised": LogisticRegression(C=0.01, solver="newton-cholesky"),
}


def factors(seed, signal_in_top, n_samples=1400, n_features=150):
    """Draw features that follow ten common factors; the classes differ in these or in the rest."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n_samples) < 0.1).astype(int)
    common = rng.normal(size=(n_samples, 10)) + (0.7 * y[:, None] if signal_in_top else 0)
    loadings = np.random.default_rng(99).normal(size=(10, n_features))
    rest = rng.normal(size=(n_samples, n_features))
    if not signal_in_top:
        rest[:, :10] += 0.9 * y[:, None]
    return common @ loadings + rest, y


# %%
def prepared(X, y, X_new):
    """Return what each plan trains on and, in its own features, the rows to be judged by."""
    pca, smote_rows = PCA(20, random_state=0).fit(X), SMOTE(random_state=0).fit_resample
    small, small_new = pca.transform(X), pca.transform(X_new)
    return {
        "untouched": (X, y, X_new),
        "SMOTE": (*smote_rows(X, y), X_new),
        "PCA": (small, y, small_new),
        "PCA, then SMOTE": (*smote_rows(small, y), small_new),
    }


def ap_of_plans(place, seed):
    X, y = factors(seed, signal_in_top=place == "top")
    return {
        (place, who, plan): average_precision_score(
            y[400:], model.fit(X_a, y_a).predict_proba(X_b)[:, 1]
        )
        for plan, (X_a, y_a, X_b) in prepared(X[:400], y[:400], X[400:]).items()
        for who, model in wide_models.items()
    }


# %%
pca_runs = pd.DataFrame([ap_of_plans("top", s) | ap_of_plans("rest", s) for s in range(5)])
pca_runs.columns = pd.MultiIndex.from_tuples(pca_runs.columns)
table = pca_runs.mean().unstack()
table[["untouched", "SMOTE", "PCA", "PCA, then SMOTE"]].round(2)

# %%
pca_effect = {
    (place, who): interval(pca_runs[place, who, "PCA, then SMOTE"] - pca_runs[place, who, "SMOTE"])
    for place in ("top", "rest")
    for who in wide_models
}
pca_alone = interval(
    pca_runs["top", "logistic", "PCA, then SMOTE"] - pca_runs["top", "logistic", "PCA"]
)
for (place, who), difference in pca_effect.items():
    print(f"signal in the {place:4s} {who:11s} PCA then SMOTE, minus SMOTE {difference:+z.2f}")
print(f"signal in the top  logistic    PCA then SMOTE, minus PCA   {pca_alone:+z.2f}")

# %% [markdown]
# Average precision of each plan (*regularised* is the logistic regression with a stronger penalty);
# *top* means that the classes differ in the directions of large variance, *rest* that they differ
# elsewhere. Where the signal lies on top, PCA helps the logistic regression, and it helps as much
# without SMOTE. Where it lies elsewhere, PCA throws it away. The
# advice names a real trouble and a cure for another one. (Blagus and Lusa found that *selecting*
# features, by the label and inside the pipeline, makes SMOTE useful to nearest neighbours.)

# %% [markdown]
# ## Better than copies, weights, or another threshold?
#
# Now the question of the title. A fair trial needs three parts of the data: rows to train on, rows
# to choose a threshold on, and rows to be judged by, the last two at their natural prevalence. Each
# plan below trains one model:
#
# - **untouched**: the model as it is;
# - **regularised**: the same model, held back more (stronger penalty, larger leaves, more
#   neighbours);
# - **copies**: random oversampling, lesson 05;
# - **weights**: `class_weight="balanced"`, the topic of lesson 07 (not for nearest neighbours, which
#   take none);
# - **SMOTE**.
#
# Each is judged three ways: average precision, F1 at the threshold 0.5, and F1 at the threshold that
# is best on the rows set aside for choosing it. Of the rows that a plan has not trained on, the first
# third is for choosing, the others for judging.

# %%
from sklearn.metrics import precision_recall_curve


def f1_by_threshold(y_true, y_score):
    """Return the thresholds, rising, and F1 at each; a last F1 of 0 is that of flagging nobody."""
    precision, recall, thresholds = precision_recall_curve(y_true, y_score)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return thresholds, f1


def judged(y, p):
    """Choose a threshold on the first third of the rows, judge on the others."""
    third = len(y) // 3
    thresholds, f1 = f1_by_threshold(y[:third], p[:third])
    tuned = thresholds[np.argmax(f1[:-1])]
    y, p = y[third:], p[third:]
    thresholds, f1 = f1_by_threshold(y, p)
    return {
        "average precision": average_precision_score(y, p),
        "F1 at 0.5": f1[np.searchsorted(thresholds, 0.5)],
        "F1 at tuned": f1[np.searchsorted(thresholds, tuned)],
    }


# %%
def trials(task, n_seeds):
    """Return the scores of every plan on every sample, one sample a row."""
    plans = ["untouched", "regularised", "copies", "SMOTE"]
    if "class_weight" in tasks[task][1].get_params():
        plans.append("weights")
    rows = [
        {"seed": seed, "plan": plan, **judged(*labels_and_scores(task, plan, seed))}
        for seed in range(n_seeds)
        for plan in plans
    ]
    return pd.DataFrame(rows).set_index(["seed", "plan"]).unstack()


# %% [markdown]
# Simulated data first, with the logistic regression and nearest neighbours on `make_gauss` and a
# small forest on `make_nonlinear`; then a slightly larger one on the digits:

# %%
tasks["neighbours"] = (
    drawn(make_gauss, 2500),
    # Brute force finds the same neighbours as a tree, and here it is quicker.
    KNeighborsClassifier(5, algorithm="brute"),
    KNeighborsClassifier(50, algorithm="brute"),
)
results = {
    "logistic, gauss": trials("gauss", 6),
    "neighbours, gauss": trials("neighbours", 8),
    "forest, nonlinear": trials("nonlinear", 5),
}

# %%
results["forest, digits"] = trials("digits", 8)

# %% [markdown]
# Last, realistic transactions. Here the parts follow one another in time, and the encoder (scaler
# and [one-hot](../../docs/glossary.md#one-hot) columns) learns from the rows to train on alone:

# %%
from lightgbm import LGBMClassifier


@cache
def transactions_in_order(seed):
    frame = make_transactions(5000, fraud_rate=0.03, random_state=seed)
    learn, rest = split_by_time(frame, train=0.4)
    encoder = transaction_encoder().fit(learn)
    y, y_rest = learn["is_fraud"].to_numpy(), rest["is_fraud"].to_numpy()
    return encoder.transform(learn), y, encoder.transform(rest), y_rest


boosting = LGBMClassifier(
    n_estimators=20, max_bin=31, num_leaves=15, n_jobs=1, random_state=0, verbosity=-1
)
held_back = clone(boosting).set_params(num_leaves=6, min_child_samples=60, reg_lambda=10)
tasks["transactions"] = (transactions_in_order, boosting, held_back)
results["boosting, transactions"] = trials("transactions", 5)

# %%
for name, runs in results.items():
    means = runs.mean().unstack(0)
    order = [
        p for p in ("untouched", "regularised", "copies", "weights", "SMOTE") if p in means.index
    ]
    print(f"{name}")
    print(means.loc[order].round(2).to_string(), end="\n\n")

# %% [markdown]
# Read across a row before you read down a column. At 0.5, most plans that add or weigh positives are
# ahead of the untouched model, and the regularised one flags almost nobody. Once each may use its own
# threshold, most of that is gone: what looked like better learning was another place on the same
# curve. The paired differences, with their intervals:


# %%
def paired(runs, score, plan, other):
    return interval(runs[score][plan] - runs[score][other])


comparisons = {
    name: {
        "at 0.5, SMOTE minus untouched": paired(runs, "F1 at 0.5", "SMOTE", "untouched"),
        "tuned, SMOTE minus untouched": paired(runs, "F1 at tuned", "SMOTE", "untouched"),
        "AP, SMOTE minus untouched": paired(runs, "average precision", "SMOTE", "untouched"),
        "AP, SMOTE minus copies": paired(runs, "average precision", "SMOTE", "copies"),
        "AP, SMOTE minus regularised": paired(runs, "average precision", "SMOTE", "regularised"),
    }
    for name, runs in results.items()
}
for name, rows in comparisons.items():
    print(name)
    for label, difference in rows.items():
        print(f"  {label:30s} {difference:+z.2f}")

# %%
plots.intervals(
    {name: rows["AP, SMOTE minus copies"] for name, rows in comparisons.items()},
    xlabel="average precision, SMOTE minus copies",
    title="SMOTE against plain copies: the same model, the same rows",
    baseline=0.0,
    baseline_label="no difference",
    decimals=2,
)

# %% [markdown] covers="E55 E57"
# So the answer to the title is: seldom. SMOTE was ahead of copies where the model is local (for
# nearest neighbours a copy only repeats one vote), and even there more voting neighbours, which cost
# nothing, were far ahead of both. On the digits oversampling did help the forest, with a tuned
# threshold too; but copies and weights helped it as much. Nor are few rows a reason for SMOTE in
# particular: there were some 35 positives among these digits to learn from.
#
# Elor and Averbuch-Elor (2022) came to much the same on many real data sets: balancing helps weak
# learners and does little for strong ones.

# %% [markdown]
# ## Is yours a good citizen?
#
# A sampler that others use must do more than interpolate: take lists, data frames and sparse
# matrices, several classes, keep the type of the columns, refuse nonsense with a clear error.
# imbalanced-learn tests its own samplers for that with one suite, and it is public
# (`imblearn.utils.estimator_checks`). The class below turns *any* function with the signature of
# exercise 3 into a sampler. `BaseOverSampler` does the checking of inputs, `_fit_resample` the work.

# %%
from imblearn.over_sampling.base import BaseOverSampler
from scipy import sparse
from sklearn.utils import check_random_state


class FunctionOverSampler(BaseOverSampler):
    """Oversample with a function ``(X, y, minority, n_new, k, random_state) -> new rows``."""

    def __init__(self, function=None, *, k=5, sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy)
        self.function, self.k, self.random_state = function, k, random_state

    def _fit_resample(self, X, y):
        rng = check_random_state(self.random_state)
        dense = X.toarray() if sparse.issparse(X) else X
        tables, labels = [dense], [y]
        for minority, n_new in self.sampling_strategy_.items():
            if n_new > 0:
                seed = int(rng.randint(2**31 - 1))
                new = self.function(dense, y, minority, n_new, self.k, seed)
                tables.append(np.asarray(new).astype(X.dtype))
                labels.append(np.full(n_new, minority, dtype=y.dtype))
        table = np.vstack(tables)
        return (type(X)(table) if sparse.issparse(X) else table), np.hstack(labels)


# %% [markdown]
# First with a function that you know from lesson 05: it copies rows. The suite is also available to
# pytest, as `parametrize_with_checks`; here a loop will do.

# %%
from imblearn.utils.estimator_checks import estimator_checks_generator


def copies(X, y, minority, n_new, k, random_state):
    rows = np.flatnonzero(y == minority)
    return X[np.random.default_rng(random_state).choice(rows, n_new)]


def run_checks(sampler):
    """Run imbalanced-learn's own checks; return the names of those that fail, and of all."""
    failed, names = [], []
    for estimator, one_check in estimator_checks_generator(sampler):
        names.append(one_check.func.__name__)
        try:
            one_check(estimator)
        except Exception:
            failed.append(names[-1])
    return failed, names


for seed in (None, 0):
    failed, names = run_checks(FunctionOverSampler(copies, random_state=seed))
    print(f"random_state={seed}: {len(names) - len(failed)} of {len(names)} checks pass")
    for name in failed:
        print("   fails:", name)

# %% [markdown]
# Without a `random_state` several checks fail, and rightly: they resample the same data twice, once
# as an array and once as a data frame or a list, and compare. That is why every sampler in this
# course gets one. Now the same suite on *your* SMOTE:

# %% try="smote"
failed, names = run_checks(FunctionOverSampler(smote, random_state=0))
print(f"your SMOTE: {len(names) - len(failed)} of {len(names)} checks pass", *failed, sep="\n   ")

# %% [markdown]
# And against the library's: two samplers of the same kind on the same rows should give a model the
# same ranking quality, up to the luck of the draw.

# %% try="smote"
own = FunctionOverSampler(smote, random_state=0)
X, y = make_gauss(6000, prevalence=0.04, random_state=0)
for name, sampler in {"yours": own, "imbalanced-learn's": SMOTE(random_state=0)}.items():
    pipe = make_pipeline(sampler, LogisticRegression()).fit(X[:3000], y[:3000])
    p = pipe.predict_proba(X[3000:])[:, 1]
    print(f"{name:18s} average precision {average_precision_score(y[3000:], p):.2f}")

# %% [markdown]
# ## Claims, tested
#
# The experiments are done; these boxes hold their verdicts. "Ahead" means that the whole 95% interval
# of the paired difference lies on one side of zero.

# %%
from imbalance_lab.claims import Claim

over_copies = {name: rows["AP, SMOTE minus copies"] for name, rows in comparisons.items()}
ahead = [name for name, found in over_copies.items() if found.low > 0]
knn = comparisons["neighbours, gauss"]
Claim(
    "SMOTE is much better than duplicating rows: it adds diversity, lets a model learn deeper"
    " patterns from few rows, and so improves generalisation.",
    verdict="holds only if",
    because=(
        f"the model is a nearest-neighbour one: ahead of copies in {len(ahead)} of"
        f" {len(over_copies)} comparisons ({', '.join(ahead)}:"
        f" {knn['AP, SMOTE minus copies']:+z.3f} average precision). Even there the same model with"
        f" more neighbours was better, SMOTE minus regularised being"
        f" {knn['AP, SMOTE minus regularised']:+z.2f}. For the straight line SMOTE and copies differ by"
        f" {over_copies['logistic, gauss']:+z.3f}."
    ),
    reference="elor2022",
    evidence="E55 E57",
)

# %%
tuned = {name: rows["tuned, SMOTE minus untouched"] for name, rows in comparisons.items()}
fixed = {name: rows["at 0.5, SMOTE minus untouched"] for name, rows in comparisons.items()}
Claim(
    "SMOTE raises F1 on imbalanced data.",
    verdict="holds only if",
    because=(
        "both models are used at 0.5. There SMOTE was ahead of the untouched model in"
        f" {sum(d.low > 0 for d in fixed.values())} of {len(fixed)} comparisons. With a threshold"
        f" tuned on other rows for both it was ahead in {sum(d.low > 0 for d in tuned.values())}."
    ),
    reference="elor2022",
    evidence="E55",
)

# %%
clear = sum(d.low > 0 for rows in against.values() for n, d in rows.items() if "Border" in n)
behind = sum(d.high < 0 for rows in against.values() for n, d in rows.items() if "Border" in n)
Claim(
    "Of SMOTE's relatives, Borderline-SMOTE is usually the best choice, and ADASYN adds rows where"
    " the model struggles.",
    verdict="does not hold",
    because=(
        f"Borderline-SMOTE was ahead of plain SMOTE on {clear} of {len(against)} tasks and behind on"
        f" {behind}; the best of all seven plans was, task by task, {', '.join(wins)}. ADASYN knows"
        " no model: it counts neighbours, and with 3 wrong labels among 43 put"
        f" {outside['ADASYN'].mean:.0%} of its rows outside the true cluster (SMOTE:"
        f" {outside['SMOTE'].mean:.0%})."
    ),
    reference="he2008",
    evidence="E59 E60",
)

# %%
Claim(
    "In high dimension SMOTE works badly, so reduce to 20 to 50 principal components first.",
    verdict="holds only if",
    because=(
        "the classes differ in the directions of largest variance, and then it is PCA that helps:"
        f" for the logistic regression {pca_effect['top', 'logistic']:+z.2f} over SMOTE alone, but"
        f" {pca_alone:+z.2f} over PCA alone. With the signal elsewhere it cost"
        f" {pca_effect['rest', 'logistic']:+z.2f}. The diagnosis is right: at 1000 features nearest"
        f" neighbours after SMOTE had a specificity of {wide_runs['SMOTE'][1].mean():.2f}."
    ),
    reference="blagus2013",
    evidence="E65",
)

# %% [markdown]
# ## Quiz
#
# **1.** What do SMOTE's rows add to a training set?
#
# - a) Information about regions where no positive has been seen yet.
# - b) Fresh positives, as if more had been collected.
# - c) A guess: that what lies between two neighbouring positives is positive.
# - d) Nothing that copies would not add: they are copies.
#
# **2.** In 500 independent features, compare the invented rows with the real positives.
#
# - a) Same mean, same variance.
# - b) Same mean, about two thirds of the variance.
# - c) Same mean, half of the variance.
# - d) Same mean, more variance: the rows are spread out.
#
# **3.** Why should a scaler stand before SMOTE in a pipeline?
#
# - a) Because it decides who is a neighbour of whom.
# - b) Because interpolation is wrong for numbers in different units.
# - c) Because SMOTE trains a linear model inside.
# - d) It need not: SMOTE does not depend on the units.
#
# **4.** A report says: F1 at the default threshold was 0.20 untouched and 0.45 with SMOTE, on a test
# set with its natural prevalence. The first thing to ask for:
#
# - a) Nothing: SMOTE has more than doubled F1.
# - b) The same with ADASYN.
# - c) A balanced test set.
# - d) The untouched model with a threshold tuned on other rows.
#
# **5.** A negative deep inside its own class is mislabelled as positive. What does ADASYN do?
#
# - a) It gives the row few new rows, since it lies far from the other positives.
# - b) It gives the row more new rows than any typical positive gets.
# - c) It notices that the model errs there, and corrects the label.
# - d) It treats the row as noise and leaves it out.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "a", 4: "d", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.smote import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague has a table with 3,000 machines, 60 of which failed; 12 numeric sensors, a machine type
# and a site. *"I one-hot encoded everything, applied SMOTE to the table, split it into training and
# test, and recall went from 15% to 93%. SMOTE is the solution."* Answer in five to nine sentences:
# what is wrong with the number, what is wrong with the rows, and which comparison would convince
# you.

# %% [markdown] written="reflection" points=3
# The split came after SMOTE, so the test set holds invented rows whose parents were in training:
# part of the 93% is leakage, and the test set no longer has the natural share of failures, so
# precision can't be read from it either. Even without the leak, recall at 0.5 rises with any method
# that makes the model flag more, and the report says nothing about false alarms. The rows are doubtful
# too: machine type and site were interpolated, so that many invented machines are partly of one type
# and partly of another; and if the sensors were not scaled, the one with the largest numbers chose
# the neighbours. With 60 failures, a few wrong labels among them would spread along SMOTE's lines. I
# would split first, by time or at least stratified, and put encoder, scaler and sampler (SMOTE-NC)
# into a pipeline that is fitted on the training rows alone. Then I would compare, over repeated
# splits, the untouched model and a better regularised one with a threshold tuned on other rows, plain
# copies or weights, and SMOTE, each by average precision and by the cost or the precision at the same
# recall. If SMOTE is ahead by more than the interval of the paired differences, use it.
#
# ### BEGIN MARK SCHEME
# 1 point: sees that resampling before the split leaks, or that the test set lost its natural
# prevalence, and that recall alone (without false alarms, at a fixed threshold) proves little.
#
# 1 point: names a fault of the invented rows here: interpolated categories, unscaled distances, or
# wrong labels among few positives.
#
# 1 point: asks for a fair comparison: sampler inside the pipeline, and the untouched or regularised
# model with a tuned threshold, or copies or weights, over repeated splits.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - $x_{new} = x_i + \lambda(x_{nn} - x_i)$: one λ a row, neighbours of the minority only, scaled first.
# - The mean stays; the variance shrinks, to two thirds where neighbours are as good as independent.
# - The relatives change where to start and how much. None is best everywhere; wrong labels hurt all
#   that seek the border.
# - Categories must not be interpolated, and a vote among neighbours hides what is rare among the rare.
# - Compare with copies, weights, regularisation and a tuned threshold before you believe a gain at 0.5.
#
# **New words:** *SMOTE*, *synthetic row*, *interpolation*, *minority neighbours*, *safe*, *in
# danger* and *noise* (Borderline-SMOTE), *ADASYN*, *SMOTE-NC*, *SMOTE-N*.
#
# ## Further reading
#
# - Chawla et al. (2002). [*SMOTE: synthetic minority over-sampling
#   technique*](../../docs/bibliography.md#chawla2002).
# - Han et al. (2005). [*Borderline-SMOTE: a new over-sampling method in imbalanced data sets
#   learning*](../../docs/bibliography.md#han2005).
# - He et al. (2008). [*ADASYN: adaptive synthetic sampling approach for imbalanced
#   learning*](../../docs/bibliography.md#he2008).
# - Nguyen et al. (2011). [*Borderline over-sampling for imbalanced data
#   classification*](../../docs/bibliography.md#nguyen2011).
# - Last et al. (2017). [*Oversampling for imbalanced learning based on K-means and
#   SMOTE*](../../docs/bibliography.md#last2017).
# - Blagus & Lusa (2013). [*SMOTE for high-dimensional class-imbalanced
#   data*](../../docs/bibliography.md#blagus2013): theory and experiments on what SMOTE does when
#   features outnumber rows.
# - Elor & Averbuch-Elor (2022). [*To SMOTE, or not to
#   SMOTE?*](../../docs/bibliography.md#elor2022).
# - Sakho et al. (2024). [*Do we need rebalancing strategies? A theoretical and empirical study
#   around SMOTE and its variants*](../../docs/bibliography.md#sakho2024): proofs of what SMOTE's
#   rows look like, and a comparison on 13 data sets.
#
# **Next:** lesson 07 moves the same idea into the loss: class weights.
