import pytest

from fabula.files.screenplay.elements import parse_heading
from fabula.files.screenplay.names import is_name, normalise_name


@pytest.mark.parametrize(
    ("cue", "name", "attributes"),
    [
        ("MARA", "MARA", ()),
        ("Mara", "MARA", ()),
        ("  OLD   MARA ", "OLD MARA", ()),
        ("MARA (V.O.)", "MARA", ("V.O.",)),
        ("MARA (VO)", "MARA", ("V.O.",)),
        ("MARA (v. o.)", "MARA", ("V.O.",)),
        ("MARA (V/O)", "MARA", ("V.O.",)),
        ("MARA (O.S.)", "MARA", ("O.S.",)),
        ("MARA (OS) (CONT'D)", "MARA", ("O.S.", "CONT'D")),
        ("MARA (V.O.)(CONT’D)", "MARA", ("V.O.", "CONT'D")),
        ("MARA (V.O./CONT'D)", "MARA", ("V.O.", "CONT'D")),
        ("MARA (O.C.; filtered)", "MARA", ("O.C.", "FILTERED")),
        ("MARA (ON PHONE)", "MARA", ("ON PHONE",)),
        ("MARA (continued)", "MARA", ("CONT'D",)),
        ("MARA (CONT.)", "MARA", ("CONT'D",)),
        ("MARA (unclosed", "MARA", ("UNCLOSED",)),
        ("MARA V.O.", "MARA", ("V.O.",)),
        ("MARA - O.S.", "MARA", ("O.S.",)),
        ("MARA, CONT'D", "MARA", ("CONT'D",)),
        ("MARA:", "MARA", ()),
        ("MARA’S VOICE (O.S.)", "MARA", ("VOICE", "O.S.")),
        ("JONES' VOICE", "JONES", ("VOICE",)),
        ("HEINZ' VOICE", "HEINZ", ("VOICE",)),
        ("GUARDS AD LIB", "GUARDS", ("AD LIB",)),
        ("VOICE", "VOICE", ()),
        ('"MARA"', "MARA", ()),
        ("McDUCK", "MCDUCK", ()),
        ("D. B.", "D.B.", ()),
        ("DR. NO", "DR. NO", ()),
        ("MARA AND TOM", "MARA AND TOM", ()),
        ("MARA & TOM", "MARA & TOM", ()),
        ("FÉLIX", "FÉLIX", ()),
        ("COP #2", "COP #2", ()),
        ("(V.O.)", "(V.O.)", ("V.O.",)),
    ],
)
def test_names_are_made_one(cue: str, name: str, attributes: tuple[str, ...]) -> None:
    found = normalise_name(cue)
    assert (found.name, found.attributes) == (name, attributes)


@pytest.mark.parametrize(
    "text",
    ["MARA", "MARA (whispering)", "1ST COP", "McDUCK", "D. B.", "MR. T", "TOM & MARA", "ÉVA", "McCUE's VOICE", "SGT."],
)
def test_what_can_be_a_name(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mara",
        "HELP!",
        "WHO?",
        "NO, NO,",
        "STOP.",
        "(MARA)",
        "CLOSE SHOT MARA",
        "ANGLE ON TOM",
        "FADE IN",
        "CHAPTER IV",
        "12",
        "MARA --",
        "THE END",
        "INT. ROOM",
        "A NAME OF FAR TOO MANY WORDS",
        "A" * 60,
        "MARA          TOM",
        "CUT TO BLACK AND STAY:",
    ],
)
def test_what_cannot_be_a_name(text: str) -> None:
    assert not is_name(text.strip())


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("INT. KITCHEN - DAY", ("INT", "KITCHEN", "DAY")),
        ("ext. town square -- late afternoon", ("EXT", "town square", "LATE AFTERNOON")),
        ("INT./EXT. CAR – NIGHT", ("INT/EXT", "CAR", "NIGHT")),
        ("I/E CAR NIGHT", ("INT/EXT", "CAR", "NIGHT")),
        ("EXT/INT. CAR - MOMENTS LATER", ("INT/EXT", "CAR", "MOMENTS LATER")),
        ("INT. DAY ROOM - NIGHT", ("INT", "DAY ROOM", "NIGHT")),
        ("INT. DAY ROOM", ("INT", "DAY ROOM", None)),
        ("INT. HALL - UPPER FLOOR - CONTINUOUS", ("INT", "HALL - UPPER FLOOR", "CONTINUOUS")),
        ("INT. HALL - NIGHT (1973)", ("INT", "HALL", "NIGHT")),
        ("INT. HALL CLOSE SHOT MARA", ("INT", "HALL", None)),
        ("INT. HALL - NIGHT MED. CLOSE SHOT MARA", ("INT", "HALL", "NIGHT")),
        ("EST. HOUSE - DAWN", (None, "HOUSE", "DAWN")),
        ("THE KITCHEN", (None, "THE KITCHEN", None)),
        ("INTERIOR: BARN, EVENING", ("INT", "BARN", "EVENING")),
        ("INT.", ("INT", None, None)),
    ],
)
def test_headings_come_apart(heading: str, parts: tuple[str | None, str | None, str | None]) -> None:
    assert parse_heading(heading) == parts


def test_a_hostile_heading_takes_no_time() -> None:
    assert parse_heading("INT. " + "LATE " * 400_000)[0] == "INT"
