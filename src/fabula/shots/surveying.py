"""A film read once: its shots, and small pictures of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Protocol

import numpy as np

from fabula.files.frames import Frame, ReadAhead, Video
from fabula.files.video import DEFAULT_FOLDER_FPS, open_video
from fabula.records import Film, Progress, Shot, Thumbnail
from fabula.shots.assembly import Assembly
from fabula.shots.detectors import CONTEXT, DEFAULT_DETECTOR, DEFAULT_THRESHOLD, ShotDetector, detector_named
from fabula.shots.transitions import Boundary

BLOCK = 1000
"""Frames that a detector is asked about at a time; with their pictures some 50 MB."""

SAVE_SECONDS = 30.0
PROGRESS_FRAMES = 100


@dataclass(frozen=True, slots=True)
class Survey:
    """A film's shots, which follow each other from its first frame to its last, and thumbnails of each."""

    film: Film
    shots: tuple[Shot, ...]
    thumbnails: tuple[Thumbnail, ...]


class Checkpoint(Protocol):
    """Where a survey keeps what it has done, so that a killed run goes on from there."""

    def save(self, state: bytes) -> None:
        """Keep this in place of what was kept before. Called about every 30 seconds."""
        ...

    def load(self) -> bytes | None:
        """What was kept last for this very file, detector and threshold, or None."""
        ...


def detect_shots(
    path: str | Path,
    *,
    detector: str = DEFAULT_DETECTOR,
    threshold: float = DEFAULT_THRESHOLD,
    fps: float = DEFAULT_FOLDER_FPS,
    progress: Progress | None = None,
) -> list[Shot]:
    """Find the shots of a film.

    Args:
        path: a video file, or a folder of frames.
        detector: "builtin" (a cheap look at all, TransNetV2 where it doubts), "transnet" (TransNetV2 on all; slow) or
            "content" (no network).
        threshold: from 0 to 1; higher finds fewer boundaries.
        fps: the rate of a folder's frames; files know their own.
        progress: called with (frames read, frames in all or None).

    Returns:
        The shots in order; they cover every frame.

    Raises:
        InputError: the file is missing or no video, or no frame of it can be decoded.
        FabulaError: there is no such detector, or it cannot be loaded.
    """
    video = open_video(path, fps=fps)
    assembly = Assembly(fetch=None)
    _read(video, detector_named(detector, threshold), assembly, progress, None)
    return assembly.shots


def survey(
    path: str | Path,
    *,
    detector: str = DEFAULT_DETECTOR,
    threshold: float = DEFAULT_THRESHOLD,
    fps: float = DEFAULT_FOLDER_FPS,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    thumbnails: int = 1,
) -> Survey:
    """Find the shots of a film and thumbnails of them, reading it once.

    Arguments and errors are those of ``detect_shots``, and two more:
        thumbnails is the least number for each shot, where it is long enough; long shots have more anyway.
        checkpoint keeps the state of the survey; where it holds one, the survey goes on from there,
        with the same result as if it had never stopped.
    """
    video = open_video(path, fps=fps)
    # Fetched through a second reader: the first is busy in its thread.
    assembly = Assembly(fetch=lambda frame, time: open_video(path, fps=fps).picture(frame, time), least=thumbnails)
    state = checkpoint.load() if checkpoint else None
    if state is not None:
        assembly.restore(state)
    _read(video, detector_named(detector, threshold), assembly, progress, checkpoint)
    return Survey(video.film(), tuple(assembly.shots), tuple(assembly.thumbnails))


def _read(
    video: Video,
    detector: ShotDetector,
    assembly: Assembly,
    progress: Progress | None,
    checkpoint: Checkpoint | None,
) -> None:
    """Read the film from where the assembly stands to its end."""
    start = assembly.frame // BLOCK * BLOCK
    first, time = _anchor(assembly.shots, start)
    saved = monotonic()
    with ReadAhead(video.frames(first, time, pictures=assembly.wants_pictures)) as frames:
        for block in _blocks(_told(frames, video, progress), start):
            block.settle(detector, assembly)
            if checkpoint and monotonic() - saved > SAVE_SECONDS:
                checkpoint.save(assembly.state())
                saved = monotonic()
    assembly.close(video.frames_read, video.end)


def _anchor(shots: list[Shot], start: int) -> tuple[int, float]:
    """A frame whose time is known, and that time, from which all that block ``start`` looks at can be read."""
    known = [shot for shot in shots if shot.first_frame <= start - CONTEXT]
    return (known[-1].first_frame, known[-1].start) if known else (0, 0.0)


def _told(frames: Iterable[Frame], video: Video, progress: Progress | None) -> Iterator[Frame]:
    """The same frames, with their number told from time to time."""
    total = video.expected_frames
    for frame in frames:
        if progress and frame.index % PROGRESS_FRAMES == 0:
            progress(frame.index, None if total is None else max(total, frame.index))
        yield frame
    if progress:
        progress(video.frames_read, video.frames_read)


@dataclass(frozen=True, slots=True)
class _Block:
    """Frames with their context: those from ``start`` to before ``stop`` are the block's own."""

    frames: list[Frame]
    start: int
    stop: int

    def settle(self, detector: ShotDetector, assembly: Assembly) -> None:
        """Find the block's boundaries and hand them over."""
        offset = self.frames[0].index
        small = np.stack([frame.small for frame in self.frames])
        found = detector(small, self.start - offset, self.stop - offset)
        own = self.frames[self.start - offset : self.stop - offset]
        assembly.add(own, [Boundary(boundary.frame + offset, boundary.transition) for boundary in found])


def _blocks(frames: Iterable[Frame], start: int) -> Iterator[_Block]:
    """Cut a film into blocks at whole multiples of BLOCK, wherever reading began; the last one may be longer.

    Each has CONTEXT frames more on both sides, but at the film's ends.
    """
    held: list[Frame] = []
    for frame in frames:
        if frame.index >= start - CONTEXT:
            held.append(frame)
        if frame.index == start + BLOCK + CONTEXT:
            # One frame more than the context is here, so this block is not the last.
            yield _Block(held[:-1], start, start + BLOCK)
            start += BLOCK
            held = [kept for kept in held if kept.index >= start - CONTEXT]
    if held:
        yield _Block(held, start, held[-1].index + 1)
