"""What is seen in a picture, in sentences, phrases and boxes; and in the shots of a film."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabula.align.caption_words import Part, bare_word, parts_of_speech
from fabula.align.phrases import Box, find_phrases, peak_box, phrase_words, score_map
from fabula.errors import FabulaError
from fabula.files.pictures import by_shot, decode_picture
from fabula.files.project import Project
from fabula.records import Caption, Description, Progress, Region
from fabula.vision import (
    DEFAULT_CAPTIONER,
    DEFAULT_VISION,
    Captioner,
    Grounder,
    Picture,
    Vision,
    as_array,
    load_captioner,
    load_vision,
)

CAPTIONS = 3
SCALES = ((1 / 2, 3), (2 / 3, 2))  # candidate boxes: share of each side, and how many of them along it
MOST_REGIONS = 3  # captions of parts of a picture
LEAST_SIDE = 1 / 6  # of the picture's: what is smaller is too little for a caption
SAME_BOX = 0.4  # intersection over union from which on two boxes hold the same thing


@dataclass(frozen=True)
class GroundedPhrase:
    """A phrase of a caption with its region and its map: (rows, columns) float32, laid over the whole picture."""

    region: Region
    heat: np.ndarray


def describe(
    image: Picture,
    vision: str | Vision = DEFAULT_VISION,
    captioner: str | Captioner = DEFAULT_CAPTIONER,
    captions: int = CAPTIONS,
    regions: bool = False,
) -> Description:
    """Say what is seen in a picture.

    Args:
        image: a file, or RGB bytes (height, width, 3) uint8.
        vision: an image-sentence model or its name (see ``fabula.vision.load_vision``); used for regions alone.
        captioner: a model that describes pictures, or its name (see ``fabula.vision.load_captioner``).
        captions: how many distinct ones.
        regions: also tie the phrases of the best caption to boxes, and describe parts of the picture. A vision model
            that knows nothing of single words gives no phrases.

    Raises:
        InputError: the picture cannot be read.
        FabulaError: a model cannot be loaded, or no caption is asked for.
    """
    if captions < 1:
        raise FabulaError("At least one caption must be asked for.")
    pixels = as_array(image)
    teller = load_captioner(captioner) if isinstance(captioner, str) else captioner
    said = tuple(teller.caption([pixels], captions)[0])
    found: tuple[Region, ...] = ()
    if regions:
        seer = load_vision(vision) if isinstance(vision, str) else vision
        phrases = [phrase.region for phrase in ground_phrases(pixels, said[0].text, seer)] if said else []
        found = (*phrases, *describe_parts(pixels, seer, teller, [phrase.box for phrase in phrases]))
    return Description("" if isinstance(image, np.ndarray) else str(image), said, found)


def ground_phrases(image: Picture, text: str, vision: str | Vision = DEFAULT_VISION) -> list[GroundedPhrase]:
    """The phrases of a text that name things, each with the part of the picture that it speaks of.

    Words without content ("with", "is") are left out, and so are phrases without a noun. A vision model that has no
    scores of words and regions gives none.

    Raises:
        InputError: the picture cannot be read.
        FabulaError: the model cannot be loaded.
    """
    seer = load_vision(vision) if isinstance(vision, str) else vision
    if not isinstance(seer, Grounder):
        return []
    pixels = as_array(image)
    height, width = pixels.shape[:2]
    found = seer.ground([pixels], [text])[0]
    grounded = []
    for phrase in find_phrases(found):
        words = phrase_words(found.words, phrase)
        if words:
            heat = score_map(found, words)
            box = peak_box(heat, width, height, region=phrase.region)
            said = " ".join(found.words[k] for k in words).strip(' .,;:!?"')
            grounded.append(GroundedPhrase(Region(box, said, phrase.score), heat))
    return grounded


def describe_parts(image: Picture, vision: Vision, captioner: Captioner, boxes: Sequence[Box] = ()) -> list[Region]:
    """Captions of parts of a picture, the most telling first: each fits its part better than the rest of the picture.

    Candidates are the boxes given and a grid of boxes at two scales. A caption is scored against its part cut out, and
    against the picture with that part painted over. Kept are a few with the largest difference whose boxes
    and nouns are distinct.
    """
    pixels = as_array(image)
    height, width = pixels.shape[:2]
    candidates = [box for box in (*boxes, *candidate_boxes(width, height)) if _can_be_described(box, width, height)]
    if not candidates:
        return []
    parts = [pixels[y : y + h, x : x + w] for x, y, w, h in candidates]
    texts = [found[0].text for found in captioner.caption(parts, 1)]
    fits = vision.score([*parts, *(_painted_over(pixels, box) for box in candidates)], texts)
    own, elsewhere = np.diagonal(fits), np.diagonal(fits[len(parts) :])
    kept: list[Region] = []
    for k in np.argsort(elsewhere - own, kind="stable"):
        region = Region(candidates[k], texts[k], float(own[k]))
        if own[k] > elsewhere[k] and len(kept) < MOST_REGIONS and all(_distinct(region, other) for other in kept):
            kept.append(region)
    return kept


def candidate_boxes(width: int, height: int) -> list[Box]:
    """Boxes that cover a picture at two scales, overlapping: where things may be."""
    boxes = []
    for share, count in SCALES:
        size = max(round(share * width), 1), max(round(share * height), 1)
        starts = [k / (count - 1) for k in range(count)]
        boxes += [
            (round(x * (width - size[0])), round(y * (height - size[1])), size[0], size[1])
            for y in starts
            for x in starts
        ]
    return boxes


def _can_be_described(box: Box, width: int, height: int) -> bool:
    """Whether a box is large enough for a caption and is not the picture itself."""
    share = box[2] / width, box[3] / height
    return min(share) >= LEAST_SIDE and share[0] * share[1] < 0.9


def _painted_over(pixels: np.ndarray, box: Box) -> np.ndarray:
    """The picture with a box filled with its mean colour."""
    x, y, width, height = box
    covered = pixels.copy()
    covered[y : y + height, x : x + width] = pixels.mean((0, 1)).astype(np.uint8)
    return covered


def _distinct(region: Region, other: Region) -> bool:
    return overlap(region.box, other.box) < SAME_BOX and not _nouns(region.text) <= _nouns(other.text)


def _nouns(text: str) -> set[str]:
    words = text.split()
    return {bare_word(word) for word, part in zip(words, parts_of_speech(words), strict=True) if part is Part.NOUN}


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(across, 0) * max(down, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def describe_project(
    project: Project, captioner: str | Captioner | None = None, progress: Progress | None = None
) -> tuple[Caption, ...]:
    """A caption for each shot of a film, in their order; nothing is written to the project.

    Args:
        project: an open project.
        captioner: a captioner or its name. Without one, those captions are taken that were made when the film was
            read, if there are any; else they are made now, of the picture in the middle of each shot.
        progress: called with captions done and in all.

    Raises:
        FabulaError: the project has no pictures, or the model cannot be loaded.
    """
    if captioner is None and project.captions:
        return project.captions
    shots = by_shot(project.thumbnails)
    if not shots:
        raise FabulaError("The project has no pictures to describe. Read it with its film: fabula read FILM.")
    named = DEFAULT_CAPTIONER if captioner is None else captioner
    teller = load_captioner(named) if isinstance(named, str) else named
    middles = [decode_picture(shots[shot][len(shots[shot]) // 2].jpeg) for shot in sorted(shots)]
    told = teller.caption(middles, 1, progress)
    return tuple(replace(found[0], shot=shot) for shot, found in zip(sorted(shots), told, strict=True))
