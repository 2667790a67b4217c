"""Training skip-thought vectors: from a sentence's vector to the sentences before and after it."""

import copy
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fabula.models.device import best_device
from fabula.models.learning import load_state, move_mean, save_state
from fabula.models.prose import Prose
from fabula.models.skip_thought import Shape
from fabula.models.skip_thought_decoders import SkipThoughtModel, WrongWords, sampled_loss, whole_loss
from fabula.models.vocabulary import END, START

Told = Callable[[int, float], None]

PORTION = 512  # words whose whole softmax is computed at once, when it is measured


@dataclass(frozen=True)
class SkipThoughtRecipe:
    """How to train.

    Args:
        kind: uni, bi or combine; both halves of combine-skip learn together, with one word matrix and one pair of
            decoders (in the paper they are trained apart).
        word: values of a word.
        hidden: values of a half of the vector.
        decoder: values of the decoders' state.
        vocabulary: how many words are learned, the most frequent ones.
        sentences: from how many it learns.
        epochs: times that each is seen.
        batch: sentences in a step.
        negatives: words against which the right one is told in a step: half of them the most frequent words, the
            others drawn from the rest as often as they are used (sampled softmax, Bengio and Senécal 2008); 0 tells it
            against all words, which on a CPU takes four times as long.
        longest: words of a sentence that are read and foretold; what comes after them is cut.
        rate: learning rate, at its highest.
        clip: length to which gradients are cut.
        average: how much of the running mean of the weights, which is what is kept, stays in each step.
        seed: of everything random.
    """

    kind: str = "combine"
    word: int = 256
    hidden: int = 384
    decoder: int = 256
    vocabulary: int = 20_000
    sentences: int = 250_000
    epochs: int = 1
    batch: int = 128
    negatives: int = 1024
    longest: int = 30
    rate: float = 2e-3
    clip: float = 5.0
    average: float = 0.995
    seed: int = 0

    @property
    def shape(self) -> Shape:
        """Of the encoder."""
        return Shape(self.kind, self.word, self.hidden)


SIZES = {
    "tiny": SkipThoughtRecipe(
        word=32, hidden=32, decoder=32, vocabulary=2000, sentences=4000, batch=64, negatives=256, rate=5e-3
    ),
    "small": SkipThoughtRecipe(),
    "base": SkipThoughtRecipe(
        word=620, hidden=2400, decoder=1200, sentences=1_600_000, epochs=4, negatives=0, rate=5e-4, average=0.999
    ),
}
"""Seconds, a quarter of an hour of two cores, hours of a GPU; base has the sizes of the paper."""


class SkipThoughtTraining:
    """A model while it learns; its state can be saved after any step and taken up again.

    Args:
        recipe: how.
        prose: what from.
        words: size of the vocabulary, marks included.
    """

    def __init__(self, recipe: SkipThoughtRecipe, prose: Prose, words: int) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.prose, self.step = recipe, prose, 0
        self.device = best_device()
        self.model = SkipThoughtModel(words, recipe.shape, recipe.decoder).to(self.device)
        shares = _shares(prose, words)
        self.model.bias.data.copy_(torch.log(shares))  # at first all that it says is how often words are used
        self.kept = copy.deepcopy(self.model).eval().requires_grad_(False)
        self._optimiser = torch.optim.Adam(self.model.parameters(), lr=recipe.rate)
        self._epoch, self._batches = 0, prose.batches(recipe.batch, np.random.default_rng((recipe.seed, 0)))
        self._wrong = WrongWords(shares, recipe.negatives)

    @property
    def steps(self) -> int:
        """In all."""
        return len(self._batches) * self.recipe.epochs

    def run(self, steps: int, told: Told | None = None) -> float:
        """Learn for so many steps, or to the end; returns the mean loss in nats for a word."""
        self.model.train()
        total, end = 0.0, min(self.step + steps, self.steps)
        count = end - self.step
        for done in range(1, count + 1):
            total += self._learn(self._batch())
            self.step += 1
            if told:
                told(self.step, total / done)
        return total / max(count, 1)

    def _batch(self) -> np.ndarray:
        epoch, place = divmod(self.step, len(self._batches))
        if epoch != self._epoch:
            rng = np.random.default_rng((self.recipe.seed, epoch))
            self._epoch, self._batches = epoch, self.prose.batches(self.recipe.batch, rng)
        return self._batches[place]

    def _learn(self, batch: np.ndarray) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * self._share_of_rate()
        loss = self._loss(batch)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self._optimiser.step()
        move_mean(self.kept, self.model, self.step, self.recipe.average)
        return loss.item()

    def _share_of_rate(self) -> float:
        """Up within a twentieth of the steps, down a cosine."""
        share = self.step / self.steps
        return min((self.step + 1) / (self.steps / 20), 0.5 * (1 + math.cos(math.pi * share)) + 0.01)

    def _loss(self, batch: np.ndarray) -> Tensor:
        written, right = self.model.foretell(self.model.vectors(self._read(batch)), *self._around(batch))
        table, bias = self.model.encoder.words.weight, self.model.bias
        if not self.recipe.negatives:
            return whole_loss(written, right, table, bias)
        drawn = self._wrong.draw(self.recipe.seed * 1_000_003 + self.step).to(self.device)
        return sampled_loss(written, right, table, bias, drawn, self._wrong.odds.to(self.device))

    def _read(self, batch: np.ndarray, prose: Prose | None = None) -> Tensor:
        return (prose or self.prose).padded(batch).to(self.device)

    def _around(self, batch: np.ndarray, prose: Prose | None = None) -> tuple[Tensor, Tensor]:
        prose = prose or self.prose
        before, after = (prose.padded(k, before=(START,), after=(END,)) for k in (batch - 1, batch + 1))
        return before.to(self.device), after.to(self.device)

    @torch.inference_mode()
    def measure(self, prose: Prose) -> tuple[float, float]:
        """How well the kept weights foretell other prose: nats for a word, against all words.

        Returns:
            With the vectors of the sentences, and with those of others: the difference is what a vector tells.
        """
        rng = np.random.default_rng(self.recipe.seed)
        totals, count = np.zeros(2), 0
        for batch in prose.batches(self.recipe.batch, rng):
            if len(batch) < 2:
                continue
            vectors, around = self.kept.vectors(self._read(batch, prose)), self._around(batch, prose)
            for k, used in enumerate((vectors, vectors.roll(1, 0))):
                written, right = self.kept.foretell(used, *around)
                totals[k] += self._whole_nats(written, right)
            count += len(right)
        own, others = totals / max(count, 1)
        return float(own), float(others)

    def _whole_nats(self, written: Tensor, right: Tensor) -> float:
        table, bias = self.kept.encoder.words.weight, self.kept.bias
        parts = zip(torch.split(written, PORTION), torch.split(right, PORTION), strict=True)
        return sum(whole_loss(some, own, table, bias).item() * len(own) for some, own in parts)

    def save(self, path: Path) -> None:
        """Keep the state, all or nothing."""
        weights = {"model": self.model.state_dict(), "kept": self.kept.state_dict()}
        state = {"step": self.step, "prose": self._digest(), "optimiser": self._optimiser.state_dict()}
        save_state(path, self.recipe, state | weights)

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe and prose; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None or state["prose"] != self._digest():
            return False
        self.model.load_state_dict(state["model"])
        self.kept.load_state_dict(state["kept"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return True

    def _digest(self) -> str:
        return hashlib.sha256(self.prose.words.tobytes()).hexdigest()


def _shares(prose: Prose, words: int) -> Tensor:
    """(words,) float64: how often each word is used, which sums to 1; no word is never."""
    uses = np.bincount(prose.words, minlength=words).astype(float)
    uses[END] = len(prose.starts) - 1
    uses += 0.5
    return torch.from_numpy(uses / uses.sum())
