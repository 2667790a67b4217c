"""What is said in films, for those who answer questions by it."""

from collections.abc import Sequence
from pathlib import Path

from fabula.errors import InputError
from fabula.files.project import Project
from fabula.files.questions import Question
from fabula.files.subtitles import read_subtitles
from fabula.files.tagged import PROJECT
from fabula.records import Cue, CueKind

KINDS = (".srt", ".vtt", ".ass", ".txt")


def cue_texts(questions: Sequence[Question], films: Path | None, subs: Path | None) -> dict[str, list[str]]:
    """The spoken cues of the questions' films, by film, in order: of subtitle files, else of projects that have them.

    Args:
        questions: whose films count.
        films: folder of projects NAME.fabula.
        subs: folder of subtitles NAME.srt (or .vtt, .ass, .txt).

    Raises:
        InputError: a file cannot be read, or ``subs`` has none of the films.
    """
    names = sorted({q.film for q in questions})
    found = {name: texts for name in names if (texts := _of_file(name, subs) or _of_project(name, films))}
    if subs and not any(_file(name, subs) for name in names):
        problem = f"it has no subtitles of the {len(names)} films ({names[0]}.srt for one)"
        raise InputError(subs, problem, "name each file by the id of its film")
    return found


def _file(name: str, folder: Path | None) -> Path | None:
    places = (folder / f"{name}{kind}" for kind in KINDS) if folder else ()
    return next((place for place in places if place.is_file()), None)


def _of_file(name: str, folder: Path | None) -> list[str]:
    path = _file(name, folder)
    return _spoken(read_subtitles(path).cues) if path else []


def _of_project(name: str, folder: Path | None) -> list[str]:
    if folder is None or not (folder / f"{name}{PROJECT}").is_file():
        return []
    with Project.open(folder / f"{name}{PROJECT}") as project:
        return _spoken(project.cues)


def _spoken(cues: Sequence[Cue]) -> list[str]:
    texts = (" ".join(" ".join(cue.parts).split()) for cue in cues if cue.kind is CueKind.SPEECH)
    return [text for text in texts if text]
