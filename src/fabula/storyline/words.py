"""What words say of a film's genres: subtitles, a screenplay or a book, whole or stretch by stretch.

Stretches of some sixty words become sentence vectors; directions in that space, each learned from texts of one kind,
say how much a vector leans to each genre; what the kinds say is weighed as it deserves for speech or for prose. All is
linear, so that a text is its stretches' mean, and few stretches are believed less than many.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from fabula.errors import FabulaError
from fabula.features import embed, open_cache
from fabula.files.store import Store
from fabula.records import Cue, CueKind, Curve, Progress, Shot, TagKind
from fabula.storyline.stretches import stretches, text_vectors

AROUND = 2  # stretches on either side that the smooth curve sees: about three minutes of a film


class Kind(StrEnum):
    """How a text's words are: spoken, or written to be read."""

    SPEECH = "speech"
    PROSE = "prose"


@dataclass(frozen=True, eq=False)
class Reading:
    """How vectors of one kind of text are read.

    Args:
        mean: (d,) the mean vector of such stretches, which says nothing of genres.
        weights: (c,) what each source of directions counts.
        shift: nats that are added to each leaning: where evidence is strong, most genres are denied.
        doubt: how many stretches a text must have to be believed by half.
        offsets: (m,) log odds of the genres before anything is read.
    """

    mean: np.ndarray
    weights: np.ndarray
    shift: float
    doubt: float
    offsets: np.ndarray

    def trust(self, count: int) -> float:
        """What the mean of so many stretches is worth: the shrinkage of a mean in a model of random effects."""
        return count / (count + self.doubt)


@dataclass(frozen=True, eq=False)
class TextTagger:
    """Genres of texts. Made by ``load_text_tagger`` or ``train.text_tagger``.

    Args:
        name: changes with the weights.
        encoder: of the sentences.
        genres: the names of the columns.
        sources: from which texts each table of directions was learned.
        directions: (c, d, m) float32, one table for each source.
        readings: for each kind of text.
        card: data, recipe and scores.
    """

    name: str
    encoder: str
    genres: tuple[str, ...]
    sources: tuple[str, ...]
    directions: np.ndarray
    readings: Mapping[Kind, Reading]
    card: Mapping[str, Any]

    def leanings(self, vectors: np.ndarray, kind: Kind) -> np.ndarray:
        """How much each vector (w, d) leans to each genre, by all sources together: (w, m) in nats."""
        reading = self.readings[kind]
        joined = np.tensordot(reading.weights, self.directions, 1)
        out: np.ndarray = (vectors - reading.mean) @ joined + reading.shift
        return out

    def probabilities(self, leanings: np.ndarray, kind: Kind) -> np.ndarray:
        """The probability of each genre for a text, by the leanings (w, m) of its stretches: (m,)."""
        reading = self.readings[kind]
        odds = reading.offsets.astype(float)
        if len(leanings):
            odds = odds + reading.trust(len(leanings)) * leanings.mean(axis=0)
        out: np.ndarray = 1 / (1 + np.exp(-odds))
        return out

    def save(self, path: Path) -> None:
        """Write the weights (.safetensors) and, last, the card (.json) that makes them a tagger."""
        from safetensors.numpy import save_file

        arrays = {"directions": self.directions}
        for kind, reading in self.readings.items():
            arrays |= {f"{kind}.mean": reading.mean, f"{kind}.offsets": reading.offsets}
        save_file({k: np.ascontiguousarray(v, np.float16) for k, v in arrays.items()}, path.with_suffix(".safetensors"))
        path.write_text(json.dumps(dict(self.card), indent=1) + "\n", "utf-8")


@functools.cache
def load_text_tagger(path: Path | None = None) -> TextTagger:
    """The tagger of a card (.json), its weights beside it, or the built-in one.

    Raises:
        FabulaError: a file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    place = path or Path(str(resources.files("fabula.models"))) / "weights" / "text_tagger.json"
    try:
        card = json.loads(place.read_text("utf-8"))
        arrays = {
            name: value.astype(np.float32) for name, value in load_file(place.with_suffix(".safetensors")).items()
        }
        readings = {
            kind: Reading(
                arrays[f"{kind}.mean"],
                np.array([card["weights"][kind][source] for source in card["sources"]], np.float32),
                float(card["shift"][kind]),
                float(card["doubt"][kind]),
                arrays[f"{kind}.offsets"],
            )
            for kind in Kind
        }
        names = tuple(card["genres"]), tuple(card["sources"])
        return TextTagger(card["name"], card["encoder"], *names, arrays["directions"], readings, card)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise FabulaError(f"The text tagger {place} cannot be loaded: {error!r}") from error


def tag_text(
    texts: Sequence[str],
    kind: Kind = Kind.SPEECH,
    tagger: TextTagger | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """The probability that a film (or book) is of each genre, by its words: (n, m), columns as ``tagger.genres``.

    A text without a word gets what is known without reading.

    Args:
        texts: of one film each; a line is a subtitle, a speech or a paragraph.
        kind: of all of them: subtitles and a screenplay's dialogue are speech.
        tagger: the built-in one otherwise.
        store: where vectors are kept; the user's cache otherwise.
        progress: told of the vectors.

    Raises:
        FabulaError: the tagger or its encoder cannot be loaded.
    """
    tagger = tagger or load_text_tagger()
    vectors = text_vectors(texts, tagger.encoder, store, progress)
    rows = [tagger.probabilities(tagger.leanings(own, kind), kind) for own in vectors]
    return np.stack(rows) if rows else np.zeros((0, len(tagger.genres)))


def cue_curves(
    cues: Sequence[Cue],
    shots: Sequence[Shot],
    genres: Sequence[str] = (),
    tagger: TextTagger | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> tuple[Curve, ...]:
    """How much a film's words speak for genres along its shots: a curve for each genre, probabilities.

    A shot has what the stretch of dialogue around its middle says, the nearest one where nobody speaks; the smooth
    curve sees two stretches more on either side.

    Args:
        cues: of the film.
        shots: of the film.
        genres: which ones; all that the tagger knows if none.
        tagger: the built-in one otherwise.
        store: where vectors are kept; the user's cache otherwise.
        progress: told of the vectors.

    Returns:
        Nothing if nobody speaks or there are no shots.

    Raises:
        FabulaError: a genre is not known, or the tagger or its encoder cannot be loaded.
    """
    tagger = tagger or load_text_tagger()
    columns = _columns(tagger, genres)
    spoken = [cue for cue in cues if cue.kind is CueKind.SPEECH and cue.text.strip()]
    if not spoken or not shots:
        return ()
    lines = [" ".join(cue.text.split()) for cue in spoken]
    spans = stretches(lines)
    vectors = embed([" ".join(lines[a:b]) for a, b in spans], tagger.encoder, store or open_cache(), progress)
    leanings = tagger.leanings(vectors, Kind.SPEECH)
    place = _nearest([(spoken[a].start, spoken[b - 1].end) for a, b in spans], shots)
    raw, smooth = (
        np.stack([tagger.probabilities(leanings[max(k - r, 0) : k + r + 1], Kind.SPEECH) for k in range(len(spans))])
        for r in (0, AROUND)
    )
    indices = tuple(shot.index for shot in shots)
    return tuple(
        Curve(tagger.genres[c], TagKind.GENRE, tagger.name, indices, tuple(raw[place, c]), tuple(smooth[place, c]))
        for c in columns
    )


def _columns(tagger: TextTagger, genres: Sequence[str]) -> list[int]:
    known = {genre.lower(): k for k, genre in enumerate(tagger.genres)}
    unknown = [genre for genre in genres if genre.lower() not in known]
    if unknown:
        raise FabulaError(f"Words do not tell the genre {unknown[0]}: say one of {', '.join(tagger.genres)}.")
    return [known[genre.lower()] for genre in genres or tagger.genres]


def _nearest(spans: Sequence[tuple[float, float]], shots: Sequence[Shot]) -> np.ndarray:
    """For each shot the stretch (start, end in seconds) that its middle is in or nearest to: (shots,) int."""
    starts, ends = np.array(spans).T
    middles = np.array([(shot.start + shot.end) / 2 for shot in shots])[:, None]
    place: np.ndarray = np.maximum(np.maximum(starts - middles, middles - ends), 0).argmin(axis=1)
    return place
