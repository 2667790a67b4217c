"""The tagger: shots of a film -> genres and keywords, learned with nothing but the tags of whole trailers.

Huang et al. 2018, "From Trailers to Storylines", section 3.1 (visual module): frames of a shot are averaged, shots of a
trailer are averaged, and a layer for each kind of tag says which the trailer has; section 3.2's recurrent network over
shots gives tags that remember what came before. The paper tunes a whole network on 33,000 trailers; here a small layer
over frozen features of pictures learns, so that some dozens of trailers suffice, and attention over shots is a choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

HIDDEN = 64


@dataclass(frozen=True)
class TaggerShape:
    """What a tagger is made of.

    Args:
        values: of a shot's features.
        tags: how many tags each head knows, by its name ("genre", "keyword").
        hidden: values of the shot encoder.
        pooling: "mean" over shots (the paper, eq. 2), or "attention": shots that tell more weigh more.
        hide: share of the features and of the hidden values that is left out in training.
    """

    values: int
    tags: Mapping[str, int]
    hidden: int = HIDDEN
    pooling: str = "mean"
    hide: float = 0.3


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
        self.heads = nn.ModuleDict({name: nn.Linear(shape.hidden, count) for name, count in shape.tags.items()})
        self.attend = nn.Linear(shape.hidden, 1) if shape.pooling == "attention" else None
        self.hide = nn.Dropout(shape.hide)

    def know_usual(self, centre: Tensor, spread: Tensor) -> None:
        """Take features as distances from the usual ones: their mean and standard deviation, each (values,)."""
        self.centre.copy_(centre)
        self.spread.copy_(spread)

    def shots(self, features: Tensor) -> Tensor:
        """Features of shots (..., values) -> the shot encoder's vectors (..., hidden)."""
        return F.gelu(self.encode(self.hide((features - self.centre) / self.spread)))

    def pooled(self, shots: Tensor, there: Tensor) -> Tensor:
        """Vectors of films (n, hidden) from those of their shots (n, s, hidden), of which (n, s) are there."""
        weights = self.attend(shots)[..., 0] if self.attend is not None else torch.zeros(shots.shape[:2])
        weights = weights.masked_fill(~there, -torch.inf).softmax(1)
        return (shots * weights[..., None]).sum(1)

    def forward(self, features: Tensor, there: Tensor) -> dict[str, Tensor]:
        """The scores of films' tags before the sigmoid, by head (n, k), from their shots (n, s, values)."""
        return self.say(self.pooled(self.shots(features), there))

    def say(self, vectors: Tensor) -> dict[str, Tensor]:
        """The same from the shot encoder's vectors (..., hidden): (..., k)."""
        return {name: head(self.hide(vectors)) for name, head in self.heads.items()}


class Remembering(nn.Module):
    """The recurrent network over the shot encoder's vectors: what it says after each is averaged ("Feature + LSTM")."""

    def __init__(self, shape: TaggerShape, memory: int = 128) -> None:
        super().__init__()
        self.hide = nn.Dropout(shape.hide)
        self.recurrent = nn.LSTM(shape.hidden, memory, batch_first=True)
        self.heads = nn.ModuleDict({name: nn.Linear(memory, count) for name, count in shape.tags.items()})

    def steps(self, shots: Tensor) -> dict[str, Tensor]:
        """Scores after each shot, by head: (n, s, hidden) -> (n, s, k)."""
        hidden, _ = self.recurrent(self.hide(shots))
        return {name: head(self.hide(hidden)) for name, head in self.heads.items()}

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
