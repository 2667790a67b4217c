"""Questions of what comes next: one right shot and 31 wrong ones (From Trailers to Storylines, section 4.2).

The paper does not say how many shots are shown, nor what a wrong one may be. Here a question shows up to eight shots,
and every shot of a film after the fourth is one; the wrong ones are drawn once, by a fixed seed:

- In Movie: from the same film, before and after, but not from those shown: a network would only have to remember them.
- Cross Movie: from other films, but only from those of the same fold, since shots that a network learned from it might
  know again (the paper's are from all films, one in 508 of them the film's own).
- None is as good as the right one: shots whose vectors have a cosine of ``ALIKE`` with it are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONTEXT, LEAST_CONTEXT, OPTIONS = 8, 4, 32
LEAST_SHOTS = 40  # of a film that is asked about; shorter ones only lend wrong answers
ALIKE = 0.88  # the tail of the cosines within films: three in a thousand pairs lie above


@dataclass(frozen=True)
class Questions:
    """Questions about one film.

    ``film`` is its place in the list; ``last`` (n,) is the last shot shown, a row of the film. ``inside`` and
    ``across`` (n, 32) are rows of all films' shots, one after the other; the right one is the first.
    """

    film: int
    last: np.ndarray
    inside: np.ndarray
    across: np.ndarray


def make_questions(
    films: Sequence[np.ndarray], sides: np.ndarray, ahead: int = 0, seed: int = 0, context: int = CONTEXT
) -> list[Questions]:
    """The questions about all films of at least ``LEAST_SHOTS`` shots that have enough wrong answers.

    Args:
        films: unit vectors (t, d) of the shots of each film, in order.
        sides: the fold of each film.
        ahead: 0 to ask for the shot that follows, 1 for the one after it.
        seed: of the drawing.
        context: shots shown.
    """
    vectors = np.concatenate(films)
    film = np.repeat(np.arange(len(films)), [len(shots) for shots in films])
    first = np.searchsorted(film, np.arange(len(films)))
    found = []
    for k, shots in enumerate(films):
        if len(shots) < LEAST_SHOTS:
            continue
        rng = np.random.default_rng((seed, k))
        others = (sides[film] == sides[k]) & (film != k)
        rows = []
        for last in range(LEAST_CONTEXT - 1, len(shots) - 1 - ahead):
            right = first[k] + last + 1 + ahead
            free = vectors @ vectors[right] < ALIKE
            shown = (film == k) & (np.arange(len(film)) > first[k] + last - context)
            shown &= np.arange(len(film)) <= first[k] + last
            pools = (film == k) & ~shown & free, others & free
            drawn = [_drawn(right, np.flatnonzero(pool), rng) for pool in pools]
            if all(len(one) == OPTIONS for one in drawn):
                rows.append((last, *drawn))
        if rows:
            found.append(Questions(k, *(np.array(column) for column in zip(*rows, strict=True))))
    return found


def _drawn(right: int, pool: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The right answer and 31 wrong ones; fewer if there are not as many."""
    pool = pool[pool != right]
    return np.append(right, rng.permutation(pool)[: OPTIONS - 1])
