"""``fabula tell`` and ``fabula style``: stories about pictures and films in the style of any book."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.progress import shown_progress
from fabula.errors import FabulaError
from fabula.files.captions import read_captions
from fabula.files.novels import read_novels
from fabula.files.project import Project
from fabula.files.rows import timecode
from fabula.records import Evidence, Story
from fabula.stories.check import check, marked
from fabula.stories.film_evidence import evidence_of
from fabula.stories.film_telling import tell_film
from fabula.stories.looking import Onlooker, load_onlooker
from fabula.stories.prompt import load_prompt
from fabula.stories.styles import Style, learn_style, mix, narration, save_style
from fabula.stories.telling import DEFAULT_STYLE, Telling, by_commas, load_teller, tell_picture
from fabula.stories.writers import BUILTIN

PROJECT = ".fabula"
SHOWN = 12  # words of a style that are printed

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def style_command(
    books: Annotated[list[Path], typer.Argument(help="A book (EPUB, text, HTML), or folders of books.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The style to write (NAME.style).")],
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
    quiet: Quiet = False,
) -> None:
    """Learn the style of a book or a shelf, for fabula tell --style.

    A style is the mean vector of what the book's narrator says without names and speech, by length, and the words that
    the book uses more or less than other novels. A whole novel is enough; a chapter gives a rough one.

    Example: fabula style dracula.epub -o dracula.style
    """
    from fabula.features import DEFAULT_ENCODER, open_cache
    from fabula.stories.wording import load_usual

    told = [narration(novel) for path in books for novel in read_novels(path)]
    with shown_progress(quiet=quiet) as progress:
        tick = partial(progress, "passages") if progress else None
        found = learn_style(output.stem, told, load_usual(), DEFAULT_ENCODER, open_cache(), tick)
    save_style(found, output, force=force)
    own = sorted(found.words, key=lambda word: -found.words[word])[:SHOWN]
    sys.stdout.write(f"{output}: {found.passages} passages of {len(found.books)} books\n")
    sys.stdout.write(f"words of its own: {', '.join(own)}\n")


def tell_command(
    what: Annotated[
        list[Path] | None, typer.Argument(metavar="IMAGE...|NAME.fabula", help="Pictures, or one project.")
    ] = None,
    style: Annotated[
        list[str] | None,
        typer.Option(help="A style's name or file; several with weights are mixed: --style gothic=2 --style scifi=1."),
    ] = None,
    scene: Annotated[
        int | None, typer.Option(min=1, help="The scene of a project to tell, from 1, as fabula search numbers them.")
    ] = None,
    shots: Annotated[str | None, typer.Option(metavar="FIRST-LAST", help="The shots of a project to tell.")] = None,
    strength: Annotated[
        float, typer.Option(help="Lambda of the shift x + lambda (b - c); 0 tells without style.")
    ] = 1.0,
    captions: Annotated[
        int, typer.Option("-k", min=1, help="Captions that make a picture's vector.")
    ] = Telling.captions,
    bank: Annotated[
        Path | None, typer.Option(help="Captions of other pictures: take the nearest k instead of the captioner's.")
    ] = None,
    candidates: Annotated[int, typer.Option(min=1, help="Passages to choose the best from.")] = Telling.candidates,
    beam: Annotated[int, typer.Option(min=0, help="Beam search of this width; 0 draws at random.")] = 0,
    original: Annotated[
        bool, typer.Option("--original", help="Compare as neural-storyteller did: no length normalisation.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 0,
    lyric: Annotated[bool, typer.Option("--lyric", help="A song: one line for each part between commas.")] = False,
    writer: Annotated[str, typer.Option(help="builtin, openai:MODEL@URL, or hf:OWNER/MODEL.")] = BUILTIN,
    prompt: Annotated[Path | None, typer.Option(help="Your own prompt for a language model.")] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Give a language model the captions only, not the picture.")
    ] = False,
    print_prompt: Annotated[
        bool, typer.Option("--print-prompt", help="Print the prompt, to edit it, and leave.")
    ] = False,
    teller: Annotated[str, typer.Option(help="The decoder: builtin, or a card of fabula train storyteller.")] = BUILTIN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on a line for each story.")] = False,
    quiet: Quiet = False,
) -> None:
    """Tell a story about a picture, or about a part of a film, in the style of any book.

    A picture is described, the captions' vector is moved towards the style, and a decoder that has read novels writes a
    passage from there. A scene or some shots of a project become one story, with the real names, and what is said
    word for word. Captions and evidence are printed with it. What the evidence does not bear is marked ⟦like this⟧.

    Example: fabula tell beach.jpg --style romance
    """
    if print_prompt:
        sys.stdout.write(load_prompt(prompt))
        return
    if not what:
        raise FabulaError("Name a picture or a project to tell: fabula tell beach.jpg --style romance")
    manner = mix(_weights(style or [DEFAULT_STYLE]))
    how = Telling(
        strength=strength,
        captions=captions,
        candidates=candidates,
        beam=beam,
        power=0.0 if original else Telling.power,
        seed=seed,
    )
    asked = _Asked(manner, how, teller, writer, prompt, bank, blind)
    with shown_progress(quiet=quiet):
        for story in _stories(what, asked, scene, shots):
            text = by_commas(story.text) if lyric else marked(story.text, story.flaws)
            sys.stdout.write((json.dumps(asdict(story), ensure_ascii=False) if as_json else _page(story, text)) + "\n")
            sys.stdout.flush()


@dataclass(frozen=True)
class _Asked:
    """What the options say."""

    style: Style
    how: Telling
    teller: str
    writer: str
    prompt: Path | None
    bank: Path | None
    blind: bool

    def onlooker(self) -> Onlooker:
        """The models that look at pictures."""
        bank = [text for one in read_captions(self.bank).pictures for text in one.captions] if self.bank else []
        return load_onlooker(bank=bank)


def _stories(what: list[Path], asked: _Asked, scene: int | None, shots: str | None) -> Iterator[Story]:
    projects = [path for path in what if path.suffix == PROJECT]
    if projects and len(what) > 1:
        raise FabulaError("Tell one project at a time, and pictures by themselves.")
    own = asked.writer == BUILTIN
    if projects:
        with Project.open(projects[0]) as project:
            evidence = evidence_of(
                project, scene=scene - 1 if scene else None, shots=shot_range(shots) if shots else None
            )
        teller = load_teller(asked.teller) if own else None
        yield tell_film(evidence, asked.style, asked.how, teller) if own else _asked_of(asked, evidence)
        return
    if scene is not None or shots:
        raise FabulaError("--scene and --shots choose a part of a project, not of a picture.")
    onlooker = asked.onlooker()
    models = load_teller(asked.teller, onlooker) if own else None
    for path in what:
        if models:
            yield tell_picture(path, asked.style, asked.how, models)
        else:
            yield _asked_of(asked, onlooker.evidence(path, asked.how.captions), path)


def _asked_of(asked: _Asked, evidence: Sequence[Evidence], picture: Path | None = None) -> Story:
    """What a language model writes from the evidence, checked."""
    from fabula.stories.writers import load_writer

    writer = load_writer(asked.writer, load_prompt(asked.prompt))
    pictures = [picture] if picture and not asked.blind else []
    text = writer.write(evidence, asked.style.name, pictures=pictures, seed=asked.how.seed)
    return Story(text, asked.style.name, writer.name, tuple(evidence), check(text, evidence))


def shot_range(text: str) -> tuple[int, int]:
    """The first and the last shot of a range: 40-55 -> (40, 55), 40 -> (40, 40)."""
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise FabulaError(f"{text} is no range of shots: say for instance --shots 40-55.")
    return int(first), int(last or first)


def _weights(styles: Sequence[str]) -> dict[str, float]:
    found = {}
    for text in styles:
        name, given, weight = text.partition("=")
        try:
            found[name] = float(weight) if given else 1.0
        except ValueError:
            raise FabulaError(f"{weight} is no weight: say for instance --style gothic=2 --style scifi=1.") from None
    return found


def _page(story: Story, text: str) -> str:
    """A story to read, with what it rests on."""
    lines = [f"# {story.style}, by {story.writer}", "", text, ""]
    for one in story.evidence:
        who = f"{one.speaker}: " if one.speaker else ""
        when = f"{timecode(one.start)} " if one.start is not None else ""
        lines.append(f"  {one.kind:8} {when}{who}{one.text}")
    if story.flaws:
        lines.append(f"  {len(story.flaws)} marked: " + ", ".join(f"{flaw.kind} {flaw.text!r}" for flaw in story.flaws))
    return "\n".join(lines) + "\n"
