"""``fabula train next-shot`` and ``fabula evaluate next-shot``."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.errors import FabulaError

if TYPE_CHECKING:
    from fabula.evaluate.next_shot import Accuracy

KINDS = ("transformer", "lstm")

Films = Annotated[Path, typer.Option(help="A folder of films or trailers that fabula read has made projects of.")]
Table = Annotated[
    Path | None, typer.Option(help="A table that says which film each is (file, film or title, still_tail_from).")
]
Steps = Annotated[int | None, typer.Option(min=1, help="Training steps, if not the recipe's.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]


def train_next_shot(
    films: Films,
    output: Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")],
    table: Table = None,
    kind: Annotated[str, typer.Option(help=f"The network: {', '.join(KINDS)}.")] = KINDS[0],
    steps: Steps = None,
    seed: Seed = 0,
) -> None:
    """Train the model of what comes next: in which order films show their shots.

    Learns from the shots of projects alone, without any tag: which of some shots follows those before it. Read the
    films with --vision builtin first; black frames and cards at the end are left out. One film in five is held back to
    tell what scores are worth, then all are learned from. A killed run goes on where it was; the curve is in
    OUTPUT.csv. Use the result with fabula next --model OUTPUT.json.

    Example: fabula train next-shot --films trailers -o mine.json
    """
    from fabula.models.next_shot_training import NextShotRecipe
    from fabula.train.next_shot import train_next_shot as train
    from fabula.train.shot_orders import read_orders

    if kind not in KINDS:
        raise FabulaError(f"There is no network {kind}: say {' or '.join(KINDS)}.")
    recipe = NextShotRecipe(seed=seed) if steps is None else NextShotRecipe(seed=seed, steps=steps)
    card = train(read_orders(films, table, _say), output, recipe, kind, _say)
    sys.stdout.write(f"{output}: {card['held_back_nats']} nats a shot on films that it never saw\n")


def evaluate_next_shot(
    films: Films,
    table: Table = None,
    folds: Annotated[int, typer.Option(min=2, help="Parts by film; each is asked about once.")] = 5,
    ahead: Annotated[int, typer.Option(min=1, max=5, help="Also ask for later shots, up to so many ahead.")] = 1,
    most: Annotated[
        list[int] | None, typer.Option(min=1, help="Learn from so many films at most; may be given repeatedly.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="Networks: paper, lstm, transformer; all if none is named.")
    ] = None,
    steps: Steps = None,
    seed: Seed = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row.")] = False,
) -> None:
    """Measure which shot comes next: one right and 31 wrong ones, as in From Trailers to Storylines.

    Any folder of projects gives the benchmark. Up to eight shots are shown; every shot after the fourth of a film with
    at least 40 is a question. Wrong shots are of the same film and not shown (In Movie), or of other films (Cross
    Movie); none is nearly identical to the right one. Chance is 0.031. Networks learn from the films of other folds;
    baselines take the shot most like the mean of those shown, or like the last. Brackets are 95 % intervals over
    films, the second of the gap to the better averaging.

    Example: fabula evaluate next-shot --films trailers --ahead 5 --most 10 --most 20
    """
    from fabula.evaluate.next_shot import LSTM, PAPER, TRANSFORMER, measure_next_shot
    from fabula.models.next_shot_training import NextShotRecipe
    from fabula.train.shot_orders import read_orders

    names = {"paper": PAPER, "lstm": LSTM, "transformer": TRANSFORMER}
    unknown = [name for name in method or () if name not in names]
    if unknown:
        raise FabulaError(f"There is no network {unknown[0]}: say {', '.join(names)}.")
    chosen = [names[name] for name in method or names]
    recipe = NextShotRecipe(seed=seed) if steps is None else NextShotRecipe(seed=seed, steps=steps)
    orders = read_orders(films, table, _say)
    sizes: list[int | None] = [*sorted(most or ()), None]
    for size in sizes:
        for row in measure_next_shot(orders, recipe, folds, chosen, ahead, size, _say):
            sys.stdout.write((json.dumps(dataclasses.asdict(row)) if as_json else _line(row)) + "\n")
            sys.stdout.flush()


def _line(row: "Accuracy") -> str:
    trained = f"  from {row.trained} films" if row.trained else ""
    published = f"  published {row.published}" if row.published else ""
    return (
        f"{row.setting:<12} +{row.ahead}  {row.method:<32} {row.accuracy:.3f} [{row.interval[0]:.3f} "
        f"{row.interval[1]:.3f}]  gap {row.gap:+.3f} [{row.gap_interval[0]:+.3f} {row.gap_interval[1]:+.3f}]  "
        f"of {row.questions} about {row.films} films{trained}{published}"
    )


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
