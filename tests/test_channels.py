"""Each channel with answers worked out by hand."""

import numpy as np
import pytest

from fabula.align.channels import (
    best_sentence,
    context_cosine,
    ngram_overlap,
    standardise,
    tfidf_cosine,
    timeline_prior,
)
from fabula.align.likelihood import word_likelihood
from fabula.align.words import tokenise

TEXTS = [tokenise(text) for text in ("the red boat sank", "the boat", "a grey cat slept", "the end")]


def test_tokens_fold_case_accents_and_apostrophes() -> None:
    assert tokenise("Don’t, Rénée! 'Tis") == ["dont", "renee", "tis"]


def test_overlap_adds_the_surprise_of_every_shared_ngram() -> None:
    overlap = ngram_overlap([tokenise("red boat")], TEXTS)
    red, boat, red_boat = np.log(4), np.log(2), np.log(4)
    np.testing.assert_allclose(overlap, [[red + boat + red_boat, boat, 0, 0]], rtol=1e-6)


def test_words_in_most_texts_say_nothing() -> None:
    assert not ngram_overlap([["the"]], TEXTS).any()


def test_tfidf_cosine_is_a_cosine() -> None:
    cosine = tfidf_cosine([tokenise("a grey cat slept"), tokenise("boat")], TEXTS)
    assert cosine[0].argmax() == 2
    assert cosine[0, 2] == pytest.approx(1)
    assert cosine[1, 1] > cosine[1, 0] > 0 == cosine[1, 2]


def test_best_sentence_takes_the_greatest_of_each_text() -> None:
    units = np.eye(3, dtype=np.float32)[:2]
    sentences = np.array([[1, 0, 0], [0, 1, 0], [0, 0.5, 0], [0, 0, 1]], np.float32)
    np.testing.assert_allclose(best_sentence(units, sentences, np.array([0, 2])), [[1, 0], [1, 0.5]])


def test_context_counts_neighbours() -> None:
    units = np.eye(5, dtype=np.float32)
    assert context_cosine(units, units)[2, 4] == pytest.approx(1 / np.sqrt(6))


def test_timeline_prefers_the_diagonal() -> None:
    prior = timeline_prior(10, np.ones(10))
    np.testing.assert_allclose(np.diag(prior), 0, atol=1e-6)
    assert prior[0, 9] == pytest.approx(-0.9)


def test_standardised_rows_have_mean_zero_and_deviation_one() -> None:
    standard = standardise(np.random.default_rng(0).random((4, 50)))
    np.testing.assert_allclose(standard.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(standard.std(axis=1), 1, atol=1e-6)


def test_likelihood_favours_the_text_that_a_line_came_from() -> None:
    texts = [
        tokenise(t) for t in ("where did he keep his money", "i do not know", "who are you", "his money and his coat")
    ]
    ratio = word_likelihood([tokenise("Where did he keep the money?"), tokenise("zebra")], texts)
    assert ratio[0].argmax() == 0
    assert ratio[0, 0] > 3 > 0 > ratio[0, 1]
    assert (ratio[1] < 0).all()
