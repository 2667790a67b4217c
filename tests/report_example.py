"""An invented film with its invented book, small or large, for the tests of the report."""

import io
import random
from dataclasses import replace
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFilter

from fabula.files.report import ReportData
from fabula.records import (
    Book,
    Chapter,
    Cue,
    CueKind,
    Film,
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
    Transition,
)

PEOPLE = [
    "Ada Verrin", "Captain Holm", "Miss Tolland", "Jory", "Old Pell", "The Harbourmaster", "Ines", "Doctor Ansgar",
    "Widow Crane", "Tam", "Sister Aude", "The Clerk", "Fisherman", "Boy", "Second Sailor",
]  # fmt: skip
TITLES = [
    "The Lamp at Skerry Point", "What the Tide Returned", "A Letter with No Stamp", "The Storm", "Under the Net Loft",
    "Miss Tolland Counts the Spoons", "Three Nights of Fog", "The Auction", "Of Salt and Silence", "The Second Boat",
    "The Harbourmaster’s Book", "Lanterns", "A Wedding Postponed", "The Long Ebb", "Home by the North Channel",
]  # fmt: skip
PLACES = ["LIGHTHOUSE - LAMP ROOM", "HARBOUR", "NET LOFT", "TOLLAND’S KITCHEN", "CHAPEL", "OPEN SEA", "CUSTOMS OFFICE"]
OPENINGS = ["In the morning", "When the bell rang", "Before the tide turned", "All that winter", "Without a word"]
SUBJECTS = ["the keeper", "my brother", "the old woman", "the harbourmaster", "nobody in the village", "the captain"]
VERBS = ["carried", "remembered", "had hidden", "counted", "refused to sell", "promised to mend", "was afraid of"]
OBJECTS = ["the broken lamp", "a letter from the mainland", "the last of the lanterns", "her father’s boat", "the key"]
TAILS = ["and said nothing more", "as if the sea were listening", "though the fog had not lifted", "until the spring"]
ASIDES = ["You never told me that.", "Who’s there?", "I know.", "Go on, then.", "Not tonight.", "Where is the boat?"]


def sentence(dice: random.Random) -> str:
    """A sentence that could stand in such a book."""
    opening, subject, verb = dice.choice(OPENINGS), dice.choice(SUBJECTS), dice.choice(VERBS)
    return f"{opening} {subject} {verb} {dice.choice(OBJECTS)} {dice.choice(TAILS)}."


def retold(line: str, dice: random.Random) -> str:
    """The sentence as a film would shorten it: some words go, some are replaced."""
    words = line.rstrip(".").split()
    kept = [dice.choice(["perhaps", "then", "surely"]) if dice.random() < 0.3 else word for word in words]
    return " ".join(word for word in kept if dice.random() > 0.25).capitalize() + "."


def picture(dice: random.Random) -> bytes:
    """A frame: sky, sea, a moon and a figure, a little grainy."""
    hue = dice.randrange(255)
    image = Image.new("HSV", (240, 135), (hue, 90, 60))
    draw = ImageDraw.Draw(image)
    horizon = dice.randrange(60, 100)
    for y in range(horizon):
        draw.line([(0, y), (240, y)], fill=(hue, 110 - y, 70 + y))
    draw.rectangle([0, horizon, 240, 135], fill=((hue + 20) % 255, 120, 45))
    draw.ellipse([(x := dice.randrange(200)), 10, x + 22, 32], fill=(35, 60, 235))
    x = dice.randrange(30, 200)
    draw.ellipse([x, horizon - 28, x + 14, horizon - 14], fill=(15, 90, 50))
    draw.rectangle([x - 4, horizon - 14, x + 18, horizon + 24], fill=((hue + 120) % 255, 120, 40))
    soft = image.convert("RGB").filter(ImageFilter.GaussianBlur(1))
    out = io.BytesIO()
    Image.blend(soft, Image.effect_noise((240, 135), 60).convert("RGB"), 0.12).save(out, "JPEG", quality=64)
    return out.getvalue()


def book(passages: int, chapters: int, dice: random.Random) -> Book:
    """A book of so many paragraphs, the first chapter a preface."""
    found: list[Passage] = []
    sentences: list[Sentence] = []
    parts: list[Chapter] = []
    source = ""
    for number in range(chapters):
        first = len(found)
        for _ in range(passages * (number + 1) // chapters - passages * number // chapters):
            start = len(source)
            for _ in range(dice.choice([1, 1, 2, 3, 5, 8])):
                line, at = sentence(dice), len(source)
                sentences.append(Sentence(len(sentences), len(found), line, at, at + len(line)))
                source += line + dice.choice([" ", "\n"])
            end = len(source) - 1
            found.append(Passage(len(found), number, source[start:end], start, end))
            source += "\n"
        title = "Preface" if number == 0 else f"Chapter {number}. {TITLES[number % len(TITLES)]}"
        parts.append(Chapter(number, title, Matter.BODY if number else Matter.FRONT, first, len(found) - 1))
    return Book(
        "/home/someone/private/lamp.epub", "The Lamp at Skerry Point", "M. Averell", source,
        tuple(parts), tuple(found), tuple(sentences), "epub",
    )  # fmt: skip


def film_parts(shots: int, scenes: int, dice: random.Random) -> tuple[tuple[Shot, ...], tuple[Scene, ...]]:
    """Shots of about five seconds, and scenes that begin with some of them."""
    times = [0.0]
    for _ in range(shots):
        times.append(times[-1] + dice.choice([1.2, 2.5, 3.3, 4.8, 6.1, 11.4]))
    cut = tuple(
        Shot(i, a, b, round(24 * a), round(24 * b) - 1, Transition.GRADUAL if i % 17 == 9 else Transition.CUT)
        for i, (a, b) in enumerate(pairwise(times))
    )
    starts = [*sorted(dice.sample(times[1:-1], scenes - 1))]
    bounds = list(pairwise([0.0, *starts, times[-1]]))
    told = tuple(
        Scene(i, f"{dice.choice(['INT.', 'EXT.'])} {dice.choice(PLACES)} - NIGHT", start=a, end=b)
        for i, (a, b) in enumerate(bounds)
    )
    return cut, told


def speech(number: int, start: float, scene: int, line: str | None, dice: random.Random) -> Cue:
    """A cue that says a line of the book, or something of the film's own."""
    end = start + dice.uniform(1.2, 3.8)
    name = PEOPLE[min(int(dice.expovariate(0.3)), len(PEOPLE) - 1)].upper()
    if line is None and number % 23 == 0:
        return Cue(number, start, end, "(waves break, a bell far off)", CueKind.SOUND, scene=scene)
    if line is None and number % 11 == 0:
        text = "- Who’s there?\n- It’s only me."
        parts = ("Who’s there?", "It’s only me.")
        return Cue(number, start, end, text, parts=parts, speakers=(name, PEOPLE[0].upper()), scene=scene, score=0.9)
    said = line or " ".join(dice.sample(ASIDES, dice.choice([1, 2])))
    speaker = None if number % 9 == 0 else name
    return Cue(number, start, end, said, parts=(said,), speaker=speaker, scene=scene, score=dice.uniform(0.3, 1))


def adapt(
    novel: Book, scenes: tuple[Scene, ...], cues: int, dice: random.Random
) -> tuple[tuple[Cue, ...], tuple[Link, ...]]:
    """Cues that follow the book with gaps, sometimes say something of their own, sometimes jump; and their links."""
    told, links = [], []
    duration = scenes[-1].end or 1.0
    of_passage: dict[int, list[Sentence]] = {}
    for found in novel.sentences:
        of_passage.setdefault(found.passage, []).append(found)
    used = {0}
    for number in range(1, cues + 1):
        start = duration * (number - 0.5) / (cues + 1)
        scene = max(s.index for s in scenes if (s.start or 0.0) <= start)
        way = (number // 9) % 4
        if way == 3:
            told.append(speech(number, start, scene, None, dice))
            continue
        place = min(len(novel.passages) - 1, int(len(novel.passages) * (0.05 + 0.9 * number / cues)))
        moved = number % 36 in {20, 21, 22} or number % 97 == 5
        if moved:
            place = (place + len(novel.passages) * 2 // 5) % len(novel.passages)
        best = dice.choice(of_passage[place])
        line = best.prose if dice.random() < 0.5 else retold(best.prose, dice)
        told.append(speech(number, start, scene, line, dice))
        used.add(place)
        why = (("words", dice.random()), ("meaning", dice.uniform(0.4, 0.9)))
        state = State.MOVED if moved else State.ALIGNED
        score = dice.uniform(0.35, 0.99)
        links.append(Link(state, score, number, number, place, place, best.index, why))
    edges = [*sorted(used), len(novel.passages)]
    links += [Link(State.BOOK_ONLY, 0.8, None, None, a + 1, b - 1) for a, b in pairwise(edges) if b - a > 3]
    return tuple(told), tuple(links)


def script(scenes: tuple[Scene, ...], cues: tuple[Cue, ...]) -> tuple[tuple[Scene, ...], tuple[ScriptLine, ...]]:
    """The screenplay that the cues come from."""
    lines: list[ScriptLine] = []

    def add(kind: LineKind, text: str, scene: int, speaker: str | None = None) -> None:
        lines.append(ScriptLine(len(lines), kind, text, scene, speaker))

    placed = []
    for scene in scenes:
        first = len(lines)
        add(LineKind.HEADING, scene.heading, scene.index)
        add(LineKind.ACTION, "Fog against the panes. Somebody has left the lamp burning.", scene.index)
        for cue in cues:
            if cue.scene == scene.index and cue.speaker:
                add(LineKind.SPEAKER, cue.speaker, scene.index, cue.speaker)
                if cue.number % 13 == 0:
                    add(LineKind.PARENTHETICAL, "(not turning round)", scene.index, cue.speaker)
                add(LineKind.DIALOGUE, cue.text, scene.index, cue.speaker)
        placed.append(replace(scene, first_line=first, last_line=len(lines) - 1))
    return tuple(placed), tuple(lines)


def example(cues: int = 60, passages: int = 120, shots: int = 80, scenes: int = 6, chapters: int = 5) -> ReportData:
    """A whole project of a given size; the same for the same sizes."""
    dice = random.Random(7)
    novel = book(passages, chapters, dice)
    cut, told = film_parts(shots, scenes, dice)
    said, links = adapt(novel, told, cues, dice)
    told, lines = script(told, said)
    pictures = [picture(dice) for _ in range(min(60, shots))]
    thumbnails = tuple(
        Thumbnail(s.index, s.first_frame, (s.start + s.end) / 2, pictures[s.index % len(pictures)]) for s in cut
    )
    film = Film("/home/someone/private/lamp.mkv", 1920, 800, 24.0, cut[-1].last_frame + 1, cut[-1].end, "h264")
    return ReportData(
        title="The Lamp at Skerry Point", made_with="0.1.0", film=film, shots=cut, thumbnails=thumbnails, cues=said,
        scenes=told, lines=lines, book=novel, links=links,
        warnings=("lamp.srt: cue 12 ends before it starts; its end was moved", "lamp.epub: no table of contents"),
        files=("/home/someone/private/lamp.mkv", "lamp.srt", "lamp.fountain", "C:\\Users\\me\\lamp.epub"),
    )  # fmt: skip


def large() -> ReportData:
    """A long film of a long book."""
    return example(cues=2000, passages=5000, shots=1500, scenes=120, chapters=40)
