"""What is seen beside what is said: the pictures around each line, and what shots without a word may show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fabula.align.book import Text, spoken_cues
from fabula.align.channels import best_sentence, standardise, unit_rows
from fabula.align.lattice import chain_marginals, motion
from fabula.files.project import ShotVectors
from fabula.records import Cue, Link, Seen, Shot, State

AROUND = 3.0
"""Seconds before and after a line that count as seen with it: the shot of what it speaks of often comes next."""

SPOKEN = 0.5
"""Seconds of speech from which on a shot is not silent: a line often reaches over a cut."""

NATS = 1.0
"""Evidence of a picture for a passage, for each standard deviation above what it has with the book at large."""

DOUBT = 2.0
"""Nats that a shot's picture must overcome: most silent shots show what no sentence describes."""


def seen_during(cues: Sequence[Cue], shots: Sequence[Shot], seen: ShotVectors) -> np.ndarray:
    """What is seen during each cue and shortly around it: the mean of the shots, weighted by the seconds of each.

    Returns:
        (n, d) float32 unit vectors; zeros where no shot with a picture is on.
    """
    times = {shot.index: (shot.start, shot.end) for shot in shots}
    spans = np.array([times[shot] for shot in seen.shots]).reshape(-1, 2)
    said = np.array([(cue.start - AROUND, cue.end + AROUND) for cue in cues]).reshape(-1, 2)
    starts = np.maximum(said[:, None, 0], spans[None, :, 0])
    ends = np.minimum(said[:, None, 1], spans[None, :, 1])
    return unit_rows(np.clip(ends - starts, 0.0, None).astype(np.float32) @ seen.vectors)


@dataclass(frozen=True)
class Silence:
    """A stretch without linked speech: its silent shots, and the passages that the lines around it leave between them.

    ``shots`` are rows of a film's vectors, ``passages`` columns of a book's text; both in order.
    """

    shots: tuple[int, ...]
    passages: range


def place_silent_shots(
    shots: Sequence[Shot],
    cues: Sequence[Cue],
    links: Sequence[Link],
    text: Text,
    seen: ShotVectors,
    sentences: np.ndarray,
) -> tuple[Seen, ...]:
    """What shots in which nobody speaks may show of the passages that nobody tells, by their pictures alone.

    Between two linked lines, film and book go on together: a silent shot there shows one of the passages in between,
    or none, and later shots show later passages. The chain of the aligner (``chain_marginals``) runs through them
    without a step back, over evidence that is weak; so what it finds is a hint, and no link.

    Args:
        shots: of the film.
        cues: of the film, in order.
        links: of the cues.
        text: the book's alignable part.
        seen: the shots' vectors.
        sentences: (s, d) unit vectors of the text's sentences.

    Returns:
        For each silent shot between linked lines that leave passages out, its likeliest passage.
    """
    if not text.passages:
        return ()
    evidence = NATS * standardise(best_sentence(seen.vectors, sentences, text.starts)) - DOUBT
    found: list[Seen] = []
    for silence in silences_between(shots, cues, links, text, seen):
        span = slice(silence.passages.start, silence.passages.stop)
        for row, place, score in zip(silence.shots, *_likeliest(evidence[list(silence.shots), span]), strict=True):
            passage = text.passages[silence.passages[int(place)]].index
            found.append(Seen(seen.shots[row], passage, round(float(score), 4)))
    return tuple(found)


def _likeliest(evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest passage of each shot, and how probable it is: both (n,) from (n, m) nats."""
    units, positions = evidence.shape
    pace = [(1.0, positions / units), (1.0, positions / 2)]  # on with the pace of the gap, or over much of it
    step = motion(stay=1.0, forward=pace, backward=(0.0, 1.0), jump=0.0, leave=0.5, stay_out=0.5)
    matched, _ = chain_marginals(evidence, step)
    return matched.argmax(axis=1), matched.max(axis=1)


def silences_between(
    shots: Sequence[Shot], cues: Sequence[Cue], links: Sequence[Link], text: Text, seen: ShotVectors
) -> Iterator[Silence]:
    """The stretches between neighbouring linked lines that leave out passages and have silent shots with pictures."""
    columns = {passage.index: column for column, passage in enumerate(text.passages)}
    silent = _silent_rows(shots, cues, seen)
    for (before, after), (left, right) in _neighbours(cues, links):
        between = tuple(row for row, middle in silent if before.end <= middle <= after.start)
        passages = range(columns[left] + 1, columns[right]) if left in columns and right in columns else range(0)
        if between and passages:
            yield Silence(between, passages)


def _silent_rows(shots: Sequence[Shot], cues: Sequence[Cue], seen: ShotVectors) -> list[tuple[int, float]]:
    """The rows of the shots in which nobody speaks, with the middle of each in seconds."""
    spoken = [(cue.start, cue.end) for cue in spoken_cues(cues)]
    by_index = {shot.index: shot for shot in shots}
    rows = [(row, by_index[index]) for row, index in enumerate(seen.shots)]
    return [(row, (s.start + s.end) / 2) for row, s in rows if _shared(s.start, s.end, spoken) < SPOKEN]


def _shared(start: float, end: float, spans: Sequence[tuple[float, float]]) -> float:
    """Seconds that a stretch has in common with some spans."""
    return sum(max(min(end, last) - max(start, first), 0.0) for first, last in spans)


def _neighbours(cues: Sequence[Cue], links: Sequence[Link]) -> Iterator[tuple[tuple[Cue, Cue], tuple[int, int]]]:
    """Neighbouring linked lines that are in place, with the passages where the first ends and the second begins."""
    by_number = {cue.number: cue for cue in cues}
    joined = [
        (by_number[link.first_cue], link.first_passage, link.last_passage)
        for link in links
        if link.state is State.ALIGNED
        and link.first_cue is not None
        and link.first_passage is not None
        and link.last_passage is not None
    ]
    for (before, _, left), (after, right, _) in pairwise(sorted(joined, key=lambda found: found[0].start)):
        yield (before, after), (left, right)
