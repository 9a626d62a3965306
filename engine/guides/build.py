"""From a request's guides to losses, with what they need loaded."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.guides import Guide
from engine.errors import BadFile, BadPack, BadRequest
from engine.guides import classifier
from engine.guides.losses import Areas, Clip, Own, Palette, Pixels, Present, Style
from engine.packs import Pack
from engine.protocol import AreaGuide, ClassGuide, ClipGuide, OwnGuide, PaletteGuide, StyleGuide
from engine.protocol import Guide as Asked
from engine.raster import rgb


def build(asked: Sequence[Asked], pack: Pack) -> tuple[Guide, ...]:
    """The losses of a request's guides for a pack. Raises BadRequest, BadFile or BadPack."""
    return tuple(_build(one, pack) for one in asked)


def _build(asked: Asked, pack: Pack) -> Guide:
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pack.file.pixels.mean, pack.file.pixels.deviation))
    pixels = Pixels(mean.to(pack.device), deviation.to(pack.device))
    match asked:
        case AreaGuide(shares=shares, scale=scale):
            return Areas({class_id(name, pack): share for name, share in shares.items()}, scale)
        case PaletteGuide(colours=colours, scale=scale):
            return Palette(pixels, torch.tensor([colour(text) for text in colours], device=pack.device), scale)
        case StyleGuide(image=image, scale=scale):
            picture = torch.from_numpy(image.pixels().copy()).movedim(-1, 0).float() / 255
            return Style.of(pixels, picture.to(pack.device), scale)
        case ClipGuide():
            return clip(asked, pixels, pack.device)
        case ClassGuide():
            return present(asked, pack)
        case OwnGuide(function=function, scale=scale):
            return Own(pixels, own_function(function), scale)


def class_id(name: str, pack: Pack) -> int:
    """The id of a class by its name or a synonym. Raises BadRequest."""
    for index, info in enumerate(pack.info.classes):
        if name == info.name or name in info.synonyms:
            return index
    known = ", ".join(info.name for info in pack.info.classes)
    raise BadRequest(f"“{pack.info.name}” has no class “{name}”.", f"It has: {known}.")


def colour(text: str) -> tuple[float, float, float]:
    """ "#804080" as RGB in [0, 1]. Raises BadRequest."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise BadRequest(f"“{text}” is no colour.", "Write colours as #rrggbb.")
    red, green, blue = (value / 255 for value in rgb(text))
    return red, green, blue


def clip(asked: ClipGuide, pixels: Pixels, device: torch.device) -> Clip:
    """An open_clip pair, its prompt read once."""
    encode_image, encode_text = clip_pair(asked.model, asked.pretrained, device)
    return Clip(pixels, encode_image, encode_text(asked.prompt), asked.scale)


@lru_cache(maxsize=1)
def clip_pair(
    model: str, pretrained: str, device: torch.device
) -> tuple[Callable[[Tensor], Tensor], Callable[[str], Tensor]]:
    """Both encoders of an open_clip model: of RGB [B, 3, H, W], and of a prompt to a unit vector. Raises BadPack."""
    import open_clip

    try:
        pair = open_clip.create_model(model, pretrained or None, output_dict=True).to(device).eval()
        tokenizer = open_clip.get_tokenizer(model)
    except (RuntimeError, OSError, ValueError) as error:
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


def present(asked: ClassGuide, pack: Pack) -> Present:
    """A classifier from its file, and which of its answers are wanted."""
    network = classifier.load(Path(asked.classifier), pack)
    ids = [class_id(name, pack) for name in (*asked.present, *asked.absent)]
    if not ids:
        raise BadRequest("The guide by classes names none.", "Name some, those to be absent with a minus.")
    wanted = torch.tensor([1.0] * len(asked.present) + [0.0] * len(asked.absent))
    return Present(network, ids, wanted, asked.scale)


def own_function(text: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The function of "FILE.py:NAME". Raises BadFile."""
    path, _, name = text.rpartition(":")
    spec = importlib.util.spec_from_file_location("diptych_own_guide", path)
    if not Path(path).is_file() or spec is None or spec.loader is None:
        raise BadFile(f"{text} names no Python file.", "Write FILE.py:FUNCTION.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        function: Callable[[Tensor, Tensor], Tensor] = getattr(module, name)
    except Exception as error:  # the user's own code may fail in any way
        raise BadFile(f"{path} cannot be used: {error}", "Mend the file.") from error
    return function
