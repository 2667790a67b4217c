"""How fast each stage is: against its floor (decoding alone, encoding alone) and against its peers, in one run.

A ratio from one run means more than seconds: machines differ, and so do their moods.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fabula.align.book import align_book, texts_to_embed
from fabula.align.lattice import longest_common_subsequence
from fabula.align.screenplay import align_screenplay
from fabula.features import DEFAULT_ENCODER, embed, load_encoder
from fabula.files.book import read_book
from fabula.files.screenplay import read_screenplay
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.files.video import open_video
from fabula.shots import detect_shots, survey

TOKENS = 15_000


@dataclass(frozen=True)
class Timing:
    """One measurement: ``floor`` is what it is compared with, ``ratio`` how many times that it took."""

    task: str
    seconds: float
    floor: str | None = None
    ratio: float | None = None
    note: str = ""


def measure_film(film: Path) -> Iterator[Timing]:
    """Decoding alone, then every shot detector and the peers that are installed, on one film."""
    floor = _seconds(lambda: sum(1 for _ in open_video(film).frames()))
    length = next(iter(_surveys(film)))
    yield Timing("decoding alone", floor, note=f"{length.frames:,} frames, {length.duration:.0f} s of film")
    for name in ("builtin", "content", "transnet"):
        yield _against(f"fabula shots --detector {name}", lambda n=name: detect_shots(film, detector=n), floor)
    yield _against("fabula read FILM (shots and thumbnails)", lambda: survey(film), floor)
    for command in _peers(film):
        yield _against(Path(command[0]).name, lambda c=command: subprocess.run(c, check=True, capture_output=True), floor)
