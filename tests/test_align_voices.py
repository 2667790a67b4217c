"""Who speaks what the screenplay lacks: the chain over the cast against brute force; each kind of evidence alone."""

import itertools

import numpy as np
import pytest

from fabula.align.script_change import WEIGHTS, Match, change_features, change_probability, match_turns
from fabula.align.script_voices import find_cast, name_evidence, names_in, own_names, speaker_marginals, subtitle_names
from fabula.align.turns import Part, Turn
from fabula.align.words import tokenise
from fabula.records import Cue


def part(cue: int, text: str, index: int = 0, name: str | None = None) -> Part:
    return Part(cue, index, tuple(tokenise(text)), name, text)


def turn(speaker: str, text: str, scene: int = 0) -> Turn:
    tokens = tuple(tokenise(text))
    return Turn(speaker, scene, tokens, (0,) * len(tokens), text)


def by_brute_force(spoken: np.ndarray, silent: np.ndarray, cast: np.ndarray, change: np.ndarray) -> np.ndarray:
    seen = spoken + silent * np.sqrt(cast)
    people = range(seen.shape[1])
    out = np.zeros_like(seen)
    for path in itertools.product(people, repeat=len(seen)):
        weight = seen[0, path[0]] * cast[0, path[0]]
        for k in range(1, len(seen)):
            a, b = path[k - 1], path[k]
            moved = change[k] * cast[k, b] / (1 - cast[k, a])
            weight *= seen[k, b] * (1 - change[k] if a == b else moved)
        for k, who in enumerate(path):
            out[k, who] += weight
    return out / out.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(3))
def test_marginals_are_those_of_all_paths(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spoken, cast = rng.random((5, 3)), rng.random((5, 3)) + 0.1
    cast /= cast.sum(axis=1, keepdims=True)
    silent, change = rng.random((5, 1)), rng.random(5)
    found = speaker_marginals(spoken, silent, cast, change)
    assert found == pytest.approx(by_brute_force(spoken, silent, cast, change))


def test_a_monologue_has_one_speaker_even_if_nobody_else_is_known() -> None:
    one = np.ones((3, 1))
    assert speaker_marginals(one * 0.5, one * 0.5, one, np.full(3, 0.5)) == pytest.approx(one)


def test_a_gap_in_a_dialogue_of_two_goes_to_the_other_when_changes_are_likely() -> None:
    spoken = np.array([[0.99, 0.0], [0.0, 0.0], [0.99, 0.0]])
    silent = 1 - spoken.sum(axis=1, keepdims=True)
    cast = np.full((3, 2), 0.5)
    other = speaker_marginals(spoken, silent, cast, np.full(3, 0.9))[1]
    same = speaker_marginals(spoken, silent, cast, np.full(3, 0.1))[1]
    assert other[1] > 0.9
    assert same[0] > 0.9


def features(
    cues: list[Cue], parts: list[Part], turns: list[Turn], matches: list[Match | None]
) -> list[dict[str, float]]:
    rows = change_features(cues, parts, turns, matches, [0] * len(parts))
    assert rows.shape == (len(parts), len(WEIGHTS))
    return [dict(zip(WEIGHTS, row, strict=True)) for row in rows]


def test_the_writing_of_cues_says_whether_the_speaker_changes() -> None:
    cues = [Cue(1, 0, 2, ""), Cue(2, 2.1, 4, "", parts=("a", "b")), Cue(3, 9, 11, "")]
    parts = [part(0, "When the boat comes"), part(1, "you will see it."), part(1, "Yes?", 1), part(2, "Oh, I see.")]
    rows = features(cues, parts, [turn("A", "nothing here")], [None] * 4)
    assert rows[1]["unfinished"] == rows[1]["small letter"] == rows[1]["no pause"] == 1
    assert rows[2]["in one cue"] == 1
    assert rows[2]["finished"] == 0
    assert rows[3]["answer"] == 1
    assert rows[3]["no pause"] == rows[3]["finished"] == 0
    chance = change_probability(change_features(cues, parts, [turn("A", "nothing here")], [None] * 4, [0] * 4))
    assert chance[1] < 0.1 < 0.9 < chance[2]


def test_a_speech_said_to_its_end_makes_a_change_likely() -> None:
    turns = [turn("A", "one two three four five six seven eight nine ten")]
    cues = [Cue(1, 0, 2, ""), Cue(2, 3, 4, "")]
    parts = [part(0, "One two."), part(1, "Marmalade.")]
    early = features(cues, parts, turns, [Match(0, 0, 1), None])
    late = features(cues, parts, turns, [Match(0, 8, 9), None])
    near = features(cues, parts, turns, [Match(0, 5, 7), None])
    back = features(cues, parts, turns, [None, Match(0, 0, 3)])
    assert early[1]["speech going on"] == late[1]["speech ended"] == near[1]["speech nearly ended"] == 1
    assert back[1]["speech begins"] == 1


def test_matches_cover_the_words_that_are_shared() -> None:
    turns = [turn("A", "well the boat has left the harbour now")]
    found = match_turns([part(0, "The boat has left!"), part(1, "Zebras")], turns, np.array([[0.9], [0.1]]), 0.5)
    assert found == [Match(0, 1, 4), None]


def test_nobody_calls_himself_by_his_name() -> None:
    turns = [turn(*pair) for _ in range(4) for pair in [("JOE", "Where is it, Ann?"), ("ANN", "I sold it, Joe.")]]
    cast = find_cast(turns)
    found = own_names([part(0, "Come here, Joe.")], turns, cast)[0]
    assert found[cast.names.index("ANN")] > 0 > found[cast.names.index("JOE")]
    assert names_in("the boat, Joe, is Late. Yes") == {"Joe", "Late"}


def test_a_renamed_person_is_known_by_the_lines_that_bear_the_name() -> None:
    turns = [turn("DIGGER", "one"), turn("ANN", "two")]
    cast = find_cast(turns)
    digger = cast.names.index("DIGGER")
    parts = [part(k, "x", name=name) for k, name in enumerate(["Joe", "Joe", "Joe", "Man", "Ann"])]
    spoken = np.zeros((5, 2))
    spoken[:2, digger] = 0.9
    meant = subtitle_names(parts, spoken, cast)
    assert meant == {"JOE": digger, "ANN": 1 - digger}
    assert name_evidence(parts, meant, 2)[2, digger] > 0
    assert not name_evidence(parts, meant, 2)[3].any()


def test_people_are_near_where_they_speak() -> None:
    turns = [turn("A", "x", scene=0)] * 20 + [turn("B", "x", scene=1)] * 20
    cast = find_cast(turns)
    assert cast.near.sum(axis=1) == pytest.approx(np.ones(40))
    assert cast.near[2, 0] > 0.9
    assert cast.near[38, 1] > 0.9
    assert 0.5 < cast.near[19, 0] < 0.9
