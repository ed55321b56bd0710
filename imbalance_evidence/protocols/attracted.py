"""Where oversampling puts its rows when a few labels of the common class are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imbalance_lab.datasets import make_two_clouds
from imbalance_lab.evidence.arms import TREATMENTS, Arm
from imbalance_lab.evidence.data import parse, seed_of

MEASURES = ("outside",)
SPREAD = 0.7
#: Nearly all rows of the rare cloud lie within this many of its standard deviations.
REACH = 3.0


def attracted(data: str, treatment: str, *, repeat: int = 0) -> dict[str, float]:
    """Oversample a rare cloud while some of the common rows carry its label.

    Parameters
    ----------
    data : str
        ``"mislabelled separation=5 wrong=3"``: 40 rare and 800 common rows in two dimensions, how
        far their centres lie apart, and how many common rows outside the rare cloud are labelled
        rare.
    treatment : str
        An oversampler of a trial, such as ``"adasyn"``.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        The share of invented rows that lie ``outside`` the rare cloud.

    Raises
    ------
    ValueError
        If the data read otherwise, or nothing was invented.
    """
    name, settings = parse(data)
    if name != "mislabelled" or set(settings) != {"separation", "wrong"}:
        raise ValueError(f"data must read like 'mislabelled separation=5 wrong=3', got {data!r}")
    seed, centre = seed_of(data, repeat) % 2**31, np.array([settings["separation"], 0.0])
    X, y = make_two_clouds(
        840,
        prevalence=40 / 840,
        separation=settings["separation"],
        spread=SPREAD,
        random_state=seed,
    )
    far = np.linalg.norm(X - centre, axis=1) > REACH * SPREAD
    rng = np.random.default_rng(seed)
    y[rng.choice(np.flatnonzero((y == 0) & far), settings["wrong"], replace=False)] = 1
    arm = TREATMENTS[treatment]
    kept = {key: value for key, value in arm.settings.items() if key != "ratio"}
    sampler = Arm(arm.made_by).build(seed, kept)
    new = sampler.fit_resample(X, y)[0][len(X) :]
    if not len(new):
        raise ValueError(f"{treatment!r} invented no row for {data!r}, repeat {repeat}")
    return {"outside": float((np.linalg.norm(new - centre, axis=1) > REACH * SPREAD).mean())}


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [attracted, repr(TREATMENTS[cell["treatment"]])]
