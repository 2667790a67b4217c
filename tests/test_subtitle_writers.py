"""What is written reads back: times, text, and each speaker at his turn."""

from collections.abc import Callable
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from fabula.files.subtitles import read_subtitles
from fabula.files.subtitles.writers import write_ass, write_srt, write_vtt
from fabula.records import Cue, CueKind

WRITERS = {"srt": write_srt, "vtt": write_vtt, "ass": write_ass}


def cue(text: str, *parts: str, speakers: tuple[str | None, ...] = (), names: tuple[str | None, ...] = ()) -> Cue:
    return Cue(1, 1.0, 2.5, text, parts=parts or (text,), names=names, speakers=speakers)


def srt_text(cue: Cue) -> str:
    return write_srt([cue]).split("\n", 2)[2].rstrip("\n")


def vtt_text(cue: Cue) -> str:
    return write_vtt([cue]).split("\n", 3)[3].rstrip("\n")


def ass_name_and_text(cue: Cue) -> tuple[str, str]:
    fields = write_ass([cue]).rstrip("\n").rsplit("\n", 1)[1].split(",", 9)
    return fields[4], fields[9]


def test_a_whole_srt_file() -> None:
    cues = [cue("Come in.", speakers=("VERA",)), Cue(7, 3661.0015, 3662.25, "[door]", CueKind.SOUND)]
    assert write_srt(cues) == (
        "1\n00:00:01,000 --> 00:00:02,500\nVERA: Come in.\n\n2\n01:01:01,002 --> 01:01:02,250\n[door]\n"
    )


def test_a_whole_vtt_file() -> None:
    cues = [cue("Come in.", speakers=("VERA",)), Cue(7, 3661.0, 3662.25, "[door]", CueKind.SOUND)]
    assert write_vtt(cues) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v VERA>Come in.</v>\n\n01:01:01.000 --> 01:01:02.250\n[door]\n"
    )


def test_substation_events() -> None:
    text = write_ass([cue("Come in,\nplease.", speakers=("VERA",)), cue("[door]")])
    assert "Dialogue: 0,0:00:01.00,0:00:02.50,Default,VERA,0,0,0,,Come in,\\Nplease.\n" in text
    assert "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,[door]\n" in text


def test_two_speakers_in_a_cue() -> None:
    two = cue("- Come in,\nplease.\n- Thanks.", "Come in, please.", "Thanks.", speakers=("VERA", "OTTO"))
    assert srt_text(two) == "- VERA: Come in,\nplease.\n- OTTO: Thanks."
    assert vtt_text(two) == "<v VERA>- Come in,\nplease.</v>\n<v OTTO>- Thanks.</v>"
    assert ass_name_and_text(two) == ("VERA / OTTO", r"- Come in,\Nplease.\N- Thanks.")


def test_only_one_of_two_speakers_is_known() -> None:
    two = cue("- Come in.\n- Thanks.", "Come in.", "Thanks.", speakers=(None, "OTTO"))
    assert srt_text(two) == "- Come in.\n- OTTO: Thanks."
    assert vtt_text(two) == "- Come in.\n<v OTTO>- Thanks.</v>"
    assert ass_name_and_text(two) == ("? / OTTO", r"- Come in.\N- Thanks.")


def test_sounds_between_turns_stay_and_have_no_speaker() -> None:
    noisy = cue("- [thunder]\n- [sighs] Come in.", "Come in.", speakers=("VERA",))
    assert srt_text(noisy) == "- [thunder]\n- VERA: [sighs] Come in."
    assert vtt_text(noisy) == "- [thunder]\n<v VERA>- [sighs] Come in.</v>"


@pytest.mark.parametrize("text", ["Come in.", "- Come in.\n- Thanks.", "[door]", "VERA: Come in.", "1 < 2"])
def test_a_cue_without_speaker_is_unchanged(text: str) -> None:
    unknown = Cue(1, 1.0, 2.5, text)
    assert srt_text(unknown) == text
    assert ass_name_and_text(unknown) == ("", text.replace("\n", r"\N"))


def test_a_prefix_that_is_there_is_not_doubled_but_corrected() -> None:
    named = cue("VERA: Come in.", "Come in.", names=("VERA",), speakers=("Vera",))
    assert srt_text(named) == "VERA: Come in."
    assert vtt_text(named) == "<v Vera>VERA: Come in.</v>"
    other = cue("[Woman] Come in.", "Come in.", names=("Woman",), speakers=("VERA",))
    assert srt_text(other) == "VERA: Come in."


def test_the_name_that_the_file_gave_serves_where_nothing_was_aligned() -> None:
    assert srt_text(cue("Come in.", names=("VERA",))) == "VERA: Come in."
    assert vtt_text(cue("Come in.", names=("VERA",), speakers=(None,))) == "<v VERA>Come in.</v>"


def test_the_speaker_of_a_cue_of_one_turn() -> None:
    assert srt_text(Cue(1, 1.0, 2.0, "Come in.", speaker="VERA")) == "VERA: Come in."


def test_voice_spans_without_dashes_get_them_in_srt() -> None:
    spans = cue("Come in.\nThanks.", "Come in.", "Thanks.", names=("VERA", "OTTO"))
    assert srt_text(spans) == "- VERA: Come in.\n- OTTO: Thanks."


def test_webvtt_is_escaped_and_valid(tmp_path: Path) -> None:
    path = tmp_path / "film.vtt"
    path.write_text(write_vtt([cue("1 < 2 & 3 --> 4", speakers=("A & <B>",))]), "utf-8")
    (caption,) = webvtt.read(path)
    assert caption.raw_text == "<v A &amp; &lt;B&gt;>1 &lt; 2 &amp; 3 --&gt; 4</v>"
    assert read_subtitles(path).cues[0].names == ("A & <B>",)
    assert read_subtitles(path).cues[0].text == "1 < 2 & 3 --> 4"


def test_substation_escapes(tmp_path: Path) -> None:
    path = tmp_path / "film.ass"
    text = r"Look in C:\News for {this}, \Ned."
    path.write_text(write_ass([cue(text, speakers=("KING, JR.",))]), "utf-8")
    (back,) = read_subtitles(path).cues
    assert (back.text, back.names) == (text, ("KING JR.",))


def test_no_cues_at_all() -> None:
    assert write_srt([]) == ""
    assert write_vtt([]) == "WEBVTT\n"
    assert write_ass([]).startswith("[Script Info]")


SOME_WORDS = ["so", "the", "old", "fox", "ran,", "home;", "again.", "Why?", "Ünder", "café!", "9", "o'clock"]
WORDS = st.lists(st.sampled_from(SOME_WORDS), min_size=1)
LINES = st.lists(WORDS.map(" ".join), min_size=1, max_size=2).map(lambda lines: "\n".join(["Well, yes", *lines]))
TURNS = st.lists(
    st.tuples(LINES, st.none() | st.sampled_from(["VERA", "OLD MAN", "DR. O'HARA"])), min_size=1, max_size=3
)


@st.composite
def timelines(draw: st.DrawFn) -> list[Cue]:
    """Cues in order that do not overlap, to the hundredth of a second, with speakers at some turns."""
    cues, now = [], 0
    for number, turns in enumerate(draw(st.lists(TURNS, min_size=1, max_size=6)), 1):
        start = now + draw(st.integers(0, 500_000))
        now = start + draw(st.integers(1, 1000))
        dash = "- " if len(turns) > 1 else ""
        parts = tuple(" ".join(text.split()) for text, _ in turns)
        text = "\n".join(dash + text for text, _ in turns)
        speakers = tuple(speaker for _, speaker in turns)
        cues.append(
            Cue(number, start / 100, now / 100, text, parts=parts, names=(None,) * len(parts), speakers=speakers)
        )
    return cues


@pytest.mark.parametrize("extension", WRITERS)
@given(cues=timelines())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, extension: str, cues: list[Cue]) -> None:
    path = tmp_path_factory.getbasetemp() / f"round.{extension}"
    write: Callable[[list[Cue]], str] = WRITERS[extension]
    path.write_text(write(cues), "utf-8")
    back = read_subtitles(path)
    assert back.format == extension
    assert back.warnings == ()
    assert [(c.number, c.start, c.end, c.parts, c.names) for c in back.cues] == [
        (c.number, c.start, c.end, c.parts, c.speakers) for c in cues
    ]
    if extension != "srt":
        assert [c.text for c in back.cues] == [c.text for c in cues]
    assert write([Cue(c.number, c.start, c.end, c.text, c.kind, c.parts, c.names) for c in back.cues]) == write(cues)


@pytest.mark.data
@pytest.mark.parametrize("extension", WRITERS)
def test_real_subtitles_survive(data_dir: Path, tmp_path: Path, extension: str) -> None:
    for name in ("three-guys-named-mike-1951-en", "the-hitch-hiker-1953-en"):
        cues = read_subtitles(data_dir / "subs" / "public_domain_features" / f"{name}.srt").cues
        path = tmp_path / f"film.{extension}"
        path.write_text(WRITERS[extension](cues), "utf-8")
        back = read_subtitles(path).cues
        step = 0.0101 if extension == "ass" else 0.0001
        assert len(back) == len(cues)
        for old, new in zip(cues, back, strict=True):
            assert (new.start, new.end) == pytest.approx((old.start, old.end), abs=step)
            assert (new.kind, new.parts, new.names) == (old.kind, old.parts, old.names)
