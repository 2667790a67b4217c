"""Writers that are asked with a prompt: a real server on this machine, and tiny models of transformers."""

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as hf
from PIL import Image

import tiny_models
from fabula.errors import FabulaError, InputError
from fabula.models.hub_writer import load_hub_model
from fabula.records import Evidence
from fabula.stories import server_writer
from fabula.stories.check import check
from fabula.stories.writers import load_writer, most_tokens, story_of

SCENE = (Evidence("caption", "a dog runs on grass"), Evidence("dialogue", "Sit!", speaker="OTTILIE"))
SETTINGS: dict[str, Any] = {"tokens": 7, "seed": 3, "temperature": 1.0}


class Server:
    """A chat server: it keeps what it is asked and gives the answers that a test lays out for it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.wait = threading.Event()
        self.slow = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                outer.headers.append(dict(self.headers))
                outer.paths.append(self.path)
                if outer.slow:
                    outer.wait.wait(10)
                status, body = outer.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def says(self, text: str | None, status: int = 200, **more: object) -> None:
        self.answers.append((status, json.dumps({"choices": [{"message": {"content": text}, **more}]})))

    def refuses(self, status: int, body: str) -> None:
        self.answers.append((status, body))

    def stop(self) -> None:
        self.wait.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in server_writer.KEYS:
        monkeypatch.delenv(name, raising=False)


def model(server: Server) -> server_writer.ServerModel:
    return server_writer.load_server_model(f"a/model:8b@{server.root}/v1")


# ---- a server


def test_a_story_of_a_server_is_written_from_the_evidence(server: Server) -> None:
    server.says("<think>Who is there?</think>\n\n“Sit!” said Ottilie. Gerald ran.")
    writer = load_writer(
        f"openai:a/model:8b@{server.root}/v1", "In the style of {style}:\n{evidence}\n{names} {length}"
    )
    story = writer.write(SCENE, "romance", length=40, seed=5, temperature=0.3)
    assert story == "“Sit!” said Ottilie. Gerald ran."
    assert [flaw.text for flaw in check(story, SCENE)] == ["Gerald"]
    assert writer.name == "openai:a/model:8b"
    assert server.paths == ["/v1/chat/completions"]
    assert "Authorization" not in server.headers[0]
    request = 'In the style of romance:\n1. Seen: a dog runs on grass\n2. Ottilie says: "Sit!"\nOttilie 40'
    assert server.asked == [
        {
            "model": "a/model:8b",
            "messages": [{"role": "user", "content": request}],
            "max_tokens": most_tokens(40),
            "temperature": 0.3,
            "seed": 5,
            "stream": False,
        }
    ]


@pytest.mark.parametrize(("tail", "path"), [("", "/v1"), ("/", "/v1"), ("/v1/", "/v1"), ("/api/v3", "/api/v3")])
def test_where_the_protocol_begins(server: Server, tail: str, path: str) -> None:
    server.says("Yes.")
    server_writer.load_server_model(f"any@{server.root}{tail}").answer("?", **SETTINGS)
    assert server.paths == [f"{path}/chat/completions"]


def test_a_key_is_sent_and_ones_own_goes_first(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in (("OPENAI_API_KEY", "theirs"), ("FABULA_API_KEY", "mine")):
        monkeypatch.setenv(name, key)
        server.says("Yes.")
        model(server).answer("?", **SETTINGS)
    assert [headers["Authorization"] for headers in server.headers] == ["Bearer theirs", "Bearer mine"]


def test_pictures_are_sent_as_jpegs_no_larger_than_needed(server: Server) -> None:
    server.says("Yes.")
    picture = np.zeros((20, 2048, 3), np.uint8)
    picture[:, 1024:] = (250, 10, 10)
    model(server).answer("What?", [picture], **SETTINGS)
    shown, text = server.asked[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "What?"}
    head, _, data = shown["image_url"]["url"].partition(",")
    assert (shown["type"], head) == ("image_url", "data:image/jpeg;base64")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size == (1024, 10)
    np.testing.assert_allclose(np.asarray(image)[5, 1000], (250, 10, 10), atol=12)


def test_what_a_server_does_not_take_is_left_out(server: Server) -> None:
    server.refuses(400, json.dumps({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported"}}))
    server.refuses(422, json.dumps({"detail": "temperature: only the default"}))
    server.says("Yes.")
    assert model(server).answer("?", **SETTINGS) == "Yes."
    sent = [[part for part in ("max_tokens", "temperature", "seed") if part in asked] for asked in server.asked]
    assert sent == [["max_tokens", "temperature", "seed"], ["temperature", "seed"], ["seed"]]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            404,
            '{"error": {"message": "model \\"a/model:8b\\" not found"}}',
            r"404: model .* not found.*has the model a/m",
        ),
        (401, '{"error": "no key"}', r"\(401: no key\)\. Put the server's key into \$FABULA_API_KEY"),
        (429, '{"message": "slow\\ndown"}', r"429: slow down.*Wait"),
        (500, "", r"500: no reason given.*log"),
        (400, '["seeds of doubt"]', None),
        (200, "<html>hello</html>", "not of OpenAI's protocol.*<html>hello.*/v1"),
        (200, "[]", "not of OpenAI's protocol"),
        (200, '{"choices": []}', "not of OpenAI's protocol"),
        (200, '{"choices": [{"message": null}]}', "not of OpenAI's protocol"),
        (200, '{"choices": [{"message": {"content": null}}]}', "without a text. Ask"),
        (200, '{"choices": [{"message": {"content": " "}, "finish_reason": "length"}]}', "thought until the limit"),
    ],
)
def test_servers_that_refuse_or_talk_nonsense(server: Server, status: int, body: str, words: str | None) -> None:
    server.answers += [(status, body)] * 2
    with pytest.raises(InputError, match=words) as caught:
        model(server).answer("?", **SETTINGS)
    assert str(caught.value).startswith(f"{server.root}/v1/chat/completions: ")
    assert "\n" not in str(caught.value)


def test_a_server_that_is_too_slow(server: Server) -> None:
    server.slow = True
    server.says("Yes.")
    slow = server_writer.ServerModel("any", server.root, timeout=0.1)
    with pytest.raises(InputError, match=r"no answer within 0\.1 seconds.*smaller model"):
        slow.answer("?", **SETTINGS)


def test_no_server_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Server()
    gone.stop()
    with pytest.raises(InputError, match=r"no server answers there.*ollama serve"):
        model(gone).answer("?", **SETTINGS)


def test_a_server_on_this_machine_is_not_asked_through_a_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.says("Yes.")
    assert model(server).answer("?", **SETTINGS) == "Yes."


@pytest.mark.parametrize("address", ["http://localhost:port", "http://"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(FabulaError, match="address"):
        server_writer.load_server_model(f"any@{address}x/").answer("?", **SETTINGS)


@pytest.mark.parametrize("name", ["openai:gpt", "openai:@http://localhost", "openai:gpt@localhost:8080", "shakespeare"])
def test_names_of_no_writer(name: str) -> None:
    with pytest.raises(FabulaError, match=r"openai:MODEL@URL"):
        load_writer(name)


def test_the_built_in_writer_is_made_by_whoever_has_it() -> None:
    marker = load_writer(f"openai:any@{'http://localhost'}")
    assert load_writer("builtin", builtin=lambda: marker) is marker
    with pytest.raises(FabulaError, match="no writer builtin"):
        load_writer("builtin")


def test_an_answer_of_thoughts_alone_is_no_story(server: Server) -> None:
    server.says("<think>Hm.</think>")
    with pytest.raises(FabulaError, match="empty answer"):
        load_writer(f"openai:any@{server.root}").write(SCENE, "romance")


@pytest.mark.parametrize(
    ("answer", "story"),
    [
        (" A day.\n", "A day."),
        ("thoughts without a start</think>A day.", "A day."),
        ("```text\nA day.\n\nA night.\n```", "A day.\n\nA night."),
        ("A `day`.", "A `day`."),
    ],
)
def test_the_story_in_an_answer(answer: str, story: str) -> None:
    assert story_of(answer) == story


# ---- models of transformers


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.language_model(tmp_path_factory.mktemp("models") / "gpt")


@pytest.fixture(scope="module")
def seeing_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.llava(tmp_path_factory.mktemp("models") / "llava")


def test_a_language_model_writes_the_same_with_the_same_seed(language_model: Path) -> None:
    asked = load_hub_model(str(language_model))
    state = torch.random.get_rng_state()
    first = asked.answer("the dog runs", **SETTINGS)
    assert first == asked.answer("the dog runs", **SETTINGS)
    assert torch.equal(state, torch.random.get_rng_state())
    others = {asked.answer("the dog runs", **{**SETTINGS, "seed": seed}) for seed in range(8)}
    assert len(others) > 1
    assert 0 < max(len(other.split()) for other in others) <= SETTINGS["tokens"]
    assert set(" ".join(others).split()) <= set(tiny_models.WORDS)


def test_at_temperature_zero_it_writes_the_likeliest(language_model: Path) -> None:
    """Word by word as the network itself says."""
    asked = load_hub_model(str(language_model))
    settings = {**SETTINGS, "temperature": 0.0}
    tokenizer, network = hf.AutoTokenizer.from_pretrained(language_model), asked._network
    pieces = tokenizer("the dog", return_tensors="pt")["input_ids"]
    start = pieces.shape[1]
    while pieces.shape[1] == start or (pieces.shape[1] < start + 7 and pieces[0, -1] != tokenizer.eos_token_id):
        with torch.inference_mode():
            pieces = torch.cat([pieces, network(pieces).logits[:, -1:].argmax(-1)], 1)
    assert asked.answer("the dog", **settings) == tokenizer.decode(pieces[0, start:], skip_special_tokens=True)
    assert {asked.answer("the dog", **{**settings, "seed": seed}) for seed in range(3)} == {
        asked.answer("the dog", **settings)
    }


def test_a_chat_template_is_used_where_there_is_one(language_model: Path, tmp_path: Path) -> None:
    folder = tiny_models.language_model(tmp_path / "gpt")
    (folder / "chat_template.jinja").write_text("{% for m in messages %}a red {{ m['content'] }} runs{% endfor %}")
    settings = {**SETTINGS, "temperature": 0.0}
    asked, plain = load_hub_model(str(folder)), load_hub_model(str(language_model))
    pieces = asked._inputs("ball", [])["input_ids"][0]
    assert "a red ball runs" in asked._tokenizer.decode(pieces)
    assert "a red" not in plain._tokenizer.decode(plain._inputs("ball", [])["input_ids"][0])
    assert asked.answer("ball", **settings)


def test_a_model_that_sees_looks(seeing_model: Path) -> None:
    asked = load_hub_model(str(seeing_model))
    random = np.random.default_rng(3)
    pictures = [random.integers(0, 256, (40, 40, 3), dtype=np.uint8) for _ in range(6)]
    settings = {**SETTINGS, "temperature": 0.0}
    assert len({asked.answer("describe", [picture], **settings) for picture in pictures}) > 1
    assert isinstance(asked.answer("describe", **settings), str)


def test_a_model_without_eyes_is_shown_nothing(language_model: Path) -> None:
    with pytest.raises(FabulaError, match="cannot see pictures"):
        load_hub_model(str(language_model)).answer("?", [np.zeros((8, 8, 3), np.uint8)], **SETTINGS)


def test_evidence_longer_than_a_model_reads(language_model: Path) -> None:
    asked = load_hub_model(str(language_model))
    assert len(asked.answer("dog " * (tiny_models.CONTEXT - 5), **{**SETTINGS, "tokens": 99}).split()) <= 5
    with pytest.raises(FabulaError, match=rf"reads {tiny_models.CONTEXT} word pieces.*fewer shots"):
        asked.answer("dog " * tiny_models.CONTEXT, **SETTINGS)


def test_a_writer_of_transformers(language_model: Path) -> None:
    writer = load_writer(f"hf:{language_model}", "{style} {evidence}")
    assert writer.name.startswith("hf:gpt-")
    story = writer.write(SCENE[:1], "red", seed=1, temperature=1.0)
    assert story
    assert check(story, SCENE) == ()


@pytest.mark.parametrize("make", [tiny_models.blip, tiny_models.git, tiny_models.clip])
def test_models_that_cannot_be_asked(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(FabulaError, match=r"cannot be asked to write.*hf:Qwen"):
        load_writer(f"hf:{make(tmp_path / 'model')}")
