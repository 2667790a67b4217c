"""Who speaks, when and how much; and the chip by which the page names a character."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fabula.files.report.markup import Html, el
from fabula.records import Cue, LineKind, ScriptLine

COLOURS = 12
"""Characters with a colour of their own; all others share a neutral one."""
UNSURE = 0.5
"""Below this score of the screenplay aligner a speaker gets a question mark."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A character's turn: from where to where it runs, and how much of that is his or hers (seconds or words)."""

    name: str
    start: float
    end: float
    amount: float


def turns(cue: Cue) -> Iterator[tuple[str, float]]:
    """Who speaks in a cue and for how many seconds; its parts share its time by their length.

    The screenplay's speakers go before the names that the subtitle file gives.
    """
    known = next((names for names in (cue.speakers, (cue.speaker,), cue.names) if any(names)), ())
    parts = cue.parts if len(cue.parts) == len(known) else ("-",) * len(known)
    letters = sum(map(len, parts)) or 1
    for name, part in zip(known, parts, strict=True):
        if name:
            yield name, max(0.0, cue.end - cue.start) * len(part) / letters


def speakers(cue: Cue) -> list[str]:
    """The speakers of a cue, each once, in the order in which they speak."""
    return list(dict.fromkeys(name for name, _ in turns(cue)))


def spoken(cues: Sequence[Cue]) -> tuple[Speech, ...]:
    """The turns in a film's cues, in seconds."""
    return tuple(Speech(name, cue.start, cue.end, seconds) for cue in cues for name, seconds in turns(cue))


def written(lines: Sequence[ScriptLine]) -> tuple[Speech, ...]:
    """The dialogue of a screenplay: its place in lines, its amount in words."""
    return tuple(
        Speech(line.speaker, line.index, line.index + 1, len(line.text.split()))
        for line in lines
        if line.kind is LineKind.DIALOGUE and line.speaker
    )


def rank(speeches: Sequence[Speech]) -> dict[str, int]:
    """The characters by the amount of their speech, largest first, and then by name."""
    amounts: defaultdict[str, float] = defaultdict(float)
    for speech in speeches:
        amounts[speech.name] += speech.amount
    return {name: place for place, name in enumerate(sorted(amounts, key=lambda name: (-amounts[name], name)))}


def chip(name: str, place: int, *more: Html | None) -> Html:
    """A character's name in its colour; neighbours in rank are far apart on the colour wheel."""
    coloured = place < COLOURS
    return el("span", name, *more, class_="who" if coloured else "who plain", style=hue(place) if coloured else None)


def hue(place: int) -> str:
    """The style that gives an element and its contents the colour of a character."""
    return f"--hue:{(250 + 150 * place) % 360}"


def chips(cue: Cue, ranks: Mapping[str, int]) -> list[Html]:
    """The names of those who speak in a cue, with a question mark where the screenplay matches loosely."""
    doubt = (
        el("span", "?", class_="unsure", title=f"screenplay match {cue.score:.2f}") if 0 < cue.score < UNSURE else None
    )
    return [chip(name, ranks[name], doubt) for name in speakers(cue)]
