"""Each case of the Fountain syntax, with texts of our own."""

from pathlib import Path

import pytest

from fabula.files.screenplay import read_screenplay
from fabula.files.screenplay.fountain import parse_fountain, plain
from fabula.records import LineKind, Screenplay

PLAY = """\
Title:
    _**The Lamp**_
Credit: by
Author: Nobody

FADE IN:

INT. CELLAR - NIGHT #12A#

A lamp swings. [[why?]] It
goes out.

/* cut this
INT. NOWHERE - DAY
*/

MARA (V.O.)
(low)
Who is
there?
  |
Tell *me*.

TOM (O.S.) (cont'd)
Nobody.
[[a note
in a speech]]
Go back.

# Act Two
= She finds him.

.THE STAIRS

@McVay
~Down, down
~we go.

MARA
Stop!

TOM ^
Run!

> SMASH TO:

> The End <

===

CUT TO:

!MARA
is not speaking.

ext. street - dawn
EXT. BRIDGE

GO TO: |
""".replace("|", "")  # which shows where blanks end lines


def read(tmp_path: Path, text: str) -> Screenplay:
    path = tmp_path / "play.fountain"
    path.write_text(text, "utf-8")
    return read_screenplay(path)


def typed(play: Screenplay) -> list[tuple[str, str]]:
    return [(line.kind.value, line.text) for line in play.lines]


def test_a_whole_play(tmp_path: Path) -> None:
    play = read(tmp_path, PLAY)
    assert (play.title, play.format, play.warnings) == ("The Lamp", "fountain", ())
    assert typed(play) == [
        ("action", "FADE IN:"),
        ("heading", "INT. CELLAR - NIGHT"),
        ("action", "A lamp swings. It goes out."),
        ("speaker", "MARA (V.O.)"),
        ("parenthetical", "(low)"),
        ("dialogue", "Who is there? Tell me."),
        ("speaker", "TOM (O.S.) (cont'd)"),
        ("dialogue", "Nobody. Go back."),
        ("heading", "THE STAIRS"),
        ("speaker", "McVay"),
        ("dialogue", "Down, down we go."),
        ("speaker", "MARA"),
        ("dialogue", "Stop!"),
        ("speaker", "TOM"),
        ("dialogue", "Run!"),
        ("transition", "SMASH TO:"),
        ("action", "The End"),
        ("transition", "CUT TO:"),
        ("action", "MARA is not speaking."),
        ("heading", "ext. street - dawn"),
        ("heading", "EXT. BRIDGE"),
        ("action", "GO TO:"),
    ]


def test_speakers_scenes_and_source_lines(tmp_path: Path) -> None:
    play = read(tmp_path, PLAY)
    lines = {line.text: line for line in play.lines}
    assert lines["Nobody. Go back."].speaker == "TOM"
    assert lines["Nobody. Go back."].attributes == ("O.S.", "CONT'D")
    assert lines["(low)"].speaker == "MARA"
    assert lines["McVay"].speaker == "MCVAY"
    assert [line.text for line in play.lines if line.dual] == ["MARA", "Stop!", "TOM", "Run!"]
    assert lines["FADE IN:"].scene is None
    assert lines["A lamp swings. It goes out."].scene == 0
    source = PLAY.split("\n")
    for line in play.lines:
        assert line.source_line is not None
        assert line.text[:2] in plain(source[line.source_line - 1])
    assert [(s.setting, s.place, s.time_of_day, s.number) for s in play.scenes] == [
        ("INT", "CELLAR", "NIGHT", "12A"),
        (None, "THE STAIRS", None, None),
        ("EXT", "street", "DAWN", None),
        ("EXT", "BRIDGE", None, None),
    ]
    assert [(s.first_line, s.last_line) for s in play.scenes] == [(1, 7), (8, 18), (19, 19), (20, 21)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("INT HOUSE DAY", [LineKind.HEADING]),
        ("I./E. CAR", [LineKind.HEADING]),
        ("EST. HOUSE", [LineKind.HEADING]),
        ("INTO THE HOUSE", [LineKind.ACTION]),
        ("...and so", [LineKind.ACTION]),
        ("ESTABLISHING", [LineKind.ACTION]),
        ("CUT TO:  ", [LineKind.ACTION]),
        ("CUT TO:\nagain", [LineKind.ACTION]),
        ("> FADE OUT.", [LineKind.TRANSITION]),
        ("R2X\nBeep.", [LineKind.SPEAKER, LineKind.DIALOGUE]),
        ("23 (O.S.)\nNo letter.", [LineKind.ACTION]),
        ("MARA\n\nalone", [LineKind.ACTION, LineKind.ACTION]),
        ("One\nMARA\ntwo", [LineKind.ACTION]),
        ("\t\tMARA\n\t (shy)\n\tHi.", [LineKind.SPEAKER, LineKind.PARENTHETICAL, LineKind.DIALOGUE]),
        ("~la la", [LineKind.ACTION]),
        ("[[only a note]]", []),
        ("/* never closed", [LineKind.ACTION]),
        ("# Act\n## Scene\n= synopsis", []),
        ("====", []),
        ("", []),
    ],
)
def test_one_element(text: str, kinds: list[LineKind]) -> None:
    assert [e.kind for e in parse_fountain(f"\n{text}\n").elements] == kinds


@pytest.mark.parametrize(
    ("marked", "clean"),
    [
        ("*a* **b** ***c*** _d_", "a b c d"),
        ("_**both**_", "both"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        (r"\*not\* *yes*", "*not* yes"),
        ("a lone *star", "a lone *star"),
        ("(*aside*)", "(aside)"),
        ("", ""),
    ],
)
def test_emphasis(marked: str, clean: str) -> None:
    assert plain(marked) == clean


def test_a_stray_note_mark_hides_no_other_note() -> None:
    elements = parse_fountain("\nA [[ stray.\n\nB [[gone]] here.\n").elements
    assert [e.text for e in elements] == ["A [[ stray.", "B here."]


def test_an_outline_without_dialogue_is_read_with_a_warning(tmp_path: Path) -> None:
    play = read(tmp_path, "\nINT. ROOM\n\nNothing is said.\n")
    assert len(play.scenes) == 1
    assert play.warnings == ("no dialogue found in the file",)


@pytest.mark.parametrize("junk", ["[[ \n\n", "/* ", "*a ", "(((", "~\n", "A\n^\n\n", "\\", "[[ x ]"])
def test_hostile_repetition_is_read_in_linear_time(junk: str) -> None:
    parse_fountain(junk * 10_000)
