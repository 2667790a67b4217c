"""Training a match network to say of each cell for itself whether it is a link: logistic regression with context.

``match_network.fit`` learns a choice between the texts for each unit; here a sentence may have several counterparts,
and the block program above the network (``align.versions``) wants log odds that add up.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import nn

from fabula.models.match_network import Example, MatchNetwork, Schedule, descend

COLUMNS = 128  # texts in a step: cells far from the path of the text are all alike and need not be seen in full
SCATTER = 15.0  # texts by which the window is shifted at random from the truth
RARE = -4.0  # log odds to begin with: almost no cell is a link
CELL_SCHEDULE = Schedule(steps=6000, rows=96, rate=3e-3, decay=1e-3, drop=0.0)


def fit_cells(
    network: MatchNetwork,
    examples: Sequence[Example],
    schedule: Schedule = CELL_SCHEDULE,
    told: Callable[[int, float], None] | None = None,
) -> MatchNetwork:
    """Train on random windows of random examples (AdamW, one cycle of the learning rate, cross-entropy of cells).

    Args:
        network: changed in place.
        examples: the pairs of texts to learn from.
        schedule: length and boldness.
        told: called with the step and the running mean of the loss, in nats for each row.

    Returns:
        The network, ready for use; its evidence is the log odds that a cell is a link.
    """
    if network.direct.bias is not None:
        nn.init.constant_(network.direct.bias, RARE)
    network.train()
    windows = _windows(examples, schedule, np.random.default_rng(schedule.seed))
    descend(
        [{"params": network.parameters(), "lr": schedule.rate, "weight_decay": schedule.decay}],
        (_loss(network(stack)[0], truth) for stack, truth in windows),
        schedule.steps,
        told,
    )
    return network.eval()


def _loss(evidence: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the cells, in nats for each row."""
    return nn.functional.binary_cross_entropy_with_logits(evidence, truth, reduction="sum") / len(truth)


def _windows(
    examples: Sequence[Example], schedule: Schedule, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Windows of rows x COLUMNS around the truth, at random places: stacks (1, c, r, k) and truths (r, k)."""
    sizes = np.array([len(example.truth) for example in examples], float)
    for _ in range(schedule.steps):
        example = examples[rng.choice(len(examples), p=sizes / sizes.sum())]
        first = int(rng.integers(0, max(len(example.truth) - schedule.rows, 0) + 1))
        rows = [told or () for told in example.truth[first : first + schedule.rows]]
        told = [column for row in rows for column in row]
        columns = example.stack.shape[1]
        middle = np.mean(told) if told else rng.uniform(0, columns)
        left = int(np.clip(middle - COLUMNS / 2 + rng.normal(0, SCATTER), 0, max(columns - COLUMNS, 0)))
        stack = np.array(example.stack[first : first + schedule.rows, left : left + COLUMNS], np.float32)
        stack *= rng.random(stack.shape[2]) >= schedule.drop
        truth = np.zeros((len(rows), columns), np.float32)
        for line, row in zip(truth, rows, strict=True):
            line[list(row)] = 1
        yield torch.from_numpy(stack).permute(2, 0, 1)[None], torch.from_numpy(truth[:, left : left + COLUMNS])
