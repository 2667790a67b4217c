"""Evidence that a turn of speech in the subtitles is a certain speech of the screenplay."""

from collections.abc import Collection, Sequence

import numpy as np

from fabula.align.lattice import longest_common_subsequence
from fabula.align.likelihood import word_likelihood
from fabula.align.turns import Part, Turn

DEPENDENCE = 0.7  # words of one line are not independent: their joint likelihood ratio is worth about this share
IN_ORDER = 0.5  # nats for each word that the longest common subsequence of the whole film matches
DOUBT = 0.5  # nats that a match must overcome, so that a line which shares no word with its place stays open
NAMED = 3.0  # nats for or against a speaker whom the subtitles name themselves


def turn_evidence(parts: Sequence[Part], turns: Sequence[Turn], leave_out: Collection[str] = ()) -> np.ndarray:
    """Log-likelihood ratio of each part speaking each speech, against speaking none: (parts, turns), in nats.

    Args:
        parts: turns of speech in the subtitles.
        turns: speeches of the screenplay.
        leave_out: "likelihood" or "words in order", for measurements.
    """
    spoken, written = [part.tokens for part in parts], [turn.tokens for turn in turns]
    evidence = np.full((len(parts), len(turns)), -DOUBT)
    if "likelihood" not in leave_out:
        evidence += DEPENDENCE * word_likelihood(spoken, written)
    if "words in order" not in leave_out:
        evidence += IN_ORDER * _words_in_order(spoken, written)
    known = {turn.speaker for turn in turns}
    for row, part in zip(evidence, parts, strict=True):
        if part.name and part.name.upper() in known and "subtitle names" not in leave_out:
            row += [NAMED if turn.speaker == part.name.upper() else -NAMED for turn in turns]
    return evidence


def _words_in_order(spoken: Sequence[Sequence[str]], written: Sequence[Sequence[str]]) -> np.ndarray:
    """How many words of each part the longest common subsequence finds in each turn: (parts, turns)."""
    pairs = longest_common_subsequence([w for t in written for w in t], [w for t in spoken for w in t])
    turn_of = np.repeat(np.arange(len(written)), [len(t) for t in written])
    part_of = np.repeat(np.arange(len(spoken)), [len(t) for t in spoken])
    found = np.zeros((len(spoken), len(written)))
    np.add.at(found, (part_of[pairs[:, 1]], turn_of[pairs[:, 0]]), 1)
    return found
