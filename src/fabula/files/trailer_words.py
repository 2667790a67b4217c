"""What is said in trailers: subtitle files by the id of their film."""

import re
from pathlib import Path

from fabula.errors import InputError
from fabula.files.catalogue_formats import imdb_id
from fabula.files.subtitles import read_subtitles
from fabula.records import CueKind, Subtitles

_SPOKEN = frozenset((CueKind.SPEECH, CueKind.MUSIC))
_NAME = re.compile(r"(?P<id>tt\d+)(?:[._-].*)?")
_KINDS = (".txt", ".srt", ".vtt")


def read_trailer_words(folder: str | Path) -> dict[str, str]:
    """The words of each film's trailers in one text, by IMDb's id, in the order of the files' names.

    Args:
        folder: has ttNUMBER.txt (or .srt, .vtt; ttNUMBER_2.txt for a film's other trailers): subtitles with times.

    Raises:
        InputError: there is no such file in the folder, or one cannot be read.
    """
    folder = Path(folder)
    words: dict[str, list[str]] = {}
    for path in sorted(folder.glob("tt*")):
        name = _NAME.fullmatch(path.stem)
        if name and path.suffix.lower() in _KINDS:
            words.setdefault(imdb_id(name["id"]), []).append(spoken_words(read_subtitles(path)))
    if not words:
        raise InputError(folder, "there are no words of trailers (ttNUMBER.txt) in it", "name the folder that has them")
    return {film: "\n".join(texts) for film, texts in words.items()}


def spoken_words(subtitles: Subtitles) -> str:
    """What is said and sung, a line for each cue: without names, sounds, advertising and notes of music."""
    texts = (" ".join(" ".join(cue.parts).split()) for cue in subtitles.cues if cue.kind in _SPOKEN)
    return "\n".join(text for text in texts if text)
