"""What of a paragraph is speech, and what narration."""

import re

from fabula.files.book.sentences import iter_sentences

_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "_": None})
_DASH = re.compile(r"\s*(?:—|--+)\s*")
_DOUBLE = re.compile(r'"([^"]+)(?:"|$)')
_SINGLE = re.compile(r"(?<!\w)'(?=[A-Z])(.+?[.,!?;:-])'(?!\w)")


def plain(text: str) -> str:
    """The text with straight quotes, " - " for dashes, single spaces and no marks of emphasis."""
    return " ".join(_DASH.sub(" - ", text.translate(_PLAIN)).split())


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in iter_sentences(text)]


def speech(paragraph: str) -> list[str]:
    """The sentences spoken in a paragraph, without inquit: '"No," he said, "I cannot."' -> ["No, I cannot."].

    Words in quotes count as spoken if they end as speech does; so titles and ironic words are left out.
    """
    parts = [part.strip() for part in _quoted(plain(paragraph))]
    joined = ""
    for part in parts:
        if joined.endswith(",") and part[:1].isupper() and not part.startswith(("I ", "I'")):
            joined = joined[:-1] + "."
        joined += " " + part
    return sentences(joined.strip().rstrip(",-")) if joined else []


def narration(paragraph: str) -> list[str]:
    """The sentences of a paragraph that nobody speaks; a rest of fewer than five words (an inquit) is none."""
    text = plain(paragraph)
    for part in _quoted(text):
        text = text.replace(part, " ")
    text = " ".join(re.sub(r'"\s*"|(?<!\w)\'\s+\'(?!\w)|"', " ", text).split())
    return [s for s in sentences(text) if len(s.split()) >= 5 and s[0].isupper()]


def _quoted(text: str) -> list[str]:
    pattern = _DOUBLE if '"' in text else _SINGLE
    return [part for part in pattern.findall(text) if part.rstrip()[-1:] in tuple(".,!?;:-")]
