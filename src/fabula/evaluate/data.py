"""Where the data to measure with lies. It is never part of the package."""

import os
from pathlib import Path

from fabula.errors import InputError

REPOSITORY = Path(__file__).parents[3]


def data_folder(path: Path | None = None, part: str = "") -> Path:
    """The folder of data: the path given, else $FABULA_DATA, else shared/data beside the repository.

    Args:
        path: what the user named, if anything.
        part: the folder in it that is needed ("ablit").

    Raises:
        InputError: it is not there.
    """
    named = path or os.environ.get("FABULA_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not (folder / part).is_dir():
        problem = f"there is no folder {part!r} in it" if part and folder.is_dir() else "there is no such folder"
        raise InputError(folder, problem, "name the folder of data with --data or the variable FABULA_DATA")
    return folder / part
