"""The sets by the water: the open sea before Gannet Stone, the harbour of Marrick, the boat in the fog."""

import math

from fabula.evaluate.demo.drawing import Canvas, Point, mix, scatter
from fabula.evaluate.demo.props import beam, boat, house, lighthouse, moon, rock, sea, snowfall, stars
from fabula.evaluate.demo.stage import Setting


def _dusk(canvas: Canvas) -> None:
    canvas.wash([(-40, "#2b2f63"), (90, "#7a5288"), (170, "#e28a72"), (215, "#fbc98a")])
    stars(canvas, 90, 5, 110)
    for x, y, width in ((90, 120, 120), (470, 96, 150), (560, 150, 100), (230, 60, 90)):
        for puff in range(4):
            offset = puff * width / 4 - width / 2
            canvas.oval(x + offset, y - (puff % 2) * 3, width / 5, 5.5, "#f2a58d", 110)


def _dusk_moving(canvas: Canvas, time: float) -> None:
    beam(canvas, 430, 107, time)
    sea(canvas, 215, "#27355f", "#c98580", time)
    rock(canvas, 430, 262, 1.5, "#3b3557")
    lighthouse(canvas, 430, 232, 1.13, 1.0)
    for bird in range(3):
        x, y = 150 + bird * 52 + time * 9, 120 + bird * 17 - time * 2
        flap = 4 * math.sin(time * 6 + bird * 2)
        canvas.line([(x - 8, y - flap), (x, y), (x + 8, y - flap)], 1.5, "#2f2b4d")


def _night(canvas: Canvas) -> None:
    canvas.wash([(-40, "#0b1230"), (130, "#1d2c5c"), (215, "#41598c")])
    stars(canvas, 160, 11, 200)
    moon(canvas, 130, 78, 22)


def _night_moving(canvas: Canvas, time: float) -> None:
    beam(canvas, 430, 107, time * 1.2)
    sea(canvas, 215, "#0d1736", "#36508a", time)
    for glint in range(9):
        x = 130 + 34 * math.sin(glint * 2.4 + time * 0.8)
        canvas.line([(x - 10, 226 + glint * 11), (x + 10, 226 + glint * 11)], 1.6, "#dfe6f5", 120)
    rock(canvas, 430, 262, 1.5, "#151b36")
    lighthouse(canvas, 430, 232, 1.13, 1.0, body="#c9cde0")


def _harbour(canvas: Canvas) -> None:
    canvas.wash([(-40, "#101b40"), (120, "#27407a"), (215, "#5b7fa8")])
    stars(canvas, 90, 21, 130)
    canvas.ground(lambda x: 185 - 40 * math.sin((x + 60) / 260), "#1b2c57")
    walls = ("#8c5a52", "#5d6f8f", "#a8815a", "#6a5577", "#4f7a7a", "#93624a")
    for index, wall in enumerate(walls):
        house(canvas, -20 + index * 78, 238, 62, 62 + 22 * (index * 7 % 3), wall, (5, 9, 6, 3, 12, 10)[index])
    canvas.ground(lambda x: 234 if x < 470 else 420, "#3a4260")
    canvas.box(-200, 232, 472, 238, "#dfe8f2")


def _harbour_moving(canvas: Canvas, time: float) -> None:
    sea(canvas, 246, "#0f2346", "#2d5482", time, rows=4)
    for index, (a, b, c) in enumerate(scatter(26, 8)):
        x, y = a * 470, 262 + b * 80
        width = 5 + 9 * c + 3 * math.sin(time * 2 + index)
        canvas.line([(x - width, y), (x + width, y)], 1.6, "#ffcf7a", 110)
    for index, x in enumerate((70, 520, 610)):
        bob = 2 * math.sin(time * 1.3 + index)
        canvas.line([(x, 262 + bob), (x, 180 + bob)], 2.2, "#2a2438")
        canvas.shape([(x + 2, 186 + bob), (x + 2, 244 + bob), (x + 26, 244 + bob)], "#b9a98c", 200)
        boat(canvas, x, 262 + bob, 0.62, ("#7c3b3b", "#3f5f4c", "#6f5a3a")[index])
    canvas.box(330, 296, 700, 420, "#4b4a63")
    canvas.box(330, 290, 700, 299, "#e4ebf4")
    for post in (352, 470, 588):
        canvas.box(post, 270, post + 13, 300, "#2c2a3d", radius=4)
        canvas.box(post - 1, 267, post + 14, 273, "#f2f6fb", radius=3)


def _harbour_front(canvas: Canvas, time: float) -> None:
    x, y = _harbour_sway(time)
    boat(canvas, 218 + x, 308 + y, 1.25, "#2f6a8f")
    snowfall(canvas, time, 60)


def _harbour_sway(time: float) -> Point:
    return 0.0, 2.2 * math.sin(time * 1.4)


def _crossing_moving(canvas: Canvas, time: float) -> None:
    canvas.oval(560, 196, 46, 7, "#151b36")
    canvas.box(556, 164, 564, 196, "#aab0c8")
    pulse = 0.5 + 0.5 * math.sin(time * 1.9)
    canvas.glow(560, 160, 30 + 46 * pulse, "#ffd874", 245)
    canvas.oval(560, 160, 3.4, 3.4, "#fff7d8")
    sea(canvas, 204, "#0d1a3c", "#36508a", time)
    for glint in range(8):
        x = 560 + 6 * math.sin(glint * 2 + time * 2)
        canvas.line([(x - 9, 212 + glint * 8), (x + 9, 212 + glint * 8)], 1.4, "#ffd874", round(60 + 120 * pulse))


def _rowing_sway(time: float) -> Point:
    return 2 * math.sin(time * 2.6), 4 * math.sin(time * 1.5)


def _rowing_front(canvas: Canvas, time: float) -> None:
    x, y = _rowing_sway(time)
    dip = 8 * math.sin(time * 2.6)
    canvas.line([(262 + x, 244 + y), (192 + x + dip, 300 + y - dip * 0.5)], 4, "#c9a777")
    boat(canvas, 320 + x, 268 + y, 1.55, "#2f6a8f")
    canvas.line([(288 + x, 262 + y), (212 + x - dip, 326 + y - dip * 0.5)], 4.6, "#dbbd8e")
    canvas.ground(lambda wave: 322 + 5 * math.sin(wave / 34 + time * 2), "#0a1430")


def _fog(found: bool) -> Setting:
    """The boat in the fog; when the light is found, its yellow reaches the boat from the right."""
    high, low = ("#8d99a4", "#bcc3c4") if not found else ("#9a9c94", "#dccf9f")

    def paint(canvas: Canvas) -> None:
        canvas.wash([(0, high), (200, low), (360, mix(high, "#3c4c5c", 0.4))])

    def behind(canvas: Canvas, time: float) -> None:
        if found:
            bright = 0.55 + 0.45 * math.sin(time * 1.9 - 0.6)
            for layer in range(5):
                half = 20 + 22 * layer
                canvas.shape([(760, 96), (-200, 150 - half), (-200, 170 + half)], "#ffeeb0", round(34 * bright))
            canvas.glow(600, 104, 210, "#fff0b0", round(240 * bright))
        sea(canvas, 232, "#56697a", low, time, rows=5)

    def front(canvas: Canvas, time: float) -> None:
        x, y = _rowing_sway(time)
        canvas.line([(262 + x, 246 + y), (196 + x, 302 + y)], 4, "#8d8271")
        boat(canvas, 320 + x, 268 + y, 1.55, "#3d6076", rim="#d8d3c4")
        canvas.ground(lambda wave: 322 + 4 * math.sin(wave / 34 + time * 1.4), "#5b6d7c")
        for bank in range(7):
            drift = (bank * 190 + time * (9 + 3 * (bank % 3))) % 980 - 170
            canvas.oval(drift, 120 + bank * 37 % 230, 190, 26, "#dfe3e2", 46)

    return Setting(paint, behind, front, _rowing_sway, size=1.5, shade="#f4f4f0" if not found else "#fff4d4")


SEA_SETS = {
    "sea-dusk": Setting(_dusk, _dusk_moving, shade="#fff2e4"),
    "sea-night": Setting(_night, _night_moving),
    "harbour": Setting(_harbour, _harbour_moving, _harbour_front, _harbour_sway, size=1.2),
    "crossing": Setting(_night, _crossing_moving, _rowing_front, _rowing_sway, size=1.5),
    "fog": _fog(found=False),
    "fog-light": _fog(found=True),
}
