"""Questions with what they are asked of: the vectors of their clips, of the questions and of the answers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabula.errors import InputError
from fabula.features import Encoder, embed, load_encoder
from fabula.files.project import Project, ShotVectors
from fabula.files.questions import Clip, Question
from fabula.files.store import Store
from fabula.files.tagged import PROJECT
from fabula.records import Shot

HELD_BACK = 0.2  # of the films, where the questions have no splits


@dataclass(frozen=True)
class AskedFilms:
    """Questions whose films are there, with their vectors.

    ``clips`` (n, c) are the means of the vectors of the clips' shots, of unit length, by the vision model ``vision``;
    ``texts`` (n, d) and ``answers`` (n, k, d) are vectors of sentences. ``correct`` (n,) is -1 where nobody tells.
    """

    questions: tuple[Question, ...]
    vision: str
    clips: np.ndarray
    texts: np.ndarray
    answers: np.ndarray

    @property
    def correct(self) -> np.ndarray:
        """Index of each question's right answer."""
        return np.array([-1 if q.correct is None else q.correct for q in self.questions])

    def only(self, chosen: np.ndarray) -> "AskedFilms":
        """The questions with these indices."""
        kept = tuple(self.questions[k] for k in chosen.tolist())
        return AskedFilms(kept, self.vision, self.clips[chosen], self.texts[chosen], self.answers[chosen])


def ask_films(questions: Sequence[Question], films: Path, encoder: str, store: Store) -> AskedFilms:
    """The questions about films that are there.

    Args:
        questions: of any films.
        films: folder of projects NAME.fabula, named by the ids of the films.
        encoder: of sentences.
        store: keeps their vectors.

    Raises:
        InputError: none of the films is there, one was never looked at, or two were by different vision models.
    """
    there = {name: path for name in {q.film for q in questions} if (path := films / f"{name}{PROJECT}").is_file()}
    if not there:
        missing = sorted({q.film for q in questions})
        problem = f"none of the questions' {len(missing)} films is there ({missing[0]}{PROJECT} for one)"
        raise InputError(films, problem, "read the films first: fabula read FILM -o FOLDER/IMDB_ID.fabula")
    kept = tuple(q for q in questions if q.film in there)
    vectors: dict[str, np.ndarray] = {}
    models: dict[str, Path] = {}
    for name, path in sorted(there.items()):
        own = [q for q in kept if q.film == name]
        found, model = _clips_of(path, [q.clips for q in own])
        models.setdefault(model, path)
        vectors.update(zip((q.id for q in own), found, strict=True))
    if len(models) > 1:
        problem = (
            f"films were seen by different vision models: {', '.join(f'{p.name} by {m}' for m, p in models.items())}"
        )
        raise InputError(films, problem, "read them again with one model")
    return AskedFilms(
        kept, next(iter(models)), np.stack([vectors[q.id] for q in kept]), *text_vectors(kept, encoder, store)
    )


def text_vectors(questions: Sequence[Question], encoder: str | Encoder, store: Store) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the questions (n, d) and of their answers (n, k, d), which the paper took from word2vec."""
    loaded = load_encoder(encoder) if isinstance(encoder, str) else encoder
    texts = embed([q.text for q in questions], loaded, store)
    answers = embed([answer for q in questions for answer in q.answers], loaded, store)
    return texts, answers.reshape(len(questions), -1, answers.shape[1])


def _clips_of(path: Path, clips: Sequence[Sequence[Clip]]) -> tuple[np.ndarray, str]:
    """The vector of each question's clips in a film, and the vision model."""
    with Project.open(path) as project:
        seen, shots, film = project.shot_vectors, project.shots, project.film
        if seen is None or film is None:
            raise InputError(
                path, "no vision model has looked at this film", "read it again with: fabula read FILM --vision builtin"
            )
        rows = [clip_vector(seen, shots, [clip.seconds(film.fps) for clip in own]) for own in clips]
        return np.stack(rows), seen.model


def clip_vector(seen: ShotVectors, shots: Sequence[Shot], spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """The mean vector of the shots that stretches of a film touch, of unit length: (c,).

    Stretches that touch no shot which was seen, or none at all, stand for the whole film.
    """
    times = {shot.index: (shot.start, shot.end) for shot in shots}
    touched = [
        any(start < times[k][1] and times[k][0] < end for start, end in spans) if k in times else False
        for k in seen.shots
    ]
    rows = seen.vectors[np.array(touched)] if any(touched) else seen.vectors
    mean: np.ndarray = rows.mean(0)
    unit: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def parts_of(questions: Sequence[Question]) -> np.ndarray:
    """Which questions train, val or test: (n,) of str; by their own splits, else one film in five is for val.

    A film never stands on two sides: where the file's own splits tear one, it goes with the side that measures.
    """
    own = {q.film: split for split in ("train", "val", "test") for q in questions if q.split == split}
    if not own:
        own = {q.film: "val" if _place(q.film) < HELD_BACK else "train" for q in questions}
    return np.array([own.get(q.film, "train") for q in questions])


def _place(film: str) -> float:
    return int.from_bytes(hashlib.sha256(film.encode()).digest()[:8]) / 2**64
