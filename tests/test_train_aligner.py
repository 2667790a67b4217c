"""Training from pairs to a card that aligns: small texts of invented words, the hash encoder, seconds."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from fabula.align import model as models
from fabula.align.extras import picture_channel, setting_channel, settings_of
from fabula.align.model import load_model
from fabula.align.significance import Chance
from fabula.errors import FabulaError, InputError
from fabula.features import HashEncoder
from fabula.files.ablit import AbridgedChapter
from fabula.files.store import Store
from fabula.records import Cue, Scene
from fabula.train.aligner import learn_chance, novel_of, save, train
from fabula.train.annotated import read_annotations
from fabula.train.material import Recipe, mismatched, synthetic_films
from fabula.train.pairs import TruePair, abridgements, make_pair

WORDS = [f"{a}{b}{c}" for a in ("bar", "den", "fol", "gim", "har", "kel") for b in ("o", "i", "a") for c in "nrtlsm"]
TINY = Recipe(steps=100, together=80, real=0.3)


def true_pair(seed: int, units: int = 50, texts: int = 90) -> TruePair:
    """Every other text is told by half of its words; a fifth of the units tell nothing."""
    rng = random.Random(seed)
    prose = [" ".join(rng.choice(WORDS) for _ in range(12)) + "." for _ in range(texts)]
    lines, truth, at = [], [], 0
    for _ in range(units):
        if rng.random() < 0.2:
            lines.append(" ".join(f"zeb{rng.randrange(99)}" for _ in range(5)))
            truth.append(())
        else:
            lines.append(" ".join(w for w in prose[at].split() if rng.random() < 0.5) or "zeb")
            truth.append((at,))
            at = min(at + rng.choice((1, 2)), texts - 1)
    pair = make_pair(lines, prose, HashEncoder(), Store(None))
    return TruePair(f"Novel{seed // 2} {seed % 2}", pair, tuple(truth), np.full(units, 0.2))


@pytest.fixture(scope="module")
def trained() -> tuple[models.AlignerModel, list[TruePair]]:
    pairs = [true_pair(seed) for seed in range(16)]
    said: list[str] = []
    model = train(pairs[:14], pairs[14:], TINY, said.append)
    assert any("chain" in line for line in said)
    return model, pairs


def test_a_trained_aligner_finds_what_is_told(trained: tuple[models.AlignerModel, list[TruePair]]) -> None:
    model, _ = trained
    test = true_pair(99)
    answer = model.read_off(model.evidence(test.pair), test.gaps)
    told = np.array([bool(t) for t in test.truth])
    right = np.array([bool(t) and abs(p - t[0]) <= 2 for p, t in zip(answer.places, test.truth, strict=True)])
    assert right[told].mean() > 0.8
    assert answer.scores[told].mean() > answer.scores[~told].mean() + 0.2
    assert ((answer.scores >= 0) & (answer.scores <= 1)).all()


def test_a_card_brings_the_same_aligner_back(
    trained: tuple[models.AlignerModel, list[TruePair]], tmp_path: Path
) -> None:
    model, pairs = trained
    save(model, tmp_path / "mine.json", {"data": "invented words"})
    again = load_model(str(tmp_path / "mine.json"))
    evidence = model.evidence(pairs[0].pair)
    np.testing.assert_allclose(again.evidence(pairs[0].pair), evidence, atol=1e-5)
    first, second = (m.read_off(evidence, pairs[0].gaps) for m in (model, again))
    np.testing.assert_allclose(first.scores, second.scores, atol=1e-6)
    assert again.card["data"] == "invented words"


def test_cards_that_do_not_fit_are_refused(trained: tuple[models.AlignerModel, list[TruePair]], tmp_path: Path) -> None:
    save(trained[0], tmp_path / "a.json", {})
    card = json.loads((tmp_path / "a.json").read_text("utf-8"))
    (tmp_path / "b.json").write_text(json.dumps({**card, "channels": ["smell"]}), "utf-8")
    (tmp_path / "c.json").write_text(json.dumps({k: v for k, v in card.items() if k != "chain"}), "utf-8")
    for name, words in (("b", "smell"), ("c", "chain"), ("none", "cannot be loaded")):
        with pytest.raises(FabulaError, match=words):
            load_model(str(tmp_path / f"{name}.json"))


def test_chance_is_below_the_right_book(trained: tuple[models.AlignerModel, list[TruePair]]) -> None:
    model, pairs = trained
    others = [true_pair(seed) for seed in range(200, 208)]
    chance = learn_chance(model, others, pairs)
    assert isinstance(chance, Chance)
    test = true_pair(99)
    evidence = model.evidence(test.pair)
    fit = model.fit(evidence, test.gaps, model.read_off(evidence, test.gaps))
    wrong = model.evidence(mismatched(test.pair, [pairs[3].pair, pairs[4].pair]))
    misfit = model.fit(wrong, test.gaps, model.read_off(wrong, test.gaps))
    assert chance.tail(fit.score, len(test.pair.prose)) < 1e-6
    assert fit.score > 3 * misfit.score


def test_abridged_novels_become_pairs_of_sentences_and_paragraphs() -> None:
    chapter = AbridgedChapter(
        "b", 1, "train", ("A.", "B."), ("a one.", "a two.", "b.", "gone."), (((0,), (0, 1)), ((1,), (2,))), (0, 0, 2, 5)
    )
    found = list(abridgements([chapter, chapter], 2))
    assert found[0].paragraphs == ("a one. a two.", "b.", "gone.") * 2
    assert found[0].truth == ((0,), (1,), (3,), (4,))


def test_films_of_a_novel_are_of_the_same_part() -> None:
    from fabula.files.fiction import Novel

    rng = random.Random(1)
    texts = tuple(
        f'"I saw the {rng.choice(WORDS)} of {rng.choice(WORDS)}, and I liked it," he said.' for _ in range(400)
    )
    novels = [Novel("", "A", "x", texts), Novel("", "B", "x", texts[::-1])]
    films = list(synthetic_films(novels, 2, (60, 90), [], random.Random(2)))
    assert [film.title for film in films] == ["A 0", "A 1", "B 0", "B 1"]
    assert films[0].paragraphs == films[1].paragraphs
    assert films[0].cues != films[1].cues
    assert novel_of(TruePair("A 1", None, (), np.zeros(0))) == "A"  # type: ignore[arg-type]


def test_annotations_are_checked_against_their_texts(tmp_path: Path) -> None:
    assert list(read_annotations(tmp_path)) == []
    (tmp_path / "subs/public_domain_features").mkdir(parents=True)
    (tmp_path / "books").mkdir()
    subtitles = tmp_path / "subs/public_domain_features/the-little-princess-1939-en.srt"
    subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello there.\n", "utf-8")
    (tmp_path / "books/frances-hodgson-burnett_a-little-princess.txt").write_text("A book.\n\nOf two.", "utf-8")
    with pytest.raises(InputError, match="1 cues, but the annotation"):
        list(read_annotations(tmp_path))


@pytest.mark.data
def test_the_annotated_films_are_there(data_dir: Path) -> None:
    assert [found.name for found in read_annotations(data_dir)] == ["becky_sharp", "cyrano", "little_princess"]


def test_headings_favour_the_texts_that_name_their_place() -> None:
    scenes = [Scene(0, "INT. LIGHTHOUSE - NIGHT", "INT", "LIGHTHOUSE", "NIGHT"), Scene(1, "EXT. QUAY", "EXT", "QUAY")]
    cues = [Cue(1, 0, 1, "Who?", scene=0), Cue(2, 2, 3, "Me.", scene=1), Cue(3, 4, 5, "You?")]
    settings = settings_of(cues, scenes)
    assert settings[1:] == ["QUAY", ""]
    texts = ["He sat."] * 12 + ["It was dark in the lighthouse."] + ["He stood."] * 12 + ["They met on the quay."]
    pair = make_pair([cue.text for cue in cues], texts, HashEncoder(), Store(None))
    alike = setting_channel(settings)(pair)
    assert abs(int(alike[0].argmax()) - 12) <= 4
    assert abs(int(alike[1].argmax()) - 25) <= 4
    assert not alike[2].any()


def test_pictures_are_compared_with_the_best_sentence() -> None:
    pair = make_pair(["x"], ["One. Two.", "Three."], HashEncoder(), Store(None))
    found = picture_channel(np.eye(3, dtype=np.float32)[:1], np.eye(3, dtype=np.float32)[[1, 0, 2]])(pair)
    np.testing.assert_allclose(found, [[1, 0]])
