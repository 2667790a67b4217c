"""Novels of nonsense in AbLit's format, with their links known."""

import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np

WORDS = [a + b for a in ("ka", "lo", "mi", "su", "te", "ra", "no") for b in ("rin", "dal", "vek", "pos", "tum", "lisk")]


def write_novel(folder: Path, book: str, rng: np.random.Generator, chapters: int = 2, partition: str = "train") -> Path:
    """A novel whose abridgement leaves out every fifth sentence and words of the others."""
    path = folder / f"{book}.jsonl.xz"
    with lzma.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps({"book": book, "title": "about the novel, no chapter"}) + "\n")
        for number in range(chapters):
            out.write(json.dumps(chapter(rng, number, partition)) + "\n")
    return path


def chapter(rng: np.random.Generator, number: int, partition: str) -> dict[str, Any]:
    original = [list(rng.choice(WORDS, rng.integers(5, 12))) for _ in range(30)]
    abridged: list[list[str]] = []
    links: list[list[list[int]]] = []
    for k, words in enumerate(original):
        if k % 5 == 4:
            links.append([[], [k]])
        else:
            links.append([[len(abridged)], [k]])
            abridged.append([w for w in words if rng.random() < 0.8] or words)
    return {
        "chapter": number,
        "title": f"Chapter {number}",
        "partition": partition,
        "original_sentences": [" ".join(words).capitalize() + "." for words in original],
        "abridged_sentences": [" ".join(words).capitalize() + "." for words in abridged],
        "original_paragraph": [k // 3 for k in range(len(original))],
        "links": links,
    }
