"""Reading text files, whatever their encoding, and saying what a file is when it is no text at all."""

import re
from pathlib import Path

from fabula.errors import InputError
from fabula.files.encodings import DecodedText as DecodedText
from fabula.files.encodings import decode

MAX_BYTES = 256 * 1024**2
_SAMPLE = 64 * 1024
# Tab, line feed, vertical tab, form feed, carriage return, DOS end of file and escape do occur in real text files.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
# Regular expressions for the first bytes. Where a text could begin so ("ID3", "BZh"), they ask for what follows too.
_MAGIC = [
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"%PDF-", "a PDF document"),
        (rb"PK\x03\x04.{26}mimetypeapplication/epub\+zip", "an EPUB book"),
        (rb"PK\x03\x04", "a ZIP archive"),
        (rb"\x1f\x8b", "a gzip archive"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (rb"Rar!\x1a\x07", "a RAR archive"),
        (rb"BZh\d1AY&SY", "a bzip2 archive"),
        (rb"\xfd7zXZ\x00", "an xz archive"),
        (rb"\{\\rtf\d", "an RTF document"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a Microsoft Office document"),
        (rb"SQLite format 3\x00", "an SQLite database"),
        (rb"\x89PNG\r\n", "a PNG picture"),
        (rb"\xff\xd8\xff", "a JPEG picture"),
        (rb"GIF8[79]a", "a GIF picture"),
        (rb"RIFF.{4}WEBP", "a WebP picture"),
        (rb"RIFF.{4}AVI ", "an AVI video"),
        (rb"RIFF.{4}WAVE", "a WAV recording"),
        (rb"\x00.{3}ftypqt", "a QuickTime video"),
        (rb"\x00.{3}ftyp", "an MP4 video"),
        (rb"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
        (rb"FLV\x01", "a Flash video"),
        (rb"\x00\x00\x01\xba", "an MPEG video"),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
        (rb"OggS\x00", "an Ogg file"),
        (rb"ID3[\x02-\x04]", "an MP3 recording"),
        (rb"fLaC\x00", "a FLAC recording"),
    )
]


def require_file(path: str | Path) -> Path:
    """The path, once it is known to be a readable file with something in it.

    Raises:
        InputError: it is missing, empty, a folder or another thing that is no file, or may not be read.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(path, "this is a folder, not a file", "name the file inside it")
        if not path.is_file():
            raise InputError(path, "this is not a regular file", "name a file on disk")
        path.open("rb").close()
    except FileNotFoundError:
        raise InputError(path, "there is no such file", "check the spelling of its name and folder") from None
    except PermissionError:
        raise InputError(path, "the file may not be read", "give yourself the permission to read it") from None
    except (OSError, ValueError) as error:
        raise InputError(path, f"the file cannot be opened ({error})", "check its name and its disk") from None
    if size == 0:
        raise InputError(path, "the file is empty", "fetch or export it again")
    return path


def sniff_kind(head: bytes) -> str | None:
    """What a file that is no plain text really is, by its first bytes (64 are enough): "a PDF document", or None."""
    return next((kind for pattern, kind in _MAGIC if pattern.match(head)), None)


def read_text(path: str | Path, *, max_bytes: int = MAX_BYTES) -> DecodedText:
    """Read a text file in whatever encoding it is.

    Known by its mark: UTF-8, UTF-16, UTF-32. Then by its bytes: UTF-16 without a mark, UTF-8, UTF-8 with stray
    cp1252 bytes. Else guessed, and cp1252 is believed of all Western text because it nearly always is.

    Raises:
        InputError: there is no such file, it is larger than ``max_bytes``, or it is no text.
    """
    path = require_file(path)
    size = path.stat().st_size
    if size > max_bytes:
        most = max_bytes // 1024**2
        problem = f"the file has {size // 1024**2} MiB; a text may have {most} MiB at most"
        raise InputError(path, problem, "split it, or check that it is the file you meant")
    with path.open("rb") as file:
        kind = sniff_kind(file.read(64))
        if kind is not None:
            raise InputError(path, f"this is {kind}, not a text file", _cure(kind))
        file.seek(0)
        return decode_text(file.read(), path)


def decode_text(data: bytes, path: str | Path) -> DecodedText:
    """Decode the bytes of a text file as `read_text` does; ``path`` only names it in the error.

    Raises:
        InputError: the bytes are no text.
    """
    decoded = decode(data)
    head = decoded.text[:_SAMPLE]
    if len(_CONTROL.findall(head)) > 0.02 * len(head):
        raise InputError(path, "this is binary data, not a text file", "check that it is the file you meant")
    return _without_nuls(decoded)


def _cure(kind: str) -> str:
    if "archive" in kind:
        return "unpack it and use the file inside"
    if "document" in kind or "book" in kind:
        return "save it as plain text first, or choose the reader for its format"
    return "choose the text file that belongs to it"


def _without_nuls(decoded: DecodedText) -> DecodedText:
    text = decoded.text
    place = text.find("\0")
    if place < 0:
        return decoded
    line = text.count("\n", 0, place) + 1
    warning = f"line {line}: NUL characters were removed ({text.count(chr(0))} in the file)"
    return DecodedText(text.replace("\0", ""), decoded.encoding, (*decoded.warnings, warning))
