"""Beam search: the likeliest sentences that a decoder writes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fabula.models.decoder import Decoder, State
from fabula.models.vocabulary import END, PADDING, START, UNKNOWN

NEVER = -1e9


@dataclass(frozen=True)
class Written:
    """A finished sentence: its words as numbers, without marks, and the log probability of it all, in nats."""

    words: tuple[int, ...]
    log_probability: float

    @property
    def mean(self) -> float:
        """Log probability for each word, the mark of the end counted as one: fair to long sentences."""
        return self.log_probability / (len(self.words) + 1)


@dataclass(frozen=True)
class Limits:
    """What may not be written.

    Args:
        block: words that no sentence says twice in the same order; 1 forbids the same word twice in a row only, 0
            forbids nothing.
    """

    block: int = 1


NO_LIMITS = Limits()


@torch.inference_mode()
def beam_search(
    decoder: Decoder,
    memory: Tensor,
    width: int = 5,
    longest: int = 20,
    power: float = 1.0,
    limits: Limits = NO_LIMITS,
) -> list[list[Written]]:
    """The best sentences for each memory.

    Args:
        decoder: writes.
        memory: (n, k, values) of what is seen.
        width: how many sentences are kept at each step; finished ones leave the beam and make room.
        longest: words, at most.
        power: of the length by which a log probability is divided before finished sentences are compared: 0 is the
            search of the papers, which favours short sentences; 1 takes the mean of the words.
        limits: what may not be written.

    Returns:
        For each memory up to ``width`` finished sentences, best first.
    """
    n = len(memory)
    seen = tuple(part.repeat_interleave(width, 0) for part in decoder.remember(memory))
    state = decoder.begin(seen)
    words = torch.full((n * width,), START)
    totals = torch.full((n, width), NEVER)
    totals[:, 0] = 0.0  # all begin alike: one of them is enough
    written = torch.zeros(n * width, 0, dtype=torch.int64)
    done: list[list[Written]] = [[] for _ in range(n)]
    for _ in range(longest):
        hidden, state = decoder.step(words, state, seen)
        scores = _allowed(decoder.scores(hidden), written, limits).view(n, width, -1)
        _finish(done, totals + scores[:, :, END], written.view(n, width, -1), width)
        scores[:, :, END] = NEVER
        totals, chosen = (totals[:, :, None] + scores).flatten(1).topk(width)
        rows = (torch.arange(n)[:, None] * width + chosen // scores.shape[2]).flatten()
        words = (chosen % scores.shape[2]).flatten()
        written = torch.cat([written[rows], words[:, None]], 1)
        state = _rows(state, rows)
        best = totals[:, 0].tolist()
        if all(len(own) >= width and _settled(own, b, longest, power) for own, b in zip(done, best, strict=True)):
            break
    else:
        _finish(done, totals, written.view(n, width, -1), width)
    return [_best(own, width, power) for own in done]


def _allowed(scores: Tensor, written: Tensor, limits: Limits) -> Tensor:
    """No marks, no unknown word, and no empty sentence."""
    scores = scores.clone()
    scores[:, [PADDING, START, UNKNOWN]] = NEVER
    if not written.shape[1]:
        scores[:, END] = NEVER
    repeats(scores, written, limits.block)
    return scores


def repeats(scores: Tensor, written: Tensor, block: int) -> None:
    """Forbid, in place, words that would say again what was said: ``block`` words in the same order (see Limits)."""
    length = written.shape[1]
    if block == 1 and length:
        scores.scatter_(1, written[:, -1:], NEVER)
    if block < 2 or length < block:
        return
    runs = written.unfold(1, block, 1)  # (n, length - block + 1, block)
    same = (runs[:, :, :-1] == written[:, None, length - block + 1 :]).all(2)
    rows, places = same.nonzero(as_tuple=True)
    scores[rows, runs[rows, places, -1]] = NEVER


def _finish(done: list[list[Written]], totals: Tensor, written: Tensor, width: int) -> None:
    """Note the sentences that could end here."""
    best, which = totals.topk(width)
    for own, scores, beams, sentences in zip(done, best.tolist(), which.tolist(), written.tolist(), strict=True):
        own += [
            Written(tuple(sentences[b]), score) for score, b in zip(scores, beams, strict=True) if score > NEVER / 2
        ]


def _settled(own: Sequence[Written], best: float, longest: int, power: float) -> bool:
    """Whether no sentence that is still open can become better than the finished ones."""
    ahead = float((longest + 1) ** power)
    return best / ahead <= max(_value(one, power) for one in own)


def _value(one: Written, power: float) -> float:
    return one.log_probability / float((len(one.words) + 1) ** power)


def _best(own: Sequence[Written], width: int, power: float) -> list[Written]:
    return sorted(own, key=lambda one: -_value(one, power))[:width]


def _rows(state: State, rows: Tensor) -> State:
    return tuple(part[rows] for part in state)
