"""``fabula evaluate`` for pictures: retrieval, captions, judgements of people, and grounding."""

import dataclasses
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from fabula.app.progress import shown_progress
from fabula.errors import FabulaError, InputError
from fabula.evaluate.data import data_folder
from fabula.evaluate.grounding import QUARTERS, Pointing, make_mosaics, measure_mosaics, point_at_boxes, summarise
from fabula.files.boxes import read_boxes
from fabula.files.captions import CaptionedPicture, read_captions, with_splits
from fabula.vision import BASELINE_CAPTIONER, DEFAULT_CAPTIONER, DEFAULT_VISION, Grounder, load_captioner, load_vision

CAPTIONED, BOXED = "flickr8k", "coco-mini/instances.json"
SPLITS = ("train", "dev", "test")


Data = Annotated[
    Path | None, typer.Option(help="Captioned pictures, or a folder of data with flickr8k; else $FABULA_DATA.")
]
VisionName = Annotated[str, typer.Option(help="Image-sentence model: builtin, a card, or hf:OWNER/MODEL.")]
Split = Annotated[str, typer.Option(help=f"Which pictures: {', '.join(SPLITS)}.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object for each row.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def retrieval(
    data: Data = None,
    vision: VisionName = DEFAULT_VISION,
    split: Split = "test",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure how well pictures find their captions, and captions their pictures.

    Recalls in per cent at 1, 5 and 10: among all captions of the split for a picture, where the best of its own counts,
    and among all pictures for a caption. Ties count against us. With reranking by words and regions, and without;
    beside what was published.

    Example: fabula evaluate retrieval --split dev
    """
    from fabula.evaluate.retrieval import measure, rows

    source, pictures = _split(data, split)
    with shown_progress(quiet=quiet) as progress:
        found = rows(measure(load_vision(vision), pictures, partial(progress, "retrieval") if progress else None))
    if not as_json:
        sys.stdout.write(f"{vision}: {len(pictures)} pictures of {source} ({split})\n")
        sys.stdout.write(f"{'':<52}image to text R@1 5 10    text to image R@1 5 10\n")
    for row in found:
        sys.stdout.write((json.dumps(row) if as_json else _recalls_line(row)) + "\n")


def captions(
    data: Data = None,
    captioner: Annotated[str, typer.Option("--caption", help="Captioner: builtin, rnn, a card, or hf:OWNER/MODEL.")] = (
        DEFAULT_CAPTIONER
    ),
    split: Split = "test",
    nearest: Annotated[bool, typer.Option(help="Also the nearest caption of the training pictures.")] = True,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure how well captions agree with what people say.

    BLEU-1 to 4, METEOR (exact and stem stages), ROUGE-L and CIDEr-D (what papers call CIDEr) of the captioner, of the
    multimodal RNN of Karpathy and Fei-Fei 2015 trained on the same data, and of the best fitting caption of another
    picture; brackets are 95 % intervals.

    Example: fabula evaluate captions --split dev
    """
    from fabula.evaluate.captions import measure, nearest_captions, row

    source, pictures = _split(data, split)
    found = []
    with shown_progress(quiet=quiet) as progress:
        told = partial(progress, "captions") if progress else None
        for name in dict.fromkeys([captioner, BASELINE_CAPTIONER] if captioner == DEFAULT_CAPTIONER else [captioner]):
            found.append(row(name, measure(load_captioner(name), pictures, told)[0]))
        if nearest:
            others = read_captions(source).of("train")
            found.append(row("nearest caption", nearest_captions(load_vision(), pictures, others)))
    if not as_json:
        sys.stdout.write(f"{len(pictures)} pictures of {source} ({split})\n")
        sys.stdout.write(f"{'':<18}BLEU-1 to 4            METEOR ROUGE-L CIDEr-D\n")
    for line in found:
        sys.stdout.write((json.dumps(line) if as_json else _caption_line(line)) + "\n")


def judgements(
    data: Data = None,
    vision: VisionName = DEFAULT_VISION,
    draws: Annotated[int, typer.Option(min=0, help="Resamples for the intervals.")] = 200,
    as_json: Json = False,
) -> None:
    """Measure how well measures of captions agree with people.

    Kendall's tau with the judgements of Flickr8k-Expert and CrowdFlower, after CLIPScore's protocol: of BLEU, ROUGE-L,
    METEOR, CIDEr, and of the image-sentence model, which needs no reference; beside the published values.

    Example: fabula evaluate judgements
    """
    from fabula.evaluate.judgements import judge_flickr8k
    from fabula.evaluate.pair_scores import pair_scorer

    source = _captioned(data)
    found = read_captions(source)
    folder = source if source.is_dir() else source.parent
    files = {picture.path.name: picture.path for picture in found.pictures}
    captions_of = {picture.path.name: picture.captions for picture in found.pictures}
    scorer = pair_scorer(load_vision(vision), files)
    for agreement in judge_flickr8k(folder, captions_of, {f"image-sentence model ({vision})": scorer}, draws):
        row = agreement.row()
        sys.stdout.write((json.dumps(row) if as_json else _agreement_line(row)) + "\n")


def grounding(
    data: Data = None,
    boxes: Annotated[Path | None, typer.Option(help="Pictures with boxes: an instances.json of COCO.")] = None,
    vision: VisionName = DEFAULT_VISION,
    mosaics: Annotated[int, typer.Option(min=QUARTERS, help="How many mosaics, of as many pictures.")] = 500,
    split: Split = "test",
    seed: Annotated[int, typer.Option(help="Another seed makes other mosaics.")] = 0,
    as_json: Json = False,
    each: Annotated[bool, typer.Option("--each", help="With --json also one object for each mosaic.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measure whether words point at what they name.

    Four pictures are put together into one; a word of a caption of one of them must point into its quarter. A cell
    across a border counts with its share in the quarter (chance 0.25); "wholly" counts only cells that lie in it
    altogether. Words that captions of two of the four pictures have are ambiguous and left out. Then the pointing
    game: the name of a kind of thing must point into a box around one. Brackets are 95 % intervals.

    Example: fabula evaluate grounding --mosaics 200
    """
    seer = load_vision(vision)
    if not isinstance(seer, Grounder):
        raise FabulaError(
            f"{vision} has no scores of words and regions. Use --vision builtin, or an hf: model of CLIP."
        )
    source, pictures = _split(data, split)
    if len(pictures) < QUARTERS:
        raise InputError(source, f"{len(pictures)} pictures are in its {split} split", "mosaics need four")
    boxed = _boxed(data, boxes)
    things = read_boxes(boxed) if boxed else ()
    with shown_progress(quiet=quiet) as progress:
        made = make_mosaics(pictures, mosaics, seed)
        results = list(measure_mosaics(seer, made, partial(progress, "mosaics") if progress else None))
        rows = summarise(results)
        if things:
            rows += point_at_boxes(seer, things, partial(progress, "boxes") if progress else None)
    for result in results if each and as_json else ():
        row = {"mosaic": result.files, "tallies": result.tallies.tolist(), "ambiguous": result.ambiguous.tolist()}
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    if not as_json:
        sys.stdout.write(f"{seer.name}: {len(results)} mosaics of {len(made)} pictures of {source} ({split})\n")
    for found in rows:
        sys.stdout.write((json.dumps(dataclasses.asdict(found)) if as_json else _line(found)) + "\n")


def pictures(
    vision: VisionName = DEFAULT_VISION,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure what pictures tell the aligner of books.

    Draws the demo film, whose truth is known, and aligns it with its story with and without the pictures; and says how
    well the pictures alone find the passages: the mean share of passages that look less like what is seen than the true
    one (0.5 by chance), and how often the likeliest is within three passages of it.

    Example: fabula evaluate pictures
    """
    from fabula.evaluate.demo import build_demo
    from fabula.evaluate.picture_channel import measure_picture_channel

    with tempfile.TemporaryDirectory() as folder, shown_progress(quiet=quiet) as progress:
        found = measure_picture_channel(build_demo(Path(folder)), vision=vision, progress=progress)
    for row in found.rows():
        line = json.dumps(row) if as_json else "  ".join(f"{name} {value}" for name, value in row.items())
        sys.stdout.write(line + "\n")


def _split(data: Path | None, split: str) -> tuple[Path, tuple[CaptionedPicture, ...]]:
    """Where the captions are, and the pictures of a split."""
    if split not in SPLITS:
        raise FabulaError(f"There is no split {split!r}. Choose one of: {', '.join(SPLITS)}.")
    source = _captioned(data)
    pictures = with_splits(read_captions(source)).of(split)
    if not pictures:
        raise InputError(source, f"no picture is in its {split} split", f"choose another of: {', '.join(SPLITS)}")
    return source, pictures


def _captioned(data: Path | None) -> Path:
    """The captions to read: what the user named, or flickr8k in the folder of data."""
    if data is not None and not (data / CAPTIONED).is_dir():
        return data
    return data_folder(data, CAPTIONED)


def _boxed(data: Path | None, boxes: Path | None) -> Path | None:
    """The file of boxes: what the user named, or that of the folder of data if it has one."""
    if boxes is not None:
        return boxes
    try:
        found = data_folder(data) / BOXED
    except InputError:
        return None
    return found if found.is_file() else None


def _recalls_line(row: dict[str, Any]) -> str:
    return f"{row['method']:<52}{_way(row['image_to_text'])}    {_way(row['text_to_image'])}".rstrip()


def _way(way: dict[str, Any]) -> str:
    recalls = " ".join(f"{value:5.1f}" for value in way["recalls"])
    interval = "[{} {}]".format(*way["interval_r1"]) if "interval_r1" in way else ""
    return f"{recalls}  {interval:<13}"


def _caption_line(row: dict[str, Any]) -> str:
    bleu = " ".join(f"{value:5.1f}" for value in row["bleu"])
    low, high = row["cider_d_interval"]
    return (
        f"{row['method']:<18}{bleu}  {row['meteor']:5.1f}  {row['rouge_l']:5.1f}  {row['cider_d']:.3f} "
        f"[{low:.3f} {high:.3f}]"
    )


def _agreement_line(row: dict[str, Any]) -> str:
    interval = "" if row["low"] is None else f" [{row['low']} {row['high']}]"
    tau = "" if row["tau"] is None else f"{row['tau']:5.1f}{interval}"
    published = "" if row["published"] is None else f"published {row['published']}"
    return f"{row['judgements']:<12} tau-{row['variant']}  {row['measure']:<36}{tau:<22}{published}".rstrip()


def _line(found: Pointing) -> str:
    low, high = found.interval
    left = f", {found.left_out} ambiguous ones left out" if found.left_out else ""
    wholly = f"  wholly {found.strict:.3f}" if found.strict != found.accuracy else ""
    return (
        f"{found.kind:<22}{found.accuracy:.3f} [{low:.3f} {high:.3f}]{wholly:<15}"
        f"  chance {found.chance:.3f}  of {found.count}{left}"
    )
