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
# # 09 · Threshold tuning, deeper: how sure is a tuned threshold?
#
# **At the end you can**
#
# - say how much too good the cost of a tuned threshold looks, and between which values the threshold may lie;
# - use scikit-learn's two wrappers for thresholds;
# - serve a promised precision, price a team's capacity, and say what F1 assumes;
# - compare two models at every prevalence and every price, in one picture.
#
# **Time** 30 minutes, optional: nothing is graded here. **You need** NumPy and scikit-learn.
# **Builds on** the core of lesson 09.

# %% [markdown]
# ## A demonstration that shows nothing
#
# A popular demonstration of threshold tuning trains with `class_weight="balanced"` on classes that lie far apart,
# and compares 0.50 with 0.30 on the training rows. In this one the centres are 8 standard deviations apart.

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression

from imbalance_lab import plots
from imbalance_lab.datasets import make_two_clouds

X_far, y_far = make_two_clouds(100, prevalence=0.04, separation=8, random_state=0)
p_far = LogisticRegression(class_weight="balanced").fit(X_far, y_far).predict_proba(X_far)[:, 1]

# %% [markdown]
# **Predict before you run.** How many of the 100 rows change sides from one threshold to the other?

# %%
my_prediction = None  # from 0 to 100

# %% covers="E73"
print("you predicted:", my_prediction)
with plots.picture(
    title="Scores of the training rows, and the two thresholds",
    xlabel="score on the training rows",
    ylabel="number of rows",
    alt=f"Scores from {p_far.min():.2f} to {p_far.max():.2f}; between 0.30 and 0.50 lie"
    f" {np.sum((p_far >= 0.3) & (p_far < 0.5))}.",
) as ax:
    ax.hist(p_far, bins=40)
    for cut in (0.3, 0.5):
        ax.axvline(cut, color="black", linestyle=":")

# %% [markdown]
# None does. A threshold matters where the classes overlap, that is in every interesting problem. It is
# judged on rows that the model has not seen. And here the weights had moved the probabilities before the
# threshold was touched.

# %% [markdown]
# ## What a tuned threshold promises
#
# A miss costs 20 false alarms. Tune on samples with 10 to 200 positives, and report the cost there. Then use the
# threshold on new samples. By how much was the report too good? The probabilities are the true ones, so only the
# choice can go wrong.

# %%
from imbalance_lab.datasets import make_gauss
from imbalance_lab.experiments import interval

TRIED = np.geomspace(0.003, 0.7, 150)


def cost_per_sample(y, flagged):
    return np.mean(np.where(y == 1, 20 * ~flagged, 1.0 * flagged))


def tuned_on(y, p):
    return min(TRIED, key=lambda cut: cost_per_sample(y, p >= cut))


def promised_too_much(n_samples, seed):
    _, y, p = make_gauss(n_samples, prevalence=0.02, return_proba=True, random_state=seed)
    _, y_new, p_new = make_gauss(6000, prevalence=0.02, return_proba=True, random_state=900 + seed)
    cut = tuned_on(y, p)
    return cost_per_sample(y_new, p_new >= cut) - cost_per_sample(y, p >= cut)


# %%
sizes = (500, 1000, 3000, 10_000)
too_much = {n: interval([promised_too_much(n, seed) for seed in range(30)]) for n in sizes}
plots.intervals(
    {f"{round(0.02 * n)} positives": found for n, found in too_much.items()},
    title="A cost reported where the threshold was tuned is too low",
    xlabel="cost per new sample minus reported cost (30 runs)",
    ylabel="tuned on",
    baseline=0.0,
    baseline_label="an honest report",
)

# %% [markdown]
# With ten positives the report is much too good, with two hundred hardly. And where does the threshold itself
# lie? Ask the **bootstrap** of lesson 02: draw the samples again, each class with replacement, tune again, and
# look where it lands. Here there are about 60 positives among 3,000.

# %%
_, y_once, p_once = make_gauss(3000, prevalence=0.02, return_proba=True, random_state=7)
rng = np.random.default_rng(0)
groups = [np.flatnonzero(y_once == label) for label in (0, 1)]
draws = [np.concatenate([rng.choice(group, len(group)) for group in groups]) for _ in range(300)]
landed = [tuned_on(y_once[rows], p_once[rows]) for rows in draws]
low, high = np.quantile(landed, [0.025, 0.975])
with plots.picture(
    title="Where the tuned threshold lands",
    xlabel="tuned threshold",
    ylabel="number of bootstrap draws",
    alt=f"95% of the tuned thresholds lie between {low:.3f} and {high:.3f}; the formula's is 0.048.",
) as ax:
    ax.hist(landed, bins=40)
    ax.axvline(1 / 21, color="black", linestyle=":", label="t* = 1/21")

# %% [markdown]
# The data say little about where the bottom of a flat valley is. That is bad news for anyone who wants to interpret
# the threshold, and good news for the bill, since in a flat valley it matters little. (The draw keeps the number
# of positives fixed, so the interval is a little too narrow for a new sample.)

# %% [markdown]
# ## scikit-learn's two wrappers
#
# They make a threshold part of an estimator, so that `predict` uses it and no pipeline or colleague can forget
# it. `FixedThresholdClassifier` is for a threshold that you have *computed*. `TunedThresholdClassifierCV` *finds*
# one: it splits the training rows as `cv` says, fits on each part, looks for the threshold with the best score on
# the held-out rows, and finally fits on all rows. A cost is declared with `greater_is_better=False`.

# %%
from sklearn.metrics import make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

past, later = split_by_time(make_transactions(random_state=0))
X_past, X_later = (part.drop(columns="is_fraud") for part in (past, later))
y_past, y_later = past["is_fraud"].to_numpy(), later["is_fraud"].to_numpy()
loss = round(float(past.loc[past["is_fraud"] == 1, "amount"].mean()) + 15 - 4)  # less a review


def money_lost(y_true, y_pred):
    return 4 * np.sum(y_pred > y_true) + loss * np.sum(y_pred < y_true)


# %%
lost = make_scorer(money_lost, greater_is_better=False)
model = make_pipeline(transaction_encoder(), LogisticRegression(solver="newton-cholesky"))
weighted = make_pipeline(transaction_encoder(), LogisticRegression(class_weight="balanced"))
weighted[-1].set_params(solver="newton-cholesky")
bills = {}
for name, one in {"untouched": model, "balanced weights": weighted}.items():
    computed = FixedThresholdClassifier(one, threshold=4 / (4 + loss)).fit(X_past, y_past)
    tuned = TunedThresholdClassifierCV(one, scoring=lost, cv=TimeSeriesSplit(4)).fit(X_past, y_past)
    bills[f"{name}, formula"] = money_lost(y_later, computed.predict(X_later))
    bills[f"{name}, tuned"] = money_lost(y_later, tuned.predict(X_later))
with plots.picture(
    title="The formula needs probabilities; a tuned threshold does not",
    xlabel="bill for the later days, every fraud at its average loss (€)",
    ylabel="threshold",
    alt="; ".join(f"{name}: {bill:,.0f} euros" for name, bill in bills.items()),
) as ax:
    bars = ax.barh(list(bills), list(bills.values()))
    ax.bar_label(bars, fmt="{:,.0f}", padding=3)
    ax.set(xlim=(0, 50_000), xticks=range(0, 50_001, 10_000))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.invert_yaxis()

# %% [markdown]
# On probabilities that the weights have moved, the formula flags far too much, while the tuned threshold moved
# along. Sheng and Ling (2006) found on almost all of their real sets that a threshold tuned on training rows cost
# less than the formula's. Three things to know: without `scoring` the wrapper maximises *balanced accuracy*; `cv`
# must split as your data demand; and for a fitted model, `cv="prefit"` with `refit=False` tunes on the rows that
# you give it.

# %% [markdown]
# ## A promise of precision
#
# *"At least one alarm in five must be right."* Precision is not monotone, so the thresholds that keep such a
# promise need not lie side by side. Of all those that do, take the one with the highest recall, which is the
# **lowest**. Here it is on the last of the earlier days:

# %%
from sklearn.metrics import confusion_matrix_at_thresholds

first, valid = split_by_time(past, train=0.7, gap=0.0)
model.fit(first.drop(columns="is_fraud"), first["is_fraud"])
p_valid = model.predict_proba(valid.drop(columns="is_fraud"))[:, 1]
y_valid, p_later = valid["is_fraud"].to_numpy(), model.predict_proba(X_later)[:, 1]

_, fp, _, tp, cuts = confusion_matrix_at_thresholds(y_valid, p_valid)
promised = cuts[tp / (tp + fp) >= 0.2].min()
came = y_later[p_later >= promised].mean()
with plots.picture(
    title="A promised precision, where it was tuned and later",
    xlabel="threshold (logarithmic scale)",
    ylabel="precision on the validation days",
    alt=f"Precision goes up and down. It is 0.2 at {promised:.3f}; on later days {came:.2f} came there.",
) as ax:
    ax.plot(cuts, tp / (tp + fp))
    ax.plot(promised, came, "s", label="came on later days")
    ax.axhline(0.2, color="black", linestyle=":", label="promised")
    ax.set(xscale="log", xlim=(0.005, 1))

# %% [markdown]
# Later the precision is lower than promised. Chance is one reason, since the threshold was the last that just
# kept the promise. Another is time, for what fraudsters do changes. Promise less than you measured, and measure
# again.

# %% [markdown]
# ## What capacity is worth
#
# Sort the validation days by probability, and let a team read more and more alerts at €4 each:

# %%
order = np.argsort(-p_valid, kind="stable")
gains = np.where(y_valid == 1, valid["amount"] + 15, 0)[order] - 4
saved, days = np.cumsum(gains), np.ptp(valid["time"])
a_day, top = np.arange(1, len(saved) + 1) / days, saved.argmax()
with plots.picture(
    title="The first alerts are worth most, and the last ones cost more than they save",
    xlabel="alerts a day",
    ylabel="saved a day (€)",
    alt=f"Savings rise to {saved[top] / days:.0f} euros a day at {a_day[top]:.0f} alerts, then fall.",
) as ax:
    ax.plot(a_day, saved / days)
    ax.set(xlim=(0, 60), ylim=(-60, None))

# %% [markdown]
# The top of the hill is the threshold of least cost. A team that can read fewer alerts is a bottleneck, whose
# price you can read off; one that could read more should leave them unread.

# %% [markdown]
# ## Every prevalence and every price
#
# The decision curve of the core holds the prevalence fixed. What if fraud becomes twice as frequent? What counts is
# the share $s$ of the possible cost that lies with the positives. If missing every positive costs as much as flagging
# every negative, it is a half:
#
# $$s = \frac{\pi\,c_{FN}}{\pi\,c_{FN} + (1-\pi)\,c_{FP}} .$$
#
# Write FNR for the share of positives that a rule misses, and FPR for the share of negatives that it flags. Then it
# costs $s \cdot \text{FNR} + (1-s) \cdot \text{FPR}$ of what wrong decisions everywhere would cost, which is a
# straight line over $s$. "Flag nobody" rises from 0 to 1, "flag everybody" falls from 1 to 0, and each threshold of a
# model is a line of its own. The lowest of a model's lines at each $s$ is its
# **[cost curve](../../docs/glossary.md#cost-curve)** (Drummond and Holte 2006).
#
# Here are the two models on the later days, each at 0.5 and at its best threshold. Both learned from the same days.

# %%
weighted.fit(first.drop(columns="is_fraud"), first["is_fraud"])
scores = {"untouched": p_later, "balanced weights": weighted.predict_proba(X_later)[:, 1]}
s = np.linspace(0, 1, 201)
ours = y_later.mean() * loss / (y_later.mean() * loss + 4 * (1 - y_later.mean()))


def cost_lines(p):
    """Return the cost over s at each threshold, and last of flagging nobody."""
    tn, fp, fn, tp, _ = confusion_matrix_at_thresholds(y_later, p)
    return np.outer(np.append(fp / (fp + tn), 0), 1 - s) + np.outer(np.append(fn / (fn + tp), 1), s)


def line_at_half(p):
    return np.mean(p[y_later == 0] >= 0.5) * (1 - s) + np.mean(p[y_later == 1] < 0.5) * s


# %%
best = {name: cost_lines(p).min(axis=0) for name, p in scores.items()}
half = {name: line_at_half(p) for name, p in scores.items()}
paid = {
    f"{name}, {how}": np.interp(ours, s, cost[name])
    for how, cost in {"at 0.5": half, "best threshold": best}.items()
    for name in scores
}
apart = np.abs(best["untouched"] - best["balanced weights"]).max()
with plots.picture(
    title="Two lines at 0.5, and nearly one cost curve",
    xlabel="s, the share of the possible cost that lies with the positives",
    ylabel="cost (1 = every decision is wrong)",
    height=4.8,
    alt=f"At s = {ours:.2f}: flag nobody {ours:.2f}; "
    + "; ".join(f"{rule} {cost:.3f}" for rule, cost in paid.items())
    + f". The two cost curves are at most {apart:.3f} apart.",
) as ax:  # fmt: skip
    ax.plot(s, s, color="#555555", linestyle=":", label="flag nobody")
    ax.plot(s, 1 - s, color="#555555", linestyle="--", label="flag everybody")
    for (name, curve), colour in zip(best.items(), ("#0072B2", "#D55E00")):
        ax.plot(s, half[name], color=colour, linestyle="--", linewidth=1, label=f"{name}, at 0.5")
        ax.plot(s, curve, color=colour, linestyle="-", label=f"{name}, best threshold")
    ax.axvline(ours, color="black", linewidth=0.8, label="this company")
    ax.set_ylim(0, 0.6)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)

# %% [markdown]
# Begin at the upright line, where this company is: fraud is rare and a miss expensive, which gives $s = 0.13$. At 0.5
# the untouched model costs little less than flagging nobody, and the one with weights costs more. Walk to the
# right, to more fraud or to worse losses, and their order is reversed. To compare two models at 0.5 is to compare two
# thresholds, and which looks better depends on $s$.
#
# The two solid curves hardly differ anywhere. With the best threshold for each $s$, both models know the same, as in
# lesson 07. (The curves choose their thresholds on the days that they are drawn from, so both promise a little too
# much.)

# %% [markdown]
# ## What F1 assumes
#
# Lesson 02 derived that F1 prices a miss like $2/F_1 - 1$ false alarms. With right probabilities its best
# threshold is half of the best F1 (Lipton, Elkan and Naryanaswamy 2014), so it is the formula with prices that F1
# picks, and never exceeds one half. If tuning puts it elsewhere, the probabilities are off. Here are both numbers
# on ten data sets, for a model as it is and one with balanced weights:

# %%
from sklearn.metrics import precision_recall_curve


def half_and_threshold(weight, seed):
    """Return half of the best F1 on new samples, and its threshold."""
    X, y = make_gauss(6000, prevalence=0.02, random_state=seed)
    X_new, y_new = make_gauss(10_000, prevalence=0.02, random_state=500 + seed)
    p = LogisticRegression(class_weight=weight).fit(X, y).predict_proba(X_new)[:, 1]
    precision, recall, cuts = precision_recall_curve(y_new, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return f1[:-1].max() / 2, cuts[f1[:-1].argmax()]


# %%
weights = {"untouched": None, "balanced": "balanced"}
pairs = {n: np.array([half_and_threshold(w, k) for k in range(10)]) for n, w in weights.items()}
with plots.picture(
    title="The threshold of the best F1 is half of it, if probabilities are right",
    xlabel="half of the best F1",
    ylabel="threshold of the best F1",
    alt="; ".join(
        f"{n}: half {h:.2f}, threshold {t:.2f}"
        for n, (h, t) in {n: pair.mean(axis=0) for n, pair in pairs.items()}.items()
    ),
) as ax:
    for (name, pair), marker in zip(pairs.items(), "os"):
        ax.plot(*pair.T, marker, label=name)
    ax.axline((0.2, 0.2), slope=1, color="#555555", linestyle=":", label="equal")

# %% [markdown]
# And what does it cost to let F1 decide? The laboratory let one number choose among six candidates, and new rows
# presented the bill, with a miss at ten false alarms:

# %%
from imbalance_lab.evidence import study

study("choices").plot("f1")

# %% [markdown]
# Choosing by F1 instead of by cost raised the bill in one family of data; elsewhere that is not shown, or does not
# hold. Name the prices, if you can.

# %% [markdown]
# ## Take away
#
# - A tuned threshold rests on positives: name their number, or give an interval.
# - The wrappers keep a threshold with its model; tell them your costs and how to split.
# - A promise that was just kept on the validation rows may not be kept later.
# - Compare models by their cost curves, and not by one line of each.
# - F1 is a price list as well, and it picks its prices itself.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). It has the
# amounts. With the prices of the course, what does a threshold for each amount save there against one for
# all?
#
# ## Further reading
#
# - Sheng & Ling (2006). [*Thresholding for making classifiers
#   cost-sensitive*](../../docs/bibliography.md#sheng2006).
# - Drummond & Holte (2006). [*Cost curves: an improved method for visualizing classifier
#   performance*](../../docs/bibliography.md#drummond2006).
# - Lipton et al. (2014). [*Optimal thresholding of classifiers to maximize F1
#   measure*](../../docs/bibliography.md#lipton2014).
# - scikit-learn developers (2024). [*Tuning the decision threshold for class
#   prediction*](../../docs/bibliography.md#sklearn2024).
#
# **Next:** lesson 10 asks whether probabilities deserve the trust that the formula puts in them.
