"""The package of an EPUB (version 2 or 3): its metadata and reading order, and where its contents are listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from fabula.errors import InputError
from fabula.files.book.epub_archive import Archive
from fabula.files.book.html_text import clean_markup, local_name

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Mangled fonts are no hindrance to reading: https://www.w3.org/TR/epub-33/#sec-font-obfuscation, and Adobe's way.
_FONT_OBFUSCATION = frozenset(["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])
_PAGES = frozenset(["application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml", "text/xml"])
_NCX = "application/x-dtbncx+xml"
_OTHER_KINDS = {
    "word/document.xml": "a Word document (DOCX)",
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "content.xml": "an OpenDocument file",
}
_CONVERT = "convert it to EPUB, for example with Calibre"
_SHOWN = 5  # names in a warning
_AGAIN = "export the book as EPUB again, for example with Calibre"


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled link into the book, from a guide, a landmark or a table of contents.

    ``titles`` run from the outermost part to the entry itself; ``kind`` is its structural type ("toc", "bodymatter").
    """

    page: str | None
    fragment: str
    titles: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """What the package document says. All names are members of the archive; ``pages`` are in reading order."""

    title: str | None
    author: str | None
    pages: tuple[str, ...]
    nav: str | None
    ncx: str | None
    guide: tuple[Link, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    name: str | None
    kind: str
    properties: str


def read_package(archive: Archive) -> Package:
    """Read the package document of an EPUB.

    Raises:
        InputError: there is none, none of its pages is in the archive, or the book is encrypted (DRM).
    """
    _refuse_encrypted(archive)
    name, warning = _package_name(archive)
    opf = read_tree(archive, name)
    items = {
        item.get("id", ""): _Item(
            archive.find(item.get("href", ""), name), item.get("media-type", "").lower(), item.get("properties", "")
        )
        for item in elements(opf, "item")
    }
    pages, missing = _spine(archive, opf, items)
    return Package(
        title=next(_texts(opf, "title"), None),
        author=", ".join(_texts(opf, "creator")) or None,
        pages=pages,
        nav=next((item.name for item in items.values() if "nav" in item.properties.split()), None),
        ncx=_ncx(opf, items),
        guide=tuple(
            link_to(archive, name, e.get("href", ""), kind=e.get("type", "")) for e in elements(opf, "reference")
        ),
        warnings=warning + missing,
    )


def read_tree(archive: Archive, name: str) -> etree._Element:
    """Parse an XML member; small mistakes in it are mended.

    Raises:
        InputError: it is not XML at all.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    try:
        tree = etree.fromstring(clean_markup(archive.read(name)), parser)
    except etree.XMLSyntaxError:
        tree = None
    if tree is None:
        raise InputError(archive.path, f"{name}: it is not XML", _AGAIN)
    return tree


def elements(tree: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements of that local name, whatever their namespace, in document order."""
    return (element for element in tree.iter("{*}" + name) if local_name(element.tag))


def label_of(element: etree._Element) -> str:
    """The text of an element and all within it, in one line."""
    return " ".join("".join(element.itertext()).split())


def some_of(names: Sequence[str]) -> str:
    """The first names of a list, and how many there are besides."""
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def link_to(archive: Archive, base: str, href: str, titles: tuple[str, ...] = (), kind: str = "") -> Link:
    """A link written in member ``base``."""
    return Link(archive.find(href, base), unquote(href.partition("#")[2]), titles, kind)


def _refuse_encrypted(archive: Archive) -> None:
    name = archive.find(_ENCRYPTION)
    if not name:
        return
    methods = {method.get("Algorithm") for method in elements(read_tree(archive, name), "EncryptionMethod")}
    if methods - _FONT_OBFUSCATION:
        raise InputError(archive.path, "the EPUB is encrypted (DRM)", "use a copy without copy protection")


def _package_name(archive: Archive) -> tuple[str, tuple[str, ...]]:
    container = archive.find(_CONTAINER)
    if container:
        for rootfile in elements(read_tree(archive, container), "rootfile"):
            if name := archive.find(rootfile.get("full-path", "")):
                return name, ()
    found = archive.names_ending(".opf")
    if not found:
        raise _no_epub(archive)
    return found[0], (f"{_CONTAINER} does not name the package document; {found[0]} was used",)


def _no_epub(archive: Archive) -> InputError:
    kind = next((kind for member, kind in _OTHER_KINDS.items() if archive.find(member)), None)
    if kind:
        return InputError(archive.path, f"this is {kind}, not a book that can be read here", _CONVERT)
    if archive.find(_CONTAINER):
        return InputError(archive.path, "the EPUB has no package document (OPF)", _AGAIN)
    return InputError(archive.path, "this is a ZIP archive, but no EPUB", "unpack it and use the book inside")


def _spine(archive: Archive, opf: etree._Element, items: dict[str, _Item]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pages in reading order, and a warning of those that are missing."""
    references = [reference.get("idref", "") for reference in elements(opf, "itemref")]
    named = [
        (identifier, items[identifier]) if identifier in items else (identifier, None) for identifier in references
    ]
    pages = dict.fromkeys(item.name for _, item in named if item and item.name and item.kind in _PAGES)
    if not pages:
        raise InputError(archive.path, "the EPUB lists no page that it holds (empty spine)", _AGAIN)
    missing = [identifier for identifier, item in named if not item or not item.name]
    warning = (f"pages of the reading order that are not in the archive: {some_of(missing)}",) if missing else ()
    return tuple(pages), warning


def _ncx(opf: etree._Element, items: dict[str, _Item]) -> str | None:
    named = [items.get(spine.get("toc", "")) for spine in elements(opf, "spine")]
    typed = [item for item in items.values() if item.kind == _NCX]
    return next((item.name for item in [*named, *typed] if item and item.name), None)


def _texts(opf: etree._Element, name: str) -> Iterator[str]:
    return (text for element in elements(opf, name) if (text := label_of(element)))
