"""Do words point at what they name? Measured without boxes, on mosaics of four pictures; and with them.

In a mosaic of 2 x 2 pictures the words of a caption of one of them must point into its quarter. Chance is exactly one
in four, because a cell that lies across a border counts with the share of it that lies in the quarter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.caption_words import CONTENT, Part, bare_word, parts_of_speech
from fabula.align.phrases import find_phrases, phrase_words, score_map
from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.boxes import Box, BoxedPicture
from fabula.files.captions import CaptionedPicture
from fabula.files.pictures import read_picture, squash
from fabula.metrics.word_alignment import stem
from fabula.records import Progress
from fabula.vision import Grounder, WordRegions

SIDE = 224  # pixels of a quarter
QUARTERS = 4
KINDS = ("nouns", "nouns in phrases", "content words", "phrases")
"""What is counted: nouns each by itself and in the region of their phrase, all words with content, and phrases."""


@dataclass(frozen=True)
class Mosaic:
    """Four pictures, row by row, and which caption of each is grounded."""

    pictures: tuple[CaptionedPicture, ...]
    captions: tuple[str, ...]

    def pixels(self) -> np.ndarray:
        """The four as squares of one size: (2 * SIDE, 2 * SIDE, 3) uint8."""
        squares = [squash(read_picture(picture.path), SIDE) for picture in self.pictures]
        return np.vstack([np.hstack(squares[:2]), np.hstack(squares[2:])])


@dataclass(frozen=True)
class MosaicResult:
    """What came of one mosaic.

    ``tallies`` (kinds, 3): the sum of the shares of cells in their own quarter, how many lie in it wholly, and how
    many there were, for each of ``KINDS``. ``ambiguous`` (kinds,): how many were left out because another of the four
    pictures has the word in a caption too.
    """

    files: tuple[str, ...]
    tallies: np.ndarray
    ambiguous: np.ndarray


@dataclass(frozen=True, slots=True)
class Pointing:
    """How often something points rightly, with the 95 % interval over pictures or mosaics.

    ``strict`` counts only cells that lie wholly in the quarter; ``left_out`` are ambiguous.
    """

    kind: str
    accuracy: float
    interval: tuple[float, float]
    strict: float
    count: int
    left_out: int
    chance: float = 1 / QUARTERS


def make_mosaics(pictures: Sequence[CaptionedPicture], count: int, seed: int = 0) -> list[Mosaic]:
    """Mosaics of different pictures: each of ``count`` pictures stands once in each quarter, beside new neighbours.

    Raises:
        ValueError: there are fewer than four pictures.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pictures))[:count]
    if len(order) < QUARTERS:
        raise ValueError("mosaics need at least four pictures")
    shifts = [0, *(rng.permutation(len(order) - 1)[: QUARTERS - 1] + 1)]
    mosaics = []
    for k in range(len(order)):
        chosen = tuple(pictures[order[(k + shift) % len(order)]] for shift in shifts)
        mosaics.append(Mosaic(chosen, tuple(p.captions[rng.integers(len(p.captions))] for p in chosen)))
    return mosaics


def measure_mosaics(
    grounder: Grounder, mosaics: Sequence[Mosaic], progress: Progress | None = None
) -> Iterator[MosaicResult]:
    """Ground the captions of each mosaic's four pictures and see into whose quarter their words point."""
    for k, mosaic in enumerate(mosaics):
        pixels = mosaic.pixels()
        grounded = grounder.ground([pixels] * QUARTERS, mosaic.captions)
        names = [_stems(picture.captions) for picture in mosaic.pictures]
        tallies, ambiguous = np.zeros((len(KINDS), 3)), np.zeros(len(KINDS), int)
        for quarter, found in enumerate(grounded):
            others = set().union(*(names[q] for q in range(QUARTERS) if q != quarter))
            for kind, share in _shares(found, quarter, others):
                if share is None:
                    ambiguous[kind] += 1
                else:
                    tallies[kind] += share, share == 1, 1
        yield MosaicResult(tuple(picture.path.name for picture in mosaic.pictures), tallies, ambiguous)
        if progress:
            progress(k + 1, len(mosaics))


def summarise(results: Sequence[MosaicResult]) -> list[Pointing]:
    """Accuracies over all mosaics; the intervals draw whole mosaics."""
    tallies = np.stack([result.tallies for result in results])
    left_out = np.sum([result.ambiguous for result in results], axis=0)
    found = []
    for k, kind in enumerate(KINDS):
        right, strict, count = tallies[:, k].sum(0).tolist()
        if count:
            interval = bootstrap_interval(tallies[:, k], _accuracy)
            found.append(Pointing(kind, right / count, interval, strict / count, round(count), int(left_out[k])))
    return found


def _accuracy(tallies: np.ndarray) -> float:
    """The share that is right, of rows (right, ..., count)."""
    sums = tallies.sum(0)
    return float(sums[0] / max(sums[-1], 1))


def _stems(captions: Iterable[str]) -> set[str]:
    return {stem(bare_word(word)) for caption in captions for word in caption.split()}


def _shares(found: WordRegions, quarter: int, others: set[str]) -> Iterator[tuple[int, float | None]]:
    """For each word and phrase its kind and the share of its cell in the quarter, None if it is ambiguous."""
    parts = parts_of_speech(found.words)
    ambiguous = [stem(bare_word(word)) in others for word in found.words]
    grid = found.scores.shape[1:]
    for k, part in enumerate(parts):
        if part in CONTENT:
            share = None if ambiguous[k] else cell_share(int(found.scores[k].argmax()), grid, quarter)
            yield KINDS.index("content words"), share
            if part is Part.NOUN:
                yield KINDS.index("nouns"), share
    for phrase in find_phrases(found):
        nouns = [k for k in phrase_words(found.words, phrase) if parts[k] is Part.NOUN]
        share = cell_share(phrase.region, grid, quarter)
        for k in nouns:
            yield KINDS.index("nouns in phrases"), None if ambiguous[k] else share
        if nouns:
            yield KINDS.index("phrases"), None if any(ambiguous[k] for k in nouns) else share


def cell_share(cell: int, grid: Sequence[int], quarter: int) -> float:
    """Which share of a cell's area lies in a quarter of the picture (0 top left, 1 top right, 2 bottom left, 3)."""
    shares = []
    for place, size, second in zip(divmod(cell, grid[1]), grid, divmod(quarter, 2), strict=True):
        before = min(max(size / 2 - place, 0.0), 1.0)  # the cell's part in the first half
        shares.append(1 - before if second else before)
    return shares[0] * shares[1]


def point_at_boxes(
    grounder: Grounder, pictures: Sequence[BoxedPicture], progress: Progress | None = None
) -> list[Pointing]:
    """The pointing game (Zhang et al. 2016): is the cell that a thing's name likes best inside one of its boxes?

    The chance is that of a point anywhere: the mean share of the picture that the boxes cover. Given beside it is what
    always pointing at the picture's middle would score. Intervals draw whole pictures.
    """
    model, middle, cover = np.zeros((3, len(pictures), 2))
    for k, picture in enumerate(pictures):
        pixels = read_picture(picture.path)
        height, width = pixels.shape[:2]
        names = list(picture.things)
        for name, found in zip(names, grounder.ground([pixels] * len(names), names), strict=True):
            heat = score_map(found, range(len(found.words)))
            row, column = divmod(int(heat.argmax()), heat.shape[1])
            x, y = (column + 0.5) / heat.shape[1] * width, (row + 0.5) / heat.shape[0] * height
            model[k] += inside(x, y, picture.things[name]), 1
            middle[k] += inside(width / 2, height / 2, picture.things[name]), 1
            cover[k] += covered(picture.things[name], width, height), 1
        if progress:
            progress(k + 1, len(pictures))
    chance = _accuracy(cover)
    return [_pointing("names in boxes", model, chance), _pointing("the picture's middle", middle, chance)]


def _pointing(kind: str, rows: np.ndarray, chance: float) -> Pointing:
    accuracy = _accuracy(rows)
    return Pointing(kind, accuracy, bootstrap_interval(rows, _accuracy), accuracy, int(rows[:, 1].sum()), 0, chance)


def inside(x: float, y: float, boxes: Iterable[Box]) -> bool:
    """Whether a point lies in one of the boxes."""
    return any(left <= x < left + width and top <= y < top + height for left, top, width, height in boxes)


def covered(boxes: Iterable[Box], width: int, height: int) -> float:
    """The share of a picture that boxes cover together."""
    mask = np.zeros((height, width), bool)
    for x, y, wide, high in boxes:
        mask[max(round(y), 0) : round(y + high), max(round(x), 0) : round(x + wide)] = True
    return float(mask.mean())
