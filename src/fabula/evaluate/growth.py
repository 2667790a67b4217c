"""How the cost of aligning a book grows with its size and the film's, on made-up texts, beside peers on the same data.

Each size is measured in a process of its own, because a process only knows the most memory that it ever had.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from fabula.align.stack import Pair, channel_stack
from fabula.evaluate.peers import drop_dtw, dtw
from fabula.features import load_encoder
from fabula.train.aligner import START

Result = TypeVar("Result")

SIZES = ((250, 1000), (500, 2000), (1000, 4000), (2000, 12_000))
LINE, TEXT, SENTENCES = 8, 60, 4  # words of a line and of a text, sentences of a text
DIMENSION = 384  # of the built-in encoder's vectors
VOCABULARY = 20_000
SAMPLE = 256  # sentences whose embedding is timed
DROPPED = 0.01  # quantile of the costs that a dropped element costs


@dataclass(frozen=True)
class Growth:
    """Seconds of each part for one size; ``memory`` is the most that the process held, in GB (None where unknown).

    ``embedding`` is what embedding its lines and sentences would take at the measured rate; ``ratio`` is what aligning
    (channels, network and chain) takes of that. ``dtw`` and ``drop_dtw`` walk the matrix of cosines alone.
    """

    units: int
    texts: int
    channels: float
    network: float
    chain: float
    memory: float | None
    embedding: float
    dtw: float
    drop_dtw: float

    @property
    def aligning(self) -> float:
        """Seconds of channels, network and chain together."""
        return self.channels + self.network + self.chain

    @property
    def ratio(self) -> float:
        """Seconds of aligning for each second of embedding."""
        return self.aligning / self.embedding


def measure_growth(sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[Growth]:
    """Cost for each size, (film units, texts), smallest first. Memory includes the interpreter and its libraries."""
    rate = _apart(embedding_rate)
    for units, texts in sizes:
        channels, network, chain, memory = _apart(align_made_up, units, texts)
        peers = _apart(warp_made_up, units, texts)
        embedding = (units + texts * SENTENCES) / rate
        yield Growth(units, texts, channels, network, chain, memory, embedding, *peers)


def _apart(work: Callable[..., Result], *arguments: int) -> Result:
    """The result of a function run in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def embedding_rate() -> float:
    """Sentences per second of the built-in encoder on made-up sentences of fifteen words, once it is loaded."""
    encoder, rng = load_encoder(), np.random.default_rng(0)
    sentences = _texts(rng, SAMPLE, TEXT // SENTENCES)
    encoder.encode(sentences[:8])
    started = time.perf_counter()
    encoder.encode(sentences)
    return SAMPLE / (time.perf_counter() - started)


def made_up_pair(units: int, texts: int, seed: int = 0) -> Pair:
    """Lines and texts of words as frequent as those of language, with random vectors."""
    rng = np.random.default_rng(seed)
    lines, prose = _texts(rng, units, LINE), _texts(rng, texts, TEXT)
    vectors = rng.standard_normal((units + texts * SENTENCES, DIMENSION), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Pair(lines, prose, vectors[:units], vectors[units:], np.arange(texts) * SENTENCES)


def _texts(rng: np.random.Generator, count: int, length: int) -> list[str]:
    """Texts whose words follow Zipf's law with Mandelbrot's offset: frequency ~ 1 / (rank + 2.7)."""
    shares = 1 / (np.arange(VOCABULARY) + 2.7)
    drawn = rng.choice(VOCABULARY, (count, length), p=shares / shares.sum())
    return [" ".join(_word(rank) for rank in row) for row in drawn.tolist()]


def _word(rank: int) -> str:
    """A word of letters for each rank; every tenth is written like a name, as names are a tenth of a novel's words."""
    letters = "w" + "".join(chr(ord("a") + int(digit)) for digit in str(rank))
    return letters.capitalize() if rank > 50 and rank % 10 == 0 else letters


def align_made_up(units: int, texts: int) -> tuple[float, float, float, float | None]:
    """Seconds for channels, network and chain, and the most memory that this process held, in GB."""
    from fabula.models.match_network import new_network  # torch is only imported where it is needed

    pair = made_up_pair(units, texts)
    network = new_network(len(channel_stack(made_up_pair(8, 8))[0, 0])).eval()  # weights do not change the cost
    started = time.perf_counter()
    stack = channel_stack(pair)
    stacked = time.perf_counter()
    evidence = network.evidence(stack)
    del stack  # as in AlignerModel.evidence, which keeps none
    read = time.perf_counter()
    START.marginals(evidence, np.zeros(units))
    return stacked - started, read - stacked, time.perf_counter() - read, peak_memory()


def warp_made_up(units: int, texts: int) -> tuple[float, float]:
    """Seconds of DTW and of Drop-DTW on the cosines of lines and texts."""
    pair = made_up_pair(units, texts)
    cost = 1 - pair.line_vectors @ pair.text_vectors.T
    started = time.perf_counter()
    dtw(cost)
    warped = time.perf_counter()
    drop_dtw(cost, float(np.quantile(cost, DROPPED)))
    return warped - started, time.perf_counter() - warped


def peak_memory() -> float | None:
    """The most memory that this process has held, in GB; None where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
