"""Training the model of what comes next: shots of films in order -> a card with weights, and what scores are worth."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.errors import InputError
from fabula.files.folds import stratified
from fabula.train.shot_orders import ShotOrder

if TYPE_CHECKING:
    from fabula.models.next_shot_training import NextShotRecipe
    from fabula.models.trained_next_shot import TrainedNextShot, Worth

FEWEST, LEAST = 8, 6  # films to learn from; shots of one, more than it looks ahead
HELD_BACK = 5  # one film in so many tells what scores are worth
COOLING = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5)
TRUST = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)

Report = Callable[[str], None]


def learn_next_shot(
    films: Sequence[np.ndarray],
    parts: Sequence[int],
    recipe: "NextShotRecipe",
    looks: str,
    kind: str = "transformer",
    evidence: bool = True,
    state: Path | None = None,
    curve: Callable[[int, float], None] = lambda step, loss: None,
) -> "TrainedNextShot":
    """A network that learned the order of the shots of films.

    Args:
        films: (t, d) features of the shots of each.
        parts: values of each part of the features.
        recipe: how.
        looks: the name of what has looked at the shots.
        kind: transformer or lstm.
        evidence: whether it also weighs likeness to the shots before (see ``fabula.models.next_shot``).
        state: where the training is kept after each portion, and taken up again.
        curve: called with step and loss after each portion.
    """
    from fabula.models.learning import model_name
    from fabula.models.next_shot import Shape
    from fabula.models.next_shot_training import NextShotTraining
    from fabula.models.trained_next_shot import TrainedNextShot

    long_enough = [film for film in films if len(film) >= LEAST]
    training = NextShotTraining(recipe, Shape(tuple(parts), kind=kind, evidence=evidence), long_enough)
    if state:
        training.resume(state)
    while training.step < recipe.steps:
        loss = training.run_portion()
        curve(training.step, loss)
        if state:
            training.save(state)
    return TrainedNextShot(model_name(f"next-shot-{kind}", training.kept), looks, training.kept)


def train_next_shot(
    orders: Sequence[ShotOrder],
    output: Path,
    recipe: "NextShotRecipe",
    kind: str = "transformer",
    told: Report = lambda line: None,
) -> dict[str, Any]:
    """Learn from all films; what scores are worth is learned on films held back before. See ``fabula train next-shot``.

    A run that was cut short goes on after its last portion, when the recipe is the same.

    Args:
        orders: the films.
        output: the card (.json); weights (.safetensors) and curve (.csv) go beside it.
        recipe: how to learn.
        kind: transformer or lstm.
        told: called with lines about the progress.

    Returns:
        What the card says of it.

    Raises:
        InputError: there are too few films.
    """
    films = [order.features for order in orders]
    if sum(len(film) >= LEAST for film in films) < FEWEST or len({order.film for order in orders}) < HELD_BACK:
        raise InputError(output, f"{len(films)} films are too few to learn from", f"give at least {FEWEST}")
    output.parent.mkdir(parents=True, exist_ok=True)
    parts, looks = orders[0].parts, orders[0].model
    sides = film_sides(orders, HELD_BACK, recipe.seed)
    learn, held = ([f for f, side in zip(films, sides, strict=True) if (side == 0) == out] for out in (False, True))
    told(f"what scores are worth: {len(held)} films held back")
    worth, nats = learn_worth(learn_next_shot(learn, parts, recipe, looks, kind), held)
    told(f"held back: {nats:.3f} nats a shot, all shots of its film to choose from; learning from all {len(films)}")

    def curve(step: int, loss: float) -> None:
        told(f"step {step} of {recipe.steps}: loss {loss:.3f}")
        _curve(output, step, loss)

    model = learn_next_shot(films, parts, recipe, looks, kind, state=output.with_suffix(".checkpoint"), curve=curve)
    model.worth = worth
    card = {
        "recipe": dataclasses.asdict(recipe),
        "films": len({order.film for order in orders}),
        "trailers": len(orders),
        "shots": sum(map(len, films)),
        "held_back_nats": round(nats, 3),
        "licence": "Apache-2.0",
    }
    model.save(output, card)
    return card


def film_sides(orders: Sequence[ShotOrder], folds: int, seed: int = 0, long: int = 40) -> np.ndarray:
    """The fold of each film (n,): split by film, those with ``long`` shots spread evenly.

    Raises:
        ValueError: there are fewer films than folds.
    """
    labels = [{"long"} if len(order.features) >= long else set[str]() for order in orders]
    return stratified(labels, folds, seed, [order.film for order in orders])


def learn_worth(model: "TrainedNextShot", films: Sequence[np.ndarray]) -> tuple["Worth", float]:
    """What scores are worth, and the nats of surprise that this leaves: the best of a grid.

    Args:
        model: scores.
        films: (t, d) features of films that it did not learn from.
    """
    from fabula.models.trained_next_shot import Worth

    told = []
    for film in films:
        if len(film) >= LEAST:
            last = np.arange(len(film) - 1)
            told.append((model.film_scores(film, last), last + 1))
    found = {worth: _nats(told, worth) for worth in itertools.starmap(Worth, itertools.product(COOLING, TRUST))}
    best = min(found, key=lambda worth: found[worth])
    return best, found[best]


def _nats(told: Sequence[tuple[np.ndarray, np.ndarray]], worth: "Worth") -> float:
    """Mean surprise at the shot that followed."""
    found = [-worth.log_probabilities(scores)[np.arange(len(right)), right] for scores, right in told]
    return float(np.concatenate(found).mean())


def _curve(output: Path, step: int, loss: float) -> None:
    path = output.with_suffix(".csv")
    if not path.is_file():
        path.write_text("step,loss\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{step},{loss:.4f}\n")
