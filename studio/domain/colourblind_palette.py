"""Class colours that can be told apart with every kind of colour vision, assigned close to a pack's own colours.

The sets are made by tests/tools/draw_palettes.py, which also reports their smallest colour differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np

from engine.interface.pack_catalogue import assets_folder
from engine.interface.protocol import Pixels

CHANNEL_WEIGHTS = np.array([2.0, 4.0, 3.0])
"""The weights of red, green and blue in a simple colour difference."""


@cache
def _palettes_by_size() -> dict[int, tuple[str, ...]]:
    palettes = msgspec.json.decode(
        (assets_folder() / "palettes" / "distinct.json").read_bytes(), type=dict[str, tuple[str, ...]]
    )
    return {int(size): colours for size, colours in palettes.items()}


def colourblind_colours(pack_colours: Pixels) -> Pixels:
    """RGB [K, 3] to show instead of a pack's own colours [K, 3], K ≤ 256.

    The colours are those of the smallest set that has enough, assigned so that they stay close to the pack's own.
    """
    count = len(pack_colours)
    size = min((size for size in _palettes_by_size() if size >= count), default=max(_palettes_by_size()))
    colours = _hex_to_rgb(_palettes_by_size()[size])
    assigned = _assign_colours(pack_colours, colours) if count else np.zeros(0, np.int64)
    return colours[assigned]


def _assign_colours(pack_colours: Pixels, colours: Pixels) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The index [K] of the colour of each class: the closest pairs first, then swaps that reduce the distances."""
    distances = ((pack_colours[:, None].astype(np.float64) - colours[None]) ** 2 * CHANNEL_WEIGHTS).sum(2)
    assigned = np.full(len(pack_colours), -1)
    for pair in np.argsort(distances, axis=None, kind="stable"):
        row, column = divmod(int(pair), len(colours))
        if assigned[row] < 0 and column not in assigned:
            assigned[row] = column
    improved = True
    while improved:
        improved = False
        for first in range(len(pack_colours)):
            for second in range(first):
                current = distances[first, assigned[first]] + distances[second, assigned[second]]
                if distances[first, assigned[second]] + distances[second, assigned[first]] < current - 1e-9:
                    assigned[[first, second]] = assigned[[second, first]]
                    improved = True
    return assigned


def _hex_to_rgb(colours: Sequence[str]) -> Pixels:
    return np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)
