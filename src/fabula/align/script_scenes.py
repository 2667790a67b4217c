"""The screenplay's scenes on the film's shots: every shot gets its scene, and scenes begin where shots do.

Cues say where a scene is spoken. Between the last cue of one scene and the first of the next lies the change, at a
shot boundary; where exactly, the length of the action written there says, as it does for scenes in which nobody speaks.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fabula.records import Cue, LineKind, Scene, Screenplay, Shot, Transition

SLACK = 0.5  # seconds that a cue may reach over the cut at which its scene begins or ends
BLEND = 0.3  # a gradual transition may be so much farther away, as a share of the gap: scenes like to change there
WRITTEN = 40.0  # characters granted to each side of a change: even without a word of action a scene takes its time


@dataclass(frozen=True)
class Stretch:
    """A scene's time in the film; a scene may have several where the film cuts back and forth."""

    scene: int
    start: float
    end: float


def place_scenes(
    shots: Sequence[Shot], cues: Sequence[Cue], screenplay: Screenplay
) -> tuple[tuple[Shot, ...], tuple[Scene, ...]]:
    """Give every shot its scene, and every scene that has a shot its time.

    Args:
        shots: of the whole film, in order.
        cues: with their scenes (``align_screenplay``).
        screenplay: its scenes may have times already; they are replaced by those of the shots.

    Returns:
        The shots, and the scenes: a scene lasts from the start to the end of its longest stretch. Without any
        cue that has a scene, both are as given.
    """
    stretches = scene_stretches(shots, cues, screenplay)
    if not stretches:
        return tuple(shots), screenplay.scenes
    placed = tuple(replace(shot, scene=_mostly(shot, stretches)) for shot in shots)
    longest: dict[int, Stretch] = {}
    for stretch in stretches:
        if stretch.scene not in longest or _length(stretch) > _length(longest[stretch.scene]):
            longest[stretch.scene] = stretch
    return placed, tuple(_timed(scene, longest.get(scene.index)) for scene in screenplay.scenes)


def scene_stretches(shots: Sequence[Shot], cues: Sequence[Cue], screenplay: Screenplay) -> list[Stretch]:
    """The film cut into scenes, without gaps, from the first shot to the end of the last; [] if no cue has a scene."""
    runs = _runs(cues)
    if not runs or not shots:
        return []
    action = _Action(screenplay)
    edges: list[tuple[int, float]] = []
    opening = Stretch(-1, shots[0].start, shots[0].start)
    closing = Stretch(len(screenplay.scenes), shots[-1].end, shots[-1].end)
    for before, after in itertools.pairwise([opening, *runs, closing]):
        edges += _changes(before, after, shots, action)
    starts = [(scene, time) for scene, time in edges if scene < len(screenplay.scenes)]
    starts[0] = starts[0][0], shots[0].start
    ends = [*(time for _, time in starts[1:]), shots[-1].end]
    return [Stretch(scene, start, end) for (scene, start), end in zip(starts, ends, strict=True) if end > start]


class _Action:
    """How much action is written between what is spoken in one scene and in another."""

    def __init__(self, screenplay: Screenplay) -> None:
        spoken = [line.index for line in screenplay.lines if line.kind is LineKind.DIALOGUE]
        self.with_dialogue = {screenplay.lines[index].scene for index in spoken}
        self.head: dict[int, float] = {}
        self.tail: dict[int, float] = {}
        self.whole: dict[int, float] = {}
        for scene, group in itertools.groupby(screenplay.lines, key=lambda line: line.scene):
            if scene is None:
                continue
            lines = list(group)
            says = [line.kind is LineKind.DIALOGUE for line in lines]
            lengths = [float(len(line.text)) if line.kind is LineKind.ACTION else 0.0 for line in lines]
            first = says.index(True) if any(says) else len(lines)
            last = len(lines) - 1 - says[::-1].index(True) if any(says) else -1
            self.head[scene], self.tail[scene] = sum(lengths[:first]), sum(lengths[last + 1 :])
            self.whole[scene] = sum(lengths)

    def silent_between(self, before: int, after: int) -> list[int]:
        """The scenes between two where nobody speaks, if the film goes on in the screenplay's order."""
        return [scene for scene in range(before + 1, after) if scene in self.whole and scene not in self.with_dialogue]


def _runs(cues: Sequence[Cue]) -> list[Stretch]:
    """Neighbouring cues of one scene; a single cue amid another scene's is taken to be placed wrongly."""
    told = sorted((cue for cue in cues if cue.scene is not None), key=lambda cue: cue.start)
    scenes = [cue.scene for cue in told]
    for k in range(1, len(scenes) - 1):
        if scenes[k - 1] == scenes[k + 1]:
            scenes[k] = scenes[k - 1]
    runs = []
    for scene, group in itertools.groupby(zip(scenes, told, strict=True), key=lambda pair: pair[0]):
        run = [cue for _, cue in group]
        assert scene is not None
        runs.append(Stretch(scene, run[0].start, max(cue.end for cue in run)))
    return runs


def _changes(before: Stretch, after: Stretch, shots: Sequence[Shot], action: _Action) -> list[tuple[int, float]]:
    """Where the scenes after ``before`` begin, up to and with ``after``."""
    scenes = [*action.silent_between(before.scene, after.scene), after.scene]
    left = action.tail[before.scene] + WRITTEN if before.scene in action.tail else 0.0
    right = action.head[after.scene] + WRITTEN if after.scene in action.head else 0.0
    inner = [action.whole[scene] + WRITTEN for scene in scenes[:-1]]
    lengths = [left, *inner, right]
    whole, gap = sum(lengths) or 1.0, max(after.start - before.end, 0.0)
    found, earliest = [], before.end - SLACK
    for scene, share in zip(scenes, itertools.accumulate(lengths), strict=False):
        ideal = before.end + gap * share / whole
        cut = _boundary(shots, earliest, after.start + SLACK, ideal, gap)
        if cut is None and scene != after.scene:
            continue  # nobody speaks in it and no shot begins for it: the film does not seem to have it
        earliest = max(ideal, earliest) if cut is None else cut
        found.append((scene, earliest))
    return found


def _boundary(shots: Sequence[Shot], low: float, high: float, ideal: float, gap: float) -> float | None:
    """The start of the shot in between that is nearest to the ideal time, or None if no shot starts there."""
    inside = [shot for shot in shots if low < shot.start <= high]

    def price(shot: Shot) -> float:
        return abs(shot.start - ideal) - (BLEND * gap if shot.transition is Transition.GRADUAL else 0.0)

    return min(inside, key=price).start if inside else None


def _mostly(shot: Shot, stretches: Sequence[Stretch]) -> int:
    """The scene that covers most of a shot."""
    return max(stretches, key=lambda stretch: min(shot.end, stretch.end) - max(shot.start, stretch.start)).scene


def _timed(scene: Scene, stretch: Stretch | None) -> Scene:
    return replace(scene, start=stretch.start if stretch else None, end=stretch.end if stretch else None)


def _length(stretch: Stretch) -> float:
    return stretch.end - stretch.start
