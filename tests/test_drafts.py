"""Drafts made by seeded code, and what is measured on them: planted changes must be counted as such."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fabula.align.screenplay import ScreenplayAlignment
from fabula.errors import InputError
from fabula.evaluate.drafts import KINDS, Draft, redraft
from fabula.evaluate.script_fit import logistic
from fabula.evaluate.script_gold import GoldCue, GoldFilm, demo_film, gold_films
from fabula.evaluate.scripts import calibration, judge_alignment, moved_scenes, shares
from fabula.records import Cue, LineKind, Screenplay


@pytest.fixture(scope="module")
def demo() -> GoldFilm:
    return demo_film()


def speeches(screenplay: Screenplay) -> list[str]:
    return [line.text for line in screenplay.lines if line.kind is LineKind.DIALOGUE]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_one_draft_and_no_amount_changes_nothing(demo: GoldFilm, kind: str) -> None:
    assert redraft(demo.screenplay, kind, 0.4, 3) == redraft(demo.screenplay, kind, 0.4, 3)
    assert redraft(demo.screenplay, kind, 0.4, 3) != redraft(demo.screenplay, kind, 0.4, 4)
    assert redraft(demo.screenplay, kind, 0.0, 3) == Draft(demo.screenplay)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_and_scenes_of_a_draft_point_at_each_other(demo: GoldFilm, kind: str) -> None:
    draft = redraft(demo.screenplay, kind, 0.5, 1).screenplay
    assert [line.index for line in draft.lines] == list(range(len(draft.lines)))
    for scene in draft.scenes:
        assert {line.scene for line in draft.lines[scene.first_line : scene.last_line + 1]} == {scene.index}


def test_dropped_lines_are_gone_with_their_names(demo: GoldFilm) -> None:
    draft = redraft(demo.screenplay, "drop", 0.3, 0).screenplay
    left = len(speeches(draft)) / len(speeches(demo.screenplay))
    assert 0.55 < left < 0.85
    for line, below in zip(draft.lines, draft.lines[1:], strict=False):
        if line.kind is LineKind.SPEAKER:
            assert below.kind in (LineKind.DIALOGUE, LineKind.PARENTHETICAL)


def test_reworded_lines_keep_some_of_their_words(demo: GoldFilm) -> None:
    before, after = speeches(demo.screenplay), speeches(redraft(demo.screenplay, "reword", 1.0, 0).screenplay)
    kept = sum((Counter(a.split()) & Counter(b.split())).total() for a, b in zip(before, after, strict=True))
    assert 0.5 < kept / sum(len(text.split()) for text in before) < 0.9


def test_moved_scenes_are_all_still_there(demo: GoldFilm) -> None:
    draft = redraft(demo.screenplay, "move", 0.5, 0).screenplay
    assert sorted(speeches(draft)) == sorted(speeches(demo.screenplay))
    assert speeches(draft) != speeches(demo.screenplay)


def test_scenes_that_stand_elsewhere_are_named_and_no_others(demo: GoldFilm) -> None:
    def order(screenplay: Screenplay, moved: frozenset[int]) -> list[int | None]:
        return list(dict.fromkeys(line.scene for line in screenplay.lines if line.scene not in moved))

    for seed in range(5):
        draft = redraft(demo.screenplay, "move", 0.3, seed)
        assert order(draft.screenplay, draft.moved) == order(demo.screenplay, draft.moved)
        changed = order(draft.screenplay, frozenset()) != order(demo.screenplay, frozenset())
        assert bool(draft.moved) == changed


def test_misspelt_lines_keep_their_short_words(demo: GoldFilm) -> None:
    before, after = speeches(demo.screenplay), speeches(redraft(demo.screenplay, "misspell", 1.0, 0).screenplay)
    pairs = [pair for a, b in zip(before, after, strict=True) for pair in zip(a.split(), b.split(), strict=True)]
    assert all(a == b for a, b in pairs if sum(map(str.isalpha, a)) < 4)
    changed = [(a, b) for a, b in pairs if a != b]
    assert 0.2 < len(changed) / sum(len(a) >= 4 for a, _ in pairs) < 0.6
    assert all(abs(len(a) - len(b)) <= 1 + a.count("-") for a, b in changed)


@pytest.mark.parametrize("seed", [1, 3])
def test_a_scene_moved_in_a_draft_is_found(demo: GoldFilm, seed: int) -> None:
    (found,) = moved_scenes([demo], 0.1, seed)
    assert found.right == found.planted == found.reported == 1


def test_new_names_lead_back_to_the_old_ones(demo: GoldFilm) -> None:
    draft = redraft(demo.screenplay, "rename", 1.0, 0)
    pairs = zip(demo.screenplay.lines, draft.screenplay.lines, strict=True)
    for old, new in pairs:
        if old.speaker:
            assert new.speaker is not None
            assert new.speaker != old.speaker
            assert draft.names[new.speaker] == old.speaker


def test_an_unknown_kind_is_refused(demo: GoldFilm) -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        redraft(demo.screenplay, "burn", 0.1, 0)


def film(gold: list[GoldCue]) -> GoldFilm:
    people = {"BOB": frozenset({"ROBERT"}), "ALL": frozenset({"ROBERT", "EVE"})}
    return GoldFilm("planted", (), Screenplay("x", None, (), (), "text"), tuple(gold), people)


def test_shares_count_what_was_planted() -> None:
    gold = [
        GoldCue(1, frozenset({"ROBERT"}), True, 0, 0),
        GoldCue(2, frozenset({"EVE"}), True, 0, 0),
        GoldCue(3, frozenset({"EVE"}), True, 0, 1),
        GoldCue(4, frozenset({"EVE"}), False, 0),
        GoldCue(5, frozenset({"EVE"}), False, 0),
    ]
    said = [("BOB (V.O.)", 0), ("ALL", 0), (None, 1), ("BOB", 1), (None, 1)]
    cues = tuple(Cue(k + 1, k, k + 1, "x", speaker=who, scene=scene, score=0.8) for k, (who, scene) in enumerate(said))
    planted = film(gold)
    judged = judge_alignment(planted, ScreenplayAlignment(cues, (), ()), Draft(planted.screenplay))
    found = {share.name: (share.right, share.of) for share in shares(judged)}
    assert found["all"] == (2, 5)
    assert found["in the script"] == (2, 3)
    assert found["in the script, of those named"] == (2, 2)
    assert found["not in the script, wrong"] == (1, 2)
    assert found["scene of the cue"] == (3, 3)
    assert found["scene changes found"] == found["scene changes right"] == (1, 1)
    assert calibration(judged) == pytest.approx(0.8 - 2 / 3)
    assert all(share.low <= share.value <= share.high for share in shares(judged))


def test_names_of_a_draft_are_led_back_before_they_are_judged() -> None:
    planted = film([GoldCue(1, frozenset({"EVE"}), True, 0)])
    found = ScreenplayAlignment((Cue(1, 0, 1, "x", speaker="KADU 1"),), (), ())
    assert judge_alignment(planted, found, Draft(planted.screenplay, {"KADU 1": "EVE"}))[0].right
    assert not judge_alignment(planted, found, Draft(planted.screenplay))[0].right


def test_a_logistic_regression_finds_the_weights_that_made_its_data() -> None:
    rng = np.random.default_rng(0)
    features = np.column_stack([np.ones(20_000), rng.normal(size=20_000)])
    outcomes = rng.random(20_000) < 1 / (1 + np.exp(-features @ [0.5, -1.5]))
    assert logistic(features, outcomes.astype(float), 0.0) == pytest.approx([0.5, -1.5], abs=0.08)


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no films with labelled speakers"):
        gold_films(tmp_path)
    folder = tmp_path / "scripts" / "film"
    folder.mkdir(parents=True)
    (folder / "cues.jsonl").write_text("{", "utf-8")
    with pytest.raises(InputError):
        gold_films(tmp_path)
