"""The typed page inside an HTML or PDF file, as plain text with its indentation."""

import logging
import re
from pathlib import Path

from lxml import etree, html

from fabula.errors import InputError, MissingExtraError

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--|<!doctype html|<html|<head|<body|<pre|<title|<meta|<table)", re.I
)
_BLOCKS = ("p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "center")
_GAPS = dict.fromkeys(_BLOCKS, "\n\n")
_SPACES = re.compile(r"\s+")


def is_html(text: str) -> bool:
    """Whether the text begins as a web page does."""
    return _HTML.match(text[:4096]) is not None


def html_text(page: str, path: str | Path) -> str:
    """The text of a web page's ``pre`` elements, each on the lines where it stands in the file.

    A page without them gives the text of its blocks, one a line, with blank lines between.

    Raises:
        InputError: there is no text in the page.
    """
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise InputError(path, f"the web page cannot be read ({error})", "save the screenplay as plain text") from None
    etree.strip_elements(root, "script", "style", "noscript", with_tail=False)
    outer = root.xpath("//pre[not(ancestor::pre)]")
    return _preformatted(outer) if outer else _blocks(root)


def pdf_text(path: str | Path) -> str:
    """The text of a PDF in its layout, a form feed before each page.

    Raises:
        MissingExtraError: pypdf is not installed.
        InputError: the file is locked or damaged, or holds pictures of pages without text.
    """
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        raise MissingExtraError("Reading PDF screenplays", "pdf") from None
    try:
        with Path(path).open("rb") as file:
            logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends is no news; what it cannot, it raises
            pages = [page.extract_text(extraction_mode="layout") for page in pypdf.PdfReader(file).pages]
    except PyPdfError as error:
        raise InputError(path, f"the PDF cannot be read ({error})", "unlock or export it again, or use FDX") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        # pypdf raises these on damaged files, from wherever the damage shows.
        raise InputError(path, f"the PDF is damaged ({type(error).__name__}: {error})", "export it again") from None
    if not any(page.strip() for page in pages):
        raise InputError(path, "the PDF holds no text, perhaps scanned pages", "run text recognition (OCR) on it first")
    return "".join(f"\f{page}\n" for page in pages)


def _preformatted(elements: list[html.HtmlElement]) -> str:
    """The texts joined so that a line's number is that in the file, as far as lines end with line feeds."""
    lines: list[str] = []
    for element in elements:
        for line_break in element.iter("br"):
            line_break.tail = _broken(line_break.tail)
        above = (element.sourceline or 1) - 1 - len(lines)
        lines += [""] * max(above, 1 if lines else 0)
        lines += element.text_content().split("\n")
    return "\n".join(lines)


def _broken(tail: str | None) -> str:
    """The text after a br: a line feed unless the source has one there as well."""
    return tail if tail and tail.lstrip(" \t\r").startswith("\n") else "\n" + (tail or "")


def _blocks(root: html.HtmlElement) -> str:
    for element in root.iter():
        around = _GAPS.get(element.tag, "")
        element.text = around + _SPACES.sub(" ", element.text or "")
        element.tail = ("\n" if element.tag == "br" else around) + _SPACES.sub(" ", element.tail or "")
    return str(root.text_content())
