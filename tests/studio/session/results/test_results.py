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

from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, Generate, PackInfo, Raster
from engine.interface.raster import read_image, read_layout, read_png_note
from studio.domain.document import Document, GenerationMode
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence.provenance import Provenance, read_provenance
from studio.session.results.result_store import ResultStore
from studio.ui.style.item_models import ENTRY_ROLE
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.studio_driver import StudioDriver

INFO = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
CTRL = Qt.KeyboardModifier.ControlModifier


def made_result(seed: int = 1, mode: GenerationMode = GenerationMode.LAYOUT_TO_IMAGE) -> tuple[Provenance, np.ndarray]:
    """The recipe and the image of a result that nobody drew."""
    random, document = np.random.default_rng(seed), Document(32, 64)
    document.painted[:20] = 2
    image = random.integers(0, 256, (32, 64, 3)).astype(np.uint8)
    layout = np.where(document.painted == UNKNOWN, 1, document.painted).astype(np.uint8)
    request = Generate(id="x", pack="street", layout=Raster.from_pixels(document.painted), prompt="a", seed=seed)
    return Provenance.of_result(mode, request, document.with_result(mode, image, layout)), image


def test_a_result_comes_back_as_it_was_with_its_whole_request(tmp_path: Path) -> None:
    shelf = ResultStore(tmp_path / "results", INFO)
    recipe, image = made_result()
    entry = shelf.add(recipe, image)
    assert shelf.entries() == [entry]
    read, pixels = shelf.read(entry)
    assert read == recipe
    assert (pixels == image).all()
    request = read.complete_request(pixels)
    assert (request.prompt, request.seed, request.image) == ("a", 1, None)
    assert request.layout is not None
    assert (request.layout.pixels()[:20] == 2).all()
    assert (read_layout(shelf.layout_path(entry), CLASSES) == read.layout()).all()
    for path in (shelf.image_path(entry), shelf.layout_path(entry)):
        assert read_provenance(read_png_note(path.read_bytes()), INFO, path.name) == recipe
    assert max(read_image(shelf.thumbnail_path(entry)).shape) == 160


def test_the_oldest_go_when_there_are_too_many_but_no_favourites(tmp_path: Path) -> None:
    shelf = ResultStore(tmp_path, INFO, max_results=3)
    entries: list = []
    for seed in range(5):
        entries.insert(0, shelf.add(*made_result(seed)))
        if seed == 0:
            entries[0] = shelf.set_favourite(entries[0], True)
    removed = shelf.make_room(entries)
    assert removed == entries[2:4][::-1]
    assert [entry.stem for entry in shelf.entries()] == [entry.stem for entry in (*entries[:2], entries[4])]
    assert [entry.favourite for entry in shelf.entries()] == [False, False, True]
    assert len(list(tmp_path.iterdir())) == 3 * 4 + 1
    assert ResultStore(tmp_path, INFO, max_bytes=sum(entry.nbytes for entry in shelf.entries()) - 1).make_room(
        shelf.entries()
    ) == [entries[1]]


def test_what_was_deleted_can_be_put_back_until_the_next_start(tmp_path: Path) -> None:
    shelf = ResultStore(tmp_path, INFO)
    first, second = shelf.add(*made_result(1)), shelf.add(*made_result(2))
    shelf.delete(first)
    with pytest.raises(BadFile, match="not there any more"):
        shelf.read(first)
    shelf.restore(first)
    assert shelf.read(first)[0].request.seed == 1
    shelf.delete(first)
    assert shelf.entries() == [second]
    assert {path.name[:29] for path in tmp_path.iterdir()} == {second.stem}


def test_a_picture_that_was_changed_behind_its_back_is_refused(tmp_path: Path) -> None:
    shelf = ResultStore(tmp_path, INFO)
    one, two = shelf.add(*made_result(1)), shelf.add(*made_result(2))
    shutil.copy(shelf.image_path(two), shelf.image_path(one))
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
        read_provenance(change(made_result()[0].to_json()), INFO, "it.png")


def result_count(driver: StudioDriver) -> int:
    return driver.window.results_strip.filmstrip.model().rowCount()


def click_result(driver: StudioDriver, row: int) -> None:
    strip = driver.window.results_strip.filmstrip
    driver.qtbot.mouseClick(
        strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.visualRect(strip.model().index(row, 0)).center()
    )


def test_a_click_on_the_filmstrip_restores_and_one_undo_takes_that_back(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until(lambda: result_count(driver) == 1)
    first = driver.document.painted.copy(), driver.document.image.copy()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: result_count(driver) == 2)
    driver.wait_until_idle()
    second = driver.document.painted.copy(), driver.document.image.copy()
    assert (first[1] != second[1]).any()
    requests = len(driver.engine_log("request"))
    click_result(driver, 1)
    driver.wait_until(lambda: (driver.document.painted == first[0]).all())
    assert (driver.document.image == first[1]).all()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == second[0]).all()
    assert (driver.document.image == second[1]).all()
    assert len(driver.engine_log("request")) == requests, "nothing has to be drawn again"


def test_the_filmstrip_by_keys(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until(lambda: result_count(driver) == 1)
    driver.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="sky", seed=7))
    driver.wait_until(lambda: result_count(driver) == 2)
    driver.wait_until_idle()
    strip = driver.window.results_strip.filmstrip
    strip.setFocus()
    strip.setCurrentIndex(strip.model().index(0, 0))
    QTest.keyClick(strip, Qt.Key.Key_Right)
    entry = strip.currentIndex().data(ENTRY_ROLE)
    QTest.keyClick(strip, Qt.Key.Key_F)
    driver.wait_until(lambda: driver.session.results.entries[1].favourite)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    driver.wait_until(lambda: "Restore result" in driver.editor.history.names)
    assert driver.generator.settings.options.seed == 7, "a plain restore leaves the words and the seed alone"
    strip.restore(entry, with_request=True)
    driver.wait_until(lambda: driver.generator.settings.options.seed == 1)
    assert driver.window.prompt_panel.prompt_edit.text() == ""
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    driver.wait_until(lambda: result_count(driver) == 1)
    driver.click(driver.window.notice_bar.row_at(-1).action_button)
    driver.wait_until(lambda: result_count(driver) == 2)
    assert driver.session.results.entries[1].stem == entry.stem
    texts = [action.text().replace("&", "") for action in strip.result_menu(entry).actions()]
    assert texts[0] == "Restore"
    assert "Show in folder" in texts
    assert [url.toLocalFile()[-4:] for url in strip.result_mime_data(entry).urls()] == [".png", ".png"]


def test_restoring_with_the_request_restores_all_that_was_set(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    first = driver.generator.settings.options
    other = GenerationOptions(prompt="sky", negative="cars", seed=7, steps=3, areas={"sky": 0.5}, guidance=2.0)
    driver.generator.settings.set_options(other)
    driver.wait_until(lambda: result_count(driver) == 2)
    driver.wait_until_idle()
    strip = driver.window.results_strip.filmstrip
    for row, wanted in ((1, first), (0, other)):
        strip.restore(driver.session.results.entries[row], with_request=True)
        driver.wait_until(lambda wanted=wanted: driver.generator.settings.options == wanted)
    driver.wait_until(lambda: driver.editor.history.names.count("Restore result") == 2)
    driver.generator.settings.set_live(False)
    driver.generator.settings.set_options(first)
    strip.restore(driver.session.results.entries[1])
    driver.wait_until(lambda: driver.editor.history.names.count("Restore result") == 3)
    assert driver.generator.settings.options == first, "a plain one restores none of it"


def test_the_filmstrip_shows_the_newest_result_unless_someone_looks_through_it(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0", "--steps", "1", size=(1024, 700)).wait_until_ready()
    strip = driver.window.results_strip.filmstrip
    for count in range(2, 13):
        driver.click(driver.window.prompt_panel.generate_button)
        driver.wait_until(lambda count=count: result_count(driver) == count)
    bar = strip.horizontalScrollBar()
    driver.wait_until(lambda: bar.maximum() > 0)
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: result_count(driver) == 13)
    assert bar.value() == 0
    strip.setFocus()
    bar.setValue(bar.maximum())
    driver.generator.generate()
    driver.wait_until(lambda: result_count(driver) == 14)
    assert bar.value() > 0


def test_a_thousand_results_are_there_and_only_what_is_seen_is_read(
    open_studio: OpenStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "results" / "street"
    shelf = ResultStore(folder, INFO)
    entry = shelf.add(*made_result())
    for index in range(999):
        stem = f"2020{entry.stem[4:15]}-{index:06}-abcdef"
        for path in (shelf.thumbnail_path(entry), folder / f"{entry.stem}.json"):
            (folder / path.name.replace(entry.stem, stem)).hardlink_to(path)
    read: list[str] = []
    monkeypatch.setattr(
        ResultStore,
        "thumbnail_path",
        lambda self, entry: read.append(entry.stem) or folder / f"{entry.stem}-thumb.png",
    )
    driver = open_studio("--mute")
    driver.wait_until(lambda: result_count(driver) == 1000)
    driver.wait_until(lambda: bool(read))
    driver.window.results_strip.filmstrip.grab()
    assert len(set(read)) < 40


def test_four_variations_one_after_the_other_and_one_is_taken(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    before, image = len(driver.engine_log("request")), driver.document.image.copy()
    driver.click(driver.window.results_strip.variations_button)
    assert driver.session.variations.running
    assert not any(tile.isEnabled() for tile in driver.window.results_strip.variation_tiles)
    driver.wait_until(lambda: not driver.session.variations.running)
    asked = driver.engine_log("request")[before:]
    seeds = [line.split("seed=")[1].split()[0] for line in asked]
    assert len(set(seeds)) == len(asked) == 4
    assert seeds[0] == "1"
    assert driver.engine_log("cancel") == []
    assert (driver.document.image == image).all(), "nothing is taken by itself"
    driver.wait_until(lambda: result_count(driver) == 5)
    shown = driver.session.variations.variations
    other = next(index for index in (3, 2, 1) if (shown[index].image != image).any())  # the scripted ones may be alike
    driver.click(driver.window.results_strip.variation_tiles[other])
    assert (driver.document.image == shown[other].image).all()
    assert driver.generator.settings.options.seed == int(seeds[other])
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.image == image).all()
    driver.click(driver.window.results_strip.close_variations_button)
    assert not driver.window.results_strip.variation_tiles[0].isVisible()


def test_cancel_ends_the_variations_and_keeps_those_that_are_finished(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    before = len(driver.engine_log("request"))
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: driver.session.variations.current_index == 1)
    driver.press_key(Qt.Key.Key_Escape)
    assert not driver.session.variations.running
    assert not driver.generator.running
    driver.wait_until(lambda: len(driver.engine_log("cancel")) == 1)
    assert [tile.isEnabled() for tile in driver.window.results_strip.variation_tiles] == [True, False, False, False]
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == before + 3)
    driver.wait_until_idle()


def test_variations_can_be_asked_for_again_while_some_are_drawn(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    variations = driver.session.variations
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: variations.current_index == 1)
    driver.click(driver.window.results_strip.variations_button)
    assert variations.current_index == 0
    driver.wait_until(lambda: not variations.running)
    assert all(variation.provenance is not None for variation in variations.variations)


def test_a_stroke_goes_first_and_the_variations_go_on(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: driver.session.variations.current_index == 1)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.editor.history.undo_step.answered)
    assert driver.session.variations.running, "the picture follows the pen before the others are drawn"
    driver.wait_until(lambda: not driver.session.variations.running)
    assert all(variation.provenance is not None for variation in driver.session.variations.variations)
    assert all((variation.layout[24, 22:28] == 0).all() for variation in driver.session.variations.variations)
    assert driver.document.painted[24, 25] == 3
    driver.wait_until_idle()
    driver.wait_until(lambda: result_count(driver) == 6)


def test_variations_wait_for_a_stroke_that_is_still_unanswered(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    assert not driver.editor.history.undo_step.answered
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: not driver.session.variations.running)
    assert driver.editor.history.undo_step.answered
    assert all((variation.layout[24, 22:28] == 3).all() for variation in driver.session.variations.variations)


def test_undo_and_a_variation_that_is_taken_leave_the_others_alone(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until_idle()
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: driver.session.variations.current_index == 1)
    driver.click(driver.window.results_strip.variation_tiles[0])
    assert driver.session.variations.running
    driver.press_key(Qt.Key.Key_Z, CTRL)
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert driver.session.variations.running
    driver.wait_until(lambda: not driver.session.variations.running)
    assert all(variation.provenance is not None for variation in driver.session.variations.variations)


def test_cancel_ends_variations_that_wait_behind_a_stroke_as_well(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05", "--steps", "20").wait_until_ready()
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: driver.session.variations.variations[0].image is not None)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert driver.session.variations.running
    driver.click(driver.window.prompt_panel.cancel_button)
    assert not driver.session.variations.running
    assert not driver.generator.running
    count = len(driver.engine_log("request"))
    driver.stroke((20, 8), (30, 8))
    driver.wait_until(lambda: len(driver.engine_log("request")) == count + 1)


def test_putting_variations_away_does_not_stop_the_picture(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: driver.session.variations.variations[0].image is not None)
    driver.stroke((20, 24), (30, 24))
    driver.click(driver.window.results_strip.close_variations_button)
    driver.wait_until(lambda: driver.editor.history.undo_step.answered)
    driver.wait_until_idle()
    assert driver.document.filled[24, 60] == 1


def test_comparing_shows_both_on_either_side_of_a_line_that_moves(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (50, 24))
    driver.wait_until(lambda: result_count(driver) == 2)
    driver.wait_until_idle()
    strip, compare = driver.window.results_strip.filmstrip, driver.window.comparison
    strip.setFocus()
    strip.setCurrentIndex(strip.model().index(1, 0))
    QTest.keyClick(strip, Qt.Key.Key_C)
    driver.wait_until(lambda: compare.active)
    layout = driver.window.layout_canvas

    def seen(x: float, y: float) -> str:
        picture: QImage = layout.grab().toImage()
        return picture.pixelColor(driver.canvas_position(x, y)).name()

    assert (seen(25.5, 24.5), seen(40.5, 24.5)) == (CLASSES[3].colour, CLASSES[0].colour)
    curtain = compare.overlays[1]
    driver.qtbot.mousePress(curtain, Qt.MouseButton.LeftButton, pos=driver.canvas_position(16, 5, curtain))
    driver.qtbot.mouseRelease(curtain, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert compare.divider == pytest.approx(0.25, abs=0.02)
    assert seen(25.5, 24.5) == CLASSES[0].colour
    QTest.keyClick(curtain, Qt.Key.Key_Right)
    assert compare.divider == pytest.approx(0.27, abs=0.02)
    QTest.keyClick(curtain, Qt.Key.Key_Escape)
    assert not compare.active
    assert seen(40.5, 24.5) == CLASSES[3].colour


def test_escape_ends_the_comparison_wherever_the_mouse_and_the_focus_are(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until(lambda: result_count(driver) == 1)
    strip, compare = driver.window.results_strip.filmstrip, driver.window.comparison
    for place in (driver.window.image_canvas, strip):
        compare.toggle(driver.session.results.entries[0])
        driver.wait_until(lambda: compare.active)
        place.setFocus()
        QTest.keyClick(place, Qt.Key.Key_Escape)
        assert not compare.active
    compare.toggle(driver.session.results.entries[0])
    driver.wait_until(lambda: compare.active)
    driver.window.image_canvas.setFocus()  # as it does when the mouse comes over it
    QApplication.sendEvent(compare.overlays[1], QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert compare.overlays[1].hasFocus()
    QTest.keyClick(compare.overlays[1], Qt.Key.Key_Right)
    assert compare.divider > 0.5
    driver.window.prompt_panel.prompt_edit.setFocus()
    QApplication.sendEvent(compare.overlays[1], QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert driver.window.prompt_panel.prompt_edit.hasFocus(), "who types goes on typing"
