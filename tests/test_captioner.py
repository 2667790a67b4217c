"""The captioner: learning to say what belongs to made-up regions, with rewards too, and choosing a sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fabula.errors import FabulaError
from fabula.models.beam import Written, beam_search
from fabula.models.decoder_training import CaptionExamples, CaptionRecipe, CaptionTraining
from fabula.models.trained_captioner import Choice, TrainedCaptioner, load_trained_captioner
from fabula.models.vocabulary import learn_vocabulary

THINGS = ["dog", "car", "boat", "child", "horse", "bird"]
PLACES = ["on a hill", "by the sea", "in the snow", "at night", "under trees", "on a road"]
SENTENCES = [f"a {thing} {place}" for thing, place in zip(THINGS, PLACES, strict=True)]


@pytest.fixture(scope="module")
def examples() -> CaptionExamples:
    """Six pictures of nine regions; a pattern of its own in each tells them apart."""
    rng = np.random.default_rng(0)
    patterns = rng.normal(0, 1, (6, 1, 24))
    views = [(patterns + rng.normal(0, 0.1, (6, 9, 24))).astype(np.float16) for _ in range(2)]
    captions = [[sentence, f"{sentence} today"] for sentence in SENTENCES]
    return CaptionExamples(views, captions, learn_vocabulary([c for own in captions for c in own], fewest=1))


@pytest.mark.parametrize("kind", ["attention", "rnn"])
def test_a_decoder_learns_what_people_say(examples: CaptionExamples, kind: str) -> None:
    recipe = CaptionRecipe(decoder=kind, epochs=80, rewarded=0, batch=6, captions=2, average=0.8, rate=3e-3)
    training = CaptionTraining(recipe, examples)
    losses = [training.run_epoch() for _ in range(recipe.epochs)]
    assert losses[-1] < losses[0] / 3
    written = beam_search(training.kept, torch.from_numpy(examples.views[0]).float(), width=3)
    said = [" ".join(examples.vocabulary.tokens(own[0].words)) for own in written]
    assert sum(s.startswith(sentence) for s, sentence in zip(said, SENTENCES, strict=True)) >= 5


def test_rewards_make_sentences_better_and_a_run_goes_on_where_it_was(
    examples: CaptionExamples, tmp_path: Path
) -> None:
    recipe = CaptionRecipe(epochs=25, rewarded=25, batch=6, captions=2, samples=4, average=0.8, rate=3e-3)
    training = CaptionTraining(recipe, examples)
    for _ in range(recipe.epochs):
        training.run_epoch()
    rewards = [-training.run_epoch() for _ in range(recipe.rewarded - 1)]
    assert np.mean(rewards[-4:]) > np.mean(rewards[:4])
    training.save(tmp_path / "state")
    again = CaptionTraining(recipe, examples)
    assert again.resume(tmp_path / "state")
    assert again.run_epoch() == pytest.approx(training.run_epoch(), rel=1e-4)


class _Space:
    """As much of an image-sentence model as choosing needs: sentences about hills fit every picture best."""

    def encode_text(self, texts: list[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "hill" in text else [0.0, 1.0] for text in texts], np.float32)

    class _Model:
        def see_grid(self, grid: torch.Tensor) -> object:
            return type("Seen", (), {"whole": torch.tensor([[1.0, 0.0]]).repeat(len(grid), 1)})

    model = _Model()


def test_sight_prefers_what_fits_the_picture(examples: CaptionExamples) -> None:
    hill, sea = (tuple(examples.vocabulary.encode(s)) for s in SENTENCES[:2])
    written = [[Written(sea, -3.0), Written(hill, -4.0)]]
    grid = torch.zeros(1, 9, 24)
    blind = TrainedCaptioner("x", "rnn", torch.nn.Identity(), examples.vocabulary, _Space(), Choice())  # type: ignore[arg-type]
    seeing = TrainedCaptioner(
        "x",
        "rnn",
        torch.nn.Identity(),
        examples.vocabulary,
        _Space(),
        Choice(sight=4.0),  # type: ignore[arg-type]
    )
    assert blind._seen(grid, written)[0][0].words == sea
    assert seeing._seen(grid, written)[0][0].words == hill


def test_captions_are_distinct(examples: CaptionExamples) -> None:
    captioner = TrainedCaptioner("x", "rnn", torch.nn.Identity(), examples.vocabulary, _Space(), Choice())  # type: ignore[arg-type]
    near = [Written((5, 6, 7, 8), -1.0), Written((5, 6, 7, 9), -1.1), Written((10, 11, 12), -2.0)]
    assert [one.words for one in captioner._distinct(near, 2)] == [(5, 6, 7, 8), (10, 11, 12)]
    assert len(captioner._distinct(near, 3)) == 3


def test_a_card_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match=r"nothing\.json"):
        load_trained_captioner(tmp_path / "nothing.json")
