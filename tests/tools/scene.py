"""A pinhole camera above a street, and things to put in front of it: drawn far to near, in metres.

X is to the right, Y up from the ground, Z ahead. The camera is that of the street photographs: 1.25 m high,
with a focal length of 181 pixels of a 64×128 layout, so that a person 18 m away is 18 pixels tall.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.interface.protocol import ClassInfo, Pixels
from engine.interface.raster import fit_layout, write_layout

ROOT = Path(__file__).parent.parent.parent
HEIGHT, WIDTH, FINE = 64, 128, 8
FOCAL, EYE = 181.0, 1.25

Point = tuple[float, float, float]


def street_classes() -> list[ClassInfo]:
    table = tomllib.loads((ROOT / "engine" / "data" / "street.toml").read_text("utf-8"))["classes"]
    return [ClassInfo(row["name"], row["colour"]) for row in table]


class Scene:
    """A layout that fills up from far to near. `middle` is the column of the vanishing point."""

    def __init__(self, seed: int, middle: float = 64.0, horizon: float = 33.0) -> None:
        self.random = random.Random(seed)
        self.middle, self.horizon = middle, horizon
        self.ids = {info.name: index for index, info in enumerate(street_classes())}
        self.picture = Image.new("L", (WIDTH * FINE, HEIGHT * FINE), self.ids["sky"])
        self.pen = ImageDraw.Draw(self.picture)

    def save(self, path: Path) -> None:
        layout: Pixels = np.asarray(self.picture)
        write_layout(path, fit_layout(layout, HEIGHT, WIDTH).pixels, street_classes())

    # Shapes

    def project(self, point: Point) -> tuple[float, float]:
        x, y, z = point
        return (self.middle + FOCAL * x / z) * FINE, (self.horizon + FOCAL * (EYE - y) / z) * FINE

    def polygon(self, name: str, points: Iterable[Point]) -> None:
        self.pen.polygon([self.project(p) for p in points], fill=self.ids[name])

    def hull(self, name: str, points: Iterable[Point]) -> None:
        """The outline of a solid: the convex hull of its projected corners."""
        self.pen.polygon(convex_hull([self.project(p) for p in points]), fill=self.ids[name])

    def disc(self, name: str, centre: Point, radius: float) -> None:
        (x, y), r = self.project(centre), radius * FOCAL / centre[2] * FINE
        self.pen.ellipse((x - r, y - r, x + r, y + r), fill=self.ids[name])

    def board(self, name: str, x: float, y: float, z: float, size: tuple[float, float]) -> None:
        """An upright rectangle that faces the camera; (x, y) is the middle of its lower edge."""
        w, h = size[0] / 2, size[1]
        self.polygon(name, [(x - w, y, z), (x + w, y, z), (x + w, y + h, z), (x - w, y + h, z)])

    # Ground and walls

    def ground(self, name: str, left: float, right: float, near: float = 4.0, far: float = 400.0) -> None:
        self.polygon(name, [(left, 0, near), (left, 0, far), (right, 0, far), (right, 0, near)])

    def facade(self, name: str, x: float, near: float, far: float, height: float) -> None:
        """A wall along the street."""
        self.polygon(name, [(x, 0, near), (x, 0, far), (x, height, far), (x, height, near)])

    def block(self, name: str, x: tuple[float, float], z: float, height: float, depth: float = 10.0) -> None:
        """A solid that stands on the ground between two X, its front at Z."""
        self.hull(name, [(side, y, z + d) for side in x for y in (0, height) for d in (0, depth)])

    def house(self, x: tuple[float, float], z: tuple[float, float], eaves: float, ridge: float = 0.0) -> None:
        """A block with a gabled roof that runs along the street."""
        self.hull("building", [(side, y, d) for side in x for y in (0, eaves) for d in z])
        if ridge:
            centre = (x[0] + x[1]) / 2
            edge = [(side, eaves, d) for side in x for d in z]
            self.hull("building", [*edge, (centre, ridge, z[0]), (centre, ridge, z[1])])

    # Things

    def tree(self, x: float, z: float, height: float = 9.0, width: float = 5.5, stem: float = 2.6) -> None:
        self.board("vegetation", x, 0, z, (0.35, stem + 1.5))
        rise = height - stem
        for _ in range(26):
            u, v = self.random.uniform(-1, 1), self.random.uniform(-1, 1)
            if u * u + v * v < 1:
                centre = (x + u * width * 0.36, stem + rise * (0.5 + v * 0.34), z)
                self.disc("vegetation", centre, self.random.uniform(0.12, 0.24) * width)

    def bushes(self, x: float, near: float, far: float, height: float = 1.4) -> None:
        z = far
        while z > near:
            top = height * self.random.uniform(0.7, 1.15)
            self.disc("vegetation", (x + self.random.uniform(-0.4, 0.4), top * 0.5, z), top * 0.62)
            z -= height * 0.8

    def car(self, x: float, z: float, name: str = "car", size: tuple[float, float, float] = (1.8, 1.5, 4.2)) -> None:
        """A car along the street; (x, z) is the middle of its near end."""
        wide, high, long = size[0] / 2, size[1], size[2]
        wheel = 0.33
        for side in (-wide + 0.12, wide - 0.12):
            for d in (0.75, long - 0.8):
                self.wheel(name, (x + side, wheel, z + d), wheel)
        body = (0.2 * high, 0.36 * high, 0.62 * high)
        self.solid(name, x, z, [(body[0], wide * 0.94), (body[1], wide), (body[2], wide)], (0.0, long))
        self.solid(name, x, z, [(body[2], wide * 0.96), (high, wide * 0.74)], (0.25, long * 0.74))

    def sideways_car(self, x: float, z: float) -> None:
        """A car that crosses our street."""
        for axle in (-1.3, 1.3):
            self.disc("car", (x + axle, 0.33, z), 0.33)
        self.hull("car", [(x + s * w, y, z) for y, w in ((0.3, 2.0), (0.55, 2.1), (0.9, 2.0)) for s in (-1, 1)])
        self.hull("car", [(x - 1.6, 0.9, z), (x + 1.1, 0.9, z), (x + 0.5, 1.5, z), (x - 1.1, 1.5, z)])

    def solid(
        self, name: str, x: float, z: float, rings: list[tuple[float, float]], span: tuple[float, float]
    ) -> None:
        """The hull of rings, each a height and half a width, that reach over a span ahead of z."""
        self.hull(name, [(x + s * half, y, z + d) for y, half in rings for s in (-1, 1) for d in span])

    def wheel(self, name: str, hub: Point, radius: float) -> None:
        x, y, z = hub
        turn = [(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 12)]
        self.hull(name, [(x + w, y + radius * s, z + radius * c) for c, s in turn for w in (-0.1, 0.1)])

    def box(self, name: str, x: float, z: float, size: tuple[float, float, float]) -> None:
        """A bus, a truck's load or a tram: a box on wheels."""
        wide, high, long = size[0] / 2, size[1], size[2]
        for side in (-wide + 0.15, wide - 0.15):
            for d in (1.2, long - 1.2):
                self.wheel(name, (x + side, 0.45, z + d), 0.45)
        self.solid(name, x, z, [(0.35, wide), (high * 0.95, wide), (high, wide * 0.93)], (0.0, long))

    def person(self, x: float, z: float, height: float = 1.75, stride: float = 0.25, name: str = "person") -> None:
        k = height / 1.75
        for side in (-1, 1):
            foot = x + side * stride
            self.hull(
                name,
                [(x - 0.12, 0.9 * k, z), (x + 0.12, 0.9 * k, z), (foot - 0.09, 0, z), (foot + 0.11, 0, z)],
            )
        shape = [(0.8, 0.17), (1.1, 0.2), (1.42, 0.25), (1.5, 0.16)]
        self.hull(name, [(x + s * w, y * k, z) for y, w in shape for s in (-1, 1)])
        self.disc(name, (x, 1.62 * k, z), 0.13 * k)

    def bicycle(self, x: float, z: float, long: float = 1.7, name: str = "bicycle") -> None:
        """Seen from the side."""
        for side in (-1, 1):
            self.disc(name, (x + side * long * 0.31, 0.34, z), 0.34)
        self.hull(name, [(x - 0.5, 0.34, z), (x + 0.5, 0.34, z), (x + 0.42, 1.0, z), (x - 0.3, 0.95, z)])

    def rider(self, x: float, z: float, mount: str = "bicycle") -> None:
        """Somebody who rides away from us."""
        self.hull(mount, [(x + s * 0.16, y, z) for s in (-1, 1) for y in (0, 0.75)])
        shape = [(0.55, 0.2), (0.95, 0.24), (1.4, 0.27), (1.52, 0.17)]
        self.hull("rider", [(x + s * w, y, z) for y, w in shape for s in (-1, 1)])
        self.disc("rider", (x, 1.66, z), 0.15)

    def pole(self, x: float, z: float, height: float = 6.0) -> None:
        column, top = (v / FINE for v in self.project((x, height, z)))
        width = max(1, round(0.13 * FOCAL / z))  # whole columns, or the vote of a cell would lose or double it
        left, bottom = round(column - width / 2), self.project((x, 0, z))[1]
        corners = (left * FINE, top * FINE, (left + width) * FINE - 1, bottom)
        self.pen.rectangle(corners, fill=self.ids["pole"])

    def lamp(self, x: float, z: float, height: float = 7.0, reach: float = 1.8) -> None:
        self.pole(x, z, height)
        self.board("pole", x + reach / 2, height - 0.1, z, (abs(reach), max(0.1, 1.05 * z / FOCAL)))

    def sign(self, x: float, z: float, *, round_: bool = True, height: float = 2.6) -> None:
        self.pole(x, z, height)
        if round_:
            self.disc("traffic sign", (x, height, z), 0.38)
        else:
            self.board("traffic sign", x, height - 0.2, z, (0.8, 0.8))

    def light(self, x: float, z: float, height: float = 3.2) -> None:
        self.pole(x, z, height)
        self.board("traffic light", x, height - 0.9, z, (0.42, 1.05))


def convex_hull(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Andrew's monotone chain."""
    ordered = sorted(set(points))

    def half(chain: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        hull: list[tuple[float, float]] = []
        for p in chain:
            while len(hull) > 1 and turn(hull[-2], hull[-1], p) <= 0:
                hull.pop()
            hull.append(p)
        return hull[:-1]

    return half(ordered) + half(reversed(ordered))


def turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
