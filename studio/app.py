"""The command `diptych`: opens the studio, or generates an example into a file where there is no display."""

from __future__ import annotations

import os

from studio.headless import (
    find_missing_library,
    find_unreachable_display,
    generate_example,
    has_display,
    report_missing_library,
    report_unreachable_display,
)


def main() -> int:
    """Run the command; returns its exit code."""
    if not has_display():
        return generate_example()
    missing = find_missing_library()
    if missing:
        return report_missing_library(missing)
    unreachable = find_unreachable_display()
    if unreachable:
        return report_unreachable_display(unreachable)
    os.environ["QT_API"] = "pyside6"  # else qasync may choose another Qt binding that is installed
    try:
        from studio.composition import run
    except ImportError as error:
        if error.name and not error.name.startswith("PySide6"):
            raise
        return report_missing_library(str(error))
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
