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
# # 05 · Resampling: what changes when you balance the data?
#
# **At the end you can**
#
# - draw a smaller common class or a larger rare one, at any ratio;
# - say which threshold of the untouched model a balanced model stands for;
# - compute how much information is lost when rows are dropped;
# - choose how many negatives to keep when time is short;
# - see over-correction coming.
#
# **Time** 75 minutes. **You need** pandas and scikit-learn's `fit` and `predict_proba`.
# **Builds on** lesson 01 (costs, threshold), lesson 02 (precision, recall), lesson 03 (average
# precision) and lesson 04 (resample the training rows only, inside a pipeline).

# %% [markdown]
# ## Balance the data, and recall jumps
#
# Of the transactions of lesson 01 about one in a hundred is a fraud. A colleague has read that models
# can't learn from such data. She keeps all frauds of the training period, and as many legitimate
# transactions as there are frauds, drawn at random. This is
# **[random undersampling](../../docs/glossary.md#random-undersampling)**, one way of
# [resampling](../../docs/glossary.md#resampling). The test period stays as it is, because a pipeline
# skips its sampler when it predicts (lesson 04).

# %%
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
X_train, y_train = train.drop(columns="is_fraud"), train["is_fraud"]
X_test, y_test = test.drop(columns="is_fraud"), test["is_fraud"]

sampler = RandomUnderSampler(random_state=0)
untouched = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
balanced = make_pipeline(transaction_encoder(), sampler, LogisticRegression(max_iter=1000))
p_untouched = untouched.fit(X_train, y_train).predict_proba(X_test)[:, 1]
p_balanced = balanced.fit(X_train, y_train).predict_proba(X_test)[:, 1]

# %% [markdown]
# The function `show` draws the recall and the precision of some decisions. It will be used three times.

# %%
import pandas as pd
from sklearn.metrics import precision_score, recall_score

from imbalance_lab import plots


def rates(y_true, flagged):
    return recall_score(y_true, flagged), precision_score(y_true, flagged)


def show(found, title):
    table = pd.DataFrame(found, index=["recall", "precision"]).iloc[:, ::-1]  # the first on top
    told = "; ".join(f"{name}: recall {r:.2f}, precision {p:.2f}" for name, (r, p) in found.items())
    with plots.picture(
        title=title, panels=list(table.index), ncols=2, sharey=True, height=0.8 + 0.45 * len(found),
        xlabel=["share of the positives", "share of the flags"], ylabel="decision", alt=told,
    ) as axes:  # fmt: skip
        for ax, measure in zip(axes, table.index):
            ax.bar_label(ax.barh(table.columns, table.loc[measure]), fmt="{:.2f}", padding=3)
            ax.set_xlim(0, 1.1)


# %%
found = {
    "untouched, at 0.5": rates(y_test, p_untouched >= 0.5),
    "balanced, at 0.5": rates(y_test, p_balanced >= 0.5),
}
show(found, "Balancing finds most of the fraud")

# %% [markdown]
# Recall is seven times as high. Did the model learn to recognise fraud?
#
# **Predict before you run.** Take the *untouched* model and let it flag as many transactions as the balanced
# one flags, those with its highest scores. What recall will it reach?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
import numpy as np
from sklearn.metrics import average_precision_score

n_flagged = int((p_balanced >= 0.5).sum())
lowest = np.sort(p_untouched)[-n_flagged]
found[f"untouched, at {lowest:.3f}"] = rates(y_test, p_untouched >= lowest)
print("you predicted:", my_prediction)
for name, p in (("untouched", p_untouched), ("balanced", p_balanced)):
    print(f"average precision, {name}: {average_precision_score(y_test, p):.2f}")
show(found, "Recall and precision of three decisions")

# %% [markdown]
# The untouched model reaches the same recall at the same precision, and by average precision it
# even ranks better. So on these data all that balancing gained came from a lower threshold. This
# lesson derives why that is so, what it costs, and what resampling is still good for.

# %% [markdown]
# ## Two ways to change a ratio
#
# Call the number of rows of the common class $n_0$, that of the rare class $n_1$, and
#
# $$r = n_1 / n_0$$
#
# their **[ratio](../../docs/glossary.md#ratio)**, rare rows for each common row. imbalanced-learn calls
# the ratio to reach `sampling_strategy`. The popular 1:1 is 1.0, 1:2 is 0.5, and nothing says that it must
# be 1. You can keep fewer common rows, $n_0' = n_1 / r$, or make more rare rows, $n_1' = r\,n_0$. For
# fourteen transactions, of which two are frauds:
#
# | ratio $r$ | oversampling: common, rare | undersampling: common, rare |
# | --- | --- | --- |
# | 0.25 | 12, **3** | **8**, 2 |
# | 0.5 | 12, **6** | **4**, 2 |
# | 1 | 12, **12** | **2**, 2 |

# %% [markdown] covers="E45 E46 E47"
# Random undersampling draws a subset $S$ of the common rows without replacement. Every subset of
# the wanted size is equally likely, and for 1:1 it is as large as the rare class, $|S| = n_1$.
# pandas has `sample` for it, scikit-learn `resample`, and imbalanced-learn a sampler, the only one
# of the three that a pipeline can call by itself:

# %%
from sklearn.utils import resample

toy = pd.DataFrame({"amount": range(10, 150, 10), "label": ["ok"] * 14})
toy.loc[[6, 12], "label"] = "fraud"
ok, fraud = toy[toy["label"] == "ok"], toy[toy["label"] == "fraud"]

fewer = pd.concat([ok.sample(4, random_state=0), fraud])
fewer = pd.concat([resample(ok, replace=False, n_samples=4, random_state=0), fraud])
sampler = RandomUnderSampler(sampling_strategy=0.5, random_state=0)
X_kept, y_kept = sampler.fit_resample(toy[["amount"]], toy["label"])
print(y_kept.value_counts().to_dict(), "in these rows:")
print(*sorted(sampler.sample_indices_))

# %% [markdown] covers="E42 E43"
# **[Random oversampling](../../docs/glossary.md#random-oversampling)** keeps every row and adds copies of rare
# rows, drawn *with* replacement. No row is lost, and none is new. (Copy training rows only. Copies made before
# the split let a forest find 0.50 of ROC AUC in pure noise, as the study of lesson 04 measured.) One popular snippet, `resample(fraud,
# replace=True, n_samples=6)`, redraws the whole rare class instead. With probability
# $2 \cdot 0.5^6 = 3\%$ all six draws hit the same fraud, and the other one is lost.

# %%
from imblearn.over_sampling import RandomOverSampler

sampler = RandomOverSampler(sampling_strategy=0.5, random_state=0)
X_more, y_more = sampler.fit_resample(toy[["amount"]], toy["label"])
print(y_more.value_counts().to_dict(), "in these rows:")
print(*sorted(sampler.sample_indices_))

# %% [markdown]
# The positions of the rows are all that a sampler has to find, because `X[rows]` and `y[rows]` then
# fit together. Your function returns them.

# %% [markdown]
# ### Exercise 1: random undersampling


# %% answer="random-undersample"
def random_undersample(y, ratio, random_state=0):
    """Return the positions of the rows that random undersampling keeps.

    Draw them yourself, from simpler steps than a sampler of imbalanced-learn.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of exactly two classes, of any kind, in any order. The class with fewer rows is
        the rare one. A Series may have any index.
    ratio : float
        Rare rows for each common row afterwards: at most 1, and above the present ratio.
    random_state : int, default=0
        Seed. The same int gives the same rows in the same order; over many ints, every common
        row gets its chance. Which rows an int gives is up to you: only these properties are
        checked.

    Returns
    -------
    ndarray or list of int
        Positions from 0 to n_samples - 1, in any order: every rare row once, and
        n_rare / ratio (rounded down) different common rows.

    Example by hand: of 12 "ok" and 2 "fraud" and with a ratio of 0.5, six rows are kept: both
    frauds and four different "ok".
    """
    ### BEGIN SOLUTION
    y = np.asarray(y)
    classes, counts = np.unique(y, return_counts=True)
    rare = np.flatnonzero(y == classes[counts.argmin()])
    common = np.flatnonzero(y != classes[counts.argmin()])
    rng = np.random.default_rng(random_state)
    kept = rng.choice(common, size=int(len(rare) / ratio), replace=False)
    return np.concatenate([kept, rare])
    ### END SOLUTION


# %% try="random-undersample"
random_undersample(toy["label"], 0.5, random_state=0)

# %% graded="random-undersample" points=2
from imbalance_lab.checks import Call, check
from imbalance_lab.exercises.resampling import RANDOM_UNDERSAMPLE, rows_with

labels = ["ok"] * 6 + ["fraud"] + ["ok"] * 6 + ["fraud"]
drawn = check(random_undersample, RANDOM_UNDERSAMPLE)
drawn.satisfies(rows_with(ok=4, fraud=2), on=[Call((labels, 0.5))], says="4 ok, 2 fraud")
drawn.keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import resampling as keys

check(random_undersample, RANDOM_UNDERSAMPLE).keeps_its_contract(keys.RANDOM_UNDERSAMPLE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## What balancing does to probabilities
#
# Look at 40 rows that share the same features. Four of them are rare and 36 common, so the probability is $p = 4/40 = 0.1$, and the
# **[odds](../../docs/glossary.md#odds)** are $4 : 36 = 1/9$. Now keep each common row with probability
# $\beta = 1/4$, the [sampling rate](../../docs/glossary.md#sampling-rate). About 9 of the 36 stay, and the odds become
# $4 : 9$, four times as large. In general
#
# $$\frac{p_s}{1 - p_s} = \frac{1}{\beta}\cdot\frac{p}{1 - p}, \qquad \beta = \frac{n_0'}{n_0},$$
#
# with $p$ for the probability before and $p_s$ for that in the sample. Copies of the rare class do
# the same. This holds for rows that are drawn at random within a class, and for a model that fits
# the data. It has three consequences:
#
# 1. **The order stays**, since $p_s$ grows with $p$. (That is so for the true probabilities. A model that saw fewer
#    rows estimates them less exactly.)
# 2. **The probabilities are too high.** With $\beta = 0.01$ a row with $p = 0.02$ gets $p_s = 0.67$.
# 3. **A threshold means something else** than before. What it means is the next exercise.

# %% [markdown]
# ### Exercise 2: the threshold that it stands for
#
# A model was trained after resampling, and flags at some threshold. Find the threshold at which the
# untouched model flags the same rows.


# %% answer="matching-threshold"
def matching_threshold(prevalence, ratio, threshold=0.5):
    """Return the threshold of the untouched model that decides like a resampled one.

    Both models give the right probabilities of the rows that they learned from.

    Parameters
    ----------
    prevalence : float
        Share of the rare class before resampling, above 0 and below 0.5.
    ratio : float
        Rare rows for each common row after resampling, at most 1, by over- or undersampling.
    threshold : float, default=0.5
        The resampled model flags a row at this probability or more. Above 0 and below 1.

    Returns
    -------
    float
        The untouched model flags the same rows at this probability or more.

    Example by hand: of 14 rows, 2 are rare, and the ratio is made 0.5, so that 4 of the 12 common
    rows are kept. At 0.5 the resampled odds are 1, those before were 1/3, so the threshold is 0.25.
    """
    ### BEGIN SOLUTION
    beta = prevalence / (1 - prevalence) / ratio
    odds = beta * threshold / (1 - threshold)
    return odds / (1 + odds)
    ### END SOLUTION


# %% try="matching-threshold"
print(f"{matching_threshold(2 / 14, 0.5):.3f}")

# %% graded="matching-threshold" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.resampling import MATCHING_THRESHOLD

check(matching_threshold, MATCHING_THRESHOLD).on(2 / 14, 0.5).gives(0.25)
check(matching_threshold, MATCHING_THRESHOLD).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import resampling as keys

check(matching_threshold, MATCHING_THRESHOLD).keeps_its_contract(keys.MATCHING_THRESHOLD.hidden())
### END HIDDEN TESTS

# %% [markdown]
# Ask your function about a ratio of 1 and the threshold 0.5. Whatever the prevalence is, it answers
# with the prevalence: **to balance and decide at 0.5 is to decide at the prevalence without
# balancing.** In the opening the untouched model had to flag at 0.012 or more, and 1.1% of the
# training rows are frauds. Here is a simulation with 3% positives, over eight training sets:

# %%
from imbalance_lab.datasets import make_gauss

SAMPLERS = {
    "undersampled 1:1": RandomUnderSampler(random_state=0),
    "oversampled 1:1": RandomOverSampler(random_state=0),
    "undersampled 1:2": RandomUnderSampler(sampling_strategy=0.5, random_state=0),
}


def simulate(seed):
    X, y = make_gauss(6_000, prevalence=0.03, random_state=seed)
    X_new, y_new = make_gauss(8_000, prevalence=0.03, random_state=500 + seed)
    p = {"untouched": LogisticRegression().fit(X, y).predict_proba(X_new)[:, 1]}
    for name, sampler in SAMPLERS.items():
        model = LogisticRegression().fit(*sampler.fit_resample(X, y))
        p[name] = model.predict_proba(X_new)[:, 1]
    return y_new, p


runs = [simulate(seed) for seed in range(8)]

# %%
views = [("undersampled 1:1", 0.5), ("oversampled 1:1", 0.5), ("untouched", 0.03)]
views += [("undersampled 1:2", 0.5), ("untouched", 0.0583), ("untouched", 0.5)]
by_view = {
    f"{name}, at {cut}": np.mean([rates(y, p[name] >= cut) for y, p in runs], axis=0)
    for name, cut in views
}
show(by_view, "A ratio is a threshold")

# %% [markdown] covers="E66"
# Read it in groups. The first three bars agree, as the law says. The milder ratio of 1:2, often
# recommended, does what it promises: more precision for less recall. So does the untouched model at
# 0.0583, the threshold that exercise 2 asks for at $r = 0.5$. A ratio is a threshold that can only
# be changed by training again.
#
# And the probabilities? Below, each point is a tenth of the rows: what the model said on average,
# and how often it came true.

# %%
y_new, p = runs[0]
for name in ("untouched", "undersampled 1:1"):
    print(f"{name:16s} expects {p[name].sum():5.0f} positives; there are {y_new.sum()}")
plots.reliability_diagram(
    y_new,
    {name: p[name] for name in ("untouched", "undersampled 1:1")},
    title="Balancing bends the probabilities",
)

# %% [markdown]
# The balanced model expects nearly nine times as many positives as there are. This quotient,
# expected over observed, is one measure of calibration among others (*calibration-in-the-large*);
# lesson 10 looks at more of them, and undoes the bend by solving the formula above for $p$.

# %% [markdown] covers="E48"
# ## What undersampling throws away
#
# Going from 10,000 common rows to 400 throws 96% of them away. But how much
# **[information](../../docs/glossary.md#information)** is lost with them?
#
# In the simplest case a classifier learns from rows how far apart the classes are, the difference
# of two means, $d = \bar x_1 - \bar x_0$. If both classes have the standard deviation $\sigma$,
# then
#
# $$\operatorname{Var}(d) = \sigma^2\left(\frac{1}{n_1} + \frac{1}{n_0}\right) .$$
#
# The smaller this variance, the more the rows have told. So what is left of the information is the
# variance with all rows, as a share of the variance with those that are kept.

# %% [markdown]
# ### Exercise 3: information kept


# %% answer="information-kept"
def information_kept(y, ratio):
    """Return which share of the information on a difference of means undersampling keeps.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of exactly two classes, of any kind. The class with fewer rows is the rare one.
    ratio : float
        Rare rows for each common row afterwards: at most 1, and above the present ratio. The
        number of common rows that are kept, n_rare / ratio, is rounded down.

    Returns
    -------
    float
        Variance of the difference of the class means with all rows, divided by its variance with
        the rows that are kept. Both classes have the same standard deviation.

    Example by hand: 12 "ok", 2 "fraud" and a ratio of 0.25 give 0.5833 / 0.625 = 0.9333.
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(np.asarray(y), return_counts=True)
    n_rare, n_common = counts.min(), counts.max()
    with_all = 1 / n_rare + 1 / n_common
    with_kept = 1 / n_rare + 1 / int(n_rare / ratio)
    return float(with_all / with_kept)
    ### END SOLUTION


# %% try="information-kept"
round(information_kept(["ok"] * 12 + ["fraud"] * 2, 0.25), 4)

# %% graded="information-kept" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.resampling import INFORMATION_KEPT

check(information_kept, INFORMATION_KEPT).on(["ok"] * 12 + ["fraud"] * 2, 0.25).gives(14 / 15)
check(information_kept, INFORMATION_KEPT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import resampling as keys

check(information_kept, INFORMATION_KEPT).keeps_its_contract(keys.INFORMATION_KEPT.hidden())
### END HIDDEN TESTS

# %% [markdown]
# With a huge common class, of which $k$ rows are kept for each rare one, the share is about
# $\frac{k}{k+1}$. **Predict:** does a model follow this rule? 40 training sets have 200 positives
# among 10,000 rows. With one negative for each positive, what share of the information on its
# coefficients does a logistic regression keep?

# %%
my_prediction = None  # your guess, between 0 and 1


# %%
def learned(seed, k):
    X, y = make_gauss(10_000, prevalence=0.02, separation=0.5, n_features=4, random_state=seed)
    if k:
        X, y = RandomUnderSampler(sampling_strategy=1 / k, random_state=seed).fit_resample(X, y)
    means = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    return np.stack([means, LogisticRegression().fit(X, y).coef_[0]])


KEPT = [1, 2, 4, 10, 25]
variance = {k: np.var([learned(s, k) for s in range(40)], axis=0).mean(axis=1) for k in [0, *KEPT]}
means, coefficients = np.array([variance[0] / variance[k] for k in KEPT]).T

# %%
rule = [(1 / 200 + 1 / 9800) / (1 / 200 + 1 / (200 * k)) for k in KEPT]
print("you predicted:", my_prediction)
with plots.picture(
    title="Information that is left when negatives are dropped",
    xlabel="negatives kept for each positive (of 49)",
    ylabel="share of the information that is kept",
    alt=f"Information kept with {KEPT} negatives for each positive: by the rule {np.round(rule, 2)},"
    f" on the means {np.round(means, 2)}, on the coefficients {np.round(coefficients, 2)}.",
) as ax:
    ax.plot(KEPT, rule, color="black", linestyle=":", label="the rule")
    ax.plot(KEPT, means, "o", label="difference of the means")
    ax.plot(KEPT, coefficients, "^", label="coefficients")
    ax.set(xscale="log", xticks=KEPT, xticklabels=KEPT, ylim=(0, 1.1))

# %% [markdown]
# The means follow the rule as closely as 40 sets can tell. The coefficients lose somewhat more: at
# 1:1 they keep 0.40. At 1:10 they keep nine tenths, though four of five negatives are gone. So
# undersampling costs far less than the share of lost rows suggests, and **of all ratios up to 1,
# 1:1 costs most**.
#
# For rare events and logistic regression Wang (2020) proves that the information is on the scale of
# the number of positives. Where each row costs money, King and Zeng (2001) recommend a plan for
# collecting data: all the events, and a small part of the rest. The rule has a downside, too. With
# few positives the term $1/n_1$ is large whatever you do, and nothing in this lesson adds a
# positive.

# %% [markdown] covers="E49 E50"
# ### And a model with more freedom?
#
# A logistic regression asks little of its rows. [Boosting](../../docs/glossary.md#boosting), which
# adds one tree after another (lesson 04), and forests ask more. How much do they lose? The laboratory's study
# [`undersampling`](../../docs/laboratory.md) fits models to all rows and to ten negatives for each positive.
# Each arm is tuned with the same budget, because settings that suit all rows need not suit a sample:

# %%
from imbalance_lab.evidence import study

dropped = study("undersampling")
dropped.plot("one-to-ten")

# %% [markdown]
# The straight line loses nothing, even on the data that no line fits (*nonlinear*). Boosting loses 0.07 there, in the larger
# of the two sets. For the other trees the study can't tell. Now one for each:

# %%
dropped.plot("one-to-one")

# %% [markdown]
# The line still loses nothing that matters; on the nonlinear data trees lose 0.11 to 0.14. And what is saved? Here is
# the change of the time to fit, as a share of the time with all rows:

# %%
dropped.plot("time")

# %% [markdown]
# Boosting needs a third of the time, a forest an eighth, and the line at least four fifths. So a model that can
# spare its rows gains little by it, and one that gains much can't spare them. If rows must go, go no further than you
# have to, and try it.

# %% [markdown]
# ## How many to keep?
#
# A dropped row costs information, and a kept one costs time. Which is worth more? Take a company
# that refits its model every night, and whose night has room for a number of *row-trees*. The model
# is boosting, and every tree goes through all rows. So rows times trees is about the time that it
# takes, and if you keep more rows you get fewer trees:

# %%
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier


def fit_within(X, y, n_negatives, budget, seed=0):
    sampler = RandomUnderSampler(sampling_strategy={0: n_negatives}, random_state=seed)
    X, y = sampler.fit_resample(X, y)
    n_trees = min(20, budget // len(y))
    if n_trees == 0:  # not even one tree is ready in the morning
        return DummyClassifier().fit(X, y)
    options = {"max_leaf_nodes": 8, "learning_rate": 0.25, "early_stopping": False}
    return HistGradientBoostingClassifier(max_iter=n_trees, random_state=0, **options).fit(X, y)


# %% [markdown]
# Companies differ in their fraud and in their time. Here are three to practise on, with what their
# budgets allow:

# %%
from imbalance_lab.exercises.nights import CURVE, company

practice = {f"company {seed}": company(seed).known for seed in (0, 4, 11)}
for name, known in practice.items():
    print(f"{name}: {known.y.sum()} frauds in 7,000 rows, {known.budget:,} row-trees a night")

# %%
ratios = np.array([1, 2, 5, 10, 20, 40])
with plots.picture(
    title="More rows kept, fewer trees",
    xlabel="negatives kept for each fraud",
    ylabel="trees that one night allows",
    alt="Trees that a night allows against the negatives kept for each fraud, in three companies:"
    " in company 0 not one at 2 negatives or more, in company 11 as many as 20 at every ratio.",
) as ax:
    for marker, (name, known) in zip("o^s", practice.items(), strict=True):
        trees = np.minimum(20, known.budget // (known.y.sum() * (1 + ratios)))
        ax.plot(ratios, trees, marker=marker, label=name)
    ax.set(xscale="log", xticks=ratios, xticklabels=ratios, yticks=range(0, 21, 5))

# %% [markdown]
# Say how many negatives a company should keep. On its later days the model of the morning reaches
# some average precision. The mean of it over three nights, less that of balanced nights (1:1), is
# what your choice is worth. Points are for what your choices add at seven hidden companies together,
# as a share of what a careful choice (the reference) adds:

# %%
plots.points_curve(
    CURVE,
    title="Points for the numbers of negatives",
    xlabel="average precision added to 1:1, as a share of the reference's",
)

# %% [markdown]
# ### Exercise 4: how many negatives to keep


# %% answer="negatives-to-keep"
def negatives_to_keep(X, y, X_try, y_try, budget):
    """Return how many negatives a company should keep every night.

    Parameters
    ----------
    X : ndarray of shape (7000, 9)
        The company's transactions to learn from.
    y : ndarray of int of shape (7000,)
        1 for a fraud, else 0.
    X_try, y_try : ndarray
        As many transactions of the days after them, to try a choice on. The later days, on which
        it is judged, are of the same kind.
    budget : int
        Row-trees of a night. All frauds are kept, so frauds + negatives, times trees, fit in.

    Returns
    -------
    int
        The number of negatives, from 1 to as many as there are. They are drawn again every night.
    """
    ### BEGIN SOLUTION
    n_frauds, n_there = int(y.sum()), int((y == 0).sum())
    choices = [n_frauds * k for k in (1, 2, 5, 10, 20, 40) if n_frauds * k <= n_there]

    def tried(n_negatives):
        models = [fit_within(X, y, n_negatives, budget, seed) for seed in (1, 2)]
        scores = [average_precision_score(y_try, m.predict_proba(X_try)[:, 1]) for m in models]
        return np.mean(scores)

    return max(choices, key=tried)
    ### END SOLUTION


# %% try="negatives-to-keep"
for name, known in practice.items():
    print(f"{name}: {negatives_to_keep(*known)} negatives")

# %% [markdown]
# The graded cell first asks for these three companies. The later days of any other one that you
# draw, such as company 8, are `company(8).X_later` and `.y_later`. With them you can test a way of
# choosing. With few trees one draw of negatives is luck, so try each number with more than one
# seed.

# %% graded="negatives-to-keep" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.nights import judge
from imbalance_lab.exercises.resampling import NEGATIVES_TO_KEEP, PRACTICE

nights = judge(PRACTICE, "at three companies to practise on")
check(negatives_to_keep, NEGATIVES_TO_KEEP).earns(5, by=nights, on=nights.calls, says="choices")
### BEGIN HIDDEN TESTS
from imbalance_oracles.resampling import hidden_nights

hidden = judge(hidden_nights(), "at seven hidden companies")
check(negatives_to_keep, NEGATIVES_TO_KEEP).earns(5, by=hidden, on=hidden.calls, says="choices")
### END HIDDEN TESTS

# %% [markdown] covers="E67"
# ## Over-correction, and how to see it
#
# "High recall, terrible precision" is the usual complaint after balancing, and the usual advice is
# to balance less. That works. But a ratio is a threshold, so raising the threshold does the same
# without training again. Try it on the **balanced** model of the opening: start at 0.5, and raise
# the threshold until the cost is least. Then write `p_untouched` in place of `p_balanced`, run the
# cell again, and compare the two least costs. (A miss has the price of lesson 01: a fraud's average
# loss, less the review of €4 that it did not take.)

# %%
from imbalance_lab.explorers import threshold_explorer

price_of_a_miss = round(float(X_test.loc[y_test == 1, "amount"].mean()) + 15 - 4)
threshold_explorer(y_test, p_balanced, cost_fp=4, cost_fn=price_of_a_miss)

# %% [markdown]
# There are three signs of [over-correction](../../docs/glossary.md#over-correction), whatever the method was:
#
# - the probabilities add up to many times the number of positives that there can be;
# - many times as many rows are flagged as there are positives, and you never decided on that;
# - a higher threshold lowers the cost on validation data.

# %% [markdown]
# Some guides recommend, for severe imbalance, to resample, add weights *and* lower the threshold. A [class
# weight](../../docs/glossary.md#class-weight) of 10 for the positives multiplies their odds by ten (lesson 07), and copies to 1:1
# multiply them as well. So all three do the same work, one after the other. By hand: with 1 positive for 9 negatives
# copies to 1:1 multiply the odds by 9 and the weight by 10, so a row whose odds are 1 to 90 gets 1 to 1, and is flagged at
# 0.5. Lesson 09 measures what that costs.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

curved = {"model": "boosting", "data": "nonlinear n=30000 prevalence=0.005"}
Claim(
    "With very many rows, undersample.",
    verdict="holds only if",
    because=(
        "rows cost you time or memory, and the model can spare them. In the laboratory, each arm tuned, 1:10"
        " cost a logistic regression nothing in 4 of 4 conditions, and boosting"
        f" {dropped.interval('one-to-ten', **curved):+.2f} on 30,000 nonlinear rows; 1:1 cost it there"
        f" {dropped.interval('one-to-one', **curved):+.2f}. Correct probabilities after."
    ),
    reference="wang2020",
    evidence="E48 E49 E50",
)

# %% [markdown]
# ## Quiz
#
# **1.** 2% of the rows are positive. A logistic regression trained at a ratio of 1:4 (0.25) flags at 0.5. At which probability
# does the untouched model flag about the same rows?
#
# - a) 0.02
# - b) 0.075
# - c) 0.2
# - d) 0.5
#
# **2.** 500 positives and a million negatives. You keep 1,500 negatives at random. How much of the information on
# a difference of two means is left?
#
# - a) 0.15%
# - b) 50%
# - c) 67%
# - d) 75%
#
# **3.** Look at the picture of the information that is kept. With four negatives for each positive, how much more have the *means* kept than the *coefficients*?
#
# - a) About 1% of the information
# - b) About 10%
# - c) About 25%
# - d) About 40%
#
# **4.** 300 frauds, and 24,000 row-trees a night. You keep five negatives for each fraud. How many trees are ready
# in the morning?
#
# - a) 13
# - b) 16
# - c) 40
# - d) 80
#
# **5.** One row in 50 is positive. A model is trained on copies to 1:1, with a class weight of 10 for the positives, and decides at
# 0.3. At which probability would the untouched model flag the same rows?
#
# - a) 0.3
# - b) 0.02
# - c) 0.009
# - d) 0.0009

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "b", 2: "d", 3: "b", 4: "a", 5: "d"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.resampling import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague shows you two lines: *"Without balancing: recall 12%, precision 70%. With undersampling to
# 1:1: recall 74%, precision 4%. Balancing taught the model what fraud looks like."* Answer in four to
# eight sentences: what the numbers show, what you would compare next and how, and in which case
# you would keep the undersampling.

# %% [markdown] written="reflection" points=3
# Both lines are read at a threshold of 0.5, and balancing multiplies the odds of every row, so 0.5 means
# something else in each: after 1:1 it stands for the prevalence. The numbers show that more is
# flagged; they do not show that the ranking is better. I would compare average precision or ROC AUC of
# both models on the same untouched test rows, and let the untouched model flag as many as the
# balanced one does. If recall and precision agree there, nothing was learned. Then I would tune the
# threshold of both on validation data by the costs, repeat it over several splits, and include a better
# regularised model. I would keep undersampling if the data are too many to train on, with as many
# negatives as time allows and validation recommends, and correct the probabilities afterwards; or if the paired comparison with tuned
# thresholds shows a gain.
#
# ### BEGIN MARK SCHEME
# 1 point: says that 0.5 is another decision after balancing (a threshold shift, odds multiplied), so
# that the two lines do not show better learning.
#
# 1 point: proposes a fair comparison: a ranking measure, the same number of flags, or tuned
# thresholds, on untouched validation or test data.
#
# 1 point: names a reason to keep it that the lesson supports: time or memory with very many rows (with a
# milder ratio or corrected probabilities), or a gain shown by paired repeated runs.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Resampling at random multiplies the odds of every row by $1/\beta$. At 1:1 and 0.5 you decide at the prevalence.
# - Recall at 0.5 proves nothing about learning. Compare rankings, or thresholds tuned alike.
# - Rows are not information: $k$ common rows for each rare one keep about $k/(k+1)$ of it.
# - How many to keep is a question of time and of the model: try it on rows as they come.
# - Resampling, weights and a lower threshold do the same work. See what one of them does before you add another.
#
# **New words:** *random undersampling* and *random oversampling*, *ratio* $r$ and *sampling rate*
# $\beta$, *odds*, *information*, *over-correction*. The second notebook of this lesson looks at rules that choose rows with care, such as Tomek links, and at copies.
#
# ## Further reading
#
# - King & Zeng (2001). [*Logistic regression in rare events
#   data*](../../docs/bibliography.md#king2001): sampling all the events and few of the rest, with
#   the corrections that this needs.
# - Wang (2020). [*Logistic regression for massive data with rare
#   events*](../../docs/bibliography.md#wang2020): how little undersampling can cost, and that
#   oversampling may cost something too.
# - Dal Pozzolo et al. (2015). [*Calibrating probability with undersampling for unbalanced
#   classification*](../../docs/bibliography.md#dalpozzolo2015): what undersampling does to
#   probabilities, and how to undo it.
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
#
# **Next:** lesson 06 derives SMOTE, writes it, and finds out when points that nobody measured help.
