"""Cost against size: made-up texts are like language, each part is timed, and memory is that of one size alone."""

import itertools
from collections import Counter

import numpy as np
import pytest

from fabula.align.stack import channel_stack
from fabula.evaluate.growth import (
    DIMENSION,
    LINE,
    SENTENCES,
    TEXT,
    Growth,
    _apart,
    made_up_pair,
    peak_memory,
    warp_made_up,
)


def test_made_up_texts_have_the_sizes_and_the_frequencies_of_language() -> None:
    pair = made_up_pair(50, 400)
    assert len(pair.lines) == 50 and len(pair.prose) == 400
    assert {len(units) for units in pair.units} == {LINE} and {len(texts) for texts in pair.texts} == {TEXT}
    assert pair.sentence_vectors.shape == (400 * SENTENCES, DIMENSION)
    assert np.linalg.norm(pair.line_vectors, axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    counts = sorted(Counter(itertools.chain(*pair.texts)).values(), reverse=True)
    assert counts[0] > 0.02 * sum(counts) and sum(c == 1 for c in counts) > 0.3 * len(counts)  # Zipf: many occur once
    assert made_up_pair(50, 400).prose == pair.prose
    assert np.isfinite(channel_stack(made_up_pair(6, 9))).all()


def test_memory_is_that_of_a_process_of_its_own() -> None:
    held = np.ones(200_000_000, np.uint8)  # 0.2 GB here are none of its
    apart, here = _apart(peak_memory), peak_memory()
    if apart is None or here is None:
        pytest.skip("the system does not say how much memory a process held")
    assert 0.01 < apart < 4 and here >= held.nbytes / 1e9


def test_peers_are_timed_on_the_same_sizes() -> None:
    seconds = warp_made_up(20, 30)
    assert len(seconds) == 2 and min(seconds) > 0


def test_the_ratio_is_that_of_all_parts_to_embedding() -> None:
    assert Growth(1, 1, 2.0, 3.0, 1.0, None, 12.0, 0.0, 0.0).ratio == pytest.approx(0.5)
