"""The network: its blocks agree with the whole, it learns a planted rule, and its files are checked."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fabula.errors import FabulaError
from fabula.models import match_network as nets


def planted(seed: int, units: int = 60, texts: int = 80) -> nets.Example:
    """Channel 0 is right where its diagonal neighbours say so too; alone it is noise. Channel 1 is noise."""
    rng = np.random.default_rng(seed)
    stack = rng.normal(0, 1, (units, texts, 2)).astype(np.float32)
    truth = [(k,) if k % 20 < 12 else () for k in range(units)]
    for k, told in enumerate(truth):
        for j in told:
            stack[k, j, 0] += 2.0
    return nets.Example(stack, truth)


def test_blocks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nets.new_network(3, seed=1).eval()
    stack = np.random.default_rng(0).normal(size=(40, 30, 3)).astype(np.float32)
    whole = network.evidence(stack)
    monkeypatch.setattr(nets, "BLOCK", 90)
    np.testing.assert_allclose(network.evidence(stack), whole, atol=1e-5)


@pytest.mark.parametrize("width", [0, 16])
def test_context_is_learned(width: int) -> None:
    network = nets.fit(
        nets.new_network(2, width), [planted(k) for k in range(6)], nets.Schedule(steps=250, rows=40, rate=1e-2)
    )
    test = planted(99)
    found = network.evidence(test.stack)
    told = [k for k, truth in enumerate(test.truth) if truth]
    hits = np.mean([found[k].argmax() == k for k in told])
    alone = np.mean([test.stack[k, :, 0].argmax() == k for k in told])
    assert hits > alone + 0.3
    assert found[told].max(axis=1).mean() > found[[k for k in range(60) if k not in told]].max(axis=1).mean()


def test_loss_is_the_surprise_of_the_choice() -> None:
    evidence = torch.tensor([[2.0, 0.0], [2.0, 0.0]])
    truth = torch.tensor([[True, False], [False, False]])
    weights = np.exp([2.0, 0.0]) / 2
    expected = -np.log([weights[0] / (1 + weights.sum()), 1 / (1 + weights.sum())]).mean()
    assert float(nets.choice_loss(evidence, truth)) == pytest.approx(expected, rel=1e-5)


def test_what_nobody_knows_teaches_nothing() -> None:
    example = planted(1)
    unknown = nets.Example(example.stack, [None if k % 2 else t for k, t in enumerate(example.truth)])
    rng = np.random.default_rng(0)
    _, truth, rows = next(nets._runs(7, [unknown], nets.Schedule(steps=1, rows=20), rng))
    assert len(truth) == len(rows) == 10


def test_training_is_repeatable() -> None:
    runs = [nets.fit(nets.new_network(2, 4), [planted(1)], nets.Schedule(steps=5)).state_dict() for _ in range(2)]
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])


def test_weights_survive_their_file_and_others_are_refused(tmp_path: Path) -> None:
    network = nets.new_network(3, 8, seed=3).eval()
    network.save(tmp_path / "w.safetensors")
    stack = np.ones((4, 5, 3), np.float32)
    again = nets.load_match_network(tmp_path / "w.safetensors", 3, 8)
    np.testing.assert_array_equal(again.evidence(stack), network.evidence(stack))
    with pytest.raises(FabulaError, match=r"w\.safetensors"):
        nets.load_match_network(tmp_path / "w.safetensors", 4, 8)
    (tmp_path / "bad.safetensors").write_bytes(b"nonsense")
    with pytest.raises(FabulaError, match="bad"):
        nets.load_match_network(tmp_path / "bad.safetensors", 3, 8)
