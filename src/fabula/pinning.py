"""Corrections: a reader pins cues to a passage, to none, or to a speaker, and the rest is aligned around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from fabula.align.pins import split_speakers
from fabula.align.turns import script_turns
from fabula.errors import FabulaError, InputError
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.reading import StageProgress, realign
from fabula.records import Cue, Pin


def pin(
    project: str | Path,
    cue: int | Iterable[int],
    *,
    passage: int | None = None,
    nowhere: bool = False,
    speaker: str | None = None,
    progress: StageProgress | None = None,
) -> tuple[Pin, ...]:
    """Decide where cues stand in the book, or who speaks them, and align the rest anew around them.

    Only the stage that a pin concerns runs again. A pin stays through every later ``read``; a second one for the
    same cue replaces what it says anew and keeps the rest.

    Args:
        project: the project file.
        cue: the number of a cue, or of several.
        passage: the index of the passage that they tell.
        nowhere: the book does not have them.
        speaker: a name of the screenplay; "ANNA / BEN" for the two parts of a cue.
        progress: called while a stage runs.

    Returns:
        All pins of the project, by cue.

    Raises:
        InputError: there is no such project, cue, passage or speaker.
        FabulaError: nothing is decided, or two things that exclude each other.
    """
    if passage is not None and nowhere:
        raise FabulaError("A cue has a passage or none: give one of the two.")
    if passage is None and not nowhere and speaker is None:
        raise FabulaError("There is nothing to pin: name a passage, none, or a speaker.")
    numbers = _numbers(cue)

    def change(opened: Project) -> Callable[[tuple[Pin, ...]], Sequence[Pin]]:
        cues = _cues(opened, numbers)
        quote = None if passage is None else _passage(opened, passage)
        name = None if speaker is None else _speaker(opened, speaker, cues)
        if nowhere and opened.book is None:
            raise _no_book(opened)

        def merged(before: tuple[Pin, ...]) -> Sequence[Pin]:
            known = {found.cue: found for found in before}
            for found in cues:
                old = known.get(found.number)
                new = old if old and old.text == found.text else Pin(found.number, found.text)
                if passage is not None or nowhere:
                    new = replace(new, passage=passage, quote=quote, nowhere=nowhere)
                known[found.number] = replace(new, speaker=name) if name else new
            return [known[number] for number in sorted(known)]

        return merged

    return _apply(project, change, progress)


def unpin(project: str | Path, cue: int | Iterable[int], *, progress: StageProgress | None = None) -> tuple[Pin, ...]:
    """Take pins away and align anew without them.

    Returns:
        The pins that are left.

    Raises:
        InputError: there is no such project, or a cue is not pinned.
    """
    numbers = _numbers(cue)

    def change(opened: Project) -> Callable[[tuple[Pin, ...]], Sequence[Pin]]:
        def left(before: tuple[Pin, ...]) -> Sequence[Pin]:
            for number in numbers - {found.cue for found in before}:
                raise InputError(opened.path or project, f"cue {number} is not pinned", "see the pins with --list")
            return [found for found in before if found.cue not in numbers]

        return left

    return _apply(project, change, progress)


def _apply(
    path: str | Path,
    change: Callable[[Project], Callable[[tuple[Pin, ...]], Sequence[Pin]]],
    progress: StageProgress | None,
) -> tuple[Pin, ...]:
    store = Store(Path(path), create=False)
    try:
        pins = store.change("pins", Pin, change(Project(store)))
        realign(store, progress)
    finally:
        store.close()
    return pins


def _numbers(cue: int | Iterable[int]) -> set[int]:
    return {cue} if isinstance(cue, int) else set(cue)


def _cues(project: Project, numbers: set[int]) -> list[Cue]:
    known = {cue.number: cue for cue in project.cues}
    if not known:
        raise InputError(project.path or "", "the project has no subtitles", "add them with: fabula read --subs")
    for number in sorted(numbers - set(known)):
        raise InputError(project.path or "", f"there is no cue {number}", f"cues run from {min(known)} to {max(known)}")
    return [known[number] for number in sorted(numbers)]


def _no_book(project: Project) -> InputError:
    return InputError(project.path or "", "the project has no book", "add it with: fabula read --book")


def _passage(project: Project, index: int) -> str:
    """The text of a passage."""
    if project.book is None:
        raise _no_book(project)
    if not 0 <= index < len(project.passages):
        last = len(project.passages) - 1
        raise InputError(project.path or "", f"there is no passage {index}", f"passages run from 0 to {last}")
    return project.passages[index].text


def _speaker(project: Project, name: str, cues: Sequence[Cue]) -> str:
    """The name, or names of two parts, as the screenplay writes them."""
    if project.screenplay is None:
        raise InputError(project.path or "", "the project has no screenplay", "add it with: fabula read --script")
    known = {turn.speaker for turn in script_turns(project.screenplay)}
    wanted = split_speakers(name.upper())
    for one in wanted:
        if one not in known:
            near = ", ".join(get_close_matches(one, known, n=3, cutoff=0.4) or sorted(known)[:3])
            raise InputError(project.path or "", f"the screenplay has no speaker {one}", f"the nearest are: {near}")
    for cue in cues:
        if len(wanted) not in (1, max(len(cue.parts), 1)):
            raise InputError(
                project.path or "",
                f"cue {cue.number} has {max(len(cue.parts), 1)} part(s), not {len(wanted)}",
                "name one speaker, or one for each part with ' / ' between them",
            )
    return " / ".join(wanted)
