"""Do curves peak where they should? Tags that are planted in scenes of the demo film."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabula.errors import InputError
from fabula.evaluate.demo.cutting import material
from fabula.evaluate.demo.truth import TrueScene
from fabula.files.project import Project
from fabula.records import Curve
from fabula.search.index import SearchIndex
from fabula.storyline.curves import open_curves


@dataclass(frozen=True)
class Planted:
    """A tag, the scenes (numbers from 1) that have it, and in which of them its curves are highest.

    Args:
        tag: the words.
        scenes: in which it is planted.
        raw: the scene of the shot that responds most.
        smooth: the scene where the smoothed curve is highest.
        height: of the raw curve there.
    """

    tag: str
    scenes: tuple[int, ...]
    raw: int | None
    smooth: int | None
    height: float

    @property
    def right(self) -> bool:
        """Whether the shot that responds most lies in a scene that has the tag."""
        return self.raw in self.scenes

    @property
    def right_smooth(self) -> bool:
        """The same of the smoothed curve."""
        return self.smooth in self.scenes


def planted_tags() -> dict[str, dict[str, tuple[int, ...]]]:
    """The tags of the demo film and their scenes, by number from 1: those in its own words, and those in others."""
    found = tomllib.loads(material("tags.toml"))
    return {kind: {tag: tuple(scenes) for tag, scenes in tags.items()} for kind, tags in found.items()}


def measure_peaks(project: Project, scenes: Sequence[TrueScene], tags: Mapping[str, Sequence[int]]) -> list[Planted]:
    """Where the curves of planted tags peak.

    Args:
        project: the film.
        scenes: when each scene really is.
        tags: and the scenes that have them.

    Raises:
        InputError: the project has no shots.
    """
    if not project.shots:
        raise InputError(project.path or project.title, "it has no shots", "read the film, not only its texts")
    found = []
    for curve in open_curves(project, SearchIndex([project]), list(tags)):
        raw, smooth = (_scene(project, curve, values, scenes) for values in (curve.raw, curve.smooth))
        found.append(Planted(curve.name, tuple(tags[curve.name]), raw, smooth, max(curve.raw)))
    return found


def _scene(project: Project, curve: Curve, values: Sequence[float], scenes: Sequence[TrueScene]) -> int | None:
    """The number of the scene in which values are greatest."""
    shot = project.shots[curve.shots[max(range(len(values)), key=values.__getitem__)]]
    middle = (shot.start + shot.end) / 2
    numbers = (
        k
        for k, scene in enumerate(scenes, 1)
        if scene.start is not None and scene.end is not None and scene.start <= middle < scene.end
    )
    return next(numbers, None)
