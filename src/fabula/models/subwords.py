"""Word pieces learned from a corpus: what a storyteller reads and writes.

Byte-pair encoding over bytes (Sennrich et al. 2016): no word is unknown. The first numbers are the marks that all
decoders share.
"""

from collections.abc import Iterable, Sequence

from fabula.models.vocabulary import END, MARKS, PADDING, START, UNKNOWN

FIRST_OWN = len(MARKS)


class Subwords:
    """Texts as numbers of word pieces, and back.

    Args:
        description: of the tokenizer, as its library writes it (json).
    """

    def __init__(self, description: str) -> None:
        from tokenizers import Tokenizer

        self.description = description
        self._tokenizer: Tokenizer = Tokenizer.from_str(description)

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The pieces of each text, without marks of start and end."""
        return [found.ids for found in self._tokenizer.encode_batch(list(texts))]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of some pieces, up to the mark of the end."""
        own: list[int] = []
        for number in numbers:
            if number == END:
                break
            if number not in (PADDING, START, UNKNOWN):
                own.append(number)
        return str(self._tokenizer.decode(own, skip_special_tokens=False)).strip()


def learn_subwords(texts: Iterable[str], size: int) -> Subwords:
    """The word pieces that a corpus suggests.

    Args:
        texts: the corpus.
        size: how many, marks included.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(MARKS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return Subwords(tokenizer.to_str())
