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
# - derive SMOTE, and write it;
# - say what the invented rows keep of the real ones, and what they lose;
# - name what its relatives change, and what a wrong label does to them;
# - measure whether SMOTE helps on your data, and say how sure you are.
#
# **Time** 80 minutes. **You need** NumPy, and `fit` and `predict_proba` of scikit-learn.
# **Builds on** lesson 03 (average precision), lesson 04 (resample the training rows only) and
# lesson 05 (random oversampling, which copies rows).

# %% [markdown]
# ## Frauds that never happened
#
# Lesson 05 filled up the rare class with copies. Copies bring nothing new, so why not invent positives
# that resemble the real ones? This is what [SMOTE](../../docs/glossary.md#smote) does, the *synthetic
# minority over-sampling technique*. Here it is on the transactions, encoded as before: numbers scaled, and categories [one-hot](../../docs/glossary.md#one-hot), that
# is with a column of zeros and ones for each merchant and each channel.

# %%
import numpy as np
from imblearn.over_sampling import SMOTE

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

# %% covers="E53"
train, test = split_by_time(make_transactions(random_state=0))
y_train, y_test = train["is_fraud"].to_numpy(), test["is_fraud"].to_numpy()
encoder = transaction_encoder().set_output(transform="pandas").fit(train)
X_train, X_test = encoder.transform(train), encoder.transform(test)
X_more, y_more = SMOTE(random_state=0).fit_resample(X_train, y_train)
print(f"before: {np.sum(y_train == 0):,} legitimate, {np.sum(y_train == 1):,} frauds")
print(f"after:  {np.sum(y_more == 0):,} legitimate, {np.sum(y_more == 1):,} frauds")

# %% [markdown]
# `fit_resample` puts the new rows below the old ones. Each of the
# [invented frauds](../../docs/glossary.md#synthetic-row) should be a transaction that could have
# happened: it has one merchant and one channel.
#
# **Predict before you run.** What share of the invented frauds is *impossible*, such as one that was
# made 30% at a petrol station and 70% in an online shop?

# %%
my_prediction = None  # a share between 0 and 1

# %%
invented = X_more.iloc[len(X_train) :]
merchant = invented.filter(like="merchant_")
channel = invented.filter(like="channel_")
possible = merchant.isin([0, 1]).all(axis=1) & channel.isin([0, 1]).all(axis=1)
print("you predicted:", my_prediction)
print(f"impossible:    {1 - possible.mean():.2f}")
one = merchant[~possible].iloc[0]
shares = [f"{share:.0%} {name.split('merchant_')[1]}" for name, share in one[one > 0].items()]
print("one of them:", ", ".join(shares))

# %% [markdown]
# Most of the "frauds" that a model is about to learn from could not exist.

# %% [markdown]
# ## Does it matter?
#
# Let the same logistic regression learn once from the real frauds alone, and once from all of them. Both
# are judged on the later transactions:

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score

from imbalance_lab import plots

rows = {"real frauds": (X_train, y_train), "SMOTE": (X_more, y_more)}
models = {name: LogisticRegression(max_iter=1000).fit(X, y) for name, (X, y) in rows.items()}
scores = {name: model.predict_proba(X_test)[:, 1] for name, model in models.items()}
for name, p in scores.items():
    recall, precision = recall_score(y_test, p >= 0.5), precision_score(y_test, p >= 0.5)
    print(f"{name:12s} at 0.5: recall {recall:.2f}, precision {precision:.2f}")
plots.precision_recall_curve(y_test, scores, title="The same model, with and without SMOTE")

# %% [markdown]
# At 0.5 recall jumps, and this is what makes SMOTE popular. Precision falls just as steeply, as in
# lesson 05, and again a lower threshold moves the model of real frauds to the same recall, without
# one invented row. As a ranking, SMOTE's curve is not better.
#
# This is one split with one model. To know what comes from the idea and what from its use, take the
# method apart.

# %% [markdown] covers="E52"
# ## The idea: a step towards a neighbour
#
# Take a row $x_i$ of the [minority](../../docs/glossary.md#minority) and one of its neighbours $x_{nn}$,
# also of the minority. If both are frauds, perhaps everything on the straight line between them is a
# fraud too. So walk a random part $\lambda$ of the way, which is called
# [interpolation](../../docs/glossary.md#interpolation):
#
# $$x_{new} = x_i + \lambda\,(x_{nn} - x_i), \qquad \lambda \sim U(0, 1).$$
#
# $\lambda$ is *one* number for all features, drawn evenly between 0 and 1. A quarter of the way from $(1, 1)$ to $(5, 2)$ is
# $(2, 1.25)$. This is the whole invention of Chawla and others (2002). (If each feature had a λ of its own, the
# new points would fill a box instead of a line, so look at the shapes when you write it.)

# %% [markdown]
# ## Neighbours among the minority only
#
# If any nearby row would do, a fraud could walk towards a legitimate transaction, and the new "fraud" would lie
# among the legitimate ones. So the neighbours of a minority row are the $k$ nearest *other* rows *of the
# minority*, five by default. Here are ten points with $k = 2$:

# %%
names = list("EAFBJCGDHI")
X_toy = np.array([[3, 3], [1, 1], [6, 1], [2, 3], [2, 6], [5, 2], [6, 7], [7, 6], [7, 8], [8, 6]])
y_toy = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 0])
with plots.picture(
    title="Ten points, four frauds, and the lines that SMOTE may use (k = 2)",
    xlabel="x₁",
    ylabel="x₂",
    alt="Ten points in the plane. Lines run from each of the four frauds A, B, C and D to its two"
    " nearest other frauds. A, B and C are near one another; D, in the midst of legitimate points,"
    " is joined to C and B by two long lines.",
    height=3.6,
) as ax:
    for i, near in {1: (3, 5), 3: (1, 5), 5: (3, 1), 7: (5, 3)}.items():
        for j in near:
            ax.plot(*X_toy[[i, j]].T, color="#999999", linestyle="-", linewidth=1)
    ax.plot(*X_toy[y_toy == 0].T, "o", color=plots.PALETTE["blue"], label="legitimate")
    ax.plot(*X_toy[y_toy == 1].T, "^", color=plots.PALETTE["vermillion"], ms=9, label="fraud")
    for name, point in zip(names, X_toy, strict=True):
        offset = (5, -13) if name in "ABCD" else (6, 5)
        ax.annotate(name, point, offset, textcoords="offset points")
    ax.margins(y=0.1)

# %% [markdown]
# The nearest other fraud to A is B, then C. To D all of them are far away, but two have to be its
# neighbours, so the lines from D are long. Keep D in mind.
#
# Distances depend on units: an amount in cents instead of euros decides alone who is near whom. So scale first,
# then resample, both inside the pipeline of lesson 04.

# %% [markdown]
# ### Exercise 1: the neighbours


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
# To invent $n_{new}$ rows of the minority, repeat $n_{new}$ times:
#
# 1. draw a minority row $x_i$, each with the same chance;
# 2. draw one of its $k$ nearest [minority neighbours](../../docs/glossary.md#minority-neighbours)
#    $x_{nn}$, each with the same chance;
# 3. draw $\lambda$ from $U(0, 1)$, and walk this part of the way.

# %% [markdown]
# ### Exercise 2: your own SMOTE
#
# No two correct answers draw the same numbers, so the check tests what every SMOTE has: the number of rows, that
# each lies between a minority row and one of its $k$ nearest, that λ is spread evenly, that all pairs get used, and
# that `random_state` decides.


# %% answer="smote"
def smote(X, y, minority, n_new, k=5, random_state=0):
    """Invent rows of the minority class by SMOTE.

    Write it yourself, from simpler steps than a sampler of imbalanced-learn. Your function from
    exercise 1 may be among them.

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
    lam = rng.random(n_new)
    return X[rows[which]] + lam[:, np.newaxis] * (X[partner] - X[rows[which]])
    ### END SOLUTION


# %% try="smote"
smote([[0, 0], [1, 0], [4, 2], [3, 1]], ["fraud", "ok", "fraud", "ok"], "fraud", n_new=3, k=1)

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

# %% [markdown]
# ## What the new rows keep, and what they lose
#
# Look at one feature. Suppose that row and partner are two *independent* draws $x, x'$ from the
# minority, each with mean $\mu$ and variance $\sigma^2$, and $\lambda$ a third independent draw. Write the
# new value as $(1 - \lambda) x + \lambda x'$. Given $\lambda$,
#
# $$\begin{aligned} E[x_{new} \mid \lambda] &= (1 - \lambda)\mu + \lambda\mu = \mu, \\
# \mathrm{Var}(x_{new} \mid \lambda) &= \big((1 - \lambda)^2 + \lambda^2\big)\,\sigma^2 . \end{aligned}$$
#
# The **mean is kept**, whatever λ is. So the total variance is the average of the second expression over
# $\lambda \sim U(0, 1)$:
#
# $$\mathrm{Var}(x_{new}) = \sigma^2 \int_0^1 (1 - \lambda)^2 + \lambda^2 \, d\lambda
# = \sigma^2\Big(\tfrac13 + \tfrac13\Big) = \tfrac23\,\sigma^2 .$$
#
# **Two thirds of the variance** are left, in every feature (Blagus and Lusa 2013). But SMOTE does not take
# a random partner. It takes a near one, and near rows are alike, so row and partner are correlated.
#
# **Predict first:** what share of the variance do the invented rows keep if there are only 2 features?

# %%
my_prediction = None  # a share between 0 and 1

# %% [markdown]
# The [laboratory](../../docs/laboratory.md) drew 200 normal rows, let SMOTE invent as many as it had, and
# repeated this 30 times for 2, 10 and 50 features. The picture shows the variance of an invented feature minus
# that of a real one, which is 1:

# %%
from imbalance_lab.evidence import study

invented_study = study("invented")
print("you predicted:", my_prediction)
invented_study.plot("variance")

# %% [markdown]
# With 2 features 0.93 of the variance is kept. With 50 features 0.69 is, close to the two thirds of the formula.
# Where rows are dense, neighbours are close, and SMOTE nearly copies; theory says the same for many rows and few
# features (Sakho, Malherbe and Scornet 2024). With many features all rows are about equally far apart, and
# "nearest" means little.

# %% [markdown]
# ### Exercise 3: how much variance is kept
#
# Generalise the derivation. Row and partner have the same mean and the same variance $\sigma^2$, and now a
# correlation of $\rho$; so their covariance is $\rho\sigma^2$. λ is drawn evenly between two numbers of your
# choice. Two facts: $\mathrm{Var}(a x + b x') = a^2 \sigma^2 + b^2 \sigma^2 + 2ab\, \rho\sigma^2$, and for
# $\lambda \sim U(l, h)$ the averages are $E[\lambda] = (l + h)/2$ and $E[\lambda^2] = (l^2 + lh + h^2)/3$.


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
# ## Do they blend in?
#
# If the new rows looked like real ones, nobody could tell them apart. So the study hired a
# detective: a random forest that learns to tell invented rows from real ones. It is tested on rows
# whose parents it has not met; otherwise it could win by memory, as with the groups of lesson 04.
#
# **Predict first:** which ROC AUC does the detective reach with 10 features? By guessing it would be 0.5.

# %%
my_prediction = None  # between 0.5 and 1

# %%
print("you predicted:", my_prediction)
invented_study.plot("pass")

# %% [markdown]
# The picture shows what it found beyond 0.5. With 2 features the invented rows pass for real ones. With 10 it
# reaches 0.62, with 50 it reaches 0.80: the inventions lie too far inside.

# %% [markdown]
# ## See it
#
# Move $k$, the range of λ and the number of mislabelled rows; grey lines are the walks. What does $k = 1$ do to the
# variety? What happens to the ellipse (one standard deviation) as λ may go further? How much territory does *one*
# mislabelled row conquer?

# %%
from imbalance_lab.datasets import make_two_clouds
from imbalance_lab.explorers import smote_explorer

X_clouds, y_clouds = make_two_clouds(240, prevalence=0.1, separation=3.5, random_state=1)
smote_explorer(X_clouds, y_clouds)

# %% [markdown]
# A mislabelled row deep among the common ones is like D in the toy: hardly anybody walks towards it, but it has
# $k$ neighbours itself, and its walks cross the common class.

# %% [markdown] covers="E60"
# ## The relatives, and a wrong label
#
# Each relative of SMOTE changes one step: *where* to start, *how many* rows each start gets, or what happens to
# *categories*. (The second notebook tries them.)
#
# | method | what it changes |
# | --- | --- |
# | [Borderline-SMOTE](../../docs/glossary.md#borderline-smote), SVM-SMOTE | starts near the border of the classes |
# | [ADASYN](../../docs/glossary.md#adasyn) (He and others 2008) | more rows where more of the nearest neighbours are of the majority |
# | [SMOTE-NC](../../docs/glossary.md#smote-nc) | neighbours vote about categories, so that no row is 30% petrol station |
#
# ADASYN is said to invent rows "where the model struggles". There is no model in it: it counts strangers among
# neighbours, and a wrong label has nobody but strangers around it. The laboratory gave three of 800 negatives the
# label of a cluster of 40 positives. Here is the share of rows invented outside the cluster, ADASYN minus SMOTE,
# for four distances of the classes:

# %%
study("mislabelled").plot("adasyn")

# %% [markdown]
# Where the classes overlap (a distance of 2), the border already has many strangers. Where they
# stand furthest apart, three wrong labels of 43 attract most of what ADASYN invents. So before you
# use it, ask how well your positives are labelled.

# %% [markdown]
# ## Better than copies, or than another setting?
#
# A fair trial lets SMOTE compete with cheap rivals: the untouched model, copies, and *another setting of the same
# model*. Take nearest neighbours, whose score is the share of positives among the $k$ nearest rows. Three clients
# sent eight months of data, each with 240 rows to train on and 360 later ones, which the model ranks after three kinds
# of training, with few neighbours and with many:

# %%
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.metrics import average_precision_score
from sklearn.neighbors import KNeighborsClassifier

TREATMENTS = {
    "as they are": [],
    "copies": [RandomOverSampler(random_state=0)],
    "SMOTE": [SMOTE(random_state=0)],
}


def ranking(month, treatment, k):
    """Return the average precision on the later rows of a month."""
    X_train, y_train, X_new, y_new = month
    model = make_pipeline(*TREATMENTS[treatment], KNeighborsClassifier(k))
    return average_precision_score(y_new, model.fit(X_train, y_train).predict_proba(X_new)[:, 1])


# %%
from imbalance_lab.exercises.months import months

clients = {number: months(number) for number in (20, 12, 8)}
settings = [5, 10, 25, 50, 100]
means = {
    (number, treatment): [np.mean([ranking(m, treatment, k) for m in sent]) for k in settings]
    for number, sent in clients.items()
    for treatment in TREATMENTS
}

# %%
best = [f"client {n}, {t}: {max(found):.2f}" for (n, t), found in means.items()]
with plots.picture(
    title="What SMOTE is worth depends on the client and on the setting",
    xlabel="neighbours that vote",
    ylabel="average precision, mean of 8 months",
    panels=[f"client {number}" for number in clients],
    alt=f"Average precision by the number of neighbours. The highest of each line: {'; '.join(best)}.",
    ncols=3,
    sharey=True,
) as axes:
    votes = [str(k) for k in settings]
    for ax, number in zip(axes, clients, strict=True):
        for treatment, marker in zip(TREATMENTS, "os^", strict=True):
            ax.plot(votes, means[number, treatment], marker=marker, label=treatment)

# %% [markdown] covers="E55 E57"
# Look at 25 neighbours first. SMOTE is ahead for the clients 20 and 12, and behind for client 8.
# Now let each line have its highest point. For client 12, ten neighbours of the untouched model
# come close to the best of SMOTE: with 14 positives, 25 votes are too many, and SMOTE repaired a
# setting. For client 20, a digit among others, SMOTE stays ahead, of copies too. For client 8, two
# clouds that overlap, it gains nothing. (Choosing the best points by looking flatters all lines.)
#
# So neither "always" nor "never" is right for every client. And on average? The laboratory took 46 real sets from 27
# sources, and four models at their defaults. SMOTE minus nothing:

# %%
study("smote").plot("smote-ranks-default", only="real sets")

# %% [markdown]
# Small marks are single sets; the last row also counts simulated data. On average no model gains,
# nor against copies. On two simulated families SMOTE cost boosting and the forest 0.04 to 0.08, but
# where positives form small dense groups, the forest gained 0.08. Tuned, none changed by more than
# 0.006 on real sets; Elor and Averbuch-Elor (2022) saw weak models gain.

# %% [markdown]
# ## How sure are you?
#
# Suppose that all have settled on 25 neighbours. Here are the eight months of the three clients, and of a fourth, as
# pairs: average precision with SMOTE minus that without.

# %%
from imbalance_lab.experiments import interval

asked = clients | {6: months(6)}
gains = {
    n: np.array([ranking(m, "SMOTE", 25) - ranking(m, "as they are", 25) for m in sent])
    for n, sent in asked.items()
}
said = [f"client {n} {interval(g):.2f}, ahead in {(g > 0).sum()} of 8" for n, g in gains.items()]
with plots.picture(
    title="Single months scatter more than their mean",
    xlabel="average precision, SMOTE minus as they are",
    ylabel="client",
    alt=f"Eight differences of each client, and the mean with its interval: {'; '.join(said)}.",
    height=3.4,
) as ax:
    for place, g in enumerate(gains.values()):
        mean, low, high = interval(g)
        ax.plot(g, np.full(8, place), "o", mfc="none", color=plots.PALETTE["blue"])
        ax.plot([low, high], [place + 0.2] * 2, color=plots.PALETTE["vermillion"], linestyle="-")
        ax.plot(mean, place + 0.2, "D", color=plots.PALETTE["vermillion"])
    ax.axvline(0, color="#555555", linestyle="--", linewidth=1)
    ax.set_yticks(range(len(gains)), list(gains))
    ax.set_ylim(-0.4, len(gains) - 0.5)

# %% [markdown]
# Circles are months, the line above them is the 95% interval of their mean. Two questions have two answers:
#
# - *Is the mean of many months above zero?* The interval of the mean tells, and it gets narrower with more months.
# - *Will SMOTE be ahead next month?* One month scatters around the mean as widely as the circles do, however many
#   you have seen. For client 6 it is nearly a coin toss.
#
# To decide for next month you need the second answer, as a probability, which can be judged: say
# $p$, and afterwards lose $(1 - p)^2$ for each month in which SMOTE was ahead and $p^2$ for each of
# the others. If you are certain and wrong, you lose 1; if you say one half, 0.25. On average your
# true belief loses least, so this is called a *proper* score (the [Brier
# score](../../docs/glossary.md#brier-score), lesson 10).

# %% [markdown]
# ## Should this client use SMOTE?
#
# Ten hidden clients send you eight months each, of digits, of transactions, or of simulated rows in small dense groups or
# overlapping clouds. Your forecast for each client is worth 0.25 minus its mean loss in later months, so that one half
# is worth nothing. Points are for what your forecasts are worth together, as a share of those of the reference, which
# uses the eight months with care:

# %%
from imbalance_lab.exercises.months import CURVE

plots.points_curve(
    CURVE,
    title="Points for the forecasts",
    xlabel="worth of the forecasts, as a share of the reference's",
)

# %% [markdown]
# ### Exercise 4: SMOTE for this client?


# %% answer="smote-helps"
def smote_helps(months):
    """Say how probable it is that SMOTE ranks better in a month to come.

    Parameters
    ----------
    months : list of (X_train, y_train, X_new, y_new)
        Eight months of one client: arrays of shape (240, n_features), (240,), (360, n_features)
        and (360,). Labels are 0 and 1; every feature has a variance of about 1.

    Returns
    -------
    float
        A probability, between 0 and 1: that in another month the average precision on the new
        rows is higher if `KNeighborsClassifier(25)` learns from the training rows after
        `SMOTE(random_state=0)` than if it learns from them as they are.
    """
    ### BEGIN SOLUTION
    from scipy import stats

    gains = []
    for X_train, y_train, X_new, y_new in months:
        plain = KNeighborsClassifier(25).fit(X_train, y_train)
        more = SMOTE(random_state=0).fit_resample(X_train, y_train)
        with_more = KNeighborsClassifier(25).fit(*more)
        found = [model.predict_proba(X_new)[:, 1] for model in (with_more, plain)]
        gains.append(np.subtract(*(average_precision_score(y_new, p) for p in found)))
    # A month to come scatters around the true mean, and so does the mean of those we have.
    scatter = np.std(gains, ddof=1) * np.sqrt(1 + 1 / len(gains))
    return float(stats.t.cdf(np.mean(gains) / scatter, df=len(gains) - 1))
    ### END SOLUTION


# %% try="smote-helps"
{number: round(smote_helps(sent), 2) for number, sent in asked.items()}

# %% [markdown]
# The graded cell first asks for five clients to practise on. You can test a forecast for client 20 on its later months,
# `months(20, 32)[8:]`.

# %% graded="smote-helps" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.months import forecasts
from imbalance_lab.exercises.smote import PRACTICE, SMOTE_HELPS

judge = forecasts(PRACTICE, "for five clients to practise on")
check(smote_helps, SMOTE_HELPS).earns(5, by=judge, on=judge.calls, says="forecasts for clients")
### BEGIN HIDDEN TESTS
from imbalance_oracles.smote import hidden_clients

hidden = forecasts(hidden_clients(), "for ten hidden clients")
check(smote_helps, SMOTE_HELPS).earns(5, by=hidden, on=hidden.calls, says="forecasts for clients")
### END HIDDEN TESTS

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

few, some, many = (
    invented_study.facts("pass")["conditions"][row]["mean"] + 0.5 for row in (1, 0, 2)
)
Claim(
    "Synthetic points blend in with the real ones.",
    verdict="holds only if",
    because=(
        "there are few features. A forest that had met none of the parents told invented rows from real"
        f" ones in {few:.2f} of the pairs with 2 features, in {some:.2f} with 10 and in {many:.2f} with"
        " 50, where guessing gives 0.50."
    ),
    reference="blagus2013",
    evidence="E56",
)


# %%
def more(model, world):
    return f"{study('smote').interval('smote-beats-copies', model=model, world=world):+.2f}"


Claim(
    "SMOTE is much better than duplicating rows: it adds diversity, lets a model learn deeper"
    " patterns from few rows, and so improves generalisation.",
    verdict=study("smote").verdict_on("smote-beats-copies"),
    because=(
        "the positives form small dense groups, for which SMOTE was made. There its average precision minus"
        f" that of copies was {more('boosting', 'dense')} for boosting and {more('neighbours', 'dense')} for"
        " nearest neighbours, at their defaults. On 46 real sets it was"
        f" {more('boosting', 'real sets')} and {more('neighbours', 'real sets')}, and"
        f" {more('forest', 'real sets')} for a forest; on other simulated data boosting and the forest lost."
    ),
    reference="elor2022",
    evidence="E55 E57",
)


# %%
def f1_at_half(y_true, y_score):
    return f1_score(y_true, y_score >= 0.5)


before, after = (f1_at_half(y_test, scores[name]) for name in ("real frauds", "SMOTE"))
widely = study("threshold")
raised, own = widely.interval("smote-f1-at-half"), widely.interval("smote-f1-own-threshold")
dense = widely.interval("smote-f1-own-threshold", model="forest", world="dense")
Claim(
    "SMOTE raises F1 on imbalanced data.",
    verdict=widely.verdict_on("smote-f1-own-threshold"),
    because=(
        f"At 0.5 it does, by {raised:+.2f} on average over four models at their defaults, on real and simulated data, though"
        f" not everywhere: on one split of transactions that of a logistic regression went from {before:.2f} to"
        f" {after:.2f}. A lower threshold raises F1 too. With a threshold of its own for each model, tuned, SMOTE changed it"
        f" by {own:+.3f} on average over 20 conditions. None of them surely gained 0.02; a forest on small dense groups"
        f" came nearest, with {dense:+.2f}. For the advice: weak models gained in Elor and Averbuch-Elor (2022)."
    ),
    reference="elor2022",
    evidence="E55",
)

# %% [markdown]
# ## Quiz
#
# **1.** SMOTE walks a quarter of the way from $(2, 10)$ to its neighbour $(6, 2)$. Where does it arrive?
#
# - a) $(5, 4)$
# - b) $(3, 8)$
# - c) $(3, 2)$
# - d) $(1, 12)$
#
# **2.** SMOTE with $k = 2$ invents 400 rows from the four frauds of the toy. How many lie on a line
# with D at one end, on average?
#
# - a) 0
# - b) 50
# - c) 100
# - d) 200
#
# **3.** λ is drawn from $U(0, 1)$; row and partner have a correlation of 0.7. Which share of the variance is kept?
#
# - a) 0.67
# - b) 0.70
# - c) 0.85
# - d) 0.90
#
# **4.** Look at the picture of wrong labels. At which distance does ADASYN first put at least 0.3 more of its rows outside
# than SMOTE?
#
# - a) 2
# - b) 3
# - c) 4
# - d) 5
#
# **5.** In sixteen months SMOTE's gain had a mean of 0.02 and a standard deviation of 0.03. What may you tell the
# client?
#
# - a) The mean gain is hardly luck, but SMOTE will be behind in about a quarter of the months.
# - b) The mean gain may well be luck, and SMOTE will be ahead in half of the months.
# - c) The mean gain is hardly luck, so SMOTE will be ahead in nearly every month.
# - d) Sixteen months say nothing about either.

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "b", 2: "c", 3: "d", 4: "c", 5: "a"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.smote import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague has a table with 3,000 machines, 60 of which failed; 12 numeric sensors, a machine type and a site. *"I one-hot
# encoded everything, applied SMOTE to the table, split it into training and test, and recall went from 15% to 93%. SMOTE is
# the solution."* Answer in five to nine sentences: what is wrong with the number and with the rows, and which comparison
# would convince you?

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
# - The mean stays; the variance shrinks, down to two thirds where neighbours are nearly independent.
# - Categories must not be interpolated, and methods that seek the border are drawn to wrong labels.
# - Compare with copies, with another setting and with another threshold, in pairs.
# - How sure you are of the mean is not how sure you are of the next time.
#
# **New words:** *SMOTE*, *synthetic row*, *interpolation*, *minority neighbours*, *ADASYN*.
#
# ## Further reading
#
# - Chawla et al. (2002). [*SMOTE: synthetic minority over-sampling
#   technique*](../../docs/bibliography.md#chawla2002).
# - He et al. (2008). [*ADASYN: adaptive synthetic sampling approach for imbalanced
#   learning*](../../docs/bibliography.md#he2008).
# - Blagus & Lusa (2013). [*SMOTE for high-dimensional class-imbalanced
#   data*](../../docs/bibliography.md#blagus2013).
# - Elor & Averbuch-Elor (2022). [*To SMOTE, or not to
#   SMOTE?*](../../docs/bibliography.md#elor2022).
# - Sakho et al. (2024). [*Do we need rebalancing strategies? A theoretical and empirical study
#   around SMOTE and its variants*](../../docs/bibliography.md#sakho2024).
#
# **Next:** lesson 07 moves the same idea into the loss: class weights.
