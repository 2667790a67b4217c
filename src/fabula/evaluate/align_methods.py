"""What is measured on films with known truth: the aligner, the aligner without each of its parts, others' methods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fabula.align.chain import choice_probabilities, mass_near
from fabula.align.channels import standardise
from fabula.align.lattice import best_path, chain_marginals, motion
from fabula.align.model import AlignerModel, Answer
from fabula.align.significance import is_significant
from fabula.align.stack import CHANNELS
from fabula.evaluate.peers import drop_dtw, dtw

HAND = {"words": 2.5, "pairs": 2.5, "phrases": 2.5, "tfidf": 0.5, "meaning": 2.4, "context": 1.5, "timeline": 2.0}
HAND_CHANCE = 6.5
HAND_PACE = motion(stay=0.35, forward=[(0.45, 2), (0.08, 15)], backward=(0.06, 2), jump=0.01, leave=0.1, stay_out=0.9)
"""Weights in nats set by hand, as the aligner had them before it was trained."""
STEP = (0.05, 0.5, 6.0)
"""Prices of the best path in nats: a step of one text ahead, a step back, and the greatest price of any step."""
DROPPED = 0.01  # quantile of the costs that a dropped element costs


@dataclass(frozen=True)
class Channels:
    """A film on arrays: the stack of all channels (n, m, c) and the silence (n,) before each unit."""

    stack: np.ndarray
    gaps: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        """A channel by its name: (n, m) float32."""
        found: np.ndarray = self.stack[:, :, list(CHANNELS).index(name)].astype(np.float32)
        return found

    def evidence(self, model: AlignerModel, hide: str | None = None) -> np.ndarray:
        """What the model's network makes of them, (n, m); a hidden channel is zero everywhere, as in training."""
        picked = self.stack
        if model.channels != tuple(CHANNELS):
            picked = self.stack[:, :, [list(CHANNELS).index(name) for name in model.channels]]
        if hide is not None:
            picked = picked.copy()
            picked[:, :, model.channels.index(hide)] = 0
        return model.network.evidence(picked)


@dataclass(frozen=True)
class Method:
    """A way to align.

    Args:
        name: of its row.
        align: finds an answer, and from which score on to accept. None asks for the threshold that is best for the
            film's F1, found with its truth: a favour to methods that have none of their own.
        probable: whether its scores are meant as probabilities.
        part: whether it is the aligner without a part, and no rival.
    """

    name: str
    align: Callable[[Channels], tuple[Answer, float | None]]
    probable: bool = True
    part: bool = False


def rivals(model: AlignerModel, others: Mapping[str, AlignerModel]) -> list[Method]:
    """The aligner, other trained ones, and others' methods."""
    return [
        Method("fabula", lambda film: _whole(model, film)),
        *(Method(name, _trained(other)) for name, other in others.items()),
        Method("time warping (DTW)", lambda film: _warped(film, drop=False), probable=False),
        Method("Drop-DTW", lambda film: _warped(film, drop=True), probable=False),
        Method("uniform timeline", _uniform, probable=False),
        Method("most alike (argmax of cosines)", _most_alike, probable=False),
    ]


def ablations(model: AlignerModel) -> list[Method]:
    """The aligner without each of its parts."""
    return [
        *(Method(f"without {name}", _trained(model, name), part=True) for name in model.channels),
        Method("no network (weights by hand)", _by_hand, part=True),
        Method("no chain (each unit by itself)", lambda film: _without_chain(model, film), part=True),
        Method("best path, not marginals", lambda film: _along_best_path(model, film), part=True),
    ]


def _whole(model: AlignerModel, film: Channels) -> tuple[Answer, float]:
    """As ``fabula align`` does it: nothing is accepted when chance explains how well the film follows the book."""
    evidence = film.evidence(model)
    answer = model.read_off(evidence, film.gaps)
    follows = is_significant(model.fit(evidence, film.gaps, answer).p_value)
    return answer, model.accept if follows else float("inf")


def _trained(model: AlignerModel, hide: str | None = None) -> Callable[[Channels], tuple[Answer, float | None]]:
    return lambda film: (model.read_off(film.evidence(model, hide), film.gaps), model.accept)


def _by_hand(film: Channels) -> tuple[Answer, None]:
    evidence = np.full(film.stack.shape[:2], -HAND_CHANCE, np.float32)
    for name, weight in HAND.items():
        evidence += weight * film[name]
    matched, _ = chain_marginals(evidence, [HAND_PACE] * len(film.gaps))
    places = matched.argmax(axis=1)
    return Answer(places, mass_near(matched, places), matched, evidence), None


def _without_chain(model: AlignerModel, film: Channels) -> tuple[Answer, None]:
    """The network's own choice between all texts and none, as it was trained for it."""
    evidence = film.evidence(model)
    matched = choice_probabilities(evidence).astype(np.float32)
    places = matched.argmax(axis=1)
    return Answer(places, mass_near(matched, places), matched, evidence), None


def _along_best_path(model: AlignerModel, film: Channels) -> tuple[Answer, None]:
    """The single best path (Viterbi); the score weighs the evidence at its place against no match."""
    evidence = film.evidence(model)
    gains = model.chain.scale * evidence - model.chain.doubt
    places = best_path(np.maximum(gains, 0), *STEP)
    at = gains[np.arange(len(places)), places].clip(-30, 30)
    return Answer(places, 1 / (1 + np.exp(-at)), evidence, evidence), None


def _warped(film: Channels, drop: bool) -> tuple[Answer, None]:
    """Time warping over the sentence cosines (DTW), or with the right to drop (Drop-DTW)."""
    alike = film["cosine"]
    cost = 1 - alike
    cells = drop_dtw(cost, float(np.quantile(cost, DROPPED))) if drop else dtw(cost)
    places, scores = np.zeros(len(cost), int), np.zeros(len(cost))
    for i, j in cells:
        if alike[i, j] > scores[i]:
            places[i], scores[i] = j, alike[i, j]
    return Answer(places, scores.clip(0, 1), alike, alike), None


def _uniform(film: Channels) -> tuple[Answer, None]:
    """Each unit at its share of the text's units; all equally sure."""
    units, texts, _ = film.stack.shape
    alike = film["timeline"]
    return Answer(np.arange(units) * texts // units, np.full(units, 0.5), alike, alike), None


def _most_alike(film: Channels) -> tuple[Answer, None]:
    alike = film["cosine"]
    return Answer(alike.argmax(axis=1), alike.max(axis=1).clip(0, 1), alike, standardise(alike)), None
