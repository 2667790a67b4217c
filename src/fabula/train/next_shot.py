"""Training the model of what comes next: shots of films in order -> a card with weights, and what scores are worth."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.errors import InputError
from fabula.files.folds import stratified
from fabula.train.shot_orders import ShotOrder

if TYPE_CHECKING:
    from fabula.models.next_shot_training import NextShotRecipe
    from fabula.models.trained_next_shot import TrainedNextShot

FEWEST, LEAST = 8, 6  # films to learn from; shots of one, more than it looks ahead
HELD_BACK = 5  # one film in so many tells what scores are worth
COOLING = np.geomspace(0.1, 2.0, 40)

Report = Callable[[str], None]


def learn_next_shot(
    films: Sequence[np.ndarray],
    recipe: "NextShotRecipe",
    vision: str,
    kind: str = "transformer",
    evidence: bool = True,
    state: Path | None = None,
    curve: Callable[[int, float], None] = lambda step, loss: None,
) -> "TrainedNextShot":
    """A network that learned the order of the shots of films.

    Args:
        films: (t, d) features of the shots of each.
        recipe: how.
        vision: the name of the model whose vectors begin the features.
        kind: transformer or lstm.
        evidence: whether it also weighs likeness to the shots before (see ``fabula.models.next_shot``).
        state: where the training is kept after each portion, and taken up again.
        curve: called with step and loss after each portion.
    """
    from fabula.models.learning import model_name
    from fabula.models.next_shot import Shape
    from fabula.models.next_shot_training import NextShotTraining
    from fabula.models.trained_next_shot import TrainedNextShot
    from fabula.storyline.shot_looks import LIGHT

    long_enough = [film for film in films if len(film) >= LEAST]
    picture = long_enough[0].shape[1] - LIGHT
    shape = Shape(kind, picture, LIGHT, min(Shape.kept, picture), evidence=evidence)
    training = NextShotTraining(recipe, shape, long_enough)
    if state:
        training.resume(state)
    while training.step < recipe.steps:
        loss = training.run_portion()
        curve(training.step, loss)
        if state:
            training.save(state)
    return TrainedNextShot(model_name(f"next-shot-{kind}", training.kept), vision, training.kept)


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
    vision = orders[0].model
    sides = film_sides(orders, HELD_BACK, recipe.seed)
    learn, held = ([f for f, side in zip(films, sides, strict=True) if (side == 0) == out] for out in (False, True))
    told(f"what scores are worth: {len(held)} films held back")
    cool, nats = learn_cooling(learn_next_shot(learn, recipe, vision, kind), held)
    told(f"held back: {nats:.3f} nats a shot, all shots of its film to choose from; learning from all {len(films)}")

    def curve(step: int, loss: float) -> None:
        told(f"step {step} of {recipe.steps}: loss {loss:.3f}")
        _curve(output, step, loss)

    model = learn_next_shot(films, recipe, vision, kind, state=output.with_suffix(".checkpoint"), curve=curve)
    model.cool = cool
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


def learn_cooling(model: "TrainedNextShot", films: Sequence[np.ndarray]) -> tuple[float, float]:
    """What scores must be multiplied by to be log probabilities among the shots of a film, and the nats that leaves.

    Args:
        model: scores.
        films: (t, d) features of films that it did not learn from.
    """
    told = []
    for film in films:
        if len(film) >= LEAST:
            last = np.arange(len(film) - 1)
            scores = model.scores(film, last, film)
            scores[last, last] = -np.inf
            told.append((scores, last + 1))
    best = min(COOLING, key=lambda cool: _nats(told, cool))
    return round(float(best), 4), _nats(told, best)


def _nats(told: Sequence[tuple[np.ndarray, np.ndarray]], cool: float) -> float:
    """Mean surprise at the shot that followed."""
    found = []
    for scores, right in told:
        warm = scores * cool
        top = warm.max(1)
        found.append(top + np.log(np.exp(warm - top[:, None]).sum(1)) - warm[np.arange(len(right)), right])
    return float(np.concatenate(found).mean())


def _curve(output: Path, step: int, loss: float) -> None:
    path = output.with_suffix(".csv")
    if not path.is_file():
        path.write_text("step,loss\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{step},{loss:.4f}\n")
