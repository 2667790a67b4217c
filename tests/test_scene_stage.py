"""The stage that puts scenes on shots, from files to exports; and the command that measures speakers."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fabula
from fabula.app.cli import app
from fabula.app.show import summary
from fabula.evaluate.demo import DemoFiles
from fabula.files.export import export
from fabula.reading import read
from test_align_screenplay import sentence


def test_scenes_of_shots_are_a_stage_of_their_own(demo_files: DemoFiles, tmp_path: Path) -> None:
    output, subtitles = tmp_path / "a.fabula", tmp_path / "own.srt"
    subtitles.write_bytes(demo_files.subtitles.read_bytes())

    def stages(force: bool = False) -> set[str]:
        heard: set[str] = set()
        inputs = (demo_files.film, subtitles, demo_files.screenplay)
        found = read(*inputs, output=output, detector="content", force=force, progress=lambda s, *_: heard.add(s))
        found.close()
        return heard

    assert stages() == {"film", "subtitles", "screenplay", "speakers", "scenes"}
    assert stages() == set()
    with fabula.Project.open(output) as project:
        assert all(shot.scene is not None for shot in project.shots)
        begins = {shot.start for shot in project.shots}
        assert all(scene.start in begins for scene in project.scenes if scene.start is not None)
        rows = json.loads(export(project, "json", version="x"))["shots"]
        assert [row["scene"] for row in rows] == [shot.scene for shot in project.shots]
        assert export(project, "csv", version="x", table="shots").splitlines()[0].endswith(",scene")
        assert f"{len(project.shots)} shots have their scene" in summary(project)
    subtitles.write_text(subtitles.read_text("utf-8").replace("the", "a"), "utf-8")
    assert stages(force=True) == {"subtitles", "speakers", "scenes"}


def test_speakers_are_measured_on_the_demo_without_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FABULA_DATA", str(tmp_path / "nowhere"))
    found = CliRunner().invoke(app, ["evaluate", "script", "--no-curves", "--json"])
    assert found.exit_code == 0, found.output
    rows = {row.get("name", "calibration_error"): row for row in map(json.loads, found.output.splitlines())}
    assert rows["in the script"]["film"] == "demo"
    assert rows["in the script"]["value"] >= 0.97
    assert rows["in the script"]["low"] <= rows["in the script"]["value"] <= rows["in the script"]["high"]
    assert 0 <= rows["calibration_error"]["calibration_error"] < 0.1
    plain = CliRunner().invoke(app, ["evaluate", "script", "--no-curves"])
    assert "not in the script, wrong" in plain.output


def test_a_folder_that_is_named_must_be_there(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["evaluate", "script", "--data", str(tmp_path / "nowhere")])
    assert isinstance(found.exception, fabula.FabulaError)


def test_a_moved_scene_is_shown_and_exported(tmp_path: Path) -> None:
    rng = random.Random(2)
    scenes = [[(name, sentence(rng)) for name in ("ANNA", "BORIS") * 4] for _ in range(4)]
    pages = [
        f"INT. ROOM {k} - DAY\n\n" + "\n\n".join(f"{who}\n{text}" for who, text in talk)
        for k, talk in enumerate(scenes)
    ]
    (tmp_path / "a.fountain").write_text("\n\n".join(pages), "utf-8")
    spoken = [text for k in (0, 2, 3, 1) for _, text in scenes[k]]
    cues = [f"{k + 1}\n00:00:{k:02},000 --> 00:00:{k:02},900\n{text}\n" for k, text in enumerate(spoken)]
    (tmp_path / "a.srt").write_text("\n".join(cues), "utf-8")
    with read(subtitles=tmp_path / "a.srt", screenplay=tmp_path / "a.fountain") as project:
        assert "4 of them found in the film, 1 scene moved" in summary(project)
        rows = json.loads(export(project, "json", version="x"))["scenes"]
        assert [row["moved"] for row in rows] == [False, True, False, False]
        assert export(project, "csv", version="x", table="scenes").splitlines()[0].endswith(",moved")
