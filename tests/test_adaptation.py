"""What a film made of its book: planted chapters, stretches and names are found, and everything adds up."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import html

from fabula.adaptation import study
from fabula.adaptation.chapters import fates_of_passages
from fabula.app.adaptation import BAR, adaptation_lines, bar
from fabula.errors import FabulaError
from fabula.files.export import as_data, export
from fabula.files.project import Project
from fabula.files.report import ReportData, render_report
from fabula.files.report.adaptation import IN_BOOK, words_over_time
from fabula.files.report.pairs import RUN, VERBATIM, pair_up
from fabula.files.report.words import WORD, overlap
from fabula.files.store import Store
from fabula.records import (
    Adaptation,
    Book,
    Chapter,
    ChapterUse,
    Cue,
    CueKind,
    Fate,
    FilmStretch,
    Link,
    Matter,
    NameUse,
    Passage,
    Presence,
    State,
)
from report_example import example


def book_of(*chapters: list[str]) -> Book:
    """A book of these chapters; each string is a paragraph."""
    source, passages, parts = "", [], []
    for number, paragraphs in enumerate(chapters):
        first = len(passages)
        for text in paragraphs:
            passages.append(Passage(len(passages), number, text, len(source), len(source) + len(text)))
            source += text + "\n"
        parts.append(Chapter(number, f"{number + 1}. Part", Matter.BODY, first, len(passages) - 1))
    return Book("b.txt", "B", None, source, tuple(parts), tuple(passages), (), "text")


def cues_of(*lines: str) -> tuple[Cue, ...]:
    return tuple(Cue(k + 1, 10.0 * k, 10.0 * k + 2, line, parts=(line,)) for k, line in enumerate(lines))


def link(state: State, score: float, cue: int | None, first: int | None, last: int | None = None) -> Link:
    return Link(state, score, cue, cue, first, first if last is None else last)


BOOK = book_of(
    ["one two three four five", "six seven", "eight nine ten", "eleven twelve thirteen fourteen"],
    ["cut one here", "cut two here", "cut three here", "alpha beta gamma delta"],
)
CUES = cues_of("one two three", "our own words", "seven years ago", "alpha beta gamma delta", "the end")
LINKS = (
    link(State.ALIGNED, 0.8, 1, 0),
    link(State.FILM_ONLY, 0.1, 2, None),
    link(State.ALIGNED, 0.5, 3, 1),
    link(State.MOVED, 0.6, 4, 7),
    link(State.FILM_ONLY, 0.0, 5, None),
    link(State.BOOK_ONLY, 1.0, None, 4, 6),
)


def test_planted_chapters_are_counted() -> None:
    found = study(CUES, LINKS, BOOK)
    assert found.chapters == (
        ChapterUse(0, "1. Part", 14, 4, 2, 5, 2, 0, 7, 0, 4, round((5 * 0.8 + 2 * 0.5) / 14, 6), 0.0, 22.0),
        ChapterUse(1, "2. Part", 13, 4, 1, 0, 0, 4, 0, 9, 4, round(4 * 0.6 / 13, 6), None, None),
    )
    assert found.faithfulness == pytest.approx((5 * 0.8 + 2 * 0.5 + 4 * 0.6) / 27, abs=1e-5)


def test_planted_stretches_are_found() -> None:
    assert study(CUES, LINKS, BOOK).stretches == (
        FilmStretch(Fate.VERBATIM, 0.0, 2.0, 1, 1, 3, 0),
        FilmStretch(Fate.INVENTED, 10.0, 12.0, 2, 2, 3, None),
        FilmStretch(Fate.PARAPHRASE, 20.0, 22.0, 3, 3, 3, 0),
        FilmStretch(Fate.MOVED, 30.0, 32.0, 4, 4, 4, 1),
        FilmStretch(Fate.INVENTED, 40.0, 42.0, 5, 5, 2, None),
    )
    sound = replace(CUES[1], kind=CueKind.SOUND)
    assert Fate.INVENTED not in {s.fate for s in study((CUES[0], sound, *CUES[2:4]), LINKS[:4], BOOK).stretches}


def test_a_passage_told_twice_has_the_better_fate_and_the_better_score() -> None:
    links = (link(State.MOVED, 0.9, 4, 0), link(State.ALIGNED, 0.4, 1, 0), link(State.ALIGNED, 0.7, 3, 0))
    for order in (links, links[::-1]):
        found = study(CUES, order, BOOK).chapters[0]
        assert (found.verbatim, found.paraphrase, found.moved, found.told) == (5, 0, 0, 1)
        assert found.faithfulness == pytest.approx(5 * 0.9 / 14, abs=1e-5)


def test_front_matter_does_not_count_and_an_empty_film_tells_nothing() -> None:
    front = replace(BOOK, chapters=(replace(BOOK.chapters[0], matter=Matter.FRONT), BOOK.chapters[1]))
    assert [use.chapter for use in study(CUES, LINKS, front).chapters] == [1]
    nothing = study((), (), BOOK)
    assert nothing.faithfulness == 0
    assert (nothing.stretches, adaptation_lines(replace(nothing, chapters=()))) == ((), [])


def test_words_in_a_row_make_a_long_line_verbatim() -> None:
    long = "so I told him as we walked along the river that nobody saw the boat go down, or so it seemed to me then"
    said = overlap([long], ["He swore that nobody saw the boat that night."])
    assert (said.run, said.share < VERBATIM) == (RUN, True)
    for line, run in (("a boat", 1), ("zebra", 0), ("NOBODY saw; the boat", 4)):
        assert overlap([line], ["He swore that nobody saw the boat that night."]).run == run, line
    book = book_of(["He swore that nobody saw the boat that night."])
    kinds = [pair_up([link(State.ALIGNED, 1, 1, 0)], cues_of(text), book)[0].kind for text in (long, "we saw no boat")]
    assert kinds == [Fate.VERBATIM, Fate.PARAPHRASE]


def test_everything_adds_up_on_a_whole_film() -> None:
    data = example(cues=300, passages=400)
    assert data.book is not None
    found = study(data.cues, data.links, data.book)
    fates = fates_of_passages(data.book, data.links, data.pairs)
    body = [c for c in data.book.chapters if c.matter is Matter.BODY]
    assert [use.chapter for use in found.chapters] == [chapter.index for chapter in body]
    for use in found.chapters:
        inside = [passage for passage in data.book.passages if passage.chapter == use.chapter]
        for fate in IN_BOOK:
            words = sum(len(WORD.findall(passage.text)) for passage in inside if fates[passage.index] is fate)
            assert getattr(use, fate.value) == words
        assert use.words == sum(len(WORD.findall(passage.text)) for passage in inside)
        assert use.words == use.verbatim + use.paraphrase + use.moved + use.unspoken + use.cut
        assert 0 <= use.faithfulness <= (use.verbatim + use.paraphrase + use.moved) / use.words
        assert use.said <= use.verbatim + use.paraphrase + use.moved
    counted = {chapter.index for chapter in body}
    told = {passage.index for pair in data.pairs for passage in pair.passages if passage.chapter in counted}
    assert sum(use.told for use in found.chapters) == len(told)
    spoken = [cue for cue in data.timed_cues if cue.kind is CueKind.SPEECH]
    covered = [cue.number for s in found.stretches for cue in spoken if s.first_cue <= cue.number <= s.last_cue]
    assert covered == [cue.number for cue in spoken]
    assert all((a.fate, a.chapter) != (b.fate, b.chapter) for a, b in pairwise(found.stretches))
    columns = words_over_time(found.stretches, data.timed_cues, data.duration, 40)
    for fate in Fate:
        assert sum(column[fate] for column in columns) == sum(s.words for s in found.stretches if s.fate is fate), fate


PROSE = [
    "“Come in, Tamsin,” said Mrs. Orrery. It was late, and the lamps of Port Havel burned.",
    "“I saw nobody,” said Tamsin. She had walked from Port Havel with old Berrick.",
    "“Berrick, go home,” said Mrs. Orrery, and she gave Tamsin the key of the tower.",
    "The will of Mr. Dorne was read in Port Havel. “Mr. Dorne was my friend,” said Berrick.",
    "In the end Mr. Dorne had left all to Tamsin, who wept; and Mrs. Orrery said so to Berrick.",
    "There is a will, and there is a way, as Mrs. Orrery used to say. The tower of Port Havel stood.",
]


def uses(cues: tuple[Cue, ...], prose: list[str] = PROSE) -> dict[str, NameUse]:
    found = study(cues, (), book_of(prose)).names
    assert len({use.name for use in found}) == len(found)
    return {use.name: use for use in found}


def test_planted_names_are_kept_lost_and_new() -> None:
    told = ["Tamsin, wait!", "I know you, Tamsin.", "the dorne lies", "Ask Ludlow.", "But Ludlow is here, is Ludlow?"]
    found = uses(cues_of(*told, "No one but Ludlow.", "Will you come to Port Havel?"))
    assert {name: use.presence for name, use in found.items()} == {
        "Tamsin": Presence.KEPT,
        "Mrs. Orrery": Presence.LOST,
        "Berrick": Presence.LOST,
        "Mr. Dorne": Presence.LOST,
        "Port Havel": Presence.KEPT,
        "Ludlow": Presence.NEW,
    }
    assert {name for name, use in found.items() if not use.person} == {"Port Havel", "Ludlow"}
    assert (found["Tamsin"].in_book, found["Tamsin"].in_cues) == (4, 2)
    assert (found["Ludlow"].in_book, found["Ludlow"].in_cues) == (0, 3)


def test_speakers_and_other_spellings_count() -> None:
    cues = (
        Cue(1, 0, 1, "Good evening, Tamsyn.", speaker="MRS ORRERY", speakers=("MRS ORRERY",)),
        Cue(2, 2, 3, "Good evening.", speaker="THE VICAR", speakers=("THE VICAR",)),
        Cue(3, 4, 5, "And to you.", speaker="THE VICAR", speakers=("THE VICAR",)),
        Cue(4, 6, 7, "Who is there?", speaker="WILL", speakers=("WILL",)),
    )
    found = uses(cues)
    assert (found["Mrs. Orrery"].presence, found["Mrs. Orrery"].lines) == (Presence.KEPT, 1)
    assert (found["Tamsin"].presence, found["Tamsin"].in_cues) == (Presence.KEPT, 1)
    assert (found["Berrick"].presence, found["Berrick"].in_cues) == (Presence.LOST, 0)
    assert "The Vicar" not in found, "the book has the word the, so this speaker is judged by vicar alone"


def test_export_has_the_adaptation_and_says_when_there_is_none() -> None:
    project = Project(Store(None))
    found = study(CUES, LINKS, BOOK)
    data = json.loads(export(project, "json", version="0", adaptation=found))["adaptation"]
    assert set(data) == {"faithfulness", "chapters", "stretches", "names"}
    assert data["chapters"][0]["verbatim"] == 5
    assert data["stretches"][0] == {
        "fate": "verbatim", "start": 0.0, "end": 2.0, "first_cue": 1, "last_cue": 1, "words": 3, "chapter": 0,
    }  # fmt: skip
    assert as_data(project)["adaptation"] is None
    rows = export(project, "csv", version="0", table="chapters", adaptation=found).splitlines()
    assert rows[0].startswith("chapter,title,words,passages,told,verbatim,paraphrase,moved,unspoken,cut,said,faith")
    assert rows[1].startswith("0,1. Part,14,4,2,5,2,0,7,0,4,")
    with pytest.raises(FabulaError, match="no links of a film with a book"):
        export(project, "csv", version="0", table="chapters")


def page_of(data: ReportData) -> html.HtmlElement:
    assert data.book is not None
    found = study(data.cues, data.links, data.book)
    return html.document_fromstring(render_report(replace(data, adaptation=found)))


def test_the_report_draws_what_was_counted() -> None:
    data = example()
    tree = page_of(data)
    assert tree.xpath("//section/@id")[:2] == ["map", "adaptation"]
    bars = tree.xpath("//*[contains(@class, 'stack')]")
    assert data.book is not None
    assert len(bars) == len(data.book.chapters) - 1
    for drawn in bars:
        widths = [float(part.get("style").removeprefix("--width:").rstrip("%")) for part in drawn]
        assert sum(widths) == pytest.approx(100, abs=0.05)
    rects = tree.xpath("//*[@class='timeline']//rect")
    assert {rect.get("class").split()[1] for rect in rects} == {"verbatim", "paraphrase", "moved", "invented"}
    for rect in rects:
        y, height = (float(rect.get(name).rstrip("%")) for name in ("y", "height"))
        assert 0 < height <= 100
        assert -0.02 <= y <= 100 - height + 0.02
    targets = {href[1:] for href in tree.xpath("//section[@id='adaptation']//@href")}
    assert targets
    assert targets <= set(tree.xpath("//@id"))


def test_hostile_names_and_titles_stay_text() -> None:
    data = example()
    bad = "<script>alert(1)</script>"
    chapters = tuple(replace(chapter, title=bad) for chapter in data.book.chapters) if data.book else ()
    assert data.book is not None
    found = study(data.cues, data.links, replace(data.book, chapters=chapters))
    found = replace(
        found, names=(NameUse(bad, Presence.LOST, True, 1, 0, 0), NameUse(bad, Presence.NEW, False, 0, 1, 0))
    )
    page = render_report(replace(data, adaptation=found))
    assert page.count("<script>") == 1
    assert page.count("&lt;script&gt;alert(1)") >= len(chapters)


def test_show_has_a_bar_for_each_chapter_of_the_film() -> None:
    use = ChapterUse(0, "A", 100, 9, 5, 50, 25, 0, 5, 20, 10, 0.6, 0.0, 9.0)
    assert bar(use) == "█" * 10 + "▓" * 5 + "·" + " " * 4
    assert bar(replace(use, words=0, verbatim=0, paraphrase=0, unspoken=0, cut=0)) == " " * BAR
    lines = adaptation_lines(study(CUES, LINKS, BOOK))
    assert lines[1] == "adaptation  27% of the book's words are told, 33% of the film's words are its own"
    assert [line.split()[:2] for line in lines[3:5]] == [["1.", "Part"], ["2.", "Part"]]
    assert "00:00:00-00:00:22" in lines[3]
    many = tuple(replace(use, chapter=k, told=int(k < 30)) for k in range(40))
    assert "  and 30 more chapters" in adaptation_lines(Adaptation(many, (), ()))
