"""All methods on the same chapters of AbLit, timed in one run: fabula's with and without its network, and peers."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.blocks import Block
from fabula.align.versions import align_versions
from fabula.align.words import tokenise
from fabula.evaluate.ablit import AblitScore, score_links
from fabula.evaluate.peers import DELETION, drop_dtw, dtw, overlap_links, vecalign
from fabula.features import Encoder, embed, load_encoder
from fabula.files.ablit import AbridgedChapter, Links
from fabula.files.store import Store

SIZE = 4  # sentences on both sides of vecalign's largest blocks together: its own default
TUNED_SIZE, TUNED_DELETION = 3, 0.01  # what serves vecalign best on the dev chapters of the novels not held back
DROP = 0.02  # the percentile of costs that Drop-DTW takes for a drop, tuned on the same chapters


_Method = Callable[[AbridgedChapter, int], Links]


@dataclass(frozen=True)
class Found:
    """A method's score and its links, one list for each chapter."""

    score: AblitScore
    links: list[Links]


def measure_ablit(
    chapters: Sequence[AbridgedChapter],
    *,
    embedded: bool = True,
    size: int = SIZE,
    encoder: str | Encoder = "builtin",
    store: Store | None = None,
) -> Iterator[Found]:
    """Every method's score on the chapters, fabula's first, each as soon as it is known.

    Args:
        chapters: what to align, at least one.
        embedded: also measure the peers that need vectors of sentences; they take minutes.
        size: the most sentences in one of vecalign's blocks, both sides together (from 2 on).
        encoder: for the peers that need vectors.
        store: where vectors are kept; a new one otherwise, so that the time to make them is really spent.
    """
    align_versions(["a word"], ["a word"])  # loads the weights
    yield _timed("fabula", chapters, lambda c, _: _fabula(c, network=True))
    yield _timed("fabula, rule without network", chapters, lambda c, _: _fabula(c, network=False))
    yield _timed("word overlap", chapters, lambda c, _: _cells(overlap_links(_words(c.abridged), _words(c.original))))
    if embedded:
        yield from _embedded(chapters, size, load_encoder(encoder) if isinstance(encoder, str) else encoder, store)


def _embedded(chapters: Sequence[AbridgedChapter], size: int, encoder: Encoder, store: Store | None) -> Iterator[Found]:
    store = store or Store(None)
    start = time.monotonic()
    single = [(_vectors(c.abridged, 1, encoder, store), _vectors(c.original, 1, encoder, store)) for c in chapters]
    spent = time.monotonic() - start
    yield _timed("DTW", chapters, lambda _, k: _cells(dtw(_distance(*single[k]))), spent)
    yield _timed("Drop-DTW", chapters, lambda _, k: _cells(_drop_dtw(*single[k])), spent)
    runs: list[list[list[np.ndarray]]] = [[[a], [b]] for a, b in single]
    for length in range(2, max(size, TUNED_SIZE)):
        start = time.monotonic()
        for sides, chapter in zip(runs, chapters, strict=True):
            for vectors, side in zip(sides, (chapter.abridged, chapter.original), strict=True):
                if length <= len(side):
                    vectors.append(_vectors(side, length, encoder, store))
        spent += time.monotonic() - start
        if length == TUNED_SIZE - 1:
            yield _timed("vecalign, tuned", chapters, _vecalign(runs, TUNED_SIZE, TUNED_DELETION), spent)
    yield _timed(f"vecalign, size {size}", chapters, _vecalign(runs, size, DELETION), spent)


def _vecalign(runs: list[list[list[np.ndarray]]], size: int, deletion: float) -> _Method:
    return lambda _, k: _blocks(vecalign(runs[k][0][: size - 1], runs[k][1][: size - 1], deletion))


def _timed(name: str, chapters: Sequence[AbridgedChapter], method: _Method, spent: float = 0.0) -> Found:
    start = time.monotonic()
    links = [method(chapter, k) for k, chapter in enumerate(chapters)]
    seconds = time.monotonic() - start + spent
    return Found(score_links(name, chapters, links, seconds, spent), links)


def _fabula(chapter: AbridgedChapter, *, network: bool) -> Links:
    found = align_versions(chapter.abridged, chapter.original, abridged=True, network=network)
    return _blocks((link.first_a, link.last_a, link.first_b, link.last_b) for link in found)


def _drop_dtw(a: np.ndarray, b: np.ndarray) -> list[tuple[int, int]]:
    cost = _distance(a, b)
    return drop_dtw(cost, float(np.quantile(cost, DROP)))


def _blocks(blocks: "Sequence[Block] | Iterator[Block]") -> Links:
    return [(list(range(a, b + 1)), list(range(c, d + 1))) for a, b, c, d in blocks]


def _cells(cells: Sequence[tuple[int, int]]) -> Links:
    return [([i], [j]) for i, j in cells]


def _words(sentences: Sequence[str]) -> list[list[str]]:
    return [tokenise(s) for s in sentences]


def _distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 - a @ b.T
    return found


def _vectors(sentences: Sequence[str], run: int, encoder: Encoder, store: Store) -> np.ndarray:
    """Vectors of the texts of ``run`` sentences from each sentence on: (len(sentences) - run + 1, d)."""
    return embed([" ".join(sentences[k : k + run]) for k in range(len(sentences) - run + 1)], encoder, store)
