"""``fabula search`` as a user meets it, and the sheet of its hits."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from fabula.app.cli import app
from fabula.errors import FabulaError
from fabula.evaluate.search_speed import measure_search
from fabula.files.report.sheet import render_sheet
from fabula.records import Answer, Hit, Medium, Thumbnail
from search_example import film, picture
from test_cli import rows, run

HOSTILE = "</script><script>alert(1)</script> <img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "film.fabula"
    film(path).close()
    return path


def test_hits_are_lines_or_objects(project: Path) -> None:
    text = run("search", project, "seven ravens above the mill").stdout
    assert "0:00:43" in text
    assert "ANNA" in text
    assert "Seven ravens circled above the mill." in text
    found = rows(run("search", project, "seven ravens above the mill", "--json", "-k", "2", "--speaker", "anna").stdout)
    assert len(found) == 2
    first = found[0]
    assert (first["cue"], first["shot"], first["channel"], first["start"]) == (5, 4, first["channel"], 43.0)
    assert set(first["why"]) == set(first["texts"]) | {"picture"} or set(first["why"]) == set(first["texts"])
    assert first["query"] == "seven ravens above the mill"


def test_nothing_fits_is_said_apart_from_the_data(project: Path) -> None:
    done = run("search", project, "submarines beside icebergs")
    assert done.stdout == ""
    assert "nothing fits" in done.stderr
    assert run("search", project, "submarines beside icebergs", "--nearest").stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["only one word"], "Name a project and then what to look for"),
        (["PROJECT", '"a" + '], "missing after the last sign"),
        (["PROJECT", "ravens", "--after", "soon"], "'soon' is no time"),
        (["PROJECT", "ravens", "--scene", "9"], "no scene '9'"),
        (["missing.fabula", "ravens"], "no such project"),
    ],
)
def test_slips_are_one_line(project: Path, arguments: list[str], problem: str) -> None:
    given = ["search", *(str(project) if a == "PROJECT" else a for a in arguments)]
    with pytest.raises(FabulaError) as error:
        app(given, standalone_mode=False)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_many_queries_make_a_sheet(project: Path, tmp_path: Path) -> None:
    file, page = tmp_path / "queries.txt", tmp_path / "sheet.html"
    file.write_text("# mine\nseven ravens\t# answer\nsubmarines\t# no answer\n\nblue\n", "utf-8")
    done = run("search", project, "--queries", file, "--html", page, "--json")
    assert {row["query"] for row in rows(done.stdout)} == {"seven ravens", "blue"}
    tree = html.fromstring(page.read_text("utf-8"))
    assert tree.xpath("//section/h2/text()")[0].strip() == "seven ravens"
    assert len(tree.xpath("//section")) == 3
    assert tree.xpath("//li[@class='hit']/img/@src")[0].startswith("data:image/jpeg;base64,")
    assert not tree.xpath("//*[starts-with(@src, 'http')]")
    assert "2 of 2 as expected" in tree.text_content()
    assert "Nothing fits." in tree.text_content()
    file.write_text("ravens\tperhaps\n", "utf-8")
    with pytest.raises(FabulaError, match="'perhaps' is not known"):
        app(["search", str(project), "--queries", str(file)], standalone_mode=False)


def test_the_sheet_cannot_be_broken_by_what_it_shows() -> None:
    hit = Hit(
        HOSTILE, Medium.BOOK, 0.7, ((Medium.BOOK, 0.7),), ((Medium.BOOK, HOSTILE),), speaker=HOSTILE, chapter=HOSTILE
    )
    answers = [Answer(HOSTILE, (hit, replace(hit, shot=3)), True, True), Answer("x", (), False, True)]
    shown = Thumbnail(3, 0, 0.0, picture("red"))
    page = render_sheet(HOSTILE, answers, lambda hit: shown if hit.shot else None, made_with="0")
    tree = html.fromstring(page)
    assert not tree.xpath("//img[@onerror]")
    assert tree.xpath("//script/text()") == []
    assert len(tree.xpath("//img")) == 1
    assert tree.xpath("count(//span[@class='wrong'])") == 2  # an answer was expected of the second, in list and heading


def test_speed_is_measured_on_a_made_up_index() -> None:
    found = measure_search(shots=300, sentences=600, queries=3)
    assert (found.shots, found.sentences) == (300, 600)
    assert 0 < found.picture_products <= found.pictures
    assert found.ratio > 1
    assert found.loading > 0
