"""Tags of a film: genres and keywords from what is seen and what is said and written, and any other words.

Each source has a calibrated probability of its own. They are joined as evidence is: what each adds to how usual the tag
is, in log odds, counted in full for pictures, and for the texts the mean of what they say, since a screenplay and the
subtitles of a film are the same words (compare ``fabula.search.evidence``).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fabula.files.project import Project
from fabula.records import Curve, Tag, TagKind

if TYPE_CHECKING:
    from fabula.models.trained_tagger import TrainedTagger

PICTURE = "picture"
EDGE = 1e-4  # probabilities nearer to 0 and 1 are not believed

Says = Mapping[str, Mapping[str, float]]
"""What sources say: the probability of each tag that a source knows, by the source's name."""


def picture_tags(project: Project, tagger: "TrainedTagger") -> dict[TagKind, dict[str, float]]:
    """What a film's pictures say of genres and keywords; nothing if no vision model has looked, or another.

    Args:
        project: the film.
        tagger: reads the vectors of its shots.
    """
    seen = project.shot_vectors
    if seen is None or not len(seen.shots) or seen.model != tagger.vision:
        return {}
    found = tagger.film(seen.vectors)
    return {TagKind(head): dict(zip(names, found[head].tolist(), strict=True)) for head, names in tagger.tags.items()}


def joined_tags(kind: TagKind, says: Says, usual: Mapping[str, float]) -> tuple[Tag, ...]:
    """The tags of one kind with the probability that all sources give together, the likeliest first.

    Args:
        kind: of the tags.
        says: what each source says.
        usual: the share of films that have each tag; a half for one that is not there.
    """
    names = dict.fromkeys(name for own in says.values() for name in own)
    found = []
    for name in names:
        why = sorted(((source, own[name]) for source, own in says.items() if name in own), key=lambda pair: -pair[1])
        found.append(Tag(name, kind, _joined(dict(why), usual.get(name, 0.5)), tuple(why)))
    return tuple(sorted(found, key=lambda tag: (-tag.score, tag.name)))


def _joined(says: Mapping[str, float], usual: float) -> float:
    start = _odds(usual)
    texts = [_odds(p) - start for source, p in says.items() if source != PICTURE]
    seen = _odds(says[PICTURE]) - start if PICTURE in says else 0.0
    odds = start + seen + (float(np.mean(texts)) if texts else 0.0)
    return 1 / (1 + float(np.exp(-odds)))


def _odds(probability: float) -> float:
    p = min(max(probability, EDGE), 1 - EDGE)
    return float(np.log(p / (1 - p)))


def open_tags(curves: Sequence[Curve]) -> tuple[Tag, ...]:
    """Words as tags of a film: as probable as the strongest of its shots (see ``curves.open_curves``)."""
    found = [Tag(curve.name, TagKind.OPEN, max(curve.raw, default=0.0)) for curve in curves]
    return tuple(sorted(found, key=lambda tag: (-tag.score, tag.name)))
