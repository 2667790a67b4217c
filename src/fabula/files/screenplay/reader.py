"""Screenplays: Fountain, FDX, plain text, HTML and PDF become typed lines and scenes."""

import re
from dataclasses import replace
from pathlib import Path

from fabula.errors import InputError
from fabula.files.screenplay.elements import Draft, assemble
from fabula.files.screenplay.fdx import is_fdx, parse_fdx
from fabula.files.screenplay.fountain import parse_fountain
from fabula.files.screenplay.html_pdf import html_text, is_html, pdf_text
from fabula.files.screenplay.plain import parse_text
from fabula.files.text import read_text, require_file
from fabula.records import LineKind, Screenplay

MAX_BYTES = 16 * 1024**2
"""A screenplay has less than one megabyte of text; a file beyond this is something else."""

_FOUNTAIN_SUFFIXES = {".fountain", ".spmd"}
_FOUNTAIN_TITLE = re.compile(
    r"\s*title:.*\n(?:.*\n){0,8}?(?:credit|authors?|source|draft date|contact):", re.IGNORECASE
)
_SUBTITLES = re.compile(r"^\d{1,3}:\d\d(?::\d\d)?[.,]\d{1,3} --> ", re.MULTILINE)
_ROMAN = re.compile(r"[IVXLC]+\.?")
_HEAD = 4096


def read_screenplay(path: str | Path) -> Screenplay:
    """Read a screenplay of any format: Fountain, FDX, plain text, HTML, or PDF (with the extra ``pdf``).

    The format is found by content first, then by the file's extension. ``source_line`` counts lines of the file;
    it is None for a PDF, which has none.

    Raises:
        InputError: the file is missing, of another kind, damaged, or has no dialogue.
        MissingExtraError: it is a PDF and pypdf is not installed.
    """
    path = require_file(path)
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(b"%PDF"):
        draft = _guessed(pdf_text(path), path)
        lineless = [replace(element, source_line=None) for element in draft.elements]
        return assemble(str(path), replace(draft, elements=lineless), "pdf")
    decoded = read_text(path, max_bytes=MAX_BYTES)
    format_name, draft = _parse(decoded.text, path)
    return assemble(str(path), draft, format_name, decoded.warnings)


def _parse(text: str, path: Path) -> tuple[str, Draft]:
    suffix = path.suffix.lower()
    if suffix == ".fdx" or is_fdx(text):
        return "fdx", parse_fdx(text, path)
    if suffix in _FOUNTAIN_SUFFIXES or _FOUNTAIN_TITLE.match(text[:_HEAD]):
        return "fountain", parse_fountain(text)
    if is_html(text):
        return "html", _guessed(html_text(text, path), path)
    if _SUBTITLES.search(text[:_HEAD]):
        raise InputError(path, "these are subtitles, not a screenplay", "name the screenplay here")
    return "text", _guessed(text, path)


def _guessed(text: str, path: Path) -> Draft:
    """Read typed pages, where what is dialogue is a guess; without any, the guess that it is a screenplay was wrong."""
    draft = parse_text(text)
    # The numbers of a novel's chapters look like cues in capitals.
    cues = sum(e.kind is LineKind.SPEAKER and not _ROMAN.fullmatch(e.text) for e in draft.elements)
    if 100 * cues <= len(draft.elements) or all(e.kind is not LineKind.DIALOGUE for e in draft.elements):
        cure = (
            "give it as Fountain, FDX, HTML, PDF or typed text with the speakers' names in capitals on their own lines"
        )
        raise InputError(path, "no dialogue found, so this may be no screenplay", cure)
    return draft
