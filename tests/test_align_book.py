"""A book turned into subtitles by known edits: the passages must come back, and the departures be told."""

import random

import pytest

from fabula.align.book import align_book
from fabula.features import HashEncoder
from fabula.files.store import Store
from fabula.records import Book, Chapter, Cue, CueKind, Link, Matter, Passage, Sentence, State

WORDS = [f"{a}{b}{c}" for a in ("bar", "den", "fol", "gim", "har", "kel") for b in ("o", "i", "a") for c in "nrtlsm"]
CHAPTERS = 6
PASSAGES = 240


def make_book(seed: int = 1) -> Book:
    """Paragraphs of invented words (a few of them frequent), in chapters, with front matter before."""
    rng = random.Random(seed)
    texts = ["For my mother."] + [
        ". ".join(" ".join(rng.choice(WORDS[:8] if rng.random() < 0.4 else WORDS) for _ in range(8)) for _ in range(2))
        + "."
        for _ in range(PASSAGES)
    ]
    source = "\n\n".join(texts)
    passages, sentences, place = [], [], 0
    per = PASSAGES // CHAPTERS
    for index, text in enumerate(texts):
        chapter = 0 if index == 0 else 1 + (index - 1) // per
        passages.append(Passage(index, chapter, text, place, place + len(text)))
        inner = place
        for part in text.split(". "):
            sentences.append(Sentence(len(sentences), index, part, inner, inner + len(part)))
            inner += len(part) + 2
        place += len(text) + 2
    chapters = [Chapter(0, "Dedication", Matter.FRONT, 0, 0)]
    chapters += [Chapter(k, f"{k}", Matter.BODY, 1 + (k - 1) * per, k * per) for k in range(1, CHAPTERS + 1)]
    return Book("x", "X", None, source, tuple(chapters), tuple(passages), tuple(sentences), "text")


BOOK = make_book()


def cue(number: int, text: str, kind: CueKind = CueKind.SPEECH) -> Cue:
    return Cue(number, 3.0 * number, 3.0 * number + 2, text, kind, (text,), (None,))


def line_of(passage: int, rng: random.Random) -> str:
    """Half of a passage's second sentence: what a film might keep of it."""
    words = BOOK.passages[passage].text.split(". ")[1].split()
    return " ".join(word for word in words if rng.random() < 0.75)


def align(texts: list[str], book: Book = BOOK) -> tuple[list[Link], list[Link]]:
    links = align_book([cue(i + 1, t) for i, t in enumerate(texts)], book, encoder=HashEncoder(), store=Store(None))
    return [k for k in links if k.first_cue is not None], [k for k in links if k.first_cue is None]


@pytest.fixture
def rng() -> random.Random:
    return random.Random(5)


def test_passages_and_their_sentences_are_found(rng: random.Random) -> None:
    told = list(range(2, 200, 3))
    links, _ = align([line_of(p, rng) for p in told])
    found = [link.first_passage for link in links]
    assert sum(f == p for f, p in zip(found, told, strict=True)) >= 0.95 * len(told)
    sentences = [BOOK.sentences[link.sentence] for link in links if link.sentence is not None]
    assert sum(s.index % 2 == 0 for s in sentences) >= 0.9 * len(told)  # the second one: dedication has one only
    assert all(0 <= link.score <= 1 for link in links)
    assert all(dict(link.why).keys() >= {"words", "meaning"} for link in links if link.first_passage is not None)


def test_a_moved_stretch_is_found_and_said_to_be_moved(rng: random.Random) -> None:
    told = [*range(2, 40), *range(200, 212), *range(40, 120)]
    links, _ = align([line_of(p, rng) for p in told])
    states = [link.state for link in links]
    assert states[38:50].count(State.MOVED) >= 11
    assert (states[:38] + states[50:]).count(State.ALIGNED) >= 112


def test_what_the_book_lacks_is_film_only(rng: random.Random) -> None:
    texts = [line_of(p, rng) for p in range(2, 80)]
    texts[40:40] = [f"Zebra{i} juggles quartz{i} quietly{i} tonight{i}." for i in range(10)]
    links, _ = align(texts)
    assert [link.state for link in links[40:50]] == [State.FILM_ONLY] * 10
    assert all(link.first_passage is None for link in links[40:50])


def test_what_the_film_lacks_is_book_only(rng: random.Random) -> None:
    told = [*range(2, 60), *range(100, 240)]
    _, only = align([line_of(p, rng) for p in told])
    assert any(link.first_passage == 60 and link.last_passage == 99 for link in only)
    assert sum(link.last_passage - link.first_passage + 1 for link in only) <= 50


def test_another_book_is_hardly_ever_aligned(rng: random.Random) -> None:
    other = [word[::-1] for word in WORDS]
    links, _ = align([" ".join(rng.choice(other) for _ in range(7)) for _ in range(100)])
    assert sum(link.state is not State.FILM_ONLY for link in links) <= 2


def test_every_cue_gets_one_link_and_front_matter_none(rng: random.Random) -> None:
    cues = [cue(1, "[DOOR SLAMS]", CueKind.SOUND), cue(2, line_of(5, rng)), cue(3, "For my mother.")]
    links = align_book(cues, BOOK, encoder=HashEncoder(), store=Store(None))
    assert [link.first_cue for link in links if link.first_cue is not None] == [1, 2, 3]
    assert all(link.first_passage != 0 for link in links)


def test_empty_inputs_are_fine() -> None:
    assert align([])[0] == []
    front = Book("x", None, None, BOOK.source, BOOK.chapters[:1], BOOK.passages[:1], BOOK.sentences[:1], "text")
    assert [link.state for link in align(["Hello there."], front)[0]] == [State.FILM_ONLY]
