"""The models that ship: they load, know snow from grass, ground words and write sentences."""

from pathlib import Path

import numpy as np
import pytest

import fabula
from fabula.describing import describe
from fabula.models.trained_vision import TrainedVision, stand_out
from fabula.vision import Grounder

WEIGHTS = Path(fabula.__file__).parent / "models" / "weights"


@pytest.fixture(scope="module")
def scenes() -> list[np.ndarray]:
    """A snowy slope and a lawn, both under a blue sky, drawn as bands with some grain."""
    rng = np.random.default_rng(0)
    found = []
    for ground in ((240, 243, 250), (70, 140, 40)):
        picture = np.zeros((180, 240, 3), np.float32)
        picture[:70], picture[70:] = (120, 170, 230), ground
        found.append(np.clip(picture + rng.normal(0, 12, picture.shape), 0, 255).astype(np.uint8))
    return found


def test_snow_is_not_grass(scenes: list[np.ndarray]) -> None:
    vision = fabula.load_vision()
    assert isinstance(vision, TrainedVision) and isinstance(vision, Grounder)
    texts = ["a snowy slope", "a green lawn"]
    seen, said = vision.encode_images(scenes), vision.encode_text(texts)
    assert seen.shape == said.shape == (2, 512)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-4)
    scores = vision.score(scenes, texts)
    assert scores.argmax(0).tolist() == [0, 1]  # each sentence finds its picture
    own = stand_out(seen, said, vision.crowd)
    np.testing.assert_allclose(scores, own, atol=0.1)  # words may rerank, and do so within cosines
    assert (np.diff(vision.probability(np.array([[0.1], [0.3], [0.6]]), said[:1])[:, 0]) > 0).all()


def test_words_have_maps(scenes: list[np.ndarray]) -> None:
    vision = fabula.load_vision()
    assert isinstance(vision, Grounder)
    (found,) = vision.ground(scenes[:1], ["Blue sky over snow"])
    assert found.words == ("Blue", "sky", "over", "snow")
    assert found.scores.shape == (4, 9, 9) and np.ptp(found.scores) > 0


def test_captions_are_sentences(scenes: list[np.ndarray]) -> None:
    captions = fabula.load_captioner().caption(scenes, 2)
    assert all(len({caption.text for caption in own}) == 2 for own in captions)
    assert all(caption.text[0].isupper() and caption.text.endswith(".") for own in captions for caption in own)
    assert all(caption.score < 0 for own in captions for caption in own)
    assert captions[0][0].text != captions[1][0].text


def test_a_description_has_captions_and_boxes(scenes: list[np.ndarray]) -> None:
    found = describe(scenes[0], regions=True, captions=2)
    assert len(found.captions) == 2
    for region in found.regions:
        x, y, width, height = region.box
        assert x >= 0 and y >= 0 and x + width <= 240 and y + height <= 180 and width > 0 and height > 0


def test_the_weights_are_small() -> None:
    tellers = ("storyteller", "skipthought", "styles")
    sizes = {path.name: path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()}
    of_tellers = sum(size for name, size in sizes.items() if name.startswith(tellers)) + sum(
        path.stat().st_size for path in (WEIGHTS / "styles").iterdir()
    )
    assert of_tellers < 40e6
    assert sum(sizes.values()) - of_tellers < 25e6
