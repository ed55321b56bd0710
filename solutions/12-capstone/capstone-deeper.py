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
# # 12 · Capstone, deeper: would another model save more, and what comes after the handover?
#
# **At the end you can**
#
# - put another model into the queue of the core, and say whether it saves more;
# - say what to watch once a detector works, and what of it is known without labels;
# - compare a model that is never touched with one that is retrained every month;
# - say what is never learned if only reviewed cases get a label, and what a small random part buys;
# - say what unreported positives do to a probability, and what to the order.
#
# **Time** 30 minutes, optional: nothing is graded here. **You need** pandas and scikit-learn.
# **Builds on** the core of lesson 12, and on lesson 10 (E/O).

# %% [markdown]
# ## The same queue, other models
#
# In the core the **reference** filled the queue: an untouched logistic regression, with ten days for open labels, ranked
# by $g = p\,(a + 15) - 4$. Here three others take its place, on the same rows: LightGBM with its defaults (but 40 trees,
# and 63 bins for speed), LightGBM better regularised, and a logistic regression with balanced weights.

# %%
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab import plots
from imbalance_lab.datasets import CAPACITY, make_company, share_saved, transaction_encoder
from imbalance_lab.experiments import interval

plain = {"n_estimators": 40, "max_bin": 63, "n_jobs": 1, "random_state": 0, "verbosity": -1}
tamed = {**plain, "num_leaves": 8, "min_child_samples": 60, "reg_lambda": 10}
MODELS = {
    "reference": LogisticRegression(max_iter=1000),
    "boosting, defaults": LGBMClassifier(**plain),
    "boosting, better regularised": LGBMClassifier(**tamed),
    "logistic, balanced weights": LogisticRegression(max_iter=1000, class_weight="balanced"),
}

# %% [markdown]
# **Predict:** which of the three saves more than the reference? And how many frauds does each expect for each one that
# comes (E/O)?

# %%
my_prediction = None  # "more" or "less", and E/O, for each of the three


# %%
def fitted(rows, learner=None):
    learner = LogisticRegression(solver="newton-cholesky") if learner is None else learner
    return make_pipeline(transaction_encoder(), learner).fit(rows, rows["is_fraud"])


def in_the_queue(firm, learner):
    """Return what share of the loss a model saves, and its E/O."""
    rows, later = firm.train[firm.train["time"] < 140], firm.later
    p = fitted(rows.fillna({"is_fraud": 0}), learner).predict_proba(later)[:, 1]
    rank = (p * (later["amount"] + 15)).groupby(np.floor(later["time"])).rank(ascending=False)
    saved = share_saved(firm.is_fraud, rank <= CAPACITY, later["amount"])
    return saved, p.sum() / firm.is_fraud.sum()


# %%
firms = [make_company(seed) for seed in range(4)]
runs = {
    name: np.array([in_the_queue(firm, model) for firm in firms]) for name, model in MODELS.items()
}

# %%
saves, expects = (pd.DataFrame({n: r[:, k] for n, r in runs.items()}) for k in (0, 1))
print("you predicted:", my_prediction)
plots.intervals(
    {
        f"{name} (E/O {expects[name].mean():.1f})": interval(saves[name] - saves["reference"])
        for name in list(MODELS)[1:]
    },
    xlabel="share of the loss saved, minus that of the reference; 4 companies",
    ylabel="model",
    title="Three models in the place of the reference",
    baseline=0.0,
    baseline_label="reference",
    decimals=2,
)

# %% [markdown]
# With four companies neither kind of boosting is clearly ahead, and balanced weights fall behind. They expect many times
# too many frauds. The queue of three needs the order only, but the order of $g$ suffers as well: $p$ is multiplied by the amount,
# and a $p$ that is pressed towards 1 no longer tells much. So undo weights and resampling first, as in lesson 10.
#
# On the ladder of the core the step from a wrong decision to a right one was far greater than any gain here. It is a matter
# of size, too: the first claim of the core says how many transactions boosting needs to rank better than a line.

# %% [markdown]
# ## A model gets old
#
# The detector of the core works for 30 days, unchanged. And then? Take companies whose transactions go on for eight
# months. Their fraud stays as it is, or it changes as fast as the simulator can make it. One logistic regression learns
# in the first two months and is never touched again. Another is retrained before each month, on the two newest
# months whose labels are final.
#
# To predict a month first, and to learn from it when its labels have come, is called
# [prequential evaluation](../../docs/glossary.md#prequential-evaluation) (Gama, Sebastião and Rodrigues 2013). Every month
# is a test once, and training rows later.
#
# **Predict:** where fraud changes, what is left of the old model's average precision in the fifth month?

# %%
my_prediction = None  # a share of what it was, between 0 and 1

# %%
from sklearn.metrics import average_precision_score

from imbalance_lab.datasets import make_transactions


def month_by_month(drift, seed):
    """Return what the old and the new model reach, and the E/O and the mean of the old one."""
    rows = make_transactions(16_000, n_days=240, fraud_rate=0.02, drift=drift, random_state=seed)
    day, found = rows["time"], []
    old = fitted(rows[day < 60])
    for start in range(90, 240, 30):
        new = fitted(rows[(day >= start - 90) & (day < start - 30)])
        month = rows[(day >= start) & (day < start + 30)]
        y, says = month["is_fraud"], [m.predict_proba(month)[:, 1] for m in (old, new)]
        reached = [average_precision_score(y, p) for p in says]
        found.append([*reached, says[0].sum() / y.sum(), says[0].mean()])
    return found


# %%
watched = {
    name: np.mean([month_by_month(drift, seed) for seed in range(4)], axis=0)
    for name, drift in {"fraud stays as it is": 0, "fraud changes": 2}.items()
}
print("you predicted:", my_prediction)
told = "; ".join(
    f"{name}: untouched {run[0, 0]:.2f} and then {run[4, 0]:.2f}, retrained {run[4, 1]:.2f}"
    for name, run in watched.items()
)
with plots.picture(
    title="Untouched and retrained, month by month",
    panels=list(watched),
    sharey=True,
    xlabel="month",
    ylabel="average precision, mean of 4 companies",
    alt=f"Average precision in the first and in the fifth month. {told}.",
) as axes:
    for ax, run in zip(axes, watched.values()):
        ax.plot(range(1, 6), run[:, 0], "o-", label="untouched")
        ax.plot(range(1, 6), run[:, 1], "s--", label="retrained")
        ax.set(ylim=(0, 0.7), xticks=range(1, 6))

# %% [markdown]
# Where fraud stays, the two models are alike, so here retraining costs nothing. Where it changes, a third to a half
# is left of the old model from the third month on, while the new one gets better: here the later frauds are easier to find.
#
# ### What can you watch?
#
# You learn how well the order was when labels are final, a month late. What a model *says* is known at once. Here are
# the old model's average precision, its E/O, and the mean of what it says, each as a share of its first month:

# %%
changes = watched["fraud changes"]
curves = {"average precision": 0, "E/O": 2, "mean probability (no labels needed)": 3}
relative = {name: changes[:, column] / changes[0, column] for name, column in curves.items()}
with plots.picture(
    title="The order goes first, and what needs no labels hardly tells",
    xlabel="month",
    ylabel="share of the first month's value",
    alt="In the fifth month, as a share of the first: "
    + "; ".join(f"{name} {curve[-1]:.2f}" for name, curve in relative.items()),
) as ax:
    for (name, curve), style in zip(relative.items(), ("o-", "s--", "^:")):
        ax.plot(range(1, 6), curve, style, label=name)
    ax.set(ylim=(0, 1.2), xticks=range(1, 6))
    ax.legend(loc="lower left")

# %% [markdown]
# The mean probability falls by a fifth, which could as well mean a quiet month, and E/O by as much. Both look at the level,
# while the order, on which the queue of the core rests, has lost half. So do not trust an alarm on the scores alone.
# Rehearse every month with the labels that have become final, and let a new model take over when it is ahead there.

# %% [markdown]
# ## Only what is looked at gets a label
#
# In the core a fraud that nobody reviews becomes known all the same, since the customer reports it. Taxes, customs and
# insurance are different: a fraud that was passed stays unknown. Such labels are called
# [selective](../../docs/glossary.md#selective-labels) (Lakkaraju and others 2017).
#
# A team reads 200 of 4,000 claims a month, and 3% of all are fraud. The first month was read in full. From the fourth
# month on, fraud looks *more* ordinary than other claims where the model has learned to look, and odd elsewhere. Every
# month the model is trained on the first month and the three newest, by one of three plans:
#
# - *all labels*: as if the truth about every claim became known;
# - *highest scores*: 200 claims are read, those with the highest scores, and only they get a label;
# - *40 at random*: 160 with the highest scores, and 40 drawn from the others. Each of these counts for all that it stands
#   for, about 96 claims.
#
# **Predict:** what share of the fraud does each plan find at the end of the year?

# %%
my_prediction = None  # three shares

# %%
ROOM, CLAIMS = 200, 4000


def claims_of(month, rng):
    X, y = rng.normal(size=(CLAIMS, 6)), (rng.random(CLAIMS) < 0.03).astype(int)
    X[y == 1] += [1.2, 1.2, 1.2, 0, 0, 0] if month < 4 else [-1.2, -1.2, -1.2, 1.2, 1.2, 1.2]
    return X, y


# %%
def year(by_lot, all_labels, seed):
    """Return the share of the fraud that is found in each of twelve months."""
    rng, found = np.random.default_rng(seed), []
    seen = [(*claims_of(0, rng), np.ones(CLAIMS))]
    for month in range(1, 13):
        X, y, weight = (np.concatenate(part) for part in zip(seen[0], *seen[1:][-3:]))
        model = LogisticRegression().fit(X, y, weight)
        X, y = claims_of(month, rng)
        order = np.argsort(-model.decision_function(X), kind="stable")
        highest, others = np.split(order, [ROOM - by_lot])
        read = np.concatenate([highest, rng.permutation(others)[:by_lot]])
        stands_for = np.repeat([1, len(others) / max(by_lot, 1)], [len(highest), by_lot])
        found.append(y[read].sum() / y.sum())
        seen.append((X, y, np.ones(CLAIMS)) if all_labels else (X[read], y[read], stands_for))
    return found


# %%
plans = {"all labels": (0, True), "highest scores": (0, False), "40 at random": (40, False)}
years = {name: np.mean([year(*p, seed) for seed in range(5)], axis=0) for name, p in plans.items()}
price = (years["all labels"] - years["40 at random"])[:3]
print("you predicted:", my_prediction)
with plots.picture(
    title="What three plans find in a year in which fraud moves",
    xlabel="month",
    ylabel="share of the fraud found, mean of 5 years",
    alt="In the third, fifth and twelfth month: "
    + "; ".join(f"{n} {s[2]:.2f}, {s[4]:.2f}, {s[11]:.2f}" for n, s in years.items())
    + f". In the first three months 40 at random find {' and '.join(map('{:.2f}'.format, price))} less.",
) as ax:
    for (name, shares), style in zip(years.items(), ("o-", "s--", "^-.")):
        ax.plot(range(1, 13), shares, style, label=name)
    ax.axvline(3.5, color="#555555", linestyle=":", label="fraud moves")
    ax.set(ylim=(0, 1), xticks=range(1, 13))

# %% [markdown]
# With all labels the model has learned the change after three months. With the highest scores alone it finds nothing until
# the year ends: the claims that it would have to see are the last ones that it would read. The 40 at random have a price, 0.04
# to 0.11 of the fraud in each of the quiet months. Then they find the first new frauds by chance, and the model does the rest.
#
# The change here is as bad as can be, on purpose. But the 40 are worth their price without any change: they are the only
# rows on which prevalence, E/O and recall can be estimated without asking the model where to look.
#
# ### How many at random?
#
# **Predict, and decide:** you lead this team, and nobody can say when fraud will move, or whether. How many of the 200 do
# you have drawn at random?

# %%
my_prediction = None  # a number from 0 to 200

# %%
SHARES = (0, 5, 20, 40, 100, 200)
shares = np.array([[year(n, False, seed) for seed in range(3)] for n in SHARES]).mean(axis=1)
quiet, after = shares[:, :3].mean(axis=1), shares[:, 3:].mean(axis=1)
print("you decided:", my_prediction)
with plots.picture(
    title="What claims read at random cost, and what they find",
    xlabel="claims at random, of 200",
    ylabel="share of the fraud found, mean of 3 years",
    alt="Before and after fraud moves: "
    + "; ".join(f"{n} at random {q:.2f}, {a:.2f}" for n, q, a in zip(SHARES, quiet, after)),
) as ax:
    ax.plot(SHARES, quiet, "o-", label="months 1 to 3, as before")
    ax.plot(SHARES, after, "s--", label="months 4 to 12, after it moved")
    ax.set_ylim(0, 0.7)

# %% [markdown]
# With 5 at random the change goes unseen, as with none: too few of the moved frauds are among them. With 40 most is found after
# it moved, for a tenth less before. And to draw all 200 at random teaches the model a great deal and finds no more than chance does. The best
# number depends on how likely a change is and how large, which nobody knows; but that it is neither 0 nor 200 you can say.

# %% [markdown]
# ## Frauds that nobody reports
#
# In the core one fraud in twenty is never reported and counts as legitimate. Elsewhere it may be half. Such labels are
# [positive and unlabelled](../../docs/glossary.md#positive-unlabelled): a 1 is sure, a 0 is not. If each positive is
# reported with the same probability $c$, whatever it looks like, a model that fits learns $c\,p$ instead of $p$ (Elkan
# and Noto 2008). By hand: where 20% are fraud and half of the frauds are reported, 10% have a label of 1.
#
# So the level is $c$ times too low, and the order stays. What if it does depend on looks? In the third row below, the
# half of the positives with the *smaller* values of one feature is not reported. **Predict:** E/O will be a half in
# the second row. What will it be in the third, and will the average precision fall?

# %%
my_prediction = None  # E/O of the third row, and "falls" or "stays"

# %%
from imbalance_lab.datasets import make_gauss


def with_reports(seed):
    rng, made = np.random.default_rng(seed), {"prevalence": 0.05, "n_features": 4}
    X, y = make_gauss(12_000, random_state=seed, **made)
    X_new, y_new = make_gauss(12_000, random_state=500 + seed, **made)
    large = X[:, 0] >= np.median(X[y == 1, 0])
    labels = {
        "all are reported": y,
        "half, by chance": y * (rng.random(len(y)) < 0.5),
        "half, the larger ones": y * large,
    }
    says = {n: LogisticRegression().fit(X, k).predict_proba(X_new)[:, 1] for n, k in labels.items()}
    return {n: (average_precision_score(y_new, p), p.sum() / y_new.sum()) for n, p in says.items()}


# %%
runs = [with_reports(seed) for seed in range(8)]
print("you predicted:", my_prediction)
plots.intervals(
    {
        f"{name} (E/O {np.mean([run[name][1] for run in runs]):.2f})": interval(
            [run[name][0] for run in runs]
        )
        for name in runs[0]
    },
    xlabel="average precision on new rows with all labels, mean of 8 draws",
    ylabel="positives with a label",
    title="Average precision where labels are missing",
    decimals=2,
)

# %% [markdown]
# Half of the reports missing by chance costs nothing but the level: E/O is 0.5, and twice the probability would be right.
# Missing by looks, the same half costs the order as well, and E/O cannot tell the two apart. Nor do the labels say what
# $c$ is: a world in which half of the fraud is reported looks like one with half as much fraud. So $c$ has to come from
# outside, such as a survey, or from claims that were read at random.

# %% [markdown]
# ## Take away
#
# - Another model changed less than another decision. Undo weights before you multiply by an amount.
# - Predict a month, then learn from it. Keep the old model beside the new one until labels decide.
# - What needs no labels sees the level at best. The order is seen in a rehearsal.
# - Read a few cases at random: for what the model does not know, and for honest numbers.
# - Unreported positives lower the level by a factor, and change the order if they look different.
#
# **New words:** *prequential evaluation*, *selective labels*, *positive-unlabelled*.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). Its labels are
# all final and its days are two. What of the capstone can you try on it, and what would you have to ask
# its owner for?
#
# ## Further reading
#
# - Gama et al. (2013). [*On evaluating stream learning algorithms*](../../docs/bibliography.md#gama2013): how to judge a model that goes on learning.
# - Lakkaraju et al. (2017). [*The selective labels problem: evaluating algorithmic predictions in the presence of
#   unobservables*](../../docs/bibliography.md#lakkaraju2017): what can be said where decisions choose the labels.
# - Elkan & Noto (2008). [*Learning classifiers from only positive and unlabeled
#   data*](../../docs/bibliography.md#elkan2008): labels that are sure on one side only.
#
# **Next:** your own data, with the card beside you.
