"""Little EPUBs built from their parts, for the tests of the book readers."""

import zipfile
from pathlib import Path

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""


def page(body: str, *, types: str = "", title: str = "") -> str:
    """An XHTML page."""
    attribute = f' epub:type="{types}"' if types else ""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>{title}</title><style>p {{ margin: 0 }}</style></head><body{attribute}>{body}</body></html>"""


def package(pages: list[str], *, extra: str = "", guide: str = "", toc: str = "") -> str:
    """A package document whose reading order is the pages; ``toc`` is the id of the NCX."""
    items = "".join(
        f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="p{n}"/>' for n in range(len(pages)))
    attribute = f' toc="{toc}"' if toc else ""
    return f"""<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Ferry</dc:title><dc:creator>A. Penn</dc:creator></metadata>
<manifest>{items}{extra}</manifest><spine{attribute}>{spine}</spine>{guide}</package>"""


def nav(entries: str, *, landmarks: str = "") -> str:
    """The navigation page of an EPUB 3."""
    return page(f'<nav epub:type="toc"><ol>{entries}</ol></nav><nav epub:type="landmarks"><ol>{landmarks}</ol></nav>')


NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'


def write_epub(path: Path, members: dict[str, str | bytes], *, container: str | None = CONTAINER) -> Path:
    """Pack the members, whose names are relative to the package, into an EPUB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        if container:
            archive.writestr("META-INF/container.xml", container)
        for name, data in members.items():
            archive.writestr(name if "/" in name else f"OEBPS/{name}", data)
    return path


def simple_epub(path: Path, *bodies: str) -> Path:
    """An EPUB without a table of contents, one page for each body."""
    names = [f"page{n}.xhtml" for n in range(len(bodies))]
    pages = {name: page(body) for name, body in zip(names, bodies, strict=True)}
    return write_epub(path, {"book.opf": package(names), **pages})
