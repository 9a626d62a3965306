"""The studio without a window: generates an example, or says what the system lacks."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

from engine.interface.errors import EngineError
from studio.session.pack_library.open_pack import open_preferred_pack

OUTPUT_FOLDER = "out"
DEBIAN_PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-shape0 libxcb-xinerama0 libdbus-1-3 libfontconfig1"
)
XCB_LIBRARY = "libxcb.so.1"
REQUIRED_LIBRARIES = (
    XCB_LIBRARY,
    "libEGL.so.1",
    "libGL.so.1",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libglib-2.0.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
    "libxkbcommon-x11.so.0",
)


def has_display() -> bool:
    """Whether a window can be expected to open; outside Linux always."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def find_missing_library() -> str:
    """The name of a missing system library without which Qt would abort the process; empty if there is none."""
    for name in REQUIRED_LIBRARIES if _uses_x11() else ():
        try:
            ctypes.CDLL(name)
        except OSError:
            return name
    return ""


def find_unreachable_display() -> str:
    """The name of an X11 display that cannot be reached, so that Qt would abort; empty if there is none."""
    if not _uses_x11():
        return ""
    xcb = ctypes.CDLL(XCB_LIBRARY)
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    unreachable = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return os.environ.get("DISPLAY", "") if unreachable else ""


def report_unreachable_display(display: str) -> int:
    """Write that a display does not answer; returns the exit code."""
    sys.stderr.write(
        f"The display “{display}” does not answer. Correct DISPLAY, or unset it to paint an example into a file.\n"
    )
    return 1


def report_missing_library(library: str) -> int:
    """Write what to install; returns the exit code."""
    sys.stderr.write(f"Qt needs system libraries that are not here ({library}): sudo apt install {DEBIAN_PACKAGES}\n")
    return 1


def _uses_x11() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    chosen = os.environ.get("QT_QPA_PLATFORM")
    return chosen.startswith("xcb") if chosen else not os.environ.get("WAYLAND_DISPLAY")


def generate_example() -> int:
    """Generate from the first example by the engine's command line; returns its exit code."""
    try:
        pack = open_preferred_pack()
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not pack.examples:
        sys.stderr.write(f"The pack “{pack.name}” has no example layout. Set DISPLAY to open the studio.\n")
        return 1
    layout = pack.examples[0]
    sys.stdout.write("There is no display for the window, so the example layout is painted into a file.\n")
    sys.stdout.flush()
    command = [sys.executable, "-P", "-m", "engine.cli", "sample", "--pack", pack.name]
    code = subprocess.run([*command, "--layout", str(layout), "--out", OUTPUT_FOLDER], check=False).returncode
    if code == 0:
        sys.stdout.write(f"The image is {Path(OUTPUT_FOLDER).resolve() / f'{layout.stem}_image.png'}\n")
    return code
