"""The syntax of guides on the command line: KIND:VALUE or KIND*SCALE:VALUE. No torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from engine.interface.errors import BadRequest
from engine.interface.protocol import GuideRequest, Raster
from engine.interface.raster import read_image

GUIDE_EXAMPLES = (
    "Write areas:road=0.3,sky=0.2 or palette:#223344,#ddccaa or style:PICTURE or clip:PROMPT or "
    "clip:MODEL|WEIGHTS|PROMPT or classes:CLASSIFIER|car,-person or own:FILE.py:FUNCTION. Any of them may have a "
    "scale: palette*0.2:#223344."
)

MAX_STYLE_SIDE = 512
"""Larger style pictures are shrunk to this, so that their textures have a size like the generated picture's."""


def parse_guide(text: str) -> GuideRequest:
    """The guide that a text describes. Raises BadRequest, or BadFile for a picture that cannot be read."""
    head, colon, value = text.partition(":")
    kind, star, scale = head.partition("*")
    if not colon or kind not in PARSERS:
        raise BadRequest(f"“{text}” is not a guide.", GUIDE_EXAMPLES)
    try:
        fields = PARSERS[kind](value) | ({"scale": float(scale)} if star else {})
        guide: GuideRequest = msgspec.convert({"type": kind, **fields}, GuideRequest)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadRequest(f"The guide “{text}” is not valid: {error}.", GUIDE_EXAMPLES) from error
    return guide


def _parse_areas(value: str) -> dict[str, Any]:
    pairs = [part.partition("=") for part in value.split(",")]
    shares = {name.strip(): float(share) for name, _, share in pairs}
    if len(shares) < len(pairs):
        raise ValueError("a class is named twice")
    return {"shares": shares}


def _parse_palette(value: str) -> dict[str, Any]:
    return {"colours": tuple(part.strip() for part in value.split(","))}


def _parse_style(value: str) -> dict[str, Any]:
    picture = Image.fromarray(read_image(Path(value)))
    picture.thumbnail((MAX_STYLE_SIDE, MAX_STYLE_SIDE))
    return {"image": msgspec.to_builtins(Raster.from_pixels(np.asarray(picture)), builtin_types=(bytes,))}


def _parse_clip(value: str) -> dict[str, Any]:
    if "|" not in value:
        return {"prompt": value}
    model, pretrained, prompt = value.split("|", 2)
    return {"model": model, "pretrained": pretrained, "prompt": prompt}


def _parse_classifier(value: str) -> dict[str, Any]:
    path, names = value.rsplit("|", 1)
    words = [name.strip() for name in names.split(",")]
    return {
        "classifier": path,
        "present": tuple(word for word in words if not word.startswith("-")),
        "absent": tuple(word[1:].strip() for word in words if word.startswith("-")),
    }


def _parse_custom(value: str) -> dict[str, Any]:
    return {"function": value}


PARSERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "areas": _parse_areas,
    "palette": _parse_palette,
    "style": _parse_style,
    "clip": _parse_clip,
    "classes": _parse_classifier,
    "own": _parse_custom,
}
