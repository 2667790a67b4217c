"""Where the weights of ``script_change`` come from: a fit on drafts of labelled films.

It is a logistic regression over neighbouring turns whose speakers the screenplay as written settles, while at least
one of the two is missing from a draft. No label by hand is needed.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from fabula.align.lattice import chain_marginals
from fabula.align.screenplay import MATCHED, moves
from fabula.align.script_change import WEIGHTS, change_features, match_turns
from fabula.align.script_evidence import turn_evidence
from fabula.align.script_voices import find_cast
from fabula.align.turns import cue_parts, script_turns
from fabula.evaluate.drafts import Draft, redraft
from fabula.evaluate.script_gold import GoldFilm
from fabula.records import Screenplay

SURE = 0.97
RIDGE = 2.0
DRAFTS = (("drop", 0.15), ("drop", 0.3), ("drop", 0.45), ("reword", 0.3))
"""What is fitted on: in a screenplay as written, hardly anything is in doubt."""


def drafts_to_fit(screenplay: Screenplay, seeds: int = 2) -> Iterator[Draft]:
    """The drafts of one film that are fitted on."""
    for kind, amount in DRAFTS:
        for seed in range(seeds):
            yield redraft(screenplay, kind, amount, seed)


def fit_change(films: Sequence[GoldFilm]) -> dict[str, float]:
    """The weights of ``script_change``."""
    samples = [_changes(film, draft) for film in films for draft in drafts_to_fit(film.screenplay)]
    features, changed = (np.concatenate(column) for column in zip(*samples, strict=True))
    return dict(zip(WEIGHTS, logistic(features, changed, RIDGE).tolist(), strict=True))


def _changes(film: GoldFilm, draft: Draft) -> tuple[np.ndarray, np.ndarray]:
    """Features of neighbouring turns at the edges and inside of what a draft lacks, and whether the speaker changes."""
    parts = cue_parts(film.cues)
    true = _settled(film)
    turns = script_turns(draft.screenplay)
    matched, passing = chain_marginals(turn_evidence(parts, turns), moves(parts))
    matches = match_turns(parts, turns, matched, MATCHED)
    rows = change_features(film.cues, parts, turns, matches, (matched + passing).argmax(axis=1).tolist())
    use = [
        k
        for k in range(1, len(parts))
        if true[k] is not None and true[k - 1] is not None and (matches[k] is None or matches[k - 1] is None)
    ]
    return rows[use], np.array([true[k] != true[k - 1] for k in use], float)


def _settled(film: GoldFilm) -> list[frozenset[str] | None]:
    """Who speaks each part, where the screenplay as written leaves no doubt."""
    parts, turns = cue_parts(film.cues), script_turns(film.screenplay)
    matched, _ = chain_marginals(turn_evidence(parts, turns), moves(parts))
    cast = find_cast(turns)
    by_person = matched @ np.eye(len(cast.names))[cast.of_turn]
    return [film.persons(cast.names[row.argmax()]) if row.max() >= SURE else None for row in by_person]


def logistic(features: np.ndarray, outcomes: np.ndarray, ridge: float, steps: int = 30) -> np.ndarray:
    """Logistic regression by Newton's method: (features,) weights.

    Args:
        features: (n, features).
        outcomes: (n,) 0 or 1.
        ridge: penalty on the squared weights, halved.
        steps: Newton's converges in a few.
    """
    weights = np.zeros(features.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (chance - outcomes) + ridge * weights
        curve = (features.T * (chance * (1 - chance))) @ features + (ridge + 1e-9) * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return weights
