"""What was moved: the links that break the order which most of the others keep."""

import bisect

import numpy as np


def out_of_order(places: np.ndarray, weights: np.ndarray, slack: int) -> np.ndarray:
    """Which of a sequence of places leave the main line.

    The main line is the heaviest non-decreasing subsequence. A place that is not on it counts as moved only if it is
    more than ``slack`` away from the line's own places around it: small steps back are how dialogue gets rearranged.

    Args:
        places: (n,) positions in the text, in the film's order.
        weights: (n,) how sure each place is.
        slack: tolerated distance, in positions.

    Returns:
        (n,) bool.
    """
    if len(places) == 0:
        return np.zeros(0, bool)
    line = heaviest_non_decreasing(places, weights)
    around = np.searchsorted(line, np.arange(len(places)))
    low = places[line[np.maximum(around - 1, 0)]] - slack
    high = places[line[np.minimum(around, len(line) - 1)]] + slack
    low[around == 0] = -1  # before the line's first place: anything earlier in the text is in order
    high[around == len(line)] = np.iinfo(np.intp).max
    moved: np.ndarray = (places < low) | (places > high)
    return moved


def heaviest_non_decreasing(places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Indices of the non-decreasing subsequence with the greatest sum of (positive) weights, in O(n log n).

    Keeps a staircase: ends of subsequences by place, each heavier than all with smaller places.
    """
    ends: list[int] = []  # places, ascending
    best: list[tuple[float, int]] = []  # (weight of the best subsequence ending at that place, index of its last)
    previous = np.full(len(places), -1, np.intp)
    for i, (place, weight) in enumerate(zip(places.tolist(), weights.tolist(), strict=True)):
        at = bisect.bisect_right(ends, place)
        before = best[at - 1] if at else (0.0, -1)
        previous[i] = before[1]
        total = before[0] + weight
        stop = at
        while stop < len(ends) and best[stop][0] <= total:
            stop += 1
        start = at - 1 if at and ends[at - 1] == place else at
        ends[start:stop], best[start:stop] = [place], [(total, i)]
    chain = [best[-1][1]] if best else []
    while chain and previous[chain[-1]] >= 0:
        chain.append(int(previous[chain[-1]]))
    return np.array(chain[::-1], np.intp)
