"""Two things seen closely: the lead seal and the black case."""

import math

from fabula.evaluate.demo.drawing import Canvas, waver
from fabula.evaluate.demo.stage import Setting


def _seal(broken: bool) -> Setting:
    """The lead seal, as large as a face: on its wire, or broken on the table."""

    def paint(canvas: Canvas) -> None:
        if broken:
            canvas.wash([(0, "#d9ad72"), (360, "#b98850")])
            for grain in range(9):
                line = waver(grain, (4, 300), level=20 + grain * 42)
                canvas.line([(x, line(x)) for x in range(-40, 700, 20)], 1.6, "#a8763f")
            canvas.oval(328, 222, 92, 22, "#7c5430", 120)
        else:
            canvas.wash([(0, "#7b5a34"), (360, "#3c2a1c")])
            canvas.oval(320, 330, 330, 190, "#c9a154")
            canvas.oval(320, 340, 290, 165, "#94702f")

    def behind(canvas: Canvas, time: float) -> None:
        wire = "#c8cbd2"
        if broken:
            canvas.line([(250, 120), (206, 84), (230, 50)], 5, wire)
            canvas.line([(390, 130), (450, 110), (470, 70)], 5, wire)
        else:
            canvas.line([(-20, 60), (150, 120), (262, 160)], 6, wire)
            canvas.line([(660, 30), (500, 110), (378, 160)], 6, wire)
        _lead(canvas, time)

    return Setting(paint, behind, shade="#fff4dc")


def _lead(canvas: Canvas, time: float) -> None:
    gleam = 6 * math.sin(time * 1.2)
    canvas.oval(320, 176, 84, 84, "#62666f")
    canvas.oval(318, 172, 80, 80, "#8b9099")
    canvas.oval(318, 172, 66, 66, "#747983")
    canvas.oval(290 + gleam, 140, 22, 12, "#b9bec6", 150)
    canvas.line([(318, 128), (318, 206)], 8, "#4a4e57")
    canvas.line([(298, 146), (338, 146)], 7, "#4a4e57")
    canvas.line([(282, 182), (292, 204), (318, 212), (344, 204), (354, 182)], 8, "#4a4e57")
    canvas.ring(318, 122, 9, 9, 5, "#4a4e57")


def _case(canvas: Canvas) -> None:
    canvas.wash([(0, "#4f6558"), (360, "#3d5046")])
    canvas.blob([(-80, 400), (-40, 250), (160, 200), (480, 200), (690, 250), (740, 400)], "#2f3437")
    canvas.box(120, 96, 520, 300, "#1d1b20", radius=14)
    canvas.box(132, 108, 508, 288, "#2b282f", radius=10)
    canvas.line([(250, 96), (262, 62), (378, 62), (390, 96)], 13, "#1d1b20")
    canvas.box(286, 150, 354, 222, "#d0a44c", radius=8)
    canvas.oval(320, 178, 9, 9, "#33260f")
    canvas.shape([(315, 180), (325, 180), (328, 206), (312, 206)], "#33260f")


def _hands(canvas: Canvas, time: float) -> None:
    """Two hands that keep hold of the case, and the snow's light going over it."""
    for x, tilt in ((120, 1), (520, -1)):
        canvas.blob([(x - 60 * tilt, 250), (x - 10 * tilt, 176), (x + 30 * tilt, 190), (x + 20 * tilt, 262)], "#62796b")
        for finger in range(4):
            y = 182 + finger * 20 + 1.5 * math.sin(time * 2 + finger)
            canvas.line([(x - 14 * tilt, y + 6), (x + 40 * tilt, y)], 19, "#f3d3bd")
    glance = (time * 130) % 1100 - 200
    canvas.shape([(glance, 96), (glance + 60, 96), (glance + 20, 300), (glance - 40, 300)], "#ffffff", 26)


THING_SETS = {
    "seal": _seal(broken=False),
    "seal-broken": _seal(broken=True),
    "case": Setting(_case, _hands, shade="#fff0dc"),
}
