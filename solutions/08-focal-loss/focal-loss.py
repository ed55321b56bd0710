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
# - compute cross-entropy from logits without overflow, and say why libraries ask for logits;
# - say what γ and α do to a row's loss, and what setting α to the rare class's share does;
# - derive slope and curvature of the focal loss, check them numerically, and hand them to SciPy and
#   to LightGBM as a loss of your own;
# - say what probability a focal model settles on, and translate it back into the true one;
# - test whether focal loss improves a model, beside the same model with another threshold and beside
#   the same model better regularised.
#
# **Time** 125 minutes. **You need** logistic regression, a first idea of boosted trees; derivatives.
# **Builds on** lessons 01 to 03 (costs, recall, average precision), lesson 04 (repeated runs) and
# lesson 07 (weights in the loss, and how they move probabilities).

# %% [markdown] covers="E38"
# ## A loss that pays attention
#
# Lesson 07 gave every row of the rare class the same extra weight. The
# **[focal loss](../../docs/glossary.md#focal-loss)** (Lin and others, 2017) has a finer idea: the
# weight of a row depends on how wrong the model still is about it. Call $p_t$
# [the probability that the model gives to what happened](../../docs/glossary.md#p_t). The loss of a
# row is
#
# $$-(1 - p_t)^{\gamma} \log p_t .$$
#
# A negative that the model is 99% sure about has $1 - p_t = 0.01$. With γ = 2, the usual choice, its
# loss is multiplied by 0.0001. The thousands of easy negatives fall silent, and the model can attend
# to the rows that are hard. It was made for finding objects in pictures, and many guides recommend
# it for any rare class.
#
# Here are 6,000 rows, 1% of them positive, and a linear model, trained twice by SciPy's minimiser:
# with γ = 0, which is the plain log loss, and with γ = 2.

# %%
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from imbalance_lab.datasets import make_gauss

X, y = make_gauss(6000, prevalence=0.01, random_state=0)
X_new, y_new = make_gauss(20_000, prevalence=0.01, random_state=1)


def mean_focal(coefficients, gamma):
    p = expit(coefficients[0] + X @ coefficients[1:])  # the logistic function: from score to p
    p_t = np.where(y == 1, p, 1 - p)
    return np.mean(-((1 - p_t) ** gamma) * np.log(p_t))


found = {gamma: minimize(mean_focal, np.zeros(11), args=(gamma,)).x for gamma in (0, 2)}
p_plain, p_focal = (expit(found[gamma][0] + X_new @ found[gamma][1:]) for gamma in (0, 2))

# %% [markdown]
# **Predict before you run.** Both models flag new rows from 0.5 on. How many positives will the one
# with γ = 2 catch, for each one that the plain model catches?

# %%
my_prediction = 2.0  # your guess: caught with γ = 2, divided by caught with γ = 0

# %%
from sklearn.metrics import average_precision_score

caught = {
    name: np.sum((p >= 0.5) & (y_new == 1)) for name, p in (("γ = 0", p_plain), ("γ = 2", p_focal))
}
print(f"you predicted {my_prediction:.1f}, it is {caught['γ = 2'] / caught['γ = 0']:.1f}")
for name, p in (("γ = 0", p_plain), ("γ = 2", p_focal)):
    print(
        f"{name}: caught {caught[name]} of {y_new.sum()}, flagged {np.sum(p >= 0.5)},"
        f" average precision {average_precision_score(y_new, p):.2f},"
        f" positives expected {p.sum():.0f}"
    )

# %% [markdown]
# Hardly anything changed: the same few rows are flagged, and the list is in the same order. One
# thing changed a lot. The sum of the probabilities, which is the number of positives that a model
# expects, is about right with γ = 0 and ten times too high with γ = 2.
#
# Three things to explain, then: why the decisions stay, why the probabilities rise, and when the
# attention helps after all. All three follow from the formula. First it has to be computed without
# accidents.

# %% [markdown]
# ## Why the loss wants logits
#
# Models add up a score $z$, any real number, called the **[logit](../../docs/glossary.md#logit)**,
# because it is the logarithm of the odds. The logistic function turns it into a probability:
#
# $$p = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad z = \log\frac{p}{1 - p} .$$
#
# The log loss of one row is also called
# **[binary cross-entropy](../../docs/glossary.md#binary-cross-entropy)**, BCE:
#
# $$\ell = -\bigl[\, y \log p + (1 - y) \log (1 - p) \,\bigr].$$
#
# On paper it does not matter whether you go through $p$. In a computer it does.

# %%
with np.errstate(all="ignore"):  # the warnings are what the next lines are about
    for logit in (2.0, 40.0, 1000.0):
        p = 1 / (1 + np.exp(-logit))
        loss = -np.log(1 - p)  # a negative row
        print(f"z = {logit:6.0f}   1 − p = {1 - p:.3g}   loss by way of p: {loss:.4g}")

# %% [markdown]
# At $z = 40$ the probability differs from 1 by less than a float can show, so $1 - p$ is 0 and the
# loss infinite. Yet the true loss is close to 40, a harmless number. Its slope would be infinite or
# `nan` as well, and one such row spoils the coefficients of a whole model.
#
# Write the loss in terms of $z$ instead. For $y = 0$:
#
# $$-\log(1 - p) = \log(1 + e^{z}),$$
#
# and for $y = 1$ it is $\log(1 + e^{-z})$. The exponential still overflows where its argument is
# large. Take the large part out of the logarithm:
#
# $$\log(1 + e^{z}) = \max(z, 0) + \log\bigl(1 + e^{-|z|}\bigr).$$
#
# Now $e^{-|z|}$ lies between 0 and 1, whatever $z$ is. (`np.log1p(x)` computes $\log(1 + x)$ exactly
# for small $x$ too.) For $z = 1000$ the formula gives $1000 + \log(1 + 0) = 1000$.

# %% [markdown]
# ### Exercise 1: cross-entropy on logits
#
# Both classes in one formula: note that $\log(1 + e^{-z}) = \log(1 + e^{z}) - z$.


# %% answer="bce-with-logits"
def bce_with_logits(y, z):
    """Return the binary cross-entropy of each row, computed from logits.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        True labels, 0 or 1.
    z : array-like of shape (n_samples,)
        Logits: any real numbers, also as large as 1000 or as small as -1000.

    Returns
    -------
    ndarray of shape (n_samples,)
        One loss a row, with the natural logarithm; finite for every logit, not capped, and right
        to 6 digits or 8 decimals.

    Example by hand: y = [1, 0, 1, 0], z = [0, 2, 2, 1000]. The losses are log 2 = 0.693147,
    log(1 + e²) = 2.126928, log(1 + e⁻²) = 0.126928, and 1000.
    """
    ### BEGIN SOLUTION
    y, z = np.asarray(y), np.asarray(z)
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    ### END SOLUTION


# %% try="bce-with-logits"
bce_with_logits([1, 0, 1, 0], [0, 2, 2, 1000]).round(6)

# %% graded="bce-with-logits" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import BCE_WITH_LOGITS

by_hand = [0.693147, 2.126928, 0.126928, 1000]
check(bce_with_logits, BCE_WITH_LOGITS).on([1, 0, 1, 0], [0, 2, 2, 1000]).gives(by_hand, abs_=5e-7)
check(bce_with_logits, BCE_WITH_LOGITS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(bce_with_logits, BCE_WITH_LOGITS).keeps_its_contract(keys.BCE_WITH_LOGITS.hidden())
### END HIDDEN TESTS

# %% [markdown]
# SciPy has the hard part ready: `log_expit(z)` is $\log \sigma(z)$, without accidents. This lesson
# uses it from here on.
#
# ## Attention by a factor
#
# Two abbreviations make both classes look alike. The **[margin](../../docs/glossary.md#margin)**
# $m$ is the logit with the sign of the label: $m = z$ for a positive row, $m = -z$ for a negative
# one. It is large where the model is right. And $p_t$, the probability of what happened, is
#
# $$p_t = \sigma(m) = \begin{cases} p & \text{if } y = 1 \\ 1 - p & \text{if } y = 0 \end{cases}
# \qquad 1 - p_t = \sigma(-m) .$$
#
# Cross-entropy is $-\log p_t$, and the focal loss multiplies it by the
# **[focusing factor](../../docs/glossary.md#focusing-factor)** $(1 - p_t)^{\gamma}$. With γ = 0 the
# factor is 1 and the focal loss *is* cross-entropy. Ten rows by hand, eight easy negatives, a hard
# one, and a positive that is still missed:

# %% covers="E40"
import pandas as pd

toy = pd.DataFrame({"y": [0] * 9 + [1], "p": [0.1] * 8 + [0.5, 0.2]})
toy["p_t"] = np.where(toy["y"] == 1, toy["p"], 1 - toy["p"])
toy["factor, γ = 2"] = (1 - toy["p_t"]) ** 2
toy["cross-entropy"] = -np.log(toy["p_t"])
toy["focal loss"] = toy["factor, γ = 2"] * toy["cross-entropy"]
print(toy.iloc[7:].round(3).to_string())
easy = toy.index < 8
for name in ("cross-entropy", "focal loss"):
    print(f"{name}: the 8 easy negatives make {toy.loc[easy, name].sum() / toy[name].sum():.0%}")

# %% [markdown]
# An easy negative has $p_t = 0.9$, so its factor is $0.1^2 = 0.01$ and its loss falls from 0.105 to
# 0.001. The missed positive has $p_t = 0.2$ and keeps $0.8^2 = 0.64$ of its loss. The eight easy rows
# made a quarter of the total, and now they make about one percent. That is what "focal" means,
# and it works as announced.
#
# The factor looks at how wrong a row is, not at its class. Rare rows profit only because a model
# that sees few of them is usually wrong about them.

# %%
from imbalance_lab import plots

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
    ax.legend()

# %% [markdown] covers="E39"
# ## What α weighs
#
# The paper's full form has class weights as well, written with one number α between 0 and 1:
#
# $$\text{FL} = -\alpha_t\, (1 - p_t)^{\gamma} \log p_t, \qquad
# \alpha_t = \begin{cases} \alpha & \text{if } y = 1 \\ 1 - \alpha & \text{if } y = 0 . \end{cases}$$
#
# **α is the weight of a positive row, 1 − α that of a negative one.** In the words of lesson 07:
# $w_1 = \alpha$ and $w_0 = 1 - \alpha$. Two popular recipes get this wrong.
#
# *"Set α to the frequency of the minority, 0.05."* Then a positive weighs 0.05 and a negative 0.95.
# The rare class, which already has few rows, is made 19 times lighter on top. Equal total weight for
# both classes would take α = 1 − π, the other way round. (Lin and others write that α may be set by
# *inverse* class frequency.)
#
# *Code with one α for all rows.* This function is in many tutorials, in this or a similar form:


# %% covers="E38 E39"
def tutorial_focal(p, y, alpha, gamma=2):
    p_t = np.where(y == 1, p, 1 - p)
    return alpha * (1 - p_t) ** gamma * -np.log(p_t)  # the same alpha for both classes


p_pair, y_pair = np.array([0.2, 0.2]), np.array([1, 0])
for alpha in (0.05, 0.25, 0.75):
    positive, negative = tutorial_focal(p_pair, y_pair, alpha)
    own = alpha * positive / ((1 - alpha) * negative)
    print(
        f"α = {alpha:.2f}: loss of the positive / loss of the negative = {positive / negative:.1f}"
    )
    print(f"          with α for positives and 1 − α for negatives:     {own:.1f}")

# %% [markdown]
# The first ratio is the same for every α: a constant in front of all rows moves no minimum, so this
# α balances nothing. (It still scales the loss, and thereby the learning rate or the penalty that
# goes with it.) Together the two recipes are a double mistake that happens to be harmless: the wrong
# value in a place where it has no effect. In code that is right, the wrong value does harm.
#
# Lin and others found α = 0.25 together with γ = 2 best for their detector: positives *lighter* than
# negatives, although they are rare. Their explanation is that γ has already silenced so many easy
# negatives that less has to be done for the positives. So the two are chosen together.

# %% [markdown]
# ### Exercise 2: the focal loss


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
    wrong = expit(np.where(y == 1, -z, z))
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return weight * wrong**gamma * (np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))
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
# To train, a computer needs the slope of each row's loss along its logit. Use the margin $m$ and three
# abbreviations, and drop the constant $\alpha_t$ for a while:
#
# $$p_t = \sigma(m), \quad q = 1 - p_t = \sigma(-m), \quad s = -\log p_t, \qquad
# L = q^{\gamma} s .$$
#
# Their own slopes along $m$ are $\dfrac{dq}{dm} = -p_t\, q$ and $\dfrac{ds}{dm} = -q$. By the product
# rule
#
# $$\frac{dL}{dm} = \gamma q^{\gamma - 1} (-p_t q)\, s + q^{\gamma} (-q)
# = -q^{\gamma} \bigl( \gamma\, p_t\, s + q \bigr) .$$
#
# Two checks by thought. With γ = 0 it is $-q = p_t - 1$: for a positive row that is $p - 1$, the
# "prediction minus label" of lesson 07. And it is never positive: a larger margin is always better.
# The second term, $-q^{\gamma + 1}$, is what a fixed weight $q^{\gamma}$ would give. The first one is
# new: it comes from the factor, which falls as well when the row gets better.
#
# Last, from the margin back to the logit. For a positive row $m = z$; for a negative one $m = -z$, so
# the slope along $z$ has the opposite sign. Both are multiplied by $\alpha_t$. By hand, at $z = 0$
# with γ = 2: $p_t = q = 0.5$ and $s = 0.693147$, so $0.25 \cdot (2 \cdot 0.5 \cdot 0.693147 + 0.5) =
# 0.298287$; with α = 0.25 the slope is $-0.25 \cdot 0.298287$ for a positive row and
# $+0.75 \cdot 0.298287$ for a negative one.

# %% [markdown]
# ### Exercise 3: the gradient


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
    [-0.074572, 0.223715, 0.826514]; in the last row p_t is 0.1.
    """
    ### BEGIN SOLUTION
    y, z = np.asarray(y), np.asarray(z)
    sign = np.where(y == 1, 1.0, -1.0)
    right, wrong = expit(sign * z), expit(-sign * z)
    entropy = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return -weight * sign * wrong**gamma * (gamma * right * entropy + wrong)
    ### END SOLUTION


# %% try="focal-gradient"
focal_gradient([1, 0, 0], [0, 0, np.log(9)], gamma=2, alpha=0.25).round(6)

# %% graded="focal-gradient" points=2
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
# A derivation is proved by a second way of getting the same numbers. SciPy's `check_grad` compares a
# slope with **finite differences**: how much the loss changes when one logit moves by a tiny step.
# (This cell writes loss and slope once more, so that all that follows runs whether or not you have
# solved the exercises.)

# %%
from scipy.optimize import check_grad
from scipy.special import log_expit


def focal_parts(z, y, gamma, alpha=None):
    """Return each row's focal loss, its slope and its curvature along the logit."""
    sign = 2.0 * y - 1
    m = sign * z
    p_t, q, s = expit(m), expit(-m), -log_expit(m)
    weight = 1.0 if alpha is None else (1 - alpha) + y * (2 * alpha - 1)
    loss = weight * q**gamma * s
    slope = -sign * weight * q**gamma * (gamma * p_t * s + q)
    curvature = weight * q**gamma * p_t * ((1 + 2 * gamma) * q + gamma * s * (gamma * p_t - q))
    return loss, slope, curvature


# %%
rng = np.random.default_rng(0)
z_try, y_try = rng.normal(scale=3, size=40), rng.integers(0, 2, 40)


def total_loss(z, *settings):
    return focal_parts(z, *settings)[0].sum()


def all_slopes(z, *settings):
    return focal_parts(z, *settings)[1]


for gamma, alpha in ((0, None), (2, 0.25), (5, 0.9)):
    error = check_grad(total_loss, all_slopes, z_try, y_try, gamma, alpha)
    print(f"γ = {gamma}, α = {alpha}: formula and differences agree to 5 digits: {error < 1e-5}")

# %% [markdown]
# ## What training settles on
#
# Now to the probabilities that are ten times too high. Look at rows that are all alike, of which a
# share $t$ is positive. What should a model say about them? $t$, of course. What does the loss make
# it say? At the minimum the slopes of all rows add up to zero: the positives pull up exactly as hard
# as the negatives pull down. A model that says $p$ feels, from each positive and each negative row,
#
# $$\text{up}(p) = (1-p)^{\gamma} \bigl( -\gamma\, p \log p + 1 - p \bigr), \qquad
# \text{down}(p) = p^{\gamma} \bigl( -\gamma\, (1 - p) \log (1 - p) + p \bigr),$$
#
# which is the slope from above, once with $p_t = p$ and once with $p_t = 1 - p$. Balance means
#
# $$t\, \alpha\, \text{up}(p) = (1 - t)\, (1 - \alpha)\, \text{down}(p) .$$
#
# With γ = 0 and α = 0.5 it reads $t (1 - p) = (1 - t)\, p$, so $p = t$: cross-entropy rewards the
# truth. A loss with that property is called **[proper](../../docs/glossary.md#proper-loss)**. For
# γ > 0 the balance lies elsewhere: **the focal loss is not proper.** Let the computer find the
# minimum for rows of which 1% are positive:

# %%
from scipy.optimize import minimize_scalar


def settles_on(share, gamma, alpha=None):
    """Return the probability of least expected focal loss where `share` is true."""
    labels, chances = np.array([1, 0]), np.array([share, 1 - share])
    best = minimize_scalar(lambda b: chances @ focal_parts(b, labels, gamma, alpha)[0])
    return expit(best.x)


for gamma in (0, 0.5, 1, 2, 5):
    said = [settles_on(share, gamma) for share in (0.01, 0.1, 0.5, 0.9)]
    print(f"γ = {gamma}: true 0.01, 0.1, 0.5, 0.9 becomes", ", ".join(f"{p:.2f}" for p in said))

# %% [markdown]
# γ pushes everything towards one half: with γ = 2 a true 1% becomes 15%. No training error, no lack
# of data: it is what the loss asks for. In the middle nothing moves, since at $p = 0.5$ both
# pulls have the same factor: $\text{up}(0.5) = \text{down}(0.5)$. What is left of the balance there is
# $t\, \alpha = (1 - t)(1 - \alpha)$, that is $t = 1 - \alpha$. Hence a small law:
#
# > **A focal model says 0.5 where the true probability is 1 − α, whatever γ is.**
#
# So flagging at 0.5 means flagging from $1 - \alpha$ on, and γ has no say in it. That explains the
# hook: with α = 0.5 the same rows are flagged as before. And it says what the recipe "α = frequency of
# the minority" does: with α = 0.01 only rows are flagged that are positive with 99% probability.
# α = 1 − π flags from π on, as the balanced weights of lesson 07 do.

# %%
for alpha in (0.01, 0.25, 0.5, 0.99):
    ends = [settles_on(share, 2, alpha) for share in (1 - alpha - 0.005, 1 - alpha + 0.005)]
    print(
        f"α = {alpha:.2f}: just below a true {1 - alpha:.2f} it says {ends[0]:.3f},"
        f" just above {ends[1]:.3f}"
    )

# %% [markdown]
# The balance can be read the other way round. From what the model says, $p$, follows the truth $t$
# that must be behind it: solve for $t$. This undoes γ and α in one step, as `unweight` of lesson 07
# undid class weights. (Charoenphakdee and others, 2021, prove that such a translation exists, for the
# focal loss without α.)

# %% [markdown]
# ### Exercise 4: the truth behind a focal probability


# %% answer="true-probability"
def true_probability(p, gamma, alpha=0.5):
    """Return the true probability at which a focal model that has learned all says p.

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
    1 - alpha = 0.75. At 0.1, up = 0.81 · (0.2 · 2.302585 + 0.9) = 1.102019 and
    down = 0.01 · (1.8 · 0.105361 + 0.1) = 0.002896, and the truth is 0.007823.
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
# Left, the loss of a positive and of a negative row (twice, so that with γ = 0 and α = 0.5 both are
# cross-entropy). Right, what a model that has learned all there is says, against the truth. Move γ alone: the line turns, but always through the black mark. Move α
# alone: the mark wanders. Then press *α = prevalence* and read from which true probability on a row
# would be flagged.

# %%
from imbalance_lab.explorers import focal_explorer

focal_explorer(gamma=2, alpha=0.5, prevalence=0.01)

# %% [markdown]
# ## The curvature, and where it turns
#
# Boosting libraries such as LightGBM take Newton steps: slope divided by curvature. So they ask a
# custom loss for its second derivative too (the **[Hessian](../../docs/glossary.md#hessian)**;
# since each row's loss depends on its own logit only, it is one number a row). Differentiate the
# slope once more, with the same rules for $q$ and $s$, and with $\frac{dp_t}{dm} = p_t\, q$:
#
# $$\frac{d^2 L}{dm^2} = q^{\gamma}\, p_t\, \bigl[\, (1 + 2\gamma)\, q + \gamma\, s\, (\gamma\, p_t - q)
# \,\bigr].$$
#
# Along $z$ it is the same, because the sign of the margin enters twice. With γ = 0 it is $p_t\, q =
# p (1 - p)$, as in logistic regression, and positive everywhere: the loss is
# **[convex](../../docs/glossary.md#convex)**, it curves upwards, and a linear model has one minimum
# only. With γ > 0 look at the bracket when $p_t$ is small: $q$ is near 1 and $s$ large, so it is
# about $1 + 2\gamma - \gamma s$, which is negative as soon as $s > 2 + 1/\gamma$.

# %%
from scipy.optimize import brentq


def curvature(margin, gamma):
    return focal_parts(margin, 1, gamma)[2]  # of a positive row, whose margin is its logit


for gamma in (0.5, 1, 2, 5):
    turn = brentq(curvature, -9, 0, args=(gamma,))
    print(f"γ = {gamma}: curves downwards where p_t is below {expit(turn):.3f}")

# %% [markdown]
# With γ = 2, every row that the model gives less than about 6% curves the wrong way. If 1% of the rows
# are positive and the model begins by saying 1% to all, that is *every positive row*. A Newton step
# divides by a negative number there and walks uphill. We shall see it happen.

# %% [markdown]
# ### Exercise 5: the Hessian


# %% answer="focal-hessian"
def focal_hessian(y, z, gamma, alpha=None):
    """Return the second derivative of each row's focal loss along its logit.

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
        Finite; negative where the loss curves downwards.

    Example by hand: y = [1, 0, 1], z = [0, 0, -log 99], gamma = 2, alpha = 0.25. At z = 0 the
    curvature is 0.125 · (2.5 + 2 · 0.693147 · 0.5) = 0.399143, times 0.25 and 0.75: 0.099786
    and 0.299358. In the last row p_t is 0.01, and it is -0.009762.
    """
    ### BEGIN SOLUTION
    y, z = np.asarray(y), np.asarray(z)
    sign = np.where(y == 1, 1.0, -1.0)
    right, wrong = expit(sign * z), expit(-sign * z)
    entropy = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    bracket = (1 + 2 * gamma) * wrong + gamma * entropy * (gamma * right - wrong)
    return weight * wrong**gamma * right * bracket
    ### END SOLUTION


# %% try="focal-hessian"
focal_hessian([1, 0, 1], [0, 0, -np.log(99)], gamma=2, alpha=0.25).round(6)

# %% graded="focal-hessian" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import FOCAL_HESSIAN

by_hand = [0.0997858, 0.2993575, -0.0097619]
example = ([1, 0, 1], [0, 0, -4.5951199], 2, 0.25)
check(focal_hessian, FOCAL_HESSIAN).on(*example).gives(by_hand, abs_=2e-7)
check(focal_hessian, FOCAL_HESSIAN).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(focal_hessian, FOCAL_HESSIAN).keeps_its_contract(keys.FOCAL_HESSIAN.hidden())
### END HIDDEN TESTS

# %% [markdown]
# The same check as for the slope, one derivative further: differences of the slope.

# %%
for gamma, alpha in ((0, None), (2, 0.25), (5, 0.9)):
    step = 1e-5
    up = focal_parts(z_try + step, y_try, gamma, alpha)[1]
    down = focal_parts(z_try - step, y_try, gamma, alpha)[1]
    error = np.abs((up - down) / (2 * step) - focal_parts(z_try, y_try, gamma, alpha)[2]).max()
    print(f"γ = {gamma}, α = {alpha}: formula and differences agree to 6 digits: {error < 1e-6}")

# %% [markdown]
# ## Where to start
#
# A model that begins with all coefficients at 0 says 0.5 to everybody. If one row in a hundred is
# positive, 99 negatives pull down with 0.5 each and one positive pulls up with 0.5: the first steps
# are spent on learning that positives are rare. That can be told in advance. Start from the
# intercept at which the model says the prevalence π to everybody:
#
# $$\sigma(b) = \pi \quad\Longrightarrow\quad b = \log\frac{\pi}{1 - \pi} = -\log\frac{1 - \pi}{\pi} .$$
#
# This is called a **[prior bias](../../docs/glossary.md#prior-bias)** ("bias" is what neural
# networks call an intercept). By hand, one positive in ten: $b = -\log 9 = -2.197$, every row gets
# $p = 0.1$, the positive pulls up with 0.9 and nine negatives pull down with 0.1 each. Balance from
# the first step.

# %% [markdown]
# ### Exercise 6: the prior bias


# %% answer="prior-bias"
def prior_bias(y):
    """Return the intercept at which a model says the prevalence to every row.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels, 0 or 1.

    Returns
    -------
    float
        A logit: negative when positives are the rarer class.

    Raises
    ------
    ValueError
        If `y` has no positive or no negative: the logit would be infinite.

    Example by hand: one positive in ten rows gives -log 9 = -2.197225.
    """
    ### BEGIN SOLUTION
    prevalence = float(np.mean(np.asarray(y) == 1))
    if prevalence in (0, 1):
        raise ValueError(f"y must have both classes, got {prevalence:.0%} positives")
    return float(-np.log((1 - prevalence) / prevalence))
    ### END SOLUTION


# %% try="prior-bias"
round(prior_bias([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), 6)

# %% graded="prior-bias" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss import PRIOR_BIAS

check(prior_bias, PRIOR_BIAS).on([0] * 9 + [1]).gives(-2.197225, abs_=5e-7)
check(prior_bias, PRIOR_BIAS).on([0, 0, 0]).refuses(ValueError)
check(prior_bias, PRIOR_BIAS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss as keys

check(prior_bias, PRIOR_BIAS).keeps_its_contract(keys.PRIOR_BIAS.hidden())
### END HIDDEN TESTS

# %% [markdown]
# How much does it save? Plain gradient descent on the rows of the hook, with cross-entropy, from
# both starts:


# %%
def descend(start, steps, rate=1.0):
    """Return the mean cross-entropy before training and after each step."""
    design, theta = np.column_stack([np.ones(len(X)), X]), np.zeros(11)
    theta[0] = start
    losses = []
    for _ in range(steps + 1):
        loss, slope, _ = focal_parts(design @ theta, y, 0)
        losses.append(loss.mean())
        theta = theta - rate * design.T @ slope / len(y)
    return np.array(losses)


from_zero, from_prior = descend(0.0, 100), descend(-np.log(0.99 / 0.01), 100)
for step in (0, 1, 10, 100):
    print(f"after {step:3d} steps: from 0 {from_zero[step]:.3f}, from b {from_prior[step]:.3f}")
print(f"steps from 0 to be where b begins: {np.argmax(from_zero < from_prior[0])}")

# %% [markdown]
# The start is worth dozens of steps here, and the end is the same. In a deep network the early steps
# matter more: Lin and others report that their training with cross-entropy diverged without such a
# start. Note that for γ > 0 the logit of π is no longer the point of balance: that is the logit of the
# probability that `settles_on` gives, 0.15 for π = 0.01 and γ = 2.

# %% [markdown]
# ## Trained by SciPy
#
# With loss and slope a trainer is five lines: `minimize` does the rest. Is it right? With γ = 0 it has
# to find what scikit-learn finds.


# %%
from sklearn.linear_model import LogisticRegression


def fit_linear(X, y, gamma=0, alpha=None, penalty=0.0):
    """Return intercept and coefficients of least mean focal loss, by L-BFGS."""
    design = np.column_stack([np.ones(len(X)), X])
    start = np.r_[np.log(y.mean() / (1 - y.mean())), np.zeros(X.shape[1])]
    pull = np.r_[0, np.full(X.shape[1], penalty)]  # the intercept is not penalised

    def loss_and_slope(theta):
        loss, slope, _ = focal_parts(design @ theta, y, gamma, alpha)
        return loss.mean() + pull @ theta**2 / 2, design.T @ slope / len(y) + pull * theta

    return minimize(loss_and_slope, start, jac=True, method="L-BFGS-B", tol=1e-12).x


ours = fit_linear(X, y, penalty=1e-3)
theirs = LogisticRegression(C=1 / (1e-3 * len(y)), tol=1e-8).fit(X, y)
difference = np.abs(ours - np.r_[theirs.intercept_, theirs.coef_[0]]).max()
print(f"γ = 0: the same coefficients as scikit-learn to 3 digits: {difference < 1e-3}")

# %% [markdown]
# Now the question of the lesson, with repeated runs: twelve fresh data sets with 50 positives each,
# linear models with different losses, judged on 20,000 new rows. Beside them the two competitors
# that every method of this course has to beat: the plain model at another threshold, and the plain
# model better regularised (here a stronger penalty).

# %%
losses = {
    "plain": {},
    "plain, penalty": {"penalty": 3e-3},
    "γ = 2": {"gamma": 2},
    "γ = 5": {"gamma": 5},
    "γ = 2, α = 0.25": {"gamma": 2, "alpha": 0.25},
    "γ = 2, α = π": {"gamma": 2, "alpha": 0.01},
    "balanced, γ = 0": {"alpha": 0.99},
}


def linear_run(seed):
    X_a, y_a = make_gauss(5000, prevalence=0.01, random_state=seed)
    X_b, y_b = make_gauss(20_000, prevalence=0.01, random_state=1000 + seed)
    said = {}
    for name, options in losses.items():
        theta = fit_linear(X_a, y_a, **options)
        said[name] = expit(theta[0] + X_b @ theta[1:])
    return said, y_b


runs = [linear_run(seed) for seed in range(12)]

# %%
from imbalance_lab.experiments import interval

gain = {}
for name in losses:
    ap = [average_precision_score(y_b, said[name]) for said, y_b in runs]
    plain = [average_precision_score(y_b, said["plain"]) for said, y_b in runs]
    gain[name] = interval(np.round(np.subtract(ap, plain), 5))
    expected = np.mean([said[name].sum() / y_b.sum() for said, y_b in runs])
    recall = np.mean([np.mean(said[name][y_b == 1] >= 0.5) for said, y_b in runs])
    print(f"{name:16s} recall at 0.5 {recall:.2f}, expected per positive {expected:4.1f}", end="")
    print(f"; AP against plain {gain[name]:+.3f}" if name != "plain" else f"; AP {np.mean(ap):.2f}")

# %% [markdown]
# Read the columns. *Average precision (AP):* no focal loss ranks better than the plain model. All
# differences are a few thousandths; the only ones above zero belong to the stronger penalty. Here the
# data are exactly what a linear model can describe, so nothing is gained by listening to some rows
# less. *Recall at 0.5:* γ hardly moves it, α does, in the direction of the law 1 − α. With α = π
# nobody is caught at all. *Expected per positive:* only the plain models are honest.
#
# Two promises of the derivation can be tested on the same runs: that the same decisions come from the
# plain model at threshold $1 - \alpha$, and that the translation gives the truth back.


# %%
def translated(p, gamma, alpha=0.5):
    """Return the true probability behind p: the balance of the two pulls, solved."""
    up, down = (np.abs(focal_parts(np.log(p / (1 - p)), label, gamma)[1]) for label in (1, 0))
    return 1 / (1 + alpha * up / ((1 - alpha) * down))


for name, gamma, alpha in (("γ = 2", 2, 0.5), ("γ = 2, α = 0.25", 2, 0.25), ("γ = 5", 5, 0.5)):
    same = [np.mean((s[name] >= 0.5) == (s["plain"] >= 1 - alpha)) for s, _ in runs]
    back = [translated(s[name], gamma, alpha).sum() / y_b.sum() for s, y_b in runs]
    print(
        f"{name:16s} same decision as plain at {1 - alpha:.2f}: {np.mean(same):.2%};"
        f" expected per positive, translated {interval(back):.2f}"
    )

# %% [markdown]
# Nearly every decision is that of the plain model at another threshold, and the translated
# probabilities expect as many positives as came. For a linear model, then, the focal loss is a
# detour: γ makes the probabilities wrong and can be undone, α is a threshold.

# %% [markdown]
# ## Trained by LightGBM
#
# A linear model has little room. Boosted trees can follow the hard rows wherever they are, so
# attention might pay there. LightGBM takes a custom loss as a function that returns slope and
# curvature for each row. Three things have to be done by hand that its built-in loss does for you:
#
# - **Start.** With a custom loss it starts from 0. Pass the starting logit as `init_score`, and add
#   it again to every prediction.
# - **Logits.** `predict` returns logits, not probabilities.
# - **Curvature.** It divides by the sum of the curvatures, so they must be positive. The focal loss's
#   are not. A common quick fix is to cut them off at a tiny number. Ours is to start where the pulls
#   balance, where few rows curve downwards, and to use the size of the curvature without its sign.

# %%
import lightgbm as lgb

from imbalance_lab.datasets import make_nonlinear


def fit_trees(X, y, gamma=0, alpha=None, *, start=None, safe=np.abs, trees=30, **options):
    """Return a function that gives logits of new rows."""
    if start is None:
        share = settles_on(y.mean(), gamma, alpha)
        start = np.log(share / (1 - share))

    def focal_objective(z, data):
        _, slope, curvature = focal_parts(z, data.get_label(), gamma, alpha)
        return slope, safe(curvature)

    params = {"objective": focal_objective, "num_leaves": 8, "num_threads": 1, "verbose": -1}
    data = lgb.Dataset(X, y, init_score=np.full(len(y), start))
    booster = lgb.train(params | options, data, num_boost_round=trees)
    return lambda X: start + booster.predict(X)


# %% [markdown]
# Is it right? With γ = 0 it has to be what LightGBM does with its own log loss.

# %%
X_a, y_a = make_nonlinear(6000, prevalence=0.01, random_state=0)
X_b, y_b = make_nonlinear(8000, prevalence=0.01, random_state=1000)
options = {"n_estimators": 30, "num_leaves": 8, "n_jobs": 1, "verbose": -1}
built_in = lgb.LGBMClassifier(**options).fit(X_a, y_a).predict_proba(X_b)[:, 1]
ours = expit(fit_trees(X_a, y_a)(X_b))
correlation = np.corrcoef(built_in, ours)[0, 1]
print(f"built-in log loss and ours with γ = 0: correlation {correlation:.3f}")

# %% [markdown]
# Now ten data sets in which the boundary is curved, with about 60 positives each. The competitors:
#
# - *default*: the log loss with LightGBM's default settings;
# - *regularised*: the same, with one setting changed. A leaf of a tree must hold a curvature of 1 in
#   total (`min_sum_hessian_in_leaf=1` instead of 0.001). At a rare class $p(1 - p)$ is tiny, so the
#   default allows leaves about which next to nothing is known. The setting was chosen among a dozen,
#   on other seeds than those below;
# - *balanced*: class weights;
# - *focal*, γ = 2, without and with α = 0.25;
# - *focal, quick fix*: starts at the logit of π, curvature cut off at a millionth.

# %%
settings = {
    "default": {},
    "regularised": {"min_sum_hessian_in_leaf": 1},
    "balanced": {"alpha": 0.99},
    "focal": {"gamma": 2},
    "focal, α = 0.25": {"gamma": 2, "alpha": 0.25},
    "focal, quick fix": {
        "gamma": 2,
        "start": -np.log(0.99 / 0.01),
        "safe": lambda curvature: np.maximum(curvature, 1e-6),
    },
}


def tree_run(seed, prevalence, names):
    X_a, y_a = make_nonlinear(6000, prevalence=prevalence, random_state=seed)
    X_b, y_b = make_nonlinear(10_000, prevalence=prevalence, random_state=1000 + seed)
    return {
        name: average_precision_score(y_b, fit_trees(X_a, y_a, **settings[name])(X_b))
        for name in names
    }


competitors, focal_ones = list(settings)[:3], list(settings)[3:]
rare_plain = pd.DataFrame([tree_run(seed, 0.01, competitors) for seed in range(10)])

# %%
rare_focal = pd.DataFrame([tree_run(seed, 0.01, focal_ones) for seed in range(10)])
rare = rare_plain.join(rare_focal)

# %%
for name in rare:
    line = f"{name:17s} AP {interval(rare[name]):.2f}"
    if name != "default":
        line += f"   against default {interval(rare[name] - rare['default']):+.2f}"
    print(line)
against_default = interval(rare["focal"] - rare["default"])
against_regularised = interval(rare["focal"] - rare["regularised"])
print(f"focal against regularised: {against_regularised:+.2f}")

# %%
plots.intervals(
    {name: interval(rare[name]) for name in rare},
    xlabel="average precision on new rows",
    title="What focal loss gains, one setting gains as well",
)

# %% [markdown]
# Here the focal loss does rank better than the default, and the interval says that it is no accident.
# This is how it earns its reputation. But the same gain comes from one setting of the plain model,
# and between the two there is no difference to be seen: the interval lies around zero. What the
# default lacked was not attention to hard rows: it was a limit on leaves that rest on almost nothing.
# The focal loss arrives at the same place by another road. What it did here is what a **regulariser**
# does.
#
# And look at the quick fix: the same loss, two details changed, and the ranking is all but destroyed.
# All positives start with negative curvature, the cut-off makes it a millionth, and a slope divided by
# next to nothing is a giant step.

# %% [markdown] covers="E41"
# ### Is it better the rarer the class?
#
# Focal loss is said to be effective above all from 1:100 on. The same experiment at 10%:

# %%
common = pd.DataFrame(
    [tree_run(seed, 0.10, ("default", "regularised", "focal")) for seed in range(5)]
)
for name, table in (("10%", common), ("1%", rare)):
    print(f"prevalence {name}")
    for competitor in ("default", "regularised"):
        print(
            f"  focal against {competitor:12s}{interval(table['focal'] - table[competitor]):+.3f}"
        )

# %% [markdown]
# Against the default there is a gain where positives are few, and none where they are many: with 600
# positives the default is not starved. Against the regularised model there is none in either case.

# %% [markdown]
# ## On transactions
#
# The card transactions of lesson 01, a smaller sample for each of six repetitions. Three quarters of
# the earlier transactions train, the last quarter chooses the threshold of least cost, and the later
# ones judge. (One threshold for all transactions; lesson 09 lets it depend on the amount.)

# %%
from imbalance_lab.datasets import (
    cost_of_decisions,
    make_transactions,
    split_by_time,
    transaction_encoder,
)


def transaction_parts(seed):
    """Return features, labels and amounts of three parts: to train, to choose, to judge."""
    learn, judge = split_by_time(make_transactions(16_000, random_state=seed))
    cut = int(0.75 * len(learn))
    encoder = transaction_encoder().fit(learn.iloc[:cut])
    return [
        (np.asarray(encoder.transform(part)), part["is_fraud"].to_numpy(), part["amount"])
        for part in (learn.iloc[:cut], learn.iloc[cut:], judge)
    ]


parts = [transaction_parts(seed) for seed in range(6)]


# %%
def cheapest_threshold(z, y, amount):
    cuts = np.quantile(z, np.linspace(0.5, 1, 101))
    return cuts[np.argmin([cost_of_decisions(y, z >= cut, amount) for cut in cuts])]


def linear_logits(X, y, **options):
    theta = fit_linear(X, y, penalty=1e-4, **options)
    return lambda X: theta[0] + X @ theta[1:]


candidates = {
    "linear": lambda X, y: linear_logits(X, y),
    "linear, focal": lambda X, y: linear_logits(X, y, gamma=2),
    "trees": lambda X, y: fit_trees(X, y),
    "trees, regularised": lambda X, y: fit_trees(X, y, min_sum_hessian_in_leaf=1),
    "trees, focal": lambda X, y: fit_trees(X, y, gamma=2),
}


# %%
def transaction_run(learn, choose, judge):
    (X_a, y_a, _), (X_v, y_v, amount_v), (X_b, y_b, amount_b) = learn, choose, judge
    row = {}
    for name, train in candidates.items():
        logits = train(X_a, y_a)
        z = logits(X_b)
        for at, cut in (("at 0.5", 0), ("tuned", cheapest_threshold(logits(X_v), y_v, amount_v))):
            row[name, f"€ {at}"] = cost_of_decisions(y_b, z >= cut, amount_b) / len(y_b)
        row[name, "AP"] = average_precision_score(y_b, z)
        row[name, "expected per fraud"] = expit(z).sum() / y_b.sum()
    return pd.Series(row)


fraud = pd.concat([transaction_run(*part) for part in parts], axis=1).T

# %%
columns = ["AP", "expected per fraud", "€ at 0.5", "€ tuned"]
print(fraud.mean().unstack().loc[list(candidates), columns].round(2).to_string())
saved = interval(fraud["trees", "€ at 0.5"] - fraud["trees", "€ tuned"])
print(f"trees: a tuned threshold saves            {saved:+.2f} € per transaction")
for plain, focal_name in (("linear", "linear, focal"), ("trees, regularised", "trees, focal")):
    for column in ("AP", "€ tuned"):
        gap = interval(fraud[focal_name, column] - fraud[plain, column])
        print(f"{focal_name} − {plain}, {column}: {gap:+.2f}")

# %% [markdown]
# The last two columns are euros for each transaction. Tuning the threshold of the untouched model
# saves far more than any change of the loss: the differences between focal and plain models of the
# same kind are small and their intervals hold zero or nearly so. And every focal model expects
# about ten times the frauds that come, so its probabilities can't be used for costs until they are
# translated.

# %% [markdown]
# ## Does it calibrate?
#
# There is also the opposite reputation. Mukhoti and others (2020) report that focal loss makes the
# probabilities of deep networks *better*. How can a loss that bends probabilities improve them?
# Komisarenko and Kull (2024) give the explanation: it makes a model say less than it believes. A
# network that has learned its training rows by heart believes too much, and the two errors cancel.
#
# Test both sides of it with common classes (40% positive): large trees on few rows, which are
# [overconfident](../../docs/glossary.md#overconfident), and a linear model that fits its data,
# which is not. **[Confidence](../../docs/glossary.md#confidence)** is the mean of the larger of $p$
# and $1 - p$; a calibrated model is right as often as it is confident.

# %%
from sklearn.metrics import log_loss

large = {"trees": 80, "num_leaves": 31}


def confidence_run(seed):
    row = {}
    X_a, y_a = make_nonlinear(800, prevalence=0.4, random_state=seed)
    X_b, y_b = make_nonlinear(3000, prevalence=0.4, random_state=1000 + seed)
    row["large trees, γ = 0"] = fit_trees(X_a, y_a, 0, **large)(X_b), y_b
    row["large trees, γ = 2"] = fit_trees(X_a, y_a, 2, **large)(X_b), y_b
    row["regularised trees"] = fit_trees(X_a, y_a, trees=80, min_sum_hessian_in_leaf=10)(X_b), y_b
    X_a, y_a = make_gauss(1000, prevalence=0.4, random_state=seed)
    X_b, y_b = make_gauss(3000, prevalence=0.4, random_state=1000 + seed)
    for gamma in (0, 2):
        theta = fit_linear(X_a, y_a, gamma)
        row[f"linear, γ = {gamma}"] = theta[0] + X_b @ theta[1:], y_b
    gap = {k: expit(np.abs(z)).mean() - np.mean((z >= 0) == y) for k, (z, y) in row.items()}
    return gap, {name: log_loss(y, expit(z)) for name, (z, y) in row.items()}


# %%
gaps, log_losses = map(pd.DataFrame, zip(*(confidence_run(seed) for seed in range(5))))
for name in gaps:
    print(
        f"{name:19s} confidence − accuracy {interval(gaps[name]):+.2f},"
        f" log loss {interval(log_losses[name]):.2f}"
    )

# %% [markdown]
# The large trees are too sure of themselves, and γ = 2 takes that away; their log loss falls. The
# linear model was honest, and γ = 2 makes it timid; its log loss rises. So the effect is real, but it
# is a counterweight and not a cure: trees that are regularised do at least as well without bending
# the loss, and keep probabilities that mean what they say.

# %% [markdown]
# ## Claims, tested
#
# Four pieces of advice, each with numbers from this notebook.

# %%
from imbalance_lab.claims import Claim

Claim(
    "Focal loss is especially effective when the classes are 1:100 or rarer.",
    verdict="holds only if",
    because=(
        "you compare it with a booster left at its defaults: with 1% positives it gained"
        f" {against_default:+.2f} average precision. Against the same booster with one better"
        f" setting the difference was {against_regularised:+.2f}, and a linear model changed by"
        f" {gain['γ = 2']:+z.3f}."
    ),
    reference="lin2017",
    evidence="E41",
)

# %%
recall_pi = np.mean([np.mean(said["γ = 2, α = π"][y_b == 1] >= 0.5) for said, y_b in runs])
recall_half = np.mean([np.mean(said["γ = 2"][y_b == 1] >= 0.5) for said, y_b in runs])
Claim(
    "Set α to the frequency of the minority class.",
    verdict="does not hold",
    because=(
        "α is the weight of a positive row, so a small α makes the rare class lighter still: recall"
        f" at 0.5 fell from {recall_half:.2f} to {recall_pi:.2f} with α = π. In code with one α for"
        " both classes it has no effect at all on the balance."
    ),
    reference="lin2017",
    evidence="E38 E39",
)


# %%
def share_of_easy(gamma):
    """Return how much of all slopes belongs to rows that the plain model has at p_t > 0.9."""
    theta = found[0]
    z = theta[0] + X @ theta[1:]
    pull = np.abs(focal_parts(z, y, gamma)[1])
    return pull[expit(np.where(y == 1, z, -z)) > 0.9].sum() / pull.sum()


Claim(
    "γ = 2 is the standard, and a higher γ focuses more on hard rows.",
    verdict="holds",
    because=(
        "Easy rows (p_t above 0.9) had"
        f" {share_of_easy(0):.1%} of all slopes with γ = 0, {share_of_easy(2):.1%} with γ = 2 and"
        f" {share_of_easy(5):.1%} with γ = 5. But focus is not success: with γ = 5 the linear model's"
        f" average precision changed by {gain['γ = 5']:+.3f}, and its outputs are no probabilities."
    ),
    reference="lin2017",
    evidence="E40",
)

# %%
change = {
    kind: interval(log_losses[f"{kind}, γ = 2"] - log_losses[f"{kind}, γ = 0"])
    for kind in ("large trees", "linear")
}
Claim(
    "Focal loss gives better calibrated probabilities.",
    verdict="holds only if",
    because=(
        "the model is overconfident. It changed the log loss of overgrown trees by"
        f" {change['large trees']:+.2f}, and that of a linear model that was honest before by"
        f" {change['linear']:+.2f}. The loss is not proper: it asks for timid answers."
    ),
    reference="komisarenko2024",
    evidence="E40",
)

# %% [markdown]
# ## Quiz
#
# **1.** One row in a hundred is positive. Somebody trains with the paper's focal loss and α = 0.01.
# What does that α do?
#
# - a) It balances the classes, since it is the frequency of the rare one.
# - b) Nothing: α cancels.
# - c) It makes each positive row weigh 99 times less than a negative one.
# - d) It makes the model attend to hard rows.
#
# **2.** A model was trained with γ = 3 and α = 0.8 on plenty of data. From which true probability on
# does it flag, if it flags from 0.5 on?
#
# - a) That depends on γ as well.
# - b) 0.2.
# - c) From the prevalence on.
# - d) 0.5, as always.
#
# **3.** A well-trained model with γ = 2 and α = 0.5 says 15% for a large group of transactions. You
# would expect in this group
#
# - a) about 15% fraud: it is a probability.
# - b) more than 15%, since γ holds the model back.
# - c) nothing can be said, because the order is lost.
# - d) far less than 15%.
#
# **4.** Why can a custom focal objective break a booster that takes Newton steps?
#
# - a) The loss curves downwards for rows that are badly wrong, and the step divides by curvature.
# - b) With rare classes no loss is convex.
# - c) The formula for the curvature is only an approximation.
# - d) α makes the curvature negative for the rare class.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "d", 4: "a"}
### END SOLUTION

# %% graded="quiz" points=4
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
# multiplied by an amount. The translation from the balance of the pulls would give true
# probabilities back, and it keeps the order. The rise in average precision is one comparison with a
# default model, perhaps on one split. I would repeat it, paired, and put the same booster beside it with
# stronger regularisation, since that gave the same gain in our experiments. If it does, I would go
# back to the log loss with that setting, whose probabilities the team can use as they are, and choose
# the threshold by costs.
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
# - Compute losses from logits, with the large part outside the exponential: then nothing overflows.
# - $(1 - p_t)^{\gamma}$ silences rows that are right already; α weighs positives, 1 − α negatives.
# - A focal model says 0.5 where the truth is 1 − α. γ bends all else towards one half; both can be undone.
# - The loss is neither proper nor convex. Mind the curvature and the start in a custom objective.
# - Its gains over a default booster were those of regularisation. Test it against that.
#
# **New words:** *logit*, *binary cross-entropy*, *margin*, *p_t*, *focusing factor*, *finite
# differences*, *proper loss*, *Hessian* (curvature), *convex*, *prior bias*, *confidence*.
#
# **If you have PyTorch** (`pip install torch==2.13.0`), the second notebook of this lesson,
# `focal-loss-pytorch`, writes the loss as a module, compares it number by number with this one, and
# trains a small network with it.
#
# ## Further reading
#
# - Lin et al. (2017). [*Focal loss for dense object
#   detection*](../../docs/bibliography.md#lin2017): section 3 is all about the loss, and readable
#   without the rest.
# - Charoenphakdee et al. (2021). [*On focal loss for class-posterior probability estimation: a
#   theoretical perspective*](../../docs/bibliography.md#charoenphakdee2021): its outputs are no
#   probabilities, and how to translate them.
# - Mukhoti et al. (2020). [*Calibrating deep neural networks using focal
#   loss*](../../docs/bibliography.md#mukhoti2020).
# - Komisarenko & Kull (2024). [*Improving calibration by relating focal loss, temperature scaling,
#   and properness*](../../docs/bibliography.md#komisarenko2024): why an improper loss can calibrate
#   an overconfident model.
#
# **Next:** lesson 09 takes up the strongest competitor of this lesson and the two before: the
# threshold.
