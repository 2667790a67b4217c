"""Our storyteller, ready for use: a vector of what is to be told and one of the manner -> passages."""

import functools
import json
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fabula.errors import FabulaError
from fabula.models.beam import Limits, beam_search
from fabula.models.decoder import PassageDecoder
from fabula.models.passage_training import losses, padded
from fabula.models.quantised import load_packed, save_packed
from fabula.models.sampling import Sampling, sample
from fabula.models.subwords import Subwords

BATCH = 64


class Storyteller:
    """A decoder of ``fabula train storyteller``.

    Args:
        name: keys caches.
        encoder: whose vectors it reads.
        decoder: writes.
        subwords: its word pieces.
        captions_mean: (d,) c of the style shift, the mean vector of captions.
        prose_mean: (d,) the mean vector of its books' passages: the manner of no book in particular.
    """

    def __init__(
        self,
        name: str,
        encoder: str,
        decoder: PassageDecoder,
        subwords: Subwords,
        captions_mean: np.ndarray,
        prose_mean: np.ndarray,
    ) -> None:
        self.name, self.encoder, self.decoder, self.subwords = name, encoder, decoder.eval(), subwords
        self.captions_mean, self.prose_mean = captions_mean, prose_mean

    def write(
        self,
        memory: np.ndarray,
        sampling: Sampling,
        words: Mapping[str, float] | None = None,
        usual: Collection[str] = (),
    ) -> list[str]:
        """A passage for each memory, drawn at random.

        Args:
            memory: (n, 2, d): what is to be told, and the manner; rows of zeros say nothing.
            sampling: how to draw, and the seed.
            words: what is added to the scores of words, in nats. Words of several pieces are left as they are.
            usual: words that may come again and again ("the"): others wear off as they are written.
        """
        rows = torch.from_numpy(memory.astype(np.float32))
        leaning = self._leaning(words) if words else None
        found = sample(self.decoder, rows, sampling, leaning, self._wearing(usual) if usual else None)
        return [self.subwords.decode(own) for own in found]

    def _wearing(self, usual: Collection[str]) -> torch.Tensor:
        """Which pieces wear off: those that are words, or begin one, but none of the usual words: (pieces,)."""
        return torch.tensor([float(bool(word) and word not in usual) for word in self._words])

    @functools.cached_property
    def _words(self) -> list[str]:
        """What each piece that is a word, or begins one, says in small letters; "" for all others."""
        texts = [self.subwords.decode([k]) for k in range(len(self.subwords))]
        begins = [own == [k] for k, own in enumerate(self.subwords.encode(texts))]
        pairs = zip(texts, begins, strict=True)
        return [text.lower() if begin and text.isalpha() else "" for text, begin in pairs]

    def _leaning(self, words: Mapping[str, float]) -> torch.Tensor:
        """What is added to the scores of pieces: (pieces,)."""
        forms = {form: nats for word, nats in words.items() for form in (word, word.capitalize())}
        leaning = torch.zeros(len(self.subwords))
        for pieces, nats in zip(self.subwords.encode(list(forms)), forms.values(), strict=True):
            if len(pieces) == 1:
                leaning[pieces[0]] = nats
        return leaning

    def search(self, memory: np.ndarray, width: int, longest: int, power: float, block: int) -> list[list[str]]:
        """The likeliest passages for each memory, best first.

        Args:
            memory: (n, 2, d), as ``write`` takes it.
            width: of the beam.
            longest: word pieces.
            power: of the length by which log probabilities are divided; 0 is the search of neural-storyteller.
            block: word pieces that no passage says twice in the same order; 0 lets it.
        """
        rows = torch.from_numpy(memory.astype(np.float32))
        found = beam_search(self.decoder, rows, width, longest, power, Limits(block=block))
        return [[self.subwords.decode(one.words) for one in own] for own in found]

    @torch.inference_mode()
    def loss(self, passages: Sequence[str], memory: np.ndarray) -> tuple[float, int]:
        """How surprising passages are: nats in all, the ends included, and word pieces, the ends included."""
        pieces = [np.array(own) for own in self.subwords.encode(passages)]
        order = np.argsort([len(own) for own in pieces], kind="stable")
        nats = 0.0
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            read, target = padded([pieces[k] for k in rows.tolist()])
            known = torch.from_numpy(memory[rows].astype(np.float32))
            nats += float(losses(self.decoder, known, read, target).sum())
        return nats, sum(len(own) + 1 for own in pieces)

    def save(self, path: Path) -> None:
        """Write the weights (.safetensors) and word pieces (.pieces.json); the card is the trainer's."""
        means = {"captions_mean": torch.from_numpy(self.captions_mean), "prose_mean": torch.from_numpy(self.prose_mean)}
        save_packed(path.with_suffix(".safetensors"), {**self.decoder.state_dict(), **means})
        path.with_suffix(".pieces.json").write_text(self.subwords.description, "utf-8")


def load_storyteller(card: Path | None = None) -> Storyteller:
    """The storyteller of a card (.json) with its files beside it; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / "storyteller.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        subwords = Subwords(path.with_suffix(".pieces.json").read_text("utf-8"))
        values, recipe = int(found["values"]), found["recipe"]
        decoder = PassageDecoder(len(subwords), values, int(recipe["hidden"]), int(recipe["read"]))
        name, encoder = str(found["name"]), str(found["encoder"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabulaError(f"The storyteller {path} cannot be loaded: {error!r}") from error
    weights = load_packed(path.with_suffix(".safetensors"))
    means = [weights.pop(name, torch.zeros(values)).numpy() for name in ("captions_mean", "prose_mean")]
    try:
        decoder.load_state_dict(weights)
    except RuntimeError as error:
        raise FabulaError(f"The storyteller's weights beside {path} are another's: {error}") from error
    return Storyteller(name, encoder, decoder, subwords, *means)
