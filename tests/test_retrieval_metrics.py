"""Ranks against counting by hand, on random scores with many ties."""

import numpy as np
import pytest

from fabula.metrics.retrieval import measure_retrieval


def ranks_by_counting(scores: np.ndarray, picture_of: np.ndarray) -> tuple[list[int], list[int]]:
    """Image to text and text to image: the place of the right answer when it stands last among its equals."""
    n, m = scores.shape
    to_text = []
    for i in range(n):
        own = [j for j in range(m) if picture_of[j] == i]
        wrong = [j for j in range(m) if picture_of[j] != i]
        if own:
            to_text.append(min(sum(scores[i, w] >= scores[i, j] for w in wrong) for j in own))
    to_image = [sum(scores[i, j] >= scores[picture_of[j], j] for i in range(n) if i != picture_of[j]) for j in range(m)]
    return to_text, to_image


@pytest.mark.parametrize("seed", range(20))
def test_ranks_are_those_of_counting(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 8), rng.integers(1, 20)
    scores, picture_of = rng.integers(0, 5, (n, m)).astype(float), rng.integers(0, n, m)
    found = measure_retrieval(scores, picture_of)
    to_text, to_image = ranks_by_counting(scores, picture_of)
    assert found.image_to_text.ranks.tolist() == to_text
    assert found.text_to_image.ranks.tolist() == to_image


def test_recalls_and_median() -> None:
    # twelve pictures with a sentence each; picture k has k wrong sentences before its own
    scores = np.where(np.arange(12)[None, :] < np.arange(12)[:, None], 2.0, 0.0)
    np.fill_diagonal(scores, 1.0)
    found = measure_retrieval(scores, np.arange(12))
    assert found.image_to_text.ranks.tolist() == list(range(12))
    assert found.image_to_text.recalls == pytest.approx((100 / 12, 500 / 12, 1000 / 12))
    assert found.image_to_text.median_rank == 6  # of 0..11 it is 5.5
    assert found.text_to_image.ranks.tolist() == list(range(11, -1, -1))
    assert found.rsum == pytest.approx(2 * 1600 / 12)


def test_the_best_of_five_counts_and_ties_are_lost() -> None:
    best_of_five = measure_retrieval(np.array([[0.1, 0.9, 0.5], [0, 0, 1]]), np.array([0, 0, 1]))
    assert best_of_five.image_to_text.recall(1) == 100
    assert measure_retrieval(np.ones((4, 4)), np.arange(4)).image_to_text.ranks.tolist() == [3, 3, 3, 3]
    assert measure_retrieval(np.ones((4, 4)), np.arange(4)).rsum == 2 * (0 + 100 + 100)


def test_a_picture_without_sentences_only_distracts() -> None:
    found = measure_retrieval(np.array([[0.5, 0.2], [0.9, 0.9], [0.1, 0.3]]), np.array([0, 2]))
    assert found.image_to_text.ranks.tolist() == [0, 0]
    assert found.text_to_image.ranks.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("scores", "picture_of"),
    [
        (np.ones((2, 3)), [0, 1]),
        (np.ones(3), [0, 1, 1]),
        (np.ones((2, 0)), []),
        (np.ones((2, 2)), [0, 2]),
        (np.ones((2, 2)), [0, -1]),
        (np.array([[1, np.nan], [0, 1]]), [0, 1]),
    ],
)
def test_what_does_not_fit_is_said(scores: np.ndarray, picture_of: list[int]) -> None:
    with pytest.raises(ValueError):
        measure_retrieval(scores, np.array(picture_of, int))
