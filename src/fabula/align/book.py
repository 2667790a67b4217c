"""Book to subtitles: which passage of the book does each cue tell?

Channels of similarity are summed to the evidence of a chain over the cues (hidden Markov model) that moves forward
through the book at the film's pace, may jump, and may rest where the film tells something of its own. It follows
Zhu et al. 2015 (sections 4 and 5: channels, a chain with a linear timeline) with exact marginals in place
of a network and a conditional random field; those come with training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.channels import (
    best_sentence,
    context_cosine,
    ngram_overlap,
    standardise,
    tfidf_cosine,
    timeline_prior,
)
from fabula.align.lattice import chain_marginals, motion
from fabula.align.order import out_of_order
from fabula.align.words import tokenise
from fabula.features import DEFAULT_ENCODER, Encoder, embed, open_cache
from fabula.files.store import Store
from fabula.records import Book, Cue, CueKind, Link, Matter, Passage, Progress, Sentence, State, Subtitles

WEIGHTS = {"words": 0.25, "tfidf": 0.25, "meaning": 0.8, "context": 0.5, "timeline": 4.0}
"""Worth of each channel in nats for each unit of its own. Words are worth a quarter of their surprise, because the
n-grams of one line overlap and its words depend on each other."""

CHANCE = 6.5
"""Nats of evidence that the best of a book's wrong passages often reaches: what a match must overcome."""

NEAR = 2
"""A link's probability is summed over this many passages on both sides: dialogue is cut into very short paragraphs,
and being one line off is no error that a reader would notice."""

ACCEPT = 0.3
"""A cue is called aligned from this probability on: about half of the F1 that can be reached, which is where the
expected F1 is greatest when probabilities are calibrated (Lipton et al. 2014)."""

SHORTEST_BOOK_ONLY = 3  # passages; fewer are narration between lines that the film shows without words

PACE = motion(stay=0.35, forward=[(0.45, 2), (0.08, 15)], backward=(0.06, 2), jump=0.01, leave=0.1, stay_out=0.9)


@dataclass(frozen=True)
class _Text:
    """The book's alignable part: its passages, their sentences, and where each passage's sentences start."""

    passages: Sequence[Passage]
    sentences: Sequence[Sentence]
    starts: np.ndarray


def align_book(
    cues: Sequence[Cue] | Subtitles,
    book: Book,
    *,
    encoder: str | Encoder = DEFAULT_ENCODER,
    store: Store | None = None,
    progress: Progress | None = None,
) -> tuple[Link, ...]:
    """Link each cue to the passage that it tells, or say that the book does not have it.

    Args:
        cues: the subtitles, in the order of the film.
        book: the book; front and back matter are left out.
        encoder: name of the sentence encoder, or one.
        store: where vectors are kept; the user's cache by default.
        progress: called while sentences are embedded.

    Returns:
        One link for each cue in the order given (aligned, moved or film_only), then the stretches of the book
        that no cue tells (book_only). A score is the chain's probability of what the link says.
    """
    cues = cues.cues if isinstance(cues, Subtitles) else cues
    spoken = [cue for cue in cues if cue.kind is CueKind.SPEECH and tokenise(_spoken_text(cue))]
    text = _alignable(book)
    if not spoken or not text.passages:
        return (*(_film_only(cue, 1.0) for cue in cues), *_book_only(text.passages, np.zeros(len(text.passages))))
    channels = _channels(spoken, text, encoder, store or open_cache(), progress)
    matched, _ = chain_marginals(_evidence(channels), PACE)
    best = matched.argmax(axis=1)
    scores = _mass_near(matched, best)
    accepted = scores >= ACCEPT
    moved = _moved(best, scores, accepted, len(text.passages))
    found: dict[int, Link] = {}
    for row, cue in enumerate(spoken):
        if not accepted[row]:
            found[cue.number] = _film_only(cue, float(1 - scores[row]))
            continue
        why = tuple(
            (name, round(float(WEIGHTS[name] * values[row, best[row]]), 3)) for name, values in channels.items()
        )
        passage = text.passages[best[row]].index
        state = State.MOVED if moved[row] else State.ALIGNED
        sentence = _best_sentence(cue, text, int(best[row]))
        score = round(float(min(scores[row], 1.0)), 4)
        found[cue.number] = Link(state, score, cue.number, cue.number, passage, passage, sentence, why)
    told = np.zeros(len(text.passages))
    np.maximum.at(told, best[accepted], scores[accepted])
    per_cue = (found.get(cue.number) or _film_only(cue, 1.0) for cue in cues)
    return (*per_cue, *_book_only(text.passages, told))


def _spoken_text(cue: Cue) -> str:
    return " ".join(cue.parts) or cue.text


def _alignable(book: Book) -> _Text:
    body = {c.index for c in book.chapters if c.matter is Matter.BODY}
    passages = [p for p in book.passages if p.chapter in body]
    wanted = {p.index for p in passages}
    sentences = [s for s in book.sentences if s.passage in wanted]
    starts = np.searchsorted([s.passage for s in sentences], [p.index for p in passages])
    return _Text(passages, sentences, starts)


def _channels(
    cues: Sequence[Cue], text: _Text, encoder: str | Encoder, store: Store, progress: Progress | None
) -> dict[str, np.ndarray]:
    lines = [_spoken_text(cue) for cue in cues]
    sentences = [sentence.prose for sentence in text.sentences]
    vectors = embed([*lines, *sentences], encoder, store, progress)
    spoken, written = vectors[: len(lines)], vectors[len(lines) :]
    units = [tokenise(line) for line in lines]
    texts = [tokenise(passage.text) for passage in text.passages]
    return {
        "words": ngram_overlap(units, texts),
        "tfidf": standardise(tfidf_cosine(units, texts)),
        "meaning": standardise(best_sentence(spoken, written, text.starts)),
        "context": standardise(context_cosine(spoken, _unit(np.add.reduceat(written, text.starts, axis=0)))),
        "timeline": timeline_prior(len(units), np.array([len(t) for t in texts])),
    }


def _unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _evidence(channels: dict[str, np.ndarray]) -> np.ndarray:
    total = np.full(next(iter(channels.values())).shape, -CHANCE, np.float32)
    for name, values in channels.items():
        total += WEIGHTS[name] * values
    return total


def _mass_near(matched: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Probability that the unit matches within NEAR passages of its best one."""
    summed = np.cumsum(np.pad(matched, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    low = np.maximum(best - NEAR, 0)
    high = np.minimum(best + NEAR + 1, matched.shape[1])
    rows = np.arange(len(best))
    mass: np.ndarray = summed[rows, high] - summed[rows, low]
    return mass


def _moved(best: np.ndarray, scores: np.ndarray, accepted: np.ndarray, passages: int) -> np.ndarray:
    moved = np.zeros(len(best), bool)
    moved[accepted] = out_of_order(best[accepted], scores[accepted], slack=max(10, passages // 100))
    return moved


def _best_sentence(cue: Cue, text: _Text, place: int) -> int | None:
    """The sentence of the passage that has the greatest share of its words in common with the cue."""
    end = text.starts[place + 1] if place + 1 < len(text.starts) else len(text.sentences)
    inside = text.sentences[text.starts[place] : end]
    if not inside:
        return None
    words = set(tokenise(_spoken_text(cue)))
    shares = [len(words & (s := set(tokenise(sentence.text)))) / (len(s) + 3) for sentence in inside]
    return inside[int(np.argmax(shares))].index


def _film_only(cue: Cue, score: float) -> Link:
    return Link(State.FILM_ONLY, round(score, 4), cue.number, cue.number)


def _book_only(passages: Sequence[Passage], told: np.ndarray) -> list[Link]:
    """Runs of passages that no cue tells; a run ends where the book's numbering is interrupted."""
    runs: list[Link] = []
    first = None
    for place in range(len(passages) + 1):
        silent = place < len(passages) and told[place] == 0
        joined = first is None or place == len(passages) or passages[place].index == passages[place - 1].index + 1
        if first is not None and not (silent and joined):
            if place - first >= SHORTEST_BOOK_ONLY:
                runs.append(Link(State.BOOK_ONLY, 1.0, None, None, passages[first].index, passages[place - 1].index))
            first = None
        if silent and first is None:
            first = place
    return runs
