"""Agreement with people: planted judgements, the protocol's exceptions, and the published figures on the real files."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fabula.errors import InputError
from fabula.evaluate.judgements import (
    PUBLISHED,
    crowd_set,
    expert_set,
    judge_flickr8k,
    judge_measures,
    kendall_tau,
    measure_scores,
)
from fabula.files.captions import read_captions
from fabula.files.judgements import (
    CROWD_FILE,
    EXPERT_FILE,
    CaptionId,
    CrowdJudgement,
    ExpertJudgement,
    read_crowd_judgements,
    read_expert_judgements,
)

CAPTIONS = {
    "cat.jpg": ["A cat sleeps on a mat .", "The cat is on the mat", "a sleeping cat"],
    "dog.jpg": ["A dog runs", "The dog is running in a park", "a brown dog "],
    "car.jpg": ["A red car", "The car is parked at night", "a brown dog"],
}
CAT, DOG, CAR = CAPTIONS


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_the_files_are_read(tmp_path: Path) -> None:
    expert = write(tmp_path / EXPERT_FILE, "cat.jpg\tdog.jpg#2\t1\t1\t2", "", "dog.jpg\tdog.jpg#0\t4\t4\t3")
    assert read_expert_judgements(expert) == (
        ExpertJudgement(CAT, CaptionId(DOG, 2), (1, 1, 2)),
        ExpertJudgement(DOG, CaptionId(DOG, 0), (4, 4, 3)),
    )
    crowd = write(tmp_path / CROWD_FILE, "cat.jpg\tdog.jpg#2\t0.333333333333333\t1\t2")
    (judgement,) = read_crowd_judgements(crowd)
    assert judgement == CrowdJudgement(CAT, CaptionId(DOG, 2), 1, 2)
    assert judgement.share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "line",
    [
        "cat.jpg dog.jpg#2 1 1 2",
        "a\tb#1\t1\t2\t5",
        "a\tb#1\t1\t2",
        "a\tb\t1\t1\t1",
        "a\tb#x\t1\t1\t1",
        "a\tb#1\t1\t1\tx",
    ],
)
def test_a_bad_line_of_experts_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: "):
        read_expert_judgements(write(tmp_path / "e.txt", "a\tb#1\t1\t2\t4", line))


@pytest.mark.parametrize("line", ["a\tb#1\t0.5\t1\t2", "a\tb#1\t0\t0\t0", "a\tb#1\t1\t1\t-1", "a\tb#1\tyes\t1\t0"])
def test_a_bad_line_of_the_crowd_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: "):
        read_crowd_judgements(write(tmp_path / "c.txt", line))


def test_experts_are_three_rows_and_own_captions_are_left_out() -> None:
    judged = expert_set(
        [
            ExpertJudgement(CAT, CaptionId(CAT, 1), (4, 4, 4)),
            ExpertJudgement(CAT, CaptionId(DOG, 0), (1, 2, 1)),
            ExpertJudgement(DOG, CaptionId(CAR, 2), (4, 3, 4)),  # the same words as its own third caption
            ExpertJudgement(DOG, CaptionId(CAR, 0), (1, 1, 2)),
        ],
        CAPTIONS,
    )
    assert judged.pairs == ((CAT, "A dog runs"), (DOG, "A red car"))
    assert judged.row_pair.tolist() == [0, 0, 0, 1, 1, 1]
    assert judged.ratings.tolist() == [1, 2, 1, 1, 1, 2]
    assert len(judged.references[CAT]) == 3 and judged.variant == "c"


def test_a_caption_judged_by_the_crowd_is_no_reference() -> None:
    judged = crowd_set(
        [CrowdJudgement(CAT, CaptionId(DOG, 0), 0, 3), CrowdJudgement(CAT, CaptionId(CAT, 1), 3, 0)], CAPTIONS
    )
    assert judged.references == {CAT: ("A cat sleeps on a mat .", "a sleeping cat")}
    assert judged.ratings.tolist() == [0, 1] and judged.variant == "b"


def test_judgements_of_unknown_captions_are_said() -> None:
    with pytest.raises(InputError, match="no captions"):
        expert_set([ExpertJudgement("cow.jpg", CaptionId(CAT, 0), (1, 1, 1))], CAPTIONS)
    with pytest.raises(InputError, match="caption 3 is judged"):
        crowd_set([CrowdJudgement(DOG, CaptionId(CAT, 3), 1, 1)], CAPTIONS)


def pairs_agree(x: Sequence[float], y: Sequence[float]) -> float:
    return sum(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in itertools.combinations(range(len(x)), 2))


def test_tau_by_counting_pairs() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 6, 40), rng.integers(0, 3, 40)
    n, pairs = 40, 40 * 39 / 2
    assert kendall_tau(np.ones(4), np.arange(4), "c") == 0
    untied = [pairs - sum(c * (c - 1) / 2 for c in np.bincount(v)) for v in (x, y)]
    assert kendall_tau(x, y, "b") == pytest.approx(100 * pairs_agree(x, y) / np.sqrt(untied[0] * untied[1]))
    assert kendall_tau(x, y, "c") == pytest.approx(100 * 2 * pairs_agree(x, y) / (n**2 * (3 - 1) / 3))


def planted() -> list[ExpertJudgement]:
    """Captions of the picture's own kind get the best ratings."""
    captions = {CAT: (0, 1, 2), DOG: (0, 1), CAR: (0, 1)}
    return [
        ExpertJudgement(picture, CaptionId(other, k), (1, 1, 2))
        for picture in CAPTIONS
        for other, numbers in captions.items()
        for k in numbers
        if picture != other
    ] + [ExpertJudgement("mat.jpg", CaptionId(CAT, k), (4, 3, 4)) for k in range(3)]


def test_a_scorer_that_knows_the_truth_agrees_best() -> None:
    captions = {**CAPTIONS, "mat.jpg": ["a cat on a mat", "the mat with a cat"]}
    judged = expert_set(planted(), captions)
    assert measure_scores(judged)["ROUGE-L"].shape == (len(judged.pairs),)

    def knows(pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        return np.array([picture == "mat.jpg" for picture, _ in pairs], float)

    rows = judge_measures(judged, {"truth": knows, "lie": lambda pairs: -knows(pairs)}, draws=20)
    taus = {row.measure: row.tau for row in rows if row.tau is not None}
    assert taus["truth"] > 40 and taus["lie"] == -taus["truth"]
    assert taus["truth"] >= max(taus.values()) - 1e-9
    truth = next(row for row in rows if row.measure == "truth")
    assert truth.low is not None and truth.high is not None and truth.low <= truth.tau <= truth.high
    by_name = {row.measure: row for row in rows}
    assert by_name["CLIP-S"].tau is None and by_name["CLIP-S"].published == 51.2
    assert by_name["CIDEr-D"].row()["published"] == 43.9
    assert json.loads(json.dumps(truth.row()))["judgements"] == "expert"


def test_scorers_and_sets_that_do_not_fit_are_said() -> None:
    judged = crowd_set([CrowdJudgement(CAT, CaptionId(DOG, 0), 0, 3)], CAPTIONS)
    with pytest.raises(ValueError, match="short gave"):
        judge_measures(judged, {"short": lambda pairs: np.zeros(0)}, draws=0)
    with pytest.raises(ValueError, match="no judgement"):
        judge_measures(expert_set([], CAPTIONS))


def test_both_sets_of_a_folder(tmp_path: Path) -> None:
    write(
        tmp_path / EXPERT_FILE,
        "cat.jpg\tdog.jpg#0\t1\t1\t2",
        "dog.jpg\tdog.jpg#0\t4\t4\t3",
        "car.jpg\tcat.jpg#0\t2\t1\t1",
    )
    write(tmp_path / CROWD_FILE, "cat.jpg\tcat.jpg#2\t1\t3\t0", "car.jpg\tcat.jpg#0\t0\t0\t3")
    rows = judge_flickr8k(tmp_path, CAPTIONS, {"length": lambda pairs: np.array([len(t) for _, t in pairs])}, draws=0)
    assert {(row.judgements, row.measure) for row in rows} >= {("expert", "length"), ("crowdflower", "length")}
    crowd = {row.measure: row.tau for row in rows if row.judgements == "crowdflower"}
    assert crowd["CIDEr-D"] == 100 and crowd["length"] == -100
    (tmp_path / CROWD_FILE).unlink()
    with pytest.raises(InputError, match="no such file"):
        judge_flickr8k(tmp_path, CAPTIONS)


@pytest.mark.data
def test_the_published_agreement_with_experts_is_reproduced(data_dir: Path) -> None:
    folder = data_dir / "flickr8k"
    captions = {picture.path.name: picture.captions for picture in read_captions(folder).pictures}
    judged = expert_set(read_expert_judgements(folder / EXPERT_FILE), captions)
    assert (len(judged.pairs), len(judged.ratings)) == (5664, 3 * 5664)
    rows = {row.measure: row for row in judge_measures(judged, draws=0)}
    for measure in ("BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D"):
        assert rows[measure].tau == pytest.approx(PUBLISHED["expert"][measure], abs=0.06)
    assert rows["METEOR"].tau == pytest.approx(PUBLISHED["expert"]["METEOR"], abs=2)  # ours lacks synonyms
