"""Pairs of texts with known truth, ready to learn from: synthetic films of novels, and abridged novels (AbLit)."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.chain import silences
from fabula.align.stack import Pair
from fabula.features import DEFAULT_ENCODER, Encoder, embed
from fabula.files.ablit import AbridgedChapter
from fabula.files.book.sentences import split_sentences
from fabula.files.store import Store
from fabula.train.adaptations import Adaptation

EXCERPT = 25  # chapters of an abridged novel in one pair: long enough that places must be found, not guessed


@dataclass(frozen=True)
class TruePair:
    """A pair, what each unit tells (indices of texts, maybe none; None if unknown), and the silence before it."""

    name: str
    pair: Pair
    truth: tuple[tuple[int, ...] | None, ...]
    gaps: np.ndarray
    kinds: tuple[str, ...] = ()


def make_pair(lines: Sequence[str], prose: Sequence[str], encoder: str | Encoder, store: Store) -> Pair:
    """Embed lines and the sentences of texts."""
    sentences: list[str] = []
    starts: list[int] = []
    for text in prose:
        starts.append(len(sentences))
        sentences += [text[a:b] for a, b in split_sentences(text)] or [text]
    vectors = embed([*lines, *sentences], encoder, store)
    return Pair(lines, prose, vectors[: len(lines)], vectors[len(lines) :], np.array(starts))


def pair_of_adaptation(film: Adaptation, store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> TruePair:
    """A synthetic film with its novel."""
    pair = make_pair(film.cues, film.paragraphs, encoder, store)
    starts, ends = zip(*film.times, strict=True)
    return TruePair(film.title, pair, film.truth, silences(starts, ends), film.kinds)


@dataclass(frozen=True)
class Abridgement:
    """A run of chapters of a novel and of its abridged version: sentences, paragraphs, and gold links by sentence."""

    book: str
    lines: tuple[str, ...]
    paragraphs: tuple[str, ...]
    truth: tuple[tuple[int, ...], ...]


def abridgements(chapters: Sequence[AbridgedChapter], length: int = EXCERPT) -> Iterator[Abridgement]:
    """Runs of that many chapters of one abridged novel, as units (abridged sentences) and texts (paragraphs)."""
    for book, group in itertools.groupby(chapters, key=lambda chapter: chapter.book):
        run = list(group)
        for first in range(0, len(run), length):
            yield _abridgement(book, run[first : first + length])


def _abridgement(book: str, chapters: Sequence[AbridgedChapter]) -> Abridgement:
    lines: list[str] = []
    paragraphs: list[str] = []
    truth: list[tuple[int, ...]] = []
    for chapter in chapters:
        base = len(paragraphs)
        texts: dict[int, list[str]] = {}
        for sentence, place in zip(chapter.original, chapter.paragraphs, strict=True):
            texts.setdefault(place, []).append(sentence)
        rank = {place: base + k for k, place in enumerate(sorted(texts))}
        paragraphs += [" ".join(texts[place]) for place in sorted(texts)]
        told: list[set[int]] = [set() for _ in chapter.abridged]
        for abridged, original in chapter.links:
            for i in abridged:
                told[i] |= {rank[chapter.paragraphs[j]] for j in original}
        lines += chapter.abridged
        truth += [tuple(sorted(places)) for places in told]
    return Abridgement(book, tuple(lines), tuple(paragraphs), tuple(truth))


def pair_of_abridgement(
    found: Abridgement, store: Store, rng: random.Random, kept: float = 1.0, encoder: str | Encoder = DEFAULT_ENCODER
) -> TruePair:
    """An abridgement as if it were a film: only a share of its sentences is told, with a pause here and there."""
    rows = [k for k in range(len(found.lines)) if rng.random() < kept]
    pair = make_pair([found.lines[k] for k in rows], found.paragraphs, encoder, store)
    gaps = np.array([rng.choice([0.2, 0.2, 1.0, 5.0]) for _ in rows])
    return TruePair(f"ablit {found.book}", pair, tuple(found.truth[k] for k in rows), gaps)
