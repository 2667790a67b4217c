"""Films told from their evidence: real names, real words, each word in the right mouth."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import search_example
from fabula.align.screenplay import align_screenplay
from fabula.errors import InputError
from fabula.evaluate.script_gold import demo_film, read_gold
from fabula.files.project import Project
from fabula.files.store import Store
from fabula.records import Caption, Cue, CueKind, Evidence, LineKind, Scene, Screenplay, ScriptLine, Shot
from fabula.stories.casing import Casing
from fabula.stories.check import check
from fabula.stories.dialogue import UNTAGGED
from fabula.stories.film_evidence import FilmEvidence, evidence_of
from fabula.stories.places import Setting, read_heading
from fabula.stories.screen_prose import screen_prose
from fabula.stories.sequence import tell_sequence

OWN_WORDS = frozenset(
    ["somebody", "back", "later", "moments", "in", "on", "at", "outside", "by", "there", "one", "under", "inside"]
)
VERBS = "says?|asks?|answers?|repl(?:y|ies)|adds?"


def project(cues: Sequence[Cue] = (), play: Screenplay | None = None, **tables: Sequence[object]) -> Project:
    store = Store(None)
    if cues:
        store.save_stage("subtitles", "made", {"cues": (Cue, cues)})
    if play:
        store.save_stage("screenplay", "made", {"lines": (ScriptLine, play.lines), "scenes": (Scene, play.scenes)})
    for name, rows in tables.items():
        store.save_stage(name, "made", {name: (type(rows[0]), rows)})
    return Project(store)


def spoken(number: int, *parts: str, who: Sequence[str | None], score: float = 1.0, scene: int | None = 0) -> Cue:
    text = "\n".join(f"- {part}" for part in parts)
    return Cue(
        number, 3.0 * number, 3.0 * number + 2, text, parts=parts, names=(None,) * len(parts), speakers=tuple(who),
        scene=scene, score=score,
    )  # fmt: skip


def play(*lines: tuple[LineKind, str, float | None]) -> Screenplay:
    found: list[ScriptLine] = []
    scenes: list[Scene] = []
    for kind, text, start in lines:
        if kind is LineKind.HEADING:
            scenes.append(Scene(len(scenes), text, "INT", text, None, first_line=len(found)))
        found.append(ScriptLine(len(found), kind, text, len(scenes) - 1, start=start, end=start))
    return Screenplay("made", None, tuple(found), tuple(scenes), "text")


def said(*lines: tuple[str | None, str]) -> list[Evidence]:
    return [Evidence("dialogue", text, who, k, k + 1.0, cue=k + 1) for k, (who, text) in enumerate(lines)]


# --- a check of our own, stricter than that of all writers: everything said is told once, in order, by its speaker ---


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))


def assert_faithful(story: str, evidence: Sequence[Evidence]) -> None:
    """Quotations are the speeches in order, word for word; tags name their speakers; no word with a capital is new."""
    speeches = iter([item for item in evidence if item.kind == "dialogue"])
    heard: list[str | None] = []
    for paragraph in story.split("\n\n"):
        quotes = re.findall(r"“([^“”]*)”", paragraph)
        rest = re.sub(r"“[^“”]*”", "“”", paragraph)
        assert not re.search(r"[\"«»]|“(?!”)", rest)
        if not quotes:
            heard.clear()
            continue
        speech = next(speeches)
        assert letters("".join(quotes)) == letters(speech.text)
        assert_tag(rest, speech.speaker, heard, any(item.speaker for item in evidence))
        heard.append(speech.speaker)
    assert next(speeches, None) is None
    assert_known_names(story, evidence)


def assert_tag(rest: str, speaker: str | None, heard: list[str | None], anybody: bool) -> None:
    tag = re.search(
        rf"“” (?:{VERBS}) (?P<a>.+?)\.(?: “|$)|“” (?P<b>[^“”]+?) (?:{VERBS})\.|(?:^|, )(?P<c>[^,“”]+?) (?:{VERBS}), “",
        rest,
    )
    if tag:
        assert (tag["a"] or tag["b"] or tag["c"]).casefold() == (speaker or "somebody").casefold()
        return
    narrated = re.split(r"(?<=[.!?…]) (?=[A-Z])", rest.partition(" “”")[0])[-1] if rest != "“”" else ""
    if narrated:
        assert speaker and narrated.casefold().startswith(speaker.casefold() + " ")
    elif anybody:
        assert speaker is not None
        assert heard[-2:-1] == [speaker]
        assert heard[-1] not in (None, speaker)


def assert_known_names(story: str, evidence: Sequence[Evidence]) -> None:
    known = {word.casefold() for item in evidence for word in re.findall(r"\w+", f"{item.text} {item.speaker}")}
    for word in re.findall(r"\b[A-ZÀ-Þ]\w*", story):
        assert word.casefold() in known | OWN_WORDS, word


def assert_good(story: str, evidence: Sequence[Evidence]) -> None:
    assert story
    assert_faithful(story, evidence)
    assert check(story, evidence) == ()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("REGINA LAMPERT", "Regina Lampert"),
        ("PETER (V.O.)", "Peter"),
        ("MAN #2", "the man"),
        ("2ND MAN", "the second man"),
        ("DESK CLERK", "the desk clerk"),
        ("BERT'S WIFE", "Bert's wife"),
        ("GIDEON, TEX & SCOBIE", "Gideon, Tex and Scobie"),
        ("MRS. BREWSTER", "Mrs. Brewster"),
        ("JEAN-LOUIS (CONT'D)", "Jean-Louis"),
        ("McCUE", "McCue"),
        ("O'BRIEN", "O'Brien"),
        ("VOICE", "a voice"),
        ("D.B.", "D.B."),
    ],
)
def test_speakers_are_named_as_prose_names_them(written: str, shown: str) -> None:
    assert Casing([]).speaker(written) == shown


def test_a_film_says_itself_that_a_word_is_a_name() -> None:
    assert Casing([]).speaker("ROSE") == "the rose"
    assert Casing(["Have you seen Rose today?"]).speaker("ROSE") == "Rose"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("CLOSE SHOT -- REGGIE", ""),
        ("DELETED", ""),
        ("PETER opens the DOOR. A loud BANG.", "Peter opens the door. A loud bang."),
        ("Now, CAMERA FOLLOWING, she goes into the Salon.", "Now she goes into the Salon."),
        ("CAMERA PANS to include a TAXI as it stops.", "A taxi stops."),
        ("As PETER enters.", "Peter enters."),
        ("As the bell rings SYLVIE gets up.", "As the bell rings Sylvie gets up."),
        ('It reads "MR. LAMPERT."', "It reads Mr. Lampert."),
        ("When it opens, we see a face.", "When it opens, one sees a face."),
        ("Med. shot: Of TEX. He laughs.", "He laughs."),
        ("Full shot: TEX is on the phone.", "Tex is on the phone."),
        ("BESS HARROW, in a red scarf, waits.", "Bess Harrow, in a red scarf, waits."),
        ("He grabs the phone and says:", "He grabs the phone."),
    ],
)
def test_action_becomes_prose(written: str, told: str) -> None:
    assert screen_prose(written, Casing(["Where is Salon Reggie?"])) == told


@pytest.mark.parametrize(
    ("heading", "setting"),
    [
        ("INT. kitchen - night", Setting("in the kitchen", "at night")),
        ("EXT. hotel - dusk", Setting("outside the hotel", "at dusk")),
        ("EXT. hotel terrace - day", Setting("on the hotel terrace", "by day")),
        ("INT. Reggie's room - continuous", Setting("in Reggie's room")),
        ("INT. Lampert flat - entrance hall", Setting("in the entrance hall of the Lampert flat")),
        ("EXT. open water - fog", Setting("on the open water, in the fog")),
        ("INT. carriage - a year later", Setting("in the carriage", after="a year later")),
        ("EXT. Megeve - moments later", Setting("at Megeve", after="moments later")),
    ],
)
def test_headings_become_places(heading: str, setting: Setting) -> None:
    assert read_heading(heading) == setting


def test_speeches_are_joined_and_cues_with_two_people_cut() -> None:
    cues = [
        spoken(1, "We left at", who=["ANNA"]),
        spoken(2, "five in the morning.", "Why?", who=["ANNA", "BEN"]),
        replace(spoken(3, "la la", who=["ANNA"]), kind=CueKind.MUSIC),
        spoken(4, "The boat", who=[None]),
        spoken(5, "was gone.", who=[None]),
        spoken(6, "Is it?", who=["BEN"], score=0.5),
        spoken(7, "Yes.", "No.", who=["BEN", "BEN"]),
    ]
    found = evidence_of(project(cues), cues=(1, 7))
    assert [(item.speaker, item.text, item.cue) for item in found] == [
        ("Anna", "We left at five in the morning.", 1),
        ("Ben", "Why?", 2),
        (None, "The boat was gone.", 4),
        (None, "Is it?", 6),  # the aligner is not sure
        (None, "Yes.", 7),  # two dashes are two people
        (None, "No.", 7),
    ]


def test_the_files_own_man_is_believed_and_the_narrators_marks_are_kept_apart() -> None:
    cue = replace(spoken(1, 'He said "never" -', who=["PETER"]), names=("Man",))
    (found,) = evidence_of(project([cue]), times=(0.0, 10.0))
    assert (found.speaker, found.text) == ("the man", "He said ‘never’—")


def test_a_guessed_line_does_not_interrupt_another_scene() -> None:
    cues = [spoken(1, "One.", who=["ANNA"]), spoken(2, "Two.", who=["ANNA"]), spoken(9, "Three.", who=["BEN"], scene=1)]
    script = play(
        (LineKind.HEADING, "KITCHEN", None),
        (LineKind.ACTION, "ANNA looks up.", 5.5),
        (LineKind.HEADING, "GARDEN", 5.5),
        (LineKind.ACTION, "A dog barks.", 5.6),
    )
    found = evidence_of(project(cues, script), times=(0.0, 60.0))
    assert [item.text for item in found] == [
        *("INT. kitchen", "One.", "Anna looks up.", "Two."),
        *("INT. garden", "A dog barks.", "Three."),
    ]


def test_all_that_a_film_has_is_evidence() -> None:
    found = evidence_of(search_example.film(), scene=1)
    assert [item.kind for item in found] == ["heading", "dialogue", "passage", "dialogue", "dialogue", "action"]
    passage = found[2]
    assert (passage.passage, passage.source, passage.cue) == (4, "made.txt", 4)
    assert found[-1].text == "A zeppelin drifts over the rooftops. Dogs bark."
    shown = evidence_of(search_example.film(), shots=(1, 2))
    assert [item.text for item in shown] == [
        "INT. harbour office - day",
        search_example.LINES[1][1],
        search_example.LINES[2][1],
    ]


def test_a_scene_that_nobody_filmed_is_told_from_the_page() -> None:
    lines = [replace(line, start=None, end=None) for line in search_example.lines()]
    found = evidence_of(
        project((), Screenplay("x", None, tuple(lines), (Scene(0, "INT. OFFICE", "INT", "OFFICE"),), "t")), scene=0
    )
    assert [item.speaker for item in found] == [None, "Anna", "Ben", "Anna"]
    assert_good(tell_sequence(found), found)


def test_what_is_not_there_is_said() -> None:
    whole, bare = search_example.film(), search_example.film(pictures=False)
    with pytest.raises(InputError, match="no scene 9"):
        evidence_of(whole, scene=8)
    with pytest.raises(InputError, match="no shots"):
        evidence_of(bare, shots=(0, 1))
    with pytest.raises(InputError, match="no shots 4 to 99"):
        evidence_of(whole, shots=(4, 99))
    with pytest.raises(InputError, match="no cues 2 to 99"):
        evidence_of(whole, cues=(2, 99))
    with pytest.raises(InputError, match="nothing is known there"):
        evidence_of(whole, times=(900.0, 950.0))
    with pytest.raises(InputError, match="no part"):
        evidence_of(whole)


def test_two_people_in_turn_need_few_tags_and_others_always_theirs() -> None:
    turns = [("Anna", "Ben")[k % 2] for k in range(20)]
    evidence = said(*((who, f"Line {k}.") for k, who in enumerate(turns)), (None, "Who spoke?"), ("Ben", "Not me."))
    story = tell_sequence(evidence, seed=3)
    assert_good(story, evidence)
    untagged = [re.fullmatch(r"“[^”]*”", paragraph) is not None for paragraph in story.split("\n\n")]
    runs = re.findall("1+", "".join(str(int(one)) for one in untagged))
    assert max(map(len, runs)) == UNTAGGED
    assert untagged[-2:] == [False, False]


def test_nobody_is_named_where_no_speaker_is_known() -> None:
    evidence = said((None, "Is anyone there?"), (None, "No."))
    assert tell_sequence(evidence) == "“Is anyone there?”\n\n“No.”"


def test_the_words_stay_and_only_the_stop_gives_way() -> None:
    evidence = said(("Anna", "I never lie. Ask Ben."), ("the reporters", "Why?"))
    told = [tell_sequence(evidence, seed) for seed in range(20)]
    first, second = zip(*(story.split("\n\n") for story in told), strict=True)
    assert set(first) == {
        "“I never lie,” says Anna. “Ask Ben.”",
        "“I never lie,” Anna says. “Ask Ben.”",
        "Anna says, “I never lie. Ask Ben.”",
    }
    assert set(second) == {"“Why?” ask the reporters.", "“Why?” the reporters ask."}


def test_alike_pictures_are_told_once_and_only_where_nobody_speaks() -> None:
    pictures = ["a man stands by a car", "a man stands by a red car", "a boat on a lake", "two dogs run"]
    shots = [Shot(k, 4.0 * k, 4.0 * k + 4, 0, 0) for k in range(4)]
    captions = [Caption(text, -1.0, k) for k, text in enumerate(pictures)]
    cue = replace(spoken(1, "Come here.", who=[None]), start=12.0, end=16.0)
    found = evidence_of(project([cue], shots=shots, captions=captions), shots=(0, 3))
    story = tell_sequence(found)
    assert story == "A man stands by a car. A boat on a lake.\n\n“Come here.”"


def test_atmosphere_comes_once_a_scene_and_never_speaks() -> None:
    evidence = [Evidence("heading", "INT. kitchen - night"), *said(("Anna", "Hush."), ("Ben", "Why?"))]
    asked: list[Sequence[Evidence]] = []

    def describe(part: Sequence[Evidence]) -> str:
        asked.append(part)
        return "The rain was falling."

    story = tell_sequence(evidence, describe=describe)
    assert story.startswith("_The rain was falling._\n\nIn the kitchen, at night, ")
    assert [list(part) for part in asked] == [evidence]
    assert "Run" not in tell_sequence(evidence, describe=lambda _: "“Run!” said Ben.")


def test_a_seed_gives_the_same_story_again() -> None:
    evidence = said(*((name, f"This is line {k}. It is long enough.") for k in range(12) for name in ("Anna", "Ben")))
    assert tell_sequence(evidence, 5) == tell_sequence(evidence, 5)
    assert len({tell_sequence(evidence, seed) for seed in range(5)}) > 1


def test_the_strict_check_sees_a_wrong_mouth() -> None:
    evidence = said(("Anna", "Yes."), ("Ben", "No."))
    for wrong in (
        "“Yes,” says Ben.\n\n“No,” says Ben.",
        "“Yes,” says Anna.",
        "“Yes, yes,” says Anna.\n\n“No,” says Ben.",
    ):
        with pytest.raises(AssertionError):
            assert_faithful(wrong, evidence)


def stories(film: FilmEvidence, scenes: int, seconds: float) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    """The stories of all scenes that have something to tell, and of stretches of two minutes."""
    parts = [lambda k=k: film.of_scene(k) for k in range(scenes)]
    parts += [lambda t=t: film.between((t, t + 120.0)) for t in range(0, int(seconds), 120)]
    for seed, part in enumerate(parts):
        evidence = part()
        story = tell_sequence(evidence, seed)
        if story:
            yield story, evidence


def aligned(cues: Sequence[Cue], screenplay: Screenplay) -> Project:
    found = align_screenplay(cues, screenplay)
    return project(found.cues, replace(screenplay, lines=found.lines, scenes=found.scenes))


def test_the_demo_is_told_without_a_fault() -> None:
    demo = demo_film()
    film = FilmEvidence(aligned(demo.cues, demo.screenplay))
    told = list(stories(film, len(demo.screenplay.scenes), demo.cues[-1].end))
    assert len(told) >= len(demo.screenplay.scenes)
    for story, evidence in told:
        assert_good(story, evidence)


@pytest.mark.data
@pytest.mark.parametrize("name", ["charade", "meet_john_doe"])
def test_real_films_are_told_without_a_fault(name: str, data_dir: Path) -> None:
    gold = read_gold(data_dir / "scripts" / name)
    film = FilmEvidence(aligned(gold.cues, gold.screenplay))
    told = list(stories(film, len(gold.screenplay.scenes), gold.cues[-1].end))
    assert len(told) >= 50
    for story, evidence in told:
        assert_good(story, evidence)
