"""Markup that cannot be broken by its contents: every text is escaped unless it was made here."""

from collections.abc import Iterable
from html import escape

CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)))
VOID = frozenset({"br", "img", "input"})

Child = str | None
Value = str | int | float | bool | None


class Html(str):
    """A string that is markup already; any other string is text and is escaped when it becomes a child."""

    __slots__ = ()


def text(content: str) -> Html:
    """Escape a text for an element or a quoted attribute; control characters and lone surrogates are dropped."""
    return content if isinstance(content, Html) else Html(escape(content.translate(CONTROL)))


def join(children: Iterable[Child]) -> Html:
    """Join children one after another; None is nothing."""
    return Html("".join(text(child) for child in children if child is not None))


def el(name: str, /, *children: Child, **attributes: Value) -> Html:
    """An element. ``class_`` becomes class, ``data_state`` data-state; None and False leave an attribute out."""
    opening = f"<{name}{''.join(_attribute(*item) for item in attributes.items())}>"
    return Html(opening if name in VOID else f"{opening}{join(children)}</{name}>")


def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def percent(share: float) -> str:
    """A share as a coordinate of a drawing or a length in a style: "12.34%"."""
    return f"{100 * share:.2f}%"


def share(part: float, whole: float) -> str:
    """A share for reading: "12 %"; something that is not nothing is never "0 %"."""
    if not whole:
        return "0 %"
    return "< 1 %" if 0 < part / whole < 0.005 else f"{100 * part / whole:.0f} %"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 shot", "1,500 shots"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shorten(content: str, limit: int) -> str:
    """At most ``limit`` characters of a text in one line, cut between words where there is a gap."""
    line = " ".join(content.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    gap = head.rfind(" ")
    return f"{(head[:gap] if gap > limit // 2 else head).rstrip(' ,;:')}…"
