"""One film is one file: an SQLite database of stages, records, vectors and checkpoints.

Each stage replaces its tables in one transaction, so a process killed at any moment leaves the last whole state,
and two processes cannot interleave. The rollback journal is used (not WAL), so that a project at rest is one file.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from fabula.errors import FabulaError, InputError, StorageError
from fabula.files.tables import create_table, load_rows, replace_rows

Record = TypeVar("Record")

APPLICATION_ID = 0x46414255  # "FABU": lets `file` and us tell a project from any other database
FORMAT = 1
BUSY_SECONDS = 60.0
_VARIABLES = 900  # SQLite builds from before 2020 take at most 999 in one statement

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stages (
  name TEXT PRIMARY KEY, key TEXT, content TEXT, tables TEXT, seconds REAL, finished REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warnings (stage TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS checkpoints (stage TEXT PRIMARY KEY, key TEXT, state BLOB);
CREATE TABLE IF NOT EXISTS vectors (model TEXT, text TEXT, vector BLOB, PRIMARY KEY (model, text)) WITHOUT ROWID;
"""


class Store:
    """The database behind a project, or behind the cache of vectors.

    Args:
        path: the file; None keeps everything in memory.
        create: make the file if it is missing.
    """

    def __init__(self, path: Path | None, *, create: bool = True) -> None:
        self.path = path
        if path is not None and not create and not path.is_file():
            raise InputError(path, "there is no such project file", "make it with: fabula read ... -o NAME.fabula")
        with self._explained():
            self._db = sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None)
            self._prepare(create)

    def close(self) -> None:
        """Close the database; what was stored stays."""
        self._db.close()

    def _prepare(self, create: bool) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise InputError(self.path or "", "this is a database of another program", "name another project file")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise InputError(self.path or "", f"a newer fabula wrote this (format {version})", "update fabula")
        if tables:
            return
        if not create:
            raise InputError(self.path or "", "this project is empty", "fill it with: fabula read ... -o NAME.fabula")
        with self._transaction():
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into ours."""
        try:
            yield
        except FabulaError:
            raise
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.DatabaseError) -> FabulaError:
        name = str(self.path or "the project in memory")
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            return InputError(name, "this is not a fabula project", "make one with: fabula read ... -o NAME.fabula")
        if code == sqlite3.SQLITE_FULL:
            return StorageError(f"{name}: the disk is full. Nothing stored before is lost; free some space and rerun.")
        if code == sqlite3.SQLITE_BUSY:
            return StorageError(f"{name}: another process is using the project. Wait for it to end and rerun.")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return StorageError(f"{name}: cannot be written ({error}). Check the folder and its permissions.")
        return StorageError(f"{name}: {error}. If the disk is sound, delete the file and read the film again.")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile."""
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def stage_key(self, stage: str) -> str | None:
        """The key under which a stage was last finished, or None."""
        with self._explained():
            row = self._db.execute("SELECT key FROM stages WHERE name = ?", (stage,)).fetchone()
        return row[0] if row else None

    def stage_content(self, stage: str) -> str | None:
        """The hash of the input file that a stage read, or None."""
        with self._explained():
            row = self._db.execute("SELECT content FROM stages WHERE name = ?", (stage,)).fetchone()
        return row[0] if row else None

    def stage_seconds(self) -> dict[str, float]:
        """How long each finished stage took."""
        with self._explained():
            return dict(self._db.execute("SELECT name, seconds FROM stages ORDER BY finished"))

    def save_stage(
        self,
        stage: str,
        key: str,
        tables: Mapping[str, tuple[type, Sequence[object]]],
        *,
        content: str | None = None,
        warnings: Iterable[str] = (),
        seconds: float = 0.0,
        needs: Mapping[str, str] | None = None,
        outdates: Iterable[str] = (),
    ) -> None:
        """Store all that a stage found, in one transaction, and drop its checkpoint.

        Args:
            stage: its name.
            key: the hash of its input, model and settings.
            tables: name of the table -> (record type, records).
            content: the hash of the input file, for a stage that reads one.
            warnings: what the stage had to mend or skip.
            seconds: how long it took.
            needs: the stages it was computed from, with their keys at that time; if another process
                has changed one of them meanwhile, nothing is stored.
            outdates: the stages that rest on this one; what they stored is dropped.

        Raises:
            StorageError: the disk is full, or another process changed what this stage rests on.
        """
        with self._transaction():
            for name, expected in (needs or {}).items():
                if self.stage_key(name) != expected:
                    raise StorageError(f"{self.path}: another process changed the {name} meanwhile. Rerun to continue.")
            for other in (stage, *outdates):
                self._drop(other)
            for name, (record, rows) in tables.items():
                create_table(self._db, name, record)
                replace_rows(self._db, name, record, rows)
            self._db.executemany("INSERT INTO warnings VALUES (?, ?)", ((stage, text) for text in warnings))
            row = (stage, key, content, json.dumps(list(tables)), seconds, time.time())
            self._db.execute("INSERT INTO stages VALUES (?, ?, ?, ?, ?, ?)", row)

    def _drop(self, stage: str) -> None:
        """Forget a stage: its rows, warnings and checkpoint. The caller owns the transaction."""
        row = self._db.execute("SELECT tables FROM stages WHERE name = ?", (stage,)).fetchone()
        for table in json.loads(row[0]) if row else ():
            self._db.execute(f'DELETE FROM "{table}"')
        for table, column in (("stages", "name"), ("warnings", "stage"), ("checkpoints", "stage")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (stage,))

    def load(self, table: str, record: type[Record]) -> tuple[Record, ...]:
        """The records of a table; none if no stage has written it."""
        with self._explained():
            found = self._db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
            return load_rows(self._db, table, record) if found.fetchone() else ()

    def change(
        self, table: str, record: type[Record], to: Callable[[tuple[Record, ...]], Sequence[Record]]
    ) -> tuple[Record, ...]:
        """Replace the records of a table that belongs to no stage, so that no rerun drops them: what a user said.

        Args:
            table: its name.
            record: its type.
            to: what is there -> what shall be there. It runs inside the transaction, so two processes lose nothing.

        Returns:
            What is there now.
        """
        with self._transaction():
            rows = tuple(to(self.load(table, record)))
            create_table(self._db, table, record)
            replace_rows(self._db, table, record, rows)
        return rows

    def warnings(self) -> tuple[str, ...]:
        """All warnings of all stages."""
        with self._explained():
            return tuple(text for (text,) in self._db.execute("SELECT text FROM warnings ORDER BY rowid"))

    def save_checkpoint(self, stage: str, key: str, state: bytes) -> None:
        """Keep what an unfinished stage needs to go on."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (stage, key, state))

    def load_checkpoint(self, stage: str, key: str) -> bytes | None:
        """What an unfinished stage with the same key left, or None."""
        query = "SELECT state FROM checkpoints WHERE stage = ? AND key = ?"
        with self._explained():
            row = self._db.execute(query, (stage, key)).fetchone()
        return row[0] if row else None

    def load_vectors(self, model: str, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """The stored vectors of some texts, by the texts' hashes: hash -> (d,) float16."""
        found: dict[str, np.ndarray] = {}
        for first in range(0, len(texts), _VARIABLES):
            batch = texts[first : first + _VARIABLES]
            query = f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({', '.join('?' * len(batch))})"
            with self._explained():
                rows = self._db.execute(query, (model, *batch)).fetchall()
            found.update((text, np.frombuffer(vector, np.float16)) for text, vector in rows)
        return found

    def save_vectors(self, model: str, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Store vectors (n, d) under the hashes of their texts, as float16."""
        rows = ((model, t, v.tobytes()) for t, v in zip(texts, vectors.astype(np.float16), strict=True))
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
