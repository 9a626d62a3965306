"""Builds the guides that a request asks for, and loads what they need."""

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
from engine.evaluators import clip_pair
from engine.evaluators.clip_pair import PackClipPair
from engine.evaluators.open_clip_encoders import cached_open_clip_encoders, modified_time
from engine.guides import noisy_classifier
from engine.guides.area_guide import LayoutAreaGuide
from engine.guides.guide_losses import (
    ClassifierLoss,
    ClipLoss,
    CustomLoss,
    PaletteLoss,
    StyleLoss,
)
from engine.guides.guide_validation import class_ids
from engine.guides.noisy_classifier import NoisyClassifier
from engine.interface.errors import BadFile
from engine.interface.protocol import (
    AreaGuide,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    GuideRequest,
    PaletteGuide,
    StyleGuide,
)
from engine.interface.raster import parse_hex_colour
from engine.packs.pack import Pack, read_pack_file
from engine.packs.pixel_standardisation import PixelStandardisation


def build_guides(requested: Sequence[GuideRequest], pack: Pack) -> tuple[AnyGuide, ...]:
    """The guides of a request, for a pack. Raises BadRequest, BadFile or BadPack."""
    return tuple(_build_guide(guide, pack) for guide in requested)


def _build_guide(requested: GuideRequest, pack: Pack) -> AnyGuide:
    pixels = pack.standardisation
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


def open_clip_loss(requested: ClipGuide, pixels: PixelStandardisation, device: torch.device) -> ClipLoss:
    """The loss of an open_clip model for a prompt. Raises BadPack."""
    encode_image, encode_text = cached_open_clip_encoders(
        requested.model, requested.pretrained, modified_time(requested.pretrained), device
    )
    return ClipLoss(pixels, encode_image, encode_text(requested.prompt), requested.scale)


def pack_clip_loss(requested: ClipGuide, pixels: PixelStandardisation, pack: Pack) -> ClipLoss:
    """The loss of the pack's own CLIP pair for a prompt. Raises BadPack."""
    times = modified_time(str(pack.folder / clip_pair.FILE)), modified_time(str(pack.folder / "pack.json"))
    pair = cached_pack_clip_pair(pack.folder, times, pack.device)
    return ClipLoss(pixels, pair.encode_rgb, pair.embed_texts([requested.prompt])[0].to(pack.device), requested.scale)


@lru_cache(maxsize=1)
def cached_pack_clip_pair(folder: Path, modified: tuple[float, float], device: torch.device) -> PackClipPair:
    """The CLIP pair of a pack, kept for the next request; `modified` are its files' times. Raises BadPack."""
    return clip_pair.read(folder / clip_pair.FILE, read_pack_file(folder), device)


def classifier_loss(requested: ClassifierGuide, pack: Pack) -> ClassifierLoss:
    """The loss of a classifier for the classes that are to be present or absent. Raises BadFile or BadRequest."""
    path = requested.classifier or str(pack.folder / noisy_classifier.FILE)
    network = cached_classifier(path, modified_time(path), pack.device)
    noisy_classifier.check_compatible(network, Path(path), pack)
    targets = torch.tensor([1.0] * len(requested.present) + [0.0] * len(requested.absent), device=pack.device)
    return ClassifierLoss(
        network, class_ids([*requested.present, *requested.absent], pack.info), targets, requested.scale
    )


@lru_cache(maxsize=2)
def cached_classifier(path: str, modified: float, device: torch.device) -> NoisyClassifier:
    """The classifier in a file, kept for the next request. Raises BadFile."""
    return noisy_classifier.load(Path(path), device)


def load_custom_function(text: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The function of "FILE.py:NAME". Raises BadFile."""
    path, _, name = text.rpartition(":")
    if not Path(path).is_file():
        raise BadFile(f"{text} does not name a Python file.", "Write FILE.py:FUNCTION.")
    function = getattr(cached_custom_module(path, modified_time(path)), name, None)
    if not callable(function):
        raise BadFile(f"{path} has no function “{name}”.", "Write FILE.py:FUNCTION.")
    return cast(Callable[[Tensor, Tensor], Tensor], function)


@lru_cache(maxsize=4)
def cached_custom_module(path: str, modified: float) -> ModuleType:
    """A user's Python file as a module; it is run again only when it changed. Raises BadFile."""
    spec = importlib.util.spec_from_file_location("diptych_own_guide", path)
    if spec is None or spec.loader is None:
        raise BadFile(f"{path} is not a Python file.", "Write FILE.py:FUNCTION.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up their module there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise BadFile(f"{path} cannot be used: {type(error).__name__}: {error}", "Correct the file.") from error
    return module
