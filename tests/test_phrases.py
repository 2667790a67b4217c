"""Phrases tied to regions: planted score maps, brute force, and boxes."""

import itertools

import numpy as np
import pytest

from fabula.align.caption_words import Part, parts_of_speech
from fabula.align.lattice import best_path
from fabula.align.phrases import (
    best_regions,
    chunk_bonds,
    decode_phrases,
    find_phrases,
    nearness,
    peak_box,
    phrase_words,
    score_map,
)
from fabula.vision import WordRegions


def energy(path: tuple[int, ...], scores: np.ndarray, near: np.ndarray, bonds: np.ndarray) -> float:
    unary = sum(scores[j, a] for j, a in enumerate(path))
    return unary + sum(bonds[j] * near[a, b] for j, (a, b) in enumerate(itertools.pairwise(path)))


@pytest.mark.parametrize("seed", range(20))
def test_viterbi_is_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    words, regions = rng.integers(1, 6), rng.integers(1, 5)
    scores, bonds = rng.normal(size=(words, regions)), rng.random(words - 1)
    near = nearness(1, int(regions), 1.0 + 2 * (seed % 2))
    best = max(itertools.product(range(regions), repeat=words), key=lambda a: energy(a, scores, near, bonds))
    assert tuple(best_regions(scores, near, bonds)) == best


@pytest.mark.parametrize("beta", [0.1, 1.0, 3.0])
def test_the_papers_energy_is_a_truncated_price(beta: float) -> None:
    """Earning beta where regions agree is paying it where they differ: another dynamic program must agree."""
    scores = np.random.default_rng(5).normal(size=(12, 7))
    mine = best_regions(scores, np.eye(7), np.full(11, beta))
    assert (mine == best_path(scores, beta, beta, beta)).all()


def test_beta_lengthens_phrases() -> None:
    scores = np.random.default_rng(1).normal(size=(10, 6))
    counts = [len(decode_phrases(scores, beta)) for beta in (0.0, 0.5, 1.0, 2.0, 100.0)]
    assert counts[0] == 10
    assert counts[-1] == 1
    assert counts == sorted(counts, reverse=True)


def test_phrases_cover_every_word_and_carry_the_mean_score() -> None:
    scores = np.zeros((4, 3))
    scores[:2, 2], scores[2:, 0] = 4.0, 2.0
    first, second = decode_phrases(scores, 1.0)
    assert (first.first, first.last, first.region, first.score) == (0, 1, 2, 4.0)
    assert (second.first, second.last, second.region, second.score) == (2, 3, 0, 2.0)


def grounded(text: str, places: dict[str, tuple[int, int]], noise: float = 0.0) -> WordRegions:
    """A caption whose words have peaks at planted cells of a 9 x 9 grid; the other words are flat."""
    words = tuple(text.split())
    scores = np.random.default_rng(0).normal(scale=noise, size=(len(words), 9, 9)) + 0.2
    for k, word in enumerate(words):
        if word in places:
            row, column = places[word]
            down, across = np.mgrid[:9, :9]
            scores[k] += 0.5 * np.exp(-((down - row) ** 2 + (across - column) ** 2) / 3)
    return WordRegions(words, scores.astype(np.float32))


def test_planted_phrases_are_found() -> None:
    found = grounded(
        "a black dog runs on the green grass .",
        {"black": (2, 2), "dog": (2, 3), "runs": (3, 3), "green": (7, 6), "grass": (7, 6)},
        noise=0.01,
    )
    phrases = [p for p in find_phrases(found) if phrase_words(found.words, p)]
    named = [" ".join(found.words[k] for k in phrase_words(found.words, p)) for p in phrases]
    assert named[0].startswith("a black dog")
    assert named[-1] == "the green grass"
    assert phrases[-1].region == 7 * 9 + 6
    assert phrases[-1].score == pytest.approx(0.7, abs=0.03)
    assert {divmod(p.region, 9)[0] for p in phrases[:-1]} <= {2, 3}


def test_a_scale_or_offset_of_the_model_changes_no_phrase() -> None:
    found = grounded("a man throws a ball", {"man": (1, 1), "ball": (6, 7)}, noise=0.05)
    other = WordRegions(found.words, found.scores * 40 - 3)
    assert [(p.first, p.last, p.region) for p in find_phrases(found)] == [
        (p.first, p.last, p.region) for p in find_phrases(other)
    ]


def test_neighbouring_cells_are_nearly_one_region() -> None:
    """A thing cut in two by the grid: the paper's chain breaks it, the soft one does not."""
    found = grounded("striped shirt", {"striped": (4, 4), "shirt": (4, 5)})
    assert len(find_phrases(found, beta=0.2, reach=1.0)) == 2
    assert len(find_phrases(found, beta=0.2, reach=2.0)) == 1


def test_nothing_to_ground() -> None:
    assert find_phrases(WordRegions((), np.zeros((0, 9, 9), np.float32))) == []
    flat = WordRegions(("of", "the"), np.ones((2, 3, 3), np.float32))
    assert sum(p.last - p.first + 1 for p in find_phrases(flat)) == 2
    assert not phrase_words(flat.words, find_phrases(flat)[0])


def test_bonds_hold_articles_to_their_nouns() -> None:
    bonds = chunk_bonds(parts_of_speech(["a", "dog", "on", "the", "grass"]))
    assert bonds[0] > 1 > bonds[1]
    assert bonds[2] > 1
    assert bonds[3] > 1


def test_map_leaves_out_words_that_name_nothing() -> None:
    found = grounded("the dog", {"dog": (0, 8)})
    assert np.unravel_index(score_map(found, range(2)).argmax(), (9, 9)) == (0, 8)
    assert score_map(found, range(2)).max() == pytest.approx(0.7, abs=1e-6)


def test_box_of_a_planted_block_is_exact() -> None:
    scores = np.zeros((9, 9))
    scores[2:5, 3:8] = 1.0
    scores[8, 0] = 0.9  # as hot, but it does not hang together
    x, y, width, height = peak_box(scores, 900, 450, level=0.5 - scores.mean() / (1 - scores.mean()) * 0.5)
    assert (x, y, width, height) == (300, 100, 500, 150)


def test_box_stays_in_the_picture() -> None:
    for place in itertools.product((0, 4, 8), repeat=2):
        scores = np.zeros((9, 9))
        scores[place] = 1
        x, y, width, height = peak_box(scores, 31, 17)
        assert 0 <= x < x + width <= 31
        assert 0 <= y < y + height <= 17
        assert x <= (place[1] + 0.5) / 9 * 31 <= x + width
        assert y <= (place[0] + 0.5) / 9 * 17 <= y + height
    assert peak_box(np.ones((9, 9)), 31, 17) == (0, 0, 31, 17)


@pytest.mark.parametrize(
    ("caption", "nouns", "verbs"),
    [
        ("A black dog jumps over a fence .", "dog fence", "jumps"),
        ("Two people walk along the beach while a boat sails by .", "people beach boat", "walk sails"),
        ("A high jump in front of the building", "jump building", ""),
        ("The man, wearing a red shirt, takes pictures.", "man, shirt, pictures.", "wearing takes"),
        ("A boy and girl play with a skateboard", "boy girl skateboard", "play"),
        ("A small family sits happily in the tall grass", "family grass", "sits"),
    ],
)
def test_parts_of_speech(caption: str, nouns: str, verbs: str) -> None:
    words = caption.split()
    parts = parts_of_speech(words)
    assert [w for w, p in zip(words, parts, strict=True) if p is Part.NOUN] == nouns.split()
    assert [w for w, p in zip(words, parts, strict=True) if p is Part.VERB] == verbs.split()
