"""The AbLit benchmark: its reader, its measures against the data's own scorer, its command and its bars."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ablit_examples import write_novel
from fabula.app.cli import app
from fabula.errors import InputError
from fabula.evaluate.ablit import count_links, f1, predictions, score_links
from fabula.evaluate.ablit_methods import measure_ablit
from fabula.evaluate.data import data_folder
from fabula.features import HashEncoder
from fabula.files.ablit import HELD_BACK, AbridgedChapter, read_ablit

TINY = AbridgedChapter("b", 1, "test", ("x", "y"), ("p", "q", "r", "s"), (((0,), (0, 1)), ((1,), (2,)), ((), (3,))))


def test_counts_by_hand() -> None:
    found = [([0], [0]), ([1], [2, 3])]
    assert count_links(TINY, found).tolist() == [2, 3, 3, 0, 1, 1]
    assert count_links(TINY, []).tolist() == [0, 0, 3, 0, 0, 1]
    score = score_links("m", [TINY], [found], seconds=1.5)
    assert (score.precision, score.recall, score.dropped_f1) == (2 / 3, 2 / 3, 0)
    assert score.f1 == pytest.approx(2 / 3) == f1(2, 3, 3)
    assert (score.f1_low, score.f1_high) == (score.f1, score.f1)  # one chapter has no spread


def test_novels_are_read_and_partitions_told_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write_novel(tmp_path, "a", rng, 2, "test")
    write_novel(tmp_path, "b", rng, 3, "dev")
    assert [(c.book, c.number) for c in read_ablit(tmp_path)] == [("a", 0), ("a", 1)]
    assert len(read_ablit(tmp_path, ("test", "dev"))) == 5
    assert {c.book for c in read_ablit(tmp_path, ("test", "dev"), ["b"])} == {"b"}


def test_bad_data_is_refused_with_place_and_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no novel"):
        read_ablit(tmp_path)
    path = write_novel(tmp_path, "a", np.random.default_rng(0))
    with pytest.raises(InputError, match="'c' is not in it"):
        read_ablit(tmp_path, books=["c"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="Fetch the file again"):
        read_ablit(tmp_path, ("train",))
    row = {
        "chapter": 3,
        "partition": "test",
        "original_sentences": ["p"],
        "abridged_sentences": ["x"],
        "original_paragraph": [0],
    }
    with lzma.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps({**row, "links": [[[0], [7]]]}) + "\n")
    with pytest.raises(InputError, match=r"line 1: .*chapter 3: a link points beyond"):
        read_ablit(tmp_path)


def test_data_folder_takes_what_is_named_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ablit").mkdir()
    assert data_folder(tmp_path, "ablit") == tmp_path / "ablit"
    monkeypatch.setenv("FABULA_DATA", str(tmp_path))
    assert data_folder(None, "ablit") == tmp_path / "ablit"
    with pytest.raises(InputError, match=r"no folder 'films'.*--data"):
        data_folder(None, "films")
    with pytest.raises(InputError, match="no such folder"):
        data_folder(tmp_path / "nowhere")


def test_all_methods_are_measured_and_find_what_was_planted(tmp_path: Path) -> None:
    write_novel(tmp_path, "a", np.random.default_rng(1), 2, "test")
    scores = {found.score.method: found.score for found in measure_ablit(read_ablit(tmp_path), encoder=HashEncoder())}
    assert scores["fabula"].f1 > 0.97
    assert scores["fabula, rule without network"].f1 > 0.9
    assert scores["word overlap"].f1 > 0.8
    assert scores["Drop-DTW"].precision >= scores["DTW"].precision
    assert min(scores["vecalign, tuned"].precision, scores["vecalign, size 4"].recall) > 0.7
    assert scores["vecalign, size 4"].embedding > scores["DTW"].embedding > 0 == scores["fabula"].embedding


def test_command_prints_a_table_or_json_and_writes_links(tmp_path: Path) -> None:
    (tmp_path / "ablit").mkdir()
    write_novel(tmp_path / "ablit", "a", np.random.default_rng(2), 2, "test")
    common = ["evaluate", "ablit", "--data", str(tmp_path), "--book", "all", "--quick"]
    result = CliRunner().invoke(app, [*common, "--predictions", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.output.splitlines()] == ["method", "fabula", "fabula,", "word"]
    written = [json.loads(line) for line in (tmp_path / "out" / "fabula.jsonl").read_text("utf-8").splitlines()]
    assert [(row["book"], row["chapter"]) for row in written] == [("a", 0), ("a", 1)]
    rows = [json.loads(line) for line in CliRunner().invoke(app, [*common, "--json"]).output.splitlines()]
    assert rows[0]["method"] == "fabula" and rows[0]["chapters"] == 2 and 0 < rows[0]["f1"] <= 1


def test_command_says_what_it_needs(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "ablit", "--data", str(tmp_path)])
    assert isinstance(result.exception, InputError) or "no folder 'ablit'" in result.output
    assert result.exit_code != 0


@pytest.mark.data
def test_figures_are_those_of_the_scorer_and_held_back_novels_keep_the_bar(data_dir: Path, tmp_path: Path) -> None:
    scorer = data_dir.parent / "bench" / "score_ablit.py"
    if not scorer.is_file():
        pytest.skip("needs the scorer beside the development data")
    chapters = read_ablit(data_dir / "ablit", books=HELD_BACK)
    fabula, rule, overlap = measure_ablit(chapters, embedded=False)
    (tmp_path / "held").mkdir()
    for book in HELD_BACK:
        (tmp_path / "held" / f"{book}.jsonl.xz").symlink_to(data_dir / "ablit" / f"{book}.jsonl.xz")
    (tmp_path / "p.jsonl").write_text(predictions(chapters, fabula.links), "utf-8")
    command = [sys.executable, str(scorer), str(tmp_path / "p.jsonl"), "--data", str(tmp_path / "held")]
    official = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert official["pairs"]["f1"] == pytest.approx(fabula.score.f1, abs=6e-5)
    assert official["dropped_originals"]["f1"] == pytest.approx(fabula.score.dropped_f1, abs=6e-5)
    assert fabula.score.f1 >= 0.975
    assert fabula.score.f1 > rule.score.f1 > overlap.score.f1
