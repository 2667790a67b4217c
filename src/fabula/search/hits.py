"""A place that was found, told with all that its project knows of it."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property

from fabula.files.pictures import by_shot
from fabula.files.project import Project
from fabula.records import Hit, Medium, Shot, Thumbnail
from fabula.search.fusing import Member, Place
from fabula.search.units import Unit, Units

_TIMED_BY = (Medium.DIALOGUE, Medium.SCRIPT, Medium.PICTURE, Medium.BOOK)
"""Whose times a hit has when its strongest channel has none."""


class Storyteller:
    """Tells of the places of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.name = str(project.path) if project.path is not None else project.title

    @cached_property
    def _thumbnails(self) -> dict[int, list[Thumbnail]]:
        return by_shot(self.project.thumbnails)

    @cached_property
    def _captions(self) -> dict[int, str]:
        return {caption.shot: caption.text for caption in self.project.captions if caption.shot is not None}

    @cached_property
    def _starts(self) -> list[float]:
        return [shot.start for shot in self.project.shots]

    def tell(self, place: Place, units: Mapping[Medium, Units]) -> Hit:
        """The hit of a place."""
        of = {member.medium: units[member.medium].unit(member.unit) for member in place.members}
        timed = [of[m] for m in (place.members[0].medium, *_TIMED_BY) if m in of and of[m].start is not None]
        start, end = (timed[0].start, timed[0].end) if timed else (None, None)
        shot = self._shot(of, start, end)
        thumbnail = self.picture(shot.index) if shot else None
        scene = next((unit.scene for unit in of.values() if unit.scene), None)
        return Hit(
            project=self.name,
            channel=place.members[0].medium,
            score=place.score,
            why=tuple((member.medium, member.probability) for member in place.members),
            texts=tuple((member.medium, text) for member in place.members if (text := self._text(member, of))),
            start=start,
            end=end,
            shot=shot.index if shot else None,
            frame=thumbnail.frame if thumbnail else shot.first_frame if shot else None,
            frame_time=thumbnail.time if thumbnail else shot.start if shot else None,
            speaker=next((unit.speaker for unit in of.values() if unit.speaker), None),
            scene=scene[0] - 1 if scene else None,
            heading=scene[1] if scene else None,
            chapter=next((unit.chapter[1] for unit in of.values() if unit.chapter), None),
            passage=of[Medium.BOOK].item if Medium.BOOK in of else None,
            cue=self.project.cues[of[Medium.DIALOGUE].item].number if Medium.DIALOGUE in of else None,
            line=self.project.lines[of[Medium.SCRIPT].item].index if Medium.SCRIPT in of else None,
        )

    def _text(self, member: Member, of: Mapping[Medium, Unit]) -> str:
        """The whole cue, line or passage; of a shot its caption, if it has one."""
        item = of[member.medium].item
        if member.medium is Medium.PICTURE:
            return self._captions.get(self.project.shots[item].index, "")
        if member.medium is Medium.DIALOGUE:
            text = self.project.cues[item].text
        elif member.medium is Medium.SCRIPT:
            text = self.project.lines[item].text
        else:
            text = self.project.passages[item].text
        return " ".join(text.split())

    def _shot(self, of: Mapping[Medium, Unit], start: float | None, end: float | None) -> Shot | None:
        """The shot that was found, or that which is on in the middle of the time."""
        if Medium.PICTURE in of:
            return self.project.shots[of[Medium.PICTURE].item]
        if start is None or not self.project.shots:
            return None
        middle = start if end is None else (start + end) / 2
        place = bisect_right(self._starts, middle) - 1
        return self.project.shots[place] if place >= 0 and middle < self.project.shots[-1].end else None

    def picture(self, shot: int) -> Thumbnail | None:
        """The picture from the middle of a shot."""
        found = self._thumbnails.get(shot, [])
        return found[len(found) // 2] if found else None
