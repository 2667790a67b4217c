"""Learning how sure a hit is: queries whose answer is known, each asked twice, with its answer there and taken away.

So the two kinds of question, those that have an answer and those that have none, differ in nothing else. Queries are
other wordings: lines of films for passages of their books and the other way round (annotated by reading), and sentences
of abridged novels for those of the originals. Lines reworded by rule (``fabula.train.rewording``) only measure: they
keep so many words that meaning would count for nothing.
"""

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.align.book import spoken_text
from fabula.features import DEFAULT_ENCODER, embed
from fabula.files.ablit import read_ablit
from fabula.files.project import Project, Source
from fabula.files.screenplay import read_screenplay
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.records import Book, Chapter, Cue, Medium, Passage, ScriptLine, Sentence
from fabula.search import Models, SearchIndex
from fabula.search.channels import QueryVectors, TextChannel, top
from fabula.search.evidence import Evidence, measures, probability
from fabula.search.query import Query, Term
from fabula.search.units import Unit, Units
from fabula.train.annotated import SURE, Annotation, read_annotations
from fabula.train.material import TRAIN_ABLIT
from fabula.train.rewording import Rewriter, Vocabulary, content

QUERIES = 150
"""Asked of one text."""
NOVELS = 3
"""Abridged novels that are learned from."""
LONG = 1500
"""Sentences of an abridged novel that are enough: embedding whole ones takes long and teaches little more."""
LEAST_WORDS = 4
"""That carry meaning: "I don't know" has no place of its own."""
ALIKE = 0.7
"""Share of its words in the answer from which on a query is a quotation."""
KEPT = (0.1, 0.8)
"""Least and greatest share of the content words that a reworded query keeps."""
BEST = 3
"""Candidates of each question that are learned from."""
ROUNDS = 4
"""The candidates are the best by what was learned before, so learning is repeated."""
PULL = 1e-3
EQUAL = 0.005
"""Sums of two shares that differ by less are equally good."""
START = Evidence(-8.0, 8.0, 0.3, 4.0)

Told = Callable[[str], None]


@dataclass(frozen=True)
class Question:
    """A query to one channel, its vector, and the units that answer it."""

    query: Query
    vector: np.ndarray
    right: tuple[int, ...]


@dataclass(frozen=True)
class Quiz:
    """Questions to one channel of one film or book."""

    name: str
    medium: Medium
    channel: TextChannel
    questions: tuple[Question, ...]


def annotated_quizzes(found: Annotation, store: Store) -> Iterator[Quiz]:
    """A film with its book: its lines asked of the book, and the book's passages asked of its lines."""
    index = SearchIndex([project_of(found.cues, book=found.book)], models=Models(DEFAULT_ENCODER, store=store))
    said, told = index.texts[Medium.DIALOGUE], index.texts[Medium.BOOK]
    cue_at = {found.cues[item].number: row for row, item in enumerate(said.units.item.tolist())}
    passage_at = {item: row for row, item in enumerate(told.units.item.tolist())}
    lines, passages = [], []
    for first, last, begin, end, kind, sure in found.correspondences:
        if sure >= SURE and kind != "verbatim":
            cues = [cue for cue in found.cues if first <= cue.number <= last]
            spoken = " ".join(spoken_text(cue) for cue in cues)
            lines.append((spoken, [passage_at[p] for p in range(begin, end + 1) if p in passage_at]))
            prose = found.book.passages[begin].prose
            passages.append((prose, [cue_at[n] for n in range(first, last + 1) if n in cue_at]))
    yield _quiz(found.name, Medium.BOOK, told, lines, store)
    yield _quiz(found.name, Medium.DIALOGUE, said, [(_head(text), right) for text, right in passages], store)


def abridged_quizzes(folder: Path, books: Sequence[str], partitions: Sequence[str], store: Store) -> Iterator[Quiz]:
    """Abridged novels: their sentences asked of the originals."""
    for book in books:
        sentences: list[str] = []
        pairs: list[tuple[str, list[int]]] = []
        for chapter in read_ablit(folder, partitions, [book]):
            if len(sentences) >= LONG:
                break
            pairs += [
                (" ".join(chapter.abridged[a] for a in abridged), [len(sentences) + b for b in original])
                for abridged, original in chapter.links
                if abridged and original
            ]
            sentences += chapter.original
        units = Units([Unit(0, k) for k in range(len(sentences))])
        vectors = embed(sentences, DEFAULT_ENCODER, store)
        channel = TextChannel(Medium.BOOK, units, sentences, np.arange(len(sentences)), vectors)
        yield _quiz(book, Medium.BOOK, channel, [pair for pair in pairs if not _quotes(*pair, channel)], store)


def reworded_quizzes(
    name: str, project: Project, media: Sequence[Medium], store: Store, seed: int = 0
) -> Iterator[Quiz]:
    """A film's own lines in other words, asked of it."""
    index = SearchIndex([project], media, models=Models(DEFAULT_ENCODER, store=store))
    for medium, channel in index.texts.items():
        rng = random.Random(seed)
        rewriter = Rewriter(Vocabulary(channel.sentences), 0.0, rng)
        texts = [channel.sentences[start] for start in channel.starts]
        pairs = [(rewriter.reword(text, rng.uniform(*KEPT)), [unit]) for unit, text in enumerate(texts)]
        yield _quiz(name, medium, channel, pairs, store)


def _quiz(
    name: str, medium: Medium, channel: TextChannel, pairs: Sequence[tuple[str, Sequence[int]]], store: Store
) -> Quiz:
    """The pairs as questions, at most QUERIES of them; what says too little is left out."""
    fit = [(text, right) for text, right in pairs if right and len(content(text)) >= LEAST_WORDS]
    chosen = random.Random(0).sample(fit, min(QUERIES, len(fit)))
    vectors = embed([text for text, _ in chosen], DEFAULT_ENCODER, store)
    questions = tuple(
        Question(Query(text, (Term(text),)), vector, tuple(right))
        for (text, right), vector in zip(chosen, vectors, strict=True)
    )
    return Quiz(name, medium, channel, questions)


def _head(prose: str) -> str:
    """The beginning of a passage, as long as a query may be."""
    return " ".join(prose.split()[:30])


def _quotes(text: str, right: Sequence[int], channel: TextChannel) -> bool:
    words = set(content(text))
    there = {word for unit in right for word in content(channel.sentences[unit])}
    return len(words & there) >= ALIKE * len(words)


def project_of(cues: Sequence[Cue] = (), lines: Sequence[ScriptLine] = (), book: Book | None = None) -> Project:
    """A project in memory of texts that were read; nothing in it is aligned."""
    store = Store(None)
    store.save_stage("subtitles", "given", {"cues": (Cue, cues)})
    store.save_stage("screenplay", "given", {"lines": (ScriptLine, lines)})
    if book:
        source = Source("book", book.path, book.format, book.title, book.author, text=book.source)
        parts = {"chapters": (Chapter, book.chapters), "passages": (Passage, book.passages)}
        tables = {"book_source": (Source, [source]), **parts, "sentences": (Sentence, book.sentences)}
        store.save_stage("book", "given", tables)
    return Project(store)


def candidates(quiz: Quiz, question: Question, evidence: Evidence, *, there: bool) -> tuple[np.ndarray, np.ndarray]:
    """The best units for a question, with its answer there or taken away.

    Returns:
        What ``Evidence`` weighs of each (k, 4), and whether it is right (k,) bool.
    """
    channel = quiz.channel
    cosines, covered = channel.likeness(question.query, QueryVectors(question.vector))
    odds = evidence.odds(cosines, covered)
    best = np.maximum.reduceat(odds, channel.starts)
    near = [unit for unit in question.right if unit < len(best)]
    if not there:
        best[near] = -np.inf
    chosen = top(best, BEST)
    return measures(cosines, covered, channel.best_rows(odds, chosen)), np.isin(chosen, near)


def learn_evidence(quizzes: Sequence[Quiz], start: Evidence) -> Evidence:
    """Logistic regression on the best candidates of all questions; every quiz weighs the same."""
    from scipy.optimize import minimize  # late: it takes long to import

    found = start
    for _ in range(ROUNDS):
        rows, right, weights = _examples(quizzes, found)
        sign = np.where(right, 1.0, -1.0)

        def loss(
            values: np.ndarray, rows: np.ndarray = rows, sign: np.ndarray = sign, w: np.ndarray = weights
        ) -> float:
            return float((w * np.logaddexp(0, -sign * (rows @ values))).sum() + PULL * np.square(values[1:]).sum())

        first, bounds = (
            dataclasses.astuple(found),
            [(None, None), *[(0.0, None)] * 3],
        )  # no likeness is a reason against
        values = minimize(loss, first, method="L-BFGS-B", bounds=bounds).x
        found = Evidence(*(round(float(value), 3) for value in values))
    return found


def _examples(quizzes: Sequence[Quiz], evidence: Evidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, right, weights = [], [], []
    for quiz in quizzes:
        for question in quiz.questions:
            for there in (True, False):
                some, hits = candidates(quiz, question, evidence, there=there)
                rows.append(some)
                right.append(hits)
                weights.append(np.full(len(hits), 1 / (len(quiz.questions) * len(quizzes))))
    return np.concatenate(rows), np.concatenate(right), np.concatenate(weights)


def training_quizzes(data: Path, store: Store) -> Iterator[Quiz]:
    """What the shipped constants were learned from: three annotated films with their books, three abridged novels."""
    for found in read_annotations(data):
        yield from annotated_quizzes(found, store)
    yield from abridged_quizzes(data / "ablit", TRAIN_ABLIT[:NOVELS], ("train",), store)


def script_quizzes(data: Path, names: Sequence[str], store: Store) -> Iterator[Quiz]:
    """Films with screenplays: the lines of both reworded."""
    for name in names:
        folder = data / "scripts" / name
        cues, lines = read_subtitles(folder / "subtitles.srt").cues, read_screenplay(folder / "script.txt").lines
        yield from reworded_quizzes(name, project_of(cues, lines), [Medium.DIALOGUE, Medium.SCRIPT], store)


def learn_threshold(quizzes: Sequence[Quiz], evidence: Evidence) -> float:
    """The probability from which on the best hit fits: the most that is right with the answer there and without it."""
    right: list[float] = []
    gone: list[float] = []
    weights = []
    for quiz in quizzes:
        for question in quiz.questions:
            for there, column in ((True, right), (False, gone)):
                rows, hits = candidates(quiz, question, evidence, there=there)
                best = float(probability(rows[:1] @ np.array(dataclasses.astuple(evidence)))[0])
                column.append(best if hits[0] or not there else 0.0)
            weights.append(1 / len(quiz.questions))
    steps = np.arange(0.2, 0.8, 0.05)
    sums = [np.dot(weights, np.array(right) >= p) + np.dot(weights, np.array(gone) < p) for p in steps]
    return round(float(max(steps[np.array(sums) >= max(sums) - EQUAL * len(quizzes)])), 2)  # the strictest of the best


def learn_search(data: Path, store: Store, told: Told = lambda line: None) -> tuple[Evidence, float]:
    """The evidence of texts and the threshold, from the folder of data; see ``fabula train search``."""
    quizzes = []
    for quiz in training_quizzes(data, store):
        told(f"{quiz.name}, {quiz.medium}: {len(quiz.questions)} questions")
        if quiz.questions:
            quizzes.append(quiz)
    evidence = learn_evidence(quizzes, START)
    return evidence, learn_threshold(quizzes, evidence)
