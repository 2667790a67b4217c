"""Finding captions for pictures and pictures for captions, beside what was published."""

from collections.abc import Sequence
from typing import Any

from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.captions import CaptionedPicture
from fabula.metrics.retrieval import Recalls, Retrieval, measure_retrieval
from fabula.records import Progress
from fabula.train.vision import texts_of
from fabula.vision import Vision

PUBLISHED = {
    "DVSA, BRNN (Karpathy and Fei-Fei 2015), Flickr8k": ((16.5, 40.6, 54.2), (11.8, 32.1, 44.7)),
    "VSE (Kiros et al. 2014, code), Flickr8k": ((22.3, 48.7, 59.8), (14.9, 38.3, 51.6)),
    "VSE++ (Faghri et al. 2018), Flickr30k": ((52.9, 80.5, 87.2), (39.6, 70.1, 79.5)),
}
"""R@1, R@5, R@10 of image to text and of text to image."""


def measure(
    vision: Vision, pictures: Sequence[CaptionedPicture], progress: Progress | None = None
) -> dict[str, Retrieval]:
    """Recalls with reranking and, for a look at what it brings, by vectors alone.

    Args:
        vision: the image-sentence model.
        pictures: all of them together are what is searched.
        progress: called while pictures are encoded.
    """
    texts, owners = texts_of(pictures)
    paths = [picture.path for picture in pictures]
    vectors = vision.encode_images(paths, progress) @ vision.encode_text(texts).T
    return {
        "vectors and reranking": measure_retrieval(vision.score(paths, texts), owners),
        "vectors alone": measure_retrieval(vectors, owners),
    }


def rows(found: dict[str, Retrieval]) -> list[dict[str, Any]]:
    """For a table or JSON: each way with its recalls and their 95 % intervals, then what was published."""
    own = [
        {
            "method": method,
            "image_to_text": _direction(retrieval.image_to_text),
            "text_to_image": _direction(retrieval.text_to_image),
            "rsum": round(retrieval.rsum, 1),
        }
        for method, retrieval in found.items()
    ]
    published = [
        {
            "method": method,
            "image_to_text": {"recalls": list(there)},
            "text_to_image": {"recalls": list(back)},
            "rsum": round(sum(there) + sum(back), 1),
            "published": True,
        }
        for method, (there, back) in PUBLISHED.items()
    ]
    return own + published


def _direction(found: Recalls) -> dict[str, Any]:
    return {
        "recalls": [round(value, 1) for value in found.recalls],
        "interval_r1": [round(100 * value, 1) for value in bootstrap_interval((found.ranks < 1).astype(float))],
        "median_rank": found.median_rank,
    }
