"""Language models of others, with eyes or without, through transformers."""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoProcessor,
    AutoTokenizer,
)

from fabula.errors import FabulaError
from fabula.files.pictures import Picture, as_array
from fabula.models.chat import chat_inputs, fast_dtype
from fabula.models.hub_captioner import UNASKED
from fabula.models.loading import Source, find_model, load_network, load_part, quiet

TOP_P = 0.95
"""Share of the probability that sampling chooses from (Holtzman et al. 2020, nucleus sampling)."""


class HubModel:
    """A model of transformers, as a ``stories.writers.LanguageModel``.

    Args:
        source: where the model is.
        network: continues texts.
        processor: of its texts and pictures; a mere tokenizer if it cannot see.
    """

    def __init__(self, source: Source, network: Any, processor: Any) -> None:
        self.name = f"hf:{source.name}"
        self._network, self._processor = network, processor
        self._sees = hasattr(processor, "tokenizer")
        self._tokenizer = processor.tokenizer if self._sees else processor

    def answer(
        self, request: str, pictures: Sequence[Picture] = (), *, tokens: int, seed: int, temperature: float
    ) -> str:
        """The answer to a request, sampled with that seed; with temperature 0 the likeliest words.

        A model without a chat template goes on writing after the request.

        Raises:
            FabulaError: the model cannot see the pictures, or the request fills all that it can read.
        """
        if pictures and not self._sees:
            raise FabulaError(
                f"The model {self.name} cannot see pictures. Leave them out (--blind), or choose one that can."
            )
        inputs = self._inputs(request, [Image.fromarray(as_array(picture)) for picture in pictures])
        read = inputs["input_ids"].shape[1]
        with torch.random.fork_rng(), torch.inference_mode(), quiet():
            torch.manual_seed(seed)
            found = self._network.generate(**inputs, max_new_tokens=self._room(read, tokens), **_sampling(temperature))
        answer: str = self._tokenizer.decode(found[0, read:], skip_special_tokens=True)
        return answer

    def _inputs(self, request: str, pictures: list[Image.Image]) -> dict[str, Any]:
        chats = getattr(self._processor, "chat_template", None)
        found = (
            chat_inputs(self._processor, request, pictures) if chats else self._tokenizer(request, return_tensors="pt")
        )
        # A processor's inputs could be told both at once, but a mere tokenizer's cannot.
        moved = found.to(self._network.device)
        return {key: value.to(self._network.dtype) if _is_measured(value) else value for key, value in moved.items()}

    def _room(self, read: int, tokens: int) -> int:
        """How many word pieces the model can write after those that it has read."""
        most = getattr(self._network.config.get_text_config(), "max_position_embeddings", None)
        if most is None or read + tokens <= most:
            return tokens
        if read >= most:
            raise FabulaError(
                f"The model {self.name} reads {most} word pieces at most, and the evidence has {read}. "
                "Tell fewer shots at a time, or choose a model with a longer context."
            )
        return int(most - read)


def load_hub_model(text: str) -> HubModel:
    """The model ``OWNER/MODEL``, ``OWNER/MODEL@REVISION`` (pinned by a full commit hash), or that of a folder.

    Raises:
        FabulaError: there is no such model, it cannot be fetched, or it does not write texts.
    """
    source = find_model(text)
    kind = load_part(AutoConfig, source)
    if type(kind) in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING and kind.model_type not in UNASKED:
        processor = load_part(AutoProcessor, source)
        if getattr(processor, "chat_template", None):
            return HubModel(source, load_network(AutoModelForImageTextToText, source, dtype=fast_dtype()), processor)
    elif type(kind) in MODEL_FOR_CAUSAL_LM_MAPPING and kind.model_type not in UNASKED:
        network = load_network(AutoModelForCausalLM, source, dtype=fast_dtype())
        return HubModel(source, network, load_part(AutoTokenizer, source))
    raise FabulaError(
        f"The model {source.place} ({kind.model_type}) cannot be asked to write. "
        "Choose a language model, such as hf:Qwen/Qwen3-1.7B, or one that sees, such as hf:Qwen/Qwen3-VL-2B-Instruct."
    )


def _is_measured(value: Any) -> bool:
    """Whether an input is of pixels, in the network's precision, and not of numbers of word pieces."""
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _sampling(temperature: float) -> dict[str, Any]:
    if temperature <= 0:
        return {"do_sample": False}
    return {"do_sample": True, "temperature": temperature, "top_p": TOP_P, "top_k": 0}
