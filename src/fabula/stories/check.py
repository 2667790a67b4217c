"""Does the evidence bear a story? Nobody is in it who is not in the evidence, and nobody says what was not said."""

import itertools
import re
from collections.abc import Iterator, Sequence

from fabula.align.names import WORD
from fabula.records import Evidence, Flaw
from fabula.stories.attribution import Span, attributions, same_person
from fabula.stories.capitals import Capital, bare_word, find_names
from fabula.stories.ordinary import is_ordinary
from fabula.stories.quotations import DIALOGUE, Speeches, find_quotations

NAME, QUOTATION, SPEAKER = "name", "quotation", "speaker"
MARKS = ("⟦", "⟧")

_DETERMINER = re.compile(r"\b(?:the|an?|this|that|my|your|his|her|our|their)\s$", re.IGNORECASE)
_REACH = 8  # characters that are enough for a determiner


def check(text: str, evidence: Sequence[Evidence]) -> tuple[Flaw, ...]:
    """What the evidence does not bear in a story, in the order of the text.

    - ``name``: a word that is written as a name (``capitals.find_names``) and that no line and no speaker of the
      evidence has. Words of one name are one flaw. A short form is borne only if the evidence has it. An ordinary word
      that stands as somebody's name (Will) must be written as a name there too.
    - ``quotation``: words between quotation marks that nobody says in the evidence's lines of dialogue
      (``quotations.Speeches``), with the marks.
    - ``speaker``: the name that the text gives as the speaker of a quotation (``attribution.attributions``) which
      another says, or of which the evidence does not know who says it.
    """
    names = list(_names(text, evidence))
    taken = {place for flaw in names for place in range(flaw.char_start, flaw.char_end)}
    others = (flaw for flaw in _speech(text, evidence) if flaw.kind != SPEAKER or flaw.char_end - 1 not in taken)
    return tuple(sorted({*names, *others}, key=lambda flaw: (flaw.char_start, -flaw.char_end, flaw.kind)))


def marked(text: str, flaws: Sequence[Flaw]) -> str:
    """A story with its flaws in double brackets, for reading in a terminal; flaws that overlap share a pair."""
    out, position = list[str](), 0
    for start, end in _merged(flaws):
        out += [text[position:start], MARKS[0], text[start:end], MARKS[1]]
        position = end
    return "".join([*out, text[position:]])


def evidence_names(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The names that the evidence has, as prose writes them, each once: those who speak, then the others."""
    text = "\n".join(one.text for one in evidence)
    written = [text[run[0].start : run[-1].end] for run in _runs(text, find_names(text))]
    found: dict[tuple[str, ...], str] = {}
    speakers = (one.speaker for one in evidence if one.speaker and one.speaker[0].isupper())  # none is "a voice"
    for name in [*speakers, *written]:
        found.setdefault(tuple(_tokens(name)), name.title() if name.isupper() else name)
    return tuple(found.values())


def _names(text: str, evidence: Sequence[Evidence]) -> Iterator[Flaw]:
    names, words = _borne(evidence)
    for run in _runs(text, find_names(text)):
        # "the Park" may be the park of the evidence, but a bare "Will" is not its "will".
        described = bool(_DETERMINER.search(text[max(run[0].start - _REACH, 0) : run[0].start]))
        for missing, group in itertools.groupby(run, key=lambda word: not _is_borne(word, names, words, described)):
            if missing:
                found = list(group)
                yield _flaw(NAME, text, (found[0].start, found[-1].end))


def _borne(evidence: Sequence[Evidence]) -> tuple[set[str], set[str]]:
    """The words that the evidence writes as names, and all its words.

    What is told there may have a name at the start of each sentence; what is said begins with just any word.
    """
    speakers = {token for one in evidence for token in _tokens(one.speaker or "")}
    said = "\n".join(one.text for one in evidence if one.kind == DIALOGUE)
    told = [word for one in evidence if one.kind != DIALOGUE for word in WORD.findall(one.text)]
    capitals = {token for word in told if word[0].isupper() for token in _tokens(word)}
    names = speakers | capitals | {name.token for name in find_names(said)}
    return names, names | {token for one in evidence for token in _tokens(one.text)}


def _tokens(text: str) -> list[str]:
    return [bare_word(found).token for found in WORD.finditer(text)]


def _is_borne(word: Capital, names: set[str], words: set[str], described: bool) -> bool:
    known = words if described or not is_ordinary(word.word) else names
    return word.token in known or word.token.removesuffix("s") in known  # the Lamperts


def _runs(text: str, names: Sequence[Capital]) -> Iterator[list[Capital]]:
    """The names of several words together."""
    run: list[Capital] = []
    for name in names:
        if run and text[run[-1].end : name.start] not in (" ", "-"):
            yield run
            run = []
        run.append(name)
    if run:
        yield run


def _speech(text: str, evidence: Sequence[Evidence]) -> Iterator[Flaw]:
    quotations, speeches = find_quotations(text), Speeches(evidence)
    for quotation, span in zip(quotations, attributions(text, quotations), strict=True):
        speakers = speeches.speakers(quotation.text)
        if speakers is None:
            yield _flaw(QUOTATION, text, (quotation.start, quotation.end))
        elif span and speakers and not any(who and same_person(text[slice(*span)], who) for who in speakers):
            yield _flaw(SPEAKER, text, span)


def _flaw(kind: str, text: str, span: Span) -> Flaw:
    return Flaw(kind, text[slice(*span)], *span)


def _merged(flaws: Sequence[Flaw]) -> Iterator[Span]:
    """Stretches that are flawed in any way, apart and in order."""
    spans = sorted((flaw.char_start, flaw.char_end) for flaw in flaws)
    start, end = spans[0] if spans else (0, 0)
    for first, last in spans[1:]:
        if first > end:
            yield start, end
            start, end = first, last
        end = max(end, last)
    if spans:
        yield start, end
