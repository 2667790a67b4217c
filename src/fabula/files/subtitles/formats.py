"""The block structure of subtitle files: where a cue begins, its times and its text with all markup.

SRT and WebVTT are cut by one small machine of our own, because the libraries lose cues: pysubs2 knows no timing line
without hours or with blanks in it, webvtt-py drops whatever its grammar does not allow, and neither says so.
ASS is cut here too, because pysubs2 gives up on a whole file at one strange time and ignores the Format line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOCK = r"(-?\d{1,6})\s*:\s*(-?\d{1,6})(?:\s*:\s*(-?\d{1,6}))?(?:\s*[.,]\s*(-?\d{1,9}))?"
_CLOCK_PATTERN = re.compile(_CLOCK)
_TIMING = re.compile(rf"\s*{_CLOCK}\s*[-–—]+\s*>\s*{_CLOCK}(?!\d)")
_INDEX = re.compile(r"\s*\d+\s*")
_DEFAULT_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_NO_NAME = re.compile(r"(?i)default|n[tp]p|fx|[\W\d_]*")  # what editors and converters leave in the name field
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9]")


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue as it stands in the file: times in seconds as written, text with its markup, the 1-based line it is on."""

    start: float
    end: float
    text: str
    line: int
    name: str | None = None


def cut_srt(text: str) -> list[RawCue]:
    """The cues of SubRip text in file order; a cue's text reaches to the next timing line, blank lines or not."""
    return list(_cut(text.split("\n"), blank_line_ends=False))


def cut_vtt(text: str) -> list[RawCue]:
    """The cues of WebVTT text in file order; identifiers, notes, styles and regions are left out."""
    return list(_cut(text.split("\n"), blank_line_ends=True))


def cut_ass(text: str) -> tuple[list[RawCue], list[str]]:
    """The dialogue events of SubStation text in file order, without comments and drawings; and warnings."""
    cues, warnings = [], []
    fields: tuple[str, ...] = _DEFAULT_FIELDS
    events = False
    for number, line in enumerate(text.split("\n"), 1):
        key, _, value = line.strip().partition(":")
        if key.startswith("["):
            events = key.lower() == "[events]"
        elif events and key == "Format":
            fields = tuple(field.strip().lower() for field in value.split(","))
        elif key == "Dialogue":
            cue = _event(fields, value, number)
            if cue is None:
                warnings.append(f"line {number}: this event has no time that can be read; it was left out")
            elif not _DRAWING.search(cue.text):
                cues.append(cue)
    return cues, warnings


def _event(fields: tuple[str, ...], value: str, line: int) -> RawCue | None:
    event = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
    start = _CLOCK_PATTERN.match(event.get("start", "").strip())
    end = _CLOCK_PATTERN.match(event.get("end", "").strip())
    if start is None or end is None:
        return None
    name = event.get("name", event.get("actor", "")).strip()
    name = "" if _NO_NAME.fullmatch(name) else name
    return RawCue(_seconds(*start.groups()), _seconds(*end.groups()), event.get("text", ""), line, name or None)


def _cut(lines: list[str], *, blank_line_ends: bool) -> Iterator[RawCue]:
    timings = [(at, match) for at, line in enumerate(lines) if (match := _TIMING.match(line))]
    ends = [at for at, _ in timings[1:]] + [len(lines)]
    for (at, match), end in zip(timings, ends, strict=False):  # without any timing, one end is left over
        body = lines[at + 1 : end]
        if blank_line_ends:
            body = body[: next((n for n, line in enumerate(body) if not line.strip()), len(body))]
        elif end < len(lines) and body and _INDEX.fullmatch(body[-1]):
            body.pop()
        start, stop = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
        yield RawCue(start, stop, "\n".join(body).strip("\n"), at + 1)


def _seconds(first: str, second: str, third: str | None, fraction: str | None) -> float:
    """Seconds of a clock time with or without hours. ",5" is half a second; a minus sign anywhere makes it negative."""
    fields = [first, second, third] if third is not None else ["0", first, second]
    hours, minutes, seconds = (abs(int(field)) for field in fields)
    thousandths = int((fraction or "").lstrip("-").ljust(3, "0")[:3])
    sign = -1 if any(field.startswith("-") for field in [*fields, fraction or ""]) else 1
    return sign * (1000 * (3600 * hours + 60 * minutes + seconds) + thousandths) / 1000
