"""Texts -> tokens, the same for every aligner."""

import re
import unicodedata

_WORD = re.compile(r"\w+(?:'\w+)*")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


def tokenise(text: str) -> list[str]:
    """Lower-case words without accents or apostrophes: "Don’t, Rénée!" -> ["dont", "renee"]."""
    plain = text.translate(_APOSTROPHES)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return [word.replace("'", "") for word in _WORD.findall(plain.lower())]
