"""What comes next: made films with a rule of their own, whose right answers are known."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fabula.app.cli import app
from fabula.errors import FabulaError, InputError
from fabula.evaluate.next_shot import TRANSFORMER, measure_next_shot
from fabula.evaluate.shot_questions import ALIKE, CONTEXT, OPTIONS, make_questions
from fabula.files.appearance import APPEARANCE
from fabula.files.project import Keyframe, Project
from fabula.files.store import Store
from fabula.models.appearance import picture_light
from fabula.records import Shot, Thumbnail
from fabula.storyline.next_shot import load_next_shot, predict, surprise
from fabula.storyline.shot_looks import shot_looks
from fabula.train.next_shot import film_sides, learn_next_shot, learn_worth, train_next_shot
from fabula.train.shot_orders import ShotOrder, read_orders

PLACES, LIGHT, WIDE = 6, 57, 32
PARTS = (LIGHT, WIDE)


def made_film(seed: int, shots: int = 48) -> np.ndarray:
    """Two settings in turn, A B A B, for six shots; then the next two. What is seen tells the setting, faintly."""
    rng = np.random.default_rng(seed)
    places = rng.standard_normal((shots // PLACES * 2 + 2, WIDE))
    which = [2 * (t // PLACES) + t % 2 for t in range(shots)]
    seen = places[which] + 0.5 * rng.standard_normal((shots, WIDE))
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    return np.concatenate([0.1 * rng.standard_normal((shots, LIGHT)), seen], 1).astype(np.float32)


def made_orders(count: int = 10) -> list[ShotOrder]:
    return [ShotOrder(f"film {k}", APPEARANCE, made_film(k), PARTS) for k in range(count)]


@pytest.fixture(scope="module")
def recipe() -> object:
    from fabula.models.next_shot_training import NextShotRecipe

    return NextShotRecipe(steps=15, portion=5, films=3, stretch=24, rate=1e-3)


@pytest.fixture(scope="module")
def model(recipe: object) -> object:
    found = learn_next_shot([order.features for order in made_orders()], PARTS, recipe, APPEARANCE)
    found.worth = learn_worth(found, [made_film(k) for k in (50, 51, 52)])[0]
    return found


# ---- the questions ----


def test_questions_follow_their_rules() -> None:
    films = [made_film(k)[:, LIGHT:] for k in range(4)] + [made_film(9, 12)[:, LIGHT:]]
    films[0][30] = films[0][20]  # a shot that is there twice is never a wrong answer to itself
    sides = np.array([0, 0, 1, 1, 0])
    vectors, of = np.concatenate(films), np.repeat(np.arange(5), [len(film) for film in films])
    found = make_questions(films, sides)
    assert {one.film for one in found} == {0, 1, 2, 3}, "too short a film is not asked about"
    for one in found:
        for last, inside, across in zip(one.last, one.inside, one.across, strict=True):
            right = last + 1 + int(np.flatnonzero(of == one.film)[0])
            for options in (inside, across):
                assert options[0] == right
                assert len(set(options.tolist())) == OPTIONS
                assert (vectors[options[1:]] @ vectors[right] < ALIKE).all()
            assert (of[inside] == one.film).all()
            assert not set(inside.tolist()) & set(range(right - CONTEXT, right)), "what is shown is no wrong answer"
            assert (of[across[1:]] != one.film).all()
            assert (sides[of[across[1:]]] == sides[one.film]).all(), "no shot that a network may have learned from"


def test_questions_are_the_same_for_the_same_seed() -> None:
    films, sides = [made_film(k)[:, LIGHT:] for k in range(3)], np.zeros(3, int)
    one, again, other = (make_questions(films, sides, seed=seed)[0].inside for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != other).any()


def test_question_of_a_later_shot_asks_for_it() -> None:
    films = [made_film(k)[:, LIGHT:] for k in range(2)]
    found = make_questions(films, np.zeros(2, int), ahead=2)[0]
    assert (found.inside[:, 0] == found.last + 3).all()


# ---- the benchmark ----


def test_model_learns_what_returns_and_beats_averaging(recipe: object) -> None:
    rows = measure_next_shot(made_orders(), recipe, folds=2, methods=[TRANSFORMER])
    found = {(row.setting, row.method): row for row in rows}
    inside = found["In Movie", TRANSFORMER]
    assert inside.accuracy > 0.25
    assert inside.gap_interval[0] > 0.05
    assert found["In Movie", "averaging"].accuracy > 1.5 / OPTIONS
    assert inside.interval[0] <= inside.accuracy <= inside.interval[1]
    assert inside.films == 10


def test_shuffled_films_are_at_chance(recipe: object) -> None:
    """The benchmark itself gives nothing away: where order means nothing, nobody finds what follows."""
    rng = np.random.default_rng(5)
    orders = [ShotOrder(one.film, one.model, rng.permutation(one.features), PARTS) for one in made_orders()]
    rows = measure_next_shot(orders, recipe, folds=2, methods=[TRANSFORMER])
    inside = next(row for row in rows if (row.setting, row.method) == ("In Movie", TRANSFORMER))
    assert inside.accuracy < 3 / OPTIONS


def test_one_film_is_never_on_two_sides() -> None:
    orders = [ShotOrder(f"film {k // 2}", APPEARANCE, made_film(k), PARTS) for k in range(12)]
    sides = film_sides(orders, 3)
    assert (sides[::2] == sides[1::2]).all()


def test_too_few_films_are_told(recipe: object) -> None:
    with pytest.raises(InputError, match="too few for 5 folds"):
        measure_next_shot(made_orders(4), recipe)
    short = [ShotOrder(str(k), APPEARANCE, made_film(k, 12), PARTS) for k in range(4)]
    with pytest.raises(InputError, match="no film has 40 shots"):
        measure_next_shot(short, recipe, folds=2)


# ---- the networks ----


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_states_see_the_last_shots_alone(kind: str) -> None:
    """What a state knows does not depend on what follows, nor on more than the shots it looks back on."""
    import torch

    from fabula.models.next_shot import NextShotNetwork, Shape

    torch.manual_seed(0)
    network = NextShotNetwork(Shape(PARTS, kind, WIDE)).eval()
    for value in network.mind.parameters():
        torch.nn.init.normal_(value, std=0.3)
    film = torch.from_numpy(made_film(1))
    network.settle(film)
    shots = network.prepare(film)
    with torch.inference_mode():
        whole = network.scores(network.states(shots), shots[:5])
        begin = network.scores(network.states(shots[:20]), shots[:5])
        later = network.scores(network.states(shots[10:]), shots[:5])
    assert torch.allclose(whole[:20], begin, atol=1e-4)
    assert torch.allclose(whole[10 + 8 :], later[8:], atol=1e-4)
    assert not torch.allclose(whole[10:17], later[:7], atol=1e-4)


@pytest.mark.parametrize(("kind", "evidence"), [("lstm", True), ("lstm", False), ("transformer", True)])
def test_candidates_are_scored_alike_alone_and_together(kind: str, evidence: bool) -> None:
    import torch

    from fabula.models.next_shot import NextShotNetwork, Shape

    torch.manual_seed(0)
    network = NextShotNetwork(Shape(PARTS, kind, WIDE, evidence=evidence)).eval()
    film = torch.from_numpy(made_film(1))
    network.settle(film)
    shots = network.prepare(film)
    with torch.inference_mode():
        states = network.states(shots)
        shared = network.scores(states, shots[:7], 1)
        each = network.scores(states, shots[:7].expand(len(shots), -1, -1), 1)
    assert torch.allclose(shared, each, atol=1e-5)


def test_whitening_makes_pictures_comparable() -> None:
    """A direction that all shots share tells nothing: it is gone afterwards."""
    import torch

    from fabula.models.next_shot import NextShotNetwork, Shape

    film = np.concatenate([made_film(k) for k in range(6)])
    film[:, LIGHT] += 5
    network = NextShotNetwork(Shape(PARTS, kept=WIDE))
    network.settle(torch.from_numpy(film))
    seen = network.prepare(torch.from_numpy(film))[:, -WIDE:]
    assert torch.allclose(seen.norm(dim=1), torch.ones(len(seen)), atol=1e-4)
    assert float(seen.mean(0).norm()) < 0.1


def test_cooling_recovers_what_scores_are_worth() -> None:
    """Answers drawn from the softmax of half of the scores: half is what they are worth."""

    class Drawn:
        def film_scores(self, shots: np.ndarray, last: np.ndarray, step: int = 0) -> np.ndarray:
            return table.copy()

    rng = np.random.default_rng(0)
    count = 400
    table = np.full((count - 1, count), -1e3)
    for row in range(count - 1):  # each chooses between the next shot and three others
        few = rng.standard_normal(4) * 6
        chosen = rng.choice(4, p=np.exp(few / 2) / np.exp(few / 2).sum())
        few[[0, chosen]] = few[[chosen, 0]]
        others = rng.choice(np.setdiff1d(np.arange(count), [row, row + 1]), 3, replace=False)
        table[row, [row + 1, *others]] = few
    worth, nats = learn_worth(Drawn(), [np.zeros((count, 1))])
    assert worth.cool == pytest.approx(0.5, abs=0.11)
    assert worth.trust > 0.8
    assert nats > 0


# ---- training ----


def test_training_is_repeatable_and_goes_on(tmp_path: Path, recipe: object) -> None:
    from fabula.models.next_shot import Shape
    from fabula.models.next_shot_training import NextShotTraining

    films, shape = [made_film(k) for k in range(4)], Shape(PARTS, kept=WIDE)
    whole = NextShotTraining(recipe, shape, films)
    whole.run_portion()
    whole.save(tmp_path / "state")
    expected = whole.run_portion()
    resumed = NextShotTraining(recipe, shape, films)
    assert resumed.resume(tmp_path / "state")
    assert resumed.step == 5
    assert resumed.run_portion() == pytest.approx(expected, abs=1e-6)


def test_card_is_loaded_as_it_was_saved(tmp_path: Path, recipe: object) -> None:
    card = train_next_shot(made_orders(8), tmp_path / "mine.json", recipe)
    assert card["shots"] == 8 * 48
    with (tmp_path / "mine.csv").open() as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == [5, 10, 15]
    trained = load_next_shot(tmp_path / "mine.json")
    assert trained.looks == APPEARANCE
    film = made_film(77)
    rows = np.arange(8, 40)
    found = trained.log_probabilities(film, rows)
    assert np.allclose(np.exp(found).sum(1), 1, atol=1e-4)
    assert np.isneginf(found[np.arange(len(rows)), rows]).all(), "what was just shown does not follow"
    (tmp_path / "mine.safetensors").write_bytes(b"broken")


def test_missing_weights_are_told(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"name": "mine", "looks": "made", "worth": {}, "shape": {}}', "utf-8")
    with pytest.raises(FabulaError, match="cannot be loaded"):
        load_next_shot(tmp_path / "mine.json")


def test_too_few_films_to_train_are_told(tmp_path: Path, recipe: object) -> None:
    with pytest.raises(InputError, match="too few to learn from"):
        train_next_shot(made_orders(4), tmp_path / "mine.json", recipe)


# ---- films ----


def two_tones(above: tuple[int, int, int], below: tuple[int, int, int]) -> np.ndarray:
    found = np.zeros((36, 64, 3), np.uint8)
    found[:18], found[18:] = above, below
    return found


def made_project(path: Path | None, shots: int = 12) -> Project:
    """A film that looks like that of ``made_film``; its last shot but one is black."""
    store, seconds = Store(path), 2.0
    cut = [Shot(k, k * seconds, (k + 1) * seconds, 48 * k, 48 * k + 47) for k in range(shots)]
    seen = []
    for shot in cut:
        out = io.BytesIO()
        tone = (0, 0, 0) if shot.index == shots - 2 else (20 * shot.index % 250, 90, 200)
        Image.fromarray(two_tones(tone, (0, 0, 0))).save(out, "JPEG")
        seen.append(Thumbnail(shot.index, shot.first_frame + 24, shot.start + 1, out.getvalue()))
    keys = [f"key {k}" for k in range(shots)]
    frames = [Keyframe(k, 48 * k + 24, "made", key) for k, key in enumerate(keys)]
    store.save_stage("film", "made", {"shots": (Shot, cut), "thumbnails": (Thumbnail, seen)})
    store.save_stage("pictures", "made", {"keyframes": (Keyframe, frames)})
    store.save_vectors(APPEARANCE, keys, made_film(3, 48)[:shots, 1:])  # the length is not kept with it
    return Project(store)


def test_light_tells_tone_and_edges() -> None:
    dark, sunset = picture_light(two_tones((0, 0, 0), (0, 0, 0))), picture_light(two_tones((255, 0, 0), (0, 0, 0)))
    assert len(dark) == PARTS[0] - 1
    assert np.allclose(dark[:32], 0)
    cells = sunset[:27].reshape(3, 3, 3)
    assert (cells[0, :, 2] > 0.5).all(), "red above"
    assert np.allclose(cells[2], 0, atol=0.02), "black below"
    assert sunset[30] > 0.2 > sunset[31]


def test_looks_are_length_and_appearance() -> None:
    with made_project(None) as project:
        looks = shot_looks(project)
    assert looks.model == APPEARANCE
    assert looks.features.shape == (12, LIGHT + WIDE)
    assert np.allclose(looks.features[:, 0], 0.2 * np.log(2.04))
    assert np.allclose(looks.features[:, 1:], made_film(3, 48)[:12, 1:], atol=1e-3)


def test_prediction_ranks_the_shots_of_the_film(model) -> None:
    with made_project(None) as project:
        everything = predict(project, 4, 20, model=model)
        assert [hit.shot for hit in predict(project, 4, 3, model=model)] == [hit.shot for hit in everything[:3]]
        assert sorted(hit.shot for hit in everything) == list(range(5, 12)), "what was just shown does not follow"
        assert sum(hit.score for hit in everything) == pytest.approx(1, abs=1e-3)
        scores = [hit.score for hit in everything]
        assert scores == sorted(scores, reverse=True)
        curve = surprise(project, model)
        assert curve.shots == tuple(range(1, 12))
        expected = model.log_probabilities(shot_looks(project).features, np.arange(11))
        assert np.allclose(curve.raw, -expected[np.arange(11), np.arange(1, 12)], atol=1e-3)
        assert all(hit.score == pytest.approx(np.exp(expected[4, hit.shot]), abs=1e-3) for hit in everything)


def test_what_returns_is_less_surprising_than_what_begins(model) -> None:
    """Settings change with every sixth shot; the third to the sixth of each return to what was seen."""
    film = np.concatenate([made_film(k) for k in (101, 102)])
    rows = np.arange(8, 90)
    found = -model.log_probabilities(film, rows)[np.arange(len(rows)), rows + 1]
    place = (rows + 1) % PLACES
    assert found[place >= 2].mean() + 0.2 < found[place < 2].mean()


def test_wrong_shots_and_models_are_told(model) -> None:
    with made_project(None) as project:
        with pytest.raises(InputError, match="no shot 99"):
            predict(project, 99, model=model)
        with pytest.raises(FabulaError, match="1 to 5 shots ahead"):
            predict(project, 1, step=6, model=model)
        model.looks = "another"
        with pytest.raises(FabulaError, match="as another sees them, not"):
            surprise(project, model)
        model.looks = APPEARANCE
    with Project(Store(None)) as project, pytest.raises(InputError, match="not known how its shots look"):
        shot_looks(project)


def test_orders_leave_black_frames_out(tmp_path: Path) -> None:
    for name in ("one", "two"):
        made_project(tmp_path / f"{name}.fabula").close()
    (tmp_path / "table.csv").write_text("file,film,still_tail_from\none.mp4,tt7,17\n", "utf-8")
    plain = read_orders(tmp_path)
    assert [(order.film, len(order.features)) for order in plain] == [("one", 11), ("two", 11)]
    known = read_orders(tmp_path, tmp_path / "table.csv")
    assert len(known) == 2
    assert len(known[0].features) == 9, "the picture stands still from second 17"
    with pytest.raises(InputError, match="no project"):
        (tmp_path / "empty").mkdir()
        read_orders(tmp_path / "empty")
    Project(Store(tmp_path / "empty" / "three.fabula")).close()
    told: list[str] = []
    with pytest.raises(InputError, match="no project"):
        read_orders(tmp_path / "empty", told=told.append)
    assert "three.fabula: it is not known how its shots look" in told[0]


# ---- commands ----


def test_next_command_tells_what_follows(tmp_path: Path, model) -> None:
    made_project(tmp_path / "film.fabula").close()
    model.save(tmp_path / "card.json", {})
    film, card = str(tmp_path / "film.fabula"), ["--model", str(tmp_path / "card.json")]
    run = CliRunner().invoke(app, ["next", film, "--after", "4", "-k", "11", "--steps", "2", "--json", *card])
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(rows) == 14
    assert [row["shot"] for row in rows if row["follows"]] == [5, 6]
    page = tmp_path / "next.html"
    shown = CliRunner().invoke(app, ["next", film, "--after", "4", "-k", "3", "--html", str(page), *card])
    assert shown.stdout.count("shot") == 3
    assert page.read_text("utf-8").count("data:image/jpeg") == 3
    told = CliRunner().invoke(app, ["next", film, "--surprise", "--json", *card])
    assert [json.loads(line)["shot"] for line in told.stdout.splitlines()] == list(range(1, 12))
    assert CliRunner().invoke(app, ["next", film, *card]).exit_code != 0


def test_two_thousand_shots_take_less_than_a_second(model) -> None:
    import time

    film = np.concatenate([made_film(k) for k in range(42)])[:2000]
    began = time.perf_counter()
    model.log_probabilities(film, np.arange(1999))
    assert time.perf_counter() - began < 5, "one on an idle machine; tests share theirs"
