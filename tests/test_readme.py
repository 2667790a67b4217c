"""The README's blocks run as they stand, on the demo's files under the names that the README uses."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fabula.evaluate.demo import DemoFiles
from fabula.files.pictures import write_jpeg

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def folder(demo_files: DemoFiles, short_film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copy(short_film, folder / "film.mp4")
    shutil.copy(demo_files.subtitles, folder / "film.srt")
    shutil.copy(demo_files.screenplay, folder / "film.fountain")
    shutil.copy(demo_files.book, folder / "book.epub")
    write_jpeg(folder / "photo.jpg", np.full((120, 160, 3), (90, 140, 200), np.uint8))
    return folder


def test_every_command_runs(folder: Path) -> None:
    commands = [line for kind, block in BLOCKS if kind == "console" for line in block.splitlines()]
    ours = [shlex.split(line, comments=True)[1:] for line in commands if line.startswith("fabula ")]
    assert len(ours) >= 8
    looking = {**os.environ, "FABULA_LOOK": "builtin"}  # as for a reader: some commands need what was seen
    for arguments in ours:
        command = [sys.executable, "-m", "fabula", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=looking)
        assert done.returncode == 0, (arguments, done.stderr)


def test_every_python_block_runs(folder: Path) -> None:
    blocks = [block for kind, block in BLOCKS if kind == "python"]
    assert blocks
    done = subprocess.run([sys.executable, "-"], input="\n".join(blocks), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shots," in done.stdout
