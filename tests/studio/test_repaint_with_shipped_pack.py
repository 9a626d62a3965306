"""The flagship loop with the pack that is shipped: a photograph, its layout, and one region of it repainted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.interface.pack_catalogue import assets_folder
from engine.interface.protocol import UNKNOWN, Pixels
from engine.interface.raster import write_image
from studio.domain.document import GenerationMode, ImageKind
from tests.studio.studio_driver import StudioDriver


@pytest.fixture
def driver(qtbot: QtBot, loop: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudioDriver]:
    """The studio as it is started by a person, on the shipped pack."""
    monkeypatch.setenv("DIPTYCH_PACKS", str(assets_folder() / "packs"))
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    driver = StudioDriver(qtbot, tmp_path, tmp_path / "no.log", (1280, 760))
    driver.generator.settings.set_options(msgspec.structs.replace(driver.generator.settings.options, steps=3))
    yield driver
    driver.close()


def street_photograph() -> Pixels:
    """Something like a photograph of a street: sky, houses and a road with noise on all of it, 64×128."""
    random = np.random.default_rng(5)
    image = np.empty((64, 128, 3))
    image[:24], image[24:40], image[40:] = (150, 180, 210), (95, 90, 85), (100, 100, 104)
    return np.clip(image + random.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def drop_file(on: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(on, QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), *how))


def test_only_the_repainted_region_changes_in_either_half(driver: StudioDriver, tmp_path: Path) -> None:
    driver.wait_until_ready()
    write_image(tmp_path / "street.png", street_photograph())
    drop_file(driver.window.image_half, tmp_path / "street.png")
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.wait_until_idle()
    photograph, layout = driver.document.image.copy(), driver.document.visible_layout()
    assert (photograph == street_photograph()).all()
    assert (layout != UNKNOWN).all()
    repaint_the_image(driver, photograph, layout)
    for _ in range(2):
        driver.press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    driver.generator.cancel_all()
    assert (driver.document.image == photograph).all()
    assert (driver.document.visible_layout() == layout).all()
    find_a_region_anew(driver, photograph, layout)


def repaint_the_image(driver: StudioDriver, photograph: Pixels, layout: Pixels) -> None:
    """Two cars: each changes the photograph where it was painted, and nowhere else."""
    driver.click(driver.window.notice_bar.row_at(-1).action_button)
    assert driver.generator.settings.mode is GenerationMode.LAYOUT_TO_IMAGE, "the notice offers to go on"
    driver.window.commands["class.car"].trigger()
    driver.editor.toolbox.set_brush_size(12)
    driver.stroke((50, 48), (70, 50))
    driver.wait_until(lambda: (driver.document.image != photograph).any())
    driver.wait_until_idle()
    region, freed = driver.document.painted != layout, ~driver.document.keep_image
    assert region.any()
    assert (freed | ~region).all()
    assert freed.sum() < 0.1 * freed.size
    changed = (driver.document.image != photograph).any(axis=2)
    assert changed[freed].mean() > 0.9
    assert not changed[~freed].any(), "the rest is bit-identical"
    assert (driver.document.painted[~freed] == layout[~freed]).all()
    assert driver.document.status.image is ImageKind.GIVEN
    first = driver.document.image.copy()
    driver.stroke((100, 50), (112, 50))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    assert (driver.document.image[:, 90:] != first[:, 90:]).any()


def find_a_region_anew(driver: StudioDriver, photograph: Pixels, layout: Pixels) -> None:
    """What is erased of the layout is found in the photograph again, and the rest stays."""
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.IMAGE_TO_LAYOUT])
    driver.press_key(Qt.Key.Key_R)
    driver.press_key(Qt.Key.Key_E)
    driver.stroke((20.5, 40.5), (59.5, 59.5))
    assert (driver.document.visible_layout()[40:60, 20:60] == UNKNOWN).all()
    assert (driver.document.visible_layout() != UNKNOWN).sum() == 64 * 128 - 20 * 40
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    found = driver.document.visible_layout()
    assert (found != UNKNOWN).all()
    found[40:60, 20:60] = layout[40:60, 20:60]
    assert (found == layout).all()
    assert (driver.document.image == photograph).all()
