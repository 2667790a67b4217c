"""Screenplays in FDX, Final Draft's XML. Nothing outside the file is read, and no entity is expanded."""

from pathlib import Path

from lxml import etree

from fabula.errors import InputError
from fabula.files.screenplay.elements import Draft, Element
from fabula.records import LineKind

_ROOT = "<FinalDraft"
_KINDS = {
    "Scene Heading": LineKind.HEADING,
    "Character": LineKind.SPEAKER,
    "Parenthetical": LineKind.PARENTHETICAL,
    "Dialogue": LineKind.DIALOGUE,
    "Singing": LineKind.DIALOGUE,
    "Transition": LineKind.TRANSITION,
}
"""Paragraph types with a kind of their own; Action, Shot, General and a writer's own types are action."""


def is_fdx(text: str) -> bool:
    """Whether the text is Final Draft's XML."""
    head = text[:4096].lstrip()
    return head.startswith("<") and _ROOT in head


def parse_fdx(text: str, path: str | Path) -> Draft:
    """Type the paragraphs of an FDX file.

    A file that was cut off is read as far as it goes, with a warning.

    Raises:
        InputError: it declares entities (an attack, or the work of no screenplay program), is not well-formed,
            or is another kind of XML.
    """
    start = text.find(_ROOT)
    if start < 0:
        raise InputError(path, "this is not a Final Draft file", "save the screenplay as FDX or Fountain")
    if "<!ENTITY" in text[:start]:
        raise InputError(path, "the file declares XML entities, which no screenplay needs", "save it again as FDX")
    root, warnings = _parse_xml(text, path)
    content = root.find("Content")
    elements = _elements(content) if content is not None else []
    if warnings and not elements:
        raise InputError(path, f"{warnings[0]}, and nothing could be read", "fetch or export the file again")
    if not any(e.kind is LineKind.DIALOGUE for e in elements):
        warnings = (*warnings, "no dialogue found in the file")
    return Draft(elements, _title(root), warnings)


def _parse_xml(text: str, path: str | Path) -> tuple[etree._Element, tuple[str, ...]]:
    # Without its prolog a file has no document type either, and lines keep their numbers.
    start = text.find(_ROOT)
    data = ("\n" * text.count("\n", 0, start) + text[start:]).encode("utf-8", "replace")
    try:
        return etree.fromstring(data, _parser(recover=False)), ()
    except etree.XMLSyntaxError as error:
        line, problem = error.lineno or 1, str(error.msg).rstrip(".")
    if "</FinalDraft>" in text[-4096:]:
        cure = "open the file in a screenplay program and save it again"
        raise InputError(path, f"line {line}: the XML is not well-formed ({problem})", cure)
    root = etree.fromstring(data, _parser(recover=True))
    if root is None:
        raise InputError(path, f"line {line}: the XML cannot be read ({problem})", "fetch or export the file again")
    return root, (f"line {line}: the file is cut off; what stands before was read",)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _elements(content: etree._Element) -> list[Element]:
    found: list[Element | None] = []
    for paragraph in content.iterfind("Paragraph"):
        both = paragraph.findall("DualDialogue/Paragraph")
        found += [_element(p, dual=True) for p in both] or [_element(paragraph, dual=False)]
    return [element for element in found if element is not None]


def _element(paragraph: etree._Element, *, dual: bool) -> Element | None:
    """One paragraph typed; None of an empty one. Only its own text counts: notes hang inside paragraphs too."""
    text = _text(paragraph)
    if not text:
        return None
    kind = _KINDS.get(paragraph.get("Type", ""), LineKind.ACTION)
    number = _scene_number(paragraph) if kind is LineKind.HEADING else None
    return Element(kind, text, paragraph.sourceline, dual, number)


def _text(paragraph: etree._Element) -> str:
    return " ".join("".join(t.text or "" for t in paragraph.iterfind("Text")).split())


def _scene_number(paragraph: etree._Element) -> str | None:
    properties = paragraph.find("SceneProperties")
    inner = properties.get("Number") if properties is not None else None
    return paragraph.get("Number") or inner or None


def _title(root: etree._Element) -> str | None:
    """The first words of the title page."""
    paragraphs = root.iterfind("TitlePage/Content/Paragraph")
    return next((text for p in paragraphs if (text := _text(p))), None)
