"""Synthetic adaptations: films made from novels by rule, so that what each subtitle tells is known.

There are few hand-made alignments of films with their novels (Zhu et al. 2015 annotated eleven), so an aligner is
trained on made ones. A film leaves scenes out, moves and compresses the rest, rewords what is said, has narration
said by characters, tells events in other words, and invents; `Distance` says how much of each.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fabula.align.words import tokenise
from fabula.train import subtitling
from fabula.train.paragraphs import speech
from fabula.train.retelling import Beat, Reteller, strength
from fabula.train.rewording import Rewriter, Vocabulary, content

_SCENE = (10, 60)
_RUN = (5, 40)
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a film is from its novel; all shares and probabilities are 0..1.

    ``kept``: share of the content words of cues with a counterpart that stand in it; a film asked for less than 0.3
    keeps about a third all the same, because chance and the word that marks each event leave no less.
    ``told``: share of scenes told; ``moved``: share of these that the film puts elsewhere. ``lines``: share of a told
    scene's paragraphs that survive; ``narrated``: probability that narration among them is told. ``invented``: share
    of cues without counterpart; ``small_talk``: share of these that stand singly inside told scenes. ``renamed``:
    probability that a character has another name.
    """

    kept: float = 0.5
    moved: float = 0.1
    told: float = 0.5
    invented: float = 0.4
    renamed: float = 0.1
    lines: float = 0.33
    narrated: float = 0.4
    small_talk: float = 0.35

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)}")
        if self.invented == 1:
            raise ValueError("invented must be below 1: a film that tells nothing of its novel cannot be aligned")


@dataclass(frozen=True, slots=True)
class Adaptation:
    """A novel and a film of it.

    ``cues``, ``times`` (start and end in seconds), ``truth`` and ``kinds`` run parallel. ``truth`` has the indices of
    the paragraphs that a cue tells, in order, and is empty for an invention. ``kinds``: "verbatim", "paraphrase",
    "same_event" or "invented". A cue is one line of text, without dashes for its speakers.
    """

    title: str
    paragraphs: tuple[str, ...]
    cues: tuple[str, ...]
    times: tuple[tuple[float, float], ...]
    truth: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]


def random_distance(rng: random.Random) -> Distance:
    """A distance for training: of every kind, and mostly far, as adaptations are.

    Half of the films invent much inside the scenes that they tell, as real ones do: an aligner that has only seen
    whole scenes invented takes every line of a told scene for told.
    """
    crowded = rng.random() < 0.5
    return Distance(
        kept=min(0.95, max(0.08, rng.betavariate(1.4, 2.2))),
        moved=rng.choice((0.0, rng.uniform(0, 0.2), rng.uniform(0.1, 0.5))),
        told=rng.uniform(0.25, 0.9),
        invented=rng.uniform(0.35, 0.8) if crowded else rng.betavariate(2.5, 2.5) * 0.85,
        renamed=rng.choice((0.0, 0.1, rng.uniform(0, 0.6))),
        lines=rng.uniform(0.3, 0.8) if crowded else rng.uniform(0.15, 0.6),
        narrated=rng.uniform(0.1, 0.8),
        small_talk=rng.uniform(0.4, 0.9) if crowded else rng.uniform(0.1, 0.5),
    )


def levels(kept: Sequence[float] = (0.9, 0.7, 0.5, 0.3, 0.2, 0.1)) -> Iterator[Distance]:
    """Distances for a curve over the share of words kept; everything else grows with the distance."""
    for share in kept:
        far = 1 - share
        yield Distance(share, 0.25 * far, 0.8 - 0.4 * far, 0.1 + 0.5 * far, 0.2 * far, 0.5 - 0.25 * far)


def excerpt(paragraphs: Sequence[str], length: int, rng: random.Random) -> tuple[str, ...]:
    """A run of ``length`` paragraphs from anywhere in the novel; all of them if it has no more."""
    first = rng.randrange(max(1, len(paragraphs) - length + 1))
    return tuple(paragraphs[first : first + length])


def share_kept(cue: str, told: Sequence[str]) -> float | None:
    """Share of a cue's content words that stand in the paragraphs ``told``; None if it has no content word."""
    words = content(cue)
    there = {word for text in told for word in tokenise(text)}
    return sum(word in there for word in words) / len(words) if words else None


def adapt(
    paragraphs: Sequence[str], foreign: Sequence[str], distance: Distance, rng: random.Random, title: str = ""
) -> Adaptation:
    """Make a film from a novel.

    Args:
        paragraphs: of the novel, or of an `excerpt` of it.
        foreign: paragraphs of other books, or subtitles of other films; inventions are taken from them.
        distance: how far the film is to be from the novel.
        rng: the same state makes the same film.
        title: the novel's, handed on.

    Raises:
        ValueError: there are no paragraphs, or nothing in them to tell.
    """
    if not paragraphs:
        raise ValueError("a film needs at least one paragraph to tell")
    film = _Film(tuple(paragraphs), foreign, distance, rng)
    scenes = film.scenes()
    beats = [beat for scene in scenes for beat in scene]
    if not beats:
        raise ValueError("nothing of these paragraphs could be told; take more of them, or a larger share of lines")
    return Adaptation(
        title,
        film.paragraphs,
        tuple(beat.text for beat in beats),
        tuple(subtitling.timed(scenes, film.rate, rng)),
        tuple(beat.truth for beat in beats),
        tuple(beat.kind for beat in beats),
    )


class _Film:
    """A film in the making, with the habits of its writer and of its subtitler."""

    def __init__(
        self, paragraphs: tuple[str, ...], foreign: Sequence[str], distance: Distance, rng: random.Random
    ) -> None:
        self.paragraphs, self.distance, self.rng = paragraphs, distance, rng
        self.rate = rng.uniform(13.5, 18)
        self.width = rng.choice((42, 56, 68, 76, 84))
        self.merging = rng.uniform(0.2, 0.9)
        rewriter = Rewriter(Vocabulary(paragraphs), distance.renamed, rng)
        self.reteller = Reteller(paragraphs, foreign, rewriter, rng.randint(9, 18), rng)
        self._kept = self._words = 0

    def scenes(self) -> list[list[Beat]]:
        """All scenes in film order."""
        cut = [self._cut(self._tell(first, last)) for first, last in self._choose()]
        cut = [scene for scene in cut if scene]
        told = sum(map(len, cut))
        share = self.distance.invented
        budget = round(told * share / (1 - share))
        talk = round(budget * self.distance.small_talk)
        cut = self._move(cut)
        self._add_talk(cut, talk)
        self._add_scenes(cut, budget - talk)
        return [subtitling.merge(scene, self.width, self.merging, self.rng) for scene in cut]

    def _choose(self) -> list[tuple[int, int]]:
        """The stretches of the novel that are told, in its order; the second index is exclusive."""
        stretches, at = [], 0
        while at < len(self.paragraphs):
            after = min(len(self.paragraphs), at + self.rng.randint(*_SCENE))
            stretches.append((at, after))
            at = after
        count = max(1, round(self.distance.told * len(stretches)))
        return sorted(self.rng.sample(stretches, count))

    def _tell(self, first: int, last: int) -> list[Beat]:
        """The beats of one stretch. Lines survive in runs, because a film keeps an exchange, not every third line."""
        beats: list[Beat] = []
        share, stay = self.distance.lines, 0.75
        on = self.rng.random() < share
        at = first
        while at < last:
            after = at + 1
            if on and (speech(self.paragraphs[at]) or self.rng.random() < self.distance.narrated):
                told, after = self._told(at, last)
                self._count(told)
                beats += told
            at = after
            if self.rng.random() > stay:
                on = self.rng.random() < share
        return beats

    def _told(self, at: int, last: int) -> tuple[list[Beat], int]:
        """The beats of the paragraph at ``at`` (and perhaps of some more), and the next paragraph."""
        kept = self._strength()
        if kept < 0.35 and self.rng.random() < 0.75:
            after = min(last, at + self.rng.choice((1, 1, 1, 2, 3, 5)))
            return self.reteller.event(at, after - 1, kept, self.rng.choice((1, 1, 2, 3))), after
        return self.reteller.lines(at, kept, self.rng.choice((1, 2, 2, 3, 4))), at + 1

    def _strength(self) -> float:
        """Share of words that the next line shall keep, held to the film's mean by what went before."""
        goal = self.distance.kept
        if self._words >= 20:
            goal = max(0.5 * goal, 2 * goal - self._kept / self._words)  # even a far film quotes some lines
        return strength(goal, self.rng)

    def _count(self, told: Sequence[Beat]) -> None:
        for beat in told:
            words = content(beat.text)
            there = {word for index in beat.truth for word in tokenise(self.paragraphs[index])}
            self._kept += sum(word in there for word in words)
            self._words += len(words)

    def _cut(self, beats: Sequence[Beat]) -> list[Beat]:
        return [piece for beat in beats for piece in subtitling.cut(beat, self.width)]

    def _move(self, scenes: list[list[Beat]]) -> list[list[Beat]]:
        """The scenes with some put elsewhere."""
        count = min(len(scenes) - 1, round(self.distance.moved * len(scenes)))
        for at in self.rng.sample(range(len(scenes)), max(0, count)):
            scene = scenes.pop(at)
            scenes.insert(self.rng.choice([i for i in range(len(scenes) + 1) if i != at]), scene)
        return scenes

    def _add_talk(self, scenes: list[list[Beat]], count: int) -> None:
        """Single lines inside told scenes: small talk, mostly. What stands there in the novel counts as told."""
        short: dict[tuple[int, tuple[str, ...]], int] = {}
        for number, scene in enumerate(scenes):
            for index in _around(scene):
                for sentence in speech(self.paragraphs[index]) if index < len(self.paragraphs) else ():
                    if len(tokens := tuple(tokenise(sentence))) <= _SHORT:
                        short.setdefault((number, tokens), index)
        for _ in range(count if scenes else 0):
            number = self.rng.choices(range(len(scenes)), [len(scene) for scene in scenes])[0]
            talk = self.rng.random() < 0.7
            text = self.reteller.small_talk() if talk else self.reteller.invent(1, self.distance.kept)[0].text
            found = short.get((number, tuple(tokenise(text))))
            beat = Beat(text) if found is None else Beat(text, (found,), "verbatim")
            place = self.rng.randint(0, len(scenes[number]))
            scenes[number][place:place] = self._cut([beat])

    def _add_scenes(self, scenes: list[list[Beat]], count: int) -> None:
        """Invented scenes between the told ones."""
        while count > 0:
            invented = self._cut(self.reteller.invent(min(count, self.rng.randint(*_RUN)), self.distance.kept))[:count]
            scenes.insert(self.rng.randint(0, len(scenes)), invented)
            count -= len(invented)


def _around(scene: Sequence[Beat]) -> range:
    """The paragraphs of a scene and one more on either side."""
    told = [index for beat in scene for index in beat.truth]
    return range(max(0, min(told) - 1), max(told) + 2) if told else range(0)
