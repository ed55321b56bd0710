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
# # 10 · Calibration: when a model says 80%, does it happen 8 times in 10?
#
# **At the end you can**
#
# - read and build a reliability table, and say why its bins should hold equal numbers of rows;
# - show why the Brier score and the log loss reward honesty, and why some other scores do not;
# - measure what class weights and resampling do to probabilities, and derive how to undo it;
# - carry a model to another prevalence, and say when that is allowed;
# - calibrate a model on rows that it has not seen, and show what goes wrong on rows that it has;
# - replace balanced weights by one comparison, and say for which models that is not the same.
#
# **Time** 120 minutes. **You need** logistic regression, Bayes' rule, a first idea of boosting.
# **Builds on** lessons 01 and 03 (costs, ranking), 04 (unseen data), 05 and 07 (resampling,
# weights, odds), 09 (the threshold that follows from costs).

# %% [markdown]
# ## How much should the company set aside?
#
# Probabilities are used for more than decisions. The payment company of the earlier lessons has to
# announce how many frauds it expects among the transactions of the next weeks. A consultant trained
# a fraud model as many guides recommend: keep all frauds, keep as many legitimate transactions,
# drop the rest, fit a logistic regression.

# %%
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
y_train, y_test = train.pop("is_fraud"), test.pop("is_fraud")
few, y_few = RandomUnderSampler(random_state=0).fit_resample(train, y_train)
consultant = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
p_sampled = consultant.fit(few, y_few).predict_proba(test)[:, 1]
print(f"trained on {len(y_few)} rows, half of them frauds; {len(y_test)} later rows to forecast")

# %% [markdown]
# **Predict before you run.** Take the later transactions to which this model gives a probability
# between 0.8 and 0.9. What share of them is fraud?

# %%
my_prediction = 0.85  # your guess, between 0 and 1

# %%
from sklearn.metrics import roc_auc_score

sure = (p_sampled >= 0.8) & (p_sampled < 0.9)
print(f"you predicted            {my_prediction:.2f}")
print(f"share of frauds among {sure.sum()}: {y_test[sure].mean():.2f}")
print(f"frauds forecast:         {p_sampled.sum():.0f}")
print(f"frauds that came:        {y_test.sum()}")
print(f"ROC AUC:                 {roc_auc_score(y_test, p_sampled):.2f}")

# %% [markdown]
# "80 to 90%" comes true about one time in eleven, and the forecast is about thirty times too high.
# Yet the *order* of the transactions is good, as the ROC AUC says. Ranking and probability are two
# different qualities; the measures of lesson 03 look at the first only. This lesson is about the
# second: how to see it, how it gets lost, and how to get it back.

# %% [markdown]
# ## What a probability promises
#
# A model is **[calibrated](../../docs/glossary.md#calibrated)** if its numbers come true: among all
# rows to which it gives the probability $v$, the share $v$ is positive,
#
# $$P(Y = 1 \mid \hat p = v) = v \quad\text{for every value } v \text{ that it gives.}$$
#
# Ten days, two forecasters of rain. *Honest* says 0.2 on five days and 0.6 on the other five. It
# rains on one of the first five and on three of the others. *Nervous* says 0.6 and 0.9 instead.

# %%
import numpy as np
import pandas as pd

rain = np.array([0, 0, 0, 0, 1, 0, 0, 1, 1, 1])
forecasts = {
    "honest": np.repeat([0.2, 0.6], 5),
    "nervous": np.repeat([0.6, 0.9], 5),
    "constant": np.full(10, 0.4),
}
for name, p in forecasts.items():
    came = {float(v): float(rain[p == v].mean()) for v in np.unique(p)}
    print(f"{name:8s} said: came true {came}, ROC AUC {roc_auc_score(rain, p):.2f}")

# %% [markdown]
# Honest is calibrated and Nervous is not, although both put the days in the same order. *Constant*
# is calibrated too: 0.4 every day, and it rained on 4 days of 10. But nobody can plan with it. So
# calibration alone is not enough. A good forecast keeps its promises **and** tells days apart.

# %% [markdown]
# ## Brier score and log loss: scores that reward honesty
#
# The **[Brier score](../../docs/glossary.md#brier-score)** is the mean squared distance between
# probability and outcome,
#
# $$B = \frac{1}{n} \sum_i (p_i - y_i)^2 ,$$
#
# and the log loss of lesson 07 is minus the mean logarithm of the probability that was given to
# what happened. Lower is better for both.
#
# Why these two? Let the true probability of an event be $q$, and suppose you say $p$. You expect
#
# $$E[B] = q\,(1 - p)^2 + (1 - q)\,p^2 , \qquad \frac{dE[B]}{dp} = 2\,(p - q) ,$$
#
# which is lowest at $p = q$. The expected log loss has the derivative $\frac{p - q}{p\,(1 - p)}$,
# lowest at $p = q$ again. A score whose expectation is best if and only if you say what you believe
# is called **[strictly proper](../../docs/glossary.md#strictly-proper-score)**. The mean absolute
# error $|p - y|$ is not: it expects $q(1 - p) + (1 - q)p$, a straight line in $p$ that falls or
# rises all the way.

# %%
from imbalance_lab import plots

said = np.linspace(0.01, 0.99, 99)
true_q = 0.2
expected_scores = {
    "Brier score": true_q * (1 - said) ** 2 + (1 - true_q) * said**2,
    "log loss": -true_q * np.log(said) - (1 - true_q) * np.log(1 - said),
    "absolute error": true_q * (1 - said) + (1 - true_q) * said,
}
best = {name: said[np.argmin(score)] for name, score in expected_scores.items()}
with plots.picture(
    title="Which probability should you say when you believe 0.2?",
    xlabel="probability that you say",
    ylabel="expected score (lower is better)",
    alt="Expected scores against the stated probability when the truth is 0.2. Lowest at "
    + ", ".join(f"{value:.2f} for the {name}" for name, value in best.items())
    + ".",
) as ax:
    for name, score in expected_scores.items():
        ax.plot(said, score, label=name)
    ax.axvline(true_q, color="grey", lw=1, ls=":", label="the truth")
    ax.set_ylim(0, 1.5)

# %% [markdown]
# The two proper scores have their minimum at the truth. Absolute error pays you to say 0. Accuracy
# and F1 at a fixed threshold are no better: they do not notice whether you said 0.01 or 0.49.
#
# By hand for the rain: Honest has five squares $0.2^2 = 0.04$ but one of them $0.8^2 = 0.64$, then
# two squares $0.6^2 = 0.36$ and three $0.4^2 = 0.16$. The sum is 2.0 and the Brier score 0.2.

# %% [markdown]
# ### Exercise 1: the Brier score


# %% answer="brier-score"
def brier_score(y_true, p):
    """Return the mean squared distance between probabilities and outcomes.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 or 1.
    p : array-like of shape (n_samples,)
        Predicted probability of class 1, from 0 to 1.

    Returns
    -------
    float
        0 for a perfect forecast. The sum runs over the rows, not over the two classes. Write it
        yourself: a score of the library would do it all.

    Example by hand: y_true = [0, 0, 1, 1], p = [0.5, 0.1, 0.8, 0.4] gives
    (0.25 + 0.01 + 0.04 + 0.36) / 4 = 0.165.
    """
    ### BEGIN SOLUTION
    errors = np.asarray(p, dtype=float) - np.asarray(y_true)
    return float(np.mean(errors**2))
    ### END SOLUTION


# %% try="brier-score"
round(brier_score([0, 0, 1, 1], [0.5, 0.1, 0.8, 0.4]), 3)

# %% graded="brier-score" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import BRIER_SCORE

check(brier_score, BRIER_SCORE).on([0, 0, 1, 1], [0.5, 0.1, 0.8, 0.4]).gives(0.165)
check(brier_score, BRIER_SCORE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import calibration as keys

check(brier_score, BRIER_SCORE).keeps_its_contract(keys.BRIER_SCORE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Two parts of one number
#
# Group the rows by what was said. In group $k$ with $n_k$ rows, let $p_k$ be what was said and
# $o_k$ the observed share; let $\bar o$ be the share of positives overall. Multiplying out the
# squares gives (Murphy 1973)
#
# $$B = \underbrace{\tfrac1n \sum_k n_k (p_k - o_k)^2}_{\text{broken promises}}
#   - \underbrace{\tfrac1n \sum_k n_k (o_k - \bar o)^2}_{\text{telling apart}}
#   + \underbrace{\bar o\,(1 - \bar o)}_{\text{the data}} .$$

# %%
for name, p in forecasts.items():
    observed = np.array([rain[p == v].mean() for v in p])
    broken = np.mean((p - observed) ** 2)
    apart = np.mean((observed - rain.mean()) ** 2)
    print(
        f"{name:8s} Brier {np.mean((p - rain) ** 2):.3f}"
        f" = {broken:.3f} - {apart:.3f} + {rain.mean() * (1 - rain.mean()):.3f}"
    )

# %% [markdown]
# Honest keeps its promises (0) and tells days apart (0.04). Nervous tells them apart as well, but
# pays 0.125 for its broken promises. Constant has neither part: its score, $\bar o (1 - \bar o)$, is
# what comes for free.
#
# That last number is a trap for rare events. At a prevalence of 1% the free Brier score is
# $0.01 \cdot 0.99 = 0.0099$, which looks excellent: the accuracy paradox of lesson 01 again. So
# measure from there, as you did with accuracy:
#
# $$\text{Brier skill} = 1 - \frac{B}{\pi\,(1 - \pi)}$$
#
# is 1 for a perfect forecast, 0 for the constant $\pi$, and negative for anything worse.


# %%
def brier_skill(y, p):
    """Return the share of the constant forecast's Brier score that the forecast p removes."""
    return 1 - np.mean((p - y) ** 2) / np.mean((np.mean(y) - y) ** 2)


plain = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
p_plain = plain.fit(train, y_train).predict_proba(test)[:, 1]
for name, p in {"undersampled": p_sampled, "all rows": p_plain}.items():
    print(
        f"{name:13s} Brier {np.mean((p - y_test) ** 2):.4f}, skill {brier_skill(y_test, p):+.2f},"
        f" expected per fraud {p.sum() / y_test.sum():.2f}"
    )

# %% [markdown]
# *Expected per fraud* is the sum of the probabilities over the number of frauds that came (lesson
# 01): 1 is right on the whole. The consultant's probabilities are far worse than no model. The same
# logistic regression on all rows, which nobody has balanced, forecasts about the right number.

# %% [markdown]
# ## Reliability: look at the promises one by one
#
# A model gives nearly every row its own probability, so groups have to be made: **bins** of rows
# with similar probabilities. For each bin compare the mean prediction with the observed share. The
# obvious bins, ten of equal width from 0 to 1, fail when positives are rare:

# %%
for number, low in enumerate(np.arange(0, 1, 0.1)):
    inside = (p_plain >= low) & (p_plain < low + 0.1)
    if number in (0, 1, 2, 5, 8):
        print(
            f"[{low:.1f}, {low + 0.1:.1f})  {inside.sum():6d} rows, {y_test[inside].sum():3d} frauds"
        )

# %% [markdown]
# Nearly all rows and about half of the frauds share the first bin, while the others hold too few
# rows to say anything. **[Quantile bins](../../docs/glossary.md#quantile-bins)** hold equal numbers
# of rows instead. With real probabilities one must say what happens to equal values. Here is a
# definition that leaves nothing open. The
# *rank* of a row is the number of rows with a strictly smaller probability; with $n$ rows and $K$
# bins,
#
# $$\text{bin} = \left\lfloor \frac{\text{rank} \cdot K}{n} \right\rfloor .$$
#
# Equal probabilities have equal ranks, so they always share a bin; then some bins get more rows and
# some stay empty. Six rows in three bins, by hand:
#
# | $p$ | 0.1 | 0.2 | 0.2 | 0.2 | 0.6 | 0.9 |
# | --- | --- | --- | --- | --- | --- | --- |
# | rank | 0 | 1 | 1 | 1 | 4 | 5 |
# | rank · 3 / 6 | 0 | 0.5 | 0.5 | 0.5 | 2 | 2.5 |
# | bin | 0 | 0 | 0 | 0 | 2 | 2 |
#
# Bin 1 is empty and is left out.

# %% [markdown]
# ### Exercise 2: a reliability table


# %% answer="reliability-table"
def reliability_table(y_true, p, n_bins):
    """Compare predicted with observed frequencies in quantile bins.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 or 1.
    p : array-like of shape (n_samples,)
        Predicted probability of class 1, in any order. Values may be equal. A Series, here and
        above, may have any index: its values count, in their order.
    n_bins : int
        Number of bins, 1 or more. The bin of a row is the whole part of rank * n_bins / n_samples,
        where its rank is the number of rows with a strictly smaller `p`.

    Returns
    -------
    DataFrame
        One row a bin that is not empty, from the lowest to the highest probabilities, with the
        index 0, 1, 2, ... and the columns, in this order,

        - "n": number of rows in the bin;
        - "predicted": mean of their `p`;
        - "observed": share of positives among them.

    Example by hand: y_true = [0, 0, 1, 0, 1, 0], p = [0.1, 0.2, 0.2, 0.2, 0.6, 0.9] and
    n_bins = 3 give two rows: n = 4, predicted 0.175, observed 0.25, and n = 2, predicted 0.75,
    observed 0.5.
    """
    ### BEGIN SOLUTION
    y_true, p = np.asarray(y_true), np.asarray(p, dtype=float)
    rank = np.searchsorted(np.sort(p), p, side="left")
    rows = pd.DataFrame({"bin": rank * n_bins // len(p), "p": p, "y": y_true})
    return (
        rows.groupby("bin")
        .agg(n=("p", "size"), predicted=("p", "mean"), observed=("y", "mean"))
        .reset_index(drop=True)
    )
    ### END SOLUTION


# %% try="reliability-table"
reliability_table([0, 0, 1, 0, 1, 0], [0.1, 0.2, 0.2, 0.2, 0.6, 0.9], n_bins=3)

# %% graded="reliability-table" points=3
import pandas as pd

from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import RELIABILITY_TABLE

y, p = [0, 0, 1, 0, 1, 0], [0.1, 0.2, 0.2, 0.2, 0.6, 0.9]
by_hand = pd.DataFrame({"n": [4, 2], "predicted": [0.175, 0.75], "observed": [0.25, 0.5]})
check(reliability_table, RELIABILITY_TABLE).on(y, p, n_bins=3).gives(by_hand)
check(reliability_table, RELIABILITY_TABLE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import calibration as keys

check(reliability_table, RELIABILITY_TABLE).keeps_its_contract(keys.RELIABILITY_TABLE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# Drawn, the table is a **[reliability diagram](../../docs/glossary.md#reliability-diagram)**. Each
# point is a bin, with a 95% interval for the observed share (Wilson, lesson 02): without it, a bin
# with three frauds would look like evidence.

# %%
plots.reliability_diagram(
    y_test,
    {"all rows": p_plain, "undersampled": p_sampled},
    n_bins=10,
    title="Kept promises, and broken ones",
)

# %% [markdown]
# The model trained on all rows lies close to the diagonal. The undersampled one crawls along the
# floor: whatever it says, few frauds come.

# %% [markdown] covers="E04 E33"
# ## Who breaks the promises?
#
# It is often said that imbalance makes probabilities weak and that balancing repairs them. Test it.
# Two families of data with 2% positives, and three models: logistic regression, boosting with 20
# trees and otherwise LightGBM's default settings, and the same boosting better regularised. Each is trained on the rows
# as they are, with balanced weights, after undersampling and after SMOTE. Five data sets each.

# %%
from imblearn.over_sampling import SMOTE
from lightgbm import LGBMClassifier
from sklearn.base import clone

from imbalance_lab.datasets import make_gauss, make_nonlinear

boosting = LGBMClassifier(n_estimators=20, n_jobs=1, random_state=0, verbosity=-1)
MODELS = {
    "logistic": LogisticRegression(solver="newton-cholesky"),  # quick where columns are few
    "boosting": boosting,
    "boosting, regularised": clone(boosting).set_params(
        num_leaves=6, min_child_weight=1.0, reg_lambda=10, n_estimators=40
    ),
}


# %%
def four_treatments(model, X, y, X_new, seed):
    """Return the probabilities for new rows after each of four ways to train."""
    sets = {
        "as it is": (X, y),
        "undersampling": RandomUnderSampler(random_state=seed).fit_resample(X, y),
        "SMOTE": SMOTE(random_state=seed).fit_resample(X, y),
    }
    fitted = {name: clone(model).fit(*rows) for name, rows in sets.items()}
    fitted["weights"] = clone(model).set_params(class_weight="balanced").fit(X, y)
    return {name: m.predict_proba(X_new)[:, 1] for name, m in fitted.items()}


# %%
from imbalance_lab.experiments import interval

TREATMENTS = ("as it is", "weights", "undersampling", "SMOTE")


def treated(make, prevalence=0.02, n_runs=5):
    """Return one list of (y, prevalence of the training rows, probabilities) for each model."""
    runs = {name: [] for name in MODELS}
    for seed in range(n_runs):
        X, y = make(4500, prevalence=prevalence, random_state=seed)
        X_new, y_new = make(10_000, prevalence=prevalence, random_state=1000 + seed)
        for name, model in MODELS.items():
            runs[name].append((y_new, y.mean(), four_treatments(model, X, y, X_new, seed)))
    return runs


families = {"gauss": treated(make_gauss)}

# %%
families["nonlinear"] = treated(make_nonlinear)


# %%
def per_positive(runs, treatment):
    """Return the sum of the probabilities over the number of positives, run by run."""
    return np.array([p[treatment].sum() / y.sum() for y, _, p in runs])


print("positives expected for each one that came (1 is right)")
for family, models in families.items():
    for name, runs in models.items():
        print(f"{family}, {name}")
        for treatment in TREATMENTS:
            skill = np.mean([brier_skill(y, p[treatment]) for y, _, p in runs])
            ratio = interval(per_positive(runs, treatment))
            print(f"   {treatment:14s} {ratio:6.2f}   Brier skill {skill:+7.2f}")

# %% [markdown]
# - **Logistic regression** on the rows as they are is honest about the total, on the second family
#   too, although its form is wrong there. (The number of positives in that family varies by chance by
#   about a tenth, and so does the ratio.) Lesson 07 proved why: it is the first equation of its
#   gradient.
# - **Every kind of balancing** makes the forecast about seven to twenty times too high, and turns the
#   [Brier skill](../../docs/glossary.md#brier-skill) from positive to far below zero. Weights are
#   often praised as the pure solution, since they leave the data as they are. They do not leave the
#   probabilities as they are.
# - **Boosting** with default settings is indeed weak as it is: it expects clearly fewer positives
#   than come. Balancing does not repair that, it overshoots. Regularising goes the right way: the same
#   method with small trees, whose leaves must hold evidence, comes closer to 1.
#
# This is what two simulation studies found, for logistic regression (van den Goorbergh and others
# 2022) and for other learners (Carriero and others 2025): models without correction were calibrated
# as well or better. And was the price at least worth something, a better ranking?


# %%
def aucs(runs):
    """Return the ROC AUC of each treatment, run by run."""
    return {name: np.array([roc_auc_score(y, p[name]) for y, _, p in runs]) for name in TREATMENTS}


print("change of ROC AUC against the same model on the rows as they are")
for family, models in families.items():
    auc = {name: aucs(runs) for name, runs in models.items()}
    for name in models:
        for treatment in TREATMENTS[1:]:
            change = interval(auc[name][treatment] - auc[name]["as it is"])
            print(f"{family:9s} {name:21s} {treatment:14s} {change:+.3f}")
    change = interval(auc["boosting, regularised"]["as it is"] - auc["boosting"]["as it is"])
    print(f"{family:9s} boosting              regularised    {change:+.3f}")

# %% [markdown]
# One treatment gains clearly, default boosting after undersampling on the first family, and on the
# second family it points the other way. Several others clearly lose. What default boosting lacked in
# ranking, regularisation gives it, on both families and without any balancing. What was paid in
# probability did not come back.

# %% [markdown]
# ## Undo undersampling
#
# Undersampling keeps all positives and each negative with probability $\beta$. Among rows that look
# alike, let $p$ be the true share of positives. After undersampling positives still have weight $p$
# and negatives $\beta (1 - p)$, so a model that fits says
#
# $$p_s = \frac{p}{p + \beta\,(1 - p)} .$$
#
# Solve for $p$. Multiply out, $p_s\, p + \beta\, p_s (1 - p) = p$, and collect the terms with $p$:
#
# $$\beta\, p_s = p\,(1 - p_s + \beta\, p_s) \quad\Longrightarrow\quad
# p = \frac{\beta\, p_s}{\beta\, p_s - p_s + 1} .$$
#
# That is the correction of Dal Pozzolo and others (2015). By hand: one negative in ten was kept,
# $\beta = 0.1$, and the model says 0.5. Then $p = 0.05 / (0.05 - 0.5 + 1) = 0.05 / 0.55 = 1/11$: for
# every such positive there are ten negatives, of which the model saw one.

# %% [markdown]
# ### Exercise 3: correct for undersampling


# %% answer="correct-undersampling"
def correct_undersampling(p_s, beta):
    """Turn probabilities of a model trained on undersampled negatives into honest ones.

    Parameters
    ----------
    p_s : array-like of shape (n_samples,)
        Probability of class 1, from 0 to 1, of a model trained on all positives and a share of
        the negatives.
    beta : float
        Share of the negatives that was kept, above 0 and at most 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        Probability of class 1 with all negatives. 0 stays 0 and 1 stays 1.

    Raises
    ------
    ValueError
        If `beta` is not above 0 and at most 1.

    Example by hand: p_s = [0.5, 0.8] with beta = 0.1 gives [1/11, 2/7]: odds of 1 and 4 become
    0.1 and 0.4.
    """
    ### BEGIN SOLUTION
    if not 0 < beta <= 1:
        raise ValueError(f"beta must be above 0 and at most 1, got {beta!r}")
    p_s = np.asarray(p_s, dtype=float)
    return beta * p_s / (beta * p_s - p_s + 1)
    ### END SOLUTION


# %% try="correct-undersampling"
np.round(correct_undersampling([0.5, 0.8], beta=0.1), 3)

# %% graded="correct-undersampling" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import CORRECT_UNDERSAMPLING

check(correct_undersampling, CORRECT_UNDERSAMPLING).on([0.5, 0.8], beta=0.1).gives([1 / 11, 2 / 7])
check(correct_undersampling, CORRECT_UNDERSAMPLING).on([0.5, 0.8], beta=1.5).refuses(ValueError)
check(correct_undersampling, CORRECT_UNDERSAMPLING).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import calibration as keys

check(correct_undersampling, CORRECT_UNDERSAMPLING).keeps_its_contract(
    keys.CORRECT_UNDERSAMPLING.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# Now the consultant's model from the beginning. The share of negatives that was kept is known:

# %%
beta = (y_few == 0).sum() / (y_train == 0).sum()
p_undone = beta * p_sampled / (beta * p_sampled - p_sampled + 1)
for name, p in {"undersampled": p_sampled, "undone": p_undone, "all rows": p_plain}.items():
    print(
        f"{name:13s} forecasts {p.sum():5.0f} frauds ({y_test.sum()} came),"
        f" skill {brier_skill(y_test, p):+.2f}, ROC AUC {roc_auc_score(y_test, p):.3f}"
    )

# %%
plots.reliability_diagram(
    y_test,
    {"all rows": p_plain, "undersampled, undone": p_undone},
    title="After the correction both lie near the diagonal",
)

# %% [markdown]
# The order did not change, since the correction is increasing. The forecast is of the right size
# again. (The axes now end below 0.1. The model on all rows promises a little too much in its highest
# bin: the later frauds differ from the earlier ones.) But the model on all rows is still better: it has learned from all the legitimate
# transactions that the other one threw away, and no formula brings those back.

# %% [markdown]
# ## Another prevalence: prior shift
#
# The same idea in general. A model was trained where the prevalence is $\pi$ and is used where it is
# $\pi'$, while the positives and the negatives look as before: $P(x \mid y)$ is unchanged. This is
# called **[prior shift](../../docs/glossary.md#prior-shift)**. By Bayes' rule the odds are
#
# $$\frac{p}{1 - p} = \frac{P(x \mid 1)}{P(x \mid 0)} \cdot \frac{\pi}{1 - \pi} ,$$
#
# and only the last factor changes. So the new odds are the old ones times a constant,
#
# $$\frac{p'}{1 - p'} = \frac{p}{1 - p} \cdot \frac{\pi' / (1 - \pi')}{\pi / (1 - \pi)} ,$$
#
# the formula of Elkan (2001) and of Saerens and others (2002). By hand: trained on balanced data,
# $\pi = 0.5$, the model says 0.9 (odds 9). At $\pi' = 0.1$ the factor is $\frac{1/9}{1}$, the new odds
# are 1, the probability is 0.5. Undersampling is a prior shift in which $\pi' / (1 - \pi')$ is $\beta$
# times $\pi / (1 - \pi)$, and balanced weights are one from $\pi = 0.5$.

# %% [markdown]
# ### Exercise 4: move to another prevalence


# %% answer="shift-prior"
def shift_prior(p, old, new):
    """Carry probabilities from one prevalence to another.

    Parameters
    ----------
    p : array-like of shape (n_samples,)
        Probability of class 1, from 0 to 1, of a model trained at prevalence `old`.
    old, new : float
        Prevalence where the model was trained, and where it is used. Strictly between 0 and 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        Between 0 and 1. 0 stays 0 and 1 stays 1.

    Raises
    ------
    ValueError
        If `old` or `new` is not strictly between 0 and 1.

    Example by hand: p = [0.5, 0.9] with old = 0.5 and new = 0.1 gives [0.1, 0.5]; and back again,
    p = [0.1, 0.5] with old = 0.1 and new = 0.5 gives [0.5, 0.9].
    """
    ### BEGIN SOLUTION
    for name, prevalence in {"old": old, "new": new}.items():
        if not 0 < prevalence < 1:
            raise ValueError(f"{name} must be between 0 and 1, got {prevalence!r}")
    p = np.asarray(p, dtype=float)
    positive, negative = p * new / old, (1 - p) * (1 - new) / (1 - old)
    return positive / (positive + negative)
    ### END SOLUTION


# %% try="shift-prior"
shift_prior([0.5, 0.9], old=0.5, new=0.1)

# %% graded="shift-prior" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import SHIFT_PRIOR

check(shift_prior, SHIFT_PRIOR).on([0.5, 0.9], old=0.5, new=0.1).gives([0.1, 0.5])
check(shift_prior, SHIFT_PRIOR).on([0.5, 0.9], old=0.5, new=1.0).refuses(ValueError)
check(shift_prior, SHIFT_PRIOR).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import calibration as keys

check(shift_prior, SHIFT_PRIOR).keeps_its_contract(keys.SHIFT_PRIOR.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Does the correction always work?
#
# It assumes that the model fits at the prevalence that it was shown. Apply it to all the treated
# models of the last experiment: from 0.5 back to the prevalence of the training rows.


# %%
def moved(p, old, new):
    """Carry probabilities from prevalence old to new (the formula of exercise 4)."""
    odds_factor = new / (1 - new) * (1 - old) / old
    return p * odds_factor / (p * odds_factor + 1 - p)


corrected = {
    (family, name, treatment): np.array(
        [moved(p[treatment], 0.5, prior).sum() / y.sum() for y, prior, p in runs]
    )
    for family, models in families.items()
    for name, runs in models.items()
    for treatment in TREATMENTS[1:]
}
print("positives expected for each one that came, after the correction")
for (family, name, treatment), ratios in corrected.items():
    print(f"{family:9s} {name:21s} {treatment:14s} {interval(ratios):.2f}")

# %% [markdown]
# For logistic regression the correction comes within a fifth after all three treatments. For
# boosting, up to a quarter of the positives is missing after undersampling, and after weights and SMOTE
# it fails: with default settings less than half of the positives are expected. A flexible model that
# sees each positive with a great weight, or many synthetic neighbours of it, learns to be sure of its
# own training rows. So it does not say what the formula assumes that it says. What to do in that case
# comes soon; before that, the other assumption.
#
# ### When the prevalence really changes
#
# A logistic regression was trained at 2% positives. The new rows come from a place with 10%. First
# the positives look as before; then they don't (they are less separated), which is no prior shift.
# What if nobody has told us the new prevalence? Saerens and others find it from unlabelled rows:
# correct with a guess, take the mean of the corrected probabilities as the next guess, and repeat.


# %%
def estimate_prevalence(p, old):
    """Return the prevalence that reproduces itself as the mean of the corrected probabilities."""
    guess = old
    for _ in range(200):
        guess = moved(p, old, guess).mean()
    return guess


def move_to_ten_percent(separation, seed):
    X, y = make_gauss(6000, prevalence=0.02, random_state=seed)
    X_new, y_new = make_gauss(
        6000, prevalence=0.10, separation=separation, random_state=1000 + seed
    )
    p = LogisticRegression().fit(X, y).predict_proba(X_new)[:, 1]
    found = estimate_prevalence(p, 0.02)
    return {
        "expected per positive, unchanged": p.sum() / y_new.sum(),
        "corrected, 10% known": moved(p, 0.02, 0.10).sum() / y_new.sum(),
        "corrected, prevalence estimated": moved(p, 0.02, found).sum() / y_new.sum(),
    }


# %%
for separation, what in {0.9: "positives as before", 0.5: "positives changed"}.items():
    shifts = pd.DataFrame([move_to_ten_percent(separation, seed) for seed in range(8)])
    print(what)
    for column in shifts:
        print(f"   {column:34s} {interval(shifts[column]):.2f}")

# %% [markdown]
# Under a prior shift the correction brings the forecast close to right, and the new prevalence can be
# found almost as well without a single label. When the positives themselves have changed, the
# correction for the true prevalence leaves the forecast a fifth too low, and the estimated prevalence
# is far off: harder positives look like fewer positives. Nothing in the unlabelled rows says so. A correction for the prevalence
# is a statement about the world: *only the mix has changed.* Check it with labels when they arrive.

# %% [markdown]
# ## Calibrate with data: Platt and isotonic
#
# If no formula applies, learn the relation between what a model says and what comes. A
# **[calibrator](../../docs/glossary.md#calibrator)** is a small second model with one input, the
# score:
#
# - **[Platt](../../docs/glossary.md#platt-scaling)** scaling (Platt 1999; `method="sigmoid"`):
#   $p = 1 / (1 + e^{A s + B})$, two numbers to learn (where a model has no `decision_function`,
#   scikit-learn takes its probability as $s$);
# - **[isotonic](../../docs/glossary.md#isotonic-regression)** regression (Zadrozny and Elkan 2002;
#   `method="isotonic"`): any increasing step function. It averages neighbouring outcomes until the
#   averages increase.
#
# Isotonic by hand: scores in order with the outcomes 0, 1, 0, 1. The second and the third are in the
# wrong order (1 then 0), so they are pooled: 0, 0.5, 0.5, 1.

# %%
from sklearn.isotonic import IsotonicRegression

print(IsotonicRegression().fit([1, 2, 3, 4], [0, 1, 0, 1]).predict([1, 2, 3, 4]))

# %% [markdown]
# On which rows should the calibrator learn? **Predict:** what happens if it gets the rows on which
# the model was trained? Boosting with default settings on the nonlinear family, 3% positives. It
# learns from two thirds of the rows, and the calibrator either from the same rows or from the last
# third.

# %%
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split


def calibrated_ways(model, seed):
    X, y = make_nonlinear(4500, prevalence=0.03, random_state=seed)
    X_new, y_new = make_nonlinear(6000, prevalence=0.03, random_state=1000 + seed)
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=1 / 3, stratify=y, random_state=seed)
    fitted = clone(model).fit(X_a, y_a)
    ways = {"not calibrated": fitted, "not calibrated, all rows": clone(model).fit(X, y)}
    for method in ("sigmoid", "isotonic"):
        # cv=2: the frozen model is only asked, so the folds change nothing but the time
        calibrator = CalibratedClassifierCV(FrozenEstimator(fitted), method=method, cv=2)
        ways[f"{method}, rows of the model"] = clone(calibrator).fit(X_a, y_a)
        ways[f"{method}, unseen rows"] = clone(calibrator).fit(X_b, y_b)
    ways["sigmoid, folds"] = CalibratedClassifierCV(model, method="sigmoid", cv=3).fit(X, y)
    free = log_loss(y_new, np.full(len(y_new), y_new.mean()))
    p = {name: way.predict_proba(X_new)[:, 1] for name, way in ways.items()}
    return {(n, "per positive"): q.sum() / y_new.sum() for n, q in p.items()} | {
        (n, "log loss skill"): 1 - log_loss(y_new, q) / free for n, q in p.items()
    }


# %%
ways = pd.DataFrame([calibrated_ways(boosting, seed) for seed in range(5)])
print("                               expected per positive   log loss skill")
for name in dict.fromkeys(name for name, _ in ways):
    ratio, skill = (interval(ways[name, what]) for what in ("per positive", "log loss skill"))
    print(f"{name:30s} {ratio:.2f}      {skill:+.2f}")

# %% [markdown]
# (*Log loss skill* is measured from the constant forecast, like Brier skill.) On its own training
# rows the model is almost always right, so the calibrator learns that it can be believed, and makes
# things worse. Isotonic on those rows is a disaster for the log loss: it gives the probability 0 to
# rows that turn out positive. On unseen rows the forecast is close to right on the whole.
#
# *Folds* is the way not to give up a third of the rows: `CalibratedClassifierCV(model, cv=3)` trains
# three models, calibrates each on the fold that it has not seen, and averages them. Calibration needs
# unseen rows, but not a part that is lost for training.

# %% [markdown]
# ### Exercise 5: a calibrated pipeline
#
# Even a model with balanced weights gives honest probabilities in the end, if its calibrator sees
# rows with the natural prevalence. `FrozenEstimator` wraps a fitted model so that it is not fitted
# again.


# %% answer="calibrated-pipeline"
from sklearn.preprocessing import StandardScaler


def calibrated_pipeline(X, y, train, calibration, method):
    """Train on some rows, calibrate on others, and learn nothing from the rest.

    The model has the steps `StandardScaler()` and
    `LogisticRegression(class_weight="balanced", max_iter=1000)`. The calibrator is that of
    `CalibratedClassifierCV` with this `method`; give it the model in a `FrozenEstimator`.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        All rows, the test rows too.
    y : ndarray of shape (n_samples,)
        Labels 0 and 1.
    train : list of int
        Positions of the rows from which the model (scaler and regression) may learn.
    calibration : list of int
        Positions of the rows from which the calibrator may learn. At least 5 of each class.
    method : str
        "sigmoid" or "isotonic".

    Returns
    -------
    estimator
        Fitted. Its `predict_proba` gives calibrated probabilities.

    Example by hand: one feature that is 0 or 1, and method "isotonic". If 1 of 10 calibration rows
    with x = 0 is positive, and 4 of 10 with x = 1, the probabilities of class 1 are 0.1 and 0.4,
    whatever the shares among the training rows, as long as they are higher for x = 1.
    """
    ### BEGIN SOLUTION
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    model.fit(X[train], y[train])
    calibrator = CalibratedClassifierCV(FrozenEstimator(model), method=method)
    return calibrator.fit(X[calibration], y[calibration])
    ### END SOLUTION


# %% try="calibrated-pipeline"
x = np.repeat([0, 1, 0, 1, 0, 1], 10).reshape(-1, 1)
positives = [2, 8, 1, 4, 5, 5]  # of each ten rows; two tens to train, two to calibrate, two to test
labels = np.concatenate([np.arange(10) < k for k in positives]).astype(int)
fitted = calibrated_pipeline(x, labels, list(range(20)), list(range(20, 40)), "isotonic")
fitted.predict_proba(np.array([[0], [1]])).round(3)

# %% graded="calibrated-pipeline" points=3
import numpy as np

from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import CALIBRATED_PIPELINE

# Ten rows with x = 0 and ten with x = 1, three times: for training, for calibration, for a test.
x = np.repeat([0, 1] * 3, 10)[:, None]
y = np.repeat([1, 0] * 6, [2, 8, 8, 2, 1, 9, 4, 6, 5, 5, 5, 5])
pipeline = check(calibrated_pipeline, CALIBRATED_PIPELINE)
fitted = pipeline.on(x, y, [*range(20)], [*range(20, 40)], "isotonic")
fitted.then("predict_proba", x[9:11]).gives([[0.9, 0.1], [0.6, 0.4]], abs_=1e-4)
pipeline.keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import calibration as keys

pipeline.keeps_its_contract(keys.CALIBRATED_PIPELINE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Which of the two?
#
# Isotonic regression can take any increasing form, Platt's curve only one. The price is variance.
# Boosting with balanced weights, trained once for each run; then calibrated on 20 to 640 unseen
# positives at 5% prevalence. Judged on 6,000 new rows.

# %%
from sklearn.metrics import brier_score_loss

SIZES = (20, 80, 640)


def platt_and_isotonic(seed):
    X, y = make_nonlinear(4000, prevalence=0.05, random_state=seed)
    X_new, y_new = make_nonlinear(6000, prevalence=0.05, random_state=1000 + seed)
    model = FrozenEstimator(clone(boosting).set_params(class_weight="balanced").fit(X, y))
    free = log_loss(y_new, np.full(len(y_new), y_new.mean()))
    skill = {}
    for size in SIZES:
        X_b, y_b = make_nonlinear(20 * size, prevalence=0.05, random_state=2000 + seed)
        for method in ("sigmoid", "isotonic"):
            calibrator = CalibratedClassifierCV(model, method=method, cv=2).fit(X_b, y_b)
            p = calibrator.predict_proba(X_new)[:, 1]
            skill[method, size, "log loss"] = 1 - log_loss(y_new, p) / free
            skill[method, size, "Brier"] = 1 - brier_score_loss(y_new, p) / y_new.var()
    return skill


methods = pd.DataFrame([platt_and_isotonic(seed) for seed in range(5)])

# %%
gain = {
    (what, size): interval(methods["isotonic", size, what] - methods["sigmoid", size, what])
    for what in ("Brier", "log loss")
    for size in SIZES
}
print("skill of isotonic minus skill of Platt")
for (what, size), difference in gain.items():
    print(f"   {what:9s} about {size:4d} positives   {difference:+z.3f}")

# %% [markdown]
# With few positives isotonic regression loses, and heavily by the log loss, because its lowest steps
# are exactly 0. With many the gap nearly closes here. Count the positives (lesson 01), not the rows,
# and where Platt's form may be wrong, compare both on rows that neither has seen.

# %% [markdown] covers="E95"
# ## One comparison instead of all that
#
# Put the pieces together. For a model that fits, balanced weights multiply the odds by
# $(1 - \pi) / \pi$. So
#
# $$p_w \ge \tfrac12 \iff \frac{p}{1 - p} \cdot \frac{1 - \pi}{\pi} \ge 1 \iff p \ge \pi .$$
#
# **Balanced weights (or undersampling, or oversampling) with the threshold 0.5 are the plain model
# with the threshold $\pi$.** Does moving the threshold help, then? It does what balancing does, without
# losing honest probabilities on the way; much of the folklore about imbalance is this one line. The line has a condition, *for a model that fits*, so see where it
# holds and where not: 3% positives, six models, both ways.

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.tree import DecisionTreeClassifier

CANDIDATES = MODELS | {
    "logistic, C = 0.001": LogisticRegression(C=0.001),
    "tree, leaves ≥ 20": DecisionTreeClassifier(min_samples_leaf=20, random_state=0),
    "forest of 10": RandomForestClassifier(10, random_state=0),
}


def both_ways(model, seed):
    X, y = make_gauss(3000, prevalence=0.03, random_state=seed)
    X_new, y_new = make_gauss(5000, prevalence=0.03, random_state=1000 + seed)
    p = clone(model).fit(X, y).predict_proba(X_new)[:, 1]
    weighted = clone(model).set_params(class_weight="balanced").fit(X, y)
    by_weights = weighted.predict_proba(X_new)[:, 1] >= 0.5
    by_threshold = p >= y.mean()
    return {
        "flagged by weights": by_weights.mean(),
        "flagged by threshold": by_threshold.mean(),
        "flagged by both": np.sum(by_weights & by_threshold) / np.sum(by_weights | by_threshold),
        "gain": balanced_accuracy_score(y_new, by_weights)
        - balanced_accuracy_score(y_new, by_threshold),
    }


# %%
equal = {
    name: pd.DataFrame([both_ways(model, seed) for seed in range(5)])
    for name, model in CANDIDATES.items()
}
print(f"{'':22s}{'flagged by':^21s} of all flagged,   balanced accuracy:")
print(f"{'':22s}{'weights':>9s} {'threshold':>10s}   by both             weights minus threshold")
for name, runs in equal.items():
    both, gained = interval(runs["flagged by both"]), interval(runs["gain"])
    print(
        f"{name:22s}{runs['flagged by weights'].mean():9.2f}"
        f" {runs['flagged by threshold'].mean():10.2f}   {both:.2f}   {gained:+.3f}"
    )

# %% [markdown]
# - **Where the model fits**, logistic regression, the two flag the same rows, nearly nine in ten of
#   all that either flags, and are equally good.
# - **Regularised boosting** comes close: equally good, on mostly the same rows.
# - **Default boosting** and, far more so, the **forest** with balanced weights flag fewer rows than
#   the threshold $\pi$ does, and are worse for it. They are too sure of their training rows, so that 0.5
#   is no longer the place of $\pi$.
# - **The tree** flags equally many but mostly other rows: its weights change the splits, so it is
#   another tree, not a better one.
# - **A logistic regression with a very strong penalty** is the one where weights win. Its
#   probabilities are squeezed together round $\pi$, and the threshold cuts through the crowd. Those
#   probabilities are not calibrated, and the weights also weaken the penalty (lesson 07). The model
#   wants less penalty, not other weights: compare the first line.
#
# So the rule "plain model, threshold from costs" needs probabilities that deserve it. That is why this
# lesson exists.

# %% [markdown] covers="E10 E79"
# ## A realistic task: forecast and decide
#
# Five simulated companies, 12,000 transactions each, judged on later days. Three questions: how many
# frauds does the model expect for each one that comes, how good are its probabilities, and what do its
# decisions cost with the threshold of lesson 09 for each row, $4 / (\text{amount} + 15)$, which is
# right for honest probabilities only?


# %%
def fits_of(model, X, y, X_new, seed):
    """Return the probabilities of one model for later rows: plain, balanced, undone, calibrated."""
    few = RandomUnderSampler(random_state=seed).fit_resample(X, y)
    heavy = clone(model).set_params(class_weight="balanced")
    fitted = {"plain": clone(model).fit(X, y), "weights": clone(heavy).fit(X, y)}
    fitted["undersampling"] = clone(model).fit(*few)
    for name, base in {"Platt": model, "weights, Platt": heavy}.items():
        fitted[name] = CalibratedClassifierCV(base, method="sigmoid", cv=3).fit(X, y)
    p = {name: m.predict_proba(X_new)[:, 1] for name, m in fitted.items()}
    p["weights, undone"] = moved(p["weights"], 0.5, y.mean())
    p["undersampling, undone"] = moved(p["undersampling"], 0.5, y.mean())
    return p


# %%
from imbalance_lab.datasets import cost_of_decisions


def firm(seed):
    learn, judge = split_by_time(make_transactions(12_000, random_state=seed))
    y, y_new = learn.pop("is_fraud").to_numpy(), judge.pop("is_fraud").to_numpy()
    encoder = transaction_encoder().fit(learn)
    return encoder.transform(learn), y, encoder.transform(judge), y_new, judge["amount"].to_numpy()


companies = [firm(seed) for seed in range(5)]


# %%
def judged_firm(name, seed):
    X, y, X_new, y_new, amount = companies[seed]
    p = fits_of(MODELS[name], X, y, X_new, seed)
    if name == "boosting":
        tamed = clone(MODELS["boosting, regularised"]).fit(X, y)
        p["regularised"] = tamed.predict_proba(X_new)[:, 1]
    return {
        (way, what): value
        for way, q in p.items()
        for what, value in {
            "per fraud": q.sum() / y_new.sum(),
            "skill": brier_skill(y_new, q),
            "cost": cost_of_decisions(y_new, q >= 4 / (amount + 15), amount) / len(y_new),
        }.items()
    }


firms = {"logistic": pd.DataFrame([judged_firm("logistic", seed) for seed in range(5)])}

# %%
firms["boosting"] = pd.DataFrame([judged_firm("boosting", seed) for seed in range(5)])

# %%
print("means of five companies          expected per fraud   Brier skill   € per transaction")
for name, runs in firms.items():
    for way in dict.fromkeys(way for way, _ in runs):
        ratio, skill, cost = (runs[way, what].mean() for what in ("per fraud", "skill", "cost"))
        print(f"{name:9s} {way:23s} {ratio:12.1f} {skill:17.2f} {cost:15.2f}")

# %%
print("cost against the plain logistic regression, € per transaction, paired")
baseline_cost = firms["logistic"]["plain", "cost"]
differences = {
    "logistic, weights": firms["logistic"]["weights", "cost"],
    "logistic, weights undone": firms["logistic"]["weights, undone", "cost"],
    "logistic, undersampling undone": firms["logistic"]["undersampling, undone", "cost"],
    "boosting, plain": firms["boosting"]["plain", "cost"],
    "boosting, regularised": firms["boosting"]["regularised", "cost"],
    "boosting, Platt": firms["boosting"]["Platt", "cost"],
    "boosting, weights and Platt": firms["boosting"]["weights, Platt", "cost"],
}
cost_change = {name: interval(cost - baseline_cost) for name, cost in differences.items()}
for name, change in cost_change.items():
    print(f"   {name:32s} {change:+.2f}")

# %% [markdown]
# "Change the training, the threshold and the metric all at once, one of them is not enough" is frequent
# advice. Here the threshold alone was enough, and balancing on top of it corrected twice: nearly
# everything is flagged, at several times the cost of the plain model. Undone or calibrated, the same models are usable again,
# and none of them is clearly cheaper than the plain logistic regression with the threshold of its
# costs. Boosting needs help of one kind or the other: regularisation or calibration.
#
# The forecasts are less exact here than in the simulations. The frauds of the later days differ from
# those of the earlier ones (drift, lesson 04), and this is no prior shift. Calibration is a property of
# a model *on some data*, and has to be watched, like everything else that was learned from the past.

# %% [markdown]
# ## On real data
#
# The digit 8 among 1,797 scanned digits (lesson 01), made as rare as 5%. Gaussian naive Bayes treats
# pixels as independent, counts the same evidence many times over, and so is far too sure. Six random
# splits; Platt and isotonic on folds.

# %%
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8, prevalence=0.05, random_state=0)


def digit_split(seed):
    X_a, X_b, y_a, y_b = train_test_split(
        X_digits, y_digits, test_size=0.4, stratify=y_digits, random_state=seed
    )
    naive = make_pipeline(StandardScaler(), GaussianNB(var_smoothing=0.01))
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    fits = {
        "naive Bayes": naive,
        "naive Bayes, Platt": CalibratedClassifierCV(naive, method="sigmoid", cv=3),
        "naive Bayes, isotonic": CalibratedClassifierCV(naive, method="isotonic", cv=3),
        "logistic regression": linear,
    }
    p = {name: fit.fit(X_a, y_a).predict_proba(X_b)[:, 1] for name, fit in fits.items()}
    return {(n, "per positive"): q.sum() / y_b.sum() for n, q in p.items()} | {
        (n, "skill"): brier_skill(y_b, q) for n, q in p.items()
    }


# %%
digits = pd.DataFrame([digit_split(seed) for seed in range(6)])
print("                          expected per positive     Brier skill")
for name in dict.fromkeys(name for name, _ in digits):
    ratio, skill = (interval(digits[name, what]) for what in ("per positive", "skill"))
    print(f"{name:24s} {ratio:.2f}      {skill:+.2f}")

# %% [markdown]
# Naive Bayes expects several times too many 8s, and its probabilities are worse than the constant
# forecast. A calibrator on unseen folds repairs the total, with the same model inside. Here isotonic
# regression is the better one although there are only some fifty positives to learn from: the
# probabilities of naive Bayes are pressed against 0 and 1, far from the form that Platt's curve can
# straighten. (The mean over three folds also smooths its steps.) The regularised logistic regression
# did not need a calibrator and is the best of the four: calibration can't add what a model does not
# know.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

honest = interval(per_positive(families["gauss"]["logistic"], "as it is"))
eager = interval(per_positive(families["gauss"]["boosting"], "as it is"))
tamed = interval(per_positive(families["gauss"]["boosting, regularised"], "as it is"))
weighted = interval(per_positive(families["gauss"]["logistic"], "weights"))
Claim(
    "With rare classes a model's probabilities are weak, because the minority contributes little to"
    " the loss.",
    verdict="does not hold",
    because=(
        f"Logistic regression as it is expected {honest:.2f} positives for each one that came; with"
        f" balanced weights, where both classes contribute alike, {weighted:.1f}. Default boosting"
        f" expected {eager:.2f}, and the same model better regularised {tamed:.2f}: where"
        " probabilities are weak, overfitting to few positives is a likelier cause than their share."
    ),
    reference="carriero2025",
    evidence="E04",
)

# %%
linear = interval(corrected["gauss", "logistic", "undersampling"])
boosted = interval(corrected["gauss", "boosting", "undersampling"])
boosted_weights = interval(corrected["gauss", "boosting", "weights"])
boosted_smote = interval(corrected["gauss", "boosting", "SMOTE"])
Claim(
    "Resampling and weights distort probabilities, but the prior correction gives the right ones back.",
    verdict="holds only if",
    because=(
        "the model fits the balanced data without becoming sure of its own training rows. Expected"
        f" per positive after the correction: {linear:.2f} for logistic regression and"
        f" {boosted:.2f} for boosting after undersampling; but {boosted_weights:.2f} for boosting"
        f" with weights and {boosted_smote:.2f} after SMOTE. Calibrate on unseen rows in that case."
    ),
    reference="dalpozzolo2015",
    evidence="E33 E50",
)

# %%
Claim(
    "The classes must be balanced, or the rare one will not be found at the threshold 0.5.",
    verdict="does not hold",
    because=(
        "The plain model with the threshold π makes the same decisions where it fits: of all rows"
        f" that either flagged, logistic regressions shared"
        f" {interval(equal['logistic']['flagged by both']):.2f}, and balanced accuracy differed by"
        f" {interval(equal['logistic']['gain']):+.3f}. For a forest the two differ, and balancing was"
        f" the worse one ({interval(equal['forest of 10']['gain']):+.3f}). Only with a penalty far too"
        f" strong did weights help ({interval(equal['logistic, C = 0.001']['gain']):+.3f})."
    ),
    reference="elkan2001",
    evidence="E02",
)

# %%
Claim(
    "At extreme imbalance, use calibrated probabilities and a cost analysis.",
    verdict="holds",
    because=(
        "And not only there: the two belong together. On the transactions the threshold from costs with"
        f" balanced probabilities cost {cost_change['logistic, weights']:+.2f} € per transaction more"
        f" than with those of the plain model, and {cost_change['logistic, weights undone']:+.2f} €"
        " once the weights were undone."
    ),
    reference="elkan2001",
    evidence="E10 E79",
)

# %% [markdown]
# ## Quiz
#
# **1.** Two models have the same ROC AUC. One is calibrated, the other says twice the log odds that it
# should. What differs?
#
# - a) The order of the rows: the second one ranks worse.
# - b) Nothing that matters, since AUC measures the quality of probabilities.
# - c) What their numbers promise: the second is too sure, at both ends.
# - d) The second one needs more data; then it calibrates itself.
#
# **2.** A model was trained on all positives and 1% of the negatives. It gives a row 0.5. About which
# probability should you act on?
#
# - a) 0.5
# - b) 0.005
# - c) 0.01
# - d) 0.05
#
# **3.** You have 30 positives that the model has not seen, and want to calibrate a boosted model. What
# do you use?
#
# - a) Isotonic regression, because it is the more flexible one.
# - b) Platt scaling on the unseen rows.
# - c) Either one, on the training rows, where there are more positives.
# - d) The test rows, because there the result counts.
#
# **4.** A logistic regression that fits, 2% positives. Which decisions are those of balanced weights
# with threshold 0.5?
#
# - a) The plain model with threshold 0.02.
# - b) The plain model with threshold 0.5.
# - c) The plain model with threshold 0.98.
# - d) None: weights find other rows.
#
# **5.** At a prevalence of 1% a model has a Brier score of 0.0099. What do you know?
#
# - a) It is nearly perfect.
# - b) It is calibrated.
# - c) It is as good as saying 1% to everyone.
# - d) Its accuracy is 99.01%.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "c", 3: "b", 4: "a", 5: "c"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.calibration import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A hospital trains a model for a rare complication. The team balanced the data with SMOTE, calibrated
# the result with isotonic regression on the training rows, and reports a ROC AUC of 0.85. A patient is
# told: *"Your risk is 60%."* Only 2 in 100 patients have the complication. Answer in five to eight
# sentences: why that sentence may be wrong, what you would ask for to find out, and how you would build
# the model and its probabilities instead.

# %% [markdown] written="reflection" points=3
# After SMOTE the model has learned in a world where half of the patients have the complication, so its
# probabilities are far too high for ours; calibrating on the training rows can't repair that, because
# those rows are balanced too and the model already knows them. The ROC AUC says that the order of the
# patients is good and nothing about the 60%. I would ask for a reliability table or diagram in quantile
# bins with intervals, on patients that neither the model nor the calibrator has seen and at the natural
# prevalence, for the sum of the predicted risks against the number of complications, and for the Brier
# skill against the constant 2%. I would start with a regularised model on all patients as they came,
# without SMOTE. If its probabilities need it, I would calibrate them by Platt scaling on unseen patients
# or on folds, since there are few positives, and judge the result on a third part. If a decision is
# needed, its threshold follows from the costs.
#
# ### BEGIN MARK SCHEME
# 1 point: says that SMOTE (balancing) inflates probabilities, or that calibration on training rows
# (seen, balanced) can't repair them; and that the ROC AUC does not show it.
#
# 1 point: asks for evidence of calibration on unseen rows at the natural prevalence (reliability table
# or diagram, expected against observed, Brier score against the constant).
#
# 1 point: proposes a sound way: train on the rows as they are, or undo the balancing, or calibrate on
# unseen rows or folds; and judges on data used for neither.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Ranking and calibration are two qualities. ROC AUC and average precision see only the first.
# - Brier score and log loss are strictly proper; measure both from the constant forecast π.
# - Balancing multiplies the odds. Undo it by formula if the model fits, by calibration if not.
# - Calibrate on unseen rows: Platt first if positives are few; compare isotonic on unseen rows too.
# - Balanced weights at 0.5 are the plain model at π, and the plain model keeps its probabilities.
#
# **New words:** *calibrated*, *reliability diagram*, *quantile bins*, *Brier score*, *Brier skill*,
# *strictly proper score*, *prior shift*, *calibrator*, *Platt scaling*, *isotonic regression*.
#
# ## Further reading
#
# - Brier (1950). [*Verification of forecasts expressed in terms of
#   probability*](../../docs/bibliography.md#brier1950): three pages, out of weather forecasting.
# - Murphy (1973). [*A new vector partition of the probability
#   score*](../../docs/bibliography.md#murphy1973).
# - Gneiting & Raftery (2007). [*Strictly proper scoring rules, prediction, and
#   estimation*](../../docs/bibliography.md#gneiting2007): the theory of scores that reward honesty.
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
# - Saerens et al. (2002). [*Adjusting the outputs of a classifier to new a priori probabilities: a
#   simple procedure*](../../docs/bibliography.md#saerens2002): what to do if you do not know the
#   new prevalence either.
# - Dal Pozzolo et al. (2015). [*Calibrating probability with undersampling for unbalanced
#   classification*](../../docs/bibliography.md#dalpozzolo2015).
# - Platt (1999). [*Probabilistic outputs for support vector machines and comparisons to regularized
#   likelihood methods*](../../docs/bibliography.md#platt1999).
# - Zadrozny & Elkan (2002). [*Transforming classifier scores into accurate multiclass probability
#   estimates*](../../docs/bibliography.md#zadrozny2002).
# - van den Goorbergh et al. (2022). [*The harm of class imbalance corrections for risk prediction
#   models: illustration and simulation using logistic
#   regression*](../../docs/bibliography.md#vandengoorbergh2022).
# - Carriero et al. (2025). [*The harms of class imbalance corrections for machine learning based
#   prediction models: a simulation study*](../../docs/bibliography.md#carriero2025): the same
#   question for forests, boosting and special ensembles.
#
# **Next:** lesson 11 asks what ensembles add, and what is left to do when there are only a handful of
# positives.
