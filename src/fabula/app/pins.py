"""Pins on the command line: ranges of cues in, one line for each pin out."""

import re

from fabula.align.pins import applicable
from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.records import Pin

MOST = 10_000
"""Cues in one range; a film has some 2,000."""
WIDTH = 40


def cue_numbers(text: str) -> range:
    """The cues of "120" or "120-124".

    Raises:
        FabulaError: it is neither.
    """
    found = re.fullmatch(r"\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*", text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not first <= last < first + MOST:
        raise FabulaError(f"--cue {text}: give the number of a cue, or a range of them like 120-124.")
    return range(first, last + 1)


def pin_list(project: Project) -> str:
    """What is pinned, one line for each cue."""
    pins = project.pins
    if not pins:
        return "nothing is pinned"
    fitting, warnings = applicable(pins, project.cues, project.passages)
    return "\n".join([*(_line(pin, project) for pin in fitting), *warnings])


def _line(pin: Pin, project: Project) -> str:
    said = " ".join(pin.text.split())
    said = said if len(said) <= WIDTH else said[: WIDTH - 1] + "…"
    return f"{pin.cue:6d}  {said:<{WIDTH}}  {', '.join(_decisions(pin, project))}"


def _decisions(pin: Pin, project: Project) -> list[str]:
    found = []
    if pin.nowhere:
        found.append("not in the book")
    if pin.passage is not None and project.book:
        chapter = project.book.chapters[project.passages[pin.passage].chapter].title
        found.append(f"passage {pin.passage} ({chapter})")
    if pin.speaker:
        found.append(f"spoken by {pin.speaker}")
    return found
