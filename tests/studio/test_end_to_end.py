"""The real window with the real engine: a tiny network with random weights, by the code that people run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import Qt

from engine.interface.protocol import UNKNOWN
from engine.interface.raster import read_image, read_layout, write_image
from studio.domain.document import GenerationMode, ImageKind
from tests.studio.studio_driver import StudioDriver


def test_a_sitting(driver: StudioDriver, tmp_path: Path) -> None:
    driver.wait_until_ready()
    assert driver.notice_text().count("\n") == 0, "nothing but the hint is said"
    first = driver.document.image.copy()
    painted = driver.document.painted.copy()
    assert first.any()
    assert (driver.document.painted[:, 48:] == UNKNOWN).all()
    assert (driver.document.filled[:, 48:] != UNKNOWN).all()

    driver.editor.toolbox.select_class(2)
    driver.stroke((10, 24), (20, 24))
    assert driver.document.painted[24, 15] == 2
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    driver.wait_until_idle()
    driver.wait_until(lambda: (driver.document.image != first).any())
    assert driver.document.painted[24, 15] == 2
    driver.press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (driver.document.image == first).all()
    assert (driver.document.painted == painted).all()

    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.TEXT_TO_BOTH])
    driver.window.prompt_panel.prompt_edit.setFocus()
    driver.qtbot.keyClicks(driver.window.prompt_panel.prompt_edit, "a car left")
    driver.qtbot.keyClick(driver.window.prompt_panel.prompt_edit, Qt.Key.Key_Return)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    assert (driver.document.visible_layout() != UNKNOWN).all()

    photograph = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    write_image(tmp_path / "photo.png", photograph)
    driver.session.files.open_image(tmp_path / "photo.png")
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN and driver.document.status.fill_whole)
    driver.wait_until_idle()
    driver.session.files.save_layout(tmp_path / "layout.png")
    driver.wait_until(lambda: "Saved" in driver.notice_text())
    assert (read_layout(tmp_path / "layout.png", driver.session.pack.info.classes) == driver.document.filled).all()


def test_the_same_seed_gives_the_same_image(driver: StudioDriver) -> None:
    driver.wait_until_ready()
    first = driver.document.image.copy()
    driver.click(driver.window.prompt_panel.seed_lock_button)
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert (driver.document.image == first).all()
    driver.click(driver.window.prompt_panel.new_seed_button)
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    assert (driver.document.image != first).any()


def test_a_killed_engine_comes_back_with_the_same_result(driver: StudioDriver) -> None:
    driver.wait_until_ready()
    driver.session.generator.settings.set_live(False)
    driver.click(driver.window.prompt_panel.seed_lock_button)
    image = driver.document.image.copy()
    driver.click(driver.window.prompt_panel.generate_button)
    os.kill(driver.client.pid, 9)
    driver.wait_until(lambda: "and continues your picture" in driver.notice_text())
    driver.wait_until_idle()
    assert (driver.document.image == image).all()


def test_without_a_display_the_example_is_painted(packs: Path, tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {k: v for k, v in os.environ.items() if k not in hidden} | {"DIPTYCH_PACKS": str(packs)}
    code = (
        "import sys, studio.session.pack_library.open_pack as p; p.DEFAULT_PACK = 'tiny'; "
        "from studio.app import main; sys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
    )
    assert run.returncode == 0, run.stderr
    image = tmp_path / "out" / "lane_image.png"
    assert f"The image is {image}" in run.stdout
    assert read_image(image).shape == (32, 64, 3)


def test_only_what_comes_on_is_drawn_when_the_canvas_is_extended(driver: StudioDriver) -> None:
    driver.wait_until_ready()
    first = driver.document.image.copy(), driver.document.visible_layout()
    driver.window.commands["picture.extend"].trigger()
    curtain = driver.window.extend_controller.overlays[0]
    for key in (
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
    ):
        driver.qtbot.keyClick(curtain, key)
    driver.qtbot.keyClick(curtain, Qt.Key.Key_Return)
    assert driver.generator.running, "at once, for live is on"
    driver.wait_until(lambda: driver.document.image_mask().all())
    driver.wait_until_idle()
    image, layout = driver.document.image, driver.document.visible_layout()
    assert layout.shape == (48, 144), "wider than one window of the network"
    inner = (slice(0, 32), slice(32, 96))
    assert (image[inner] == first[0]).all()
    assert (layout[inner] == first[1]).all()
    assert (layout != UNKNOWN).all()
    for part in (image[:, :32], image[:, 96:], image[32:]):
        assert part.std() > 1
    driver.stroke((40, 10), (44, 10))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    kept = driver.document.keep_image
    assert 0 < (kept[inner] == 0).sum() < 300
    assert (driver.document.image[inner][kept[inner]] == first[0][kept[inner]]).all()


def test_live_pictures_come_from_the_distilled_network_and_others_do_not(full_size_driver: StudioDriver) -> None:
    driver = full_size_driver.wait_until_ready()

    def asked() -> tuple[str | None, int | None]:
        recipe = driver.session.picture.provenance()
        assert recipe is not None
        return recipe.request.sampler, recipe.request.steps

    assert asked() == ("distilled", None)
    drawn = driver.document.image.copy()
    driver.stroke((5, 5), (30, 12))
    driver.wait_until(lambda: not np.array_equal(driver.document.image, drawn))
    driver.wait_until_idle()
    assert asked() == ("distilled", None)
    driver.generator.generate()
    driver.wait_until_idle()
    assert asked() == (None, None)
    driver.generator.settings.set_options(msgspec.structs.replace(driver.generator.settings.options, steps=2))
    driver.wait_until_idle()
    assert asked() == (None, 2), "who chooses the steps means the pack's own network"


def test_a_picture_from_text_alone_takes_its_own_steps(full_size_driver: StudioDriver) -> None:
    driver = full_size_driver.wait_until_ready()
    info, steps = driver.session.pack.info, driver.window.prompt_panel.advanced_panel.steps_box
    assert steps.value() == info.steps == 3
    driver.generator.settings.set_mode(GenerationMode.TEXT_TO_BOTH)
    assert steps.value() == info.text_steps == 5
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert driver.session.picture.provenance().request.steps is None, "the engine chose them"
    driver.generator.settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)
    assert steps.value() == info.steps, "what was drawn is drawn from"


def test_an_image_has_one_likeliest_layout_and_variations_of_it_differ(full_size_driver: StudioDriver) -> None:
    driver = full_size_driver.wait_until_ready()
    driver.generator.settings.set_mode(GenerationMode.IMAGE_TO_LAYOUT)
    advanced = driver.window.prompt_panel.advanced_panel
    assert advanced.steps_box.value() == driver.session.pack.info.layout_steps == 1
    driver.session.variations.generate()
    driver.wait_until(lambda: len(driver.session.variations.variations) == 4 and not driver.session.variations.running)
    shown = driver.session.variations.variations
    assert [one.provenance.request.steps for one in shown if one.provenance] == [driver.session.pack.info.steps] * 4
    assert any(not np.array_equal(one.layout, shown[0].layout) for one in shown[1:])
    driver.session.variations.apply(1)
    assert driver.generator.settings.options.steps is None, "the variations' choice is nobody's"
