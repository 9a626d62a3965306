"""What was generated stays: the shelf on disk, the filmstrip, variations, comparing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.errors import BadFile
from engine.protocol import UNKNOWN, Generate, PackInfo, Raster
from engine.raster import read_image, read_layout, read_note
from studio.domain.document import Document, Mode
from studio.session.recipe import Recipe, after, read_recipe
from studio.session.requests import Options
from studio.session.shelf import Shelf
from studio.ui.filmstrip import ENTRY
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk

INFO = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
CTRL = Qt.KeyboardModifier.ControlModifier


def made(seed: int = 1, mode: Mode = Mode.LAYOUT_TO_IMAGE) -> tuple[Recipe, np.ndarray]:
    """The recipe and the image of a result that nobody drew."""
    random, document = np.random.default_rng(seed), Document(32, 64)
    document.painted[:20] = 2
    image = random.integers(0, 256, (32, 64, 3)).astype(np.uint8)
    layout = np.where(document.painted == UNKNOWN, 1, document.painted).astype(np.uint8)
    request = Generate(id="x", pack="street", layout=Raster.of(document.painted), prompt="a", seed=seed)
    return Recipe.of(mode, request, after(document, mode, image, layout)), image


def test_a_result_comes_back_as_it_was_with_its_whole_request(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "results", INFO)
    recipe, image = made()
    entry = shelf.add(recipe, image)
    assert shelf.entries() == [entry]
    read, pixels = shelf.read(entry)
    assert read == recipe
    assert (pixels == image).all()
    request = read.whole(pixels)
    assert (request.prompt, request.seed, request.image) == ("a", 1, None)
    assert request.layout is not None
    assert (request.layout.pixels()[:20] == 2).all()
    assert (read_layout(shelf.layout(entry), CLASSES) == read.layout()).all()
    for path in (shelf.image(entry), shelf.layout(entry)):
        assert read_recipe(read_note(path.read_bytes()), INFO, path.name) == recipe
    assert max(read_image(shelf.thumb(entry)).shape) == 160


def test_the_oldest_go_when_there_are_too_many_but_no_favourites(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, INFO, most=3)
    entries: list = []
    for seed in range(5):
        entries.insert(0, shelf.add(*made(seed)))
        if seed == 0:
            entries[0] = shelf.mark(entries[0], True)
    removed = shelf.make_room(entries)
    assert removed == entries[2:4][::-1]
    assert [entry.stem for entry in shelf.entries()] == [entry.stem for entry in (*entries[:2], entries[4])]
    assert [entry.favourite for entry in shelf.entries()] == [False, False, True]
    assert len(list(tmp_path.iterdir())) == 3 * 4 + 1
    assert Shelf(tmp_path, INFO, most_bytes=sum(entry.nbytes for entry in shelf.entries()) - 1).make_room(
        shelf.entries()
    ) == [entries[1]]


def test_what_was_deleted_can_be_put_back_until_the_next_start(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, INFO)
    first, second = shelf.add(*made(1)), shelf.add(*made(2))
    shelf.delete(first)
    with pytest.raises(BadFile, match="not there any more"):
        shelf.read(first)
    shelf.put_back(first)
    assert shelf.read(first)[0].request.seed == 1
    shelf.delete(first)
    assert shelf.entries() == [second]
    assert {path.name[:29] for path in tmp_path.iterdir()} == {second.stem}


def test_a_picture_that_was_changed_behind_its_back_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, INFO)
    one, two = shelf.add(*made(1)), shelf.add(*made(2))
    shutil.copy(shelf.image(two), shelf.image(one))
    with pytest.raises(BadFile, match="is not the image of its result"):
        shelf.read(one)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"version":1', '"version":2'), "newer Diptych"),
        (lambda text: text.replace('"pack":"street"', '"pack":"faces"'), "made with the pack “faces”"),
        (lambda text: text[:-9], "cannot be read"),
        (lambda text: text.replace('"height":32', '"height":31'), "cannot be read"),
        (lambda text: text.replace('"seed":1', '"seed":-1'), "cannot be read"),
    ],
)
def test_a_recipe_is_read_strictly(change, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read_recipe(change(made()[0].text()), INFO, "it.png")


def rows(at: Desk) -> int:
    return at.window.strip.filmstrip.model().rowCount()


def click(at: Desk, row: int) -> None:
    strip = at.window.strip.filmstrip
    at.qtbot.mouseClick(
        strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.visualRect(strip.model().index(row, 0)).center()
    )


def test_a_click_on_the_filmstrip_restores_and_one_undo_takes_that_back(desk: MakeDesk) -> None:
    at = desk().ready()
    at.until(lambda: rows(at) == 1)
    first = at.document.painted.copy(), at.document.image.copy()
    at.stroke((20, 24), (30, 24))
    at.until(lambda: rows(at) == 2)
    at.settled()
    second = at.document.painted.copy(), at.document.image.copy()
    assert (first[1] != second[1]).any()
    requests = len(at.log("request"))
    click(at, 1)
    at.until(lambda: (at.document.painted == first[0]).all())
    assert (at.document.image == first[1]).all()
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == second[0]).all()
    assert (at.document.image == second[1]).all()
    assert len(at.log("request")) == requests, "nothing has to be drawn again"


def test_the_filmstrip_by_keys(desk: MakeDesk) -> None:
    at = desk().ready()
    at.until(lambda: rows(at) == 1)
    at.generator.set_options(at.generator.options.__class__(prompt="sky", seed=7))
    at.until(lambda: rows(at) == 2)
    at.settled()
    strip = at.window.strip.filmstrip
    strip.setFocus()
    strip.setCurrentIndex(strip.model().index(0, 0))
    QTest.keyClick(strip, Qt.Key.Key_Right)
    entry = strip.currentIndex().data(ENTRY)
    QTest.keyClick(strip, Qt.Key.Key_F)
    at.until(lambda: at.session.results.entries[1].favourite)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    at.until(lambda: "Restore result" in at.editor.history.names)
    assert at.generator.options.seed == 7, "a plain restore leaves the words and the seed alone"
    strip.restore(entry, request=True)
    at.until(lambda: at.generator.options.seed == 1)
    assert at.window.prompt_panel.prompt.text() == ""
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    at.until(lambda: rows(at) == 1)
    at.click(at.window.notices.row(-1).button)
    at.until(lambda: rows(at) == 2)
    assert at.session.results.entries[1].stem == entry.stem
    texts = [action.text().replace("&", "") for action in strip.menu(entry).actions()]
    assert texts[0] == "Restore"
    assert "Show in its folder" in texts
    assert [url.toLocalFile()[-4:] for url in strip.mime(entry).urls()] == [".png", ".png"]


def test_restoring_with_the_request_restores_all_that_was_set(desk: MakeDesk) -> None:
    at = desk().ready()
    first = at.generator.options
    other = Options(prompt="sky", negative="cars", seed=7, steps=3, areas={"sky": 0.5}, guidance=2.0)
    at.generator.set_options(other)
    at.until(lambda: rows(at) == 2)
    at.settled()
    strip = at.window.strip.filmstrip
    for row, wanted in ((1, first), (0, other)):
        strip.restore(at.session.results.entries[row], request=True)
        at.until(lambda wanted=wanted: at.generator.options == wanted)
    at.until(lambda: at.editor.history.names.count("Restore result") == 2)
    at.generator.set_live(False)
    at.generator.set_options(first)
    strip.restore(at.session.results.entries[1])
    at.until(lambda: at.editor.history.names.count("Restore result") == 3)
    assert at.generator.options == first, "a plain one restores none of it"


def test_the_filmstrip_shows_the_newest_result_unless_someone_looks_through_it(desk: MakeDesk) -> None:
    at = desk("--pause", "0", "--steps", "1", size=(1024, 700)).ready()
    strip = at.window.strip.filmstrip
    for count in range(2, 13):
        at.click(at.window.prompt_panel.generate)
        at.until(lambda count=count: rows(at) == count)
    bar = strip.horizontalScrollBar()
    at.until(lambda: bar.maximum() > 0)
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: rows(at) == 13)
    assert bar.value() == 0
    strip.setFocus()
    bar.setValue(bar.maximum())
    at.generator.generate()
    at.until(lambda: rows(at) == 14)
    assert bar.value() > 0


def test_a_thousand_results_are_there_and_only_what_is_seen_is_read(
    desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "results" / "street"
    shelf = Shelf(folder, INFO)
    entry = shelf.add(*made())
    for index in range(999):
        stem = f"2020{entry.stem[4:15]}-{index:06}-abcdef"
        for path in (shelf.thumb(entry), folder / f"{entry.stem}.json"):
            (folder / path.name.replace(entry.stem, stem)).hardlink_to(path)
    read: list[str] = []
    monkeypatch.setattr(
        Shelf, "thumb", lambda self, entry: read.append(entry.stem) or folder / f"{entry.stem}-thumb.png"
    )
    at = desk("--mute")
    at.until(lambda: rows(at) == 1000)
    at.until(lambda: bool(read))
    at.window.strip.filmstrip.grab()
    assert len(set(read)) < 40


def test_four_variations_one_after_the_other_and_one_is_taken(desk: MakeDesk) -> None:
    at = desk().ready()
    before, image = len(at.log("request")), at.document.image.copy()
    at.click(at.window.strip.draw)
    assert at.session.variations.running
    assert not any(tile.isEnabled() for tile in at.window.strip.tiles)
    at.until(lambda: not at.session.variations.running)
    asked = at.log("request")[before:]
    seeds = [line.split("seed=")[1].split()[0] for line in asked]
    assert len(set(seeds)) == len(asked) == 4
    assert seeds[0] == "1"
    assert at.log("cancel") == []
    assert (at.document.image == image).all(), "nothing is taken by itself"
    at.until(lambda: rows(at) == 5)
    shown = at.session.variations.shown
    other = next(index for index in (3, 2, 1) if (shown[index].image != image).any())  # the scripted ones may be alike
    at.click(at.window.strip.tiles[other])
    assert (at.document.image == shown[other].image).all()
    assert at.generator.options.seed == int(seeds[other])
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.image == image).all()
    at.click(at.window.strip.close_)
    assert not at.window.strip.tiles[0].isVisible()


def test_cancel_ends_the_variations_and_keeps_those_that_are_finished(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    before = len(at.log("request"))
    at.click(at.window.strip.draw)
    at.until(lambda: at.session.variations.current == 1)
    at.key(Qt.Key.Key_Escape)
    assert not at.session.variations.running
    assert not at.generator.running
    at.until(lambda: len(at.log("cancel")) == 1)
    assert [tile.isEnabled() for tile in at.window.strip.tiles] == [True, False, False, False]
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.log("request")) == before + 3)
    at.settled()


def test_variations_can_be_asked_for_again_while_some_are_drawn(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    variations = at.session.variations
    at.click(at.window.strip.draw)
    at.until(lambda: variations.current == 1)
    at.click(at.window.strip.draw)
    assert variations.current == 0
    at.until(lambda: not variations.running)
    assert all(variation.recipe is not None for variation in variations.shown)


def test_a_stroke_goes_first_and_the_variations_go_on(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    at.click(at.window.strip.draw)
    at.until(lambda: at.session.variations.current == 1)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.editor.history.top.answered)
    assert at.session.variations.running, "the picture follows the pen before the others are drawn"
    at.until(lambda: not at.session.variations.running)
    assert all(variation.recipe is not None for variation in at.session.variations.shown)
    assert all((variation.layout[24, 22:28] == 0).all() for variation in at.session.variations.shown)
    assert at.document.painted[24, 25] == 3
    at.settled()
    at.until(lambda: rows(at) == 6)


def test_variations_wait_for_a_stroke_that_is_still_unanswered(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    at.stroke((20, 24), (30, 24))
    assert not at.editor.history.top.answered
    at.click(at.window.strip.draw)
    at.until(lambda: not at.session.variations.running)
    assert at.editor.history.top.answered
    assert all((variation.layout[24, 22:28] == 3).all() for variation in at.session.variations.shown)


def test_undo_and_a_variation_that_is_taken_leave_the_others_alone(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    at.stroke((20, 24), (30, 24))
    at.settled()
    at.click(at.window.strip.draw)
    at.until(lambda: at.session.variations.current == 1)
    at.click(at.window.strip.tiles[0])
    assert at.session.variations.running
    at.key(Qt.Key.Key_Z, CTRL)
    at.key(Qt.Key.Key_Z, CTRL)
    assert at.session.variations.running
    at.until(lambda: not at.session.variations.running)
    assert all(variation.recipe is not None for variation in at.session.variations.shown)


def test_cancel_ends_variations_that_wait_behind_a_stroke_as_well(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05", "--steps", "20").ready()
    at.click(at.window.strip.draw)
    at.until(lambda: at.session.variations.shown[0].image is not None)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.generator.preview is not None)
    assert at.session.variations.running
    at.click(at.window.prompt_panel.cancel)
    assert not at.session.variations.running
    assert not at.generator.running
    count = len(at.log("request"))
    at.stroke((20, 8), (30, 8))
    at.until(lambda: len(at.log("request")) == count + 1)


def test_putting_variations_away_does_not_stop_the_picture(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    at.click(at.window.strip.draw)
    at.until(lambda: at.session.variations.shown[0].image is not None)
    at.stroke((20, 24), (30, 24))
    at.click(at.window.strip.close_)
    at.until(lambda: at.editor.history.top.answered)
    at.settled()
    assert at.document.filled[24, 60] == 1


def test_comparing_shows_both_on_either_side_of_a_line_that_moves(desk: MakeDesk) -> None:
    at = desk().ready()
    at.stroke((20, 24), (50, 24))
    at.until(lambda: rows(at) == 2)
    at.settled()
    strip, compare = at.window.strip.filmstrip, at.window.compare
    strip.setFocus()
    strip.setCurrentIndex(strip.model().index(1, 0))
    QTest.keyClick(strip, Qt.Key.Key_C)
    at.until(lambda: compare.active)
    layout = at.window.layout_canvas

    def seen(x: float, y: float) -> str:
        picture: QImage = layout.grab().toImage()
        return picture.pixelColor(at.at(x, y)).name()

    assert (seen(25.5, 24.5), seen(40.5, 24.5)) == (CLASSES[3].colour, CLASSES[0].colour)
    curtain = compare.curtains[1]
    at.qtbot.mousePress(curtain, Qt.MouseButton.LeftButton, pos=at.at(16, 5, curtain))
    at.qtbot.mouseRelease(curtain, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert compare.line == pytest.approx(0.25, abs=0.02)
    assert seen(25.5, 24.5) == CLASSES[0].colour
    QTest.keyClick(curtain, Qt.Key.Key_Right)
    assert compare.line == pytest.approx(0.27, abs=0.02)
    QTest.keyClick(curtain, Qt.Key.Key_Escape)
    assert not compare.active
    assert seen(40.5, 24.5) == CLASSES[3].colour


def test_escape_ends_the_comparison_wherever_the_mouse_and_the_focus_are(desk: MakeDesk) -> None:
    at = desk().ready()
    at.until(lambda: rows(at) == 1)
    strip, compare = at.window.strip.filmstrip, at.window.compare
    for place in (at.window.image_canvas, strip):
        compare.ask(at.session.results.entries[0])
        at.until(lambda: compare.active)
        place.setFocus()
        QTest.keyClick(place, Qt.Key.Key_Escape)
        assert not compare.active
    compare.ask(at.session.results.entries[0])
    at.until(lambda: compare.active)
    at.window.image_canvas.setFocus()  # as it does when the mouse comes over it
    QApplication.sendEvent(compare.curtains[1], QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert compare.curtains[1].hasFocus()
    QTest.keyClick(compare.curtains[1], Qt.Key.Key_Right)
    assert compare.line > 0.5
    at.window.prompt_panel.prompt.setFocus()
    QApplication.sendEvent(compare.curtains[1], QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert at.window.prompt_panel.prompt.hasFocus(), "who types goes on typing"
