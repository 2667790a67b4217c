"""What a report is made from, and what several of its sections want to know about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from fabula.files.report.speech import Speech, rank, spoken, written
from fabula.files.report.words import Overlap, overlap
from fabula.records import Book, Cue, Film, Link, Passage, Scene, ScriptLine, Sentence, Shot, State, Thumbnail

VERBATIM = 0.6
"""From this share of a cue's words, found in order in the passage, a link counts as verbatim."""


class Kind(StrEnum):
    """How a film takes up a passage: in its words or in others."""

    VERBATIM = "verbatim"
    PARAPHRASE = "paraphrase"


@dataclass(frozen=True, slots=True)
class Pair:
    """A link with both its sides; ``index`` is its position among the links of the report."""

    index: int
    link: Link
    cues: tuple[Cue, ...]
    passages: tuple[Passage, ...]
    shared: Overlap

    @property
    def kind(self) -> Kind:
        """Verbatim or paraphrase, by the share of the cues' words that the passages have in order."""
        return Kind.VERBATIM if self.shared.share >= VERBATIM else Kind.PARAPHRASE


@dataclass(frozen=True)
class ReportData:
    """Everything a report may show. All but the title and the maker may be missing.

    ``cues`` carry what the screenplay aligner found (speakers, scene, score). ``files`` are the names or paths
    of what was read; the footer shows their names only. ``made_with`` is the version of fabula.
    """

    title: str
    made_with: str
    film: Film | None = None
    shots: tuple[Shot, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()
    cues: tuple[Cue, ...] = ()
    scenes: tuple[Scene, ...] = ()
    lines: tuple[ScriptLine, ...] = ()
    book: Book | None = None
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @cached_property
    def duration(self) -> float:
        """Seconds from the start to the last thing known of the film, at least one."""
        ends = [self.film.duration if self.film else 0.0]
        ends += [shot.end for shot in self.shots] + [cue.end for cue in self.cues]
        return max(*ends, 1.0)

    @cached_property
    def timed_cues(self) -> tuple[Cue, ...]:
        """The cues in the order of time."""
        return tuple(sorted(self.cues, key=lambda cue: (cue.start, cue.number)))

    @cached_property
    def speeches(self) -> tuple[Speech, ...]:
        """Who speaks when: in seconds of the film, or in words of the screenplay if no cue has a speaker."""
        return spoken(self.timed_cues) or (() if self.cues else written(self.lines))

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Each character's rank by the amount of speech, from 0; it decides the colour."""
        return rank(self.speeches)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The links that join film and book, in the order of the film."""
        found = [pair for index, link in enumerate(self.links) if (pair := self._pair(index, link))]
        return tuple(sorted(found, key=lambda pair: (pair.cues[0].start, pair.cues[0].number)))

    @cached_property
    def pairs_of_cue(self) -> Mapping[int, tuple[Pair, ...]]:
        """For the number of each cue that has a counterpart, the pairs that it is in (mostly one)."""
        found: defaultdict[int, tuple[Pair, ...]] = defaultdict(tuple)
        for pair in self.pairs:
            for cue in pair.cues:
                found[cue.number] += (pair,)
        return dict(found)

    @cached_property
    def book_only(self) -> tuple[tuple[Passage, ...], ...]:
        """The stretches of the book that the film leaves out, in the order of the book."""
        stretches = [self._passages(link) for link in self.links if link.state is State.BOOK_ONLY]
        return tuple(sorted((s for s in stretches if s), key=lambda stretch: stretch[0].index))

    def _pair(self, index: int, link: Link) -> Pair | None:
        if link.state not in {State.ALIGNED, State.MOVED}:
            return None
        cues, passages = self._cues(link), self._passages(link)
        if not cues or not passages:
            return None
        return Pair(index, link, cues, passages, self._shared(link, cues, passages))

    def _shared(self, link: Link, cues: Sequence[Cue], passages: Sequence[Passage]) -> Overlap:
        """The shared words, in the best sentence if it has all of them: a passage may say a thing twice."""
        said = [cue.text for cue in cues]
        whole = overlap(said, [passage.text for passage in passages])
        if self.book is None or link.sentence is None:
            return whole
        sentence = self.book.sentences[link.sentence]
        best = overlap(said, [_only(sentence, passage) for passage in passages])
        return best if best.share >= whole.share else whole

    def _cues(self, link: Link) -> tuple[Cue, ...]:
        if link.first_cue is None or link.last_cue is None:
            return ()
        numbers = range(link.first_cue, link.last_cue + 1)
        return tuple(cue for cue in map(self._by_number.get, numbers) if cue)

    def _passages(self, link: Link) -> tuple[Passage, ...]:
        if self.book is None or link.first_passage is None or link.last_passage is None:
            return ()
        return self.book.passages[link.first_passage : link.last_passage + 1]

    @cached_property
    def _by_number(self) -> Mapping[int, Cue]:
        return {cue.number: cue for cue in self.timed_cues}


def _only(sentence: Sentence, passage: Passage) -> str:
    """A passage's text with all but one sentence blanked out, so that offsets stay as they are."""
    if sentence.passage != passage.index:
        return ""
    start, end = sentence.char_start - passage.char_start, sentence.char_end - passage.char_start
    return " " * start + passage.text[start:end]
