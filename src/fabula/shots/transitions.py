"""Where shots may change: rules on signals, without a network.

Three things are told apart. A cut is one step that stands out from the motion around it. A passage through black (or
white, or any one colour) is a run of uniform frames between two contents. A blend (dissolve or fade) is a run of frames
that are each the mean of those before and after.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fabula.records import Transition
from fabula.shots.signals import Frames, Signals, pooled

CUT_STEP = 3.0
DOUBTFUL_JUMP = 1.1
DOUBTFUL_COLOUR_JUMP, LEAST_JUMP_WITH_COLOUR = 0.8, 0.75
DOUBTFUL_EDGE, LEAST_JUMP_WITH_EDGE = 3.0, 0.35
"""Of 1,842 transitions that TransNetV2 saw in 60 films and trailers, about ten fit neither these nor a blend."""

CERTAIN_JUMP, CERTAIN_STEP = 4.0, 10.0
"""Of 1,589 such steps the network gave 33 less than 0.5; those of them that were looked at were cuts."""

FLASH_FRAMES = 12
UNIFORM_CONTRAST = 2.5
"""Black has 0 to 1 at this size, the smallest title on black 3 and more."""

VISIBLE_CONTRAST = 6.0
LONGEST_FADE = 60
LONG_BLACK = 48
"""The shot changes in the middle of black, but no later than this, so that its place is seen within the context."""

BLEND, BLEND_FRAMES = 0.6, 3
CERTAIN_BLEND, CERTAIN_BLEND_FRAMES = 0.8, 12
"""Long dissolves are what the network misses: it gave 0.04 to one of 60 frames."""

FASTER = 2.0
"""Most true blends change 2 to 35 times as fast as what surrounds them, pans and credits 0.7 to 1.6 times."""

SAME_AFTER_BLEND, SAME_AFTER_PASSAGE = 0.9, 0.8
"""Correlations above which two frames show the same thing; 0.94 and more were seen where lamps failed for a moment."""

CHANGED_SHARE = 0.4
"""A title changes some 15 per cent of the picture, a dissolve more than half."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A new shot starts at ``frame``, which lies in the middle of a gradual transition."""

    frame: int
    transition: Transition


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``first`` to ``last``, inclusive."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def middle(self) -> int:
        """The frame in the middle, the later one of two."""
        return (self.first + self.last + 1) // 2


@dataclass(frozen=True, slots=True)
class Passage:
    """Uniform frames with the fades around them, and where in them the shot changes: None when it does not."""

    span: Span
    boundary: Boundary | None


def cut_candidates(signals: Signals) -> list[int]:
    """First frames of shots that perhaps start there: steps that stand out at least a little."""
    step, jump = signals.step, signals.jump
    stands_out = (
        (jump > DOUBTFUL_JUMP)
        | ((jump > LEAST_JUMP_WITH_COLOUR) & (signals.colour_jump > DOUBTFUL_COLOUR_JUMP))
        | ((jump > LEAST_JUMP_WITH_EDGE) & (signals.edge > DOUBTFUL_EDGE))
    )
    # Two cuts are at least two frames apart: a shorter flash of another picture is no shot.
    highest = sliding_window_view(np.pad(step, 1), 3).max(1)
    found: list[int] = np.flatnonzero((step >= highest) & (step > CUT_STEP) & stands_out).tolist()
    return found


def is_certain(frames: Frames, signals: Signals, frame: int) -> bool:
    """Whether a candidate is beyond doubt: a large step, quiet on both sides, and no return to the old picture."""
    if signals.jump[frame] < CERTAIN_JUMP or signals.step[frame] < CERTAIN_STEP:
        return False
    after = frames[frame + 1 : frame + FLASH_FRAMES].astype(np.int16)
    back = np.abs(after - frames[frame - 1].astype(np.int16)).mean((1, 2, 3))
    return bool((back > signals.step[frame] / 2).all())


def passages(frames: Frames, signals: Signals) -> list[Passage]:
    """Runs of uniform frames, each with the fades that lead into it and out of it."""
    found = (_passage(frames, signals, run) for run in runs_of(signals.contrast < UNIFORM_CONTRAST))
    return [passage for passage in found if passage is not None]


def _passage(frames: Frames, signals: Signals, run: Span) -> Passage | None:
    """None when what surrounds the run is hardly less uniform, as in dark scenes."""
    contrast = signals.contrast
    last_frame = len(frames) - 1
    first, last = run.first, run.last
    while first > max(run.first - LONGEST_FADE, 0) and _fades(contrast[first - 1], contrast[first]):
        first -= 1
    while last < min(run.last + LONGEST_FADE, last_frame) and _fades(contrast[last + 1], contrast[last]):
        last += 1
    before, after = max(first - 1, 0), min(last + 1, last_frame)
    if max(contrast[before], contrast[after]) < VISIBLE_CONTRAST:
        return None
    span = Span(first, last)
    # A run cut off by the first frame leads the film, or was seen whole, with its boundary, by the piece before.
    if run.first == 0 or (run.last < last_frame and likeness(frames[before], frames[after]) > SAME_AFTER_PASSAGE):
        return Passage(span, None)
    frame = min(run.middle, run.first + LONG_BLACK)
    return Passage(span, Boundary(frame, Transition.GRADUAL if len(span) > BLEND_FRAMES else Transition.CUT))


def blends(frames: Frames, signals: Signals) -> list[Span]:
    """Runs of frames that look like mixtures of what comes before and after, where these show different things."""
    runs = (run for run in runs_of(signals.blend > BLEND) if len(run) >= BLEND_FRAMES)
    return [run for run in runs if _differ(*_sides(frames, run))]


def is_certain_blend(frames: Frames, signals: Signals, run: Span) -> bool:
    """Whether a run is a long dissolve beyond doubt: it is no fade, of which one side is but a darker other."""
    if len(run) < CERTAIN_BLEND_FRAMES or signals.blend[run.first : run.last + 1].max() < CERTAIN_BLEND:
        return False
    before, after = _sides(frames, run)
    quarter = len(run) // 4
    no_fade = _differ(frames[run.first + quarter], after) and _differ(before, frames[run.last - quarter])
    return no_fade and is_faster(frames, run)


def is_faster(frames: Frames, run: Span) -> bool:
    """Whether a blend changes faster than the calmer of its sides: a slow pan, which blends too, goes on evenly."""
    length = min(len(run), CERTAIN_BLEND_FRAMES)
    vectors = pooled(frames[max(run.first - 2 * length, 0) : run.last + 2 * length])
    offset = max(run.first - 2 * length, 0)

    def change(start: int) -> float:
        ends = np.clip([start - offset, start - offset + length], 0, len(vectors) - 1)
        return float(np.abs(vectors[ends[1]] - vectors[ends[0]]).mean())

    within = max(change(start) for start in range(run.first, run.last - length + 2))
    around = min(change(run.first - BLEND_FRAMES - length), change(run.last + BLEND_FRAMES))
    return within > FASTER * (around + 1)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The correlation of two frames: near 1 when they show the same thing, be it in other light."""
    a, b = pooled(np.stack([one, other]))
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6))


def _sides(frames: Frames, run: Span) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A frame from before a blend, and one from after it."""
    return frames[max(run.first - BLEND_FRAMES, 0)], frames[min(run.last + BLEND_FRAMES, len(frames) - 1)]


def _differ(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether two frames show different things all over, not in a part where a title came or went."""
    one, other = pooled(np.stack([before, after]))
    difference = np.abs(one - other)
    changed = float((difference > difference.mean() / 2).mean())
    return changed > CHANGED_SHARE and likeness(before, after) < SAME_AFTER_BLEND


def _fades(farther: np.float32, nearer: np.float32) -> bool:
    """Whether contrast grows away from the uniform frames, by more than noise but less than a cut's jump."""
    return bool(nearer * 1.01 < farther < nearer * 2 + 5)


def runs_of(flags: NDArray[np.bool_]) -> Iterator[Span]:
    """The spans in which all flags are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield Span(int(start), int(stop) - 1)
