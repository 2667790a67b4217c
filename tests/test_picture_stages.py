"""The film looked at: stages of pictures and captions, the picture channel, and what comes of them in the outputs."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lxml import html
from PIL import Image

import fabula
from fabula.align.book import Text, align_book, alignable, spoken_cues
from fabula.align.channels import unit_rows
from fabula.align.extras import picture_channel
from fabula.align.pictures import AROUND, place_silent_shots, seen_during
from fabula.align.stack import Channel
from fabula.app.show import summary
from fabula.errors import FabulaError, InputError
from fabula.evaluate.demo import DemoFiles
from fabula.evaluate.demo.scores_book import find_paragraphs
from fabula.evaluate.demo.truth import Truth
from fabula.evaluate.picture_channel import compare_on, pictures_alone
from fabula.files.export import as_data, export
from fabula.files.pictures import decode_picture
from fabula.files.project import Keyframe, Project, ShotVectors
from fabula.files.report import render_report
from fabula.files.rows import best_passage
from fabula.files.store import Store
from fabula.reading import looking, read
from fabula.reading import run as reading_run
from fabula.records import Caption, Cue, Link, Passage, Progress, Seen, Sentence, Shot, State
from fabula.vision import HashVision, Picture, picture_key
from report_example import example

COLOURS = {"red": (220, 30, 30), "green": (40, 150, 40), "blue": (40, 60, 200), "yellow": (240, 220, 40)}


def jpeg(colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 54), colour).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of frames: four shots of four colours, two seconds each."""
    folder = tmp_path_factory.mktemp("frames")
    for k, colour in enumerate(COLOURS.values()):
        for frame in range(50):
            (folder / f"{50 * k + frame:05d}.jpg").write_bytes(jpeg(colour))
    return folder


class Painter:
    """A captioner that names the colour of a picture, and counts what it was given."""

    name = "painter-1"

    def __init__(self, patience: int | None = None) -> None:
        self.asked, self.patience = 0, patience

    def caption(
        self, images: Sequence[Picture], count: int = 1, progress: Progress | None = None
    ) -> list[list[Caption]]:
        if self.patience is not None and self.asked >= self.patience:
            raise KeyboardInterrupt
        self.asked += len(images)
        colours = np.array(list(COLOURS.values()))
        seen = [np.asarray(image).reshape(-1, 3).mean(0) for image in images]
        nearest = [int(np.abs(colours - mean).sum(1).argmin()) for mean in seen]
        return [[Caption(f"a {list(COLOURS)[k]} wall", -0.5)] for k in nearest]


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Painter]:
    found = Painter()
    for module in (looking, reading_run):
        monkeypatch.setattr(module, "load_captioner", lambda name: found)
    yield found


def test_every_shot_has_the_mean_of_its_keyframes(film: Path, tmp_path: Path) -> None:
    vision = HashVision()
    with read(film, output=tmp_path / "a.fabula", vision="hash") as project:
        seen = project.shot_vectors
        assert seen is not None
        assert seen.model == vision.name
        assert seen.shots == tuple(shot.index for shot in project.shots) == (0, 1, 2, 3)
        words = vision.encode_text(list(COLOURS))
        assert (seen.vectors @ words.T).argmax(1).tolist() == [0, 1, 2, 3]
        for row, shot in zip(seen.vectors, seen.shots, strict=True):
            own = [decode_picture(t.jpeg) for t in project.thumbnails if t.shot == shot]
            mean: np.ndarray = vision.encode_images(own).mean(0)
            assert np.allclose(row, mean / np.linalg.norm(mean), atol=2e-3)
        assert np.allclose(np.linalg.norm(seen.vectors, axis=1), 1, atol=1e-5)


def test_a_shot_of_several_keyframes_is_their_mean() -> None:
    """Planted: three keyframes in two shots, whose means are known."""
    store = Store(None)
    store.save_vectors("m", ["x", "y", "z"], np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32))
    keyframes = [Keyframe(7, 1, "m", "x"), Keyframe(3, 2, "m", "z"), Keyframe(7, 9, "m", "y")]
    store.save_stage("pictures", "k", {"keyframes": (Keyframe, keyframes)})
    seen = Project(store).shot_vectors
    assert seen is not None
    assert seen.shots == (3, 7)
    assert np.allclose(seen.vectors, np.array([[0, 0, 1], [0.7071, 0.7071, 0]], np.float32), atol=1e-3)


def test_without_a_vision_nobody_looks(film: Path) -> None:
    with read(film, vision="none", captioner="none") as project:
        assert project.shot_vectors is None
        assert project.captions == ()
        assert not {"pictures", "captions"} & project.store.stage_seconds().keys()
        assert "caption" not in as_data(project)["shots"][0]


def test_a_model_that_is_not_there_is_told_before_the_film_is_watched(film: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    for names in ({"vision": "no-such-model"}, {"captioner": "no-such-model"}):
        with pytest.raises(FabulaError, match="no-such-model"):
            read(film, output=tmp_path / "a.fabula", progress=lambda stage, *_: heard.append(stage), **names)  # type: ignore[arg-type]
    assert heard == []


def test_a_rerun_looks_at_nothing_again_and_another_vision_does(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fabula"

    def stages(**names: str) -> set[str]:
        heard: set[str] = set()
        read(film, output=path, progress=lambda stage, *_: heard.add(stage), **names).close()  # type: ignore[arg-type]
        return heard

    assert stages(vision="hash") == {"film", "pictures"}
    assert stages(vision="hash") == stages(vision="none") == set()
    other = HashVision(64)
    monkeypatch.setattr(looking, "load_vision", lambda name: other)
    monkeypatch.setattr(reading_run, "vision_name", lambda name: other.name)
    assert stages(vision="other") == {"pictures"}
    with Project.open(path) as project:
        assert project.shot_vectors is not None
        assert project.shot_vectors.model == "hash-vision-64"
        assert project.shot_vectors.vectors.shape[1] == 64
        assert project.settings["vision"] == "other"


def test_a_killed_look_goes_on_where_it_was(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.fabula"
    seen: list[Picture] = []

    class Tired(HashVision):
        patience: int | None = 2

        def encode_images(self, images: Sequence[Picture], progress: Progress | None = None) -> np.ndarray:
            if self.patience is not None and len(seen) >= self.patience:
                raise KeyboardInterrupt
            seen.extend(images)
            return super().encode_images(images, progress)

    vision = Tired()
    monkeypatch.setattr(looking, "load_vision", lambda name: vision)
    monkeypatch.setattr(looking, "PICTURES_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        read(film, output=path, vision="hash")
    with Project.open(path) as project:
        assert project.shot_vectors is None  # a half-seen film counts as unseen
    told: list[tuple[int, int | None]] = []
    vision.patience = None
    with read(
        film, output=path, vision="hash", progress=lambda s, n, m: told.append((n, m)) if s == "pictures" else None
    ) as project:
        assert project.shot_vectors is not None
        different = len({picture_key(t.jpeg) for t in project.thumbnails})
    assert len(seen) == different >= 4
    assert told[1:-1] == [(n, different) for n in range(3, different + 1)]


def test_captions_tell_the_middle_of_each_shot_and_go_on_after_a_kill(
    film: Path, tmp_path: Path, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fabula"
    monkeypatch.setattr(looking, "CAPTIONS_AT_ONCE", 1)
    painter.patience = 3
    with pytest.raises(KeyboardInterrupt):
        read(film, output=path, captioner="painter")
    painter.patience = None
    with read(film, output=path, captioner="painter") as project:
        assert [(c.shot, c.text) for c in project.captions] == [(k, f"a {c} wall") for k, c in enumerate(COLOURS)]
        assert project.captions[0].score == -0.5
        assert project.settings["captioner"] == "painter"
    assert painter.asked == 4
    read(film, output=path, captioner="painter").close()
    assert painter.asked == 4


def test_outputs_have_the_captions(film: Path, painter: Painter) -> None:
    with read(film, vision="hash", captioner="painter") as project:
        data, table = as_data(project), export(project, "csv", version="0", table="shots")
        page = html.document_fromstring(export(project, "html", version="0"))
        screen = summary(project)
    assert [row["caption"] for row in data["shots"]] == [f"a {colour} wall" for colour in COLOURS]
    assert "caption" in table.splitlines()[0]
    assert table.splitlines()[2].endswith("a green wall")
    assert [found.text for found in page.xpath("//span[@class='caption']")] == [f"a {c} wall" for c in COLOURS]
    assert page.xpath("//li[@id='s1']/a/@title") == ["a green wall"]
    assert "a green wall" in page.xpath("//li[@id='s1']/a/@aria-label")[0]
    assert "4 shots seen with hash-vision-256" in screen
    assert "4 shots are described" in screen


def test_a_stored_picture_decodes_as_it_was_and_a_broken_one_is_told() -> None:
    picture = decode_picture(jpeg(COLOURS["blue"]))
    assert picture.shape == (54, 96, 3)
    assert np.abs(picture.mean((0, 1)) - COLOURS["blue"]).max() < 5
    for broken in (b"", b"no picture", jpeg(COLOURS["red"])[:300]):
        with pytest.raises(InputError, match="stored picture"):
            decode_picture(broken)


def test_a_line_sees_the_shots_around_it_by_their_seconds() -> None:
    shots = [Shot(0, 0.0, 10.0, 0, 99), Shot(1, 10.0, 20.0, 100, 199), Shot(2, 50.0, 60.0, 500, 599)]
    seen = ShotVectors("m", (0, 2), np.eye(2, dtype=np.float32))  # shot 1 has no picture
    cues = [Cue(1, 1.0, 2.0, "a"), Cue(2, 15.0, 16.0, "b"), Cue(3, 55.0, 56.0, "c"), Cue(4, 10 + AROUND - 1, 15.0, "d")]
    found = seen_during(cues, shots, seen)
    assert np.allclose(found, [[1, 0], [0, 0], [0, 1], [1, 0]])
    both = ShotVectors("m", (0, 1), np.eye(2, dtype=np.float32))
    mixed = seen_during([Cue(1, 9.0, 10.5, "a")], shots, both)[0]
    assert mixed[0] / mixed[1] == pytest.approx((1 + AROUND) / (0.5 + AROUND))


LINES = 24
NOUNS = "lantern herring captain spoon chapel widow anchor ledger kettle falcon orchard trumpet"
WORDS = NOUNS.split(" ")


def write_texts(folder: Path, said: Sequence[str], prose: Sequence[str]) -> tuple[Path, Path]:
    """Subtitles, three in a second, and a book of one paragraph for each."""
    times = [
        f"00:00:{k // 3:02d},{k % 3 * 300:03d} --> 00:00:{k // 3:02d},{k % 3 * 300 + 250:03d}" for k in range(LINES)
    ]
    cues = [f"{k + 1}\n{time}\n{line}\n" for k, (time, line) in enumerate(zip(times, said, strict=True))]
    (folder / "film.srt").write_text("\n".join(cues), "utf-8")
    (folder / "book.txt").write_text("The Walls\n\nby Nobody\n\n" + "\n\n".join(prose) + "\n", "utf-8")
    return folder / "film.srt", folder / "book.txt"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Lines that stand in a book, which also says what colour the walls are."""
    said = [
        f"The {WORDS[k % 12]} lost its {WORDS[(k * 5 + k // 12 + 1) % 12]} at number {k + 3}." for k in range(LINES)
    ]
    prose = [f"“{line}” The wall was {list(COLOURS)[k * 4 // LINES]}." for k, line in enumerate(said)]
    return write_texts(tmp_path_factory.mktemp("told"), said, prose)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Lines that say nothing of their place in a book whose paragraphs are all alike: only pictures can tell."""
    prose = ["“Look here,” he said again. The wall was as it was."] * LINES
    return write_texts(tmp_path_factory.mktemp("silent"), ["Look here."] * LINES, prose)


def test_only_the_pictures_tell_the_right_passage(silent: tuple[Path, Path]) -> None:
    """Planted vectors: each line's picture is that of the second sentence of one passage."""
    cues, book = fabula.read_subtitles(silent[0]).cues[:12], fabula.read_book(silent[1])
    rng = np.random.default_rng(5)
    sentences = unit_rows(rng.standard_normal((len(book.sentences), 64)).astype(np.float32))
    places = np.sort(rng.choice(len(book.passages), 12, replace=False))
    last = {sentence.passage: sentence.index for sentence in book.sentences}
    pictures = sentences[[last[int(place)] for place in places]]

    def hits(channels: dict[str, Channel]) -> int:
        links = align_book(cues, book, encoder="hash", trust=True, channels=channels)[:12]
        given = [best_passage(link, book) for link in links]
        return int((np.array(given) == places).sum())

    assert hits({"pictures": picture_channel(pictures, sentences)}) >= 9
    assert hits({}) <= 3
    blind = np.zeros_like(pictures)
    assert hits({"pictures": picture_channel(blind, sentences)}) == hits({})  # who sees nothing says nothing


def test_pages_are_found_with_the_pictures_and_a_pin_keeps_them(
    film: Path, told: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fabula"
    options = {"output": path, "encoder": "hash", "trust_book": True}
    subs, book = told
    with read(film, subs, None, book, vision="hash", **options) as project:  # type: ignore[arg-type]
        reasons = [dict(link.why) for link in project.links if link.sentence is not None]
        assert len(reasons) > LINES / 2
        assert all(list(why)[-1] == "pictures" for why in reasons)
        assert "pictures" in export(project, "html", version="0")
    monkeypatch.setattr(looking, "load_vision", lambda name: pytest.fail("what was read is read already"))
    fabula.pin(path, 3, passage=0)
    with Project.open(path) as project:
        assert project.settings["vision"] == "hash"
        assert any("pictures" in dict(link.why) for link in project.links)
        assert project.shot_vectors is not None


def test_a_book_that_comes_after_the_film_needs_the_vision_that_looked(
    film: Path, told: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fabula"
    subs, book = told
    read(film, subs, output=path, vision="hash").close()
    monkeypatch.setattr(looking, "load_vision", lambda name: HashVision(64))
    with pytest.raises(FabulaError, match="looked at by hash-vision-256, and hash is hash-vision-64 now"):
        read(book=book, output=path, encoder="hash", trust_book=True)
    monkeypatch.undo()
    with read(book=book, output=path, encoder="hash", trust_book=True) as project:
        assert any("pictures" in dict(link.why) for link in project.links)


def test_a_silent_shot_is_placed_on_the_untold_passage_that_it_shows() -> None:
    """Planted: five silent shots between two linked lines show passages 3, 3, 5, nothing and 8 of the six left out."""
    rng = np.random.default_rng(3)
    sentences = unit_rows(rng.standard_normal((40, 64)).astype(np.float32))
    shown = {1: 3, 2: 3, 3: 5, 5: 8}
    nothing = unit_rows(rng.standard_normal((8, 64)).astype(np.float32))
    vectors = np.stack([sentences[shown[k]] if k in shown else nothing[k] for k in range(8)])
    shots = [Shot(k, 10.0 * k, 10.0 * k + 10, 0, 0) for k in range(8)]
    cues = [Cue(1, 1.0, 9.0, "Before them."), Cue(2, 61.0, 69.0, "After them."), Cue(3, 71.0, 79.0, "Moved.")]
    links = [
        Link(State.ALIGNED, 0.9, 1, 1, 2, 2),
        Link(State.ALIGNED, 0.9, 2, 2, 9, 9),
        Link(State.MOVED, 0.9, 3, 3, 30, 30),
    ]
    passages = [Passage(k, 0, "", k, k + 1) for k in range(40)]
    text = Text(passages, [Sentence(k, k, "", k, k + 1) for k in range(40)], np.arange(40))
    found = place_silent_shots(shots, cues, links, text, ShotVectors("m", tuple(range(8)), vectors), sentences)
    assert [seen.shot for seen in found] == [1, 2, 3, 4, 5]
    sure = {seen.shot: seen.passage for seen in found if seen.score > 0.5}
    assert sure == shown
    assert all(2 < seen.passage < 9 for seen in found)
    assert place_silent_shots(shots, cues, links[:1], text, ShotVectors("m", (1,), vectors[1:2]), sentences) == ()
    # The film does not go back: of two shots that look like passages in the wrong order, one shows another or none.
    backwards = ShotVectors("m", (1, 2), sentences[[8, 3]])
    first, second = place_silent_shots(shots, cues, links, text, backwards, sentences)
    assert (first.passage, second.passage) != (8, 3) or min(first.score, second.score) < 0.5


def test_hints_of_silent_shots_are_shown_as_hints() -> None:
    data = example()
    assert data.book is not None
    shot, passage = data.shots[3].index, data.book.passages[7]
    hints = (Seen(shot, passage.index, 0.8), Seen(data.shots[4].index, passage.index, 0.2))
    page = html.document_fromstring(render_report(replace(data, seen=hints)))
    assert len(page.xpath("//span[@class='caption']")) == 1
    assert "seen perhaps: " in page.xpath(f"//li[@id='s{shot}']/a/@title")[0]


def test_the_channel_is_measured_with_and_without(demo_files: DemoFiles, short_film: Path) -> None:
    truth = Truth.read(demo_files.truth)
    texts = (demo_files.subtitles, demo_files.screenplay, demo_files.book)
    with read(short_film, *texts, vision="hash", encoder="hash") as project:
        found = compare_on(project, truth, "hash")
        book = project.book
        assert book is not None
        places = find_paragraphs(truth.paragraphs, book)
        columns = {passage.index: column for column, passage in enumerate(alignable(book).passages)}
        planted = np.zeros((len(spoken_cues(project.cues)), len(columns)), np.float32)
        for row, cue in enumerate(spoken_cues(project.cues)):
            for name, _ in truth.cues[cue.number - 1].story:
                planted[row, columns[places[name]]] = 1.0
        perfect = pictures_alone(project, truth, lambda pair: planted, "hash")
        contrary = pictures_alone(project, truth, lambda pair: -planted, "hash")
    assert [(a.texts, a.pictures) for a in found.aligned] == [
        (texts, pictures) for texts in ("book", "book and screenplay") for pictures in (False, True)
    ]
    rows = found.rows()
    assert {row["measured"] for row in rows} == {"pictures alone", "alignment"}
    assert json.loads(json.dumps(rows)) == rows
    assert perfect.within == 1
    assert perfect.percentile > 0.95
    assert contrary.percentile < 0.05
    assert 0.01 < perfect.chance < 0.2
    with read(None, *texts, encoder="hash") as blind, pytest.raises(FabulaError, match="a vision"):
        compare_on(blind, truth, "hash")
