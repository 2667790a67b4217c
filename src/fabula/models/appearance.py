"""How pictures look, whatever they mean: their light, and an untouched ImageNet network's view at three depths.

A vision model that learned from sentences forgets what sentences do not say: how a picture is lit, of what its surfaces
are, in which style it was drawn. That is what the shots of one scene have in common, and much of what tells genres. The
stem of the network is the same as that of our vision model, so it is computed once for both.
"""

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fabula.files.appearance import VALUES
from fabula.files.pictures import Picture, as_array, squash
from fabula.models.efficientnet import SIZE, Backbone, load_backbone, pixels

SIDE, CELLS, BINS = 24, 3, 8
TO_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
BATCH = 16  # pictures: more do not get faster on a CPU
_RANGES = ((0.0, 1.0), (-0.4, 0.4), (-0.4, 0.4))


@functools.cache
def _backbone() -> Backbone:
    return load_backbone()


def appearances(images: Sequence[Picture]) -> np.ndarray:
    """How pictures look: (n, VALUES) float32, the parts of ``fabula.files.appearance`` one after the other."""
    found = np.zeros((len(images), VALUES), np.float32)
    for first in range(0, len(images), BATCH):
        arrays = [as_array(image) for image in images[first : first + BATCH]]
        found[first : first + BATCH] = appearances_of_cells(arrays, stem_cells(arrays))
    return found


@torch.inference_mode()
def stem_cells(pictures: Sequence[np.ndarray]) -> Tensor:
    """What the stem says of pictures (height, width, 3) uint8: (n, 120, 17, 17)."""
    return _backbone().stem(pixels(np.stack([squash(picture, SIZE) for picture in pictures])))


@torch.inference_mode()
def appearances_of_cells(pictures: Sequence[np.ndarray], cells: Tensor) -> np.ndarray:
    """How pictures look, from what the stem says of them (n, 120, 17, 17): (n, VALUES) float32."""
    backbone = _backbone()
    forms = backbone.forms(cells)
    things = backbone.things(forms).mean((2, 3))
    seen = torch.cat([cells.mean((2, 3)), cells.std((2, 3)), forms.mean((2, 3)), things], 1)
    light = np.stack([picture_light(picture) for picture in pictures])
    return np.concatenate([light, seen.numpy()], 1, dtype=np.float32)


def picture_light(picture: np.ndarray) -> np.ndarray:
    """The light of a picture (height, width, 3) uint8: (56,) float32.

    The edges tell black bars; roots of the histograms' shares make rare tones count.
    """
    small = squash(picture, SIDE).astype(np.float32) / 255
    luma = small @ TO_LUMA
    tones = np.stack([luma, small[..., 2] - luma, small[..., 0] - luma], -1)
    cell = SIDE // CELLS
    cells = tones.reshape(CELLS, cell, CELLS, cell, 3).mean((1, 3))
    edges = luma[:2].mean(), luma[-2:].mean()
    shares = [np.histogram(tones[..., k], BINS, of)[0] / SIDE**2 for k, of in enumerate(_RANGES)]
    return np.concatenate([cells.ravel(), tones.std((0, 1)), edges, np.sqrt(shares).ravel()], dtype=np.float32)
