"""Ordinary words: those that a capital at the start of a sentence does not make a name."""

import functools
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fabula.align.names import WORD, inside_sentence
from fabula.align.words import tokenise
from fabula.files.text import read_text
from fabula.metrics.word_alignment import stem

LIST = Path(__file__).parent / "ordinary.txt"
LEAST = 40
"""Uses in small letters from which on a stem is ordinary; the novels that the list was learned from have 25 M words."""
SHARE = 0.3
"""Share of its uses inside sentences that are in small letters: a grace is ordinary, though some are called Grace."""

_MODERN = (
    "phone telephone television computer laptop internet email website video movie film camera radio robot "
    "helicopter airplane plane jet rocket astronaut spaceship spacecraft motorcycle motorbike scooter skateboard "
    "surfboard snowboard surfer skater skier ski snowboarder wetsuit frisbee baseball basketball volleyball "
    "football soccer tennis hockey golfer batter biker cyclist jogger teenager toddler kid guy jean sweatshirt "
    "tshirt hoodie sneaker sunglass bikini swimsuit pizza hamburger sandwich donut broccoli microwave fridge "
    "refrigerator toaster freezer blender suitcase backpack teddy bus truck taxi van minivan suv freeway highway "
    "airport parking skyscraper elevator escalator neon fluorescent graffiti selfie photo photographer cop "
    "bartender waitress okay emcee deejay "
    "gee yeah yep nope wow whoa ouch huh hmm hey ugh aha hush psst phew yikes oops goodbye"
)
"""Words of our time, which novels that are free of copyright do not know and captions are full of."""


def learn_ordinary(texts: Iterable[str], least: int = LEAST) -> list[str]:
    """The stems that prose writes in small letters, sorted: what ``ordinary.txt`` holds."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for found in WORD.finditer(text):
            word = found.group()
            if word[0].islower():
                small[word] += 1
            elif inside_sentence(text, found.start()) and not word.isupper():
                capital[word] += 1
    small, capital = _by_stem(small), _by_stem(capital)
    return sorted(s for s, n in small.items() if s and n >= least and n >= SHARE * (n + capital[s]))


def is_ordinary(word: str) -> bool:
    """Whether a word, in whatever case, is one of the language rather than somebody's name."""
    root = _stem(word)
    return len(root) < 2 or root in _stems()


def _by_stem(words: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for word, count in words.items():
        found[_stem(word)] += count
    return found


def _stem(word: str) -> str:
    """The stem of what stands before an apostrophe (who'll, Marcus's), without accents."""
    return stem("".join(tokenise(word.replace("’", "'").partition("'")[0])))


@functools.cache
def _stems() -> frozenset[str]:
    return frozenset(read_text(LIST).text.split()) | {_stem(word) for word in _MODERN.split()}
