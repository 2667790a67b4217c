"""Train the network that links two versions of one text: on AbLit, without the novels that are held back."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from fabula.align.blocks import best_blocks
from fabula.align.version_channels import CHANNELS, version_channels
from fabula.files.ablit import HELD_BACK, AbridgedChapter, read_ablit
from fabula.files.output import write_text

KEPT = 20  # one training chapter in so many is kept from training, to judge it by


def train_versions(
    folder: Path,
    weights: Path,
    *,
    seed: int = 0,
    steps: int | None = None,
    told: Callable[[int, float], None] | None = None,
) -> dict[str, object]:
    """Train on the "train" chapters of all novels but those held back; write the weights and their card.

    Args:
        folder: AbLit's folder.
        weights: where the safetensors go; the card goes beside them as .json. Both are overwritten.
        seed: of the first weights and of the windows drawn.
        steps: how long; the schedule's own length otherwise.
        told: called with the step and the running mean of the loss.

    Returns:
        The card: what the network was trained on and how, and F1 of sentence pairs on the chapters kept back.

    Raises:
        InputError: the data is not there.
    """
    from fabula.models.cell_training import CELL_SCHEDULE, fit_cells
    from fabula.models.match_network import Example, new_network

    chapters = [c for c in read_ablit(folder, ("train",)) if c.book not in HELD_BACK]
    kept = chapters[KEPT // 2 :: KEPT]
    taught = [c for k, c in enumerate(chapters) if k % KEPT != KEPT // 2]
    schedule = dataclasses.replace(CELL_SCHEDULE, seed=seed, steps=steps or CELL_SCHEDULE.steps)
    examples = [Example(chapter_stack(c), true_cells(c)) for c in taught]
    network = fit_cells(new_network(CHANNELS, seed=seed), examples, schedule, told)
    network.save(weights)
    card: dict[str, object] = {
        "task": "links of the sentences of two versions of one text (log odds of a cell)",
        "trained_on": "AbLit, partition train of these novels (no text of it is in the package)",
        "novels": sorted({c.book for c in taught}),
        "held_back": list(HELD_BACK),
        "chapters": len(taught),
        "channels": CHANNELS,
        "schedule": dataclasses.asdict(schedule),
        "validation_chapters": len(kept),
        "validation_f1": round(_pair_f1(network.evidence, kept), 4),
    }
    write_text(weights.with_suffix(".json"), json.dumps(card, indent=1) + "\n", force=True)
    return card


def chapter_stack(chapter: AbridgedChapter) -> np.ndarray:
    """The channels of a chapter (n, m, CHANNELS), in half precision: a novel's fit into memory."""
    return version_channels(chapter.abridged, chapter.original).astype(np.float16)


def true_cells(chapter: AbridgedChapter) -> list[tuple[int, ...]]:
    """For each abridged sentence the originals that it is linked with."""
    found: list[tuple[int, ...]] = [()] * len(chapter.abridged)
    for abridged, original in chapter.links:
        for k in abridged:
            found[k] += tuple(original)
    return found


def _pair_f1(evidence: Callable[[np.ndarray], np.ndarray], chapters: Sequence[AbridgedChapter]) -> float:
    right = said = true = 0
    for chapter in chapters:
        pairs = {(i, j) for i, row in enumerate(true_cells(chapter)) for j in row}
        blocks = best_blocks(evidence(chapter_stack(chapter)))
        found = {(i, j) for a, b, c, d in blocks for i in range(a, b + 1) for j in range(c, d + 1)}
        right, said, true = right + len(pairs & found), said + len(found), true + len(pairs)
    return 2 * right / max(said + true, 1)
