"""Books ranked for a film, passages lent to it, and the benchmark of both sorts of pairs."""

import json
import random
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fabula.align.shelf import borrow, rank_books
from fabula.align.significance import Chance
from fabula.app.cli import app
from fabula.errors import InputError
from fabula.evaluate.shelf import RIGHT, Verdict, judge_shelf, own_name, stranger_films, summarise_shelf
from fabula.features import HashEncoder
from fabula.files.book import read_book
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.records import Fit, Shot
from fabula.train.material import CHANCE_EVERY
from hand_model import hand_model, write_card

ENCODER = HashEncoder()
FILLERS = ("the", "of", "and", "to", "a", "in", "that", "it", "was", "he", "for", "on", "with", "as", "his", "they")


@cache
def vocabulary(seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices("abdefgiklmnoprstu", k=6)) for _ in range(300)]


def write_book(path: Path, seed: int, paragraphs: int = 40) -> list[str]:
    rng = random.Random(seed)
    words = vocabulary(seed)
    texts = [
        " ".join(rng.choice(FILLERS if k % 2 else words) for k in range(20)).capitalize() + "."
        for _ in range(paragraphs)
    ]
    path.write_text("\n\n".join(texts) + "\n", "utf-8")
    return texts


def write_film(path: Path, lines: list[str]) -> None:
    blocks = [
        f"{k + 1}\n00:{k // 20:02}:{k % 20 * 3:02},000 --> 00:{k // 20:02}:{k % 20 * 3 + 2:02},000\n{line}\n"
        for k, line in enumerate(lines)
    ]
    path.write_text("\n".join(blocks), "utf-8")


def lines_of(texts: list[str]) -> list[str]:
    return [" ".join(text.split()[4:12]) for text in texts[::2]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data with three films that have their books, a book that no film tells, and more films without a book."""
    films, books = tmp_path / "subs" / "public_domain_features", tmp_path / "books"
    films.mkdir(parents=True)
    books.mkdir()
    for seed, name in enumerate(["a-farewell-to-arms", "the-little-princess", "cyrano"]):
        texts = write_book(books / RIGHT[name], seed)
        write_film(films / f"{name}-1939.srt", lines_of(texts))
    for seed in range(100, 124):
        rng, words = random.Random(seed), [*vocabulary(seed), *FILLERS]
        write_film(films / f"other-{seed}.srt", [" ".join(rng.choices(words, k=7)) for _ in range(30)])
    return tmp_path


def test_the_right_book_ranks_first(folder: Path) -> None:
    books = [read_book(path) for path in sorted((folder / "books").iterdir())]
    for name, book in list(RIGHT.items())[:2]:
        cues = read_subtitles(folder / "subs" / "public_domain_features" / f"{name}-1939.srt").cues
        ranked = rank_books(cues, books, encoder=ENCODER, model=hand_model(), store=Store(None))
        assert Path(ranked[0].path).name == book
        assert ranked[0].fit.score > ranked[1].fit.score + 0.5 and ranked[0].fit.told > 0.9 > ranked[1].fit.told
        assert [found.fit.score for found in ranked] == sorted((f.fit.score for f in ranked), reverse=True)


def test_each_shot_borrows_the_passage_that_tells_it(folder: Path) -> None:
    paths = sorted((folder / "books").iterdir())
    books = [read_book(path) for path in paths]
    cues = read_subtitles(folder / "subs" / "public_domain_features" / "the-little-princess-1939.srt").cues
    shots = [Shot(k, 6.0 * k, 6.0 * k + 6, 0, 1) for k in range(3)]  # two lines each, paragraphs 0, 2 / 4, 6 / 8, 10
    loans = borrow(cues[:6], shots, books, per_shot=2, encoder=ENCODER, model=hand_model(), store=Store(None))
    assert [loan.shot for loan in loans] == [0, 0, 1, 1, 2, 2]
    for loan in loans:
        assert Path(loan.path).name == RIGHT["the-little-princess"]
        assert loan.passage in (4 * loan.shot, 4 * loan.shot + 2) and 0 <= loan.score <= 1


def test_verdicts_on_planted_pairs(folder: Path) -> None:
    model = hand_model(Chance(0.3, 0.1))
    verdicts = list(judge_shelf(folder, model, Store(None), strangers=12, encoder=ENCODER))
    summary = summarise_shelf(verdicts)
    assert (summary.right, summary.wrong, summary.books) == (3, 3 * 2 + 12, 3)
    assert (summary.right_accepted, summary.wrong_accepted) == (3, 0)
    assert set(summary.ranks.values()) == {1} and len(summary.ranks) == 3
    trained = {v.film for v in verdicts if v.trained_on}
    assert trained == {"the-little-princess-1939", "cyrano-1939"} and all(v.right for v in verdicts if v.trained_on)
    again = list(judge_shelf(folder, model, Store(None), strangers=12, encoder=ENCODER))
    assert again == verdicts


def test_ranks_and_errors_are_counted() -> None:
    def verdict(film: str, book: str, right: bool, score: float, p: float) -> Verdict:
        return Verdict(film, book, right, False, Fit(score, p, 0.1))

    rows = [verdict("a", "x", True, 1.0, 0.5), verdict("a", "y", False, 2.0, 1e-6), verdict("a", "z", False, 1.0, 1.0)]
    summary = summarise_shelf([*rows, verdict("b", "x", False, 9.0, 1.0)])
    assert summary.ranks == {"a": 2}
    assert (summary.right, summary.right_accepted, summary.wrong, summary.wrong_accepted) == (1, 0, 3, 1)


def test_strangers_are_neither_told_by_the_shelf_nor_used_to_fit_chance() -> None:
    films = [
        Path(f"{name}.srt") for name in ["becky-sharp-1935", "gulliver's-travels", *map("film-{:02}".format, range(40))]
    ]
    found = stranger_films(sorted(films))
    others = sorted(path for path in films if not own_name(path))
    assert sorted(found) == [path for k, path in enumerate(others) if k % CHANCE_EVERY]
    assert found != sorted(found)
    assert stranger_films(sorted(films)) == found


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has its book"):
        next(judge_shelf(tmp_path, hand_model(), Store(None)))


def test_the_command_prints_each_pair_and_the_summary(folder: Path, tmp_path: Path) -> None:
    card = str(write_card(tmp_path))
    common = ["evaluate", "shelf", "--data", str(folder), "--model", card, "--encoder", "hash", "--strangers", "2"]
    result = CliRunner().invoke(app, [*common, "--json"])
    assert result.exit_code == 0, result.output
    *pairs, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(pairs) == 3 * 3 + 2 and summary["wrong"] == 8 and sum(row["right"] for row in pairs) == 3
    text = CliRunner().invoke(app, common).stdout
    assert "right pairs accepted: " in text and "of 3" in text and "(trained on)" in text
