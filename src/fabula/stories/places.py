"""Where and when a scene plays, in words that can open a sentence: "In the hotel lobby, at night"."""

import re
from dataclasses import dataclass

from fabula.align.words import tokenise
from fabula.files.screenplay.elements import parse_heading

_ON = frozenset(
    tokenise(
        "landing terrace balcony roof rooftop street road highway sidewalk pavement platform stairs staircase "
        "stairway steps bridge deck beach porch stage quai quay esplanade boat ship train bus ferry water sea "
        "lake river ocean island cliff hill mountain lawn field avenue boulevard pier dock"
    )
)
_AT = frozenset(
    tokenise(
        "entrance window station counter door gate gates airport fair table fountain facade desk corner "
        "crossroads harbour harbor stop"
    )
)
_BUILDINGS = frozenset(
    tokenise(
        "house hotel building apartment embassy office bank church school hospital store shop theatre theater "
        "restaurant bar club mansion cottage farmhouse station prison jail museum palace castle cafe bistro"
    )
)
_WEATHER = frozenset(tokenise("fog rain snow storm mist sunshine moonlight"))
_COMMON = re.compile(r"\b\w*(?:[Rr]oom|[Hh]ouse|[Ss]tage|[Cc]hapel|[Ss]hop|[Yy]ard|[Oo]ffice|[Cc]hurch|[Bb]uilding)$")
"""Places that are none of the language's old words, or that a screenplay writes as if they were names."""
_HOURS = {
    "night": "at night",
    "midnight": "at midnight",
    "dusk": "at dusk",
    "twilight": "at twilight",
    "dawn": "at dawn",
    "daybreak": "at daybreak",
    "sunrise": "at sunrise",
    "sunset": "at sunset",
    "noon": "at noon",
    "evening": "in the evening",
    "morning": "in the morning",
    "afternoon": "in the afternoon",
    "late afternoon": "late in the afternoon",
    "early morning": "early in the morning",
    "late night": "late at night",
    "day": "by day",
}
_DIRECTION = re.compile(
    r"\([^)]*\)?|[\"“”]"
    r"|\b(?:establishing|travel+ing|process|stock|flashback|various|moving|continued|angle on|p\.?o\.?v\.?)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[-–—]+\s+|\s*[–—/;:]\s*|,\s+|--+")
_AFTER = re.compile(r"\s[-–—]+\s+((?:an?|the next|\w+) (?:minute|hour|day|night|week|month|year)s?)$", re.IGNORECASE)
_WITHIN = re.compile(r"\s(?=(?:off|of|outside|inside|over|near|behind|above|below|beside|by|with|in|on|at|next)\s)")
_NO_ARTICLE = re.compile(r"^(?:(?i:the|an?|his|her|their|another|some)\s|[A-ZÀ-Þ](?:\S+ ){0,3}\S+['’]s?\s)")
_WITH_PREPOSITION = re.compile(r"^(?:in|on|at|outside|inside|near|behind|under|above|before)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A heading in words. ``where`` begins with a preposition; ``when`` is "at night" or the like.

    ``after`` is how long after the scene before: "later", "moments later"; what the heading does not say is empty.
    """

    where: str = ""
    when: str = ""
    after: str = ""


def read_heading(text: str) -> Setting:
    """The setting that a heading names, whose capitals are those of prose.

    >>> read_heading("INT. Lampert apartment - entrance hall - night")
    Setting(where='in the entrance hall of the Lampert apartment', when='at night', after='')
    """
    setting, place, hour = parse_heading(text)
    hour = (hour or "").lower()
    after = hour if re.search(r"\blater\b|^(?:the )?next\b|^same|^that", hour) and not hour.startswith("same") else ""
    since = _AFTER.search(place or "") if after == "later" else None
    if place and since:  # "RAILWAY CARRIAGE - A YEAR", "LATER"
        place, after = place[: since.start()], f"{since[1].lower()} later"
    when = _HOURS.get(re.sub(r"^(?:the )", "", hour), "")
    return Setting(_where(place or "", (setting or "").upper()), when, after)


def _where(place: str, setting: str) -> str:
    plain = " ".join(_DIRECTION.sub(" ", place).split())
    parts = [part.strip(" -.") for part in _PARTS.split(plain)]
    parts = [_COMMON.sub(lambda found: found.group().lower(), part) for part in parts if re.search(r"[^\W\d_]", part)]
    weather = f", in the {parts.pop().lower()}" if len(parts) > 1 and parts[-1].lower() in _WEATHER else ""
    if not parts:
        return ""
    place = parts[-1]
    phrase = place if _WITH_PREPOSITION.match(place) else f"{_preposition(place, setting)} {_with_article(place)}"
    if len(parts) > 1:
        phrase += f" of {_with_article(parts[0])}" if setting == "INT" else f", {_with_article(parts[0])}"
    return phrase + weather


def _preposition(place: str, setting: str) -> str:
    head = _WITHIN.split(place)[0].split()[-1]
    noun = head.lower()
    if noun in _ON or noun.removesuffix("s") in _ON:
        return "on"
    if setting == "EXT" and noun in _BUILDINGS:
        return "outside"
    if noun in _AT or (setting == "EXT" and head[0].isupper()):
        return "at"
    return "in"


def _with_article(place: str) -> str:
    """The place with "the", unless it is a proper name or somebody's."""
    head = _WITHIN.split(place)[0].split()[-1]
    return place if _NO_ARTICLE.match(place) or head[0].isupper() or head.isdigit() else f"the {place}"
