"""Sentences whose ends are known, and what must hold of the spans of any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabula.files.book.sentences import split_sentences

BAR = "‖"

KNOWN = {
    "plain": "It rained. ‖ Nobody came. ‖ Why not?",
    "speech goes on after its comma": "“Hello,” he said. ‖ She nodded.",
    "small letter after a mark": "“Hello!” he said. ‖ “Who?” said a voice.",
    "speaker with a capital": "“What?” I said. ‖ “Stop!” Mrs. Brown cried. ‖ “No!” ‖ John ran.",
    "a full stop in quotes is the end": "“I am tired.” ‖ I said that often.",
    "straight quotes": 'He said. ‖ "Hi there." ‖ She left.',
    "nested quotes": "“He said ‘Go.’ ” ‖ “‘No!’ ” ‖ Then silence.",
    "several sentences in one speech": "“I am here. ‖ You are not.” ‖ He sighed.",
    "speech that breaks off": "“The operation proved—” ‖ He coughed.",
    "names": "Mr. Hale met Dr. Ash at St. Mark’s. ‖ J. K. Penn and F. X. Low came. ‖ So did I. ‖ We sat.",
    "initials at an end": "They live in the U.S. ‖ He likes it. ‖ The U.S. Army came.",
    "numbers": "A 6.5 mm. shell cost $3.50 at No. 5. ‖ No. ‖ On Jan. 3 it fell.",
    "ellipses": "Well… I think so… ‖ But no. . . . ‖ Yes!. . . (then) what?!",
    "brackets": "(He sat. ‖ Then he stood.) ‖ Good.",
    "emphasis and footnote marks": "_Stop._ ‖ He did.[3] ‖ *Now!* ‖ Never.",
    "a numeral that begins": "I. The Boat ‖",
    "line breaks are spaces": "One line\nand half. ‖ Another\nline.",
    "only marks": "“…” ‖",
    "marks join the words beside them": "Gone. … … ‖ Back. . .",
    "no stop": "no stop at all ‖",
}


@pytest.mark.parametrize("marked", KNOWN.values(), ids=KNOWN)
def test_known_sentences(marked: str) -> None:
    sentences = [part.strip() for part in marked.split(BAR) if part.strip()]
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_blank_text_has_no_sentence() -> None:
    assert split_sentences("") == split_sentences(" \n\t ") == []


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aZI.!?…”“\"'’ \n—-()[1]é\u00a0"), max_size=80) | st.text(max_size=60))
def test_spans_cover_the_text_in_order_without_space_at_their_ends(text: str) -> None:
    spans = split_sentences(text)
    assert bool(spans) == bool(text.strip())
    last = 0
    for start, end in spans:
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@pytest.mark.parametrize("unit", [". ", "!” ", "a. ", "I. ", '—" ', " ", "Mr. A.B.", "“A!” ", "…", "[1]."])
def test_long_runs_of_one_mark_do_not_hang(unit: str) -> None:
    text = unit * 80_000 + "x"  # a backtracking pattern would need hours for this
    spans = split_sentences(text)
    assert spans[-1][1] == len(text)
