"""The image-sentence model: its parts against others' arithmetic, and learning on pictures that are made here."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fabula.errors import FabulaError
from fabula.models import efficientnet, quantised
from fabula.models.sentence_transformer import load_builtin
from fabula.models.trained_vision import Crowd, _by_words, _candidates, stand_out
from fabula.models.visual_semantic import Said, Seen, VisualSemantic, load_visual_semantic, mean_of, word_scores
from fabula.models.visual_semantic_training import (
    Examples,
    VisionRecipe,
    VisionTraining,
    contrastive_loss,
    cut_cells,
    hardest_loss,
    whole_vectors,
)
from fabula.models.word_encoder import load_word_encoder, pieces_of

REFERENCE_MEAN, REFERENCE_CORNER = 0.0892704, 0.0269397  # of the package efficientnet-lite-pytorch 0.1.0
TEXTS = ["A dog runs.", "Two children play football on the green grass", "snow", ""]


def test_the_word_encoder_is_the_sentence_encoder() -> None:
    pieces = pieces_of(TEXTS)
    with torch.inference_mode():
        means = mean_of(load_word_encoder(6)(pieces), pieces.there)
    ours = torch.nn.functional.normalize(means, dim=-1).numpy()
    np.testing.assert_allclose(ours, load_builtin().encode(TEXTS), atol=2e-5)


def test_the_backbone_knows_what_it_sees() -> None:
    """A synthetic check of layout and padding: the answer of the reference network for these pixels, to 1e-3."""
    ramp = np.linspace(0, 255, 260, dtype=np.float32)
    picture = np.stack([np.tile(ramp, (260, 1)), np.tile(ramp[:, None], (1, 260)), np.full((260, 260), 90.0)], 2)
    with torch.inference_mode():
        grid = efficientnet.load_backbone()(efficientnet.pixels(picture.astype(np.uint8)[None]))
    assert grid.shape == (1, 1280, 9, 9)
    assert float(grid.mean()) == pytest.approx(REFERENCE_MEAN, abs=1e-4)
    assert float(grid[0, :, 0, 8].mean()) == pytest.approx(REFERENCE_CORNER, abs=1e-3)


def test_weights_in_a_byte_are_near_and_differences_nearer(tmp_path: Path) -> None:
    rng = torch.Generator().manual_seed(0)
    base = {"a.weight": torch.randn(8, 20, generator=rng)}
    state = {"a.weight": base["a.weight"] + 0.01 * torch.randn(8, 20, generator=rng), "a.bias": torch.randn(8)}
    quantised.save_packed(tmp_path / "w.safetensors", state, base)
    found = quantised.load_packed(tmp_path / "w.safetensors", base)
    assert float((found["a.weight"] - state["a.weight"]).abs().max()) < 0.0005
    plain = quantised.unpack(quantised.pack(state))
    assert 0 < float((plain["a.weight"] - state["a.weight"]).abs().max()) < 0.02
    assert torch.allclose(found["a.bias"], state["a.bias"], atol=2e-3)
    assert (tmp_path / "w.safetensors").stat().st_size < 8 * 20 + 8 * 2 * 2 + 400


def test_damaged_weights_are_told(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"not weights")
    with pytest.raises(FabulaError, match=r"w\.safetensors"):
        quantised.load_packed(tmp_path / "w.safetensors")


def test_the_word_score_is_the_weighted_mean_of_each_words_best_region() -> None:
    rng = torch.Generator().manual_seed(1)
    unit = lambda *shape: torch.nn.functional.normalize(torch.randn(*shape, generator=rng), dim=-1)  # noqa: E731
    regions, words, weights = unit(3, 4, 6), unit(2, 5, 6), torch.rand(2, 5, generator=rng)
    found = word_scores(Seen(unit(3, 6), regions), Said(unit(2, 6), words, weights))
    for n in range(3):
        for m in range(2):
            best = [max(float(words[m, t] @ regions[n, k]) for k in range(4)) for t in range(5)]
            assert float(found[n, m]) == pytest.approx(sum(float(w) * b for w, b in zip(weights[m], best, strict=True)))


def test_losses_fall_when_the_right_pair_stands_out() -> None:
    good, bad = torch.eye(4), torch.full((4, 4), 0.5)
    sharp = torch.tensor(2.0)
    assert contrastive_loss(good, sharp) < contrastive_loss(bad, sharp)
    assert float(contrastive_loss(bad, sharp)) == pytest.approx(np.log(4))
    assert float(hardest_loss(good)) == 0
    assert float(hardest_loss(bad)) == pytest.approx(0.4)


def test_cuts_are_parts_of_the_picture() -> None:
    cells = torch.arange(17 * 17.0).view(1, 1, 17, 17)
    sizes = set()
    for seed in range(20):
        cut = cut_cells(cells, np.random.default_rng(seed))
        sizes.add(cut.shape[-1])
        steps = cut[0, 0, 0].diff().abs()
        assert torch.equal(steps, torch.ones_like(steps))
    assert min(sizes) >= 13 and max(sizes) <= 17 and len(sizes) > 2


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Twelve pictures whose cells are noise around a pattern of their own, each with captions of its own."""
    rng = np.random.default_rng(0)
    things = ["dog", "car", "boat", "child", "horse", "bird", "train", "tree", "house", "snow", "beach", "crowd"]
    patterns = rng.normal(0, 3, (len(things), 120, 1, 1))
    views = [(patterns + rng.normal(0, 0.3, (len(things), 120, 17, 17))).astype(np.float16) for _ in range(2)]
    return Examples(views, [[f"a {thing}", f"the {thing} here", f"one {thing}"] for thing in things])


RECIPE = VisionRecipe(epochs=2, first=60, batch=12, group=6, regions=8)


def test_training_learns_and_goes_on_where_it_was(examples: Examples, tmp_path: Path) -> None:
    whole = VisionTraining(RECIPE, examples)
    whole.learn_first()
    first = whole.run_epoch()
    whole.save(tmp_path / "state")
    again = VisionTraining(RECIPE, examples)
    assert again.resume(tmp_path / "state")
    second, resumed = whole.run_epoch(), again.run_epoch()
    assert second == pytest.approx(resumed, rel=1e-4)
    assert first < 2 * np.log(12)
    pictures, texts = whole_vectors(whole.kept, examples.views[0], [own[1] for own in examples.captions])
    assert ((pictures @ texts.T).argmax(1) == np.arange(12)).mean() > 0.9
    other = VisionTraining(VisionRecipe(epochs=3), examples)
    assert not other.resume(tmp_path / "state")


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = VisualSemantic(dimension=16).eval()
    with torch.no_grad():
        model.encoder.layers[-1].narrow.weight += 0.01 * torch.randn(384, 1536)
    model.save(tmp_path / "m.safetensors", {"background": torch.ones(2, 16)})
    loaded, extras = load_visual_semantic(tmp_path / "m.safetensors", 6, 16)
    assert torch.allclose(extras["background"], torch.ones(2, 16), atol=1e-3)
    with torch.inference_mode():
        before, after = model.say(pieces_of(TEXTS[:3])), loaded.say(pieces_of(TEXTS[:3]))
    assert float((before.whole * after.whole).sum(1).min()) > 0.999
    with pytest.raises(FabulaError, match="another model"):
        load_visual_semantic(tmp_path / "m.safetensors", 6, 8)


def test_word_pieces_become_words() -> None:
    text = "a skateboarder's jump"
    pieces = pieces_of([text])
    scores = np.repeat(np.arange(len(pieces.spans[0]), dtype=np.float32)[:, None], 81, 1)
    found = _by_words(text, scores, pieces.spans[0])
    assert "".join(found.words) == text.replace(" ", "")
    assert found.scores.shape == (len(found.words), 9, 9)
    assert found.words[0] == "a" and found.scores[0, 0, 0] == 1


def test_candidates_are_the_best_of_each_row_and_column() -> None:
    wholes = np.random.default_rng(0).random((300, 400)).astype(np.float32)
    chosen = _candidates(wholes)
    assert chosen[np.arange(300), wholes.argmax(1)].all() and chosen[wholes.argmax(0), np.arange(400)].all()
    assert chosen.sum() < 0.6 * chosen.size
    assert _candidates(wholes[:20, :20]).all()


def test_a_sentence_that_fits_everything_does_not_stand_out() -> None:
    rng = np.random.default_rng(0)

    def unit(rows: np.ndarray) -> np.ndarray:
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    common = np.ones((1, 32))
    crowd = Crowd(unit(rng.standard_normal((64, 32)) + common), unit(rng.standard_normal((64, 32))))
    pictures = unit(rng.standard_normal((20, 32)) + common)
    sentences = np.concatenate([unit(pictures + rng.standard_normal((20, 32)) * 0.15), unit(common)])  # the last: a hub
    plain = pictures @ sentences.T
    scores = stand_out(pictures, sentences, crowd)
    assert (plain.argmax(1) == 20).any() and not (scores.argmax(1) == 20).any()
    right = np.arange(20)
    assert (scores.argmax(1) == right).sum() > (plain.argmax(1) == right).sum()
    alone = stand_out(pictures[:1], sentences[:3], crowd)
    assert np.allclose(alone, scores[:1, :3], atol=1e-6)  # whatever else is asked
