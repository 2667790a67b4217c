"""Pictures with boxes around the things in them, in COCO's instances format."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import InputError
from fabula.files.text import read_text

Box = tuple[float, float, float, float]
"""x, y, width and height in pixels of the picture."""

_CURE = 'it must be COCO\'s instances file with "images", "annotations" and "categories"'


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """A picture's file and the boxes of the things in it, by the name of their kind."""

    path: Path
    things: dict[str, tuple[Box, ...]]


def read_boxes(path: str | Path, images: str | Path | None = None) -> tuple[BoxedPicture, ...]:
    """Read a COCO instances file; pictures without a box are left out.

    Args:
        path: the file.
        images: the folder of the pictures; ``images`` beside the file otherwise.

    Raises:
        InputError: the file cannot be used, or a picture is missing.
    """
    path = Path(path)
    folder = Path(images) if images is not None else path.parent / "images"
    try:
        found = json.loads(read_text(path).text)
        files = {row["id"]: folder / row["file_name"] for row in found["images"]}
        names = {row["id"]: str(row["name"]) for row in found["categories"]}
        things = _by_picture(found["annotations"], names)
    except json.JSONDecodeError as error:
        raise InputError(path, f"line {error.lineno}: this is no JSON ({error.msg})", _CURE) from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(path, f"it is not as expected: {error!r}", _CURE) from error
    boxed = [BoxedPicture(files[picture], named) for picture, named in things.items() if picture in files]
    missing = next((picture.path for picture in boxed if not picture.path.is_file()), None)
    if missing is not None:
        raise InputError(path, f"the picture {missing} is missing", "name the folder of the pictures")
    return tuple(boxed)


def _by_picture(rows: list[dict[str, Any]], names: dict[Any, str]) -> dict[Any, dict[str, tuple[Box, ...]]]:
    things: dict[Any, dict[str, tuple[Box, ...]]] = {}
    for row in rows:
        x, y, width, height = map(float, row["bbox"])
        kinds = things.setdefault(row["image_id"], {})
        kinds[names[row["category_id"]]] = (*kinds.get(names[row["category_id"]], ()), (x, y, width, height))
    return things
