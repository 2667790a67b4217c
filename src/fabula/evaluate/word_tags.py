"""Do a film's words tell its genres? The text tagger on the subtitles of films that it knows nothing of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.evaluate.statistics import expected_calibration_error
from fabula.features import embed
from fabula.files.catalogue import read_catalogue
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.files.trailer_words import spoken_words
from fabula.metrics.tagging import Interval, TagFigures, interval, measure_tags
from fabula.records import Progress
from fabula.storyline.stretches import text_vectors
from fabula.storyline.words import Kind, TextTagger
from fabula.train.tagged_texts import known_films

TAGGER, PRIOR, ZERO_SHOT = "words", "prior", "zero-shot"
Told = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class SpokenFilms:
    """Films that are asked.

    Args:
        names: of the files.
        vectors: (w, d) of the stretches of each.
        truth: (n, m) bool: the genres that the tagger knows.
        read: how many of them the tagger may have read the title of; 0 for an honest measure.
    """

    names: tuple[str, ...]
    vectors: tuple[np.ndarray, ...]
    truth: np.ndarray
    read: int


@dataclass(frozen=True, slots=True)
class TaggerFigure:
    """How good one way of tagging is, and by how much it is better than the frequencies of the genres.

    ``precision`` is MAP over genres, ``films`` the mean average precision over the genres of a film, ``recall`` that of
    the three first; ``gain`` and ``films_gain`` the differences of the first two to the prior, of the same draws.
    ``error`` is the expected calibration error; None where scores are no probabilities.
    """

    tagger: str
    count: int
    genres: int
    precision: Interval
    films: Interval
    recall: Interval
    gain: Interval
    films_gain: Interval
    error: float | None


@dataclass(frozen=True, slots=True)
class GenreFigure:
    """The average precision of one genre, that of chance, and how many films have it."""

    genre: str
    count: int
    precision: Interval
    chance: float


def gather_films(
    subs: Path, movielens: Path, tagger: TextTagger, store: Store, progress: Progress | None = None
) -> SpokenFilms:
    """The films of a folder of subtitles that the catalogue knows, those whose trailers taught the tagger left out.

    Args:
        subs: subtitles named TITLE-YEAR.
        movielens: the catalogue that knows their genres.
        tagger: whose encoder, genres and films count.
        store: where vectors are kept.
        progress: told of the vectors.

    Raises:
        InputError: a file cannot be read, or no film is left.
    """
    learned = set(tagger.card.get("learned_films", ()))
    rows = {path: row for path, row in known_films(subs, read_catalogue(movielens)).items() if row.id not in learned}
    truth = np.array([[genre in row.genres for genre in tagger.genres] for row in rows.values()])
    if not truth.any():
        raise InputError(subs, "there is no film with a genre that the tagger knows", "name another folder")
    texts = [spoken_words(read_subtitles(path)) for path in rows]
    vectors = text_vectors(texts, tagger.encoder, store, progress)
    left = set(tagger.card.get("left_out", ()))
    read = sum(row.id not in left for row in rows.values())
    return SpokenFilms(tuple(path.stem for path in rows), tuple(vectors), truth, read)


def film_scores(films: SpokenFilms, tagger: TextTagger, store: Store) -> dict[str, np.ndarray]:
    """Scores (n, m) of each way of tagging: the tagger, each of its sources alone, frequencies, and words as asked.

    Zero-shot: the cosine of a film's mean vector with that of the sentence "This is a western film." (each less its
    mean, since all dialogue is alike).
    """
    scores = {TAGGER: _probabilities(films, tagger)}
    reading = tagger.readings[Kind.SPEECH]
    means = np.stack([row.mean(axis=0) if len(row) else reading.mean for row in films.vectors]) - reading.mean
    for source, table in zip(tagger.sources, tagger.directions, strict=True):
        scores[source] = means @ table
    asked = embed([f"This is a {genre.lower()} film." for genre in tagger.genres], tagger.encoder, store)
    scores[ZERO_SHOT] = means @ (asked - asked.mean(axis=0)).T
    frequent = 1 / (1 + np.exp(-reading.offsets.astype(float)))
    scores[PRIOR] = np.tile(frequent, (len(films.names), 1))
    return scores


def _probabilities(films: SpokenFilms, tagger: TextTagger) -> np.ndarray:
    rows = (tagger.probabilities(tagger.leanings(own, Kind.SPEECH), Kind.SPEECH) for own in films.vectors)
    return np.stack(list(rows))


def measure_scores(
    scores: Mapping[str, np.ndarray], truth: np.ndarray, genres: Sequence[str], seed: int = 0
) -> tuple[list[TaggerFigure], list[GenreFigure]]:
    """Figures of each way of tagging, against those of PRIOR, and of each genre that a film has, by TAGGER.

    Args:
        scores: (n, m) by name, PRIOR and TAGGER among them.
        truth: (n, m) bool.
        genres: of the columns.
        seed: of the bootstrap over films.
    """
    present = np.asarray(truth.any(axis=0))
    found = {name: measure_tags(row[:, present], truth[:, present], seed=seed) for name, row in scores.items()}
    ways = [_figure(name, found[name], found[PRIOR], scores[name][:, present], truth[:, present]) for name in scores]
    chances = found[PRIOR].precisions[0]
    columns = found[TAGGER].precisions.T
    names = [genre for genre, here in zip(genres, present.tolist(), strict=True) if here]
    rows = zip(names, truth[:, present].sum(axis=0).tolist(), columns, chances.tolist(), strict=True)
    return ways, [GenreFigure(name, count, interval(column), chance) for name, count, column, chance in rows]


def _figure(name: str, found: TagFigures, prior: TagFigures, scores: np.ndarray, truth: np.ndarray) -> TaggerFigure:
    is_probability = name in (TAGGER, PRIOR)
    return TaggerFigure(
        name,
        len(truth),
        truth.shape[1],
        interval(found.mean_precision),
        interval(found.film_precision),
        interval(found.recall),
        interval(found.mean_precision - prior.mean_precision),
        interval(found.film_precision - prior.film_precision),
        expected_calibration_error(scores.ravel(), truth.ravel()) if is_probability else None,
    )
