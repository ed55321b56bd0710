"""From rows to what a lesson reads: intervals, answers and a verdict for each comparison."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imbalance_evidence import RESULTS, ROWS
from imbalance_evidence.families import family_of
from imbalance_evidence.pool import as_text
from imbalance_evidence.rows import split_by_state
from imbalance_evidence.study import (
    Comparison,
    Study,
    cell_columns,
    declared,
    matching,
    protocol_module,
)
from imbalance_evidence.verdicts import (
    NOT_SHOWN,
    answer,
    half_width,
    over_sets,
    pooled,
    simultaneous,
)
from imbalance_evidence.verdicts import verdict as verdict_of
from imbalance_lab.evidence.data import FOLDS, REAL, parse
from imbalance_lab.experiments import Interval
from imbalance_lab.files import write_whole

#: A condition of which more than this share of pairs could not be run stays open.
MOST_FAILED = 0.05
#: Fewer families of real sets than this say nothing about sets in general.
FEWEST_FAMILIES = 5
REAL_SETS = "real sets"


def table_of(study: Study, folder: Path = ROWS) -> tuple[pd.DataFrame, int, list[tuple[int, str]]]:
    """Return the fresh rows of a study, how many it declares, and which are stale and why.

    Returns
    -------
    rows : DataFrame
        Columns of the cells as they were declared, ``repeat``, ``error``, the measures as floats,
        and what may be a condition: ``world`` (a simulated family, or "real sets") and
        ``family`` (sets from one source).
    declared : int
    stale : list of (int, str)
    """
    fresh, stale, _ = split_by_state(study, folder)
    runs = study.runs()
    measures = list(protocol_module(study.protocol).MEASURES)
    records = []
    for number, row in fresh.items():
        cell, repeat = runs[number]
        numbers = {name: float(row[name] or "nan") for name in measures}
        records.append({**cell, "repeat": repeat, "error": row["error"], **numbers})
    columns = [*cell_columns(study.protocol), "repeat", "error", *measures]
    rows = pd.DataFrame(records, columns=columns)
    names = rows["data"].map(lambda line: parse(line)[0])
    rows["world"] = names.where(~names.isin(list(REAL)), REAL_SETS)
    rows["family"] = rows["data"].map(family_of)
    return rows, len(runs), stale


def differences(rows: pd.DataFrame, comparison: Comparison, cells: tuple[str, ...]) -> pd.DataFrame:
    """Return one paired difference for each cell and repeat, NaN where a side failed.

    Parameters
    ----------
    rows : DataFrame
        From `table_of`.
    comparison : Comparison
    cells : tuple of str
        Columns of the protocol's cells.

    Returns
    -------
    DataFrame
        The rows of the advised arm, with a column ``difference``.

    Raises
    ------
    ValueError
        If a row of one side has several partners on the other.
    """
    rows = matching(rows, comparison.where)
    arm = matching(rows, comparison.arm)
    value = arm[comparison.arm.get("measure", comparison.measure)]
    if not isinstance(comparison.against, Mapping):
        scale = abs(comparison.against) if comparison.relative else 1.0
        return arm.assign(difference=(value - comparison.against) / scale)
    fixed = {*comparison.arm, *comparison.against}
    shared = [column for column in (*cells, "repeat") if column not in fixed]
    rival = matching(rows, comparison.against)
    rival = rival.assign(rival=rival[comparison.against.get("measure", comparison.measure)])
    pairs = arm.assign(value=value).merge(
        rival[[*shared, "rival"]], on=shared, validate="one_to_one"
    )
    difference = pairs["value"] - pairs["rival"]
    if comparison.relative:
        difference /= _scale(pairs, [column for column in shared if column != "repeat"])
    return pairs.assign(difference=difference)


def _scale(pairs: pd.DataFrame, cells: list[str]) -> pd.Series:
    """Return of what a difference is a share: of the rival's mean over the repeats of its cell.

    Where that is 0, such as the bill on a set that is told apart without a mistake, it is the
    other side's; where both are 0 there is no difference, of whatever it is a share.
    """
    means = pairs.groupby(cells)[["rival", "value"]].transform("mean").abs()
    return means["rival"].where(means["rival"] > 0, means["value"]).replace(0.0, 1.0)


def _cells(pairs: pd.DataFrame, keys: list[str], real: bool) -> list[dict[str, Any]]:
    """Return the 95% interval of each cell of a condition, by itself."""
    found = pairs.groupby(keys, sort=True)["difference"].agg(["count", "mean", "std"])
    found = found[found["count"] > 1]
    n = found["count"].to_numpy()
    half = half_width(found["std"].to_numpy(), n, 1 / FOLDS if real else 0.0)
    means = found["mean"].to_numpy()
    names = [key[0] if isinstance(key, tuple) else key for key in found.index]
    return [
        {"data": name, "n": int(count)} | _rounded(Interval(mean, mean - width, mean + width))
        for name, count, mean, width in zip(names, n, means, half, strict=True)
    ]


def _rounded(found: Interval) -> dict[str, float]:
    return {name: float(f"{value:.4g}") for name, value in found._asdict().items()}


def _by_unit(pairs: pd.DataFrame, real: bool) -> pd.Series:
    """Return what counts as one run: the mean of a repeat, or of a source of real sets."""
    if not real:
        return pairs.groupby("repeat")["difference"].mean()
    # Sets first, then their families, so that a source with many sets has one voice.
    return pairs.groupby(["family", "data"])["difference"].mean().groupby("family").mean()


def _overall(groups: list[pd.DataFrame], comparison: Comparison) -> dict[str, Any]:
    """Return the interval and the answer of the mean over all conditions.

    Conditions share repeats, or sources; so their mean is taken in each repeat or source first,
    and the two kinds, which are independent, are put together after.
    """
    kinds: dict[bool, list[pd.Series]] = {False: [], True: []}
    for group in groups:
        real = group["world"].iloc[0] == REAL_SETS
        kinds[real].append(_by_unit(group.dropna(subset="difference"), real))
    kept = [series for series in kinds.values() if series]
    parts = [pd.concat(series, axis=1).dropna().mean(axis=1) for series in kept]
    found = pooled(parts, [len(series) for series in kept], len(groups))
    if found is None:
        return {"answer": "open"}
    everything = pd.concat(groups)["difference"]
    if everything.isna().mean() > MOST_FAILED:
        return {**_rounded(found), "answer": "open"}
    said = answer(found.low, found.high, comparison.margin, comparison.expects)
    return {**_rounded(found), "answer": said}


def _condition(
    pairs: pd.DataFrame, comparison: Comparison, conditions: int, columns: tuple[str, ...]
) -> dict[str, Any]:
    """Return the interval and the answer of one condition."""
    worlds = set(pairs["world"])
    real = worlds == {REAL_SETS}
    if REAL_SETS in worlds and not real:
        raise ValueError(f"{comparison.name}: a condition mixes real sets and simulated families")
    failed = int(pairs["difference"].isna().sum())
    good = pairs.dropna(subset="difference")
    unit = "family" if real else "repeat"
    values = _by_unit(good, real).to_numpy()
    others = [name for name in columns if name != "data" and pairs[name].nunique() > 1]
    result: dict[str, Any] = {
        "where": {name: _plain(pairs[name].iloc[0]) for name in comparison.by},
        "unit": unit,
        "n": len(values),
        "pairs": len(pairs),
        "failed": failed,
        "answer": "open",
        "cells": _cells(good, ["data", *others], real),
    }
    if len(values) < 2:
        return result
    found = simultaneous(values, conditions)
    result |= _rounded(found)
    enough = not real or len(values) >= FEWEST_FAMILIES
    if failed <= MOST_FAILED * len(pairs) and enough:
        result["answer"] = answer(found.low, found.high, comparison.margin, comparison.expects)
    if real:
        shares = over_sets(values, comparison.margin)
        result["bayes"] = [round(share, 2) for share in shares]
    return result


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def summarise(study: Study, comparison: Comparison, rows: pd.DataFrame) -> dict[str, Any]:
    """Return one comparison's conditions and its verdict.

    An unfinished comparison has the verdict "not shown", whatever its intervals say: who stops when
    the numbers please does not draw them at random.
    """
    cells = cell_columns(study.protocol)
    expected = len(declared(study, comparison, "arm"))
    pairs = differences(rows, comparison, cells)
    if expected == 0:
        raise ValueError(f"the comparison {comparison.name!r} matches none of the declared runs")
    groups = [part for _, part in pairs.groupby(list(comparison.by), sort=True)]
    conditions = [_condition(part, comparison, len(groups), cells) for part in groups]
    finished = len(pairs) == expected
    answers = [condition["answer"] for condition in conditions]
    overall = _overall(groups, comparison)
    return {
        "name": comparison.name,
        "advice": comparison.advice,
        "measure": comparison.measure,
        "arm": dict(comparison.arm),
        "against": comparison.against
        if not isinstance(comparison.against, Mapping)
        else dict(comparison.against),
        "margin": comparison.margin,
        "expects": comparison.expects,
        "relative": comparison.relative,
        "finished": finished,
        "pairs": [len(pairs), expected],
        "verdict": verdict_of(answers, overall["answer"]) if finished else NOT_SHOWN,
        "overall": overall,
        "conditions": conditions,
    }


def _digest(rows: pd.DataFrame) -> str:
    """Return a digest of all numbers, so that no row can change without its summary."""
    lines = ["|".join(as_text(_plain(v)) for v in line) for line in rows.to_numpy().tolist()]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def result_of(name: str, study: Study, folder: Path = ROWS) -> dict[str, Any]:
    """Return all that a lesson may read about a study, as plain values."""
    rows, expected, _ = table_of(study, folder)
    measures = {c.measure for c in study.comparisons} | {
        side["measure"]
        for c in study.comparisons
        for side in (c.arm, c.against)
        if isinstance(side, Mapping) and "measure" in side
    }
    kept = [*cell_columns(study.protocol), "repeat", *sorted(measures)]
    first = rows[rows["repeat"] == 0][kept]
    values = [[None if v != v else _plain(v) for v in line] for line in first.to_numpy().tolist()]
    return {
        "name": name,
        "question": study.question,
        "protocol": study.protocol,
        "rows": [len(rows), expected],
        "digest": _digest(rows.drop(columns=["world", "family"])),
        "comparisons": [summarise(study, c, rows) for c in study.comparisons],
        "first": {"columns": kept, "values": values},
    }


def result_text(result: Mapping[str, Any]) -> str:
    """Return a result as JSON with a line for each condition and row, so that changes read well."""

    def block(head: Mapping[str, Any], name: str, lines: list[Any]) -> str:
        """Return an object whose last value is a list, written line by line."""
        start = json.dumps({key: value for key, value in head.items() if key != name})[:-1]
        body = ",\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        return f'{start}, "{name}": [\n{body}\n]}}'

    comparisons = [block(c, "conditions", c["conditions"]) for c in result["comparisons"]]
    head = {key: value for key, value in result.items() if key not in ("comparisons", "first")}
    head["first"] = None
    first = block(result["first"], "values", result["first"]["values"])
    text = block(head, "comparisons", comparisons)
    return text.replace('"first": null', f'"first": {first}', 1) + "\n"


def write_result(name: str, study: Study, folder: Path = ROWS, results: Path = RESULTS) -> Path:
    """Write a study's result where lessons read it, and return the path."""
    path = results / f"{name}.json"
    results.mkdir(parents=True, exist_ok=True)
    write_whole(path, result_text(result_of(name, study, folder)).encode())
    return path
