"""The context-aware network of Zhu et al. 2015 (section 4.3): reads all channels around a cell, and says if it matches.

Three dilated 3 x 3 convolutions see 15 film units x 15 book units around each cell. Its output is evidence in nats:
how much likelier the channels look if the unit tells that text than if it tells none. Evidence, and not a
probability, is what the chain above it wants, and it does not depend on the length of the book.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from fabula.errors import FabulaError

WIDTH = 16
DILATIONS = (1, 2, 4)
BLOCK = 400_000  # cells for one pass through the network: keeps its memory under 100 MB


class MatchNetwork(nn.Module):
    """Stack of channels -> evidence for each cell.

    Args:
        channels: number of channels.
        width: features of each hidden layer; 0 gives one linear layer over the same 15 x 15 window, the paper's
            baseline "1 layer CNN".
        dilations: of the hidden 3 x 3 convolutions; the window reaches sum(dilations) cells to each side.
    """

    def __init__(self, channels: int, width: int = WIDTH, dilations: Sequence[int] = DILATIONS) -> None:
        super().__init__()
        self.channels, self.width, self.dilations = channels, width, tuple(dilations)
        self.reach = sum(dilations)
        if width == 0:
            self.layers = nn.Sequential(nn.Conv2d(channels, 1, 2 * self.reach + 1, padding=self.reach))
        else:
            layers: list[nn.Module] = []
            for before, step in zip([channels, *[width] * len(dilations)], dilations, strict=False):
                layers += [nn.Conv2d(before, width, 3, padding=step, dilation=step), nn.ReLU()]
            self.layers = nn.Sequential(*layers, nn.Conv2d(width, 1, 1))
        self.direct = nn.Conv2d(channels, 1, 1)  # a path around the context: one cell alone can be evidence enough

    def forward(self, stack: torch.Tensor) -> torch.Tensor:
        """Evidence (b, n, m) in nats of a batch of stacks (b, channels, n, m)."""
        found: torch.Tensor = (self.layers(stack) + self.direct(stack))[:, 0]
        return found

    @torch.inference_mode()
    def evidence(self, stack: np.ndarray) -> np.ndarray:
        """Evidence for every cell, a block of rows at a time.

        Args:
            stack: (n, m, channels), float16 or float32.

        Returns:
            (n, m) float32, in nats.
        """
        rows, columns, _ = stack.shape
        out = np.empty((rows, columns), np.float32)
        step = max(BLOCK // max(columns, 1), 1)
        for first in range(0, rows, step):
            low, high = max(first - self.reach, 0), min(first + step + self.reach, rows)
            block = torch.from_numpy(np.ascontiguousarray(stack[low:high], np.float32))
            found = self(block.permute(2, 0, 1)[None])[0]  # the permuted view is laid out channels-last: twice as fast
            out[first : first + step] = found[first - low : first - low + step].numpy()
        return out

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        save_file(self.state_dict(), path)


def new_network(channels: int, width: int = WIDTH, seed: int = 0) -> MatchNetwork:
    """An untrained network whose first weights depend on the seed alone."""
    torch.manual_seed(seed)
    return MatchNetwork(channels, width)


def load_match_network(path: Path, channels: int, width: int = WIDTH) -> MatchNetwork:
    """The network whose weights are in a safetensors file.

    Raises:
        FabulaError: the file is missing or holds another network's weights.
    """
    network = MatchNetwork(channels, width)
    try:
        network.load_state_dict(load_file(path))
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        raise FabulaError(f"The weights {path} cannot be loaded: {error}") from error
    return network.eval()


@dataclass(frozen=True)
class Example:
    """A pair of texts to learn from.

    Args:
        stack: (n, m, c) channels.
        truth: for each unit the texts that it tells, maybe none; None where nobody knows, which teaches nothing.
        weight: how often it is drawn, relative to others.
    """

    stack: np.ndarray
    truth: Sequence[Sequence[int] | None]
    weight: float = 1.0


def choice_loss(evidence: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean surprise at what each unit tells, as a choice between all texts and none of them.

    Evidence e of m texts gives a text the weight exp(e) / m and none of them the weight 1: the book as a whole and
    "not in the book" are equally likely beforehand. A unit that tells several texts is right with any of them.

    Args:
        evidence: (n, m) in nats.
        truth: (n, m) bool.
    """
    weights = evidence - float(np.log(evidence.shape[1]))
    none = torch.zeros_like(weights[:, :1])
    total = torch.logsumexp(torch.cat([none, weights], dim=1), dim=1)
    right = torch.logsumexp(weights.masked_fill(~truth, -torch.inf), dim=1)
    surprise: torch.Tensor = total - torch.where(truth.any(dim=1), right, none[:, 0])
    return surprise.mean()


@dataclass(frozen=True)
class Schedule:
    """How long and how boldly to train.

    Args:
        steps: of the optimiser.
        rows: film units in a step.
        columns: texts in a step; of a longer book a window around what the rows tell is taken.
        rate: highest learning rate.
        decay: of the weights.
        drop: chance that a channel is hidden.
        seed: of the order of things.
    """

    steps: int = 1500
    rows: int = 64
    columns: int = 1200
    rate: float = 3e-3
    decay: float = 1e-3
    drop: float = 0.05
    seed: int = 0


def fit(
    network: MatchNetwork,
    examples: Sequence[Example],
    schedule: Schedule,
    told: Callable[[int, float], None] | None = None,
) -> MatchNetwork:
    """Train on random runs of rows of random examples (Adam, one cycle of the learning rate).

    Args:
        network: changed in place.
        examples: the pairs to learn from.
        schedule: length and boldness.
        told: called with the step and the running mean of the loss.

    Returns:
        The network, ready for use.
    """
    torch.manual_seed(schedule.seed)
    runs = _runs(network.reach, examples, schedule, np.random.default_rng(schedule.seed))
    network.train()
    descend(
        [{"params": network.parameters(), "lr": schedule.rate, "weight_decay": schedule.decay}],
        (choice_loss(network(stack)[0, rows], truth) for stack, truth, rows in runs),
        schedule.steps,
        told,
    )
    return network.eval()


def descend(
    groups: Sequence[dict[str, Any]],
    losses: Iterator[torch.Tensor],
    steps: int,
    told: Callable[[int, float], None] | None = None,
) -> None:
    """Gradient descent (AdamW, one cycle of the learning rate, clipped gradients), the loop of every training here.

    Args:
        groups: parameters with their learning rates and decays, as torch's optimisers take them.
        losses: computes the next loss each time that it is asked, with the parameters as they are then.
        steps: how many losses there will be.
        told: called with the step and the running mean of the loss.
    """
    groups = [{**group, "params": list(group["params"])} for group in groups]
    optimiser = torch.optim.AdamW(groups)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, [group["lr"] for group in groups], total_steps=steps)
    mean = 0.0
    for step, loss in enumerate(losses):
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], 1.0)
        optimiser.step()
        rates.step()
        mean += (loss.item() - mean) / min(step + 1, 50)
        if told:
            told(step, mean)


def _runs(
    reach: int, examples: Sequence[Example], schedule: Schedule, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Rows of examples with the context that the network needs, some channels hidden (set to zero).

    Yields:
        the stack (1, c, n, m), the truth (k, m) of the rows that are known, and which rows (k,) these are.
    """
    known = [np.array([told is not None for told in example.truth]) for example in examples]
    weights = np.array([example.weight for example in examples])
    for _ in range(schedule.steps):
        k = int(rng.choice(len(examples), p=weights / weights.sum()))
        example, units = examples[k], len(examples[k].truth)
        middle = int(rng.choice(np.flatnonzero(known[k])))
        first = min(max(middle - schedule.rows // 2, 0), max(units - schedule.rows, 0))
        last = min(first + schedule.rows, units)
        low, high = max(first - reach, 0), min(last + reach, units)
        rows = first + np.flatnonzero(known[k][first:last])
        left, right = text_window(
            [example.truth[at] or () for at in rows.tolist()], example.stack.shape[1], schedule, rng
        )
        stack = np.array(example.stack[low:high, left:right], np.float32)
        stack *= rng.random(stack.shape[2]) >= schedule.drop
        truth = np.zeros((len(rows), right - left), bool)
        for row, at in zip(truth, rows.tolist(), strict=True):
            row[[told - left for told in example.truth[at] or () if left <= told < right]] = True
        yield torch.from_numpy(stack).permute(2, 0, 1)[None], torch.from_numpy(truth), torch.from_numpy(rows - low)


def text_window(
    truth: Sequence[Sequence[int]], texts: int, schedule: Schedule, rng: np.random.Generator
) -> tuple[int, int]:
    """A run of texts with most of what some rows tell: first, and one past the last."""
    told = [j for row in truth for j in row]
    spare = max(texts - schedule.columns, 0)
    middle = float(np.median(told)) if told else rng.uniform(0, texts)
    left = int(np.clip(middle - schedule.columns * rng.uniform(0.1, 0.9), 0, spare))
    return left, min(left + schedule.columns, texts)
