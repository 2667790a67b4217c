"""Training the network and the chain as one: a conditional random field whose unaries are a network.

Zhu et al. 2015 train them one after the other (section 4.4: a structured SVM on a fixed network). Then both count the
neighbours' evidence, and the sum is too sure. Here the likelihood of the whole path is differentiated through
the forward pass of the chain, so that the network says only what the chain does not know already.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from fabula.models.match_network import MatchNetwork, Schedule, descend, text_window

CLIP = 30.0  # nats; beyond this exp() says nothing more and overflows


@dataclass(frozen=True)
class Path:
    """A pair to learn a path from.

    Args:
        stack: (n, m, c) channels.
        truth: for each unit the texts that it tells, maybe none; None where nobody knows.
        gaps: (n,) seconds of silence before each unit.
        weight: how often it is drawn, relative to others.
    """

    stack: np.ndarray
    truth: Sequence[Sequence[int] | None]
    gaps: np.ndarray
    weight: float = 1.0


class ChainParameters(nn.Module):
    """The numbers of ``fabula.align.chain.Chain`` as parameters; shares as logits, means and odds as logarithms."""

    def __init__(self, numbers: dict[str, object]) -> None:
        super().__init__()
        self.pause = float(str(numbers["pause"]))
        logs = {name: torch.tensor(math.log(float(str(numbers[name])))) for name in ("near", "far", "back")}
        odds = {name: torch.tensor(_logit(float(str(numbers[name])))) for name in ("leave", "stay_out")}
        self.scalars = nn.ParameterDict({**logs, **odds, "doubt": torch.tensor(float(str(numbers["doubt"])))})
        shares = {name: torch.log(torch.tensor(numbers[name])) for name in ("inside", "across")}
        self.shares = nn.ParameterDict(shares)

    def numbers(self) -> dict[str, object]:
        """The numbers as the chain's card has them; the scale is 1, because the network has learned it."""
        found: dict[str, object] = {n: round(self.scalars[n].exp().item(), 5) for n in ("near", "far", "back")}
        found |= {n: round(self.scalars[n].sigmoid().item(), 5) for n in ("leave", "stay_out")}
        found |= {n: [round(v, 6) for v in self.shares[n].softmax(0).tolist()] for n in ("inside", "across")}
        return {"scale": 1.0, "doubt": round(self.scalars["doubt"].item(), 4), "pause": self.pause, **found}

    def transitions(self, texts: int, pace: float, all_texts: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Probabilities of going from text to text inside and after a pause, (2, texts, texts), and between modes.

        Args:
            texts: of the window.
            pace: texts per unit of the whole pair.
            all_texts: of the whole pair: a jump may go to any of them.
        """
        gap = torch.arange(texts)[None, :] - torch.arange(texts)[:, None]
        near = self.scalars["near"].exp().clamp(min=1.001)
        far = torch.maximum(self.scalars["far"].exp() * pace, near)
        back = self.scalars["back"].exp().clamp(min=1.001)
        parts = torch.stack(
            [
                (gap == 0).float(),
                _geometric(gap, near),
                _geometric(gap, far),
                _geometric(-gap, back),
                torch.full((texts, texts), 1 / all_texts),
            ]
        )
        moves = torch.stack([torch.einsum("k,kij->ij", self.shares[n].softmax(0), parts) for n in ("inside", "across")])
        leave, stay = self.scalars["leave"].sigmoid(), self.scalars["stay_out"].sigmoid()
        modes = torch.stack([torch.stack([1 - leave, leave]), torch.stack([1 - stay, stay])])
        return moves[0], moves[1], modes


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _geometric(steps: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    """Probability of each number of steps >= 1 when the mean is given; 0 for the others."""
    decay = 1 - 1 / mean
    return torch.where(steps >= 1, (1 - decay) * decay ** (steps - 1).clamp(min=0), 0.0)


def path_surprise(
    evidence: torch.Tensor,
    allowed: torch.Tensor,
    across: torch.Tensor,
    parameters: ChainParameters,
    pace: float,
    all_texts: int,
) -> torch.Tensor:
    """Minus log probability of all paths that agree with the truth, among all paths (forward algorithm, twice).

    Args:
        evidence: (n, m) in nats.
        allowed: (n, 2, m) bool: which states (matched or passing, at each text) the truth allows.
        across: (n,) bool: whether a pause came before the unit.
        parameters: of the chain.
        pace: texts per unit.
        all_texts: of the whole pair.

    Returns:
        Nats, in all.
    """
    inside, after, modes = parameters.transitions(evidence.shape[1], pace, all_texts)
    likelihood = (evidence - parameters.scalars["doubt"]).clamp(-CLIP, CLIP).exp()
    state = torch.full((2, 2, evidence.shape[1]), 0.5 / all_texts)  # (free or constrained, mode, text)
    total = torch.zeros(2)
    for t in range(len(evidence)):
        if t:
            state = torch.einsum("ab,fam->fbm", modes, state) @ (after if across[t] else inside)
        state = torch.cat([state[:, :1] * likelihood[t], state[:, 1:]], dim=1)
        state = torch.stack([state[0], state[1] * allowed[t]])
        mass = state.sum(dim=(1, 2)).clamp(min=1e-30)
        total = total + mass.log()
        state = state / mass[:, None, None]
    return total[0] - total[1]


def fit_paths(
    network: MatchNetwork,
    parameters: ChainParameters,
    paths: Sequence[Path],
    schedule: Schedule,
    told: Callable[[int, float], None] | None = None,
) -> None:
    """Train both on random windows of random pairs (AdamW, one cycle of the learning rate).

    Args:
        network: changed in place.
        parameters: changed in place.
        paths: what to learn from.
        schedule: length and boldness.
        told: called with the step and the running mean of the surprise, in nats for each known unit.
    """
    torch.manual_seed(schedule.seed)
    groups = [
        {"params": network.parameters(), "lr": schedule.rate, "weight_decay": schedule.decay},
        {"params": parameters.parameters(), "lr": 5 * schedule.rate, "weight_decay": 0.0},
    ]
    network.train()
    descend(groups, _losses(network, parameters, paths, schedule), schedule.steps, told)
    network.eval()


def _losses(
    network: MatchNetwork, parameters: ChainParameters, paths: Sequence[Path], schedule: Schedule
) -> Iterator[torch.Tensor]:
    rng = np.random.default_rng(schedule.seed)
    for path, stack, rows, allowed, known in _windows(network.reach, paths, schedule, rng):
        texts = path.stack.shape[1]
        across = torch.from_numpy(path.gaps[rows] >= parameters.pause)
        evidence = network(stack)[0, network.reach : -network.reach]
        surprise = path_surprise(evidence, allowed, across, parameters, texts / len(path.truth), texts)
        yield surprise / max(known, 1)


Window = tuple[Path, torch.Tensor, slice, torch.Tensor, int]


def _windows(reach: int, paths: Sequence[Path], schedule: Schedule, rng: np.random.Generator) -> Iterator[Window]:
    """Random windows: the path, its stack (1, c, n, m) with context, rows, allowed states, number of known units."""
    weights = np.array([path.weight for path in paths])
    known = [np.flatnonzero([told is not None for told in path.truth]) for path in paths]
    for _ in range(schedule.steps):
        k = int(rng.choice(len(paths), p=weights / weights.sum()))
        path, units = paths[k], len(paths[k].truth)
        first = int(np.clip(rng.choice(known[k]) - schedule.rows // 2, 0, max(units - schedule.rows, 0)))
        rows = slice(first, min(first + schedule.rows, units))
        truth = path.truth[rows]
        left, right = text_window([told or () for told in truth], path.stack.shape[1], schedule, rng)
        padded = np.zeros((rows.stop - rows.start + 2 * reach, right - left, path.stack.shape[2]), np.float32)
        low, high = max(rows.start - reach, 0), min(rows.stop + reach, units)
        at = low - rows.start + reach
        padded[at : at + high - low] = path.stack[low:high, left:right]
        padded *= rng.random(padded.shape[2]) >= schedule.drop
        allowed, count = _allowed(truth, left, right)
        yield path, torch.from_numpy(padded).permute(2, 0, 1)[None], rows, allowed, count


def _allowed(truth: Sequence[Sequence[int] | None], left: int, right: int) -> tuple[torch.Tensor, int]:
    """States (n, 2, m) that the truth allows, and how many units it decides.

    A unit that tells what lies outside the window is not decided by it.
    """
    allowed = np.ones((len(truth), 2, right - left), bool)
    count = 0
    for states, told in zip(allowed, truth, strict=True):
        inside = [j - left for j in told or () if left <= j < right]
        if told is None or (told and not inside):
            continue
        count += 1
        states[0] = False
        if inside:
            states[1] = False
            states[0, inside] = True
    return torch.from_numpy(allowed), count
