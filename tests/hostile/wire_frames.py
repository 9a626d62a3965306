"""Frames of the wire that are nearly commands: whole ones with values, keys and bytes changed, made from one seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from engine.interface.protocol import (
    AreaGuide,
    Cancel,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    Export,
    FullSizeInputs,
    Generate,
    PaletteGuide,
    Pause,
    Purge,
    Raster,
    Resume,
    Shutdown,
    StyleGuide,
)

HEIGHT, WIDTH = 32, 64
ODD_VALUES: tuple[Callable[[random.Random], Any], ...] = (
    lambda chance: None,
    lambda chance: chance.choice((True, False)),
    lambda chance: chance.choice((-1, 0, 1, 255, 256, 2**31, 2**63 - 1, 2**64 - 1, -(2**63))),
    lambda chance: chance.choice((math.nan, math.inf, -math.inf, -0.0, 1e308, 5e-324)),
    lambda chance: chance.choice(("", "a\0b", "\U0010ffff", "../../etc/passwd", "generate", "x" * 5000)),
    lambda chance: chance.randbytes(chance.choice((0, 1, 64, 4096))),
    lambda chance: [chance.randint(0, 9)] * chance.choice((0, 1, 9, 300)),
    lambda chance: {chance.choice(("type", "id", "x")): chance.choice((1, "a", None))},
    lambda chance: deep(chance.choice((2, 47, 60, 1200))),
)


def deep(levels: int) -> msgspec.Raw:
    """Lists within each other, which msgspec itself would not encode."""
    return msgspec.Raw(b"\x91" * levels + b"\xc0")


def commands(pack: str, folder: str) -> list[Any]:
    """A whole command of each kind, and of each guide."""
    layout = Raster.from_pixels(np.zeros((HEIGHT, WIDTH), np.uint8))
    image = Raster.from_pixels(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    guides = (
        AreaGuide(shares={"road": 0.5}),
        PaletteGuide(colours=("#223344",)),
        StyleGuide(image=image),
        ClipGuide(prompt="a road"),
        ClassifierGuide(present=("car",)),
        CustomGuide(function="evil.py:f"),
    )
    plain = Generate(id="x", pack=pack, prompt="a road", steps=1, layout=layout)
    return [
        plain,
        Generate(id="x", pack=pack, prompt="", steps=1, image=image, keep_image=layout, negative="a car"),
        Generate(id="x", pack=pack, steps=1, layout=layout, full=FullSizeInputs(layout=layout), trace=True),
        *(msgspec.structs.replace(plain, guides=(guide,), layout=None) for guide in guides),
        Export(id="x", pack=pack, out=folder, count=1, canvas=plain),
        Export(id="x", pack=pack, out=folder, count=1, areas=AreaGuide(shares={"road": 0.1}), agreement=0.5),
        Purge(id="x", out=folder),
        Pause("x"),
        Resume("x"),
        Cancel("x"),
        Shutdown(),
    ]


def frames(seed: int, whole: list[Any]) -> Iterator[bytes]:
    """Bodies of frames without end, always the same for one seed."""
    chance = random.Random(seed)
    builtin = [msgspec.to_builtins(command, builtin_types=(bytes,)) for command in whole]
    while True:
        value = msgspec.msgpack.decode(msgspec.msgpack.encode(chance.choice(builtin)))
        for _ in range(chance.choice((0, 1, 1, 1, 2, 4))):
            change_somewhere(value, chance)
        body = msgspec.msgpack.encode(value)
        yield change_bytes(body, chance) if chance.random() < 0.25 else body


def change_somewhere(value: dict[str, Any], chance: random.Random) -> None:
    """Change one thing in a message, in place: a value, a key, or what stands beside it."""
    inner: Any = value
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not keys:
            return
        key = chance.choice(keys)
        below = inner[key]
        if isinstance(below, dict | list) and below and chance.random() < 0.6:
            inner = below
            continue
        change_one(inner, key, chance)
        return


def change_one(inner: Any, key: Any, chance: random.Random) -> None:
    """Replace, remove, rename or add one entry of an object or a list."""
    kind = chance.random()
    if kind < 0.6:
        inner[key] = chance.choice(ODD_VALUES)(chance)
    elif isinstance(inner, list):
        inner.append(inner[key]) if kind < 0.8 else inner.pop(key)
    elif kind < 0.75:
        del inner[key]
    elif kind < 0.9:
        inner[f"{key}{chance.choice(('_', 'x', chr(0)))}"] = inner.pop(key)
    else:
        inner["unknown"] = chance.choice(ODD_VALUES)(chance)


def change_bytes(body: bytes, chance: random.Random) -> bytes:
    """Flip, cut, insert or repeat bytes."""
    data, place = bytearray(body), chance.randrange(max(1, len(body)))
    kind = chance.random()
    if kind < 0.5 and data:
        data[place] ^= 1 << chance.randrange(8)
    elif kind < 0.7:
        del data[place:]
    elif kind < 0.85:
        data[place:place] = chance.randbytes(chance.randint(1, 9))
    else:
        data += data[place : place + 64]
    return bytes(data)
