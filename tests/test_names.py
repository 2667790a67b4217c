"""Names and their aliases, learned from planted texts."""

import numpy as np

from fabula.align.names import learn_aliases, learn_names, name_cosine
from fabula.align.words import tokenise

STORY = [
    "He saw Catherine Barkley at the door. Then Catherine Barkley smiled, and I thought that Catherine was ill.",
    "They told Miss Barkley that Rinaldi had come. We met Rinaldi in the town, and Rinaldi's coat was wet.",
    "I called her Cat, and she liked to be called Cat. Nobody else called her Cat.",
    "Snow fell on the Door of the house. The door was shut, the door was old, a door of oak.",
]


def test_names_are_words_with_capitals_inside_sentences() -> None:
    names = learn_names(STORY)
    assert names.keys() == {"catherine", "barkley", "rinaldi", "cat"}
    assert names["barkley"] == 3


def test_full_names_and_short_forms_are_joined() -> None:
    aliases = learn_aliases(STORY, learn_names(STORY))
    assert aliases["catherine"] == {"barkley", "cat"}
    assert aliases["cat"] == {"catherine"}
    assert aliases["rinaldi"] == frozenset()


def test_names_side_by_side_in_a_list_are_two_people() -> None:
    texts = ["We saw Anna, Bertha and Cora.", "So Anna, Bertha and Cora left.", "Then Anna, Bertha and Cora came."]
    assert not any(learn_aliases(texts, {"anna", "bertha", "cora"}).values())


def test_an_alias_finds_the_text_that_has_the_name() -> None:
    texts = [tokenise(t) for t in ("the rain", "rinaldi came", "the rain", "the snow", "it rained", "wet", "barkley")]
    found = name_cosine([tokenise("Cat!")], texts, {"barkley": {"cat"}, "cat": {"barkley"}, "rinaldi": set()})
    assert found[0, 6] == found[0].max()
    assert found[0, 1] < found[0, 6]


def test_without_names_nothing_is_alike() -> None:
    assert not name_cosine([["a"]], [["a"], ["b"]], {}).any()
    assert name_cosine([], [["a"]], {"a": ()}).shape == (0, 1)


def test_a_name_counts_for_the_lines_around_it() -> None:
    units = [["rinaldi"], ["wine"], [], [], [], []]
    found = name_cosine(units, [["rinaldi"], ["x"]] + [["y"]] * 8, {"rinaldi": ()})
    assert (found[:4, 0] > 0).all()
    np.testing.assert_array_equal(found[4:, 0], 0)
