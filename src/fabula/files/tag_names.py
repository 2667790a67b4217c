"""One vocabulary for the tags and titles that MovieLens, IMDb, TMDB and users write in their own ways."""

import re
import unicodedata
from collections.abc import Iterable

_GENRES = {
    "children's": "Children",
    "family": "Children",
    "kids": "Children",
    "science fiction": "Sci-Fi",
    "scifi": "Sci-Fi",
    "sf": "Sci-Fi",
    "music": "Musical",
    "noir": "Film-Noir",
    "film noir": "Film-Noir",
    "action & adventure": "Action|Adventure",
    "sci-fi & fantasy": "Sci-Fi|Fantasy",
    "war & politics": "War",
    "romantic comedy": "Romance|Comedy",
}
"""Other names of MovieLens' genres, some of which are two; all others keep their name."""
_FORMATS = frozenset(("", "(no genres listed)", "\\n", "imax", "short", "tv movie"))
"""What stands among genres and says nothing of the story."""
_SYNONYMS = {
    "blood": "gore,bloody,gory,splatter",
    "dark comedy": "black comedy,dark humor,dark humour,black humor",
    "based on a book": "based on novel,based on a novel,based on book,based on novel or book,book adaptation",
    "world war ii": "world war 2,wwii,ww2,second world war",
    "world war i": "world war 1,wwi,ww1,first world war",
    "post-apocalyptic": "post apocalyptic,post-apocalyptic future,postapocalyptic,post apocalypse",
    "artificial intelligence": "ai,artificial intelligence (a.i.)",
    "superhero": "super hero,super-hero,superheroes,super heroes",
    "hitman": "hit man,hit men,hitmen,contract killer",
    "mafia": "mob,mobster,organized crime,organised crime",
    "time travel": "time-travel,time machine,time traveler",
    "police": "cop,cops,policeman,police officer",
    "murder": "murders,murderer",
    "alien": "aliens,extraterrestrial",
    "animal": "animals,animal movie",
    "dog": "dogs",
    "dragon": "dragons",
    "ghost": "ghosts",
    "monster": "monsters",
    "robot": "robots",
    "vampire": "vampires",
    "witch": "witches",
    "wizard": "wizards",
    "zombie": "zombies",
    "space": "outer space",
    "sci-fi": "science fiction,scifi",
    "suspense": "suspenseful",
    "funny": "humorous,humourous,hilarious",
    "marriage": "wedding,weddings,married",
}
_KEYWORDS = {word: name for name, words in _SYNONYMS.items() for word in words.split(",")}
_NOTES = frozenset(("in netflix queue", "imdb top 250", "seen", "owned", "to see", "bad", "good", "remade"))
"""What people write in the place of keywords about their lists and their taste."""
_ARTICLES = frozenset(("the", "a", "an", "le", "la", "les", "l", "il", "el", "los", "las", "der", "die", "das"))
_YEAR = re.compile(r"[\s(\[-]*\b(?P<year>1[89]\d\d|20\d\d)\b[\s)\]]*$")


def genre_names(names: Iterable[str]) -> tuple[str, ...]:
    """Genres by MovieLens' names, in order of the alphabet, each once: Family -> Children, Science Fiction -> Sci-Fi.

    Notes of form (IMAX, Short, TV Movie, "(no genres listed)") are left out.
    """
    found: set[str] = set()
    for name in names:
        plain = " ".join(name.split())
        if plain.lower() not in _FORMATS:
            found.update(_GENRES.get(plain.lower(), _titled(plain)).split("|"))
    return tuple(sorted(found))


def _titled(name: str) -> str:
    """``sci-fi`` -> ``Sci-Fi``; what has capitals already keeps its own."""
    return name if name != name.lower() else re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name)


def keyword_names(names: Iterable[str]) -> tuple[str, ...]:
    """Keywords in lower case, synonyms under one name (blood and gore, as in the paper), each once, by alphabet."""
    plain = (" ".join(name.lower().split()) for name in names)
    return tuple(sorted({_KEYWORDS.get(name, name) for name in plain if name and name not in _NOTES}))


def title_key(title: str) -> str:
    """A title as its letters and digits alone, so that ways of writing it do not count: "Third Man, The" -> "thirdman".

    Accents, punctuation, blanks and articles at either end go; "&" is "and". Empty for a title without letters.
    """
    words = _words(title)
    first = 1 if len(words) > 1 and words[0] in _ARTICLES else 0
    turned = "," in title and len(words) - first > 1 and words[-1] in _ARTICLES
    return "".join(words[first : len(words) - turned])


def _words(title: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", title.lower().replace("&", " and ").replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘`")
    return re.findall(r"[^\W_]+", plain)


def split_year(title: str) -> tuple[str, int | None]:
    """A title and the year at its end, None where none stands: "Third Man, The (1949)", "the-third-man-1949"."""
    found = _YEAR.search(title)
    if not found or not found.start():
        return title.strip(), None
    return title[: found.start()].strip(), int(found["year"])
