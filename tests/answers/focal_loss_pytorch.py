"""Answers to lesson 08's second notebook, focal loss in PyTorch.

PyTorch is imported inside the answers, so that the tests are collected where it is missing; the
tests that run them are marked `torch`.
"""

from __future__ import annotations

import numpy as np

from answers import Answers

answers = Answers("08-focal-loss/focal-loss-pytorch")


def _double(values):
    import torch

    return torch.tensor(np.asarray(values), dtype=torch.float64)


def _parts(logits, y):
    """Return the logits, the factor's base and the cross-entropy, ready to be derived."""
    from torch.nn.functional import softplus

    z, y = _double(logits).requires_grad_(), _double(y)
    margin = (2 * y - 1) * z
    return z, (-margin).sigmoid(), softplus(-margin)


def _weights(y, positive, negative):
    return _double([positive if label == 1 else negative for label in y])


def _listed(loss, z):
    import torch

    (slopes,) = torch.autograd.grad(loss, z)
    return [loss.item(), *slopes.tolist()]


@answers.right("focal_by_autograd")
def by_margin(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((_weights(y, alpha, 1 - alpha) * rest**gamma * entropy).mean(), z)


@answers.right("focal_by_autograd")
def by_logsigmoid(logits, y, gamma, alpha):
    import torch
    from torch.nn.functional import logsigmoid

    z = _double(logits).requires_grad_()
    sign = 2 * _double(y) - 1
    losses = -torch.exp(gamma * logsigmoid(-sign * z)) * logsigmoid(sign * z)
    loss = (losses * _weights(y, alpha, 1 - alpha)).sum() / len(z)
    loss.backward()
    return [loss.item(), *z.grad.tolist()]


@answers.right("focal_by_autograd")
def row_by_row(logits, y, gamma, alpha):
    rows = [by_margin([z], [label], gamma, alpha) for z, label in zip(logits, y, strict=True)]
    return [sum(loss for loss, _ in rows) / len(rows), *(slope / len(rows) for _, slope in rows)]


@answers.wrong("focal_by_autograd", "integers where the loss wants floats")
def integer_labels(logits, y, gamma, alpha):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    z = _double(logits).requires_grad_()
    return binary_cross_entropy_with_logits(z, torch.tensor(np.asarray(y))).item()


@answers.wrong("focal_by_autograd", "integers where the loss wants floats")
def integer_logits(logits, y, gamma, alpha):
    import torch

    return torch.tensor(np.asarray(logits).astype(int), requires_grad=True).tolist()


@answers.wrong("focal_by_autograd", "one α for both classes")
def shared_alpha(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((alpha * rest**gamma * entropy).mean(), z)


@answers.wrong("focal_by_autograd", "α weighs the negatives")
def alpha_on_negatives(logits, y, gamma, alpha):
    return by_margin(logits, y, gamma, 1 - alpha)


@answers.wrong("focal_by_autograd", "the factor was cut out of the derivation")
def detached(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((_weights(y, alpha, 1 - alpha) * rest.detach() ** gamma * entropy).mean(), z)


@answers.wrong("focal_by_autograd", "the slopes of the sum instead of the mean")
def slopes_of_sum(logits, y, gamma, alpha):
    mean, *slopes = by_margin(logits, y, gamma, alpha)
    return [mean, *(len(slopes) * slope for slope in slopes)]


@answers.wrong("focal_by_autograd", "the sum instead of the mean")
def summed(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((_weights(y, alpha, 1 - alpha) * rest**gamma * entropy).sum(), z)


@answers.wrong("focal_by_autograd", "only the loss")
def loss_alone(logits, y, gamma, alpha):
    return by_margin(logits, y, gamma, alpha)[:1]


@answers.wrong("focal_by_autograd", "divided by the weights instead of by the number of rows")
def weighted_mean(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    weights = _weights(y, alpha, 1 - alpha)
    return _listed((weights * rest**gamma * entropy).sum() / weights.sum(), z)


@answers.wrong("focal_by_autograd")
def rounded(logits, y, gamma, alpha):
    values = np.array(by_margin(logits, y, gamma, alpha))
    return np.round(values, 4).tolist()


@answers.wrong("focal_by_autograd", "computed in single precision")
def in_float32(logits, y, gamma, alpha):
    import torch

    z, rest, entropy = _parts(logits, y)
    weights = torch.where(_double(y) == 1, alpha, 1 - alpha)  # two numbers make a float32
    return _listed((weights * rest**gamma * entropy).mean(), z)


@answers.wrong("focal_by_autograd", "the index of a Series decides, not the order of the rows")
def y_by_index(logits, y, gamma, alpha):
    return by_margin(logits, [y[row] for row in range(len(y))], gamma, alpha)


@answers.wrong("focal_by_autograd")
def factor_from_p_t(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    losses = (1 - (1 - rest)) ** gamma * entropy.clamp(max=50)
    return _listed((_weights(y, alpha, 1 - alpha) * losses).mean(), z)
