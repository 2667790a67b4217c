"""Is a paragraph spoken or told? For files in which speech and action stand in the same column."""

import re
from collections.abc import Container

_QUOTED = re.compile(r"[\"“][^\"“”]{0,400}[\"”]")
_FIRST_PERSON = re.compile(
    r"\b(?:I(?:'m|'ll|'d|'ve)?|me|my|mine|myself|you(?:'re|'ll|'d|'ve)?|your|yours|yourself|us|our|ours|let's)\b"
    r"|\bwe(?:'re|'ll|'ve|'d)?\b"
    r"(?! (?:continue to )?(?:see|hear|find|are|pan|cut|follow|move|catch|discover|read|watch)\b)",
    re.IGNORECASE,
)
_OUTCRY = re.compile(r"[!?](?:\s|$)")
_CAMERA = re.compile(
    r"(?:(?:dissolve|cut|wipe|fade)(?: back)? (?:to|in|out)\b|(?:int|ext)\s?[.:]"
    r"|(?:(?:extreme|closer?|wider?|med\.?|medium|full|long(?:er)?|two|three|trucking|several|various|another|reverse"
    r"|group|high|low) ?)+(?:shots?|angle|flashes)\b|close-?\s?ups?\b|(?:insert|montage|flash(?:es)?)\s?:|camera\b)",
    re.IGNORECASE,
)
_ACTOR = re.compile(r"([A-Z][A-Z.' -]*[A-Z.])(?:'s)? (?=[a-z])")


def is_told(text: str, names: Container[str]) -> bool:
    """Whether a paragraph where speech is expected is action all the same.

    That is a camera direction ("Close shot: Of ..."), or one of the speakers doing something ("JOE pauses to ...").
    """
    if _CAMERA.match(text):
        return True
    actor = _ACTOR.match(text)
    return actor is not None and actor.group(1) in names and not _FIRST_PERSON.search(_QUOTED.sub("", text))


def is_spoken(text: str, names: Container[str]) -> bool:
    """Whether a paragraph after a finished speech goes on with it, rather than telling what happens.

    People say I and you, ask and exclaim; action names the characters in capitals. A small first letter
    continues the sentence before.
    """
    told = _QUOTED.sub("", text)
    if _CAMERA.match(text) or any(word.strip(".,;:!?'s") in names for word in told.split()):
        return False
    return bool(text[:1].islower() or _FIRST_PERSON.search(told) or _OUTCRY.search(told))
