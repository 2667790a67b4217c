"""The block programs against brute force, and peers on planted answers."""

import itertools

import numpy as np
import pytest

from fabula.align.blocks import SHAPES, best_blocks, cheapest_blocks
from fabula.evaluate.peers import drop_dtw, dtw, overlap_links, vecalign


def all_ways(n: int, m: int, shapes: list[tuple[int, int]]) -> list[list[tuple[int, int, int, int]]]:
    """Every set of blocks in order that fits into n x m."""
    if n == 0 or m == 0:
        return [[]]
    ways = []
    for i, j in itertools.product(range(n), range(m)):
        for r, c in shapes:
            if i + r <= n and j + c <= m:
                rest = all_ways(n - i - r, m - j - c, shapes)
                for way in rest:
                    moved = [(a + i + r, b + i + r, e + j + c, f + j + c) for a, b, e, f in way]
                    ways.append([(i, i + r - 1, j, j + c - 1), *moved])
    return [[], *ways]


@pytest.mark.parametrize("seed", range(6))
def test_best_blocks_is_the_best_of_all(seed: int) -> None:
    odds = np.random.default_rng(seed).normal(-0.3, 1, (3, 4))

    def worth(way: list[tuple[int, int, int, int]]) -> float:
        return float(sum(odds[a : b + 1, c : d + 1].sum() for a, b, c, d in way))

    ways = all_ways(3, 4, [s for s in SHAPES if s[0] <= 3 and s[1] <= 4])
    assert worth(best_blocks(odds)) == pytest.approx(max(map(worth, ways)))


@pytest.mark.parametrize("seed", range(6))
def test_cheapest_blocks_is_the_cheapest_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [(1, 1), (1, 2), (2, 1)]
    costs = {(r, c): rng.random((3 - r + 1, 4 - c + 1)) * r * c for r, c in shapes}
    skip = 0.4

    def price(way: list[tuple[int, int, int, int]]) -> float:
        used = sum(b - a + 1 + d - c + 1 for a, b, c, d in way)
        return float(sum(costs[b - a + 1, d - c + 1][a, c] for a, b, c, d in way)) + skip * (7 - used)

    assert price(cheapest_blocks(costs, skip)) == pytest.approx(min(map(price, all_ways(3, 4, shapes))))


def test_best_blocks_fills_a_gap_only_if_it_pays() -> None:
    odds = np.array([[5.0, -1.0, 5.0], [-9.0, -9.0, -9.0]])
    assert best_blocks(odds) == [(0, 0, 0, 2)]
    odds[0, 1] = -6
    assert best_blocks(odds) in ([(0, 0, 0, 0)], [(0, 0, 2, 2)])
    assert best_blocks(np.full((2, 3), -1.0)) == []


def brute_paths(cost: np.ndarray) -> float:
    """The cheapest warping path, by trying all."""
    n, m = cost.shape

    def from_here(i: int, j: int) -> float:
        onward = [(i + 1, j + 1), (i + 1, j), (i, j + 1)]
        rest: list[float] = [from_here(a, b) for a, b in onward if a < n and b < m]
        return float(cost[i, j]) + min(rest, default=0.0)

    return from_here(0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_dtw_finds_the_cheapest_path(seed: int) -> None:
    cost = np.random.default_rng(seed).random((4, 5))
    path = dtw(cost)
    assert path[0] == (0, 0) and path[-1] == (3, 4)
    assert all((c - a, d - b) in {(0, 1), (1, 0), (1, 1)} for (a, b), (c, d) in itertools.pairwise(path))
    assert sum(cost[cell] for cell in path) == pytest.approx(brute_paths(cost))


def brute_drops(cost: np.ndarray, drop: float) -> float:
    """The cheapest cost with drops: every choice of kept rows and columns, warped in full."""
    n, m = cost.shape
    best = drop * (n + m)
    for rows in itertools.product([False, True], repeat=n):
        for columns in itertools.product([False, True], repeat=m):
            if any(rows) and any(columns):
                kept = cost[np.ix_(np.flatnonzero(rows), np.flatnonzero(columns))]
                best = min(best, brute_paths(kept) + drop * (n - sum(rows) + m - sum(columns)))
    return float(best)


@pytest.mark.parametrize("seed", range(5))
def test_drop_dtw_costs_no_more_than_any_choice_of_drops(seed: int) -> None:
    """Its path and what it leaves out, priced, are not dearer than warping any subsequences."""
    cost, drop = np.random.default_rng(seed).random((3, 4)), 0.3
    path = drop_dtw(cost, drop)
    unused = 3 - len({i for i, _ in path}) + 4 - len({j for _, j in path})
    priced = sum(cost[cell] for cell in path) + drop * unused
    assert priced == pytest.approx(brute_drops(cost, drop))


def test_drop_dtw_leaves_out_what_was_put_in() -> None:
    vectors = np.eye(12)
    a, b = vectors[[0, 1, 2, 3, 4]], vectors[[0, 1, 8, 9, 2, 10, 3, 4]]
    assert drop_dtw(1 - a @ b.T, 0.3) == [(0, 0), (1, 1), (2, 4), (3, 6), (4, 7)]
    assert len(dtw(1 - a @ b.T)) >= 8


def stacked(vectors: np.ndarray, count: int) -> list[np.ndarray]:
    """Vectors of concatenations: normalised sums."""
    sums = [sum(vectors[k : len(vectors) - s + k] for k in range(s + 1)) for s in range(min(count, len(vectors)))]
    return [np.asarray(v) / np.linalg.norm(v, axis=1, keepdims=True) for v in sums]


def test_vecalign_finds_a_merged_and_a_dropped_sentence() -> None:
    rng = np.random.default_rng(0)
    b = rng.normal(size=(30, 64))
    a = np.delete(b, [20], axis=0)  # sentence 20 was dropped
    a = np.vstack([a[:10], a[10] + a[11], a[12:]])  # sentences 10 and 11 became one
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b)]
    found = vecalign(stacked(unit[0], 3), stacked(unit[1], 3))
    assert (10, 10, 10, 11) in found
    assert 20 not in {c for _, _, c, d in vecalign(unit[0:1], unit[1:2]) if c == d}
    assert (0, 0, 0, 0) in found and (27, 27, 29, 29) in found


def test_overlap_links_what_shares_words() -> None:
    a = [["the", "ship", "sank"], ["we", "swam"]]
    b = [["nobody", "knew"], ["the", "old", "ship", "sank"], ["so", "we", "swam", "home"], ["we", "swam"]]
    assert overlap_links(a, b, 0.4, 0.6) == [(0, 1), (1, 2), (1, 3)]
    assert overlap_links([["x"]], [["y"]]) == []
