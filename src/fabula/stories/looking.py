"""What is seen in pictures: their vectors, and the sentences that a story about them may rest on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fabula.features import embed, open_cache
from fabula.files.pictures import Picture, as_array
from fabula.files.store import Store
from fabula.records import Evidence
from fabula.vision import DEFAULT_CAPTIONER, DEFAULT_VISION, Captioner, Vision, load_captioner, load_vision


@dataclass
class Onlooker:
    """Looks at pictures, and says what is in them.

    Args:
        vision: sees.
        captioner: says what is seen.
        bank: captions of other pictures: the nearest are taken in the place of the captioner's, as neural-storyteller
            did with those of COCO.
        store: keeps the vectors of the bank.
    """

    vision: Vision
    captioner: Captioner
    bank: Sequence[str] = ()
    store: Store = field(default_factory=open_cache)

    def look(self, images: Sequence[Picture], count: int) -> tuple[np.ndarray, list[list[str]]]:
        """The pictures' vectors (n, e) in the image-sentence space, and so many sentences about each, best first.

        Raises:
            InputError: a picture cannot be read.
        """
        pixels = [as_array(image) for image in images]
        seen = self.vision.encode_images(pixels)
        if self.bank:
            return seen, self._nearest(seen, count)
        return seen, [[caption.text for caption in own] for own in self.captioner.caption(pixels, count)]

    def evidence(self, image: Picture, count: int) -> tuple[Evidence, ...]:
        """The sentences about a picture, for a writer."""
        return caption_evidence(image, self.look([image], count)[1][0])

    def _nearest(self, seen: np.ndarray, count: int) -> list[list[str]]:
        bank = embed(self.bank, _Sentences(self.vision), self.store)
        order = np.argsort(-(seen @ bank.T), axis=1, kind="stable")[:, :count]
        return [[self.bank[k] for k in row] for row in order.tolist()]


class _Sentences:
    """The sentence side of an image-sentence model as an encoder, so that its vectors are kept like all others."""

    def __init__(self, vision: Vision) -> None:
        self.name, self.dimension, self.encode = f"{vision.name}-text", vision.dimension, vision.encode_text


def caption_evidence(image: Picture, captions: Sequence[str]) -> tuple[Evidence, ...]:
    """Sentences about a picture as evidence."""
    source = None if isinstance(image, np.ndarray) else str(image)
    return tuple(Evidence("caption", text, source=source) for text in captions)


def load_onlooker(
    vision: str | Vision = DEFAULT_VISION, captioner: str | Captioner = DEFAULT_CAPTIONER, bank: Sequence[str] = ()
) -> Onlooker:
    """The models that look (see ``fabula.vision``).

    Raises:
        FabulaError: a model cannot be loaded.
    """
    return Onlooker(
        load_vision(vision) if isinstance(vision, str) else vision,
        load_captioner(captioner) if isinstance(captioner, str) else captioner,
        bank,
    )
