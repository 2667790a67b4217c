"""Training the networks of ``next_shot``: which of some shots follows, among shots of its film and of others."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.models.learning import hold_memory, load_state, move_mean, save_state
from fabula.models.next_shot import NextShotNetwork, Shape

Told = Callable[[int, float], None]


@dataclass(frozen=True)
class NextShotRecipe:
    """How to train.

    Args:
        steps: of the training.
        films: in a step.
        stretch: shots of each of them.
        wrong: shots of its film, and as many of others, among which a shot must be found.
        inside: weight of the choice among shots of the film.
        sure: q of the loss, above 0 and up to 1 (see ``_missed``).
        further: share of steps that ask for a later shot than the next.
        rate: learning rate of the networks.
        weigh: learning rate of the few values that weigh likeness.
        decay: of the weights (AdamW).
        noise: length of the random vector that is added to each part of a shot, whose own length is 1.
        forgets: share of contexts that are cut short, so that it can begin early.
        alike: cosine of the last part of the features, which is what is seen, from which on a shot is no wrong answer,
            because it is as good as the right one.
        average: how much of the running mean of the weights stays in each step.
        portion: steps between two savings.
        seed: of everything random.
    """

    steps: int = 120
    films: int = 4
    stretch: int = 44
    wrong: int = 31
    inside: float = 0.8
    sure: float = 0.8
    further: float = 0.5
    rate: float = 1e-3
    weigh: float = 0.03
    decay: float = 0.1
    noise: float = 0.1
    forgets: float = 0.2
    alike: float = 0.88
    average: float = 0.98
    portion: int = 20
    seed: int = 0


class NextShotTraining:
    """A network while it learns, in portions of some steps; its state can be saved after each.

    Args:
        recipe: how.
        shape: of the network.
        films: (t, d) features of the shots of each film, in order.
    """

    def __init__(self, recipe: NextShotRecipe, shape: Shape, films: Sequence[np.ndarray]) -> None:
        hold_memory()
        torch.manual_seed(recipe.seed)
        self.recipe, self.shape, self.step = recipe, shape, 0
        features = torch.from_numpy(np.concatenate(films)).float()
        self.network = NextShotNetwork(shape)
        self.network.settle(features)
        self.kept = copy.deepcopy(self.network).eval().requires_grad_(False)
        self._shots = self.network.prepare(features)
        self._pictures = F.normalize(features[:, -shape.parts[-1] :], dim=1)
        self._first = np.cumsum([0, *(len(film) for film in films)])
        likeness = self.network.likeness
        weighing = [likeness.weights, likeness.sharpness, likeness.odds] if likeness else []
        own = {id(value) for value in weighing}
        rest = [value for value in self.network.parameters() if id(value) not in own]
        groups = [{"params": values, "top": top} for values, top in ((rest, recipe.rate), (weighing, recipe.weigh))]
        self._optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay)

    def run_portion(self, told: Told | None = None) -> float:
        """Some steps; returns the mean loss in nats for a question."""
        torch.manual_seed(self.recipe.seed * 100_003 + self.step)
        rng = np.random.default_rng((self.recipe.seed, self.step))
        self.network.train()
        total, count = 0.0, min(self.recipe.portion, self.recipe.steps - self.step)
        for done in range(1, count + 1):
            self._set_rate()
            loss = self._loss(rng)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimiser.step()
            move_mean(self.kept, self.network, self.step, self.recipe.average)
            self.step += 1
            total += loss.item()
            if told:
                told(self.step, total / done)
        return total / max(count, 1)

    def _set_rate(self) -> None:
        """Up within fifty steps, then down a cosine to a twentieth."""
        down = 0.525 + 0.475 * math.cos(math.pi * self.step / self.recipe.steps)
        for group in self._optimiser.param_groups:
            group["lr"] = group["top"] * min((self.step + 1) / 50, down)

    def _loss(self, rng: np.random.Generator) -> Tensor:
        """Choice among shots of the same stretch, and among those of other films: weighted mean of both."""
        rows, film = self._stretches(rng)
        ahead = int(rng.integers(self.shape.steps)) if rng.random() < self.recipe.further else 0
        recent, there = self._contexts(film, rng)
        candidates, losses = self._noisy(self._shots[rows]), []
        for own in np.unique(film):
            here = film == own
            asked = torch.from_numpy(np.flatnonzero(here[: len(film) - 1 - ahead] & here[1 + ahead :]))
            states = self.network.read(self._noisy(self._shots[rows][recent[asked]]), there[asked])
            truth, free = self._answers(self._pictures[rows], asked, ahead)
            for same, weight in ((here, self.recipe.inside), (~here, 1 - self.recipe.inside)):
                among = torch.from_numpy(same)
                scores = self.network.scores(states, candidates, ahead, candidates[among].mean(0, keepdim=True))
                losses.append(weight * self._missed(scores, truth, among & free, rng))
        return torch.stack(losses).sum() / len(np.unique(film))

    def _answers(self, pictures: Tensor, asked: Tensor, ahead: int) -> tuple[Tensor, Tensor]:
        """Which shot is right (n, c), and which may be a wrong answer: not those just seen, and none as good."""
        right, every = asked + 1 + ahead, torch.arange(len(pictures))
        truth, back = every == right[:, None], asked[:, None] - every
        seen = (back >= 0) & (back < self.shape.shots)
        return truth, ~seen & (pictures[right] @ pictures.T < self.recipe.alike)

    def _missed(self, scores: Tensor, truth: Tensor, among: Tensor, rng: np.random.Generator) -> Tensor:
        """How much is missing to a sure answer, in a question with some wrong shots drawn: (n, c) all, two bool.

        (1 - p^q) / q of the probability p of the truth (Zhang and Sabuncu 2018, equation 6) lies between surprise
        (q = 0) and the share of wrong answers (q = 1). What follows is mostly nothing that one could foresee; pure
        surprise is ruled by these and makes everything vague.
        """
        drawn = torch.from_numpy(rng.random(scores.shape, np.float32)).masked_fill(~among, 2.0)
        wrong = min(self.recipe.wrong, scores.shape[1] - 1)
        chosen = drawn <= drawn.kthvalue(wrong, dim=1, keepdim=True).values
        rows = scores.masked_fill(~((chosen & among) | truth), -1e4).log_softmax(1)[truth]
        return ((1 - (self.recipe.sure * rows).exp()) / self.recipe.sure).mean()

    def _stretches(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Stretches of films drawn by their length: the rows of their shots (n,), and the film of each (n,)."""
        sizes = np.diff(self._first)
        shares = np.where(sizes > self.shape.steps, sizes, 0) / sizes[sizes > self.shape.steps].sum()
        chosen = rng.choice(len(sizes), min(self.recipe.films, int(np.count_nonzero(shares))), replace=False, p=shares)
        starts = [self._first[k] + rng.integers(max(sizes[k] - self.recipe.stretch, 0) + 1) for k in chosen]
        lengths = np.minimum(sizes[chosen], self.recipe.stretch)
        rows = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, lengths, strict=True)])
        return rows, np.repeat(chosen, lengths)

    def _contexts(self, film: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The shots up to each one of the stretches, the last first: (n, m) rows, and which of them there are."""
        back = np.arange(self.shape.shots)
        recent = np.maximum(np.arange(len(film))[:, None] - back, 0)
        short = rng.random((len(film), 1)) < self.recipe.forgets
        most = np.where(short, rng.integers(1, len(back) + 1, (len(film), 1)), len(back))
        there = (film[recent] == film[:, None]) & (back < most) & (np.arange(len(film))[:, None] >= back)
        return torch.from_numpy(recent), torch.from_numpy(there).float()

    def _noisy(self, shots: Tensor) -> Tensor:
        parts = torch.split(shots, list(self.shape.wide), -1)
        noise = (torch.randn_like(part) * (self.recipe.noise / math.sqrt(part.shape[-1])) for part in parts)
        return torch.cat([F.normalize(p + n, dim=-1) for p, n in zip(parts, noise, strict=True)], -1)

    def save(self, path: Path) -> None:
        """Keep the state, all or nothing."""
        parts = {"network": self.network.state_dict(), "kept": self.kept.state_dict()}
        save_state(path, self.recipe, {"step": self.step, "optimiser": self._optimiser.state_dict(), **parts})

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None:
            return False
        self.network.load_state_dict(state["network"])
        self.kept.load_state_dict(state["kept"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return True
