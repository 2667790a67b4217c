"""ROUGE-L (Lin 2004), as coco-caption has it."""

from collections.abc import Sequence

from fabula.metrics.tokens import Tokens
from fabula.sequences import bit_rows

BETA = 1.2  # how much more recall counts than precision


def rouge_l(candidate: Tokens, references: Sequence[Tokens]) -> float:
    """F of the longest common subsequence, 0..1.

    The best precision and the best recall over the references are taken each for itself, so they may come from two.
    """
    if not candidate:
        return 0.0
    common = [_longest_common(candidate, reference) for reference in references]
    precision = max(common) / len(candidate)
    recall = max(both / max(len(reference), 1) for both, reference in zip(common, references, strict=True))
    if not precision:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def _longest_common(a: Tokens, b: Tokens) -> int:
    rows = bit_rows(a, b)
    return len(a) - rows[-1].bit_count() if rows else 0
