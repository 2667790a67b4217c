"""A screenplay's action as prose: without the camera, its angles and its capitals. The present tense stays.

To turn a sentence into the past one must know its verbs; a screenplay's present tense is right as it is, and a story
told in it is never wrong.
"""

import re

from fabula.files.book.sentences import split_sentences
from fabula.stories.casing import Casing

_SIZE = (
    r"(?:(?:extreme|very|med(?:ium)?\.?|full|long|closer?|two|three|group|wider?|reverse|another|tight|various|low|high"
    r"|moving|tracking|trucking|travel+ing|establishing|new|different|the)\s+)*"
)
_FRAME = re.compile(rf"(?i:^{_SIZE}(?:shots?|angles?|close[- ]?ups?|inserts?|p\.?o\.?v\.?)\b)")
_LED_BY_FRAME = re.compile(rf"(?i:^{_SIZE}(?:shots?|angles?|close[- ]?ups?|inserts?)\s*:\s*)")
_FRAME_OF = re.compile(rf"(?i:^{_SIZE}(?:shots?|close[- ]?ups?)\s+(?:of|on)\s+)(?=(?:an?|the|his|her)\s)")
_BACKSTAGE = re.compile(
    r"\bCAMERA\b|\b[Cc]amera (?:pan|move|track|truck|pull|hold|follow|dolli|zoom|tilt|stay|angle|swing)|\bSHOTS?\b"
    r"|\bP\.?O\.?V\b|\bp\.o\.v\b|\b[bf]\.g\b|\b[oO]\.[sScC]\b|\bV\.O\b|\bFADES?\b|\bDISSOLVES?\b|\bINTERCUT\b|\bMONTAGE\b"
    r"|\bTITLES?\b|\bCREDITS\b|\bover (?:the )?scene\b"
    r"|\b(?:into|out of|enters?|leaves?) (?:the )?(?:shot|frame|picture)\b|^(?:Cut|Fade|Dissolve|Wipe) (?:to|in|out)\b"
    r"|^From [^.]{1,40}\b(?:angle|point of view)\b|^(?:Including|Favou?ring|Featuring)\b"
    r"|^(?:Back|Angle|Close|Wide) (?:to|on)\b|^Of\b|^To include\b|\bscript\b|\bNote:|\b(?:I|you|your|my)\b",
)
_FOLLOWING = re.compile(r",? (?:the )?CAMERA (?:\w+ING)(?: (?:him|her|them|it|with (?:him|her|them|it)))?(?=[.,])")
_REVEALS = re.compile(
    r"^(?:Now |Then |Suddenly )?(?:(?:the )?CAMERA \w+(?: \w+){0,3}?|Focus changes) to "
    r"(?:include|reveal|show|disclose|discover|find|pick up|bring into (?:sharp )?(?:relief|focus|view)) "
)
_PASSING = re.compile(r"^(?P<thing>[^,.]{2,40}?) as (?:it|he|she|they) (?=\w+s\b)")
_PAREN = re.compile(r"\s*\([^()]*\)")
_AS = re.compile(r"^As (?=\w)")
_CLAUSE = re.compile(r"\b(?:he|she|it|they|[A-Z][\w-]+|(?:the|an?) [a-z]+) (?:[a-z]+ly )?(?:[a-z]+s|are|were)\b")
_FINISHED = re.compile(r"[.!?…][\"'”’)]*$")
_SAYING = re.compile(r"[,;]? ?(?:and |he |she )*(?:says?|asks?|adds?|reads?|reading|announces|continues):$")
_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bMED\.\s"), "MEDIUM "),
    (re.compile(r"(?<=[a-z])- (?=[a-z])"), "-"),  # a word that the page broke
    (re.compile(r"\s*(?:--+|—|–)\s*"), " – "),
    (re.compile(r"\b([Hh]e|[Ss]he|[Ii]t) \(and we\) have\b"), r"\1 has"),
    (re.compile(r"\binto (?:the )?scene\b"), "in"),
    (re.compile(r"(?<!\w)['‘](?=\w)([^'‘’\"]{1,60}?)['’](?!\w)"), r"\1"),
    (re.compile(r"[\"“”]"), ""),  # a story quotes only what is spoken
)
_WE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bthat we (?:can )?(?:see|saw)\b|(?<=\w) (?<!that )we(?:'ve| have)? (?:saw|seen)\b"), " seen"),
    (re.compile(r"\b[Ww]e (?:now )?(?:can )?(?:see|notice|discover|find) that "), ""),
    (re.compile(r"\b[Ww]e (?:can |now |then )?(?:see|notice)\b"), "one sees"),
    (re.compile(r"\b[Ww]e (?:can |now |then )?hear\b"), "one hears"),
    (re.compile(r"\b(enters?)(?: the)? scene\b"), r"\1"),
    (re.compile(r"\bexits(?=[.,;])"), "leaves"),
    (re.compile(r"^(Now|Then|Suddenly), (?=(?:he|she|it|they)\b)"), r"\1 "),
)
_AUDIENCE = re.compile(r"\b(?:[Ww]e|us|[Oo]ur)\b")


def screen_prose(text: str, casing: Casing) -> str:
    """The sentences of a paragraph of action that tell the story, as prose; empty if it only speaks of the camera.

    >>> screen_prose("CLOSE SHOT -- ANNA. Now, CAMERA FOLLOWING, ANNA goes out.", Casing([]))
    'Now, Anna goes out.'
    """
    text = " ".join(text.split())
    if _is_caption(text):
        return ""
    for pattern, instead in _REPAIRS:
        text = pattern.sub(instead, text)
    sentences = (text[first:last] for first, last in split_sentences(text))
    told = (_sentence(sentence, casing) for sentence in sentences)
    return " ".join(sentence for sentence in told if sentence)


def capitalised(text: str) -> str:
    """The text with a capital as its first letter."""
    return re.sub(r"[^\W\d_]", lambda found: found.group().upper(), text, count=1)


def _is_caption(text: str) -> bool:
    """Whether a paragraph is a heading of its own: a shot, "DELETED", a title; all in capitals, and no sentence."""
    bare = _PAREN.sub("", text)
    return bare == bare.upper() and (not _FINISHED.search(bare) or _FRAME.search(bare) is not None)


def _sentence(text: str, casing: Casing) -> str:
    led = _LED_BY_FRAME.match(text)
    if led and not _CLAUSE.search(casing.lowered(text[led.end() :])):
        return ""  # "Close shot: Of Ann.": what is framed, and not what happens
    text = _PAREN.sub(lambda found: "" if _hidden(found.group()) else found.group(), text)
    text = _without_camera(re.sub(r"^\(([^()]+)\)$", r"\1", text))
    for pattern, instead in _WE:
        text = pattern.sub(instead, text)
    if not text or _FRAME.search(text) or _hidden(text) or text[0].islower():
        return ""
    text = _SAYING.sub(".", text)
    text = casing.lowered(re.sub(r"\s*[:;,–-]+$", ".", text).strip())
    if len(re.findall(r"[^\W_]+", text)) < 2:
        return ""  # "Closer.", "Watching.": half a direction
    return capitalised(_main_clause(text if _FINISHED.search(text) else text + "."))


def _hidden(text: str) -> bool:
    return _BACKSTAGE.search(text) is not None or _AUDIENCE.search(text) is not None


def _without_camera(text: str) -> str:
    text = _LED_BY_FRAME.sub("", text)
    text = _FOLLOWING.sub("", text)
    revealed = _REVEALS.sub("", _FRAME_OF.sub("", text))
    if revealed == text:
        return text
    passing = _PASSING.match(revealed)
    if passing:
        return capitalised(f"{passing['thing']} {revealed[passing.end() :]}")
    one = re.match(r"(?:an?\s|[A-Z]{2,})", revealed) is not None and " and " not in revealed.partition(",")[0]
    return f"{'There is' if one else 'One sees'} {revealed}"


def _main_clause(text: str) -> str:
    """Peter enters: what is "As Peter enters." under the name of a shot."""
    rest = _AS.sub("", text)
    alone = rest != text and len(_CLAUSE.findall(rest)) <= 1 and not re.search(r",(?! \w+ing\b)", rest)
    return capitalised(rest) if alone else text
