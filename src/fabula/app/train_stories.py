"""``fabula train skipthoughts``: sentence vectors learned from novels."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.errors import FabulaError

Books = Annotated[
    Path, typer.Option(help="A shelf: a folder of books (EPUB, text, HTML), or of collections GENRE.txt.xz.")
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")]
Size = Annotated[str, typer.Option(help="tiny (seconds), small (a quarter of an hour, two cores), base (a GPU).")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]


def skipthoughts(
    output: Output,
    books: Books,
    size: Size = "small",
    kind: Annotated[str, typer.Option(help="uni, bi, or combine (both side by side).")] = "combine",
    sentences: Annotated[int | None, typer.Option(min=1, help="From how many to learn; else as the size says.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Times that each is seen; else as the size says.")] = None,
    vocabulary: Annotated[int | None, typer.Option(min=10, help="Words to learn; else as the size says.")] = None,
    negatives: Annotated[
        int | None, typer.Option(min=0, help="Words against which the right one is told; 0: all, which is slow.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Train skip-thought vectors: an encoder of sentences.

    A network reads a sentence of a novel and learns to foretell the one before and the one after it (Kiros et al.
    2015); what it remembers of the sentence is the sentence's vector. Sentences come evenly from all genres and novels;
    some novels are held back, and the words of their sentences are foretold twenty times on the way: the curve is
    in OUTPUT.csv. A killed run goes on where it was last measured. Words that are not learned get their vectors from
    the built-in encoder's word pieces. Use the result as any encoder: --encoder OUTPUT.json.

    Example: fabula train skipthoughts --books novels --size tiny -o mine.json
    """
    from fabula.models.skip_thought_training import SIZES
    from fabula.train.skip_thoughts import train_skip_thoughts

    if size not in SIZES:
        raise FabulaError(f"There is no size {size}: say {', '.join(SIZES)}.")
    given = {"sentences": sentences, "epochs": epochs, "vocabulary": vocabulary, "negatives": negatives}
    recipe = dataclasses.replace(
        SIZES[size], kind=kind, seed=seed, **{name: value for name, value in given.items() if value is not None}
    )
    found = train_skip_thoughts(books, output, recipe, told=_say)
    sys.stdout.write(f"{output}: {found.line}\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
