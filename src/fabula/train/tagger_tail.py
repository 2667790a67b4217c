"""A tagger with a tail of its own: the network's last stages tuned on trailers, and what they then say of all shots."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.files.project import group_means
from fabula.models.efficientnet import Backbone, tail_features
from fabula.models.tagger_training import Shelf, TaggerRecipe, learn_tagger
from fabula.models.tail_tuning import Keyframes, TailRecipe, kept_tail
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

        films = [self.keyframes[k] for k in learn.tolist()]
        tail = kept_tail(films, known.tags, tagger, self.recipe, self.folder, progress)
        return dataclasses.replace(shelf, shots=[_by_shot(own, tail) for own in self.keyframes]), tail


def _by_shot(film: Keyframes, tail: Backbone) -> np.ndarray:
    """The mean of what the tail says of each shot's keyframes: (s, 1280)."""
    return group_means(tail_features(tail, film.cells), film.shots)
