"""Abstention, risk and coverage, calibration; intervals and paired tests."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import selective as s
from evals.bootstrap import estimate, estimate_of, p_value


def test_abstention_figures_by_hand() -> None:
    should, did = s.as_flags([1, 1, 1, 0, 0]), s.as_flags([1, 1, 0, 1, 0])
    assert s.abstention_precision(should, did) == pytest.approx(2 / 3)
    assert s.abstention_recall(should, did) == pytest.approx(2 / 3)
    assert s.abstention_f1(should, did) == pytest.approx(2 / 3)
    assert s.wrongly_abstained(should, did) == 0.5
    nothing = s.as_flags([0, 0])
    assert math.isnan(s.abstention_f1(nothing, nothing)) and math.isnan(s.abstention_recall(nothing, nothing))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=40))
def test_risk_coverage_ends_at_all_answers_and_ignores_order(rows: list[tuple[float, bool]]) -> None:
    confidence, correct = np.array([c for c, _ in rows]), s.as_flags([r for _, r in rows])
    points = s.risk_coverage(confidence, correct, len(rows) + 5)
    assert points[-1] == pytest.approx((len(rows) / (len(rows) + 5), 1 - correct.mean()))
    for threshold, (coverage, risk) in zip(sorted(set(confidence), reverse=True), points, strict=True):
        chosen = confidence >= threshold
        assert coverage == chosen.sum() / (len(rows) + 5) and risk == pytest.approx(1 - correct[chosen].mean())
    order = np.random.default_rng(1).permutation(len(rows))
    assert s.area_under_risk(confidence, correct) == pytest.approx(s.area_under_risk(confidence[order], correct[order]))


def test_calibration_by_hand() -> None:
    confidence, correct = np.array([0.95, 0.95, 0.15, 0.15, 1.0]), s.as_flags([1, 0, 0, 0, 1])
    high, low = abs((0.95 + 0.95 + 1.0) / 3 - 2 / 3), 0.15
    assert s.calibration_error(confidence, correct) == pytest.approx((3 * high + 2 * low) / 5)
    assert [one.count for one in s.reliability(confidence, correct)] == [2, 3]
    assert math.isnan(s.calibration_error(np.array([]), s.as_flags([])))
    perfect = np.array([0.0, 1.0])
    assert s.calibration_error(perfect, s.as_flags([0, 1])) == 0.0


def test_an_interval_holds_its_mean_narrows_with_cases_and_never_changes() -> None:
    few, many = estimate([0.0, 1.0] * 10), estimate([0.0, 1.0] * 1000)
    assert few.low < few.mean == 0.5 < few.high and many.high - many.low < few.high - few.low
    assert estimate([0.0, 1.0] * 10) == few
    wide = estimate([0.0, 1.0] * 10_000)  # drawn in parts, so that memory stays flat
    assert wide.low == pytest.approx(0.5 - 1.96 * 0.5 / math.sqrt(20_000), abs=1e-3)
    f1 = estimate_of(s.abstention_f1, s.as_flags([1, 0] * 20), s.as_flags([1, 1] * 20))
    assert f1.low < f1.mean < f1.high and f1.mean == pytest.approx(2 / 3)


def test_chance_explains_noise_and_not_a_plain_gain() -> None:
    assert p_value([1.0] * 12) < 0.001 and p_value([1.0, -1.0] * 10) > 0.5
    assert p_value([0.0] * 10) == p_value([]) == 1.0
    # Exactly: of the 2^5 assignments of signs two are as far out as five gains.
    assert p_value([1.0] * 5) == pytest.approx(2 / 32, abs=0.01)
