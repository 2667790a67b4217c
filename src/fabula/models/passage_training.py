"""Training the storyteller: to write a passage again from its vector, in the manner of its book."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.models.decoder import PassageDecoder
from fabula.models.device import best_device
from fabula.models.learning import hold_memory, load_state, move_mean, save_state
from fabula.models.vocabulary import END, PADDING, START

Told = Callable[[int, float], None]


@dataclass(frozen=True)
class PassageRecipe:
    """How to train a storyteller.

    Args:
        passages: from how many it learns, in all.
        epochs: times that it sees each.
        pieces: word pieces that the corpus is cut into.
        hidden: values of the recurrent layer.
        read: values of a word piece.
        batch: passages in a step.
        rate: learning rate.
        left_out: share of the passages whose own vector is left out, of those whose manner is, and of those that lose
            both: so that it also knows how one writes without knowing what of, and can be steered by the difference
            (Ho and Salimans 2022).
        noise: length of the random vector that is added to a passage's vector, whose own length is 1: what is asked
            for later is no passage's vector exactly.
        shelf: share of the passages whose manner is that of all books of their genre, not of their own: styles of both
            kinds are asked for later.
        portion: steps between two savings.
        average: how much of the running mean of the weights stays in each step.
        seed: of everything random.
    """

    passages: int = 80_000
    epochs: int = 3
    pieces: int = 8_000
    hidden: int = 640
    read: int = 256
    batch: int = 40
    rate: float = 2e-3
    left_out: float = 0.1
    noise: float = 0.3
    shelf: float = 0.3
    portion: int = 400
    average: float = 0.995
    seed: int = 0


@dataclass(frozen=True)
class PassageExamples:
    """Passages and what is known of them.

    Args:
        pieces: of each passage, without marks.
        vectors: (n, d) float16, what each says.
        sources: (n, 2) the rows of each passage's book and of its genre in ``manners``.
        manners: (books and genres, d) float32, as ``manner`` gives them.
    """

    pieces: Sequence[np.ndarray]
    vectors: np.ndarray
    sources: np.ndarray
    manners: np.ndarray


class PassageTraining:
    """A storyteller while it learns, in portions of some steps; its state can be saved after each."""

    def __init__(self, recipe: PassageRecipe, examples: PassageExamples, words: int) -> None:
        hold_memory()
        torch.manual_seed(recipe.seed)
        self.recipe, self.examples, self.device = recipe, examples, best_device()
        values = examples.vectors.shape[1]
        self.decoder = PassageDecoder(words, values, recipe.hidden, recipe.read).to(self.device)
        nn.init.normal_(self.decoder.embedding.weight, std=recipe.read**-0.5)
        self.kept = copy.deepcopy(self.decoder).eval().requires_grad_(False)
        self.step = 0
        self._optimiser = torch.optim.AdamW(self.decoder.parameters(), lr=recipe.rate, weight_decay=1e-3)
        self._order = [_batches(examples.pieces, recipe.batch, (recipe.seed, epoch)) for epoch in range(recipe.epochs)]
        self.steps = sum(map(len, self._order))

    def run_portion(self, told: Told | None = None) -> float:
        """Some steps; returns the mean loss in nats for a piece."""
        torch.manual_seed(hash((self.recipe.seed, self.step)) % 2**31)
        rng = np.random.default_rng((self.recipe.seed, 1, self.step))
        batches = [batch for epoch in self._order for batch in epoch][self.step : self.step + self.recipe.portion]
        self.decoder.train()
        total = 0.0
        for done, chosen in enumerate(batches, 1):
            self._set_rate()
            loss = self._loss(chosen, rng)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.decoder.parameters(), 1.0)
            self._optimiser.step()
            move_mean(self.kept, self.decoder, self.step, self.recipe.average)
            self.step += 1
            total += loss.item()
            if told:
                told(self.step, total / done)
        return total / max(len(batches), 1)

    def _set_rate(self) -> None:
        """Up within two hundred steps, then down a cosine to a twentieth."""
        down = 0.525 + 0.475 * math.cos(math.pi * self.step / self.steps)
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * min((self.step + 1) / 200, down)

    def _loss(self, chosen: np.ndarray, rng: np.random.Generator) -> Tensor:
        memory = self._memory(chosen, rng)
        read, target = padded([self.examples.pieces[k] for k in chosen.tolist()], self.device)
        return losses(self.decoder, memory, read, target).mean()

    def _memory(self, chosen: np.ndarray, rng: np.random.Generator) -> Tensor:
        """What the passages say, with noise, and how their books or genres are written; some of it left out."""
        said = self.examples.vectors[chosen].astype(np.float32)
        noise = rng.standard_normal(said.shape, dtype=np.float32) * (self.recipe.noise / math.sqrt(said.shape[1]))
        said += noise * rng.random((len(said), 1), dtype=np.float32)
        said /= np.linalg.norm(said, axis=1, keepdims=True)
        kind = (rng.random(len(said)) < self.recipe.shelf).astype(np.int64)
        rows = np.stack([said, self.examples.manners[self.examples.sources[chosen, kind]]], 1, dtype=np.float32)
        rows *= rng.random((len(rows), 2, 1)) >= self.recipe.left_out
        rows *= rng.random((len(rows), 1, 1)) >= self.recipe.left_out
        return torch.from_numpy(rows).to(self.device)

    def save(self, path: Path) -> None:
        """Keep the state, all or nothing."""
        parts = {"decoder": self.decoder.state_dict(), "kept": self.kept.state_dict()}
        save_state(path, self.recipe, {"step": self.step, "optimiser": self._optimiser.state_dict(), **parts})

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None:
            return False
        self.decoder.load_state_dict(state["decoder"])
        self.kept.load_state_dict(state["kept"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return True


def losses(decoder: PassageDecoder, memory: Tensor, read: Tensor, target: Tensor) -> Tensor:
    """Nats for each piece that is to be written, the marks of the ends among them, passage after passage: (pieces,)."""
    seen = decoder.remember(memory)
    hidden, _ = decoder.read(read, decoder.begin(seen), seen)
    there = target != PADDING  # most of the work is the scores of all pieces: not of padding
    return F.nll_loss(decoder.scores(hidden[there]), target[there], reduction="none")


def padded(passages: Sequence[np.ndarray], device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """What is read (n, t), from the mark of the start on, and what is to be written, up to that of the end."""
    longest = max(len(passage) for passage in passages) + 1
    read, target = torch.full((2, len(passages), longest), PADDING).unbind()
    for k, passage in enumerate(passages):
        own = torch.from_numpy(passage.astype(np.int64))
        read[k, 0], read[k, 1 : len(own) + 1] = START, own
        target[k, : len(own)], target[k, len(own)] = own, END
    return read.to(device), target.to(device)


def _batches(pieces: Sequence[np.ndarray], size: int, seed: tuple[int, int]) -> list[np.ndarray]:
    """Passages of like lengths together, so that little is padding, in random order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pieces))
    near = np.array([len(pieces[k]) for k in order.tolist()]) // 4
    order = order[np.argsort(near, kind="stable")]
    batches = [order[k : k + size] for k in range(0, len(order), size)]
    return [batches[k] for k in rng.permutation(len(batches)).tolist()]
