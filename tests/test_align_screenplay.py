"""A screenplay cut into subtitles by known edits: the speakers must come back."""

import random

import pytest

from fabula.align.screenplay import align_screenplay
from fabula.records import Cue, CueKind, LineKind, Scene, Screenplay, ScriptLine

NOUNS = [
    *("boat", "lamp", "letter", "harbour", "winter", "candle", "brother", "window"),
    *("garden", "ticket", "piano", "storm", "uncle", "bread", "engine", "ladder"),
]
VERBS = ["lost", "found", "sold", "painted", "carried", "burned", "mended", "buried", "wanted", "forgot"]
PEOPLE = ("ANNA", "BORIS", "CLARA")


def sentence(rng: random.Random) -> str:
    who = rng.choice(["I", "You", "She", "They"])
    return f"{who} {rng.choice(VERBS)} the {rng.choice(NOUNS)} near the {rng.choice(NOUNS)}."


def script(speeches: list[tuple[str, str]], per_scene: int = 10) -> Screenplay:
    lines: list[ScriptLine] = []
    scenes: list[Scene] = []
    for i, (name, text) in enumerate(speeches):
        if i % per_scene == 0:
            scene = Scene(len(scenes), f"INT. ROOM {len(scenes)} - DAY", first_line=len(lines))
            scenes.append(scene)
            lines.append(ScriptLine(len(lines), LineKind.HEADING, scene.heading, scene.index))
        lines.append(ScriptLine(len(lines), LineKind.SPEAKER, name, len(scenes) - 1, name))
        lines.append(ScriptLine(len(lines), LineKind.DIALOGUE, text, len(scenes) - 1, name))
    return Screenplay("x", None, tuple(lines), tuple(scenes), "text")


def cue(number: int, *parts: str, names: tuple[str | None, ...] = (), kind: CueKind = CueKind.SPEECH) -> Cue:
    text = "\n".join(f"- {part}" for part in parts) if len(parts) > 1 else parts[0]
    return Cue(number, 3.0 * number, 3.0 * number + 2, text, kind, parts, names or (None,) * len(parts))


@pytest.fixture
def speeches() -> list[tuple[str, str]]:
    rng = random.Random(3)
    return [(PEOPLE[(i + rng.randrange(2)) % 3], sentence(rng) + " " + sentence(rng)) for i in range(60)]


def test_every_line_of_the_script_comes_back(speeches: list[tuple[str, str]]) -> None:
    cues = [cue(i + 1, text) for i, (_, text) in enumerate(speeches)]
    found = align_screenplay(cues, script(speeches))
    assert [c.speaker for c in found.cues] == [name for name, _ in speeches]
    assert [c.scene for c in found.cues] == [i // 10 for i in range(60)]
    assert min(c.score for c in found.cues) > 0.9
    spoken = [line for line in found.lines if line.kind is LineKind.DIALOGUE]
    for line, c in zip(spoken, cues, strict=True):
        assert (line.start, line.end) == pytest.approx((c.start, c.end), abs=0.01)
        assert not line.interpolated
    assert found.scenes[1].start == cues[10].start
    assert found.scenes[1].end == cues[19].end


def test_unspoken_lines_get_times_between_their_neighbours(speeches: list[tuple[str, str]]) -> None:
    cues = [cue(i + 1, text) for i, (_, text) in enumerate(speeches) if i not in (20, 21)]
    found = align_screenplay(cues, script(speeches))
    cut = [line for line in found.lines if line.kind is LineKind.DIALOGUE][20:22]
    assert all(line.interpolated for line in cut)
    assert cues[19].end <= cut[0].start < cut[0].end <= cut[1].start < cut[1].end <= cues[20].start


def test_a_scene_moved_in_the_film_keeps_its_speakers(speeches: list[tuple[str, str]]) -> None:
    order = [*range(10), *range(30, 40), *range(10, 30), *range(40, 60)]
    cues = [cue(k + 1, speeches[i][1]) for k, i in enumerate(order)]
    found = align_screenplay(cues, script(speeches))
    right = [c.speaker == speeches[i][0] for c, i in zip(found.cues, order, strict=True)]
    assert sum(right) >= 59
    assert found.cues[12].scene == 3
    assert [scene.index for scene in found.scenes if scene.moved] == [3]


def test_a_line_moved_alone_moves_no_scene(speeches: list[tuple[str, str]]) -> None:
    order = [*range(5), 34, *range(5, 34), *range(35, 60)]
    found = align_screenplay([cue(k + 1, speeches[i][1]) for k, i in enumerate(order)], script(speeches))
    assert not any(scene.moved for scene in found.scenes)


def test_a_scene_that_the_film_lacks_has_no_time(speeches: list[tuple[str, str]]) -> None:
    cues = [cue(k + 1, speeches[i][1]) for k, i in enumerate([*range(20), *range(30, 60)])]
    found = align_screenplay(cues, script(speeches))
    assert [scene.index for scene in found.scenes if scene.start is None] == [2]
    assert not any(scene.moved for scene in found.scenes)


def test_misspelt_lines_are_found(speeches: list[tuple[str, str]]) -> None:
    def misspelt(text: str) -> str:
        return " ".join(word[0] + word[2] + word[1] + word[3:] if len(word) > 4 else word for word in text.split())

    written = [(name, misspelt(text)) for name, text in speeches]
    cues = [cue(i + 1, text) for i, (_, text) in enumerate(speeches)]

    def sure(*leave_out: str) -> float:
        found = align_screenplay(cues, script(written), leave_out=leave_out)
        return sum(c.score for c, (name, _) in zip(found.cues, speeches, strict=True) if c.speaker == name) / 60

    assert sure() > 0.95 > sure("spelling")


def test_lines_that_the_script_lacks_are_the_most_doubtful(speeches: list[tuple[str, str]]) -> None:
    invented = ["Zebras juggle quartz.", "Marmalade skies everywhere.", "Quixotic bagpipes wheeze."]
    texts = [text for _, text in speeches]
    texts[30:30] = invented
    found = align_screenplay([cue(i + 1, text) for i, text in enumerate(texts)], script(speeches))
    assert all(c.speaker for i, c in enumerate(found.cues) if not 30 <= i < 33)
    known = [c.score for i, c in enumerate(found.cues) if not 30 <= i < 33]
    assert max(c.score for c in found.cues[30:33]) < min(known)
    alone = align_screenplay([cue(1, text) for text in invented], script(speeches), leave_out=["continuity"])
    assert [c.speaker for c in alone.cues] == [None] * 3


def test_lines_that_the_script_lacks_go_to_the_other_of_two(speeches: list[tuple[str, str]]) -> None:
    talk = [(("ANNA", "BORIS")[i % 2], text) for i, (_, text) in enumerate(speeches)]
    kept = [speech for i, speech in enumerate(talk) if i not in (11, 24, 37)]
    for i, invented in zip(
        (11, 24, 37), ("Zebras juggle quartz.", "Marmalade skies.", "Bagpipes wheeze."), strict=True
    ):
        talk[i] = (talk[i][0], invented)
    found = align_screenplay([cue(i + 1, text) for i, (_, text) in enumerate(talk)], script(kept))
    assert [c.speaker for c in found.cues] == [name for name, _ in talk]
    assert max(found.cues[i].score for i in (11, 24, 37)) < found.cues[20].score


def test_the_rest_of_a_reworded_speech_stays_with_its_speaker(speeches: list[tuple[str, str]]) -> None:
    written = [(name, f"{text} And then we all went home by the river.") for name, text in speeches]
    cues = []
    for i, (_, text) in enumerate(speeches):
        cues += [cue(2 * i + 1, text), cue(2 * i + 2, "and then we all went home by the river.")]
    cues[41] = cue(42, "marmalade skies everywhere, quixotic bagpipes,")
    found = align_screenplay(cues, script(written))
    assert found.cues[41].speaker == speeches[20][0]


def test_what_is_left_out_must_be_known(speeches: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="chian"):
        align_screenplay([cue(1, "Hello.")], script(speeches), leave_out=["chian"])


def test_a_name_that_only_the_subtitles_use_is_learned_from_its_lines(speeches: list[tuple[str, str]]) -> None:
    names = {"ANNA": "Digger"}
    cues = [cue(i + 1, text, names=(names.get(name),)) for i, (name, text) in enumerate(speeches)]
    cues.append(cue(61, "Zebras juggle quartz under marmalade skies.", names=("Digger",)))
    assert align_screenplay(cues, script(speeches)).cues[-1].speaker == "ANNA"


def test_two_speakers_in_one_cue_are_told_apart(speeches: list[tuple[str, str]]) -> None:
    pairs = [(speeches[i], speeches[i + 1]) for i in range(0, 60, 2)]
    found = align_screenplay([cue(k + 1, a[1], b[1]) for k, (a, b) in enumerate(pairs)], script(speeches))
    assert [c.speakers for c in found.cues] == [(a[0], b[0]) for a, b in pairs]


def test_a_short_answer_is_decided_by_its_exchange() -> None:
    talk = [("ANNA", "Did you sell the boat to my brother?"), ("BORIS", "Yes."), ("ANNA", "Then who mended the lamp?")]
    filler = [("CLARA", sentence(random.Random(i))) for i in range(8)]
    found = align_screenplay([cue(i + 1, t) for i, (_, t) in enumerate(filler + talk)], script(filler + talk))
    yes = found.cues[9]
    assert yes.speaker == "BORIS"


def test_a_name_in_the_subtitles_serves_where_the_script_is_silent(speeches: list[tuple[str, str]]) -> None:
    cues = [cue(i + 1, text) for i, (_, text) in enumerate(speeches)]
    cues.append(cue(61, "Zebras juggle quartz under marmalade skies.", names=("Dora",)))
    assert align_screenplay(cues, script(speeches)).cues[-1].speaker == "DORA"


def test_sounds_and_empty_inputs_are_left_alone(speeches: list[tuple[str, str]]) -> None:
    sound = cue(1, "[DOOR SLAMS]", kind=CueKind.SOUND)
    assert align_screenplay([sound], script(speeches)).cues[0].speaker is None
    empty = Screenplay("x", None, (), (), "text")
    assert align_screenplay([cue(1, "Hello.")], empty).cues[0].speaker is None
    assert align_screenplay([], script(speeches)).cues == ()
