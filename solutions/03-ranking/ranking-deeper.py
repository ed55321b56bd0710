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
# # 03 · Ranking, deeper: how sure is a difference, and who is at the top of the list?
#
# **At the end you can**
#
# - put an interval on the difference of two rankings;
# - say whom average precision serves, swap by swap and group by group;
# - say what lies between two points of a precision-recall curve;
# - judge a part of the ROC curve, and read one cut on both curves.
#
# **Time** 20 minutes, optional: nothing is graded here. **You need** NumPy and scikit-learn. **Builds on** the
# core of lesson 03.

# %% [markdown]
# ## How sure is the difference?
#
# On the later transactions of the core, the forest has a higher average precision than the logistic regression, and a
# lower ROC AUC. The test set has about a hundred frauds, and another hundred would give other numbers. How sure are
# these differences?

# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline

from imbalance_lab import plots
from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
X_train, y_train = train.drop(columns="is_fraud"), train["is_fraud"]
X_test, y_test = test.drop(columns="is_fraud"), test["is_fraud"].to_numpy()
models = {
    "forest": RandomForestClassifier(n_estimators=60, max_samples=0.3, random_state=0),
    "logistic regression": LogisticRegression(max_iter=1000),
}
scores = {
    name: make_pipeline(transaction_encoder(), model)
    .fit(X_train, y_train)
    .predict_proba(X_test)[:, 1]
    for name, model in models.items()
}

# %% [markdown]
# A *bootstrap* (second notebook of lesson 02) answers this for any measure. Draw as many rows as
# there are, with replacement, judge *both* models on the same drawn rows, and repeat, here only 100
# times to be quick; a thousand would be better. The middle 95% of the differences are an interval:

# %%
AREAS = {"average precision": average_precision_score, "ROC AUC": roc_auc_score}
rng, n = np.random.default_rng(0), len(y_test)
differences = {name: [] for name in AREAS}
for _ in range(100):
    rows = rng.integers(n, size=n)
    for name, area in AREAS.items():
        first, second = (area(y_test[rows], score[rows]) for score in scores.values())
        differences[name].append(first - second)

# %%
found = {n: (np.mean(d), *np.quantile(d, [0.025, 0.975])) for n, d in differences.items()}
plots.intervals(
    found,
    xlabel="forest minus logistic regression, 100 bootstrap draws",
    ylabel="area",
    title="Which of the two ranks better is left open",
    baseline=0,
    baseline_label="no difference",
    decimals=2,
)

# %% [markdown]
# Both intervals contain zero, so these frauds do not say which model ranks better. Note how much
# narrower the interval is for ROC AUC: it averages over thousands of negatives, while average
# precision depends on what happens at the top.
#
# For ROC AUC there is a formula too (DeLong and others, 1988). The area is a mean over the positives of their *placement*,
# the share of negatives below each, and it is also a mean over the negatives, of the share of positives above each. Both
# groups are samples, and each adds its variance:
#
# $$\operatorname{Var}(\text{ROC AUC}) \approx \frac{s_+^2}{n_+} + \frac{s_-^2}{n_-},$$
#
# where $s_+^2$ and $s_-^2$ are the variances of the placements. In the toy of the core the four positives have 6, 5, 5 and 3
# of six negatives below them, and the six negatives have 1, 3, 3, 4, 4 and 4 of four positives above them:

# %%
of_positives, of_negatives = np.array([6, 5, 5, 3]) / 6, np.array([1, 3, 3, 4, 4, 4]) / 4
variance = of_positives.var(ddof=1) / 4 + of_negatives.var(ddof=1) / 6
print(
    f"ROC AUC {of_positives.mean():.2f} = {of_negatives.mean():.2f}, ± {1.96 * variance**0.5:.2f}"
)

# %% [markdown]
# Four positives say little. For the difference of two models on the same rows, take the difference of the two
# placements of each row, and do the same with these.

# %% [markdown]
# ## One swap
#
# What does each area reward? Take two neighbours in the list, a negative just above a positive, and
# let them change places. In the toy this can happen near the top (ranks 2 and 3) or further down
# (ranks 6 and 7). **Predict first:** which swap is worth more, for ROC AUC and for average
# precision?

# %%
my_prediction = None  # such as "the upper one for both"

# %%
y_toy, score_toy = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0, 0]), np.arange(10, 0, -1)
print("you predicted:", my_prediction)
for name, area in AREAS.items():
    for upper in (1, 5):
        swapped = y_toy.copy()
        swapped[[upper, upper + 1]] = [1, 0]
        gain = area(swapped, score_toy) - area(y_toy, score_toy)
        print(f"{name}: swap of ranks {upper + 1} and {upper + 2} adds {gain:.3f}")

# %% [markdown]
# For ROC AUC both swaps are one pair. For average precision the one at the top is worth several times as much. If you act on
# the top of the list, that is what you want. If every positive matters wherever it stands, it is not.

# %% [markdown]
# ## Who is at the top?
#
# Suppose a hospital scores two groups of patients with
# [calibrated](../../docs/glossary.md#calibrated) probabilities and puts them into one list. Each
# group has 100 patients who are ill. In group P one in ten is ill, in group Q one in a hundred. You
# can improve the score for *one* of the groups, by the same amount of separation. **Predict
# first:** which group does ROC AUC tell you to improve, and which one average precision?

# %%
my_prediction = None  # two letters, P or Q: for ROC AUC, for average precision

# %%
from imbalance_lab.experiments import interval


def two_groups(separation_p, separation_q, seed):
    """Return who is ill, and a score that orders all patients by their probability."""
    rng, ill, score = np.random.default_rng(seed), [], []
    for separation, healthy in ((separation_p, 900), (separation_q, 9900)):
        y = np.repeat([1, 0], [100, healthy])
        x = rng.normal(size=len(y)) + separation * y
        ill.append(y)
        score.append(np.log(100 / healthy) + separation * x - separation**2 / 2)
    return np.concatenate(ill), np.concatenate(score)


better = {"P": (1.5, 1.0), "Q": (1.0, 1.5)}
gains = {}
for name, area in AREAS.items():
    for group, separations in better.items():
        pairs = [(two_groups(*separations, s), two_groups(1.0, 1.0, s)) for s in range(10)]
        runs = [area(*after) - area(*before) for after, before in pairs]
        gains[f"{name}, {group} improved"] = interval(runs)

# %%
print("you predicted:", my_prediction)
plots.intervals(
    gains,
    xlabel="gain, mean of 10 draws with 95% interval",
    ylabel="area and group",
    title="What each area gains when one group is improved",
    decimals=2,
)

# %% [markdown]
# ROC AUC gains most from group Q, whose ill patients are hard to tell from the crowd of group P.
# Average precision gains most from group P, because the patients of the group with the higher
# prevalence fill the top of the list. McDermott et al. (2024) showed that it favours groups in this
# way. Neither is the right answer for everybody, but a team that optimises average precision
# without knowing this serves the group in which the disease is common.

# %% [markdown]
# ## What lies between two points
#
# Suppose that one cut of a list has 5 true and 5 false positives, and the next one 10 and 30,
# because 30 samples have the same score. If you flag only some of these, drawn at random, you get
# five false alarms with each true positive. Precision then falls along a curve, not along the line
# (Davis & Goadrich, 2006):

# %%
tp = np.linspace(5, 10, 26)
fp = 5 + 5 * (tp - 5)
path, line = tp / (tp + fp), np.linspace(0.5, 0.25, 26)
with plots.picture(
    title="Drawing at random stays below the straight line",
    xlabel="true positives",
    ylabel="precision",
    alt=f"Half way, at 7.5 true positives: at random {np.interp(7.5, tp, path):.2f}, on the line"
    f" {np.interp(7.5, tp, line):.2f}.",
) as ax:
    ax.plot(tp, path, label="some of the tied samples, at random")
    ax.plot(tp, line, "--", label="straight line")

# %% [markdown]
# Average precision goes further down than the random draw: it gives the whole step the precision at
# its end. So for a score with many ties it is a lower bound of what you could reach. Here a weak
# yes-no rule flags 30% of the positives and 10% of the negatives:

# %%
y = np.repeat([1, 0], [20, 1980])
rule = np.concatenate([np.repeat([1, 0], [6, 14]), np.repeat([1, 0], [198, 1782])])
at_random = [
    average_precision_score(y, rule + np.random.default_rng(s).random(2000)) for s in range(200)
]
print(f"average precision {average_precision_score(y, rule):.3f}")
print(f"ties at random    {np.mean(at_random):.3f}")

# %% [markdown]
# (A part of the second number is the excess that average precision has with few positives; lesson 04 measures it.)

# %% [markdown]
# ## Part of the area
#
# Between one cut and the whole list there is the area under a *part* of the ROC curve, up to a false positive rate that one can
# afford. `roc_auc_score(..., max_fpr=0.05)` computes this **[partial area](../../docs/glossary.md#partial-area)** and rescales it,
# so that chance is again 0.5 and perfection 1 (McClish, 1989).

# %%
for name, score in scores.items():
    part = roc_auc_score(y_test, score, max_fpr=0.05)
    print(f"{name}: ROC AUC {roc_auc_score(y_test, score):.2f}, up to 5%: {part:.2f}")

# %% [markdown]
# Both are lower, since the easy comparisons far down the list no longer count. So compare partial
# areas only up to the same false positive rate.
#
# Each cut of the list is one point on either curve. Move the threshold and find the cut that flags about 100 rows. On the ROC
# curve you stand close to the left edge, where the picture has hardly any room, and on the precision-recall curve in the middle.
# (As in lesson 01, a false alarm costs €4, and a miss costs the average loss of a fraud without its review.)

# %%
from imbalance_lab.explorers import threshold_explorer

average_loss = round(float(X_test.loc[y_test == 1, "amount"].mean()) + 15 - 4)
threshold_explorer(y_test, scores["logistic regression"], cost_fp=4, cost_fn=average_loss)

# %% [markdown]
# ## Which model ranks better?
#
# It depends on how much there is to learn from. On transactions of this course the laboratory compared regularised
# [boosting](../../docs/glossary.md#boosting) with logistic regression, 15 times for each number of rows. The picture shows the
# difference of their average precisions:

# %%
from imbalance_lab.evidence import study

sizes = study("sizes")
sizes.plot("regularised")

# %% [markdown]
# With 3,000 rows the logistic regression ranks better by 0.14, with 12,000 the two are about equal,
# and with 48,000 or more boosting is ahead. (Lesson 11 comes back to this picture.) Here is one row
# of the study, run again. Change the model or the data and see what happens:

# %%
row = dict(sizes.rows.iloc[0])
now = sizes.rerun(row)["average_precision"]
print(f"{row['model']}, {row['data']}: kept {row['average_precision']:.2f}, now {now:.2f}")

# %% [markdown]
# ## Take away
#
# - Put an interval on a difference of two areas: a bootstrap over rows, or DeLong's formula for ROC AUC.
# - Average precision pays for order at the top, and so serves the group that is at the top.
# - Between two points of a precision-recall curve there is no straight line.
# - Which model ranks better depends on the rows that it can learn from.
#
# **New words:** *partial area*.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). Do ROC AUC and
# average precision choose the same model there, and are the differences beyond their intervals?
#
# ## Further reading
#
# - DeLong et al. (1988). [*Comparing the areas under two or more correlated receiver operating characteristic curves: a
#   nonparametric approach*](../../docs/bibliography.md#delong1988).
# - Hanley & McNeil (1982). [*The meaning and use of the area under a receiver operating
#   characteristic (ROC) curve*](../../docs/bibliography.md#hanley1982): the area as the chance that
#   a positive stands above a negative.
# - McDermott et al. (2024). [*A closer look at AUROC and AUPRC under class
#   imbalance*](../../docs/bibliography.md#mcdermott2024): where the slogan came from, and whom average precision favours.
# - Davis & Goadrich (2006). [*The relationship between precision-recall and ROC
#   curves*](../../docs/bibliography.md#davis2006).
# - McClish (1989). [*Analyzing a portion of the ROC
#   curve*](../../docs/bibliography.md#mcclish1989).
#
# **Next:** lesson 04 asks whether the data on which all this was measured were really unseen.
