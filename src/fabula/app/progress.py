"""Progress on standard error: stage, rate, time left. Silent when asked, or when nobody watches."""

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from fabula.reading import StageProgress

LABELS = {
    "subtitles": "reading the subtitles",
    "screenplay": "reading the screenplay",
    "book": "reading the book",
    "film": "watching the film",
    "pictures": "looking at the shots",
    "captions": "describing the shots",
    "storyline": "finding genres and themes",
    "speakers": "finding who speaks",
    "pages": "finding the pages",
    "shots": "finding the shots",
    "sentences": "embedding the sentences",
    "passages": "embedding the passages of the shelf",
    "demo": "drawing the demo film",
    "mosaics": "pointing into mosaics",
    "boxes": "pointing at things",
}


@contextlib.contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[StageProgress | None]:
    """A function that shows the stages' progress; None when quiet or when standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as display:
        yield _Stages(display).tell


class _Stages:
    """One bar for each stage, made when it is first heard of."""

    def __init__(self, display: Progress) -> None:
        self.display = display
        self.tasks: dict[str, TaskID] = {}

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """Move a stage's bar."""
        if stage not in self.tasks:
            self.tasks[stage] = self.display.add_task(LABELS.get(stage, stage), total=None, rate="")
        task = self.display.tasks[self.tasks[stage]]
        speed = task.speed or task.finished_speed
        rate = f"{speed:,.0f}/s" if speed and (total or 0) > 1 else ""
        self.display.update(self.tasks[stage], completed=done, total=total, rate=rate)
