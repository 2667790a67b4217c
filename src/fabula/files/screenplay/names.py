"""Speaker names made one: what a character cue says besides the name (V.O., CONT'D, 'S VOICE) becomes attributes."""

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST_NAME = 50
MOST_WORDS = 6
_WIDE_GAP = " " * 5

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\xa0": " "})
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_KNOWN = {
    "V.O.": re.compile(r"V\s*[./]?\s*[O0]\.?|VOICE[ -]?OVER"),
    "O.S.": re.compile(r"[O0]\s*[./]?\s*S\.?|OFF[ -]?(?:SCREEN|STAGE)"),
    "O.C.": re.compile(r"[O0]\s*[./]?\s*C\.?|OFF[ -]?CAMERA"),
    "CONT'D": re.compile(r"CONT\.?(?:'?D\.?|INUED|INUING)?"),
}
_LOOSE_TAIL = re.compile(
    r"(?:\s*[-,–—]\s*|\s+)(V\.\s?O\.?|O\.\s?S\.?|O\.\s?C\.?|VOICE[ -]?OVER|CONT(?:'D|INUED|INUING)|AD[ -]LIB)$"
)
_VOICE = re.compile(r"(?:'S|(?<=[SXZ])')\s+VOICE$")
_INITIALS = re.compile(r"(?<=\b[A-Z]\.)\s+(?=[A-Z]\.)")
_LOWER_IN_NAME = re.compile(r"\b(Mc|Mac|Di|De|Du|Le|La|O'|van|von|de)(?=[A-Z])|\b(?:van|von|de|der|du|la)\b|(?<=')s\b")
_SENTENCE_END = re.compile(r"[!?,;…]$|\.\.$|--?$|[–—]$")
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:JR|SR|ESQ|SGT|CAPT|LT|DR|MR|MRS|MS|NO))\.$")
_NOT_A_NAME = re.compile(
    r"^(?:THE END|FADE (?:IN|OUT)|CHAPTER|PART|BOOK|VOLUME|ACT|SCENE|INTERMISSION|DELETED|OMIT(?:TED)?|CONTINUED"
    r"|TITLES?|CREDITS|INTERCUT|INSERT|MONTAGE|FLASHBACK|BACK TO|SERIES OF|LATER|MOMENTS LATER"
    r"|(?:INT|EXT|EST)(?=[. /]))\b"
    r"|\b(?:SHOTS?|ANGLES?|CLOSE-?\s?UPS?|P\.?O\.?V|CAMERA)\b|^(?:CLOSE|WIDE|TIGHT) ON\b"
)


@dataclass(frozen=True, slots=True)
class SpeakerName:
    """A speaker's name in capitals and the attributes that stood with it, in the order of the page."""

    name: str
    attributes: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def normalise_name(text: str) -> SpeakerName:
    """The one name behind a character cue.

    >>> normalise_name("Reggie’s Voice (o.s.) (cont'd)")
    SpeakerName(name='REGGIE', attributes=('VOICE', 'O.S.', "CONT'D"))
    """
    cue = " ".join(text.translate(_TYPOGRAPHY).upper().split())
    bracketed = [a for m in _BRACKETED.finditer(cue) for a in _attributes(m.group(1))]
    base = _tidy(_BRACKETED.sub(" ", cue))
    trailing: list[str] = []
    while tail := _LOOSE_TAIL.search(base):
        trailing[:0] = _attributes(tail.group(1))
        base = _tidy(base[: tail.start()])
    if _VOICE.search(base):
        # BURNS' VOICE is Burns, WILSON'S VOICE is Wilson: speech from outside the picture, not another person.
        base, trailing = _VOICE.sub("", base), ["VOICE", *trailing]
    name = _INITIALS.sub("", base) or _tidy(cue)
    return SpeakerName(name, tuple(dict.fromkeys(trailing + bracketed)))


def is_name(text: str) -> bool:
    """Whether a line, alone, can be a character cue: short, in capitals, no sentence, no camera direction."""
    if not 0 < len(text) <= LONGEST_NAME or text[0] in "([" or _WIDE_GAP in text:
        return False
    base = _BRACKETED.sub(" ", text.translate(_TYPOGRAPHY)).strip()
    words = base.split()
    if not words or len(words) > MOST_WORDS or not is_capitals(base):
        return False
    if base.endswith(":") and len(words) > MOST_WORDS // 2:
        return False
    return not (_ends_like_a_sentence(base) or _NOT_A_NAME.search(base))


def is_capitals(text: str) -> bool:
    """Whether all letters are capitals, but for the small ones of McCLANE's and von TRAPP; False without letters."""
    core = _LOWER_IN_NAME.sub("", text)
    return core == core.upper() and any(c.isalpha() for c in core)


def _ends_like_a_sentence(base: str) -> bool:
    if _SENTENCE_END.search(base):
        return True
    return base.endswith(".") and not _ABBREVIATION.search(base.upper())


def _attributes(inside: str) -> list[str]:
    """The attributes in one pair of brackets: "V.O./CONT'D" are two, "O/S" is one."""
    whole = _known(inside.strip())
    if whole:
        return [whole]
    parts = (part.strip() for part in re.split(r"[;,/]", inside))
    return [_known(part) or part for part in parts if part]


def _known(text: str) -> str | None:
    return next((name for name, pattern in _KNOWN.items() if pattern.fullmatch(text)), None)


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(' :"*_^')
