from pathlib import Path

import pytest

from fabula.errors import InputError
from fabula.files.screenplay import read_screenplay

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<FinalDraft DocumentType="Script" Version="5">\n'
BODY = """<Content>
<Paragraph Number="7" Type="Scene Heading"><SceneProperties Page="1"/><Text>INT. BARN - DUSK</Text></Paragraph>
<Paragraph Type="Action"><ScriptNote><Paragraph><Text>a note</Text></Paragraph></ScriptNote><Text>Hay &amp; </Text>\
<Text Style="Bold">straw</Text><Text>.</Text></Paragraph>
<Paragraph Type="Character"><Text>Mara (V.O.)</Text></Paragraph>
<Paragraph Type="Parenthetical"><Text>(low)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Is it</Text><Text> you?</Text></Paragraph>
<Paragraph Type="Shot"><Text>CLOSE ON THE DOOR</Text></Paragraph>
<Paragraph><DualDialogue>
<Paragraph Type="Character"><Text>TOM</Text></Paragraph><Paragraph Type="Dialogue"><Text>Yes.</Text></Paragraph>
<Paragraph Type="Character"><Text>IDA</Text></Paragraph><Paragraph Type="Dialogue"><Text>No.</Text></Paragraph>
</DualDialogue></Paragraph>
<Paragraph Type="General"><Text></Text></Paragraph>
<Paragraph Type="Transition"><Text>CUT TO:</Text></Paragraph>
<Paragraph Type="Scene Heading"><SceneProperties Number="8"/><Text>EXT. FIELD - DAY</Text></Paragraph>
</Content>
"""
TITLE = "<TitlePage><Content><Paragraph/><Paragraph><Text>The Barn</Text></Paragraph></Content></TitlePage>\n"
PLAY = f"{HEAD}{BODY}{TITLE}</FinalDraft>\n"


def write(tmp_path: Path, text: str, name: str = "play.fdx") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ["play.fdx", "play.xml", "play.txt"])
def test_paragraph_types(tmp_path: Path, name: str) -> None:
    play = read_screenplay(write(tmp_path, PLAY, name))
    assert (play.format, play.title, play.warnings) == ("fdx", "The Barn", ())
    assert [(x.kind.value, x.text, x.speaker, x.dual) for x in play.lines] == [
        ("heading", "INT. BARN - DUSK", None, False),
        ("action", "Hay & straw.", None, False),
        ("speaker", "Mara (V.O.)", "MARA", False),
        ("parenthetical", "(low)", "MARA", False),
        ("dialogue", "Is it you?", "MARA", False),
        ("action", "CLOSE ON THE DOOR", None, False),
        ("speaker", "TOM", "TOM", True),
        ("dialogue", "Yes.", "TOM", True),
        ("speaker", "IDA", "IDA", True),
        ("dialogue", "No.", "IDA", True),
        ("transition", "CUT TO:", None, False),
        ("heading", "EXT. FIELD - DAY", None, False),
    ]
    assert [(s.number, s.place, s.first_line, s.last_line) for s in play.scenes] == [
        ("7", "BARN", 0, 10),
        ("8", "FIELD", 11, 11),
    ]
    assert play.lines[0].source_line == 4
    assert play.lines[2].attributes == ("V.O.",)


def test_utf_16_is_read_whatever_the_declaration_says(tmp_path: Path) -> None:
    path = tmp_path / "play.fdx"
    path.write_bytes(PLAY.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert read_screenplay(path).title == "The Barn"


def test_a_file_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    play = read_screenplay(write(tmp_path, PLAY[: PLAY.index("<Paragraph><DualDialogue>") - 20]))
    assert play.lines[4].text == "Is it you?"
    assert "cut off" in play.warnings[0]


def test_malformed_xml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"play\.fdx: line 5: the XML is not well-formed"):
        read_screenplay(write(tmp_path, PLAY.replace("<Text>Hay &amp;", "<Text>Hay &")))


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE FinalDraft [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE FinalDraft [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE FinalDraft [<!ENTITY % x SYSTEM "http://localhost:1/x.dtd"> %x;]>',
    ],
)
def test_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    text = PLAY.replace("<FinalDraft", f"{doctype}<FinalDraft", 1).replace("Hay", "&l11;&x;")
    with pytest.raises(InputError, match=r"declares XML entities.*Save it again"):
        read_screenplay(write(tmp_path, text))


def test_an_undeclared_entity_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not well-formed"):
        read_screenplay(write(tmp_path, PLAY.replace("&amp;", "&x;")))


def test_an_external_document_type_is_ignored(tmp_path: Path) -> None:
    text = PLAY.replace("<FinalDraft", '<!DOCTYPE FinalDraft SYSTEM "http://localhost:1/x.dtd"><FinalDraft', 1)
    assert read_screenplay(write(tmp_path, text)).title == "The Barn"


@pytest.mark.parametrize("text", ["no xml at all", "<other/>", HEAD + "<Con"])
def test_no_final_draft_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"play\.fdx: "):
        read_screenplay(write(tmp_path, text))


def test_no_dialogue_is_a_warning(tmp_path: Path) -> None:
    play = read_screenplay(
        write(
            tmp_path, f"{HEAD}<Content><Paragraph Type='Action'><Text>Rain.</Text></Paragraph></Content></FinalDraft>"
        )
    )
    assert play.warnings == ("no dialogue found in the file",)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_screenplay(write(tmp_path, HEAD + "<a>" * 5000 + "</a>" * 5000 + "</FinalDraft>"))
