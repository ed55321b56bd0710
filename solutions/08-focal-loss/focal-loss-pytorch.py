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
# # 08 · Focal loss in PyTorch: does the module do what the formula says?
#
# **At the end you can**
#
# - write the focal loss as a module that does not overflow, for two classes and for more, and let PyTorch
#   differentiate it;
# - prove a module right number by number: loss, slope, curvature, fitted coefficients;
# - find the fault in a module that is copied often, and say why training does not show it;
# - start a network from the prior, and test whether focal loss improves it.
#
# **Time** 40 minutes, optional. **You need** a first idea of PyTorch: tensors, a module, an optimiser.
# **Builds on** lesson 08, focal loss: its derivation and what α weighs; the curvature and the prior bias
# stand in its deeper notebook.
#
# PyTorch is an extra of the course. To get it: `pip install torch==2.13.0`. The next cell says so
# where it is missing.

# %%
try:
    import torch
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "This notebook needs PyTorch. Run  %pip install torch==2.13.0  in a cell of its own, then"
        " restart the kernel (menu Kernel, Restart Kernel) and begin again."
    ) from None
from torch import nn

from imbalance_lab.datasets import make_gauss

torch.set_num_threads(1)  # sums are then made in one order, and every run prints the same
print("PyTorch", torch.__version__.split("+")[0])

# %% [markdown] covers="E38"
# ## A module that is copied often
#
# This class, in this or a similar form, is in many tutorials. It takes the mean loss of the batch or,
# as here, of each row, and recovers $p_t$ from it.


# %% covers="E38 E39"
class TutorialFocalLoss(nn.Module):
    def __init__(self, alpha, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, logits, labels):
        entropy = nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        p_t = torch.exp(-entropy)
        return (self.alpha * (1 - p_t) ** self.gamma * entropy).mean()


# %% [markdown]
# The recipe that goes with it: set `alpha` to the frequency of the rare class, "to balance". **Predict
# before you run.** Two linear models are trained with it for 100 steps of the optimiser Adam, one with
# α = 0.05 and one with α = 0.75. By how much do their intercepts differ?

# %%
my_prediction = None  # such as 0.5

# %%
import numpy as np

X, y = make_gauss(1000, prevalence=0.05, random_state=0)
X_all, y_all = torch.tensor(X), torch.tensor(y, dtype=torch.float64)


# %%
def trained(loss, optimiser, rate, steps=100):
    """Train a linear model on all rows at once; return its intercept."""
    torch.manual_seed(0)
    model = nn.Linear(X.shape[1], 1, dtype=torch.float64)
    steps_of = optimiser(model.parameters(), lr=rate)
    for _ in range(steps):
        steps_of.zero_grad()
        loss(model(X_all)[:, 0], y_all).backward()
        steps_of.step()
    return model.bias.item()


for name, optimiser, rate in (("Adam", torch.optim.Adam, 0.05), ("SGD", torch.optim.SGD, 1.0)):
    light, heavy = (trained(TutorialFocalLoss(a), optimiser, rate) for a in (0.05, 0.75))
    print(f"{name:5s} intercepts differ by {abs(light - heavy):.3f}")
print("you predicted for Adam:", my_prediction)

# %% [markdown]
# With Adam, not at all. Every row has the same α in front, positives and negatives alike, and Adam
# divides each step by the size of recent slopes: a constant factor cancels. With plain gradient
# descent (SGD) the factor acts as a learning rate, and the smaller α has simply not arrived yet. Neither
# balances anything. A training that runs and ends somewhere sensible is no proof that a parameter does
# what its name says. A number to compare with is one.

# %% [markdown]
# ## The module
#
# The definition of Lin and others: α for positives, 1 − α for negatives. With the **margin**
# $m = z$ for a positive row and $m = -z$ for a negative one,
#
# $$-\log p_t = \operatorname{softplus}(-m), \qquad 1 - p_t = \sigma(-m),$$
#
# where $\operatorname{softplus}(x) = \log(1 + e^{x})$ is
# [the function that lesson 08 made safe](../../docs/glossary.md#softplus). PyTorch has both.
# Nothing overflows, and nothing is computed as $1 - p_t$ from a rounded $p_t$.


# %%
class FocalLoss(nn.Module):
    """Mean focal loss of a batch; alpha=None weighs both classes alike."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma, self.alpha = gamma, alpha

    def forward(self, logits, labels):
        margin = torch.where(labels == 1, logits, -logits)
        loss = torch.sigmoid(-margin) ** self.gamma * nn.functional.softplus(-margin)
        if self.alpha is not None:
            loss = torch.where(labels == 1, self.alpha * loss, (1 - self.alpha) * loss)
        return loss.mean()


# %% [markdown]
# ## Number by number
#
# First the loss, its slope and its curvature, for 25 logits and both labels: once by PyTorch, which
# differentiates by itself
# (**[automatic differentiation](../../docs/glossary.md#automatic-differentiation)**), and once by
# finite differences of the loss, which NumPy computes from its definition.

# %%
from scipy.special import expit, log_expit


def in_numpy(z, y, gamma, alpha):
    margin, weight = (2 * y - 1) * z, np.where(y == 1, alpha, 1 - alpha)
    return weight * expit(-margin) ** gamma * -log_expit(margin)


def by_differences(z, y, gamma, alpha, h=1e-3):
    """Return loss, slope and curvature of each row."""
    below, at, above = (in_numpy(z + step, y, gamma, alpha) for step in (-h, 0, h))
    return at, (above - below) / (2 * h), (above - 2 * at + below) / h**2


def by_autograd(z, y, gamma, alpha):
    """Return the same three from the module, by automatic differentiation."""
    z = torch.tensor(z, requires_grad=True)
    # The module returns a mean; each row's own derivatives are those of the sum.
    loss = FocalLoss(gamma, alpha)(z, torch.tensor(y)) * len(y)
    (slope,) = torch.autograd.grad(loss, z, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), z)
    return loss.item(), slope.detach().numpy(), curvature.numpy()


# %%
z_try = np.tile(np.linspace(-6, 6, 25), 2)
y_try = np.repeat([1.0, 0.0], 25)
twice = {
    setting: (by_autograd(z_try, y_try, *setting), by_differences(z_try, y_try, *setting))
    for setting in ((0.0, 0.5), (2.0, 0.25), (5.0, 0.9))
}
apart = [
    np.abs(theirs - ours).max()
    for torchs, numpys in twice.values()
    for theirs, ours in zip(torchs, (numpys[0].sum(), *numpys[1:]))
]
print(f"for both labels loss, slope and curvature agree to 5 digits: {max(apart) < 1e-5}")

# %%
from imbalance_lab import plots

lowest = min(float(ours[2].min()) for _, ours in twice.values())
with plots.picture(
    title="Two ways, one result: PyTorch's points lie on NumPy's lines",
    xlabel="logit of a positive row",
    ylabel=["slope of its loss", "curvature of its loss"],
    panels=["slope", "curvature"],
    alt="Slope and curvature of a positive row's focal loss against its logit, for three settings of γ"
    " and α. The points of automatic differentiation lie on the lines of the differences. With γ above 0"
    f" the curvature falls below 0, down to {lowest:.2f}, where the row is wrong by far.",
) as axes:
    for (gamma, alpha), (theirs, ours) in twice.items():
        for ax, points, line in zip(axes, theirs[1:], ours[1:]):
            (drawn,) = ax.plot(z_try[:25], line[:25], label=f"γ = {gamma:.0f}, α = {alpha}")
            ax.plot(z_try[:25], points[:25], "o", color=drawn.get_color(), markersize=4)

# %% [markdown]
# Two computations that share no line of code agree, the negative curvature on the far left included. That
# is what a second way of computing is for. If you solved lesson 08, add a third: your `focal_gradient`.
#
# Then the whole fit. A linear model, minimised by PyTorch's `LBFGS` on PyTorch's slopes, beside
# SciPy's L-BFGS on the loss in NumPy, from the same start.

# %%
from scipy.optimize import minimize


def fit_by_torch(gamma, alpha):
    model = nn.Linear(X.shape[1], 1, dtype=torch.float64)
    nn.init.zeros_(model.weight)
    nn.init.constant_(model.bias, np.log(y.mean() / (1 - y.mean())))
    loss = FocalLoss(gamma, alpha)
    optimiser = torch.optim.LBFGS(
        model.parameters(), max_iter=300, tolerance_grad=1e-9, line_search_fn="strong_wolfe"
    )

    def closure():
        optimiser.zero_grad()
        value = loss(model(X_all)[:, 0], y_all)
        value.backward()
        return value

    optimiser.step(closure)
    return np.r_[model.bias.item(), model.weight[0].detach().numpy()]


# %%
def fit_by_scipy(gamma, alpha):
    design = np.column_stack([np.ones(len(X)), X])
    start = np.r_[np.log(y.mean() / (1 - y.mean())), np.zeros(X.shape[1])]

    def loss(theta):
        return in_numpy(design @ theta, y, gamma, alpha).mean()

    options = {"gtol": 1e-9, "ftol": 1e-15}
    return minimize(loss, start, jac="3-point", method="L-BFGS-B", options=options).x


for gamma, alpha in ((0.0, 0.5), (2.0, 0.25), (2.0, 0.95)):
    print(f"γ = {gamma:.0f}, α = {alpha}")
    print(f"  PyTorch {fit_by_torch(gamma, alpha)[:4].round(3)}")
    print(f"  SciPy   {fit_by_scipy(gamma, alpha)[:4].round(3)}")

# %% [markdown]
# The same coefficients, intercept first. One trainer can now vouch for the other, and both for the
# mathematics.

# %% [markdown]
# ### Exercise 1: more than two classes
#
# A network that tells many classes apart returns one logit for each, and $p_t$ is the softmax's share of the row's
# own class. Write the focal loss for it, plain numbers in, PyTorch inside, plain numbers out. Watch the rows that are
# surely right: there $p_t$ is rounded to 1, and at γ below 1 the slope of $(1 - p_t)^\gamma$ breaks. What takes the
# place of the margin?


# %% answer="softmax-focal"
def softmax_focal(logits, y, gamma, alpha):
    """Return the mean focal loss over two or more classes, and its slopes, derived by PyTorch.

    Parameters
    ----------
    logits : array-like of shape (n_samples, n_classes)
        One number for each class, between -50 and 50. Their softmax are the probabilities.
    y : array-like of shape (n_samples,)
        The class of each row, an integer from 0 to n_classes - 1.
    gamma : float
        Focusing parameter, 0 or more.
    alpha : list of float
        The weight of a row of each class, in the order of the columns.

    Returns
    -------
    list of float
        The mean over the rows of the focal loss, α of the row's class times -(1 - p_t)^γ log p_t;
        then the slope of that mean along each logit, row by row. These are
        1 + n_samples · n_classes finite Python numbers, computed in double precision (float64) and
        right to nine digits or to 1e-11.

    Example by hand: logits = [[0, 0, 0]], y = [0], gamma = 2, alpha = [0.5, 1, 1]. With p_t = 1/3
    the loss is 0.5 · (2/3)² · ln 3 = 0.244136. Its slopes are -0.310906 along the first logit and
    0.155453 along the others.
    """
    ### BEGIN SOLUTION
    z = torch.tensor(np.asarray(logits), dtype=torch.float64, requires_grad=True)
    own = nn.functional.one_hot(torch.tensor(np.asarray(y)), z.shape[1]).bool()
    margin = z[own] - z.masked_fill(own, -torch.inf).logsumexp(1)
    weight = own.double() @ torch.tensor(alpha, dtype=torch.float64)
    losses = torch.sigmoid(-margin) ** gamma * nn.functional.softplus(-margin)
    loss = (weight * losses).mean()
    loss.backward()
    return [loss.item(), *z.grad.flatten().tolist()]
    ### END SOLUTION


# %% try="softmax-focal"
np.round(softmax_focal([[0, 0, 0]], [0], gamma=2, alpha=[0.5, 1, 1]), 6)

# %% graded="softmax-focal" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.focal_loss_pytorch import SOFTMAX_FOCAL

by_hand = [0.2441361, -0.3109055, 0.1554528, 0.1554528]
example = ([[0, 0, 0]], [0], 2, [0.5, 1, 1])
check(softmax_focal, SOFTMAX_FOCAL).on(*example).gives(by_hand, abs_=2e-7)
check(softmax_focal, SOFTMAX_FOCAL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import focal_loss_pytorch as keys

check(softmax_focal, SOFTMAX_FOCAL).keeps_its_contract(keys.SOFTMAX_FOCAL.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Start from the prior
#
# A network's last layer has a bias, which PyTorch draws near 0. The network then begins by saying about
# 0.5 to everybody. The deeper notebook of lesson 08 derives a better start, $b = -\log\frac{1 - \pi}{\pi}$. Here is a small
# network, once with either start:

# %%
prevalence = 0.01
X_a, y_a = make_gauss(4000, prevalence=prevalence, random_state=0)


def small_network(prior, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    if prior:
        nn.init.constant_(model[2].bias, -np.log((1 - prior) / prior))
    return model


def train(model, X, y, loss, decay=0.01, epochs=10):
    """Train in batches of 400 rows; return the loss before each epoch."""
    inputs, labels = (torch.tensor(part, dtype=torch.float32) for part in (X, y))
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=decay)
    history = []
    for _ in range(epochs):
        with torch.no_grad():
            history.append(loss(model(inputs)[:, 0], labels).item())
        for rows in torch.randperm(len(labels)).split(400):
            optimiser.zero_grad()
            loss(model(inputs[rows])[:, 0], labels[rows]).backward()
            optimiser.step()
    return np.array(history)


# %%
bce = nn.BCEWithLogitsLoss()
from_half = train(small_network(None, seed=0), X_a, y_a, bce)
from_prior = train(small_network(prevalence, seed=0), X_a, y_a, bce)
with plots.picture(
    title="The prior saves the first epochs",
    xlabel="epoch",
    ylabel="log loss before the epoch",
    alt=f"From 0.5 the loss falls from {from_half[0]:.2f} to {from_half[9]:.2f}, from the prior from"
    f" {from_prior[0]:.2f} to {from_prior[9]:.2f}; after two epochs they are {from_half[2]:.2f} and"
    f" {from_prior[2]:.2f}.",
) as ax:
    ax.plot(from_half, "o-", label="start at 0.5")
    ax.plot(from_prior, "s--", label="start at π")
    ax.set_ylim(0, None)

# %% [markdown]
# The prior saves the first [epochs](../../docs/glossary.md#epoch), in which the network would learn
# nothing but that positives are rare. Later the two meet. In a deep network with millions of rows
# the first epochs are worth saving, and large slopes at the start can do damage; for a small one
# it saves little.

# %% [markdown]
# ## Does it improve a network?
#
# The question of lesson 08 once more, where focal loss comes from. Six fresh data sets with 40
# positives each; every network of a pair starts from the same weights and sees the same batches.
# Beside focal loss: `pos_weight` of lesson 07, plain cross-entropy with a stronger
# **[weight decay](../../docs/glossary.md#weight-decay)**, the usual regulariser of networks, and
# the strongest regulariser there is, a simpler model: logistic regression.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

candidates = {
    "cross-entropy": (bce, 0.01),
    "more weight decay": (bce, 1.0),
    "pos_weight 99": (nn.BCEWithLogitsLoss(pos_weight=torch.tensor(99.0)), 0.01),
    "focal, γ = 2": (FocalLoss(2.0), 0.01),
    "focal, α = 0.25": (FocalLoss(2.0, 0.25), 0.01),
    "focal, α = π": (FocalLoss(2.0, prevalence), 0.01),
}


def network_run(seed, names):
    X_a, y_a = make_gauss(4000, prevalence=prevalence, random_state=seed)
    X_b, y_b = make_gauss(10_000, prevalence=prevalence, random_state=1000 + seed)
    row = {}
    for name in names:
        model, (loss, decay) = small_network(prevalence, seed), candidates[name]
        train(model, X_a, y_a, loss, decay)
        with torch.no_grad():
            z = model(torch.tensor(X_b, dtype=torch.float32))[:, 0].numpy()
        row[name] = average_precision_score(y_b, z), expit(z).sum() / y_b.sum()
    p = LogisticRegression().fit(X_a, y_a).predict_proba(X_b)[:, 1]
    return row | {"logistic regression": (average_precision_score(y_b, p), p.sum() / y_b.sum())}


# %%
first, second = list(candidates)[:3], list(candidates)[3:]
runs = [network_run(seed, first) for seed in range(6)]

# %%
runs = [run | network_run(seed, second) for seed, run in enumerate(runs)]

# %%
from imbalance_lab.experiments import interval

gain = {
    name: interval([run[name][0] - run["cross-entropy"][0] for run in runs])
    for name in runs[0]
    if name != "cross-entropy"
}
expects = {name: np.mean([run[name][1] for run in runs]) for name in runs[0]}
print(f"cross-entropy expects {expects['cross-entropy']:.1f} positives for each that comes")
plots.intervals(
    {f"{name} (expects {expects[name]:.1f})": gain[name] for name in gain},
    xlabel="average precision, minus that of cross-entropy; six draws",
    ylabel="loss (positives expected for each that comes)",
    title="No loss ranks these rows better, and most cost the probabilities",
    baseline=0.0,
    baseline_label="cross-entropy",
    decimals=2,
)

# %% [markdown]
# The networks rank alike, whatever loss they were trained with: every interval of a difference reaches
# to zero or beyond. Even the mistaken α = π shows only where probabilities are used, and so does every
# other change of the loss: the sums of the probabilities are off by factors, as lesson 08 derived.
# Cross-entropy expects about as many positives as come, and so does the logistic regression, which
# with its eleven numbers ranks at least as well as any of the networks.
#
# What does that show? Little about networks in general. On these data the best model is linear, the hard rows are
# noise, and there are six draws with forty positives each. The [laboratory](../../docs/laboratory.md) took three families
# of data, short and long trainings, and eight tries for each loss:

# %%
from imbalance_lab.evidence import study

wide = study("focal")
wide.plot("f1")

# %% [markdown]
# The rows of the networks are what to look at. After 1,000 steps, ten times as many as the short trainings have, F1 at a
# threshold of its own rose on *gauss*. In the other rows a gain that would matter is not shown.

# %%
from imbalance_lab.claims import Claim

told = "{mean:+.2f} [{low:+.2f}, {high:+.2f}]".format_map
f1, ranks = (wide.facts(name)["conditions"] for name in ("networks-f1", "networks-rank"))
answers = [condition["answer"] for condition in f1]
Claim(
    "Focal loss improves neural networks on rare classes.",
    verdict=wide.verdict_on("networks-rank"),
    because=(
        "training is long. In the laboratory, with 2% positives, average precision rose by"
        f" {told(ranks[3])} and {told(ranks[5])} after 1,000 steps on two families of three, and by {told(ranks[2])} on"
        f" the first after 100. F1 rose by {told(f1[3])} there; in {answers.count('open')} of {len(answers)} conditions"
        " a gain of F1 that would matter is neither shown nor ruled out. In ten epochs here, with 40 positives,"
        f" γ = 2 changed average precision by {gain['focal, γ = 2']:+.2f}, and with the popular"
        f" α = π by {gain['focal, α = π']:+.2f}. More weight decay on plain cross-entropy changed it"
        f" by {gain['more weight decay']:+.2f}. Detectors in pictures are"
        " another matter."
    ),
    reference="johnson2019",
    evidence="E39 E41",
)

# %% [markdown]
# ## Take away
#
# - α for positives, 1 − α for negatives. One α for all is a learning rate, and under Adam nothing.
# - Build the module from softplus and sigmoid of the margin, not from `1 - exp(-loss)`.
# - Compare a module with a second computation number by number, derivatives included, before you train with it.
# - Start the last bias at the logit of the prevalence.
#
# **New words:** *automatic differentiation*, *softplus*, *weight decay*, *epoch* (one pass over all
# rows).
#
# ## Further reading
#
# - Lin et al. (2017). [*Focal loss for dense object
#   detection*](../../docs/bibliography.md#lin2017).
# - Johnson & Khoshgoftaar (2019). [*Medicare fraud detection using neural
#   networks*](../../docs/bibliography.md#johnson2019).
#
# **Next:** lesson 09 takes up the strongest rival of this lesson and the two before: the threshold.
