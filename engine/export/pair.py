"""One pair on its way from the sampler to its files."""

from __future__ import annotations

from typing import NamedTuple

from engine.export.order import Record
from engine.protocol import Pixels


class Pair(NamedTuple):
    """RGB [H, W, 3], ids [H, W], and what they were made from."""

    name: str
    image: Pixels
    layout: Pixels
    record: Record
