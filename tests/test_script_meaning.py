"""Meanings decide where words do not, and only there: an encoder with planted synonyms."""

import random
from collections.abc import Sequence

import numpy as np

from fabula.align.screenplay import align_screenplay
from fabula.align.script_meaning import AT_ZERO, OPEN, PER_COSINE, REACH, WEIGHT, meaning_evidence
from fabula.align.turns import Part, Turn
from fabula.features import HashEncoder
from fabula.files.store import Store
from fabula.records import Progress
from test_align_screenplay import cue, script, sentence


class Planted(HashEncoder):
    """Gives two texts that share no word the same vector, and remembers what it was asked."""

    def __init__(self, same: dict[str, str]) -> None:
        super().__init__()
        self.name = "planted"
        self.same = same
        self.asked: set[str] = set()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        self.asked |= set(texts)
        return super().encode([self.same.get(text, text) for text in texts], progress)


def test_another_wording_is_found_by_its_meaning() -> None:
    rng = random.Random(5)
    talk = [(("ANNA", "BORIS", "CLARA")[rng.randrange(3)], sentence(rng)) for _ in range(60)]
    other = "Marmalade skies shimmer everywhere."
    cues = [cue(i + 1, other if i == 30 else text) for i, (_, text) in enumerate(talk)]
    encoder = Planted({other: talk[30][1]})
    words = ["continuity"]
    assert align_screenplay(cues, script(talk), leave_out=words).cues[30].speaker is None
    found = align_screenplay(cues, script(talk), leave_out=words, encoder=encoder, store=Store(None))
    assert [c.speaker for c in found.cues] == [name for name, _ in talk]
    assert other in encoder.asked
    assert talk[5][1] not in encoder.asked  # its words leave nothing open, nor is it near a gap


def test_only_gaps_are_compared_with_the_speeches_around_them() -> None:
    turns = [Turn("A", 0, ("x",), (0,), f"Speech number {k}. Another sentence.") for k in range(40)]
    tokens = ("one", "two", "three")
    parts = [Part(0, 0, tokens, None, "Sure."), Part(1, 0, tokens, None, "Another\nsentence.")]
    parts.append(Part(2, 0, tokens[:1], None, "Short."))
    matched, passing = np.zeros((3, 40)), np.zeros((3, 40))
    matched[0, 3], passing[1, 20], passing[2, 20] = OPEN, 1, 1
    found = meaning_evidence(parts, turns, matched, passing, HashEncoder(), Store(None))
    assert not found[[0, 2]].any()
    near = np.arange(20 - REACH, 20 + REACH + 1)
    assert np.allclose(found[1, near], WEIGHT * (AT_ZERO + PER_COSINE), atol=0.05)
    assert not np.delete(found[1], near).any()


def test_without_a_gap_nothing_is_embedded() -> None:
    encoder = Planted({})
    turns = [Turn("A", 0, ("x",), (0,), "x")]
    sure = np.ones((1, 1))
    parts = [Part(0, 0, ("x", "y", "z"), None, "x y z")]
    assert not meaning_evidence(parts, turns, sure, 0 * sure, encoder, Store(None)).any()
    assert not encoder.asked
