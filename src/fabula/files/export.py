"""A project as data that other programs read: subtitles with speakers, JSON, CSV, or the report."""

import json
from collections.abc import Callable

from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.files.report import ReportData, render_report
from fabula.files.rows import (
    Row,
    adaptation_rows,
    aligned_rows,
    described_shot_rows,
    passage_row,
    pin_row,
    seen_row,
    to_csv,
)
from fabula.files.subtitles import write_ass, write_srt, write_vtt
from fabula.records import Adaptation, Cue, Link, State

CSV_TABLES = ("cues", "shots", "links", "scenes", "chapters", "stretches", "names")


def export(
    project: Project, to: str, *, version: str, table: str = "cues", adaptation: Adaptation | None = None
) -> str:
    """The project as a text in one of the formats.

    Args:
        project: the project.
        to: one of ``FORMATS``.
        version: fabula's own, for the report's footer.
        table: for csv, which of ``CSV_TABLES``.
        adaptation: what the film made of its book (see ``fabula.adaptation_of``), for html, json and csv.

    Raises:
        FabulaError: the format is unknown, or the project has nothing that it could hold.
    """
    if to not in FORMATS:
        raise FabulaError(f"There is no export format {to!r}. Choose one of: {', '.join(FORMATS)}.")
    if to == "html":
        return render_report(report_data(project, version, adaptation))
    if to == "csv":
        return _csv(project, table, adaptation)
    if to == "json":
        return json.dumps(as_data(project, adaptation), ensure_ascii=False, indent=1) + "\n"
    if not project.cues:
        raise FabulaError(f"The project has no subtitles, which {to} would hold. Add them with: fabula read --subs.")
    return _SUBTITLES[to](project.cues)


_SUBTITLES: dict[str, Callable[[tuple[Cue, ...]], str]] = {"srt": write_srt, "vtt": write_vtt, "ass": write_ass}
FORMATS = (*_SUBTITLES, "json", "csv", "html")


def as_data(project: Project, adaptation: Adaptation | None = None) -> Row:
    """All of a project but its pictures, vectors and the book's full text, as plain data."""
    return {
        "title": project.title,
        "film": _film_row(project),
        "shots": described_shot_rows(project.shots, project.captions),
        "scenes": _scene_rows(project),
        "cues": _cue_rows(project),
        "links": _link_rows(project),
        "seen": [seen_row(seen) for seen in project.seen],
        "pins": [pin_row(pin) for pin in project.pins],
        "adaptation": _adaptation_data(adaptation),
        "warnings": list(project.warnings),
    }


def _adaptation_data(adaptation: Adaptation | None) -> Row | None:
    if adaptation is None:
        return None
    return {"faithfulness": round(adaptation.faithfulness, 4), **adaptation_rows(adaptation)}


def report_data(project: Project, version: str, adaptation: Adaptation | None = None) -> ReportData:
    """What the report is drawn from."""
    found = (project.film, project.subtitles, project.screenplay, project.book)
    return ReportData(
        title=project.title,
        made_with=version,
        film=project.film,
        shots=project.shots,
        thumbnails=project.thumbnails,
        captions=project.captions,
        seen=project.seen,
        cues=project.cues,
        scenes=project.scenes,
        lines=project.lines,
        book=project.book,
        links=project.links,
        pins=project.pins,
        adaptation=adaptation,
        tags=project.tags,
        curves=project.curves,
        warnings=project.warnings,
        files=tuple(source.path for source in found if source is not None),
    )


def _film_row(project: Project) -> Row | None:
    film = project.film
    if film is None:
        return None
    names = ("path", "width", "height", "fps", "frames", "duration", "codec", "rotation")
    return {name: getattr(film, name) for name in names}


def _scene_rows(project: Project) -> list[Row]:
    names = ("index", "heading", "setting", "place", "time_of_day", "number", "start", "end")
    return [{**{name: getattr(scene, name) for name in names}, "moved": bool(scene.moved)} for scene in project.scenes]


def _cue_rows(project: Project) -> list[Row]:
    scenes = project.scenes if project.screenplay else None
    return aligned_rows(project.cues, scenes, project.links, project.book)


def _link_rows(project: Project) -> list[Row]:
    return [_link_row(project, link) for link in project.links]


def _link_row(project: Project, link: Link) -> Row:
    book = project.book
    passage = passage_row(book, link.first_passage) if book and link.first_passage is not None else {}
    return {
        "state": link.state.value,
        "score": link.score,
        "first_cue": link.first_cue,
        "last_cue": link.last_cue,
        "first_passage": link.first_passage,
        "last_passage": link.last_passage,
        "chapter": passage.get("chapter"),
        "char_start": passage.get("char_start"),
        "char_end": passage.get("char_end"),
        "kept": link.state in (State.ALIGNED, State.MOVED),
    }


def _csv(project: Project, table: str, adaptation: Adaptation | None) -> str:
    if table not in CSV_TABLES:
        raise FabulaError(f"There is no table {table!r}. Choose one of: {', '.join(CSV_TABLES)}.")
    if table == "cues":
        return to_csv([_flat(row) for row in _cue_rows(project)], _CUE_COLUMNS)
    rows = {"shots": described_shot_rows(project.shots, project.captions), "scenes": _scene_rows(project)}
    if adaptation is not None:
        rows |= adaptation_rows(adaptation)
    elif table in ("chapters", "stretches", "names"):
        raise FabulaError(f"The project has no links of a film with a book, which {table} would count.")
    found = rows[table] if table in rows else _link_rows(project)
    return to_csv(found, list(found[0]) if found else [table])


_CUE_COLUMNS = [
    *("cue", "start", "end", "text", "speaker", "speakers", "scene", "heading", "score"),
    *("state", "moved", "book_score", "chapter", "passage", "char_start", "char_end", "passage_text"),
]


def _flat(row: Row) -> Row:
    """A cue's row without nesting; several speakers are joined with a slash."""
    scene, passage = row.get("scene") or {}, row.get("passage") or {}
    return {
        **row,
        "speakers": " / ".join(name or "?" for name in row.get("speakers", ())),
        "scene": scene.get("index"),
        "heading": scene.get("heading"),
        "book_score": row.get("book_score", row["score"] if "state" in row else None),
        "chapter": passage.get("chapter"),
        "passage": passage.get("index"),
        "char_start": passage.get("char_start"),
        "char_end": passage.get("char_end"),
        "passage_text": passage.get("text"),
    }
