"""Draws the film frame by frame and encodes it.

The still part of a shot is painted once; only what moves is drawn again, on every second frame, as drawn films are
("on twos"). Everything is drawn larger than the film and scaled down through the camera, which smooths the edges.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image, ImageChops, ImageDraw, ImageFont

from fabula.evaluate.demo.cast import Acting
from fabula.evaluate.demo.cutting import Cutting, Player, Spoken, Take
from fabula.evaluate.demo.drawing import Box, Canvas, ink, soft
from fabula.evaluate.demo.figures import draw_figure
from fabula.evaluate.demo.sets_land import LAND_SETS
from fabula.evaluate.demo.sets_rooms import ROOM_SETS
from fabula.evaluate.demo.sets_sea import SEA_SETS
from fabula.evaluate.demo.sets_things import THING_SETS
from fabula.records import Progress

SETS = SEA_SETS | ROOM_SETS | LAND_SETS | THING_SETS
ENCODERS = ("libx264", "h264", "mpeg4")
OVERSIZE = 1.25
"""Pixels drawn for each pixel of the film, where the camera is closest."""

LARGEST = 1.8
"""How much wider than the film the picture of all that a moving camera sees may become."""

OPENING, CLOSING = 24, 40
"""Frames of the fades that begin and end the film."""


class Shooting:
    """One shot being drawn: what stands still is painted when it is made."""

    def __init__(self, cutting: Cutting, take: Take) -> None:
        self.cutting, self.take, self.setting = cutting, take, SETS[take.setting]
        self.ratio = cutting.height / cutting.width
        boxes = [self.camera(0.0), self.camera(1.0)]
        whole = min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
        widths = [box[2] - box[0] for box in boxes]
        self.ground = Canvas.over(whole, cutting.width * min(OVERSIZE / min(widths), LARGEST / max(widths)))
        self.setting.paint(self.ground)
        self.ground.paper()
        self.light = _light(cutting.width, cutting.height, self.setting.shade)
        self.drawn: tuple[int, Image.Image] | None = None

    def camera(self, part: float) -> Box:
        """What the camera sees of the world (left, top, right, bottom) after this part (0 to 1) of the shot."""
        begin, end = self.take.camera[:3], self.take.camera[-3:]
        x, y, width = (a + (b - a) * soft(part) for a, b in zip(begin, end, strict=True))
        half, tall = width / 2, width / 2 * self.ratio
        return x - half, y - tall, x + half, y + tall

    def frame(self, number: int) -> Image.Image:
        """The picture of a frame counted from the shot's first; it may lie a little outside, in a transition."""
        number -= number % 2
        if self.drawn is None or self.drawn[0] != number:
            self.drawn = number, self._draw(number)
        return self.drawn[1]

    def _draw(self, number: int) -> Image.Image:
        time = number / self.cutting.rate
        canvas = self.ground.copy()
        self.setting.behind(canvas, time)
        for player in self.take.cast:
            draw_figure(canvas, player.who, self._acting(player, number, time))
        self.setting.front(canvas, time)
        picture = canvas.seen(self.camera(number / self.take.frames), (self.cutting.width, self.cutting.height))
        picture = ImageChops.multiply(picture, self.light)
        return _titled(picture, self.cutting.title, number) if self.take.title else picture

    def _acting(self, player: Player, number: int, time: float) -> Acting:
        clock = (self.take.first + number) / self.cutting.rate
        talk, wave = max((_speech(cue, player.who, clock) for cue in self.take.cues), default=(0.0, 0.0))
        dx, dy = self.setting.sway(time)
        walked = 0.0 if player.to is None else (player.to - player.x) * number / self.take.frames
        return Acting(
            x=player.x + dx + walked,
            y=player.y + dy,
            size=self.setting.size,
            facing=player.facing,
            pose=player.pose,
            hold=player.hold,
            talk=talk,
            wave=max(wave, player.wave),
            time=time,
        )


def _speech(cue: Spoken, who: str, clock: float) -> tuple[float, float]:
    """How far the mouth is open and how high the hand is lifted while the cue is spoken; two speakers take turns."""
    if who not in cue.speakers or cue.off:
        return 0.0, 0.0
    turn = (cue.end - cue.start) / len(cue.speakers)
    start = cue.start + turn * cue.speakers.index(who)
    since, left = clock - start, start + turn - 0.15 - clock
    if since < 0 or left < 0:
        return 0.0, 0.0
    return 0.12 + 0.88 * abs(math.sin(since * 8.5) * math.cos(since * 2.3)), soft(min(since, left) / 0.35)


def _light(width: int, height: int, shade: str) -> Image.Image:
    """The tint of a set's light with darker corners, to multiply a frame by."""
    x, y = np.linspace(-1, 1, width)[None, :, None], np.linspace(-1, 1, height)[:, None, None]
    vignette = 1 - 0.16 * np.clip(x**2 + y**2 - 0.35, 0, None)
    return Image.fromarray((np.array(ink(shade)[:3]) * vignette).round().astype(np.uint8))


def _titled(picture: Image.Image, title: str, number: int) -> Image.Image:
    """The picture with the film's title, which comes and goes."""
    strength = round(255 * soft((number - 20) / 16) * soft((100 - number) / 16))
    if not strength:
        return picture
    mask = Image.new("L", picture.size)
    font = ImageFont.load_default(picture.width / 20)
    ImageDraw.Draw(mask).text((picture.width * 0.34, picture.height * 0.3), title, strength, font, anchor="mm")
    picture.paste(ink("#fff4dc")[:3], (0, 0), mask)
    return picture


def draw_frames(cutting: Cutting) -> Iterator[Image.Image]:
    """Every frame of the film in order, as RGB pictures."""
    previous: Shooting | None = None
    for take, following in zip(cutting.takes, [*cutting.takes[1:], None], strict=True):
        current = Shooting(cutting, take)
        last = following.span[0] if following else cutting.frames
        for number in range(take.span[0] if previous else 0, last):
            picture = current.frame(number - take.first)
            if previous and number <= take.span[1] and take.begin != "cut":
                before = previous.frame(number - previous.take.first)
                picture = _blend(before, picture, take, number)
            yield _ends(picture, number, cutting.frames)
        previous = current


def _blend(before: Image.Image, after: Image.Image, take: Take, number: int) -> Image.Image:
    """A frame inside a transition: both shots through each other, or one after the other through black."""
    first, last = take.span
    part = (number - first + 1) / (last - first + 2)
    if take.begin == "dissolve":
        return Image.blend(before, after, part)
    shown = before if part < 0.5 else after
    return _dim(shown, abs(part - 0.5) * 2.4 - 0.2)


def _ends(picture: Image.Image, number: int, frames: int) -> Image.Image:
    """The fade out of black that begins the film, and the one into black that ends it."""
    return _dim(picture, min((number + 1) / OPENING, (frames - number - 1) / CLOSING))


def _dim(picture: Image.Image, strength: float) -> Image.Image:
    if strength >= 1:
        return picture
    return Image.blend(Image.new("RGB", picture.size), picture, max(strength, 0.0))


def pick_encoder() -> str:
    """The first of :data:`ENCODERS` that this build of FFmpeg has."""
    return next(name for name in ENCODERS if name in av.codecs_available)


def render(cutting: Cutting, path: Path, progress: Progress | None = None) -> None:
    """Draw the film and write it to ``path`` as an MP4 file. The same machine writes the same bytes each time."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = cast(VideoStream, container.add_stream(pick_encoder(), rate=cutting.rate))
        stream.width, stream.height, stream.pix_fmt = cutting.width, cutting.height, "yuv420p"
        stream.gop_size = 2 * cutting.rate
        stream.options = {"preset": "veryfast", "crf": "22", "threads": "2"}
        for number, picture in enumerate(_ahead(draw_frames(cutting))):
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
            if progress and number % cutting.rate == 0:
                progress(number, cutting.frames)
        container.mux(stream.encode())
    if progress:
        progress(cutting.frames, cutting.frames)


def _ahead(pictures: Iterator[Image.Image]) -> Iterator[Image.Image]:
    """The same pictures, each drawn in a second thread while its forerunner is encoded."""
    with ThreadPoolExecutor(max_workers=1) as hand:
        coming = hand.submit(next, pictures, None)
        while (picture := coming.result()) is not None:
            coming = hand.submit(next, pictures, None)
            yield picture
