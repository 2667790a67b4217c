"""Captions -> words, as the caption measures count them."""

import re

Tokens = tuple[str, ...]

_CURLY = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "…": ".", "–": "-", "—": "-"})
_TITLES = r"mr|mrs|ms|dr|st|jr|sr|mt|ft|vs|etc|inc|co|corp|lt|sgt|ave|blvd"
_TOKEN = re.compile(
    rf"""
      (?:https?://|www\.)\S*\w | \w[\w.]*@\w[\w.]*\w      # addresses
    | (?:[a-z]\.){{2,}} | \b[a-z]\.(?!\w)                   # d.c., the letter p.
    | \b(?:{_TITLES})\.(?!\w)                             # mr.
    | '(?:s|m|d|re|ve|ll)\b | '\d\ds\b | '?n'(?!\w)       # 's, '80s, rock 'n' roll
    | \d+(?:[.,:/]\d+)+                                   # 1,000 and 10:30
    | (?-i:[A-Z]+(?:&[A-Z]+)+)                            # AT&T
    | \w+(?:[-./]\w+|'(?=[^\W\d])\w+)*                    # t-shirt, o'clock
    | [!?]{{2,}} | \S
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENDING = re.compile(r"(.+?)(n't|'(?:s|m|d|re|ve|ll))")
_JOINED = {
    "cannot": ("can", "not"),
    "gonna": ("gon", "na"),
    "gotta": ("got", "ta"),
    "wanna": ("wan", "na"),
    "lemme": ("lem", "me"),
    "gimme": ("gim", "me"),
    "y'all": ("y'", "all"),
}
_BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}
_DASHES = re.compile("[–—]+|-{2,}")
_DROPPED = frozenset("'\".?!,:;-")


def prose_tokens(text: str) -> Tokens:
    """The words of prose and its punctuation, in lower case: as ``caption_tokens``, but dashes part words."""
    return _tokens(_DASHES.sub(" - ", text))


def _tokens(text: str) -> Tokens:
    words: list[str] = []
    for found in _TOKEN.findall(text.translate(_CURLY).replace("&amp;", "&")):
        token = found.lower()
        ending = _ENDING.fullmatch(token)
        words += ending.groups() if ending else _JOINED.get(token) or (_BRACKETS.get(token, token),)
    return tuple(words)


def caption_tokens(text: str) -> Tokens:
    """The words of a caption in lower case, without punctuation.

    They are those of coco-caption's PTBTokenizer (Stanford CoreNLP 3.4.1 with ``-lowerCase``): hyphened words stay
    whole, "man's" is two words, "cannot" too, and round brackets stay as "-lrb-" and "-rrb-", because coco-caption
    forgets them. Rare things of newspapers differ: unknown abbreviations, tags, "C++", feet and inches.
    """
    return tuple(word for word in _tokens(text) if word not in _DROPPED)
