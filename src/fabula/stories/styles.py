"""Styles: what is common to the passages of a book, as a vector that can be added to what a picture says.

The style shift of neural-storyteller: F(x) = x - c + b, where c is the mean of captions and b that of long passages.
"""

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from fabula.errors import FabulaError, InputError
from fabula.features import Encoder, embed, encoder_name
from fabula.files.novels import Novel
from fabula.files.output import write_text
from fabula.files.store import Store
from fabula.records import Progress
from fabula.stories.names import without_names
from fabula.stories.passages import passages_of
from fabula.stories.wording import Usual, own_words

BUCKETS = {"short": (0, 25), "middle": (25, 50), "long": (50, 1000)}  # words of a passage
MOST = 2000  # passages of a style: its mean is known to a hundredth by then
SUFFIX = ".style"


@dataclass(frozen=True)
class Style:
    """How a book or a shelf is written.

    Args:
        name: what it is called.
        encoder: whose space it lives in.
        books: "title, author" of those it was learned from.
        passages: how many.
        means: for each length ("short", "middle", "long") the mean vector of such passages, (d,) float32, and for
            "all" that of all of them; lengths that the books do not have are missing.
        words: that are the books' own, with their log odds against usual prose (``fabula.stories.wording``).
    """

    name: str
    encoder: str
    books: tuple[str, ...]
    passages: int
    means: Mapping[str, np.ndarray]
    words: Mapping[str, float] = field(default_factory=dict)

    def mean(self, length: str = "long") -> np.ndarray:
        """b: the mean vector of passages of a length, or of all where there are none of that length."""
        return self.means.get(length, self.means["all"])


@dataclass(frozen=True)
class Told:
    """A novel as styles are learned from it: "title, author", and what its narrator tells without names."""

    title: str
    passages: tuple[str, ...]


def narration(novel: Novel) -> Told:
    """What of a novel makes its style."""
    title = ", ".join(part for part in (novel.title, novel.author) if part)
    return Told(title, tuple(passages_of(without_names(novel.paragraphs))))


def learn_style(
    name: str,
    books: Sequence[Told],
    usual: Usual,
    encoder: str | Encoder,
    store: Store,
    progress: Progress | None = None,
) -> Style:
    """The style of some books, each of which counts alike.

    Args:
        name: of the style.
        books: see ``narration``.
        usual: how often novels use each word (``fabula.stories.wording``).
        encoder: of passages.
        store: keeps their vectors.
        progress: called with passages done.

    Raises:
        FabulaError: they have no passage to learn from.
    """
    most = max(MOST // max(len(books), 1), 1)
    texts = [text for book in books for text in spread(book.passages, most)]
    if not texts:
        raise FabulaError(f"There is no passage of prose in {name} to learn a style from.")
    vectors = embed(texts, encoder, store, progress)
    lengths = np.array([text.count(" ") + 1 for text in texts])
    means = {"all": vectors.mean(0)}
    for length, (least, below) in BUCKETS.items():
        chosen = (lengths >= least) & (lengths < below)
        if chosen.any():
            means[length] = vectors[chosen].mean(0)
    words = own_words([book.passages for book in books], usual)
    return Style(name, encoder_name(encoder), tuple(book.title for book in books), len(texts), means, words)


def manner(mean: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """How a book or a shelf differs from prose as it usually is, as the decoder reads it: unit vectors, (..., d).

    All of length 1: the mean of many books lies nearer the middle than that of any of them, and yet a genre is asked
    for as decidedly as a book.

    Args:
        mean: (..., d) mean vectors of passages.
        usual: (d,) that of all prose.
    """
    away = np.asarray(mean, np.float32) - usual
    found: np.ndarray = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    return found


def spread(texts: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly from beginning to end."""
    if len(texts) <= most:
        return list(texts)
    return [texts[k] for k in np.linspace(0, len(texts) - 1, most).astype(int)]


def mix(styles: Mapping[str, float]) -> Style:
    """Several styles in one, by weights that need not sum to 1.

    Args:
        styles: names or files of styles with their weights.

    Raises:
        FabulaError: the weights sum to nothing, or the styles live in different spaces.
    """
    parts = [(load_style(name), weight) for name, weight in styles.items()]
    if len(parts) == 1:
        return parts[0][0]
    whole = sum(weight for _, weight in parts)
    if whole <= 0 or min(weight for _, weight in parts) < 0:
        raise FabulaError("The weights of the styles must be positive.")
    if len({part.encoder for part, _ in parts}) > 1:
        raise FabulaError("The styles were learned with different sentence encoders, and cannot be mixed.")
    shares = np.array([weight / whole for _, weight in parts], np.float32)
    means = {length: shares @ np.stack([part.mean(length) for part, _ in parts]) for length in ("all", *BUCKETS)}
    books = tuple(book for part, _ in parts for book in part.books)
    named = " + ".join(f"{weight / whole:.0%} {part.name}" for part, weight in parts)
    own = {word for part, _ in parts for word in part.words}
    words = {word: sum(weight / whole * part.words.get(word, 0.0) for part, weight in parts) for word in sorted(own)}
    return Style(named, parts[0][0].encoder, books, sum(part.passages for part, _ in parts), means, words)


def save_style(style: Style, path: Path, *, force: bool = False) -> None:
    """Write a style (.style, readable json).

    Raises:
        InputError: the file is there already and ``force`` is not set.
        StorageError: it cannot be written.
    """
    row = dataclasses.asdict(style) | {"means": {k: [round(float(x), 5) for x in v] for k, v in style.means.items()}}
    write_text(path, json.dumps(row, ensure_ascii=False, indent=1) + "\n", force=force)


@functools.cache
def load_style(name: str) -> Style:
    """A style by its name (see ``built_in_styles``) or its file.

    Raises:
        InputError: the file is no style.
        FabulaError: there is no such style.
    """
    path = Path(name)
    if not path.suffix and not path.is_file():
        path = _folder() / f"{name}{SUFFIX}"
        if not path.is_file():
            known = ", ".join(built_in_styles())
            raise FabulaError(f"There is no style {name}: say one of {known}, or the file that fabula style wrote.")
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        means = {str(k): np.array(v, np.float32) for k, v in found["means"].items()}
        words = {str(word): float(odds) for word, odds in found.get("words", {}).items()}
        style = Style(found["name"], found["encoder"], tuple(found["books"]), int(found["passages"]), means, words)
        style.means["all"].shape[0]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(
            path, f"this is no style ({error!r})", "make one with fabula style BOOK -o NAME.style"
        ) from error
    return style


def built_in_styles() -> list[str]:
    """The names of the styles that are installed."""
    return sorted(path.stem for path in _folder().glob(f"*{SUFFIX}"))


def _folder() -> Path:
    return Path(str(resources.files("fabula.models"))) / "weights" / "styles"
