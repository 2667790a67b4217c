"""The searching student with a convolutional brain (SSCB): which answer stands in a story, near the question.

Tapaswi et al. 2016 (MovieQA), section 4.1: for each stretch of the story its similarity with the question and with an
answer; 1 x 1 convolutions combine the two at each place, the best of neighbouring places is kept, and all places
together give the answer's score. Small enough to be learned wherever it is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

CHANNELS, NEIGHBOURS = 10, 3


@dataclass(frozen=True)
class SearchSchedule:
    """How to train: times that each question is seen, questions in a step, learning rate, decay, and the seed."""

    epochs: int = 30
    batch: int = 16
    rate: float = 1e-2
    decay: float = 1e-3
    seed: int = 0


class StorySearch(nn.Module):
    """Grids (n, k, h, 2) of similarities of h places with the question and with each of k answers -> scores (n, k)."""

    def __init__(self) -> None:
        super().__init__()
        self.combine = nn.Conv1d(2, CHANNELS, 1)
        self.best = nn.MaxPool1d(NEIGHBOURS, stride=1, padding=NEIGHBOURS // 2)
        self.weigh = nn.Conv1d(CHANNELS, CHANNELS, 1)
        self.judge = nn.Linear(2 * CHANNELS, 1)

    def forward(self, grids: Tensor, there: Tensor) -> Tensor:
        """Scores of the answers.

        Args:
            grids: (n, k, h, 2).
            there: (n, h) bool: which places a story has; the others fill a batch up.
        """
        n, k, h, _ = grids.shape
        here = there.repeat_interleave(k, 0)[:, None].float()
        near = self.best(self.combine(grids.reshape(n * k, h, 2).transpose(1, 2)).relu() * here)
        found = (self.weigh(near).relu() * here).reshape(n, k, CHANNELS, h)  # at least 0: no empty place is the best
        mean = found.sum(3) / there.sum(1)[:, None, None]
        scores: Tensor = self.judge(torch.cat([found.amax(3), mean], 2))[:, :, 0]
        return scores


def fit_search(grids: Sequence[np.ndarray], correct: np.ndarray, schedule: SearchSchedule | None = None) -> StorySearch:
    """Learn from questions whose answers are known (AdamW).

    Args:
        grids: (k, h, 2) for each question; h may differ.
        correct: (n,) index of the right answer.
        schedule: length and boldness.
    """
    schedule = schedule or SearchSchedule()
    torch.manual_seed(schedule.seed)
    network, truth = StorySearch(), torch.from_numpy(correct.astype(np.int64))
    optimiser = torch.optim.AdamW(network.parameters(), lr=schedule.rate, weight_decay=schedule.decay)
    for _ in range(schedule.epochs):
        for chosen in torch.split(torch.randperm(len(truth)), schedule.batch):
            loss = F.cross_entropy(network(*_padded([grids[k] for k in chosen.tolist()])), truth[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return network.eval()


@torch.inference_mode()
def search_scores(network: StorySearch, grids: Sequence[np.ndarray]) -> np.ndarray:
    """The scores of each question's answers: (n, k)."""
    found = [network(*_padded([grid]))[0].numpy() for grid in grids]
    return np.stack(found)


def _padded(grids: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    longest = max(grid.shape[1] for grid in grids)
    rows = np.zeros((len(grids), grids[0].shape[0], longest, 2), np.float32)
    there = np.zeros((len(grids), longest), bool)
    for row, here, grid in zip(rows, there, grids, strict=True):
        row[:, : grid.shape[1]] = grid
        here[: grid.shape[1]] = True
    return torch.from_numpy(rows), torch.from_numpy(there)
