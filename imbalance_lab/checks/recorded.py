"""What was recorded for each exercise when the course was built: inputs and the values on them.

A file ``imbalance_lab/exercises/recorded/EXERCISE.json`` holds what the visible check tries, as
values: a student's package computes no right answer. `imbalance_builder.examples` writes the
files.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks.calls import Call, Step
from imbalance_lab.checks.trials import Refusal, Trial, Trials

_TAG = "~"
VARIABLE = "IMBALANCE_LAB_RECORDED"  # names a folder whose files come first: a class's variant
PRACTICE = "practice-{}.json"  # what a decision is practised on: no key gives the published ones
_AS_EXPECTED = {_TAG: "as expected"}


def recorded_file(name: str) -> Traversable:
    """Return where a file of what was recorded is, or would be."""
    own = Path(os.environ.get(VARIABLE, os.devnull)) / name
    return own if own.is_file() else files("imbalance_lab.exercises") / "recorded" / name


@cache
def recorded(exercise: str) -> Trials:
    """Return what the visible check of an exercise tries.

    Raises
    ------
    LookupError
        If nothing was recorded for it.
    """
    file = recorded_file(f"{exercise}.json")
    if not file.is_file():
        raise LookupError(f"nothing is recorded for the exercise {exercise!r}")
    return read_trials(file.read_text(encoding="utf-8"))


def practice(lesson: str) -> Any:
    """Return what a lesson's decision is practised on, with what the judge is told of it."""
    return read(json.loads(recorded_file(PRACTICE.format(lesson)).read_text(encoding="utf-8")))


def write_trials(trials: Trials) -> str:
    """Return trials as JSON, one a line."""
    values = [
        {
            "call": _write_call(trial.call),
            "expected": write(trial.expected),
            "mistaken": {name: _as(value, trial) for name, value in trial.mistaken.items()},
            "rel": trial.rel,
            "abs": trial.abs_,
        }
        for trial in trials.values
    ]
    laws = [
        {"law": name, "calls": [_write_call(call) for call in calls]} for name, calls in trials.laws
    ]
    return f"{{\n{_lines('values', values)},\n{_lines('laws', laws)}\n}}\n"


def read_trials(text: str) -> Trials:
    """Return the trials that `write_trials` wrote."""
    record = json.loads(text)
    values = []
    for line in record["values"]:
        expected = read(line["expected"])
        mistaken = {
            name: expected if value == _AS_EXPECTED else read(value)
            for name, value in line["mistaken"].items()
        }
        values.append(Trial(_read_call(line["call"]), expected, mistaken, line["rel"], line["abs"]))
    laws = [(line["law"], tuple(map(_read_call, line["calls"]))) for line in record["laws"]]
    return Trials(tuple(values), tuple(laws))


def _lines(key: str, items: list[Any]) -> str:
    lines = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in items)
    return f'"{key}": [\n{lines}\n]' if lines else f'"{key}": []'


def _as(value: Any, trial: Trial) -> Any:
    """Write what a mistake gives; most mistakes are right on some inputs."""
    written = write(value)
    return _AS_EXPECTED if written == write(trial.expected) else written


def _write_call(call: Call) -> Any:
    parts = [write(list(call.args)), write(dict(call.kwargs))]
    steps = [[step.method, write(list(step.args)), write(dict(step.kwargs))] for step in call.then]
    return [*parts, steps] if steps else parts


def _read_call(parts: list[Any]) -> Call:
    steps = parts[2] if len(parts) > 2 else []
    then = tuple(Step(name, tuple(read(args)), read(kwargs)) for name, args, kwargs in steps)
    return Call(tuple(read(parts[0])), read(parts[1]), then)


def write(value: Any) -> Any:
    """Return a plain value (see `imbalance_lab.checks.plain`) as what JSON can hold.

    Raises
    ------
    TypeError
        If it is not plain, or a kind that is not recorded.
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {_TAG: "float", "is": repr(float(value))}
    if type(value) is list:
        return [write(item) for item in value]
    if type(value) in (tuple, set, frozenset):
        items = list(value) if type(value) is tuple else sorted(value, key=repr)
        return {_TAG: type(value).__name__, "is": [write(item) for item in items]}
    if type(value) is dict:
        return {_TAG: "dict", "is": [[write(k), write(v)] for k, v in value.items()]}
    if isinstance(value, np.generic):
        return write(value.item())
    if type(value) is np.ndarray and value.dtype.kind in "biufUO":
        kind = "O" if value.dtype.kind == "U" else value.dtype.str
        items = write(value.tolist())
        return {_TAG: "array", "dtype": kind, "shape": list(value.shape), "is": items}
    if isinstance(value, pd.Series):
        parts = {"is": write(_column(value)), "index": write(_index(value.index))}
        return {_TAG: "Series", **parts, "name": write(value.name)}
    if isinstance(value, pd.DataFrame):
        columns = [write(_column(value.iloc[:, i])) for i in range(value.shape[1])]
        names, index = write(list(value.columns)), write(_index(value.index))
        return {_TAG: "DataFrame", "is": columns, "columns": names, "index": index}
    if isinstance(value, Refusal):
        return {_TAG: "refused", "is": value.error}
    raise TypeError(f"a value of type {type(value).__name__} cannot be recorded")


def _column(values: pd.Series) -> Any:
    return values.to_numpy() if values.dtype.kind in "biuf" else values.tolist()


def _index(index: pd.Index) -> Any:
    return None if index.equals(pd.RangeIndex(len(index))) else index.tolist()


def read(value: Any) -> Any:
    """Return the plain value that `write` wrote."""
    if isinstance(value, list):
        return [read(item) for item in value]
    if not isinstance(value, dict):
        return value
    return _READERS[value[_TAG]](value)


def _read_array(parts: dict[str, Any]) -> np.ndarray:
    if parts["dtype"] == "|O":
        flat = np.empty(math.prod(parts["shape"]), dtype=object)
        flat[:] = _flat(read(parts["is"]), len(parts["shape"]))
        return flat.reshape(parts["shape"])
    if parts["dtype"] == "O":  # strings, whose width is NumPy's to choose
        return np.array(read(parts["is"]), dtype=str).reshape(parts["shape"])
    return np.array(read(parts["is"]), dtype=parts["dtype"]).reshape(parts["shape"])


def _flat(items: Any, depth: int) -> list[Any]:
    if depth == 0:
        return [items]
    return items if depth == 1 else [item for part in items for item in _flat(part, depth - 1)]


def _read_frame(parts: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(dict(enumerate(map(read, parts["is"]))), index=read(parts["index"]))
    frame.columns = read(parts["columns"])
    return frame


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "float": lambda parts: float(parts["is"]),
    "tuple": lambda parts: tuple(read(parts["is"])),
    "set": lambda parts: set(read(parts["is"])),
    "frozenset": lambda parts: frozenset(read(parts["is"])),
    "dict": lambda parts: {read(key): read(item) for key, item in parts["is"]},
    "array": _read_array,
    "Series": lambda parts: pd.Series(
        read(parts["is"]), index=read(parts["index"]), name=read(parts["name"])
    ),
    "DataFrame": _read_frame,
    "refused": lambda parts: Refusal(parts["is"]),
}
