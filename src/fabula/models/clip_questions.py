"""Which answer fits a question and what a clip shows: From Trailers to Storylines, section 3.4."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fabula.errors import FabulaError
from fabula.models.quantised import load_packed, save_packed


@dataclass(frozen=True)
class QuestionShape:
    """The network's sizes.

    Args:
        clip: numbers that describe a clip.
        text: numbers that describe a question or an answer.
        first: outputs of the first convolution.
        second: of the second.
    """

    clip: int
    text: int
    first: int = 256
    second: int = 64


class ClipQuestionNetwork(nn.Module):
    """Three 1 x 1 convolutions over the answers, each beside clip and question: one score for each answer.

    The answers share the weights, so that their order does not matter. A clip may be hidden (all zeros after the mean
    of all clips is taken from it), which leaves question and answer alone.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, shape: QuestionShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("centre", torch.zeros(shape.clip))
        self.register_buffer("scale", torch.ones(shape.clip))
        self.convolutions = nn.Sequential(
            nn.Dropout(dropout / 2),
            nn.Conv1d(shape.clip + 2 * shape.text, shape.first, 1),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Conv1d(shape.first, shape.second, 1),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Conv1d(shape.second, 1, 1),
        )

    def settle(self, clips: Tensor) -> None:
        """Learn the mean and spread of clips (n, clip): what all pictures share says nothing of one."""
        self.centre.copy_(clips.mean(0))
        self.scale.copy_(clips.std(0, correction=0).clamp(min=1e-4))

    def forward(self, clips: Tensor, questions: Tensor, answers: Tensor, seen: Tensor) -> Tensor:
        """Scores (n, k), whose softmax are the probabilities of the answers.

        Args:
            clips: (n, clip).
            questions: (n, text), rows of unit length.
            answers: (n, k, text), the same.
            seen: (n,) 1 or 0: whether the clip is shown.
        """
        shown = (clips - self.centre) / self.scale * seen[:, None]
        beside = torch.cat([shown, questions * self.shape.text**0.5], 1)
        rows = torch.cat([beside[:, None].expand(-1, answers.shape[1], -1), answers * self.shape.text**0.5], 2)
        scores: Tensor = self.convolutions(rows.transpose(1, 2))[:, 0]
        return scores


class ClipQuestions:
    """A trained network, ready for use.

    Args:
        name: keys caches.
        vision: the model whose vectors of shots it reads.
        encoder: the sentence encoder, by the name that loads it.
        films: ids of the films that it learned from: it must not be measured on them.
        network: the network.
    """

    def __init__(
        self, name: str, vision: str, encoder: str, films: tuple[str, ...], network: ClipQuestionNetwork
    ) -> None:
        self.name, self.vision, self.encoder, self.films, self.network = name, vision, encoder, films, network.eval()

    @torch.inference_mode()
    def scores(self, clips: np.ndarray, questions: np.ndarray, answers: np.ndarray, *, look: bool = True) -> np.ndarray:
        """The probability of each answer: (n, k).

        Args:
            clips: (n, clip), the mean of the vectors of each clip's shots.
            questions: (n, text).
            answers: (n, k, text).
            look: at the clips; else from question and answer alone.
        """
        seen = torch.full((len(clips),), float(look))
        rows = (torch.from_numpy(part.astype(np.float32)) for part in (clips, questions, answers))
        found: np.ndarray = self.network(*rows, seen).softmax(1).numpy()
        return found

    def save(self, path: Path) -> None:
        """Write the weights beside the card, which is the trainer's."""
        save_packed(path.with_suffix(".safetensors"), self.network.state_dict())


def load_clip_questions(card: Path) -> ClipQuestions:
    """The network of a card of ``fabula train clip-questions`` with its weights beside it.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    try:
        found: dict[str, Any] = json.loads(card.read_text("utf-8"))
        shape = QuestionShape(
            **{field.name: int(found["shape"][field.name]) for field in dataclasses.fields(QuestionShape)}
        )
        names = (str(found["name"]), str(found["vision"]), str(found["encoder"]), tuple(map(str, found["films"])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabulaError(f"The card {card} cannot be loaded: {error!r}") from error
    network = ClipQuestionNetwork(shape)
    try:
        network.load_state_dict(load_packed(card.with_suffix(".safetensors")))
    except RuntimeError as error:
        raise FabulaError(f"The weights beside {card} are another's: {error}") from error
    return ClipQuestions(*names, network)
