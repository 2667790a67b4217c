"""The demo's material is consistent, its files are well-formed, and its scorer counts what it says."""

import re
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from fabula.errors import InputError
from fabula.evaluate.demo import StageScore, Truth, score_stages
from fabula.evaluate.demo.build import DemoFiles, build_demo, edition, srt, write_sources
from fabula.evaluate.demo.cast import LOOKS
from fabula.evaluate.demo.cutting import Cutting, material, read_cutting
from fabula.evaluate.demo.renderer import SETS, Shooting, draw_frames, render
from fabula.evaluate.demo.tale import epub, read_tale
from fabula.evaluate.demo.tally import words
from fabula.evaluate.demo.truth import tell_truth
from fabula.files.book import read_book
from fabula.files.screenplay import read_screenplay
from fabula.files.subtitles import read_subtitles
from fabula.records import Book, Cue, Link, Passage, Scene, Shot, State, Transition

CUTTING, TALE = read_cutting(), read_tale()
TRUTH = tell_truth(CUTTING, TALE, edition())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """The demo's text files, without the film."""
    files = DemoFiles.within(tmp_path_factory.mktemp("demo"))
    write_sources(files, CUTTING)
    files.truth.write_text(TRUTH.to_json(), "utf-8")
    return files


def small(cutting: Cutting, frames: int = 8) -> Cutting:
    """The film in miniature: every shot for a few frames only."""
    takes = tuple(replace(t, first=i * frames, frames=frames, begin="cut") for i, t in enumerate(cutting.takes))
    return replace(cutting, width=64, height=36, takes=takes)


# --- the plan of the film


def test_frames_follow_each_other_without_a_gap() -> None:
    assert TRUTH.shots[0].first_frame == 0
    assert all(after.first_frame == before.last_frame + 1 for before, after in pairwise(TRUTH.shots))
    assert TRUTH.shots[-1].last_frame == CUTTING.frames - 1
    assert 120 <= CUTTING.frames / CUTTING.rate <= 240


def test_transitions_lie_within_the_shots_around_them() -> None:
    begins = [shot.begins for shot in TRUTH.shots]
    assert begins.count("dissolve") >= 3
    assert begins.count("fade") >= 2
    for before, after in pairwise(TRUTH.shots):
        assert before.span[1] < after.span[0] <= after.first_frame <= after.span[1] + 1


def test_cues_stand_inside_their_shots_and_can_be_read() -> None:
    cues = [(take, cue) for take in CUTTING.takes for cue in take.cues]
    for take, cue in cues:
        assert take.first / CUTTING.rate <= cue.start < cue.end <= (take.first + take.frames) / CUTTING.rate
        assert len(cue.text) / (cue.end - cue.start) <= 22
        assert all(len(line) <= 42 for line in cue.text.split("\n"))
    assert all(before.end < after.start for (_, before), (_, after) in pairwise(cues))


def test_sets_and_cast_are_known() -> None:
    assert {take.setting for take in CUTTING.takes} == set(SETS)
    assert {player.who for take in CUTTING.takes for player in take.cast} == set(LOOKS)


# --- what is true of film, script and story


def test_verbatim_cues_occur_in_the_story() -> None:
    paragraphs = TALE.paragraphs
    for cue in TRUTH.cues:
        verbatim = [" ".join(words(paragraphs[name])) for name, kind in cue.story if kind == "verbatim"]
        assert {kind for _, kind in cue.story} <= {"verbatim", "paraphrase", "same_event"}
        if verbatim and len(verbatim) == len(cue.story):
            turns = re.findall(r"[^.,?!\n\"]+", cue.text.replace("Mr. ", "Mr "))
            assert all(" ".join(words(turn)) in " ".join(verbatim) for turn in turns), cue.text


def test_paragraphs_that_are_left_out_are_told_by_no_cue() -> None:
    told = {name for cue in TRUTH.cues for name, _ in cue.story}
    assert not told & {paragraph.id for paragraph in TRUTH.paragraphs if paragraph.book_only}


def test_moved_cues_are_out_of_the_order_of_the_story() -> None:
    order = {paragraph.id: index for index, paragraph in enumerate(TRUTH.paragraphs)}
    place = -1
    for cue in TRUTH.cues:
        if cue.story and not cue.moved:
            assert min(order[name] for name, _ in cue.story) >= place - 2, cue.text
            place = max(order[name] for name, _ in cue.story)
        elif cue.moved:
            assert all(abs(order[name] - place) > 5 for name, _ in cue.story), cue.text


def test_departures_of_every_kind_are_there() -> None:
    kinds = [kind for cue in TRUTH.cues for _, kind in cue.story]
    assert min(kinds.count(kind) for kind in ("verbatim", "paraphrase", "same_event")) >= 8
    assert sum(cue.moved for cue in TRUTH.cues) >= 8
    assert sum(cue.film_only for cue in TRUTH.cues) >= 4
    assert sum(paragraph.book_only for paragraph in TRUTH.paragraphs) >= 10
    assert sum(cue.kind == "speech" and not cue.in_script for cue in TRUTH.cues) == 2
    assert sum(scene.start is None for scene in TRUTH.scenes) == 1
    assert {len(cue.speakers) for cue in TRUTH.cues} == {0, 1, 2}


def test_the_script_has_what_the_truth_says(files: DemoFiles) -> None:
    screenplay = read_screenplay(files.screenplay)
    assert [scene.heading for scene in screenplay.scenes] == [scene.heading for scene in TRUTH.scenes]
    spoken: dict[tuple[int | None, str | None], str] = {}
    for line in screenplay.lines:
        if line.kind == "dialogue":
            key = (line.scene, line.speaker)
            spoken[key] = f"{spoken.get(key, '')} {' '.join(words(line.text))}"
    for cue in TRUTH.cues:
        if cue.kind == "speech":
            said = set(" ".join(spoken.get((cue.scene, name), "") for name in cue.speakers).split())
            common = sum(word in said for word in words(cue.text)) / len(words(cue.text))
            assert (common > 0.6) == cue.in_script, cue.text


# --- the files


def test_subtitles_are_read_back_as_written(files: DemoFiles) -> None:
    cues = read_subtitles(files.subtitles).cues
    assert len(cues) == len(TRUTH.cues)
    for cue, true in zip(cues, TRUTH.cues, strict=True):
        assert (cue.number, cue.start, cue.end) == pytest.approx((true.number, true.start, true.end))
        assert cue.kind == true.kind
        assert cue.kind != "speech" or len(cue.parts) == len(true.speakers), cue.text
    assert "<i>Ours had none.</i>" in srt(CUTTING)


def test_the_book_is_a_sound_epub(files: DemoFiles) -> None:
    with zipfile.ZipFile(files.book) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        assert archive.testzip() is None
        pages = [name for name in archive.namelist() if name.endswith((".xhtml", ".opf", ".xml"))]
        trees = {name: etree.fromstring(archive.read(name)) for name in pages}
    package = trees["OEBPS/package.opf"]
    items = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
    assert {f"OEBPS/{href}" for href in items.values()} == {name for name in pages if name.endswith(".xhtml")}
    assert all(ref.get("idref") in items for ref in package.iter("{*}itemref"))
    assert epub(TALE) == files.book.read_bytes()


def test_the_book_is_read_with_every_paragraph(files: DemoFiles) -> None:
    book = read_book(files.book)
    assert book.title == TALE.title
    texts = {words(passage.text) for passage in book.passages}
    assert all(words(paragraph.text) in texts for paragraph in TRUTH.paragraphs)
    assert 90 <= len(TRUTH.paragraphs) <= 160
    assert [c.title for c in book.chapters if c.matter == "body"] == [s.title for s in TALE.sections if s.is_chapter]


def test_truth_survives_its_file(files: DemoFiles) -> None:
    assert Truth.read(files.truth) == TRUTH


def test_truth_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text("[1, 2]", "utf-8")
    with pytest.raises(InputError, match="Build the demo again"):
        Truth.read(path)


def test_build_renders_once_and_again_when_something_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []

    def fake(cutting: Cutting, path: Path, progress: object) -> None:
        rendered.append(path)
        path.write_bytes(b"film")

    monkeypatch.setattr("fabula.evaluate.demo.build.render", fake)
    files = build_demo(tmp_path / "new")
    assert all(path.is_file() for path in files.all)
    build_demo(tmp_path / "new")
    assert len(rendered) == 1
    files.book.unlink()
    build_demo(tmp_path / "new")
    assert len(rendered) == 2
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in files.all)


def test_a_killed_build_leaves_no_half_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(cutting: Cutting, path: Path, progress: object) -> None:
        path.write_bytes(b"half a film")
        raise KeyboardInterrupt

    monkeypatch.setattr("fabula.evaluate.demo.build.render", killed)
    with pytest.raises(KeyboardInterrupt):
        build_demo(tmp_path)
    files = DemoFiles.within(tmp_path)
    assert not files.film.exists()
    assert not files.truth.exists()


# --- the pictures


def test_every_shot_can_be_drawn_and_looks_like_no_other() -> None:
    cutting = replace(CUTTING, width=64, height=36)
    pictures = [np.asarray(Shooting(cutting, take).frame(20), dtype=float) for take in cutting.takes]
    assert all(picture.shape == (36, 64, 3) and picture.std() > 5 for picture in pictures)
    assert all(np.abs(a - b).mean() > 4 for a, b in pairwise(pictures))


def test_transitions_mix_both_shots() -> None:
    number = next(i for i, take in enumerate(CUTTING.takes) if take.begin == "fade")
    takes = [replace(take, frames=60) for take in CUTTING.takes[number - 1 : number + 1]]
    takes = [replace(takes[0], first=0, begin="cut"), replace(takes[1], first=60)]
    cutting = replace(CUTTING, width=64, height=36, takes=tuple(takes))
    light = [np.asarray(picture).mean() for picture in draw_frames(cutting)]
    assert len(light) == cutting.frames
    assert light[60] < 1 < min(light[30], light[85])


def test_a_small_film_is_encoded_and_decoded(tmp_path: Path) -> None:
    import av

    cutting = small(CUTTING, frames=2)
    ticks: list[tuple[int, int | None]] = []
    render(cutting, tmp_path / "small.mp4", lambda done, total: ticks.append((done, total)))
    with av.open(str(tmp_path / "small.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (64, 36, 24)
        assert sum(1 for _ in container.decode(stream)) == cutting.frames
    assert ticks[-1] == (cutting.frames, cutting.frames)


# --- the scorer


def perfect() -> tuple[list[Shot], list[Cue], list[Scene], list[Link], Book]:
    """What stages would find that make no mistake."""
    rate = TRUTH.frames_per_second
    shots = [
        Shot(i, s.first_frame / rate, (s.last_frame + 1) / rate, s.first_frame, s.last_frame, _transition(s.begins))
        for i, s in enumerate(TRUTH.shots)
    ]
    cues = [
        Cue(c.number, c.start, c.end, c.text, speakers=c.speakers if c.in_script else (), scene=c.scene)
        for c in TRUTH.cues
    ]
    scenes = [Scene(i, s.heading, start=s.start, end=s.end) for i, s in enumerate(TRUTH.scenes)]
    passages = tuple(Passage(i + 3, 0, p.text, 0, 0) for i, p in enumerate(TRUTH.paragraphs))
    place = {p.id: i + 3 for i, p in enumerate(TRUTH.paragraphs)}
    links = [
        Link(
            State.MOVED if c.moved else State.ALIGNED,
            1.0,
            c.number,
            c.number,
            place[c.story[0][0]],
            place[c.story[0][0]],
        )
        for c in TRUTH.cues
        if c.story
    ]
    left_out = [place[p.id] for p in TRUTH.paragraphs if p.book_only]
    links += [Link(State.BOOK_ONLY, 1.0, first_passage=p, last_passage=p) for p in left_out]
    return shots, cues, scenes, links, Book("", None, None, "", (), passages, (), "epub")


def link(cue: int, passage: int, *, moved: bool = False) -> Link:
    return Link(State.MOVED if moved else State.ALIGNED, 1.0, cue, cue, passage, passage)


def _transition(begins: str) -> Transition:
    return Transition.CUT if begins == "cut" else Transition.GRADUAL


def by_name(scores: list[StageScore]) -> dict[tuple[str, str], StageScore]:
    return {(score.stage, score.measure): score for score in scores}


def test_a_perfect_reading_scores_one_everywhere() -> None:
    shots, cues, scenes, links, book = perfect()
    scores = score_stages(TRUTH, shots=shots, cues=cues, scenes=scenes, links=links, book=book)
    assert {score.value for score in scores} == {1.0}
    assert len(scores) == len(by_name(scores))


def test_what_was_not_read_is_not_scored() -> None:
    assert score_stages(TRUTH) == []


def test_damaged_shots_lose_by_as_much_as_was_damaged() -> None:
    shots, *_ = perfect()
    late = [replace(shot, first_frame=shot.first_frame + 2) for shot in shots]
    assert by_name(score_stages(TRUTH, shots=late))["shots", "recall"].value == 1
    too_late = [replace(s, first_frame=s.first_frame + 3) if s.index == 4 else s for s in shots]
    missing = [shot for shot in too_late if shot.index != 6]
    scores = by_name(score_stages(TRUTH, shots=missing))
    true = len(TRUTH.shots) - 1
    assert scores["shots", "recall"].hit == true - 2
    assert (scores["shots", "precision"].hit, scores["shots", "precision"].total) == (true - 2, true - 1)
    cut = [replace(shot, transition=Transition.CUT) for shot in shots]
    kind = by_name(score_stages(TRUTH, shots=cut))["shots", "kind"]
    assert kind.hit == sum(shot.begins == "cut" for shot in TRUTH.shots[1:])


def test_damaged_speakers_and_scenes() -> None:
    _, cues, scenes, _, _ = perfect()
    cues[0] = replace(cues[0], speakers=("QUILL",))
    cues[1] = replace(cues[1], speakers=(None,), scene=None)
    scores = by_name(score_stages(TRUTH, cues=cues, scenes=[replace(s, start=None) for s in scenes]))
    right = scores["speakers", "right"]
    assert right.hit == right.total - 2
    assert scores["speakers", "right of named"].total == right.total - 1
    assert scores["scenes", "cue"].hit == scores["scenes", "cue"].total - 1
    assert scores["scenes", "start"].hit == 0


def test_damaged_links() -> None:
    *_, links, book = perfect()
    near = [replace(x, first_passage=x.first_passage + 1, last_passage=x.last_passage + 1) for x in links]
    assert by_name(score_stages(TRUTH, links=near, book=book))["book", "correspondences"].value > 0.9
    far = [replace(x, first_passage=x.first_passage + 20, last_passage=x.last_passage + 20) for x in links]
    assert by_name(score_stages(TRUTH, links=far, book=book))["book", "correspondences"].value == 0
    unmoved = [replace(x, state=State.ALIGNED) if x.state is State.MOVED else x for x in links]
    assert by_name(score_stages(TRUTH, links=unmoved, book=book))["book", "moved"].hit == 0
    alarm = next(cue for cue in TRUTH.cues if cue.film_only)
    scores = by_name(
        score_stages(TRUTH, links=[*links, replace(links[0], first_cue=alarm.number, last_cue=alarm.number)], book=book)
    )
    assert scores["book", "film only"].hit == scores["book", "film only"].total - 1


def test_one_link_of_everything_with_everything_gains_little() -> None:
    *_, book = perfect()
    whole = [Link(State.ALIGNED, 1.0, 1, len(TRUTH.cues), 3, 2 + len(TRUTH.paragraphs))]
    assert by_name(score_stages(TRUTH, links=whole, book=book))["book", "correspondences"].value < 0.3


def test_material_is_plain_about_its_licence() -> None:
    assert "Apache-2.0" in material("story.md")
