"""Dynamic programs on arrays: nothing here knows what a film is.

Two of them serve every aligner: the longest common subsequence of two token streams, and a chain
(hidden Markov model) that walks one timeline while it moves, jumps or rests in another.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.sequences import bit_rows


def longest_common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> np.ndarray:
    """Index pairs of one longest common subsequence, by bit-parallel rows (Hyyrö 2004; Crochemore et al. 2001).

    A row of the dynamic program is one Python integer, so 15,000 x 15,000 tokens take some 15,000
    additions of 15,000-bit numbers. The rows are kept for the way back: len(a) * len(b) / 8 bytes.

    Returns:
        (k, 2) int array, strictly increasing in both columns, with ``a[i] == b[j]`` in each row.
    """
    return _trace_back(bit_rows(a, b), len(a))


def _trace_back(rows: list[int], columns: int) -> np.ndarray:
    """Follow the bit rows from the far corner: a cleared bit marks where the length grows."""
    pairs = []
    i, j = columns, len(rows)
    while i and j:
        if rows[j - 1] >> (i - 1) & 1:
            i -= 1
            continue
        j -= 1
        if j == 0 or rows[j - 1] >> (i - 1) & 1:
            i -= 1
            pairs.append((i, j))
    return np.array(pairs[::-1], dtype=np.intp).reshape(-1, 2)


@dataclass(frozen=True)
class Motion:
    """How a chain moves through the text from one unit to the next: a probability for each displacement.

    Args:
        steps: probabilities of the displacements ``-back .. len(steps) - 1 - back``; with ``jump`` they sum to one.
        back: how many displacements of ``steps`` go backwards.
        jump: probability of going anywhere at all, uniformly.
        leave: probability that a unit after a matched one has no counterpart.
        stay_out: probability that a unit after one without counterpart has none either.
    """

    steps: np.ndarray
    back: int
    jump: float
    leave: float
    stay_out: float

    @property
    def modes(self) -> np.ndarray:
        """Probabilities of going from (matched, passing) to (matched, passing): (2, 2)."""
        return np.array([[1 - self.leave, self.leave], [1 - self.stay_out, self.stay_out]])

    def spread(self, mass: np.ndarray) -> np.ndarray:
        """One step of the motion: where mass (m,) over positions goes. Nothing leaves at the ends' far side."""
        out: np.ndarray = np.convolve(mass, self.steps)[self.back : self.back + len(mass)]
        out += self.jump * mass.sum() / len(mass)
        return out

    def gather(self, value: np.ndarray) -> np.ndarray:
        """The transpose of ``spread``: what each position (m,) can expect of its successors' values."""
        ahead = len(self.steps) - 1 - self.back
        out: np.ndarray = np.convolve(value, self.steps[::-1])[ahead : ahead + len(value)]
        out += self.jump * value.sum() / len(value)
        return out


def motion(
    *, stay: float, forward: Sequence[tuple[float, float]], backward: tuple[float, float], jump: float, **modes: float
) -> Motion:
    """A motion from geometric parts.

    Args:
        stay: probability of displacement 0.
        forward: (probability, mean distance) of parts that go forward by 1, 2, ... with geometric decay.
        backward: the same for one part that goes back.
        jump: probability of going anywhere.
        modes: ``leave`` and ``stay_out`` of Motion.
    """
    reach = max(round(6 * mean) for _, mean in [*forward, backward])
    ahead = sum((share * _geometric(mean, reach) for share, mean in forward), np.zeros(reach))
    behind = backward[0] * _geometric(backward[1], reach)
    steps = np.concatenate([behind[::-1], [stay], ahead])
    return Motion(steps / steps.sum() * (1 - jump), reach, jump, **modes)


def _geometric(mean: float, reach: int) -> np.ndarray:
    """Geometric probabilities of 1 .. reach with about that mean, summing to one."""
    decay = 1 - 1 / max(mean, 1.0)
    weights: np.ndarray = decay ** np.arange(reach)
    weights /= weights.sum()
    return weights


def chain_marginals(evidence: np.ndarray, moves: Motion | Sequence[Motion]) -> tuple[np.ndarray, np.ndarray]:
    """Exact marginals of a chain over units x positions with a second mode "no counterpart" (forward-backward).

    A state is a position in the text and a mode: matched there, or merely passing there without counterpart; so a
    stretch without counterpart remembers where it left the text. O(units x positions x reach of the motion).

    Args:
        evidence: (n, m) log-likelihood ratio of each unit matching each position, against matching nothing.
        moves: the motion between units, or one for each unit (how the chain came to it; the first is not used).

    Returns:
        matched (n, m) float32: probability that the unit answers that position;
        passing (n, m) float32: probability that it has no counterpart while the chain is there. Rows of both sum to 1.
    """
    units, positions = evidence.shape
    steps = [moves] * units if isinstance(moves, Motion) else moves
    likelihood = np.exp(np.clip(evidence, -60, 60).astype(np.float64))
    marginals = np.empty((2, units, positions), np.float32)
    state = np.full((2, positions), 1 / (2 * positions))
    for t in range(units):
        if t:
            state = np.stack([steps[t].spread(mass) for mass in steps[t].modes.T @ state])
        state[0] *= likelihood[t]
        state /= state.sum()
        marginals[:, t] = state
    value = np.ones((2, positions))
    for t in range(units - 1, -1, -1):
        marginals[:, t] *= value
        marginals[:, t] /= marginals[:, t].sum()
        value[0] *= likelihood[t]
        value = steps[t].modes @ np.stack([steps[t].gather(v) for v in value])
        value /= value.mean()
    return marginals[0], marginals[1]
