"""Cue text without its markup: tags, entities and override codes out, line breaks kept, voices set apart."""

import html
import re

# Only tags that subtitles have: "<Confidential>" on a telegram is text that the viewer reads.
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|font|c|v|lang|ruby|rt|span|p|div)(?=[\s.>/])[^<>]*>|<(?:\d+:)?\d\d:\d\d\.\d{3}>",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\s*/?>|\\[Nn]", re.IGNORECASE)
_VOICE = re.compile(r"<v(?P<classes>(?:\.[^\s.>]+)*)(?:\s+(?P<name>[^<>]*))?>|</v>", re.IGNORECASE)
_STYLE_CODE = re.compile(r"\{\\[^{}]*\}")
_OVERRIDE = re.compile(r"(?<!\\)\{[^{}]*\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
# Marks without width would hide a dash at the start of a line: zero-width blanks, directions, joiners, byte order mark.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def plain_text(markup: str) -> str:
    """The text that SubRip or WebVTT markup shows."""
    text = _LINE_BREAK.sub("\n", _STYLE_CODE.sub("", markup))
    return _tidy(_unescape(_TAG.sub("", text)))


def plain_ass(markup: str) -> str:
    r"""The text that SubStation markup shows: override blocks out, ``\N``, ``\n`` and ``\h`` as what they stand for."""
    text = _LINE_BREAK.sub("\n", _OVERRIDE.sub("", markup)).replace(r"\h", " ")
    return _tidy(text.replace(r"\{", "{").replace(r"\}", "}"))


def split_voices(markup: str) -> list[tuple[str | None, str]]:
    """Cut WebVTT markup into its voice spans: the name (or the class, "<v.anna>", when there is none) and the markup.

    Markup outside voice spans has the name None; markup without any span comes back whole.
    """
    spans: list[tuple[str | None, str]] = []
    name, place = None, 0
    for tag in _VOICE.finditer(markup):
        spans.append((name, markup[place : tag.start()]))
        classes = (tag["classes"] or "").split(".")
        name, place = _unescape(tag["name"] or "").strip() or classes[-1] or None, tag.end()
    spans.append((name, markup[place:]))
    return [span for span in spans if span[1].strip()] or [(None, "")]


def _unescape(text: str) -> str:
    # html.unescape alone would also see an entity in "R&notes".
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _tidy(text: str) -> str:
    lines = (_INVISIBLE.sub("", line).replace("\xa0", " ").strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
