"""Models of transformers so small that a test can make them: random weights, real files, the real way of loading."""

import json
from pathlib import Path

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = ["a", "the", "dog", "cat", "man", "woman", "red", "green", "blue", "runs", "sits", "on", "grass", "rain"]
WORDS += ["beach", "ball", "photo", "of", "describe", "this", "picture"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "<image>"]
VOCABULARY = {word: k for k, word in enumerate([*SPECIAL, *WORDS])}
SIZE = 32
CONTEXT = 64
TOWER = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
TEXT = {"vocab_size": len(VOCABULARY), "max_position_embeddings": 12, "pad_token_id": 0}
PICTURE = {"image_size": SIZE, "patch_size": 8}


def tokenizer(folder: Path, **options: object) -> None:
    words = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", VOCABULARY["[CLS]"]), ("[SEP]", VOCABULARY["[SEP]"])]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    extra = {"bos_token": "[CLS]", "eos_token": "[SEP]", "additional_special_tokens": ["<image>"]}
    hf.PreTrainedTokenizerFast(tokenizer_object=words, **names, **extra, **options).save_pretrained(folder)


def clip(folder: Path, seed: int = 0) -> Path:
    text = {**TOWER, **TEXT, "eos_token_id": VOCABULARY["[SEP]"], "bos_token_id": VOCABULARY["[CLS]"]}
    config = hf.CLIPConfig(text_config=text, vision_config={**TOWER, **PICTURE}, projection_dim=8)
    image = hf.CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    return _save(folder, seed, hf.CLIPModel, config, image)


def siglip(folder: Path, seed: int = 0) -> Path:
    config = hf.SiglipConfig(text_config={**TOWER, **TEXT}, vision_config={**TOWER, **PICTURE})
    return _save(folder, seed, hf.SiglipModel, config, hf.SiglipImageProcessor(size={"height": SIZE, "width": SIZE}))


def siglip2(folder: Path, seed: int = 0) -> Path:
    vision = {**TOWER, "patch_size": 8, "num_patches": 16}
    config = hf.Siglip2Config(text_config={**TOWER, **TEXT}, vision_config=vision)
    return _save(folder, seed, hf.Siglip2Model, config, hf.Siglip2ImageProcessor(patch_size=8, max_num_patches=16))


def blip(folder: Path, seed: int = 0) -> Path:
    text = {**TOWER, **TEXT, "bos_token_id": VOCABULARY["[CLS]"], "sep_token_id": VOCABULARY["[SEP]"]}
    text |= {"eos_token_id": VOCABULARY["[SEP]"], "encoder_hidden_size": 16, "max_position_embeddings": 64}
    sees = {**TOWER, **PICTURE, "initializer_range": 0.02}  # the default is 1e-10
    config = hf.BlipConfig(text_config=text, vision_config=sees)
    image = hf.BlipImageProcessor(size={"height": SIZE, "width": SIZE})
    return _save(folder, seed, hf.BlipForConditionalGeneration, config, image)


def git(folder: Path, seed: int = 0) -> Path:
    text = {**TOWER, **TEXT, "bos_token_id": VOCABULARY["[CLS]"], "eos_token_id": VOCABULARY["[SEP]"]}
    config = hf.GitConfig(vision_config={**TOWER, **PICTURE}, **{**text, "max_position_embeddings": 64})
    image = hf.CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    return _save(folder, seed, hf.GitForCausalLM, config, image)


def encoder_decoder(folder: Path, seed: int = 0) -> Path:
    sees = hf.ViTConfig(**TOWER, **PICTURE)
    ends = {"bos_token_id": VOCABULARY["[CLS]"], "eos_token_id": VOCABULARY["[SEP]"], "pad_token_id": 0}
    says = hf.GPT2Config(vocab_size=len(VOCABULARY), n_positions=64, n_embd=16, n_layer=2, n_head=2, **ends)
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(sees, says)
    config.decoder_start_token_id, config.pad_token_id = VOCABULARY["[CLS]"], 0
    config.eos_token_id = VOCABULARY["[SEP]"]
    image = hf.ViTImageProcessor(size={"height": SIZE, "width": SIZE})
    return _save(folder, seed, hf.VisionEncoderDecoderModel, config, image)


def llava(folder: Path, seed: int = 0) -> Path:
    ends = {"bos_token_id": VOCABULARY["[CLS]"], "eos_token_id": VOCABULARY["[SEP]"], "pad_token_id": 0}
    says = {"model_type": "llama", **TOWER, **ends, "vocab_size": len(VOCABULARY), "max_position_embeddings": 128}
    sees = {"model_type": "clip_vision_model", **TOWER, **PICTURE, "projection_dim": 8}
    config = hf.LlavaConfig(vision_config=sees, text_config=says, image_token_index=VOCABULARY["<image>"])
    image = hf.CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    _save(folder, seed, hf.LlavaForConditionalGeneration, config, image)
    template = (
        "{% for m in messages %}{% for c in m['content'] %}"
        "{% if c['type'] == 'image' %}<image> {% else %}{{ c['text'] }}{% endif %}"
        "{% endfor %}{% endfor %}"
    )
    hf.LlavaProcessor(
        image_processor=image,
        tokenizer=hf.AutoTokenizer.from_pretrained(folder),
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)
    return folder


def language_model(folder: Path, seed: int = 0) -> Path:
    """A model that knows words alone, without a chat template; 64 word pieces at most."""
    ends = {"bos_token_id": VOCABULARY["[CLS]"], "eos_token_id": VOCABULARY["[SEP]"], "pad_token_id": 0}
    config = hf.GPT2Config(vocab_size=len(VOCABULARY), n_positions=CONTEXT, n_embd=16, n_layer=2, n_head=2, **ends)
    torch.manual_seed(seed)
    made = hf.GPT2LMHeadModel(config)
    for weights in made.parameters():
        if weights.ndim > 1:
            weights.data.mul_(8)
    made.save_pretrained(folder)
    tokenizer(folder)
    return folder


def sentence_model(folder: Path) -> Path:
    """A model that knows no pictures."""
    hf.BertConfig(**TOWER, vocab_size=9).save_pretrained(folder)
    return folder


def as_hub(folder: Path, cache: Path, name: str, commit: str) -> None:
    """Lay a model's files out as the hub's cache keeps a download of ``main`` at this commit."""
    repository = cache / f"models--{name.replace('/', '--')}"
    (repository / "snapshots").mkdir(parents=True, exist_ok=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    folder.rename(repository / "snapshots" / commit)


def drop_weights(folder: Path, word: str) -> None:
    """Take the weights away whose names have this word."""
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    save_file({k: v for k, v in load_file(path).items() if word not in k}, path, metadata={"format": "pt"})


def ask_for_own_code(folder: Path) -> None:
    """Make a configuration that points to code beside it."""
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), "model_type": "own", "auto_map": {"AutoConfig": "own.Config"}}
    path.write_text(json.dumps(config))
    (folder / "own.py").write_text("raise SystemExit('code of a model was run')")


def _save(folder: Path, seed: int, network: type, config: object, image: object) -> Path:
    torch.manual_seed(seed)
    made = network(config).eval()  # type: ignore[operator]
    for weights in made.parameters():
        if weights.ndim > 1:  # as they are made they are so small that no input makes a difference
            weights.data.mul_(8)
    made.save_pretrained(folder)
    image.save_pretrained(folder)  # type: ignore[attr-defined]
    tokenizer(folder)
    return folder
