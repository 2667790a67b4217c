"""Videos drawn for the tests: scenes of soft random texture, and every way from one to the next."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 160, 90
Clip = NDArray[np.uint8]


def scene(seed: int, length: int, *, pan: float = 0.3, noise: float = 2.0) -> Clip:
    """A texture that drifts by ``pan`` pixels a frame, with grain: (length, 90, 160, 3)."""
    random = np.random.default_rng(seed)
    room = int(pan * length) + 2
    grid = random.integers(0, 256, (12, 20, 3), dtype=np.uint8)
    base = random.integers(0, 256, (1, 1, 3))
    texture = Image.fromarray(((grid + base) // 2).astype(np.uint8)).resize(
        (WIDTH + room, HEIGHT), Image.Resampling.BICUBIC
    )
    pixels = np.asarray(texture).astype(np.float32)
    frames = []
    for place in pan * np.arange(length):
        whole, part = int(place), place % 1
        frames.append((1 - part) * pixels[:, whole : whole + WIDTH] + part * pixels[:, whole + 1 : whole + 1 + WIDTH])
    grain = random.normal(0, noise, (length, HEIGHT, WIDTH, 1))
    return np.clip(np.stack(frames) + grain, 0, 255).astype(np.uint8)


def dissolve(before: Clip, after: Clip, length: int) -> Clip:
    """The two clips, with the last frames of one mixed into the first of the other."""
    weight = ((np.arange(length) + 1) / (length + 1))[:, None, None, None]
    mixed = before[-length:] * (1 - weight) + after[:length] * weight
    return np.concatenate([before[:-length], mixed.astype(np.uint8), after[length:]])


def fade(clip: Clip, length: int, *, to_black: bool) -> Clip:
    """The clip, its last frames fading to black, or its first ones from black."""
    gain = np.ones(len(clip))
    ramp = np.arange(length) / length
    gain[-length:] = ramp[::-1] if to_black else gain[-length:]
    gain[:length] = gain[:length] if to_black else ramp
    return (clip * gain[:, None, None, None]).astype(np.uint8)


def black(length: int) -> Clip:
    return np.zeros((length, HEIGHT, WIDTH, 3), np.uint8)


def write_video(
    path: Path,
    clip: Clip,
    *,
    codec: str = "libx264",
    fps: int = 24,
    ticks: Sequence[int] | None = None,
    rotation: int = 0,
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encode a clip. ``ticks`` are the frames' times in thousandths of a second, where the rate varies."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = clip.shape[2], clip.shape[1], pixel_format
        stream.options = options or {}
        if ticks is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for packet in _packets(stream, clip, ticks):
            container.mux(packet)
    return path


def _packets(stream: av.VideoStream, clip: Clip, ticks: Sequence[int] | None) -> Iterable[av.Packet]:
    for index, pixels in enumerate(clip):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame.pts = index if ticks is None else ticks[index]
        if ticks is not None:
            frame.time_base = Fraction(1, 1000)
        yield from stream.encode(frame)
    yield from stream.encode(None)
