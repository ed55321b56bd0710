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
# # 07 · Class weights, deeper: where else can a weight act?
#
# **At the end you can**
#
# - say for which models a weight is a number of copies, and for which it is not;
# - tell a weight in the draw of a forest from a weight inside its trees;
# - use the weights of the boosting libraries, and name the one that spoils the ranking;
# - bring precision back, with a lighter weight or with a higher threshold;
# - give each row a weight of its own, made from what it costs;
# - balance many classes with one addition to the log odds.
#
# **Time** 30 minutes, optional: nothing is graded here. **You need** scikit-learn; trees, forests and boosting by name.
# **Builds on** the core of lesson 07.

# %% [markdown]
# ## Copies are not weights everywhere
#
# The core shows that logistic regression cannot tell a weight from copies. Here are three other models, each once with
# weights of 1 and 19 and once with copies. On what share of 2,000 new rows do the two predicted probabilities differ?

# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from imbalance_lab.datasets import make_gauss

X, y = make_gauss(3000, prevalence=0.05, random_state=0)
X_new, y_new = make_gauss(2000, prevalence=0.05, random_state=1)
weights = np.where(y == 1, 19.0, 1.0)
copies = np.repeat(np.arange(len(y)), weights.astype(int))
for name, model in {
    "tree, leaves of ≥ 1 row": DecisionTreeClassifier(random_state=0),
    "tree, leaves of ≥ 20 rows": DecisionTreeClassifier(min_samples_leaf=20, random_state=0),
    "forest of 20 trees": RandomForestClassifier(20, random_state=0),
}.items():
    weighted = model.fit(X, y, sample_weight=weights).predict_proba(X_new)[:, 1]
    copied = model.fit(X[copies], y[copies]).predict_proba(X_new)[:, 1]
    print(f"{name:26s} differ on {np.mean(np.abs(weighted - copied) > 1e-9):4.0%} of the rows")

# %% [markdown]
# A tree grown to the end agrees. With `min_samples_leaf=20` it does not, because this rule counts rows. Copies are rows,
# and weight is not. A forest draws its rows: 3,000 draws with weights and 5,700 draws from copies are two different
# lotteries. And nearest neighbours? They take no weights, so only copies can be tried:

# %%
for name, rows in {"as they came": np.arange(len(y)), "with copies": copies}.items():
    neighbours = KNeighborsClassifier(15, algorithm="brute").fit(X[rows], y[rows])
    ap = average_precision_score(y_new, neighbours.predict_proba(X_new)[:, 1])
    print(f"15 nearest neighbours, {name:13s} average precision {ap:.2f}")

# %% [markdown]
# Copies fill the places of other neighbours, which makes another model, and here a worse one. So "weights are copies" is
# a theorem about sums of losses, not about learning algorithms.

# %% [markdown]
# ## A forest made by hand
#
# The core names three places where a weight can act in a forest. Build the forest yourself and you can try each place
# alone: balanced weights in the draw of the bootstrap, inside the trees (splits and leaves), or nowhere.

# %%
from sklearn.datasets import make_classification
from sklearn.metrics import recall_score
from sklearn.utils.class_weight import compute_sample_weight

from imbalance_lab import plots
from imbalance_lab.experiments import interval


def votes_of_forest(X, y, X_new, where, seed):
    """Average 15 fully grown trees, with balanced weights in the draw, inside, or nowhere."""
    rng = np.random.default_rng(seed)
    w = compute_sample_weight("balanced", y)
    votes = []
    for _ in range(15):
        rows = rng.choice(len(y), len(y), p=w / w.sum() if where == "in the draw" else None)
        tree = DecisionTreeClassifier(max_features="sqrt", random_state=int(rng.integers(10**6)))
        tree.fit(X[rows], y[rows], sample_weight=w[rows] if where == "inside" else None)
        votes.append(tree.predict_proba(X_new)[:, 1])
    return np.mean(votes, axis=0)


# %%
PLACES = ("nowhere", "in the draw", "inside")
SETTINGS = (None, "balanced", "balanced_subsample")


def recalls(seed):
    X, y = make_classification(4000, n_informative=10, weights=[0.95], random_state=seed)
    rows, judge = np.arange(1400), np.arange(1400, 4000)
    ways = {place: votes_of_forest(X[rows], y[rows], X[judge], place, seed) for place in PLACES}
    for setting in SETTINGS:
        forest = RandomForestClassifier(15, class_weight=setting, random_state=seed)
        ways[setting] = forest.fit(X[rows], y[rows]).predict_proba(X[judge])[:, 1]
    return [recall_score(y[judge], p >= 0.5) for p in ways.values()]


# %%
found = np.array([recalls(seed) for seed in range(6)]).T
none_by_hand, drawn, inside, none, balanced, subsample = found
plots.intervals(
    {
        "by hand, in the draw": interval(drawn - none_by_hand),
        "scikit-learn, balanced": interval(balanced - none),
        "by hand, inside": interval(inside - none_by_hand),
        "scikit-learn, balanced_subsample": interval(subsample - none),
    },
    xlabel="change of recall at 0.5, mean of 6 draws",
    ylabel="forest of 15 trees",
    title="Two mechanisms behind two settings",
    baseline=0,
    baseline_label="no weights",
    decimals=2,
)

# %% [markdown]
# The forests made by hand move as scikit-learn's two settings do, so these are indeed the two mechanisms. (A dict such as
# `{0: 1, 1: 19}` acts through the draw too, since version 1.9, and only with `bootstrap=True`.)

# %% [markdown]
# ## Boosting: three names for one weight
#
# Boosting adds small trees, each fitted to what the trees before it still get wrong. It minimises a sum of losses, so a
# weight has a clear meaning. XGBoost and LightGBM call the ratio $w_1 / w_0$ `scale_pos_weight`, and LightGBM's
# `is_unbalance=True` sets it to $n_0 / n_1$. Are these the same as row weights?

# %%
from lightgbm import LGBMClassifier
from xgboost import XGBClassifier

ratio = np.sum(y == 0) / np.sum(y == 1)


def largest_difference(make, **settings):
    common = {"n_estimators": 10, "n_jobs": 1, "random_state": 0} | settings
    named = make(scale_pos_weight=ratio, **common).fit(X, y)
    by_row = make(**common).fit(X, y, sample_weight=np.where(y == 1, ratio, 1.0))
    return np.abs(named.predict_proba(X_new) - by_row.predict_proba(X_new)).max()


quiet = {"verbosity": -1}
for make, name, settings in (
    (XGBClassifier, "XGBoost, exact splits", {"tree_method": "exact"}),
    (XGBClassifier, "XGBoost, default", {}),
    (LGBMClassifier, "LightGBM, start at zero", quiet | {"boost_from_average": False}),
    (LGBMClassifier, "LightGBM, default", quiet),
):
    same = largest_difference(make, **settings) < 1e-6
    print(f"{name:24s} scale_pos_weight = row weights: {same}")

# %% [markdown]
# The loss is the same, what surrounds it is not. XGBoost sorts the values of a feature into bins, and row weights move
# the bins. LightGBM starts from the average log odds. Row weights make these 0, while `scale_pos_weight` leaves them where
# they were, far from where the weighted loss wants them. See how much this matters, on a nonlinear problem with 0.5%
# positives:

# %%
from imbalance_lab.datasets import make_nonlinear

SPELLINGS = {
    "default": {},
    "is_unbalance=True": {"is_unbalance": True},
    'class_weight="balanced"': {"class_weight": "balanced"},
    "no weights, regularised": {"num_leaves": 8, "min_child_weight": 1.0},
    "balanced and regularised": {
        "num_leaves": 8,
        "min_child_weight": 1.0,
        "class_weight": "balanced",
    },
}


def precisions(seed):
    X, y = make_nonlinear(24_000, prevalence=0.005, random_state=seed)
    common = {"n_estimators": 20, "max_bin": 63, "n_jobs": 1, "random_state": 0, "verbosity": -1}
    fits = [LGBMClassifier(**common, **s).fit(X[:12_000], y[:12_000]) for s in SPELLINGS.values()]
    scores = [model.predict_proba(X[12_000:])[:, 1] for model in fits]
    return [average_precision_score(y[12_000:], p) for p in scores]


lightgbm_runs = np.array([precisions(seed) for seed in range(5)]).T

# %%
plots.intervals(
    {name: interval(run) for name, run in zip(SPELLINGS, lightgbm_runs)},
    xlabel="average precision on new rows, mean of 5 draws",
    ylabel="LightGBM",
    title="Two spellings of one idea, and one of them spoils the order",
    decimals=2,
)

# %% [markdown]
# `is_unbalance=True` ruins the order of the rows. This is a demonstration with 20 trees, 60 positives and five draws, so
# the exact numbers mean little, but the trap is real: if you use this argument, compare its ranking with the default's.

# %% [markdown]
# ## Too many false alarms: lighter weights?
#
# If recall is high and precision terrible, says another popular piece of advice, reduce the weights. Here are weights from 1 to
# 32 at the threshold 0.5, and the plain model at the thresholds that they imply:

# %% covers="E67"
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

X, y = make_gauss(10_000, prevalence=0.03, random_state=0)
X_new, y_new = make_gauss(10_000, prevalence=0.03, random_state=1)
steps = (1, 2, 4, 8, 16, 32)
p = LogisticRegression().fit(X, y).predict_proba(X_new)[:, 1]
precision, recall, cuts = precision_recall_curve(y_new, p)
at = np.searchsorted(cuts, [1 / (1 + w1) for w1 in steps])
by_cut, by_weight = np.column_stack([recall[at], precision[at]]), []
for w1 in steps:
    flagged = LogisticRegression(class_weight={0: 1, 1: w1}).fit(X, y).predict(X_new) == 1
    by_weight.append([recall_score(y_new, flagged), y_new[flagged].mean()])
by_weight = np.array(by_weight)
furthest = np.abs(by_weight - by_cut).max()

# %%
with plots.picture(
    title="A lighter weight and a higher threshold reach the same points",
    xlabel="recall",
    ylabel="precision",
    alt=f"Six points of each kind lie on each other; they differ by at most {furthest:.3f}.",
) as ax:
    ax.plot(*by_cut.T, "s-", fillstyle="none", ms=11, label="plain, threshold 1/(1 + w1)")
    ax.plot(*by_weight.T, "x", ms=9, label="weight w1, threshold 0.5")
    for w1, point in zip(steps, by_cut):
        ax.annotate(f"w1 = {w1}", point, (10, 5), textcoords="offset points")

# %% [markdown]
# Lighter weights bring precision back. So does a higher threshold, on the same curve and without fitting anything again.

# %%
from imbalance_lab.claims import Claim

Claim(
    "High recall but terrible precision: reduce the class weights.",
    verdict="holds",
    because=(
        "For a model that fits, a higher threshold does the same without a new fit: at six weights"
        f" from 1 to 32, recall and precision differed by at most {furthest:.3f}. Where no straight"
        " line fits, the lighter model draws another line, and its bill has to be compared."
    ),
    reference="elkan2001",
    evidence="E67",
)

# %% [markdown]
# ## A weight for each row
#
# At a company the costs differ from row to row. A review costs €4, and a fraud that is not reviewed costs its amount plus
# €15. As a threshold: flag if $p \ge 4 / (\text{amount} + 15)$. As weights: a legitimate row weighs the €4 that flagging
# it wastes, a fraud what catching it saves, its amount plus 15 less the 4 for the review (Zadrozny and others, 2003).
# `sample_weight` takes one number for each row. Five simulated companies, judged on later days:

# %%
from imbalance_lab.datasets import (
    cost_of_decisions,
    make_transactions,
    split_by_time,
    transaction_encoder,
)


# %%
def bills(seed):
    learn, judge = split_by_time(make_transactions(15_000, random_state=seed))
    y, y_new = learn.pop("is_fraud"), judge.pop("is_fraud")
    encoder = transaction_encoder().fit(learn)
    saved = np.where(y == 1, learn["amount"] + 11, 4.0)

    def p(class_weight=None, rows=None):
        model = LogisticRegression(solver="newton-cholesky", class_weight=class_weight)
        fitted = model.fit(encoder.transform(learn), y, sample_weight=rows)
        return fitted.predict_proba(encoder.transform(judge))[:, 1]

    own = 4 / (judge["amount"] + 15)
    flagged = {
        "no weights, 0.5": p() >= 0.5,
        "no weights, the row's threshold": p() >= own,
        "a weight for each row, 0.5": p(rows=saved / saved.mean()) >= 0.5,
        "balanced, 0.5": p("balanced") >= 0.5,
        "balanced, the row's threshold": p("balanced") >= own,
    }
    paid = {way: cost_of_decisions(y_new, flag, judge["amount"]) for way, flag in flagged.items()}
    return {way: cost / len(y_new) for way, cost in paid.items()}


# %%
firms = [bills(seed) for seed in range(5)]
plots.intervals(
    {way: interval([firm[way] for firm in firms]) for way in firms[0]},
    xlabel="cost per transaction in euros, mean of 5 companies",
    ylabel="plan",
    title="Costs that differ from row to row fit into a weight or a threshold",
    decimals=2,
)

# %% [markdown]
# The row's threshold and the row's weight cost about the same, and balanced weights with the row's threshold, two
# corrections at once, cost by far the most. For boosting, whose probabilities are less trustworthy on so few frauds,
# compare again: the core shows how.

# %% [markdown]
# ## Does the shift come out?
#
# The derivation of the core needs a model that fits. Twenty draws of a family that logistic regression fits, and of one
# that it does not, with 3% positives: how far is the measured shift of the intercept from $\log (w_1 / w_0)$?


# %%
def off_by(make, seed):
    X, y = make(10_000, prevalence=0.03, random_state=seed)
    plain = LogisticRegression(C=np.inf).fit(X, y)
    heavy = LogisticRegression(C=np.inf, class_weight="balanced").fit(X, y)
    shift = heavy.intercept_[0] - plain.intercept_[0] - np.log(np.sum(y == 0) / np.sum(y == 1))
    lengths = np.linalg.norm(plain.coef_) * np.linalg.norm(heavy.coef_)
    return shift, np.sum(plain.coef_ * heavy.coef_) / lengths


for make in (make_gauss, make_nonlinear):
    shifts, cosines = zip(*[off_by(make, seed) for seed in range(20)])
    print(f"{make.__name__:15s} shift off by {interval(shifts):+.2f}")
    print(f"{'':15s} cosine between the slopes {np.mean(cosines):.3f}")

# %% [markdown]
# A cosine of 1 would mean that the slopes point in the same direction. Where the model does not fit they turn a little: a
# model that can't be right everywhere chooses another compromise when the weights tell it where to care. The core shows
# a family in which that pays.

# %% [markdown]
# ## Many classes, one addition
#
# With many classes weights do the same. In a model that fits, weights multiply the odds of any two classes, so the score
# of class $c$ moves by $\log w_c$, which for balanced weights is $-\log \pi_c$ plus a constant, with $\pi_c$ the share of
# the class. So you can train without weights and subtract $\log \pi_c$ from each log probability afterwards. This is
# **logit adjustment** (Menon and others, 2021). Ten digits, made as unequal as a long tail:

# %%
from sklearn.datasets import load_digits
from sklearn.metrics import balanced_accuracy_score

X_all, digit = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(digit))
kept = [np.flatnonzero(digit[order] == c)[: int(100 * 0.7**c)] for c in range(10)]
learn = order[np.concatenate(kept)]
judge = np.setdiff1d(order, learn)
share = np.bincount(digit[learn]) / len(learn)
plain = LogisticRegression(max_iter=2000).fit(X_all[learn] / 16, digit[learn])
heavy = LogisticRegression(max_iter=2000, class_weight="balanced").fit(
    X_all[learn] / 16, digit[learn]
)
log_p = plain.predict_log_proba(X_all[judge] / 16)
answers = {
    "no weights": log_p.argmax(axis=1),
    "balanced weights": heavy.predict(X_all[judge] / 16),
    "no weights, logit adjustment": (log_p - np.log(share)).argmax(axis=1),
}
print(f"{len(learn)} images, from {len(kept[0])} of the digit 0 to {len(kept[9])} of the digit 9")
for name, guess in answers.items():
    print(f"{name:29s} balanced accuracy {balanced_accuracy_score(digit[judge], guess):.3f}")

# %% [markdown]
# Either way the rare digits are recognised more often. The adjustment needs no new training, and it can be changed when
# the prevalence or the costs do: to each log probability add the logarithm of what you want the class to weigh.

# %% [markdown]
# ## Take away
#
# - Where rows are counted, drawn or looked up, a weight is not a number of copies.
# - In a forest, ask whether the weight acts in the draw or inside the trees, and in which version.
# - Of LightGBM's spellings, `is_unbalance` can spoil the ranking.
# - Costs of single rows fit into `sample_weight`, or into a threshold for each row.
# - Many classes: subtract the log prevalence after training.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). How many does a
# boosting expect there with and without `class_weight="balanced"`, and how many come?
#
# ## Further reading
#
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
# - Zadrozny et al. (2003). [*Cost-sensitive learning by cost-proportionate example
#   weighting*](../../docs/bibliography.md#zadrozny2003): a weight for each row, and sampling as a
#   way to use it with any learner.
# - King & Zeng (2001). [*Logistic regression in rare events
#   data*](../../docs/bibliography.md#king2001): weights and prior correction for samples that were
#   balanced by design.
# - scikit-learn developers (2025). [*Draw indices using sample\_weight in random
#   forests*](../../docs/bibliography.md#sklearn31529): the change that came with version 1.9.
# - Menon et al. (2021). [*Long-tail learning via logit
#   adjustment*](../../docs/bibliography.md#menon2021).
#
# **Next:** lesson 08 lets the weight of a row depend on how well the model already does on it: the focal loss.
