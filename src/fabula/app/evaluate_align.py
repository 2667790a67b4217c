"""``fabula evaluate align`` and ``shelf``: the film-book aligner on films with known truth, and on the wrong books."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from fabula.align.model import BUILTIN, AlignerModel, load_model
from fabula.errors import InputError
from fabula.evaluate.alignment import Result, chosen_films, measure
from fabula.evaluate.data import data_folder
from fabula.evaluate.known_films import KnownFilm, demo_known_film
from fabula.evaluate.shelf import STRANGERS, ShelfSummary, Verdict, judge_shelf, summarise_shelf
from fabula.evaluate.statistics import ReliabilityRow
from fabula.features import DEFAULT_ENCODER, open_cache

ONE_LAYER = Path(str(resources.files("fabula.models"))) / "weights" / "book-linear.json"
ENCODER_HELP = "Sentence encoder that the aligner was trained with."
BAR = 30  # characters of a bar of probability 1


def align(
    data: Annotated[
        Path | None, typer.Option(help="Folder of texts with truth; else $FABULA_DATA, else the demo film.")
    ] = None,
    films: Annotated[int, typer.Option(min=1, help="Made films at each distance, and abridged novels.")] = 3,
    model: Annotated[str, typer.Option(help="Trained aligner: builtin, or a card (.json).")] = BUILTIN,
    also: Annotated[
        list[Path] | None, typer.Option(help="Card of another trained aligner to measure beside it; repeatable.")
    ] = None,
    encoder: Annotated[str, typer.Option(help=ENCODER_HELP)] = DEFAULT_ENCODER,
    ablation: Annotated[bool, typer.Option(help="Also measure without each channel and part (takes long).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row.")] = False,
) -> None:
    """Measure the alignment of films with books.

    For each group of films: recall and average precision (AP) of the correspondences within five cues and three
    paragraphs, as MovieBook has them; precision, F1 and false alarms of the decisions cue by cue; the expected
    calibration error (ECE) of the probabilities; recall by kind. Then what is lost without each part, and reliability
    diagrams. Brackets are 95 % intervals over films, or over stretches of 40 cues where a group is one film. Methods
    without a threshold of their own get the best one for each film, found with its truth.
    """
    chosen = load_model(model)
    found = measure(_films(data, films, encoder), chosen, _others(also or []), ablation, _say)
    last = ""
    for result in found:
        if as_json:
            lines = [json.dumps(dataclasses.asdict(result), ensure_ascii=False)]
        else:
            title = f"{'without parts: ' if result.ablation else ''}{result.group}"
            lines = [*(_heading(title, result) if title != last else ()), _row(result)]
            if result.method == "fabula" and not result.ablation:
                lines += [f"    {line}" for line in _diagram(result.reliability)]
            last = title
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()  # a group takes minutes: show what is known


def _films(data: Path | None, count: int, encoder: str) -> Iterator[KnownFilm]:
    store = open_cache()
    try:
        folder = data_folder(data)
    except InputError:
        if data is not None:
            raise
        _say("There is no folder of data: measured on the demo film alone, which fabula's authors made up.")
        yield demo_known_film(store, encoder)
        return
    _say(f"Measured on the texts in {folder}.")
    none = True
    for film in chosen_films(folder, count, store, _say, encoder):
        none = False
        yield film
    if none:
        raise InputError(folder, "there is no text with truth in it", "name another folder, or none for the demo film")


def _others(paths: list[Path]) -> dict[str, AlignerModel]:
    """Other trained aligners by name; the one-layer network (the paper's baseline) is measured where it is there."""
    found = {"one-layer network": load_model(str(ONE_LAYER))} if ONE_LAYER.is_file() else {}
    return found | {path.stem: load_model(str(path)) for path in paths}


def _heading(title: str, result: Result) -> list[str]:
    films = f"{result.films} film{'s' if result.films > 1 else ''}"
    kept = f", words kept {result.kept:.2f} as measured" if result.kept is not None else ""
    names = (
        f"{'':<32}{'recall':>7}{'AP':>7} {'interval':<14}{'prec.':>7}{'F1':>7} {'interval':<14}{'alarms':>7}{'ECE':>7}"
    )
    return ["", f"{title} ({films}{kept})", f"{names}  recall by kind"]


def _row(result: Result) -> str:
    error = "" if result.calibration_error is None else f"{result.calibration_error:.3f}"
    kinds = "  ".join(f"{kind or 'all'} {share:.3f}" for kind, share in result.by_kind.items())
    doubt = "" if result.followed == 1 else f"  (taken to follow its book: {result.followed:.0%})"
    return (
        f"{result.method:<32}{result.recall:>7.3f}{result.ap:>7.3f} {_interval(result.ap_interval):<14}"
        f"{result.precision:>7.3f}{result.f1:>7.3f} {_interval(result.f1_interval):<14}{result.false_alarm:>7.3f}"
        f"{error:>7}  {kinds}{doubt}"
    )


def _interval(values: tuple[float, float]) -> str:
    return f"[{values[0]:.3f} {values[1]:.3f}]"


def _diagram(rows: tuple[ReliabilityRow, ...]) -> Iterator[str]:
    """A bar as long as what was observed for each bin of probability; ``|`` stands at what was predicted."""
    for row in rows:
        bar = list("█" * round(row.observed * BAR) + "·" * (BAR - round(row.observed * BAR)) + " ")
        bar[round(row.predicted * BAR)] = "|"
        yield (
            f"{row.low:.1f}-{row.high:.1f}  predicted {row.predicted:.3f}  observed {row.observed:.3f}  "
            f"{''.join(bar)} {row.count:5d}"
        )


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def shelf(
    data: Annotated[Path | None, typer.Option(help="Folder of films' subtitles and books; else $FABULA_DATA.")] = None,
    strangers: Annotated[int, typer.Option(min=0, help="Films without a book of their own.")] = STRANGERS,
    model: Annotated[str, typer.Option(help="Trained aligner: builtin, or a card (.json).")] = BUILTIN,
    encoder: Annotated[str, typer.Option(help=ENCODER_HELP)] = DEFAULT_ENCODER,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each pair, then the summary.")] = False,
) -> None:
    """Measure whether a film's own book is told from others'.

    Films with their books, with all other books of the shelf, and other films with one book each: the mean evidence for
    a cue in nats, the probability p that chance gives as much, and the verdict. Then how many wrong pairs were accepted
    and how many right ones, and on which rank of the shelf each film's own book stands.
    """
    verdicts = []
    folder = data_folder(data)
    for found in judge_shelf(folder, load_model(model), open_cache(), strangers=strangers, encoder=encoder, say=_say):
        verdicts.append(found)
        row = {"film": found.film, "book": found.book, "right": found.right, "trained_on": found.trained_on}
        row |= {**dataclasses.asdict(found.fit), "accepted": found.accepted}
        sys.stdout.write((json.dumps(row) if as_json else _verdict_line(found)) + "\n")
        sys.stdout.flush()
    summary = summarise_shelf(verdicts)
    sys.stdout.write((json.dumps(dataclasses.asdict(summary)) if as_json else _shelf_lines(summary)) + "\n")


def _verdict_line(found: Verdict) -> str:
    truth = "right" if found.right else "wrong"
    verdict = "follows" if found.accepted else "no"
    note = "  (trained on)" if found.trained_on else ""
    mark = "" if found.right == found.accepted else "  <- error"
    return (
        f"{truth:<6}{found.fit.score:9.3f}  p {found.fit.p_value:8.2g}  {found.fit.told:4.0%}  {verdict:<8}"
        f"{found.film[:40]:<41}{found.book}{note}{mark}"
    )


def _shelf_lines(summary: ShelfSummary) -> str:
    ranks = (f"{film}: {rank} of {summary.books}" for film, rank in summary.ranks.items())
    counts = (
        f"right pairs accepted: {summary.right_accepted} of {summary.right}; "
        f"wrong pairs accepted: {summary.wrong_accepted} of {summary.wrong}"
    )
    return "\n".join(["", counts, "rank of a film's own book:", *(f"  {line}" for line in ranks)])
