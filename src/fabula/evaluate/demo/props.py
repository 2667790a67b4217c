"""Things that stand in more than one set: the lighthouse, boats, the sea, stars, snow."""

import math

from fabula.evaluate.demo.drawing import Canvas, Point, curve, mix, scatter, waver


def stars(canvas: Canvas, count: int, seed: int, bottom: float, colour: str = "#fff6d8") -> None:
    """Stars over the sky above ``bottom``."""
    for a, b, c in scatter(count, seed):
        size = 0.5 + 1.1 * c**3
        canvas.oval(-160 + a * 960, -60 + b * (bottom + 60), size, size, colour, round(110 + 140 * c))


def moon(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A full moon with its light and two of its seas."""
    canvas.glow(x, y, radius * 6, "#cfe0ff", 120)
    canvas.oval(x, y, radius, radius, "#f5efd8")
    canvas.oval(x - radius * 0.3, y - radius * 0.2, radius * 0.25, radius * 0.2, "#e2dbc2")
    canvas.oval(x + radius * 0.3, y + radius * 0.35, radius * 0.18, radius * 0.14, "#e2dbc2")


def snowfall(canvas: Canvas, time: float, count: int = 90, wind: float = -30.0) -> None:
    """Falling flakes, near ones large and fast."""
    for a, b, c in scatter(count, 3):
        speed = 28 + 50 * c
        x = (a * 760 + wind * time * (0.5 + c) + 6 * math.sin(time * 1.7 + a * 40)) % 760 - 60
        y = (b * 420 + speed * time) % 420 - 30
        canvas.oval(x, y, 0.8 + 1.7 * c, 0.8 + 1.7 * c, "#ffffff", round(130 + 110 * c))


def sea(canvas: Canvas, top: float, near: str, far: str, time: float, rows: int = 7) -> None:
    """Waves in rows from the horizon at ``top`` to the lower edge, each row darker or lighter than the last."""
    levels = [top + (370 - top) * ((row + 1) / rows) ** 1.7 for row in range(rows)]
    for row, level in enumerate(levels):
        depth = (row + 1) / rows
        swell, ripple = (1 + 4 * depth, 60 + 90 * depth), (1 + 2 * depth, 31 + 40 * depth)
        line = waver(row * 1.3 + time * (0.5 + 0.2 * row), swell, ripple, level=level)
        below = levels[row + 1] + 12 if row + 1 < rows else 560.0
        canvas.ground(line, mix(far, near, depth), bottom=below)


def beam(canvas: Canvas, x: float, y: float, time: float, colour: str = "#ffe9a8") -> None:
    """Two opposite beams of a turning lens, seen from the side: broad when they come towards us, then gone."""
    for side in (0.0, math.pi):
        across, towards = math.cos(time * 0.9 + side), math.sin(time * 0.9 + side)
        end = math.copysign(900.0, across)
        for layer in range(4):
            half = (44 + 60 * max(towards, 0)) * (1 - layer * 0.22)
            strength = round(30 * min(1.0, 1.6 * abs(across)))
            canvas.shape([(x, y - 2), (x + end, y - half - 10), (x + end, y + half), (x, y + 2)], colour, strength)


def lighthouse(canvas: Canvas, x: float, base: float, unit: float, lit: float, body: str = "#efe4d2") -> Point:
    """A white tower with two red bands; returns the place of the lamp. ``lit`` is 0 (dark) to 1."""

    def at(dx: float, dy: float) -> Point:
        return x + dx * unit, base - dy * unit

    def half(height: float) -> float:
        return 13 - 5.5 * height / 100

    shade = mix(body, "#2c3760", 0.35)
    for low, high in ((0, 25), (25, 45), (45, 70), (70, 88), (88, 100)):
        wide, narrow = half(low), half(high)
        banded = low in (25, 70)
        colour = "#b8433a" if banded else body
        canvas.shape([at(-wide, low), at(wide, low), at(narrow, high), at(-narrow, high)], colour)
        dark = mix(colour, "#1d2547", 0.35) if banded else shade
        canvas.shape([at(wide * 0.25, low), at(wide, low), at(narrow, high), at(narrow * 0.25, high)], dark)
    for height in (18, 54, 80):
        canvas.box(*at(-3.4, height + 6), *at(-0.2, height), "#f7c95c" if lit > 0.5 else "#33405f", radius=unit)
    canvas.box(*at(-11.5, 103.5), *at(11.5, 100), "#3a3f52")
    canvas.box(*at(-6.5, 118), *at(6.5, 103.5), mix("#26304d", "#ffeeb0", lit))
    for bar in (-6.2, -2, 2.2, 6.2):
        canvas.line([at(bar, 118), at(bar, 103.5)], 0.8 * unit, "#3a3f52")
    canvas.blob([at(-9, 117), at(-6, 124), at(0, 128), at(6, 124), at(9, 117)], "#8f3430")
    canvas.line([at(0, 127), at(0, 136)], unit, "#3a3f52")
    lamp = at(0, 111)
    if lit > 0:
        canvas.glow(*lamp, (40 + 50 * lit) * unit, "#ffe39a", round(230 * lit))
        canvas.oval(*lamp, 3.6 * unit, 4.4 * unit, "#fffbe6")
    return lamp


def rock(canvas: Canvas, x: float, base: float, unit: float, colour: str) -> None:
    """The island that the lighthouse stands on."""
    outline = [(-62, -8), (-50, 6), (-36, 9), (-26, 19), (-12, 21), (12, 21), (24, 15), (40, 13), (52, 4), (66, -8)]
    canvas.blob([(x + a * unit, base - b * unit) for a, b in outline], colour)
    light = mix(colour, "#ffffff", 0.12)
    canvas.blob([(x + a * unit, base - b * unit) for a, b in ((-44, 4), (-26, 16), (-14, 18), (-22, 6))], light)


def boat(canvas: Canvas, x: float, y: float, unit: float, colour: str, rim: str = "#e9dcc0") -> None:
    """The near side of a rowing boat; (x, y) is the middle of its rim."""
    hull = [(-74, 8), (-40, 0), (0, -2), (40, 0), (78, 11), (62, -17), (30, -25), (-30, -25), (-60, -17)]
    points = curve([(x + a * unit, y - b * unit) for a, b in hull])
    canvas.shape(points, colour)
    edge = curve([(x + a * unit, y - b * unit) for a, b in hull[:5]], closed=False)
    canvas.line(edge, 3.2 * unit, rim)
    plank = curve([(x + a * unit, y - b * unit) for a, b in ((-66, -5), (-30, -11), (30, -11), (68, -4))], closed=False)
    canvas.line(plank, 1.2 * unit, mix(colour, "#000000", 0.3))


def house(canvas: Canvas, x: float, ground: float, width: float, height: float, wall: str, lit: int) -> None:
    """A gabled house with a snowy roof and four windows; the bits of ``lit`` say which are lit."""
    top = ground - height
    canvas.box(x, top, x + width, ground, wall)
    canvas.box(x + width * 0.66, top, x + width, ground, mix(wall, "#10162e", 0.25))
    peak = (x + width / 2, top - width * 0.5)
    canvas.shape([(x - 4, top + 2), peak, (x + width + 4, top + 2)], mix(wall, "#1a2140", 0.55))
    canvas.shape([(x - 5, top), peak, (x + width / 2 + 6, peak[1] + 7), (x + 3, top + 2)], "#dfe8f2")
    for window in range(4):
        wx = x + width * (0.16 + 0.42 * (window % 2))
        wy = top + height * (0.14 + 0.4 * (window // 2))
        glass = "#ffd06b" if lit >> window & 1 else mix(wall, "#10162e", 0.6)
        if lit >> window & 1:
            canvas.glow(wx + width * 0.11, wy + height * 0.1, width * 0.5, "#ffcf6b", 90)
        canvas.box(wx, wy, wx + width * 0.22, wy + height * 0.2, glass, radius=1)
        canvas.line([(wx + width * 0.11, wy), (wx + width * 0.11, wy + height * 0.2)], 1, mix(wall, "#10162e", 0.5))
