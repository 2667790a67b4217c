"""Training the image-sentence model: a contrastive loss in both directions, for wholes and for words with regions."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.models.efficientnet import tail_features
from fabula.models.learning import drawn_views, hold_memory, load_state, move_mean, save_state
from fabula.models.visual_semantic import (
    NO_REGIONS,
    TUNED_LAYERS,
    Said,
    Seen,
    VisualSemantic,
    mean_of,
    whole_scores,
    word_scores,
)
from fabula.models.word_encoder import WIDTH, pieces_of

SHARPEST = 60.0  # one over the lowest temperature: below it, few pictures are learned by heart
FIRST_BATCH, FIRST_RATE = 500, 2e-3
SMALLEST_CUT = 13  # cells on a side of the part of a picture that a step sees, of 17


@dataclass(frozen=True)
class VisionRecipe:
    """How to train.

    Args:
        epochs: times that each picture is seen.
        first: times before these that the new layers see what the untouched encoders say, which is quick.
        batch: pictures in a step; all others' captions are a picture's wrong ones.
        captions: of each picture in a step, one after another: they cost little beside the picture.
        group: pictures among which words look for their regions; pairs cost much more there.
        regions: of each picture that words are shown, drawn anew in each step.
        rate: learning rate of the new layers.
        tail: of the backbone's tail; 0 leaves it as it is.
        text: of the word encoder's layers; 0 leaves them as they are.
        hardest: weight of the ranking loss with hardest wrong partners (VSE++) beside the contrastive one.
        skipped: of the pictures for which a block of the tail is skipped (stochastic depth, Huang et al. 2016).
        decay: of the weights.
        average: how much of the running mean of the weights, which is what is kept, stays in each step.
        seed: of everything random.
    """

    epochs: int = 12
    first: int = 40
    batch: int = 192
    captions: int = 2
    group: int = 48
    regions: int = 30
    rate: float = 5e-4
    tail: float = 1e-4
    text: float = 5e-5
    hardest: float = 0.0
    skipped: float = 0.15
    decay: float = 0.05
    average: float = 0.98
    seed: int = 0


@dataclass(frozen=True)
class Examples:
    """Pictures with their captions.

    Args:
        views: for each view (n, 120, 17, 17) float16, what the stem says of the pictures.
        captions: of each picture.
    """

    views: Sequence[np.ndarray]
    captions: Sequence[Sequence[str]]


def contrastive_loss(scores: Tensor, sharpness: Tensor) -> Tensor:
    """Cross-entropy of finding the right sentence for a picture and the right picture for a sentence.

    Args:
        scores: (n, n), picture and sentence of the same number belong together.
        sharpness: log of one over the temperature.
    """
    right = torch.arange(len(scores))
    sharp = scores * sharpness.exp().clamp(max=SHARPEST)
    return (F.cross_entropy(sharp, right) + F.cross_entropy(sharp.T, right)) / 2


def hardest_loss(scores: Tensor, margin: float = 0.2) -> Tensor:
    """The ranking loss with the hardest wrong partner in the batch (VSE++, Faghri et al. 2018, equation 6)."""
    right = scores.diagonal()
    wrong = scores.masked_fill(torch.eye(len(scores), dtype=torch.bool), -2.0)
    return (F.relu(margin + wrong.amax(1) - right) + F.relu(margin + wrong.amax(0) - right)).mean()


class VisionTraining:
    """A model while it learns; its state can be saved after each epoch and taken up again.

    Args:
        recipe: how.
        examples: what from.
        start: a trained model to start from; it is not changed.
    """

    def __init__(self, recipe: VisionRecipe, examples: Examples, start: VisualSemantic | None = None) -> None:
        hold_memory()
        torch.manual_seed(recipe.seed)
        self.recipe, self.examples = recipe, examples
        self.model = copy.deepcopy(start) if start else VisualSemantic()
        _freeze(self.model, recipe)
        self.kept = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.epoch = 0
        self._optimiser = torch.optim.AdamW(self._groups(), weight_decay=recipe.decay)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, self._rate())

    @property
    def steps(self) -> int:
        """Steps in an epoch."""
        return max(len(self.examples.captions) // self.recipe.batch, 1)

    def _groups(self) -> list[dict[str, Any]]:
        rates = {"backbone": self.recipe.tail, "encoder": self.recipe.text}
        groups: dict[float, list[nn.Parameter]] = {}
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                groups.setdefault(rates.get(name.split(".")[0], self.recipe.rate), []).append(parameter)
        return [{"params": parameters, "lr": rate} for rate, parameters in groups.items()]

    def _rate(self) -> Callable[[int], float]:
        """Up to the full rate within an epoch, and down a cosine."""
        end = self.recipe.epochs * self.steps
        return lambda step: min((step + 1) / self.steps, _cosine(step / end))

    def learn_first(self, told: Callable[[int, float], None] | None = None) -> None:
        """Fit the new layers to what the untouched encoders say of whole pictures and sentences.

        A whole picture is the mean of its regions, so the layer that was learned for wholes serves regions and words to
        begin with.
        """
        wholes = np.stack([tail_features(self.model.backbone, view) for view in self.examples.views])
        sentences = [_means(self.model, own) for own in zip(*map(_five, self.examples.captions), strict=True)]
        _fit_wholes(self.model, torch.from_numpy(wholes), torch.stack(sentences), self.recipe, told)
        self.model.region.load_state_dict(self.model.whole_picture.state_dict())
        self.model.word.load_state_dict(self.model.whole_sentence.state_dict())
        self.kept.load_state_dict(self.model.state_dict())

    def run_epoch(self, told: Callable[[int, float], None] | None = None) -> float:
        """See each picture once; ``told`` gets steps done and the mean loss. Returns that of the epoch."""
        torch.manual_seed(hash((self.recipe.seed, self.epoch)) % 2**31)
        rng = np.random.default_rng((self.recipe.seed, self.epoch))
        order = rng.permutation(len(self.examples.captions))
        self.model.train()
        total = 0.0
        for step in range(self.steps):
            chosen = np.sort(order[step * self.recipe.batch : (step + 1) * self.recipe.batch])
            loss = self._loss(chosen, rng)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 2.0)
            self._optimiser.step()
            self._schedule.step()
            move_mean(self.kept, self.model, self.epoch * self.steps + step, self.recipe.average)
            total += loss.item()
            if told:
                told(step + 1, total / (step + 1))
        self.epoch += 1
        return total / self.steps

    def _loss(self, chosen: np.ndarray, rng: np.random.Generator) -> Tensor:
        grid = self.model.backbone.regions(cut_cells(drawn_views(self.examples.views, chosen, rng), rng))
        keep = torch.from_numpy(rng.permutation(grid.shape[1])[: self.recipe.regions])
        seen = self.model.see_grid(grid, keep)
        drawn = [_drawn(self.examples.captions[k], self.recipe.captions, rng) for k in chosen.tolist()]
        losses = [self._loss_of(seen, self.model.say(pieces_of(captions))) for captions in zip(*drawn, strict=True)]
        return torch.stack(losses).mean()

    def _loss_of(self, seen: Seen, said: Said) -> Tensor:
        wholes = whole_scores(seen, said)
        loss = contrastive_loss(wholes, self.model.sharpness[0]) + self._word_loss(seen, said)
        return loss + self.recipe.hardest * hardest_loss(wholes) if self.recipe.hardest else loss

    def _word_loss(self, seen: Seen, said: Said) -> Tensor:
        losses = []
        for first in range(0, len(seen.whole), self.recipe.group):
            part = slice(first, first + self.recipe.group)
            scores = word_scores(
                Seen(seen.whole[part], seen.regions[part]),
                Said(said.whole[part], said.words[part], said.weights[part]),
            )
            losses.append(contrastive_loss(scores, self.model.sharpness[1]))
        return torch.stack(losses).mean()

    def save(self, path: Path) -> None:
        """Keep the state after an epoch, all or nothing."""
        state = {"epoch": self.epoch, "model": self.model.tuned(), "kept": self.kept.tuned()}
        save_state(path, self.recipe, state | {"optimiser": self._optimiser.state_dict()})

    def resume(self, path: Path) -> bool:
        """Take up a state that ``save`` kept for the same recipe; says whether there was one."""
        state = load_state(path, self.recipe)
        if state is None:
            return False
        self.model.load_state_dict(state["model"], strict=False)
        self.kept.load_state_dict(state["kept"], strict=False)
        self._optimiser.load_state_dict(state["optimiser"])
        self.epoch = state["epoch"]
        self._schedule.last_epoch = self.epoch * self.steps
        return True


def cut_cells(cells: Tensor, rng: np.random.Generator) -> Tensor:
    """A random part of what the stem says, mirrored half of the time: cheap views, the same part for a whole batch.

    The stem hardly minds mirroring, and a part of its cells is nearly what it says of a part of the picture.
    """
    size = int(rng.integers(SMALLEST_CUT, cells.shape[-1] + 1))
    top, left = (int(rng.integers(cells.shape[-1] - size + 1)) for _ in range(2))
    cells = cells[:, :, top : top + size, left : left + size]
    if rng.random() < 0.5:
        cells = cells.flip(-1)
    return cells.contiguous(memory_format=torch.channels_last)


def _cosine(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * min(share, 1.0))) + 1e-3


def _freeze(model: VisualSemantic, recipe: VisionRecipe) -> None:
    model.backbone.requires_grad_(False)
    model.encoder.requires_grad_(False)
    if recipe.tail:
        model.backbone.let_tail_learn(recipe.skipped)
    if recipe.text:
        model.encoder.layers[-TUNED_LAYERS:].requires_grad_(True)


def _drawn(captions: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Some of a picture's captions at random, each once while there are enough."""
    order = rng.permutation(len(captions)).tolist()
    return [captions[order[k % len(captions)]] for k in range(count)]


def _five(captions: Sequence[str]) -> list[str]:
    """As many captions for each picture as most have: repeated where there are fewer."""
    return [captions[k % len(captions)] for k in range(5)]


@torch.inference_mode()
def _means(model: VisualSemantic, texts: Sequence[str]) -> Tensor:
    """What the word encoder says of each whole sentence: (n, 384)."""
    order = sorted(range(len(texts)), key=lambda k: len(texts[k]))
    out = torch.zeros(len(texts), WIDTH)
    for first in range(0, len(texts), 128):
        rows = order[first : first + 128]
        pieces = pieces_of([texts[k] for k in rows])
        out[rows] = mean_of(model.encoder(pieces), pieces.there)
    return out


def _fit_wholes(
    model: VisualSemantic,
    pictures: Tensor,
    sentences: Tensor,
    recipe: VisionRecipe,
    told: Callable[[int, float], None] | None,
) -> None:
    """The layers of the wholes alone, on (views, n, 1280) and (captions, n, 384)."""
    batch = min(FIRST_BATCH, pictures.shape[1])
    layers = [*model.whole_picture.parameters(), *model.whole_sentence.parameters(), model.sharpness]
    total = max(recipe.first * (pictures.shape[1] // batch), 1)
    optimiser = torch.optim.AdamW(layers, lr=FIRST_RATE, weight_decay=recipe.decay)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, FIRST_RATE, total_steps=total, pct_start=0.1)
    for step in range(total):
        rows = torch.randperm(pictures.shape[1])[:batch]
        view, caption = (int(torch.randint(len(kind), ())) for kind in (pictures, sentences))
        seen = F.normalize(model.whole_picture(model.hide_picture(pictures[view, rows])), dim=-1)
        said = F.normalize(model.whole_sentence(model.hide_words(sentences[caption, rows])), dim=-1)
        loss = contrastive_loss(seen @ said.T, model.sharpness[0])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rates.step()
        if told and (step + 1) % 50 == 0:
            told(step + 1, loss.item())


@torch.inference_mode()
def whole_vectors(model: VisualSemantic, cells: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of whole pictures, from what the stem says of them, and of whole sentences: (n, d), (m, d)."""
    pictures = [model.see(torch.tensor(cells[k : k + 64]).float(), NO_REGIONS).whole for k in range(0, len(cells), 64)]
    sentences = [model.say(pieces_of(texts[k : k + 128])).whole for k in range(0, len(texts), 128)]
    empty = torch.zeros(0, model.dimension)
    return torch.cat([empty, *pictures]).numpy(), torch.cat([empty, *sentences]).numpy()
