"""Novels of the development data: chapters as the printed books have them, paragraphs as the benchmark counts them."""

from pathlib import Path

import pytest

from fabula.files.book import read_book
from fabula.records import Matter
from test_book_epub import assert_sound


@pytest.mark.data
def test_novels_as_epub_are_read_whole(data_dir: Path) -> None:
    expected = {  # chapters of the body as the printed books count them
        "a-christmas-carol": 5,
        "a-farewell-to-arms": 41,
        "dracula": 28,
        "frankenstein": 29,
        "gullivers-travels": 39,
        "pride-and-prejudice": 61,
        "the-war-of-the-worlds": 27,
    }
    for name, count in expected.items():
        book = read_book(next((data_dir / "books").glob(f"*_{name}.epub")))
        assert sum(c.matter is Matter.BODY for c in book.chapters) == count, name
        assert book.title and book.author and not book.warnings
        assert_sound(book)


@pytest.mark.data
def test_paragraphs_are_the_blocks_of_the_benchmark(data_dir: Path) -> None:
    path = data_dir / "books" / "ernest-hemingway_a-farewell-to-arms.txt"
    book = read_book(path)
    blocks = [block.strip() for block in path.read_text(encoding="utf-8").split("\n\n")]
    told = [b for b in blocks if not b.startswith("===")]
    assert len(book.passages) == 4093 == len(told) - 5 - 41  # without the headings of five books and 41 chapters
    remaining = iter(told)
    assert all(passage.text in remaining for passage in book.passages)
    assert [p.text.count("\n") for p in book.passages if "\n" in p.text] == [1]


@pytest.mark.data
def test_texts_and_epubs_of_one_book_have_the_same_passages(data_dir: Path) -> None:
    for name in ("charles-dickens_a-christmas-carol", "frances-hodgson-burnett_a-little-princess"):
        text, epub = (read_book(data_dir / "books" / f"{name}.{ending}") for ending in ("txt", "epub"))
        story = [
            "".join(filter(str.isalnum, passage.text))
            for book in (text, epub)
            for passage in book.passages
            if book.chapters[passage.chapter].matter is Matter.BODY
        ]
        assert story[: len(story) // 2] == story[len(story) // 2 :]


@pytest.mark.data
def test_a_play_is_read_by_acts_and_scenes(data_dir: Path) -> None:
    book = read_book(data_dir / "books" / "cyrano_gutenberg_translation.txt")
    assert (book.title, book.author) == ("Cyrano de Bergerac", "Edmond Rostand")
    assert len({title.partition(" · ")[0] for title in [c.title for c in book.chapters][1:]}) == 5
    assert sum(" · Scene " in title for title in [c.title for c in book.chapters]) == 46
