"""Shots: planted boundaries are found by every detector, flashes and pans are not taken for them."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fabula.errors import FabulaError, InputError
from fabula.records import Shot, Transition
from fabula.shots import ShotDetector, detect_shots, detector_named, survey
from fabula.shots.detectors import CONTEXT
from fabula.shots.network import TRUSTED, WINDOW, window_starts
from fabula.shots.signals import BLEND_DISTANCES, blends, measure
from fabula.shots.transitions import LONG_BLACK, LONGEST_FADE, Span, likeness
from synthetic_video import black, dissolve, fade, scene, write_video

DETECTORS = ("builtin", "content", "transnet")
SETTINGS = {"options": {"preset": "ultrafast", "bf": "2"}}


@pytest.fixture(params=DETECTORS)
def detector(request: pytest.FixtureRequest) -> ShotDetector:
    return detector_named(request.param)


def small(clip: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([np.asarray(Image.fromarray(frame).resize((48, 27), Image.Resampling.BICUBIC)) for frame in clip])


def found(detector: ShotDetector, clip: NDArray[np.uint8]) -> list[tuple[int, Transition]]:
    return [(b.frame, b.transition) for b in detector(small(clip), 0, len(clip))]


# One contract for all detectors.


def test_cuts_are_found_to_the_frame(detector: ShotDetector) -> None:
    clip = np.concatenate([scene(seed, length) for seed, length in enumerate((40, 25, 60, 31))])
    assert found(detector, clip) == [(frame, Transition.CUT) for frame in (40, 65, 125)]


def test_a_shot_without_changes_has_no_boundary(detector: ShotDetector) -> None:
    assert found(detector, scene(1, 120, pan=2, noise=8)) == []
    assert found(detector, black(40)) == []
    assert found(detector, scene(1, 1)) == []


def test_only_what_is_asked_about_is_given(detector: ShotDetector) -> None:
    frames = small(np.concatenate([scene(seed, 60) for seed in range(4)]))
    assert [boundary.frame for boundary in detector(frames, 0, len(frames))] == [60, 120, 180]
    assert [boundary.frame for boundary in detector(frames, 100, 180)] == [120]
    assert [boundary.frame for boundary in detector(frames, 120, 181)] == [120, 180]


def test_a_threshold_of_one_finds_no_more_than_the_usual_one() -> None:
    clip = np.concatenate([scene(seed, 40) for seed in range(4)])
    assert len(found(detector_named("content", 0.99), clip)) <= len(found(detector_named("content"), clip))


def test_unknown_detectors_are_named() -> None:
    with pytest.raises(FabulaError, match=r"'magic'.*builtin, transnet, content"):
        detector_named("magic")


# What the cascade adds.


@pytest.mark.parametrize("name", ["builtin", "content"])
@pytest.mark.parametrize("length", [10, 24, 60])
def test_a_dissolve_is_one_gradual_boundary_near_its_middle(name: str, length: int) -> None:
    clip = dissolve(*(scene(seed, 80 + length // 2, pan=0.05) for seed in (3, 4)), length)
    ((frame, transition),) = found(detector_named(name), clip)
    assert transition is Transition.GRADUAL
    assert abs(frame - len(clip) / 2) <= length / 4


@pytest.mark.parametrize("name", ["builtin", "content"])
@pytest.mark.parametrize(("out", "dark", "into"), [(20, 10, 20), (1, 6, 30), (30, 8, 1), (1, 5, 1)])
def test_a_passage_through_black_is_one_boundary_inside_it(name: str, out: int, dark: int, into: int) -> None:
    before, after = fade(scene(5, 70), out, to_black=True), fade(scene(6, 70), into, to_black=False)
    ((frame, transition),) = found(detector_named(name), np.concatenate([before, black(dark), after]))
    assert 70 - 1 <= frame <= 70 + dark + 1
    assert transition is Transition.GRADUAL


@pytest.mark.parametrize("name", ["builtin", "content"])
def test_a_flash_is_no_boundary(name: str) -> None:
    for length in (1, 5):
        clip = scene(2, 100)
        clip[50 : 50 + length] = 255
        assert found(detector_named(name), clip) == []


@pytest.mark.parametrize("name", ["builtin", "content"])
def test_black_at_the_ends_or_within_a_shot_is_no_boundary(name: str) -> None:
    shot = scene(7, 90, pan=0)
    ends = [black(12), fade(shot, 20, to_black=False)[:60], fade(shot[60:], 20, to_black=True), black(12)]
    assert found(detector_named(name), np.concatenate(ends)) == []
    shot[40:44] = 0
    assert found(detector_named(name), shot) == []


@pytest.mark.parametrize("name", ["builtin", "content"])
def test_a_title_over_a_part_of_the_picture_is_no_boundary(name: str) -> None:
    plain = scene(8, 60, pan=0)
    titled = scene(8, 60, pan=0)
    titled[:, 10:25, 40:120] = 255
    assert found(detector_named(name), dissolve(plain, titled, 15)) == []


def test_blends_are_measured_at_every_distance() -> None:
    for distance in BLEND_DISTANCES:
        length = 2 * distance - 1
        clip = small(dissolve(scene(1, 60, noise=0), scene(2, 60, noise=0), length))
        score = blends(clip.reshape(len(clip), -1).astype(np.float32))
        assert score.argmax() == pytest.approx((len(clip) - 1) / 2, abs=length / 2)
        assert score.max() > 0.7
    assert measure(small(np.concatenate([scene(1, 30, pan=0), scene(2, 30, pan=0)]))).blend.max() < 0.5


def test_likeness_sees_through_light() -> None:
    one, other = small(np.concatenate([scene(1, 1), scene(2, 1)]))
    assert likeness(one, (one * 0.4).astype(np.uint8)) > 0.95
    assert likeness(one, other) < 0.7


def test_windows_cover_every_frame_in_doubt() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        length = int(random.integers(1, 400))
        places = random.integers(-5, length + 5, 6)
        spans = [Span(int(place), int(place + random.integers(0, 80))) for place in places]
        covered = {frame for start in window_starts(spans, length) for frame in range(start, start + TRUSTED)}
        assert {frame for span in spans for frame in range(span.first, span.last + 1)} & set(range(length)) <= covered
    assert list(window_starts([Span(0, 99)], 100)) == [0, 50]


# Whole films.


def film_of(folder: Path, suffix: str = "mp4", **settings: object) -> Path:
    """Four shots: cuts at 60 and 220, black around 145."""
    parts = [scene(1, 60), fade(scene(2, 80), 15, to_black=True), black(10), fade(scene(3, 70), 15, to_black=False)]
    return write_video(folder / f"film.{suffix}", np.concatenate([*parts, scene(4, 50)]), **(SETTINGS | settings))


def check_cover(shots: list[Shot], frames: int) -> None:
    assert [shot.index for shot in shots] == list(range(len(shots)))
    assert shots[0].first_frame == 0
    assert shots[-1].last_frame == frames - 1
    for before, after in pairwise(shots):
        assert after.first_frame == before.last_frame + 1
        assert after.start == before.end
    assert all(shot.last_frame >= shot.first_frame and shot.end > shot.start for shot in shots)


@pytest.mark.parametrize("name", ["builtin", "content"])
def test_shots_cover_the_film(tmp_path: Path, name: str) -> None:
    shots = detect_shots(film_of(tmp_path), detector=name)
    check_cover(shots, 270)
    assert {60, 220} <= {shot.first_frame for shot in shots}
    assert shots[1].start == pytest.approx(60 / 24)


def test_a_survey_has_thumbnails_of_every_shot(tmp_path: Path) -> None:
    path = film_of(tmp_path)
    told: list[tuple[int, int | None]] = []
    result = survey(path, detector="content", progress=lambda done, total: told.append((done, total)))
    assert list(result.shots) == detect_shots(path, detector="content")
    assert [shot.transition.value for shot in result.shots] == ["cut", "cut", "gradual", "cut"]
    assert {thumbnail.shot for thumbnail in result.thumbnails} == {0, 1, 2, 3}
    for thumbnail in result.thumbnails:
        shot = result.shots[thumbnail.shot]
        assert shot.first_frame <= thumbnail.frame <= shot.last_frame
        assert shot.start <= thumbnail.time < shot.end
        assert Image.open(BytesIO(thumbnail.jpeg)).size == (384, 216)
    assert (result.film.frames, told[-1]) == (270, (270, 270))
    assert all(total == 270 for _, total in told)


def test_a_shot_without_a_picture_on_the_way_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.files.frames.PICTURE_EVERY", 1000)
    monkeypatch.setattr("fabula.files.frames.JUMP", 300.0)
    result = survey(film_of(tmp_path), detector="content")
    assert [thumbnail.frame for thumbnail in result.thumbnails] == [shot.first_frame for shot in result.shots]


def test_a_film_of_one_frame(tmp_path: Path) -> None:
    result = survey(write_video(tmp_path / "one.mp4", scene(1, 1), **SETTINGS))
    assert [(shot.first_frame, shot.last_frame) for shot in result.shots] == [(0, 0)]
    assert len(result.thumbnails) == 1


def test_a_folder_of_frames(tmp_path: Path) -> None:
    for index, frame in enumerate(np.concatenate([scene(1, 20), scene(2, 20)])):
        Image.fromarray(frame).save(tmp_path / f"{index}.jpg")
    shots = detect_shots(tmp_path, detector="content", fps=10)
    assert [(shot.first_frame, shot.start) for shot in shots] == [(0, 0), (20, 2.0)]


def test_bad_films_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        survey(tmp_path / "missing.mp4")


def test_the_context_holds_what_the_measures_look_at() -> None:
    assert max(BLEND_DISTANCES) + LONGEST_FADE <= CONTEXT
    assert TRUSTED + WINDOW // 2 <= CONTEXT
    assert 2 * LONG_BLACK <= CONTEXT
