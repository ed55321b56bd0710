"""How the data of decisions are drawn: from seeds of any length, and evenly by their size."""

from __future__ import annotations

from typing import Any

import numpy as np

Source = int | np.random.SeedSequence | np.random.Generator


def random_state(source: Source) -> np.random.RandomState:
    """Return what the simulators draw from, whose own seeds have 32 bits.

    Parameters
    ----------
    source : int, SeedSequence or Generator
        A seed of any length, or a generator, from which one is drawn.
    """
    if isinstance(source, np.random.Generator):
        source = int(source.integers(2**62))
    return np.random.RandomState(np.random.MT19937(source))


def log_uniform(rng: Any, low: float, high: float) -> float:
    """Draw a number between two others whose logarithm is uniform.

    Parameters
    ----------
    rng : Generator or RandomState
    low, high : float
        Above 0.
    """
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
