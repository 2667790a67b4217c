"""The conditional random field over the film's units: learned motions, exact marginals, and what is read off them.

Zhu et al. 2015 (section 4.4) smooth the network's answers with a chain that prices the mismatch between the steps in
the film and in the book. Here the price depends on the film's own pace (how many texts it has per unit) and on
whether the film paused before the unit: after a silence another scene may begin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.lattice import Motion, chain_marginals, motion

NEAR = 2
"""A link's probability is summed over this many texts on both sides: dialogue is cut into very short paragraphs,
and being one line off is no error that a reader would notice."""


@dataclass(frozen=True)
class Chain:
    """The chain's learned parameters.

    Args:
        scale: how much a nat of the network's evidence counts here, where the neighbours speak as well.
        doubt: nats that a match must overcome.
        near: mean step forward inside a scene, in texts.
        far: mean step forward between scenes, in multiples of the film's pace (texts per unit).
        back: mean step back, in texts.
        pause: seconds of silence that may mean a new scene.
        inside: shares of (stay, near, far, back, jump) where there was no pause.
        across: the same after a pause.
        leave: probability that a unit after a matched one tells nothing of the book.
        stay_out: probability that a unit after one that tells nothing tells nothing either.
    """

    scale: float
    doubt: float
    near: float
    far: float
    back: float
    pause: float
    inside: tuple[float, float, float, float, float]
    across: tuple[float, float, float, float, float]
    leave: float
    stay_out: float

    def motions(self, gaps: np.ndarray, texts: int) -> list[Motion]:
        """The motion to each unit; ``gaps`` (n,) are the seconds of silence before it."""
        pace = self.far * texts / max(len(gaps), 1)
        inside, across = (
            motion(
                stay=stay,
                forward=[(near, self.near), (far, max(pace, self.near))],
                backward=(back, self.back),
                jump=jump,
                leave=self.leave,
                stay_out=self.stay_out,
            )
            for stay, near, far, back, jump in (self.inside, self.across)
        )
        return [across if gap >= self.pause else inside for gap in gaps]

    def marginals(self, evidence: np.ndarray, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, m) that each unit tells each text, and that it is there but tells nothing.

        Args:
            evidence: (n, m) of the network, in nats.
            gaps: (n,) seconds of silence before each unit.
        """
        return chain_marginals(self.scale * evidence - self.doubt, self.motions(gaps, evidence.shape[1]))


def silences(starts: Sequence[float], ends: Sequence[float]) -> np.ndarray:
    """Seconds between each unit's start and the end of the one before: (n,)."""
    gaps = np.asarray(starts, float).copy()
    gaps[1:] -= np.asarray(ends, float)[:-1]
    gaps[:1] = np.inf
    return gaps


def choice_probabilities(evidence: np.ndarray) -> np.ndarray:
    """The network's own choice for each unit by itself: probabilities (..., m) of telling each text; the rest is none.

    Evidence e of m texts gives a text the weight exp(e) / m and none of them the weight 1, as the network is trained
    (``fabula.models.match_network.choice_loss``).
    """
    odds = np.exp(np.clip(evidence, -60, 60).astype(np.float64)) / evidence.shape[-1]
    found: np.ndarray = odds / (1 + odds.sum(axis=-1, keepdims=True))
    return found


def mass_near(matched: np.ndarray, places: np.ndarray, near: int = NEAR) -> np.ndarray:
    """Probability (n,) that a unit tells a text within ``near`` texts of its place (n,)."""
    summed = np.cumsum(np.pad(matched, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    rows, columns = np.arange(len(places)), matched.shape[1]
    mass: np.ndarray = summed[rows, np.minimum(places + near + 1, columns)] - summed[rows, np.maximum(places - near, 0)]
    return mass.clip(0.0, 1.0)


@dataclass(frozen=True)
class Calibration:
    """Platt scaling: a logistic curve over the log-odds of a probability (Platt 1999), fitted on held-back pairs."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, probability: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of the same shape."""
        p = np.clip(probability, 1e-6, 1 - 1e-6)
        odds = self.slope * np.log(p / (1 - p)) + self.offset
        calibrated: np.ndarray = np.exp(-np.logaddexp(0, -odds))
        return calibrated


def chain_from(card: Mapping[str, object]) -> Chain:
    """The chain of a model's card."""
    return Chain(**{k: tuple(v) if isinstance(v, list) else v for k, v in card.items()})  # type: ignore[arg-type]
