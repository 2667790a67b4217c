"""Models of others, through the real files and the real way of loading, without the network."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import numpy as np
import pytest
import torch
from huggingface_hub import constants, errors

import tiny_models
from fabula.errors import FabulaError
from fabula.models import hub_captioner
from fabula.models.hub_captioner import HubCaptioner, load_hub_captioner
from fabula.models.hub_vision import ClipVision, load_hub_vision
from fabula.models.loading import find_model
from fabula.vision import Grounder, load_captioner, load_vision

COMMIT, OTHER = "0123456789abcdef" * 2 + "01234567", "f" * 40
LONGEST = 7
CAPTIONERS = ("blip", "git", "encoder_decoder", "llava")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """HF_HUB_OFFLINE=1 and a cache of one's own, also where huggingface_hub has read its environment already."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [random.integers(0, 256, (40, 30 + k, 3), dtype=np.uint8) for k in range(3)]


# ---- which model, in which state


def test_a_download_is_found_by_its_branch_and_by_its_commit(offline: Path, tmp_path: Path) -> None:
    tiny_models.as_hub(tiny_models.clip(tmp_path / "clip"), offline, "someone/clip", COMMIT)
    newest, pinned = load_hub_vision("someone/clip"), load_hub_vision(f"someone/clip@{COMMIT}")
    assert newest.name == pinned.name == f"someone/clip@{COMMIT[:12]}"
    np.testing.assert_array_equal(newest.encode_text(["a dog"]), pinned.encode_text(["a dog"]))


def test_a_pinned_model_stays_when_its_branch_moves(offline: Path, tmp_path: Path) -> None:
    tiny_models.as_hub(tiny_models.clip(tmp_path / "old", seed=1), offline, "someone/clip", COMMIT)
    before = load_hub_vision("someone/clip")
    tiny_models.as_hub(tiny_models.clip(tmp_path / "new", seed=2), offline, "someone/clip", OTHER)
    after, pinned = load_hub_vision("someone/clip"), load_hub_vision(f"someone/clip@{COMMIT}")
    assert after.name == f"someone/clip@{OTHER[:12]}" != before.name == pinned.name
    np.testing.assert_array_equal(before.encode_text(["a dog"]), pinned.encode_text(["a dog"]))
    assert not np.allclose(before.encode_text(["a dog"]), after.encode_text(["a dog"]))


def test_a_folder_may_have_an_at_sign_in_its_name(tmp_path: Path) -> None:
    source = find_model(str(tiny_models.sentence_model(tmp_path / "mine@home")))
    assert source.commit is None
    assert source.name.startswith("mine@home-")


def test_a_folder_retrained_in_place_has_another_name(tmp_path: Path) -> None:
    folder = tiny_models.clip(tmp_path / "clip", seed=1)
    before = find_model(str(folder)).name
    assert before == find_model(str(folder)).name
    tiny_models.clip(folder, seed=2)
    assert before != find_model(str(folder)).name


def test_loading_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clip, blip = tiny_models.clip(tmp_path / "clip"), tiny_models.blip(tmp_path / "blip")
    capfd.readouterr()
    load_vision(f"hf:{clip}").encode_images([np.zeros((9, 9, 3), np.uint8)])
    load_captioner(f"hf:{blip}").caption([np.zeros((9, 9, 3), np.uint8)])
    assert capfd.readouterr() == ("", "")


# ---- what goes wrong


@pytest.mark.parametrize("load", [load_vision, load_captioner])
def test_offline_and_never_downloaded(load: Callable[[str], object]) -> None:
    with pytest.raises(
        FabulaError, match=r"someone/clip@v2 cannot .* Unset HF_HUB_OFFLINE.* hf download someone/clip --revision v2"
    ):
        load("hf:someone/clip@v2")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (errors.GatedRepoError, r"consent.*https://huggingface.co/someone/clip .*hf auth login"),
        (errors.RepositoryNotFoundError, "no such model on the hub.*spelling"),
        (errors.RevisionNotFoundError, "no such revision.*https://huggingface.co/someone/clip/commits"),
        (errors.RemoteEntryNotFoundError, "lacks a file"),
        (errors.LocalEntryNotFoundError, "hub cannot be reached.*network"),
        (TimeoutError, "too slow.*another model"),
    ],
)
def test_what_the_hub_refuses(kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)

    def refuse(*_: object, **__: object) -> str:
        if issubclass(kind, errors.HfHubHTTPError) and kind is not errors.LocalEntryNotFoundError:
            raise kind("no", response=SimpleNamespace(headers={}, request=None))
        raise kind("too slow\nand more")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", refuse)
    with pytest.raises(FabulaError, match=words) as caught:
        load_hub_vision("someone/clip@v2")
    assert "someone/clip@v2" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["/no/such/folder", "../there", "one/two/three", "", "who is it?"])
def test_what_is_no_name_and_no_folder(text: str) -> None:
    with pytest.raises(FabulaError, match=r"Name a model's folder that exists, or OWNER/MODEL"):
        load_vision(f"hf:{text}")


def test_models_of_the_wrong_kind(tmp_path: Path) -> None:
    sentences = tiny_models.sentence_model(tmp_path / "bert")
    with pytest.raises(FabulaError, match=r"bert \(bert\) does not compare pictures.*hf:google/siglip2"):
        load_vision(f"hf:{sentences}")
    with pytest.raises(FabulaError, match=r"bert \(bert\) does not describe pictures.*hf:Salesforce/blip"):
        load_captioner(f"hf:{sentences}")
    with pytest.raises(FabulaError, match=r"\(git\) does not compare"):
        load_vision(f"hf:{tiny_models.git(tmp_path / 'git')}")
    with pytest.raises(FabulaError, match=r"\(clip\) does not describe"):
        load_captioner(f"hf:{tiny_models.clip(tmp_path / 'clip')}")


def test_a_chat_model_without_a_chat_template_cannot_be_asked(tmp_path: Path) -> None:
    folder = tiny_models.llava(tmp_path / "llava")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(FabulaError, match="no chat template"):
        load_captioner(f"hf:{folder}")


def test_weights_are_never_made_up(tmp_path: Path) -> None:
    folder = tiny_models.clip(tmp_path / "clip")
    tiny_models.drop_weights(folder, "text_projection")
    with pytest.raises(FabulaError, match=r"lack 1 weights that a CLIPModel has, text_projection\.weight"):
        load_vision(f"hf:{folder}")


def test_a_pooler_that_nothing_reads_may_be_missing(tmp_path: Path, pictures: list[np.ndarray]) -> None:
    folder = tiny_models.encoder_decoder(tmp_path / "model")
    before = load_captioner(f"hf:{folder}").caption(pictures[:1])
    tiny_models.drop_weights(folder, "pooler")
    load_captioner.cache_clear()
    assert load_captioner(f"hf:{folder}").caption(pictures[:1]) == before


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"])
@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:40])])
def test_folders_with_damaged_files(name: str, spoil: Callable[[Path], object], tmp_path: Path) -> None:
    folder = tiny_models.siglip(tmp_path / "siglip")
    spoil(next(path for path in (folder / name, folder / "processor_config.json") if path.exists()))
    with pytest.raises(FabulaError, match=r"The model .*siglip cannot be loaded: .*(another model|package|format)"):
        load_vision(f"hf:{folder}")


def test_code_of_a_model_is_not_run(tmp_path: Path) -> None:
    folder = tiny_models.sentence_model(tmp_path / "own")
    tiny_models.ask_for_own_code(folder)
    with pytest.raises(FabulaError, match="code of its own, which fabula does not run"):
        load_vision(f"hf:{folder}")


# ---- pictures and texts


def test_clips_of_even_cosine_are_even(tmp_path: Path) -> None:
    vision = load_hub_vision(str(tiny_models.clip(tmp_path / "clip")))
    assert isinstance(vision, ClipVision)
    cosines = np.array([-1, 0.2, 0.25, 0.3, 1])
    probability = vision.probability(cosines[None], np.ones((5, 1)))[0]
    scale = vision._network.logit_scale.exp().item()
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-scale * (cosines - 0.25))), rtol=1e-5)


@pytest.mark.parametrize("make", [tiny_models.siglip, tiny_models.siglip2])
def test_the_siglip_family_has_its_own_probability(make: Callable[[Path], Path], tmp_path: Path) -> None:
    """As the network's own forward pass says, which scores pictures and texts together."""
    vision = load_hub_vision(str(make(tmp_path / "model")))
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    with torch.no_grad():
        vision._network.logit_scale.fill_(2.0), vision._network.logit_bias.fill_(-3.0)
    vision._scale, vision._bias = float(np.exp(2.0)), -3.0
    texts = vision._tokenizer(["a dog"], padding="max_length", max_length=12, return_tensors="pt")
    with torch.inference_mode():
        logits = vision._network(**texts, **vision._processor(images=[picture], return_tensors="pt")).logits_per_image
    said = vision.encode_text(["A dog"])
    found = vision.probability(vision.encode_images([picture]) @ said.T, said)
    np.testing.assert_allclose(found, logits.sigmoid().numpy(), rtol=1e-4)
    assert not isinstance(vision, Grounder)


def test_a_cell_of_the_grid_is_that_part_of_the_picture(tmp_path: Path) -> None:
    """With one layer and no places a patch knows only itself: the one that differs must stand in its cell alone."""
    vision = load_hub_vision(str(tiny_models.clip(tmp_path / "clip")))
    assert isinstance(vision, ClipVision)
    tower = vision._network.vision_model
    del tower.encoder.layers[:1]
    tower.embeddings.position_embedding.weight.data.zero_()
    picture = np.full((40, 80, 3), 90, np.uint8)  # twice as wide as high: CLIP's own way would cut both sides off
    picture[10:20, 60:80] = (250, 0, 0)  # row 1, column 3 of 4 x 4
    picture[30:40, 0:20] = (250, 0, 0)  # row 3, column 0
    found = vision.ground([picture, picture[:, ::-1]], ["A red ball", "don't"])
    assert [regions.words for regions in found] == [("A", "red", "ball"), ("don't",)]
    assert found[0].scores.shape == (3, 4, 4)
    for plane in (*found[0].scores, *found[1].scores[:, :, ::-1]):
        differs = np.abs(plane - np.median(plane))  # a little in neighbours too: resampling reaches over the edge
        assert {divmod(int(k), 4) for k in np.argsort(differs.ravel())[-2:]} == {(1, 3), (3, 0)}
        assert np.sort(differs.ravel())[-3] < 0.5 * np.sort(differs.ravel())[-2]


def test_a_patch_attends_to_itself_alone_in_the_last_layer(tmp_path: Path) -> None:
    vision = load_hub_vision(str(tiny_models.clip(tmp_path / "clip")))
    assert isinstance(vision, ClipVision)
    picture = np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    [regions] = vision.ground([picture], ["dog grass"])
    network, last = vision._network, vision._network.vision_model.encoder.layers[-1]
    alone = last.self_attn.register_forward_hook(
        lambda module, args, kwargs, _: (module.out_proj(module.v_proj(kwargs["hidden_states"])), None),
        with_kwargs=True,
    )
    with torch.inference_mode():
        states = network.vision_model(**vision._processor(images=[picture], return_tensors="pt")).last_hidden_state
        patches = network.visual_projection(network.vision_model.post_layernorm(states[0, 1:]))
    alone.remove()
    words = vision.encode_text(["a photo of dog", "a photo of grass"])
    cosines = words @ torch.nn.functional.normalize(patches, dim=1).numpy().T
    np.testing.assert_allclose(regions.scores, cosines.reshape(2, 4, 4), atol=1e-5)


# ---- captions


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random networks never come to an end by themselves."""
    monkeypatch.setattr(hub_captioner, "LONGEST", LONGEST)
    monkeypatch.setattr(HubCaptioner, "batch", 2)


@pytest.fixture(scope="module", params=CAPTIONERS)
def captioner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubCaptioner:
    return load_hub_captioner(str(getattr(tiny_models, request.param)(tmp_path_factory.mktemp("c") / request.param)))


def test_captions_are_distinct_and_best_first(captioner: HubCaptioner, pictures: list[np.ndarray]) -> None:
    calls: list[int] = []
    found = captioner.caption(pictures[:2], 3, lambda done, _: calls.append(done))
    assert calls[-1] == 2
    for captions in found:
        assert len({caption.text.lower() for caption in captions}) == 3
        assert [caption.score for caption in captions] == sorted((c.score for c in captions), reverse=True)
        for caption in captions:
            assert caption.score < 0
            assert set(caption.text.split()) <= set(tiny_models.WORDS)  # no request, no special pieces
            assert len(caption.text.split()) <= LONGEST
    assert captioner.caption([]) == []


def test_captions_do_not_depend_on_the_batch(captioner: HubCaptioner, pictures: list[np.ndarray]) -> None:
    together, apart = captioner.caption(pictures), [captioner.caption([picture])[0] for picture in pictures]
    assert [row[0].text for row in together] == [row[0].text for row in apart]
    scores = [row[0].score for row in together]
    np.testing.assert_allclose(scores, [row[0].score for row in apart], atol=1e-4)
    assert np.ptp(scores) > 1e-3  # the picture is looked at


def test_the_score_is_the_mean_log_probability(
    tmp_path: Path, pictures: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the network says when it is fed the caption piece by piece."""
    captioner = load_hub_captioner(str(tiny_models.encoder_decoder(tmp_path / "model")))
    found: list[torch.Tensor] = []
    monkeypatch.setattr(captioner, "_answers", lambda sequences, _: found.append(sequences) or sequences)
    [captions] = captioner.caption(pictures[:1], 2)
    pixels = captioner._processor(images=pictures[:1], return_tensors="pt")["pixel_values"]
    means = []
    for sequence in found[0]:
        pieces = sequence[1:].tolist()
        end = tiny_models.VOCABULARY["[SEP]"]
        pieces = pieces[: pieces.index(end) + 1] if end in pieces else pieces
        with torch.inference_mode():
            logits = captioner._network(pixel_values=pixels, decoder_input_ids=sequence[None]).logits[0]
        means.append(logits.log_softmax(1)[torch.arange(len(pieces)), torch.tensor(pieces)].mean().item())
    assert captions[0].score == pytest.approx(max(means), abs=1e-4)
    assert min(abs(captions[1].score - mean) for mean in means) < 1e-4


def test_names_of_captioners_change_with_the_weights(tmp_path: Path) -> None:
    first = load_captioner(f"hf:{tiny_models.blip(tmp_path / 'a' / 'blip', seed=1)}")
    second = load_captioner(f"hf:{tiny_models.blip(tmp_path / 'b' / 'blip', seed=2)}")
    assert first.name != second.name
