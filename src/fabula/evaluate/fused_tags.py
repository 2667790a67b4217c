"""Do pictures and words together tell more of a film's genres than each alone? On films that have a trailer of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabula.metrics.tagging import Interval, interval, measure_tags
from fabula.records import TagKind
from fabula.storyline.tagging import PICTURE, Source, joined_tags
from fabula.storyline.words import Kind, TextTagger, tag_text
from fabula.train.calibration import learn_calibration
from fabula.train.tagger import Targets
from fabula.train.trailers import Trailers

SPOKEN = "dialogue"


@dataclass(frozen=True)
class FusedFigure:
    """What a source reaches on films that have both.

    Args:
        source: picture, dialogue, or both.
        films: how many.
        film_precision: the mean over films of the average precision of its genres.
        recall: recall@3.
        below_both: film precision of both together less this one's, of the same bootstrap draws.
    """

    source: str
    films: int
    film_precision: Interval
    recall: Interval
    below_both: Interval


def measure_fused(
    trailers: Trailers, targets: Targets, scores: np.ndarray, said: Mapping[str, str], tagger: TextTagger
) -> list[FusedFigure]:
    """Genres from pictures, words, and both; genres that both know.

    Args:
        trailers: films, some of which have words.
        targets: their genres.
        scores: (n, k) of the pictures by taggers that did not learn from the film.
        said: what another trailer of a film says, by the film's id.
        tagger: of words, that did not learn from these films.
    """
    names = [name for name in targets.names["genre"] if name in tagger.genres]
    columns = [targets.names["genre"].index(name) for name in names]
    spoken = [tagger.genres.index(name) for name in names]
    truth = targets.rows["genre"]
    scale = learn_calibration(1 / (1 + np.exp(-scores.ravel())), truth.ravel())
    seen = 1 / (1 + np.exp(-(scale.slope * scores + scale.offset)))
    rows = [k for k, film in enumerate(trailers.films) if film.film in said and truth[k, columns].any()]
    words = tag_text([said[trailers.films[k].film] for k in rows], Kind.SPEECH, tagger)
    usual = tagger.probabilities(np.zeros((0, len(tagger.genres))), Kind.SPEECH)
    found: dict[str, list[list[float]]] = {PICTURE: [], SPOKEN: [], "both": []}
    for k, heard in zip(rows, words, strict=True):
        sources = [
            Source.of(PICTURE, names, seen[k, columns], truth.mean(0)[columns]),
            Source.of(SPOKEN, names, heard[spoken], usual[spoken]),
        ]
        for name, chosen in ((PICTURE, sources[:1]), (SPOKEN, sources[1:]), ("both", sources)):
            own = {tag.name: tag.score for tag in joined_tags(TagKind.GENRE, chosen)}
            found[name].append([own[genre] for genre in names])
    measured = {name: measure_tags(np.array(own), truth[np.ix_(rows, columns)]) for name, own in found.items()}
    both = measured["both"].film_precision
    return [
        FusedFigure(
            name, len(rows), interval(own.film_precision), interval(own.recall), interval(both - own.film_precision)
        )
        for name, own in measured.items()
    ]
