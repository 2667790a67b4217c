"""How fast a shelf is searched, against its floor: the bare product of a matrix in memory with the query."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from fabula.align.channels import unit_rows
from fabula.evaluate.speed import Timing, seconds_of
from fabula.stories.passage_index import nearest

PASSAGES, SIZE = 1_000_000, 384
MADE = 50_000  # different vectors: more would take longer to make than all the searches
TOGETHER = 20  # queries at once, as a film's shots are
TIMES = 3
COUNT = 10


def measure_borrowing(passages: int = PASSAGES) -> Iterator[Timing]:
    """The bare product, then exact searches of random vectors that are float16 on disk: one query, and many at once.

    The floor's matrix is float32 in memory, a part of it that is used again and again.

    Args:
        passages: how many.
    """
    rng = np.random.default_rng(0)
    made = unit_rows(rng.standard_normal((min(MADE, passages), SIZE), np.float32))
    times = -(-passages // len(made))
    query = rng.standard_normal((TOGETHER, SIZE), np.float32)
    floor = Timing("bare product", _best(lambda: [made @ query[0] for _ in range(times)]))
    note = f"{passages:,} passages"
    yield Timing(floor.task, floor.seconds, note=note)
    with tempfile.TemporaryDirectory() as folder:
        matrix = _on_disk(Path(folder) / "vectors.npy", made, passages)
        centre, fits = made.mean(axis=0), np.ones(passages, bool)
        for count, task in ((1, "borrowing, one query"), (TOGETHER, f"borrowing, {TOGETHER} queries at once")):
            took = _best(partial(nearest, [matrix], query[:count], centre, COUNT, fits))
            yield Timing(task, took, floor.task, took / floor.seconds, note)


def _on_disk(path: Path, made: np.ndarray, passages: int) -> np.ndarray:
    """The vectors again and again, mapped from a file: (passages, d) float16."""
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(passages, SIZE))
    for first in range(0, passages, len(made)):
        matrix[first : first + len(made)] = made[: passages - first]
    return matrix


def _best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of some trials: a busy machine makes the others longer, never shorter."""
    return min(seconds_of(work) for _ in range(TIMES))
