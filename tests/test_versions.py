"""Two versions of one text: planted links are found, by the network and by the rule."""

import json
from pathlib import Path

import numpy as np
import pytest

from ablit_examples import write_novel
from fabula.align.version_channels import CHANNELS, common_words, overlaps, version_channels
from fabula.align.versions import WEIGHTS, VersionLink, align_versions
from fabula.errors import FabulaError
from fabula.evaluate.demo.tale import read_tale
from fabula.files.ablit import HELD_BACK
from fabula.files.book.sentences import split_sentences
from fabula.train.versions import train_versions


def tale_sentences() -> list[str]:
    texts = read_tale().paragraphs.values()
    return [text[a:b] for text in texts for a, b in split_sentences(text)]


def spans(links: list[VersionLink]) -> set[tuple[int, int, int, int]]:
    return {(link.first_a, link.last_a, link.first_b, link.last_b) for link in links}


@pytest.mark.parametrize("network", [True, False])
def test_dropped_and_merged_sentences_are_found(network: bool) -> None:
    original = [s for s in tale_sentences() if len(s.split()) > 6][:60]
    dropped, merged = {7, 8, 21, 40}, 30
    abridged: list[str] = []
    truth: set[tuple[int, int, int, int]] = set()
    for k, sentence in enumerate(original):
        if k in dropped or k == merged + 1:
            continue
        text = f"{sentence.rstrip('.')}, and {original[k + 1]}" if k == merged else sentence
        truth.add((len(abridged), len(abridged), k, k + 1 if k == merged else k))
        abridged.append(text)
    found = align_versions(abridged, original, abridged=True, network=network)
    assert spans(found) == truth
    assert all(0.5 <= link.score <= 1 for link in found)


def test_nothing_is_linked_with_nothing() -> None:
    assert align_versions([], ["A sentence."]) == []
    assert align_versions(["A sentence."], []) == []
    assert align_versions(["..."], ["!"], network=False) == []


def test_channels_are_finite_and_about_zero_to_one() -> None:
    a, b = ["He went.", "", '"Yes," she said.'], ["...", "Then he went away.", "She said yes.", "Well."]
    stack = version_channels(a, b)
    assert stack.shape == (3, 4, CHANNELS)
    assert np.isfinite(stack).all()
    assert stack.min() >= 0 and stack.max() <= 1 + 1e-6


def test_common_words_count_in_order_and_overlaps_in_any_order() -> None:
    a, b = [["red", "ship"], ["old", "man"]], [["ship", "red"], ["the", "old", "man"]]
    counts, shares = common_words(a, b)
    assert counts.tolist() == [[1, 0], [0, 2]]
    assert shares[0, 1, 1] == pytest.approx(1)
    assert 0 < shares[1, 1, 1] < 1
    assert overlaps(a, b)[:, 0, 0] == pytest.approx([1, 1])


def test_the_card_says_what_the_weights_have_not_seen() -> None:
    card = json.loads(WEIGHTS.with_suffix(".json").read_text("utf-8"))
    assert set(card["held_back"]) == set(HELD_BACK)
    assert not set(card["novels"]) & set(HELD_BACK)
    assert card["channels"] == CHANNELS


def test_training_learns_a_planted_rule_and_writes_weights_and_card(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write_novel(tmp_path, "one", rng, chapters=25)
    write_novel(tmp_path, HELD_BACK[0], rng, chapters=1)
    losses: list[float] = []
    card = train_versions(tmp_path, tmp_path / "w.safetensors", steps=150, told=lambda _, loss: losses.append(loss))
    assert card["novels"] == ["one"]
    assert losses[-1] < losses[0] / 2
    assert float(str(card["validation_f1"])) > 0.9
    assert json.loads((tmp_path / "w.json").read_text("utf-8")) == card


def test_training_without_data_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match="no novel"):
        train_versions(tmp_path, tmp_path / "w.safetensors")
