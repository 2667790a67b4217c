"""The measures of sentence encoders: planted vectors are found out, and vectors without meaning are at chance."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fabula.app.cli import app
from fabula.errors import InputError
from fabula.evaluate.judgements import kendall_tau
from fabula.evaluate.sentence_items import SentenceItems, gather_items
from fabula.evaluate.sentence_order import (
    OrderScorer,
    found_orders,
    learn_next,
    learn_order,
    order_agreement,
)
from fabula.evaluate.sentence_vectors import Figure, measure_vectors
from fabula.files.captions import CaptionedPicture
from fabula.files.novels import read_novels
from fabula.train.shelves import prose_sentences, split_shelf
from made_shelf import made_shelf

DIMENSION = 12


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def chain(rng: np.random.Generator, count: int, turn: np.ndarray) -> np.ndarray:
    """(count, 5, d): each sentence is the one before it, turned."""
    rows = [unit(rng.standard_normal((count, DIMENSION)))]
    for _ in range(4):
        rows.append(unit(rows[-1] @ turn + 0.02 * rng.standard_normal((count, DIMENSION))))
    return np.stack(rows, 1)


@pytest.fixture(scope="module")
def turn() -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(5).standard_normal((DIMENSION, DIMENSION)))[0]


def test_agreement_is_kendalls_tau() -> None:
    rng = np.random.default_rng(0)
    orders = np.array([rng.permutation(5) for _ in range(30)])
    expected = [kendall_tau(order, np.arange(5), "b") / 100 for order in orders]
    np.testing.assert_allclose(order_agreement(orders), expected, atol=1e-9)


def test_log_odds_are_those_of_the_three_features_and_the_order_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    vectors, scorer = rng.standard_normal((3, 4, 6)), OrderScorer(rng.standard_normal((3, 6)), 0.3)
    scores = scorer.scores(vectors)
    for n, i, j in np.ndindex(3, 4, 4):
        u, v = vectors[n, i], vectors[n, j]
        expected = np.concatenate([u * v, u, v]) @ scorer.weights.ravel() + 0.3
        assert scores[n, i, j] == pytest.approx(expected)

    def worth(n: int, order: np.ndarray) -> float:
        return sum(scores[n, a, b] for a, b in itertools.pairwise(order))

    for n, order in enumerate(scorer.orders(vectors)):
        assert sorted(order.tolist()) == [0, 1, 2, 3]
        assert all(worth(n, order) >= worth(n, rng.permutation(4)) - 1e-9 for _ in range(100))


def test_an_order_that_the_vectors_tell_is_found_and_none_where_they_tell_nothing() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((400, 5, DIMENSION))
    told = noise.copy()
    told[:, :, 0] += 3 * np.arange(5) - 6  # one value grows from sentence to sentence
    told, noise = unit(told), unit(noise)
    assert order_agreement(found_orders(learn_order(told[:300]), told[300:])).mean() > 0.5
    assert abs(order_agreement(found_orders(learn_order(noise[:300]), noise[300:])).mean()) < 0.15


def test_a_planted_turn_to_the_next_sentence_is_learned(turn: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    x = unit(rng.standard_normal((500, DIMENSION)))
    y = unit(x @ turn + 0.1 * rng.standard_normal((500, DIMENSION)) / DIMENSION**0.5)
    scores = learn_next(x[:400], y[:400]).scores(x[400:], y[400:])
    assert (scores.argmax(1) == np.arange(100)).mean() > 0.95


def items(count: int) -> SentenceItems:
    """Numbers in place of texts: pairs, stretches, learned pairs and stretches, captions."""
    sizes = {"pairs": 3, "stretches": 5, "learned_pairs": 2, "learned_stretches": 5, "captions": 2}
    rows, first = {}, 0
    for name, width in sizes.items():
        rows[name] = np.arange(first, first + width * count).reshape(-1, width)
        first += width * count
    novels = np.arange(count) % 7
    return SentenceItems(("",) * first, pair_novels=novels, stretch_novels=novels, **rows)


def values(figures: list[Figure]) -> dict[tuple[str, str, str], float]:
    assert all(one.low <= one.value <= one.high for one in figures if one.measure != "median rank")
    return {(one.task, one.method, one.measure): one.value for one in figures}


def test_every_task_finds_out_planted_vectors_and_gives_chance_to_noise(turn: np.ndarray) -> None:
    rng, asked = np.random.default_rng(4), items(150)
    vectors = unit(rng.standard_normal((len(asked.texts), DIMENSION)))
    noise = values(measure_vectors("noise", asked, vectors))
    for rows in (asked.pairs, asked.learned_pairs):
        vectors[rows[:, 1]] = unit(vectors[rows[:, 0]] @ turn + 0.05 * rng.standard_normal((150, DIMENSION)))
    vectors[asked.captions[:, 1]] = vectors[asked.captions[:, 0]]
    for rows in (asked.stretches, asked.learned_stretches):
        vectors[rows] = unit(vectors[rows] + np.eye(DIMENSION)[0] * np.linspace(-1, 1, 5)[:, None])
    told = values(measure_vectors("told", asked, vectors))
    assert told["next sentence", "learned", "accuracy"] > 0.95 > 0.65 > told["next sentence", "cosine", "accuracy"]
    assert told["neighbours", "learned", "R@10"] > 90 and told["neighbours", "learned", "median rank"] == 1
    assert told["captions", "cosine", "R@1"] == 100
    assert told["order of five", "learned", "tau"] > 0.5
    assert noise["next sentence", "learned", "accuracy"] == pytest.approx(0.5, abs=0.12)
    assert noise["captions", "cosine", "R@10"] == pytest.approx(7, abs=6)
    assert abs(noise["order of five", "learned", "tau"]) < 0.15
    same = values(measure_vectors("all alike", asked, np.ones_like(vectors)))
    assert same["next sentence", "cosine", "accuracy"] == 0.5  # ties count half
    assert same["captions", "cosine", "R@10"] == 0  # ties count against


def test_items_are_of_the_right_novels_and_stand_where_they_say(tmp_path: Path) -> None:
    shelf = made_shelf(tmp_path / "shelf")
    learned, held = split_shelf(read_novels(shelf))
    pictures = [CaptionedPicture(Path(f"{k}.jpg"), (f"one {k}", f"two {k}", "three")) for k in range(30)]
    found = gather_items(shelf, [*pictures, CaptionedPicture(Path("x.jpg"), ("alone",))], count=40, learned=50)
    assert (len(found.pairs), len(found.stretches), len(found.learned_pairs)) == (40, 40, 100)
    assert [found.texts[k] for k in found.captions[7]] == ["one 7", "two 7"]
    assert set(found.pair_novels.tolist()) == set(range(len(held)))
    whole = [[s for p in novel.paragraphs for s in prose_sentences(p)] for novel in held]
    for row, novel in zip(found.pairs, found.pair_novels, strict=True):
        now, following, other = (found.texts[k] for k in row)
        assert (now, following) in zip(whole[novel], whole[novel][1:], strict=False)
        assert other in whole[novel]
    paragraphs = [" ".join(prose_sentences(p)) for novel in learned for p in novel.paragraphs]
    for row in found.learned_stretches:
        assert any(" ".join(found.texts[k] for k in row) in p for p in paragraphs)
    again = gather_items(shelf, pictures, count=40, learned=50)
    assert again.texts == found.texts
    (tmp_path / "small.txt").write_text("Only this. And that.\n")
    with pytest.raises(InputError, match="too little text"):
        gather_items(tmp_path / "small.txt")


def test_the_command_measures_encoders_on_the_same_items(tmp_path: Path) -> None:
    shelf = made_shelf(tmp_path / "shelf")
    arguments = [
        "evaluate",
        "sentences",
        "--books",
        str(shelf),
        "--encoder",
        "hash",
        "--count",
        "60",
        "--learned",
        "60",
    ]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    figures = {(row["task"], row["method"], row["measure"]): row for row in rows}
    assert {row["encoder"] for row in rows} == {"hash-256"}
    assert figures["next sentence", "cosine", "accuracy"]["value"] > 0.55  # paragraphs keep to their words
    table = CliRunner().invoke(app, arguments).stdout
    assert "hash-256" in table and "order of five" in table
