"""How a film tells a paragraph, or invents: the beats of a scene before they are cut into subtitles."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fabula.align.words import tokenise
from fabula.train import phrases
from fabula.train.paragraphs import narration, plain, speech
from fabula.train.rewording import Rewriter, content

_TOKEN = re.compile(r"\w+(?:'\w+)*|\W+")
_NOUN = re.compile(
    r"\b(?:the|an?|my|his|her|our|your|their|this) (?:[a-z]+ )?([a-z]{3,})"
    r"(?=[,.;:!?]| (?:of|in|on|at|to|and|or|was|is|had|which|with|from|for|by|were|who|would|could|will|has|but)\b)"
)
_NO_NOUNS = frozenset(tokenise("least best worst first last other others same former latter more most less better"))
_MARKS = re.compile(r"(?:^|(?<=[.?!]) )-\s*|\([^)]*\)|\[[^]]*\]|[♪#*<>{}]")
"""What subtitles have besides words: the dashes of two speakers, sounds in brackets, notes."""
_SUBJECT = {"he", "she"}
_PERSONS = {
    person: {"he": person, "she": person, "him": him, "her": him, "his": his, "himself": self, "herself": self}
    for person, him, his, self in (("I", "me", "my", "myself"), ("you", "you", "your", "yourself"))
}
_BE = {
    ("I", "is"): "am",
    ("you", "is"): "are",
    ("you", "was"): "were",
    ("I", "are"): "am",
    ("I", "has"): "have",
    ("you", "has"): "have",
}
_ANCHOR_RANKS = 6


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing said: its words, the paragraphs that it tells (none: invented), and how it came about."""

    text: str
    truth: tuple[int, ...] = ()
    kind: str = "invented"


def strength(mean: float, rng: random.Random) -> float:
    """Share of words that one line shall keep: widely scattered around the mean of its film."""
    mean = min(0.97, max(0.03, mean))
    return rng.betavariate(2 * mean, 2 * (1 - mean))


class Reteller:
    """Tells paragraphs of a novel in the words of a film, at any distance, and makes up what the novel lacks.

    Args:
        paragraphs: of the novel.
        foreign: paragraphs of other books or subtitles of other films, for inventions.
        rewriter: the film's way with words.
        longest: most words of a spoken sentence.
        rng: source of all choices.
    """

    def __init__(
        self, paragraphs: Sequence[str], foreign: Sequence[str], rewriter: Rewriter, longest: int, rng: random.Random
    ) -> None:
        self.paragraphs, self.foreign = paragraphs, foreign
        self.rewriter, self.longest, self.rng = rewriter, longest, rng

    def lines(self, index: int, kept: float, most: int) -> list[Beat]:
        """Spoken sentences of one paragraph, next to each other in it, or what it narrates said by someone."""
        spoken = speech(self.paragraphs[index])
        first = self.rng.randrange(max(1, len(spoken) - most + 1))
        texts = [self._line(s, kept) for s in spoken[first : first + most]]
        kind = "verbatim" if kept >= 0.75 else "paraphrase"
        if not spoken:
            told = narration(self.paragraphs[index])
            texts = [self.revoice(s, kept) for s in self.rng.sample(told, min(len(told), most, 2))]
            kind = "paraphrase"
        if self.rng.random() < 0.3 * (1 - kept):
            self.rng.shuffle(texts)
        return [Beat(text, (index,), kind) for text in texts if text]

    def _line(self, sentence: str, kept: float) -> str:
        short = self.rewriter.trim(sentence, self.longest)
        return self.rewriter.light(short) if kept >= 0.9 else self.rewriter.reword(short, kept)

    def event(self, first: int, last: int, kept: float, count: int) -> list[Beat]:
        """Up to ``count`` sentences that tell what happens in a run of paragraphs, and hardly in its words.

        The first has at least one of the run's rare words or names: without any, nobody could find its place.
        """
        text = plain(" ".join(self.paragraphs[first : last + 1]))
        anchors = self._anchors(text)
        beats = []
        for turn in range(count):
            told = self._retell(text, anchors, kept, turn == 0)
            if told:
                beats.append(Beat(told, tuple(range(first, last + 1)), "same_event"))
        return beats

    def _retell(self, text: str, anchors: list[str], kept: float, anchored: bool) -> str:
        way = self.rng.random()
        if way < 0.45 or not anchors:
            spoken = speech(text) or narration(text)
            line = self._line(self.rng.choice(spoken), min(0.7, kept)) if spoken else ""
            if line and (not anchored or not anchors or set(content(line)) & set(content(text))):
                return line
        words = [w for w in anchors[:4] if self.rng.random() < kept] or anchors[: int(anchored)]
        framed = way < 0.65 and self._nouns(text).issuperset(words)  # a frame is built for nouns
        return self.frame(words, text) if framed else self.graft(words)

    def frame(self, words: Sequence[str], text: str = "") -> str:
        """A sentence of conversation around the words, and around other words of the novel where they run out."""
        nouns = list(words) or [self._any_word()]
        names = [new for old, new in self.rewriter.names.items() if re.search(rf"\b{old}\b", text)]
        who = (
            self.rng.choice(names)
            if names
            else self.rng.choice((self.rewriter.somebody(), self.rng.choice(phrases.ADDRESS)))
        )
        self.rng.shuffle(nouns)
        slots = {"n": nouns[0], "m": nouns[1] if len(nouns) > 1 else self._any_word(), "who": who}
        told = self.rng.choice(phrases.FRAMES).format(**slots)
        told = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", told)
        return told[0].upper() + told[1:]

    def graft(self, words: Sequence[str]) -> str:
        """A foreign sentence in which some words have been changed for these."""
        tokens = _TOKEN.findall(self.foreign_line())
        places = [i for i, t in enumerate(tokens) if t.islower() and content(t) and len(t) > 3]
        for place, word in zip(self.rng.sample(places, len(places)), words, strict=False):
            tokens[place] = word
        return "".join(tokens) if places or not words else self.frame(words)

    def revoice(self, sentence: str, kept: float) -> str:
        """Narration said by a character: "He had gone to Milan." -> "I have gone to Milan." or "You've gone ...?"."""
        person = self.rng.choice(("I", "I", "you"))
        sentence = re.sub(r"\bher(?= [a-z]{3,}\b)(?! (?:and|to|with|for|from|that|when|into)\b)", "his", sentence)
        tokens, before = _TOKEN.findall(self.rewriter.trim(sentence, self.longest)), ""
        present = self.rng.random() < 0.6
        for i, token in enumerate(tokens):
            low = token.lower()
            if not token[0].isalpha():
                continue
            if present and low in phrases.PRESENT:
                tokens[i] = phrases.PRESENT[low]
            if before in _SUBJECT:
                tokens[i] = _BE.get((person, tokens[i]), tokens[i])
            elif low in _PERSONS[person]:
                tokens[i] = _PERSONS[person][low]
            before = low
        text = self.rewriter.close("".join(tokens), "?" if self.rng.random() < 0.15 else ".")
        return self._line(text, kept)

    def _anchors(self, text: str) -> list[str]:
        """The rarest nouns (words after an article and the like) of a text; its rarest words if it has no nouns."""
        nouns = self._nouns(text) or {w for w in content(text) if len(w) > 3}
        counts = self.rewriter.vocabulary.counts
        ranked = sorted(nouns, key=lambda w: (counts[w], w))[:_ANCHOR_RANKS]
        return self.rng.sample(ranked, len(ranked))

    def _any_word(self) -> str:
        """A noun from anywhere in the novel; common ones come most."""
        for _ in range(20):
            if nouns := self._nouns(plain(self.rng.choice(self.paragraphs))):
                return self.rng.choice(sorted(nouns))
        return "place"

    @staticmethod
    def _nouns(text: str) -> set[str]:
        return {w for w in _NOUN.findall(text) if content(w) and w not in _NO_NOUNS}

    def foreign_line(self) -> str:
        """One sentence said elsewhere, with this film's names."""
        return next(iter(self.foreign_run(1, 0.98)))

    def foreign_run(self, count: int, kept: float) -> list[str]:
        """Sentences that follow each other in another book or film, as many as asked for.

        Half of them are reworded like the novel's own lines, so that the traces of rewording prove nothing.
        """
        lines: list[str] = []
        at, left = self.rng.randrange(len(self.foreign) or 1), 40 + 8 * count
        while self.foreign and len(lines) < count and left:
            text, at, left = self.foreign[at], (at + 1) % len(self.foreign), left - 1
            spoken = speech(text) or ([plain(text)] if len(text) < 90 and text.rstrip()[-1:] in tuple(".?!") else [])
            lines += [self._foreign(s, strength(kept, self.rng)) for s in spoken[: self.rng.randint(1, 3)]]
        lines += self.rng.choices(phrases.SMALL_TALK, k=max(0, count - len(lines)))
        return [line or self.rng.choice(phrases.SMALL_TALK) for line in lines[:count]]

    def _foreign(self, sentence: str, kept: float) -> str:
        sentence = _MARKS.sub(" ", sentence).strip()
        return self._line(self.rewriter.recast(sentence), kept if self.rng.random() < 0.5 else 1)

    def invent(self, count: int, kept: float) -> list[Beat]:
        """A made-up scene, or a song, of so many sentences; ``kept`` is the film's mean, for lines like its others."""
        if self.rng.random() < 0.04 and count < 12:
            return [Beat(text) for text in self.rng.choices(phrases.SONGS, k=count)]
        texts = self.foreign_run(count, kept)
        for i in range(count):
            chance = self.rng.random()
            if chance < 0.15:
                texts[i] = self.small_talk()
            elif chance < 0.15 + 0.25 * (1 - kept):
                texts[i] = self.frame(())
        return [Beat(text) for text in texts]

    def small_talk(self) -> str:
        """A short line that is said in every film."""
        if self.rng.random() < 0.75:
            return self.rng.choice(phrases.SMALL_TALK)
        return self.rng.choice(phrases.GREETINGS).format(who=self.rewriter.somebody())
