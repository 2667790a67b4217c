"""The tagger: shots of a film -> genres and keywords, learned with nothing but the tags of whole trailers.

Huang et al. 2018, "From Trailers to Storylines", section 3.1 (visual module): frames of a shot are averaged, shots of a
trailer are averaged, and a layer for each kind of tag says which the trailer has; section 3.2's recurrent network over
shots gives tags that remember what came before. The paper tunes a whole network on 33,000 trailers; here a small layer
over frozen features of pictures learns, so that some dozens of trailers suffice, and attention over shots is a choice.

What a tag is called says something before any trailer is seen: how well its name fits a picture, in a space of pictures
and sentences. That is passed on to the features and added to the scores when all else has learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

HIDDEN = 64
NAMED = 0.5  # log odds that a name's fit is worth, for each standard deviation over films


@dataclass(frozen=True)
class TaggerShape:
    """What a tagger is made of.

    Args:
        values: of a shot's features.
        tags: how many tags each head knows, by its name ("genre", "keyword").
        hidden: values of the shot encoder.
        pooling: "mean" over shots (the paper, eq. 2), or "attention": shots that tell more weigh more.
        hide: share of the features and of the hidden values that is left out in training.
        named: whether names' fits are among the shot encoder's values.
    """

    values: int
    tags: Mapping[str, int]
    hidden: int = HIDDEN
    pooling: str = "mean"
    hide: float = 0.3
    named: bool = False

    @property
    def names(self) -> int:
        """Values of names' fits: one for each tag, one head after the other."""
        return sum(self.tags.values()) if self.named else 0


class Tagger(nn.Module):
    """Shot encoder and heads."""

    centre: Tensor
    spread: Tensor

    def __init__(self, shape: TaggerShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("centre", torch.zeros(shape.values))
        self.register_buffer("spread", torch.ones(shape.values))
        self.encode = nn.Linear(shape.values, shape.hidden)
        self.fits = nn.Linear(shape.values, shape.names).requires_grad_(False) if shape.named else None
        self.heads = tag_heads(shape.hidden, shape)
        self.attend = nn.Linear(shape.hidden + shape.names, 1) if shape.pooling == "attention" else None
        self.hide = nn.Dropout(shape.hide)

    def know_usual(self, centre: Tensor, spread: Tensor) -> None:
        """Take features as distances from the usual ones: their mean and standard deviation, each (values,)."""
        self.centre.copy_(centre)
        self.spread.copy_(spread)

    def shots(self, features: Tensor) -> Tensor:
        """Features of shots (..., values) -> the shot encoder's vectors (..., hidden + names)."""
        usual = (features - self.centre) / self.spread
        hidden = F.gelu(self.encode(self.hide(usual)))
        return hidden if self.fits is None else torch.cat([hidden, self.fits(usual)], -1)

    def pooled(self, shots: Tensor, there: Tensor) -> Tensor:
        """Vectors of films (n, d) from those of their shots (n, s, d), of which (n, s) are there."""
        weights = (
            self.attend(shots)[..., 0] if self.attend is not None else torch.zeros(shots.shape[:2], device=shots.device)
        )
        weights = weights.masked_fill(~there, -torch.inf).softmax(1)
        return (shots * weights[..., None]).sum(1)

    def forward(self, features: Tensor, there: Tensor) -> dict[str, Tensor]:
        """The scores of films' tags before the sigmoid, by head (n, k), from their shots (n, s, values)."""
        return self.say(self.pooled(self.shots(features), there))

    def say(self, vectors: Tensor) -> dict[str, Tensor]:
        """The same from the shot encoder's vectors (..., hidden + names): (..., k)."""
        hidden, names = torch.split(vectors, [self.shape.hidden, self.shape.names], -1)
        known = torch.cat([self.hide(hidden), names], -1)
        return {name: head(known) for name, head in self.heads.items()}


def tag_heads(values: int, shape: TaggerShape) -> nn.ModuleDict:
    """Heads that read so many values, then names' fits, which count nothing yet."""
    heads = nn.ModuleDict()
    for name, count in shape.tags.items():
        head = heads[name] = nn.Linear(values + shape.names, count)
        with torch.no_grad():
            nn.init.normal_(head.weight[:, :values], std=0.01)
            head.weight[:, values:] = 0
    return heads


@torch.no_grad()
def let_names_count(heads: nn.ModuleDict, shape: TaggerShape) -> None:
    """From now on each head reads the fits of its own tags' names."""
    before = 0
    for name, count in shape.tags.items():
        head = heads[name]
        assert isinstance(head, nn.Linear)
        first = head.in_features - shape.names + before
        head.weight[:, first : first + count] = NAMED * torch.eye(count)
        before += count


class Remembering(nn.Module):
    """The recurrent network over the shot encoder's vectors: what it says after each is averaged ("Feature + LSTM")."""

    def __init__(self, shape: TaggerShape, memory: int = 128) -> None:
        super().__init__()
        self.shape = shape
        self.hide = nn.Dropout(shape.hide)
        self.recurrent = nn.LSTM(shape.hidden, memory, batch_first=True)
        self.heads = tag_heads(memory, shape)

    def steps(self, shots: Tensor) -> dict[str, Tensor]:
        """Scores after each shot, by head: (n, s, hidden + names) -> (n, s, k)."""
        hidden, names = torch.split(shots, [self.shape.hidden, self.shape.names], -1)
        memory, _ = self.recurrent(self.hide(hidden))
        known = torch.cat([self.hide(memory), names], -1)
        return {name: head(known) for name, head in self.heads.items()}

    def forward(self, shots: Tensor, there: Tensor) -> dict[str, Tensor]:
        """Scores of films: the mean over the steps that are there (n, s)."""
        share = there.float() / there.sum(1, keepdim=True)
        return {name: (found * share[..., None]).sum(1) for name, found in self.steps(shots).items()}


def tag_loss(scores: Mapping[str, Tensor], wanted: Mapping[str, Tensor], kind: str = "sigmoid") -> Tensor:
    """How wrong the scores of some films are.

    Args:
        scores: by head, (n, k).
        wanted: by head, (n, k) of 0 and 1; a film whose row is all 0 has no tags of that kind, and does not count.
        kind: "sigmoid": binary cross-entropy for each tag; "softmax": cross-entropy with the film's tags, alike likely
            (the paper).
    """
    total = torch.zeros(())
    for name, found in scores.items():
        known = wanted[name].sum(1) > 0
        if not known.any():
            continue
        rows, truth = found[known], wanted[name][known]
        if kind == "softmax":
            share = truth / truth.sum(1, keepdim=True)
            total = total - (share * rows.log_softmax(1)).sum(1).mean()
        else:
            total = total + F.binary_cross_entropy_with_logits(rows, truth) * 10  # of the order of the other loss
    return total
