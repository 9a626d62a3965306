"""Results at full size: drawn a moment later, shown while the picture is theirs, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.interface.pack_catalogue import UPSCALER_FILE
from engine.interface.raster import read_image, write_image
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.margins import CanvasMargins
from studio.ui.panels.filmstrip import ENTRY_ROLE
from tests.studio.conftest import OpenStudio
from tests.studio.session.datasets.test_datasets import open_export_dialog, start_export, wait_until_exported
from tests.studio.studio_driver import StudioDriver

FACTOR, BRIGHTER = 2, 12
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def open_full_size_studio(open_studio: OpenStudio, pack: Path) -> OpenStudio:
    """Its pack says that it has an upscaler."""
    facts = json.dumps({"factor": FACTOR})
    head = json.dumps({"__metadata__": {"facts": facts}}).encode()
    (pack / UPSCALER_FILE).write_bytes(len(head).to_bytes(8, "little") + head)
    return open_studio


def expected_full_size(image: np.ndarray) -> np.ndarray:
    """What the scripted engine makes of an image."""
    return image.repeat(FACTOR, 0).repeat(FACTOR, 1) + np.uint8(BRIGHTER)


def shown_full_size(driver: StudioDriver) -> np.ndarray | None:
    return driver.session.full_size.displayed_image()


def is_full_size_shown(driver: StudioDriver) -> bool:
    """Whether what is on the canvas is the picture of the document at full size."""
    image = shown_full_size(driver)
    if image is None or not np.array_equal(image, expected_full_size(driver.document.image)):
        return False
    assert abs(canvas_blue(driver) - int(driver.document.image[4, 40, 2]) - BRIGHTER) <= 3
    return True


def canvas_blue(driver: StudioDriver) -> int:
    """How much blue there is on the image's canvas at a place of the document."""
    canvas = driver.window.image_canvas
    return canvas.grab().toImage().pixelColor(driver.canvas_position(40.5, 4.5, canvas)).blue()


def wait_until_decided(driver: StudioDriver) -> None:
    """Wait until it was considered whether to ask once more."""
    driver.wait_until(lambda: not driver.session.full_size._quiet_timer.isActive())


def open_photograph(driver: StudioDriver, folder: Path, height: int, width: int) -> np.ndarray:
    """Open one of this size, and wait for its layout."""
    photograph = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    write_image(folder / "photo.png", photograph)
    driver.session.files.open_image(folder / "photo.png")
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN and driver.document.status.fill_whole)
    driver.wait_until_idle()
    return photograph


def paint_stroke(driver: StudioDriver, id: int = 3) -> None:
    driver.editor.toolbox.select_class(id)
    driver.stroke((10, 24), (20, 24))


def test_each_result_comes_at_full_size_a_moment_later(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio().wait_until_ready()
    driver.wait_until(lambda: is_full_size_shown(driver))
    first = driver.document.image.copy()
    paint_stroke(driver)
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert shown_full_size(driver) is None, "what is coming is shown"
    driver.wait_until_idle()
    driver.wait_until(lambda: is_full_size_shown(driver))
    requests = len(driver.engine_log("request"))
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert np.array_equal(driver.document.image, first)
    assert is_full_size_shown(driver), "what was there is known"
    assert len(driver.engine_log("request")) == requests


def test_a_stroke_does_not_wait_for_the_detail(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio("--pause", "0.3", "--steps", "2").wait_until_ready()
    driver.wait_until(lambda: driver.client.drawing_full_size)
    before = len(driver.engine_log("sharp"))
    paint_stroke(driver)
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert len(driver.engine_log("sharp")) == before, "it was given up for the stroke"
    assert driver.engine_log("cancel")
    driver.wait_until(lambda: is_full_size_shown(driver))
    assert len(driver.engine_log("sharp")) == before + 1


def test_escape_leaves_the_picture_as_it_is(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio("--pause", "0.3", "--steps", "1").wait_until_ready()
    driver.wait_until(lambda: driver.client.drawing_full_size)
    driver.press_key(Qt.Key.Key_Escape)
    assert not driver.client.drawing_full_size
    requests = driver.engine_log("request")
    wait_until_decided(driver)
    assert driver.engine_log("request") == requests
    assert shown_full_size(driver) is None
    assert "Ready" in driver.window.status_line.engine_label.text()


def test_a_picture_that_is_too_large_for_it_comes_as_it_is(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio("--steps", "1", "--pause", "0").wait_until_ready()
    driver.wait_until(lambda: is_full_size_shown(driver))
    driver.session.extension.extend(CanvasMargins(right=2048))
    driver.wait_until(lambda: driver.document.width == 64 + 2048 and driver.document.status.drawn is None)
    driver.wait_until_idle()
    assert shown_full_size(driver) is None
    assert not driver.client.drawing_full_size


def test_a_photograph_can_grow_to_one_side(open_full_size_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_full_size_studio().wait_until_ready()
    open_photograph(driver, tmp_path, 64, 128)
    driver.session.extension.extend(CanvasMargins(right=32))
    driver.wait_until(lambda: driver.document.width == 96 and driver.document.status.drawn is None)
    driver.wait_until_idle()
    driver.wait_until(lambda: shown_full_size(driver) is not None)
    assert shown_full_size(driver).shape == (64, 192, 3)


def test_what_comes_back_from_the_shelf_gets_its_detail_again(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio().wait_until_ready()
    driver.wait_until(lambda: is_full_size_shown(driver))
    first = driver.document.image.copy()
    paint_stroke(driver)
    driver.wait_until(lambda: not np.array_equal(driver.document.image, first))
    driver.wait_until(lambda: is_full_size_shown(driver))
    driver.session.full_size._cache.clear()  # as after a new start
    strip = driver.window.results_strip.filmstrip
    driver.wait_until(lambda: strip.model().rowCount() == 2)
    strip.restore(strip.model().index(1, 0).data(ENTRY_ROLE))
    driver.wait_until(lambda: np.array_equal(driver.document.image, first))
    results = strip.model().rowCount()
    driver.wait_until(lambda: is_full_size_shown(driver))
    assert strip.model().rowCount() == results, "it is no new result"


def test_who_wants_no_detail_waits_for_none(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio().wait_until_ready()
    driver.wait_until(lambda: is_full_size_shown(driver))
    driver.window.commands["view.full"].trigger()
    assert shown_full_size(driver) is None
    sharps = len(driver.engine_log("sharp"))
    paint_stroke(driver)
    driver.wait_until_idle()
    assert not driver.client.drawing_full_size
    assert len(driver.engine_log("sharp")) == sharps
    driver.window.commands["view.full"].trigger()
    driver.wait_until(lambda: is_full_size_shown(driver))
    driver.window.commands["view.full"].trigger()
    driver.close()
    driver = open_full_size_studio().wait_until_ready()
    assert not driver.window.commands["view.full"].isChecked(), "the choice is kept"


def test_the_picture_is_exported_as_large_as_it_is_shown(open_full_size_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_full_size_studio().wait_until_ready()
    driver.window.commands["view.full"].trigger()
    driver.window.commands["file.save_full"].trigger()
    assert "full-size image is not ready yet" in driver.notice_text()
    driver.window.commands["view.full"].trigger()
    driver.wait_until(lambda: is_full_size_shown(driver))
    save, asked_for = driver.session.files.full_size_saver(shown_full_size(driver)), shown_full_size(driver)
    paint_stroke(driver)
    driver.wait_until_idle()
    driver.wait_until(lambda: is_full_size_shown(driver))
    save(tmp_path / "full.png")
    driver.wait_until(lambda: "Saved" in driver.notice_text())
    assert np.array_equal(read_image(tmp_path / "full.png"), asked_for), "what came meanwhile is not in it"
    assert not np.array_equal(shown_full_size(driver), asked_for)
    strokes = driver.document.painted.copy()
    driver.session.files.open_image(tmp_path / "full.png")
    driver.wait_until(lambda: "with its layout and its request" in driver.notice_text())
    assert not np.array_equal(driver.document.painted, strokes)
    driver.wait_until(lambda: is_full_size_shown(driver))
    assert np.array_equal(shown_full_size(driver), asked_for), "dropped back, it is the same result"


def test_a_large_photograph_is_itself_at_full_size(open_full_size_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_full_size_studio().wait_until_ready()
    photograph = open_photograph(driver, tmp_path, 64, 128)
    driver.wait_until(lambda: shown_full_size(driver) is not None)
    assert np.array_equal(shown_full_size(driver), photograph)
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.LAYOUT_TO_IMAGE])
    paint_stroke(driver)
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN and not driver.generator.running)
    driver.wait_until(lambda: shown_full_size(driver) is not None)
    kept = driver.document.keep_image.repeat(FACTOR, 0).repeat(FACTOR, 1)
    assert kept.any()
    assert not kept.all()
    assert np.array_equal(shown_full_size(driver)[kept], photograph[kept])
    assert np.array_equal(shown_full_size(driver)[~kept], expected_full_size(driver.document.image)[~kept])


def test_a_small_photograph_is_brought_to_full_size(open_full_size_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_full_size_studio().wait_until_ready()
    open_photograph(driver, tmp_path, 32, 64)
    driver.wait_until(lambda: is_full_size_shown(driver))


def test_what_fails_is_said_and_the_result_stays(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio("--no-detail").wait_until_ready()
    driver.wait_until(lambda: "The GPU ran out." in driver.notice_text())
    assert driver.document.status.image is ImageKind.GENERATED
    assert shown_full_size(driver) is None
    assert not driver.client.drawing_full_size
    wait_until_decided(driver)
    assert len(driver.engine_log("request")) == 1, "it would fail again"
    paint_stroke(driver)
    driver.wait_until(lambda: len(driver.engine_log("request")) == 2)
    driver.wait_until_idle()


def test_a_full_picture_of_another_size_is_not_believed(open_full_size_studio: OpenStudio) -> None:
    driver = open_full_size_studio("--bad-sharp").wait_until_ready()
    driver.wait_until(lambda: "wrong size" in driver.notice_text())
    assert shown_full_size(driver) is None


def test_the_real_engine_draws_the_detail(full_size_driver: StudioDriver, tmp_path: Path) -> None:
    driver = full_size_driver.wait_until_ready()
    driver.wait_until(lambda: shown_full_size(driver) is not None)
    height, width = driver.document.image.shape[:2]
    assert shown_full_size(driver).shape == (FACTOR * height, FACTOR * width, 3)
    first = shown_full_size(driver)
    driver.session.full_size._cache.clear()
    driver.session.full_size.set_enabled(True)
    driver.wait_until(lambda: shown_full_size(driver) is not None)
    assert np.array_equal(shown_full_size(driver), first), "made again, it is the same"
    dialog = open_export_dialog(driver)
    assert f"{width}×{height}" in dialog.plan_label.text()
    driver.click(dialog.full_size_check)
    assert f"{FACTOR * width}×{FACTOR * height}" in dialog.plan_label.text()
    pace = driver.session.speed_meter.speed
    planned = [pace.estimate_seconds(10, full, width * height) for full in (False, True)]
    assert 0 < planned[0] < planned[1], "the detail takes its time"
    start_export(driver, tmp_path / "set", 2)
    wait_until_exported(driver)
    for path in (tmp_path / "set" / "images").iterdir():
        assert read_image(path).shape == first.shape
