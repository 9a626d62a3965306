"""The real window with the real engine: a tiny network with random weights, by the code that people run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import Qt

from engine.protocol import UNKNOWN
from engine.raster import read_image, read_layout, write_image
from studio.domain.document import ImageKind, Mode
from tests.studio.desk import Desk


def test_a_sitting(at: Desk, tmp_path: Path) -> None:
    at.ready()
    assert at.said().count("\n") == 0, "nothing but the hint is said"
    first = at.document.image.copy()
    painted = at.document.painted.copy()
    assert first.any()
    assert (at.document.painted[:, 48:] == UNKNOWN).all()
    assert (at.document.filled[:, 48:] != UNKNOWN).all()

    at.editor.tools.choose(2)
    at.stroke((10, 24), (20, 24))
    assert at.document.painted[24, 15] == 2
    at.until(lambda: at.generator.preview is not None)
    at.settled()
    at.until(lambda: (at.document.image != first).any())
    assert at.document.painted[24, 15] == 2
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (at.document.image == first).all()
    assert (at.document.painted == painted).all()

    at.click(at.window.mode_bar.modes[Mode.TEXT_TO_BOTH])
    at.window.prompt_panel.prompt.setFocus()
    at.qtbot.keyClicks(at.window.prompt_panel.prompt, "a car left")
    at.qtbot.keyClick(at.window.prompt_panel.prompt, Qt.Key.Key_Return)
    at.until(lambda: at.document.marks.fill_whole)
    assert (at.document.layout() != UNKNOWN).all()

    photograph = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    write_image(tmp_path / "photo.png", photograph)
    at.session.files.open_image(tmp_path / "photo.png")
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN and at.document.marks.fill_whole)
    at.settled()
    at.session.files.save_layout(tmp_path / "layout.png")
    at.until(lambda: "Saved" in at.said())
    assert (read_layout(tmp_path / "layout.png", at.session.pack.info.classes) == at.document.filled).all()


def test_the_same_seed_gives_the_same_image(at: Desk) -> None:
    at.ready()
    first = at.document.image.copy()
    at.click(at.window.prompt_panel.lock)
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert (at.document.image == first).all()
    at.click(at.window.prompt_panel.dice)
    at.until(lambda: at.generator.running)
    at.settled()
    assert (at.document.image != first).any()


def test_a_killed_engine_comes_back_with_the_same_result(at: Desk) -> None:
    at.ready()
    at.session.generator.set_live(False)
    at.click(at.window.prompt_panel.lock)
    image = at.document.image.copy()
    at.click(at.window.prompt_panel.generate)
    os.kill(at.client.pid, 9)
    at.until(lambda: "started once more and what it was painting is sent again" in at.said())
    at.settled()
    assert (at.document.image == image).all()


def test_without_a_display_the_example_is_painted(packs: Path, tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {k: v for k, v in os.environ.items() if k not in hidden} | {"DIPTYCH_PACKS": str(packs)}
    code = "import sys, studio.session.pack as p; p.PREFERRED = 'tiny'; from studio.app import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
    )
    assert run.returncode == 0, run.stderr
    image = tmp_path / "out" / "lane_image.png"
    assert f"The image is {image}" in run.stdout
    assert read_image(image).shape == (32, 64, 3)


def test_only_what_comes_on_is_drawn_when_the_canvas_is_extended(at: Desk) -> None:
    at.ready()
    first = at.document.image.copy(), at.document.layout()
    at.window.commands["picture.extend"].trigger()
    curtain = at.window.extend_frame.curtains[0]
    for key in (
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
    ):
        at.qtbot.keyClick(curtain, key)
    at.qtbot.keyClick(curtain, Qt.Key.Key_Return)
    assert at.generator.running, "at once, for live is on"
    at.until(lambda: at.document.drawn().all())
    at.settled()
    image, layout = at.document.image, at.document.layout()
    assert layout.shape == (48, 144), "wider than one window of the network"
    inner = (slice(0, 32), slice(32, 96))
    assert (image[inner] == first[0]).all()
    assert (layout[inner] == first[1]).all()
    assert (layout != UNKNOWN).all()
    for part in (image[:, :32], image[:, 96:], image[32:]):
        assert part.std() > 1
    at.stroke((40, 10), (44, 10))
    at.until(lambda: at.generator.running)
    at.settled()
    kept = at.document.keep_image
    assert 0 < (kept[inner] == 0).sum() < 300
    assert (at.document.image[inner][kept[inner]] == first[0][kept[inner]]).all()


def test_live_pictures_come_from_the_distilled_network_and_others_do_not(at_full: Desk) -> None:
    at = at_full.ready()

    def asked() -> tuple[str | None, int | None]:
        recipe = at.session.picture.recipe()
        assert recipe is not None
        return recipe.request.sampler, recipe.request.steps

    assert asked() == ("distilled", None)
    drawn = at.document.image.copy()
    at.stroke((5, 5), (30, 12))
    at.until(lambda: not np.array_equal(at.document.image, drawn))
    at.settled()
    assert asked() == ("distilled", None)
    at.generator.generate()
    at.settled()
    assert asked() == (None, None)
    at.generator.set_options(msgspec.structs.replace(at.generator.options, steps=2))
    at.settled()
    assert asked() == (None, 2), "who chooses the steps means the pack's own network"


def test_a_picture_from_text_alone_takes_its_own_steps(at_full: Desk) -> None:
    at = at_full.ready()
    info, steps = at.session.pack.info, at.window.prompt_panel.advanced.steps
    assert steps.value() == info.steps == 3
    at.generator.set_mode(Mode.TEXT_TO_BOTH)
    assert steps.value() == info.text_steps == 5
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert at.session.picture.recipe().request.steps is None, "the engine chose them"
    at.generator.set_mode(Mode.LAYOUT_TO_IMAGE)
    assert steps.value() == info.steps, "what was drawn is drawn from"


def test_an_image_has_one_likeliest_layout_and_variations_of_it_differ(at_full: Desk) -> None:
    at = at_full.ready()
    at.generator.set_mode(Mode.IMAGE_TO_LAYOUT)
    advanced = at.window.prompt_panel.advanced
    assert advanced.steps.value() == at.session.pack.info.layout_steps == 1
    at.session.variations.draw()
    at.until(lambda: len(at.session.variations.shown) == 4 and not at.session.variations.running)
    shown = at.session.variations.shown
    assert [one.recipe.request.steps for one in shown if one.recipe] == [at.session.pack.info.steps] * 4
    assert any(not np.array_equal(one.layout, shown[0].layout) for one in shown[1:])
    at.session.variations.take(1)
    assert at.generator.options.steps is None, "the variations' choice is nobody's"
