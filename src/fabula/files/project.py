"""A project: what is known of one film, read from its store."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from fabula.files.appearance import APPEARANCE
from fabula.files.store import Store
from fabula.records import (
    Book,
    Caption,
    Chapter,
    Cue,
    Curve,
    Film,
    Fit,
    Link,
    Matter,
    Passage,
    Pin,
    Scene,
    Screenplay,
    ScriptLine,
    Seen,
    Sentence,
    Shot,
    State,
    Subtitles,
    Tag,
    Thumbnail,
)

SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of the project came from. ``text`` is the book's source, into which its offsets point."""

    kind: str
    path: str
    format: str
    title: str | None = None
    author: str | None = None
    encoding: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice that a stage was run with, so that a correction reruns it in the same way."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A picture of a shot that a vision model has seen; its vector is stored under the model's name and ``key``."""

    shot: int
    frame: int
    model: str
    key: str


@dataclass(frozen=True)
class ShotVectors:
    """What is seen in each shot.

    ``model`` is the name of what has looked, ``shots`` are the indices of the shots, and ``vectors`` (n, d) float32 has
    a row for each of them: the mean of its keyframes, in a space for pictures and sentences of unit length.
    """

    model: str
    shots: tuple[int, ...]
    vectors: np.ndarray


class Project:
    """What fabula knows of one film. Everything is loaded when it is first asked for.

    Use it as a context manager, or close it, to let go of the file.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    def open(cls, path: str | Path) -> "Project":
        """Open a project file for reading.

        Raises:
            InputError: there is no such file, or it is no project.
        """
        return cls(Store(Path(path), create=False))

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path | None:
        """The file, or None for a project in memory."""
        return self.store.path

    @cached_property
    def title(self) -> str:
        """The screenplay's or the book's title, or else the name of the film's file."""
        for found in (self.screenplay, self.book):
            if found and found.title:
                return found.title
        sources = [self.film.path] if self.film else [s.path for s in self._sources.values()]
        return Path(sources[0]).stem if sources else "untitled"

    @cached_property
    def _sources(self) -> dict[str, Source]:
        kinds = ("subtitles", "screenplay", "book")
        found = (source for kind in kinds for source in self.store.load(f"{kind}_source", Source))
        return {source.kind: source for source in found}

    @cached_property
    def film(self) -> Film | None:
        """The video, if there is one."""
        return next(iter(self.store.load("film", Film)), None)

    @cached_property
    def shots(self) -> tuple[Shot, ...]:
        """The film's shots, with their scenes where there are screenplay and subtitles."""
        return self.store.load("placed_shots", Shot) or self.store.load("shots", Shot)

    @cached_property
    def thumbnails(self) -> tuple[Thumbnail, ...]:
        """Small pictures of the shots."""
        return self.store.load("thumbnails", Thumbnail)

    @cached_property
    def shot_vectors(self) -> ShotVectors | None:
        """What is seen in each shot; None if no vision model has looked at the film."""
        found = self.mean_by_shot(self.keyframes[0].model) if self.keyframes else None
        if found is None:
            return None
        lengths = np.linalg.norm(found.vectors, axis=1, keepdims=True)
        return replace(found, vectors=found.vectors / np.maximum(lengths, 1e-12))

    @cached_property
    def appearances(self) -> ShotVectors | None:
        """How each shot looks, whatever it means (see ``fabula.files.appearance``): the mean of its keyframes.

        None if nobody has looked at the film, or only an older fabula.
        """
        return self.mean_by_shot(APPEARANCE)

    @cached_property
    def keyframes(self) -> tuple[Keyframe, ...]:
        """The pictures that somebody has looked at."""
        return self.store.load("keyframes", Keyframe)

    def mean_by_shot(self, model: str) -> ShotVectors | None:
        """What is kept of the keyframes under a name, the mean for each shot; None if any of it is missing."""
        keys = sorted({keyframe.key for keyframe in self.keyframes})
        stored = self.store.load_vectors(model, keys)
        return mean_by_shot(model, self.keyframes, stored) if keys and len(stored) == len(keys) else None

    @cached_property
    def captions(self) -> tuple[Caption, ...]:
        """A sentence for each shot, which describes the keyframe in its middle; none without a captioner."""
        return self.store.load("captions", Caption)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """What the film is about and of which kind, the most probable first; none if nobody tagged it."""
        return self.store.load("tags", Tag)

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """How the shots respond to the film's strongest tags, and how surprising they are."""
        return self.store.load("curves", Curve)

    @cached_property
    def settings(self) -> dict[str, str]:
        """What the stages were run with, by the name of the choice: encoder, trust_book, vision, captioner."""
        tables = ("settings", "picture_settings", "caption_settings")
        return {row.name: row.value for table in tables for row in self.store.load(table, Setting)}

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """The subtitles in file order, with speakers and scenes where the screenplay gives them."""
        return self.store.load("spoken_cues", Cue) or self.store.load("cues", Cue)

    @cached_property
    def subtitles(self) -> Subtitles | None:
        """The subtitles as they were read, without speakers and scenes."""
        source = self._sources.get("subtitles")
        if source is None:
            return None
        return Subtitles(source.path, self.store.load("cues", Cue), source.format, source.encoding or "")

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """The screenplay's scenes, with times where there are subtitles; a scene begins where a shot does."""
        found = (self.store.load(table, Scene) for table in ("placed_scenes", "timed_scenes", "scenes"))
        return next((scenes for scenes in found if scenes), ())

    @cached_property
    def lines(self) -> tuple[ScriptLine, ...]:
        """The screenplay's lines, with times where there are subtitles."""
        return self.store.load("timed_lines", ScriptLine) or self.store.load("lines", ScriptLine)

    @cached_property
    def screenplay(self) -> Screenplay | None:
        """The screenplay as it was read, without times."""
        source = self._sources.get("screenplay")
        if source is None:
            return None
        lines, scenes = self.store.load("lines", ScriptLine), self.store.load("scenes", Scene)
        return Screenplay(source.path, source.title, lines, scenes, source.format)

    @cached_property
    def book(self) -> Book | None:
        """The book, if there is one."""
        source = self._sources.get("book")
        if source is None:
            return None
        return Book(
            source.path,
            source.title,
            source.author,
            source.text or "",
            self.store.load("chapters", Chapter),
            self.store.load("passages", Passage),
            self.store.load("sentences", Sentence),
            source.format,
        )

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The book's passages."""
        return self.book.passages if self.book else ()

    @cached_property
    def fit(self) -> Fit | None:
        """How well the film follows the book; None when they were not aligned."""
        return next(iter(self.store.load("fit", Fit)), None)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """One link for each cue, then the stretches that only the book has."""
        return self.store.load("links", Link)

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """What silent shots may show of the passages that nobody tells: weak hints from their pictures."""
        return self.store.load("seen", Seen)

    @property
    def pins(self) -> tuple[Pin, ...]:
        """What a reader has corrected, by the number of the cue; also what does not apply any more."""
        return self.store.load("pins", Pin)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What had to be mended or skipped on the way."""
        return self.store.warnings()

    def speaker_share(self) -> float:
        """Share of the spoken cues that have a speaker."""
        spoken = [cue for cue in self.cues if cue.kind == "speech"]
        return sum(cue.speaker is not None for cue in spoken) / max(len(spoken), 1)

    def aligned_share(self) -> float:
        """Share of the spoken cues that the book has."""
        spoken = {cue.number for cue in self.cues if cue.kind == "speech"}
        found = {link.first_cue for link in self.links if link.state in (State.ALIGNED, State.MOVED)}
        return len(spoken & found) / max(len(spoken), 1)

    def book_share(self) -> float:
        """Share of the paragraphs of the book's body that some cue tells."""
        if self.book is None:
            return 0.0
        body = {chapter.index for chapter in self.book.chapters if chapter.matter is Matter.BODY}
        alignable = {passage.index for passage in self.passages if passage.chapter in body}
        told = {link.first_passage for link in self.links if link.state in (State.ALIGNED, State.MOVED)}
        return len(alignable & told) / max(len(alignable), 1)


def mean_by_shot(model: str, keyframes: Sequence[Keyframe], stored: Mapping[str, np.ndarray]) -> ShotVectors:
    """Means of what is kept of keyframes, by their keys, for each shot.

    Raises:
        KeyError: something is missing.
    """
    shots, rows = np.unique([keyframe.shot for keyframe in keyframes], return_inverse=True)
    seen = np.stack([stored[keyframe.key] for keyframe in keyframes]).astype(np.float32)
    return ShotVectors(model, tuple(shots.tolist()), group_means(seen, rows))


def group_means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Means of values (n, d) by the group of each (n,), numbered from 0 without gaps: (groups, d) float32."""
    means = np.zeros((int(groups.max()) + 1, values.shape[1]), np.float32)
    np.add.at(means, groups, values)
    means /= np.bincount(groups)[:, None]
    return means


def fingerprint(path: Path) -> str:
    """A hash of a file's content; of a large one (a film), its size with its head, middle and tail.

    A folder of frames is known by the names, sizes and dates of its files.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            status = entry.stat()
            digest.update(f"{entry.name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        digest.update(str(size).encode())
        whole = size <= 64 * SAMPLE
        for place in range(0, size, SAMPLE) if whole else (0, size // 2, size - SAMPLE):
            file.seek(place)
            digest.update(file.read(SAMPLE))
    return digest.hexdigest()
