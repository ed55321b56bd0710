"""Focal explorer: move γ and α, see the loss of a row and what a trained model says. Lesson 08."""

from __future__ import annotations

import math

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from imbalance_lab.explorers.base import Explorer, MovingFigure, State, Table, View
from imbalance_lab.plots.core import NEGATIVE, PALETTE, POSITIVE, Picture, house_style
from imbalance_lab.plots.words import share

__all__ = ["FocalView", "focal_explorer"]

Float = NDArray[np.float64]

# Logits from which a model that says the same to all rows of one kind may choose.
_CHOICES: Float = np.linspace(-14.0, 14.0, 11_201)
_TRUTH: Float = expit(np.linspace(logit(0.0005), logit(0.9995), 241))
_REFERENCE = {"color": "#555555", "linestyle": (0, (2, 2)), "linewidth": 1.3}
_CORNER = {"frameon": False, "fontsize": 8, "handlelength": 2.0}
_POINT = {
    "marker": "o",
    "markersize": 9,
    "color": PALETTE["orange"],
    "markeredgecolor": "black",
    "markeredgewidth": 1.4,
    "linestyle": "none",
    "zorder": 5,
}


class FocalView:
    """The focal loss of one row, and the probability that a fully trained model settles on.

    Nothing is sampled: the model is taken to have found the least expected loss for rows whose true
    probability is known, which is what endless data and a flexible model come to.
    """

    def __init__(self) -> None:
        with house_style():
            # Margins of its own instead of the style's layout engine, as MovingFigure asks.
            with rc_context({"figure.constrained_layout.use": False}):
                figure = Figure(figsize=(6.7, 3.6))
            figure.subplots_adjust(0.085, 0.145, 0.985, 0.91, wspace=0.28)
            loss, said = figure.subplots(1, 2)
            self._p_t = np.linspace(0.002, 0.998, 400)
            loss.plot(self._p_t, -np.log(self._p_t), **_REFERENCE, label="cross-entropy")
            self._losses = [
                loss.plot([], [], color=colour, linestyle=style, label=name)[0]
                for colour, style, name in (
                    (POSITIVE, "-", "positive row"),
                    (NEGATIVE, "--", "negative row"),
                )
            ]
            loss.set(
                title="Loss of one row",
                xlabel="probability of what happened, p_t",
                ylabel="loss × 2",
                xlim=(0, 1),
                ylim=(0, 4),
            )
            loss.legend(loc="upper right", **_CORNER)
            said.plot([0.0005, 0.9995], [0.0005, 0.9995], **_REFERENCE, label="the truth")
            said.axhline(0.5, color="#aaaaaa", linewidth=1.0)
            (self._said,) = said.plot([], [], color=PALETTE["purple"], label="what it says")
            (self._rate,) = said.plot([], [], **_POINT, label="at the prevalence")
            (self._cut,) = said.plot(
                [], [], "D", markersize=6, color="black", label="0.5 is said here"
            )
            said.set(
                title="What a trained model says",
                xlabel="true probability (logit scale)",
                ylabel="probability that it says",
                xscale="logit",
                yscale="logit",
                xlim=(0.0005, 0.9995),
                ylim=(0.0005, 0.9995),
            )
            ticks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
            said.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            said.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
            said.minorticks_off()
            said.legend(loc="lower right", **_CORNER)
            moving = [*self._losses, self._said, self._rate, self._cut]
            self._scene = MovingFigure(figure, moving)

    def __call__(self, gamma: float, alpha: float, prevalence: float) -> View:
        """Return the numbers and the picture for one loss.

        Parameters
        ----------
        gamma : float
            Focusing parameter, 0 or more; 0 is cross-entropy.
        alpha : float
            Weight of a positive row, above 0 and below 1; a negative row weighs 1 - `alpha`.
        prevalence : float
            True probability at which to read off what the model says, above 0 and below 1.

        Returns
        -------
        View
            Its ``numbers`` have the keys ``factor_50``, ``factor_90``, ``factor_99``, ``weights``,
            ``said``, ``inflated`` and ``cut``.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Notes
        -----
        The loss is equation 5 of Lin et al. (2017), without their normalisation.
        """
        _check(gamma, alpha, prevalence)
        says = _settles_on(gamma, alpha, _TRUTH)
        (at_rate,) = _settles_on(gamma, alpha, np.array([prevalence]))
        # At one half the modulating factor is the same for both classes, so only α is left.
        cut = 1 - alpha
        factors = {p: (1 - p) ** gamma for p in (0.5, 0.9, 0.99)}
        tables = [
            Table(
                "The loss of a row",
                ["its factor (1 − p_t)^γ", "value"],
                [
                    (f"where p_t = {p:g}", [(f"factor_{100 * p:.0f}", f"{factor:.3g}")])
                    for p, factor in factors.items()
                ]
                + [("α : 1 − α", [("weights", f"{alpha / (1 - alpha):.3g} : 1")])],
            ),
            Table(
                "What the trained model says",
                ["", "value"],
                [
                    (f"where {prevalence:.3f} is true", [("said", f"{at_rate:.3f}")]),
                    ("times the truth", [("inflated", f"{at_rate / prevalence:.2f}")]),
                    ("flagged at 0.5: true from", [("cut", f"{cut:.3g}")]),
                ],
            ),
        ]
        sentence = (
            f"With γ = {gamma:g} and α = {alpha:g}, a model that has learned all there is says "
            f"{share(at_rate)} where {share(prevalence)} is true, and 0.5 flags rows whose true "
            f"probability is at least {cut:.3g}."
        )
        for line, weight in zip(self._losses, (alpha, 1 - alpha), strict=True):
            # Twice, so that γ = 0 and α = 0.5 fall on the line of cross-entropy.
            loss = -2 * weight * (1 - self._p_t) ** gamma * np.log(self._p_t)
            line.set_data(self._p_t, loss)
        self._said.set_data(_TRUTH, says)
        self._rate.set_data([prevalence], [at_rate])
        self._cut.set_data([cut], [0.5])
        alt = (
            "Left: twice the loss of a positive and of a negative row against the probability of "
            "what happened, beside cross-entropy. Right: what a trained model says against the "
            f"true probability, beside the diagonal. {sentence}"
        )
        return View(sentence, tables, Picture(self._scene.frame(), alt))


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
    _check(gamma, alpha, prevalence)
    look = {
        "style": {"description_width": "100px"},
        "layout": widgets.Layout(width="420px", max_width="100%"),
    }
    controls = {
        "gamma": widgets.FloatSlider(
            value=gamma,
            min=0,
            max=5,
            step=0.1,
            readout_format=".1f",
            description="γ",
            tooltip="Focusing parameter: 0 is cross-entropy",
            **look,
        ),
        "alpha": widgets.FloatSlider(
            value=alpha,
            min=0.001,
            max=0.999,
            step=0.001,
            readout_format=".3f",
            description="α",
            tooltip="Weight of a positive row; a negative row weighs 1 − α",
            **look,
        ),
        "prevalence": widgets.FloatLogSlider(
            value=prevalence,
            min=-3,
            max=math.log10(0.5),
            step=0.01,
            readout_format=".4f",
            description="Prevalence",
            tooltip="True probability at which to read off what the model says",
            **look,
        ),
    }
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
    """Return the probability of least expected loss for each true probability."""
    log_p, log_q = log_expit(_CHOICES), log_expit(-_CHOICES)
    if_positive = -alpha * np.exp(gamma * log_q) * log_p
    if_negative = -(1 - alpha) * np.exp(gamma * log_p) * log_q
    expected = np.outer(truth, if_positive) + np.outer(1 - truth, if_negative)
    found: Float = expit(_CHOICES[np.argmin(expected, axis=1)])
    return found


def _check(gamma: float, alpha: float, prevalence: float) -> None:
    if not 0 <= gamma < math.inf:
        raise ValueError(f"gamma must be a finite number, 0 or more; got {gamma!r}.")
    for name, value in (("alpha", alpha), ("prevalence", prevalence)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be above 0 and below 1; got {value!r}.")
