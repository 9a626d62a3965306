"""What a tool does to the pixels it covers: paint, erase, keep, release or select."""

from __future__ import annotations

import enum

import numpy as np

from engine.interface.protocol import UNKNOWN
from studio.domain.area import PixelRegion
from studio.domain.document import Document, PictureHalf
from studio.domain.layout import Mask


class PaintOperation(enum.StrEnum):
    """The operation of a tool."""

    PAINT = "paint"
    ERASE = "erase"
    KEEP = "keep"
    RELEASE = "release"
    SELECT = "select"


class SelectionMode(enum.Enum):
    """How a new selection is combined with the one before."""

    REPLACE = enum.auto()
    ADD = enum.auto()
    SUBTRACT = enum.auto()
    INTERSECT = enum.auto()


def paint_region(document: Document, region: PixelRegion, value: int, *, redraw_image: bool) -> bool:
    """Set the ids of a region; UNKNOWN also releases its layout. Returns whether anything changed.

    With `redraw_image` the image is no longer kept where a class was painted.
    """
    changed = _assign(document.painted[region.box.slices], region.mask, value)
    if value == UNKNOWN:
        changed |= _assign(document.keep_layout[region.box.slices], region.mask, False)
    if redraw_image and value != UNKNOWN:
        changed |= _assign(document.keep_image[region.box.slices], region.mask, False)
    return changed


def keep_region(document: Document, region: PixelRegion, half: PictureHalf) -> bool:
    """Keep a region of a half, so that no result changes it. Returns whether anything changed."""
    plane = document.keep_layout if half is PictureHalf.LAYOUT else document.keep_image
    return _assign(plane[region.box.slices], region.mask, True)


def release_region(document: Document, region: PixelRegion, half: PictureHalf) -> bool:
    """Let results change a region of a half; paint becomes fill. Returns whether anything changed."""
    if half is PictureHalf.IMAGE:
        return _assign(document.keep_image[region.box.slices], region.mask, False)
    painted, filled = document.painted[region.box.slices], document.filled[region.box.slices]
    affected = region.mask & (painted != UNKNOWN)
    filled[affected], painted[affected] = painted[affected], UNKNOWN
    return _assign(document.keep_layout[region.box.slices], region.mask, False) or bool(affected.any())


def combine_selections(previous: Mask, addition: Mask, mode: SelectionMode) -> Mask:
    """The selection [H, W] that results from the one before and an addition."""
    if mode is SelectionMode.ADD:
        return previous | addition
    if mode is SelectionMode.SUBTRACT:
        return previous & ~addition
    return previous & addition if mode is SelectionMode.INTERSECT else addition


def _assign(pixels: np.ndarray, mask: Mask, value: int) -> bool:
    changed = bool((pixels[mask] != value).any())
    pixels[mask] = value
    return changed
