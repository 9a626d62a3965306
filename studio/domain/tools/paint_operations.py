"""What a tool leaves behind: a class, nothing known, a kept or a free place, or a selection."""

from __future__ import annotations

import enum

import numpy as np

from engine.interface.protocol import UNKNOWN
from studio.domain.area import PixelRegion
from studio.domain.document import Document, PictureHalf
from studio.domain.layout import Mask


class PaintOperation(enum.StrEnum):
    """What is done to the pixels that a tool covers."""

    PAINT = "paint"
    ERASE = "erase"
    KEEP = "keep"
    RELEASE = "release"
    SELECT = "select"


class SelectionMode(enum.Enum):
    """How what is being selected and what was selected before make the new selection."""

    REPLACE = enum.auto()
    ADD = enum.auto()
    SUBTRACT = enum.auto()
    INTERSECT = enum.auto()


def paint_region(document: Document, region: PixelRegion, value: int, *, redraw_image: bool) -> bool:
    """Set ids, or UNKNOWN, which is no longer kept; if `redraw`, nor is the image where a class was painted.

    Returns whether anything changed.
    """
    changed = _assign(document.painted[region.box.slices], region.mask, value)
    if value == UNKNOWN:
        changed |= _assign(document.keep_layout[region.box.slices], region.mask, False)
    if redraw_image and value != UNKNOWN:
        changed |= _assign(document.keep_image[region.box.slices], region.mask, False)
    return changed


def keep_region(document: Document, region: PixelRegion, half: PictureHalf) -> bool:
    """What must not change in this half. Returns whether anything changed."""
    plane = document.keep_layout if half is PictureHalf.LAYOUT else document.keep_image
    return _assign(plane[region.box.slices], region.mask, True)


def release_region(document: Document, region: PixelRegion, half: PictureHalf) -> bool:
    """What may be made anew in this half; paint becomes a guess. Returns whether anything changed."""
    if half is PictureHalf.IMAGE:
        return _assign(document.keep_image[region.box.slices], region.mask, False)
    painted, filled = document.painted[region.box.slices], document.filled[region.box.slices]
    affected = region.mask & (painted != UNKNOWN)
    filled[affected], painted[affected] = painted[affected], UNKNOWN
    return _assign(document.keep_layout[region.box.slices], region.mask, False) or bool(affected.any())


def combine_selections(previous: Mask, addition: Mask, mode: SelectionMode) -> Mask:
    """A new selection [H, W] of one that was and one that is being made."""
    if mode is SelectionMode.ADD:
        return previous | addition
    if mode is SelectionMode.SUBTRACT:
        return previous & ~addition
    return previous & addition if mode is SelectionMode.INTERSECT else addition


def _assign(pixels: np.ndarray, mask: Mask, value: int) -> bool:
    changed = bool((pixels[mask] != value).any())
    pixels[mask] = value
    return changed
