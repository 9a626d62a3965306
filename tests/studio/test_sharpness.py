"""Results at full size: drawn a moment later, shown while the picture is theirs, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.library import UPSCALER
from engine.raster import read_image, write_image
from studio.domain.document import ImageKind, Mode
from studio.domain.frame import Margins
from studio.session.engine_client import EngineState
from studio.ui.filmstrip import ENTRY
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk
from tests.studio.test_datasets import begin, dialog_of, finished

FACTOR, BRIGHTER = 2, 12
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def sharp_desk(desk: MakeDesk, pack: Path) -> MakeDesk:
    """Its pack says that it has an upscaler."""
    facts = json.dumps({"factor": FACTOR})
    head = json.dumps({"__metadata__": {"facts": facts}}).encode()
    (pack / UPSCALER).write_bytes(len(head).to_bytes(8, "little") + head)
    return desk


def enlarged(image: np.ndarray) -> np.ndarray:
    """What the scripted engine makes of an image."""
    return image.repeat(FACTOR, 0).repeat(FACTOR, 1) + np.uint8(BRIGHTER)


def shown(at: Desk) -> np.ndarray | None:
    return at.session.sharpness.image()


def is_sharp(at: Desk) -> bool:
    """Whether what is on the canvas is the picture of the document at full size."""
    image = shown(at)
    if image is None or not np.array_equal(image, enlarged(at.document.image)):
        return False
    assert abs(on_screen(at) - int(at.document.image[4, 40, 2]) - BRIGHTER) <= 3
    return True


def on_screen(at: Desk) -> int:
    """How much blue there is on the image's canvas at a place of the document."""
    canvas = at.window.image_canvas
    return canvas.grab().toImage().pixelColor(at.at(40.5, 4.5, canvas)).blue()


def thought_over(at: Desk) -> None:
    """Wait until it was considered whether to ask once more."""
    at.until(lambda: not at.session.sharpness._calm.isActive())


def open_photograph(at: Desk, folder: Path, height: int, width: int) -> np.ndarray:
    """Open one of this size, and wait for its layout."""
    photograph = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    write_image(folder / "photo.png", photograph)
    at.session.files.open_image(folder / "photo.png")
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN and at.document.marks.fill_whole)
    at.settled()
    return photograph


def paint(at: Desk, id: int = 3) -> None:
    at.editor.tools.choose(id)
    at.stroke((10, 24), (20, 24))


def test_each_result_comes_at_full_size_a_moment_later(sharp_desk: MakeDesk) -> None:
    at = sharp_desk().ready()
    at.until(lambda: is_sharp(at))
    first = at.document.image.copy()
    paint(at)
    at.until(lambda: at.generator.preview is not None)
    assert shown(at) is None, "what is coming is shown"
    at.settled()
    at.until(lambda: is_sharp(at))
    requests = len(at.log("request"))
    at.key(Qt.Key.Key_Z, CTRL)
    assert np.array_equal(at.document.image, first)
    assert is_sharp(at), "what was there is known"
    assert len(at.log("request")) == requests


def test_a_stroke_does_not_wait_for_the_detail(sharp_desk: MakeDesk) -> None:
    at = sharp_desk("--pause", "0.3", "--steps", "2").ready()
    at.until(lambda: at.client.sharpening)
    before = len(at.log("sharp"))
    paint(at)
    at.until(lambda: at.generator.preview is not None)
    assert len(at.log("sharp")) == before, "it was given up for the stroke"
    assert at.log("cancel")
    at.until(lambda: is_sharp(at))
    assert len(at.log("sharp")) == before + 1


def test_escape_leaves_the_picture_as_it_is(sharp_desk: MakeDesk) -> None:
    at = sharp_desk("--pause", "0.3", "--steps", "1").ready()
    at.until(lambda: at.client.sharpening)
    at.key(Qt.Key.Key_Escape)
    assert not at.client.sharpening
    requests = at.log("request")
    thought_over(at)
    assert at.log("request") == requests
    assert shown(at) is None
    assert "Ready" in at.window.status.engine.text()


def test_a_picture_that_is_too_large_for_it_comes_as_it_is(sharp_desk: MakeDesk) -> None:
    at = sharp_desk("--steps", "1", "--pause", "0").ready()
    at.until(lambda: is_sharp(at))
    at.session.extension.extend(Margins(right=2048))
    at.until(lambda: at.document.width == 64 + 2048 and at.document.marks.drawn is None)
    at.settled()
    assert shown(at) is None
    assert not at.client.sharpening


def test_a_photograph_can_grow_to_one_side(sharp_desk: MakeDesk, tmp_path: Path) -> None:
    at = sharp_desk().ready()
    open_photograph(at, tmp_path, 64, 128)
    at.session.extension.extend(Margins(right=32))
    at.until(lambda: at.document.width == 96 and at.document.marks.drawn is None)
    at.settled()
    at.until(lambda: shown(at) is not None)
    assert shown(at).shape == (64, 192, 3)


def test_what_comes_back_from_the_shelf_gets_its_detail_again(sharp_desk: MakeDesk) -> None:
    at = sharp_desk().ready()
    at.until(lambda: is_sharp(at))
    first = at.document.image.copy()
    paint(at)
    at.until(lambda: not np.array_equal(at.document.image, first))
    at.until(lambda: is_sharp(at))
    at.session.sharpness._known.clear()  # as after a new start
    strip = at.window.strip.filmstrip
    at.until(lambda: strip.model().rowCount() == 2)
    strip.restore(strip.model().index(1, 0).data(ENTRY))
    at.until(lambda: np.array_equal(at.document.image, first))
    results = strip.model().rowCount()
    at.until(lambda: is_sharp(at))
    assert strip.model().rowCount() == results, "it is no new result"


def test_who_wants_no_detail_waits_for_none(sharp_desk: MakeDesk) -> None:
    at = sharp_desk().ready()
    at.until(lambda: is_sharp(at))
    at.window.commands["view.full"].trigger()
    assert shown(at) is None
    sharps = len(at.log("sharp"))
    paint(at)
    at.settled()
    assert not at.client.sharpening
    assert len(at.log("sharp")) == sharps
    at.window.commands["view.full"].trigger()
    at.until(lambda: is_sharp(at))
    at.window.commands["view.full"].trigger()
    at.close()
    at = sharp_desk().ready()
    assert not at.window.commands["view.full"].isChecked(), "the choice is kept"


def test_the_picture_is_exported_as_large_as_it_is_shown(sharp_desk: MakeDesk, tmp_path: Path) -> None:
    at = sharp_desk().ready()
    at.window.commands["view.full"].trigger()
    at.window.commands["file.save_full"].trigger()
    assert "not there at full size yet" in at.said()
    at.window.commands["view.full"].trigger()
    at.until(lambda: is_sharp(at))
    save, asked_for = at.session.files.saver(shown(at)), shown(at)
    paint(at)
    at.settled()
    at.until(lambda: is_sharp(at))
    save(tmp_path / "full.png")
    at.until(lambda: "Saved" in at.said())
    assert np.array_equal(read_image(tmp_path / "full.png"), asked_for), "what came meanwhile is not in it"
    assert not np.array_equal(shown(at), asked_for)
    strokes = at.document.painted.copy()
    at.session.files.open_image(tmp_path / "full.png")
    at.until(lambda: "with its layout and its request" in at.said())
    assert not np.array_equal(at.document.painted, strokes)
    at.until(lambda: is_sharp(at))
    assert np.array_equal(shown(at), asked_for), "dropped back, it is the same result"


def test_a_large_photograph_is_itself_at_full_size(sharp_desk: MakeDesk, tmp_path: Path) -> None:
    at = sharp_desk().ready()
    photograph = open_photograph(at, tmp_path, 64, 128)
    at.until(lambda: shown(at) is not None)
    assert np.array_equal(shown(at), photograph)
    at.click(at.window.mode_bar.modes[Mode.LAYOUT_TO_IMAGE])
    paint(at)
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN and not at.generator.running)
    at.until(lambda: shown(at) is not None)
    kept = at.document.keep_image.repeat(FACTOR, 0).repeat(FACTOR, 1)
    assert kept.any()
    assert not kept.all()
    assert np.array_equal(shown(at)[kept], photograph[kept])
    assert np.array_equal(shown(at)[~kept], enlarged(at.document.image)[~kept])


def test_a_small_photograph_is_brought_to_full_size(sharp_desk: MakeDesk, tmp_path: Path) -> None:
    at = sharp_desk().ready()
    open_photograph(at, tmp_path, 32, 64)
    at.until(lambda: is_sharp(at))


def test_what_fails_is_said_and_the_result_stays(sharp_desk: MakeDesk) -> None:
    at = sharp_desk("--no-detail").ready()
    at.until(lambda: "The GPU ran out." in at.said())
    assert at.document.marks.image is ImageKind.GENERATED
    assert shown(at) is None
    assert not at.client.sharpening
    thought_over(at)
    assert len(at.log("request")) == 1, "it would fail again"
    paint(at)
    at.until(lambda: len(at.log("request")) == 2)
    at.settled()


def test_a_full_picture_of_another_size_is_not_believed(sharp_desk: MakeDesk) -> None:
    at = sharp_desk("--bad-sharp").ready()
    at.until(lambda: at.client.state is EngineState.STOPPED)
    assert "another size" in at.said()
    assert shown(at) is None


def test_the_real_engine_draws_the_detail(at_full: Desk, tmp_path: Path) -> None:
    at = at_full.ready()
    at.until(lambda: shown(at) is not None)
    height, width = at.document.image.shape[:2]
    assert shown(at).shape == (FACTOR * height, FACTOR * width, 3)
    first = shown(at)
    at.session.sharpness._known.clear()
    at.session.sharpness.switch(True)
    at.until(lambda: shown(at) is not None)
    assert np.array_equal(shown(at), first), "made again, it is the same"
    dialog = dialog_of(at)
    assert f"{width}×{height}" in dialog.plan.text()
    at.click(dialog.full)
    assert f"{FACTOR * width}×{FACTOR * height}" in dialog.plan.text()
    pace = at.session.exports.pace
    planned = [pace.seconds(10, full, width * height) for full in (False, True)]
    assert 0 < planned[0] < planned[1], "the detail takes its time"
    begin(at, tmp_path / "set", 2)
    finished(at)
    for path in (tmp_path / "set" / "images").iterdir():
        assert read_image(path).shape == first.shape
