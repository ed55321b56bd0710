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
# - build a reliability table, and choose bins that suit a rare class;
# - say what E/O, the slope and a proper score see;
# - carry probabilities to another prevalence, and undo what balancing did to them;
# - calibrate a model on rows that it has not seen;
# - decide which repair the probabilities in front of you need.
#
# **Time** 80 minutes. **You need** logistic regression, Bayes' rule, a first idea of boosting.
# **Builds on** lessons 01 and 03 (costs, ranking), 04 (unseen data), 05 and 07 (resampling,
# weights, odds), 09 (the threshold that follows from costs).

# %% [markdown]
# ## How much should the company set aside?
#
# The payment company has to announce how many frauds it expects in the next weeks. A
# consultant has balanced the training rows by undersampling, as many guides recommend, and fitted a logistic
# regression. It forecasts far too many frauds (lesson 05), so she divides all probabilities by one number: their mean
# is then the share of fraud among the training rows.

# %%
import numpy as np
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
y_train, y_test = train.pop("is_fraud").to_numpy(), test.pop("is_fraud").to_numpy()
few, y_few = RandomUnderSampler(random_state=0).fit_resample(train, y_train)
consultant = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
p_sampled = consultant.fit(few, y_few).predict_proba(test)[:, 1]
p_divided = p_sampled * y_train.mean() / p_sampled.mean()

# %% [markdown]
# **Predict before you run.** For the 100 most suspicious of the later transactions, the divided probabilities add up to
# about 4 frauds. How many of these 100 are fraud?

# %%
my_prediction = None  # from 0 to 100

# %%
from sklearn.metrics import roc_auc_score

top = np.argsort(-p_sampled, kind="stable")[:100]
print("you predicted:", my_prediction)
print(f"among the 100: forecast {p_divided[top].sum():.1f}, came {y_test[top].sum()}")
print(f"of all: as it is {p_sampled.sum():.0f}, divided {p_divided.sum():.0f}, came {y_test.sum()}")
print(f"ROC AUC {roc_auc_score(y_test, p_sampled):.2f}")

# %% [markdown]
# Divided, the sum is not far off, yet the rows that matter most are told a seventh of what comes. And the ROC AUC says
# that the *order* is good. Order (lesson 03), sum and single probability are three qualities.

# %% [markdown]
# ## What a probability promises
#
# A model is **[calibrated](../../docs/glossary.md#calibrated)** if its numbers come true: among all
# rows to which it gives the probability $v$, the share $v$ is positive, for every $v$ that it gives.
#
# Here are three forecasters of rain on ten days. It rains on one of the first five and on three of
# the others.
#
# |says|first five days|other five days|calibrated?|tells days apart?|
# |---|---|---|---|---|
# |*Honest*|0.2|0.6|yes|yes|
# |*Nervous*|0.6|0.9|no|yes|
# |*Constant*|0.4|0.4|yes|no|
#
# Nervous and Honest have the same ROC AUC. Constant keeps its promise, since it rained on 4 days of 10, but
# nobody can plan with it. A good forecast is calibrated **and** tells days apart.

# %% [markdown]
# ## Scores that reward honesty
#
# Two scores measure both qualities at once: the log loss of lesson 07, and the
# **[Brier score](../../docs/glossary.md#brier-score)**, the mean squared distance between probability and
# outcome. Lower is better.
#
# By hand for Honest: four squares $0.2^2$ and one $0.8^2$ in the first five days, then two squares $0.6^2$
# and three $0.4^2$. They add up to 2.0, so the Brier score is 0.2.
#
# Why these two? Let the true probability of an event be $q$, and suppose that you say $p$. You expect
#
# $$E[B]=q(1-p)^2+(1-q)p^2,\qquad\frac{dE[B]}{dp}=2(p-q),$$
#
# which is lowest at $p = q$. A score whose expected value is best if and only if you say what you believe
# is called **[strictly proper](../../docs/glossary.md#strictly-proper-score)**. Here are three scores
# for a true probability of 0.2. Which would you pay a forecaster by?

# %%
from imbalance_lab import plots

said, q = np.linspace(0.01, 0.99, 99), 0.2
expected = {
    "Brier score": q * (1 - said) ** 2 + (1 - q) * said**2,
    "log loss": -q * np.log(said) - (1 - q) * np.log(1 - said),
    "absolute error": q * (1 - said) + (1 - q) * said,
}
best = [f"{said[np.argmin(score)]:.2f} for the {name}" for name, score in expected.items()]
with plots.picture(
    title="Which probability should you say when you believe 0.2?",
    xlabel="probability that you say",
    ylabel="expected score (lower is better)",
    alt=f"Expected scores when the truth is 0.2. Lowest at {', '.join(best)}.",
) as ax:
    for name, score in expected.items():
        ax.plot(said, score, label=name)
    ax.axvline(q, color="grey", lw=1, ls=":", label="the truth")
    ax.set_ylim(0, 1.5)

# %% [markdown]
# Brier score and log loss are lowest at the truth. Absolute error pays you to say 0.
#
# With rare events there is a trap. At a prevalence of 1% the *constant* forecast has a Brier score of
# $0.01 \cdot 0.99$, which looks excellent: the accuracy paradox of lesson 01 again. So measure from there.
# **Skill** is the share of the constant forecast's loss that a forecast removes: 1 is perfect, below 0
# is worse than saying π to everybody. Of the Brier score it is the
# [Brier skill](../../docs/glossary.md#brier-skill); here it is of the log loss:

# %%
from sklearn.metrics import log_loss


def skill(y, p):
    """Return the share of the constant forecast's log loss that p removes."""
    return 1 - log_loss(y, np.clip(p, 1e-4, 1 - 1e-4)) / log_loss(y, np.full(len(y), y.mean()))


plain = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
p_plain = plain.fit(train, y_train).predict_proba(test)[:, 1]
print(f"skill: undersampled {skill(y_test, p_sampled):.2f}, all rows {skill(y_test, p_plain):.2f}")

# %% [markdown]
# The consultant's probabilities are far worse than no model. On all rows it removes over a quarter
# of the loss.

# %% [markdown]
# ## Reliability: look at the promises one by one
#
# To compare what is said with what comes, you need **bins** of rows with similar probabilities. Ten bins of
# equal *width* fail for a rare class, because nearly all rows fall into the first.
# **[Quantile bins](../../docs/glossary.md#quantile-bins)** hold equal numbers of rows. Ties need a rule: the
# *rank* of a row is the number of rows with a strictly smaller probability, and with $n$ rows and $K$ bins,
#
# $$\text{bin}=\left\lfloor\frac{\text{rank}\cdot K}{n}\right\rfloor.$$
#
# Equal probabilities then share a bin, and some bins may stay empty. Six rows in three bins, by hand:
#
# |$p$|0.1|0.2|0.2|0.2|0.6|0.9|
# |---|---|---|---|---|---|---|
# |rank|0|1|1|1|4|5|
# |rank·3/6|0|0.5|0.5|0.5|2|2.5|
# |bin|0|0|0|0|2|2|
#
# Bin 1 is empty and is left out.

# %% [markdown]
# ### Exercise 1: a reliability table


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
    import pandas as pd

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
# Drawn, such a table is a **[reliability diagram](../../docs/glossary.md#reliability-diagram)**. Each bin has
# Wilson's 95% interval for the share that came (lesson 02). Here is the model that was trained on all rows:

# %%
plots.reliability_diagram(y_test, p_plain, title="Equal rows: most bins sit in one corner")

# %% [markdown]
# You decide about the rows on the right, and these all share one bin. So for a rare class take bins that are *expected to hold equal numbers of positives*, and logarithmic axes:

# %%
both = {"all rows": p_plain, "undersampled": p_sampled}
plots.reliability_diagram(y_test, both, rare=True, title="Equal expected positives")

# %% [markdown]
# Now you see what the corner hid. The model on all rows stays near the diagonal up to its highest bin, at 70%. The
# undersampled one lies far below it everywhere.

# %% [markdown] covers="E04"
# ## The level can be right and the slope wrong
#
# Two numbers sum such a diagram up. **E/O**, [expected over
# observed](../../docs/glossary.md#expected-over-observed) or *calibration in the large*, is the sum of the probabilities
# divided by the number of positives that came. It sees the level. The **[calibration
# slope](../../docs/glossary.md#calibration-slope)** says by how much the log odds have to be multiplied to fit what came:
# below 1 the model is [overconfident](../../docs/glossary.md#overconfident), its high probabilities too high and its low
# ones too low.
#
# A logistic regression has an E/O of 1 on its training rows by construction (lesson 07), so E/O alone can hardly find it
# wrong. Give it 20 positives and 30 features, ten times over. **Predict:** of new rows that are told about 50%, what share
# is positive?

# %%
my_prediction = None  # a share between 0 and 1

# %%
from imbalance_lab.datasets import make_gauss
from imbalance_lab.evidence.scores import calibration


def from_few(seed):
    made = {"prevalence": 0.02, "n_features": 30}
    X, y = make_gauss(1000, random_state=seed, **made)
    X_new, y_new = make_gauss(10_000, random_state=1000 + seed, **made)
    return y_new, LogisticRegression(max_iter=500).fit(X, y).predict_proba(X_new)[:, 1]


y_ten, p_ten = map(np.concatenate, zip(*[from_few(seed) for seed in range(10)], strict=True))
found, near = calibration(y_ten, p_ten), (p_ten > 0.4) & (p_ten < 0.6)
print(f"you predicted {my_prediction}; of those told about 50%, {y_ten[near].mean():.0%} came")
print(f"E/O {found['expected_observed']:.2f}, slope {found['slope']:.2f}")
plots.reliability_diagram(y_ten, p_ten, rare=True, title="20 positives, 30 features")

# %% [markdown]
# The level is right, and yet the diagram is tilted. The [laboratory](../../docs/laboratory.md) asked how this depends on the
# number of positives: 240, 60 or 15, with 30 features and scikit-learn's penalty, none, or that of Firth (1993). The slope
# minus 1:

# %%
from imbalance_lab.evidence import study

study("calibration").plot("slope", only="n features=30")

# %% [markdown]
# With 240 positives (12,000 rows) all three are right. With 15 (750 rows) the slope is about a half, and even the level is
# off, by a sixth to a third. With 5 features 60 positives are enough. So count
# [events per parameter](../../docs/glossary.md#events-per-parameter): positives for each feature.

# %% [markdown] covers="E33"
# ## What balancing does to probabilities
#
# Does balancing repair probabilities, as is often said? Three models learn from rows as they are, with balanced weights,
# after undersampling and after SMOTE: a logistic regression, boosting (20 trees, otherwise LightGBM's defaults), and the
# same boosting better regularised. 2% are positive. **Predict** the E/O of the logistic regression with weights.

# %%
my_prediction = None  # such as 1.5

# %%
from imblearn.over_sampling import SMOTE
from lightgbm import LGBMClassifier
from sklearn.base import clone

boosting = LGBMClassifier(n_estimators=20, n_jobs=1, random_state=0, verbosity=-1)
small = {"num_leaves": 6, "min_child_weight": 1.0, "reg_lambda": 10, "n_estimators": 40}
regularised = clone(boosting).set_params(**small)
MODELS = {"logistic": LogisticRegression(), "boosting": boosting, "regularised": regularised}


def treated(model, seed):
    """Return new labels, and what is said after four ways to train."""
    X, y = make_gauss(4500, prevalence=0.02, random_state=seed)
    X_new, y_new = make_gauss(10_000, prevalence=0.02, random_state=1000 + seed)
    ways = {
        "as it is": clone(model).fit(X, y),
        "weights": clone(model).set_params(class_weight="balanced").fit(X, y),
    }
    for name, sampler in {"undersampling": RandomUnderSampler, "SMOTE": SMOTE}.items():
        ways[name] = clone(model).fit(*sampler(random_state=seed).fit_resample(X, y))
    return y_new, {name: m.predict_proba(X_new)[:, 1] for name, m in ways.items()}


# %%
from imbalance_lab.experiments import interval

runs = {name: [treated(model, seed) for seed in range(5)] for name, model in MODELS.items()}
ratios = {
    f"{model}, {way}": interval([p[way].sum() / y.sum() for y, p in drawn])
    for model, drawn in runs.items()
    for way in drawn[0][1]
}
print(f"you predicted {my_prediction} for logistic, weights")
plots.intervals(
    ratios,
    xlabel="E/O on new rows, mean of 5 draws (1 is right)",
    ylabel="model and training",
    title="Expected over observed, with and without balancing",
    baseline=1.0,
    decimals=2,
)

# %% [markdown]
# As it is, the logistic regression has the right level. Default boosting expects too few positives, and regularising it
# helps. **Every kind of balancing** makes the forecast several times too high, weights included, as in van den Goorbergh
# and others (2022). In the laboratory only boosting of 100 trees with weights said too little.

# %% [markdown]
# ## Undo undersampling
#
# Undersampling that keeps each negative with probability $\beta$ multiplies all odds by $1/\beta$ (lesson 05). So where
# $p$ is right, a model that fits says
#
# $$p_s=\frac{p}{p+\beta(1-p)},\quad\text{and solved for }p\text{:}\quad p=\frac{\beta p_s}{\beta p_s-p_s+1}.$$
#
# (Dal Pozzolo and others 2015). By hand: one negative in ten was kept, and the model says 0.5.
# Then $p = 0.05 / 0.55 = 1/11$: for every such positive there are ten negatives, of which the model saw one. Odds of 1
# became 0.1. Now the consultant's model:


# %%
def undo(p_s, beta):
    return beta * p_s / (beta * p_s - p_s + 1)


p_undone = undo(p_sampled, (y_few == 0).sum() / (y_train == 0).sum())
print(f"forecast {p_undone.sum():.0f}, came {y_test.sum()}; skill {skill(y_test, p_undone):+.2f}")
both = {"all rows": p_plain, "undersampled, undone": p_undone}
plots.reliability_diagram(y_test, both, rare=True, title="One factor on all odds")

# %% [markdown]
# One factor on the *odds*, not on the probabilities, keeps the order and mends level and right end. But the model on all rows has more skill: it has learned from
# what the other one threw away.
#
# ### Another prevalence
#
# A model was trained where the prevalence is $\pi$, and is used where it is $\pi'$; positives and negatives look as before. This is **[prior shift](../../docs/glossary.md#prior-shift)**, or label shift.
# By Bayes' rule
#
# $$\frac{p}{1-p}=\frac{P(x\mid1)}{P(x\mid0)}\cdot\frac{\pi}{1-\pi},$$
#
# and only one of these factors changes. By hand: trained at $\pi = 0.5$, the model
# says 0.9, odds of 9. At $\pi' = 0.1$ the prior odds are a ninth of what they were, so the odds are 1 and the
# probability is 0.5.

# %% [markdown]
# ### Exercise 2: move to another prevalence


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
# Balanced weights and SMOTE act like undersampling with $\beta = n_1 / n_0$, if the model fits. The laboratory applied the
# correction to three models at their defaults. E/O on new rows minus 1:

# %%
study("calibration").plot("undoing-mends")

# %% [markdown] covers="E95"
# For the logistic regression it comes close. Forest and boosting after weights or SMOTE end far too low, boosting after undersampling far too high: they are sure of
# their own training rows. And where positives *look* different in the new place, the formula is wrong: it assumes that **only the mix has changed.**
#
# If you only need decisions, remember lessons 05 and 07: where a model fits, balanced weights at 0.5 decide like the plain
# model at π.

# %% [markdown]
# ## Calibrate with data: Platt and isotonic
#
# Where no formula applies, learn from labelled rows how what is said relates to what comes. A
# **[calibrator](../../docs/glossary.md#calibrator)** is a small second model with one input, the score.
# **[Platt scaling](../../docs/glossary.md#platt-scaling)** is a logistic regression on it, here on the log odds: two numbers,
# a level and a slope. **[Isotonic regression](../../docs/glossary.md#isotonic-regression)** may be any increasing step
# function. It averages neighbouring outcomes until the averages increase: 0, 1, 0, 1 becomes 0, 0.5, 0.5, 1.

# %%
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression


def log_odds(p):
    return logit(np.clip(p, 1e-6, 1 - 1e-6)).reshape(-1, 1)


def platt(p, y, p_new):
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(log_odds(p), y)
    return line.predict_proba(log_odds(p_new))[:, 1]


def isotonic(p, y, p_new):
    return IsotonicRegression(out_of_bounds="clip").fit(p, y).predict(p_new)


# %% [markdown]
# A forest of 20 trees votes, so it says one of 21 numbers. The dots are the share of positives that came to each, among
# 60,000 other rows. **Predict:** which calibrator comes nearer to the dots with 20 positives, and which with 1,000?

# %%
my_prediction = None  # two names, in a tuple

# %%
from sklearn.ensemble import RandomForestClassifier

from imbalance_lab.datasets import make_nonlinear

learn = make_nonlinear(4000, prevalence=0.05, random_state=0)
boosting_60 = clone(boosting).set_params(n_estimators=60)
fitted = {
    "boosting, 60 trees": clone(boosting_60).fit(*learn),
    "forest, 20 trees": RandomForestClassifier(20, random_state=0).fit(*learn),
}


def says(model, n, seed):
    X, y = make_nonlinear(n, prevalence=0.05, random_state=seed)
    return fitted[model].predict_proba(X)[:, 1].round(6), y


pools = {model: (says(model, 60_000, 1), says(model, 20_000, 2)) for model in fitted}

# %%
p, y = pools["forest, 20 trees"][0]
votes = np.arange(0, 0.9, 0.05)
print("you predicted:", my_prediction)
came = [y[abs(p - share) < 0.01].mean() for share in votes]
with plots.picture(
    title="One forest, calibrated on few and on many positives",
    xlabel="probability that the forest says",
    ylabel="probability after calibration",
    panels=["20 positives", "1,000 positives"],
    sharey=True,
    alt=f"Of those told 0.5, {came[10]:.2f} came. Platt's curve is far too low there in both panels;"
    " isotonic steps are crude with 20 positives and follow the dots with 1,000.",
) as axes:
    for ax, n in zip(axes, (400, 20_000), strict=True):
        ax.plot(votes, came, "o", color="black", label="what comes")
        ax.plot(votes, platt(p[:n], y[:n], votes), label="Platt")
        ax.plot(votes, isotonic(p[:n], y[:n], votes), label="isotonic")

# %% [markdown]
# On 20 positives the isotonic steps are crude; on 1,000 they follow the dots. More rows do not help Platt's curve: more than
# half of what the forest says is exactly 0 (cut at one in a million here), and no straight line in the log odds passes through
# these and the rest.
#
# Now calibrate both models on 10 to 1,000 positives, and look at the skill on 20,000 other rows:


# %%
def mean_skill(model, way, n_positives):
    (p, y), (p_new, y_new) = pools[model]
    rng = np.random.default_rng(0)
    drawn = [rng.choice(len(y), 20 * n_positives, replace=False) for _ in range(5)]
    return np.mean([skill(y_new, way(p[rows], y[rows], p_new)) for rows in drawn])


WAYS = {"nothing": lambda p, y, p_new: p_new, "Platt": platt, "isotonic": isotonic}
counts = [10, 20, 50, 100, 300, 1000]
reached = {m: {w: [mean_skill(m, f, k) for k in counts] for w, f in WAYS.items()} for m in pools}

# %%
with plots.picture(
    title="How many positives does a calibrator need?",
    xlabel="positives to calibrate on",
    ylabel="skill on new rows, mean of 5 draws",
    panels=list(pools),
    sharey=True,
    alt="Skill with 10 and with 1,000 positives. "
    + "; ".join(f"{m}, {w}: {s[0]:.2f}, {s[-1]:.2f}" for m in pools for w, s in reached[m].items()),
) as axes:
    for ax, model in zip(axes, pools, strict=True):
        for way, skills in reached[model].items():
            ax.plot(counts, skills, marker=".", label=way)
        ax.set(xscale="log", ylim=(-0.15, 0.5))

# %% [markdown]
# For boosting Platt's line has the right form. Isotonic regression reaches it with hundreds
# of positives; with ten it is worse than nothing. For the forest it wins from about twenty up. **Count the positives, look at the shape, and where you have enough, compare on
# rows that neither has seen.**

# %% [markdown]
# ### On which rows?
#
# Boosting learns from two thirds of the rows, and a calibrator from the same rows or from the last third. (`FrozenEstimator`
# keeps a fitted model from being fitted again.) **Predict:** is a calibrator from the model's own rows better or worse than
# none?

# %%
my_prediction = None  # "better" or "worse"

# %%
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import train_test_split


def calibrated_ways(X, y, model, seed):
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=1 / 3, stratify=y, random_state=seed)
    frozen = FrozenEstimator(clone(model).fit(X_a, y_a))
    return {
        "no calibrator": frozen,
        "rows of the model": CalibratedClassifierCV(frozen, cv=2).fit(X_a, y_a),
        "unseen rows": CalibratedClassifierCV(frozen, cv=2).fit(X_b, y_b),
        "folds": CalibratedClassifierCV(model, cv=3).fit(X, y),
    }


def skills(seed, model):
    X_new, y_new = make_nonlinear(6000, prevalence=0.05, random_state=1000 + seed)
    ways = calibrated_ways(*make_nonlinear(4500, prevalence=0.05, random_state=seed), model, seed)
    return {name: skill(y_new, way.predict_proba(X_new)[:, 1]) for name, way in ways.items()}


# %%
runs = [skills(seed, boosting_60) for seed in range(6)]
print("you predicted:", my_prediction)
plots.intervals(
    {name: interval([run[name] for run in runs]) for name in runs[0]},
    xlabel="skill on new rows, mean of 6 draws (1 is perfect, 0 the constant forecast)",
    ylabel="calibrated on",
    title="Four calibrations of one model",
    decimals=2,
)

# %% [markdown]
# Far worse. On its own rows the model is nearly always right, so the calibrator learns to believe it. *Folds* give up no
# rows: three models are trained, each is calibrated on the fold that it has not seen, and they are averaged.

# %% [markdown]
# ### Exercise 3: a calibrated pipeline
#
# Even a model with balanced weights gives honest probabilities, if its calibrator sees unseen rows with the natural
# prevalence.


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
# ## Five clients, five broken promises
#
# Five companies send you what their models say of new transactions, and a *practice part*: rows with labels that the model
# has not learned from. From their accounts they know the *prevalence*, the share of frauds among the new transactions. One has moved to another country, where fraud is rarer than in its practice part. Some have a handful
# of frauds to practise on, some have hundreds.

# %%
from imbalance_lab.exercises.repairs import CURVE, client

one = client(10)
print(f"practice: {len(one.y)} rows, {one.y.sum()} frauds; new: {len(one.p_new)} rows")
print(f"the model says {one.p_new.mean():.1%} on average, the prevalence is {one.prevalence:.1%}")

# %% [markdown]
# Return repaired probabilities for the new rows. They are worth their skill, or 0 where it is negative. Points are for their
# worth at five hidden clients together, as a share of that of a careful repair (the reference):

# %%
plots.points_curve(CURVE, xlabel="skill of the repairs, as a share of the reference's")

# %% [markdown]
# The level needs no labels where the prevalence is known: one factor on all odds makes the mean right, and
# `with_level` finds it:

# %%
from scipy.optimize import brentq


def with_level(p, prevalence):
    z = log_odds(p).ravel()
    return expit(z + brentq(lambda step: expit(z + step).mean() - prevalence, -20, 20))


# %% [markdown]
# ### Exercise 4: repair these probabilities


# %% answer="repair"
def repair(p, y, p_new, prevalence):
    """Return probabilities for a client's new rows that deserve to be believed.

    Parameters
    ----------
    p : ndarray of float of shape (n_practice,)
        What the model says of the practice part. 0 and 1 may be among it.
    y : ndarray of int of shape (n_practice,)
        Labels of the practice part, 0 or 1; both are there.
    p_new : ndarray of float of shape (10000,)
        What the model says of the new rows.
    prevalence : float
        Share of positives among the new rows.

    Returns
    -------
    ndarray of float of shape (10000,)
        Repaired probabilities, from 0 to 1, in the order of `p_new`. What is nearer to 0 or to 1
        than 0.0001 is judged as if it were 0.0001 away.
    """
    ### BEGIN SOLUTION
    # As much as the positives of the practice part can carry.
    if y.sum() < 30:
        repaired = p_new
    elif y.sum() < 300:
        repaired = platt(p, y, p_new)
    else:
        repaired = isotonic(p, y, p_new)
    return with_level(repaired, prevalence)  # which is that of the new rows
    ### END SOLUTION


# %% try="repair"
repaired = repair(one.p, one.y, one.p_new, one.prevalence)
print(f"skill {skill(one.y_new, one.p_new):+.2f} before, {skill(one.y_new, repaired):+.2f} after")

# %% [markdown]
# The graded cell first asks for five clients to practise on, one of each kind, as among the hidden ones: `client` of
# 10, 16, 2, 3 and 4. The labels of their new rows are `.y_new`, so that you can try a repair.

# %% graded="repair" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.calibration import PRACTICE, REPAIR
from imbalance_lab.exercises.repairs import repairs

judge = repairs(PRACTICE, "at five clients to practise on")
check(repair, REPAIR).earns(5, by=judge, on=judge.calls, says="repairs")
### BEGIN HIDDEN TESTS
from imbalance_oracles.calibration import hidden_clients

hidden = repairs(hidden_clients(), "at five hidden clients")
check(repair, REPAIR).earns(5, by=hidden, on=hidden.calls, says="repairs")
### END HIDDEN TESTS

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

from imbalance_lab.experiments import Interval


def told(model, treatment):
    off = study("calibration").interval("undoing-mends", model=model, treatment=treatment)
    return f"{Interval(*(1 + end for end in off)):.2f}"


Claim(
    "Resampling and weights distort probabilities, but the prior correction gives the right ones back.",
    verdict="holds only if",
    because=(
        "the model fits the balanced data without becoming sure of its own training rows. E/O after the"
        f" correction was {told('logistic', 'weights')} for logistic regression with weights and"
        f" {told('logistic', 'undersample')} after undersampling, but {told('boosting', 'weights')} for"
        f" boosting with weights, {told('boosting', 'smote')} after SMOTE and"
        f" {told('boosting', 'undersample')} after undersampling."
    ),
    reference="dalpozzolo2015",
    evidence="E33 E50",
)

# %% [markdown]
# ## Quiz
#
# **1.** What is Nervous's Brier score?
#
# - a) 0.125
# - b) 0.2
# - c) 0.325
# - d) 0.65
#
# **2.** A model was trained on all positives and 1% of the negatives. It gives a row 0.8. About which
# probability should you act on?
#
# - a) 0.8
# - b) 0.038
# - c) 0.008
# - d) 0.002
#
# **3.** In the diagram for 20 positives and 30 features, what comes of rows that are told about 80%?
#
# - a) About 80%
# - b) About 60%
# - c) About 35%
# - d) About 8%
#
# **4.** In the picture of how many positives a calibrator needs: with 50 positives, how much more skill has the forest after
# isotonic regression than after Platt scaling?
#
# - a) 0.01
# - b) 0.08
# - c) 0.16
# - d) 0.25
#
# **5.** A logistic regression that fits, 2% positives, balanced weights: it says 0.3. What does the plain model say, and do
# both flag the row, one at 0.5, one at π?
#
# - a) 0.9%; neither does.
# - b) 2%; both do.
# - c) 0.6%; only the plain one does.
# - d) 30%; only the plain one does.

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "c", 4: "b", 5: "a"}
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
# told: *"Your risk is 60%."* Only 2 in 100 patients have the complication. In five to eight sentences: why may
# this be wrong, what would you ask for to find out, and how would you build the model instead?

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
# - Ranking is not calibration. ROC AUC sees only the first.
# - Look at the level, the slope and the right end of a reliability diagram; measure skill by a proper score.
# - Balancing multiplies the odds. Undo it by formula if the model fits, by calibration if not.
# - Calibrate on unseen rows, with no more freedom than their positives can carry.
# - Balanced weights at 0.5 are the plain model at π, and the plain model keeps its probabilities.
#
# **New words:** *calibrated*, *reliability diagram*, *quantile bins*, *Brier score*, *Brier skill*,
# *strictly proper score*, *prior shift*, *calibrator*, *Platt scaling*, *isotonic regression*.
#
# ## Further reading
#
# - Gneiting & Raftery (2007). [*Strictly proper scoring rules, prediction, and
#   estimation*](../../docs/bibliography.md#gneiting2007).
# - Firth (1993). [*Bias reduction of maximum likelihood
#   estimates*](../../docs/bibliography.md#firth1993).
# - Dal Pozzolo et al. (2015). [*Calibrating probability with undersampling for unbalanced
#   classification*](../../docs/bibliography.md#dalpozzolo2015).
# - van den Goorbergh et al. (2022). [*The harm of class imbalance corrections for risk prediction
#   models: illustration and simulation using logistic
#   regression*](../../docs/bibliography.md#vandengoorbergh2022).
#
# **Next:** lesson 11 asks what ensembles add, and what is left to do when there are only a handful of
# positives.
