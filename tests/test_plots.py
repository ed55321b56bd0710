"""Plots say in words what they show, are the same every time, and refuse what they cannot draw."""

from __future__ import annotations

import base64
import importlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from imbalance_lab import exercises, plots
from imbalance_lab.plots.core import DPI, fill, house_style
from imbalance_lab.plots.words import share

NAMES = {0: "legitimate", 1: "fraud"}


def rare_event(n=1500, rate=0.06, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rate).astype(int)
    X = rng.normal(size=(n, 2)) + 1.6 * y[:, None]
    return X, y


@pytest.fixture(scope="module")
def fitted():
    X, y = rare_event()
    model = LogisticRegression().fit(X, y)
    return X, y, model, model.predict_proba(X)[:, 1]


@pytest.fixture(scope="module")
def makers(fitted):
    """Every ready plot as a function without arguments."""
    X, y, model, p = fitted
    weighted = LogisticRegression(class_weight="balanced").fit(X, y)
    both = {"plain": p, "balanced weights": weighted.predict_proba(X)[:, 1]}
    predicted = {"plain": model.predict(X), "balanced weights": weighted.predict(X)}
    return {
        "class_counts": lambda: plots.class_counts(y, class_names=NAMES),
        "confusion_matrix": lambda: plots.confusion_matrix(y, predicted["plain"]),
        "confusion_matrix, two": lambda: plots.confusion_matrix(y, predicted, class_names=NAMES),
        "roc_curve": lambda: plots.roc_curve(y, p),
        "roc_curve, two": lambda: plots.roc_curve(y, both),
        "precision_recall_curve": lambda: plots.precision_recall_curve(y, p),
        "precision_recall_curve, two": lambda: plots.precision_recall_curve(y, both),
        "score_distributions": lambda: plots.score_distributions(y, p, threshold=0.5),
        "reliability_diagram": lambda: plots.reliability_diagram(y, both),
        "intervals": lambda: plots.intervals({"a": (0.5, 0.4, 0.6)}, xlabel="F1", baseline=0.3),
    }


@pytest.fixture(scope="module")
def drawn(makers):
    """Every ready plot, drawn once for the tests that only look."""
    return {kind: make() for kind, make in makers.items()}


KINDS = [
    "class_counts",
    "confusion_matrix",
    "confusion_matrix, two",
    "roc_curve",
    "roc_curve, two",
    "precision_recall_curve",
    "precision_recall_curve, two",
    "score_distributions",
    "reliability_diagram",
    "intervals",
]


class ImageFinder(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.images = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.images.append(dict(attributes))


def axes_of(picture):
    return [ax for ax in picture.figure.axes if ax.get_xlabel()]


# --- what every picture keeps -------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_plot_has_title_axis_labels_and_readable_size(drawn, kind):
    picture = drawn[kind]
    assert picture.figure.get_suptitle()
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in picture.figure.axes)
    (shown,) = ImageFinder(picture.html).images
    width, height = int(shown["width"]), int(shown["height"])
    assert 400 <= width <= 814
    assert 150 <= height <= 700
    image = Image.open(io.BytesIO(picture.png))
    assert (image.width // 2, image.height // 2) == (width, height)  # sharp on double density


@pytest.mark.parametrize("kind", KINDS)
def test_a_plot_is_bitwise_the_same_twice_whatever_the_user_has_set(makers, drawn, kind):
    first = drawn[kind]
    with matplotlib.rc_context({"font.size": 20, "savefig.dpi": 50, "axes.facecolor": "black"}):
        second = makers[kind]()
    assert first.png == second.png
    assert first.alt == second.alt


@pytest.mark.parametrize("kind", KINDS)
def test_a_plot_leaves_no_open_figure_no_changed_setting_and_no_warning(makers, kind, recwarn):
    settings = dict(matplotlib.rcParams)
    assert makers[kind]().png
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == settings
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("kind", KINDS)
def test_all_text_of_a_plot_lies_inside_the_image(drawn, kind):
    figure = drawn[kind].figure
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= -0.02
    assert box.y0 >= -0.02
    assert box.x1 <= width + 0.02
    assert box.y1 <= height + 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_the_fine_grid_costs_hardly_a_byte(drawn, kind):
    picture, coarse = drawn[kind], io.BytesIO()
    with house_style():
        picture.figure.savefig(coarse, format="png", dpi=DPI)
    assert Image.open(io.BytesIO(picture.png)).mode == "P"
    assert len(picture.png) < 1.2 * len(coarse.getvalue())


def test_the_png_names_neither_a_program_nor_a_time(fitted):
    _, y, _, p = fitted
    png = plots.roc_curve(y, p).png
    chunks = {png[i + 4 : i + 8] for i in _chunk_starts(png)}
    assert not chunks & {b"tEXt", b"iTXt", b"zTXt", b"tIME"}


def _chunk_starts(png):
    place = 8
    while place < len(png):
        yield place
        place += 12 + int.from_bytes(png[place : place + 4], "big")


def test_a_notebook_gets_the_image_with_its_escaped_alternative_text():
    stream = io.BytesIO()
    Image.new("P", (3, 2)).save(stream, format="png")
    picture = plots.Picture(stream.getvalue(), 'recall < 0.5 & "rare" > 0')
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == 'Recall < 0.5 & "rare" > 0.'
    (image,) = ImageFinder(bundle["text/html"]).images
    assert image["alt"] == picture.alt
    assert base64.b64decode(image["src"].removeprefix("data:image/png;base64,")) == picture.png
    assert "max-width: 100%" in image["style"]
    assert (image["width"], image["height"]) == ("3", "2")


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_a_picture_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="alt must be a sentence"):
        plots.Picture(b"", alt)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A rise. mean of 8 draws: boosting 0.1", "A rise. Mean of 8 draws: boosting 0.1."),
        ("p falls? p_t and f1 stay.", "p falls? p_t and f1 stay."),
        ("0.5 of a row", "0.5 of a row."),
    ],
)
def test_sentences_of_an_alternative_text_begin_and_end_as_such(written, read):
    assert plots.Picture(b"", written).alt == read


# --- pictures of your own -----------------------------------------------------------------------


def test_an_own_picture_is_displayed_at_the_end_of_its_block(capsys):
    drawing = plots.picture(title="A line", xlabel="x (s)", ylabel="y (m)", alt="It rises to 1 m.")
    with drawing as ax:
        ax.plot([0, 1], [0, 1], label="line")
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out.strip() == "It rises to 1 m."
    assert ax.get_legend() is not None
    (shown,) = ImageFinder(drawing.picture.html).images
    assert shown["width"] == "704"


def test_an_own_picture_has_one_axes_for_each_panel():
    drawing = plots.picture(
        title="Both",
        xlabel=["a (s)", "b (s)"],
        ylabel="y",
        panels=["first", "second"],
        alt="Two lines.",
        sharey=True,
        show=False,
    )
    with drawing as axes:
        for ax in axes:
            ax.plot([0, 1])
    assert [ax.get_xlabel() for ax in axes] == ["a (s)", "b (s)"]
    assert [ax.get_title(loc="left") for ax in axes] == ["first", "second"]


@pytest.mark.parametrize(
    ("alt", "read"),
    [
        ("plain: 1; weighted: 2", "What weights cost. Plain: 1; weighted: 2."),
        ("5 folds: 0.47", "What weights cost. 5 folds: 0.47."),
        ("What weights cost. a: 1", "What weights cost. a: 1."),
        ("Weights cost 2 euros.", "Weights cost 2 euros."),
    ],
)
def test_a_list_of_values_says_first_what_it_is_of(alt, read):
    drawing = plots.picture(title="What weights cost", xlabel="x", ylabel="y", alt=alt, show=False)
    with drawing as ax:
        ax.plot([0, 1], [0, 1])
    assert drawing.picture.alt == read


def test_words_may_be_set_inside_the_block():
    with plots.picture(alt="A dot.", show=False) as ax:
        ax.set(title="A dot", xlabel="x", ylabel="y")
        ax.plot(0, 0, "o")
    assert ax.get_title(loc="left") == "A dot"


def test_every_missing_word_is_named():
    with (
        pytest.raises(ValueError, match="no title, no ylabel, no alt") as error,
        plots.picture(xlabel="x"),
    ):
        pass
    assert "xlabel" not in str(error.value)


def test_every_panel_needs_its_words():
    with (
        pytest.raises(ValueError, match=r"no title of panel 2 \(panels\), no ylabel of panel 2"),
        plots.picture(title="t", xlabel="x", alt="a", ncols=2) as (left, _),
    ):
        left.set(title="left", ylabel="y")


@pytest.mark.parametrize("arguments", [{"panels": ["one"]}, {"xlabel": ["x", "y", "z"]}])
def test_texts_must_match_the_panels(arguments):
    with (
        pytest.raises(ValueError, match=f"{next(iter(arguments))} must have one text for each"),
        plots.picture(ncols=2, **arguments),
    ):
        pass


def test_more_than_three_panels_go_on_in_the_next_row_and_none_is_left_over():
    with plots.picture(
        title="t", xlabel="x", ylabel="y", alt="a", panels=list("abcde"), ncols=5, show=False
    ) as axes:
        assert len(axes) == 5
    rows = {round(ax.get_position().y0, 2) for ax in axes}
    assert len(rows) == 2
    assert len(axes[0].figure.axes) == 5


def test_a_picture_is_no_wider_than_the_text():
    with pytest.raises(ValueError, match="'width' parameter of picture"):
        plots.picture(width=11.5)


def test_many_intervals_fit_on_a_screen():
    rows = {f"method {i}": (-0.0002, -0.0004, 0.01) for i in range(20)}
    picture = plots.intervals(rows, xlabel="difference")
    (shown,) = ImageFinder(picture.html).images
    assert int(shown["height"]) < 800
    assert "-0.000" not in picture.alt


@pytest.mark.parametrize("ncols", [0, 1.5, "2"])
def test_ncols_must_be_a_positive_whole_number(ncols):
    with pytest.raises(ValueError, match="'ncols' parameter of picture must be an int"):
        plots.picture(ncols=ncols)


@pytest.mark.parametrize(("second", "below"), [("ab", True), ("ac", False)])
def test_what_the_legends_of_all_panels_would_say_is_said_once(second, below):
    drawing = plots.picture(
        title="Both",
        xlabel="x",
        ylabel="y",
        panels=["one", "two"],
        ncols=2,
        alt="Lines.",
        show=False,
    )
    with drawing as axes:
        for ax, names in zip(axes, ("ab", second), strict=True):
            for name in names:
                ax.plot([0, 1], [0, 1], label=name)
    figure = drawing.picture.figure
    told = [[text.get_text() for text in legend.texts] for legend in figure.legends]
    assert told == ([["a", "b"]] if below else [])
    assert [ax.get_legend() is None for ax in axes] == [below, below]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "share of the fraud found, mean of 3 years",
            ["share of the fraud found,", "mean of 3 years"],
        ),
        ("share of the fraud's cost that is saved", ["share of the fraud's cost", "that is saved"]),
        ("average precision", ["average precision"]),
    ],
)
def test_a_label_breaks_at_a_comma_or_into_lines_of_about_one_length(text, lines):
    assert fill(text, 37).split("\n") == lines


def test_an_error_inside_the_block_is_the_authors_own_and_shows_nothing(capsys):
    before = dict(matplotlib.rcParams)
    drawing = plots.picture(title="t", xlabel="x", ylabel="y", alt="a")
    with pytest.raises(ZeroDivisionError), drawing:
        1 / 0  # noqa: B018
    assert capsys.readouterr().out == ""
    assert dict(matplotlib.rcParams) == before
    with pytest.raises(RuntimeError, match="when the with block ends"):
        _ = drawing.picture


def test_lines_of_an_own_picture_differ_by_more_than_colour():
    with plots.picture(title="t", xlabel="x", ylabel="y", alt="a", show=False) as ax:
        for k in range(8):
            ax.plot([0, 1], [0, k])
    looks = {(str(line._dash_pattern), line.get_linestyle()) for line in ax.lines}
    assert len(looks) == 8


def test_neighbouring_colours_differ_in_lightness_or_hue_for_a_red_green_blind_reader():
    # Simulated deuteranopia (Machado, Oliveira & Fernandes 2009, severity 1), then CIE L*a*b*.
    deutan = np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    )
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    lab = {}
    for name in ("blue", "vermillion", "green"):
        rgb = np.array(matplotlib.colors.to_rgb(plots.PALETTE[name]))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        xyz = to_xyz @ np.clip(deutan @ linear, 0, 1) / (0.9505, 1, 1.089)
        x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        lab[name] = np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    for one, other in (("blue", "vermillion"), ("blue", "green"), ("vermillion", "green")):
        # A difference of 2 is just noticeable.
        assert np.linalg.norm(lab[one] - lab[other]) > 20


# --- what each plot says and shows --------------------------------------------------------------


def test_confusion_matrix_says_counts_and_rates(fitted):
    X, y, model, _ = fitted
    predicted = model.predict(X)
    tn, fp, fn, tp = metrics.confusion_matrix(y, predicted).ravel()
    picture = plots.confusion_matrix(y, predicted, class_names=NAMES)
    for words in (f"{tn:,} true negatives", f"{fp} false positives", f"{fn} false negatives"):
        assert words in picture.alt
    assert f"{tp} true positives" in picture.alt
    assert f"recall {100 * metrics.recall_score(y, predicted):.0f}%" in picture.alt
    cells = [text.get_text() for text in axes_of(picture)[0].texts]
    assert cells[0].startswith(f"true negatives\n{tn:,}\n")
    assert [tick.get_text() for tick in axes_of(picture)[0].get_xticklabels()] == [
        "legitimate",
        "fraud",
    ]


def test_confusion_matrix_puts_the_positive_class_last_whatever_it_is_called():
    y_true = ["bad", "bad", "good", "good", "good"]
    y_pred = ["bad", "good", "good", "good", "bad"]
    picture = plots.confusion_matrix(y_true, y_pred, pos_label="bad")
    assert (
        "2 true negatives, 1 false positive, 1 false negative and 1 true positive;" in picture.alt
    )
    # Without a positive class the cells cannot be named.
    unnamed = plots.confusion_matrix(y_true, y_pred).alt
    assert "1 of 2 rows of bad and 2 of 3 rows of good" in unnamed
    assert "true negatives" not in unnamed


def test_confusion_matrix_draws_many_classes_and_a_class_without_rows():
    picture = plots.confusion_matrix([0, 0, 1, 1], [0, 1, 1, 2], labels=[0, 1, 2])
    assert "1 of 2 rows of 0, 1 of 2 rows of 1 and 0 of 0 rows of 2" in picture.alt
    alone = plots.confusion_matrix([0, 1, 2, 2], [0, 1, 2, 0]).alt
    assert "1 of 1 row of 0, 1 of 1 row of 1 and 1 of 2 rows of 2" in alone
    assert axes_of(picture)[0].texts[-1].get_text() == "0\n– of row"


def test_confusion_matrix_of_one_class_has_no_invented_rate():
    alt = plots.confusion_matrix([0, 0], [0, 1]).alt
    assert "1 true negative, 1 false positive, 0 false negatives" in alt
    assert "recall" not in alt


def test_a_share_that_is_not_whole_is_not_said_to_be_whole():
    assert [share(value) for value in (0, 0.00001, 0.5, 0.9994, 0.9999, 1)] == [
        *("0%", "under 0.01%", "50%", "99.9%", "over 99.9%", "100%"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_true": [0, 1], "y_pred": [0, 1, 1]}, "y_pred must have 2 labels like y_true; got 3"),
        ({"y_true": [0, 1], "y_pred": [0, 1], "labels": [0]}, r"it leaves out \[1\]"),
        (
            {"y_true": [0, 1], "y_pred": [0, 1], "pos_label": 5},
            r"pos_label must be one of \[0, 1\]",
        ),
        (
            {"y_true": [0, 1], "y_pred": [0, 1], "labels": [1, 0], "pos_label": 1},
            "labels must end with pos_label",
        ),
        (
            {"y_true": [0, np.nan], "y_pred": [0, 1]},
            "y_true must not have missing values; got 1 of 2",
        ),
        ({"y_true": [[0, 1]], "y_pred": [0, 1]}, r"y_true must be a non-empty 1-D array"),
        ({"y_true": [0, 1], "y_pred": {}}, "y_pred must not be an empty mapping"),
    ],
)
def test_confusion_matrix_names_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.confusion_matrix(**arguments)


def test_class_counts_says_counts_and_shares_largest_first():
    picture = plots.class_counts(["b"] * 30 + ["a"] * 9_970)
    assert "a: 9,970 (99.7%) and b: 30 (0.3%)." in picture.alt
    ax = axes_of(picture)[0]
    assert [bar.get_width() for bar in ax.patches] == [9970, 30]
    assert ax.get_xlim()[0] == 0
    assert len({bar.get_hatch() for bar in ax.patches}) == 2


def test_roc_curve_draws_scikit_learns_points_and_the_diagonal(fitted):
    _, y, _, p = fitted
    picture = plots.roc_curve(y, p)
    fpr, tpr, _ = metrics.roc_curve(y, p)
    lines = axes_of(picture)[0].lines
    np.testing.assert_array_equal(lines[0].get_xydata(), [[0, 0], [1, 1]])
    np.testing.assert_allclose(lines[1].get_xydata(), np.column_stack([fpr, tpr]))
    assert f"ROC AUC {metrics.roc_auc_score(y, p):.3f}" in picture.alt
    assert f"1,500 rows, {y.sum()} of them positive" in picture.alt


def test_precision_recall_curve_is_a_step_with_the_prevalence_as_baseline(fitted):
    _, y, _, p = fitted
    picture = plots.precision_recall_curve(y, p)
    baseline, curve = axes_of(picture)[0].lines
    assert set(baseline.get_ydata()) == {y.mean()}
    assert curve.get_drawstyle() == "steps-post"
    precision, recall, _ = metrics.precision_recall_curve(y, p)
    np.testing.assert_allclose(curve.get_xydata(), np.column_stack([recall, precision]))
    assert f"average precision {metrics.average_precision_score(y, p):.3f}" in picture.alt
    assert f"prevalence, {100 * y.mean():.1f}%" in picture.alt


def test_curves_of_several_models_are_all_named_and_told_apart_by_dashes(fitted):
    _, y, _, p = fitted
    models = {f"model {k}": p + 0.01 * k for k in range(5)}
    for draw in (plots.roc_curve, plots.precision_recall_curve):
        picture = draw(y, models)
        assert all(name in picture.alt.lower() for name in models)
        lines = axes_of(picture)[0].lines[1:]
        assert len({str(line._dash_pattern) for line in lines}) == 5


@pytest.mark.parametrize("draw", [plots.roc_curve, plots.precision_recall_curve])
def test_tied_and_constant_scores_are_drawn(draw):
    y = [0, 0, 0, 1]
    assert re.search(r"(ROC AUC 0\.500|average precision 0\.250)", draw(y, [0.3] * 4).alt)


def test_score_distributions_are_shares_of_each_class(fitted):
    _, y, _, p = fitted
    picture = plots.score_distributions(y, p, threshold=0.5, class_names=NAMES)
    ax = axes_of(picture)[0]
    above = 100 * (p[y == 1] >= 0.5).mean()
    assert f"{above:.0f}% of fraud" in picture.alt
    assert f"{np.median(p[y == 1]):.3g} for fraud ({y.sum()} rows)" in picture.alt
    assert {line.get_xdata()[0] for line in ax.lines} == {0.5}


def test_each_distribution_sums_to_one_and_a_score_on_the_threshold_counts_as_above():
    y = np.array([0, 0, 0, 0, 1, 1])
    scores = np.array([-3.0, -1.0, 0.5, 2.0, 0.5, 4.0])
    picture = plots.score_distributions(y, scores, threshold=0.5, bins=7, xlabel="log odds")
    assert axes_of(picture)[0].get_xlabel() == "log odds"
    for patch in axes_of(picture)[0].patches:
        outline = patch.get_xy()
        # From the lower left corner along the tops of the bins, each 1 wide, to the right end.
        x, heights = outline[: outline[:, 0].argmax() + 1].T
        assert np.trapezoid(heights, x) == pytest.approx(1)
    assert "lie 50% of class 0 and 100% of class 1" in picture.alt


def test_distributions_are_of_one_model(fitted):
    _, y, _, p = fitted
    with pytest.raises(ValueError, match=r"y_score must be numbers; got \{"):
        plots.score_distributions(y, {"one": p, "another": p})


def test_constant_scores_have_a_distribution():
    assert "median score is 2 for class 0" in plots.score_distributions([0, 0, 1], [2, 2, 2]).alt


def test_a_threshold_must_be_finite(fitted):
    _, y, _, p = fitted
    with pytest.raises(ValueError, match=r"'threshold' .* must be a float in the range .* Got nan"):
        plots.score_distributions(y, p, threshold=float("nan"))


def test_reliability_points_are_the_means_of_quantile_bins(fitted):
    _, y, _, p = fitted
    picture = plots.reliability_diagram(y, p, n_bins=10)
    container = axes_of(picture)[0].containers[0]
    order = np.argsort(p)
    groups = np.array_split(order, 10)
    expected = [(p[rows].mean(), y[rows].mean()) for rows in groups]
    np.testing.assert_allclose(container.lines[0].get_xydata(), expected, atol=0.003)
    assert "(150 rows a bin)" in picture.alt
    assert f"The model predicts {100 * p.mean():.1f}% positives on average" in picture.alt


def test_reliability_merges_bins_of_tied_predictions_and_counts_every_row():
    p = np.repeat([0.1, 0.4], [90, 10])
    y = np.zeros(100, int)
    y[[0, 1, 95]] = 1
    picture = plots.reliability_diagram(y, p, n_bins=5)
    points = axes_of(picture)[0].containers[0].lines[0].get_xydata()
    np.testing.assert_allclose(points, [[0.1, 2 / 90], [0.4, 1 / 10]])
    assert "(10 to 90 rows a bin)" in picture.alt


def test_reliability_of_a_rare_class_has_bins_of_equal_expected_positives_on_log_axes():
    p = np.repeat([0.01, 0.1, 0.5], [400, 40, 8])  # four positives are expected of each
    y = np.zeros(448, int)
    y[[0, 1, 400, 445, 446, 447]] = 1
    picture = plots.reliability_diagram(y, p, n_bins=3, rare=True)
    ax = axes_of(picture)[0]
    points = ax.containers[0].lines[0].get_xydata()
    np.testing.assert_allclose(points, [[0.01, 2 / 400], [0.1, 1 / 40], [0.5, 3 / 8]])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "bins of equal expected positives" in picture.alt
    assert "(8 to 400 rows a bin)" in picture.alt


def test_on_log_axes_a_bin_without_positives_lies_at_the_lower_edge():
    p, y = np.repeat([0.01, 0.1], [200, 20]), np.repeat([0, 1], [218, 2])
    ax = axes_of(plots.reliability_diagram(y, p, n_bins=2, rare=True))[0]
    points = ax.containers[0].lines[0].get_xydata()
    np.testing.assert_allclose(points, [[0.01, 0.007], [0.1, 0.1]])
    assert ax.get_ylim()[0] < 0.007


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_prob": [-0.5, 0.2, 1.0]}, "y_prob must be probabilities from 0 to 1; got -0.5 to 1"),
        (
            {"y_prob": [0.5, 0.2, 1.0], "n_bins": 1},
            r"'n_bins' .* must be an int in the range \[2, inf\)",
        ),
    ],
)
def test_reliability_diagram_names_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.reliability_diagram([0, 1, 1], **arguments)


@pytest.mark.parametrize(
    "draw", [plots.roc_curve, plots.precision_recall_curve, plots.score_distributions]
)
@pytest.mark.parametrize(
    ("y_true", "y_score", "message"),
    [
        ([0, 0, 0], [1, 2, 3], "y_true must have both classes, two in all; got 1: 0"),
        ([0, 1, 2], [1, 2, 3], "two in all; got 3: 0, 1, 2"),
        ([0, 1, 1], {}, "y_score must"),
        (["a", "b", "b"], [1, 2, 3], "pos_label must be given for the labels 'a', 'b'"),
        ([0, 1, 1], [1, np.nan, 3], "y_score must be finite; got 1 NaN or infinite of 3"),
        ([0, 1, 1], [1, 2, np.inf], "y_score must be finite"),
        ([0, 1, 1], [1, 2], r"y_score must have shape \(3,\) like y_true; got \(2,\)"),
        ([0, 1, 1], ["x", "y", "z"], "y_score must be numbers"),
        ([0, 1, 1], [[0.1, 0.9]] * 3, r"model.predict_proba\(X\)\[:, 1\]"),
        ([], [], "y_true must be a non-empty 1-D array"),
        ([0, None, 1], [1, 2, 3], "y_true must not have missing values; got 1 of 3"),
    ],
)
def test_plots_of_scores_name_bad_input(draw, y_true, y_score, message):
    with pytest.raises(ValueError, match=message):
        draw(y_true, y_score)


def test_pos_label_chooses_the_class_and_must_exist():
    y, scores = ["no", "no", "yes"], [0.1, 0.2, 0.9]
    assert "ROC AUC 1.000" in plots.roc_curve(y, scores, pos_label="yes").alt
    assert "ROC AUC 0.000" in plots.roc_curve(y, scores, pos_label="no").alt
    with pytest.raises(ValueError, match="pos_label must be one of 'no', 'yes'; got 'maybe'"):
        plots.roc_curve(y, scores, pos_label="maybe")


@pytest.mark.parametrize(
    ("title", "said"), [("Who?", "Who? "), ("So.", "So. "), ("A finding", "A finding. ")]
)
def test_a_title_opens_the_alternative_text_as_a_sentence(title: str, said: str):
    rows = plots.intervals({"a": (0, 0, 0)}, xlabel="x", title=title)
    assert rows.alt.startswith(f"{said}x: a 0.000")
    counts = plots.class_counts([0, 1, 1], title=title)
    assert re.match(r"\w", counts.alt.removeprefix(said))


def test_intervals_say_every_row_and_the_baseline():
    rows = {"untouched": (0.5, 0.45, 0.55), "SMOTE": (0.52, 0.4, 0.64)}
    picture = plots.intervals(rows, xlabel="F1", baseline=0.1, baseline_label="dummy", decimals=2)
    assert "untouched 0.50 [0.45, 0.55]; SMOTE 0.52 [0.40, 0.64]. Dummy: 0.10." in picture.alt
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high"])
    again = plots.intervals(frame, xlabel="F1", baseline=0.1, baseline_label="dummy", decimals=2)
    assert again.png == picture.png
    labels = [tick.get_text() for tick in axes_of(picture)[0].get_yticklabels()]
    assert labels == ["untouched", "SMOTE"]
    low, high = axes_of(picture)[0].get_ylim()
    assert low > high  # the first row is on top


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "at least one named row"),
        ([1, 2, 3], "mapping with at least one named row"),
        ({"a": (1, 2)}, r"rows\['a'\] must be \(mean, low, high\)"),
        ({"a": (1, 2, 3)}, "must have low ≤ mean ≤ high"),
        ({"a": (1, np.nan, 3)}, "finite"),
        (pd.DataFrame({"mean": [1.0]}), r"it has no \['low', 'high'\]"),
    ],
)
def test_intervals_name_bad_input(rows, message):
    with pytest.raises(ValueError, match=message):
        plots.intervals(rows, xlabel="F1")


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5, 14])
def test_what_the_rows_are_is_not_longer_than_their_axis(n_rows):
    rows = {f"row {n}": (0.5, 0.4, 0.6) for n in range(n_rows)}
    drawn = plots.intervals(
        rows, xlabel="F1", ylabel="loss (positives expected for each that comes)", baseline=0.5
    )
    assert_labels_fit(drawn.figure)


@pytest.mark.parametrize(("height", "ncols"), [(2.4, 1), (4.2, 1), (5.2, 4)])
def test_a_long_label_is_not_longer_than_its_axis(height, ncols):
    panels = [f"panel {n}" for n in range(ncols)] if ncols > 1 else ()
    drawing = plots.picture(
        title="Coverage", xlabel="sets", ylabel="share of 60 sets whose interval holds the truth",
        alt="A.", height=height, ncols=ncols, panels=panels, show=False,
    )  # fmt: skip
    with drawing:
        pass
    assert_labels_fit(drawing.picture.figure)


def assert_labels_fit(figure):
    with house_style():
        figure.draw_without_rendering()
    for ax in figure.axes:
        label, axis = ax.yaxis.label.get_window_extent(), ax.get_window_extent()
        assert label.height <= axis.height
        assert figure.bbox.x0 <= label.x0, "cut off"


def test_a_picture_keeps_the_colours_that_were_drawn(makers):
    for name in ("confusion_matrix", "roc_curve, two", "reliability_diagram"):
        make = makers[name]
        kept = np.asarray(Image.open(io.BytesIO(make().png)).convert("RGB"), dtype=int)
        drawn = io.BytesIO()
        with house_style():  # another one, for a figure moves a little when it is drawn again
            make().figure.savefig(drawn, format="png", dpi=2 * DPI)
        other = np.asarray(Image.open(drawn).convert("RGB"), dtype=int)
        assert kept.shape == other.shape, name
        assert np.abs(kept - other).max() <= 8, name  # of 255


# --- the curve of a decision's points -----------------------------------------------------------

CURVES = [
    importlib.import_module(f"imbalance_lab.exercises.{path.stem}").CURVE
    for path in sorted(Path(exercises.__file__).parent.glob("*.py"))
    if "\nCURVE = " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: next(iter(curve.rungs)))
def test_a_points_curve_ends_with_the_shares_and_its_names_have_room(curve):
    figure = plots.points_curve(curve).figure
    with house_style():
        figure.savefig(io.BytesIO(), format="rgba")
    (ax,) = figure.axes
    assert 1 < ax.get_xlim()[1] < 1.06
    line = ax.lines[0]
    steps = np.linspace(*ax.get_xlim(), 2000)
    drawn = ax.transData.transform(np.column_stack([steps, np.interp(steps, *line.get_data())]))
    boxes = [text.get_window_extent() for text in ax.texts]
    for number, box in enumerate(boxes):
        assert ax.get_window_extent().x0 < box.x0
        assert box.x1 < figure.bbox.x1
        assert not any(box.contains(x, y) for x, y in drawn)
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
