"""The aligners on real films, scored by the benchmark's own scorers, with the bars that they must keep."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fabula.align.book import align_book
from fabula.align.screenplay import align_screenplay
from fabula.files.book import read_book
from fabula.files.rows import Row, aligned_rows
from fabula.files.screenplay import read_screenplay
from fabula.files.subtitles import read_subtitles

pytestmark = pytest.mark.data


def score(data_dir: Path, scorer: str, rows: list[Row], folder: Path, before: list[Path], after: list[str]) -> Row:
    bench = data_dir.parent / "bench" / scorer
    if not bench.is_file():
        pytest.skip(f"needs the scorer {scorer} beside the development data")
    predicted = folder / "predicted.jsonl"
    predicted.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    command = [sys.executable, str(bench), *map(str, before), str(predicted), *after, "--json"]
    found: Row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


@pytest.mark.parametrize(("film", "least"), [("charade", 0.95), ("meet_john_doe", 0.92), ("his_girl_friday", 0.94)])
def test_speakers_of_real_films(data_dir: Path, tmp_path: Path, film: str, least: float) -> None:
    folder = data_dir / "scripts" / film
    found = align_screenplay(read_subtitles(folder / "subtitles.srt"), read_screenplay(folder / "script.txt"))
    rows = aligned_rows(found.cues, found.scenes, None, None)
    result = score(data_dir, "score_speakers.py", rows, tmp_path, [], ["--gold", str(folder / "cues.jsonl")])
    assert result["in_script"]["accuracy_all"] >= least
    assert result["in_script"]["accuracy_covered"] >= 0.97
    sure = result["accuracy_at_top"]
    assert sure["50%"] >= sure["100%"]  # high scores are right more often


def test_pages_of_a_real_film(data_dir: Path, tmp_path: Path) -> None:
    cues = read_subtitles(data_dir / "subs/public_domain_features/a-farewell-to-arms-1932-en.srt")
    path = data_dir / "books/ernest-hemingway_a-farewell-to-arms.txt"
    book = read_book(path)
    rows = aligned_rows(cues.cues, None, align_book(cues, book), book)
    truth = data_dir / "truth"
    before = [path, truth / "farewell_to_arms.jsonl", truth / "farewell_to_arms_none.jsonl"]
    result = score(data_dir, "score_book_alignment.py", rows, tmp_path, before, [])
    assert result["recall"] >= 0.66
    assert result["ap"] >= 0.72
    assert result["decision_f1"] >= 0.64
    assert result["false_alarm"] <= 0.10
    assert result["passages_not_in_book"] == 0
