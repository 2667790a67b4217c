"""The chain over the units: it keeps to the film's pace, minds pauses, and its learning recovers planted habits."""

import dataclasses

import numpy as np
import pytest

from fabula.align.chain import Calibration, Chain, chain_from, mass_near, silences
from fabula.align.lattice import chain_log_odds, chain_marginals
from fabula.train.aligner import START
from fabula.train.calibration import best_threshold, learn_calibration


def test_silences_are_the_seconds_since_the_last_unit() -> None:
    np.testing.assert_allclose(silences([1, 4, 5], [3, 4.5, 6])[1:], [1, 0.5])
    assert silences([1.0], [2.0])[0] == np.inf


def test_mass_near_counts_what_is_around() -> None:
    matched = np.array([[0.1, 0.2, 0.3, 0.1, 0.0, 0.2]], np.float32)
    assert mass_near(matched, np.array([0]))[0] == pytest.approx(0.6)
    assert mass_near(matched, np.array([5]), near=1)[0] == pytest.approx(0.2)


def test_a_pause_makes_a_new_scene_likelier() -> None:
    chain = dataclasses.replace(START, pause=3.0, scale=1.0, doubt=0.0)
    evidence = np.full((2, 60), -9.0)
    evidence[0, 5] = 9
    evidence[1, [7, 40]] = [0.0, 2.0]
    without, _ = chain.marginals(evidence, np.array([np.inf, 0.1]))
    after, _ = chain.marginals(evidence, np.array([np.inf, 9.0]))
    assert after[1, 40] / after[1, 7] > 2 * without[1, 40] / without[1, 7]


def test_log_odds_are_minus_the_log_of_matching_nothing() -> None:
    evidence = np.random.default_rng(2).normal(-1, 2, (5, 4))
    moves = START.motions(np.full(5, 1.0), 4)
    matched, passing = chain_marginals(evidence, moves)
    nothing = chain_log_odds(np.full((5, 4), -60.0), moves)
    assert nothing == pytest.approx(0, abs=1e-6)
    odds = chain_log_odds(evidence, moves)
    assert odds > -np.log(passing.sum(axis=1).min()) - 1e-6  # nothing at all matched is less likely than this one not
    assert matched.shape == passing.shape


def test_a_chain_survives_its_card() -> None:
    card = {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(START).items()}
    assert chain_from(card) == START
    assert isinstance(chain_from(card), Chain)


def test_calibration_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    true = rng.random(4000)
    right = rng.random(4000) < true
    sure = 1 / (1 + (1 / true - 1) ** 3)  # log-odds three times too large
    calibrated = learn_calibration(sure, right)
    assert calibrated.slope == pytest.approx(1 / 3, abs=0.05)
    assert np.abs(calibrated(sure) - true).mean() < 0.03
    np.testing.assert_allclose(Calibration()(np.array([0.2, 0.7])), [0.2, 0.7])


def test_threshold_gives_the_best_f1() -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    right = np.array([True, True, False, True, False])
    assert best_threshold(probabilities, right, np.ones(5, bool)) == 0.6
    assert best_threshold(probabilities, np.array([True, False, False, False, False]), right) == 0.9
