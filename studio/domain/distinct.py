"""Colours for the classes that stay apart for every kind of colour vision, as near to a pack's own as can be.

The sets come from tests/tools/draw_palettes.py, which says how far apart their colours are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np

from engine.library import assets
from engine.protocol import Pixels

WEIGHTS = np.array([2.0, 4.0, 3.0])
"""Red, green and blue in a plain measure of how unlike two colours are."""


@cache
def _sets() -> dict[int, tuple[str, ...]]:
    found = msgspec.json.decode(
        (assets() / "palettes" / "distinct.json").read_bytes(), type=dict[str, tuple[str, ...]]
    )
    return {int(size): colours for size, colours in found.items()}


def distinct_colours(own: Pixels) -> Pixels:
    """RGB [K, 3] to show in place of a pack's own [K, 3], K ≤ 256: the smallest set that suffices, shared out so
    that together the classes keep close to what they were.
    """
    count = len(own)
    size = min((size for size in _sets() if size >= count), default=max(_sets()))
    colours = _bytes(_sets()[size])
    place = _shared_out(own, colours) if count else np.zeros(0, np.int64)
    return colours[place]


def _shared_out(own: Pixels, colours: Pixels) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which colour each class gets: the closest pairs first, then swaps as long as one brings both nearer."""
    gaps = ((own[:, None].astype(np.float64) - colours[None]) ** 2 * WEIGHTS).sum(2)
    place = np.full(len(own), -1)
    for pair in np.argsort(gaps, axis=None, kind="stable"):
        row, column = divmod(int(pair), len(colours))
        if place[row] < 0 and column not in place:
            place[row] = column
    better = True
    while better:
        better = False
        for one in range(len(own)):
            for other in range(one):
                now = gaps[one, place[one]] + gaps[other, place[other]]
                if gaps[one, place[other]] + gaps[other, place[one]] < now - 1e-9:
                    place[[one, other]] = place[[other, one]]
                    better = True
    return place


def _bytes(colours: Sequence[str]) -> Pixels:
    return np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)
