"""What is said, in prose: quoted word for word, with as many tags as one needs to know who speaks, and no wrong one."""

import random
import re

from fabula.files.book.sentences import split_sentences
from fabula.records import Evidence
from fabula.stories.casing import speaks_for_several
from fabula.stories.screen_prose import capitalised

UNTAGGED = 4
"""Lines of two people in turn without a tag, at most: then the reader is told again who speaks."""
SHORT = 12
"""Words of a first sentence, at most, that a tag may follow before the speech goes on."""
LONG = 30
"""Words from which on a single sentence has its tag before it."""

NAME_FIRST, NAME_BEFORE_VERB = 0.2, 0.3
"""How often the tag stands before the words where it may; how often it is "Peter says" and not "says Peter"."""

_PLAIN_NAME = re.compile(r"[\w -]+")
_STOPPED = re.compile(r"[?!…—]$|\.\.\.$")
_ONE = {"say": "says", "ask": "asks", "answer": "answers", "reply": "replies", "add": "adds"}


class Conversation:
    """Writes speech after speech, and remembers who has the floor.

    Args:
        seed: of the choices among tags that are all right.
        anonymous: nobody's name is known in the whole story: then there are no tags.
    """

    def __init__(self, seed: int, anonymous: bool = False) -> None:
        self._random = random.Random(seed)
        self._anonymous = anonymous
        self._floor: list[str | None] = []  # who spoke since the narrator last did, in order
        self._last: str | None = None
        self._asked = False
        self._untagged = 0

    def interrupt(self) -> None:
        """The narrator speaks: the next line says again whose it is."""
        self._floor.clear()

    def write(self, speech: Evidence, lead: str = "", acting: bool = False) -> str:
        """A paragraph with the speech, quoted word for word; only the last stop gives way to the tag.

        Args:
            speech: evidence of the kind "dialogue".
            lead: "In the garden" and the like, to open the paragraph with.
            acting: the narrator's last sentence tells what the speaker does, and this follows in the same paragraph.
        """
        words = speech.text.strip()
        who = speech.speaker
        plain = acting or (self._anonymous and not lead) or (not lead and self._is_clear(who))
        text = f"“{_closed(words)}”" if plain else self._tagged(words, who, lead)
        self._untagged = self._untagged + 1 if plain and not acting else 0
        self._floor.append(who)
        self._last, self._asked = who, words.endswith("?")
        return text

    def _is_clear(self, who: str | None) -> bool:
        """Whether a line by this speaker can only be understood as his: two people speak in turn."""
        if who is None or len(self._floor) < 2 or self._untagged >= UNTAGGED:
            return False
        before, other = self._floor[-2:]
        return before == who and other is not None and other != who

    def _tagged(self, words: str, who: str | None, lead: str) -> str:
        verb = self._verb(words, who)
        name = who or "somebody"
        verb = verb if speaks_for_several(name) else _ONE[verb]
        first, rest = _first_sentence(words)
        parted = bool(rest) and len(first.split()) <= SHORT
        long = len(words.split()) > LONG and not parted
        # After a quotation a name would be read as the tag of that: there the words come first.
        if lead or (not self._floor and (long or (who and self._random.random() < NAME_FIRST))):
            return f"{capitalised(f'{lead}, {name}' if lead else name)} {verb}, “{_closed(words)}”"
        first_name = self._random.random() < NAME_BEFORE_VERB or not _PLAIN_NAME.fullmatch(name)
        tag = f"{name} {verb}" if first_name else f"{verb} {name}"
        if parted:
            return f"“{_opened(first)}” {tag}. “{_closed(rest)}”"
        return f"“{_opened(words)}” {tag}."

    def _verb(self, words: str, who: str | None) -> str:
        first, rest = _first_sentence(words)
        if (first if rest else words).endswith("?"):
            return "ask"
        if who is not None and self._floor and self._asked and self._floor[-1] not in (None, who):
            return self._random.choice(("answer", "reply", "say"))
        resumes = who is not None and self._last == who
        return "add" if resumes and (self._floor or self._random.random() < 0.5) else "say"


def _first_sentence(words: str) -> tuple[str, str]:
    """The first sentence and the rest; a rest that goes on in small letters, or a pause, does not part them."""
    spans = split_sentences(words)
    if len(spans) < 2 or words[: spans[0][1]].endswith(("...", "…", "—")):
        return words, ""
    return words[: spans[0][1]], words[spans[1][0] :]


def _opened(words: str) -> str:
    """Words before a tag: a full stop becomes a comma, anything else that ends a sentence stays."""
    if _STOPPED.search(words):
        return words
    return (words[:-1] if words.endswith((".", ",", ";", ":")) else words) + ","


def _closed(words: str) -> str:
    """Words at the end of a sentence of the story."""
    if _STOPPED.search(words) or words.endswith((".", "’")):
        return words
    return words.rstrip(",;: ") + "."
