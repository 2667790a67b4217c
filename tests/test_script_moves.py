"""Scenes out of order are found, and lines out of order are not taken for scenes."""

import itertools
import random

import pytest

from fabula.align.script_moves import moved_scenes
from fabula.align.turns import Turn

PER_SCENE = 5
TURNS = [Turn("A", scene, ("x",), (0,)) for scene in range(8) for _ in range(PER_SCENE)]


def moved(scenes: list[int]) -> frozenset[int]:
    """What is reported when the film has these scenes in this order."""
    places = [scene * PER_SCENE + k for scene in scenes for k in range(PER_SCENE)]
    return moved_scenes(places, [1.0] * len(places), TURNS)


@pytest.mark.parametrize("seed", range(10))
def test_no_fewer_scenes_could_be_called_moved(seed: int) -> None:
    order = random.Random(seed).sample(range(8), 8)
    found = moved(order)
    rest = [scene for scene in order if scene not in found]
    assert rest == sorted(rest)
    longest = max(
        size for size in range(9) for some in itertools.combinations(order, size) if list(some) == sorted(some)
    )
    assert len(rest) == longest


def test_the_lighter_of_two_scenes_is_moved() -> None:
    places = [*range(10, 15), *range(5, 8), *range(15, 40)]
    assert moved_scenes(places, [1.0] * len(places), TURNS) == {1}
    assert moved_scenes(places, [0.1] * 5 + [1.0] * (len(places) - 5), TURNS) == {2}


def test_a_few_lines_or_doubtful_order_move_nothing() -> None:
    assert moved(list(range(8))) == frozenset()
    assert moved_scenes([], [], TURNS) == frozenset()
    two_lines = [*range(10), 30, 31, *range(10, 25)]
    assert moved_scenes(two_lines, [1.0] * len(two_lines), TURNS) == frozenset()
    half = [*range(5), 20, 21, *range(5, 20), 22, 23, 24, *range(25, 40)]
    assert moved_scenes(half, [1.0] * len(half), TURNS) == frozenset()


def test_scenes_are_counted_in_the_order_in_which_the_screenplay_has_them() -> None:
    turns = [Turn("A", scene, ("x",), (0,)) for scene in (5, None, 2, 9) for _ in range(3)]
    assert moved_scenes(list(range(12)), [1.0] * 12, turns) == frozenset()
    assert moved_scenes([*range(3, 12), 0, 1, 2], [1.0] * 12, turns) == {5}
