"""Loading models from the Hugging Face hub or from a folder: which one, in which state, and why not.

A model's files come from one commit of its repository. ``OWNER/MODEL@REVISION`` with a full commit hash pins it;
with a branch or without a revision the commit of today is looked up first, and is part of the name that keys caches.
Code that comes with a model is never run.
"""

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabula.errors import FabulaError

_HUB_NAME = re.compile(r"\w([\w.-]*\w)?(/\w([\w.-]*\w)?)?", re.ASCII)
_VECTORS_DEPEND_ON = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})


@dataclass(frozen=True)
class Source:
    """Where a model is: ``place`` is a folder (then ``commit`` is None), or a name on the hub with a commit's hash.

    ``name`` keys caches: it changes when the files do.
    """

    place: str
    commit: str | None
    name: str


def find_model(text: str) -> Source:
    """What ``OWNER/MODEL``, ``OWNER/MODEL@REVISION`` or a folder's path stands for.

    Raises:
        FabulaError: there is no such model, it may not be fetched, or the hub cannot be asked.
    """
    folder = Path(text).expanduser()
    if text and folder.is_dir():
        return Source(str(folder), None, f"{folder.resolve().name}-{digest(folder)}")
    place, _, revision = text.partition("@")
    if not _HUB_NAME.fullmatch(place):
        raise FabulaError(f"There is no model {text}. Name a model's folder that exists, or OWNER/MODEL of the hub.")
    with quiet(), explained(text):
        from huggingface_hub import hf_hub_download

        config = Path(hf_hub_download(place, "config.json", revision=revision or None))
    commit = config.parent.name  # the cache keeps each commit's files in a folder of its name
    return Source(place, commit, f"{place}@{commit[:12]}")


def load_part(auto: Any, source: Source, **options: Any) -> Any:
    """A configuration, tokenizer, processor or network, through the ``from_pretrained`` of a class of transformers.

    Raises:
        FabulaError: it cannot be loaded.
    """
    with quiet(), explained(source.place):
        return auto.from_pretrained(source.place, revision=source.commit, trust_remote_code=False, **options)


def load_network(auto: Any, source: Source, spare: str = r"(?!)", **options: Any) -> Any:
    """A network with its weights, ready for use, on the device that networks run on.

    Args:
        auto: the class of transformers that knows the kind of network.
        source: where it is.
        spare: a regular expression for names of weights that may be missing because nothing uses them.
        options: for ``from_pretrained``.

    Raises:
        FabulaError: it cannot be loaded, or weights are missing: transformers would make them up at random.
    """
    from fabula.models.device import best_device

    network, report = load_part(auto, source, output_loading_info=True, **options)
    missing = sorted(name for name in report["missing_keys"] if not re.search(spare, name))
    if missing:
        raise FabulaError(
            f"The model {source.place} cannot be used: its files lack {len(missing)} weights that a "
            f"{type(network).__name__} has, {missing[0]} for one. Choose a model that was trained for this use."
        )
    return network.eval().to(best_device())


def digest(folder: Path) -> str:
    """A short hash of a model's files by size and date, so that retraining in place is noticed."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in _VECTORS_DEPEND_ON)
    parts = [f"{p.relative_to(folder)}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' progress bars and notices off the user's screen."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(level)


@contextlib.contextmanager
def explained(model: str) -> Iterator[None]:
    """Turn whatever goes wrong while a model loads into one sentence that names the model and the cure.

    Raises:
        FabulaError: in place of any other error; the libraries raise nearly every kind.
    """
    try:
        yield
    except FabulaError:
        raise
    except Exception as error:
        raise FabulaError(f"The model {model} cannot be loaded: {_why(error, model)}") from error


def _why(error: BaseException, model: str) -> str:
    from huggingface_hub import constants, errors

    place, _, revision = model.partition("@")
    # The order matters: a gated model is also "not found", and a file that is not in the cache is also "no such file".
    known: list[tuple[type[BaseException], str]] = [
        (
            errors.GatedRepoError,
            f"its owner asks for consent first. Give it at https://huggingface.co/{place} and run: hf auth login",
        ),
        (errors.RevisionNotFoundError, f"there is no such revision. See https://huggingface.co/{place}/commits/main"),
        (
            errors.RepositoryNotFoundError,
            "there is no such folder here, and no such model on the hub or it is private. "
            "Check the spelling, or run: hf auth login",
        ),
        (errors.LocalEntryNotFoundError, _not_here(place, revision, offline=constants.HF_HUB_OFFLINE)),
        (errors.EntryNotFoundError, "it lacks a file that transformers needs. Choose a model in transformers' format."),
        (ImportError, f"it needs a package that is not installed. {_first_line(error)}"),
    ]
    chain = list(_causes(error))
    for kind, sentence in known:
        if any(isinstance(cause, kind) for cause in chain):
            return sentence
    if "trust_remote_code" in str(error):
        return "it comes with code of its own, which fabula does not run. Choose one that transformers itself knows."
    return f"{_first_line(error)} Choose another model, or fetch its files again."


def _not_here(place: str, revision: str, *, offline: bool) -> str:
    if offline:
        return (
            "offline mode (HF_HUB_OFFLINE=1) is on and this state of it was never downloaded. "
            f"Unset HF_HUB_OFFLINE, or run where there is a network: hf download {place}"
            + (f" --revision {revision}" if revision else "")
        )
    return "it was never downloaded and the hub cannot be reached. Check the network, or name a model's folder."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line if line.endswith(".") else f"{line}."
