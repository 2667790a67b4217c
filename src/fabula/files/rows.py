"""Records as rows for JSON and CSV: the names that users' programs read, in one place."""

import csv
import dataclasses
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fabula.records import (
    Adaptation,
    Book,
    Caption,
    ChapterUse,
    Cue,
    Curve,
    Description,
    FilmStretch,
    Hit,
    Link,
    NameUse,
    Part,
    Pin,
    Scene,
    Seen,
    Shot,
    State,
)

Row = dict[str, Any]


def shot_row(shot: Shot) -> Row:
    """A shot: 0-based number, seconds, inclusive frames, how it begins."""
    return {
        "shot": shot.index,
        "start": round(shot.start, 3),
        "end": round(shot.end, 3),
        "first_frame": shot.first_frame,
        "last_frame": shot.last_frame,
        "transition": shot.transition.value,
    }


def placed_shot_row(shot: Shot) -> Row:
    """A shot of a project: also the index of the screenplay's scene, if it is known."""
    return {**shot_row(shot), "scene": shot.scene}


def described_shot_rows(shots: Iterable[Shot], captions: Iterable[Caption]) -> list[Row]:
    """The shots of a project; each that has one with its caption, and with none where the others have one."""
    texts = {caption.shot: caption.text for caption in captions}
    return [placed_shot_row(shot) | ({"caption": texts.get(shot.index)} if texts else {}) for shot in shots]


def caption_row(caption: Caption) -> Row:
    """A caption: its text, and the mean log probability of its words."""
    return {"text": caption.text, "score": round(caption.score, 4)}


def description_row(found: Description) -> Row:
    """A described picture; boxes are x, y, width and height in its pixels."""
    regions = [{"box": list(r.box), "text": r.text, "score": round(r.score, 4)} for r in found.regions]
    return {"image": found.image, "captions": [caption_row(caption) for caption in found.captions], "regions": regions}


def shot_caption_rows(shots: Iterable[Shot], captions: Iterable[Caption]) -> list[Row]:
    """The shots of a film in seconds, each with its captions."""
    told: dict[int | None, list[Row]] = {}
    for caption in captions:
        told.setdefault(caption.shot, []).append(caption_row(caption))
    times = [{name: shot_row(shot)[name] for name in ("shot", "start", "end")} for shot in shots]
    return [{**row, "captions": told.get(row["shot"], [])} for row in times]


def cue_row(cue: Cue) -> Row:
    """A cue: 1-based number in file order, seconds, text."""
    return {"cue": cue.number, "start": round(cue.start, 3), "end": round(cue.end, 3), "text": cue.text}


def speaker_fields(cue: Cue, scenes: Sequence[Scene]) -> Row:
    """Who speaks a cue, and in which scene."""
    scene = scenes[cue.scene] if cue.scene is not None else None
    return {
        "speaker": cue.speaker,
        "speakers": list(cue.speakers),
        "scene": {"index": scene.index, "heading": scene.heading} if scene else None,
        "score": cue.score,
    }


def link_fields(link: Link, book: Book) -> Row:
    """What a cue tells of the book. ``score`` is the probability that it tells ``passage``.

    A film-only cue has the passage that was likeliest, with too low a score to be called aligned. ``passages`` are the
    first and the last index where a cue tells several.
    """
    joined = link.state in (State.ALIGNED, State.MOVED)
    place = best_passage(link, book)
    return {
        "state": State.ALIGNED.value if joined else link.state.value,
        "moved": link.state is State.MOVED,
        "score": link.score,
        "passage": passage_row(book, place) if place is not None else None,
        "passages": [link.first_passage, link.last_passage] if joined else None,
        "sentence": sentence_row(book, link.sentence) if link.sentence is not None else None,
        "why": dict(link.why),
    }


def best_passage(link: Link, book: Book) -> int | None:
    """The index of the passage that a link means most: that of its best sentence, or the nearest of a film-only cue."""
    if link.sentence is not None:
        return book.sentences[link.sentence].passage
    return link.first_passage if link.first_passage is not None else link.nearest


def passage_row(book: Book, index: int) -> Row:
    """A paragraph, its chapter, and where it stands in the source."""
    passage = book.passages[index]
    return {
        "text": passage.text,
        "chapter": book.chapters[passage.chapter].title,
        "index": passage.index,
        "char_start": passage.char_start,
        "char_end": passage.char_end,
    }


def sentence_row(book: Book, index: int) -> Row:
    """A sentence and where it stands in the source."""
    sentence = book.sentences[index]
    return {"text": sentence.text, "char_start": sentence.char_start, "char_end": sentence.char_end}


def aligned_rows(
    cues: Sequence[Cue], scenes: Sequence[Scene] | None, links: Sequence[Link] | None, book: Book | None
) -> list[Row]:
    """One row for each cue with all that is known of it.

    With a screenplay alone or a book alone the fields stand side by side; with both, the book's are under "book",
    because both have a score.
    """
    of_cue = {link.first_cue: link for link in links or () if link.first_cue is not None}
    rows = []
    for cue in cues:
        row = cue_row(cue)
        if scenes is not None:
            row |= speaker_fields(cue, scenes)
        if book is not None and cue.number in of_cue:
            found = link_fields(of_cue[cue.number], book)
            row |= found if scenes is None else {**_without(found, "score"), "book_score": found["score"]}
        rows.append(row)
    return rows


def hit_row(hit: Hit) -> Row:
    """A hit: score and each channel's share; where it is in film, screenplay and book; what stands there.

    "scene" and "passage" are indices, "cue" is a number; what is not known is null.
    """
    start, end = (None if time is None else round(time, 3) for time in (hit.start, hit.end))
    return {**dataclasses.asdict(hit), "start": start, "end": end, "why": dict(hit.why), "texts": dict(hit.texts)}


CURVE_COLUMNS = ("tag", "kind", "model", "shot", "start", "end", "raw", "smooth")


def curve_rows(curve: Curve, shots: Iterable[Shot]) -> list[Row]:
    """One row for each shot of a curve: its times in seconds, its response by itself and with the shots before."""
    times = {row["shot"]: {"start": row["start"], "end": row["end"]} for row in map(shot_row, shots)}
    tag = {"tag": curve.name, "kind": str(curve.kind), "model": curve.model}
    return [
        {**tag, "shot": shot, **times[shot], "raw": round(raw, 5), "smooth": round(smooth, 5)}
        for shot, raw, smooth in zip(curve.shots, curve.raw, curve.smooth, strict=True)
        if shot in times
    ]


def part_row(part: Part) -> Row:
    """A part of a film: seconds, the scene's heading, the mean response to each tag, the speakers' shares of lines."""
    times = {"start": round(part.start, 3), "end": round(part.end, 3), "heading": part.heading}
    tags, speakers = ({name: round(value, 5) for name, value in some} for some in (part.tags, part.speakers))
    return {**times, "tags": tags, "speakers": speakers, "lines": part.lines}


def pin_row(pin: Pin) -> Row:
    """What a reader decided about a cue."""
    return {"cue": pin.cue, "text": pin.text, "passage": pin.passage, "nowhere": pin.nowhere, "speaker": pin.speaker}


def seen_row(seen: Seen) -> Row:
    """A passage that a silent shot may show, by its pictures alone."""
    return {"shot": seen.shot, "passage": seen.passage, "score": seen.score}


def adaptation_rows(adaptation: Adaptation) -> dict[str, list[Row]]:
    """The tables of an adaptation by name: chapters, stretches, names. Their columns are the records' fields."""
    tables: dict[str, Sequence[ChapterUse | FilmStretch | NameUse]]
    tables = {"chapters": adaptation.chapters, "stretches": adaptation.stretches, "names": adaptation.names}
    return {name: [dataclasses.asdict(record) for record in records] for name, records in tables.items()}


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def to_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def shots_csv(shots: Sequence[Shot]) -> str:
    """Shots in the column layout of PySceneDetect's scene list: frames from 1, timecodes of milliseconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Timecode List:", *(timecode(shot.start) for shot in shots[1:])])
    writer.writerow(
        ["Scene Number"]
        + [f"{end} {unit}" for end in ("Start", "End") for unit in ("Frame", "Timecode", "Time (seconds)")]
        + [f"Length ({unit})" for unit in ("frames", "timecode", "seconds")]
    )
    for shot in shots:
        length = shot.end - shot.start
        writer.writerow(
            [
                shot.index + 1,
                *(shot.first_frame + 1, timecode(shot.start), f"{shot.start:.3f}"),
                *(shot.last_frame + 1, timecode(shot.end), f"{shot.end:.3f}"),
                *(shot.last_frame - shot.first_frame + 1, timecode(length), f"{length:.3f}"),
            ]
        )
    return out.getvalue()


def timecode(seconds: float) -> str:
    """HH:MM:SS.mmm."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
