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

from engine.library import assets
from engine.protocol import UNKNOWN, Pixels
from engine.raster import write_image
from studio.domain.document import ImageKind, Mode
from tests.studio.desk import Desk


@pytest.fixture
def at(qtbot: QtBot, loop: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The studio as it is started by a person, on the shipped pack."""
    monkeypatch.setenv("DIPTYCH_PACKS", str(assets() / "packs"))
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    desk = Desk(qtbot, tmp_path, tmp_path / "no.log", (1280, 760))
    desk.generator.set_options(msgspec.structs.replace(desk.generator.options, steps=3))
    yield desk
    desk.close()


def street() -> Pixels:
    """Something like a photograph of a street: sky, houses and a road with noise on all of it, 64×128."""
    random = np.random.default_rng(5)
    image = np.empty((64, 128, 3))
    image[:24], image[24:40], image[40:] = (150, 180, 210), (95, 90, 85), (100, 100, 104)
    return np.clip(image + random.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def drop(on: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(on, QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), *how))


def test_only_the_repainted_region_changes_in_either_half(at: Desk, tmp_path: Path) -> None:
    at.ready()
    write_image(tmp_path / "street.png", street())
    drop(at.window.image_half, tmp_path / "street.png")
    at.until(lambda: at.document.marks.fill_whole)
    at.settled()
    photograph, layout = at.document.image.copy(), at.document.layout()
    assert (photograph == street()).all()
    assert (layout != UNKNOWN).all()
    repaint_the_image(at, photograph, layout)
    for _ in range(2):
        at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    at.generator.cancel()
    assert (at.document.image == photograph).all()
    assert (at.document.layout() == layout).all()
    find_a_region_anew(at, photograph, layout)


def repaint_the_image(at: Desk, photograph: Pixels, layout: Pixels) -> None:
    """Two cars: each changes the photograph where it was painted, and nowhere else."""
    at.click(at.window.notices.row(-1).button)
    assert at.generator.mode is Mode.LAYOUT_TO_IMAGE, "the notice offers to go on"
    at.window.commands["class.car"].trigger()
    at.editor.tools.set_size(12)
    at.stroke((50, 48), (70, 50))
    at.until(lambda: (at.document.image != photograph).any())
    at.settled()
    region, freed = at.document.painted != layout, ~at.document.keep_image
    assert region.any()
    assert (freed | ~region).all()
    assert freed.sum() < 0.1 * freed.size
    changed = (at.document.image != photograph).any(axis=2)
    assert changed[freed].mean() > 0.9
    assert not changed[~freed].any(), "the rest is bit-identical"
    assert (at.document.painted[~freed] == layout[~freed]).all()
    assert at.document.marks.image is ImageKind.GIVEN
    first = at.document.image.copy()
    at.stroke((100, 50), (112, 50))
    at.until(lambda: at.generator.running)
    at.settled()
    assert (at.document.image[:, 90:] != first[:, 90:]).any()


def find_a_region_anew(at: Desk, photograph: Pixels, layout: Pixels) -> None:
    """What is erased of the layout is found in the photograph again, and the rest stays."""
    at.click(at.window.mode_bar.modes[Mode.IMAGE_TO_LAYOUT])
    at.key(Qt.Key.Key_R)
    at.key(Qt.Key.Key_E)
    at.stroke((20.5, 40.5), (59.5, 59.5))
    assert (at.document.layout()[40:60, 20:60] == UNKNOWN).all()
    assert (at.document.layout() != UNKNOWN).sum() == 64 * 128 - 20 * 40
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: at.document.marks.fill_whole)
    found = at.document.layout()
    assert (found != UNKNOWN).all()
    found[40:60, 20:60] = layout[40:60, 20:60]
    assert (found == layout).all()
    assert (at.document.image == photograph).all()
