"""Our tagger, ready for use: the features of a film's shots -> the probabilities of its genres and keywords."""

import functools
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fabula.errors import FabulaError
from fabula.models.appearance import stem_cells
from fabula.models.efficientnet import Backbone, load_backbone, tail_features
from fabula.models.quantised import load_packed, save_packed
from fabula.models.tagger import Remembering, Tagger, TaggerShape

LATELY = 8  # shots that the recurrent network remembers in a curve

Scaling = tuple[float, float]
"""Slope and offset of a calibration: what a score is worth in log odds."""


class TrainedTagger:
    """A tagger of ``fabula train tagger``.

    Args:
        name: keys what is stored.
        looks: the name of what must have looked at the shots.
        tags: the names of each head's tags.
        usual: the share of films that have each tag, by head.
        scaling: by head.
        tagger: the shot encoder and its heads.
        memory: the recurrent network over the shots.
        tail: a network whose tail was tuned for tags, whose mean regions it reads; None for the untouched one's.
    """

    def __init__(
        self,
        name: str,
        looks: str,
        tags: Mapping[str, tuple[str, ...]],
        usual: Mapping[str, np.ndarray],
        scaling: Mapping[str, Scaling],
        tagger: Tagger,
        memory: Remembering,
        tail: Backbone | None = None,
    ) -> None:
        self.name, self.looks, self.tags, self.usual, self.scaling = name, looks, tags, usual, scaling
        self._tagger, self._memory = tagger.eval(), memory.eval()
        self.tail = tail.eval() if tail is not None else None

    def features(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """What a tuned tail says of pictures (height, width, 3) uint8: (n, values)."""
        assert self.tail is not None
        return tail_features(self.tail, stem_cells(pictures).numpy())

    def film(self, shots: np.ndarray) -> dict[str, np.ndarray]:
        """The probabilities of a film's tags, by head (k,), from its shots (s, values).

        The mean of the paper's two protocols, in log odds: scores averaged over all shots, and outputs of the recurrent
        network averaged over its steps (section 4.1).
        """
        alone, remembered = self.scores(shots), self.remembered_scores(shots)
        return {name: self._worth(name, (alone[name].mean(0) + remembered[name].mean(0)) / 2) for name in self.tags}

    def responses(self, shots: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The same for each shot by itself, and for each with the seven before it: by head, (s, k) each.

        The recurrent network learned what the whole trailer is; with a longer memory it would say so of every shot.
        """
        alone, remembered = self.scores(shots), self._lately(shots)
        return (
            {name: self._worth(name, found) for name, found in alone.items()},
            {name: self._worth(name, found) for name, found in remembered.items()},
        )

    @torch.inference_mode()
    def scores(self, shots: np.ndarray) -> dict[str, np.ndarray]:
        """Scores of each shot by itself, in log odds that are not calibrated: by head, (s, k)."""
        return _arrays(self._tagger.say(self._tagger.shots(_rows(shots))))

    @torch.inference_mode()
    def remembered_scores(self, shots: np.ndarray) -> dict[str, np.ndarray]:
        """Scores after each shot: by head, (s, k)."""
        found = self._memory.steps(self._tagger.shots(_rows(shots))[None])
        return {name: rows[0] for name, rows in _arrays(found).items()}

    @torch.inference_mode()
    def _lately(self, shots: np.ndarray) -> dict[str, np.ndarray]:
        """Scores after each shot and the few before it; the first stands for those before it: by head, (s, k)."""
        places = np.maximum(np.arange(len(shots))[:, None] + np.arange(1 - LATELY, 1), 0)
        seen, hidden = self._tagger.shots(_rows(shots))[torch.from_numpy(places)], self._tagger.shape.hidden
        seen[:, -1, hidden:] = seen[..., hidden:].mean(1)  # names' fits have no memory of their own
        found = self._memory.steps(seen)
        return {name: rows[:, -1] for name, rows in _arrays(found).items()}

    @torch.inference_mode()
    def encode(self, shots: np.ndarray) -> np.ndarray:
        """The shot encoder's vectors: (s, values) -> (s, hidden + names)."""
        encoded: np.ndarray = self._tagger.shots(_rows(shots)).numpy()
        return encoded

    def _worth(self, head: str, scores: np.ndarray) -> np.ndarray:
        slope, offset = self.scaling[head]
        worth: np.ndarray = np.exp(-np.logaddexp(0, -(slope * scores + offset)))  # of any size
        return worth

    def save(self, card: Path, more: Mapping[str, Any]) -> None:
        """Write the card (.json), with ``more`` in it, and the weights (.safetensors) beside it."""
        shape = self._tagger.shape
        found = {
            "name": self.name,
            "looks": self.looks,
            "tags": {name: list(names) for name, names in self.tags.items()},
            "usual": {name: [round(float(share), 4) for share in shares] for name, shares in self.usual.items()},
            "scaling": {name: list(pair) for name, pair in self.scaling.items()},
            "values": shape.values,
            "hidden": shape.hidden,
            "pooling": shape.pooling,
            "named": shape.named,
            "tail": self.tail is not None,
            "memory": self._memory.recurrent.hidden_size,
            **more,
        }
        parts = {"tagger": self._tagger, "memory": self._memory}
        weights = {f"{part}.{name}": v for part, network in parts.items() for name, v in network.state_dict().items()}
        if self.tail is not None:
            weights |= _tail_weights(self.tail)
        save_packed(card.with_suffix(".safetensors"), weights, _tail_weights(load_backbone()) if self.tail else None)
        card.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _tail_weights(backbone: Backbone) -> dict[str, Tensor]:
    return {f"tail.{name}": value for name, value in backbone.tail_weights().items()}


def _rows(shots: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(shots, np.float32))


def _arrays(found: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: values.numpy() for name, values in found.items()}


@functools.cache
def load_tagger(card: Path | None = None) -> TrainedTagger:
    """The tagger of a card (.json) with its weights beside it; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / "tagger.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        tags = {str(name): tuple(map(str, names)) for name, names in found["tags"].items()}
        usual = {str(name): np.array(shares, float) for name, shares in found["usual"].items()}
        scaling = {str(name): (float(pair[0]), float(pair[1])) for name, pair in found["scaling"].items()}
        counts = {name: len(names) for name, names in tags.items()}
        shape = TaggerShape(
            int(found["values"]), counts, int(found["hidden"]), str(found["pooling"]), named=bool(found["named"])
        )
        tagger, memory = Tagger(shape), Remembering(shape, int(found["memory"]))
        name, looks = str(found["name"]), str(found["looks"])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise FabulaError(f"The tagger {path} cannot be loaded: {error!r}") from error
    tail = load_backbone() if found.get("tail") else None
    weights = load_packed(path.with_suffix(".safetensors"), _tail_weights(tail) if tail else None)
    try:
        for part, network in (("tagger.", tagger), ("memory.", memory), ("tail.", tail)):
            own = {key.removeprefix(part): value for key, value in weights.items() if key.startswith(part)}
            if network is not None:
                network.load_state_dict(own if network is not tail else network.state_dict() | own)
    except RuntimeError as error:
        raise FabulaError(f"The tagger's weights beside {path} are another's: {error}") from error
    return TrainedTagger(name, looks, tags, usual, scaling, tagger, memory, tail)
