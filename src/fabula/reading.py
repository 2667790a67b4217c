"""The main job: read whatever there is of a film into one project.

Eight stages, each keyed by the hash of what it rests on. A stage whose key is stored already is not run again,
so a rerun does only what changed and a killed run goes on where it was.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from fabula.align.book import BookAlignment, align_book, spoken_cues
from fabula.align.extras import setting_channel, settings_of
from fabula.align.model import BUILTIN, load_card
from fabula.align.pins import applicable, place_pins, speaker_pins
from fabula.align.screenplay import FOREIGN, ScreenplayAlignment, align_screenplay
from fabula.align.script_scenes import place_scenes
from fabula.align.stack import Channel
from fabula.errors import FabulaError, InputError
from fabula.features import DEFAULT_ENCODER, encoder_name
from fabula.files.book import read_book
from fabula.files.project import Project, Setting, Source, fingerprint
from fabula.files.screenplay import read_screenplay
from fabula.files.store import Store
from fabula.files.subtitles import read_embedded_subtitles, read_subtitles
from fabula.files.text import require_file
from fabula.records import (
    Book,
    Chapter,
    Cue,
    Film,
    Fit,
    Link,
    Passage,
    Pin,
    Scene,
    ScriptLine,
    Sentence,
    Shot,
    Subtitles,
    Thumbnail,
)
from fabula.shots import DEFAULT_DETECTOR, survey

StageProgress = Callable[[str, int, int | None], None]
"""Called with (stage, units done, units in all or None) while a stage runs."""

VERSIONS = {"film": 1, "subtitles": 1, "screenplay": 1, "book": 1, "speakers": 3, "scenes": 1, "pages": 2}
"""Raised when a stage's method changes, so that old results are computed anew."""


RESTS_ON_IT = {
    "film": ("scenes",),
    "subtitles": ("speakers", "scenes", "pages"),
    "screenplay": ("speakers", "scenes"),
    "book": ("pages",),
}
"""The stages that must be forgotten when an input is read anew."""

Tables = dict[str, tuple[type, Sequence[Any]]]


@dataclass(frozen=True)
class _Found:
    """What a stage computed: the tables it fills and what it had to mend."""

    tables: Tables
    warnings: Sequence[str] = ()


def read(
    film: str | Path | None = None,
    subtitles: str | Path | None = None,
    screenplay: str | Path | None = None,
    book: str | Path | None = None,
    *,
    output: str | Path | None = None,
    encoder: str = DEFAULT_ENCODER,
    detector: str = DEFAULT_DETECTOR,
    trust_book: bool = False,
    force: bool = False,
    progress: StageProgress | None = None,
) -> Project:
    """Read a film, its subtitles, its screenplay and its book, as many of them as there are.

    Args:
        film: a video, or a folder of frames. Its own text track serves when there are no other subtitles.
        subtitles: SRT, WebVTT or ASS.
        screenplay: Fountain, FDX, plain text, HTML or (with the extra) PDF.
        book: EPUB, plain text, Markdown or HTML.
        output: the project file; None keeps the project in memory. An existing project is continued:
            what it has of the same inputs is not computed again.
        encoder: the sentence encoder (see ``fabula.features.load_encoder``).
        detector: the shot detector (see ``fabula.shots.detect_shots``).
        trust_book: link even if chance would explain how well the film fits the book.
        force: let an input replace a different one of its kind in an existing project.
        progress: called while stages run.

    Returns:
        The project, open.

    Raises:
        InputError: an input cannot be used, or the project has another input of that kind and ``force`` is not set.
        StorageError: the project cannot be written.
    """
    inputs = {"film": film, "subtitles": subtitles, "screenplay": screenplay, "book": book}
    paths = {kind: Path(path) for kind, path in inputs.items() if path is not None}
    if not paths:
        raise FabulaError("There is nothing to read: name a film, subtitles, a screenplay or a book.")
    store = Store(Path(output) if output is not None else None)
    try:
        _Run(store, paths, _Choices(encoder, detector, trust_book, force), progress).run()
    except BaseException:
        store.close()
        raise
    return Project(store)


def realign(store: Store, progress: StageProgress | None = None) -> None:
    """Align the texts of a project anew as far as its pins have changed, with the settings of the last time."""
    chosen = {setting.name: setting.value for setting in store.load("settings", Setting)}
    choices = _Choices(chosen.get("encoder", DEFAULT_ENCODER), trust_book=chosen.get("trust_book") == "True")
    _Run(store, {}, choices, progress).run()


@dataclass(frozen=True)
class Alignment:
    """Subtitles aligned with a screenplay (``scenes`` is set), a book (``links`` and ``book`` are set), or both."""

    cues: tuple[Cue, ...]
    scenes: tuple[Scene, ...] | None
    links: tuple[Link, ...] | None
    book: Book | None
    warnings: tuple[str, ...] = ()


def align(
    subtitles: str | Path,
    screenplay: str | Path | None = None,
    book: str | Path | None = None,
    *,
    encoder: str = DEFAULT_ENCODER,
    model: str = BUILTIN,
    trust_book: bool = False,
    progress: StageProgress | None = None,
) -> Alignment:
    """Align subtitles with a screenplay, a book, or both, from files, without a project.

    Args:
        subtitles: SRT, WebVTT or ASS.
        screenplay: whose speakers and scenes are wanted, and whose headings help to find the pages.
        book: whose pages are wanted.
        encoder: the sentence encoder.
        model: the trained aligner of books: ``builtin`` or the path of a card.
        trust_book: link even if chance would explain how well the film fits the book.
        progress: called while stages run.

    Raises:
        InputError: a file cannot be used.
        FabulaError: neither a screenplay nor a book is named.
    """
    if screenplay is None and book is None:
        raise FabulaError("There is nothing to align the subtitles with: name a screenplay, a book, or both.")
    subs = read_subtitles(subtitles)
    script = read_screenplay(screenplay) if screenplay is not None else None
    text = read_book(book) if book is not None else None
    spoken = align_screenplay(subs.cues, script) if script else None
    told = partial(progress, "pages") if progress else None
    cues = spoken.cues if spoken else subs.cues
    channels = _headings(cues, spoken.scenes) if spoken else None
    found = (
        align_book(cues, text, encoder=encoder, model=model, channels=channels, trust=trust_book, progress=told)
        if text
        else None
    )
    return Alignment(
        cues,
        spoken.scenes if spoken else None,
        found.links if found else None,
        text,
        (
            *subs.warnings,
            *((*script.warnings, *_doubt_of_screenplay(spoken)) if script and spoken else ()),
            *((*text.warnings, *_doubt_of_book(found)) if text and found else ()),
        ),
    )


def _doubt_of_screenplay(found: ScreenplayAlignment) -> list[str]:
    """A warning when hardly anything that is said is in the screenplay: it is probably another film's."""
    if found.share >= FOREIGN or not spoken_cues(found.cues):
        return []
    return [f"only {found.share:.0%} of what is spoken is in the screenplay: is it that of this film?"]


def _doubt_of_book(found: BookAlignment) -> list[str]:
    """What is said when chance explains how well the film fits the book."""
    if found.fit is None or found.follows:
        return []
    return [
        f"this film does not seem to follow this book (p = {found.fit.p_value:.2g}): no cue was linked; "
        "--trust-book links them anyway"
    ]


def _headings(cues: Sequence[Cue], scenes: Sequence[Scene]) -> dict[str, Channel]:
    """The channel of a screenplay's places and times of day."""
    return {"headings": setting_channel(settings_of(spoken_cues(cues), scenes))}


@dataclass(frozen=True)
class _Choices:
    """What the user chose for a run; see ``read``."""

    encoder: str = DEFAULT_ENCODER
    detector: str = DEFAULT_DETECTOR
    trust_book: bool = False
    force: bool = False


class _Run:
    """One pass over the stages."""

    def __init__(
        self, store: Store, paths: Mapping[str, Path], choices: _Choices, progress: StageProgress | None
    ) -> None:
        self.store, self.paths, self.choices, self.progress = store, paths, choices, progress

    def run(self) -> None:
        """Texts first: they are quick, so that a wrong file is told before a film is decoded for minutes."""
        for kind, reader in (("subtitles", _subtitles), ("screenplay", _screenplay), ("book", _book)):
            if kind in self.paths:
                self._input(kind, self.paths[kind], reader)
        if "film" in self.paths:
            self._film(self.paths["film"])
        pins = self.store.load("pins", Pin)
        speakers, places = speaker_pins(pins), place_pins(pins)
        self._join("speakers", ("subtitles", "screenplay"), partial(self._speakers, speakers), _pins_key(speakers))
        self._join("scenes", ("film", "speakers"), self._scenes)
        settings = [encoder_name(self.choices.encoder), load_card(BUILTIN)["name"], str(self.choices.trust_book)]
        settings += [self.store.stage_key("speakers") or "", _pins_key(places)]  # names and headings help to find pages
        self._join("pages", ("subtitles", "book"), partial(self._pages, places), "\n".join(settings))

    def _film(self, path: Path) -> None:
        self._input("film", path, self._survey, self.choices.detector)
        if self.store.stage_key("subtitles") is None and path.is_file():
            embedded = read_embedded_subtitles(path)
            if embedded is not None:
                self._input("subtitles", path, lambda _: _subtitle_tables(embedded), "embedded")

    def _input(self, kind: str, path: Path, compute: Callable[[Path], _Found], settings: str = "") -> None:
        """Run the stage that reads an input, unless its result is there."""
        content = fingerprint(path if path.is_dir() else require_file(path))
        key = _key(kind, content, settings)
        if self.store.stage_key(kind) == key:
            return
        if not self.choices.force and self.store.stage_content(kind) not in (None, content):
            raise InputError(
                self.store.path or "the project",
                f"it was made from another {kind} than {path}",
                "use another project file, or --force to replace that part",
            )
        self._finish(kind, key, lambda: compute(path), content=content, outdates=RESTS_ON_IT.get(kind, ()))

    def _join(self, stage: str, needs: tuple[str, ...], compute: Callable[[], _Found], settings: str = "") -> None:
        """Run a stage that joins the results of others, if all are there and its own is not."""
        keys = {name: key for name in needs if (key := self.store.stage_key(name))}
        if len(keys) < len(needs) or not self.store.load("cues", Cue):
            return
        key = _key(stage, *keys.values(), settings)
        if self.store.stage_key(stage) != key:
            self._finish(stage, key, compute, needs=keys)

    def _finish(self, stage: str, key: str, compute: Callable[[], _Found], **stored: Any) -> None:
        started = time.perf_counter()
        self._tell(stage, 0, None)
        found = compute()
        seconds = time.perf_counter() - started
        self.store.save_stage(stage, key, found.tables, warnings=found.warnings, seconds=seconds, **stored)
        self._tell(stage, 1, 1)

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        if self.progress:
            self.progress(stage, done, total)

    def _survey(self, path: Path) -> _Found:
        key = _key("film", fingerprint(path), self.choices.detector)
        checkpoint = _StoredCheckpoint(self.store, key)
        found = survey(
            path, detector=self.choices.detector, progress=partial(self._tell, "film"), checkpoint=checkpoint
        )
        tables: Tables = {
            "film": (Film, [found.film]),
            "shots": (Shot, found.shots),
            "thumbnails": (Thumbnail, found.thumbnails),
        }
        return _Found(tables, found.film.warnings)

    def _speakers(self, pins: Sequence[Pin]) -> _Found:
        project = Project(self.store)
        assert project.screenplay is not None
        cues = self.store.load("cues", Cue)
        pins, warnings = applicable(pins, cues)
        found = align_screenplay(cues, project.screenplay, pins=pins)
        tables: Tables = {
            "spoken_cues": (Cue, found.cues),
            "timed_lines": (ScriptLine, found.lines),
            "timed_scenes": (Scene, found.scenes),
        }
        return _Found(tables, [*_doubt_of_screenplay(found), *warnings])

    def _scenes(self) -> _Found:
        project = Project(self.store)
        assert project.screenplay is not None
        told = self.store.load("spoken_cues", Cue)
        screenplay = replace(project.screenplay, scenes=self.store.load("timed_scenes", Scene))
        shots, scenes = place_scenes(self.store.load("shots", Shot), told, screenplay)
        return _Found({"placed_shots": (Shot, shots), "placed_scenes": (Scene, scenes)})

    def _pages(self, pins: Sequence[Pin]) -> _Found:
        project = Project(self.store)
        book = project.book
        assert book is not None
        cues, scenes = project.cues, project.scenes
        progress = partial(self._tell, "pages")
        pins, warnings = applicable(pins, cues, book.passages)
        found = align_book(
            cues,
            book,
            encoder=self.choices.encoder,
            channels=_headings(cues, scenes) if scenes else None,
            pins=pins,
            trust=self.choices.trust_book,
            store=self.store,
            progress=progress,
        )
        tables: Tables = {
            "links": (Link, found.links),
            "fit": (Fit, [found.fit] if found.fit else []),
            "settings": (
                Setting,
                [Setting("encoder", self.choices.encoder), Setting("trust_book", str(self.choices.trust_book))],
            ),
        }
        return _Found(tables, [*_doubt_of_book(found), *warnings])


@dataclass(frozen=True)
class _StoredCheckpoint:
    """Where a survey keeps its state between kills: in the project."""

    store: Store
    key: str

    def save(self, state: bytes) -> None:
        self.store.save_checkpoint("film", self.key, state)

    def load(self) -> bytes | None:
        return self.store.load_checkpoint("film", self.key)


def _subtitles(path: Path) -> _Found:
    return _subtitle_tables(read_subtitles(path))


def _subtitle_tables(found: Subtitles) -> _Found:
    source = Source("subtitles", found.path, found.format, encoding=found.encoding)
    return _Found({"subtitles_source": (Source, [source]), "cues": (Cue, found.cues)}, found.warnings)


def _screenplay(path: Path) -> _Found:
    found = read_screenplay(path)
    tables: Tables = {
        "screenplay_source": (Source, [Source("screenplay", found.path, found.format, found.title)]),
        "lines": (ScriptLine, found.lines),
        "scenes": (Scene, found.scenes),
    }
    return _Found(tables, found.warnings)


def _book(path: Path) -> _Found:
    found = read_book(path)
    source = Source("book", found.path, found.format, found.title, found.author, text=found.source)
    tables: Tables = {
        "book_source": (Source, [source]),
        "chapters": (Chapter, found.chapters),
        "passages": (Passage, found.passages),
        "sentences": (Sentence, found.sentences),
    }
    return _Found(tables, found.warnings)


def _pins_key(pins: Sequence[Pin]) -> str:
    """What pins add to a stage's key; nothing without pins."""
    return json.dumps([astuple(pin) for pin in pins], ensure_ascii=False) if pins else ""


def _key(stage: str, *parts: str) -> str:
    """The hash that names a stage's result: its version, its inputs and its settings."""
    return hashlib.sha256("\n".join([stage, str(VERSIONS[stage]), *parts]).encode()).hexdigest()
