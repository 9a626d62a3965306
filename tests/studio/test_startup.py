"""Starting: without libraries, without packs, with another engine; and how much is loaded for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.interface.errors import BadFile
from studio import headless
from studio.app import main
from studio.session.settings import StudioSettings, engine_command, read_settings


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "DIPTYCH_PACKS")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, timeout=60
    )


RUN_MAIN = "import sys; from studio.app import main; sys.exit(main())"


def test_a_library_that_qt_cannot_live_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(headless, "REQUIRED_LIBRARIES", ("libno-such-thing.so.0",))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("QT_QPA_PLATFORM")
    assert main() == 1
    said = capsys.readouterr().err
    assert said.startswith("Qt needs system libraries that are not here (libno-such-thing.so.0): sudo apt install")
    assert "libxcb-cursor0" in said
    assert said.count("\n") == 1


def test_a_display_that_does_not_answer() -> None:
    done = run_python(RUN_MAIN, DISPLAY=":4242")
    assert done.returncode == 1
    assert done.stderr.startswith("The display “:4242” does not answer. Correct DISPLAY")


def test_qt_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("")
    library = "libEGL.so.1: cannot open shared object file: No such file or directory"
    for module in ("QtCore", "QtGui", "QtWidgets"):
        file = tmp_path / "PySide6" / f"{module}.py"
        file.write_text(f"raise ImportError({library!r}, name='PySide6.{module}')")
    done = run_python(RUN_MAIN, PYTHONPATH=str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    assert "libEGL.so.1" in done.stderr
    assert "apt install libegl1" in done.stderr
    assert "Traceback" not in done.stderr


def test_neither_display_nor_pack() -> None:
    code = (
        "import sys; sys.platform = 'linux'; import studio.session.pack_library.open_pack as p; "
        f"p.pack_folders = dict; {RUN_MAIN}"
    )
    done = run_python(code)
    assert done.returncode == 1
    assert "There is no pack to paint with." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_window_loads_no_torch() -> None:
    code = "import sys, studio.composition; print(sorted({'torch', 'open_clip', 'scipy'} & set(sys.modules)))"
    done = run_python(code, QT_QPA_PLATFORM="offscreen")
    assert done.stdout.strip() == "[]", done.stderr


def test_the_engine_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    own = [sys.executable, "-P", "-m", "engine.cli", "serve", "--pack", "street"]
    assert engine_command(read_settings(tmp_path), "street") == own
    (tmp_path / "settings.toml").write_text('engine = "ssh box diptych-engine serve"')
    remote = ["ssh", "box", "diptych-engine", "serve"]
    assert engine_command(read_settings(tmp_path), "street") == remote
    monkeypatch.setenv("DIPTYCH_ENGINE", "'/a place/engine' serve")
    assert engine_command(StudioSettings("ssh box"), "street") == ["/a place/engine", "serve"]
    monkeypatch.setenv("DIPTYCH_ENGINE", 'ssh "box')
    assert engine_command(StudioSettings(), "street") == ['ssh "box']
    monkeypatch.setenv("DIPTYCH_ENGINE", "  ")
    assert engine_command(StudioSettings(), "street") == own


def test_the_engine_is_this_installations_wherever_it_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DIPTYCH_ENGINE", raising=False)
    (tmp_path / "engine").mkdir()
    for module in ("__init__", "cli"):
        (tmp_path / "engine" / f"{module}.py").write_text("raise SystemExit('another engine')")
    command = engine_command(StudioSettings(), "no-such-pack")
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert b"another engine" not in done.stderr
    assert b"unknown_pack" in done.stdout


def test_the_module_starts_what_the_command_starts() -> None:
    done = run_python("import runpy; runpy.run_module('studio.app', run_name='__main__')", DISPLAY=":4242")
    assert done.returncode == 1
    assert "The display “:4242” does not answer" in done.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_settings_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "settings.toml").write_text('engine = "/home/zoé/engine"', encoding=encoding)
    with pytest.raises(BadFile, match="goes on with its defaults"):
        read_settings(tmp_path)


def test_settings_that_are_not_known(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('colour = "red"')
    with pytest.raises(BadFile, match="colour"):
        read_settings(tmp_path)
