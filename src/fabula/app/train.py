"""``fabula train``: learns models from data, one command for each."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.clip_questions import train_clip_questions
from fabula.app.evaluate_search import train_search
from fabula.app.train_next_shot import train_next_shot
from fabula.app.train_stories import skipthoughts
from fabula.app.train_storyteller import storyteller, styles
from fabula.app.train_tagger import tagger
from fabula.app.train_vision import captioner, vision
from fabula.app.word_tags import text_tagger
from fabula.train.aligner import train_aligner
from fabula.train.material import Recipe

train = typer.Typer(no_args_is_help=True)
train.command("vision")(vision)
train.command("captioner")(captioner)
train.command("search")(train_search)
train.command("storyteller")(storyteller)
train.command("styles")(styles)
train.command("skipthoughts")(skipthoughts)
train.command("text-tagger")(text_tagger)
train.command("tagger")(tagger)
train.command("next-shot")(train_next_shot)
train.command("clip-questions")(train_clip_questions)


@train.callback()
def _train() -> None:
    """Train fabula's models on your data."""


@train.command()
def aligner(
    output: Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")],
    fiction: Annotated[Path, typer.Option(help="Folder of novels (.txt.xz) to make films from.")],
    ablit: Annotated[Path | None, typer.Option(help="Folder of AbLit's abridged novels.")] = None,
    subs: Annotated[Path | None, typer.Option(help="Folder of real subtitles (.srt): what films invent.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of data that has the annotated films' texts.")] = None,
    novels: Annotated[int, typer.Option(min=4, help="How many novels to film.")] = Recipe.novels,
    steps: Annotated[int, typer.Option(min=1, help="Training steps of the network alone.")] = Recipe.steps,
    together: Annotated[int, typer.Option(min=1, help="Steps of network and chain as one.")] = Recipe.together,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = Recipe.seed,
) -> None:
    """Train the aligner of films and books.

    Makes films from novels, embeds them (kept in the cache: a killed run goes on where it was), trains the
    network, the chain and the calibration, and measures chance on films with books of others. Use it with
    fabula align --model CARD.json.

    Example: fabula train aligner --fiction novels --subs subtitles -o mine.json
    """
    recipe = Recipe(novels=novels, steps=steps, together=together, seed=seed)
    card = train_aligner(recipe, output, fiction, ablit, subs, data, told=_say)
    sys.stdout.write(f"{output}: {card}\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
