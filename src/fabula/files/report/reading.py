"""The reading: every cue in the order of time, and beside it what the book says."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from fabula.files.report.data import ReportData
from fabula.files.report.filters import render_filters
from fabula.files.report.markup import Html, clock, el
from fabula.files.report.pairs import Pair
from fabula.files.report.passages import counterpart, fold, mark, paint
from fabula.files.report.places import Places
from fabula.files.report.speech import chips, speakers
from fabula.files.report.strip import shot_at
from fabula.files.report.words import Span
from fabula.records import Cue, Passage, State

STATES = (State.ALIGNED, State.MOVED, State.FILM_ONLY)


@dataclass(frozen=True, slots=True)
class Row:
    """Neighbouring cues with the same counterparts (none in a part that only the film has)."""

    cues: tuple[Cue, ...]
    pairs: tuple[Pair, ...]

    @property
    def states(self) -> list[State]:
        """The states of the row, each once."""
        return list(dict.fromkeys(pair.link.state for pair in self.pairs)) or [State.FILM_ONLY]


@dataclass(frozen=True)
class Reading:
    """The film's cues beside the book's passages."""

    data: ReportData

    def render(self) -> Html:
        """The section with its filters."""
        tally = Counter({State(state): 0 for state in STATES})
        for row in self.rows:
            tally.update({state: len(row.cues) for state in row.states})
        filters = render_filters(self.data.ranks, tally if self.paired else {}, len(self.data.cues))
        columns = el("p", el("span", "Film"), el("span", "Book"), class_="columns") if self.paired else None
        rows = el("div", *self._blocks(), class_="rows paired" if self.paired else "rows")
        return el("section", el("h2", "Reading"), filters, columns, rows, id="reading")

    @cached_property
    def paired(self) -> Places | None:
        """The places of the book if anything in it is linked: then the reading has two columns."""
        return Places(self.data.book) if self.data.book and (self.data.pairs or self.data.book_only) else None

    @cached_property
    def rows(self) -> list[Row]:
        """The cues in time, cut where the counterpart changes; a film-only run is cut at scenes too."""
        pairs = self.data.pairs_of_cue

        def key(cue: Cue) -> tuple[tuple[int, ...], int | None]:
            found = tuple(pair.index for pair in pairs.get(cue.number, ()))
            return found, None if found else cue.scene

        runs = [tuple(run) for _, run in groupby(self.data.timed_cues, key)]
        return [Row(run, pairs.get(run[0].number, ())) for run in runs]

    def _blocks(self) -> Iterator[Html | None]:
        scene, here = None, None
        yield from self._folds(None)
        for row in self.rows:
            first = row.cues[0]
            if first.scene not in {None, scene}:
                yield self._heading(first)
            yield el("div", self._film(row), self._book(row, here), class_="row", data_state=" ".join(row.states))
            scene = next((cue.scene for cue in reversed(row.cues) if cue.scene is not None), scene)
            for pair in row.pairs:
                here = pair.passages[-1].index if pair.link.state is State.ALIGNED else here
                if pair.cues[-1] == row.cues[-1]:
                    yield from self._folds(pair)

    def _heading(self, cue: Cue) -> Html | None:
        scene = self.headings.get(cue.scene)
        return el("h3", scene, el("span", clock(cue.start), class_="time"), class_="scene") if scene else None

    @cached_property
    def headings(self) -> dict[int | None, str]:
        """The heading of each scene."""
        return {scene.index: scene.heading for scene in self.data.scenes}

    def _film(self, row: Row) -> Html:
        items: list[Html | None] = []
        previous = row.cues[0].scene
        for cue in row.cues:
            heading = self._heading(cue) if cue.scene not in {None, previous} else None
            previous = previous if cue.scene is None else cue.scene
            items.append(self._cue(cue, row.pairs, heading))
        return el("ol", *items, class_="cues")

    def _cue(self, cue: Cue, pairs: Sequence[Pair], heading: Html | None) -> Html:
        shot = shot_at(self.data.shots, self._shot_ends, cue.start)
        return el(
            "li",
            heading,
            el(
                "a",
                clock(cue.start),
                el("span", "pinned", class_="pinned") if cue.number in self._pinned else None,
                class_="time",
                href=f"#s{shot.index}" if shot else None,
                title=f"Cue {cue.number}",
            ),
            el("p", *chips(cue, self.data.ranks), class_="names") if speakers(cue) else None,
            el("p", paint(cue.text, [(_marks(cue, pairs), mark)]), class_="said", dir="auto"),
            class_=f"cue {cue.kind}",
            id=f"c{cue.number}",
            data_who=" ".join(str(self.data.ranks[name]) for name in speakers(cue)) or None,
        )

    @cached_property
    def _pinned(self) -> set[int]:
        """The cues that a reader has decided."""
        said = {cue.number: cue.text for cue in self.data.cues}
        return {pin.cue for pin in self.data.pins if said.get(pin.cue) == pin.text}

    @cached_property
    def _shot_ends(self) -> list[float]:
        return [shot.end for shot in self.data.shots]

    def _book(self, row: Row, here: int | None) -> Html | None:
        if self.paired is None:
            return None
        if not row.pairs:
            return el("p", "no counterpart in the book", class_="alone")
        return el("div", *(counterpart(pair, self.paired, here) for pair in row.pairs), class_="book")

    def _folds(self, anchor: Pair | None) -> Iterator[Html]:
        if self.paired is not None:
            for stretch in self._anchored[None if anchor is None else anchor.index]:
                yield el("div", fold(stretch, self.paired), class_="row left-out")

    @cached_property
    def _anchored(self) -> defaultdict[int | None, list[tuple[Passage, ...]]]:
        """The stretches that the film leaves out, after the last pair in place that stands before each in the book."""
        found: defaultdict[int | None, list[tuple[Passage, ...]]] = defaultdict(list)
        in_place = [pair for pair in self.data.pairs if pair.link.state is State.ALIGNED]
        for stretch in self.data.book_only:
            before = [pair for pair in in_place if pair.passages[-1].index < stretch[0].index]
            anchor = max(before, key=lambda pair: pair.passages[-1].index, default=None)
            found[anchor.index if anchor else None].append(stretch)
        return found


def _marks(cue: Cue, pairs: Sequence[Pair]) -> list[Span]:
    """The words of a cue that it shares with any of its pairs, without overlaps."""
    found = sorted(span for pair in pairs for span in pair.shared.left[pair.cues.index(cue)])
    return [span for i, span in enumerate(found) if not i or span[0] >= found[i - 1][1]]
