"""The nouns: one frozen record for each thing fabula knows about a film. Standard library only.

Times are seconds (float) from the start of the film. Character offsets count Unicode code points
and point into the ``source`` text of the record's owner, so ``source[char_start:char_end] == text``.
Indices are 0-based positions in their list; only ``Cue.number`` counts from 1, as subtitle files do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int | None], None]
"""Called with (units done, units in all or None when unknown) while something long runs."""


class TagKind(StrEnum):
    """What a tag is: a genre, a keyword (a theme), or any words at all."""

    GENRE = "genre"
    KEYWORD = "keyword"
    OPEN = "open"


class Transition(StrEnum):
    """How a shot begins: at once, or through a dissolve, fade or wipe."""

    CUT = "cut"
    GRADUAL = "gradual"


class CueKind(StrEnum):
    """What a subtitle is: words spoken, a sound described, music or a song, or a subtitle site's advertising."""

    SPEECH = "speech"
    SOUND = "sound"
    MUSIC = "music"
    ADVERTISEMENT = "advertisement"


class LineKind(StrEnum):
    """The types of a screenplay's lines (after the usc-sail parser's tag set)."""

    HEADING = "heading"
    ACTION = "action"
    SPEAKER = "speaker"
    DIALOGUE = "dialogue"
    PARENTHETICAL = "parenthetical"
    TRANSITION = "transition"


class Matter(StrEnum):
    """Which part of a book a chapter belongs to."""

    FRONT = "front"
    BODY = "body"
    BACK = "back"


class State(StrEnum):
    """What the aligner says of a stretch of film or text."""

    ALIGNED = "aligned"
    MOVED = "moved"
    FILM_ONLY = "film_only"
    BOOK_ONLY = "book_only"
    SCRIPT_ONLY = "script_only"


class Fate(StrEnum):
    """What became of a stretch of the book or film: kept in its words or others, moved, left out, or added.

    ``UNSPOKEN`` are the one or two paragraphs between told ones that no line tells: the film may show them.
    """

    VERBATIM = "verbatim"
    PARAPHRASE = "paraphrase"
    MOVED = "moved"
    UNSPOKEN = "unspoken"
    CUT = "cut"
    INVENTED = "invented"


class Presence(StrEnum):
    """Where a name is used: in book and film, in the book alone, or in the film alone."""

    KEPT = "kept"
    LOST = "lost"
    NEW = "new"


class Medium(StrEnum):
    """What a hit was found in: what is seen, what is said, the screenplay, or the book."""

    PICTURE = "picture"
    DIALOGUE = "dialogue"
    SCRIPT = "script"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames between two cuts. ``last_frame`` is inclusive; ``end`` is when the next shot starts.

    ``scene`` is the index of the screenplay's scene, from the aligner.
    """

    index: int
    start: float
    end: float
    first_frame: int
    last_frame: int
    transition: Transition = Transition.CUT
    scene: int | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle.

    ``text`` is what a viewer reads, tags removed, line breaks kept. ``parts`` are the turns of speech in it
    (two when the cue has two dashes), without dashes, name prefixes and bracketed sounds; ``names`` has,
    for each part, the speaker that the file itself names ("ANNA: Come in.") or None.
    ``speaker``, ``speakers`` (one for each part), ``scene`` (index) and ``score`` come from the screenplay aligner.
    """

    number: int
    start: float
    end: float
    text: str
    kind: CueKind = CueKind.SPEECH
    parts: tuple[str, ...] = ()
    names: tuple[str | None, ...] = ()
    speaker: str | None = None
    speakers: tuple[str | None, ...] = ()
    scene: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Subtitles:
    """A subtitle file as read: cues in file order, and what had to be mended on the way."""

    path: str
    cues: tuple[Cue, ...]
    format: str
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A screenplay's scene. ``setting`` is INT, EXT, INT/EXT or None.

    ``start``, ``end`` and ``moved`` come from the aligner: a scene without times is not in the film, as far as dialogue
    tells; one that is moved comes earlier or later there than most of the others' order has it.
    """

    index: int
    heading: str
    setting: str | None = None
    place: str | None = None
    time_of_day: str | None = None
    number: str | None = None
    first_line: int = 0
    last_line: int = 0
    start: float | None = None
    end: float | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One typed element of a screenplay (a whole speech is one DIALOGUE line for each paragraph or interruption).

    ``speaker`` is the name made one (no CONT'D, V.O., O.S.), set on SPEAKER, PARENTHETICAL and DIALOGUE lines;
    ``attributes`` keeps what was stripped ("V.O.", "O.S.", "CONT'D"). ``source_line`` is the 1-based line in the file.
    ``interpolated`` says that the times were filled in between aligned neighbours.
    """

    index: int
    kind: LineKind
    text: str
    scene: int | None = None
    speaker: str | None = None
    attributes: tuple[str, ...] = ()
    dual: bool = False
    source_line: int | None = None
    start: float | None = None
    end: float | None = None
    interpolated: bool = False


@dataclass(frozen=True, slots=True)
class Screenplay:
    """A screenplay as read: typed lines in order and the scenes that they form."""

    path: str
    title: str | None
    lines: tuple[ScriptLine, ...]
    scenes: tuple[Scene, ...]
    format: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a book; ``last_passage`` is inclusive. Headings are titles here, not passages."""

    index: int
    title: str
    matter: Matter
    first_passage: int
    last_passage: int


class _Written:
    """What passages and sentences share."""

    __slots__ = ()
    text: str

    @property
    def prose(self) -> str:
        """The text for reading and matching: line breaks and runs of spaces become one space."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Passage(_Written):
    """A paragraph of a book: ``book.source[char_start:char_end] == text``, so hard-wrapped text keeps its breaks."""

    index: int
    chapter: int
    text: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Sentence(_Written):
    """A sentence of a passage, with offsets into the book's source."""

    index: int
    passage: int
    text: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Book:
    """A book as read. ``source`` is the decoded text of a text file, or the text of an EPUB in reading order."""

    path: str
    title: str | None
    author: str | None
    source: str
    chapters: tuple[Chapter, ...]
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    format: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Film:
    """What is known of a video: ``frames`` were really decoded, ``fps`` is their mean rate."""

    path: str
    width: int
    height: int
    fps: float
    frames: int
    duration: float
    codec: str
    rotation: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small JPEG of one frame of a shot."""

    shot: int
    frame: int
    time: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a film follows a book.

    ``score`` is the mean evidence for each cue, in nats; ``p_value`` the probability that a film reaches such a score
    with a book that it has nothing to do with; ``told`` the expected share of cues that the book has.
    """

    score: float
    p_value: float
    told: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two spans that tell the same thing, or one that has no counterpart.

    Cues by number (1-based, inclusive), passages by index (inclusive); a side that is missing is None.
    ``score`` is the probability that the cue tells the passage; a film-only cue has that of ``nearest``, its likeliest
    passage. ``sentence`` is the index of the best sentence, whose passage is the best one of the span.
    ``why`` holds the strength of each channel that spoke for it.
    """

    state: State
    score: float
    first_cue: int | None = None
    last_cue: int | None = None
    first_passage: int | None = None
    last_passage: int | None = None
    sentence: int | None = None
    why: tuple[tuple[str, float], ...] = ()
    nearest: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A passage that nobody tells and that a silent shot may show, by its pictures alone: a hint, not a link.

    ``shot`` and ``passage`` are indices; ``score`` is how probable the pictures make it, which is not calibrated.
    """

    shot: int
    passage: int
    score: float


@dataclass(frozen=True, slots=True)
class Pin:
    """A reader's correction of one cue, which the aligners obey and every rerun keeps.

    It holds while the cue of that number has that ``text`` and the passage has the text ``quote``.
    ``nowhere`` says that the book does not have the cue; without it and without a passage only the speaker is pinned.
    """

    cue: int
    text: str
    passage: int | None = None
    quote: str | None = None
    nowhere: bool = False
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class ChapterUse:
    """What the film made of a chapter, in words of the book.

    ``verbatim``, ``paraphrase``, ``moved``, ``unspoken`` and ``cut`` add up to ``words``: each passage counts whole.
    ``said`` are those words of the told passages that a line says in the same order. ``faithfulness`` is the share of
    the words told, each passage weighted by the score of its best link. ``start`` and ``end`` span the lines in place.
    """

    chapter: int
    title: str
    words: int
    passages: int
    told: int
    verbatim: int
    paraphrase: int
    moved: int
    unspoken: int
    cut: int
    said: int
    faithfulness: float
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class FilmStretch:
    """Neighbouring lines of the film with the same fate and the same chapter (None where the film invents).

    Cues by number, inclusive; ``words`` are those that are spoken.
    """

    fate: Fate
    start: float
    end: float
    first_cue: int
    last_cue: int
    words: int
    chapter: int | None = None


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name of book or film: how often the book has it, how many cues mention it, how many lines it speaks.

    ``person`` says that it speaks, is spoken to or bears a title somewhere; else it may be a place or a nation.
    """

    name: str
    presence: Presence
    person: bool
    in_book: int
    in_cues: int
    lines: int


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What a film made of its book: chapter by chapter, along the film, and who is in both."""

    chapters: tuple[ChapterUse, ...]
    stretches: tuple[FilmStretch, ...]
    names: tuple[NameUse, ...]

    @property
    def faithfulness(self) -> float:
        """Share of the book's words that the film tells, weighted by how sure the links are."""
        words = sum(chapter.words for chapter in self.chapters)
        return sum(chapter.words * chapter.faithfulness for chapter in self.chapters) / max(words, 1)


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence that describes a picture.

    ``score`` is the mean log probability of its words, in nats (nearer to 0 is surer); ``shot`` the index of the shot
    that it describes, None for a picture of its own.
    """

    text: str
    score: float
    shot: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A phrase and where it is seen: ``box`` is (x, y, width, height) in pixels of the picture, from its top left."""

    box: tuple[int, int, int, int]
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Description:
    """What is seen in a picture: whole sentences, best first, and what stands where.

    ``image`` is the picture's file, empty for one that was given as an array. The regions are first the phrases of the
    best caption, scored by the similarity of their words with the region, then captions of parts of the picture,
    scored by how well they fit that part.
    """

    image: str
    captions: tuple[Caption, ...]
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that answers a query: a stretch of film, of a screenplay, of a book, or several that tell the same.

    ``score`` is the probability that it is what was asked for; ``why`` has the probability that each channel gives by
    itself, the strongest first, which is ``channel``; ``texts`` what stands there in each of them. ``project`` is its
    file, or its title when it is in memory. ``frame`` and ``frame_time`` are those of the thumbnail of ``shot``.
    ``scene`` and ``passage`` are indices, ``cue`` is a number, ``line`` the index of a line of the screenplay.
    What is not known is None.
    """

    project: str
    channel: Medium
    score: float
    why: tuple[tuple[Medium, float], ...]
    texts: tuple[tuple[Medium, str], ...] = ()
    start: float | None = None
    end: float | None = None
    shot: int | None = None
    frame: int | None = None
    frame_time: float | None = None
    speaker: str | None = None
    scene: int | None = None
    heading: str | None = None
    chapter: str | None = None
    passage: int | None = None
    cue: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of a query, best first. Unless ``fits``, they are only the nearest, and nothing is what was asked for.

    ``expected`` says whether the one who asked knows that there is an answer; None if nobody said.
    """

    query: str
    hits: tuple[Hit, ...]
    fits: bool
    expected: bool | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that a story may rest on: a sentence that was seen, said, or written.

    ``kind`` is "caption" (what a captioner sees), "dialogue" (a line that is spoken: ``speaker`` says by whom, None if
    nobody knows), "action" or "heading" (of the screenplay), or "passage" (of a book). ``start`` and ``end`` are its
    times; ``shot``, ``line`` and ``passage`` are indices, ``cue`` is a number, ``source`` is the file. What is not
    there is None.
    """

    kind: str
    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    shot: int | None = None
    cue: int | None = None
    line: int | None = None
    passage: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A stretch of a story that its evidence does not bear: ``story.text[char_start:char_end] == text``.

    ``kind`` is "name" (nobody in the evidence bears it), "quotation" (nobody says it) or "speaker" (another says it, or
    nobody knows who).
    """

    kind: str
    text: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Story:
    """A text that was written from evidence, by which writer and in which style, and what is wrong with it."""

    text: str
    style: str
    writer: str
    evidence: tuple[Evidence, ...]
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """What a film is about, or of which kind.

    ``score`` is the probability that the film has the tag; ``why`` the probability that each source gives by itself
    ("picture", "dialogue", "script", "book"), the strongest first.
    """

    name: str
    kind: TagKind
    score: float
    why: tuple[tuple[str, float], ...] = ()


SURPRISE = "surprise"
"""Name and kind of the curve of how unexpected each shot is."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How strongly a film responds to a tag along its shots.

    ``kind`` is that of the tag, or "surprise" (how unexpected each shot is, in nats); ``model`` is what responds.
    ``shots`` are indices; ``raw`` has the response of each shot by itself, ``smooth`` that of a model that remembers
    the shots before. Responses to genres and keywords are probabilities.
    """

    name: str
    kind: str
    model: str
    shots: tuple[int, ...]
    raw: tuple[float, ...]
    smooth: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a film, a scene or an equal share of its time, and what carries it.

    ``heading`` is that of the scene, None for a share of time. ``tags`` has each tag's mean response there, in the
    order in which the curves were given; ``speakers`` the characters with their shares of the part's spoken lines
    whose speaker is known, the largest first; ``lines`` is how many those are.
    """

    start: float
    end: float
    heading: str | None
    tags: tuple[tuple[str, float], ...]
    speakers: tuple[tuple[str, float], ...]
    lines: int
