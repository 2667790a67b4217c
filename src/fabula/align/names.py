"""Names: learned from a text's capitals, joined to aliases (Catherine / Cat / Miss Barkley), compared in windows."""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from fabula.align.channels import unit_rows
from fabula.align.words import tokenise

LEAST = 3  # a name that a book uses less often identifies nobody
CAPITALS = 0.8  # share of a word's uses that have a capital, from which on it is taken for a name
REACH = 3  # units and texts on each side whose names count too: people are not named in every line
NICKNAME = 3  # letters that a nickname shares with the name at least (Cat, Catherine)

_TITLES = ("Mr. ", "Mrs. ", "Ms. ", "Dr. ", "St. ")  # their full stop ends no sentence
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NOT_NAMES = frozenset(
    tokenise(
        "i im ill ive id oh ah mr mrs miss ms dr sir madam madame monsieur lord lady god christmas chapter "
        "english french german italian american monday tuesday wednesday thursday friday saturday sunday january "
        "february march april may june july august september october november december"
    )
)


def learn_names(texts: Sequence[str]) -> dict[str, int]:
    """Words that a text writes with a capital where it need not: token -> how often.

    Only words inside a sentence count, because every first word has a capital; a word that is also common in small
    letters is none.
    """
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for found in WORD.finditer(text):
            word = found.group()
            token = "".join(tokenise(word))
            token = token[:-1] if word[-2:] in ("'s", "’s") else token  # Barkley's
            if word[0].islower():
                small[token] += 1
            elif inside_sentence(text, found.start()) and not word.isupper():
                capital[token] += 1
    return {
        token: count
        for token, count in capital.items()
        if count >= LEAST and count >= CAPITALS * (count + small[token]) and len(token) > 1 and token not in NOT_NAMES
    }


def inside_sentence(text: str, start: int) -> bool:
    """Whether the word that starts at ``start`` certainly stands inside a sentence, where a capital tells something."""
    before = text[max(start - 5, 0) : start]
    if before.endswith(_TITLES):
        return True
    return bool(before) and before[-1] == " " and before.rstrip()[-1:] not in {*".!?:;\"“”‘’'—-_", ""}


def learn_aliases(texts: Sequence[str], names: Collection[str]) -> dict[str, frozenset[str]]:
    """For each name the other names of the same person: those that stand beside it, and its short forms.

    "Catherine Barkley" joins its two words; "Cat" is joined to "Catherine" because it begins like it.
    """
    beside: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for a, b in itertools.pairwise(WORD.finditer(text)):
            if text[a.end() : b.start()] == " " and a.group()[0].isupper() and b.group()[0].isupper():
                beside["".join(tokenise(a.group())), "".join(tokenise(b.group()))] += 1
    joined: dict[str, set[str]] = {name: set() for name in names}
    for (first, last), count in beside.items():
        if count >= 2 and first in joined and last in joined and first != last:
            joined[first].add(last)
            joined[last].add(first)
    for short in names:
        longer = [name for name in names if len(name) > len(short) >= NICKNAME and name.startswith(short)]
        if len(longer) == 1:
            joined[short].add(longer[0])
            joined[longer[0]].add(short)
    return {name: frozenset(others) for name, others in joined.items()}


def name_cosine(
    units: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], aliases: Mapping[str, Collection[str]]
) -> np.ndarray:
    """Cosine of the names around a unit and around a text, rare names weighing more.

    Args:
        units: tokens of each film unit, the speaker's name among them where it is known.
        texts: tokens of each text.
        aliases: for each name its other forms, which count half.

    Returns:
        (units, texts) float32 in [0, 1].
    """
    index = {name: k for k, name in enumerate(sorted(aliases))}
    if not index or not len(units) or not len(texts):
        return np.zeros((len(units), len(texts)), np.float32)
    written, spoken = _mentions(texts, index, aliases), _mentions(units, index, aliases)
    rarity = np.log(len(texts) / np.maximum((written >= 1).sum(axis=0), 1)).astype(np.float32)
    found: np.ndarray = unit_rows(_around(spoken) * rarity) @ unit_rows(_around(written) * rarity).T
    return found


def _mentions(
    texts: Sequence[Sequence[str]], index: Mapping[str, int], aliases: Mapping[str, Collection[str]]
) -> np.ndarray:
    out = np.zeros((len(texts), len(index)), np.float32)
    for row, tokens in zip(out, texts, strict=True):
        for token in tokens:
            name = token if token in index else token[:-1] if token.endswith("s") else token
            if name in index:
                row[index[name]] = 1
                for other in aliases[name]:
                    row[index[other]] = max(row[index[other]], 0.5)
    return out


def _around(mentions: np.ndarray) -> np.ndarray:
    """Sum of the rows up to REACH away, nearer ones weighing more."""
    out = mentions.copy()
    for step in range(1, REACH + 1):
        out[step:] += mentions[:-step] / (1 + step)
        out[:-step] += mentions[step:] / (1 + step)
    return out
