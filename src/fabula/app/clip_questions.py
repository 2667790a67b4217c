"""``fabula train clip-questions`` and ``fabula evaluate qa``: questions about films, with answers to choose from."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, embed, open_cache
from fabula.files.questions import Question, read_questions

if TYPE_CHECKING:
    from fabula.evaluate.clip_questions import AnswerScore

Questions = Annotated[Path, typer.Option(help="MovieQA's qa.json, or your own in the form of: train clip-questions.")]
Encoder = Annotated[str, typer.Option(help="Sentence encoder: builtin, hash, hf:OWNER/MODEL, a folder, a card.")]


def train_clip_questions(
    output: Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")],
    questions: Questions,
    films: Annotated[Path, typer.Option(help="Folder of projects, named by the films' ids: tt0041959.fabula.")],
    epochs: Annotated[int | None, typer.Option(min=1, help="Times that each question is seen.")] = None,
    blind: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of questions without their clip; 1 never looks.")
    ] = None,
    encoder: Encoder = DEFAULT_ENCODER,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Train answers to questions about clips of films.

    What a clip shows is the mean of the vectors of its shots. It stands beside the sentence vectors of the question and
    of each answer; three 1 x 1 convolutions, shared by the answers, give each a score (From Trailers to Storylines,
    section 3.4). Questions whose films are not there are left out. Those with an id "train:..." are learned from and
    those with "val:..." judged by; without such ids one film in five is. A killed run goes on where it was; the curve
    is in OUTPUT.csv.

    The file is a list of {"qid": "train:0", "imdb_key": "tt0041959", "question": "Who waits in the doorway?",
    "answers": ["Holly", "Harry", "Anna", "a cat", "nobody"], "correct_index": 1, "video_clips": [[3600, 3660]]};
    clips are seconds, or MovieQA's names with the numbers of frames.

    Example: fabula train clip-questions --questions qa.json --films projects -o answers.json
    """
    from fabula.models.clip_question_training import QuestionRecipe
    from fabula.train.clip_questions import train_clip_questions as train

    recipe = QuestionRecipe(seed=seed)
    recipe = dataclasses.replace(
        recipe,
        epochs=recipe.epochs if epochs is None else epochs,
        blind=recipe.blind if blind is None else blind,
    )
    right = train(questions, films, output, recipe, encoder, told=_say)
    sys.stdout.write(f"{output}: {right:.3f} of the questions answered rightly\n")


def qa(
    questions: Questions,
    films: Annotated[
        Path | None, typer.Option(help="Folder of projects, named by the films' ids: tt0041959.fabula.")
    ] = None,
    subs: Annotated[Path | None, typer.Option(help="Folder of subtitles: tt0041959.srt.")] = None,
    model: Annotated[Path | None, typer.Option(help="A card of fabula train clip-questions.")] = None,
    split: Annotated[str | None, typer.Option(help="Only questions of it: val or test; else all with answers.")] = None,
    encoder: Encoder = DEFAULT_ENCODER,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each method.")] = False,
    seed: Annotated[int, typer.Option(help="Of folds, of learning and of shuffles.")] = 0,
) -> None:
    """Measure answers to questions about films, each with answers to choose from.

    Without pictures: the longest answer; the answer most like the question; the window of subtitles most like both; and
    SSCB, which learns on other films to combine those likenesses (MovieQA, Tapaswi et al. 2016). With a model and
    films: by the clips, by clips of other questions, and without clips; films that the model learned from are left
    out. Accuracy with a 95 % interval, over films where there are enough. Subtitles also come from the projects.

    Example: fabula evaluate qa --questions qa.json --films projects --subs subtitles --model answers.json
    """
    if model and not films:
        raise InputError(model, "a model looks at clips of films", "name the folder of the films with --films")
    asked = _asked(questions, split)
    found: Iterable[AnswerScore] = _rows(asked, films, subs, model, encoder, seed)
    if not as_json:
        sys.stdout.write(f"{'':<28}{'right':>8}{'95 % interval':>18}{'questions':>11}{'films':>7}   drawn\n")
    for row in found:
        sys.stdout.write((json.dumps(dataclasses.asdict(row)) if as_json else _line(row)) + "\n")
    if not as_json:
        sys.stdout.write(_published())


def _published() -> str:
    from fabula.evaluate.clip_questions import PUBLISHED

    figures = ", ".join(f"{method} {accuracy:.3f}" for method, accuracy in PUBLISHED.items())
    return f"Published, on the video questions of MovieQA: {figures}; chance 0.2.\n"


def _asked(path: Path, split: str | None) -> list[Question]:
    """The questions with known answers."""
    every = read_questions(path)
    asked = [q for q in every if q.correct is not None and (split is None or q.split == split)]
    if not asked:
        which = f"of the split {split!r} " if split else ""
        problem = f"none of its {len(every)} questions {which}has a known answer"
        raise InputError(path, problem, "give questions with 'correct_index'")
    return asked


def _rows(
    asked: Sequence[Question], films: Path | None, subs: Path | None, model: Path | None, encoder: str, seed: int
) -> Iterator["AnswerScore"]:
    from fabula.evaluate.clip_questions import measure_texts
    from fabula.evaluate.film_texts import cue_texts
    from fabula.train.asked_films import text_vectors

    store = open_cache()
    stories = {film: embed(texts, encoder, store) for film, texts in cue_texts(asked, films, subs).items()}
    yield from measure_texts(asked, *text_vectors(asked, encoder, store), stories, seed)
    if model and films:
        yield from _clip_rows(asked, films, model, seed)


def _clip_rows(asked: Sequence[Question], films: Path, card: Path, seed: int) -> Iterator["AnswerScore"]:
    from fabula.evaluate.clip_questions import measure_clips
    from fabula.models.clip_questions import load_clip_questions
    from fabula.train.asked_films import ask_films

    model = load_clip_questions(card)
    fresh = [q for q in asked if q.film not in model.films]
    if not fresh:
        raise InputError(card, "it learned from all films of these questions", "ask about films that it never saw")
    found = ask_films(fresh, films, model.encoder, open_cache())
    if found.vision != model.vision:
        problem = f"it reads vectors of {model.vision}, and the films were seen by {found.vision}"
        raise InputError(card, problem, "train it on projects of the same vision model")
    yield from measure_clips(model, found, seed)


def _line(row: "AnswerScore") -> str:
    interval = f"{row.low:.3f} to {row.high:.3f}"
    return f"{row.method:<28}{row.accuracy:>8.3f}{interval:>18}{row.questions:>11}{row.films:>7}   {row.drawn}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
