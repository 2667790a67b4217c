"""What is true of the demo: its shots, cues, scenes and paragraphs, as one JSON file and as records."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from fabula.errors import InputError
from fabula.evaluate.demo.cutting import Cutting, Take, expand, material
from fabula.evaluate.demo.tale import Tale
from fabula.records import CueKind


@dataclass(frozen=True)
class TrueShot:
    """Frames between two boundaries. ``begins`` is cut, dissolve or fade; ``span`` are the frames of a gradual one."""

    first_frame: int
    last_frame: int
    begins: str
    span: tuple[int, int]


@dataclass(frozen=True)
class TrueCue:
    """A subtitle: who speaks (one for each turn), where, and the (paragraph id, nearness) pairs that it comes from."""

    number: int
    start: float
    end: float
    text: str
    kind: str
    speakers: tuple[str, ...]
    scene: int
    in_script: bool
    story: tuple[tuple[str, str], ...]
    moved: bool

    @property
    def film_only(self) -> bool:
        """Whether words are spoken here that the story does not have."""
        return self.kind == CueKind.SPEECH and not self.story


@dataclass(frozen=True)
class TrueScene:
    """A scene by its heading; one that was written and not filmed has no times."""

    heading: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class TrueParagraph:
    """A paragraph of the story; ``book_only`` if the film leaves out what it tells."""

    id: str
    text: str
    book_only: bool


@dataclass(frozen=True)
class Truth:
    """All of it. ``edition`` names the material it was made from."""

    edition: str
    frames_per_second: int
    shots: tuple[TrueShot, ...]
    cues: tuple[TrueCue, ...]
    scenes: tuple[TrueScene, ...]
    paragraphs: tuple[TrueParagraph, ...]

    def to_json(self) -> str:
        """The truth as an indented JSON text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> "Truth":
        """The truth that :meth:`to_json` wrote; raises InputError if the file is not one."""
        try:
            raw = json.loads(path.read_text("utf-8"))
            return cls(
                edition=raw["edition"],
                frames_per_second=raw["frames_per_second"],
                shots=tuple(TrueShot(**{**shot, "span": tuple(shot["span"])}) for shot in raw["shots"]),
                cues=tuple(_cue_from(cue) for cue in raw["cues"]),
                scenes=tuple(TrueScene(**scene) for scene in raw["scenes"]),
                paragraphs=tuple(TrueParagraph(**paragraph) for paragraph in raw["paragraphs"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(path, f"not the demo's truth ({error})", "build the demo again") from error


def _cue_from(raw: dict[str, object]) -> TrueCue:
    story = tuple((str(pair[0]), str(pair[1])) for pair in raw["story"])  # type: ignore[attr-defined]
    return TrueCue(**{**raw, "story": story, "speakers": tuple(raw["speakers"])})  # type: ignore[arg-type]


def tell_truth(cutting: Cutting, tale: Tale, edition: str) -> Truth:
    """What the film's plan and the story say together."""
    order = script_headings()
    cut = expand(cutting.cut, tuple(tale.paragraphs))
    return Truth(
        edition=edition,
        frames_per_second=cutting.rate,
        shots=tuple(_shot(take) for take in cutting.takes),
        cues=_cues(cutting, order),
        scenes=tuple(_scene(cutting, heading) for heading in order),
        paragraphs=tuple(TrueParagraph(name, text, name in cut) for name, text in tale.paragraphs.items()),
    )


def script_headings() -> tuple[str, ...]:
    """The headings of the screenplay's scenes in order."""
    return tuple(re.findall(r"^(?:INT|EXT)\b.*$", material("film.fountain"), flags=re.MULTILINE))


def _shot(take: Take) -> TrueShot:
    return TrueShot(take.first, take.first + take.frames - 1, take.begin, take.span)


def _cues(cutting: Cutting, order: tuple[str, ...]) -> tuple[TrueCue, ...]:
    spoken = [(take, cue) for take in cutting.takes for cue in take.cues]
    return tuple(
        TrueCue(
            number=number,
            start=cue.start,
            end=cue.end,
            text=cue.text,
            kind=cue.kind.value,
            speakers=cue.speakers,
            scene=order.index(cutting.headings[take.scene]),
            in_script=cue.in_script,
            story=cue.story,
            moved=cue.moved,
        )
        for number, (take, cue) in enumerate(spoken, 1)
    )


def _scene(cutting: Cutting, heading: str) -> TrueScene:
    takes = [take for take in cutting.takes if cutting.headings[take.scene] == heading]
    if not takes:
        return TrueScene(heading, None, None)
    ends = takes[-1].first + takes[-1].frames
    return TrueScene(heading, round(takes[0].first / cutting.rate, 3), round(ends / cutting.rate, 3))
