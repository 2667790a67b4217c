"""Curves of any words: what is seen, said and written, laid on the shots; smoothed over time."""

import numpy as np
import pytest

import fabula
from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.records import Curve, LineKind, Medium, Scene, ScriptLine, Shot, TagKind
from fabula.search.evidence import together
from fabula.search.units import Unit, Units
from fabula.storyline.curves import on_shots, picture_curves, shot_sources, smoothed
from fabula.storyline.tagging import Source, joined_tags, open_tags


def shots(*ends: float) -> list[Shot]:
    starts = (0.0, *ends[:-1])
    return [Shot(k, a, b, int(a * 24), int(b * 24) - 1) for k, (a, b) in enumerate(zip(starts, ends, strict=True))]


def test_values_lie_on_the_shots_of_their_time() -> None:
    begin = np.array([0.5, 3.0, np.nan, 9.0, 2.0])
    finish = np.array([1.0, 5.0, 8.0, 9.0, 2.0])
    values = np.array([0.3, 0.8, 1.0, 0.4, 0.2])
    found = on_shots(shots(2.0, 4.0, 6.0, 10.0), begin, finish, values)
    assert found.tolist() == [0.3, 0.8, 0.8, 0.4]


def test_on_shots_is_what_a_slow_search_finds() -> None:
    rng = np.random.default_rng(0)
    film = shots(*np.cumsum(rng.uniform(0.5, 4, 30)).tolist())
    begin = rng.uniform(0, film[-1].end - 5, 50)
    finish = begin + rng.uniform(0.01, 5, 50)
    values = rng.uniform(0, 1, 50)
    slow = [
        max([v for a, b, v in zip(begin, finish, values, strict=True) if a < s.end and b > s.start], default=0.0)
        for s in film
    ]
    np.testing.assert_allclose(on_shots(film, begin, finish, values), slow)


def test_the_same_words_in_three_texts_are_one_source() -> None:
    """A line that is spoken, written and told, beside the heading of its scene and what is seen there."""
    store = Store(None)
    lines = [ScriptLine(0, LineKind.HEADING, "EXT. SEA", 0), ScriptLine(1, LineKind.DIALOGUE, "Fog.", 0)]
    scenes = [Scene(0, "EXT. SEA", start=0.0, end=4.0)]
    store.save_stage("film", "made", {"shots": (Shot, shots(2.0, 4.0, 6.0))})
    store.save_stage("screenplay", "made", {"lines": (ScriptLine, lines), "scenes": (Scene, scenes)})
    spoken = Unit(0, 1, 2.5, 3.0)
    found = {
        Medium.PICTURE: (Units([Unit(0, 0, 0.0, 2.0)]), np.array([0.1])),
        Medium.DIALOGUE: (Units([spoken]), np.array([0.3])),
        Medium.SCRIPT: (Units([Unit(0, 0), spoken]), np.array([0.2, 0.25])),
        Medium.BOOK: (Units([spoken]), np.array([0.2])),
    }
    picture, heading, words = shot_sources(Project(store), found)
    assert picture.tolist() == [0.1, 0, 0]
    assert heading.tolist() == [0.2, 0.2, 0]
    assert words.tolist() == [0, 0.3, 0]


def test_smoothing_keeps_what_is_even_and_spreads_what_stands_out() -> None:
    film = shots(*np.cumsum([3.0] * 40).tolist())
    np.testing.assert_allclose(smoothed(film, np.full(40, 0.7)), 0.7)
    peak = np.zeros(40)
    peak[20] = 1.0
    found = smoothed(film, peak)
    assert found.argmax() == 20 and 0 < found[21] < found[20] < 1 and found[35] < 1e-6
    np.testing.assert_allclose(found[18:20], found[21:23][::-1])


def test_sources_are_joined_as_evidence() -> None:
    usual = {"War": 0.2, "Horror": 0.2}
    seen = Source("picture", {"War": 0.6, "Horror": 0.2}, usual)
    texts = [Source(name, {"War": 0.6}, usual) for name in ("dialogue", "script")]
    both, alone = joined_tags(TagKind.GENRE, [seen, *texts]), joined_tags(TagKind.GENRE, [seen])
    assert [tag.name for tag in both] == ["War", "Horror"]
    assert alone[0].score == pytest.approx(0.6) and alone[1].score == pytest.approx(0.2)
    odds = np.log(0.2 / 0.8) + 2 * (np.log(0.6 / 0.4) - np.log(0.2 / 0.8))  # two texts of one film are one witness
    assert both[0].score == pytest.approx(1 / (1 + np.exp(-odds)))
    assert dict(both[0].why) == {"picture": 0.6, "dialogue": 0.6, "script": 0.6}


def test_words_are_as_probable_as_their_strongest_shot() -> None:
    curves = [Curve(n, "open", "words", (0, 1), raw, raw) for n, raw in (("a", (0.1, 0.4)), ("b", (0.6, 0.2)))]
    assert [(tag.name, tag.score) for tag in open_tags(curves)] == [("b", 0.6), ("a", 0.4)]
    assert together(np.array([0.6])) == pytest.approx(0.6)


def test_a_film_that_nobody_looked_at_has_no_curves(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    project = fabula.read(subtitles=path)
    with pytest.raises(FabulaError, match="not known how its shots look"):
        picture_curves(project, None)  # type: ignore[arg-type]
