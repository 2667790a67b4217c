"""Scenes on the film's shots: planted changes must be found where they were put."""

from dataclasses import replace

from fabula.align.screenplay import align_screenplay
from fabula.align.script_scenes import place_scenes, scene_stretches
from fabula.evaluate.demo.build import edition
from fabula.evaluate.demo.cutting import read_cutting
from fabula.evaluate.demo.tale import read_tale
from fabula.evaluate.demo.tally import words
from fabula.evaluate.demo.truth import tell_truth
from fabula.evaluate.script_gold import demo_film
from fabula.records import Cue, LineKind, Scene, Screenplay, ScriptLine, Shot, Transition

Line = tuple[LineKind, str]
SAYS = (LineKind.DIALOGUE, "Here we are.")
DOES = (LineKind.ACTION, "She walks up and down the room, and sits down by the window.")


def screenplay(*scenes: list[Line]) -> Screenplay:
    lines = [
        ScriptLine(0, kind, text, index, "ANN" if kind is LineKind.DIALOGUE else None)
        for index, scene in enumerate(scenes)
        for kind, text in [(LineKind.HEADING, f"INT. ROOM {index}"), *scene]
    ]
    numbered = [ScriptLine(k, line.kind, line.text, line.scene, line.speaker) for k, line in enumerate(lines)]
    return Screenplay("x", None, tuple(numbered), tuple(Scene(k, f"ROOM {k}") for k in range(len(scenes))), "text")


def shots(*starts: float, end: float, gradual: tuple[int, ...] = ()) -> list[Shot]:
    ends = [*starts[1:], end]
    kinds = [Transition.GRADUAL if k in gradual else Transition.CUT for k in range(len(starts))]
    return [
        Shot(k, a, b, int(a * 10), int(b * 10) - 1, kinds[k]) for k, (a, b) in enumerate(zip(starts, ends, strict=True))
    ]


def cues(*spoken: tuple[float, int | None]) -> list[Cue]:
    return [Cue(k + 1, start, start + 2, "x", scene=scene) for k, (start, scene) in enumerate(spoken)]


def test_a_scene_begins_at_the_cut_between_its_cues_and_the_others() -> None:
    film = shots(0, 4, 11, 16, end=20)
    placed, scenes = place_scenes(film, cues((1, 0), (7, 0), (13, 1), (17, 1)), screenplay([SAYS], [SAYS]))
    assert [shot.scene for shot in placed] == [0, 0, 1, 1]
    assert [(scene.start, scene.end) for scene in scenes] == [(0, 11), (11, 20)]
    assert [shot.start for shot in placed] == [shot.start for shot in film]


def test_of_several_cuts_the_written_action_chooses() -> None:
    film, told = shots(0, 12, 16, 20, 24, end=30), cues((1, 0), (8, 0), (26, 1), (28, 1))
    _, late = place_scenes(film, told, screenplay([SAYS, DOES, DOES, DOES], [SAYS]))
    _, early = place_scenes(film, told, screenplay([SAYS], [DOES, DOES, DOES, SAYS]))
    assert late[1].start is not None
    assert early[1].start is not None
    assert early[1].start < late[1].start
    _, blend = place_scenes(shots(0, 12, 16, 20, 24, end=30, gradual=(2,)), told, screenplay([SAYS], [SAYS]))
    assert blend[1].start == 16


def test_scenes_in_which_nobody_speaks_share_the_gap() -> None:
    film = shots(0, 2, 12, 14, 18, 22, 26, end=40)
    placed, scenes = place_scenes(
        film, cues((3, 1), (9, 1), (30, 4)), screenplay([DOES], [SAYS], [DOES], [DOES], [SAYS])
    )
    assert [scene.start for scene in scenes[1:]] == sorted(scene.start or 0 for scene in scenes[1:])
    assert all(scene.start in {shot.start for shot in film} for scene in scenes[1:])
    assert [shot.scene for shot in placed][:2] == [0, 1]
    assert {2, 3, 4} == {shot.scene for shot in placed[3:]}


def test_a_silent_scene_without_a_shot_of_its_own_is_not_in_the_film() -> None:
    placed, scenes = place_scenes(shots(0, 10, end=20), cues((1, 0), (12, 2)), screenplay([SAYS], [DOES], [SAYS]))
    assert [shot.scene for shot in placed] == [0, 2]
    assert scenes[1].start is None


def test_one_cue_in_a_wrong_scene_does_not_cut_the_scene() -> None:
    film = shots(0, 4, 8, end=12)
    stretches = scene_stretches(film, cues((1, 0), (5, 7), (9, 0)), screenplay(*[[SAYS]] * 8))
    assert [(s.scene, s.start, s.end) for s in stretches] == [(0, 0, 12)]


def test_a_scene_moved_in_the_film_is_placed_where_it_is_spoken() -> None:
    film = shots(0, 10, 20, end=30)
    placed, _ = place_scenes(film, cues((1, 0), (5, 0), (11, 2), (15, 2), (21, 1), (25, 1)), screenplay(*[[SAYS]] * 3))
    assert [shot.scene for shot in placed] == [0, 2, 1]


def test_a_shot_over_two_scenes_takes_the_longer_one() -> None:
    placed, _ = place_scenes(shots(0, end=30), cues((1, 0), (5, 1), (25, 1)), screenplay([SAYS], [SAYS]))
    assert [shot.scene for shot in placed] == [1]


def test_without_scenes_or_shots_nothing_is_changed() -> None:
    film, script = shots(0, 4, end=8), screenplay([SAYS])
    assert place_scenes(film, cues((1, None)), script) == (tuple(film), script.scenes)
    assert place_scenes([], cues((1, 0)), script) == ((), script.scenes)


def test_every_shot_of_the_demo_has_its_scene() -> None:
    """The demo's own shots with the aligner's cues; nothing is drawn."""
    cutting, demo = read_cutting(), demo_film()
    truth = tell_truth(cutting, read_tale(), edition())
    rate = truth.frames_per_second
    film = [
        Shot(
            k,
            shot.first_frame / rate,
            (shot.last_frame + 1) / rate,
            shot.first_frame,
            shot.last_frame,
            Transition.CUT if shot.begins == "cut" else Transition.GRADUAL,
        )
        for k, shot in enumerate(truth.shots)
    ]
    found = align_screenplay(demo.cues, demo.screenplay)
    placed, scenes = place_scenes(film, found.cues, replace(demo.screenplay, scenes=found.scenes))
    headings = [words(cutting.headings[take.scene]) for take in cutting.takes]
    assert [words(scenes[shot.scene or 0].heading) for shot in placed] == headings
    starts = {words(scene.heading): scene.start for scene in scenes}
    off = [abs((starts[words(s.heading)] or 0) - s.start) for s in truth.scenes if s.start is not None]
    assert max(off) < 0.1
    assert starts[words("EXT. LANDING STAGE - NIGHT")] is None  # written, and not filmed
