"""Reading videos: the only code that knows containers, codecs, time bases and rotation."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from fabula.errors import InputError
from fabula.files.frame_folder import FrameFolder
from fabula.files.frames import PICTURE_HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, Video
from fabula.files.text import require_file, sniff_kind

DEFAULT_FOLDER_FPS = 24.0
_FALLBACK_FPS = 25.0
# Decoding starts this long before the place wanted: decoders of old formats need a moment to show true pictures.
_SEEK_LEAD = 3.0
_SAME_TIME = 1e-6
_TEXT_FORMATS = ("tty", "lrc", "srt", "ass", "webvtt")


def open_video(path: str | Path, *, fps: float = DEFAULT_FOLDER_FPS) -> Video:
    """Open a video file, or a folder of frames.

    Args:
        path: an mp4, mkv, webm, mov, mpg or ogv file (anything FFmpeg reads), or a folder of jpg, png or webp files.
        fps: the rate of a folder's frames; files know their own.

    Raises:
        InputError: there is no such file, it is no video, or no frame of it can be decoded.
    """
    path = Path(path)
    if path.is_dir():
        return FrameFolder(path, fps)
    return VideoFile(require_file(path))


def can_decode(codec: str) -> bool:
    """Whether the FFmpeg in use has a decoder of that name, such as "h264"."""
    try:
        av.Codec(codec, "r")
    except (av.FFmpegError, ValueError):
        return False
    return True


def decode_only(path: str | Path) -> int:
    """Decode every frame of a video, threaded, and do nothing with it: the floor of any reader. How many there were."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


class VideoFile(Video):
    """A video in a container, decoded by FFmpeg through PyAV."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._to_small, self._to_picture = VideoReformatter(), VideoReformatter()
        self._damage: list[tuple[int, float]] = []
        with self._open() as container:
            stream = self._stream(container)
            frame = next(self._raw_frames(container, stream), None)
            if frame is None:
                raise InputError(path, "no frame of its picture track can be decoded", "fetch or export it again")
            self._origin = frame.pts or 0
            self._time_base = float(frame.time_base or stream.time_base)
            self.rate = float(stream.average_rate or stream.guessed_rate or _FALLBACK_FPS)
            self.codec = stream.codec_context.name
            self._measure(frame, float(stream.sample_aspect_ratio or 1))
            self.expected_duration = _duration(container, stream)
        self._damage.clear()

    def _open(self) -> Any:
        try:
            return av.open(str(self.path), metadata_errors="replace")
        except (av.FFmpegError, ValueError):
            kind = sniff_kind(_head(self.path)) or "no video that can be read"
            cure = "name a video file, or fetch it again if it was one"
            raise InputError(self.path, f"this is {kind}, or it is damaged at its start", cure) from None

    def _stream(self, container: Any) -> Any:
        """The picture track: the largest one that is not a cover."""
        name = container.format.name
        cover = av.stream.Disposition.attached_pic
        streams = [s for s in container.streams.video if not s.disposition & cover]
        if not streams or name.endswith("_pipe") or name in _TEXT_FORMATS:
            kind = "a picture" if name.endswith("_pipe") else "a file without a picture track"
            raise InputError(self.path, f"this is {kind}, not a film", "name the file that holds the film's picture")
        stream = max(streams, key=lambda s: s.codec_context.width * s.codec_context.height)
        stream.thread_type = "AUTO"
        return stream

    def _measure(self, frame: Any, pixel_aspect: float) -> None:
        # PyAV gives the angle anticlockwise; people and players say it clockwise.
        self.rotation = -round(frame.rotation / 90) * 90 % 360
        width, height = round(frame.width * pixel_aspect), frame.height
        self._unturned_picture = max(2, round(width / height * PICTURE_HEIGHT)), PICTURE_HEIGHT
        self.width, self.height = width, height
        if self.rotation in (90, 270):
            self.width, self.height = height, width
            self._unturned_picture = PICTURE_HEIGHT, max(2, round(height / width * PICTURE_HEIGHT))

    def _decode(self, first: int, time: float) -> Iterator[tuple[float, Any]]:
        sought = self._sought(time) if first else None
        return sought or islice(self._timed(self._read()), first, None)

    def _sought(self, time: float) -> Iterator[tuple[float, Any]] | None:
        """Frames from the one shown at ``time``, or None where timestamps do not lead to it surely."""
        frames = self._read(time)
        for seconds, frame in frames:
            if seconds is None or seconds > time + _SAME_TIME:
                return None
            if seconds >= time - _SAME_TIME:
                return self._timed(chain([(seconds, frame)], frames))
        return None

    def _timed(self, frames: Iterable[tuple[float | None, Any]]) -> Iterator[tuple[float, Any]]:
        """Mend times that are missing or do not grow: such a frame follows the one before at the usual rate."""
        last = -1 / self.rate
        for seconds, frame in frames:
            last = seconds if seconds is not None and seconds > last else last + 1 / self.rate
            yield last, frame

    def _read(self, time: float | None = None) -> Iterator[tuple[float | None, Any]]:
        """Decode all frames, or those from a key frame well before ``time``, with their times where they have one."""
        with self._open() as container:
            stream = self._stream(container)
            if time is not None and time > _SEEK_LEAD:
                # Where this fails, or leads past the place wanted, the film is read from its start.
                with suppress(av.FFmpegError):
                    container.seek(round((time - _SEEK_LEAD) / self._time_base) + self._origin, stream=stream)
            for frame in self._raw_frames(container, stream):
                yield None if frame.pts is None else (frame.pts - self._origin) * self._time_base, frame
        self._report_damage()

    def _raw_frames(self, container: Any, stream: Any) -> Iterator[Any]:
        """All that can be decoded; damaged packets are noted and left out."""
        for packet in self._packets(container, stream):
            try:
                yield from stream.decode(packet)
            except av.FFmpegError:
                self._damage.append((self.frames_read, self.end))

    def _packets(self, container: Any, stream: Any) -> Iterator[Any]:
        """All packets, and at the end, wherever that is, the one that makes a decoder give up what it still holds."""
        try:
            yield from container.demux(stream)
        except av.FFmpegError:
            self._damage.append((self.frames_read, self.end))
            yield None

    def _report_damage(self) -> None:
        if self._damage:
            frame, seconds = self._damage[0]
            self.warnings.append(
                f"{len(self._damage):,} damaged pieces were left out, the first near {seconds:.1f} s (frame {frame:,})"
            )

    def _small(self, frame: Any) -> NDArray[np.uint8]:
        # Bicubic is what FFmpeg scales with by default, and so what the network was trained on.
        small = self._to_small.reformat(frame, SMALL_WIDTH, SMALL_HEIGHT, "rgb24", interpolation="BICUBIC")
        return small.to_ndarray().astype(np.uint8, copy=False)

    def _picture(self, frame: Any) -> Image.Image:
        width, height = self._unturned_picture
        pixels = self._to_picture.reformat(frame, width, height, "rgb24").to_ndarray()
        return Image.fromarray(pixels).rotate(-self.rotation, expand=True)


def _duration(container: Any, stream: Any) -> float | None:
    """How long the container says the picture is, or else the whole file, in seconds."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)
