"""Novels -> passages -> storyteller: names never come back, what is planted is learned, a killed run goes on."""

import dataclasses
import lzma
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from fabula.errors import FabulaError, InputError
from fabula.files.novels import is_held_back, read_novels
from fabula.models.beam import repeats
from fabula.models.decoder import PassageDecoder
from fabula.models.passage_training import PassageExamples, PassageRecipe, PassageTraining
from fabula.models.sampling import Sampling, sample
from fabula.models.storyteller import load_storyteller
from fabula.models.subwords import learn_subwords
from fabula.stories.names import NAME, plain_prose, without_names
from fabula.stories.passages import LONGEST, passages_of
from fabula.stories.styles import Style, learn_style, load_style, mix, narration, save_style
from fabula.stories.telling import by_commas, standing
from made_novels import RECIPE, captions_of_lamps, shelf

FIT = "The old man went slowly down to the river, and the dog went with him."


def test_novels_of_a_collection_have_genre_author_and_paragraphs(tmp_path: Path) -> None:
    found = list(read_novels(shelf(tmp_path)))
    assert [(n.genre, n.author, n.title) for n in found[:2]] == [
        ("sea", "Author 0", "Book 0 of the sea"),
        ("sea", "Author 1", "Book 1 of the sea"),
    ]
    assert len(found) == 16 and all(len(novel.paragraphs) == 12 for novel in found)
    assert 0 < sum(map(is_held_back, found)) < len(found)


def test_a_folder_of_books_has_its_folders_as_genres(tmp_path: Path) -> None:
    (tmp_path / "gothic").mkdir()
    (tmp_path / "gothic" / "night.txt").write_text("The night was dark.\n\nNobody came to the house.\n", "utf-8")
    (novel,) = read_novels(tmp_path)
    assert novel.genre == "gothic"
    assert novel.paragraphs == ("The night was dark.", "Nobody came to the house.")


def test_bad_shelves_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no book in this folder"):
        list(read_novels(tmp_path))
    with pytest.raises(InputError, match="no such file"):
        list(read_novels(tmp_path / "missing"))
    (tmp_path / "fiction-x.txt.xz").write_bytes(lzma.compress(b"=== A - B\nwords\n" * 99)[:-20])
    with pytest.raises(InputError, match="damaged"):
        list(read_novels(tmp_path))


def test_names_with_their_titles_become_one_mark() -> None:
    told = "Then we saw Mr. Brown with Anna Brown. Later Anna's dog met Miss Anna and Mr. Brown, and so did Brown."
    assert without_names([told], names={"anna", "brown"}) == [
        "Then we saw <name> with <name>. Later <name>'s dog met <name> and <name>, and so did <name>."
    ]


def test_names_are_learned_from_the_book_itself() -> None:
    texts = [
        "I met Anna there.",
        "Then came Anna.",
        "So said Anna, and the rose fell.",
        "A Rose fell from the rose bush.",
    ]
    assert without_names(texts)[3] == "A Rose fell from the rose bush."
    assert without_names(texts)[0] == f"I met {NAME} there."


def test_plain_prose_has_one_kind_of_quote_and_dash() -> None:
    assert plain_prose("“Well”—he _said_ ‘so’ . . . and  left…") == "\"Well\" - he said 'so' ... and left..."


def test_long_paragraphs_are_cut_between_sentences() -> None:
    paragraph = " ".join("This is the sentence with the word in it." for _ in range(30))
    parts = list(passages_of([paragraph]))
    assert " ".join(parts) == paragraph and len(parts) > 1
    assert all(part.count(" ") < LONGEST and part.endswith("in it.") for part in parts)
    assert list(passages_of(["Too short.", "word " * (LONGEST + 1)])) == []


@pytest.mark.parametrize(
    ("paragraph", "kept"),
    [
        (f"It was cold. {NAME} came in. {FIT} {FIT}", [f"{FIT} {FIT}"]),
        (f'{FIT} "Come," said the man, "and let us go to the house by the river together."', [FIT]),
        ("He went to Rome in the winter of that year, and never came back to the old house.", []),
        ("He went there with the captain in 1812, and never came back to the old house.", []),
        ("HE WENT there with the captain in the winter, and never came back to the house.", []),
        ("I know that I went there with her, and I'm sure that we never came back again.", None),
    ],
)
def test_passages_are_what_a_narrator_says_without_names(paragraph: str, kept: list[str] | None) -> None:
    assert list(passages_of([paragraph])) == ([paragraph] if kept is None else kept)


def test_subwords_know_every_text() -> None:
    subwords = learn_subwords(["the cat and the hat"] * 9, 300)
    (ids,) = subwords.encode(["the cat saw a zebra, él"])
    assert subwords.decode(ids) == "the cat saw a zebra, él" and max(ids) < len(subwords)


def test_no_run_is_said_twice() -> None:
    scores = torch.zeros(2, 10)
    repeats(scores, torch.tensor([[4, 5, 6, 4, 5], [4, 5, 6, 7, 8]]), 3)
    assert scores[0].nonzero().flatten().tolist() == [6] and not scores[1].any()


def tiny() -> tuple[PassageTraining, int]:
    """A decoder that is to say of vector k: the pieces 10 + k, three times."""
    rng = np.random.default_rng(0)
    said = np.eye(8, 16, dtype=np.float16)
    which = rng.integers(8, size=400)
    examples = PassageExamples(
        [np.full(3, 10 + k) for k in which], said[which], np.zeros((400, 2), int), np.zeros((1, 16), np.float32)
    )
    recipe = PassageRecipe(epochs=20, hidden=32, read=32, batch=40, rate=5e-3, portion=100, average=0.9, noise=0.1)
    return PassageTraining(recipe, examples, 20), 8


def test_a_decoder_learns_to_say_what_its_vector_says(tmp_path: Path) -> None:
    training, count = tiny()
    training.run_portion()
    training.save(tmp_path / "state")
    again, _ = tiny()
    assert again.resume(tmp_path / "state") and again.step == 100
    while training.step < training.steps:
        training.run_portion()
    while again.step < again.steps:
        again.run_portion()
    for one, other in zip(training.kept.parameters(), again.kept.parameters(), strict=True):
        assert torch.equal(one, other)  # a run that was cut short ends as one that was not
    memory = torch.zeros(count, 2, 16)
    memory[:, 0] = torch.eye(8, 16)
    how = Sampling(nucleus=0.5, shortest=0, longest=3, block=0)
    assert sample(training.kept, memory, how) == [[10 + k] * 3 for k in range(count)]


def test_the_same_seed_draws_the_same() -> None:
    torch.manual_seed(0)
    decoder = PassageDecoder(50, 8, 16, 16).eval()
    memory = torch.randn(3, 2, 8)
    first, again, other = (sample(decoder, memory, Sampling(nucleus=1.0, seed=seed)) for seed in (1, 1, 2))
    assert first == again != other
    guided = sample(decoder, memory, Sampling(nucleus=1.0, guidance=2.0, seed=1))
    assert all(len(row) >= Sampling.shortest for row in guided)


def test_words_wear_off_when_they_are_said() -> None:
    torch.manual_seed(0)
    decoder = PassageDecoder(60, 8, hidden=16, read=8).eval()
    memory = torch.randn(8, 2, 8)
    wearing = torch.ones(60)
    wearing[20] = 0.0
    how = Sampling(block=0, weariness=100.0, shortest=30, longest=30)

    def most(texts: list[list[int]], spared: int) -> int:
        return max(Counter(number for number in text if number != spared).most_common(1)[0][1] for text in texts)

    assert most(sample(decoder, memory, how, None, wearing), 20) == 1
    assert most(sample(decoder, memory, how), 20) > 1
    liked = torch.zeros(60)
    liked[20] = 50.0
    assert sample(decoder, memory, how, liked, wearing) == [[20] * 30] * 8


def test_training_from_novels_to_a_card(tmp_path: Path) -> None:
    from fabula.train.storyteller import train_storyteller, train_styles

    books = shelf(tmp_path, books=12)
    card, captions = tmp_path / "st.json", captions_of_lamps(tmp_path)
    lines: list[str] = []
    nats = train_storyteller(books, card, RECIPE, captions, lines.append, "hash")
    teller = load_storyteller(card)
    assert 0 < nats < 10
    memory = np.zeros((2, 2, len(teller.prose_mean)), np.float32)
    for text in teller.write(memory, Sampling(longest=30)) + teller.search(memory, 3, 20, 1.0, 3)[0]:
        assert NAME not in text and "Maria" not in text
    assert train_storyteller(books, card, RECIPE, captions, encoder="hash") == 0.0  # nothing is left to do
    styles = train_styles(books, tmp_path / "styles", encoder="hash")
    assert [path.name for path in styles] == ["sea.style", "town.style"]
    with pytest.raises(InputError, match="exists already"):
        train_styles(books, tmp_path / "styles", encoder="hash")


def style(name: str, value: float, encoder: str = "e") -> Style:
    """A style whose means are all the same number."""
    return Style(name, encoder, (name,), 1, {"all": np.full(3, value, np.float32)})


def test_styles_are_kept_and_mixed(tmp_path: Path) -> None:
    for name, value in (("one", 1.0), ("three", 3.0)):
        save_style(style(name, value), tmp_path / f"{name}.style")
    first, second = (str(tmp_path / f"{name}.style") for name in ("one", "three"))
    assert dataclasses.replace(load_style(first), means={}) == dataclasses.replace(style("one", 1.0), means={})
    mixed = mix({first: 1.0, second: 3.0})
    assert mixed.mean("long").tolist() == pytest.approx([2.5] * 3)
    assert mixed.name == "25% one + 75% three"
    with pytest.raises(FabulaError, match="weights"):
        mix({first: 0.0, second: 0.0})
    save_style(style("other", 1.0, "another"), tmp_path / "other.style")
    with pytest.raises(FabulaError, match="different sentence encoders"):
        mix({first: 1.0, str(tmp_path / "other.style"): 1.0})


def test_bad_styles_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.style").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="this is no style"):
        load_style(str(tmp_path / "x.style"))
    with pytest.raises(FabulaError, match="There is no style nowhere"):
        load_style("nowhere")


def test_a_style_is_the_mean_of_its_books_passages(tmp_path: Path) -> None:
    from fabula.features import HashEncoder, open_cache

    novels = [novel for novel in read_novels(shelf(tmp_path)) if novel.genre == "sea"]
    usual = {"sea": 0.02, "night": 0.07}
    found = learn_style("sea", [narration(novel) for novel in novels], usual, HashEncoder(), open_cache())
    assert found.words["sea"] > 0
    assert found.passages == 96 and set(found.means) == {"all", "short"}
    town = HashEncoder().encode(["the town was quiet"])[0]
    sea = HashEncoder().encode(["the sea was quiet"])[0]
    assert found.mean() @ sea > found.mean() @ town


def test_songs_have_a_line_for_each_comma() -> None:
    assert by_commas("He came, he saw. She left") == "He came\nhe saw.\nShe left"


def test_standing_of_alike_values_is_zero() -> None:
    assert standing(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    assert standing(np.array([1.0, 3.0])).tolist() == [-1.0, 1.0]
