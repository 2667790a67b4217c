"""Whom a story names as the speaker of a quotation: “…,” said Peter; Peter whispered, “…”."""

import re
from collections.abc import Sequence

from fabula.files.book.sentences import SPEECH_VERB
from fabula.stories.capitals import HONORIFICS, token
from fabula.stories.quotations import Quotation

_MORE_VERBS = """told|tells|called|calls|began|begins|begged|begs|continued|continues|went\\son|goes\\son|agreed|agrees
    |admitted|admits|announced|announces|argued|argues|breathed|breathes|chuckled|chuckles|commanded|commands
    |confessed|confesses|explained|explains|hissed|hisses|laughed|laughs|mumbled|mumbles|ordered|orders|promised
    |promises|protested|protests|put\\sin|puts\\sin|reminded|reminds|returned|returns|smiled|smiles|spoke|speaks
    |suggested|suggests|teased|teases|urged|urges|warned|warns|wondered|wonders|whispers|mutters|murmurs|replies
    |answers|exclaims|shouts|adds|repeats|demands|inquires|observes|remarks|screams|gasps|growls|sighs|responds
    |interrupts|roars|groans|snaps|sobs|yells|stammers|pleads|insists|declares"""
_VERB = rf"\b(?:{SPEECH_VERB}|{_MORE_VERBS})\b"
_TITLE = rf"(?:(?i:{'|'.join(sorted(HONORIFICS))})\.?\s)"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’](?!s\b)(?=\w))*"
_WORD = rf"\b(?:(?:[A-Z]\.[ ]?){{2,}}(?<![ ])|{_CAPITAL}\b)"  # initials (D.B., J. R.) or one word
_NAME = rf"(?:\bthe\s)?(?P<name>{_TITLE}?{_WORD}(?:[ -](?:of\s|de\s|von\s|van\s)?{_WORD}){{0,2}})"
_ADVERB = r"(?:\s[a-z]+ly)?"
_ADJECTIVE = r"(?:(?!(?:the|an?|and|but|so|for|as|when|while|then|until|because)\s)[a-z]+\s)?"
_NO_STOP = r"[^.!?:“”«»\"\n]{0,80}"
_REST = rf"(?:(?!{_VERB})[^.!?:“”«»\"\n]){{0,80}}[,:]\s*$"

_AFTER_VERB = re.compile(rf"[ \t]*{_VERB}{_ADVERB}\s{_ADJECTIVE}{_NAME}", re.VERBOSE)
_AFTER_NAME = re.compile(rf"[ \t]*{_ADJECTIVE}{_NAME}{_ADVERB}\s{_VERB}", re.VERBOSE)
_BEFORE_NAME = re.compile(rf"{_NAME},?(?:\swho)?{_ADVERB}\s{_VERB}{_REST}", re.VERBOSE)
_BEFORE_VERB = re.compile(rf"{_VERB}{_ADVERB}\s{_NAME}{_REST}", re.VERBOSE)
_BEFORE_CHAIN = re.compile(rf"^\s*{_NAME}\s{_NO_STOP}\b(?:and|then){_ADVERB}\s{_VERB}{_REST}", re.VERBOSE)
_SENTENCE_END = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)[.!?…]\s+|\n")
_NOBODY = frozenset(
    ("he", "she", "it", "they", "we", "you", "i", "who", "the", "a", "an", "and", "but", "then", "when")
)

Span = tuple[int, int]


def attributions(text: str, quotations: Sequence[Quotation]) -> list[Span | None]:
    """For each quotation where the text names its speaker; None where it does so nowhere, or by a pronoun alone.

    A name counts that stands with a verb of speech right before the quotation, else right after it, in the same
    sentence; one that stands so between two quotations of one paragraph counts for both.
    """
    found: list[Span | None] = []
    for k, quotation in enumerate(quotations):
        start = quotations[k - 1].end if k else 0
        end = quotations[k + 1].start if k + 1 < len(quotations) else len(text)
        # Before comes first: after “Why?” what looks like its tag (Peter said, “…”) may be that of the next quotation.
        span = _before(text, start, quotation.start) or _after(text, quotation, end)
        if span is None and k and found[-1] and _only_a_tag(text[start : quotation.start], start, found[-1]):
            span = found[-1]
        found.append(span)
    return found


def _after(text: str, quotation: Quotation, end: int) -> Span | None:
    if quotation.text.rstrip()[-1:] == "." and text[quotation.end : quotation.end + 1] != ",":
        return None  # “Yes.” Peter laughed: two sentences, and the second tells what he does
    start = quotation.end + (text[quotation.end : quotation.end + 1] == ",")
    for pattern in (_AFTER_VERB, _AFTER_NAME):
        span = _span(pattern.match(text, start, end))
        if span:
            return span
    return None


def _before(text: str, start: int, end: int) -> Span | None:
    for stop in _SENTENCE_END.finditer(text, start, end):
        if text[stop.end() : end].strip():
            start = stop.end()
    clause = text[start:end]
    for pattern in (_BEFORE_NAME, _BEFORE_CHAIN, _BEFORE_VERB):
        span = _span(pattern.search(clause))
        if span:
            return start + span[0], start + span[1]
    return None


def _only_a_tag(between: str, start: int, name: Span) -> bool:
    """Whether two quotations are parted by nothing but the words that name the speaker of the first."""
    named = start <= name[0] < start + len(between)
    return named and "\n" not in between and not _SENTENCE_END.search(between.rstrip())


def _span(found: re.Match[str] | None) -> Span | None:
    if found is None or token(found["name"].split()[0]) in _NOBODY:
        return None
    return found.span("name")


def same_person(named: str, speaker: str) -> bool:
    """Whether two names may be one person's: the words of one are among the other's, titles aside (Mr. Joshua)."""
    first, second = _words(named), _words(speaker)
    return first <= second or second <= first


def _words(name: str) -> set[str]:
    words = {token(word) for word in re.split(r"[\s-]+", name)} - {""}
    return words - HONORIFICS or words
