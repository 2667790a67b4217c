"""The stages that read an input each: a film, subtitles, a screenplay, a book."""

from pathlib import Path

from fabula.files.book import read_book
from fabula.files.project import Source, fingerprint
from fabula.files.screenplay import read_screenplay
from fabula.files.subtitles import read_subtitles
from fabula.reading.stages import Found, Stages, StoredCheckpoint, Tables, stage_key
from fabula.records import (
    Chapter,
    Cue,
    Film,
    Passage,
    Scene,
    ScriptLine,
    Sentence,
    Shot,
    Subtitles,
    Thumbnail,
)
from fabula.shots import survey


def film_settings(detector: str, keyframes: int) -> str:
    """What the stage of the film was run with; films that were read before there was a choice of keyframes had one."""
    return detector if keyframes == 1 else f"{detector}\n{keyframes}"


def film_tables(path: Path, stages: Stages, detector: str, keyframes: int = 1) -> Found:
    """The film's shots and thumbnails; a survey that was killed goes on where it was."""
    key = stage_key("film", fingerprint(path), film_settings(detector, keyframes))
    checkpoint = StoredCheckpoint(stages.store, "film", key)
    tell = stages.telling("film")
    found = survey(path, detector=detector, progress=tell, checkpoint=checkpoint, thumbnails=keyframes)
    tables: Tables = {
        "film": (Film, [found.film]),
        "shots": (Shot, found.shots),
        "thumbnails": (Thumbnail, found.thumbnails),
    }
    return Found(tables, found.film.warnings)


def subtitle_tables(found: Subtitles) -> Found:
    """Subtitles that were read from their own file or from the film."""
    source = Source("subtitles", found.path, found.format, encoding=found.encoding)
    return Found({"subtitles_source": (Source, [source]), "cues": (Cue, found.cues)}, found.warnings)


def _subtitles(path: Path) -> Found:
    return subtitle_tables(read_subtitles(path))


def _screenplay(path: Path) -> Found:
    found = read_screenplay(path)
    tables: Tables = {
        "screenplay_source": (Source, [Source("screenplay", found.path, found.format, found.title)]),
        "lines": (ScriptLine, found.lines),
        "scenes": (Scene, found.scenes),
    }
    return Found(tables, found.warnings)


def _book(path: Path) -> Found:
    found = read_book(path)
    source = Source("book", found.path, found.format, found.title, found.author, text=found.source)
    tables: Tables = {
        "book_source": (Source, [source]),
        "chapters": (Chapter, found.chapters),
        "passages": (Passage, found.passages),
        "sentences": (Sentence, found.sentences),
    }
    return Found(tables, found.warnings)


TEXTS = {"subtitles": _subtitles, "screenplay": _screenplay, "book": _book}
"""What reads each kind of text."""
