"""The shot prediction benchmark (From Trailers to Storylines, table 5): any folder of films gives it.

Films are parted into folds; what is asked about a film is answered by networks that learned from the films of other
folds. Intervals draw films with replacement, since the questions about one film err together.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import InputError
from fabula.evaluate.shot_questions import CONTEXT, LEAST_SHOTS, Questions, make_questions
from fabula.evaluate.statistics import bootstrap_interval
from fabula.train.next_shot import film_sides, learn_next_shot
from fabula.train.shot_orders import ShotOrder

if TYPE_CHECKING:
    from fabula.models.next_shot_training import NextShotRecipe
    from fabula.models.trained_next_shot import TrainedNextShot

SETTINGS = ("In Movie", "Cross Movie")
AVERAGING, LAST = "averaging", "last shot"
PAPER, LSTM, TRANSFORMER = "LSTM (paper)", "LSTM + likeness", "transformer + likeness"
METHODS: dict[str, tuple[str, bool]] = {
    PAPER: ("lstm", False),
    LSTM: ("lstm", True),
    TRANSFORMER: ("transformer", True),
}
"""The networks: kind, and whether likeness to the shots before is weighed."""
PUBLISHED = {("In Movie", AVERAGING): 0.154, ("In Movie", PAPER): 0.401}
PUBLISHED |= {("Cross Movie", AVERAGING): 0.529, ("Cross Movie", PAPER): 0.825}
"""Of a thousand times as many shots (table 5, trailers 33K)."""

Report = Callable[[str], None]
Right = dict[tuple[str, str], dict[int, np.ndarray]]
"""Which questions were answered rightly, by setting and method and by the place of the film."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of right answers with its 95 % interval over films, and by how much it exceeds averaging.

    ``ahead`` is 1 for the shot that follows; ``trained`` the most films that a network learned from, None for all.
    """

    setting: str
    method: str
    ahead: int
    accuracy: float
    interval: tuple[float, float]
    gap: float
    gap_interval: tuple[float, float]
    questions: int
    films: int
    trained: int | None = None
    published: float | None = None


def measure_next_shot(
    orders: Sequence[ShotOrder],
    recipe: "NextShotRecipe",
    folds: int = 5,
    methods: Sequence[str] = tuple(METHODS),
    ahead: int = 1,
    most: int | None = None,
    told: Report = lambda line: None,
) -> list[Accuracy]:
    """Baselines and networks, by folds of films.

    Args:
        orders: the films.
        recipe: how the networks learn; its seed also draws folds and wrong answers.
        folds: how many.
        methods: the networks, of ``METHODS``.
        ahead: shots ahead to measure, each by itself: 1 to so many.
        most: films that a network learns from at most.
        told: called with lines about the progress.

    Raises:
        InputError: there are too few films.
    """
    if len({order.film for order in orders}) < 2 * folds:
        raise InputError("--films", f"{len(orders)} films are too few for {folds} folds", "give more, or fewer folds")
    films, sides = [order.features for order in orders], film_sides(orders, folds, recipe.seed, LEAST_SHOTS)
    parts = orders[0].parts
    asked = [make_questions([_seen(film, parts) for film in films], sides, step, recipe.seed) for step in range(ahead)]
    if not asked[0]:
        raise InputError("--films", f"no film has {LEAST_SHOTS} shots and enough wrong answers", "give longer films")
    right: list[Right] = [{} for _ in asked]
    for side in range(folds):
        learn = np.flatnonzero(sides != side)
        learn = np.random.default_rng(recipe.seed).permutation(learn)[:most] if most else learn
        told(f"fold {side + 1} of {folds}: learning from {len(learn)} films")
        shown = [films[k] for k in learn]
        models = {
            name: learn_next_shot(shown, parts, _own(recipe, name), orders[0].model, *METHODS[name]) for name in methods
        }
        for step, questions in enumerate(asked):
            here = [one for one in questions if sides[one.film] == side]
            for setting, method, place, found in _answered(films, parts, here, models, step):
                right[step].setdefault((setting, method), {})[place] = found
    return [row for step, found in enumerate(right) for row in _rows(found, step + 1, most)]


def _own(recipe: "NextShotRecipe", method: str) -> "NextShotRecipe":
    """The paper's network begins with nothing: it learns longer, and from surprise, which is the paper's loss."""
    return dataclasses.replace(recipe, steps=3 * recipe.steps, sure=0.1) if method == PAPER else recipe


def _answered(
    films: Sequence[np.ndarray],
    parts: Sequence[int],
    asked: Sequence[Questions],
    models: dict[str, "TrainedNextShot"],
    step: int,
) -> Iterator[tuple[str, str, int, np.ndarray]]:
    """Setting, method, film, and which of its questions are answered rightly (n,)."""
    shots = np.concatenate(films)
    any_model = next(iter(models.values()), None)
    spaces: dict[str, Callable[[np.ndarray], np.ndarray]] = {"": lambda rows: _seen(rows, parts)}
    if any_model:
        spaces[", all parts whitened"] = any_model.comparable
    for one in asked:
        own = films[one.film]
        for setting, options in zip(SETTINGS, (one.inside, one.across), strict=True):
            for note, space in spaces.items():
                seen, new = space(own), space(shots[options])
                for name, context in ((AVERAGING, CONTEXT), (LAST, 1)):
                    yield setting, name + note, one.film, _first(_baseline(seen, one.last, new, context))
            for name, model in models.items():
                yield setting, name, one.film, _first(model.scores(own, one.last, shots[options], step))


def _seen(features: np.ndarray, parts: Sequence[int]) -> np.ndarray:
    """What is seen in shots, which is the last part of their features (..., d), as vectors of unit length."""
    seen = features[..., -parts[-1] :]
    unit: np.ndarray = seen / np.maximum(np.linalg.norm(seen, axis=-1, keepdims=True), 1e-9)
    return unit


def _baseline(shots: np.ndarray, last: np.ndarray, options: np.ndarray, context: int) -> np.ndarray:
    """Cosines (n, c) of the mean of the last shots shown with the options (n, c, d)."""
    means = np.stack([shots[max(k + 1 - context, 0) : k + 1].mean(0) for k in last])
    lengths = np.linalg.norm(options, axis=2)
    cosines: np.ndarray = np.einsum("nd,ncd->nc", means, options) / np.maximum(lengths, 1e-9)
    return cosines


def _first(scores: np.ndarray) -> np.ndarray:
    """Whether the first option, the right one, is above all others (n,); ties count against us."""
    won: np.ndarray = np.all(scores[:, 1:] < scores[:, :1], axis=1)
    return won


def _rows(right: Right, ahead: int, trained: int | None) -> Iterator[Accuracy]:
    for setting in SETTINGS:
        averages = [name for where, name in right if where == setting and name.startswith(AVERAGING)]
        base = max(averages, key=lambda name: _share(_sums(right[setting, name])))
        for where, method in right:
            if where == setting:
                yield _row(right[setting, method], right[setting, base], setting, method, ahead, trained)


def _row(
    own: dict[int, np.ndarray], base: dict[int, np.ndarray], setting: str, method: str, ahead: int, trained: int | None
) -> Accuracy:
    sums = _sums(own)
    gaps = np.column_stack([sums[:, 0] - _sums(base)[:, 0], sums[:, 1]])
    interval, gap_interval = (bootstrap_interval(values, _share) for values in (sums, gaps))
    counts = int(sums[:, 1].sum()), len(sums)
    published = PUBLISHED.get((setting, method)) if ahead == 1 else None
    return Accuracy(
        setting, method, ahead, _share(sums), interval, _share(gaps), gap_interval, *counts, trained, published
    )


def _sums(right: dict[int, np.ndarray]) -> np.ndarray:
    """Right answers and questions of each film: (films, 2)."""
    return np.array([(found.sum(), len(found)) for _, found in sorted(right.items())], float)


def _share(sums: np.ndarray) -> float:
    return float(sums[:, 0].sum() / sums[:, 1].sum())
