"""Captions of a model against people's, beside the baselines: the multimodal RNN, and the nearest picture's caption."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.captions import CaptionedPicture
from fabula.metrics.captions import CaptionScores, score_captions
from fabula.records import Progress
from fabula.vision import Captioner, Vision

PUBLISHED = {"multimodal RNN (Karpathy and Fei-Fei 2015), Flickr8k": {"bleu": [57.9, 38.3, 24.5, 16.0]}}
DRAWS = 200


def measure(
    captioner: Captioner, pictures: Sequence[CaptionedPicture], progress: Progress | None = None
) -> tuple[CaptionScores, Mapping[str, str]]:
    """How well a captioner's first caption of each picture agrees with people's; and what it said."""
    found = captioner.caption([picture.path for picture in pictures], progress=progress)
    candidates = {p.path.name: own[0].text if own else "" for p, own in zip(pictures, found, strict=True)}
    return score_captions(candidates, references(pictures)), candidates


def nearest_captions(
    vision: Vision, pictures: Sequence[CaptionedPicture], others: Sequence[CaptionedPicture]
) -> CaptionScores:
    """The baseline of the paper's table 2: a picture gets the caption, of all that others have, that fits it best."""
    texts = [caption for picture in others for caption in picture.captions]
    vectors = vision.encode_images([picture.path for picture in pictures])
    best = (vectors @ vision.encode_text(texts).T).argmax(1)
    candidates = {picture.path.name: texts[k] for picture, k in zip(pictures, best.tolist(), strict=True)}
    return score_captions(candidates, references(pictures))


def references(pictures: Sequence[CaptionedPicture]) -> dict[str, Sequence[str]]:
    """What people say of each picture, by the name of its file."""
    return {picture.path.name: picture.captions for picture in pictures}


def row(method: str, found: CaptionScores) -> dict[str, Any]:
    """For a table or JSON: the measures times 100 (CIDEr-D as it is), with 95 % intervals over pictures."""
    drawn = np.arange(len(found.pictures))

    def interval(value: str) -> list[float]:
        def statistic(rows: np.ndarray) -> float:
            again = found.drawn(rows)
            return again.cider_d if value == "cider_d" else 100 * again.bleu[3]

        return [round(x, 3) for x in bootstrap_interval(drawn, statistic, draws=DRAWS)]

    return {
        "method": method,
        "bleu": [round(100 * value, 1) for value in found.bleu],
        "bleu_4_interval": interval("bleu_4"),
        "meteor": round(100 * found.meteor, 1),
        "rouge_l": round(100 * found.rouge_l, 1),
        "cider_d": round(found.cider_d, 3),
        "cider_d_interval": interval("cider_d"),
        "cider": round(found.cider, 3),
    }
