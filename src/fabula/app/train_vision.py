"""``fabula train vision`` and ``fabula train captioner``."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.files.captions import CaptionSet, read_captions, with_splits

Data = Annotated[
    Path,
    typer.Option(
        help="Captions: a folder with flickr8k.jsonl, Karpathy's or COCO's json, or a table file,caption[,split]."
    ),
]
Images = Annotated[Path | None, typer.Option(help="Folder of the pictures, if they are not beside the captions.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The card to write (.json); weights go beside it.")]
Views = Annotated[int, typer.Option(min=1, help="Views of each picture: itself, and random cuts in other light.")]
Epochs = Annotated[int, typer.Option(min=1, help="Times that each picture is seen.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]


def vision(
    output: Output,
    data: Data,
    images: Images = None,
    epochs: Epochs = 12,
    views: Views = 3,
    hardest: Annotated[float, typer.Option(min=0, help="Weight of the ranking loss of VSE++.")] = 0.0,
    frozen: Annotated[bool, typer.Option("--frozen", help="Leave both encoders as they are: quicker, worse.")] = False,
    start: Annotated[Path | None, typer.Option("--from", help="A card whose weights to start from.")] = None,
    seed: Seed = 0,
) -> None:
    """Train the space of pictures and sentences.

    The backbone's frozen part sees each view once (kept in the cache); then its last blocks, the word encoder and the
    new layers learn together. Split train teaches, dev chooses, test is never read; data without splits is split by the
    names of the files. A killed run goes on after its last whole epoch; the curve is in OUTPUT.csv. Use the result with
    fabula search --vision OUTPUT.json.

    Example: fabula train vision --data flickr8k -o mine.json
    """
    from fabula.models.visual_semantic_training import VisionRecipe
    from fabula.train.vision import train_vision

    recipe = VisionRecipe(epochs=epochs, hardest=hardest, seed=seed)
    if frozen:
        recipe = dataclasses.replace(recipe, tail=0.0, text=0.0)
    found = train_vision(_captions(data, images), output, recipe, views, start, told=_say)
    sys.stdout.write(f"{output}: dev {found.line}\n")


def captioner(
    output: Output,
    data: Data,
    images: Images = None,
    vision: Annotated[str, typer.Option(help="The trained image-sentence model: builtin, or a card.")] = "builtin",
    decoder: Annotated[str, typer.Option(help="attention, or rnn (Karpathy and Fei-Fei 2015).")] = "attention",
    epochs: Epochs = 6,
    rewarded: Annotated[int, typer.Option(min=0, help="Epochs more with CIDEr-D of its own sentences as reward.")] = 1,
    views: Views = 2,
    seed: Seed = 0,
) -> None:
    """Train the captioner.

    The regions of the image-sentence model are computed once (kept in the cache); the decoder learns to say what people
    said of them, then to be scored well. A killed run goes on after its last whole epoch; the curve is in OUTPUT.csv.

    Example: fabula train captioner --data flickr8k -o mine-captions.json
    """
    from fabula.errors import FabulaError
    from fabula.models.decoder import DECODERS
    from fabula.models.decoder_training import CaptionRecipe
    from fabula.train.captioner import line_of, train_captioner
    from fabula.vision import load_trained

    if decoder not in DECODERS:
        raise FabulaError(f"There is no decoder {decoder}: say {' or '.join(DECODERS)}.")
    recipe = CaptionRecipe(decoder=decoder, epochs=epochs, rewarded=rewarded, seed=seed)
    found = train_captioner(_captions(data, images), output, load_trained(vision), recipe, views, told=_say)
    sys.stdout.write(f"{output}: dev {line_of(found)}\n")


def _captions(data: Path, images: Path | None) -> CaptionSet:
    found = with_splits(read_captions(data, images))
    for warning in found.warnings:
        _say(f"warning: {warning}")
    return found


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
