"""Training of the tagger: trailers with their tags -> a card with weights, calibrated on trailers it did not see."""

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.errors import InputError
from fabula.files.tagged import TaggedFilm, folds
from fabula.metrics.tagging import measure_tags
from fabula.train.calibration import learn_calibration
from fabula.train.trailers import Trailers
from fabula.vision import Vision

if TYPE_CHECKING:
    from fabula.models.tagger_training import Shelf, TaggerRecipe
    from fabula.models.trained_tagger import TrainedTagger
    from fabula.train.tagger_tail import Tuning

FOLDS = 5
PROMPT = "a scene of a {} film"
LEAST = 3  # films that must have a tag, so that it can be learned on some and tested on another

Report = Callable[[str], None]


@dataclass(frozen=True)
class Learning:
    """How a tagger learns.

    Args:
        recipe: of its networks.
        vision: the one that has seen the trailers, which says what tags' names are worth; None leaves names out.
        tuning: of the last stages of the network below; None leaves them as ImageNet made them.
    """

    recipe: "TaggerRecipe"
    vision: Vision | None = None
    tuning: "Tuning | None" = None


@dataclass(frozen=True)
class Targets:
    """The names of tags by head, and which film has which: (n, k) bool by head."""

    names: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, np.ndarray]


def targets_of(films: Sequence[TaggedFilm], least: int = LEAST) -> Targets:
    """Genres, and keywords if there are any, of at least ``least`` films; heads without any tag are left out."""
    names, rows = {}, {}
    for head, own in {"genre": [film.genres for film in films], "keyword": [film.keywords for film in films]}.items():
        counts = Counter(name for film, name in {(f.film, n) for f, tags in zip(films, own, strict=True) for n in tags})
        chosen = tuple(sorted(name for name, count in counts.items() if count >= least))
        if chosen:
            names[head] = chosen
            rows[head] = np.array([[name in tags for name in chosen] for tags in own], bool)
    return Targets(names, rows)


def train_tagger(
    trailers: Trailers, output: Path, learning: Learning, told: Report = lambda line: None, least: int = LEAST
) -> dict[str, Any]:
    """Learn from all trailers; what scores are worth is learned on folds by film, as are the figures of the card.

    Args:
        trailers: films with tags.
        output: the card (.json); the weights go beside it.
        learning: how.
        told: called with lines about the progress.
        least: films that must have a tag.

    Returns:
        The figures of the card: by head MAP and recall@3 over the folds.

    Raises:
        InputError: there are too few films, or none has a tag.
    """
    from fabula.models.learning import model_name
    from fabula.models.tagger_training import learn_tagger
    from fabula.models.trained_tagger import TrainedTagger

    targets = targets_of(trailers.films, least)
    if len(trailers.films) < FOLDS or not targets.names:
        problem = f"{len(trailers.films)} films with {sum(map(len, targets.names.values()))} tags are too few"
        raise InputError(output, problem, f"give at least {FOLDS} films, and tags that {least} of them have")
    scores = crossed_scores(trailers, targets, learning, told)
    scaling, figures = {}, {}
    for head, truth in targets.rows.items():
        found = learn_calibration(1 / (1 + np.exp(-scores[head].ravel())), truth.ravel())
        scaling[head] = (found.slope, found.offset)
        measured = measure_tags(scores[head], truth, draws=0)
        figures[head] = {
            "MAP": round(float(measured.mean_precision[0]), 3),
            "recall@3": round(float(measured.recall[0]), 3),
        }
        told(f"{head}: MAP {figures[head]['MAP']}, recall@3 {figures[head]['recall@3']} over {FOLDS} folds by film")
    shelf, tail = shelf_of(trailers, targets, learning.vision), None
    if learning.tuning is not None:
        shelf, tail = learning.tuning.tuned(shelf, np.arange(len(trailers.films)), learning.recipe, told)
    tagger, memory = learn_tagger(shelf, learning.recipe)
    usual = {head: rows.mean(0) for head, rows in targets.rows.items()}
    name = model_name(output.stem, tagger)
    looks = trailers.looks if tail is None else model_name(f"{output.stem}-tail", tail)
    trained = TrainedTagger(name, looks, targets.names, usual, scaling, tagger, memory, tail)
    output.parent.mkdir(parents=True, exist_ok=True)
    trained.save(output, _card(trailers, learning, figures))
    return figures


def _card(trailers: Trailers, learning: Learning, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recipe": dataclasses.asdict(learning.recipe),
        "tuning": dataclasses.asdict(learning.tuning.recipe) if learning.tuning else None,
        "films": len({film.film for film in trailers.films}),
        "trailers": len(trailers.films),
        "shots": sum(map(len, trailers.shots)),
        "folds": json.loads(json.dumps(figures)),
        "licence": "Apache-2.0",
    }


def shelf_of(trailers: Trailers, targets: Targets, vision: Vision | None = None) -> "Shelf":
    """What the networks learn from; with the vision model that has seen the trailers also what tags' names say."""
    from fabula.models.tagger_training import Shelf

    fits = names_fits(trailers, targets, vision) if vision is not None else ()
    return Shelf(trailers.shots, {name: rows.astype(np.float32) for name, rows in targets.rows.items()}, fits)


def names_fits(trailers: Trailers, targets: Targets, vision: Vision) -> list[np.ndarray]:
    """How well the names of all tags, one head after the other, fit the shots of each trailer: (s, k) cosines.

    Raises:
        InputError: another vision model has seen the trailers.
    """
    if trailers.vision != vision.name:
        problem = f"{trailers.vision or 'no vision model'} has seen them, not {vision.name}"
        raise InputError("the trailers", problem, "read them again with the built-in vision")
    texts = vision.encode_text([PROMPT.format(name.lower()) for names in targets.names.values() for name in names])
    return [seen @ texts.T for seen in trailers.seen]


def crossed_scores(
    trailers: Trailers, targets: Targets, learning: Learning, told: Report = lambda line: None, seed: int = 0
) -> dict[str, np.ndarray]:
    """Scores of each film by a tagger that learned from other films, both protocols averaged: by head, (n, k)."""
    both = crossed_protocols(trailers, targets, learning, told, seed)
    return {head: (alone + remembered) / 2 for head, (alone, remembered) in both.items()}


def crossed_protocols(
    trailers: Trailers, targets: Targets, learning: Learning, told: Report = lambda line: None, seed: int = 0
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The same for each protocol: by head the mean of the shots' scores and that of the recurrent steps', (n, k)."""
    from fabula.models.tagger_training import learn_tagger

    sides = folds(trailers.films, FOLDS, seed)
    shelf, tuning = shelf_of(trailers, targets, learning.vision), learning.tuning
    found = {head: (np.zeros(rows.shape), np.zeros(rows.shape)) for head, rows in targets.rows.items()}
    for side in range(FOLDS):
        learn, test = np.flatnonzero(sides != side), np.flatnonzero(sides == side)
        own = shelf if tuning is None else tuning.tuned(shelf, learn, learning.recipe, told)[0]
        tagger = _as_trained(learn_tagger(part_of(own, learn), learning.recipe), targets)
        for head, parts in _film_scores(tagger, own).items():
            for out, scores in zip(found[head], parts, strict=True):
                out[test] = comparable(scores, targets.rows[head], learn)[test]
        told(f"fold {side + 1} of {FOLDS}")
    return found


def _film_scores(tagger: "TrainedTagger", shelf: "Shelf") -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Scores of all films by both protocols: by head, (n, k) each."""
    alone = [tagger.scores(shots) for shots in shelf.shots]
    after = [tagger.remembered_scores(shots) for shots in shelf.shots]
    means = [{head: rows.mean(0) for head, rows in one.items()} for one in (*alone, *after)]
    first, second = means[: len(alone)], means[len(alone) :]
    return {
        head: (np.stack([one[head] for one in first]), np.stack([one[head] for one in second])) for head in shelf.tags
    }


def comparable(scores: np.ndarray, truth: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """Scores (n, k) of one fold's model made comparable with those of another's: less the mean of its own films.

    A tag that many films of the test side have is rarer on the other, and scores lower for it: put together, folds
    would rank films by that. Each tag gets back how usual it is over all folds.
    """
    usual = (truth.sum(0) + 0.5) / (len(truth) + 1)
    level: np.ndarray = scores - scores[learn].mean(0) + np.log(usual / (1 - usual))
    return level


def part_of(shelf: "Shelf", chosen: np.ndarray) -> "Shelf":
    """Some of the films of a shelf."""
    tags = {name: rows[chosen] for name, rows in shelf.tags.items()}
    shots, fits = ([own[k] for k in chosen.tolist()] if own else () for own in (shelf.shots, shelf.fits))
    return dataclasses.replace(shelf, shots=shots, tags=tags, fits=fits)


def _as_trained(networks: tuple[Any, Any], targets: Targets) -> "TrainedTagger":
    from fabula.models.trained_tagger import TrainedTagger

    return TrainedTagger("", "", targets.names, {}, dict.fromkeys(targets.names, (1.0, 0.0)), *networks)
