"""One spelling for both texts: a word that only one of them has becomes the word of the other that is nearly alike.

Subtitles and screenplays spell dialect, names and compounds in their own ways, and scanned screenplays have misread
letters. Words are alike when one letter is missing, added, wrong, or two neighbours changed places: then they become
the same by deleting at most one letter from each (the symmetric deletions of Garbe 2012, SymSpell), so that words
are looked up and not compared one by one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from fabula.align.turns import Part, Turn

SHORTEST = 4  # letters; of shorter words nearly every one is like another


def with_one_spelling(parts: Sequence[Part], turns: Sequence[Turn]) -> tuple[list[Part], list[Turn]]:
    """The turns of speech of both sides with tokens that are spelt alike; their texts stay."""
    said = Counter(word for part in parts for word in part.tokens)
    written = Counter(word for turn in turns for word in turn.tokens)
    new = other_spellings(written, said)
    turns = [replace(turn, tokens=tuple(new.get(word, word) for word in turn.tokens)) for turn in turns]
    written = Counter(word for turn in turns for word in turn.tokens)
    new = other_spellings(said, written)
    return [replace(part, tokens=tuple(new.get(word, word) for word in part.tokens)) for part in parts], turns


def other_spellings(own: Counter[str], other: Counter[str]) -> dict[str, str]:
    """For each word that only one text has, the commonest word of the other text that is nearly alike, if there is one.

    Args:
        own: the words whose spelling may change, with their numbers.
        other: the words of the other text.
    """
    index: dict[str, list[str]] = {}
    for word in other:
        for stem in _deletions(word):
            index.setdefault(stem, []).append(word)
    found = {}
    for word in own.keys() - other.keys():
        alike = {near for stem in _deletions(word) for near in index.get(stem, ())}
        if alike:
            found[word] = max(alike, key=lambda near: (other[near], near))
    return found


def _deletions(word: str) -> set[str]:
    """The word itself and with one letter left out; nothing of a short word."""
    return {word, *(word[:k] + word[k + 1 :] for k in range(len(word)))} if len(word) >= SHORTEST else set()
