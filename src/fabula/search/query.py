"""The language of queries: a text, a picture, or several of them joined by + and -.

``a woman waits in the rain`` is one text; in ``he said "never again"`` the quoted words must stand there exactly.
``"beach" - "people" + image.jpg`` is a sum of vectors, as king - man + woman is (Mikolov et al. 2013): its terms are
texts in quotes or files of pictures. Inside of such a text curly quotes mark exact words: ``"he said “never again”"``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fabula.align.words import tokenise
from fabula.errors import InputError
from fabula.files.pictures import SUFFIXES

_TOKEN = re.compile(r'\s*(?:(?P<text>"[^"]*")|(?P<sign>[+\-−–](?=[\s"]|$))|(?P<word>[^\s"]+))')
_EXACT = re.compile(r'"([^"]*)"|“([^”]*)”')
_OPERATOR = re.compile(r'(?:^|\s|")[+\-−–](?:$|\s|")')


@dataclass(frozen=True)
class Term:
    """A text or the file of a picture; ``sign`` is -1 for what shall not be there. ``exact`` are runs of tokens."""

    text: str = ""
    picture: Path | None = None
    sign: int = 1
    exact: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Query:
    """What is looked for; at least one term has a positive sign."""

    source: str
    terms: tuple[Term, ...]

    def texts(self, sign: int) -> list[str]:
        """The texts of one sign."""
        return [term.text for term in self.terms if term.sign == sign and term.picture is None]

    def pictures(self, sign: int) -> list[Path]:
        """The pictures of one sign."""
        return [term.picture for term in self.terms if term.sign == sign and term.picture is not None]

    @property
    def exact(self) -> tuple[tuple[str, ...], ...]:
        """What must stand in a text, as runs of tokens."""
        return tuple(run for term in self.terms for run in term.exact)


def parse_query(source: str) -> Query:
    """Read a query.

    Raises:
        InputError: it is empty, a picture is missing, or an expression is malformed; the message names the column.
    """
    bare = source.strip()
    if not bare:
        raise InputError("the query", "it is empty", 'write what to look for: "a woman waits in the rain"')
    alone = bare.strip('"')
    if _names_picture(alone) and (Path(alone).is_file() or not any(map(str.isspace, alone))):
        return Query(bare, (_picture(alone, 1, bare, 1),))
    if not _OPERATOR.search(_EXACT.sub('""', bare)):
        return Query(bare, (_text(_EXACT.sub(lambda found: found[1] or found[2] or "", bare), 1, _runs(bare)),))
    terms = tuple(_terms(bare))
    if all(term.sign < 0 for term in terms):
        raise InputError(bare, "nothing is looked for: every term has a minus", 'put a term before it: "beach" - ...')
    return Query(bare, terms)


def _terms(source: str) -> Iterator[Term]:
    """The terms of an expression with the signs before them."""
    sign, wanted = 1, True
    for column, kind, token in _tokens(source):
        if kind == "sign":
            if wanted and column > 1:
                raise _bad(source, column, f"a term is missing before {token!r}", "put one term between two signs")
            sign, wanted = (1 if token == "+" else -1), True
            continue
        if not wanted:
            raise _bad(source, column, f"there is no + or - before {token}", 'join terms by signs: "beach" + "sea"')
        yield _term(token, kind, sign, source, column)
        wanted = False
    if wanted:
        raise _bad(source, len(source), "a term is missing after the last sign", "add it, or leave the sign out")


def _tokens(source: str) -> Iterator[tuple[int, str, str]]:
    """Column (from 1), kind (text, sign, word) and content of each part of an expression."""
    place = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:  # all that does not match is a quote without its partner
            column = source.index('"', place) + 1
            raise _bad(source, column, "this quote is never closed", 'close it with another "')
        place = found.end()
        kind = str(found.lastgroup)
        yield found.start(kind) + 1, kind, found[kind]


def _term(token: str, kind: str, sign: int, source: str, column: int) -> Term:
    content = token.strip('"') if kind == "text" else token
    if kind == "word" or (_names_picture(content) and Path(content).is_file()):
        if not _names_picture(content):
            cure = f'put texts in quotes: "{content}"; without + and - between spaces the whole is one text'
            raise _bad(source, column, f"{content} is neither in quotes nor a picture", cure)
        return _picture(content, sign, source, column)
    if not tokenise(content):
        raise _bad(source, column, "there is no word in this text", "write one, or leave the term out")
    return _text(_EXACT.sub(lambda found: found[2] or "", content), sign, _runs(content))


def _picture(name: str, sign: int, source: str, column: int) -> Term:
    if not Path(name).is_file():
        raise _bad(source, column, f"there is no picture {name}", "name a file that is there, or write a text")
    return Term(picture=Path(name), sign=sign)


def _text(text: str, sign: int, runs: tuple[tuple[str, ...], ...]) -> Term:
    if not tokenise(text):
        raise InputError(text or "the query", "there is no word in it", "write what to look for")
    return Term(" ".join(text.split()), sign=sign, exact=runs if sign > 0 else ())


def _runs(text: str) -> tuple[tuple[str, ...], ...]:
    """The quoted parts, as tokens."""
    found = (tuple(tokenise(match[1] or match[2] or "")) for match in _EXACT.finditer(text))
    return tuple(run for run in found if run)


def _names_picture(name: str) -> bool:
    """Whether this may be the file of a picture rather than a text: by its ending."""
    return '"' not in name and Path(name).suffix.lower() in SUFFIXES


def _bad(source: str, column: int, problem: str, cure: str) -> InputError:
    return InputError(f"query {source!r}", f"column {column}: {problem}", cure)
