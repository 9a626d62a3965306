"""Extend canvas with real events: edges dragged on either half, keys, the dialog, and everything that follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from engine.protocol import MAX_SIDE, UNKNOWN
from engine.raster import read_layout, write_image
from studio.domain.document import ImageKind, Mode
from studio.domain.frame import MOST_PIXELS, Margins
from studio.domain.layout import Box
from studio.session.session import Session
from studio.ui.extend_handle import Handle
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk
from tests.studio.test_canvas import seen, wheel
from tests.studio.test_growing import state

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
STEP = 16


def size(at: Desk) -> tuple[int, int]:
    return at.document.width, at.document.height


def handle(at: Desk, side: str, canvas: QWidget | None = None) -> Handle:
    """The handle of a side, after the pen has come near its edge."""
    canvas = canvas or at.window.layout_canvas
    x, y = {"left": (0, 0.5), "right": (1, 0.5), "top": (0.5, 0), "bottom": (0.5, 1)}[side]
    for inside in (0.9, 1):  # the first move only enters the canvas
        place = (0.5 + inside * (x - 0.5)) * at.document.width, (0.5 + inside * (y - 0.5)) * at.document.height
        at.qtbot.mouseMove(canvas, at.at(*place, canvas))
    (found,) = [one for one in at.window.extend_frame.handles if one.side == side and one.parent() is canvas]
    at.until(found.isVisible)
    return found


def pull(at: Desk, side: str, pixels: int, canvas: QWidget | None = None, *, drop: bool = True) -> None:
    """Drag the handle of a side so many document pixels outwards."""
    canvas = canvas or at.window.layout_canvas
    held = handle(at, side, canvas)
    start = held.rect().center()
    at.qtbot.mousePress(held, LEFT, pos=start)
    way = round(pixels * at.window.view.zoom(canvas.size()))
    by = {"left": (-way, 0), "right": (way, 0), "top": (0, -way), "bottom": (0, way)}[side]
    for share in (0.4, 1):
        at.qtbot.mouseMove(held, start + QPoint(round(by[0] * share), round(by[1] * share)))
    if drop:
        at.qtbot.mouseRelease(held, LEFT, pos=start + QPoint(*by))


def extended(at: Desk, **margins: int) -> Desk:
    """As if by hand, and drawn."""
    at.session.extension.extend(Margins(**margins))
    at.settled()
    return at


@pytest.mark.parametrize("half", ["layout", "image"])
@pytest.mark.parametrize("side", Margins._fields)
def test_an_edge_is_dragged_outwards(desk: MakeDesk, side: str, half: str) -> None:
    at = desk().ready()
    first, image, layout = state(at.document), at.document.image.copy(), at.document.layout()
    depth, drawn = len(at.editor.history), len(at.log("request"))
    pull(at, side, 2 * STEP + 3, at.window.layout_canvas if half == "layout" else at.window.image_canvas)
    more = Margins(**{side: 2 * STEP})
    assert size(at) == (64 + more.left + more.right, 32 + more.top + more.bottom)
    at.until(lambda: len(at.log("request")) == drawn + 1)
    at.settled()
    inner = (slice(more.top, more.top + 32), slice(more.left, more.left + 64))
    assert (at.document.image[inner] == image).all()
    assert (at.document.layout()[inner] == layout).all()
    assert (at.document.layout() != UNKNOWN).all()
    assert at.document.drawn().all()
    assert len(at.editor.history) == depth + 1, "with its result it is one step"
    after = state(at.document)
    at.key(KEY.Key_Z, CTRL)
    assert state(at.document) == first
    at.key(KEY.Key_Z, CTRL, SHIFT)
    assert state(at.document) == after


def test_the_frame_is_seen_while_it_is_dragged_and_escape_leaves_everything(desk: MakeDesk) -> None:
    at = desk().ready()
    frame, first = at.window.extend_frame, state(at.document)
    pull(at, "right", STEP, drop=False)
    curtains = frame.curtains
    assert [curtain.words for curtain in curtains] == ["80 × 32", "80 × 32"]
    for canvas in (at.window.layout_canvas, at.window.image_canvas):
        assert seen(at, 72, 16, canvas).name() in {"#303236", "#3a3c41", "#e9eaec", "#dcdee1"}
    assert frame.edges.rect(curtains[0].size()).width() == pytest.approx(
        80 * at.window.view.zoom(curtains[0].size()), abs=1
    )
    QTest.keyClick(at.window, KEY.Key_Escape)
    assert not frame.edges.active
    assert not any(part.isVisible() for part in (*curtains, *frame.handles))
    QTest.mouseRelease(frame.handles[1], LEFT)
    assert state(at.document) == first
    assert at.window.view.state[0] == 0, "all of the picture is shown again"


def test_what_is_dragged_inwards_or_hardly_at_all_is_nothing(desk: MakeDesk) -> None:
    at = desk().ready()
    depth = len(at.editor.history)
    for pixels in (-20, 5):
        pull(at, "top", pixels)
        assert at.window.extend_frame.edges.active, "one can try again"
        at.key(KEY.Key_Escape)
    assert (size(at), len(at.editor.history)) == ((64, 32), depth)


def test_the_tool_moves_edges_and_corners_by_mouse_and_by_keys(desk: MakeDesk) -> None:
    at = desk("--pause", "0").ready()
    frame = at.window.extend_frame
    at.key(KEY.Key_C)
    assert at.window.mode_bar.extend.isChecked()
    curtain = frame.curtains[0]
    assert curtain.hasFocus()
    for key, held in ((KEY.Key_Left, 2), (KEY.Key_Right, 1), (KEY.Key_Down, 3)):
        for _ in range(held):
            QTest.keyClick(curtain, key)
    QTest.keyClick(curtain, KEY.Key_Down, SHIFT)
    assert frame.edges.margins == Margins(left=32, right=16, bottom=32)
    QTest.keyClick(curtain, KEY.Key_Return)
    assert size(at) == (112, 64)
    assert not at.window.mode_bar.extend.isChecked()
    assert at.window.layout_canvas.hasFocus()
    at.settled()
    at.click(at.window.mode_bar.extend)
    corner = at.at(112, 64).toPointF() - QPointF(2, 2)
    zoom = at.window.view.zoom(curtain.size())
    at.qtbot.mousePress(curtain, LEFT, pos=corner.toPoint())
    at.qtbot.mouseMove(curtain, (corner + QPointF(STEP, 2 * STEP) * zoom).toPoint())
    at.qtbot.mouseRelease(curtain, LEFT, pos=(corner + QPointF(STEP, 2 * STEP) * zoom).toPoint())
    assert size(at) == (128, 96)


def test_nothing_is_painted_through_the_frame_but_panning_works(desk: MakeDesk) -> None:
    at = desk().ready()
    canvas, painted = at.window.layout_canvas, at.document.painted.copy()
    at.key(KEY.Key_C)
    curtain = at.window.extend_frame.curtains[0]
    before = at.at(10, 10)
    at.qtbot.mousePress(curtain, Qt.MouseButton.MiddleButton, pos=before)
    at.qtbot.mouseMove(canvas, before + QPoint(40, 10))
    at.qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=before + QPoint(40, 10))
    assert (at.at(10, 10) - before - QPoint(40, 10)).manhattanLength() <= 3
    at.qtbot.mousePress(curtain, LEFT, pos=at.at(20, 20))
    at.qtbot.mouseMove(curtain, at.at(30, 20))
    at.qtbot.mouseRelease(curtain, LEFT, pos=at.at(30, 20))
    assert (at.document.painted == painted).all()
    at.key(KEY.Key_C)
    assert not curtain.isVisible()


def test_a_dialog_extends_by_numbers(desk: MakeDesk) -> None:
    at = desk().ready()
    at.key(KEY.Key_C, CTRL, Qt.KeyboardModifier.AltModifier)
    dialog = at.window.extend_frame.dialog
    assert dialog is not None
    assert not dialog.extend.isEnabled()
    QTest.keyClick(dialog.sides["left"], KEY.Key_Up)
    dialog.sides["bottom"].selectAll()
    QTest.keyClicks(dialog.sides["bottom"], "30")
    assert "80 × 64" in dialog.size_.text()
    dialog.sides["right"].setValue(MAX_SIDE)
    assert "no larger" in dialog.size_.text()
    dialog.sides["right"].setValue(0)
    at.click(dialog.extend)
    assert size(at) == (80, 64)
    at.settled()


def test_a_picture_ends_growing_and_says_so(desk: MakeDesk) -> None:
    at = desk().ready()
    at.generator.set_live(False)
    at.session.extension.extend(Margins(left=MAX_SIDE, right=MAX_SIDE))
    assert size(at) == (MAX_SIDE, 32)
    assert "4096×32" in at.said()
    at.session.extension.extend(Margins(bottom=MAX_SIDE))
    assert at.document.width * at.document.height == MOST_PIXELS
    depth = len(at.editor.history)
    at.key(KEY.Key_C)
    curtain = at.window.extend_frame.curtains[0]
    QTest.keyClick(curtain, KEY.Key_Down)
    assert "no larger" in curtain.words
    QTest.keyClick(curtain, KEY.Key_Return)
    assert len(at.editor.history) == depth


def test_without_live_it_waits_to_be_asked(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    count, image = len(at.log("request")), at.document.image.copy()
    pull(at, "left", STEP)
    assert len(at.log("request")) == count
    assert seen(at, 8, 16, at.window.image_canvas).name() in {"#303236", "#3a3c41", "#e9eaec", "#dcdee1"}
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: at.document.drawn().all())
    at.settled()
    assert (at.document.image[:, STEP:] == image).all()
    assert not at.window.view.state[0]


def test_painting_goes_on_in_the_larger_picture(desk: MakeDesk) -> None:
    at = extended(desk("--pause", "0").ready(), left=32, top=16)
    image = at.document.image.copy()
    at.editor.tools.choose(3)
    at.stroke((8, 8), (16, 8))
    at.settled()
    assert (at.document.painted[8, 8:16] == 3).all()
    assert (at.document.image[16:, 32:] == image[16:, 32:]).all(), "what was there before is kept"
    at.window.commands["tool.symmetry"].trigger()
    at.stroke((40, 40), (44, 40))
    at.settled()
    assert at.document.painted[40, 42] == at.document.painted[40, 96 - 43] == 3, "about the new middle"
    changed = (at.document.image != image).any(axis=2)
    assert changed[40, 42], "what is painted over is drawn anew"
    kept = at.document.keep_image
    assert not changed[kept].any()
    assert kept.sum() > 1500
    at.key(KEY.Key_A, CTRL)
    assert at.document.selection.all()
    at.window.commands["view.areas"].trigger()
    at.window.commands["view.overlay"].trigger()
    QApplication.processEvents()


def test_where_one_looks_stays_where_it_is(desk: MakeDesk) -> None:
    at = desk().ready()
    wheel(at, at.window.layout_canvas, at.at(20, 20), 6)
    place = at.at(20, 20)
    extended(at, left=32, top=16)
    assert (at.at(52, 36) - place).manhattanLength() <= 2
    at.key(KEY.Key_Z, CTRL)
    assert (at.at(20, 20) - place).manhattanLength() <= 2


def test_new_and_what_is_opened_have_the_packs_size_again(desk: MakeDesk, tmp_path: Path) -> None:
    at = extended(desk().ready(), right=32)
    write_image(tmp_path / "photo.png", np.full((90, 180, 3), 90, np.uint8))
    for begin in (
        at.session.projects.new,
        lambda: at.session.files.open_image(tmp_path / "photo.png"),
        lambda: at.session.files.open_layout(at.session.pack.examples[0]),
    ):
        begin()
        at.until(lambda: size(at) == (64, 32))
        at.settled()
        at.generator.cancel()
        while size(at) == (64, 32):
            at.editor.undo()
        at.generator.cancel()


def test_a_photograph_stays_as_it_is_and_its_crop_fills_the_larger_picture(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    photo = np.random.default_rng(1).integers(0, 256, (32, 64, 3)).astype(np.uint8)
    write_image(tmp_path / "photo.png", photo)
    at.session.files.open_image(tmp_path / "photo.png")
    at.until(lambda: at.document.marks.fill_whole)
    at.settled()
    pull(at, "right", 32, at.window.image_canvas)
    at.until(lambda: at.document.drawn().all())
    at.settled()
    assert (at.document.image[:, :64] == photo).all()
    assert at.document.marks.image is ImageKind.GIVEN
    assert at.generator.mode is Mode.IMAGE_TO_LAYOUT
    assert (at.document.layout() != UNKNOWN).all()
    at.window.commands["file.crop"].trigger()
    QTest.keyClick(at.window.crop_frame, KEY.Key_Return)
    at.until(lambda: at.document.keep_image.all())
    assert size(at) == (96, 32)
    at.generator.cancel()


def test_words_alone_draw_what_came_on(desk: MakeDesk) -> None:
    at = desk("--pause", "0").ready()
    at.click(at.window.mode_bar.modes[Mode.TEXT_TO_BOTH])
    at.window.prompt_panel.prompt.setText("a street")
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: at.document.marks.fill_whole)
    at.settled()
    depth, image, layout = len(at.editor.history), at.document.image.copy(), at.document.layout()
    pull(at, "bottom", STEP)
    at.until(lambda: at.document.drawn().all())
    at.settled()
    assert len(at.editor.history) == depth + 1
    assert (at.document.image[:32] == image).all()
    assert (at.document.layout()[:32] == layout).all()


def test_results_of_other_sizes_are_restored_compared_and_varied(desk: MakeDesk) -> None:
    at = desk("--pause", "0").ready()
    small = state(at.document)[1:4]
    extended(at, left=32)
    at.until(lambda: len(at.session.results.entries) == 2)
    large = state(at.document)
    new, old = at.session.results.entries
    at.window.compare.ask(old)
    at.until(lambda: at.window.compare.active)
    canvas = at.window.image_canvas
    place = at.window.compare.rect(at.window.view, canvas.size())
    assert place.left() == pytest.approx(at.at(32, 0, canvas).x(), abs=1)
    canvas.grab()
    at.window.compare.close()
    at.window.strip.filmstrip.restore(old)
    at.until(lambda: size(at) == (64, 32))
    assert state(at.document)[1:4] == small
    at.window.strip.filmstrip.restore(new)
    at.until(lambda: size(at) == (96, 32))
    assert state(at.document)[:4] == large[:4]
    at.window.commands["picture.variations"].trigger()
    at.until(lambda: len(at.session.variations.shown) == 4 and not at.session.variations.running)
    assert all(one.image is not None and one.image.shape == (32, 96, 3) for one in at.session.variations.shown)
    at.click(at.window.strip.tiles[2])
    assert size(at) == (96, 32)
    at.window.show_timeline()
    at.until(lambda: not at.session.timeline.running and len(at.session.timeline.moments) > 1)
    assert at.session.timeline.moments[-1].image.shape == (32, 96, 3)


def test_files_carry_the_size(desk: MakeDesk, tmp_path: Path) -> None:
    at = extended(desk("--pause", "0").ready(), left=16, right=32)
    whole = state(at.document)
    project, image, layout = tmp_path / "wide.diptych", tmp_path / "image.png", tmp_path / "layout.png"
    at.session.projects.save(project)
    at.session.files.save_image(image)
    at.session.files.save_layout(layout)
    at.until(lambda: project.exists() and image.exists() and layout.exists())
    assert read_layout(layout, CLASSES).shape == (32, 112)
    for path in (project, image):
        at.session.projects.new()
        assert size(at) == (64, 32)
        at.session.files.open(path)
        at.until(lambda: size(at) == (112, 32))
        assert state(at.document)[:4] == whole[:4]
    at.session.projects.new()
    at.session.files.open_layout(layout)
    at.until(lambda: size(at) == (112, 32))
    assert (at.document.painted == read_layout(layout, CLASSES)).all()
    at.settled()


def test_a_larger_picture_is_there_after_a_crash_and_the_next_time(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    keeper = at.session._keeper
    assert keeper is not None
    with at.qtbot.waitSignal(keeper.saved, timeout=60_000, raising=False):
        pass
    at.generator.set_live(False)
    first = state(at.document)
    pull(at, "left", 32)
    at.stroke((4, 4), (10, 4))
    last = state(at.document)
    shutil.copytree(tmp_path / "data", tmp_path / "killed" / "data")
    at.close()
    (tmp_path / "killed" / "data" / "picture.lock").unlink(missing_ok=True)
    crashed = Session(at.session.pack, ["true"], tmp_path / "killed" / "data")
    assert crashed._restore()
    assert state(crashed.editor.document) == last
    for _ in range(2):
        crashed.editor.undo()
    assert state(crashed.editor.document) == first
    again = desk()
    assert state(again.document) == last
    assert again.window.layout_canvas.grab().width() > 0
    assert again.document.frame == Box(0, -32, 32, 64)


def test_handles_keep_out_of_the_way_of_the_pen(desk: MakeDesk) -> None:
    at = desk().ready()
    canvas = at.window.layout_canvas
    at.qtbot.mouseMove(canvas, at.at(32, 16))
    assert not any(one.isVisible() for one in at.window.extend_frame.handles), "far from every edge"
    handle(at, "bottom")
    at.qtbot.mousePress(canvas, LEFT, pos=at.at(20, 31))
    at.qtbot.mouseMove(canvas, at.at(32, 31.5))
    assert not any(one.isVisible() for one in at.window.extend_frame.handles), "while it paints"
    at.qtbot.mouseRelease(canvas, LEFT, pos=at.at(32, 31.5))
    assert not at.window.findChildren(QFileDialog)
    below = handle(at, "bottom").geometry()
    assert below.top() >= at.at(0, 32).y() - 1, "it stands outside"
