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


def _positions(y):
    import torch

    return torch.tensor(np.asarray(y))


def _is_own(z, y):
    from torch.nn.functional import one_hot

    return one_hot(_positions(y), z.shape[1]).bool()


def _parts(logits, y):
    """Return the logits, the factor's base and the cross-entropy, ready to be derived."""
    import torch
    from torch.nn.functional import softplus

    z = _double(logits).requires_grad_()
    own = _is_own(z, y)
    margin = z[own] - torch.where(own, -torch.inf, z).logsumexp(1)
    return z, (-margin).sigmoid(), softplus(-margin)


def _weights(y, alpha):
    return _double(alpha)[_positions(y)]


def _listed(loss, z):
    import torch

    (slopes,) = torch.autograd.grad(loss, z)
    return [loss.item(), *slopes.flatten().tolist()]


@answers.right("softmax_focal")
def by_margin(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((_weights(y, alpha) * rest**gamma * entropy).mean(), z)


@answers.right("softmax_focal")
def by_shares_of_the_others(logits, y, gamma, alpha):
    from torch.nn.functional import cross_entropy

    z = _double(logits).requires_grad_()
    rest = (z.softmax(1) * ~_is_own(z, y)).sum(1)
    losses = rest**gamma * cross_entropy(z, _positions(y), reduction="none")
    loss = (losses * _weights(y, alpha)).sum() / len(z)
    loss.backward()
    return [loss.item(), *z.grad.flatten().tolist()]


@answers.right("softmax_focal")
def by_logarithms(logits, y, gamma, alpha):
    z = _double(logits).requires_grad_()
    total, losses = 0.0, z.log_softmax(1)
    for row, label in enumerate(np.asarray(y).tolist()):
        rivals = [column for column in range(z.shape[1]) if column != label]
        factor = (gamma * losses[row, rivals].logsumexp(0)).exp()
        total = total - alpha[label] * factor * losses[row, label]
    return _listed(total / len(z), z)


@answers.right("softmax_focal")
def row_by_row(logits, y, gamma, alpha):
    table = np.asarray(logits)
    rows = [by_margin(z[None], [label], gamma, alpha) for z, label in zip(table, y, strict=True)]
    losses, *slopes = (
        np.mean([row[0] for row in rows]),
        *(np.array(rows)[:, 1:] / len(rows)).ravel(),
    )
    return [float(losses), *map(float, slopes)]


@answers.wrong("softmax_focal", "integers where floats are wanted, or floats where integers are")
def float_labels(logits, y, gamma, alpha):
    return _double(logits)[0, _double(y)].tolist()


@answers.wrong("softmax_focal", "integers where floats are wanted, or floats where integers are")
def float_labels_gathered(logits, y, gamma, alpha):
    return _double(logits).gather(1, _double(y)[:, None]).tolist()


@answers.wrong("softmax_focal", "integers where floats are wanted, or floats where integers are")
def integer_logits(logits, y, gamma, alpha):
    import torch

    return torch.tensor(np.asarray(logits).astype(int), requires_grad=True).tolist()


@answers.wrong("softmax_focal", "a row that is surely right makes a slope nan")
def from_the_entropy(logits, y, gamma, alpha):
    import torch
    from torch.nn.functional import cross_entropy

    z = _double(logits).requires_grad_()
    entropy = cross_entropy(z, _positions(y), reduction="none")
    return _listed((_weights(y, alpha) * (1 - torch.exp(-entropy)) ** gamma * entropy).mean(), z)


@answers.wrong("softmax_focal", "a row that is surely right makes a slope nan")
def one_minus_the_share(logits, y, gamma, alpha):
    z = _double(logits).requires_grad_()
    own = _is_own(z, y)
    losses = -((1 - z.softmax(1)[own]) ** gamma) * z.log_softmax(1)[own]
    return _listed((_weights(y, alpha) * losses).mean(), z)


@answers.wrong("softmax_focal", "each class is asked alone, by a sigmoid")
def by_sigmoid(logits, y, gamma, alpha):
    from torch.nn.functional import softplus

    z = _double(logits).requires_grad_()
    own = z[_is_own(z, y)]
    return _listed((_weights(y, alpha) * (-own).sigmoid() ** gamma * softplus(-own)).mean(), z)


@answers.wrong("softmax_focal", "only the strongest of the other classes counts")
def against_the_strongest(logits, y, gamma, alpha):
    import torch
    from torch.nn.functional import softplus

    z = _double(logits).requires_grad_()
    own = _is_own(z, y)
    margin = z[own] - torch.where(own, -torch.inf, z).max(1).values
    return _listed(
        (_weights(y, alpha) * (-margin).sigmoid() ** gamma * softplus(-margin)).mean(), z
    )


@answers.wrong("softmax_focal", "α is left out")
def no_alpha(logits, y, gamma, alpha):
    return by_margin(logits, y, gamma, np.ones(len(alpha)))


@answers.wrong("softmax_focal", "the factor was cut out of the derivation")
def detached(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed((_weights(y, alpha) * rest.detach() ** gamma * entropy).mean(), z)


@answers.wrong("softmax_focal", "the slopes of the sum instead of the mean")
def slopes_of_sum(logits, y, gamma, alpha):
    mean, *slopes = by_margin(logits, y, gamma, alpha)
    return [mean, *(len(y) * slope for slope in slopes)]


@answers.wrong("softmax_focal", "the sum instead of the mean")
def summed(logits, y, gamma, alpha):
    return [len(y) * value for value in by_margin(logits, y, gamma, alpha)]


@answers.wrong("softmax_focal")
def loss_alone(logits, y, gamma, alpha):
    return by_margin(logits, y, gamma, alpha)[:1]


@answers.wrong("softmax_focal", "divided by the weights instead of by the number of rows")
def weighted_mean(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    weights = _weights(y, alpha)
    return _listed((weights * rest**gamma * entropy).sum() / weights.sum(), z)


@answers.wrong("softmax_focal", "computed in single precision")
def in_float32(logits, y, gamma, alpha):
    from torch.nn.functional import softplus

    z = _double(logits).float().requires_grad_()
    own = _is_own(z, y)
    margin = z[own] - z.masked_fill(own, -np.inf).logsumexp(1)
    losses = (-margin).sigmoid() ** gamma * softplus(-margin)
    return _listed((_weights(y, alpha).float() * losses).mean(), z)


@answers.wrong("softmax_focal", "the index of a Series decides, not the order of the rows")
def y_by_index(logits, y, gamma, alpha):
    return by_margin(logits, [y[row] for row in range(len(y))], gamma, alpha)


@answers.wrong("softmax_focal")
def rounded(logits, y, gamma, alpha):
    return np.round(by_margin(logits, y, gamma, alpha), 4).tolist()


@answers.wrong("softmax_focal")
def alpha_against_the_rest(logits, y, gamma, alpha):
    z, rest, entropy = _parts(logits, y)
    return _listed(((1 - _weights(y, alpha)) * rest**gamma * entropy).mean(), z)


@answers.wrong("softmax_focal")
def column_by_column(logits, y, gamma, alpha):
    loss, *slopes = by_margin(logits, y, gamma, alpha)
    return [loss, *np.reshape(slopes, (len(y), -1)).T.ravel().tolist()]
