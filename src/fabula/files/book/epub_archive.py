"""The members of an EPUB's ZIP archive, read into memory with limits; nothing is ever unpacked to disk."""

import posixpath
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from fabula.errors import InputError

MAX_MEMBER = 16 * 1024**2
"""Bytes that one page of a book may have; the longest novels on a single page have 5 MB."""
MAX_TOTAL = 128 * 1024**2
MAX_DIRECTORY = 8 * 1024**2
_MAX_RATIO = 200
_RATIO_MATTERS_FROM = 16 * 1024**2
_CHUNK = 64 * 1024
_END = struct.Struct("<4s4H2LH")  # the record that ends a ZIP archive
_AGAIN = "download or export the book again"
_BOMB = "use another copy of the book: this one is made to fill the memory"


class DamagedMemberError(InputError):
    """One member of an archive cannot be unpacked; the others may be whole."""


class Archive:
    """An open EPUB. What its header says of sizes is not believed: only bytes that were read are counted.

    Raises:
        InputError: the archive is damaged or encrypted, or grows beyond the limits.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._total = 0
        self._check_directory()
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, struct.error) as error:
            raise InputError(path, f"the ZIP archive is damaged ({_reason(error)})", _AGAIN) from None
        self._names = {name.casefold(): name for name in reversed(self._zip.namelist())}

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def find(self, href: str, base: str = "") -> str | None:
        """The name of the member that ``href``, as written in member ``base``, points to; None if there is none."""
        href = unquote(href.partition("#")[0].partition("?")[0]).replace("\\", "/")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), href))
        return self._names.get(name.casefold()) if href else None

    def names_ending(self, suffix: str) -> list[str]:
        """The names of the members that end so."""
        return [name for name in self._zip.namelist() if name.lower().endswith(suffix)]

    def read(self, name: str) -> bytes:
        """The bytes of a member."""
        data = bytearray()
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(_CHUNK):
                    data += chunk
                    self._count(name, len(data), len(chunk))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise DamagedMemberError(self.path, f"{name}: it is damaged ({_reason(error)})", _AGAIN) from None
        except (RuntimeError, NotImplementedError) as error:
            raise InputError(self.path, f"{name}: it cannot be unpacked ({_reason(error)})", _AGAIN) from None
        return bytes(data)

    def _count(self, name: str, size: int, step: int) -> None:
        self._total += step
        if size > MAX_MEMBER:
            problem = f"{name}: it unpacks to more than the {MAX_MEMBER // 1024**2} MiB that a page may have"
            raise InputError(self.path, problem, "split the page into chapters, for example with Calibre")
        if self._total > MAX_TOTAL:
            raise InputError(self.path, f"its text unpacks to more than {MAX_TOTAL // 1024**2} MiB", _BOMB)
        if self._total > max(_RATIO_MATTERS_FROM, _MAX_RATIO * self.path.stat().st_size):
            raise InputError(self.path, f"its text unpacks to more than {_MAX_RATIO} times the file's size", _BOMB)

    def _check_directory(self) -> None:
        """Refuse a table of members that would itself fill the memory, before ``zipfile`` reads it."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _END.size - 0xFFFF))
            tail = file.read()
        place = tail.rfind(b"PK\5\6")
        if place < 0 or len(tail) < place + _END.size:
            raise InputError(self.path, "the ZIP archive is damaged (its end is missing)", _AGAIN)
        if _END.unpack_from(tail, place)[5] > MAX_DIRECTORY:
            raise InputError(self.path, "the ZIP archive has too many members for a book", _BOMB)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
