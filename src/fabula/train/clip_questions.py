"""Training the answers to questions about clips (From Trailers to Storylines, section 3.4), from a file to a card."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, open_cache
from fabula.files.output import write_text
from fabula.files.questions import read_questions
from fabula.train.asked_films import AskedFilms, ask_films, parts_of

if TYPE_CHECKING:
    from fabula.models.clip_question_training import AskedClips, QuestionRecipe
    from fabula.models.clip_questions import ClipQuestions

FEWEST = 10  # questions from which one can learn anything at all


def train_clip_questions(
    questions: Path,
    films: Path,
    output: Path,
    recipe: "QuestionRecipe",
    encoder: str = DEFAULT_ENCODER,
    told: Callable[[str], None] = lambda line: None,
) -> float:
    """Learn from the training questions; see ``fabula train clip-questions``.

    A run that was cut short goes on where it was, when the recipe is the same. The curve is in OUTPUT.csv.

    Args:
        questions: MovieQA's qa.json, or the same of your own.
        films: folder of projects, named by the ids of the films.
        output: the card (.json); the weights go beside it.
        recipe: how to train.
        encoder: of questions and answers.
        told: called with lines about the progress.

    Returns:
        The share of the validation questions that are answered rightly; of the training ones where there are none.

    Raises:
        InputError: a file cannot be used, or there are too few questions to learn from.
    """
    from fabula.models.clip_question_training import QuestionTraining
    from fabula.models.clip_questions import ClipQuestions

    asked = ask_films(read_questions(questions), films, encoder, open_cache())
    parts, known = parts_of(asked.questions), asked.correct >= 0
    learned, held = (asked.only(np.flatnonzero(known & (parts == part))) for part in ("train", "val"))
    if len(learned.questions) < FEWEST:
        problem = f"{len(learned.questions)} questions to learn from, with answers and with films, are too few"
        raise InputError(questions, problem, "give more questions, or the projects of more of their films")
    told(f"{len(learned.questions)} questions of {len(_films(learned))} films; {len(held.questions)} to judge by")
    training = QuestionTraining(recipe, _asked_clips(learned))
    output.parent.mkdir(parents=True, exist_ok=True)
    state, curve = output.with_suffix(".checkpoint"), _begun(output, resumed=False)
    if training.resume(state):
        told(f"going on after epoch {training.epoch} of {recipe.epochs}")
        curve = _begun(output, resumed=True)[: training.epoch + 1]
    judged = held if held.questions else learned
    model = ClipQuestions("", asked.vision, encoder, _films(learned), training.kept)
    while training.epoch < recipe.epochs:
        loss = training.run_epoch()
        right = _right(model, judged)
        curve.append(f"{training.epoch},{loss:.4f},{right:.4f}")
        told(f"epoch {training.epoch} of {recipe.epochs}: loss {loss:.3f}, right {right:.3f}")
        write_text(output.with_suffix(".csv"), "\n".join(curve) + "\n", force=True)
        training.save(state)
    return _save(model, output, recipe, learned, judged)


def _films(asked: AskedFilms) -> tuple[str, ...]:
    return tuple(sorted({q.film for q in asked.questions}))


def _asked_clips(asked: AskedFilms) -> "AskedClips":
    from fabula.models.clip_question_training import AskedClips

    return AskedClips(asked.clips, asked.texts, asked.answers, asked.correct)


def _begun(output: Path, *, resumed: bool) -> list[str]:
    path = output.with_suffix(".csv")
    return path.read_text("utf-8").splitlines() if resumed and path.is_file() else ["epoch,loss,right"]


def _right(model: "ClipQuestions", asked: AskedFilms) -> float:
    found = model.scores(asked.clips, asked.texts, asked.answers)
    return float((found.argmax(1) == asked.correct).mean())


def _save(
    model: "ClipQuestions", output: Path, recipe: "QuestionRecipe", learned: AskedFilms, judged: AskedFilms
) -> float:
    """Write the weights and, last, the card that makes them a model; measured as it will be loaded."""
    from fabula.models.clip_questions import load_clip_questions
    from fabula.models.learning import model_name

    model.save(output)
    card = {
        "name": model_name(output.stem, model.network),
        "task": "which answer fits a question and what a clip shows",
        "vision": model.vision,
        "encoder": model.encoder,
        "shape": dataclasses.asdict(model.network.shape),
        "recipe": dataclasses.asdict(recipe),
        "questions": len(learned.questions),
        "films": list(model.films),
        "licence": "Apache-2.0",
    }
    write_text(output, json.dumps(card, indent=1, ensure_ascii=False) + "\n", force=True)
    right = _right(load_clip_questions(output), judged)
    judging = "training" if judged is learned else "validation"
    card |= {f"right_{judging}": round(right, 4), f"{judging}_questions": len(judged.questions)}
    write_text(output, json.dumps(card, indent=1, ensure_ascii=False) + "\n", force=True)
    return right
