"""What a report is made from, and what several of its sections want to know about it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fabula.files.report.pairs import Pair, linked_passages, pair_up
from fabula.files.report.speech import Speech, rank, spoken, written
from fabula.records import (
    Adaptation,
    Book,
    Caption,
    Cue,
    Curve,
    Film,
    Link,
    Passage,
    Pin,
    Scene,
    ScriptLine,
    Seen,
    Shot,
    State,
    Tag,
    Thumbnail,
)


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
    captions: tuple[Caption, ...] = ()
    seen: tuple[Seen, ...] = ()
    cues: tuple[Cue, ...] = ()
    scenes: tuple[Scene, ...] = ()
    lines: tuple[ScriptLine, ...] = ()
    book: Book | None = None
    links: tuple[Link, ...] = ()
    pins: tuple[Pin, ...] = ()
    adaptation: Adaptation | None = None
    tags: tuple[Tag, ...] = ()
    curves: tuple[Curve, ...] = ()
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
        return pair_up(self.links, self.timed_cues, self.book)

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
        if self.book is None:
            return ()
        stretches = [linked_passages(link, self.book) for link in self.links if link.state is State.BOOK_ONLY]
        return tuple(sorted((s for s in stretches if s), key=lambda stretch: stretch[0].index))
