"""Headings and transitions in plain text: alone in capitals, or within a paragraph ("Cut to: Int. Office: ...")."""

import re

from fabula.files.screenplay.elements import Element, has_setting
from fabula.files.screenplay.furniture import Line
from fabula.files.screenplay.names import is_capitals
from fabula.records import LineKind

_LONGEST = 100
_TRANSITION = re.compile(
    r"(?:[A-Z][A-Z .'-]{0,40} )?(?:TO|THROUGH):|FADE [A-Z ]{2,30}[.:]?|THE END\.?"
    r"|(?i:fade (?:in|out|up|to [a-z]{3,9})|(?:dissolve|wipe|fade|(?:smash |match |jump )?cut)(?: back)? to(?: black)?)"
    r"\s?[.:]?"
)
_LED_IN = re.compile(r"(?i:fade in|(?:[a-z]+ )?(?:cut|dissolve|wipe|fade)(?: back)? to)\s?[.:](?=\s*\S)")
_INNER = re.compile(
    r"(?P<transition>\b(?i:fade in|(?:cut|dissolve|wipe|fade)(?: back)? to)\s?:\s+)(?=(?:Int|Ext|INT|EXT)\s?[.:])"
)
_MIXED_SETTING = re.compile(r"(?:Int|Ext|INT|EXT)(?:\.:|[.:])\s")
# A place ends at a full stop or colon, but not at those of initials: "Ext. D. B.'s estate: Close-up."
_PLACE_END = re.compile(r"(?:(?<=[\w)'’][a-z)'’])|(?<=[A-Z]{3})|(?<=\d))[.:](?=\s|$)")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")


def is_transition(text: str) -> bool:
    """Whether a whole line is a transition: CUT TO:, FADE OUT., Dissolve to:, THE END."""
    return len(text) <= _LONGEST and _TRANSITION.fullmatch(text) is not None


def is_heading(text: str) -> bool:
    """Whether a line is a scene heading in capitals, perhaps led in by a transition ("FADE IN: INT. ROOM")."""
    led_in = _LED_IN.match(text)
    rest = text[led_in.end() :].strip() if led_in else text
    return len(text) <= 2 * _LONGEST and has_setting(rest) and is_capitals(_BRACKETS.sub("", rest))


def heading_elements(lines: list[Line]) -> list[Element]:
    """The elements of a heading in capitals, which may be wrapped over lines."""
    first = lines[0]
    text = " ".join(line.text for line in lines)
    led_in = _LED_IN.match(text)
    found = [Element(LineKind.TRANSITION, led_in.group(), first.number)] if led_in else []
    heading = text[led_in.end() :].strip() if led_in else text
    return [*found, Element(LineKind.HEADING, heading, first.number, scene_number=first.scene_number)]


def action_elements(lines: list[Line]) -> list[Element]:
    """The elements of a paragraph that is not spoken: mostly one of action, else it holds transition and heading."""
    text = " ".join(line.text for line in lines)
    before, transition, rest = _cut_at_transition(text)
    heading, rest = _cut_heading(rest)
    if heading is None and not has_setting(rest):
        before, transition, rest = text, "", ""
    pieces = [
        (LineKind.ACTION, before),
        (LineKind.TRANSITION, transition),
        (LineKind.HEADING, heading),
        (LineKind.ACTION, rest),
    ]
    number = lines[0].scene_number
    return [
        Element(kind, piece.strip(), lines[0].number, scene_number=number if kind is LineKind.HEADING else None)
        for kind, piece in pieces
        if piece and piece.strip()
    ]


def _cut_at_transition(text: str) -> tuple[str, str, str]:
    """The text before a transition that leads into a scene, the transition, and what follows it."""
    inner = _INNER.search(text)
    if inner is None:
        return "", "", text
    return text[: inner.start()], inner.group("transition"), text[inner.end() :]


def _cut_heading(text: str) -> tuple[str | None, str]:
    """The heading that a paragraph begins with, in whatever case, and the rest of the paragraph."""
    setting = _MIXED_SETTING.match(text)
    if setting is None:
        return None, text
    end = _PLACE_END.search(text, setting.end(), setting.end() + _LONGEST)
    if end is None:
        return (text, "") if len(text) <= _LONGEST else (None, text)
    return text[: end.start()], text[end.end() :]
