"""How likely the speaker changes from one turn of speech in the subtitles to the next.

Three kinds of evidence: how the subtitles are written (a dash, an unfinished sentence, a small letter, a pause), how
long speeches are at that place of the screenplay, and whether the speech that was just heard is said to its end. The
last tells most: words that the screenplay lacks follow a finished speech when someone else speaks them, and stand
in the middle of one when they were put into its speaker's mouth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.lattice import longest_common_subsequence
from fabula.align.turns import Part, Turn
from fabula.records import Cue

WEIGHTS = {
    "always": 0.41,
    "in one cue": 3.11,
    "finished": -0.69,
    "unfinished": -1.64,
    "small letter": -3.3,
    "no pause": 0.39,
    "into two parts": 0.43,
    "words before": -0.66,
    "words after": -0.88,
    "speeches are short": 0.6,
    "answer": 0.53,
    "speech ended": 2.08,
    "speech nearly ended": 1.62,
    "speech going on": 0.77,
    "speech begins": 2.06,
    "speech nearly begins": 1.78,
    "speech begun before": 0.72,
}
"""Log-odds, fitted by logistic regression on drafts of three films (``fabula.evaluate.script_fit``)."""

ANSWERS = {
    *(
        "yes",
        "no",
        "yeah",
        "oh",
        "well",
        "what",
        "why",
        "who",
        "how",
        "sure",
        "okay",
        "all",
        "hello",
        "where",
        "really",
    ),
    *("thank", "thanks", "nothing", "never", "please", "im", "i"),
}
"""First words that begin a speech more often than a later sentence of one."""

LONG = 10  # words; beyond that, length says no more
NEARLY = 3  # words
REACH = 10.0  # speeches: over so many the length of speeches is averaged
PER_SPEECH = 0.8  # cues join and split sentences, so that speakers change a little less often than lengths say


@dataclass(frozen=True)
class Match:
    """Which speech a part speaks, and the first and last of its words there."""

    turn: int
    first: int
    last: int


def match_turns(parts: Sequence[Part], turns: Sequence[Turn], matched: np.ndarray, least: float) -> list[Match | None]:
    """The speech of each part whose probability is at least ``least``, with the words that it covers.

    Args:
        parts: turns of speech in the subtitles.
        turns: speeches of the screenplay.
        matched: (parts, turns) probability that a part speaks that speech.
        least: below this a part counts as not in the screenplay.
    """
    return [
        _match(part, int(row.argmax()), turns) if row.max() >= least else None
        for part, row in zip(parts, matched, strict=True)
    ]


def _match(part: Part, place: int, turns: Sequence[Turn]) -> Match:
    words = longest_common_subsequence(turns[place].tokens, part.tokens)
    if not len(words):
        return Match(place, 0, len(turns[place].tokens) - 1)
    return Match(place, int(words[0, 0]), int(words[-1, 0]))


def change_features(
    cues: Sequence[Cue],
    parts: Sequence[Part],
    turns: Sequence[Turn],
    matches: Sequence[Match | None],
    places: Sequence[int],
) -> np.ndarray:
    """What speaks for a change of speaker between each part and the one before it, a column for each of ``WEIGHTS``.

    Args:
        cues: the subtitles.
        parts: turns of speech in the subtitles.
        turns: speeches of the screenplay.
        matches: what each part speaks (``match_turns``).
        places: where in the screenplay each part is, spoken or not.

    Returns:
        (parts, features) float64; the first row is zero.
    """
    brevity = _brevity(parts, turns)
    rows = np.zeros((len(parts), len(WEIGHTS)))
    for k in range(1, len(parts)):
        before, after = parts[k - 1], parts[k]
        known = {"always": 1.0}
        if before.cue == after.cue:
            known["in one cue"] = 1.0
        else:
            known |= _written(cues, before, after) | {"speeches are short": brevity[places[k]]}
        known["words before"], known["words after"] = (min(len(p.tokens), LONG) / LONG for p in (before, after))
        known |= _speech_edges(matches[k - 1], matches[k], turns)
        rows[k] = [known.get(name, 0.0) for name in WEIGHTS]
    return rows


def change_probability(features: np.ndarray, weights: Sequence[float] = tuple(WEIGHTS.values())) -> np.ndarray:
    """Probability of a change of speaker from ``change_features``: (parts,)."""
    found: np.ndarray = 1 / (1 + np.exp(-features @ np.asarray(weights)))
    return found


def _written(cues: Sequence[Cue], before: Part, after: Part) -> dict[str, float]:
    """What the writing of two neighbouring cues says."""
    last, first = before.text.rstrip(" \"'”’)]\n")[-1:], after.text.lstrip()[:1]
    found = {
        "finished": last in ".!",
        "unfinished": last not in ".!?",
        "small letter": first.islower(),
        "no pause": cues[after.cue].start - cues[before.cue].end < 0.2,
        "into two parts": len(cues[after.cue].parts) > 1,
        "answer": after.tokens[0] in ANSWERS,
    }
    return {name: float(true) for name, true in found.items()}


def _speech_edges(before: Match | None, after: Match | None, turns: Sequence[Turn]) -> dict[str, float]:
    """Where the screenplay is left or reached: how many words of the speech are missing there."""
    if before and not after:
        left = len(turns[before.turn].tokens) - 1 - before.last
        names = ("speech ended", "speech nearly ended", "speech going on")
    elif after and not before:
        left, names = after.first, ("speech begins", "speech nearly begins", "speech begun before")
    else:
        return {}
    return {names[0 if left <= 0 else 1 if left <= NEARLY else 2]: 1.0}


def _brevity(parts: Sequence[Part], turns: Sequence[Turn]) -> np.ndarray:
    """Log-odds of a change after each part, from the length of the speeches around each place: (turns,)."""
    lengths = np.array([len(turn.tokens) for turn in turns], float)
    place = np.arange(len(turns))
    near = np.exp(-np.abs(place[:, None] - place) / REACH)
    cues_each = near @ lengths / near.sum(axis=1) / np.mean([len(part.tokens) for part in parts])
    rate = np.clip(PER_SPEECH / cues_each, 0.05, 0.95)
    odds: np.ndarray = np.log(rate / (1 - rate))
    return odds
