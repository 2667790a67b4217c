"""MovieBook's figures worked out by hand, and equal to those of the data's own scorer."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fabula.evaluate.correspondences import Correspondence, Prediction, correspondences_of, figures

TRUTH = [Correspondence(10, 12, 100, 101, "verbatim"), Correspondence(30, 30, 200, 200, "same_event")]
NONE = {20, 21}


def test_a_prediction_is_right_within_five_cues_and_three_paragraphs() -> None:
    near = [Prediction(17, 104, 0.9, True), Prediction(25, 197, 0.8, True)]
    assert figures(TRUTH, NONE, near).recall == 1
    far = [Prediction(18, 104, 0.9, True), Prediction(25, 196, 0.8, True)]
    assert figures(TRUTH, NONE, far).recall == 0


def test_decisions_are_counted_cue_by_cue() -> None:
    found = figures(TRUTH, NONE, [Prediction(10, 100, 0.9, True), Prediction(20, 5, 0.9, True)])
    assert (found.precision, found.coverage, found.false_alarm) == (0.5, 0.25, 0.5)
    assert found.f1 == pytest.approx(1 / 3)
    assert found.by_kind == {"same_event": 0.0, "verbatim": 1.0}


def test_average_precision_is_the_area_by_score() -> None:
    ranked = [Prediction(10, 100, 0.9, True), Prediction(20, 5, 0.8, False), Prediction(30, 200, 0.7, False)]
    assert figures(TRUTH, NONE, ranked).ap == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_equal_scores_are_one_step() -> None:
    tied = [Prediction(20, 5, 0.5, True), Prediction(10, 100, 0.5, True)]
    assert figures(TRUTH, NONE, tied).ap == figures(TRUTH, NONE, tied[::-1]).ap == pytest.approx(0.25)


def test_a_run_that_tells_the_same_is_one_correspondence() -> None:
    rows = correspondences_of([(4,), (4,), (), (4,), (5, 6)], ["a", "b", "", "c", "d"])
    assert rows == [Correspondence(1, 2, 4, 4, "a"), Correspondence(4, 4, 4, 4, "c"), Correspondence(5, 5, 5, 6, "d")]


@pytest.mark.data
def test_figures_equal_those_of_the_scorer(data_dir: Path, tmp_path: Path) -> None:
    scorer = data_dir.parent / "bench" / "score_book_alignment.py"
    book = data_dir / "books" / "ernest-hemingway_a-farewell-to-arms.txt"
    truth, none = (data_dir / "truth" / f"farewell_to_arms{end}.jsonl" for end in ("", "_none"))
    paragraphs = [block.strip() for block in book.read_text("utf-8").split("\n\n") if block.strip()]
    once = [k for k, text in enumerate(paragraphs) if paragraphs.count(text) == 1 and len(text) > 200]
    rows = [json.loads(line) for line in truth.read_text("utf-8").splitlines()]
    without = [json.loads(line) for line in none.read_text("utf-8").splitlines()]
    rng = random.Random(3)
    chosen = {}
    for row in rows:  # some right, some wrong, some near, with ties
        place = row["paragraph_first"] if rng.random() < 0.6 else rng.choice(once)
        if place in set(once):
            chosen[row["cue_first"]] = Prediction(row["cue_first"], place, round(rng.random(), 1), rng.random() < 0.7)
    for row in without[::3]:
        chosen[row["cue_first"]] = Prediction(row["cue_first"], rng.choice(once), 0.4, rng.random() < 0.3)
    predicted = tmp_path / "p.jsonl"
    predicted.write_text(
        "\n".join(
            json.dumps(
                {
                    "cue": p.cue,
                    "state": "aligned" if p.aligned else "film_only",
                    "score": p.score,
                    "passage": {"text": paragraphs[p.paragraph]},
                }
            )
            for p in chosen.values()
        ),
        "utf-8",
    )
    command = [sys.executable, str(scorer), str(book), str(truth), str(none), str(predicted), "--json"]
    expected = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = figures(
        [
            Correspondence(r["cue_first"], r["cue_last"], r["paragraph_first"], r["paragraph_last"], r["kind"])
            for r in rows
        ],
        {cue for r in without for cue in range(r["cue_first"], r["cue_last"] + 1)},
        list(chosen.values()),
    )
    assert found.recall == pytest.approx(expected["recall"])
    assert found.ap == pytest.approx(expected["ap"])
    assert found.f1 == pytest.approx(expected["decision_f1"])
    assert found.false_alarm == pytest.approx(expected["false_alarm"])
    assert found.by_kind["paraphrase"] == pytest.approx(expected["recall_paraphrase"])
