"""What a film made of its book, in some lines of text."""

from collections.abc import Sequence

from fabula.files.rows import timecode
from fabula.records import Adaptation, ChapterUse, Fate, NameUse, Presence

WIDTH = 30
BAR = 20
CHAPTERS = 10
NAMES = 6
MARKS = {"verbatim": "█", "paraphrase": "▓", "moved": "▒", "unspoken": "·", "cut": " "}


def adaptation_lines(adaptation: Adaptation | None) -> list[str]:
    """The chapters that the film tells most of, with a bar each; the names lost and new; how much is invented."""
    if adaptation is None or not adaptation.chapters:
        return []
    told = sorted(adaptation.chapters, key=lambda use: -use.faithfulness * use.words)[:CHAPTERS]
    chosen = {use.chapter for use in told if use.told}
    shown = [use for use in adaptation.chapters if use.chapter in chosen]
    left = len(adaptation.chapters) - len(shown)
    return [
        "",
        f"adaptation  {adaptation.faithfulness:.0%} of the book's words are told, {_invented(adaptation)}",
        f"  {'':<{WIDTH}}  {'█ verbatim ▓ paraphrase ▒ moved':<{BAR}}",
        *(_chapter(use) for use in shown),
        *([f"  and {left} more chapter{'s' if left > 1 else ''}"] if left else []),
        *_names(adaptation.names),
    ]


def _invented(adaptation: Adaptation) -> str:
    whole = sum(stretch.words for stretch in adaptation.stretches)
    own = sum(stretch.words for stretch in adaptation.stretches if stretch.fate is Fate.INVENTED)
    return f"{own / max(whole, 1):.0%} of the film's words are its own"


def _chapter(use: ChapterUse) -> str:
    title = use.title if len(use.title) <= WIDTH else use.title[: WIDTH - 1] + "…"
    when = f"  {timecode(use.start)[:8]}-{timecode(use.end)[:8]}" if use.start is not None and use.end else ""
    return f"  {title:<{WIDTH}}  {bar(use)}  {use.faithfulness:4.0%}{when}"


def bar(use: ChapterUse) -> str:
    """A chapter as BAR characters, by words; a kind that is too small for a character is not shown."""
    edges, whole, drawn = [0.0], max(use.words, 1), ""
    for name, mark in MARKS.items():
        edges.append(edges[-1] + BAR * getattr(use, name) / whole)
        drawn += mark * (round(edges[-1]) - round(edges[-2]))
    return f"{drawn:<{BAR}}"


def _names(names: Sequence[NameUse]) -> list[str]:
    people = [use for use in names if use.person]
    rows = []
    for label, presence in (("kept", Presence.KEPT), ("not named", Presence.LOST), ("new", Presence.NEW)):
        found = [use.name for use in people if use.presence is presence]
        if found:
            more = f" and {len(found) - NAMES} more" if len(found) > NAMES else ""
            rows.append(f"  {label:<10}{', '.join(found[:NAMES])}{more}")
    return rows
