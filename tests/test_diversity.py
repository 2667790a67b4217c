"""distinct-n and repetition on texts that can be counted by hand."""

import pytest

from fabula.metrics.diversity import distinct_n, repetition

SEA = ["the", "sea", "and", "the", "sea", "and", "the", "ship"]


def test_by_hand() -> None:
    assert distinct_n([SEA], 1) == pytest.approx(4 / 8)
    assert distinct_n([SEA], 2) == pytest.approx(4 / 7)
    assert repetition(SEA, 2) == pytest.approx(3 / 7)
    assert repetition(SEA) == pytest.approx(1 / 5)  # of five runs of four words "the sea and the" comes twice


def test_texts_are_counted_together_and_not_joined() -> None:
    assert distinct_n([["a", "b"], ["a", "b"]], 1) == 0.5
    assert distinct_n([["a", "b"], ["c", "d"]], 2) == 1  # "b c" would be a third run
    assert distinct_n([["a", "b"]] * 100, 2) == pytest.approx(0.01)


def test_a_loop_repeats_and_new_words_do_not() -> None:
    assert repetition(["a", "b"] * 50) == pytest.approx(95 / 97)
    assert repetition([str(k) for k in range(100)]) == 0


def test_texts_too_short_to_have_a_run() -> None:
    assert distinct_n([], 1) == distinct_n([["a"]], 2) == 0
    assert repetition([]) == repetition(["a", "a", "a"]) == 0
    with pytest.raises(ValueError, match="0 words"):
        distinct_n([["a"]], 0)
