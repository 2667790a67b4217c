"""Links with both their sides, and how near the film's words are to the book's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabula.files.report.words import Overlap, overlap
from fabula.records import Book, Cue, Fate, Link, Passage, Sentence, State

VERBATIM = 0.6
"""From this share of a cue's words, found in order in the passage, a link counts as verbatim."""
RUN = 5
"""So many words in a row that both sides have make a link verbatim too, however long the line is: what two people
write who tell the same thing in words of their own seldom agrees for so long."""
WORDINGS = (Fate.VERBATIM, Fate.PARAPHRASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """A link with both its sides; ``index`` is its position among the links of the report."""

    index: int
    link: Link
    cues: tuple[Cue, ...]
    passages: tuple[Passage, ...]
    shared: Overlap

    @property
    def kind(self) -> Fate:
        """Verbatim or paraphrase, by the words that the passages share with the cues in order."""
        return Fate.VERBATIM if self.shared.share >= VERBATIM or self.shared.run >= RUN else Fate.PARAPHRASE


def pair_up(links: Sequence[Link], cues: Sequence[Cue], book: Book | None) -> tuple[Pair, ...]:
    """The links that join film and book, in the order of the film; a link without one of its sides is left out."""
    if book is None:
        return ()
    by_number = {cue.number: cue for cue in cues}
    found = [pair for index, link in enumerate(links) if (pair := _pair(index, link, by_number, book))]
    return tuple(sorted(found, key=lambda pair: (pair.cues[0].start, pair.cues[0].number)))


def linked_passages(link: Link, book: Book) -> tuple[Passage, ...]:
    """The passages of a link."""
    if link.first_passage is None or link.last_passage is None:
        return ()
    return book.passages[link.first_passage : link.last_passage + 1]


def _pair(index: int, link: Link, cues: Mapping[int, Cue], book: Book) -> Pair | None:
    if link.state not in {State.ALIGNED, State.MOVED} or link.first_cue is None or link.last_cue is None:
        return None
    said = tuple(cue for number in range(link.first_cue, link.last_cue + 1) if (cue := cues.get(number)))
    passages = linked_passages(link, book)
    return Pair(index, link, said, passages, _shared(link, said, passages, book)) if said and passages else None


def _shared(link: Link, cues: Sequence[Cue], passages: Sequence[Passage], book: Book) -> Overlap:
    """The shared words, in the best sentence if it has all of them: a passage may say a thing twice."""
    said = [cue.text for cue in cues]
    whole = overlap(said, [passage.text for passage in passages])
    if link.sentence is None:
        return whole
    sentence = book.sentences[link.sentence]
    best = overlap(said, [_only(sentence, passage) for passage in passages])
    return best if best.share >= whole.share else whole


def _only(sentence: Sentence, passage: Passage) -> str:
    """A passage's text with all but one sentence blanked out, so that offsets stay as they are."""
    if sentence.passage != passage.index:
        return ""
    start, end = sentence.char_start - passage.char_start, sentence.char_end - passage.char_start
    return " " * start + passage.text[start:end]
