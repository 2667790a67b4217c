"""``fabula train tagger`` and ``fabula evaluate tags``."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.errors import InputError
from fabula.files.tagged import (
    TaggedFilm,
    read_catalogue,
    read_tagged,
    with_catalogue,
    with_common_keywords,
    without_films,
)

if TYPE_CHECKING:
    from fabula.evaluate.fused_tags import FusedFigure
    from fabula.evaluate.tags import TagFigure
    from fabula.metrics.tagging import Interval
    from fabula.models.tagger_training import TaggerRecipe
    from fabula.train.tagger import Learning
    from fabula.train.trailers import Trailers

TrailerFolder = Annotated[Path, typer.Option("--trailers", help="Folder of the videos, or of projects NAME.fabula.")]
Table = Annotated[
    Path,
    typer.Option(
        "--tags",
        help="Table (CSV): file; film, imdb_id, movielens_id or tmdb_id, or title and year; genres, keywords with |.",
    ),
]
CatalogueOption = Annotated[
    Path | None,
    typer.Option(help="Completes the table: a MovieLens folder, IMDb's title.basics.tsv(.gz), or TMDB's json."),
]
Without = Annotated[
    Path | None, typer.Option(help="A table of films that will test: none of their trailers trains (by film id).")
]
Subset = Annotated[int | None, typer.Option(min=10, help="Learn from so many trailers only, drawn by the seed.")]
Loss = Annotated[str, typer.Option(help="sigmoid (each tag by itself), or softmax (the paper's).")]
Pooling = Annotated[str, typer.Option(help="How shots make a film: mean (the paper's), or attention.")]
Least = Annotated[int, typer.Option(min=2, help="Films that must have a tag, so that it is learned.")]
Tune = Annotated[
    int,
    typer.Option(
        min=0,
        help="Also tune the last stages of the network, in so many steps (such as 300), for each fold and for"
        " all: a second or two each on two cores, much less on a GPU. 0 leaves them as ImageNet made them.",
    ),
]
Seed = Annotated[int, typer.Option(help="Of everything random.")]


def tagger(
    output: Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")],
    trailers: TrailerFolder,
    tags: Table,
    catalogue: CatalogueOption = None,
    without: Without = None,
    subset: Subset = None,
    loss: Loss = "sigmoid",
    pooling: Pooling = "mean",
    least: Least = 3,
    tune: Tune = 0,
    seed: Seed = 0,
) -> None:
    """Train the tagger of pictures on your trailers.

    Each trailer is read once (its shots and what is seen in them are kept in the cache: a killed run goes on where it
    was); then the shot encoder, its heads and the recurrent network learn, first on folds by film, which tells how good
    they are and what their scores are worth, then on all. Films of --without never train (the leak rule). With --tune
    the last stages of the network below learn as well. Use the result with fabula tag --tagger OUTPUT.json and fabula
    curve --model OUTPUT.json.

    Example: fabula train tagger --trailers trailers --tags trailers/index.csv --catalogue movielens -o mine.json
    """
    from fabula.train.tagger import train_tagger

    found = _trailers(trailers, tags, catalogue, without, subset, seed)
    figures = train_tagger(found, output, _learning(found, _recipe(loss, pooling, seed), tune), _say, least)
    sys.stdout.write(f"{output}: {json.dumps(figures)}\n")


def tags(
    trailers: TrailerFolder,
    tags: Table,
    catalogue: CatalogueOption = None,
    subset: Subset = None,
    loss: Loss = "sigmoid",
    pooling: Pooling = "mean",
    least: Least = 3,
    tune: Tune = 0,
    words: Annotated[
        Path | None, typer.Option(help="What trailers say, by IMDb id: fuses words and pictures where both exist.")
    ] = None,
    books: Annotated[Path | None, typer.Option(help="With --words: the shelf of fabula train text-tagger.")] = None,
    seed: Seed = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each method.")] = False,
) -> None:
    """Measure the tagger of pictures: five folds by film.

    MAP over tags and recall@3 over films with 95 % bootstrap intervals over films, by both of the paper's protocols
    (shots' scores averaged, recurrent network) and their mean, beside how usual each tag is, the tags' names in the
    space of pictures and sentences, and untouched ImageNet features with a linear head; and the average precision of
    each tag. With --words, --books and --catalogue then also pictures, words, and both together, on the films that have
    a trailer of each, by taggers that learned from none of these films.

    Example: fabula evaluate tags --trailers trailers --tags trailers/index.csv
    """
    from fabula.evaluate.tags import measure_tagger
    from fabula.train.tagger import targets_of

    found = _trailers(trailers, tags, catalogue, None, subset, seed)
    learning = _learning(found, _recipe(loss, pooling, seed), tune)
    if words is not None:
        for fused in _fused(found, words, catalogue, books, learning, least):
            sys.stdout.write((json.dumps(dataclasses.asdict(fused)) if as_json else _fused_line(fused)) + "\n")
    targets = targets_of(found.films, least)
    figures = measure_tagger(found, targets, learning, _say, seed)
    if as_json:
        sys.stdout.writelines(json.dumps(dataclasses.asdict(figure)) + "\n" for figure in figures)
        return
    sys.stdout.write(f"{len(found.films)} trailers, {sum(map(len, found.shots))} shots\n")
    for figure in figures:
        sys.stdout.write(_line(figure) + "\n")
    for head in targets.names:
        _by_tag([figure for figure in figures if figure.head == head])


def _learning(trailers: "Trailers", recipe: "TaggerRecipe", tune: int) -> "Learning":
    """How the tagger learns: with names if the built-in vision, which knows them, has seen the trailers."""
    from fabula.features import cache_folder
    from fabula.models.tail_tuning import TailRecipe
    from fabula.train.tagger import Learning
    from fabula.train.tagger_tail import Tuning
    from fabula.train.trailer_cells import keyframe_cells
    from fabula.vision import load_vision

    vision = load_vision()
    if vision.name != trailers.vision:
        _say(f"names of tags are left out: {trailers.vision or 'more than one vision model'} has seen the trailers")
    tuning = (
        Tuning(TailRecipe(steps=tune, seed=recipe.seed), keyframe_cells(trailers, _say), cache_folder() / "tails")
        if tune
        else None
    )
    return Learning(recipe, vision if vision.name == trailers.vision else None, tuning)


def _fused(
    trailers: "Trailers", words: Path, catalogue: Path | None, books: Path | None, learning: "Learning", least: int
) -> "list[FusedFigure]":
    from fabula.evaluate.fused_tags import measure_fused
    from fabula.features import open_cache
    from fabula.files.trailer_words import read_trailer_words
    from fabula.train.tagged_texts import gather_texts
    from fabula.train.tagger import crossed_scores, targets_of
    from fabula.train.text_tagger import TextRecipe, train_text_tagger

    if catalogue is None or books is None:
        raise InputError(words, "the text tagger is learned anew for this", "name --catalogue and --books as well")
    said = {film: text for film, text in read_trailer_words(words).items() if film in {f.film for f in trailers.films}}
    sources = gather_texts(words, catalogue, books, without=said)
    tagger = train_text_tagger(sources, TextRecipe(), open_cache(), told=_say)
    targets = targets_of(trailers.films, least)
    scores = crossed_scores(trailers, targets, learning, _say)["genre"]
    return measure_fused(trailers, targets, scores, said, tagger)


def _fused_line(figure: "FusedFigure") -> str:
    return (
        f"{figure.films} films, {figure.source:<10} mean AP of a film {_shown(figure.film_precision)}"
        f" recall@3 {_shown(figure.recall)} both above it {_shown(figure.below_both, '+')}"
    )


def _line(figure: "TagFigure") -> str:
    return (
        f"{figure.head} {figure.method:<28} MAP {_shown(figure.mean_precision)} recall@3 {_shown(figure.recall)}"
        f" over frequency {_shown(figure.above_frequency, '+')}, over the linear head"
        f" {_shown(figure.above_base, '+')}"
    )


def _shown(found: "Interval", sign: str = "") -> str:
    return f"{found.value:{sign}.3f} [{found.low:{sign}.3f} {found.high:{sign}.3f}]"


def _by_tag(figures: Sequence["TagFigure"]) -> None:
    """A table of average precisions, the methods side by side."""
    for rows in zip(*(figure.by_tag for figure in figures), strict=True):
        values = "".join(f"{interval.value:>8.3f}" for _, interval in rows)
        last = rows[-1][1]
        sys.stdout.write(f"{rows[0][0]:<16}{values}  [{last.low:.2f} {last.high:.2f}]\n")


def _recipe(loss: str, pooling: str, seed: int) -> "TaggerRecipe":
    from fabula.models.tagger_training import TaggerRecipe

    if loss not in ("sigmoid", "softmax") or pooling not in ("mean", "attention"):
        raise InputError("the options", f"{loss} or {pooling} is unknown", "say sigmoid or softmax, mean or attention")
    return TaggerRecipe(loss=loss, pooling=pooling, seed=seed)


def _trailers(
    folder: Path, table: Path, catalogue: Path | None, without: Path | None, subset: int | None, seed: int
) -> "Trailers":
    from fabula.train.trailers import drawn, open_trailers

    films: tuple[TaggedFilm, ...] = read_tagged(table, folder)
    if catalogue is not None:
        films = with_common_keywords(with_catalogue(films, read_catalogue(catalogue)), least=2)
    if without is not None:
        films = without_films(films, read_tagged(without, folder, partial=True))
    return open_trailers(drawn(films, subset, seed), _say)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
