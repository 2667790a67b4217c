"""Our model of what comes next, ready for use: the features of shots in, scores and probabilities out."""

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fabula.errors import FabulaError
from fabula.models.next_shot import NextShotNetwork, Shape
from fabula.models.quantised import load_packed, save_packed

BLOCK = 256  # states that are scored at once: keeps memory under 100 MB


@dataclass(frozen=True)
class Worth:
    """What scores are worth: log probabilities among the shots of a film.

    Args:
        cool: by which scores are multiplied.
        trust: share of cuts that the scores speak of; after the others any shot may follow.
    """

    cool: float = 1.0
    trust: float = 0.99

    def log_probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Scores (n, c), -inf where a shot cannot follow -> log probabilities."""
        warm = scores * self.cool
        warm -= warm.max(1, keepdims=True)
        shares = np.exp(warm)
        shares *= self.trust / shares.sum(1, keepdims=True)
        possible = np.isfinite(scores)
        shares += possible * ((1 - self.trust) / possible.sum(1, keepdims=True))
        found: np.ndarray = np.log(shares, out=np.full_like(shares, -np.inf), where=shares > 0)
        return found


class TrainedNextShot:
    """A model of ``fabula train next-shot``.

    Args:
        name: of the model.
        looks: the name of what must have looked at the shots.
        network: scores.
        worth: what scores are worth.
    """

    def __init__(self, name: str, looks: str, network: NextShotNetwork, worth: "Worth | None" = None) -> None:
        self.name, self.looks, self.worth = name, looks, worth or Worth()
        self._network = network.eval()

    @property
    def steps(self) -> int:
        """How many shots ahead it can look."""
        return self._network.shape.steps

    @torch.inference_mode()
    def scores(self, shots: np.ndarray, last: np.ndarray, candidates: np.ndarray, step: int = 0) -> np.ndarray:
        """How well candidates follow: (n, c).

        Args:
            shots: (t, d) features of the shots of a film, in order.
            last: (n,) rows of ``shots``: the last shot that is known; earlier ones are its context.
            candidates: features of the shots that may follow: (n, c, d), or (c, d) for all.
            step: 0 for the shot that follows, 1 for the one after it.
        """
        states = self._network.states(self._prepare(shots)).of(torch.from_numpy(last))
        prepared = self._prepare(candidates)
        found = np.empty((len(last), prepared.shape[-2]), np.float32)
        for first in range(0, len(last), BLOCK):
            rows = slice(first, first + BLOCK)
            own = prepared[rows] if prepared.dim() == 3 else prepared
            found[rows] = self._network.scores(states.of(rows), own, step).numpy()
        return found

    def log_probabilities(self, shots: np.ndarray, last: np.ndarray, step: int = 0) -> np.ndarray:
        """For each of the shots of a film, the log probability that it follows: (n, t), -inf for those just shown.

        Args:
            shots: (t, d) features.
            last: (n,) rows of the last shot that is known.
            step: as for ``scores``.
        """
        return self.worth.log_probabilities(self.film_scores(shots, last, step))

    def film_scores(self, shots: np.ndarray, last: np.ndarray, step: int = 0) -> np.ndarray:
        """Scores of all shots of a film, (n, t), -inf for those just shown: each is most like itself, and is over."""
        scores = self.scores(shots, last, shots, step)
        back = last[:, None] - np.arange(len(shots))
        scores[(back >= 0) & (back < self._network.shape.shots)] = -np.inf
        return scores

    @torch.inference_mode()
    def comparable(self, features: np.ndarray) -> np.ndarray:
        """Features as the network compares them, whitened: (n, d) -> (n, values)."""
        prepared: np.ndarray = self._prepare(features).numpy()
        return prepared

    def _prepare(self, features: np.ndarray) -> Tensor:
        return self._network.prepare(torch.from_numpy(np.ascontiguousarray(features, np.float32)))

    def save(self, card: Path, more: Mapping[str, Any]) -> None:
        """Write the card (.json), with ``more`` in it, and the weights (.safetensors) beside it."""
        shape = asdict(self._network.shape)
        found = {"name": self.name, "looks": self.looks, "worth": asdict(self.worth), "shape": shape, **more}
        save_packed(card.with_suffix(".safetensors"), self._network.state_dict())
        card.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


@functools.cache
def load_next_shot(card: Path | None = None) -> TrainedNextShot:
    """The model of a card (.json) with its weights beside it; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / "next_shot.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        name, looks, worth = str(found["name"]), str(found["looks"]), Worth(**found["worth"])
        network = NextShotNetwork(Shape(**found["shape"] | {"parts": tuple(map(int, found["shape"]["parts"]))}))
        network.load_state_dict(load_packed(path.with_suffix(".safetensors")))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise FabulaError(f"The model of what comes next {path} cannot be loaded: {error!r}") from error
    return TrainedNextShot(name, looks, network, worth)
