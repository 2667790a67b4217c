"""The aligner's benchmark: planted answers, figures equal to the data's own scorer, intervals, and the command."""

import dataclasses
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fabula.align.book import align_book, spoken_cues
from fabula.align.model import Answer
from fabula.align.significance import Chance
from fabula.align.stack import Pair, channel_stack
from fabula.app.cli import app
from fabula.evaluate.align_methods import Channels, Method, ablations, rivals
from fabula.evaluate.alignment import judge, measure, predicted, summarise
from fabula.evaluate.correspondences import Correspondence, Prediction, figures
from fabula.evaluate.farewell import BOOK, SUBTITLES, TRUTH, WITHOUT, farewell_film, has_farewell, plain, same_text
from fabula.evaluate.known_films import KnownFilm, demo_known_film, known_film
from fabula.evaluate.resampling import DRAWS, STRETCH, Stretches
from fabula.features import HashEncoder
from fabula.files.book import read_book
from fabula.files.rows import aligned_rows
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.train.pairs import TruePair, make_pair
from hand_model import hand_model, write_card

ENCODER = HashEncoder()
WORDS = [f"{a}{b}{c}" for a in ("bar", "den", "fol", "gim", "har", "kel") for b in ("o", "i", "a") for c in "nrtlsm"]


def planted(seed: int = 0, texts: int = 120, order: tuple[int, ...] | None = None) -> KnownFilm:
    """A film that quotes every second text in order; every fifth line is of no text."""
    rng = random.Random(seed)
    prose = [" ".join(rng.choices(WORDS, k=14)) + "." for _ in range(texts)]
    lines, truth = [], []
    for place in order or range(0, texts, 2):
        lines.append(" ".join(prose[place].split()[3:11]))
        truth.append((place,))
        if len(lines) % 5 == 0:
            lines.append(f"Zebra{len(lines)} juggles quartz{len(lines)}.")
            truth.append(())
    pair = make_pair(lines, prose, ENCODER, Store(None))
    return known_film("planted", TruePair(f"planted {seed}", pair, tuple(truth), np.full(len(lines), 0.5)))


def channels(film: KnownFilm) -> Channels:
    return Channels(channel_stack(film.pair.pair), film.pair.gaps)


def test_what_was_planted_is_found_and_chance_is_not() -> None:
    film = planted()
    found = {m.name: judge(film, m, channels(film)).figures for m in rivals(hand_model(), {})}
    assert found["fabula"].recall == 1 and found["fabula"].ap > 0.99 and found["fabula"].false_alarm <= 0.1
    # An even pace is right here, but for its small lag, and says nothing of the lines without counterpart.
    assert found["uniform timeline"].recall > 0.8 and found["uniform timeline"].false_alarm == 1
    rng = random.Random(4)
    mixed = planted(order=tuple(rng.sample(range(120), 60)))
    found = {m.name: judge(mixed, m, channels(mixed)).figures for m in rivals(hand_model(), {})}
    assert found["uniform timeline"].recall < 0.4 and found["time warping (DTW)"].f1 < 0.5 < found["fabula"].f1
    assert found["most alike (argmax of cosines)"].recall > 0.95


def test_a_film_that_follows_by_chance_gets_no_links() -> None:
    film = planted()
    judged = judge(film, rivals(hand_model(Chance(1e6, 1.0)), {})[0], channels(film))
    assert not judged.followed and judged.figures.recall == judged.figures.f1 == 0 and judged.figures.ap > 0.99


def test_each_channel_that_is_left_out_is_zero_for_the_network_only() -> None:
    film = planted()
    seen = channels(film)
    before = seen.stack.copy()
    asked = []

    class Spy:
        def evidence(self, stack: np.ndarray) -> np.ndarray:
            asked.append(stack)
            return np.zeros(stack.shape[:2], np.float32)

    model = dataclasses.replace(hand_model(), network=Spy(), channels=("cosine", "words"))
    first, second = (m for m in ablations(model) if m.name.startswith("without"))
    first.align(seen), second.align(seen)
    assert (first.name, second.name) == ("without cosine", "without words")
    assert not asked[0][:, :, 0].any() and np.array_equal(asked[0][:, :, 1].astype(np.float32), seen["words"])
    assert not asked[1][:, :, 1].any() and np.array_equal(asked[1][:, :, 0].astype(np.float32), seen["cosine"])
    assert np.array_equal(seen.stack, before)


def test_methods_without_a_threshold_get_their_best() -> None:
    film = planted()
    truth = [told or () for told in film.pair.truth]
    places = np.array([told[0] if told else 0 for told in truth])
    scores = np.array([0.2 if told else 0.1 for told in truth])  # right, and low: any fixed threshold would miss it
    answer = Answer(places, scores, np.zeros((1, 1)), np.zeros((1, 1)))
    found = judge(film, Method("planted", lambda seen: (answer, None)), channels(film)).figures
    assert (found.f1, found.false_alarm) == (1.0, 0.0)


def random_case(seed: int) -> tuple[list[Correspondence], set[int], list[Prediction]]:
    rng = random.Random(seed)
    truth = [Correspondence(c, c + rng.randint(0, 3), 2 * c, 2 * c + 1, rng.choice("ab")) for c in range(1, 400, 7)]
    told = {c for row in truth for c in range(row.first_cue, row.last_cue + 1)}
    without = {c for c in range(1, 400) if c not in told and rng.random() < 0.5}
    found = [
        Prediction(c, 2 * c if rng.random() < 0.6 else rng.randint(0, 800), round(rng.random(), 2), rng.random() < 0.7)
        for c in range(1, 400)
    ]
    return truth, without, found


@pytest.mark.parametrize("seed", range(5))
def test_stretches_taken_once_give_the_figures(seed: int) -> None:
    truth, without, found = random_case(seed)
    expected = figures(truth, without, found)
    stretches = Stretches(truth, without, found)
    once = np.ones((1, stretches.count))
    assert stretches.average_precision(once)[0] == pytest.approx(expected.ap)
    assert stretches.f1(once)[0] == pytest.approx(expected.f1)


def test_intervals_hold_the_figure_and_shrink_with_more_film() -> None:
    truth, without, found = random_case(1)
    expected = figures(truth, without, found)
    (low, high), (f1_low, f1_high) = Stretches(truth, without, found).intervals()
    assert low < expected.ap < high and f1_low < expected.f1 < f1_high
    assert Stretches(truth, without, found).intervals() == ((low, high), (f1_low, f1_high))
    moved = [
        [dataclasses.replace(row, first_cue=row.first_cue + k * 10 * STRETCH, last_cue=row.last_cue + k * 10 * STRETCH)
         for k in range(9) for row in truth],
        {cue + k * 10 * STRETCH for k in range(9) for cue in without},
        [dataclasses.replace(p, cue=p.cue + k * 10 * STRETCH) for k in range(9) for p in found],
    ]  # fmt: skip
    (low9, high9), _ = Stretches(*moved).intervals()
    assert (high9 - low9) < 0.6 * (high - low)


def test_a_group_has_the_mean_of_its_films() -> None:
    films = [planted(seed) for seed in range(3)]
    results = {r.method: r for r in measure(films, hand_model(), without_parts=False) if not r.ablation}
    alone = [judge(f, rivals(hand_model(), {})[0], channels(f)) for f in films]
    assert results["fabula"].films == 3
    assert results["fabula"].f1 == pytest.approx(np.mean([one.figures.f1 for one in alone]))
    low, high = results["fabula"].f1_interval
    values = [one.figures.f1 for one in alone]
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert results["fabula"].calibration_error is not None and results["Drop-DTW"].calibration_error is None
    assert sum(row.count for row in results["fabula"].reliability) == sum(len(one.scores) for one in alone)


def test_parts_are_left_out_on_representative_films_alone() -> None:
    films = [planted(0), dataclasses.replace(planted(1), representative=True)]
    model = hand_model(weights={"cosine": 20.0})
    results = list(measure(films, model))
    apart = {r.method: r for r in results if r.ablation}
    assert {r.films for r in apart.values()} == {1}
    assert apart["fabula"].ap == pytest.approx(judge(films[1], rivals(model, {})[0], channels(films[1])).figures.ap)
    assert {"without words", "no network (weights by hand)", "no chain (each unit by itself)"} <= apart.keys()
    assert apart["without names"].ap == apart["fabula"].ap  # a channel that this model gives no weight
    assert apart["without cosine"].ap < 0.5 < apart["fabula"].ap


def test_a_text_that_occurs_twice_stands_for_both_places() -> None:
    blocks = ["yes", "the cat sat on the mat today", "yes", "a long block that has many words and goes on and on"]
    assert same_text(["yes", "cat sat on the mat", "cat sat", plain("No!")], blocks) == [(0, 2), (1,), (), ()]
    film = KnownFilm("g", known_two(), (), frozenset(), (1, 2), ((0, 7), ()))
    answer = Answer(np.array([0, 1]), np.array([0.9, 0.8]), np.zeros((2, 2)), np.zeros((2, 2)))
    first, second = predicted(film, answer, 0.85)
    assert (first.paragraph, first.also, first.aligned) == (0, (7,), True)
    assert second.paragraph < 0 and not second.aligned


def known_two() -> TruePair:
    pair = Pair(["a", "b"], ["a", "b"], np.eye(2), np.eye(2), np.arange(2))
    return TruePair("two", pair, ((0,), (1,)), np.zeros(2))


def test_the_demo_is_a_film_with_truth() -> None:
    film = demo_known_film(Store(None), ENCODER)
    assert len(film.correspondences) > 60 and film.without
    assert {told for told in film.pair.truth if told} and len(film.numbers) == len(film.pair.truth)
    for row in film.correspondences:
        assert 0 <= row.first_paragraph <= row.last_paragraph
    # What the demo tells verbatim shares its words with the paragraph that it tells.
    stack = channel_stack(film.pair.pair, ("coverage",))[:, :, 0].astype(float)
    of_cue = {number: k for k, number in enumerate(film.numbers)}
    text = {place: k for k, (place,) in enumerate(film.places)}
    said = [stack[of_cue[r.first_cue], text[r.first_paragraph]] for r in film.correspondences if r.kind == "verbatim"]
    assert np.mean(said) > 5 * stack.mean()


def test_the_command_runs_without_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.app.evaluate_align.data_folder", missing)
    card = str(write_card(tmp_path))
    result = CliRunner().invoke(
        app, ["evaluate", "align", "--model", card, "--no-ablation", "--encoder", "hash", "--json"]
    )
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["group"] for row in rows} == {"the demo film"} and rows[0]["method"] == "fabula"
    assert "demo film" in result.stderr
    text = (
        CliRunner()
        .invoke(app, ["evaluate", "align", "--model", card, "--no-ablation", "--encoder", "hash", "--also", card])
        .stdout
    )
    assert "the demo film (1 film)" in text and "Drop-DTW" in text and "predicted" in text and "\nsmall " in text


def missing(path: Path | None = None, part: str = "") -> Path:
    from fabula.errors import InputError

    raise InputError("data", "there is no such folder", "name it")


def test_a_folder_that_is_named_must_have_texts(tmp_path: Path) -> None:
    card = str(write_card(tmp_path))
    for folder, said in ((tmp_path / "none", "no such folder"), (tmp_path, "no text with truth")):
        result = CliRunner().invoke(app, ["evaluate", "align", "--model", card, "--data", str(folder)])
        assert result.exit_code != 0 and said in f"{result.output} {result.exception}"


@pytest.mark.data
def test_figures_of_the_real_film_equal_those_of_the_scorer(data_dir: Path, tmp_path: Path) -> None:
    if not has_farewell(data_dir):
        pytest.skip("the data lack this film")
    model = hand_model()
    cues, book = read_subtitles(data_dir / SUBTITLES).cues, read_book(data_dir / BOOK)
    store = Store(None)
    links = align_book(cues, book, encoder=ENCODER, model=model, store=store).links
    path = tmp_path / "p.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in aligned_rows(cues, None, links, book)), "utf-8")
    scorer = data_dir.parent / "bench" / "score_book_alignment.py"
    files = [str(data_dir / name) for name in (BOOK, TRUTH, WITHOUT)]
    command = [sys.executable, str(scorer), *files, str(path), "--json"]
    expected = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    film = farewell_film(data_dir, store, ENCODER)
    assert len(film.numbers) == len(spoken_cues(cues))
    whole = rivals(model, {})[0]
    found = summarise("real", whole, [judge(film, whole, channels(film))])
    assert expected["passages_not_in_book"] == 0 and expected["recall"] > 0.2
    assert found.recall == pytest.approx(expected["recall"])
    assert found.ap == pytest.approx(expected["ap"])
    assert found.precision == pytest.approx(expected["decision_precision"])
    assert found.f1 == pytest.approx(expected["decision_f1"])
    assert found.false_alarm == pytest.approx(expected["false_alarm"])
    for kind in ("verbatim", "paraphrase", "same_event"):
        assert found.by_kind[kind] == pytest.approx(expected[f"recall_{kind}"])


def test_draws_are_many_enough_for_tails() -> None:
    assert DRAWS * 0.025 >= 20  # values outside each end of a 95 % interval
