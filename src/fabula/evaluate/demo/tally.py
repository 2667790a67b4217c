"""The one shape that every score of the demo has, and the counting behind it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class StageScore:
    """One measure of one stage: ``value`` is ``hit / total`` (0 if there was nothing), ``note`` says of what."""

    stage: str
    measure: str
    value: float
    hit: int
    total: int
    note: str


def share(stage: str, measure: str, hits: Iterable[bool], note: str) -> StageScore:
    """How many of some things were right."""
    answers = list(hits)
    return ratio(stage, measure, sum(answers), len(answers), note)


def ratio(stage: str, measure: str, hit: int, total: int, note: str) -> StageScore:
    """A score from its two counts."""
    return StageScore(stage, measure, hit / total if total else 0.0, hit, total, note)


def detection(stage: str, what: str, right: int, found: int, true: int) -> list[StageScore]:
    """Precision, recall and F1 (2 * right of found + true) of finding ``what``."""
    return [
        ratio(stage, "precision", right, found, f"{what} found are true"),
        ratio(stage, "recall", right, true, f"true {what} are found"),
        ratio(stage, "f1", 2 * right, found + true, f"{what}: harmonic mean of both"),
    ]


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without punctuation: what two versions of it have in common."""
    return tuple(re.findall(r"\w+", text.casefold()))
