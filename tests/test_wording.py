"""Words of a book's own: what it uses unevenly, surely, and not in one of its books alone."""

import pytest

from fabula.stories.wording import learn_usual, own_words

USUAL = {"horse": 0.01, "tea": 0.01, "the": 0.1, "moon": 0.0001}


def test_words_used_more_and_less_are_found() -> None:
    book = ["the horse and the horse"] * 200 + ["plain words of no account at all"] * 200
    found = own_words([book, book, book], USUAL)
    assert found["horse"] > 1 and found["tea"] < -1 and set(found) <= set(USUAL)


def test_what_one_book_alone_uses_is_its_matter() -> None:
    books = [["the moon rose over the land"] * 50, *[["the land was plain and wide"] * 50 for _ in range(4)]]
    assert "moon" not in own_words(books, USUAL)
    assert own_words(books[:1], USUAL)["moon"] > 1


def test_a_rare_word_must_be_very_uneven() -> None:
    assert own_words([["a horse " + "and so on " * 40]], USUAL) == {}


def test_usual_shares_count_each_book_alike() -> None:
    assert learn_usual([["a b"], ["a a a b"]]) == pytest.approx({"a": 0.625, "b": 0.375})
