"""Answers to lesson 07's second notebook, class weights in PyTorch.

PyTorch is imported inside the answers, so that the tests are collected where it is missing; the
tests that run them are marked `torch`.
"""

from __future__ import annotations

import numpy as np

from answers import Answers

answers = Answers("07-class-weights/class-weights-pytorch")


def _double(values):
    import torch

    return torch.tensor(np.asarray(values), dtype=torch.float64)


def _binary_loss(logits, y, **options):
    from torch import nn

    return nn.BCEWithLogitsLoss(**options)(_double(logits), _double(y)).item()


@answers.right("weighted_bce")
def by_pos_weight(logits, y, w0, w1):
    total = w0 * _binary_loss(logits, y, pos_weight=_double(w1 / w0), reduction="sum")
    return total / sum(w1 if label else w0 for label in y)


@answers.right("weighted_bce")
def by_cross_entropy(logits, y, w0, w1):
    import torch

    z = _double(logits)
    loss = torch.nn.CrossEntropyLoss(weight=_double([w0, w1]))
    return loss(torch.stack([torch.zeros_like(z), z], dim=1), torch.tensor(np.asarray(y))).item()


@answers.right("weighted_bce")
def by_softplus(logits, y, w0, w1):
    import torch

    z, y = _double(logits), _double(y)
    weight = w0 + (w1 - w0) * y
    return float((weight * (torch.nn.functional.softplus(z) - y * z)).sum() / weight.sum())


@answers.wrong("weighted_bce", "integers where the binary loss wants floats")
def integer_labels(logits, y, w0, w1):
    import torch

    loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
    return loss(_double(logits), torch.tensor(np.asarray(y))).item()


@answers.wrong("weighted_bce", "divided by the number of rows instead of by the weights")
def own_mean(logits, y, w0, w1):
    weight = np.where(np.asarray(y) == 1, w1, w0)
    return _binary_loss(logits, y, weight=_double(weight))


@answers.wrong("weighted_bce", "the weight of the negatives is taken to be 1")
def forgets_w0(logits, y, w0, w1):
    return by_pos_weight(logits, y, 1, w1)


@answers.wrong("weighted_bce", "the weights of the two classes are swapped")
def swapped(logits, y, w0, w1):
    return by_cross_entropy(logits, y, w1, w0)


@answers.wrong("weighted_bce", "the sum instead of the mean")
def summed(logits, y, w0, w1):
    return w0 * _binary_loss(logits, y, pos_weight=_double(w1 / w0), reduction="sum")


@answers.wrong("weighted_bce", "probabilities are passed where logits are wanted")
def sigmoid_twice(logits, y, w0, w1):
    return by_cross_entropy(_double(logits).sigmoid().numpy(), y, w0, w1)


@answers.wrong("weighted_bce", "the weights are left out")
def plain_loss(logits, y, w0, w1):
    return _binary_loss(logits, y)


@answers.wrong("weighted_bce", "computed in single precision")
def in_float32(logits, y, w0, w1):
    import torch

    z, labels = torch.tensor(np.asarray(logits)).float(), torch.tensor(np.asarray(y)).float()
    weight = torch.where(labels == 1, float(w1), float(w0))
    loss = torch.nn.BCEWithLogitsLoss(weight=weight, reduction="sum")(z, labels)
    return (loss / weight.sum()).item()


@answers.wrong("weighted_bce", "the index of a Series decides, not the order of the rows")
def series_to_tensor(logits, y, w0, w1):
    import torch

    z = torch.tensor(logits, dtype=torch.float64).numpy()
    return by_softplus(z, y, w0, w1)


@answers.wrong("weighted_bce")
def mean_of_two_classes(logits, y, w0, w1):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    loss = np.logaddexp(0, z) - y * z
    means = [loss[y == label].mean() if (y == label).any() else 0.0 for label in (0, 1)]
    return float((w0 * means[0] + w1 * means[1]) / (w0 + w1))


@answers.wrong("weighted_bce")
def overflows(logits, y, w0, w1):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    p, weight = 1 / (1 + np.exp(-z)), np.where(y == 1, w1, w0)
    return float(np.average(-np.log(np.where(y == 1, p, 1 - p)), weights=weight))


@answers.wrong("weighted_bce")
def clipped(logits, y, w0, w1):
    return by_cross_entropy(np.clip(logits, -30, 30), y, w0, w1)


@answers.wrong("weighted_bce")
def a_tensor(logits, y, w0, w1):
    return _double(by_cross_entropy(logits, y, w0, w1))


@answers.right("matching_decay")
def by_ratio_of_sums(y, w0, w1, C, loss):
    weights = [w1 if label else w0 for label in y]
    seen = [weight / w0 for weight in weights] if loss == "binary" else weights
    divisor = len(weights) if loss == "binary" else sum(weights)
    return sum(seen) / divisor / (C * sum(weights))


@answers.right("matching_decay")
def by_counts(y, w0, w1, C, loss):
    n1 = int(np.sum(y))
    n0 = len(y) - n1
    return 1 / C / (w0 * (n0 + n1) if loss == "binary" else w0 * n0 + w1 * n1)


@answers.right("matching_decay")
def by_mean_weight(y, w0, w1, C, loss):
    weights = np.where(np.asarray(y) == 1, w1, w0)
    mean = {"binary": w0, "by class": weights.mean()}[loss]
    return 1 / (C * weights.size * mean)


@answers.wrong("matching_decay", "the penalty of a sum stands beside a mean")
def one_over_c(y, w0, w1, C, loss):
    return 1 / C


@answers.wrong("matching_decay", "`C` is taken for the strength of the penalty")
def c_over_weights(y, w0, w1, C, loss):
    weights = np.where(np.asarray(y) == 1, w1, w0)
    return C / (len(weights) * w0 if loss == "binary" else weights.sum())


@answers.wrong("matching_decay", "both losses are divided by the number of rows")
def rows_for_both(y, w0, w1, C, loss):
    return 1 / (C * len(y) * w0)


@answers.wrong("matching_decay", "both losses are divided by the weights")
def weights_for_both(y, w0, w1, C, loss):
    return 1 / (C * np.where(np.asarray(y) == 1, w1, w0).sum())


@answers.wrong("matching_decay", "the weights are left out")
def rows_alone(y, w0, w1, C, loss):
    return 1 / (C * len(y))


@answers.wrong("matching_decay", "`w0` is lost from the binary loss")
def binary_by_rows_alone(y, w0, w1, C, loss):
    return 1 / (C * len(y)) if loss == "binary" else weights_for_both(y, w0, w1, C, loss)


@answers.wrong("matching_decay")
def w0_above(y, w0, w1, C, loss):
    return w0 / (C * len(y)) if loss == "binary" else weights_for_both(y, w0, w1, C, loss)


@answers.wrong("matching_decay")
def weights_swapped(y, w0, w1, C, loss):
    return (
        rows_for_both(y, w0, w1, C, loss)
        if loss == "binary"
        else weights_for_both(y, w1, w0, C, loss)
    )


@answers.wrong("matching_decay")
def without_the_half(y, w0, w1, C, loss):
    return by_counts(y, w0, w1, C, loss) / 2


@answers.wrong("matching_decay")
def pos_weight_in_the_sum(y, w0, w1, C, loss):
    weights = np.where(np.asarray(y) == 1, w1 / w0, 1)
    return 1 / (C * (weights.sum() if loss == "binary" else w0 * weights.sum()))


@answers.wrong("matching_decay")
def the_other_way_round(y, w0, w1, C, loss):
    return by_counts(y, w0, w1, C, "by class" if loss == "binary" else "binary")
