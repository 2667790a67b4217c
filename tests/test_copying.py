"""The longest copied run against looking everywhere, and planted copies."""

import random

import numpy as np
import pytest

from fabula.metrics.copying import DEPTH, CopiedRun, CopyIndex


def stands(run: list[str], paragraph: list[str]) -> bool:
    return any(paragraph[k : k + len(run)] == run for k in range(len(paragraph) - len(run) + 1))


def by_looking(paragraphs: list[list[str]], text: list[str]) -> tuple[int, int]:
    """Length and start of the longest run, the first of several."""
    for length in range(len(text), 0, -1):
        for start in range(len(text) - length + 1):
            if any(stands(text[start : start + length], paragraph) for paragraph in paragraphs):
                return length, start
    return 0, 0


@pytest.mark.parametrize("seed", range(8))
def test_equals_looking_everywhere(seed: int) -> None:
    rng = random.Random(seed)
    words = "abcd"[: 2 + seed % 3]
    paragraphs = [rng.choices(words, k=rng.randrange(12)) for _ in range(rng.randrange(1, 12))]
    index = CopyIndex(paragraphs)
    for _ in range(60):
        text = rng.choices(words + "x" * (seed % 2), k=rng.randrange(14))
        found = index.longest_run(text)
        assert (found.words, found.start) == by_looking(paragraphs, text)
        if found.words:
            assert found.paragraph is not None
            assert stands(text[found.start : found.start + found.words], paragraphs[found.paragraph])
        else:
            assert found == CopiedRun(0)


@pytest.mark.parametrize("length", [13, 40, DEPTH])
def test_a_planted_copy_is_found_whole(length: int) -> None:
    rng = random.Random(length)
    novel = [[f"w{rng.randrange(30)}" for _ in range(80)] for _ in range(50)]
    own = [f"mine{k}" for k in range(20)]
    text = own[:7] + novel[31][5 : 5 + length] + own[7:]
    assert CopyIndex(novel).longest_run(text) == CopiedRun(length, 7, 31)


def test_a_very_long_copy_is_at_least_as_long_as_the_depth() -> None:
    words = [str(k) for k in range(300)]
    found = CopyIndex([words, words[:70]]).longest_run(["x", *words[:200]])
    assert DEPTH <= found.words <= 200
    assert found.start == 1


def test_no_run_crosses_paragraphs() -> None:
    index = CopyIndex([["the", "ship"], ["sails", "away"], []])
    assert index.longest_run(["the", "ship", "sails", "away"]) == CopiedRun(2, 0, 0)
    assert index.longest_run(["ship", "sails", "away"]) == CopiedRun(2, 1, 1)


def test_paragraphs_are_read_once_and_may_be_none() -> None:
    assert CopyIndex(iter(())).longest_run(["a"]) == CopiedRun(0)
    assert CopyIndex(iter([["a"]])).longest_run([]) == CopiedRun(0)
    assert CopyIndex(iter([["b"], ["a"]])).longest_run(["a"]) == CopiedRun(1, 0, 1)


def test_the_order_of_many_alike_words_is_right() -> None:
    """A corpus of one word over and over is the hardest to sort: everything is alike up to the depth."""
    index = CopyIndex([["a"] * 500, ["a"] * 30 + ["b"] + ["a"] * 30])
    assert index.longest_run(["a"] * 20 + ["b"] + ["a"] * 25).words == 46
    assert np.array_equal(np.sort(index._order), np.arange(len(index._words)))
