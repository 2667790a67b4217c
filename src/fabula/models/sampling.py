"""Drawing sentences from a decoder: the likely words at random (nucleus sampling, Holtzman et al. 2020)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from fabula.models.beam import NEVER, repeats
from fabula.models.decoder import Decoder
from fabula.models.vocabulary import END, PADDING, START, UNKNOWN

LIKELIEST = 400  # words that are sorted to draw from: hardly a nucleus is larger


@dataclass(frozen=True)
class Sampling:
    """How to draw.

    Args:
        nucleus: of the likeliest words, as many as have this share of the probability together, are drawn from.
        temperature: below 1 likely words become likelier.
        guidance: how much further to go from what one writes without a vector to what one writes with it
            (classifier-free guidance, Ho and Salimans 2022): 1 is the decoder as it is.
        shortest: pieces before which no passage ends.
        longest: pieces, at most.
        block: pieces that no passage says twice in the same order; 0 lets it.
        weariness: nats that a word loses each time that it has been written (see ``sample``).
        seed: the same seed draws the same.
    """

    nucleus: float = 0.9
    temperature: float = 0.7
    guidance: float = 1.0
    shortest: int = 12
    longest: int = 90
    block: int = 4
    weariness: float = 2.0
    seed: int = 0


@torch.inference_mode()
def sample(
    decoder: Decoder, memory: Tensor, how: Sampling, leaning: Tensor | None = None, wearing: Tensor | None = None
) -> list[list[int]]:
    """A sentence for each memory (n, k, values), as numbers without marks.

    Args:
        decoder: writes.
        memory: what is to be told.
        how: to draw.
        leaning: (words,) added to the scores of words: a style's own are preferred.
        wearing: (words,) how much each word wears off by being said: 0 for "the", which must come again and again, 1
            for "lighthouse". Without it none does.
    """
    generator = torch.Generator().manual_seed(how.seed)
    guided = how.guidance != 1.0
    seen = decoder.remember(torch.cat([memory, torch.zeros_like(memory)]) if guided else memory)
    state = decoder.begin(seen)
    n = len(memory)
    worn = torch.zeros(n, len(wearing)) if wearing is not None else None
    written = torch.zeros(n, 0, dtype=torch.int64)
    word, open_ = torch.full((n,), START), torch.ones(n, dtype=torch.bool)
    for place in range(how.longest):
        hidden, state = decoder.step(torch.cat([word, word]) if guided else word, state, seen)
        scores = decoder.scores(hidden)
        if guided:
            scores = scores[n:] + how.guidance * (scores[:n] - scores[n:])
        if leaning is not None:
            scores = scores + leaning
        if worn is not None:
            scores = scores - how.weariness * worn
        scores[:, [PADDING, START, UNKNOWN]] = NEVER
        if place < how.shortest:
            scores[:, END] = NEVER
        repeats(scores, written, how.block)
        word = torch.where(open_, _drawn(scores / how.temperature, how.nucleus, generator), PADDING)
        written = torch.cat([written, word[:, None]], 1)
        if worn is not None and wearing is not None:
            worn.scatter_add_(1, word[:, None], wearing[word][:, None])
        open_ = open_ & (word != END)
        if not open_.any():
            break
    return [[number for number in row if number not in (PADDING, END)] for row in written.tolist()]


def _drawn(scores: Tensor, nucleus: float, generator: torch.Generator) -> Tensor:
    best, which = scores.topk(min(LIKELIEST, scores.shape[1]), 1)
    likely = (best - scores.logsumexp(1, keepdim=True)).exp()
    likely[likely.cumsum(1) - likely >= nucleus] = 0.0
    return which.gather(1, torch.multinomial(likely, 1, generator=generator))[:, 0]
