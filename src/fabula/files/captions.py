"""Pictures with captions, to train on and to measure with: Flickr8k, Karpathy's json, COCO's json, a plain table."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fabula.errors import InputError
from fabula.files.caption_formats import Row, parse_captions
from fabula.files.text import read_text

SHARES = (("train", 0.8), ("dev", 0.9), ("test", 1.0))
"""Splits with the share of pictures at which each ends."""
_FOLDERS = ("", "images", "Images")
_USUAL = ("flickr8k.jsonl", "*.jsonl", "captions.json", "dataset*.json", "captions.csv", "captions.tsv", "captions.txt")


@dataclass(frozen=True, slots=True)
class CaptionedPicture:
    """A picture's file, its captions, and the split (train, dev or test) that it belongs to, None if to no one."""

    path: Path
    captions: tuple[str, ...]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class CaptionSet:
    """Captioned pictures in the order of their file, and what had to be mended."""

    path: str
    pictures: tuple[CaptionedPicture, ...]
    warnings: tuple[str, ...] = ()

    def of(self, split: str) -> tuple[CaptionedPicture, ...]:
        """The pictures of a split."""
        return tuple(picture for picture in self.pictures if picture.split == split)


def read_captions(path: str | Path, images: str | Path | None = None) -> CaptionSet:
    """Read captioned pictures; a picture that is named several times has all its captions.

    The formats: lines of ``{"file", "split", "captions"}`` (.jsonl), Karpathy's json (restval counts as train, val is
    dev), COCO's captions json (without splits), and a table ``file,caption[,split]`` with a row for each caption,
    separated by commas or tabs, with or without names of the columns.

    Args:
        path: the file with the captions, or a folder with one such file.
        images: the folder of the pictures; otherwise they stand beside the file or in ``images`` beside it.

    Raises:
        InputError: the file cannot be used, it has no captions, or pictures are missing.
    """
    path = _captions_file(Path(path))
    decoded = read_text(path)
    rows = parse_captions(decoded.text, path)
    merged, warnings = _merge(rows)
    captioned = [row for row in merged if row.captions]
    if not captioned:
        raise InputError(path, "there are no captions in it", "see the formats in: fabula train vision --help")
    if len(captioned) < len(merged):
        warnings = [*warnings, f"{len(merged) - len(captioned)} pictures without captions were left out"]
    pictures = _locate(captioned, path, Path(images) if images is not None else None)
    return CaptionSet(str(path), pictures, (*decoded.warnings, *warnings))


def with_splits(found: CaptionSet, seed: int = 0) -> CaptionSet:
    """The set with a split for each picture: 80 % train, 10 % dev, 10 % test.

    A picture's split depends on its file's name and the seed alone, so that it stays when pictures are added or move
    to another folder. A set that has splits already keeps them.
    """
    if any(picture.split for picture in found.pictures):
        return found
    pictures = tuple(dataclasses.replace(p, split=_split_of(p.path.name, seed)) for p in found.pictures)
    return dataclasses.replace(found, pictures=pictures)


def _split_of(name: str, seed: int) -> str:
    digest = hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogatepass")).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    return next(split for split, end in SHARES if place < end or end == 1.0)


def _captions_file(path: Path) -> Path:
    """The path itself, or the one file with captions in that folder."""
    if not path.is_dir():
        return path
    for pattern in _USUAL:
        found = sorted(path.glob(pattern))
        if len(found) > 1:
            names = ", ".join(file.name for file in found)
            raise InputError(path, f"several files may have the captions: {names}", "name the one to read")
        if found:
            return found[0]
    raise InputError(path, f"no file with captions ({', '.join(_USUAL[1:])}) is in this folder", "name the file itself")


def _merge(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """One row for each picture, in the order of their first; a picture is in one split only, or it would leak."""
    merged: dict[str, Row] = {}
    torn = []
    for row in rows:
        before = merged.setdefault(row.file, row)
        if before is row:
            continue
        if row.split != before.split:
            torn.append(row)
        merged[row.file] = dataclasses.replace(before, captions=(*before.captions, *_more(row, before)))
    if not torn:
        return list(merged.values()), []
    stays = merged[torn[0].file].split
    first = f"{torn[0].place}: {torn[0].file} stays in {stays}"
    return list(merged.values()), [f"{len(torn)} rows name a picture of another split again; {first}"]


def _more(row: Row, before: Row) -> tuple[str, ...]:
    """The captions that a row adds: a lone one always (tables have a row for each), of a record only the new ones."""
    return row.captions if len(row.captions) == 1 else tuple(c for c in row.captions if c not in before.captions)


def _locate(rows: Sequence[Row], path: Path, images: Path | None) -> tuple[CaptionedPicture, ...]:
    if images is not None and not images.is_dir():
        raise InputError(images, "there is no such folder", "name the folder that has the pictures")
    folders = [images] if images is not None else [path.parent / name for name in _FOLDERS]
    located = [(row, _find(row.file, folders)) for row in rows]
    missing = [row.file for row, place in located if place is None]
    if missing:
        share = "all" if len(missing) == len(rows) else f"{len(missing)} of {len(rows)}"
        problem = f"{share} pictures are missing from {' and '.join(map(str, folders[:2]))}, the first is {missing[0]}"
        raise InputError(path, problem, "put them there, or name the folder of the pictures")
    return tuple(CaptionedPicture(place, row.captions, row.split) for row, place in located if place is not None)


def _find(file: str, folders: Sequence[Path]) -> Path | None:
    """Where a picture is: with the folders of its name (Karpathy's COCO has val2014/...), or without them."""
    names = dict.fromkeys((file, file.replace("\\", "/").rpartition("/")[2]))
    places = (folder / name for name in names for folder in folders)
    try:
        return next((place for place in places if place.is_file()), None)
    except (OSError, ValueError):  # a name that no file can have
        return None
