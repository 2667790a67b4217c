"""The table of contents of an EPUB, from the navigation page of EPUB 3 or the NCX of EPUB 2, and its landmarks."""

from collections.abc import Iterable, Iterator

from lxml import etree

from fabula.errors import InputError
from fabula.files.book.epub_archive import Archive
from fabula.files.book.epub_package import Link, Package, elements, label_of, link_to, read_tree
from fabula.files.book.html_text import local_name

_TYPE = "{http://www.idpf.org/2007/ops}type"


def read_contents(archive: Archive, package: Package) -> tuple[list[Link], list[Link], tuple[str, ...]]:
    """The entries of the table of contents, the landmarks and guide, and warnings.

    A broken table of contents is no reason to refuse a book: its headings still tell the chapters.
    """
    contents: list[Link] = []
    landmarks = list(package.guide)
    warnings = []
    try:
        if package.nav:
            contents, marks = _read_nav(archive, package.nav)
            landmarks += marks
        if not contents and package.ncx:
            contents = _read_ncx(archive, package.ncx)
    except InputError as error:
        warnings.append(f"the table of contents could not be read ({error.problem})")
    return contents, landmarks, tuple(warnings)


def _read_nav(archive: Archive, name: str) -> tuple[list[Link], list[Link]]:
    contents: list[Link] = []
    landmarks: list[Link] = []
    for nav in elements(read_tree(archive, name), "nav"):
        types = nav.get(_TYPE, "").split()
        if "landmarks" in types:
            anchors = elements(nav, "a")
            landmarks = [link_to(archive, name, a.get("href", ""), kind=a.get(_TYPE, "")) for a in anchors]
        elif "page-list" not in types and not contents:
            outermost = next(elements(nav, "ol"), ())
            contents = [link_to(archive, name, href, path) for href, path in _nav_entries(outermost, ())]
    return contents, landmarks


def _nav_entries(ol: Iterable[etree._Element], outer: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for li in ol:
        path = outer
        for child in li:
            name = local_name(child.tag)
            if name == "ol":
                yield from _nav_entries(child, path)
            elif name in {"a", "span"}:
                path = (*outer, label_of(child))
                if name == "a":
                    yield child.get("href", ""), path


def _read_ncx(archive: Archive, name: str) -> list[Link]:
    maps = elements(read_tree(archive, name), "navMap")
    return [link_to(archive, name, href, path) for nav_map in maps for href, path in _ncx_entries(nav_map, ())]


def _ncx_entries(parent: etree._Element, outer: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for point in parent:
        if local_name(point.tag) != "navpoint":
            continue
        parts = {local_name(child.tag): child for child in point}
        path = (*outer, label_of(parts["navlabel"])) if "navlabel" in parts else outer
        if "content" in parts:
            yield parts["content"].get("src", ""), path
        yield from _ncx_entries(point, path)
