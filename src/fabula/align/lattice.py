"""Dynamic programs on arrays: nothing here knows what a film is.

The longest common subsequence of two token streams; and a chain (conditional random field) that walks one timeline
while it moves, jumps or rests in another, summed over all paths (``chain_marginals``) or followed along the best
one (``best_path``).
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

    Displacements decay exponentially on both sides and end in a floor, "anywhere": the soft form of a truncated
    linear price. One step is computed by a recursive filter in each direction, in O(positions), as the distance
    transform does it for the hard form (Felzenszwalb and Huttenlocher 2006).

    Args:
        stay: probability of displacement 0.
        forward: (probability, decay) of parts that go forward by 1, 2, ... with probabilities falling by the decay.
        backward: the same for parts that go back.
        jump: probability of going anywhere at all, uniformly. All of these sum to one.
        leave: probability that a unit after a matched one has no counterpart.
        stay_out: probability that a unit after one without counterpart has none either.
    """

    stay: float
    forward: tuple[tuple[float, float], ...]
    backward: tuple[tuple[float, float], ...]
    jump: float
    leave: float
    stay_out: float

    @property
    def modes(self) -> np.ndarray:
        """Probabilities of going from (matched, passing) to (matched, passing): (2, 2)."""
        return np.array([[1 - self.leave, self.leave], [1 - self.stay_out, self.stay_out]])

    def spread(self, mass: np.ndarray) -> np.ndarray:
        """One step of the motion: where mass (..., m) over positions goes. What goes over the ends is lost."""
        return self._step(mass, self.forward, self.backward)

    def gather(self, value: np.ndarray) -> np.ndarray:
        """The transpose of ``spread``: what each position (..., m) can expect of its successors' values."""
        return self._step(value, self.backward, self.forward)

    def _step(
        self, mass: np.ndarray, up: tuple[tuple[float, float], ...], down: tuple[tuple[float, float], ...]
    ) -> np.ndarray:
        from scipy.signal import lfilter  # here, because importing it takes a second that most commands do not need

        out: np.ndarray = self.stay * mass + self.jump * mass.mean(axis=-1, keepdims=True)
        for share, decay in up:
            out += share * (1 - decay) * lfilter([0.0, 1.0], [1.0, -decay], mass)
        for share, decay in down:
            out += share * (1 - decay) * lfilter([0.0, 1.0], [1.0, -decay], mass[..., ::-1])[..., ::-1]
        return out


def motion(
    *, stay: float, forward: Sequence[tuple[float, float]], backward: tuple[float, float], jump: float, **modes: float
) -> Motion:
    """A motion from shares and mean distances; the shares are scaled to sum to one.

    Args:
        stay: share of displacement 0.
        forward: (share, mean distance) of parts that go forward.
        backward: the same for one part that goes back.
        jump: share of going anywhere.
        modes: ``leave`` and ``stay_out`` of Motion.
    """
    whole = stay + sum(share for share, _ in forward) + backward[0] + jump
    ahead = tuple((share / whole, _decay(mean)) for share, mean in forward)
    return Motion(stay / whole, ahead, ((backward[0] / whole, _decay(backward[1])),), jump / whole, **modes)


def _decay(mean: float) -> float:
    """The decay of geometric probabilities of 1, 2, ... with that mean."""
    return 1 - 1 / max(mean, 1.0)


def best_path(gains: np.ndarray, ahead: float, back: float, limit: float) -> np.ndarray:
    """The path of greatest gain when a step costs the distance gone, up to a limit (Viterbi).

    Truncated linear prices make the maximum over all predecessors a running maximum in each direction, so a row
    costs O(positions): the lower envelope of cones of Felzenszwalb and Huttenlocher 2006, section 3.

    Args:
        gains: (n, m) gain of each unit at each position.
        ahead: price of going forward by one position.
        back: price of going back by one position.
        limit: greatest price of a step.

    Returns:
        (n,) positions.
    """
    units, positions = gains.shape
    ramp = np.arange(positions, dtype=np.float64)
    came = np.empty((units, positions), np.intp)
    value = gains[0].astype(np.float64)
    for t in range(1, units):
        up, down = _running_best(value + ahead * ramp), positions - 1 - _running_best((value - back * ramp)[::-1])[::-1]
        by_up, by_down = value[up] - ahead * (ramp - up), value[down] - back * (down - ramp)
        came[t] = np.where(by_up >= by_down, up, down)
        best = np.maximum(by_up, by_down)
        top = int(value.argmax())
        came[t][best < value[top] - limit] = top
        value = np.maximum(best, value[top] - limit) + gains[t]
    path = np.empty(units, np.intp)
    path[-1] = value.argmax()
    for t in range(units - 1, 0, -1):
        path[t - 1] = came[t, path[t]]
    return path


def _running_best(values: np.ndarray) -> np.ndarray:
    """For each index the index of the greatest value up to there."""
    highest = np.maximum.accumulate(values)
    found: np.ndarray = np.maximum.accumulate(np.where(values == highest, np.arange(len(values)), 0))
    return found


def chain_marginals(evidence: np.ndarray, moves: Motion | Sequence[Motion]) -> tuple[np.ndarray, np.ndarray]:
    """Exact marginals of a chain over units x positions with a second mode "no counterpart" (forward-backward).

    A state is a position in the text and a mode: matched there, or merely passing there without counterpart; so a
    stretch without counterpart remembers where it left the text. O(units x positions).

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
            state = steps[t].spread(steps[t].modes.T @ state)
        state[0] *= likelihood[t]
        state /= state.sum()
        marginals[:, t] = state
    value = np.ones((2, positions))
    for t in range(units - 1, -1, -1):
        marginals[:, t] *= value
        marginals[:, t] /= marginals[:, t].sum()
        value[0] *= likelihood[t]
        value = steps[t].modes @ steps[t].gather(value)
        value /= value.mean()
    return marginals[0], marginals[1]


def chain_log_odds(evidence: np.ndarray, moves: Sequence[Motion]) -> float:
    """Log odds that any unit at all has a counterpart, against none having one: the chain's evidence for the text.

    It is minus the log probability of the path that passes all the way, which is known in closed form up to what
    leaves over the text's ends; O(units x positions).

    Args:
        evidence: (n, m) log-likelihood ratios as for ``chain_marginals``.
        moves: the motion to each unit (the first is not used).

    Returns:
        Nats; large when the text explains the units, near zero when it explains none of them.
    """
    positions = evidence.shape[1]
    both, passing = np.full((2, positions), 1 / (2 * positions)), np.full(positions, 1 / (2 * positions))
    total = 0.0
    for t, row in enumerate(evidence):
        if t:
            both = moves[t].spread(moves[t].modes.T @ both)
            passing = moves[t].stay_out * moves[t].spread(passing)
        both[0] *= np.exp(np.clip(row, -60, 60).astype(np.float64))
        total += float(np.log(both.sum() / passing.sum()))
        both, passing = both / both.sum(), passing / passing.sum()
        # Both are normalised separately, so each step adds the ratio that it gained.
    return total
