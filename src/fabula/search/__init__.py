"""Search: places of films, screenplays and books by what is seen, said and written there.

>>> from fabula.search import search
>>> answer = search(["film.fabula"], "a woman waits in the rain")
>>> answer.fits, [(hit.channel, hit.start, hit.score) for hit in answer.hits]
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from fabula.features import Encoder
from fabula.files.project import Project
from fabula.records import Answer, Progress
from fabula.search.filters import Filters
from fabula.search.index import NOWHERE, Models, SearchIndex
from fabula.search.query import Query, parse_query
from fabula.vision import Vision

__all__ = ["Filters", "Models", "Query", "SearchIndex", "parse_query", "search"]


def search(
    projects: str | Path | Project | Sequence[str | Path | Project],
    query: str,
    *,
    filters: Filters = NOWHERE,
    limit: int = 10,
    encoder: str | Encoder | None = None,
    vision: str | Vision | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Search shots, cues, screenplay lines and book passages of one project or of many at once.

    For many queries make a ``SearchIndex`` once and ask that.

    Args:
        projects: project files, or open projects.
        query: a text; a picture's file; or texts in quotes and pictures joined by + and -.
        filters: what narrows the search: speaker, scene, chapter, times, channels.
        limit: hits at most.
        encoder: of sentences; None takes that with which the projects were read.
        vision: of pictures; None takes the model that looked at the shots.
        progress: called while sentences that have no vectors yet are embedded.

    Returns:
        The hits, best first; ``fits`` is false when none of them is likely to be what was asked for.

    Raises:
        InputError: a project cannot be read, or the query is malformed.
        FabulaError: a filter names nobody, or the models do not match the projects.
    """
    given = [projects] if isinstance(projects, str | Path | Project) else projects
    query_terms = parse_query(query)  # before anything is loaded: a slip is told at once
    with contextlib.ExitStack() as opened:
        ready = [p if isinstance(p, Project) else opened.enter_context(Project.open(p)) for p in given]
        models = Models(encoder, vision)
        return SearchIndex(ready, filters.channels, models=models, progress=progress).search(
            query_terms, filters, limit
        )
