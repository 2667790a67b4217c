"""Records to SQL rows and back: one table for each record type, one column for each field.

Plain columns, so that anyone's SQLite tool can read a project; tuples are stored as JSON text.
"""

import dataclasses
import enum
import functools
import json
import sqlite3
import types
import typing
from collections.abc import Iterable
from typing import Any, TypeVar

Record = TypeVar("Record")

_SQL_TYPES = {int: "INTEGER", float: "REAL", str: "TEXT", bytes: "BLOB", bool: "INTEGER"}


def create_table(db: sqlite3.Connection, name: str, record: type) -> None:
    """Create the table for a record type if it is not there yet; an older one gets the columns that it lacks."""
    columns = {field: f'"{field}" {_SQL_TYPES.get(kind, "TEXT")}' for field, kind in _fields(record)}
    db.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({", ".join(columns.values())})')
    for field in columns.keys() - _columns(db, name):
        db.execute(f'ALTER TABLE "{name}" ADD COLUMN {columns[field]}')


def _columns(db: sqlite3.Connection, name: str) -> set[str]:
    return {row[1] for row in db.execute(f'PRAGMA table_info("{name}")')}


def replace_rows(db: sqlite3.Connection, name: str, record: type, rows: Iterable[Any]) -> None:
    """Make the rows of a table exactly these records. The caller owns the transaction."""
    db.execute(f'DELETE FROM "{name}"')
    append_rows(db, name, record, rows)


def append_rows(db: sqlite3.Connection, name: str, record: type, rows: Iterable[Any]) -> None:
    """Add records to a table. The caller owns the transaction."""
    fields = [field for field, _ in _fields(record)]
    names, marks = ", ".join(f'"{field}"' for field in fields), ", ".join("?" * len(fields))
    packed = ([_pack(getattr(row, field)) for field in fields] for row in rows)
    db.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', packed)


def load_rows(db: sqlite3.Connection, name: str, record: type[Record]) -> tuple[Record, ...]:
    """All records of a table, in the order in which they were stored.

    A table of an older version may lack columns; their fields have the record's defaults.
    """
    there = _columns(db, name)
    columns = [(field, kind) for field, kind in _fields(typing.cast(Any, record)) if field in there]
    names = ", ".join(f'"{field}"' for field, _ in columns)
    rows = db.execute(f'SELECT {names} FROM "{name}" ORDER BY rowid')
    return tuple(record(**{f: _unpack(v, k) for (f, k), v in zip(columns, row, strict=True)}) for row in rows)


@functools.cache
def _fields(record: Any) -> tuple[tuple[str, Any], ...]:
    """Name and type of each field, with ``X | None`` reduced to X."""
    hints = typing.get_type_hints(record)
    return tuple((f.name, _without_none(hints[f.name])) for f in dataclasses.fields(record))


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not type(None))
    return hint


def _pack(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.value if isinstance(value, enum.Enum) else value


def _unpack(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(kind) is tuple:
        return _tupled(json.loads(value))
    return kind(value) if kind is bool or issubclass(kind, enum.Enum) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value
