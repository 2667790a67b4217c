"""The tail that is tuned for tags: it alone changes, it is kept with its tagger, and films are looked at with it."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import fabula
from fabula.files.appearance import APPEARANCE
from fabula.files.project import Project
from fabula.files.tagged import TaggedFilm
from fabula.models.appearance import stem_cells
from fabula.models.efficientnet import load_backbone, tail_features
from fabula.models.tagger import Tagger, TaggerShape
from fabula.models.tagger_training import Shelf, TaggerRecipe
from fabula.models.tail_tuning import Keyframes, TailRecipe, tune_tail
from fabula.models.trained_tagger import load_tagger
from fabula.storyline.tagging import tag_project, tagged_features
from fabula.train.tagger import Learning, train_tagger
from fabula.train.tagger_tail import Tuning
from fabula.train.trailer_cells import keyframe_cells
from fabula.train.trailers import Trailers, open_trailers

QUICK = TaggerRecipe(steps=20, memory_steps=10, films=6, hidden=8, stretch=4, rate=1e-2)
BRIEF = TailRecipe(steps=3, films=2, shots=2)
KINDS = ("Horror", "Western")


def picture(kind: int, seed: int) -> np.ndarray:
    """Stripes one way or the other, in some colours."""
    rng = np.random.default_rng(seed)
    stripes = np.kron(rng.integers(0, 256, (1, 12, 3)), np.ones((54, 8, 1))).astype(np.uint8)
    return stripes if kind == 0 else np.ascontiguousarray(np.rot90(stripes)[:54, :54])


@pytest.fixture(scope="module")
def films() -> list[Keyframes]:
    """Ten films of two shots, of which the first has two keyframes."""
    return [
        Keyframes(
            stem_cells([picture(k % 2, 10 * k + j) for j in range(3)]).half().numpy(),
            np.array([0, 0, 1]),
        )
        for k in range(10)
    ]


@pytest.fixture(scope="module")
def trailers(films: list[Keyframes]) -> Trailers:
    backbone = load_backbone()
    shots = tuple(np.stack([f[:2].mean(0), f[2]]) for f in (tail_features(backbone, film.cells) for film in films))
    tagged = tuple(TaggedFilm(Path(f"{k}.mp4"), str(k), genres=(KINDS[k % 2],)) for k in range(10))
    return Trailers(tagged, shots, APPEARANCE)


@pytest.fixture(scope="module")
def card(films: list[Keyframes], trailers: Trailers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("tuned") / "tuned.json"
    train_tagger(trailers, output, Learning(QUICK, tuning=Tuning(BRIEF, films, output.parent / "tails")))
    return output


def test_the_tail_alone_changes_and_the_same_seed_gives_the_same(films: list[Keyframes]) -> None:
    tags = {"genre": np.array([[k % 2 == 0, k % 2 == 1] for k in range(10)], np.float32)}
    tagger = Tagger(TaggerShape(1280, {"genre": 2}, 8))
    before = {name: value.clone() for name, value in tagger.state_dict().items()}
    one, again = (tune_tail(films, tags, tagger, BRIEF) for _ in range(2))
    other = tune_tail(films, tags, tagger, dataclasses.replace(BRIEF, seed=1))
    untouched, changing = load_backbone().state_dict(), one.tail_weights().keys()
    for name, value in one.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        assert torch.equal(value, untouched[name]) == (name not in changing), name
    assert any(not torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())
    assert all(torch.equal(value, before[name]) for name, value in tagger.state_dict().items())


def test_tuning_looks_at_each_shot_as_the_mean_of_its_keyframes(
    films: list[Keyframes], trailers: Trailers, tmp_path: Path
) -> None:
    shelf = Shelf(trailers.shots, {"genre": np.array([[1, 0], [0, 1]] * 5, np.float32)})
    frozen = Tuning(dataclasses.replace(BRIEF, steps=0), films, tmp_path)
    same, _ = frozen.tuned(shelf, np.arange(8), QUICK, lambda line: None)
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(same.shots, trailers.shots, strict=True))


def test_a_finished_tail_is_not_tuned_again(films: list[Keyframes], trailers: Trailers, tmp_path: Path) -> None:
    shelf = Shelf(trailers.shots, {"genre": np.array([[1, 0], [0, 1]] * 5, np.float32)})
    told: list[str] = []
    tuning, learn = Tuning(dataclasses.replace(BRIEF, steps=1), films, tmp_path), np.arange(8)
    first, again = (tuning.tuned(shelf, learn, QUICK, told.append)[0] for _ in range(2))
    assert told == ["tail: step 1 of 1"]
    assert all(np.array_equal(a, b) for a, b in zip(first.shots, again.shots, strict=True))
    tuning.tuned(shelf, np.arange(2, 10), TaggerRecipe(steps=1, memory_steps=1, hidden=8), told.append)
    assert len(told) == 2 and len(list(tmp_path.iterdir())) == 2


def test_a_card_keeps_its_tail(card: Path, films: list[Keyframes]) -> None:
    tagger = load_tagger(card)
    assert tagger.tail is not None and tagger.looks.startswith("tuned-tail-")
    mine, plain = (tail_features(backbone, films[0].cells) for backbone in (tagger.tail, load_backbone()))
    assert np.abs(mine - plain).max() > 1e-3
    own = tagger.features([picture(0, 0)])
    assert np.allclose(own[0], mine[0], atol=1e-2)


def test_films_are_looked_at_with_the_tail_of_their_tagger(card: Path, tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    for k in range(40):
        Image.fromarray(np.roll(picture(k // 20, k // 20), k, 1)).save(frames / f"{k:03d}.png")
    output, tagger = tmp_path / "film.fabula", load_tagger(card)
    with fabula.read(film=frames, output=output, vision="hash", captioner="none", tagger=str(card)) as read:
        assert {tag.name for tag in read.tags} == set(KINDS)
        kept = read.mean_by_shot(tagger.looks)
        shots, features = tagged_features(read, tagger)
        assert kept is not None and kept.shots == shots and np.allclose(kept.vectors, features)
        assert [tag.score for tag in tag_project(read, tagger)] == [tag.score for tag in read.tags]
    found = open_trailers([TaggedFilm(output, "a", genres=("Horror",))], fewest=1)
    (keyframes,) = keyframe_cells(found)
    with Project.open(output) as read:
        assert len(keyframes.cells) == len(read.thumbnails) and keyframes.shots.max() == len(read.shots) - 1
    again = keyframe_cells(found)[0]
    assert np.array_equal(again.cells, keyframes.cells), "from the cache"
