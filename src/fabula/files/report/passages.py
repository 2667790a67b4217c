"""The book's side of the reading: a passage with the shared words marked, and what the film leaves out."""

from collections.abc import Callable, Sequence

from fabula.files.report.markup import Html, count, el, shorten, text
from fabula.files.report.pairs import Pair
from fabula.files.report.places import Places
from fabula.files.report.words import Span
from fabula.records import Passage, State

LONG = 420
"""Longer passages show the characters around the best sentence; the rest opens on demand."""
CONTEXT = 110
SPARED = 80
"""Fewer characters than this are not worth hiding."""
FIRST_LINE = 120
SHORT_STRETCH = 3
"""A stretch of so few paragraphs is given in full."""

Layer = tuple[Sequence[Span], Callable[[Html], Html]]


def mark(content: Html) -> Html:
    """Words that film and book share."""
    return el("mark", content)


def paint(content: str, layers: Sequence[Layer], lo: int = 0, hi: int | None = None) -> Html:
    """Wrap spans of a text; ``layers`` run from the outermost to the innermost, the spans of each do not overlap."""
    hi = len(content) if hi is None else hi
    if not layers:
        return text(content[lo:hi])
    (spans, wrap), *inner = layers
    pieces, at = [], lo
    for start, end in ((max(lo, start), min(hi, end)) for start, end in spans):
        if start < end:
            pieces += [paint(content, inner, at, start), wrap(paint(content, inner, start, end))]
            at = end
    return Html("".join([*pieces, paint(content, inner, at, hi)]))


def counterpart(pair: Pair, places: Places, here: int | None) -> Html:
    """The passages of a pair with their place, score and reasons; ``here`` is where the film stood in the book."""
    moved = el("p", _moved(pair, here), class_="tag") if pair.link.state is State.MOVED else None
    score = pair.link.score
    head = el(
        "p",
        el("a", places.of(pair.passages), href=f"#l{pair.index}", title=_number(pair)),
        el("span", el("i", style=f"--score:{score:.2f}"), f"{score:.2f}", class_="score", title="Score"),
        class_="place",
    )
    quotes = [
        _quote(passage, pair, spans, places) for passage, spans in zip(pair.passages, pair.shared.right, strict=True)
    ]
    return el("div", head, moved, *quotes, _why(pair), class_=f"counterpart {pair.link.state}", data_link=pair.index)


def _number(pair: Pair) -> str:
    """The passages by the numbers that ``fabula pin`` takes."""
    first, last = pair.passages[0].index, pair.passages[-1].index
    return f"Passage {first}" if first == last else f"Passages {first} to {last}"


def _moved(pair: Pair, here: int | None) -> str:
    if here is None:
        return "moved"
    distance = pair.passages[0].index - here
    way = "later" if distance > 0 else "earlier"
    return f"moved: {count(abs(distance), 'paragraph')} {way} in the book"


def _why(pair: Pair) -> Html:
    channels = [f"{name} {strength:.2f}" for name, strength in pair.link.why]
    words = f"{100 * pair.shared.share:.0f} % of the words shared"
    return el("p", " · ".join([pair.kind, words, *channels]), class_="why")


def _quote(passage: Passage, pair: Pair, marks: Sequence[Span], places: Places) -> Html:
    best = _best_sentence(passage, pair, places)
    rest = _rest(passage.text, best or (marks[0][0], marks[-1][1]) if best or marks else (0, CONTEXT))
    layers: list[Layer] = [
        (rest, lambda content: el("span", el("span", content), class_="rest")),
        ([best] if best else [], lambda content: el("b", content)),
        (marks, mark),
    ]
    more = el("label", el("input", type="checkbox"), "whole paragraph", class_="more") if rest else None
    return el("blockquote", el("p", paint(passage.text, layers), dir="auto"), more)


def _best_sentence(passage: Passage, pair: Pair, places: Places) -> Span | None:
    if pair.link.sentence is None:
        return None
    sentence = places.book.sentences[pair.link.sentence]
    if sentence.passage != passage.index:
        return None
    return sentence.char_start - passage.char_start, sentence.char_end - passage.char_start


def _rest(content: str, core: Span) -> list[Span]:
    """What a long passage hides: all but the core and some words around it."""
    if len(content) <= LONG:
        return []
    start = content.rfind(" ", 0, max(0, core[0] - CONTEXT)) + 1
    end = content.find(" ", min(len(content), core[1] + CONTEXT))
    hidden = [(0, start), (end if end >= 0 else len(content), len(content))]
    return [(lo, hi) for lo, hi in hidden if hi - lo > SPARED]


def fold(stretch: Sequence[Passage], places: Places) -> Html:
    """A stretch of the book that the film leaves out, closed; it opens to its first lines."""
    limit = FIRST_LINE if len(stretch) > SHORT_STRETCH else None
    title = f"{count(len(stretch), 'paragraph')} not in the film: {places.of(stretch)}"
    return el("details", el("summary", title), first_lines(stretch, places, limit), class_="fold")


def first_lines(stretch: Sequence[Passage], places: Places, limit: int | None = FIRST_LINE) -> Html:
    """Passages as a list, each cut to its first characters unless ``limit`` is None."""
    lines = [shorten(passage.text, limit or len(passage.text)) for passage in stretch]
    numbers = [places.paragraph(passage) for passage in stretch]
    items = [el("li", line, value=number, dir="auto") for line, number in zip(lines, numbers, strict=True)]
    return el("ol", *items, class_="first-lines")
