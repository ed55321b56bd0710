"""Intervals over repeated runs, and the boxes of tested claims."""

from __future__ import annotations

import numpy as np
import pytest

from imbalance_lab.claims import MIME_TYPE, Claim
from imbalance_lab.experiments import Interval, interval


def test_an_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [interval(rng.normal(3, 2, size=8)) for _ in range(2000)]
    covered = np.mean([i.low <= 3 <= i.high for i in found])
    assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 2000)


def test_an_interval_is_students_t() -> None:
    # By hand: mean 2, standard error 1/√3, t(0.975; 2) = 4.3027.
    found = interval([1, 2, 3])
    assert found == pytest.approx((2, 2 - 4.30265 / 3**0.5, 2 + 4.30265 / 3**0.5), rel=1e-5)
    assert found.low < interval([1, 2, 3], confidence=0.5).low < 2
    assert interval([2.0, 2.0]) == (2.0, 2.0, 2.0)


def test_an_interval_formats_all_three_numbers() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert f"{found:.1f}" == "2.0 [-0.5, 4.5]"
    assert f"{found:+.1f}" == "+2.0 [-0.5, +4.5]"
    assert str(found) == "2.000 [-0.484, 4.484]"


def test_an_exact_value_has_no_interval_beside_it() -> None:
    assert f"{Interval(-0.021, -0.021, -0.021):+.3f}" == "-0.021"
    assert f"{Interval(0.0, 0.0, 0.0001):.2f}" == "0.00 [0.00, 0.00]"  # narrow, but one


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "0.000 [0.000, 0.010]"),
        ("+.2f", "+0.00 [+0.00, +0.01]"),
        ("z.1f", "0.0 [0.0, 0.0]"),
        (" .0f", " 0 [ 0,  0]"),
    ],
)
def test_what_rounds_to_zero_has_no_minus(spec: str, said: str) -> None:
    assert f"{Interval(-0.0002, -0.0004, 0.0101):{spec}}" == said


@pytest.mark.parametrize(
    ("values", "confidence", "message"),
    [
        ([1.0], 0.95, "at least 2 runs"),
        ([[1.0, 2.0]], 0.95, "one dimension"),
        ([1.0, np.nan], 0.95, "finite"),
        ([1.0, 2.0], 95, r"'confidence' .* in the range \(0.0, 1.0\). Got 95"),
    ],
)
def test_unfit_runs_are_refused(values: list, confidence: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        interval(values, confidence)


def test_a_claim_shows_its_verdict_as_text_html_and_data() -> None:
    claim = Claim("Rare <is> hard.", "holds only if", "it is few.", "weiss2004", "E07 E08")
    shown = claim._repr_mimebundle_()
    assert shown["text/plain"] == ("Claim: Rare <is> hard.\nVerdict: holds only if it is few.")
    assert "Rare &lt;is&gt; hard." in shown["text/html"]
    assert "Read on: Weiss (2004), see <em>Further reading</em>." in shown["text/html"]
    assert "Read on" not in Claim("A.", "holds", "So.")._repr_mimebundle_()["text/html"]
    # Read aloud, the verdict is its word alone.
    assert '<span aria-hidden="true">◐</span> Holds only if</strong>' in shown["text/html"]
    assert shown[MIME_TYPE]["evidence"] == "E07 E08"
    assert "Verdict: holds. So." in str(Claim("A.", "holds", "So."))


@pytest.mark.parametrize(
    ("verdict", "evidence", "message"),
    [("perhaps", "", "verdict must be one of"), ("holds", "E7", "evidence must read like")],
)
def test_an_unfit_claim_is_refused(verdict: str, evidence: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Claim("A.", verdict, "B.", evidence=evidence)
