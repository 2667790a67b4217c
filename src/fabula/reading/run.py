"""The stages in their order, over the inputs that there are."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fabula.align.model import BUILTIN, load_card
from fabula.align.pins import place_pins, speaker_pins
from fabula.errors import FabulaError
from fabula.features import DEFAULT_ENCODER, encoder_name
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.files.subtitles import read_embedded_subtitles
from fabula.reading.alignments import pages, scenes, speakers
from fabula.reading.inputs import TEXTS, film_settings, film_tables, subtitle_tables
from fabula.reading.looking import captions, named_tagger, pictures, storyline
from fabula.reading.stages import StageProgress, Stages
from fabula.records import Cue, Pin
from fabula.shots import DEFAULT_DETECTOR
from fabula.vision import DEFAULT_VISION, load_captioner, vision_name

if TYPE_CHECKING:
    from fabula.models.trained_tagger import TrainedTagger

SKIP = "none"
"""The name of the vision or the captioner that does not look at the film."""

DEFAULT_LOOK = os.environ.get("FABULA_LOOK", DEFAULT_VISION)
"""The vision and the captioner of a reading that names none: $FABULA_LOOK (such as "none"), or the built-in ones."""


@dataclass(frozen=True)
class _Choices:
    """What the user chose for a run; see ``read``."""

    encoder: str = DEFAULT_ENCODER
    detector: str = DEFAULT_DETECTOR
    vision: str = SKIP
    captioner: str = SKIP
    tagger: str = SKIP
    keyframes: int = 1
    trust_book: bool = False


def read(
    film: str | Path | None = None,
    subtitles: str | Path | None = None,
    screenplay: str | Path | None = None,
    book: str | Path | None = None,
    *,
    output: str | Path | None = None,
    encoder: str = DEFAULT_ENCODER,
    detector: str = DEFAULT_DETECTOR,
    vision: str = DEFAULT_LOOK,
    captioner: str = DEFAULT_LOOK,
    tagger: str = DEFAULT_LOOK,
    keyframes: int = 1,
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
        vision: what looks at the shots (see ``fabula.vision.load_vision``), so that they can be searched and help to
            find the pages; ``none`` leaves what an earlier run saw as it is.
        captioner: what describes the shots (see ``fabula.vision.load_captioner``), or ``none``.
        tagger: what finds genres and themes in the shots: ``builtin``, the card (.json) of ``fabula train tagger``, or
            ``none``. Without any ``vision`` nothing is tagged.
        keyframes: pictures of each shot that are looked at, where it is long enough; long shots have more anyway.
        trust_book: link even if chance would explain how well the film fits the book.
        force: let an input replace a different one of its kind in an existing project.
        progress: called while stages run.

    Returns:
        The project, open.

    Raises:
        InputError: an input cannot be used, or the project has another input of that kind and ``force`` is not set.
        FabulaError: there is no input, or a model cannot be loaded.
        StorageError: the project cannot be written.
    """
    inputs = {"film": film, "subtitles": subtitles, "screenplay": screenplay, "book": book}
    paths = {kind: Path(path) for kind, path in inputs.items() if path is not None}
    if not paths:
        raise FabulaError("There is nothing to read: name a film, subtitles, a screenplay or a book.")
    store = Store(Path(output) if output is not None else None)
    choices = _Choices(encoder, detector, vision, captioner, tagger, keyframes, trust_book)
    try:
        _Run(Stages(store, progress, force), choices).run(paths)
    except BaseException:
        store.close()
        raise
    return Project(store)


def realign(store: Store, progress: StageProgress | None = None) -> None:
    """Align the texts of a project anew as far as its pins have changed, with the settings of the last time."""
    chosen = Project(store).settings
    choices = _Choices(chosen.get("encoder", DEFAULT_ENCODER), trust_book=chosen.get("trust_book") == "True")
    _Run(Stages(store, progress), choices).run({})


class _Run:
    """One pass over the stages."""

    def __init__(self, stages: Stages, choices: _Choices) -> None:
        self.stages, self.store, self.choices = stages, stages.store, choices

    def run(self, paths: Mapping[str, Path]) -> None:
        """Texts first: they are quick, so that a wrong file is told before a film is decoded for minutes."""
        looks = self._looks() if "film" in paths or self.stages.there("film") else {}
        for kind, reader in TEXTS.items():
            if kind in paths:
                self.stages.read(kind, paths[kind], reader)
        if "film" in paths:
            self._film(paths["film"])
        if "pictures" in looks:
            compute = partial(pictures, self.stages, self.choices.vision)
            self.stages.join("pictures", ["film"], compute, looks["pictures"])
        if self.store.load("cues", Cue):
            self._align()
        if "storyline" in looks:
            self._storyline(named_tagger(self.choices.tagger))
        if "captions" in looks:  # last, because it takes longest
            compute = partial(captions, self.stages, self.choices.captioner)
            self.stages.join("captions", ["film"], compute, looks["captions"])

    def _looks(self) -> dict[str, str]:
        """The stages that look at the film, with the names of their models: one that is missing is told at once."""
        names: dict[str, Callable[[], str]] = {}
        if self.choices.vision != SKIP:
            names["pictures"] = lambda: vision_name(self.choices.vision)
        if self.choices.captioner != SKIP:
            names["captions"] = lambda: load_captioner(self.choices.captioner).name
        if self.choices.tagger != SKIP and self.choices.vision != SKIP:
            names["storyline"] = lambda: named_tagger(self.choices.tagger).name
        return {stage: name() for stage, name in names.items()}

    def _storyline(self, tagger: "TrainedTagger") -> None:
        """Tags and curves."""
        rests = [self.store.stage_key(name) or "" for name in ("subtitles", "screenplay", "book")]
        compute = partial(storyline, self.stages, tagger)
        self.stages.join("storyline", ["pictures"], compute, "\n".join([tagger.name, *rests]))

    def _film(self, path: Path) -> None:
        detector, keyframes = self.choices.detector, self.choices.keyframes
        self.stages.read(
            "film",
            path,
            lambda film: film_tables(film, self.stages, detector, keyframes),
            film_settings(detector, keyframes),
        )
        if not self.stages.there("subtitles") and path.is_file():
            embedded = read_embedded_subtitles(path)
            if embedded is not None:
                self.stages.read("subtitles", path, lambda _: subtitle_tables(embedded), "embedded")

    def _align(self) -> None:
        """Cues with the screenplay and the book."""
        pins = self.store.load("pins", Pin)
        of_speakers, of_places = speaker_pins(pins), place_pins(pins)
        self.stages.join(
            "speakers", ["subtitles", "screenplay"], partial(speakers, self.store, of_speakers), _pins_key(of_speakers)
        )
        self.stages.join("scenes", ["film", "speakers"], partial(scenes, self.store))
        settings = [encoder_name(self.choices.encoder), load_card(BUILTIN)["name"], str(self.choices.trust_book)]
        settings += [self.store.stage_key("speakers") or "", _pins_key(of_places)]  # names and headings help
        needs = ["subtitles", "book", *(["pictures"] if self.stages.there("pictures") else [])]
        compute = partial(pages, self.stages, self.choices.encoder, of_places, trust=self.choices.trust_book)
        self.stages.join("pages", needs, compute, "\n".join(settings))


def _pins_key(pins: Sequence[Pin]) -> str:
    """What pins add to a stage's key; nothing without pins."""
    return json.dumps([astuple(pin) for pin in pins], ensure_ascii=False) if pins else ""
