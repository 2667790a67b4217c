"""The benchmark of the film-book aligner: made films at rising distance, abridged novels, real films; and ablations.

What is measured is MovieBook's recall and average precision (Zhu et al. 2015, section 5), the aligner's own decisions,
and how honest its probabilities are. Intervals are over films, because errors in one film come together; where a group
has one film, over its stretches.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fabula.align.model import AlignerModel, Answer
from fabula.align.stack import channel_stack
from fabula.evaluate.align_methods import Channels, Method, ablations, rivals
from fabula.evaluate.correspondences import Figures, Prediction, figures
from fabula.evaluate.farewell import farewell_film, has_farewell
from fabula.evaluate.known_films import KnownFilm, abridged_films, made_films, trained_films
from fabula.evaluate.resampling import Stretches
from fabula.evaluate.statistics import (
    ReliabilityRow,
    bootstrap_interval,
    expected_calibration_error,
    reliability,
)
from fabula.features import DEFAULT_ENCODER, Encoder
from fabula.files.store import Store
from fabula.train.calibration import best_threshold, outcomes

NOWHERE = -(10**6)  # the paragraph of a text that no paragraph is known for: near nothing
Say = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """A method on one film.

    ``scores`` and ``right``: of the units whose truth is known, whether their place is right.
    """

    figures: Figures
    scores: np.ndarray
    right: np.ndarray
    ap_interval: tuple[float, float]
    f1_interval: tuple[float, float]
    followed: bool
    kept: float | None


@dataclass(frozen=True)
class Result:
    """A method on a group of films: means over films, and 95 % intervals of average precision and of F1.

    ``followed``: share of films that the method takes to follow their books at all. ``kept``: measured share of words
    kept, of made films. ``calibration_error`` and ``reliability`` only where scores are meant as probabilities.
    """

    group: str
    method: str
    films: int
    kept: float | None
    followed: float
    recall: float
    ap: float
    ap_interval: tuple[float, float]
    precision: float
    f1: float
    f1_interval: tuple[float, float]
    false_alarm: float
    by_kind: dict[str, float]
    calibration_error: float | None
    reliability: tuple[ReliabilityRow, ...]
    ablation: bool = False


def chosen_films(
    data: Path, per_level: int, store: Store, say: Say, encoder: str | Encoder = DEFAULT_ENCODER
) -> Iterator[KnownFilm]:
    """All films whose texts are in a folder of data, group by group; what is not there is said."""
    fiction, subtitles, ablit = data / "fiction", data / "subs" / "public_domain_features", data / "ablit"
    if has_farewell(data):
        yield farewell_film(data, store, encoder)
    else:
        say("left out: the real test film (no truth/farewell_to_arms.jsonl, or its texts are not there)")
    yield from trained_films(data, store, encoder)
    if fiction.is_dir() and subtitles.is_dir():
        yield from made_films(fiction, subtitles, per_level, store, encoder)
    else:
        say("left out: made films (no fiction/ or no subs/public_domain_features/)")
    if ablit.is_dir():
        yield from abridged_films(ablit, per_level, store, encoder)
    else:
        say("left out: abridged novels (no ablit/)")


def measure(
    films: Iterable[KnownFilm],
    model: AlignerModel,
    others: Mapping[str, AlignerModel] | None = None,
    without_parts: bool = True,
    say: Say = lambda line: None,
) -> Iterator[Result]:
    """Every method on every film, a group at a time; then the aligner without its parts on the representative films.

    Args:
        films: those of a group stand together.
        model: the aligner.
        others: further trained aligners to measure beside it, by name.
        without_parts: whether to leave parts out; it takes many times as long.
        say: told of each film.
    """
    beside = rivals(model, others or {})
    parts = ablations(model) if without_parts else []
    apart: dict[str, dict[str, list[Judged]]] = {}
    for group, members in itertools.groupby(films, key=lambda film: film.group):
        judged: dict[str, list[Judged]] = {}
        for film in members:
            seen = Channels(channel_stack(film.pair.pair), film.pair.gaps)
            say(f"{group}: {film.pair.name}, {seen.stack.shape[0]} units x {seen.stack.shape[1]} texts")
            here = {m.name: judge(film, m, seen) for m in [*beside, *(parts if film.representative else ())]}
            _add(judged, {m.name: here[m.name] for m in beside})
            if parts and film.representative:
                _add(apart.setdefault(_family(group), {}), here)
        for method in beside:
            yield summarise(group, method, judged[method.name])
    for family, judged in apart.items():
        for method in [*beside, *parts]:
            yield summarise(family, method, judged[method.name], ablation=True)


def _add(judged: dict[str, list[Judged]], found: Mapping[str, Judged]) -> None:
    for name, one in found.items():
        judged.setdefault(name, []).append(one)


def _family(group: str) -> str:
    """Made films of all distances are one group where parts are left out."""
    return "made films, one of each distance" if group.startswith("made films") else group


def judge(film: KnownFilm, method: Method, seen: Channels) -> Judged:
    """The figures of a method on one film."""
    answer, accept = method.align(seen)
    known = np.array([told is not None for told in film.pair.truth])
    right = outcomes(answer, film.pair.truth)[known]
    scores = np.asarray(answer.scores, float)
    if accept is None:
        tells = np.array([bool(told) for told in film.pair.truth])[known]
        accept = best_threshold(scores[known], right, tells)
    predictions = predicted(film, answer, accept)
    ap_interval, f1_interval = Stretches(film.correspondences, film.without, predictions).intervals()
    found = figures(film.correspondences, film.without, predictions)
    return Judged(found, scores[known], right, ap_interval, f1_interval, bool(np.isfinite(accept)), film.kept)


def predicted(film: KnownFilm, answer: Answer, accept: float) -> list[Prediction]:
    """One prediction for each unit, as ``fabula align --json`` prints it: scores of four decimals."""
    found = []
    for number, place, score in zip(film.numbers, answer.places.tolist(), answer.scores.tolist(), strict=True):
        first, *also = film.places[place] or (NOWHERE,)
        found.append(Prediction(number, first, round(score, 4), score >= accept, tuple(also)))
    return found


def summarise(group: str, method: Method, judged: Sequence[Judged], ablation: bool = False) -> Result:
    """Means over the films of a group."""
    rows = [asdict(one.figures) for one in judged]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0] if name != "by_kind"}
    kinds = sorted({kind for row in rows for kind in row["by_kind"]})
    scores, right = (np.concatenate([getattr(one, name) for one in judged]) for name in ("scores", "right"))
    meant = method.probable and len(scores) > 0
    kept = [one.kept for one in judged if one.kept is not None]
    return Result(
        group=group,
        method=method.name,
        films=len(judged),
        kept=float(np.mean(kept)) if kept else None,
        followed=float(np.mean([one.followed for one in judged])),
        recall=mean["recall"],
        ap=mean["ap"],
        ap_interval=_interval([row["ap"] for row in rows]) or judged[0].ap_interval,
        precision=mean["precision"],
        f1=mean["f1"],
        f1_interval=_interval([row["f1"] for row in rows]) or judged[0].f1_interval,
        false_alarm=mean["false_alarm"],
        by_kind={k: float(np.mean([row["by_kind"][k] for row in rows if k in row["by_kind"]])) for k in kinds},
        calibration_error=expected_calibration_error(scores, right) if meant else None,
        reliability=tuple(reliability(scores, right)) if meant else (),
        ablation=ablation,
    )


def _interval(values: Sequence[float]) -> tuple[float, float] | None:
    return bootstrap_interval(np.array(values)) if len(values) > 1 else None
