"""Training the aligner of films and books: network, chain, calibration, chance, card."""

import dataclasses
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fabula.align.chain import Calibration, mass_near
from fabula.align.model import AlignerModel, Answer, Network
from fabula.align.significance import Gumbel, fit_gumbel
from fabula.align.stack import CHANNELS, channel_stack
from fabula.features import open_cache
from fabula.train.annotated import pair_of_annotation, read_annotations
from fabula.train.calibration import best_threshold, learn_calibration, outcomes
from fabula.train.chain import learn_chain
from fabula.train.material import Recipe, Told, made_pairs, mismatched, real_films
from fabula.train.pairs import TruePair

KEEP = 4  # one made pair in so many is kept from the network, for the chain and the calibration
CHAIN_PAIRS = 6  # of the kept ones: learning the chain is slow
DATA = (
    "films made from public-domain novels, AbLit's abridged novels (train partition, three novels left out), and real "
    "films whose correspondences with their books were annotated by reading; no text of them is in the package"
)


def fit_network(
    made: Sequence[TruePair],
    real: Sequence[TruePair],
    recipe: Recipe,
    width: int | None = None,
    channels: Sequence[str] = tuple(CHANNELS),
    told: Told = lambda line: None,
) -> Network:
    """Train the network on made pairs and, a share of the time, on real ones.

    Args:
        made: made pairs.
        real: annotated films.
        recipe: steps, seed and the share of real units.
        width: of the hidden layers; 0 for one linear layer.
        channels: those that the network reads.
        told: called with lines about the progress.
    """
    from fabula.models import match_network as nets

    examples = [[nets.Example(channel_stack(p.pair, channels), p.truth) for p in pairs] for pairs in (made, real)]
    counts = [sum(unit is not None for p in pairs for unit in p.truth) for pairs in (made, real)]
    again = max(1, round(recipe.real / (1 - recipe.real) * counts[0] / max(counts[1], 1)))
    network = nets.new_network(len(channels), nets.WIDTH if width is None else width, recipe.seed)
    schedule = nets.Schedule(steps=recipe.steps, seed=recipe.seed)
    report = lambda step, loss: told(f"step {step}: {loss:.4f}") if step % 100 == 0 else None  # noqa: E731
    return nets.fit(network, [*examples[0], *examples[1] * again], schedule, report)


def train(made: Sequence[TruePair], real: Sequence[TruePair], recipe: Recipe, told: Told) -> AlignerModel:
    """Fit network, chain and calibration.

    Every fourth made pair is kept from the network; the chain and the calibration are learned on those and on the
    real films, which weigh as much together. (The network has seen the real films; leaving each of them out in turn is
    an experiment of the log, too dear for every training.)
    """
    kept, seen = made[::KEEP], [pair for k, pair in enumerate(made) if k % KEEP]
    network = fit_network(seen, real, recipe, told=told)
    pairs = [*kept[:CHAIN_PAIRS], *real]
    evidence = [network.evidence(channel_stack(p.pair)) for p in pairs]
    chain = learn_chain([(e, p.gaps, p.truth) for e, p in zip(evidence, pairs, strict=True)], told=told)
    model = AlignerModel("untitled", network, tuple(CHANNELS), chain, Calibration(), 0.5, Gumbel(0.0, 1.0), {})
    return calibrated(model, [model.read_off(e, p.gaps) for e, p in zip(evidence, pairs, strict=True)], pairs)


def calibrated(model: AlignerModel, answers: Sequence[Answer], pairs: Sequence[TruePair]) -> AlignerModel:
    """The model with calibration and threshold learned from its answers; every pair weighs the same."""
    raw, right, tells, weights = (
        np.concatenate(column)
        for column in zip(*(_outcome(a, p) for a, p in zip(answers, pairs, strict=True)), strict=True)
    )
    calibration = learn_calibration(raw, right, weights)
    return dataclasses.replace(
        model, calibration=calibration, accept=best_threshold(calibration(raw), right, tells, weights)
    )


def _outcome(answer: Answer, pair: TruePair) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For the units whose truth is known: probability, whether the place is right, whether there is one, weight."""
    known = np.array([told is not None for told in pair.truth])
    raw = mass_near(answer.matched, answer.places)[known]
    tells = np.array([bool(told) for told in pair.truth])[known]
    return raw, outcomes(answer, pair.truth)[known], tells, np.full(len(raw), 1 / len(raw))


def learn_chance(model: AlignerModel, films: Sequence[TruePair], novels: Sequence[TruePair]) -> Gumbel:
    """The distribution of fit for films and books that have nothing to do with each other.

    Args:
        model: the aligner.
        films: real films; only their lines count.
        novels: others' novels; only their texts count.
    """
    scores = []
    for film in films:
        for novel in novels:
            pair = mismatched(film.pair, novel.pair)
            evidence = model.evidence(pair)
            scores.append(model.fit(evidence, film.gaps, model.read_off(evidence, film.gaps)).score)
    found = fit_gumbel(np.array(scores))
    return Gumbel(round(found.location, 5), round(found.scale, 5))


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
        novels = {pair.name.rsplit(" ", 1)[0]: pair for pair in made if not pair.name.startswith("ablit")}
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
