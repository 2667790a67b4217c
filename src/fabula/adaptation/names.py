"""Names: which of the book's people and places the film speaks of, which it loses, and which are its own.

Names are words that a text writes with a capital inside its sentences and seldom without one, counted on the text
itself. That a name is a person's is learned in the same way: somebody speaks ("…," said Sara), is called ("Sara, come")
or bears a title (Miss Minchin). No list of names is used.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from fabula.align.names import LEAST, learn_names
from fabula.align.words import tokenise
from fabula.files.report.speech import speakers
from fabula.records import Book, Cue, Matter, NameUse, Presence

BESIDE = 0.5
"""Share of a name's uses with the same capitalised word beside it, from which on the two are one name (Ram Dass)."""
SHOWN = 0.02
"""Share of a name's uses in which it speaks or is spoken to, from which on it is a person's."""
ALIKE = 0.83
"""Likeness of two spellings (difflib's ratio) from which on they are one name: one letter of six may differ."""
LONGEST = 3  # words of a name
SHORTEST_ROLE = 3  # letters of a word in a speaker's name that says something
ABBREVIATED = ("Mr", "Mrs", "Dr", "St")

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
TITLES = frozenset(
    (
        *("mr", "mrs", "miss", "ms", "dr", "sir", "lord", "lady", "aunt", "uncle", "father", "sister", "captain"),
        *("colonel", "major", "lieutenant", "general", "sergeant", "doctor", "professor", "monsieur", "madame"),
        *("mme", "mlle", "mademoiselle", "herr", "frau", "fräulein", "signor", "signora", "signorina", "don", "doña"),
    )
)
_TITLED = "|".join(sorted(TITLES))
_TAG = re.compile(rf"[,.!?…—-][\"”’'»]\s+(?:(?!(?:the|a|an)\s)[^\W\d_]+\s+)?(?:(?i:{_TITLED})\.?\s+)?([A-Z][^\W\d_]+)")
_CALLED = re.compile(r"[\"“‘«]([A-Z][^\W\d_]+)[,!?]|,\s(?:[a-z]+\s)?([A-Z][^\W\d_]+)(?:[!?]|[.,][\"”’»])")
_CALLED_IN_CUE = re.compile(r"^([A-Z][^\W\d_]+)[,!?]|,\s(?:[a-z]+\s)?([A-Z][^\W\d_]+)[.!?]", re.MULTILINE)


@dataclass
class _Text:
    """What a text shows of its capitalised words: uses, neighbours, surface forms, and signs of a person."""

    uses: Counter[str] = field(default_factory=Counter)
    forms: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    before: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    after: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    signs: Counter[str] = field(default_factory=Counter)


def use_of_names(book: Book, cues: Sequence[Cue]) -> tuple[NameUse, ...]:
    """Names of the book's body and of the film, the most used first.

    A name is kept if a line says it or a speaker bears it, else lost; a name that the film uses and the book has
    nowhere, not even in small letters, is new.
    """
    body = {chapter.index for chapter in book.chapters if chapter.matter is Matter.BODY}
    prose = [passage.prose for passage in book.passages if passage.chapter in body]
    lines = [" ".join(cue.text.split()) for cue in cues]
    written, spoken = _read(prose, (_TAG, _CALLED)), _read(lines, (_CALLED_IN_CUE,))
    speaking = Counter(name for cue in cues for name in speakers(cue))
    known = {token for text in prose for token in tokenise(text)}
    of_book = learn_names(prose).keys() | _titled(written)
    of_film = (learn_names(lines).keys() | _titled(spoken)) - known
    spelled = _other_spellings(spoken.uses.keys() - known, of_book)
    mentions = _mentions(lines, spelled)
    kept = _names_in_book(of_book, written, mentions, _per_token(speaking))
    new = _new_names(of_film - spelled.keys(), known, spoken, mentions, speaking)
    return tuple(sorted([*kept, *new], key=lambda use: (-use.in_book, -use.in_cues - use.lines, use.name)))


def _titled(text: _Text) -> set[str]:
    """Names that often follow a title: after the full stop of "Mr." a capital does not show that a word is a name."""
    return {token for token in text.before if _titles(token, text) >= LEAST}


def _titles(token: str, text: _Text) -> int:
    """How often a title stands before a name."""
    return sum(count for word, count in text.before[token].items() if word in TITLES)


def _other_spellings(film: Iterable[str], book: Collection[str]) -> dict[str, str]:
    """Words of the film that are names of the book heard otherwise: subtitles are often written by ear."""
    by_letter: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(book):
        by_letter[name[0]].append(name)
    long = sorted(name for name in film if len(name) > SHORTEST_ROLE)
    near = {name: get_close_matches(name, by_letter[name[0]], n=1, cutoff=ALIKE) for name in long}
    return {name: found[0] for name, found in near.items() if found}


def _read(texts: Iterable[str], signs: Sequence[re.Pattern[str]]) -> _Text:
    found = _Text()
    for text in texts:
        previous: re.Match[str] | None = None
        for word in _WORD.finditer(text):
            if not word.group()[0].isupper():
                previous = None
                continue
            token, form = _token(word.group()), _bare(word.group())
            found.uses[token] += 1
            found.forms[token][form] += 1
            if previous is not None and _joined(text[previous.end() : word.start()], previous.group()):
                found.before[token][_token(previous.group())] += 1
                found.after[_token(previous.group())][token] += 1
            previous = word
        for sign in signs:
            found.signs.update(_token(name) for match in sign.findall(text) for name in _groups(match) if name)
    return found


def _groups(match: str | tuple[str, ...]) -> tuple[str, ...]:
    return (match,) if isinstance(match, str) else match


def _joined(gap: str, first: str) -> bool:
    """Whether two words are neighbours in one name: a full stop between them only after an abbreviated title."""
    return gap == " " or (gap == ". " and first in ABBREVIATED)


def _bare(word: str) -> str:
    """A word without the genitive."""
    return word[:-2] if word[-2:] in ("'s", "’s") else word


@cache
def _token(word: str) -> str:
    return "".join(tokenise(_bare(word)))


def _mentions(lines: Sequence[str], spelled: Mapping[str, str]) -> Counter[str]:
    """In how many cues each capitalised word stands; a cue all in capitals mentions all its words."""
    found: Counter[str] = Counter()
    for line in lines:
        tokens = {_token(word) for word in _WORD.findall(line) if word[0].isupper()}
        found.update({spelled.get(token, token) for token in tokens})
    return found


def _per_token(speaking: Mapping[str, int]) -> Counter[str]:
    heard: Counter[str] = Counter()
    for name, count in speaking.items():
        heard.update(dict.fromkeys({_token(word) for word in _WORD.findall(name)}, count))
    return heard


def _names_in_book(
    learned: Collection[str], written: _Text, mentions: Mapping[str, int], heard: Mapping[str, int]
) -> list[NameUse]:
    """One use for each name; words that stand side by side in most of their uses share one."""
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for token in sorted({*learned, *heard}):
        if written.uses[token] and token not in TITLES:  # a speaker's name may also be a word of the book (Quill)
            shown[_full(token, written, learned)].append(token)
    return [_in_book(name, tokens, written, mentions, heard) for name, tokens in shown.items()]


def _in_book(
    name: str, tokens: Sequence[str], written: _Text, mentions: Mapping[str, int], heard: Mapping[str, int]
) -> NameUse:
    in_cues, lines = (max(counts.get(token, 0) for token in tokens) for counts in (mentions, heard))
    person = lines > 0 or any(_is_person(token, written) for token in tokens)
    presence = Presence.KEPT if in_cues or lines else Presence.LOST
    return NameUse(name, presence, person, max(written.uses[token] for token in tokens), in_cues, lines)


def _full(token: str, text: _Text, names: Collection[str]) -> str:
    """A name with the names and titles that mostly stand before and after it."""
    words = [token]
    while len(words) < LONGEST and (more := _beside(words[0], text.before, text, names)) and more not in words:
        words.insert(0, more)
    while len(words) < LONGEST and (more := _beside(words[-1], text.after, text, names)) and more not in words:
        words.append(more)
    shown = [text.forms[word].most_common(1)[0][0] for word in words]
    return " ".join(f"{form}." if form in ABBREVIATED else form for form in shown)


def _beside(token: str, side: Mapping[str, Counter[str]], text: _Text, names: Collection[str]) -> str | None:
    """The name or title that stands on one side of a name in most of its uses."""
    for other, count in side[token].most_common(1):
        if count >= BESIDE * text.uses[token] and (other in names or other in TITLES):
            return other
    return None


def _is_person(token: str, text: _Text) -> bool:
    signs = text.signs[token] + _titles(token, text)
    return signs >= 2 and signs >= SHOWN * text.uses[token]


def _new_names(
    learned: set[str],
    known: set[str],
    spoken: _Text,
    mentions: Mapping[str, int],
    speaking: Mapping[str, int],
) -> list[NameUse]:
    found: dict[str, NameUse] = {}
    for token in sorted(learned - TITLES):
        name = _full(token, spoken, learned)
        if name not in found:
            found[name] = NameUse(name, Presence.NEW, _is_person(token, spoken), 0, mentions.get(token, 0), 0)
    for name, lines in speaking.items():
        tokens = [_token(word) for word in _WORD.findall(name) if len(word) >= SHORTEST_ROLE]
        if tokens and known.isdisjoint(tokens):
            in_cues = max(mentions.get(token, 0) for token in tokens)
            shown = " ".join(word.capitalize() for word in name.split())
            found = {other: use for other, use in found.items() if not _shares(other, tokens)}
            found[shown] = NameUse(shown, Presence.NEW, True, 0, in_cues, lines)
    return list(found.values())


def _shares(name: str, tokens: Collection[str]) -> bool:
    return any(_token(word) in tokens for word in _WORD.findall(name))
