"""Training the aligner of films and books: network, chain, calibration, chance, card."""

import dataclasses
import datetime
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fabula.align.chain import Calibration, Chain, chain_from, mass_near
from fabula.align.model import AlignerModel, Answer, Network
from fabula.align.significance import Chance, fit_chance
from fabula.align.stack import CHANNELS, channel_stack
from fabula.features import open_cache
from fabula.train.annotated import pair_of_annotation, read_annotations
from fabula.train.calibration import best_threshold, learn_calibration, outcomes
from fabula.train.material import Recipe, Told, made_pairs, mismatched, real_films
from fabula.train.pairs import TruePair

KEEP = 4  # one novel in so many is kept from the network, for the chain and the calibration
JOINED = (1, 2, 6)  # novels in a row that a film is laid beside, to learn how chance grows with length
LEAST = 0.7  # real films invent lines that sound like their book, more than made ones do
EASY = 0.3  # weight of an abridged novel's sentence against a cue's
START = Chain(
    scale=1.0,
    doubt=3.0,
    near=3.0,
    far=5.0,
    back=1.5,
    pause=2.5,
    inside=(0.25, 0.5, 0.12, 0.08, 0.01),
    across=(0.15, 0.35, 0.38, 0.08, 0.03),
    leave=0.15,
    stay_out=0.88,
)
"""Where learning the chain starts."""

DATA = (
    "films made from public-domain novels, AbLit's abridged novels (train partition, three novels left out), and real "
    "films whose correspondences with their books were annotated by reading; no text of them is in the package"
)


def train(made: Sequence[TruePair], real: Sequence[TruePair], recipe: Recipe, told: Told) -> AlignerModel:
    """Fit network, chain and calibration.

    First the network alone, which is quick; then network and chain as one. The films of every fourth novel are kept
    from both, for the calibration.
    """
    titles = list(dict.fromkeys(novel_of(pair) for pair in made))[::KEEP]
    kept = [pair for pair in made if novel_of(pair) in titles]
    seen = [pair for pair in made if novel_of(pair) not in titles]
    network, chain = fit(seen, real, recipe, told=told)
    model = AlignerModel("untitled", network, tuple(CHANNELS), chain, Calibration(), 0.5, Chance(0.0, 1.0), {})
    answers = [model.read_off(model.evidence(pair.pair), pair.gaps) for pair in kept]
    return calibrated(model, answers, kept)


def fit(
    made: Sequence[TruePair],
    real: Sequence[TruePair],
    recipe: Recipe,
    width: int | None = None,
    told: Told = lambda line: None,
) -> tuple[Network, Chain]:
    """Train the network, then network and chain as one, on made pairs and for a share of the time on real ones.

    Args:
        made: made pairs.
        real: annotated films.
        recipe: steps, seed and the share of real films.
        width: of the hidden layers; 0 for one linear layer.
        told: called with lines about the progress.
    """
    from fabula.models import chain_training as chains
    from fabula.models import match_network as nets

    stacks = [channel_stack(pair.pair) for pair in (*made, *real)]
    weights = _weights(made, real, recipe.real)
    paths = [
        chains.Path(stack, pair.truth, pair.gaps, weight)
        for stack, pair, weight in zip(stacks, (*made, *real), weights, strict=True)
    ]
    network = nets.new_network(len(CHANNELS), nets.WIDTH if width is None else width, recipe.seed)
    alone = nets.Schedule(steps=recipe.steps, seed=recipe.seed)
    examples = [nets.Example(path.stack, path.truth, path.weight) for path in paths]
    nets.fit(network, examples, alone, _report("network", told))
    together = nets.Schedule(steps=recipe.together, rows=96, columns=1000, rate=2e-3, drop=0.1, seed=recipe.seed)
    parameters = chains.ChainParameters(dataclasses.asdict(START))
    chains.fit_paths(network, parameters, paths, together, _report("network and chain", told))
    return network, chain_from(parameters.numbers())


def novel_of(pair: TruePair) -> str:
    """The title of the novel that a made film tells (its films are numbered), or the name of an abridged one."""
    return pair.name if pair.name.startswith("ablit") else pair.name.rsplit(" ", 1)[0]


def _report(task: str, told: Told) -> Callable[[int, float], None]:
    return lambda step, loss: told(f"{task}, step {step}: {loss:.4f}") if step % 100 == 0 else None


def _weights(made: Sequence[TruePair], real: Sequence[TruePair], share: float) -> list[float]:
    """How often each pair is drawn: made ones by length (abridged ones are easy and count less), real ones alike."""
    sizes = [len(pair.truth) * (EASY if pair.name.startswith("ablit") else 1.0) for pair in made]
    rest = 1 - share if real else 1.0
    return [rest * size / sum(sizes) for size in sizes] + [share / len(real)] * len(real)


def calibrated(model: AlignerModel, answers: Sequence[Answer], pairs: Sequence[TruePair]) -> AlignerModel:
    """The model with calibration and threshold learned from its answers; every pair weighs the same."""
    raw, right, tells, weights = (
        np.concatenate(column)
        for column in zip(*(_outcome(a, p) for a, p in zip(answers, pairs, strict=True)), strict=True)
    )
    calibration = learn_calibration(raw, right, weights)
    accept = max(best_threshold(calibration(raw), right, tells, weights), LEAST)
    return dataclasses.replace(model, calibration=calibration, accept=accept)


def _outcome(answer: Answer, pair: TruePair) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For the units whose truth is known: probability, whether the place is right, whether there is one, weight."""
    known = np.array([told is not None for told in pair.truth])
    raw = mass_near(answer.matched, answer.places)[known]
    tells = np.array([bool(told) for told in pair.truth])[known]
    return raw, outcomes(answer, pair.truth)[known], tells, np.full(len(raw), 1 / len(raw))


def learn_chance(model: AlignerModel, films: Sequence[TruePair], novels: Sequence[TruePair]) -> Chance:
    """The distribution of fit for films and books that have nothing to do with each other.

    Args:
        model: the aligner.
        films: real films; only their lines count.
        novels: others' novels; only their texts count. Several of them in a row make a longer book.
    """
    scores, lengths = [], []
    for k, film in enumerate(films):
        for joined in JOINED:
            first = (7 * k) % len(novels)
            chosen = [novels[(first + j) % len(novels)].pair for j in range(joined)]
            pair = mismatched(film.pair, chosen)
            evidence = model.evidence(pair)
            scores.append(model.fit(evidence, film.gaps, model.read_off(evidence, film.gaps)).score)
            lengths.append(len(pair.prose))
    return fit_chance(np.array(scores), np.array(lengths))


def train_aligner(
    recipe: Recipe,
    output: Path,
    fiction: Path,
    ablit: Path | None = None,
    subtitles: Path | None = None,
    data: Path | None = None,
    told: Told = lambda line: None,
) -> str:
    """Everything from texts to the card; see ``fabula train aligner``. Returns a line about the result."""
    store = open_cache()
    made = made_pairs(recipe, fiction, ablit, subtitles, store, told)
    real = [pair_of_annotation(found, store) for found in (read_annotations(data) if data else ())]
    model = train(made, real, recipe, told)
    films = list(real_films(subtitles, store)) if subtitles else []
    if films:
        novels = {novel_of(pair): pair for pair in made if not pair.name.startswith("ablit")}
        model = dataclasses.replace(model, chance=learn_chance(model, films, list(novels.values())))
    about = {
        "recipe": dataclasses.asdict(recipe),
        "made_pairs": len(made),
        "real_films": [pair.name for pair in real],
        "data": DATA,
        "licence": "Apache-2.0",
    }
    save(model, output, about)
    return f"{len(made)} made pairs, {len(real)} real films; accepts from {model.accept}"


def save(model: AlignerModel, path: Path, about: dict[str, Any]) -> None:
    """Write the weights (.safetensors) and, last, the card (.json) that makes them a model."""
    from fabula.models.match_network import MatchNetwork

    assert isinstance(model.network, MatchNetwork)
    path.parent.mkdir(parents=True, exist_ok=True)
    model.network.save(path.with_suffix(".safetensors"))
    card = {
        "name": f"{path.stem}-{datetime.date.today().isoformat()}",
        "channels": list(model.channels),
        "width": model.network.width,
        "weights": sum(p.numel() for p in model.network.parameters()),
        "chain": dataclasses.asdict(model.chain),
        "calibration": dataclasses.asdict(model.calibration),
        "accept": model.accept,
        "chance": dataclasses.asdict(model.chance),
        **about,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
