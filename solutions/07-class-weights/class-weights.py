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
# # 07 · Class weights: do they find more, or only say yes sooner?
#
# **At the end you can**
#
# - derive balanced weights and the gradient of a weighted loss;
# - compute what weights do to a probability, and undo it;
# - choose between a weight and a threshold by what they cost;
# - say where a weight acts in a forest, and what to compare it with.
#
# **Time** 75 minutes. **You need** logistic regression and a first idea of trees; derivatives.
# **Builds on** lessons 01 to 03 (costs, recall and precision, average precision), lesson 04
# (cross-validation) and lesson 05 (copies).

# %% [markdown] covers="E27"
# ## One argument, two models
#
# Nearly every guide recommends `class_weight="balanced"`, and some promise that recall doubles or triples. Take the
# transactions of lesson 01 and two models, a logistic regression and a decision tree that grows until it has nothing
# left to split. Both learn from the earlier transactions and flag later ones at 0.5, without and with it.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
y_train, y_test = train.pop("is_fraud"), test.pop("is_fraud")


def fraud_probability(model):
    fitted = make_pipeline(transaction_encoder(), model).fit(train, y_train)
    return fitted.predict_proba(test)[:, 1]


p_plain = fraud_probability(LogisticRegression(max_iter=1000))
p_balanced = fraud_probability(LogisticRegression(max_iter=1000, class_weight="balanced"))
p_tree = fraud_probability(DecisionTreeClassifier(random_state=0))
p_tree_balanced = fraud_probability(DecisionTreeClassifier(class_weight="balanced", random_state=0))

# %% [markdown]
# **Predict before you run.** By which factor does recall grow in the regression, and by which in the tree?

# %%
my_prediction = None  # two factors, such as 1.5 and 1.5, in a tuple

# %%
from sklearn.metrics import recall_score

recall_plain = recall_score(y_test, p_plain >= 0.5)
recall_balanced = recall_score(y_test, p_balanced >= 0.5)
print("you predicted the factors", my_prediction)
print(f"regression: recall without weights {recall_plain:.2f}, with weights {recall_balanced:.2f}")
in_tree = [recall_score(y_test, p >= 0.5) for p in (p_tree, p_tree_balanced)]
print(f"tree:       recall without weights {in_tree[0]:.2f}, with weights {in_tree[1]:.2f}")

# %% [markdown]
# The same argument finds seven times as many frauds in one model, and no more in the other. So what does a weight do?
#
# For the regression, lesson 05 suggests an answer: to balance and decide at 0.5 was to decide at the prevalence. So compare
# the balanced flags with those of the plain model at the prevalence π of fraud among the training rows, 0.0114:

# %%
import numpy as np

by_threshold, by_weights = p_plain >= y_train.mean(), p_balanced >= 0.5
either, both = np.sum(by_threshold | by_weights), np.sum(by_threshold & by_weights)
print(f"flagged by either {either}, by only one {either - both}, or {1 - both / either:.0%}")

# %% [markdown]
# Most of the flags are the same. Does the balanced model *rank* better?

# %%
from imbalance_lab import plots

plots.precision_recall_curve(
    y_test,
    {"plain": p_plain, "balanced": p_balanced},
    title="With balanced weights and without",
)

# %% [markdown]
# Mostly the curves lie on each other; at the far left the plain one lies higher. The weights have only walked along the
# curve, from a recall of 0.11 to one of 0.77. This follows from one equation. After it come cases in which weights do
# *more* than a threshold can, and the tree, in which they did nothing.

# %% [markdown] covers="E28 E29"
# ## Where the balanced weights come from
#
# A learner that minimises a sum of losses listens to whoever brings the most rows. So multiply the loss of each row of
# class $c$ by a **[weight](../../docs/glossary.md#class-weight)** $w_c$. With $n$ rows, $K$ classes and $n_c$ rows of class
# $c$, ask for two things:
#
# - every class has the same total weight: $w_c\, n_c$ is the same for all $c$;
# - the total weight stays what it was: $\sum_c w_c\, n_c = n$.
#
# By the first, $w_1 / w_0 = n_0 / n_1$, the imbalance ratio of lesson 00. Of ten rows, two of them
# frauds, a fraud weighs four times as much as another row, and all weigh 10 together, 5 for each class.

# %% [markdown]
# ### Exercise 1: balanced weights


# %% answer="balanced-weights"
def balanced_weights(y):
    """Return the balanced weight of each class.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind: numbers, strings, booleans; two or more classes.

    Returns
    -------
    dict
        One entry a class: label -> weight (float). All classes get the same total weight, and the
        weights of all rows add up to n_samples. Count them yourself: a function of the library
        would do it all.

    Example by hand: ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "fraud", "fraud"] gives
    {"ok": 0.625, "fraud": 2.5}; three classes of 3, 2 and 1 rows get 2/3, 1 and 2.
    """
    ### BEGIN SOLUTION
    labels, counts = np.unique(np.asarray(y), return_counts=True)
    weights = counts.sum() / (len(labels) * counts)
    return dict(zip(labels.tolist(), weights.tolist()))
    ### END SOLUTION


# %% try="balanced-weights"
balanced_weights(["ok"] * 8 + ["fraud"] * 2)

# %% graded="balanced-weights" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights import BALANCED_WEIGHTS

two_classes, three_classes = ["ok"] * 8 + ["fraud"] * 2, ["a", "a", "a", "b", "b", "c"]
check(balanced_weights, BALANCED_WEIGHTS).on(two_classes).gives({"ok": 0.625, "fraud": 2.5})
check(balanced_weights, BALANCED_WEIGHTS).on(three_classes).gives({"a": 2 / 3, "b": 1, "c": 2})
check(balanced_weights, BALANCED_WEIGHTS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import class_weights as keys

check(balanced_weights, BALANCED_WEIGHTS).keeps_its_contract(keys.BALANCED_WEIGHTS.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## A loss with weights
#
# A model says $p_i$, the probability that row $i$ is positive. Its **[log loss](../../docs/glossary.md#log-loss)** on
# that row is minus the logarithm of the probability that it gave to what happened:
#
# $$\ell_i = -\bigl[\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \,\bigr].$$
#
# With a [sample weight](../../docs/glossary.md#sample-weight) $w_i$ for each row, the loss is the [weighted
# mean](../../docs/glossary.md#weighted-mean-loss)
#
# $$L = \frac{\sum_i w_i\, \ell_i}{\sum_i w_i} .$$
#
# **Toy.** Three negatives got $p = 0.5$ and one positive got 0.25; $w_0 = 1$ and $w_1 = 2$. The losses are 0.693 three
# times and 1.386, so the weighted sum is 4.852. Divided by the weights it is 0.970, by the four rows 1.213. Both are called
# "the mean". A learning rate or a penalty that suits one is wrong for the other.
#
# ### The slope of the loss
#
# Logistic regression gives row $x_i$ the score $z_i = x_i \cdot \theta$ and the probability
# $p_i = 1 / (1 + e^{-z_i})$. The
# derivative of the logistic function is $p (1 - p)$, and with it nearly everything cancels:
#
# $$\frac{\partial \ell_i}{\partial z_i} = p_i - y_i .$$
#
# A row pulls at its score with its error. What is the slope of $L$ in each coefficient?

# %% [markdown]
# ### Exercise 2: the weighted gradient
#
# A [gradient](../../docs/glossary.md#gradient) is easy to get almost right. The cell below the answer checks yours by
# **[finite differences](../../docs/glossary.md#finite-differences)**: the change of the loss over a tiny step both ways.


# %% answer="weighted-gradient"
def weighted_gradient(theta, X, y, sample_weight):
    """Return the gradient of the weighted mean log loss of a logistic regression.

    Parameters
    ----------
    theta : array-like of shape (n_features,)
        Coefficients; the intercept is one of them, since a column of `X` is all 1.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        Labels, 0 or 1.
    sample_weight : array-like of shape (n_samples,)
        Weight of each row, positive. The loss is divided by the sum of the weights.

    Returns
    -------
    ndarray of shape (n_features,)

    Example by hand: theta = [0, 0], X = [[1, 2], [1, -1], [1, 3]], y = [0, 0, 1] and weights
    [1, 1, 4]. Every p is 0.5, the errors are 0.5, 0.5 and -0.5, and the gradient is
    [-1/6, -5.5/6].
    """
    ### BEGIN SOLUTION
    X, sample_weight = np.asarray(X), np.asarray(sample_weight)
    p = 1 / (1 + np.exp(-X @ np.asarray(theta)))
    return (sample_weight * (p - np.asarray(y))) @ X / sample_weight.sum()
    ### END SOLUTION


# %% try="weighted-gradient"
from sklearn.metrics import log_loss

X_hand = np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 3.0]])
y_hand, w_hand = np.array([0, 0, 1]), np.array([1, 1, 4])


def loss_at(theta):
    return log_loss(y_hand, 1 / (1 + np.exp(-X_hand @ theta)), sample_weight=w_hand)


theta, step = np.array([0.3, -0.2]), 1e-5
slopes = [(loss_at(theta + step * e) - loss_at(theta - step * e)) / (2 * step) for e in np.eye(2)]
print("by finite differences:", np.round(slopes, 4))
print("your gradient:        ", np.round(weighted_gradient(theta, X_hand, y_hand, w_hand), 4))

# %% graded="weighted-gradient" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights import WEIGHTED_GRADIENT

example = ([0, 0], [[1, 2], [1, -1], [1, 3]], [0, 0, 1], [1, 1, 4])
check(weighted_gradient, WEIGHTED_GRADIENT).on(*example).gives([-1 / 6, -5.5 / 6])
check(weighted_gradient, WEIGHTED_GRADIENT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import class_weights as keys

check(weighted_gradient, WEIGHTED_GRADIENT).keeps_its_contract(keys.WEIGHTED_GRADIENT.hidden())
### END HIDDEN TESTS

# %% [markdown]
# At the minimum the gradient is zero. Its entry for the column of ones then says
#
# $$\sum_i w_i\, p_i = \sum_i w_i\, y_i .$$
#
# Without weights, the probabilities on the training rows add up to the number of positives, by construction, so this does
# not prove them right (lesson 10). With [balanced weights](../../docs/glossary.md#balanced-weights) the right
# side is half of the total weight: **the model is made to believe that half of the world is positive.**

# %% [markdown]
# ## A weight is a number of copies
#
# A row with weight 3 adds $3\, \ell_i$ to the sum, and so do three copies of it. Where a model is *defined* by such a
# sum, class weights are the oversampling of lesson 05 without the dice. scikit-learn's logistic regression minimises $\tfrac12 \lVert\theta\rVert^2 + C \sum_i w_i \ell_i$ (the smaller $C$, the stronger the
# penalty). Take 3,000 rows, 5% of them positive, and the weights 1 and 19, set by hand:

# %% covers="E30"
from imbalance_lab.datasets import make_gauss

X, y = make_gauss(3000, prevalence=0.05, random_state=0)
copies = np.repeat(np.arange(len(y)), np.where(y == 1, 19, 1))
for C in (1.0, 0.01):
    weighted = LogisticRegression(C=C, tol=1e-9, class_weight={0: 1, 1: 19}).fit(X, y)
    copied = LogisticRegression(C=C, tol=1e-9).fit(X[copies], y[copies])
    balanced = LogisticRegression(C=C, tol=1e-9, class_weight="balanced").fit(X, y)
    far = [np.abs(weighted.coef_ - other.coef_).max() for other in (copied, balanced)]
    print(f"C = {C:4}: weights and copies agree to 1e-6: {far[0] < 1e-6}")
    print(f"          1 : 19 and balanced differ by up to {far[1]:.3f}")

# %% [markdown]
# Weights and copies agree. `"balanced"` has the same ratio and does *not*. Its weights add up to 3,000 instead of 5,700,
# so its losses count for less against the same penalty. **Whoever changes the total of the weights changes the
# regularisation too**, and may then praise the weights for it.
#
# For models that count rows or draw them, such as forests, a weight is *not* a number of copies (see the deeper
# notebook).

# %% [markdown]
# ## What weights do to the odds
#
# Lesson 05 dropped common rows, and the odds of every row rose by one factor. Among all rows that look alike let the share $p$ be positive. With weights, positives count $w_1 p$ and negatives
# $w_0 (1 - p)$, so a model that fits says
#
# $$p_w = \frac{w_1\, p}{w_1\, p + w_0\, (1 - p)} .$$
#
# Divide it by $1 - p_w$, and you see that weights multiply the **[odds](../../docs/glossary.md#odds)** $p / (1 - p)$ by
# $w_1 / w_0$. With $w_0 = 1$ and $w_1 = 4$, a row with $p = 0.2$ has odds of 1 to 4. The weights make them 1 to 1, so the
# model says 0.5.
#
# For the [log odds](../../docs/glossary.md#logit), which are the score of a logistic regression, a factor becomes an
# addition: the slopes stay, and the intercept moves by $\log (w_1 / w_0)$, which changes the order of no two rows. Here
# are 3% positives:

# %%
X, y = make_gauss(10_000, prevalence=0.03, random_state=0)
X_new, y_new = make_gauss(10_000, prevalence=0.03, random_state=1)
plain = LogisticRegression().fit(X, y)
weighted = LogisticRegression(class_weight="balanced").fit(X, y)
before, after = plain.decision_function(X_new), weighted.decision_function(X_new)
shift = np.log(np.sum(y == 0) / np.sum(y == 1))
with plots.picture(
    title="Weights shift every log odds by the same amount",
    xlabel="log odds without weights",
    ylabel="log odds with balanced weights",
    alt=f"1,000 new rows, all close to a line of slope 1 that lies {shift:.2f} above the diagonal.",
) as ax:
    ax.scatter(before[:1000], after[:1000], s=8, alpha=0.5, label="a new row")
    ax.axline((0, shift), slope=1, color="black", label=f"shifted by {shift:.2f}")
    ax.axline((0, 0), slope=1, color="grey", ls=":", label="no change")

# %% [markdown]
# So the threshold of 0.5 after weighting stands where $w_1 p = w_0 (1 - p)$, that is at
# $p = w_0 / (w_0 + w_1)$. For balanced weights this is the prevalence π, as in lesson 05. The balanced model
# expects too many positives:

# %% covers="E33"
p_weighted = weighted.predict_proba(X_new)[:, 1]
plots.reliability_diagram(
    y_new,
    {"plain": plain.predict_proba(X_new)[:, 1], "balanced": p_weighted},
    title="Balanced weights promise far too many positives",
)

# %% [markdown]
# Where the balanced model says 50%, about 3 of 100 rows are positive. You can
# translate this back, if the model fits (for boosting see lesson 10).

# %% [markdown]
# ### Exercise 3: undo the weights


# %% answer="unweight"
def unweight(p, w0, w1):
    """Turn the probabilities of a weighted model into those that it would give without weights.

    Parameters
    ----------
    p : array-like of shape (n_samples,)
        Probability of class 1, from 0 to 1, of a model trained with weights.
    w0, w1 : float
        The weights of class 0 and class 1 that it was trained with. Positive.

    Returns
    -------
    ndarray of shape (n_samples,)
        Between 0 and 1. 0 stays 0 and 1 stays 1.

    Example by hand: p = [0.5, 0.8] with w0 = 0.5 and w1 = 2 gives [0.2, 0.5]: the weights had
    multiplied the odds by 4.
    """
    ### BEGIN SOLUTION
    p = np.asarray(p)
    return w0 * p / (w0 * p + w1 * (1 - p))
    ### END SOLUTION


# %% try="unweight"
undone = unweight(p_weighted, w0=np.sum(y == 1), w1=np.sum(y == 0))
print(f"positives that came {y_new.sum()}, expected with balanced weights {p_weighted.sum():.0f}")
print(f"expected after undoing the weights {np.sum(undone):.0f}")

# %% graded="unweight" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights import UNWEIGHT

check(unweight, UNWEIGHT).on([0.5, 0.8], w0=0.5, w1=2).gives([0.2, 0.5])
check(unweight, UNWEIGHT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import class_weights as keys

check(unweight, UNWEIGHT).keeps_its_contract(keys.UNWEIGHT.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Weights from costs
#
# Balanced weights answer what would be right if both classes were equally common. Costs ask a real question. If a false
# alarm costs $c_{FP}$ and a miss $c_{FN}$, to flag a row of probability $p$ costs $c_{FP} (1 - p)$ on average, to pass it
# $c_{FN}\, p$. So flag if and only if
#
# $$p \ge \frac{c_{FP}}{c_{FP} + c_{FN}} .$$
#
# Compare this with the threshold that weights imply, $w_0 / (w_0 + w_1)$. For a model that fits,
# [weights](../../docs/glossary.md#cost-weights) in the ratio of the costs with the threshold 0.5 make the same decisions
# as no weights with this threshold (Elkan 2001). The dict `{0: 1, 1: 50}` says that a miss costs fifty false alarms; the
# probabilities know already how frequent the classes are.
#
# ### Correct once
#
# So it is one *or* the other. Whoever uses both counts prices twice, and flags too much. That is a
# [double correction](../../docs/glossary.md#double-correction), and lesson 09 measures its price.

# %% [markdown]
# ## When no straight line fits
#
# All of this holds *for a model that fits*. One that does not has to compromise, and weights tell it where it matters to
# be right. To vary the costs in training can then be better than to move only the threshold (Bach, Heckerman and
# Horvitz, 2006). In `make_bent` the log odds have two bends. A miss costs 45 false alarms. Here is the line of each plan:

# %%
from imbalance_lab.datasets import make_bent

X, y, true_p = make_bent(4000, prevalence=0.05, n_features=2, return_proba=True, random_state=0)
with plots.picture(
    title="One line knew the prices when it was drawn, the other did not",
    xlabel="first feature",
    ylabel="second feature",
    alt="4,000 rows. The border bends twice. The line of the plain model and that of the model with cost"
    " weights cross it in different places, and have different slopes.",
) as ax:
    ax.scatter(*X[y == 0].T, s=5, color="#cccccc", label="negative")
    ax.scatter(*X[y == 1].T, s=9, color=plots.PALETTE["vermillion"], label="positive")
    ax.tricontour(*X.T, true_p, levels=[1 / 46], colors="black")
    ax.plot([], [], color="black", label="where flagging pays")
    plans = ("no weights, 1/46", 1, 1 / 46, "--"), ("weights, 0.5", 45, 0.5, "-")
    for name, w1, cut, style in plans:
        model = LogisticRegression(class_weight={0: 1, 1: w1}).fit(X, y)
        (a, b), c = model.coef_[0], model.intercept_[0] - np.log(cut / (1 - cut))
        ax.axline((0, -c / b), slope=-a / b, ls=style, label=name, color=plots.PALETTE["blue"])
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    ax.legend(loc="lower left")

# %% [markdown]
# A threshold moves a line without turning it, so no threshold makes one line of the other. What does that cost on new
# rows? Take three situations: a line fits, with 3,000 rows; a line fits, with 500, and a miss costs more; no line fits.
# **Predict:** in which of them are cost weights cheaper than the threshold?

# %%
my_prediction = None  # such as "the first and the third"

# %%
from imbalance_lab.experiments import interval

SITUATIONS = {  # data, rows to learn from, prevalence, price of a miss
    "a line fits, 3,000 rows": (make_gauss, 3000, 0.05, 20),
    "a line fits, 500 rows": (make_gauss, 500, 0.06, 80),
    "no line fits, 4,000 rows": (make_bent, 4000, 0.05, 45),
}


def cost_per_row(rows, judge, weights, cut, price):
    model = LogisticRegression(class_weight=weights).fit(*rows)
    flagged = model.predict_proba(judge[0])[:, 1] >= cut
    return np.mean(np.where(judge[1] == 1, price * ~flagged, flagged))


def extra_cost(make, n, prevalence, price, seed):
    X, y = make(n + 8000, prevalence=prevalence, random_state=seed)
    rows, judge = (X[:n], y[:n]), (X[n:], y[n:])
    by_weights = cost_per_row(rows, judge, {0: 1, 1: price}, 0.5, price)
    return by_weights / cost_per_row(rows, judge, None, 1 / (1 + price), price) - 1


# %%
extra = {n: interval([extra_cost(*s, seed) for seed in range(12)]) for n, s in SITUATIONS.items()}
print("you predicted", my_prediction)
plots.intervals(
    extra,
    xlabel="bill with cost weights, relative to that with a threshold; 12 draws",
    ylabel="situation",
    title="Cost weights, measured against a threshold",
    baseline=0,
    baseline_label="the same bill",
    decimals=2,
)

# %% [markdown]
# With many rows and a model that fits, both cost nearly the same. Where no line fits, weights save about a sixth of the
# bill. With few rows they add about a quarter, because thirty positives of weight 80 decide the slopes. (Over 46 real
# sets, with tuned models, the laboratory could not tell which is cheaper: a few misses decide a bill.)

# %% [markdown]
# ## Weights or a threshold?
#
# So ask the data. Your clients fit `LogisticRegression(class_weight={0: 1, 1: weight})`,
# and need two numbers from you: the **weight** of a positive (1 is none) and the **threshold**.
#
# - Software that only takes labels flags at 0.5.
# - Software that knows the prices has the threshold $c_{FP} / (c_{FP} + c_{FN})$ built in.
# - The other clients leave the threshold to you.
#
# Some have few rows, some models do not fit, and you are not told which. `held_out_bill` prices a plan on rows held
# out:

# %%
from sklearn.model_selection import cross_val_predict

from imbalance_lab.exercises.plans import CURVE, client, saved


def held_out_bill(X, y, cost_fp, cost_fn, weight, threshold):
    model = LogisticRegression(class_weight={0: 1, 1: weight})
    flagged = cross_val_predict(model, X, y, cv=5, method="predict_proba")[:, 1] >= threshold
    return cost_fp * np.sum(flagged & (y == 0)) + cost_fn * np.sum(~flagged & (y == 1))


one = client(4)
print(f"{len(one.y)} rows, {one.y.sum()} positives; costs €{one.cost_fp:g} and €{one.cost_fn:g}")
print(f"threshold {one.threshold}; no weights and 0.5 would save {saved(one, (1, 0.5)):.0%}")

# %% [markdown]
# A plan is judged by what it saves on later rows, as a share of the bill of flagging nobody or everybody, whichever is
# cheaper. What costs more saves nothing: the client switches it off. The reference is one of
# the two plans of the last section, chosen on the client's rows.

# %%
plots.points_curve(CURVE, xlabel="savings, as a share of the reference's")

# %% [markdown]
# ### Exercise 4: a plan for each client


# %% answer="weights-or-threshold"
def weights_or_threshold(X, y, cost_fp, cost_fn, threshold):
    """Return the weight of a positive and the threshold that a client should use.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Features, standardised.
    y : ndarray of int of shape (n_samples,)
        1 for a positive, else 0.
    cost_fp, cost_fn : float
        What a false alarm and a miss cost, in euros.
    threshold : float or None
        The threshold that the client's software applies; None if you choose it.

    Returns
    -------
    weight, threshold : float
        For `LogisticRegression(class_weight={0: 1, 1: weight})`, fitted on X and y. A later row is
        flagged if its probability is at least the threshold. The weight lies between 0.001 and
        10,000. Where the client's software applies a threshold, return that one.
    """
    ### BEGIN SOLUTION
    ratio, plans = cost_fn / cost_fp, []
    for weight in (1, ratio):
        implied = weight / (weight + ratio)  # 0.5 if the weight says it all, the prices without one
        plans.append((weight, implied if threshold is None else threshold))
    return min(plans, key=lambda plan: held_out_bill(X, y, cost_fp, cost_fn, *plan))
    ### END SOLUTION


# %% try="weights-or-threshold"
my_plan = weights_or_threshold(*one.call.args)
print(f"weight {my_plan[0]:.1f}, threshold {my_plan[1]:.3f}: saves {saved(one, my_plan):.0%}")

# %% [markdown]
# The graded cell begins with eight clients to practise on, of the same kinds and sizes.

# %% graded="weights-or-threshold" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights import PRACTICE, WEIGHTS_OR_THRESHOLD
from imbalance_lab.exercises.plans import judge

by = judge(PRACTICE, "for eight clients to practise on")
check(weights_or_threshold, WEIGHTS_OR_THRESHOLD).earns(5, by=by, on=by.calls, says="plans")
### BEGIN HIDDEN TESTS
from imbalance_oracles.class_weights import hidden_clients

hidden = judge(hidden_clients(), "for eight hidden clients")
check(weights_or_threshold, WEIGHTS_OR_THRESHOLD).earns(5, by=hidden, on=hidden.calls, says="plans")
### END HIDDEN TESTS

# %% [markdown] covers="E32"
# ## Forests: where does a weight go?
#
# Class weights are said to act on "the loss" in any model. A random forest minimises none. A weight can act in three
# places:
#
# 1. **In a split.** The tree looks for the cut that leaves both sides least mixed, and can count rows by weight.
# 2. **In a leaf.** A leaf with 8 negatives and 2 positives says 0.2; with weights 0.625 and 2.5 it says 0.5. But a
#    **pure** leaf stays pure, so the tree of the opening, all of whose leaves are pure, found no more. A default forest
#    grows such trees.
# 3. **In the draw.** Each tree gets a bootstrap sample, and weights can be the probabilities of the draw.
#
# Up to version 1.8, scikit-learn used 1 and 2 for `class_weight="balanced"`; since 1.9 it uses 3 alone. **Predict:** with
# 200 fully grown trees and 3% positives, by how much does it raise recall at 0.5, as a share of what it was?

# %%
my_prediction = None  # such as 0.1 for a tenth more

# %% [markdown]
# The [laboratory](../../docs/laboratory.md) measured it on 30 draws of two families:

# %% covers="E31"
from imbalance_lab.evidence import study

print("you predicted", my_prediction)
weights = study("weights")
weights.plot("recall-doubles")

# %% [markdown]
# Fully grown forests find about three times as many positives, 2.0 and 1.6 more for each one. With leaves of twenty rows
# the plain forest flags nobody at 0.5, so there is no factor; the picture puts it at 1. So it holds here, at 0.5 and
# with this version: weights *inside* the trees, as before 1.9, lower recall (see the deeper notebook).

# %% [markdown]
# ## Do weights rank better?
#
# Here is the change of average precision at 3% positives, and its mean over these ten settings and ten more with 20%:

# %% covers="E34"
weights.plot("ranking", only="prevalence=0.03")

# %% [markdown]
# Weights improve the order by 0.02 in none of the twenty settings (at 20% no change exceeds 0.015), and make it worse in fully grown forests. Where LightGBM
# was tuned with equal budgets, weights on top changed average precision by -0.010 [-0.016, -0.004]; instead of tuning they
# stayed 0.027 behind.
#
# For mild imbalance, say some guides, weights suffice. They mean decisions at 0.5, so compare F1 there with that of no
# weights and a threshold of its own:

# %% covers="E90 E91"
weights.plot("mild-f1")

# %% [markdown]
# Here the advice is right: F1 is lower by only 0.008 on average, though in two settings it is not shown.
# Run one row again, a fully grown forest with 3% positives, and change what you like:

# %%
for treatment in ("nothing", "weights"):
    row = weights.rerun(23, treatment=treatment)
    print(f"{treatment}: recall at 0.5 {row['recall_at_half']:.2f}", end=", ")
    print(f"average precision {row['average_precision']:.2f}")

# %% [markdown]
# More is found at 0.5, in a worse order.

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim


def told(found):
    return f"{found['mean']:+z.3f} [{found['low']:+z.3f}, {found['high']:+z.3f}]"


grown = [condition["mean"] for condition in weights.facts("recall-doubles")["conditions"][:2]]
Claim(
    "class_weight='balanced' alone doubles or triples recall.",
    verdict=(wide := study("threshold")).verdict_on(part := "weights-double-recall"),
    because=f"the plain model finds next to nobody at 0.5. On the transactions a line found {recall_balanced / recall_plain:.1f} times as many; at 3%"
    f" positives fully grown forests, {1 + grown[0]:.1f} and {1 + grown[1]:.1f} times with scikit-learn 1.9, in a worse order. On 46 real sets leaving the weights away"
    f" changed recall by {wide.interval(part, model='logistic', world='real sets'):+.0%} (logistic regression), {wide.interval(part, model='forest', world='real sets'):+.0%}"
    f" (forest) and {wide.interval(part, model='boosting', world='real sets'):+.0%} (boosting), where doubling would make it -50%. Before 1.9 the same argument weighed inside the trees, which lowers recall (deeper notebook).",
    reference="vandengoorbergh2022",
    evidence="E31",
)

# %%
Claim(
    "Class weights are especially effective in linear models, trees and boosting, and for mild imbalance they suffice.",
    verdict="holds only if",
    because="the imbalance is mild and you decide at 0.5: there F1 differs by"
    f" {told(weights.facts('mild-f1')['overall'])} from that of a tuned threshold, which needs no weights. They do not rank better: over"
    f" five models and mild and stronger imbalance, on two simulated families, they changed average precision by"
    f" {told(weights.facts('ranking')['overall'])}, and by {told(weights.facts('on-top')['overall'])} on top of tuning.",
    reference="vandengoorbergh2022",
    evidence="E34 E90 E91",
)

# %%
Claim(
    "Weights are the pure solution: the data stay unaltered.",
    verdict="holds only if",
    because="you mean memory and time. To a logistic regression they are the same as copies of the rare"
    f" rows, and its probabilities then expect {p_weighted.sum() / y_new.sum():.1f} positives for each"
    " one that comes, until the weights are undone.",
    reference="vandengoorbergh2022",
    evidence="E33",
)

# %% [markdown]
# ## Quiz
#
# **1.** In the opening π is 0.0114. At which threshold does the *balanced* model make about the decisions that the plain
# model makes at 0.5?
#
# - a) 0.0114
# - b) 0.5
# - c) 0.8
# - d) 0.989
#
# **2.** A model that fits was trained with $w_0 = 1$ and $w_1 = 99$, and says 0.8. What is the probability of fraud?
#
# - a) 0.8
# - b) about 0.04
# - c) about 0.008
# - d) Only the training data can tell.
#
# **3.** 1,000 rows, 100 of them positive, `C=1` and `class_weight={0: 1, 1: 9}`. With which `C` does `"balanced"` give a
# logistic regression the same coefficients?
#
# - a) 0.56
# - b) 1
# - c) 1.8
# - d) 9
#
# **4.** A miss costs €60, a false alarm €4. Somebody trains with the weights 4 and 60, and also uses the threshold 4/64.
# At which true probability does a model that fits begin to flag?
#
# - a) 0.0044
# - b) 0.0625
# - c) 0.5
# - d) 0.94
#
# **5.** 5% of the rows are positive. A tree was trained with balanced weights; one of its leaves holds 18 negatives and 2
# positives. What does it say?
#
# - a) 0.10
# - b) 0.50
# - c) 0.68
# - d) 0.95

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "d", 2: "b", 3: "c", 4: "a", 5: "c"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.class_weights import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague reports: *"I set `class_weight='balanced'` and recall went from 20% to 80%. I also rank customers by expected
# loss = probability × amount."* Answer in five to eight sentences: what has and has not been gained, what is wrong with
# the expected losses and how to repair them, and which two comparisons would you ask for?

# %% [markdown] written="reflection" points=3
# The recall rose because the weights multiply the odds by the ratio of the weights, so that the
# threshold 0.5 now stands where the prevalence stood before; false alarms rose as well. The order of
# the customers is about the same, so little was learned that the model without weights did not
# know. The probabilities are far too high, and not by one factor, so expected losses are far too
# high, and their order is wrong too, since small probabilities are inflated most while amounts are
# not. I would either train without weights or undo them by dividing the odds by w1/w0, and check
# that the probabilities add up to the number of cases that came. Then I would ask for two
# comparisons on new data and over repeated splits: the model without weights at a threshold that
# follows from the costs, and the same model better regularised. If the weighted model beats both,
# we should use it.
#
# ### BEGIN MARK SCHEME
# 1 point: says that recall rose because the threshold moved in effect (shift of the odds), with more
# false alarms, and not because the ranking improved.
#
# 1 point: says that the probabilities are inflated, so that expected losses are wrong, and how to
# repair them (undo the weights by the odds, or train without weights; recalibration counts too).
#
# 1 point: asks for the plain model with a tuned or cost-based threshold and for a better regularised
# one (or another fair baseline without weights), on data that neither fit nor tuning has seen.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - Weights multiply the odds by $w_1 / w_0$. Undo them before you use a probability.
# - Where the model fits, weights and threshold do the same job: use the costs once.
# - Where it does not, or rows are few, compare their bills on rows held out.
# - Before you praise weights, try another threshold and more regularisation.
#
# **New words:** *class weight* and *sample weight*, *balanced weights*, *weighted mean loss*,
# *finite differences*, *cost weights*, *double correction*.
#
# ## Further reading
#
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
# - Bach et al. (2006). [*Considering cost asymmetry in learning
#   classifiers*](../../docs/bibliography.md#bach2006).
# - van den Goorbergh et al. (2022). [*The harm of class imbalance corrections for risk prediction
#   models: illustration and simulation using logistic
#   regression*](../../docs/bibliography.md#vandengoorbergh2022).
#
# **Next:** two optional notebooks, or lesson 08, where the weight of a row depends on how well the model does on it.
