"""Kneser-Ney against a slow reference that follows the formulas with dictionaries."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from fabula.metrics.kneser_ney import PLAIN_DISCOUNTS, KneserNey, learn_kneser_ney

START, END = -2, -1
Run = tuple[int, ...]


class Reference:
    """Chen and Goodman (1999) word for word: one dictionary for each order."""

    def __init__(self, passages: list[list[int]], vocabulary: int, order: int) -> None:
        self.vocabulary, self.order = vocabulary, order
        marked = [[START, *passage, END] for passage in passages]
        raw = {n: Counter(tuple(p[k : k + n]) for p in marked for k in range(len(p) - n + 1)) for n in range(1, 7)}
        self.counts: dict[int, dict[Run, int]] = {}
        for n in range(1, order + 1):
            before: dict[Run, set[int]] = defaultdict(set)
            for run in raw[n + 1]:
                before[run[1:]].add(run[0])
            plain = n == order
            self.counts[n] = {r: c if plain or r[0] == START else len(before[r]) for r, c in raw[n].items()}
        self.counts[1].pop((START,))
        self.discounts = {n: self._discounts(n) for n in self.counts}

    def _discounts(self, n: int) -> tuple[float, ...]:
        n1, n2, n3, n4 = (sum(c == k for c in self.counts[n].values()) for k in (1, 2, 3, 4))
        if not (n1 and n2 and n3 and n4):
            return PLAIN_DISCOUNTS
        y = n1 / (n1 + 2 * n2)
        found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
        return found if all(0 <= d <= k for k, d in enumerate(found, 1)) else PLAIN_DISCOUNTS

    def probability(self, token: int, context: Run) -> float:
        n = len(context) + 1
        shorter = 1 / (self.vocabulary + 1) if n == 1 else self.probability(token, context[1:])
        after = {run[-1]: c for run, c in self.counts[n].items() if run[:-1] == context}
        total = sum(after.values())
        if not total:
            return shorter
        taken = {w: self.discounts[n][min(c, 3) - 1] for w, c in after.items()}
        own = after[token] - taken[token] if token in after else 0
        return (own + sum(taken.values()) * shorter) / total

    def log_probability(self, passage: list[int]) -> list[float]:
        marked = [START, *passage, END]
        reach = self.order - 1
        return [
            float(np.log(self.probability(marked[k], tuple(marked[max(0, k - reach) : k]))))
            for k in range(1, len(marked))
        ]


def some_text(passages: int, vocabulary: int, seed: int) -> list[list[int]]:
    """Passages in which some tokens like to follow others, one of them empty, and the last tokens never seen."""
    rng = np.random.default_rng(seed)
    out: list[list[int]] = [[]]
    for _ in range(passages):
        passage = [int(rng.integers(3))]
        while rng.random() < 0.85:
            step = min(int(rng.geometric(0.45)), vocabulary - 3)
            passage.append((passage[-1] * 2 + step) % (vocabulary - 2))
        out.append(passage)
    return out


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_equals_the_reference(order: int) -> None:
    text, held_back = some_text(60, 9, seed=1), some_text(8, 9, seed=2)
    model = learn_kneser_ney(map(np.array, text), 9, order)
    reference = Reference(text, 9, order)
    assert model.order == order
    for passage in [*text[:6], *held_back, [8, 0, 8, 1], [0, 1, 2, 8, 7, 7, 0]]:
        assert model.log_probability(np.array(passage, int)) == pytest.approx(
            reference.log_probability(passage), abs=1e-5
        )


def test_the_discounts_are_estimated_where_the_text_allows_it() -> None:
    """Else the comparison above would only have shown the fallback."""
    reference = Reference(some_text(60, 9, seed=1), 9, 3)
    assert all(found != PLAIN_DISCOUNTS for n, found in reference.discounts.items() if n > 1)


@pytest.mark.parametrize("context", [[], [0], [8], [1, 2, 3], [3, 5, 8, 1, 0], [7, 7, 7, 7, 7, 7]])
def test_probabilities_are_one_together_after_anything(context: list[int]) -> None:
    model = learn_kneser_ney(map(np.array, some_text(200, 9, seed=3)), 9)
    chances = [model.log_probability(np.array([*context, w]))[len(context)] for w in range(9)]
    end = model.log_probability(np.array(context, int))[-1]
    assert np.exp([*chances, end]).sum() == pytest.approx(1, abs=1e-5)
    assert np.isfinite([*chances, end]).all()


def test_a_planted_habit_is_learned() -> None:
    """After 1 2 3 4 always comes 5; after any other token and 2 3 4 always 6: only the fifth order knows."""
    text = [np.array([k, 2, 3, 4, 5 if k == 1 else 6]) for k in (1, 0, 1, 7, 1, 8) * 30]
    five, four = learn_kneser_ney(text, 9), learn_kneser_ney(text, 9, order=4)
    asked = np.array([1, 2, 3, 4, 5])
    assert np.exp(five.log_probability(asked)[4]) > 0.95 > 0.9 > np.exp(four.log_probability(asked)[4])


def test_shorter_runs_count_by_what_stands_before_them() -> None:
    """Francisco: 1 is as frequent as 2, but comes after 0 alone; so after something new, 2 is likelier."""
    text = [np.array([0, 1])] * 12 + [np.array([k, 2]) for k in (3, 4, 5) * 4]
    logs = learn_kneser_ney(text, 9, order=2)
    after_new = [logs.log_probability(np.array([8, w]))[1] for w in (1, 2)]
    assert after_new[1] > after_new[0] + 0.5


def test_perplexity_is_per_word() -> None:
    text = [np.array(p, int) for p in some_text(40, 9, seed=4)]
    model = learn_kneser_ney(text, 9)
    surprise = -sum(model.log_probability(passage).sum() for passage in text[:10])
    assert model.perplexity(text[:10], 17) == pytest.approx(np.exp(surprise / 17), rel=1e-6)


def test_text_without_order_is_as_surprising_as_its_dice() -> None:
    rng = np.random.default_rng(5)
    model = learn_kneser_ney([rng.integers(20, size=50) for _ in range(400)], 20, order=1)
    held_back = [rng.integers(20, size=50) for _ in range(50)]
    dice = np.exp((50 * np.log(20 * 51 / 50) + np.log(51)) / 50)  # one of 51 tokens is the end
    assert model.perplexity(held_back, 50 * 50) == pytest.approx(dice, rel=0.01)


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one passage"):
        learn_kneser_ney([], 5)
    with pytest.raises(ValueError, match="not in 0 "):
        learn_kneser_ney([np.array([1, 5])], 5)
    with pytest.raises(ValueError, match="order 0"):
        learn_kneser_ney([np.array([1])], 5, order=0)
    model: KneserNey = learn_kneser_ney([np.array([1])], 5)
    with pytest.raises(ValueError, match="not in 0 "):
        model.log_probability(np.array([-1]))
    with pytest.raises(ValueError, match="one word"):
        model.perplexity([np.array([1])], 0)
