"""An invented film of colours with words, screenplay and book, in memory or in a file: what is where is known."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from fabula.files.project import Keyframe, Project, Setting, Source
from fabula.files.store import Store
from fabula.records import (
    Book,
    Chapter,
    Cue,
    LineKind,
    Link,
    Matter,
    Passage,
    Scene,
    ScriptLine,
    Sentence,
    Shot,
    State,
    Thumbnail,
)
from fabula.vision import HashVision, picture_key

COLOURS = {"red": (220, 30, 30), "blue": (40, 60, 200), "green": (40, 150, 40), "yellow": (240, 220, 40)}
SHOTS = ("red", "blue", "green", "yellow", "red", "blue")
SECONDS = 10.0
LINES = (
    ("ANNA", "The lighthouse keeper lost his silver watch."),
    ("BEN", "Nobody counted the empty barrels yesterday."),
    ("ANNA", "Bring another lantern before midnight comes."),
    ("BEN", "My brother never wrote a single letter."),
    ("ANNA", "Seven ravens circled above the mill."),
    ("BEN", "Tomorrow the ferry leaves without us."),
)
PARAGRAPHS = (
    "Spring came late. The orchard stood in frost until April.",
    "She told him that the keeper lost his watch, the silver one. He laughed about it for a week.",
    "The doctor prescribed quinine. Nobody believed him.",
    "“My brother never wrote a single letter,” said Ben. Outside it was raining.",
    "An elephant was sold at the fair in the autumn.",
)


def picture(colour: str, size: tuple[int, int] = (64, 36)) -> bytes:
    """A JPEG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, COLOURS[colour]).save(out, "JPEG", quality=95)
    return out.getvalue()


def cues() -> list[Cue]:
    """One line in the middle of each shot."""
    found = []
    for k, (speaker, text) in enumerate(LINES):
        start = SECONDS * k + 3
        found.append(
            Cue(k + 1, start, start + 3, text, parts=(text,), speaker=speaker, speakers=(speaker,), scene=k // 3)
        )
    return found


def lines() -> list[ScriptLine]:
    """Two headings, six speeches with the times of their cues, and an action that has none."""
    found = []
    for k, (speaker, text) in enumerate(LINES):
        if k % 3 == 0:
            heading = ("INT. HARBOUR OFFICE - DAY", "EXT. WINDMILL - NIGHT")[k // 3]
            found.append(ScriptLine(len(found), LineKind.HEADING, heading, k // 3))
        start = SECONDS * k + 3
        found.append(ScriptLine(len(found), LineKind.DIALOGUE, text, k // 3, speaker, start=start, end=start + 3))
    found.append(ScriptLine(len(found), LineKind.ACTION, "A zeppelin drifts over the rooftops. Dogs bark.", 1))
    return found


def book() -> Book:
    """Five paragraphs in two chapters, after a preface."""
    texts = ("Printed by nobody.", *PARAGRAPHS)
    passages, sentences, source = [], [], ""
    for k, text in enumerate(texts):
        start = len(source)
        passages.append(Passage(k, 0 if k == 0 else 1 + (k - 1) // 3, text, start, start + len(text)))
        for part in text.split(". "):
            sentences.append(Sentence(len(sentences), k, part, start, start + len(part)))
        source += text + "\n"
    chapters = (
        Chapter(0, "Preface", Matter.FRONT, 0, 0),
        Chapter(1, "The Orchard", Matter.BODY, 1, 3),
        Chapter(2, "The Letter", Matter.BODY, 4, 5),
    )
    return Book("made.txt", "Made", None, source, chapters, tuple(passages), tuple(sentences), "text")


def film(path: Path | None = None, *, pictures: bool = True, texts: bool = True) -> Project:
    """The whole project; cue 4 is linked to the passage that has its words."""
    store = Store(path)
    if pictures:
        _add_pictures(store)
    if texts:
        novel = book()
        store.save_stage("subtitles", "made", {"cues": (Cue, cues())})
        times = [(0.0, 30.0), (30.0, 60.0)]
        headings = [line.text for line in lines() if line.kind is LineKind.HEADING]
        scenes = [Scene(k, heading, start=times[k][0], end=times[k][1]) for k, heading in enumerate(headings)]
        store.save_stage("screenplay", "made", {"lines": (ScriptLine, lines()), "scenes": (Scene, scenes)})
        source = Source("book", novel.path, novel.format, novel.title, text=novel.source)
        parts = {"chapters": (Chapter, novel.chapters), "passages": (Passage, novel.passages)}
        store.save_stage(
            "book", "made", {"book_source": (Source, [source]), **parts, "sentences": (Sentence, novel.sentences)}
        )
        link = Link(State.ALIGNED, 0.9, 4, 4, 4, 4, 7)
        settings = [Setting("encoder", "hash")]
        store.save_stage("pages", "made", {"links": (Link, [link]), "settings": (Setting, settings)})
    return Project(store)


def _add_pictures(store: Store) -> None:
    vision = HashVision()
    cut = [Shot(k, SECONDS * k, SECONDS * (k + 1), 240 * k, 240 * k + 239, scene=k // 3) for k in range(len(SHOTS))]
    seen = [Thumbnail(k, 240 * k + 120, SECONDS * k + 5, picture(colour)) for k, colour in enumerate(SHOTS)]
    keyframes = [Keyframe(t.shot, t.frame, vision.name, picture_key(t.jpeg)) for t in seen]
    store.save_stage("film", "made", {"shots": (Shot, cut), "thumbnails": (Thumbnail, seen)})
    arrays = [np.asarray(Image.open(io.BytesIO(t.jpeg))) for t in seen]
    store.save_vectors(vision.name, [k.key for k in keyframes], vision.encode_images(arrays))
    tables = {"keyframes": (Keyframe, keyframes), "picture_settings": (Setting, [Setting("vision", "hash")])}
    store.save_stage("pictures", "made", tables)
