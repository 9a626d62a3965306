"""From a request's guides to losses, with what they need loaded."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.guides import AnyGuide
from engine.errors import BadFile, BadPack
from engine.guides import classifier
from engine.guides.areas import Areas
from engine.guides.check import class_ids
from engine.guides.classifier import Classifier
from engine.guides.losses import Clip, Own, Palette, Pixels, Present, Style
from engine.judges import clip as judge
from engine.judges.clip import ClipPair
from engine.packs import Pack, PackFile
from engine.protocol import AreaGuide, ClassGuide, ClipGuide, OwnGuide, PaletteGuide, StyleGuide
from engine.protocol import Guide as Asked
from engine.raster import rgb


def build(asked: Sequence[Asked], pack: Pack) -> tuple[AnyGuide, ...]:
    """A request's guides for a pack. Raises BadRequest, BadFile or BadPack."""
    return tuple(_build(one, pack) for one in asked)


def _build(asked: Asked, pack: Pack) -> AnyGuide:
    pixels = pixels_of(pack)
    match asked:
        case AreaGuide(shares=shares, scale=scale):
            ids = torch.tensor(class_ids(shares, pack.info), device=pack.device)
            return Areas(ids, torch.tensor(list(shares.values()), device=pack.device), scale)
        case PaletteGuide(colours=colours, scale=scale):
            return Palette(pixels, torch.tensor([rgb(text) for text in colours], device=pack.device) / 255, scale)
        case StyleGuide(image=image, scale=scale):
            picture = torch.from_numpy(image.pixels().copy()).movedim(-1, 0).float() / 255
            return Style.of(pixels, picture.to(pack.device), scale)
        case ClipGuide(model=""):
            return own_clip(asked, pixels, pack)
        case ClipGuide():
            return clip(asked, pixels, pack.device)
        case ClassGuide():
            return present(asked, pack)
        case OwnGuide(function=function, scale=scale):
            return Own(pixels, own_function(function), function, scale)


def pixels_of(pack: Pack) -> Pixels:
    """How a pack's pictures are standardised."""
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pack.file.pixels.mean, pack.file.pixels.deviation))
    return Pixels(mean.to(pack.device), deviation.to(pack.device))


def clip(asked: ClipGuide, pixels: Pixels, device: torch.device) -> Clip:
    """An open_clip pair, its prompt read once."""
    encode_image, encode_text = clip_pair(asked.model, asked.pretrained, changed(asked.pretrained), device)
    return Clip(pixels, encode_image, encode_text(asked.prompt), asked.scale)


def own_clip(asked: ClipGuide, pixels: Pixels, pack: Pack) -> Clip:
    """The pack's own pair, its prompt read once. Raises BadPack."""
    path = pack.folder / judge.FILE
    pair = own_pair(path, changed(str(path)), pack.file, pack.device)
    return Clip(pixels, pair.encode, pair.texts([asked.prompt])[0].to(pack.device), asked.scale)


@lru_cache(maxsize=1)
def own_pair(path: Path, changed: float, file: PackFile, device: torch.device) -> ClipPair:
    """A pack's pair, kept for the next request. Raises BadPack."""
    return judge.read(path, file, device)


@lru_cache(maxsize=2)
def clip_pair(
    model: str, pretrained: str, changed: float, device: torch.device
) -> tuple[Callable[[Tensor], Tensor], Callable[[str], Tensor]]:
    """Both encoders of an open_clip model: of RGB [B, 3, H, W], and of a prompt to a unit vector. Raises BadPack."""
    import open_clip

    try:
        pair = (
            open_clip.create_model(model, pretrained or None, output_dict=True, require_pretrained=True)
            .to(device)
            .eval()
        )
        tokenizer = open_clip.get_tokenizer(model)
    except Exception as error:  # whatever its loaders make of a strange file
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
    network = loaded_classifier(asked.classifier, changed(asked.classifier), pack.device)
    classifier.check(network, Path(asked.classifier), pack)
    wanted = torch.tensor([1.0] * len(asked.present) + [0.0] * len(asked.absent), device=pack.device)
    return Present(network, class_ids([*asked.present, *asked.absent], pack.info), wanted, asked.scale)


@lru_cache(maxsize=2)
def loaded_classifier(path: str, changed: float, device: torch.device) -> Classifier:
    """A classifier, kept for the next request. Raises BadFile."""
    return classifier.load(Path(path), device)


def own_function(text: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The function of "FILE.py:NAME". Raises BadFile."""
    path, _, name = text.rpartition(":")
    if not Path(path).is_file():
        raise BadFile(f"{text} names no Python file.", "Write FILE.py:FUNCTION.")
    function = getattr(own_module(path, changed(path)), name, None)
    if not callable(function):
        raise BadFile(f"{path} has no function “{name}”.", "Write FILE.py:FUNCTION.")
    return cast(Callable[[Tensor, Tensor], Tensor], function)


@lru_cache(maxsize=4)
def own_module(path: str, changed: float) -> ModuleType:
    """A user's file, run once as long as it does not change. Raises BadFile."""
    spec = importlib.util.spec_from_file_location("diptych_own_guide", path)
    if spec is None or spec.loader is None:
        raise BadFile(f"{path} is no Python file.", "Write FILE.py:FUNCTION.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's own code may fail in any way
        raise BadFile(f"{path} cannot be used: {type(error).__name__}: {error}", "Mend the file.") from error
    return module


def changed(path: str) -> float:
    """When a file was last changed; 0 for what is no file."""
    return Path(path).stat().st_mtime if Path(path).is_file() else 0.0
