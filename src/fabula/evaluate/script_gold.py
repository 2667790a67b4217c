"""Films with screenplay, subtitles and known speakers: folders of labelled cues, or the demo.

A folder has ``subtitles.srt``, ``script.txt``, ``cues.jsonl`` (one labelled cue a line: its number, ``gold_speakers``,
``in_script``, ``stretch``, and ``script_line`` where the screenplay has it) and ``aliases.json`` (names of one person).
"""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError
from fabula.evaluate.demo.build import write_demo_texts
from fabula.evaluate.demo.truth import Truth
from fabula.files.screenplay import read_screenplay
from fabula.files.subtitles import read_subtitles
from fabula.records import Cue, CueKind, Screenplay

_MANNER = re.compile(
    r"\s*\((?:V\.?\s?O\.?|O\.?\s?S\.?|O\.?\s?C\.?|CONT'?D?\.?|CONTINUING|ON TV|OVER TELEVISION|OVER RADIO)\)"
)


@dataclass(frozen=True)
class GoldCue:
    """What is known of a cue: who may be named for it, whether the screenplay has it, its stretch and scene."""

    number: int
    speakers: frozenset[str]
    in_script: bool
    stretch: int
    scene: int | None = None


@dataclass(frozen=True)
class GoldFilm:
    """A film whose speakers are known. ``people`` gives for each name in the screenplay the persons it stands for."""

    name: str
    cues: tuple[Cue, ...]
    screenplay: Screenplay
    gold: tuple[GoldCue, ...]
    people: Mapping[str, frozenset[str]]

    def persons(self, name: str) -> frozenset[str]:
        """The persons that a name stands for."""
        plain = _plain(name)
        return self.people.get(plain, frozenset({plain}))


def gold_films(data: Path | None) -> list[GoldFilm]:
    """The labelled films below a folder of data; the demo without one.

    Raises:
        InputError: the folder has no labelled films, or one cannot be read.
    """
    if data is None:
        return [demo_film()]
    folders = sorted(path.parent for path in data.glob("scripts/*/cues.jsonl"))
    if not folders:
        raise InputError(data, "no films with labelled speakers (scripts/*/cues.jsonl)", "name another folder")
    return [read_gold(folder) for folder in folders]


def read_gold(folder: Path) -> GoldFilm:
    """One labelled film; cues whose speaker nobody could tell are left out.

    Raises:
        InputError: a file is missing or malformed.
    """
    cues = read_subtitles(folder / "subtitles.srt").cues
    screenplay = read_screenplay(folder / "script.txt")
    scenes = {line.source_line: line.scene for line in screenplay.lines}
    try:
        rows = [json.loads(line) for line in (folder / "cues.jsonl").read_text("utf-8").splitlines() if line.strip()]
        people = _people(json.loads((folder / "aliases.json").read_text("utf-8")))
        gold = [_gold_cue(row, scenes) for row in rows if row["gold_speakers"] not in ([], ["unknown"])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(folder, f"not a labelled film ({error})", "see the description of the folder") from error
    return GoldFilm(folder.name, cues, screenplay, tuple(gold), people)


def _gold_cue(row: Mapping[str, Any], scenes: Mapping[int | None, int | None]) -> GoldCue:
    names = frozenset([*row["gold_speakers"], *row.get("also_accept", ())])
    scene = scenes.get(row["script_line"]) if "script_line" in row else None
    return GoldCue(int(row["cue"]), names, bool(row["in_script"]), int(row["stretch"]), scene)


def _people(raw: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for person, names in raw["aliases"].items():
        for name in [*names, person]:
            found.setdefault(_plain(name), frozenset({person}))
    return found | {_plain(name): frozenset(persons) for name, persons in raw.get("groups", {}).items()}


def _plain(name: str) -> str:
    return _MANNER.sub("", " ".join(name.upper().split())).strip(" :")


def demo_film() -> GoldFilm:
    """The demo's subtitles and screenplay with its truth; nothing is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        files, truth = write_demo_texts(Path(folder))
        cues, screenplay = read_subtitles(files.subtitles).cues, read_screenplay(files.screenplay)
    return GoldFilm("demo", cues, screenplay, _demo_gold(truth, screenplay), {})


def _demo_gold(truth: Truth, screenplay: Screenplay) -> tuple[GoldCue, ...]:
    scenes = {scene.heading.casefold(): scene.index for scene in screenplay.scenes}
    return tuple(
        GoldCue(
            cue.number,
            frozenset(name.upper() for name in cue.speakers),
            cue.in_script,
            0,
            scenes.get(truth.scenes[cue.scene].heading.casefold()) if cue.in_script else None,
        )
        for cue in truth.cues
        if cue.kind == CueKind.SPEECH
    )
