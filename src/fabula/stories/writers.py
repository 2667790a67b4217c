"""Who writes a story from its evidence: the built-in decoder, or a language model that is asked with a prompt."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from fabula.errors import FabulaError
from fabula.files.pictures import Picture
from fabula.records import Evidence
from fabula.stories.prompt import LENGTH, fill_prompt, load_prompt

BUILTIN = "builtin"
SERVER, HUB = "openai:", "hf:"
TEMPERATURE = 0.8

_THOUGHTS = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"```\w*\n(?P<inside>.*)\n```", re.DOTALL)
_KNOWN = "Say builtin, openai:MODEL@URL (such as openai:llama3.2@http://localhost:11434/v1), or hf:OWNER/MODEL."


class Writer(Protocol):
    """Writes a story from evidence. ``name`` says in the story's record who it was."""

    name: str

    def write(
        self,
        evidence: Sequence[Evidence],
        style: str,
        *,
        pictures: Sequence[Picture] = (),
        length: int = LENGTH,
        seed: int = 0,
        temperature: float = TEMPERATURE,
    ) -> str:
        """A story about the evidence, unchecked (``check.check`` says what it invents).

        Args:
            evidence: what is known, in order.
            style: the name of a style.
            pictures: what a writer that can see may look at too.
            length: about how many words.
            seed: the same seed and evidence give the same story, as far as the writer can promise that.
            temperature: 0 writes what is likeliest; the higher, the more surprising.

        Raises:
            FabulaError: the writer cannot be reached, or gives no story.
        """
        ...


class LanguageModel(Protocol):
    """Answers a request in words, about pictures if there are some."""

    name: str

    def answer(
        self, request: str, pictures: Sequence[Picture] = (), *, tokens: int, seed: int, temperature: float
    ) -> str:
        """The answer, of at most so many word pieces."""
        ...


class PromptedWriter:
    """A language model as a ``Writer``.

    Args:
        model: who is asked.
        prompt: as ``prompt.load_prompt`` gives it; None for fabula's own.
    """

    def __init__(self, model: LanguageModel, prompt: str | None = None) -> None:
        self.name = model.name
        self._model, self._prompt = model, load_prompt() if prompt is None else prompt

    def write(
        self,
        evidence: Sequence[Evidence],
        style: str,
        *,
        pictures: Sequence[Picture] = (),
        length: int = LENGTH,
        seed: int = 0,
        temperature: float = TEMPERATURE,
    ) -> str:
        """As ``Writer.write`` says."""
        request = fill_prompt(self._prompt, evidence, style, length)
        answer = self._model.answer(request, pictures, tokens=most_tokens(length), seed=seed, temperature=temperature)
        story = story_of(answer)
        if not story:
            raise FabulaError(
                f"{self.name} gave an empty answer. Ask again with another --seed, or choose a larger model."
            )
        return story


def most_tokens(length: int) -> int:
    """Word pieces for a story of so many words: two for a word, and as many again as models think before they write."""
    return 4 * length + 1024


def story_of(answer: str) -> str:
    """The story in a model's answer: without its thoughts, and without the fence that some put around a text."""
    plain = _THOUGHTS.sub("", answer).strip()
    fence = _FENCE.fullmatch(plain)
    return (fence["inside"] if fence else plain).strip()


def load_writer(name: str, prompt: str | None = None, builtin: Callable[[], Writer] | None = None) -> Writer:
    """The writer of that name.

    Args:
        name: ``builtin``; ``openai:MODEL@URL`` for a model on a server that speaks OpenAI's protocol (llama.cpp,
            Ollama, vLLM, OpenAI), with the key in $FABULA_API_KEY or $OPENAI_API_KEY if it wants one;
            ``hf:OWNER/MODEL``, ``hf:OWNER/MODEL@REVISION`` or ``hf:FOLDER`` for one through transformers.
        prompt: for language models, as ``prompt.load_prompt`` gives it.
        builtin: makes the built-in writer.

    Raises:
        FabulaError: there is no such writer, or it cannot be loaded.
    """
    if name == BUILTIN and builtin is not None:
        return builtin()
    if name.startswith(SERVER):
        from fabula.stories.server_writer import load_server_model

        return PromptedWriter(load_server_model(name.removeprefix(SERVER)), prompt)
    if name.startswith(HUB):
        from fabula.models.hub_writer import load_hub_model

        return PromptedWriter(load_hub_model(name.removeprefix(HUB)), prompt)
    raise FabulaError(f"There is no writer {name}. {_KNOWN}")
