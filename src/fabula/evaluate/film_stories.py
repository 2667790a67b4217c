"""Are the stories of a film true to it? Every scene is told, and every name and quotation looked up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.records import Progress, Story
from fabula.stories.check import NAME, QUOTATION, SPEAKER, evidence_names
from fabula.stories.film_evidence import FilmEvidence
from fabula.stories.film_telling import tell_film
from fabula.stories.quotations import find_quotations
from fabula.stories.styles import Style
from fabula.stories.telling import DEFAULT, Teller, Telling

STRETCH = 120.0  # seconds of film told as one story, besides the scenes


@dataclass(frozen=True)
class FilmStories:
    """Stories of a film's scenes and of its stretches of two minutes.

    Args:
        film: the project.
        stories: that had something to tell.
        words: in them.
        names: different ones that the evidence of each has, summed.
        quotations: in them.
        wrong_names: that no evidence has.
        wrong_quotations: that nobody says.
        wrong_speakers: of quotations that another says, or of whom the evidence does not know.
    """

    film: str
    stories: int
    words: int
    names: int
    quotations: int
    wrong_names: int
    wrong_quotations: int
    wrong_speakers: int


def tell_parts(
    project: Project, style: Style | None, how: Telling = DEFAULT, teller: Teller | None = None
) -> Iterator[Story]:
    """The stories of all scenes that the film has, then of all its stretches of two minutes."""
    film = FilmEvidence(project)
    parts = [film.of_scene(scene.index) for scene in project.scenes]
    end = max([shot.end for shot in project.shots] + [cue.end for cue in project.cues], default=0.0)
    parts += [film.between((start * STRETCH, (start + 1) * STRETCH)) for start in range(int(end / STRETCH) + 1)]
    for evidence in parts:
        story = tell_film(evidence, style or "", how, teller)
        if story.text:
            yield story


def measure_film(
    name: str,
    project: Project,
    style: Style | None,
    how: Telling = DEFAULT,
    teller: Teller | None = None,
    progress: Progress | None = None,
) -> tuple[FilmStories, list[Story]]:
    """Tell a film part by part, and count what its evidence does not bear.

    Raises:
        FabulaError: there is nothing to tell.
    """
    stories: list[Story] = []
    for story in tell_parts(project, style, how, teller):
        stories.append(story)
        if progress:
            progress(len(stories), None)
    if not stories:
        raise FabulaError(f"There is nothing to tell in {name}: read the film with its subtitles or its screenplay.")
    return _counted(name, stories), stories


def _counted(name: str, stories: Sequence[Story]) -> FilmStories:
    flaws = Counter(flaw.kind for story in stories for flaw in story.flaws)
    return FilmStories(
        name,
        len(stories),
        sum(len(story.text.split()) for story in stories),
        sum(len(evidence_names(story.evidence)) for story in stories),
        sum(len(find_quotations(story.text)) for story in stories),
        flaws[NAME],
        flaws[QUOTATION],
        flaws[SPEAKER],
    )
