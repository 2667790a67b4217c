"""What comes next? Two networks that read the shots before and score the shots that may follow.

``lstm`` is the temporal module of From Trailers to Storylines (section 3.3): an LSTM of 256 reads the features of m
shots; a network shared by all candidates reads its last state together with each of them. ``transformer`` is what one
would build now: attention over the same shots, and the product of its state with each projected candidate.

A few thousand shots are too few to learn from nothing what resembles what, so both add to a score that is right from
the start: the likeness of the candidate to each of the shots before, of which the last count most. What is learned is
how much each of them counts, what else likeness is, and what follows what. ``evidence=False`` is the paper's network.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

# Before anything is learned, a likeness of 1 to the last shot in all parts is worth so many nats in the mean and as a
# return, and each earlier shot counts so much of the next. Cosines of whitened parts spread by about a tenth.
MEAN, SHARP, FADING = 6.0, 18.0, 0.6
MOST = 60.0  # nats of a return: more would not fit into the exponential of a float32
KINDS = ("lstm", "transformer")


@dataclass(frozen=True)
class Shape:
    """The size of a network.

    Args:
        kind: lstm or transformer.
        parts: values of each part of a shot's features, one after the other: parts are compared each by itself.
        kept: directions in which the shots vary most, to which each part is reduced if it has more.
        shots: that it looks back on (the paper's m).
        memory: values of the state of the LSTM (the paper's 256); the transformer has a quarter.
        steps: how many shots ahead it can look.
        evidence: whether likeness to the shots before is added.
    """

    parts: tuple[int, ...]
    kind: str = "transformer"
    kept: int = 128
    shots: int = 8
    memory: int = 256
    steps: int = 5
    evidence: bool = True

    @property
    def wide(self) -> tuple[int, ...]:
        """Values of each part as the network reads it."""
        return tuple(min(size, self.kept) for size in self.parts)


@dataclass(frozen=True)
class States:
    """What is known after each of some shots.

    ``recent`` (n, m, d) are the last shots, the very last first; ``there`` (n, m) is 1 where there is one, and 0 before
    the film's first; ``memory`` (n, u) is what the network makes of them.
    """

    recent: Tensor
    there: Tensor
    memory: Tensor

    def of(self, rows: Tensor | slice) -> "States":
        """Those of some rows."""
        return States(self.recent[rows], self.there[rows], self.memory[rows])


class Likeness(nn.Module):
    """Scores a candidate by its likeness to each of the shots before, in each part of the features.

    The sum of a weighted mean, in which every earlier shot counts ``FADING`` of the next, and of the log of a sum of
    odds: that it is the last shot once more, or the one before that returns (shot and reverse shot), or an earlier one.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.wide, values, parts = shape.wide, sum(shape.wide), len(shape.parts)
        self.adapt = nn.Linear(values, values, bias=False)
        nn.init.zeros_(self.adapt.weight)
        fading = FADING ** torch.arange(shape.shots)
        self.weights = nn.Parameter(fading[None, :, None].repeat(shape.steps, 1, parts) * (MEAN / parts))
        self.sharpness = nn.Parameter(torch.full((shape.shots, parts), SHARP / parts))
        self.odds = nn.Parameter(-torch.arange(shape.shots).float().repeat(shape.steps, 1) / 2)

    def forward(self, states: States, candidates: Tensor, common: Tensor, step: int) -> Tensor:
        """Scores (n, c) of candidates (n, c, d) or, the same for all states, (c, d).

        What the candidates have in common, (n, 1, d) or (1, d), is taken out first: among shots of one film it tells
        nothing, and whatever has most of it would seem like everything.
        """
        recent, candidates = self._apart(states.recent - common), self._apart(candidates - common)
        wide = torch.tensor(self.wide, device=recent.device)
        recent = recent * states.there[..., None]
        mean = (recent * self.weights[step].repeat_interleave(wide, 1)).sum(1, keepdim=True)
        again = recent * self.sharpness.repeat_interleave(wide, 1)
        found = _products(torch.cat([mean, again], 1), candidates)  # one product for the mean and for each return
        odds = (found[:, 1:] + self.odds[step, :, None]).clamp(max=MOST).exp() * states.there[..., None]
        return found[:, 0] + odds.sum(1).log()

    def _apart(self, shots: Tensor) -> Tensor:
        alike = torch.cat([F.normalize(part, dim=-1) for part in torch.split(shots, list(self.wide), -1)], -1)
        adapted: Tensor = alike + self.adapt(alike)
        return adapted


def _products(states: Tensor, candidates: Tensor) -> Tensor:
    """Scalar products (n, q, c) of (n, q, d) with (n, c, d) or (c, d)."""
    if candidates.dim() == 2:
        return (states.flatten(0, 1) @ candidates.T).view(*states.shape[:2], -1)
    return states @ candidates.transpose(1, 2)


class PaperMemory(nn.Module):
    """The paper's: an LSTM over the shots, and a network over its last state with each candidate."""

    def __init__(self, shape: Shape, hidden: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        values = sum(shape.wide)
        self.lstm = nn.LSTM(values, shape.memory, batch_first=True)
        self.ahead = nn.Embedding(shape.steps, hidden)
        self.of_state, self.of_shot = nn.Linear(shape.memory, hidden), nn.Linear(values, hidden, bias=False)
        self.second, self.third = nn.Linear(hidden, hidden), nn.Linear(hidden, 1, bias=False)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.ahead.weight)

    def read(self, recent: Tensor, there: Tensor) -> Tensor:
        """The state (n, u) after the shots (n, m, d), the last first, of which there are only some."""
        counts = there.sum(1).long()
        order = (counts[:, None] - 1 - torch.arange(recent.shape[1], device=recent.device)).clamp(min=0)
        onward = recent.gather(1, order[..., None].expand_as(recent))  # in the order of time, the missing at the end
        states = self.lstm(onward)[0]
        last: Tensor = states[torch.arange(len(states), device=recent.device), counts - 1]
        return last

    def forward(self, memory: Tensor, candidates: Tensor, step: int) -> Tensor:
        """Scores (n, c): 1 x 1 convolutions over [u; x], which are a network that all candidates share."""
        state = self.of_state(self.dropout(memory)) + self.ahead.weight[step]
        shot = self.of_shot(candidates)
        joint = F.relu(state[:, None] + shot)  # a layer over [u; x] is the sum of one over u and one over x
        found: Tensor = self.third(F.relu(self.second(self.dropout(joint))))[..., 0]
        return found

    def silence(self) -> None:
        """Begin with scores of 0."""
        nn.init.zeros_(self.third.weight)


class Attention(nn.Module):
    """A transformer of one layer that reads from the last shot on; its product with a candidate is the score."""

    def __init__(self, shape: Shape, dropout: float = 0.3) -> None:
        super().__init__()
        values, width = sum(shape.wide), shape.memory // 4
        self.read_in, self.place = nn.Linear(values, width), nn.Parameter(torch.zeros(shape.shots, width))
        self.layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, "gelu", batch_first=True, norm_first=True)
        self.ahead = nn.Parameter(torch.zeros(shape.steps, width))
        self.query, self.key = nn.Linear(width, width), nn.Linear(values, width, bias=False)
        self.taste = nn.Linear(values, 1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def read(self, recent: Tensor, there: Tensor) -> Tensor:
        """The state (n, u) after the shots (n, m, d), the last first; places are relative to it."""
        inside: Tensor = self.layer(self.read_in(recent) + self.place, src_key_padding_mask=there < 0.5)
        mean: Tensor = (inside * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        return inside[:, 0] + mean

    def forward(self, memory: Tensor, candidates: Tensor, step: int) -> Tensor:
        """Scores (n, c)."""
        query = self.query(self.dropout(memory + self.ahead[step]))
        fit = _products(query[:, None], self.key(candidates))[:, 0] / math.sqrt(query.shape[1])
        found: Tensor = fit + self.taste(candidates)[..., 0]
        return found

    def silence(self) -> None:
        """Begin with scores of 0."""
        nn.init.zeros_(self.query.weight)
        nn.init.zeros_(self.query.bias)
        nn.init.zeros_(self.taste.weight)


class NextShotNetwork(nn.Module):
    """Scores candidates for the shots that follow, from the shots before.

    ``settle`` sets how features are made comparable; it must be called once with those to learn from.
    """

    centre: Tensor
    turn: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("centre", torch.zeros(sum(shape.parts)))
        self.register_buffer("turn", torch.zeros(sum(shape.wide), max(shape.parts)))
        self.mind: PaperMemory | Attention = PaperMemory(shape) if shape.kind == "lstm" else Attention(shape)
        self.likeness = Likeness(shape) if shape.evidence else None
        if shape.evidence:
            self.mind.silence()

    @torch.no_grad()
    def settle(self, features: Tensor, shrinkage: float = 1.0) -> None:
        """Centre and whiten each part by itself, after the features (n, d) of shots to learn from.

        What all shots share says nothing about which of them belong together. The spectrum is flattened only halfway
        (``shrinkage`` in mean variances), because most of its tail is noise.
        """
        self.centre.copy_(features.mean(0))
        here = torch.split(features - self.centre, list(self.shape.parts), -1)
        for part, rows in zip(here, torch.split(self.turn, list(self.shape.wide)), strict=True):
            variances, directions = torch.linalg.eigh(part.T @ part / max(len(part) - 1, 1))
            scale = (variances + shrinkage * variances.mean() + 1e-8).rsqrt()
            rows[:, : part.shape[1]] = (directions * scale).T.flip(0)[: len(rows)]

    def prepare(self, features: Tensor) -> Tensor:
        """Features (..., d) -> what the network reads: parts that are comparable, each of unit length."""
        here = torch.split(features - self.centre, list(self.shape.parts), -1)
        turns = torch.split(self.turn, list(self.shape.wide))
        parts = [part @ turn[:, : part.shape[-1]].T for part, turn in zip(here, turns, strict=True)]
        return torch.cat([F.normalize(part, dim=-1) for part in parts], -1)

    def states(self, shots: Tensor) -> States:
        """What is known after each of the prepared shots (t, d) of a film."""
        count, back = len(shots), self.shape.shots
        rows = torch.arange(count, device=shots.device)[:, None] - torch.arange(back, device=shots.device)
        return self.read(shots[rows.clamp(min=0)], (rows >= 0).float())

    def read(self, recent: Tensor, there: Tensor) -> States:
        """The same for contexts (n, m, d), the last shot first; ``there`` (n, m) is 1 where there is a shot."""
        return States(recent, there, self.mind.read(recent, there))

    def scores(self, states: States, candidates: Tensor, step: int = 0, common: Tensor | None = None) -> Tensor:
        """Scores (n, c), in nats up to a constant for each state.

        Args:
            states: n of them.
            candidates: prepared shots: (n, c, d), or (c, d) for all states.
            step: 0 for the shot that follows, 1 for the one after it.
            common: (1, d) mean of what is to be told apart; that of the candidates if None.
        """
        found: Tensor = self.mind(states.memory, candidates, step)
        if self.likeness is not None:
            common = candidates.mean(-2, keepdim=True) if common is None else common
            found = found + self.likeness(states, candidates, common, step)
        return found
