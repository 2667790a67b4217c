"""Which format a file is, what is refused, and how well real screenplays are read."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from fabula.errors import InputError, MissingExtraError
from fabula.files.screenplay.names import normalise_name
from fabula.files.screenplay.reader import MAX_BYTES, read_screenplay
from fabula.records import LineKind, Screenplay

PAGE = """\
INT. TOWER - DAY

Mara climbs <slowly>.

               MARA
          How many steps
          are left & where?

EXT. SEA - NIGHT

               TOM'S VOICE
          Too many.
"""
LINES = [
    ("heading", "INT. TOWER - DAY", None),
    ("action", "Mara climbs <slowly>.", None),
    ("speaker", "MARA", "MARA"),
    ("dialogue", "How many steps are left & where?", "MARA"),
    ("heading", "EXT. SEA - NIGHT", None),
    ("speaker", "TOM'S VOICE", "TOM"),
    ("dialogue", "Too many.", "TOM"),
]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def typed(play: Screenplay) -> list[tuple[str, str, str | None]]:
    return [(line.kind.value, line.text, line.speaker) for line in play.lines]


def as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    bold = "\n".join(f"<b>{line}</b>" if line.isupper() else line for line in escaped.split("\n"))
    head = (
        "<!DOCTYPE html>\n<html><head><title>x</title><script>var MARA = 1;</script></head>\n<body><table><tr><td>menu"
    )
    return f"{head}</td></tr></table>\n<pre>\n{bold}</pre>\n<p>footer</p></body></html>"


def as_pdf(pages: Iterable[str]) -> bytes:
    """A PDF in Courier, written by hand: one object for each page and its content."""
    pages = list(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for i, page in enumerate(pages):
        shown = [f"1 0 0 1 {72 + 7.2 * (len(x) - len(x.lstrip()))} {720 - 12 * n} Tm ({x.strip()}) Tj"
                 for n, x in enumerate(page.split("\n")) if x.strip()]  # fmt: skip
        stream = "BT /F1 12 Tf " + " ".join(shown) + " ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    play = read_screenplay(write(tmp_path, "play.txt", PAGE.replace("Mara", "Mära").encode(encoding)))
    assert play.format == "text"
    assert play.lines[1].text == "Mära climbs <slowly>."


def test_windows_line_ends(tmp_path: Path) -> None:
    assert typed(read_screenplay(write(tmp_path, "play.txt", PAGE.replace("\n", "\r\n")))) == LINES


@pytest.mark.parametrize("name", ["play.html", "play.htm", "play"])
def test_html(tmp_path: Path, name: str) -> None:
    page = as_html(PAGE)
    play = read_screenplay(write(tmp_path, name, page))
    assert (play.format, typed(play)) == ("html", LINES)
    source = page.split("\n")
    for line in play.lines:
        assert line.source_line is not None
        assert line.text[:4] in source[line.source_line - 1].replace("&amp;", "&")


def test_html_with_a_pre_for_each_page_and_breaks(tmp_path: Path) -> None:
    escaped = PAGE.replace("&", "&amp;").replace("<", "&lt;")
    pages = escaped.replace("\n", "<br>\n").split("EXT.")
    page = f"<html><body><pre>{pages[0]}</pre><pre>EXT.{pages[1]}</pre></body></html>"
    assert typed(read_screenplay(write(tmp_path, "play.html", page))) == LINES


def test_html_without_pre(tmp_path: Path) -> None:
    body = "<p>INT. TOWER - DAY</p><p>Wind.</p><p>MARA<br>Who is <i>there</i>?</p><div>TOM<br/>(low)<br/>Me.</div>"
    play = read_screenplay(write(tmp_path, "play.html", f"<html><body>{body}</body></html>"))
    assert [line.text for line in play.lines if line.kind is LineKind.DIALOGUE] == ["Who is there?", "Me."]


def test_pdf(tmp_path: Path) -> None:
    head, tail = PAGE.split("EXT.")
    pdf = as_pdf([head, "                                        2.\n\nEXT." + tail])
    play = read_screenplay(write(tmp_path, "play.pdf", pdf))
    assert (play.format, typed(play)) == ("pdf", LINES)
    assert {line.source_line for line in play.lines} == {None}


def test_pdf_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(MissingExtraError, match=r"fabula\[pdf\]"):
        read_screenplay(write(tmp_path, "play.pdf", as_pdf([PAGE])))


@pytest.mark.parametrize("suffix", [".txt", ".text", ""])
def test_fountain_is_known_by_its_title_page(tmp_path: Path, suffix: str) -> None:
    text = "Title: The Light\nCredit: by\nAuthor: Nobody\n\nINT. TOWER\n\nMARA\nHello.\n"
    assert read_screenplay(write(tmp_path, f"play{suffix}", text)).format == "fountain"


NOVEL = "CHAPTER I\n\n" + "It was a long day, and nobody said a word. " * 20 + "\n\nCHAPTER II\n\nThe end came soon.\n"
SUBTITLES = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:03,000 --> 00:00:04,000\nMARA\nWho is it?\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("novel.txt", NOVEL, "no dialogue found, so this may be no screenplay.*Fountain, FDX"),
        ("romans.txt", NOVEL.replace("CHAPTER ", ""), "no dialogue found"),
        ("list.txt", "milk\nbread\neggs\n", "no dialogue found"),
        ("page.html", "<html><body><p>Not found</p></body></html>", "no dialogue found"),
        ("empty.html", "<html></html>", "play|dialogue|web page"),
        ("film.srt", SUBTITLES, "these are subtitles"),
        ("empty.txt", "", "empty"),
        ("blank.txt", "\n \n", "no dialogue found"),
        ("play.docx", b"PK\x03\x04" + b"\0" * 60, "ZIP"),
        ("film.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 60, "video"),
        ("noise.txt", bytes(range(256)) * 40, "binary"),
        ("broken.pdf", b"%PDF-1.7\nnothing here", "PDF"),
        ("scan.pdf", as_pdf([""]), "no text.*OCR"),
    ],
)
def test_what_is_no_screenplay_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"{name}.*({message})"):
        read_screenplay(write(tmp_path, name, content))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.txt"):
        with pytest.raises(InputError):
            read_screenplay(path)


def test_a_giant_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "giant.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="MiB"):
        read_screenplay(path)


def test_nul_characters_are_mended(tmp_path: Path) -> None:
    play = read_screenplay(write(tmp_path, "play.txt", PAGE.replace("Mara", "Ma\0ra")))
    assert typed(play) == LINES
    assert "NUL" in play.warnings[0]


@pytest.mark.data
def test_all_screenplays_of_the_development_data_are_read(data_dir: Path) -> None:
    paths = [*data_dir.glob("scripts/*/script.txt"), *data_dir.glob("scripts/fountain/*.fountain")]
    assert len(paths) == 20
    for path in paths:
        play = read_screenplay(path)
        assert [line.index for line in play.lines] == list(range(len(play.lines)))
        assert all(line.speaker for line in play.lines if line.kind is LineKind.DIALOGUE)


@pytest.mark.data
@pytest.mark.parametrize(("film", "least"), [("charade", 0.99), ("his_girl_friday", 0.999), ("meet_john_doe", 0.999)])
def test_speakers_of_labelled_lines(data_dir: Path, film: str, least: float) -> None:
    """A labelled line lies in a speech, whose speaker must be the label's (one label in Charade is wrong)."""
    play = read_screenplay(data_dir / "scripts" / film / "script.txt")
    labels = (data_dir / "scripts" / film / "cues.jsonl").read_text("utf-8").splitlines()
    gold = [label for label in map(json.loads, labels) if label["in_script"]]
    right = sum(_speaker_at(play, label["script_line"]) == normalise_name(label["script_name"]).name for label in gold)
    assert right >= least * len(gold)


def _speaker_at(play: Screenplay, source_line: int) -> str | None:
    return [line for line in play.lines if (line.source_line or 0) <= source_line][-1].speaker
