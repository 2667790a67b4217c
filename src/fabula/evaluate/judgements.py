"""Do measures of captions agree with people? Flickr8k's two sets of judgements, after CLIPScore's protocol.

Hessel et al. 2021 ("CLIPScore"), section 4.1 and appendix A, and their published code. Expert: a caption that is one of
the picture's own references is left out, each of the three ratings is a row of its own, Kendall's tau-c. CrowdFlower:
every judgement is a row, its rating the share of yes, a judged caption is not a reference of its picture, tau-b.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fabula.errors import InputError
from fabula.evaluate.statistics import bootstrap_interval
from fabula.files.judgements import (
    CROWD_FILE,
    EXPERT_FILE,
    CaptionId,
    CrowdJudgement,
    ExpertJudgement,
    read_crowd_judgements,
    read_expert_judgements,
)
from fabula.metrics.captions import score_each
from fabula.metrics.cider import document_frequencies
from fabula.metrics.tokens import caption_tokens

Captions = Mapping[str, Sequence[str]]
"""The sentences of each picture's file, in the order in which the files of judgements number them."""
PairScorer = Callable[[Sequence[tuple[str, str]]], np.ndarray]
"""How well each caption fits its picture: pairs (picture's file, caption) -> (n,), higher is better."""

DRAWS = 200
EXPERT, CROWD = "expert", "crowdflower"
PUBLISHED: dict[str, dict[str, float]] = {
    EXPERT: {
        "BLEU-1": 32.3,
        "BLEU-4": 30.8,
        "ROUGE-L": 32.3,
        "METEOR": 41.8,
        "CIDEr-D": 43.9,
        "SPICE": 44.9,
        "CLIP-S": 51.2,
        "RefCLIP-S": 53.0,
    },
    CROWD: {
        "BLEU-4": 16.9,
        "ROUGE-L": 19.9,
        "METEOR": 22.2,
        "CIDEr-D": 24.6,
        "SPICE": 24.4,
        "CLIP-S": 34.4,
        "RefCLIP-S": 36.4,
    },
}
"""Correlations times 100 as CLIPScore reports them; its CIDEr is coco-caption's, which is CIDEr-D."""


@dataclass(frozen=True, eq=False)
class JudgedCaptions:
    """Judgements ready to be compared with a measure.

    ``pairs`` are the different (picture's file, caption); ``row_pair`` (rows,) int says which pair each judgement is
    about, ``ratings`` (rows,) float what it says. ``references`` are those of each judged picture. ``variant`` is
    Kendall's tau ("b" or "c").
    """

    name: str
    variant: str
    pairs: tuple[tuple[str, str], ...]
    references: Captions
    row_pair: np.ndarray
    ratings: np.ndarray


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kendall's tau of a measure and people, times 100, with its 95 % interval over pictures; None: nothing measured.

    A row without ``tau`` only says what was published.
    """

    judgements: str
    measure: str
    variant: str
    tau: float | None = None
    low: float | None = None
    high: float | None = None
    published: float | None = None

    def row(self) -> dict[str, Any]:
        """For a table or JSON, to a tenth; the names are what users' programs read."""
        figures = {"tau": self.tau, "low": self.low, "high": self.high, "published": self.published}
        rounded = {name: None if figure is None else round(figure, 1) for name, figure in figures.items()}
        return {"judgements": self.judgements, "measure": self.measure, "variant": self.variant, **rounded}


def expert_set(judgements: Iterable[ExpertJudgement], captions: Captions) -> JudgedCaptions:
    """The experts' judgements as rows, three for each pair.

    Raises:
        InputError: a picture or caption that is judged is not among the captions.
    """
    rows = []
    for judgement in judgements:
        text = _text(captions, judgement.caption)
        if text not in _own(captions, judgement.picture):
            rows += [((judgement.picture, text), float(rating)) for rating in judgement.ratings]
    references = {picture: _own(captions, picture) for (picture, _), _ in rows}
    return _judged(EXPERT, "c", rows, references)


def crowd_set(judgements: Iterable[CrowdJudgement], captions: Captions) -> JudgedCaptions:
    """The crowd's judgements as rows; a caption that is judged with its own picture is no reference for that one.

    Raises:
        InputError: a picture or caption that is judged is not among the captions.
    """
    rows = [((j.picture, _text(captions, j.caption)), j.share) for j in judgements]
    judged = {pair for pair, _ in rows}
    references = {
        picture: tuple(text for text in _own(captions, picture) if (picture, text) not in judged)
        for picture, _ in judged
    }
    return _judged(CROWD, "b", rows, references)


def _judged(
    name: str, variant: str, rows: Sequence[tuple[tuple[str, str], float]], references: Captions
) -> JudgedCaptions:
    places: dict[tuple[str, str], int] = {}
    row_pair = np.array([places.setdefault(pair, len(places)) for pair, _ in rows], int)
    return JudgedCaptions(name, variant, tuple(places), references, row_pair, np.array([rating for _, rating in rows]))


def _own(captions: Captions, picture: str) -> tuple[str, ...]:
    if picture not in captions:
        raise InputError(
            picture, "the picture is judged, but has no captions", "use judgements and captions of one set"
        )
    return tuple(text.strip() for text in captions[picture])


def _text(captions: Captions, caption: CaptionId) -> str:
    own = _own(captions, caption.picture)
    if caption.number >= len(own):
        problem = f"its caption {caption.number} is judged, but it has {len(own)}"
        raise InputError(caption.picture, problem, "use judgements and captions of one set")
    return own[caption.number]


def measure_scores(judged: JudgedCaptions) -> dict[str, np.ndarray]:
    """The measures of words for each pair, against the references of its picture: name -> (pairs,)."""
    pictures = {picture: k for k, picture in enumerate(judged.references)}
    references = list(judged.references.values())
    of_pair = np.array([pictures[picture] for picture, _ in judged.pairs], int)
    # Each row is a document to the published figures' CIDEr, so a picture's references count once for each row.
    copies = np.bincount(of_pair[judged.row_pair], minlength=len(references)).tolist()
    frequencies = document_frequencies([[caption_tokens(t) for t in texts] for texts in references], copies)
    each = score_each([text for _, text in judged.pairs], of_pair.tolist(), references, frequencies)
    return {
        "BLEU-1": each.bleu[:, 0],
        "BLEU-4": each.bleu[:, 3],
        "ROUGE-L": each.rouge_l,
        "METEOR": each.meteor,
        "CIDEr": each.cider,
        "CIDEr-D": each.cider_d,
    }


def judge_flickr8k(
    folder: Path, captions: Captions, scorers: Mapping[str, PairScorer] | None = None, draws: int = DRAWS
) -> list[Agreement]:
    """``judge_measures`` on both sets, the experts' first.

    Args:
        folder: has the two files of judgements.
        captions: of all pictures that are judged or whose captions are.
        scorers: see ``judge_measures``.
        draws: see ``judge_measures``.

    Raises:
        InputError: a file cannot be read, or judges what is not among the captions.
    """
    experts = expert_set(read_expert_judgements(folder / EXPERT_FILE), captions)
    crowd = crowd_set(read_crowd_judgements(folder / CROWD_FILE), captions)
    return [*judge_measures(experts, scorers, draws), *judge_measures(crowd, scorers, draws)]


def judge_measures(
    judged: JudgedCaptions, scorers: Mapping[str, PairScorer] | None = None, draws: int = DRAWS
) -> list[Agreement]:
    """The agreement of the measures of words, of any other scorers, and what was published, best last.

    Args:
        judged: from ``expert_set`` or ``crowd_set``.
        scorers: functions of (picture's file, caption) pairs by name, such as an image-sentence model's.
        draws: how often the pictures are drawn for the intervals; 0 for none.

    Returns:
        A row for each, the published measures that are not measured here among them; ordered by tau.

    Raises:
        ValueError: there is no judgement, or a scorer does not give one number for each pair.
    """
    if not len(judged.ratings):
        raise ValueError("there is no judgement")
    scores = measure_scores(judged)
    for name, scorer in (scorers or {}).items():
        scores[name] = np.asarray(scorer(judged.pairs), float)
        if scores[name].shape != (len(judged.pairs),):
            raise ValueError(f"{name} gave {scores[name].shape} scores for {len(judged.pairs)} pairs")
    rows = [_agreement(judged, name, values, draws) for name, values in scores.items()]
    published = PUBLISHED.get(judged.name, {})
    rows += [Agreement(judged.name, n, judged.variant, published=p) for n, p in published.items() if n not in scores]
    return sorted(rows, key=lambda row: row.tau if row.tau is not None else row.published or 0.0)


def _agreement(judged: JudgedCaptions, name: str, values: np.ndarray, draws: int) -> Agreement:
    scores = values[judged.row_pair]
    tau = kendall_tau(scores, judged.ratings, judged.variant)
    low, high = _interval(judged, scores, draws) if draws else (None, None)
    return Agreement(judged.name, name, judged.variant, tau, low, high, PUBLISHED.get(judged.name, {}).get(name))


def _interval(judged: JudgedCaptions, scores: np.ndarray, draws: int) -> tuple[float, float]:
    """Over pictures, because the judgements of one picture are not independent."""
    rows_of: dict[str, list[int]] = {}
    for row, pair in enumerate(judged.row_pair.tolist()):
        rows_of.setdefault(judged.pairs[pair][0], []).append(row)
    blocks = [np.array(rows) for rows in rows_of.values()]

    def drawn_tau(drawn: np.ndarray) -> float:
        rows = np.concatenate([blocks[k] for k in drawn])
        return kendall_tau(scores[rows], judged.ratings[rows], judged.variant)

    return bootstrap_interval(np.arange(len(blocks)), drawn_tau, draws)


def kendall_tau(scores: np.ndarray, ratings: np.ndarray, variant: str) -> float:
    """Kendall's tau times 100: variant "b" or "c" (Stuart), which differ in how they count ties.

    It is 0 where all scores or all ratings are the same: then nothing is put in order.
    """
    from scipy.stats import kendalltau

    tau = float(kendalltau(scores, ratings, variant=variant)[0])
    return 0.0 if math.isnan(tau) else 100 * tau
