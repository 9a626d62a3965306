"""Random regions of a picture, bool [H, W], such as a person might keep, erase or paint."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import UNKNOWN, Pixels

RegionMask = npt.NDArray[np.bool_]


def random_region(layout: Pixels, random: np.random.Generator) -> RegionMask:
    """A region of ids [H, W]: a box, brush strokes, a half-plane, a border or all pixels of one class."""
    kind = random.integers(5)
    height, width = layout.shape
    if kind == 0:
        return random_box(height, width, random)
    if kind == 1:
        return random_strokes(height, width, random)
    if kind == 2:
        return random_half_plane(height, width, random)
    if kind == 3:
        return ~random_box(height, width, random)
    ids = np.unique(layout[layout != UNKNOWN])
    return layout == random.choice(ids) if ids.size else random_box(height, width, random)


def random_box(height: int, width: int, random: np.random.Generator) -> RegionMask:
    """An upright rectangle of a fifth to nine tenths of each side."""
    h, w = int(height * random.uniform(0.2, 0.9)), int(width * random.uniform(0.2, 0.9))
    top, left = random.integers(height - h + 1), random.integers(width - w + 1)
    mask = np.zeros((height, width), np.bool_)
    mask[top : top + h, left : left + w] = True
    return mask


def random_half_plane(height: int, width: int, random: np.random.Generator) -> RegionMask:
    """One side of a straight line that crosses the picture, half of the time an upright or a level one."""
    angle = random.uniform(0, 2 * np.pi) if random.random() < 0.5 else random.integers(4) * np.pi / 2
    rows, columns = np.mgrid[:height, :width]
    across = np.cos(angle) * (rows - random.uniform(0.2, 0.8) * height)
    side: RegionMask = across + np.sin(angle) * (columns - random.uniform(0.2, 0.8) * width) > 0
    return side


def random_strokes(height: int, width: int, random: np.random.Generator) -> RegionMask:
    """One to four wandering strokes of a round brush."""
    mask = np.zeros((height, width), np.bool_)
    rows, columns = np.mgrid[:height, :width]
    for _ in range(int(random.integers(1, 5))):
        radius = random.uniform(0.03, 0.15) * height
        centre = random.uniform((0, 0), (height, width))
        angle = random.uniform(0, 2 * np.pi)
        for _ in range(int(random.integers(1, 12))):
            mask |= (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 <= radius**2
            angle += random.normal(0, 0.6)
            centre = centre + radius * np.array([np.sin(angle), np.cos(angle)])
    return mask
