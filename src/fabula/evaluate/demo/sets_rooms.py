"""The sets with a roof: the railway carriage, the kitchen and the lamp room."""

import math

from fabula.evaluate.demo.drawing import Canvas, mix, scatter, waver
from fabula.evaluate.demo.props import stars
from fabula.evaluate.demo.stage import Setting


def _carriage(canvas: Canvas) -> None:
    canvas.box(-200, -200, 840, 560, "#6b3f3a")
    for panel in range(-3, 14):
        canvas.line([(panel * 58, -100), (panel * 58, 420)], 1.2, "#5a332f")
    canvas.box(-200, -200, 840, 34, "#8a5a48")
    canvas.box(-200, 30, 840, 38, "#c79a5b")
    canvas.box(-200, 300, 840, 560, "#3d2a33")


def _carriage_moving(gift: bool) -> Setting:
    """The carriage; ``gift`` has the chair beside the guard."""

    def behind(canvas: Canvas, time: float) -> None:
        _window(canvas, time)
        _seat(canvas, 120)
        _seat(canvas, 520)
        canvas.box(90, 66, 250, 71, "#c79a5b")
        canvas.box(118, 42, 196, 66, "#8b6b3f", radius=4)
        canvas.line([(400, 30), (400, 52)], 2, "#c79a5b")
        swing = 3 * math.sin(time * 2.2)
        canvas.glow(400 + swing, 62, 120, "#ffdc93", 170)
        canvas.oval(400 + swing, 62, 9, 11, "#fff1c4")
        if gift:
            _chair(canvas, 352, 322, 1.5)

    return Setting(_carriage, behind, _rattle, size=1.75, shade="#fff0dc")


def _rattle(canvas: Canvas, time: float) -> None:
    """The window straps, swinging."""
    swing = 4 * math.sin(time * 3.1)
    for x in (196, 444):
        canvas.line([(x, 78), (x + swing, 128)], 3, "#2c1c1c")


def _window(canvas: Canvas, time: float) -> None:
    """Hills in snow going by behind the glass, framed."""
    canvas.box(206, 76, 434, 206, "#c7d8e8", radius=8)
    for depth, (colour, level, speed) in enumerate((("#aebfd6", 150, 26), ("#d8e4ef", 172, 60), ("#f4f8fb", 190, 130))):
        line = waver(depth * 2.0, (12 - 3 * depth, 190 - 40 * depth), (5, 77), level=level)
        xs = [206 + i * 6 for i in range(39)]
        hill = [(x, line(x + time * speed)) for x in xs]
        canvas.shape([*hill, (434, 206), (206, 206)], colour)
    for tree in range(5):
        x = 434 - (time * 130 + tree * 97) % 290
        if 212 < x < 428:
            canvas.shape([(x - 7, 198), (x + 7, 198), (x, 166)], "#4c6b62")
    for a, b, c in scatter(36, 4):
        x, y = 208 + (a * 224 - time * 160 * (0.5 + c)) % 224, 78 + (b * 126 + time * 30) % 126
        canvas.oval(x, y, 1 + c, 1 + c, "#ffffff", 220)
    for edge in (
        (198, 68, 442, 78),
        (198, 204, 442, 216),
        (198, 68, 208, 216),
        (432, 68, 442, 216),
        (317, 78, 322, 206),
    ):
        canvas.box(*edge, "#c79a5b")


def _seat(canvas: Canvas, x: float) -> None:
    back = x - 62 if x < 320 else x + 22
    canvas.box(back, 140, back + 40, 320, "#7d2735", radius=10)
    canvas.box(x - 62, 252, x + 62, 284, "#97313f", radius=9)
    canvas.box(x - 58, 284, x + 58, 322, "#4b1c28")
    canvas.box(back + 4, 144, back + 36, 176, "#efe3d0", radius=5)


def _chair(canvas: Canvas, x: float, ground: float, unit: float) -> None:
    wood, dark = "#c9873f", "#96602a"
    for leg, colour in ((-14, dark), (18, dark), (-18, wood), (14, wood)):
        canvas.line([(x + leg * unit, ground), (x + leg * unit, ground - 30 * unit)], 3 * unit, colour)
    canvas.box(x - 21 * unit, ground - 34 * unit, x + 21 * unit, ground - 28 * unit, wood, radius=2)
    for post in (-17, -6, 5, 16):
        canvas.line([(x + post * unit, ground - 32 * unit), (x + post * unit, ground - 72 * unit)], 2.4 * unit, wood)
    canvas.box(x - 21 * unit, ground - 78 * unit, x + 20 * unit, ground - 68 * unit, dark, radius=5)
    canvas.blob([(x - 8, ground - 75 * unit), (x, ground - 70 * unit), (x + 8, ground - 75 * unit)], "#d63a35")


def _kitchen(morning: bool) -> Setting:
    """The kitchen on Gannet Stone, by the lamp over the table or with the morning in the window."""
    wall = "#d9b98c" if morning else "#8d5a3c"

    def paint(canvas: Canvas) -> None:
        top, low = (mix(wall, "#ffffff", 0.2), wall) if morning else (mix(wall, "#1c1420", 0.55), wall)
        canvas.wash([(-20, top), (200, low), (290, low)])
        canvas.box(-200, 286, 840, 560, "#6b4a38" if morning else "#45291f")
        for board in range(-2, 9):
            canvas.line([(board * 92, 290), (board * 92 - 60, 420)], 1.6, "#3a221b")
        _kitchen_window(canvas, morning)
        _dresser_ghost(canvas, wall)
        _stove(canvas)
        if not morning:
            canvas.glow(326, 150, 300, "#ffcf7d", 150)

    def behind(canvas: Canvas, time: float) -> None:
        for bar in range(3):
            flicker = 1.5 * math.sin(time * 9 + bar * 2)
            canvas.blob([(556 + bar * 9, 256), (560 + bar * 9, 240 - flicker), (565 + bar * 9, 256)], "#ff9a3d")
        for box in (150, 500):
            canvas.box(box - 34, 262, box + 34, 326, "#9a7040", radius=3)
            canvas.line([(box - 32, 283), (box + 32, 283)], 1.5, "#6f4e2a")
        _hanging_lamp(canvas, time, morning)

    def front(canvas: Canvas, time: float) -> None:
        canvas.box(222, 252, 430, 266, "#b98850" if not morning else "#d1a366", radius=4)
        canvas.box(236, 266, 250, 350, "#7c5430")
        canvas.box(402, 266, 416, 350, "#7c5430")
        canvas.blob([(262, 252), (266, 240), (284, 240), (288, 252)], "#e9e1cf")
        canvas.box(372, 236, 386, 252, "#3f7fb5", radius=3)

    return Setting(paint, behind, front, size=1.7, shade="#fffaf0" if morning else "#ffe2bd")


def _kitchen_window(canvas: Canvas, morning: bool) -> None:
    canvas.box(70, 66, 206, 182, "#efe4d2" if morning else "#5a3a2a")
    canvas.box(78, 74, 198, 174, "#bfe0ee" if morning else "#17223f")
    if morning:
        canvas.glow(150, 120, 60, "#fff4cf", 220)
        canvas.box(78, 144, 198, 174, "#6fa3b8")
    else:
        for a, b, c in scatter(22, 15):
            canvas.oval(80 + a * 116, 76 + b * 90, 0.6 + c * 0.8, 0.6 + c * 0.8, "#dfe8ff", 200)
    frame = "#efe4d2" if morning else "#5a3a2a"
    canvas.box(135, 74, 141, 174, frame)
    canvas.box(78, 121, 198, 126, frame)
    for side in (62, 192):
        canvas.blob([(side, 60), (side + 22, 60), (side + 16, 120), (side + 24, 186), (side - 2, 186)], "#b8433a")


def _dresser_ghost(canvas: Canvas, wall: str) -> None:
    """A shelf with plates, and on the wall the pale patch where a dresser used to stand."""
    canvas.box(252, 92, 400, 250, mix(wall, "#ffffff", 0.09), radius=2)
    canvas.box(256, 120, 396, 126, "#6b4226")
    for plate in range(4):
        canvas.oval(276 + plate * 34, 106, 13, 14, ("#e9e1cf", "#7fb0c9")[plate % 2])
        canvas.oval(276 + plate * 34, 106, 7, 8, ("#d5cab2", "#a9cfe0")[plate % 2])


def _stove(canvas: Canvas) -> None:
    canvas.box(564, -100, 584, 180, "#2a2a30")
    canvas.box(520, 176, 630, 300, "#34343c", radius=8)
    canvas.box(514, 170, 636, 184, "#45454f", radius=4)
    canvas.glow(570, 250, 70, "#ff8a3d", 170)
    canvas.box(546, 224, 596, 260, "#5e1f14", radius=6)
    canvas.blob([(540, 168), (544, 150), (572, 150), (576, 168)], "#4f7a7a")
    canvas.line([(574, 158), (588, 150)], 4, "#4f7a7a")


def _hanging_lamp(canvas: Canvas, time: float, morning: bool) -> None:
    swing = 2 * math.sin(time * 1.1)
    canvas.line([(326, -60), (326 + swing, 44)], 1.6, "#2a1d1a")
    if not morning:
        canvas.glow(326 + swing, 66, 130, "#ffe0a0", 170)
    canvas.shape([(302 + swing, 62), (350 + swing, 62), (336 + swing, 42), (316 + swing, 42)], "#3d6b58")
    canvas.oval(326 + swing, 64, 9, 8, "#fff3c9" if not morning else "#d8d2bf")


def _lamp_room(lit: bool) -> Setting:
    """The lantern of the lighthouse: the great lens between panes of night."""

    def paint(canvas: Canvas) -> None:
        canvas.wash([(-40, "#0c1530"), (200, "#22376a" if lit else "#1a2a52"), (360, "#101a38")])
        stars(canvas, 130, 31, 250)
        for pane in range(8):
            x = -60 + pane * 108
            canvas.line([(x, -100), (x, 290)], 5, "#3c4254")
        for height in (92, 196):
            canvas.line([(-200, height), (840, height)], 3, "#3c4254")
        canvas.box(-200, 284, 840, 560, "#5b4636" if lit else "#2b2833")
        canvas.box(-200, 276, 840, 290, "#8f7350" if lit else "#3d3a46")
        if lit:
            canvas.glow(320, 160, 330, "#ffd97a", 190)

    def behind(canvas: Canvas, time: float) -> None:
        if lit:
            _lens_light(canvas, time)
        _lens(canvas, time, lit)

    return Setting(paint, behind, size=1.6, shade="#fff0c8" if lit else "#c3cdf0")


def _lens_light(canvas: Canvas, time: float) -> None:
    for ray in range(4):
        angle = time * 0.9 + ray * math.pi / 2
        end, rise = math.copysign(560.0, math.cos(angle)), 70 * math.sin(angle)
        strength = round(60 * abs(math.cos(angle)))
        canvas.shape([(320, 150), (320 + end, 60 + rise), (320 + end, 260 + rise), (320, 170)], "#ffedb5", strength)


def _lens(canvas: Canvas, time: float, lit: bool) -> None:
    glass = "#ffeeb8" if lit else "#51638f"
    canvas.box(286, 246, 354, 330, "#7b5a34" if lit else "#423b44", radius=6)
    canvas.box(266, 236, 374, 252, "#c9a154" if lit else "#6a6470", radius=5)
    canvas.blob(
        [(276, 238), (258, 160), (278, 84), (320, 62), (362, 84), (382, 160), (364, 238)], mix(glass, "#2b3a63", 0.25)
    )
    for band in range(9):
        y = 84 + band * 18
        half = 58 * math.sqrt(max(0.05, 1 - ((y - 158) / 105) ** 2))
        shine = 0.5 + 0.5 * math.sin(time * 2 + band * 0.8) if lit else 0.15
        canvas.box(320 - half, y - 6, 320 + half, y + 6, mix(glass, "#ffffff", 0.5 * shine), 235, radius=5)
    turn = time * (0.9 if lit else 0.0)
    for rib in range(4):
        x = 320 + 56 * math.cos(turn + rib * math.pi / 4)
        canvas.line(
            [(320 + (x - 320) * 0.55, 80), (x, 160), (320 + (x - 320) * 0.75, 238)],
            2.2,
            "#b98a3a" if lit else "#4a4a5c",
        )
    if lit:
        canvas.glow(320, 160, 90, "#ffffff", 220)
        flicker = 3 * math.sin(time * 8)
        canvas.blob([(308, 184), (312, 158), (320, 132 - flicker), (328, 158), (332, 184)], "#fff9df")


ROOM_SETS = {
    "carriage": _carriage_moving(gift=False),
    "carriage-gift": _carriage_moving(gift=True),
    "kitchen": _kitchen(morning=False),
    "kitchen-morning": _kitchen(morning=True),
    "lamp-lit": _lamp_room(lit=True),
    "lamp-dark": _lamp_room(lit=False),
}
