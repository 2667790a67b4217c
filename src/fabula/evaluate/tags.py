"""How well does what is seen in a trailer tell its genres? Folds by film, beside all that a tagger has to beat.

From Trailers to Storylines, section 4.1 and table 2: recall@3 and MAP by both protocols, beside untouched ImageNet
features ("Image-base"), how usual each genre is, and the genres' names in the space of pictures and sentences.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.files.tagged import folds
from fabula.metrics.tagging import Interval, TagFigures, interval, measure_tags
from fabula.train.tagger import FOLDS, Learning, Targets, comparable, crossed_protocols, names_fits
from fabula.train.text_tagger import logistic_directions
from fabula.train.trailers import Trailers
from fabula.vision import Vision

STRENGTHS = (
    0.01,
    0.03,
    0.1,
    0.3,
    1.0,
    3.0,
)  # of the linear head's penalty, chosen on folds inside of the training side
OURS = "trained, both protocols"
PRIOR, ZERO, LINEAR = "frequency", "names of genres", "Image-base, linear head"


@dataclass(frozen=True)
class TagFigure:
    """What a method reaches.

    Args:
        method: its name.
        head: genre or keyword.
        mean_precision: MAP, the mean over tags of average precision over films.
        recall: recall@3, the mean over films.
        above_frequency: MAP less that of how usual tags are, of the same bootstrap draws.
        above_base: the same less that of the linear head on untouched ImageNet features.
        by_tag: average precision of each tag.
    """

    method: str
    head: str
    mean_precision: Interval
    recall: Interval
    above_frequency: Interval
    above_base: Interval
    by_tag: tuple[tuple[str, Interval], ...]


def measure_tagger(
    trailers: Trailers,
    targets: Targets,
    learning: Learning,
    told: Callable[[str], None] = lambda line: None,
    seed: int = 0,
) -> list[TagFigure]:
    """All methods on the same folds.

    Args:
        trailers: films with the features of their shots.
        targets: what is to be found.
        learning: how our tagger learns; with its vision the names of tags are measured as well.
        told: called with lines about the progress.
        seed: of folds and draws.
    """
    scores: dict[str, dict[str, np.ndarray]] = {PRIOR: frequency(trailers, targets, seed)}
    if learning.vision is not None:
        scores[ZERO] = named(trailers, targets, learning.vision)
    scores[LINEAR] = linear_head(trailers, targets, seed)
    both = crossed_protocols(trailers, targets, learning, told, seed)
    scores["trained, shots averaged"] = {head: alone for head, (alone, _) in both.items()}
    scores["trained, LSTM"] = {head: after for head, (_, after) in both.items()}
    scores[OURS] = {head: (alone + after) / 2 for head, (alone, after) in both.items()}
    return [figure for head in targets.names for figure in _figures(scores, targets, head, seed)]


def _figures(scores: dict[str, dict[str, np.ndarray]], targets: Targets, head: str, seed: int) -> list[TagFigure]:
    found = {
        method: measure_tags(own[head], targets.rows[head], seed=seed) for method, own in scores.items() if head in own
    }
    return [_figure(method, head, own, found, targets.names[head]) for method, own in found.items()]


def _figure(method: str, head: str, own: TagFigures, all_: dict[str, TagFigures], names: Sequence[str]) -> TagFigure:
    above = interval(own.mean_precision - all_[PRIOR].mean_precision)
    base = interval(own.mean_precision - all_[LINEAR].mean_precision)
    by_tag = tuple((name, interval(own.precisions[:, k])) for k, name in enumerate(names))
    return TagFigure(method, head, interval(own.mean_precision), interval(own.recall), above, base, by_tag)


def frequency(trailers: Trailers, targets: Targets, seed: int = 0) -> dict[str, np.ndarray]:
    """How usual each tag is on the training side of each film's fold: by head (n, k)."""
    sides = folds(trailers.films, FOLDS, seed)
    found = {}
    for head, rows in targets.rows.items():
        usual = np.stack([rows[sides != side].mean(0) for side in range(FOLDS)])
        found[head] = usual.mean(0)[None].repeat(len(rows), 0)  # of all sides: else a fold's lack would tell its films
    return found


def named(trailers: Trailers, targets: Targets, vision: Vision) -> dict[str, np.ndarray]:
    """The mean fit of the shots with the tag's name, less what fits shots of all films: by head (n, k)."""
    fits = np.stack([own.mean(0) for own in names_fits(trailers, targets, vision)])
    fits = (fits - fits.mean(0)) / np.maximum(fits.std(0), 1e-6)
    ends = np.cumsum([len(names) for names in targets.names.values()])[:-1]
    return dict(zip(targets.names, np.split(fits, ends, axis=1), strict=True))


def linear_head(trailers: Trailers, targets: Targets, seed: int = 0) -> dict[str, np.ndarray]:
    """Scores of each film by logistic regression on the mean features of its shots, learned on other films.

    Features are standardised; the penalty is the one that is best on folds inside of the training side.
    """
    rows = np.stack([shots.mean(0) for shots in trailers.shots])
    sides = folds(trailers.films, FOLDS, seed)
    found = {}
    for head, truth in targets.rows.items():
        out = np.zeros(truth.shape)
        for side in range(FOLDS):
            learn = np.flatnonzero(sides != side)
            inner = folds([trailers.films[k] for k in learn.tolist()], 4, seed + 1)
            best = max(STRENGTHS, key=lambda p: _inside(rows[learn], truth[learn], inner, p))
            scores = _logistic(rows[learn], truth[learn], rows, best)
            out[sides == side] = comparable(scores, truth, learn)[sides == side]
        found[head] = out
    return found


def _inside(rows: np.ndarray, truth: np.ndarray, inner: np.ndarray, penalty: float) -> float:
    out = np.zeros(truth.shape)
    for side in np.unique(inner):
        learn = inner != side
        scores = _logistic(rows[learn], truth[learn], rows, penalty)
        out[~learn] = comparable(scores, truth, learn)[~learn]
    return float(measure_tags(out, truth, draws=0).mean_precision[0])


def _logistic(rows: np.ndarray, truth: np.ndarray, asked: np.ndarray, penalty: float) -> np.ndarray:
    """How far rows lie in the direction of each tag, by L2-penalised logistic regression: (asked, k)."""
    centre, spread = rows.mean(0), np.maximum(rows.std(0), 1e-6)
    known, new = ((own - centre) / spread / np.sqrt(rows.shape[1]) for own in (rows, asked))
    axes = np.linalg.svd(known, full_matrices=False)[2]  # weights lie in what the rows span: fewer values than features
    found: np.ndarray = new @ axes.T @ logistic_directions(known @ axes.T, truth, 2 * penalty / len(rows))
    return found
