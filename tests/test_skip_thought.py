"""Skip-thought vectors: each part against plain arithmetic, and learning from a made-up shelf."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from fabula.app.cli import app
from fabula.errors import FabulaError, InputError
from fabula.features import load_encoder
from fabula.files.novels import Novel, read_novels
from fabula.metrics.tokens import prose_tokens
from fabula.models.prose import number_prose
from fabula.models.skip_thought import (
    Shape,
    SkipThoughtEncoder,
    SkipThoughtNetwork,
    expansion,
    load_skip_thought,
    piece_vectors,
)
from fabula.models.skip_thought_decoders import NeighbourDecoder, WrongWords, sampled_loss, whole_loss
from fabula.models.skip_thought_training import SkipThoughtRecipe, SkipThoughtTraining
from fabula.models.vocabulary import MARKS, UNKNOWN, Vocabulary
from fabula.train.shelves import prose_sentences, sample_runs, split_shelf
from fabula.train.skip_thoughts import train_skip_thoughts
from made_shelf import made_shelf

TINY = SkipThoughtRecipe(
    word=16, hidden=16, decoder=16, vocabulary=200, sentences=1500, batch=32, negatives=32, rate=1e-2, average=0.9
)
TEXTS = ["The ship was near the harbour.", "“No!”", "A priest looked at the bell for a long time.", "", "The ship."]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def runs(shelf: Path) -> list[list[tuple[str, ...]]]:
    learned, _ = split_shelf(read_novels(shelf))
    return [[prose_tokens(s) for s in run] for run in sample_runs(learned, 600, np.random.default_rng(0))]


@pytest.fixture(scope="module")
def vocabulary(runs: list[list[tuple[str, ...]]]) -> Vocabulary:
    return Vocabulary(sorted({word for run in runs for words in run for word in words}), prose_tokens)


def encoder(kind: str, vocabulary: Vocabulary, seed: int = 0) -> SkipThoughtEncoder:
    torch.manual_seed(seed)
    return SkipThoughtEncoder("made", SkipThoughtNetwork(len(vocabulary), Shape(kind, 8, 12)), vocabulary)


def test_words_keep_punctuation_and_part_contractions() -> None:
    found = prose_tokens("“Don’t go—now,” he said.")
    assert found == ('"', "do", "n't", "go", "-", "now", ",", '"', "he", "said", ".")


@pytest.mark.parametrize(("kind", "dimension"), [("uni", 12), ("bi", 12), ("combine", 24)])
def test_a_vector_is_the_last_state_of_each_layer(vocabulary: Vocabulary, kind: str, dimension: int) -> None:
    made = encoder(kind, vocabulary)
    assert made.dimension == dimension
    words = torch.tensor([vocabulary.encode(TEXTS[0])])
    read = made.network.words(words)
    halves = []
    for layer in made.network.layers.values():
        states = layer(read)[0][0]
        last = states[-1] if not layer.bidirectional else torch.cat([states[-1, :6], states[0, 6:]])
        halves.append(last / last.norm())
    expected = torch.cat(halves) / len(halves) ** 0.5
    np.testing.assert_allclose(made.encode([TEXTS[0]])[0], expected.detach().numpy(), atol=1e-6)


def test_vectors_depend_on_the_text_alone(vocabulary: Vocabulary) -> None:
    made = encoder("combine", vocabulary)
    together = made.encode(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(made.encode([text])[0], row, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), [1, 1, 1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together[0].reshape(2, 12), axis=1), 0.5**0.5, atol=1e-6)
    assert made.encode([]).shape == (0, 24)
    assert made.name == encoder("combine", vocabulary).name != encoder("combine", vocabulary, seed=1).name


def test_a_planted_map_is_found() -> None:
    rng = torch.Generator().manual_seed(0)
    planted, sources = torch.randn(5, 3, generator=rng), torch.randn(40, 5, generator=rng)
    assert torch.allclose(expansion(sources, sources @ planted), planted, atol=1e-5)
    noisy = sources @ planted + 0.1 * torch.randn(40, 3, generator=rng)
    found = expansion(sources, noisy)
    assert torch.allclose(sources.T @ (noisy - sources @ found), torch.zeros(5, 3), atol=1e-4)  # the normal equations


def test_unknown_words_get_vectors_from_their_pieces() -> None:
    words = json.loads(Path(str(load_json())).read_text("utf-8"))["words"][:900]
    known = Vocabulary([word for word in words if word.isalpha() and word != "horse"], prose_tokens)
    made = encoder("uni", known)
    pieces, there = piece_vectors(known.words[len(MARKS) :])
    assert bool(there.all())
    planted = torch.randn(384, 8, generator=torch.Generator().manual_seed(0))
    made.network.words.weight.data[len(MARKS) :] = pieces @ planted
    expected = piece_vectors(["horse"])[0][0] @ planted
    assert known.encode("horse") == [UNKNOWN]
    assert torch.allclose(made.expand(["horse"])["horse"], expected, atol=2e-2)
    assert not np.allclose(made.encode(["a horse"]), made.encode(["a helicopter"]), atol=1e-3)


def load_json() -> Path:
    """A card with many ordinary words, which is in the package."""
    import fabula.models

    return Path(fabula.models.__file__).parent / "weights" / "captions.json"


def test_the_decoder_is_a_gru_that_reads_the_vector_with_each_word() -> None:
    torch.manual_seed(0)
    decoder = NeighbourDecoder(word=5, vector=4, hidden=6)
    plain = nn.GRU(9, 6, batch_first=True)
    plain.weight_ih_l0.data = torch.cat([decoder.read.weight, decoder.heed.weight], 1).detach()
    plain.bias_ih_l0.data, plain.bias_hh_l0.data = decoder.read.bias.data, decoder.again.bias.data
    plain.weight_hh_l0.data = decoder.again.weight.data
    words, vectors = torch.randn(3, 7, 5), torch.randn(3, 4)
    expected = plain(torch.cat([words, vectors[:, None].expand(3, 7, 4)], 2))[0]
    assert torch.allclose(decoder.states(words, vectors), expected, atol=1e-6)


def test_the_sampled_loss_is_the_whole_one_when_every_word_is_drawn_and_near_it_otherwise() -> None:
    torch.manual_seed(0)
    table, bias, written, right = torch.randn(50, 6), torch.randn(50), torch.randn(20, 6), torch.randint(50, (20,))
    whole = whole_loss(written, right, table, bias)
    every = sampled_loss(written, right, table, bias, torch.arange(50), torch.zeros(50))
    assert torch.allclose(every, whole, atol=1e-5)
    shares = torch.rand(50, dtype=torch.float64).sort(descending=True).values + 0.1
    few = WrongWords(shares / shares.sum(), 20)
    assert few.draw(3)[:10].tolist() == list(range(10)) and (few.draw(3) == few.draw(3)).all()
    one, own = (
        written[:1] / 2,
        right[:1],
    )  # of one word: the odds against it are estimated without bias, their log is not
    estimates = [sampled_loss(one, own, table, bias, few.draw(k), few.odds).exp() for k in range(2000)]
    assert float(torch.stack(estimates).mean()) == pytest.approx(
        float(whole_loss(one, own, table, bias).exp()), rel=0.03
    )


def test_batches_have_every_middle_once_and_are_of_equal_length(
    runs: list[list[tuple[str, ...]]], vocabulary: Vocabulary
) -> None:
    prose = number_prose([*runs, [("a",)], [], [("a",), ()]], vocabulary, longest=9)
    batches = prose.batches(16, np.random.default_rng(0))
    assert sorted(np.concatenate(batches).tolist()) == prose.middles.tolist()
    assert len(prose.middles) == sum(len(run) - 2 for run in runs)
    assert all(len(set(prose.lengths[batch].tolist())) == 1 for batch in batches)
    assert prose.lengths.max() == 9
    first = prose.padded(np.array([0, 1]), before=(1,), after=(2,))[0].tolist()
    assert first[: 2 + prose.lengths[0]] == [1, *vocabulary.numbers(runs[0][0][:9]), 2]


def test_a_vector_learns_what_its_neighbours_speak_of_and_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    things, doings = ["ship", "horse", "bell", "wolf"], ["came", "fell", "slept", "sang"]
    runs = [[(things[k % 4], doings[int(d)]) for d in rng.integers(4, size=6)] for k in range(60)]
    vocabulary = Vocabulary(things + doings)
    prose = number_prose(runs, vocabulary, 30)
    recipe = dataclasses.replace(TINY, word=32, hidden=32, decoder=32, epochs=20, negatives=8, rate=2e-2)
    training = SkipThoughtTraining(recipe, prose, len(vocabulary))
    own, others = training.measure(prose)
    assert own == pytest.approx(others, abs=0.02)
    training.run(training.steps - 5)
    training.save(tmp_path / "state")
    again = SkipThoughtTraining(recipe, prose, len(vocabulary))
    assert again.resume(tmp_path / "state")
    assert again.run(99) == pytest.approx(training.run(99), rel=1e-5)
    own, others = again.measure(prose)
    assert own < 0.75 < 1.1 < others  # nats: 0.46 of three words if all but the doing is sure, 0.92 if nothing is
    other_prose = number_prose(runs[1:], vocabulary, 30)
    assert not SkipThoughtTraining(recipe, other_prose, len(vocabulary)).resume(tmp_path / "state")


def test_from_a_shelf_to_an_encoder_by_command(shelf: Path, tmp_path: Path) -> None:
    output = tmp_path / "mine.json"
    arguments = ["train", "skipthoughts", "--books", str(shelf), "-o", str(output), "--size", "tiny"]
    done = CliRunner().invoke(app, [*arguments, "--sentences", "700", "--vocabulary", "60"])
    assert done.exit_code == 0, done.output
    card = json.loads(output.read_text("utf-8"))
    assert len(card["words"]) <= 60 - len(MARKS)
    assert card["sentences"] <= 700
    assert len(output.with_suffix(".csv").read_text().splitlines()) > 5
    mine = load_encoder(str(output))
    assert mine.dimension == 64
    assert mine.encode(TEXTS).shape == (5, 64)
    output.with_suffix(".safetensors").write_bytes(b"")
    with pytest.raises(FabulaError, match="mine"):
        load_skip_thought(output)


def test_what_is_held_back_is_never_read(tmp_path: Path) -> None:
    shelf = made_shelf(tmp_path / "shelf", novels=6, paragraphs=30)
    learned, held = split_shelf(read_novels(shelf))
    assert learned and held
    assert not {novel.title for novel in learned} & {novel.title for novel in held}
    again, still = split_shelf(reversed(list(read_novels(shelf))))
    assert {novel.title for novel in still} == {novel.title for novel in held} and len(again) == len(learned)


def test_runs_come_evenly_from_genres_and_novels() -> None:
    def novel(genre: str, k: int, length: int) -> Novel:
        return Novel("", f"{genre}{k}", genre, tuple(f"Line {n} of {genre}{k}. HEAD." for n in range(length)))

    novels = [novel("sea", k, 100) for k in range(4)] + [novel("town", 0, 15), novel("town", 1, 100)]
    found = list(sample_runs(novels, 120, np.random.default_rng(0)))
    counts = {f"{n.title}.": sum(s.endswith(f"{n.title}.") for run in found for s in run) for n in novels}
    assert counts == {"sea0.": 15, "sea1.": 15, "sea2.": 15, "sea3.": 15, "town0.": 15, "town1.": 45}
    for run in found:
        numbers = [int(sentence.split()[1]) for sentence in run]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert prose_sentences("THE END OF ALL! It rained. Why?") == ["It rained.", "Why?"]


def test_bad_requests_are_told(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match="uni, bi"):
        Shape("tri")
    with pytest.raises(FabulaError, match=r"nothing\.json"):
        load_encoder(str(tmp_path / "nothing.json"))
    (tmp_path / "book.txt").write_text("One sentence only. And another.\n")
    with pytest.raises(InputError, match="too few"):
        train_skip_thoughts(tmp_path / "book.txt", tmp_path / "x.json", TINY)
    done = CliRunner().invoke(
        app, ["train", "skipthoughts", "--books", str(tmp_path), "-o", "x.json", "--size", "huge"]
    )
    assert done.exit_code and isinstance(done.exception, FabulaError)
