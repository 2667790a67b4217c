"""The report: what is on the page, that it is true, and that nothing can break it."""

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import pytest
from lxml import html

from fabula.files.report import ReportData, render_report
from fabula.files.report.reading import Reading
from fabula.records import Book, Chapter, Cue, Link, Matter, Passage, Scene, Sentence, State
from report_example import example, large

HOSTILE = "</script><script>alert(1)</script> <img src=x onerror=alert(2)> \" ' & \x00 </title><!-- ]]>"


def parsed(data: ReportData) -> html.HtmlElement:
    """The page as a tree; a page that is not well formed fails."""
    parser = html.HTMLParser(recover=True, huge_tree=True)
    tree = html.document_fromstring(render_report(data), parser)
    # libxml2 knows HTML 4, so it calls the newer elements invalid; everything else is an error of ours.
    errors = [error.message for error in parser.error_log if "invalid" not in error.message]
    assert not errors, errors[:3]
    return tree


def sections(tree: html.HtmlElement) -> list[str]:
    return tree.xpath("//section/@id")


def texts(tree: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in tree.xpath(path)]


def tiny(links: tuple[Link, ...], *lines: str) -> ReportData:
    """A book of six paragraphs in two chapters, and a cue for each line."""
    paragraphs = [
        "It was a bright cold day in April. Nobody saw the boat.",
        "The second paragraph.",
        "The third paragraph.",
        "“I have never been so cold,” said Ines, and went in.",
        "The fifth paragraph.",
        "The end of it.",
    ]
    source = "\n".join(paragraphs)
    starts = [source.index(paragraph) for paragraph in paragraphs]
    passages = tuple(
        Passage(i, i // 3, text, start, start + len(text))
        for i, (text, start) in enumerate(zip(paragraphs, starts, strict=True))
    )
    chapters = (Chapter(0, "I. April", Matter.BODY, 0, 2), Chapter(1, "II. Ines", Matter.BODY, 3, 5))
    cut = source.index("Nobody")
    sentences = (Sentence(0, 0, source[: cut - 1], 0, cut - 1), Sentence(1, 0, "Nobody saw the boat.", cut, cut + 20))
    book = Book("tiny.txt", "Tiny", None, source, chapters, passages, sentences, "text")
    cues = tuple(Cue(i + 1, 10.0 * i, 10.0 * i + 2, line) for i, line in enumerate(lines))
    return ReportData("Tiny", "0", cues=cues, book=book, links=links)


PARTS = {
    "film": {"film", "shots", "thumbnails"},
    "subtitles": {"cues"},
    "script": {"scenes", "lines"},
    "book": {"book"},
}
EXPECTED = {"film": {"filmstrip"}, "subtitles": {"reading"}, "script": {"reading", "characters"}, "book": {"book"}}


@pytest.mark.parametrize("chosen", [c for n in range(1, 5) for c in combinations(PARTS, n)], ids="+".join)
def test_any_part_of_a_project_makes_a_page(chosen: tuple[str, ...]) -> None:
    whole = example()
    fields = {field for part in chosen for field in PARTS[part]}
    linked = {"subtitles", "book"} <= set(chosen)
    data = ReportData(whole.title, "0", links=whole.links if linked else (), **{f: getattr(whole, f) for f in fields})
    expected = set().union(*(EXPECTED[part] for part in chosen))
    expected |= {"characters"} if "subtitles" in chosen else set()
    expected = (expected - {"book"}) | {"map"} if linked else expected
    tree = parsed(data)
    assert set(sections(tree)) == expected
    targets = {href[1:] for href in tree.xpath("//@href")}
    assert targets <= set(tree.xpath("//@id"))


def test_nothing_at_all_still_makes_a_page() -> None:
    assert sections(parsed(ReportData("Nothing", "0"))) == []


def test_page_says_what_was_read_and_counts_right() -> None:
    data = example()
    tree = parsed(data)
    names, values = (texts(tree, f"//*[@class='figures']//{element}") for element in ("dt", "dd[1]"))
    known = dict(zip(names, values, strict=True))
    spoken = [cue for cue in data.cues if cue.kind == "speech"]
    found = {number for link in data.links if link.first_cue for number in range(link.first_cue, link.last_cue + 1)}
    used = {link.first_passage for link in data.links if link.first_cue}
    body = [p.index for p in data.book.passages if p.chapter > 0]
    moved = sum(link.state is State.MOVED for link in data.links)
    assert known == {
        "shots": "80",
        "scenes": "6",
        "with a speaker": f"{100 * sum(bool(c.speaker or any(c.speakers)) for c in spoken) / len(spoken):.0f} %",
        "found in the book": f"{100 * sum(c.number in found for c in spoken) / len(spoken):.0f} %",
        "of the book used": f"{100 * len(used & set(body)) / len(body):.0f} %",
        "moved": f"{100 * moved / len(found):.0f} %",
    }
    assert texts(tree, "//head/title") == ["The Lamp at Skerry Point"]
    assert tree.get("lang") == "en"


def test_page_names_files_but_not_folders() -> None:
    page = render_report(example())
    assert "lamp.mkv, lamp.srt, lamp.fountain, lamp.epub" in page
    assert "private" not in page
    assert "Users" not in page


def test_map_has_a_point_for_each_link_where_it_belongs() -> None:
    data = example()
    tree = parsed(data)
    points = tree.xpath("//a[contains(@class, 'point')]")
    assert len(points) == len(data.pairs) > 40
    kinds = Counter(tuple(point.get("class").split()[1:]) for point in points)
    assert kinds == Counter((pair.link.state.value, pair.kind.value) for pair in data.pairs)
    for point, pair in zip(points, data.pairs, strict=True):
        x, y = (float(point[0].get(axis).rstrip("%")) / 100 for axis in "xy")
        cue, passage = pair.cues[0], pair.passages[0]
        assert cue.start < x * data.duration + 0.1
        assert x * data.duration < cue.end + 0.1
        assert passage.char_start - 2 <= y * len(data.book.source) <= passage.char_end + 2
        assert point.get("href") == f"#c{cue.number}"
    assert len(tree.xpath("//*[@class='plot']//*[@class='book-only']/rect")) == len(data.book_only)
    assert len(tree.xpath("//*[@class='scene-ticks']/line")) == len(data.scenes)


def test_both_sides_mark_the_same_words_and_the_best_sentence() -> None:
    data = tiny((Link(State.ALIGNED, 0.87, 1, 1, 0, 0, 1, (("words", 0.5),)),), "nobody SAW the boat, Tam")
    tree = parsed(data)
    assert texts(tree, "//*[@class='said']//mark") == ["nobody SAW the boat"]
    assert texts(tree, "//blockquote//b/mark") == texts(tree, "//blockquote//mark") == ["Nobody saw the boat"]
    assert texts(tree, "//blockquote//b") == ["Nobody saw the boat."]
    assert texts(tree, "//*[@class='place']/a") == ["I. April ¶ 1"]
    assert texts(tree, "//*[@class='score']") == ["0.87"]
    assert texts(tree, "//*[@class='why']") == ["verbatim · 80 % of the words shared · words 0.50"]


def test_words_that_stand_twice_are_marked_in_the_best_sentence() -> None:
    data = tiny((Link(State.ALIGNED, 0.9, 1, 1, 0, 0, 0),), "A bright cold day")
    twice = data.book.passages[0].text + " A day, bright, cold day."
    passages = (replace(data.book.passages[0], text=twice), *data.book.passages[1:])
    tree = parsed(replace(data, book=replace(data.book, passages=passages)))
    assert texts(tree, "//blockquote//mark") == texts(tree, "//blockquote//b/mark") == ["a bright cold day"]


def test_long_passage_shows_the_words_around_the_best_sentence() -> None:
    data = tiny((Link(State.ALIGNED, 0.9, 1, 1, 0, 0),), "It was a bright cold day")
    long = data.book.passages[0].text + " And so on and on." * 60
    book = replace(data.book, passages=(replace(data.book.passages[0], text=long), *data.book.passages[1:]))
    tree = parsed(replace(data, book=book))
    assert texts(tree, "//blockquote/p") == [long]
    hidden = texts(tree, "//*[@class='rest']")[0]
    assert long.endswith(hidden)
    assert len(long) - len(hidden) < 250
    assert texts(tree, "//*[@class='more']") == ["whole paragraph"]


def test_what_the_film_leaves_out_stands_between_its_neighbours() -> None:
    links = (
        Link(State.ALIGNED, 0.9, 1, 1, 0, 0),
        Link(State.BOOK_ONLY, 0.9, None, None, 1, 2),
        Link(State.ALIGNED, 0.9, 3, 3, 3, 3),
        Link(State.MOVED, 0.9, 4, 4, 1, 1),
        Link(State.BOOK_ONLY, 0.9, None, None, 4, 5),
    )
    tree = parsed(tiny(links, "bright cold day", "Who’s there?", "never been so cold", "The second paragraph"))
    rows = tree.xpath("//*[@class='rows paired']/*")
    kinds = [row.get("data-state") or texts(row, ".//summary")[0] for row in rows]
    assert kinds == [
        "aligned",
        "2 paragraphs not in the film: I. April ¶ 2–3",
        "film_only",
        "aligned",
        "2 paragraphs not in the film: II. Ines ¶ 2–3",
        "moved",
    ]
    assert texts(tree, "//*[@class='tag']") == ["moved: 2 paragraphs earlier in the book"]
    assert texts(tree, "//*[@class='alone']") == ["no counterpart in the book"]
    assert texts(rows[1], ".//li") == ["The second paragraph.", "The third paragraph."]
    assert rows[1].xpath(".//li/@value") == ["2", "3"]


def test_every_cue_is_read_once_even_where_links_overlap() -> None:
    ends = ((State.ALIGNED, 1, 3, 0), (State.MOVED, 3, 4, 3), (State.ALIGNED, 9, 9, 0))
    links = tuple(Link(state, 0.9, first, last, place, place) for state, first, last, place in ends)
    data = replace(tiny(links, *"abcde"), scenes=(Scene(0, "INT. A"), Scene(1, "EXT. B")))
    cues = tuple(replace(cue, scene=int(cue.number > 1)) for cue in data.cues)
    tree = parsed(replace(data, cues=cues))
    assert tree.xpath("//li[contains(@class, 'cue')]/@id") == ["c1", "c2", "c3", "c4", "c5"]
    assert [row.states for row in Reading(data).rows] == [["aligned"], ["aligned", "moved"], ["moved"], ["film_only"]]
    assert [text.split(" 0:")[0] for text in texts(tree, "//h3")] == ["INT. A0:00:00", "EXT. B0:00:10"]


def test_table_of_characters_adds_up() -> None:
    data = example()
    tree = parsed(data)
    names = texts(tree, "//tbody//th")
    assert names[0] == next(iter(data.ranks))
    assert len(names) == 13
    assert names[-1] == f"{len(data.ranks) - 12} other{'s' if len(data.ranks) > 13 else ''}"
    assert sum(int(lines) for lines in texts(tree, "//tbody//td[4]")) == len(data.speeches)


def test_strip_has_every_shot_its_picture_and_its_transition() -> None:
    data = example()
    tree = parsed(data)
    assert tree.xpath("//li[contains(@class, 'shot')]/@id") == [f"s{shot.index}" for shot in data.shots]
    assert len(tree.xpath("//li[@class='shot gradual']")) == sum(s.transition == "gradual" for s in data.shots)
    assert len(tree.xpath("//img[starts-with(@src, 'data:image/jpeg;base64,')]")) == len(data.shots)
    assert len(tree.xpath("//ol[@class='strip']/li[@class='scene']")) == len(data.scenes)


def test_hostile_text_stays_text() -> None:
    data = example()
    cues = tuple(replace(cue, text=HOSTILE, speaker=HOSTILE) for cue in data.cues)
    scenes = tuple(replace(scene, heading=HOSTILE) for scene in data.scenes)
    passages = tuple(replace(passage, text=HOSTILE) for passage in data.book.passages)
    chapters = tuple(replace(chapter, title=HOSTILE) for chapter in data.book.chapters)
    book = replace(data.book, title=HOSTILE, author=HOSTILE, passages=passages, chapters=chapters)
    links = tuple(replace(link, why=((HOSTILE, 0.5),), sentence=None) for link in data.links)
    hostile = replace(
        data, title=HOSTILE, made_with=HOSTILE, cues=cues, scenes=scenes, book=book, links=links,
        warnings=(HOSTILE,), files=(HOSTILE,),
    )  # fmt: skip
    tree, page = parsed(hostile), render_report(hostile)
    assert page.count("<script>") == page.count("</script>") == 1
    assert "\x00" not in page
    assert not tree.xpath("//@onerror | //img[@src='x']")
    assert texts(tree, "//head/title") == [" ".join(HOSTILE.replace("\x00", "").split())]


def test_policy_allows_this_script_and_nothing_from_outside() -> None:
    page = render_report(example())
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in page
    assert "default-src 'none'" in page
    assert "innerHTML" not in script
    assert not re.findall(r"https?://|@import|url\(", page)


def test_long_film_of_a_long_book_stays_small_enough_to_mail() -> None:
    data = large()
    heavy = tuple(replace(t, jpeg=t.jpeg.ljust(6000, b"\0")) for t in data.thumbnails for _ in range(3))
    page = render_report(replace(data, thumbnails=heavy))
    assert 12_000_000 < len(page.encode()) < 25_000_000
