"""The stack of channels: their order and shape, what each says of a planted match, and what stands in quotes."""

from collections.abc import Sequence

import numpy as np
import pytest

from fabula.align.stack import CHANNELS, Pair, channel_stack, quoted
from fabula.features import HashEncoder

PROSE = [
    "The harbour was grey and the boats lay still under the morning rain, waiting for a wind that never came.",
    "“Bring the lantern to Captain Morrow,” said the boy. He ran along the quay without looking back at her.",
    "Nobody had counted the barrels, and Captain Morrow was asleep. They asked Captain Morrow in the end.",
    "A long road leads over the hill to the mill, where the miller keeps geese and a dog with one white ear.",
    "She wrote three letters that night and burned two of them before the candle had gone out.",
    "‘Bring the geese,’ said the miller; the dog with one white ear barked at Captain Morrow until the evening.",
]
LINES = ["Bring the lantern to Captain Morrow!", "She burned the letters that night.", "Zounds."]
TELLS = {0: 1, 1: 4}  # what was planted: line -> text
BY_MATCH = ("words", "pairs", "phrases", "coverage", "tfidf", "meaning", "cosine")


def make(lines: Sequence[str] = LINES, prose: Sequence[str] = PROSE, speakers: Sequence[str | None] = ()) -> Pair:
    """A pair with one sentence for each text but the second, which has two."""
    encoder = HashEncoder()
    sentences, starts = [], []
    for text in prose:
        starts.append(len(sentences))
        sentences += text.split(". ")
    return Pair(lines, prose, encoder.encode(lines), encoder.encode(sentences), np.array(starts), speakers)


def channel(name: str, pair: Pair) -> np.ndarray:
    return channel_stack(pair, (name,))[:, :, 0].astype(np.float64)


def test_all_channels_stand_side_by_side_in_their_order() -> None:
    stack = channel_stack(make())
    assert stack.shape == (len(LINES), len(PROSE), len(CHANNELS)) and stack.dtype == np.float16
    assert np.isfinite(stack).all()
    for k, name in enumerate(CHANNELS):
        assert np.array_equal(stack[:, :, k], CHANNELS[name](make()).astype(np.float16)), name


def test_chosen_channels_come_in_the_order_asked_for() -> None:
    whole, some = channel_stack(make()), channel_stack(make(), ("cosine", "words"))
    order = list(CHANNELS)
    assert np.array_equal(some, whole[:, :, [order.index("cosine"), order.index("words")]])


@pytest.mark.parametrize("name", BY_MATCH)
def test_a_planted_match_is_the_greatest_of_its_row(name: str) -> None:
    found = channel(name, make())
    for line, text in TELLS.items():
        assert found[line].argmax() == text


def test_a_line_of_unknown_words_matches_nothing() -> None:
    pair = make()
    for name in ("words", "pairs", "phrases", "coverage", "quotes"):
        assert not channel(name, pair)[2].any(), name


def test_coverage_is_the_share_of_what_a_line_says() -> None:
    pair = make([PROSE[3]])
    assert channel("coverage", pair)[0, 3] == pytest.approx(1, abs=0.02)  # all but words that most texts have
    assert (channel("coverage", pair) <= 1.001).all()


def test_quotes_see_what_is_said_and_not_what_is_told() -> None:
    found = channel("quotes", make(["Bring the lantern.", "Ran along."]))
    assert found[0].argmax() == 1 and not found[1].any()


def test_names_count_from_the_lines_and_from_who_speaks() -> None:
    assert channel("names", make(["Where is Captain Morrow?"])).max() > 0
    assert channel("names", make(["Hello there."], speakers=["MORROW"])).max() > 0
    assert not channel("names", make(["Hello there."], speakers=[None])).any()


def test_time_rarity_and_length_are_what_they_say() -> None:
    pair = make()
    assert channel("timeline", pair)[0].argmax() < channel("timeline", pair)[2].argmax()
    rarity, length = channel("rarity", pair), channel("length", pair)
    assert (rarity == rarity[:, :1]).all() and (length == length[:1]).all()
    assert rarity[0, 0] > rarity[2, 0] > 0  # six words of the book, one word that it does not have
    assert length[0].argmax() == max(range(len(PROSE)), key=lambda k: len(pair.texts[k]))


def test_texts_are_the_means_of_their_sentences() -> None:
    pair = make()
    second = pair.sentence_vectors[1] + pair.sentence_vectors[2]
    assert pair.text_vectors[1] == pytest.approx(second / np.linalg.norm(second), abs=1e-6)
    assert pair.text_vectors[0] == pytest.approx(pair.sentence_vectors[0], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("“Come in,” she said. “Sit down.”", "Come in, Sit down."),
        ('"Never!" he cried.', "Never!"),
        ("‘I don’t know,’ he said.", "I don’t know,"),
        ("“It goes on in the next paragraph", "It goes on in the next paragraph"),
        ("The captain's boat and the boys’ caps.", ""),
        ("«Entrez», dit-elle.", "Entrez"),
        ("", ""),
    ],
)
def test_what_stands_between_quotation_marks(text: str, said: str) -> None:
    assert quoted(text) == said


def test_a_pair_of_one_line_and_one_text_is_fine() -> None:
    stack = channel_stack(make(["Hello."], ["Hello there."]))
    assert stack.shape == (1, 1, len(CHANNELS)) and np.isfinite(stack).all()


def test_an_unknown_channel_is_an_error() -> None:
    with pytest.raises(KeyError):
        channel_stack(make(), ("smell",))
