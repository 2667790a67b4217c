"""Learning what words say of a film's genres: from trailers' words, novels, and the titles and keywords of films.

Each source gives a table of directions in the space of sentence vectors, one logistic regression for each genre. What a
source counts for speech, and for prose, is learned from trailers and novels by directions that did not see them.
"""

import dataclasses
import datetime
import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.errors import InputError
from fabula.features import embed
from fabula.files.folds import stratified
from fabula.files.store import Store
from fabula.metrics.tagging import TagFigures, interval, measure_tags
from fabula.records import Progress
from fabula.storyline.stretches import text_vectors
from fabula.storyline.words import Kind, Reading, TextTagger
from fabula.train.tagged_texts import TaggedTexts, TextSources
from fabula.train.text_reading import learn_reading

STEPS = 200

Told = Callable[[str], None]


@dataclass(frozen=True)
class TextRecipe:
    """What the training is repeated with.

    Args:
        encoder: of the sentences.
        penalties: of the squared weights, for each source; chosen by five folds of the trailers.
        passages: stretches of each novel.
        folds: of the trailers, and of the novels (no author in two).
        seed: of the folds.
    """

    encoder: str = "builtin"
    penalties: tuple[tuple[str, float], ...] = (
        ("trailers", 1e-3),
        ("novels", 3e-3),
        ("titles", 1e-3),
        ("keywords", 3e-3),
    )
    passages: int = 6
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, eq=False)
class _Vectors:
    """Texts as vectors: of each its stretches (w, d); (n, m) its genres; (m,) which genres the source tells."""

    rows: tuple[np.ndarray, ...]
    truth: np.ndarray
    told: np.ndarray
    groups: tuple[str, ...]

    @property
    def means(self) -> np.ndarray:
        """(n, d) the mean vector of each text."""
        return np.stack([row.mean(axis=0) for row in self.rows])


def train_text_tagger(
    sources: TextSources,
    recipe: TextRecipe,
    store: Store,
    progress: Progress | None = None,
    told: Told = lambda _: None,
) -> TextTagger:
    """Learn from texts with genres; ``save`` writes the result.

    Prose keeps the catalogue's frequencies of genres: how many novels of a genre a shelf has says nothing of films.

    Args:
        sources: the texts.
        recipe: how.
        store: where vectors are kept, so that a killed or second run does not compute them again.
        progress: told of the vectors of each source.
        told: told what is measured.

    Raises:
        InputError: a source has fewer texts than folds.
    """
    vectors = {name: _vectors(texts, sources.genres, recipe, store, progress) for name, texts in sources.texts.items()}
    penalties = dict(recipe.penalties)
    directions = {name: _directions(own, penalties[name]) for name, own in vectors.items()}
    joined = np.stack(list(directions.values())).astype(np.float32)
    base = np.log(sources.shares / (1 - sources.shares))
    readings, figures = {}, {}
    for kind, name in ((Kind.SPEECH, "trailers"), (Kind.PROSE, "novels")):
        own = vectors[name]
        if len(set(own.groups)) < recipe.folds:
            raise InputError(sources.places[name], f"fewer than {recipe.folds} films or authors", "add more texts")
        leanings = _unseen_leanings(own, list(directions).index(name), joined, penalties[name], recipe)
        mean = np.concatenate(own.rows).mean(axis=0)
        reading, odds = learn_reading(leanings, own.truth, own.told, mean, base)
        readings[kind] = reading if kind is Kind.SPEECH else dataclasses.replace(reading, offsets=base)
        figures[kind] = measure_tags(odds[:, own.told], own.truth[:, own.told])
        told(f"{kind}: MAP {figures[kind].mean_precision[0]:.3f} on texts of {recipe.folds} folds that it did not see")
    card = _card(sources, recipe, list(directions), readings, figures, joined)
    return TextTagger(str(card["name"]), recipe.encoder, sources.genres, tuple(directions), joined, readings, card)


def _vectors(
    texts: TaggedTexts, genres: Sequence[str], recipe: TextRecipe, store: Store, progress: Progress | None
) -> _Vectors:
    if texts.whole:
        most = recipe.passages if texts.long else None
        rows = text_vectors(["\n".join(own) for own in texts.texts], recipe.encoder, store, progress, most)
    else:
        flat = embed([line for own in texts.texts for line in own], recipe.encoder, store, progress)
        ends = np.cumsum([0, *map(len, texts.texts)])
        rows = [flat[a:b] for a, b in itertools.pairwise(ends.tolist())]
    truth = np.array([[genre in own for genre in genres] for own in texts.genres])
    kept = [k for k, row in enumerate(rows) if len(row)]
    told = np.array([genre in texts.told for genre in genres])
    return _Vectors(tuple(rows[k] for k in kept), truth[kept], told, tuple(texts.groups[k] for k in kept))


def _directions(own: _Vectors, penalty: float) -> np.ndarray:
    """(d, m) the direction to each genre; 0 for genres that the source does not tell or has no text of."""
    means = own.means - np.concatenate(own.rows).mean(axis=0)
    scale = np.sqrt(np.square(means).sum(axis=1).mean())
    out = np.zeros((means.shape[1], own.truth.shape[1]))
    columns = own.told & own.truth.any(axis=0)
    out[:, columns] = logistic_directions(means / scale, own.truth[:, columns], penalty) / scale
    return out


def logistic_directions(rows: np.ndarray, truth: np.ndarray, penalty: float) -> np.ndarray:
    """One logistic regression with an offset for each column, by L-BFGS; the offsets are not returned.

    Args:
        rows: (n, d).
        truth: (n, m) bool.
        penalty: of half the squared weights, against the mean loss of a row.

    Returns:
        (d, m).
    """
    from scipy.optimize import minimize  # late: it takes long to import
    from scipy.special import expit

    count, size = truth.shape
    width = rows.shape[1]
    rows = np.hstack([rows, np.ones((count, 1))]).astype(np.float32)
    sign = np.where(truth, 1.0, -1.0).astype(np.float32)
    costs = np.append(np.full(width, penalty), 0.0)[:, None]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, size)
        margins = sign * (rows @ weights.astype(np.float32))
        slope = -rows.T @ (sign * expit(-margins)) / count + costs * weights
        value = np.logaddexp(0, -margins).sum() / count + (costs * weights**2).sum() / 2
        return float(value), slope.ravel().astype(float)

    start = np.zeros((width + 1, size))
    share = (truth.sum(axis=0) + 0.5) / (count + 1)
    start[-1] = np.log(share / (1 - share))
    best = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    weights: np.ndarray = best.reshape(-1, size)[:-1]
    return weights


def _unseen_leanings(
    own: _Vectors, source: int, joined: np.ndarray, penalty: float, recipe: TextRecipe
) -> list[np.ndarray]:
    """(w, c, m) for each text: what each source says, its own by directions learned without the text's fold."""
    labels = [tuple(np.flatnonzero(row)) for row in own.truth]
    fold = stratified(labels, recipe.folds, recipe.seed, own.groups)
    mean = np.concatenate(own.rows).mean(axis=0)
    out: list[np.ndarray] = [np.zeros(0)] * len(own.rows)
    for k in range(recipe.folds):
        inside = np.flatnonzero(fold != k)
        rest = _Vectors(tuple(own.rows[i] for i in inside), own.truth[inside], own.told, ())
        tables = joined.astype(float)
        tables[source] = _directions(rest, penalty)
        for i in np.flatnonzero(fold == k):
            out[i] = np.einsum("wd,cdm->wcm", own.rows[i] - mean, tables)
    return out


def _card(
    sources: TextSources,
    recipe: TextRecipe,
    names: Sequence[str],
    readings: Mapping[Kind, Reading],
    figures: Mapping[Kind, TagFigures],
    joined: np.ndarray,
) -> dict[str, object]:
    day, digest = datetime.date.today().isoformat(), hashlib.sha256(joined.tobytes()).hexdigest()[:6]
    scores = {
        str(kind): {
            what: [round(value, 3) for value in dataclasses.astuple(interval(row))]
            for what, row in (("map", found.mean_precision), ("films", found.film_precision), ("recall", found.recall))
        }
        for kind, found in figures.items()
    }
    return {
        "name": f"words-{day}-{digest}",
        "encoder": recipe.encoder,
        "genres": list(sources.genres),
        "sources": list(names),
        "weights": {
            str(kind): {name: float(f"{w:.4g}") for name, w in zip(names, reading.weights.tolist(), strict=True)}
            for kind, reading in readings.items()
        },
        "shift": {str(kind): round(reading.shift, 4) for kind, reading in readings.items()},
        "doubt": {str(kind): round(reading.doubt, 3) for kind, reading in readings.items()},
        "recipe": dataclasses.asdict(recipe),
        "texts": {name: len(texts.texts) for name, texts in sources.texts.items()},
        "folds_figures": scores,
        "learned_films": sorted(sources.texts["trailers"].groups),
        "left_out": sorted(sources.left_out),
        "licence": "Apache-2.0",
    }
