"""What a language model is asked: a text file with places for the style, the evidence, the names and the length."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fabula.errors import InputError
from fabula.files.rows import timecode
from fabula.files.text import read_text
from fabula.records import Evidence
from fabula.stories.check import evidence_names

PROMPT = Path(__file__).parent / "prompts" / "story.txt"
PLACES = ("style", "evidence", "names", "length")
REQUIRED = ("style", "evidence")
LENGTH = 150  # words of a story
NO_NAMES = "(none are known)"

_PLACE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}")
_LABELS = {"caption": "Seen", "heading": "Scene", "action": "Action", "passage": "Book"}


def load_prompt(path: str | Path | None = None) -> str:
    """The text of a prompt's file, with its placeholders; without a path that of fabula's own.

    ``{style}`` and ``{evidence}`` must be in it; ``{names}`` and ``{length}`` (in words) may be. A brace that is
    meant as one is written twice.

    Raises:
        InputError: the file cannot be read, or has too few placeholders or some that nothing fills.
    """
    path = PROMPT if path is None else Path(path)
    text = read_text(path).text
    found = [match["name"] for match in _PLACE.finditer(text) if match["name"] is not None]
    cure = f"use {_listed(PLACES)}, and write a brace that is none of these twice: {{{{ }}}}"
    unknown = next((name for name in found if name not in PLACES), None)
    if unknown is not None:
        raise InputError(path, f"nothing fills the placeholder {{{unknown}}}", cure)
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise InputError(path, f"the prompt lacks {_listed(missing)}", cure)
    return text


def fill_prompt(prompt: str, evidence: Sequence[Evidence], style: str, length: int = LENGTH) -> str:
    """The request that a prompt (``load_prompt``) makes for this evidence; ``length`` in words."""
    values = {
        "style": style,
        "evidence": lay_out(evidence),
        "names": ", ".join(evidence_names(evidence)) or NO_NAMES,
        "length": str(length),
    }
    return _PLACE.sub(lambda found: _filled(found, values), prompt).strip()


def lay_out(evidence: Sequence[Evidence]) -> str:
    """The evidence for a reader, a line for each piece: number, time, what it is or who says it, and its words.

    For instance: 3. [00:12:04] Reggie says: "Do we know each other?"
    """
    return "\n".join(f"{k}. {_time(one)}{_line(one)}" for k, one in enumerate(evidence, 1))


def _filled(found: re.Match[str], values: Mapping[str, str]) -> str:
    return found.group()[0] if found["name"] is None else values[found["name"]]


def _time(one: Evidence) -> str:
    return "" if one.start is None else f"[{timecode(one.start).partition('.')[0]}] "


def _line(one: Evidence) -> str:
    text = " ".join(one.text.split())
    if one.kind in _LABELS:
        return f"{_LABELS[one.kind]}: {text}"
    speaker = one.speaker or "Somebody"
    shown = speaker.title() if speaker.isupper() else speaker[0].upper() + speaker[1:]
    return f'{shown} says: "{text}"'


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"{{{name}}}" for name in names)
