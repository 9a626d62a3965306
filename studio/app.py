"""The command `diptych`: the window, or an example painted into a file where there is no display."""

from __future__ import annotations

import os

from studio.headless import dead_display, has_display, missing_library, paint_example, say_dead, say_missing


def main() -> int:
    """Returns the exit code."""
    if not has_display():
        return paint_example()
    missing = missing_library()
    if missing:
        return say_missing(missing)
    dead = dead_display()
    if dead:
        return say_dead(dead)
    os.environ["QT_API"] = "pyside6"  # qasync would take another Qt that happens to be installed
    try:
        from studio.composition import run
    except ImportError as error:
        if error.name and not error.name.startswith("PySide6"):
            raise
        return say_missing(str(error))
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
