"""Book to subtitles: which passage of the book does each cue tell, if any?

After Zhu et al. 2015 (sections 4.2 to 4.4): channels of similarity are stacked, a network reads them in context, and a
chain over the cues follows the film through the book. The chain may rest where the film tells something of its own, and
jump where scenes were moved; what the user sees are its marginal probabilities, calibrated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from fabula.align.chain import NEAR, silences
from fabula.align.channels import standardise
from fabula.align.model import BUILTIN, AlignerModel, Answer, load_model
from fabula.align.order import out_of_order
from fabula.align.pins import pin_evidence, pinned_places, with_pins
from fabula.align.significance import is_significant
from fabula.align.stack import Channel, Pair, channel_stack
from fabula.align.words import tokenise
from fabula.features import DEFAULT_ENCODER, Encoder, embed, open_cache
from fabula.files.store import Store
from fabula.records import Book, Cue, CueKind, Fit, Link, Matter, Passage, Pin, Progress, Sentence, State, Subtitles

EXTRA_WEIGHT = 0.5
"""Nats for each standard deviation of a channel that the network was not trained with."""

WEIGHTS = {"pictures": 0.25}
"""The same for single channels: neighbouring lines share their pictures, so that these speak many times over."""

SAME = 0.3  # share of the best passage's probability that a neighbour needs to belong to the link
SHORTEST_BOOK_ONLY = 3  # passages; fewer are narration between lines that the film shows without words
SAID_BY = ("words", "phrases", "meaning", "context", "scene", "names", "quotes")  # channels named as reasons


@dataclass(frozen=True)
class Text:
    """The book's alignable part: its passages, their sentences, and where each passage's sentences start."""

    passages: Sequence[Passage]
    sentences: Sequence[Sentence]
    starts: np.ndarray


@dataclass(frozen=True)
class BookAlignment(Sequence[Link]):
    """One link for each cue, then the stretches that only the book has; and whether the film follows the book at all.

    It is a sequence of its links. ``follows`` is false when chance explains the fit: then no cue is called aligned.
    ``fit`` is None when there is nothing to align.
    """

    links: tuple[Link, ...]
    fit: Fit | None
    follows: bool

    @overload
    def __getitem__(self, place: int) -> Link: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Link, ...]: ...

    def __getitem__(self, place: int | slice) -> Link | tuple[Link, ...]:
        return self.links[place]

    def __len__(self) -> int:
        return len(self.links)


def align_book(
    cues: Sequence[Cue] | Subtitles,
    book: Book,
    *,
    encoder: str | Encoder = DEFAULT_ENCODER,
    model: str | AlignerModel = BUILTIN,
    channels: Mapping[str, Channel] | None = None,
    pins: Sequence[Pin] = (),
    trust: bool = False,
    store: Store | None = None,
    progress: Progress | None = None,
) -> BookAlignment:
    """Link each cue to the passage that it tells, or say that the book does not have it.

    Args:
        cues: the subtitles, in the order of the film; their speakers, where known, count as names.
        book: the book; front and back matter are left out.
        encoder: name of the sentence encoder, or one.
        model: the trained aligner: ``builtin``, the path of a card, or one that is loaded.
        channels: further channels by name, each a function of the pair that gives (cues, passages) similarities.
        pins: what a reader has decided; the chain runs through it.
        trust: link even if chance would explain how well the film fits the book.
        store: where vectors are kept; the user's cache by default.
        progress: called while sentences are embedded.

    Returns:
        One link for each cue in the order given (aligned, moved or film_only), then the stretches of the book
        that no cue tells (book_only). A score is the calibrated probability that the cue tells a passage within
        NEAR of the link's; for a film-only cue, of its likeliest passage.
    """
    cues = cues.cues if isinstance(cues, Subtitles) else cues
    spoken, text = spoken_cues(cues), alignable(book)
    if not spoken or not text.passages:
        nothing = (_film_only(cue) for cue in cues)
        left = _book_only(text.passages, np.zeros(len(text.passages), bool))
        return BookAlignment(with_pins((*nothing, *left), pins), None, True)
    loaded = load_model(model) if isinstance(model, str) else model
    pair = make_pair(spoken, text, encoder, store or open_cache(), progress)
    gaps = silences_before(spoken)
    stack = channel_stack(pair, loaded.channels)
    more = {name: _nats(name, channel(pair)) for name, channel in (channels or {}).items()}
    of_network = loaded.network.evidence(stack)
    evidence = sum(more.values(), start=of_network)
    pinned = pinned_places(spoken, text.passages, pins)
    answer = loaded.read_off(pin_evidence(evidence, pinned), gaps)
    fit = loaded.fit(of_network, gaps, answer)  # chance is known for the network's evidence alone
    follows = trust or bool(pinned) or is_significant(fit.p_value)
    why = _reasons(stack, loaded.channels, answer.places) | _said_by(more, answer.places)
    links = _links(cues, spoken, text, pair, answer, why, loaded.accept if follows else np.inf)
    return BookAlignment(with_pins(links, pins), fit, follows)


def spoken_cues(cues: Sequence[Cue]) -> list[Cue]:
    """The cues that can tell something: speech with words in it."""
    return [cue for cue in cues if cue.kind is CueKind.SPEECH and tokenise(spoken_text(cue))]


def silences_before(cues: Sequence[Cue]) -> np.ndarray:
    """Seconds of silence before each cue: (n,)."""
    return silences([cue.start for cue in cues], [cue.end for cue in cues])


def spoken_text(cue: Cue) -> str:
    """A cue's words without dashes, names and sounds."""
    return " ".join(cue.parts) or cue.text


def alignable(book: Book) -> Text:
    """The book's body."""
    body = {c.index for c in book.chapters if c.matter is Matter.BODY}
    passages = [p for p in book.passages if p.chapter in body]
    wanted = {p.index for p in passages}
    sentences = [s for s in book.sentences if s.passage in wanted]
    starts = np.searchsorted([s.passage for s in sentences], [p.index for p in passages])
    return Text(passages, sentences, starts)


def make_pair(
    cues: Sequence[Cue], text: Text, encoder: str | Encoder, store: Store, progress: Progress | None = None
) -> Pair:
    """What the channels compare, with the vectors of its sentences."""
    lines = [spoken_text(cue) for cue in cues]
    vectors = embed([*lines, *(sentence.prose for sentence in text.sentences)], encoder, store, progress)
    prose = [passage.prose for passage in text.passages]
    speakers = [cue.speaker for cue in cues]
    return Pair(lines, prose, vectors[: len(lines)], vectors[len(lines) :], text.starts, speakers)


def _nats(name: str, similarity: np.ndarray) -> np.ndarray:
    """Evidence (n, m) of a channel that the network does not read; none for a unit of which it knows nothing."""
    knows = np.ptp(similarity, axis=1, keepdims=True) > 0
    evidence: np.ndarray = WEIGHTS.get(name, EXTRA_WEIGHT) * standardise(similarity) * knows
    return evidence


def _links(
    cues: Sequence[Cue],
    spoken: Sequence[Cue],
    text: Text,
    pair: Pair,
    answer: Answer,
    why: Mapping[str, np.ndarray],
    accept: float,
) -> tuple[Link, ...]:
    accepted = answer.scores >= accept
    moved = np.zeros(len(spoken), bool)
    slack = max(10, len(text.passages) // 100)
    moved[accepted] = out_of_order(answer.places[accepted], answer.scores[accepted], slack)
    found: dict[int, Link] = {}
    told = np.zeros(len(text.passages), bool)
    for row, cue in enumerate(spoken):
        place, score = int(answer.places[row]), round(float(answer.scores[row]), 4)
        if not accepted[row]:
            found[cue.number] = _film_only(cue, score, text.passages[place].index)
            continue
        first, last = _range(answer.matched[row], place)
        told[first : last + 1] = True
        found[cue.number] = Link(
            State.MOVED if moved[row] else State.ALIGNED,
            score,
            cue.number,
            cue.number,
            text.passages[first].index,
            text.passages[last].index,
            _best_sentence(pair, text, row, place),
            tuple((name, round(float(values[row]), 3)) for name, values in why.items()),
        )
    per_cue = (found.get(cue.number) or _film_only(cue) for cue in cues)
    return (*per_cue, *_book_only(text.passages, told))


def _range(matched: np.ndarray, place: int) -> tuple[int, int]:
    """The passages around the best one that are nearly as probable: one cue may sum up several."""
    first = last = place
    while first > max(place - NEAR, 0) and matched[first - 1] >= SAME * matched[place]:
        first -= 1
    while last < min(place + NEAR, len(matched) - 1) and matched[last + 1] >= SAME * matched[place]:
        last += 1
    return first, last


def _reasons(stack: np.ndarray, channels: Sequence[str], places: np.ndarray) -> dict[str, np.ndarray]:
    """What the telling channels of a stack (n, m, c) say of each unit's place: (n,) for each."""
    rows = np.arange(len(places))
    return {name: stack[rows, places, k].astype(float) for k, name in enumerate(channels) if name in SAID_BY}


def _said_by(more: Mapping[str, np.ndarray], places: np.ndarray) -> dict[str, np.ndarray]:
    """The nats that further channels give each unit's place: (n,) for each."""
    return {name: evidence[np.arange(len(places)), places].astype(float) for name, evidence in more.items()}


def _best_sentence(pair: Pair, text: Text, row: int, place: int) -> int | None:
    """The sentence of the passage nearest to the cue in words and in meaning."""
    end = text.starts[place + 1] if place + 1 < len(text.starts) else len(text.sentences)
    inside = range(text.starts[place], end)
    if not inside:
        return None
    words = set(pair.units[row])
    shares = [len(words & (s := set(tokenise(text.sentences[k].text)))) / (len(s) + 3) for k in inside]
    alike = pair.sentence_vectors[inside.start : inside.stop] @ pair.line_vectors[row]
    return text.sentences[inside[int(np.argmax(np.array(shares) + alike))]].index


def _film_only(cue: Cue, score: float = 0.0, nearest: int | None = None) -> Link:
    return Link(State.FILM_ONLY, score, cue.number, cue.number, nearest=nearest)


def _book_only(passages: Sequence[Passage], told: np.ndarray) -> list[Link]:
    """Runs of passages that no cue tells; a run ends where the book's numbering is interrupted."""
    runs: list[Link] = []
    first = None
    for place in range(len(passages) + 1):
        silent = place < len(passages) and not told[place]
        joined = first is None or place == len(passages) or passages[place].index == passages[place - 1].index + 1
        if first is not None and not (silent and joined):
            if place - first >= SHORTEST_BOOK_ONLY:
                runs.append(Link(State.BOOK_ONLY, 1.0, None, None, passages[first].index, passages[place - 1].index))
            first = None
        if silent and first is None:
            first = place
    return runs
