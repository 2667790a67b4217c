"""Image-sentence models of others: CLIP (Radford et al. 2021), SigLIP and SigLIP 2 (Zhai et al. 2023, Tschannen 2025).

Any network of transformers with ``get_image_features`` and ``get_text_features`` serves.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy.special import expit
from torch import Tensor
from transformers import (
    MODEL_MAPPING,
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoTokenizer,
    CLIPModel,
)

from fabula.errors import FabulaError
from fabula.files.pictures import Picture, as_array, squash
from fabula.models.loading import Source, find_model, load_network, load_part
from fabula.models.word_regions import WordRegions
from fabula.records import Progress

PICTURES = 16  # in a batch; read only then, so that any number of files fits into memory
TEXTS = 64
LONGEST = 32
"""Sides that a picture may differ by: CLIP scales the shorter one up to 224, and a line of pixels would fill memory."""
EVEN_COSINE = 0.25
"""CLIP's cosine at which a sentence is as likely as not to describe a picture.

CLIP learns to choose among a batch and has no zero of its own. Matching pairs of ViT-B/32 lie around 0.30, others
around 0.15 to 0.2; LAION kept web pictures from 0.28 on (Schuhmann et al. 2022). This is a default, not a measurement.
"""
WORD_PROMPT = "a photo of {}"
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


class HubVision:
    """A two-tower model of transformers as a ``fabula.vision.Vision``.

    Args:
        source: where the model is; its name keys caches.
        network: has ``get_image_features`` and ``get_text_features``.
        processor: scales and normalises pictures as the model was trained.
        tokenizer: of its texts.
    """

    def __init__(self, source: Source, network: Any, processor: Any, tokenizer: Any) -> None:
        self.name = source.name
        self._network, self._processor, self._tokenizer = network, processor, tokenizer
        self._sigmoid = getattr(network, "logit_bias", None) is not None  # the SigLIP family
        self._scale = float(network.logit_scale.detach().exp())
        self._bias = float(network.logit_bias.detach()) if self._sigmoid else -self._scale * EVEN_COSINE
        self.dimension = self._text_batch(["a"]).shape[1]

    def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
        """Vectors of pictures: (n, d) float32, rows of unit length."""
        out = np.zeros((len(images), self.dimension), np.float32)
        for first in range(0, len(images), PICTURES):
            batch = [self._prepared(image) for image in images[first : first + PICTURES]]
            out[first : first + len(batch)] = self._picture_batch(batch)
            if progress:
                progress(first + len(batch), len(images))
        return out

    def encode_text(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of sentences: (m, d) float32, rows of unit length; what is longer than the model reads is cut."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for first in range(0, len(texts), TEXTS):
            batch = list(texts[first : first + TEXTS])
            out[first : first + len(batch)] = self._text_batch(batch)
            if progress:
                progress(first + len(batch), len(texts))
        return out

    def score(self, images: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        """The cosines: (n, m) float32. These models have no second opinion to rerank with."""
        cosines: np.ndarray = self.encode_images(images) @ self.encode_text(texts).T
        return cosines

    def probability(self, cosines: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """Probability that a sentence describes a picture, from the cosines of their vectors: (n, m) float32.

        The logistic function of the model's scaled cosine; its zero is SigLIP's own, and CLIP's is ``EVEN_COSINE``.
        """
        logits = self._scale * cosines.astype(np.float64) + self._bias
        probability: np.ndarray = expit(logits).astype(np.float32)
        return probability

    def _prepared(self, image: Picture) -> Any:
        """What the network takes of one picture: each alone, so that one full-size picture is held at a time."""
        return self._processor(images=[_pil(as_array(image))], return_tensors="pt")

    @torch.inference_mode()
    def _picture_batch(self, prepared: list[Any]) -> np.ndarray:
        inputs = {key: torch.cat([one[key] for one in prepared]).to(self._network.device) for key in prepared[0]}
        return _unit(self._network.get_image_features(**inputs))

    @torch.inference_mode()
    def _text_batch(self, texts: list[str]) -> np.ndarray:
        # SigLIP reads lower case, filled up to full length: its sentence's vector is that of the last place.
        inputs = self._tokenizer(
            [text.lower() for text in texts] if self._sigmoid else texts,
            padding="max_length" if self._sigmoid else True,
            truncation=True,
            max_length=self._network.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self._network.device)
        return _unit(self._network.get_text_features(**inputs))


class ClipVision(HubVision):
    """CLIP, which also says which region a word speaks of (a ``fabula.vision.Grounder``).

    SigLIP pools its patches by attention with a learnt query; a single patch was never compared with a text, so that
    family does not ground.
    """

    def ground(self, images: Sequence[Picture], texts: Sequence[str]) -> list[WordRegions]:
        """For each picture with its text (as many texts as pictures), the cosines of its words and patches.

        A word is a text of its own ("a photo of WORD"). A patch is seen as MaskCLIP does (Zhou et al. 2022): in the
        last layer each patch attends to itself alone, then goes the way of the picture's own token. The patches' plain
        output serves less, for nothing in training looked at it.
        """
        found = [tuple(_WORD.findall(text)) for text in texts]
        vocabulary = sorted({word for words in found for word in words})
        vectors = dict(zip(vocabulary, self.encode_text([WORD_PROMPT.format(w) for w in vocabulary]), strict=True))
        out = []
        for words, grid in zip(found, self._grids(images), strict=True):
            stack = np.array([vectors[word] for word in words], np.float32).reshape(-1, self.dimension)
            out.append(WordRegions(words, np.einsum("wd,rcd->wrc", stack, grid)))
        return out

    def _grids(self, images: Sequence[Picture]) -> Iterator[np.ndarray]:
        """Unit vectors of the patches of each picture, squashed so that none is cut off: (rows, columns, d)."""
        size = int(self._network.config.vision_config.image_size)
        for first in range(0, len(images), PICTURES):
            batch = [_pil(squash(as_array(image), size)) for image in images[first : first + PICTURES]]
            yield from self._patch_batch(batch)

    @torch.inference_mode()
    def _patch_batch(self, pictures: list[Image.Image]) -> np.ndarray:
        inputs = self._processor(images=pictures, return_tensors="pt", do_resize=False, do_center_crop=False)
        tower = self._network.vision_model
        pixels = inputs["pixel_values"].to(self._network.device)
        states = tower(pixel_values=pixels, output_hidden_states=True).hidden_states[-2][:, 1:]
        last = tower.encoder.layers[-1]
        states = states + last.self_attn.out_proj(last.self_attn.v_proj(last.layer_norm1(states)))
        states = states + last.mlp(last.layer_norm2(states))
        patches = _unit(self._network.visual_projection(tower.post_layernorm(states)))
        side = round(patches.shape[1] ** 0.5)
        return patches.reshape(len(pictures), side, side, -1)


def load_hub_vision(text: str) -> HubVision:
    """The model ``OWNER/MODEL``, ``OWNER/MODEL@REVISION`` (pinned by a full commit hash), or that of a folder.

    Raises:
        FabulaError: there is no such model, it cannot be fetched, or it does not compare pictures with texts.
    """
    source = find_model(text)
    kind = load_part(AutoConfig, source)
    # Asked before the weights are fetched, which may be gigabytes.
    if not hasattr(MODEL_MAPPING.get(type(kind), None), "get_image_features") or not hasattr(kind, "text_config"):
        raise FabulaError(
            f"The model {source.place} ({kind.model_type}) does not compare pictures with texts. "
            "Choose a CLIP or SigLIP model, such as hf:google/siglip2-base-patch16-256."
        )
    network = load_network(AutoModel, source, dtype=torch.float32)
    parts = load_part(AutoImageProcessor, source), load_part(AutoTokenizer, source)
    return (ClipVision if isinstance(network, CLIPModel) else HubVision)(source, network, *parts)


def _pil(picture: np.ndarray) -> Image.Image:
    """The picture for a processor; of one that is a mere strip, the middle."""
    height, width = picture.shape[:2]
    high, wide = min(height, LONGEST * width), min(width, LONGEST * height)
    top, left = (height - high) // 2, (width - wide) // 2
    return Image.fromarray(picture[top : top + high, left : left + wide])


def _unit(features: Any) -> np.ndarray:
    """Unit vectors along the last axis; transformers 5 gives the features among a tower's other outputs."""
    pooled: Tensor = getattr(features, "pooler_output", features)
    unit: np.ndarray = torch.nn.functional.normalize(pooled, dim=-1).float().cpu().numpy()
    return unit
