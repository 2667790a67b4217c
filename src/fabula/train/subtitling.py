"""Beats of a film -> subtitles: long sentences cut, short ones put together, and times for reading."""

import random
import re
from collections.abc import Iterable, Sequence

from fabula.train.retelling import Beat

_BREAK = re.compile(r"(?<=[,;:.!?]) ")
_PAUSES = ((0.8, 0.02, 0.5), (0.15, 0.5, 3.0), (0.05, 3.0, 8.0))
"""Probability and range (seconds) of the pauses between cues of a scene, after subtitles of features of 1930-1960."""
_SCENE_PAUSE = (1.0, 20.0)


def cut(beat: Beat, width: int) -> list[Beat]:
    """The beat in pieces of at most ``width`` characters, broken after a clause where that leaves no crumbs."""
    text = beat.text
    pieces = []
    while len(text) > width:
        even = len(text) / -(-len(text) // width)
        marks = [m.start() for m in _BREAK.finditer(text, int(0.3 * width), width)]
        marks = marks or [m.start() for m in re.finditer(" ", text[: width + 1])]
        if not marks:
            break
        at = min(marks, key=lambda mark: abs(mark - even))
        pieces.append(text[:at].strip())
        text = text[at:].strip()
    return [Beat(piece, beat.truth, beat.kind) for piece in [*pieces, text] if piece]


def merge(beats: Iterable[Beat], width: int, chance: float, rng: random.Random) -> list[Beat]:
    """The beats of a scene with neighbours in one cue where both fit; told and invented ones stay apart."""
    merged: list[Beat] = []
    for beat in beats:
        last = merged[-1] if merged else None
        if (
            last
            and _adjacent(last.truth, beat.truth)
            and len(last.text) + len(beat.text) < width
            and rng.random() < chance
        ):
            truth = tuple(sorted({*last.truth, *beat.truth}))
            merged[-1] = Beat(f"{last.text} {beat.text}", truth, last.kind)
        else:
            merged.append(beat)
    return merged


def _adjacent(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two beats are both invented, or tell paragraphs that (nearly) follow each other."""
    return bool(one) == bool(other) and (not one or -2 <= other[0] - one[-1] <= 2)


def timed(scenes: Sequence[Sequence[Beat]], rate: float, rng: random.Random) -> list[tuple[float, float]]:
    """(start, end) in seconds of every beat, read at ``rate`` characters a second, with pauses between scenes."""
    times = []
    now = rng.uniform(5, 90)
    for scene in scenes:
        now += rng.uniform(*_SCENE_PAUSE)
        for beat in scene:
            end = now + max(0.8, len(beat.text) / rate * rng.uniform(0.85, 1.2))
            times.append((round(now, 3), round(end, 3)))
            now = end + _pause(rng)
    return times


def _pause(rng: random.Random) -> float:
    _, low, high = rng.choices(_PAUSES, [chance for chance, _, _ in _PAUSES])[0]
    return rng.uniform(low, high)
