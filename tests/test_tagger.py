"""The tagger: planted genres are learned from the tags of whole trailers, kept, calibrated and found again."""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from fabula.errors import FabulaError, InputError
from fabula.evaluate.tags import LINEAR, OURS, PRIOR, measure_tagger
from fabula.files.tagged import TaggedFilm
from fabula.metrics.tagging import measure_tags
from fabula.models.tagger import NAMED, Remembering, Tagger, TaggerShape, let_names_count, tag_loss
from fabula.models.tagger_training import Shelf, TaggerRecipe, learn_tagger
from fabula.models.trained_tagger import TrainedTagger, load_tagger
from fabula.train.tagger import Learning, names_fits, targets_of, train_tagger
from fabula.train.trailers import Trailers

VALUES = 24
QUICK = TaggerRecipe(steps=80, memory_steps=60, films=12, hidden=32, stretch=12, rate=1e-2)
GENRES = ("Horror", "War", "Western")


def planted(count: int = 30, seed: int = 0, loud: float = 2.0) -> Trailers:
    """Trailers of which only some shots show what their genres are: a direction for each genre, in much noise."""
    rng = np.random.default_rng(seed)
    directions = np.eye(len(GENRES), VALUES) * 4 * loud
    films, shots = [], []
    for k in range(count):
        chosen = [g for g in range(len(GENRES)) if (k + g) % 3 == 0 or (k % 5 == g)] or [k % 3]
        rows = rng.standard_normal((10 + k % 7, VALUES))
        for row in rows[::2]:
            row += directions[rng.choice(chosen)]
        films.append(TaggedFilm(Path(f"{k}.mp4"), f"film-{k}", genres=tuple(GENRES[g] for g in chosen)))
        shots.append(rows.astype(np.float32))
    return Trailers(tuple(films), tuple(shots), "made")


@pytest.mark.parametrize(("loss", "pooling"), [("sigmoid", "mean"), ("softmax", "attention")])
def test_genres_are_learned_from_whole_trailers(loss: str, pooling: str) -> None:
    trailers = planted(40)
    targets = targets_of(trailers.films)
    shelf = Shelf(trailers.shots[:30], {head: rows[:30].astype(np.float32) for head, rows in targets.rows.items()})
    recipe = TaggerRecipe(**{**QUICK.__dict__, "loss": loss, "pooling": pooling})
    tagger, memory = learn_tagger(shelf, recipe)
    again, _ = learn_tagger(shelf, recipe)
    assert torch.equal(tagger.encode.weight, again.encode.weight)
    right = []
    for shots, truth in zip(trailers.shots[30:], targets.rows["genre"][30:], strict=True):
        rows = torch.from_numpy(shots)[None]
        there = torch.ones(rows.shape[:2], dtype=torch.bool)
        with torch.inference_mode():
            for scores in (tagger(rows, there), memory(tagger.shots(rows), there)):
                found = scores["genre"][0].numpy()
                right += [found[a] > found[b] for a, b in itertools.product(np.where(truth)[0], np.where(~truth)[0])]
    assert np.mean(right) > 0.8


def test_shots_that_are_not_there_do_not_count() -> None:
    torch.manual_seed(0)
    for pooling in ("mean", "attention"):
        tagger = Tagger(TaggerShape(6, {"genre": 2}, 8, pooling)).eval()
        shots = torch.randn(1, 5, 6)
        there = torch.tensor([[True, True, False, True, False]])
        whole = tagger(shots, there)["genre"]
        torch.testing.assert_close(whole, tagger(shots[:, [0, 1, 3]], torch.ones(1, 3, dtype=torch.bool))["genre"])


def test_losses_are_those_of_the_paper_and_of_single_tags() -> None:
    scores = {"genre": torch.tensor([[2.0, 0.0, -1.0], [9.0, 9.0, 9.0]])}
    wanted = {"genre": torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])}  # the second has no tags: it does not count
    logs = np.log(np.exp([2, 0, -1]) / np.exp([2, 0, -1]).sum())
    assert float(tag_loss(scores, wanted, "softmax")) == pytest.approx(-(logs[0] + logs[1]) / 2, abs=1e-5)
    single = [np.log1p(np.exp(-2.0)), np.log(2), np.log1p(np.exp(-1.0))]
    assert float(tag_loss(scores, wanted)) == pytest.approx(10 * np.mean(single), abs=1e-5)


def test_a_card_says_what_was_learned(tmp_path: Path) -> None:
    trailers = planted()
    card = tmp_path / "mine.json"
    figures = train_tagger(trailers, card, Learning(QUICK))
    assert figures["genre"]["MAP"] > 0.8
    tagger = load_tagger(card)
    assert tagger.tags == {"genre": GENRES} and tagger.looks == "made" and tagger.name.startswith("mine-")
    film = tagger.film(trailers.shots[0])["genre"]
    alone, remembered = tagger.responses(trailers.shots[0])
    assert film.shape == (3,) and ((film > 0) & (film < 1)).all()
    assert alone["genre"].shape == remembered["genre"].shape == (len(trailers.shots[0]), 3)
    found = np.array([tagger.film(shots)["genre"] for shots in trailers.shots])
    truth = targets_of(trailers.films).rows["genre"]
    assert found[truth].mean() > found[~truth].mean() + 0.3
    for broken in ('{"name": "x"}', "no json"):
        card.write_text(broken)
        load_tagger.cache_clear()
        with pytest.raises(FabulaError, match=r"mine\.json"):
            load_tagger(card)


class Named:
    """A vision model in whose space the name of a genre is the direction that is planted for it, and seen in part."""

    name, dimension = "made vision", VALUES

    def encode_text(self, texts: list[str]) -> np.ndarray:
        return np.stack([np.eye(VALUES)[GENRES.index(text.split()[4].capitalize())] for text in texts])


def test_names_help_where_trailers_are_few() -> None:
    """Of a tag that few trailers have, its name says more."""
    trailers = planted(60, loud=0.4)
    seen = tuple(shots / np.linalg.norm(shots, axis=1, keepdims=True) for shots in trailers.shots)
    trailers = dataclasses.replace(trailers, seen=seen, vision=Named.name)
    targets = targets_of(trailers.films)
    part, rows = trailers.shots[:12], {head: own[:12].astype(np.float32) for head, own in targets.rows.items()}
    fits = names_fits(trailers, targets, Named())
    assert np.allclose(fits[0], seen[0][:, : len(GENRES)])
    found = []
    for known in ((), fits[:12]):
        tagger, memory = learn_tagger(Shelf(part, rows, known), QUICK)
        trained = TrainedTagger("x", "made", targets.names, {}, {"genre": (1.0, 0.0)}, tagger, memory)
        scores = np.stack([trained.film(shots)["genre"] for shots in trailers.shots[12:]])
        found.append(measure_tags(scores, targets.rows["genre"][12:], draws=0).mean_precision[0])
        shots = torch.from_numpy(part[0])
        assert tagger.shots(shots).shape[1] == QUICK.hidden + (len(GENRES) if known else 0)
    assert found[1] > found[0] + 0.02
    with pytest.raises(InputError, match="made vision has seen them, not other"):
        other = Named()
        other.name = "other"
        names_fits(trailers, targets, other)


def test_what_names_say_lately_is_their_mean() -> None:
    """Nothing but a name counts here, which fits the shots from the ninth on."""
    torch.manual_seed(0)
    shape = TaggerShape(4, {"genre": 1}, 3, named=True)
    tagger, memory = Tagger(shape), Remembering(shape, 2)
    with torch.no_grad():
        for network in (tagger, memory):
            network.heads["genre"].weight.zero_(), network.heads["genre"].bias.zero_()
            let_names_count(network.heads, shape)
        tagger.fits.weight.copy_(torch.tensor([[1.0, 0, 0, 0]])), tagger.fits.bias.zero_()
    trained = TrainedTagger("x", "made", {"genre": ("War",)}, {}, {"genre": (1.0, 0.0)}, tagger, memory)
    shots = np.zeros((16, 4), np.float32)
    shots[8:, 0] = 4
    alone, lately = (np.log(own["genre"][:, 0] / (1 - own["genre"][:, 0])) for own in trained.responses(shots))
    assert np.allclose(alone, NAMED * shots[:, 0], atol=1e-5)
    assert np.allclose(lately, NAMED * 4 * np.clip((np.arange(16) - 7) / 8, 0, 1), atol=1e-5)


def test_too_few_films_are_refused(tmp_path: Path) -> None:
    trailers = planted(4)
    with pytest.raises(InputError, match="too few"):
        train_tagger(trailers, tmp_path / "t.json", Learning(QUICK))
    assert not (tmp_path / "t.json").exists()


def test_the_measure_sees_what_is_learned_and_what_is_not() -> None:
    trailers = planted()
    targets = targets_of(trailers.films)
    found = {figure.method: figure for figure in measure_tagger(trailers, targets, Learning(QUICK))}
    assert found[OURS].mean_precision.value > 0.8
    assert found[OURS].above_frequency.low > 0.1
    assert found[LINEAR].above_base.value == 0.0
    assert found[LINEAR].mean_precision.value > found[PRIOR].mean_precision.value + 0.1
    assert found[PRIOR].above_frequency.value == 0.0
    truth = targets.rows["genre"]
    assert found[PRIOR].mean_precision.value == pytest.approx(_by_chance(truth), abs=0.02)
    assert json.dumps([name for name, _ in found[OURS].by_tag]) == json.dumps(list(GENRES))


def _by_chance(truth: np.ndarray) -> float:
    """The mean average precision of random orders."""
    rng = np.random.default_rng(1)
    found = []
    for column in truth.T:
        for _ in range(300):
            order = rng.permutation(column)
            ranks = np.flatnonzero(order) + 1
            found.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    return float(np.mean(found))
