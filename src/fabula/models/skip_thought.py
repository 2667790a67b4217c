"""Skip-thought vectors (Kiros et al. 2015): a sentence becomes what its neighbours can be foretold from.

The encoder reads a sentence word by word; the last state of its recurrent layers is the sentence's vector. Uni-skip has
one layer, bi-skip one for each direction with half of the values, combine-skip both side by side (section 2.1, 3).
Words that training never saw get their vectors from the sentence encoder's word pieces by a linear map (section 2.2).
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.errors import FabulaError
from fabula.metrics.tokens import Tokens, prose_tokens
from fabula.models.device import best_device
from fabula.models.learning import fingerprint
from fabula.models.quantised import load_packed, save_packed
from fabula.models.vocabulary import MARKS, PADDING, UNKNOWN, Vocabulary
from fabula.models.word_encoder import load_word_encoder, pieces_of
from fabula.records import Progress

KINDS = ("uni", "bi", "combine")
LONGEST = 256  # words; what stands after them in a longer text leaves no trace in the last state anyway
BATCH = 128
PORTION = 2048  # words whose pieces are looked up at once


@dataclass(frozen=True)
class Shape:
    """The sizes of an encoder.

    Args:
        kind: uni, bi or combine.
        word: values of a word.
        hidden: values of uni-skip and of bi-skip, whose directions have half each; combine-skip has twice as many.
    """

    kind: str = "combine"
    word: int = 256
    hidden: int = 384

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FabulaError(f"There is no skip-thought model {self.kind}: say {', '.join(KINDS)}.")

    @property
    def dimension(self) -> int:
        """Values of a sentence's vector."""
        return self.hidden * (2 if self.kind == "combine" else 1)


class SkipThoughtNetwork(nn.Module):
    """The encoder: vectors of words -> the last states of its layers.

    A layer's reset gate acts after the recurrent matrix, as in the authors' code; in the paper it acts before.

    Args:
        words: size of the vocabulary, marks included.
        shape: the other sizes.
    """

    def __init__(self, words: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(words, shape.word, padding_idx=PADDING)
        self.layers = nn.ModuleDict()
        if shape.kind != "bi":
            self.layers["uni"] = nn.GRU(shape.word, shape.hidden, batch_first=True)
        if shape.kind != "uni":
            self.layers["bi"] = nn.GRU(shape.word, shape.hidden // 2, batch_first=True, bidirectional=True)

    def forward(self, read: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """The halves of the sentences' vectors.

        Args:
            read: (n, t, word) the vectors of their words, longest sentence first.
            lengths: (n,) int64 on the CPU, how many words each has: one at least.

        Returns:
            (n, hidden), one of each kind of layer.
        """
        packed: Any = read
        if int(lengths[-1]) < read.shape[1]:
            packed = nn.utils.rnn.pack_padded_sequence(read, lengths, batch_first=True)
        return tuple(layer(packed)[1].transpose(0, 1).flatten(1) for layer in self.layers.values())


class SkipThoughtEncoder:
    """A model of ``fabula train skipthoughts`` as a ``fabula.features.Encoder``.

    Args:
        name: what to call it; a hash of the weights is added, because the name keys caches.
        network: the encoder.
        vocabulary: its words.
    """

    def __init__(self, name: str, network: SkipThoughtNetwork, vocabulary: Vocabulary) -> None:
        self.network, self.vocabulary = network.eval(), vocabulary
        self.name, self.dimension = f"{name}-{fingerprint(network.state_dict().values())[:12]}", network.shape.dimension

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of the texts: (n, d) float32, rows of unit length (zero for a text without words).

        Each half is of unit length, then the whole. Punctuation counts as words; a text's first 256 words are read.
        """
        found = [prose_tokens(text)[:LONGEST] for text in texts]
        numbers = [self.vocabulary.numbers(words) for words in found]
        pairs = (pair for own, row in zip(found, numbers, strict=True) for pair in zip(own, row, strict=True))
        unknown = {word for word, number in pairs if number == UNKNOWN}
        expanded = self.expand(sorted(unknown))
        order = sorted((k for k in range(len(found)) if found[k]), key=lambda k: -len(found[k]))
        out = np.zeros((len(texts), self.dimension), np.float32)
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            out[batch] = self._vectors([found[k] for k in batch], [numbers[k] for k in batch], expanded)
            if progress:
                progress(first + len(batch), len(order))
        return out

    def _vectors(
        self, words: Sequence[Tokens], numbers: Sequence[list[int]], expanded: dict[str, Tensor]
    ) -> np.ndarray:
        """Of sentences with their words as numbers, longest first; unknown words have the vectors of ``expanded``."""
        device = self.network.words.weight.device
        ids = [torch.tensor(row) for row in numbers]
        read = self.network.words(nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PADDING).to(device))
        for row, own in enumerate(words):
            for place in torch.nonzero(ids[row] == UNKNOWN)[:, 0].tolist():
                read[row, place] = expanded[own[place]]
        halves = self.network(read, torch.tensor([len(row) for row in numbers]))
        whole = torch.cat([F.normalize(half, dim=1) for half in halves], 1)
        vectors: np.ndarray = F.normalize(whole, dim=1).cpu().numpy()
        return vectors

    def expand(self, words: Sequence[str]) -> dict[str, Tensor]:
        """Vectors (word,) of words that were not trained: vocabulary expansion (section 2.2 of the paper).

        A word of whose pieces nothing is known has the vector of the unknown word.
        """
        if not words:
            return {}
        with torch.inference_mode():
            pieces, known = piece_vectors(words)
            unknown = self.network.words.weight[UNKNOWN]
            mapped = (pieces @ self._map).to(unknown.device)
            return {word: row if there else unknown for word, row, there in zip(words, mapped, known, strict=True)}

    @functools.cached_property
    def _map(self) -> Tensor:
        """(384, word): from means of word pieces to trained words."""
        pieces, known = piece_vectors(self.vocabulary.words[len(MARKS) :])
        return expansion(pieces[known], self.network.words.weight[len(MARKS) :].cpu()[known])

    def save(self, path: Path) -> None:
        """Write the weights; the card is the trainer's."""
        save_packed(path, self.network.state_dict())


def expansion(sources: Tensor, targets: Tensor) -> Tensor:
    """The linear map that takes sources nearest to targets: least squares without any penalty, as in the paper.

    Args:
        sources: (n, s) vectors of words in one space.
        targets: (n, t) vectors of the same words in another.

    Returns:
        (s, t); of several that fit equally well the smallest.
    """
    solution: Tensor = torch.linalg.lstsq(sources.double(), targets.double(), driver="gelsd").solution.float()
    return solution


def piece_vectors(words: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Means of the built-in sentence encoder's vectors of the words' pieces (n, 384), and which words have any (n,)."""
    table = _piece_table()
    means, known = [torch.zeros(0, table.shape[1])], [torch.zeros(0, dtype=torch.bool)]
    for first in range(0, len(words), PORTION):
        pieces = pieces_of(words[first : first + PORTION])
        counts = pieces.mask.sum(1)
        means.append((table[pieces.ids] * pieces.mask[:, :, None]).sum(1) / counts.clamp(min=1)[:, None])
        known.append(counts > 0)
    return torch.cat(means), torch.cat(known)


@functools.cache
def _piece_table() -> Tensor:
    return load_word_encoder(0).words.weight.detach()


def load_skip_thought(card: Path | None = None) -> SkipThoughtEncoder:
    """The encoder of a card (.json) with its weights (.safetensors) beside it; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / "skipthought.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        name, shape = str(found["name"]), Shape(**found["shape"])
        vocabulary = Vocabulary(found["words"], prose_tokens)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabulaError(f"The skip-thought model {path} cannot be loaded: {error!r}") from error
    network = SkipThoughtNetwork(len(vocabulary), shape)
    try:
        network.load_state_dict(load_packed(path.with_suffix(".safetensors")))
    except RuntimeError as error:
        raise FabulaError(f"The skip-thought model's weights beside {path} are another's: {error}") from error
    return SkipThoughtEncoder(name, network.to(best_device()), vocabulary)
