"""Draw the face pack's example layouts: python -m tests.tools.draw_faces [FOLDER].

They are nobody's faces: ellipses and polygons at the places where the parts of a face are in portraits. Left and right
are the person's own.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.interface.protocol import ClassInfo, Pixels
from engine.interface.raster import fit_layout, write_layout
from tests.tools.scene import ROOT

FOLDER = ROOT / "assets" / "packs" / "face" / "examples"
SIDE, FINE = 64, 8
MIDDLE = 32.0

Point = tuple[float, float]


def face_classes() -> list[ClassInfo]:
    recipe = ROOT / "engine" / "training" / "recipes" / "face.toml"
    rows = tomllib.loads(recipe.read_text("utf-8"))["taxonomy"]["classes"]
    return [ClassInfo(row["name"], row["colour"]) for row in rows]


class Head:
    """A layout that fills up from behind; places and sizes are in pixels of 64×64."""

    def __init__(self) -> None:
        self.ids = {info.name: index for index, info in enumerate(face_classes())}
        self.picture = Image.new("L", (SIDE * FINE, SIDE * FINE), self.ids["background"])
        self.pen = ImageDraw.Draw(self.picture)

    def save(self, path: Path) -> None:
        layout: Pixels = np.asarray(self.picture)
        write_layout(path, fit_layout(layout, SIDE, SIDE).pixels, face_classes())

    # Shapes

    def oval(self, name: str, centre: Point, across: float, down: float) -> None:
        (x, y), ends = centre, ((-across, -down), (across, down))
        self.pen.ellipse([((x + dx) * FINE, (y + dy) * FINE) for dx, dy in ends], fill=self.ids[name])

    def polygon(self, name: str, *points: Point) -> None:
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=self.ids[name])

    def line(self, name: str, width: float, *points: Point) -> None:
        self.pen.line([(x * FINE, y * FINE) for x, y in points], self.ids[name], round(width * FINE), "curve")

    # Parts

    def body(self, shoulders: float = 26, neck: float = 8) -> None:
        left, right = MIDDLE - shoulders, MIDDLE + shoulders
        collar = (MIDDLE - neck, 56), (MIDDLE + neck, 56)
        self.polygon("clothes", (left, 64), (left + 6, 60), *collar, (right - 6, 60), (right, 64))
        self.neck(neck)

    def neck(self, neck: float = 8) -> None:
        left, right = MIDDLE - neck, MIDDLE + neck
        self.polygon("neck", (left, 50), (right, 50), (right + 1, 58), (MIDDLE, 63), (left - 1, 58))

    def ears(self, apart: float = 17) -> None:
        self.oval("right ear", (MIDDLE - apart, 35), 2.4, 5)
        self.oval("left ear", (MIDDLE + apart, 35), 2.4, 5)

    def face(self, across: float = 16.5, top: float = 13, x: float = MIDDLE) -> None:
        chin, y = 56, (top + 56) / 2 - 3
        self.oval("skin", (x, y), across, y - top)
        jaw = [(across, y), (across * 0.93, y + 8), (across * 0.62, chin - 5), (3.5, chin)]
        self.polygon("skin", *((x + dx, dy) for dx, dy in jaw), *((x - dx, dy) for dx, dy in reversed(jaw)))

    def features(self, smile: float = 1, *, teeth: bool = True, x: float = MIDDLE, turn: float = 0) -> None:
        """`smile` lifts the corners of the mouth; `turn` moves all towards the left of the person."""
        for side, name in ((-1, "right"), (1, "left")):
            eye = x + 8 * side + turn
            self.oval(f"{name} eye", (eye, 30.6), 2.9, 1.15)
            self.line(f"{name} brow", 1.9, (eye - 4.6 * side, 27.2), (eye + side, 25.4), (eye + 5.2 * side, 27))
        nose = [(1.8, 29), (2.2, 36), (4.9, 40), (3.2, 42.6)]
        tip = x + 1.5 * turn
        self.polygon("nose", *((tip + dx, y) for dx, y in nose), *((tip - dx, y) for dx, y in reversed(nose)))
        self.mouth(x + 1.2 * turn, 46.5, smile, teeth=teeth)

    def mouth(self, x: float, y: float, smile: float, *, teeth: bool) -> None:
        edge, lower = y - smile, 2.2 if teeth else 0.8
        bow = (x - 2, y - 1.6), (x, y - 1), (x + 2, y - 1.6)
        self.polygon("upper lip", (x - 7, edge), *bow, (x + 7, edge), (x, y + 1.2))
        if teeth:
            corner = y - 0.6 * smile
            self.polygon("mouth", (x - 6, corner), (x, y + 0.6), (x + 6, corner), (x + 3.5, y + 3), (x - 3.5, y + 3))
        corner, bottom = y - 0.3 * smile + (0.4 if teeth else 0), y + lower + 2.6
        inner = (x - 3, y + lower), (x + 3, y + lower)
        self.polygon("lower lip", (x - 6.6, corner), *inner, (x + 6.6, corner), (x + 3.2, bottom), (x - 3.2, bottom))

    def short_hair(self, left: float = 13, right: float = 51, top: float = 3, bottom: float = 33) -> None:
        edge = (left, bottom), (left - 1, 21), (left + 4, 9), (MIDDLE - 4, top)
        back = (MIDDLE + 8, top + 1), (right - 3, 11), (right + 1, 21), (right, bottom)
        self.polygon("hair", *edge, *back)

    def fringe(self, peak: Point, ends: float = 30) -> None:
        """Hair over the forehead that is parted at a place."""
        x, y = peak
        right = (15, ends), (15, 17), (x, y - 6), (49, 17), (49, ends)
        self.polygon("hair", *right, (46.5, 24), (42, y + 3), peak, (24, y + 5), (17.5, 25))


def long_hair() -> Head:
    h = Head()
    h.polygon("hair", (14, 64), (9, 50), (10, 30), (14, 14), (24, 4), (40, 4), (50, 14), (54, 30), (55, 50), (51, 64))
    h.neck()
    h.face()
    h.polygon("hair", (14, 32), (15, 18), (24, 10), (34, 9), (24, 16), (18, 25), (15.5, 34))
    h.polygon("hair", (50, 32), (49, 18), (41, 10), (32, 9), (42, 16), (46, 25), (48.5, 34))
    h.features()
    return h


def short_hair() -> Head:
    h = Head()
    h.body(shoulders=31, neck=9)
    h.short_hair()
    h.ears()
    h.face(across=17)
    h.fringe((34, 15.5))
    h.features(0.4, teeth=False)
    return h


def hat() -> Head:
    h = Head()
    h.polygon("hair", (11, 58), (11, 30), (53, 30), (54, 58), (47, 62), (17, 62))
    h.body(shoulders=27)
    h.face()
    h.polygon("hair", (14.5, 36), (15, 22), (20, 20), (17, 40))
    h.polygon("hair", (49.5, 36), (49, 22), (44, 20), (47, 40))
    crown = (15, 8), (24, 1), (40, 1), (49, 8)
    h.polygon("hat", (5, 22), (14, 19), *crown, (50, 19), (59, 22), (46, 24), (32, 22.5), (18, 24))
    h.features(1.2)
    return h


def glasses() -> Head:
    h = Head()
    h.body(shoulders=30, neck=8.5)
    h.short_hair(left=12.5, right=51.5, top=2, bottom=34)
    h.ears()
    h.face(across=16.8)
    h.fringe((36, 15))
    h.features(0.8, teeth=False)
    for x in (23.6, 40.4):
        h.oval("glasses", (x, 31.5), 6.6, 4.9)
    h.line("glasses", 1.2, (29.5, 30), (34.5, 30))
    h.line("glasses", 1.1, (17.4, 30), (15.2, 29.4))
    h.line("glasses", 1.1, (46.6, 30), (48.8, 29.4))
    return h


def earrings() -> Head:
    h = Head()
    h.short_hair(left=12, right=52, top=2, bottom=40)
    h.body(shoulders=24)
    h.ears(apart=16.8)
    h.face(across=16.2, top=14)
    h.fringe((40, 16), ends=34)
    h.features(1.2)
    for x in (14.6, 49.4):
        h.oval("earring", (x, 43.5), 1.7, 3.2)
    h.line("necklace", 1.2, (24, 58), (28, 61), (32, 62), (36, 61), (40, 58))
    return h


def turned() -> Head:
    h = Head()
    h.polygon("hair", (8, 60), (6, 42), (8, 20), (18, 6), (32, 2), (45, 6), (52, 18), (52, 34), (44, 52), (20, 62))
    h.body(shoulders=24)
    h.face(across=15.2, x=35)
    h.polygon(
        "hair", (20, 46), (19, 30), (21, 16), (34, 8), (47, 13), (50.5, 26), (45, 18), (36, 15), (27, 21), (23, 32)
    )
    h.features(x=36, turn=1.6)
    return h


FACES: dict[str, Callable[[], Head]] = {
    "01_long_hair": long_hair,
    "02_short_hair": short_hair,
    "03_hat": hat,
    "04_glasses": glasses,
    "05_earrings": earrings,
    "06_turned": turned,
}


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, face in FACES.items():
        face().save(folder / f"{name}.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
