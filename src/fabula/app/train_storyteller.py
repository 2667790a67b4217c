"""``fabula train storyteller`` and ``fabula train styles``."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.errors import FabulaError
from fabula.files.captions import read_captions

Books = Annotated[
    Path, typer.Option(help="The shelf: a folder of books, in folders named by genre, or of GENRE.txt.xz.")
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")]


def storyteller(
    output: Output,
    books: Books,
    size: Annotated[
        str, typer.Option(help="tiny (minutes), small (a good hour on two cores), base (a GPU).")
    ] = "small",
    captions: Annotated[
        Path | None, typer.Option(help="Captions whose mean is c of the style shift; else the installed one.")
    ] = None,
    passages: Annotated[int | None, typer.Option(min=1, help="From how many it learns, if not the size's.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Times that it sees each, if not the size's.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Train the storyteller: to write passages of novels again from what they say and how their book is written.

    Proper names are taken out first, so that it can never invent one. One novel in five is held back for testing. The
    vectors of the passages are kept in the cache; a killed run goes on where it was; the curve is in OUTPUT.csv. Use
    the result with fabula tell --teller OUTPUT.json.

    Example: fabula train storyteller --books novels --size small -o mine.json
    """
    from fabula.models.passage_training import PassageRecipe
    from fabula.train.storyteller import SIZES, train_storyteller

    if size not in SIZES:
        raise FabulaError(f"There is no size {size}: say {', '.join(SIZES)}.")
    recipe = PassageRecipe(**SIZES[size], seed=seed)
    own = {name: value for name, value in (("passages", passages), ("epochs", epochs)) if value is not None}
    data = read_captions(captions) if captions else None
    nats = train_storyteller(books, output, dataclasses.replace(recipe, **own), data, told=_say)
    sys.stdout.write(f"{output}: {nats:.3f} nats a word piece on novels that it never saw\n")


def styles(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the styles, one file for each genre.")],
    books: Books,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
) -> None:
    """Learn a style for each genre of a shelf; fabula style learns that of a single book.

    Example: fabula train styles --books novels -o styles
    """
    from fabula.train.storyteller import train_styles

    for path in train_styles(books, output, report=_say, force=force):
        sys.stdout.write(f"{path}\n")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
