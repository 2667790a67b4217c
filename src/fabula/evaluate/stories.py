"""How good is the storyteller? Its language, what its vectors carry, its style, its faithfulness, what it copies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabula.align.channels import unit_rows
from fabula.align.words import tokenise
from fabula.evaluate.genre_classifier import GenreClassifier
from fabula.metrics.bleu import Bleu, bleu_scores
from fabula.metrics.copying import CopyIndex
from fabula.metrics.diversity import distinct_n, repetition
from fabula.metrics.kneser_ney import learn_kneser_ney
from fabula.models.storyteller import Storyteller
from fabula.records import Progress
from fabula.stories.styles import Style
from fabula.stories.telling import Teller, Telling

LONG_COPY = 12  # words: a longer run that stands in the training text is copied
STRENGTHS = (0.0, 0.5, 1.0, 1.5)
BATCH = 16
DEFAULT = Telling()


@dataclass(frozen=True)
class Language:
    """Perplexities for each word of passages of held-back novels, their ends counted; the same words for all.

    Args:
        words: in the passages.
        told: of the decoder that knows what the passage says and the manner of its book.
        manner: of the decoder that knows the manner only.
        blind: of the decoder that knows neither.
        kneser_ney: of the interpolated modified Kneser-Ney model of order 5 that learned from the same passages.
    """

    words: int
    told: float
    manner: float
    blind: float
    kneser_ney: float


@dataclass(frozen=True)
class Rebuilt:
    """Passages written again from their vectors: BLEU-1 to -4, the cosine of both vectors, and that of others'."""

    passages: int
    bleu: tuple[float, ...]
    cosine: float
    chance: float


@dataclass(frozen=True)
class Told:
    """Stories about pictures, with one style and strength or over several.

    Args:
        writer: who wrote them: shift, content-free, caption, or borrowed.
        style: "" for all.
        strength: lambda.
        stories: how many.
        recall_1: share whose own picture is the nearest of all pictures, in the image-sentence space.
        recall_10: share whose own is among the ten nearest.
        style_right: share that the genre classifier takes for the style asked for; nan where none was.
        distinct_2: share of pairs of words that are different.
        repetition: mean share of runs of four words that the same story had before.
        copied: share with a run of more than twelve words of the training text.
        longest_copy: words of the longest such run.
    """

    writer: str
    style: str
    strength: float
    stories: int
    recall_1: float
    recall_10: float
    style_right: float
    distinct_2: float
    repetition: float
    copied: float
    longest_copy: int


def measure_language(
    teller: Storyteller, training: Sequence[str], held: Sequence[str], vectors: np.ndarray, manners: np.ndarray
) -> Language:
    """Perplexities on held-back passages.

    Args:
        teller: the storyteller.
        training: the passages that it learned from, for the n-gram model.
        held: passages of novels that it never saw.
        vectors: (n, d) what these say.
        manners: (n, d) those of their books.
    """
    known = np.stack([vectors, manners], 1).astype(np.float32)
    words = sum(len(passage.split()) for passage in held)
    parts = {"told": (1.0, 1.0), "manner": (0.0, 1.0), "blind": (0.0, 0.0)}
    found = {
        name: float(np.exp(teller.loss(held, known * np.array(keep, np.float32)[:, None])[0] / words))
        for name, keep in parts.items()
    }
    grams = learn_kneser_ney(_pieces(teller, training), len(teller.subwords))
    return Language(words, **found, kneser_ney=grams.perplexity(_pieces(teller, held), words))


def _pieces(teller: Storyteller, passages: Sequence[str]) -> Iterable[np.ndarray]:
    return (np.array(own) for own in teller.subwords.encode(passages))


def measure_rebuilding(teller: Teller, held: Sequence[str], vectors: np.ndarray, manners: np.ndarray) -> Rebuilt:
    """Write passages again from what they say: how much of them comes back?"""
    known = np.stack([vectors, manners], 1).astype(np.float32)
    texts = [own[0] for own in teller.writer.search(known, 5, 90, 0.7, 4)]
    again = unit_rows(teller.encoder.encode(texts))
    own = unit_rows(vectors.astype(np.float32))
    cosines = again @ own.T
    pairs = zip(texts, held, strict=True)
    counts = [Bleu([tuple(tokenise(passage))]).counts(tuple(tokenise(text))) for text, passage in pairs]
    others = cosines[~np.eye(len(held), dtype=bool)]
    return Rebuilt(
        len(held),
        tuple(bleu_scores(np.sum(counts, 0)).tolist()),
        float(np.diagonal(cosines).mean()),
        float(others.mean()),
    )


@dataclass(frozen=True)
class Gallery:
    """Pictures to tell of: the first ``said`` have captions; all are what a story has to find its own among.

    Args:
        seen: (n, e) vectors of all pictures.
        said: (k, d) the mean vector of the captions of the first k.
        captions: of the first k.
    """

    seen: np.ndarray
    said: np.ndarray
    captions: Sequence[Sequence[str]]


class StoryMeasure:
    """Judges stories by what was not used to write them.

    Args:
        teller: the models that tell.
        gallery: pictures.
        genres: learned from held-back novels.
        copies: finds runs of the training text; None does not look.
    """

    def __init__(self, teller: Teller, gallery: Gallery, genres: GenreClassifier, copies: CopyIndex | None) -> None:
        self.teller, self.gallery, self.genres, self.copies = teller, gallery, genres, copies

    def curve(
        self,
        styles: Mapping[str, Style],
        strengths: Sequence[float] = STRENGTHS,
        how: Telling = DEFAULT,
        progress: Progress | None = None,
    ) -> list[tuple[Told, list[str]]]:
        """Stories of each picture in each style at each strength, with their texts; pictures' places are kept."""
        found, whole = [], len(styles) * len(strengths)
        for k, (strength, (name, style)) in enumerate((s, item) for s in strengths for item in styles.items()):
            texts = self._tell(style, replace(how, strength=strength), self.gallery)
            found.append((self.judge("shift", name, strength, texts), texts))
            if progress:
                progress(k + 1, whole)
        return found

    def content_free(self, styles: Mapping[str, Style], how: Telling = DEFAULT) -> list[tuple[Told, list[str]]]:
        """Stories in a style about nothing: b alone, without what any picture says. What chance finds."""
        gallery, how = self.gallery, replace(how, strength=1.0)
        nothing = np.broadcast_to(self.teller.writer.captions_mean, gallery.said.shape)
        unseen = np.zeros_like(gallery.seen[: len(nothing)])
        empty = Gallery(unseen, nothing, gallery.captions)
        found = []
        for name, style in styles.items():
            texts = self._tell(style, how, empty)
            found.append((self.judge("content-free", name, 1.0, texts), texts))
        return found

    def _tell(self, style: Style | None, how: Telling, gallery: Gallery) -> list[str]:
        texts: list[str] = []
        for first in range(0, len(gallery.said), BATCH):
            part = slice(first, first + BATCH)
            said, seen, captions = gallery.said[part], gallery.seen[part], gallery.captions[part]
            seeded = replace(how, seed=how.seed + first)  # or each batch would draw the same
            told = self.teller.tell_vectors(said, seen[: len(said)], captions, style, seeded)
            texts += [one.text for one in told]
        return texts

    def judge(self, writer: str, style: str, strength: float, texts: Sequence[str]) -> Told:
        """What the stories of the gallery's first pictures are worth."""
        words = [tokenise(text) for text in texts]
        cosines = self.teller.onlooker.vision.encode_text(list(texts)) @ self.gallery.seen.T
        own = np.diagonal(cosines)
        ranks = (cosines >= own[:, None]).sum(1) - 1
        chosen = self.genres.classify(texts).argmax(1)
        right = np.mean([self.genres.genres[k] == style for k in chosen]) if style else float("nan")
        runs = [self.copies.longest_run(own_words).words for own_words in words] if self.copies else [0]
        return Told(
            writer,
            style,
            strength,
            len(texts),
            float((ranks < 1).mean()),
            float((ranks < 10).mean()),
            float(right),
            distinct_n(words, 2),
            float(np.mean([repetition(own_words) for own_words in words])),
            float(np.mean([run > LONG_COPY for run in runs])),
            max(runs),
        )


def overall(figures: Sequence[Told]) -> Told:
    """The figures of several styles as one: means, and the longest copy of all."""
    numbers = ("recall_1", "recall_10", "style_right", "distinct_2", "repetition", "copied")
    means: dict[str, Any] = {name: float(np.mean([getattr(figure, name) for figure in figures])) for name in numbers}
    stories, longest = sum(one.stories for one in figures), max(one.longest_copy for one in figures)
    return replace(figures[0], style="", stories=stories, longest_copy=longest, **means)
