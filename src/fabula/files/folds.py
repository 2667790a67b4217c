"""Things with several labels each, parted into folds that are alike."""

from collections.abc import Collection, Hashable, Sequence

import numpy as np

_DRAWS, _FEW = 20, 4000
"""The greedy way leaves a common label to chance where things are few: the best of so many draws, in fewer seconds
where there are many things, whose chances even out."""


def stratified(
    labels: Sequence[Collection[Hashable]], k: int = 5, seed: int = 0, groups: Sequence[Hashable] | None = None
) -> np.ndarray:
    """The fold of each thing, (n,) int in 0..k-1: each label is spread over the folds as evenly as may be.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): the label that the fewest things still have goes
    first, to the folds that lack it most.

    Args:
        labels: of each thing.
        k: how many folds.
        seed: decides between folds that lack as much.
        groups: things of one group stay together, and have the labels of all of it; each its own by default.

    Raises:
        ValueError: there are fewer groups than folds, or fewer than two folds.
    """
    names = list(groups) if groups is not None else list(range(len(labels)))
    members: dict[Hashable, list[int]] = {}
    for thing, name in enumerate(names):
        members.setdefault(name, []).append(thing)
    if not 2 <= k <= len(members):
        raise ValueError(f"{len(members)} films cannot be parted into {k} folds")
    sets = [frozenset().union(*(labels[thing] for thing in things)) for things in members.values()]
    rng, draws = np.random.default_rng(seed), max(1, min(_DRAWS, _FEW // len(sets)))
    best = min((_spread(sets, k, rng) for _ in range(draws)), key=lambda chosen: _unevenness(sets, chosen, k))
    fold = np.zeros(len(names), int)
    for things, chosen in zip(members.values(), best, strict=True):
        fold[things] = chosen
    return fold


def _unevenness(sets: Sequence[Collection[Hashable]], chosen: Sequence[int], k: int) -> float:
    """Squared differences from an even spread of each label and of all things, each as a share of what is even."""
    counts: dict[Hashable, np.ndarray] = {}
    for labels, fold in zip(sets, chosen, strict=True):
        for label in (*labels, None):
            counts.setdefault(label, np.zeros(k))[fold] += 1
    return float(sum(((count - count.mean()) ** 2).sum() / count.mean() for count in counts.values()))


def _spread(sets: Sequence[Collection[Hashable]], k: int, rng: np.random.Generator) -> list[int]:
    """The fold of each set of labels."""
    having: dict[Hashable, set[int]] = {}
    for thing, labels in enumerate(sets):
        for label in labels:
            having.setdefault(label, set()).add(thing)
    lack = {label: np.full(k, len(things) / k) for label, things in having.items()}
    room, chosen, left = np.full(k, len(sets) / k), [-1] * len(sets), set(range(len(sets)))
    while left:
        open_labels = {label: things & left for label, things in having.items() if things & left}
        rarest = min(open_labels, key=lambda label: (len(open_labels[label]), str(label))) if open_labels else None
        for thing in sorted(open_labels[rarest] if rarest is not None else left):
            wish = room if rarest is None else lack[rarest]
            best = np.lexsort((rng.random(k), -room, -wish))[0]
            chosen[thing], room[best] = int(best), room[best] - 1
            for label in sets[thing]:
                lack[label][best] -= 1
            left.discard(thing)
    return chosen
