"""Scenes that the film has elsewhere than the screenplay: whole scenes out of order, not single lines."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fabula.align.order import out_of_order
from fabula.align.turns import Turn

LEAST = 3  # parts: fewer may be a phrase that another scene has as well


def moved_scenes(places: Sequence[int], weights: Sequence[float], turns: Sequence[Turn]) -> frozenset[int]:
    """The scenes of which at least two thirds of the spoken parts break the order that the others keep.

    Of two scenes that changed places, the one with less dialogue is taken to be moved (block moves: the heaviest
    non-decreasing subsequence of scenes stays, all else has moved).

    Args:
        places: the turn that each matched part speaks, in the film's order.
        weights: probability of each match.
        turns: speeches of the screenplay.

    Returns:
        Indices of scenes; one with fewer than ``LEAST`` matched parts is never among them.
    """
    scenes = [turns[place].scene for place in places]
    order = {scene: rank for rank, scene in enumerate(dict.fromkeys(turn.scene for turn in turns))}
    away = out_of_order(np.array([order[scene] for scene in scenes], np.intp), np.asarray(weights, float), 0)
    matched, out = Counter(scenes), Counter(scene for scene, gone in zip(scenes, away.tolist(), strict=True) if gone)
    return frozenset(
        scene
        for scene, count in matched.items()
        if scene is not None and count >= LEAST and 3 * out[scene] >= 2 * count
    )
