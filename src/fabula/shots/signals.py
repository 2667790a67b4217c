"""What a cheap first look measures on small frames: where a film changes, and in what manner."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
"""Small frames: (n, 27, 48, 3) in RGB."""

Series = NDArray[np.float32]
"""One number a frame: (n,)."""

REACH = 6
"""A cut is compared with the motion of so many frames on either side."""

BLEND_DISTANCES = (3, 6, 12, 20)
"""Half lengths in frames of the dissolves looked for; longer ones still look straight over 41 frames."""

BLEND_DIFFERENCE = 8.0
"""Two pictures differ when their mean difference (of 255) is above this: less is noise and slow motion."""

_HISTOGRAM_FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class Signals:
    """Measures of n frames, each (n,).

    ``step`` is the mean difference (of 255) from the frame before; ``jump`` is the step over the largest step
    around it, ``colour_jump`` the same for histograms: motion gives about 1, a cut more.
    ``edge`` is the step over the largest one on its quieter side: high for a cut from rest into a whirl.
    ``contrast`` is the standard deviation within the frame: near 0 when it is black, or white, or any one colour.
    ``blend`` is 1 where a frame is the mean of those before and after it, as in a dissolve or a fade, and 0 in motion.
    """

    step: Series
    jump: Series
    edge: Series
    colour_jump: Series
    contrast: Series
    blend: Series


def measure(frames: Frames) -> Signals:
    """Measure what the detectors rest on."""
    step = np.zeros(len(frames), np.float32)
    step[1:] = [np.abs(after - before).mean() for before, after in pairwise(frames.astype(np.int16))]
    colours = _histograms(frames)
    colour_step = np.zeros(len(frames), np.float32)
    colour_step[1:] = np.abs(np.diff(colours, axis=0)).sum(1) / 2
    return Signals(
        step=step,
        jump=step / (np.maximum(*_largest_around(step)) + 1),
        edge=step / (np.minimum(*_largest_around(step)) + 1),
        colour_jump=(colour_step / (np.maximum(*_largest_around(colour_step)) + _HISTOGRAM_FLOOR)).astype(np.float32),
        contrast=frames.mean(3).std((1, 2)).astype(np.float32),
        blend=blends(pooled(frames)),
    )


def pooled(frames: Frames) -> NDArray[np.float32]:
    """Frames at half size, as vectors: (n, 936)."""
    even = frames[:, :26].astype(np.uint16)
    sums = even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]
    means: NDArray[np.float32] = (sums / 4).astype(np.float32)
    return means.reshape(len(frames), -1)


def blends(vectors: NDArray[np.float32]) -> Series:
    """How well each frame is the mean of two differing ones around it, at the best of the distances: (n,), 0 to 1."""
    best = np.zeros(len(vectors), np.float32)
    for distance in BLEND_DISTANCES:
        if len(vectors) <= 2 * distance:
            break
        before, middle, after = vectors[: -2 * distance], vectors[distance:-distance], vectors[2 * distance :]
        difference = np.abs(after - before).mean(1)
        residue = np.abs(middle - (before + after) / 2).mean(1)
        # A cut and a jerk leave a residue of half the difference, as the middle equals one of the two.
        score = np.where(difference > BLEND_DIFFERENCE, 1 - 2 * residue / np.maximum(difference, 1), 0)
        inner = best[distance:-distance]
        np.maximum(inner, score, out=inner)
    return best


def _histograms(frames: Frames) -> NDArray[np.float32]:
    """Shares of 4 x 4 x 4 colours: (n, 64)."""
    levels = (frames >> 6).reshape(len(frames), -1, 3).astype(np.int64)
    bins = levels @ np.array([16, 4, 1]) + 64 * np.arange(len(frames))[:, None]
    counts = np.bincount(bins.ravel(), minlength=64 * len(frames)).reshape(-1, 64)
    shares: NDArray[np.float32] = (counts / bins.shape[1]).astype(np.float32)
    return shares


def _largest_around(series: Series) -> tuple[Series, Series]:
    """For each value the largest of the REACH values before it, and of the REACH values after it."""
    windows = sliding_window_view(np.pad(series, REACH), 2 * REACH + 1)
    return windows[:, :REACH].max(1), windows[:, REACH + 1 :].max(1)
