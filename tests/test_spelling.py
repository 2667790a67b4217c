"""Two spellings of a word are made one: against comparing every pair of words by edit distance."""

import itertools
import random
from collections import Counter

from fabula.align.spelling import SHORTEST, other_spellings, with_one_spelling
from fabula.align.turns import Part, Turn


def alike(a: str, b: str) -> bool:
    """Whether at most one letter left out of each makes two words one, tried letter by letter."""
    return any(x == y for x in (a, *without_one(a)) for y in (b, *without_one(b)))


def without_one(word: str) -> list[str]:
    return [word[:k] + word[k + 1 :] for k in range(len(word))]


def test_the_index_finds_what_comparing_all_pairs_finds() -> None:
    rng = random.Random(1)
    words = ["".join(rng.choice("abc") for _ in range(rng.randrange(2, 8))) for _ in range(400)]
    own, other = Counter(words[:120]), Counter(words[120:])
    found = other_spellings(own, other)
    for word in own:
        near = [w for w in other if alike(word, w) and min(len(word), len(w)) >= SHORTEST]
        if word in other or not near:
            assert word not in found
        else:
            assert found[word] in near
            assert other[found[word]] == max(other[w] for w in near)


def test_each_kind_of_slip_is_mended_and_common_words_stay() -> None:
    said = Counter(["harbour", "letter", "winter", "candle", "house", "horse", "let"])
    written = Counter(["harbor", "lettter", "witner", "cendle", "house", "lit"])
    assert other_spellings(written, said) == {
        "harbor": "harbour",
        "lettter": "letter",
        "witner": "winter",
        "cendle": "candle",
    }


def test_both_sides_get_one_spelling_and_keep_their_texts() -> None:
    turns = [Turn("A", 0, ("the", "harbor", "lights"), (0, 0, 0), "The harbor lights")]
    parts = [Part(0, 0, ("the", "harbour", "lihgts"), None, "The harbour lihgts")]
    mended, written = with_one_spelling(parts, turns)
    assert mended[0].tokens == written[0].tokens
    assert (mended[0].text, written[0].text) == ("The harbour lihgts", "The harbor lights")
    same = list(itertools.chain(*with_one_spelling(mended, written)))
    assert same == [*mended, *written]
