"""The report in a real browser, driven from a page that holds it in a frame of a given width."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from fabula.files.report import render_report
from report_example import example

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr",
    "--allow-file-access-from-files", "--virtual-time-budget=3000", "--dump-dom",
]  # fmt: skip
FRAME = """<!doctype html><body style="margin:0"><iframe width={width} height=900 src="report.html"></iframe><script>
window.onload = async () => {{
  const frame = document.querySelector("iframe"), page = frame.contentDocument, view = frame.contentWindow;
  const visible = (selector) => [...page.querySelectorAll(selector)].filter((node) => node.checkVisibility()).length;
  const set = (name, value) => {{
    const form = page.querySelector(".filters");
    form.elements[name].value = value;
    form.dispatchEvent(new view.Event("input", {{ bubbles: true }}));
  }};
  const answer = await (async () => {{ {script} }})();
  const output = document.createElement("output");
  output.textContent = JSON.stringify(answer);
  document.body.append(output);
}};
</script>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: install the package chromium"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of the small example."""
    place = tmp_path_factory.mktemp("report")
    (place / "report.html").write_text(render_report(example()), "utf-8")
    return place


def dump(page: Path, profile: Path) -> tuple[str, str]:
    """The document after its scripts ran, and what the browser logged."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr


def ask(folder: Path, tmp_path: Path, script: str, width: int = 1280) -> object:
    """What a script answers that runs beside the report, in a frame of this width."""
    page = folder / f"{tmp_path.name}.html"
    page.write_text(FRAME.format(width=width, script=script), "utf-8")
    document, log = dump(page, tmp_path)
    assert "CONSOLE" not in log
    found = re.search(r"<output>(.*?)</output>", document)
    assert found, document[-500:]
    return json.loads(unescape(found[1]))


def test_script_runs_under_the_policy_without_complaint(folder: Path, tmp_path: Path) -> None:
    document, log = dump(folder / "report.html", tmp_path)
    assert 'data-ready="true"' in document
    assert "CONSOLE" not in log


@pytest.mark.parametrize("width", [400, 1280])
def test_page_is_never_wider_than_the_window(folder: Path, tmp_path: Path, width: int) -> None:
    script = """
      for (const fold of page.querySelectorAll("details")) fold.open = true;
      return [page.documentElement.scrollWidth - page.documentElement.clientWidth, view.innerWidth];
    """
    assert ask(folder, tmp_path, script, width) == [0, width]


def test_columns_stand_beside_each_other_where_there_is_room(folder: Path, tmp_path: Path) -> None:
    script = """
      const row = page.querySelector(".row:has(.counterpart)");
      const [film, book] = [".cues", ".book"].map((part) => row.querySelector(part).getBoundingClientRect());
      return [film.right <= book.left, film.bottom <= book.top];
    """
    assert ask(folder, tmp_path, script, 1280) == [True, False]
    assert ask(folder, tmp_path, script, 400) == [False, True]


def test_filters_narrow_the_reading(folder: Path, tmp_path: Path) -> None:
    data = example()
    moved = sum(pair.link.state == "moved" for pair in data.pairs)
    speaking = data.pairs[3].cues[0]
    script = f"""
      const seen = [visible(".cue")];
      set("state", "moved"); seen.push(visible(".cue"));
      page.querySelector(".every input").click();
      set("words", "no such word"); seen.push(visible(".cue"), visible("h3"), visible(".left-out"));
      set("words", {json.dumps(speaking.text.upper())}); seen.push(visible("#c{speaking.number}"));
      return seen;
    """
    assert ask(folder, tmp_path, script) == [len(data.cues), moved, 0, 0, 0, 1]


def test_a_link_to_a_cue_that_is_filtered_out_shows_it(folder: Path, tmp_path: Path) -> None:
    script = """
      set("words", "no such word");
      const hidden = visible("#c5");
      view.location.hash = "#c5";
      await new Promise((done) => view.addEventListener("hashchange", done, { once: true }));
      return [hidden, visible("#c5"), page.querySelector("[name=words]").value];
    """
    assert ask(folder, tmp_path, script) == [0, 1, ""]


def test_a_character_of_the_table_filters_the_reading(folder: Path, tmp_path: Path) -> None:
    data = example()
    cues = len({speech.start for speech in data.speeches if data.ranks[speech.name] == 0})
    script = """
      page.querySelector("#characters a").click();
      return [visible(".cue"), page.querySelector(".filters output").textContent];
    """
    assert ask(folder, tmp_path, script) == [cues, f"{cues} lines"]


def test_pointing_at_the_map_tells_the_line_and_a_click_goes_there(folder: Path, tmp_path: Path) -> None:
    pair = example().pairs[5]
    script = f"""
      const point = page.getElementById("l{pair.index}");
      const area = point.getBoundingClientRect();
      const at = {{ clientX: area.x + area.width / 2, clientY: area.y + area.height / 2, bubbles: true, detail: 1 }};
      point.dispatchEvent(new view.PointerEvent("pointermove", at));
      const told = page.querySelector(".tip .said").textContent;
      point.dispatchEvent(new view.MouseEvent("click", {{ ...at, cancelable: true }}));
      return [told, view.location.hash];
    """
    assert ask(folder, tmp_path, script) == [pair.cues[0].text, f"#c{pair.cues[0].number}"]


def test_legend_hides_a_kind_of_points(folder: Path, tmp_path: Path) -> None:
    script = """
      const before = visible(".points .aligned.verbatim");
      page.querySelector('[data-shows="aligned verbatim"]').click();
      return [before, visible(".points .aligned.verbatim")];
    """
    shown = sum(pair.kind == "verbatim" and pair.link.state == "aligned" for pair in example().pairs)
    assert ask(folder, tmp_path, script) == [shown, 0]


def test_arrow_keys_walk_through_the_map_and_the_strip(folder: Path, tmp_path: Path) -> None:
    script = """
      return [".point", ".shot a[href]"].map((selector) => {
        const [first, second] = page.querySelectorAll(selector);
        first.focus();
        first.dispatchEvent(new view.KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        return page.activeElement === second;
      });
    """
    assert ask(folder, tmp_path, script) == [True, True]
