"""Evidence from the meaning of sentences, where the words leave open which speech of the screenplay a part speaks.

Sentence vectors (Reimers and Gurevych 2019) are compared only in such gaps, and only with the speeches around the place
where the chain over words has the part: elsewhere the words tell more, and everybody says "I don't know" somewhere.
"""

import re
from collections.abc import Sequence

import numpy as np

from fabula.align.turns import Part, Turn
from fabula.features import Encoder, embed
from fabula.files.store import Store

OPEN = 0.9  # a part is left open by the words if no speech reaches this probability
REACH = 8  # speeches to each side of the likeliest place
LEAST_WORDS = 3  # of a part: "Yes." means the same everywhere
AT_ZERO, PER_COSINE = -2.14, 7.65
"""Log-likelihood ratio of a cosine in nats: logistic regression on parts whose speech the screenplay as written
settles, against the other speeches around it, in drafts of three films with lines reworded or paraphrased."""
WEIGHT = 1.5  # as fitted, cues that the screenplay lacks are given a speech too often; more brings no more

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def meaning_evidence(
    parts: Sequence[Part],
    turns: Sequence[Turn],
    matched: np.ndarray,
    passing: np.ndarray,
    encoder: str | Encoder,
    store: Store,
) -> np.ndarray:
    """Log-likelihood ratio of each part speaking each speech, from sentence vectors alone: (parts, turns), in nats.

    Args:
        parts: turns of speech in the subtitles.
        turns: speeches of the screenplay.
        matched: (parts, turns) probability that a part speaks a speech, from its words.
        passing: (parts, turns) probability that it speaks none while the chain is there.
        encoder: of sentences, or its name.
        store: where vectors are kept.

    Returns:
        Zero for all pairs that are not compared.
    """
    found = np.zeros(matched.shape)
    pairs = _pairs_in_gaps(parts, matched, matched + passing)
    said = {k: " ".join(parts[k].text.split()) for k in pairs}
    written = {j: _sentences(turns[j].text) for near in pairs.values() for j in near}
    texts = sorted({*said.values(), *(text for sentences in written.values() for text in sentences)})
    if not texts:
        return found
    vector = dict(zip(texts, embed(texts, encoder, store), strict=True))
    for k, near in pairs.items():
        for j in near:
            alike = max(float(vector[said[k]] @ vector[sentence]) for sentence in written[j])
            found[k, j] = WEIGHT * (AT_ZERO + PER_COSINE * alike)
    return found


def _pairs_in_gaps(parts: Sequence[Part], matched: np.ndarray, around: np.ndarray) -> dict[int, range]:
    """For each part that the words leave open, the speeches that it is compared with."""
    places, turns = around.argmax(axis=1).tolist(), matched.shape[1]
    return {
        k: range(max(0, places[k] - REACH), min(turns, places[k] + REACH + 1))
        for k, part in enumerate(parts)
        if matched[k].max() < OPEN and len(part.tokens) >= LEAST_WORDS
    }


def _sentences(text: str) -> list[str]:
    """The sentences of a speech: a part is seldom more than one of them."""
    return _SENTENCE_END.split(" ".join(text.split()))
