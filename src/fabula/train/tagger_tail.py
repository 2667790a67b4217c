"""A tagger with a tail of its own: the network's last stages tuned on trailers, and what they then say of all shots."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from fabula.models.efficientnet import Backbone, load_backbone
from fabula.models.learning import fingerprint
from fabula.models.tagger import Tagger
from fabula.models.tagger_training import Shelf, TaggerRecipe, learn_tagger
from fabula.models.tail_tuning import Keyframes, TailRecipe, tail_features, tail_weights, tune_tail
from fabula.train.tagger import part_of


@dataclass(frozen=True)
class Tuning:
    """How tails are tuned.

    Args:
        recipe: how.
        keyframes: of all trailers.
        folder: where tails are kept that are finished, so that a run that was cut short goes on where it was.
    """

    recipe: TailRecipe
    keyframes: Sequence[Keyframes]
    folder: Path

    def tuned(
        self, shelf: Shelf, learn: np.ndarray, recipe: TaggerRecipe, told: Callable[[str], None]
    ) -> tuple[Shelf, Backbone]:
        """A shelf whose films are seen by a tail that learned from some of them, and the network that has it.

        Args:
            shelf: all films, with untouched features.
            learn: which of them are learned from.
            recipe: of the tagger with which the tail begins.
            told: called with lines about the progress.
        """
        known = dataclasses.replace(part_of(shelf, learn), fits=())
        tagger, _ = learn_tagger(known, recipe)

        def progress(done: int, whole: int | None) -> None:
            if done % 20 == 0 or done == whole:
                told(f"tail: step {done} of {whole}")

        def tune() -> Backbone:
            return tune_tail([self.keyframes[k] for k in learn.tolist()], known.tags, tagger, self.recipe, progress)

        tail = _kept(self.folder / f"{self._key(known, tagger)}.safetensors", tune)
        return dataclasses.replace(shelf, shots=[_by_shot(own, tail) for own in self.keyframes]), tail

    def _key(self, known: Shelf, tagger: Tagger) -> str:
        """What a tail rests on: how it is tuned, the tags, and the tagger with which it begins."""
        tags = [torch.from_numpy(rows) for rows in known.tags.values()]
        weights = fingerprint([*tags, *tagger.state_dict().values()])
        return hashlib.sha256(f"{self.recipe!r}\n{weights}".encode()).hexdigest()[:24]


def _kept(path: Path, tune: Callable[[], Backbone]) -> Backbone:
    """The tail of a file; it is tuned and written there first if there is none."""
    if path.is_file():
        tail = load_backbone()
        tail.load_state_dict(tail.state_dict() | load_file(path))
        return tail
    tail = tune()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file({name: value.contiguous() for name, value in tail_weights(tail).items()}, partial)
    partial.replace(path)
    return tail


def _by_shot(film: Keyframes, tail: Backbone) -> np.ndarray:
    """The mean of what the tail says of each shot's keyframes: (s, 1280)."""
    found = tail_features(tail, film.cells)
    sums = np.zeros((int(film.shots.max()) + 1, found.shape[1]), np.float32)
    np.add.at(sums, film.shots, found)
    means: np.ndarray = sums / np.bincount(film.shots)[:, None].astype(np.float32)
    return means
