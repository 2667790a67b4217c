"""Sentences -> vectors, each text embedded once: vectors are kept by model and content."""

import functools
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from fabula.files.store import Store
from fabula.records import Progress

DEFAULT_ENCODER = "builtin"
SAVE_EVERY = 2048  # texts between two writes to the cache: about ten seconds of encoding on two cores


class Encoder(Protocol):
    """Batch in, vectors out. ``name`` keys the caches, so it must change when the weights do."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of the texts: (n, d) float32, rows of unit length."""
        ...


class HashEncoder:
    """Words hashed to fixed random directions and summed: an encoder without weights, for tests and for speed."""

    def __init__(self, dimension: int = 256) -> None:
        self.name, self.dimension = f"hash-{dimension}", dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of the texts: (n, d) float32, rows of unit length (zero for a text without words)."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row += _direction(word, self.dimension)
        norms: np.ndarray = np.linalg.norm(out, axis=1, keepdims=True)
        if progress:
            progress(len(texts), len(texts))
        out /= np.maximum(norms, 1e-12)
        return out


def _direction(word: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    direction: np.ndarray = np.random.default_rng(seed).standard_normal(dimension, dtype=np.float32)
    return direction


@functools.cache  # naming an encoder and using it must not load its weights twice
def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The encoder of that name.

    Args:
        name: ``builtin`` (MiniLM, no download), ``hash`` (no weights), ``hf:OWNER/MODEL`` (any sentence-transformers
            model; the hub's offline switch HF_HUB_OFFLINE=1 is honoured), a path to a model's folder, ``skipthought``
            (skip-thought vectors learned from novels), or the path of a card (.json) of ``fabula train skipthoughts``.

    Raises:
        FabulaError: the model cannot be loaded.
    """
    if name == "hash":
        return HashEncoder()
    if name == "skipthought" or name.endswith(".json"):
        from fabula.models.skip_thought import load_skip_thought

        return load_skip_thought(None if name == "skipthought" else Path(name))
    from fabula.models import sentence_transformer

    return (
        sentence_transformer.load_builtin()
        if name == "builtin"
        else sentence_transformer.load_named(name.removeprefix("hf:"))
    )


def cache_folder() -> Path:
    """Where vectors are kept between runs: $FABULA_CACHE, or fabula in the user's cache folder."""
    base = os.environ.get("FABULA_CACHE")
    return Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fabula"


def open_cache() -> Store:
    """The user's store of vectors; one in memory when the folder cannot be written."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Store(None)
    return Store(folder / "vectors.db" if os.access(folder, os.W_OK) else None)


def embed(texts: Sequence[str], encoder: str | Encoder, store: Store, progress: Progress | None = None) -> np.ndarray:
    """Vectors of the texts, computing only those that the store does not have.

    New vectors are stored as they come, so that a killed run does not compute them again. The result is rounded
    to float16 whether a vector is new or stored: a second run gives the same numbers as the first.

    Returns:
        (n, d) float32, rows of unit length up to rounding.
    """
    model = encoder_name(encoder)
    hashes = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for text in texts]
    vectors = store.load_vectors(model, sorted(set(hashes)))
    missing = {h: text for h, text in zip(hashes, texts, strict=True) if h not in vectors}
    if missing:
        loaded = load_encoder(encoder) if isinstance(encoder, str) else encoder
        order = sorted(missing, key=lambda h: (len(missing[h]), h))  # alike lengths waste no padding
        for first in range(0, len(order), SAVE_EVERY):
            batch = order[first : first + SAVE_EVERY]
            fresh = loaded.encode([missing[h] for h in batch], shifted_progress(progress, first, len(order)))
            store.save_vectors(model, batch, fresh)
            vectors.update(zip(batch, fresh.astype(np.float16), strict=True))
    return np.stack([vectors[h] for h in hashes]).astype(np.float32) if texts else np.zeros((0, 1), np.float32)


def encoder_name(encoder: str | Encoder) -> str:
    """The name that keys an encoder's vectors; the built-in ones are not loaded to learn it."""
    if not isinstance(encoder, str):
        return encoder.name
    known = {"builtin": "all-MiniLM-L6-v2", "hash": "hash-256"}
    return known.get(encoder) or load_encoder(encoder).name


def shifted_progress(progress: Progress | None, done: int, total: int) -> Progress | None:
    """Progress of a part, told as that of the whole, of which so many are done already."""
    if progress is None:
        return None
    return lambda n, _: progress(done + n, total)
