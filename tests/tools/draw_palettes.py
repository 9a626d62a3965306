"""Makes assets/palettes/distinct.json: colours that stay apart for every kind of colour vision.

Run `python -m tests.tools.draw_palettes`; it takes some seconds. For each size it looks for the set of colours whose
two closest ones are furthest apart, by CIEDE2000, for the worst of four eyes: common vision and total protanopia,
deuteranopia and tritanopia as simulated by Machado, Oliveira & Fernandes 2009 (table 1, severity 1.0).
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np

FILE = Path(__file__).parents[2] / "assets" / "palettes" / "distinct.json"
SIZES = (8, 12, 16, 20, 24, 32, 48, 64)
MOST = 256
TRY = 3
"""Every how many-th colour is tried as the first of a set."""
LEVELS = tuple(round(255 * step / 10) for step in range(11))
LIGHTNESS = (14, 96)
"""L* of the darkest and the lightest colour: paint must not look like a hole or like paper."""

EYES = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]
)
"""Linear RGB as seen: common vision, protanopia, deuteranopia, tritanopia."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ.sum(1)


def labs(colours: np.ndarray) -> np.ndarray:
    """sRGB uint8 [N, 3] as CIELAB under each eye, [4, N, 3]."""
    s = colours / 255
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.einsum("eij,nj->eni", EYES, linear), 0, 1)
    t = seen @ TO_XYZ.T / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def ciede2000(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The colour difference of CIELAB values [..., 3]  [Sharma, Wu & Dalal 2005]."""
    chroma = (np.hypot(a[..., 1], a[..., 2]) + np.hypot(b[..., 1], b[..., 2])) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    (c1, h1), (c2, h2) = (polar((1 + g) * x[..., 1], x[..., 2]) for x in (a, b))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    light, deep = (a[..., 0] + b[..., 0]) / 2, (c1 + c2) / 2
    hue = np.where(grey, h1 + h2, np.where(abs(h1 - h2) <= 180, (h1 + h2) / 2, (h1 + h2 + 360) / 2))
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(height * np.cos(np.radians(factor * hue + shift)) for height, factor, shift in waves)
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * deep, 1 + 0.015 * deep * t
    r = -2 * np.sqrt(deep**7 / (deep**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hue % 360 - 275) / 25) ** 2))))
    lightness, c = (b[..., 0] - a[..., 0]) / s_l, (c2 - c1) / s_c
    h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / s_h
    return np.sqrt(lightness**2 + c**2 + h**2 + r * c * h)


def polar(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.hypot(x, y), np.degrees(np.arctan2(y, x)) % 360


def apart(colours: np.ndarray) -> np.ndarray:
    """How far each two of [N, 3] are apart for the worst eye, [N, N]; the diagonal is infinite."""
    seen = labs(colours)
    distances = ciede2000(seen[:, :, None], seen[:, None]).min(0)
    distances = np.minimum(distances, distances.T)  # they differ in their last bits
    np.fill_diagonal(distances, np.inf)
    return distances


def candidates() -> np.ndarray:
    colours = np.array(list(product(LEVELS, LEVELS, LEVELS)), np.uint8)
    lightness = labs(colours)[0, :, 0]
    return colours[(lightness >= LIGHTNESS[0]) & (lightness <= LIGHTNESS[1])]


def spread(distances: np.ndarray, count: int, first: int) -> list[int]:
    """Each next one is the furthest from all before it."""
    chosen, near = [first], distances[first].copy()
    near[first] = -1
    while len(chosen) < count:
        chosen.append(int(near.argmax()))
        near = np.minimum(near, distances[chosen[-1]])
        near[chosen] = -1
    return chosen


def refined(distances: np.ndarray, chosen: list[int]) -> list[int]:
    """Move one of the closest two to where it is furthest from all others, as long as that helps."""
    while True:
        within = distances[np.ix_(chosen, chosen)]
        worst = within.min()
        for place in np.unravel_index(within.argmin(), within.shape):
            others = chosen[:place] + chosen[place + 1 :]
            near = distances[others].min(0)
            near[others] = -1
            best = int(near.argmax())
            if near[best] > worst + 1e-9:
                chosen = [*others, best]
                break
        else:
            return chosen


def main() -> None:
    colours = candidates()
    distances = apart(colours)
    palettes = {}
    for size in SIZES:
        tries = [refined(distances, spread(distances, size, first)) for first in range(0, len(colours), TRY)]
        best = max(tries, key=lambda chosen: distances[np.ix_(chosen, chosen)].min())
        palettes[str(size)] = best
        print(size, round(float(distances[np.ix_(best, best)].min()), 2))
    palettes[str(MOST)] = spread(distances, MOST, 0)
    named = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in colours]
    lines = (f' "{size}": {json.dumps([named[i] for i in best])}' for size, best in palettes.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
