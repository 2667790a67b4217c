"""Our captioner, ready for use: pictures in, sentences out."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fabula.errors import FabulaError
from fabula.files.pictures import Picture
from fabula.models.beam import Written, beam_search
from fabula.models.decoder import DECODERS
from fabula.models.quantised import load_packed, save_packed
from fabula.models.trained_vision import TrainedVision, load_trained_vision
from fabula.models.vocabulary import Vocabulary, sentence_of
from fabula.records import Caption, Progress

ALIKE = 0.6  # share of words in common from which on two captions say the same


@dataclass(frozen=True)
class Choice:
    """How one of the sentences that beam search finds is chosen.

    Args:
        width: of the beam.
        power: of the length by which log probabilities are divided.
        sight: nats for a cosine of 1 between picture and sentence, in the space of the image-sentence model.
    """

    width: int = 5
    power: float = 1.0
    sight: float = 0.0


class TrainedCaptioner:
    """A decoder of ``fabula train captioner`` as a ``fabula.vision.Captioner``.

    Args:
        name: keys caches.
        kind: of the decoder: attention or rnn.
        decoder: writes.
        vocabulary: its words.
        vision: whose regions it looks at.
        choice: how it chooses.
    """

    def __init__(
        self, name: str, kind: str, decoder: nn.Module, vocabulary: Vocabulary, vision: TrainedVision, choice: Choice
    ) -> None:
        self.name, self.kind, self.decoder, self.vocabulary = name, kind, decoder.eval(), vocabulary
        self.vision, self.choice = vision, choice

    def caption(
        self, images: Sequence[Picture], count: int = 1, progress: Progress | None = None
    ) -> list[list[Caption]]:
        """``count`` captions for each picture that say different things, best first; fewer if it knows no more."""
        found: list[list[Caption]] = []
        for grid in self.vision.grids(images):
            found += self.caption_regions(grid, count)
            if progress:
                progress(len(found), len(images))
        return found

    def caption_regions(self, regions: np.ndarray, count: int = 1) -> list[list[Caption]]:
        """The same for what the vision's backbone says of pictures: (n, k, values)."""
        grid = torch.tensor(regions).float()
        width = max(self.choice.width, 2 * count)
        written = beam_search(self.decoder, grid, width, power=self.choice.power)  # type: ignore[arg-type]
        return [
            [Caption(self._text(one), round(one.mean, 4)) for one in self._distinct(own, count)]
            for own in self._seen(grid, written)
        ]

    def _text(self, one: Written) -> str:
        return sentence_of(self.vocabulary.tokens(one.words))

    def _seen(self, grid: Tensor, written: Sequence[Sequence[Written]]) -> list[list[Written]]:
        """Each picture's sentences, those that fit it first."""
        if not self.choice.sight:
            return [list(own) for own in written]
        texts = [self._text(one) for own in written for one in own]
        sentences = self.vision.encode_text(texts)
        with torch.inference_mode():
            pictures = self.vision.model.see_grid(grid).whole.numpy()
        ordered, first = [], 0
        for picture, own in zip(pictures, written, strict=True):
            fits = sentences[first : first + len(own)] @ picture
            values = [one.mean + self.choice.sight * float(fit) for one, fit in zip(own, fits, strict=True)]
            ordered.append([one for _, one in sorted(zip(values, own, strict=True), key=lambda pair: -pair[0])])
            first += len(own)
        return ordered

    def _distinct(self, own: Sequence[Written], count: int) -> list[Written]:
        """The first of those that say different things; then, where there are too few, the next best."""
        chosen: list[Written] = []
        for one in own:
            if all(_shared(one.words, other.words) < ALIKE for other in chosen):
                chosen.append(one)
        rest = [one for one in own if one not in chosen]
        return [*chosen, *rest][:count]

    def save(self, path: Path) -> None:
        """Write the weights; the card is the trainer's."""
        save_packed(path, self.decoder.state_dict())


def _shared(one: Sequence[int], other: Sequence[int]) -> float:
    words, others = set(one), set(other)
    return len(words & others) / max(len(words | others), 1)


def load_trained_captioner(card: Path | None = None, kind: str = "captions") -> TrainedCaptioner:
    """The captioner of a card (.json) with its weights (.safetensors) beside it; None is the built-in one.

    The image-sentence model that it was trained with is the built-in one, or its card stands beside the captioner's.

    Args:
        card: its path.
        kind: the name of the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    path = card or Path(str(resources.files("fabula.models"))) / "weights" / f"{kind}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        name, decoder, needs = str(found["name"]), str(found["decoder"]), str(found["vision"])
        vocabulary, choice, values = Vocabulary(found["words"]), Choice(**found["choice"]), int(found["values"])
        network = DECODERS[decoder](len(vocabulary), values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabulaError(f"The captioner {path} cannot be loaded: {error!r}") from error
    try:
        network.load_state_dict(load_packed(path.with_suffix(".safetensors")))
    except RuntimeError as error:
        raise FabulaError(f"The captioner's weights beside {path} are another's: {error}") from error
    return TrainedCaptioner(name, decoder, network, vocabulary, _vision_of(path, needs), choice)


def _vision_of(path: Path, needs: str) -> TrainedVision:
    """The image-sentence model of that name: one beside the captioner's card, or the built-in one."""
    for card in sorted(path.parent.glob("*.json")):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            if json.loads(card.read_text("utf-8")).get("name") == needs:
                return load_trained_vision(card)
    built_in = load_trained_vision()
    if built_in.name != needs:
        raise FabulaError(f"The captioner {path} was trained with the vision model {needs}: put its card beside it.")
    return built_in
