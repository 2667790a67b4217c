"""How well speakers and scenes come back from a screenplay: as written, from changed drafts, with evidence left out."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.screenplay import EVIDENCE, ScreenplayAlignment, align_screenplay
from fabula.align.script_moves import LEAST
from fabula.evaluate.drafts import KINDS, Draft, redraft
from fabula.evaluate.script_gold import GoldCue, GoldFilm
from fabula.evaluate.statistics import bootstrap_interval, expected_calibration_error
from fabula.records import Cue

AMOUNTS = (0.1, 0.3, 0.5)
SEEDS = 1
"""Drafts of each kind and amount; with three films these take about five minutes on one core."""
BLOCK = 10
"""Neighbouring cues are not independent: intervals are drawn over blocks of so many labelled cues."""


@dataclass(frozen=True)
class Share:
    """A share with its counts and 95 % interval."""

    name: str
    right: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing is 0."""
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True)
class Judged:
    """A labelled cue and what was found for it."""

    gold: GoldCue
    named: bool
    right: bool
    score: float
    scene: int | None


def judge(
    film: GoldFilm, draft: Draft | None = None, leave_out: Collection[str] = (), encoder: str | None = None
) -> list[Judged]:
    """Align a film with its screenplay, or with a draft made of it, and hold every labelled cue against its label."""
    draft = draft or Draft(film.screenplay)
    found = align_screenplay(film.cues, draft.screenplay, leave_out=leave_out, encoder=encoder)
    return judge_alignment(film, found, draft)


def judge_alignment(film: GoldFilm, found: ScreenplayAlignment, draft: Draft) -> list[Judged]:
    """Hold what was found against the labels; names that the draft changed are changed back."""
    cues = {cue.number: cue for cue in found.cues}
    return [_judged(film, gold, cues[gold.number], draft) for gold in film.gold]


def _judged(film: GoldFilm, gold: GoldCue, cue: Cue, draft: Draft) -> Judged:
    named = draft.names.get(cue.speaker, cue.speaker) if cue.speaker else None
    right = named is not None and bool(film.persons(named) & gold.speakers)
    return Judged(gold, named is not None, right, cue.score, cue.scene)


def shares(cues: Sequence[Judged]) -> list[Share]:
    """All that is asked of one film's speakers and scenes, with intervals by blocks."""
    in_script = [cue.gold.in_script for cue in cues]
    known = [cue.gold.scene is not None for cue in cues]
    return [
        _share("all", cues, [cue.right for cue in cues], [True] * len(cues)),
        _share("in the script", cues, [cue.right for cue in cues], in_script),
        _share("in the script, of those named", cues, [cue.right for cue in cues], _both(in_script, cues)),
        _share(
            "not in the script, wrong", cues, [cue.named and not cue.right for cue in cues], [not i for i in in_script]
        ),
        _share("scene of the cue", cues, [cue.scene == cue.gold.scene for cue in cues], known),
        *_boundaries(cues),
    ]


def _both(first: Sequence[bool], cues: Sequence[Judged]) -> list[bool]:
    return [one and cue.named for one, cue in zip(first, cues, strict=True)]


def _boundaries(cues: Sequence[Judged]) -> list[Share]:
    """Changes of scene between labelled cues that follow each other: how many are found, how many found are true."""
    known = [cue for cue in cues if cue.gold.scene is not None]
    pairs = [(a, b) for a, b in itertools.pairwise(known) if a.gold.stretch == b.gold.stretch]
    true = [a.gold.scene != b.gold.scene for a, b in pairs]
    found = [a.scene != b.scene for a, b in pairs]
    after = [b for _, b in pairs]
    return [
        _share("scene changes found", after, found, true),
        _share("scene changes right", after, true, found),
    ]


def _share(name: str, cues: Sequence[Judged], right: Sequence[bool], counted: Sequence[bool]) -> Share:
    if not any(counted):
        return Share(name, 0, 0, 0.0, 0.0)
    hits = np.array([[r and c, c] for r, c in zip(right, counted, strict=True)], float)
    blocks = np.array([hits[first : first + BLOCK].sum(axis=0) for first in range(0, len(cues), BLOCK)])
    low, high = bootstrap_interval(blocks, _ratio)
    return Share(name, int(hits[:, 0].sum()), int(hits[:, 1].sum()), low, high)


def _ratio(blocks: np.ndarray) -> float:
    right, of = blocks.sum(axis=0)
    return float(right / max(of, 1))


def calibration(cues: Sequence[Judged]) -> float:
    """Expected calibration error of the scores of the cues that were given a speaker."""
    named = [cue for cue in cues if cue.named]
    return expected_calibration_error(np.array([c.score for c in named]), np.array([c.right for c in named]))


@dataclass(frozen=True)
class DraftPoint:
    """One point of a curve: accuracy over all labelled cues, mean over films and seeds, and calibration there."""

    kind: str
    amount: float
    accuracy: float
    lowest_film: float
    calibration_error: float


def draft_curves(
    films: Sequence[GoldFilm],
    amounts: Sequence[float] = AMOUNTS,
    seeds: int = SEEDS,
    encoder: str | None = None,
) -> Iterator[DraftPoint]:
    """Accuracy against the amount of each kind of change."""
    for kind in KINDS:
        for amount in amounts:
            drafts = [(film, [redraft(film.screenplay, kind, amount, s) for s in range(seeds)]) for film in films]
            runs = [[judge(film, draft, encoder=encoder) for draft in of_film] for film, of_film in drafts]
            each = [float(np.mean([accuracy(run) for run in of_film])) for of_film in runs]
            pooled = [cue for of_film in runs for run in of_film for cue in run]
            yield DraftPoint(kind, amount, float(np.mean(each)), min(each), calibration(pooled))


def accuracy(cues: Sequence[Judged]) -> float:
    """Share of all labelled cues whose speaker is right."""
    return float(np.mean([cue.right for cue in cues])) if cues else 0.0


@dataclass(frozen=True)
class Ablation:
    """Accuracy over all labelled cues, mean over the films, as written and with lines dropped, reworded or misspelt."""

    without: str
    as_written: float
    dropped: float
    reworded: float
    misspelt: float


def ablations(films: Sequence[GoldFilm], amount: float = 0.3, encoder: str | None = None) -> Iterator[Ablation]:
    """What each kind of evidence adds: everything, then one thing left out at a time."""
    kinds = ("drop", "reword", "misspell")
    drafts = [[Draft(f.screenplay), *(redraft(f.screenplay, kind, amount, 0) for kind in kinds)] for f in films]
    for without in ("nothing", *EVIDENCE):
        left = () if without == "nothing" else (without,)
        table = [
            [accuracy(judge(f, d, left, encoder)) for d in of_film] for f, of_film in zip(films, drafts, strict=True)
        ]
        means = np.mean(table, axis=0)
        yield Ablation(without, *(float(value) for value in means))


@dataclass(frozen=True)
class MovedScenes:
    """Scenes that a draft has elsewhere: how many there are, how many are reported, and how many of these rightly."""

    film: str
    planted: int
    reported: int
    right: int


def moved_scenes(films: Sequence[GoldFilm], amount: float = 0.1, seed: int = 0) -> Iterator[MovedScenes]:
    """Which moved scenes are found, of those that enough cues of the film speak; not those that the film has moved."""
    for film in films:
        written = align_screenplay(film.cues, film.screenplay)
        spoken = Counter(cue.scene for cue in written.cues)
        own = {scene.index for scene in written.scenes if scene.moved}
        draft = redraft(film.screenplay, "move", amount, seed)
        told = align_screenplay(film.cues, draft.screenplay)
        planted = {scene for scene in draft.moved if spoken[scene] >= LEAST} - own
        reported = {scene.index for scene in told.scenes if scene.moved} - own
        yield MovedScenes(film.name, len(planted), len(reported), len(reported & planted))
