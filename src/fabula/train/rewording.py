"""Another wording of a sentence, at a given distance: what happens to a novelist's words on their way to the screen."""

import itertools
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from fabula.align.words import tokenise
from fabula.train import phrases
from fabula.train.paragraphs import plain

_TOKEN = re.compile(r"\w+(?:'\w+)*|\W+")
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_INNER_CAPITAL = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?=[^\w'-]|'s)")
_CLAUSE = re.compile(r"(?<=[,;:])\s+|\s+-\s+|\s+(?=(?:but|because|if|when|where|while|unless|though|and I|and we)\b)")
_DETERMINERS = "the a an my his her our your their this that these those"
_THING = re.compile(rf"\b(?:{'|'.join(_DETERMINERS.split())}) [a-z]+(?=[,.;!?]|$| (?:is|was|and|but|when|if|will)\b)")
_TITLE = re.compile(rf"\b(?:{'|'.join(phrases.TITLES)})\.? (?=[A-Z])")
_DANGLING = frozenset(
    tokenise(f"{_DETERMINERS} of to at in on by for with from into and or but if than as is be very so not who which i")
)
_STOP = frozenset(word for entry in phrases.STOP_WORDS for word in tokenise(entry))
_NO_NAMES = {*phrases.TITLES, "God", "Heaven", "Lord", "English", "French", "German", "Sunday", "Monday", "Christmas"}
_SHORT = {long.lower(): short for long, short in phrases.CONTRACTIONS}
_LONG = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b", re.IGNORECASE)
_FILLERS = frozenset(tokenise("very quite so then now just indeed perhaps rather really too still even also well"))
_DOUBLED = re.compile(r"[^aeiou]{1,2}[aeiou][bdgmnpt]|quit")
"""Short verbs that double their last letter: stop, put, plan."""


def content(text: str) -> list[str]:
    """The tokens of a text that carry meaning: without function words and what every conversation has."""
    return [word for word in tokenise(text) if word not in _STOP]


def _inflect(verb: str) -> list[str]:
    """Base, third person, -ing, past, participle of "go/went/gone" or a regular "stop"."""
    base, *irregular = verb.split("/")
    head, _, particle = base.partition("_")
    stem = head + head[-1] if _DOUBLED.fullmatch(head) else head
    consonant_y = re.search(r"[^aeiou]y$", head) is not None
    third = head[:-1] + "ies" if consonant_y else head + ("es" if re.search(r"([sxo]|sh|ch)$", head) else "s")
    past = head[:-1] + "ied" if consonant_y else stem.removesuffix("e") + "ed"
    present = head[:-2] + "ying" if head.endswith("ie") else re.sub(r"(?<=[^eoy])e$", "", stem) + "ing"
    forms = [f"{form} {particle}".strip() for form in (head, third, present, past, past)]
    return forms[:3] + [form.replace("_", " ") for form in irregular] if irregular else forms


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """For each word of the tables in `phrases`, in each inflection, the words that can replace it."""
    table: dict[str, list[str]] = defaultdict(list)
    for group in phrases.VERBS:
        for forms in zip(*map(_inflect, group), strict=True):
            _connect(table, forms)
    for group in phrases.NOUNS:
        _connect(table, group)
        _connect(table, [phrases.PLURALS.get(noun) or _inflect(noun)[1] for noun in group])
    for group in phrases.OTHERS:
        _connect(table, [word.replace("_", " ") for word in group])
    return {word: tuple(dict.fromkeys(others)) for word, others in table.items()}


def _connect(table: dict[str, list[str]], group: Iterable[str]) -> None:
    words = list(dict.fromkeys(group))
    for word in words:
        table[word] += [other for other in words if other != word and word not in _STOP]


class Vocabulary:
    """The words of a novel by how often they come, and the names of its characters.

    Args:
        texts: the paragraphs.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts: Counter[str] = Counter()
        capitals: Counter[str] = Counter()
        for text in texts:
            counts.update(_WORD.findall(text))
            capitals.update(_INNER_CAPITAL.findall(text))
        names = [w for w, n in capitals.most_common(60) if n > 1 and counts[w.lower()] < 0.1 * n and w not in _NO_NAMES]
        self.names = tuple(names[:40])
        self.counts = counts
        self._classes: dict[str, list[str]] = defaultdict(list)
        for word, n in counts.most_common():
            if word.islower() and n > 1 and word not in _STOP:
                self._classes[_ending(word)].append(word)
        self._ranks = {word: i for ranked in self._classes.values() for i, word in enumerate(ranked)}

    def neighbour(self, word: str, rng: random.Random) -> str | None:
        """Another word of the same ending that the novel has about as often, if there is one."""
        ranked = self._classes.get(_ending(word), [])
        if len(ranked) < 2:
            return None
        rank = self._ranks.get(word, len(ranked) - 1)
        near = ranked[max(0, rank - 25) : rank + 25]
        return rng.choice(near)


def _ending(word: str) -> str:
    return next((end for end in ("ing", "ed", "ly", "s") if word.endswith(end) and len(word) > len(end) + 2), "")


class Rewriter:
    """Rewords sentences as one film does: its names, and how modern and how short its speech is.

    Args:
        vocabulary: of the novel.
        renamed: probability that a character has another name in the film.
        rng: source of all choices.
    """

    def __init__(self, vocabulary: Vocabulary, renamed: float, rng: random.Random) -> None:
        self.vocabulary, self.rng = vocabulary, rng
        self.modern, self.contracted = rng.uniform(0.3, 1), rng.uniform(0.5, 1)
        self.names = {n: self._other_name(n) if rng.random() < renamed else n for n in vocabulary.names}
        self.cast = tuple(dict.fromkeys(self.names.values())) or tuple(rng.sample(phrases.FIRST_NAMES, 4))
        weights = [1 / (rank + 3) for rank in range(len(self.cast))]  # Zipf: the hero is named most
        self._weights = list(itertools.accumulate(weights))

    def _other_name(self, name: str) -> str:
        pool = self.vocabulary.names if self.rng.random() < 0.2 else phrases.FIRST_NAMES + phrases.SURNAMES
        return self.rng.choice([other for other in pool if other != name] or [name])

    def trim(self, sentence: str, most: int) -> str:
        """A run of clauses of at most ``most`` words, if the sentence is longer; whole words in any case."""
        if len(sentence.split()) <= most:
            return sentence
        clauses = [c for c in _CLAUSE.split(sentence) if c]
        first = self.rng.randrange(len(clauses))
        taken = clauses[first].split()
        for clause in clauses[first + 1 :]:
            if len(taken) + len(clause.split()) > most:
                break
            taken += clause.split()
        taken = taken[:most]
        while len(taken) > 1 and taken[-1].lower() in _DANGLING:
            taken.pop()
        return self.close(" ".join(taken), sentence)

    def close(self, text: str, whole: str) -> str:
        """The text as a sentence: a capital first, and the whole's mark at the end."""
        text = re.sub(r"(?<=[.?!,;:]) - ", " ", text).replace(" - ", ", ").strip(" ,;:-'\"")
        if not text:
            return ""
        end = "" if text[-1] in ".!?" else whole.rstrip("'\" )")[-1:] if whole.rstrip("'\" )")[-1:] in "!?" else "."
        return text[0].upper() + text[1:] + end

    def light(self, sentence: str) -> str:
        """Modern words, contractions and the film's names; all other words stay."""
        tokens = _TOKEN.findall(sentence)
        tokens = [self._modernise(token) for token in tokens]
        text = _LONG.sub(
            lambda m: _SHORT[m[0].lower()] if self.rng.random() < self.contracted else m[0], "".join(tokens)
        )
        return self.close(text, sentence)

    def somebody(self) -> str:
        """The film's name of a character, a main character rather than an extra."""
        return self.rng.choices(self.cast, cum_weights=self._weights)[0]

    def _modernise(self, token: str) -> str:
        if token in self.names:
            return self.names[token]
        new = phrases.MODERN.get(token.lower())
        if new is None or self.rng.random() > self.modern:
            return token
        return _as(new.replace("_", " "), token)

    def reword(self, sentence: str, kept: float) -> str:
        """Another wording, with about a share ``kept`` of the content words; "" if nothing would be left."""
        rng, far = self.rng, 1 - kept
        clauses = [c for c in _CLAUSE.split(sentence) if c]
        if len(clauses) > 1 and rng.random() < 0.5 * far:
            clauses = rng.sample(clauses, len(clauses))
            sentence = self.close(", ".join(self._inner(c.strip(" ,;.!?-")) for c in clauses), sentence)
        sentence = _TITLE.sub(lambda m: "" if rng.random() < 0.5 * far else m[0], sentence)
        sentence = _THING.sub(lambda m: rng.choice(("it", "that")) if rng.random() < 0.5 * far else m[0], sentence)
        words: list[str] = []
        for token in _TOKEN.findall(self.light(sentence)):
            before = next((w.lower() for w in reversed(words) if w.strip()), "")
            words.append(self._replace(token, kept) or (token if before in _DANGLING else ""))
        text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join("".join(words).split()))
        text = self.close(re.sub(r"[,;: ]+([,;:.?!])", r"\1", text).lstrip(".?!"), sentence)
        if not _WORD.search(text):
            return ""
        return self._dress(text, 0.35 * far)

    def _replace(self, token: str, kept: float) -> str:
        """The token, or what stands for it in the new wording."""
        rng, low = self.rng, token.lower()
        if not token[0].isalpha() or token.startswith("I'"):
            return token
        if low in _FILLERS:
            return "" if rng.random() < 0.6 * (1 - kept) else token
        if tokenise(low)[0] in _STOP or rng.random() < kept:
            return token
        return self.substitute(token)

    def substitute(self, token: str) -> str:
        """A synonym, a word that the novel has as often, or nothing; a name gives way to a pronoun or another name."""
        rng, low = self.rng, token.lower()
        if token in self.cast:
            return rng.choice((self.somebody(), self.somebody(), *phrases.ADDRESS[:4]))
        alike = synonyms().get(low)
        if alike and rng.random() < 0.8:
            return _as(rng.choice(alike), token)
        other = self.vocabulary.neighbour(low, rng) if rng.random() < 0.6 else None
        return _as(other, token) if other else ""

    def _dress(self, text: str, chance: float) -> str:
        """Perhaps "Well, ..." before and "..., you know." after the sentence, or someone's name."""
        rng = self.rng
        if rng.random() < chance:
            text = f"{rng.choice(phrases.OPENERS)} {self._inner(text)}"
        if rng.random() < 0.6 * chance:
            tag = rng.choice(phrases.TAGS) if rng.random() < 0.7 else f", {self.somebody()}"
            text = text[:-1] + tag + text[-1]
        return text

    def _inner(self, text: str) -> str:
        """The text without its capital, unless it starts with "I", a title or a name."""
        keeps = text.startswith(("I ", "I'", *phrases.TITLES, *self.cast))
        return text if keeps else text[:1].lower() + text[1:]

    def recast(self, sentence: str) -> str:
        """A foreign sentence with this film's names in place of its own."""
        return _INNER_CAPITAL.sub(lambda _: self.somebody(), plain(sentence))


def _as(word: str, model: str) -> str:
    """The word, with a capital where the model has one."""
    return word[0].upper() + word[1:] if model[0].isupper() else word
