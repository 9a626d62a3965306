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

from engine.errors import BadPack
from engine.library import assets
from studio.session.installer import INCOMING
from studio.session.packs import card_of, measured
from studio.session.unpacking import Cancelled, unpack
from studio.ui.packs_window import PacksWindow
from tests import tiny
from tests.studio.conftest import MakeDesk
from tests.studio.desk import PATIENCE, Desk

QUICK = (sys.executable, "-c", "pass")
SLOW = (sys.executable, "-c", "import sys; sys.stdin.read()")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole pack that the engine's own check accepts."""
    return tiny.make(tmp_path_factory.mktemp("made") / "tiny")


def zipped(folder: Path, file: Path, top: str = "tiny/") -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, top + path.relative_to(folder).as_posix())
    return file


def opened(at: Desk) -> PacksWindow:
    at.window.commands["file.packs"].trigger()
    assert at.window.packs is not None
    at.until(at.window.packs.isVisible)
    return at.window.packs


def done(at: Desk) -> None:
    """The check loads torch, and takes the longer the more this machine does."""
    at.qtbot.waitUntil(lambda: not at.studio.installer.doing, timeout=3 * PATIENCE)


def test_a_card_has_the_measured_figures() -> None:
    card = card_of("street", assets() / "packs" / "street")
    assert not card.problem
    assert card.example is not None
    assert card.size > 20_000_000
    assert ("image → layout: pixel accuracy", "0.861 (0.853 to 0.868)") in card.figures
    assert all(any(sign.isdigit() for sign in value) for _, value in card.figures), "of that table alone"
    assert measured(Path("no-such-folder")) == ()


def test_a_zip_is_checked_installed_and_used(desk: MakeDesk, made: Path, tmp_path: Path) -> None:
    at = desk().ready()
    painted = at.document.painted.copy()
    window = opened(at)
    assert window.cards["street"].use.text() == "In use"
    at.studio.installer.install(zipped(made, tmp_path / "tiny.zip"))
    assert "Copying" in window.doing.text()
    done(at)
    assert "“tiny” is installed" in window.notices.notices[-1].text
    assert window.cards["tiny"].use.isEnabled()
    assert "4 class" in window.cards["tiny"].words.text()
    assert not (at.studio.installer.folder / INCOMING).exists()
    old = at.session
    at.click(window.cards["tiny"].use)
    at.until(lambda: at.studio.session is not old)
    assert at.studio.session.pack.name == "tiny"
    assert at.window.palette_panel.list.item(3).text() == "tree"
    at.until(lambda: old.client.pid == 0)
    at.close()
    again = desk()
    assert again.session.pack.name == "tiny", "it is opened the next time"
    again.studio.window.pack_asked.emit("street")
    again.until(lambda: again.studio.session.pack.name == "street")
    assert (again.studio.session.editor.document.painted == painted).all(), "the picture waited"


def test_a_pack_that_is_there_is_replaced_only_after_a_word(desk: MakeDesk, made: Path, tmp_path: Path) -> None:
    at = desk()
    window, installer = opened(at), at.studio.installer
    there = installer.folder / "tiny"
    shutil.copytree(made, there)
    installer.check = QUICK
    (there / "mine.txt").write_text("")
    installer.install(made)
    done(at)
    assert "There is a pack “tiny” already" in window.notices.notices[-1].text
    assert (there / "mine.txt").exists()
    at.click(window.notices.row(-1).button)
    assert not (there / "mine.txt").exists()
    assert (there / "weights.safetensors").exists()


def test_a_pack_is_opened_once_however_often_it_is_asked_for(desk: MakeDesk, made: Path, tmp_path: Path) -> None:
    at = desk().ready()
    shutil.copytree(made, at.studio.installer.folder / "tiny")
    old, pictures = at.session, tmp_path / "data" / "pictures" / "tiny"
    for _ in range(3):
        at.window.pack_asked.emit("tiny")
    at.until(lambda: old.client.pid == 0)
    at.until((pictures / "picture" / "picture.diptych").exists)
    at.close()
    assert not (pictures / "picture-2").exists(), "only one studio was there"


def test_a_pack_in_use_that_is_opened_anew_goes_on_with_its_picture(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.stroke((20, 24), (30, 24))
    at.settled()
    old, painted = at.session, at.document.painted.copy()
    at.window.pack_asked.emit("street")
    at.until(lambda: at.studio.session is not old)
    assert old.client.pid == 0
    assert (at.studio.session.editor.document.painted == painted).all()
    assert at.window.isEnabled()
    assert not (tmp_path / "data" / "picture-2").exists()


def test_an_answer_that_comes_too_late_leaves_the_pack_in_place(desk: MakeDesk, made: Path, tmp_path: Path) -> None:
    at = desk()
    window, installer = opened(at), at.studio.installer
    there = installer.folder / "tiny"
    shutil.copytree(made, there)
    installer.check = QUICK
    installer.install(made)
    done(at)
    (staged,) = [path for path in (installer.folder / INCOMING).iterdir() if path.is_dir()]
    shutil.rmtree(staged)
    at.click(window.notices.row(-1).button)
    assert (there / "weights.safetensors").exists()
    assert "was not installed" in at.said()


def test_a_broken_pack_is_not_installed(desk: MakeDesk, made: Path, tmp_path: Path) -> None:
    at = desk()
    window, installer = opened(at), at.studio.installer
    broken = shutil.copytree(made, tmp_path / "broken")
    (broken / "weights.safetensors").write_bytes(b"not weights")
    installer.install(broken)
    done(at)
    at.until(lambda: bool(window.notices.notices))
    assert "This pack is broken" in window.notices.notices[-1].text
    assert "Nothing was installed" in window.notices.notices[-1].text
    assert not (installer.folder / "tiny").exists()
    assert list((installer.folder / INCOMING).iterdir()) == []


def test_a_broken_pack_on_this_machine_is_shown_with_a_way_out(desk: MakeDesk, pack: Path) -> None:
    bad = pack.parent / "bad"
    bad.mkdir()
    (bad / "pack.json").write_text("{")
    at = desk()
    card = opened(at).cards["bad"]
    assert not card.use.isEnabled()
    assert "This pack is broken." in card.words.text()
    assert f"remove its folder {bad}" in card.words.text()
    at.studio.window.pack_asked.emit("bad")
    at.until(lambda: "cannot be read" in at.said())
    assert at.studio.session.pack.name == "street"


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "tiny/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"])
def test_a_zip_cannot_write_outside(made: Path, tmp_path: Path, name: str) -> None:
    file = zipped(made, tmp_path / "evil.zip")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "gotcha")
    with pytest.raises(BadPack, match="outside of its folder"):
        unpack(file, tmp_path / "place" / "new", lambda: False)
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_link_in_a_zip_is_refused(made: Path, tmp_path: Path) -> None:
    file = zipped(made, tmp_path / "evil.zip")
    link = zipfile.ZipInfo("tiny/examples")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/")
    with pytest.raises(BadPack, match="outside of its folder"):
        unpack(file, tmp_path / "new", lambda: False)


def test_only_a_pack_is_unpacked(made: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(BadPack, match="There is no pack in"):
        unpack(tmp_path / "home", tmp_path / "new", lambda: False)
    unpack(zipped(made, tmp_path / "flat.zip", top=""), tmp_path / "flat", lambda: False)
    assert json.loads((tmp_path / "flat" / "pack.json").read_text())["info"]["name"] == "tiny"
    with pytest.raises(Cancelled):
        unpack(made, tmp_path / "stopped", lambda: True)


def test_cancel_while_it_is_checked_installs_nothing(desk: MakeDesk, made: Path) -> None:
    at = desk()
    window, installer = opened(at), at.studio.installer
    installer.check = SLOW
    installer.install(made)
    at.until(lambda: "Checking" in window.doing.text())
    at.click(window.cancel)
    done(at)
    assert not (installer.folder / "tiny").exists()
    assert window.from_zip.isEnabled()


def test_what_an_interrupted_installation_left_is_cleared_away_but_not_what_another_studio_does(
    desk: MakeDesk, made: Path, tmp_path: Path
) -> None:
    incoming = tmp_path / "data" / "packs" / INCOMING
    left, busy = incoming / "left", incoming / "busy"
    for folder in (left, incoming / "left-old", busy, incoming / "busy-old"):
        shutil.copytree(made, folder)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    (incoming / "left.lock").write_text(f"{int(gone.stdout)}\npython\n{platform.node()}\n")
    other = QLockFile(str(incoming / "busy.lock"))
    assert other.tryLock(0)
    at = desk()
    at.until(lambda: not left.exists())
    at.until(lambda: not (incoming / "left-old").exists())
    assert busy.exists()
    assert (incoming / "busy-old").exists()
    other.unlock()
    at.studio.installer.check = QUICK
    at.studio.installer.install(made)
    done(at)
    at.until((tmp_path / "data" / "packs" / "tiny").exists)
    assert not incoming.exists(), "and cleared away before the next one"
