"""Which tags and which characters carry which part of a film.

The storyline view after From Trailers to Storylines: responses of shots, gathered by part, beside who speaks there.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, pstdev

from fabula.files.report.speech import turns
from fabula.records import Cue, CueKind, Curve, Part, Scene, Shot

PARTS = 20  # equal shares of a film without scenes
MOST_SCENES = 60  # more cannot be looked through; the film is then shared into equal parts

Span = tuple[float, float, str | None]
"""Start and end in seconds, and a scene's heading."""


def storyline_parts(
    shots: Sequence[Shot],
    cues: Sequence[Cue],
    scenes: Sequence[Scene],
    curves: Sequence[Curve],
    count: int | None = None,
) -> tuple[Part, ...]:
    """The parts of a film in the order of time, with what carries each.

    Args:
        shots: of the film.
        cues: its subtitles; those of speech count whose speaker is known, one for each turn, where their middle is.
        scenes: of the screenplay. The parts are those that are found in the film, if these are 2 to ``MOST_SCENES``.
        curves: a tag's first curve counts, smooth; a shot counts by the seconds that it shares with the part.
        count: that many equal parts instead; ``PARTS`` where there are no scenes.

    Raises:
        ValueError: ``count`` is not positive.
    """
    if count is not None and count < 1:
        raise ValueError(f"{count} parts")
    spans = (_scenes(scenes) if count is None else []) or _shares(shots, cues, count or PARTS)
    chosen = list({curve.name: curve for curve in reversed(curves)}.values())[::-1]
    return tuple(_part(span, shots, cues, chosen) for span in spans)


def leading(parts: Sequence[Part]) -> list[str | None]:
    """The tag that stands out most in each part: by how many deviations it lies above its mean over the parts.

    None where every tag is at or below its mean, so that a tag which is always high does not lead everywhere.
    """
    spread = {}
    for name in dict.fromkeys(name for part in parts for name, _ in part.tags):
        values = [value for part in parts for tag, value in part.tags if tag == name]
        spread[name] = fmean(values), pstdev(values)
    found = []
    for part in parts:
        lifts = {name: (value - spread[name][0]) / max(spread[name][1], 1e-9) for name, value in part.tags}
        best = max(lifts, key=lambda name: lifts[name], default=None)
        found.append(best if best is not None and lifts[best] > 1e-6 else None)
    return found


def _scenes(scenes: Sequence[Scene]) -> list[Span]:
    timed = [(s.start, s.end, s.heading) for s in scenes if s.start is not None and s.end is not None]
    return sorted(timed) if 2 <= len(timed) <= MOST_SCENES else []


def _shares(shots: Sequence[Shot], cues: Sequence[Cue], count: int) -> list[Span]:
    end = max([*(shot.end for shot in shots), *(cue.end for cue in cues)], default=0.0)
    return [(end * k / count, end * (k + 1) / count, None) for k in range(count)] if end > 0 else []


def _part(span: Span, shots: Sequence[Shot], cues: Sequence[Cue], curves: Sequence[Curve]) -> Part:
    start, end, heading = span
    seconds = {s.index: shared for s in shots if (shared := min(s.end, end) - max(s.start, start)) > 0}
    tags = tuple((curve.name, mean) for curve in curves if (mean := _mean(curve, seconds)) is not None)
    said = [cue for cue in cues if cue.kind is CueKind.SPEECH and start <= (cue.start + cue.end) / 2 < end]
    lines = Counter(name for cue in said for name, _ in turns(cue))
    ranked = sorted(lines.items(), key=lambda item: (-item[1], item[0]))
    shares = tuple((name, number / lines.total()) for name, number in ranked)
    return Part(start, end, heading, tags, shares, lines.total())


def _mean(curve: Curve, seconds: dict[int, float]) -> float | None:
    """The response of a part whose shots have so many seconds in it; None if the curve has none of them."""
    pairs = [(seconds[s], value) for s, value in zip(curve.shots, curve.smooth, strict=True) if s in seconds]
    whole = sum(weight for weight, _ in pairs)
    return sum(weight * value for weight, value in pairs) / whole if pairs else None
