"""The public names are a promise."""

import inspect

import fabula

PUBLIC = [
    *("Caption", "Cue", "Curve", "FabulaError", "Hit", "InputError", "Link", "Passage", "Project", "Region", "Scene"),
    *("Shot", "Tag", "adaptation_of", "align_book", "align_screenplay", "curves", "describe", "detect_shots"),
    *("evidence_of",),
    *("load_captioner", "load_teller", "load_vision", "pin", "read"),
    *("read_book", "read_screenplay", "read_subtitles", "search", "tag_project", "tell_film", "tell_picture", "unpin"),
]


def test_public_names_are_these() -> None:
    assert fabula.__all__ == PUBLIC
    assert dir(fabula) == sorted([*PUBLIC, "__version__"])


def test_public_names_are_documented_and_typed() -> None:
    for name in PUBLIC:
        thing = getattr(fabula, name)
        assert inspect.getdoc(thing), name
        if inspect.isfunction(thing):
            signature = inspect.signature(thing)
            assert signature.return_annotation is not inspect.Signature.empty, name
            assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values()), name
