"""Shots put together from boundaries, and thumbnails chosen for them, as a film goes by."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from io import BytesIO
from typing import Any

from PIL.Image import Image

from fabula.files.frames import PICTURE_EVERY, Frame
from fabula.records import Shot, Thumbnail, Transition
from fabula.shots.transitions import Boundary

SECONDS_PER_THUMBNAIL = 6.0
MOST_THUMBNAILS = 8
MOST_PICTURES = 64
"""Pictures kept of a shot that has not ended yet: they are not compressed, and a shot may last for hours."""

JPEG_QUALITY = 80

FetchPicture = Callable[[int, float], Image]
"""Given a frame's index and time, its picture."""


class Assembly:
    """The shots so far. One more is open: it starts at ``frame`` and ``time``, and its end is not known yet.

    Args:
        fetch: reads a picture that was not made on the way; None where no thumbnails are wanted.
        least: thumbnails of a shot that is long enough to have so many different pictures.
    """

    def __init__(self, fetch: FetchPicture | None, least: int = 1) -> None:
        self.shots: list[Shot] = []
        self.thumbnails: list[Thumbnail] = []
        self.frame, self.time, self.transition = 0, 0.0, Transition.CUT
        self._fetch, self._least = fetch, least
        self._pictures: dict[int, tuple[float, Image]] = {}

    @property
    def wants_pictures(self) -> bool:
        """Whether thumbnails are to be chosen."""
        return self._fetch is not None

    def add(self, frames: Iterable[Frame], boundaries: Iterable[Boundary]) -> None:
        """Take in the frames that follow, and the boundaries in them."""
        following = {frame.index: frame for frame in frames}
        self._pictures |= {f.index: (f.time, f.picture) for f in following.values() if f.picture is not None}
        for boundary in boundaries:
            if boundary.frame > self.frame:
                self.close(boundary.frame, following[boundary.frame].time)
                self.transition = boundary.transition
        self._thin(max(following) + 1)

    def close(self, frame: int, time: float) -> None:
        """End the open shot before ``frame``, which is shown at ``time``, and open the next there."""
        shot = Shot(len(self.shots), self.time, time, self.frame, frame - 1, self.transition)
        self.shots.append(shot)
        if self._fetch:
            self._thin(frame)
            self.thumbnails += self._thumbnails(shot, self._fetch)
            self._pictures = {index: kept for index, kept in self._pictures.items() if index >= frame}
        self.frame, self.time = frame, time

    def _thumbnails(self, shot: Shot, fetch: FetchPicture) -> list[Thumbnail]:
        """One thumbnail from the middle of the shot, or several spread over a long one."""
        there = {index: kept for index, kept in self._pictures.items() if shot.first_frame <= index <= shot.last_frame}
        if not there:
            # A very short shot with a soft start, so that none of its frames was made a picture on the way.
            there = {shot.first_frame: (shot.start, fetch(shot.first_frame, shot.start))}
        length = shot.last_frame - shot.first_frame + 1
        count = min(max(round((shot.end - shot.start) / SECONDS_PER_THUMBNAIL), self._least), MOST_THUMBNAILS)
        places = (shot.first_frame + length * (k + 0.5) / count for k in range(count))
        chosen = sorted({min(there, key=lambda index: (abs(index - place), index)) for place in places})
        return [Thumbnail(shot.index, index, there[index][0], _jpeg(there[index][1])) for index in chosen]

    def _thin(self, frame: int) -> None:
        """Drop pictures of the open shot, which has reached ``frame``, that it has too many of.

        What is left depends on the shot's length alone, not on when they were dropped: a resumed survey chooses alike.
        """
        stride = PICTURE_EVERY
        while (frame - self.frame) / stride > MOST_PICTURES:
            stride *= 2
        if stride > PICTURE_EVERY:
            kept = self._pictures.items()
            self._pictures = {index: value for index, value in kept if index >= frame or index % stride == 0}

    def state(self) -> bytes:
        """All that is needed to go on later, but the open shot's pictures, which must be read again."""
        state = {
            "shots": [asdict(shot) for shot in self.shots],
            "thumbnails": [asdict(t) | {"jpeg": base64.b64encode(t.jpeg).decode()} for t in self.thumbnails],
            "open": [self.frame, self.time, self.transition],
        }
        return json.dumps(state).encode()

    def restore(self, state: bytes) -> None:
        """Go back to a state."""
        stored: dict[str, Any] = json.loads(state)
        self.shots = [Shot(**row | {"transition": Transition(row["transition"])}) for row in stored["shots"]]
        self.thumbnails = [Thumbnail(**row | {"jpeg": base64.b64decode(row["jpeg"])}) for row in stored["thumbnails"]]
        self.frame, self.time, self.transition = stored["open"][0], stored["open"][1], Transition(stored["open"][2])


def _jpeg(image: Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
