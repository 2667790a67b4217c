"""The errors and warnings a user may meet. Each names the file, the place and the cure."""

from pathlib import Path


class FabulaError(Exception):
    """Base of every error that fabula raises on purpose."""


class InputError(FabulaError):
    """An input cannot be used.

    The message is one line: the file, what is wrong and where, and what to do about it.

    Args:
        path: the file or folder at fault.
        problem: what is wrong, with the place if known ("line 12: ...").
        cure: what the user can do, as an instruction.
    """

    def __init__(self, path: str | Path, problem: str, cure: str) -> None:
        self.path, self.problem, self.cure = str(path), problem, cure
        super().__init__(f"{self.path}: {problem}. {cure[:1].upper()}{cure[1:].rstrip('.')}.")


class StorageError(FabulaError):
    """The project file could not be read or written; what was stored before is still there."""


class MissingExtraError(FabulaError):
    """A feature needs a package that is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional package. Install it with: pip install 'fabula[{extra}]'.")
