"""Writes the demo into a folder: the film, its subtitles, its screenplay, its book, and what is true of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fabula.errors import InputError
from fabula.evaluate.demo.cutting import Cutting, material, read_cutting
from fabula.evaluate.demo.renderer import render
from fabula.evaluate.demo.tale import epub, read_tale
from fabula.evaluate.demo.truth import Truth, tell_truth
from fabula.files.output import write_text
from fabula.records import Progress


@dataclass(frozen=True)
class DemoFiles:
    """Where the five files of the demo lie."""

    film: Path
    subtitles: Path
    screenplay: Path
    book: Path
    truth: Path

    @classmethod
    def within(cls, folder: Path) -> "DemoFiles":
        """The names that the files have in a folder."""
        names = ("film.mp4", "subtitles.srt", "screenplay.fountain", "story.epub", "truth.json")
        return cls(*(folder / name for name in names))

    @property
    def all(self) -> tuple[Path, ...]:
        """The five paths."""
        return self.film, self.subtitles, self.screenplay, self.book, self.truth


def build_demo(folder: Path, progress: Progress | None = None) -> DemoFiles:
    """Write the demo into the folder, which is made if need be; nothing is done if it already lies there complete.

    Each file appears only when it is whole, the truth last, so that a killed build is simply begun again.

    Args:
        folder: where to; files of these names in it are replaced.
        progress: called with (frames drawn, frames in all).

    Raises:
        InputError: the folder cannot be written.
    """
    files = DemoFiles.within(Path(folder))
    cutting = read_cutting()
    if not _complete(files):
        try:
            files.truth.unlink(missing_ok=True)
            files.film.parent.mkdir(parents=True, exist_ok=True)
            write_sources(files, cutting)
            _whole(files.film, lambda path: render(cutting, path, progress))
            write_text(files.truth, tell_truth(cutting, read_tale(), edition()).to_json(), force=True)
        except OSError as error:
            raise InputError(folder, f"the demo cannot be written here ({error})", "choose another folder") from error
    return files


def write_demo_texts(folder: Path) -> tuple[DemoFiles, Truth]:
    """Write subtitles, screenplay and book, and tell the truth about them; nothing is drawn.

    Args:
        folder: where to; it must be there.
    """
    files, cutting = DemoFiles.within(folder), read_cutting()
    write_sources(files, cutting)
    return files, tell_truth(cutting, read_tale(), edition())


def write_sources(files: DemoFiles, cutting: Cutting) -> None:
    """Write what takes no time: subtitles, screenplay and book."""
    write_text(files.subtitles, srt(cutting), force=True)
    write_text(files.screenplay, material("film.fountain"), force=True)
    _whole(files.book, lambda path: path.write_bytes(epub(read_tale())))


def edition() -> str:
    """A name for the demo's material that changes when any of it does."""
    sources = "".join(material(name) for name in ("cutting.toml", "film.fountain", "story.md"))
    return f"{read_cutting().version}-{hashlib.sha256(sources.encode('utf-8')).hexdigest()[:12]}"


def srt(cutting: Cutting) -> str:
    """The film's subtitles; what is spoken over the picture stands in italics."""
    blocks = []
    for number, cue in enumerate((cue for take in cutting.takes for cue in take.cues), 1):
        text = f"<i>{cue.text}</i>" if cue.off else cue.text
        blocks.append(f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{text}\n")
    return "\n".join(blocks)


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{milliseconds:03}"


def _complete(files: DemoFiles) -> bool:
    """Whether all files are there, made from the material as it is now."""
    if not all(path.is_file() for path in files.all):
        return False
    try:
        return Truth.read(files.truth).edition == edition()
    except InputError:
        return False


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` write beside the path, and put the file in its place when it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
