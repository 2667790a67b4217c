"""HTML pages whose blocks are known."""

from pathlib import Path

import pytest

from book_examples import page
from fabula.files.book import read_book
from fabula.files.book.html_text import read_markup


def texts(body: str, *, xml: bool = True) -> list[str]:
    return [block.text for block in read_markup(page(body).encode(), xml=xml).blocks]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>One\n  line.</p><div>Loose <p>inner</p> end</div>", ["One line.", "Loose", "inner", "end"]),
        ("<blockquote><p>A</p></blockquote><ul><li>B</li><li>C</li></ul>", ["A", "B", "C"]),
        ("<p>To<br/>my sister</p>", ["To\nmy sister"]),
        ("<p>One.<br/><br/>Two.</p>", ["One.", "Two."]),
        ("<p><span>sea</span>\n<br/>\n<span>tide</span></p>", ["sea\ntide"]),
        ('<div class="stanza"><p>sea</p> <p>tide</p></div>', ["sea\ntide"]),
        ("<pre>sea\n tide</pre>", ["sea\ntide"]),
        ('<p><span class="dropcap">I</span>t c<small>AME</small></p>', ["It cAME"]),
        ("<p>a&nbsp;b&mdash;c&shy;d&#8203;e &amp; f&hellip;</p>", ["a b—cde & f…"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", ["a b", "c"]),
        ("<p>Up<hr/>down</p><p> </p><p/>", ["Up", "down"]),
        ('<p>Note<a epub:type="noteref" href="#n">3</a>.<span class="pagenum">[9]</span></p>', ["Note."]),
        ("<nav><p>no</p></nav><script>no</script><svg><text>no</text></svg><p hidden=''>no</p><p>yes</p>", ["yes"]),
        ("<hgroup><h2>Book I</h2><p>The Tide</p></hgroup><p>It went.</p>", ["Book I: The Tide", "It went."]),
        ("<h2></h2><p>It went.</p>", ["It went."]),
    ],
)
def test_blocks(body: str, expected: list[str]) -> None:
    assert texts(body) == texts(body, xml=False) == expected


def test_headings_anchors_and_matter() -> None:
    body = '<section epub:type="preface"><h1 id="a">Why</h1><p>So.</p></section><p>x<b id="b"/></p><h2 id="c">Two</h2>'
    document = read_markup(page(body, title="The Ferry").encode(), xml=True)
    assert [(b.level, b.matter and b.matter.value) for b in document.blocks] == [
        (1, "front"),
        (0, "front"),
        (0, None),
        (2, None),
    ]
    assert document.anchors == {"a": 0, "b": 2, "c": 3}
    assert document.title == "The Ferry"


def test_declared_encodings() -> None:
    latin = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>très</p></body></html>'
    wide = "<html><body><p>très</p></body></html>"
    for data in (
        latin.encode("latin-1"),
        wide.encode("utf-16"),
        wide.encode("cp1252"),
        b"\xef\xbb\xbf" + wide.encode(),
    ):
        assert [b.text for b in read_markup(data, xml=True).blocks] == ["très"]


def test_entities_expand_nothing_and_load_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    data = (
        f'<!DOCTYPE html [<!ENTITY e0 "ha">{bomb}<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><p>[&e8;&x;]</p></html>'
    )
    assert [b.text for b in read_markup(data.encode(), xml=True).blocks] == ["[&e8;&x;]"]


def test_tag_soup_and_controls() -> None:
    document = read_markup(b"<html><p>One\0<p>Two <b>three</div></html>", xml=True)
    assert [b.text for b in document.blocks] == ["One", "Two three"]
    assert document.mended


def test_book_as_one_page(tmp_path: Path) -> None:
    path = tmp_path / "ferry.html"
    path.write_text(
        "<!DOCTYPE html><html><head><title>The Project Gutenberg eBook of The Ferry, by A. Penn</title></head><body>"
        "<h1>The Ferry</h1><p>by A. Penn</p><h2>PART I</h2><h3>Chapter 1</h3><p>It came.<p>It sank."
        "<h3>Chapter 2</h3><h4>Later</h4><p>It rose.<h2>Index</h2><p>Boat, 1</body></html>",
        encoding="utf-8",
    )
    book = read_book(path)
    assert (book.title, book.author, book.format) == ("The Ferry", "A. Penn", "html")
    assert [(c.title, c.matter.value) for c in book.chapters] == [
        ("The Ferry", "front"),
        ("PART I · Chapter 1", "body"),
        ("PART I · Chapter 2", "body"),
        ("Index", "back"),
    ]
    assert all(book.source[p.char_start : p.char_end] == p.text for p in book.passages)
