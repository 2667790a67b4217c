"""What is known of a part of a film, in the order of time: the evidence that its story may rest on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fabula.errors import InputError
from fabula.files.project import Project
from fabula.files.screenplay.elements import parse_heading
from fabula.records import CueKind, Evidence, LineKind, Scene, ScriptLine, Shot, State
from fabula.stories.casing import Casing
from fabula.stories.film_order import Event, in_order
from fabula.stories.film_speech import speeches, spoken_events, spoken_words
from fabula.stories.screen_prose import screen_prose

Span = tuple[float, float]


def evidence_of(
    project: Project,
    *,
    scene: int | None = None,
    shots: tuple[int, int] | None = None,
    cues: tuple[int, int] | None = None,
    times: Span | None = None,
) -> tuple[Evidence, ...]:
    """What is seen, done and said in a part of a film; exactly one of the four says which part.

    Headings, action and speakers are written as prose has them; a speech is one piece of evidence though it runs
    over several cues, and its ``cue`` is the first. Music, sounds and advertising are left out.

    Args:
        project: the film; what it lacks (video, screenplay, subtitles, captions, book) is not told.
        scene: index of a scene of the screenplay. One that the film does not have is told from the screenplay.
        shots: indices of the first and the last shot.
        cues: numbers of the first and the last cue.
        times: seconds from the start of the film.

    Raises:
        InputError: there is no such scene, shot or cue, or nothing is known there.
    """
    part = FilmEvidence(project)
    if scene is not None:
        found = part.of_scene(scene)
    elif shots is not None:
        found = part.between(_time_of_shots(project, *shots))
    elif cues is not None:
        found = part.between(_time_of_cues(project, *cues))
    elif times is not None:
        found = part.between(times)
    else:
        raise _fault(project, "no part of the film was named", "name a scene, a range of shots, of cues or of time")
    if not found:
        raise _fault(project, "nothing is known there", "name another part, or read the film with its subtitles")
    return found


class FilmEvidence:
    """Gathers what is known of the parts of a project; for many parts of one film, it reads the film's words once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        texts: list[str] = [part for cue in project.cues for part in (cue.parts or (cue.text,))]
        texts += [line.text for line in project.lines if line.kind is LineKind.DIALOGUE]
        self.casing = Casing(texts, (line.text for line in project.lines if line.kind is LineKind.ACTION))
        self._said = spoken_events(project.cues, self.casing)

    def of_scene(self, index: int) -> tuple[Evidence, ...]:
        """Everything that belongs to a scene."""
        scenes = self.project.scenes
        if not 0 <= index < len(scenes):
            known = f"it has scenes 1 to {len(scenes)}" if scenes else "the project has no screenplay"
            raise _fault(self.project, f"there is no scene {index + 1}", f"name another ({known})")
        said = [event for event in self._said if event.scene == index]
        written = self._written([line for line in self.project.lines if line.scene == index], speech=not said)
        seen = self._seen([shot for shot in self.project.shots if shot.scene == index])
        return self._evidence([*said, *written, *seen], said)

    def between(self, span: Span) -> tuple[Evidence, ...]:
        """Everything that lies in a stretch of time."""
        start, end = span
        said = [event for event in self._said if start <= (event.start + event.end) / 2 < end]
        lines = [line for line in self.project.lines if line.start is not None and start <= line.start < end]
        written = self._written(lines, speech=not self.project.cues)
        shots = [shot for shot in self.project.shots if start <= (shot.start + shot.end) / 2 < end]
        return self._evidence([*said, *written, *self._seen(shots)], said)

    def _evidence(self, events: Sequence[Event], said: Sequence[Event]) -> tuple[Evidence, ...]:
        told = speeches(in_order(events, [event for event in said if event.scene is not None]))
        return tuple(self._told_by_book(self._with_headings(told)))

    def _written(self, lines: Sequence[ScriptLine], speech: bool) -> Iterator[Event]:
        """The lines of action, in prose; and the speeches of the screenplay where no cue speaks them.

        A line without a time comes when the lines before it are over.
        """
        over: float | None = None
        for line in lines:
            event = None
            if line.kind is LineKind.ACTION and (prose := screen_prose(line.text, self.casing)):
                event = Evidence("action", prose, start=line.start, end=line.end, line=line.index)
            elif speech and line.kind is LineKind.DIALOGUE and line.text.strip():
                who = self.casing.speaker(line.speaker) if line.speaker else None
                words = spoken_words(line.text)
                event = Evidence("dialogue", words, who, line.start, line.end, line=line.index)
            if event:
                placed = Event.of(event, line.scene, line.speaker)
                yield placed if placed.timed or over is None else replace(placed, start=over, end=over)
            over = _latest(over, line.end)

    def _seen(self, shots: Sequence[Shot]) -> list[Event]:
        captions = {caption.shot: caption for caption in self.project.captions}
        return [
            Event.of(Evidence("caption", captions[shot.index].text, None, shot.start, shot.end, shot.index), shot.scene)
            for shot in shots
            if shot.index in captions
        ]

    def _with_headings(self, events: Sequence[Event]) -> Iterator[Evidence]:
        scenes = {scene.index: scene for scene in self.project.scenes}
        now: int | None = None
        for event in events:
            if event.scene is not None and event.scene != now and event.scene in scenes:
                now = event.scene
                yield self._heading(scenes[now], event.evidence)
            yield event.evidence

    def _heading(self, scene: Scene, first: Evidence) -> Evidence:
        known = (scene.setting, scene.place, scene.time_of_day)
        setting, place, hour = known if scene.place else parse_heading(scene.heading)
        place = self.casing.lowered(place.upper()) if place else scene.heading
        text = f"{setting}. {place}" if setting else place
        text += f" - {hour.lower()}" if hour else ""
        return Evidence("heading", text, start=first.start, end=first.start, line=scene.first_line)

    def _told_by_book(self, evidence: Iterator[Evidence]) -> Iterator[Evidence]:
        """Each speech followed by the passages of the book that it tells, each passage once."""
        links = {
            link.first_cue: link
            for link in self.project.links
            if link.first_cue is not None and link.state in (State.ALIGNED, State.MOVED)
        }
        told: set[int] = set()
        for item in evidence:
            yield item
            link = links.get(item.cue) if item.cue is not None else None
            if link is None or link.first_passage is None or link.last_passage is None or self.project.book is None:
                continue
            for index in range(link.first_passage, link.last_passage + 1):
                if index not in told:
                    told.add(index)
                    prose, source = self.project.passages[index].prose, self.project.book.path
                    yield replace(item, kind="passage", text=prose, speaker=None, passage=index, source=source)


def _time_of_shots(project: Project, first: int, last: int) -> Span:
    shots = {shot.index: shot for shot in project.shots}
    if not shots:
        raise _fault(project, "the project has no shots", "read the video too, or name a scene or a range of time")
    if first not in shots or last not in shots or last < first:
        raise _fault(project, f"there are no shots {first} to {last}", f"name some of 0 to {max(shots)}")
    return shots[first].start, shots[last].end


def _time_of_cues(project: Project, first: int, last: int) -> Span:
    cues = {cue.number: cue for cue in project.cues if cue.kind is not CueKind.ADVERTISEMENT}
    if not cues:
        raise _fault(project, "the project has no subtitles", "read it with them, or name a scene or shots")
    if first not in cues or last not in cues or last < first:
        raise _fault(project, f"there are no cues {first} to {last}", f"name some of {min(cues)} to {max(cues)}")
    return cues[first].start, cues[last].end


def _fault(project: Project, problem: str, cure: str) -> InputError:
    return InputError(project.path or project.title, problem, cure)


def _latest(first: float | None, second: float | None) -> float | None:
    return max((time for time in (first, second) if time is not None), default=None)
