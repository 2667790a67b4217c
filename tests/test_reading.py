"""The main job from end to end on the demo film: any subset of inputs, reruns, replaced inputs, killed runs."""

import subprocess
import sys
from pathlib import Path

import pytest

import fabula
from fabula.errors import FabulaError, InputError
from fabula.evaluate.demo import DemoFiles, score_demo
from fabula.reading import align, read
from killing import check, content


@pytest.fixture(scope="session")
def project_file(demo_files: DemoFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole demo read, with the built-in models."""
    path = tmp_path_factory.mktemp("project") / "demo.fabula"
    read(demo_files.film, demo_files.subtitles, demo_files.screenplay, demo_files.book, output=path).close()
    return path


def test_every_stage_finds_the_demos_known_truth(demo_files: DemoFiles, project_file: Path) -> None:
    with fabula.Project.open(project_file) as project:
        scores = {(s.stage, s.measure): s for s in score_demo(demo_files.truth, project)}
    assert scores
    for wanted, least in WANTED.items():
        assert scores[wanted].value >= least, (wanted, scores[wanted])


WANTED = {
    ("shots", "f1"): 0.97,
    ("shots", "kind"): 0.95,
    ("speakers", "right"): 0.97,
    ("scenes", "cue"): 0.97,
    ("book", "correspondences"): 0.9,
    ("book", "film only"): 0.8,
    ("book", "moved"): 0.8,
    ("book decisions", "f1"): 0.93,
    ("book only", "f1"): 0.7,
}


def test_the_project_has_all_the_nouns(project_file: Path) -> None:
    with fabula.Project.open(project_file) as project:
        assert project.film is not None
        assert project.film.frames == project.shots[-1].last_frame + 1
        assert {picture.shot for picture in project.thumbnails} == {shot.index for shot in project.shots}
        assert all(picture.jpeg[:2] == b"\xff\xd8" for picture in project.thumbnails)
        assert project.title == "The Light Not on the List"
        assert project.scenes[0].start is not None
        assert len(project.links) >= len(project.cues)
        assert project.book is not None
        for passage in project.passages:
            assert project.book.source[passage.char_start : passage.char_end] == passage.text
        assert 0.2 < project.book_share() < 1
        assert project.aligned_share() > 0.8


@pytest.mark.parametrize(
    "kinds",
    [("film",), ("subtitles",), ("screenplay",), ("book",), ("subtitles", "book"), ("subtitles", "screenplay")],
    ids="+".join,
)
def test_any_subset_will_do(demo_files: DemoFiles, short_film: Path, kinds: tuple[str, ...]) -> None:
    files = {**vars(demo_files), "film": short_film}
    with read(**{kind: files[kind] for kind in kinds}, encoder="hash") as project:
        found = {
            "film": project.shots,
            "subtitles": project.cues,
            "screenplay": project.lines,
            "book": project.passages,
        }
        assert {kind for kind, records in found.items() if records} == set(kinds)
        assert bool(project.links) == (set(kinds) >= {"subtitles", "book"})


def test_a_rerun_does_only_what_changed(demo_files: DemoFiles, tmp_path: Path) -> None:
    output = tmp_path / "a.fabula"
    subtitles = tmp_path / "own.srt"
    subtitles.write_bytes(demo_files.subtitles.read_bytes())

    def stages(**options: object) -> set[str]:
        heard: set[str] = set()
        inputs = (None, subtitles, demo_files.screenplay, demo_files.book)
        read(*inputs, output=output, encoder="hash", progress=lambda s, *_: heard.add(s), **options).close()  # type: ignore[arg-type]
        return heard

    assert stages() == {"subtitles", "screenplay", "book", "speakers", "pages"}
    assert stages() == set()
    subtitles.write_text(subtitles.read_text("utf-8").replace("the", "a"), "utf-8")
    with pytest.raises(InputError, match="made from another subtitles"):
        stages()
    assert stages(force=True) == {"subtitles", "speakers", "pages"}


def test_inputs_may_come_one_after_the_other(demo_files: DemoFiles, tmp_path: Path) -> None:
    together, apart = tmp_path / "together.fabula", tmp_path / "apart.fabula"
    read(None, demo_files.subtitles, demo_files.screenplay, demo_files.book, output=together, encoder="hash").close()
    for kind in ("book", "subtitles", "screenplay"):
        read(**{kind: getattr(demo_files, kind)}, output=apart, encoder="hash").close()
    left, right = content(together), content(apart)
    assert {name: sorted(map(repr, rows)) for name, rows in left.items()} == {
        name: sorted(map(repr, rows)) for name, rows in right.items()
    }


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match="nothing to read"):
        read()
    with pytest.raises(InputError, match="missing"):
        read(tmp_path / "missing.mp4")


def test_a_killed_read_goes_on_and_ends_with_the_same_content(
    demo_files: DemoFiles, short_film: Path, tmp_path: Path
) -> None:
    inputs = [str(short_film), "--subs", str(demo_files.subtitles)]
    inputs += ["--script", str(demo_files.screenplay), "--book", str(demo_files.book), "--encoder", "hash"]
    inputs += ["--vision", "hash"]
    assert check(inputs, tmp_path, kills=4, seed=1) == []


def test_two_processes_on_one_project_do_it_no_harm(demo_files: DemoFiles, tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone.fabula", tmp_path / "shared.fabula"
    read(None, demo_files.subtitles, demo_files.screenplay, demo_files.book, output=alone, encoder="hash").close()
    command = [sys.executable, "-m", "fabula", "read", "--subs", str(demo_files.subtitles)]
    command += ["--script", str(demo_files.screenplay), "--book", str(demo_files.book)]
    command += ["--encoder", "hash", "-o", str(shared), "--quiet"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
    subprocess.run(command, check=True, capture_output=True)
    left, right = content(alone), content(shared)
    assert left.pop("warnings") == right.pop("warnings")
    assert left == right


def test_alignment_of_a_screenplay_leaves_torch_alone(demo_files: DemoFiles) -> None:
    code = (
        "import sys; from fabula.reading import align;"
        f"found = align({str(demo_files.subtitles)!r}, {str(demo_files.screenplay)!r});"
        "assert any(cue.speaker for cue in found.cues);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_quick_path_and_project_agree(demo_files: DemoFiles) -> None:
    texts = (demo_files.subtitles, demo_files.screenplay, demo_files.book)
    found = align(*texts, encoder="hash")
    with read(None, *texts, encoder="hash") as project:
        assert found.cues == project.cues
        assert found.links == project.links
    with pytest.raises(FabulaError, match="nothing to align"):
        align(demo_files.subtitles)


def test_the_wrong_screenplay_and_the_wrong_book_are_told(demo_files: DemoFiles, tmp_path: Path) -> None:
    script, book = tmp_path / "other.fountain", tmp_path / "other.txt"
    talk = "\n\n".join(f"ZELDA\nPlease bring cucumber number {i} upstairs." for i in range(30))
    script.write_text(f"INT. GREENHOUSE - DAY\n\n{talk}\n", "utf-8")
    book.write_text("\n\n".join(f"Cucumber {i} grew in silence beside its fellows." for i in range(300)), "utf-8")
    found = align(demo_files.subtitles, script, book, encoder="hash")
    assert any("screenplay: is it that of this film?" in warning for warning in found.warnings)
    assert any("does not seem to follow this book" in warning for warning in found.warnings)
    right = align(demo_files.subtitles, demo_files.screenplay, demo_files.book, encoder="hash")
    assert right.warnings == ()
