"""Drafts of a screenplay made by seeded code: lines dropped, reworded or misspelt, scenes moved, people renamed.

A draft that differs from the film is what the aligner meets in practice; here the difference is of known kind and
amount. Rewording needs no language model: words are left out, exchanged with their neighbours, or replaced by words of
other lines, which is harsher than a paraphrase, since nothing of the meaning has to stay.
"""

import itertools
import random
import re
import string
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fabula.records import LineKind, Scene, Screenplay, ScriptLine

KINDS = ("drop", "reword", "mixed", "misspell", "move", "rename")
TOUCHED = 0.5  # share of a line's words that are left out, exchanged or replaced, in equal parts, or misspelt
_LONG_WORD = re.compile(r"[A-Za-z]{4,}")


@dataclass(frozen=True)
class Draft:
    """A screenplay that was changed.

    ``names`` has for each name in it that is new the one that stood there before, ``moved`` the indices of scenes that
    stand elsewhere.
    """

    screenplay: Screenplay
    names: Mapping[str, str] = field(default_factory=dict)
    moved: frozenset[int] = frozenset()


def redraft(screenplay: Screenplay, kind: str, amount: float, seed: int) -> Draft:
    """Change a share of a screenplay.

    Args:
        screenplay: as read.
        kind: "drop" (dialogue lines left out), "reword" (dialogue lines changed), "mixed" (half of each),
            "misspell" (dialogue lines with misspelt words), "move" (scenes put elsewhere) or "rename" (people given
            other names, in the dialogue too).
        amount: the share of lines, scenes or people, from 0 to 1; each is drawn independently.
        seed: the same seed gives the same draft.

    Raises:
        ValueError: the kind is not one of ``KINDS``.
    """
    rng = random.Random(f"{kind} {seed}")
    if kind == "drop":
        return Draft(_drop(screenplay, amount, rng))
    if kind == "reword":
        return Draft(_reword(screenplay, amount, rng))
    if kind == "mixed":
        return Draft(_drop(_reword(screenplay, amount / 2, rng), amount / 2, rng))
    if kind == "misspell":
        return Draft(_with_lines_changed(screenplay, amount, rng, lambda text: _misspelt(text, rng)))
    if kind == "move":
        return _move(screenplay, amount, rng)
    if kind == "rename":
        return _rename(screenplay, amount, rng)
    raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")


def _drop(screenplay: Screenplay, amount: float, rng: random.Random) -> Screenplay:
    kept = [line for line in screenplay.lines if line.kind is not LineKind.DIALOGUE or rng.random() >= amount]
    return _renumbered(screenplay, [line for k, line in enumerate(kept) if not _speechless(kept, k)])


def _speechless(lines: Sequence[ScriptLine], at: int) -> bool:
    """Whether a name or a parenthesis stands over no dialogue any more."""
    over = (LineKind.SPEAKER, LineKind.PARENTHETICAL)
    if lines[at].kind not in over:
        return False
    below = next((line for line in lines[at + 1 :] if line.kind is not LineKind.PARENTHETICAL), None)
    return below is None or below.kind is not LineKind.DIALOGUE


def _reword(screenplay: Screenplay, amount: float, rng: random.Random) -> Screenplay:
    spoken = [line for line in screenplay.lines if line.kind is LineKind.DIALOGUE]
    others = [word for line in spoken for word in line.text.split()]
    return _with_lines_changed(screenplay, amount, rng, lambda text: _reworded(text.split(), others, rng))


def _with_lines_changed(
    screenplay: Screenplay, amount: float, rng: random.Random, change: Callable[[str], str]
) -> Screenplay:
    lines = [
        replace(line, text=change(line.text)) if line.kind is LineKind.DIALOGUE and rng.random() < amount else line
        for line in screenplay.lines
    ]
    return replace(screenplay, lines=tuple(lines))


def _reworded(words: list[str], others: Sequence[str], rng: random.Random) -> str:
    found: list[str] = []
    for word in words:
        change = rng.choice(["leave out", "exchange", "replace"]) if rng.random() < TOUCHED else ""
        if change == "exchange" and found:
            found.insert(len(found) - 1, word)
        elif change != "leave out":
            found.append(rng.choice(others) if change == "replace" else word)
    return " ".join(found)


def _misspelt(text: str, rng: random.Random) -> str:
    """One letter doubled, left out, replaced or exchanged with its neighbour, inside of long words."""

    def misspell(found: re.Match[str]) -> str:
        word = found.group()
        if rng.random() >= TOUCHED:
            return word
        at = rng.randrange(1, len(word) - 1)
        here = rng.choice([word[at] * 2, "", rng.choice(string.ascii_lowercase), None])
        return word[:at] + (word[at + 1] + word[at] + word[at + 2 :] if here is None else here + word[at + 1 :])

    return _LONG_WORD.sub(misspell, text)


def _move(screenplay: Screenplay, amount: float, rng: random.Random) -> Draft:
    scenes = {key: list(group) for key, group in itertools.groupby(screenplay.lines, key=lambda line: line.scene)}
    order: list[int | None] = [key for key in scenes if key is None or rng.random() >= amount]
    taken = scenes.keys() - set(order)
    for key in taken:
        order.insert(rng.randrange(len(order) + 1), key)
    before, after = _left_before(list(scenes), taken), _left_before(order, taken)
    moved = frozenset(key for key in taken if key is not None and before[key] != after[key])
    return Draft(_renumbered(screenplay, [line for key in order for line in scenes[key]]), moved=moved)


def _left_before(order: Sequence[int | None], taken: Collection[int | None]) -> dict[int | None, int]:
    """How many of the scenes that were left in place stand before each scene."""
    left = itertools.accumulate((key not in taken for key in order), initial=0)
    return dict(zip(order, left, strict=False))


def _rename(screenplay: Screenplay, amount: float, rng: random.Random) -> Draft:
    people = sorted({line.speaker for line in screenplay.lines if line.speaker})
    new = {name: f"{_invented(rng)} {k}" for k, name in enumerate(people) if rng.random() < amount}
    lines = [
        replace(line, speaker=new[line.speaker], text=new[line.speaker] if line.kind is LineKind.SPEAKER else line.text)
        if line.speaker in new
        else line
        for line in screenplay.lines
    ]
    return Draft(
        replace(screenplay, lines=tuple(_renamed_in_speech(line, new) for line in lines)),
        {invented: name for name, invented in new.items()},
    )


def _renamed_in_speech(line: ScriptLine, new: Mapping[str, str]) -> ScriptLine:
    if line.kind is not LineKind.DIALOGUE:
        return line
    words = (new.get(word.upper().strip(".,!?"), word) for word in line.text.split())
    return replace(line, text=" ".join(words))


def _invented(rng: random.Random) -> str:
    return "".join(rng.choice("BDFGKLMNPRSTVZ") + rng.choice("AEIOU") for _ in range(3))


def _renumbered(screenplay: Screenplay, lines: Sequence[ScriptLine]) -> Screenplay:
    """The screenplay with these lines in this order; scenes keep their indices, which the scoring needs."""
    numbered = [replace(line, index=k) for k, line in enumerate(lines)]
    spans: dict[int | None, list[int]] = {}
    for line in numbered:
        spans.setdefault(line.scene, []).append(line.index)
    return replace(screenplay, lines=tuple(numbered), scenes=tuple(_spanning(s, spans) for s in screenplay.scenes))


def _spanning(scene: Scene, spans: Mapping[int | None, list[int]]) -> Scene:
    own = spans.get(scene.index)
    return replace(scene, first_line=own[0], last_line=own[-1]) if own else scene
