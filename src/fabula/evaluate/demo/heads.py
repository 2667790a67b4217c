"""Heads of the film's people: hair, face and hat."""

import math

from fabula.evaluate.demo.cast import Acting, Look, Pencil
from fabula.evaluate.demo.drawing import curve, mix


def draw_head(pencil: Pencil, look: Look, act: Acting, x: float, y: float) -> None:
    """The head around (x, y), drawn from the back of the hair to the hat."""
    if look.braids:
        for side in (-1, 1):
            sway = math.sin(act.time * 2 + side) * 0.8
            braid = [(x + side * 11, y - 5), (x + side * 14 + sway, y - 16), (x + side * 13 + sway, y - 25)]
            pencil.line(braid, 5.5, look.hair)
            pencil.oval(*braid[-1], 2.6, 2.6, "#3f7fb5")
    if look.hat == "none":
        pencil.oval(x - 9, y + 9, 6.5, 6, look.hair)
    pencil.oval(x - 1.5, y + 2, 14.2, 14.4, look.hair)
    pencil.oval(x + 1, y, 12.6, 13.4, look.skin)
    _face(pencil, look, act, x + 2.5 + 0.7 * math.sin(act.time * 0.8), y)
    _fringe(pencil, look, x, y)
    _hat(pencil, look, x, y)


def _face(pencil: Pencil, look: Look, act: Acting, x: float, y: float) -> None:
    ink = "#2a2230"
    pencil.oval(x - 5, y - 4.5, 2.8, 1.9, "#e0685c", 70)
    pencil.oval(x + 7, y - 4.5, 2.4, 1.9, "#e0685c", 70)
    shut = (act.time + len(look.coat + look.hat) * 0.37) % 3.1 < 0.13
    for eye in (-3.6, 5.2):
        pencil.oval(x + eye, y + 1.4, 1.5, 0.4 if shut else 2.0, ink)
        if not shut:
            pencil.oval(x + eye + 0.5, y + 2.1, 0.5, 0.6, "#ffffff")
        inner, outer = (2.0, -2.2) if eye < 0 else (-2.0, 2.2)
        brow = [(x + eye + outer, y + 5.0), (x + eye + inner, y + 5.9 + act.wave * 0.6)]
        pencil.line(brow, 0.9, mix(look.hair, ink, 0.4))
    pencil.blob([(x + 0.2, y + 1), (x + 3.1, y - 2.6), (x + 0.4, y - 3.2)], mix(look.skin, "#b5543f", 0.3))
    if look.spectacles:
        for eye in (-3.6, 5.2):
            pencil.canvas.ring(
                *pencil.at(x + eye, y + 1.4), 3.9 * pencil.unit, 3.9 * pencil.unit, 0.7 * pencil.unit, "#5b4a2e"
            )
    _mouth(pencil, look, act, x + 1.2, y - 7.2)


def _mouth(pencil: Pencil, look: Look, act: Acting, x: float, y: float) -> None:
    if look.beard:
        pencil.blob(
            [
                (x - 12, y + 5),
                (x - 5, y + 2.5),
                (x + 6, y + 2.5),
                (x + 10, y + 6),
                (x + 7, y - 9),
                (x - 2, y - 13),
                (x - 11, y - 7),
            ],
            look.hair,
        )
    if act.talk > 0.05:
        pencil.oval(x, y, 2.6, 0.6 + 2.3 * act.talk, "#7a2b2b")
    else:
        pencil.line(curve([(x - 2.5, y + 0.4), (x, y - 0.6), (x + 2.7, y + 0.5)], closed=False), 0.9, "#7a3b34")
    if look.moustache:
        pencil.blob(
            [(x - 5.5, y + 1.2), (x - 1, y + 3.4), (x + 1, y + 3.4), (x + 5.5, y + 1.2), (x, y + 1.7)], look.hair
        )


def _fringe(pencil: Pencil, look: Look, x: float, y: float) -> None:
    if look.hat == "none":
        pencil.blob(
            [
                (x - 13, y + 1),
                (x - 8, y + 9),
                (x + 6, y + 8),
                (x + 13, y + 6),
                (x + 8, y + 15),
                (x - 4, y + 17),
                (x - 13, y + 11),
            ],
            look.hair,
        )
    elif look.braids:
        pencil.blob([(x - 12, y + 3), (x - 2, y + 8), (x + 12, y + 5), (x + 9, y + 13), (x - 8, y + 13)], look.hair)


def _hat(pencil: Pencil, look: Look, x: float, y: float) -> None:
    if look.hat == "bowler":
        pencil.blob([(x - 11, y + 8), (x - 10, y + 17), (x - 1, y + 22), (x + 9, y + 18), (x + 11, y + 8)], "#2b2b30")
        pencil.line([(x - 15, y + 8), (x + 16, y + 8)], 3.2, "#1f1f24")
        pencil.line([(x - 10, y + 10.4), (x + 10, y + 10.4)], 2.0, "#7d3b3b")
    elif look.hat == "guard":
        pencil.shape([(x - 12, y + 8), (x - 13, y + 17), (x + 12, y + 19), (x + 12, y + 8)], "#55305a")
        pencil.line([(x + 2, y + 7.6), (x + 18, y + 6.4)], 2.8, "#241727")
        pencil.oval(x + 5, y + 13, 2.4, 2.4, "#e8c25a")
    elif look.hat == "cap":
        pencil.blob([(x - 13, y + 8), (x - 12, y + 16), (x, y + 19), (x + 12, y + 15), (x + 12, y + 8)], "#22304d")
        pencil.line([(x - 11, y + 8), (x + 17, y + 7)], 3.6, "#1a2338")
    elif look.hat == "hood":
        pencil.blob(
            [
                (x - 14, y + 6),
                (x - 12, y + 16),
                (x + 1, y + 20),
                (x + 12, y + 14),
                (x + 15, y + 6),
                (x + 5, y + 11),
                (x - 6, y + 11),
            ],
            look.coat,
        )
        pencil.line(
            [(x - 15, y + 6), (x - 5, y + 9.5), (x + 6, y + 9.5), (x + 17, y + 5)], 3.0, mix(look.coat, "#8a5a00", 0.35)
        )
