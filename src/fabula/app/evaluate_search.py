"""``fabula evaluate search`` and ``fabula train search``: whether search finds what is there, and learning how sure."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fabula.evaluate.data import data_folder
from fabula.evaluate.search_quality import SearchQuality, held_back_quizzes, measure_quality
from fabula.features import open_cache
from fabula.train.search import learn_search

Data = Annotated[Path | None, typer.Option(help="Folder of texts with truth; else $FABULA_DATA.")]


def search(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each text.")] = False,
) -> None:
    """Measure search: what is found, and whether nothing fits where nothing does.

    Questions in other words than the text's are asked of films, screenplays and books that nothing was learned from,
    then again with their answers taken away, then of a text of another. Shares: found among the first five; the first
    hit said to fit; nothing fits without the answer; nothing fits in a foreign text; expected calibration error (ECE).

    Example: fabula evaluate search --data shared/data
    """
    quizzes = list(held_back_quizzes(data_folder(data), open_cache()))
    if not as_json:
        names = ("asked", "found", "fits", "refused", "foreign", "ECE")
        sys.stdout.write(f"{'':<34}" + "".join(f"{name:>9}" for name in names) + "\n")
    for found in measure_quality(quizzes):
        sys.stdout.write((json.dumps(dataclasses.asdict(found)) if as_json else _line(found)) + "\n")


def _line(found: SearchQuality) -> str:
    shares = (found.found, found.answered, found.refused, found.foreign, found.error)
    return f"{found.name[:22]:<23} {found.medium:<10}{found.questions:>9}" + "".join(
        f"{share:>9.3f}" for share in shares
    )


def train_search(data: Data = None) -> None:
    """Learn how likeness becomes probability in search; prints the constants of ``fabula.search.evidence``.

    Three annotated films with their books and three abridged novels are asked in other words, each question with its
    answer there and with it taken away.

    Example: fabula train search --data shared/data
    """
    evidence, fits = learn_search(data_folder(data), open_cache(), told=_say)
    sys.stdout.write(f"EVIDENCE = {evidence}\nFITS = {fits}\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
