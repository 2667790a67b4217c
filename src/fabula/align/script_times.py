"""Times for the screenplay's lines and scenes, carried over from the cues that speak them."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fabula.align.lattice import longest_common_subsequence
from fabula.align.turns import Part, Turn
from fabula.records import Cue, LineKind, Scene, ScriptLine


def time_lines(
    cues: Sequence[Cue], turns: Sequence[Turn], pairs: Sequence[tuple[Part, int]], lines: Sequence[ScriptLine]
) -> tuple[ScriptLine, ...]:
    """The lines with start and end.

    A line spans the time of its matched words, each word's time being interpolated within its cue. Lines without
    a matched word are spread over the gap between their timed neighbours by length, and marked as interpolated.

    Args:
        cues: the subtitles.
        turns: the speeches of the screenplay.
        pairs: (part of a cue, index of the turn that it speaks).
        lines: all lines of the screenplay.
    """
    spans: dict[int, tuple[float, float]] = {}
    for part, place in pairs:
        turn, times = turns[place], _word_times(cues[part.cue], part)
        for i, j in longest_common_subsequence(turn.tokens, part.tokens).tolist():
            owner, (start, end) = turn.owners[i], times[j]
            low, high = spans.get(owner, (start, end))
            spans[owner] = min(low, start), max(high, end)
    return _interpolate(lines, _without_strays(spans))


def _word_times(cue: Cue, part: Part) -> list[tuple[float, float]]:
    """Start and end of each word of a part, as if words were spoken evenly and the parts shared the cue by length."""
    lengths = [max(len(text.split()), 1) for text in cue.parts] or [len(part.tokens)]
    share = (cue.end - cue.start) / sum(lengths)
    start = cue.start + share * sum(lengths[: part.part])
    step = share * lengths[part.part] / len(part.tokens)
    return [(start + k * step, start + (k + 1) * step) for k in range(len(part.tokens))]


def _without_strays(spans: dict[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Lines whose times stretch over minutes matched a repeated phrase elsewhere: no time is better than that."""
    longest = 60.0
    return {line: (start, end) for line, (start, end) in spans.items() if end - start <= longest}


def _interpolate(lines: Sequence[ScriptLine], spans: dict[int, tuple[float, float]]) -> tuple[ScriptLine, ...]:
    timed: list[ScriptLine] = []
    gap: list[ScriptLine] = []
    before: float | None = None
    for line in lines:
        if line.index not in spans:
            gap.append(line)
            continue
        start, end = spans[line.index]
        timed += _fill(gap, before, start)
        timed.append(replace(line, start=round(start, 3), end=round(end, 3), interpolated=False))
        gap, before = [], end
    return (*timed, *gap)


def _fill(gap: Sequence[ScriptLine], before: float | None, after: float) -> list[ScriptLine]:
    """Spread lines over the gap by their length. Where the film goes back (a moved scene) there is no gap to fill."""
    if before is None or after < before:
        return list(gap)
    lengths = np.array([len(line.text) + 1 for line in gap], float)
    edges = before + (after - before) * np.concatenate([[0.0], np.cumsum(lengths)]) / max(lengths.sum(), 1.0)
    return [
        replace(line, start=round(float(edges[k]), 3), end=round(float(edges[k + 1]), 3), interpolated=True)
        for k, line in enumerate(gap)
    ]


def time_scenes(cues: Sequence[Cue], lines: Sequence[ScriptLine], scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """The scenes with start and end: the longest run of cues that belong to it, or its lines if nobody speaks in it.

    A run, and not the first and last cue: one line placed wrongly must not stretch its scene over the film. A scene
    whose dialogue was not found is taken to be missing from the film, and gets no time.
    """
    spans: dict[int, tuple[float, float]] = {}
    with_dialogue = {line.scene for line in lines if line.kind is LineKind.DIALOGUE}
    for line in lines:
        if line.scene is None or line.start is None or line.end is None:
            continue
        if not line.interpolated or line.scene not in with_dialogue:
            low, high = spans.get(line.scene, (line.start, line.end))
            spans[line.scene] = min(low, line.start), max(high, line.end)
    spans |= _longest_runs([cue for cue in cues if cue.scene is not None])
    return tuple(
        replace(scene, start=spans[scene.index][0], end=spans[scene.index][1]) if scene.index in spans else scene
        for scene in scenes
    )


def _longest_runs(cues: Sequence[Cue]) -> dict[int, tuple[float, float]]:
    runs: dict[int, list[Cue]] = {}
    for scene, group in itertools.groupby(sorted(cues, key=lambda cue: cue.start), key=lambda cue: cue.scene):
        run = list(group)
        if scene is not None and len(run) > len(runs.get(scene, [])):
            runs[scene] = run
    return {scene: (run[0].start, max(cue.end for cue in run)) for scene, run in runs.items()}
