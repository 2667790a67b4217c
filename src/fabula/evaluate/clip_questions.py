"""Questions about films: what answers them, by clips, by subtitles, or by nothing but the answers themselves.

MovieQA (Tapaswi et al. 2016, section 4) has the baselines, From Trailers to Storylines (section 3.4) the clips.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.folds import stratified
from fabula.files.questions import Question

if TYPE_CHECKING:
    from fabula.models.clip_questions import ClipQuestions
    from fabula.train.asked_films import AskedFilms

PUBLISHED = {"SSCB": 0.2218, "clips, learned on films": 0.2345, "clips, learned on trailers": 0.2432}
"""Accuracy on the video subset of MovieQA (From Trailers to Storylines, section 4.4), where chance is 0.2."""
WINDOW = 8  # cues: about half a minute
FEW_FILMS = 8  # below it films are too few to be drawn with replacement, and questions are drawn instead
FOLDS = 5


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """How a method answers: the share of right answers, its 95 % interval, and of how many questions and films.

    ``drawn`` says what was drawn with replacement for the interval: films, whose questions err together, or questions.
    """

    method: str
    accuracy: float
    low: float
    high: float
    questions: int
    films: int
    drawn: str


def score_answers(method: str, questions: Sequence[Question], scores: np.ndarray) -> AnswerScore:
    """Accuracy of the best-scored answers; where several are best, the right one among them counts its share.

    Args:
        method: its name.
        questions: with known answers.
        scores: (n, k).
    """
    best = scores >= scores.max(1, keepdims=True) - 1e-12
    correct = np.array([q.correct for q in questions])
    credit = best[np.arange(len(best)), correct] / best.sum(1)
    films = sorted({q.film for q in questions})
    blocks = credit[:, None] * np.array([1.0, 0.0]) + np.array([0.0, 1.0])  # (right, asked) of each question
    drawn = "questions"
    if len(films) >= FEW_FILMS:
        rows = np.array([films.index(q.film) for q in questions])
        blocks = np.stack([blocks[rows == k].sum(0) for k in range(len(films))])
        drawn = "films"
    low, high = bootstrap_interval(blocks, lambda rows: float(rows[:, 0].sum() / rows[:, 1].sum()))
    return AnswerScore(method, float(credit.mean()), low, high, len(questions), len(films), drawn)


def answer_lengths(questions: Sequence[Question]) -> np.ndarray:
    """Scores (n, k) of a method that knows nothing: people write the right answer longer."""
    return np.array([[len(answer) for answer in q.answers] for q in questions], float)


def alikeness(texts: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Cosines (n, k) of questions (n, d) and answers (n, k, d)."""
    scores: np.ndarray = np.einsum("nd,nkd->nk", texts, answers)
    return scores


def story_windows(cues: np.ndarray, width: int = WINDOW) -> np.ndarray:
    """The mean vectors of stretches of cues, of unit length: (h - width + 1, d), or one for a shorter story.

    Args:
        cues: (h, d) unit vectors, in order.
        width: cues in a stretch.
    """
    width = min(width, len(cues))
    sums = np.concatenate([np.zeros((1, cues.shape[1])), cues.cumsum(0, dtype=float)])
    found = sums[width:] - sums[:-width]
    unit: np.ndarray = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return unit.astype(np.float32)


def story_grid(story: np.ndarray, text: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Similarities of each place of a story with the question and with each answer: (k, h, 2).

    Args:
        story: (h, d).
        text: (d,) the question.
        answers: (k, d).
    """
    asked = np.broadcast_to(story @ text, (len(answers), len(story)))
    return np.stack([asked, answers @ story.T], 2)


def best_window(grids: Sequence[np.ndarray]) -> np.ndarray:
    """The searching student: scores (n, k) of the place that is most like question and answer together."""
    return np.stack([grid.sum(2).max(1) for grid in grids])


def learned_search(grids: Sequence[np.ndarray], questions: Sequence[Question], seed: int = 0) -> np.ndarray | None:
    """The searching student with a convolutional brain, learned on the questions of other films: scores (n, k).

    Films are parted into folds, each answered by a network of the others; None for a lone film.
    """
    from fabula.models.story_search import SearchSchedule, fit_search, search_scores

    films, correct = [q.film for q in questions], np.array([q.correct for q in questions])
    if len(set(films)) < 2:
        return None
    fold = stratified([()] * len(films), min(FOLDS, len(set(films))), seed, films)
    scores = np.zeros((len(grids), grids[0].shape[0]))
    for k in np.unique(fold):
        taught, asked = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        network = fit_search([grids[j] for j in taught.tolist()], correct[taught], SearchSchedule(seed=seed))
        scores[asked] = search_scores(network, [grids[j] for j in asked.tolist()])
    return scores


def measure_texts(
    questions: Sequence[Question],
    texts: np.ndarray,
    answers: np.ndarray,
    stories: Mapping[str, np.ndarray],
    seed: int = 0,
) -> Iterator[AnswerScore]:
    """All that needs no pictures, on the questions whose answers are known.

    Args:
        questions: with known answers.
        texts: (n, d) of the questions.
        answers: (n, k, d).
        stories: by film, the vectors (h, d) of its subtitles; films without them are left out of the last two methods.
        seed: of the folds and of learning.
    """
    yield score_answers("longest answer", questions, answer_lengths(questions))
    yield score_answers("answer like question", questions, alikeness(texts, answers))
    told = [k for k, q in enumerate(questions) if len(stories.get(q.film, ()))]
    if not told:
        return
    asked = [questions[k] for k in told]
    windows = {film: story_windows(rows) for film, rows in stories.items() if len(rows)}
    grids = [story_grid(windows[questions[k].film], texts[k], answers[k]) for k in told]
    yield score_answers("best window of subtitles", asked, best_window(grids))
    learned = learned_search(grids, asked, seed)
    if learned is not None:
        yield score_answers("SSCB on subtitles", asked, learned)


def measure_clips(model: "ClipQuestions", asked: "AskedFilms", seed: int = 0) -> Iterator[AnswerScore]:
    """A network of ``fabula train clip-questions``: as it is, with clips of other questions, and without clips.

    What the clips bring is the difference to the last two; a network that does not look loses nothing by them.

    Args:
        model: the network.
        asked: questions with known answers, of films that it did not learn from.
        seed: of the shuffle.
    """
    parts = (asked.texts, asked.answers)
    others = other_clips(asked.questions, np.random.default_rng(seed))
    yield score_answers("clips", asked.questions, model.scores(asked.clips, *parts))
    yield score_answers("clips of other questions", asked.questions, model.scores(asked.clips[others], *parts))
    yield score_answers("no clips", asked.questions, model.scores(asked.clips, *parts, look=False))


def other_clips(questions: Sequence[Question], rng: np.random.Generator) -> np.ndarray:
    """For each question one whose clip it gets instead, of another stretch where there is one: (n,) indices."""
    same: defaultdict[Any, list[int]] = defaultdict(list)
    for k, question in enumerate(questions):
        same[question.film, question.clips].append(k)
    every = np.arange(len(questions))
    return np.array([_other(every, same[q.film, q.clips], rng) for q in questions])


def _other(every: np.ndarray, own: Sequence[int], rng: np.random.Generator) -> int:
    rest = np.setdiff1d(every, own)
    return int(rng.choice(rest if len(rest) else every))
