"""What the aligner is trained on: films made of novels, abridged novels; and real films with books of others."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.align.book import silences_before, spoken_cues, spoken_text
from fabula.align.stack import Pair
from fabula.errors import InputError
from fabula.features import DEFAULT_ENCODER, embed
from fabula.files.ablit import read_ablit
from fabula.files.fiction import Novel, read_fiction
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.train.adaptations import Adaptation, Distance, adapt, excerpt, random_distance
from fabula.train.pairs import TruePair, abridgements, pair_of_abridgement, pair_of_adaptation

TRAIN_ABLIT = ("bleak-house", "can-you-forgive-her", "north-and-south", "shirley", "the-way-we-live-now")
LEFT_OUT = ("A Little Princess", "Gulliver")  # novels of films that the aligner is tried on
TEST_FILMS = ("a-farewell-to-arms",)  # nothing of it is ever trained on
WITH_BOOKS = (*TEST_FILMS, "becky-sharp", "cyrano", "the-little-princess", "gulliver")
LONG = 900  # paragraphs that a novel must have to be made into a film
SOME = 0.1  # share of the abridged chapters that are used: they are easy, and embedding them is not free
TEST_EVERY = 5  # every fifth novel is held back for tests
CHANCE_EVERY = 8  # every eighth file of subtitles teaches what chance is

Told = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """What the aligner is trained on and for how long.

    Args:
        novels: how many are made into films.
        films: made of each.
        texts: fewest and most paragraphs of an excerpt.
        steps: of the network's training by itself.
        together: steps of training network and chain as one.
        real: share of the steps that is spent on annotated films.
        seed: of everything random.
    """

    novels: int = 24
    films: int = 4
    texts: tuple[int, int] = (300, 900)
    steps: int = 1200
    together: int = 1500
    real: float = 0.4
    seed: int = 0


def suitable(folder: str | Path, *, held_back: bool) -> list[Novel]:
    """The novels long enough to be filmed, those for training or those held back for tests, shuffled by genre."""
    novels = [n for n in read_fiction(folder) if len(n.paragraphs) >= LONG and not n.title.startswith(LEFT_OUT)]
    chosen = [novel for k, novel in enumerate(novels) if (k % TEST_EVERY == 0) == held_back]
    random.Random(0).shuffle(chosen)
    return chosen


def foreign_lines(folder: str | Path, but: Sequence[str] = ()) -> list[str]:
    """Lines of real subtitles, for what a synthetic film invents, without the files whose names start with ``but``."""
    paths = [p for p in sorted(Path(folder).glob("*.srt")) if not p.name.startswith(tuple(but))]
    if not paths:
        raise InputError(folder, "there is no .srt file in this folder", "name a folder of subtitles")
    return [" ".join(part.split()) for path in paths for cue in read_subtitles(path).cues for part in cue.parts]


def synthetic_films(
    novels: Sequence[Novel],
    films: int,
    texts: tuple[int, int],
    invented: Sequence[str],
    rng: random.Random,
    distances: Callable[[random.Random], Distance] = random_distance,
) -> Iterator[Adaptation]:
    """Films of excerpts of the novels; every other one invents with real subtitles, the rest with other novels."""
    for number, novel in enumerate(novels):
        own = random.Random(novel.title)  # so that the same part is taken, and its vectors are there, in every run
        part = excerpt(novel.paragraphs, own.randint(*texts), own)
        for film in range(films):
            foreign = invented if invented and (number + film) % 2 else novels[number - 1].paragraphs
            try:
                yield adapt(part, foreign, distances(rng), rng, f"{novel.title} {film}")
            except ValueError:
                continue  # an excerpt that is all verse or notes has nothing that could be told


def made_pairs(
    recipe: Recipe, fiction: Path, ablit: Path | None, subtitles: Path | None, store: Store, told: Told
) -> list[TruePair]:
    """The made pairs to train on; vectors are kept in the store, so that a second run starts at once."""
    rng = random.Random(recipe.seed)
    invented = foreign_lines(subtitles, TEST_FILMS) if subtitles else []
    pairs = []
    novels = suitable(fiction, held_back=False)[: recipe.novels]
    for film in synthetic_films(novels, recipe.films, recipe.texts, invented, rng):
        pairs.append(pair_of_adaptation(film, store))
        told(f"{len(pairs)} {film.title}: {len(film.cues)} cues, {len(film.paragraphs)} paragraphs")
    for found in abridgements(read_ablit(ablit, ("train",), TRAIN_ABLIT), 6) if ablit else ():
        if rng.random() < SOME:
            pairs.append(pair_of_abridgement(found, store, rng, kept=0.3))
            told(f"{len(pairs)} {pairs[-1].name}: {len(pairs[-1].truth)} sentences")
    return pairs


def films_for_chance(paths: Sequence[Path]) -> list[Path]:
    """The files of subtitles on which chance is fitted: every eighth of those whose film has no book here."""
    return [path for path in paths if not path.name.startswith(WITH_BOOKS)][::CHANCE_EVERY]


def real_films(folder: str | Path, store: Store) -> Iterator[TruePair]:
    """Every eighth file of real subtitles, without a book (the pair's texts are empty), to learn what chance is."""
    for path in films_for_chance(sorted(Path(folder).glob("*.srt"))):
        cues = spoken_cues(read_subtitles(path).cues)
        lines = [spoken_text(cue) for cue in cues]
        vectors = embed(lines, DEFAULT_ENCODER, store)
        pair = Pair(lines, (), vectors, vectors[:0], np.zeros(0, int))
        yield TruePair(path.stem, pair, (None,) * len(lines), silences_before(cues))


def mismatched(film: Pair, novels: Sequence[Pair]) -> Pair:
    """The lines of one pair with the texts of others, one after the other."""
    sizes = np.cumsum([0, *(len(novel.sentence_vectors) for novel in novels)])[:-1]
    return Pair(
        film.lines,
        [text for novel in novels for text in novel.prose],
        film.line_vectors,
        np.concatenate([novel.sentence_vectors for novel in novels]),
        np.concatenate([novel.starts + size for novel, size in zip(novels, sizes, strict=True)]),
        film.speakers,
    )
