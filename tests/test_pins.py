"""Pins: the chain keeps to them exactly, their neighbours profit, reruns keep them, and wrong ones are told."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import fabula
from fabula.align.book import align_book
from fabula.align.lattice import chain_marginals, motion
from fabula.align.pins import CERTAIN, applicable, pin_evidence, pin_speakers, with_pins
from fabula.align.screenplay import align_screenplay
from fabula.errors import FabulaError, InputError
from fabula.evaluate.demo import DemoFiles
from fabula.features import HashEncoder
from fabula.files.book import read_book
from fabula.files.export import report_data
from fabula.files.report import render_report
from fabula.pinning import pin, unpin
from fabula.reading import read
from fabula.records import (
    Cue,
    LineKind,
    Link,
    Passage,
    Pin,
    Scene,
    Screenplay,
    ScriptLine,
    State,
)

MOVES = motion(stay=0.3, forward=[(0.5, 1.5)], backward=(0.1, 1.5), jump=0.1, leave=0.2, stay_out=0.6)


def brute_force(evidence: np.ndarray, fixed: dict[int, int | None]) -> np.ndarray:
    """Probability of each (unit, position) match over all paths that go through the fixed ones."""
    units, positions = evidence.shape
    step = np.array([MOVES.spread(row) for row in np.eye(positions)])
    states = list(product((0, 1), range(positions)))  # mode (0 matched), position
    total = np.zeros((units, positions))
    for path in product(states, repeat=units):
        if any(path[t] != (0, at) if at is not None else path[t][0] == 0 for t, at in fixed.items()):
            continue
        weight = 1.0
        for t, (mode, at) in enumerate(path):
            if t:
                before = path[t - 1]
                weight *= MOVES.modes[before[0], mode] * step[before[1], at]
            weight *= np.exp(evidence[t, at]) if mode == 0 else 1.0
        for t, (mode, at) in enumerate(path):
            total[t, at] += weight * (mode == 0)
        total[-1, 0] += 0  # keeps the shape plain to the reader: (units, positions)
    everything = sum_of_paths(evidence, fixed, states, step)
    return total / everything


def sum_of_paths(
    evidence: np.ndarray, fixed: dict[int, int | None], states: list[tuple[int, int]], step: np.ndarray
) -> float:
    total = 0.0
    for path in product(states, repeat=len(evidence)):
        if any(path[t] != (0, at) if at is not None else path[t][0] == 0 for t, at in fixed.items()):
            continue
        weight = 1.0
        for t, (mode, at) in enumerate(path):
            if t:
                weight *= MOVES.modes[path[t - 1][0], mode] * step[path[t - 1][1], at]
            weight *= np.exp(evidence[t, at]) if mode == 0 else 1.0
        total += weight
    return total


@pytest.mark.parametrize("fixed", [{1: 2}, {1: None}, {0: 2, 3: 0}, {}], ids=str)
def test_the_chain_runs_through_its_pins_as_brute_force_does(fixed: dict[int, int | None]) -> None:
    evidence = np.random.default_rng(5).normal(0, 2, (4, 3))
    matched, _ = chain_marginals(pin_evidence(evidence, fixed), MOVES)
    assert matched == pytest.approx(brute_force(evidence, fixed), abs=1e-5)


def test_a_pin_beats_any_evidence_and_leaves_the_rest_alone() -> None:
    evidence = np.full((3, 4), -5.0)
    evidence[1, 0] = 1e6
    pinned = pin_evidence(evidence, {1: 3})
    assert evidence[1, 0] == 1e6
    assert (pinned[[0, 2]] == evidence[[0, 2]]).all()
    assert pinned[1].tolist() == [-CERTAIN, -CERTAIN, -CERTAIN, CERTAIN]
    speakers = pin_speakers(evidence, {1: "B"}, ["A", "B", "B", "A"])
    assert speakers[1].tolist() == [-CERTAIN, -5, -5, -CERTAIN]


TOLD = [
    "“The lantern is out,” said the keeper.",
    "“Then somebody has climbed the stairs,” she said.",
    "“Nobody climbs them but the two of us.”",
    "“And yet the oil is gone.”",
]
SCENE = [
    "The lantern is out.",
    "Then somebody has climbed the stairs.",
    "Nobody climbs them but the two of us.",
    "And yet the oil is gone.",
]


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """A book that tells the same scene twice, far apart, between paragraphs that are all different."""
    filler = [f"In the year {n} the harbour froze and number {n} boat was sold for {3 * n} crowns." for n in range(120)]
    path = tmp_path / "twice.txt"
    path.write_text("\n\n".join([*filler[:30], *TOLD, *filler[30:90], *TOLD, *filler[90:]]), "utf-8")
    return path


def cues_of(lines: list[str]) -> tuple[Cue, ...]:
    return tuple(Cue(k + 1, 3.0 * k, 3.0 * k + 2, line, parts=(line,)) for k, line in enumerate(lines))


def places(links: tuple[Link, ...]) -> list[int | None]:
    return [link.first_passage for link in links if link.first_cue is not None]


def test_neighbours_follow_a_pin(twice: Path) -> None:
    book, cues = read_book(twice), cues_of(SCENE)
    first, second = ([p.index for p in book.passages if p.text == TOLD[0]][k] for k in (0, 1))
    for start in (first, second):
        for k in range(4):
            anchor = Pin(k + 1, cues[k].text, start + k, TOLD[k])
            links = align_book(cues, book, encoder=HashEncoder(), pins=[anchor], trust=True).links
            assert places(links) == list(range(start, start + 4)), k
            assert links[k].score == 1
            assert links[k].why == (("pinned", 1.0),)
            assert all(link.why != (("pinned", 1.0),) for j, link in enumerate(links) if j != k)
    none = align_book(cues, book, encoder=HashEncoder(), pins=[Pin(2, cues[1].text, nowhere=True)], trust=True).links
    assert none[1] == Link(State.FILM_ONLY, 0.0, 2, 2, why=(("pinned", 1.0),))


def test_a_pinned_sound_is_cut_out_of_what_the_film_leaves_out() -> None:
    links = (Link(State.FILM_ONLY, 1.0, 1, 1), Link(State.BOOK_ONLY, 1.0, None, None, 3, 9))
    found = with_pins(links, [Pin(1, "(bell)", 5, "q")])
    assert found[0] == Link(State.ALIGNED, 1.0, 1, 1, 5, 5, why=(("pinned", 1.0),))
    assert [(link.first_passage, link.last_passage) for link in found[1:]] == [(3, 4), (6, 9)]
    assert with_pins(links, [Pin(1, "(bell)", 3, "q")])[1:] == (Link(State.BOOK_ONLY, 1.0, None, None, 4, 9),)
    assert with_pins(links, [Pin(1, "(bell)", speaker="ANNA")]) == links


def test_pins_of_other_words_do_not_apply() -> None:
    cues, passages = cues_of(["One.", "Two."]), (Passage(0, 0, "A.", 0, 2),)
    good = Pin(1, "One.", 0, "A.")
    bad = [
        Pin(2, "Zwei.", nowhere=True),
        Pin(3, "Three.", nowhere=True),
        Pin(2, "Two.", 0, "B."),
        Pin(1, "One.", 7, ""),
    ]
    fitting, warnings = applicable([good, *bad], cues, passages)
    assert fitting == (good,)
    for word, warning in zip(("says “Two.”", "no such cue", "another", "another"), warnings, strict=True):
        assert word in warning


def screenplay_of(speeches: list[tuple[str, str]]) -> Screenplay:
    lines = []
    for name, text in speeches:
        for kind, words in ((LineKind.SPEAKER, name), (LineKind.DIALOGUE, text)):
            lines.append(ScriptLine(len(lines), kind, words, 0, name))
    return Screenplay("s", None, tuple(lines), (Scene(0, "INT. A"),), "text")


def test_a_pinned_speaker_is_certain_and_pulls_the_answer_along() -> None:
    between = [(f"SAILOR {n}", f"The number {n} ferry to harbour {2 * n} sails at {n % 12}.") for n in range(40)]
    first, second = (list(zip(names, SCENE, strict=True)) for names in (["ANNA", "BEN"] * 2, ["CARL", "DORA"] * 2))
    script, cues = screenplay_of([*first, *between, *second]), cues_of(SCENE)
    for names in (["ANNA", "BEN"] * 2, ["CARL", "DORA"] * 2):
        ends = [Pin(k + 1, cues[k].text, speaker=names[k]) for k in (0, 3)]
        found = align_screenplay(cues, script, pins=ends).cues
        assert [cue.speaker for cue in found] == names
        assert found[0].score == found[3].score == 1
    two = (Cue(1, 0, 2, "- Where is the boat?\n- Gone.", parts=("Where is the boat?", "Gone.")),)
    found = align_screenplay(two, script, pins=[Pin(1, two[0].text, speaker="CARL / DORA")]).cues
    assert found[0].speakers == ("CARL", "DORA")
    found = align_screenplay(two, script, pins=[Pin(1, two[0].text, speaker="BEN")]).cues
    assert found[0].speakers == ("BEN", "BEN")


@pytest.fixture
def project(demo_files: DemoFiles, tmp_path: Path) -> Path:
    path = tmp_path / "pinned.fabula"
    read(None, demo_files.subtitles, demo_files.screenplay, demo_files.book, output=path, encoder="hash").close()
    return path


@pytest.fixture
def heard() -> Iterator[set[str]]:
    yield set()


def test_pinning_reruns_its_stage_alone_and_reading_again_keeps_it(
    project: Path, demo_files: DemoFiles, heard: set[str]
) -> None:
    with fabula.Project.open(project) as before:
        links, cues = before.links, before.cues
    names = sorted({cue.speaker for cue in cues if cue.speaker})
    joined = next(link for link in links if link.state is State.ALIGNED)
    number, passage = joined.first_cue or 0, len({link.first_passage for link in links}) // 2
    pin(project, number, passage=passage, progress=lambda stage, *_: heard.add(stage))
    assert heard == {"pages"}
    other = next(name for name in names if name != cues[number - 1].speaker)
    heard.clear()
    pins = pin(project, number, speaker=other.lower(), progress=lambda stage, *_: heard.add(stage))
    assert heard == {"speakers", "pages"}, "speakers help to find the pages"
    assert [(found.cue, found.passage, found.speaker) for found in pins] == [(number, passage, other)]

    def check() -> None:
        with fabula.Project.open(project) as after:
            link = after.links[[x.first_cue for x in after.links].index(number)]
            assert (link.first_passage, link.score, link.why) == (passage, 1.0, (("pinned", 1.0),))
            assert (after.cues[number - 1].speaker, after.cues[number - 1].score) == (other, 1.0)
            assert after.pins == pins

    check()
    heard.clear()
    inputs = (None, demo_files.subtitles, demo_files.screenplay, demo_files.book)
    read(*inputs, output=project, encoder="hash", force=True, progress=lambda stage, *_: heard.add(stage)).close()
    assert heard == set()
    check()
    unpin(project, number)
    with fabula.Project.open(project) as again:
        assert (again.links, again.cues, again.pins) == (links, cues, ())


def test_a_pin_outlives_new_subtitles_and_says_when_it_does_not_fit(
    project: Path, demo_files: DemoFiles, tmp_path: Path
) -> None:
    with fabula.Project.open(project) as before:
        text = before.cues[4].text
    pin(project, 5, nowhere=True)
    changed = tmp_path / "changed.srt"
    source = demo_files.subtitles.read_text("utf-8")
    assert source.count(text) == 1
    changed.write_text(source.replace(text, "Something else entirely."), "utf-8")
    with read(subtitles=changed, output=project, encoder="hash", force=True) as other:
        assert any("pin of cue 5" in warning and "does not apply" in warning for warning in other.warnings)
        assert other.links[4].why != (("pinned", 1.0),)
        assert len(other.pins) == 1
    with read(subtitles=demo_files.subtitles, output=project, encoder="hash", force=True) as back:
        assert back.links[4] == Link(State.FILM_ONLY, 0.0, 5, 5, why=(("pinned", 1.0),))
        assert not any("pin" in warning for warning in back.warnings)
    changed.write_text(source + "\n999\n01:00:00,000 --> 01:00:02,000\nOne more.\n", "utf-8")
    with read(subtitles=changed, output=project, encoder="hash", force=True) as longer:
        assert longer.links[4].why == (("pinned", 1.0),)


def test_wrong_pins_are_told_and_change_nothing(project: Path, demo_files: DemoFiles, tmp_path: Path) -> None:
    with fabula.Project.open(project) as opened:
        name = next(cue.speaker for cue in opened.cues if cue.speaker)
        last = len(opened.passages)
    wrong: list[tuple[dict[str, object], str]] = [
        ({"cue": 0, "nowhere": True}, "no cue 0"),
        ({"cue": range(5000, 5003), "nowhere": True}, "no cue 5000"),
        ({"cue": 1, "passage": last}, f"no passage {last}"),
        ({"cue": 1, "passage": -1}, "no passage -1"),
        ({"cue": 1, "speaker": name[:-1] + "X"}, f"nearest are: .*{name}"),
        ({"cue": 1, "speaker": f"{name} / {name} / {name}"}, r"part\(s\)"),
        ({"cue": 1, "passage": 1, "nowhere": True}, "one of the two"),
        ({"cue": 1}, "nothing to pin"),
    ]
    for arguments, message in wrong:
        with pytest.raises(FabulaError, match=message):
            pin(project, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cue 3 is not pinned"):
        unpin(project, 3)
    with pytest.raises(InputError, match="no such project"):
        pin(tmp_path / "missing.fabula", 1, nowhere=True)
    with fabula.Project.open(project) as opened:
        assert opened.pins == ()
    alone = tmp_path / "alone.fabula"
    read(subtitles=demo_files.subtitles, output=alone).close()
    for arguments, message in [
        ({"passage": 1}, "no book"),
        ({"nowhere": True}, "no book"),
        ({"speaker": "A"}, "no screen"),
    ]:
        with pytest.raises(InputError, match=message):
            pin(alone, 1, **arguments)  # type: ignore[arg-type]
    bookless = tmp_path / "book.fabula"
    read(book=demo_files.book, output=bookless).close()
    with pytest.raises(InputError, match="no subtitles"):
        pin(bookless, 1, nowhere=True)


def test_pins_show_in_the_report_and_on_the_command_line(project: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fabula", *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")

    place = str(project)
    assert run("pin", place, "--list").stdout == "nothing is pinned\n"
    listed = run("pin", place, "--cue", "2-3", "--none").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["2", "3"]
    assert "pinned" in run("show", place).stdout
    with fabula.Project.open(project) as opened:
        page = render_report(report_data(opened, "0"))
    assert page.count('class="pinned"') == 2
    assert run("pin", place, "--cue", "2-3", "--remove").stdout == "nothing is pinned\n"
    for wrong in (
        ("--cue", "9-2", "--none"),
        ("--cue", "x", "--none"),
        ("--none",),
        ("--cue", "2", "--remove", "--none"),
    ):
        done = run("pin", place, *wrong)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
