"""What a heading says: its rank and number ("CHAPTER IV", "Book the First", "12."), and which matter it names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from fabula.records import Matter

VOLUME, PART, CHAPTER, NUMERAL = 1, 2, 3, 4
"""Ranks of headings, from the outermost; a numeral that stands alone may be a chapter or a section of one."""

_RANKS = {
    VOLUME: "volume vol tome",
    PART: "book part act",
    CHAPTER: "chapter chap stave canto scene letter epistle adventure fytte night section",
}
_RANK_OF_WORD = {word: rank for rank, words in _RANKS.items() for word in words.split()}
_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
]
_VALUES = {
    **{word: value for value, word in enumerate(_ONES + _TEENS, 1)},
    **{word: value for value, word in enumerate(_ORDINALS, 1)},
    **{tens: 10 * value for value, tens in enumerate(_TENS, 2)},
    **{
        f"{tens}{dash}{one}": 10 * t + o
        for t, tens in enumerate(_TENS, 2)
        for o, one in enumerate(_ONES, 1)
        for dash in "- "
    },
}
_WORDS = "|".join(sorted(_VALUES, key=len, reverse=True))
_ROMAN = re.compile(r"(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})", re.IGNORECASE)
_ROMAN_VALUES = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_NAMED = "|".join(sorted(_RANK_OF_WORD, key=len, reverse=True))
_NUMBERED = re.compile(
    rf"(?P<word>{_NAMED})\.?\s+(?:the\s+)?(?P<number>[\divxlcdm]+(?:\.[\divxlc]+)*|{_WORDS}|last)(?!\w)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ORDINAL_FIRST = re.compile(
    rf"(?:the\s+)?(?P<number>{'|'.join(_ORDINALS)}|last)\s+(?P<word>{_NAMED})(?!\w)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMERAL = re.compile(r"(?P<number>[IVXLCDM]{1,9}|\d{1,3})(?P<rest>\s*(?:[.:)—–-].*)?)", re.DOTALL)
_SEPARATOR = re.compile(r"\s*[.:)—–-]+\s*|\s*\n\s*")
_LONGEST = 240  # characters of a heading; Victorian ones tell the whole chapter
_LONGEST_TITLE = 100

_DESCRIPTION = re.compile(r"(?:In which|Wherein|Containing|Concerning|Showing|Shows|Treating|Treats|Describes)\b")
_MARKER = re.compile(r"={3,}\s+(?P<name>\S.*?)\s+={3,}")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_SMALL_WORDS = frozenset(
    [
        "from",
        "into",
        "onto",
        "over",
        "than",
        "that",
        "then",
        "through",
        "under",
        "unto",
        "upon",
        "when",
        "with",
        "without",
    ]
)

_STORY = frozenset(["prologue", "epilogue", "interlude", "prelude", "postlude", "coda", "envoi"])
_APPARATUS = frozenset(
    """contents|table of contents|preface|foreword|introduction|introductory|introductory note|introductory remarks
    |dedication|title page|titlepage|half title|halftitle|halftitlepage|imprint|copyright|copyright page|epigraph
    |illustrations|maps|map|frontispiece|cover|author s note|editor s note|publisher s note|translator s note
    |translator s preface|author s preface|editor s preface|a note on the text|note|notes|to the reader|characters
    |dramatis personae|persons of the play|persons represented|cast of characters|advertisement|errata|footnotes
    |endnotes|index|glossary|bibliography|afterword|colophon|uncopyright|full project gutenberg license
    |other works|about this book|about this edition""".replace("\n    ", "").split("|")
)
_APPARATUS_STARTS = (
    "preface to", "introduction to", "introduction by", "foreword by", "note to the", "note on the", "notes on",
    "notes to", "list of", "praise for", "also by", "other books by", "books by", "by the same author", "appendix",
    "about the author", "about the publisher", "about the translator", "transcriber", "copyright", "acknowledg",
)  # fmt: skip
_MATTERS = {
    Matter.FRONT: """frontmatter titlepage halftitlepage halftitle imprint copyright-page copyright toc loi lot lov
        cover dedication epigraph preface foreword introduction acknowledgments acknowledgements seriespage preamble""",
    Matter.BODY: "bodymatter chapter part volume book division act prologue epilogue text",
    Matter.BACK: """backmatter colophon uncopyright appendix afterword glossary index bibliography endnotes footnotes
        rearnotes notes errata""",
}
_MATTER_OF_TYPE = {name: matter for matter, names in _MATTERS.items() for name in names.split()}

_GENERIC_STEMS = frozenset(["index", "part", "book", "text"])  # what converters call any file


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says. ``number`` is None for "the last" and for headings known by their name ("Preface")."""

    rank: int
    number: int | None
    titled: bool = False


def read_heading(text: str) -> Heading | None:
    """The rank and number of a heading such as "CHAPTER I. Loomings", "Part Two" or "IV."; None if it is no such."""
    text = text.strip()
    if not text or len(text) > _LONGEST or not text[0].isalnum() or text[0].islower():
        return None
    if named := _NUMBERED.fullmatch(text) or _ORDINAL_FIRST.fullmatch(text):
        number = _number(named["number"])
        if (number or named["number"].lower() == "last") and _is_title_after(named["rest"]):
            return Heading(_RANK_OF_WORD[named["word"].lower()], number, _has_words(named["rest"]))
    numeral = _NUMERAL.fullmatch(text)
    if numeral and (number := _number(numeral["number"])) and _is_title_after(numeral["rest"], strict=True):
        return Heading(NUMERAL, number, _has_words(numeral["rest"]))
    return None


def looks_like_title(text: str, *, may_stop: bool = False) -> bool:
    """Whether a line is all capitals, or short, with its Longer Words Capitalised and without a stop at its end."""
    words = _WORD.findall(text)
    if not words or len(text) > _LONGEST_TITLE or len(words) > 14 or not text[0].isalnum() or text[-1] in ",;":
        return False
    if text.isupper():
        return max(map(len, words)) > 1
    if text[-1] in ":!?…—" or (text[-1] == "." and (not may_stop or "," in text)):
        return False
    return all(word[0].isupper() or len(word) < 4 or word in _SMALL_WORDS for word in words) and words[0][0].isupper()


def is_apparatus(title: str) -> bool:
    """Whether a title names what is not the story: contents, preface, notes, index."""
    plain = _plain(title)
    return plain in _APPARATUS or (len(plain) < 60 and plain.startswith(_APPARATUS_STARTS))


def is_contents(title: str) -> bool:
    """Whether a title is that of a table of contents."""
    return _plain(title) in {"contents", "table of contents"}


def opens_story(title: str) -> bool:
    """Whether a title is that of a numbered part or chapter, a prologue or an epilogue."""
    return read_heading(title) is not None or _plain(title).partition(" ")[0] in _STORY


def is_named_heading(line: str) -> bool:
    """Whether a line is a heading by its name alone: "PREFACE", "Epilogue", "Notes"."""
    if "\n" in line or not line[:1].isupper() or len(line) > 60:
        return False
    return (is_apparatus(line) or opens_story(line)) and (
        line.isupper() or looks_like_title(line.rstrip(":"), may_stop=True)
    )


def marker_name(line: str) -> str | None:
    """The name in a line such as "=== text/chapter-1.xhtml ===", with which dumps of e-books part their files."""
    marker = _MARKER.fullmatch(line.strip())
    return marker["name"] if marker else None


def matter_of_types(types: Iterable[str]) -> Matter | None:
    """The matter that EPUB structural semantics (``epub:type``, guide types) name; the story's own parts win."""
    known = [_MATTER_OF_TYPE[name] for name in types if name in _MATTER_OF_TYPE]
    return Matter.BODY if Matter.BODY in known else next(iter(known), None)


def matter_of_file(name: str) -> Matter | None:
    """The matter that a file's name tells: "text/titlepage.xhtml" is front matter, "chapter-3.html" the body."""
    stem = re.sub(r"[\d_-]+$", "", PurePosixPath(name).stem.lower())
    return None if stem in _GENERIC_STEMS else matter_of_types([stem])


def heading_title(text: str) -> str:
    """The title that a heading of one or more lines gives; a file marker counts only when it stands alone."""
    lines = [line.strip(" \t#*_") for line in text.split("\n")]
    names = [line for line in lines if line and not marker_name(line)]
    title = join_title_lines(names) if names else title_of_file(marker_name(text) or text)
    return title if title.endswith("..") else title.removesuffix(".")


def join_title_lines(lines: Sequence[str]) -> str:
    """One line of a title's lines; a number or a name such as "Preface" is parted from what follows by a colon."""
    title = ""
    for line in (" ".join(line.split()) for line in lines):
        bare = title[-1:].isalnum() and (read_heading(title) is not None or is_named_heading(title))
        title = f"{title}: {line}" if bare else f"{title} {line}".strip()
    return title


def title_of_file(name: str) -> str:
    """A title made of a file's name, where there is no better: "text/chapter-1.xhtml" is "Chapter 1"."""
    return PurePosixPath(name).stem.replace("-", " ").replace("_", " ").strip().capitalize()


def same_title(one: str, other: str) -> bool:
    """Whether two titles have the same words."""
    return _plain(one) == _plain(other)


def _plain(title: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", title.casefold())).removeprefix("the ")


def _number(text: str) -> int | None:
    """The value of digits, a Roman numeral or a number word; of "1.VI" the last part."""
    text = text.lower().rpartition(".")[2]
    if text.isdecimal():
        return int(text)
    if text in _VALUES:
        return _VALUES[text]
    if not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[letter] for letter in text.upper()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _has_words(rest: str) -> bool:
    return any(map(str.isalnum, rest))


def _is_title_after(rest: str, *, strict: bool = False) -> bool:
    """Whether what stands after a heading's number is nothing or a title."""
    separator = _SEPARATOR.match(rest)
    title = rest[separator.end() :].strip() if separator else rest.strip()
    if not title:
        return True
    if strict or not separator or "\n" in separator.group() or "\n" in title:
        return looks_like_title(title, may_stop=True) or (not strict and bool(_DESCRIPTION.match(title)))
    return not title[0].islower()
