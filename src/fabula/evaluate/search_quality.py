"""Whether search finds what is there, and says so when it is not: questions with known answers, asked twice.

Of texts that nothing was learned from: a film with its book, two films with screenplays, two abridged novels. Every
question is asked of its text, and again when its answer has been taken away; and of a text that is another's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.evaluate.farewell import farewell_annotation
from fabula.evaluate.statistics import expected_calibration_error
from fabula.files.ablit import HELD_BACK
from fabula.files.store import Store
from fabula.records import Medium
from fabula.search.channels import QueryVectors
from fabula.search.evidence import FITS
from fabula.train.search import Question, Quiz, abridged_quizzes, annotated_quizzes, script_quizzes

HITS = 5
SCRIPTS = ("his_girl_friday", "meet_john_doe")


@dataclass(frozen=True)
class SearchQuality:
    """Shares of the questions to one channel of one text.

    ``found``: the answer is among the first five hits; ``answered``: and the first hit fits; ``refused``: nothing fits
    once the answer has been taken away; ``foreign``: nothing fits when the question belongs to another text.
    ``error`` is the expected calibration error of the first hit, in both cases together.
    """

    name: str
    medium: Medium
    questions: int
    found: float
    answered: float
    refused: float
    foreign: float
    error: float


def held_back_quizzes(data: Path, store: Store) -> Iterator[Quiz]:
    """The questions to measure with; nothing in fabula's search was learned from these texts."""
    yield from annotated_quizzes(farewell_annotation(data), store)
    yield from script_quizzes(data, SCRIPTS, store)
    yield from abridged_quizzes(data / "ablit", HELD_BACK, ("test",), store)


def measure_quality(quizzes: Sequence[Quiz]) -> Iterator[SearchQuality]:
    """Measure each text; the questions of the next one to the same kind of channel are foreign to it."""
    for quiz in quizzes:
        if not quiz.questions:
            continue
        others = [
            q for other in quizzes if other.name != quiz.name and other.medium is quiz.medium for q in other.questions
        ]
        there = [_asked(quiz, question) for question in quiz.questions]
        gone = [_asked(quiz, question, without=question.right) for question in quiz.questions]
        foreign = [_asked(quiz, question)[0][0] for question in others[: len(quiz.questions)]]
        best = np.array([p[0] for p, _ in there])
        right = np.array([hits[0] for _, hits in there])
        yield SearchQuality(
            quiz.name,
            quiz.medium,
            len(quiz.questions),
            float(np.mean([hits.any() for _, hits in there])),
            float(np.mean(best >= FITS)),
            float(np.mean([p[0] < FITS for p, _ in gone])),
            float(np.mean(np.array(foreign) < FITS)) if foreign else float("nan"),
            expected_calibration_error(
                np.append(best, [p[0] for p, _ in gone]), np.append(right, np.zeros(len(gone), bool))
            ),
        )


def _asked(quiz: Quiz, question: Question, without: Sequence[int] = ()) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities of the best hits, and whether they are right; each (HITS,)."""
    channel = quiz.channel
    mask = np.ones(len(channel.units), bool)
    mask[list(without)] = False
    found = channel.find(question.query, QueryVectors(question.vector), mask, HITS)
    return found.probabilities, np.isin(found.units, question.right)
