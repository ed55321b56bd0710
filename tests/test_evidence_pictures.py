"""The picture of a study can be read: no label is cut off, and labels say what differs."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
from matplotlib.figure import Figure

from imbalance_lab import evidence
from imbalance_lab.evidence.picture import (
    forest_plot,
    in_order,
    name_of,
    said,
    short_labels,
    xlabel_of,
)

FINISHED = [name for name in evidence.studies() if evidence.study(name).runs[0]]


def found(*wheres: dict[str, Any]) -> dict[str, Any]:
    conditions = [
        {"where": where, "mean": 0.1, "low": 0.0, "high": 0.2, "answer": "open", "cells": []}
        for where in wheres
    ]
    return {
        "advice": "It helps.",
        "verdict": "not shown",
        "measure": "recall",
        "against": 0.0,
        "relative": False,
        "margin": 0.05,
        "conditions": conditions,
        "overall": {},
        "arm": {},
    }


def outside(figure: Figure) -> list[str]:
    """Return the words of a drawn figure that its edge cuts, if only in part."""
    (ax,) = figure.axes
    low, high = ax.get_xlim()
    # Labels of ticks beyond the ends of an axis exist, and are not drawn.
    ticks = [t for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]
    legend, title = ax.get_legend(), figure._suptitle
    assert legend is not None
    assert title is not None
    words = [*ticks, *ax.get_yticklabels(), *ax.texts, *legend.get_texts(), title]
    page = figure.bbox.padded(1)
    boxes = {text: text.get_window_extent() for text in (*words, ax.xaxis.label, ax.yaxis.label)}
    return [
        text.get_text()
        for text, box in boxes.items()
        if text.get_text() and not all(map(page.contains, *zip(box.min, box.max, strict=True)))
    ]


def drawn(name: str, comparison: str) -> Figure:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # axes that collapse for want of room only warn
        figure = evidence.study(name).plot(comparison).figure
    assert figure is not None
    figure.canvas.draw()
    return figure


@pytest.mark.parametrize("name", FINISHED)
def test_all_words_lie_within_the_picture(name: str) -> None:
    assert outside(drawn(name, evidence.study(name).comparisons[0])) == []


@pytest.mark.long
@pytest.mark.parametrize("name", FINISHED)
def test_all_words_lie_within_the_other_pictures_too(name: str) -> None:
    others = evidence.study(name).comparisons[1:]
    assert {one: words for one in others if (words := outside(drawn(name, one)))} == {}


def test_a_word_that_the_edge_cuts_is_found() -> None:
    figure = drawn("smote", "borderline")
    (ax,) = figure.axes
    ax.annotate("half of it", (1, 0.5), xycoords="figure fraction", ha="center")
    figure.canvas.draw()
    assert outside(figure) == ["half of it"]


class TestShortLabels:
    def test_settings_that_never_differ_are_left_out(self) -> None:
        wheres = [
            {"model": f"forest trees=200 depth={depth}", "data": f"gauss n=1000 prevalence={p}"}
            for depth, p in [(3, 0.1), (3, 0.02), (9, 0.1)]
        ]
        assert short_labels(wheres) == (
            ["depth=3, 10% positive", "depth=3, 2% positive", "depth=9, 10% positive"],
            "",
        )

    def test_of_models_with_settings_of_their_own_the_names_are_enough(self) -> None:
        wheres = [
            {"model": "lightgbm reg_lambda=10", "tuned": True},
            {"model": "tree", "tuned": True},
        ]
        assert short_labels(wheres) == (["LightGBM", "tree"], "tuned")

    def test_a_setting_that_only_some_have_is_told_where_it_is(self) -> None:
        wheres = [{"data": "gauss n=9"}, {"data": "gauss n=9 n_informative=0"}]
        assert short_labels(wheres) == (["gauss", "no signal"], "")

    def test_a_number_says_what_it_counts(self) -> None:
        assert short_labels([{"n_splits": 5}, {"n_splits": 10}])[0] == ["5 folds", "10 folds"]
        assert name_of({"data": "gauss n=9", "n_splits": 5, "tuned": False}) == (
            "gauss n=9, n_splits=5, default"
        )

    def test_a_single_condition_is_named_in_full(self) -> None:
        assert short_labels([{"model": "tree", "tuned": True}]) == (["tree, tuned"], "")


@pytest.mark.parametrize(
    ("measure", "read"), [("recall", "recall, on gauss"), ("recall on gauss", "recall on gauss")]
)
def test_what_all_have_in_common_is_told_once_at_the_axis(measure: str, read: str) -> None:
    wheres = {"model": "a", "world": "gauss"}, {"model": "b", "world": "gauss"}
    drawn = forest_plot(found(*wheres) | {"measure": measure})
    assert drawn.figure is not None
    assert drawn.figure.axes[0].get_xlabel() == read


def test_a_study_without_rows_says_so() -> None:
    drawn = forest_plot(found())
    assert drawn.figure is not None
    assert [text.get_text() for text in drawn.figure.axes[0].texts] == ["too few runs yet"]


def test_conditions_stand_in_the_order_of_their_numbers() -> None:
    wheres = [{"data": f"gauss n={n} drift={drift}"} for n in (192, 3, 48) for drift in (1, -1)]
    named = [condition["where"]["data"] for condition in in_order(found(*wheres)["conditions"])]
    assert named == [f"gauss n={n} drift={drift}" for n in (3, 48, 192) for drift in (-1, 1)]


def test_a_part_of_the_conditions_stands_beside_the_mean_over_all() -> None:
    all_of_them = found({"data": "gauss n=3"}, {"data": "gauss n=48"}, {"data": "dense n=3"})
    all_of_them["overall"] = all_of_them["conditions"][0]
    drawn = forest_plot(all_of_them, only="n=3").figure
    assert drawn is not None
    labels = [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert labels == ["dense", "gauss", "all 3 together"]


@pytest.mark.parametrize("name", FINISHED)
def test_no_picture_speaks_the_language_of_the_runner(name: str) -> None:
    study = evidence.study(name)
    for facts in map(study.facts, study.comparisons):
        shown = [said(name_of(condition["where"])) for condition in facts["conditions"]]
        for words in [xlabel_of(facts), *shown]:
            assert not re.search(r"\w=|_", words)
            assert not re.search(r"\b(lightgbm|smote|roc auc|f1|at half|n)\b", words)


class TestSaid:
    def test_settings_are_told_as_a_reader_says_them(self) -> None:
        assert said("neighbours n_neighbors=25, nonlinear n=20000 prevalence=0.002") == (
            "25 neighbours, nonlinear, 20,000 rows, 0.2% positive"
        )
        assert (
            said("recall positives=20 low=0.95 high=0.999") == "20 positives, recall 0.95 to 0.999"
        )
        assert said("network, dense n=400 prevalence=0.1, length=1000") == (
            "network, dense, 400 rows, 10% positive, 1,000 steps"
        )
        assert said("boosting, dense, length=50") == "boosting, dense, 50 trees"

    def test_an_axis_names_its_measure(self) -> None:
        facts = evidence.study("choices").facts("f1")
        assert xlabel_of(facts) == (
            "bill if F1 chooses − bill if the cost chooses, as a share of the latter"
        )
        assert xlabel_of(evidence.study("weights").facts("recall-doubles")) == (
            "recall at 0.5: weights − nothing, as a share of nothing's"
        )
