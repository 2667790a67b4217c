"""EPUBs whose chapters, passages and matter are known."""

from pathlib import Path

from book_examples import NAV_ITEM, nav, package, page, simple_epub, write_epub
from fabula.files.book import read_book
from fabula.records import Book, Matter


def outline(book: Book) -> list[tuple[str, str, list[str]]]:
    return [
        (c.title, c.matter.value, [p.text for p in book.passages[c.first_passage : c.last_passage + 1]])
        for c in book.chapters
    ]


def assert_sound(book: Book) -> None:
    for part in (*book.passages, *book.sentences):
        assert book.source[part.char_start : part.char_end] == part.text
    assert [c.first_passage for c in book.chapters] == [0, *(c.last_passage + 1 for c in book.chapters[:-1])]
    assert {s.passage for s in book.sentences} == set(range(len(book.passages)))
    assert all(book.chapters[p.chapter].first_passage <= p.index for p in book.passages)


def test_epub3_with_nested_contents(tmp_path: Path) -> None:
    pages = ["title.xhtml", "one.xhtml", "c1.xhtml", "c2.xhtml", "two.xhtml", "c3.xhtml", "end.xhtml"]
    chapters = {
        "title.xhtml": page("<h1>The Ferry</h1><p>By A. Penn.</p>", types="frontmatter"),
        "one.xhtml": page("<h2>Book I</h2>", types="bodymatter"),
        "c1.xhtml": page("<h3>I</h3><p>The boat was late.</p><p>Nobody minded.</p>", types="bodymatter"),
        "c2.xhtml": page("<h3>II</h3><p>Then it came.</p>", types="bodymatter"),
        "two.xhtml": page("<h2>Book II</h2>", types="bodymatter"),
        "c3.xhtml": page("<h3>III</h3><p>It left again.</p>", types="bodymatter"),
        "end.xhtml": page("<h2>Colophon</h2><p>Set in lead.</p>", types="backmatter"),
    }
    contents = """<li><a href="title.xhtml">Titlepage</a></li><li><a href="one.xhtml">The Ferry</a><ol>
        <li><a href="one.xhtml">Book <b>I</b></a><ol><li><a href="c1.xhtml">I</a></li><li><a href="c2.xhtml">II</a></li>
        </ol></li><li><span>Book II</span><ol><li><a href="c3.xhtml">III</a></li></ol></li></ol></li>
        <li><a href="end.xhtml">Colophon</a></li>"""
    members = {"book.opf": package(pages, extra=NAV_ITEM), "nav.xhtml": nav(contents), **chapters}
    book = read_book(write_epub(tmp_path / "b.epub", members))
    assert (book.title, book.author, book.format, book.warnings) == ("The Ferry", "A. Penn", "epub", ())
    assert outline(book) == [
        ("Titlepage", "front", ["By A. Penn."]),
        ("Book I · I", "body", ["The boat was late.", "Nobody minded."]),
        ("Book I · II", "body", ["Then it came."]),
        ("Book II · III", "body", ["It left again."]),
        ("Colophon", "back", ["Set in lead."]),
    ]
    assert book.source.startswith("The Ferry\n\nBy A. Penn.\n\nBook I\n\nI\n\nThe boat was late.")
    assert_sound(book)


NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Part One</text></navLabel><content src="all.html#p1"/></navPoint>
<navPoint><navLabel><text>1. Dawn</text></navLabel><content src="all.html#c1"/></navPoint>
<navPoint><navLabel><text>2. Noon</text></navLabel><content src="all.html#c2"/></navPoint>
<navPoint><navLabel><text>Notes</text></navLabel><content src="notes.html"/></navPoint></navMap></ncx>"""


def test_epub2_with_chapters_in_one_page_and_one_chapter_on_two_pages(tmp_path: Path) -> None:
    body = """<h1 id="p1">Part One</h1><h2><a id="c1"/>1. Dawn</h2><p>Light.</p>
        <div id="c2"><h2>2. Noon</h2><p>Heat.</p></div>"""
    members = {
        "book.opf": package(
            ["all.html", "rest.html", "notes.html"],
            extra='<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
            toc="ncx",
        ),
        "toc.ncx": NCX,
        "all.html": page(body),
        "rest.html": page("<p>More heat.</p>"),
        "notes.html": page("<p>Of the heat.</p>"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", members))
    assert outline(book) == [
        ("Part One · 1. Dawn", "body", ["Light."]),
        ("Part One · 2. Noon", "body", ["Heat.", "More heat."]),
        ("Notes", "back", ["Of the heat."]),
    ]
    assert_sound(book)


def test_without_contents_the_headings_tell_the_chapters(tmp_path: Path) -> None:
    book = read_book(
        simple_epub(
            tmp_path / "b.epub",
            "<h1>Preface</h1><p>Why I write.</p>",
            "<h1>Chapter 1<br/>Rain</h1><p>It rained.</p>",
            "<p>It rained on.</p><h1>Chapter 2<br/>Sun</h1><p>It stopped.</p><h2>A list</h2><p>One.</p>",
        )
    )
    assert outline(book) == [
        ("Preface", "front", ["Why I write."]),
        ("Chapter 1: Rain", "body", ["It rained.", "It rained on."]),
        ("Chapter 2: Sun", "body", ["It stopped.", "One."]),
    ]


def test_guide_landmarks_and_file_names_tell_the_matter(tmp_path: Path) -> None:
    guide = '<guide><reference type="text" href="b.xhtml"/><reference type="colophon" href="d.xhtml"/></guide>'
    members = {
        "book.opf": package(["copyright.xhtml", "a.xhtml", "b.xhtml", "c.xhtml", "d.xhtml"], guide=guide),
        "copyright.xhtml": page("<h1>Rights</h1><p>All of them.</p>"),
        "a.xhtml": page("<h1>The Press</h1><p>We print.</p>"),
        "b.xhtml": page("<h1>Low Water</h1><p>The mud shone.</p>"),
        "c.xhtml": page("<h1>High Water</h1><p>The mud was gone.</p>"),
        "d.xhtml": page("<h1>The Types</h1><p>They are old.</p>"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", members))
    assert [c.matter for c in book.chapters] == [Matter.FRONT, Matter.FRONT, Matter.BODY, Matter.BODY, Matter.BACK]


def test_pages_outside_the_contents(tmp_path: Path) -> None:
    entries = '<li><a href="one.xhtml">One</a></li><li><a href="two.xhtml">Two</a></li>'
    members = {
        "book.opf": package(["by.xhtml", "one.xhtml", "one-b.xhtml", "two.xhtml", "end.xhtml"], extra=NAV_ITEM),
        "nav.xhtml": nav(entries),
        "by.xhtml": page("<p>For my sister.</p>", types="dedication", title="For"),
        "one.xhtml": page("<h1>One</h1><p>First.</p>"),
        "one-b.xhtml": page("<p>Still first.</p>"),
        "two.xhtml": page("<h1>Two</h1><p>Second.</p>"),
        "end.xhtml": page("<h1>Printed</h1><p>In Leith.</p>", types="colophon"),
    }
    assert outline(read_book(write_epub(tmp_path / "b.epub", members))) == [
        ("For", "front", ["For my sister."]),
        ("One", "body", ["First.", "Still first."]),
        ("Two", "body", ["Second."]),
        ("Printed", "back", ["In Leith."]),
    ]


def test_what_is_missing_or_broken_is_left_out_with_a_warning(tmp_path: Path) -> None:
    members = {
        "book.opf": package(["a.xhtml", "gone.xhtml", "b.xhtml"], extra=NAV_ITEM),
        "nav.xhtml": "this is no page",
        "a.xhtml": page("<h1>Chapter 1</h1><p>Fine.</p>"),
        "b.xhtml": page("<h1>Chapter 2</h1><p>An <i>unclosed mark.</p>"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", members, container=None))
    assert outline(book) == [("Chapter 1", "body", ["Fine."]), ("Chapter 2", "body", ["An unclosed mark."])]
    told = " ".join(book.warnings)
    assert all(word in told for word in ("container.xml", "archive: p1", "table of contents", "OEBPS/b.xhtml"))


def test_links_are_resolved_inside_the_archive(tmp_path: Path) -> None:
    members = {
        "book.opf": package(["text/Chapter%201.xhtml", "../../../../etc/passwd", "./two.xhtml"]),
        "OEBPS/text/chapter 1.xhtml": page("<p>Here.</p>"),
        "two.xhtml": page("<p>There.</p>"),
    }
    book = read_book(write_epub(tmp_path / "b.epub", members))
    assert [p.text for p in book.passages] == ["Here.", "There."]
    assert len(book.warnings) == 1


def test_licence_of_project_gutenberg_is_left_out(tmp_path: Path) -> None:
    book = read_book(
        simple_epub(
            tmp_path / "b.epub",
            "<p>The Project Gutenberg eBook of The Ferry</p><p>Use it freely.</p>"
            "<div><span>*** START OF THE PROJECT GUTENBERG EBOOK THE FERRY ***</span></div>"
            "<h2>Chapter 1</h2><p>It left.</p><h2>Chapter 2</h2><p>It came.</p>",
            "<div>*** END OF THE PROJECT GUTENBERG EBOOK THE FERRY ***</div><h2>THE FULL LICENSE</h2><p>Read this.</p>",
        )
    )
    assert [p.text for p in book.passages] == ["It left.", "It came."]
