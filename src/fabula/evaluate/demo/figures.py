"""The people of the film, drawn from a few shapes each: told apart by colour and by outline."""

import math

from fabula.evaluate.demo.cast import LOOKS, Acting, Look, Pencil
from fabula.evaluate.demo.drawing import Canvas, Point, mix
from fabula.evaluate.demo.heads import draw_head


def draw_figure(canvas: Canvas, name: str, act: Acting) -> None:
    """Draw one person of :data:`LOOKS` on the canvas."""
    look = LOOKS[name]
    seated = act.pose in ("sit", "ride", "aboard", "row")
    breath = 0.5 * math.sin(act.time * 2.1 + len(name))
    lean = 7 * math.sin(act.time * 2.6) if act.pose == "row" else 0.0
    pencil = Pencil(canvas, act.x, act.y, act.size * look.height, act.facing)
    hip = 0.0 if seated else 40.0 + (abs(math.sin(act.time * 5)) * 1.6 if act.pose == "walk" else 0)
    shoulder = hip + 37 + breath
    _legs(pencil, look, act, hip)
    _arm(pencil, look, act, (-6 + lean, shoulder - 5), back=True)
    _coat(pencil, look, hip, shoulder, lean, seated)
    draw_head(pencil, look, act, lean + 2, shoulder + 14 + 0.8 * act.talk)
    _arm(pencil, look, act, (5 + lean, shoulder - 6), back=False)


def _legs(pencil: Pencil, look: Look, act: Acting, hip: float) -> None:
    if act.pose in ("aboard", "row"):
        return  # the boat hides them
    shoe = mix(look.legs, "#000000", 0.45)
    for side in (-1, 1):
        if act.pose == "sit":
            knee, foot = (20.0, 1.0), (22.0 + 2 * side, -27.0)
        elif act.pose == "ride":
            knee, foot = (11.0, -10.0), (7.0, -27.0)
        else:
            stride = side * math.sin(act.time * 5) * 13 if act.pose == "walk" else side * 5.0
            lift = max(0.0, side * math.cos(act.time * 5)) * 4 if act.pose == "walk" else 0.0
            knee, foot = (stride * 0.5 + 2, hip * 0.5), (stride, lift + 2)
        pencil.line([(side * 4, hip + 2), knee, foot], 8.5, look.legs)
        pencil.line([foot, (foot[0] + 6, foot[1] - 0.5)], 5.5, shoe)


def _coat(pencil: Pencil, look: Look, hip: float, shoulder: float, lean: float, seated: bool) -> None:
    wide, hem = 15 * look.breadth, hip - (4 if seated else 15)
    flare = wide * (1.08 if seated else 1.3)
    left = [(-flare, hem), (-wide * 0.98, hip + 12), (-wide * 0.8 + lean, shoulder - 5), (-6 + lean, shoulder + 2)]
    right = [(6 + lean, shoulder + 2), (wide * 0.8 + lean, shoulder - 5), (wide * 0.98, hip + 12), (flare, hem)]
    pencil.blob([*left, *right, (0, hem - 2)], look.coat)
    dark = mix(look.coat, "#101528", 0.22)
    pencil.blob([left[0], left[1], left[2], (-wide * 0.35 + lean, shoulder - 6), (-wide * 0.5, hem)], dark)
    pencil.line([(wide * 0.3 + lean, shoulder - 4), (wide * 0.4, hem + 2)], 0.9, dark)
    for button in range(3):
        pencil.oval(
            wide * 0.52 + lean * (1 - button / 3), shoulder - 10 - button * 9, 1.3, 1.3, mix(dark, "#f7e7b5", 0.7)
        )
    if look.scarf:
        pencil.blob(
            [(-10 + lean, shoulder + 1), (lean, shoulder + 6), (11 + lean, shoulder + 1), (lean, shoulder - 5)],
            look.scarf,
        )
        pencil.blob(
            [(5 + lean, shoulder), (11 + lean, shoulder - 2), (12 + lean, shoulder - 19), (6 + lean, shoulder - 18)],
            look.scarf,
        )


def _arm(pencil: Pencil, look: Look, act: Acting, shoulder: Point, back: bool) -> None:
    sleeve = mix(look.coat, "#101528", 0.3 if back else 0.1)
    elbow, hand = _reach(act, shoulder, back)
    pencil.line([shoulder, elbow, hand], 7.6 if not back else 7.0, sleeve)
    if act.hold and not back:
        _thing(pencil, act.hold, hand)
    pencil.oval(*hand, 4.0, 4.0, look.skin)


def _reach(act: Acting, shoulder: Point, back: bool) -> tuple[Point, Point]:
    """Elbow and hand of an arm."""
    x, y = shoulder
    if act.pose == "row":
        pull = 7 * math.cos(act.time * 2.6)
        return (x + 8, y - 11), (x + 21 + pull, y - 9)
    if act.hold and not back:
        return (x + 5, y - 14), (x + 17, y - 11 + 2 * act.wave)
    if act.wave and not back:
        swing = math.sin(act.time * 4.2)
        return (x + 6, y - 15 + 3 * act.wave), (x + 15 + 3 * swing, y - 15 + 14 * act.wave + 2 * swing)
    if act.pose == "walk":
        swing = math.sin(act.time * 5) * (9 if back else -9)
        return (x + swing * 0.4, y - 15), (x + swing, y - 27)
    if act.pose in ("sit", "ride", "aboard"):
        return (x + 4, y - 15), (x + 16, y - 21)
    return (x + 1, y - 16), (x + 4, y - 30)


def _thing(pencil: Pencil, thing: str, hand: Point) -> None:
    x, y = hand
    if thing == "lantern":
        pencil.canvas.glow(*pencil.at(x + 2, y - 12), 55 * pencil.unit, "#ffd98a", 150)
        pencil.line([(x, y), (x + 2, y - 5)], 1.0, "#2b2b33")
        pencil.shape([(x - 3, y - 6), (x + 7, y - 6), (x + 8, y - 19), (x - 4, y - 19)], "#2b2b33")
        pencil.oval(x + 2, y - 12, 3.6, 5, "#fff0b8")
    elif thing == "paper":
        pencil.shape([(x - 2, y - 3), (x + 13, y + 1), (x + 12, y + 21), (x - 3, y + 17)], "#f7f1df")
        for row in range(4):
            pencil.line([(x + 0.5, y + 3 + row * 3.6), (x + 9.5, y + 5.4 + row * 3.6)], 0.7, "#8a8577")
    elif thing == "pen":
        pencil.line([(x - 1, y - 5), (x + 5, y + 9)], 1.6, "#1f2430")
    elif thing == "bell":
        pencil.blob([(x - 5, y - 13), (x - 3, y - 5), (x + 1, y - 2), (x + 5, y - 5), (x + 7, y - 13)], "#d9a441")
        pencil.oval(x + 1, y - 14, 2, 2, "#7c5a1e")
