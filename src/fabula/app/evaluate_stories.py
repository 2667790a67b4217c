"""``fabula evaluate sentences``: which sentence encoder to take."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.app.progress import shown_progress
from fabula.features import embed, encoder_name, open_cache
from fabula.files.captions import read_captions, with_splits

if TYPE_CHECKING:
    from fabula.evaluate.sentence_vectors import Figure

ENCODERS = ["builtin", "skipthought", "hash"]


def sentences(
    books: Annotated[Path, typer.Option(help="A shelf of novels, as for fabula train skipthoughts.")],
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            help="builtin, skipthought, hash, a card, or hf:OWNER/MODEL; repeatable. The first three if none."
        ),
    ] = None,
    captions: Annotated[Path | None, typer.Option(help="Captioned pictures, for the last task.")] = None,
    count: Annotated[int, typer.Option(min=20, help="Sentences, stretches and pictures that are asked.")] = 1000,
    learned: Annotated[int, typer.Option(min=20, help="Stretches to learn from; twice as many pairs.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed draws others.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each figure.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Measure what vectors of sentences know of the sentences around them.

    On novels that training holds back: is the next sentence nearer than another of the same novel (accuracy); where is
    it among a thousand (R@1 and R@10 in per cent, median rank); in which order were five shuffled sentences (Kendall's
    tau). With the vectors as they are (cosine), and with a small linear model of them that is learned from other novels
    (learned), the same for every encoder. With captions also: does one caption find another of its picture among a
    thousand. Every encoder gets the very same items; brackets are 95 % intervals over novels or pictures.

    Example: fabula evaluate sentences --books novels --encoder builtin --encoder mine.json --captions flickr8k
    """
    from fabula.evaluate.sentence_items import gather_items
    from fabula.evaluate.sentence_vectors import measure_vectors

    names = list(dict.fromkeys(encoder or ENCODERS))
    known = [encoder_name(name) for name in names]  # a name that does not exist is told before the books are read
    pictures = with_splits(read_captions(captions)).of("test") if captions else ()
    items = gather_items(books, pictures, count, learned, seed)
    found: list[list[Figure]] = []
    with shown_progress(quiet=quiet) as progress:
        for name, full in zip(names, known, strict=True):
            told = partial(progress, full) if progress else None
            vectors = embed(items.texts, name, open_cache(), told)
            found.append(measure_vectors(full, items, vectors, seed))
    if as_json:
        for figure in (figure for own in found for figure in own):
            sys.stdout.write(json.dumps(dataclasses.asdict(figure)) + "\n")
        return
    sys.stdout.write(
        f"{len(items.pairs)} pairs and {len(items.stretches)} stretches of "
        f"{len(set(items.pair_novels.tolist()))} held-back novels\n"
    )
    sys.stdout.write(f"{'':<36}{'chance':>8}" + "".join(f"{name[-30:]:>32}" for name in known) + "\n")
    for row in zip(*found, strict=True):
        sys.stdout.write(_line(row) + "\n")


def _line(row: Sequence["Figure"]) -> str:
    """A measure of all encoders."""
    first = row[0]
    values = "".join(f"{f'{one.value:.3g} [{one.low:.3g} {one.high:.3g}]':>32}" for one in row)
    return f"{f'{first.task}, {first.method}':<24}{first.measure:<12}{first.chance:>8.3g}{values}"
