"""A picture -> captions -> vector, shift -> passages -> the best of them; a film -> its story, with atmosphere."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import fabula
from fabula.app.cli import app
from fabula.errors import FabulaError
from fabula.records import Evidence
from fabula.stories.film_telling import tell_film
from fabula.stories.styles import load_style
from fabula.stories.telling import Telling, likeness, tell_picture, whole_sentences
from made_novels import small_teller, trained
from picture_fakes import picture

QUICK = Telling(candidates=3, longest=40)
SEEN = picture({"tomato": (0, 0, 60, 60)}, "sky")


def sea() -> str:
    """The file of a style."""
    return str(trained() / "styles" / "sea.style")


def test_a_picture_is_told_from_its_captions() -> None:
    story = tell_picture(SEEN, sea(), QUICK, small_teller())
    assert "home" in story.text and story.style == "sea" and story.flaws == ()
    assert story.evidence[0].text == "a tomato near the sky ."
    assert tell_picture(SEEN, sea(), QUICK, small_teller()).text == story.text
    assert tell_picture(SEEN, sea(), replace(QUICK, seed=1), small_teller()).text != story.text


def test_the_shift_takes_captions_away_and_adds_the_style() -> None:
    teller, style = small_teller(), load_style(sea())
    said = np.eye(1, len(teller.writer.prose_mean), dtype=np.float32)
    shifted = said[0] + 0.5 * (style.mean("long") - teller.writer.captions_mean)
    (found,) = teller.memory(said, style, replace(QUICK, strength=0.5))
    np.testing.assert_allclose(found[0], shifted / np.linalg.norm(shifted), atol=1e-6)
    assert np.linalg.norm(found[1]) == pytest.approx(0.5, abs=1e-5)
    np.testing.assert_allclose(teller.memory(said, None, QUICK)[0], np.stack([said[0], np.zeros_like(said[0])]))


def test_the_best_candidate_shows_the_picture_and_sounds_like_the_style(monkeypatch: pytest.MonkeyPatch) -> None:
    teller = small_teller()
    texts = ["the tomato and the grass", "the tomato and the sky", "only coal"]
    monkeypatch.setattr(teller, "candidates", lambda memory, style, how: [texts])
    monkeypatch.setattr("fabula.stories.telling.likeness", lambda texts, style: np.zeros(3))
    assert tell_picture(SEEN, sea(), QUICK, teller).text == texts[1]
    monkeypatch.setattr("fabula.stories.telling.likeness", lambda texts, style: np.array([9.0, 0.0, 0.0]))
    assert tell_picture(SEEN, sea(), QUICK, teller).text == texts[0]


def test_a_style_is_known_by_its_words() -> None:
    style = replace(load_style(sea()), words={"sea": 1.0, "town": -2.0})
    found = likeness(["The sea, the sea.", "The town.", "", "Sea"], style)
    assert found.tolist() == [0.5, -1.0, 0.0, 1.0]
    assert likeness(["The sea."], None).tolist() == [0.0]


def test_a_passage_ends_with_a_sentence() -> None:
    assert whole_sentences("He came. He saw! And then he") == "He came. He saw!"
    assert whole_sentences("and then he") == "and then he"


def test_a_beam_finds_several_passages() -> None:
    assert tell_picture(SEEN, sea(), replace(QUICK, beam=4), small_teller()).text


def test_a_bank_of_captions_takes_the_captioners_place() -> None:
    teller = small_teller()
    teller.onlooker.bank = ["some coal", "the sky over there", "a tomato and the sky", "grass"]
    story = tell_picture(SEEN, sea(), replace(QUICK, captions=2), teller)
    assert [one.text for one in story.evidence] == ["a tomato and the sky", "the sky over there"]


def test_a_style_of_another_encoder_is_refused() -> None:
    other = replace(load_style(sea()), encoder="another")
    with pytest.raises(FabulaError, match="learn it anew"):
        tell_picture(SEEN, other, QUICK, small_teller())


def test_atmosphere_names_and_quotes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = (
        Evidence("heading", "EXT. BEACH - NIGHT"),
        Evidence("action", "Anna walks along the water.", start=1.0, end=2.0),
        Evidence("dialogue", "Who is there?", "Anna", 3.0, 4.0),
    )
    teller = small_teller()
    plain = "The waves were rolling in over the dark sand."
    others = ['"Come," she said.', "Then Maria came over the sea.", "I was there alone that night."]
    texts = [*others, f"{plain} Then Maria came."]
    monkeypatch.setattr(teller, "candidates", lambda memory, style, how: [texts])
    story = tell_film(evidence, sea(), QUICK, teller)
    assert f"_{plain}_" in story.text and "Maria" not in story.text and "Who is there?" in story.text
    assert story.flaws == ()
    assert plain not in tell_film(evidence, "", QUICK).text


def test_the_command_tells_pictures_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    teller = small_teller()
    monkeypatch.setattr("fabula.app.tell.load_onlooker", lambda bank: teller.onlooker)
    monkeypatch.setattr("fabula.app.tell.load_teller", lambda card, onlooker: teller)
    for name in ("a.png", "b.png"):
        Image.fromarray(SEEN).save(tmp_path / name)
    options = ["--style", sea(), "--candidates", "2", "--json", "--quiet"]
    found = CliRunner().invoke(app, ["tell", str(tmp_path / "a.png"), str(tmp_path / "b.png"), *options])
    assert found.exit_code == 0, found.output
    first, second = map(json.loads, found.stdout.splitlines())
    assert first["text"] == second["text"] and first["evidence"][0]["source"].endswith("a.png")
    page = CliRunner().invoke(app, ["tell", str(tmp_path / "a.png"), "--style", sea(), "--lyric", "--quiet"])
    assert "# sea, by st" in page.stdout and "a tomato near the sky ." in page.stdout


def test_every_scene_of_a_film_is_told_and_looked_up(tmp_path: Path) -> None:
    subtitles = tmp_path / "film.srt"
    lines = ["Who is there?", "Only the postman.", "Then come in, please."]
    subtitles.write_text(
        "".join(f"{k}\n00:00:{k:02},000 --> 00:00:{k:02},900\n{s}\n\n" for k, s in enumerate(lines, 1))
    )
    fabula.read(subtitles=subtitles, output=tmp_path / "film.fabula").close()
    found = CliRunner().invoke(app, ["evaluate", "scenes", str(tmp_path / "film.fabula"), "--style", "", "--json"])
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout)
    assert figures["stories"] == 1 and figures["quotations"] == 3
    assert figures["wrong_names"] == figures["wrong_quotations"] == figures["wrong_speakers"] == 0


class Echo:
    """A writer that tells its first piece of evidence, and of somebody who is not in it."""

    name = "echo"

    def write(self, evidence: Sequence[Evidence], style: str, **options: object) -> str:
        return f"{evidence[0].text} And then came Esmeralda. ({style}, {len(options['pictures'])} picture)"  # type: ignore[arg-type]


def test_a_language_model_gets_the_captions_and_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.app.tell.load_onlooker", lambda bank: small_teller().onlooker)
    monkeypatch.setattr("fabula.app.tell.load_teller", lambda *_: pytest.fail("our own decoder is not needed"))
    monkeypatch.setattr("fabula.stories.writers.load_writer", lambda name, prompt: Echo())
    Image.fromarray(SEEN).save(tmp_path / "a.png")
    options = ["--style", sea(), "--writer", "openai:x@http://localhost", "--quiet"]
    found = CliRunner().invoke(app, ["tell", str(tmp_path / "a.png"), *options])
    assert found.exit_code == 0, found.output
    assert "a tomato near the sky . And then came ⟦Esmeralda⟧. (sea, 1 picture)" in found.stdout
    blind = CliRunner().invoke(app, ["tell", str(tmp_path / "a.png"), *options, "--blind"])
    assert "(sea, 0 picture)" in blind.stdout


def test_the_storyteller_is_measured_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabula.stories.telling.load_teller", lambda card: small_teller())
    for k, thing in enumerate(("tomato", "grass", "lemon")):
        Image.fromarray(picture({thing: (0, 0, 90, 60)})).save(tmp_path / f"{k}.png")
    rows = "".join(f"{k}.png,A {thing} by the sea.,test\n" for k, thing in enumerate(("tomato", "grass", "lemon")))
    (tmp_path / "c.csv").write_text("file,caption,split\n" + rows, "utf-8")
    options = ["--books", str(trained()), "--captions", str(tmp_path / "c.csv"), "--pictures", "3", "--passages", "200"]
    page = ["--style", sea(), "--strength", "1", "--page", str(tmp_path / "page.html"), "--json", "--quiet"]
    found = CliRunner().invoke(app, ["evaluate", "stories", *options, *page])
    assert found.exit_code == 0, found.output
    rows_of = [json.loads(line) for line in found.stdout.splitlines()]
    language, rebuilding, genres, *stories = rows_of
    assert language["told"] < language["blind"] and rebuilding["passages"] > 0 and genres["novels"] > 0
    assert [(row["writer"], row["style"]) for row in stories] == [
        ("shift", "sea"),
        ("shift", ""),
        ("content-free", "sea"),
        ("content-free", ""),
        ("caption", ""),
    ]
    page_text = (tmp_path / "page.html").read_text("utf-8")
    assert page_text.count("<dt>sea</dt>") == 3 and page_text.count("data:image/jpeg") == 3
