"""A part of a film told as one story, from its evidence alone: the writer that needs no language model.

StoryMovie's point (Oliveira and Martins de Matos 2026): real names, real words, and each word in the right mouth. The
story is in the present tense, as screenplays are. What is narrated stands in the screenplay's action or in the captions
of shots; what is quoted is one speech, word for word; the order is that of time.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from fabula.align.words import tokenise
from fabula.records import Evidence
from fabula.stories.dialogue import Conversation
from fabula.stories.ordinary import is_ordinary
from fabula.stories.places import Setting, read_heading
from fabula.stories.screen_prose import capitalised

Describe = Callable[[Sequence[Evidence]], str]
"""Makes a sentence of atmosphere from what is known of a scene; without names and without quotations, or nothing."""

SILENCE = 20.0
"""Seconds without anything to tell, from which on there is room for a sentence of atmosphere."""
PARAGRAPH = 90
"""Words after which the narrator begins a new paragraph."""
ALIKE = 0.5
"""Share of their words that two captions have in common, from which on the second says nothing new."""
REMEMBERED = 6
MOST_CAPTIONS = 3
"""Captions between two lines that are spoken, at most."""

_QUOTES = re.compile(r"[\"“”«»]")
_PLACED = re.compile(r"^(?:In|At|On|From|Through|Inside|Outside|Behind|Over|Under|Near|Beside|Before|Across)\b")
_SMALL = frozenset(tokenise("a an the of in on at to and with is are his her its by for it"))


def tell_sequence(evidence: Sequence[Evidence], seed: int = 0, describe: Describe | None = None) -> str:
    """The evidence told as one story.

    Args:
        evidence: of a part of a film, in the order of time (``film_evidence.evidence_of``). Passages of a book are
            not told: the words would be the book's.
        seed: of the choices among tags that are all right.
        describe: adds at most one sentence to the opening of a scene and to a long silence.

    Returns:
        Paragraphs parted by empty lines; empty if there is nothing to tell.
    """
    told = [item for item in evidence if item.kind != "passage" and item.text.strip()]
    teller = _Teller(told, seed, describe)
    for place, item in enumerate(told):
        teller.tell(item, place)
    return teller.story()


class _Teller:
    """Takes the evidence piece by piece and makes paragraphs of it."""

    def __init__(self, evidence: Sequence[Evidence], seed: int, describe: Describe | None) -> None:
        self._evidence = evidence
        spoken = [item for item in evidence if item.kind == "dialogue"]
        self._spoken = [(item.start, item.end) for item in spoken if item.start is not None and item.end is not None]
        self._talk = Conversation(seed, anonymous=all(item.speaker is None for item in spoken))
        self._names = {word for item in spoken for word in (item.speaker or "").split()}
        self._describe = describe
        self._journey = _Journey()
        self._paragraphs: list[str] = []
        self._narration: list[str] = []
        self._lead = ""
        self._pictures = _Pictures()
        self._action_until = float("-inf")
        self._last_end: float | None = None

    def tell(self, item: Evidence, place: int) -> None:
        """Tell the piece of evidence that stands at ``place``."""
        self._fill_silence(item, place)
        if item.kind == "heading":
            self._open_scene(item, place)
        elif item.kind == "dialogue":
            self._say(item)
        elif item.kind == "action":
            self._action_until = max(self._action_until, item.end or self._action_until)
            self._narrate(item.text)
        elif item.kind == "caption":
            self._show(item)
        if item.end is not None and item.kind != "heading":
            self._last_end = max(self._last_end or item.end, item.end)

    def story(self) -> str:
        """Everything told so far."""
        self._close()
        return "\n\n".join(self._paragraphs)

    def _open_scene(self, heading: Evidence, place: int) -> None:
        self._close()
        self._talk.interrupt()
        self._pictures = _Pictures()
        lead = self._journey.arrive(read_heading(heading.text))
        following = self._evidence[place + 1].kind if place + 1 < len(self._evidence) else "heading"
        if following == "heading":  # nothing is known of this scene
            return
        self._lead = lead
        self._add_atmosphere(self._scene_from(place))

    def _scene_from(self, place: int) -> list[Evidence]:
        rest = self._evidence[place + 1 :]
        ends = (k for k, item in enumerate(rest) if item.kind == "heading")
        return [self._evidence[place], *rest[: next(ends, len(rest))]]

    def _fill_silence(self, item: Evidence, place: int) -> None:
        if item.kind == "heading" or item.start is None or self._last_end is None:
            return
        if item.start - self._last_end >= SILENCE and item.kind == "dialogue":
            self._add_atmosphere(self._evidence[max(place - 3, 0) : place + 1])

    def _add_atmosphere(self, evidence: Sequence[Evidence]) -> None:
        sentence = " ".join(self._describe(evidence).split()) if self._describe else ""
        if sentence and not _QUOTES.search(sentence):
            self._close()
            self._paragraphs.append(f"_{sentence}_")  # apart: novels are told in the past tense, films are not
            self._talk.interrupt()

    def _narrate(self, text: str) -> None:
        text = _QUOTES.sub("", text)
        if self._lead:
            text, self._lead = self._led(text), ""
        if sum(len(piece.split()) for piece in self._narration) > PARAGRAPH:
            self._close()
        self._narration.append(text)
        self._talk.interrupt()

    def _led(self, text: str) -> str:
        """The narrator's sentence with the place and the hour before it."""
        word = re.match(r"[^\W_]+", text)
        keep = word is None or word.group() in self._names or word.group() == "I" or not is_ordinary(word.group())
        stop = ":" if _PLACED.match(text) else ","  # two places in a row would be one
        return f"{capitalised(self._lead)}{stop} {text if keep else text[:1].lower() + text[1:]}"

    def _say(self, speech: Evidence) -> None:
        acting = bool(self._narration) and self._acts(self._narration[-1], speech.speaker)
        lead, self._lead = self._lead, ""
        written = self._talk.write(speech, lead, acting)
        if acting:
            self._narration.append(written)
            self._close()
        else:
            self._close()
            self._paragraphs.append(written)
        self._pictures.rest()

    def _acts(self, narration: str, speaker: str | None) -> bool:
        """Whether the narrator's last words tell what the speaker does, so that it is plain who speaks next."""
        if speaker is None:
            return False
        last = re.split(r"(?<=[.!?…]) (?=[A-Z])", narration)[-1]
        return last.startswith(f"{capitalised(speaker)} ") and not last.startswith(f"{capitalised(speaker)} and ")

    def _show(self, caption: Evidence) -> None:
        start, end = caption.start, caption.end
        if start is not None and end is not None:
            talked = sum(max(min(end, last) - max(start, first), 0.0) for first, last in self._spoken)
            if talked > 0.3 * (end - start) or start < self._action_until:
                return
        if self._pictures.is_new(caption.text):
            self._narrate(capitalised(caption.text.strip().rstrip(".")) + ".")

    def _close(self) -> None:
        if self._narration:
            self._paragraphs.append(" ".join(self._narration))
            self._narration = []


class _Journey:
    """From place to place: what a reader must be told of a new scene's setting."""

    def __init__(self) -> None:
        self._now: Setting | None = None
        self._visited: set[str] = set()

    def arrive(self, setting: Setting) -> str:
        """The words that lead to a new scene, without a capital; empty if it plays where and when the last one did."""
        before, self._now = self._now, setting
        back = setting.where in self._visited
        self._visited.add(setting.where)
        parts = list(_parts(setting, before, back))
        return ", ".join(part for part in parts if part)


def _parts(setting: Setting, before: Setting | None, back: bool) -> Iterator[str]:
    yield setting.after
    moved = before is None or setting.where != before.where
    if moved and setting.where:
        yield f"back {setting.where}" if back else setting.where
    changed = setting.when != (before.when if before else "by day")
    if changed and setting.when:
        yield setting.when


class _Pictures:
    """Remembers what was seen, so that alike shots are told once."""

    def __init__(self) -> None:
        self._told: list[set[str]] = []
        self._running = 0

    def rest(self) -> None:
        """Somebody speaks."""
        self._running = 0

    def is_new(self, caption: str) -> bool:
        """Whether a caption says something new, and there is room for it; then it counts as told."""
        words = set(tokenise(caption)) - _SMALL
        alike = any(len(words & told) >= ALIKE * len(words | told) for told in self._told[-REMEMBERED:])
        if alike or not words or self._running >= MOST_CAPTIONS:
            return False
        self._told.append(words)
        self._running += 1
        return True
