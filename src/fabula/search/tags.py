"""Shots by a tag: those of some films in the order of their response (From Trailers to Storylines, figure 6)."""

from collections.abc import Callable, Sequence

import numpy as np

from fabula.files.project import Project
from fabula.records import Answer, Curve, Hit, Medium, Thumbnail
from fabula.search.filters import Filters
from fabula.search.fusing import Member, Place
from fabula.search.hits import Storyteller
from fabula.search.index import NOWHERE
from fabula.search.query import Query
from fabula.search.units import Reader, Unit, Units

Respond = Callable[[Project, Sequence[str]], Sequence[Curve]]
"""A project and names of tags -> the curves of its shots, as ``fabula.storyline.curves`` makes them."""


class TagIndex:
    """The shots of some projects, ready to be ranked by their responses to tags.

    Args:
        projects: open; they must stay so.
        respond: gives the curves of a project.
    """

    def __init__(self, projects: Sequence[Project], respond: Respond) -> None:
        self.projects, self._respond = tuple(projects), respond
        self._tellers = [Storyteller(project) for project in projects]
        shots: list[Unit] = []
        said: list[Unit] = []
        for number, project in enumerate(projects):
            reader = Reader(project, number)
            shots += reader.every_shot()
            said += reader.texts(Medium.DIALOGUE).units
        self.units = {Medium.PICTURE: Units(shots), Medium.DIALOGUE: Units(said)}  # what is said serves the filters

    def search(self, query: str | Query, filters: Filters = NOWHERE, limit: int = 10) -> Answer:
        """The shots that respond most to a tag, each by itself: the score of a hit is its response.

        Responses to genres and keywords are probabilities. It is a ranking, so that something always fits unless
        the filters leave no shot.

        Args:
            query: the name of a tag.
            filters: what narrows the search.
            limit: hits at most.

        Raises:
            FabulaError: a filter names nobody, or no model knows how a project responds.
        """
        tag = query if isinstance(query, str) else query.source
        responses = self._responses(tag)
        responses[~filters.masks(self.units)[Medium.PICTURE]] = -np.inf
        order = [int(row) for row in np.argsort(-responses, kind="stable")[:limit] if np.isfinite(responses[row])]
        hits = tuple(self._hit(row, float(responses[row])) for row in order)
        return Answer(tag, hits, bool(hits))

    def picture(self, hit: Hit) -> Thumbnail | None:
        """The picture of a hit's shot."""
        teller = next(teller for teller in self._tellers if teller.name == hit.project)
        return teller.picture(hit.shot) if hit.shot is not None else None

    def _responses(self, tag: str) -> np.ndarray:
        """(n,) of the shots; minus infinity for one that has none."""
        found: list[dict[int, float]] = []
        for project in self.projects:
            curve = next(iter(self._respond(project, [tag])), None)
            found.append(dict(zip(curve.shots, curve.raw, strict=True)) if curve else {})
        units = self.units[Medium.PICTURE]
        indices = [self.projects[p].shots[item].index for p, item in zip(units.project, units.item, strict=True)]
        values = [found[p].get(shot, -np.inf) for p, shot in zip(units.project, indices, strict=True)]
        return np.array(values, float)

    def _hit(self, row: int, response: float) -> Hit:
        place = Place((Member(Medium.PICTURE, row, row, response),), response)
        return self._tellers[int(self.units[Medium.PICTURE].project[row])].tell(place, self.units)
