"""Channels for what not every film comes with: a screenplay's headings, and pictures.

The network does not read them, because it cannot count on them; they are added to its evidence. A user's own channel is
a function of the same kind (``fabula.align.book.align_book``, argument ``channels``).
"""

from collections.abc import Sequence

import numpy as np

from fabula.align.book import spoken_cues
from fabula.align.channels import best_sentence, tfidf_cosine
from fabula.align.stack import Channel, Pair
from fabula.align.words import tokenise
from fabula.records import Cue, Scene

AROUND = 4  # texts on each side that may name the place: it is not named in every paragraph

_TIMES = {
    "day": "day morning noon afternoon sun light",
    "morning": "morning dawn breakfast sun early",
    "night": "night dark evening moon midnight bed",
    "evening": "evening dusk supper dinner night",
    "dawn": "dawn morning light early",
    "dusk": "dusk evening dark",
}


def heading_channels(cues: Sequence[Cue], scenes: Sequence[Scene]) -> dict[str, Channel]:
    """The channel of a screenplay's places and times of day, by its name."""
    return {"headings": setting_channel(settings_of(spoken_cues(cues), scenes))}


def settings_of(cues: Sequence[Cue], scenes: Sequence[Scene]) -> list[str]:
    """The place and time of day, in words that a novel would use, of the scene of each spoken cue; "" if unknown."""
    return [_setting(scenes[cue.scene]) if cue.scene is not None else "" for cue in cues]


def _setting(scene: Scene) -> str:
    times = tokenise(scene.time_of_day or "")
    return " ".join([scene.place or "", *(_TIMES.get(word, word) for word in times)])


def setting_channel(settings: Sequence[str]) -> Channel:
    """Places and times of day of a screenplay's headings against the texts around each text (TF-IDF cosine).

    Args:
        settings: of each unit, as ``settings_of`` gives them.
    """

    def similarity(pair: Pair) -> np.ndarray:
        around = [
            [word for text in pair.texts[max(k - AROUND, 0) : k + AROUND + 1] for word in text]
            for k in range(len(pair.texts))
        ]
        return tfidf_cosine([tokenise(setting) for setting in settings], around)

    return similarity


def picture_channel(pictures: np.ndarray, sentences: np.ndarray) -> Channel:
    """Pictures against the sentences of each text, in one space for both (the VIS channel of Zhu et al. 2015).

    Args:
        pictures: (n, d) unit vectors of what is seen during each unit (``fabula.align.pictures.seen_during``); zeros
            where nothing is seen, which then says nothing.
        sentences: (s, d) unit vectors of the book's sentences, in the order of the pair.
    """
    return lambda pair: best_sentence(pictures, sentences, pair.starts)
