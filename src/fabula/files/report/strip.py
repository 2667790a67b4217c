"""The filmstrip: every shot in order with its pictures, and above it the rhythm of the cutting."""

from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from fabula.files.pictures import by_shot
from fabula.files.report.data import ReportData
from fabula.files.report.markup import Html, clock, count, el, shorten
from fabula.files.report.places import Places
from fabula.records import Cue, Scene, Shot, Thumbnail, Transition

MOST = 3
"""Pictures for one shot."""
BUDGET = 15_000_000
"""Bytes of JPEG in a page (a third more once written as text), so that the page can be mailed."""
BINS = 160
"""Columns of the rhythm at most; a column holds some shots, or it would show noise."""
SHOTS_A_BIN = 3
SHOWN = 0.5
"""From this score on it is said which passage a silent shot may show."""
HINTS = """ “Seen perhaps” names a paragraph that no line tells and that a shot without words looks like, between two
 that are told: a hint of the pictures alone, and no link."""
HEIGHT = 40
HEADING = 90


def render_strip(data: ReportData) -> Html | None:
    """The filmstrip section, or None without shots."""
    if not data.shots:
        return None
    pictures = choose(data.thumbnails)
    hints = any(seen.score >= SHOWN for seen in data.seen)
    strip = " ".join(["strip", *(["described"] if data.captions else []), *(["hinted"] if hints else [])])
    return el(
        "section",
        el("h2", "Filmstrip"),
        el("p", _summary(data.shots), HINTS if hints else None, class_="lead"),
        _rhythm(data),
        el("ol", *_cells(data, pictures), class_=strip, tabindex=None if data.cues else 0, aria_label="Shots"),
        id="filmstrip",
    )


def choose(thumbnails: Sequence[Thumbnail], budget: int = BUDGET) -> dict[int, list[Thumbnail]]:
    """The pictures of each shot: up to three; or, where that is too much, the middle one; or that of every nth shot."""
    shots = by_shot(thumbnails)
    several = {shot: found[:MOST] for shot, found in shots.items()}
    single = {shot: [found[len(found) // 2]] for shot, found in shots.items()}
    for chosen in (several, single):
        if _weight(chosen) <= budget:
            return chosen
    step = -(-_weight(single) // budget)
    return {shot: single[shot] for shot in sorted(single)[::step]}


def _weight(chosen: Mapping[int, Sequence[Thumbnail]]) -> int:
    return sum(len(thumbnail.jpeg) for found in chosen.values() for thumbnail in found)


def _summary(shots: Sequence[Shot]) -> str:
    lengths = sorted(shot.end - shot.start for shot in shots)
    gradual = sum(shot.transition is Transition.GRADUAL for shot in shots)
    mean, median = sum(lengths) / len(lengths), lengths[len(lengths) // 2]
    return (
        f"{count(len(shots), 'shot')}, {mean:.1f} seconds long on average (median {median:.1f}). "
        f"{count(gradual, 'shot')} {'begins' if gradual == 1 else 'begin'} with a dissolve, fade or wipe."
    )


def _rhythm(data: ReportData) -> Html:
    """How many shots begin in each stretch of time, as an area; a click goes to that time in the strip."""
    bins = max(1, min(BINS, len(data.shots) // SHOTS_A_BIN))
    cuts = [0] * bins
    for shot in data.shots:
        cuts[min(bins - 1, int(bins * shot.start / data.duration))] += 1
    peak = max(cuts)
    line = "".join(f"V{HEIGHT - HEIGHT * cut / peak:.1f}h1" for cut in cuts)
    area = el("path", d=f"M0 {HEIGHT}{line}V{HEIGHT}z")
    starts = [scene.start for scene in data.scenes if scene.start is not None]
    ticks = [el("line", x1=x, x2=x, y2=HEIGHT / 4) for x in (f"{bins * start / data.duration:.2f}" for start in starts)]
    drawing = el(
        "svg",
        area,
        *ticks,
        viewBox=f"0 0 {bins} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label="Cutting rhythm: cuts over time",
        data_duration=data.duration,
    )
    quickest = peak * 60 * bins / data.duration
    note = f"Cuts over time; at most {quickest:.0f} in a minute. Click to go there."
    return el("figure", drawing, el("figcaption", note), class_="rhythm")


def _cells(data: ReportData, pictures: Mapping[int, Sequence[Thumbnail]]) -> Iterator[Html]:
    headings = _scenes_before(data)
    notes = _notes(data)
    ends = list(accumulate((cue.end for cue in data.timed_cues), max))
    for shot in data.shots:
        for scene in headings.get(shot.index, ()):
            yield el("li", el("span", shorten(scene.heading, HEADING)), class_="scene")
        place = bisect_left(ends, shot.start)
        cue = data.timed_cues[place] if place < len(ends) else None
        cue = cue if cue and cue.start < shot.end else None
        yield _cell(shot, pictures.get(shot.index, ()), cue, notes.get(shot.index, ()))


def _notes(data: ReportData) -> dict[int | None, list[str]]:
    """What is told of each shot below its picture: its caption, and the passage that its pictures may show."""
    found: defaultdict[int | None, list[str]] = defaultdict(list)
    for caption in data.captions:
        found[caption.shot].append(caption.text)
    for seen in data.seen:
        if data.book is not None and seen.score >= SHOWN:
            place = Places(data.book).of([data.book.passages[seen.passage]])
            found[seen.shot].append(f"seen perhaps: {place}")
    return found


def _scenes_before(data: ReportData) -> dict[int, list[Scene]]:
    """The scenes that start with each shot: the first shot that lies mostly after the scene's start."""
    middles = [(shot.start + shot.end) / 2 for shot in data.shots]
    found: defaultdict[int, list[Scene]] = defaultdict(list)
    for scene in data.scenes:
        if scene.start is not None:
            place = min(bisect_left(middles, scene.start), len(middles) - 1)
            found[data.shots[place].index].append(scene)
    return found


def _cell(shot: Shot, pictures: Sequence[Thumbnail], cue: Cue | None, notes: Sequence[str]) -> Html:
    gradual = shot.transition is Transition.GRADUAL
    frames = [picture(thumbnail) for thumbnail in pictures] or [el("span", class_="blank")]
    begins = ", dissolve, fade or wipe" if gradual else ""
    label = f"Shot {shot.index + 1}, {clock(shot.start)}{begins}{''.join(f'; {note}' for note in notes)}"
    return el(
        "li",
        el(
            "a",
            el("span", *frames, class_="frames"),
            el("span", clock(shot.start), class_="time"),
            el("span", f"{shot.end - shot.start:.1f} s", class_="length"),
            *(el("span", note, class_="caption") for note in notes),
            href=f"#c{cue.number}" if cue else None,
            tabindex=-1 if shot.index else 0,
            aria_label=label,
            title="\n".join(notes) or None,
        ),
        id=f"s{shot.index}",
        class_="shot gradual" if gradual else "shot",
        style=f"--frames:{len(frames)}" if len(frames) > 1 else None,
        data_start=f"{shot.start:.2f}",
    )


def picture(thumbnail: Thumbnail) -> Html:
    """A picture that is part of the page."""
    source = "data:image/jpeg;base64," + b64encode(thumbnail.jpeg).decode("ascii")
    return el("img", src=Html(source), alt="", loading="lazy", decoding="async")


def shot_at(shots: Sequence[Shot], ends: Sequence[float], seconds: float) -> Shot | None:
    """The shot that is on at a time; ``ends`` are the ends of the shots."""
    place = bisect_right(ends, seconds)
    return shots[place] if place < len(shots) else None
