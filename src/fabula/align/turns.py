"""What the screenplay aligner aligns: turns of speech in the subtitles and in the screenplay, as tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

from fabula.align.words import tokenise
from fabula.records import Cue, CueKind, LineKind, Screenplay


@dataclass(frozen=True)
class Part:
    """One turn of speech: indices of the cue and of the part in it; ``name`` is what the subtitles call the speaker."""

    cue: int
    part: int
    tokens: tuple[str, ...]
    name: str | None
    text: str = ""


@dataclass(frozen=True)
class Turn:
    """One speech of the screenplay. ``owners`` has, for each token, the index of the line that it stands in."""

    speaker: str
    scene: int | None
    tokens: tuple[str, ...]
    owners: tuple[int, ...]
    text: str = ""


def cue_parts(cues: Sequence[Cue]) -> list[Part]:
    """All spoken parts of the cues, in order. Sounds, music and advertising have none."""
    found = []
    for i, cue in enumerate(cues):
        if cue.kind is not CueKind.SPEECH:
            continue
        texts = cue.parts or (cue.text,)
        names = cue.names or (None,) * len(texts)
        for k, (text, name) in enumerate(zip(texts, names, strict=True)):
            tokens = tuple(tokenise(text))
            if tokens:
                found.append(Part(i, k, tokens, name, text))
    return found


def script_turns(screenplay: Screenplay) -> list[Turn]:
    """The screenplay's speeches: dialogue lines of one speaker until a name, an action or a heading comes between."""
    turns: list[Turn] = []
    speech: list[int] = []
    for line in screenplay.lines:
        if line.kind is LineKind.DIALOGUE and line.speaker:
            speech.append(line.index)
        elif line.kind is not LineKind.PARENTHETICAL:
            turns += _turn(screenplay, speech)
            speech = []
    return turns + _turn(screenplay, speech)


def _turn(screenplay: Screenplay, speech: Sequence[int]) -> list[Turn]:
    words = [(token, index) for index in speech for token in tokenise(screenplay.lines[index].text)]
    if not words:
        return []
    first = screenplay.lines[speech[0]]
    tokens, owners = zip(*words, strict=True)
    text = " ".join(screenplay.lines[index].text for index in speech)
    return [Turn(first.speaker or "", first.scene, tokens, owners, text)]
