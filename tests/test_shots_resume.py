"""A survey that was killed goes on, and ends as if nothing had happened."""

from pathlib import Path

import numpy as np
import pytest

from fabula.shots import survey
from synthetic_video import black, dissolve, fade, scene, write_video


class KilledError(Exception):
    """The process ends here."""


class Memory:
    """A checkpoint that is killed after so many saves."""

    def __init__(self, saves: int | None = None, state: bytes | None = None) -> None:
        self.saves, self.state = saves, state

    def save(self, state: bytes) -> None:
        self.state = state
        if self.saves is not None:
            self.saves -= 1
            if self.saves == 0:
                raise KilledError

    def load(self) -> bytes | None:
        return self.state


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.shots.surveying.BLOCK", 150)
    monkeypatch.setattr("fabula.shots.surveying.SAVE_SECONDS", -1.0)
    monkeypatch.setattr("fabula.shots.assembly.MOST_PICTURES", 12)


def film(folder: Path, suffix: str, **settings: object) -> Path:
    """Twelve shots in 1,100 frames: cuts, a dissolve and black across the edges of blocks, and one long shot."""
    parts = [scene(seed, 37 + 5 * seed) for seed in range(5)]
    parts += [dissolve(scene(6, 60), scene(7, 60), 30), fade(scene(8, 60), 20, to_black=True), black(20)]
    parts += [scene(9, 400, pan=0.5), *(scene(seed, 40) for seed in range(10, 14))]
    clip = np.concatenate(parts)
    if "ticks" in settings:
        settings["ticks"] = np.cumsum(np.random.default_rng(0).integers(20, 70, len(clip))).tolist()
    return write_video(folder / f"film.{suffix}", clip, **settings)


FILMS = {
    "b-frames": ("mp4", {"options": {"preset": "ultrafast", "bf": "3", "g": "70"}}),
    "variable": ("mkv", {"options": {"preset": "ultrafast", "bf": "3", "g": "70"}, "ticks": ()}),
    "mpeg": ("mpg", {"codec": "mpeg2video", "options": {"g": "30", "bf": "2"}}),
    "webm": ("webm", {"codec": "libvpx", "options": {"deadline": "realtime", "cpu-used": "8"}}),
}


@pytest.mark.parametrize("kind", FILMS)
def test_a_resumed_survey_equals_an_undisturbed_one(tmp_path: Path, kind: str) -> None:
    suffix, settings = FILMS[kind]
    path = film(tmp_path, suffix, **settings)
    whole = survey(path, detector="content")
    assert len(whole.shots) > 8
    for saves in (1, 3, 6):
        checkpoint = Memory(saves)
        with pytest.raises(KilledError):
            survey(path, detector="content", checkpoint=checkpoint)
        assert survey(path, detector="content", checkpoint=Memory(None, checkpoint.state)) == whole


def test_it_may_be_killed_again_and_again(tmp_path: Path) -> None:
    suffix, settings = FILMS["b-frames"]
    path = film(tmp_path, suffix, **settings)
    checkpoint = Memory(2)
    for _ in range(10):
        try:
            result = survey(path, detector="content", checkpoint=checkpoint)
            break
        except KilledError:
            checkpoint = Memory(2, checkpoint.state)
    # A block is done anew only where the open shot began before it: one shot here lasts for three blocks.
    else:
        checkpoint = Memory(None, checkpoint.state)
        result = survey(path, detector="content", checkpoint=checkpoint)
    assert result == survey(path, detector="content")


def test_saving_does_not_change_the_result(tmp_path: Path) -> None:
    suffix, settings = FILMS["b-frames"]
    path = film(tmp_path, suffix, **settings)
    memory = Memory()
    assert survey(path, detector="content", checkpoint=memory) == survey(path, detector="content")
    assert memory.state is not None
