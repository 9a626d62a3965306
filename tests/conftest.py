"""For all tests: no window on anybody's screen, and no clock on generated examples."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if "PYTEST_XDIST_WORKER" in os.environ:  # one core for each of them, and for the engines that they start
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("busy", deadline=None)  # a slow moment of the machine is no failure
settings.load_profile("busy")
