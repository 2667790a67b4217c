"""What all long trainings share: the running mean of the weights, and a state that survives being killed."""

import contextlib
import ctypes
import dataclasses
import datetime
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of mallopt(3)


def hold_memory() -> None:
    """Keep freed memory in the process, where the C library is glibc.

    Each step of a training frees large tensors and asks for them again; clearing fresh pages took a quarter of its
    time.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def model_name(stem: str, network: nn.Module) -> str:
    """A name by which caches tell models apart: stem, day, and a hash of the weights."""
    return f"{stem}-{datetime.date.today().isoformat()}-{fingerprint(network.state_dict().values())[:6]}"


def fingerprint(weights: Iterable[Tensor]) -> str:
    """A hash of weights, in hexadecimal."""
    digest = hashlib.sha256()
    for value in weights:
        digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()


def drawn_views(views: Sequence[np.ndarray], chosen: np.ndarray, rng: np.random.Generator) -> Tensor:
    """A view of each of some pictures, drawn at random: float32, a row for each of ``chosen`` (n,)."""
    which = rng.integers(len(views), size=len(chosen)).tolist()
    return torch.from_numpy(np.stack([views[v][k] for v, k in zip(which, chosen.tolist(), strict=True)])).float()


@torch.no_grad()
def move_mean(kept: nn.Module, now: nn.Module, step: int, stay: float) -> None:
    """Move the running mean of the weights that learn; early on it follows closely, so that it forgets the beginning.

    Args:
        kept: holds the mean.
        now: the network that learns.
        step: of the training, from 0.
        stay: how much of the mean stays in each step, later on.
    """
    stay = min(stay, (step + 1) / (step + 11))
    for mean, weight in zip(kept.parameters(), now.parameters(), strict=True):
        if weight.requires_grad:
            mean.lerp_(weight, 1 - stay)


def save_state(path: Path, recipe: Any, state: dict[str, Any]) -> None:
    """Keep the state of a training after an epoch, all or nothing; ``recipe`` is a dataclass."""
    partial = path.with_suffix(".partial")
    torch.save({"recipe": dataclasses.asdict(recipe), **state}, partial)
    partial.replace(path)


def load_state(path: Path, recipe: Any) -> dict[str, Any] | None:
    """The state that was kept for the same recipe, or None."""
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state if state["recipe"] == dataclasses.asdict(recipe) else None
