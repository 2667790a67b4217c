"""What the film made of its book: chapters as stacked bars, the film as a timeline, and the names of both."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from fabula.files.report.data import ReportData
from fabula.files.report.hours import hours
from fabula.files.report.markup import Html, clock, count, el, percent, share, shorten
from fabula.files.report.words import words
from fabula.records import Adaptation, ChapterUse, Cue, CueKind, Fate, FilmStretch, NameUse, Presence

FATES = {
    Fate.VERBATIM: "kept in its words",
    Fate.PARAPHRASE: "kept in other words",
    Fate.MOVED: "moved",
    Fate.UNSPOKEN: "unspoken",
    Fate.CUT: "cut",
    Fate.INVENTED: "the film’s own",
}
IN_BOOK = (Fate.VERBATIM, Fate.PARAPHRASE, Fate.MOVED, Fate.UNSPOKEN, Fate.CUT)
IN_FILM = (Fate.VERBATIM, Fate.PARAPHRASE, Fate.MOVED, Fate.INVENTED)
LANE = 1000
"""Width of a lane in its own units: the whole film."""
THIN = 2.0
"""The least width of a stretch in a lane, in the same units."""
COLUMNS = 120
"""Columns of the timeline; a short film has fewer, so that a column holds some lines."""
SECONDS = 10
LONGEST = 5
"""So many of the film's own stretches are listed."""
NAMES = 24
"""So many names of each kind are listed."""
TITLE = 44
QUOTE = 90
NOTES = (
    "Told: the share of a chapter’s words that stand in a paragraph which a line of the film tells, each paragraph "
    "weighted by the score of its best link. A paragraph counts whole, even if a line says one sentence of it. "
    "Said: the share of the chapter’s words that are spoken as they stand, in the same order.",
    "Unspoken: one or two paragraphs between told ones that no line tells; the film may show them. Cut: longer "
    "stretches that no line tells. All of it rests on what is spoken: what a film shows without words is not seen.",
    "Names are learned from the capitals of each text. A name is kept if a subtitle says it or the screenplay gives it "
    "to a speaker; somebody whom nobody calls by name counts as not named. A name is taken for a person’s if it "
    "speaks, is spoken to, or bears a title.",
)


def render_adaptation(data: ReportData) -> Html | None:
    """The section, or None without chapters to compare."""
    found = data.adaptation
    if found is None or not found.chapters or not found.stretches:
        return None
    return el(
        "section",
        el("h2", "Adaptation"),
        el("p", _lead(found), class_="lead"),
        _legend(IN_BOOK),
        _chapters(found, data.duration),
        el("h3", "Along the film"),
        _legend(IN_FILM),
        _timeline(found.stretches, data),
        _own(found.stretches, data),
        *_people(found.names),
        el("div", *(el("p", note) for note in NOTES), class_="notes"),
        id="adaptation",
    )


def _lead(found: Adaptation) -> str:
    own = sum(stretch.words for stretch in found.stretches if stretch.fate is Fate.INVENTED)
    whole = sum(stretch.words for stretch in found.stretches)
    book = sum(chapter.words for chapter in found.chapters)
    told = sum(chapter.words - chapter.unspoken - chapter.cut for chapter in found.chapters)
    return (
        f"The film tells paragraphs that hold {share(told, book)} of the book’s {book:,} words "
        f"({share(found.faithfulness, 1)} when each counts by its score). {share(own, whole)} of the {whole:,} words "
        "that it speaks are its own."
    )


def _legend(fates: Sequence[Fate]) -> Html:
    keys = (el("li", el("i", class_=f"fate {fate}"), FATES[fate]) for fate in fates)
    return el("ul", *keys, class_="fates")


def _chapters(found: Adaptation, duration: float) -> Html:
    longest = max(1, *(use.words for use in found.chapters))
    heads = ("Chapter", "Its words", "Words", "Told", "Said", "Where in the film")
    head = el("tr", *(el("th", name, scope="col") for name in heads))
    rows = [_row(use, found.stretches, longest, duration) for use in found.chapters]
    return el("table", el("thead", head), el("tbody", *rows), class_="chapters")


def _row(use: ChapterUse, stretches: Sequence[FilmStretch], longest: int, duration: float) -> Html:
    parts = {fate: number for fate in IN_BOOK if (number := getattr(use, fate.value))}
    said = ", ".join(f"{share(number, use.words)} {FATES[fate]}" for fate, number in parts.items())
    drawn = [
        el("i", class_=f"fate {fate}", style=f"--width:{percent(number / use.words)}") for fate, number in parts.items()
    ]
    bar = el(
        "span", *drawn, class_="stack", style=f"--width:{percent(use.words / longest)}", role="img", aria_label=said
    )
    told = [stretch for stretch in stretches if stretch.chapter == use.chapter]
    title = shorten(use.title, TITLE)
    first = told[0] if told else None
    return el(
        "tr",
        el("th", el("a", title, href=f"#c{first.first_cue}") if first else title, scope="row", dir="auto"),
        el("td", bar, class_="bar", title=said),
        el("td", f"{use.words:,}", class_="number"),
        el("td", share(use.faithfulness, 1), class_="number"),
        el("td", share(use.said, use.words), class_="number"),
        el("td", _lane(told, duration), class_="lane"),
    )


def _lane(told: Sequence[FilmStretch], duration: float) -> Html:
    paths = []
    for fate in IN_FILM[:3]:
        spans = [(LANE * s.start / duration, LANE * (s.end - s.start) / duration) for s in told if s.fate is fate]
        drawn = "".join(f"M{start:.1f} 0h{max(THIN, width):.1f}v10H{start:.1f}z" for start, width in spans)
        paths += [el("path", d=drawn, class_=f"fate {fate}")] if drawn else []
    view = f"0 0 {LANE} 10"
    when = ", ".join(dict.fromkeys(clock(stretch.start) for stretch in told[:3])) or "nowhere"
    return el("svg", *paths, viewBox=view, preserveAspectRatio="none", role="img", aria_label=f"In the film: {when}")


def _timeline(stretches: Sequence[FilmStretch], data: ReportData) -> Html:
    """Words spoken in each stretch of time, stacked by their fate."""
    columns = max(1, min(COLUMNS, int(data.duration / SECONDS)))
    counts = words_over_time(stretches, data.timed_cues, data.duration, columns)
    peak = max(*(sum(column.values()) for column in counts), 1)
    bars = []
    for place, column in enumerate(counts):
        top = 1.0
        for fate in filter(column.get, IN_FILM):
            height = column[fate] / peak
            top -= height
            at = {"x": percent(place / columns), "width": percent(1 / columns)}
            bars.append(el("rect", **at, y=percent(top), height=percent(height), class_=f"fate {fate}"))
    axis = el("g", *hours(data.duration), class_="hours", aria_hidden="true")
    label = "Words spoken over time, by what they keep of the book"
    drawing = el("svg", axis, el("g", *bars), class_="timeline", role="img", aria_label=label)
    note = f"Words over time; the highest column has {60 * peak * columns / data.duration:.0f} words a minute."
    return el("figure", drawing, el("figcaption", note))


def words_over_time(
    stretches: Sequence[FilmStretch], cues: Sequence[Cue], duration: float, columns: int
) -> list[Counter[Fate]]:
    """The words of each fate in equal parts of the film; a cue counts where its middle is.

    Args:
        stretches: in the order of time.
        cues: in the order of time; only speech counts.
        duration: of the film in seconds.
        columns: the number of parts.
    """
    found: list[Counter[Fate]] = [Counter() for _ in range(columns)]
    starts = [stretch.start for stretch in stretches]
    for cue in cues:
        if cue.kind is CueKind.SPEECH:
            fate = stretches[max(0, bisect_right(starts, cue.start) - 1)].fate
            middle = (cue.start + cue.end) / 2
            place = min(columns - 1, max(0, int(columns * middle / duration)))
            found[place][fate] += len(words([cue.text]))
    return found


def _own(stretches: Sequence[FilmStretch], data: ReportData) -> Html | None:
    """The longest stretches that only the film has."""
    own = [stretch for stretch in stretches if stretch.fate is Fate.INVENTED]
    longest = sorted(own, key=lambda stretch: -stretch.words)[:LONGEST]
    said = {cue.number: cue.text for cue in data.cues}
    items = [
        el(
            "li",
            el("a", f"{clock(s.start)}–{clock(s.end)}", href=f"#c{s.first_cue}", class_="time"),
            f" {count(s.words, 'word')}: ",
            el("q", shorten(said.get(s.first_cue, ""), QUOTE), dir="auto"),
        )
        for s in sorted(longest, key=lambda stretch: stretch.start)
    ]
    return (
        el("div", el("h4", "The longest stretches of the film’s own"), el("ol", *items), class_="own")
        if items
        else None
    )


def _people(names: Sequence[NameUse]) -> Iterator[Html]:
    for title, person in (("Characters", True), ("Places and other names", False)):
        groups = [
            _names(heading, [use for use in names if use.person is person and use.presence is presence])
            for heading, presence in (
                ("kept", Presence.KEPT),
                ("not named in the film", Presence.LOST),
                ("new", Presence.NEW),
            )
        ]
        shown = [group for group in groups if group]
        if shown and person:
            yield el("h3", title)
            yield el("div", *shown, class_="names-of")
        elif shown:
            yield el("details", el("summary", title), el("div", *shown, class_="names-of"))


def _names(heading: str, found: Sequence[NameUse]) -> Html | None:
    if not found:
        return None
    items = [el("li", use.name, el("span", _counts(use), class_="note"), dir="auto") for use in found[:NAMES]]
    more = [el("li", f"and {len(found) - NAMES:,} more", class_="note")] if len(found) > NAMES else []
    return el("div", el("h4", heading, el("span", f"{len(found):,}", class_="number")), el("ul", *items, *more))


def _counts(use: NameUse) -> str:
    counts = [f"{use.in_book:,} in the book"] if use.in_book else []
    counts += [f"named {use.in_cues:,}×"] if use.in_cues else []
    counts += [count(use.lines, "line")] if use.lines else []
    return " · ".join(counts)
