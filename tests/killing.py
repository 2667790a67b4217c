"""Kill a read at random moments, rerun it, and compare with an undisturbed run.

Used by test_reading.py on the demo film; run it by hand on real files:

    python tests/killing.py --kills 10 -- film.mp4 --subs film.srt --script script.txt --book book.epub
"""

import argparse
import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fabula.files.project import Project

IGNORED = {"stages", "vectors", "checkpoints"}  # times differ between runs; vectors are compared through the links


def content(project: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows that a project holds, by table, and the keys of its stages."""
    with contextlib.closing(sqlite3.connect(project)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        tables = {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if name not in IGNORED}
        tables["stage keys"] = db.execute("SELECT name, key FROM stages ORDER BY name").fetchall()
    return tables


def command(arguments: list[str], project: Path) -> list[str]:
    return [sys.executable, "-m", "fabula", "read", *arguments, "-o", str(project), "--quiet"]


def run(arguments: list[str], project: Path) -> float:
    """Read to the end; how many seconds it took."""
    started = time.monotonic()
    subprocess.run(command(arguments, project), check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def kill_after(arguments: list[str], project: Path, delay: float) -> bool:
    """Start a read and kill -9 it after a delay; whether it was still running."""
    process = subprocess.Popen(command(arguments, project), stderr=subprocess.DEVNULL)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def check(arguments: list[str], folder: Path, *, kills: int, seed: int = 0) -> list[str]:
    """Kill that many reads, each at another moment of the run. What went wrong, or nothing."""
    undisturbed = folder / "undisturbed.fabula"
    seconds = run(arguments, undisturbed)
    expected, problems = content(undisturbed), []
    rng = random.Random(seed)
    for k in range(kills):
        project = folder / f"killed{k}.fabula"
        delay = seconds * (k + rng.random()) / kills
        killed = kill_after(arguments, project, delay)
        stages: list[str] = []
        if project.exists() and project.stat().st_size:
            with Project.open(project) as opened:  # a killed run leaves a file that opens
                stages = list(opened.store.stage_seconds())
        again = run(arguments, project)
        found = content(project)
        wrong = [name for name in expected if found.get(name) != expected[name]]
        problems += [f"kill {k} after {delay:.1f} s: {name} differs" for name in wrong]
        print(
            f"kill {k}: after {delay:.1f} s of {seconds:.1f} (running: {killed}); finished then: {stages}; "
            f"rerun {again:.1f} s; {'DIFFERS ' + str(wrong) if wrong else 'same content'}",
            flush=True,
        )
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("arguments", nargs="+", help="what follows fabula read")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        problems = check(options.arguments, Path(folder), kills=options.kills, seed=options.seed)
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
