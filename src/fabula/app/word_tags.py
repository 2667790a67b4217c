"""``fabula train text-tagger`` and ``fabula evaluate word-tags``: genres by what is said."""

import dataclasses
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.app.progress import shown_progress

if TYPE_CHECKING:
    from fabula.evaluate.word_tags import GenreFigure, TaggerFigure
    from fabula.metrics.tagging import Interval

Movielens = Annotated[
    Path, typer.Option(help="What is known of films: MovieLens' folder, IMDb's title.basics.tsv or TMDB's json.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def text_tagger(
    output: Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")],
    words: Annotated[Path, typer.Option(help="Folder of what trailers say: ttNUMBER.txt, .srt or .vtt, by IMDb id.")],
    movielens: Movielens,
    books: Annotated[Path, typer.Option(help="The shelf: novels in folders named by genre, or in GENRE.txt.xz.")],
    leave_out: Annotated[
        Path | None, typer.Option(help="Folder of subtitles TITLE-YEAR.srt that will test: these films teach nothing.")
    ] = None,
    passages: Annotated[int, typer.Option(min=1, help="Stretches of sixty words that are read of each novel.")] = 6,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Train the text tagger: which genres a film is of, by its words.

    It learns from what trailers say, from novels, and from the titles and keywords of all films that have no trailer
    there; folds of the trailers (and of the novels, for prose) decide what each source counts and how sure it is. The
    vectors are kept in the cache, so that a killed run goes on where it was, and a second one takes a minute.

    Example: fabula train text-tagger --words trailer_words --movielens movielens --books novels -o mine.json
    """
    from fabula.features import open_cache
    from fabula.train.tagged_texts import gather_texts
    from fabula.train.text_tagger import TextRecipe, train_text_tagger

    sources = gather_texts(words, movielens, books, leave_out)
    for name, found in sources.texts.items():
        _say(f"{name}: {len(found.texts)}")
    with shown_progress(quiet=quiet) as progress:
        tick = partial(progress, "vectors") if progress else None
        tagger = train_text_tagger(sources, TextRecipe(passages=passages, seed=seed), open_cache(), tick, _say)
    tagger.save(output)
    sys.stdout.write(f"{output}: {tagger.name}, {len(tagger.genres)} genres\n")


def word_tags(
    subs: Annotated[Path, typer.Option(help="Folder of subtitles named TITLE-YEAR.srt.")],
    movielens: Movielens,
    model: Annotated[Path | None, typer.Option(help="A card of fabula train text-tagger; else the built-in.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measure what a film's words say of its genres, on the subtitles of films that the catalogue knows.

    MAP over genres, mean average precision over the genres of a film, and recall of the first three, with 95 %
    intervals over films drawn with replacement; beside the tagger each of its sources alone, genre names as sentences
    (zero-shot) and how frequent genres are (prior). Then each genre's average precision.

    Example: fabula evaluate word-tags --subs subtitles --movielens movielens
    """
    from fabula.evaluate.word_tags import film_scores, gather_films, measure_scores
    from fabula.features import open_cache
    from fabula.storyline.words import load_text_tagger

    tagger, store = load_text_tagger(model), open_cache()
    with shown_progress(quiet=quiet) as progress:
        films = gather_films(subs, movielens, tagger, store, partial(progress, "vectors") if progress else None)
        ways, genres = measure_scores(film_scores(films, tagger, store), films.truth, tagger.genres, seed)
    if films.read:
        _say(f"{films.read} of {len(films.names)} films have a title that the tagger may have learned from")
    for way in ways:
        _show("word-tags", way, _way_line(way), as_json)
    for genre in genres:
        _show("word-tags-genre", genre, _genre_line(genre), as_json)


def _show(task: str, row: "TaggerFigure | GenreFigure", line: str, as_json: bool) -> None:
    sys.stdout.write((json.dumps({"task": task, **dataclasses.asdict(row)}) if as_json else line) + "\n")


def _way_line(row: "TaggerFigure") -> str:
    figures = f"MAP {_shown(row.precision)} (to prior {_shown(row.gain)})"
    films = f"films {_shown(row.films)} (to prior {_shown(row.films_gain)}), recall@3 {_shown(row.recall)}"
    error = "" if row.error is None else f", calibration error {row.error:.3f}"
    return f"{row.tagger} on {row.count} films, {row.genres} genres: {figures}, {films}{error}"


def _genre_line(row: "GenreFigure") -> str:
    return f"  {row.genre}, {row.count} films: AP {_shown(row.precision)}, chance {row.chance:.3f}"


def _shown(found: "Interval") -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
