"""A picture told in the style of a book: captions, their vector, the shift, passages, and the best of them.

The procedure of neural-storyteller (captions nearest to a picture -> mean of their vectors x -> F(x) = x - c + b ->
decoder -> beam search), with a captioner in the place of a stored list of captions unless one is given, a decoder that
also reads the manner of the book, and a choice among candidates by what they say of the picture and how they say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.align.channels import unit_rows
from fabula.align.words import tokenise
from fabula.errors import FabulaError
from fabula.features import Encoder, load_encoder
from fabula.files.pictures import Picture
from fabula.records import Story
from fabula.stories.check import check
from fabula.stories.looking import Onlooker, caption_evidence, load_onlooker
from fabula.stories.styles import Style, load_style, manner
from fabula.stories.wording import very_usual
from fabula.stories.writers import BUILTIN

if TYPE_CHECKING:
    from fabula.models.storyteller import Storyteller

DEFAULT_STYLE = "romance"
FAITHFUL = 1.0  # what one standard deviation of likeness to the picture is worth in those of likeness to the style

SWAY = 1.2  # log odds by which a word is preferred, at most: else westerns are lists of saddles and cattle


@dataclass(frozen=True)
class Telling:
    """How to tell.

    Args:
        strength: lambda of the shift x + lambda (b - c): 0 tells without style, 1 is neural-storyteller's.
        captions: how many sentences about the picture make its vector; of a bank k = 100 as there.
        length: of the passages whose mean is b: short, middle, long, or all.
        candidates: passages that are drawn, of which the best is told.
        beam: width of a beam search in the place of drawing; 0 draws.
        power: of the length by which beam search divides log probabilities; 0 is the search of neural-storyteller.
        longest: word pieces of a passage.
        guidance: see ``fabula.models.sampling.Sampling``.
        wording: how much words of the style's own are preferred when passages are drawn: their log odds (1.2 at most)
            times this and lambda are added to their scores.
        seed: of what is drawn.
    """

    strength: float = 1.0
    captions: int = 10
    length: str = "long"
    candidates: int = 32
    beam: int = 0
    power: float = 0.7
    longest: int = 90
    guidance: float = 1.0
    wording: float = 3.0
    seed: int = 0


DEFAULT = Telling()


@dataclass(frozen=True)
class Told:
    """What is told of one picture, and how near it came.

    Args:
        text: the passage.
        captions: the sentences it rests on.
        seen: cosine of passage and picture in the image-sentence space.
        likeness: mean log odds of its words in that style against usual prose.
    """

    text: str
    captions: tuple[str, ...]
    seen: float
    likeness: float


@dataclass
class Teller:
    """The models that tell, loaded once.

    Args:
        writer: the decoder.
        encoder: of sentences, the one that the decoder learned with.
        onlooker: sees pictures and says what is in them.
    """

    writer: "Storyteller"
    encoder: Encoder
    onlooker: Onlooker

    def tell(self, images: Sequence[Picture], style: Style | None, how: Telling = DEFAULT) -> list[Told]:
        """A passage for each picture; without a style plain prose."""
        seen, captions = self.onlooker.look(images, how.captions)
        return self.tell_vectors(self.means(captions), seen, captions, style, how)

    def tell_vectors(
        self,
        said: np.ndarray,
        seen: np.ndarray,
        captions: Sequence[Sequence[str]],
        style: Style | None,
        how: Telling = DEFAULT,
    ) -> list[Told]:
        """The same for pictures whose captions and vectors are known.

        Args:
            said: (n, d) the mean vector of each picture's captions.
            seen: (n, e) the pictures' vectors in the image-sentence space.
            captions: of each picture.
            style: the manner, or None.
            how: to tell.
        """
        memory = self.memory(said, style, how)
        found = self.candidates(memory, style, how)
        texts = [text for own in found for text in own]
        fits, likenesses = self.onlooker.vision.encode_text(texts), likeness(texts, style)
        told, first = [], 0
        for k, own in enumerate(found):
            part = slice(first, first + len(own))
            cosines, alike = fits[part] @ seen[k], likenesses[part]
            best = int(np.argmax(FAITHFUL * standing(cosines) + how.strength * standing(alike)))
            told.append(Told(own[best], tuple(captions[k]), float(cosines[best]), float(alike[best])))
            first += len(own)
        return told

    def memory(self, said: np.ndarray, style: Style | None, how: Telling) -> np.ndarray:
        """What the decoder gets: the shifted vector and the manner, (n, 2, d)."""
        shifted = np.array(said, np.float32)
        told = np.zeros_like(shifted)
        if style is not None:
            if style.encoder != self.writer.encoder:
                raise FabulaError(f"The style {style.name} was learned with {style.encoder}: learn it anew.")
            shifted += how.strength * (style.mean(how.length) - self.writer.captions_mean)
            told += how.strength * manner(style.mean("all"), self.writer.prose_mean)
        return np.stack([unit_rows(shifted), told], 1)

    def candidates(self, memory: np.ndarray, style: Style | None, how: Telling) -> list[list[str]]:
        """Passages for each memory (n, 2, d), to choose from."""
        from fabula.models.sampling import Sampling

        if how.beam:
            found = self.writer.search(memory, how.beam, how.longest, how.power, 4)
            return [[whole_sentences(text) for text in own[: how.candidates]] for own in found]
        sampling = Sampling(guidance=how.guidance, longest=how.longest, seed=how.seed)
        leaning = how.wording * how.strength
        words = {word: leaning * min(odds, SWAY) for word, odds in style.words.items()} if style else None
        texts = self.writer.write(memory.repeat(how.candidates, 0), sampling, words, very_usual())
        whole = [whole_sentences(text) for text in texts]
        return [whole[k : k + how.candidates] for k in range(0, len(whole), how.candidates)]

    def means(self, captions: Sequence[Sequence[str]]) -> np.ndarray:
        """The mean vector of each picture's sentences: (n, d)."""
        vectors = self._vectors([text for own in captions for text in own])
        ends = np.cumsum([len(own) for own in captions])[:-1]
        return np.stack([part.mean(0) for part in np.split(vectors, ends)])

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return self.encoder.encode(list(texts))


def whole_sentences(text: str) -> str:
    """A passage up to its last full stop, where the limit of its length cut it; all of it, if it has none."""
    end = max(text.rfind(stop) for stop in ".!?")
    return text[: end + 1] if end >= 0 else text


def likeness(texts: Sequence[str], style: Style | None) -> np.ndarray:
    """How much of a style's own words texts have: the mean log odds of their words, (n,); without a style 0."""
    words = style.words if style else {}
    odds = ([words.get(word, 0.0) for word in tokenise(text)] for text in texts)
    return np.array([np.mean(own) if own else 0.0 for own in odds])


def standing(values: np.ndarray) -> np.ndarray:
    """By how many standard deviations each is above the mean of all."""
    found: np.ndarray = (values - values.mean()) / max(float(values.std()), 1e-6)
    return found


def load_teller(writer: str = BUILTIN, onlooker: Onlooker | None = None) -> Teller:
    """The models that tell.

    Args:
        writer: the decoder: builtin, or a card (.json) that ``fabula train storyteller`` wrote.
        onlooker: sees; the built-in models without one.

    Raises:
        FabulaError: a model cannot be loaded.
    """
    from fabula.models.storyteller import load_storyteller

    decoder = load_storyteller(None if writer == BUILTIN else Path(writer))
    return Teller(decoder, load_encoder(BUILTIN), onlooker or load_onlooker())


def tell_picture(image: Picture, style: str | Style, how: Telling = DEFAULT, teller: Teller | None = None) -> Story:
    """A story about a picture, with the captions that it rests on.

    Args:
        image: a file, or RGB bytes (height, width, 3) uint8.
        style: its name or file, or a mixture (see ``fabula.stories.styles.mix``); "" for none.
        how: to tell.
        teller: the models; those that are built in without one.

    Raises:
        InputError: the picture cannot be read.
        FabulaError: there is no such style, or a model cannot be loaded.
    """
    chosen = (load_style(style) if style else None) if isinstance(style, str) else style
    models = teller or load_teller()
    told = models.tell([image], chosen, how)[0]
    evidence = caption_evidence(image, told.captions)
    name = chosen.name if chosen else "plain"
    return Story(told.text, name, models.writer.name, evidence, check(told.text, evidence))


def by_commas(text: str) -> str:
    """A line for each part between commas and full stops: a song (neural-storyteller's ``lyric``)."""
    lines = [line.strip() for line in text.replace(". ", ".,").split(",")]
    return "\n".join(line for line in lines if line)
