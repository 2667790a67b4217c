"""Reading subtitles: SubRip, WebVTT and SubStation files, and the text tracks inside a video."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream

from fabula.errors import InputError
from fabula.files.subtitles.formats import RawCue, cut_ass, cut_srt, cut_vtt
from fabula.files.subtitles.markup import plain_ass, plain_text, split_voices
from fabula.files.subtitles.names import NameBook
from fabula.files.subtitles.parts import Voice, bare_lines, read_voices
from fabula.files.text import read_text, require_file
from fabula.records import Cue, Subtitles

_ASS_SECTION = re.compile(r"^\s*\[(?:script info|v4\+? styles|events)\]", re.IGNORECASE | re.MULTILINE)
_SHORT = 2.0  # seconds for a cue that has no length of its own
_TEXT_TRACKS = dict.fromkeys(("srt", "subrip", "mov_text", "text"), "srt") | {
    "webvtt": "vtt",
    "ass": "ass",
    "ssa": "ass",
}
# Containers name languages by ISO 639-2 codes, users by ISO 639-1; only the codes that don't begin alike need a word.
_LONG_CODES = {"de": "ger deu", "es": "spa", "fr": "fre fra", "ja": "jpn", "zh": "chi zho", "nl": "dut nld",
               "pl": "pol", "pt": "por", "sv": "swe", "cs": "cze ces", "el": "gre ell", "tr": "tur"}  # fmt: skip


def read_subtitles(path: str | Path) -> Subtitles:
    """Read a subtitle file, of the format that its content shows.

    The cues keep the order of the file and are numbered by it from 1, also where the file's own numbers are missing
    or wrong. A cue without any text is kept (a sound, with no parts), so that ``cues[n - 1].number == n``.

    Raises:
        InputError: there is no such file, it is no text, or no cue was found in it.
    """
    decoded = read_text(path)
    kind, raw, warnings = _cut(decoded.text)
    if not raw:
        problem = "no subtitle was found: no line has two times with an arrow between them"
        if decoded.text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
            problem = "this is a web page, not a subtitle file"
        raise InputError(path, problem, "give a SubRip (.srt), WebVTT (.vtt) or SubStation (.ass) file")
    cues, mended = _build(raw, kind)
    return Subtitles(str(path), cues, kind, decoded.encoding, (*decoded.warnings, *warnings, *mended))


def read_embedded_subtitles(path: str | Path, *, language: str | None = None) -> Subtitles | None:
    """Read a text track of a video: the one in ``language`` ("en" or "eng"), else the one that plays by default.

    The packets are read as the container stores them, because FFmpeg's decoders turn all text into SubStation markup
    and lose WebVTT's voices on the way.

    Returns:
        None when there is no subtitle track (in that language); no cues, and a warning, when it holds only pictures.

    Raises:
        InputError: there is no such file, or it is no video.
    """
    path = require_file(path)
    try:
        with av.open(str(path)) as container:
            return _read_track(path, container, language)
    except av.FFmpegError as error:
        problem = f"the video cannot be read ({error.strerror})"
        raise InputError(path, problem, "check that it plays, or give the subtitles as a file") from None


def _cut(text: str) -> tuple[str, list[RawCue], list[str]]:
    """The format, the cues and the warnings. Files often carry the extension of another format."""
    if _ASS_SECTION.search(text[:10_000]):
        return "ass", *cut_ass(text)
    if text.lstrip().startswith("WEBVTT"):
        return "vtt", cut_vtt(text), []
    return "srt", cut_srt(text), []


def _build(raw: Sequence[RawCue], kind: str, unit: str = "line") -> tuple[tuple[Cue, ...], tuple[str, ...]]:
    """Records of cues cut from a file or track of this kind, and what was mended at which line (or other unit)."""
    voices = [_voices(cue, kind) for cue in raw]
    names = NameBook(
        (line for spans in voices for _, text in spans for line in bare_lines(text)),
        known=(name for spans in voices for name, _ in spans if name),
    )
    timed, warnings = _mend_times(raw, unit)
    plain = plain_ass if kind == "ass" else plain_text
    cues = []
    for number, (cue, spans) in enumerate(zip(timed, voices, strict=True), 1):
        reading = read_voices(spans, names)
        cues.append(Cue(number, cue.start, cue.end, plain(cue.text), reading.kind, reading.parts, reading.names))
    return tuple(cues), warnings


def _voices(cue: RawCue, kind: str) -> list[Voice]:
    if kind == "ass":
        return [(cue.name, plain_ass(cue.text))]
    if kind == "vtt":
        return [(name, plain_text(markup)) for name, markup in split_voices(cue.text)]
    return [(None, plain_text(cue.text))]


def _mend_times(raw: Sequence[RawCue], unit: str) -> tuple[list[RawCue], tuple[str, ...]]:
    """Times that run forward, and one warning for each way in which they did not."""
    timed: list[RawCue] = []
    places: dict[str, list[int]] = {}
    for cue, after in zip(raw, [*raw[1:], None], strict=True):
        start, end = max(0.0, cue.start), cue.end
        if min(cue.start, cue.end) < 0:
            places.setdefault("a time before the start of the film was made zero", []).append(cue.line)
        if end <= start:
            limit = after.start if after and after.start > start else start + _SHORT
            end = min(start + _SHORT, limit)
            places.setdefault("the end is not after the start; the cue was given 2 s at most", []).append(cue.line)
        timed.append(replace(cue, start=start, end=end))
    for before, cue in pairwise(timed):
        if cue.start < before.start:
            places.setdefault("the cue starts before the one above it; the order was kept", []).append(cue.line)
        elif cue.start < before.end:
            places.setdefault("the cue overlaps the one above it", []).append(cue.line)
    return timed, tuple(f"{unit} {at[0]}: {what} ({len(at)} in the file)" for what, at in places.items())


def _read_track(path: Path, container: InputContainer, language: str | None) -> Subtitles | None:
    tracks = [(stream.name or "unknown", stream) for stream in container.streams.subtitles if _speaks(stream, language)]
    if not tracks:
        return None
    texts = [(codec, stream) for codec, stream in tracks if codec in _TEXT_TRACKS]
    pictures = [(codec, stream) for codec, stream in tracks if codec not in _TEXT_TRACKS]
    warnings = [f"track {stream.index}: {codec} holds no text that can be read" for codec, stream in pictures]
    if not texts:
        return Subtitles(str(path), (), pictures[0][0], "", tuple(warnings))
    codec, track = min(texts, key=lambda text: _preference(text[1]))
    cues, mended = _build(_packets(container, track, codec), _TEXT_TRACKS[codec], unit="cue")
    return Subtitles(str(path), cues, codec, "utf-8", (*warnings, *mended))


def _speaks(stream: SubtitleStream, language: str | None) -> bool:
    if language is None:
        return True
    wanted, own = language.lower(), (stream.language or "und").lower()
    if wanted in _LONG_CODES:
        return own in {wanted, *_LONG_CODES[wanted].split()}
    return own == wanted or own[:2] == wanted


def _preference(stream: SubtitleStream) -> tuple[bool, bool, int]:
    """The default track first; forced ones, which hold only the foreign lines, last."""
    return Disposition.forced in stream.disposition, Disposition.default not in stream.disposition, stream.index


def _film_start(container: InputContainer) -> float:
    """When the picture begins on the container's clock, in seconds: the film's times count from there."""
    picture = next(iter(container.streams.video), None)
    if picture is None or picture.start_time is None or picture.time_base is None:
        return 0.0
    return float(picture.start_time * picture.time_base)


def _packets(container: InputContainer, track: SubtitleStream, codec: str) -> list[RawCue]:
    cues: list[RawCue] = []
    origin = _film_start(container)
    for packet in container.demux(track):
        if packet.pts is None:
            continue
        start = float(packet.pts * packet.time_base) - origin
        end = start + float((packet.duration or 0) * packet.time_base)
        name, text = _payload(bytes(packet), codec)
        if text.strip():
            cues.append(RawCue(round(start, 3), round(end, 3), text, len(cues) + 1, name))
    return cues


def _payload(data: bytes, codec: str) -> tuple[str | None, str]:
    """The name and the markup in a packet."""
    if codec == "mov_text":  # 3GPP timed text: the length in two bytes, the text, then boxes with its style
        data = data[2 : 2 + int.from_bytes(data[:2], "big")]
        return None, data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if codec not in ("ass", "ssa"):
        return None, text
    fields = text.split(",", 8)  # read order, layer, style, name, three margins, effect, text
    return (fields[3].strip() or None, fields[8]) if len(fields) == 9 else (None, "")
