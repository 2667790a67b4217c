"""An aligner with weights set by hand: what the tests of the benchmarks align with, whatever weights are shipped."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.align.chain import Calibration, Chain
from fabula.align.model import AlignerModel
from fabula.align.significance import Chance
from fabula.align.stack import CHANNELS

WEIGHTS = {"words": 4.0, "pairs": 4.0, "phrases": 4.0, "tfidf": 0.5, "cosine": 6.0}
CHANCE = 6.0


@dataclass(frozen=True)
class ByHand:
    """A weighted sum of channels, in nats."""

    by_channel: Mapping[str, float]

    def evidence(self, stack: np.ndarray) -> np.ndarray:
        weights = np.array([self.by_channel.get(name, 0.0) for name in CHANNELS], np.float32)
        found: np.ndarray = stack.astype(np.float32) @ weights - CHANCE
        return found


CHAIN = Chain(
    scale=1.0,
    doubt=0.5,
    near=2.0,
    far=3.0,
    back=2.0,
    pause=4.0,
    inside=(0.3, 0.45, 0.08, 0.1, 0.05),
    across=(0.25, 0.3, 0.25, 0.1, 0.1),
    leave=0.1,
    stay_out=0.8,
)


LOW = Chance(-5.0, 0.1)  # chance so low that every film follows its book


def hand_model(chance: Chance = LOW, weights: Mapping[str, float] = WEIGHTS) -> AlignerModel:
    """The model with these weights of channels."""
    return AlignerModel("by hand", ByHand(weights), tuple(CHANNELS), CHAIN, Calibration(), 0.5, chance, {})


def write_card(folder: Path) -> Path:
    """An untrained model as files, for commands."""
    from fabula.models.match_network import new_network

    new_network(len(CHANNELS), 4).save(folder / "small.safetensors")
    card = {
        "name": "small",
        "channels": list(CHANNELS),
        "width": 4,
        "chain": dataclasses.asdict(CHAIN),
        "calibration": {"slope": 1.0, "offset": 0.0},
        "accept": 0.5,
        "chance": {"location": -5.0, "scale": 0.1},
    }
    (folder / "small.json").write_text(json.dumps(card), "utf-8")
    return folder / "small.json"
