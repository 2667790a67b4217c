"""The sets under the sky: the line in the snow, the fair, the cliff road."""

import math

from fabula.evaluate.demo.drawing import Canvas, mix, waver
from fabula.evaluate.demo.props import moon, snowfall, stars
from fabula.evaluate.demo.stage import Setting


def _hills(canvas: Canvas) -> None:
    canvas.wash([(-20, "#8fa6c6"), (120, "#c3d3e4"), (210, "#f0e6df")])
    canvas.glow(500, 110, 130, "#fff6e0", 190)
    for level, colour, seed in ((170, "#a9bbd3", 0.3), (200, "#c2d0e1", 1.9), (232, "#dde6ef", 3.1)):
        canvas.ground(waver(seed, (24, 340), (8, 110), level=level), colour)
    for tree in range(16):
        x, y = -40 + tree * 47 + tree * 13 % 29, 226 + tree * 17 % 22
        canvas.shape([(x - 9, y), (x + 9, y), (x, y - 34)], "#54736d")
        canvas.shape([(x - 5, y - 16), (x + 2, y - 20), (x, y - 34)], "#f4f8fb")
    for arch in range(9):
        x = -60 + arch * 86
        canvas.box(x, 258, x + 86, 282, "#8d7f78")
        canvas.box(x, 282, x + 16, 380, "#7b6e69")
        canvas.oval(x + 51, 300, 34, 22, "#c9d6e3")
    canvas.box(-200, 254, 840, 260, "#f4f8fb")


def _train_passing(canvas: Canvas, time: float) -> None:
    head = -60 + time * 150
    for puff in range(9):
        age = puff * 0.28 + time % 0.28
        x, rise = head + 30 - age * 140, age * 26
        canvas.oval(x, 176 - rise, 9 + age * 13, 7 + age * 8, "#f5f5f5", max(0, round(210 - age * 80)))
    for carriage in range(4):
        x = head - 62 - carriage * 100
        canvas.box(x - 92, 204, x, 246, "#8a2f3b", radius=5)
        canvas.box(x - 94, 200, x + 2, 208, "#e9eef4", radius=3)
        for pane in range(4):
            canvas.box(x - 84 + pane * 21, 213, x - 69 + pane * 21, 229, "#ffd983", radius=2)
        _wheels(canvas, (x - 78, x - 14), time)
    canvas.box(head - 56, 212, head + 30, 244, "#2e4f46", radius=4)
    canvas.box(head - 56, 190, head - 22, 232, "#26413a", radius=4)
    canvas.box(head - 48, 198, head - 30, 212, "#ffd983")
    canvas.box(head + 14, 182, head + 26, 214, "#1f2a2a")
    canvas.shape([(head + 30, 234), (head + 48, 250), (head + 30, 250)], "#b8433a")
    _wheels(canvas, (head - 40, head - 8, head + 20), time)


def _wheels(canvas: Canvas, places: tuple[float, ...], time: float) -> None:
    for x in places:
        canvas.oval(x, 247, 9, 9, "#2b2b33")
        for spoke in range(3):
            angle = time * 12 + spoke * math.pi / 3
            dx, dy = 7 * math.cos(angle), 7 * math.sin(angle)
            canvas.line([(x - dx, 247 - dy), (x + dx, 247 + dy)], 1.2, "#a9a9b5")


def _fair_ground(canvas: Canvas) -> None:
    canvas.wash([(-40, "#2a1e55"), (120, "#6b3a7a"), (235, "#d9727a")])
    stars(canvas, 80, 41, 130)
    canvas.ground(lambda x: 232 + 6 * math.sin(x / 70), "#4a3a6b")
    for x, colour in ((-30, "#c94f5a"), (86, "#3f7fb5"), (500, "#e0a13c"), (604, "#4f8a6a")):
        _tent(canvas, x, 262, colour)
    canvas.glow(320, 200, 260, "#ffb86b", 110)
    canvas.ground(lambda x: 268 + 3 * math.sin(x / 50), "#c9c6e4")
    canvas.ground(lambda x: 318 + 3 * math.sin(x / 40 + 2), "#e4e3f3")


def _tent(canvas: Canvas, x: float, ground: float, colour: str) -> None:
    canvas.box(x - 34, ground - 52, x + 46, ground, mix(colour, "#ffffff", 0.75))
    for stripe in range(4):
        canvas.box(x - 34 + stripe * 22, ground - 52, x - 24 + stripe * 22, ground, colour)
    canvas.shape([(x - 44, ground - 50), (x + 6, ground - 96), (x + 56, ground - 50)], colour)
    canvas.line([(x + 6, ground - 96), (x + 6, ground - 112)], 1.6, "#2c1d44")
    canvas.shape([(x + 6, ground - 112), (x + 22, ground - 107), (x + 6, ground - 102)], "#f7d774")


def _fair(turning: bool, lanterns: bool) -> Setting:
    """The roundabout: standing still for a talk, or turning with its lanterns lit."""

    def behind(canvas: Canvas, time: float) -> None:
        _bulbs(canvas, time, lanterns)
        canvas.box(150, 284, 490, 312, "#a83a4a", radius=8)
        canvas.box(150, 284, 490, 292, "#f1c75b", radius=4)
        canvas.box(296, 120, 344, 286, "#f3dcae")
        for panel in range(3):
            canvas.box(301 + panel * 14, 140, 310 + panel * 14, 270, ("#3f7fb5", "#c94f5a", "#3f7fb5")[panel], radius=4)
        turn = time * 0.9 if turning else 0.0
        places = [(math.cos(turn + i * math.tau / 7), math.sin(turn + i * math.tau / 7), i) for i in range(7)]
        for across, depth, index in sorted(places, key=lambda place: place[1]):
            if turning or depth < 0:
                _horse(canvas, 320 + across * 142, 236 + depth * 20, 0.62 + 0.16 * depth, index, turn)

    def front(canvas: Canvas, time: float) -> None:
        _canopy(canvas, time if turning else 0.0)
        snowfall(canvas, time, 70, wind=-14)

    def riders(canvas: Canvas, time: float) -> None:
        behind(canvas, time)
        if not turning:
            _horse(canvas, 232, 246, 1.0, 1, 0.0)
            _horse(canvas, 400, 246, 1.0, 4, 0.0)

    return Setting(_fair_ground, riders, front, size=1.0, shade="#ffe9ee")


def _canopy(canvas: Canvas, turn: float) -> None:
    canvas.shape([(128, 122), (320, 34), (512, 122)], "#f3dcae")
    for stripe in range(8):
        phase = (stripe + turn * 0.9 % 1) / 8
        left, right = 128 + 384 * phase, 128 + 384 * min(phase + 0.0625, 1.0)
        canvas.shape([(left, 122), (320, 34), (right, 122)], "#c94f5a")
    for scallop in range(12):
        canvas.oval(144 + scallop * 32, 124, 16, 12, ("#c94f5a", "#f1c75b")[scallop % 2])
    canvas.box(128, 114, 512, 124, "#f1c75b", radius=4)
    canvas.oval(320, 32, 8, 8, "#f1c75b")


def _horse(canvas: Canvas, x: float, y: float, unit: float, index: int, turn: float) -> None:
    coat, mane = (("#f2ece0", "#b8433a"), ("#8fa0b3", "#e6e2da"), ("#d9a066", "#5d3a22"), ("#4f4a5c", "#e0a13c"))[
        index % 4
    ]
    y += 5 * math.sin(turn * 3 + index)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * unit, y - dy * unit

    canvas.line([at(0, 110 / unit - 20), at(0, -46)], 3 * unit, "#f1c75b")
    for leg, foot in ((-20, -30), (-14, -22), (16, 30), (22, 36)):
        canvas.line([at(leg, -6), at((leg + foot) / 2 + 3, -22), at(foot, -34)], 6 * unit, mix(coat, "#20182c", 0.2))
    canvas.line([at(-30, 2), at(-42, -8), at(-40, -24)], 6 * unit, mane)
    body = [
        (-30, 4),
        (-26, -12),
        (0, -14),
        (24, -10),
        (32, 8),
        (44, 30),
        (56, 22),
        (60, 28),
        (46, 46),
        (34, 40),
        (22, 12),
        (0, 8),
    ]
    canvas.blob([at(*point) for point in body], coat)
    canvas.blob([at(20, 12), at(32, 42), at(42, 49), at(34, 34), at(28, 14)], mane)
    canvas.oval(*at(48, 36), 1.8 * unit, 1.8 * unit, "#20182c")
    canvas.blob([at(-10, 10), at(-8, -4), at(10, -4), at(12, 10), at(0, 6)], "#c94f5a")


def _bulbs(canvas: Canvas, time: float, lit: bool) -> None:
    colours = ("#ff6b5e", "#7ee08a", "#ffd75e")
    for string, (x0, x1) in enumerate(((-60, 320), (320, 700))):
        for bulb in range(13):
            part = bulb / 12
            x, y = x0 + (x1 - x0) * part, 40 + 46 * (part if string else 1 - part) + 34 * math.sin(part * math.pi)
            colour = colours[bulb % 3]
            if lit:
                canvas.glow(x, y, 15 + 3 * math.sin(time * 4 + bulb), colour, 190)
            canvas.oval(x, y, 3, 3.6, colour if lit else mix(colour, "#2a1e55", 0.7))


def _cliff(canvas: Canvas) -> None:
    canvas.wash([(-40, "#0a1030"), (150, "#1c2a58"), (250, "#33487c")])
    stars(canvas, 190, 51, 230)
    moon(canvas, 520, 66, 20)
    canvas.ground(lambda x: 236 + 2 * math.sin(x / 60), "#22386b")
    for glint in range(7):
        canvas.line([(504 - glint * 4, 240 + glint * 4), (536 + glint * 4, 240 + glint * 4)], 1.2, "#cfdcf5", 110)
    _dark_tower(canvas)
    canvas.ground(lambda x: 256 - 16 * math.sin((x + 60) / 150) if x < 411 else 256 + (x - 411) * 0.7, "#5b6a9c")
    canvas.ground(lambda x: 282 + 9 * math.sin(x / 170 + 0.8), "#c3cde8")
    canvas.ground(lambda x: 316 + 10 * math.sin(x / 190 + 0.8), "#8190bd")


def _dark_tower(canvas: Canvas) -> None:
    """The lighthouse behind them, without its light."""
    canvas.shape([(84, 262), (118, 262), (111, 128), (91, 128)], "#8089ad")
    canvas.shape([(104, 262), (118, 262), (111, 128), (102, 128)], "#5c6690")
    canvas.box(84, 122, 118, 129, "#2a3050")
    canvas.box(92, 102, 110, 122, "#1b2242")
    canvas.blob([(88, 104), (101, 88), (114, 104)], "#4d2f45")


def _fence(canvas: Canvas, time: float) -> None:
    for post in range(-1, 9):
        x = post * 88 + 20
        y = 330 + 10 * math.sin(x / 190 + 0.8)
        canvas.box(x - 5, y - 34, x + 5, y + 30, "#1a2144", radius=2)
        canvas.box(x - 6, y - 38, x + 6, y - 32, "#d5def0", radius=3)
    canvas.line([(x, 312 + 10 * math.sin(x / 190 + 0.8)) for x in range(-80, 740, 20)], 3.4, "#1a2144")


LAND_SETS = {
    "viaduct": Setting(_hills, _train_passing, lambda canvas, time: snowfall(canvas, time, 110)),
    "fair": _fair(turning=False, lanterns=False),
    "fair-turning": _fair(turning=True, lanterns=True),
    "cliff": Setting(_cliff, front=_fence, size=1.15, shade="#dfe6ff"),
}
