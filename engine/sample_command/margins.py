"""More canvas around what is given, to be drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.interface.errors import BadRequest
from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE, Pixels

EXTEND_EXAMPLE = f"Write for example --extend left=64,right=128, in multiples of {SIDE_MULTIPLE}."


class InputMargins(NamedTuple):
    """How many pixels come on at each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def pad(self, pixels: Pixels, value: int) -> Pixels:
        """Pixels [H, W] or [H, W, 3] with margins of one value."""
        sides = [(self.top, self.bottom), (self.left, self.right), (0, 0)]
        return np.pad(pixels, sides[: pixels.ndim], constant_values=value)


def read_margins(text: str) -> InputMargins:
    """Margins from "left=64,right=128"; none from the empty text. Raises BadRequest."""
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        side, _, amount = part.partition("=")
        if side not in InputMargins._fields or side in found or not amount.isdecimal():
            raise BadRequest(f"“{part}” does not say how far to extend a side.", EXTEND_EXAMPLE)
        found[side] = int(amount)
        if found[side] % SIDE_MULTIPLE or found[side] > MAX_SIDE:
            raise BadRequest(f"A side cannot be extended by {amount} pixels.", EXTEND_EXAMPLE)
    return InputMargins(**found)
