"""The parts of the report: shared words, turns of speech, the choice of pictures, markup, colours."""

import random
import re
from dataclasses import replace
from itertools import pairwise

from fabula.files.report import ReportData, render_report
from fabula.files.report.passages import mark, paint
from fabula.files.report.speech import turns
from fabula.files.report.strip import choose
from fabula.files.report.words import common, overlap
from fabula.records import Cue, Thumbnail


def test_longest_common_subsequence_agrees_with_brute_force() -> None:
    dice = random.Random(1)

    def brute(left: str, right: str) -> int:
        if not left or not right:
            return 0
        if left[0] == right[0]:
            return 1 + brute(left[1:], right[1:])
        return max(brute(left[1:], right), brute(left, right[1:]))

    for _ in range(200):
        left, right = ("".join(dice.choices("abc", k=dice.randrange(8))) for _ in "lr")
        pairs = common(left, right)
        assert len(pairs) == brute(left, right)
        assert all(left[i] == right[j] for i, j in pairs)
        assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


def test_shared_words_ignore_case_punctuation_and_chance() -> None:
    line, passage = "“NEVER been so cold!”", "I have never been so cold, and don’t go in."
    shared = overlap([line, "Don't go."], [passage, "Nothing."])
    assert shared.share == 1
    assert [line[a:b] for a, b in shared.left[0]] == ["NEVER been so cold"]
    assert [passage[a:b] for a, b in shared.right[0]] == ["never been so cold", "don’t go"]
    assert shared.right[1] == ()
    alone = overlap(["We saw the moon"], ["He went to the door under the moon"])
    assert alone.share == 0.5
    assert overlap(["We saw it of old"], ["it is a matter of taste"]).share == 0
    assert overlap(["..."], ["words"]).share == 0


def test_characters_share_a_cue_by_the_length_of_their_parts() -> None:
    cue = Cue(1, 0, 4, "- Yes.\n- No, never.", parts=("abc", "abcdefghi"), speakers=("ANNA", "BEN"), speaker="ANNA")
    assert list(turns(cue)) == [("ANNA", 1.0), ("BEN", 3.0)]
    assert list(turns(replace(cue, speakers=(None, "BEN")))) == [("BEN", 3.0)]
    assert list(turns(replace(cue, speakers=(), parts=("a", "b")))) == [("ANNA", 4.0)]
    assert list(turns(replace(cue, speakers=(), speaker=None, names=(None, None)))) == []
    assert list(turns(replace(cue, end=-3.0, speakers=()))) == [("ANNA", 0.0)]


def test_pictures_fit_the_budget() -> None:
    pictures = [Thumbnail(shot, 0, shot + k / 10, b"x" * 100) for shot in range(10) for k in range(4)]
    assert {len(found) for found in choose(pictures, 5000).values()} == {3}
    single = choose(pictures, 1000)
    assert {shot: found[0].time for shot, found in single.items()} == {shot: shot + 0.2 for shot in range(10)}
    assert sorted(choose(pictures, 300)) == [0, 4, 8]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, "relative luminance")."""

    def light(colour: str) -> float:
        full = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(first), light(second)))
    return (high + 0.05) / (low + 0.05)


def test_colours_contrast_enough_in_light_dark_and_print() -> None:
    style = re.search(r"<style>(.*?)</style>", render_report(ReportData("", "0")), re.DOTALL)[1]
    palettes = [
        dict(re.findall(r"--([\w-]+): (#\w+);", root)) for root in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(palettes) == 3
    for palette in palettes:
        grounds = [palette[name] for name in ("paper", "raised", "band")]
        for name in ("ink", "soft", "aligned-text", "moved-text", "film-only-text"):
            assert min(contrast(palette[name], ground) for ground in grounds) >= 4.5, name
        for name in ("aligned", "moved", "film-only", "book-only", "edge"):
            assert min(contrast(palette[name], ground) for ground in grounds) >= 3, name
        assert contrast(palette["mark-ink"], palette["mark"]) >= 4.5


def test_layers_of_markup_nest_and_escape() -> None:
    assert paint("a <b> c", [([(0, 5)], lambda c: f"[{c}]"), ([(2, 7)], mark)]) == (
        "[a <mark>&lt;b&gt;</mark>]<mark> c</mark>"
    )
