"""Curves: how strongly a film responds to tags along its shots (From Trailers to Storylines, figures 6 and 7).

Genres and keywords that a tagger has learned respond by what is seen, each shot by itself and with the memory of what
came before, and by what is said. Any other words are looked for in pictures, dialogue, screenplay and book alike.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.records import SURPRISE, Curve, LineKind, Medium, Shot, TagKind
from fabula.search.evidence import together
from fabula.search.index import SearchIndex
from fabula.search.units import Units
from fabula.storyline.tagging import tagged_features

if TYPE_CHECKING:
    from fabula.models.trained_tagger import TrainedTagger

WIDTH = 0.01  # of the film: the standard deviation with which curves of words are smoothed
LEAST_WIDTH = 4.0  # seconds

PICTURES, DIALOGUE, ANYTHING = "pictures", "dialogue", "anything"
"""What can respond: a tagger to what is seen, the text tagger to what is said, and words to all that is known."""


def curves(project: Project, tags: Sequence[str], models: Sequence[str] = ()) -> tuple[Curve, ...]:
    """How a film responds to tags: one curve for each tag and model, those of a tag together.

    Args:
        project: the film.
        tags: genres and keywords, whatever their capitals, "surprise", or any words (see ``fabula.search.query``).
        models: what responds: "pictures", "dialogue", "anything", or the card (.json) of a tagger. Without any, a tag
            that a tagger knows has what is seen and what is said, and any other has everything.

    Raises:
        FabulaError: a model is unknown or cannot be loaded.
        InputError: nobody has looked at the film, or words are malformed.
    """
    unknown = [name for name in models if name not in (PICTURES, DIALOGUE, ANYTHING) and not name.endswith(".json")]
    if unknown:
        raise FabulaError(f"There is no model {unknown[0]}: say pictures, dialogue, anything, or the card of a tagger.")
    index = functools.cache(lambda: SearchIndex([project]))  # made when the first words need it
    found: list[Curve] = []
    for tag in tags:
        if tag == SURPRISE and not models:
            found.append(_surprise(project))
            continue
        own = _of_pictures(project, tag, models) + _of_dialogue(project, tag, models)
        if ANYTHING in models or not (own or models):
            own += open_curves(project, index(), [tag])
        found += own
    return tuple(found)


def _surprise(project: Project) -> Curve:
    from fabula.storyline.next_shot import surprise  # late: it needs this module

    return surprise(project)


def _of_pictures(project: Project, tag: str, models: Sequence[str]) -> tuple[Curve, ...]:
    from fabula.models.trained_tagger import load_tagger  # late: it loads models

    cards: list[Path | None] = [Path(name) for name in models if name.endswith(".json")]
    if PICTURES in models or (not models and project.shot_vectors is not None):
        cards.insert(0, None)
    found: list[Curve] = []
    for tagger in map(load_tagger, cards):
        names = [name for known in tagger.tags.values() for name in known if name.lower() == tag.lower()]
        if names:
            found += picture_curves(project, tagger, names)
    return tuple(found)


def _of_dialogue(project: Project, tag: str, models: Sequence[str]) -> tuple[Curve, ...]:
    from fabula.storyline.words import cue_curves, load_text_tagger

    if models and DIALOGUE not in models:
        return ()
    tagger = load_text_tagger()
    names = [name for name in tagger.genres if name.lower() == tag.lower()]
    return cue_curves(project.cues, project.shots, names, tagger, project.store) if names else ()


def picture_curves(project: Project, tagger: "TrainedTagger", names: Sequence[str] = ()) -> tuple[Curve, ...]:
    """Curves of the tags that a tagger knows, by what is seen.

    Args:
        project: whose shots have been looked at.
        tagger: of pictures.
        names: of tags; all that it knows if none.

    Raises:
        InputError: nobody has looked at the film.
        FabulaError: something else has looked than the tagger knows.
    """
    shots, features = tagged_features(project, tagger)
    alone, remembered = tagger.responses(features)
    curves = []
    for head, known in tagger.tags.items():
        for k, name in enumerate(known):
            if not names or name in names:
                raw, smooth = _numbers(alone[head][:, k]), _numbers(remembered[head][:, k])
                curves.append(Curve(name, TagKind(head).value, tagger.name, shots, raw, smooth))
    return tuple(curves)


def open_curves(project: Project, index: SearchIndex, queries: Sequence[str]) -> tuple[Curve, ...]:
    """Curves of any words, from all that is known of the film: the probability that a shot is what they say.

    A shot has what is seen in it, the heading of its scene, and what is said, written and told while it lasts; sources
    that agree make it likelier (see ``fabula.search.evidence.together``). A line that is spoken, stands in the
    screenplay and is told in the book is the same words three times, so those count once. The smooth curve is the mean
    around each shot, weighted by a Gaussian over time.

    Args:
        project: the film.
        index: of it alone.
        queries: in the language of ``fabula.search.query``.

    Raises:
        InputError: a query is malformed.
    """
    shots = project.shots
    curves = []
    for query in queries:
        found = index.responses(query)
        parts = np.stack(
            shot_sources(project, {medium: (index.units[medium], values) for medium, values in found.items()})
        )
        raw = np.array([together(own) for own in -np.sort(-parts, axis=0).T])
        places = tuple(shot.index for shot in shots)
        curves.append(Curve(query, TagKind.OPEN.value, ANYTHING, places, _numbers(raw), _numbers(smoothed(shots, raw))))
    return tuple(curves)


def shot_sources(project: Project, found: Mapping[Medium, tuple[Units, np.ndarray]]) -> list[np.ndarray]:
    """What speaks for each shot, by source: its picture, the heading of its scene, and words; (shots,) each."""
    shots, sources = project.shots, [np.zeros(len(project.shots)) for _ in range(3)]
    picture, heading, words = sources
    for medium, (units, values) in found.items():
        headings = np.zeros(len(units), bool)
        starts, ends = units.start.copy(), units.end.copy()
        if medium is Medium.SCRIPT:
            for row, item in enumerate(units.item.tolist()):
                line = project.lines[item]
                if line.kind is LineKind.HEADING and line.scene is not None:  # it lasts as long as its scene
                    scene, headings[row] = project.scenes[line.scene], True
                    starts[row] = np.nan if scene.start is None else scene.start
                    ends[row] = np.nan if scene.end is None else scene.end
        for rows, source in ((headings, heading), (~headings, picture if medium is Medium.PICTURE else words)):
            np.maximum(source, on_shots(shots, starts[rows], ends[rows], values[rows]), out=source)
    return sources


def on_shots(shots: Sequence[Shot], begin: np.ndarray, finish: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The greatest value of the things that lie in each shot's time: (shots,); 0 where there is none.

    Args:
        shots: of one film, in order.
        begin: (n,) seconds; what has nan is nowhere.
        finish: (n,) seconds.
        values: (n,), from 0.
    """
    starts, ends = np.array([shot.start for shot in shots]), np.array([shot.end for shot in shots])
    timed = np.flatnonzero(~np.isnan(begin))
    first = np.searchsorted(ends, begin[timed], side="right")
    last = np.maximum(np.searchsorted(starts, finish[timed], side="left"), first + 1)  # a point is in one shot
    out = np.zeros(len(shots))
    for row, a, b in zip(timed.tolist(), first.tolist(), last.tolist(), strict=True):
        out[a:b] = np.maximum(out[a:b], values[row])
    return out


def smoothed(shots: Sequence[Shot], values: np.ndarray) -> np.ndarray:
    """The mean of values (shots,) around each shot, weighted by how long and how near in time the others are."""
    middles = np.array([(shot.start + shot.end) / 2 for shot in shots])
    lengths = np.array([shot.end - shot.start for shot in shots])
    width = max(LEAST_WIDTH, WIDTH * float(lengths.sum()))
    out = np.zeros(len(shots))
    for k, middle in enumerate(middles):
        near = slice(*np.searchsorted(middles, (middle - 4 * width, middle + 4 * width)))
        weights = lengths[near] * np.exp(-0.5 * np.square((middles[near] - middle) / width))
        out[k] = weights @ values[near] / max(float(weights.sum()), 1e-12)
    return out


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
