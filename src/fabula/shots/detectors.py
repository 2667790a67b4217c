"""Shot detectors: frames in, boundaries out."""

from collections.abc import Callable, Iterable
from typing import Protocol

from fabula.errors import FabulaError
from fabula.records import Transition
from fabula.shots.network import TRUSTED, score_spans
from fabula.shots.signals import Frames, measure
from fabula.shots.transitions import (
    BLEND,
    BLEND_FRAMES,
    Boundary,
    Span,
    blends,
    cut_candidates,
    is_certain,
    is_certain_blend,
    is_faster,
    passages,
    runs_of,
)

DEFAULT_DETECTOR = "builtin"
DEFAULT_THRESHOLD = 0.5
CONTEXT = 128
"""Frames on either side that a detector may look at beyond those it is asked about."""

CUT_SCORE, BLEND_SCORE = 0.6, 0.2
"""What the network must give, in thresholds, to a step that stands out by 1, and to a run that looks like a blend.

Both have the cheap measures' word already. By eye, of steps scored 0.1 to 0.35, 16 of 20 were cuts where score times
jump was above 0.3, and 10 of 27 below; of blends scored 0.1 to 0.3, 18 of 19 were true, and 5 of 24 below.
"""

_AROUND = 3
"""The network peaks within so many frames of the step, or of the blend, that raised the doubt."""


class ShotDetector(Protocol):
    """Finds where shots start."""

    def __call__(self, frames: Frames, start: int, stop: int) -> list[Boundary]:
        """Find boundaries.

        Args:
            frames: (n, 27, 48, 3) in RGB: the frames asked about, and CONTEXT more on either side within the film.
            start: the first frame asked about; 0 when it is the film's first.
            stop: the frame after the last one asked about; n when that is the film's last.

        Returns:
            Boundaries in order, with ``start <= frame < stop``. They must follow from ``frames`` alone, so that a film
            read in pieces, or resumed, gives the same shots.
        """
        ...


class FirstLook:
    """What the cheap measures say of a stretch of film: boundaries beyond doubt, and doubts."""

    def __init__(self, frames: Frames, start: int, stop: int) -> None:
        self.signals = measure(frames)
        self._asked = range(start, stop)
        self._passages = passages(frames, self.signals)
        self._whole = stop == len(frames)
        cuts = [frame for frame in cut_candidates(self.signals) if not self._in_passage(frame)]
        self.certain = [frame for frame in cuts if is_certain(frames, self.signals, frame)]
        self.doubtful_cuts = [frame for frame in cuts if frame not in self.certain and frame in self._asked]
        runs = [
            run
            for run in blends(frames, self.signals)
            if run.middle in self._asked and not self._fades_through(run) and not self._crossed(run)
        ]
        self.certain_blends = [run for run in runs if is_certain_blend(frames, self.signals, run)]
        self.doubtful_blends = [run for run in runs if run not in self.certain_blends]

    def boundaries(self, cuts: Iterable[int], runs: Iterable[Span]) -> list[Boundary]:
        """All boundaries asked for, once the doubts are settled: the cuts and blends that were confirmed are given."""
        blended = [*self.certain_blends, *runs]
        # The steepest step of a short dissolve may have been taken for a cut.
        sharp = {*self.certain, *(frame for frame in cuts if not any(r.first <= frame <= r.last for r in blended))}
        found = [Boundary(frame, Transition.CUT) for frame in sharp]
        found += [
            Boundary(run.middle, Transition.GRADUAL)
            for run in blended
            if sharp.isdisjoint(range(run.first - _AROUND, run.last + _AROUND + 1))
        ]
        last = len(self.signals.step) - 1
        found += [
            passage.boundary
            for passage in self._passages
            if passage.boundary and not (self._whole and passage.span.last == last)
        ]
        return sorted((b for b in found if b.frame in self._asked), key=lambda boundary: boundary.frame)

    def _in_passage(self, frame: int) -> bool:
        return any(passage.span.first <= frame <= passage.span.last + 1 for passage in self._passages)

    def _fades_through(self, run: Span) -> bool:
        return any(run.first <= p.span.last + 1 and run.last >= p.span.first for p in self._passages)

    def _crossed(self, run: Span) -> bool:
        return any(run.first - _AROUND <= frame <= run.last + _AROUND for frame in self.certain)


class ContentDetector:
    """Settles doubts by the cheap measures too: quick, and weak where much moves."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def __call__(self, frames: Frames, start: int, stop: int) -> list[Boundary]:
        """See ShotDetector."""
        look = FirstLook(frames, start, stop)
        jump, blend = look.signals.jump, look.signals.blend
        cuts = [frame for frame in look.doubtful_cuts if jump[frame] > 4 * self._threshold]
        least = BLEND + (1 - BLEND) * self._threshold
        runs = [run for run in look.doubtful_blends if blend[run.first : run.last + 1].max() > least]
        return look.boundaries(cuts, [run for run in runs if is_faster(frames, run)])


class CascadeDetector:
    """Asks the network where the cheap measures leave a doubt: in Big Buck Bunny, 46 windows in place of 287."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def __call__(self, frames: Frames, start: int, stop: int) -> list[Boundary]:
        """See ShotDetector."""
        look = FirstLook(frames, start, stop)
        cuts = {frame: Span(frame - _AROUND, frame + 1) for frame in look.doubtful_cuts}
        runs = {run: _middle_half(run) for run in look.doubtful_blends}
        scores = score_spans(frames, [*cuts.values(), *runs.values()])

        def highest(span: Span) -> float:
            return float(scores[max(span.first, 0) : span.last + 1].max())

        least = CUT_SCORE * self._threshold
        confirmed = [f for f, span in cuts.items() if highest(span) * max(look.signals.jump[f], 1) > least]
        least = BLEND_SCORE * self._threshold
        return look.boundaries(confirmed, [run for run, span in runs.items() if highest(span) > least])


class TransNetDetector:
    """Runs the network over everything and takes its word: the reference, and slow."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def __call__(self, frames: Frames, start: int, stop: int) -> list[Boundary]:
        """See ShotDetector."""
        # A run of high scores may cross the edge of what is asked about.
        scores = score_spans(frames, [Span(start - TRUSTED, stop + TRUSTED - 1)])
        found = [
            Boundary(run.middle + 1, Transition.GRADUAL if len(run) >= BLEND_FRAMES else Transition.CUT)
            for run in runs_of(scores > self._threshold)
        ]
        return [boundary for boundary in found if start <= boundary.frame < stop]


def _middle_half(run: Span) -> Span:
    """Where the network's peak for a blend is; nearer its ends, the peak of a cut beside it could be taken for it."""
    quarter = len(run) // 4
    return Span(run.first + quarter - 1, run.last - quarter + 1)


def detector_named(name: str, threshold: float = DEFAULT_THRESHOLD) -> ShotDetector:
    """The detector of a name.

    Args:
        name: "builtin" (the cascade), "transnet" (the network on everything) or "content" (no network).
        threshold: from 0 to 1; higher finds fewer boundaries.

    Raises:
        FabulaError: there is no detector of that name.
    """
    detectors: dict[str, Callable[[float], ShotDetector]] = {
        "builtin": CascadeDetector,
        "transnet": TransNetDetector,
        "content": ContentDetector,
    }
    if name not in detectors:
        raise FabulaError(f"there is no shot detector {name!r}. Choose one of: {', '.join(detectors)}.")
    return detectors[name](threshold)
