"""Draw the street pack's example layouts: python -m tests.tools.draw_examples [FOLDER].

They are streets that nobody has photographed: built in metres, seen by the camera of `scene.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.tools.scene import ROOT, Scene

FOLDER = ROOT / "assets" / "packs" / "street" / "examples"


def boulevard() -> Scene:
    """Wide and green under an open sky; a few cars, two people on the sidewalk."""
    s = Scene(seed=1, middle=60)
    for x, height in ((-30, 13), (-14, 9), (6, 8), (22, 11)):
        s.block("building", (x, x + 15), 190, height)
    for x in (-9, -2, 5, 12):
        s.tree(x, 180, height=8, width=10, stem=0.5)
    s.ground("terrain", -60, 60)
    s.ground("sidewalk", -12.5, 11.5)
    s.ground("road", -6.6, 5.2)
    for far, near, height in ((150, 100, 16), (100, 66, 19), (66, 40, 15), (40, 8, 20)):
        s.house((-26, -14.5), (near, far), height)
        s.house((14.5, 28), (near, far), height - 3)
    for z in (120, 95, 75, 59, 46, 35, 27):
        s.tree(-9.4, z, height=9.5)
        s.tree(9.8, z * 0.93, height=10.5)
    s.car(-2.2, 70)
    s.car(2.0, 46)
    for z in (58, 44, 33):
        s.car(-5.6, z)
    for z in (74, 62):
        s.car(4.2, z)
    s.lamp(6.0, 37, reach=-1.8)
    s.sign(-7.4, 29)
    s.car(-0.2, 19)
    s.person(6.3, 22.4)
    s.person(7.15, 22, height=1.65, stride=0.2)
    return s


def crossing() -> Scene:
    """A junction with traffic lights, a bus and people on the far side."""
    s = Scene(seed=2, middle=70, horizon=34)
    s.ground("road", -80, 80)
    s.ground("sidewalk", -60, 60, near=42)
    s.ground("road", -5.5, 5.5)
    for far, near, height in ((160, 110, 17), (110, 75, 14), (75, 48, 18)):
        s.house((-28, -10), (near, far), height)
        s.house((9.5, 28), (near, far), height - 2)
    s.house((-70, -30), (58, 90), 13)
    s.house((30, 70), (54, 90), 15)
    for x, z in ((-8.2, 100), (7.8, 90), (-8.4, 66), (7.8, 58)):
        s.tree(x, z, height=8)
    s.tree(-17, 47, height=9, width=6)
    s.car(-2.0, 78)
    s.car(1.8, 60)
    s.box("bus", 2.2, 44, (2.5, 3.1, 11))
    for x in (-8.5, -7.4, -11.6, 8.6, 10.8, 13.5):
        s.person(x, 43 + x % 3)
    s.light(-6.4, 41)
    s.light(6.6, 41)
    s.sign(12.4, 40, round_=False)
    s.ground("sidewalk", 4.3, 60, near=4, far=16.5)
    s.car(-2.4, 27)
    s.sideways_car(-9.4, 33)
    s.light(4.7, 16, height=3.4)
    return s


def old_town() -> Scene:
    """A narrow street: facades, parked cars, bicycles against the wall."""
    s = Scene(seed=3, middle=66, horizon=34)
    s.ground("sidewalk", -30, 30)
    s.ground("road", -3.4, 3.6)
    s.block("building", (-9, 9), 150, 17)
    s.tree(-2.5, 140, height=9)
    for far, near, height in ((140, 90, 15), (90, 58, 19), (58, 36, 14), (36, 20, 17), (20, 7, 16)):
        s.house((-18, -6.2), (near, far), height, ridge=height + 3)
        s.house((6.4, 18), (near, far), height + 2)
    for z in (84, 70, 57, 46, 38):
        s.car(-2.7, z)
    for z in (74, 60, 49, 32):
        s.car(2.9, z)
    s.person(-4.9, 40)
    s.person(5.0, 44)
    s.person(4.7, 29)
    s.sign(4.1, 34)
    s.sign(-4.0, 27, round_=False)
    s.car(-2.7, 24)
    s.car(-2.8, 15.5)
    s.lamp(4.3, 25, height=5, reach=-0.8)
    s.bicycle(5.3, 22)
    s.person(4.2, 14, height=1.8)
    return s


def avenue() -> Scene:
    """Trees that close above a road with grass on both sides."""
    s = Scene(seed=4, middle=58)
    s.ground("terrain", -200, 200)
    s.ground("sidewalk", 8.4, 11)
    s.ground("road", -4.4, 5.0)
    s.house((-24, -15), (70, 95), 8, ridge=11)
    s.house((18, 30), (45, 75), 9, ridge=12)
    for z in (210, 180, 155, 132, 112, 95, 80, 67, 56, 46, 38, 31):
        s.tree(-7.2, z, height=13, width=9, stem=3)
        s.tree(7.4, z * 0.96, height=12.5, width=8, stem=3)
    s.bushes(-12, 26, 110, height=2.2)
    s.bushes(14, 30, 110, height=2.0)
    s.car(-1.9, 90)
    s.car(1.9, 62)
    s.sign(5.9, 40)
    s.rider(3.6, 34)
    s.car(-2.2, 36)
    s.tree(-9.5, 20, height=12, width=8, stem=3.4)
    s.pole(6.2, 22, height=7)
    s.person(9.2, 27)
    return s


def tram_street() -> Scene:
    """A tram beside the cars, shops on both sides, people waiting."""
    s = Scene(seed=5, middle=72)
    s.ground("sidewalk", -60, 60)
    s.ground("road", -8.0, 5.4)
    for x, height in ((-22, 15), (-8, 12), (6, 17)):
        s.block("building", (x, x + 15), 170, height)
    for far, near, height in ((150, 105, 18), (105, 70, 14), (70, 45, 17), (45, 24, 19), (24, 7, 15)):
        s.house((-28, -12.5), (near, far), height - 2)
        s.house((9.4, 24), (near, far), height)
    for z in (110, 80, 60):
        s.tree(7.2, z, height=7, width=4)
    s.car(2.0, 85)
    s.car(2.2, 58)
    s.box("train", -5.6, 40, (2.5, 3.4, 28))
    for z in (66, 54, 44, 35):
        s.car(4.5, z)
    for x, z in ((-9.4, 36), (-10.1, 33), (-9.0, 30), (7.4, 40), (6.8, 31)):
        s.person(x, z)
    s.sign(-8.7, 38, round_=False, height=3)
    s.sign(6.1, 27)
    s.rider(-1.0, 24, mount="motorcycle")
    s.car(2.0, 30)
    s.person(6.1, 21)
    s.lamp(6.3, 33, reach=-1.6)
    return s


def outskirts() -> Scene:
    """A broad road out of town: much sky, a truck, a fence, a wall."""
    s = Scene(seed=6, middle=66, horizon=35)
    s.ground("terrain", -300, 300)
    s.ground("sidewalk", 9.0, 11.5)
    s.ground("road", -7.2, 7.2)
    for x in range(-150, 160, 9):
        s.tree(x + s.random.uniform(-3, 3), 230, height=s.random.uniform(7, 13), width=12, stem=1)
    s.house((-40, -22), (90, 130), 7, ridge=11)
    s.house((24, 46), (75, 110), 9)
    s.facade("wall", -13, 9, 70, 2.2)
    s.facade("fence", 13, 8, 120, 1.4)
    for z in (120, 84, 60):
        s.tree(-16, z, height=8)
    for z in (100, 66, 44):
        s.tree(16.5, z, height=7, width=5)
    for z in (130, 85, 55, 36):
        s.lamp(-8.4, z, height=9, reach=2.2)
    s.car(-2.0, 110)
    s.car(5.2, 80)
    s.box("truck", 2.0, 40, (2.5, 3.5, 8))
    s.car(-5.4, 52)
    s.car(-2.4, 30)
    s.sign(8.2, 26)
    return s


SCENES: dict[str, Callable[[], Scene]] = {
    "01_boulevard": boulevard,
    "02_crossing": crossing,
    "03_old_town": old_town,
    "04_avenue": avenue,
    "05_tram_street": tram_street,
    "06_outskirts": outskirts,
}


def main(folder: Path = FOLDER) -> None:
    for name, draw in SCENES.items():
        draw().save(folder / f"{name}.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
