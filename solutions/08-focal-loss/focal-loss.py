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
# # 08 · Focal loss: does attention to hard rows find more of them?
#
# **At the end you can**
#
# - say what γ and α do to a row's loss, compute it without overflow, and derive its slope;
# - translate what a focal model says back into a true probability;
# - compare focal loss fairly with a rival, in LightGBM;
# - choose γ and α for what a score is used for.
#
# **Time** 85 minutes. **You need** logistic regression, a first idea of boosted trees, and derivatives.
# **Builds on** lessons 01 to 03 (costs, recall, average precision), lesson 04 (fair comparisons) and
# lesson 07 (weights in the loss).

# %% [markdown] covers="E38"
# ## A loss that pays attention
#
# Lesson 07 gave every row of the rare class the same extra weight. The
# **[focal loss](../../docs/glossary.md#focal-loss)** (Lin and others, 2017) has a finer idea: how much a row
# counts depends on how wrong the model still is about it. Call $p_t$
# [the probability that the model gives to what really happened](../../docs/glossary.md#p_t). Then the loss of a
# row is
#
# $$-(1 - p_t)^{\gamma} \log p_t .$$
#
# If a model is rightly 99% sure of a negative row, then γ = 2, the usual choice, multiplies its loss by
# $0.01^2 = 0.0001$. Thousands of easy negatives fall nearly silent, and what is left comes from the hard rows.
# The loss was made for finding objects in pictures, and is recommended for any rare class.
#
# Here are 6,000 rows, 1% of them positive, and a linear model that is trained twice: with γ = 0, the plain log
# loss, and with γ = 2.

# %%
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from imbalance_lab import plots
from imbalance_lab.datasets import make_gauss

X, y = make_gauss(6000, prevalence=0.01, random_state=0)
X_new, y_new = make_gauss(20_000, prevalence=0.01, random_state=1)


def mean_focal(theta, gamma):
    p = expit(theta[0] + X @ theta[1:])  # the logistic function
    p_t = np.where(y == 1, p, 1 - p)
    return np.mean(-((1 - p_t) ** gamma) * np.log(p_t))


found = {gamma: minimize(mean_focal, np.zeros(11), args=(gamma,)).x for gamma in (0, 2)}
p_plain, p_focal = (expit(found[gamma][0] + X_new @ found[gamma][1:]) for gamma in (0, 2))

# %% [markdown]
# **Predict before you run.** Both models flag a new row if they give it a probability of 0.5 or more. How many
# positives does γ = 2 catch for each one that γ = 0 catches?

# %%
my_prediction = None  # such as 1.2

# %%
caught = [int(np.sum((p >= 0.5) & (y_new == 1))) for p in (p_plain, p_focal)]
print(f"you predicted: {my_prediction}")
print(f"of {y_new.sum()} positives γ = 0 catches {caught[0]}, γ = 2 catches {caught[1]}")
with plots.picture(
    title="The same rows, as two models see them",
    xlabel="what the model with γ = 0 says of a row",
    ylabel="what the model with γ = 2 says",
    alt="A narrow band of points that rises from left to right. It lies far above the diagonal for"
    " small probabilities and crosses it near 0.5. The probabilities of all new rows add up to"
    f" {p_plain.sum():.0f} with γ = 0 and to {p_focal.sum():.0f} with γ = 2.",
) as ax:
    ax.scatter(p_plain[::5], p_focal[::5], s=4, label="a new row")
    ax.plot([1e-5, 1], [1e-5, 1], "--", color="black", label="both say the same")
    ax.axhline(0.5, color="grey", linewidth=1, label="flagged from here")
    ax.axvline(0.5, color="grey", linewidth=1)
    ax.set(xscale="log", yscale="log")
print(f"sum of probabilities: γ = 0 {p_plain.sum():.0f}, γ = 2 {p_focal.sum():.0f}")

# %% [markdown]
# Hardly anything changed in what is caught. All rows lie on a narrow band, so the two models rank them almost alike, and
# the band goes through the point where both say 0.5. But look how far it runs above the diagonal: with γ = 2 the
# probabilities add up to ten times as many positives as came.
#
# Why do the decisions stay and the probabilities rise? And when does the attention help?

# %% [markdown]
# ## Attention by a factor
#
# A model adds up a score $z$, any real number. It is called a **[logit](../../docs/glossary.md#logit)**, because it is
# the logarithm of the odds: $p = \sigma(z) = 1 / (1 + e^{-z})$. The
# **[margin](../../docs/glossary.md#margin)** $m$ is the logit with the sign of the label, $m = z$ for a positive row and
# $m = -z$ for a negative one. It is large where the model is right, and it makes both classes look alike:
#
# $$p_t = \sigma(m), \qquad 1 - p_t = \sigma(-m) .$$
#
# The log loss of a row, also called **[binary cross-entropy](../../docs/glossary.md#binary-cross-entropy)**, is
# $-\log p_t$. The focal loss multiplies it by the **[focusing factor](../../docs/glossary.md#focusing-factor)**
# $(1 - p_t)^{\gamma}$:

# %% covers="E40"
p_t = np.linspace(0.005, 0.995, 200)
with plots.picture(
    title="A larger γ silences what is right already",
    xlabel="probability of what happened, p_t",
    ylabel="loss of the row",
    alt=(
        "Loss against p_t for γ = 0, 0.5, 2 and 5. All curves fall to 0 at p_t = 1; at p_t = 0.6"
        " cross-entropy is 0.51, with γ = 2 it is 0.08, with γ = 5 0.005. Near p_t = 0 they meet."
    ),
) as ax:
    for gamma in (0, 0.5, 2, 5):
        ax.plot(p_t, -((1 - p_t) ** gamma) * np.log(p_t), label=f"γ = {gamma}")
    ax.set_ylim(0, 4)

# %% [markdown]
# **Toy.** Ten rows: eight easy negatives with $p = 0.1$, a hard negative with $p = 0.5$, and a positive that is still
# missed, with $p = 0.2$. An easy negative has $p_t = 0.9$, so its factor with γ = 2 is $0.1^2 = 0.01$, and its loss
# falls from 0.105 to 0.001. The missed positive has $p_t = 0.2$ and keeps $0.8^2 = 0.64$ of its loss.

# %%
of_each = np.array([0.9, 0.5, 0.2])  # p_t of an easy negative, the hard one, the positive
shares = {}
for gamma in (0, 2):
    losses = np.array([8, 1, 1]) * -((1 - of_each) ** gamma) * np.log(of_each)
    shares[f"γ = {gamma}"] = losses / losses.sum()
with plots.picture(
    title="Eight easy rows make a quarter of the log loss, and next to nothing of the focal loss",
    xlabel="share of the loss of all ten rows",
    ylabel="loss",
    alt="; ".join(
        f"{name}: 8 easy negatives {s[0]:.0%}, hard negative {s[1]:.0%}, missed positive {s[2]:.0%}"
        for name, s in shares.items()
    ),
) as ax:
    left = np.zeros(2)
    for row, name in enumerate(("8 easy negatives", "hard negative", "missed positive")):
        width = np.array([s[row] for s in shares.values()])
        ax.barh(list(shares), width, left=left, label=name, hatch=("", "//", "..")[row])
        left += width
    ax.set_ylim(-0.6, 2.3)  # room for the legend

# %% [markdown]
# The factor does not look at the class.

# %% [markdown] covers="E39"
# ## What α weighs
#
# The paper's full form also has class weights, written with one number α between 0 and 1:
#
# $$-\alpha_t\, (1 - p_t)^{\gamma} \log p_t, \qquad
# \alpha_t = \begin{cases} \alpha & \text{if } y = 1 \\ 1 - \alpha & \text{if } y = 0 . \end{cases}$$
#
# **α is the weight of a positive row, and 1 − α that of a negative one.** Two popular recipes get this wrong.
#
# *"Set α to the frequency of the minority, 0.05."* Then a positive row weighs 0.05 and a negative one 0.95, so the
# rare class counts 19 times less on top of being rare. Equal total weight takes α = 1 − π, where π is the prevalence.
#
# *One α for all rows.* Many tutorials multiply the loss of *every* row by `alpha`. A number in front of all rows moves
# no minimum, so this α balances nothing.
#
# Lin and others found α = 0.25 with γ = 2 best for their detector: positives weigh *less* than negatives there. They
# explain that γ has silenced so many easy negatives already.

# %% [markdown]
# ## Why the loss wants logits
#
# In a computer it matters whether you go through $p$. Here is the loss of a negative row with γ = 0, by way of $p$, and
# by SciPy's `log_expit`, which computes $\log \sigma(z)$ from the logit:

# %%
from scipy.special import log_expit

with np.errstate(all="ignore"):  # the warnings are what the lines below are about
    for z in (2.0, 40.0, 1000.0):
        p = 1 / (1 + np.exp(-z))
        print(f"z = {z:6.0f}   by p: {-np.log(1 - p):6.4g}   by z: {-log_expit(-z):6.4g}")

# %% [markdown]
# At $z = 40$ the probability differs from 1 by less than a float can hold, so $1 - p$ becomes 0 and the loss infinite.
# The true loss is a harmless 40. One such row spoils a whole model. The way out is to take the large part out of the
# logarithm before anything is put into an exponential:
#
# $$-\log(1 - p) = \log(1 + e^{z}) = \max(z, 0) + \log\bigl(1 + e^{-|z|}\bigr) .$$
#
# The same care is needed for $1 - p_t$: subtracted from 1 it loses its digits, computed as $\sigma(-m)$ it keeps them.

# %% [markdown]
# ### Exercise 1: the focal loss


# %% answer="focal-loss"
def focal_loss(y, z, gamma, alpha=None):
    """Return the focal loss of each row, computed from logits.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels, 0 or 1.
    z : array-like of shape (n_samples,)
        Logits, any real numbers between -1000 and 1000.
    gamma : float
        Focusing parameter, 0 or more. 0 gives (weighted) cross-entropy.
    alpha : float or None, default=None
        Weight of a positive row, from 0 to 1; a negative row weighs 1 - alpha. None: both weigh 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        One loss a row, finite, not capped.

    Example by hand: y = [1, 0, 1], z = [log 9, log 9, 0], so p = [0.9, 0.9, 0.5] and
    p_t = [0.9, 0.1, 0.5]. With gamma = 2 and alpha = 0.25:
    0.25 · 0.1² · 0.105361 = 0.000263, 0.75 · 0.9² · 2.302585 = 1.398820,
    0.25 · 0.5² · 0.693147 = 0.043322.
    """
    ### BEGIN SOLUTION
    y, z = np.asarray(y), np.asarray(z)
    margin = np.where(y == 1, z, -z)
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return weight * expit(-margin) ** gamma * -log_expit(margin)
    ### END SOLUTION


# %% try="focal-loss"
focal_loss([1, 0, 1], [np.log(9), np.log(9), 0], gamma=2, alpha=0.25).round(6)

# %% graded="focal-loss" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import FOCAL_LOSS

example, by_hand = ([1, 0, 1], [2.1972246, 2.1972246, 0], 2, 0.25), [0.000263, 1.398820, 0.043322]
check(focal_loss, FOCAL_LOSS).on(*example).gives(by_hand, abs_=5e-7)
check(focal_loss, FOCAL_LOSS).on([1, 0], [0, 1000], 0).gives([0.693147, 1000], abs_=5e-7)
check(focal_loss, FOCAL_LOSS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(focal_loss, FOCAL_LOSS).keeps_its_contract(keys.FOCAL_LOSS.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## The slope
#
# Training follows the slope of each row's loss along its logit. Use the margin and three abbreviations, and drop
# $\alpha_t$ for a while:
#
# $$p_t = \sigma(m), \qquad q = 1 - p_t, \qquad s = -\log p_t, \qquad L = q^{\gamma} s .$$
#
# Along the margin, $q$ has the slope $-p_t\, q$, and $s$ has the slope $-q$. $L$ is their product, so its slope has two
# terms: one from the cross-entropy $s$, and one from the factor, which falls as well when the row gets better. A fixed
# weight $q^{\gamma}$ would have the first term only.
#
# Write down both terms, and put powers of $q$ together before you compute: for a row that is surely right $q$ is 0, and
# 0 to a negative power is no number. Two checks by thought: with γ = 0 the slope along $m$ is $-q$, which for a positive
# row is the "prediction minus label" of lesson 07, and it is never positive.
#
# Last, come back from the margin to the logit. For a negative row $m = -z$, so its slope along $z$ has the opposite
# sign. Both are multiplied by $\alpha_t$.

# %% [markdown]
# ### Exercise 2: the gradient


# %% answer="focal-gradient"
def focal_gradient(y, z, gamma, alpha=None):
    """Return the slope of each row's focal loss along its logit.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels, 0 or 1.
    z : array-like of shape (n_samples,)
        Logits, any real numbers between -1000 and 1000.
    gamma : float
        Focusing parameter, 0 or more.
    alpha : float or None, default=None
        Weight of a positive row, from 0 to 1; a negative row weighs 1 - alpha. None: both weigh 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        d loss_i / d z_i, finite. Not divided by the number of rows.

    Example by hand: y = [1, 0, 0], z = [0, 0, log 9], gamma = 2, alpha = 0.25 gives
    [-0.074572, 0.223715, 0.826514]; in the last row p_t is 0.1. At z = 0 both terms are known:
    with p_t = q = 0.5 and s = 0.693147 they add up to a slope of size 0.298287 before alpha.
    """
    ### BEGIN SOLUTION
    y, z = np.asarray(y), np.asarray(z)
    sign = np.where(y == 1, 1.0, -1.0)
    right, wrong = expit(sign * z), expit(-sign * z)
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return -weight * sign * wrong**gamma * (gamma * right * -log_expit(sign * z) + wrong)
    ### END SOLUTION


# %% try="focal-gradient"
z_try, step = np.array([0, 0, np.log(9)]), 1e-5
up, down = (focal_loss([1, 0, 0], z_try + h, 2, 0.25) for h in (step, -step))
print("by differences of your loss:", ((up - down) / (2 * step)).round(6))
print("by your formula:            ", focal_gradient([1, 0, 0], z_try, 2, 0.25).round(6))

# %% graded="focal-gradient" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import FOCAL_GRADIENT

by_hand = [-0.0745717, 0.2237151, 0.8265141]
example = ([1, 0, 0], [0, 0, 2.1972246], 2, 0.25)
check(focal_gradient, FOCAL_GRADIENT).on(*example).gives(by_hand, abs_=2e-7)
check(focal_gradient, FOCAL_GRADIENT).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(focal_gradient, FOCAL_GRADIENT).keeps_its_contract(keys.FOCAL_GRADIENT.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## What training settles on
#
# Now look at rows that are all alike, of which a share $t$ is positive. A model should say $t$ about them. What does the
# loss make it say? **Predict first:** one of these rows in a hundred is
# positive. What does a model with γ = 2 (and α = 0.5) say, once it has learned all there is?

# %%
my_prediction = None  # a probability

# %%
from scipy.optimize import minimize_scalar


def settles_on(t, gamma, alpha=0.5):
    def expected(z):
        p = expit(z)
        of_a_positive, of_a_negative = (1 - p) ** gamma * np.log(p), p**gamma * np.log(1 - p)
        return -(t * alpha * of_a_positive + (1 - t) * (1 - alpha) * of_a_negative)

    return expit(minimize_scalar(expected, bounds=(-12, 12), method="bounded").x)


# %%
truth = expit(np.linspace(-7, 7, 71))
says = {gamma: [settles_on(t, gamma) for t in truth] for gamma in (0, 0.5, 1, 2, 5)}
print(f"you predicted: {my_prediction}; where 1% is true, γ = 2 says {settles_on(0.01, 2):.0%}")
with plots.picture(
    title="What the focal loss asks a model to say",
    xlabel="true probability (logit scale)",
    ylabel="probability that the model says",
    alt="What a model says against the truth. Where 1% is true, γ = "
    + ", ".join(f"{g} says {settles_on(0.01, g):.0%}" for g in says)
    + ". All curves go through the point where both are one half.",
) as ax:
    for gamma, line in says.items():
        ax.plot(truth, line, label=f"γ = {gamma}")
    ticks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    ax.set(xscale="logit", yscale="logit")
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()

# %% [markdown]
# With γ = 0 the model says the truth. Such a loss is called **[proper](../../docs/glossary.md#proper-loss)**. **The focal
# loss is not proper:** with γ = 2 a true 1% becomes 15%. That is no lack of data. It is what the loss asks for.
#
# And why do decisions stay? At the minimum the slopes of all rows add up to zero. Write
# $\text{up}(p)$ for the size of your slope of a positive row of which the model says $p$, and $\text{down}(p)$ for
# that of a negative row, both without α. Then
#
# $$t\, \alpha\, \text{up}(p) = (1 - t)\, (1 - \alpha)\, \text{down}(p) .$$
#
# At $p = 0.5$ a positive and a negative row are equally wrong, so $\text{up}(0.5) = \text{down}(0.5)$ for every γ, and
# what is left is $t\, \alpha = (1 - t)(1 - \alpha)$. The solution is $t = 1 - \alpha$:
#
# > **A focal model says 0.5 where the true probability is 1 − α, whatever γ is.**
#
# To flag at 0.5 is therefore to flag at a true probability of $1 - \alpha$, and γ has no say in it. In the opening
# both models had α = 0.5, so nearly the same rows were flagged. With α = 0.01, "the frequency of the minority", only rows
# are flagged that are positive with 99% probability.
#
# You can also read the balance the other way round: from what a model says, $p$, follows the truth $t$ that must be
# behind it. This undoes γ and α in one step and keeps the order.

# %% [markdown]
# ### Exercise 3: the truth behind a focal probability


# %% answer="true-probability"
def true_probability(p, gamma, alpha=0.5):
    """Return the true probability at which a focal model that has learned all there is says p.

    Parameters
    ----------
    p : array-like of shape (n_samples,)
        Probabilities of the positive class that the model says, strictly between 0 and 1.
    gamma : float
        Focusing parameter of its loss, 0 or more.
    alpha : float, default=0.5
        Weight of a positive row in its loss, strictly between 0 and 1; a negative row had
        1 - alpha.

    Returns
    -------
    ndarray of shape (n_samples,)
        Probabilities, in the order of `p`.

    Example by hand: p = [0.5, 0.1], gamma = 2, alpha = 0.25. Where it says 0.5 the truth is
    1 - alpha = 0.75. Where it says 0.1, a positive row has a slope of size 1.102019 and a negative
    row one of 0.002896, both without alpha, and the truth is 0.007823.
    """
    ### BEGIN SOLUTION
    p = np.asarray(p)
    up = alpha * (1 - p) ** gamma * (1 - p - gamma * p * np.log(p))
    down = (1 - alpha) * p**gamma * (p - gamma * (1 - p) * np.log1p(-p))
    return down / (up + down)
    ### END SOLUTION


# %% try="true-probability"
true_probability([0.5, 0.1], gamma=2, alpha=0.25).round(6)

# %% graded="true-probability" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import TRUE_PROBABILITY

by_hand = [0.75, 0.0078234]
check(true_probability, TRUE_PROBABILITY).on([0.5, 0.1], 2, 0.25).gives(by_hand, abs_=1e-7)
check(true_probability, TRUE_PROBABILITY).on([0.3, 0.01], 0, 0.5).gives([0.3, 0.01])
check(true_probability, TRUE_PROBABILITY).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(true_probability, TRUE_PROBABILITY).keeps_its_contract(keys.TRUE_PROBABILITY.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Move γ and α
#
# Left, twice the loss of a positive and of a negative row. Right, what a model says that has learned all there is. Move γ alone:
# the line turns around the black mark. Move α alone: the mark moves sideways.

# %%
from imbalance_lab.explorers import focal_explorer

focal_explorer(gamma=2, alpha=0.5, prevalence=0.01)

# %% [markdown]
# ## Does it rank better?
#
# What is left is the order of the rows. For the linear model it stayed nearly the same. Boosted trees can follow hard rows
# wherever these are. LightGBM takes a loss of your own as a function that returns slope and curvature of each row, here
# by differences. (The second notebook derives the curvature.) Both losses get the same two
# settings: LightGBM's *default*, and *regularised*, where a leaf must hold a curvature of 1 in total instead of 0.001.
# (This was chosen on other draws, for the log loss.)

# %%
from functools import partial

import lightgbm as lgb


def row_loss(margin, gamma):
    return -(expit(-margin) ** gamma) * np.log(expit(margin))


def slope_and_curvature(z, data, gamma, h=1e-3):
    sign = 2 * data.get_label() - 1
    below, at, above = (row_loss(sign * z + step, gamma) for step in (-h, 0, h))
    return sign * (above - below) / (2 * h), np.abs(below - 2 * at + above) / h**2


def fit_trees(X, y, gamma, **options):
    start = logit(settles_on(y.mean(), gamma))
    loss = partial(slope_and_curvature, gamma=gamma)
    params = {"objective": loss, "num_leaves": 8, "num_threads": 1, "verbose": -1}
    data = lgb.Dataset(X, y, init_score=np.full(len(y), start))
    booster = lgb.train(params | options, data, num_boost_round=40)
    return lambda X: start + booster.predict(X)


# %% [markdown]
# **Predict first:** with 1% positives, how much average precision does γ = 2 gain over the log loss at the default, and how
# much if both are regularised?

# %%
my_prediction = None  # two gains, such as (0.01, 0.01)

# %% covers="E41"
from sklearn.metrics import average_precision_score

from imbalance_lab.datasets import make_nonlinear
from imbalance_lab.experiments import interval

SETTINGS = {"default": {}, "regularised": {"min_sum_hessian_in_leaf": 1}}


def gains_of(prevalence, seed):  # in average precision on new rows, for each setting
    X, y = make_nonlinear(6000, prevalence=prevalence, random_state=seed)
    X_new, y_new = make_nonlinear(10_000, prevalence=prevalence, random_state=1000 + seed)
    gains = []
    for setting in SETTINGS.values():
        plain, focal = (fit_trees(X, y, gamma, **setting)(X_new) for gamma in (0, 2))
        gains.append(np.subtract(*(average_precision_score(y_new, z) for z in (focal, plain))))
    return gains


def intervals_at(prevalence):
    runs = zip(*(gains_of(prevalence, seed) for seed in range(8)))
    return {f"{prevalence:.0%} positives, {s}": interval(run) for s, run in zip(SETTINGS, runs)}


gains = intervals_at(0.1)

# %%
gains |= intervals_at(0.01)
print("you predicted:", my_prediction)
plots.intervals(
    gains,
    xlabel="average precision: γ = 2 minus γ = 0, eight draws",
    ylabel="data and setting of both",
    title="The focal loss against the log loss, at two settings",
    baseline=0,
)

# %% [markdown]
# With 1% positives the focal loss ranks better at the default, and the interval says that this is no accident. But with
# the better setting on both sides no gain is left to be seen. With 10% positives there was none to begin with.
#
# That was one family of data. The [laboratory](../../docs/laboratory.md) gave the log loss
# and the focal loss eight tries each, on three families with 2% positives:

# %%
from imbalance_lab.evidence import study

wide = study("focal")
wide.plot("ranks")

# %% [markdown]
# Networks that were trained for 1,000 steps gained 0.06 on two families, and after 100 steps half of that or less. Trees
# gained nothing, and lost on *dense*. (The study cuts their negative curvature off; the second notebook shows what
# that can do.)

# %% [markdown]
# ## What the score is for
#
# A bank trains its fraud model with a loss whose γ and α you may set, and nothing else. Its alarm goes off where the model
# says **0.5 or more**. A check costs `price` euros, and a fraud that nobody checks costs `loss` euros. `fit_focal` trains a
# linear model as the opening did, now with α:

# %%
from imbalance_lab.exercises.banks import CURVE, FEATURES, bank
from imbalance_lab.focal import fit_focal

one, names = bank(13), list(FEATURES)
print(f"a check costs {one.price:.0f} €, a miss {one.valid['loss'][0]} €")


def saved_by(alarm, table, price):  # the share of the fraud's cost, after checks are paid
    cost = table["loss"] * table["is_fraud"]
    return (cost - price)[alarm].sum() / cost.sum()


# %% [markdown]
# **Predict first:** which α saves most at this bank?

# %%
my_prediction = None  # a number between 0 and 1

# %%
alphas = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.97, 0.98, 0.99]
curves = {}
for gamma in (0, 2):
    models = [fit_focal(one.train[names], one.train["is_fraud"], gamma, a) for a in alphas]
    curves[gamma] = [saved_by(m(one.valid[names]) >= 0.5, one.valid, one.price) for m in models]
print("you predicted:", my_prediction)
with plots.picture(
    title="What each α saves, with an alarm at one half",
    xlabel="α, the weight of a positive row (logit scale)",
    ylabel="share of the fraud's cost that is saved",
    alt="; ".join(
        f"γ = {g}: " + ", ".join(f"{curve[k]:.0%} at α = {alphas[k]}" for k in (2, 3, 5, 8))
        for g, curve in curves.items()
    ),
) as ax:
    for (gamma, curve), style in zip(curves.items(), ("o-", "s--")):
        ax.plot(alphas, curve, style, label=f"γ = {gamma}")
    ax.axvline(0.25, color="grey", linestyle=":", label="α of the paper")
    ax.set(xscale="logit")
    ax.set_xticks(ticks := [*alphas[:6], 0.98], [f"{a:g}" for a in ticks])
    ax.minorticks_off()

# %% [markdown]
# The two curves nearly coincide, as the law says. α moves the alarm, and with the paper's α, or with one half, this bank
# gives away much of what it could save. An untouched model with another threshold would do as well as the best α, if the
# alarm had one (lesson 09).
#
# Other banks have another rule. Their alarm goes off where **what the model says, times `loss`, is at least `price`**,
# so that the expected loss pays for the check. Their `loss` differs from row to row: the amount plus 15 euros.
#
# For six hidden banks, three of each rule, you set γ and α. Points are for what your settings save on later days, added
# up, as a share of what a reference saves:

# %%
plots.points_curve(CURVE, xlabel="saved with your settings, as a share of the reference")

# %% [markdown]
# The first three rungs are constants. You can reach the top by thought, or by tries on the validation rows.

# %% [markdown]
# ### Exercise 4: choose γ and α


# %% answer="choose-focal"
def choose_focal(train, valid, price, rule):
    """Return γ and α for a bank's model.

    Parameters
    ----------
    train : DataFrame of 3,000 rows
        The rows that the bank's model will learn from, a linear model by `fit_focal`. It has eight
        features (their names are in `names`), ``loss`` and ``is_fraud``.
    valid : DataFrame of 3,000 rows
        More rows of the same kind, for you to choose by.
    price : float
        What a check costs, in euros.
    rule : str
        "half": the alarm goes off where the model says 0.5 or more; ``loss`` is the same for all
        rows. "loss": it goes off where what the model says, times ``loss``, is `price` or more.

    Returns
    -------
    gamma, alpha : float
        From 0 to 10, and strictly between 0 and 1.
    """
    ### BEGIN SOLUTION
    if rule == "loss":
        return 0, 0.5
    return 0, float(1 - price / valid["loss"].mean())
    ### END SOLUTION


# %% try="choose-focal"
for one in (bank(13), bank(10)):
    print(f"{one.rule}: γ and α", choose_focal(one.train, one.valid, one.price, one.rule))

# %% [markdown]
# The graded cell first asks for six banks to practise on, of the same kinds and sizes: `bank(0)` to `bank(5)`.

# %% graded="choose-focal" points=5
from imbalance_lab.checks import check
from imbalance_lab.exercises.banks import PRACTICE, judge
from imbalance_lab.exercises.focal_loss import CHOOSE_FOCAL

by = judge(PRACTICE, "at six banks to practise on")
check(choose_focal, CHOOSE_FOCAL).earns(5, by=by, on=by.calls, says="settings")
### BEGIN HIDDEN TESTS
from imbalance_oracles.focal_loss import hidden_banks

by = judge(hidden_banks(), "at six hidden banks")
check(choose_focal, CHOOSE_FOCAL).earns(5, by=by, on=by.calls, says="settings")
### END HIDDEN TESTS

# %% [markdown]
# ## Claims, tested

# %%
from imbalance_lab.claims import Claim

told = "{mean:+.2f} [{low:+.2f}, {high:+.2f}]".format_map
conditions = wide.facts("ranks")["conditions"]
Claim(
    "Focal loss is especially effective when the classes are 1:100 or rarer.",
    verdict="holds only if",
    because=(
        "the model is a network in long training, as far as the laboratory's 2% positives tell: after 1,000 steps it gained"
        f" {told(conditions[9])} and {told(conditions[11])} average precision on two families of three; 200 boosted trees"
        f" changed by {told(conditions[5])}. With 1% positives here γ = 2 changed trees by"
        f" {gains['1% positives, default']:+.2f} against LightGBM's default, which may be less than the 0.02 that would"
        f" matter, and by {gains['1% positives, regularised']:+.2f} with one better setting on both sides."
    ),
    reference="luo2025",
    evidence="E41",
)

# %%
alphas = 0.01, 0.5, 0.99
hits = [fit_focal(X, y, gamma=2, alpha=a)(X_new)[y_new == 1] >= 0.5 for a in alphas]
Claim(
    "Set α to the frequency of the minority class.",
    verdict="does not hold",
    because=(
        "α is the weight of a positive row, so a small α makes the rare class lighter still. With 1%"
        f" positives and γ = 2, recall at 0.5 was {hits[0].mean():.2f} with α = 0.01, {hits[1].mean():.2f} with"
        f" 0.5 and {hits[2].mean():.2f} with 0.99. One α for both classes has no effect on the balance."
    ),
    reference="lin2017",
    evidence="E38 E39",
)

# %%
said = expit(found[0][0] + X @ found[0][1:])
right = np.where(y == 1, said, 1 - said)
easy = {}
for gamma in (0, 2, 5):
    losses = -((1 - right) ** gamma) * np.log(right)
    easy[gamma] = losses[right > 0.9].sum() / losses.sum()
Claim(
    "γ = 2 is the standard, and a higher γ focuses more on hard rows.",
    verdict="holds",
    because=(
        "Under the plain model of the opening, rows with p_t above 0.9 make"
        f" {easy[0]:.0%} of the whole loss with γ = 0, {easy[2]:.2%} with γ = 2 and"
        f" {1e6 * easy[5]:.1g} in a million with γ = 5. But focus is not success, and what comes out is no probability."
    ),
    reference="lin2017",
    evidence="E40",
)

# %% [markdown]
# ## Quiz
#
# **1.** One row in a hundred is positive. Somebody trains with the paper's focal loss and α = 0.01. How much does
# a positive row weigh?
#
# - a) 99 times as much as a negative one
# - b) As much as a negative one, since α cancels
# - c) A 99th of a negative one
# - d) A 9,801st of a negative one, since γ is 2
#
# **2.** A model was trained with γ = 3 and α = 0.8 on plenty of data. At which true probability does
# it flag, if it flags at 0.5?
#
# - a) 0.008
# - b) 0.2
# - c) 0.5
# - d) 0.8
#
# **3.** A model with γ = 2 and α = 0.5 that has learned all there is says 30% for a large group of transactions. Read off a
# picture: what share of them is fraud?
#
# - a) About 2%
# - b) About 10%
# - c) About 30%
# - d) About 40%
#
# **4.** A hard row has $p_t = 0.5$ and an easy one $p_t = 0.9$. By what factor does γ = 2 raise the ratio of their losses,
# hard to easy?
#
# - a) 1.8
# - b) 5
# - c) 25
# - d) 100
#
# **5.** Set the explorer to γ = 5, α = 0.5 and a prevalence of 0.01. How many times the truth does the model say there?
#
# - a) About 3 times
# - b) About 15 times
# - c) About 30 times
# - d) About 50 times

# %% answer="quiz"
# One letter for each question: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "b", 4: "c", 5: "c"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.focal_loss import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague reports: *"I replaced the log loss of our LightGBM model by focal loss with γ = 2 and
# α = 0.02, our fraud rate. Average precision rose from 0.21 to 0.26. The alert team multiplies the
# probability by the amount to decide what to check, and says that the list has become useless."*
# Answer in five to eight sentences: what α did, what happened to the probabilities, what the rise in
# average precision shows, and what you would do.

# %% [markdown] written="reflection" points=3
# α is the weight of a positive row, so 0.02 makes each fraud weigh 49 times less than a legitimate
# transaction; to balance the classes it would have had to be 0.98. At 0.5 such a model flags only what
# is 98% sure to be fraud. Focal loss is not a proper loss: γ pushes probabilities towards one half, and
# α shifts them the other way, so what comes out is not the chance of fraud and must not be
# multiplied by an amount. The translation from the balance of the slopes would give true
# probabilities back, and it keeps the order. The rise in average precision is one comparison,
# perhaps on one split, and perhaps with a model left at its defaults. I would repeat it in pairs, and
# give the log loss the same number of tries, with stronger regularisation among them. If no
# difference is left, I would go back to the log loss, whose probabilities the team can use as they
# are, and let the costs choose the threshold.
#
# ### BEGIN MARK SCHEME
# 1 point: α weighs the positives, so 0.02 weakens the fraud class (or moves the cut at 0.5 to 0.98).
#
# 1 point: focal probabilities are not true ones (not proper, pushed towards one half), so multiplying
# by amounts misleads; translate or recalibrate them, or go back to the log loss.
#
# 1 point: questions the gain: repeated paired runs, and the same model better regularised (or with a
# tuned threshold) as the competitor.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - $(1 - p_t)^{\gamma}$ silences rows that are right already; α weighs positives, 1 − α negatives.
# - Compute losses from logits, with the large part outside the exponential.
# - A focal model says 0.5 where the truth is 1 − α. γ bends all else towards one half; both can be undone.
# - An alarm at one half needs the right α; a score that is multiplied by euros needs a proper loss.
# - Give the log loss as many tries before you say that focal loss ranks better.
#
# **New words:** *logit*, *binary cross-entropy*, *margin*, *p_t*, *focusing factor*, *focal loss*, *proper loss*.
#
# `focal-loss-deeper`, the second notebook, has the curvature and the start of a training. **If you have PyTorch** (`pip
# install torch==2.13.0`), `focal-loss-pytorch` trains a small network.
#
# ## Further reading
#
# - Lin et al. (2017). [*Focal loss for dense object
#   detection*](../../docs/bibliography.md#lin2017).
# - Charoenphakdee et al. (2021). [*On focal loss for class-posterior probability estimation: a
#   theoretical perspective*](../../docs/bibliography.md#charoenphakdee2021).
# - Luo et al. (2025). [*Improving GBDT performance on imbalanced datasets: an empirical study of
#   class-balanced loss functions*](../../docs/bibliography.md#luo2025).
#
# **Next:** lesson 09 takes up the strongest rival of this lesson and the two before: the threshold.
