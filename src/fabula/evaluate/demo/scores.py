"""How much of the demo's truth each stage found: shots, speakers and scenes, correspondences with the book."""

from collections.abc import Sequence
from pathlib import Path

from fabula.evaluate.demo.scores_book import score_book
from fabula.evaluate.demo.tally import StageScore, detection, ratio, share, words
from fabula.evaluate.demo.truth import TrueCue, TrueScene, TrueShot, Truth
from fabula.files.project import Project
from fabula.records import Book, Cue, CueKind, Link, Scene, Shot, Transition

FRAMES = 2
"""A boundary may be this many frames beside the true one, or beside the span of a gradual one."""

SECONDS = 2.0
"""A scene may begin this long before or after its true time."""


def score_demo(truth: Path, project: Project) -> list[StageScore]:
    """Compare what a project of the demo found with the truth that :func:`build_demo` wrote.

    Raises:
        InputError: the truth cannot be read.
    """
    return score_stages(
        Truth.read(truth),
        shots=project.shots,
        cues=project.cues,
        scenes=project.scenes,
        links=project.links,
        book=project.book,
    )


def score_stages(
    truth: Truth,
    *,
    shots: Sequence[Shot] = (),
    cues: Sequence[Cue] = (),
    scenes: Sequence[Scene] = (),
    links: Sequence[Link] = (),
    book: Book | None = None,
) -> list[StageScore]:
    """Compare what the stages found with the truth; a stage that is not given is not scored.

    Args:
        truth: what is true of the demo.
        shots: as detected.
        cues: with the speakers and scenes that the screenplay aligner gave them.
        scenes: the screenplay's, to know which scene a cue's index means, with times if they were found.
        links: between the cues and the passages of ``book``.
        book: the demo's story as read.
    """
    scores: list[StageScore] = []
    if shots:
        scores += score_shots(truth.shots, shots)
    if cues:
        scores += score_speakers(truth.cues, cues)
    if cues and scenes:
        scores += score_scenes(truth, cues, scenes)
    if links and book:
        scores += score_book(truth, links, book)
    return scores


def score_shots(true: Sequence[TrueShot], found: Sequence[Shot]) -> list[StageScore]:
    """Boundaries found, and whether those found are of the right kind. The film's beginning is no boundary."""
    pairs = match_boundaries(true[1:], found[1:])
    kinds = ((found.transition is Transition.CUT) == (true.begins == "cut") for true, found in pairs)
    note = "boundaries found are called cut or gradual rightly"
    return [
        *detection("shots", "boundaries", len(pairs), len(found) - 1, len(true) - 1),
        share("shots", "kind", kinds, note),
    ]


def match_boundaries(true: Sequence[TrueShot], found: Sequence[Shot]) -> list[tuple[TrueShot, Shot]]:
    """Pair each true boundary with the first found one that lies within it and is not yet taken."""
    pairs, left = [], sorted(found, key=lambda shot: shot.first_frame)
    for shot in true:
        low, high = shot.span[0] - FRAMES, shot.span[1] + FRAMES
        hit = next((other for other in left if low <= other.first_frame <= high), None)
        if hit is not None:
            pairs.append((shot, hit))
            left.remove(hit)
    return pairs


def score_speakers(true: Sequence[TrueCue], found: Sequence[Cue]) -> list[StageScore]:
    """Turns of speech whose speaker is right; those that are not in the script are better left open."""
    by_number = {cue.number: cue for cue in found}
    turns = [
        (cue.in_script, name, given)
        for cue in true
        if cue.kind == CueKind.SPEECH
        for name, given in zip(cue.speakers, _given(by_number.get(cue.number), len(cue.speakers)), strict=True)
    ]
    scripted = [(name, given) for in_script, name, given in turns if in_script]
    right = sum(_same(name, given) for name, given in scripted)
    named = sum(given is not None for _, given in scripted)
    unscripted = [given is None for in_script, _, given in turns if not in_script]
    return [
        ratio("speakers", "right", right, len(scripted), "turns in the script have the right speaker"),
        ratio(
            "speakers",
            "right of named",
            right,
            named,
            "turns in the script that were given a speaker have the right one",
        ),
        share("speakers", "left open", unscripted, "turns that are not in the script were given no speaker"),
    ]


def _given(cue: Cue | None, turns: int) -> tuple[str | None, ...]:
    """The speakers that a cue was given, one for each turn."""
    if cue is None:
        return (None,) * turns
    if len(cue.speakers) == turns:
        return cue.speakers
    return (cue.speaker, *(None,) * (turns - 1))


def _same(name: str, given: str | None) -> bool:
    return given is not None and name.casefold() == given.casefold()


def score_scenes(truth: Truth, cues: Sequence[Cue], scenes: Sequence[Scene]) -> list[StageScore]:
    """Cues in their right scene, and scenes that begin at their right time."""
    headings = {scene.index: words(scene.heading) for scene in scenes}
    by_number = {cue.number: cue.scene for cue in cues}
    right = (
        headings.get(by_number.get(cue.number)) == words(truth.scenes[cue.scene].heading)  # type: ignore[arg-type]
        for cue in truth.cues
        if cue.in_script
    )
    starts = {words(scene.heading): scene.start for scene in scenes}
    filmed = (_in_time(scene, starts.get(words(scene.heading))) for scene in truth.scenes if scene.start is not None)
    return [
        share("scenes", "cue", right, "cues in the script are in the right scene"),
        share("scenes", "start", filmed, f"filmed scenes begin within {SECONDS:g} seconds of the true time"),
    ]


def _in_time(scene: TrueScene, start: float | None) -> bool:
    return start is not None and scene.start is not None and abs(start - scene.start) <= SECONDS
