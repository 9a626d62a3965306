"""Margins to be generated around the inputs (outpainting)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.interface.errors import BadRequest
from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE, Pixels

EXTEND_EXAMPLE = f"Write for example --extend left=64,right=128, in multiples of {SIDE_MULTIPLE}."


class InputMargins(NamedTuple):
    """The pixels added on each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def pad(self, pixels: Pixels, value: int) -> Pixels:
        """Pixels [H, W] or [H, W, 3] with margins of one value around them."""
        sides = [(self.top, self.bottom), (self.left, self.right), (0, 0)]
        return np.pad(pixels, sides[: pixels.ndim], constant_values=value)


def read_margins(text: str) -> InputMargins:
    """The margins in a text like "left=64,right=128"; all 0 in an empty one. Raises BadRequest."""
    margins: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        side, _, amount = part.partition("=")
        if side not in InputMargins._fields or side in margins or not amount.isdecimal():
            raise BadRequest(f"“{part}” is not a side with a number of pixels.", EXTEND_EXAMPLE)
        margins[side] = int(amount)
        if margins[side] % SIDE_MULTIPLE or margins[side] > MAX_SIDE:
            raise BadRequest(f"A side cannot be extended by {amount} pixels.", EXTEND_EXAMPLE)
    return InputMargins(**margins)
