"""Which word of one sentence is which of another: METEOR's aligner (Denkowski and Lavie 2014, section 2)."""

import functools
from dataclasses import dataclass

from fabula.metrics.tokens import Tokens

BEAM = 40  # states kept from word to word, as METEOR's own; captions seldom need more than ten
EXACT, STEM = 2, 1  # what a match counts in the search
_NONE = -2  # no word, and next to none


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A word of the candidate and one of the reference, by position: the same word (``exact``) or the same stem."""

    candidate: int
    reference: int
    exact: bool


@dataclass(slots=True)
class _State:
    """A way to align the reference's words so far. ``used`` has a bit for each word of the candidate that is taken."""

    worth: int = 0
    chunks: int = 0
    distance: int = 0
    used: int = 0
    last: int = _NONE
    matches: tuple[WordMatch, ...] = ()

    def extended(self, match: WordMatch) -> "_State":
        return _State(
            self.worth + (EXACT if match.exact else STEM),
            self.chunks + (match.candidate != self.last + 1),
            self.distance + abs(match.candidate - match.reference),
            self.used | 1 << match.candidate,
            match.candidate,
            (*self.matches, match),
        )

    def skipped(self) -> "_State":
        return _State(self.worth, self.chunks, self.distance, self.used, _NONE, self.matches)


def _order(state: _State) -> tuple[int, int, int]:
    return (-state.worth, state.chunks, state.distance)


class Stemmed:
    """A sentence with its stems, and the positions of each stem."""

    __slots__ = ("places", "stems", "words")

    def __init__(self, words: Tokens) -> None:
        self.words, self.stems = words, [stem(word) for word in words]
        self.places: dict[str, list[int]] = {}
        for place, root in enumerate(self.stems):
            self.places.setdefault(root, []).append(place)


def align_words(candidate: Stemmed, reference: Stemmed) -> tuple[tuple[WordMatch, ...], int]:
    """The best alignment, each word used once at most, and its number of chunks.

    Best has the most matches (a stem counts half), then the fewest chunks (matches that are neighbours and in order on
    both sides make one), then the smallest sum of distances between positions.
    """
    states = [_State()]
    for place, root in enumerate(reference.stems):
        others = candidate.places.get(root)
        if not others:
            for state in states:
                state.last = _NONE
            continue
        options = [WordMatch(k, place, candidate.words[k] == reference.words[place]) for k in others]
        certain = len(others) == 1 and len(reference.places[root]) == 1
        states = _advance(states, options, certain)
    best = min(states, key=_order)
    return best.matches, best.chunks


def _advance(states: list[_State], options: list[WordMatch], certain: bool) -> list[_State]:
    """Every state with every match that is still free, and with none; of those with one future the best, as a beam.

    A match without a rival on either side is certain: nothing is gained by leaving it out.
    """
    best: dict[tuple[int, int], _State] = {}
    for state in states:
        following = [state.extended(match) for match in options if not state.used >> match.candidate & 1]
        for new in following if certain else [*following, state.skipped()]:
            key = (new.used, new.last)
            if key not in best or _order(new) < _order(best[key]):
                best[key] = new
    return sorted(best.values(), key=_order)[:BEAM]


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's stem, by the English stemmer of Snowball (Porter 2)."""
    root: str = _stemmer().stemWord(word)
    return root


@functools.cache
def _stemmer():  # type: ignore[no-untyped-def]  # the package has no types
    import snowballstemmer  # late: it brings thirty languages

    return snowballstemmer.stemmer("english")
