"""Tags of a film: genres and keywords from what is seen and what is said and written, and any other words.

Each source has a calibrated probability of its own. They are joined as evidence is: what each adds to how usual the tag
is, in log odds, counted in full for pictures, and for the texts the mean of what they say, since a screenplay and the
subtitles of a film are the same words (compare ``fabula.search.evidence``).
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import FabulaError, StorageError
from fabula.files.pictures import decode_picture
from fabula.files.project import Project, ShotVectors, mean_by_shot
from fabula.records import CueKind, Curve, LineKind, Tag, TagKind
from fabula.storyline.shot_looks import TAGGED, look_part, shot_looks
from fabula.storyline.words import Kind, load_text_tagger, tag_text
from fabula.vision import picture_key

if TYPE_CHECKING:
    from fabula.models.trained_tagger import TrainedTagger

PICTURE = "picture"
AT_ONCE = 64  # keyframes between two writes
EDGE = 1e-4  # probabilities nearer to 0 and 1 are not believed


@dataclass(frozen=True)
class Source:
    """What a source ("picture", "dialogue", "script", "book") says: the probability of each tag that it knows.

    ``usual`` has the probabilities that it gives to a film of which it knows nothing.
    """

    name: str
    says: Mapping[str, float]
    usual: Mapping[str, float]

    @classmethod
    def of(cls, name: str, tags: Sequence[str], says: np.ndarray, usual: np.ndarray) -> "Source":
        """The same from arrays (k,) of the probabilities of so many tags."""
        return cls(name, *(dict(zip(tags, values.tolist(), strict=True)) for values in (says, usual)))


def tag_project(project: Project, tagger: "TrainedTagger | None" = None) -> tuple[Tag, ...]:
    """The genres and keywords of a film, from its pictures, dialogue, screenplay and book, as far as there are any.

    Args:
        project: the film; vectors of its texts are kept in it.
        tagger: of pictures; the built-in one otherwise.

    Returns:
        Genres first, the likeliest first; nothing if there is nothing to go by.

    Raises:
        FabulaError: a model cannot be loaded, or an older fabula has read the film.
    """
    from fabula.models.trained_tagger import load_tagger  # late: it loads models

    seen = picture_tags(project, tagger or load_tagger())
    genres = [*seen.get(TagKind.GENRE, ()), *text_tags(project)]
    return (*joined_tags(TagKind.GENRE, genres), *joined_tags(TagKind.KEYWORD, seen.get(TagKind.KEYWORD, ())))


def text_tags(project: Project) -> list[Source]:
    """What a film's texts say of its genres: dialogue, screenplay and book, as far as they are there."""
    texts = {
        "dialogue": (Kind.SPEECH, [cue.text for cue in project.cues if cue.kind is CueKind.SPEECH]),
        "script": (Kind.SPEECH, [line.text for line in project.lines if line.kind is LineKind.DIALOGUE]),
        "book": (Kind.PROSE, [passage.prose for passage in project.passages]),
    }
    found = []
    for name, (kind, lines) in texts.items():
        if any(line.strip() for line in lines):
            tagger = load_text_tagger()
            text = "\n".join(" ".join(line.split()) for line in lines)
            (row,) = tag_text([text], kind, tagger, project.store)
            usual = tagger.probabilities(np.zeros((0, len(tagger.genres))), kind)
            found.append(Source.of(name, tagger.genres, row, usual))
    return found


def picture_tags(project: Project, tagger: "TrainedTagger") -> dict[TagKind, list[Source]]:
    """What a film's pictures say of genres and keywords; nothing if nobody has looked at it.

    Args:
        project: the film.
        tagger: reads the features of its shots.

    Raises:
        InputError: an older fabula has looked at it.
        FabulaError: something else has looked than the tagger knows.
    """
    if project.shot_vectors is None:
        return {}
    found = tagger.film(tagged_features(project, tagger)[1])
    return {
        TagKind(head): [Source.of(PICTURE, names, found[head], tagger.usual[head])]
        for head, names in tagger.tags.items()
    }


def tagged_features(project: Project, tagger: "TrainedTagger") -> tuple[tuple[int, ...], np.ndarray]:
    """The indices of a film's shots, and of each what a tagger reads: (n, values).

    Raises:
        InputError: nobody has looked at the film.
        FabulaError: something else has looked than the tagger knows.
    """
    looks = shot_looks(project)
    if tagger.tail is not None:
        own = _own_looks(project, tagger)
        return own.shots, own.vectors
    if looks.model != tagger.looks:
        cure = "Read the film again, or train a tagger anew."
        raise FabulaError(
            f"The tagger {tagger.name} knows shots as {tagger.looks} sees them, not {looks.model}. {cure}"
        )
    return looks.shots, look_part(looks.features, TAGGED)


def _own_looks(project: Project, tagger: "TrainedTagger") -> ShotVectors:
    """What a tagger with a tail of its own sees in the shots; computed where the project does not have it yet."""
    jpegs = {picture_key(thumbnail.jpeg): thumbnail.jpeg for thumbnail in project.thumbnails}
    known = project.store.load_vectors(tagger.looks, list(jpegs))
    missing = [key for key in jpegs if key not in known]
    for first in range(0, len(missing), AT_ONCE):
        batch = missing[first : first + AT_ONCE]
        rows = tagger.features([decode_picture(jpegs[key]) for key in batch])
        known |= dict(zip(batch, rows.astype(np.float16), strict=True))  # as they are kept
        with contextlib.suppress(StorageError):  # locked or full: tags do not need to keep them
            project.store.save_vectors(tagger.looks, batch, rows)
    return mean_by_shot(tagger.looks, project.keyframes, known)


def joined_tags(kind: TagKind, sources: Sequence[Source]) -> tuple[Tag, ...]:
    """The tags of one kind with the probability that all sources give together, the likeliest first."""
    names = dict.fromkeys(name for source in sources for name in source.says)
    found = []
    for name in names:
        own = [source for source in sources if name in source.says]
        why = sorted(((source.name, source.says[name]) for source in own), key=lambda pair: -pair[1])
        found.append(Tag(name, kind, _joined(name, own), tuple(why)))
    return tuple(sorted(found, key=lambda tag: (-tag.score, tag.name)))


def _joined(name: str, sources: Sequence[Source]) -> float:
    """How usual the tag is, and what the pictures and the texts add to it."""
    gains = {source.name: _odds(source.says[name]) - _odds(source.usual[name]) for source in sources}
    texts = [gain for source, gain in gains.items() if source != PICTURE]
    odds = float(np.mean([_odds(source.usual[name]) for source in sources]))
    odds += gains.get(PICTURE, 0.0) + (float(np.mean(texts)) if texts else 0.0)
    return 1 / (1 + float(np.exp(-odds)))


def _odds(probability: float) -> float:
    p = min(max(probability, EDGE), 1 - EDGE)
    return float(np.log(p / (1 - p)))


def open_tags(curves: Sequence[Curve]) -> tuple[Tag, ...]:
    """Words as tags of a film: as probable as the strongest of its shots (see ``curves.open_curves``)."""
    found = [Tag(curve.name, TagKind.OPEN, max(curve.raw, default=0.0)) for curve in curves]
    return tuple(sorted(found, key=lambda tag: (-tag.score, tag.name)))
