"""The stages that look at the film: vectors of its keyframes, captions of its shots, and what they say of the pages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from fabula.align.book import Text, alignable, spoken_cues
from fabula.align.extras import picture_channel
from fabula.align.pictures import place_silent_shots, seen_during
from fabula.align.stack import Channel
from fabula.errors import FabulaError
from fabula.features import embed
from fabula.files.appearance import APPEARANCE
from fabula.files.pictures import by_shot, decode_picture
from fabula.files.project import Keyframe, Project, Setting, ShotVectors
from fabula.reading.stages import Found, Stages, StoredCheckpoint, stage_key
from fabula.records import Caption, Curve, Link, Progress, Seen, Tag, Thumbnail
from fabula.vision import DEFAULT_VISION, load_captioner, load_vision, look, picture_key

if TYPE_CHECKING:
    from fabula.models.trained_tagger import TrainedTagger

Thing = TypeVar("Thing")

PICTURES_AT_ONCE = 64
"""Keyframes between two writes to the project: some seconds of work on two cores."""

CURVES = 6
"""Tags whose curves are kept: others are drawn in a moment, and kept they would be a good part of the project."""

CAPTIONS_AT_ONCE = 16
"""Shots between two writes: the same, for a captioner that needs some tenths of a second for each."""


def pictures(stages: Stages, name: str) -> Found:
    """Vectors of all keyframes, and how they look; those that a killed run has stored are not computed again.

    Args:
        stages: of the project.
        name: of the vision model, for ``load_vision``.
    """
    vision, store = load_vision(name), stages.store
    thumbnails = store.load("thumbnails", Thumbnail)
    jpegs = {picture_key(thumbnail.jpeg): thumbnail.jpeg for thumbnail in thumbnails}
    known = [store.load_vectors(model, list(jpegs)).keys() for model in (vision.name, APPEARANCE)]
    missing = jpegs.keys() - (known[0] & known[1])
    done, tell = len(jpegs) - len(missing), stages.telling("pictures")
    for batch in _batches([key for key in jpegs if key in missing], PICTURES_AT_ONCE):
        vectors, looks = look(vision, [decode_picture(jpegs[key]) for key in batch])
        store.save_vectors(vision.name, batch, vectors)
        store.save_vectors(APPEARANCE, batch, looks)
        done += len(batch)
        tell(done, len(jpegs))
    keyframes = [Keyframe(t.shot, t.frame, vision.name, picture_key(t.jpeg)) for t in thumbnails]
    return Found({"keyframes": (Keyframe, keyframes), "picture_settings": (Setting, [Setting("vision", name)])})


def captions(stages: Stages, name: str) -> Found:
    """A caption for each shot, of the keyframe in its middle; a killed run goes on where it was.

    Args:
        stages: of the project.
        name: of the captioner, for ``load_captioner``.
    """
    captioner, store = load_captioner(name), stages.store
    shots = by_shot(store.load("thumbnails", Thumbnail))
    key = stage_key("captions", store.stage_key("film") or "", captioner.name)
    checkpoint = StoredCheckpoint(store, "captions", key)
    known = {caption.shot: caption for caption in _restored(checkpoint.load())}
    tell = stages.telling("captions")
    for batch in _batches([shot for shot in shots if shot not in known], CAPTIONS_AT_ONCE):
        middles = [decode_picture(shots[shot][len(shots[shot]) // 2].jpeg) for shot in batch]
        for shot, found in zip(batch, captioner.caption(middles), strict=True):
            known[shot] = replace(found[0], shot=shot)
        checkpoint.save(_state(known))
        tell(len(known), len(shots))
    rows = [known[shot] for shot in sorted(shots)]
    return Found({"captions": (Caption, rows), "caption_settings": (Setting, [Setting("captioner", name)])})


def named_tagger(name: str) -> "TrainedTagger":
    """The tagger of a reading: builtin, or a card.

    Raises:
        FabulaError: it cannot be loaded.
    """
    from fabula.models.trained_tagger import load_tagger  # late: it loads models

    return load_tagger(None if name == DEFAULT_VISION else Path(name))


def storyline(stages: Stages, tagger: "TrainedTagger") -> Found:
    """Genres and keywords of the film, and how its shots respond to those that it has most."""
    from fabula.storyline.curves import picture_curves
    from fabula.storyline.next_shot import surprise
    from fabula.storyline.tagging import tag_project

    project = Project(stages.store)
    tags = tag_project(project, tagger)
    known = {name for names in tagger.tags.values() for name in names}
    strongest = [tag.name for tag in tags if tag.name in known][:CURVES]
    curves = sorted(picture_curves(project, tagger, strongest), key=lambda curve: strongest.index(curve.name))
    return Found({"tags": (Tag, tags), "curves": (Curve, [*curves, surprise(project)])})


def _batches(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    return (things[first : first + size] for first in range(0, len(things), size))


def _state(known: Mapping[int | None, Caption]) -> bytes:
    return json.dumps([(c.text, c.score, c.shot) for c in known.values()]).encode()


def _restored(state: bytes | None) -> list[Caption]:
    return [Caption(*row) for row in json.loads(state or b"[]")]


def picture_channels(project: Project, progress: Progress | None = None) -> dict[str, Channel]:
    """The channel of what is seen while something is said; none if no vision has looked at the film.

    Raises:
        FabulaError: the vision model cannot be loaded, or is another than the one that has looked at the film.
    """
    seen, book = project.shot_vectors, project.book
    if seen is None or book is None:
        return {}
    sentences = _sentences(project, seen, alignable(book), progress)
    return {"pictures": picture_channel(seen_during(spoken_cues(project.cues), project.shots, seen), sentences)}


def silent_shots(project: Project, links: Sequence[Link]) -> tuple[Seen, ...]:
    """What the film's silent shots may show of the book; nothing if no vision has looked at the film.

    Raises:
        FabulaError: as for ``picture_channels``.
    """
    seen, book = project.shot_vectors, project.book
    if seen is None or book is None:
        return ()
    text = alignable(book)
    return place_silent_shots(project.shots, project.cues, links, text, seen, _sentences(project, seen, text))


def _sentences(project: Project, seen: ShotVectors, text: Text, progress: Progress | None = None) -> np.ndarray:
    """The book's sentences in the space of the shots: (s, d)."""
    reader = _Reader(project.settings["vision"], seen.model, seen.vectors.shape[1])
    return embed([sentence.prose for sentence in text.sentences], reader, project.store, progress)


@dataclass
class _Reader:
    """The side of a vision model that reads sentences, as an encoder; loaded when a sentence is new to the project."""

    vision: str
    name: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Vectors of the texts: (n, d) float32, rows of unit length."""
        loaded = load_vision(self.vision)
        if loaded.name != self.name:
            raise FabulaError(
                f"The film was looked at by {self.name}, and {self.vision} is {loaded.name} now. "
                f"Read it again with --vision {self.vision}."
            )
        return loaded.encode_text(texts, progress)
