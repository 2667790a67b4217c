"""The language of queries."""

from pathlib import Path

import pytest

from fabula.errors import InputError
from fabula.search import parse_query
from search_example import picture


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    for name in ("image.jpg", "two words.PNG"):
        Path(name).write_bytes(picture("red"))
    return "image.jpg"


def test_a_bare_text_is_one_query() -> None:
    query = parse_query("  a woman waits\n in the rain ")
    assert [(term.text, term.sign, term.exact) for term in query.terms] == [("a woman waits in the rain", 1, ())]


@pytest.mark.parametrize("text", ["a well-known man", "5+5 apples", "rain-", "it's 'so' so", "look at photo.jpg here"])
def test_signs_inside_of_words_are_no_operators(text: str) -> None:
    assert parse_query(text).texts(1) == [text]


def test_words_in_quotes_must_stand_there() -> None:
    query = parse_query('he said "Never again!" and “Rénée”')
    assert query.texts(1) == ["he said Never again! and Rénée"]
    assert query.exact == (("never", "again"), ("renee",))
    assert parse_query('"never again"').exact == (("never", "again"),)


def test_an_expression_has_terms_with_signs(image: str) -> None:
    query = parse_query(f'"beach" - "people" + {image} − "two words.PNG" + "he said “no”"')
    assert query.texts(1) == ["beach", "he said no"]
    assert query.texts(-1) == ["people"]
    assert query.pictures(1) == [Path(image)]
    assert query.pictures(-1) == [Path("two words.PNG")]
    assert query.exact == (("no",),)  # quotes around a term only mark where it ends


def test_a_sign_may_come_first_and_stand_close() -> None:
    assert parse_query('-"people"+"beach"').texts(-1) == ["people"]
    assert parse_query('- "people" + "beach"').texts(1) == ["beach"]


def test_a_picture_alone(image: str) -> None:
    assert parse_query(image).pictures(1) == [Path(image)]
    assert parse_query("two words.PNG").pictures(1) == [Path("two words.PNG")]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "empty"),
        ("?!", "no word"),
        ("missing.jpg", "column 1: there is no picture missing.jpg"),
        ('"beach" + missing.jpg', "column 11: there is no picture"),
        ('"beach" +', "missing after the last sign"),
        ('"beach" + - "people"', "column 11: a term is missing before '-'"),
        ('"beach" - "people', "column 11: this quote is never closed"),
        ('beach - "people"', "column 1: beach is neither in quotes nor a picture"),
        ('"beach" + "sea" "sand"', "column 17: there is no + or - before"),
        ('- "people"', "every term has a minus"),
        ('"beach" + "…"', "column 11: there is no word"),
    ],
)
def test_a_malformed_query_is_explained(source: str, problem: str) -> None:
    with pytest.raises(InputError) as error:
        parse_query(source)
    assert problem in str(error.value)
