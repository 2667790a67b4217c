"""Capitals as prose has them: a screenplay's REGGIE becomes Reggie, its DOOR a door, its MAN #2 the man."""

import re
from collections import Counter
from collections.abc import Iterable

from fabula.align.names import WORD, inside_sentence
from fabula.align.words import tokenise
from fabula.files.screenplay.names import normalise_name
from fabula.stories.capitals import HONORIFICS
from fabula.stories.ordinary import is_ordinary

_SHOUTED = re.compile(r"\b(?:Ma?c(?=[A-Z]{2}))?[A-ZÀ-Þ]+(?:['’](?!S\b)[A-ZÀ-Þ]+)*[A-ZÀ-Þ]+(?P<s>['’][sS])?\b")
_FAMILY = frozenset(tokenise("ma pa pop mom mum mama mamma papa dad daddy grandma grandpa granny"))
"""What people are called who have no other name in the screenplay."""
_TITLED = HONORIFICS | {"mayor", "governor", "judge", "sheriff", "president", "senator"}
_ROLES = _TITLED | frozenset(
    tokenise(
        "man woman boy girl voice driver clerk cop emcee announcer operator receptionist bartender deejay "
        "reporter cameraman bodyguard cabbie teller trooper janitor pilot astronaut marine crowd everyone all "
        "others"
    )
)
"""People without a name: those whom old novels do not know, and those who must never be names."""
_IRISH = re.compile(r"[OD]['’]\w{3}")
_GENITIVE = re.compile(r"(?<=[A-Z]\.)['’][sS]\b")  # of initials: a straight mark after a stop may open a quotation
_NUMBERS = {"1ST": "first", "2ND": "second", "3RD": "third", "4TH": "fourth", "5TH": "fifth", "6TH": "sixth"}
_SEVERAL = re.compile(r"\s*(?:,\s*(?:AND\s+)?|&|/|\+|\bAND\b)\s*")
_NUMBERED = re.compile(r"\s*(?:#\s*|NO\.?\s*)?\d+$")
_DETERMINERS = frozenset({"the", "a", "an", "another", "some", "both", "all", "his", "her", "their"})
_PLURALS = frozenset({"men", "women", "children", "people", "police", "all", "both", "others", "townspeople"})


class Casing:
    """Knows which of a film's words are names, from how its mixed texts write them; else from the language.

    Args:
        spoken: the cues and speeches, whose capitals are those of prose.
        written: the action, in which names and things may be in capitals throughout.
    """

    def __init__(self, spoken: Iterable[str], written: Iterable[str] = ()) -> None:
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        self._shouted: set[str] = set()
        for text in spoken:
            self._count(text)
            self._shouted |= set() if text.isupper() else {word for word in WORD.findall(text) if word.isupper()}
        for text in written:
            self._count(text)

    def _count(self, text: str) -> None:
        for found in WORD.finditer(text):
            self._count_word(found.group(), inside_sentence(text, found.start()))

    def _count_word(self, word: str, inside: bool) -> None:
        key = _key(word)
        if word[0].islower():
            self._small[key] += 1
        elif inside and not (word.isupper() and len(word) > 1):
            self._capital[key] += 1

    def is_name(self, word: str) -> bool:
        """Whether the film uses the word as a name; where it says nothing, whether the language has no such word."""
        key = _key(word)
        if key in _ROLES or key in _FAMILY or _IRISH.match(word):
            return key not in _ROLES
        capital, small = self._capital[key], self._small[key]
        return capital > small if capital + small else not is_ordinary(word)

    def lowered(self, text: str) -> str:
        """The text with its words in capitals as prose has them; the first letter is not touched otherwise.

        >>> Casing([]).lowered("INSPECTOR GRANDPIERRE hears a NOISE.")
        'Inspector Grandpierre hears a noise.'
        """
        spans = list(_SHOUTED.finditer(text))
        out, end = [], 0
        for found in spans:
            surname = end > 0 and self._is_surname(found, text, end)
            out += [text[end : found.start()], titled(found.group()) if surname else self._plain(found, text)]
            end = found.end()
        return _GENITIVE.sub("’s", "".join([*out, text[end:]]))

    def _is_surname(self, found: re.Match[str], text: str, end: int) -> bool:
        """Whether a word ends an introduction, "BESS HARROW, in a scarf": then it is a name though it has a sense."""
        first = WORD.findall(text[:end])[-1:]
        joined = text[end : found.start()] == " " and text[found.end() : found.end() + 1] == ","
        return joined and first != [] and first[0].isupper() and self.is_name(first[0])

    def _plain(self, found: re.Match[str], text: str) -> str:
        shown = found.group()
        word = shown[: -len(found["s"])] if found["s"] else shown
        tail = shown[len(word)].replace("’", "'") + "s" if found["s"] else ""
        if self.is_name(word):
            acronym = word in self._shouted and not self._capital[_key(word)] and len(word) <= 4
            return (word if acronym else titled(word)) + tail
        following = WORD.search(text, found.end())
        leads = following and text[found.end() : following.start()].strip(". ") == ""
        if word.lower() in _TITLED and following and leads and self.is_name(following.group().removesuffix("'S")):
            return titled(word) + tail
        return word.lower() + tail

    def speaker(self, name: str) -> str:
        """Who speaks, as prose names them: "Regina Lampert", "the desk clerk", "a voice", "Gideon, Tex and Scobie".

        >>> Casing([]).speaker("PETER (V.O.)"), Casing([]).speaker("MAN #2")
        ('Peter', 'the man')
        """
        people = [self._person(part) for part in _SEVERAL.split(normalise_name(name).name) if part.strip()]
        people = list(dict.fromkeys(people))
        return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}" if people else "somebody"

    def _person(self, name: str) -> str:
        words = (_NUMBERED.sub("", name).strip() or name).split()
        shown = [_NUMBERS.get(word) or self._word(word) for word in words]
        bare = [_bare(word) for word in words]
        if bare[0] in _DETERMINERS:
            return " ".join([bare[0], *shown[1:]])
        if bare[-1] in ("voice", "voices"):
            return " ".join(["a"] * (bare[-1] == "voice") + shown)
        named = [self.is_name(word) and word not in _NUMBERS for word in words]
        titles = [word in _TITLED for word in bare]
        if named[-1] and all(n or t for n, t in zip(named, titles, strict=True)):
            return " ".join(titled(word) if t else word for word, t in zip(shown, titles, strict=True))
        possessive = named[0] and re.search(r"['’]s?$", words[0].lower()) is not None
        return " ".join(shown if possessive else ["the", *shown])

    def _word(self, word: str) -> str:
        if "." in word[:-1]:  # initials
            return word
        return titled(word) if self.is_name(word) else word.lower()


def speaks_for_several(speaker: str) -> bool:
    """Whether a speaker as prose names them takes the verb in the plural: "Tex and Gideon", "the reporters"."""
    last = speaker.split()[-1]
    several = last in _PLURALS or (last.islower() and last.endswith("s") and not last.endswith("ss"))
    return " and " in speaker or several


def titled(word: str) -> str:
    """A name in capitals with a capital at the head of each part: JEAN-LOUIS, O'BRIEN, McCUE, GIDEON'S."""
    found = re.sub(r"[^\W\d_]+", lambda part: part.group().capitalize(), word)
    found = re.sub(r"(['’])S\b", r"\1s", found)
    return re.sub(r"\bMc([a-z])", lambda part: "Mc" + part.group(1).upper(), found)


def _key(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())


def _bare(word: str) -> str:
    return word.lower().strip(".,")
