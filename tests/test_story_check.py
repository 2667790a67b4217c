"""What is checked in a story: planted inventions are found where they stand, and nothing else is."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabula.records import Evidence, Flaw
from fabula.stories.attribution import attributions, same_person
from fabula.stories.capitals import find_names
from fabula.stories.check import check, evidence_names, marked
from fabula.stories.ordinary import is_ordinary, learn_ordinary
from fabula.stories.quotations import find_quotations, normal

FILM = (
    Evidence("heading", "EXT. TERRACE, LAKE HOTEL - DAY"),
    Evidence(
        "action", "ROSALIND HARKER eats alone. Bertie feeds the ducks; he will not look up. It is done with grace."
    ),
    Evidence("caption", "a boy is shooting a water gun near london bridge"),
    Evidence("dialogue", "Is this seat taken?", speaker="TOBIAS VANE"),
    Evidence("dialogue", "I have far too many friends already...", speaker="ROSALIND"),
    Evidence("dialogue", "...so you may sit down -- but say nothing.", speaker="ROSALIND"),
    Evidence("dialogue", "Then I'll wait until somebody dies.", speaker="TOBIAS VANE"),
    Evidence("dialogue", "He is 'dead', they say.", speaker=None),
    Evidence("dialogue", "They never found him.", speaker=None),
    Evidence("dialogue", "Yes.", speaker="BERTIE"),
    Evidence("dialogue", "Yes.", speaker="ROSALIND"),
)


def found(text: str, evidence: Sequence[Evidence] = FILM) -> list[tuple[str, str]]:
    flaws = check(text, evidence)
    for flaw in flaws:
        assert text[flaw.char_start : flaw.char_end] == flaw.text
    return [(flaw.kind, flaw.text) for flaw in flaws]


# ---- names


@pytest.mark.parametrize(
    "text",
    [
        "Rosalind laughed, and so did Bertie.",
        "It was Tobias Vane, whom the Harkers knew. Mr. Vane's hat was Vane's own.",
        "On Monday, in March, the French lady said that I'm late, and I'd better go to the Lake.",
        "When Rosalind came, Mother and the Captain slept. God knows why. Bertie’ll know.",
        "He walked to London in the rain. STOP, said the board, and he could NOT.",
        "THE SILENT TERRACE\n\nRosalind wept.",
        "Nobody is here",
        "It rained--Then it stopped, and The duck swam. Yikes! Rosalind wept.",
        "Ducks swam. Shimmering water. Perhaps; moonbeams. Televisions! Wandering, they slept—Then it ended: Nothing.",
    ],
)
def test_names_of_the_evidence_and_words_that_are_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("She met Gerald there.", ["Gerald"]),
        ("Gerald came in.", ["Gerald"]),
        ("Then Mrs. Brown's dog and Dr. Rose left; Brown laughed.", ["Brown", "Rose", "Brown"]),
        ("Rosalind Smith loved Anne-Marie Dupont’s hat.", ["Smith", "Anne-Marie Dupont"]),
        ("“Is this seat taken?” Tobias asked Ignatz.", ["Ignatz"]),
        ("He loved Rosa.", ["Rosa"]),  # a short form that the evidence does not have
        ("She smiled at Will, and then at Grace.", ["Will", "Grace"]),  # "will" and "grace" are no names there
        ("The Park was empty.", ["Park"]),
        ("They flew to Paris and to New York.", ["Paris", "New York"]),
        ("He saw PETRONELLA.", ["PETRONELLA"]),
        ("The Tale of Wilhelmina\n\nRosalind wept.", ["Wilhelmina"]),
    ],
)
def test_invented_names(text: str, names: list[str]) -> None:
    assert found(text) == [("name", name) for name in names]


def test_a_name_of_the_text_is_one_at_the_start_of_its_sentences_too() -> None:
    text = "Brook laughed. He looked at Brook."
    assert found(text) == [("name", "Brook"), ("name", "Brook")]
    assert found("Brook water is cold. Brook laughed at the brook.") == []
    assert [(name.start, name.word) for name in find_names(text)] == [(0, "Brook"), (28, "Brook")]


def test_a_determiner_makes_an_ordinary_word_of_the_evidence_a_name_that_it_bears() -> None:
    evidence = [Evidence("caption", "a park with a bench")]
    assert found("He sat in the Park.", evidence) == []
    assert found("He sat with Park.", evidence) == [("name", "Park")]


def test_ordinary_words_are_learned_from_small_letters() -> None:
    prose = ["The wind was cold, and Martha, who feared winds, ran; martha.", "He said that Rose rose."] * 3
    words = learn_ordinary(prose, least=3)
    assert {"wind", "cold", "rose"} <= set(words)
    assert learn_ordinary(prose, least=6) == ["wind"]  # the wind and winds, three times each
    assert "martha" in words  # half of its uses
    assert "martha" not in learn_ordinary([*prose, *["It was Martha and her Martha."] * 3], least=3)
    assert is_ordinary("Wandering")
    assert is_ordinary("who’ll")
    assert not is_ordinary("Petronella")


# ---- quotations


@pytest.mark.parametrize(
    "quoted",
    [
        "“Is this seat taken?”",
        '"Is this seat taken?"',
        "‘Is this seat taken?’",
        "'Is this seat taken?' he asked, and the boys' ducks ran",
        "«Is this seat taken?»",
        "“is this seat...”",
        "“… this seat taken?”",
        "“I have far too many friends already… so you may sit down—but say nothing.”",
        "“I have far too many friends,” she lied, “already.”",
        "“I have far too many friends already…\n\n“So you may sit down,” she said",
        '"I have far too many friends already…\n\n"So you may sit down," she said',
        "“Then I’ll wait until somebody dies,” he said",
        "“He is ‘dead’, they say.”",
        "\"He is 'dead', they say\"",
        "“*They* never  found\nhim.”",
        "“…”",
    ],
)
def test_quotations_that_stand_in_the_evidence(quoted: str) -> None:
    assert found(f"He stood. {quoted}\n\nIt rained.") == []


@pytest.mark.parametrize(
    "quoted",
    [
        "“Is this chair taken?”",
        '"Is this seat taken!"',
        "‘Is this seat free?’",
        "'Sit up,'",
        "“seat take”",  # cut inside a word
        "“Is this seat taken? I have far too many friends.”",  # of two people
        "“He is dead, they say. They never found him.”",  # of nobody knows whom, so perhaps of two
        "“I have far too many friends\n\n“I hate you.”",
        "“ROSALIND HARKER eats alone.”",  # told, not said
        "“a boy is shooting”",
    ],
)
def test_invented_quotations(quoted: str) -> None:
    assert found(f"He stood. {quoted} \n\nIt rained.") == [("quotation", quoted)]


def test_a_quotation_that_nothing_ends_goes_up_to_its_paragraph() -> None:
    assert found("He stood. “Go away, she said.\n\nIt rained.") == [("quotation", "“Go away, she said.")]


def test_apostrophes_open_nothing() -> None:
    text = "'Twas the boys' house, an' they'd seen 'em: the ducks' pond, don’t you know, ’tis the girls’."
    assert find_quotations(text) == []


def test_what_verbatim_means() -> None:
    assert normal("“Well -- *now*…  ‘GO’,” don’t") == "well-now go, don't"
    assert normal("a — b") == normal("a--b") == normal("a – b")


# ---- speakers


@pytest.mark.parametrize(
    "text",
    [
        "“Is this seat taken?” said Tobias.",
        "“Is this seat taken?” Mr. Vane whispered softly.",
        "Tobias Vane bowed to Rosalind and asked, “Is this seat taken?”",
        "Tobias asked Rosalind: “Is this seat taken?”",
        "“I have far too many friends already,” said Rosalind Harker, “so you may sit down.”",
        "“I have far too many friends already,” said Rosalind. “So you may sit down.”",
        "“Is this seat taken?” he asked. Rosalind said nothing.",
        "“Is this seat taken?” Rosalind did not answer. “Then I’ll wait until somebody dies.”",
        "Rosalind looked up. “Is this seat taken?”",
        "“Yes,” said Bertie. Rosalind said, “Yes.”",
        "“Is this seat taken?” asked Tobias. “I have far too many friends already,” said Rosalind.",
        "“They never found him,” whispered a voice.",
        "Tobias asked, “Is this seat taken?” Rosalind said, “I have far too many friends already.”",
        "Tobias asked, “Is this seat taken?”\n\nRosalind said, “I have far too many friends already.”",
    ],
)
def test_who_says_it(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“Is this seat taken?” said Rosalind.", "Rosalind"),
        ("“Is this seat taken?” old Bertie cried.", "Bertie"),
        ("“Is this seat taken?” quietly asked Miss Harker.", None),
        ("“Is this seat taken?” asked Miss Harker.", "Miss Harker"),
        ("Bertie looked at Tobias and said, “Is this seat taken?”", "Bertie"),
        ("It was cold. Tobias nodded. Rosalind said, “Is this seat taken?”", "Rosalind"),
        ("“I have far too many friends already,” said Rosalind, “then I'll wait.”", "Rosalind"),
        ("“Yes,” said Tobias.", "Tobias"),
        ("“They never found him,” said Tobias.", "Tobias"),  # the evidence does not know who says it
        ("‘Is this seat taken?’ said Rosalind.", "Rosalind"),
        ("“Is this seat taken?” and Bertie said, “Yes.”", None),
        ("Tobias told Rosalind, who whispered, “Is this seat taken?”", "Rosalind"),
        ("“Is this seat taken?” asked Tobias. Bertie replied, “Then I’ll wait until somebody dies.”", "Bertie"),
    ],
)
def test_words_in_the_wrong_mouth(text: str, name: str | None) -> None:
    kinds = [flaw for flaw in found(text) if flaw[0] == "speaker"]
    assert kinds == ([("speaker", name)] if name else [])


def test_the_tag_between_two_quotations_counts_for_both() -> None:
    text = "“Then I’ll wait,” said Tobias. “Is this seat taken?”"
    assert attributions(text, find_quotations(text)) == [(text.index("Tobias"), text.index("Tobias") + 6)] * 2
    assert found(text) == []
    assert found(text.replace("Then I’ll wait", "Yes").replace("Tobias", "Bertie")) == [("speaker", "Bertie")]


def test_initials_are_a_name() -> None:
    evidence = [Evidence("dialogue", "Good night.", speaker="D.B."), Evidence("dialogue", "Go.", speaker="Anna")]
    assert check("“Good night,” says D.B. and leaves. “Go,” Anna said.", evidence) == ()
    assert [flaw.text for flaw in check("“Go,” says D.B. and leaves.", evidence)] == ["D.B."]


def test_an_invented_speaker_is_one_flaw() -> None:
    assert found("“Is this seat taken?” said Gerald.") == [("name", "Gerald")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Tobias", "TOBIAS VANE", True),
        ("Mr. Vane", "TOBIAS VANE", True),
        ("Mr. Vane", "MR. HARKER", False),
        ("Charles Harker", "ROSALIND HARKER", False),
        ("Rosalind Harker", "ROSALIND", True),
        ("The Captain", "CAPTAIN", False),
        ("Captain", "CAPTAIN", True),
        ("René", "RENE", True),
    ],
)
def test_names_of_one_person(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


# ---- everything together

NAMES = ["Rosalind", "Tobias", "Bertie", "Ferdinand", "Ottilie"]
WORDS = "the grey boat came slowly home over cold water while nobody looked at it from any window of that old house"
TAGS = ["“{}” said {}.", "“{}” {} whispered.", "{1} said, “{0}”", '"{}," said {}.', "‘{},’ {} asked."]
INVENTED = ["Gwendolyn", "Mortimer", "Zanzibar", "Ermintrude"]


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Evidence], list[str]]:
    """Some evidence, and the paragraphs of a story put together from it word for word."""
    words = WORDS.split()
    evidence, story = [], []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(NAMES))
        sentence = " ".join(draw(st.lists(st.sampled_from(words), min_size=3, max_size=8))).capitalize()
        if draw(st.booleans()):
            evidence.append(Evidence("dialogue", f"{sentence}.", speaker=name.upper()))
            tag = draw(st.sampled_from(TAGS))
            story.append(tag.format(sentence if "," in tag.split("{}")[-1][:2] else f"{sentence},", name))
        else:
            evidence.append(Evidence("action", f"{sentence} and {name.upper()}."))
            story.append(f"{sentence} and {name}.")
    return evidence, story


@settings(max_examples=60, deadline=None)
@given(scenes(), st.randoms(use_true_random=False))
def test_what_is_put_together_from_evidence_has_no_flaw_and_what_is_planted_is_found(
    scene: tuple[list[Evidence], list[str]], chance: random.Random
) -> None:
    evidence, story = scene
    assert check("\n\n".join(story), evidence) == ()
    place = chance.randrange(len(story) + 1)
    before = "".join(f"{paragraph}\n\n" for paragraph in story[:place])
    name = chance.choice(INVENTED)
    kind, planted, head = chance.choice(
        [
            ("name", name, ""),
            ("name", name, "The house of "),
            ("quotation", "“Nobody ever says these words.”", ""),
            ("quotation", '"Nobody ever says these words,"', "They cried, "),
        ]
    )
    text = "\n\n".join([*story[:place], f"{head}{planted} waited.", *story[place:]])
    start = len(before) + len(head)
    assert check(text, evidence) == (Flaw(kind, planted, start, start + len(planted)),)


def test_marked() -> None:
    text = "“I hate Gerald,” said Bertie to Gwendolyn."
    flaws = check(text, FILM)
    assert [flaw.kind for flaw in flaws] == ["quotation", "name", "name"]
    assert marked(text, flaws) == "⟦“I hate Gerald,”⟧ said Bertie to ⟦Gwendolyn⟧."
    assert marked(text, ()) == text
    assert marked("ab", [Flaw("name", "b", 1, 2), Flaw("name", "a", 0, 1)]) == "⟦ab⟧"


def test_names_of_the_evidence() -> None:
    assert evidence_names(FILM) == ("Tobias Vane", "Rosalind", "Bertie", "Rosalind Harker")
    assert evidence_names([Evidence("dialogue", "Go.", speaker="a voice")]) == ()
