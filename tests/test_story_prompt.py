"""The prompt: what a language model is asked, and what is wrong with a user's own."""

from pathlib import Path

import pytest

from fabula.errors import InputError
from fabula.records import Evidence
from fabula.stories.prompt import NO_NAMES, fill_prompt, lay_out, load_prompt

SCENE = (
    Evidence("heading", "INT. ATTIC - NIGHT", start=3723.9),
    Evidence("caption", "a candle on\na table", start=3724.0, shot=3),
    Evidence("action", "OTTILIE hides."),
    Evidence("dialogue", "Who is {there}?", speaker="OTTILIE"),
    Evidence("dialogue", "Nobody.", speaker="a voice"),
    Evidence("dialogue", "Oh."),
    Evidence("passage", "The attic was dark."),
)
LAID_OUT = """\
1. [01:02:03] Scene: INT. ATTIC - NIGHT
2. [01:02:04] Seen: a candle on a table
3. Action: OTTILIE hides.
4. Ottilie says: "Who is {there}?"
5. A voice says: "Nobody."
6. Somebody says: "Oh."
7. Book: The attic was dark."""


def prompt(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.txt"
    path.write_text(text, "utf-8")
    return path


def test_the_evidence_is_laid_out_line_by_line() -> None:
    assert lay_out(SCENE) == LAID_OUT


def test_the_prompt_of_fabula_says_everything() -> None:
    request = fill_prompt(load_prompt(), SCENE, "a sea romance", 321)
    for words in ("in the style of a sea romance", LAID_OUT, "but these: Ottilie.", "about 321 words"):
        assert words in request
    assert fill_prompt(load_prompt(), [SCENE[1]], "gothic").count(NO_NAMES) == 1


def test_a_prompt_of_ones_own(tmp_path: Path) -> None:
    own = load_prompt(prompt(tmp_path, "{{style}}: {style}\n{evidence}\nAnswer as {{1}}\n"))
    assert fill_prompt(own, SCENE[5:6], "{evidence}") == '{style}: {evidence}\n1. Somebody says: "Oh."\nAnswer as {1}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{style} {evidense}", r"nothing fills the placeholder \{evidense\}\. Use \{style\} and \{evidence\} and "),
        ("{style} {evidence} {}", r"nothing fills the placeholder \{\}"),
        ("{evidence}", r"lacks \{style\}\. Use"),
        ("Tell a story.", r"lacks \{style\} and \{evidence\}"),
        ("{{style}} {evidence}", r"lacks \{style\}"),
        ("", "empty"),
    ],
)
def test_prompts_that_cannot_be_filled(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        load_prompt(prompt(tmp_path, text))
    assert "mine.txt" in str(caught.value)


def test_a_prompt_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_prompt(tmp_path / "mine.txt")
