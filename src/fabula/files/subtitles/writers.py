"""Writing subtitles that carry who speaks: SubRip, WebVTT and SubStation text that reads back as it was."""

import html
from collections.abc import Iterable

import pysubs2
import webvtt

from fabula.files.subtitles.names import NameBook
from fabula.files.subtitles.parts import Turn, join_names, split_turns
from fabula.records import Cue


def write_srt(cues: Iterable[Cue]) -> str:
    """SubRip text with "NAME: " before each turn whose speaker is known, unless the cue says it already.

    Cues are numbered from 1 in the order given. When several turns share a cue, each begins with a dash.
    """
    blocks = []
    for number, cue in enumerate(cues, 1):
        turns = speaking_turns(cue)
        text = cue.text
        if any(speaker for _, speaker in turns):
            several = sum(bool(turn.words) for turn, _ in turns) > 1
            text = "\n".join(_prefixed(turn, speaker, several) for turn, speaker in turns)
        times = f"{_timestamp(cue.start, ',')} --> {_timestamp(cue.end, ',')}"
        blocks.append(f"{number}\n{times}\n{_without_blank_lines(text)}\n")
    return "\n".join(blocks)


def write_vtt(cues: Iterable[Cue]) -> str:
    """WebVTT text with a voice span, ``<v NAME>``, around each turn whose speaker is known; the cue's text stays."""
    captions = []
    for cue in cues:
        turns = speaking_turns(cue)
        text = _escape(cue.text)
        if any(speaker for _, speaker in turns):
            text = "\n".join(_voiced(turn, speaker) for turn, speaker in turns)
        lines = _without_blank_lines(text).split("\n")
        captions.append(webvtt.Caption(_timestamp(cue.start, "."), _timestamp(cue.end, "."), lines))
    return str(webvtt.WebVTT(captions=captions).content)


def write_ass(cues: Iterable[Cue]) -> str:
    """SubStation (ASS) text with the speaker in the Name field; times are rounded to its hundredths of a second.

    A cue of two speakers stays one event, named "ANNA / BEN" ("?" for one who is unknown): players would show two
    events of the same time one above the other in reverse, and editors would count a cue too many.
    """
    file = pysubs2.SSAFile()
    for cue in cues:
        turns = speaking_turns(cue)
        speakers = [speaker for turn, speaker in turns if turn.words]
        text = cue.text
        if any(speakers):
            text = "\n".join(turn.shown for turn, _ in turns)
        # A word joiner keeps "\N" in the text from breaking the line; libass and this reader drop it.
        marked = text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")
        name = join_names(speakers).replace(",", "") if any(speakers) else ""
        start = round(1000 * cue.start)
        end = max(round(1000 * cue.end), start + 10)
        file.append(pysubs2.SSAEvent(start=start, end=end, text=marked, name=name))
    return str(file.to_string("ass", header_notice=""))


def speaking_turns(cue: Cue) -> list[tuple[Turn, str | None]]:
    """The turns of a cue's text, each with its speaker: the aligner's, else the one that the file names.

    Turns without words have none. Turns that show no seam in the text (they came as voice spans) are built
    anew from the cue's parts.
    """
    turns = split_turns(cue.text, NameBook((), known=[name for name in cue.names if name]))
    spoken = sum(bool(turn.words) for turn in turns)
    if cue.parts and spoken != len(cue.parts):
        spoken = len(cue.parts)
        turns = [Turn("- " if spoken > 1 else "", "", part, None) for part in cue.parts]
    speakers = iter(_speakers(cue, spoken))
    return [(turn, next(speakers) if turn.words else None) for turn in turns]


def _speakers(cue: Cue, spoken: int) -> list[str | None]:
    names = cue.names if len(cue.names) == spoken else (None,) * spoken
    for aligned in (cue.speakers, (cue.speaker,)):
        if len(aligned) == spoken:
            return [speaker or name for speaker, name in zip(aligned, names, strict=True)]
    return list(names)


def _prefixed(turn: Turn, speaker: str | None, several: bool) -> str:
    if speaker is None or (turn.name or "").casefold() == speaker.casefold():
        return turn.shown
    dash = turn.dash or ("- " if several else "")
    return f"{dash}{_one_line(speaker).replace(':', '')}: {turn.body.lstrip()}"


def _voiced(turn: Turn, speaker: str | None) -> str:
    if speaker is None:
        return _escape(turn.shown)
    return f"<v {_escape(_one_line(speaker))}>{_escape(turn.shown)}</v>"


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _without_blank_lines(text: str) -> str:
    """A blank line would end the cue."""
    return "\n".join(line for line in text.split("\n") if line.strip())


def _timestamp(seconds: float, point: str) -> str:
    minutes, thousandths = divmod(round(1000 * seconds), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1000:02}{point}{thousandths % 1000:03}"
