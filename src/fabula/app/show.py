"""What is in a project, in a screen of text."""

from collections import Counter

from fabula.app.adaptation import adaptation_lines
from fabula.files.project import Project
from fabula.files.rows import timecode
from fabula.records import Adaptation, Link, State

STRONGEST = 5
TALKERS = 8
WIDTH = 100


def summary(project: Project, adaptation: Adaptation | None = None) -> str:
    """Shots, scenes, speakers, the book's use, what the film made of it, the strongest links and the warnings."""
    parts = [_heading(project), _film(project), _subtitles(project), _screenplay(project), _book(project)]
    parts += [_pins(project), adaptation_lines(adaptation), _links(project), _warnings(project)]
    return "\n".join(line for part in parts for line in part)


def _heading(project: Project) -> list[str]:
    return [project.title, "=" * len(project.title)]


def _row(label: str, text: str) -> str:
    return f"{label:<12}{text}"


def _film(project: Project) -> list[str]:
    film = project.film
    if film is None:
        return []
    size = f"{film.width} x {film.height}, {film.fps:.3g} frames/s, {film.codec}"
    gradual = sum(shot.transition == "gradual" for shot in project.shots)
    mean = film.duration / max(len(project.shots), 1)
    rows = [
        _row("film", f"{timecode(film.duration)}, {film.frames:,} frames, {size}"),
        _row("shots", f"{len(project.shots):,}, {gradual} of them begin gradually; mean length {mean:.1f} s"),
    ]
    return [*rows, *_looks(project)]


def _looks(project: Project) -> list[str]:
    """How many shots a vision has looked at, and a captioner has described."""
    seen, captions = project.shot_vectors, project.captions
    rows = [_row("pictures", f"{len(seen.shots):,} shots seen with {seen.model}")] if seen else []
    return [*rows, *([_row("captions", f"{len(captions):,} shots are described")] if captions else [])]


def _subtitles(project: Project) -> list[str]:
    if not project.cues:
        return []
    kinds = Counter(cue.kind.value for cue in project.cues)
    others = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if kind != "speech")
    rows = [_row("cues", f"{len(project.cues):,}" + (f" ({others})" if others else ""))]
    if any(cue.speaker for cue in project.cues):
        rows.append(_row("speakers", f"{project.speaker_share():.0%} of the spoken cues have one"))
        rows.append(_row("", _talkers(project)))
    return rows


def _talkers(project: Project) -> str:
    seconds: Counter[str] = Counter()
    for cue in project.cues:
        if cue.speaker:
            seconds[cue.speaker] += round(cue.end - cue.start)
    return ", ".join(f"{name} {time} s" for name, time in seconds.most_common(TALKERS))


def _screenplay(project: Project) -> list[str]:
    if not project.lines:
        return []
    timed = sum(scene.start is not None for scene in project.scenes)
    found = f", {timed} of them found in the film" if timed else ""
    moved = sum(bool(scene.moved) for scene in project.scenes)
    found += f", {moved} scene{'s' if moved > 1 else ''} moved" if moved else ""
    placed = sum(shot.scene is not None for shot in project.shots)
    shots = f"; {placed} shots have their scene" if placed else ""
    return [_row("scenes", f"{len(project.scenes)}{found}{shots}; {len(project.lines):,} lines of screenplay")]


def _book(project: Project) -> list[str]:
    book = project.book
    if book is None:
        return []
    named = f"{book.title or 'untitled'}, by {book.author}" if book.author else book.title or "untitled"
    rows = [_row("book", f"{named}: {len(book.chapters)} chapters, {len(book.passages):,} passages")]
    if project.fit:
        chance = f"p {_chance(project.fit.p_value)} that chance fits as well"
        rows.append(_row("fit", f"{project.fit.score:.2f} nats of evidence for each cue; {chance}"))
    if project.links:
        moved = sum(link.state is State.MOVED for link in project.links)
        rows.append(_row("kept", f"{project.aligned_share():.0%} of the spoken cues are in the book, {moved} moved"))
        rows.append(_row("used", f"{project.book_share():.0%} of the book's paragraphs are told in the film"))
    return rows


def _chance(p_value: float) -> str:
    return "< 1e-9" if p_value < 1e-9 else f"= {p_value:.1g}"


def _pins(project: Project) -> list[str]:
    count = len(project.pins)
    return [_row("pinned", f"{count} cue{'s' if count > 1 else ''}; see fabula pin --list")] if count else []


def _links(project: Project) -> list[str]:
    joined = [link for link in project.links if link.state in (State.ALIGNED, State.MOVED)]
    if not joined:
        return []
    strongest = sorted(joined, key=lambda link: (-dict(link.why).get("words", 0.0), -link.score))[:STRONGEST]
    return ["", "strongest links", *(line for link in strongest for line in _link(project, link))]


def _link(project: Project, link: Link) -> list[str]:
    cue = next(cue for cue in project.cues if cue.number == link.first_cue)
    passage = project.passages[link.first_passage or 0]
    chapter = project.book.chapters[passage.chapter].title if project.book else ""
    return [
        _cut(f"  {timecode(cue.start)[:8]}  {' '.join(cue.text.split())}"),
        _cut(f"  {link.score:8.2f}  {chapter} ¶{passage.index}: {passage.prose}"),
    ]


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _warnings(project: Project) -> list[str]:
    if not project.warnings:
        return []
    return ["", "warnings", *(f"  {warning}" for warning in project.warnings)]
