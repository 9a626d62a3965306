"""Projects: saved, opened, undone, named in the title, read strictly, and never lost."""

from __future__ import annotations

import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, PackInfo
from engine.interface.raster import write_image, write_layout
from studio.domain.document import Document, DocumentStatus, GenerationMode, ImageKind, Plane
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence.project_file import (
    HEADER_FILE,
    PictureSnapshot,
    PictureState,
    decode_project,
    encode_project,
)
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.studio_driver import StudioDriver

INFO = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
VERSION_1_PROJECT = Path(__file__).parent / "projects" / "version1.diptych"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def sample_snapshot() -> PictureSnapshot:
    """A picture in which every plane holds something."""
    random, document = np.random.default_rng(3), Document(32, 64)
    document.painted[4:] = random.choice([0, 1, 2, 3, UNKNOWN], (28, 64))
    document.filled[:] = random.integers(0, 4, (32, 64))
    document.image[:] = random.integers(0, 256, (32, 64, 3))
    document.keep_layout[3:9, 5:50] = document.keep_image[20:] = document.selection[:, 40:] = True
    document.status = DocumentStatus(ImageKind.GIVEN, fill_whole=True)
    options = GenerationOptions(prompt="größe", negative="cars", seed=8, steps=3)
    return PictureSnapshot.capture(
        document, PictureState(marks=document.status, mode=GenerationMode.IMAGE_TO_LAYOUT, options=options, live=False)
    )


def test_a_project_holds_everything() -> None:
    read = decode_project(encode_project(sample_snapshot(), INFO), INFO, "it.diptych")
    assert read.state == sample_snapshot().state
    assert set(read.planes) == set(Plane)
    for plane, pixels in sample_snapshot().planes.items():
        assert (read.planes[plane] == pixels).all(), plane


def test_other_programs_can_read_its_pictures() -> None:
    with zipfile.ZipFile(BytesIO(encode_project(sample_snapshot(), INFO))) as archive:
        painted = Image.open(BytesIO(archive.read("painted.png")))
        assert painted.mode == "P"
        assert painted.getpalette()[9:12] == [0x00, 0x00, 0x8E]
        assert Image.open(BytesIO(archive.read("keep_image.png"))).getextrema() == (0, 255)
        assert msgspec.json.decode(archive.read(HEADER_FILE))["version"] == 1


def test_the_first_version_is_still_read() -> None:
    read = decode_project(VERSION_1_PROJECT.read_bytes(), INFO, VERSION_1_PROJECT.name)
    assert (read.state.options.prompt, read.state.options.seed, read.state.mode) == (
        "größe",
        8,
        GenerationMode.IMAGE_TO_LAYOUT,
    )
    assert all((read.planes[plane] == pixels).all() for plane, pixels in sample_snapshot().planes.items())


def change_header(change) -> bytes:
    """A project in which one member was changed: a function from its bytes to others, or None to leave it out."""
    data = BytesIO()
    with zipfile.ZipFile(BytesIO(encode_project(sample_snapshot(), INFO))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return data.getvalue()


def valid_header(**fields):
    return lambda name, data: msgspec.json.encode(msgspec.json.decode(data) | fields) if name == HEADER_FILE else data


def zip_member(name: str, data: bytes) -> bytes:
    if name != "image.png":
        return data
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"words", "no whole Diptych project"),
        (encode_project(sample_snapshot(), INFO)[:-200], "no whole Diptych project"),
        (change_header(valid_header(version=2)), "newer Diptych"),
        (change_header(valid_header(pack="faces")), "pack “faces”"),
        (change_header(valid_header(width=65)), r"is 65×32, the pack “street” makes 64×32"),
        (change_header(valid_header(state={"mode": "dance"})), "dance"),
        (
            change_header(lambda name, data: None if name == HEADER_FILE else data),
            "cannot be read as a Diptych project",
        ),
        (change_header(lambda name, data: None if name == "filled.png" else data), r"filled\.png"),
        (
            change_header(lambda name, data: b"no png" if name == "image.png" else data),
            r"image\.png in it\.diptych cannot",
        ),
        (change_header(zip_member), r"image\.png in it\.diptych has another size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_project_is_named(data: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words) as raised:
        decode_project(data, INFO, "it.diptych")
    assert raised.value.hint


def test_a_class_that_the_pack_does_not_have_is_refused() -> None:
    more = PackInfo(name="street", title="", height=32, width=64, classes=CLASSES[:3])
    with pytest.raises(BadFile, match="holds the class id 3"):
        decode_project(encode_project(sample_snapshot(), INFO), more, "it.diptych")


def test_a_bomb_is_not_unpacked() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(HEADER_FILE, bytes(300 * 2**20))
    with pytest.raises(BadFile, match="holds more than"):
        decode_project(data.getvalue(), INFO, "bomb.diptych")


def choose_in_dialog(driver: StudioDriver, path: Path) -> None:
    dialog = driver.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    driver.window.activateWindow()
    driver.wait_until(driver.window.isActiveWindow)


def window_title(driver: StudioDriver) -> str:
    return driver.window.windowTitle().split(" — ")[0]


def test_save_open_undo_and_the_title(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    path = tmp_path / "own" / "street.diptych"
    assert window_title(driver) == "Untitled", "the first image comes by itself"
    driver.press_key(Qt.Key.Key_S, CTRL)
    choose_in_dialog(driver, path)
    driver.wait_until(path.exists)
    driver.wait_until(lambda: window_title(driver) == "street")
    saved = driver.document.painted.copy()
    driver.stroke((20, 24), (30, 24))
    assert window_title(driver) == "street •"
    driver.wait_until_idle()
    changed = driver.document.painted.copy()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert window_title(driver) == "street"
    driver.press_key(Qt.Key.Key_Z, CTRL, SHIFT)
    assert window_title(driver) == "street •"
    driver.session.files.open(path)
    driver.wait_until(lambda: window_title(driver) == "street")
    assert (driver.document.painted == saved).all()
    driver.wait_until(lambda: len(list((tmp_path / "data" / "unsaved").glob("*.diptych"))) == 1)
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == changed).all(), "undo leads back to the picture before"
    assert window_title(driver) == "street •"
    driver.press_key(Qt.Key.Key_S, CTRL)
    driver.wait_until(lambda: window_title(driver) == "street")
    assert (decode_project(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == changed).all()


def test_undo_never_writes_one_project_over_another(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    one, two = tmp_path / "one.diptych", tmp_path / "two.diptych"
    driver.session.projects.save(one)
    driver.wait_until(lambda: driver.session.projects.path == one)
    driver.press_key(Qt.Key.Key_N, CTRL)
    assert driver.session.projects.path is None
    assert window_title(driver) == "Untitled"
    driver.stroke((20, 24), (30, 24))
    driver.wait_until_idle()
    driver.session.projects.save(two)
    driver.wait_until(lambda: driver.session.projects.path == two)
    content = two.read_bytes()
    for _ in range(2):
        driver.press_key(Qt.Key.Key_Z, CTRL)
    assert driver.session.projects.path == one
    assert window_title(driver) == "one"
    driver.stroke((2, 2), (4, 2))
    assert driver.session.projects.path == one, "what was undone is gone"
    driver.wait_until_idle()
    driver.press_key(Qt.Key.Key_S, CTRL)
    driver.wait_until(lambda: window_title(driver) == "one")
    assert two.read_bytes() == content
    assert driver.session.projects.recent == [one, two]


def test_a_project_that_was_changed_is_there_the_next_time(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    path = tmp_path / "street.diptych"
    driver.session.projects.save(path)
    driver.wait_until(lambda: driver.session.projects.path == path)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until_idle()
    driver.close()
    again = open_studio()
    assert window_title(again) == "street •"
    assert (again.document.painted == driver.document.painted).all()
    again.window.file_commands._fill_recent()
    assert again.session.projects.recent == [path]
    path.unlink()
    again.session.projects.open(path)
    again.wait_until(lambda: "cannot be opened" in again.notice_text())
    assert again.session.projects.recent == []


def test_a_picture_of_the_first_studio_is_still_restored(open_studio: OpenStudio, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "picture"
    folder.mkdir(parents=True)
    painted = np.full((32, 64), 3, np.uint8)
    write_layout(folder / "painted-4.png", painted, CLASSES)
    write_layout(folder / "filled-4.png", np.full((32, 64), UNKNOWN, np.uint8), CLASSES)
    write_image(folder / "image-4.png", np.full((32, 64, 3), 9, np.uint8))
    old = {"number": 4, "pack": "street", "image": "generated", "fill_whole": False, "mode": "layout_to_image"}
    old |= {"options": {"prompt": "old"}, "live": False}
    (folder / "document.json").write_bytes(msgspec.json.encode(old))
    driver = open_studio()
    assert (driver.document.painted == painted).all()
    assert (driver.document.image == 9).all()
    assert driver.generator.settings.options.prompt == "old"
    driver.close()
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {"picture.diptych", "journal"}


def test_autosave_does_not_wait_for_the_end(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    file = tmp_path / "data" / "picture" / "picture.diptych"
    driver.wait_until(
        lambda: (decode_project(file.read_bytes(), INFO, "").planes[Plane.IMAGE] == driver.document.image).all()
    )
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy, ignore=shutil.ignore_patterns("*.part"))
    assert len(list((copy / "picture").glob("journal-*"))) <= 2


def test_what_is_saved_is_the_picture_of_that_moment(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    path, painted = tmp_path / "one.diptych", driver.document.painted.copy()
    driver.session.projects.save(path)
    driver.session.projects.new()  # before anything was written
    driver.wait_until(lambda: path in driver.session.projects.recent)
    assert (decode_project(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == painted).all()
    assert driver.session.projects.path is None, "the file is that of the picture before"
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert window_title(driver) == "one"


def test_saves_that_follow_each_other_closely_leave_the_newest(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    path, projects = tmp_path / "one.diptych", driver.session.projects
    driver.generator.settings.set_live(False)
    for column in range(8, 40, 4):
        driver.stroke((column, 24), (column + 2, 24))
        projects.save(path)
    driver.wait_until(lambda: projects.path == path and not projects.modified)
    driver.close()
    assert "cannot" not in driver.notice_text()
    assert (decode_project(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == driver.document.painted).all()
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_that_two_write_at_once_is_one_of_theirs(tmp_path: Path) -> None:
    path, contents = tmp_path / "it", [bytes([value]) * 2_000_000 for value in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda data: write_atomically(path, data), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
