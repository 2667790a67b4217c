"""Passages cut, indexed, searched and lent: planted answers, brute force, and work that is interrupted."""

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fabula.align.channels import unit_rows
from fabula.app import borrow as borrow_app
from fabula.app.cli import app
from fabula.errors import FabulaError, InputError, StorageError
from fabula.evaluate.borrow_speed import measure_borrowing
from fabula.features import HashEncoder
from fabula.files.store import Store
from fabula.records import Caption, Cue, Progress, Shot
from fabula.stories.borrowing import Lender, lend_once, mean_vector, usual_caption
from fabula.stories.cutting import cut_paragraph
from fabula.stories.passage_index import WIDENED, Builder, PassageIndex, nearest, widened
from picture_fakes import ColourCaptioner

FILLER = "and then he went on for a while as they all did in those days before the war came to them"
THINGS = ("harbour", "orchard", "cathedral", "glacier")


def paragraph(*things: str, words: int = 45) -> str:
    said = [*things, *(FILLER.split() * 9)][:words]
    return " ".join(said).capitalize() + "."


def write_books(folder: Path) -> Path:
    """An EPUB's stand-in with two chapters, and a collection of two novels, each with its things."""
    folder.mkdir(exist_ok=True)
    chapters = [paragraph("harbour", "ships"), "Too short.", paragraph("orchard", "apples")]
    text = f"CHAPTER I\n\n{chapters[0]}\n\n{chapters[1]}\n\nCHAPTER II\n\n{chapters[2]}\n"
    (folder / "first.txt").write_text(text, "utf-8")
    novels = f"=== A. Writer - One\n{paragraph('cathedral')}\nNo.\n=== B. Writer - Two\n{paragraph('glacier')}\n"
    with lzma.open(folder / "fiction-travel.txt.xz", "wt", encoding="utf-8") as file:
        file.write(novels)
    return folder


def build(folder: Path, cache: Path) -> PassageIndex:
    return Builder(HashEncoder(), cache).build([folder])


def lender(tmp_path: Path, **choices: object) -> Lender:
    index = build(write_books(tmp_path / "books"), tmp_path / "cache")
    return Lender(index, HashEncoder(), store=Store(None), **choices)  # type: ignore[arg-type]


def test_paragraphs_are_cut_at_sentences_into_like_pieces() -> None:
    sentences = [f"Sentence number {k} has exactly seven words." for k in range(60)]
    text = "  " + " ".join(sentences)
    found = cut_paragraph(text)
    pieces = [text[start:end] for start, end, _ in found]
    assert " ".join(pieces) == text.strip()
    assert all(piece.endswith("words.") and piece.startswith("Sentence") for piece in pieces)
    counts = [words for _, _, words in found]
    assert counts == [len(piece.split()) for piece in pieces] and max(counts) <= 120 and len(counts) == 4
    assert max(counts) - min(counts) <= 7


def test_what_is_short_is_left_out_and_a_long_sentence_stays_whole() -> None:
    assert cut_paragraph("One two three.") == [] == cut_paragraph("")
    assert cut_paragraph("One two three.", shortest=3) == [(0, 14, 3)]
    sentence = " ".join(["word"] * 200) + "."
    text = f"{sentence} Then {' '.join(['came'] * 30)}."
    assert [words for *_, words in cut_paragraph(text)] == [200, 31]


@pytest.mark.parametrize("split", [(2500,), (700, 0, 1800)])
def test_the_search_is_that_of_brute_force(split: Sequence[int]) -> None:
    rng = np.random.default_rng(3)
    rows = unit_rows(rng.standard_normal((sum(split), 12)) + 0.7).astype(np.float16)
    queries, centre = rng.standard_normal((3, 12)), rows.mean(axis=0, dtype=np.float64)
    fits = rng.random(len(rows)) < 0.5
    moved = rows.astype(np.float64) - centre
    cosines = moved @ unit_rows(queries).T / np.linalg.norm(moved, axis=1, keepdims=True)
    cosines[~fits] = -np.inf
    matrices = np.split(rows, np.cumsum(split)[:-1])
    for found, wanted in zip(nearest(matrices, queries, centre, 5, fits), cosines.T, strict=True):
        assert [row for row, _ in found] == np.argsort(-wanted)[:5].tolist()
        assert [score for _, score in found] == pytest.approx(np.sort(wanted)[::-1][:5], abs=2e-3)
    assert nearest(matrices, queries, centre, 5, np.zeros(len(rows), bool)) == [[], [], []]


def test_halves_are_widened_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    every = every[np.isfinite(every)]
    assert np.array_equal(widened(every) * WIDENED, every.astype(np.float32))


def test_a_picture_gets_the_passage_of_its_thing_with_its_place(tmp_path: Path) -> None:
    lends = lender(tmp_path, context=1)
    found = {thing: lends.lend([f"a {thing} by day", f"the {thing}"])[0] for thing in THINGS}
    assert all(thing in one.text.lower() and one.score > 0.2 for thing, one in found.items())
    orchard = found["orchard"]
    assert orchard.chapter == "Chapter II" or orchard.chapter == "CHAPTER II"
    assert (orchard.book, orchard.paragraph, orchard.before) == ("first", 2, ("Too short.",))
    two = found["glacier"]
    assert (two.book, two.author, two.chapter, two.paragraph, two.before) == ("Two", "B. Writer", None, 0, ())
    assert found["cathedral"].after == ("No.",)
    assert two.source == "B. Writer, Two, paragraph 0" and two.path.endswith("fiction-travel.txt.xz")


def test_a_piece_and_its_context_are_the_whole_paragraph(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    middle = " ".join(f"Sentence {k} of {'lighthouse' if k == 20 else 'nothing'} has {FILLER}." for k in range(40))
    text = f"{paragraph('before')}\n\n{middle}\n\n{paragraph('after')}\n"
    (books / "long.txt").write_text(text, "utf-8")
    index = build(books, tmp_path / "cache")
    one = Lender(index, HashEncoder(), context=1, store=Store(None)).lend(["lighthouse"])[0]
    assert "lighthouse" in one.text and len(one.text.split()) <= 120
    assert " ".join([*one.before, one.text, *one.after]) == " ".join(text.split())


def test_the_index_is_kept_by_content_and_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.stories.passage_index.SAVE_EVERY", 2)
    books, cache = write_books(tmp_path / "books"), tmp_path / "cache"
    (books / "first.txt").write_text("\n\n".join(paragraph(f"thing{k}") for k in range(5)), "utf-8")
    seen: list[str] = []

    class Counting(HashEncoder):
        def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
            if len(seen) >= 4:
                raise KeyboardInterrupt
            seen.extend(texts)
            return super().encode(texts, progress)

    with pytest.raises(KeyboardInterrupt):
        Builder(Counting(), cache).build([books])
    assert len(seen) == 4
    told: list[tuple[int, int | None]] = []
    lines: list[str] = []
    done = Builder(HashEncoder(), cache, lambda *so_far: told.append(so_far), lines.append).build([books])
    assert len(done) == 7 and told[-1] == (3, 3) and "3 passages" in lines[-1]
    assert [done.locate(k)[0].text(done.locate(k)[1]).split()[0] for k in (0, 2, 6)] == [
        "Cathedral",
        "Thing0",
        "Thing4",
    ]
    fresh = build(books, tmp_path / "other")
    for one, other in zip(done.parts, fresh.parts, strict=True):
        assert np.array_equal(one.vectors, other.vectors)
    assert np.allclose(done.centre, np.concatenate([p.vectors for p in done.parts]).mean(axis=0), atol=1e-3)
    (books / "first.txt").rename(books / "again.txt")
    (books / "copy.txt").write_bytes((books / "again.txt").read_bytes())
    moved = Builder(Counting(), cache).build([books])  # would be interrupted if anything were embedded
    assert len(moved) == 7 and {part.path.name for part in moved.parts} == {"copy.txt", "fiction-travel.txt.xz"}


def test_shots_are_told_by_what_is_seen_and_said_and_none_gets_what_another_has(tmp_path: Path) -> None:
    shots = [Shot(k, 10.0 * k, 10.0 * k + 10, 240 * k, 240 * k + 239) for k in range(5)]
    captions = [Caption("a harbour", -1.0, 0), Caption("a glacier", -1.0, 2), Caption("a glacier", -1.0, 3)]
    cues = [Cue(1, 12.0, 13.0, "Such an orchard!"), Cue(2, 31.0, 32.0, "What a cathedral.")]
    lent = lender(tmp_path).lend_to_shots(shots, captions, cues)
    assert list(lent) == [0, 1, 2, 3]  # nothing is known of the last
    expected = ("harbour", "orchard", "glacier", "cathedral")
    assert all(thing in lent[k][0].text.lower() for k, thing in enumerate(expected))
    only_said = lender(tmp_path).lend_to_shots(shots, (), cues)
    assert {shot: own[0].text.split()[0] for shot, own in only_said.items()} == {1: "Orchard", 3: "Cathedral"}
    with pytest.raises(FabulaError, match="Nothing is seen or said"):
        lender(tmp_path).lend_to_shots(shots, (), ())


def test_the_surest_borrower_has_the_first_choice() -> None:
    found = [[(7, 0.9), (8, 0.5)], [(7, 0.95), (9, 0.4)], [(7, 0.1)]]
    assert lend_once(found, 1) == [[(8, 0.5)], [(7, 0.95)], []]
    assert lend_once(found, 2) == [[(8, 0.5)], [(7, 0.95), (9, 0.4)], []]


def test_what_captions_have_in_common_is_taken_away(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    like_a_caption = "A man is standing in front of a wall " * 5
    (books / "a.txt").write_text(f"{like_a_caption}\n\n{paragraph('harbour')}\n\n{paragraph('x')}\n", "utf-8")
    index = build(books, tmp_path / "cache")
    said, store = ["a man is standing in front of a harbour"], Store(None)
    common = mean_vector([f"a man is standing in front of a {thing}" for thing in THINGS[1:]], HashEncoder(), store)
    assert common.dtype == np.float16 and common.shape == (256,)
    words = (20, 120)
    plain = Lender(index, HashEncoder(), words, store=store, common=np.zeros(256)).lend(said)[0]
    shifted = Lender(index, HashEncoder(), words, store=store, common=common.astype(np.float32)).lend(said)[0]
    assert plain.text.startswith("A man") and shifted.text.startswith("Harbour")


def test_the_installed_mean_is_that_of_captions() -> None:
    assert usual_caption("all-MiniLM-L6-v2").shape == (384,)
    assert 0.2 < np.linalg.norm(usual_caption("all-MiniLM-L6-v2")) < 1.0
    assert not usual_caption("another").any()


def test_words_outside_the_shelf_are_refused_and_damage_is_named(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match="no passage of 100 to 110 words"):
        lender(tmp_path, words=(100, 110)).lend(["a harbour"])
    with pytest.raises(InputError, match="no such file or folder"):
        build(tmp_path / "nowhere", tmp_path / "cache")
    for part in (tmp_path / "cache").iterdir():
        (part / "places.npz").write_bytes(b"nothing")
    with pytest.raises(StorageError, match="damaged"):
        build(tmp_path / "books", tmp_path / "cache")


def test_the_command_borrows_for_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books, still = write_books(tmp_path / "books"), tmp_path / "sky.png"
    (books / "sky.txt").write_text(paragraph("sky", "blue", "sky"), "utf-8")
    Image.new("RGB", (32, 32), (40, 60, 200)).save(still)
    index = build(books, tmp_path / "cache")
    monkeypatch.setattr(borrow_app, "DEFAULT_CAPTIONER", ColourCaptioner())
    monkeypatch.setattr(Builder, "build", lambda *_: index)
    monkeypatch.setattr(borrow_app, "Lender", lambda i, **more: Lender(i, HashEncoder(), store=Store(None), **more))
    result = CliRunner().invoke(app, ["borrow", str(still), "--books", str(books), "-k", "2", "--json"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(rows) == 2 and rows[0]["book"] == "sky" and "sky" in rows[0]["captions"][0]
    assert rows[0]["score"] > rows[1]["score"] and rows[0]["paragraph"] == 0
    text = CliRunner().invoke(app, ["borrow", str(still), "--books", str(books)]).stdout
    assert str(still) in text and "paragraph 0: Sky blue sky" in text
    for words, said in (("40", "no range"), ("50-40", "allows no passage")):
        refused = CliRunner().invoke(app, ["borrow", str(still), "--books", str(books), "--words", words])
        assert refused.exit_code != 0 and isinstance(refused.exception, FabulaError)
        assert said in str(refused.exception)


def test_speed_is_measured_against_the_bare_product() -> None:
    floor, one, many = measure_borrowing(3000)
    assert one.floor == floor.task == many.floor and one.ratio == pytest.approx(one.seconds / floor.seconds)
