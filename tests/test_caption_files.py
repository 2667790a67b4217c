"""Captioned pictures in every format, whole and broken."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fabula.errors import InputError
from fabula.files.captions import CaptionSet, read_captions, with_splits

WANTED = {  # file -> split, captions
    "a.jpg": ("train", ("A dog runs.", "The dog, on grass.")),
    "b.jpg": ("dev", ("Ein Mädchen “lacht”.",)),
    "c.jpg": ("test", ("A red ball",)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures (nobody decodes them here) in the folder ``images``."""
    (tmp_path / "images").mkdir()
    for name in WANTED:
        (tmp_path / "images" / name).write_bytes(b"picture")
    return tmp_path


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def lines(rows: list[object]) -> str:
    return "\n".join(json.dumps(row) for row in rows) + "\n\n"


def plain(found: CaptionSet) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    assert all(picture.path.is_file() for picture in found.pictures)
    return {picture.path.name: (picture.split, picture.captions) for picture in found.pictures}


def jsonl(folder: Path) -> Path:
    rows = [{"file": f, "split": split, "captions": captions} for f, (split, captions) in WANTED.items()]
    return write(folder, "mine.jsonl", lines(rows))


def karpathy(folder: Path) -> Path:
    names = {"train": "restval", "dev": "val", "test": "test"}
    images: list[dict[str, object]] = [
        {"filename": f, "filepath": "val2014", "split": names[split or ""], "sentences": [{"raw": c} for c in captions]}
        for f, (split, captions) in WANTED.items()
    ]
    images[2]["sentences"] = [{"tokens": ["A", "red", "ball"]}]
    return write(folder, "dataset_mine.json", {"images": images, "dataset": "mine"})


def table(folder: Path) -> Path:
    rows = ["Image,Caption,Split", "a.jpg,A dog runs.,train", "b.jpg,Ein Mädchen “lacht”.,val", ""]
    return write(
        folder, "captions.csv", "\n".join([*rows, 'a.jpg,"The dog, on grass.",train', "c.jpg, A  red ball,test"])
    )


def tabs(folder: Path) -> Path:
    rows = ["a.jpg#0\tA dog runs.\ttrain", "a.jpg#1\tThe dog, on grass.\ttrain", "b.jpg#0\tEin Mädchen “lacht”.\tval"]
    return write(folder, "captions.txt", "\n".join([*rows, "c.jpg#0\tA red ball\ttest"]))


@pytest.mark.parametrize("make", [jsonl, karpathy, table, tabs])
def test_every_format_says_the_same(make: Callable[[Path], Path], folder: Path) -> None:
    path = make(folder)
    found = read_captions(path)
    assert plain(found) == WANTED
    assert [picture.path.name for picture in found.pictures] == list(WANTED)
    assert found.warnings == ()
    assert read_captions(folder) == found  # the one file in the folder is found
    assert [picture.path.name for picture in found.of("dev")] == ["b.jpg"]
    assert found.path == str(path)


def coco() -> dict[str, list[dict[str, object]]]:
    images = [{"id": k, "file_name": name} for k, name in enumerate(WANTED, 7)]
    captions = [(9, "A red ball"), (7, "A dog runs."), (8, "Ein Mädchen “lacht”."), (7, "The dog, on grass.")]
    return {
        "images": images,
        "annotations": [{"image_id": k, "id": n, "caption": c} for n, (k, c) in enumerate(captions)],
    }


def test_coco_has_no_splits(folder: Path) -> None:
    found = read_captions(write(folder, "captions.json", coco()))
    assert plain(found) == {name: (None, captions) for name, (_, captions) in WANTED.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str, folder: Path) -> None:
    table(folder).write_text(table(folder).read_text("utf-8"), encoding)
    assert plain(read_captions(folder)) == WANTED


def test_a_table_without_names_of_columns_and_with_two_columns(folder: Path) -> None:
    path = write(folder, "mine.csv", 'c.jpg,"He said ""ball"", twice"\nc.jpg,A red ball\n')
    assert plain(read_captions(path)) == {"c.jpg": (None, ('He said "ball", twice', "A red ball"))}


def test_names_of_columns_in_another_order(folder: Path) -> None:
    path = write(folder, "mine.csv", "comment,image_name\nA red ball,c.jpg\n")
    assert plain(read_captions(path)) == {"c.jpg": (None, ("A red ball",))}


def test_tab_separated_captions_keep_their_quotation_marks(folder: Path) -> None:
    path = write(folder, "mine.tsv", 'c.jpg\t"Ball" it says\nc.jpg\tan open " mark\n')
    assert plain(read_captions(path)) == {"c.jpg": (None, ('"Ball" it says', 'an open " mark'))}


# ---- mending


def test_a_picture_named_again_is_one_picture_in_one_split(folder: Path) -> None:
    rows = [
        {"file": "a.jpg", "split": "train", "captions": ["one", "two", "two"]},
        {"file": "b.jpg", "split": "dev", "captions": ["three"]},
        {"file": "a.jpg", "split": "test", "captions": ["two", "four"]},
    ]
    found = read_captions(write(folder, "mine.jsonl", lines(rows)))
    assert plain(found) == {"a.jpg": ("train", ("one", "two", "two", "four")), "b.jpg": ("dev", ("three",))}
    assert found.warnings == ("1 rows name a picture of another split again; line 3: a.jpg stays in train",)


def test_pictures_without_captions_are_left_out(folder: Path) -> None:
    rows = [{"file": "a.jpg", "captions": ["  ", ""]}, {"file": "b.jpg", "split": None, "captions": [" so\n it "]}]
    found = read_captions(write(folder, "mine.jsonl", lines(rows)))
    assert plain(found) == {"b.jpg": (None, ("so it",))}
    assert found.warnings == ("1 pictures without captions were left out",)


# ---- where the pictures are


@pytest.mark.parametrize("place", ["", "images", "val2014", "images/val2014"])
def test_pictures_beside_the_file(place: str, tmp_path: Path) -> None:
    target = tmp_path / place / "a.jpg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"picture")
    image = {"filename": "a.jpg", "filepath": "val2014", "sentences": [{"raw": "a"}]}
    found = read_captions(write(tmp_path, "mine.json", {"images": [image]}))
    assert found.pictures[0].path == target


def test_pictures_in_a_folder_of_their_own(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = jsonl(tmp_path_factory.mktemp("elsewhere"))
    assert plain(read_captions(path, folder / "images")) == WANTED
    with pytest.raises(InputError, match=r"all pictures are missing from .*the first is a\.jpg.*name the folder"):
        read_captions(path)
    with pytest.raises(InputError, match="no such folder"):
        read_captions(path, folder / "pictures")
    (folder / "images" / "b.jpg").unlink()
    with pytest.raises(InputError, match=r"1 of 3 pictures are missing from .*images, the first is b\.jpg"):
        read_captions(path, folder / "images")


def test_folders_without_captions_or_with_too_many(folder: Path) -> None:
    with pytest.raises(InputError, match="no file with captions"):
        read_captions(folder)
    write(folder, "x.jsonl", "{}"), write(folder, "y.jsonl", "{}")
    with pytest.raises(InputError, match=r"several .*x\.jsonl, y\.jsonl.*Name the one"):
        read_captions(folder)


# ---- broken files

BROKEN = [
    ("x.jsonl", '{"file": "a.jpg", "captions": ["a"]}\n{"file": ', r"line 2, column \d+: this is no JSON"),
    ("x.jsonl", '\n["a.jpg"]', "line 2: a JSON object belongs here, not list"),
    ("x.jsonl", '{"file": "a.jpg"}', "line 1: there is no 'captions'"),
    ("x.jsonl", '{"file": "a.jpg", "captions": "a dog"}', "line 1: this is not what belongs into 'captions'"),
    ("x.jsonl", '{"file": "a.jpg", "captions": [3]}', "line 1: 3 is no caption"),
    ("x.jsonl", '{"file": 3, "captions": ["a"]}', "line 1: the picture has no file name"),
    ("x.jsonl", '{"file": "a.jpg", "split": "tset", "captions": ["a"]}', "line 1: there is no split 'tset'"),
    ("x.jsonl", '{"file": "a.jpg", "captions": []}', "no captions in it"),
    ("x.jsonl", '{"file": "a\\u0000.jpg", "captions": ["a"]}', "all pictures are missing"),
    ("x.jsonl", '{"file": "' + "a" * 5000 + '", "captions": ["a"]}', "all pictures are missing"),
    ("x.json", '{"images": [\n\n}', "line 3, column 1: this is no JSON"),
    ("x.json", "[" * 200_000, "line 1: this is no sane JSON"),
    ("x.json", '{"pictures": []}', "the file: there is no 'images'"),
    ("x.json", '{"images": []}', "no captions in it"),
    ("x.json", '{"images": ["a.jpg"]}', "image 1: there is no 'sentences'"),
    ("x.json", '{"images": [{"filename": "a.jpg", "sentences": [{"raw": 1}]}]}', "image 1, a sentence.* no 'tokens'"),
    ("x.json", '{"images": [{"id": 1}], "annotations": []}', "image 1: the picture has no file name"),
    ("x.json", '{"images": [], "annotations": [{"image_id": 1}]}', "annotation 1: there is no 'caption'"),
    ("x.json", '{"images": [], "annotations": [{"image_id": 5, "caption": "a"}]}', "1 pictures have .* has the id 5"),
    ("x.json", '{"images": [], "annotations": [{"image_id": [5], "caption": "a"}]}', "annotation 1: this is not"),
    ("x.csv", "a.jpg,A dog\nb.jpg,A dog, a cat, and a cow", "line 2: there are 4 columns.*quotation marks"),
    ("x.csv", "a.jpg,A dog, a cat", "line 1: there is no split 'a cat'.*quotation marks"),
    ("x.csv", 'a.jpg,A dog\nb.jpg,"A dog', "line 2: .*quotation marks"),
    ("x.csv", "a.jpg\n", "line 1: there are 1 columns"),
    ("x.csv", ",A dog\n", "line 1: the picture has no file name"),
    ("x.csv", "file,caption\n", "no captions in it"),
    ("x.csv", "a.jpg,\n", "no captions in it"),
    ("x.csv", "a.jpg," + "a" * 200_000, "line 1: field larger"),
    ("x.csv", "", "the file is empty"),
]


@pytest.mark.parametrize(("name", "content", "words"), BROKEN)
def test_broken_files(name: str, content: str, words: str, folder: Path) -> None:
    path = write(folder, name, content)
    with pytest.raises(InputError, match=words) as caught:
        read_captions(path)
    assert str(caught.value).startswith(str(path))


def test_what_is_no_text(folder: Path) -> None:
    (folder / "x.json").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    with pytest.raises(InputError, match="ZIP archive"):
        read_captions(folder / "x.json")
    with pytest.raises(InputError, match="no such file"):
        read_captions(folder / "y.json")


# ---- splits of one's own


def many(tmp_path: Path, names: list[str]) -> CaptionSet:
    for name in names:
        (tmp_path / name).touch()
    return read_captions(write(tmp_path, "mine.csv", "".join(f"{name},a dog\n" for name in names)))


def test_splits_are_stable_and_of_the_right_sizes(tmp_path: Path) -> None:
    names = [f"{k}.jpg" for k in range(1000)]
    found = with_splits(many(tmp_path, names))
    counts = Counter(picture.split for picture in found.pictures)
    assert abs(counts["train"] - 800) < 50  # four standard deviations
    assert abs(counts["dev"] - 100) < 40
    assert abs(counts["test"] - 100) < 40
    before = {picture.path.name: picture.split for picture in found.pictures}
    (tmp_path / "elsewhere").mkdir()
    again = with_splits(many(tmp_path / "elsewhere", ["new.jpg", *names[500::-3]]))
    assert all(before[p.path.name] == p.split for p in again.pictures if p.path.name in before)
    other = with_splits(many(tmp_path, names), seed=1)
    assert 0.5 < sum(before[p.path.name] == p.split for p in other.pictures) / 1000 < 0.8  # by chance 0.66


def test_splits_that_are_there_stay(folder: Path) -> None:
    found = read_captions(jsonl(folder))
    assert with_splits(found) is found


# ---- the real ones


@pytest.mark.data
def test_flickr8k(data_dir: Path) -> None:
    found = read_captions(data_dir / "flickr8k")
    assert Counter(picture.split for picture in found.pictures) == {"train": 6000, "dev": 1000, "test": 1000, None: 91}
    assert {len(picture.captions) for picture in found.pictures} == {5}
    assert found.warnings == ()


@pytest.mark.data
def test_coco(data_dir: Path) -> None:
    found = read_captions(data_dir / "coco-mini" / "captions.json")
    assert len(found.pictures) == 159
    assert sum(len(picture.captions) for picture in found.pictures) == 795
    assert {picture.split for picture in found.pictures} == {None}
