"""Two versions of one text (an abridgement, a translation's revision, a draft) -> links of their sentences.

The words that both versions have in order, and how else the sentences are alike, are channels (version_channels);
a small network that sees 15 x 15 sentences says for each cell how likely it is a link; and a dynamic program over
blocks finds the links that fit together: in order, each sentence in one link at most, several sentences on
both sides if need be. Without the network a rule on the words in common does in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.align.blocks import best_blocks
from fabula.align.version_channels import CHANNELS, common_words, version_channels
from fabula.align.words import tokenise

if TYPE_CHECKING:
    from fabula.models.match_network import MatchNetwork

WEIGHTS = Path(__file__).parents[1] / "models" / "weights" / "versions.safetensors"
ALONE = 3.0  # nats against a sentence without counterpart in a version that is known to come from the other
SHARE = 0.2  # of the shorter sentence's words in common, from which the rule takes two sentences as linked
GAP = 0.1  # what a cell without words in common costs inside a link, in the same unit


@dataclass(frozen=True, slots=True)
class VersionLink:
    """Sentences first_a .. last_a of one version tell first_b .. last_b of the other (0-based, inclusive).

    ``score`` is the geometric mean of the odds of the link's cells as a probability.
    """

    first_a: int
    last_a: int
    first_b: int
    last_b: int
    score: float


def align_versions(
    a: Sequence[str], b: Sequence[str], *, abridged: bool = False, network: bool = True
) -> list[VersionLink]:
    """Link the sentences of two versions of one text.

    Args:
        a: sentences of one version, in order.
        b: sentences of the other, in order.
        abridged: a was made from b by leaving out and rewording: each of its sentences should have a counterpart.
        network: use the trained network; otherwise the rule, which needs no torch.

    Returns:
        Links in order of both versions; a sentence in no link has no counterpart.
    """
    if not a or not b:
        return []
    odds = _network().evidence(version_channels(a, b)) if network else rule_odds(a, b)
    links = []
    for first_a, last_a, first_b, last_b in best_blocks(odds, ALONE if abridged and network else 0.0):
        mean = float(odds[first_a : last_a + 1, first_b : last_b + 1].mean())
        links.append(VersionLink(first_a, last_a, first_b, last_b, float(1 / (1 + np.exp(-mean)))))
    return links


def rule_odds(a: Sequence[str], b: Sequence[str]) -> np.ndarray:
    """Without a network: the share of the shorter sentence's words that are in common, above what is asked: (n, m)."""
    words = [tokenise(s) for s in a], [tokenise(s) for s in b]
    lengths = [np.array([max(len(t), 1) for t in side]) for side in words]
    shared, _ = common_words(*words)
    found: np.ndarray = np.maximum(shared / np.minimum.outer(*lengths) - SHARE, -GAP)
    return found


@cache
def _network() -> "MatchNetwork":
    from fabula.models.match_network import load_match_network

    return load_match_network(WEIGHTS, CHANNELS)
