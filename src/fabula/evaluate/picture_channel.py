"""What the pictures tell the aligner of books: the demo film with its known truth, with and without the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fabula.align.book import align_book, alignable, make_pair, spoken_cues
from fabula.align.channels import standardise
from fabula.align.extras import heading_channels
from fabula.align.stack import Channel
from fabula.errors import FabulaError
from fabula.evaluate.demo import DemoFiles
from fabula.evaluate.demo.scores_book import find_paragraphs, score_book
from fabula.evaluate.demo.tally import StageScore
from fabula.evaluate.demo.truth import Truth
from fabula.features import DEFAULT_ENCODER
from fabula.files.project import Project
from fabula.reading import StageProgress, read
from fabula.reading.looking import picture_channels
from fabula.records import Cue
from fabula.vision import DEFAULT_VISION

WITHIN = 3
"""Passages before or after the true one that count as found by the pictures alone."""


@dataclass(frozen=True)
class Aligned:
    """The demo's links, aligned from these texts, with the pictures or without; ``p_value`` against chance."""

    texts: str
    pictures: bool
    p_value: float
    scores: tuple[StageScore, ...]


@dataclass(frozen=True)
class Alone:
    """The pictures by themselves, without any word that is spoken.

    ``percentile`` is the mean share of the book's passages that look less like what is seen than the true passage
    does (0.5 by chance), ``within`` the share of lines whose likeliest passage is within WITHIN of it, and ``chance``
    what that share would be if passages were drawn.
    """

    vision: str
    lines: int
    percentile: float
    within: float
    chance: float


@dataclass(frozen=True)
class PictureChannelResult:
    """All that was measured."""

    alone: Alone
    aligned: tuple[Aligned, ...]

    def rows(self) -> list[dict[str, Any]]:
        """One row for each measure: for a table, or as JSON."""
        rows: list[dict[str, Any]] = [{"measured": "pictures alone", **asdict(self.alone)}]
        for found in self.aligned:
            head = {"measured": "alignment", "texts": found.texts, "pictures": found.pictures}
            rows += [{**head, "p_value": found.p_value, **asdict(score)} for score in found.scores]
        return rows


def measure_picture_channel(
    files: DemoFiles,
    *,
    vision: str = DEFAULT_VISION,
    encoder: str = DEFAULT_ENCODER,
    output: Path | None = None,
    progress: StageProgress | None = None,
) -> PictureChannelResult:
    """Align the demo film with its story, with and without its pictures, and compare both with the truth.

    Args:
        files: the demo, as ``build_demo`` writes it.
        vision: the model that looks at the film.
        encoder: the sentence encoder.
        output: a project file to keep what was read; in memory otherwise.
        progress: called while stages run.
    """
    inputs = (files.film, files.subtitles, files.screenplay, files.book)
    with read(*inputs, output=output, vision=vision, encoder=encoder, captioner="none", progress=progress) as project:
        return compare_on(project, Truth.read(files.truth), encoder)


def compare_on(project: Project, truth: Truth, encoder: str = DEFAULT_ENCODER) -> PictureChannelResult:
    """The same for a project of the demo that a vision has looked at.

    Raises:
        FabulaError: the project lacks subtitles, a book or pictures.
    """
    book, subtitles, pictures = project.book, project.subtitles, picture_channels(project)
    if book is None or subtitles is None or not pictures:
        raise FabulaError("To measure the pictures a project needs a film, subtitles and a book, and a vision.")
    settings: dict[str, tuple[Sequence[Cue], Mapping[str, Channel]]] = {"book": (subtitles.cues, {})}
    if project.screenplay is not None:
        settings["book and screenplay"] = (project.cues, heading_channels(project.cues, project.scenes))
    aligned = tuple(
        _aligned(truth, project, texts, cues, encoder, dict(channels) | more)
        for texts, (cues, channels) in settings.items()
        for more in ({}, pictures)
    )
    return PictureChannelResult(pictures_alone(project, truth, pictures["pictures"], encoder), aligned)


def _aligned(
    truth: Truth, project: Project, texts: str, cues: Sequence[Cue], encoder: str, channels: Mapping[str, Channel]
) -> Aligned:
    assert project.book is not None
    found = align_book(cues, project.book, encoder=encoder, channels=channels, store=project.store)
    p_value = found.fit.p_value if found.fit else 1.0
    return Aligned(texts, "pictures" in channels, p_value, tuple(score_book(truth, found.links, project.book)))


def pictures_alone(project: Project, truth: Truth, channel: Channel, encoder: str = DEFAULT_ENCODER) -> Alone:
    """How well a channel by itself finds the passages of the lines that the story has; see ``Alone``."""
    book = project.book
    assert book is not None
    text, spoken = alignable(book), spoken_cues(project.cues)
    level = standardise(channel(make_pair(spoken, text, encoder, project.store)))
    places = find_paragraphs(truth.paragraphs, book)
    columns = {passage.index: column for column, passage in enumerate(text.passages)}
    told = {cue.number: [columns[places[name]] for name, _ in cue.story if name in places] for cue in truth.cues}
    rows = [(row, told[cue.number]) for row, cue in enumerate(spoken) if told.get(cue.number)]
    ranks = [(level[row] < level[row, place]).mean() for row, true in rows for place in true]
    near = [_near(len(text.passages), true) for _, true in rows]
    hits = [ok[level[row].argmax()] for (row, _), ok in zip(rows, near, strict=True)]
    return Alone(
        project.settings.get("vision", ""),
        len(rows),
        round(float(np.mean(ranks)), 4),
        round(float(np.mean(hits)), 4),
        round(float(np.mean([ok.mean() for ok in near])), 4),
    )


def _near(passages: int, true: Sequence[int]) -> np.ndarray:
    """Which passages lie within WITHIN of a true one: (passages,) bool."""
    near: np.ndarray = (np.abs(np.arange(passages)[:, None] - np.array(true)) <= WITHIN).any(axis=1)
    return near
