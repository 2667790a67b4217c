"""What a cue's text says: turns of speech and who is named for them, or a sound, music, advertising."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fabula.files.subtitles.names import NameBook
from fabula.records import CueKind

_DASH = re.compile(r"[-–—‐−](?:\s+|(?![-–—‐\d>]))(?=\S)")
# Two turns on one line. Without a blank after the dash, or before a small letter, the sentence before must have ended.
_NEXT_DASH = re.compile(r"\s+(?=[-–—]\s+[A-ZÀ-Þ])|(?<=[.!?…\"”)\]])\s+(?=[-–—]\s*[\w\"'¿¡(\[♪])")
_BRACKETS = re.compile(r"\[[^\]]*(?:\]|$)|\([^()]*\)|（[^）]*）|［[^］]*］")
_THOUGHT = re.compile(r"\((?P<words>[A-Z'\"][^()]{0,300}[.?!]['\"]?)\)")
_NAME_THEN_MANNER = re.compile(r"(?m)^([^\w\n]*[A-Z][A-Z .'’0-9]{1,40})\n(?=\([^)\n]*\):)")
_LABEL_LINE = re.compile(r"(?:[-–—‐−]\s*)?[\[(][^\])]*[\])]:?")
_NOTE = r"(?:[♪♫♬♩]|\bj&)"  # j& is how character recognition sees an eighth note
_SUNG = re.compile(rf"{_NOTE}|.*{_NOTE}\Z|# |.* #\Z|([#*]).*\1\Z", re.DOTALL)
_MARKED = re.compile(r"[\[(（［♪♫♬♩#*]|\bj&")
_SONG_MARK = re.compile(rf"{_NOTE}|(?<!\S)[#*]+(?!\d)|[#*]+(?!\S)")
_MUSIC = re.compile(
    r"\b(?:music|songs?|sing(?:s|ing)|hum(?:s|ming)|melody|orchestra|fanfare|anthem|waltz|choir|chorus|jazz|"
    r"(?:piano|guitar|violin|organ|band|bugle|harp|accordion|drums?) (?:play|solo|continue)\w*)\b",
    re.IGNORECASE,
)
_ADVERTISING = re.compile(
    r"https?://|\bwww\.\w|\bwww\w+\.\w+\.\w|\b[\w.]{1,64}@\w+\.\w+"
    r"|\bopen ?subtitles|\ball ?subs\b|\baddic7ed|\bpodnapisi|\byify\b"
    r"|^\W*(?:english |sdh )?subtitles?\W*$|\A\W*subtitles \S+\Z"
    r"|^\W*(?:english |sdh )?(?:subtitl(?:es?|ed|ing)|caption(?:s|ed|ing)|(?:re)?sync(?:ed|hro|hronized)?)"
    r"\s*(?:(?:&|and)\s*\w+ed\s*)?(?:\bby\b|:|\bfor version)"
    r"|\A\W*(?:ripped|encoded|uploaded|timed|transcribed|translated|translation|corrected|corrections?)"
    r" ?(?:by|:)\s+(?-i:[A-Z@])"
    r"|^\W*(?:subtitles? |captions? )?downloaded from\b"
    r"|\bthis subtitle is\b|\bcaptioning (?:made possible|sponsored|of this)"
    r"|\badvertise your product\b|\bbest watched using\b|\brate this subtitle|\bbecome (?:a )?vip member",
    re.IGNORECASE | re.MULTILINE,
)
_SITE = re.compile(r"\b[\w-]{3,}\.(?:com|org|net|info|tv)\b", re.IGNORECASE)


Voice = tuple[str | None, str]
"""A speaker's name, if a field made for it gives one, and plain text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in a cue: its dash, its name or manner as ``label``, and the rest, with line breaks and sounds."""

    dash: str
    label: str
    body: str
    name: str | None

    @property
    def shown(self) -> str:
        """The turn as the viewer reads it."""
        return self.dash + self.label + self.body

    @property
    def words(self) -> str:
        """The words alone, on one line; empty when the turn is only a sound or a music sign."""
        plain = text = " ".join(self.body.split())
        if _MARKED.search(text):
            text = _BRACKETS.sub(" ", _THOUGHT.sub(_keep_sentence, text))
            text = " ".join((_SONG_MARK.sub(" ", text) if self.sung else text).split())
        if text != plain:  # what was taken out leaves its punctuation behind
            text = re.sub(r" ([.,!?…])", r"\1", text).lstrip(":;, ")
        return text if re.search(r"\w", text) else ""

    @property
    def sung(self) -> bool:
        """Whether music signs stand at its start or end; a hash or a star only where it can be nothing else."""
        return _SUNG.match(self.body.strip()) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a cue's text: the fields ``kind``, ``parts`` and ``names`` of its record."""

    kind: CueKind
    parts: tuple[str, ...] = ()
    names: tuple[str | None, ...] = ()


def bare_lines(text: str) -> list[str]:
    """The lines of a cue without their dialogue dashes, to learn a file's names from."""
    return [_DASH.sub("", line, count=1) if _DASH.match(line) else line for line in _logical_lines(text)]


def split_turns(text: str, names: NameBook) -> list[Turn]:
    """Cut a cue's text into turns: at a dialogue dash, and at a line that begins with a name."""
    turns: list[Turn] = []
    for line in _logical_lines(text):
        dash = match[0] if (match := _DASH.match(line)) else ""
        prefix = names.prefix(line[len(dash) :])
        label = prefix.shown if prefix else ""
        body = line[len(dash) + len(label) :]
        name = prefix.name if prefix else None
        if turns and not dash and name is None:
            last = turns.pop()
            turns.append(Turn(last.dash, last.label, f"{last.body}\n{label}{body}", last.name))
        else:
            turns.append(Turn(dash, label, body, name))
    return turns


def read_voices(voices: Sequence[Voice], names: NameBook) -> Reading:
    """Read a cue that came as voice spans (most often one, without a name) of plain text.

    A name of the span holds for its turns that name nobody themselves; "ANNA / BEN" names one turn after the other.
    """
    if is_advertisement("\n".join(text for _, text in voices)):
        return Reading(CueKind.ADVERTISEMENT)
    turns = [turn for name, text in voices for turn in _named(split_turns(text, names), name)]
    spoken = [(turn, words) for turn in turns if (words := turn.words)]
    if not spoken:
        music = any(turn.sung or _MUSIC.search(turn.body) for turn in turns)
        return Reading(CueKind.MUSIC if music else CueKind.SOUND)
    kind = CueKind.MUSIC if all(turn.sung for turn, _ in spoken) else CueKind.SPEECH
    return Reading(kind, tuple(words for _, words in spoken), tuple(turn.name for turn, _ in spoken))


def is_advertisement(text: str) -> bool:
    """Whether a cue speaks of the subtitles and their makers instead of for the film."""
    # A site's bare name may be spoken of; alone in the cue it is not speech.
    return _ADVERTISING.search(text) is not None or (len(text.split()) <= 4 and _SITE.search(text) is not None)


def join_names(names: Iterable[str | None]) -> str:
    """Several speakers in one field: "ANNA / BEN", with a question mark for one who is unknown."""
    return " / ".join(name or "?" for name in names)


def _named(turns: list[Turn], name: str | None) -> list[Turn]:
    """The turns with the names of a field that holds one name for all of them, or one for each that speaks."""
    if name is None:
        return turns
    several = [None if part == "?" else part for part in name.split(" / ")]
    spoken = sum(bool(turn.words) for turn in turns)
    queue = iter(several if len(several) == spoken else [name] * spoken)
    fields = [next(queue) if turn.words else None for turn in turns]
    return [replace(turn, name=turn.name or field) for turn, field in zip(turns, fields, strict=True)]


def _logical_lines(text: str) -> list[str]:
    """Lines that may begin a turn: brackets and names that run over a line break are whole, inline dashes are split."""
    lines: list[str] = []
    for line in _NAME_THEN_MANNER.sub(r"\1 ", text).split("\n"):
        if lines and _runs_on(lines[-1], line):
            lines[-1] += "\n" + line
        else:
            lines.append(line)
    if any(_DASH.match(line) for line in lines):
        return [piece for line in lines for piece in _NEXT_DASH.split(line)]
    return lines


def _runs_on(line: str, following: str) -> bool:
    if line.count("(") > line.count(")") or line.count("[") > line.count("]"):
        return re.search(r"[\])]", following) is not None
    return _LABEL_LINE.fullmatch(line) is not None and not re.match(r"[-–—‐−\[(]", following)


def _keep_sentence(thought: re.Match[str]) -> str:
    """Round brackets around a whole sentence hold thoughts or asides, which are words, not sounds."""
    words = thought["words"]
    return words if len(words.split()) > 2 and not words.isupper() else thought[0]
