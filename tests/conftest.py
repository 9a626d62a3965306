"""For all tests: no window on a screen, no clock on generated examples, and machines without Qt's libraries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if "PYTEST_XDIST_WORKER" in os.environ:  # one core for each of them, and for the engines that they start
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("busy", deadline=None)  # a slow moment of the machine is no failure
settings.load_profile("busy")

STUDIO = Path(__file__).parent / "studio"
try:
    import PySide6.QtTest
    import PySide6.QtWidgets  # noqa: F401
except ImportError as error:
    QT_PROBLEM = f"Qt cannot be loaded ({error}); the README names the system libraries that it needs."
else:
    QT_PROBLEM = ""


def skip_or_fail() -> None:
    """Skip what needs Qt; where CI is set, its libraries have to be there. Raises pytest's Skipped or Failed."""
    if os.environ.get("CI"):
        pytest.fail(QT_PROBLEM, pytrace=False)
    pytest.skip(QT_PROBLEM, allow_module_level=True)


class WithoutQt(pytest.Collector):
    """A folder of tests that all need Qt, where it cannot be loaded."""

    def collect(self) -> list[pytest.Item]:
        skip_or_fail()
        return []


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Leave out pytest-qt where Qt cannot be loaded, for it would end the run."""
    if QT_PROBLEM:
        pluginmanager.unregister(name="pytest-qt")


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The studio's tests where Qt cannot be loaded."""
    return WithoutQt.from_parent(parent, name=path.name) if QT_PROBLEM and path == STUDIO else None


@pytest.fixture(scope="session")
def qt() -> None:
    """For tests outside of the studio's folder that need Qt."""
    if QT_PROBLEM:
        skip_or_fail()
