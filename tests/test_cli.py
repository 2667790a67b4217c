"""The command line as a user meets it: what goes to standard output, what exit codes say, one-line errors."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fabula
from fabula.evaluate.demo import DemoFiles
from fabula.files.subtitles import read_subtitles


def run(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fabula", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C"})
    if check:
        assert done.returncode == 0, done.stderr
    return done


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def project(demo_files: DemoFiles, short_film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "demo.fabula"
    done = run(
        *("read", short_film, "--subs", demo_files.subtitles, "--script", demo_files.screenplay),
        *("--book", demo_files.book, "--encoder", "hash", "-o", path),
    )
    assert done.stdout == ""
    assert str(path) in done.stderr
    return path


def test_show_is_a_screen_of_text(project: Path) -> None:
    text = run("show", project).stdout
    assert len(text.splitlines()) <= 40
    for word in ("shots", "scenes", "speakers", "QUILL", "kept", "used", "strongest links"):
        assert word in text, word


def test_report_is_one_page_and_keeps_the_users_file(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run("report", project, "-o", page)
    text = page.read_text("utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert not re.search(r"""(src|href)=["']https?:""", text)
    again = run("report", project, "-o", page, check=False)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    run("report", project, "-o", page, "--force")


@pytest.mark.parametrize("kind", ["srt", "vtt", "ass"])
def test_exported_subtitles_carry_the_speakers(project: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"out.{kind}"
    run("export", project, "--to", kind, "-o", target)
    text = target.read_text("utf-8")
    assert {"srt": "QUILL: ", "vtt": "<v QUILL>", "ass": ",QUILL,"}[kind] in text
    with fabula.Project.open(project) as opened:
        written = [time for cue in opened.cues for time in (cue.start, cue.end)]
    read = [time for cue in read_subtitles(target).cues for time in (cue.start, cue.end)]
    assert read == pytest.approx(written, abs=0.011)  # ASS counts hundredths of a second


def test_exported_data_has_links_and_shots(project: Path) -> None:
    data = json.loads(run("export", project, "--to", "json").stdout)
    assert len(data["shots"]) >= 4
    assert {link["state"] for link in data["links"]} >= {"aligned", "film_only", "book_only"}
    assert any(cue["speaker"] for cue in data["cues"])
    for table in ("cues", "shots", "links", "scenes"):
        found = list(csv.DictReader(io.StringIO(run("export", project, "--to", "csv", "--table", table).stdout)))
        assert len(found) >= 4, table
    assert run("export", project, "--to", "docx", check=False).returncode == 2


def test_align_gives_one_object_for_each_cue(demo_files: DemoFiles) -> None:
    subs = ("align", "--subs", demo_files.subtitles, "--encoder", "hash", "--json")
    count = len(read_subtitles(demo_files.subtitles).cues)
    script = rows(run(*subs, "--script", demo_files.screenplay).stdout)
    book = rows(run(*subs, "--book", demo_files.book).stdout)
    both = rows(run(*subs, "--script", demo_files.screenplay, "--book", demo_files.book).stdout)
    assert [len(found) for found in (script, book, both)] == [count] * 3
    assert set(script[0]) == {"cue", "start", "end", "text", "speaker", "speakers", "scene", "score"}
    spoken = next(row for row in script if row["speaker"])
    assert set(spoken["scene"]) == {"index", "heading"}  # type: ignore[call-overload]
    told = next(row for row in book if row["state"] == "aligned")
    assert set(told) >= {"cue", "start", "end", "text", "state", "score", "passage", "sentence"}
    assert set(told["passage"]) == {"text", "chapter", "index", "char_start", "char_end"}  # type: ignore[call-overload]
    assert set(told["sentence"]) == {"text", "char_start", "char_end"}  # type: ignore[call-overload]
    assert {row["state"] for row in book} == {"aligned", "film_only"}
    least = min(row["score"] for row in book if row["state"] == "aligned")
    assert all(row["score"] < least for row in book if row["state"] == "film_only")
    assert all(row["passage"] is None or row["sentence"] is None for row in book if row["state"] == "film_only")
    assert set(both[0]) >= {"speaker", "scene", "state", "passage"}


def test_shots_as_json_and_in_pyscenedetects_columns(short_film: Path) -> None:
    found = rows(run("shots", short_film, "--json").stdout)
    assert set(found[0]) == {"shot", "start", "end", "first_frame", "last_frame", "transition"}
    assert [row["shot"] for row in found] == list(range(len(found)))
    table = list(csv.reader(io.StringIO(run("shots", short_film, "--csv").stdout)))
    assert table[0][0] == "Timecode List:"
    assert table[1] == [
        "Scene Number",
        "Start Frame",
        "Start Timecode",
        "Start Time (seconds)",
        "End Frame",
        "End Timecode",
        "End Time (seconds)",
        "Length (frames)",
        "Length (timecode)",
        "Length (seconds)",
    ]
    assert len(table) == len(found) + 2
    second = table[3]
    assert int(second[1]) == int(table[2][4]) + 1
    assert second[2] == table[0][1]


def test_help_teaches_and_version_tells() -> None:
    text = run("--help").stdout
    for command in ("read", "show", "report", "export", "align", "shots", "doctor", "demo"):
        assert command in text
        assert "--help" in run(command, "--help").stdout
    assert run("--version").stdout.strip() == f"fabula {fabula.__version__}"


def test_doctor_finds_everything_it_needs() -> None:
    text = run("doctor").stdout
    assert "!!" not in text
    for word in ("Python", "decoders", "model of sentences", "model of shots", "device", "cache"):
        assert word in text


HOSTILE = {
    "empty": b"",
    "pdf": b"%PDF-1.7\n" + b"\x00\x01" * 500,
    "nul": b"\x00" * 4096,
    "zip": b"PK\x03\x04" + b"\x00" * 100,
    "text": b"This is only a letter to my mother, in which nobody speaks.\n",
}
WAYS = {
    "film": ("read", "{}"),
    "shots": ("shots", "{}"),
    "subtitles": ("read", "--subs", "{}"),
    "screenplay": ("read", "--script", "{}"),
    "book": ("read", "--book", "{}"),
    "project": ("show", "{}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_bad_input_is_one_line_and_exit_code_2(way: str, tmp_path: Path) -> None:
    names = {"film": "x.mp4", "shots": "x.mp4", "book": "x.epub", "subtitles": "x.srt", "screenplay": "x.txt"}
    folder = tmp_path / "folder"
    folder.mkdir()
    bad: list[Path] = [folder, tmp_path / "missing.bin"]
    for name, content in HOSTILE.items():
        if (way, name) != ("book", "text"):  # a short letter is a book for all we know
            bad.append(tmp_path / f"{name}-{names.get(way, 'x.fabula')}")
            bad[-1].write_bytes(content)
    for path in bad:
        arguments = [argument.format(path) for argument in WAYS[way]]
        if arguments[0] == "read":
            arguments += ["-o", str(tmp_path / "out.fabula")]
        done = run(*arguments, check=False)
        assert done.returncode == 2, (path.name, done.stderr)
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, (path.name, done.stderr)
        assert path.name in done.stderr
        assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_error(demo_files: DemoFiles) -> None:
    command = f"{sys.executable} -m fabula align --subs {demo_files.subtitles} --script {demo_files.screenplay} --json"
    done = subprocess.run(f"{command} | head -n 1", shell=True, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
