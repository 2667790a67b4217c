"""The short story: ``material/story.md`` with the ids of its paragraphs, and the EPUB made of it."""

import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from fabula.evaluate.demo.cutting import material

AUTHOR = "The authors of fabula"
IDENTIFIER = "urn:fabula:demo:the-light-not-on-the-list"
MODIFIED = "2025-01-06T00:00:00Z"


@dataclass(frozen=True)
class Section:
    """A chapter, or a piece of front or back matter: then its paragraphs have no ids."""

    title: str
    paragraphs: tuple[tuple[str | None, str], ...]

    @property
    def is_chapter(self) -> bool:
        """Whether it belongs to the story itself."""
        return self.paragraphs[0][0] is not None


@dataclass(frozen=True)
class Tale:
    """The story with its title; ``*so*`` marks italics in the paragraphs."""

    title: str
    sections: tuple[Section, ...]

    @property
    def paragraphs(self) -> dict[str, str]:
        """The story's paragraphs by id, in order, as a reader sees them."""
        pairs = (pair for section in self.sections for pair in section.paragraphs)
        return {name: text.replace("*", "") for name, text in pairs if name}


@lru_cache(maxsize=1)
def read_tale() -> Tale:
    """The demo's short story."""
    heading, *parts = re.split(r"^## ", material("story.md"), flags=re.MULTILINE)
    return Tale(heading.removeprefix("# ").strip(), tuple(_section(part) for part in parts))


def _section(part: str) -> Section:
    title, _, body = part.partition("\n")
    blocks = [block.strip() for block in body.split("\n\n") if block.strip()]
    matches = [re.match(r"(?:\[([\d.]+)\] )?(.*)", block, re.DOTALL) for block in blocks]
    return Section(title.strip(), tuple((found[1], found[2]) for found in matches if found))


def epub(tale: Tale) -> bytes:
    """The story as an EPUB 3 file: title page, dedication, chapters and colophon; always the same bytes."""
    pages = {"title.xhtml": _title_page(tale)}
    pages |= {f"part{number}.xhtml": _page(section) for number, section in enumerate(tale.sections, 1)}
    entries = {"META-INF/container.xml": CONTAINER, "OEBPS/package.opf": _package(tale, list(pages))}
    entries |= {"OEBPS/nav.xhtml": _navigation(tale)}
    entries |= {f"OEBPS/{name}": text for name, text in pages.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, text in entries.items():
            _put(archive, name, text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, text: str, compression: int) -> None:
    entry = zipfile.ZipInfo(name, date_time=(2025, 1, 6, 0, 0, 0))
    entry.compress_type = compression
    archive.writestr(entry, text.encode("utf-8"))


CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="OEBPS/package.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"""


def _xhtml(title: str, kind: str, body: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en" lang="en">
<head><title>{escape(title)}</title></head>
<body epub:type="{kind}">
{body}
</body>
</html>
"""


def _title_page(tale: Tale) -> str:
    body = f'<section epub:type="titlepage"><h1>{escape(tale.title)}</h1>\n<p>{AUTHOR}</p></section>'
    return _xhtml(tale.title, "frontmatter", body)


def _page(section: Section) -> str:
    paragraphs = "\n".join(f"<p>{_emphasis(text)}</p>" for _, text in section.paragraphs)
    role = "chapter" if section.is_chapter else section.title.lower()
    kind = {"chapter": "bodymatter", "colophon": "backmatter"}.get(role, "frontmatter")
    body = f'<section epub:type="{role}">\n<h2>{escape(section.title)}</h2>\n{paragraphs}\n</section>'
    return _xhtml(section.title, kind, body)


def _emphasis(text: str) -> str:
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", escape(text, quote=False))


def _navigation(tale: Tale) -> str:
    titles = [("title.xhtml", "Title page")]
    titles += [(f"part{number}.xhtml", section.title) for number, section in enumerate(tale.sections, 1)]
    rows = "\n".join(f'<li><a href="{name}">{escape(title)}</a></li>' for name, title in titles)
    body = f'<nav epub:type="toc" id="toc"><h1>Contents</h1>\n<ol>\n{rows}\n</ol></nav>'
    return _xhtml(tale.title, "frontmatter", body)


def _package(tale: Tale, pages: list[str]) -> str:
    items = "\n".join(
        f'    <item id="{name.removesuffix(".xhtml")}" href="{name}" media-type="application/xhtml+xml"/>'
        for name in pages
    )
    spine = "\n".join(f'    <itemref idref="{name.removesuffix(".xhtml")}"/>' for name in pages)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">{IDENTIFIER}</dc:identifier>
    <dc:title>{escape(tale.title)}</dc:title>
    <dc:creator>{AUTHOR}</dc:creator>
    <dc:language>en</dc:language>
    <dc:rights>Apache-2.0</dc:rights>
    <meta property="dcterms:modified">{MODIFIED}</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{items}
  </manifest>
  <spine>
{spine}
  </spine>
</package>
"""
