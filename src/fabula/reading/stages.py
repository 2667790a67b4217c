"""The stages of a reading: each keyed by the hash of what it rests on, run only if its result is not there yet.

A stage whose key is stored already is not run again, so a rerun does only what changed and a killed run goes on
where it was.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fabula.errors import InputError
from fabula.files.project import fingerprint
from fabula.files.store import Store
from fabula.files.text import require_file
from fabula.records import Progress

StageProgress = Callable[[str, int, int | None], None]
"""Called with (stage, units done, units in all or None) while a stage runs."""

VERSIONS = {
    "film": 1,
    "subtitles": 1,
    "screenplay": 1,
    "book": 1,
    "pictures": 2,
    "storyline": 2,
    "captions": 1,
    "speakers": 3,
    "scenes": 1,
    "pages": 3,
}
"""Raised when a stage's method changes, so that old results are computed anew."""

RESTS_ON_IT = {
    "film": ("scenes", "pictures", "captions", "storyline"),
    "subtitles": ("speakers", "scenes", "pages"),
    "screenplay": ("speakers", "scenes"),
    "book": ("pages",),
}
"""The stages that must be forgotten when an input is read anew."""

Tables = dict[str, tuple[type, Sequence[Any]]]


@dataclass(frozen=True)
class Found:
    """What a stage computed: the tables it fills and what it had to mend."""

    tables: Tables
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Stages:
    """A project's stages. ``force`` lets an input replace a different one of its kind."""

    store: Store
    progress: StageProgress | None = None
    force: bool = False

    def there(self, *names: str) -> bool:
        """Whether all of these stages are finished."""
        return all(self.store.stage_key(name) is not None for name in names)

    def read(self, kind: str, path: Path, compute: Callable[[Path], Found], settings: str = "") -> None:
        """Run the stage that reads an input, unless its result is there."""
        content = fingerprint(path if path.is_dir() else require_file(path))
        key = stage_key(kind, content, settings)
        if self.store.stage_key(kind) == key:
            return
        if not self.force and self.store.stage_content(kind) not in (None, content):
            raise InputError(
                self.store.path or "the project",
                f"it was made from another {kind} than {path}",
                "use another project file, or --force to replace that part",
            )
        self._finish(kind, key, lambda: compute(path), content=content, outdates=RESTS_ON_IT.get(kind, ()))

    def join(self, stage: str, needs: Iterable[str], compute: Callable[[], Found], settings: str = "") -> None:
        """Run a stage that works on the results of others, if all are there and its own is not."""
        keys = {name: self.store.stage_key(name) for name in needs}
        found = {name: key for name, key in keys.items() if key is not None}
        if len(found) < len(keys):
            return
        key = stage_key(stage, *found.values(), settings)
        if self.store.stage_key(stage) != key:
            self._finish(stage, key, compute, needs=found)

    def telling(self, stage: str) -> Progress:
        """The progress of a stage."""
        return partial(self._tell, stage)

    def _finish(self, stage: str, key: str, compute: Callable[[], Found], **stored: Any) -> None:
        started = time.perf_counter()
        self._tell(stage, 0, None)
        found = compute()
        seconds = time.perf_counter() - started
        self.store.save_stage(stage, key, found.tables, warnings=found.warnings, seconds=seconds, **stored)
        self._tell(stage, 1, 1)

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        if self.progress:
            self.progress(stage, done, total)


@dataclass(frozen=True)
class StoredCheckpoint:
    """Where a stage keeps its state between kills: in the project."""

    store: Store
    stage: str
    key: str

    def save(self, state: bytes) -> None:
        """Keep the state of the unfinished stage."""
        self.store.save_checkpoint(self.stage, self.key, state)

    def load(self) -> bytes | None:
        """What an unfinished stage with the same key left."""
        return self.store.load_checkpoint(self.stage, self.key)


def stage_key(stage: str, *parts: str) -> str:
    """The hash that names a stage's result: its version, its inputs and its settings."""
    return hashlib.sha256("\n".join([stage, str(VERSIONS[stage]), *parts]).encode()).hexdigest()
