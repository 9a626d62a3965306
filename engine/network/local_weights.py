"""Where the weights of an open_clip model are on this machine: a pack starts no download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadPack, MalformedData

LOCAL_FOLDER = "local-dir:"
CONFIG_FILE = "open_clip_config.json"
WEIGHTS_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
HINT = "Only a pack whose text model lies on this machine can be used; ask its maker for one with a model of its own."


def local_weights(model: str, pretrained: str) -> str:
    """What to give open_clip as `pretrained`, so that it reads the weights of a model from a file of this machine.

    Raises BadPack for a model that it would fetch.
    """
    if model.startswith(LOCAL_FOLDER):
        _check_parts(_folder_config(Path(model.removeprefix(LOCAL_FOLDER))), model)
        return pretrained
    import open_clip

    if model not in open_clip.list_models():
        raise BadPack(f"open_clip has no text model “{model}”.", HINT)
    _check_parts(open_clip.get_model_config(model) or {}, model)
    if Path(pretrained).is_file():
        return pretrained
    weights = _cached_weights(model, pretrained)
    if weights is None:
        raise BadPack(f"The weights “{pretrained}” of the text model {model} are not here.", HINT)
    return str(weights)


def _folder_config(folder: Path) -> dict[str, Any]:
    try:
        found = decode_json(
            read_bounded(folder / CONFIG_FILE, SMALL_DOCUMENT.length), dict[str, dict[str, Any]], SMALL_DOCUMENT
        )
    except MalformedData as error:
        raise BadPack(f"{folder / CONFIG_FILE} cannot be read: {error.reason}.", HINT) from error
    return found.get("model_cfg", {})


def _check_parts(config: dict[str, Any], model: str) -> None:
    """Raise BadPack for a model with parts of other libraries, which fetch them by their names."""
    text, vision = config.get("text_cfg", {}), config.get("vision_cfg", {})
    if any(key.startswith("hf_") for key in text) or "timm_model_name" in vision:
        raise BadPack(f"The text model {model} has parts that would have to be fetched.", HINT)


def _cached_weights(model: str, tag: str) -> Path | None:
    """A file of weights that was fetched earlier by its tag; None if there is none."""
    from open_clip.pretrained import get_pretrained_cfg

    source = get_pretrained_cfg(model, tag)
    url = str(source.get("url") or "")
    if url:
        path = Path("~/.cache/clip").expanduser() / url.rpartition("/")[2]
        if path.is_file():
            return path
    repository, _, file = str(source.get("hf_hub") or "").rpartition("/")
    if not repository:
        return None
    from huggingface_hub import try_to_load_from_cache

    for name in (file,) if file else WEIGHTS_FILES:
        found = try_to_load_from_cache(repository, name)
        if isinstance(found, str):
            return Path(found)
    return None
