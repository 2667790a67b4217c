"""The film's plan, read from ``material/cutting.toml``: which frames show what, and who says what when."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

from fabula.evaluate.demo.cast import Pose
from fabula.records import CueKind

Begin = Literal["cut", "dissolve", "fade"]

SPANS: dict[Begin, int] = {"cut": 0, "dissolve": 24, "fade": 36}
"""How many frames a transition takes, half of them on either side of the boundary."""

LEAD, GAP, TAIL = 0.3, 0.1, 0.3
"""Seconds before the first cue of a shot, between two cues, and after the last."""


@dataclass(frozen=True)
class Player:
    """A member of the cast in one shot; ``to`` is where a walk ends."""

    who: str
    x: float
    y: float
    facing: int = 1
    pose: Pose = "stand"
    to: float | None = None
    hold: str | None = None
    wave: float = 0.0


@dataclass(frozen=True)
class Spoken:
    """A cue of the film: ``start`` and ``end`` in seconds of the film, and where its words come from."""

    text: str
    start: float
    end: float
    speakers: tuple[str, ...]
    kind: CueKind
    off: bool
    in_script: bool
    story: tuple[tuple[str, str], ...]
    moved: bool


@dataclass(frozen=True)
class Take:
    """A shot: frames ``first`` to ``first + frames - 1`` of the film, seen in a set through a moving camera."""

    scene: int
    first: int
    frames: int
    begin: Begin
    setting: str
    camera: tuple[float, ...]
    cast: tuple[Player, ...]
    cues: tuple[Spoken, ...]
    title: bool

    @property
    def span(self) -> tuple[int, int]:
        """First and last frame of the transition that it begins with; for a cut, its first frame twice."""
        half = SPANS[self.begin] // 2
        return self.first - half, self.first + max(half - 1, 0)


@dataclass(frozen=True)
class Cutting:
    """The whole film: its size and rate, its scenes' headings, and its shots in order."""

    title: str
    version: int
    rate: int
    width: int
    height: int
    headings: tuple[str, ...]
    takes: tuple[Take, ...]
    cut: tuple[str, ...]

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return self.takes[-1].first + self.takes[-1].frames


def material(name: str) -> str:
    """The text of one of the demo's source files."""
    return (files("fabula.evaluate.demo") / "material" / name).read_text("utf-8")


@lru_cache(maxsize=1)
def read_cutting() -> Cutting:
    """The plan of the film."""
    plan = tomllib.loads(material("cutting.toml"))
    rate = plan["frames_per_second"]
    rows = [(index, scene, shot) for index, scene in enumerate(plan["scene"]) for shot in scene["shot"]]
    nexts = [following.get("begin", "cut") for _, (_, _, following) in pairwise(rows)] + ["cut"]
    takes: list[Take] = []
    for (index, scene, shot), following in zip(rows, nexts, strict=True):
        first = takes[-1].first + takes[-1].frames if takes else 0
        takes.append(_take(index, scene, shot, first, rate, SPANS[following] / 2 / rate))
    headings = tuple(scene["heading"] for scene in plan["scene"])
    return Cutting(
        plan["title"], plan["version"], rate, plan["width"], plan["height"], headings, tuple(takes), tuple(plan["cut"])
    )


def _take(scene: int, part: dict[str, Any], shot: dict[str, Any], first: int, rate: int, fading: float) -> Take:
    """One shot; ``fading`` is how many seconds of its end the next transition takes."""
    cues, clock = [], shot.get("lead", LEAD)
    for cue in shot.get("cues", ()):
        length = reading_time(cue["text"])
        cues.append(_spoken(cue, part, round(first / rate + clock, 3), length))
        clock += length + GAP
    needed = clock - GAP + shot.get("tail", TAIL) + fading
    frames = round(max(shot.get("seconds", 0.0), needed) * rate)
    camera = tuple(float(number) for number in shot["camera"])
    cast = tuple(Player(**player) for player in shot.get("cast", ()))
    title, begin = shot.get("title", False), shot.get("begin", "cut")
    return Take(scene, first, frames, begin, shot["set"], camera, cast, tuple(cues), title)


def _spoken(cue: dict[str, Any], part: dict[str, Any], start: float, length: float) -> Spoken:
    names = cue.get("by", ())
    kind = CueKind(cue.get("kind", "speech"))
    story = tuple(cue.get("story", {}).items())
    return Spoken(
        text=cue["text"],
        start=start,
        end=round(start + length, 3),
        speakers=(names,) if isinstance(names, str) else tuple(names),
        kind=kind,
        off=cue.get("off", False),
        in_script=cue.get("script", kind is CueKind.SPEECH),
        story=story,
        moved=bool(story) and (cue.get("moved", False) or part.get("moved", False)),
    )


def reading_time(text: str) -> float:
    """Seconds that a cue stays: a quarter of one and a 22nd for each letter, at least nine tenths."""
    return round(max(0.25 + len(text) / 22, 0.9), 3)


def expand(ids: tuple[str, ...], order: tuple[str, ...]) -> frozenset[str]:
    """Paragraph ids and ranges of them ("4.01-4.10") as a set, in the order of the story."""
    found: set[str] = set()
    for entry in ids:
        first, _, last = entry.partition("-")
        found.update(order[order.index(first) : order.index(last or first) + 1])
    return frozenset(found)
