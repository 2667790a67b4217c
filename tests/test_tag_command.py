"""A film is tagged while it is read, and by the command: colours are the genres of a made tagger."""

import dataclasses
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import fabula
from fabula.app.cli import app
from fabula.evaluate.curves import measure_peaks, planted_tags
from fabula.evaluate.demo.truth import TrueScene
from fabula.files.appearance import APPEARANCE
from fabula.files.pictures import decode_picture
from fabula.files.project import Project
from fabula.files.tagged import TaggedFilm
from fabula.models.appearance import appearances
from fabula.models.tagger_training import TaggerRecipe
from fabula.models.trained_tagger import load_tagger
from fabula.records import TagKind
from fabula.storyline.curves import curves
from fabula.storyline.shot_looks import LOOKS, TAGGED, look_part
from fabula.storyline.tagging import tag_project
from fabula.storyline.telling_shots import telling_shots
from fabula.train.tagger import Learning, train_tagger
from fabula.train.trailers import Trailers, drawn, open_trailers

COLOURS = {"Horror": (10, 10, 10), "Romance": (220, 30, 30), "Western": (110, 70, 40)}
ORDER = ("Romance", "Western", "Horror", "Romance")
QUICK = TaggerRecipe(steps=60, memory_steps=30, films=8, hidden=16, stretch=8, rate=1e-2)


def noisy(colour: tuple[int, int, int], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    picture = np.full((54, 96, 3), colour, float) + rng.normal(0, 3, (54, 96, 3))
    picture[20:30, 20 + 5 * (seed % 8) : 40 + 5 * (seed % 8)] = (
        250,
        250,
        250,
    )  # or the shot is flat, and tells nothing
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    for k, genre in enumerate(ORDER):
        for frame in range(40):
            Image.fromarray(noisy(COLOURS[genre], frame)).save(folder / f"{40 * k + frame:05d}.jpg")
    return folder


@pytest.fixture(scope="module")
def card(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger that learned colours from trailers of two of them each, made of the film's own pictures."""
    with fabula.read(film=film, vision="hash", captioner="none", tagger="none", keyframes=3) as read:
        looks = appearances([decode_picture(thumbnail.jpeg) for thumbnail in read.thumbnails])
        genres = np.array([ORDER[thumbnail.shot] for thumbnail in read.thumbnails])
    looks = look_part(np.pad(looks, ((0, 0), (1, 0))), TAGGED)
    rng, films, shots = np.random.default_rng(0), [], []
    for k in range(18):
        own = [list(COLOURS)[(k + j) % 3] for j in range(1 + k % 2)]
        films.append(TaggedFilm(Path(f"{k}.mp4"), str(k), genres=tuple(sorted(own)), keywords=("dark",) * (k % 3 == 0)))
        shots.append(np.stack([rng.choice(looks[genres == own[j % len(own)]]) for j in range(8)]))
    output = tmp_path_factory.mktemp("tagger") / "colours.json"
    train_tagger(Trailers(tuple(films), tuple(shots), APPEARANCE), output, Learning(QUICK))
    return output


@pytest.fixture(scope="module")
def project(film: Path, card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("project") / "film.fabula"
    read = fabula.read(film=film, output=output, vision="hash", captioner="none", tagger=str(card), keyframes=3)
    read.close()
    return output


def test_a_reading_finds_tags_and_curves(project: Path) -> None:
    with Project.open(project) as read:
        assert len(read.shots) == 4 and len(read.thumbnails) == 12
        genres = {tag.name: tag.score for tag in read.tags if tag.kind is TagKind.GENRE}
        assert set(genres) == set(COLOURS)
        assert all(dict(tag.why).keys() == {"picture"} for tag in read.tags)
        by_name = {curve.name: curve for curve in read.curves}
        for genre in COLOURS:
            raw = np.array(by_name[genre].raw)
            there = np.array([own == genre for own in ORDER])
            assert raw[there].min() > raw[~there].max()


def test_the_built_in_tagger_needs_no_vision_of_its_own(film: Path) -> None:
    with fabula.read(film=film, vision="hash", captioner="none", tagger="builtin") as read:
        assert len(read.tags) > 10 and read.curves[-1].name == "surprise"


def test_a_film_that_an_older_fabula_read_is_told(project: Path, card: Path, tmp_path: Path) -> None:
    shutil.copy(project, tmp_path / "old.fabula")
    with closing(sqlite3.connect(tmp_path / "old.fabula")) as db, db:
        db.execute("DELETE FROM vectors WHERE model = ?", (APPEARANCE,))
    with Project.open(tmp_path / "old.fabula") as read:
        for asked in (lambda: tag_project(read, load_tagger(card)), lambda: curves(read, ["romance"], [str(card)])):
            with pytest.raises(fabula.InputError, match="Read the film again"):
                asked()


def test_a_tagger_that_is_missing_is_told_before_the_film_is_read(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "film.fabula"
    with pytest.raises(fabula.FabulaError, match=r"none\.json"):
        fabula.read(film=film, output=output, vision="hash", captioner="none", tagger=str(tmp_path / "none.json"))
    with Project.open(output) as read:
        assert read.shots == ()


def test_the_command_shows_genres_and_words(project: Path, card: Path) -> None:
    result = CliRunner().invoke(app, ["tag", str(project), "something red", "--tagger", str(card), "--json"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows[0]["name"] == "something red" and rows[0]["kind"] == "open"
    assert {row["name"] for row in rows if row["kind"] == "genre"} == set(COLOURS)
    shown = CliRunner().invoke(app, ["tag", str(project), "--tagger", str(card), "--all"])
    assert shown.exit_code == 0 and "picture" in shown.stdout and "Western" in shown.stdout


def test_curves_come_from_cards_and_from_words(project: Path, card: Path) -> None:
    with Project.open(project) as read:
        (known,) = curves(read, ["romance"], [str(card)])
        assert known.name == "Romance" and known.kind == "genre" and int(np.argmax(known.raw)) in (0, 3)
        (words,) = curves(read, ["something brown"], ["anything"])
        assert words.kind == "open" and int(np.argmax(words.raw)) == 1
        with pytest.raises(fabula.FabulaError, match="no model wrong"):
            curves(read, ["romance"], ["wrong"])


def test_trailers_are_read_once_and_flat_shots_left_out(film: Path, project: Path, tmp_path: Path) -> None:
    films = [TaggedFilm(project, "a", genres=("Romance",)), TaggedFilm(tmp_path / "none.fabula", "b")]
    told: list[str] = []
    found = open_trailers(films, told.append, fewest=2)
    assert [own.film for own in found.films] == ["a"] and found.shots[0].shape == (4, LOOKS[TAGGED])
    assert found.seen[0].shape[0] == 4
    assert any("left out" in line and "none.fabula" in line for line in told)
    with Project.open(project) as read:
        assert telling_shots(read, until=read.shots[2].start).tolist() == [True, True, False, False]
    many = tuple(dataclasses.replace(films[0], film=str(k)) for k in range(20))
    assert set(drawn(many, 5)) < set(drawn(many, 12)) and len(drawn(many, None)) == 20


def test_planted_tags_are_of_scenes_that_the_demo_has() -> None:
    for tags in planted_tags().values():
        assert len(tags) > 10 and all(1 <= scene <= 15 for scenes in tags.values() for scene in scenes)


def test_peaks_are_looked_up_in_the_true_scenes(project: Path) -> None:
    with Project.open(project) as read:
        ends = [shot.end for shot in read.shots]
        scenes = [TrueScene("", a, b) for a, b in zip([0.0, *ends], ends, strict=False)]
        red, wrong = measure_peaks(read, scenes, {"something red": (1, 4), "something brown": (3,)})
        assert red.right and red.raw in (1, 4) and not wrong.right and wrong.raw == 2
