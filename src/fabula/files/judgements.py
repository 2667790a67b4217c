"""What people said of captions: the two annotation files of Flickr8k (Hodosh, Young and Hockenmaier 2013)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fabula.errors import InputError
from fabula.files.text import read_text

EXPERT_FILE, CROWD_FILE = "ExpertAnnotations.txt", "CrowdFlowerAnnotations.txt"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class CaptionId:
    """A caption as the files name it: FILE#NUMBER is sentence NUMBER (from 0) of the picture FILE."""

    picture: str
    number: int


@dataclass(frozen=True, slots=True)
class ExpertJudgement:
    """How well a caption fits a picture: three ratings from 1 (not at all) to 4 (perfectly)."""

    picture: str
    caption: CaptionId
    ratings: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CrowdJudgement:
    """How many of a crowd said that a caption describes a picture, and how many that it does not."""

    picture: str
    caption: CaptionId
    yes: int
    no: int

    @property
    def share(self) -> float:
        """The share of yes, 0..1."""
        return self.yes / (self.yes + self.no)


def read_expert_judgements(path: str | Path) -> tuple[ExpertJudgement, ...]:
    """Read ``ExpertAnnotations.txt``: picture, caption and three ratings, with tabs between.

    Raises:
        InputError: the file cannot be read, or a line is not of that form.
    """
    return tuple(_rows(path, 5, _expert, "picture, FILE#NUMBER and three ratings from 1 to 4"))


def read_crowd_judgements(path: str | Path) -> tuple[CrowdJudgement, ...]:
    """Read ``CrowdFlowerAnnotations.txt``: picture, caption, share of yes, number of yes and of no, with tabs between.

    Raises:
        InputError: the file cannot be read, or a line is not of that form.
    """
    return tuple(_rows(path, 5, _crowd, "picture, FILE#NUMBER, share of yes, number of yes, number of no"))


def _rows(path: str | Path, fields: int, parse: Callable[[list[str]], Row], form: str) -> Iterator[Row]:
    for number, line in enumerate(read_text(path).text.splitlines(), 1):
        if not line.strip():
            continue
        columns = line.strip().split("\t")
        try:
            if len(columns) != fields:
                raise ValueError(f"{len(columns)} columns and not {fields}")
            yield parse(columns)
        except ValueError as error:
            cure = f"each line has {form}, with tabs between: fetch the file again"
            raise InputError(path, f"line {number}: {error}", cure) from None


def _expert(columns: list[str]) -> ExpertJudgement:
    first, second, third = (int(rating) for rating in columns[2:])
    if not {first, second, third} <= {1, 2, 3, 4}:
        raise ValueError("a rating is not in 1 to 4")
    return ExpertJudgement(columns[0], _caption(columns[1]), (first, second, third))


def _crowd(columns: list[str]) -> CrowdJudgement:
    judgement = CrowdJudgement(columns[0], _caption(columns[1]), int(columns[3]), int(columns[4]))
    if min(judgement.yes, judgement.no) < 0 or not judgement.yes + judgement.no:
        raise ValueError("nobody judged")
    if abs(judgement.share - float(columns[2])) > 1e-3:
        raise ValueError("the share of yes does not fit the numbers of yes and no")
    return judgement


def _caption(name: str) -> CaptionId:
    picture, mark, number = name.rpartition("#")
    if not mark or not number.isdecimal():
        raise ValueError(f"{name!r} is no caption's name")
    return CaptionId(picture, int(number))
