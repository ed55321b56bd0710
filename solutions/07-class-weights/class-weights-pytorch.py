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
# # 07 · Class weights in PyTorch: which mean did you get?
#
# **At the end you can**
#
# - use `CrossEntropyLoss(weight=…)` and `BCEWithLogitsLoss(pos_weight=…)`, and say by what each of
#   them divides;
# - avoid the four mistakes that stop or, worse, do not stop a weighted training;
# - reproduce a weighted logistic regression in PyTorch to the last printed digit, penalty included;
# - say what weights and the right start do for a small network, and what weights cost.
#
# **Time** 45 minutes, optional. **You need** a first idea of PyTorch: tensors, a module, an optimiser.
# **Builds on** lesson 07, class weights: the weighted loss, its gradient, and the shift of the odds.
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

# %% [markdown]
# ## Two losses, two means
#
# The four rows of lesson 07: three negatives and one positive, to which a model gives the
# probabilities 0.5, 0.5, 0.5 and 0.25. Weights $w_0 = 1$ and $w_1 = 2$. PyTorch's losses take
# **logits**, the log odds $z = \log \frac{p}{1-p}$, not probabilities; a logit can't be rounded to a
# probability of exactly 0, whose logarithm would be infinite (lesson 08 makes use of that).
#
# There are two ways to state the same loss:
#
# - `BCEWithLogitsLoss(pos_weight=2)`: one logit for each row, and labels as **floats**. The weight
#   of a positive is [`pos_weight`](../../docs/glossary.md#pos_weight), that of a negative is
#   always 1.
# - `CrossEntropyLoss(weight=[1, 2])`: one logit for each *class* and labels as **integers**, the
#   positions of the weights. With two classes the logits $(0, z)$ say the same as the one logit $z$.
#
# **Predict before you run.** Both are asked for their mean, on the same rows with the same weights.
# Do they return the same number?

# %%
my_prediction = None  # your guess: True if they are equal, False if not

# %% covers="E35 E36"
import numpy as np

y_hand = np.array([0, 0, 0, 1])
p_hand = np.array([0.5, 0.5, 0.5, 0.25])
z = torch.tensor(np.log(p_hand / (1 - p_hand)))
two_logits = torch.stack([torch.zeros_like(z), z], dim=1)
weight = torch.tensor([1.0, 2.0], dtype=z.dtype)

binary = nn.BCEWithLogitsLoss(pos_weight=weight[1] / weight[0])
by_class = nn.CrossEntropyLoss(weight=weight)
print(f"you predicted that they are equal: {my_prediction}")
print(f"BCEWithLogitsLoss: {binary(z, torch.tensor(y_hand, dtype=z.dtype)):.3f}")
print(f"CrossEntropyLoss:  {by_class(two_logits, torch.tensor(y_hand)):.3f}")

# %% [markdown]
# They differ, and lesson 07 has told you both numbers. Here they are in NumPy:

# %%
losses = -np.log(np.where(y_hand == 1, p_hand, 1 - p_hand))
w = np.where(y_hand == 1, 2.0, 1.0)
print(f"weighted sum, divided by the 4 rows:       {np.sum(w * losses) / 4:.3f}")
print(f"weighted sum, divided by the weights (5):  {np.sum(w * losses) / 5:.3f}")

# %% [markdown]
# `BCEWithLogitsLoss` divides by the number of rows, `CrossEntropyLoss` by the weights of the rows.
# Two neighbours in one library, both called [`reduction="mean"`](../../docs/glossary.md#reduction).
# The minimum is the same. But the learning rate, a penalty, and every number that you compare with
# somebody else's are not: with balanced weights in the ratio 1 to 19 and 5% positives, the first
# loss is almost twice the second.

# %% [markdown]
# ### Exercise 1: a weighted mean from logits
#
# Make the binary loss return the weighted mean of lesson 07, the sum divided by the weights, for logits.


# %% answer="weighted-bce"
def weighted_bce(logits, y, w0, w1):
    """Return the weighted mean of the log loss: divided by the sum of the weights.

    Parameters
    ----------
    logits : array-like of shape (n_samples,)
        Log odds of class 1, any real numbers, as large as 1000 or as small as -1000.
    y : array-like of shape (n_samples,)
        Labels, 0 or 1, as integers.
    w0, w1 : float
        Weight of each row of class 0 and of class 1. Positive.

    Returns
    -------
    float
        A Python number, computed in double precision (float64) and right to nine digits.

    Example by hand: logits [0, 0, 0, -ln 3] are the probabilities 0.5, 0.5, 0.5, 0.25. With
    y = [0, 0, 0, 1], w0 = 1, w1 = 2: 7 ln 2 / 5 = 0.970406.
    """
    ### BEGIN SOLUTION
    logits = torch.tensor(np.asarray(logits), dtype=torch.float64)
    y = torch.tensor(np.asarray(y), dtype=torch.float64)
    weights = w0 + (w1 - w0) * y
    return (nn.BCEWithLogitsLoss(weight=weights, reduction="sum")(logits, y) / weights.sum()).item()
    ### END SOLUTION


# %% try="weighted-bce"
round(weighted_bce([0, 0, 0, -np.log(3)], [0, 0, 0, 1], w0=1, w1=2), 3)

# %% graded="weighted-bce" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights_pytorch import WEIGHTED_BCE

example = ([0, 0, 0, -1.0986122887], [0, 0, 0, 1], 1, 2)
check(weighted_bce, WEIGHTED_BCE).on(*example).gives(0.970406, abs_=5e-7)
check(weighted_bce, WEIGHTED_BCE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import class_weights_pytorch as keys

check(weighted_bce, WEIGHTED_BCE).keeps_its_contract(keys.WEIGHTED_BCE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## The mean of a batch
#
# A network learns from small [batches](../../docs/glossary.md#batch), and `CrossEntropyLoss`
# divides by the weights *of the batch*. A batch with many positives has a large divisor, so each of
# its rows counts less. **Predict:** train a logistic regression row by row, in batches of one, once
# without weights and once with weights 1 to 19. How far apart are the intercepts?

# %%
my_prediction = None  # in log odds, such as 0.5

# %%
X, y = make_gauss(1000, prevalence=0.05, random_state=0)
X_all = torch.tensor(X, dtype=torch.float64)
y_all = torch.tensor(y)


# %%
def train_in_batches(weight, size):
    """Train a linear model for one pass over the rows; return its intercept."""
    torch.manual_seed(0)
    model = nn.Linear(X.shape[1], 2, dtype=torch.float64)
    loss = nn.CrossEntropyLoss(weight=torch.tensor(weight, dtype=torch.float64))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02)
    for start in range(0, len(y), size):
        optimiser.zero_grad()
        loss(model(X_all[start : start + size]), y_all[start : start + size]).backward()
        optimiser.step()
    return (model.bias[1] - model.bias[0]).item()


print("you predicted:", my_prediction)
for size in (1, 10, 100):
    plain, heavy = train_in_batches([1.0, 1.0], size), train_in_batches([1.0, 19.0], size)
    print(f"batches of {size:3d}: weights move the intercept by {heavy - plain:.2f}")

# %% [markdown]
# Row by row the weights do nothing. In a batch of one row the weight stands above and below the fraction
# line, $w_i\, \ell_i / w_i = \ell_i$, and cancels. In larger batches weights do work, but how strongly depends
# on the size of the batch. Two ways out: `reduction="sum"`, divided by a number that does not change from batch to batch; or `BCEWithLogitsLoss`, whose divisor is the number of rows. The same
# arithmetic spoils the *accumulation* of gradients over several small batches, which is supposed to
# equal one large batch.

# %% [markdown]
# ## Four traps
#
# **1. The [device](../../docs/glossary.md#device).** Snippets often end a line in `.cuda()`. On a
# machine without a suitable graphics card that line stops the program. Say once where tensors live,
# and use that name everywhere:

# %% covers="E37"
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
weight_there = torch.tensor([0.53, 8.75], device=device)
loss_there = nn.CrossEntropyLoss(weight=torch.tensor([0.53, 8.75])).to(device)
print("both weights are on the chosen device:", weight_there.device == loss_there.weight.device)

if not torch.cuda.is_available():
    try:
        torch.tensor([0.53, 8.75]).cuda()
    except (AssertionError, RuntimeError):
        print("a hard-coded .cuda() stops here")

# %% [markdown]
# (The weights belong to the loss: `.to(device)` moves them with it.)
#
# **2. The type of the labels.** The binary loss compares with a probability and wants floats; the
# loss by class wants integers, because labels are positions there.
#
# **3. The type of the weights.** NumPy and pandas count in double precision (float64), networks
# work in single (float32). A weight computed from a label count is float64. Sometimes that stops
# the program, sometimes it is silently cast. Write `dtype=torch.float32` where you make the weights.
#
# **4. The shape.** A network's last layer returns $(n, 1)$, labels have the shape $(n,)$.

# %%
logits32 = torch.zeros(4)
labels = torch.tensor([0, 0, 0, 1])
weight64 = torch.tensor(np.array([1.0, 2.0]))
attempts = {
    "integer labels, binary loss": lambda: nn.BCEWithLogitsLoss()(logits32, labels),
    "float labels, loss by class": lambda: nn.CrossEntropyLoss()(
        torch.zeros(4, 2), labels.double()
    ),
    "float64 weights, loss by class": lambda: nn.CrossEntropyLoss(weight=weight64)(
        torch.zeros(4, 2), labels
    ),
    "float64 pos_weight, binary loss": lambda: nn.BCEWithLogitsLoss(pos_weight=weight64[1:])(
        logits32, labels.float()
    ),
    "shape (4, 1) against (4,)": lambda: nn.BCEWithLogitsLoss()(logits32[:, None], labels.float()),
}
for name, attempt in attempts.items():
    try:
        print(f"{name:32s} runs, and the loss is {str(attempt().dtype).removeprefix('torch.')}")
    except (RuntimeError, ValueError) as error:
        print(f"{name:32s} {type(error).__name__}")

# %% [markdown]
# Four of the five stop with an error, which is the friendly case. The fourth is cast without a word:
# harmless here, but what is cast in one loss stops another, so say the type once, where the weights
# are made.

# %% [markdown]
# ## Number by number
#
# A logistic regression is a network with one linear layer. Trained to the minimum of the same
# weighted loss, it must be scikit-learn's. First the gradient: PyTorch's, computed by
# [automatic differentiation](../../docs/glossary.md#automatic-differentiation), beside the finite
# differences of lesson 07 on scikit-learn's loss. (What does your `weighted_gradient` say there?)

# %%
from sklearn.metrics import log_loss

theta = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
rows_weight = np.where(y == 1, 19.0, 1.0)
as_tensors = {"weight": torch.tensor(rows_weight), "reduction": "sum"}
loss = nn.BCEWithLogitsLoss(**as_tensors)(X_all @ theta, y_all.double()) / rows_weight.sum()
loss.backward()


def loss_at(theta):
    return log_loss(y, 1 / (1 + np.exp(-X @ theta)), sample_weight=rows_weight)


step = 1e-5 * np.eye(X.shape[1])
differences = np.array([loss_at(e) - loss_at(-e) for e in step]) / 2e-5
print("automatic:  ", theta.grad.numpy()[:4].round(5))
print("differences:", differences[:4].round(5))

# %% [markdown]
# Then the whole fit. `LBFGS` is an optimiser that uses all rows and finds the minimum of a smooth
# loss to many digits; its `step` wants a function that computes the loss and its gradient each time.

# %%
from sklearn.linear_model import LogisticRegression


def fit_by_lbfgs(pos_weight, decay=0.0):
    model = nn.Linear(X.shape[1], 1, dtype=torch.float64)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(pos_weight, dtype=torch.float64))
    optimiser = torch.optim.LBFGS(
        model.parameters(), max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe"
    )

    def closure():
        optimiser.zero_grad()
        value = loss(model(X_all)[:, 0], y_all.double()) + decay / 2 * (model.weight**2).sum()
        value.backward()
        return value

    optimiser.step(closure)
    return model.bias.item(), model.weight[0].detach().numpy()


# %%
for ratio in (1.0, 19.0):
    bias, slopes = fit_by_lbfgs(ratio)
    reference = LogisticRegression(C=np.inf, tol=1e-9, class_weight={0: 1, 1: ratio}).fit(X, y)
    print(f"pos_weight {ratio:4.0f}: PyTorch      {bias:7.3f} {slopes[:3].round(3)}")
    print(
        f"                 scikit-learn {reference.intercept_[0]:7.3f} "
        f"{reference.coef_[0, :3].round(3)}"
    )

# %% [markdown]
# The same coefficients to the last printed digit. From the first pair to the second, the intercept
# has moved by about $\log 19 = 2.94$, as lesson 07 derived.

# %% [markdown]
# ### Exercise 2: the same penalty in either library
#
# These fits had no penalty. scikit-learn's `C` stands before a *sum* of losses, PyTorch's `weight_decay` beside a *mean*.
# Which `weight_decay` makes both libraries find the same model?


# %% answer="matching-decay"
def matching_decay(y, w0, w1, C, loss):
    """Return the weight decay that gives PyTorch's loss the minimum of scikit-learn's.

    scikit-learn's `LogisticRegression(C=C, class_weight={0: w0, 1: w1})` makes
    C Σ wᵢ ℓᵢ + ½ Σ slopes² as small as it can. In PyTorch a `weight_decay` of λ on the slopes adds
    ½ λ Σ slopes² to the loss. Neither penalises the intercept. Both are fitted to all rows at once.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels, 0 or 1, as integers. Both occur.
    w0, w1 : float
        Weight of each row of class 0 and of class 1 in scikit-learn. Positive.
    C : float
        What stands before scikit-learn's sum of losses. Positive.
    loss : {"binary", "by class"}
        "binary" is `BCEWithLogitsLoss(pos_weight=w1 / w0)`; "by class" is
        `CrossEntropyLoss(weight=[w0, w1])`, for the two logits (0, z). Each takes its own mean.

    Returns
    -------
    float
        λ, a positive number.

    Example by hand: y = [0, 0, 0, 1], w0 = 2, w1 = 4, C = 0.5. λ is 0.25 for "binary" and 0.2 for
    "by class".
    """
    ### BEGIN SOLUTION
    n0, n1 = np.bincount(y)
    divisor = {"binary": w0 * (n0 + n1), "by class": w0 * n0 + w1 * n1}[loss]
    return float(1 / (C * divisor))
    ### END SOLUTION


# %% [markdown]
# With the right one these two fits agree:

# %% try="matching-decay"
decay = matching_decay(y, w0=0.5, w1=9.5, C=0.01, loss="binary")
bias, slopes = fit_by_lbfgs(19.0, decay)
reference = LogisticRegression(C=0.01, tol=1e-9, class_weight={0: 0.5, 1: 9.5}).fit(X, y)
print(f"PyTorch      {bias:7.3f} {slopes[:3].round(3)}")
print(f"scikit-learn {reference.intercept_[0]:7.3f} {reference.coef_[0, :3].round(3)}")

# %% graded="matching-decay" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.class_weights_pytorch import MATCHING_DECAY

check(matching_decay, MATCHING_DECAY).on([0, 0, 0, 1], 2, 4, 0.5, "binary").gives(0.25)
check(matching_decay, MATCHING_DECAY).on([0, 0, 0, 1], 2, 4, 0.5, "by class").gives(0.2)
check(matching_decay, MATCHING_DECAY).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import class_weights_pytorch as keys

check(matching_decay, MATCHING_DECAY).keeps_its_contract(keys.MATCHING_DECAY.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Do weights help a network?
#
# A network is trained by a number of small steps and stops before the minimum, so the way there
# matters. Sixteen hidden units, 60 steps of Adam, 2% positives, eight data sets of each family.
# Five ways to train:
#
# - *plain*;
# - *weights*: `pos_weight` = $n_0 / n_1$;
# - *start*: no weights, but the last bias starts at $\log \frac{\pi}{1 - \pi}$, so that the
#   network's first answer is π for every row instead of about 0.5;
# - *start, weights*: both;
# - *start, decay*: the start, better regularised (`weight_decay`), 120 steps.
#
# **Predict:** which way has the best average precision?

# %%
my_prediction = None  # one of these ways

# %%
from sklearn.metrics import average_precision_score


def train_network(X, y, seed, pos_weight=1.0, start=False, decay=0.0, steps=60):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(X.shape[1], 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))
    if start:
        nn.init.constant_(net[2].bias, np.log(y.mean() / (1 - y.mean())))
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(pos_weight, dtype=torch.float32))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02, weight_decay=decay)
    X, y = (torch.tensor(part, dtype=torch.float32) for part in (X, y))
    for _ in range(steps):
        optimiser.zero_grad()
        loss(net(X), y).backward()
        optimiser.step()
    return net


def logits_of(net, X):
    with torch.no_grad():
        return net(torch.tensor(X, dtype=torch.float32)).numpy()


# %%
from imbalance_lab import plots
from imbalance_lab.datasets import make_nonlinear
from imbalance_lab.experiments import interval


def five_networks(make, seed):
    """Return average precision, and the positives expected for each that comes, of each way."""
    X, y = make(3000, prevalence=0.02, random_state=seed)
    X_new, y_new = make(4000, prevalence=0.02, random_state=1000 + seed)
    weights, found = {"pos_weight": (1 - y.mean()) / y.mean()}, {}
    for way, how in {
        "plain": {},
        "weights": weights,
        "start": {"start": True},
        "start, weights": {"start": True} | weights,
        "start, decay": {"start": True, "decay": 1e-3, "steps": 120},
    }.items():
        z = logits_of(train_network(X, y, seed, **how), X_new)
        expected = (1 / (1 + np.exp(-z))).sum() / y_new.sum()
        found[way] = average_precision_score(y_new, z), expected
    return found


# %%
networks = {"gauss": [five_networks(make_gauss, seed) for seed in range(8)]}

# %%
networks["nonlinear"] = [five_networks(make_nonlinear, seed) for seed in range(8)]

# %%
gains = {
    f"{family}, {way}": interval([run[way][0] - run["start"][0] for run in runs])
    for family, runs in networks.items()
    for way in runs[0]
    if way != "start"
}
print("you predicted:", my_prediction)
plots.intervals(
    gains,
    xlabel="average precision, minus that of a start at the prevalence; 8 draws",
    ylabel="family and way",
    title="Average precision of each way, against the right start",
    baseline=0.0,
    baseline_label="start",
    decimals=2,
)

# %%
expects = {
    f"{family}, {way}": np.mean([run[way][1] for run in runs])
    for family, runs in networks.items()
    for way in runs[0]
}
with plots.picture(
    title="Weights cost the probabilities",
    xlabel="positives expected for each that comes (1 is right)",
    ylabel="family and way",
    alt="; ".join(f"{name}: {value:.1f}" for name, value in expects.items()),
) as ax:
    ax.bar_label(ax.barh(list(expects), list(expects.values())), fmt="{:.1f}", padding=3)
    ax.axvline(1, color="black", linestyle=":")
    ax.invert_yaxis()

# %% [markdown]
# Look at *plain* first: it spent its 60 steps on learning that positives are rare. Weights spare it
# that work, and so does the right start, equally well. Both together rank better than the start
# alone, by 0.05 and 0.03. So here weights do help the ranking. Their price is in the second picture:
# the network expects many times too many positives, until the weights are undone.
#
# That is one small network, 60 steps long. The laboratory's study `networks` goes on to 1,200 steps, from the usual
# start, with all rows at once and in batches of 64:

# %%
from imbalance_lab.evidence import study

trained = study("networks")
trained.plot("weights-rank")

# %% [markdown]
# After 60 steps weights rank better everywhere. After 1,200 steps with all rows at once they rank *worse*; in small batches
# they are still ahead on gauss. And they have an equal: on the mean of these twelve conditions, a network without weights
# that starts at the prevalence ranks as well, and in none of them is it shown to be worse by 0.02
# (`trained.plot("start-is-enough")`).
#
# For large networks Byrd and Lipton (2019) found that the effect of weights on *decisions* fades as training goes on, and
# that [weight decay](../../docs/glossary.md#weight-decay) and batch normalisation keep it. The study `norms` trains small ones with neither, with decay
# and with batch normalisation, for 2,000 steps in small batches:

# %%
study("norms").plot("decisions")

# %% [markdown]
# Here the effect does not fade, not even without either. Their networks are large and learn from pictures and
# texts; these have 32 hidden units and 4,000 rows. So compare on your own data, at the length that you will use.

# %%
from imbalance_lab.claims import Claim

both = {
    family: interval([run["start, weights"][1] for run in runs])
    for family, runs in networks.items()
}
GAUSS = "gauss n=4000 prevalence=0.02"
late = trained.interval("weights-rank", data=GAUSS, length=1200, batch=0)
Claim(
    "In PyTorch, set pos_weight to n0/n1 (or weight= to the balanced weights) for a rare class.",
    verdict="holds only if",
    because=(
        "you need the ranking of a short training, and no probability. After 60 steps from the start at"
        f" the prevalence, pos_weight changed average precision by {gains['gauss, start, weights']:+.2f}"
        f" on gauss and by {gains['nonlinear, start, weights']:+.2f} on the nonlinear family; without"
        f" that start it did about as much as the start alone. It expected {both['gauss'].mean:.0f} and"
        f" {both['nonlinear'].mean:.0f} positives for each one. In the laboratory weights"
        " from the usual start ranked better after 60 steps in 4 of 4 conditions and worse after 1,200"
        f" with all rows at once, {late:+.2f} on gauss; a start at the prevalence did as well."
    ),
    reference="byrd2019",
    evidence="E35 E36",
)

# %% [markdown]
# ## Take away
#
# - `BCEWithLogitsLoss` divides by rows, `CrossEntropyLoss` by the weights of the batch.
# - In a batch of one row, the weights of `CrossEntropyLoss` cancel without a word.
# - Labels: floats for the binary loss, integers by class. Weights: float32. Device: one variable.
# - `pos_weight` shifts the log odds by its logarithm; subtract it to get probabilities back.
# - Start the last bias at the prevalence. Weights may add to the ranking, and cost the probabilities.
#
# **New words:** *logit*, *pos_weight*, *reduction*, *batch*, *device*.
#
# ## Further reading
#
# - Byrd & Lipton (2019). [*What is the effect of importance weighting in deep
#   learning?*](../../docs/bibliography.md#byrd2019).
# - PyTorch contributors (2022). [*Counter intuitive behavior of nn.CrossEntropy/nn.NLLLoss with
#   weights and issue with gradient accumulation*](../../docs/bibliography.md#pytorch72047): what
#   the mean of a weighted loss divides by, and what follows for gradient accumulation.
#
# **Next:** lesson 08, the focal loss, which weighs each row by how wrong the model still is about it.
