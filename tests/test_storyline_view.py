"""Parts of a film and what carries them; ``fabula curve``, ``fabula search --tag`` and the report's storyline."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from PIL import Image

import fabula.app.curve
import fabula.app.search
from curve_example import PEAK, bump, shots
from fabula.app.cli import app
from fabula.errors import FabulaError
from fabula.files.project import Project
from fabula.files.report import ReportData, render_report
from fabula.files.store import Store
from fabula.records import Cue, Curve, Part, Scene, Shot, Tag, TagKind
from fabula.storyline.parts import leading, storyline_parts
from report_example import example
from search_example import film
from test_cli import rows

Say = Callable[..., str]
STORED = (bump("war", 4, 6), bump("romance", 0, 6), replace(bump("surprise", 2, 6), kind="surprise"))


def cue(number: int, start: float, *names: str | None) -> Cue:
    return Cue(number, start, start + 2, "x", parts=("x",) * len(names), names=names)


def test_a_part_has_the_mean_of_its_shots_and_the_shares_of_its_lines() -> None:
    cut = (Shot(0, 0, 10, 0, 0), Shot(1, 10, 40, 0, 0), Shot(2, 40, 60, 0, 0))
    scenes = (Scene(0, "A", start=20.0, end=60.0), Scene(1, "B"), Scene(2, "C", start=0.0, end=20.0))
    cues = (cue(1, 1, "ANNA"), cue(2, 5, "BEN", "ANNA"), cue(3, 12, None), cue(4, 30, "BEN"))
    curves = (Curve("war", "genre", "m", (0, 1, 2), (0, 0, 0), (1.0, 0.0, 0.5)), bump("war", 0, 3, model="other"))
    first, second = storyline_parts(cut, cues, scenes, curves)
    assert (first.heading, first.start, first.end) == ("C", 0, 20)
    assert dict(first.tags) == pytest.approx({"war": (10 * 1 + 10 * 0) / 20})
    assert dict(second.tags) == pytest.approx({"war": (20 * 0 + 20 * 0.5) / 40})
    assert first.speakers == (("ANNA", pytest.approx(2 / 3)), ("BEN", pytest.approx(1 / 3)))
    assert (second.speakers, second.lines) == ((("BEN", 1.0),), 1)


def test_equal_parts_hold_every_line_and_every_second() -> None:
    cues = tuple(cue(k + 1, 3.7 * k, "AB"[k % 3 % 2]) for k in range(60))
    curve = bump("war", PEAK)
    parts = storyline_parts(shots(), cues, (), (curve,))
    assert len(parts) == 20
    assert sum(part.lines for part in parts) == len(cues)
    whole = sum(dict(part.tags)["war"] * (part.end - part.start) for part in parts)
    assert whole == pytest.approx(sum(4 * value for value in curve.smooth))
    assert len(storyline_parts(shots(), cues, (Scene(0, "A", start=0.0, end=9.0),) * 4, (curve,), 7)) == 7
    assert storyline_parts((), (), (), ()) == ()
    with pytest.raises(ValueError, match="0 parts"):
        storyline_parts((), (), (), (), 0)


def test_the_tag_that_stands_out_leads_not_the_one_that_is_always_high() -> None:
    def part(war: float, sea: float) -> Part:
        return Part(0, 1, None, (("war", war), ("sea", sea)), (), 0)

    assert leading([part(0.9, 0.1), part(0.9, 0.3), part(0.8, 0.1)]) == ["war", "sea", None]
    assert leading([part(0.9, 0.1), part(0.9, 0.1)]) == [None, None]
    assert leading([]) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "film.fabula"
    film(path).close()
    return path


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """A command line run in this process, and what it writes to standard output."""

    def run(*arguments: object) -> str:
        app([str(argument) for argument in arguments], standalone_mode=False)
        return capsys.readouterr().out

    return run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """What is asked of the models, which answer with a peak in shot 4 for war and in shot 1 for anything else."""
    calls: list[tuple[list[str], list[str]]] = []

    def respond(project: Project, tags: Sequence[str], models: Sequence[str] = ()) -> list[Curve]:
        calls.append((list(tags), list(models)))
        return [bump(tag, 4 if tag == "war" else 1, 6, model=m) for tag in tags for m in models or ["made"]]

    monkeypatch.setattr(fabula.app.curve, "respond", respond)
    monkeypatch.setattr(fabula.app.search, "respond", respond)
    return calls


def keep(path: Path, tags: tuple[Tag, ...], curves: tuple[Curve, ...]) -> None:
    store = Store(path)
    store.save_stage("storyline", "key", {"tags": (Tag, tags), "curves": (Curve, curves)})
    store.close()


def test_curves_in_the_terminal_and_as_data(project: Path, say: Say, asked: list[tuple[list[str], list[str]]]) -> None:
    lines = say("curve", project, "war", "a storm").splitlines()
    assert lines[0] == "war  (genre, made)"
    blocks = lines[1].split()[0]
    assert len(blocks) == 96
    full = [k for k, block in enumerate(blocks) if block == "█"]
    assert 4 / 6 <= sum(full) / len(full) / 96 < 5 / 6
    assert lines[2].split()[:4] == ["0:45", "0.90", "shot", "4"]
    first, second = rows(say("curve", project, "war", "a storm", "--json", "--model", "x"))
    assert (first["tag"], first["model"], second["tag"]) == ("war", "x", "a storm")
    assert first["peaks"][0]["shot"] == 4
    assert [row["shot"] for row in first["shots"]] == list(range(6))
    assert asked == [(["war", "a storm"], []), (["war", "a storm"], ["x"])]


def test_without_tags_the_films_own_are_shown(
    project: Path, say: Say, asked: list[tuple[list[str], list[str]]]
) -> None:
    with pytest.raises(FabulaError, match="no tags of its own"):
        app(["curve", str(project)], standalone_mode=False)
    assert asked == []
    tags = (Tag("sea", TagKind.KEYWORD, 0.9), Tag("drama", TagKind.GENRE, 0.8, (("picture", 0.7),)))
    keep(project, tags, ())
    assert say("curve", project).startswith("drama")
    keep(project, tags, STORED)
    with Project.open(project) as opened:
        assert (opened.tags, opened.curves) == (tags, STORED)
    assert [line.split()[0] for line in say("curve", project).splitlines() if "made)" in line] == [
        *("war", "romance", "surprise"),
    ]
    assert asked == [(["drama"], [])]


@pytest.mark.usefixtures("asked")
def test_curves_as_files(project: Path, tmp_path: Path, say: Say) -> None:
    for kind in ("svg", "png", "csv", "html"):
        say("curve", project, "war", "a storm", "-o", tmp_path / f"c.{kind}")
        say("curve", project, "war", "a storm", "--characters", "-o", tmp_path / f"p.{kind}")
    with Image.open(tmp_path / "c.png") as drawn:
        assert drawn.width == 2400
    table = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text("utf-8"))))
    assert list(table[0]) == ["tag", "kind", "model", "shot", "start", "end", "raw", "smooth"]
    assert Counter(row["tag"] for row in table) == {"war": 6, "a storm": 6}
    assert float(table[4]["smooth"]) == 0.9
    shares = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text("utf-8"))))
    assert {row["name"] for row in shares} == {"war", "a storm", "ANNA", "BEN"}
    assert "A made" not in (tmp_path / "c.svg").read_text("utf-8")
    assert (tmp_path / "p.html").read_text("utf-8").count("<svg ") == 2
    for name, problem in (("c.svg", "exists already"), ("c.gif", "no kind of drawing")):
        with pytest.raises(FabulaError, match=problem):
            app(["curve", str(project), "war", "-o", str(tmp_path / name)], standalone_mode=False)


@pytest.mark.usefixtures("asked")
def test_parts_say_who_and_what_carries_them(project: Path, say: Say) -> None:
    found = rows(say("curve", project, "war", "a storm", "--characters", "--parts", "3", "--json"))
    assert [row["leads"] for row in found] == ["a storm", "war", "war"]
    assert found[0]["speakers"] == {"ANNA": 0.5, "BEN": 0.5}
    text = say("curve", project, "war", "a storm", "--characters", "--parts", "3")
    assert "ANNA 50%, BEN 50%" in text


@pytest.mark.usefixtures("asked")
def test_shots_are_found_by_tag(project: Path, tmp_path: Path, say: Say) -> None:
    page = tmp_path / "war.html"
    found = rows(say("search", project, "--tag", "war", "--tag", "calm", "-k", "3", "--json", "--html", page))
    assert [(row["query"], row["shot"]) for row in found] == [
        *(("war", shot) for shot in (3, 5, 4)),  # by what each is itself: raw, the peak lies below its neighbours
        *(("calm", shot) for shot in (1, 3, 0)),
    ]
    raw = dict(enumerate(bump("war", 4, 6).raw))
    assert [row["score"] for row in found[:3]] == sorted(raw.values(), reverse=True)[:3]
    assert {row["channel"] for row in found} == {"picture"}
    tree = html.fromstring(page.read_text("utf-8"))
    assert len(tree.xpath("//section")) == 2
    assert len(tree.xpath("//section//img")) == 6
    early = rows(say("search", project, "--tag", "war", "--before", "20", "--json"))
    assert {row["shot"] for row in early} == {0, 1}
    said = rows(say("search", project, "--tag", "war", "--speaker", "anna", "--json"))
    assert {row["shot"] for row in said} == {0, 2, 4}  # the shots in which she speaks
    with pytest.raises(FabulaError, match="leave one of them out"):
        app(["search", str(project), "--tag", "war", "--queries", "q.txt"], standalone_mode=False)


def test_the_report_has_tags_and_curves_over_time() -> None:
    data = example()
    count = len(data.shots)
    curves = tuple(bump(f"tag {k}", 10 * k, count) for k in range(8))
    surprise = replace(bump("surprise", 40, count), kind="surprise")
    tags = (Tag("war", TagKind.GENRE, 0.87, (("dialogue", 0.9), ("picture", 0.6))), Tag("<sea>", TagKind.KEYWORD, 0.5))
    tree = html.fromstring(render_report(replace(data, tags=tags, curves=(*curves, surprise))))
    section = tree.xpath("//section[@id='storyline']")[0]
    chips = [" ".join(chip.text_content().split()) for chip in section.xpath(".//li")]
    assert chips == ["war 0.87", "<sea> 0.50"]
    assert section.xpath(".//li/@title") == ["dialogue 0.90, picture 0.60"]
    names = section.xpath(".//figcaption/b/text()")
    assert names == [*(f"tag {k}" for k in range(6)), "surprise"]
    links = section.xpath(".//a/@href")
    assert links == [f"#s{shot}" for shot in (*(10 * k for k in range(6)), 40)]
    assert {link[1:] for link in links} <= set(tree.xpath("//@id"))
    for link, circle in zip(links, section.xpath(".//circle"), strict=True):
        shot = data.shots[int(link[2:])]
        seconds = float(circle.get("cx").rstrip("%")) / 100 * data.duration
        assert shot.start < seconds < shot.end
    assert "Storyline" in [item.text for item in tree.xpath("//nav//a")]


def test_the_report_has_no_storyline_where_nobody_tagged() -> None:
    assert 'id="storyline"' not in render_report(example())
    only = render_report(ReportData("Tags", "0", tags=(Tag("war", TagKind.GENRE, 0.5),)))
    assert "film-tags" in only.split("</style>")[1]
    assert 'class="responses"' not in only
