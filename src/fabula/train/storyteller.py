"""Training the storyteller: novels without names, passages, word pieces, vectors, decoder, styles, card."""

import dataclasses
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, Encoder, embed, encoder_name, open_cache
from fabula.files.captions import CaptionSet
from fabula.files.novels import Novel, read_novels
from fabula.files.store import Store
from fabula.stories.borrowing import mean_vector
from fabula.stories.names import without_names
from fabula.stories.passages import passages_of
from fabula.stories.styles import SUFFIX, Told, learn_style, manner, narration, save_style, spread
from fabula.stories.wording import learn_usual, save_usual
from fabula.train.shelves import split_shelf

if TYPE_CHECKING:
    from fabula.models.passage_training import PassageRecipe

Report = Callable[[str], None]

DEV = 600  # passages of held-back novels by which a training is watched
USUAL = "usual_words.json"
FEWEST = 100  # passages from which one can learn anything at all

# Passages, epochs, pieces, and the network's size.
SIZES: dict[str, dict[str, int]] = {
    "tiny": {"passages": 3_000, "epochs": 2, "pieces": 2_000, "hidden": 128, "read": 64},
    "small": {"passages": 80_000, "epochs": 3, "pieces": 8_000, "hidden": 640, "read": 256},
    "base": {"passages": 400_000, "epochs": 3, "pieces": 12_000, "hidden": 1024, "read": 384},
}


@dataclass(frozen=True)
class Corpus:
    """Passages, for each the number of its book, and the books ("title, author" and genre)."""

    passages: list[str]
    books: list[int]
    titles: list[str]
    genres: list[str]


def train_storyteller(
    books: Path,
    output: Path,
    recipe: "PassageRecipe",
    captions: CaptionSet | None = None,
    told: Report = lambda line: None,
    encoder: str = DEFAULT_ENCODER,
) -> float:
    """Everything from novels to the card; see ``fabula train storyteller``.

    A run that was cut short goes on where it was, when the recipe is the same.

    Args:
        books: the shelf (see ``fabula.files.novels``); one novel in five never trains.
        output: the card (.json); weights, word pieces, corpus and curve go beside it.
        recipe: how to train.
        captions: whose mean vector is c of the style shift; without them that of the installed storyteller.
        told: called with lines about the progress.
        encoder: of the passages.

    Returns:
        Nats for a word piece on passages of held-back novels.

    Raises:
        InputError: there are too few passages.
    """
    from fabula.models.passage_training import PassageExamples, PassageTraining
    from fabula.models.subwords import learn_subwords

    output.parent.mkdir(parents=True, exist_ok=True)
    corpus = _kept_corpus(books, output, recipe, held_back=False, told=told)
    held = _kept_corpus(books, output, recipe, held_back=True, told=told)
    if len(corpus.passages) < FEWEST or not held.passages:
        problem = f"{len(corpus.passages)} passages to learn from and {len(held.passages)} to test by are too few"
        raise InputError(books, problem, "give more books: some are kept back for testing")
    told(f"{len(corpus.passages)} passages of {len(corpus.titles)} books; learning word pieces")
    subwords = learn_subwords(corpus.passages, recipe.pieces)
    pieces = [np.array(own, np.uint16) for own in subwords.encode(corpus.passages)]
    store = open_cache()
    vectors, dev_vectors = (vectors_of(part.passages, store, told, encoder) for part in (corpus, held))
    usual = vectors.astype(np.float32).mean(0)
    examples = PassageExamples(pieces, vectors, *_manners(vectors, corpus, usual))
    training = PassageTraining(recipe, examples, len(subwords))
    dev = np.stack([dev_vectors, other_manners(dev_vectors, held.books, usual)], 1)
    state = output.with_suffix(".checkpoint")
    if training.resume(state):
        told(f"going on after step {training.step} of {training.steps}")
    teller = _storyteller(training, subwords, output.stem, usual, _captions_mean(captions, store, encoder), encoder)
    nats = 0.0
    while training.step < training.steps:
        loss = training.run_portion()
        total, count = teller.loss(held.passages, dev)
        nats = total / count
        told(f"step {training.step} of {training.steps}: loss {loss:.3f}, held back {nats:.3f} nats a piece")
        _curve(output, training.step, loss, nats)
        training.save(state)
    _save(teller, output, recipe, corpus, nats)
    return nats


def choose_passages(novels: Sequence[Novel], most: int) -> Corpus:
    """Passages evenly over genres, and within a genre over its books.

    Args:
        novels: the books.
        most: passages, in all.
    """
    counts = Counter(novel.genre for novel in novels)
    corpus = Corpus([], [], [], [])
    for novel in novels:
        found = list(passages_of(without_names(novel.paragraphs)))
        found = spread(found, max(most // (len(counts) * counts[novel.genre]), 1))
        corpus.passages.extend(found)
        corpus.books.extend([len(corpus.titles)] * len(found))
        corpus.titles.append(f"{novel.title}, {novel.author}")
        corpus.genres.append(novel.genre)
    return corpus


def _kept_corpus(books: Path, output: Path, recipe: "PassageRecipe", held_back: bool, told: Report) -> Corpus:
    """The passages to learn from, or to test by, prepared once and kept beside the card."""
    most = DEV if held_back else recipe.passages
    path = output.with_suffix(f".{'test' if held_back else 'train'}-{most}.corpus")
    if path.is_file():
        return Corpus(**json.loads(path.read_text("utf-8")))
    told("taking names out of the novels" + (" that are held back" if held_back else ""))
    corpus = shelf_passages(books, most, held_back=held_back)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(dataclasses.asdict(corpus)), "utf-8")
    partial.replace(path)
    return corpus


def shelf_passages(books: Path, most: int, *, held_back: bool) -> Corpus:
    """The passages of a shelf to learn from, or of its other novels, to test by."""
    novels = split_shelf(read_novels(books))[held_back]
    return choose_passages(novels, most)


def vectors_of(
    passages: Sequence[str], store: Store, told: Report = lambda line: None, encoder: str | Encoder = DEFAULT_ENCODER
) -> np.ndarray:
    """What passages say: (n, d) float16, unit vectors, kept in the store."""

    def progress(done: int, total: int | None) -> None:
        if done % 8192 < 1024:
            told(f"encoding passages: {done} of {total}")

    return embed(passages, encoder, store, progress).astype(np.float16)


def _manners(vectors: np.ndarray, corpus: Corpus, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of each passage's book and genre (n, 2), and the manner of each row (books and genres, d)."""
    names = sorted(set(corpus.genres))
    books = np.array(corpus.books)
    genres = np.array([names.index(genre) for genre in corpus.genres])[books]
    means = [sums / counts[:, None] for sums, counts in (_sums(vectors, of) for of in (books, genres))]
    return np.stack([books, genres + len(means[0])], 1), manner(np.concatenate(means), usual)


def other_manners(vectors: np.ndarray, books: Sequence[int], usual: np.ndarray) -> np.ndarray:
    """The manner of each passage's book, learned from the book's other passages only: (n, d) float32."""
    sums, counts = _sums(vectors, np.array(books))
    others = (sums[books] - vectors) / np.maximum(counts[books] - 1, 1)[:, None]
    return manner(others, usual) * (counts[books] > 1)[:, None].astype(np.float32)


def _sums(vectors: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums of the vectors of each book or genre, and how many they are."""
    sums = np.zeros((of.max() + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, of, vectors.astype(np.float32))
    return sums, np.bincount(of)


def train_styles(
    books: Path,
    folder: Path,
    least: int = 2,
    report: Report = lambda line: None,
    encoder: str = DEFAULT_ENCODER,
    *,
    force: bool = False,
) -> list[Path]:
    """A style for each genre of a shelf, and how usual words are, of the novels that are not held back.

    See ``fabula train styles``.

    Raises:
        InputError: a style is there already and ``force`` is not set.
    """
    shelves: defaultdict[str, list[Told]] = defaultdict(list)
    for novel in split_shelf(read_novels(books))[0]:
        if novel.genre:
            shelves[novel.genre].append(narration(novel))
    folder.mkdir(parents=True, exist_ok=True)
    usual, store = learn_usual([book.passages for own in shelves.values() for book in own]), open_cache()
    save_usual(usual, folder / USUAL, force=force)
    written = []
    for genre, own in shelves.items():
        if len(own) >= least:
            report(f"{genre}: {len(own)} novels")
            written.append(folder / f"{genre}{SUFFIX}")
            save_style(learn_style(genre, own, usual, encoder, store), written[-1], force=force)
    return written


def _captions_mean(captions: CaptionSet | None, store: Store, encoder: str) -> np.ndarray:
    if captions is None:
        from fabula.models.storyteller import load_storyteller

        return load_storyteller().captions_mean
    texts = [caption for picture in captions.of("train") for caption in picture.captions]
    return mean_vector(texts, encoder, store).astype(np.float32)


def _storyteller(
    training: Any, subwords: Any, stem: str, prose_mean: np.ndarray, captions_mean: np.ndarray, encoder: str
) -> Any:
    """The running mean of the weights, as it will be loaded from disk."""
    from fabula.models.storyteller import Storyteller

    return Storyteller(stem, encoder_name(encoder), training.kept, subwords, captions_mean, prose_mean)


def _curve(output: Path, step: int, loss: float, nats: float) -> None:
    path = output.with_suffix(".csv")
    if not path.is_file():
        path.write_text("step,loss,held_back\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{step},{loss:.4f},{nats:.4f}\n")


def _save(teller: Any, path: Path, recipe: "PassageRecipe", corpus: Corpus, nats: float) -> None:
    """Write the weights and, last, the card that makes them a model."""
    from fabula.models.learning import model_name

    teller.name = model_name(path.stem, teller.decoder)
    teller.save(path)
    card = {
        "name": teller.name,
        "encoder": teller.encoder,
        "values": len(teller.prose_mean),
        "recipe": dataclasses.asdict(recipe),
        "books": dict(sorted(Counter(corpus.genres).items())),
        "passages": len(corpus.passages),
        "held_back_nats": round(nats, 4),
        "licence": "Apache-2.0",
    }
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
