"""Films of which it is known what each line tells: made from novels, abridged novels, annotated films, the demo."""

import itertools
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fabula.align.book import alignable, spoken_cues
from fabula.evaluate.correspondences import Correspondence, correspondences_of
from fabula.evaluate.demo.build import write_demo_texts
from fabula.evaluate.demo.scores_book import find_paragraphs
from fabula.features import DEFAULT_ENCODER, Encoder
from fabula.files.ablit import HELD_BACK, read_ablit
from fabula.files.book import read_book
from fabula.files.fiction import Novel
from fabula.files.store import Store
from fabula.files.subtitles import read_subtitles
from fabula.train.adaptations import Adaptation, Distance, adapt, excerpt, share_kept
from fabula.train.annotated import Annotation, pair_of_annotation, read_annotations
from fabula.train.material import TEST_FILMS, foreign_lines, suitable
from fabula.train.pairs import TruePair, abridgements, pair_of_abridgement, pair_of_adaptation

TEXTS = 700  # paragraphs of a made film's novel
CHAPTERS = 5  # of an abridged novel in one pair
WORDS_KEPT = (0.9, 0.7, 0.5, 0.3, 0.1)
SCENES_MOVED = (0.0, 0.25, 0.5)
TRAINED_ON = "real films, trained on"


@dataclass(frozen=True)
class KnownFilm:
    """A film with its truth: what to align, and in which terms to judge it.

    Args:
        group: films of one group are judged together.
        pair: units and texts, and what each unit tells.
        correspondences: in numbers of cues and paragraphs.
        without: cues that have no counterpart.
        numbers: the cue's number of each unit.
        places: the paragraphs that each text may stand for; more than one where the same text occurs several times.
        kept: share of the words of cues with a counterpart that stand in it, where that is measured.
        representative: whether it is among the few on which each part of the aligner is left out.
    """

    group: str
    pair: TruePair
    correspondences: tuple[Correspondence, ...]
    without: frozenset[int]
    numbers: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]
    kept: float | None = None
    representative: bool = False


def made_films(
    fiction: Path, subtitles: Path, per_level: int, store: Store, encoder: str | Encoder = DEFAULT_ENCODER
) -> Iterator[KnownFilm]:
    """Films of novels that nothing was trained on, at rising distance in words, then in order.

    The same novels, the same excerpts and the same films' seeds at every distance, so that groups differ in it alone.

    Args:
        fiction: folder of novels.
        subtitles: folder of real subtitles; what a film invents is taken from them.
        per_level: films at each distance.
        store: where vectors are kept.
        encoder: of the sentences.
    """
    invented = foreign_lines(subtitles, TEST_FILMS)
    novels = suitable(fiction, held_back=True)[:per_level]
    for group, distance in _levels():
        for k, novel in enumerate(novels):
            film = _film_of(novel, invented, distance)
            known = known_film(group, pair_of_adaptation(film, store, encoder))
            yield replace(known, kept=_share_kept(film), representative=k == 0)


def _levels() -> Iterator[tuple[str, Distance]]:
    for kept in WORDS_KEPT:
        yield f"made films, words kept {kept:.1f}", Distance(kept=kept, moved=0.1)
    for moved in SCENES_MOVED:
        yield f"made films, scenes moved {moved:.2f}", Distance(kept=0.5, moved=moved)


def _film_of(novel: Novel, invented: Sequence[str], distance: Distance) -> Adaptation:
    part = excerpt(novel.paragraphs, TEXTS, random.Random(1))
    return adapt(part, invented, distance, random.Random(novel.title), novel.title)


def _share_kept(film: Adaptation) -> float:
    told = ((cue, [film.paragraphs[k] for k in places]) for cue, places in zip(film.cues, film.truth, strict=True))
    shares = [share_kept(cue, texts) for cue, texts in told if texts]
    return float(np.mean([share for share in shares if share is not None]))


def abridged_films(
    folder: Path, count: int, store: Store, encoder: str | Encoder = DEFAULT_ENCODER
) -> Iterator[KnownFilm]:
    """Abridged novels that nothing was trained on: sentences with the paragraphs that they come from."""
    books = [list(abridgements(read_ablit(folder, ("test",), (book,)), CHAPTERS)) for book in HELD_BACK]
    found = [run for turn in itertools.zip_longest(*books) for run in turn if run]  # not all of the same novel
    for abridgement in found[:count]:
        pair = pair_of_abridgement(abridgement, store, random.Random(3), encoder=encoder)
        yield known_film("abridged novels, held back", pair)


def known_film(group: str, pair: TruePair) -> KnownFilm:
    """A pair judged in its own terms: cues are its units from 1 on, paragraphs are its texts."""
    truth = [told or () for told in pair.truth]
    without = frozenset(k + 1 for k, told in enumerate(pair.truth) if told == ())
    rows = tuple(correspondences_of(truth, pair.kinds))
    places = tuple((k,) for k in range(len(pair.pair.prose)))
    return KnownFilm(group, pair, rows, without, tuple(range(1, len(truth) + 1)), places)


def annotated_film(found: Annotation, group: str, store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> KnownFilm:
    """A real film; its paragraphs are the book's passages by index."""
    wanted = {passage.index for passage in alignable(found.book).passages}
    rows = tuple(Correspondence(a, b, p, q, kind) for a, b, p, q, kind, _ in found.correspondences if {p, q} <= wanted)
    without = frozenset(cue for a, b in found.without for cue in range(a, b + 1))
    numbers = tuple(cue.number for cue in spoken_cues(found.cues))
    pair = pair_of_annotation(found, store, encoder)
    return KnownFilm(group, pair, rows, without, numbers, tuple((index,) for index in sorted(wanted)))


def trained_films(data: Path, store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> Iterator[KnownFilm]:
    """The annotated films that the aligner has learned from, as far as their texts are in the folder of data."""
    for found in read_annotations(data):
        yield annotated_film(found, TRAINED_ON, store, encoder)


def demo_known_film(store: Store, encoder: str | Encoder = DEFAULT_ENCODER) -> KnownFilm:
    """The demo's subtitles with its short story; nothing is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        files, truth = write_demo_texts(Path(folder))
        cues, book = read_subtitles(files.subtitles).cues, read_book(files.book)
    place = find_paragraphs(truth.paragraphs, book)
    rows = tuple(
        (cue.number, cue.number, place[name], place[name], nearness, 1.0)
        for cue in truth.cues
        for name, nearness in cue.story
        if name in place
    )
    without = tuple((cue.number, cue.number) for cue in truth.cues if cue.film_only)
    film = annotated_film(Annotation("demo", cues, book, rows, without), "the demo film", store, encoder)
    return replace(film, representative=True)
