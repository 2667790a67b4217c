"""Which shots tell something: not the black between two pictures, not the card that stands at the end.

Trailers end with cards that hardly move, and copies of them with a frozen picture; what is learned from those is the
studio and the copier (From Trailers to Storylines leaves them out as well).
"""

from collections.abc import Sequence

import numpy as np

from fabula.files.pictures import by_shot, decode_picture
from fabula.files.project import Project
from fabula.records import Shot, Thumbnail

FLAT = 10.0  # standard deviation of a picture's grey values: less is a black or white frame, or one with a small title
STILL = 2.0  # mean difference of grey values between the first and the last picture of a shot that stands still
STANDS = 2.5  # seconds that the last shots must stand to be a card


def telling_shots(project: Project, until: float | None = None) -> np.ndarray:
    """Which of a film's shots tell something: (shots,) bool.

    Args:
        project: a film that was read.
        until: seconds from which on the picture is known to stand still.
    """
    pictures = by_shot(project.thumbnails)
    shots = project.shots
    found: np.ndarray = np.array([_tells(pictures.get(shot.index, [])) for shot in shots], bool)
    if until is not None:
        found &= np.array([shot.start < until for shot in shots], bool)
    found &= ~_tail(shots, pictures)
    return found


def _tells(thumbnails: Sequence[Thumbnail]) -> bool:
    return any(_grey(thumbnail).std() >= FLAT for thumbnail in thumbnails)


def _tail(shots: Sequence[Shot], pictures: dict[int, list[Thumbnail]]) -> np.ndarray:
    """The last shots, as long as each of them stands still: (shots,) bool."""
    tail = np.zeros(len(shots), bool)
    for shot in reversed(shots):
        own = pictures.get(shot.index, [])
        if shot.end - shot.start < STANDS or len(own) < 2 or not _stands(own):
            break
        tail[shot.index] = True
    return tail


def _stands(thumbnails: Sequence[Thumbnail]) -> bool:
    first, last = _grey(thumbnails[0]), _grey(thumbnails[-1])
    return first.shape == last.shape and float(np.abs(first - last).mean()) < STILL


def _grey(thumbnail: Thumbnail) -> np.ndarray:
    grey: np.ndarray = decode_picture(thumbnail.jpeg).mean(2)
    return grey
