"""The likelihood of a path equals brute force and the chain's own, and training finds planted habits."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch

from fabula.align.chain import chain_from
from fabula.align.lattice import chain_marginals
from fabula.models.chain_training import ChainParameters, Path, _allowed, fit_paths, path_surprise
from fabula.models.match_network import Schedule, new_network
from fabula.train.aligner import START


def parameters() -> ChainParameters:
    return ChainParameters(dataclasses.asdict(START))


def test_surprise_is_that_of_all_paths_that_agree() -> None:
    units, texts = 3, 4
    evidence = np.random.default_rng(0).normal(0, 2, (units, texts)).astype(np.float32)
    across = np.array([True, False, True])
    truth = [(1,), None, ()]
    chain = parameters()
    inside, after, modes = (t.detach().numpy().astype(float) for t in chain.transitions(texts, texts / units, texts))
    allowed, known = _allowed(truth, 0, texts)
    assert known == 2
    total = agree = 0.0
    for path in itertools.product(itertools.product((0, 1), range(texts)), repeat=units):
        weight = np.exp(sum(evidence[t, j] - START.doubt for t, (mode, j) in enumerate(path) if mode == 0))
        for t, ((mode, i), (other, j)) in enumerate(itertools.pairwise(path)):
            weight *= modes[mode, other] * (after if across[t + 1] else inside)[i, j]
        total += weight
        agree += weight * all(bool(allowed[t, mode, j]) for t, (mode, j) in enumerate(path))
    found = path_surprise(torch.from_numpy(evidence), allowed, torch.from_numpy(across), chain, texts / units, texts)
    assert found.item() == pytest.approx(-np.log(agree / total), rel=1e-4)


def test_the_learned_numbers_mean_the_same_in_the_chain() -> None:
    """One known unit: its surprise is minus the log of the chain's marginal there (up to what leaves the ends)."""
    units, texts = 6, 60
    evidence = np.random.default_rng(1).normal(0, 2, (units, texts)).astype(np.float32)
    gaps = np.array([np.inf, 0.1, 9.0, 0.1, 0.1, 0.1])
    chain = chain_from(parameters().numbers())
    assert chain == dataclasses.replace(START, inside=chain.inside, across=chain.across)
    matched, _ = chain_marginals(evidence - chain.doubt, chain.motions(gaps, texts))
    truth: list[tuple[int, ...] | None] = [None, None, None, (30,), None, None]
    allowed, _ = _allowed(truth, 0, texts)
    across = torch.from_numpy(gaps >= chain.pause)
    found = path_surprise(torch.from_numpy(evidence), allowed, across, parameters(), texts / units, texts)
    assert found.item() == pytest.approx(-np.log(matched[3, 30]), abs=0.01)


def test_training_learns_network_and_motion() -> None:
    """Units that always go on by six texts, after noise in the channel: both have to be learned."""
    rng = np.random.default_rng(3)
    paths = []
    for _ in range(4):
        stack = rng.normal(0, 1, (40, 260, 1)).astype(np.float32)
        truth = [(6 * k,) for k in range(40)]
        stack[np.arange(40), [t[0] for t in truth], 0] += 3
        paths.append(Path(stack, truth, np.full(40, 0.1)))
    network, chain = new_network(1, 4), parameters()
    losses: list[float] = []
    fit_paths(
        network,
        chain,
        paths,
        Schedule(steps=150, rows=30, columns=260, rate=2e-2, drop=0.0),
        lambda _, x: losses.append(x),
    )
    assert losses[-1] < 0.5 * losses[5]
    numbers = chain.numbers()
    assert float(str(numbers["near"])) > 1.3 * START.near or float(str(numbers["far"])) != START.far
    assert numbers["stay_out"] != START.stay_out


def test_what_lies_outside_the_window_is_not_decided() -> None:
    allowed, known = _allowed([(50,), (3, 50), (), None], 0, 10)
    assert known == 2
    assert allowed[0].all()
    assert allowed[1].nonzero().tolist() == [[0, 3]]
    assert not allowed[2, 0].any()
    assert allowed[2, 1].all()
    assert allowed[3].all()
