"""The stages that lay the film's cues and shots beside its texts: speakers, scenes and pages."""

from collections.abc import Sequence
from dataclasses import replace

from fabula.align.book import align_book
from fabula.align.extras import heading_channels
from fabula.align.pins import applicable
from fabula.align.screenplay import align_screenplay
from fabula.align.script_scenes import place_scenes
from fabula.files.project import Project, Setting
from fabula.files.store import Store
from fabula.reading.doubts import doubt_of_book, doubt_of_screenplay
from fabula.reading.looking import picture_channels, silent_shots
from fabula.reading.stages import Found, Stages, Tables
from fabula.records import Cue, Fit, Link, Pin, Scene, ScriptLine, Seen, Shot


def speakers(store: Store, pins: Sequence[Pin]) -> Found:
    """Who speaks each cue, and when the screenplay's lines are spoken."""
    project = Project(store)
    assert project.screenplay is not None
    cues = store.load("cues", Cue)
    pins, warnings = applicable(pins, cues)
    found = align_screenplay(cues, project.screenplay, pins=pins)
    tables: Tables = {
        "spoken_cues": (Cue, found.cues),
        "timed_lines": (ScriptLine, found.lines),
        "timed_scenes": (Scene, found.scenes),
    }
    return Found(tables, [*doubt_of_screenplay(found), *warnings])


def scenes(store: Store) -> Found:
    """The screenplay's scene of each shot."""
    project = Project(store)
    assert project.screenplay is not None
    told = store.load("spoken_cues", Cue)
    screenplay = replace(project.screenplay, scenes=store.load("timed_scenes", Scene))
    shots, placed = place_scenes(store.load("shots", Shot), told, screenplay)
    return Found({"placed_shots": (Shot, shots), "placed_scenes": (Scene, placed)})


def pages(stages: Stages, encoder: str, pins: Sequence[Pin], *, trust: bool) -> Found:
    """What each cue tells of the book."""
    project = Project(stages.store)
    book = project.book
    assert book is not None
    cues, told = project.cues, project.scenes
    progress = stages.telling("pages")
    pins, warnings = applicable(pins, cues, book.passages)
    found = align_book(
        cues,
        book,
        encoder=encoder,
        channels=(heading_channels(cues, told) if told else {}) | picture_channels(project, progress),
        pins=pins,
        trust=trust,
        store=stages.store,
        progress=progress,
    )
    tables: Tables = {
        "links": (Link, found.links),
        "seen": (Seen, silent_shots(project, found.links)),
        "fit": (Fit, [found.fit] if found.fit else []),
        "settings": (Setting, [Setting("encoder", encoder), Setting("trust_book", str(trust))]),
    }
    return Found(tables, [*doubt_of_book(found), *warnings])
