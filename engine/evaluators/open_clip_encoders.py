"""Image and text encoders of open_clip models, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.interface.errors import BadPack


@lru_cache(maxsize=2)
def cached_open_clip_encoders(
    model: str, pretrained: str, modified: float, device: torch.device
) -> tuple[Callable[[Tensor], Tensor], Callable[[str], Tensor]]:
    """Loads an open_clip model's encoders: of RGB [B, 3, H, W] in [0, 1], and of a prompt to a unit vector [D].

    `modified`, the time of the weights' file, is part of the cache's key. Raises BadPack.
    """
    import open_clip

    try:
        pair = (
            open_clip.create_model(model, pretrained or None, output_dict=True, require_pretrained=True)
            .to(device)
            .eval()
        )
        tokenizer = open_clip.get_tokenizer(model)
    except Exception as error:  # its loaders raise anything on a file that is no checkpoint
        raise BadPack(
            f"open_clip cannot load {model} from {pretrained or 'its name'}: {error}",
            "Check the name and the path of the weights; nothing is downloaded without a network.",
        ) from error
    pair.requires_grad_(False)
    config = pair.visual.preprocess_cfg
    mean, deviation = (torch.tensor(config[key], device=device)[:, None, None] for key in ("mean", "std"))
    side = config["size"] if isinstance(config["size"], tuple) else (config["size"],) * 2

    def encode_image(picture: Tensor) -> Tensor:
        resized = F.interpolate(picture, side, mode="bicubic", antialias=True, align_corners=False)
        features: Tensor = pair.encode_image((resized - mean) / deviation)
        return features

    def encode_text(prompt: str) -> Tensor:
        with torch.no_grad():
            return F.normalize(pair.encode_text(tokenizer([prompt]).to(device)), dim=1)[0]

    return encode_image, encode_text


def modified_time(path: str) -> float:
    """Returns the time of a file's last change; 0 for a name that is no file."""
    return Path(path).stat().st_mtime if Path(path).is_file() else 0.0
