"""How fast a query is, against its floor: the products of the matrices with the query's vectors alone."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.channels import unit_rows
from fabula.evaluate.speed import Timing
from fabula.files.project import Project, ShotVectors
from fabula.files.store import Store
from fabula.records import Book, Chapter, Cue, Matter, Medium, Passage, Progress, Sentence, Shot
from fabula.search import Models, SearchIndex
from fabula.vision import HashVision

SHOTS, SHOT_SIZE = 100_000, 512
SENTENCES, SENTENCE_SIZE = 200_000, 384
QUERIES = 20
VOCABULARY, WORDS = 30_000, 10
A_PASSAGE = 4  # sentences


@dataclass(frozen=True)
class SearchSpeed:
    """Medians in seconds: a whole query, encoding left out; the bare products; and the same for the shots alone."""

    shots: int
    sentences: int
    query: float
    products: float
    pictures: float
    picture_products: float
    loading: float

    @property
    def ratio(self) -> float:
        """How many times as long as the bare products a query takes."""
        return self.query / self.products


class _Random:
    """An encoder and a vision whose vectors are random: what is measured does not depend on them."""

    def __init__(self, name: str, dimension: int) -> None:
        self.name, self.dimension = name, dimension
        self._rng = np.random.default_rng(0)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Random vectors: (n, d) float32, rows of unit length."""
        return unit_rows(self._rng.standard_normal((len(texts), self.dimension), np.float32))


class _RandomVision(HashVision):
    """A vision model whose vectors of texts are random."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension)
        self._random = _Random(self.name, dimension)

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Random vectors: (n, d) float32, rows of unit length."""
        return self._random.encode(texts)


def measure_search(shots: int = SHOTS, sentences: int = SENTENCES, queries: int = QUERIES) -> SearchSpeed:
    """Time queries over a made-up project: half of the sentences are cues, half a book's, words as skewed as language.

    Args:
        shots: with vectors of SHOT_SIZE.
        sentences: with vectors of SENTENCE_SIZE.
        queries: of which the median is taken.
    """
    rng = np.random.default_rng(0)
    ranks = np.minimum(rng.zipf(1.2, (sentences, WORDS)), VOCABULARY)
    texts = [" ".join(f"w{rank}" for rank in row) + "." for row in ranks.tolist()]
    vision, encoder = _RandomVision(SHOT_SIZE), _Random("random", SENTENCE_SIZE)
    project = _project(shots, texts, vision, rng)
    started = time.perf_counter()
    index = SearchIndex([project], models=Models(encoder, vision))
    loading = time.perf_counter() - started
    asked = [" ".join(texts[k].split()[:6]) for k in rng.integers(len(texts), size=queries)]
    assert index.pictures is not None
    matrices = [index.pictures.space.vectors, *(channel.space.vectors for channel in index.texts.values())]
    vectors = [matrix[0].copy() for matrix in matrices]
    seen = index.pictures
    alone = SearchIndex([project], [Medium.PICTURE], models=Models(encoder, vision))
    query, products, pictures, picture_products = _medians(
        [
            lambda k: index.search(asked[k]),
            lambda k: [matrix @ vector for matrix, vector in zip(matrices, vectors, strict=True)],
            lambda k: alone.search(asked[k]),
            lambda k: seen.space.vectors @ vectors[0],
        ],
        queries,
    )
    return SearchSpeed(shots, sentences, query, products, pictures, picture_products, loading)


def measure_queries() -> Iterator[Timing]:
    """A query among the shots alone, and among shots and sentences, against the bare products."""
    found = measure_search()
    shots, all_ = f"{found.shots:,} shots", f"{found.shots:,} shots and {found.sentences:,} sentences"
    yield Timing("bare product", found.picture_products, note=shots)
    yield Timing("query", found.pictures, "bare product", found.pictures / found.picture_products, shots)
    yield Timing("query", found.query, "bare products", found.ratio, f"{all_}, loaded in {found.loading:.1f} s")


def _project(shots: int, texts: list[str], vision: _RandomVision, rng: np.random.Generator) -> Project:
    """A project in memory with so many shots, and the texts as its cues and its book."""
    half = len(texts) // 2
    cues = [Cue(k + 1, 3.0 * k, 3.0 * k + 2, text) for k, text in enumerate(texts[:half])]
    store = Store(None)
    store.save_stage("subtitles", "made", {"cues": (Cue, cues)})
    cut = [Shot(k, 3.0 * k, 3.0 * k + 3, 72 * k, 72 * k + 71) for k in range(shots)]
    store.save_stage("film", "made", {"shots": (Shot, cut)})
    project = Project(store)
    # Set where the properties keep what they have read: a store of so many vectors would take longer than all the rest.
    project.__dict__["book"] = _book(texts[half:])
    vectors = unit_rows(rng.standard_normal((shots, SHOT_SIZE), np.float32))
    project.__dict__["shot_vectors"] = ShotVectors(vision.name, tuple(range(shots)), vectors)
    return project


def _book(texts: list[str]) -> Book:
    count = -(-len(texts) // A_PASSAGE)
    passages = tuple(Passage(k, 0, " ".join(texts[A_PASSAGE * k : A_PASSAGE * (k + 1)]), 0, 0) for k in range(count))
    sentences = tuple(Sentence(k, k // A_PASSAGE, text, 0, 0) for k, text in enumerate(texts))
    return Book("made", "Made", None, "", (Chapter(0, "One", Matter.BODY, 0, count - 1),), passages, sentences, "text")


def _medians(works: Sequence[Callable[[int], object]], times: int) -> list[float]:
    """Seconds of each work; they take turns, so that a busy machine is busy for all of them."""
    seconds = np.empty((times, len(works)))
    for k in range(times):
        for j, work in enumerate(works):
            started = time.perf_counter()
            work(k)
            seconds[k, j] = time.perf_counter() - started
    return [float(found) for found in np.median(seconds, axis=0)]
