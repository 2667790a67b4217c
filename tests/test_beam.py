"""Beam search against all sentences there are, on decoders small enough to try them all."""

import itertools

import pytest
import torch
from torch import Tensor

from fabula.models.beam import beam_search
from fabula.models.decoder import DECODERS
from fabula.models.vocabulary import END, START, Vocabulary, learn_vocabulary, sentence_of

WORDS, LONGEST = 7, 4  # four marks and three words


class TableDecoder:
    """What comes next depends on the last word and on the picture alone: log probabilities from a table."""

    def __init__(self, seed: int, pictures: int = 2) -> None:
        table = torch.randn(pictures, WORDS, WORDS, generator=torch.Generator().manual_seed(seed)) * 2
        self.table = table.log_softmax(-1)

    def remember(self, memory: Tensor) -> tuple[Tensor, ...]:
        return (memory[:, 0, 0].long(),)

    def begin(self, seen: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return seen

    def step(self, words: Tensor, state: tuple[Tensor, ...], seen: tuple[Tensor, ...]):
        return torch.stack([seen[0], words], 1), state

    def scores(self, hidden: Tensor) -> Tensor:
        return self.table[hidden[:, 0], hidden[:, 1]]


def every_sentence(table: Tensor, power: float) -> list[tuple[float, tuple[int, ...]]]:
    """All sentences that may be said, best first: no word twice in a row, at least one word."""
    found = []
    for length in range(1, LONGEST + 1):
        for words in itertools.product(range(END + 2, WORDS), repeat=length):
            if any(a == b for a, b in itertools.pairwise(words)):
                continue
            path = [START, *words, *([END] if length < LONGEST else [])]
            total = sum(float(table[a, b]) for a, b in itertools.pairwise(path))
            found.append((total / (length + 1) ** power, words))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_a_wide_beam_finds_the_best_sentence(seed: int, power: float) -> None:
    decoder = TableDecoder(seed)
    memory = torch.tensor([0.0, 1.0])[:, None, None]
    found = beam_search(decoder, memory, width=40, longest=LONGEST, power=power)
    for picture in range(2):
        best_value, best = every_sentence(decoder.table[picture], power)[0]
        first = found[picture][0]
        assert first.words == best
        assert first.log_probability / (len(best) + 1) ** power == pytest.approx(best_value, abs=1e-5)


def test_sentences_come_best_first_and_differ() -> None:
    own = beam_search(TableDecoder(9), torch.zeros(1, 1, 1), width=5, longest=LONGEST)[0]
    assert len(own) == 5 == len({one.words for one in own})
    assert [one.mean for one in own] == sorted((one.mean for one in own), reverse=True)


def test_pictures_in_a_batch_do_not_mix() -> None:
    decoder = TableDecoder(3)
    both = beam_search(decoder, torch.tensor([0.0, 1.0])[:, None, None], width=4, longest=LONGEST)
    alone = beam_search(decoder, torch.tensor([1.0])[:, None, None], width=4, longest=LONGEST)
    assert both[1] == alone[0]


@pytest.mark.parametrize("kind", sorted(DECODERS))
def test_a_decoder_takes_the_same_steps_alone_and_in_a_batch(kind: str) -> None:
    torch.manual_seed(0)
    decoder = DECODERS[kind](9, 12).eval()
    memory = torch.randn(3, 5, 12)
    together = beam_search(decoder, memory, width=3, longest=5)
    apart = [beam_search(decoder, one[None], width=3, longest=5)[0] for one in memory]
    assert [[one.words for one in own] for own in together] == [[one.words for one in own] for own in apart]


def test_vocabulary_keeps_what_is_used_often_enough() -> None:
    vocabulary = learn_vocabulary(["A dog runs.", "A dog sleeps.", "a cat"], fewest=2)
    assert vocabulary.words[4:] == ("a", "dog")
    assert vocabulary.tokens([*vocabulary.encode("A dog flies"), END, 4]) == ("a", "dog")


def test_sentences_read_as_written() -> None:
    assert sentence_of(["a", "dog", "'s", "ball"]) == "A dog's ball."
    assert sentence_of([]) == ""
    assert len(Vocabulary([])) == 4
