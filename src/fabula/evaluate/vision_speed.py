"""How fast pictures and captions are encoded, against the bare backbone and the bare sentence encoder, in one run."""

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fabula.evaluate.speed import Timing, seconds_of
from fabula.features import load_encoder
from fabula.files.pictures import read_picture, squash, write_jpeg
from fabula.vision import load_captioner, load_vision

PICTURES, CAPTIONS = 96, 1024
_THINGS = ("dog", "child", "woman", "boat", "red car", "crowd", "horse", "old man", "football", "tree")
_DEEDS = ("runs over", "stands near", "jumps into", "waits by", "looks at", "plays on")
_PLACES = ("the beach", "a green field", "the street", "deep snow", "a wooden bridge", "the water")


def measure_vision() -> Iterator[Timing]:
    """Loading; pictures from files to vectors and to captions; short captions to vectors."""
    yield Timing("loading the vision model", _loading(), note="a fresh process, torch already imported")
    with tempfile.TemporaryDirectory() as folder:
        yield from _pictures(_made_pictures(Path(folder)))
    yield from _captions()


def _loading() -> float:
    code = (
        "import torch, time; start = time.perf_counter(); from fabula.vision import load_captioner, load_vision;"
        "load_vision(); load_captioner(); print(time.perf_counter() - start)"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def _pictures(paths: list[Path]) -> Iterator[Timing]:
    from fabula.models.efficientnet import SIZE, load_backbone, whole_features

    vision, captioner, backbone = load_vision(), load_captioner(), load_backbone()
    squares = np.stack([squash(read_picture(path), SIZE) for path in paths])
    for warm in (vision.encode_images, captioner.caption):
        warm(paths[:16])
    whole_features(backbone, squares[:16])
    floor = Timing("bare backbone", seconds_of(lambda: whole_features(backbone, squares)))
    yield Timing(floor.task, floor.seconds, note=_rate(len(paths), floor.seconds, "pictures"))
    for task, work in (("pictures to vectors", vision.encode_images), ("pictures to captions", captioner.caption)):
        took = seconds_of(lambda work=work: work(paths))  # type: ignore[misc]
        yield Timing(task, took, floor.task, took / floor.seconds, _rate(len(paths), took, "pictures"))


def _captions() -> Iterator[Timing]:
    rng = random.Random(0)
    texts = [f"A {rng.choice(_THINGS)} {rng.choice(_DEEDS)} {rng.choice(_PLACES)}" for _ in range(CAPTIONS)]
    encoder, vision = load_encoder(), load_vision()
    encoder.encode(texts[:64]), vision.encode_text(texts[:64])
    floor = Timing("bare sentence encoder", seconds_of(lambda: encoder.encode(texts)))
    yield Timing(floor.task, floor.seconds, note=_rate(len(texts), floor.seconds, "captions"))
    took = seconds_of(lambda: vision.encode_text(texts))
    yield Timing("captions to vectors", took, floor.task, took / floor.seconds, _rate(len(texts), took, "captions"))


def _rate(count: int, took: float, what: str) -> str:
    return f"{count / took:,.0f} {what} a second"


def _made_pictures(folder: Path) -> list[Path]:
    """Pictures of coloured noise, as large as a thumbnail."""
    rng = np.random.default_rng(0)
    paths = []
    for k in range(PICTURES):
        small = rng.integers(0, 256, (9, 16, 3), dtype=np.uint8)
        paths.append(folder / f"{k}.jpg")
        write_jpeg(paths[-1], np.kron(small, np.ones((24, 24, 1), np.uint8)))
    return paths
