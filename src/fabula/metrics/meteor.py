"""METEOR 1.5 (Denkowski and Lavie 2014) with its exact and stem stages, and its English parameters.

Differences from the authors' Java program, which coco-caption calls: there is no synonym stage (WordNet) and no
paraphrase stage (their table), so figures are lower than published ones. The function words, which count less than
others, are those that make up more than about a thousandth of English, as theirs, but written down here and not counted
in their newswire. In the search for the alignment a match by stem counts half, as in their configuration; the program
rounds that to nothing. Hyphened words and "'s" are taken apart like there; other words are left as they are.
"""

import re
from collections.abc import Sequence

import numpy as np

from fabula.metrics.tokens import Tokens
from fabula.metrics.word_alignment import Stemmed, align_words

ALPHA, BETA, GAMMA, DELTA = 0.85, 0.2, 0.6, 0.75  # tuned by the authors on judgements of English
STEM_WEIGHT = 0.6
_FUNCTION_WORDS = """
    a an the this that all some no not n't other more one two first last
    i you he she it we they him her them my his its our their who which what people
    is are was were be been has have had do did will would can could said
    of in on at to from by with for about into over up out after as than
    and or but if so when there also then new time
    -lrb- -rrb- ' s
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
_PARTS = re.compile(r"^-[lr][rsc]b-$|^'(?=s$)|[^-]+")


class Meteor:
    """The references of one picture, ready for any number of candidates."""

    def __init__(self, references: Sequence[Tokens]) -> None:
        self._references = [Stemmed(_parts(words)) for words in dict.fromkeys(references)]

    def counts(self, candidate: Tokens) -> np.ndarray:
        """(6,): what ``meteor_scores`` needs, against the reference that gives the best score.

        Matches weighted by stage and kind of word, of candidate and reference; their weighted lengths; matches; chunks
        (none for a caption that is the reference, which has no penalty).
        """
        stemmed = Stemmed(_parts(candidate))
        each = np.array([_compare(stemmed, reference) for reference in self._references])
        best: np.ndarray = each[meteor_scores(each).argmax()]
        return best


def meteor_scores(counts: np.ndarray) -> np.ndarray:
    """METEOR from counts: (..., 6) of ``Meteor.counts``, of a sentence or summed over a corpus -> (...) in 0..1."""
    precision = counts[..., 0] / np.maximum(counts[..., 2], 1e-12)
    recall = counts[..., 1] / np.maximum(counts[..., 3], 1e-12)
    mean = precision * recall / np.maximum(ALPHA * precision + (1 - ALPHA) * recall, 1e-12)
    scattered = counts[..., 5] / np.maximum(counts[..., 4], 1)
    scores: np.ndarray = mean * (1 - GAMMA * scattered**BETA)
    return scores


def _compare(candidate: Stemmed, reference: Stemmed) -> list[float]:
    matches, chunks = align_words(candidate, reference)
    weights, other_weights = _weights(candidate.words), _weights(reference.words)
    whole = len(matches) == len(candidate.words) == len(reference.words)
    stages = [1.0 if match.exact else STEM_WEIGHT for match in matches]
    return [
        sum(stage * weights[match.candidate] for stage, match in zip(stages, matches, strict=True)),
        sum(stage * other_weights[match.reference] for stage, match in zip(stages, matches, strict=True)),
        sum(weights),
        sum(other_weights),
        len(matches),
        0 if whole and chunks == 1 else chunks,
    ]


def _parts(words: Tokens) -> Tokens:
    return tuple(part for word in words for part in (_PARTS.findall(word) or [word]))


def _weights(words: Tokens) -> list[float]:
    return [1 - DELTA if word in FUNCTION_WORDS else DELTA for word in words]
