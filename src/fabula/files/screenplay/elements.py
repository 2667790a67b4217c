"""From typed elements, which every screenplay reader gives, to the records: lines with speakers, and scenes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fabula.files.screenplay.names import SpeakerName, normalise_name
from fabula.records import LineKind, Scene, Screenplay, ScriptLine


@dataclass(frozen=True, slots=True)
class Element:
    """One typed piece of a screenplay. ``scene_number`` is what a heading's margin or ``#1A#`` says."""

    kind: LineKind
    text: str
    source_line: int | None = None
    dual: bool = False
    scene_number: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader of one format found."""

    elements: list[Element]
    title: str | None = None
    warnings: tuple[str, ...] = ()


_SETTINGS = re.compile(
    r"(?P<setting>INT(?:ERIOR)?\.?\s?/\s?EXT(?:ERIOR)?|EXT(?:ERIOR)?\.?\s?/\s?INT(?:ERIOR)?|I\.?\s?/\s?E"
    r"|INT(?:ERIOR)?|EXT(?:ERIOR)?|EST)(?=[.:\s–—-]|$)[.:]*\s*[–—-]*\s*",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:\b(?:LATE|EARLY|MID|PRE|THE|NEXT|SAME|THAT|LATER|MOMENTS?|MINUTES?|SECONDS?|HOURS?|DAYS?|AN?|FEW|SOME)[\s-]+)*"
    r"\b(?:DAY(?:BREAK|LIGHT|TIME)?|NIGHT(?:FALL|TIME)?|DAWN|DUSK|MORNING|(?:AFTER)?NOON|EVENING|MIDNIGHT"
    r"|SUN(?:RISE|SET)|TWILIGHT|MAGIC HOUR|LATER|CONTINUOUS|SAME(?: TIME)?)\b",
    re.IGNORECASE,
)
_CAMERA = re.compile(
    r"\b(?:(?:EXTREME|MED(?:IUM)?\.?|FULL|LONG|CLOSER?|TWO|THREE|GROUP|WIDER?|TRUCKING|TRACKING|MOVING|REVERSE|ANOTHER)\s+)+"
    r"(?:SHOT|ANGLE)\b|\bCLOSE-?\s?UPS?\b|\bSHOT\b",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"[-–—,.]\s*$")
_LONGEST_HEADING = 300
_EDGES = " \t-–—,.:;"


def parse_heading(text: str) -> tuple[str | None, str | None, str | None]:
    """Setting (INT, EXT, INT/EXT or None), place and time of day (in capitals) of a scene heading.

    >>> parse_heading("INT. REGGIE'S ROOM -- LATE AFTERNOON")
    ('INT', "REGGIE'S ROOM", 'LATE AFTERNOON')
    """
    match = _SETTINGS.match(text)
    rest = text[match.end() if match else 0 :][:_LONGEST_HEADING]
    time = _time_of_day(rest)
    place = rest[: time.start()] if time else rest
    camera = _CAMERA.search(place)
    # "PRESS ROOM CLOSE SHOT HILDY": the room is the place. "CLOSE SHOT HILDY" alone has nothing better to say.
    if camera and camera.start() > 0:
        place = place[: camera.start()]
    setting = _setting(match.group("setting")) if match else None
    return setting, " ".join(place.strip(_EDGES).split()) or None, time.group().strip().upper() if time else None


def has_setting(text: str) -> bool:
    """Whether a line begins as scene headings do: INT., EXT, INT./EXT., I/E, EST ... in any case."""
    return _SETTINGS.match(text) is not None


def assemble(path: str, draft: Draft, format_name: str, warnings: Iterable[str] = ()) -> Screenplay:
    """Number the elements, open a scene at each heading, and carry a cue's name over its speech."""
    lines: list[ScriptLine] = []
    scenes: list[Scene] = []
    speaker: SpeakerName | None = None
    for index, element in enumerate(draft.elements):
        if element.kind is LineKind.HEADING:
            scenes.append(_open_scene(len(scenes), index, element))
        speaker = _carried(speaker, element)
        lines.append(
            ScriptLine(
                index=index,
                kind=element.kind,
                text=" ".join(element.text.split()),
                scene=len(scenes) - 1 if scenes else None,
                speaker=speaker.name if speaker else None,
                attributes=speaker.attributes if speaker else (),
                dual=element.dual,
                source_line=element.source_line,
            )
        )
    closed = _close_scenes(scenes, len(lines))
    return Screenplay(path, draft.title, tuple(lines), closed, format_name, (*warnings, *draft.warnings))


def _carried(speaker: SpeakerName | None, element: Element) -> SpeakerName | None:
    """Who speaks in this element: a cue's name lasts until something else than speech comes."""
    if element.kind is LineKind.SPEAKER:
        return normalise_name(element.text)
    return speaker if element.kind in (LineKind.DIALOGUE, LineKind.PARENTHETICAL) else None


def _open_scene(index: int, first_line: int, element: Element) -> Scene:
    setting, place, time = parse_heading(element.text)
    return Scene(index, element.text, setting, place, time, element.scene_number, first_line, first_line)


def _close_scenes(scenes: list[Scene], lines: int) -> tuple[Scene, ...]:
    ends = [scene.first_line - 1 for scene in scenes[1:]] + [lines - 1]
    return tuple(replace(scene, last_line=end) for scene, end in zip(scenes, ends, strict=False))


def _setting(found: str) -> str | None:
    letters = found.upper()
    if "/" in letters:
        return "INT/EXT"
    return None if letters == "EST" else letters[:3]


def _time_of_day(rest: str) -> re.Match[str] | None:
    """The last time that stands after a dash, comma or full stop, else one that ends the heading (INT HOUSE DAY)."""
    found = list(_TIME.finditer(rest))
    apart = [m for m in found if _SEPARATED.search(rest[: m.start()])]
    if apart:
        return apart[-1]
    camera = _CAMERA.search(rest)
    end = len(rest[: camera.start()].rstrip(_EDGES)) if camera else len(rest.rstrip(_EDGES))
    return next((m for m in found if m.end() == end), None)
