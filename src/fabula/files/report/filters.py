"""The bar above the reading that narrows it down; the page's script acts on it and unhides it."""

from collections.abc import Mapping

from fabula.files.report.markup import Html, el
from fabula.records import State

NAMES = {State.ALIGNED: "in place", State.MOVED: "moved", State.FILM_ONLY: "film only"}


def render_filters(ranks: Mapping[str, int], tally: Mapping[State, int], total: int) -> Html:
    """Buttons for the states (with the number of cues of each), a choice of characters, and a search box."""
    return el(
        "form",
        _states(tally, total) if tally else None,
        _characters(ranks) if ranks else None,
        el("input", type="search", name="words", placeholder="Search the text", aria_label="Search the text"),
        el("output", aria_live="polite"),
        el("a", "↑", href="#top", class_="up", aria_label="Back to the top"),
        class_="filters",
        role="search",
        hidden=True,
    )


def _states(tally: Mapping[State, int], total: int) -> Html:
    choices = [("", "all", total), *((state, NAMES[state], number) for state, number in tally.items())]
    return el(
        "fieldset",
        el("legend", "Show lines", class_="aside"),
        *(
            el(
                "label",
                el("input", type="radio", name="state", value=value, checked=not value),
                el("span", label, el("span", f"{number:,}", class_="number")),
                class_=value or "every",
            )
            for value, label, number in choices
        ),
        class_="states",
    )


def _characters(ranks: Mapping[str, int]) -> Html:
    options = [el("option", name, value=place) for name, place in ranks.items()]
    return el("select", el("option", "all characters", value=""), *options, name="who", aria_label="Character")
