"""One space for pictures and sentences, regions and words.

After Karpathy and Fei-Fei 2015 (regions, words, the score S_kl), Kiros et al. 2014 and Faghri et al. 2018 (whole
picture and whole sentence, ranking). A picture is a grid of 9 x 9 regions and a whole; a sentence is its words and a
whole; all are unit vectors of one space. The wholes find candidates in milliseconds, the regions and words rerank them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.errors import FabulaError
from fabula.models.efficientnet import DEPTH, Backbone, load_backbone
from fabula.models.quantised import load_packed, save_packed
from fabula.models.word_encoder import WIDTH, Pieces, load_word_encoder

DIMENSION = 512
LAYERS = 6
NO_REGIONS = torch.zeros(0, dtype=torch.int64)  # what to keep of the regions where only wholes are wanted
TUNED_LAYERS = 2  # of the word encoder: the last ones; those below know all that captions need


@dataclass(frozen=True)
class Seen:
    """Pictures in the space: ``whole`` (n, d) and ``regions`` (n, k, d), unit vectors, row by row of the grid."""

    whole: Tensor
    regions: Tensor


@dataclass(frozen=True)
class Said:
    """Sentences in the space: ``whole`` (m, d), ``words`` (m, t, d), unit vectors.

    ``weights`` (m, t) say how much each word piece counts: they sum to 1, and are 0 for padding.
    """

    whole: Tensor
    words: Tensor
    weights: Tensor


class VisualSemantic(nn.Module):
    """The image-sentence model: backbone, word encoder, and what carries both into one space.

    Args:
        layers: of the word encoder.
        dimension: of the space.
    """

    def __init__(self, layers: int = LAYERS, dimension: int = DIMENSION) -> None:
        super().__init__()
        self.layers, self.dimension = layers, dimension
        self.backbone: Backbone = load_backbone()
        self.encoder = load_word_encoder(layers)
        self.whole_picture = nn.Linear(DEPTH, dimension)
        self.region = nn.Linear(DEPTH, dimension)
        self.whole_sentence = nn.Linear(WIDTH, dimension)
        self.word = nn.Linear(WIDTH, dimension)
        self.importance = nn.Linear(WIDTH, 1)
        self.sharpness = nn.Parameter(torch.tensor([2.7, 2.7]))  # log of 1 / temperature: wholes, words
        self.hide_picture, self.hide_words = nn.Dropout(0.5), nn.Dropout(0.1)  # words are few values, all needed

    def see(self, cells: Tensor, keep: Tensor | None = None) -> Seen:
        """What the stem says of pictures (n, 120, 17, 17) -> their vectors; of the regions only those to keep."""
        return self.see_grid(self.backbone.regions(cells), keep)

    def see_grid(self, grid: Tensor, keep: Tensor | None = None) -> Seen:
        """What the tail says of pictures (n, k, 1280) -> their vectors."""
        regions = grid if keep is None else grid[:, keep]
        return Seen(
            F.normalize(self.whole_picture(self.hide_picture(grid.mean(1))), dim=-1),
            F.normalize(self.region(regions), dim=-1),
        )

    def say(self, pieces: Pieces) -> Said:
        """Sentences as word pieces -> their vectors."""
        words = self.encoder(pieces)
        weights = self.importance(words)[..., 0].masked_fill(~pieces.mask, -1e4).softmax(1)
        return Said(
            F.normalize(self.whole_sentence(self.hide_words(mean_of(words, pieces.there))), dim=-1),
            F.normalize(self.word(self.hide_words(words)), dim=-1),
            weights * pieces.mask,
        )

    def tuned(self) -> dict[str, Tensor]:
        """The weights that training may change: the backbone's tail, the last layers of words, and the new layers."""
        layers = len(self.encoder.layers)
        changing = (
            *(f"backbone.{name}" for name in self.backbone.tail_weights()),
            *(f"encoder.layers.{k}." for k in range(max(layers - TUNED_LAYERS, 0), layers)),
        )
        state = self.state_dict()
        return {n: v for n, v in state.items() if n.startswith(changing) or not n.startswith(("backbone.", "encoder."))}

    def save(self, path: Path, extras: Mapping[str, Tensor]) -> None:
        """Write what training changed and what goes with it, a byte for each weight."""
        untouched = VisualSemantic(self.layers, self.dimension).pretrained()
        save_packed(path, {**self.tuned(), **extras}, untouched)

    def pretrained(self) -> dict[str, Tensor]:
        """The weights that come from packages."""
        return {name: value for name, value in self.state_dict().items() if name.startswith(("backbone.", "encoder."))}


def load_visual_semantic(path: Path, layers: int, dimension: int) -> tuple[VisualSemantic, dict[str, Tensor]]:
    """The model whose weights are in a file that ``save`` wrote, and what went with it.

    Raises:
        FabulaError: the file is missing, damaged, or another model's.
    """
    model = VisualSemantic(layers, dimension)
    found = load_packed(path, model.pretrained())
    try:
        missing, extras = model.load_state_dict(found, strict=False)
    except RuntimeError as error:
        raise FabulaError(f"The weights {path} are another model's: {error}") from error
    lacking = set(missing) & model.tuned().keys()
    if lacking:
        raise FabulaError(f"The weights {path} are another model's: without {sorted(lacking)[0]}")
    return model.eval(), {name: found[name] for name in extras}


def mean_of(words: Tensor, there: Tensor) -> Tensor:
    """The mean of a sentence's pieces, marks included, as all-MiniLM-L6-v2 takes it: (n, t, d), (n, t) -> (n, d)."""
    return (words * there[..., None]).sum(1) / there.sum(1, keepdim=True)


def whole_scores(seen: Seen, said: Said) -> Tensor:
    """Cosines of whole pictures and whole sentences: (n, m)."""
    return seen.whole @ said.whole.T


def word_scores(seen: Seen, said: Said) -> Tensor:
    """The score S_kl of Karpathy and Fei-Fei 2015, equation 8: each word with its best region, weighted: (n, m)."""
    n, k, d = seen.regions.shape
    m, t, _ = said.words.shape
    all_pairs = said.words.reshape(m * t, d) @ seen.regions.reshape(n * k, d).T
    best = all_pairs.view(m, t, n, k).amax(3)
    return torch.einsum("mtn,mt->nm", best, said.weights)
