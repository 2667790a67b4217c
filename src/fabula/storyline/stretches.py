"""Texts cut into stretches of some sixty words, which sentence encoders can read whole."""

import itertools
from collections.abc import Sequence

import numpy as np

from fabula.features import embed, open_cache
from fabula.files.store import Store
from fabula.records import Progress

WORDS = 60  # of a stretch: MAP on trailers is 0.48, with stretches of twenty words 0.46
MOST = 40  # stretches of a text that are read for its tags, evenly spread: all of a book would take minutes


def text_vectors(
    texts: Sequence[str],
    encoder: str,
    store: Store | None = None,
    progress: Progress | None = None,
    most: int | None = MOST,
) -> list[np.ndarray]:
    """The vectors (w, d) of the stretches of each text, at most ``most`` of each (None: all), evenly spread."""
    parts = [_spread(text_stretches(text), most) for text in texts]
    flat = embed([part for own in parts for part in own], encoder, store or open_cache(), progress)
    ends = np.cumsum([0, *map(len, parts)])
    return [flat[a:b] for a, b in itertools.pairwise(ends.tolist())]


def _spread(parts: Sequence[str], most: int | None) -> Sequence[str]:
    if most is None or len(parts) <= most:
        return parts
    chosen = np.linspace(0, len(parts) - 1, most).round().astype(int)
    return [parts[k] for k in chosen]


def text_stretches(text: str) -> list[str]:
    """Stretches of about ``WORDS`` words: neighbouring lines, where a line that is longer is cut."""
    lines = []
    for line in text.splitlines():
        words = line.split()
        pieces = max(len(words) // WORDS, 1)
        cuts = [len(words) * k // pieces for k in range(pieces + 1)]
        lines += [" ".join(words[a:b]) for a, b in itertools.pairwise(cuts) if a < b]
    return [" ".join(lines[a:b]) for a, b in stretches(lines)]


def stretches(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Neighbouring lines that have ``WORDS`` words at least: (first, after last). Few left over go to those before."""
    spans: list[tuple[int, int]] = []
    first, words = 0, 0
    for k, line in enumerate(lines):
        words += len(line.split())
        if words >= WORDS:
            spans.append((first, k + 1))
            first, words = k + 1, 0
    if words and spans and words < WORDS / 2:
        spans[-1] = (spans[-1][0], len(lines))
    elif words:
        spans.append((first, len(lines)))
    return spans
