"""``fabula evaluate stories`` and ``scenes``: the storyteller's language, vectors, style, content, copies, truth."""

import dataclasses
import itertools
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.app.progress import shown_progress
from fabula.files.captions import CaptionedPicture, read_captions, with_splits
from fabula.files.drawing import Told, render_stories
from fabula.files.output import write_text
from fabula.files.pictures import read_picture

if TYPE_CHECKING:
    from fabula.evaluate.stories import StoryMeasure
    from fabula.stories.telling import Teller

POOL = 1000  # pictures among which a story has to find its own
ON_PAGE = 20


def stories(
    books: Annotated[Path, typer.Option(help="The shelf that the storyteller learned from; one in five is held back.")],
    captions: Annotated[Path, typer.Option(help="Captioned pictures; stories are told of the split test.")],
    teller: Annotated[str, typer.Option(help="builtin, or a card of fabula train storyteller.")] = "builtin",
    style: Annotated[list[str] | None, typer.Option(help="Styles to ask for; all that are installed if none.")] = None,
    count: Annotated[int, typer.Option("--pictures", min=2, help="Of how many pictures stories are told.")] = 60,
    strength: Annotated[
        list[float] | None, typer.Option(help="Lambdas of the curve; 0, 0.5, 1 and 1.5 if none.")
    ] = None,
    passages: Annotated[int, typer.Option(min=100, help="Passages that the n-gram model and copies know.")] = 80_000,
    page: Annotated[Path | None, typer.Option(help="Draw twenty pictures with a story in each style (.html).")] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each figure.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the page.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Measure the storyteller by what it has not seen.

    Perplexity for each word on held-back novels, with its vectors and without, beside a Kneser-Ney model of order 5;
    passages written again from their vectors; then stories about pictures at several strengths of the shift: does the
    story find its picture among a thousand, does a reader who learned from held-back novels recognise the style, how
    much is repeated and how much copied. Beside them stories about nothing in that style, and the captions themselves.

    Example: fabula evaluate stories --books novels --captions flickr8k --page stories.html
    """
    from fabula.evaluate.stories import STRENGTHS, overall
    from fabula.stories.styles import built_in_styles, load_style
    from fabula.stories.telling import Telling, load_teller

    models = load_teller(teller)
    named = {found.name: found for found in map(load_style, style or built_in_styles())}
    pictures = with_splits(read_captions(captions)).of("test")[:POOL]
    told = _Output(as_json)
    with shown_progress(quiet=quiet) as progress:
        measure = _measured_language(books, models, passages, pictures[:count], pictures, told)
        how = Telling(seed=seed)
        tick = partial(progress, "stories") if progress else None
        curve = measure.curve(named, strength or STRENGTHS, how, tick)
        empty = measure.content_free(named, how)
    figures = [figure for figure, _ in (*curve, *empty)]
    for _, group in itertools.groupby(figures, key=lambda one: (one.writer, one.strength)):
        alike = list(group)
        for figure in (*alike, overall(alike)):
            told.show("stories", figure)
    told.show("stories", measure.judge("caption", "", 0.0, [own[0] for own in measure.gallery.captions]))
    if page:
        chosen = {figure.style: texts for figure, texts in curve if figure.strength == 1.0}
        write_text(page, _page(pictures[:ON_PAGE], measure.gallery.captions, chosen), force=force)
        sys.stderr.write(f"{page}: drawn\n")


def scenes(
    projects: Annotated[list[Path], typer.Argument(metavar="NAME.fabula...", help="Films (see fabula read).")],
    style: Annotated[str, typer.Option(help="Style of the sentences of atmosphere; '' for none.")] = "romance",
    teller: Annotated[str, typer.Option(help="builtin, or a card of fabula train storyteller.")] = "builtin",
    show: Annotated[bool, typer.Option("--show", help="Print the stories as well.")] = False,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each film.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Tell every scene of films, and every two minutes of them, and look up each name and each quotation.

    Counts the names that are not in the evidence, the quotations that nobody says, and those in a wrong mouth.

    Example: fabula evaluate scenes charade.fabula
    """
    from fabula.evaluate.film_stories import measure_film
    from fabula.files.project import Project
    from fabula.stories.styles import load_style
    from fabula.stories.telling import Telling, load_teller

    models = load_teller(teller) if style else None
    told = _Output(as_json)
    with shown_progress(quiet=quiet) as progress:
        for path in projects:
            tick = partial(progress, path.stem) if progress else None
            with Project.open(path) as project:
                figure, stories = measure_film(
                    path.stem, project, load_style(style) if style else None, Telling(seed=seed), models, tick
                )
            for story in stories if show else ():
                sys.stdout.write(story.text + "\n\n---\n\n")
            told.show("scenes", figure)


class _Output:
    """Writes a figure as soon as it is known."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def show(self, task: str, figure: object) -> None:
        """A record with numbers, in a line."""
        row = dataclasses.asdict(figure)  # type: ignore[call-overload]
        text = json.dumps({"task": task, **row}) if self.as_json else f"{task}: {_pairs(row)}"
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _pairs(row: dict[str, object]) -> str:
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()
    )


def _measured_language(
    books: Path,
    models: "Teller",
    passages: int,
    pictures: Sequence[CaptionedPicture],
    pool: Sequence[CaptionedPicture],
    told: _Output,
) -> "StoryMeasure":
    """Language and rebuilding, then what judges stories; both read the same novels."""
    from fabula.align.words import tokenise
    from fabula.evaluate.genre_classifier import learn_genres, measure_genres, sample_passages, split_novels
    from fabula.evaluate.stories import Gallery, StoryMeasure, measure_language, measure_rebuilding
    from fabula.features import open_cache
    from fabula.files.novels import read_novels
    from fabula.metrics.copying import CopyIndex
    from fabula.stories.names import without_names
    from fabula.train.shelves import split_shelf
    from fabula.train.storyteller import DEV, other_manners, shelf_passages, vectors_of

    training, held = (shelf_passages(books, most, held_back=back) for most, back in ((passages, False), (DEV, True)))
    vectors = vectors_of(held.passages, open_cache(), encoder=models.encoder)
    manners = other_manners(vectors, held.books, models.writer.prose_mean)
    told.show("language", measure_language(models.writer, training.passages, held.passages, vectors, manners))
    some = slice(None, None, 3)
    told.show("rebuilding", measure_rebuilding(models, held.passages[some], vectors[some], manners[some]))
    back = split_shelf(read_novels(books))[1]
    learn, test = (sample_passages(part, without_names) for part in split_novels(back, share=0.7))
    accuracy = measure_genres(learn_genres(learn.passages, learn.genres), test).accuracy
    told.show("genres", _Genres(len(back), accuracy))
    genres = learn_genres(learn.passages + test.passages, learn.genres + test.genres)  # stories are of neither side
    seen = models.onlooker.vision.encode_images([picture.path for picture in pool])
    said = models.onlooker.look([picture.path for picture in pictures], 10)[1]
    gallery = Gallery(seen, models.means(said), said)
    return StoryMeasure(models, gallery, genres, CopyIndex(tokenise(text) for text in training.passages))


@dataclasses.dataclass(frozen=True)
class _Genres:
    """How well the judge of styles knows genres.

    Args:
        novels: that it learned from, none of them read by the storyteller.
        accuracy: on three in ten of them when it learned from the others, each genre counting alike.
    """

    novels: int
    accuracy: float


def _page(
    pictures: Sequence[CaptionedPicture], captions: Sequence[Sequence[str]], stories: dict[str, list[str]]
) -> str:
    told = []
    for k, (picture, seen) in enumerate(zip(pictures, captions, strict=False)):
        own = {style: texts[k] for style, texts in stories.items()}
        told.append(Told(picture.path.name, read_picture(picture.path), seen[0], own))
    return render_stories("Pictures told in the style of books", told)
