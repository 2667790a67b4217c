"""Training the network of ``clip_questions``: the right answer's log probability, clips hidden now and then."""

import copy
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.models.clip_questions import ClipQuestionNetwork, QuestionShape
from fabula.models.learning import fingerprint, hold_memory, load_state, move_mean, save_state


@dataclass(frozen=True)
class QuestionRecipe:
    """How to train.

    Args:
        epochs: times that each question is seen.
        batch: questions in a step.
        rate: learning rate, along a cosine down to nothing.
        decay: of the weights (AdamW).
        dropout: of hidden numbers; half as many of the inputs.
        blind: share of questions that are shown without their clip, so that one network can answer with and without.
        average: how much of the running mean of the weights, which is what is kept, stays in each step.
        first: outputs of the first convolution.
        second: of the second.
        seed: of everything random.
    """

    epochs: int = 40
    batch: int = 32
    rate: float = 1e-3
    decay: float = 0.05
    dropout: float = 0.3
    blind: float = 0.2
    average: float = 0.99
    first: int = 256
    second: int = 64
    seed: int = 0


@dataclass(frozen=True)
class AskedClips:
    """What a network learns from.

    Args:
        clips: (n, clip) vectors of clips.
        questions: (n, text).
        answers: (n, k, text).
        correct: (n,) index of the right answer.
    """

    clips: np.ndarray
    questions: np.ndarray
    answers: np.ndarray
    correct: np.ndarray


class QuestionTraining:
    """A network while it learns, epoch by epoch; its state can be saved after each."""

    def __init__(self, recipe: QuestionRecipe, asked: AskedClips) -> None:
        hold_memory()
        torch.manual_seed(recipe.seed)
        self.recipe, self.epoch = recipe, 0
        self._parts = tuple(_tensor(part) for part in (asked.clips, asked.questions, asked.answers))
        self._correct = torch.from_numpy(asked.correct.astype(np.int64))
        shape = QuestionShape(asked.clips.shape[1], asked.questions.shape[1], recipe.first, recipe.second)
        self.network = ClipQuestionNetwork(shape, recipe.dropout)
        self.network.settle(self._parts[0])
        self.kept = copy.deepcopy(self.network).eval().requires_grad_(False)
        self._optimiser = torch.optim.AdamW(self.network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)

    @property
    def steps(self) -> int:
        """In an epoch."""
        return math.ceil(len(self._correct) / self.recipe.batch)

    def run_epoch(self) -> float:
        """See each question once; returns the mean loss in nats."""
        torch.manual_seed(self.recipe.seed * 100_003 + self.epoch)
        self.network.train()
        total = 0.0
        for step, chosen in enumerate(torch.split(torch.randperm(len(self._correct)), self.recipe.batch)):
            self._set_rate(self.epoch * self.steps + step)
            seen = (torch.rand(len(chosen)) >= self.recipe.blind).float()
            scores = self.network(*(part[chosen] for part in self._parts), seen)
            loss = F.cross_entropy(scores, self._correct[chosen])
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimiser.step()
            move_mean(self.kept, self.network, self.epoch * self.steps + step, self.recipe.average)
            total += loss.item() * len(chosen)
        self.epoch += 1
        return total / len(self._correct)

    def _set_rate(self, step: int) -> None:
        share = step / (self.recipe.epochs * self.steps)
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * 0.5 * (1 + math.cos(math.pi * share))

    def save(self, path: Path) -> None:
        """Keep the state after an epoch, all or nothing."""
        state = {
            "epoch": self.epoch,
            "asked": fingerprint(self._parts),
            "network": self.network.state_dict(),
            "kept": self.kept.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        save_state(path, self.recipe, state)

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe and questions; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None or state["asked"] != fingerprint(self._parts):
            return False
        self.network.load_state_dict(state["network"])
        self.kept.load_state_dict(state["kept"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.epoch = state["epoch"]
        return True


def _tensor(rows: np.ndarray) -> Tensor:
    return torch.from_numpy(rows.astype(np.float32))
