"""An explorer as a reader meets it: controls whose every move shows another view.

The browser's side is ``explorer.js``. It has native inputs, each with a name and a value that can
be spoken; so keyboards and screen readers work as they do on any web page.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from anywidget import AnyWidget
from IPython.display import display

from imbalance_lab.explorers.base import State, View
from imbalance_lab.validation import check, real, whole

STYLE = Path(__file__).with_name("explorer.css")
# What stands where no widget can be shown, below the still picture.
HINT = "Run this cell in Jupyter to move the controls."


@dataclass(frozen=True)
class Control:
    """A control for one number, or for a range of two.

    Parameters
    ----------
    name : str
        Argument of the scene that it sets.
    start : float or (float, float)
        What it is set to first.
    low, high : float
        Least and greatest value, both included.
    label, tip : str
        What the reader sees beside it, and what it means.
    steps : int, default=0
        Into how many steps a slider is divided; without any, a number can only be typed.
    scale : {"linear", "log", "logit"}, default="linear"
        How far apart the values lie on the slider. The logit's ends are 0 and 1.
    decimals : int, default=2
        How a slider with even steps shows its number; 0 makes it a whole number.

    Raises
    ------
    ValueError
        If `start` is no number between the ends.
    """

    name: str
    start: Any
    low: float
    high: float
    label: str
    tip: str
    steps: int = 0
    scale: str = "linear"
    decimals: int = 2

    def __post_init__(self) -> None:
        whole_ones = self.decimals == 0
        ends = (int(self.low), int(self.high)) if whole_ones else (self.low, self.high)
        accepted = whole(*ends) if whole_ones else real(*ends, closed="both")
        for number in self.start if isinstance(self.start, tuple) else (self.start,):
            check("the explorer", self.name, number, accepted)

    def nearest(self, value: Any) -> Any:
        """Return the value that it can show nearest to one that was asked for."""
        found = np.clip(np.asarray(value, dtype=float), self.low, self.high)
        if self.decimals == 0:
            return round(float(found))
        return tuple(sorted(found.tolist())) if found.ndim else float(found)


class _Front(AnyWidget):
    """What the browser is told (`spec`, `shown`, `png`) and what it asks for (`wanted`)."""

    _esm = Path(__file__).with_name("explorer.js")
    _css = STYLE
    spec = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    png = traitlets.Bytes().tag(sync=True)
    wanted = traitlets.Dict().tag(sync=True, echo_update=False)


class Explorer:
    """Controls beside numbers and a picture that follow them.

    Parameters
    ----------
    name : str
        What it explores; opens the sentence that stands for it where no widget can be shown.
    controls : iterable of Control
    view : callable
        Takes the controls' values as keyword arguments and returns a :class:`View` that depends on
        nothing else; a :class:`Scene`.
    jumps : mapping of str to callable, optional
        Buttons. Each takes the state as a dict and returns the values to set, as a dict.

    Notes
    -----
    Displayed, it leaves two outputs: the state that it was in, as a still picture with numbers and
    words, and below it the widget. A live widget hides the still picture, and a still picture hides
    a widget that cannot be shown, such as that of yesterday's kernel. Neither differs from run to
    run but in the widget's id.
    """

    def __init__(
        self,
        name: str,
        controls: Iterable[Control],
        view: Callable[..., View],
        jumps: Mapping[str, Callable[[State], State]] | None = None,
    ) -> None:
        self.name = name
        self.controls = {control.name: control for control in controls}
        self.jumps = dict(jumps or {})
        self._view_of = view
        self._state = {name: c.nearest(c.start) for name, c in self.controls.items()}
        specs = [asdict(c) | {"start": self._state[c.name]} for c in self.controls.values()]
        self.front = _Front(spec={"name": name, "controls": specs, "jumps": list(self.jumps)})
        self.front.observe(self._take, names="wanted")
        self.front.on_msg(lambda _, message, __: self.press(message["jump"]))
        self._refresh()

    @property
    def state(self) -> State:
        """The controls' values by name."""
        return dict(self._state)

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._view

    def set(self, **values: Any) -> None:
        """Set several controls at once and redraw once.

        Raises
        ------
        ValueError
            If there is no control of that name, or it does not reach that value; then nothing has
            changed.
        """
        unknown = sorted(set(values) - set(self.controls))
        if unknown:
            raise ValueError(f"no control is called {unknown}; there are {sorted(self.controls)}.")
        for name, value in values.items():
            if not np.allclose(self.controls[name].nearest(value), value):
                raise ValueError(f"the control {name} does not reach {value!r}.")
        self._move(values)

    def press(self, label: str) -> None:
        """Do what a button does."""
        self.set(**self.jumps[label](self.state))

    def _take(self, change: Any) -> None:
        """Show what the browser asks for; `after` tells it which of its wishes this answers."""
        self._move(change["new"]["values"], after=change["new"]["after"])

    def _move(self, values: State, after: str = "") -> None:
        self._state |= {name: self.controls[name].nearest(v) for name, v in values.items()}
        self._refresh(after)

    def _refresh(self, after: str = "") -> None:
        self._view = view = self._view_of(**self.state)
        shown = {"state": self.state, "numbers": view.html, "sentence": view.sentence}
        with self.front.hold_sync():
            self.front.png = view.picture.png
            self.front.shown = shown | {"alt": view.picture.alt, "after": after}

    @property
    def still(self) -> str:
        """The state as HTML that needs no kernel."""
        return (
            f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
            '<div class="imbalance-lab-explorer imbalance-lab-still"><div class="stage">'
            f'<div class="picture">{self._view.picture.html}</div>'
            f'<div class="numbers">{self._view.html}<p>{html.escape(self._view.sentence)}</p></div>'
            "</div></div>"
        )

    def __repr__(self) -> str:
        return f"{self.name}. {self._view.sentence}"

    def _ipython_display_(self) -> None:
        display({"text/html": self.still, "text/plain": repr(self)}, raw=True)  # type: ignore[no-untyped-call]
        data, metadata = self.front._repr_mimebundle_() or ({}, {})
        display(data | {"text/plain": HINT}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
