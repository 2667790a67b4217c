"""Real passages of a shelf for a picture or for the shots of a film, cited, with their neighbours for reading on.

For a picture this is CoCoBook of Zhu et al. 2015: the picture is captioned, and the passages nearest to its captions
are taken. Captions are unlike prose, and the nearest passage would be the one most like a caption. So what captions
have in common is taken from the captions' vectors, and what passages have in common from the passages': the style
shift x - c + b of neural-storyteller, seen from b.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.align.book import spoken_cues, spoken_text
from fabula.align.channels import unit_rows
from fabula.align.shelf import shots_of
from fabula.errors import FabulaError
from fabula.features import DEFAULT_ENCODER, Encoder, embed, encoder_name, open_cache
from fabula.files.store import Store
from fabula.records import Caption, Cue, Shot
from fabula.stories.cutting import LONGEST
from fabula.stories.passage_index import PassageIndex

CAPTIONS = 5  # of a picture: one alone is often wrong
WORDS = (40, LONGEST)
STEADY = 20  # sentences; fewer of a film say little of what its sentences have in common
MORE = 40  # passages found for each shot beyond those wanted, because each passage is lent only once


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A passage that is lent, and where it stands.

    ``score`` is the cosine of its vector and the request's, what passages and captions have in common taken away;
    ``chapter`` is None where the file has no chapters; ``paragraph`` is its number in the book, from 0 (the index of a
    passage of ``fabula.records.Book``, or of a paragraph of ``fabula.files.novels.Novel``). ``before``, ``text`` and
    ``after`` are one continuous stretch of the book: of a longer paragraph they have the rest.
    """

    text: str
    score: float
    book: str
    author: str
    path: str
    chapter: str | None
    paragraph: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Where it stands, to read."""
        title = f"{self.author}, {self.book}" if self.author else self.book
        return ", ".join(part for part in (title, self.chapter, f"paragraph {self.paragraph}") if part)


@dataclass(frozen=True)
class Lender:
    """A shelf that lends its passages.

    Args:
        index: of its passages.
        encoder: that the index was built with.
        words: fewest and most of a passage.
        context: paragraphs before and after that are given with it.
        store: where vectors of captions are kept; the user's cache by default.
        common: c, the mean vector of captions (see ``mean_vector``); the built-in one by default.
    """

    index: PassageIndex
    encoder: str | Encoder = DEFAULT_ENCODER
    words: tuple[int, int] = WORDS
    context: int = 0
    store: Store | None = None
    common: np.ndarray | None = None

    def lend(self, captions: Sequence[str], count: int = 1) -> list[Borrowed]:
        """The passages nearest to what some captions of one picture say together, best first.

        Raises:
            FabulaError: there is no caption, or the shelf has no passage of such a length.
        """
        if not captions:
            raise FabulaError("The picture has no caption, and nothing can be borrowed for it.")
        wanted = self._embed(captions).mean(axis=0) - self._common()
        return [self._borrowed(*found) for found in self._search(wanted[None], count)[0]]

    def lend_to_shots(
        self, shots: Sequence[Shot], captions: Iterable[Caption], cues: Sequence[Cue], count: int = 1
    ) -> dict[int, list[Borrowed]]:
        """Passages for each shot by what is seen and said in it, best first; each passage is lent once.

        Args:
            shots: of the film, in order.
            captions: of shots, by their indices.
            cues: a shot is told by those that begin in it.
            count: passages for each shot.

        Returns:
            By the indices of the shots; those that nothing is known of are missing.

        Raises:
            FabulaError: nothing is known of any shot, or the shelf has no passage of such a length.
        """
        told = [caption for caption in captions if caption.shot is not None]
        seen = self._by_shot([c.text for c in told], [c.shot for c in told if c.shot is not None], self._common())
        spoken = spoken_cues(cues)
        said = self._by_shot([spoken_text(cue) for cue in spoken], shots_of(spoken, shots), np.zeros(1, np.float32))
        known = [shot.index for shot in shots if shot.index in seen or shot.index in said]
        if not known:
            raise FabulaError("Nothing is seen or said in this film that a passage could be borrowed for.")
        wanted = [seen.get(shot, np.float32(0)) + said.get(shot, np.float32(0)) for shot in known]
        found = self._search(np.stack(wanted), count + MORE)
        lent = lend_once(found, count)
        return {shot: [self._borrowed(*one) for one in own] for shot, own in zip(known, lent, strict=True)}

    def _by_shot(self, texts: Sequence[str], shots: Sequence[int], usual: np.ndarray) -> dict[int, np.ndarray]:
        """For each shot the direction in which its sentences differ from all of them: (d,) of unit length."""
        if not texts:
            return {}
        vectors = self._embed(texts)
        common = (vectors.sum(axis=0) + STEADY * usual) / (len(vectors) + STEADY)
        owners = np.array(shots)
        return {
            int(shot): unit_rows((vectors[owners == shot].mean(axis=0) - common)[None])[0] for shot in np.unique(owners)
        }

    def _search(self, wanted: np.ndarray, count: int) -> list[list[tuple[int, float]]]:
        found = self.index.search(wanted, count, self.words)
        if not any(found):
            least, most = self.words
            raise FabulaError(f"The shelf has no passage of {least} to {most} words. Allow others with --words.")
        return found

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        return embed(texts, self.encoder, self.store or open_cache())

    def _common(self) -> np.ndarray:
        return usual_caption(encoder_name(self.encoder)) if self.common is None else self.common

    def _borrowed(self, passage: int, score: float) -> Borrowed:
        part, place = self.index.locate(passage)
        row, start, end, _ = part.pieces[place].tolist()
        paragraph, book = part.paragraph(row), part.book(row)
        before = [part.paragraph(k).text for k in range(max(row - self.context, book.first_row), row)]
        after = [part.paragraph(k).text for k in range(row + 1, min(row + self.context, book.last_row) + 1)]
        head, tail = paragraph.text[:start].strip(), paragraph.text[end:].strip()
        return Borrowed(
            paragraph.text[start:end],
            round(score, 4),
            book.title,
            book.author,
            str(part.path),
            book.chapters[paragraph.chapter] if paragraph.chapter >= 0 else None,
            paragraph.number,
            tuple(text for text in (*before, head) if text) if self.context else (),
            tuple(text for text in (tail, *after) if text) if self.context else (),
        )


def lend_once(found: Sequence[Sequence[tuple[int, float]]], count: int) -> list[list[tuple[int, float]]]:
    """So many of the passages found for each borrower, best first, none of them to two: the surest choice comes first.

    Args:
        found: (passage, score) for each borrower.
        count: for each of them at most.
    """
    offers = sorted((-score, passage, who) for who, own in enumerate(found) for passage, score in own)
    lent: list[list[tuple[int, float]]] = [[] for _ in found]
    gone: set[int] = set()
    for score, passage, who in offers:
        if passage not in gone and len(lent[who]) < count:
            lent[who].append((passage, -score))
            gone.add(passage)
    return lent


def mean_vector(captions: Sequence[str], encoder: str | Encoder, store: Store) -> np.ndarray:
    """c: what captions have in common, the mean of their vectors: (d,) float16, small enough to be shipped."""
    common: np.ndarray = embed(captions, encoder, store).mean(axis=0).astype(np.float16)
    return common


@functools.cache
def usual_caption(encoder: str) -> np.ndarray:
    """The storyteller's c, (d,) float32; for an encoder that is not its own 0, which takes nothing away."""
    from fabula.models.storyteller import load_storyteller

    installed = load_storyteller()
    return installed.captions_mean if installed.encoder == encoder else np.zeros(1, np.float32)
