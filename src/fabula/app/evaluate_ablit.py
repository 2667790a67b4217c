"""``fabula evaluate ablit``: which sentences of a novel its abridgement kept, by fabula and by its peers."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.errors import InputError
from fabula.evaluate.ablit import AblitScore, predictions
from fabula.evaluate.ablit_methods import SIZE, measure_ablit
from fabula.evaluate.data import data_folder
from fabula.files.ablit import HELD_BACK, read_ablit
from fabula.files.output import write_text

PARTITIONS = ("train", "dev", "test")


def ablit(
    data: Annotated[Path | None, typer.Option(help="Folder of data with ablit/ in it; $FABULA_DATA otherwise.")] = None,
    book: Annotated[
        list[str] | None,
        typer.Option(help="Novel, repeatable; 'all' for all. The two held back from training otherwise."),
    ] = None,
    partition: Annotated[str, typer.Option(help="Chapters: test, dev, train or all.")] = "test",
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the peers that need vectors of sentences.")] = False,
    size: Annotated[int, typer.Option(min=2, help="Sentences in vecalign's largest blocks, both sides.")] = SIZE,
    write: Annotated[
        Path | None, typer.Option("--predictions", help="Write each method's links into this folder, one JSONL each.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files of links.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each method.")] = False,
) -> None:
    """Measure the alignment of abridged novels with their originals (AbLit), beside peers, in one run.

    Prints precision, recall and F1 of sentence pairs with the 95 % interval over chapters, F1 of the original sentences
    that were dropped, and seconds, of which some make vectors (models are loaded before the clock starts).
    """
    if partition not in (*PARTITIONS, "all"):
        raise InputError(partition, "there is no such partition", "name test, dev, train or all")
    folder = data_folder(data, "ablit")
    books = None if book == ["all"] else book or list(HELD_BACK)
    chapters = read_ablit(folder, PARTITIONS if partition == "all" else (partition,), books)
    if not chapters:
        raise InputError(folder, f"no chapter of these novels is in the partition {partition}", "name another one")
    if not as_json:
        sys.stdout.write(_HEAD)
    for found in measure_ablit(chapters, embedded=not quick, size=size):
        sys.stdout.write((json.dumps(dataclasses.asdict(found.score)) if as_json else _row(found.score)) + "\n")
        sys.stdout.flush()  # a peer may take minutes: show what is known
        if write:
            write.mkdir(parents=True, exist_ok=True)
            name = "".join(c if c.isalnum() else "_" for c in found.score.method)
            write_text(write / f"{name}.jsonl", predictions(chapters, found.links), force=force)


_HEAD = (
    f"{'method':<30}{'precision':>10}{'recall':>8}{'F1':>8}  {'95 % interval':<17}{'dropped F1':>10}"
    f"{'seconds':>9}{'vectors':>9}\n"
)


def _row(score: AblitScore) -> str:
    interval = f"{score.f1_low:.4f}-{score.f1_high:.4f}"
    return (
        f"{score.method:<30}{score.precision:>10.4f}{score.recall:>8.4f}{score.f1:>8.4f}  {interval:<17}"
        f"{score.dropped_f1:>10.4f}{score.seconds:>9.2f}{score.embedding:>9.2f}"
    )
