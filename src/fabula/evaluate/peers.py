"""Other people's aligners, written from their papers on plain arrays, to measure beside fabula's in the same run."""

from collections.abc import Sequence

import numpy as np

from fabula.align.blocks import Block, cheapest_blocks

SAMPLES = 100  # random sentences that a block is compared with to learn its usual distance (vecalign's default)
PAIRS = 20_000  # random pairs from whose costs the price of a deletion is read
SHARED, JOINED = 0.35, 0.45  # of the word-overlap baseline, tuned on novels that are not held back
DELETION = 0.2  # the share of random pairs that cost less than a deletion


def vecalign(
    a: Sequence[np.ndarray], b: Sequence[np.ndarray], deletion: float = DELETION, seed: int = 0
) -> list[Block]:
    """Sentence alignment by embeddings of concatenated sentences (Thompson and Koehn 2019, sections 2.1 to 2.3).

    The cost of a block is its cosine distance times its number of sentences on both sides, over the mean distance
    to random blocks of the other text; a deletion costs a percentile of random 1-1 costs. The whole table
    is searched: the paper's coarse-to-fine search is an approximation of that for long texts.

    Args:
        a: ``a[k]`` has the unit vectors (n - k, d) of k + 1 sentences concatenated, from each sentence on.
        b: the same of the other text (m - k, d). Blocks have at most max(len(a), len(b)) + 1 sentences on both sides
            together.
        deletion: the share of random pairs that cost less than a deletion.
        seed: of the random pairs.
    """
    rng = np.random.default_rng(seed)
    usual_a, usual_b = [_usual(v, b, rng) for v in a], [_usual(v, a, rng) for v in b]
    costs = {}
    for r, (rows, usual_r) in enumerate(zip(a, usual_a, strict=True), 1):
        for c, (columns, usual_c) in enumerate(zip(b, usual_b, strict=True), 1):
            if r + c <= max(len(a), len(b)) + 1 and len(rows) and len(columns):
                scale = (usual_r[:, None] + usual_c[None, :]) / (2 * r * c)
                costs[r, c] = (1 - rows @ columns.T) / np.maximum(scale, 1e-6)
    singles = costs[1, 1]
    drawn = singles[rng.integers(singles.shape[0], size=PAIRS), rng.integers(singles.shape[1], size=PAIRS)]
    return cheapest_blocks(costs, float(np.quantile(drawn, deletion)))


def _usual(vectors: np.ndarray, others: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Mean cosine distance of each vector to random blocks of the other text: (n,)."""
    pool = np.concatenate(others)
    distance: np.ndarray = 1 - vectors @ pool[rng.integers(len(pool), size=SAMPLES)].mean(axis=0)
    return distance


def overlap_links(
    a: Sequence[Sequence[str]], b: Sequence[Sequence[str]], share: float = SHARED, join: float = JOINED
) -> list[tuple[int, int]]:
    """The word-overlap baseline: pairs in order that share the most different words, then neighbours that share enough.

    Args:
        a: tokens of each sentence.
        b: tokens of each sentence of the other text.
        share: of the shorter sentence's different words, which the sentences of a pair must have in common.
        join: the share from which a sentence left over joins the pair next to it.

    Returns:
        The cells that are linked.
    """
    number = {word: k for k, word in enumerate({w for t in (*a, *b) for w in t})}
    sides = [np.zeros((len(side), max(len(number), 1)), np.float32) for side in (a, b)]
    for bags, side in zip(sides, (a, b), strict=True):
        for bag, tokens in zip(bags, side, strict=True):
            bag[[number[word] for word in tokens]] = 1
    smaller = np.minimum.outer(sides[0].sum(axis=1), sides[1].sum(axis=1))
    shared = sides[0] @ sides[1].T / np.maximum(smaller, 1)
    pairs = [(i, j) for i, _, j, _ in cheapest_blocks({(1, 1): share - shared}, 0.0)]
    enough = shared >= join
    across = _joined([(j, i) for i, j in pairs], enough.T)
    return sorted({*pairs, *_joined(pairs, enough), *((i, j) for j, i in across)})


def _joined(pairs: Sequence[tuple[int, int]], alike: np.ndarray) -> list[tuple[int, int]]:
    """Columns in no pair that are alike to the row of the pair that they follow or precede without a gap."""
    taken = {j for _, j in pairs}
    found = []
    for i, j in pairs:
        for step in (-1, 1):
            k = j + step
            while 0 <= k < alike.shape[1] and k not in taken and alike[i, k]:
                found.append((i, k))
                taken.add(k)
                k += step
    return found


def dtw(cost: np.ndarray) -> list[tuple[int, int]]:
    """Dynamic time warping (Sakoe and Chiba 1978): the cheapest path from corner to corner; it leaves nothing out.

    Args:
        cost: (n, m).

    Returns:
        The path's cells in order.
    """
    n, m = cost.shape
    best = np.full((n + 1, m + 1), np.inf)
    best[0, 0] = 0
    for i in range(1, n + 1):
        best[i, 1:] = _along(np.minimum(best[i - 1, 1:], best[i - 1, :-1]), cost[i - 1])
    path = [(n - 1, m - 1)]
    while path[-1] != (0, 0):
        i, j = path[-1]
        steps = [(i - 1, j - 1), (i - 1, j), (i, j - 1)]
        path.append(min(steps, key=lambda s: best[s[0] + 1, s[1] + 1] if min(s) >= 0 else np.inf))
    return path[::-1]


def drop_dtw(cost: np.ndarray, drop: float) -> list[tuple[int, int]]:
    """Time warping that may drop elements of both sequences (Dvornik et al. 2021, "Drop-DTW", algorithm 1).

    Args:
        cost: (n, m).
        drop: what it costs to drop an element; the paper takes a percentile of the costs.

    Returns:
        The cells that are matched, in order.
    """
    n, m = cost.shape
    matched, dropped = np.full((2, n + 1, m + 1), np.inf)
    dropped[0], dropped[:, 0] = drop * np.arange(m + 1), drop * np.arange(n + 1)
    for i in range(1, n + 1):
        either = np.minimum(matched[i - 1], dropped[i - 1])
        matched[i, 1:] = _along(np.minimum(either[:-1], matched[i - 1, 1:]), cost[i - 1])
        entered = np.minimum(either[1:] + drop, matched[i, :-1] + drop)
        slope = drop * np.arange(m + 1)
        row = np.concatenate([[dropped[i, 0]], entered]) - slope
        dropped[i] = np.minimum.accumulate(row) + slope
    return _walk_drops(cost, matched, dropped, drop)


def _along(entry: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The cheapest sums along a row that is entered at any cell and followed to the right: (m,)."""
    walked = np.cumsum(cost)
    best: np.ndarray = np.minimum.accumulate(entry - walked + cost) + walked
    return best


def _walk_drops(cost: np.ndarray, matched: np.ndarray, dropped: np.ndarray, drop: float) -> list[tuple[int, int]]:
    path = []
    i, j = cost.shape
    in_match = bool(matched[i, j] < dropped[i, j])
    while i and j:
        if in_match:
            path.append((i - 1, j - 1))
            ways = [(matched, i - 1, j), (matched, i, j - 1), (matched, i - 1, j - 1), (dropped, i - 1, j - 1)]
        else:
            ways = [(dropped, i - 1, j), (dropped, i, j - 1), (matched, i - 1, j), (matched, i, j - 1)]
        table, i, j = min(ways, key=lambda way: way[0][way[1], way[2]])
        in_match = table is matched
    return path[::-1]
