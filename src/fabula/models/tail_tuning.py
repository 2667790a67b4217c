"""Tuning the network's last stages for tags: keyframes of trailers -> a tail whose features tell which film it is of.

From Trailers to Storylines, section 3.1, tunes a whole network on trailers. Here the stem stays as ImageNet made it, so
what it says of a keyframe is computed once; the tail learns with a tagger on top that already knows the tags from the
untouched features. A GPU is used where there is one.
"""

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from fabula.models.device import best_device
from fabula.models.efficientnet import Backbone, load_backbone
from fabula.models.learning import fingerprint, hold_memory, move_mean
from fabula.models.tagger import Tagger, tag_loss
from fabula.models.visual_semantic_training import cut_cells
from fabula.records import Progress


@dataclass(frozen=True)
class TailRecipe:
    """How a tail is tuned.

    Args:
        steps: in which films are drawn.
        films: in a step.
        shots: of each film in a step, each by one keyframe.
        rate: of learning, of the tail.
        head: of the tagger on top.
        decay: of the weights.
        skipped: of the pictures for which a block is skipped (stochastic depth, Huang et al. 2016).
        average: how much of the running mean of the weights, which is what is kept, stays in each step.
        seed: of everything random.
    """

    steps: int = 300
    films: int = 12
    shots: int = 4
    rate: float = 1e-4
    head: float = 1e-3
    decay: float = 0.05
    skipped: float = 0.1
    average: float = 0.98
    seed: int = 0


@dataclass(frozen=True)
class Keyframes:
    """The keyframes of a film's shots: what the stem says of them (f, 120, 17, 17) float16, and of each its shot (f,).

    Shots are numbered from 0, without gaps.
    """

    cells: np.ndarray
    shots: np.ndarray


def kept_tail(
    films: Sequence[Keyframes],
    tags: Mapping[str, np.ndarray],
    tagger: Tagger,
    recipe: TailRecipe,
    folder: Path,
    progress: Progress | None = None,
) -> Backbone:
    """The same as ``tune_tail``, from a folder where it was kept when it was tuned before."""
    rests = fingerprint([*(torch.from_numpy(rows) for rows in tags.values()), *tagger.state_dict().values()])
    path = folder / f"{hashlib.sha256(f'{recipe!r} {rests}'.encode()).hexdigest()[:24]}.safetensors"
    if path.is_file():
        tail = load_backbone()
        tail.load_state_dict(tail.state_dict() | load_file(path))
        return tail
    tail = tune_tail(films, tags, tagger, recipe, progress)
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file({name: value.contiguous() for name, value in tail.tail_weights().items()}, partial)
    partial.replace(path)
    return tail


def tune_tail(
    films: Sequence[Keyframes],
    tags: Mapping[str, np.ndarray],
    tagger: Tagger,
    recipe: TailRecipe,
    progress: Progress | None = None,
) -> Backbone:
    """A network whose tail learned to tell tags.

    Args:
        films: what from.
        tags: by head which film has which (n, k) float32.
        tagger: that knows the tags from the untouched features; it is not changed.
        recipe: how.
        progress: called with steps done, and all.
    """
    hold_memory()
    torch.manual_seed(recipe.seed)
    rng, device = np.random.default_rng(recipe.seed), best_device()
    network = _Tuned(tagger, recipe).to(device)
    kept = copy.deepcopy(network).eval()
    groups = [
        {"params": [p for p in network.backbone.parameters() if p.requires_grad], "lr": recipe.rate},
        {"params": [p for p in network.tagger.parameters() if p.requires_grad], "lr": recipe.head},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [recipe.rate, recipe.head], total_steps=max(recipe.steps, 2), pct_start=0.1
    )
    network.train()
    for step in range(recipe.steps):
        chosen = rng.integers(len(films), size=recipe.films)
        cells = torch.from_numpy(np.concatenate([_drawn(films[k], recipe.shots, rng) for k in chosen.tolist()]))
        scores = network(cut_cells(cells.to(device).float(), rng), recipe.films)
        loss = tag_loss(scores, {name: torch.from_numpy(rows[chosen]).to(device) for name, rows in tags.items()})
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 2.0)
        optimiser.step()
        schedule.step()
        move_mean(kept, network, step, recipe.average)
        if progress:
            progress(step + 1, recipe.steps)
    return kept.backbone.cpu()


class _Tuned(nn.Module):
    """The tail with a tagger on top."""

    def __init__(self, tagger: Tagger, recipe: TailRecipe) -> None:
        super().__init__()
        self.backbone, self.tagger = load_backbone().requires_grad_(False), copy.deepcopy(tagger).requires_grad_(True)
        self.backbone.let_tail_learn(recipe.skipped)

    def forward(self, cells: Tensor, films: int) -> dict[str, Tensor]:
        """Scores of films from the cells of their shots, those of a film together."""
        features = self.backbone.tail(cells).mean((2, 3)).view(films, -1, self.tagger.shape.values)
        return self.tagger(features, torch.ones(features.shape[:2], dtype=torch.bool, device=features.device))  # type: ignore[no-any-return]


def _drawn(film: Keyframes, count: int, rng: np.random.Generator) -> np.ndarray:
    """The cells of a keyframe of each of some shots: (count, 120, 17, 17)."""
    shots = np.unique(film.shots)
    chosen = rng.choice(shots, count, replace=len(shots) < count)
    rows = [rng.choice(np.flatnonzero(film.shots == shot)) for shot in chosen]
    return np.stack([film.cells[row] for row in rows])
