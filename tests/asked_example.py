"""Films of which some shots are red, some green ...: questions whose answers only the clips or the subtitles have."""

import json
from pathlib import Path

import numpy as np

from fabula.features import HashEncoder
from fabula.files.project import Keyframe
from fabula.files.store import Store
from fabula.records import Film, Shot

COLOURS = ("red", "green", "blue", "white", "brown")
SHOTS, FPS, SIZE = 20, 10.0, 32
PLACES = ("garden", "cellar", "street", "harbour", "attic", "market", "tower", "bridge")


def vector_of(colour: str) -> np.ndarray:
    return HashEncoder(SIZE).encode([colour])[0]


def make_film(folder: Path, name: str, rng: np.random.Generator, *, model: str = "made") -> list[str]:
    """A project of twenty shots of two seconds; returns the colour of each."""
    colours = [COLOURS[k] for k in rng.integers(len(COLOURS), size=SHOTS)]
    shots = [Shot(k, 2.0 * k, 2.0 * (k + 1), 20 * k, 20 * k + 19) for k in range(SHOTS)]
    keyframes = [Keyframe(k, 20 * k + 10, model, f"{name}-{k}") for k in range(SHOTS)]
    vectors = np.stack([vector_of(colour) + rng.normal(size=SIZE) * 0.05 for colour in colours])
    store = Store(folder / f"{name}.fabula")
    film = Film(f"{name}.mp4", 64, 36, FPS, SHOTS * 20, SHOTS * 2.0, "h264")
    store.save_stage("film", "made", {"film": (Film, [film]), "shots": (Shot, shots)})
    store.save_vectors(model, [k.key for k in keyframes], vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    store.save_stage("pictures", "made", {"keyframes": (Keyframe, keyframes)})
    store.close()
    return colours


def row(
    qid: str, film: str, text: str, answers: list[str], correct: int | None, clips: list[object]
) -> dict[str, object]:
    fields = ("qid", "imdb_key", "question", "answers", "correct_index", "video_clips")
    return dict(zip(fields, (qid, film, text, answers, correct, clips), strict=True))


def colour_questions(folder: Path, films: int = 10, each: int = 30, seed: int = 0) -> Path:
    """Films and a file of questions about the colour of one shot, by frames as in MovieQA or by seconds."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(films):
        name = f"tt{k:07d}"
        colours = make_film(folder, name, rng)
        for j in range(each):
            shot = int(rng.integers(SHOTS))
            answers = [f"it is {colour}" for colour in rng.permutation(COLOURS)]
            correct = answers.index(f"it is {colours[shot]}")
            frames = f"{name}.sf-{20 * shot + 2:06d}.ef-{20 * shot + 17:06d}.video.mp4"
            clip: object = frames if j % 2 else [2.0 * shot + 0.1, 2.0 * shot + 1.9]
            split = "val" if k >= films - 3 else "train"
            rows.append(row(f"{split}:{k}-{j}", name, "which colour is it?", answers, correct, [clip]))
    path = folder / "qa.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path


def told_questions(folder: Path, films: int = 8, each: int = 6, seed: int = 0) -> Path:
    """Subtitles and a file of questions that a line answers; each wrong answer is a line of the film elsewhere."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(films):
        name = f"tt{k:07d}"
        things = [f"{a}{b}" for a in ("lamp", "hat", "knife", "clock", "rope", "coin") for b in ("ova", "eri", "ust")]
        told = [(place, thing) for place, thing in zip(PLACES, rng.permutation(things), strict=False)]
        lines = [f"{place}: {thing}!" for place, thing in told]
        lines = [
            line
            for told_line in lines
            for line in (told_line, *(f"{rng.integers(9999)} {rng.integers(9999)}" for _ in range(7)))
        ]
        cues = (f"{n + 1}\n{_time(n)} --> {_time(n + 1)}\n{line}\n" for n, line in enumerate(lines))
        (folder / f"{name}.srt").write_text("\n".join(cues), "utf-8")
        for j, (place, thing) in enumerate(told[:each]):
            wrong = [other for _, other in told if other != thing]
            answers = [f"{t}." for t in rng.permutation([thing, *wrong[:4]])]
            question = f"{place}?"
            rows.append(row(f"{k}-{j}", name, question, answers, answers.index(f"{thing}."), []))
    path = folder / "told.json"
    path.write_text(json.dumps({"questions": rows}), "utf-8")
    return path


def _time(seconds: int) -> str:
    return f"00:{seconds // 60:02d}:{seconds % 60:02d},000"
