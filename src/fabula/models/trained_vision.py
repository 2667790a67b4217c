"""Our image-sentence model, ready for use: pictures and sentences in; vectors, scores and regions out."""

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fabula.errors import FabulaError
from fabula.files.pictures import Picture, as_array, squash
from fabula.models.efficientnet import DEPTH, GRID, SIZE, pixels
from fabula.models.learning import fingerprint
from fabula.models.visual_semantic import (
    NO_REGIONS,
    Said,
    Seen,
    VisualSemantic,
    load_visual_semantic,
    whole_scores,
    word_scores,
)
from fabula.models.word_encoder import pieces_of
from fabula.models.word_regions import WordRegions
from fabula.records import Progress

PICTURES = 16  # in a batch: more do not get faster on a CPU
NEIGHBOURS = 10  # of a crowd, by which it is known what a picture or a sentence has with just anything
TEXTS = 128
EXACT_PAIRS = 40_000  # up to so many pairs every one is scored by its words and regions
BLUR = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)  # a Gaussian of one cell
CONTEXT = 1.0  # weight of the sentence's mean map: nouns pointed right in 64 % without, 72 % with it and the blur
CANDIDATES = 64  # of each picture and of each sentence, beyond that


@dataclass(frozen=True)
class Judgement:
    """How scores become a ranking and a probability.

    Args:
        words: weight of the words' score beside that of the wholes, in 0..1.
        spread: log odds for each standard deviation by which a picture fits a sentence better than others do.
        cosine: log odds for a cosine of 1.
        offset: log odds at 0.
    """

    words: float
    spread: float
    cosine: float
    offset: float


@dataclass(frozen=True, eq=False)
class Crowd:
    """Vectors of pictures (k, d) and sentences (l, d) that belong to nothing that is asked: training ones."""

    pictures: np.ndarray
    sentences: np.ndarray


class TrainedVision:
    """A model of ``fabula train vision`` as a ``fabula.vision.Vision`` that also grounds words.

    Args:
        name: keys caches.
        model: the network.
        judgement: what its scores mean.
        crowd: pictures and sentences, against which every fit is measured.
    """

    def __init__(self, name: str, model: VisualSemantic, judgement: Judgement, crowd: Crowd) -> None:
        self.name, self.dimension = name, model.dimension
        self.model, self.judgement, self.crowd = model.eval(), judgement, crowd

    def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
        """Vectors of pictures: (n, d) float32, rows of unit length."""
        out = np.zeros((len(images), self.dimension), np.float32)
        done = 0
        for seen in self._see(images, NO_REGIONS):
            out[done : done + len(seen.whole)] = seen.whole.numpy()
            done += len(seen.whole)
            if progress:
                progress(done, len(images))
        return out

    @torch.inference_mode()
    def encode_cells(self, cells: torch.Tensor) -> np.ndarray:
        """The same from what the stem says of pictures, (n, 120, 17, 17): training leaves the stem as it was."""
        found: np.ndarray = self.model.see(cells, NO_REGIONS).whole.numpy()
        return found

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of sentences: (m, d) float32, rows of unit length."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        done = 0
        for rows, said in self._say(texts):
            out[rows] = said.whole.numpy()
            done += len(rows)
            if progress:
                progress(done, len(texts))
        return out

    def score(self, images: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        """How well each sentence fits each picture: (n, m) float32.

        The cosine of the wholes, less what either of them has with just anything (see ``stand_out``); mixed with that
        of words and regions for pairs that are among the best of their picture or sentence; for others the words' score
        is guessed from the wholes', so that all can be compared.
        """
        weight = self.judgement.words
        if not weight:
            return stand_out(self.encode_images(images), self.encode_text(texts), self.crowd)
        seen, said = self.see(images), self.say(texts)
        own = stand_out(seen.whole.numpy(), said.whole.numpy(), self.crowd)
        mixed: np.ndarray = (1 - weight) * own + weight * reranked(whole_scores(seen, said).numpy(), seen, said)
        return mixed

    def see(self, images: Sequence[Picture]) -> Seen:
        """Pictures in the space; regions at half precision, 81 KiB for each picture."""
        parts = list(self._see(images))
        return Seen(torch.cat([part.whole for part in parts]), torch.cat([part.regions.half() for part in parts]))

    def say(self, texts: Sequence[str]) -> Said:
        """Sentences in the space; words at half precision."""
        return _joined(list(self._say(texts)), len(texts))

    def ground(self, images: Sequence[Picture], texts: Sequence[str]) -> list[WordRegions]:
        """For each picture with its text, how well each word fits each of the 9 x 9 regions: blurred cosines.

        A word is likelier where its sentence is, so the mean map of all its words is added to each.
        """
        regions = torch.cat([part.regions for part in self._see(images)])
        found = []
        for text, map_ in zip(texts, regions, strict=True):
            with torch.inference_mode():
                pieces = pieces_of([text])
                scores = (self.model.say(pieces).words[0] @ map_.T).numpy()
            found.append(_steadied(_by_words(text, scores, pieces.spans[0])))
        return found

    def probability(self, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """Calibrated probability that a sentence describes a picture, as one picture in a hundred does.

        Args:
            cosines: (n, m) of the pictures' vectors with the sentences'.
            texts: (m, d) the sentences' vectors: what they have with other pictures counts as well.
        """
        above = above_usual(cosines, self.crowd.pictures, texts)
        odds = self.judgement.spread * above + self.judgement.cosine * cosines + self.judgement.offset
        probability: np.ndarray = 1 / (1 + np.exp(-odds))
        return probability

    def grids(self, images: Sequence[Picture]) -> Iterator[np.ndarray]:
        """What the tuned backbone says of pictures, in batches (n, 81, 1280) float32: what a captioner looks at."""
        for first in range(0, len(images), PICTURES):
            squares = np.stack([squash(as_array(image), SIZE) for image in images[first : first + PICTURES]])
            with torch.inference_mode():
                yield self.model.backbone.regions(self.model.backbone.stem(pixels(squares))).numpy()

    @property
    def region_values(self) -> int:
        """Values of a region."""
        return DEPTH

    def tail_grid(self, cells: np.ndarray) -> np.ndarray:
        """What the tuned tail makes of what the stem says: (n, 120, 17, 17) -> (n, 81, 1280) float32."""
        with torch.inference_mode():
            return self.model.backbone.regions(torch.tensor(cells).float()).numpy()

    def fingerprint(self) -> str:
        """A hash of the weights, for what is computed with them while they have no name of their own yet."""
        return fingerprint(self.model.tuned().values())[:16]

    def save(self, path: Path) -> None:
        """Write the weights; the card is the trainer's."""
        crowd = {"crowd.pictures": self.crowd.pictures, "crowd.sentences": self.crowd.sentences}
        self.model.save(path, {name: torch.from_numpy(vectors) for name, vectors in crowd.items()})

    def _see(self, images: Sequence[Picture], keep: torch.Tensor | None = None) -> Iterator[Seen]:
        """Pictures in batches, with all their regions or those to keep."""
        for grid in self.grids(images):
            with torch.inference_mode():
                yield self.model.see_grid(torch.from_numpy(grid), keep)

    def _say(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, Said]]:
        """Sentences in batches of like lengths, so that little is padding, each with the places of its sentences."""
        order = np.argsort([len(text) for text in texts], kind="stable")
        for first in range(0, len(texts), TEXTS):
            rows = order[first : first + TEXTS]
            with torch.inference_mode():
                yield rows, self.model.say(pieces_of([texts[k] for k in rows]))


def stand_out(pictures: np.ndarray, sentences: np.ndarray, crowd: Crowd) -> np.ndarray:
    """Cosines, less half of what each side has with those of a crowd that it is most like.

    Some sentences fit half of all pictures, and some pictures half of all sentences; such hubs push the right answers
    away. CSLS, Conneau et al. 2018, section 2.3, with neighbours from the crowd, so that a score does not depend on
    what else is asked.

    Args:
        pictures: (n, d) vectors.
        sentences: (m, d) vectors.
        crowd: others.

    Returns:
        (n, m) float32.
    """
    usual_picture = _nearest_mean(pictures @ crowd.sentences.T)
    usual_sentence = _nearest_mean(sentences @ crowd.pictures.T)
    scores: np.ndarray = pictures @ sentences.T - (usual_picture[:, None] + usual_sentence) / 2
    return scores


def _nearest_mean(cosines: np.ndarray) -> np.ndarray:
    """The mean of the greatest in each row: (n, k) -> (n,)."""
    few = min(NEIGHBOURS, cosines.shape[1])
    mean: np.ndarray = np.partition(cosines, -few, axis=1)[:, -few:].mean(1)
    return mean


def above_usual(cosines: np.ndarray, background: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """By how many standard deviations pictures fit sentences better than those of a background do: (n, m)."""
    usual = background @ texts.T
    above: np.ndarray = (cosines - usual.mean(0)) / np.maximum(usual.std(0), 1e-6)
    return above


def _joined(parts: Sequence[tuple[np.ndarray, Said]], count: int) -> Said:
    """Batches of sentences as one, in the order of the sentences; words at half precision, padded to the longest."""
    longest = max((part.words.shape[1] for _, part in parts), default=0)
    dimension = parts[0][1].whole.shape[1] if parts else 0
    whole = torch.zeros(count, dimension)
    words = torch.zeros(count, longest, dimension, dtype=torch.float16)
    weights = torch.zeros(count, longest)
    for rows, part in parts:
        used = part.words.shape[1]
        whole[rows], words[rows, :used], weights[rows, :used] = part.whole, part.words.half(), part.weights
    return Said(whole, words, weights)


@torch.inference_mode()
def reranked(wholes: np.ndarray, seen: Seen, said: Said) -> np.ndarray:
    """The words' scores of the pairs that matter, and a guess from the wholes' for all others: (n, m)."""
    chosen = _candidates(wholes)
    out = np.zeros_like(wholes)
    used = (said.weights > 0).sum(1).numpy() + 1  # pieces, the mark of the beginning before them
    for k in range(len(wholes)):
        these = np.flatnonzero(chosen[k])
        longest = int(used[these].max(initial=1))
        one = Seen(seen.whole[k : k + 1], seen.regions[k : k + 1].float())
        some = Said(said.whole[these], said.words[these, :longest].float(), said.weights[these, :longest])
        out[k, these] = word_scores(one, some)[0].numpy()
    if chosen.all():
        return out
    slope, start = np.polyfit(wholes[chosen], out[chosen], 1)
    guess: np.ndarray = np.where(chosen, out, start + slope * wholes)
    return guess


def _candidates(wholes: np.ndarray) -> np.ndarray:
    """Which pairs are worth a closer look: (n, m) bool."""
    if wholes.size <= EXACT_PAIRS:
        return np.ones(wholes.shape, bool)
    chosen = np.zeros(wholes.shape, bool)
    for axis in (0, 1):
        best = min(CANDIDATES, wholes.shape[axis])
        places = np.argpartition(-wholes, best - 1, axis=axis).take(range(best), axis=axis)
        np.put_along_axis(chosen, places, True, axis=axis)
    return chosen


def _by_words(text: str, scores: np.ndarray, spans: Sequence[tuple[int, int]]) -> WordRegions:
    """Word pieces made words again: pieces that touch are one word, with the mean of their scores."""
    words: list[tuple[int, int, list[int]]] = []
    for k, (first, last) in enumerate(spans):
        if first == last:  # a mark of beginning or end
            continue
        if words and words[-1][1] == first:
            words[-1] = (words[-1][0], last, [*words[-1][2], k])
        else:
            words.append((first, last, [k]))
    maps = np.stack([scores[ks].mean(0) for *_, ks in words]) if words else np.zeros((0, GRID * GRID), np.float32)
    return WordRegions(tuple(text[first:last] for first, last, _ in words), maps.reshape(-1, GRID, GRID))


def _steadied(found: WordRegions) -> WordRegions:
    """Maps blurred by about a cell (a cell alone is noise), with the sentence's mean map added to each."""
    if not found.words:
        return found
    maps = np.pad(found.scores, ((0, 0), (2, 2), (2, 2)), mode="edge")
    for axis in (1, 2):
        maps = np.stack([share * maps.take(range(k, k + GRID), axis) for k, share in enumerate(BLUR)]).sum(0)
    return WordRegions(found.words, maps + CONTEXT * maps.mean(0))


@functools.cache
def load_trained_vision(card: Path | None = None) -> TrainedVision:
    """The model of a card (.json) with its weights (.safetensors) beside it; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / "vision.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        name, layers, dimension = str(found["name"]), int(found["layers"]), int(found["dimension"])
        judgement = Judgement(**found["judgement"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabulaError(f"The vision model {path} cannot be loaded: {error!r}") from error
    model, extras = load_visual_semantic(path.with_suffix(".safetensors"), layers, dimension)
    return TrainedVision(
        name, model, judgement, Crowd(extras["crowd.pictures"].numpy(), extras["crowd.sentences"].numpy())
    )
