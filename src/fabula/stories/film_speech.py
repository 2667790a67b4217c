"""What is said in a film, speech by speech: cues cut into turns, and turns that one person says joined again."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from fabula.records import Cue, CueKind, Evidence
from fabula.stories.casing import Casing
from fabula.stories.film_order import Event

SURE = 0.9
"""Least score of a cue from which on its speaker is named. On three films whose speakers are known, the aligner is
right for 17 of 24 single-voiced cues below .9, for 13 of 17 from there to .99, and for 420 of 422 above."""
PAUSE = 2.0
"""Seconds of silence after which the same person's next words are a new speech."""

_RUNS_ON = re.compile(r"(?:[^.?!…\"”'’)\]]|\.\.\.|…|[-–—,])$")
_DASH = re.compile(r"\s+[-–—]+(?:\s+|$)|\s*--+\s*|[–—]\s+")
_INNER = str.maketrans({"“": "‘", "”": "’"})


def spoken_events(cues: Sequence[Cue], casing: Casing) -> list[Event]:
    """The turns of speech in the order of the file, each with its share of its cue's time.

    A cue's speaker is the aligner's where it is sure; where the file names a person without a name ("Man") and the
    aligner another, the file is believed: whoever made it has seen the picture.
    """
    found = []
    for cue in cues:
        if cue.kind is not CueKind.SPEECH:
            continue
        parts = cue.parts or (cue.text,)
        step = (cue.end - cue.start) / max(sum(len(part) for part in parts), 1)
        start = cue.start
        for part, voice in zip(parts, _voices(cue, len(parts), casing), strict=True):
            end = round(start + step * len(part), 3)
            who = casing.speaker(voice) if voice else None
            words = spoken_words(part)
            found.append(Event.of(Evidence("dialogue", words, who, start, end, cue=cue.number), cue.scene, voice))
            start = end
    return found


def speeches(events: Sequence[Event]) -> list[Event]:
    """The events with neighbouring turns of one person joined to one speech, and the sentences that run on.

    Where nobody knows who speaks, only a sentence that visibly runs on is joined.
    """
    out: list[Event] = []
    for event in events:
        if out and _same_speech(out[-1], event):
            last = out.pop()
            text = f"{last.evidence.text} {event.evidence.text}"
            evidence = replace(last.evidence, text=text, end=event.evidence.end)
            out.append(replace(last, evidence=evidence, end=event.end))
        else:
            out.append(event)
    return out


def _same_speech(before: Event, after: Event) -> bool:
    if before.evidence.kind != "dialogue" or after.evidence.kind != "dialogue" or before.scene != after.scene:
        return False
    if before.evidence.cue is None or before.evidence.cue == after.evidence.cue or before.voice != after.voice:
        return False
    if after.start - before.end > PAUSE:
        return False
    runs_on = _RUNS_ON.search(before.evidence.text) is not None
    return before.voice is not None or (runs_on and after.evidence.text[:1].islower())


def _voices(cue: Cue, count: int, casing: Casing) -> list[str | None]:
    aligned = next((found for found in (cue.speakers, (cue.speaker,)) if len(found) == count), (None,) * count)
    named = cue.names if len(cue.names) == count else (None,) * count
    # Two dashes are two people: where the aligner hears one, it is wrong about either.
    sure = cue.score >= SURE and all(before != after for before, after in itertools.pairwise(aligned))
    return [_voice(who if sure else None, name, casing) for who, name in zip(aligned, named, strict=True)]


def _voice(aligned: str | None, named: str | None, casing: Casing) -> str | None:
    if aligned is None or named is None:
        return aligned or named
    return named if casing.speaker(named).startswith(("the ", "a ")) else aligned


def spoken_words(text: str) -> str:
    """A speech as prose writes it, its words untouched: in one line, and with dashes that touch the words.

    What is quoted within it has single marks, since the double ones are the story's own.
    """
    text = re.sub(r"\"([^\"]*)\"", r"‘\1’", " ".join(text.split())).translate(_INNER).replace('"', "")
    return _DASH.sub("—", text)
