"""HTML and XHTML as a list of blocks: paragraphs, list items, table rows, stanzas and headings.

The parsers feed a target and build no tree, so memory stays at the size of the text. Entities are replaced by us
before parsing and the document type is dropped, so no declaration in a file can expand or load anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.entities import html5

from lxml import etree

from fabula.files.book.headings import join_title_lines, matter_of_types
from fabula.files.encodings import decode
from fabula.records import Matter

MAX_BLOCKS = 500_000
"""Blocks of a page that are kept, and one more to show that there were more; a long novel has 20,000."""

_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "li", "main", "menu", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
])  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SILENT = frozenset([
    "head", "script", "style", "svg", "math", "nav", "template", "iframe", "noscript", "object", "audio", "video",
    "rt", "rp",
])  # fmt: skip
_SILENT_TYPES = frozenset(["noteref", "backlink", "pagebreak", "toc", "landmarks", "page-list"])
_SILENT_CLASSES = frozenset(["fnanchor", "noteref", "footnote-ref", "pagenum", "pageno", "pagebreak"])
_STANZA_CLASSES = frozenset(["stanza", "linegroup", "line-group", "lg"])
_BORDERED = _BLOCKS | _HEADINGS.keys()
_SPECIAL = _SILENT | _HEADINGS.keys() | {"hgroup", "pre"}
_TYPE = "{http://www.idpf.org/2007/ops}type"
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width space, word joiner, BOM

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"""(?:encoding|charset)\s{0,9}=\s{0,9}["']?([A-Za-z0-9._:-]{2,40})""")
_PROLOG = {"<?": "?>", "<!--": "-->"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``level`` 0) or a heading (1 to 6): white space made one, lines broken where ``br`` breaks them."""

    text: str
    level: int = 0
    matter: Matter | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader of a page sees. ``anchors`` gives for each id the index of the block at or after it.

    ``mended`` says that the page was not well-formed XHTML and was read as HTML, with the parser's guesses.
    """

    blocks: list[Block] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    title: str | None = None
    author: str | None = None
    mended: bool = False


def read_markup(data: bytes, *, xml: bool) -> Document:
    """Read a page, as XML first if ``xml`` and as HTML otherwise or if that fails. Never raises for bad markup."""
    clean = clean_markup(data)
    if xml:
        parser = etree.XMLParser(target=_Target(), resolve_entities=False, no_network=True, encoding="utf-8")
        try:
            document: Document = etree.fromstring(clean, parser)
            return document
        except etree.XMLSyntaxError:
            return replace(_read_html(clean), mended=True)
    return _read_html(clean)


def clean_markup(data: bytes) -> bytes:
    """Markup as UTF-8 without prolog, document type and forbidden characters, HTML's named entities replaced."""
    text = _decode(data)
    text = _ENTITY.sub(_entity, _NOT_XML.sub("", text[_prolog_end(text) :]))
    return text.encode("utf-8")


def local_name(tag: object) -> str:
    """The name of an element without its namespace, in small letters; of a comment the empty string."""
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _read_html(clean: bytes) -> Document:
    parser = etree.HTMLParser(target=_Target(), no_network=True, encoding="utf-8")
    try:
        document: Document = etree.fromstring(clean, parser)
        return document
    except etree.LxmlError:  # nothing but white space
        return Document()


def _decode(data: bytes) -> str:
    declared = _DECLARED.search(data[:2048])
    if declared:
        try:
            return data.decode(declared[1].decode("ascii")).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            pass  # the bytes know better than the declaration
    return decode(data).text


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _XML_ENTITIES else html5.get(f"{name};", match[0])


def _prolog_end(text: str) -> int:
    """Where declarations, comments and the document type end and the first element begins."""
    position = _next_mark(text, 0)
    while True:
        opening = next((o for o in ("<?", "<!--") if text.startswith(o, position)), None)
        if opening:
            end = text.find(_PROLOG[opening], position)
        elif text.startswith("<!", position):
            end = _doctype_end(text, position)
        else:
            return position
        if end < 0:
            return position
        position = _next_mark(text, text.index(">", end) + 1)


def _next_mark(text: str, position: int) -> int:
    found = text.find("<", position)
    return found if found >= 0 else len(text)


def _doctype_end(text: str, position: int) -> int:
    """Where the last ">" of a document type is; an internal subset in brackets is jumped over."""
    end, subset = text.find(">", position), text.find("[", position)
    if 0 <= subset < end:
        subset_end = text.find("]", subset)
        end = text.find(">", subset_end) if subset_end >= 0 else -1
    return end


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds inside an element: whether it is read, and how its blocks and lines are meant."""

    silent: bool = False
    grouped: bool = False  # in a heading, a heading group or a stanza the borders of blocks are line breaks
    verbatim: bool = False
    matter: Matter | None = None


_TOP = _Context()


def _enter(name: str, attributes: Mapping[str, str], outer: _Context) -> _Context:
    """The context inside an element. The outermost ``epub:type`` that names a matter holds for all within."""
    if not attributes and name not in _SPECIAL:
        return outer
    classes = set(attributes.get("class", "").lower().split())
    types = set((attributes.get(_TYPE) or attributes.get("epub:type") or "").lower().split())
    types.update(attributes.get("role", "").lower().replace("doc-", "").split())
    silent = name in _SILENT or "hidden" in attributes or bool(types & _SILENT_TYPES or classes & _SILENT_CLASSES)
    grouped = name in _HEADINGS or name == "hgroup" or bool(classes & _STANZA_CLASSES)
    return _Context(
        outer.silent or silent,
        outer.grouped or grouped,
        outer.verbatim or name == "pre",
        outer.matter or matter_of_types(types),
    )


class _Target:
    """Collects blocks from a parser's events; the open elements are a stack of what holds inside them."""

    def __init__(self) -> None:
        self._document = Document()
        self._stack = [_TOP]
        self._text: list[str] = []
        self._level = 0
        self._in_title = False
        self._title = ""
        self._author: str | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name, outer = local_name(tag), self._stack[-1]
        if name == "br" and not outer.silent:
            self._text.append("\n")
        elif name in _BORDERED:
            self._border(outer)
            self._level = self._level or _HEADINGS.get(name, 0)
        elif name == "meta" and attributes.get("name", "").lower() in {"author", "dc.creator"}:
            self._author = attributes.get("content", "").strip() or None
        elif name == "title":
            self._in_title = not self._title
        if anchor := attributes.get("id") or (name == "a" and attributes.get("name")):
            self._document.anchors.setdefault(anchor, len(self._document.blocks))
        self._stack.append(_enter(name, attributes, outer))

    def end(self, tag: str) -> None:
        name = local_name(tag)
        if name in _BORDERED:
            self._border(self._stack[-2])
        elif name in {"td", "th"}:
            self._text.append(" ")
        elif name == "title":
            self._in_title = False
        self._stack.pop()

    def data(self, text: str) -> None:
        context = self._stack[-1]
        if self._in_title:
            self._title += text
        elif context.verbatim and not context.silent:
            self._text.append(text)
        elif not context.silent and not (text.isspace() and self._text and self._text[-1] == "\n"):
            self._text.append(text.replace("\n", " "))

    def close(self) -> Document:
        self._flush()
        return replace(self._document, title=" ".join(self._title.split()) or None, author=self._author)

    def _border(self, outer: _Context) -> None:
        """A block begins or ends inside ``outer``."""
        if not outer.grouped:
            self._flush()
        elif self._text and self._text[-1] != "\n":
            self._text.append("\n")

    def _flush(self) -> None:
        text, self._text = _UNSEEN.sub("", "".join(self._text)), []
        level, self._level = self._level, 0
        if not text or len(self._document.blocks) > MAX_BLOCKS:
            return
        lines = [" ".join(line.split()) for line in text.split("\n")]
        if level:
            paragraphs = [join_title_lines([line for line in lines if line])]
        else:  # two line breaks in a row are how some pages part their paragraphs
            paragraphs = re.split(r"\n\n+", "\n".join(lines).strip("\n"))
        matter = self._stack[-1].matter
        self._document.blocks.extend(Block(paragraph, level, matter) for paragraph in paragraphs if paragraph)
