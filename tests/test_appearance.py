"""How pictures look: the same whoever else looks, and computed with our vision model's stem."""

import numpy as np
import pytest

from fabula.files.appearance import APPEARANCE, PARTS, VALUES
from fabula.files.project import Keyframe, Project
from fabula.files.store import Store
from fabula.models.appearance import appearances
from fabula.models.efficientnet import SIZE, load_backbone, whole_features
from fabula.storyline.shot_looks import look_part
from fabula.vision import HashVision, load_vision, look


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [np.kron(rng.integers(0, 256, (9, 16, 3), np.uint8), np.ones((k, k, 1), np.uint8)) for k in (12, 12, 24)]


def test_looking_gives_what_each_gives_alone(pictures: list[np.ndarray]) -> None:
    alone = appearances(pictures)
    assert alone.shape == (3, VALUES) and alone.dtype == np.float32
    for vision in (load_vision(), HashVision()):
        vectors, looks = look(vision, pictures)
        assert np.allclose(vectors, vision.encode_images(pictures), atol=1e-4)
        assert np.allclose(looks, alone, atol=1e-3)


def test_things_are_what_the_untouched_network_says(pictures: list[np.ndarray]) -> None:
    square = np.kron(pictures[0][::12, ::12], np.ones((29, 17, 1), np.uint8))[:SIZE, :SIZE]
    padded = np.pad(appearances([square]), ((0, 0), (1, 0)))  # a shot's features begin with its length
    expected = whole_features(load_backbone(), square[None])
    assert np.allclose(look_part(padded, "things"), expected, atol=1e-3)
    assert look_part(padded, "light").shape[1] == PARTS["light"]


def test_no_picture_has_no_looks() -> None:
    vectors, looks = look(load_vision(), [])
    assert vectors.shape == (0, load_vision().dimension) and looks.shape == (0, VALUES)


def test_a_shot_looks_as_the_mean_of_its_keyframes() -> None:
    store = Store(None)
    keyframes = [Keyframe(7, 1, "m", "x"), Keyframe(3, 2, "m", "z"), Keyframe(7, 9, "m", "y")]
    store.save_stage("pictures", "k", {"keyframes": (Keyframe, keyframes)})
    store.save_vectors(APPEARANCE, ["x", "y"], np.array([[1, 0], [0, 4]], np.float32))
    assert Project(store).appearances is None, "one is missing: a killed run"
    store.save_vectors(APPEARANCE, ["z"], np.array([[2, 2]], np.float32))
    seen = Project(store).appearances
    assert seen is not None and seen.shots == (3, 7)
    assert np.allclose(seen.vectors, [[2, 2], [0.5, 2]])
