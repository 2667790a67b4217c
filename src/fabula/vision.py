"""Pictures and sentences -> vectors in one space, and pictures -> sentences. A name picks the model."""

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from fabula.errors import FabulaError
from fabula.features import HashEncoder
from fabula.files.pictures import Picture as Picture
from fabula.files.pictures import as_array as as_array
from fabula.files.pictures import squash
from fabula.models.word_regions import WordRegions as WordRegions
from fabula.records import Caption, Progress

if TYPE_CHECKING:
    from fabula.models.trained_vision import TrainedVision

DEFAULT_VISION = "builtin"
DEFAULT_CAPTIONER = "builtin"
BASELINE_CAPTIONER = "rnn"  # the multimodal RNN of Karpathy and Fei-Fei 2015
HUB = "hf:"


class Vision(Protocol):
    """A space for pictures and sentences. ``name`` keys caches, so it must change when the weights do."""

    name: str
    dimension: int

    def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
        """Vectors of pictures: (n, d) float32, rows of unit length."""
        ...

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of sentences: (m, d) float32, rows of unit length; their dot product with a picture's is the fit."""
        ...

    def score(self, images: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        """How well each sentence fits each picture: (n, m) float32, higher is better, with the model's best means.

        A model that has word-region scores reranks with them; the values are of the order of a cosine.
        """
        ...

    def probability(self, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """Calibrated probability that a sentence describes a picture.

        Args:
            cosines: (n, m) of the pictures' vectors with the sentences'.
            texts: (m, d) the sentences' vectors: some fit just anything.
        """
        ...


@runtime_checkable
class Grounder(Protocol):
    """A vision model that also says which region a word speaks of."""

    def ground(self, images: Sequence[Picture], texts: Sequence[str]) -> list[WordRegions]:
        """For each picture with its text (as many texts as pictures), the scores of its words and regions."""
        ...


class Captioner(Protocol):
    """A model that describes pictures."""

    name: str

    def caption(
        self, images: Sequence[Picture], count: int = 1, progress: Progress | None = None
    ) -> list[list[Caption]]:
        """``count`` distinct captions for each picture, best first."""
        ...


_COLOURS = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "red": (220, 30, 30),
    "green": (40, 150, 40),
    "blue": (40, 60, 200),
    "yellow": (240, 220, 40),
    "orange": (240, 140, 30),
    "brown": (110, 70, 40),
    "pink": (240, 150, 190),
    "purple": (120, 50, 140),
}
_HASH_SIZE = 32


class HashVision:
    """A vision without weights, for tests and for speed: it knows the names of eleven colours, and no more.

    A picture's vector is the sum of the hashed names of its colours, each weighted by its share of the picture.
    """

    def __init__(self, dimension: int = 256) -> None:
        self._words = HashEncoder(dimension)
        self.name, self.dimension = f"hash-vision-{dimension}", dimension

    def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
        """Vectors of pictures: (n, d) float32, rows of unit length."""
        names = self._words.encode(list(_COLOURS))
        out = np.zeros((len(images), self.dimension), np.float32)
        for k, image in enumerate(images):
            small = squash(as_array(image), _HASH_SIZE).reshape(-1, 1, 3).astype(np.float32)
            nearest = np.square(small - np.array(list(_COLOURS.values()), np.float32)).sum(2).argmin(1)
            out[k] = np.bincount(nearest, minlength=len(_COLOURS)) @ names
            if progress:
                progress(k + 1, len(images))
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return out

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of sentences: (m, d) float32, rows of unit length."""
        return self._words.encode(texts, progress)

    def score(self, images: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        """The cosines: (n, m) float32."""
        cosines: np.ndarray = self.encode_images(images) @ self.encode_text(texts).T
        return cosines

    def probability(self, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """The cosine itself, where it is positive: (n, m)."""
        clipped: np.ndarray = np.clip(cosines, 0.0, 1.0)
        return clipped


@functools.cache  # naming a model and using it must not load its weights twice
def load_vision(name: str = DEFAULT_VISION) -> Vision:
    """The image-sentence model of that name.

    Args:
        name: ``builtin`` (trained by us, no download), ``hash`` (no weights), the path of a card (.json) that
            ``fabula train vision`` wrote, or a CLIP or SigLIP model for transformers: ``hf:FOLDER``,
            ``hf:OWNER/MODEL`` or ``hf:OWNER/MODEL@REVISION``. A full commit hash as REVISION pins the weights, and
            HF_HUB_OFFLINE=1 is honoured.

    Raises:
        FabulaError: the model cannot be loaded.
    """
    if name == "hash":
        return HashVision()
    if name.startswith(HUB):
        from fabula.models.hub_vision import load_hub_vision

        return load_hub_vision(name.removeprefix(HUB))
    return load_trained(name)


def load_trained(name: str = DEFAULT_VISION) -> "TrainedVision":
    """The image-sentence model that is built in or whose card (.json) is named; it has more to give than ``Vision``.

    Raises:
        FabulaError: it cannot be loaded.
    """
    if name != DEFAULT_VISION and not name.endswith(".json"):
        raise FabulaError(f"There is no vision model {name}: say builtin, hash, hf:OWNER/MODEL or a card (.json).")
    from fabula.models.trained_vision import load_trained_vision

    return load_trained_vision(None if name == DEFAULT_VISION else Path(name))


@functools.cache
def load_captioner(name: str = DEFAULT_CAPTIONER) -> Captioner:
    """The captioner of that name: ``builtin``, ``hf:OWNER/MODEL[@REVISION]``, ``hf:FOLDER``, or a card's path.

    Raises:
        FabulaError: the model cannot be loaded.
    """
    if name.startswith(HUB):
        from fabula.models.hub_captioner import load_hub_captioner

        return load_hub_captioner(name.removeprefix(HUB))
    known = {DEFAULT_CAPTIONER: "captions", BASELINE_CAPTIONER: "captions-rnn"}
    if name not in known and not name.endswith(".json"):
        raise FabulaError(f"There is no captioner {name}: say builtin, rnn, hf:OWNER/MODEL or a card (.json).")
    from fabula.models.trained_captioner import load_trained_captioner

    return load_trained_captioner(None if name in known else Path(name), known.get(name, ""))


def vision_name(vision: str | Vision) -> str:
    """The name that keys a model's vectors."""
    return load_vision(vision).name if isinstance(vision, str) else vision.name


def look(vision: Vision, images: Sequence[Picture]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of pictures by a vision model (n, d), and how they look (see ``fabula.files.appearance``) (n, VALUES).

    What our own model and appearances have in common is computed once.
    """
    from fabula.files.appearance import VALUES
    from fabula.models.appearance import BATCH, appearances, appearances_of_cells, stem_cells
    from fabula.models.trained_vision import TrainedVision

    if not isinstance(vision, TrainedVision):
        return vision.encode_images(images), appearances(images)
    vectors = np.zeros((len(images), vision.dimension), np.float32)
    looks = np.zeros((len(images), VALUES), np.float32)
    for first in range(0, len(images), BATCH):
        pictures = [as_array(image) for image in images[first : first + BATCH]]
        cells, rows = stem_cells(pictures), slice(first, first + BATCH)
        vectors[rows], looks[rows] = vision.encode_cells(cells), appearances_of_cells(pictures, cells)
    return vectors, looks


def picture_key(jpeg: bytes) -> str:
    """What a stored picture's vector is kept under: a hash of its bytes."""
    return hashlib.sha256(jpeg).hexdigest()[:32]
