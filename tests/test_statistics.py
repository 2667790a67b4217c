"""Intervals that cover, errors that can be counted by hand, a planted extreme-value distribution."""

import numpy as np
import pytest

from fabula.align.significance import Chance, Gumbel, fit_chance, fit_gumbel
from fabula.evaluate.statistics import bootstrap_interval, expected_calibration_error, reliability


def test_interval_of_the_mean_covers_it_about_95_times_in_100() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for trial in range(200):
        low, high = bootstrap_interval(rng.normal(3, 1, 60), draws=300, seed=trial)
        inside += low <= 3 <= high
    assert 178 <= inside <= 199


def test_interval_draws_whole_rows() -> None:
    """Rows of (right, all): every row has the same ratio, so the ratio of sums cannot vary though the counts do."""
    blocks = np.array([[1, 2], [10, 20], [100, 200]])
    low, high = bootstrap_interval(blocks, lambda rows: rows[:, 0].sum() / rows[:, 1].sum())
    assert (low, high) == (0.5, 0.5)
    assert bootstrap_interval(blocks[:, 0]) == bootstrap_interval(blocks[:, 0])
    assert bootstrap_interval(blocks[:, 0])[0] < bootstrap_interval(blocks[:, 0])[1]


def test_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval(np.array([]))


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([0.1, 0.1, 0.9, 1.0])
    outcomes = np.array([0, 1, 1, 1])
    rows = reliability(probabilities, outcomes)
    assert [(row.count, row.observed) for row in rows] == [(2, 0.5), (2, 1.0)]
    assert rows[1].predicted == pytest.approx(0.95)
    assert expected_calibration_error(probabilities, outcomes) == pytest.approx((2 * 0.4 + 2 * 0.05) / 4)


def test_honest_probabilities_have_little_error_and_boasting_ones_much() -> None:
    rng = np.random.default_rng(0)
    honest = rng.random(20_000)
    outcomes = rng.random(20_000) < honest
    assert expected_calibration_error(honest, outcomes) < 0.02
    assert expected_calibration_error((honest > 0.5).astype(float), outcomes) > 0.2
    assert expected_calibration_error(np.array([]), np.array([])) == 0


@pytest.mark.parametrize("bad", [1.1, -0.1, float("nan")])
def test_what_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not in 0"):
        reliability(np.array([0.5, bad]), np.array([0, 1]))


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="outcomes"):
        reliability(np.array([0.5]), np.array([0, 1]))


@pytest.mark.parametrize(("location", "scale"), [(0.0, 1.0), (250.0, 12.0), (-3.0, 0.05)])
def test_planted_gumbel_is_found(location: float, scale: float) -> None:
    drawn = np.random.default_rng(3).gumbel(location, scale, 5000)
    found = fit_gumbel(drawn)
    assert found.location == pytest.approx(location, abs=0.06 * scale)
    assert found.scale == pytest.approx(scale, rel=0.04)
    score = float(np.quantile(drawn, 0.99))
    assert found.tail(score) == pytest.approx(0.01, rel=0.3)


def test_fit_is_a_maximum_of_the_likelihood() -> None:
    drawn = np.random.default_rng(5).gumbel(10, 2, 40)

    def likelihood(location: float, scale: float) -> float:
        z = (drawn - location) / scale
        return float(-(z + np.exp(-z)).sum() - len(drawn) * np.log(scale))

    best = fit_gumbel(drawn)
    top = likelihood(best.location, best.scale)
    for nudge in (0.99, 1.01):
        assert likelihood(best.location * nudge, best.scale) < top
        assert likelihood(best.location, best.scale * nudge) < top


def test_tail_keeps_its_digits_far_out_and_stays_a_probability() -> None:
    chance = Gumbel(0.0, 1.0)
    assert chance.tail(60) == pytest.approx(np.exp(-60), rel=1e-9)
    assert chance.tail(-1e6) == 1.0


def test_a_fit_without_spread_is_refused() -> None:
    for values in ([], [3.0], [3.0, 3.0, 3.0]):
        with pytest.raises(ValueError, match="two different"):
            fit_gumbel(np.array(values))


def test_chance_grows_with_the_length_of_the_book() -> None:
    rng = np.random.default_rng(1)
    texts = rng.choice([300, 1000, 5000], 600)
    scores = 0.1 + 0.03 * np.log(texts / 1000) + rng.gumbel(0, 0.02, 600)
    found = fit_chance(scores, texts)
    assert (found.location, found.scale, found.growth) == pytest.approx((0.1, 0.02, 0.03), abs=0.005)
    assert found.tail(0.2, 5000) > 5 * found.tail(0.2, 300)
    assert Chance(0.1, 0.02).tail(0.15, 10) == pytest.approx(Gumbel(0.1, 0.02).tail(0.15))
