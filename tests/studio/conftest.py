"""A real window and a real engine process, on a pack of four classes and 32×64 pixels."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
import qasync
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.interface.pack_catalogue import read_pack_info
from engine.interface.protocol import UNKNOWN, ClassInfo, PackInfo
from engine.interface.raster import write_layout
from tests.studio.studio_driver import StudioDriver

ROOT = Path(__file__).parents[2]
MAKE_PACKS_PROGRAM = """
import pathlib, sys
from msgspec.structs import replace
from tests import tiny
plain, full = map(pathlib.Path, sys.argv[1:])
tiny.make(plain)
tiny.add_distilled(tiny.add_upscaler(tiny.make(full, replace(tiny.INFO, layout_steps=1, text_steps=5))))
"""
SCRIPTED_ENGINE = Path(__file__).parent.parent / "fakes" / "scripted_engine.py"
CLASSES = (
    ClassInfo("road", "#804080", ("street",), "1"),
    ClassInfo("building", "#464646", (), "2"),
    ClassInfo("sky", "#4682b4", (), "3"),
    ClassInfo("car", "#00008e", ("vehicle",), "4"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says at every window and list that it has no window manager."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.qt_log_ignore("plugin does not support (propagate|raise|grab)"))


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a pack with one example: sky above, road below, unknown at the right."""
    folder = tmp_path / "packs" / "street"
    (folder / "examples").mkdir(parents=True)
    info = PackInfo(name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4)
    (folder / "pack.json").write_bytes(msgspec.json.encode({"info": info}))
    layout = np.full((32, 64), 2, np.uint8)
    layout[16:] = 0
    layout[:, 48:] = UNKNOWN
    write_layout(folder / "examples" / "lane.png", layout, CLASSES)
    monkeypatch.setenv("DIPTYCH_PACKS", str(folder.parent))
    return folder


@pytest.fixture(scope="session")
def qt_loop(qapp: QApplication) -> Iterator[qasync.QEventLoop]:
    """One for all tests: stopping it tells Qt to quit, and Qt does not forget that."""
    event_loop = qasync.QEventLoop(qapp, already_running=True)
    event_loop.set_default_executor(ThreadPoolExecutor(2))
    asyncio.events._set_running_loop(None)
    yield event_loop
    event_loop.stop()
    event_loop.close()


@pytest.fixture
def loop(qt_loop: qasync.QEventLoop) -> Iterator[None]:
    """Coroutines run inside Qt's event loop, as in the application, and other tests may have their own."""
    asyncio.events._set_running_loop(qt_loop)
    yield
    asyncio.events._set_running_loop(None)


OpenStudio = Callable[..., StudioDriver]


@pytest.fixture
def open_studio(
    qtbot: QtBot, loop: None, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenStudio]:
    """Opens the studio on a scripted engine; every desk is closed in the end."""
    monkeypatch.setattr("studio.session.connection.restart_policy.FIRST_DELAY", 0.01)
    drivers: list[StudioDriver] = []

    def open_one(*script: str, engine: str | None = None, size: tuple[int, int] | None = (1280, 760)) -> StudioDriver:
        log = tmp_path / f"engine-{len(drivers)}.log"
        words = [sys.executable, str(SCRIPTED_ENGINE), str(pack), "--log", str(log), *script]
        monkeypatch.setenv("DIPTYCH_ENGINE", shlex.join(words) if engine is None else engine)
        drivers.append(StudioDriver(qtbot, tmp_path, log, size))
        return drivers[-1]

    yield open_one
    for driver in drivers:
        driver.close()


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny pack, made by another process: the studio's own never loads torch. "full" beside it has
    the same pack with an upscaler and a distilled network.
    """
    root = tmp_path_factory.mktemp("packs")
    folders = [root / "plain" / "tiny", root / "full" / "tiny"]
    subprocess.run([sys.executable, "-c", MAKE_PACKS_PROGRAM, *map(str, folders)], cwd=ROOT, check=True, timeout=240)
    for folder in folders:
        info = read_pack_info(folder)
        layout = np.full((info.height, info.width), 1, np.uint8)
        layout[info.height // 2 :] = 0
        layout[:, info.width * 3 // 4 :] = UNKNOWN
        write_layout(folder / "examples" / "lane.png", layout, info.classes)
    return folders[0].parent


def start_driver(qtbot: QtBot, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudioDriver:
    monkeypatch.setenv("DIPTYCH_PACKS", str(packs))
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    monkeypatch.setattr("studio.session.pack_library.open_pack.DEFAULT_PACK", "tiny")
    return StudioDriver(qtbot, tmp_path, tmp_path / "no.log", (1280, 760))


@pytest.fixture
def driver(
    qtbot: QtBot, loop: None, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StudioDriver]:
    """The studio as it is started by a person."""
    driver = start_driver(qtbot, packs, tmp_path, monkeypatch)
    yield driver
    driver.close()


@pytest.fixture
def full_size_driver(
    qtbot: QtBot, loop: None, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StudioDriver]:
    """The same on a pack that has an upscaler and a distilled network."""
    driver = start_driver(qtbot, packs.parent / "full", tmp_path, monkeypatch)
    yield driver
    driver.close()
