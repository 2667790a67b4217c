"""What teaches a skip-thought encoder: two decoders that foretell a sentence's neighbours, and their loss."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

from fabula.models.skip_thought import Shape, SkipThoughtNetwork
from fabula.models.vocabulary import PADDING


class NeighbourDecoder(nn.Module):
    """Foretells a neighbour's words. The sentence's vector speaks in each gate, at each word (equations 5 to 8).

    Args:
        word: values of a word.
        vector: values of a sentence.
        hidden: of the state.
    """

    def __init__(self, word: int, vector: int, hidden: int) -> None:
        super().__init__()
        self.read = nn.Linear(word, 3 * hidden)
        self.heed = nn.Linear(vector, 3 * hidden, bias=False)
        self.again = nn.Linear(hidden, 3 * hidden)
        self.write = nn.Linear(hidden, word)

    def forward(self, read: Tensor, vectors: Tensor) -> Tensor:
        """What comes after each word (n, t, word) of the neighbours of sentences (n, vector): (n, t, word)."""
        return self.write(self.states(read, vectors))  # type: ignore[no-any-return]

    def states(self, read: Tensor, vectors: Tensor) -> Tensor:
        """(n, t, hidden), beginning with nothing."""
        given = self.read(read) + self.heed(vectors)[:, None]
        state = given.new_zeros(len(given), self.again.in_features)
        states = []
        for now in given.unbind(1):
            before = self.again(state)
            (reset, update, fresh), (reset_before, update_before, fresh_before) = now.chunk(3, 1), before.chunk(3, 1)
            fresh = torch.tanh(fresh + torch.sigmoid(reset + reset_before) * fresh_before)
            state = fresh + torch.sigmoid(update + update_before) * (state - fresh)
            states.append(state)
        return torch.stack(states, 1)


class SkipThoughtModel(nn.Module):
    """The encoder with its two decoders. Words are written with the vectors with which they are read.

    Args:
        words: size of the vocabulary, marks included.
        shape: of the encoder.
        state: values of the decoders' state.
    """

    def __init__(self, words: int, shape: Shape, state: int) -> None:
        super().__init__()
        self.encoder = SkipThoughtNetwork(words, shape)
        self.before = NeighbourDecoder(shape.word, shape.dimension, state)
        self.after = NeighbourDecoder(shape.word, shape.dimension, state)
        self.bias = nn.Parameter(torch.zeros(words))
        for name, weight in self.named_parameters():
            if "weight_hh" in name or "again.weight" in name:
                for gate in weight.data.chunk(3):
                    nn.init.orthogonal_(gate)
            elif weight.dim() > 1:
                nn.init.uniform_(weight, -0.1, 0.1)  # as in the paper, section 3
        self.encoder.words.weight.data[PADDING] = 0

    def vectors(self, sentences: Tensor) -> Tensor:
        """Of sentences (n, t) of equal length: (n, dimension), not of unit length."""
        lengths = torch.full((len(sentences),), sentences.shape[1])
        return torch.cat(self.encoder(self.encoder.words(sentences), lengths), 1)

    def foretell(self, vectors: Tensor, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
        """What is written of both neighbours, and what they say.

        Args:
            vectors: (n, dimension) of the sentences between.
            before: (n, t) their neighbours before them with the marks of start and end, padded.
            after: (n, u) the same of those after them.

        Returns:
            (w, word) to be compared with the vectors of words, and the right words (w,).
        """
        written, right = [], []
        for decoder, neighbour in ((self.before, before), (self.after, after)):
            there = neighbour[:, 1:] != PADDING
            written.append(decoder(self.encoder.words(neighbour[:, :-1]), vectors)[there])
            right.append(neighbour[:, 1:][there])
        return torch.cat(written), torch.cat(right)


def whole_loss(written: Tensor, right: Tensor, table: Tensor, bias: Tensor) -> Tensor:
    """Mean cross-entropy in nats for a word, against all words.

    Args:
        written: (w, word).
        right: (w,) numbers of words.
        table: (words, word) their vectors.
        bias: (words,).
    """
    return F.cross_entropy(F.linear(written, table, bias), right)


def sampled_loss(written: Tensor, right: Tensor, table: Tensor, bias: Tensor, drawn: Tensor, odds: Tensor) -> Tensor:
    """An estimate of ``whole_loss`` from few words, by importance sampling (Bengio and Senécal 2008, section III).

    The right word counts as it is; the others stand for all wrong ones, each weighted by how rarely it is drawn.

    Args:
        written: as there; right, table and bias too.
        right: the numbers of the right words.
        table: vectors of words.
        bias: of words.
        drawn: (k,) words that were drawn.
        odds: (words,) log of how often each is expected to be drawn.
    """
    own = (written * F.embedding(right, table)).sum(1) + bias[right]
    others = F.linear(written, F.embedding(drawn, table), bias[drawn] - odds[drawn])
    others = others.masked_fill(drawn == right[:, None], -1e9)  # not infinite, whose gradient is not a number
    return (torch.logaddexp(own, others.logsumexp(1)) - own).mean()


class WrongWords:
    """Words against which right ones are told: the most frequent ones always, some of the others by chance.

    Most of the probability is with few words, so that an estimate from these and a few others varies little.

    Args:
        shares: (words,) how often each word is used, which sums to 1; the words are in the order of their frequency.
        count: how many there are at a time.
    """

    def __init__(self, shares: Tensor, count: int) -> None:
        self._always = min(count // 2, len(shares) - 1)
        self._others, self._drawn = shares[self._always :] / shares[self._always :].sum(), count - self._always
        self.odds = torch.zeros(len(shares))
        """Log of how often each is expected among those that are drawn."""
        self.odds[self._always :] = torch.log(self._others * max(self._drawn, 1))

    def draw(self, seed: int) -> Tensor:
        """(count,) words; the same for the same seed."""
        chance = torch.Generator().manual_seed(seed)
        others = torch.multinomial(self._others, self._drawn, replacement=True, generator=chance)
        return torch.cat([torch.arange(self._always), self._always + others])
