"""Training the captioner: regions of the tuned backbone, decoder, how it chooses, card."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.features import cache_folder
from fabula.files.captions import CaptionedPicture, CaptionSet
from fabula.metrics.captions import CaptionScores, score_captions
from fabula.train.views import open_kept
from fabula.train.vision import Told, picture_view, train_and_dev

if TYPE_CHECKING:
    from fabula.models.decoder_training import CaptionRecipe
    from fabula.models.trained_captioner import Choice, TrainedCaptioner
    from fabula.models.trained_vision import TrainedVision

WATCHED = 200  # pictures of dev that are described after each epoch, for the curve
CHOOSING = 400  # pictures of dev by which it is chosen among the sentences of the beam
POWERS = (0.7, 1.0)
SIGHTS = (0.0, 2.0)
BATCH = 32


def train_captioner(
    data: CaptionSet,
    output: Path,
    vision: "TrainedVision",
    recipe: "CaptionRecipe | None" = None,
    views: int = 2,
    told: Told = lambda line: None,
) -> CaptionScores:
    """Everything from captioned pictures to the card; see ``fabula train captioner``.

    A run that was cut short goes on after its last whole epoch, when data and recipe are the same.

    Args:
        data: with splits train and dev.
        output: the card (.json); weights (.safetensors) and curve (.csv) go beside it.
        vision: the image-sentence model whose regions it looks at.
        recipe: how to train.
        views: of each training picture: the picture itself, and random ones.
        told: called with lines about the progress.

    Returns:
        How well its captions of dev agree with people's.

    Raises:
        InputError: there are too few pictures.
    """
    from fabula.models.decoder_training import CaptionExamples, CaptionRecipe, CaptionTraining
    from fabula.models.vocabulary import learn_vocabulary

    recipe = recipe or CaptionRecipe()
    train, dev = train_and_dev(data)
    seen = [region_view(vision, train, view, told) for view in range(views)]
    held = region_view(vision, dev, 0, told)
    captions = [picture.captions for picture in train]
    vocabulary = learn_vocabulary(caption for own in captions for caption in own)
    training = CaptionTraining(recipe, CaptionExamples(seen, captions, vocabulary))
    output.parent.mkdir(parents=True, exist_ok=True)
    state = output.with_suffix(".checkpoint")
    if training.resume(state):
        told(f"going on after epoch {training.epoch} of {training.whole}")
    captioner = _captioner(training, vision, vocabulary, output.stem)
    while training.epoch < training.whole:
        loss = training.run_epoch(lambda step, loss: told(f"  step {step}: {loss:.3f}") if step % 20 == 0 else None)
        found = describe_well(captioner, held[:WATCHED], dev[:WATCHED])
        told(f"epoch {training.epoch} of {training.whole}: loss {loss:.3f}, dev {line_of(found)}")
        _curve(output, training.epoch, loss, found)
        training.save(state)
    captioner.choice, result = _best_choice(captioner, held[:CHOOSING], dev[:CHOOSING], told)
    _save(captioner, output, recipe, data, result)
    return result


def region_view(
    vision: "TrainedVision", pictures: Sequence[CaptionedPicture], view: int, told: Told = lambda line: None
) -> np.ndarray:
    """What the tuned backbone says of a view of pictures: (n, 81, 1280) float16, computed once and kept."""
    stem = picture_view(pictures, view, told)
    names = "\n".join(picture.path.name for picture in pictures)
    key = hashlib.sha256(f"{vision.name}\n{vision.fingerprint()}\n{names}".encode()).hexdigest()[:16]
    path = cache_folder() / "views" / f"regions-{key}-{view}.npy"
    shape = (len(stem), *vision.tail_grid(stem[:1]).shape[1:])
    line = f"view {view}: regions of {len(pictures)} pictures"
    return open_kept(path, shape, lambda rows: vision.tail_grid(stem[rows]), lambda: told(line))


def describe_well(
    captioner: "TrainedCaptioner", regions: np.ndarray, pictures: Sequence[CaptionedPicture]
) -> CaptionScores:
    """How well the captions of pictures agree with people's."""
    candidates: dict[str, str] = {}
    for first in range(0, len(regions), BATCH):
        for own in captioner.caption_regions(regions[first : first + BATCH]):
            candidates[pictures[len(candidates)].path.name] = own[0].text
    return score_captions(candidates, {picture.path.name: picture.captions for picture in pictures})


def line_of(found: CaptionScores) -> str:
    """The measures in a line."""
    bleu = " ".join(f"{100 * value:.1f}" for value in found.bleu)
    return (
        f"BLEU {bleu}, METEOR {100 * found.meteor:.1f}, ROUGE-L {100 * found.rouge_l:.1f}, CIDEr-D {found.cider_d:.3f}"
    )


def _captioner(training: Any, vision: "TrainedVision", vocabulary: Any, stem: str) -> "TrainedCaptioner":
    from fabula.models.trained_captioner import Choice, TrainedCaptioner

    return TrainedCaptioner(stem, training.recipe.decoder, training.kept, vocabulary, vision, Choice())


def _best_choice(
    captioner: "TrainedCaptioner", held: np.ndarray, dev: Sequence[CaptionedPicture], told: Told
) -> tuple["Choice", CaptionScores]:
    """The way to choose among the sentences of the beam with the best CIDEr-D on dev."""
    from fabula.models.trained_captioner import Choice

    found = {}
    for power in POWERS:
        for sight in SIGHTS:
            captioner.choice = Choice(power=power, sight=sight)
            found[captioner.choice] = describe_well(captioner, held, dev)
            told(f"{captioner.choice}: {line_of(found[captioner.choice])}")
    best = max(found, key=lambda choice: found[choice].cider_d)
    return best, found[best]


def _curve(output: Path, epoch: int, loss: float, found: CaptionScores) -> None:
    """One line for each epoch, for plotting."""
    path = output.with_suffix(".csv")
    if epoch == 1:
        path.write_text("epoch,loss,bleu_1,bleu_4,meteor,rouge_l,cider_d\n", "utf-8")
    values = (loss, found.bleu[0], found.bleu[3], found.meteor, found.rouge_l, found.cider_d)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{epoch}," + ",".join(f"{value:.4f}" for value in values) + "\n")


def _save(
    captioner: "TrainedCaptioner", path: Path, recipe: "CaptionRecipe", data: CaptionSet, result: CaptionScores
) -> None:
    """Write the weights and, last, the card that makes them a model."""
    from fabula.models.learning import model_name
    from fabula.models.vocabulary import MARKS

    captioner.name = model_name(path.stem, captioner.decoder)
    captioner.save(path.with_suffix(".safetensors"))
    card = {
        "name": captioner.name,
        "decoder": captioner.kind,
        "vision": captioner.vision.name,
        "values": captioner.vision.region_values,
        "choice": dataclasses.asdict(captioner.choice),
        "recipe": dataclasses.asdict(recipe),
        "pictures": len(data.of("train")),
        "dev": {
            "bleu": [round(value, 4) for value in result.bleu],
            "meteor": round(result.meteor, 4),
            "rouge_l": round(result.rouge_l, 4),
            "cider_d": round(result.cider_d, 4),
        },
        "licence": "Apache-2.0",
        "words": list(captioner.vocabulary.words[len(MARKS) :]),
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
