"""Figures of a film-book alignment against true correspondences, as MovieBook has them (Zhu et al. 2015, section 5)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

NEAR_CUES, NEAR_PARAGRAPHS = 5, 3
"""A prediction is right within five cues and three paragraphs of a true correspondence."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Cues and paragraphs that tell the same thing; all numbers inclusive."""

    first_cue: int
    last_cue: int
    first_paragraph: int
    last_paragraph: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Where a cue is told, how probable that is, and whether the aligner stands by it.

    ``also``: other paragraphs with the very same text ("Yes."), which a prediction by its text cannot tell apart.
    """

    cue: int
    paragraph: int
    score: float
    aligned: bool
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figures:
    """Shares in 0..1.

    ``recall``: correspondences that some aligned prediction hits. ``ap``: area under precision and recall of all
    predictions by score. ``precision``, ``coverage``, ``f1``: of the aligner's own decisions, cue by cue.
    ``false_alarm``: cues without counterpart that are called aligned. ``by_kind``: recall for each kind.
    """

    recall: float
    ap: float
    precision: float
    coverage: float
    f1: float
    false_alarm: float
    by_kind: dict[str, float]


def figures(truth: Sequence[Correspondence], without: Collection[int], predictions: Sequence[Prediction]) -> Figures:
    """All figures of one film.

    Args:
        truth: the correspondences.
        without: cues that have no counterpart in the book.
        predictions: at most one for each cue; cues in neither ``truth`` nor ``without`` are not scored.
    """
    told = {cue for row in truth for cue in range(row.first_cue, row.last_cue + 1)}
    negative = set(without) - told
    hit: set[int] = set().union(*(hits(truth, p, NEAR_CUES) for p in predictions if p.aligned))
    decided = [p for p in predictions if p.aligned and p.cue in told | negative]
    right = sum(p.cue in told and bool(hits(truth, p, 0)) for p in decided)
    precision, coverage = right / max(len(decided), 1), right / max(len(told), 1)
    kinds: defaultdict[str, list[bool]] = defaultdict(list)
    for k, row in enumerate(truth):
        kinds[row.kind].append(k in hit)
    return Figures(
        len(hit) / max(len(truth), 1),
        _average_precision(truth, [p for p in predictions if p.cue in told | negative]),
        precision,
        coverage,
        2 * precision * coverage / (precision + coverage) if right else 0.0,
        sum(p.cue in negative for p in decided) / max(len(negative), 1),
        {kind: float(np.mean(found)) for kind, found in sorted(kinds.items())},
    )


def hits(truth: Sequence[Correspondence], p: Prediction, slack: int) -> set[int]:
    """The correspondences that a prediction hits, give or take so many cues and NEAR_PARAGRAPHS paragraphs."""
    return {
        k
        for k, row in enumerate(truth)
        if row.first_cue - slack <= p.cue <= row.last_cue + slack
        and any(
            row.first_paragraph - NEAR_PARAGRAPHS <= place <= row.last_paragraph + NEAR_PARAGRAPHS
            for place in (p.paragraph, *p.also)
        )
    }


def _average_precision(truth: Sequence[Correspondence], predictions: Sequence[Prediction]) -> float:
    """Sum over falling scores of (growth of recall) x (precision so far); equal scores are one step."""
    steps: defaultdict[float, list[Prediction]] = defaultdict(list)
    for p in predictions:
        steps[p.score].append(p)
    found: set[int] = set()
    good = total = 0
    area = 0.0
    for score in sorted(steps, reverse=True):
        before = len(found)
        for p in steps[score]:
            reached = hits(truth, p, NEAR_CUES)
            good, total = good + bool(reached), total + 1
            found |= reached
        area += (len(found) - before) / max(len(truth), 1) * good / total
    return area


def correspondences_of(truth: Sequence[Sequence[int]], kinds: Sequence[str] = ()) -> list[Correspondence]:
    """Correspondences of units (numbered from 1) that each tell some paragraphs: a run that tells the same is one."""
    rows: list[Correspondence] = []
    for k, told in enumerate(truth):
        if not told:
            continue
        row = Correspondence(k + 1, k + 1, min(told), max(told), kinds[k] if kinds else "")
        if (
            rows
            and rows[-1].last_cue == k
            and (rows[-1].first_paragraph, rows[-1].last_paragraph)
            == (
                row.first_paragraph,
                row.last_paragraph,
            )
        ):
            row = Correspondence(rows[-1].first_cue, k + 1, row.first_paragraph, row.last_paragraph, rows[-1].kind)
            rows.pop()
        rows.append(row)
    return rows
