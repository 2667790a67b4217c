"""Search: planted answers, brute force, filters, places that several channels point to, and nothing that fits."""

from pathlib import Path

import numpy as np
import pytest

from fabula.align.channels import unit_rows
from fabula.align.words import tokenise
from fabula.errors import FabulaError
from fabula.features import HashEncoder
from fabula.files.project import Project
from fabula.records import Cue, Medium
from fabula.search import Filters, Models, SearchIndex, search
from fabula.search.channels import PictureChannel, QueryVectors, TextChannel, top
from fabula.search.evidence import EVIDENCE, FITS, SHARE, Evidence, background, greatest_by_chance, measures, together
from fabula.search.query import parse_query
from fabula.search.units import Unit, Units
from fabula.search.words import WordIndex, stems
from fabula.vision import HashVision
from search_example import LINES, PARAGRAPHS, SECONDS, film, picture


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex([film()])


def test_what_is_said_is_found_with_all_that_is_known(index: SearchIndex) -> None:
    answer = index.search("my brother never wrote a letter")
    assert answer.fits
    hit = answer.hits[0]
    assert set(dict(hit.why)) >= {Medium.DIALOGUE, Medium.SCRIPT, Medium.BOOK}
    assert (hit.cue, hit.start, hit.end, hit.speaker) == (4, 33.0, 36.0, "BEN")
    assert (hit.shot, hit.frame, hit.frame_time) == (3, 840, 35.0)
    assert (hit.scene, hit.heading) == (1, "EXT. WINDMILL - NIGHT")
    assert (hit.chapter, hit.passage, hit.line) == ("The Letter", 4, 5)
    assert dict(hit.texts)[Medium.BOOK] == PARAGRAPHS[3]
    shares = [share for _, share in hit.why]
    assert shares == sorted(shares, reverse=True)
    assert hit.channel is hit.why[0][0]
    assert hit.score == pytest.approx(1 - (1 - shares[0]) * np.prod([1 - SHARE * p for p in shares[1:]]))


def test_no_place_is_told_twice(index: SearchIndex) -> None:
    hits = index.search("my brother never wrote a letter", limit=50).hits
    for medium, name in ((Medium.DIALOGUE, "cue"), (Medium.BOOK, "passage"), (Medium.SCRIPT, "line")):
        found = [getattr(hit, name) for hit in hits if getattr(hit, name) is not None]
        assert len(found) == len(set(found)), medium
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_what_has_no_time_stands_alone(index: SearchIndex) -> None:
    hit = index.search("an elephant sold at the fair").hits[0]
    assert [channel for channel, _ in hit.why] == [Medium.BOOK]
    assert (hit.start, hit.shot, hit.passage, hit.chapter) == (None, None, 5, "The Letter")
    hit = index.search("a zeppelin drifts over rooftops").hits[0]
    assert (hit.channel, hit.start, hit.heading) == (Medium.SCRIPT, None, "EXT. WINDMILL - NIGHT")


def test_pictures_are_found_by_word_and_by_picture(index: SearchIndex, tmp_path: Path) -> None:
    only = Filters(channels=[Medium.PICTURE])
    assert {hit.shot for hit in index.search("blue", only, limit=2).hits} == {1, 5}
    (tmp_path / "green.png").write_bytes(picture("green"))
    answer = index.search(str(tmp_path / "green.png"))
    assert answer.fits
    assert answer.hits[0].shot == 2
    assert [hit.channel for hit in answer.hits if hit.score >= FITS] == [Medium.PICTURE]
    mixed = index.search(f'"red" + "{tmp_path / "green.png"}"', only)
    assert {hit.shot for hit in mixed.hits[:3]} == {0, 2, 4}


def test_minus_turns_away(index: SearchIndex) -> None:
    only = Filters(channels=[Medium.DIALOGUE])
    plain = [hit.cue for hit in index.search('"lantern" + "barrels"', only).hits[:2]]
    assert set(plain) == {2, 3}
    assert index.search('"lantern barrels" - "barrels yesterday"', only).hits[0].cue == 3


def test_nothing_fits_what_is_not_there(index: SearchIndex) -> None:
    for query in ("a submarine surfaces beside icebergs", "purple computers explode"):
        answer = index.search(query)
        assert not answer.fits, query
        assert answer.hits[0].score < FITS


def test_words_in_quotes_stand_there(index: SearchIndex) -> None:
    hits = index.search('who "lost his silver"', Filters(channels=[Medium.DIALOGUE, Medium.BOOK])).hits
    assert [(hit.cue, hit.passage) for hit in hits] == [(1, None)]
    assert index.search('"silver lost"', Filters(channels=[Medium.DIALOGUE])).hits == ()


@pytest.mark.parametrize(
    ("filters", "cues", "passages"),
    [
        (Filters(speaker="anna"), {1, 3, 5}, set()),
        (Filters(speaker="Ben"), {2, 4, 6}, {4}),
        (Filters(scene="2"), {4, 5, 6}, {4}),
        (Filters(scene="harbour"), {1, 2, 3}, set()),
        (Filters(chapter="letter"), {4}, {4, 5}),
        (Filters(chapter="1"), set(), {1, 2, 3}),
        (Filters(after=30.0), {4, 5, 6}, {4}),
        (Filters(after=20.0, before=40.0), {3, 4}, {4}),
        (Filters(channels=[Medium.BOOK]), set(), {1, 2, 3, 4, 5}),
    ],
)
def test_filters(index: SearchIndex, filters: Filters, cues: set[int], passages: set[int]) -> None:
    masks = filters.masks(index.units)
    said, told = index.units[Medium.DIALOGUE], index.units[Medium.BOOK]
    assert {int(k) + 1 for k in said.item[masks[Medium.DIALOGUE]]} == cues
    assert {int(k) for k in told.item[masks[Medium.BOOK]]} == passages
    found = index.search("the keeper lost a letter", filters, limit=50).hits
    assert {hit.cue for hit in found if hit.cue} == cues
    assert {hit.passage for hit in found if hit.passage} == passages


def test_shots_pass_with_what_is_said_in_them(index: SearchIndex) -> None:
    masks = Filters(speaker="anna").masks(index.units)
    assert masks[Medium.PICTURE].tolist() == [True, False, True, False, True, False]
    assert Filters(chapter="letter").masks(index.units)[Medium.PICTURE].tolist() == [False] * 3 + [True] + [False] * 2


def test_a_name_that_nobody_has_is_told_with_those_there_are(index: SearchIndex) -> None:
    with pytest.raises(FabulaError, match=r"no speaker 'CARL' here. There are: ANNA, BEN"):
        index.search("anything", Filters(speaker="CARL"))


def test_several_projects_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.fabula", "two.fabula", "silent.fabula")]
    film(paths[0], pictures=False).close()
    film(paths[1]).close()
    film(paths[2], texts=False).close()
    answer = search(paths, "seven ravens above the mill", limit=3)
    assert {hit.project for hit in answer.hits[:2]} == {str(paths[0]), str(paths[1])}
    assert {hit.shot for hit in answer.hits[:2]} == {None, 4}
    yellow = search(paths, "yellow", filters=Filters(channels=[Medium.PICTURE])).hits
    assert sorted(hit.project for hit in yellow if hit.score > 0.9) == sorted(map(str, paths[1:]))


def test_places_of_different_films_are_not_one() -> None:
    answer = SearchIndex([film(), film()]).search("seven ravens circled above the mill")
    assert [hit.cue for hit in answer.hits[:2]] == [5, 5]
    assert all(len(hit.why) >= 2 for hit in answer.hits[:2])


def test_models_must_match_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FabulaError, match="by the vision model hash-vision-256, not by hash-vision-64"):
        SearchIndex([film()], models=Models(vision=HashVision(64)))
    with pytest.raises(FabulaError, match="nothing to search"):
        SearchIndex([film(texts=False)], [Medium.BOOK])
    (tmp_path / "red.jpg").write_bytes(picture("red"))
    with pytest.raises(FabulaError, match="none has vectors"):
        SearchIndex([film(pictures=False)]).search(str(tmp_path / "red.jpg"))


def test_what_is_missing_is_told_and_vectors_are_kept(tmp_path: Path) -> None:
    class Counting(HashEncoder):
        texts = 0

        def encode(self, texts, progress=None):  # type: ignore[no-untyped-def]
            self.texts += len(texts)
            return super().encode(texts, progress)

    encoder, told = Counting(), []
    with film(tmp_path / "film.fabula", pictures=False) as project:
        SearchIndex([project], models=Models(encoder), told=told.append)
        assert encoder.texts > len(LINES)
        assert told == ["No shot has been looked at by a vision model: pictures are not searched."]
    before = encoder.texts
    with Project.open(tmp_path / "film.fabula") as project:
        SearchIndex([project], models=Models(encoder))
    assert encoder.texts == before


def random_channel(rng: np.random.Generator, units: int = 60) -> TextChannel:
    lengths = rng.integers(1, 5, units)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    words = [f"word{k}" for k in range(40)]
    sentences = [" ".join(rng.choice(words, 6)) for _ in range(lengths.sum())]
    vectors = unit_rows(rng.standard_normal((len(sentences), 16))).astype(np.float32)
    return TextChannel(Medium.BOOK, Units([Unit(0, k) for k in range(units)]), sentences, starts, vectors)


def test_texts_are_ranked_as_brute_force_ranks_them() -> None:
    rng = np.random.default_rng(3)
    channel = random_channel(rng)
    wanted, unwanted = unit_rows(rng.standard_normal((2, 16))).astype(np.float32)
    query = parse_query('"word1 word2 word3" - "word4 word5"')
    mask = rng.random(60) < 0.7
    found = channel.find(query, QueryVectors(wanted, unwanted), mask, 10)
    cosines = [
        float(v @ wanted - (v @ unwanted - channel.space.vectors.mean(0) @ unwanted)) for v in channel.space.vectors
    ]
    mean, spread = np.mean(cosines), max(np.std(cosines), 0.05)
    best: dict[int, float] = {}
    ends = [*channel.starts[1:], len(cosines)]
    for unit, (first, last) in enumerate(zip(channel.starts, ends, strict=True)):
        for row in range(first, last):
            words = max(covered(channel, row, "word1 word2 word3") - covered(channel, row, "word4 word5"), 0)
            z = (cosines[row] - mean) / spread - np.sqrt(2 * np.log(len(cosines)))
            e = channel.evidence
            odds = e.offset + e.cosine * cosines[row] + e.excess * z + e.words * words
            if mask[unit]:
                best[unit] = max(best.get(unit, -np.inf), odds)
    expected = sorted(best, key=lambda unit: -best[unit])[:10]
    assert found.units.tolist() == expected
    np.testing.assert_allclose(found.probabilities, [1 / (1 + np.exp(-best[u])) for u in expected], rtol=1e-4)
    for unit, row in zip(found.units, found.rows, strict=True):
        assert channel.starts[unit] <= row < ends[unit]


def covered(channel: TextChannel, row: int, text: str) -> float:
    """The share of a text's surprise that a sentence has, word by word."""
    total = found = 0.0
    for word in set(tokenise(text)):
        having = sum(word in tokenise(sentence) for sentence in channel.sentences)
        worth = np.log(len(channel.sentences) / max(having, 1))
        total += worth
        found += worth * (word in tokenise(channel.sentences[row]))
    return found / total


def test_pictures_are_ranked_by_the_difference_of_vectors() -> None:
    rng = np.random.default_rng(5)
    vision = HashVision(32)
    vectors = unit_rows(rng.standard_normal((80, 32))).astype(np.float32)
    channel = PictureChannel(Units([Unit(0, k) for k in range(80)]), vectors, vision)
    found = channel.find(parse_query('"beach" + "sea" - "people"'), np.ones(80, bool), 7)
    beach, sea, people = vision.encode_text(["beach", "sea", "people"])
    target = (beach + sea) / np.linalg.norm(beach + sea) - people
    expected = np.argsort(-(vectors @ target))[:7]
    assert found.units.tolist() == expected.tolist()
    alone = channel.find(parse_query("beach"), np.ones(80, bool), 5)
    np.testing.assert_allclose(alone.probabilities, np.clip(np.sort(vectors @ beach)[::-1][:5], 0, 1), rtol=1e-5)


def test_evidence_weighs_its_measures() -> None:
    rng = np.random.default_rng(1)
    cosines, words = rng.uniform(-0.2, 0.8, 50).astype(np.float32), rng.random(50).astype(np.float32)
    evidence = Evidence(-3.0, 2.0, 0.7, 1.5)
    rows = np.arange(50)
    np.testing.assert_allclose(
        evidence.odds(cosines, words), measures(cosines, words, rows) @ [-3.0, 2.0, 0.7, 1.5], rtol=1e-4, atol=1e-4
    )
    assert background(np.full(4, 0.3, np.float32))[1] == 0.05
    assert greatest_by_chance(10_000) > greatest_by_chance(100) > 2
    assert min(EVIDENCE.cosine, EVIDENCE.excess, EVIDENCE.words) >= 0
    assert together(np.array([0.6])) == pytest.approx(0.6)


def test_words_are_stems_and_runs_are_exact() -> None:
    index = WordIndex(["The dogs were running.", "A dog runs; the cat sleeps.", "He never runs again", "Rénée"])
    assert stems("running runs run") == ["run"] * 3
    assert index.rows("run").tolist() == [0, 1, 2]
    assert index.with_run(["dog", "runs"]).tolist() == [1]
    assert index.with_run(["runs", "dog"]).tolist() == []
    assert index.with_run(["renee"]).tolist() == [3]
    assert index.covered(["sleeping cats"])[1] == pytest.approx(1)
    assert index.covered(["unheard"]).max() == 0


def test_top_is_sorted_and_leaves_out_what_may_not_be_found() -> None:
    values = np.array([0.2, -np.inf, 0.9, 0.5, 0.9, -np.inf])
    assert top(values, 3).tolist() == [2, 4, 3]
    assert top(values, 99).tolist() == [2, 4, 3, 0]


def test_a_sentence_that_runs_on_is_found_across_cues() -> None:
    project = film()
    project.__dict__["cues"] = tuple(
        Cue(k + 1, SECONDS * k, SECONDS * k + 2, text)
        for k, text in enumerate(["I have carried this", "broken umbrella since Tuesday.", "Enough."])
    )
    sentences = SearchIndex([project], [Medium.DIALOGUE]).texts[Medium.DIALOGUE].sentences
    assert sentences == [
        "I have carried this", "I have carried this broken umbrella since Tuesday.", "broken umbrella since Tuesday.",
        "Enough.",
    ]  # fmt: skip
