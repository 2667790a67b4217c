"""Ranked tags: against all orders of equal scores, by hand, and planted differences."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from fabula.metrics.tagging import (
    Interval,
    average_precision,
    drawn_copies,
    film_precisions,
    film_recalls,
    interval,
    measure_tags,
)


def ap_of_order(right: list[bool]) -> float:
    """Average precision of one strict order, by its definition."""
    precisions = [sum(right[: k + 1]) / (k + 1) for k in range(len(right)) if right[k]]
    return float(np.mean(precisions))


def orders(scores: list[float]) -> list[tuple[int, ...]]:
    """All orders of the items in which no higher score stands below a lower one."""
    return [p for p in permutations(range(len(scores))) if all(scores[a] >= scores[b] for a, b in pairwise(p))]


@pytest.mark.parametrize("seed", range(12))
def test_average_precision_is_the_mean_over_all_orders_of_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, 6).astype(float)
    truth = np.arange(6) < rng.integers(1, 7)
    rng.shuffle(truth)
    brute = np.mean([ap_of_order([bool(truth[k]) for k in order]) for order in orders(list(scores))])
    assert average_precision(scores, truth)[0] == pytest.approx(brute, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_copies_are_the_same_as_repeated_items(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, truth = rng.integers(0, 4, 8).astype(float), rng.random(8) < 0.5
    truth[0] = True
    copies = rng.integers(0, 3, (5, 8))
    copies[:, 0] += 1
    found = average_precision(scores, truth, copies)
    for row, value in zip(copies, found, strict=True):
        repeated = average_precision(np.repeat(scores, row), np.repeat(truth, row))[0]
        assert value == pytest.approx(repeated, abs=1e-12)


def test_average_precision_by_hand() -> None:
    assert average_precision(np.array([4.0, 3, 2, 1]), np.array([1, 0, 1, 0], bool))[0] == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert np.isnan(average_precision(np.array([1.0, 2]), np.zeros(2, bool))[0])


def test_a_tagger_that_says_the_same_of_all_films_is_at_chance() -> None:
    truth = np.zeros(200, bool)
    truth[:50] = True
    flat = average_precision(np.zeros(200), truth)[0]
    rng = np.random.default_rng(0)
    random = np.mean([average_precision(rng.random(200), truth)[0] for _ in range(400)])
    assert flat == pytest.approx(random, abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_recall_is_the_mean_over_all_orders_of_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (1, 6)).astype(float)
    truth = rng.random((1, 6)) < 0.5
    truth[0, 2] = True
    found = [len({*order[:3]} & {*np.flatnonzero(truth[0])}) for order in orders(list(scores[0]))]
    assert film_recalls(scores, truth)[0] == pytest.approx(np.mean(found) / truth.sum())


def test_film_figures_rank_the_tags_of_each_film() -> None:
    scores = np.array([[3.0, 2, 1, 0], [0, 1, 2, 3], [1, 1, 1, 1]])
    truth = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]], bool)
    precisions, recalls = film_precisions(scores, truth), film_recalls(scores, truth, cut=2)
    assert precisions[:2] == pytest.approx([1, (1 / 3 + 2 / 4) / 2])
    assert recalls[:2] == pytest.approx([1, 0])
    assert np.isnan(precisions[2]) and np.isnan(recalls[2])


def test_figures_leave_out_tags_and_films_that_have_none() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.5], [0.1, 0.1, 0.5]])
    truth = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], bool)
    figures = measure_tags(scores, truth, cut=1, draws=0)
    assert figures.precisions[0, :2] == pytest.approx([1, 1]) and np.isnan(figures.precisions[0, 2])
    assert (figures.mean_precision[0], figures.film_precision[0], figures.recall[0]) == pytest.approx((1, 1, 1))


def test_first_draw_is_the_films_themselves_and_seeds_repeat() -> None:
    copies = drawn_copies(7, 20, seed=3)
    assert (copies[0] == 1).all() and (copies.sum(axis=1) == 7).all()
    assert (copies == drawn_copies(7, 20, seed=3)).all()
    assert (copies != drawn_copies(7, 20, seed=4)).any()


def difference(seed: int, signal: float) -> Interval:
    """Of the MAP of two noisy taggers of 60 films and 5 tags, of which the first knows something if ``signal`` > 0."""
    rng = np.random.default_rng(seed)
    truth = rng.random((60, 5)) < 0.3
    first, second = (measure_tags(k * truth + rng.normal(size=(60, 5)), truth, draws=200) for k in (signal, 0.0))
    return interval(first.mean_precision - second.mean_precision)


def test_intervals_find_a_planted_difference_and_no_other() -> None:
    planted, none = ([difference(seed, signal) for seed in range(30)] for signal in (1.5, 0.0))
    assert all(0.05 < found.low < found.value < found.high for found in planted)
    assert sum(found.low <= 0 <= found.high for found in none) >= 25


@pytest.mark.parametrize(
    ("scores", "truth"),
    [
        (np.zeros((2, 3)), np.ones((3, 2), bool)),
        (np.zeros((2, 3)), np.zeros((2, 3), bool)),
        (np.full((2, 2), np.nan), np.ones((2, 2), bool)),
    ],
)
def test_scores_that_cannot_be_measured(scores: np.ndarray, truth: np.ndarray) -> None:
    with pytest.raises(ValueError):
        measure_tags(scores, truth)
