"""What every source of frames shares: frames are counted, timed, made small, and some become pictures.

Frames are counted as they are decoded, from 0; a frame's time is its own timestamp less the first frame's, so variable
rates need no special care.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fabula.records import Film

SMALL_WIDTH, SMALL_HEIGHT = 48, 27
"""What TransNetV2 sees of a frame, whatever its aspect."""

PICTURE_HEIGHT = 216
PICTURE_EVERY = 6
JUMP = 8.0
"""Mean difference (of 255) from the frame before, and twice the last such difference, that likely starts a shot."""

# What a container says and what is there differ a little even in sound files (the sound is longer than the picture).
_MISSING_SECONDS, _MISSING_SHARE = 2.0, 0.02
_WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, made small.

    ``small`` is (27, 48, 3) RGB whatever the film's aspect, ``picture`` keeps the aspect and stands upright; it is
    made for some frames only.
    """

    index: int
    time: float
    small: NDArray[np.uint8]
    picture: Image.Image | None = None


class Video(ABC):
    """A film that can be read from its start, or from any frame whose time is known.

    ``width`` and ``height`` are as shown: after rotation, with square pixels. ``rotation`` is clockwise, in degrees.
    """

    path: Path
    width: int
    height: int
    rate: float
    codec: str
    rotation: int = 0
    expected_duration: float | None = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.frames_read = 0
        self.end = 0.0

    @abstractmethod
    def _decode(self, first: int, time: float) -> Iterator[tuple[float, Any]]:
        """Times and full frames from frame ``first``, which is shown at ``time``."""

    @abstractmethod
    def _small(self, frame: Any) -> NDArray[np.uint8]:
        """A full frame as (27, 48, 3) RGB."""

    @abstractmethod
    def _picture(self, frame: Any) -> Image.Image:
        """A full frame as an upright picture of PICTURE_HEIGHT lines."""

    def frames(self, first: int = 0, time: float = 0.0, *, pictures: bool = False) -> Iterator[Frame]:
        """Decode to the end.

        Args:
            first: index of the first frame wanted.
            time: when that frame is shown, as an earlier pass gave it. The numbers that follow are exact.
            pictures: add a picture to every sixth frame and to likely first frames of shots.
        """
        watch = _JumpWatch()
        for index, (seconds, frame) in enumerate(self._decode(first, time), first):
            small = self._small(frame)
            wanted = pictures and (watch.jumped(small) or index % PICTURE_EVERY == 0)
            self.frames_read, self.end = index + 1, seconds + 1 / self.rate
            yield Frame(index, seconds, small, self._picture(frame) if wanted else None)
        self._look_for_missing_end()

    def picture(self, index: int, time: float) -> Image.Image:
        """The picture of one frame, of which an earlier pass gave the time. Not to be called while frames are read."""
        return self._picture(next(self._decode(index, time))[1])

    @property
    def expected_frames(self) -> int | None:
        """How many frames there should be, or None when the container does not say."""
        return None if self.expected_duration is None else round(self.expected_duration * self.rate)

    def film(self) -> Film:
        """What is known once the frames have been read."""
        return Film(
            path=str(self.path),
            width=self.width,
            height=self.height,
            fps=self.frames_read / self.end,
            frames=self.frames_read,
            duration=self.end,
            codec=self.codec,
            rotation=self.rotation,
            warnings=tuple(self.warnings),
        )

    def _look_for_missing_end(self) -> None:
        expected = self.expected_duration
        if expected is None or expected - self.end <= max(_MISSING_SECONDS, _MISSING_SHARE * expected):
            return
        self.warnings.append(
            f"the file ends early: {self.frames_read:,} frames ({self.end:.1f} s of {expected:.1f} s) could be read"
        )


class _JumpWatch:
    """Notices frames that differ much from the one before, while the frames before that differed less."""

    def __init__(self) -> None:
        self._before: NDArray[np.int16] | None = None
        self._step = 0.0

    def jumped(self, small: NDArray[np.uint8]) -> bool:
        now = small.astype(np.int16)
        last, step = self._step, 0.0 if self._before is None else float(np.abs(now - self._before).mean())
        self._before, self._step = now, step
        return step > max(JUMP, 2 * last)


class ReadAhead:
    """Runs a reader in a thread of its own, so that decoding and a network overlap.

    Use it in a ``with`` block, which stops the reader at its end, and iterate over it. What the reader raises is raised
    where its frames are taken.
    """

    def __init__(self, frames: Iterable[Frame], depth: int = 256) -> None:
        self._frames = frames
        self._queue: Queue[Frame | BaseException | None] = Queue(depth)
        self._stop = Event()
        self._thread = Thread(target=self._work, name="fabula-decoder", daemon=True)

    def __enter__(self) -> Iterator[Frame]:
        self._thread.start()
        return self._take()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for frame in self._frames:
                if not self._put(frame):
                    return
            self._put(None)
        except BaseException as error:
            self._put(error)

    def _put(self, item: Frame | BaseException | None) -> bool:
        """Wait for room; False when nobody wants more."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_WAIT_SECONDS)
                return True
            except Full:
                continue
        return False

    def _take(self) -> Iterator[Frame]:
        while isinstance(item := self._queue.get(), Frame):
            yield item
        if item is not None:
            raise item
