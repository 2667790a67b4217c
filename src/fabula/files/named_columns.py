"""Tables whose first line names their columns, cells parted by commas or tabs."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from fabula.errors import InputError
from fabula.files.text import read_text


def table_rows(path: Path, needed: Collection[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with named columns, with the numbers of their lines; commas or tabs part the cells.

    Args:
        path: the file; names of columns are read in lower case, without blanks around.
        needed: columns that must be there.

    Raises:
        InputError: it cannot be read, a column is missing or a row has too many or too few cells.
    """
    text = read_text(path).text
    head, _, _ = text.partition("\n")
    lines = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in head else ",", strict=True)
    names: list[str] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if names:
                yield lines.line_num, _row(cells, names, path, lines.line_num)
                continue
            names = [cell.strip().lower() for cell in cells]
            missing = [name for name in needed if name not in names]
            if missing:
                problem = f"there is no column {missing[0]!r}; it has {', '.join(names)}"
                raise InputError(path, problem, "name the columns in the first line")
    except csv.Error as error:
        raise InputError(
            path, f"line {lines.line_num}: {error}", "put cells with commas into quotation marks"
        ) from None


def _row(cells: Sequence[str], names: Sequence[str], path: Path, line: int) -> dict[str, str]:
    if len(cells) != len(names):
        problem = f"line {line}: there are {len(cells)} cells for {len(names)} columns"
        raise InputError(path, problem, "put cells that have commas into quotation marks")
    return {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
