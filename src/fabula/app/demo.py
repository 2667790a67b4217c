"""The demo: draw our own film, read it with its story, screenplay and subtitles, score every stage, report it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

import fabula
from fabula.adaptation import adaptation_of
from fabula.evaluate.demo import StageScore, build_demo, score_demo
from fabula.files.export import export
from fabula.files.output import write_text
from fabula.reading import StageProgress, read


@dataclass(frozen=True)
class DemoResult:
    """Where the demo's files are, and how well each stage did, as a table of text."""

    project: Path
    report: Path
    text: str


def run_demo(folder: Path, *, force: bool = False, progress: StageProgress | None = None) -> DemoResult:
    """Build, read, score and report the demo film in a folder.

    Args:
        folder: where to; what an earlier run finished there is used again.
        force: overwrite an earlier report.
        progress: called while stages run.
    """
    files = build_demo(folder, partial(progress, "demo") if progress else None)
    project_path = folder / "demo.fabula"
    report_path = folder / "report.html"
    with read(
        files.film, files.subtitles, files.screenplay, files.book, output=project_path, force=True, progress=progress
    ) as project:
        scores = score_demo(files.truth, project)
        page = export(project, "html", version=fabula.__version__, adaptation=adaptation_of(project))
        write_text(report_path, page, force=force)
    return DemoResult(project_path, report_path, _table(scores, folder))


def _table(scores: Sequence[StageScore], folder: Path) -> str:
    table = Table(title=f"What fabula found in {folder}, against what is known of the film", title_justify="left")
    for column in ("stage", "measure", "score", "count", "meaning"):
        table.add_column(column, justify="right" if column in ("score", "count") else "left")
    last = None
    for score in scores:
        if last not in (None, score.stage):
            table.add_section()
        table.add_row(
            score.stage if score.stage != last else "",
            score.measure,
            f"{score.value:.2f}",
            f"{score.hit} of {score.total}",
            score.note,
        )
        last = score.stage
    console = Console(width=110, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table)
    return captured.get().rstrip("\n")
