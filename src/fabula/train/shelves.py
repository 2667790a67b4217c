"""What of a shelf of novels sentence vectors are learned from: runs of sentences, evenly from genres and novels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from fabula.files.book.sentences import iter_sentences
from fabula.files.novels import Novel, is_held_back


def split_shelf(novels: Iterable[Novel]) -> tuple[list[Novel], list[Novel]]:
    """The novels to learn from, and those that are held back.

    Of a shelf that has none to hold back, the first by title is; a lone novel is not.
    """
    learned: list[Novel] = []
    held: list[Novel] = []
    for novel in novels:
        (held if is_held_back(novel) else learned).append(novel)
    if not held and len(learned) > 1:
        held = [min(learned, key=lambda novel: novel.title)]
        learned.remove(held[0])
    return learned, held


def prose_sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, without headings and ornaments, which have no small letter."""
    found = (paragraph[start:end] for start, end in iter_sentences(paragraph))
    return [sentence for sentence in found if any(letter.islower() for letter in sentence)]


def sample_runs(novels: Sequence[Novel], count: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Runs of neighbouring sentences: as many from each genre, and within a genre from each novel.

    A novel gives one run from a random paragraph on, which goes on at its beginning when it comes to its end (then it
    is two). What a short novel or a small genre lacks is taken from the next.

    Args:
        novels: the shelf.
        count: sentences in all.
        rng: where runs begin.
    """
    genres: defaultdict[str, list[Novel]] = defaultdict(list)
    for novel in novels:
        genres[novel.genre].append(novel)
    smallest_first = sorted(genres.values(), key=lambda own: sum(map(_letters, own)))
    for places, own in zip(range(len(smallest_first), 0, -1), smallest_first, strict=True):
        left = count // places
        for novels_left, novel in zip(range(len(own), 0, -1), sorted(own, key=_letters), strict=True):
            taken = 0
            for run in _runs(novel, -(-left // novels_left), rng):
                taken += len(run)
                yield run
            left -= taken
            count -= taken


def _letters(novel: Novel) -> int:
    return sum(map(len, novel.paragraphs))


def _runs(novel: Novel, count: int, rng: np.random.Generator) -> Iterator[list[str]]:
    start = int(rng.integers(max(len(novel.paragraphs), 1)))
    for paragraphs in (novel.paragraphs[start:], novel.paragraphs[:start]):
        run: list[str] = []
        for paragraph in paragraphs:
            if len(run) >= count:
                break
            run += prose_sentences(paragraph)
        del run[count:]
        count -= len(run)
        if run:
            yield run
