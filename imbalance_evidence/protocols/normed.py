"""Weights in networks with batch normalisation, with weight decay, or with neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from imbalance_evidence.protocols.losses import HIDDEN, RATES, best_of
from imbalance_lab.evidence.data import Sample, draw, family, seed_of
from imbalance_lab.evidence.scores import MEASURES as MEASURES

Float = NDArray[np.float64]

NEEDS = ("torch",)
BATCH = 256
KINDS = ("plain", "decay", "batch_norm")
#: Strong enough to change what a long training ends at.
DECAY = 0.3


def _train(sample: Sample, kind: str, weight: float, length: int, rate: float, seed: int) -> Any:
    """Train a network with one hidden layer in small batches, and return its log odds."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    scaler = StandardScaler().fit(sample.fit[0])
    X = torch.tensor(scaler.transform(sample.fit[0]), dtype=torch.float32)
    y = torch.tensor(sample.fit[1], dtype=torch.float32)
    layers: list[Any] = [torch.nn.Linear(X.shape[1], HIDDEN)]
    layers += [torch.nn.BatchNorm1d(HIDDEN)] if kind == "batch_norm" else []
    net = torch.nn.Sequential(*layers, torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    decay = DECAY if kind == "decay" else 0.0
    steps = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(weight))
    for _ in range(length):
        rows = torch.randint(len(X), (BATCH,), generator=draws)
        steps.zero_grad()
        loss(net(X[rows])[:, 0], y[rows]).backward()
        steps.step()
    net.eval()

    def log_odds(rows: Float) -> Float:
        with torch.no_grad():
            inputs = torch.tensor(scaler.transform(rows), dtype=torch.float32)
            return np.asarray(net(inputs)[:, 0].numpy(), dtype=float)

    return log_odds


def normed(
    data: str, kind: str, weights: str = "none", length: int = 1000, *, repeat: int = 0
) -> dict[str, float]:
    """Train one network; its learning rate is the best of four on the validation rows.

    Parameters
    ----------
    data : str
        As in a trial.
    kind : {"plain", "decay", "batch_norm"}
    weights : {"none", "balanced"}
    length : int, default=1000
        Steps of 256 rows.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        As in a trial.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    if kind not in KINDS or weights not in ("none", "balanced"):
        raise ValueError(
            f"kind must be one of {KINDS} and weights 'none' or 'balanced', got {kind!r} and "
            f"{weights!r}"
        )
    sample, seed = draw(data, repeat), seed_of(data, repeat) % 2**31
    y = sample.fit[1]
    weight = float((y == 0).sum() / (y == 1).sum()) if weights == "balanced" else 1.0
    tried = (_train(sample, kind, weight, length, rate, seed) for rate in RATES)
    return best_of(tried, sample)


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [normed, family(cell["data"])]
