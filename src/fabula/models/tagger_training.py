"""Training of the tagger: some shots of a film at random, and which tags the film has."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from fabula.models.learning import move_mean
from fabula.models.tagger import Remembering, Tagger, TaggerShape, let_names_count, tag_loss
from fabula.records import Progress

Network = TypeVar("Network", bound=nn.Module)

RIDGE = 0.3  # of the regression from features to names' fits, for each value of the features


@dataclass(frozen=True)
class TaggerRecipe:
    """How a tagger learns.

    Args:
        steps: of the shot encoder with its heads.
        memory_steps: of the recurrent network after it.
        films: in a step.
        shots: of each film in a step, drawn at random (the paper's n = 8).
        stretch: shots in a row that the recurrent network reads.
        rate: of learning.
        decay: of the weights.
        noise: standard deviation of what is added to features, in those of the features.
        mixing: share of a film's shots that another film lends in half of the steps, with its share of the tags.
        loss: sigmoid or softmax; see ``fabula.models.tagger.tag_loss``.
        pooling: mean or attention.
        hidden: values of the shot encoder.
        hide: dropout.
        seed: of everything random.
    """

    steps: int = 200
    memory_steps: int = 100
    films: int = 24
    shots: int = 8
    stretch: int = 24
    rate: float = 2e-3
    decay: float = 0.05
    noise: float = 0.3
    mixing: float = 0.3
    loss: str = "sigmoid"
    pooling: str = "mean"
    hidden: int = 64
    hide: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class Shelf:
    """Films to learn from: for each the features of its shots (s, values), and by head which tags it has (n, k).

    ``fits`` has for each film how well the names of all tags, one head after the other, fit its shots (s, k), or it is
    empty.
    """

    shots: Sequence[np.ndarray]
    tags: Mapping[str, np.ndarray]
    fits: Sequence[np.ndarray] = ()


def learn_tagger(shelf: Shelf, recipe: TaggerRecipe, progress: Progress | None = None) -> tuple[Tagger, Remembering]:
    """A tagger that learned from a shelf, and the recurrent network over its shots. The same seed gives the same.

    Raises:
        ValueError: there is no film, or one has no shots.
    """
    if not shelf.shots or min(map(len, shelf.shots)) == 0:
        raise ValueError("every film needs shots")
    torch.manual_seed(recipe.seed)
    counts = {name: rows.shape[1] for name, rows in shelf.tags.items()}
    named = bool(shelf.fits)
    shape = TaggerShape(shelf.shots[0].shape[1], counts, recipe.hidden, recipe.pooling, recipe.hide, named)
    draw = _Draw(shelf, recipe)
    whole = recipe.steps + recipe.memory_steps
    tagger = Tagger(shape)
    tagger.know_usual(torch.from_numpy(draw.usual), torch.from_numpy(draw.spread))
    _start_at_usual(tagger, shelf)
    kept = _learn(tagger, recipe, recipe.steps, lambda net: _films_loss(net, draw, recipe), progress, 0, whole)
    memory = Remembering(shape)
    _start_at_usual(memory, shelf)

    def stretches(net: nn.Module) -> Tensor:
        features, there, wanted = draw.stretches()
        with torch.no_grad():
            shots = kept.shots(features)
        return tag_loss(net(shots, there), wanted, recipe.loss)

    remembering = _learn(memory, recipe, recipe.memory_steps, stretches, progress, recipe.steps, whole)
    if named:
        _know_names(kept, shelf)
        for network in (kept, remembering):
            let_names_count(network.heads, shape)
    return kept, remembering


def _films_loss(net: nn.Module, draw: "_Draw", recipe: TaggerRecipe) -> Tensor:
    features, there, wanted = draw.films()
    return tag_loss(net(features, there), wanted, recipe.loss)


def _learn(
    network: Network,
    recipe: TaggerRecipe,
    steps: int,
    loss: Callable[[Network], Tensor],
    progress: Progress | None,
    done: int,
    whole: int,
) -> Network:
    """Steps of AdamW with a rate that falls to nothing; the running mean of the weights is what is kept."""
    kept = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
    network.train()
    for step in range(steps):
        optimiser.zero_grad()
        loss(network).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        move_mean(kept, network, step, 0.98)
        if progress and step % 20 == 19:
            progress(done + step + 1, whole)
    return kept


def _start_at_usual(network: Tagger | Remembering, shelf: Shelf) -> None:
    """Begin with how usual each tag is, so that nothing but the difference must be learned."""
    for name, rows in shelf.tags.items():
        known = rows[rows.sum(1) > 0]
        share = (known.sum(0) + 0.5) / (len(known) + 1)
        head = network.heads[name]
        assert isinstance(head, nn.Linear)
        with torch.no_grad():
            head.bias.copy_(torch.from_numpy(np.log(share / (1 - share))).float())


@torch.no_grad()
def _know_names(tagger: Tagger, shelf: Shelf) -> None:
    """Fits of names from features, by ridge regression over shots; in standard deviations over the films."""
    rows = np.concatenate(shelf.shots).astype(np.float64)
    usual = (rows - tagger.centre.numpy()) / tagger.spread.numpy()
    fits = np.concatenate(shelf.fits).astype(np.float64)
    square = usual.T @ usual + RIDGE * usual.shape[1] * np.eye(usual.shape[1])
    weights = np.linalg.solve(square, usual.T @ (fits - fits.mean(0)))
    films = np.stack(
        [own.mean(0) for own in np.split(usual @ weights, np.cumsum([len(own) for own in shelf.shots])[:-1])]
    )
    spread = np.maximum(films.std(0), 1e-9)
    assert tagger.fits is not None
    tagger.fits.weight.copy_(torch.from_numpy((weights / spread).T))
    tagger.fits.bias.copy_(torch.from_numpy(-films.mean(0) / spread))


class _Draw:
    """Draws films and shots for a step."""

    def __init__(self, shelf: Shelf, recipe: TaggerRecipe) -> None:
        self.shelf, self.recipe = shelf, recipe
        self.rng = np.random.default_rng(recipe.seed)
        self.usual, self.spread = _usual(shelf.shots)

    def films(self) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Shots (n, 8, values), all of them there, and the films' tags by head (n, k)."""
        recipe, rng = self.recipe, self.rng
        chosen = rng.integers(len(self.shelf.shots), size=recipe.films)
        rows = np.stack([self._some(k) for k in chosen])
        wanted = {name: tags[chosen].astype(np.float32) for name, tags in self.shelf.tags.items()}
        if recipe.mixing and rng.random() < 0.5:
            others, lent = rng.permutation(recipe.films), round(recipe.mixing * recipe.shots)
            rows[:, :lent] = rows[others, -lent:] if lent else rows[:, :lent]
            share = lent / recipe.shots
            wanted = {name: (1 - share) * tags + share * tags[others] for name, tags in wanted.items()}
        return self._noisy(rows), torch.ones(rows.shape[:2], dtype=torch.bool), _tensors(wanted)

    def stretches(self) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Shots in a row (n, stretch, values), which of them are there (n, stretch), and the tags by head."""
        recipe, rng = self.recipe, self.rng
        chosen = rng.integers(len(self.shelf.shots), size=recipe.films)
        rows = np.zeros((recipe.films, recipe.stretch, len(self.spread)), np.float32)
        there = np.zeros(rows.shape[:2], bool)
        for row, mark, k in zip(rows, there, chosen, strict=True):
            own = self.shelf.shots[k]
            first = rng.integers(max(len(own) - recipe.stretch, 0) + 1)
            part = own[first : first + recipe.stretch]
            row[: len(part)], mark[: len(part)] = part, True
        wanted = {name: tags[chosen].astype(np.float32) for name, tags in self.shelf.tags.items()}
        return self._noisy(rows), torch.from_numpy(there), _tensors(wanted)

    def _some(self, film: int) -> np.ndarray:
        own = self.shelf.shots[film]
        return own[self.rng.choice(len(own), self.recipe.shots, replace=len(own) < self.recipe.shots)]

    def _noisy(self, rows: np.ndarray) -> Tensor:
        noise = self.rng.standard_normal(rows.shape, dtype=np.float32) * (self.recipe.noise * self.spread)
        return torch.from_numpy(rows + noise)


def _usual(films: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of shots' features, each film counting alike: (values,) twice."""
    mean = np.mean([own.mean(0) for own in films], 0)
    spread = np.sqrt(np.mean([np.square(own - mean).mean(0) for own in films], 0))
    return mean.astype(np.float32), np.maximum(spread, 1e-6).astype(np.float32)


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(values) for name, values in arrays.items()}
