"""Words tied to regions of a picture -> phrases tied to regions, and their boxes. Arrays in, records out.

The chain of Karpathy and Fei-Fei (2015, section 3.1.4): neighbouring words are encouraged to speak of one region, so
that the words of a caption fall into phrases. Beyond the paper, and each of them optional: regions that are close on
the grid count as nearly the same one, because a grid cuts things into pieces; and words that name nothing have no say,
but hold to the word that they belong to.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.caption_words import CONTENT, Part, parts_of_speech
from fabula.vision import WordRegions

BETA = 0.5  # in standard deviations of a caption's scores; on Flickr8k dev it gives phrases of four words
REACH = 3.0  # cells
LEVEL = 0.5  # of the way from a map's mean to its peak: where a box ends
FINE = 8  # steps within a cell, for boxes that end between cells
CLOSED, LOOSE = 2.0, 0.5  # how words hold together: "the" to its noun, a noun to the preposition after it
JOINED = 0.5  # of beta: words that earn as much together are one phrase

Box = tuple[int, int, int, int]
"""x, y, width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words ``first`` to ``last`` (inclusive), the region that they speak of, and their mean score there."""

    first: int
    last: int
    region: int
    score: float


def nearness(rows: int, columns: int, reach: float = 1.0) -> np.ndarray:
    """How nearly two cells of a grid are one region: (cells, cells), 1 on the diagonal, 0 from ``reach`` on.

    A reach of 1 is the paper's: a cell is like itself alone.
    """
    places = np.argwhere(np.ones((rows, columns))).astype(float)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    near: np.ndarray = np.maximum(0.0, 1.0 - apart / reach)
    return near


def chunk_bonds(parts: Sequence[Part]) -> np.ndarray:
    """How closely each word of a caption holds to the next one: (words - 1,), 1 where nothing is known.

    Articles, prepositions and adjectives hold to what follows; a new phrase likely begins before a preposition, an
    article or a verb.
    """
    bonds = np.ones(max(len(parts) - 1, 0))
    for k, (left, right) in enumerate(itertools.pairwise(parts)):
        if left in (Part.DETERMINER, Part.LINK, Part.QUALITY):
            bonds[k] = CLOSED
        elif right in (Part.DETERMINER, Part.LINK, Part.VERB):
            bonds[k] = LOOSE
    return bonds


def best_regions(scores: np.ndarray, near: np.ndarray, bonds: np.ndarray) -> np.ndarray:
    """The regions a that maximise sum_j scores[j, a_j] + sum_j bonds[j] near[a_j, a_{j+1}]: exact, by Viterbi.

    Args:
        scores: (words, regions), psi_U of the paper.
        near: (regions, regions); the identity is the paper's psi_B.
        bonds: (words - 1,), beta of the paper for each pair of neighbours.

    Returns:
        (words,) regions.
    """
    words = len(scores)
    came = np.zeros(scores.shape, np.intp)
    value = scores[0].astype(float) if words else np.zeros(0)
    for j in range(1, words):
        reached = value[:, None] + bonds[j - 1] * near
        came[j] = reached.argmax(0)
        value = reached.max(0) + scores[j]
    path = np.zeros(words, np.intp)
    path[-1:] = value.argmax() if words else 0
    for j in range(words - 1, 0, -1):
        path[j - 1] = came[j, path[j]]
    return path


def decode_phrases(
    scores: np.ndarray, beta: float, near: np.ndarray | None = None, bonds: np.ndarray | None = None
) -> list[Phrase]:
    """The phrases of a caption, in its order; every word is in one.

    Without ``near`` and ``bonds`` this is the paper's energy, in the units of the scores: beta 0 gives words of their
    own, and the larger beta, the longer the phrases.

    Args:
        scores: (words, regions).
        beta: how much two neighbours earn by speaking of the same region.
        near: see ``nearness``; the identity otherwise.
        bonds: see ``chunk_bonds``; ones otherwise.
    """
    words, regions = scores.shape
    near = np.eye(regions) if near is None else near
    bonds = np.ones(max(words - 1, 0)) if bonds is None else bonds
    path = best_regions(scores, near, beta * bonds)
    held = near[path[:-1], path[1:]] * bonds >= JOINED if beta else np.zeros(max(words - 1, 0), bool)
    cuts = [0, *(np.flatnonzero(~held) + 1).tolist(), words]
    return [_phrase(scores, first, end, path) for first, end in itertools.pairwise(cuts) if end > first]


def _phrase(scores: np.ndarray, first: int, end: int, path: np.ndarray) -> Phrase:
    """A run of words; of the regions that its words were given, the one that they like best together."""
    together = scores[first:end].mean(0)
    own = np.unique(path[first:end])
    region = int(own[together[own].argmax()])
    return Phrase(first, end - 1, region, float(together[region]))


def find_phrases(found: WordRegions, beta: float = BETA, reach: float = REACH) -> list[Phrase]:
    """The phrases of a grounded caption, with all that goes beyond the paper. Regions count row by row.

    The scores are measured in standard deviations around each word's mean over the regions, so one beta serves every
    model; a phrase's own score is in the model's units: the mean of its content words' scores in its region.
    """
    words, rows, columns = found.scores.shape
    if not words:
        return []
    flat = found.scores.reshape(words, rows * columns).astype(float)
    parts = parts_of_speech(found.words)
    content = np.array([part in CONTENT for part in parts])
    centred = (flat - flat.mean(1, keepdims=True)) * content[:, None]
    scale = centred[content].std() if content.any() else 0.0
    decoded = decode_phrases(centred / max(scale, 1e-9), beta, nearness(rows, columns, reach), chunk_bonds(parts))
    return [_with_score(phrase, flat, content) for phrase in decoded]


def _with_score(phrase: Phrase, flat: np.ndarray, content: np.ndarray) -> Phrase:
    own = np.arange(phrase.first, phrase.last + 1)
    chosen = own[content[own]] if content[own].any() else own
    return Phrase(phrase.first, phrase.last, phrase.region, float(flat[chosen, phrase.region].mean()))


def phrase_words(words: Sequence[str], phrase: Phrase) -> range:
    """The words of a phrase that name a thing: from its article on, without "with" or "is"; empty without a noun."""
    parts = parts_of_speech(words)[phrase.first : phrase.last + 1]
    if Part.NOUN not in parts:
        return range(0)
    begin = next(k for k, part in enumerate(parts) if part is not Part.LINK)
    end = max(k for k, part in enumerate(parts) if part in CONTENT)
    return range(phrase.first + begin, phrase.first + end + 1)


def score_map(found: WordRegions, words: range) -> np.ndarray:
    """The mean map of some words' content: (rows, columns); of all of them where none has content."""
    parts = parts_of_speech(found.words)
    chosen = [k for k in words if parts[k] in CONTENT] or list(words)
    mean: np.ndarray = found.scores[chosen].mean(0)
    return mean


def peak_box(scores: np.ndarray, width: int, height: int, level: float = LEVEL, region: int | None = None) -> Box:
    """The box around a map's peak in pixels of a picture, over the whole of which the map's grid is laid.

    The bounding rectangle of what hangs together with the peak above ``level`` of the way from the mean to the peak;
    between the middles of cells the map is interpolated. A flat map gives the whole picture.

    Args:
        scores: (rows, columns).
        width: of the picture.
        height: of the picture.
        level: 0 (the mean) to 1 (the peak alone).
        region: a cell to start from, row by row, instead of the map's peak.
    """
    fine = _interpolated(_interpolated(scores.astype(float), FINE).T, FINE).T
    row, column = divmod(int(scores.argmax()) if region is None else region, scores.shape[1])
    low, peak = float(scores.mean()), float(scores[row, column])
    if peak - low < 1e-9:
        return 0, 0, width, height
    middle = row * FINE + FINE // 2, column * FINE + FINE // 2
    above = fine >= min(low + level * (peak - low), fine[middle])
    rows, columns = np.nonzero(_connected(above, middle))
    across, down = width / fine.shape[1], height / fine.shape[0]
    left, top = round(columns.min() * across), round(rows.min() * down)
    right, bottom = round((columns.max() + 1) * across), round((rows.max() + 1) * down)
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _interpolated(values: np.ndarray, steps: int) -> np.ndarray:
    """Linear interpolation down the columns at ``steps`` places within each cell: (n, m) -> (n * steps, m)."""
    places = (np.arange(len(values) * steps) + 0.5) / steps - 0.5
    return np.stack([np.interp(places, np.arange(len(values)), column) for column in values.T], axis=1)


def _connected(mask: np.ndarray, seed: tuple[int, int]) -> np.ndarray:
    """The part of a mask that hangs together with a place, by edges: grown until it grows no more."""
    grown = np.zeros_like(mask)
    grown[seed] = True
    size = 0
    while size != (size := int(grown.sum())):
        wide = np.pad(grown, 1)
        grown = mask & (wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:])
    return grown
