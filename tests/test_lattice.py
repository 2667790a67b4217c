"""Dynamic programs against brute force on tiny inputs, and planted answers on larger ones."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabula.align.lattice import Motion, best_path, chain_marginals, longest_common_subsequence, motion
from fabula.align.order import heaviest_non_decreasing, out_of_order

TOKENS = st.lists(st.sampled_from("abcd"), max_size=12)
MOVE = motion(stay=0.3, forward=[(0.5, 2)], backward=(0.1, 1), jump=0.1, leave=0.2, stay_out=0.6)


def table_length(a: list[str], b: list[str]) -> int:
    """The textbook table."""
    length = np.zeros((len(a) + 1, len(b) + 1), int)
    for i, j in np.ndindex(len(a), len(b)):
        longest = max(length[i, j + 1], length[i + 1, j])
        length[i + 1, j + 1] = length[i, j] + 1 if a[i] == b[j] else longest
    return int(length[-1, -1])


@given(TOKENS, TOKENS)
def test_common_subsequence_is_a_longest_one(a: list[str], b: list[str]) -> None:
    pairs = longest_common_subsequence(a, b)
    assert len(pairs) == table_length(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert (np.diff(pairs, axis=0) > 0).all()


def test_common_subsequence_finds_a_film_in_its_script() -> None:
    words = [str(int(random.Random(i).paretovariate(0.8))) for i in range(15_000)]
    cut = [w for i, w in enumerate(words) if i % 7 or i % 3]
    assert len(longest_common_subsequence(words, cut)) == len(cut)


def brute_force(evidence: np.ndarray, move: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Sum over all paths of (mode, position)."""
    units, positions = evidence.shape
    states = list(itertools.product((0, 1), range(positions)))
    go = np.stack([move.spread(np.eye(positions)[i]) for i in range(positions)])
    marginals = np.zeros((2, units, positions))
    for path in itertools.product(states, repeat=units):
        weight = np.exp(sum(evidence[t, i] for t, (mode, i) in enumerate(path) if mode == 0))
        for (mode, i), (next_mode, j) in itertools.pairwise(path):
            weight *= move.modes[mode, next_mode] * go[i, j]
        for t, (mode, i) in enumerate(path):
            marginals[mode, t, i] += weight
    marginals /= marginals[:, :1].sum(axis=(0, 2), keepdims=True)
    return marginals[0], marginals[1]


@pytest.mark.parametrize("seed", range(5))
def test_marginals_equal_the_sum_over_all_paths(seed: int) -> None:
    evidence = np.random.default_rng(seed).normal(scale=2, size=(4, 3))
    for found, expected in zip(chain_marginals(evidence, MOVE), brute_force(evidence, MOVE), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_chain_finds_a_path_dug_into_noise() -> None:
    rng = np.random.default_rng(7)
    path = np.sort(rng.integers(0, 400, 100))
    path[40:60] = np.sort(rng.integers(300, 330, 20))  # a stretch moved elsewhere
    evidence = rng.normal(-4, 1.5, (100, 400))
    evidence[np.arange(100), path] += 8
    evidence[70:80] = -8  # and one that the text does not have
    matched, passing = chain_marginals(evidence, MOVE)
    assert (matched.argmax(axis=1) == path)[np.r_[0:70, 80:100]].mean() > 0.95
    assert (passing[70:80].sum(axis=1) > 0.9).all()
    np.testing.assert_allclose(matched.sum(axis=1) + passing.sum(axis=1), 1, atol=1e-5)


def test_a_motion_for_each_unit_is_used() -> None:
    stay = motion(stay=1, forward=[], backward=(0, 1), jump=0, leave=0, stay_out=0)
    step = motion(stay=0, forward=[(1, 1)], backward=(0, 1), jump=0, leave=0, stay_out=0)
    evidence = np.zeros((3, 4))
    evidence[0, 0] = 50
    matched, _ = chain_marginals(evidence, [stay, step, stay])
    assert matched.argmax(axis=1).tolist() == [0, 1, 1]


def test_displacements_have_the_means_that_were_asked_for() -> None:
    move = motion(stay=0.2, forward=[(0.5, 3)], backward=(0.2, 2), jump=0.1, leave=0.1, stay_out=0.5)
    there = move.spread(np.eye(4001)[2000])
    floor = move.jump / 4001
    assert there.sum() == pytest.approx(1)
    ahead, behind = there[2001:] - floor, there[1999::-1] - floor
    assert (ahead * np.arange(1, 2001)).sum() / ahead.sum() == pytest.approx(3)
    assert (behind * np.arange(1, 2001)).sum() / behind.sum() == pytest.approx(2)


@pytest.mark.parametrize("seed", range(5))
def test_best_path_is_the_best_of_all_paths(seed: int) -> None:
    gains = np.random.default_rng(seed).normal(scale=2, size=(4, 4))
    ahead, back, limit = 0.4, 0.9, 1.5

    def gain(path: tuple[int, ...]) -> float:
        steps = (b - a for a, b in itertools.pairwise(path))
        price = sum(min(ahead * step if step > 0 else -back * step, limit) for step in steps)
        return float(gains[np.arange(4), list(path)].sum()) - price

    best = max(itertools.product(range(4), repeat=4), key=gain)
    assert best_path(gains, ahead, back, limit).tolist() == list(best)


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.01, 1)), min_size=1, max_size=8))
def test_heaviest_subsequence_is_the_heaviest(items: list[tuple[int, float]]) -> None:
    places, weights = (np.array(column) for column in zip(*items, strict=True))
    chosen = heaviest_non_decreasing(places, weights)
    subsets = (list(c) for k in range(1, len(items) + 1) for c in itertools.combinations(range(len(items)), k))
    best = max(weights[c].sum() for c in subsets if (np.diff(places[c]) >= 0).all())
    assert (np.diff(places[chosen]) >= 0).all()
    assert weights[chosen].sum() == pytest.approx(best)


def test_moved_places_are_told_from_small_steps_back() -> None:
    places = np.array([10, 12, 11, 20, 300, 301, 30, 31, 40, 2, 50])
    moved = out_of_order(places, np.ones(11), slack=5)
    assert np.flatnonzero(moved).tolist() == [4, 5, 9]
    assert out_of_order(np.array([], int), np.array([]), slack=5).tolist() == []
