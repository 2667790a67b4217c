"""Asking models of transformers in a chat, in words and pictures."""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image


def chat_inputs(processor: Any, request: str, pictures: Sequence[Image.Image]) -> Any:
    """What a model takes for one message of a user, pictures first; ``processor`` is a tokenizer if there are none."""
    shown = [{"type": "image", "image": picture} for picture in pictures]
    content = [*shown, {"type": "text", "text": request}] if hasattr(processor, "tokenizer") else request
    return processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )


def fast_dtype() -> str | torch.dtype:
    """The precision to load a large network in: its own, but half precision is slow or lacking on processors."""
    return "auto" if torch.cuda.is_available() else torch.float32
