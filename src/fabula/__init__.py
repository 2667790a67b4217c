"""fabula reads a film as a story, together with its book, its screenplay and its subtitles.

>>> import fabula
>>> project = fabula.read(film="film.mp4", subtitles="film.srt", screenplay="film.fountain", book="book.epub")
>>> project.shots, project.cues, project.scenes, project.passages, project.links
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fabula import search
    from fabula.adaptation import adaptation_of
    from fabula.align.book import align_book
    from fabula.align.screenplay import align_screenplay
    from fabula.describing import describe
    from fabula.errors import FabulaError, InputError
    from fabula.files.book import read_book
    from fabula.files.project import Project
    from fabula.files.screenplay import read_screenplay
    from fabula.files.subtitles import read_subtitles
    from fabula.pinning import pin, unpin
    from fabula.reading import read
    from fabula.records import Caption, Cue, Curve, Hit, Link, Passage, Region, Scene, Shot, Tag
    from fabula.shots import detect_shots
    from fabula.stories.film_evidence import evidence_of
    from fabula.stories.film_telling import tell_film
    from fabula.stories.telling import load_teller, tell_picture
    from fabula.storyline.curves import curves
    from fabula.storyline.tagging import tag_project
    from fabula.vision import load_captioner, load_vision

# Names are imported when they are first asked for: reading subtitles must not wait for video or array libraries.
_HOMES = {
    "FabulaError": "errors",
    "InputError": "errors",
    "Caption": "records",
    "Cue": "records",
    "Curve": "records",
    "Hit": "records",
    "Link": "records",
    "Passage": "records",
    "Region": "records",
    "Scene": "records",
    "Shot": "records",
    "Tag": "records",
    "Project": "files.project",
    "read_book": "files.book",
    "read_screenplay": "files.screenplay",
    "read_subtitles": "files.subtitles",
    "detect_shots": "shots",
    "load_captioner": "vision",
    "load_vision": "vision",
    "describe": "describing",
    "adaptation_of": "adaptation",
    "align_book": "align.book",
    "align_screenplay": "align.screenplay",
    "curves": "storyline.curves",
    "tag_project": "storyline.tagging",
    "evidence_of": "stories.film_evidence",
    "tell_film": "stories.film_telling",
    "load_teller": "stories.telling",
    "tell_picture": "stories.telling",
    "pin": "pinning",
    "read": "reading",
    "unpin": "pinning",
}
_ROOMS = {"search"}  # a room that is public as such: fabula.search.search(...)

__all__ = [
    "Caption",
    "Cue",
    "Curve",
    "FabulaError",
    "Hit",
    "InputError",
    "Link",
    "Passage",
    "Project",
    "Region",
    "Scene",
    "Shot",
    "Tag",
    "adaptation_of",
    "align_book",
    "align_screenplay",
    "curves",
    "describe",
    "detect_shots",
    "evidence_of",
    "load_captioner",
    "load_teller",
    "load_vision",
    "pin",
    "read",
    "read_book",
    "read_screenplay",
    "read_subtitles",
    "search",
    "tag_project",
    "tell_film",
    "tell_picture",
    "unpin",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"fabula.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'fabula' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fabula.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
