"""Captioners of others: BLIP, BLIP-2, GIT, vision-encoder-decoders, and models that one asks in a chat."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from PIL import Image
from transformers import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    AutoConfig,
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoProcessor,
    AutoTokenizer,
)

from fabula.errors import FabulaError
from fabula.files.pictures import Picture, as_array
from fabula.models.chat import chat_inputs, fast_dtype
from fabula.models.loading import Source, find_model, load_network, load_part, quiet
from fabula.records import Caption, Progress

PICTURES = 4  # in a batch, each with its beams
BEAMS = 4
LONGEST = 40  # word pieces of a caption
REQUEST = "Describe this picture in one short sentence."
UNASKED = frozenset({"blip", "blip-2", "git", "vision-encoder-decoder"})
"""Kinds of models that describe a picture without being asked in words."""
_IMPOSSIBLE = -1e8  # what transformers gives to beams that never were


class HubCaptioner:
    """An image-to-text model of transformers as a ``fabula.vision.Captioner``; it describes without being asked.

    Args:
        source: where the model is; its name keys caches.
        network: generates texts from pictures.
        processor: scales and normalises pictures as the model was trained.
        tokenizer: of its texts.
    """

    batch = PICTURES

    def __init__(self, source: Source, network: Any, processor: Any, tokenizer: Any) -> None:
        self.name = source.name
        self._network, self._processor, self._tokenizer = network, processor, tokenizer

    def caption(
        self, images: Sequence[Picture], count: int = 1, progress: Progress | None = None
    ) -> list[list[Caption]]:
        """Up to ``count`` distinct captions for each picture, best first, found by beam search.

        The score is the mean log probability of the word pieces, the end's among them.
        """
        out: list[list[Caption]] = []
        for first in range(0, len(images), self.batch):
            batch = [Image.fromarray(as_array(image)) for image in images[first : first + self.batch]]
            out.extend(found[:count] for found in self._caption_batch(batch, max(BEAMS, 2 * count)))
            if progress:
                progress(first + len(batch), len(images))
        return out

    @torch.inference_mode()
    def _caption_batch(self, pictures: list[Image.Image], beams: int) -> Iterator[list[Caption]]:
        inputs = self._inputs(pictures).to(self._network.device, dtype=self._network.dtype)
        with quiet():
            found = self._network.generate(
                **inputs,
                num_beams=beams,
                num_return_sequences=beams,
                do_sample=False,
                length_penalty=1.0,  # makes a sequence's score the mean over its pieces
                repetition_penalty=1.0,  # another value would make it no probability
                early_stopping=False,
                max_new_tokens=LONGEST,
                return_dict_in_generate=True,
                output_scores=True,
            )
        texts = self._tokenizer.batch_decode(self._answers(found.sequences, inputs), skip_special_tokens=True)
        scores = found.sequences_scores.tolist()
        for first in range(0, len(texts), beams):
            yield _distinct(texts[first : first + beams], scores[first : first + beams])

    def _inputs(self, pictures: list[Image.Image]) -> Any:
        return self._processor(images=pictures, return_tensors="pt")

    def _answers(self, sequences: torch.Tensor, inputs: Any) -> torch.Tensor:
        return sequences


class ChatCaptioner(HubCaptioner):
    """A model that one asks in a chat to describe a picture; one picture at a time, for chats differ in length."""

    batch = 1

    def _inputs(self, pictures: list[Image.Image]) -> Any:
        return chat_inputs(self._processor, REQUEST, pictures)

    def _answers(self, sequences: torch.Tensor, inputs: Any) -> torch.Tensor:
        return sequences[:, inputs["input_ids"].shape[1] :]


def load_hub_captioner(text: str) -> HubCaptioner:
    """The captioner ``OWNER/MODEL``, ``OWNER/MODEL@REVISION`` (pinned by a full commit hash), or that of a folder.

    Raises:
        FabulaError: there is no such model, it cannot be fetched, or it does not describe pictures.
    """
    source = find_model(text)
    kind = load_part(AutoConfig, source)
    if type(kind) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING:
        raise _wrong(source, f"({kind.model_type}) does not describe pictures")
    if kind.model_type in UNASKED:
        parts = load_part(AutoImageProcessor, source), load_part(AutoTokenizer, source)
        return HubCaptioner(source, _network(source), *parts)
    processor = load_part(AutoProcessor, source)
    if not getattr(processor, "chat_template", None):
        raise _wrong(source, f"({kind.model_type}) has no chat template, so there is no way to ask it for a caption")
    return ChatCaptioner(source, _network(source), processor, processor.tokenizer)


def _network(source: Source) -> Any:
    # Poolers are made and saved by some encoders, and read by none.
    return load_network(AutoModelForImageTextToText, source, spare=r"\bpooler\b", dtype=fast_dtype())


def _wrong(source: Source, problem: str) -> FabulaError:
    return FabulaError(
        f"The model {source.place} {problem}. "
        "Choose an image-to-text model, such as hf:Salesforce/blip-image-captioning-base."
    )


def _distinct(texts: Sequence[str], scores: Sequence[float]) -> list[Caption]:
    """The captions of one picture, best first; beams that differ only in spaces or case are one."""
    best: dict[str, Caption] = {}
    for text, score in sorted(zip(texts, scores, strict=True), key=lambda pair: -pair[1]):
        plain = " ".join(text.split())
        if plain and score > _IMPOSSIBLE:
            best.setdefault(plain.lower(), Caption(plain, score))
    return list(best.values())
