"""Plain texts and Markdown whose chapters and paragraphs are known."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabula.errors import InputError
from fabula.files.book import read_book
from fabula.records import Book, Matter
from test_book_epub import assert_sound, outline


def read(tmp_path: Path, text: str, name: str = "book.txt") -> Book:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    book = read_book(path)
    assert book.source == path.read_text(encoding="utf-8")
    assert_sound(book)
    return book


def passages(book: Book) -> list[str]:
    return [passage.text for passage in book.passages]


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


WRAPPED = (
    "The boat came in with the tide, as it had done on every\nmorning of that summer, and nobody looked up at it.\n"
    "Only the dog barked."
)


def test_hard_wrapped_lines_stay_in_one_passage(tmp_path: Path) -> None:
    book = read(tmp_path, f"{WRAPPED}\n\n“No,” she said.\n\n\n  {WRAPPED}\n")
    assert passages(book) == [WRAPPED, "“No,” she said.", WRAPPED]
    assert "every morning" in book.passages[0].prose
    assert [c.title for c in book.chapters] == ["Text"]


def test_a_paragraph_on_each_line(tmp_path: Path) -> None:
    lines = ["The tide was out.", "“Where is it?” she asked.", "He pointed at the sea. It was far away.", "“There.”"]
    assert passages(read(tmp_path, "\n".join(["CHAPTER I", *lines, "CHAPTER II", *lines]))) == lines * 2
    long = ["word " * 60 + "end.", "Short one.", "word " * 40 + "end.", "“Yes.”"] * 5
    assert passages(read(tmp_path, "\n".join([*long, "", *long]))) == long * 2


def test_indented_first_lines(tmp_path: Path) -> None:
    paragraph = "    " + WRAPPED
    book = read(tmp_path, f"{paragraph}\n    “No,” she said.\n{paragraph}\n{paragraph}\n")
    assert passages(book) == [WRAPPED, "“No,” she said.", WRAPPED, WRAPPED]


def test_verse_keeps_its_lines(tmp_path: Path) -> None:
    stanza = "  The sea is wide,\n    The boat is small,"
    assert passages(read(tmp_path, f"{WRAPPED}\n\n{stanza}\n\n{WRAPPED}")) == [WRAPPED, stanza.strip(), WRAPPED]


def test_breaks_are_not_passages(tmp_path: Path) -> None:
    assert passages(
        read(tmp_path, "He left.\n\n[Illustration: A boat]\n\n* * *\n\nHe came back.\n\n-----\n\n“. . .”\n")
    ) == [
        "He left.",
        "He came back.",
        "“. . .”",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CHAPTER I", "CHAPTER II"),
        ("Chapter 1. The Boat", "Chapter 2. The Tide"),
        ("I", "II"),
        ("I.", "II."),
        ("1", "2"),
        ("I. THE BOAT", "II. THE TIDE"),
        ("Stave One", "Stave Two"),
        ("Book the First", "Book the Second"),
        ("Act I", "Act II"),
        ("PART ONE", "PART TWO"),
        ("Letter 1", "Letter 2"),
        ("THE BOAT", "THE TIDE"),
        ("Prologue", "Chapter the Last"),
    ],
)
def test_headings(tmp_path: Path, first: str, second: str) -> None:
    book = read(tmp_path, f"{first}\n\nThe boat came in.\n\nIt was old.\n\n\n{second}\n\nThe tide went out.\n")
    titled = [(title.rstrip("."), "body") for title in (first, second)]
    assert [(c.title, c.matter.value) for c in book.chapters] == titled
    assert passages(book) == ["The boat came in.", "It was old.", "The tide went out."]


def test_titles_on_the_following_line(tmp_path: Path) -> None:
    text = """CHAPTER I.
THE BOAT

It came.

CHAPTER II.

“The Tide!”

It went. That was all.

CHAPTER III.
Down the River

Nobody stayed.
"""
    assert titles(read(tmp_path, text)) == [
        "CHAPTER I. THE BOAT",
        "CHAPTER II. “The Tide!”",
        "CHAPTER III. Down the River",
    ]


def test_heading_without_a_blank_line_after_it(tmp_path: Path) -> None:
    book = read(tmp_path, f"CHAPTER I\n{WRAPPED}\n\nIt sank.\n\nCHAPTER II\n{WRAPPED}\n\nIt rose.\n")
    assert outline(book) == [
        ("CHAPTER I", "body", [WRAPPED, "It sank."]),
        ("CHAPTER II", "body", [WRAPPED, "It rose."]),
    ]


def test_parts_go_before_their_chapters(tmp_path: Path) -> None:
    text = "BOOK I\n\nI\n\nIt came.\n\nII\n\nIt went.\n\nBOOK II\n\nIII\n\nIt came again.\n\nEPILOGUE\n\nIt sank.\n"
    assert titles(read(tmp_path, text)) == ["BOOK I · I", "BOOK I · II", "BOOK II · III", "BOOK II · EPILOGUE"]


def test_numerals_inside_chapters_are_sections(tmp_path: Path) -> None:
    text = "CHAPTER I\n\n1\n\nIt came.\n\n2\n\nIt went.\n\nCHAPTER II\n\n1\n\nIt sank.\n"
    assert outline(read(tmp_path, text)) == [
        ("CHAPTER I", "body", ["It came.", "It went."]),
        ("CHAPTER II", "body", ["It sank."]),
    ]


def test_chapters_with_titles_and_their_sections_are_counted_apart(tmp_path: Path) -> None:
    text = "I. THE BOAT\n\nI.\n\nIt came.\n\nII.\n\nIt went.\n\nII. THE TIDE\n\nIt rose.\n\nI.\n\nIt fell.\n"
    assert outline(read(tmp_path, text)) == [
        ("I. THE BOAT", "body", ["It came.", "It went."]),
        ("II. THE TIDE", "body", ["It rose.", "It fell."]),
    ]


def test_page_numbers_are_neither_chapters_nor_passages(tmp_path: Path) -> None:
    text = "\n\n".join(f"{WRAPPED}\n\n{number}" for number in range(1, 60))
    assert outline(read(tmp_path, text)) == [("Text", "body", [WRAPPED] * 59)]


def test_prose_that_looks_like_headings(tmp_path: Path) -> None:
    prose = ["Part one of the plan failed.", "“I”", "Book I of the poem is long.", "STOP!", "I. was all it said."]
    book = read(tmp_path, "CHAPTER I\n\n" + "\n\n".join(prose) + "\n\nCHAPTER II\n\nThe end was near.\n")
    assert outline(book)[0] == ("CHAPTER I", "body", prose)


def test_contents_notes_and_title_page(tmp_path: Path) -> None:
    text = """The Ferry

by A. Penn

PREFACE

Why I wrote it.

CONTENTS

CHAPTER I. The Boat
CHAPTER II. The Tide

Chapter I. The Boat

Chapter II. The Tide

CHAPTER I

THE BOAT

It came in.

CHAPTER II

THE TIDE

It went out.

NOTES

The boat is real.
"""
    book = read(tmp_path, text)
    assert (book.title, book.author) == ("The Ferry", "A. Penn")
    assert [(c.title, c.matter) for c in book.chapters] == [
        ("Front matter", Matter.FRONT),
        ("PREFACE", Matter.FRONT),
        ("CONTENTS", Matter.FRONT),
        ("CHAPTER I: THE BOAT", Matter.BODY),
        ("CHAPTER II: THE TIDE", Matter.BODY),
        ("NOTES", Matter.BACK),
    ]


def test_first_chapter_without_a_heading_is_the_story(tmp_path: Path) -> None:
    book = read(tmp_path, "It came in.\n\nII\n\nIt went out.\n\nIII\n\nIt sank.\n".replace("II\n", "CHAPTER II\n", 1))
    assert {c.matter for c in book.chapters} == {Matter.BODY}


STARTS = [
    "*** START OF THE PROJECT GUTENBERG EBOOK THE FERRY ***",
    "***START OF THIS PROJECT GUTENBERG EBOOK THE\nFERRY***",
    "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
    "*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.10/04/01*END*",
]
ENDS = [
    "*** END OF THE PROJECT GUTENBERG EBOOK THE FERRY ***",
    "End of Project Gutenberg's The Ferry, by A. Penn",
    "End of the Project Gutenberg EBook of The Ferry",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("end", ENDS)
def test_frame_of_project_gutenberg(tmp_path: Path, start: str, end: str) -> None:
    head = "The Project Gutenberg EBook of The Ferry\n\nTitle: The Ferry\n  Across the Bay\n\nAuthor: A. Penn\n\n"
    book = read(
        tmp_path, f"{head}{start}\n\nCHAPTER I\n\nIt came.\n\nCHAPTER II\n\nIt went.\n\n{end}\n\nThe licence.\n"
    )
    assert passages(book) == ["It came.", "It went."]
    assert (book.title, book.author) == ("The Ferry Across the Bay", "A. Penn")


def test_dump_of_an_ebook_with_file_markers(tmp_path: Path) -> None:
    text = """=== text/dedication.xhtml ===

To my sister.

=== text/book-1.xhtml ===

Book I

=== text/chapter-1.xhtml ===

I

It came in.

I

=== text/chapter-2.xhtml ===

It went out.

=== text/endnotes.xhtml ===

Remarks

It did not."""
    assert outline(read(tmp_path, text)) == [
        ("Dedication", "front", ["To my sister."]),
        ("Book I · I", "body", ["It came in.", "I"]),
        ("Book I · Chapter 2", "body", ["It went out."]),
        ("Remarks", "back", ["It did not."]),
    ]


def test_markdown(tmp_path: Path) -> None:
    text = """---
title: "The Ferry"
author: A. Penn
---
# The Ferry

## Preface {#why}

Why *not*?

## One ##
It **came**
in late.

Two
---

> It went.

***

### A list

- one
"""
    book = read(tmp_path, text, "book.md")
    assert (book.title, book.author, book.format) == ("The Ferry", "A. Penn", "markdown")
    assert outline(book) == [
        ("Preface", "front", ["Why *not*?"]),
        ("One", "body", ["It **came**\nin late."]),
        ("Two", "body", ["> It went.", "- one"]),
    ]


def test_markdown_without_headings_is_plain_text(tmp_path: Path) -> None:
    assert titles(read(tmp_path, "CHAPTER I\n\nIt came.\n\nCHAPTER II\n\nIt went.\n", "b.md")) == [
        "CHAPTER I",
        "CHAPTER II",
    ]


def test_other_line_ends_and_encodings(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes("It was très late.\r\n\r\nWe left.\r\n".encode("utf-16"))
    book = read_book(path)
    assert passages(book) == ["It was très late.", "We left."]
    assert_sound(book)


WORDS = st.sampled_from(
    ["It came.", "“No!” he said.", "I", "II.", "CHAPTER I", "THE BOAT", "* * *", "Contents", "", "  x y", "=== a ==="]
)


@settings(deadline=None)
@given(st.lists(WORDS | st.text(alphabet="aB.\n\t —”", max_size=12), max_size=25), st.sampled_from(["\n", "\n\n"]))
def test_offsets_point_at_the_text(tmp_path_factory: pytest.TempPathFactory, parts: list[str], joint: str) -> None:
    path = tmp_path_factory.mktemp("book") / "b.txt"
    path.write_text(joint.join(parts), encoding="utf-8")
    try:
        book = read_book(path)
    except InputError:
        return
    assert book.source == path.read_text(encoding="utf-8")
    assert_sound(book)
    assert all(p.text == p.text.strip() for p in book.passages)
