"""Guides as a person writes them on the command line: KIND:VALUE, or KIND*SCALE:VALUE. No torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from engine.errors import BadRequest
from engine.protocol import Guide, Raster
from engine.raster import read_image

EXAMPLES = (
    "Write areas:road=0.3,sky=0.2 or palette:#223344,#ddccaa or style:PICTURE or clip:PROMPT or "
    "clip:MODEL|WEIGHTS|PROMPT or classes:CLASSIFIER|car,-person or own:FILE.py:FUNCTION, each with a scale if you "
    "like: palette*0.2:#223344."
)

STYLE_SIDE = 512
"""Larger pictures are shrunk; the textures of a small picture are not those of a large one's pixels."""


def read_guide(text: str) -> Guide:
    """One guide. Raises BadRequest, or BadFile for a picture that cannot be read."""
    head, colon, value = text.partition(":")
    kind, star, scale = head.partition("*")
    if not colon or kind not in READERS:
        raise BadRequest(f"“{text}” is no guide.", EXAMPLES)
    try:
        fields = READERS[kind](value) | ({"scale": float(scale)} if star else {})
        guide: Guide = msgspec.convert({"type": kind, **fields}, Guide)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadRequest(f"The guide “{text}” does not make sense: {error}.", EXAMPLES) from error
    return guide


def _areas(value: str) -> dict[str, Any]:
    pairs = [part.partition("=") for part in value.split(",")]
    shares = {name.strip(): float(share) for name, _, share in pairs}
    if len(shares) < len(pairs):
        raise ValueError("a class is named twice")
    return {"shares": shares}


def _palette(value: str) -> dict[str, Any]:
    return {"colours": tuple(part.strip() for part in value.split(","))}


def _style(value: str) -> dict[str, Any]:
    picture = Image.fromarray(read_image(Path(value)))
    picture.thumbnail((STYLE_SIDE, STYLE_SIDE))
    return {"image": msgspec.to_builtins(Raster.of(np.asarray(picture)), builtin_types=(bytes,))}


def _clip(value: str) -> dict[str, Any]:
    if "|" not in value:
        return {"prompt": value}
    model, pretrained, prompt = value.split("|", 2)
    return {"model": model, "pretrained": pretrained, "prompt": prompt}


def _classes(value: str) -> dict[str, Any]:
    path, names = value.rsplit("|", 1)
    words = [name.strip() for name in names.split(",")]
    return {
        "classifier": path,
        "present": tuple(word for word in words if not word.startswith("-")),
        "absent": tuple(word[1:].strip() for word in words if word.startswith("-")),
    }


def _own(value: str) -> dict[str, Any]:
    return {"function": value}


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "areas": _areas,
    "palette": _palette,
    "style": _style,
    "clip": _clip,
    "classes": _classes,
    "own": _own,
}
