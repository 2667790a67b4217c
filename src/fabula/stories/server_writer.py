"""Language models on a server that speaks OpenAI's chat protocol: llama.cpp, Ollama, vLLM, LM Studio, OpenAI."""

import base64
import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from fabula.errors import FabulaError, InputError
from fabula.files.pictures import Picture, as_array, as_jpeg

KEYS = ("FABULA_API_KEY", "OPENAI_API_KEY")
CONNECT = 10.0  # seconds to reach the server
TIMEOUT = 600.0  # seconds to wait for an answer: a large model on a small machine writes slowly
LONGEST_SIDE = 1024  # pixels of a picture that is sent
LONGEST_REASON = 300  # characters of what a server says about an error

_NAME = re.compile(r"(?P<model>.+?)@(?P<url>https?://.+)")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_OPTIONAL = ("max_tokens", "temperature", "seed")
"""What a server may refuse to be told; it is then asked without it."""


class ServerModel:
    """A model on a server, as a ``writers.LanguageModel``.

    Args:
        model: as the server calls it.
        url: where its protocol begins, such as http://localhost:11434/v1; /v1 is added to a server without a path.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, model: str, url: str, timeout: float = TIMEOUT) -> None:
        self.name = f"openai:{model}"
        self._model, self._timeout = model, timeout
        base = url.rstrip("/")
        self._url = f"{base if urlsplit(base).path else f'{base}/v1'}/chat/completions"

    def answer(
        self, request: str, pictures: Sequence[Picture] = (), *, tokens: int, seed: int, temperature: float
    ) -> str:
        """The answer to a request, with pictures for a model that can see.

        A server that refuses the limit, the seed or the temperature is asked again without.

        Raises:
            InputError: the server does not answer, refuses, or its answer has no text; the message says what to do.
        """
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": "user", "content": _content(request, pictures)}],
            "max_tokens": tokens,
            "temperature": temperature,
            "seed": seed,
            "stream": False,
        }
        response = self._post(body)
        while refused := _refused(response, body):
            del body[refused]
            response = self._post(body)
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response)
        return self._text(response)

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        key = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(self._timeout, connect=CONNECT)
        local = urlsplit(self._url).hostname in _LOCAL  # a proxy cannot reach a server on this machine
        try:
            return httpx.post(self._url, json=body, headers=headers, timeout=timeout, trust_env=not local)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            cure = (
                "start it (ollama serve, llama-server, vllm serve), or correct the address in --writer openai:MODEL@URL"
            )
            raise InputError(self._url, f"no server answers there ({error})", cure) from error
        except httpx.TimeoutException as error:
            problem = f"the server gave no answer within {self._timeout:g} seconds"
            raise InputError(self._url, problem, "choose a smaller model, or a faster machine") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise InputError(self._url, f"the server cannot be asked ({error})", "check the address") from error

    def _refusal(self, response: httpx.Response) -> InputError:
        status, reason = response.status_code, _reason(response)
        cures = {
            401: f"put the server's key into ${KEYS[0]} or ${KEYS[1]}",
            403: f"check the key in ${KEYS[0]} or ${KEYS[1]}, and what it allows",
            404: f"check that the server has the model {self._model} (ollama list) and that the address is right",
            413: "ask about fewer shots, or without pictures",
            429: "wait a while, or check your account",
        }
        cure = cures.get(status, "look into the server's log; a model that cannot see pictures needs --blind")
        return InputError(self._url, f"the server refuses ({status}: {reason})", cure)

    def _text(self, response: httpx.Response) -> str:
        try:
            choice = response.json()["choices"][0]
            text = choice["message"]["content"]
        except (ValueError, LookupError, TypeError) as error:
            problem = f"the server's answer is not of OpenAI's protocol ({_reason(response)})"
            raise InputError(self._url, problem, "check the address: it often ends in /v1") from error
        if not isinstance(text, str) or not text.strip():
            problem = f"the model {self._model} answered without a text"
            if choice.get("finish_reason") == "length":
                problem += ": it thought until the limit of its answer"
            raise InputError(self._url, problem, "ask for a longer story, or choose a model that does not think aloud")
        return text


def load_server_model(name: str) -> ServerModel:
    """The model that ``MODEL@URL`` names; nothing is asked yet.

    Raises:
        FabulaError: it is no model with a server's address.
    """
    found = _NAME.fullmatch(name)
    if not found:
        raise FabulaError(
            f"openai:{name} does not say which model and where. Write openai:MODEL@URL, such as "
            "openai:llama3.2@http://localhost:11434/v1 (Ollama) or openai:any@http://localhost:8080/v1 (llama.cpp)."
        )
    return ServerModel(found["model"], found["url"])


def _content(request: str, pictures: Sequence[Picture]) -> str | list[dict[str, Any]]:
    """A message's content; without pictures it is a mere text, which servers without eyes understand too."""
    if not pictures:
        return request
    shown = [{"type": "image_url", "image_url": {"url": _data_url(picture)}} for picture in pictures]
    return [*shown, {"type": "text", "text": request}]


def _data_url(picture: Picture) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(as_jpeg(as_array(picture), LONGEST_SIDE)).decode()}"


def _refused(response: httpx.Response, body: dict[str, Any]) -> str | None:
    """Which optional part of the request a server complains of."""
    if response.status_code not in (400, 422):
        return None
    reason = _reason(response)
    return next((part for part in _OPTIONAL if part in body and part in reason), None)


def _reason(response: httpx.Response) -> str:
    """What a server says about an error, in one line; servers put it into different places."""
    try:
        said = response.json()
    except ValueError:
        said = response.text
    for key in ("error", "message", "detail"):
        said = said.get(key, said) if isinstance(said, dict) else said
    return " ".join(str(said).split())[:LONGEST_REASON] or "no reason given"
