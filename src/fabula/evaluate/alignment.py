"""The benchmark of the film-book aligner: made films at rising distance, abridged novels, real films; and ablations.

What is measured is MovieBook's recall and average precision (Zhu et al. 2015, section 5), the aligner's own decisions,
and how honest its probabilities are. Intervals are over films, because errors in one film come together.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fabula.align.chain import Calibration, mass_near
from fabula.align.channels import standardise
from fabula.align.lattice import best_path, chain_marginals, motion
from fabula.align.model import AlignerModel, Answer
from fabula.align.stack import CHANNELS, channel_stack
from fabula.evaluate.correspondences import Correspondence, Figures, Prediction, correspondences_of, figures
from fabula.evaluate.peers import drop_dtw, dtw
from fabula.evaluate.statistics import bootstrap_interval, expected_calibration_error
from fabula.files.ablit import HELD_BACK, read_ablit
from fabula.files.store import Store
from fabula.train.adaptations import Distance, adapt, excerpt, share_kept
from fabula.train.annotated import Annotation, pair_of_annotation
from fabula.train.calibration import outcomes
from fabula.train.material import TEST_FILMS, foreign_lines, suitable
from fabula.train.pairs import TruePair, abridgements, pair_of_abridgement, pair_of_adaptation

TEXTS = 700  # paragraphs of a made film's novel
HAND = {"words": 2.5, "pairs": 2.5, "phrases": 2.5, "tfidf": 0.5, "meaning": 2.4, "context": 1.5, "timeline": 2.0}
HAND_CHANCE = 6.5
HAND_PACE = motion(stay=0.35, forward=[(0.45, 2), (0.08, 15)], backward=(0.06, 2), jump=0.01, leave=0.1, stay_out=0.9)
"""Weights in nats set by hand, as the aligner had them before it was trained."""


@dataclass(frozen=True)
class TestFilm:
    """A film with known truth: what to align, and in which terms to judge it."""

    group: str
    pair: TruePair
    correspondences: tuple[Correspondence, ...]
    without: frozenset[int]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """A method on a group of films: means over films, and the 95 % interval of F1 and of average precision."""

    group: str
    method: str
    films: int
    recall: float
    ap: float
    ap_interval: tuple[float, float]
    precision: float
    f1: float
    f1_interval: tuple[float, float]
    false_alarm: float
    calibration_error: float | None
    by_kind: dict[str, float]


Aligner = Callable[[np.ndarray, np.ndarray], tuple[Answer, float]]
"""(stack of all channels (n, m, c), gaps (n,)) -> answer, and the score from which on to accept."""


def made_films(data: Path, per_level: int, store: Store) -> Iterator[TestFilm]:
    """Films of novels that nothing was trained on, at rising distance in words, then in order."""
    rng = random.Random(7)
    invented = foreign_lines(data / "subs" / "public_domain_features", TEST_FILMS)
    novels = suitable(data / "fiction", held_back=True)
    for group, distance in _levels():
        for novel in novels[:per_level]:
            part = excerpt(novel.paragraphs, TEXTS, random.Random(1))
            film = adapt(part, invented, distance, rng, novel.title)
            kept = np.mean([s for cue, told in zip(film.cues, film.truth, strict=True) if told
                            and (s := share_kept(cue, [part[k] for k in told])) is not None])  # fmt: skip
            yield _test_film(f"{group} (kept {kept:.2f})" if per_level == 1 else group, pair_of_adaptation(film, store))


def _levels() -> Iterator[tuple[str, Distance]]:
    for kept in (0.9, 0.7, 0.5, 0.3, 0.1):
        yield f"words kept {kept:.1f}", Distance(kept=kept, moved=0.1)
    for moved in (0.0, 0.25, 0.5):
        yield f"scenes moved {moved:.2f}", Distance(kept=0.5, moved=moved)


def abridged_films(data: Path, store: Store, count: int) -> Iterator[TestFilm]:
    """Held-back abridged novels: each abridged sentence with the paragraphs that it comes from."""
    found = abridgements(read_ablit(data / "ablit", ("test",), HELD_BACK), 5)
    for abridgement in list(found)[:count]:
        yield _test_film("abridged novels", pair_of_abridgement(abridgement, store, random.Random(3)))


def annotated_film(found: Annotation, group: str, store: Store) -> TestFilm:
    """A real film; paragraphs are the passages that are aligned."""
    from fabula.align.book import alignable, spoken_cues

    pair = pair_of_annotation(found, store)
    place = {passage.index: k for k, passage in enumerate(alignable(found.book).passages)}
    rows = tuple(
        Correspondence(a, b, place[p], place[q], kind)
        for a, b, p, q, kind, _ in found.correspondences
        if p in place and q in place
    )
    without = frozenset(cue for a, b in found.without for cue in range(a, b + 1))
    return TestFilm(group, pair, rows, without, tuple(cue.number for cue in spoken_cues(found.cues)))


def _test_film(group: str, pair: TruePair) -> TestFilm:
    truth = [told or () for told in pair.truth]
    without = frozenset(k + 1 for k, told in enumerate(truth) if not told)
    rows = tuple(correspondences_of(truth, pair.kinds))
    return TestFilm(group, pair, rows, without, tuple(range(1, len(truth) + 1)))


def methods(model: AlignerModel, linear: AlignerModel | None = None) -> dict[str, Aligner]:
    """The aligner, the aligner without each of its parts, and others' methods."""
    found: dict[str, Aligner] = {"fabula": _trained(model)}
    found |= {f"without {name}": _trained(model, hide=k) for k, name in enumerate(model.channels)}
    if linear:
        found["one-layer network"] = _trained(linear)
    return found | {
        "no network (weights by hand)": _by_hand,
        "no chain": _without_chain(model),
        "best path (Viterbi)": _along_best_path(model),
        "time warping (DTW)": _warped(model, drop=False),
        "Drop-DTW": _warped(model, drop=True),
        "uniform timeline": _uniform,
        "most alike (argmax of sentence cosines)": _most_alike,
    }


def _trained(model: AlignerModel, hide: int | None = None) -> Aligner:
    def align(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
        if hide is not None:
            stack = stack.copy()
            stack[:, :, hide] = 0  # the network was trained with channels hidden at random, so that it copes
        return model.read_off(model.network.evidence(stack), gaps), model.accept

    return align


def _channel(stack: np.ndarray, name: str) -> np.ndarray:
    found: np.ndarray = stack[:, :, list(CHANNELS).index(name)].astype(np.float32)
    return found


def _by_hand(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
    evidence = sum((weight * _channel(stack, name) for name, weight in HAND.items()), np.float32(-HAND_CHANCE))
    matched, _ = chain_marginals(np.asarray(evidence), [HAND_PACE] * len(gaps))
    places = matched.argmax(axis=1)
    return Answer(places, mass_near(matched, places), matched, np.asarray(evidence)), 0.3


def _without_chain(model: AlignerModel) -> Aligner:
    """Each unit for itself: the network's own choice between all texts and none."""

    def align(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
        evidence = model.network.evidence(stack)
        odds = np.exp(np.clip(evidence, -60, 60).astype(np.float64)) / evidence.shape[1]
        matched = (odds / (1 + odds.sum(axis=1, keepdims=True))).astype(np.float32)
        places = matched.argmax(axis=1)
        return Answer(places, mass_near(matched, places), matched, evidence), 0.5

    return align


def _along_best_path(model: AlignerModel) -> Aligner:
    """The single best path instead of marginals; the network's probability at the place is the score."""

    def align(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
        evidence = model.network.evidence(stack)
        places = best_path(np.maximum(model.chain.scale * evidence - model.chain.doubt, 0), 0.05, 0.5, 6.0)
        rows = np.arange(len(places))
        return Answer(places, Calibration()(_logistic(evidence[rows, places])), evidence, evidence), 0.5

    return align


def _warped(model: AlignerModel, drop: bool) -> Aligner:
    """Time warping over the sentence cosines (DTW), or with the right to drop (Drop-DTW)."""

    def align(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
        alike = _channel(stack, "cosine")
        cost = 1 - alike
        cells = drop_dtw(cost, float(np.quantile(cost, 0.01))) if drop else dtw(cost)
        places, scores = np.zeros(len(cost), int), np.zeros(len(cost))
        for i, j in cells:
            if alike[i, j] > scores[i]:
                places[i], scores[i] = j, alike[i, j]
        return Answer(places, np.clip(scores, 0, 1), alike, alike), 0.4

    return align


def _uniform(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
    units, texts, _ = stack.shape
    places = (np.arange(units) * texts // units).astype(int)
    return Answer(places, np.full(units, 0.5), stack[:, :, 0], stack[:, :, 0]), 0.5


def _most_alike(stack: np.ndarray, gaps: np.ndarray) -> tuple[Answer, float]:
    alike = _channel(stack, "cosine")
    places = alike.argmax(axis=1)
    return Answer(places, np.clip(alike.max(axis=1), 0, 1), alike, standardise(alike)), 0.6


def _logistic(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return found


@dataclass(frozen=True)
class Judged:
    """A method on one film."""

    figures: Figures
    scores: np.ndarray
    right: np.ndarray


def judge(film: TestFilm, answer: Answer, accept: float) -> Judged:
    """The figures of one film; scores and outcomes of the units whose truth is known, for the calibration error."""
    predictions = [
        Prediction(number, int(place), round(float(score), 4), bool(score >= accept))
        for number, place, score in zip(film.numbers, answer.places, answer.scores, strict=True)
    ]
    known = np.array([told is not None for told in film.pair.truth])
    right = outcomes(answer, film.pair.truth)[known]
    return Judged(figures(film.correspondences, film.without, predictions), answer.scores[known], right)


def summarise(group: str, method: str, judged: Sequence[Judged]) -> Result:
    """Means over the films of a group."""
    rows = [asdict(one.figures) for one in judged]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0] if name != "by_kind"}
    kinds = sorted({kind for row in rows for kind in row["by_kind"]})
    scores, right = (np.concatenate([getattr(one, name) for one in judged]) for name in ("scores", "right"))
    return Result(
        group,
        method,
        len(judged),
        mean["recall"],
        mean["ap"],
        bootstrap_interval(np.array([row["ap"] for row in rows])),
        mean["precision"],
        mean["f1"],
        bootstrap_interval(np.array([row["f1"] for row in rows])),
        mean["false_alarm"],
        expected_calibration_error(scores, right) if len(scores) else None,
        {k: float(np.mean([row["by_kind"][k] for row in rows if k in row["by_kind"]])) for k in kinds},
    )


def measure(
    films: Sequence[TestFilm], chosen: dict[str, Aligner], told: Callable[[str], None] = lambda line: None
) -> Iterator[Result]:
    """Every method on every film, a group at a time; the channels of a film are computed once."""
    groups = list(dict.fromkeys(film.group for film in films))
    for group in groups:
        judged: dict[str, list[Judged]] = {name: [] for name in chosen}
        for film in (film for film in films if film.group == group):
            stack = channel_stack(film.pair.pair)
            told(f"{group}: {film.pair.name}, {stack.shape[0]} units x {stack.shape[1]} texts")
            for name, align in chosen.items():
                judged[name].append(judge(film, *align(stack, film.pair.gaps)))
        for name in chosen:
            yield summarise(group, name, judged[name])
