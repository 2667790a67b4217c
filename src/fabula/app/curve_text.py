"""Curves and parts of a film as text: a line of blocks for each curve, the places of its peaks."""

from collections.abc import Iterator, Sequence

import numpy as np

from fabula.files.drawing.axes import short_clock
from fabula.files.drawing.curves import CurveFigure
from fabula.files.drawing.responses import Peak, peaks, response_line
from fabula.files.report.markup import shorten
from fabula.files.rows import Row, curve_rows, part_row
from fabula.records import Curve, Part
from fabula.storyline.parts import leading

BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = 96
FINER = 8  # moments that are looked at in each column
PEAKS = 4
SPEAKERS = 3
HEADING = 60


def curve_lines(figure: CurveFigure) -> Iterator[str]:
    """For each curve its name, its course over the film in blocks, and its peaks with their scenes."""
    for panel in figure.panels:
        for curve in panel:
            yield f"{curve.name}  ({curve.kind}, {curve.model})"
            yield f"  {sparkline(curve, figure)}  {min(curve.smooth):.2f} to {max(curve.smooth):.2f}"
            for peak in found_peaks(curve, figure):
                heading = shorten(scene_at(figure, peak.time) or "", HEADING)
                yield f"    {short_clock(peak.time):>7}  {peak.value:.2f}  shot {peak.shot:<5d} {heading}".rstrip()


def sparkline(curve: Curve, figure: CurveFigure) -> str:
    """The smooth curve from the film's start to its end; each block is the highest of its stretch of time."""
    line = response_line(curve, figure.shots, smooth=True)
    times = (np.arange(COLUMNS * FINER) + 0.5) * figure.duration / (COLUMNS * FINER)
    values = np.interp(times, [time for time, _ in line], [value for _, value in line])
    highest = values.reshape(COLUMNS, FINER).max(1)
    share = (highest - highest.min()) / max(float(np.ptp(highest)), 1e-9)
    return "".join(BLOCKS[round(float(s) * (len(BLOCKS) - 1))] for s in share)


def found_peaks(curve: Curve, figure: CurveFigure) -> list[Peak]:
    """The peaks that are told of, in the order of their height."""
    return peaks(curve, figure.shots, PEAKS, figure.duration / 30)


def scene_at(figure: CurveFigure, seconds: float) -> str | None:
    """The heading of the scene that is on at a time."""
    return next((heading for start, end, heading in figure.timed_scenes if start <= seconds < end), None)


def curve_object(curve: Curve, figure: CurveFigure) -> Row:
    """A curve for JSON: its peaks, and its responses shot by shot."""
    names = ("shot", "start", "end", "raw", "smooth")
    top = [
        {"shot": p.shot, "time": round(p.time, 3), "response": round(p.value, 5), "scene": scene_at(figure, p.time)}
        for p in found_peaks(curve, figure)
    ]
    rows = [{name: row[name] for name in names} for row in curve_rows(curve, figure.shots)]
    return {"tag": curve.name, "kind": str(curve.kind), "model": curve.model, "peaks": top, "shots": rows}


def part_lines(parts: Sequence[Part]) -> Iterator[str]:
    """Each part in a line: when, the tag that stands out, who speaks, the scene."""
    for part, tag in zip(parts, leading(parts), strict=True):
        value = f"{tag} {dict(part.tags)[tag]:.2f}" if tag else ""
        who = ", ".join(f"{name} {share:.0%}" for name, share in part.speakers[:SPEAKERS])
        yield f"{short_clock(part.start):>7}  {value:<24}  {who:<44}  {shorten(part.heading or '', HEADING)}".rstrip()


def part_objects(parts: Sequence[Part]) -> list[Row]:
    """The parts for JSON, each with the tag that leads it."""
    return [{**part_row(part), "leads": tag} for part, tag in zip(parts, leading(parts), strict=True)]


def part_cells(parts: Sequence[Part]) -> list[Row]:
    """The parts for CSV: one row for each tag and each speaker of each part."""
    rows = []
    for part in parts:
        place = {"start": round(part.start, 3), "end": round(part.end, 3), "heading": part.heading}
        for kind, values in (("response", part.tags), ("share of lines", part.speakers)):
            rows += [{**place, "kind": kind, "name": name, "value": round(value, 5)} for name, value in values]
    return rows
