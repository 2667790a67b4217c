"""A shelf of made-up novels: each paragraph keeps to one thing, so that a sentence tells of its neighbours."""

import lzma
from pathlib import Path

import numpy as np

THINGS = {
    "ship": ("sail", "harbour", "captain"),
    "horse": ("saddle", "stable", "rider"),
    "kitchen": ("kettle", "bread", "cook"),
    "forest": ("oak", "wolf", "hunter"),
    "church": ("bell", "candle", "priest"),
    "garden": ("rose", "hedge", "gardener"),
}
FRAMES = (
    "The {0} was near the {1}.",
    "A {2} looked at the {1} for a long time.",
    "Nobody had seen the {0} since the {2} came.",
    "Then the {2} took the {1} away.",
    "It was an old {0}, and the {1} was older.",
    "“Where is the {2}?” asked somebody.",
)


def made_paragraph(rng: np.random.Generator, sentences: int = 6) -> str:
    """Sentences about one thing, in any order."""
    thing = list(THINGS)[int(rng.integers(len(THINGS)))]
    words = (thing, *THINGS[thing])
    frames = rng.permutation(len(FRAMES))[:sentences]
    return " ".join(FRAMES[k].format(words[0], words[1 + int(rng.integers(2))], words[3]) for k in frames.tolist())


def made_shelf(folder: Path, novels: int = 12, paragraphs: int = 40) -> Path:
    """Collections of two genres."""
    rng = np.random.default_rng(0)
    folder.mkdir(exist_ok=True)
    for genre in ("sea", "town"):
        books = []
        for k in range(novels):
            text = "\n".join(made_paragraph(rng) for _ in range(paragraphs))
            books.append(f"=== A. Writer - The {genre} number {k}\nCHAPTER {k}\n{text}\n")
        with lzma.open(folder / f"fiction-{genre}.txt.xz", "wt", encoding="utf-8") as file:
            file.write("\n".join(books))
    return folder
