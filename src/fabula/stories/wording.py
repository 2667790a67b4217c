"""Which words are a book's own? Words that it uses more, or less, than novels do.

Log odds with an informative prior (Monroe, Colaresi and Quinn 2008, section 3.3.1): what is rare must be very uneven to
count. Words that only one of several books uses are its matter, not the shelf's manner, and are left out.
"""

import functools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from fabula.align.words import tokenise
from fabula.files.output import write_text

MOST = 400  # words of a style
SURE = 2.58  # standard errors that the log odds are from 0
SHARED = 0.3  # of the books of a shelf must use a word
KNOWN = 10_000  # words of which it is known how usual they are
VERY_USUAL = 0.0025  # of all words: "the", "from", "into", no noun

Usual = Mapping[str, float]
"""How often novels use a word: its share of all words."""


def own_words(books: Sequence[Sequence[str]], usual: Usual) -> dict[str, float]:
    """The words that are a shelf's own, with log odds against usual prose: above 0 it uses them more.

    Args:
        books: the passages of each book.
        usual: how often novels use each word; others are not looked at.
    """
    counts = [count_words(passages) for passages in books]
    words = list(usual)
    used = np.array([[own[word] for word in words] for own in counts], float)
    totals = np.array([max(sum(own.values()), 1) for own in counts], float)[:, None]
    shared = (used > 0).mean(0) >= SHARED
    share = (used / totals).mean(0)  # each book alike
    expected = np.array([usual[word] for word in words])
    whole = float(totals.sum())
    odds = np.log((share * whole + 1) / (expected * whole + 1))  # a prior of one use
    error = np.sqrt(1 / (share * whole + 1) + 1 / (expected * whole + 1))
    sure = np.where(shared | (odds < 0), np.abs(odds) / error, 0.0)
    chosen = [k for k in np.argsort(-sure, kind="stable")[:MOST].tolist() if sure[k] > SURE]
    return {words[k]: round(float(odds[k]), 3) for k in chosen}


def count_words(passages: Iterable[str]) -> Counter[str]:
    """How often each word occurs, case folded."""
    return Counter(word for passage in passages for word in tokenise(passage))


def learn_usual(books: Sequence[Sequence[str]]) -> dict[str, float]:
    """How often novels use each of the ten thousand commonest words, each novel counting alike."""
    shares: Counter[str] = Counter()
    for passages in books:
        counts = count_words(passages)
        whole = max(sum(counts.values()), 1)
        shares.update({word: count / whole for word, count in counts.items()})
    return {word: share / len(books) for word, share in shares.most_common(KNOWN)}


def save_usual(usual: Usual, path: Path, *, force: bool = False) -> None:
    """Write how usual words are (.json)."""
    rounded = {word: float(f"{share:.3g}") for word, share in usual.items()}
    write_text(path, json.dumps(rounded, ensure_ascii=False) + "\n", force=force)


@functools.cache
def load_usual() -> Usual:
    """What ships: how usual words are in the novels that the storyteller learned from."""
    found = resources.files("fabula.models").joinpath("weights", "styles", "usual_words.json")
    usual: Usual = json.loads(found.read_text("utf-8"))
    return usual


@functools.cache
def very_usual() -> frozenset[str]:
    """The words that no prose does without: articles, pronouns, prepositions, forms of "to be"."""
    return frozenset(word for word, share in load_usual().items() if share >= VERY_USUAL)
