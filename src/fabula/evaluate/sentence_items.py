"""What sentence encoders are asked: sentences of novels that nothing was learned from, and captions of pictures."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.files.captions import CaptionedPicture
from fabula.files.novels import Novel, read_novels
from fabula.train.shelves import prose_sentences, sample_runs, split_shelf

STRETCH = 5  # sentences of a paragraph whose order is to be found
FEWEST_WORDS = 4  # of a sentence that is asked for: "Yes." follows everything
APART = 5  # sentences between which nothing follows anything
WINDOW = 8  # sentences of a novel that are looked at for each that is asked
TEACHERS = 60  # novels, of those that are not held back, from which maps and orders are learned
SHORTEST = 200  # letters of a paragraph that may have five sentences


@dataclass(frozen=True, eq=False)
class SentenceItems:
    """The items, as rows of ``texts``; every encoder gets the very same.

    Args:
        texts: all sentences.
        pairs: (p, 3) a sentence of a held-back novel, the next one, and another one of the same novel.
        pair_novels: (p,) of which novel, by number.
        stretches: (s, 5) neighbouring sentences of a paragraph of a held-back novel.
        stretch_novels: (s,) of which novel.
        learned_pairs: (l, 2) a sentence and the next one of a novel that is not held back.
        learned_stretches: (m, 5) of such a novel.
        captions: (c, 2) two captions of a picture.
    """

    texts: tuple[str, ...]
    pairs: np.ndarray
    pair_novels: np.ndarray
    stretches: np.ndarray
    stretch_novels: np.ndarray
    learned_pairs: np.ndarray
    learned_stretches: np.ndarray
    captions: np.ndarray


def gather_items(
    books: Path,
    pictures: Sequence[CaptionedPicture] = (),
    count: int = 1000,
    learned: int = 2000,
    seed: int = 0,
) -> SentenceItems:
    """Draw the items: as many from each novel, as far as it has them.

    Args:
        books: a shelf that ``read_novels`` reads; the novels that training holds back are asked.
        pictures: those with two captions at least are asked.
        count: pairs, stretches and pictures.
        learned: stretches to learn orders from, and twice as many pairs to learn maps from.
        seed: of what is drawn.

    Raises:
        InputError: the shelf has too little text.
    """
    rng = np.random.default_rng(seed)
    teachers, held = split_shelf(read_novels(books))
    teachers = [teachers[k] for k in rng.permutation(len(teachers))[:TEACHERS].tolist()]
    rows: list[str] = []
    pairs, pair_novels = _drawn(held, count, rng, _pairs, rows)
    stretches, stretch_novels = _drawn(held, count, rng, _stretches, rows)
    learned_pairs, _ = _drawn(teachers, 2 * learned, rng, _pairs, rows)
    learned_stretches, _ = _drawn(teachers, learned, rng, _stretches, rows)
    if min(map(len, (pairs, stretches, learned_pairs, learned_stretches))) < 2 * STRETCH:
        problem = f"{len(held)} held-back novels and {len(teachers)} others have too little text to measure with"
        raise InputError(books, problem, "put more or longer novels there")
    said = [picture.captions[:2] for picture in pictures if len(picture.captions) > 1][:count]
    captions = _numbered(said, rows, 2)
    return SentenceItems(
        tuple(rows), pairs, pair_novels, stretches, stretch_novels, learned_pairs[:, :2], learned_stretches, captions
    )


Draw = Callable[[Novel, int, np.random.Generator], Iterator[Sequence[str]]]


def _drawn(
    novels: Sequence[Novel], count: int, rng: np.random.Generator, draw: Draw, rows: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """So many items, in turn from each novel: rows of texts, which are added to ``rows``, and numbers of novels."""
    each = -(-3 * count // (2 * max(len(novels), 1)))  # half as many again, where others are short
    own = [[(item, k) for item in itertools.islice(draw(novel, each, rng), each)] for k, novel in enumerate(novels)]
    found = [one for turn in itertools.zip_longest(*own) for one in turn if one is not None][:count]
    width = len(found[0][0]) if found else STRETCH
    return _numbered([item for item, _ in found], rows, width), np.array([novel for _, novel in found], int)


def _numbered(items: Iterable[Sequence[str]], rows: list[str], width: int) -> np.ndarray:
    first = len(rows)
    rows.extend(text for item in items for text in item)
    return np.arange(first, len(rows)).reshape(-1, width)


def _pairs(novel: Novel, count: int, rng: np.random.Generator) -> Iterator[Sequence[str]]:
    """A sentence, the next one, and one from elsewhere in the novel."""
    run = max(sample_runs([novel], WINDOW * count, rng), key=len, default=[])
    long_enough = np.array([len(sentence.split()) >= FEWEST_WORDS for sentence in run], bool)
    places = np.flatnonzero(long_enough)
    for place in rng.permutation(np.flatnonzero(long_enough[:-1] & long_enough[1:])).tolist():
        elsewhere = places[abs(places - place) > APART]
        if len(elsewhere):
            yield run[place], run[place + 1], run[int(rng.choice(elsewhere))]


def _stretches(novel: Novel, count: int, rng: np.random.Generator) -> Iterator[Sequence[str]]:
    """Five neighbouring sentences of a paragraph, one stretch from each."""
    for k in rng.permutation(len(novel.paragraphs)).tolist():
        if len(novel.paragraphs[k]) >= SHORTEST:
            sentences = prose_sentences(novel.paragraphs[k])
            if len(sentences) >= STRETCH:
                first = int(rng.integers(len(sentences) - STRETCH + 1))
                yield sentences[first : first + STRETCH]
