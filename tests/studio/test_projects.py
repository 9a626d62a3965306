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

from engine.errors import BadFile
from engine.protocol import UNKNOWN, PackInfo
from engine.raster import write_image, write_layout
from studio.domain.document import Document, ImageKind, Marks, Mode, Plane
from studio.session.disk import write_whole
from studio.session.requests import Options
from studio.session.snapshot import HEAD, Snapshot, State, decode, encode
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk

INFO = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
FIRST = Path(__file__).parent / "projects" / "version1.diptych"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def picture() -> Snapshot:
    """A picture in which every plane holds something."""
    random, document = np.random.default_rng(3), Document(32, 64)
    document.painted[4:] = random.choice([0, 1, 2, 3, UNKNOWN], (28, 64))
    document.filled[:] = random.integers(0, 4, (32, 64))
    document.image[:] = random.integers(0, 256, (32, 64, 3))
    document.keep_layout[3:9, 5:50] = document.keep_image[20:] = document.selection[:, 40:] = True
    document.marks = Marks(ImageKind.GIVEN, fill_whole=True)
    options = Options(prompt="größe", negative="cars", seed=8, steps=3)
    return Snapshot.of(document, State(marks=document.marks, mode=Mode.IMAGE_TO_LAYOUT, options=options, live=False))


def test_a_project_holds_everything() -> None:
    read = decode(encode(picture(), INFO), INFO, "it.diptych")
    assert read.state == picture().state
    assert set(read.planes) == set(Plane)
    for plane, pixels in picture().planes.items():
        assert (read.planes[plane] == pixels).all(), plane


def test_other_programs_can_read_its_pictures() -> None:
    with zipfile.ZipFile(BytesIO(encode(picture(), INFO))) as archive:
        painted = Image.open(BytesIO(archive.read("painted.png")))
        assert painted.mode == "P"
        assert painted.getpalette()[9:12] == [0x00, 0x00, 0x8E]
        assert Image.open(BytesIO(archive.read("keep_image.png"))).getextrema() == (0, 255)
        assert msgspec.json.decode(archive.read(HEAD))["version"] == 1


def test_the_first_version_is_still_read() -> None:
    read = decode(FIRST.read_bytes(), INFO, FIRST.name)
    assert (read.state.options.prompt, read.state.options.seed, read.state.mode) == ("größe", 8, Mode.IMAGE_TO_LAYOUT)
    assert all((read.planes[plane] == pixels).all() for plane, pixels in picture().planes.items())


def broken(change) -> bytes:
    """A project in which one member was changed: a function from its bytes to others, or None to leave it out."""
    data = BytesIO()
    with zipfile.ZipFile(BytesIO(encode(picture(), INFO))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return data.getvalue()


def head(**fields):
    return lambda name, data: msgspec.json.encode(msgspec.json.decode(data) | fields) if name == HEAD else data


def small(name: str, data: bytes) -> bytes:
    if name != "image.png":
        return data
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"words", "no whole Diptych project"),
        (encode(picture(), INFO)[:-200], "no whole Diptych project"),
        (broken(head(version=2)), "newer Diptych"),
        (broken(head(pack="faces")), "pack “faces”"),
        (broken(head(width=65)), r"is 65×32, the pack “street” makes 64×32"),
        (broken(head(state={"mode": "dance"})), "dance"),
        (broken(lambda name, data: None if name == HEAD else data), "cannot be read as a Diptych project"),
        (broken(lambda name, data: None if name == "filled.png" else data), r"filled\.png"),
        (broken(lambda name, data: b"no png" if name == "image.png" else data), r"image\.png in it\.diptych cannot"),
        (broken(small), r"image\.png in it\.diptych has another size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_project_is_named(data: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words) as raised:
        decode(data, INFO, "it.diptych")
    assert raised.value.hint


def test_a_class_that_the_pack_does_not_have_is_refused() -> None:
    more = PackInfo(name="street", title="", height=32, width=64, classes=CLASSES[:3])
    with pytest.raises(BadFile, match="holds the class id 3"):
        decode(encode(picture(), INFO), more, "it.diptych")


def test_a_bomb_is_not_unpacked() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(HEAD, bytes(300 * 2**20))
    with pytest.raises(BadFile, match="holds more than"):
        decode(data.getvalue(), INFO, "bomb.diptych")


def choose(at: Desk, path: Path) -> None:
    dialog = at.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    at.window.activateWindow()
    at.until(at.window.isActiveWindow)


def title(at: Desk) -> str:
    return at.window.windowTitle().split(" — ")[0]


def test_save_open_undo_and_the_title(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    path = tmp_path / "own" / "street.diptych"
    assert title(at) == "Untitled", "the first image comes by itself"
    at.key(Qt.Key.Key_S, CTRL)
    choose(at, path)
    at.until(path.exists)
    at.until(lambda: title(at) == "street")
    saved = at.document.painted.copy()
    at.stroke((20, 24), (30, 24))
    assert title(at) == "street •"
    at.settled()
    changed = at.document.painted.copy()
    at.key(Qt.Key.Key_Z, CTRL)
    assert title(at) == "street"
    at.key(Qt.Key.Key_Z, CTRL, SHIFT)
    assert title(at) == "street •"
    at.session.files.open(path)
    at.until(lambda: title(at) == "street")
    assert (at.document.painted == saved).all()
    at.until(lambda: len(list((tmp_path / "data" / "unsaved").glob("*.diptych"))) == 1)
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == changed).all(), "undo leads back to the picture before"
    assert title(at) == "street •"
    at.key(Qt.Key.Key_S, CTRL)
    at.until(lambda: title(at) == "street")
    assert (decode(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == changed).all()


def test_undo_never_writes_one_project_over_another(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk("--pause", "0").ready()
    one, two = tmp_path / "one.diptych", tmp_path / "two.diptych"
    at.session.projects.save(one)
    at.until(lambda: at.session.projects.path == one)
    at.key(Qt.Key.Key_N, CTRL)
    assert at.session.projects.path is None
    assert title(at) == "Untitled"
    at.stroke((20, 24), (30, 24))
    at.settled()
    at.session.projects.save(two)
    at.until(lambda: at.session.projects.path == two)
    content = two.read_bytes()
    for _ in range(2):
        at.key(Qt.Key.Key_Z, CTRL)
    assert at.session.projects.path == one
    assert title(at) == "one"
    at.stroke((2, 2), (4, 2))
    assert at.session.projects.path == one, "what was undone is gone"
    at.settled()
    at.key(Qt.Key.Key_S, CTRL)
    at.until(lambda: title(at) == "one")
    assert two.read_bytes() == content
    assert at.session.projects.recent == [one, two]


def test_a_project_that_was_changed_is_there_the_next_time(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    path = tmp_path / "street.diptych"
    at.session.projects.save(path)
    at.until(lambda: at.session.projects.path == path)
    at.stroke((20, 24), (30, 24))
    at.settled()
    at.close()
    again = desk()
    assert title(again) == "street •"
    assert (again.document.painted == at.document.painted).all()
    again.window.file_commands._fill_recent()
    assert again.session.projects.recent == [path]
    path.unlink()
    again.session.projects.open(path)
    again.until(lambda: "cannot be opened" in again.said())
    assert again.session.projects.recent == []


def test_a_picture_of_the_first_studio_is_still_restored(desk: MakeDesk, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "picture"
    folder.mkdir(parents=True)
    painted = np.full((32, 64), 3, np.uint8)
    write_layout(folder / "painted-4.png", painted, CLASSES)
    write_layout(folder / "filled-4.png", np.full((32, 64), UNKNOWN, np.uint8), CLASSES)
    write_image(folder / "image-4.png", np.full((32, 64, 3), 9, np.uint8))
    old = {"number": 4, "pack": "street", "image": "generated", "fill_whole": False, "mode": "layout_to_image"}
    old |= {"options": {"prompt": "old"}, "live": False}
    (folder / "document.json").write_bytes(msgspec.json.encode(old))
    at = desk()
    assert (at.document.painted == painted).all()
    assert (at.document.image == 9).all()
    assert at.generator.options.prompt == "old"
    at.close()
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {"picture.diptych", "journal"}


def test_autosave_does_not_wait_for_the_end(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    file = tmp_path / "data" / "picture" / "picture.diptych"
    at.until(lambda: (decode(file.read_bytes(), INFO, "").planes[Plane.IMAGE] == at.document.image).all())
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy)
    assert len(list((copy / "picture").glob("journal-*"))) <= 2


def test_what_is_saved_is_the_picture_of_that_moment(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk("--pause", "0").ready()
    path, painted = tmp_path / "one.diptych", at.document.painted.copy()
    at.session.projects.save(path)
    at.session.projects.new()  # before anything was written
    at.until(lambda: path in at.session.projects.recent)
    assert (decode(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == painted).all()
    assert at.session.projects.path is None, "the file is that of the picture before"
    at.key(Qt.Key.Key_Z, CTRL)
    assert title(at) == "one"


def test_saves_that_follow_each_other_closely_leave_the_newest(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk("--pause", "0").ready()
    path, projects = tmp_path / "one.diptych", at.session.projects
    at.generator.set_live(False)
    for column in range(8, 40, 4):
        at.stroke((column, 24), (column + 2, 24))
        projects.save(path)
    at.until(lambda: projects.path == path and not projects.modified)
    at.close()
    assert "cannot" not in at.said()
    assert (decode(path.read_bytes(), INFO, "").planes[Plane.PAINTED] == at.document.painted).all()
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_that_two_write_at_once_is_one_of_theirs(tmp_path: Path) -> None:
    path, contents = tmp_path / "it", [bytes([value]) * 2_000_000 for value in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda data: write_whole(path, data), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
