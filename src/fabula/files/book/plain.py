"""Books as plain text or Markdown: the source is the decoded text itself, and passages are slices of it."""

import re
from collections.abc import Iterator, Sequence

from fabula.files.book.chapters import find_pieces
from fabula.files.book.gutenberg import header_fields, text_span
from fabula.files.book.headings import CHAPTER, heading_title, looks_like_title
from fabula.files.book.outline import Manuscript, Piece, find_openings
from fabula.files.book.paragraphs import find_lines, find_paragraphs
from fabula.files.encodings import DecodedText

_LEAD = 8  # pieces in which a title page names the author
_LONGEST = 500  # characters of a Markdown heading
_YAML_LONGEST = 5000
_BY = re.compile(r"by[\s:]+(?P<author>\S.{1,60})", re.IGNORECASE)
_ATX = re.compile(r"(?P<marks>#{1,6})[ \t]+(?P<title>\S.*?)[ \t]*(?:#+[ \t]*)?(?:\{[^{}]*\})?")
_UNDERLINE = re.compile(r"=+|-{2,}")
_YAML = re.compile(r"---[ \t]*\n(?P<fields>(?:(?!---).*\n){1,60})---[ \t]*\n")
_YAML_FIELD = re.compile(r"""^(title|author):[ \t]*["']?(.*?)["']?[ \t]*$""", re.MULTILINE | re.IGNORECASE)


def read_plain(text: DecodedText) -> Manuscript:
    """Read a plain text: paragraphs in whichever layout, chapters from headings, no licence of Project Gutenberg."""
    source = text.text
    start, end = text_span(source)
    title, author = header_fields(source[:start])
    pieces = find_pieces(source, find_paragraphs(source, start, end))
    if not title:
        title, author = _title_page(source, pieces[:_LEAD])
    openings = find_openings(source, pieces, CHAPTER)
    return Manuscript("text", source, pieces, openings, title, author, text.warnings)


def read_markdown(text: DecodedText) -> Manuscript:
    """Read Markdown: passages are slices of the file and keep their marks. Without headings it is plain text."""
    source = text.text
    start, end = text_span(source)
    yaml = _YAML.match(source, start, start + _YAML_LONGEST)
    fields = {name.lower(): value for name, value in _YAML_FIELD.findall(yaml["fields"])} if yaml else {}
    pieces = list(_markdown_pieces(source, yaml.end() if yaml else start, end))
    if not any(piece.level for piece in pieces):
        return read_plain(text)
    title = fields.get("title") or _only_top_heading(source, pieces)
    openings = find_openings(source, pieces)
    return Manuscript("markdown", source, pieces, openings, title, fields.get("author"), text.warnings)


def _title_page(source: str, lead: Sequence[Piece]) -> tuple[str | None, str | None]:
    """Title and author, if the book begins with a title and soon has a line "by ..."."""
    texts = [source[piece.start : piece.end] for piece in lead]
    author = next((found["author"] for text in texts if (found := _BY.fullmatch(text))), None)
    if not author or not looks_like_title(texts[0]):
        return None, None
    return heading_title(texts[0]), author


def _markdown_pieces(source: str, start: int, end: int) -> Iterator[Piece]:
    first = last = None
    for line in find_lines(source, start, end):
        text = source[line.start : line.end]
        heading = _ATX.fullmatch(text) if len(text) <= _LONGEST else None
        if first and last and not line.gap and first == last and _UNDERLINE.fullmatch(text):
            yield Piece(first.start, last.end, 1 if text[0] == "=" else 2)
            first = None
            continue
        if first and last and (line.gap or heading):
            yield Piece(first.start, last.end)
            first = None
        if heading:
            yield Piece(line.start, line.start + heading.end("title"), len(heading["marks"]))
        else:
            first, last = first or line, line
    if first and last:
        yield Piece(first.start, last.end)


def _only_top_heading(source: str, pieces: Sequence[Piece]) -> str | None:
    """The title of the book, if just one heading has the highest level and it comes before all text."""
    top = min(piece.level for piece in pieces if piece.level)
    headings = [piece for piece in pieces if piece.level == top]
    if len(headings) > 1 or headings[0] is not pieces[0]:
        return None
    return heading_title(source[headings[0].start : headings[0].end])
