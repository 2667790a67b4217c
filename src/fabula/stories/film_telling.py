"""A part of a film told as one story, with sentences of atmosphere in the style of a book."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fabula.align.channels import unit_rows
from fabula.align.words import tokenise
from fabula.files.book.sentences import split_sentences
from fabula.records import Evidence, Story
from fabula.stories.check import check
from fabula.stories.sequence import tell_sequence
from fabula.stories.styles import Style, load_style
from fabula.stories.telling import DEFAULT, Teller, Telling, likeness, load_teller, standing

FEWEST_WORDS, MOST_WORDS = 5, 30  # of a sentence of atmosphere
PERSONS = frozenset(("i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "you", "your"))
"""Words of a narrator who is somebody: a film has none."""
HARDLY = -25.0  # log odds of a word that is not to be drawn


def tell_film(
    evidence: Sequence[Evidence], style: str | Style, how: Telling = DEFAULT, teller: Teller | None = None
) -> Story:
    """One story from what is known of a part of a film, with a sentence of the style for each scene or long silence.

    Args:
        evidence: as ``fabula.stories.film_evidence.evidence_of`` gives it.
        style: its name or file, or a mixture; "" tells without such sentences.
        how: to tell.
        teller: the models; those that are built in without one.

    Raises:
        FabulaError: there is no such style, or a model cannot be loaded.
    """
    chosen = (load_style(style) if style else None) if isinstance(style, str) else style
    describe = _Atmosphere(teller or load_teller(), chosen, how) if chosen else None
    text = tell_sequence(evidence, how.seed, describe)
    return Story(text, chosen.name if chosen else "plain", "builtin", tuple(evidence), check(text, evidence))


class _Atmosphere:
    """Adds a sentence in the style that speaks of a part of the evidence, names nobody and quotes nobody."""

    def __init__(self, teller: Teller, style: Style, how: Telling) -> None:
        self.teller, self.how = teller, how
        self.style = replace(style, words={**style.words, **dict.fromkeys(PERSONS, HARDLY)})

    def __call__(self, evidence: Sequence[Evidence]) -> str:
        """Of all sentences that will do the nearest to evidence and style; "" if there is none."""
        said = self.teller.means([[one.text for one in evidence]])
        memory = self.teller.memory(said, self.style, self.how)
        passages = self.teller.candidates(memory, self.style, self.how)[0]
        fit = [sentence for passage in passages for sentence in _sentences(passage) if _is_plain(sentence)]
        if not fit:
            return ""
        meant = self.teller.encoder.encode(fit)
        values = standing(meant @ unit_rows(said)[0]) + standing(likeness(fit, self.style))
        return fit[int(np.argmax(values))]


def _sentences(text: str) -> list[str]:
    return [text[slice(*span)].strip() for span in split_sentences(text)]


def _is_plain(text: str) -> bool:
    """Whether a sentence of some length names nobody, quotes nobody and nobody speaks of himself in it."""
    words = tokenise(text)
    long = FEWEST_WORDS <= len(words) <= MOST_WORDS
    capitals = any(word[:1].isupper() for word in text.split()[1:])
    return long and text.endswith(".") and not capitals and not PERSONS & set(words) and not check(text, ())
