"""One pair on its way from the sampler to its files."""

from __future__ import annotations

from typing import NamedTuple

from engine.interface.dataset.export_order import PairRecord
from engine.interface.protocol import Pixels


class GeneratedPair(NamedTuple):
    """RGB [H, W, 3], ids [H, W], and what they were made from."""

    name: str
    image: Pixels
    layout: Pixels
    record: PairRecord
