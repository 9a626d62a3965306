"""The example layouts: drawn by the tools beside this file, and such as their packs can take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.interface.protocol import UNKNOWN
from engine.interface.raster import palette_table, read_layout
from tests.tools import draw_faces
from tests.tools.draw_examples import FOLDER, SCENES, main
from tests.tools.scene import HEIGHT, WIDTH, street_classes


def test_every_scene_has_its_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.png")) == sorted(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_example_is_a_whole_street(name: str) -> None:
    layout = read_layout(FOLDER / f"{name}.png", street_classes())
    assert layout.shape == (HEIGHT, WIDTH)
    assert UNKNOWN not in layout
    names = {street_classes()[i].name for i in np.unique(layout)}
    assert names >= {"road", "sky", "car", "vegetation", "building", "pole"}


@pytest.mark.parametrize("name", SCENES)
def test_example_shows_its_classes_colours_in_any_viewer(name: str) -> None:
    picture = Image.open(FOLDER / f"{name}.png")
    assert picture.mode == "P"
    ids = np.asarray(picture)
    assert np.array_equal(np.asarray(picture.convert("RGB")), palette_table(street_classes())[ids])


def test_first_example_invites() -> None:
    layout = read_layout(FOLDER / "01_boulevard.png", street_classes())
    shares = {info.name: float(np.mean(layout == i)) for i, info in enumerate(street_classes())}
    assert shares["sky"] > 0.1
    assert shares["car"] > 0.02
    assert shares["person"] > 0.005


def test_the_tool_draws_the_same_again(tmp_path: Path) -> None:
    main(tmp_path)
    for name in SCENES:
        drawn = read_layout(tmp_path / f"{name}.png", street_classes())
        kept = read_layout(FOLDER / f"{name}.png", street_classes())
        assert np.mean(drawn != kept) < 0.01  # another version of pillow may set an edge differently


@pytest.mark.parametrize("name", draw_faces.FACES)
def test_example_is_a_whole_face(name: str) -> None:
    classes = draw_faces.face_classes()
    layout = read_layout(draw_faces.FOLDER / f"{name}.png", classes)
    assert layout.shape == (draw_faces.SIDE, draw_faces.SIDE)
    assert UNKNOWN not in layout
    middle = {info.name: np.argwhere(layout == i).mean(0) for i, info in enumerate(classes) if (layout == i).any()}
    assert middle.keys() >= {"skin", "hair", "nose", "neck", "upper lip", "lower lip", "left brow", "right brow"}
    assert middle["right brow"][1] < middle["nose"][1] < middle["left brow"][1], "as the one who is seen would say"
    assert middle["left brow"][0] < middle["nose"][0] < middle["lower lip"][0] < middle["neck"][0]


def test_the_tool_draws_the_same_faces_again(tmp_path: Path) -> None:
    draw_faces.main(tmp_path)
    assert sorted(path.stem for path in draw_faces.FOLDER.glob("*.png")) == sorted(draw_faces.FACES)
    for name in draw_faces.FACES:
        drawn, kept = (
            read_layout(f / f"{name}.png", draw_faces.face_classes()) for f in (tmp_path, draw_faces.FOLDER)
        )
        assert np.mean(drawn != kept) < 0.01
