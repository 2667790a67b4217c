"""What words say of genres: planted words are found, nothing leaks, and few words are believed less than many."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fabula.app.evaluate import evaluate
from fabula.errors import FabulaError, InputError
from fabula.evaluate.word_tags import PRIOR, TAGGER, film_scores, gather_films, measure_scores
from fabula.files.catalogue import read_catalogue
from fabula.files.store import Store
from fabula.records import Cue, Shot
from fabula.storyline.stretches import WORDS, stretches, text_stretches, text_vectors
from fabula.storyline.words import Kind, TextTagger, cue_curves, load_text_tagger, tag_text
from fabula.train.tagged_texts import TextSources, gather_texts, known_films
from fabula.train.text_tagger import TextRecipe, logistic_directions, train_text_tagger
from made_tagged_texts import TELLTALE, make_world, spoken


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def sources(world: Path) -> TextSources:
    return gather_texts(world / "words", world / "movielens", world / "books", world / "subs")


@pytest.fixture(scope="module")
def tagger(sources: TextSources) -> TextTagger:
    return train_text_tagger(sources, TextRecipe(encoder="hash"), Store(None))


def test_films_that_test_teach_nothing_and_trailers_teach_once(sources: TextSources, world: Path) -> None:
    catalogue = read_catalogue(world / "movielens", users=1)
    tested = {row.id for row in known_films(world / "subs", catalogue).values()}
    trailers = set(sources.texts["trailers"].groups)
    assert len(tested) == 16 and tested == sources.left_out
    for name in ("titles", "keywords"):
        assert not set(sources.texts[name].groups) & (tested | trailers)
    open_to_all = gather_texts(world / "words", world / "movielens", world / "books")
    assert tested <= set(open_to_all.texts["titles"].groups)


@pytest.mark.parametrize("genre", TELLTALE)
def test_planted_words_are_recognised_in_speech_and_prose(tagger: TextTagger, genre: str) -> None:
    text = "\n".join(spoken(genre, np.random.default_rng(99), 600))
    for kind in Kind:
        row = tag_text([text], kind, tagger, Store(None))[0]
        assert tagger.genres[int(row.argmax())] == genre
        assert row.max() > 0.6 and np.sort(row)[-2] < 0.4


def test_a_text_without_words_has_the_frequencies(tagger: TextTagger) -> None:
    row = tag_text([""], Kind.SPEECH, tagger, Store(None))[0]
    assert row == pytest.approx(np.full(4, 0.25), abs=0.12)
    assert tag_text([], Kind.SPEECH, tagger, Store(None)).shape == (0, 4)


def test_few_words_are_believed_less_than_many(tagger: TextTagger) -> None:
    lines = spoken("Western", np.random.default_rng(3), 60)
    column = tagger.genres.index("Western")
    few, many = tag_text(["\n".join(lines), "\n".join(lines * 10)], Kind.SPEECH, tagger, Store(None))[:, column]
    assert few < many
    reading = tagger.readings[Kind.SPEECH]
    assert reading.trust(1) < reading.trust(10) < 1 and reading.trust(0) == 0


def test_curves_follow_what_is_said_when(tagger: TextTagger) -> None:
    rng = np.random.default_rng(8)
    lines = [*spoken("Romance", rng, 600), *spoken("Horror", rng, 600)]
    cues = [Cue(k + 1, 5.0 * k, 5.0 * k + 4, line) for k, line in enumerate(lines)]
    shots = [Shot(k, 10.0 * k, 10.0 * k + 10, 0, 0) for k in range(60)]
    curves = {curve.name: curve for curve in cue_curves(cues, shots, ("horror", "Romance"), tagger, Store(None))}
    assert set(curves) == {"Horror", "Romance"} and curves["Horror"].shots == tuple(range(60))
    for smooth in (curves["Horror"].smooth, [1 - p for p in curves["Romance"].smooth]):
        assert np.mean(smooth[32:]) > np.mean(smooth[:28]) + 0.4
    jumps = [np.abs(np.diff(values)).sum() for values in (curves["Horror"].raw, curves["Horror"].smooth)]
    assert jumps[1] < jumps[0]
    assert cue_curves([], shots, (), tagger, Store(None)) == ()
    with pytest.raises(FabulaError, match="opera"):
        cue_curves(cues, shots, ("opera",), tagger, Store(None))


def test_a_saved_tagger_says_the_same(tagger: TextTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path / "mine.json")
    loaded = load_text_tagger(tmp_path / "mine.json")
    texts = ["\n".join(spoken(genre, np.random.default_rng(1))) for genre in TELLTALE]
    for kind in Kind:
        before, after = (tag_text(texts, kind, one, Store(None)) for one in (tagger, loaded))
        assert after == pytest.approx(before, abs=0.01)
    (tmp_path / "mine.safetensors").write_bytes(b"nothing")
    load_text_tagger.cache_clear()
    with pytest.raises(FabulaError, match="cannot be loaded"):
        load_text_tagger(tmp_path / "mine.json")


def test_regression_finds_the_planted_direction_and_needs_no_scale() -> None:
    rng = np.random.default_rng(0)
    rows, planted = rng.normal(size=(600, 5)), rng.normal(size=(5, 2))
    truth = rows @ planted + rng.logistic(size=(600, 2)) + [2, -1] > 0
    found = logistic_directions(rows, truth, 1e-6)
    assert found == pytest.approx(planted, abs=0.45)
    cosines = (found * planted).sum(axis=0) / np.linalg.norm(found, axis=0) / np.linalg.norm(planted, axis=0)
    assert (cosines > 0.97).all()
    assert np.linalg.norm(logistic_directions(rows, truth, 1.0)) < np.linalg.norm(found) / 3


def test_stretches_are_whole_lines_and_lose_nothing() -> None:
    rng = np.random.default_rng(2)
    lines = [" ".join(["word"] * int(n)) for n in rng.integers(1, 30, 80)]
    spans = stretches(lines)
    assert [a for a, _ in spans] == [0, *(b for _, b in spans[:-1])] and spans[-1][1] == len(lines)
    counts = [sum(len(line.split()) for line in lines[a:b]) for a, b in spans]
    assert min(counts) >= WORDS / 2 and max(counts) < 2 * WORDS
    long = " ".join(str(k) for k in range(1000))
    assert " ".join(text_stretches(long)).split() == long.split()
    assert max(len(part.split()) for part in text_stretches(long)) <= 1.5 * WORDS
    assert stretches([]) == [] and text_stretches(" \n ") == []


def test_a_long_text_is_read_in_places_spread_over_it() -> None:
    text = "\n".join(spoken("Horror", np.random.default_rng(0), 6000))
    (some,), (every,) = (text_vectors([text], "hash", Store(None), most=most) for most in (7, None))
    assert len(some) == 7 and len(every) > 90
    assert some[0] == pytest.approx(every[0]) and some[-1] == pytest.approx(every[-1])


def test_the_measure_knows_a_tagger_from_chance(tagger: TextTagger, world: Path) -> None:
    films = gather_films(world / "subs", world / "movielens", tagger, Store(None))
    assert films.read == 0 and len(films.names) == 16
    ways, genres = measure_scores(film_scores(films, tagger, Store(None)), films.truth, tagger.genres)
    figures = {way.tagger: way for way in ways}
    assert figures[TAGGER].precision.value > 0.95 and figures[TAGGER].gain.low > 0.3
    assert figures[PRIOR].gain.value == 0 and figures[PRIOR].precision.value < 0.5
    assert {genre.genre for genre in genres} == set(TELLTALE) and all(genre.count == 4 for genre in genres)


def test_films_whose_trailers_were_learned_do_not_test(tagger: TextTagger, world: Path, tmp_path: Path) -> None:
    for film in (1, 41):
        (tmp_path / f"film-{film}x-1950.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nA kiss.\n", "utf-8")
    films = gather_films(tmp_path, world / "movielens", tagger, Store(None))
    assert films.names == ("film-41x-1950",)
    unaware = dataclasses.replace(tagger, card={})
    assert gather_films(tmp_path, world / "movielens", unaware, Store(None)).read == 2


def test_missing_material_is_named(world: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no subtitles of a film"):
        known_films(tmp_path, read_catalogue(world / "movielens"))
    with pytest.raises(InputError, match="no words of trailers"):
        gather_texts(tmp_path, world / "movielens", world / "books")


@pytest.mark.data
def test_the_shipped_tagger_is_above_the_frequencies_on_old_films(data_dir: Path) -> None:
    subs, movielens = data_dir / "subs" / "public_domain_features", data_dir / "movielens"
    result = CliRunner().invoke(
        evaluate, ["word-tags", "--subs", str(subs), "--movielens", str(movielens), "--json", "-q"]
    )
    rows = {row.get("tagger"): row for row in map(json.loads, result.stdout.splitlines())}
    assert rows[TAGGER]["gain"]["low"] > 0 and rows[TAGGER]["films_gain"]["low"] > 0
