"""Extended pictures in results, files and after a crash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.interface.raster import read_layout
from studio.domain.layout import Box
from studio.session.session import Session
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.domain.test_growing_pictures import document_state
from tests.studio.extension_steps import drag_handle, extend_and_wait, picture_size


def test_results_of_other_sizes_are_restored_compared_and_varied(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    small = document_state(driver.document)[1:4]
    extend_and_wait(driver, left=32)
    driver.wait_until(lambda: len(driver.session.results.entries) == 2)
    large = document_state(driver.document)
    new, old = driver.session.results.entries
    driver.window.comparison.toggle(old)
    driver.wait_until(lambda: driver.window.comparison.active)
    canvas = driver.window.image_canvas
    place = driver.window.comparison.result_rect(driver.window.viewport, canvas.size())
    assert place.left() == pytest.approx(driver.canvas_position(32, 0, canvas).x(), abs=1)
    canvas.grab()
    driver.window.comparison.close()
    driver.window.results_strip.filmstrip.restore(old)
    driver.wait_until(lambda: picture_size(driver) == (64, 32))
    assert document_state(driver.document)[1:4] == small
    driver.window.results_strip.filmstrip.restore(new)
    driver.wait_until(lambda: picture_size(driver) == (96, 32))
    assert document_state(driver.document)[:4] == large[:4]
    driver.window.commands["picture.variations"].trigger()
    driver.wait_until(lambda: len(driver.session.variations.variations) == 4 and not driver.session.variations.running)
    assert all(
        one.image is not None and one.image.shape == (32, 96, 3) for one in driver.session.variations.variations
    )
    driver.click(driver.window.results_strip.variation_tiles[2])
    assert picture_size(driver) == (96, 32)
    driver.window.show_timeline()
    driver.wait_until(lambda: not driver.session.timeline.running and len(driver.session.timeline.steps) > 1)
    assert driver.session.timeline.steps[-1].image.shape == (32, 96, 3)


def test_files_carry_the_size(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = extend_and_wait(open_studio("--pause", "0").wait_until_ready(), left=16, right=32)
    whole = document_state(driver.document)
    project, image, layout = tmp_path / "wide.diptych", tmp_path / "image.png", tmp_path / "layout.png"
    driver.session.projects.save(project)
    driver.session.files.save_image(image)
    driver.session.files.save_layout(layout)
    driver.wait_until(lambda: project.exists() and image.exists() and layout.exists())
    assert read_layout(layout, CLASSES).shape == (32, 112)
    for path in (project, image):
        driver.session.projects.new()
        assert picture_size(driver) == (64, 32)
        driver.session.files.open(path)
        driver.wait_until(lambda: picture_size(driver) == (112, 32))
        assert document_state(driver.document)[:4] == whole[:4]
    driver.session.projects.new()
    driver.session.files.open_layout(layout)
    driver.wait_until(lambda: picture_size(driver) == (112, 32))
    assert (driver.document.painted == read_layout(layout, CLASSES)).all()
    driver.wait_until_idle()


def test_a_larger_picture_is_there_after_a_crash_and_the_next_time(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    keeper = driver.session._autosave
    assert keeper is not None
    with driver.qtbot.waitSignal(keeper.saved, timeout=60_000, raising=False):
        pass
    driver.generator.settings.set_live(False)
    first = document_state(driver.document)
    drag_handle(driver, "left", 32)
    driver.stroke((4, 4), (10, 4))
    last = document_state(driver.document)
    shutil.copytree(tmp_path / "data", tmp_path / "killed" / "data", ignore=shutil.ignore_patterns("*.part"))
    driver.close()
    (tmp_path / "killed" / "data" / "picture.lock").unlink(missing_ok=True)
    crashed = Session(driver.session.pack, ["true"], tmp_path / "killed" / "data")
    assert crashed._restore()
    assert document_state(crashed.editor.document) == last
    for _ in range(2):
        crashed.editor.undo()
    assert document_state(crashed.editor.document) == first
    again = open_studio()
    assert document_state(again.document) == last
    assert again.window.layout_canvas.grab().width() > 0
    assert again.document.frame == Box(0, -32, 32, 64)
