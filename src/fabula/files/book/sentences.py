"""Sentences of English fiction, by rule: spans of characters, in linear time.

A stop is a run of terminators with the closing quotes and brackets after it. Whether a stop ends the sentence is
decided from the word before it (abbreviations, initials) and from the words after it (lower case, "he said").
Nothing farther away is looked at, so the work is proportional to the length of the text, whatever the text is.
"""

import re
from collections.abc import Iterator

# A run of terminators may be spaced (". . ."), nested closing quotes too ("’ ”"). A dash is a stop only when a quote
# closes after it, for speech that breaks off. A match is never undone by what follows, so there is no backtracking;
# repeats of groups are bounded because the engine would keep all of them in memory.
_STOP = re.compile(
    r"""(?: (?P<mark>[.!?…]+(?:[ \u00a0\u202f][.!?…]+){0,50})
            (?P<closing>["'”’»›)\]}*_]*(?:[ \u00a0\u200a\u202f]”){0,9})
          | (?:[—–]+|-{2,}) ["”’»]+ )
        (?:\[\d{1,3}\])?""",
    re.VERBOSE,
)
_NOT_SPACE = re.compile(r"\S")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_TOKEN = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")
_INITIALS = re.compile(r"[A-Z](?:\.[A-Z])*")
_INITIAL_FOLLOWS = re.compile(r"[A-Z]\.")
_ENUMERATION = re.compile(r"[(\[]?(?:\d{1,3}|[IVXLC]{1,6}|[A-Za-z])")
_FIRST_WORD = re.compile(r"[^\W_]+")

# Before a capital these do not end a sentence, because the capital is that of a name.
_BEFORE_A_NAME = re.compile(
    r"""mr|mrs|ms|messrs|mm|mmes?|mlles?|drs?|prof|revd?|ste?|hon|rt|capt|cpt|col|gen|lt|lieut|cdr|cmdr|sgt|serg|sergt
        |cpl|corp|pvt|maj|adm|gov|sen|rep|pres|supt|insp|det|fr|bro|mt|ft|vs|viz|cf|figs?|vols?|chap|eds?|i\.e|e\.g""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_A_NUMBER = re.compile(
    "nos?|pp?|art|sec|ch|bk|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|op|c", re.IGNORECASE
)
# After initials ("the U.S.", "J. K.") a capital is that of a name, except on the words that open sentences.
_OPENER = re.compile(
    r"""an?|and|as|at|but|for|he|her|his|how|i|if|in|its?|my|no|now|of|on|our|she|so|that|the|their|then|there|these
        |they|this|to|we|what|when|where|who|why|with|yes|your?""",
    re.VERBOSE | re.IGNORECASE,
)
SPEECH_VERB = """said|says?|asked|asks|cried|cries|replied|answered|exclaimed|shouted|whispered|muttered|murmured|added
    |repeated|demanded|inquired|enquired|observed|remarked|screamed|gasped|growled|sighed|retorted|responded
    |interrupted|rejoined|ejaculated|roared|groaned|snapped|sobbed|yelled|stammered|pleaded|insisted|declared"""
# '“What?” I said.' and '“Stop!” Mrs. Brown cried.' are one sentence; '“Who?” said a voice.' has a small letter.
_SPEAKER_FOLLOWS = re.compile(
    rf"(?:I|[A-Z][\w’'.-]{{0,24}}(?:\s[A-Z][\w’'.-]{{0,24}}){{0,3}})\s(?:{SPEECH_VERB})\b", re.VERBOSE
)
_ELLIPSIS = re.compile(r"…[….\s]*|\.[….\s]+")
_CLOSING_QUOTES = "\"'”’»"
_WINDOW = 24  # characters that are enough to know the word beside a stop


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Split a passage into sentences.

    Args:
        text: a paragraph; its line breaks count as spaces.

    Returns:
        ``(start, end)`` character spans in order. They do not overlap, have no white space at their ends and
        together cover everything that is not white space. Only a blank text has none.
    """
    return list(iter_sentences(text))


def iter_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of :func:`split_sentences` one at a time, for texts whose list would not fit in memory."""
    tail = len(text.rstrip())
    start = _next(_NOT_SPACE, text, 0)
    word = following = _next(_LETTER_OR_DIGIT, text, start)
    for stop in _STOP.finditer(text, start, tail):
        if stop.start() < word:  # no word yet, and a sentence is never only marks
            continue
        if following < stop.end():
            following = _next(_LETTER_OR_DIGIT, text, stop.end())
        if following < tail and _ends_sentence(text, start, stop, following):
            yield start, stop.end()
            start, word = _next(_NOT_SPACE, text, stop.end()), following
    if start < tail:
        yield start, tail


def _next(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where the pattern is found next, or the end of the text."""
    found = pattern.search(text, position)
    return found.start() if found else len(text)


def _ends_sentence(text: str, start: int, stop: re.Match[str], following: int) -> bool:
    """Whether the sentence that began at ``start`` ends with this stop; ``following`` is where the next word begins."""
    end = stop.end()
    if not text[end].isspace() or text[following].islower():
        return False
    ahead = text[following : following + 5 * _WINDOW]
    mark = stop["mark"]
    if mark == "." and not stop["closing"]:
        return not _is_abbreviation(text, start, stop.start(), ahead)
    if mark and _ELLIPSIS.fullmatch(mark) and _first_word(ahead) == "I":
        return False  # "Well… I think": a pause, since this capital says nothing
    speaker_follows = mark != "." and following - end == 1 and _SPEAKER_FOLLOWS.match(ahead)
    return not (speaker_follows and text[end - 1] in _CLOSING_QUOTES)


def _is_abbreviation(text: str, start: int, stop: int, ahead: str) -> bool:
    """Whether the full stop at ``stop`` belongs to the word before it."""
    sentence = text[max(start, stop - _WINDOW) : stop]
    if stop - start <= 6 and _ENUMERATION.fullmatch(sentence):
        return True
    token = _TOKEN.search(sentence)
    if not token:
        return False
    word = token.group()
    if _BEFORE_A_NUMBER.fullmatch(word) and ahead[0].isdigit():
        return True
    if _INITIALS.fullmatch(word):
        return _is_initial(word, ahead)
    return _BEFORE_A_NAME.fullmatch(word) is not None


def _is_initial(word: str, ahead: str) -> bool:
    """Whether capitals with stops ("J.", "U.S.") go on into a name; "I." alone is the pronoun."""
    if _INITIAL_FOLLOWS.match(ahead):
        return True
    return word != "I" and not _OPENER.fullmatch(_first_word(ahead))


def _first_word(ahead: str) -> str:
    found = _FIRST_WORD.match(ahead)
    return found.group() if found else ""
