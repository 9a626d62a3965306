"""Packs: chosen from cards, installed whole or not at all, and never over another without a word."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from engine.interface.errors import BadFile, BadPack
from engine.interface.pack_catalogue import assets_folder
from studio import composition
from studio.session.pack_library.archive import InstallCancelled, unpack_pack
from studio.session.pack_library.pack_cards import measured_figures, read_pack_card
from studio.session.pack_library.pack_installer import INCOMING_FOLDER
from studio.ui.windows.packs_window import PacksWindow
from tests import tiny
from tests.studio.conftest import OpenStudio, start_driver
from tests.studio.studio_driver import TIMEOUT_MS, StudioDriver

QUICK_CHECK = (sys.executable, "-c", "pass")
SLOW_CHECK = (sys.executable, "-c", "import sys; sys.stdin.read()")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole pack that the engine's own check accepts."""
    return tiny.make(tmp_path_factory.mktemp("made") / "tiny")


def write_zip(folder: Path, file: Path, top: str = "tiny/") -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, top + path.relative_to(folder).as_posix())
    return file


def open_packs_window(driver: StudioDriver) -> PacksWindow:
    driver.window.commands["file.packs"].trigger()
    assert driver.window.packs_window is not None
    driver.wait_until(driver.window.packs_window.isVisible)
    return driver.window.packs_window


def wait_until_installed(driver: StudioDriver) -> None:
    """The check loads torch, and takes the longer the more this machine does."""
    driver.qtbot.waitUntil(lambda: not driver.studio.installer.activity, timeout=3 * TIMEOUT_MS)


def test_a_card_has_the_measured_figures() -> None:
    card = read_pack_card("street", assets_folder() / "packs" / "street")
    assert not card.problem
    assert card.example is not None
    assert card.size > 20_000_000
    assert ("image → layout: pixel accuracy", "0.861 (0.853 to 0.868)") in card.figures
    assert all(any(sign.isdigit() for sign in value) for _, value in card.figures), "of that table alone"
    assert measured_figures(Path("no-such-folder")) == ()


def test_a_zip_is_checked_installed_and_used(open_studio: OpenStudio, made: Path, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    painted = driver.document.painted.copy()
    window = open_packs_window(driver)
    assert window.card_widgets["street"].use_button.text() == "In use"
    driver.studio.installer.install(write_zip(made, tmp_path / "tiny.zip"))
    assert "Copying" in window.activity_label.text()
    wait_until_installed(driver)
    assert "“tiny” is installed" in window.notice_bar.notices[-1].text
    assert window.card_widgets["tiny"].use_button.isEnabled()
    assert "4 class" in window.card_widgets["tiny"].description_label.text()
    assert not (driver.studio.installer.folder / INCOMING_FOLDER).exists()
    old = driver.session
    driver.click(window.card_widgets["tiny"].use_button)
    driver.wait_until(lambda: driver.studio.session is not old)
    assert driver.studio.session.pack.name == "tiny"
    assert driver.window.palette_panel.list_widget.item(3).text() == "tree"
    driver.wait_until(lambda: old.client.pid == 0)
    assert driver.studio.preferences.values.pack != "tiny", "it has drawn nothing yet"
    driver.studio.session.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="a road"))
    driver.studio.session.generator.generate()
    driver.wait_until(lambda: driver.studio.preferences.values.pack == "tiny")
    driver.close()
    again = open_studio()
    assert again.session.pack.name == "tiny", "it is opened the next time"
    again.studio.window.pack_requested.emit("street")
    again.wait_until(lambda: again.studio.session.pack.name == "street")
    assert (again.studio.session.editor.document.painted == painted).all(), "the picture waited"


def test_a_pack_that_is_there_is_replaced_only_after_a_word(
    open_studio: OpenStudio, made: Path, tmp_path: Path
) -> None:
    driver = open_studio()
    window, installer = open_packs_window(driver), driver.studio.installer
    there = installer.folder / "tiny"
    shutil.copytree(made, there)
    installer.verify_command = QUICK_CHECK
    (there / "mine.txt").write_text("")
    installer.install(made)
    wait_until_installed(driver)
    assert "A pack “tiny” is installed already" in window.notice_bar.notices[-1].text
    assert (there / "mine.txt").exists()
    driver.click(window.notice_bar.row_at(-1).action_button)
    assert not (there / "mine.txt").exists()
    assert (there / "weights.safetensors").exists()


def test_a_pack_is_opened_once_however_often_it_is_asked_for(
    open_studio: OpenStudio, made: Path, tmp_path: Path
) -> None:
    driver = open_studio().wait_until_ready()
    shutil.copytree(made, driver.studio.installer.folder / "tiny")
    old, pictures = driver.session, tmp_path / "data" / "pictures" / "tiny"
    for _ in range(3):
        driver.window.pack_requested.emit("tiny")
    driver.wait_until(lambda: old.client.pid == 0)
    driver.wait_until((pictures / "picture" / "picture.diptych").exists)
    driver.close()
    assert not (pictures / "picture-2").exists(), "only one studio was there"


def test_a_pack_in_use_that_is_opened_anew_goes_on_with_its_picture(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until_idle()
    old, painted = driver.session, driver.document.painted.copy()
    driver.window.pack_requested.emit("street")
    driver.wait_until(lambda: driver.studio.session is not old)
    assert old.client.pid == 0
    assert (driver.studio.session.editor.document.painted == painted).all()
    assert driver.window.isEnabled()
    assert not (tmp_path / "data" / "picture-2").exists()


def test_an_answer_that_comes_too_late_leaves_the_pack_in_place(
    open_studio: OpenStudio, made: Path, tmp_path: Path
) -> None:
    driver = open_studio()
    window, installer = open_packs_window(driver), driver.studio.installer
    there = installer.folder / "tiny"
    shutil.copytree(made, there)
    installer.verify_command = QUICK_CHECK
    installer.install(made)
    wait_until_installed(driver)
    (staged,) = [path for path in (installer.folder / INCOMING_FOLDER).iterdir() if path.is_dir()]
    shutil.rmtree(staged)
    driver.click(window.notice_bar.row_at(-1).action_button)
    assert (there / "weights.safetensors").exists()
    assert "was not installed" in driver.notice_text()


def test_a_broken_pack_is_not_installed(open_studio: OpenStudio, made: Path, tmp_path: Path) -> None:
    driver = open_studio()
    window, installer = open_packs_window(driver), driver.studio.installer
    broken = shutil.copytree(made, tmp_path / "broken")
    (broken / "weights.safetensors").write_bytes(b"not weights")
    installer.install(broken)
    wait_until_installed(driver)
    driver.wait_until(lambda: bool(window.notice_bar.notices))
    assert "This pack is broken" in window.notice_bar.notices[-1].text
    assert "Nothing was installed" in window.notice_bar.notices[-1].text
    assert not (installer.folder / "tiny").exists()
    assert list((installer.folder / INCOMING_FOLDER).iterdir()) == []


def test_a_broken_pack_on_this_machine_is_shown_with_a_way_out(open_studio: OpenStudio, pack: Path) -> None:
    bad = pack.parent / "bad"
    bad.mkdir()
    (bad / "pack.json").write_text("{")
    driver = open_studio()
    card = open_packs_window(driver).card_widgets["bad"]
    assert not card.use_button.isEnabled()
    assert "This pack is broken." in card.description_label.text()
    assert f"remove its folder {bad}" in card.description_label.text()
    driver.studio.window.pack_requested.emit("bad")
    driver.wait_until(lambda: "cannot be read" in driver.notice_text())
    assert driver.studio.session.pack.name == "street"


def test_a_pack_that_the_engine_cannot_use_gives_way_to_the_shipped_one(
    qtbot, loop, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "packs"
    shutil.copytree(packs, home)
    bad = shutil.copytree(home / "tiny", home / "bad")
    (bad / "weights.safetensors").write_bytes((bad / "weights.safetensors").read_bytes()[:-100])
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text('{"language": "en", "pack": "bad"}')
    driver = start_driver(qtbot, home, tmp_path, monkeypatch)
    assert driver.session.pack.name == "bad"
    driver.wait_until(lambda: driver.studio.session.pack.name == "tiny")
    assert "The pack “bad” cannot be used" in driver.notice_text()
    driver.wait_until(lambda: driver.studio.preferences.values.pack == "tiny")
    driver.close()


def test_a_pack_that_breaks_the_window_gives_way_to_the_shipped_one(
    open_studio: OpenStudio, made: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, pack.parent / "tiny")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text('{"language": "en", "pack": "tiny"}')
    window = composition.MainWindow

    def breaks(session, *more):
        if session.pack.name == "tiny":
            raise ValueError("no colour")
        return window(session, *more)

    monkeypatch.setattr(composition, "MainWindow", breaks)
    driver = open_studio()
    assert driver.session.pack.name == "street"
    assert "The pack “tiny” cannot be used: ValueError: no colour" in driver.notice_text()


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "tiny/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"])
def test_a_zip_cannot_write_outside(made: Path, tmp_path: Path, name: str) -> None:
    file = write_zip(made, tmp_path / "evil.zip")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "gotcha")
    with pytest.raises(BadPack, match="outside its folder"):
        unpack_pack(file, tmp_path / "place" / "new", lambda: False)
    assert not list(tmp_path.rglob("evil.txt"))


def bomb(file: Path, method: int = zipfile.ZIP_DEFLATED, size: int = 2**30) -> Path:
    """A zip that holds a pack.json and so many zeros."""
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("tiny/pack.json", "{}")
        with archive.open("tiny/weights.safetensors", "w", force_zip64=True) as member:
            for _ in range(size // 2**20):
                member.write(bytes(2**20))
    return file


def test_a_zip_that_swells_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match="is larger than any pack"):
        unpack_pack(bomb(tmp_path / "bomb.zip"), tmp_path / "new", lambda: False)
    assert not (tmp_path / "new").exists()


def test_a_zip_that_lies_about_its_sizes_stays_within_them(tmp_path: Path) -> None:
    file = bomb(tmp_path / "liar.zip", size=2**26)
    data, size = bytearray(file.read_bytes()), (2**26).to_bytes(4, "little")
    place = data.rindex(size)  # in the central directory
    data[place : place + 4] = (1000).to_bytes(4, "little")
    file.write_bytes(data)
    with pytest.raises((BadFile, BadPack)):
        unpack_pack(file, tmp_path / "new", lambda: False)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.safetensors")) <= 2**20


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_packed_in_an_odd_way_is_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(BadPack, match="an entry that no pack has"):
        unpack_pack(bomb(tmp_path / "odd.zip", method, 2**20), tmp_path / "new", lambda: False)


@pytest.mark.parametrize("name", ["", "/", "a\x01b", "x" * 300, "tiny/\u202ea"])
def test_a_member_with_an_odd_name_is_a_sentence(made: Path, tmp_path: Path, name: str) -> None:
    file = write_zip(made, tmp_path / "odd.zip")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    if name == "/":  # a folder, which is left out
        unpack_pack(file, tmp_path / "new", lambda: False)
    else:
        with pytest.raises(BadPack, match="an entry that no pack has"):
            unpack_pack(file, tmp_path / "new", lambda: False)


def test_a_zip_with_an_encrypted_or_a_damaged_member_is_a_sentence(made: Path, tmp_path: Path) -> None:
    file = write_zip(made, tmp_path / "odd.zip")
    data = bytearray(file.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(data)
    with pytest.raises(BadPack, match="an entry that no pack has"):
        unpack_pack(tmp_path / "encrypted.zip", tmp_path / "one", lambda: False)
    damaged = file.read_bytes()
    (tmp_path / "damaged.zip").write_bytes(damaged[: len(damaged) // 2] + damaged[len(damaged) // 2 + 1 :])
    with pytest.raises((BadFile, BadPack)):
        unpack_pack(tmp_path / "damaged.zip", tmp_path / "two", lambda: False)


def test_a_link_in_a_zip_is_refused(made: Path, tmp_path: Path) -> None:
    file = write_zip(made, tmp_path / "evil.zip")
    link = zipfile.ZipInfo("tiny/examples")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/")
    with pytest.raises(BadPack, match="outside its folder"):
        unpack_pack(file, tmp_path / "new", lambda: False)


def test_only_a_pack_is_unpacked(made: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(BadPack, match="There is no pack in"):
        unpack_pack(tmp_path / "home", tmp_path / "new", lambda: False)
    unpack_pack(write_zip(made, tmp_path / "flat.zip", top=""), tmp_path / "flat", lambda: False)
    assert json.loads((tmp_path / "flat" / "pack.json").read_text())["info"]["name"] == "tiny"
    with pytest.raises(InstallCancelled):
        unpack_pack(made, tmp_path / "stopped", lambda: True)


def test_cancel_while_it_is_checked_installs_nothing(open_studio: OpenStudio, made: Path) -> None:
    driver = open_studio()
    window, installer = open_packs_window(driver), driver.studio.installer
    installer.verify_command = SLOW_CHECK
    installer.install(made)
    driver.wait_until(lambda: "Checking" in window.activity_label.text())
    driver.click(window.cancel_button)
    wait_until_installed(driver)
    assert not (installer.folder / "tiny").exists()
    assert window.install_zip_button.isEnabled()


def test_what_an_interrupted_installation_left_is_cleared_away_but_not_what_another_studio_does(
    open_studio: OpenStudio, made: Path, tmp_path: Path
) -> None:
    incoming = tmp_path / "data" / "packs" / INCOMING_FOLDER
    left, busy = incoming / "left", incoming / "busy"
    for folder in (left, incoming / "left-old", busy, incoming / "busy-old"):
        shutil.copytree(made, folder)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    (incoming / "left.lock").write_text(f"{int(gone.stdout)}\npython\n{platform.node()}\n")
    other = QLockFile(str(incoming / "busy.lock"))
    assert other.tryLock(0)
    driver = open_studio()
    driver.wait_until(lambda: not left.exists())
    driver.wait_until(lambda: not (incoming / "left-old").exists())
    assert busy.exists()
    assert (incoming / "busy-old").exists()
    other.unlock()
    driver.studio.installer.verify_command = QUICK_CHECK
    driver.studio.installer.install(made)
    wait_until_installed(driver)
    driver.wait_until((tmp_path / "data" / "packs" / "tiny").exists)
    assert not incoming.exists(), "and cleared away before the next one"
