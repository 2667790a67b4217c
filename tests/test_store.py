"""The project store: round trips, whole stages only, errors a user can act on."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fabula.errors import InputError, StorageError
from fabula.features import HashEncoder, embed
from fabula.files.output import write_text
from fabula.files.store import Store
from fabula.files.tables import append_rows, create_table, load_rows
from fabula.records import Cue, CueKind, Link, Shot, State, Thumbnail, Transition

CUES = (
    Cue(1, 0.0, 1.5, "Zoë:\nhello", CueKind.SPEECH, ("hello",), ("ZOË",), "ZOË", ("ZOË",), 2, 0.75),
    Cue(2, 2.0, 3.0, "♪", CueKind.MUSIC),
)
LINK = Link(State.MOVED, 0.5, 1, 2, 7, 7, 30, (("words", 1.5), ("meaning", 0.25)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.fabula"


def save(store: Store, stage: str, key: str = "k", cues: tuple[Cue, ...] = CUES, **options: object) -> None:
    store.save_stage(stage, key, {"cues": (Cue, cues)}, **options)  # type: ignore[arg-type]


def test_records_come_back_as_they_were(path: Path) -> None:
    shot = Shot(0, 0.0, 2.0, 0, 47, Transition.GRADUAL)
    picture = Thumbnail(0, 24, 1.0, b"\xff\xd8jpeg")
    store = Store(path)
    tables = {"cues": (Cue, CUES), "links": (Link, [LINK]), "shots": (Shot, [shot]), "pictures": (Thumbnail, [picture])}
    store.save_stage("all", "k", tables, warnings=["line 3: mended"], seconds=1.5, content="c")
    store.close()
    again = Store(path, create=False)
    assert again.load("cues", Cue) == CUES
    assert again.load("links", Link) == (LINK,)
    assert again.load("shots", Shot) == (shot,)
    assert isinstance(again.load("shots", Shot)[0].transition, Transition)
    assert again.load("pictures", Thumbnail) == (picture,)
    assert again.load("missing", Cue) == ()
    assert again.warnings() == ("line 3: mended",)
    assert (again.stage_key("all"), again.stage_content("all")) == ("k", "c")
    assert again.stage_seconds() == {"all": 1.5}


def test_a_stage_that_fails_half_way_leaves_the_last_whole_one(path: Path) -> None:
    store = Store(path)
    save(store, "subtitles", "old")
    with pytest.raises(AttributeError):
        store.save_stage("subtitles", "new", {"cues": (Cue, [CUES[0], object()])})
    assert store.load("cues", Cue) == CUES
    assert store.stage_key("subtitles") == "old"


def test_what_rests_on_a_replaced_stage_is_forgotten(path: Path) -> None:
    store = Store(path)
    save(store, "subtitles")
    store.save_stage("pages", "p", {"links": (Link, [LINK])}, warnings=["doubtful"])
    save(store, "subtitles", "k2", outdates=["pages"])
    assert store.stage_key("pages") is None
    assert store.load("links", Link) == ()
    assert store.warnings() == ()


def test_a_result_computed_from_something_changed_meanwhile_is_refused(path: Path) -> None:
    ours, theirs = Store(path), Store(path)
    save(ours, "subtitles", "k1")
    save(theirs, "subtitles", "k2", CUES[:1])
    with pytest.raises(StorageError, match="another process changed the subtitles"):
        ours.save_stage("pages", "p", {"links": (Link, [LINK])}, needs={"subtitles": "k1"})
    assert ours.load("links", Link) == ()
    assert ours.load("cues", Cue) == CUES[:1]


def test_checkpoints_belong_to_a_key_and_end_with_their_stage(path: Path) -> None:
    store = Store(path)
    store.save_checkpoint("film", "k", b"half")
    assert store.load_checkpoint("film", "other") is None
    assert store.load_checkpoint("film", "k") == b"half"
    save(store, "film")
    assert store.load_checkpoint("film", "k") is None


def test_a_full_disk_is_told_and_loses_nothing(path: Path) -> None:
    store = Store(path)
    save(store, "subtitles")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageError, match=r"disk is full.*free some space"):
        save(store, "other", cues=tuple(Cue(i, 0, 1, "x" * 1000) for i in range(100)))
    store.close()
    assert Store(path, create=False).load("cues", Cue) == CUES


@pytest.mark.parametrize(
    ("content", "message"), [(b"not a database, only some text " * 200, "not a fabula project"), (None, "no such")]
)
def test_other_files_are_refused(path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        Store(path, create=False)


def test_databases_of_others_and_of_the_future_are_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(InputError, match="another program"):
        Store(path)
    future = path.with_name("future.fabula")
    store = Store(future)
    store._db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(InputError, match="newer fabula"):
        Store(future)


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        Store(tmp_path / "missing" / "a.fabula")


class CountingEncoder(HashEncoder):
    def __init__(self) -> None:
        super().__init__(16)
        self.seen: list[str] = []

    def encode(self, texts, progress=None):  # type: ignore[no-untyped-def]
        self.seen += texts
        return super().encode(texts, progress)


def test_each_text_is_embedded_once(path: Path) -> None:
    encoder, store = CountingEncoder(), Store(path)
    first = embed(["one boat", "two boats", "one boat"], encoder, store)
    store.close()
    second = embed(["two boats", "three boats", "one boat"], encoder, Store(path))
    assert sorted(encoder.seen) == ["one boat", "three boats", "two boats"]
    np.testing.assert_array_equal(first[[1, 0]], second[[0, 2]])
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-3)
    assert first[0] @ first[1] < first[0] @ first[2]


def test_output_is_whole_and_never_over_a_users_file(tmp_path: Path) -> None:
    target = tmp_path / "out.srt"
    write_text(target, "one\n")
    with pytest.raises(InputError, match="exists already"):
        write_text(target, "two\n")
    assert target.read_text() == "one\n"
    write_text(target, "two\n", force=True)
    assert target.read_text() == "two\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.srt"]
    with pytest.raises(StorageError, match="cannot be written"):
        write_text(tmp_path / "missing" / "out.srt", "x")


@dataclass(frozen=True)
class Old:
    name: str


@dataclass(frozen=True)
class New:
    name: str
    place: int | None = None


def test_a_table_of_an_older_version_gets_the_columns_it_lacks() -> None:
    db = sqlite3.connect(":memory:")
    create_table(db, "things", Old)
    append_rows(db, "things", Old, [Old("a")])
    assert load_rows(db, "things", New) == (New("a"),)
    create_table(db, "things", New)
    append_rows(db, "things", New, [New("b", 2)])
    assert load_rows(db, "things", New) == (New("a"), New("b", 2))
