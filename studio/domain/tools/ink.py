"""What a tool leaves behind: a class, nothing known, a kept or a free place, or a selection."""

from __future__ import annotations

import enum

import numpy as np

from engine.protocol import UNKNOWN
from studio.domain.area import Area
from studio.domain.document import Document, Half
from studio.domain.layout import Mask


class Ink(enum.StrEnum):
    """What is done to the pixels that a tool covers."""

    PAINT = "paint"
    ERASE = "erase"
    KEEP = "keep"
    RELEASE = "release"
    SELECT = "select"


class Joining(enum.Enum):
    """How what is being selected and what was selected before make the new selection."""

    REPLACE = enum.auto()
    ADD = enum.auto()
    SUBTRACT = enum.auto()
    INTERSECT = enum.auto()


def paint(document: Document, area: Area, value: int, *, redraw: bool) -> bool:
    """Set ids, or UNKNOWN, which is no longer kept; if `redraw`, nor is the image where a class was painted.

    Returns whether anything changed.
    """
    changed = _put(document.painted[area.box.area], area.mask, value)
    if value == UNKNOWN:
        changed |= _put(document.keep_layout[area.box.area], area.mask, False)
    if redraw and value != UNKNOWN:
        changed |= _put(document.keep_image[area.box.area], area.mask, False)
    return changed


def keep(document: Document, area: Area, half: Half) -> bool:
    """What must not change in this half. Returns whether anything changed."""
    plane = document.keep_layout if half is Half.LAYOUT else document.keep_image
    return _put(plane[area.box.area], area.mask, True)


def release(document: Document, area: Area, half: Half) -> bool:
    """What may be made anew in this half; paint becomes a guess. Returns whether anything changed."""
    if half is Half.IMAGE:
        return _put(document.keep_image[area.box.area], area.mask, False)
    painted, filled = document.painted[area.box.area], document.filled[area.box.area]
    mine = area.mask & (painted != UNKNOWN)
    filled[mine], painted[mine] = painted[mine], UNKNOWN
    return _put(document.keep_layout[area.box.area], area.mask, False) or bool(mine.any())


def joined(before: Mask, fresh: Mask, how: Joining) -> Mask:
    """A new selection [H, W] of one that was and one that is being made."""
    if how is Joining.ADD:
        return before | fresh
    if how is Joining.SUBTRACT:
        return before & ~fresh
    return before & fresh if how is Joining.INTERSECT else fresh


def _put(pixels: np.ndarray, mask: Mask, value: int) -> bool:
    changed = bool((pixels[mask] != value).any())
    pixels[mask] = value
    return changed
