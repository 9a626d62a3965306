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

from engine.diffusion.sampling.guide_protocols import AnyGuide
from engine.evaluators import clip_pair as judge
from engine.evaluators.clip_pair import PackClipPair
from engine.evaluators.open_clip_encoders import cached_open_clip_encoders, modified_time
from engine.guides import noisy_classifier
from engine.guides.area_guide import LayoutAreaGuide
from engine.guides.guide_losses import (
    ClassifierLoss,
    ClipLoss,
    CustomLoss,
    PaletteLoss,
    PixelStandardisation,
    StyleLoss,
)
from engine.guides.guide_validation import class_ids
from engine.guides.noisy_classifier import NoisyClassifier
from engine.interface.errors import BadFile
from engine.interface.protocol import AreaGuide, ClassifierGuide, ClipGuide, CustomGuide, PaletteGuide, StyleGuide
from engine.interface.protocol import GuideRequest as Asked
from engine.interface.raster import parse_hex_colour
from engine.packs.pack import Pack, PackFile


def build_guides(requested: Sequence[Asked], pack: Pack) -> tuple[AnyGuide, ...]:
    """A request's guides for a pack. Raises BadRequest, BadFile or BadPack."""
    return tuple(_build_guide(one, pack) for one in requested)


def _build_guide(requested: Asked, pack: Pack) -> AnyGuide:
    pixels = pixel_standardisation(pack)
    match requested:
        case AreaGuide(shares=shares, scale=scale):
            ids = torch.tensor(class_ids(shares, pack.info), device=pack.device)
            return LayoutAreaGuide(ids, torch.tensor(list(shares.values()), device=pack.device), scale)
        case PaletteGuide(colours=colours, scale=scale):
            return PaletteLoss(
                pixels, torch.tensor([parse_hex_colour(text) for text in colours], device=pack.device) / 255, scale
            )
        case StyleGuide(image=image, scale=scale):
            picture = torch.from_numpy(image.pixels().copy()).movedim(-1, 0).float() / 255
            return StyleLoss.from_picture(pixels, picture.to(pack.device), scale)
        case ClipGuide(model=""):
            return pack_clip_loss(requested, pixels, pack)
        case ClipGuide():
            return open_clip_loss(requested, pixels, pack.device)
        case ClassifierGuide():
            return classifier_loss(requested, pack)
        case CustomGuide(function=function, scale=scale):
            return CustomLoss(pixels, load_custom_function(function), function, scale)


def pixel_standardisation(pack: Pack) -> PixelStandardisation:
    """How a pack's pictures are standardised."""
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pack.file.pixels.mean, pack.file.pixels.deviation))
    return PixelStandardisation(mean.to(pack.device), deviation.to(pack.device))


def open_clip_loss(requested: ClipGuide, pixels: PixelStandardisation, device: torch.device) -> ClipLoss:
    """An open_clip pair, its prompt read once."""
    encode_image, encode_text = cached_open_clip_encoders(
        requested.model, requested.pretrained, modified_time(requested.pretrained), device
    )
    return ClipLoss(pixels, encode_image, encode_text(requested.prompt), requested.scale)


def pack_clip_loss(requested: ClipGuide, pixels: PixelStandardisation, pack: Pack) -> ClipLoss:
    """The pack's own pair, its prompt read once. Raises BadPack."""
    path = pack.folder / judge.FILE
    pair = cached_pack_clip_pair(path, modified_time(str(path)), pack.file, pack.device)
    return ClipLoss(pixels, pair.encode_rgb, pair.embed_texts([requested.prompt])[0].to(pack.device), requested.scale)


@lru_cache(maxsize=1)
def cached_pack_clip_pair(path: Path, modified: float, file: PackFile, device: torch.device) -> PackClipPair:
    """A pack's pair, kept for the next request. Raises BadPack."""
    return judge.read(path, file, device)


def classifier_loss(requested: ClassifierGuide, pack: Pack) -> ClassifierLoss:
    """A classifier from its file, and which of its answers are wanted."""
    network = cached_classifier(requested.classifier, modified_time(requested.classifier), pack.device)
    noisy_classifier.check_compatible(network, Path(requested.classifier), pack)
    targets = torch.tensor([1.0] * len(requested.present) + [0.0] * len(requested.absent), device=pack.device)
    return ClassifierLoss(
        network, class_ids([*requested.present, *requested.absent], pack.info), targets, requested.scale
    )


@lru_cache(maxsize=2)
def cached_classifier(path: str, modified: float, device: torch.device) -> NoisyClassifier:
    """A classifier, kept for the next request. Raises BadFile."""
    return noisy_classifier.load(Path(path), device)


def load_custom_function(text: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The function of "FILE.py:NAME". Raises BadFile."""
    path, _, name = text.rpartition(":")
    if not Path(path).is_file():
        raise BadFile(f"{text} names no Python file.", "Write FILE.py:FUNCTION.")
    function = getattr(cached_custom_module(path, modified_time(path)), name, None)
    if not callable(function):
        raise BadFile(f"{path} has no function “{name}”.", "Write FILE.py:FUNCTION.")
    return cast(Callable[[Tensor, Tensor], Tensor], function)


@lru_cache(maxsize=4)
def cached_custom_module(path: str, modified: float) -> ModuleType:
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
