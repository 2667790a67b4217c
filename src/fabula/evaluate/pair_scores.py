"""How well single captions fit single pictures, for comparison with what people say of such pairs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from fabula.vision import Vision


def pair_scorer(vision: Vision, files: Mapping[str, Path]) -> Callable[[Sequence[tuple[str, str]]], np.ndarray]:
    """A function of pairs (picture's file, caption) -> (n,) cosines in the model's space; no reference is needed.

    Args:
        vision: the image-sentence model.
        files: where the pictures are, by the names of their files.
    """

    def scores(pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        pictures, texts = list(dict.fromkeys(p for p, _ in pairs)), list(dict.fromkeys(t for _, t in pairs))
        seen = dict(zip(pictures, vision.encode_images([files[p] for p in pictures]), strict=True))
        said = dict(zip(texts, vision.encode_text(texts), strict=True))
        return np.array([float(seen[picture] @ said[text]) for picture, text in pairs])

    return scores
