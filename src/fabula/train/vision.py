"""Training the image-sentence model: views of pictures, network, what its scores mean, card."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.errors import InputError
from fabula.features import cache_folder
from fabula.files.captions import CaptionedPicture, CaptionSet
from fabula.metrics.retrieval import Retrieval, measure_retrieval
from fabula.train.views import open_view

if TYPE_CHECKING:
    from fabula.models.trained_vision import Judgement, TrainedVision
    from fabula.models.visual_semantic_training import VisionRecipe

Told = Callable[[str], None]

CROWD = 1024  # training pictures and captions whose vectors are shipped, to know what fits just anything
RARE = 100.0  # wrong pairs for each right one, for which the probability is calibrated: a search among many shots
WORD_WEIGHTS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75)
FEWEST = 32  # pictures that can be told apart at all


def train_vision(
    data: CaptionSet,
    output: Path,
    recipe: "VisionRecipe | None" = None,
    views: int = 3,
    start: Path | None = None,
    told: Told = lambda line: None,
) -> Retrieval:
    """Everything from captioned pictures to the card; see ``fabula train vision``.

    A run that was cut short goes on after its last whole epoch, when data and recipe are the same.

    Args:
        data: with splits train and dev.
        output: the card (.json); weights (.safetensors) and curve (.csv) go beside it.
        recipe: how to train.
        views: of each training picture: the picture itself, and random ones.
        start: the card of a model whose weights to start from.
        told: called with lines about the progress.

    Returns:
        How well the kept model finds pictures and sentences of dev.

    Raises:
        InputError: there are too few pictures.
    """
    from fabula.models.trained_vision import load_trained_vision
    from fabula.models.visual_semantic_training import Examples, VisionRecipe, VisionTraining

    recipe = recipe or VisionRecipe()
    train, dev = train_and_dev(data)
    seen = [picture_view(train, view, told) for view in range(views)]
    held = picture_view(dev, 0, told)
    first = load_trained_vision(start).model if start else None
    training = VisionTraining(recipe, Examples(seen, [picture.captions for picture in train]), first)
    state = output.with_suffix(".checkpoint")
    output.parent.mkdir(parents=True, exist_ok=True)
    if training.resume(state):
        told(f"going on after epoch {training.epoch} of {recipe.epochs}")
    elif start is None:
        training.learn_first(lambda step, loss: told(f"  new layers, step {step}: {loss:.3f}"))
        told(f"new layers: dev {_recalls(training, held, dev).line}")
    while training.epoch < recipe.epochs:
        loss = training.run_epoch(lambda step, loss: told(f"  step {step}: {loss:.3f}") if step % 10 == 0 else None)
        found = _recalls(training, held, dev)
        told(f"epoch {training.epoch} of {recipe.epochs}: loss {loss:.3f}, dev {found.line}")
        _curve(output, training.epoch, loss, found)
        training.save(state)
    told("choosing how words count, and what a score is worth")
    result, vision = _judged(_finished(training, seen[0], train, output.stem), dev)
    _save(vision, output, recipe, data, result)
    return result


def train_and_dev(data: CaptionSet) -> tuple[tuple[CaptionedPicture, ...], tuple[CaptionedPicture, ...]]:
    """The pictures to learn from and those to choose by.

    Raises:
        InputError: there are too few.
    """
    train, dev = data.of("train"), data.of("dev")
    if len(train) < FEWEST or not dev:
        problem = f"{len(train)} pictures to train and {len(dev)} to choose by are too few"
        raise InputError(data.path, problem, f"give at least {FEWEST} with split train and some with split dev")
    return train, dev


def picture_view(pictures: Sequence[CaptionedPicture], view: int, told: Told = lambda line: None) -> np.ndarray:
    """What the backbone's stem says of a view of pictures: (n, 120, 17, 17) float16, computed once and kept."""
    digest = hashlib.sha256("\n".join(f"{p.path.name}:{p.path.stat().st_size}" for p in pictures).encode())
    folder = cache_folder() / "views" / digest.hexdigest()[:16]

    def progress(done: int, total: int | None) -> None:
        if done % 800 == 0 or done == total:
            told(f"view {view}: {done} of {total} pictures")

    return open_view([picture.path for picture in pictures], folder, view, progress=progress)


def _recalls(training: Any, held: np.ndarray, dev: Sequence[CaptionedPicture]) -> Retrieval:
    """Of the kept weights, by wholes alone: quick enough for every epoch."""
    from fabula.models.visual_semantic_training import whole_vectors

    texts, owners = texts_of(dev)
    pictures, sentences = whole_vectors(training.kept, held, texts)
    return measure_retrieval(pictures @ sentences.T, owners)


def texts_of(pictures: Sequence[CaptionedPicture]) -> tuple[list[str], np.ndarray]:
    """All captions, and for each the row of its picture (m,)."""
    texts = [caption for picture in pictures for caption in picture.captions]
    return texts, np.repeat(np.arange(len(pictures)), [len(picture.captions) for picture in pictures])


def _finished(training: Any, view: np.ndarray, train: Sequence[CaptionedPicture], stem: str) -> "TrainedVision":
    """The kept weights as they will be loaded from disk, with a crowd; its judgement is still to come."""
    from fabula.models.learning import model_name
    from fabula.models.trained_vision import Crowd, Judgement, TrainedVision
    from fabula.models.visual_semantic_training import whole_vectors

    chosen = np.linspace(0, len(view) - 1, min(CROWD, len(view))).astype(int)
    captions = [train[k].captions[n % len(train[k].captions)] for n, k in enumerate(chosen.tolist())]
    crowd = Crowd(*whole_vectors(training.kept, view[chosen], captions))
    return TrainedVision(model_name(stem, training.kept), training.kept, Judgement(0.0, 0.0, 0.0, 0.0), crowd)


def _judged(vision: "TrainedVision", dev: Sequence[CaptionedPicture]) -> tuple[Retrieval, "TrainedVision"]:
    """The model with the weight of its words and the calibration that dev asks for."""
    from fabula.models.trained_vision import TrainedVision, reranked, stand_out

    texts, owners = texts_of(dev)
    seen, said = vision.see([p.path for p in dev]), vision.say(texts)
    pictures, sentences = seen.whole.numpy(), said.whole.numpy()
    words = reranked(pictures @ sentences.T, seen, said)
    own = stand_out(pictures, sentences, vision.crowd)
    found = {weight: measure_retrieval((1 - weight) * own + weight * words, owners) for weight in WORD_WEIGHTS}
    best = max(found, key=lambda weight: found[weight].rsum)
    judgement = learn_judgement(pictures, sentences, owners, vision.crowd.pictures, best)
    return found[best], TrainedVision(vision.name, vision.model, judgement, vision.crowd)


def learn_judgement(
    pictures: np.ndarray, sentences: np.ndarray, owners: np.ndarray, background: np.ndarray, words: float
) -> "Judgement":
    """The logistic curve that makes the right pairs likeliest among a hundred times as many wrong ones.

    Args:
        pictures: (n, d) vectors.
        sentences: (m, d) vectors.
        owners: (m,) the picture of each sentence.
        background: (k, d) vectors of other pictures.
        words: the weight of words that was chosen.
    """
    from scipy.optimize import minimize  # late: it takes long to import

    from fabula.models.trained_vision import Judgement, above_usual

    cosines = pictures @ sentences.T
    above = above_usual(cosines, background, sentences)
    right = np.zeros(cosines.shape, bool)
    right[owners, np.arange(len(owners))] = True
    features = [np.concatenate([x[right], x[~right]]) for x in (above, cosines)]
    sign = np.repeat([1.0, -1.0], [right.sum(), (~right).sum()])
    weights = np.where(sign > 0, 1 / right.sum(), RARE / (~right).sum()) / (1 + RARE)

    def loss(values: np.ndarray) -> float:
        odds = values[0] * features[0] + values[1] * features[1] + values[2]
        return float((weights * np.logaddexp(0, -sign * odds)).sum())

    spread, cosine, offset = minimize(loss, [1.0, 5.0, -8.0], method="Nelder-Mead").x
    return Judgement(words, round(float(spread), 4), round(float(cosine), 4), round(float(offset), 4))


def _curve(output: Path, epoch: int, loss: float, found: Retrieval) -> None:
    """One line for each epoch, for plotting."""
    recalls = [*found.image_to_text.recalls, *found.text_to_image.recalls]
    path = output.with_suffix(".csv")
    if epoch == 1:
        path.write_text("epoch,loss,i2t_r1,i2t_r5,i2t_r10,t2i_r1,t2i_r5,t2i_r10\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{epoch},{loss:.4f}," + ",".join(f"{value:.2f}" for value in recalls) + "\n")


def _save(vision: "TrainedVision", path: Path, recipe: "VisionRecipe", data: CaptionSet, result: Retrieval) -> None:
    """Write the weights and, last, the card that makes them a model."""
    vision.save(path.with_suffix(".safetensors"))
    card = {
        "name": vision.name,
        "layers": vision.model.layers,
        "dimension": vision.dimension,
        "judgement": dataclasses.asdict(vision.judgement),
        "recipe": dataclasses.asdict(recipe),
        "pictures": len(data.of("train")),
        "captions": sum(len(picture.captions) for picture in data.of("train")),
        "dev": {
            "image_to_text": [round(value, 1) for value in result.image_to_text.recalls],
            "text_to_image": [round(value, 1) for value in result.text_to_image.recalls],
        },
        "licence": "Apache-2.0",
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
