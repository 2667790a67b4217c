"""The formats of captioned pictures -> one row for each place where a picture is named."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError

_SPLITS = {
    **dict.fromkeys(("train", "training", "restval"), "train"),
    **dict.fromkeys(("dev", "val", "valid", "validation"), "dev"),
    "test": "test",
    **dict.fromkeys(("", "none", "null"), None),
}
_COLUMNS = {
    **dict.fromkeys(("file", "filename", "file_name", "image", "image_name", "picture"), "file"),
    **dict.fromkeys(("caption", "captions", "comment", "text", "sentence"), "caption"),
    **dict.fromkeys(("split", "set"), "split"),
}
_NUMBERED = re.compile(r"#\d+$")  # Flickr8k.token.txt counts a picture's captions: 1000.jpg#0


@dataclass(frozen=True, slots=True)
class Row:
    """A picture with captions as a file has it; ``file`` may have folders in it, ``place`` is for messages."""

    place: str
    file: str
    split: str | None
    captions: tuple[str, ...]


def parse_captions(text: str, path: Path) -> list[Row]:
    """The rows of a captions file, whose format is known by its ending and its content.

    Raises:
        InputError: the file is broken, or of none of the formats.
    """
    if path.suffix.lower() == ".jsonl":
        return list(_json_lines(text, path))
    if path.suffix.lower() == ".json" or text.lstrip()[:1] == "{":
        return _json(text, path)
    return list(_table(text, path))


def _json_lines(text: str, path: Path) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = _load(line, path, number)
        captions = _field(found, "captions", list, path, f"line {number}")
        yield _row(found.get("file"), found.get("split"), captions, path, f"line {number}")


def _json(text: str, path: Path) -> list[Row]:
    found = _load(text, path)
    images = _field(found, "images", list, path, "the file")
    if "annotations" in found:
        return list(_coco(images, _field(found, "annotations", list, path, "the file"), path))
    return list(_karpathy(images, path))


def _coco(images: Sequence[Any], annotations: Sequence[Any], path: Path) -> Iterator[Row]:
    captions: dict[Any, list[Any]] = {}
    for number, annotation in enumerate(annotations, 1):
        place = f"annotation {number}"
        captions.setdefault(_field(annotation, "image_id", (int, str), path, place), []).append(
            _field(annotation, "caption", str, path, place)
        )
    for number, image in enumerate(images, 1):
        key = _field(image, "id", (int, str), path, f"image {number}")
        yield _row(image.get("file_name"), None, captions.pop(key, []), path, f"image {number}")
    if captions:
        lost = next(iter(captions))
        problem = f"{len(captions)} pictures have captions but are not among the images, the first has the id {lost}"
        raise InputError(path, problem, "fetch the file again")


def _karpathy(images: Sequence[Any], path: Path) -> Iterator[Row]:
    for number, image in enumerate(images, 1):
        place = f"image {number}"
        sentences = _field(image, "sentences", list, path, place)
        captions = [_sentence(sentence, path, place) for sentence in sentences]
        name = _field(image, "filename", str, path, place)
        folder = image.get("filepath")
        yield _row(f"{folder}/{name}" if folder else name, image.get("split"), captions, path, place)


def _sentence(found: Any, path: Path, place: str) -> str:
    if isinstance(found, dict) and isinstance(found.get("raw"), str):
        return str(found["raw"])
    return " ".join(map(str, _field(found, "tokens", list, path, f"{place}, a sentence without 'raw'")))


def _table(text: str, path: Path) -> Iterator[Row]:
    tabs = "\t" in text.partition("\n")[0]
    # Tab separated files do not quote: a quotation mark in one is part of the caption.
    lines = csv.reader(
        io.StringIO(text),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
        skipinitialspace=True,
    )
    columns: Sequence[str] = ()
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _header(cells)
                if columns:
                    continue
                columns = ("file", "caption", "split")
            yield _table_row(cells, columns, path, f"line {lines.line_num}")
    except csv.Error as error:
        cure = "put captions that have commas or quotation marks into quotation marks, and double those inside"
        raise InputError(path, f"line {lines.line_num}: {error}", cure) from error


def _header(cells: Sequence[str]) -> Sequence[str]:
    """What the columns are, when these cells are their names; nothing when they are a row already."""
    names = [_COLUMNS.get(cell.strip().lower(), "") for cell in cells]
    return names if {"file", "caption"} <= set(names) else ()


def _table_row(cells: Sequence[str], columns: Sequence[str], path: Path, place: str) -> Row:
    if not 2 <= len(cells) <= len(columns):
        problem = f"{place}: there are {len(cells)} columns where file, caption and maybe split belong"
        raise InputError(path, problem, "put captions that have commas into quotation marks")
    found = dict(zip(columns, cells, strict=False))
    file = _NUMBERED.sub("", found.get("file", "").strip())
    return _row(file, found.get("split"), [found.get("caption", "")], path, place)


def _row(file: Any, split: Any, captions: Sequence[Any], path: Path, place: str) -> Row:
    if not isinstance(file, str) or not file.strip():
        raise InputError(path, f"{place}: the picture has no file name", "name the file of each picture")
    known = str("" if split is None else split).strip().lower()
    if known not in _SPLITS:
        cure = "use train, dev (or val) and test; and put captions that have commas into quotation marks"
        raise InputError(path, f"{place}: there is no split {split!r}", cure)
    wrong = next((caption for caption in captions if not isinstance(caption, str)), None)
    if wrong is not None:
        raise InputError(path, f"{place}: {wrong!r} is no caption", "give each caption as text in quotation marks")
    plain = (" ".join(caption.split()) for caption in captions)
    return Row(place, file.strip(), _SPLITS[known], tuple(caption for caption in plain if caption))


def _load(text: str, path: Path, line: int | None = None) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {line or error.lineno}, column {error.colno}"
        raise InputError(path, f"{place}: this is no JSON ({error.msg})", "fetch or export the file again") from error
    except (ValueError, RecursionError) as error:  # digits without end, brackets without end
        raise InputError(path, f"line {line or 1}: this is no sane JSON", "fetch or export the file again") from error
    if not isinstance(found, dict):
        problem = f"line {line or 1}: a JSON object belongs here, not {type(found).__name__}"
        raise InputError(path, problem, "see the formats of captions in: fabula train vision --help")
    return found


def _field(found: Any, name: str, kind: type | tuple[type, ...], path: Path, place: str) -> Any:
    """A field that must be there and of that kind."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind):
        problem = f"{place}: {'there is no' if value is None else 'this is not what belongs into'} {name!r}"
        raise InputError(path, problem, "see the formats of captions in: fabula train vision --help")
    return value
