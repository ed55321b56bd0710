"""Focal explorer: move γ and α, see the loss of a row and what a trained model says. Lesson 08."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from imbalance_lab.explorers.base import BASELINE, LEGEND, POINT, Scene, State, View, one_a_row
from imbalance_lab.explorers.front import Control, Explorer
from imbalance_lab.plots.core import NEGATIVE, PALETTE, POSITIVE
from imbalance_lab.plots.words import share

Float = NDArray[np.float64]

# Logits from which a model that says the same to all rows of one kind may choose.
_CHOICES: Float = np.linspace(-14.0, 14.0, 11_201)
_TRUTH: Float = expit(np.linspace(logit(0.0005), logit(0.9995), 241))
_P_T: Float = np.linspace(0.002, 0.998, 400)
_CORNER = LEGEND | {"handlelength": 2.0, "fontsize": 7.5}


class FocalView(Scene):
    """The focal loss of one row, and the probability that a fully trained model settles on.

    Nothing is sampled: the model is taken to have found the least expected loss for rows whose true
    probability is known, which is what endless data and a flexible model come to. Called with
    `gamma`, `alpha` and `prevalence`; its numbers have the keys ``factor_50``, ``factor_90``,
    ``factor_99``, ``weights``, ``said``, ``inflated`` and ``cut``.

    Notes
    -----
    The loss is equation 5 of Lin et al. (2017), without their normalisation.
    """

    size = (5.3, 3.3)
    margins = (0.1, 0.145, 0.98, 0.925, 0.35)
    shows = (
        "Left: twice the loss of a positive and of a negative row against the probability of what "
        "happened, beside cross-entropy. Right: what a trained model says against the true "
        "probability, beside the diagonal."
    )

    def _draw(self, figure: Figure) -> list[Artist]:
        loss, said = figure.subplots(1, 2)
        return [*self._draw_loss(loss), *self._draw_said(said)]

    def _draw_loss(self, ax: Any) -> list[Line2D]:
        ax.plot(_P_T, -np.log(_P_T), **BASELINE, label="cross-entropy")
        (self._positive,) = ax.plot([], [], color=POSITIVE, ls="-", label="positive row")
        (self._negative,) = ax.plot([], [], color=NEGATIVE, ls="--", label="negative row")
        ax.set(title="Loss of one row", xlim=(0, 1), ylim=(0, 4))
        ax.set(xlabel="probability of what happened, $p_t$", ylabel="loss × 2")
        ax.legend(loc="upper right", **_CORNER)
        return [self._positive, self._negative]

    def _draw_said(self, ax: Any) -> list[Line2D]:
        ends = (0.0005, 0.9995)
        ax.plot(ends, ends, **BASELINE, label="the truth")
        ax.axhline(0.5, color="#aaaaaa", linewidth=1.0)
        (self._said,) = ax.plot([], [], color=PALETTE["purple"], label="what it says")
        (self._rate,) = ax.plot([], [], **POINT | {"markersize": 9}, label="at the prevalence")
        (self._cut,) = ax.plot([], [], "D", ms=6, color="black", label="0.5 is said here")
        ax.set(title="What a model says", xscale="logit", yscale="logit")
        ax.set(xlabel="true probability (logit scale)", ylabel="probability that it says")
        ax.set(xlim=ends, ylim=ends)
        ticks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
        ax.set_xticks(ticks, ["", "0.01", "0.1", "0.5", "0.9", "0.99", ""])
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.legend(loc="lower right", **_CORNER)
        return [self._said, self._rate, self._cut]

    def __call__(self, gamma: float, alpha: float, prevalence: float) -> View:
        """Return what a loss comes to."""
        for line, weight in ((self._positive, alpha), (self._negative, 1 - alpha)):
            # Twice, so that γ = 0 and α = 0.5 fall on the line of cross-entropy.
            line.set_data(_P_T, -2 * weight * (1 - _P_T) ** gamma * np.log(_P_T))
        (at_rate,) = _settles_on(gamma, alpha, np.array([prevalence]))
        # At one half the modulating factor is the same for both classes, so only α is left.
        cut = 1 - alpha
        self._said.set_data(_TRUTH, _settles_on(gamma, alpha, _TRUTH))
        self._rate.set_data([prevalence], [at_rate])
        self._cut.set_data([cut], [0.5])
        return self.show(
            f"With γ = {gamma:g} and α = {alpha:g}, a model that has learned all there is says "
            f"{share(at_rate)} where {share(prevalence)} is true, and 0.5 flags rows whose true "
            f"probability is at least {cut:.3g}.",
            one_a_row(
                "The loss of a row",
                ["its factor (1 − pₜ)ᵞ", "value"],
                *(
                    (f"where pₜ = {p:g}", f"factor_{100 * p:.0f}", f"{(1 - p) ** gamma:.3g}")
                    for p in (0.5, 0.9, 0.99)
                ),
                ("α : 1 − α", "weights", f"{alpha / (1 - alpha):.3g} : 1"),
            ),
            one_a_row(
                "What the trained model says",
                ["", "value"],
                (f"where {prevalence:.3f} is true", "said", f"{at_rate:.3f}"),
                ("times the truth", "inflated", f"{at_rate / prevalence:.2f}"),
                ("flagged at 0.5: true from", "cut", f"{cut:.3g}"),
            ),
        )


def focal_explorer(*, gamma: float = 2.0, alpha: float = 0.5, prevalence: float = 0.01) -> Explorer:
    """Explore what γ and α do to the loss of a row and to a trained model's probabilities.

    Buttons set the loss to cross-entropy, to the paper's choice, to balanced weights, and to α
    equal to the prevalence.

    Parameters
    ----------
    gamma : float, default=2.0
        Focusing parameter, 0 to 5; 0 is cross-entropy.
    alpha : float, default=0.5
        Weight of a positive row, 0.001 to 0.999; a negative row weighs 1 - `alpha`.
    prevalence : float, default=0.01
        True probability at which to read off what the model says, 0.001 to 0.5.

    Returns
    -------
    Explorer
        Display it as the last line of a cell.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    focus = "Focusing parameter: 0 is cross-entropy"
    weight = "Weight of a positive row; a negative row weighs 1 − α"
    rate = "True probability at which to read off what the model says"
    controls = [
        Control("gamma", gamma, 0, 5, "γ", focus, steps=50, decimals=1),
        Control("alpha", alpha, 0.001, 0.999, "α", weight, steps=998, decimals=3),
        Control("prevalence", prevalence, 0.001, 0.5, "Prevalence", rate, 270, "log"),
    ]
    jumps = {
        "Cross-entropy": lambda state: {"gamma": 0.0, "alpha": 0.5},
        "γ = 2": lambda state: {"gamma": 2.0, "alpha": 0.5},
        "The paper: γ = 2, α = 0.25": lambda state: {"gamma": 2.0, "alpha": 0.25},
        "α = prevalence": _alpha_is_prevalence,
        "α = 1 − prevalence": lambda state: {"alpha": 1 - _alpha_is_prevalence(state)["alpha"]},
    }
    return Explorer("Focal explorer", controls, FocalView(), jumps)


def _alpha_is_prevalence(state: State) -> State:
    return {"alpha": round(state["prevalence"], 3)}


def _settles_on(gamma: float, alpha: float, truth: Float) -> Float:
    """Return the probability of least expected loss for each true probability.

    There the derivatives of both rows' losses, weighted with the true probability, cancel out. The
    larger the truth, the larger what is said, so the one is read off the other.
    """
    log_p, log_q = log_expit(_CHOICES), log_expit(-_CHOICES)
    p, q = np.exp(log_p), np.exp(log_q)
    # How a loss falls with the logit, for a positive row, and rises for a negative one.
    falls = alpha * np.exp(gamma * log_q) * (q - gamma * p * log_p)
    rises = (1 - alpha) * np.exp(gamma * log_p) * (p - gamma * q * log_q)
    found: Float = expit(np.interp(logit(truth), np.log(rises) - np.log(falls), _CHOICES))
    return found
