"""Films made from novels: is the truth true, and are they as far from the novel as asked for?"""

import lzma
import os
import random
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from fabula.align.words import tokenise
from fabula.errors import InputError
from fabula.files.fiction import Novel, read_fiction
from fabula.train import phrases, subtitling
from fabula.train.adaptations import Adaptation, Distance, adapt, excerpt, levels, random_distance, share_kept
from fabula.train.paragraphs import narration, speech
from fabula.train.retelling import Beat, Reteller
from fabula.train.rewording import Rewriter, Vocabulary, synonyms

NAMES = ("Sophia", "Gerard", "Maddox", "Winifred")
PLACES = ("harbour", "lantern", "orchard", "saddle", "kettle", "bridge", "cellar", "garden", "letter", "basket")
VERBS = ("carry", "hide", "polish", "burn", "paint", "follow", "repair", "sell", "buy", "find", "lose", "break", "open")


def marker(index: int) -> str:
    """A word that no other paragraph has, of letters only."""
    return "zq" + "".join("abcdefghij"[int(digit)] for digit in str(index)) + "ex"


def novel(size: int = 600, seed: int = 1) -> list[str]:
    """Paragraphs of speech and narration, each with a marker; no markers stand where nouns stand."""
    rng = random.Random(seed)
    texts = []
    for i in range(size):
        who, other = rng.sample(NAMES, 2)
        verb, place, thing, word = rng.choice(VERBS), rng.choice(PLACES), rng.choice(PLACES), marker(i)
        forms = (
            f'"I do not {verb} the {place} to {word}," said {who}. "You must {verb} your {thing} on Sunday, {other}."',
            f'"Shall we {verb} and {word} before {other} can {verb} the {thing}?" asked {who}, near the {place}.',
            f"Then old {who} went to the {place}, and began to {word} with {other}. She had seen the {thing} there.",
            f'"Yes." The rain fell. "But they {word} and {verb} without my {thing}!"',
        )
        texts.append(rng.choice(forms))
    return texts


def foreign(size: int = 300) -> list[str]:
    rng = random.Random(99)
    nouns = ["vicar", "tractor", "glacier", "senator", "violin", "volcano", "submarine", "professor"]
    text = '"My {} has met a {}," cried Bertram. "It sings!"'
    return [text.format(rng.choice(nouns), rng.choice(nouns)) for _ in range(size)]


def film(distance: Distance, seed: int = 1, size: int = 600) -> Adaptation:
    return adapt(novel(size), foreign(), distance, random.Random(seed), "Planted")


def mean_kept(made: Adaptation) -> float:
    pairs = zip(made.cues, made.truth, strict=True)
    shares = [share_kept(cue, [made.paragraphs[i] for i in told]) for cue, told in pairs if told]
    return statistics.mean(share for share in shares if share is not None)


@pytest.mark.parametrize("kept", [0.9, 0.5, 0.2])
def test_planted_words_are_found_only_where_the_truth_says(kept: float) -> None:
    made = film(Distance(kept=kept, moved=0.3, told=0.8, lines=0.6))
    owner = {marker(i): i for i in range(len(made.paragraphs))}
    found = [
        (owner[w], told) for cue, told in zip(made.cues, made.truth, strict=True) for w in tokenise(cue) if w in owner
    ]
    assert len(found) > 20
    assert all(index in told for index, told in found)


@pytest.mark.parametrize("seed", range(6))
def test_records_are_whole(seed: int) -> None:
    rng = random.Random(seed)
    made = adapt(novel(300, seed), foreign(), random_distance(rng), rng)
    assert len(made.cues) == len(made.times) == len(made.truth) == len(made.kinds) > 0
    assert all(cue.strip() == cue and any(map(str.isalnum, cue)) for cue in made.cues)
    assert max(map(len, made.cues)) <= 84
    assert all(list(told) == sorted(set(told)) and set(told) <= set(range(300)) for told in made.truth)
    assert all((kind == "invented") == (not told) for kind, told in zip(made.kinds, made.truth, strict=True))
    assert set(made.kinds) <= {"verbatim", "paraphrase", "same_event", "invented"}
    assert all(0 < start < end for start, end in made.times)
    assert all(end < start for (_, end), (start, _) in pairwise(made.times))


def test_fewer_words_are_kept_the_further_the_film_is() -> None:
    means = [statistics.mean(mean_kept(film(d, seed)) for seed in range(4)) for d in levels((0.9, 0.6, 0.35, 0.1))]
    assert all(near > far + 0.03 for near, far in pairwise(means)), means
    assert means[0] > 0.85
    assert means[-1] < 0.45


def test_kinds_are_ordered_by_the_words_they_keep() -> None:
    made = film(Distance(kept=0.5, told=1, lines=1, invented=0))
    means = {}
    for wanted in ("verbatim", "paraphrase", "same_event"):
        rows = zip(made.cues, made.truth, made.kinds, strict=True)
        shares = [share_kept(c, [made.paragraphs[i] for i in told]) for c, told, kind in rows if kind == wanted]
        means[wanted] = statistics.mean(share for share in shares if share is not None)
    assert means["verbatim"] > means["paraphrase"] + 0.1
    assert means["verbatim"] > means["same_event"] + 0.1


@pytest.mark.parametrize("invented", [0.0, 0.3, 0.7])
def test_share_of_inventions(invented: float) -> None:
    made = film(Distance(told=0.9, lines=0.6, invented=invented))
    assert made.kinds.count("invented") / len(made.kinds) == pytest.approx(invented, abs=0.07)


def test_scenes_left_out_leave_paragraphs_untold() -> None:
    def share(told: float) -> float:
        made = film(Distance(kept=0.8, told=told, lines=1, narrated=1, invented=0))
        return len({i for indices in made.truth for i in indices}) / len(made.paragraphs)

    assert share(1.0) > 0.9
    assert share(0.4) == pytest.approx(0.4, abs=0.15)


def test_only_moved_scenes_break_the_order() -> None:
    def descents(moved: float) -> int:
        made = film(Distance(moved=moved, told=1, small_talk=0))
        firsts = [told[0] for told in made.truth if told]
        return sum(after < before for before, after in pairwise(firsts))

    assert descents(0) == 0
    assert descents(0.5) >= 3


def test_same_seed_same_film_in_every_process() -> None:
    code = "from tests.test_adaptations import *; print(film(Distance(kept=0.4), 7, 200))"
    root = Path(__file__).parents[1]
    path = os.pathsep.join([str(root), str(root / "src")])
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] == f"{film(Distance(kept=0.4), 7, 200)}\n"
    assert film(Distance(kept=0.4), 8, 200).cues != film(Distance(kept=0.4), 7, 200).cues


def test_inventions_come_from_foreign_texts_and_bear_the_novels_names() -> None:
    made = film(Distance(kept=0.9, invented=0.6, renamed=0))
    words = {w for cue, told in zip(made.cues, made.truth, strict=True) if not told for w in tokenise(cue)}
    assert {"vicar", "glacier", "volcano"} <= words
    assert words & {name.lower() for name in NAMES}


def test_a_short_line_of_the_novel_is_told_and_not_invented() -> None:
    texts = [f'"Yes." He {marker(i)} the door of the barn. "I {marker(i)} again."' for i in range(40)]
    made = adapt(texts, ["Come in."], Distance(lines=1, told=1, invented=0.6, small_talk=1), random.Random(3))
    assert "Yes." in made.cues
    assert all(told for cue, told in zip(made.cues, made.truth, strict=True) if cue == "Yes.")


def test_an_event_is_told_with_a_word_of_its_own() -> None:
    texts, rng = novel(50), random.Random(4)
    teller = Reteller(texts, foreign(), Rewriter(Vocabulary(texts), 0, rng), 12, rng)
    for first in range(0, 40, 4):
        beats = teller.event(first, first + 2, 0.05, 2)
        assert beats[0].truth == (first, first + 1, first + 2)
        assert share_kept(beats[0].text, texts[first : first + 3]) != 0


def test_renaming() -> None:
    vocabulary = Vocabulary(novel())
    assert set(vocabulary.names) == set(NAMES)
    same = Rewriter(vocabulary, 0, random.Random(1)).names
    assert all(old == new for old, new in same.items())
    other = Rewriter(vocabulary, 1, random.Random(1))
    assert all(old != new for old, new in other.names.items())
    assert other.light("Tell Sophia.") == f"Tell {other.names['Sophia']}."


def test_light_rewording_contracts_and_modernises() -> None:
    writer = Rewriter(Vocabulary(novel()), 0, random.Random(1))
    writer.modern = writer.contracted = 1.0
    assert writer.light("I shall do it upon Sunday.") == "I'll do it on Sunday."
    assert writer.light("you do not know - whence he came") == "You don't know, where he came."


@pytest.mark.parametrize(
    ("paragraph", "spoken", "told"),
    [
        ('"No," he said, "I cannot."', ["No, I cannot."], []),
        ("“Come in,” said Ann. “Sit down.”", ["Come in.", "Sit down."], []),
        ("'I won't go,' said Ann; 'I won't.'", ["I won't go, I won't."], []),
        ("The old dog slept under the table.", [], ["The old dog slept under the table."]),
        ('He read "The Times" every single morning.', [], ["He read The Times every single morning."]),
        ('"Where?" Ann looked at the empty road for long.', ["Where?"], ["Ann looked at the empty road for long."]),
    ],
)
def test_speech_and_narration(paragraph: str, spoken: list[str], told: list[str]) -> None:
    assert speech(paragraph) == spoken
    assert narration(paragraph) == told


def test_synonyms_agree_in_form() -> None:
    table = synonyms()
    assert len(table) > 800
    assert "started" in table["began"]
    assert {"carrying"} <= set(table["bringing"])
    assert "cries" in table["shouts"]
    assert "putting on" in table["wearing"]
    assert "visiting" in synonyms()["calling on"]
    assert "ladies" in table["women"]
    assert all(word not in others for word, others in table.items())
    assert len(phrases.FRAMES) >= 60


def test_long_sentences_are_cut_and_short_ones_merged() -> None:
    beat = Beat(
        "It was late, and we had to walk home through the snow, because the last train had left.", (3,), "verbatim"
    )
    pieces = subtitling.cut(beat, 42)
    assert " ".join(piece.text for piece in pieces) == beat.text
    assert all(len(piece.text) <= 42 and piece.truth == (3,) for piece in pieces)
    told, invented = [Beat("Yes.", (1,), "verbatim"), Beat("No.", (2,), "verbatim")], [Beat("Oh.")]
    far = Beat("So?", (9,), "verbatim")
    merged = subtitling.merge([*told, far, *invented], 42, 1.0, random.Random(1))
    assert merged == [Beat("Yes. No.", (1, 2), "verbatim"), far, Beat("Oh.")]


def test_excerpt_is_a_run() -> None:
    texts = novel(50)
    part = list(excerpt(texts, 20, random.Random(2)))
    first = texts.index(part[0])
    assert part == texts[first : first + 20]
    assert excerpt(texts, 80, random.Random(2)) == tuple(texts)


@pytest.mark.parametrize("wrong", [{"kept": 1.2}, {"moved": -0.1}, {"invented": 1.0}])
def test_impossible_distances_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Distance(**wrong)


def test_nothing_to_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one paragraph"):
        adapt([], foreign(), Distance(), random.Random(1))
    with pytest.raises(ValueError, match="could be told"):
        adapt(["* * *"], foreign(), Distance(lines=1), random.Random(1))


def test_a_film_can_be_made_without_foreign_texts() -> None:
    made = adapt(novel(200), [], Distance(invented=0.5), random.Random(1))
    assert made.kinds.count("invented") > 0


def corpus(folder: Path, text: str, name: str = "fiction-gothic.txt.xz") -> Path:
    (folder / name).write_bytes(lzma.compress(text.encode()))
    return folder


def test_fiction_is_read_book_by_book(tmp_path: Path) -> None:
    text = "=== Stoker, Bram - Dracula - a tale\nOne.\n\nTwo.\n=== Anonymous\nThree.\n=== Empty - Book\n"
    first, second = read_fiction(corpus(tmp_path, text))
    assert first == Novel("Stoker, Bram", "Dracula - a tale", "gothic", ("One.", "Two."))
    assert second == Novel("", "Anonymous", "gothic", ("Three.",))


def test_bad_fiction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.txt\.xz"):
        next(read_fiction(tmp_path))
    with pytest.raises(InputError, match="before the first book"):
        next(read_fiction(corpus(tmp_path, "A line.\n=== A - B\nC\n")))
    path = corpus(tmp_path, "=== A - B\nC\n") / "fiction-gothic.txt.xz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged"):
        list(read_fiction(tmp_path))
