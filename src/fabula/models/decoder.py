"""Decoders: what was seen -> words, one after the other.

One family: each looks at a memory (n, k, values), begins with a state, and takes a step for each word. Beam search and
training know no more than that.
"""

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name by which everyone knows it)

State = tuple[Tensor, ...]
"""Tensors with a row for each sentence that is being written."""

HIDDEN = 256
RNN_HIDDEN = 512
PASSAGE_HIDDEN = 640
READ = 256  # values of a word piece of a passage


class Decoder(Protocol):
    """What beam search and training need of a decoder."""

    def remember(self, memory: Tensor) -> State:
        """What is seen (n, k, values), prepared once for all steps."""
        ...

    def begin(self, seen: State) -> State:
        """The state before the first word."""
        ...

    def step(self, words: Tensor, state: State, seen: State) -> tuple[Tensor, State]:
        """After the words (n,): what to say next (n, hidden), and the new state."""
        ...

    def scores(self, hidden: Tensor) -> Tensor:
        """(..., hidden) -> log probabilities of all words (..., vocabulary)."""
        ...


class AttentionDecoder(nn.Module):
    """Two recurrent layers with attention to regions in between (top-down attention, Anderson et al. 2018).

    The first layer decides where to look from what was said and the picture as a whole; the second what to say of what
    is seen there.

    Args:
        words: size of the vocabulary.
        values: of a region.
        hidden: of the layers and of a word.
    """

    def __init__(self, words: int, values: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, hidden, padding_idx=0)
        self.see = nn.Linear(values, hidden)
        self.looking = nn.LSTMCell(3 * hidden, hidden)
        self.key, self.query, self.fit = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, 1)
        self.saying = nn.LSTMCell(2 * hidden, hidden)
        self.bias = nn.Parameter(torch.zeros(words))
        self.hide = nn.Dropout(0.35)

    def remember(self, memory: Tensor) -> State:
        """Regions made narrow, their keys, and their mean."""
        regions = self.hide(F.relu(self.see(memory)))
        return regions, self.key(regions), regions.mean(1)

    def begin(self, seen: State) -> State:
        """Nothing said, nothing looked at."""
        nothing = torch.zeros_like(seen[2])
        return nothing, nothing, nothing, nothing

    def step(self, words: Tensor, state: State, seen: State) -> tuple[Tensor, State]:
        """Look, then say."""
        regions, keys, mean = seen
        word = self.hide(self.embedding(words))
        looked, looked_cell = self.looking(torch.cat([word, mean, state[2]], 1), (state[0], state[1]))
        fits = self.fit(torch.tanh(keys + self.query(looked)[:, None]))
        attended = (fits.softmax(1) * regions).sum(1)
        said, said_cell = self.saying(torch.cat([attended, looked], 1), (state[2], state[3]))
        return said, (looked, looked_cell, said, said_cell)

    def scores(self, hidden: Tensor) -> Tensor:
        """Words are written with the vectors with which they are read: half the weights."""
        return F.log_softmax(F.linear(self.hide(hidden), self.embedding.weight, self.bias), dim=-1)


class MultimodalRNN(nn.Module):
    """The generator of Karpathy and Fei-Fei 2015 (section 3.2): a plain recurrent layer that sees the picture once.

    The baseline. Its picture is the mean of the regions.
    """

    def __init__(self, words: int, values: int, hidden: int = RNN_HIDDEN) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, hidden, padding_idx=0)
        self.see = nn.Linear(values, hidden)
        self.recurrent = nn.Linear(hidden, hidden)
        self.write = nn.Linear(hidden, words)
        self.hide = nn.Dropout(0.4)

    def remember(self, memory: Tensor) -> State:
        """The picture, for the first step."""
        return (self.see(self.hide(memory.mean(1))),)

    def begin(self, seen: State) -> State:
        """Nothing said; a one says that the first step is still to come."""
        return torch.zeros_like(seen[0]), torch.ones_like(seen[0][:, :1])

    def step(self, words: Tensor, state: State, seen: State) -> tuple[Tensor, State]:
        """Equation: h_t = f(W x_t + W h_(t-1) + b + 1(t = 1) b_v)."""
        hidden, first = state
        hidden = F.relu(self.hide(self.embedding(words)) + self.recurrent(hidden) + first * seen[0])
        return hidden, (hidden, torch.zeros_like(first))

    def scores(self, hidden: Tensor) -> Tensor:
        """Log probabilities of all words."""
        return F.log_softmax(self.write(self.hide(hidden)), dim=-1)


class PassageDecoder(nn.Module):
    """Vectors of the space of sentences -> a passage of prose (the decoder of neural-storyteller and skip-thoughts).

    Its memory is a row of what the passage says and a row of how the book is written, which has the mean of the
    book's passages. They set the first state and are read again at each step (Kiros et al. 2015, section 2.1). A row of
    zeros says nothing: the decoder learned with rows left out, and writes without them as well.

    Args:
        words: size of the vocabulary.
        values: of a row.
        hidden: of the recurrent layer.
        read: values of a word piece.
    """

    def __init__(self, words: int, values: int, hidden: int = PASSAGE_HIDDEN, read: int = READ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, read, padding_idx=0)
        self.see = nn.Linear(2 * values, read)
        self.first = nn.Linear(read, 2 * hidden)
        self.recurrent = nn.LSTM(2 * read, hidden, batch_first=True)
        self.say = nn.Linear(hidden + read, read)
        self.bias = nn.Parameter(torch.zeros(words))
        self.hide = nn.Dropout(0.1)

    def remember(self, memory: Tensor) -> State:
        """The rows (n, 2, values) as one vector, and the state that they set."""
        meant = torch.tanh(self.see(memory.flatten(1)))
        return meant, *torch.tanh(self.first(meant)).chunk(2, 1)

    def begin(self, seen: State) -> State:
        """Nothing said."""
        return seen[1], seen[2]

    def step(self, words: Tensor, state: State, seen: State) -> tuple[Tensor, State]:
        """One word piece on."""
        hidden, state = self.read(words[:, None], state, seen)
        return hidden[:, 0], state

    def read(self, words: Tensor, state: State, seen: State) -> tuple[Tensor, State]:
        """The same for all pieces of passages at once: (n, t) -> (n, t, values of a piece)."""
        meant = seen[0][:, None].expand(-1, words.shape[1], -1)
        pieces = torch.cat([self.hide(self.embedding(words)), meant], 2)
        hidden, (last, cell) = self.recurrent(pieces, (state[0][None].contiguous(), state[1][None].contiguous()))
        return torch.tanh(self.say(torch.cat([self.hide(hidden), meant], 2))), (last[0], cell[0])

    def scores(self, hidden: Tensor) -> Tensor:
        """Word pieces are written with the vectors with which they are read."""
        return F.log_softmax(F.linear(self.hide(hidden), self.embedding.weight, self.bias), dim=-1)


DECODERS: dict[str, type[AttentionDecoder] | type[MultimodalRNN]] = {
    "attention": AttentionDecoder,
    "rnn": MultimodalRNN,
}
