"""The words of a prose text that are written as names are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fabula.adaptation.names import TITLES
from fabula.align.names import NOT_NAMES, WORD
from fabula.align.words import tokenise
from fabula.files.book.sentences import split_sentences
from fabula.stories.ordinary import is_ordinary

HONORIFICS = TITLES | {"mister", "missus", "inspector", "detective", "officer", "king", "queen", "prince", "princess"}
"""Words before a name that say what somebody is, not who."""
HEADING = 0.5
"""Share of the words with a capital, from which on a line without a stop is a heading, where all words may have one."""

_NO_NAMES = (
    NOT_NAMES
    | HONORIFICS
    | frozenset(
        tokenise(
            "mother mama mamma mum mom mummy mommy papa pa dad daddy brother grandfather grandmother grandpa "
            "grandma granny int ext gods goddess heaven hell bible christ jesus satan devil majesty highness "
            "excellency easter north south east west northern southern eastern western okay ok tv pm am american "
            "british scottish scots irish welsh spanish spaniard portuguese dutch belgian swiss austrian danish "
            "swedish norwegian finnish russian polish czech hungarian greek turkish arab arabic arabian persian "
            "egyptian indian chinese japanese korean african european asian australian canadian mexican brazilian "
            "cuban latin roman parisian londoner englishman englishmen englishwoman frenchman frenchmen "
            "frenchwoman irishman irishmen scotsman dutchman christian catholic protestant jew jewish muslim "
            "moslem hebrew buddhist hindu victorian gothic the and or but if so he she it they we you his her its "
            "their our my your him them us this that these those there here what which when where who why how not "
            "no yes all one of in on at to for with as by"
        )
    )
)
_OPENING = frozenset("\"“«‘'’([{*_#>:…—–")
_ROMAN = re.compile(r"[IVXLCM]+")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_TITLED = re.compile(rf"(?:^|[^\w])(?:{'|'.join(sorted(HONORIFICS))})\.?\s$|(?<!\w)[A-Z]\.\s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capital:
    """A word with a capital that is used as a name, without the genitive: ``text[start:end] == word``."""

    word: str
    start: int
    end: int

    @property
    def token(self) -> str:
        """The word as names are compared: no accents, no capitals."""
        return token(self.word)


def token(word: str) -> str:
    """A word as names are compared: no accents, no capitals, no apostrophes."""
    return "".join(tokenise(word))


def find_names(text: str) -> list[Capital]:
    """The words that are written as names, in order.

    Inside a sentence a capital makes a name, unless the word is a title, a day, a month, a nation's or the like. Where
    a sentence, a quotation or a heading begins any word has one: there it makes a name of what is no ordinary word
    (``stories.ordinary``), or of what the same text uses as a name elsewhere and never writes in small letters.
    """
    openings = _openings(text)
    found = [bare_word(word) for word in WORD.finditer(text)]
    small = {word.token for word in found if word.word[0].islower()}
    capitals = [word for word in found if word.word[0].isupper() and not _is_plain(word)]
    known = {word.token for word in capitals if word.start not in openings and not _is_shout(word)} - small
    return [word for word in capitals if _is_name(word, openings, known)]


def _is_name(word: Capital, openings: set[int], known: set[str]) -> bool:
    if _is_shout(word):
        return word.token in known
    return word.start not in openings or word.token in known or not is_ordinary(word.word)


def _is_plain(word: Capital) -> bool:
    """Whether a word needs its capital though it is nobody's name."""
    stem = word.token
    return len(stem) < 2 or {stem, stem.removesuffix("s")} & _NO_NAMES != set() or bool(_ROMAN.fullmatch(word.word))


def _is_shout(word: Capital) -> bool:
    return word.word.isupper() and is_ordinary(word.word)


def bare_word(found: re.Match[str]) -> Capital:
    """A word without the genitive, and without what is drawn together with it (Marcus'll)."""
    word = found.group()
    cut = re.search(r"['’](?:s|ll|d|ve|re|m)$", word, re.IGNORECASE)
    end = found.start() + (cut.start() if cut else len(word))
    return Capital(word[: cut.start()] if cut else word, found.start(), end)


def _openings(text: str) -> set[int]:
    """Where words start that have a capital whatever they are."""
    return {start for line in _LINE.finditer(text) for start in _openings_of_line(text, line.start(), line.end())}


def _openings_of_line(text: str, start: int, end: int) -> Iterator[int]:
    line = text[start:end]
    words = list(WORD.finditer(line))
    firsts = {first for span in split_sentences(line) if (first := _first(words, *span)) is not None}
    heading = line.rstrip()[-1] not in ".!?,;:…\"”’'»—" and _share(words) > HEADING
    for word in words:
        before = line[: word.start()]
        opens = word.start() in firsts or before.rstrip()[-1:] in _OPENING - {"’", "'", '"', "”"} or _quoted(before)
        if heading or (opens and not _TITLED.search(before)):
            yield start + word.start()


def _first(words: list[re.Match[str]], start: int, end: int) -> int | None:
    return next((word.start() for word in words if start <= word.start() < end), None)


def _quoted(before: str) -> bool:
    """Whether a mark stands right before a word, as one does that opens a quotation, or a dash of two hyphens."""
    return before[-1:] in _OPENING or before.endswith("--")


def _share(words: list[re.Match[str]]) -> float:
    return sum(word.group()[0].isupper() for word in words) / max(len(words), 1)
