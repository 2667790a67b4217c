"""Which paragraphs of a plain text are headings: found by their form, then judged by what stands around them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fabula.files.book.headings import (
    CHAPTER,
    NUMERAL,
    Heading,
    is_contents,
    is_named_heading,
    looks_like_title,
    marker_name,
    matter_of_file,
    read_heading,
    same_title,
)
from fabula.files.book.outline import Piece
from fabula.files.book.paragraphs import Paragraph

_LONGEST = 240  # characters of a heading
_NEAR = 3  # blank lines between a heading and its title, at most
_PAGE = 2500  # characters: bare numbers closer together than that are page numbers
_QUOTING = "“”‘’\"'!?"  # marks that titles have around them: “It Is the Child!”
_MANY = 30  # numbers: fewer are not taken for page numbers


def find_pieces(source: str, paragraphs: Sequence[Paragraph]) -> list[Piece]:
    """The paragraphs as pieces, those that are headings with their levels, a title on the next line included."""
    paragraphs = [part for paragraph in paragraphs for part in _without_heading(source, paragraph)]
    texts = [source[p.start : p.end] if p.end - p.start <= _LONGEST else "" for p in paragraphs]
    if any(map(marker_name, texts)):
        return list(_pieces_of_dump(paragraphs, texts))
    marks = [_mark(text) for text in texts]
    _drop_contents(marks, texts)
    _settle_numerals(marks, paragraphs, texts)
    if sum(mark is not None and mark.number is not None and mark.rank <= CHAPTER for mark in marks) < 2:
        _add_capitals(marks, paragraphs, texts)
    return list(_pieces(paragraphs, texts, marks))


def _mark(text: str) -> Heading | None:
    return read_heading(text) or (Heading(CHAPTER, None) if is_named_heading(text) else None)


def _without_heading(source: str, paragraph: Paragraph) -> list[Paragraph]:
    """Part a heading from the text that follows it without a blank line."""
    if paragraph.lines < 2:
        return [paragraph]
    lines = [line.strip() for line in source[paragraph.start : paragraph.start + 3 * _LONGEST].split("\n")[:3]]
    mark = _mark(lines[0])
    whole = source[paragraph.start : paragraph.end] if paragraph.end - paragraph.start <= _LONGEST else ""
    if not mark or mark.rank == NUMERAL or _mark(lines[1]) or read_heading(whole):
        return [paragraph]
    head = 2 if paragraph.lines > 2 and looks_like_title(lines[1]) else 1
    place = paragraph.start
    for _ in range(head):
        place = source.index("\n", place) + 1
    rest = len(source[place : paragraph.end].lstrip())
    return [
        Paragraph(
            paragraph.start, paragraph.start + len(source[paragraph.start : place].rstrip()), paragraph.gap, head
        ),
        Paragraph(paragraph.end - rest, paragraph.end, 0, paragraph.lines - head),
    ]


def _drop_contents(marks: list[Heading | None], texts: Sequence[str]) -> None:
    """Unmark a table of contents: headings in a row with nothing told under them.

    A row is three headings of one rank, or any after the heading "Contents". Its end stays marked where it is the
    beginning of the book: a heading numbered 1, or named and not met again, with the parts right before it.
    """
    for row in _rows(marks, texts):
        contents = next((i for i in row if is_contents(texts[i])), None)
        ranks = Counter(mark.rank for i in row if (mark := marks[i]))
        if contents is None and max(ranks.values()) < 3:
            continue
        kept = _beginning(row, marks, texts)
        for i in row:
            if i not in kept and (contents is None or i > contents):
                marks[i] = None


def _rows(marks: Sequence[Heading | None], texts: Sequence[str]) -> list[list[int]]:
    """The marked paragraphs, those in one row that have only titles between them."""
    rows: list[list[int]] = []
    unbroken = False
    for i, mark in enumerate(marks):
        if mark and unbroken:
            rows[-1].append(i)
        elif mark:
            rows.append([i])
        unbroken = mark is not None or (unbroken and looks_like_title(texts[i]))
    return rows


def _beginning(row: Sequence[int], marks: Sequence[Heading | None], texts: Sequence[str]) -> list[int]:
    """The end of a row of headings where the book itself begins there, else nothing."""
    chain = [row[-1]]
    for i in reversed(row[:-1]):
        outer, inner = marks[i], marks[chain[-1]]
        if not outer or not inner or outer.rank >= inner.rank:
            break
        chain.append(i)
    last = marks[row[-1]]
    if last is None or last.number is not None:
        return chain if last and last.number == 1 else []
    met_again = any(marks[i] and same_title(texts[row[-1]], texts[i]) for i in range(row[-1] + 1, len(marks)))
    return [] if met_again else chain


def _settle_numerals(marks: list[Heading | None], paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> None:
    """Keep numerals that count on from 1; they are chapters where there are no others, and else sections of them.

    Where "I. A Scandal" has sections "I." and "II.", those with titles and those without are counted apart.
    """
    pages = _page_numbers(marks, paragraphs, texts)
    numerals = {i: mark for i, mark in enumerate(marks) if mark and mark.rank == NUMERAL and i not in pages}
    chains = [_counting(numerals)]
    if len(chains[0]) < len(numerals):
        chains = [_counting({i: m for i, m in numerals.items() if m.titled is titled}) for titled in (True, False)]
    chains = [chain for chain in chains if len(chain) > 1]
    has_chapters = sum(mark is not None and mark.rank == CHAPTER and mark.number is not None for mark in marks) > 1
    ranks = {i: NUMERAL if n or has_chapters else CHAPTER for n, chain in enumerate(chains) for i in chain}
    for i, mark in numerals.items():
        marks[i] = replace(mark, rank=ranks[i]) if i in ranks else None


def _counting(numerals: dict[int, Heading]) -> list[int]:
    """Those of the numerals that follow each other: each is one more than the last, or 1 again."""
    kept, last = [], 0
    for i, mark in numerals.items():
        if mark.number in (1, last + 1):
            kept.append(i)
            last = mark.number or 0
    return kept


def _page_numbers(marks: Sequence[Heading | None], paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> set[int]:
    bare = [i for i, mark in enumerate(marks) if mark and texts[i].isdecimal()]
    if len(bare) <= _MANY or paragraphs[bare[-1]].start - paragraphs[bare[0]].start > _PAGE * len(bare):
        return set()
    return set(bare)


def _add_capitals(marks: list[Heading | None], paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> None:
    """Mark lines in capitals, in a book that has no numbered chapters: the titles of stories, say.

    A name or a sign in capitals comes again and again, a title at most twice (in the contents and in its place).
    """
    times = Counter(texts)
    found = [
        i
        for i, text in enumerate(texts[:-1])
        if text.isupper()
        and looks_like_title(text)
        and times[text] <= 2
        and not text.endswith(("!", "?"))
        and not text.startswith("BY ")
        and not (looks_like_title(texts[i + 1]) or marks[i])
    ]
    if any(paragraphs[i].gap > 1 for i in found):
        found = [i for i in found if paragraphs[i].gap > 1 or i == 0]
    if len(found) > 1:
        for i in found:
            marks[i] = Heading(CHAPTER, None)


def _pieces(paragraphs: Sequence[Paragraph], texts: Sequence[str], marks: Sequence[Heading | None]) -> Iterator[Piece]:
    titles = _titles({i: mark for i, mark in enumerate(marks) if mark and mark.rank <= CHAPTER}, paragraphs, texts)
    i = 0
    while i < len(paragraphs):
        mark, last = marks[i], i + (i + 1 in titles)
        yield Piece(paragraphs[i].start, paragraphs[last].end, mark.rank if mark else 0)
        i = last + 1


def _pieces_of_dump(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> Iterator[Piece]:
    """The pieces of an e-book's text dump, where a marker opens each file and only the lines after it are headings."""
    markers = {i: name for i, text in enumerate(texts) if (name := marker_name(text))}
    headings = {i + 1: mark for i in markers if i + 1 < len(texts) and (mark := _mark(texts[i + 1]))}
    titles = _titles(headings, paragraphs, texts)
    i = 0
    while i < len(paragraphs):
        last = i
        if i in markers:
            last += i + 1 in headings or (i + 2 < len(texts) and looks_like_title(texts[i + 1]))
            last += last + 1 in titles
            rank = min(headings[i + 1].rank, CHAPTER) if i + 1 in headings else CHAPTER
            yield Piece(paragraphs[i].start, paragraphs[last].end, rank, matter_of_file(markers[i]))
        else:
            yield Piece(paragraphs[i].start, paragraphs[i].end)
        i = last + 1


def _titles(headings: dict[int, Heading], paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> set[int]:
    """The paragraphs that are titles of the headings before them.

    If most headings of a kind have a title under them, all have, and else none: a short paragraph may look like one.
    """
    near = {
        i: _kind(heading)
        for i, heading in headings.items()
        if not (heading.titled or is_contents(texts[i]))
        and i + 2 < len(texts)  # the last paragraph of a book is never a title
        and i + 1 not in headings
        and paragraphs[i + 1].gap <= _NEAR
    }
    sure = {i for i in near if looks_like_title(texts[i + 1], may_stop=texts[i].endswith("."))}
    asked = Counter(map(_kind, headings.values()))
    answered = Counter(_kind(heading) for i, heading in headings.items() if heading.titled or i in sure)
    titled = {kind for kind in asked if 2 * answered[kind] >= asked[kind]}
    quoted = {i for i in near if looks_like_title(texts[i + 1].strip(_QUOTING))}
    return {i + 1 for i in sure | quoted if near[i] in titled}


def _kind(heading: Heading) -> tuple[int, bool]:
    return heading.rank, heading.number is None
