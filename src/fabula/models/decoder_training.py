"""Training a decoder: first to say what people said, then to be scored well for what it says itself."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.metrics.cider import Cider
from fabula.metrics.tokens import caption_tokens
from fabula.models.decoder import DECODERS
from fabula.models.learning import drawn_views, hold_memory, load_state, move_mean, save_state
from fabula.models.vocabulary import END, PADDING, START, UNKNOWN, Vocabulary

Told = Callable[[int, float], None]


@dataclass(frozen=True)
class CaptionRecipe:
    """How to train a captioner.

    Args:
        decoder: attention, or rnn (the baseline of Karpathy and Fei-Fei 2015).
        epochs: in which it learns to say what people said of each picture.
        rewarded: epochs after these in which its own sentences are scored (self-critical sequence training, Rennie et
            al. 2017): CIDEr-D against people's captions, above what its sentences get on the average.
        batch: pictures in a step.
        captions: people's captions of a picture in a step.
        samples: of its own sentences in a step.
        rate: learning rate; a tenth of it with rewards.
        smoothing: share of the probability that is spread over all words.
        hidden_words: share of the words before that it does not get to read.
        average: how much of the running mean of the weights stays in each step.
        seed: of everything random.
    """

    decoder: str = "attention"
    epochs: int = 6
    rewarded: int = 1
    batch: int = 30
    captions: int = 3
    samples: int = 5
    rate: float = 1.5e-3
    smoothing: float = 0.1
    hidden_words: float = 0.1
    average: float = 0.98
    seed: int = 0


@dataclass(frozen=True)
class CaptionExamples:
    """Pictures and what people say of them.

    Args:
        views: for each view (n, k, values) float16, the regions of the pictures.
        captions: of each picture.
        vocabulary: the words.
    """

    views: Sequence[np.ndarray]
    captions: Sequence[Sequence[str]]
    vocabulary: Vocabulary


class CaptionTraining:
    """A decoder while it learns; its state can be saved after each epoch and taken up again."""

    def __init__(self, recipe: CaptionRecipe, examples: CaptionExamples) -> None:
        hold_memory()
        torch.manual_seed(recipe.seed)
        self.recipe, self.examples = recipe, examples
        values = examples.views[0].shape[2]
        self.decoder = DECODERS[recipe.decoder](len(examples.vocabulary), values)
        self.kept = copy.deepcopy(self.decoder).eval().requires_grad_(False)
        self.epoch = 0
        self._optimiser = torch.optim.AdamW(self.decoder.parameters(), lr=recipe.rate, weight_decay=1e-2)
        references = [[caption_tokens(caption) for caption in own] for own in examples.captions]
        self._cider = Cider(references)
        self._encoded = [[examples.vocabulary.encode(caption)[:20] for caption in own] for own in examples.captions]

    @property
    def steps(self) -> int:
        """Steps in an epoch."""
        return max(len(self.examples.captions) // self.recipe.batch, 1)

    @property
    def whole(self) -> int:
        """All epochs, with and without rewards."""
        return self.recipe.epochs + self.recipe.rewarded

    def run_epoch(self, told: Told | None = None) -> float:
        """See each picture once; returns the mean loss (nats for a word, or the reward below zero)."""
        seed = self.recipe.seed * 1000 + self.epoch
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(self.examples.captions))
        rewarded = self.epoch >= self.recipe.epochs
        self.decoder.train()
        total = 0.0
        for step in range(self.steps):
            chosen = np.sort(order[step * self.recipe.batch : (step + 1) * self.recipe.batch])
            self._set_rate(self.epoch * self.steps + step)
            loss, value = (self._reward_loss if rewarded else self._word_loss)(chosen, rng)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.decoder.parameters(), 1.0)
            self._optimiser.step()
            move_mean(self.kept, self.decoder, self.epoch * self.steps + step, self.recipe.average)
            total += value
            if told:
                told(step + 1, total / (step + 1))
        self.epoch += 1
        return total / self.steps

    def _set_rate(self, step: int) -> None:
        """Up within the first epoch, down a cosine; with rewards a tenth."""
        share = step / (self.recipe.epochs * self.steps)
        shape = min((step + 1) / self.steps, 0.5 * (1 + math.cos(math.pi * share)) + 0.02) if share < 1 else 0.1
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * shape

    def _memory(self, chosen: np.ndarray, rng: np.random.Generator, copies: int) -> tuple[Tensor, ...]:
        """The regions of some pictures, prepared by the decoder, each so many times."""
        seen = self.decoder.remember(drawn_views(self.examples.views, chosen, rng))
        return tuple(part.repeat_interleave(copies, 0) for part in seen)

    def _word_loss(self, chosen: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, float]:
        """Cross-entropy of people's next words."""
        captions = [
            self._encoded[k][j]
            for k in chosen.tolist()
            for j in np.resize(rng.permutation(len(self._encoded[k])), self.recipe.captions).tolist()
        ]
        target = _padded([[*caption, END] for caption in captions])
        read = _padded([[START, *caption] for caption in captions])
        read[(torch.rand(read.shape) < self.recipe.hidden_words) & (read > END)] = UNKNOWN
        seen = self._memory(chosen, rng, self.recipe.captions)
        scores = self.decoder.scores(self._said(read, seen))
        loss = F.nll_loss(scores.flatten(0, 1), target.flatten(), ignore_index=PADDING)
        spread = -scores.mean(2)[target != PADDING].mean()
        return (1 - self.recipe.smoothing) * loss + self.recipe.smoothing * spread, loss.item()

    def _said(self, read: Tensor, seen: tuple[Tensor, ...]) -> Tensor:
        state, hidden = self.decoder.begin(seen), []
        for words in read.T:
            now, state = self.decoder.step(words, state, seen)
            hidden.append(now)
        return torch.stack(hidden, 1)

    def _reward_loss(self, chosen: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, float]:
        """Sentences of its own become likelier when they score better than the picture's others."""
        n, samples = len(chosen), self.recipe.samples
        seen = self._memory(chosen, rng, samples)
        words, log_probabilities = self._samples(seen, n * samples)
        sentences = [self.examples.vocabulary.tokens(row) for row in words.tolist()]
        rewards = self._cider.cider_d(sentences, np.repeat(chosen, samples).tolist()).reshape(n, samples)
        others = (rewards.sum(1, keepdims=True) - rewards) / max(samples - 1, 1)
        gain = torch.from_numpy(rewards - others).float().flatten()
        spoken = words != PADDING
        loss = -(gain[:, None] * log_probabilities)[spoken].mean()
        return loss, -float(rewards.mean())

    def _samples(self, seen: tuple[Tensor, ...], rows: int, longest: int = 18) -> tuple[Tensor, Tensor]:
        """Sentences drawn word by word, padded after their end, and the log probabilities of their words."""
        state, word = self.decoder.begin(seen), torch.full((rows,), START)
        words, scores, open_ = [], [], torch.ones(rows, dtype=torch.bool)
        for _ in range(longest):
            hidden, state = self.decoder.step(word, state, seen)
            log_probabilities = self.decoder.scores(hidden)
            word = torch.multinomial(log_probabilities.detach().exp(), 1)[:, 0]
            words.append(word * open_)
            scores.append(log_probabilities.gather(1, word[:, None])[:, 0])
            open_ = open_ & (word != END)
            if not open_.any():
                break
        return torch.stack(words, 1), torch.stack(scores, 1)

    def save(self, path: Path) -> None:
        """Keep the state after an epoch, all or nothing."""
        parts = {"decoder": self.decoder, "kept": self.kept, "optimiser": self._optimiser}
        save_state(path, self.recipe, {"epoch": self.epoch} | {name: part.state_dict() for name, part in parts.items()})

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None:
            return False
        self.decoder.load_state_dict(state["decoder"])
        self.kept.load_state_dict(state["kept"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.epoch = state["epoch"]
        return True


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in rows])
