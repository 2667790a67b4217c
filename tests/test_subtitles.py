"""Subtitle files as the world writes them: structure, times, markup, turns, names, kinds, tracks in videos."""

import re
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabula.errors import InputError
from fabula.files.subtitles import read_embedded_subtitles, read_subtitles
from fabula.files.text import read_text
from fabula.records import Cue, CueKind, Subtitles


def read(folder: Path, text: str, name: str = "film.srt", encoding: str = "utf-8") -> Subtitles:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_subtitles(path)


def srt(*texts: str) -> str:
    """A well-formed SRT file with a cue each three seconds."""
    return "\n".join(
        f"{n}\n00:{3 * n // 60:02}:{3 * n % 60:02},000 --> 00:{3 * n // 60:02}:{3 * n % 60 + 2:02},500\n{text}\n"
        for n, text in enumerate(texts, 1)
    )


def only(folder: Path, text: str) -> Cue:
    (cue,) = read(folder, srt(text)).cues
    return cue


# Structure and times


def test_a_plain_file(tmp_path: Path) -> None:
    subtitles = read(tmp_path, srt("Come in.", "Sit down,\nplease."))
    assert subtitles.format == "srt"
    assert subtitles.encoding == "utf-8"
    assert subtitles.warnings == ()
    assert [(c.number, c.start, c.end, c.text) for c in subtitles.cues] == [
        (1, 3.0, 5.5, "Come in."),
        (2, 6.0, 8.5, "Sit down,\nplease."),
    ]
    assert subtitles.cues[1].parts == ("Sit down, please.",)
    assert subtitles.cues[1].names == (None,)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_line_ends_and_encodings(tmp_path: Path, ending: str, encoding: str) -> None:
    text = srt("Où êtes-vous ?", "Là.").rstrip("\n").replace("\n", ending)
    assert [c.text for c in read(tmp_path, text, encoding=encoding).cues] == ["Où êtes-vous ?", "Là."]


@pytest.mark.parametrize(
    ("timing", "start", "end"),
    [
        ("00:01:02,500 --> 00:01:04,000", 62.5, 64.0),
        ("00:01:02.500 --> 00:01:04.000", 62.5, 64.0),
        ("01:02,500 --> 01:04,000", 62.5, 64.0),
        ("0:1:2,5 --> 0:1:4", 62.5, 64.0),
        ("00: 01: 02,500 -> 00: 01: 04.000", 62.5, 64.0),
        ("00:01:02,500-->00:01:04,000", 62.5, 64.0),
        ("00:01:02,500 --> 00:01:04,000  X1:40 X2:600 Y1:20 Y2:50", 62.5, 64.0),
        ("100:00:00,000 --> 100:00:01,250", 360000.0, 360001.25),
        ("00:00:-1,-60 --> 00:00:05,420", 0.0, 5.42),
        ("00:01:02,500 --> 00:01:01,000", 62.5, 64.5),
        ("00:01:02,500 --> 00:01:02,500", 62.5, 64.5),
    ],
)
def test_timing_lines(tmp_path: Path, timing: str, start: float, end: float) -> None:
    (cue,) = read(tmp_path, f"1\n{timing}\nHello.\n").cues
    assert (cue.start, cue.end) == (start, end)


def test_mended_times_are_told_with_their_place_and_count(tmp_path: Path) -> None:
    text = (
        "1\n00:00:10,000 --> 00:00:08,000\nBackwards.\n\n"
        "2\n00:00:11,000 --> 00:00:14,000\nThe one above gets what room there is.\n\n"
        "3\n00:00:13,000 --> 00:00:15,000\nToo early.\n\n"
        "4\n00:00:02,000 --> 00:00:03,000\nOut of order.\n\n"
        "5\n00:00:01,000 --> 00:00:01,000\nOut of order, and no time.\n"
    )
    subtitles = read(tmp_path, text)
    assert [(c.number, c.start, c.end) for c in subtitles.cues] == [
        (1, 10.0, 11.0),
        (2, 11.0, 14.0),
        (3, 13.0, 15.0),
        (4, 2.0, 3.0),
        (5, 1.0, 3.0),
    ]
    by_place = dict(warning.split(": ", 1) for warning in subtitles.warnings)
    assert "the end is not after the start" in by_place["line 2"]
    assert "(2 in the file)" in by_place["line 2"]
    assert "overlaps" in by_place["line 10"]
    assert "order was kept" in by_place["line 14"]


def test_numbers_are_positions_whatever_the_file_says(tmp_path: Path) -> None:
    text = (
        "7\n00:00:01,000 --> 00:00:02,000\nOne.\n\n"
        "00:00:03,000 --> 00:00:04,000\nTwo.\n"
        "9\n00:00:05,000 --> 00:00:06,000\nThree."
    )
    assert [(c.number, c.text) for c in read(tmp_path, text).cues] == [(1, "One."), (2, "Two."), (3, "Three.")]


def test_a_cue_without_text_keeps_its_number(tmp_path: Path) -> None:
    subtitles = read(tmp_path, srt("One.", "", "<i></i>", "Four."))
    assert [(c.number, c.text, c.parts) for c in subtitles.cues] == [
        (1, "One.", ("One.",)),
        (2, "", ()),
        (3, "", ()),
        (4, "Four.", ("Four.",)),
    ]
    assert subtitles.cues[1].kind is CueKind.SOUND


def test_blank_lines_before_and_in_a_text_and_numbers_spoken(tmp_path: Path) -> None:
    cues = read(tmp_path, srt("\nHow many?\n\n\nForty", "1984\n")).cues
    assert [c.text for c in cues] == ["How many?\nForty", "1984"]


def test_the_content_decides_the_format(tmp_path: Path) -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n"
    assert read(tmp_path, vtt, "film.srt").format == "vtt"
    assert read(tmp_path, srt("Hello."), "film.vtt").format == "srt"


def test_webvtt_blocks_settings_and_text(tmp_path: Path) -> None:
    text = (
        "WEBVTT - a title\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nNOTE two lines\nof remark\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\nR&amp;B &lt;live&gt; <c.loud>now</c> <00:01.500>here\n\n"
        "NOTE between\n\n00:00:03.000 --> 00:00:04.000\nLast."
    )
    subtitles = read(tmp_path, text)
    assert [(c.start, c.text) for c in subtitles.cues] == [(1.0, "R&B <live> now here"), (3.0, "Last.")]


ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def test_substation(tmp_path: Path) -> None:
    text = ASS + (
        "Dialogue: 0,0:00:01.00,0:00:02.50,Default,Vera,0,0,0,,{\\i1}No,{\\i0} never.\\NNot {secret}me.\n"
        "Comment: 0,0:00:02.00,0:00:02.50,Default,,0,0,0,,A remark.\n"
        "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}\n"
        "Dialogue: 0,soon,0:00:04.00,Default,,0,0,0,,When?\n"
        "Dialogue: 0,0:00:05.00,0:00:06.00,Default,NTP,0,0,0,,Tom & Anne\\h&amp; I\n"
    )
    subtitles = read(tmp_path, text, "film.ass")
    assert subtitles.format == "ass"
    assert [(c.number, c.start, c.end, c.text, c.names) for c in subtitles.cues] == [
        (1, 1.0, 2.5, "No, never.\nNot me.", ("Vera",)),
        (2, 5.0, 6.0, "Tom & Anne &amp; I", (None,)),
    ]
    assert subtitles.warnings == ("line 13: this event has no time that can be read; it was left out",)


def test_substation_fields_are_where_the_format_line_says(tmp_path: Path) -> None:
    text = (
        "[Script Info]\n\n[Events]\nFormat: Start, End, Actor, Text\nDialogue: 0:00:01.00,0:00:02.00,Otto,Well, well.\n"
    )
    (cue,) = read(tmp_path, text, "film.ssa").cues
    assert (cue.text, cue.names) == ("Well, well.", ("Otto",))


# Markup


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<i>Quiet</i>, <b>now</b>.", "Quiet, now."),
        ('<font color="#ff0000">Red</font>', "Red"),
        ("{\\an8}Above", "Above"),
        ("One<br/>two\\Nthree", "One\ntwo\nthree"),
        ("Salt &amp; pepper&nbsp;&#33;", "Salt & pepper !"),
        ("R&notes AT&T", "R&notes AT&T"),
        ("<Urgent. Come at once. >", "<Urgent. Come at once. >"),
        ("1 < 2 > 0 <3", "1 < 2 > 0 <3"),
        ("\u200e- Left.", "- Left."),
    ],
)
def test_markup_is_taken_off(tmp_path: Path, markup: str, shown: str) -> None:
    assert only(tmp_path, markup).text == shown


# Turns


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("- Who is it?\n- The milkman.", ("Who is it?", "The milkman.")),
        ("-Who is it?\n-The milkman.", ("Who is it?", "The milkman.")),
        ("– Who is it?\n— The milkman.", ("Who is it?", "The milkman.")),
        ("- Who is it\nat this hour?\n- The milkman.", ("Who is it at this hour?", "The milkman.")),
        ("Who is it?\n- The milkman.", ("Who is it?", "The milkman.")),
        ("- Who is it? - The milkman.", ("Who is it?", "The milkman.")),
        ("- I thought perhaps - Well, think again.", ("I thought perhaps", "Well, think again.")),
        ("- Only me.", ("Only me.",)),
        ("It is - how shall I say - late.", ("It is - how shall I say - late.",)),
        ("--and then he left.", ("--and then he left.",)),
        ("-5 degrees.", ("-5 degrees.",)),
        ("Half-\n-hearted.", ("Half-", "hearted.")),
        ("...", ()),
    ],
)
def test_turns(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    cue = only(tmp_path, text)
    assert cue.parts == parts
    assert cue.names == (None,) * len(parts)
    assert cue.text == text


# Names


@pytest.mark.parametrize(
    ("text", "parts", "names"),
    [
        ("VERA: Come in.", ("Come in.",), ("VERA",)),
        ("MAN ON RADIO: Rain tonight.", ("Rain tonight.",), ("MAN ON RADIO",)),
        ("DR. O'HARA: Sit down.", ("Sit down.",), ("DR. O'HARA",)),
        ("VERA (ON PHONE): Come in.", ("Come in.",), ("VERA",)),
        ("CHIEF CLERK (OVER\nINTERCOM): Come in.", ("Come in.",), ("CHIEF CLERK",)),
        ("NIGHT PORTER\n(OFFSCREEN): Come in.", ("Come in.",), ("NIGHT PORTER",)),
        ("VERA:\nCome in.", ("Come in.",), ("VERA",)),
        ("[Vera]: Come in.", ("Come in.",), ("Vera",)),
        ("[VERA GASPS]: Come in.", ("Come in.",), ("VERA",)),
        ("[Man] Come in.", ("Come in.",), ("Man",)),
        ("[Old woman]\nCome in.", ("Come in.",), ("Old woman",)),
        ("(policeman) Come in.", ("Come in.",), ("policeman",)),
        ("- VERA: Come in.\n- OTTO: Thanks.", ("Come in.", "Thanks."), ("VERA", "OTTO")),
        ("VERA: Come in.\nOTTO: Thanks.", ("Come in.", "Thanks."), ("VERA", "OTTO")),
        ("- Come in.\n- OTTO: Thanks.", ("Come in.", "Thanks."), (None, "OTTO")),
        ("VERA: [sighs] Come in (coughs).", ("Come in.",), ("VERA",)),
        ("HE CROAKS: Come in.", ("Come in.",), (None,)),
        ("(OFFSCREEN): Come in.", ("Come in.",), (None,)),
    ],
)
def test_names_that_one_cue_is_enough_for(
    tmp_path: Path, text: str, parts: tuple[str, ...], names: tuple[str | None, ...]
) -> None:
    cue = only(tmp_path, text)
    assert (cue.parts, cue.names, cue.kind) == (parts, names, CueKind.SPEECH)
    assert cue.text.replace("\n", " ") == text.replace("\n", " ")


@pytest.mark.parametrize(
    "text",
    [
        "Listen: it has stopped.",
        "He said: no.",
        'He said: "No."',
        "At 5:30 then.",
        "It is 11: 15.",
        "WARNING: deep water.",
        "I SAY: stay here.",
        "There are two kinds of people: those who\nsay: why not.",
    ],
)
def test_ordinary_words_before_a_colon_are_no_names(tmp_path: Path, text: str) -> None:
    cue = only(tmp_path, text)
    assert cue.names == (None,)
    assert cue.parts == (text.replace("\n", " "),)


@pytest.mark.parametrize(
    "sound", ["(SOFTLY)", "[laughs]", "[ Clears Throat ]", "(in French)", "[MOCKINGLY]", "(hoarse voice)"]
)
def test_sounds_and_manners_are_no_names_however_often(tmp_path: Path, sound: str) -> None:
    for cue in read(tmp_path, srt(*[f"{sound} Come in."] * 4)).cues:
        assert (cue.parts, cue.names) == (("Come in.",), (None,))


def test_a_name_in_mixed_case_must_repeat(tmp_path: Path) -> None:
    once = read(tmp_path, srt("Vera: Come in.", "Thank you."))
    assert once.cues[0].parts == ("Vera: Come in.",)
    twice = read(tmp_path, srt("Vera: Come in.", "Thank you.", "- Who?\n- Vera: Me."))
    assert [c.names for c in twice.cues] == [("Vera",), (None,), (None, "Vera")]


def test_a_file_that_names_its_speakers_is_believed(tmp_path: Path) -> None:
    habit = [f"Man {n}: Here." for n in range(1, 6)]
    assert read(tmp_path, srt(*habit, "Otto: Here.", "Look: a bird.")).cues[5].names == ("Otto",)
    assert read(tmp_path, srt(*habit, "Otto: Here.", "Look: a bird.")).cues[6].names == (None,)


def test_a_bracketed_name_repeats_and_does_not_stand_alone(tmp_path: Path) -> None:
    cues = read(tmp_path, srt("[Vera] Come in.", "[Beep] Come in.", "[Beep]", "[Vera] Sit.", "[Beep] Sit.")).cues
    assert [c.names for c in cues] == [("Vera",), (None,), (), ("Vera",), (None,)]


def test_where_all_is_upper_case_a_name_must_repeat(tmp_path: Path) -> None:
    cues = read(tmp_path, srt("VERA: COME IN.", "LET ME TELL: NO.", "VERA: SIT DOWN.", "THANK YOU.")).cues
    assert [c.names for c in cues] == [("VERA",), (None,), ("VERA",), (None,)]


def test_webvtt_voices(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Vera Lind>Come <i>in</i>.</v>\n<v.loud Otto>Thanks.\n\n"
        "00:03.000 --> 00:04.000\n<v.sexton>Who is there?\n\n00:05.000 --> 00:06.000\n<v A&amp;B>- Us.\n\n"
        "00:07.000 --> 00:08.000\nNobody. <v Otto>Otto: Me.</v>"
    )
    cues = read(tmp_path, text, "film.vtt").cues
    assert [(c.text, c.parts, c.names) for c in cues] == [
        ("Come in.\nThanks.", ("Come in.", "Thanks."), ("Vera Lind", "Otto")),
        ("Who is there?", ("Who is there?",), ("sexton",)),
        ("- Us.", ("Us.",), ("A&B",)),
        ("Nobody. Otto: Me.", ("Nobody.", "Me."), (None, "Otto")),
    ]


# Kinds


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("[DOOR SLAMS]", CueKind.SOUND, ()),
        ("(MAN LAUGHING)", CueKind.SOUND, ()),
        ("- [gunshot]\n- [screams]", CueKind.SOUND, ()),
        ("-[INAUDIBLE].", CueKind.SOUND, ()),
        ("(dogs barking\nin the distance)", CueKind.SOUND, ()),
        ("- Run!\n- [gunshot]", CueKind.SPEECH, ("Run!",)),
        ("I never [INAUDIBLE], he said.", CueKind.SPEECH, ("I never, he said.",)),
        ("(She must not find out.)", CueKind.SPEECH, ("She must not find out.",)),
        ("♪ Over the hills ♪", CueKind.MUSIC, ("Over the hills",)),
        ("♫ Over the hills\nand far away", CueKind.MUSIC, ("Over the hills and far away",)),
        ("# Over the hills #", CueKind.MUSIC, ("Over the hills",)),
        ("# Over the hills", CueKind.MUSIC, ("Over the hills",)),
        ("* Over the hills *", CueKind.MUSIC, ("Over the hills",)),
        ("VERA: ♪ Over the hills ♪", CueKind.MUSIC, ("Over the hills",)),
        ("♪♪", CueKind.MUSIC, ()),
        ("[TENSE MUSIC PLAYING]", CueKind.MUSIC, ()),
        ("- ♪ Over the hills ♪\n- Stop it!", CueKind.SPEECH, ("Over the hills", "Stop it!")),
        ("#1 in the country!", CueKind.SPEECH, ("#1 in the country!",)),
        ("He is a *real* gentleman.", CueKind.SPEECH, ("He is a *real* gentleman.",)),
        ("左に見えるのは…", CueKind.SPEECH, ("左に見えるのは…",)),
        ("（ドアの音）", CueKind.SOUND, ()),
    ],
)
def test_kinds(tmp_path: Path, text: str, kind: CueKind, parts: tuple[str, ...]) -> None:
    cue = only(tmp_path, text)
    assert (cue.kind, cue.parts) == (kind, parts)
    assert cue.text == text


@pytest.mark.parametrize(
    "text",
    [
        "Subtitles by Nobody At All",
        "Subtitles: Someone",
        "- Synced and corrected by nobody -",
        "Resync: somebody",
        "Downloaded from\nwww.example.org",
        "Advertise your product or brand here\ncontact www.OpenSubtitles.org today",
        "Support us and become VIP member\nto remove all ads from OpenSubtitles.org",
        "BEST watched using Open Subtitles MKV Player",
        "Visit us at https://subs.example",
        "example-subs.com",
        "English subtitles",
        "Captioned by\nSome Company",
    ],
)
def test_advertising(tmp_path: Path, text: str) -> None:
    cue = only(tmp_path, text)
    assert (cue.kind, cue.parts, cue.names) == (CueKind.ADVERTISEMENT, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "I work in advertising.",
        "You should advertise yourself.",
        "The letter was\ntranslated by my aunt.",
        "The message was\nencoded by a machine.",
        "Translated by my aunt, it made no sense.",
        "Come on, read the subtitles.",
        "We synchronised our watches.",
        "It was corrected by hand.",
        "He has bought half of it at nowhere.com, they say.",
    ],
)
def test_dialogue_is_no_advertising(tmp_path: Path, text: str) -> None:
    assert only(tmp_path, text).kind is CueKind.SPEECH


# Input that cannot be used


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.4\n1 0 obj", "PDF"),
        (b"\x00\x00\x00\x18ftypmp42", "MP4 video"),
        (b"Once upon a time\nthere was a file.\n", "no subtitle was found"),
        (b"WEBVTT\n\nNOTE nothing here\n", "no subtitle was found"),
        (b"[Script Info]\n\n[Events]\n", "no subtitle was found"),
        (b"<!DOCTYPE html><html><p>404</p></html>", "web page"),
        (b"", "empty"),
    ],
)
def test_what_is_no_subtitle_file_is_told(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "film.srt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem) as caught:
        read_subtitles(path)
    assert caught.value.path == str(path)
    assert caught.value.cure


@given(st.text(st.sampled_from("0123456789:,.-> \n[]()<>{}\\NvA:♪#&;—"), max_size=120))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.srt"
    for head in ("", "WEBVTT\n\n", ASS + "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,"):
        path.write_text(f"{head}{text}\n00:00:01,000 --> 00:00:02,000\n{text}\n", "utf-8")
        for number, cue in enumerate(read_subtitles(path).cues, 1):
            assert cue.number == number
            assert 0 <= cue.start < cue.end
            assert len(cue.parts) == len(cue.names)
            assert all(cue.parts)


# Tracks inside a video


def mux(path: Path, codec: str, payloads: list[bytes], language: str = "und") -> Path:
    """A file with one text track, a packet each second of half a second's length."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec)
        stream.time_base = Fraction(1, 1000)
        stream.metadata["language"] = language
        stream.codec_context.subtitle_header = ASS.encode()
        for second, payload in enumerate(payloads, 1):
            packet = av.Packet(payload)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = 1000 * second
            packet.duration = 500
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("codec", "extension", "payload"),
    [
        ("subrip", "mkv", b"VERA: Come <i>in</i>."),
        ("webvtt", "mkv", b"<v VERA>Come <i>in</i>."),
        ("ass", "mkv", b"0,0,Default,VERA,0,0,0,,Come {\\i1}in{\\i0}."),
        ("mov_text", "mp4", b"\x00\x0eVERA: Come in."),
    ],
)
def test_a_text_track_of_a_video(tmp_path: Path, codec: str, extension: str, payload: bytes) -> None:
    path = mux(tmp_path / f"film.{extension}", codec, [payload, payload], "eng")
    subtitles = read_embedded_subtitles(path, language="en")
    assert subtitles is not None
    assert [(c.number, c.start, c.end, c.parts, c.names) for c in subtitles.cues] == [
        (1, 1.0, 1.5, ("Come in.",), ("VERA",)),
        (2, 2.0, 2.5, ("Come in.",), ("VERA",)),
    ]
    assert read_embedded_subtitles(path, language="eng") == read_embedded_subtitles(path) == subtitles
    assert read_embedded_subtitles(path, language="fr") is None


def test_a_track_of_pictures_is_told(tmp_path: Path) -> None:
    subtitles = read_embedded_subtitles(mux(tmp_path / "film.mkv", "dvd_subtitle", [b"\x00\x00"]))
    assert subtitles is not None
    assert subtitles.cues == ()
    assert "track 0: dvdsub holds no text" in subtitles.warnings[0]


def test_what_is_no_video_is_told(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_text("no video at all")
    with pytest.raises(InputError, match="cannot be read"):
        read_embedded_subtitles(path)


# The development data


@pytest.mark.data
def test_every_real_feature_loads_in_file_order(data_dir: Path) -> None:
    paths = sorted((data_dir / "subs" / "public_domain_features").glob("*.srt"))
    assert len(paths) == 114
    well_formed = 0
    for path in paths:
        text = read_text(path).text
        timings = len(re.findall(r"(?m)^\d+ ?:.*->", text))
        written = [int(n) for n in re.findall(r"(?m)^(\d+)[ \t]*\n\d+ ?:.*->", text)]
        numbers = [cue.number for cue in read_subtitles(path).cues]
        assert numbers == list(range(1, timings + 1)), path.name
        assert timings > 100, path.name
        if written == sorted(set(written)) and written[0] == 1 and written[-1] == len(written) == timings:
            well_formed += 1
            assert numbers == written, path.name
    assert well_formed >= 105


@pytest.mark.data
def test_captions_of_the_open_films(data_dir: Path) -> None:
    paths = [p for folder in ("sintel", "elephants_dream") for p in sorted((data_dir / "subs" / folder).iterdir())]
    assert len(paths) == 17
    for path in paths:
        subtitles = read_subtitles(path)
        assert subtitles.format == path.suffix[1:]
        assert all(cue.text for cue in subtitles.cues)
    voices = read_subtitles(data_dir / "subs" / "sintel" / "trailer_en_speaker.vtt").cues
    assert [cue.names for cue in voices] == [("gatekeeper",), ("sintel",), ("gatekeeper",), ("sintel",)]
