"""The trained aligner: network, chain and calibration, as one thing that is shipped with its card."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from fabula.align.chain import Calibration, Chain, chain_from, mass_near
from fabula.align.lattice import chain_log_odds
from fabula.align.significance import Chance
from fabula.align.stack import CHANNELS, Pair, channel_stack
from fabula.errors import FabulaError
from fabula.records import Fit

BUILTIN = "builtin"


class Network(Protocol):
    """Stack of channels (n, m, c) -> evidence (n, m) in nats."""

    def evidence(self, stack: np.ndarray) -> np.ndarray:
        """Evidence for every cell."""
        ...


@dataclass(frozen=True)
class Answer:
    """What the aligner finds: for each unit its likeliest text, how probable that is, and all marginals.

    Args:
        places: (n,) the likeliest text of each unit.
        scores: (n,) calibrated probability that the unit tells a text near it.
        matched: (n, m) probability that the unit tells that text.
        evidence: (n, m) of the network, in nats.
    """

    places: np.ndarray
    scores: np.ndarray
    matched: np.ndarray
    evidence: np.ndarray


@dataclass(frozen=True)
class AlignerModel:
    """A network with the chain and the calibration that were learned for it.

    ``accept`` is the calibrated probability from which on a unit is called aligned; ``chance`` the distribution of
    ``fit`` scores for films and books that have nothing to do with each other.
    """

    name: str
    network: Network
    channels: tuple[str, ...]
    chain: Chain
    calibration: Calibration
    accept: float
    chance: Chance
    card: Mapping[str, Any]

    def evidence(self, pair: Pair) -> np.ndarray:
        """The network's evidence (n, m), in nats, for the units and texts of a pair."""
        return self.network.evidence(channel_stack(pair, self.channels))

    def read_off(self, evidence: np.ndarray, gaps: np.ndarray) -> Answer:
        """The chain's answer.

        Args:
            evidence: (n, m), in nats.
            gaps: (n,) seconds of silence before each unit.
        """
        matched, _ = self.chain.marginals(evidence, gaps)
        places = matched.argmax(axis=1)
        return Answer(places, self.calibration(mass_near(matched, places)), matched, evidence)

    def fit(self, evidence: np.ndarray, gaps: np.ndarray, answer: Answer) -> Fit:
        """How well the units follow these texts, against chance.

        Args:
            evidence: (n, m), in nats.
            gaps: (n,) seconds of silence before each unit.
            answer: what ``read_off`` made of them.
        """
        moves = self.chain.motions(gaps, evidence.shape[1])
        odds = chain_log_odds(self.chain.scale * evidence - self.chain.doubt, moves)
        score = round(odds / len(gaps), 3)  # what lies behind differs from machine to machine
        p_value = float(f"{self.chance.tail(score, evidence.shape[1]):.3g}")
        return Fit(score, p_value, round(float(answer.scores.mean()), 3))


@functools.cache
def load_card(path: str = BUILTIN) -> Mapping[str, Any]:
    """The card of an aligner (a .json file), or that of the built-in one; it names data, recipe and scores.

    Raises:
        FabulaError: it is missing or damaged.
    """
    place = _card_path(path)
    try:
        card: Mapping[str, Any] = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FabulaError(f"The aligner {place} cannot be loaded: {error}") from error
    return card


def _card_path(path: str) -> Path:
    return Path(str(resources.files("fabula.models"))) / "weights" / "book.json" if path == BUILTIN else Path(path)


@functools.cache
def load_model(path: str = BUILTIN) -> AlignerModel:
    """The aligner of a card, its weights (.safetensors) beside it.

    Raises:
        FabulaError: a file is missing or damaged, or the card names channels that this version does not have.
    """
    from fabula.models.match_network import load_match_network  # torch is only imported when a book is aligned

    card, place = load_card(path), _card_path(path)
    try:
        channels, width = tuple(card["channels"]), int(card["width"])
        chain, calibration = chain_from(card["chain"]), Calibration(**card["calibration"])
        accept, name, chance = float(card["accept"]), str(card["name"]), Chance(**card["chance"])
    except (KeyError, TypeError, ValueError) as error:
        raise FabulaError(f"The aligner's card {place} lacks something: {error!r}") from error
    unknown = set(channels) - CHANNELS.keys()
    if unknown:
        raise FabulaError(f"The aligner {place} was trained with channels that are not here: {sorted(unknown)}")
    network = load_match_network(place.with_suffix(".safetensors"), len(channels), width)
    return AlignerModel(name, network, channels, chain, calibration, accept, chance, card)
