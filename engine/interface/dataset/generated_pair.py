"""A generated pair before it is written."""

from __future__ import annotations

from typing import NamedTuple

from engine.interface.dataset.export_order import PairRecord
from engine.interface.protocol import Pixels


class GeneratedPair(NamedTuple):
    """A pair's name, image RGB [H, W, 3], layout ids [H, W] and provenance."""

    name: str
    image: Pixels
    layout: Pixels
    record: PairRecord
