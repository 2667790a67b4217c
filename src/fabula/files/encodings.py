"""In which encoding are these bytes? By their mark, by their form, or by a guess from the lines outside ASCII."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

_SAMPLE = 64 * 1024

# Longest first: the UTF-32-LE mark begins with the UTF-16-LE one.
_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_LATIN = ["cp1252", "cp1250"]
_OTHER_SCRIPTS = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "gb18030", "big5", "cp949"]
_CENTRAL_EUROPEAN = {"Polish", "Czech", "Slovak", "Hungarian", "Croatian", "Slovene", "Romanian"}
_ENOUGH = 20  # bytes outside ASCII; below this, any guess but cp1252 is worthless
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
# cp1252 leaves five bytes undefined; they keep their latin-1 meaning so that no byte is lost.
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text of a file: lines end with a line feed, there is no byte order mark; ``warnings`` say what was mended."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> DecodedText:
    """Decode the bytes of a text, in the encoding they are marked with, are valid in, or most likely have.

    UTF-16 needs no mark. Text that is nearly all UTF-8 keeps its UTF-8 and has the stray cp1252 lines mended.
    """
    wide = _wide_encoding(data[:_SAMPLE])
    return _decode_wide(data, wide) if wide else _decode_bytes(data)


def _wide_encoding(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 encoding of the bytes, by their mark or, for UTF-16, by where the zero bytes stand.

    In UTF-16, digits, blanks and line ends have a zero byte always on the same side, whatever the script.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    first, second = head[0::2].count(0), head[1::2].count(0)
    few = max(2, len(head) // 40)
    if second > few and second > 10 * first:
        return "utf-16-le"
    if first > few and first > 10 * second:
        return "utf-16-be"
    return None


def _decode_wide(data: bytes, encoding: str) -> DecodedText:
    text, warnings = _decode_as(data, encoding)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return DecodedText(text, encoding, warnings)


def _decode_bytes(data: bytes) -> DecodedText:
    """Decode an encoding that contains ASCII. Line ends are unified first, while the text is at its smallest."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return DecodedText(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        first = data.count(b"\n", 0, error.start) + 1
    sample = list(_lines_outside_ascii(data))
    if 10 * sum(map(_is_utf8, sample)) > len(sample):
        return _decode_mixed(data, first)
    encoding = _guess(b"\n".join(sample))
    text, warnings = _decode_as(data, encoding)
    guessed = f"line {first}: not UTF-8; the file was read as {encoding}, which is a guess"
    return DecodedText(text, encoding, (guessed, *warnings))


def _decode_as(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    if encoding == "cp1252":
        return _decode_cp1252(data), ()
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    line = text.count("\n", 0, text.find("\ufffd")) + 1
    return text, (f"line {line}: bytes that are not {encoding} were replaced ({text.count(chr(0xFFFD))} in the file)",)


def _decode_cp1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_mixed(data: bytes, first: int) -> DecodedText:
    """Decode line by line: files that were pasted together from UTF-8 and cp1252 are common."""
    strange, mended = 0, io.BytesIO()
    for line in io.BytesIO(data):
        if _is_utf8(line):
            mended.write(line)
        else:
            strange += 1
            mended.write(_decode_cp1252(line).encode("utf-8"))
    text = str(mended.getbuffer(), "utf-8")
    warning = f"line {first}: not UTF-8 as the rest of the file; such lines were read as cp1252 ({strange} in the file)"
    return DecodedText(text, "utf-8", (warning,))


def _lines_outside_ascii(data: bytes) -> Iterator[bytes]:
    """Lines with bytes above 127 (of a long one, what stands around the byte), until they make a sample."""
    place = size = 0
    while size < _SAMPLE and (found := _NOT_ASCII.search(data, place)):
        reach = max(place, found.start() - 500)
        start = max(reach, data.rfind(b"\n", reach, found.start()) + 1)
        end = data.find(b"\n", found.start(), found.start() + 500)
        place = end if end >= 0 else min(len(data), found.start() + 500)
        size += place - start
        yield data[start:place]


def _guess(sample: bytes) -> str:
    """The encoding of text that is not UTF-8, from lines outside ASCII.

    charset-normalizer cannot tell cp1252 from cp1250 on a few accents, so it is believed only about
    scripts other than Latin, and about Central European languages, which have accents in every word.
    """
    strange = len(_NOT_ASCII.findall(sample))
    if strange < _ENOUGH:
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_LATIN + _OTHER_SCRIPTS).best()
    if best is None:
        return "cp1252"
    density = strange / len(_LETTER.findall(sample))
    if best.encoding in _OTHER_SCRIPTS and density > 0.2:
        return best.encoding
    if best.encoding == "cp1250" and best.language in _CENTRAL_EUROPEAN and density > 0.1:
        return "cp1250"
    return "cp1252"
