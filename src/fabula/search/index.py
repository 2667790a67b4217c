"""All that can be searched of some projects, made ready once; then a query is a product of a matrix and a vector."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.errors import FabulaError, StorageError
from fabula.features import DEFAULT_ENCODER, Encoder, embed, load_encoder, open_cache
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.records import Answer, Hit, Medium, Progress, Thumbnail
from fabula.search.channels import PictureChannel, QueryVectors, TextChannel, query_vectors
from fabula.search.evidence import FITS
from fabula.search.filters import Filters
from fabula.search.fusing import fuse
from fabula.search.hits import Storyteller
from fabula.search.query import Query, parse_query
from fabula.search.units import TEXTUAL, Reader, Unit, Units, Written
from fabula.vision import DEFAULT_VISION, Vision, load_vision

MORE = 4  # units that each channel gives for one hit that is wanted: some of them become one
LEAST = 40
NOWHERE = Filters()

Told = Callable[[str], None]


@dataclass(frozen=True)
class Models:
    """What queries and sentences are turned into vectors with; None takes what the projects were read with.

    ``store`` is where vectors of sentences are kept; None means in each project.
    """

    encoder: str | Encoder | None = None
    vision: str | Vision | None = None
    store: Store | None = None


class SearchIndex:
    """The shots, cues, screenplays and books of some projects, ready for queries.

    Sentences that have no vectors yet are embedded first, and kept in the project. The search is exact: every vector
    is looked at. Times of queries are in ``fabula.evaluate.search_speed``.

    Args:
        projects: open; they must stay so.
        channels: which are made ready; all otherwise.
        models: to turn texts and pictures into vectors.
        progress: called while sentences are embedded.
        told: called with what a user should know (a channel that is missing).

    Raises:
        FabulaError: there is nothing to search, or the projects were seen by different vision models.
        StorageError: a project cannot be read.
    """

    def __init__(
        self,
        projects: Sequence[Project],
        channels: Iterable[Medium] = (),
        *,
        models: Models | None = None,
        progress: Progress | None = None,
        told: Told = lambda line: None,
    ) -> None:
        models = models or Models()
        wanted = frozenset(channels) or frozenset(Medium)
        self.projects = tuple(projects)
        self._kept = models.store
        self.encoder = models.encoder or _setting(projects, "encoder") or DEFAULT_ENCODER
        self._readers = [Reader(project, number) for number, project in enumerate(projects)]
        self._tellers = [Storyteller(project) for project in projects]
        self.pictures = self._look(models.vision, told) if Medium.PICTURE in wanted else None
        texts = {medium: self._read(medium, progress) for medium in TEXTUAL if medium in wanted}
        self.texts = {medium: channel for medium, channel in texts.items() if channel is not None}
        self.units = {medium: channel.units for medium, channel in self.texts.items()}
        if self.pictures is not None:
            self.units[Medium.PICTURE] = self.pictures.units
        if not self.units:
            kinds = ", ".join(sorted(wanted))
            raise FabulaError(
                f"There is nothing to search in these projects ({kinds}): read films, subtitles or books."
            )

    def search(self, query: str | Query, filters: Filters = NOWHERE, limit: int = 10) -> Answer:
        """The places that answer a query.

        Args:
            query: a text, a picture's file, or an expression (see ``fabula.search.query``).
            filters: what narrows the search.
            limit: hits at most.

        Raises:
            InputError: the query is malformed, or a picture cannot be read.
            FabulaError: a filter names nobody, or the query is a picture and no shot has been looked at.
        """
        query = parse_query(query) if isinstance(query, str) else query
        masks = filters.masks(self.units)
        count = max(MORE * limit, LEAST)
        found = {}
        if self.pictures is not None:
            found[Medium.PICTURE] = self.pictures.find(query, masks[Medium.PICTURE], count)
        elif not query.texts(1):
            raise FabulaError("A picture is compared with shots, and none has vectors: fabula read FILM makes them.")
        vectors = self._vectors(query) if any(masks[medium].any() for medium in self.texts) else QueryVectors(None)
        for medium, channel in self.texts.items():
            found[medium] = channel.find(query, vectors, masks[medium], count)
        hits = tuple(
            self._tellers[int(self.units[place.members[0].medium].project[place.members[0].unit])].tell(
                place, self.units
            )
            for place in fuse(found, self.units, limit)
        )
        return Answer(query.source, hits, bool(hits) and hits[0].score >= FITS)

    def responses(self, query: str | Query) -> dict[Medium, np.ndarray]:
        """How probably each unit of each channel is what the query asks for: (units,) each, in the units' order.

        Arguments and errors are those of ``search``.
        """
        query = parse_query(query) if isinstance(query, str) else query
        vectors = self._vectors(query) if self.texts and query.texts(1) else QueryVectors(None)
        out = {}
        for medium, units in self.units.items():
            everywhere = np.ones(len(units), bool)
            if medium is Medium.PICTURE:
                assert self.pictures is not None
                found = self.pictures.find(query, everywhere, len(units))
            else:
                found = self.texts[medium].find(query, vectors, everywhere, len(units))
            out[medium] = np.zeros(len(units))
            out[medium][found.units] = found.probabilities
        return out

    def picture(self, hit: Hit) -> Thumbnail | None:
        """The picture of a hit's shot."""
        teller = next(teller for teller in self._tellers if teller.name == hit.project)
        return teller.picture(hit.shot) if hit.shot is not None else None

    def _vectors(self, query: Query) -> QueryVectors:
        return query_vectors(query, load_encoder(self.encoder) if isinstance(self.encoder, str) else self.encoder)

    def _look(self, vision: str | Vision | None, told: Told) -> PictureChannel | None:
        """The shots' channel, if some vision model has looked at them."""
        units: list[Unit] = []
        vectors: list[np.ndarray] = []
        for reader in self._readers:
            some, seen = reader.shots()
            if seen is not None:
                units += some
                vectors.append(seen)
        if not vectors:
            told("No shot has been looked at by a vision model: pictures are not searched.")
            return None
        return PictureChannel(Units(units), np.concatenate(vectors), self._vision(vision))

    def _vision(self, vision: str | Vision | None) -> Vision:
        """The vision model that made the vectors of the shots."""
        seen = [project for project in self.projects if project.shot_vectors]
        names = {project.shot_vectors.model for project in seen if project.shot_vectors}
        if len(names) > 1:
            cure = "Read the films again with the same --vision, or search them one after another."
            raise FabulaError(
                f"These projects were looked at by different vision models ({', '.join(sorted(names))}). {cure}"
            )
        chosen = vision or _setting(seen, "vision") or DEFAULT_VISION
        loaded = load_vision(chosen) if isinstance(chosen, str) else chosen
        if loaded.name not in names:
            cure = "Name that one with --vision, or read the film again."
            raise FabulaError(
                f"The shots were looked at by the vision model {names.pop()}, not by {loaded.name}. {cure}"
            )
        return loaded

    def _read(self, medium: Medium, progress: Progress | None) -> TextChannel | None:
        """The channel of one kind of text, over all projects; None if none has such a text."""
        parts = [(reader.project, reader.texts(medium)) for reader in self._readers]
        parts = [(project, found) for project, found in parts if found.units]
        if not parts:
            return None
        units = [unit for _, found in parts for unit in found.units]
        lengths = [len(sentences) for _, found in parts for sentences in found.sentences]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp)
        vectors = np.concatenate([self._embedded(project, found, progress) for project, found in parts])
        return TextChannel(medium, Units(units), [s for _, found in parts for s in _flat(found)], starts, vectors)

    def _embedded(self, project: Project, found: Written, progress: Progress | None) -> np.ndarray:
        """The vectors of the sentences of a project, computed where it does not have them."""
        texts = _flat(found)
        try:
            return embed(texts, self.encoder, self._kept or _store(project), progress)
        except StorageError:  # locked or full: the search itself does not need to keep them
            return embed(texts, self.encoder, Store(None), progress)


def _store(project: Project) -> Store:
    """Where a project's vectors are kept: in its file, or in the user's cache if that may only be read."""
    writable = project.path is None or os.access(project.path, os.W_OK)
    return project.store if writable else open_cache()


def _flat(found: Written) -> list[str]:
    return [sentence for sentences in found.sentences for sentence in sentences]


def _setting(projects: Sequence[Project], name: str) -> str | None:
    """What the first project that says anything was read with."""
    return next((value for project in projects if (value := project.settings.get(name))), None)
