"""What the studio does where no window can be: paint an example, or say what the system lacks."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

from engine.errors import EngineError
from studio.session.pack import open_pack

OUT = "out"
LIBRARIES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-shape0 libxcb-xinerama0 libdbus-1-3 libfontconfig1"
)
XCB_NEEDS = "libxcb-cursor.so.0"


def has_display() -> bool:
    """Whether a window can be expected to open; only Linux says so by its environment."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def missing_library() -> str:
    """A system library without which Qt would abort the process, for it cannot be caught; empty if none."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    wayland = bool(os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("DISPLAY")
    if not sys.platform.startswith("linux") or wayland or (chosen and not chosen.startswith("xcb")):
        return ""
    try:
        ctypes.CDLL(XCB_NEEDS)
    except OSError:
        return XCB_NEEDS
    return ""


def say_missing(what: str) -> int:
    """One sentence on what to install; returns the exit code."""
    sys.stderr.write(f"Qt needs system libraries that are not here ({what}): sudo apt install {LIBRARIES}\n")
    return 1


def paint_example() -> int:
    """Run the engine's command line on the first example; returns its exit code."""
    try:
        pack = open_pack()
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not pack.examples:
        sys.stderr.write(f"The pack “{pack.name}” has no example layout. Set DISPLAY to open the studio.\n")
        return 1
    layout = pack.examples[0]
    sys.stdout.write("There is no display for the window, so the example layout is painted into a file.\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "engine.cli", "sample", "--pack", pack.name]
    code = subprocess.run([*command, "--layout", str(layout), "--out", OUT], check=False).returncode
    if code == 0:
        sys.stdout.write(f"The image is {Path(OUT).resolve() / f'{layout.stem}_image.png'}\n")
    return code
