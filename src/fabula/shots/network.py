"""Asking the network about parts of a film: which windows it must see for the frames in doubt."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fabula.shots.signals import Frames
from fabula.shots.transitions import Span

WINDOW, TRUSTED = 100, 50
"""The network sees windows of 100 frames, as in training; the scores of the 50 in the middle are used."""


def score_spans(frames: Frames, spans: Iterable[Span]) -> NDArray[np.float32]:
    """Score the frames of some spans with TransNetV2.

    Returns:
        (n,): the probability that a shot changes at each frame of the spans, highest at the last frame of the old shot;
        0 at frames that no window covered.
    """
    scores = np.zeros(len(frames), np.float32)
    starts = list(window_starts(spans, len(frames)))
    if not starts:
        return scores
    from fabula.models.transnet import load_transnet

    network = load_transnet()
    margin = (WINDOW - TRUSTED) // 2
    for start in starts:
        # Beyond the film's ends its first and last frames repeat, as in the network's own pipeline.
        window = frames[np.clip(np.arange(start - margin, start - margin + WINDOW), 0, len(frames) - 1)]
        stop = min(start + TRUSTED, len(frames))
        scores[start:stop] = network(window[None])[0, margin : margin + stop - start]
    return scores


def window_starts(spans: Iterable[Span], length: int) -> Iterator[int]:
    """First trusted frames of windows that cover the spans; each group of doubts stands in the middle of its window."""
    wanted = sorted({frame for span in spans for frame in range(max(span.first, 0), min(span.last + 1, length))})
    while wanted:
        group = [frame for frame in wanted if frame < wanted[0] + TRUSTED]
        yield max((group[0] + group[-1] + 1 - TRUSTED) // 2, 0)
        wanted = wanted[len(group) :]
