"""The words that a decoder can write, as numbers."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from fabula.metrics.tokens import Tokens, caption_tokens

PADDING, START, END, UNKNOWN = range(4)
MARKS = ("<pad>", "<start>", "<end>", "<unknown>")
FEWEST_USES = 5  # as in Karpathy and Fei-Fei 2015: rarer words are not learned


class Vocabulary:
    """Words in the order of their numbers, the four marks first.

    Args:
        words: without the marks.
        split: a text into words.
    """

    def __init__(self, words: Sequence[str], split: Callable[[str], Tokens] = caption_tokens) -> None:
        self.words, self.split = (*MARKS, *words), split
        self._numbers = {word: k for k, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """A caption as numbers, without marks of start and end."""
        return self.numbers(self.split(text))

    def numbers(self, words: Iterable[str]) -> list[int]:
        """Words as numbers."""
        return [self._numbers.get(word, UNKNOWN) for word in words]

    def tokens(self, numbers: Iterable[int]) -> Tokens:
        """The words of numbers, up to the mark of the end."""
        found = []
        for number in numbers:
            if number == END:
                break
            if number > UNKNOWN:
                found.append(self.words[number])
        return tuple(found)


def learn_vocabulary(captions: Iterable[str], fewest: int = FEWEST_USES) -> Vocabulary:
    """The words that captions use at least so often, most frequent first."""
    return Vocabulary(frequent_words(Counter(word for caption in captions for word in caption_tokens(caption)), fewest))


def frequent_words(counts: Mapping[str, int], fewest: int, most: int | None = None) -> list[str]:
    """The words that are used at least so often, most frequent first; at most so many."""
    return [word for word, uses in sorted(counts.items(), key=lambda e: (-e[1], e[0])) if uses >= fewest][:most]


def sentence_of(words: Sequence[str]) -> str:
    """Words as one reads them: "a dog 's ball" -> "A dog's ball."."""
    text = ""
    for word in words:
        glued = word.startswith("'") or word == "n't"
        text += word if glued or not text else f" {word}"
    return f"{text[:1].upper()}{text[1:]}." if text else ""
