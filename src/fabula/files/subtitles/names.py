"""Who a subtitle says is speaking: "ANNA: Come in.", "[Anna] Come in.", "(MAN) Come in.".

The same forms hold sounds ("[Laughs] Come in."), manners ("(SOFTLY) Come in.") and plain words ("Listen: come in."),
so a form that could be either is believed only when the whole file speaks for it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_BRACKETED = re.compile(
    r"[\[(（［]\s*(?P<label>[^\[\]()（）［］]{1,40}?)\s*[\])）］]\s*(?P<colon>[:：]?)\s*", re.DOTALL
)
_COLON = re.compile(r"(?P<label>[^\W_][^:：\[\]()!?\"\n]{0,39}?)?\s*(?:[\[(][^\])]*[\])]\s*)?[:：](?:\s+|$)", re.DOTALL)
_TITLE_CASE = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){0,2}(?: #?\d{1,2})?")
_NARRATION = re.compile(r"(?:['’]s voice| narrating| voice[- ]?over)$", re.IGNORECASE)
_MANNER = re.compile(r"(?:in|on|to|at|with) .*|.*,.*|.* voice", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_PERSON = re.compile(
    r"\b(?:(?:wo)?m[ae]n|boys?|girls?|kids?|child(?:ren)?|guys?|lady|gentlem[ae]n|crowd|all|both|everyone|people|group|"
    r"chorus|narrator|announcer|reporter|operator|officer|cop|policeman|soldier|guard|doctor|nurse|waiter|waitress|"
    r"driver|pilot|clerk|bartender|captain|sergeant|sheriff|judge|priest|umpire|player|catcher|teacher|student|servant|"
    r"maid|butler|host(?:ess)?|mother|father|dispatcher|speaker|customer)\b",
    re.IGNORECASE,
)
_SOUND = re.compile(
    r"(?:applau[ds]e?|bark|beep|belch|breath|cackle|cheer|chime|chuckle|clap|clear|click|cough|cr(?:y|ie)|echo|exhale|"
    r"explosion|gasp|giggle|groan|growl|grunt|gulp|gunshot|hiccup|horn|howl|hum|imitate|inaudible|indistinct|inhale|"
    r"instrumental|laugh(?:ter)?|moan|mumble|murmur|music|mutter|neigh|noise|pant|pause|play|ring|roar|scoff|scream|shout|"
    r"shriek|sigh|silence|sing|snicker|sniff|sniffle|snore|snort|sob|sound|speak|squeal|stammer|stutter|thunder|wail|"
    r"whimper|whisper|whistle|yawn|yell|continue|stop|foreign|language)(?:e?s)?|.{3,}(?:ing|ly)",
    re.IGNORECASE,
)
_HABIT = 5  # so many prefixes that are surely names make a file that names its speakers
_PRONOUNS = {"i", "you", "he", "she", "it", "we", "they", "this", "that", "there"}
_NO_NAME = re.compile(
    r"(?:am|answer|attention|but|chapter|danger|date|dear|ditto|example|extra|flash|from|hint|if|item|listen|look|memo|"
    r"moral|motto|n\.?b|no|note|notice|now|oh|ok|okay|one|order|part|please|pm|position|problem|p\.?s|question|quote|"
    r"re|reason|remember|result|reward|see|signed|so|song|stop|subject|subtitles?|sure|thanks|then|time|tip|to|today|"
    r"translation|two|verdict|wait|wanted|warning|well|yes|o(?:ff|n)-?screen|o\.?s|v\.?o)\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before the speech on a line: the ``name`` it gives (None for a manner), and the text as ``shown``."""

    shown: str
    name: str | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    shown: str
    label: str
    bracket: bool
    colon: bool
    alone: bool


class NameBook:
    """The names that one file uses before speech, learnt from all its lines.

    Args:
        lines: the file's lines without their dialogue dashes.
        known: names that are certain beforehand, from fields made for them.
    """

    def __init__(self, lines: Iterable[str], known: Iterable[str] = ()) -> None:
        self._known = {_key(name) for name in known}
        self._before: Counter[str] = Counter()
        self._alone: Counter[str] = Counter()
        title_case: Counter[str] = Counter()
        upper = letters = 0
        for line in lines:
            candidate = _candidate(line)
            speech = line[len(candidate.shown) :] if candidate else line
            upper += sum(map(str.isupper, speech))
            letters += sum(map(str.isalpha, speech))
            if candidate is not None:
                (self._alone if candidate.alone else self._before)[_key(candidate.label)] += 1
                if not candidate.bracket and _could_be_name(candidate.label) and not candidate.label.isupper():
                    title_case[candidate.label] += 1
        self._shouting = upper > 0.7 * letters
        sure = (count for label, count in title_case.items() if count > 1 or _PERSON.search(label))
        self._habitual = sum(sure) >= _HABIT

    def prefix(self, line: str) -> Prefix | None:
        """The prefix of a line (its dash removed) that names the speaker or his manner, None if it just speaks."""
        candidate = _candidate(line)
        if candidate is None or (candidate.alone and not candidate.colon):
            return None
        label = _without_sounds(candidate.label) if candidate.bracket else candidate.label
        if self._is_name(candidate, label):
            return Prefix(candidate.shown, label)
        return Prefix(candidate.shown, None) if _is_manner(candidate) else None

    def _is_name(self, candidate: _Candidate, label: str) -> bool:
        if not _could_be_name(label):
            return False
        if _key(label) in self._known:
            return True
        if candidate.bracket and not candidate.colon:
            return label == candidate.label and self._is_bracketed_name(label)
        if candidate.bracket or (label.isupper() and not self._shouting):
            return True
        return self._habitual or bool(_PERSON.search(label)) or self._before[_key(label)] > 1

    def _is_bracketed_name(self, label: str) -> bool:
        """Sounds stand alone as often as before speech; names of persons hardly ever do."""
        if _MANNER.fullmatch(label):
            return False
        key = _key(label)
        repeated = self._before[key] >= 2 and self._before[key] > 4 * self._alone[key]
        return bool(_PERSON.search(label)) or (repeated and not label[0].islower())


def _could_be_name(label: str) -> bool:
    return bool(label) and label.casefold().split()[0] not in _PRONOUNS and not _NO_NAME.fullmatch(label)


def _candidate(line: str) -> _Candidate | None:
    bracketed = _BRACKETED.match(line)
    if bracketed:
        rest, colon = line[bracketed.end() :], bool(bracketed["colon"])
        return _Candidate(bracketed[0], _clean(bracketed["label"]), bracket=True, colon=colon, alone=not rest)
    found = _COLON.match(line)
    if found is None:
        return None
    label = _clean(found["label"] or "")
    if label and not _looks_like_name(label):
        return None
    return _Candidate(found[0], label, bracket=False, colon=True, alone=False)


def _looks_like_name(label: str) -> bool:
    if label.isupper():
        return len(_WORD.findall(label)) <= 5 and sum(map(str.isalpha, label)) > 1
    return _TITLE_CASE.fullmatch(label) is not None


def _is_manner(candidate: _Candidate) -> bool:
    """Prefixes such as "(OFFSCREEN):" and "HE CROAKS:" say how, not who."""
    if candidate.bracket or not candidate.label:
        return candidate.colon
    words = candidate.label.split()
    return candidate.label.isupper() and len(words) > 1 and words[0] in {"HE", "SHE", "THEY"}


def _without_sounds(label: str) -> str:
    """The label up to its first sound: "WIMPY GASPS" gives "WIMPY", "LAUGHS" gives nothing."""
    words = label.split()
    end = next((n for n, word in enumerate(words) if _SOUND.fullmatch(word.strip(".,:;-"))), len(words))
    return " ".join(words[:end])


def _clean(label: str) -> str:
    return _NARRATION.sub("", " ".join(label.split()))


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
