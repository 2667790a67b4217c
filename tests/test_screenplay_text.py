"""Typed pages: the same little play in many layouts must give the same lines."""

import pytest

from fabula.files.screenplay.elements import Draft, assemble
from fabula.files.screenplay.plain import parse_text
from fabula.records import Screenplay

PLAY = [
    ("heading", "INT. LIGHTHOUSE - NIGHT"),
    ("action", "The wind howls around the tower. A door bangs somewhere below, and the lamp begins to flicker."),
    ("speaker", "MARA"),
    ("dialogue", "I told you that the oil would not last until the morning, but you never listen to me."),
    ("speaker", "TOM (O.S.)"),
    ("parenthetical", "(shouting; from the stairs)"),
    ("dialogue", "Then bring me the other can!"),
    ("parenthetical", "(coughs)"),
    ("dialogue", "And be quick."),
    ("action", "Mara runs out, and the light dies."),
    ("speaker", "TOM (CONT'D)"),
    ("dialogue", "Mara?"),
    ("transition", "CUT TO:"),
    ("heading", "EXT. ROCKS - DAWN"),
    ("action", "CLOSE SHOT - THE SEA"),
    ("action", "Grey waves roll in."),
    ("speaker", "OLD FISHERMAN"),
    ("dialogue", "There was never anybody up there."),
]


def wrap(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def typeset(columns: dict[str, int], *, spaced: bool, width: int = 40) -> str:
    """Lay the play out with a left margin for each kind of line; ``spaced`` puts a blank line after every paragraph."""
    page = [" " * columns["name"] + "THE LIGHT", "", ""]
    for kind, text in PLAY:
        margin = columns.get(kind, columns["action"])
        touching = kind in ("dialogue", "parenthetical") and not spaced
        page += [] if touching else [""]
        page += [" " * margin + line for line in wrap(text, width)]
    return "\n".join(page) + "\n"


def read(text: str) -> Screenplay:
    return assemble("play.txt", parse_text(text), "text")


def typed(draft: Draft) -> list[tuple[str, str]]:
    return [(e.kind.value, e.text) for e in draft.elements]


def columns(action: int, dialogue: int, parenthetical: int, name: int, transition: int = 0) -> dict[str, int]:
    return {
        "action": action,
        "dialogue": dialogue,
        "parenthetical": parenthetical,
        "speaker": name,
        "name": name,
        "transition": transition or action,
    }


LAYOUTS = {
    "standard": (columns(15, 25, 30, 37, 63), False),
    "narrow": (columns(0, 10, 15, 20), False),
    "double spaced": (columns(10, 20, 25, 32), True),
    "names indented, the rest flush": (columns(0, 0, 0, 20), False),
    "names and speech in one column": (columns(0, 12, 12, 12), False),
    "flush": (columns(0, 0, 0, 0), False),
    "flush but shifted": (columns(25, 25, 25, 25), False),
    "flush and double spaced": (columns(0, 0, 0, 0), True),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_does_not_matter(layout: str) -> None:
    margins, spaced = LAYOUTS[layout]
    text = typeset(margins, spaced=spaced)
    draft = parse_text(text)
    assert typed(draft)[1:] == PLAY
    assert draft.title == "THE LIGHT"
    lines = text.split("\n")
    for element in draft.elements:
        assert element.source_line is not None
        assert element.text.startswith(lines[element.source_line - 1].strip())


def test_tabs_are_columns() -> None:
    text = typeset(columns(8, 16, 24, 32), spaced=False).replace(" " * 8, "\t")
    assert typed(parse_text(text))[1:] == PLAY


def test_scenes_and_speakers() -> None:
    play = read(typeset(*LAYOUTS["standard"][:1], spaced=False))
    assert [(s.setting, s.place, s.time_of_day) for s in play.scenes] == [
        ("INT", "LIGHTHOUSE", "NIGHT"),
        ("EXT", "ROCKS", "DAWN"),
    ]
    assert [line.speaker for line in play.lines if line.kind == "dialogue"] == [
        *("MARA", "TOM", "TOM", "TOM"),
        "OLD FISHERMAN",
    ]
    assert play.lines[0].scene is None
    assert [(s.first_line, s.last_line) for s in play.scenes] == [(1, 13), (14, len(PLAY))]


def indent(text: str, by: int = 25) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))


MIXED_CASE = """\
Int. Harbour office. Full shot: Of clerks at work.

MARA

Where is the captain?

(turns away)

Never mind.

Close-up: Of the clock.

MARA

I shall wait all night if I have to,

and you will wait with me.

You know that.

MARA sits down heavily.

TOM

TOM shrugs and leaves.

MARA

(to herself)

Tom!

The banner outside reads:

WELCOME HOME

Nobody sees it. Cut to: Ext.: D. B.'s house: Med. shot: Rain.

CROWD

Hurrah!

TOM

That's all?
"""


def test_speech_and_action_in_one_column_are_told_apart_by_their_words() -> None:
    assert [(e.kind.value, e.text) for e in parse_text(indent(MIXED_CASE)).elements] == [
        ("heading", "Int. Harbour office"),
        ("action", "Full shot: Of clerks at work."),
        ("speaker", "MARA"),
        ("dialogue", "Where is the captain?"),
        ("parenthetical", "(turns away)"),
        ("dialogue", "Never mind."),
        ("action", "Close-up: Of the clock."),
        ("speaker", "MARA"),
        ("dialogue", "I shall wait all night if I have to,"),
        ("dialogue", "and you will wait with me."),
        ("dialogue", "You know that."),
        ("action", "MARA sits down heavily."),
        ("speaker", "TOM"),
        ("action", "TOM shrugs and leaves."),
        ("speaker", "MARA"),
        ("parenthetical", "(to herself)"),
        ("dialogue", "Tom!"),
        ("action", "The banner outside reads:"),
        ("action", "WELCOME HOME"),
        ("action", "Nobody sees it."),
        ("transition", "Cut to:"),
        ("heading", "Ext.: D. B.'s house"),
        ("action", "Med. shot: Rain."),
        ("speaker", "CROWD"),
        ("dialogue", "Hurrah!"),
        ("speaker", "TOM"),
        ("dialogue", "That's all?"),
    ]


FURNITURE = """\
          THE LIGHT - Blue Rev. 1/2/99                      1.

12        INT. TOWER - DAY                                 12

          Mara climbs.                                          *

                         MARA
               How many steps
               are left?

                         TOM
               12

                         MARA
               I counted
                                                (MORE)

                                                (CONTINUED)
\f
          THE LIGHT - Blue Rev. 1/2/99                      2.

12        CONTINUED:                                       12

                         MARA (CONT'D)
               twice.[3]                                       *

                                             2A.

          THE LIGHT - Blue Rev. 1/2/99                      3.

13        CLOSE ON THE LAMP                                13

          It is out.

          Back to IMSDb
"""


def test_page_furniture_is_dropped() -> None:
    play = read(FURNITURE)
    assert [(x.kind.value, x.text) for x in play.lines] == [
        ("heading", "INT. TOWER - DAY"),
        ("action", "Mara climbs."),
        ("speaker", "MARA"),
        ("dialogue", "How many steps are left?"),
        ("speaker", "TOM"),
        ("dialogue", "12"),
        ("speaker", "MARA"),
        ("dialogue", "I counted"),
        ("speaker", "MARA (CONT'D)"),
        ("dialogue", "twice."),
        ("action", "CLOSE ON THE LAMP"),
        ("action", "It is out."),
    ]
    assert play.scenes[0].number == "12"
    assert play.lines[9].attributes == ("CONT'D",)


def test_a_head_that_returns_on_each_page_is_dropped() -> None:
    page = "THE LIGHT\n\n          MARA\n     Step {0}.\n\nShe climbs.\n\n"
    pages = [f"\f{page.format(n)}" for n in ("one", "two", "three", "four")]
    texts = [e.text for e in parse_text("INT. TOWER - DAY\n\n" + "".join(pages)).elements]
    assert "THE LIGHT" not in texts
    assert texts.count("MARA") == texts.count("She climbs.") == 4


def test_speeches_side_by_side() -> None:
    play = read(
        "INT. TOWER - DAY\n\nThey meet.\n\n"
        "        MARA                          TOM (O.S.)\n"
        "  Where have you been           I have waited for\n"
        "  all this time?                you since noon.\n"
        "                                    (angry)\n"
        "                                Noon!\n\n"
        "He leaves.\n\n        MARA\n  Well.\n"
    )
    assert [(x.kind.value, x.text, x.speaker) for x in play.lines if x.dual] == [
        ("speaker", "MARA", "MARA"),
        ("dialogue", "Where have you been all this time?", "MARA"),
        ("speaker", "TOM (O.S.)", "TOM"),
        ("dialogue", "I have waited for you since noon.", "TOM"),
        ("parenthetical", "(angry)", "TOM"),
        ("dialogue", "Noon!", "TOM"),
    ]
    assert [x.text for x in play.lines if not x.dual][2:] == ["He leaves.", "MARA", "Well."]


def test_speeches_that_leave_the_columns() -> None:
    text = typeset(*LAYOUTS["standard"][:1], spaced=False)
    side = f"\n{' ' * 25}MARA\n{' ' * 17}Hear me.\n\n{' ' * 55}TOM\n{' ' * 47}Be quiet!\n"
    assert typed(parse_text(text + side))[-4:] == [
        ("speaker", "MARA"),
        ("dialogue", "Hear me."),
        ("speaker", "TOM"),
        ("dialogue", "Be quiet!"),
    ]


def test_names_and_words_on_one_line() -> None:
    text = (
        "INT. TOWER\n\nMARA (low):  Who is it?\n\nTOM: Me. I have been\nhere all day: alone.\nMARA: Oh.\n\nShe sits.\n"
    )
    assert typed(parse_text(text))[1:] == [
        ("speaker", "MARA"),
        ("parenthetical", "(low)"),
        ("dialogue", "Who is it?"),
        ("speaker", "TOM"),
        ("dialogue", "Me. I have been here all day: alone."),
        ("speaker", "MARA"),
        ("dialogue", "Oh."),
        ("action", "She sits."),
    ]


def test_slugs_are_headings_only_where_there_are_no_others() -> None:
    body = "THE TOWER\n\nWind.\n\n          MARA\n     Hello?\n\nCLOSE SHOT - THE SEA\n\nWaves.\n"
    assert [s.heading for s in read(body).scenes] == ["THE TOWER", "CLOSE SHOT - THE SEA"]
    assert [s.heading for s in read("INT. HALL\n\nDust.\n\n" + body).scenes] == ["INT. HALL"]


def test_a_heading_may_be_wrapped_and_led_in() -> None:
    text = "FADE IN: INT. THE TOWER OF THE OLD\nLIGHTHOUSE - NIGHT\nWind.\n\n          MARA\n     Hello?\n"
    assert typed(parse_text(text))[:3] == [
        ("transition", "FADE IN:"),
        ("heading", "INT. THE TOWER OF THE OLD LIGHTHOUSE - NIGHT"),
        ("action", "Wind."),
    ]


def test_c1_controls_are_the_dashes_they_stood_for() -> None:
    assert parse_text("INT. A\n\n     MARA\n  Well\x97yes.\x85\n").elements[2].text == "Well—yes.…"


@pytest.mark.parametrize("text", ["", "\n\n", "MARA", "MARA\n", "(", "INT. A", "\f\f\n12\n", "     TOM      MARA\n"])
def test_tiny_texts_do_no_harm(text: str) -> None:
    parse_text(text)


@pytest.mark.parametrize(
    "junk",
    [
        "MARA\n(\n",
        "(" * 50,
        " \t",
        "*",
        "A   B\n",
        "MARA      TOM\nhi     yo\n\n",
        "12\n",
        "INT. ",
        "Cut to: ",
        "\f",
        "A.",
        "-",
        '"',
        "I said ",
        "MARA\n\nMARA sits.\n\n",
        "TEXT   7\n",
        "LATE ",
        "MARA ",
    ],
)
def test_hostile_repetition_is_read_in_linear_time(junk: str) -> None:
    parse_text("INT. A\n\n" + junk * 5_000)
