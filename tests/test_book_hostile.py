"""Files that are no books, damaged, or made to do harm: one clear line, and no memory spent."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from book_examples import CONTAINER, package, page, simple_epub, write_epub
from fabula.errors import InputError
from fabula.files.book import epub_archive, read_book
from fabula.files.book import reader as book_module


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_book(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and len(message) < 400 + len(str(path))
    return message


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return path


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("b.epub", b"%PDF-1.7 ...", "PDF"),
        ("b.pdf", b"%PDF-1.7 ...", "Calibre"),
        ("b.mobi", b"A Book".ljust(60, b"\0") + b"BOOKMOBI" + b"\0" * 40, "Mobipocket"),
        ("b.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Office"),
        ("b.rtf", rb"{\rtf1\ansi Hello}", "RTF"),
        ("b.fb2", b'<?xml version="1.0"?><FictionBook><body/></FictionBook>', "FB2"),
        ("b.txt", b"", "empty"),
        ("b.txt", b" \n\n \n", "no text"),
        ("b.txt", b"\0\1\2\3" * 300, "binary"),
        ("b.html", b"<html><body><img src='a'/></body></html>", "no text"),
        ("b.html", b" ", "no text"),
        ("b.epub", b"PK\5\6" + b"\0" * 18, "no EPUB"),
    ],
)
def test_what_is_no_book(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert said in refusal(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.epub")
    assert "folder" in refusal(tmp_path)


def test_other_archives_are_named(tmp_path: Path) -> None:
    assert "Word" in refusal(zipped(tmp_path / "a.epub", "word/document.xml"))
    assert "OpenDocument" in refusal(zipped(tmp_path / "b.epub", "mimetype", "content.xml"))
    assert "no EPUB" in refusal(zipped(tmp_path / "c.epub", "holiday.jpg"))
    assert "OPF" in refusal(write_epub(tmp_path / "d.epub", {"a.xhtml": page("<p>a</p>")}))


def test_broken_epubs(tmp_path: Path) -> None:
    assert "spine" in refusal(write_epub(tmp_path / "a.epub", {"book.opf": package(["gone.xhtml"])}))
    assert "not XML" in refusal(write_epub(tmp_path / "b.epub", {"book.opf": "nothing"}))
    assert "no text" in refusal(simple_epub(tmp_path / "c.epub", "<p><img src='a.png'/></p>"))


def test_truncated_and_damaged_archives(tmp_path: Path) -> None:
    path = simple_epub(tmp_path / "b.epub", "<p>It came.</p>" * 200, "<p>It went.</p>" * 200)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refusal(path)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        place = archive.getinfo("OEBPS/page0.xhtml").header_offset + 60
    path.write_bytes(whole[:place] + b"\xff" * 20 + whole[place + 20 :])
    book = read_book(path)
    assert {p.text for p in book.passages} == {"It went."}
    assert "page0.xhtml" in book.warnings[0]


@pytest.mark.parametrize(
    ("method", "refused"),
    [("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True), ("http://www.idpf.org/2008/embedding", False)],
)
def test_copy_protection_but_not_mangled_fonts(tmp_path: Path, method: str, refused: bool) -> None:
    encryption = f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
        xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{method}"/>
        <enc:CipherData><enc:CipherReference URI="OEBPS/a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""
    members = {"book.opf": package(["a.xhtml"]), "a.xhtml": page("<p>a</p>"), "META-INF/encryption.xml": encryption}
    path = write_epub(tmp_path / "b.epub", members)
    if refused:
        assert "DRM" in refusal(path)
    else:
        assert len(read_book(path).passages) == 1


def test_zip_bomb_in_one_page(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "b.epub", {"book.opf": package(["a.xhtml"]), "a.xhtml": b" " * (17 * 1024**2)})
    assert "unpacks to more than" in refusal(path)


def test_zip_bomb_in_many_pages(tmp_path: Path) -> None:
    names = [f"{n}.xhtml" for n in range(3)]
    members: dict[str, str | bytes] = dict.fromkeys(names, b" " * (7 * 1024**2))
    path = write_epub(tmp_path / "b.epub", {"book.opf": package(names), **members})
    assert "200 times" in refusal(path)


def test_sizes_in_the_header_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_archive, "MAX_MEMBER", 100_000)
    path = write_epub(tmp_path / "b.epub", {"book.opf": package(["a.xhtml"]), "a.xhtml": b"x" * 300_000})
    size = struct.pack("<L", 300_000)
    data = path.read_bytes()
    assert data.count(size) >= 2
    path.write_bytes(data.replace(size, struct.pack("<L", 90_000)))
    with pytest.raises(InputError):
        read_book(path)


def test_a_directory_of_members_that_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "b.epub"
    path.write_bytes(b"PK\3\4" + b"\0" * 100 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2**31, 0, 0))
    assert "too many members" in refusal(path)


def test_limits_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.txt"
    with path.open("wb") as file:
        file.truncate(book_module.MAX_BYTES + 1)
    assert "64 MiB" in refusal(path)
    page_path = path.rename(path.with_suffix(".html"))
    assert "32 MiB" in refusal(page_path)
    for limit, said in (("MAX_LINES", "lines"), ("MAX_PASSAGES", "paragraphs"), ("MAX_SENTENCES", "sentences")):
        with monkeypatch.context() as patch:
            patch.setattr(book_module, limit, 3)
            path.write_text("It came. It went. It sank. It rose.\n\n" * 4)
            assert f"3 {said}" in refusal(path)


def test_nul_characters_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    path.write_bytes(b"It was a very long and quiet afternoon by the sea\0, and nobody came to the ferry.\n")
    book = read_book(path)
    assert "\0" not in book.source and book.warnings


def test_container_with_entities(tmp_path: Path) -> None:
    container = CONTAINER.replace('<?xml version="1.0"?>', '<!DOCTYPE c [<!ENTITY a "b">]>')
    members = {"book.opf": package(["a.xhtml"]), "a.xhtml": page("<p>a</p>")}
    assert len(read_book(write_epub(tmp_path / "b.epub", members, container=container)).passages) == 1
