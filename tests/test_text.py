"""Text files of every encoding, and things that are no text files."""

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabula.errors import InputError
from fabula.files.text import decode_text, read_text, require_file, sniff_kind

FRENCH = "Le garçon était déjà là, près de la fenêtre.\nÀ bientôt, Zoë !\n"
RUSSIAN = "Мы пойдём туда завтра утром.\nНикто не знает дороги, кроме старика.\n" * 3
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl děda.\nPůjdeme už konečně domů, Aničko?\n" * 3
JAPANESE = "明日の朝、私たちは山へ行きます。\nだれも道を知らない。\n" * 3

PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), min_size=1)


def write(folder: Path, data: bytes, name: str = "some.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (FRENCH, "utf-8", "utf-8"),
        (FRENCH, "utf-8-sig", "utf-8"),
        (FRENCH, "utf-16", "utf-16"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-32", "utf-32"),
        (FRENCH, "cp1252", "cp1252"),
        ("It\u2019s a fianc\u00e9e \u2013 so what?\n", "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8_r", "koi8_r"),
        (CZECH, "cp1250", "cp1250"),
        (JAPANESE, "cp932", "cp932"),
    ],
)
def test_encodings_are_told_apart(tmp_path: Path, text: str, encoding: str, named: str) -> None:
    decoded = read_text(write(tmp_path, text.encode(encoding)))
    assert decoded.text == text
    assert decoded.encoding == named
    guessed = [warning for warning in decoded.warnings if "guess" in warning]
    assert bool(guessed) == (not named.startswith("utf"))


def test_a_guess_names_the_first_line_that_made_it_necessary(tmp_path: Path) -> None:
    decoded = read_text(write(tmp_path, b"one\ntwo\ncaf\xe9\n"))
    assert decoded.warnings == ("line 3: not UTF-8; the file was read as cp1252, which is a guess",)


def test_bytes_that_cp1252_leaves_undefined_are_kept() -> None:
    decoded = decode_text(b"caf\xe9 \x81 \x93yes\x94\n", "some.txt")
    assert decoded.text == "café \x81 “yes”\n"


def test_utf8_with_stray_cp1252_lines_is_mended_line_by_line(tmp_path: Path) -> None:
    data = "Élan vital\n".encode() * 3 + "déjà vu\n".encode("cp1252") + "naïf\n".encode()
    decoded = read_text(write(tmp_path, data))
    assert decoded.text == "Élan vital\n" * 3 + "déjà vu\nnaïf\n"
    assert decoded.encoding == "utf-8"
    assert decoded.warnings[0].startswith("line 4:")
    assert "(1 in the file)" in decoded.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lines_end_as_in_python_text_mode(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "a\r\nb\rc\n\r\nd".encode(encoding))
    with path.open(encoding=encoding) as file:
        assert read_text(path).text == file.read() == "a\nb\nc\n\nd"


def test_stray_nuls_are_removed_and_told(tmp_path: Path) -> None:
    decoded = read_text(write(tmp_path, b"first line\n" * 40 + b"sec\x00ond\x00\n"))
    assert decoded.text.endswith("first line\nsecond\n")
    assert decoded.warnings == ("line 41: NUL characters were removed (2 in the file)",)


def test_broken_utf16_is_replaced_and_told(tmp_path: Path) -> None:
    decoded = read_text(write(tmp_path, codecs.BOM_UTF16_LE + "one\ntwo".encode("utf-16-le") + b"\x00"))
    assert decoded.text == "one\ntwo\ufffd"
    assert decoded.warnings[0].startswith("line 2:")


@given(PLAIN, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_marked_or_valid_unicode_comes_back(text: str, encoding: str) -> None:
    text = text.lstrip("\ufeff")  # at the start it would be a mark
    assert decode_text((text + "\n" + 64 * "x").encode(encoding), "some.txt").text == text + "\n" + 64 * "x"


@given(st.binary(min_size=1))
def test_any_bytes_give_text_or_an_input_error(data: bytes) -> None:
    try:
        text = decode_text(data, "some.txt").text
    except InputError as error:
        assert "binary data" in error.problem
    else:
        assert "\0" not in text
        assert "\r" not in text


@pytest.mark.parametrize(
    ("head", "kind", "cure"),
    [
        (b"%PDF-1.7\n", "a PDF document", "plain text"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive", "unpack"),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", "an EPUB book", "reader"),
        (b"\x1f\x8b\x08\x00", "a gzip archive", "unpack"),
        (b"\x00\x00\x00\x20ftypisom", "an MP4 video", "text file"),
        (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video", "text file"),
        (b"RIFF\x00\x01\x00\x00AVI LIST", "an AVI video", "text file"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture", "text file"),
        (b"{\\rtf1\\ansi hello}", "an RTF document", "plain text"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path: Path, head: bytes, kind: str, cure: str) -> None:
    assert sniff_kind(head) == kind
    with pytest.raises(InputError) as caught:
        read_text(write(tmp_path, head + b"\nmore", "film.srt"))
    assert kind in caught.value.problem
    assert cure in caught.value.cure
    assert "film.srt" in str(caught.value)


@pytest.mark.parametrize("text", ["THE NEW WAVE", "ID3 is a tag", "BZh, she said", "Rar! said the lion"])
def test_text_that_begins_like_magic_is_text(text: str) -> None:
    assert sniff_kind(text.encode()) is None


def test_binary_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="binary data"):
        read_text(write(tmp_path, bytes(range(1, 256)) * 20))


@pytest.mark.parametrize(("make", "problem"), [("missing", "no such file"), ("folder", "folder"), ("empty", "empty")])
def test_what_is_no_file_to_read_is_told(tmp_path: Path, make: str, problem: str) -> None:
    path = tmp_path / make
    if make == "folder":
        path.mkdir()
    elif make == "empty":
        path.touch()
    with pytest.raises(InputError, match=problem) as caught:
        require_file(path)
    assert caught.value.cure


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        require_file(tmp_path / "pipe")


def test_a_forbidden_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, b"secret")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as a user who may read everything
    with pytest.raises(InputError, match="may not be read"):
        require_file(path)


def test_an_impossible_name_is_told() -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        require_file("a\0b")


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, b"x" * 100)
    assert read_text(path, max_bytes=100).text == "x" * 100
    with pytest.raises(InputError, match="at most"):
        read_text(path, max_bytes=99)
