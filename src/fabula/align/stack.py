"""The stack of channels that the network reads: everything that is known of film units and texts, cell by cell.

Zhu et al. 2015, section 4.2: a tensor of similarities, units x texts x channels. Here it also has what the unit and
the text are like by themselves (how much a line says, how long a paragraph is), so that the network can weigh
a match against what chance would give.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fabula.align.channels import (
    Tokens,
    best_sentence,
    context_cosine,
    ngram_overlap,
    standardise,
    surprise,
    tfidf_cosine,
    timeline_prior,
    unit_rows,
)
from fabula.align.names import learn_aliases, learn_names, name_cosine
from fabula.align.words import tokenise

_QUOTED = re.compile(r"[“\"«]([^”\"»]*)(?:[”\"»]|$)|(?:(?<=\s)|^)[‘']([^’']*(?:['’]\w[^’']*)*)[’'](?!\w)")


@dataclass(frozen=True)
class Pair:
    """What channels compare.

    Args:
        lines: text of each film unit.
        prose: text of each book unit.
        line_vectors: (n, d) unit vectors of the lines.
        sentence_vectors: (s, d) unit vectors of the book's sentences, units in order.
        starts: (m,) index of each book unit's first sentence, strictly increasing.
        speakers: who speaks each line, where it is known.
    """

    lines: Sequence[str]
    prose: Sequence[str]
    line_vectors: np.ndarray
    sentence_vectors: np.ndarray
    starts: np.ndarray
    speakers: Sequence[str | None] = ()

    @cached_property
    def units(self) -> Sequence[Tokens]:
        """Tokens of each film unit."""
        return [tokenise(line) for line in self.lines]

    @cached_property
    def texts(self) -> Sequence[Tokens]:
        """Tokens of each book unit."""
        return [tokenise(text) for text in self.prose]

    @cached_property
    def text_vectors(self) -> np.ndarray:
        """(m, d) unit vectors of the book units: means of their sentences."""
        return unit_rows(np.add.reduceat(self.sentence_vectors, self.starts, axis=0))

    @cached_property
    def surprise(self) -> np.ndarray:
        """(n,) how much each film unit's words say in all, in nats."""
        return surprise(self.units, self.texts)


Channel = Callable[[Pair], np.ndarray]
"""A pair -> (n, m) similarities."""


def quoted(text: str) -> str:
    """What a paragraph puts between quotation marks."""
    return " ".join(double or single for double, single in _QUOTED.findall(text))


def _coverage(pair: Pair) -> np.ndarray:
    share: np.ndarray = ngram_overlap(pair.units, pair.texts, (1,)) / np.maximum(pair.surprise, 3.0)[:, None]
    return share


def _meaning(pair: Pair) -> np.ndarray:
    return best_sentence(pair.line_vectors, pair.sentence_vectors, pair.starts)


def _context(pair: Pair, reach: tuple[int, int]) -> np.ndarray:
    return standardise(context_cosine(pair.line_vectors, pair.text_vectors, reach)) / 3


def _names(pair: Pair) -> np.ndarray:
    aliases = learn_aliases(pair.prose, learn_names(pair.prose))
    who = pair.speakers or [None] * len(pair.units)
    named = [[*tokens, *tokenise(name or "")] for tokens, name in zip(pair.units, who, strict=True)]
    return name_cosine(named, pair.texts, aliases)


CHANNELS: dict[str, Channel] = {
    "words": lambda p: ngram_overlap(p.units, p.texts, (1,)) / 10,
    "pairs": lambda p: ngram_overlap(p.units, p.texts, (2,)) / 10,
    "phrases": lambda p: ngram_overlap(p.units, p.texts, (3, 4, 5)) / 10,
    "coverage": _coverage,
    "tfidf": lambda p: np.arcsinh(standardise(tfidf_cosine(p.units, p.texts))) / 2,
    "quotes": lambda p: ngram_overlap(p.units, [tokenise(quoted(t)) for t in p.prose], (1, 2)) / 10,
    "meaning": lambda p: standardise(_meaning(p)) / 3,
    "cosine": _meaning,
    "context": lambda p: _context(p, (1, 1)),
    "scene": lambda p: _context(p, (8, 8)),
    "names": _names,
    "timeline": lambda p: timeline_prior(len(p.units), np.array([len(t) for t in p.texts])) * 2,
    "rarity": lambda p: np.repeat(p.surprise[:, None] / 30, len(p.texts), axis=1),
    "length": lambda p: np.tile(np.log1p([len(t) for t in p.texts]) / 5, (len(p.units), 1)),
}
"""What the network reads, in its order. Scaled so that values that matter are of the order of one."""


def channel_stack(pair: Pair, names: Sequence[str] = tuple(CHANNELS)) -> np.ndarray:
    """The channels of those names side by side: (n, m, len(names)) float16, half the memory of float32."""
    stack = np.empty((len(pair.lines), len(pair.prose), len(names)), np.float16)
    for k, name in enumerate(names):
        stack[:, :, k] = CHANNELS[name](pair)
    return stack
