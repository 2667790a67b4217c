"""Writing results: whole or not at all, and never over the user's files unless told to."""

import os
import tempfile
from pathlib import Path

from fabula.errors import InputError, StorageError


def write_text(path: str | Path, text: str, *, force: bool = False) -> None:
    """Write a text file in UTF-8, as ``write_bytes`` does."""
    write_bytes(path, text.encode("utf-8"), force=force)


def write_bytes(path: str | Path, data: bytes, *, force: bool = False) -> None:
    """Write a file through a temporary one beside it, so that a killed process leaves no half file.

    Raises:
        InputError: the file is there already and ``force`` is not set.
        StorageError: it cannot be written.
    """
    target = Path(path)
    if target.exists() and not force:
        raise InputError(target, "the file exists already", "name another file, or use --force to overwrite it")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise StorageError(f"{target}: cannot be written ({error.strerror}). Check the folder.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise StorageError(f"{target}: cannot be written ({error.strerror}). Free some space and try again.") from error


def _umask() -> int:
    """The process's umask; mkstemp ignores it and makes private files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
