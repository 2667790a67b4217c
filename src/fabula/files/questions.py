"""Questions about films with answers to choose from, as MovieQA writes them (Tapaswi et al. 2016)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError
from fabula.files.text import read_text

_CLIP = re.compile(r"\.sf-(?P<first>\d+)\.ef-(?P<last>\d+)\.")
_HELP = "see the fields in: fabula train clip-questions --help"


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a film: numbers of frames (``frames``), the last one inclusive, or seconds."""

    first: float
    last: float
    frames: bool

    def seconds(self, fps: float) -> tuple[float, float]:
        """Where it starts and ends."""
        return (self.first / fps, (self.last + 1) / fps) if self.frames else (self.first, self.last)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a film, with answers of which one is right.

    ``correct`` is its index, None where nobody tells (MovieQA's test questions). ``film`` is the film's id, ``clips``
    are the stretches that it is about, none for all of the film. ``plot`` are the sentences of the plot synopsis that
    it was made from, and ``subtitles`` the numbers of the cues that it was aligned with. ``split`` is train, val, test
    or None.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    correct: int | None
    film: str
    clips: tuple[Clip, ...] = ()
    plot: tuple[int, ...] = ()
    subtitles: tuple[int, ...] = ()
    split: str | None = None


def read_questions(path: str | Path) -> tuple[Question, ...]:
    """Read MovieQA's qa.json: a list of objects (also under "questions").

    Fields: ``qid`` ("train:0": what stands before the colon is the split), ``question``, ``answers``,
    ``correct_index``, ``imdb_key``; not needed are ``video_clips`` (names with .sf-FIRST.ef-LAST. frames in them, or
    pairs of seconds), ``plot_alignment`` and ``subtitle_alignment`` (whole numbers).

    Raises:
        InputError: the file is no such list, a question lacks a field or has one of another kind, an id comes twice,
            or questions have different numbers of answers.
    """
    path = Path(path)
    found = _load(path)
    questions: dict[str, Question] = {}
    for number, row in enumerate(found, 1):
        place = f"question {number}"
        try:
            question = _question(row)
        except (KeyError, TypeError, ValueError) as error:
            why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
            raise InputError(path, f"{place}: {why}", _HELP) from None
        if question.id in questions:
            raise InputError(
                path, f"{place}: the id {question.id!r} comes twice", "give each question an id of its own"
            )
        questions[question.id] = question
        count = len(next(iter(questions.values())).answers)
        if len(question.answers) != count:
            problem = f"{place}: {len(question.answers)} answers where the first question has {count}"
            raise InputError(path, problem, "give all questions as many answers")
    if not questions:
        raise InputError(path, "there is no question in it", _HELP)
    return tuple(questions.values())


def _load(path: Path) -> list[Any]:
    try:
        found = json.loads(read_text(path).text)
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"this is no JSON ({error})", "fetch or export the file again") from None
    if isinstance(found, dict):
        found = found.get("questions")
    if not isinstance(found, list):
        raise InputError(path, "this is no list of questions", _HELP)
    return found


def _question(row: Any) -> Question:
    if not isinstance(row, dict):
        raise TypeError(f"an object belongs here, not {type(row).__name__}")
    answers = tuple(_text(answer, "answers") for answer in _list(row, "answers", needed=True))
    if len(answers) < 2:
        raise ValueError(f"there are {len(answers)} answers to choose from")
    split, colon, _ = str(row["qid"]).partition(":")
    return Question(
        str(row["qid"]),
        _text(row["question"], "question"),
        answers,
        _correct(row.get("correct_index"), len(answers)),
        _text(row["imdb_key"], "imdb_key"),
        tuple(_clip(clip) for clip in _list(row, "video_clips")),
        _numbers(row, "plot_alignment"),
        _numbers(row, "subtitle_alignment"),
        split if colon else None,
    )


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} in {field!r} is no text")
    return " ".join(value.split())


def _list(row: Mapping[str, Any], field: str, *, needed: bool = False) -> list[Any]:
    value = row[field] if needed else row.get(field) or []
    if not isinstance(value, list):
        raise TypeError(f"{field!r} is no list")
    return value


def _numbers(row: Mapping[str, Any], field: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _list(row, field))


def _correct(value: Any, count: int) -> int | None:
    if value in (None, "", -1):
        return None
    if not isinstance(value, int) or not 0 <= value < count:
        raise ValueError(f"{value!r} in 'correct_index' is none of the {count} answers (the first is 0)")
    return value


def _clip(found: Any) -> Clip:
    if isinstance(found, list) and len(found) == 2:
        clip = Clip(float(found[0]), float(found[1]), frames=False)
    else:
        name = _CLIP.search(_text(found, "video_clips"))
        if name is None:
            raise ValueError(f"{found!r} in 'video_clips' names no frames (.sf-FIRST.ef-LAST.)")
        clip = Clip(int(name["first"]), int(name["last"]), frames=True)
    if not 0 <= clip.first <= clip.last < float("inf"):
        raise ValueError(f"{found!r} in 'video_clips' ends before it starts")
    return clip
