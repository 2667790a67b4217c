"""Reading videos: frames are counted and timed exactly, whatever the container; bad files are refused with a cure."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fabula.errors import InputError
from fabula.files.frames import Frame, ReadAhead
from fabula.files.video import can_decode, open_video
from synthetic_video import HEIGHT, WIDTH, scene, write_video

CLIP = np.concatenate([scene(seed, 50, pan=1.5) for seed in range(5)])
FORMATS = [
    ("mp4", "libx264"),
    ("mp4", "libx265"),
    ("mp4", "libsvtav1"),
    ("mkv", "libx264"),
    ("mkv", "ffv1"),
    ("mov", "prores_ks"),
    ("mov", "mpeg4"),
    ("webm", "libvpx"),
    ("webm", "libvpx-vp9"),
    ("mpg", "mpeg2video"),
    ("avi", "mpeg4"),
    ("ts", "libx264"),
]
PIXELS = {"prores_ks": "yuv422p10le"}
QUICK = {
    "libx264": {"preset": "ultrafast", "bf": "3", "g": "50"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "13"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def encode(folder: Path, suffix: str = "mp4", codec: str = "libx264", **settings: object) -> Path:
    settings = {"options": QUICK.get(codec), "pixel_format": PIXELS.get(codec, "yuv420p")} | settings
    return write_video(folder / f"film.{suffix}", settings.pop("clip", CLIP), codec=codec, **settings)


@pytest.mark.parametrize(("suffix", "codec"), FORMATS, ids=["-".join(pair) for pair in FORMATS])
def test_every_container_is_read_to_the_frame(tmp_path: Path, suffix: str, codec: str) -> None:
    video = open_video(encode(tmp_path, suffix, codec))
    frames = list(video.frames())
    assert [frame.index for frame in frames] == list(range(len(CLIP)))
    assert [frame.time for frame in frames] == pytest.approx([k / 24 for k in range(len(CLIP))], abs=2e-3)
    film = video.film()
    assert (film.width, film.height, film.frames, film.warnings) == (WIDTH, HEIGHT, len(CLIP), ())
    assert film.fps == pytest.approx(24, abs=0.02)
    for first in (1, 133, 201):
        later = list(open_video(video.path).frames(first, frames[first].time))
        assert [frame.index for frame in later] == list(range(first, len(CLIP)))
        assert [frame.time for frame in later] == [frame.time for frame in frames[first:]]
        assert all((a.small == b.small).all() for a, b in zip(later, frames[first:], strict=True))


def test_small_frames_are_what_was_drawn(tmp_path: Path) -> None:
    drawn = [np.asarray(Image.fromarray(pixels).resize((48, 27), Image.Resampling.BICUBIC)) for pixels in CLIP[::50]]
    read = [frame.small for frame in open_video(encode(tmp_path)).frames()][::50]
    assert np.abs(np.stack(drawn).astype(int) - np.stack(read)).mean() < 8


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_variable_rates_are_timed_by_timestamps(tmp_path: Path, suffix: str) -> None:
    steps = np.random.default_rng(0).integers(10, 120, len(CLIP))
    ticks = np.cumsum(steps).tolist()
    video = open_video(encode(tmp_path, suffix, ticks=ticks))
    frames = list(video.frames())
    expected = [(tick - ticks[0]) / 1000 for tick in ticks]
    assert [frame.time for frame in frames] == pytest.approx(expected, abs=2e-3)
    later = list(open_video(video.path).frames(101, frames[101].time))
    assert [(frame.index, frame.time) for frame in later] == [(frame.index, frame.time) for frame in frames[101:]]


def test_a_time_that_no_frame_has_is_counted_from_the_start(tmp_path: Path) -> None:
    assert next(open_video(encode(tmp_path)).frames(60, 2.51)).index == 60


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_rotation_turns_pictures_and_sizes(tmp_path: Path, angle: int) -> None:
    corner = np.zeros((2, HEIGHT, WIDTH, 3), np.uint8)
    corner[:, :30, :30] = 255
    video = open_video(encode(tmp_path, clip=corner, rotation=angle))
    frame = next(video.frames(pictures=True))
    assert frame.picture is not None
    turned = Image.fromarray(corner[0]).rotate(angle, expand=True)
    assert (video.width, video.height) == turned.size
    assert frame.picture.height == 216
    assert frame.picture.width == pytest.approx(216 * turned.width / turned.height, abs=1)
    difference = np.asarray(turned.resize(frame.picture.size)).astype(int) - np.asarray(frame.picture)
    assert np.abs(difference).mean() < 10
    assert video.film().rotation == -angle % 360 if video.frames_read else True


@pytest.mark.parametrize(
    ("pixel_format", "size"), [("gray", (90, 160)), ("yuv420p10le", (90, 160)), ("yuv444p", (91, 161))]
)
def test_odd_kinds_of_picture(tmp_path: Path, pixel_format: str, size: tuple[int, int]) -> None:
    clip = np.full((5, *size, 3), 120, np.uint8)
    frames = list(open_video(encode(tmp_path, "mkv", clip=clip, pixel_format=pixel_format)).frames(pictures=True))
    assert len(frames) == 5
    assert np.abs(frames[0].small.astype(int) - 120).max() < 6


def test_pictures_are_made_at_regular_places_and_jumps(tmp_path: Path) -> None:
    frames = open_video(encode(tmp_path)).frames(pictures=True)
    places = {frame.index for frame in frames if frame.picture is not None}
    assert set(range(0, len(CLIP), 6)) | {50, 100, 150, 200} <= places
    assert len(places) < len(CLIP) / 4


def test_a_truncated_film_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = encode(tmp_path, container_options={"movflags": "faststart"}).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    video = open_video(path)
    read = len(list(video.frames()))
    assert 20 < read < len(CLIP)
    warning = next(text for text in video.film().warnings if "ends early" in text)
    assert f"{read:,} frames ({read / 24:.1f} s of 10.4 s)" in warning


def test_damage_inside_is_left_out_and_said(tmp_path: Path) -> None:
    whole = bytearray(encode(tmp_path, "mpg", "mpeg2video").read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 4000] = b"\xff" * 4000
    path = tmp_path / "hurt.mpg"
    path.write_bytes(whole)
    video = open_video(path)
    assert len(list(video.frames())) > len(CLIP) / 2


def test_a_cover_picture_is_not_the_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        film = container.add_stream("libx264", rate=24)
        film.width, film.height, film.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        cover = container.add_stream("mjpeg", rate=24)
        cover.width, cover.height, cover.pix_fmt = 640, 640, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((640, 640, 3), np.uint8), format="rgb24")))
        for pixels in CLIP[:10]:
            container.mux(film.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(film.encode(None))
    video = open_video(path)
    assert (video.width, video.height, len(list(video.frames()))) == (WIDTH, HEIGHT, 10)


def write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_what_is_no_film_is_refused_with_a_cure(tmp_path: Path) -> None:
    write_sound(tmp_path / "sound.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("INT. HOUSE - DAY\n" * 200)
    (tmp_path / "text.txt").write_text("INT. HOUSE - DAY\n" * 200)
    Image.new("RGB", (64, 64)).save(tmp_path / "picture.png")
    Image.new("RGB", (64, 64)).save(tmp_path / "picture.jpg")
    (tmp_path / "folder").mkdir()
    (tmp_path / "head.mp4").write_bytes(encode(tmp_path).read_bytes()[:2000])
    expected = {
        "sound.mp4": "without a picture track",
        "empty.mp4": "empty",
        "text.mp4": "no video",
        "text.txt": "not a film",
        "picture.png": "a picture",
        "picture.jpg": "a picture",
        "folder": "no jpg, png or webp",
        "head.mp4": "an MP4 video, or it is damaged",
        "missing.mp4": "no such file",
    }
    for name, problem in expected.items():
        with pytest.raises(InputError, match=problem) as caught:
            open_video(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)


def test_a_folder_of_frames_is_a_film(tmp_path: Path) -> None:
    for index in range(12):
        name = f"frame{index}.{('jpg', 'png', 'webp')[index % 3]}"
        Image.new("RGB", (160, 90), (index * 20, 0, 0)).save(tmp_path / name)
    (tmp_path / "frame5.webp").write_bytes(b"broken")
    (tmp_path / "notes.txt").write_text("not a frame")
    video = open_video(tmp_path, fps=12)
    frames = list(video.frames(pictures=True))
    assert [frame.time for frame in frames] == [index / 12 for index in range(12)]
    reds = [int(frame.small[..., 0].mean().round(-1)) for frame in frames]
    assert reds == [0, 20, 40, 60, 80, 80, 120, 140, 160, 180, 200, 220]
    film = video.film()
    assert (film.width, film.height, film.fps, film.frames, film.duration) == (160, 90, 12, 12, 1)
    assert "frame5.webp (frame 5)" in film.warnings[0]
    assert next(open_video(tmp_path).frames(7, 7 / 24)).index == 7


def frames_then(error: Exception) -> object:
    for index in range(3):
        yield Frame(index, float(index), np.zeros((27, 48, 3), np.uint8))
    raise error


def test_reading_ahead_passes_errors_on_and_stops(tmp_path: Path) -> None:
    with ReadAhead(frames_then(InputError("film", "broken", "mend it"))) as frames:
        assert [next(frames).index for _ in range(3)] == [0, 1, 2]
        with pytest.raises(InputError, match="broken"):
            next(frames)
    ahead = ReadAhead(open_video(encode(tmp_path)).frames(), depth=2)
    with ahead as frames:
        assert next(frames).index == 0
    assert not ahead._thread.is_alive()


def test_can_decode() -> None:
    assert can_decode("h264")
    assert not can_decode("no such codec")
