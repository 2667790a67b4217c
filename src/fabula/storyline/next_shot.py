"""What comes next in a film, by the order in which trailers show their shots, and how unexpected each shot is.

From Trailers to Storylines, section 3.3: there the right shot is found among 32; here all shots of the film that were
not just shown stand to choice, so that a probability says how much the shots before tell of what follows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import FabulaError, InputError
from fabula.files.pictures import by_shot
from fabula.files.project import Project
from fabula.records import SURPRISE, Curve, Hit, Medium
from fabula.storyline.curves import smoothed
from fabula.storyline.shot_looks import ShotLooks, shot_looks

if TYPE_CHECKING:
    from fabula.models.trained_next_shot import TrainedNextShot


def load_next_shot(card: Path | None = None) -> "TrainedNextShot":
    """The model of a card (.json) of ``fabula train next-shot``; None is the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    from fabula.models.trained_next_shot import load_next_shot as load  # late: it imports torch

    return load(card)


def predict(
    project: Project, after: int, count: int = 5, step: int = 1, model: "TrainedNextShot | None" = None
) -> tuple[Hit, ...]:
    """The shots of a film that are likeliest to follow one of its shots, best first.

    Args:
        project: whose shots have been looked at.
        after: index of the last shot that is known; those before it are the context.
        count: how many.
        step: 1 for the shot that follows, 2 for the one after it, up to ``model.steps``.
        model: the built-in one if none.

    Raises:
        InputError: nobody has looked at the film, or it has no such shot.
        FabulaError: something else has looked than the model knows, or ``step`` is too far.
    """
    model = model or load_next_shot()
    looks = _looks(project, model)
    if after not in looks.shots:
        name = project.path or project.title
        raise InputError(name, f"there is no shot {after} that was looked at", f"name one of 0 to {looks.shots[-1]}")
    if not 1 <= step <= model.steps:
        raise FabulaError(f"The model looks 1 to {model.steps} shots ahead, not {step}.")
    if len(looks.shots) < 2:
        return ()
    found = model.log_probabilities(looks.features, np.array([looks.shots.index(after)]), step - 1)[0]
    best = np.argsort(-found, kind="stable")[: min(count, np.isfinite(found).sum())]
    return _hits(project, [looks.shots[row] for row in best.tolist()], np.exp(found[best]).tolist())


def surprise(project: Project, model: "TrainedNextShot | None" = None) -> Curve:
    """How unexpected each shot is after those before it, in nats.

    That is -log p among all shots of the film but the up to eight just shown. The first follows nothing and is left
    out. The smooth curve is the mean around each shot.

    Args:
        project: whose shots have been looked at.
        model: the built-in one if none.

    Raises:
        InputError: nobody has looked at the film.
        FabulaError: something else has looked than the model knows.
    """
    model = model or load_next_shot()
    looks = _looks(project, model)
    rows = np.arange(len(looks.shots) - 1)
    found = -model.log_probabilities(looks.features, rows)[rows, rows + 1] if len(rows) else np.zeros(0)
    shots = {shot.index: shot for shot in project.shots}
    smooth = smoothed([shots[index] for index in looks.shots[1:]], found)
    raw = (round(float(value), 4) for value in found)
    return Curve(SURPRISE, SURPRISE, model.name, looks.shots[1:], tuple(raw), tuple(smooth.round(4).tolist()))


def _looks(project: Project, model: "TrainedNextShot") -> ShotLooks:
    looks = shot_looks(project)
    if looks.model != model.looks:
        cure = "Read the film again, or train a model anew."
        raise FabulaError(f"{model.name} knows shots as {model.looks} sees them, not {looks.model}. {cure}")
    return looks


def _hits(project: Project, shots: Sequence[int], probabilities: Sequence[float]) -> tuple[Hit, ...]:
    name = str(project.path) if project.path is not None else project.title
    of, pictures = {shot.index: shot for shot in project.shots}, by_shot(project.thumbnails)
    captions = {caption.shot: caption.text for caption in project.captions}
    hits = []
    for index, probability in zip(shots, probabilities, strict=True):
        shot, score, seen = of[index], round(probability, 4), pictures.get(index, [])
        middle = seen[len(seen) // 2] if seen else None
        hits.append(
            Hit(
                name,
                Medium.PICTURE,
                score,
                ((Medium.PICTURE, score),),
                ((Medium.PICTURE, captions[index]),) if index in captions else (),
                shot.start,
                shot.end,
                index,
                middle.frame if middle else None,
                middle.time if middle else None,
                scene=shot.scene,
            )
        )
    return tuple(hits)
