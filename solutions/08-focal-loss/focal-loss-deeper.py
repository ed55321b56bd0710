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
# # 08 · Focal loss, deeper: what does it take to train with it?
#
# **At the end you can**
#
# - say where the focal loss curves downwards, and why that matters to a booster;
# - start a training at the prevalence, and say what that saves;
# - hand a loss of your own to LightGBM, and compare it fairly;
# - test whether focal loss calibrates a model, and say which models.
#
# **Time** 25 minutes, optional: nothing is graded here. **You need** a first idea of boosted trees.
# **Builds on** the core of lesson 08.

# %% [markdown]
# ## The curvature, and where it turns
#
# Boosting libraries such as LightGBM take Newton steps: the slope divided by the curvature. So they ask a loss of your
# own for its second derivative too. It is called the **[Hessian](../../docs/glossary.md#hessian)**. Since each row's
# loss depends on its own logit only, it is one number a row. Differentiate the slope of exercise 2 once more, with the
# same rules for $q$ and $s$, and with the slope $p_t\, q$ of $p_t$. Without $\alpha_t$ that gives
#
# $$\frac{d^2 L}{dm^2} = q^{\gamma}\, p_t\, \bigl[\, (1 + 2\gamma)\, q + \gamma\, s\, (\gamma\, p_t - q) \,\bigr].$$
#
# Along $z$ it is the same, because the sign of the margin enters twice. A derivation is proved by a second way of
# getting the same numbers, so compare it with differences of the loss itself:

# %%
import numpy as np
from scipy.special import expit

from imbalance_lab import plots


def row_loss(margin, gamma):
    p_t = np.maximum(expit(margin), 1e-300)  # so that no logarithm is infinite
    return -(expit(-margin) ** gamma) * np.log(p_t)


def curvature(margin, gamma):
    p_t, q = expit(margin), expit(-margin)
    s = -np.log(p_t)
    return q**gamma * p_t * ((1 + 2 * gamma) * q + gamma * s * (gamma * p_t - q))


margins, step = np.linspace(-7, 7, 141), 1e-3
for gamma in (0, 2, 5):
    around = [row_loss(margins + place, gamma) for place in (-step, 0, step)]
    by_differences = (around[0] - 2 * around[1] + around[2]) / step**2
    agree = np.abs(by_differences - curvature(margins, gamma)).max() < 1e-5
    print(f"γ = {gamma}: formula and differences agree to 5 digits: {agree}")

# %%
gammas = (0, 0.5, 2, 5)
bends = {g: expit(margins[curvature(margins, g) < 0].max()) for g in gammas[1:]}
with plots.picture(
    title="With γ above 0 the loss curves downwards where a row is wrong by far",
    xlabel="probability of what happened, p_t (logit scale)",
    ylabel="curvature of the row's loss",
    alt="Curvature against p_t. With γ = 0 it is positive everywhere. It is negative "
    + ", ".join(f"with γ = {g} where p_t is below {p:.2f}" for g, p in bends.items())
    + ".",
) as ax:
    for gamma, style in zip(gammas, ("-", "--", "-.", ":")):
        ax.plot(expit(margins), curvature(margins, gamma), style, label=f"γ = {gamma}")
    ax.axhline(0, color="grey", linewidth=1)
    ax.set(xscale="logit")
    ax.set_xticks(
        [0.001, 0.01, 0.1, 0.5, 0.9, 0.99], ["0.001", "0.01", "0.1", "0.5", "0.9", "0.99"]
    )
    ax.minorticks_off()

# %% [markdown]
# With γ = 0 the curvature is $p_t\, q$, positive everywhere. Such a loss is called
# **[convex](../../docs/glossary.md#convex)**: it curves upwards, and a linear model has one minimum only. With γ > 0 and
# a small $p_t$ the bracket is about $1 + 2\gamma - \gamma s$, which is negative as soon as $s > 2 + 1/\gamma$.
#
# Say that 1% of the rows are positive, and that a model begins by saying 1% to all. With γ = 2 every single positive
# row then lies where the curve bends downwards. A Newton step divides by a negative number there, and walks uphill.

# %% [markdown]
# ## Where to start
#
# A model that begins with all coefficients at 0 says 0.5 to everybody. With one positive in a hundred rows, 99 negatives
# pull down and one positive pulls up, each with 0.5, so the first steps only learn that positives are rare. You can
# tell the model in advance. Start from the intercept at which it says the prevalence π to everybody:
#
# $$b = \log\frac{\pi}{1 - \pi} = -\log\frac{1 - \pi}{\pi} .$$
#
# This is called a **[prior bias](../../docs/glossary.md#prior-bias)** ("bias" is what networks call an intercept). By
# hand, one positive in ten: $b = -\log 9 = -2.197$, every row gets $p = 0.1$, the positive pulls up with 0.9 and nine
# negatives pull down with 0.1 each. That is balance from the first step. What does it save? Here is plain gradient
# descent on the rows of the core, from both starts:

# %%
from imbalance_lab.datasets import make_gauss

X, y = make_gauss(6000, prevalence=0.01, random_state=0)
design = np.column_stack([np.ones(len(X)), X])


def descend(start, steps):
    """Return the mean log loss before training and after each step."""
    theta, losses = np.r_[start, np.zeros(10)], []
    for _ in range(steps + 1):
        p = expit(design @ theta)
        losses.append(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))
        theta = theta - design.T @ (p - y) / len(y)
    return losses


# %%
starts = {"from 0": descend(0.0, 80), "from the prior bias": descend(-np.log(0.99 / 0.01), 80)}
with plots.picture(
    title="The prior bias saves the first steps",
    xlabel="steps of gradient descent",
    ylabel="mean log loss (log scale)",
    alt="; ".join(
        f"{name}: " + ", ".join(f"{losses[k]:.3f} after {k} steps" for k in (0, 10, 40, 80))
        for name, losses in starts.items()
    ),
) as ax:
    for (name, losses), style in zip(starts.items(), ("-", "--")):
        ax.plot(losses, style, label=name)
    ax.set(yscale="log")
    ax.set_yticks(ticks := [0.05, 0.1, 0.2, 0.5], [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()

# %% [markdown]
# The line from 0 needs all 80 steps to come down to where the other one begins, and a little further. Then they approach
# each other. For a small model this saves little. In a deep network the early steps matter more: Lin and others report that
# their training with cross-entropy diverged without it. Note that for γ > 0 the point of balance is not the logit of π,
# but of what the loss makes a model say where π is true: 15% instead of 1% with γ = 2.

# %% [markdown]
# ## A loss of your own in LightGBM
#
# LightGBM takes a custom loss as a function that returns the slope and the curvature of each row. Three things that its
# built-in loss does for you are then yours:
#
# - **Start.** It starts from 0. Pass the starting logit as `init_score`, and add it again to every prediction.
# - **Logits.** `predict` returns logits, not probabilities.
# - **Curvature.** It divides by the sum of the curvatures, so they must be positive, and those of the focal loss are not.
#   A common quick fix cuts them off at a tiny number. Here we start where the pulls of both classes balance, where few
#   rows curve downwards, and take the size of the curvature without its sign.
#
# The derivatives come from differences of the loss, as in the check above, so any loss can be tried before it is derived.

# %%
import lightgbm as lgb
from scipy.optimize import minimize_scalar


def balanced_start(prevalence, gamma):
    """Return the logit of least expected loss, if all rows get the same."""

    def expected(z):
        return prevalence * row_loss(z, gamma) + (1 - prevalence) * row_loss(-z, gamma)

    return minimize_scalar(expected, bounds=(-9, 9), method="bounded").x


# %%
def fit_trees(X, y, gamma=0, start=None, safe=np.abs, trees=40, **options):
    """Return a function that gives logits of new rows."""
    start = balanced_start(y.mean(), gamma) if start is None else start

    def objective(z, data):
        sign = 2 * data.get_label() - 1
        below, at, above = (row_loss(sign * z + place, gamma) for place in (-step, 0, step))
        return sign * (above - below) / (2 * step), safe((below - 2 * at + above) / step**2)

    params = {"objective": objective, "num_leaves": 8, "num_threads": 1, "verbose": -1}
    data = lgb.Dataset(X, y, init_score=np.full(len(y), start))
    booster = lgb.train(params | options, data, num_boost_round=trees)
    return lambda X: start + booster.predict(X)


# %% [markdown]
# Six draws of data with a curved boundary and 60 positives, as a live demonstration. As in the core, both losses are
# tried with LightGBM's defaults, and *regularised*: a leaf must hold a curvature of 1 in total instead of 0.001. With
# rare positives $p (1 - p)$ is tiny, so the default allows leaves about which next to nothing is known. The setting
# was found by trying a dozen with the log loss, on other draws.

# %%
from sklearn.metrics import average_precision_score

from imbalance_lab.datasets import make_nonlinear
from imbalance_lab.experiments import interval

careful = {"min_sum_hessian_in_leaf": 1}
settings = {
    "log loss": {},
    "log loss, regularised": careful,
    "focal, γ = 2": {"gamma": 2},
    "focal, γ = 2, regularised": {"gamma": 2} | careful,
    "focal, quick fix": {
        "gamma": 2, "start": -np.log(0.99 / 0.01), "safe": lambda c: np.maximum(c, 1e-6)
    },
}  # fmt: skip


def tree_run(seed):
    X, y = make_nonlinear(6000, prevalence=0.01, random_state=seed)
    X_new, y_new = make_nonlinear(10_000, prevalence=0.01, random_state=1000 + seed)
    found = {name: fit_trees(X, y, **options)(X_new) for name, options in settings.items()}
    return [average_precision_score(y_new, z) for z in found.values()]


# %%
trees = np.array([tree_run(seed) for seed in range(6)])
plots.intervals(
    {name: interval(trees[:, column]) for column, name in enumerate(settings)},
    xlabel="average precision on new rows, six draws",
    ylabel="loss and setting",
    title="What focal loss gains over a default, one setting gains as well",
    decimals=2,
)

# %%
plain, careful_plain, focal, careful_focal = trees[:, :4].T
print(f"focal − log loss, both at the default:   {interval(focal - plain):+.2f}")
print(f"focal − log loss, both regularised:      {interval(careful_focal - careful_plain):+.2f}")
print(f"regularised − default, both log loss:    {interval(careful_plain - plain):+.2f}")

# %% [markdown]
# As in the core, the focal loss gains over the default of the log loss, and no difference is shown where both are
# regularised. Six draws are too few to exclude one.
#
# And look at the quick fix: the same loss with two details changed, and the order of the rows is all but destroyed. All
# positives start with a negative curvature, the cut-off makes it a millionth, and a slope divided by next to nothing is
# a giant step.

# %% [markdown]
# ## Does it calibrate?
#
# There is also an opposite reputation: focal loss is said to *improve* probabilities. Mukhoti and others (2020) report it
# for deep networks, which are often **[overconfident](../../docs/glossary.md#overconfident)**. How can a loss that bends
# probabilities improve them? Komisarenko and Kull (2024) explain it: γ makes a model say less than it believes, and the
# two errors can cancel.
#
# Try both sides of it, with 40% positives: large trees on few rows, which are overconfident, and a linear model that
# fits its data, which is not. **[Confidence](../../docs/glossary.md#confidence)** is the mean of the larger of $p$ and $1 - p$; a calibrated model is
# right as often as it is confident.

# %%
from imbalance_lab.focal import fit_focal

large = {"trees": 80, "num_leaves": 31}


def too_sure(p, y):
    return np.maximum(p, 1 - p).mean() - np.mean((p >= 0.5) == y)


def confidence_run(seed):
    X, y = make_nonlinear(800, prevalence=0.4, random_state=seed)
    X_new, y_new = make_nonlinear(3000, prevalence=0.4, random_state=1000 + seed)
    row = [too_sure(expit(fit_trees(X, y, gamma, **large)(X_new)), y_new) for gamma in (0, 2)]
    small = fit_trees(X, y, trees=80, min_sum_hessian_in_leaf=10)
    row.append(too_sure(expit(small(X_new)), y_new))
    X, y = make_gauss(1000, prevalence=0.4, random_state=seed)
    X_new, y_new = make_gauss(3000, prevalence=0.4, random_state=1000 + seed)
    return row + [too_sure(fit_focal(X, y, gamma)(X_new), y_new) for gamma in (0, 2)]


# %%
kinds = ("large trees, γ = 0", "large trees, γ = 2", "small trees, γ = 0")
kinds += ("linear, γ = 0", "linear, γ = 2")
sure = np.array([confidence_run(seed) for seed in range(5)])
plots.intervals(
    {name: interval(sure[:, column]) for column, name in enumerate(kinds)},
    xlabel="confidence minus accuracy, five draws",
    ylabel="model",
    title="γ takes confidence away from whatever model it trains",
    baseline=0,
    baseline_label="as sure as it is right",
    decimals=2,
)

# %% [markdown]
# The large trees are too sure of themselves, and γ = 2 takes that away and a little more. The linear model was as sure as
# it was right, and γ = 2 makes it say too little. So the effect is real, but it is a counterweight and not a cure: smaller
# trees, without any γ, come nearer to the truth on these data, and their probabilities mean what they say.

# %%
from imbalance_lab.claims import Claim
from imbalance_lab.evidence import study

wide = study("focal")
slope, sums = (
    wide.facts(name)["overall"]["mean"] for name in ("calibration-slope", "probabilities")
)
answers = [condition["answer"] for condition in wide.facts("calibrated")["conditions"]]
longest = [wide.facts("log-loss")["conditions"][row]["mean"] for row in (9, 11)]
trees_sure, linear_sure = (interval(sure[:, high] - sure[:, low]) for low, high in ((0, 1), (3, 4)))
Claim(
    "Focal loss gives better calibrated probabilities.",
    verdict=wide.verdict_on("calibrated"),
    because=(
        f"In the laboratory, with 2% positives, γ = 2 brought them no nearer to what came in {answers.count('no')} of"
        f" {len(answers)} conditions; they added up to {1 + sums:.1f} times the positives. What speaks for it: it"
        f" takes confidence away (the calibration slope of lesson 10 rose by {slope:.2f}), which helps an overconfident model. The"
        f" log loss of networks that were trained for long changed by {longest[0]:+.0%} and {longest[1]:+.0%} on two"
        " families. Here, with 40% positives and five draws, confidence minus accuracy of overgrown trees changed by"
        f" {trees_sure:+.2f}, from {sure[:, 0].mean():+.2f}, and that of a linear model, which was right before, by"
        f" {linear_sure:+.2f}."
    ),
    reference="komisarenko2024",
)

# %% [markdown]
# ## Take away
#
# - The focal loss is not convex. Mind the curvature and the start when you hand it to a booster.
# - Start a training where the model says the prevalence.
# - Compare with the log loss at the same settings, the regularised ones among them.
# - γ makes any model less sure. That helps a model that is too sure, and harms one that is right.
#
# **New words:** *Hessian* (curvature), *convex*, *prior bias*, *confidence*.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). Fit a booster
# there with the log loss and with your focal loss. Which ranks better, and what is E/O of each?
#
# ## Further reading
#
# - Lin et al. (2017). [*Focal loss for dense object
#   detection*](../../docs/bibliography.md#lin2017): section 3.3 is about the start.
# - Mukhoti et al. (2020). [*Calibrating deep neural networks using focal
#   loss*](../../docs/bibliography.md#mukhoti2020).
# - Komisarenko & Kull (2024). [*Improving calibration by relating focal loss, temperature scaling,
#   and properness*](../../docs/bibliography.md#komisarenko2024).
#
# **Next:** lesson 09 takes up the strongest rival of this lesson and the two before: the threshold.
