"""How this process holds its memory."""

from __future__ import annotations

import ctypes
import sys

TRIM, MAP = -1, -3
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of <malloc.h>."""
FREE, LARGE = 256 << 20, 32 << 20
"""Bytes: how much free memory is kept, and the most that glibc lets one piece have before it is mapped anew."""


def keep_freed() -> None:
    """Keep memory that is freed for what comes next, where the C library is glibc; does nothing elsewhere.

    As it comes, glibc gives large pieces back at once, and each step of a network takes a thousand fresh pages.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(TRIM, FREE)
            mallopt(MAP, LARGE)
