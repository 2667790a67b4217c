"""The command line: parses, makes one library call, writes one result.

Data goes to standard output; talk and progress to standard error. Exit codes: 0 done, 1 a failure of the machine
(full disk, interrupted), 2 an input or option that cannot be used.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import fabula
from fabula.adaptation import adaptation_of
from fabula.align.model import BUILTIN
from fabula.app.borrow import borrow_command
from fabula.app.curve import curve_command
from fabula.app.demo import run_demo
from fabula.app.describe import describe_command
from fabula.app.doctor import examine
from fabula.app.evaluate import evaluate
from fabula.app.next_shot import next_command
from fabula.app.pins import cue_numbers, pin_list
from fabula.app.progress import shown_progress
from fabula.app.search import search_command
from fabula.app.shelf import shelf
from fabula.app.show import summary
from fabula.app.tag import tag_command
from fabula.app.tell import style_command, tell_command
from fabula.app.train import train
from fabula.errors import FabulaError, StorageError
from fabula.features import DEFAULT_ENCODER
from fabula.files.export import CSV_TABLES, FORMATS, export
from fabula.files.output import write_text
from fabula.files.project import Project
from fabula.files.rows import Row, aligned_rows, shot_row, shots_csv
from fabula.pinning import pin, unpin
from fabula.reading import DEFAULT_LOOK, align, read
from fabula.shots import DEFAULT_DETECTOR, detect_shots

app = typer.Typer(
    name="fabula",
    help="Read a film as a story, together with its book, its screenplay and its subtitles.",
    epilog="Start with: fabula demo. Then: fabula read FILM --subs FILE --script FILE --book FILE -o NAME.fabula",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")

ProjectFile = Annotated[Path, typer.Argument(metavar="NAME.fabula", help="A project that fabula read has made.")]
Subs = Annotated[Path | None, typer.Option("--subs", help="Subtitles: SRT, WebVTT, ASS or SSA.")]
Script = Annotated[Path | None, typer.Option("--script", help="Screenplay: Fountain, FDX, text, HTML, PDF.")]
Book = Annotated[Path | None, typer.Option("--book", help="Book: EPUB, text, Markdown or HTML.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite or replace what is there.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on each line of standard output.")]
EncoderName = Annotated[
    str, typer.Option(help="Sentence encoder: builtin, skipthought, hash, hf:OWNER/MODEL, or a model's folder.")
]
DetectorName = Annotated[
    str, typer.Option(help="Shot detector: builtin (fast and exact), transnet (network on every frame), content.")
]

VisionName = Annotated[
    str, typer.Option(help="What looks at the shots, for search and pages: builtin, hash, hf:OWNER/MODEL, none.")
]
CaptionerName = Annotated[str, typer.Option("--caption", help="What describes them: builtin, hf:OWNER/MODEL, none.")]

TaggerName = Annotated[
    str, typer.Option(help="What finds genres in them: builtin, a card of fabula train tagger, none.")
]
Keyframes = Annotated[
    int, typer.Option(min=1, max=8, help="Pictures of each shot that are looked at; long shots have more anyway.")
]

TrustBook = Annotated[bool, typer.Option("--trust-book", help="Link even if the film does not seem to follow it.")]


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"fabula {fabula.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command("read")
def read_command(
    film: Annotated[Path | None, typer.Argument(metavar="FILM", help="A video, or a folder of frames.")] = None,
    subs: Subs = None,
    script: Script = None,
    book: Book = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The project file to write.")] = None,
    encoder: EncoderName = DEFAULT_ENCODER,
    detector: DetectorName = DEFAULT_DETECTOR,
    vision: VisionName = DEFAULT_LOOK,
    caption: CaptionerName = DEFAULT_LOOK,
    tagger: TaggerName = DEFAULT_LOOK,
    keyframes: Keyframes = 1,
    trust_book: TrustBook = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Read a film and its texts into a project.

    Any of the four inputs may be missing: a film alone, or subtitles and a book without any video, are both fine.
    A project that exists is continued: finished stages are not run again, and a killed run goes on where it was.
    A vision looks at the film's shots, so that they can be searched and help to find the pages; a captioner describes
    each in a sentence; a tagger finds the film's genres and how its shots respond to them.

    Example: fabula read film.mp4 --subs film.srt --script film.fountain --book book.epub -o film.fabula
    """
    first = film or book or script or subs
    target = output or (Path(first.name).with_suffix(".fabula") if first else None)
    with shown_progress(quiet=quiet) as progress:
        project = read(
            film,
            subs,
            script,
            book,
            output=target,
            encoder=encoder,
            detector=detector,
            vision=vision,
            captioner=caption,
            tagger=tagger,
            keyframes=keyframes,
            trust_book=trust_book,
            force=force,
            progress=progress,
        )
    with project:
        for warning in project.warnings:
            _say(f"warning: {warning}")
        _say(f"{target}: see it with: fabula show {target}; fabula report {target} -o report.html")


@app.command()
def show(path: ProjectFile) -> None:
    """Show what is in a project."""
    with Project.open(path) as project:
        _put(summary(project, adaptation_of(project)))


@app.command("pin")
def pin_command(
    path: ProjectFile,
    cue: Annotated[str | None, typer.Option(help="The number of a cue, or a range: 120-124.")] = None,
    passage: Annotated[int | None, typer.Option(help="The passage that they tell, by its number.")] = None,
    none: Annotated[bool, typer.Option("--none", help="The book does not have them.")] = False,
    speaker: Annotated[str | None, typer.Option(help="Who speaks them; 'ANNA / BEN' for two parts.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the pin away.")] = False,
    as_list: Annotated[bool, typer.Option("--list", help="Show the pins, and change nothing.")] = False,
    quiet: Quiet = False,
) -> None:
    """Correct a link or a speaker.

    A pin is kept through every later reading, and the lines around it are aligned anew. Numbers of cues and passages
    are shown by export (JSON or CSV), and in the report when the pointer rests on a time or a place.

    Example: fabula pin film.fabula --cue 120-124 --passage 1422
    """
    if not as_list:
        if cue is None:
            raise FabulaError("Name the cue: --cue 120, or --cue 120-124.")
        numbers = cue_numbers(cue)
        if remove and (none or passage is not None or speaker is not None):
            raise FabulaError("--remove takes a whole pin away: leave --passage, --none and --speaker out.")
        with shown_progress(quiet=quiet) as progress:
            if remove:
                unpin(path, numbers, progress=progress)
            else:
                pin(path, numbers, passage=passage, nowhere=none, speaker=speaker, progress=progress)
    with Project.open(path) as project:
        _put(pin_list(project))


@app.command()
def report(
    path: ProjectFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("report.html"),
    force: Force = False,
) -> None:
    """Write a project as one page to mail.

    The page shows a map of film time against book position, the filmstrip, every cue beside its passage, and the
    characters. It is complete in itself and needs no network.
    """
    with Project.open(path) as project:
        page = export(project, "html", version=fabula.__version__, adaptation=adaptation_of(project))
        write_text(output, page, force=force)
    _say(f"{output}: open it in any browser; it needs no network")


@app.command("export")
def export_command(
    path: ProjectFile,
    to: Annotated[str, typer.Option(help=f"Format: {', '.join(FORMATS)}.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output otherwise.")] = None,
    table: Annotated[str, typer.Option(help=f"For csv: {', '.join(CSV_TABLES)}.")] = CSV_TABLES[0],
    force: Force = False,
) -> None:
    """Write subtitles with speakers, or data."""
    with Project.open(path) as project:
        text = export(project, to, version=fabula.__version__, table=table, adaptation=adaptation_of(project))
    if output is None:
        _put(text.rstrip("\n"))
    else:
        write_text(output, text, force=force)


@app.command("align")
def align_command(
    subs: Annotated[Path, typer.Option("--subs", help="Subtitles: SRT, WebVTT, ASS or SSA.")],
    script: Script = None,
    book: Book = None,
    encoder: EncoderName = DEFAULT_ENCODER,
    model: Annotated[str, typer.Option(help="Trained aligner of books: builtin, or a card (.json).")] = BUILTIN,
    trust_book: TrustBook = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Align subtitles with a script or a book.

    With --json each cue is one object: "cue", "start", "end", "text"; for a screenplay "speaker", "speakers" (one for
    each part of a two-speaker cue), "scene" and "score"; for a book "state" (aligned or film_only), "moved",
    "score" (the probability that the cue tells "passage", its likeliest one, whatever the state) and "sentence". With
    both, the book's score is "book_score". A film that does not follow the book gets no links.
    """
    with shown_progress(quiet=quiet) as progress:
        found = align(subs, script, book, encoder=encoder, model=model, trust_book=trust_book, progress=progress)
    for warning in found.warnings:
        _say(f"warning: {warning}")
    rows = aligned_rows(found.cues, found.scenes, found.links, found.book)
    _put_rows(rows) if as_json else _put("\n".join(_aligned_line(row) for row in rows))


@app.command()
def shots(
    film: Annotated[Path, typer.Argument(metavar="FILM", help="A video, or a folder of frames.")],
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV in PySceneDetect's column layout.")] = False,
    detector: DetectorName = DEFAULT_DETECTOR,
    quiet: Quiet = False,
) -> None:
    """Find the shots of a film.

    With --json each shot is one object: "shot" (from 0), "start" and "end" in seconds, "first_frame" and "last_frame"
    (inclusive), and "transition": how it begins, cut or gradual.
    """
    with shown_progress(quiet=quiet) as progress:
        found = detect_shots(
            film,
            detector=detector,
            progress=(lambda done, total: progress("shots", done, total)) if progress else None,
        )
    if as_csv:
        _put(shots_csv(found).rstrip("\n"))
    elif as_json:
        _put_rows(shot_row(shot) for shot in found)
    else:
        _put("\n".join(_shot_line(shot_row(shot)) for shot in found))


@app.command()
def doctor() -> None:
    """Check that everything needed is there.

    Python, packages, codecs, models, device and disk; what is missing is said with the way to get it.
    """
    findings = examine()
    for finding in findings:
        _put(str(finding))
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("fabula-demo"),
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Read a film of our own and score it.

    Draws a short film, reads it with its story, screenplay and subtitles, compares every stage with the known truth,
    and writes the report.
    """
    with shown_progress(quiet=quiet) as progress:
        result = run_demo(output, force=force, progress=progress)
    _put(result.text)
    _say(f"{result.report}: open it in any browser")


app.command("describe")(describe_command)
app.command("search")(search_command)
app.command("curve")(curve_command)
app.command("tag")(tag_command)
app.command("next")(next_command)
app.command("shelf")(shelf)
app.command("borrow")(borrow_command)
app.command("tell")(tell_command)
app.command("style")(style_command)


def _aligned_line(row: Row) -> str:
    time = f"{row['start']:9.2f}"
    speaker = f"{row['speaker'] or '':<16.16}  " if "speaker" in row else ""
    passage = row.get("passage")
    told = f"  <- {passage['chapter']} ¶{passage['index']}" if passage else ""
    return f"{time}  {speaker}{' '.join(row['text'].split())}{told}"


def _shot_line(row: Row) -> str:
    frames = f"{row['first_frame']:7d} {row['last_frame']:7d}"
    return f"{row['shot']:5d} {row['start']:10.3f} {row['end']:10.3f} {frames}  {row['transition']}"


def _put_rows(rows: Iterable[Row]) -> None:
    for row in rows:
        _put(json.dumps(row, ensure_ascii=False))


def _put(text: str) -> None:
    sys.stdout.write(text + "\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> NoReturn:
    """Run the command line; errors that we foresaw are one line, without a traceback."""
    for stream in (sys.stdout, sys.stderr):  # scripts and names have accents, whatever the terminal's locale is
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except StorageError as error:
        _leave(f"fabula: {error}", 1)
    except FabulaError as error:
        _leave(f"fabula: {error}", 2)
    except KeyboardInterrupt:
        _leave("fabula: stopped. What is finished is stored: run the same command to go on.", 130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output (head, less) has gone: nothing to report, to nobody
        sys.exit(0)
    sys.exit(0)


def _leave(message: str, code: int) -> NoReturn:
    _say(message)
    sys.exit(code)
