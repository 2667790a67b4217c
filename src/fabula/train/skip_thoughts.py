"""Training skip-thought vectors: sentences of a shelf of novels, vocabulary, network, card."""

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fabula.errors import InputError
from fabula.files.novels import Novel, read_novels
from fabula.metrics.tokens import Tokens, prose_tokens
from fabula.train.shelves import sample_runs, split_shelf

if TYPE_CHECKING:
    from fabula.models.prose import Prose
    from fabula.models.skip_thought_training import SkipThoughtRecipe, SkipThoughtTraining
    from fabula.models.vocabulary import Vocabulary

Told = Callable[[str], None]

HELD_SENTENCES = 500  # of held-back novels, by which each stretch of the training is measured
STRETCHES = 20  # times that it is measured and kept
FEWEST = 100  # sentences from which anything can be learned
FEWEST_USES = 2


@dataclass(frozen=True)
class Foretelling:
    """How well neighbours in held-back novels are foretold, in nats for a word.

    Args:
        own: from the vector of the sentence between them.
        others: from the vector of another sentence.
    """

    own: float
    others: float

    @property
    def line(self) -> str:
        """For people."""
        told = self.others - self.own
        return f"{self.own:.3f} nats a word, {self.others:.3f} with another sentence's vector (it tells {told:.3f})"


def train_skip_thoughts(
    books: Path, output: Path, recipe: "SkipThoughtRecipe | None" = None, told: Told = lambda line: None
) -> Foretelling:
    """Everything from novels to the card; see ``fabula train skipthoughts``.

    A run that was cut short goes on after its last stretch (a twentieth), when books and recipe are the same.

    Args:
        books: a shelf that ``fabula.files.novels.read_novels`` reads.
        output: the card (.json); weights (.safetensors) and curve (.csv) go beside it.
        recipe: how to train.
        told: called with lines about the progress.

    Raises:
        InputError: the shelf cannot be read or has too little text.
    """
    from fabula.models.skip_thought_training import SkipThoughtRecipe, SkipThoughtTraining

    recipe = recipe or SkipThoughtRecipe()
    recipe.shape  # noqa: B018 (a kind that does not exist is told before the books are read)
    told(f"reading {books}")
    learned, held = split_shelf(read_novels(books))
    vocabulary, prose = _learned_prose(learned, books, recipe)
    watched = held_prose(held, vocabulary, recipe)
    told(
        f"{len(prose.lengths):,} sentences of {len(learned)} novels, {len(vocabulary):,} words; "
        f"{len(held)} novels are held back"
    )
    training = SkipThoughtTraining(recipe, prose, len(vocabulary))
    output.parent.mkdir(parents=True, exist_ok=True)
    state = output.with_suffix(".checkpoint")
    if training.resume(state):
        told(f"going on after step {training.step} of {training.steps}")
    found = None
    stretch = -(-training.steps // STRETCHES)
    while training.step < training.steps:
        loss = training.run(stretch, lambda step, loss: told(f"  step {step}: {loss:.3f}") if step % 20 == 0 else None)
        found = Foretelling(*training.measure(watched))
        told(f"step {training.step} of {training.steps}: loss {loss:.3f}; held-back novels: {found.line}")
        _curve(output, training.step, stretch, loss, found)
        training.save(state)
    found = found or Foretelling(*training.measure(watched))
    _save(training, vocabulary, output, len(learned), found)
    return found


def _learned_prose(novels: Sequence[Novel], books: Path, recipe: "SkipThoughtRecipe") -> tuple["Vocabulary", "Prose"]:
    """The words that are learned, and the sentences."""
    from fabula.models.prose import number_prose
    from fabula.models.vocabulary import MARKS, Vocabulary, frequent_words

    runs = _tokens(novels, recipe.sentences, recipe.seed)
    found = sum(map(len, runs))
    if found < FEWEST:
        problem = f"{found} sentences are too few to learn from"
        raise InputError(books, problem, f"give novels with at least {FEWEST} sentences")
    counts = Counter(word for run in runs for words in run for word in words)
    vocabulary = Vocabulary(frequent_words(counts, FEWEST_USES, recipe.vocabulary - len(MARKS)), prose_tokens)
    return vocabulary, number_prose(runs, vocabulary, recipe.longest)


def held_prose(novels: Sequence[Novel], vocabulary: "Vocabulary", recipe: "SkipThoughtRecipe") -> "Prose":
    """Sentences of held-back novels, the same whatever is learned from."""
    from fabula.models.prose import number_prose

    return number_prose(_tokens(novels, HELD_SENTENCES, 0), vocabulary, recipe.longest)


def _tokens(novels: Sequence[Novel], count: int, seed: int) -> list[list[Tokens]]:
    """Runs of sentences of words. Each word is in memory once, however often it is used."""
    runs = sample_runs(novels, count, np.random.default_rng(seed))
    return [[tuple(map(sys.intern, prose_tokens(sentence))) for sentence in run] for run in runs]


def _curve(output: Path, step: int, stretch: int, loss: float, found: Foretelling) -> None:
    """One line for each stretch, for plotting."""
    path = output.with_suffix(".csv")
    if step <= stretch:
        path.write_text("step,loss,held_back,held_back_other_vector\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{step},{loss:.4f},{found.own:.4f},{found.others:.4f}\n")


def _save(
    training: "SkipThoughtTraining", vocabulary: "Vocabulary", path: Path, novels: int, found: Foretelling
) -> None:
    """Write the weights and, last, the card that makes them a model."""
    from fabula.models.skip_thought import SkipThoughtEncoder
    from fabula.models.vocabulary import MARKS

    encoder = SkipThoughtEncoder(path.stem, training.kept.encoder, vocabulary)
    encoder.save(path.with_suffix(".safetensors"))
    card = {
        "name": path.stem,
        "shape": dataclasses.asdict(training.recipe.shape),
        "recipe": dataclasses.asdict(training.recipe),
        "novels": novels,
        "sentences": len(training.prose.lengths),
        "held_back": {"nats": round(found.own, 4), "nats_other_vector": round(found.others, 4)},
        "licence": "Apache-2.0",
        "words": list(vocabulary.words[len(MARKS) :]),
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
