"""What a reader is told when the texts do not seem to belong together."""

from fabula.align.book import BookAlignment, spoken_cues
from fabula.align.screenplay import FOREIGN, ScreenplayAlignment


def doubt_of_screenplay(found: ScreenplayAlignment) -> list[str]:
    """A warning when hardly anything that is said is in the screenplay: it is probably another film's."""
    if found.share >= FOREIGN or not spoken_cues(found.cues):
        return []
    return [f"only {found.share:.0%} of what is spoken is in the screenplay: is it that of this film?"]


def doubt_of_book(found: BookAlignment) -> list[str]:
    """What is said when chance explains how well the film fits the book."""
    if found.fit is None or found.follows:
        return []
    return [
        f"this film does not seem to follow this book (p = {found.fit.p_value:.2g}): no cue was linked; "
        "--trust-book links them anyway"
    ]
