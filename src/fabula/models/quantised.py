"""Weights in a byte each: rows of whole numbers with a scale, so that what we ship stays small.

A matrix is stored row by row as int8 with one float16 scale for each row (its largest value over 127). What tuning
changed in a network that is installed anyway is stored as the difference, whose rounding is smaller still.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from fabula.errors import FabulaError

_SCALE = ".scale"


def pack(state: Mapping[str, Tensor], base: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """Weights as they are stored; of those that are in ``base``, the difference to it."""
    packed = {}
    for name, value in state.items():
        change = value - base[name] if base and name in base else value
        if change.dim() < 2:
            packed[name] = change.half()
            continue
        rows = change.flatten(1)
        scale = (rows.abs().amax(1) / 127).clamp(min=1e-7).half().clamp(min=1e-7)  # float16 ends at 6e-8
        packed[name] = (rows / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8).view(change.shape)
        packed[name + _SCALE] = scale
    return packed


def unpack(packed: Mapping[str, Tensor], base: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """Weights as they are used: float32, with what ``base`` has of them added."""
    state = {}
    for name, stored in packed.items():
        if name.endswith(_SCALE):
            continue
        value = stored.float()
        if name + _SCALE in packed:
            value *= packed[name + _SCALE].float().view(-1, *[1] * (value.dim() - 1))
        state[name] = value + base[name] if base and name in base else value
    return state


def save_packed(path: Path, state: Mapping[str, Tensor], base: Mapping[str, Tensor] | None = None) -> None:
    """Write weights as safetensors, in a byte each."""
    save_file({name: value.contiguous() for name, value in pack(state, base).items()}, path)


def load_packed(path: Path, base: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """Read what ``save_packed`` wrote.

    Raises:
        FabulaError: the file is missing or damaged.
    """
    try:
        return unpack(load_file(path), base)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise FabulaError(f"The weights {path} cannot be loaded: {error}") from error
