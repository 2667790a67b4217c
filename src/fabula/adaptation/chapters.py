"""Chapter by chapter: what of the book's words the film kept, moved and cut."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from fabula.files.report.pairs import Pair
from fabula.files.report.words import WORD
from fabula.records import Book, Chapter, ChapterUse, Fate, Link, Matter, Passage, State

ORDER = (Fate.VERBATIM, Fate.PARAPHRASE, Fate.MOVED)
"""A passage that several lines tell has the first of these that one of them gives it."""


def use_of_chapters(book: Book, links: Sequence[Link], pairs: Sequence[Pair]) -> tuple[ChapterUse, ...]:
    """What became of each chapter of the book's body that has passages.

    A passage is the unit: it counts with all its words as soon as a line tells it, though a line may say a sentence of
    it only; ``said`` tells how many of them are spoken as they stand.
    """
    fates, scores, said = fates_of_passages(book, links, pairs), _scores(pairs), _said(pairs)
    lengths = [len(WORD.findall(passage.text)) for passage in book.passages]
    spans = _spans(pairs)
    return tuple(
        _use(chapter, range(chapter.first_passage, chapter.last_passage + 1), fates, scores, said, lengths, spans)
        for chapter in book.chapters
        if chapter.matter is Matter.BODY and chapter.last_passage >= chapter.first_passage
    )


def fates_of_passages(book: Book, links: Sequence[Link], pairs: Sequence[Pair]) -> dict[int, Fate]:
    """The fate of each passage, by its index."""
    fates = {passage.index: Fate.UNSPOKEN for passage in book.passages}
    for link in links:
        if link.state is State.BOOK_ONLY and link.first_passage is not None and link.last_passage is not None:
            fates.update(dict.fromkeys(range(link.first_passage, link.last_passage + 1), Fate.CUT))
    for fate in reversed(ORDER):
        for pair in pairs:
            if fate_of(pair) is fate:
                fates.update({passage.index: fate for passage in pair.passages})
    return fates


def fate_of(pair: Pair) -> Fate:
    """How a link keeps what it tells: in its place and words, in its place in other words, or elsewhere."""
    return Fate.MOVED if pair.link.state is State.MOVED else pair.kind


def _scores(pairs: Sequence[Pair]) -> dict[int, float]:
    """The best score that a passage is told with."""
    found: defaultdict[int, float] = defaultdict(float)
    for pair in pairs:
        for passage in pair.passages:
            found[passage.index] = max(found[passage.index], pair.link.score)
    return found


def _said(pairs: Sequence[Pair]) -> dict[int, int]:
    """How many words of a passage some line says in the same order."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        for passage, spans in zip(pair.passages, pair.shared.right, strict=True):
            found[passage.index].update(*(_word_starts(passage, start, end) for start, end in spans))
    return {index: len(starts) for index, starts in found.items()}


def _word_starts(passage: Passage, start: int, end: int) -> list[int]:
    return [start + word.start() for word in WORD.finditer(passage.text[start:end])]


def _spans(pairs: Sequence[Pair]) -> dict[int, tuple[float, float]]:
    """When the film tells each chapter: from the first to the last line that is in its place."""
    found: dict[int, tuple[float, float]] = {}
    for pair in pairs:
        if pair.link.state is State.ALIGNED:
            chapter, start, end = pair.passages[0].chapter, pair.cues[0].start, pair.cues[-1].end
            low, high = found.get(chapter, (start, end))
            found[chapter] = min(low, start), max(high, end)
    return found


def _use(
    chapter: Chapter,
    passages: range,
    fates: Mapping[int, Fate],
    scores: Mapping[int, float],
    said: Mapping[int, int],
    lengths: Sequence[int],
    spans: Mapping[int, tuple[float, float]],
) -> ChapterUse:
    words = {fate: sum(lengths[index] for index in passages if fates[index] is fate) for fate in Fate}
    whole = sum(words.values())
    start, end = spans.get(chapter.index, (None, None))
    return ChapterUse(
        chapter=chapter.index,
        title=chapter.title or f"Chapter {chapter.index + 1}",
        words=whole,
        passages=len(passages),
        told=sum(fates[index] in ORDER for index in passages),
        verbatim=words[Fate.VERBATIM],
        paraphrase=words[Fate.PARAPHRASE],
        moved=words[Fate.MOVED],
        unspoken=words[Fate.UNSPOKEN],
        cut=words[Fate.CUT],
        said=sum(said.get(index, 0) for index in passages),
        faithfulness=round(sum(lengths[i] * scores.get(i, 0.0) for i in passages) / max(whole, 1), 6),
        start=start,
        end=end,
    )
