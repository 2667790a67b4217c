"""What every image-sentence model keeps to, ours and others'."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tiny_models
from fabula.errors import InputError
from fabula.vision import Vision, load_vision, vision_name

KINDS = ("hash", "clip", "siglip", "siglip2")
TEXTS = ("a red dog runs on grass", "the man sits", "Blue!", "a woman on the beach in the rain " * 9, "zyx")


@pytest.fixture(scope="module", params=KINDS)
def vision(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vision:
    if request.param == "hash":
        return load_vision("hash")
    return load_vision(f"hf:{getattr(tiny_models, request.param)(tmp_path_factory.mktemp('m') / request.param)}")


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    random = np.random.default_rng(7)
    sizes = [(32, 32), (40, 60), (90, 20), (1, 1), (1, 700), (33, 47), *[(24, 30)] * 14]
    return [random.integers(0, 256, (high, wide, 3), dtype=np.uint8) for high, wide in sizes]


def test_rows_are_unit_vectors_of_its_dimension(vision: Vision, pictures: list[np.ndarray]) -> None:
    for vectors, count in ((vision.encode_images(pictures), len(pictures)), (vision.encode_text(TEXTS), len(TEXTS))):
        assert vectors.shape == (count, vision.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_input_gives_the_same_vector(vision: Vision, pictures: list[np.ndarray]) -> None:
    np.testing.assert_array_equal(vision.encode_images(pictures), vision.encode_images(pictures))
    np.testing.assert_array_equal(vision.encode_text(TEXTS), vision.encode_text(TEXTS))


def test_neighbours_in_the_batch_do_not_matter(vision: Vision, pictures: list[np.ndarray]) -> None:
    """Twenty pictures are more than one batch; texts of other lengths must not leak through the padding."""
    apart = np.concatenate([vision.encode_images([picture]) for picture in pictures])
    np.testing.assert_allclose(vision.encode_images(pictures), apart, atol=1e-5)
    np.testing.assert_allclose(vision.encode_images(pictures[::-1])[::-1], apart, atol=1e-5)
    apart = np.concatenate([vision.encode_text([text]) for text in TEXTS])
    np.testing.assert_allclose(vision.encode_text(TEXTS), apart, atol=1e-5)
    assert not np.allclose(apart[0], apart[1])


def test_a_file_is_its_bytes(vision: Vision, pictures: list[np.ndarray], tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(pictures[1]).save(tmp_path / name)
    mixed = vision.encode_images([tmp_path / "a.png", str(tmp_path / "b.png"), pictures[1]])
    np.testing.assert_allclose(mixed, mixed[2:].repeat(3, axis=0), atol=1e-6)
    with pytest.raises(InputError, match=r"c\.png"):
        vision.encode_images([tmp_path / "c.png"])


def test_nothing_in_nothing_out(vision: Vision, pictures: list[np.ndarray]) -> None:
    assert vision.encode_images([]).shape == (0, vision.dimension)
    assert vision.encode_text([]).shape == (0, vision.dimension)
    assert vision.score([], TEXTS).shape == (0, len(TEXTS))
    assert vision.score(pictures[:2], []).shape == (2, 0)


def test_scores_are_of_the_order_of_a_cosine(vision: Vision, pictures: list[np.ndarray]) -> None:
    scores = vision.score(pictures[:3], TEXTS)
    assert scores.shape == (3, len(TEXTS))
    assert scores.dtype == np.float32
    assert np.abs(scores).max() <= 1.001


def test_probability_grows_with_the_fit(vision: Vision, pictures: list[np.ndarray]) -> None:
    seen, said = vision.encode_images(pictures[:6]), vision.encode_text(TEXTS)
    probability = vision.probability(seen @ said.T, said)
    assert probability.shape == (6, len(TEXTS))
    assert ((probability >= 0) & (probability <= 1)).all()
    order = np.argsort((seen @ said.T).ravel(), kind="stable")
    assert (np.diff(probability.ravel()[order]) >= -1e-6).all()
    assert np.ptp(probability) > 0


def test_progress_ends_at_the_total(vision: Vision, pictures: list[np.ndarray]) -> None:
    for encode, inputs in ((vision.encode_images, pictures), (vision.encode_text, ["a dog"] * 70)):
        calls: list[tuple[int, int | None]] = []
        encode(inputs, lambda done, total, calls=calls: calls.append((done, total)))  # type: ignore[operator]
        assert calls[-1] == (len(inputs), len(inputs))
        assert calls == sorted(calls)


def test_the_name_is_fit_for_a_cache(vision: Vision) -> None:
    assert re.fullmatch(r"[\w.@/-]{4,80}", vision.name)
    assert vision_name(vision) == vision.name


@pytest.mark.parametrize("kind", KINDS[1:])
def test_the_name_changes_with_the_weights(kind: str, tmp_path: Path) -> None:
    make = getattr(tiny_models, kind)
    first = load_vision(f"hf:{make(tmp_path / 'a' / 'model', seed=1)}")
    second = load_vision(f"hf:{make(tmp_path / 'b' / 'model', seed=2)}")
    assert first.name != second.name
    assert not np.allclose(first.encode_text(TEXTS), second.encode_text(TEXTS))
